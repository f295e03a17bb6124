//! What contracts concern, as far as rights go: the organisations that are party today.

use uuid::Uuid;

use super::cards::party_codes;
use crate::access::{Concern, Standing};
use crate::args;
use crate::contracts::State;
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct Header {
    id: Uuid,
    framework: String,
    organisation_code: String,
    /// Where the instrument is; empty for the contract as a whole.
    state: String,
    /// The organisation that keeps it to itself, the instrument or the contract that has none yet;
    /// empty for none.
    keeper: String,
}

/// What a contract concerns; nothing where there is none. Until an act of it is begun, whoever
/// prepared it keeps it.
pub async fn of_contract(tx: &mut Tx, contract: Uuid) -> Result<Vec<Concern>, DbError> {
    let header: Option<Header> = tx
        .optional(
            "select c.id, c.framework, c.organisation_code, '' as state,
                    case when exists (select 1 from instrument i where i.contract_id = c.id)
                         then '' else coalesce(g.organisation, '') end as keeper
             from contract c
             left join change m on m.no = c.created_change
             left join access_grant g on g.id = m.grant_id
             where c.id = $1",
            args![contract],
        )
        .await?;
    concern(tx, header).await
}

/// What the contract of an instrument concerns; nothing where there is none.
pub async fn of_instrument(tx: &mut Tx, instrument: Uuid) -> Result<Vec<Concern>, DbError> {
    let header: Option<Header> = tx
        .optional(
            "select c.id, c.framework, c.organisation_code, i.state, i.keeper
             from instrument i join contract c on c.id = i.contract_id
             where i.id = $1",
            args![instrument],
        )
        .await?;
    concern(tx, header).await
}

async fn concern(tx: &mut Tx, header: Option<Header>) -> Result<Vec<Concern>, DbError> {
    let Some(header) = header else {
        return Ok(Vec::new());
    };
    // The one that the contract binds comes first.
    let mut organisations = vec![header.organisation_code];
    for code in party_codes(tx, header.id).await? {
        if !organisations.contains(&code) {
            organisations.push(code);
        }
    }
    Ok(vec![Concern {
        stage: State::from_code(&header.state).map(State::stage),
        organisations,
        standings: vec![Standing::whole(header.framework)],
        contract: Some(header.id),
        kept_by: Some(header.keeper).filter(|keeper| !keeper.is_empty()),
        ..Concern::default()
    }])
}
