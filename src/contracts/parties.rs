//! Who is party to a contract: those of its beginning, and what each instrument changed since.
//! Each section has its own: when the agency of Océan Indien was divided in 2020, the agency of
//! La Réunion took over one section and that of Mayotte the other.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::body::{Membership, Slot, TermBody, TermKey};
use super::store::TermEdit;
use super::{Contract, Terms};

/// An organisation in a role, by key and code.
pub type RoleHolder = (String, String);

/// The parties of a section under those terms: those of the beginning first, in the order of the
/// contract, then those that joined.
pub fn parties_in_force(contract: &Contract, terms: &Terms<'_>, section: Uuid) -> Vec<RoleHolder> {
    let beginning = contract.parties.iter();
    let beginning = beginning.map(|party| (party.role.clone(), party.organisation.clone()));
    let mut parties: Vec<RoleHolder> = beginning.collect();
    for (key, held) in terms.iter().filter(|(key, _)| key.section == section) {
        let (Slot::Party { role, organisation }, TermBody::Party(membership)) =
            (&key.slot, held.body)
        else {
            continue;
        };
        let holder = (role.clone(), organisation.clone());
        match membership {
            Membership::Leaves => parties.retain(|party| *party != holder),
            Membership::Joins if parties.contains(&holder) => {}
            Membership::Joins => parties.push(holder),
        }
    }
    parties
}

/// What is said once of an organisation in a role and a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub section: Uuid,
    pub role: String,
    pub organisation: String,
    /// Nothing where an instrument takes back what an earlier one said.
    pub membership: Option<Membership>,
    /// The day it holds from; absent for the beginning of the contract.
    pub day: Option<Date>,
    /// The change that signed it; 0 for the beginning of the contract.
    pub change: i64,
}

/// From when to when an organisation is party, in one section or in several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tenure {
    /// Key of the role in the framework.
    pub role: String,
    /// Code of the organisation.
    pub organisation: String,
    /// The day it became party; absent where it was from the beginning.
    pub since: Option<Date>,
    /// The day from which it no longer is; absent where it still is.
    pub until: Option<Date>,
}

/// Who was ever party to a contract, in the order in which they came. Whoever leaves one section
/// and stays in another is party still.
pub(super) fn tenures(moves: &[Move]) -> Vec<Tenure> {
    let mut found: Vec<(Tenure, BTreeSet<Uuid>)> = Vec::new();
    for (rank, said) in moves.iter().enumerate() {
        let is_same =
            |role: &str, organisation: &str| role == said.role && organisation == said.organisation;
        let began = moves[..rank].iter().any(|earlier| {
            earlier.day.is_none()
                && earlier.section == said.section
                && is_same(&earlier.role, &earlier.organisation)
        });
        let joins = match said.membership {
            Some(membership) => membership == Membership::Joins,
            None => began,
        };
        let known = found
            .iter_mut()
            .find(|(tenure, _)| is_same(&tenure.role, &tenure.organisation));
        match known {
            Some((tenure, sections)) if joins => {
                if sections.is_empty() {
                    tenure.since = said.day;
                }
                tenure.until = None;
                sections.insert(said.section);
            }
            Some((tenure, sections)) => {
                sections.remove(&said.section);
                if sections.is_empty() && tenure.until.is_none() {
                    tenure.until = said.day;
                }
            }
            None if joins => found.push((
                Tenure {
                    role: said.role.clone(),
                    organisation: said.organisation.clone(),
                    since: said.day,
                    until: None,
                },
                BTreeSet::from([said.section]),
            )),
            None => {}
        }
    }
    found.into_iter().map(|(tenure, _)| tenure).collect()
}

/// What a draft must write so that a role is held by those organisations and no other, where the
/// terms in force without it are `before`.
pub fn party_edits(
    contract: &Contract,
    before: &Terms<'_>,
    own: &Terms<'_>,
    section: Uuid,
    role: &str,
    wanted: &BTreeSet<String>,
) -> Vec<TermEdit> {
    let of_role = |parties: Vec<RoleHolder>| -> BTreeSet<String> {
        let held = parties.into_iter().filter(|(key, _)| key == role);
        held.map(|(_, organisation)| organisation).collect()
    };
    let was = of_role(parties_in_force(contract, before, section));
    let is = of_role(parties_in_force(contract, own, section));
    let edit = |organisation: &String| {
        let key = TermKey {
            section,
            slot: Slot::Party {
                role: role.to_owned(),
                organisation: organisation.clone(),
            },
        };
        let (held, now) = (was.contains(organisation), wanted.contains(organisation));
        let wanted = match (held, now) {
            (true, false) => Some(TermBody::Party(Membership::Leaves)),
            (false, true) => Some(TermBody::Party(Membership::Joins)),
            _ => before.get(&key).map(|held| held.body.clone()),
        };
        TermEdit {
            key,
            wanted,
            motive: None,
        }
    };
    let concerned: BTreeSet<&String> = was.iter().chain(&is).chain(wanted).collect();
    concerned.into_iter().map(edit).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn says(section: u128, organisation: &str, joins: bool, day: Option<Date>) -> Move {
        Move {
            section: Uuid::from_u128(section),
            role: "ars".to_owned(),
            organisation: organisation.to_owned(),
            membership: Some(if joins {
                Membership::Joins
            } else {
                Membership::Leaves
            }),
            day,
            change: 0,
        }
    }

    #[test]
    fn an_organisation_is_party_until_it_left_every_section() {
        let divided = Some(date(2020, 1, 1));
        let mut moves = vec![
            says(1, "ARS-OI", true, None),
            says(2, "ARS-OI", true, None),
            says(1, "ARS-OI", false, divided),
            says(1, "ARS-04", true, divided),
        ];
        let told = |moves: &[Move]| -> Vec<(String, Option<Date>, Option<Date>)> {
            let tenures = tenures(moves).into_iter();
            tenures
                .map(|t| (t.organisation, t.since, t.until))
                .collect()
        };
        let new = ("ARS-04".to_owned(), divided, None);
        assert_eq!(
            told(&moves),
            [("ARS-OI".to_owned(), None, None), new.clone()]
        );
        moves.push(says(2, "ARS-OI", false, divided));
        assert_eq!(
            told(&moves),
            [("ARS-OI".to_owned(), None, divided), new.clone()]
        );
        // A later instrument takes the departure back.
        let back = Move {
            membership: None,
            ..says(2, "ARS-OI", false, Some(date(2021, 1, 1)))
        };
        moves.push(back);
        assert_eq!(told(&moves)[0].2, None);
    }
}
