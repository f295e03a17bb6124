//! What somebody may ask a list of figures about.

use std::collections::BTreeSet;

use crate::access::Reach;
use crate::contracts::store::known;
use crate::frameworks::Catalogue;
use crate::platform::db::{DbError, Tx};

/// The first of these codes that is of no measure that somebody may know of. The measures of
/// frameworks are everybody's; what a contract alone measures is known to who sees its values, or
/// the contract.
pub(in crate::figures) async fn unknown_measure<'a>(
    tx: &mut Tx,
    reach: &Reach,
    catalogue: &Catalogue,
    codes: &[&'a str],
) -> Result<Option<&'a str>, DbError> {
    let mut contracts: Option<BTreeSet<String>> = None;
    for &code in codes {
        let is_known = match catalogue.own(code) {
            _ if catalogue.is_known(code, reach) => true,
            None => false,
            Some(own) => {
                let seen = match contracts.take() {
                    Some(seen) => seen,
                    None => known(tx, reach).await?,
                };
                contracts.insert(seen).contains(&own.contract)
            }
        };
        if !is_known {
            return Ok(Some(code));
        }
    }
    Ok(None)
}
