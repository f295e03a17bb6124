//! The acts that somebody may see, by the addresses of their pages.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::access::{Opening, Reach};
use crate::args;
use crate::contracts::State;
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct ActRow {
    contract_id: Uuid,
    slug: String,
    framework: String,
    no: i64,
    state: String,
    keeper: String,
}

impl ActRow {
    /// Whether somebody sees it in the contract of these parties, as
    /// [`FullContract::seen_by`](crate::contracts::FullContract::seen_by) shows it.
    fn is_seen_by(&self, reach: &Reach, parties: &[String]) -> bool {
        let parties = parties.iter().map(String::as_str);
        let sees = |what| reach.sees_of(what, &self.framework, parties.clone());
        let is_signed = self.state == State::Signed.code();
        if sees(Opening::Drafts) {
            return is_signed || reach.sees_kept_by(&self.keeper);
        }
        is_signed && sees(Opening::Signed)
    }
}

/// Each organisation that is or was party to a contract, with that contract.
pub(super) async fn parties_ever(tx: &mut Tx) -> Result<Vec<(Uuid, String)>, DbError> {
    tx.all(
        "select contract_id, organisation_code from party
         union
         select i.contract_id, x.facet
         from term x join instrument i on i.id = x.instrument_id
         where x.kind = 'party' and i.state = 'signed'",
        args![],
    )
    .await
}

/// The acts of every contract that somebody may see, each by the end of the address of its contract
/// and its number.
pub(in crate::contracts) async fn acts_seen(
    tx: &mut Tx,
    reach: &Reach,
) -> Result<BTreeSet<(String, i64)>, DbError> {
    let acts: Vec<ActRow> = tx
        .all(
            "select i.contract_id, c.slug, c.framework, i.no, i.state, i.keeper
             from instrument i join contract c on c.id = i.contract_id",
            args![],
        )
        .await?;
    let mut parties: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (contract, organisation) in parties_ever(tx).await? {
        parties.entry(contract).or_default().push(organisation);
    }
    let seen = acts.into_iter().filter(|act| {
        let parties = parties.get(&act.contract_id);
        act.is_seen_by(reach, parties.map_or(&[][..], Vec::as_slice))
    });
    Ok(seen.map(|act| (act.slug, act.no)).collect())
}
