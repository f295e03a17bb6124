//! `/dossiers` and `/tirages`: the dossiers of all the contracts of a framework at once.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use crate::access::{Concern, NotPermitted, Signed};
use crate::documents::saved_as;
use crate::dossier::issue::{Format, IssueDossier, store as issued};
use crate::dossier::run::{Asked, Item, Run, RunError, ask, store, work};
use crate::figures::Sources;
use crate::frameworks::{Catalogue, Framework};
use crate::kernel::capitalised;
use crate::ledger::{self, TOKEN_FIELD};
use crate::platform::clock::{french_date, french_instant};
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, document_with_status, icon, parse_day,
    section_heading, state,
};
use crate::tables::{day_of, downloads, whole};

/// How many runs are listed.
const LISTED: i64 = 20;
const TITLE: &str = "Dossiers de tous les contrats";

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    cadre: String,
    #[serde(default)]
    annee: String,
    #[serde(default)]
    au: String,
    #[serde(default)]
    jeton: String,
}

/// `/dossiers`.
pub(super) async fn index(
    signed: Signed,
    State(sources): State<Sources>,
    (address, Query(asked)): (Address, Query<Typed>),
) -> WebResult<Markup> {
    let typed = Typed {
        jeton: sources.clock.new_id().to_string(),
        ..asked
    };
    let body = index_body(&sources, &signed, (&address, &typed), None).await?;
    Ok(signed.page(TITLE, &body))
}

async fn index_body(
    sources: &Sources,
    signed: &Signed,
    (address, typed): (&Address, &Typed),
    refused: Option<&str>,
) -> WebResult<Markup> {
    let mut tx = sources.db.read().await?;
    let catalogue = sources.library.catalogue(&mut tx, signed.reach()).await?;
    let runs = store::runs(&mut tx, signed.reach(), LISTED).await?;
    drop(tx);
    let last_year = sources.clock.today().year() - 1;
    Ok(html! {
        (crumbs(&[
            Crumb { label: "Contrats", href: Some("/contrats".to_owned()) },
            Crumb { label: TITLE, href: None },
        ]))
        div.head {
            h1 { (TITLE) }
            p.lead { "Un dossier pour chaque contrat signé d’un cadre, émis l’un après l’autre, puis réunis dans un fichier ZIP. Le travail continue si vous quittez la page." }
        }
        (form((signed, &catalogue), typed, last_year, refused))
        section.sect aria-labelledby="tirages-titre" {
            (section_heading("tirages-titre", "Tirages demandés", None))
            @if runs.is_empty() { p.muted { "Aucun tirage n’a encore été demandé. " a href="#cadre" { "Choisir le cadre et l’année du premier" } } }
            @else {
                (list(&catalogue, &runs).html(address))
                (downloads("tirages", "Les dossiers des tirages", &[], address))
            }
        }
    })
}

/// The frameworks, the last one first.
fn by_year(catalogue: &Catalogue) -> Vec<&Framework> {
    let mut frameworks: Vec<&Framework> = catalogue
        .frameworks()
        .into_iter()
        .map(|edited| &edited.framework)
        .collect();
    frameworks.sort_by_key(|framework| (-framework.starts, &framework.title));
    frameworks
}

fn form(
    (signed, catalogue): (&Signed, &Catalogue),
    typed: &Typed,
    last_year: i16,
    refused: Option<&str>,
) -> Markup {
    const ISSUE: &str = "Émettre tous les dossiers";
    let issue = html! { p.acts { button.btn.main type="submit" { (ISSUE) } } };
    let issue = signed
        .reach()
        .offers::<IssueDossier>(&[Concern::to_come()], ISSUE, &issue);
    let frameworks = by_year(catalogue);
    let year = if typed.annee.is_empty() {
        let chosen = frameworks.iter().find(|f| f.code == typed.cadre);
        let chosen = chosen.or(frameworks.first());
        chosen
            .map_or(last_year, |f| last_year.clamp(f.starts, f.ends))
            .to_string()
    } else {
        typed.annee.clone()
    };
    html! {
        section.sect aria-labelledby="tirage-titre" {
            (section_heading("tirage-titre", "Demander un tirage", None))
            @if let Some(refused) = refused { div.flag.late role="alert" { p { (refused) } } }
            form method="post" action="/tirages" {
                input type="hidden" name=(TOKEN_FIELD) value=(typed.jeton);
                div.fields {
                    div.field {
                        label for="cadre" { "Cadre" }
                        select #cadre name="cadre" { @for framework in frameworks {
                            option value=(framework.code) selected[framework.code == typed.cadre] { (framework.title) }
                        } }
                    }
                    div.field {
                        label for="annee" { "Année examinée" }
                        input #annee name="annee" value=(year) inputmode="numeric" required;
                    }
                    div.field {
                        label for="au" { "Termes et chiffres connus au" }
                        input #au name="au" value=(typed.au) inputmode="numeric" autocomplete="off" aria-describedby="aide-au";
                        p.hint #aide-au { "Par exemple 15/03/2026. Vide : le jour du tirage." }
                    }
                }
                (issue)
            }
        }
    }
}

