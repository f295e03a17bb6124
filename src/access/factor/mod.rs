//! The second factor: codes of an application (RFC 6238) and, where it is lost, recovery codes.
//!
//! What lives here: who must have one, what a code opens, enrolment and its end. What never does:
//! the password, which comes before.

pub(super) mod enrol;
pub(super) mod pages;
pub mod store;

use std::fmt;

use jiff::civil::Date;
use qrcodegen::{QrCode, QrCodeEcc};
use sha2::{Digest as _, Sha256};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::grant::store::asks_a_factor;
use super::permit::Act;
use super::policy::Concern;
use super::store::{Whose, whole_of};
use crate::kernel::hex;
use crate::platform::config::SecondFactor as Asked;
use crate::platform::db::{DbError, Tx};

/// What a shared secret is of its person, where it is sealed.
const SLOT: &str = "authenticator";

/// Where a person's second factor is set up.
pub(super) const PATH: &str = "/moi/double-authentification";

/// Asking a person for a second factor from now on.
#[derive(Debug)]
pub struct AddFactor;

impl Act for AddFactor {
    /// The person.
    type Thing = Uuid;
    const NAME: &'static str = "person.factor_add";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Asking a person for none any more: themselves, or whoever administers all that they hold.
#[derive(Debug)]
pub struct RemoveFactor;

impl Act for RemoveFactor {
    type Thing = Whose;
    const NAME: &'static str = "person.factor_remove";

    async fn concerns(tx: &mut Tx, whose: &Whose) -> Result<Vec<Concern>, DbError> {
        let whole = whole_of(tx, whose).await?.into_iter();
        let own = whole.map(|concern| Concern {
            owner: Some(whose.person),
            ..concern
        });
        Ok(own.collect())
    }
}

/// Giving a person new recovery codes; those they had stop working.
#[derive(Debug)]
pub struct RenewCodes;

impl Act for RenewCodes {
    /// The person.
    type Thing = Uuid;
    const NAME: &'static str = "person.recovery_codes";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Whether a person must give a second factor: where the settings ask everybody, or where a role
/// that they hold that day or will hold does and the settings leave it to roles: a session may last
/// until the role begins. This is the one place that decides it, asked at each sign-in.
pub(super) async fn is_required(
    tx: &mut Tx,
    today: Date,
    person: Uuid,
    asked: Asked,
) -> Result<bool, DbError> {
    match asked {
        Asked::Nobody => Ok(false),
        Asked::Everybody => Ok(true),
        Asked::ByRole => asks_a_factor(tx, person, today).await,
    }
}

/// What an application and Jalon share. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Shared([u8; 20]);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared(…)")
    }
}

impl Shared {
    /// A new one: 160 random bits, as RFC 4226 asks.
    pub(super) fn random() -> Self {
        Self(rand::random())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    fn from_hex(digits: &str) -> Option<Self> {
        let pair = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(pair).collect();
        Self::from_bytes(&bytes?)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The step whose code this is at that instant (microseconds UTC), one step early or late
    /// allowed; the caller refuses a step that served.
    pub(super) fn step_of(&self, code: &str, now: i64) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let seconds = u64::try_from(now / 1_000_000).ok()?;
        let step = self.totp("").filter(|_| is_code)?.check(&digits, seconds)?;
        i64::try_from(step).ok()
    }

    /// The code of that instant (microseconds UTC).
    #[cfg(test)]
    fn code_at(&self, now: i64) -> String {
        let seconds = u64::try_from(now / 1_000_000).unwrap_or_default();
        self.totp("")
            .map_or_else(String::new, |totp| totp.generate(seconds).to_string())
    }

    /// Reads it back from the letters that people type.
    #[cfg(test)]
    fn from_letters(letters: &str) -> Option<Self> {
        let letters: String = letters.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = totp_rs::Secret::try_from_base32(letters).ok()?;
        Self::from_bytes(secret.as_ref())
    }

    /// In groups of four letters, for whoever types it.
    pub(super) fn letters(&self) -> String {
        let letters = totp_rs::Secret::from(self.0).to_base32();
        let letters: Vec<char> = letters.chars().collect();
        let groups = letters
            .chunks(4)
            .map(|four| four.iter().collect::<String>());
        groups.collect::<Vec<_>>().join(" ")
    }

    /// The address that an application reads from a picture.
    pub(super) fn address(&self, email: &str) -> Option<String> {
        self.totp(email)?.to_url().ok()
    }

    fn totp(&self, email: &str) -> Option<Totp> {
        Builder::new()
            .with_secret(self.0)
            .with_issuer(Some("Jalon"))
            .with_account_name(email.replace(':', ""))
            .build()
            .ok()
    }
}

/// The drawing of a text as a QR code: the side of the square in modules, and the path of its dark
/// modules.
pub(super) fn qr_path(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size();
    let mut path = String::new();
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
        if code.get_module(x, y) {
            path += &format!("M{x} {y}h1v1h-1z");
        }
    }
    Some((side, path))
}

