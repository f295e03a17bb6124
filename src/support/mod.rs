//! Asking for help: what a person writes from a page to the support of their region, which answers,
//! passes it on to the national one, or closes it.
//!
//! What lives here: requests and what was said of them, their pages, the mails that announce them.
//! What never does: a figure or a text of the page that was asked about; the guide (`help`).

mod addressed;
mod letter;
mod pages;
pub mod store;
pub mod tables;
mod told;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{Act, Concern, Reach, Stage};
use crate::platform::db::{DbError, Tx};
use crate::platform::web::without_secrets;

pub use addressed::SupportAddresses;
pub use pages::router;
pub use store::forget_closed;
pub use told::SupportTeller;

/// Asking for help, in one's own name.
#[derive(Debug)]
pub struct AskHelp;

impl Act for AskHelp {
    /// The person.
    type Thing = Uuid;
    const NAME: &'static str = "help.ask";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Following a request: reading it, answering, closing it. Its author does, and the support.
#[derive(Debug)]
pub struct FollowRequest;

impl Act for FollowRequest {
    /// The request.
    type Thing = Uuid;
    const NAME: &'static str = "help.follow";

    async fn concerns(tx: &mut Tx, request: &Uuid) -> Result<Vec<Concern>, DbError> {
        store::concerns(tx, *request).await
    }
}

/// Passing a request on to the national support.
#[derive(Debug)]
pub struct PassOn;

impl Act for PassOn {
    /// The request.
    type Thing = Uuid;
    const NAME: &'static str = "help.pass_on";

    async fn concerns(tx: &mut Tx, request: &Uuid) -> Result<Vec<Concern>, DbError> {
        let concerns = store::concerns(tx, *request).await?;
        // Its author may follow it, not decide who answers.
        let without_owner = |concern| Concern {
            owner: None,
            ..concern
        };
        Ok(concerns.into_iter().map(without_owner).collect())
    }
}

/// What the person saw when they asked, beside the address of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What was asked of the page: its section, its filters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asked: String,
    /// The status of the page, where it was a refusal or a failure.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// The sentence of the refusal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub told: String,
    /// The reference of the failure, as the log has it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// The day of the past that was shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub as_of: String,
    /// The grants they held, in words.
    #[serde(default)]
    pub grants: Vec<String>,
}

/// What somebody said of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Its author wrote.
    Ask,
    /// The support answered.
    Answer,
    /// The support of the region passed it on.
    PassOn,
    /// It was closed.
    Close,
}

impl Deed {
    /// Every deed, with its word in the database and what a reader is told.
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Ask, "ask", "a écrit"),
        (Self::Answer, "answer", "a répondu"),
        (
            Self::PassOn,
            "pass_on",
            "a transmis à l’assistance nationale",
        ),
        (Self::Close, "close", "a clos la demande"),
    ];

    /// Its word in the database.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// After a name.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// The deed of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|deed| deed.1 == code)
            .map(|deed| deed.0)
    }
}

/// A request, as its readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its thing.
    pub id: Uuid,
    /// Who asked.
    pub person: Uuid,
    /// Their name.
    pub name: String,
    /// The agency whose support takes it; empty where the national one does.
    pub organisation: String,
    /// Whether the national support has it.
    pub national: bool,
    /// The page it was asked from; empty once that was erased.
    pub page: String,
    /// What the page is called.
    pub title: String,
    /// What the person saw.
    pub seen: Seen,
    /// Whether it is not closed.
    pub open: bool,
    /// Whether the person waits for a word of the support.
    pub awaits: bool,
    /// When it was asked, in microseconds UTC.
    pub at: i64,
}

impl Request {
    /// Whom it concerns: its author, and the agency whose support takes it.
    pub fn concern(&self) -> Concern {
        Concern {
            owner: Some(self.person),
            ..Concern::of(&self.organisation, "")
        }
        .at(if self.open {
            Stage::UnderWay
        } else {
            Stage::Closed
        })
    }

    /// Whether what was said was erased, its time being over.
    pub fn is_forgotten(&self) -> bool {
        self.page.is_empty()
    }

    /// Whether somebody may follow it.
    fn is_followed_by(&self, reach: &Reach) -> bool {
        reach.may_look(FollowRequest::NAME, &self.concern())
    }
}

/// What was said of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it did.
    pub deed: Deed,
    /// The words; empty where a request was closed without any.
    pub body: String,
    /// Who; absent where they were erased.
    pub who: Option<String>,
    /// When, in microseconds UTC.
    pub at: i64,
}

/// The most characters of a message.
pub const LONGEST: usize = 5_000;

/// What somebody typed, as it is kept.
///
/// # Errors
/// What is wrong with it, in French.
pub fn read_words(typed: &str, required: bool) -> Result<String, String> {
    let words = typed.replace("\r\n", "\n").trim().to_owned();
    if required && words.is_empty() {
        return Err("Écrivez votre message avant de l’envoyer.".to_owned());
    }
    let length = words.chars().count();
    if length > LONGEST {
        return Err(format!(
            "Le message compte {length} caractères ; {LONGEST} suffisent. Raccourcissez-le, rien n’est perdu."
        ));
    }
    Ok(words)
}

/// A page of this site as somebody names it, without what was asked of it nor what opens something;
/// the home page where it is none.
pub fn page_named(typed: &str) -> String {
    let path = typed.split(['?', '#']).next().unwrap_or_default();
    let is_local = path.starts_with('/') && !path.starts_with("//");
    let is_plain = !path.contains(['\\', '\r', '\n', '\t']) && path.len() <= 300;
    if is_local && is_plain {
        without_secrets(path)
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_of_this_site_and_without_what_was_asked_of_it() {
        assert_eq!(page_named("/contrats?q=mot"), "/contrats");
        assert_eq!(
            page_named("/donnees/jalon_0a/contrats.csv"),
            "/donnees/…/contrats.csv"
        );
        for other in [
            "",
            "https://example.org",
            "//example.org/a",
            "/a\\b",
            "/a\nb",
        ] {
            assert_eq!(page_named(other), "/", "{other:?}");
        }
    }

    #[test]
    fn words_are_kept_as_typed_but_for_their_ends() {
        assert_eq!(read_words(" a\r\nb ", true).unwrap(), "a\nb");
        assert!(read_words("  ", true).is_err());
        assert_eq!(read_words("  ", false).unwrap(), "");
        assert!(read_words(&"é".repeat(LONGEST + 1), true).is_err());
    }

    #[test]
    fn deeds_are_read_back() {
        for (deed, code, _) in Deed::ALL {
            assert_eq!((Deed::from_code(code), deed.code()), (Some(deed), code));
        }
    }
}
