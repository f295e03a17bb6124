//! Finding lines: the database by person, thing, indicator, kind and days; here by words and reach.

use jiff::civil::Date;
use uuid::Uuid;

use super::store::{self, Below};
use super::{Line, Reader, Tellers};
use crate::access::event::{self, Actors};
use crate::kernel::fold;
use crate::ledger;
use crate::platform::clock::end_of_day;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::{Address, BEFORE, WebError, WebResult, parse_day};

/// Lines read from the database at once.
const CHUNK: i64 = 500;
/// Lines looked at for one page, whatever they are; the page then offers to go on.
const MOST_LOOKED_AT: usize = 20_000;

/// What is asked of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// Who did it.
    pub person: Option<Uuid>,
    /// What it was done to, things under it included.
    pub thing: Option<Uuid>,
    /// The indicator it was about: the code of its framework and its key.
    pub indicator: Option<(String, String)>,
    /// The kind of thing.
    pub kind: Option<String>,
    /// Words of the name of who did it.
    pub who: Vec<String>,
    /// Words of what people call the thing, or of the reason.
    pub words: Vec<String>,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// Below which line: its change and its rank.
    pub below: Option<(i64, i64)>,
}

impl Question {
    /// What an address asks.
    ///
    /// # Errors
    /// Where a day is no day, with what to write.
    pub(super) fn of(address: &Address) -> WebResult<Self> {
        let id = |name| address.get(name).parse().ok();
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
        let words = |name| {
            fold(address.get(name))
                .split_whitespace()
                .map(str::to_owned)
                .collect()
        };
        let indicator = address.get("indicateur").split_once('/');
        let below = address.get(BEFORE).split_once('.');
        Ok(Self {
            person: id("personne"),
            thing: id("chose"),
            indicator: indicator.map(|(framework, key)| (framework.to_owned(), key.to_owned())),
            kind: Some(address.get("genre").to_owned()).filter(|kind| !kind.is_empty()),
            who: words("qui"),
            words: words("q"),
            from: day("du")?,
            to: day("au")?,
            below: below.and_then(|(no, seq)| Some((no.parse().ok()?, seq.parse().ok()?))),
        })
    }

    fn takes(&self, line: &Line) -> bool {
        let holds = |text: &str, words: &[String]| {
            let text = fold(text);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let of_person = self.person.is_none_or(|person| line.actor == Some(person));
        let of_kind = self.kind.as_ref().is_none_or(|kind| *kind == line.kind);
        let who = line.who.as_deref().unwrap_or("Jalon");
        let about = format!(
            "{} {}",
            line.open_label(),
            line.why.as_deref().unwrap_or_default()
        );
        let indicator = self.indicator.as_ref();
        let of_indicator = indicator.is_none_or(|(framework, key)| is_about(line, framework, key));
        of_person && of_kind && of_indicator && holds(who, &self.who) && holds(&about, &self.words)
    }
}

/// Whether a line is about an indicator: a term of a contract, a national target, or a revision of
/// its framework that names it.
fn is_about(line: &Line, framework: &str, key: &str) -> bool {
    if line.scope.framework != framework {
        return false;
    }
    let states = [line.before.as_deref(), line.after.as_deref()];
    let mut states = states.into_iter().flatten();
    match line.kind.as_str() {
        "national_target" => line.label.starts_with(&format!("{framework}, {key} ")),
        "framework" => states.any(|state| names(state, key)),
        _ => states.any(|state| state.contains(&format!("\"subject\":\"{key}\""))),
    }
}

/// Whether a text names that key as a word of its own: « 6.a » is neither in « 16.a » nor in
/// « 6.a.1 », and ends a sentence all the same.
fn names(text: &str, key: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '.';
    text.match_indices(key).any(|(at, _)| {
        let mut after = text[at + key.len()..].chars();
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(char::is_alphanumeric),
            next => next.is_some_and(char::is_alphanumeric),
        };
        !goes_on && !text[..at].ends_with(part)
    })
}

/// Some lines, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub lines: Vec<Line>,
    /// The line below which more may be found.
    pub next: Option<(i64, i64)>,
}

/// The next lines that answer, the latest first, as far as the person may know of them.
pub(super) async fn read(
    tx: &mut Tx,
    reader: &Reader,
    question: &Question,
    most: usize,
) -> Result<Page, DbError> {
    let mut below = bounds(tx, question).await?;
    let way = Way::of(tx, question).await?;
    let (mut page, mut seen) = (Page::default(), 0);
    while seen < MOST_LOOKED_AT {
        let lines = way.lines(tx, below).await?;
        let Some(last) = lines.last() else {
            page.next = None;
            return Ok(page);
        };
        (below.no, below.seq) = (last.no, last.seq);
        seen += lines.len();
        page.next = Some((below.no, below.seq));
        for line in lines {
            if reader.sees(&line) && question.takes(&line) {
                if page.lines.len() == most {
                    page.next = page.lines.last().map(|last| (last.no, last.seq));
                    return Ok(page);
                }
                page.lines.push(line);
            }
        }
    }
    Ok(page)
}