/// How many recovery codes a person is given.
const RECOVERY_CODES: usize = 10;

/// A code that opens an account once, in place of the application's. `Debug` does not show it.
#[derive(Clone)]
pub struct RecoveryCode(String);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// New ones, of 80 random bits each.
    pub(super) fn set() -> Vec<Self> {
        let one = || Self(hex(&rand::random::<[u8; 10]>()));
        std::iter::repeat_with(one).take(RECOVERY_CODES).collect()
    }

    /// The one that somebody typed, where it has the form of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let is_whole = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        is_whole.then(|| Self(digits.to_lowercase()))
    }

    /// As it is shown once: `12ab3-…`.
    pub(super) fn reveal(&self) -> String {
        let digits: Vec<char> = self.0.chars().collect();
        let groups = digits.chunks(5).map(|five| five.iter().collect::<String>());
        groups.collect::<Vec<_>>().join("-")
    }

    /// What is kept of it. 80 random bits need no slow digest.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: i64 = 1_767_609_000_000_000;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six digits at 59 s and at 1111111109 s.
        let shared = Shared(*b"12345678901234567890");
        assert_eq!(shared.code_at(59_000_000), "287082");
        assert_eq!(shared.code_at(1_111_111_109_000_000), "081804");
    }

    #[test]
    fn what_is_shown_reads_back() {
        let shared = Shared::random();
        assert_eq!(
            Shared::from_letters(&shared.letters()),
            Some(shared.clone())
        );
        let address = shared.address("anne@example.org").unwrap();
        assert!(
            address.starts_with("otpauth://totp/Jalon:anne"),
            "{address}"
        );
        let (side, path) = qr_path(&address).unwrap();
        assert!(side > 20 && path.starts_with("M0 0h1"));
        for code in RecoveryCode::set() {
            let typed = RecoveryCode::parse(&code.reveal().to_uppercase()).unwrap();
            assert_eq!(typed.digest(), code.digest());
        }
        assert!(RecoveryCode::parse("12ab3").is_none());
    }

    proptest! {
        #[test]
        fn a_code_serves_within_a_step_of_its_own_and_never_later(secret: [u8; 20], away in -5_i64..6) {
            let shared = Shared(secret);
            let code = shared.code_at(NOON);
            let found = shared.step_of(&code, NOON + away * 30_000_000);
            // Two codes may be the same by chance: the step found is then another.
            prop_assert!(away.abs() > 1 || found.is_some());
            prop_assert!(found.is_none_or(|step| (step - NOON / 30_000_000 - away).abs() <= 1));
        }

        #[test]
        fn whatever_is_typed_does_no_harm(text in "\\PC{0,40}") {
            let shared = Shared(*b"12345678901234567890");
            let _ = (shared.step_of(&text, NOON), RecoveryCode::parse(&text).is_some(), Shared::from_letters(&text));
        }
    }
}
