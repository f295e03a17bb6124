//! Texts that a session holds and nobody should read in the database: sealed where a key is set.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use uuid::Uuid;

use crate::platform::web::{WebError, WebResult};
use crate::sealed::{Envelope, Keyring, Place};

/// A text as the session holds it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Held {
    /// No key is set.
    Clear(String),
    /// Sealed for its person.
    Sealed(Envelope),
}

fn place((person, key): (Uuid, &str)) -> Place {
    Place::new(person, key, 0)
}

/// Keeps a text of a person's under that key of the session.
pub(super) async fn keep(
    session: &Session,
    keyring: &Keyring,
    whose: (Uuid, &str),
    text: &str,
) -> WebResult<()> {
    let held = if keyring.is_set() {
        let sealed = keyring.seal(&place(whose), text.as_bytes()).await;
        Held::Sealed(sealed.map_err(WebError::internal)?)
    } else {
        Held::Clear(text.to_owned())
    };
    let kept = session.insert(whose.1, held).await;
    kept.map_err(WebError::internal)
}

/// The text of that person under that key, where there is one that still opens.
pub(super) async fn read(
    session: &Session,
    keyring: &Keyring,
    whose: (Uuid, &str),
) -> WebResult<Option<String>> {
    let held = session.get(whose.1).await;
    // What an earlier version kept in another form is as nothing.
    match held.ok().flatten() {
        None => Ok(None),
        Some(Held::Clear(text)) => Ok(Some(text)),
        Some(Held::Sealed(envelope)) => {
            let opened = keyring.open(&place(whose), &envelope).await.ok();
            Ok(opened.and_then(|plain| plain.text().map(str::to_owned)))
        }
    }
}

/// Forgets what stands under that key.
pub(super) async fn forget(session: &Session, key: &str) -> WebResult<()> {
    let gone = session.remove_value(key).await;
    gone.map(drop).map_err(WebError::internal)
}
