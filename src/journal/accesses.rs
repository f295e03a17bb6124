//! `/journal/acces`: what people did that changed nothing, for who reads the history of everything.

use async_trait::async_trait;
use axum::extract::State;
use maud::{Markup, html};
use uuid::Uuid;

use super::ReadJournal;
use super::tables::{stopped, stops_note};
use crate::access::event::{self, Asked, Called, EventKind, Kept};
use crate::access::{Act as _, Concern, Reach, Signed};
use crate::kernel::fold;
use crate::platform::clock::{end_of_day, french_instant, paris_date};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{
    Address, BEFORE, Crumb, Filter, WebError, WebResult, crumbs, filter_form, parse_day, state,
};
use crate::tables::{Ask, Source, day_of, downloads, word};

/// Where accesses are read.
pub(super) const PATH: &str = "/journal/acces";
const TITLE: &str = "Accès";
/// Events of a page, and of a file at most.
const LINES: usize = 100;
const MOST: usize = 5000;
/// Events read from the database at once.
const CHUNK: i64 = 500;
/// Events looked at for one page, whatever they are; the page then offers to go on.
const MOST_LOOKED_AT: usize = 20_000;

/// What an address asks.
struct Question {
    asked: Asked,
    /// Words of the name of who did it.
    who: Vec<String>,
}

impl Question {
    fn of(address: &Address) -> WebResult<Self> {
        let day = |name| {
            match address.get(name) {
            "" => Ok(None),
            text => parse_day(text).map(Some).ok_or_else(|| {
                WebError::Invalid(format!(
                    "« {text} » n’est pas une date. Écrivez-la jour/mois/année, par exemple 15/03/2026."
                ))
            }),
        }
        };
        let eve = day("du")?.and_then(|day| day.yesterday().ok());
        let last = day("au")?.map_or(i64::MAX, end_of_day);
        let before = address.get(BEFORE).split_once('.');
        let before = before.and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
        let who = fold(address.get("qui"));
        Ok(Self {
            asked: Asked {
                kind: EventKind::from_code(address.get("genre")),
                people: None,
                from: eve.map_or(0, end_of_day),
                before: before.unwrap_or((last, Uuid::max())),
                most: CHUNK,
            },
            who: who.split_whitespace().map(str::to_owned).collect(),
        })
    }

    fn takes(&self, kept: &Kept) -> bool {
        let name = fold(kept.who.as_deref().unwrap_or_default());
        self.who.iter().all(|word| name.contains(word.as_str()))
    }
}

/// The next events that answer, and where to go on.
async fn read(
    tx: &mut Tx,
    reach: &Reach,
    mut question: Question,
    most: usize,
) -> Result<(Vec<Kept>, Option<(i64, Uuid)>), DbError> {
    if !question.who.is_empty() {
        match event::called(tx, &question.who).await? {
            Called::Nobody => return Ok((Vec::new(), None)),
            Called::These(people) => question.asked.people = Some(people),
            Called::Many => {}
        }
    }
    let (mut found, mut seen) = (Vec::new(), 0);
    while seen < MOST_LOOKED_AT {
        let chunk = event::kept(tx, reach, &question.asked).await?;
        let Some(last) = chunk.last() else {
            return Ok((found, None));
        };
        question.asked.before = (last.at, last.id);
        seen += chunk.len();
        for kept in chunk {
            if question.takes(&kept) {
                if found.len() == most {
                    let last = found.last().map(|last: &Kept| (last.at, last.id));
                    return Ok((found, last));
                }
                found.push(kept);
            }
        }
    }
    Ok((found, Some(question.asked.before)))
}

