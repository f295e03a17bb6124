//! What holds of files of people, whatever they say.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

use super::Subject;
use super::ground::{Account, Ground};
use super::judge::{Planned, judge};
use super::layout::{Column, Typed, find};
use super::names::Named;
use crate::access::grant::store::Held;
use crate::access::grant::{Grant, Remit};
use crate::access::role::NATIONAL_ADMINISTRATOR;
use crate::access::{Openings, Person, Reach};
use crate::imports::{Answers, Cell, Content, Format, Place, Severity, Sheet, Verdict, Workbook};
use crate::ledger::Actor;

const TODAY: Date = date(2026, 3, 10);
const PEOPLE: [(&str, &str); 3] = [
    ("Anne", "anne@example.org"),
    ("Paul", "paul@example.org"),
    ("Zoé", "zoe@example.org"),
];

fn grant(id: u128, remit: Remit) -> Grant {
    Grant {
        id: Uuid::from_u128(id),
        remit,
        contract_name: None,
        behalf_of: None,
        about: BTreeSet::new(),
    }
}

fn held(id: u128, remit: Remit, (starts_on, ends_on): (Date, Option<Date>)) -> Held {
    Held {
        grant: grant(id, remit),
        person: Uuid::nil(),
        behalf_of: None,
        starts_on,
        ends_on,
        why: "Essai".to_owned(),
        given: (0, None),
        ended: None,
    }
}

fn account((name, email): (&str, &str), grants: Vec<Held>) -> Account {
    Account {
        person: Person {
            id: Uuid::from_u128(u128::from(email.as_bytes()[0])),
            name: name.to_owned(),
            email: email.to_owned(),
        },
        grants,
        seen: true,
        can_sign_in: true,
    }
}

fn any_remit() -> impl Strategy<Value = Remit> {
    let role = prop::sample::select(vec!["lecteur", "referent-cpom-ars"]);
    let framework = prop::sample::select(vec!["", "etat-ars-2024-2028"]);
    (role, framework).prop_map(|(role, framework)| Remit {
        framework: framework.to_owned(),
        ..Remit::of(role, "ARS-28")
    })
}

fn any_day() -> impl Strategy<Value = Date> {
    (-4..5_i32).prop_map(|days| TODAY.checked_add(days.days()).unwrap())
}

fn any_days() -> impl Strategy<Value = (Option<Date>, Option<Date>)> {
    let days = (prop::option::of(any_day()), prop::option::of(any_day()));
    days.prop_filter(
        "an end before its beginning is refused before",
        |(from, to)| from.is_none_or(|from| to.is_none_or(|to| from <= to)),
    )
}

/// Rows as they are once their words are recognised.
fn any_rows() -> impl Strategy<Value = Vec<Named>> {
    let row = (
        prop::sample::select(PEOPLE.to_vec()),
        any_remit(),
        any_days(),
    );
    let row = row.prop_map(|((name, email), remit, (from, to))| Named {
        typed: Typed::of_form(&[(Column::Name, name), (Column::Email, email)]),
        name: name.to_owned(),
        subject: Subject {
            email: email.to_owned(),
            remit,
        },
        from,
        to,
        why: "Essai".to_owned(),
    });
    prop::collection::vec(row, 1..6)
}

/// What Anne and Paul hold; Zoé has no account.
fn any_accounts() -> impl Strategy<Value = Vec<Account>> {
    let grants =
        || prop::collection::vec((any_remit(), any_day(), prop::option::of(0..6_i32)), 0..3);
    (grants(), grants()).prop_map(|(anne, paul)| {
        let all = [(PEOPLE[0], anne, 100_u128), (PEOPLE[1], paul, 200)];
        let accounts = all.into_iter().map(|(who, grants, first)| {
            // Of one very scope, one: what a row ends would be any of them.
            let mut seen = Vec::new();
            let grants = grants.into_iter().filter(|(remit, ..)| {
                let is_new = !seen.contains(remit);
                seen.push(remit.clone());
                is_new
            });
            let grants = (first..).zip(grants).map(|(id, (remit, from, length))| {
                let to = length.map(|days| from.checked_add(days.days()).unwrap());
                held(id, remit, (from, to))
            });
            account(who, grants.collect())
        });
        accounts.collect()
    })
}

fn reach() -> Reach {
    let everything = grant(1, Remit::of(NATIONAL_ADMINISTRATOR, ""));
    let actor = Actor::Person(Uuid::from_u128(1));
    Reach::holding(actor, vec![everything], Openings::new())
}

/// What a file would do; nothing where it is refused.
fn judged(rows: Vec<Named>, accounts: Vec<Account>) -> Vec<Planned> {
    let ground = Ground::holding(reach(), TODAY, accounts);
    let (planned, problems) = judge(rows, &ground, &Answers::default());
    let is_taken = problems.iter().all(|p| p.severity == Severity::Warning);
    if is_taken { planned } else { Vec::new() }
}

