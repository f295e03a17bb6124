//! Sessions kept on the server; the browser holds a random identifier, the database its digest.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::Error as SessionError;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use uuid::Uuid;

use super::origin::Origin;
use super::store;
use crate::platform::db::{Db, DbError};
use crate::platform::web::local_path;

/// Nobody is signed in any more after this long without a request.
const IDLE: time::Duration = time::Duration::hours(8);
/// What the session holds is kept this long after the last sign of life: somebody whose session
/// ended overnight, or over a long weekend, finds again what they had typed.
const KEPT: time::Duration = time::Duration::days(5);
/// Nobody stays signed in longer than this, however lively.
const LONGEST: time::Duration = time::Duration::hours(24);
/// A sign of life is written down when the last one is older than this.
const SIGN_OF_LIFE: time::Duration = time::Duration::minutes(5);

/// The key under which the session holds the person.
const PERSON_KEY: &str = "person";
/// What a session holds of the person who was signed in before: a form that was kept stays, its
/// owner alone is shown it.
const OF_WHO_WAS_THERE: [&str; 3] = [LOOKING_KEY, MAKING_KEY, OFFERED_KEY];
/// As whom an administrator looks.
pub(super) const LOOKING_KEY: &str = "looking";
/// The passkey that a device is asked to make.
pub(super) const MAKING_KEY: &str = "passkey_making";
/// What an application of codes is being given.
pub(super) const OFFERED_KEY: &str = "offered_factor";
/// The key of the last sign of life, in seconds since 1970.
const SEEN_KEY: &str = "seen";
/// The key of when the person signed in, in seconds since 1970.
const STARTED_KEY: &str = "started";
/// The key of what the browser says of itself.
const AGENT_KEY: &str = "agent";
/// The key of the network address it signed in from.
const ADDRESS_KEY: &str = "address";

/// The key of a sign-in that waits for its second factor.
const PENDING_KEY: &str = "pending";
/// The key of the token by which a provider of identities knows who leaves.
const ID_TOKEN_KEY: &str = "id_token";
/// The key of whether the person has to set a second factor up before anything else.
const ENROL_KEY: &str = "enrol";
/// The key of whether the identifier is to be renewed.
const RENEW_KEY: &str = "renew";
/// The key of the state of the history as the session was read, never written down.
const STATE_KEY: &str = "state";
/// A password that was right waits this long for its code.
const PENDING: time::Duration = time::Duration::minutes(10);

/// A sign-in whose password was right, or whose identity a provider told, waiting for its second
/// factor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    /// Whose.
    pub person: Uuid,
    /// What is kept of the try.
    pub event: Uuid,
    /// Where to go afterwards.
    pub back: String,
    /// The token of the provider that told who it is.
    pub id_token: Option<String>,
    /// Since when, in seconds since 1970.
    since: i64,
}

impl Pending {
    /// From now on.
    pub(super) fn now(person: Uuid, event: Uuid, back: &str, id_token: Option<String>) -> Self {
        Self {
            person,
            event,
            back: local_path(back).to_owned(),
            id_token,
            since: OffsetDateTime::now_utc().unix_timestamp(),
        }
    }
}

/// Has a sign-in wait for its second factor; nobody is signed in meanwhile.
pub(super) async fn await_code(session: &Session, pending: Pending) -> Result<(), SessionError> {
    session.cycle_id().await?;
    session.insert(PENDING_KEY, pending).await
}

/// The token of the provider through which the person signed in.
pub(super) async fn id_token(session: &Session) -> Result<Option<String>, SessionError> {
    session.get(ID_TOKEN_KEY).await
}

/// The sign-in that waits for its second factor, if one does.
pub(super) async fn pending(session: &Session) -> Result<Option<Pending>, SessionError> {
    let pending: Option<Pending> = session.get(PENDING_KEY).await?;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    Ok(pending.filter(|pending| now - pending.since <= PENDING.whole_seconds()))
}

/// Whether the person must set a second factor up before anything else.
pub(super) async fn enrols(session: &Session) -> Result<bool, SessionError> {
    Ok(session.get(ENROL_KEY).await? == Some(true))
}

/// Has the person set a second factor up before anything else, or no longer.
pub(super) async fn must_enrol(session: &Session, must: bool) -> Result<(), SessionError> {
    session.insert(ENROL_KEY, must).await
}

/// Who a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody signed in with it.
    Nobody,
    /// That person did, too long ago.
    Lapsed(Uuid),
    /// That person is signed in, and has to set a second factor up before anything else.
    Enrolling(Uuid),
    /// That person is signed in.
    Signed(Uuid),
}

/// Who the session belongs to; a request of somebody signed in is a sign of life.
pub(super) async fn standing(session: &Session) -> Result<Standing, SessionError> {
    let Some(person) = session.get(PERSON_KEY).await? else {
        return Ok(Standing::Nobody);
    };
    // To remove what is not there would have the session written down at each request.
    if session.get(RENEW_KEY).await? == Some(true) {
        session.remove::<bool>(RENEW_KEY).await?;
        session.cycle_id().await?;
    }
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let seen: i64 = session.get(SEEN_KEY).await?.unwrap_or_default();
    let started: i64 = session.get(STARTED_KEY).await?.unwrap_or_default();
    if now - seen > IDLE.whole_seconds() || now - started > LONGEST.whole_seconds() {
        return Ok(Standing::Lapsed(person));
    }
    if now - seen > SIGN_OF_LIFE.whole_seconds() {
        session.insert(SEEN_KEY, now).await?;
    }
    if enrols(session).await? {
        return Ok(Standing::Enrolling(person));
    }
    Ok(Standing::Signed(person))
}

