//! How far a thing has come: some acts are for what is under way alone, others for what stands.

use crate::platform::yaml::Worded;

/// How far a thing has come in its life, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Begun, and counting for nothing yet: a draft, a file that was read, a contest without an
    /// answer.
    UnderWay,
    /// It stands: signed, recorded, given.
    Settled,
    /// It is over: given up, undone, answered, ended.
    Closed,
}

impl Stage {
    /// Every stage, with its word in the text and for a reader.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::UnderWay, "en-cours", "en cours"),
        (Self::Settled, "acquis", "acquis"),
        (Self::Closed, "clos", "clos"),
    ];

    /// Its name for a reader.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

impl Worded for Stage {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.into_iter().map(|(stage, word, _)| (word, stage))
    }
}