/// By what the database finds lines: the narrowest of what is asked. What remains is asked of each
/// line.
enum Way<'q> {
    Thing(Uuid),
    Indicator(&'q str, &'q str),
    Person(Uuid),
    People(Actors),
    Kind(&'q str),
    /// Nobody has that name.
    Nothing,
    All,
}

impl<'q> Way<'q> {
    async fn of(tx: &mut Tx, question: &'q Question) -> Result<Self, DbError> {
        if let Some(thing) = question.thing {
            return Ok(Self::Thing(thing));
        }
        if let Some((framework, key)) = &question.indicator {
            return Ok(Self::Indicator(framework, key));
        }
        if let Some(person) = question.person {
            return Ok(Self::Person(person));
        }
        // The installation, which is nobody, is called so.
        let jalon = question.who.iter().all(|word| "jalon".contains(word));
        if !question.who.is_empty() && !jalon {
            match event::called(tx, &question.who).await? {
                event::Called::Nobody => return Ok(Self::Nothing),
                event::Called::These(actors) => return Ok(Self::People(actors)),
                event::Called::Many => {}
            }
        }
        Ok(match &question.kind {
            Some(kind) => Self::Kind(kind),
            None => Self::All,
        })
    }

    async fn lines(&self, tx: &mut Tx, below: Below) -> Result<Vec<Line>, DbError> {
        match self {
            Self::Thing(thing) => store::of_thing(tx, *thing, below, CHUNK).await,
            Self::Indicator(framework, key) => {
                store::of_indicator(tx, (framework, key), below, CHUNK).await
            }
            Self::Person(person) => store::of_actor(tx, *person, below, CHUNK).await,
            Self::People(actors) => store::of_actors(tx, *actors, below, CHUNK).await,
            Self::Kind(kind) => store::of_kind(tx, kind, below, CHUNK).await,
            Self::Nothing => Ok(Vec::new()),
            Self::All => store::all(tx, below, CHUNK).await,
        }
    }
}

/// Between which changes to look.
async fn bounds(tx: &mut Tx, question: &Question) -> Result<Below, DbError> {
    let first = match question.from.and_then(|day| day.yesterday().ok()) {
        Some(eve) => ledger::last_change_before(tx, end_of_day(eve)).await? + 1,
        None => 0,
    };
    let (no, seq) = match (question.below, question.to) {
        (Some(below), _) => below,
        (None, Some(day)) => (
            ledger::last_change_before(tx, end_of_day(day)).await?,
            i64::MAX,
        ),
        (None, None) => (i64::MAX, i64::MAX),
    };
    Ok(Below { no, seq, first })
}

/// A line with its words.
pub(super) type Spoken = (Line, super::Told);

/// The lines with their words, but for those that the reader may not know of. A reason that is not
/// theirs to read answers no search either, nor does a thing that is not told.
pub(super) async fn spoken(
    tx: &mut Tx,
    reader: &Reader,
    tellers: &Tellers,
    question: &Question,
    lines: Vec<Line>,
) -> Result<Vec<Spoken>, DbError> {
    let told = tellers.tell(tx, reader, &lines).await?;
    let spoken = lines.into_iter().zip(told);
    let spoken = spoken.filter_map(|(mut line, told)| {
        let told = told?;
        if !told.tells_why {
            line.why = None;
        }
        if told.is_bare() {
            line.hush();
        }
        question.takes(&line).then_some((line, told))
    });
    Ok(spoken.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn a_line_is_about_an_indicator_by_its_term_its_target_or_its_revision() {
        let in_framework = |kind: &str, label: &str, after: &str| Line {
            scope: ledger::Scope {
                organisation: String::new(),
                framework: "f".to_owned(),
            },
            label: label.to_owned(),
            ..line(kind, "edit", None, Some(after))
        };
        let term = in_framework("instrument", "", r#"{"kind":"target","subject":"6.a"}"#);
        let revision = in_framework("framework", "", r#"{"changes":["Unité de 6.a."]}"#);
        let other = in_framework("framework", "", r#"{"changes":["Unité de 16.a."]}"#);
        let target = in_framework("national_target", "f, 6.a 2026", "{}");
        for about in [&term, &revision, &target] {
            assert!(is_about(about, "f", "6.a"), "{about:?}");
            assert!(!is_about(about, "g", "6.a") && !is_about(about, "f", "a"));
        }
        assert!(!is_about(&other, "f", "6.a"));
    }

    #[test]
    fn an_address_asks_by_words_kind_and_day() {
        let address = Address::of("/journal")
            .and_query("q=Une+ch%C3%B4se&qui=camille&du=1/3/2026&avant=12.3&genre=x");
        let question = Question::of(&address).unwrap();
        assert_eq!(question.words, ["une", "chose"]);
        assert_eq!(question.below, Some((12, 3)));
        assert!(question.from.is_some());
        assert!(question.takes(&line("x", "edit", None, None)));
        assert!(!question.takes(&line("y", "edit", None, None)));
        let wrong = Question::of(&Address::of("/journal").and("du", "hier"));
        assert!(wrong.is_err_and(|error| error.to_string().contains("hier")));
    }
}
