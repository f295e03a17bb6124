//! What files gave and ended, and the contracts that grants may be limited to.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::names::{KnownContract, KnownSection};
use crate::access::Reach;
use crate::access::grant::Remit;
use crate::args;
use crate::contracts::store::list;
use crate::platform::db::{DbError, Tx};

/// The contracts that somebody sees, by framework and title.
pub(super) async fn contracts(tx: &mut Tx, reach: &Reach) -> Result<Vec<KnownContract>, DbError> {
    let cards = list(tx, reach, None, None).await?;
    let rows: Vec<(Uuid, Uuid, String, String)> = tx
        .all(
            "select contract_id, id, key, label from section order by contract_id, position",
            vec![],
        )
        .await?;
    let mut sections: BTreeMap<Uuid, Vec<KnownSection>> = BTreeMap::new();
    for (contract, id, key, label) in rows {
        let section = KnownSection { id, key, label };
        sections.entry(contract).or_default().push(section);
    }
    let known = cards.into_iter().map(|card| KnownContract {
        sections: sections.remove(&card.id).unwrap_or_default(),
        id: card.id,
        slug: card.slug,
        title: card.title,
    });
    Ok(known.collect())
}

/// A grant given by a change.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct GivenRow {
    pub id: Uuid,
    pub email: String,
    #[sqlx(flatten)]
    pub remit: Remit,
    pub starts_on: String,
    /// The last change that touched it.
    pub touched: i64,
}

/// The grants that a change gave.
pub(super) async fn given_by(tx: &mut Tx, change: i64) -> Result<Vec<GivenRow>, DbError> {
    tx.all(
        "select g.id, p.email, g.role, g.organisation, g.framework, g.objective, g.contract_id,
                g.section_id, g.starts_on,
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
