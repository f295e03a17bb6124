//! A number of nine digits in every record, and each role before every address, in its browser and
//! by a program: nobody is answered a number outside their reach, whether in a page, a file, the
//! search, the API or an error.
//!
//! What one may see is told here a second time, from `reference/roles.yaml` alone, in a few lines
//! that know nothing of `Reach`. Open to all by rule, and so without a number here: frameworks,
//! the national targets, organisations, and what the regions add up to. The confidential note has
//! a number and a test of its own (`sealed/note.rs`).

mod places;
mod plant;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jalon::access::role::{Role, Roles, Side, Sight};
use jalon::access::token::TokenScope;
use jalon::ledger::Actor;
use jiff::ToSpan as _;

use self::places::{Places, drawn};
use self::plant::{Sower, Sown};
use super::person;
use crate::api::{self, Program};
use crate::contracts::{HOSPITAL, NORMANDIE, add_hospital, furnish};
use crate::on_both_engines;
use crate::support::{Answer, Bench, said};

/// The role of who keeps an act, an access and the address of a table to themselves.
const OWNER: &str = "referent-cpom-ars";
/// The role of who asked for help.
const ASKER: &str = "referent-objectif-ars";

/// What a record is, as far as who may see it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What was signed, and what is attached to it.
    Signed,
    /// What an act under way says.
    Draft,
    /// The terms of an act under way, which the history of everything tells as they are written.
    Written,
    /// What an act says that its authors have not opened to the other parties.
    Kept,
    /// What is said of a value of an establishment.
    Said,
    /// What is said of a value under embargo.
    Embargoed,
    /// A file that was sent and not written, in nobody's name.
    Sent,
    /// An account, and why it holds what it holds.
    Account,
    /// The account of somebody who answers for an objective.
    Referent,
    /// A request for help.
    Help,
    /// What somebody keeps as their own.
    Own,
}

/// How every number begins: where an answer says this nowhere, it says none of them.
const BEGINNING: &str = "7391";

/// A record: its number, what it is, and the organisations it is about.
type Planted = (&'static str, Kind, &'static [&'static str]);

const NORMANDY: &[&str] = &["MSS", "ARS-28"];
const BRITTANY: &[&str] = &["MSS", "ARS-53"];
const MOUNTAINS: &[&str] = &["ARS-84", "CH-DES-MONTS"];
const AGENCY: &[&str] = &["ARS-28"];

const PLANTED: [Planted; 30] = [
    ("739101562", Kind::Signed, NORMANDY),
    ("739102718", Kind::Draft, NORMANDY),
    ("739103641", Kind::Signed, BRITTANY),
    ("739104857", Kind::Draft, BRITTANY),
    ("739105186", Kind::Signed, MOUNTAINS),
    ("739106472", Kind::Draft, MOUNTAINS),
    ("739107295", Kind::Said, MOUNTAINS),
    ("739108914", Kind::Embargoed, &[]),
    ("739109628", Kind::Sent, &[]),
    // Terms: what an indicator measures and how, means, an action; of an act under way.
    ("739110628", Kind::Signed, MOUNTAINS),
    ("739111849", Kind::Signed, MOUNTAINS),
    ("739112756", Kind::Signed, MOUNTAINS),
    ("739113958", Kind::Signed, MOUNTAINS),
    ("739114948", Kind::Written, NORMANDY),
    // Why a contract was amended; why an act is prepared, which its agency keeps.
    ("739115284", Kind::Signed, BRITTANY),
    ("739116629", Kind::Kept, AGENCY),
    // A contest, its evidence and its answer.
    ("739117374", Kind::Said, MOUNTAINS),
    ("739118827", Kind::Said, MOUNTAINS),
    ("739119918", Kind::Said, MOUNTAINS),
    // A document: its name, and what it says.
    ("739120748", Kind::Signed, MOUNTAINS),
    ("739121857", Kind::Signed, MOUNTAINS),
    // People, and why they hold what they hold.
    ("739122746", Kind::Account, AGENCY),
    ("739123958", Kind::Referent, AGENCY),
    ("739124847", Kind::Account, AGENCY),
    ("739125159", Kind::Account, AGENCY),
    // A request for help: the page it speaks of, and its words.
    ("739126481", Kind::Help, AGENCY),
    ("739127574", Kind::Help, AGENCY),
    // The name of a file; of an access by program; of the address of a table.
    ("739128174", Kind::Sent, &[]),
    ("739129295", Kind::Own, &[]),
    ("739130574", Kind::Own, &[]),
];

/// What the roles of the text say, in the fewest words.
fn may_see(role: &Role, organisation: &str, (_, kind, about): &Planted) -> bool {
    let is_theirs = about.contains(&organisation);
    let is_of_state_or_agencies = matches!(role.side, Side::State | Side::Agency);
    let may = |act| role.anywhere.holds(act) || is_theirs && role.own.holds(act);
    match kind {
        Kind::Sent => role.anywhere.holds("import.see"),
        Kind::Own => role.key == OWNER,
        Kind::Help => role.key == ASKER || may("help.follow"),
        Kind::Account => may("person.see") || role.anywhere.holds("journal.read"),
        _ if role.sight == Sight::Nothing => false,
        Kind::Referent => is_of_state_or_agencies || may("person.see"),
        Kind::Embargoed => role.sees_embargoed,
        _ if role.sight == Sight::Everything => true,
        Kind::Signed | Kind::Said => is_theirs || is_of_state_or_agencies,
        Kind::Draft | Kind::Kept => is_theirs,
        Kind::Written => is_theirs || role.anywhere.holds("journal.read"),
    }
}

/// The organisation that somebody of a role is of.
fn organisation(role: &Role) -> &'static str {
    match role.side {
        Side::State => "DGOS",
        Side::Agency => "ARS-28",
        Side::HealthInsurance => "CNAM",
        Side::Establishment => "CH-DES-MONTS",
        Side::Guest | Side::Technical => "",
    }
}

/// An account of each role, and everything planted.
async fn sown(bench: &Bench) -> Sower<'_> {
    let first = bench.install().await;
    for family in [NORMANDIE.family, HOSPITAL.family] {
        furnish(bench, first, family).await;
    }
    // The names of organisations are everybody's.
    add_hospital(bench, first, &HOSPITAL).await;
    let door = bench.site().await;
    let mut people = BTreeMap::new();
    for role in Roles::known().all() {
        let email = format!("{}@example.org", role.key);
        let held = [(role.key.as_str(), organisation(role))];
        let id = person(bench, first, &email, &held).await;
        people.insert(role.key.clone(), id);
    }
    let mut sower = Sower {
        bench,
        first,
        door,
        sown: Sown {
            people,
            addresses: Vec::new(),
        },
    };
    sower.plant().await;
    sower
}

