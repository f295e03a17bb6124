//! The contracts that define something, in one statement whatever their number.

use std::collections::BTreeMap;

use super::Defining;
use crate::platform::db::{DbError, Tx};

/// Every contract in which a definition is signed, with all who are or were party to it. Terms are
/// found by their key, section by section: no statement reads all of them.
pub(super) async fn defining(tx: &mut Tx) -> Result<Vec<Defining>, DbError> {
    let rows: Vec<(String, String, String)> = tx
        .all(
            "with defining as (
                 select distinct i.contract_id
                 from section s
                 join instrument i on i.contract_id = s.contract_id and i.state = 'signed'
                 join term x on x.instrument_id = i.id and x.section_id = s.id
                            and x.kind = 'definition'
             )
             select c.slug, c.framework, p.organisation_code as organisation
             from defining d
             join contract c on c.id = d.contract_id
             join party p on p.contract_id = c.id
             union
             select c.slug, c.framework, x.facet as organisation
             from defining d
             join contract c on c.id = d.contract_id
             join section s on s.contract_id = c.id
             join instrument i on i.contract_id = c.id and i.state = 'signed'
             join term x on x.instrument_id = i.id and x.section_id = s.id and x.kind = 'party'",
            vec![],
        )
        .await?;
    let mut found: BTreeMap<String, Defining> = BTreeMap::new();
    for (slug, framework, organisation) in rows {
        let known = found.entry(slug.clone()).or_insert_with(|| Defining {
            slug,
            framework,
            parties: Vec::new(),
        });
        known.parties.push(organisation);
    }
    Ok(found.into_values().collect())
}
