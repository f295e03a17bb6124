//! `/journal`: the history, found by person, thing and day.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::get;
use maud::{Markup, html};
use uuid::Uuid;

use super::read::{Page, Question, Spoken, read, spoken};
use super::tables::{MOST, stops_note};
use super::{Reader, Tellers, accesses, store};
use crate::access::Signed;
use crate::kernel::counted;
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, BEFORE, Filter, Shell, WebError, WebResult, filter_form};
use crate::tables::downloads;

/// Where the history is read.
pub(super) const PATH: &str = "/journal";
pub(super) const TITLE: &str = "Journal";
/// Lines of a page.
const LINES: usize = 100;
/// Lines of one change that are shown at once; the others are behind a fold.
const SHOWN: usize = 6;

/// The page of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Tellers: FromRef<S>,
{
    Router::new()
        .route(PATH, get(page))
        .route(accesses::PATH, get(accesses::page))
}

/// Where the history of an indicator is read: what contracts and the country agreed of it, and the
/// revisions of its framework that name it.
pub fn indicator_history_href(framework: &str, key: &str) -> String {
    let indicator = format!("{framework}/{key}");
    Address::of(PATH).and("indicateur", indicator).href()
}

async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(tellers): State<Tellers>,
    address: Address,
) -> WebResult<Markup> {
    let question = Question::of(&address)?;
    let mut tx = db.read().await?;
    let reader = Reader::of(&mut tx, signed.reach(), &tellers).await?;
    let about = about(&mut tx, &reader, &tellers, &question).await?;
    let Page { lines, next } = read(&mut tx, &reader, &question, LINES).await?;
    let lines = spoken(&mut tx, &reader, &tellers, &question, lines).await?;
    if lines.is_empty() && !is_known(&mut tx, &reader, &tellers, &question).await? {
        return Err(WebError::NotFound);
    }
    drop(tx);
    let body = html! {
        div.head {
            h1 { @match &about { Some(name) => { "Historique : " (name) }, None => { (TITLE) } } }
            p.lead { @if lines.is_empty() { "Rien ne répond à cette recherche." } @else { "Qui a fait quoi, quand et pourquoi, le plus récent d’abord. Rien ne s’en efface." } }
            @if about.is_some() || reader.reads_all { p.acts {
                @if about.is_some() { a.btn href=(PATH) { "Tout le journal" } }
                @if reader.reads_all { a.btn href=(accesses::PATH) { "Connexions, refus, fichiers emportés" } }
            } }
        }
        (filter_form(&address.without(BEFORE), "Chercher dans le journal", &filters(&tellers)))
        (changes(&lines, reader.reads_all).html(&address))
        @if let Some((no, seq)) = next {
            p.acts { a.btn href=(address.with(BEFORE, format!("{no}.{seq}")).href()) { "Plus ancien" } }
        }
        (downloads("journal", "Ce que montre la recherche", &[], &address))
        (stops_note(MOST))
    };
    Ok(signed.page(TITLE, &body))
}

/// What the page is about, where it is about one thing or one person; not found where the reader
/// may not know of it.
async fn about(
    tx: &mut Tx,
    reader: &Reader,
    tellers: &Tellers,
    question: &Question,
) -> WebResult<Option<String>> {
    let own = |id| reader.reads_all || reader.reach.actor().person() == Some(id);
    if let Some(id) = question.thing {
        let thing = store::thing(tx, id).await?;
        let thing = thing.ok_or(WebError::NotFound)?;
        let of = |owner: Option<Uuid>, managed: bool| managed || owner.is_some_and(own);
        let knows = match thing.kind.as_str() {
            "person" => of(Some(id), reader.people.has(id)),
            "grant" => of(thing.parent_id, thing.is_managed(&reader.people)),
            "access_token" | "table_address" => of(thing.parent_id, false),
            _ => true,
        };
        if !knows {
            return Err(WebError::NotFound);
        }
        let is_kept = tellers.keeps(tx, reader, (thing.kind.as_str(), id)).await?;
        return Ok(match thing.kind.as_str() {
            "person" => store::name_of(tx, id).await?,
            "batch" => Some("un import".to_owned()),
            "document" => Some("un document".to_owned()),
            "access_token" => Some("un accès par programme".to_owned()),
            "table_address" => Some("une adresse de tableau".to_owned()),
            _ if is_kept => Some("ce que son organisation garde".to_owned()),
            _ => Some(thing.label),
        });
    }
    if let Some((_, key)) = &question.indicator {
        return Ok(Some(format!("indicateur {key}")));
    }
    match question.person {
        Some(id) if own(id) => Ok(store::name_of(tx, id).await?),
        Some(_) => Err(WebError::NotFound),
        None => Ok(None),
    }
}