fn list(catalogue: &Catalogue, runs: &[Run]) -> Table {
    let columns = vec![
        Column::words("demande_le", "Demandé"),
        Column::words("cadre", "Cadre"),
        Column::numbers("annee", "Année"),
        Column::words("etat", "État"),
    ];
    let mut table = Table::new("tirages", "Tirages demandés", columns)
        .classed("stack")
        .caption_unseen();
    let rows = runs.iter().map(|run| {
        let when = html! {
            a href={ "/tirages/" (run.id) } { (french_instant(run.created_at)) }
            @if let Some(who) = &run.who { span.sub { (who) } }
        };
        vec![
            day_of(run.created_at).shown(when),
            Cell::text(title_of(catalogue, &run.asked.framework)),
            whole(run.asked.year.into()),
            standing(run).into(),
        ]
    });
    table.rows = rows.collect();
    table
}

fn title_of<'c>(catalogue: &'c Catalogue, code: &'c str) -> &'c str {
    catalogue
        .framework(code)
        .map_or(code, |edited| edited.framework.title.as_str())
}

fn standing(run: &Run) -> Datum {
    let (tone, icon, rank) = match (run.done_at, run.failed()) {
        (None, _) => ("idle", "clock", 0),
        (Some(_), 0) => ("ok", "ok", 2),
        (Some(_), _) => ("warn", "late", 1),
    };
    let word = run.french();
    Datum::State {
        tone,
        icon,
        word,
        rank,
    }
}

/// `POST /tirages`.
pub(super) async fn submit(
    signed: Signed,
    State(sources): State<Sources>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    signed
        .reach()
        .demands::<IssueDossier>(&[Concern::to_come()])?;
    // The token of the form is the run's identifier: sent twice, it is one run.
    let asked = read(&typed);
    let refused = match (asked, typed.jeton.parse::<Uuid>()) {
        (Ok(asked), Ok(id)) => match ask(&sources, signed.actor(), id, asked).await {
            Ok(()) => {
                begin(&sources, id);
                return Ok(Redirect::to(&format!("/tirages/{id}")).into_response());
            }
            Err(RunError::Db(error)) => return Err(error.into()),
            Err(RunError::NotPermitted(denied)) => return Err(NotPermitted::from(denied).into()),
            Err(refused) => format!("{}.", capitalised(&refused.to_string())),
        },
        (Err(sentence), _) => sentence.to_owned(),
        (_, Err(_)) => {
            "Le formulaire est incomplet. Rechargez la page, puis recommencez.".to_owned()
        }
    };
    let address = Address::of("/dossiers");
    let body = index_body(&sources, &signed, (&address, &typed), Some(&refused)).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

fn read(typed: &Typed) -> Result<Asked, &'static str> {
    let day = match typed.au.trim() {
        "" => None,
        text => Some(parse_day(text).ok_or("Écrivez la date 15/03/2026, ou laissez-la vide.")?),
    };
    let year = typed.annee.trim().parse();
    Ok(Asked {
        framework: typed.cadre.clone(),
        year: year.map_err(|_| "Écrivez une année en quatre chiffres.")?,
        day,
    })
}