/// Whether somebody reads them, be it by an address of theirs; to anybody else they are not there.
fn readers_only(reach: &Reach) -> WebResult<()> {
    if reach.may_look(ReadJournal::NAME, &Concern::nobodys()) {
        Ok(())
    } else {
        Err(WebError::NotFound)
    }
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    address: Address,
) -> WebResult<Markup> {
    let question = Question::of(&address)?;
    let mut tx = db.read().await?;
    readers_only(signed.reach())?;
    let (found, next) = read(&mut tx, signed.reach(), question, LINES).await?;
    drop(tx);
    let body = html! {
        (crumbs(&[
            Crumb { label: super::pages::TITLE, href: Some(super::pages::PATH.to_owned()) },
            Crumb { label: TITLE, href: None },
        ]))
        div.head {
            h1 { (TITLE) }
            p.lead { @if found.is_empty() { "Rien ne répond à cette recherche." } @else { "Connexions, refus, fichiers emportés et vues « comme » quelqu’un, le plus récent d’abord." } }
        }
        (filter_form(&address.without(BEFORE), "Chercher dans les accès", &filters()))
        @if !found.is_empty() { (events(&found).html(&address)) }
        @if let Some((at, id)) = next {
            p.acts { a.btn href=(address.with(BEFORE, format!("{at}.{id}")).href()) { "Plus ancien" } }
        }
        (downloads("acces", "Ce que montre la recherche", &[], &address))
        (stops_note(MOST))
    };
    Ok(signed.page(TITLE, &body))
}

fn filters() -> [Filter; 4] {
    let kinds = EventKind::ALL.into_iter();
    let kinds = kinds.map(|kind| (kind.code().to_owned(), kind.french(true).to_owned()));
    [
        Filter::Words {
            name: "qui",
            label: "Personne",
        },
        Filter::Choice {
            name: "genre",
            label: "Genre",
            any: "Tous",
            choices: kinds.collect(),
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

/// The events as the page reads them: the latest first and in no other order.
fn events(found: &[Kept]) -> Table {
    let columns = vec![
        Column::words("instant", "Quand").unsorted(),
        Column::words("qui", "Qui").unsorted(),
        Column::words("quoi", "Quoi").unsorted().wide(),
        Column::words("depuis", "Depuis").unsorted(),
    ];
    let mut table = Table::new("acces", "Accès, le plus récent d’abord", columns)
        .classed("dense stack")
        .caption_unseen();
    let rows = found.iter().map(|one| {
        let what = one.kind.french(one.done);
        let shown = html! {
            @if one.done { (what) } @else { (state("late", "late", what)) }
            @if let Some(detail) = &one.detail { span.sub.mono { (detail) } }
        };
        vec![
            Cell::text(french_instant(one.at)),
            Cell::text(one.who.as_deref().unwrap_or("Inconnu")),
            Cell::text(what).shown(shown),
            word(one.origin.clone()),
        ]
    });
    table.rows = rows.collect();
    table
}

/// `acces`: the events that answer, the latest first.
#[derive(Debug)]
pub struct Accesses;

#[async_trait]
impl Source for Accesses {
    fn name(&self) -> &'static str {
        "acces"
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn choices(&self) -> &'static [&'static str] {
        &["qui", "genre", "du", "au"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let question = Question::of(ask.asked)?;
        readers_only(ask.reach)?;
        let (found, next) = read(ask.tx, ask.reach, question, MOST).await?;
        let columns = vec![
            Column::words("jour", "Jour"),
            Column::words("instant", "Instant"),
            Column::words("qui", "Qui"),
            Column::words("quoi", "Quoi"),
            Column::words("issue", "Issue"),
            Column::words("quelle_adresse", "Quelle adresse"),
            Column::words("depuis", "Depuis"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = found.into_iter().map(|one| {
            vec![
                day_of(one.at),
                Cell::text(french_instant(one.at)),
                word(one.who),
                Cell::text(one.kind.french(one.done)),
                Cell::text(if one.done { "aboutie" } else { "refusée" }),
                word(one.detail),
                word(one.origin),
            ]
        });
        table.rows = rows.collect();
        table.stop = next.map(|(at, _)| stopped(&french_instant(at), paris_date(at)));
        Ok(table)
    }
}
