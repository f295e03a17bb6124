//! `/imports`: the files received, the latest first.

use axum::extract::State;
use maud::{Markup, html};

use super::parts::batch_state;
use crate::access::{Concern, Signed};
use crate::imports::{Batch, BatchState, Imports, Intakes, SendFile, Viewer};
use crate::platform::clock::french_instant;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, Filter, Paging, WebResult, filter_form};
use crate::tables::{day_of, downloads, whole};

/// What the list is narrowed by.
const FILTERS: [&str; 2] = ["genre", "etat"];
/// The most files of one list.
const MOST: i64 = 10_000;
/// How many a page shows.
const BY_PAGE: usize = 50;

pub(super) async fn page(
    signed: Signed,
    asked: Address,
    State(imports): State<Imports>,
) -> WebResult<Markup> {
    let mut tx = imports.db.read().await?;
    let today = imports.clock.today();
    let viewer = (signed.reach(), today);
    let batches = asked_for(&mut tx, viewer, &imports.intakes, &asked).await?;
    drop(tx);
    let send = html! { p.acts { a.btn.main href="/imports/nouveau" { "Déposer un fichier" } } };
    let to_come = [Concern::to_come()];
    let sending = signed
        .reach()
        .offers::<SendFile>(&to_come, "Déposer un fichier", &send);
    let is_whole = FILTERS.iter().all(|name| asked.get(name).is_empty());
    let body = html! {
        div.head {
            h1 { "Imports" }
            p.lead { "Un fichier déposé est lu et montré avant d’être enregistré : rien ne change tant que personne ne l’a validé." }
            (sending)
            p.acts {
                a.btn href="/imports/modele" { "Modèle à remplir, saisie à l’écran" }
                a.btn href="/erreurs" { "Comprendre les problèmes" }
            }
            @if !batches.is_empty() || !is_whole { (filter_form(&asked, "Filtrer les fichiers", &filters(&imports.intakes))) }
        }
        @if batches.is_empty() && is_whole {
            p { "Aucun fichier reçu. Déposez-en un : Jalon dira ce qu’il changerait." }
        } @else if batches.is_empty() {
            p { "Aucun fichier ne répond à ces critères. " a href="/imports" { "Tout afficher" } }
        } @else { (list(&imports.intakes, &batches, &asked)) }
    };
    Ok(signed.page("Imports", &body))
}

/// The files received that somebody may know of and that an address asks for, the latest first.
pub(in crate::imports) async fn asked_for(
    tx: &mut Tx,
    viewer: Viewer<'_>,
    intakes: &Intakes,
    asked: &Address,
) -> Result<Vec<Batch>, DbError> {
    let state = BatchState::from_code(asked.get("etat"));
    let known = intakes.last_known(tx, viewer, (None, state), MOST).await?;
    let kind = asked.get("genre");
    let wanted = known.into_iter().map(|known| known.batch);
    let wanted = wanted.filter(|batch| kind.is_empty() || batch.intake == kind);
    Ok(wanted.collect())
}

fn filters(intakes: &Intakes) -> [Filter; 2] {
    let kinds = intakes.all().iter();
    let kinds = kinds.map(|one| (one.name().to_owned(), one.french().kind.to_owned()));
    let states = BatchState::every().map(|one| (one.code().to_owned(), one.french().to_owned()));
    let [kind, state] = FILTERS;
    [
        Filter::Choice {
            name: kind,
            label: "Genre",
            any: "Tous",
            choices: kinds.collect(),
        },
        Filter::Choice {
            name: state,
            label: "État",
            any: "Tous",
            choices: states.to_vec(),
        },
    ]
}

fn list(intakes: &Intakes, batches: &[Batch], asked: &Address) -> Markup {
    let paging = Paging::of(asked, batches.len(), BY_PAGE);
    let caption = match batches.len() {
        1 => "Un fichier.".to_owned(),
        n => format!("{n} fichiers, le plus récent d’abord."),
    };
    let columns = vec![
        Column::words("fichier", "Fichier"),
        Column::words("etat", "État"),
        Column::numbers("creees", "Créées"),
        Column::numbers("modifiees", "Modifiées"),
        Column::numbers("refusees", "Refusées"),
        Column::words("depose_le", "Déposé").wide(),
    ];
    let mut table = Table::new("imports", caption, columns).classed("stack");
    table.rows = batches.iter().map(|one| line(intakes, one)).collect();
    table.sort(asked);
    table.rows = paging.cut(table.rows);
    html! {
        (table.html(asked))
        (downloads("imports", "Les fichiers reçus", &[], asked))
        (paging.nav(asked, "Pages de la liste des fichiers"))
    }
}

fn line(intakes: &Intakes, batch: &Batch) -> Row {
    let kind = intakes
        .named(&batch.intake)
        .map_or("", |intake| intake.french().kind);
    let sender = batch.sender.as_deref().unwrap_or("Jalon, à l’installation");
    let name = html! {
        a href={ "/imports/" (batch.id) } { b { (batch.file_name) } }
        span.sub { (kind) }
    };
    let sent = html! { (sender) span.sub { (french_instant(batch.created_at)) } };
    vec![
        Cell::text(batch.file_name.clone()).shown(name),
        Cell::text(batch.state.french()).shown(batch_state(batch.state)),
        whole(batch.counts.created),
        whole(batch.counts.changed),
        whole(batch.counts.refused),
        day_of(batch.created_at).shown(sent),
    ]
}