/// Begins the work, which outlives the request; where it stops short, upkeep takes it up.
fn begin(sources: &Sources, id: Uuid) {
    let sources = sources.clone();
    ledger::spawn(async move {
        if let Err(error) = work(&sources, id).await {
            tracing::warn!(%error, run = %id, "print run");
        }
    });
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Looking {
    /// `oui` for a page that reads itself again.
    #[serde(default)]
    suivre: String,
}

/// `/tirages/{id}`.
pub(super) async fn page(
    signed: Signed,
    State(sources): State<Sources>,
    Path(id): Path<Uuid>,
    (address, Query(looking)): (Address, Query<Looking>),
) -> WebResult<Response> {
    let mut tx = sources.db.read().await?;
    let run = store::run(&mut tx, signed.reach(), id).await?;
    let catalogue = sources.library.catalogue(&mut tx, signed.reach()).await?;
    drop(tx);
    let run = run.ok_or(WebError::NotFound)?;
    let title = format!(
        "Tirage, {}, {}",
        title_of(&catalogue, &run.asked.framework),
        run.asked.year
    );
    let follows = looking.suivre == "oui" && run.done_at.is_none();
    let page = signed.page(&title, &body(&catalogue, &run, follows, &address));
    let mut answer = page.into_response();
    if follows {
        // Only for who asked for it, and they may stop it.
        let headers = answer.headers_mut();
        headers.insert(header::REFRESH, HeaderValue::from_static("5"));
    }
    Ok(answer)
}

fn body(catalogue: &Catalogue, run: &Run, follows: bool, address: &Address) -> Markup {
    let here = format!("/tirages/{}", run.id);
    let all = run.items.len();
    html! {
        (crumbs(&[
            Crumb { label: "Contrats", href: Some("/contrats".to_owned()) },
            Crumb { label: TITLE, href: Some("/dossiers".to_owned()) },
            Crumb { label: "Tirage", href: None },
        ]))
        div.head {
            p.eyebrow { "Demandé le " (french_instant(run.created_at)) @if let Some(who) = &run.who { " par " (who) } }
            h1 { "Dossiers " (run.asked.year) ", " (title_of(catalogue, &run.asked.framework)) }
            p.lead role="status" { (run.french()) }
            p { label for="avance" { "Avancement" } " " progress #avance max=(all) value=(run.settled()) { (run.settled()) " sur " (all) } }
            p.note { "Chiffres connus " @if let Some(day) = run.asked.day { "au " (french_date(day)) } @else { "le jour où chaque dossier est émis" } "." }
            p.acts {
                @if run.done_at.is_some() && run.settled() > run.failed() {
                    a.btn.main href={ (here) "/dossiers.zip" } download { (icon("get")) "Tout télécharger (ZIP)" }
                }
                @if run.done_at.is_none() {
                    a.btn.main href=(here) { "Actualiser" }
                    @if follows { a.btn href=(here) { "Ne plus actualiser toutes les 5 secondes" } }
                    @else { a.btn href={ (here) "?suivre=oui" } { "Actualiser toutes les 5 secondes" } }
                }
            }
        }
        (items(run).html(address))
        (downloads("tirages", "Les dossiers du tirage", &[("tirage", &run.id.to_string())], address))
    }
}

/// Each dossier of a run: the contract, what became of it, its files.
fn items(run: &Run) -> Table {
    let columns = vec![
        Column::words("contrat", "Contrat"),
        Column::words("etat", "État"),
        Column::words("fichiers", "Fichiers").unsorted(),
    ];
    let mut table = Table::new("tirages", "Les dossiers du tirage", columns).classed("stack");
    table.rows = run.items.iter().map(item_row).collect();
    table
}

fn item_row(item: &Item) -> Row {
    let (tone, icon, word, rank) = match (item.dossier, &item.failure) {
        (Some(_), _) => ("ok", "ok", "Émis", 2),
        (None, Some(_)) => ("late", "late", "Échec", 0),
        (None, None) => ("idle", "clock", "À venir", 1),
    };
    let standing = Datum::State {
        tone,
        icon,
        word: word.to_owned(),
        rank,
    };
    let shown = html! {
        (state(tone, icon, word))
        @if let Some(failure) = item.failure.as_ref().filter(|_| item.dossier.is_none()) { span.sub { (failure) } }
    };
    let files = html! {
        @if let Some(dossier) = item.dossier {
            @for (rank, format) in Format::ALL.into_iter().enumerate() {
                @if rank > 0 { ", " }
                a href={ "/dossiers/" (dossier) "/" (format.code()) } download { (format.french()) span.vh { ", " (item.label) } }
            }
        } @else { "–" }
    };
    vec![
        Cell::text(item.label.clone()).to(format!("/contrats/{}/dossiers", item.contract)),
        Cell::from(standing).shown(shown),
        Cell::default().shown(files),
    ]
}

/// `/tirages/{id}/dossiers.zip`: every file that the run issued.
pub(super) async fn archive(
    signed: Signed,
    State(sources): State<Sources>,
    Path(id): Path<Uuid>,
) -> WebResult<Response> {
    let run = {
        let mut tx = sources.db.read().await?;
        store::run(&mut tx, signed.reach(), id).await?
    };
    let run = run.filter(|run| run.done_at.is_some());
    let run = run.ok_or(WebError::NotFound)?;
    let files = {
        let mut tx = sources.db.read().await?;
        issued::files_of_run(&mut tx, signed.reach(), id).await?
    };
    let packed = tokio::task::spawn_blocking(move || jalon_render::packed(files)).await;
    let bytes = packed
        .map_err(WebError::internal)?
        .map_err(WebError::internal)?;
    let name = format!("dossiers-{}-{}.zip", run.asked.framework, run.asked.year);
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, saved_as(&name)),
    ];
    Ok((headers, bytes).into_response())
}