/// What answers say, each file opened once.
#[derive(Default)]
struct Opened(HashMap<Vec<u8>, String>);

impl Opened {
    fn said(&mut self, answer: &Answer) -> &str {
        let key = answer.bytes.clone();
        self.0.entry(key).or_insert_with(|| said(answer))
    }

    /// The numbers that an answer says.
    fn canaries(&mut self, answer: &Answer) -> Vec<&'static Planted> {
        let is_file = answer.bytes.starts_with(b"PK") || answer.bytes.starts_with(b"%PDF");
        let text = if is_file {
            self.said(answer)
        } else {
            &answer.body
        };
        if !text.contains(BEGINNING) {
            return Vec::new();
        }
        let all = PLANTED.iter();
        all.filter(|(number, ..)| text.contains(number)).collect()
    }
}

/// A program in the name of somebody, which only reads.
async fn program(sower: &Sower<'_>, role: &Role) -> Program {
    let actor = Actor::Person(sower.sown.people[&role.key]);
    let until = sower.bench.clock.today().saturating_add(30.days());
    let (_, secret) = api::open(sower.bench, actor, TokenScope::Read, until).await;
    Program::over(sower.door.clone(), secret)
}

on_both_engines! {
    async fn no_answer_to_any_role_holds_a_number_outside_its_reach(bench: Bench) {
        let sower = sown(&bench).await;
        let mut opened = Opened::default();
        let places = Places::of(&sower, &mut opened).await;
        let mut read: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut wrong, mut sides) = (Vec::new(), Vec::new());
        let mut ways = BTreeSet::new();
        for role in Roles::known().all() {
            // Every role on one engine; on the other one of each way of seeing.
            let is_new = ways.insert(format!("{:?} {:?} {}", role.side, role.sight, role.sees_embargoed));
            if !bench.url.starts_with("sqlite") && !is_new && ![OWNER, ASKER].contains(&role.key.as_str()) {
                continue;
            }
            let of = organisation(role);
            let mut site = sower.site(&format!("{}@example.org", role.key)).await;
            let mut program = program(&sower, role).await;
            let mut pages = places.pages.clone();
            // What is drawn anew each time, once for each side.
            if !sides.contains(&role.side) {
                sides.push(role.side);
                pages.extend(drawn());
            }
            let mut looks = |path: &str, answer: &Answer| {
                for planted in opened.canaries(answer) {
                    if !may_see(role, of, planted) {
                        wrong.push(format!("{} of {of} reads {planted:?} at {path}", role.key));
                    }
                    *read.entry(planted.0).or_default() += 1;
                }
            };
            for path in &pages {
                looks(path, &site.get(path).await);
            }
            for path in &places.api {
                looks(path, &program.get(path).await);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // What nobody was answered shows nothing.
        let unread: Vec<_> = PLANTED.iter().filter(|(number, ..)| !read.contains_key(number)).collect();
        assert!(unread.is_empty(), "{unread:?}");
    }
}
