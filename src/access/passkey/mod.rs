//! Passkeys (`WebAuthn`): a key kept by a device, which asks its holder for a gesture or a code of
//! its own before it signs. It is worth both factors, and serves on this site only.
//!
//! What lives here: what is asked of a device and what is believed of its answer, which keys open
//! which account. What never does: the cryptography, which is `webauthn-rs`.

pub(super) mod own;
pub(super) mod pages;
pub(super) mod store;

use std::error::Error;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_sessions::Session;
use tower_sessions::session::Error as SessionError;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, RequestChallengeResponse, Url, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::permit::Act;
use super::policy::Concern;
use super::store::Person;
use crate::platform::config::Config;
use crate::platform::db::{DbError, Tx};

/// Having a passkey open the account of a person.
#[derive(Debug)]
pub struct AddPasskey;

impl Act for AddPasskey {
    /// The person.
    type Thing = Uuid;
    const NAME: &'static str = "person.passkey_add";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// Taking a passkey away from the account that it opens.
#[derive(Debug)]
pub struct RemovePasskey;

impl Act for RemovePasskey {
    /// The passkey.
    type Thing = Uuid;
    const NAME: &'static str = "person.passkey_remove";

    async fn concerns(tx: &mut Tx, passkey: &Uuid) -> Result<Vec<Concern>, DbError> {
        let owner = store::owner(tx, *passkey).await?;
        Ok(owner.map(Concern::of_person).into_iter().collect())
    }
}

/// Characters in the name that its owner gives a passkey.
const LONGEST_NAME: usize = 60;
/// Passkeys that one account has at most.
const MOST: usize = 10;
/// A device is waited for this long, in microseconds.
const LONGEST: i64 = 5 * 60 * 1_000_000;

/// The name that its owner gives a passkey.
///
/// # Errors
/// What is wrong and what to do.
fn name(typed: &str) -> Result<String, &'static str> {
    let name = typed.trim();
    match name.chars().count() {
        0 => Err("Donnez un nom à cette clé, pour la reconnaître : « Ordinateur du bureau »."),
        1..=LONGEST_NAME => Ok(name.to_owned()),
        _ => Err("Ce nom dépasse 60 caractères."),
    }
}

/// What is asked of a device, kept in the session until it answers, once.
#[derive(Serialize, Deserialize)]
struct Asked<T> {
    what: T,
    since: i64,
}

/// A passkey being made.
#[derive(Serialize, Deserialize)]
struct Making {
    person: Uuid,
    name: String,
    state: PasskeyRegistration,
}

const GIVING_KEY: &str = "passkey_giving";

/// Notes in the session what was asked of a device; what was asked before is forgotten.
async fn ask<T: Serialize + Send + Sync>(
    session: &Session,
    key: &str,
    what: T,
    now: i64,
) -> Result<(), SessionError> {
    session.insert(key, Asked { what, since: now }).await
}

/// What was asked of the device of this session, once and while it lasts.
async fn asked<T: DeserializeOwned>(
    session: &Session,
    key: &str,
    now: i64,
) -> Result<Option<T>, SessionError> {
    let asked: Option<Asked<T>> = session.remove(key).await?;
    let asked = asked.filter(|asked| now - asked.since <= LONGEST);
    Ok(asked.map(|asked| asked.what))
}

/// This site, as devices know it.
struct Site(Webauthn);

impl Site {
    /// The site of the settings; nothing where devices can know none: they know names, not
    /// network addresses, and only over TLS but on one's own machine.
    fn of(config: &Config) -> Option<Self> {
        let origin = Url::parse(&config.public_url).ok()?;
        let name = origin.domain()?;
        if origin.scheme() != "https" && name != "localhost" {
            return None;
        }
        let builder = WebauthnBuilder::new(name, &origin).ok()?;
        Some(Self(builder.rp_name("Jalon").build().ok()?))
    }

    /// What a device is asked to make a key for somebody who has those already.
    fn ask_new(
        &self,
        person: &Person,
        known: Vec<CredentialID>,
    ) -> Result<(Value, PasskeyRegistration), Box<dyn Error + Send + Sync>> {
        let (id, email, name) = (person.id, &person.email, &person.name);
        let asked = self
            .0
            .start_passkey_registration(id, email, name, Some(known));
        let (asked, state) = asked?;
        let mut asked = serde_json::to_value(asked)?;
        // So that the device tells by itself whose it is, and no address need be typed.
        let selection = &mut asked["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
        Ok((asked, state))
    }

    /// What any device is asked to sign.
    fn ask_any(
        &self,
    ) -> Result<(RequestChallengeResponse, DiscoverableAuthentication), WebauthnError> {
        let (mut asked, state) = self.0.start_discoverable_authentication()?;
        // A button was pressed: nothing waits in a field.
        asked.mediation = None;
        Ok((asked, state))
    }
}

/// The answer of a device, as its form carries it.
#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    reponse: String,
}

impl Answered {
    fn made(&self) -> Option<RegisterPublicKeyCredential> {
        serde_json::from_str(&self.reponse).ok()
    }

    fn given(&self) -> Option<PublicKeyCredential> {
        serde_json::from_str(&self.reponse).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_has_a_name_of_some_length() {
        assert_eq!(name("  Téléphone "), Ok("Téléphone".to_owned()));
        assert!(name(" ").is_err() && name(&"x".repeat(61)).is_err());
        assert!(name(&"é".repeat(60)).is_ok());
    }

    #[test]
    fn devices_know_a_site_by_its_name_over_tls() {
        let knows = |url: &str| {
            let config = Config {
                public_url: url.to_owned(),
                ..Config::default()
            };
            Site::of(&config).is_some()
        };
        assert!(knows("https://jalon.example.org") && knows("http://localhost:8080"));
        for unknown in [
            "http://jalon.example.org",
            "https://192.0.2.7",
            "http://127.0.0.1:8080",
        ] {
            assert!(!knows(unknown), "{unknown}");
        }
    }
}