/// Whether the reader may know of the thing that is asked about: of something that happened to it.
async fn is_known(
    tx: &mut Tx,
    reader: &Reader,
    tellers: &Tellers,
    question: &Question,
) -> Result<bool, DbError> {
    if question.thing.is_none() || reader.reads_all {
        return Ok(true);
    }
    let mut bare = Question {
        thing: question.thing,
        ..Question::default()
    };
    loop {
        let Page { lines, next } = read(tx, reader, &bare, LINES).await?;
        let spoken = spoken(tx, reader, tellers, &bare, lines).await?;
        if !spoken.is_empty() {
            return Ok(true);
        }
        if next.is_none() {
            return Ok(false);
        }
        bare.below = next;
    }
}

fn filters(tellers: &Tellers) -> [Filter; 5] {
    let mut kinds: Vec<(String, String)> = tellers
        .kinds()
        .map(|kind| (kind.code.to_owned(), kind.french.to_owned()))
        .collect();
    kinds.sort_by(|a, b| a.1.cmp(&b.1));
    [
        Filter::Words {
            name: "qui",
            label: "Personne",
        },
        Filter::Words {
            name: "q",
            label: "Sur quoi, ou motif",
        },
        Filter::Choice {
            name: "genre",
            label: "Genre",
            any: "Tous",
            choices: kinds,
        },
        Filter::Words {
            name: "du",
            label: "Du (jj/mm/aaaa)",
        },
        Filter::Words {
            name: "au",
            label: "Au (jj/mm/aaaa)",
        },
    ]
}

/// Each change with what it did, as the page reads them: the latest first and in no other order.
fn changes(lines: &[Spoken], tells_origins: bool) -> Table {
    let columns = vec![
        Column::words("instant", "Quand").unsorted(),
        Column::words("qui", "Qui").unsorted().wide(),
        Column::words("quoi", "Quoi").unsorted().wide(),
    ];
    let mut table = Table::new("journal", "Changements, le plus récent d’abord", columns)
        .classed("dense stack")
        .caption_unseen();
    let changes = lines.chunk_by(|(one, _), (other, _)| one.no == other.no);
    table.rows = changes.map(|one| row(one, tells_origins)).collect();
    table
}

/// One change; from where it was made is told to auditors alone.
fn row(change: &[Spoken], tells_origins: bool) -> Row {
    // Lines cut where the change does are never none.
    let first = &change[0].0;
    let (shown, folded) = change.split_at(change.len().min(SHOWN));
    let why = change.iter().find_map(|(line, _)| line.why.as_ref());
    let instant = french_instant(first.at);
    let when = html! { (instant) span.sub { "Changement n° " (first.no) } };
    let name = first.who.as_deref().unwrap_or("Jalon");
    let who = html! {
        (name) @if first.by_program { span.sub { "par un programme" } }
        @if let Some(grant) = &first.grant { span.sub { (grant.french()) } }
        @if let Some(origin) = first.origin.as_ref().filter(|_| tells_origins) { span.sub { "depuis " (origin) } }
    };
    let what = html! {
        @for line in shown { (deed(line)) }
        @if !folded.is_empty() {
            details.more { summary { "et " (counted(folded.len(), "autre", "autres")) } @for line in folded { (deed(line)) } }
        }
        @if let Some(why) = why { div.small { b { "Motif : " } (why) } }
    };
    vec![
        Cell::text(instant).shown(when),
        Cell::text(name).shown(who),
        Cell::default().shown(what),
    ]
}

fn deed((_, told): &Spoken) -> Markup {
    html! { div {
        (told.deed)
        @match (&told.href, told.name.is_empty()) {
            (_, true) => {},
            (Some(href), false) => { " : " a href=(href) { (told.name) } },
            (None, false) => { " : " (told.name) },
        }
    } }
}
