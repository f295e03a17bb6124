//! Who looks: somebody of each role, and people whose grants are drawn.

use jalon::access::grant::{Delegate, NewDelegation, store};
use jalon::access::permit;
use jalon::access::role::{Role, Roles, Side};
use jalon::ledger::{Actor, Change};
use jiff::ToSpan as _;
use proptest::prelude::Strategy as _;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::plant::Sower;
use crate::rights::{gives, held, new_grant, person};

/// How many are drawn beside the roles: more on the engine where each test costs less.
const DRAWN: [usize; 2] = [4, 2];

/// Somebody who looks.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// What their address begins with.
    pub name: String,
    pub role: &'static Role,
    pub organisation: &'static str,
    /// The framework that what they may do is limited to.
    limit: Option<&'static str>,
    /// Whether they stand in for somebody who holds that role there.
    stands_in: bool,
}

impl Viewer {
    /// The one who holds a role for an organisation of its side.
    pub fn of(role: &'static Role) -> Self {
        Self {
            name: role.key.clone(),
            role,
            organisation: organisations(role.side)[0],
            limit: None,
            stands_in: false,
        }
    }

    pub fn email(&self) -> String {
        format!("{}@example.org", self.name)
    }

    /// Whether what they hold was drawn.
    pub fn is_drawn(&self) -> bool {
        self.name.starts_with("tiree-")
    }

    /// Whether they are the very person who holds that role, and not somebody who holds it too.
    pub fn is_the_one_of(&self, role: &str) -> bool {
        self.name == role
    }
}

/// The organisations that a role of a side may be held for.
fn organisations(side: Side) -> &'static [&'static str] {
    match side {
        Side::State => &["DGOS", "MSS"],
        Side::Agency => &["ARS-28", "ARS-53", "ARS-84"],
        Side::HealthInsurance => &["CNAM"],
        Side::Establishment => &["CH-DES-MONTS"],
        Side::Guest => &["", "ARS-28", "ARS-84"],
        Side::Technical => &[""],
    }
}

/// People whose role, organisation, limit and delegation are drawn: their accounts are opened.
pub async fn drawn(sower: &mut Sower<'_>) -> Vec<Viewer> {
    let roles = Roles::known().all();
    let any = (0..roles.len(), 0..3_usize, 0..2_usize, 0..3_usize);
    let mut runner = TestRunner::deterministic();
    let mut drawn = Vec::new();
    let wanted = DRAWN[usize::from(sower.bench.url.starts_with("postgres"))];
    while drawn.len() < wanted {
        let (role, organisation, limit, stand) = any.new_tree(&mut runner).unwrap().current();
        let role = &roles[role];
        let choices = organisations(role.side);
        let viewer = Viewer {
            name: format!("tiree-{}", drawn.len()),
            role,
            organisation: choices[organisation % choices.len()],
            limit: (limit == 1).then_some("es-aura-2020-2024"),
            stands_in: stand == 2,
        };
        if let Some(id) = introduced(sower, &viewer).await {
            sower.sown.people.insert(viewer.name.clone(), id);
            drawn.push(viewer);
        }
    }
    drawn
}

/// Opens their account; nothing where no such grant is given, as a limit to a role that takes none.
async fn introduced(sower: &Sower<'_>, viewer: &Viewer) -> Option<Uuid> {
    let (bench, first) = (sower.bench, sower.first);
    let holder = if viewer.stands_in {
        person(bench, first, &format!("titulaire.{}", viewer.email()), &[]).await
    } else {
        person(bench, first, &viewer.email(), &[]).await
    };
    let mut new = new_grant(bench, holder, &viewer.role.key, viewer.organisation);
    new.remit.framework = viewer.limit.unwrap_or_default().to_owned();
    gives(bench, first, new).await.ok()?;
    if !viewer.stands_in {
        return Some(holder);
    }
    let stand_in = person(bench, first, &viewer.email(), &[]).await;
    let today = bench.clock.today();
    let new = NewDelegation {
        grant: held(bench, holder).await[0].grant.id,
        person: stand_in,
        starts_on: today,
        ends_on: today.saturating_add(20.days()),
        why: "Congés".to_owned(),
    };
    let actor = Actor::Person(holder);
    let change = Change::open(&bench.db, &bench.clock, actor, "grant.delegate").await;
    let mut change = change.unwrap();
    let allowed = permit::<Delegate>(&mut change, new).await.ok()?;
    store::delegate(&mut change, allowed).await.ok()?;
    change.commit().await.unwrap();
    Some(stand_in)
}
