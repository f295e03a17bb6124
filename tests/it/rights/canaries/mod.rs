//! A number of nine digits in every record, and each role before every address, in its browser and
//! by a program: nobody is answered a number outside their reach, whether in a page, a file, the
//! search, the API or an error. Beside the roles, people whose grants are drawn: an organisation
//! that has the record or not, a limit, a delegation.
//!
//! What one may see is told here a second time, from `reference/roles.yaml` and what the texts of
//! frameworks open alone, in a few lines that know nothing of `Reach`. The confidential note has a number and a test of its own
//! (`sealed/note.rs`).

mod places;
mod plant;
mod viewers;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jalon::access::Audience;
use jalon::access::role::{Roles, Side, Sight};
use jalon::access::token::TokenScope;
use jalon::frameworks::Framework;
use jalon::ledger::Actor;
use jiff::ToSpan as _;

use self::places::{Places, drawn, refusing};
use self::plant::{Sower, Sown};
use self::viewers::Viewer;
use super::person;
use crate::api::{self, Program};
use crate::contracts::hand::frameworks;
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
    /// A value of an establishment, and what is said of it.
    Said,
    /// A value under embargo, and what is said of it.
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

/// What is open to all by rule, and so has no number here: whoever adds to it says why.
const OPEN_BY_RULE: [&str; 4] = [
    "frameworks and their indicators: the texts are public",
    "national targets: they are part of the framework",
    "organisations and places: a public directory",
    "what the regions add up to, of values that are final",
];

/// A record: its number, what it is, and the organisations it is about.
type Planted = (&'static str, Kind, &'static [&'static str]);

const NORMANDY: &[&str] = &["MSS", "ARS-28"];
const BRITTANY: &[&str] = &["MSS", "ARS-53"];
const MOUNTAINS: &[&str] = &["ARS-84", "CH-DES-MONTS"];
const AGENCY: &[&str] = &["ARS-28"];

const PLANTED: &[Planted] = &[
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
    // A term of that act; a cell of a workbook sent for it, and the name of that file.
    ("739141627", Kind::Kept, AGENCY),
    ("739142738", Kind::Kept, AGENCY),
    ("739143849", Kind::Kept, AGENCY),
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
    // Numbers that are figures: means, a value and the one it was before, a value under embargo, a
    // target, one of an act under way, a cell that was read and not written.
    ("739131415", Kind::Signed, MOUNTAINS),
    ("739132526", Kind::Said, MOUNTAINS),
    ("739134748", Kind::Said, MOUNTAINS),
    ("739133637", Kind::Embargoed, &[]),
    ("739136961", Kind::Signed, MOUNTAINS),
    ("739138293", Kind::Written, NORMANDY),
    ("739137182", Kind::Sent, &[]),
];

/// The framework of what is about these organisations, whose text opens it.
fn framework(about: &[&str]) -> &'static Framework {
    let code = if about.contains(&HOSPITAL.organisation) {
        HOSPITAL.framework
    } else {
        NORMANDIE.framework
    };
    let mut all = frameworks().iter();
    let (framework, _) = all.find(|(one, _)| one.code == code).unwrap();
    framework
}

/// What the roles of the text say, in the fewest words.
fn may_see(viewer: &Viewer, (_, kind, about): &Planted) -> bool {
    let role = viewer.role;
    let is_theirs = about.contains(&viewer.organisation);
    let is_of_state_or_agencies = matches!(role.side, Side::State | Side::Agency);
    // Who is invited, or of the health insurance beside an agency, is not one of its people.
    let is_one_of_them = is_theirs && !matches!(role.side, Side::Guest | Side::HealthInsurance);
    // The frameworks of the State open what their parties opened to all its people.
    let is_regional = ["ARS-", "CH-"]
        .iter()
        .any(|kind| viewer.organisation.starts_with(kind));
    let is_of_its_state = about.contains(&"MSS") && role.side == Side::State && !is_regional;
    let is_opened_to = |audience| match audience {
        Some(Audience::Everybody) => true,
        Some(Audience::StateAndParties) => is_theirs || role.side == Side::State && !is_regional,
        Some(Audience::Parties) => is_theirs,
        Some(Audience::StateAndAgencies) | None => is_theirs || is_of_state_or_agencies,
    };
    let may = |act| role.anywhere.holds(act) || is_theirs && role.own.holds(act);
    match kind {
        Kind::Sent => role.anywhere.holds("import.see"),
        Kind::Own => viewer.is_the_one_of(OWNER),
        Kind::Help => viewer.is_the_one_of(ASKER) || may("help.follow"),
        Kind::Account => may("person.see") || role.anywhere.holds("journal.read"),
        _ if role.sight == Sight::Nothing => false,
        Kind::Referent => is_of_state_or_agencies || may("person.see"),
        Kind::Embargoed => role.sees_embargoed,
        Kind::Kept => is_one_of_them,
        _ if role.sight == Sight::Everything => true,
        // The history of everything tells what was signed.
        Kind::Signed => {
            is_opened_to(framework(about).signed_for) || role.anywhere.holds("journal.read")
        }
        Kind::Said => is_opened_to(framework(about).values_for),
        Kind::Draft => is_one_of_them || is_of_its_state,
        Kind::Written => is_one_of_them || is_of_its_state || role.anywhere.holds("journal.read"),
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
        let viewer = Viewer::of(role);
        let held = [(role.key.as_str(), viewer.organisation)];
        let id = person(bench, first, &viewer.email(), &held).await;
        people.insert(viewer.name, id);
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
        if !begins_one(text) {
            return Vec::new();
        }
        let text = joined(text);
        let all = PLANTED.iter();
        all.filter(|(number, ..)| text.contains(number)).collect()
    }
}

/// Whether a text may say one of the numbers, written as a word or as a figure.
fn begins_one(text: &str) -> bool {
    let (thousand, next) = BEGINNING.split_at(3);
    let mut places = text.match_indices(thousand);
    places.any(|(at, _)| {
        let rest = &text[at + thousand.len()..];
        rest.trim_start_matches(char::is_whitespace)
            .starts_with(next)
    })
}

/// The same text, the blanks between the digits of figures taken out.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_between = letter.is_whitespace()
            && joined.ends_with(|before: char| before.is_ascii_digit())
            && letters.peek().is_some_and(char::is_ascii_digit);
        if !is_between {
            joined.push(letter);
        }
    }
    joined
}

