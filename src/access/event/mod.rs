//! What people did that changed nothing: signing in, signing out, being turned away, taking
//! something away, giving a command.
//!
//! What lives here: the events, how they are sealed in batches. What never does: a change, which
//! is the history's (`ledger`); whether somebody may try again (`throttle`).

pub(super) mod store;
mod trail;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub(super) use trail::Refusal;
pub use trail::Trail;

pub use store::{
    Actors, Asked, Called, Kept, SealsVerified, anchor, called, forget_origins, kept, seal,
    verify_seals, verify_seals_against,
};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Somebody tried to sign in.
    SignIn,
    /// Somebody signed out.
    SignOut,
    /// Somebody ended a session of theirs.
    EndSession,
    /// Somebody gave a code, after the password.
    SecondFactor,
    /// Somebody came back from a provider of identities.
    Federated,
    /// Somebody gave a passkey.
    Passkey,
    /// Somebody signed in gave their password again, before an act of consequence.
    Confirm,
    /// Somebody asked for a link to choose another password.
    AskLink,
    /// Somebody chose a password by the link of a mail.
    LinkUsed,
    /// Somebody was refused a page or an act.
    Refused,
    /// Somebody took a table away.
    Export,
    /// Somebody took a document away.
    Download,
    /// Somebody read what is under seal.
    Unseal,
    /// Somebody began to look as another.
    SeeAs,
    /// They came back to their own account.
    SeeAsEnd,
    /// A command was given in their name at the terminal.
    Command,
    /// Somebody prepared something that the history does not hold: a file sent, read again or given
    /// up, an indicator followed.
    Aside,
}

impl EventKind {
    /// The kind of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// As its owner reads it; failed where it did not turn out well.
    pub fn french(self, done: bool) -> &'static str {
        match (self, done) {
            (Self::SignIn, true) => "Connexion",
            (Self::SignIn, false) => "Connexion manquée",
            (Self::SignOut, _) => "Déconnexion",
            (Self::EndSession, _) => "Session terminée à distance",
            (Self::SecondFactor, true) => "Code accepté",
            (Self::SecondFactor, false) => "Code refusé",
            (Self::Federated, true) => "Connexion par le fournisseur d’identité",
            (Self::Federated, false) => "Connexion manquée par le fournisseur d’identité",
            (Self::Passkey, true) => "Connexion par clé d’accès",
            (Self::Passkey, false) => "Clé d’accès refusée",
            (Self::Confirm, true) => "Mot de passe redonné",
            (Self::Confirm, false) => "Mot de passe redonné, refusé",
            (Self::AskLink, _) => "Lien demandé pour un autre mot de passe",
            (Self::LinkUsed, _) => "Mot de passe choisi par le lien d’un courriel",
            (Self::Refused, _) => "Action refusée",
            (Self::Export, _) => "Tableau emporté",
            (Self::Download, _) => "Document emporté",
            (Self::Unseal, _) => "Texte scellé lu",
            (Self::SeeAs, _) => "Début d’une vue « comme » cette personne, par un administrateur",
            (Self::SeeAsEnd, _) => "Fin d’une vue « comme » cette personne",
            (Self::Command, true) => "Commande passée au terminal",
            (Self::Command, false) => "Commande refusée ou manquée au terminal",
            (Self::Aside, _) => "Préparation : fichier déposé, relu ou abandonné, indicateur suivi",
        }
    }

    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::SignIn,
        Self::SignOut,
        Self::EndSession,
        Self::SecondFactor,
        Self::Federated,
        Self::Passkey,
        Self::Confirm,
        Self::AskLink,
        Self::LinkUsed,
        Self::Refused,
        Self::Export,
        Self::Download,
        Self::Unseal,
        Self::SeeAs,
        Self::SeeAsEnd,
        Self::Command,
        Self::Aside,
    ];

    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::EndSession => "end_session",
            Self::SecondFactor => "second_factor",
            Self::Federated => "federated",
            Self::Passkey => "passkey",
            Self::Confirm => "confirm",
            Self::AskLink => "ask_link",
            Self::LinkUsed => "link_used",
            Self::Refused => "refused",
            Self::Export => "export",
            Self::Download => "download",
            Self::Unseal => "unseal",
            Self::SeeAs => "see_as",
            Self::SeeAsEnd => "see_as_end",
            Self::Command => "command",
            Self::Aside => "aside",
        }
    }
}

/// A digest of what must be recognised and not read.
pub(super) type Mark = [u8; 32];

/// The mark of the address typed to sign in.
pub(super) fn account_mark(folded_email: &str) -> Mark {
    Sha256::digest(folded_email.as_bytes()).into()
}

/// An event about to be kept.
#[derive(Clone, Debug)]
pub(super) struct Event<'a> {
    pub kind: EventKind,
    pub person: Option<Uuid>,
    pub account: Option<Mark>,
    pub device: Option<Mark>,
    pub origin: Option<&'a str>,
    pub done: bool,
    /// The address that was asked for, without its query nor what opens something.
    pub detail: Option<&'a str>,
}

/// What a seal digests of one event: nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
struct Sealed {
    id: Uuid,
    at: i64,
    kind: String,
    person_id: Option<Uuid>,
    done: bool,
    // Events of before this was kept have none, and their seals stand without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// SHA-256 of the previous seal followed by the events in JSON.
fn seal_hash(prev: &[u8], events: &[Sealed]) -> Mark {
    let mut hasher = Sha256::new();
    hasher.update(prev);
    // Serialising plain structs of texts and numbers cannot fail; an empty text would still give a
    // stable digest.
    hasher.update(serde_json::to_vec(events).unwrap_or_default());
    hasher.finalize().into()
}
