//! Passwords: which may serve, and argon2id with the library's recommended cost, never in the
//! writers' queue.
//!
//! The rule is the CNIL's (deliberation 2022-100 of 21 July 2022): a password alone is worth 80
//! bits. Twelve characters of four kinds are, and so is a long phrase; beside the shape, an
//! estimator looks for words, dates, rows of keys and what is known of the person. Nothing asks
//! for a new password but its owner.

use std::num::NonZero;
use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use zxcvbn::{Score, zxcvbn};

/// Fewer characters than this are refused whatever they are.
const SHORTEST: usize = 12;
/// As many characters make a phrase, of whatever kinds: letters alone, at 4.7 bits each, are then
/// worth the 80 bits asked for.
const PHRASE: usize = 18;
/// More characters than this are refused, so that nobody makes the server hash a novel.
const LONGEST: usize = 128;
/// Characters that a password holds beside the words that are known of the person and of Jalon.
const OF_ONES_OWN: usize = 8;
/// What is asked of a password, for whoever chooses one.
pub const PASSWORD_HINT: &str = "Une phrase de 18 caractères ou plus, que vous seul pourriez écrire ; ou 12 caractères au moins, avec minuscules, majuscules, chiffres et signes.";

/// What is tried first by who guesses here, beside the estimator's own lists, which are English.
const EXPECTED: [&str; 24] = [
    "jalon",
    "cpom",
    "ars",
    "agence",
    "regionale",
    "sante",
    "ministere",
    "hopital",
    "contrat",
    "motdepasse",
    "mot",
    "passe",
    "azerty",
    "azertyuiop",
    "qsdfgh",
    "bonjour",
    "soleil",
    "france",
    "paris",
    "doudou",
    "loulou",
    "chouchou",
    "marseille",
    "jetaime",
];

/// Why a password cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error(
        "le mot de passe compte moins de {SHORTEST} caractères : ajoutez-en, ou écrivez une phrase de {PHRASE} caractères ou plus"
    )]
    TooShort,
    /// Neither long nor varied enough; what it lacks.
    #[error(
        "il manque à ce mot de passe {0} : ajoutez-en, ou écrivez une phrase de {PHRASE} caractères ou plus"
    )]
    TooPlain(String),
    /// Too easily guessed.
    #[error(
        "ce mot de passe se devine trop vite : évitez votre nom, les mots seuls, les dates, les suites et les répétitions, et choisissez plusieurs mots sans lien entre eux"
    )]
    TooEasy,
    /// Too long.
    #[error("le mot de passe compte plus de {LONGEST} caractères : raccourcissez-le")]
    TooLong,
    /// The hashing itself failed.
    #[error("le mot de passe n’a pas pu être protégé ; réessayez")]
    Hash,
}

/// A password that somebody chose and that may serve. `Debug` does not show it.
#[derive(Clone)]
pub struct NewPassword(String);

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

impl NewPassword {
    /// The password, where it may serve whoever has that name and that address.
    ///
    /// # Errors
    /// A French sentence that says what to do.
    pub fn new(password: &str, name: &str, email: &str) -> Result<Self, PasswordError> {
        let length = password.chars().count();
        if length < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if length > LONGEST {
            return Err(PasswordError::TooLong);
        }
        let lacking = lacking(password);
        if length < PHRASE && !lacking.is_empty() {
            return Err(PasswordError::TooPlain(lacking.join(", ")));
        }
        let about = bare(&[name, email].join(" ")).to_lowercase();
        let about = about.split(|c: char| !c.is_alphanumeric());
        let about = about.filter(|word| !word.is_empty());
        let known: Vec<&str> = about.chain(EXPECTED).collect();
        let bare = bare(password);
        let guessed = zxcvbn(&bare, &known).score() < Score::Four;
        if guessed || without(&bare, &known) < OF_ONES_OWN {
            return Err(PasswordError::TooEasy);
        }
        Ok(Self(password.to_owned()))
    }

    /// The digest to store.
    ///
    /// # Errors
    /// Where the machine could not compute it.
    pub async fn digest(self) -> Result<String, PasswordError> {
        let _turn = TURNS.acquire().await.map_err(|_| PasswordError::Hash)?;
        tokio::task::spawn_blocking(move || {
            Argon2::default()
                .hash_password(self.0.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await
        .map_err(|_| PasswordError::Hash)?
        .map_err(|_| PasswordError::Hash)
    }
}

/// A text without its accents, which a name is written with or without and hide nothing from who
/// guesses.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' => bare.push_str("oe"),
            'Œ' => bare.push_str("OE"),
            'æ' => bare.push_str("ae"),
            'Æ' => bare.push_str("AE"),
            c => bare.push(c),
        }
    }
    bare
}

/// How many characters a password has beside words that are known.
fn without(password: &str, known: &[&str]) -> usize {
    let mut known: Vec<&str> = known
        .iter()
        .copied()
        .filter(|word| word.len() > 2)
        .collect();
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = known
        .into_iter()
        .fold(password.to_lowercase(), |rest, word| rest.replace(word, ""));
    rest.chars().count()
}

