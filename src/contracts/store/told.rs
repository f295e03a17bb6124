//! The names of instruments, for the sentences of the history.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::seen::parties_ever;
use crate::access::Reach;
use crate::args;
use crate::contracts::State;
use crate::contracts::naming::Numbered;
use crate::platform::db::{DbError, Tx};

/// An instrument, as much of it as its name asks.
#[derive(Clone, Debug)]
pub(in crate::contracts) struct Named {
    pub id: Uuid,
    pub contract: Uuid,
    pub no: i64,
    pub act: String,
    pub state: State,
    pub keeper: String,
    pub signed_change: Option<i64>,
    pub slug: String,
    pub title: String,
    pub framework: String,
}

impl Named {
    /// Whether who prepares it, or prepared it before giving it up, keeps it from somebody.
    pub(in crate::contracts) fn is_kept_from(&self, reach: &Reach) -> bool {
        self.state != State::Signed && !reach.sees_kept_by(&self.keeper)
    }

    /// What its number is told by.
    pub(in crate::contracts) fn numbered(&self) -> Numbered<'_> {
        Numbered {
            id: self.id,
            no: self.no,
            act: &self.act,
            state: self.state,
            signed_change: self.signed_change,
        }
    }
}

#[derive(sqlx::FromRow)]
struct NamedRow {
    id: Uuid,
    contract_id: Uuid,
    no: i64,
    act: String,
    state: String,
    keeper: String,
    signed_change: Option<i64>,
    slug: String,
    title: String,
    framework: String,
}

/// The contracts that some organisations are or were party to.
pub(in crate::contracts) async fn contracts_of(
    tx: &mut Tx,
    organisations: &BTreeSet<&str>,
) -> Result<BTreeSet<Uuid>, DbError> {
    let theirs = parties_ever(tx).await?.into_iter();
    let theirs = theirs.filter(|(_, code)| organisations.contains(code.as_str()));
    Ok(theirs.map(|(contract, _)| contract).collect())
}

/// Every instrument of the contracts that changed between two changes.
pub(in crate::contracts) async fn named_between(
    tx: &mut Tx,
    (first, last): (i64, i64),
) -> Result<Vec<Named>, DbError> {
    let rows = tx
        .all(
            "select i.id, i.contract_id, i.no, i.act, i.state, i.keeper, i.signed_change, c.slug,
                    c.title, c.framework
             from instrument i join contract c on c.id = i.contract_id
             where i.contract_id in (select coalesce(t.parent_id, t.id) from entry e
                                     join thing t on t.id = e.thing_id
                                     where e.change_no between $1 and $2
                                       and t.kind in ('contract', 'instrument'))
             order by i.contract_id, i.no",
            args![first, last],
        )
        .await?;
    read(rows)
}

/// Every instrument of a contract, which is named itself or by one of them.
pub(in crate::contracts) async fn named_with(
    tx: &mut Tx,
    thing: Uuid,
) -> Result<Vec<Named>, DbError> {
    let rows = tx
        .all(
            "select i.id, i.contract_id, i.no, i.act, i.state, i.keeper, i.signed_change, c.slug,
                    c.title, c.framework
             from instrument i join contract c on c.id = i.contract_id
             where i.contract_id = $1
                or i.contract_id in (select contract_id from instrument where id = $1)
             order by i.no",
            args![thing],
        )
        .await?;
    read(rows)
}

/// The organisation in whose name a contract was prepared: empty for none, and for what is no
/// contract.
pub(in crate::contracts) async fn prepared_by(
    tx: &mut Tx,
    contract: Uuid,
) -> Result<String, DbError> {
    let row: Option<(String,)> = tx
        .optional(
            "select coalesce(g.organisation, '')
             from contract c
             left join change m on m.no = c.created_change
             left join access_grant g on g.id = m.grant_id
             where c.id = $1",
            args![contract],
        )
        .await?;
    Ok(row.map_or_else(String::new, |(organisation,)| organisation))
}

fn read(rows: Vec<NamedRow>) -> Result<Vec<Named>, DbError> {
    let named = rows.into_iter().map(|row| {
        let state = State::from_code(&row.state);
        Ok(Named {
            state: state.ok_or_else(|| DbError::corrupt("state of an instrument", &row.state))?,
            id: row.id,
            contract: row.contract_id,
            no: row.no,
            act: row.act,
            keeper: row.keeper,
            signed_change: row.signed_change,
            slug: row.slug,
            title: row.title,
            framework: row.framework,
        })
    });
    named.collect()
}
