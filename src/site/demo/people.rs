//! The people of the demonstration, invented: who holds which role, for whom.

use uuid::Uuid;

use super::values::CURRENT;
use crate::access::grant::{GiveGrant, NewGrant, Remit, store as grants};
use crate::access::store::{AddPerson, add_person};
use crate::access::{Act as _, NewPassword, NewPerson, permit};
use crate::ledger::{Actor, Change};
use crate::platform::clock::{Clock, paris_date};
use crate::platform::db::Db;
use crate::site::cli::CliError;

/// Name, beginning of the address, role, organisation, objective of the current framework.
const PEOPLE: [(&str, &str, &str, &str, &str); 16] = [
    (
        "Inès Vallon",
        "ines.vallon",
        "coordinateur-national",
        "SGMCAS",
        "",
    ),
    (
        "Paul Lormeau",
        "paul.lormeau",
        "referent-national-signataire",
        "DGS",
        "2",
    ),
    (
        "Nora Estrel",
        "nora.estrel",
        "referent-national",
        "DGOS",
        "3",
    ),
    ("Luc Anvers", "luc.anvers", "contributeur", "CNAM", ""),
    ("Zoé Marchal", "zoe.marchal", "fournisseur", "DGCS", ""),
    (
        "Jean Tavel",
        "jean.tavel",
        "referent-cpom-ars",
        "ARS-28",
        "",
    ),
    (
        "Maya Sorel",
        "maya.sorel",
        "referent-objectif-ars",
        "ARS-28",
        "2",
    ),
    (
        "Hugo Brévin",
        "hugo.brevin",
        "directeur-general-ars",
        "ARS-28",
        "",
    ),
    (
        "Léa Kermor",
        "lea.kermor",
        "referent-cpom-ars",
        "ARS-53",
        "",
    ),
    (
        "Samir Oudin",
        "samir.oudin",
        "administrateur-ars",
        "ARS-53",
        "",
    ),
    (
        "Claire Dombes",
        "claire.dombes",
        "gestionnaire-cpom-etablissement",
        "ARS-84",
        "",
    ),
    (
        "Yves Rochelet",
        "yves.rochelet",
        "directeur-etablissement",
        "CH-VALMONT",
        "",
    ),
    ("Alix Ternay", "alix.ternay", "assistance-ars", "ARS-28", ""),
    ("Noé Garonne", "noe.garonne", "assistance-nationale", "", ""),
    ("Rose Galien", "rose.galien", "auditeur", "", ""),
    (
        "Denis Pylône",
        "denis.pylone",
        "administrateur-technique",
        "",
        "",
    ),
];

/// Opens their accounts, all with the password of the demonstration, and gives each a role.
pub(super) async fn introduce(db: &Db, clock: &Clock, actor: Actor) -> Result<(), CliError> {
    // One digest for all: the password is shown on the sign-in page anyway.
    let password = NewPassword::new(super::PASSWORD, "", "")?;
    let password = password.digest().await?;
    for (name, address, role, organisation, objective) in PEOPLE {
        let mut change = Change::open(db, clock, actor, AddPerson::NAME).await?;
        let new = NewPerson {
            name: name.to_owned(),
            email: format!("{address}@example.org").parse()?,
            password: password.clone(),
        };
        let allowed = permit::<AddPerson>(&mut change, ()).await?;
        let person = add_person(&mut change, allowed, new).await?;
        give(&mut change, person, (role, organisation, objective)).await?;
        change.commit().await?;
    }
    Ok(())
}

/// Gives a role for an organisation, or for one objective of the current framework there.
pub(super) async fn give(
    change: &mut Change,
    person: Uuid,
    (role, organisation, objective): (&str, &str, &str),
) -> Result<(), CliError> {
    let framework = if objective.is_empty() { "" } else { CURRENT };
    let given = NewGrant {
        person,
        remit: Remit {
            framework: framework.to_owned(),
            objective: objective.to_owned(),
            ..Remit::of(role, organisation)
        },
        starts_on: paris_date(change.at()),
        ends_on: None,
        why: "Personne inventée de la démonstration.".to_owned(),
    };
    let allowed = permit::<GiveGrant>(change, given).await?;
    grants::give(change, allowed).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Email;

    #[test]
    fn nobody_has_the_mailbox_of_a_service() {
        let addresses = PEOPLE.map(|(_, address, ..)| format!("{address}@example.org"));
        let others = [super::super::EMAIL, super::super::COLLEAGUE].map(str::to_owned);
        for address in addresses.into_iter().chain(others) {
            let email: Email = address.parse().unwrap();
            assert!(email.of_account().is_ok(), "{address}");
        }
    }
}