/// A program in the name of somebody, which only reads.
async fn program(sower: &Sower<'_>, viewer: &Viewer) -> Program {
    let actor = Actor::Person(sower.sown.people[&viewer.name]);
    let until = sower.bench.clock.today().saturating_add(30.days());
    let (_, secret) = api::open(sower.bench, actor, TokenScope::Read, until).await;
    Program::over(sower.door.clone(), secret)
}

/// What those who looked were answered.
struct Looks<'a> {
    sower: &'a Sower<'a>,
    opened: Opened,
    places: Places,
    /// How often each number was read.
    read: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
    /// The sides for whom everything was drawn anew, and heard what is refused.
    sides: Vec<Side>,
}

impl Looks<'_> {
    /// Somebody looks everywhere, in their browser and by a program.
    async fn everywhere(&mut self, viewer: &Viewer) {
        let mut site = self.sower.site(&viewer.email()).await;
        let mut program = program(self.sower, viewer).await;
        let mut pages = self.places.pages.clone();
        // What takes long, once for each side.
        let is_first = !self.sides.contains(&viewer.role.side);
        if is_first {
            self.sides.push(viewer.role.side);
            pages.extend(drawn());
        }
        for path in pages {
            let answer = site.get(&path).await;
            self.at(viewer, &path, &answer);
        }
        for path in self.places.api.clone() {
            let answer = program.get(&path).await;
            self.at(viewer, &path, &answer);
        }
        let refusing = refusing(&self.sower.sown.addresses);
        for path in refusing
            .into_iter()
            .filter(|_| is_first || viewer.is_drawn())
        {
            let answer = site.post(&path, &[]).await;
            assert!(!answer.status.is_redirection() || answer.location.is_some());
            self.at(viewer, &format!("POST {path}"), &answer);
        }
    }

    fn at(&mut self, viewer: &Viewer, path: &str, answer: &Answer) {
        for planted in self.opened.canaries(answer) {
            if !may_see(viewer, planted) {
                self.wrong
                    .push(format!("{viewer:?} reads {planted:?} at {path}"));
            }
            *self.read.entry(planted.0).or_default() += 1;
        }
    }
}

on_both_engines! {
    async fn no_answer_to_anybody_holds_a_number_outside_their_reach(bench: Bench) {
        let mut sower = sown(&bench).await;
        let drawn = viewers::drawn(&mut sower).await;
        let mut opened = Opened::default();
        let places = Places::of(&sower, &mut opened).await;
        let mut looks = Looks {
            sower: &sower,
            opened,
            places,
            read: BTreeMap::new(),
            wrong: Vec::new(),
            sides: Vec::new(),
        };
        let mut ways = BTreeSet::new();
        for role in Roles::known().all() {
            // Every role on one engine; on the other one of each way of seeing.
            let is_new = ways.insert(format!("{:?} {:?} {}", role.side, role.sight, role.sees_embargoed));
            if bench.url.starts_with("sqlite") || is_new || [OWNER, ASKER].contains(&role.key.as_str()) {
                looks.everywhere(&Viewer::of(role)).await;
            }
        }
        for viewer in &drawn {
            looks.everywhere(viewer).await;
        }
        assert!(looks.wrong.is_empty(), "{}\nopen by rule: {OPEN_BY_RULE:?}", looks.wrong.join("\n"));
        // What nobody was answered shows nothing.
        let unread: Vec<_> = PLANTED.iter().filter(|(number, ..)| !looks.read.contains_key(number)).collect();
        assert!(unread.is_empty(), "{unread:?}");
    }
}

#[test]
fn a_number_is_found_as_a_word_and_as_a_figure() {
    for text in [
        "x739131415y",
        "739\u{202f}131\u{202f}415 €",
        "739 131 415,0",
    ] {
        assert!(
            begins_one(text) && joined(text).contains("739131415"),
            "{text}"
        );
    }
    assert!(!begins_one("739 2"));
}
