//! What was said in a request for help, erased once its time is over.

use uuid::Uuid;

use crate::args;
use crate::platform::db::{DbError, Tx};

/// How long it stays after the request was closed, in microseconds: two years.
pub const KEPT: i64 = 2 * 365 * 24 * 3600 * 1_000_000;

/// Erases what was said in the requests whose time is over. That they were made and answered is
/// still told by the history, which never held more.
///
/// # Errors
/// Where the database fails.
pub async fn forget_closed(tx: &mut Tx, now: i64) -> Result<(), DbError> {
    let due: Vec<(Uuid,)> = tx
        .all(
            "select h.id from help_request h
             where h.state = 'closed'
               and exists (select 1 from help_message m
                           where m.request_id = h.id and m.body <> '')
               and (select max(c.at) from help_message m join change c on c.no = m.change_no
                    where m.request_id = h.id) < $1",
            args![now - KEPT],
        )
        .await?;
    for (request,) in due {
        tx.run(
            "update help_message set body = '' where request_id = $1",
            args![request],
        )
        .await?;
        tx.run(
            "update help_request set page = '', title = '', seen = '' where id = $1",
            args![request],
        )
        .await?;
    }
    Ok(())
}