/// The kinds of characters that a password has none of, in French.
fn lacking(password: &str) -> Vec<String> {
    type IsKind = fn(char) -> bool;
    let kinds: [(&str, IsKind); 4] = [
        ("une minuscule", char::is_lowercase),
        ("une majuscule", char::is_uppercase),
        ("un chiffre", |c| c.is_numeric()),
        ("un signe (« ! », « ; », une espace…)", |c| {
            !c.is_alphanumeric()
        }),
    ];
    let absent = kinds
        .into_iter()
        .filter(|(_, is_kind)| !password.chars().any(is_kind));
    absent.map(|(name, _)| name.to_owned()).collect()
}

/// How many passwords are worked on at once: each takes some 20 MB and a core for a moment, so that
/// a flood of them waits for its turn.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism();
    Semaphore::new(cores.map_or(2, NonZero::get))
});

/// A digest that no password gives, so that an unknown address costs the same time as a known one.
static DECOY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default()
        .hash_password(uuid::Uuid::now_v7().as_bytes())
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

/// Whether the password gives the stored digest; with no digest, as long and always no.
pub(super) async fn verify_password(password: String, stored: Option<String>) -> bool {
    if password.chars().count() > LONGEST {
        return false;
    }
    let Ok(_turn) = TURNS.acquire().await else {
        return false;
    };
    tokio::task::spawn_blocking(move || {
        let known = stored.is_some();
        let digest = stored.unwrap_or_else(|| DECOY.clone());
        let matches = PasswordHash::new(&digest).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        });
        known && matches
    })
    .await
    .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(password: &str) -> Result<(), PasswordError> {
        let judged = NewPassword::new(password, "Anne Martinez", "anne.martinez@example.org");
        judged.map(|_| ())
    }

    #[tokio::test]
    async fn a_password_matches_its_own_digest_only() {
        let phrase = NewPassword::new("une phrase de passe", "", "").unwrap();
        assert!(!format!("{phrase:?}").contains("phrase"));
        let digest = phrase.digest().await.unwrap();
        assert!(digest.starts_with("$argon2id$"));
        assert!(verify_password("une phrase de passe".to_owned(), Some(digest.clone())).await);
        assert!(!verify_password("une autre phrase".to_owned(), Some(digest)).await);
        assert!(!verify_password("une phrase de passe".to_owned(), None).await);
    }

    #[test]
    fn twelve_characters_of_four_kinds_or_a_phrase_may_serve() {
        for password in [
            "tK9;vuMé2!xq",
            "chouette brouette verte",
            "jalon-de-demonstration",
            "une phrase de passe",
            "Sept!Girafes9Bleues",
        ] {
            assert_eq!(judged(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn what_is_short_plain_or_guessed_is_refused_with_what_to_do() {
        assert_eq!(judged("tK9;vuMé2!x"), Err(PasswordError::TooShort));
        assert_eq!(judged(&"é;K9".repeat(65)), Err(PasswordError::TooLong));
        let plain = judged("tk9;vumé2!xq").unwrap_err().to_string();
        assert!(
            plain.contains("une majuscule") && !plain.contains("chiffre"),
            "{plain}"
        );
        for guessed in [
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "azertyuiopazertyuiop",
            "anne.martinez@example.org",
            "Anne-Martinez-2026",
            "Motdepasse2026!",
            "123456789012345678",
            "Password2026!",
        ] {
            assert_eq!(judged(guessed), Err(PasswordError::TooEasy), "{guessed}");
        }
    }

    #[test]
    fn a_name_is_known_with_its_accents_and_without() {
        for (name, email, password) in [
            ("Léa Kermor", "lk@example.org", "Kermor-Lea-2026!"),
            ("Léa Kermor", "lk@example.org", "Kermor-Léa-2026!"),
            ("Lea Kermor", "lk@example.org", "Kermor-Léa-2026!"),
            // With its accent apart from the letter.
            ("Léa Kermor", "lk@example.org", "Kermor-Le\u{301}a-2026!"),
            ("Zoé Lecœur", "zl@example.org", "Lecoeur-Zoe-2026!"),
        ] {
            let judged = NewPassword::new(password, name, email).map(|_| ());
            assert_eq!(judged, Err(PasswordError::TooEasy), "{name}: {password}");
        }
        let kept = NewPassword::new("Été;chaud;1révolu", "Léa Kermor", "lk@example.org").unwrap();
        assert_eq!(
            kept.0, "Été;chaud;1révolu",
            "what is kept is what was typed"
        );
    }

    proptest! {
        #[test]
        fn no_password_of_less_than_twelve_characters_serves(password in "\\PC{0,11}") {
            prop_assert_eq!(judged(&password), Err(PasswordError::TooShort));
        }

        #[test]
        fn one_short_of_a_phrase_needs_the_four_kinds(password in "[a-z0-9 ;]{12,17}") {
            prop_assert!(judged(&password).is_err());
        }

        #[test]
        fn what_was_judged_once_is_judged_alike(password in "\\PC{0,40}") {
            prop_assert_eq!(judged(&password), judged(&password));
        }
    }
}
