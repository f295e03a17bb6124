//! Who is party to a contract: those of its beginning, and what each instrument changed since.
//! Each section has its own: when the agency of Océan Indien was divided in 2020, the agency of
//! La Réunion took over one section and that of Mayotte the other.

use std::collections::BTreeSet;

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
