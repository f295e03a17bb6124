//! People and sessions in the database.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::email::Email;
use super::grant::store::answering_for;
use super::letter::{self, Warning};
use super::permit::{Act, Permit};
use super::policy::Concern;
use super::reach::Reach;
use super::session::{self, OpenSession};
use super::token;
use crate::args;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::mail;

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// Identifier.
    pub id: Uuid,
    /// Name, as colleagues know it.
    pub name: String,
    /// Address, in lower case.
    pub email: String,
}

/// A person about to have an account.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Name, as colleagues know it.
    pub name: String,
    /// Address.
    pub email: Email,
    /// Digest of the password.
    pub password: String,
}

/// Opening an account.
#[derive(Debug)]
pub struct AddPerson;

impl Act for AddPerson {
    type Thing = ();
    const NAME: &'static str = "person.add";

    async fn concerns(_tx: &mut Tx, (): &()) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::nobodys()])
    }
}

/// Changing the password of an account.
#[derive(Debug)]
pub struct ChangePassword;

impl Act for ChangePassword {
    /// The person.
    type Thing = Uuid;
    const NAME: &'static str = "person.password";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

/// A person, on a day: whose account it is.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The person.
    pub person: Uuid,
    /// The day on which what they hold says who administers their account.
    pub today: Date,
}

/// Everything that somebody holds or will hold: who answers for a part of it alone, or may not give
/// one of these roles, may neither keep them out of the rest, nor open it. Whoever holds nothing is nobody's in particular; nothing where
/// there is no such person.
pub(super) async fn whole_of(tx: &mut Tx, whose: &Whose) -> Result<Vec<Concern>, DbError> {
    if person(tx, whose.person).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut concerns = answering_for(tx, whose.person, whose.today).await?;
    if concerns.is_empty() {
        concerns.push(Concern::nobodys());
    }
    Ok(concerns)
}

/// Ending every session of somebody.
#[derive(Debug)]
pub struct EndSessions;

impl Act for EndSessions {
    type Thing = Whose;
    const NAME: &'static str = "person.sessions_end";

    async fn concerns(tx: &mut Tx, whose: &Whose) -> Result<Vec<Concern>, DbError> {
        whole_of(tx, whose).await
    }
}

/// What the history keeps of an account: nothing personal, so that it can be erased.
#[derive(Serialize)]
struct Recorded {}

/// Opens an account.
pub async fn add_person(
    change: &mut Change,
    permit: Permit<AddPerson>,
    new: NewPerson,
) -> Result<Uuid, LedgerError> {
    let () = permit.into_thing();
    let (name, email) = (new.name, new.email);
    insert_person(change, name, &email, Some(new.password)).await
}

/// Opens an account that has no password yet, for somebody who will be invited to choose one.
pub async fn add_invited(
    change: &mut Change,
    permit: Permit<AddPerson>,
    name: String,
    email: &Email,
) -> Result<Uuid, LedgerError> {
    let () = permit.into_thing();
    insert_person(change, name, email, None).await
}

async fn insert_person(
    change: &mut Change,
    name: String,
    email: &Email,
    password: Option<String>,
) -> Result<Uuid, LedgerError> {
    let id = change
        .create(
            NewThing {
                kind: "person",
                parent: None,
                scope: Scope::common(),
                label: "",
            },
            &Recorded {},
        )
        .await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into person (id, name, email, password, created_change)
             values ($1, $2, $3, $4, $5)",
            args![id, name, email.as_str(), password, no],
        )
        .await?;
    Ok(id)
}

/// Addresses compare without regard to case and surrounding spaces.
pub fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The person with that address.
pub async fn person_by_email(tx: &mut Tx, email: &str) -> Result<Option<Person>, DbError> {
    tx.optional(
        "select id, name, email from person where email = $1",
        args![fold_email(email)],
    )
    .await
}

/// The person with that identifier.
pub(super) async fn person(tx: &mut Tx, id: Uuid) -> Result<Option<Person>, DbError> {
    tx.optional(
        "select id, name, email from person where id = $1",
        args![id],
    )
    .await
}

/// The person with that identifier, unless their account is closed.
pub(super) async fn open_account(tx: &mut Tx, id: Uuid) -> Result<Option<Person>, DbError> {
    tx.optional(
        "select id, name, email from person where id = $1 and closed_change is null",
        args![id],
    )
    .await
}

/// Identifier and digest of the password, for signing in; none of a closed account.
pub(super) async fn credentials(
    tx: &mut Tx,
    email: &str,
) -> Result<Option<(Uuid, Option<String>)>, DbError> {
    tx.optional(
        "select id, password from person where email = $1 and closed_change is null",
        args![fold_email(email)],
    )
    .await
}

/// Whether whoever asks has a password.
pub(super) async fn has_password(tx: &mut Tx, reach: &Reach) -> Result<bool, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select id from person where id = $1 and password is not null",
            args![reach.actor().person()],
        )
        .await?;
    Ok(found.is_some())
}

/// A session to keep.
pub(super) struct SessionRow {
    /// The digest of its identifier.
    pub id: Vec<u8>,
    /// Who is signed in with it.
    pub person: Option<Uuid>,
    /// What it holds, in JSON.
    pub data: String,
    /// When it ends, in microseconds UTC.
    pub expires_at: i64,
}

