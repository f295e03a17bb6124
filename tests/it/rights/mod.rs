//! Who may do and see what, tried as somebody would who should not: on both engines.

mod attacks;
mod canaries;
mod explained;
mod fit;
mod flood;
mod history;
mod hospitals;
mod kept;
mod kept_told;
mod left;
mod looking;
mod own_measures;
mod past;
mod people;
mod prepared;
mod programs;
mod reasons;
mod referents;
pub mod routes;
pub mod scene;
mod sessions;
mod sight;
mod supply;
mod terminal;
mod volets;
mod walk;
pub mod why;

pub use people::ends;

use jalon::access::grant::store::{Held, give, grants_of};
use jalon::access::grant::{GiveGrant, NewGrant, Remit};
use jalon::access::store::{AddPerson, add_person};
use jalon::access::{NewPassword, NewPerson, permit};
use jalon::ledger::{Actor, Change};
use uuid::Uuid;

use crate::support::{Bench, PASSWORD, Site};

/// Opens an account, and gives it roles, each for an organisation.
pub async fn person(bench: &Bench, by: Actor, email: &str, roles: &[(&str, &str)]) -> Uuid {
    let password = NewPassword::new(PASSWORD, "", "").unwrap();
    let password = password.digest().await.unwrap();
    let mut change = Change::open(&bench.db, &bench.clock, by, "test.person")
        .await
        .unwrap();
    let allowed = permit::<AddPerson>(&mut change, ()).await.unwrap();
    let new = NewPerson {
        name: format!("Personne {email}"),
        email: email.parse().unwrap(),
        password,
    };
    let id = add_person(&mut change, allowed, new).await.unwrap();
    change.commit().await.unwrap();
    for (role, organisation) in roles {
        grant(bench, by, id, role, organisation).await.unwrap();
    }
    id
}

/// A grant as a test gives it, with no limit and no end.
pub fn new_grant(bench: &Bench, person: Uuid, role: &str, organisation: &str) -> NewGrant {
    NewGrant {
        person,
        remit: Remit::of(role, organisation),
        starts_on: bench.clock.today(),
        ends_on: None,
        why: "Essai".to_owned(),
    }
}

pub async fn grant(
    bench: &Bench,
    by: Actor,
    person: Uuid,
    role: &str,
    organisation: &str,
) -> Result<Uuid, String> {
    gives(bench, by, new_grant(bench, person, role, organisation)).await
}

/// Gives a grant as it is, or says why not.
pub async fn gives(bench: &Bench, by: Actor, new: NewGrant) -> Result<Uuid, String> {
    let mut change = Change::open(&bench.db, &bench.clock, by, "grant.give")
        .await
        .unwrap();
    let allowed = permit::<GiveGrant>(&mut change, new)
        .await
        .map_err(|e| e.to_string())?;
    let id = give(&mut change, allowed)
        .await
        .map_err(|e| e.to_string())?;
    change.commit().await.unwrap();
    Ok(id)
}

pub async fn held(bench: &Bench, person: Uuid) -> Vec<Held> {
    grants_of(&mut bench.db.read().await.unwrap(), person)
        .await
        .unwrap()
}

/// The site, with somebody signed in.
pub async fn site_of(bench: &Bench, email: &str) -> Site {
    let mut site = bench.site().await;
    site.sign_in_as(email).await;
    site
}

pub async fn last_change(bench: &Bench) -> i64 {
    jalon::ledger::last_change(&mut bench.db.read().await.unwrap())
        .await
        .unwrap()
}
