//! A batch: a file with what was read in it, and the states it goes through.
//!
//! ```text
//! reading ──► rehearsed ──► committed ──► undone
//!    │  ▲         │  ▲           ▲          │
//!    ▼  └─────────┤  └ reread    └── again ─┘
//! unreadable      └──► dropped
//! ```

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::problem::{Answers, Place, Problem};
use super::store::SEE;
use crate::access::{Concern, Reach, Stage};

/// What a cell would do if the file were committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stood there.
    Created,
    /// Something else stood there.
    Changed,
    /// The same already stood there.
    Unchanged,
}

impl Verdict {
    /// Every verdict, in the order of the pages.
    pub const ALL: [Self; 3] = [Self::Changed, Self::Created, Self::Unchanged];

    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }

    /// The verdict of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }
}

/// One accepted cell of a rehearsal. Subject and states are texts of the module that plugged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file.
    pub place: Place,
    /// What it would do.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: String,
    /// What stood there when the file was rehearsed.
    pub before: Option<String>,
    /// What would stand there.
    pub after: String,
}

/// Where a batch is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Being read.
    Reading,
    /// It could not be read at all.
    Unreadable,
    /// Read, and nothing written but itself.
    Rehearsed,
    /// Written.
    Committed,
    /// Written, then undone by later revisions.
    Undone,
    /// Given up.
    Dropped,
}

impl BatchState {
    /// Every state with its word and what a page says of it.
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Reading, "reading", "lecture en cours"),
        (Self::Unreadable, "unreadable", "illisible"),
        (Self::Rehearsed, "rehearsed", "lu, pas encore enregistré"),
        (Self::Committed, "committed", "enregistré"),
        (Self::Undone, "undone", "annulé"),
        (Self::Dropped, "dropped", "abandonné"),
    ];

    /// All of them, in the order of a file's life.
    pub fn every() -> [Self; 6] {
        Self::ALL.map(|(state, ..)| state)
    }

    /// The word kept in the database and the JSON.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// What a page says of it.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// The state of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, known, _)| *known == code);
        found.map(|(state, ..)| state)
    }

    /// How far it has come, as far as rights go.
    pub fn stage(self) -> Stage {
        match self {
            Self::Reading | Self::Unreadable | Self::Rehearsed => Stage::UnderWay,
            Self::Committed => Stage::Settled,
            Self::Undone | Self::Dropped => Stage::Closed,
        }
    }

    /// Whether it may be committed: once rehearsed, or again once undone.
    pub fn may_be_committed(self) -> bool {
        matches!(self, Self::Rehearsed | Self::Undone)
    }

    /// Whether its bytes may be read again in place: nothing was ever written from it.
    pub fn may_be_reread(self) -> bool {
        matches!(self, Self::Reading | Self::Unreadable | Self::Rehearsed)
    }

    /// Whether it may be given up.
    pub fn may_be_dropped(self) -> bool {
        self.may_be_reread()
    }
}

/// What a person said of a file: beside it, of its columns, and in answer to its questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// Beside it, in the words of the module that plugs in.
    pub beside: Json,
    /// Of its columns: the mapping as the person corrected it, in the words of that module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Json>,
    /// In answer to its questions.
    #[serde(skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
}

impl Said {
    /// Only what was said beside the file.
    pub fn beside(beside: Json) -> Self {
        Self {
            beside,
            ..Self::default()
        }
    }
}

/// How the columns of one sheet are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetColumns {
    /// Name of the sheet.
    pub sheet: String,
    /// The row of the header, from 1; 0 where the sheet is not read.
    pub header: u32,
    /// Its columns, the first first.
    pub columns: Vec<ColumnUse>,
}

/// What one column holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnUse {
    /// Its heading, as written.
    pub heading: String,
    /// What it holds, in the words of the module that plugs in.
    pub holds: String,
    /// The same for a person, in French.
    pub label: String,
}

/// What a file calls something in its cells, and what that is taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameUse {
    /// The name, as written.
    pub name: String,
    /// What it means, in the words of the module that plugs in; empty where nobody said it.
    pub means: String,
}

/// How a file was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMapping {
    /// What such files are recognised by from one to the next; empty where nothing was read.
    pub signature: String,
    /// The mapping, in the words of the module that plugged in.
    pub kept: Json,
    /// The same for a person to check and correct.
    pub sheets: Vec<SheetColumns>,
    /// The names in its cells that a person explained, or has to.
    #[serde(default)]
    pub names: Vec<NameUse>,
}

/// How many cells would do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Where nothing stood.
    pub created: i64,
    /// Where something else stood.
    pub changed: i64,
    /// Where the same stood.
    pub unchanged: i64,
    /// Cells that cannot be taken, or that wait for an answer.
    pub refused: i64,
}

impl Counts {
    /// Counts one accepted cell.
    pub fn add(&mut self, verdict: Verdict) {
        *self.slot(verdict) += 1;
    }

    /// How many have that verdict.
    pub fn of(mut self, verdict: Verdict) -> i64 {
        *self.slot(verdict)
    }

    /// Counts the cells that keep the file from being committed.
    pub fn refuse(&mut self, problems: &[Problem]) {
        let blocking = problems.iter().filter(|p| p.severity.blocks()).count();
        self.refused += i64::try_from(blocking).unwrap_or(i64::MAX);
    }