pub(super) async fn insert_session(tx: &mut Tx, row: SessionRow) -> Result<(), DbError> {
    tx.run(
        "insert into session (id, person_id, data, expires_at) values ($1, $2, $3, $4)",
        args![row.id, row.person, row.data, row.expires_at],
    )
    .await?;
    Ok(())
}

/// Keeps what a session holds now; one that was ended meanwhile stays ended.
pub(super) async fn update_session(tx: &mut Tx, row: SessionRow) -> Result<(), DbError> {
    tx.run(
        "update session set person_id = $2, data = $3, expires_at = $4 where id = $1",
        args![row.id, row.person, row.data, row.expires_at],
    )
    .await?;
    Ok(())
}

/// A session as it is kept.
#[derive(sqlx::FromRow)]
pub(super) struct KeptSession {
    /// What it holds, in JSON.
    pub data: String,
    /// When it ends, in microseconds UTC.
    pub expires_at: i64,
    /// Whether its identifier is to be renewed.
    pub renew: Option<bool>,
    /// The last change of the history as it was read.
    pub last_change: i64,
}

pub(super) async fn load_session(
    db: &Db,
    id: Vec<u8>,
    now: i64,
) -> Result<Option<KeptSession>, DbError> {
    db.glance(
        "select data, expires_at, renew, (select coalesce(max(no), 0) from change) as last_change
         from session where id = $1 and expires_at > $2",
        args![id, now],
    )
    .await
}

pub(super) async fn delete_session(tx: &mut Tx, id: Vec<u8>) -> Result<(), DbError> {
    tx.run("delete from session where id = $1", args![id])
        .await?;
    Ok(())
}

/// Drops the sessions that nothing brings back.
pub async fn drop_ended_sessions(tx: &mut Tx) -> Result<(), DbError> {
    tx.run(
        "delete from session where expires_at < $1",
        args![session::now()],
    )
    .await?;
    Ok(())
}

/// The sessions of whoever asks in which they are signed in, the latest first.
pub(super) async fn sessions_of(tx: &mut Tx, reach: &Reach) -> Result<Vec<OpenSession>, DbError> {
    open_sessions(tx, reach.actor().person()).await
}

async fn open_sessions(tx: &mut Tx, person: Option<Uuid>) -> Result<Vec<OpenSession>, DbError> {
    let rows: Vec<(Vec<u8>, String)> = tx
        .all(
            "select id, data from session where person_id = $1",
            args![person],
        )
        .await?;
    let open = rows
        .into_iter()
        .filter_map(|(id, data)| OpenSession::read(id, &data));
    let mut open: Vec<OpenSession> = open.collect();
    open.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
    Ok(open)
}

/// The open sessions of somebody, for whoever may end them.
pub(super) async fn sessions_under(
    tx: &mut Tx,
    permit: &Permit<EndSessions>,
) -> Result<Vec<OpenSession>, DbError> {
    open_sessions(tx, Some(permit.thing().person)).await
}

/// Ends every session of somebody, who is told; how many.
pub(super) async fn end_sessions_of(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<EndSessions>,
    programs: bool,
) -> Result<usize, LedgerError> {
    let Whose { person: id, .. } = permit.into_thing();
    let mut ended = open_sessions(change.tx(), Some(id)).await?.len();
    if programs {
        ended += token::store::revoke_all(change, id).await?;
    }
    if ended == 0 {
        return Ok(0);
    }
    change
        .record(id, "sessions_end", None::<&Recorded>, None::<&Recorded>)
        .await?;
    end_sessions(change.tx(), id, None).await?;
    if let Some(owner) = person(change.tx(), id).await? {
        let letter = letter::warning(&owner, Warning::SessionsEnded, change.at());
        mail::store::write(change.tx(), clock, &[letter]).await?;
    }
    Ok(ended)
}

/// Gives an account another password, by its digest, and ends its sessions but the one kept.
pub(super) async fn change_password(
    change: &mut Change,
    permit: Permit<ChangePassword>,
    digest: String,
    kept_session: Option<Vec<u8>>,
) -> Result<(), LedgerError> {
    let person = permit.into_thing();
    change
        .record(person, "password", None::<&Recorded>, None::<&Recorded>)
        .await?;
    let tx = change.tx();
    tx.run(
        "update person set password = $2 where id = $1",
        args![person, digest],
    )
    .await?;
    end_sessions(tx, person, kept_session).await?;
    Ok(())
}

/// Has the sessions of a person renewed at their next request: called wherever what they open
/// changes, such as a role given or ended. An identifier taken before opens nothing more.
pub async fn renew_sessions(tx: &mut Tx, person: Uuid) -> Result<(), DbError> {
    tx.run(
        "update session set renew = true where person_id = $1",
        args![person],
    )
    .await?;
    Ok(())
}

/// Ends the sessions of a person, but the one kept.
pub async fn end_sessions(tx: &mut Tx, person: Uuid, kept: Option<Vec<u8>>) -> Result<(), DbError> {
    tx.run(
        "delete from session where person_id = $1 and id <> $2",
        args![person, kept.unwrap_or_default()],
    )
    .await?;
    Ok(())
}

/// Whether opening an account failed because the address already has one.
pub fn is_taken(error: &LedgerError) -> bool {
    matches!(error, LedgerError::Db(cause) if cause.is_unique_violation())
}
