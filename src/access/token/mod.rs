//! Access tokens: what lets a program act for a person.
//!
//! A token is shown once, when it is made; only its digest is kept. It acts as the person who made
//! it, for reading or for writing too, until a day that person chose or until they revoke it.

pub(super) mod pages;
pub mod store;

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::permit::Act;
use super::policy::Concern;
use crate::kernel::hex;
use crate::platform::db::{DbError, Tx};

/// Days that a token may live. No source says how long: a year is Jalon's reading.
pub const LONGEST_DAYS: i64 = 366;
/// Characters in the name of a token.
const LONGEST_NAME: usize = 80;
/// What every token begins with, so that a leaked one is recognised for what it is.
const PREFIX: &str = "jalon_";

/// Making an access token, for the person who asks.
#[derive(Debug)]
pub struct CreateToken;

impl Act for CreateToken {
    /// The person it acts for.
    type Thing = Uuid;
    const NAME: &'static str = "token.create";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Revoking an access token.
#[derive(Debug)]
pub struct RevokeToken;

impl Act for RevokeToken {
    /// The token.
    type Thing = Uuid;
    const NAME: &'static str = "token.revoke";

    async fn concerns(tx: &mut Tx, token: &Uuid) -> Result<Vec<Concern>, DbError> {
        let owner = store::owner(tx, *token).await?;
        Ok(owner.map(Concern::of_person).into_iter().collect())
    }
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// Reading what the person may read.
    Read,
    /// Writing too.
    ReadWrite,
}

impl TokenScope {
    /// Both, the narrowest first.
    pub const ALL: [Self; 2] = [Self::Read, Self::ReadWrite];

    /// The word kept in the database and the forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "read_write",
        }
    }

    /// The scope of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        match self {
            Self::Read => "Lecture seule",
            Self::ReadWrite => "Lecture et écriture",
        }
    }
}

/// A token as its owner sees it listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Identifier.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scope: TokenScope,
    /// The last day, in Paris, on which it works.
    pub expires_on: Date,
    /// When it was made, in microseconds UTC.
    pub created_at: i64,
    /// When it was revoked, in microseconds UTC.
    pub revoked_at: Option<i64>,
}

impl AccessToken {
    /// Whether it still works on that day.
    pub fn is_alive(&self, today: Date) -> bool {
        self.revoked_at.is_none() && today <= self.expires_on
    }
}

/// A token about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    name: String,
    scope: TokenScope,
    expires_on: Date,
}

/// What is wrong with a token about to be made: a field and a French sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenMistakes {
    /// Of its name.
    pub name: Option<String>,
    /// Of its last day.
    pub expires_on: Option<String>,
}

impl NewToken {
    /// What its owner calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last day on which it works.
    pub fn expires_on(&self) -> Date {
        self.expires_on
    }

    /// A token of that name until that day, looked at on `today`.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn new(
        name: &str,
        scope: TokenScope,
        expires_on: Option<Date>,
        today: Date,
    ) -> Result<Self, TokenMistakes> {
        let name = name.trim();
        let last = today.saturating_add(LONGEST_DAYS.days());
        let mut mistakes = TokenMistakes::default();
        if name.is_empty() {
            mistakes.name = Some("Donnez un nom : celui du programme qui s’en servira.".to_owned());
        } else if name.chars().count() > LONGEST_NAME {
            mistakes.name = Some(format!("Ce nom dépasse {LONGEST_NAME} caractères."));
        }
        mistakes.expires_on = match expires_on {
            None => Some("Donnez une date de fin, par exemple 31/12/2026.".to_owned()),
            Some(day) if day < today => Some("Cette date est passée.".to_owned()),
            Some(day) if day > last => Some(format!(
                "Un accès dure un an au plus : choisissez le {} ou avant.",
                last.strftime("%d/%m/%Y")
            )),
            Some(_) => None,
        };
        match expires_on {
            Some(expires_on) if mistakes == TokenMistakes::default() => Ok(Self {
                name: name.to_owned(),
                scope,
                expires_on,
            }),
            _ => Err(mistakes),
        }
    }
}

/// The text of a token, which nothing but its maker and the program ever holds. It is not shown by
/// `Debug`, so that no log holds it either.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one: 256 random bits.
    pub fn random() -> Self {
        let bytes: [u8; 32] = rand::random();
        Self(format!("{PREFIX}{}", hex(&bytes)))
    }

    /// The one that a request carries, where it has the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let is_whole = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_whole.then(|| Self(text.to_owned()))
    }

    /// The text itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. 256 random bits need no slow digest.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_token_needs_a_name_and_a_day_within_a_year() {
        let today = date(2026, 1, 5);
        let made = |name: &str, day| NewToken::new(name, TokenScope::Read, day, today);
        assert!(made("tableau de bord", Some(today)).is_ok());
        assert!(made("tableau de bord", Some(date(2027, 1, 6))).is_ok());
        let late = made("tableau de bord", Some(date(2027, 1, 7))).unwrap_err();
        assert!(late.expires_on.unwrap().contains("06/01/2027"));
        let nothing = made(" ", None).unwrap_err();
        assert!(nothing.name.is_some() && nothing.expires_on.is_some());
        assert!(made("x", Some(date(2026, 1, 4))).is_err());
        assert!(made(&"x".repeat(81), Some(today)).is_err());
    }

    #[test]
    fn a_secret_is_read_back_and_never_shown_by_mistake() {
        let secret = Secret::random();
        assert_eq!(Secret::parse(secret.reveal()).as_ref(), Some(&secret));
        assert_ne!(Secret::random(), secret);
        assert!(!format!("{secret:?}").contains(&secret.reveal()[6..]));
        for wrong in [
            "",
            "jalon_",
            "jalon_zz",
            &secret.reveal()[1..],
            &format!("{}0", secret.reveal()),
        ] {
            assert_eq!(Secret::parse(wrong), None, "{wrong}");
        }
    }
}
