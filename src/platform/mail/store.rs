//! The outbox in the database.

use uuid::Uuid;

use super::{Mail, State};
use crate::args;
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};

/// Mails sent by one turn at most.
const MOST_AT_ONCE: i64 = 50;
/// What became of a mail is forgotten after this long.
const KEPT: i64 = 30 * 24 * 3600 * 1_000_000;

/// Writes mails down, in the transaction of what causes them; one whose key is known is left out.
pub async fn write(tx: &mut Tx, clock: &Clock, mails: &[Mail]) -> Result<(), DbError> {
    let now = clock.now();
    let row = |mail: &Mail| {
        args![
            clock.new_id(),
            &mail.key,
            &mail.address,
            &mail.subject,
            &mail.body,
            now,
            mail.due_at.max(now),
            mail.useless_at,
            0_i64,
            State::Waiting.code()
        ]
    };
    tx.upsert_rows(
        "insert into mail (id, dedup, address, subject, body, created_at, due_at, useless_at,
                           attempts, state) values",
        mails.iter().map(row).collect(),
        "on conflict (dedup) do nothing",
    )
    .await
}

/// A mail that is due.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Waiting {
    pub id: Uuid,
    pub address: String,
    pub subject: String,
    pub body: String,
    pub created_at: i64,
    pub due_at: i64,
    pub attempts: i64,
}

/// The mails that are due, the first due first.
pub(super) async fn due(tx: &mut Tx, now: i64) -> Result<Vec<Waiting>, DbError> {
    tx.all(
        "select id, address, subject, body, created_at, due_at, attempts from mail
         where state = 'waiting' and due_at <= $1
         order by due_at, id limit $2",
        args![now, MOST_AT_ONCE],
    )
    .await
}

/// Takes a mail up: false where another process did.
pub(super) async fn take(tx: &mut Tx, mail: &Waiting, next_try: i64) -> Result<bool, DbError> {
    let taken = tx
        .run(
            "update mail set attempts = attempts + 1, due_at = $3
             where id = $1 and due_at = $2 and state = 'waiting'",
            args![mail.id, mail.due_at, next_try],
        )
        .await?;
    Ok(taken == 1)
}

/// Says why the last try failed; the next stands already.
pub(super) async fn failed(tx: &mut Tx, id: Uuid, problem: &str) -> Result<(), DbError> {
    tx.run(
        "update mail set problem = $2 where id = $1",
        args![id, problem],
    )
    .await?;
    Ok(())
}

/// Ends a mail's life; its body is forgotten.
pub(super) async fn end(
    tx: &mut Tx,
    id: Uuid,
    state: State,
    now: i64,
    problem: Option<&str>,
) -> Result<(), DbError> {
    tx.run(
        "update mail set state = $2, done_at = $3, problem = $4, body = '' where id = $1",
        args![id, state.code(), now, problem],
    )
    .await?;
    Ok(())
}

/// Ends the mails whose time passed, and forgets those that ended long ago.
pub async fn tidy(tx: &mut Tx, now: i64) -> Result<(), DbError> {
    tx.run(
        "update mail set state = 'useless', done_at = $1, body = ''
         where state = 'waiting' and useless_at <= $1",
        args![now],
    )
    .await?;
    tx.run("delete from mail where done_at < $1", args![now - KEPT])
        .await?;
    Ok(())
}

/// A mail as whoever runs the installation sees it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Identifier.
    pub id: Uuid,
    /// To whom.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// When it was written, in microseconds UTC.
    pub created_at: i64,
    /// Where it stands.
    pub state: State,
    /// Why the last try failed.
    pub problem: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: Uuid,
    address: String,
    subject: String,
    created_at: i64,
    state: String,
    problem: Option<String>,
}

/// The last two hundred mails, the latest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<ListedRow> = tx
        .all(
            "select id, address, subject, created_at, state, problem from mail
             order by id desc limit 200",
            vec![],
        )
        .await?;
    let listed = |row: ListedRow| {
        let state = State::from_code(&row.state);
        Ok(Listed {
            state: state.ok_or_else(|| DbError::corrupt("state of a mail", &row.state))?,
            id: row.id,
            address: row.address,
            subject: row.subject,
            created_at: row.created_at,
            problem: row.problem,
        })
    };
    rows.into_iter().map(listed).collect()
}

/// The text of a mail that waits; nothing once it was sent or given up.
pub async fn waiting_text(tx: &mut Tx, id: Uuid) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .optional(
            "select body from mail where id = $1 and state = 'waiting'",
            args![id],
        )
        .await?;
    Ok(row.map(|(body,)| body))
}