/// The last change of the history as the session was read.
pub(super) async fn state(session: &Session) -> Result<Option<i64>, SessionError> {
    session.get(STATE_KEY).await
}

/// Signs a person in, with the token of the provider that told who they are.
pub(super) async fn sign_in(
    session: &Session,
    person: Uuid,
    id_token: Option<&str>,
    origin: &Origin,
) -> Result<(), SessionError> {
    // A session known before signing in must not survive it.
    session.cycle_id().await?;
    session.remove::<Pending>(PENDING_KEY).await?;
    session.remove::<bool>(ENROL_KEY).await?;
    session.remove::<String>(ID_TOKEN_KEY).await?;
    for key in OF_WHO_WAS_THERE {
        session.remove_value(key).await?;
    }
    if let Some(token) = id_token {
        session.insert(ID_TOKEN_KEY, token).await?;
    }
    session.insert(PERSON_KEY, person).await?;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    session.insert(STARTED_KEY, now).await?;
    session.insert(AGENT_KEY, &origin.agent).await?;
    session.insert(ADDRESS_KEY, &origin.address).await?;
    session.insert(SEEN_KEY, now).await
}

/// A session of somebody signed in, as its owner sees it.
#[derive(Clone, Debug)]
pub(super) struct OpenSession {
    /// The digest of its identifier.
    pub id: Vec<u8>,
    /// When the person signed in, in microseconds UTC.
    pub started_at: i64,
    /// The last sign of life, in microseconds UTC.
    pub seen_at: i64,
    /// What the browser says of itself.
    pub agent: String,
    /// The network address it was opened from.
    pub address: Option<String>,
}

impl OpenSession {
    /// What a kept session says; nothing where nobody is signed in with it any more.
    pub(super) fn read(id: Vec<u8>, data: &str) -> Option<Self> {
        let data: HashMap<String, serde_json::Value> = serde_json::from_str(data).ok()?;
        let seconds = |key| data.get(key).and_then(serde_json::Value::as_i64);
        let text = |key| {
            data.get(key)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        };
        let (started, seen) = (seconds(STARTED_KEY)?, seconds(SEEN_KEY)?);
        let now = OffsetDateTime::now_utc().unix_timestamp();
        if now - seen > IDLE.whole_seconds() || now - started > LONGEST.whole_seconds() {
            return None;
        }
        Some(Self {
            id,
            started_at: started * 1_000_000,
            seen_at: seen * 1_000_000,
            agent: text(AGENT_KEY).unwrap_or_default(),
            address: text(ADDRESS_KEY),
        })
    }
}

/// The digest under which a session is kept.
pub(super) fn own_digest(session: &Session) -> Option<Vec<u8>> {
    session.id().as_ref().map(digest)
}

/// Sessions in the database.
#[derive(Clone, Debug)]
pub struct DbSessionStore {
    db: Db,
}

impl DbSessionStore {
    /// On that database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Whether a session is kept for the first time. One that was ended while a request of its own was
/// under way is not kept again by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeping {
    New,
    Known,
}

impl DbSessionStore {
    async fn keep(&self, record: &Record, keeping: Keeping) -> session_store::Result<()> {
        let kept = record.data.iter().filter(|(key, _)| *key != STATE_KEY);
        let kept: BTreeMap<_, _> = kept.collect();
        let data = serde_json::to_string(&kept).map_err(|e| Error::Encode(e.to_string()))?;
        let person = record.data.get(PERSON_KEY);
        let row = store::SessionRow {
            id: digest(&record.id),
            person: person.and_then(|id| id.as_str()?.parse().ok()),
            data,
            expires_at: micros(record.expiry_date),
        };
        let saved: Result<(), DbError> = async {
            let mut tx = self.db.write_aside().await?;
            match keeping {
                Keeping::New => store::insert_session(&mut tx, row).await?,
                Keeping::Known => store::update_session(&mut tx, row).await?,
            }
            tx.commit().await
        }
        .await;
        saved.map_err(backend)
    }
}

/// The layer that gives every request its session.
pub fn session_layer(db: Db, https: bool) -> SessionManagerLayer<DbSessionStore> {
    SessionManagerLayer::new(DbSessionStore::new(db))
        .with_name("jalon")
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(KEPT))
}

fn digest(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for DbSessionStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        // 128 random bits do not meet twice.
        self.keep(record, Keeping::New).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.keep(record, Keeping::Known).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let kept = store::load_session(&self.db, digest(id), now()).await;
        let Some(kept) = kept.map_err(backend)? else {
            return Ok(None);
        };
        let data = serde_json::from_str(&kept.data);
        let mut data: HashMap<String, serde_json::Value> =
            data.map_err(|e| Error::Decode(e.to_string()))?;
        if kept.renew == Some(true) {
            data.insert(RENEW_KEY.to_owned(), true.into());
        }
        data.insert(STATE_KEY.to_owned(), kept.last_change.into());
        let expires = i128::from(kept.expires_at) * 1000;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: OffsetDateTime::from_unix_timestamp_nanos(expires)
                .map_err(|e| Error::Decode(e.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let deleted: Result<(), DbError> = async {
            let mut tx = self.db.write_aside().await?;
            store::delete_session(&mut tx, digest(id)).await?;
            tx.commit().await
        }
        .await;
        deleted.map_err(backend)
    }
}

/// The instant by which sessions end, in microseconds UTC: they live on the machine's own clock.
pub(super) fn now() -> i64 {
    micros(OffsetDateTime::now_utc())
}

fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}
