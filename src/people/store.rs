//! What files gave and ended, and the contracts that grants may be limited to.

use uuid::Uuid;

use super::names::KnownContract;
use crate::access::Reach;
use crate::access::grant::people_store::contract;
use crate::args;
use crate::contracts::store::list;
use crate::platform::db::{DbError, Tx};

/// The contracts that somebody sees, by framework and title.
pub(super) async fn contracts(tx: &mut Tx, reach: &Reach) -> Result<Vec<KnownContract>, DbError> {
    let mut known = Vec::new();
    for card in list(tx, reach, None).await? {
        if let Some(id) = contract(tx, &card.slug).await? {
            known.push(KnownContract {
                id,
                slug: card.slug,
                title: card.title,
            });
        }
    }
    Ok(known)
}

/// A grant given by a change.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct GivenRow {
    pub id: Uuid,
    pub email: String,
    pub role: String,
    pub organisation: String,
    pub framework: String,
    pub objective: String,
    pub contract_id: Option<Uuid>,
    pub starts_on: String,
    /// The last change that touched it.
    pub touched: i64,
}

/// The grants that a change gave.
pub(super) async fn given_by(tx: &mut Tx, change: i64) -> Result<Vec<GivenRow>, DbError> {
    tx.all(
        "select g.id, p.email, g.role, g.organisation, g.framework, g.objective, g.contract_id,
                g.starts_on,
                (select max(e.change_no) from entry e where e.thing_id = g.id) as touched
         from access_grant g join person p on p.id = g.person_id
         where g.given_change = $1
         order by g.id",
        args![change],
    )
    .await
}

/// The last change that touched a grant.
pub(super) async fn touched(tx: &mut Tx, grant: Uuid) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one(
            "select coalesce(max(change_no), 0) from entry where thing_id = $1",
            args![grant],
        )
        .await?;
    Ok(no)
}