    /// How many rows a commit would write.
    pub fn to_write(self) -> i64 {
        self.created + self.changed
    }

    fn slot(&mut self, verdict: Verdict) -> &mut i64 {
        match verdict {
            Verdict::Created => &mut self.created,
            Verdict::Changed => &mut self.changed,
            Verdict::Unchanged => &mut self.unchanged,
        }
    }
}

/// Which state of a batch somebody saw: it is another one once anything was done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub(super) attempt: i64,
    pub(super) state: BatchState,
    pub(super) committed_change: Option<i64>,
    pub(super) undone_change: Option<i64>,
}

/// A batch as kept.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its identifier.
    pub id: Uuid,
    /// The module that plugged in.
    pub intake: String,
    /// Where it is in its life.
    pub state: BatchState,
    /// Name of the file.
    pub file_name: String,
    /// What the person said of it.
    pub said: Said,
    /// How its columns were read.
    pub mapping: FileMapping,
    /// Why it could not be read, in French.
    pub failure: Option<String>,
    /// The last change of what it was read against.
    pub at_change: i64,
    /// Who sent it.
    pub created_by: Option<Uuid>,
    /// Code of the organisation in whose name; empty for none.
    pub organisation: String,
    /// Their name.
    pub sender: Option<String>,
    /// When it was sent, in microseconds UTC.
    pub created_at: i64,
    /// How many times its reading was begun.
    pub attempt: i64,
    /// When its reading was last seen at work, in microseconds UTC.
    pub seen_at: i64,
    /// How many rows were kept so far.
    pub rows_read: i64,
    /// How many there are; 0 while the file itself is being opened.
    pub rows_total: i64,
    /// How many cells would do what.
    pub counts: Counts,
    /// The change that wrote it last.
    pub committed_change: Option<i64>,
    /// The change that undid it last.
    pub undone_change: Option<i64>,
}

/// A reading that gave no sign for so long (microseconds) was interrupted: the program that did
/// it was stopped.
const SILENCE: i64 = 120 * 1_000_000;

/// Whether somebody may know of a file that was sent by that person, in that organisation's name,
/// as far as these say.
pub(super) fn is_seen_by(reach: &Reach, sender: Option<Uuid>, organisation: &str) -> bool {
    let concern = Concern {
        owner: sender,
        ..sent_in_the_name_of(organisation)
    };
    reach.may_look(SEE, &concern)
}

/// What a file sent in the name of an organisation concerns. What is sent in a name that nobody
/// bears is for who may act on anybody's, and for no organisation's own.
pub(super) fn sent_in_the_name_of(organisation: &str) -> Concern {
    let whose = match organisation {
        "" => ANYBODYS,
        organisation => organisation,
    };
    Concern {
        undetermined: true,
        ..Concern::of(whose, "")
    }
}

/// The code that no organisation has.
pub(super) const ANYBODYS: &str = "*";

/// By whom and in whose name a file was sent, and what was said of it: what says from whom it is
/// kept.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The module that plugged in.
    pub intake: &'a str,
    /// Who sent it.
    pub by: Option<Uuid>,
    /// Code of the organisation in whose name; empty for none.
    pub organisation: &'a str,
    /// What they said of it.
    pub said: &'a Said,
}

/// A file as what came in it names it, with what says who may open its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Its batch.
    pub batch: Uuid,
    /// Its name.
    pub name: String,
    /// Who sent it.
    pub sender: Option<Uuid>,
    /// In whose name.
    pub organisation: String,
}

impl NamedFile {
    /// Whether somebody may open its page.
    pub fn is_seen_by(&self, reach: &Reach) -> bool {
        is_seen_by(reach, self.sender, &self.organisation)
    }
}

impl Batch {
    /// What says from whom it is kept.
    pub fn sent(&self) -> Sent<'_> {
        Sent {
            intake: &self.intake,
            by: self.created_by,
            organisation: &self.organisation,
            said: &self.said,
        }
    }

    /// Its state, to be compared with the one that an act was decided upon.
    pub fn seen(&self) -> Seen {
        Seen {
            attempt: self.attempt,
            state: self.state,
            committed_change: self.committed_change,
            undone_change: self.undone_change,
        }
    }

    /// Whether its reading was interrupted, and can be begun again.
    pub fn is_stalled(&self, now: i64) -> bool {
        self.state == BatchState::Reading && now - self.seen_at > SILENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_verdicts_have_one_word_each() {
        for (state, code, french) in BatchState::ALL {
            assert_eq!((state.code(), state.french()), (code, french));
            assert_eq!(BatchState::from_code(code), Some(state));
        }
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_code(verdict.code()), Some(verdict));
        }
        assert_eq!(BatchState::from_code("rien"), None);
    }

    #[test]
    fn what_was_written_is_neither_reread_in_place_nor_dropped() {
        for state in [BatchState::Committed, BatchState::Undone] {
            assert!(!state.may_be_reread() && !state.may_be_dropped());
        }
        assert!(BatchState::Undone.may_be_committed());
        for state in [
            BatchState::Reading,
            BatchState::Unreadable,
            BatchState::Dropped,
        ] {
            assert!(!state.may_be_committed());
        }
    }
}
