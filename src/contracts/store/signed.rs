//! Everything that was signed, in a fixed number of statements whatever the number of contracts.

use uuid::Uuid;

use super::rows::{
    ContractRow, InstrumentRow, OfContract, SectionRow, SignatoryRow, TermRow, by_contract,
    by_instrument,
};
use crate::args;
use crate::contracts::{FullContract, Term};
use crate::platform::db::{DbError, Tx};

/// The last change, `upto` included, that signed an instrument; 0 where there is none.
pub(in crate::contracts) async fn latest_signature(tx: &mut Tx, upto: i64) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one(
            "select coalesce(max(signed_change), 0) from instrument where signed_change <= $1",
            args![upto],
        )
        .await?;
    Ok(no)
}

/// The contracts in which something was signed after the change `after`, each with everything
/// that was ever signed in it, by address. Its parties are left out: only its sections have terms.
pub(in crate::contracts) async fn signed_since(
    tx: &mut Tx,
    after: i64,
) -> Result<Vec<FullContract>, DbError> {
    let contracts: Vec<ContractRow> = tx
        .all(
            "select c.id, t.version, c.framework, c.slug, c.title, c.organisation_code,
                    c.place_code, c.starts, c.ends, c.fictional
             from contract c join thing t on t.id = c.id
             where c.id in (select i.contract_id from instrument i where i.signed_change > $1)
             order by c.slug collate \"C\"",
            args![after],
        )
        .await?;
    let sections: Vec<OfContract<SectionRow>> = tx
        .all(
            "select s.contract_id, s.id, s.key, s.label, s.place_code
             from section s
             where s.contract_id in (select i.contract_id from instrument i
                                     where i.signed_change > $1)
             order by s.contract_id, s.position",
            args![after],
        )
        .await?;
    let mut sections = by_contract(sections, |row: SectionRow| Ok(row.into()))?;
    let mut signatories = by_instrument(signatories(tx, after).await?)?;
    let instruments = instruments(tx, after).await?;
    let mut instruments = by_contract(instruments, |row: InstrumentRow| {
        let own = signatories.remove(&row.id).unwrap_or_default();
        row.with(own, Vec::new())
    })?;
    let terms: Vec<OfContract<TermRow>> = tx
        .all(
            "select i.contract_id, x.instrument_id, x.section_id, x.kind, x.subject, x.facet,
                    x.period, x.body, x.motive, x.change_no
             from term x join instrument i on i.id = x.instrument_id
             where i.state = 'signed'
               and i.contract_id in (select j.contract_id from instrument j
                                     where j.signed_change > $1)",
            args![after],
        )
        .await?;
    let mut terms = by_contract(terms, Term::try_from)?;
    let whole = contracts.into_iter().map(|row| {
        let id: Uuid = row.id;
        let mut contract = row.with(Vec::new(), Vec::new())?;
        contract.sections = sections.remove(&id).unwrap_or_default();
        Ok(FullContract {
            contract,
            instruments: instruments.remove(&id).unwrap_or_default(),
            terms: terms.remove(&id).unwrap_or_default(),
        })
    });
    whole.collect()
}

async fn signatories(tx: &mut Tx, after: i64) -> Result<Vec<SignatoryRow>, DbError> {
    tx.all(
        "select s.instrument_id, s.role, s.name, s.function, s.capacity, s.signed_on
         from signatory s join instrument i on i.id = s.instrument_id
         where i.state = 'signed'
           and i.contract_id in (select j.contract_id from instrument j
                                 where j.signed_change > $1)
         order by s.instrument_id, s.position",
        args![after],
    )
    .await
}

async fn instruments(tx: &mut Tx, after: i64) -> Result<Vec<OfContract<InstrumentRow>>, DbError> {
    tx.all(
        "select i.contract_id, i.id, t.version, i.no, i.act, i.state, i.framework_revision,
                i.keeper, i.motive, i.effective_on, i.base_change, i.created_change,
                cc.at as created_at, cp.name as created_by, i.signed_change,
                sc.at as signed_at, sp.name as signed_by
         from instrument i
         join thing t on t.id = i.id
         left join change cc on cc.no = i.created_change
         left join person cp on cp.id = cc.actor
         left join change sc on sc.no = i.signed_change
         left join person sp on sp.id = sc.actor
         where i.state = 'signed'
           and i.contract_id in (select j.contract_id from instrument j
                                 where j.signed_change > $1)
         order by i.contract_id, i.no",
        args![after],
    )
    .await
}
