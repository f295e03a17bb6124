//! What contracts define for themselves, in a fixed number of statements whatever their number.

use std::collections::HashMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::rows::{
    ContractRow, InstrumentRow, OfContract, SectionRow, SignatoryRow, TermRow, by_contract,
    by_instrument,
};
use super::signed::latest_signature;
use crate::contracts::{FullContract, Instrument, Section, Term, own_measures};
use crate::frameworks::{Catalogue, OwnMeasure, OwnMeasures};
use crate::platform::db::{DbError, Tx};

/// Says what contracts measure by themselves.
#[derive(Clone, Copy, Debug)]
pub struct ContractMeasures;

#[async_trait]
impl OwnMeasures for ContractMeasures {
    async fn latest_change(&self, tx: &mut Tx, upto: i64) -> Result<i64, DbError> {
        latest_signature(tx, upto).await
    }

    async fn all(
        &self,
        tx: &mut Tx,
        frameworks: &Catalogue,
        upto: i64,
    ) -> Result<Vec<OwnMeasure>, DbError> {
        let mut found = Vec::new();
        for full in defining(tx).await? {
            if let Some(edited) = frameworks.framework(&full.contract.framework) {
                found.extend(own_measures(&edited.framework, &full, upto));
            }
        }
        Ok(found)
    }
}

/// The contracts that define something, with their sections, what was signed in them and, of its
/// terms, the places, the definitions and what is agreed of what they define.
async fn defining(tx: &mut Tx) -> Result<Vec<FullContract>, DbError> {
    let contracts: Vec<ContractRow> = tx
        .all(
            "select c.id, t.version, c.framework, c.slug, c.title, c.organisation_code,
                    c.place_code, c.starts, c.ends, c.fictional
             from contract c join thing t on t.id = c.id
             where c.id in (select i.contract_id from term x
                            join instrument i on i.id = x.instrument_id
                            where x.kind = 'definition' and i.state = 'signed')
             order by c.slug collate \"C\"",
            vec![],
        )
        .await?;
    let mut sections = sections(tx).await?;
    let mut instruments = instruments(tx).await?;
    let mut terms = terms(tx).await?;
    let whole = contracts.into_iter().map(|row| {
        let id = row.id;
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

async fn sections(tx: &mut Tx) -> Result<HashMap<Uuid, Vec<Section>>, DbError> {
    let rows: Vec<OfContract<SectionRow>> = tx
        .all(
            "select s.contract_id, s.id, s.key, s.label, s.place_code
             from section s
             where s.id in (select x.section_id from term x
                            join instrument i on i.id = x.instrument_id
                            where x.kind = 'definition' and i.state = 'signed')
             order by s.contract_id, s.position",
            vec![],
        )
        .await?;
    by_contract(rows, |row: SectionRow| Ok(row.into()))
}

async fn instruments(tx: &mut Tx) -> Result<HashMap<Uuid, Vec<Instrument>>, DbError> {
    let signatories: Vec<SignatoryRow> = tx
        .all(
            "select s.instrument_id, s.role, s.name, s.function, s.capacity, s.signed_on
             from signatory s join instrument i on i.id = s.instrument_id
             where i.state = 'signed'
               and i.id in (select x.instrument_id from term x
                            where x.facet = ''
                              and x.kind in ('definition', 'place', 'baseline', 'target'))
             order by s.instrument_id, s.position",
            vec![],
        )
        .await?;
    let mut signatories = by_instrument(signatories)?;
    let rows: Vec<OfContract<InstrumentRow>> = tx
        .all(
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
               and i.id in (select x.instrument_id from term x
                            where x.facet = ''
                              and x.kind in ('definition', 'place', 'baseline', 'target'))
             order by i.contract_id, i.no",
            vec![],
        )
        .await?;
    by_contract(rows, |row: InstrumentRow| {
        let signatories = signatories.remove(&row.id).unwrap_or_default();
        row.with(signatories, Vec::new())
    })
}

async fn terms(tx: &mut Tx) -> Result<HashMap<Uuid, Vec<Term>>, DbError> {
    let rows: Vec<OfContract<TermRow>> = tx
        .all(
            "select i.contract_id, x.instrument_id, x.section_id, x.kind, x.subject, x.facet,
                    x.period, x.body, x.motive, x.change_no
             from term x join instrument i on i.id = x.instrument_id
             where x.facet = '' and i.state = 'signed'
               and x.kind in ('definition', 'place', 'baseline', 'target')",
            vec![],
        )
        .await?;
    by_contract(rows, Term::try_from)
}