/// What stands once a file is written, as `write` does it.
fn written(mut accounts: Vec<Account>, planned: &[Planned]) -> Vec<Account> {
    for (id, row) in (1000_u128..).zip(planned) {
        let email = row.subject.email.as_str();
        if !accounts.iter().any(|a| a.person.email == email) {
            accounts.push(account((&row.after.name, email), Vec::new()));
        }
        let account = accounts.iter_mut().find(|a| a.person.email == email);
        let grants = &mut account.unwrap().grants;
        match row.verdict {
            Verdict::Unchanged => {}
            Verdict::Created => {
                let days = (row.after.starts_on, row.after.ends_on);
                grants.push(held(id, row.subject.remit.clone(), days));
            }
            Verdict::Changed => {
                let last = row.after.ends_on.unwrap();
                let changed = grants
                    .iter_mut()
                    .find(|h| Some(h.grant.id) == row.after.grant);
                let changed = changed.unwrap();
                if last < TODAY || last < changed.starts_on {
                    changed.ended = Some((0, None, None));
                } else {
                    changed.ends_on = Some(last);
                }
            }
        }
    }
    accounts
}

/// The words of a workbook, and others that people use.
const TITLES: [(Column, &[&str]); 6] = [
    (Column::Name, &["Nom", "Agent"]),
    (Column::Email, &["Adresse électronique", "Mél", "E-mail"]),
    (Column::Role, &["Rôle", "Profil"]),
    (Column::Organisation, &["Organisation", "ARS"]),
    (Column::Section, &["Volet"]),
    (Column::To, &["Au", "Jusqu’au"]),
];

fn sheet(titles: &[String], rows: &[Vec<String>]) -> Workbook {
    let line = |(row, texts): (u32, &Vec<String>)| {
        let cell = |(column, text): (u32, &String)| {
            let place = Place {
                row,
                column,
                ..Place::default()
            };
            let content = if text.is_empty() {
                Content::Empty
            } else {
                Content::Text
            };
            Cell::new(place, content, text)
        };
        (1..).zip(texts).map(cell).collect::<Vec<Cell>>()
    };
    let all: Vec<Vec<String>> = std::iter::once(titles.to_vec())
        .chain(rows.iter().cloned())
        .collect();
    Workbook {
        sheets: vec![Sheet {
            rows: (1..).zip(&all).map(line).collect(),
            ..Sheet::default()
        }],
        format: Format::Csv,
    }
}

proptest! {
    /// A file sent again changes nothing more.
    #[test]
    fn a_file_sent_twice_gives_once(rows in any_rows(), accounts in any_accounts()) {
        let first = judged(rows.clone(), accounts.clone());
        let again = judged(rows, written(accounts, &first));
        let changes: Vec<&Planned> = again.iter().filter(|row| row.verdict != Verdict::Unchanged).collect();
        prop_assert!(changes.is_empty(), "{first:#?}\nthen\n{changes:#?}");
    }

    /// No grant is ever made to last longer, nor touched twice; none is given that was over.
    #[test]
    fn what_stands_is_only_shortened(rows in any_rows(), accounts in any_accounts()) {
        let planned = judged(rows, accounts);
        let mut touched = Vec::new();
        for row in planned {
            match row.verdict {
                Verdict::Unchanged => {}
                Verdict::Created => {
                    prop_assert!(row.after.grant.is_none() && row.before.is_none());
                    prop_assert!(row.after.ends_on.is_none_or(|end| end >= TODAY && end >= row.after.starts_on), "{row:?}");
                }
                Verdict::Changed => {
                    let before = row.before.unwrap();
                    prop_assert!(row.after.ends_on.unwrap() < before.ends_on.unwrap_or(Date::MAX));
                    prop_assert!(!touched.contains(&before.grant), "{touched:?}");
                    touched.push(before.grant);
                }
            }
        }
    }

    /// In whatever order and words the columns stand, and with others between, a row says the same.
    #[test]
    fn columns_are_known_by_their_headings(
        order in Just((0..TITLES.len()).collect::<Vec<_>>()).prop_shuffle(),
        words in prop::collection::vec(0..3_usize, TITLES.len()),
        others in prop::collection::vec(0..TITLES.len(), 0..3),
        texts in prop::collection::vec(prop::collection::vec("[a-z]{1,6}", TITLES.len()), 1..4),
    ) {
        let mut columns: Vec<Option<usize>> = order.into_iter().map(Some).collect();
        for at in others {
            columns.insert(at, None);
        }
        let title = |column: &Option<usize>| match column {
            Some(rank) => {
                let known = TITLES[*rank].1;
                known[words[*rank] % known.len()].to_owned()
            }
            None => "Bureau".to_owned(),
        };
        let titles: Vec<String> = columns.iter().map(title).collect();
        let rows: Vec<Vec<String>> = texts
            .iter()
            .map(|row| columns.iter().map(|c| c.map_or_else(|| "204".to_owned(), |rank| row[rank].clone())).collect())
            .collect();
        let (typed, _) = find(&sheet(&titles, &rows));
        prop_assert_eq!(typed.len(), rows.len());
        for (typed, texts) in typed.iter().zip(&texts) {
            for (rank, (column, _)) in TITLES.iter().enumerate() {
                prop_assert_eq!(typed.text(*column), texts[rank].as_str());
            }
        }
    }
}
