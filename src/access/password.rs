//! Passwords: argon2id with the library's recommended cost, never in the writers' queue.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Fewer characters than this are refused.
const SHORTEST: usize = 12;
/// More characters than this are refused, so that nobody makes the server hash a novel.
const LONGEST: usize = 256;

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error(
        "le mot de passe compte moins de {SHORTEST} caractères ; une phrase de quelques mots convient"
    )]
    TooShort,
    /// Too long.
    #[error("le mot de passe compte plus de {LONGEST} caractères")]
    TooLong,
    /// The hashing itself failed.
    #[error("le mot de passe n’a pas pu être protégé")]
    Hash,
}

/// Whether a password may serve.
///
/// # Errors
/// Where it is too short or too long, with a French sentence.
pub fn check_password(password: &str) -> Result<(), PasswordError> {
    match password.chars().count() {
        n if n < SHORTEST => Err(PasswordError::TooShort),
        n if n > LONGEST => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

/// The digest to store.
///
/// # Errors
/// Where the password is too short or too long, with a French sentence.
pub async fn hash_password(password: String) -> Result<String, PasswordError> {
    check_password(&password)?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    })
    .await
    .map_err(|_| PasswordError::Hash)?
    .map_err(|_| PasswordError::Hash)
}

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
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_digest_only() {
        let digest = hash_password("une phrase de passe".to_owned())
            .await
            .unwrap();
        assert!(digest.starts_with("$argon2id$"));
        assert!(verify_password("une phrase de passe".to_owned(), Some(digest.clone())).await);
        assert!(!verify_password("une autre phrase".to_owned(), Some(digest)).await);
        assert!(!verify_password("une phrase de passe".to_owned(), None).await);
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        assert!(hash_password("court".to_owned()).await.is_err());
        assert!(hash_password("x".repeat(257)).await.is_err());
    }
}
