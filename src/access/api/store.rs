//! What programs were answered when they wrote under a key of their own.

use crate::args;
use crate::platform::db::{DbError, Tx};

/// An answer is kept this long.
const KEPT: i64 = 7 * 24 * 3600 * 1_000_000;
/// A request without an answer after this long was cut short: it may be done again.
const CUT_SHORT: i64 = 10 * 60 * 1_000_000;

/// What is known under a key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Known {
    /// Digest of the request.
    pub request: Vec<u8>,
    /// Status of its answer; none while it is under way.
    pub status: Option<i64>,
    /// Headers of its answer, as JSON.
    pub headers: Option<String>,
    /// Body of its answer.
    pub body: Option<Vec<u8>>,
}

/// Takes a key for a request, now; what is known under it, where it was taken already.
pub(super) async fn take(
    tx: &mut Tx,
    key: &[u8],
    request: &[u8],
    now: i64,
) -> Result<Option<Known>, DbError> {
    tx.run(
        "delete from written_once where at < $1 or (status is null and at < $2)",
        args![now.saturating_sub(KEPT), now.saturating_sub(CUT_SHORT)],
    )
    .await?;
    let taken = tx
        .run(
            "insert into written_once (key, request, at) values ($1, $2, $3)
             on conflict (key) do nothing",
            args![key, request, now],
        )
        .await?;
    if taken == 1 {
        return Ok(None);
    }
    tx.optional(
        "select request, status, headers, body from written_once where key = $1",
        args![key],
    )
    .await
}

/// Keeps the answer to the request that took a key.
pub(super) async fn keep(
    tx: &mut Tx,
    key: &[u8],
    status: u16,
    headers: &str,
    body: &[u8],
) -> Result<(), DbError> {
    tx.run(
        "update written_once set status = $2, headers = $3, body = $4 where key = $1",
        args![key, i64::from(status), headers, body],
    )
    .await?;
    Ok(())
}

/// Gives a key back: what was asked under it was not done.
pub(super) async fn give_back(tx: &mut Tx, key: &[u8]) -> Result<(), DbError> {
    tx.run("delete from written_once where key = $1", args![key])
        .await?;
    Ok(())
}
