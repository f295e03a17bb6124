//! What stands between a draft and its signature.

use super::TermKey;

/// Something that must be settled before a signature, told to the person who can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is.
    pub kind: ObstacleKind,
    /// The term it is about, where it is about one.
    pub key: Option<TermKey>,
    /// Where, what and what to do, in French.
    pub sentence: String,
}

/// What can stand between a draft and its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObstacleKind {
    /// The framework has no such act.
    UnknownAct,
    /// It is no draft any more.
    NotADraft,
    /// The contract itself is not signed, or is signed already.
    WrongMoment,
    /// It changes nothing.
    Empty,
    /// The act must say why.
    MissingMotive,
    /// Choosing an indicator must say why.
    MissingChoiceMotive,
    /// The act may not change that.
    NotAllowed,
    /// The framework has no such indicator, commitment or line.
    UnknownSubject,
    /// An indicator that every contract has was left out.
    CommonLeftOut,
    /// A term about an indicator that is not retained.
    NotRetained,
    /// A retained indicator that the contract must define.
    Undefined,
    /// The definition changes its kind, and terms were written in the former one.
    OtherKind,
    /// A target is expected.
    MissingTarget,
    /// There is never a target.
    UnexpectedTarget,
    /// A value of another kind than the measure's.
    WrongKind,
    /// A value beyond what is plausible.
    OutOfBounds,
    /// A year that is not the contract's.
    OutOfPeriod,
    /// A commitment without its one indicator.
    CommitmentWithoutIndicator,
    /// Nobody holds a role that signs.
    MissingParty,
    /// An organisation holds two roles.
    PartyTwice,
    /// Nobody signs for a party that must.
    MissingSignatory,
    /// A signatory for a role that the framework has not.
    UnknownRole,
    /// A signatory without a date.
    MissingDate,
    /// Another person must confirm.
    MissingSecondPerson,
    /// Another instrument was signed since it was drafted.
    StaleBase,
}
