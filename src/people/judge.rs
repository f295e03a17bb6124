//! What the rows of a file would do, questions being answered so: people and grants created, ends
//! brought forward, what already stands, and what keeps it from being done. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::ground::{Account, Ground};
use super::layout::Column;
use super::names::Named;
use super::{State, Subject};
use crate::access::grant::store::Held;
use crate::access::role::NATIONAL_ADMINISTRATOR;
use crate::imports::{Answers, Choice, Place, Problem, ProblemCode as Code, Verdict};
use crate::kernel::fold;
use crate::platform::clock::french_date;

/// The answer: somebody else of the same name.
const ANOTHER: &str = "autre";

/// One row, and what it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub place: Place,
    pub verdict: Verdict,
    pub subject: Subject,
    pub before: Option<State>,
    pub after: State,
}

/// What a row would do to what stands.
enum Effect<'g> {
    /// A grant from that day.
    Given(Date),
    /// That grant ends sooner.
    Ended(&'g Held),
    /// It stands already.
    Stands(&'g Held),
}

/// What everything would do, and what keeps it from being done.
pub(super) fn judge(
    named: Vec<Named>,
    ground: &Ground,
    answers: &Answers,
) -> (Vec<Planned>, Vec<Problem>) {
    let mut judge = Judge {
        ground,
        answers,
        ending: ending(&named, ground),
        decided: BTreeMap::new(),
        said: BTreeMap::new(),
        ended: BTreeSet::new(),
        prolonged: BTreeSet::new(),
        planned: Vec::new(),
        problems: Vec::new(),
    };
    for row in named {
        if let Err(problem) = judge.row(row) {
            judge.problems.extend(problem);
        }
    }
    judge.administrators();
    (judge.planned, judge.problems)
}

/// The grants that rows end, and when.
fn ending(named: &[Named], ground: &Ground) -> BTreeMap<Uuid, Date> {
    let ended = named.iter().filter_map(|row| {
        let account = ground.account(&row.subject.email)?;
        let held = account.standing(&row.subject, row.from, ground.today)?;
        let is_old = says_earlier(row, account, held);
        let last = row.to.filter(|_| ends(row, held) && !is_old)?;
        Some((held.grant.id, last))
    });
    ended.collect()
}

/// Whether a row brings the end of a grant forward.
fn ends(row: &Named, held: &Held) -> bool {
    let after = |end: Date| row.from.is_some_and(|from| from > end);
    row.to
        .is_some_and(|to| held.ends_on.is_none_or(|end| to < end && !after(end)))
}

/// Whether the end that a row says is that of an earlier grant of the same scope.
fn says_earlier(row: &Named, account: &Account, held: &Held) -> bool {
    row.to
        .is_some_and(|to| to < held.starts_on && account.began_by(&row.subject, to))
}

struct Judge<'g> {
    ground: &'g Ground,
    answers: &'g Answers,
    /// The grants that the file ends, and when: none of them holds what another row asks for.
    ending: BTreeMap<Uuid, Date>,
    /// Who is meant by an address without an account; nobody while it is asked.
    decided: BTreeMap<String, Option<String>>,
    /// What was said of a subject, from a day or of a grant that stands: until when.
    said: BTreeMap<(Subject, Option<Date>, Option<Uuid>), Option<Date>>,
    /// The subjects whose grant a row ends, and those whose grant one makes last.
    ended: BTreeSet<Subject>,
    prolonged: BTreeSet<Subject>,
    planned: Vec<Planned>,
    problems: Vec<Problem>,
}

impl<'g> Judge<'g> {
    /// One row. An error keeps it out, and is told where there is something to tell.
    fn row(&mut self, mut row: Named) -> Result<(), Option<Problem>> {
        row.subject.email = self.person_meant(&row)?;
        let account = self.ground.account(&row.subject.email);
        self.known_person(&row, account)?;
        let standing =
            account.and_then(|account| account.standing(&row.subject, row.from, self.ground.today));
        let effect = self.effect(&row, account, standing)?;
        self.once(&row, &effect)?;
        self.one_way(&row, &effect)?;
        self.may(&row, &effect)?;
        self.planned.push(planned(row, account, &effect));
        Ok(())
    }

    /// The address of whom a row means: its own, or that of the account of somebody of the same
    /// name, once a person said that they are one.
    fn person_meant(&mut self, row: &Named) -> Result<String, Option<Problem>> {
        let email = &row.subject.email;
        if self.ground.account(email).is_some() {
            return Ok(email.clone());
        }
        if let Some(decided) = self.decided.get(email) {
            return decided.clone().ok_or(None);
        }
        let namesakes = self.ground.namesakes(&row.name, email);
        let place = row.typed.place(Column::Email);
        let answer = self.answers.get(&place, Code::SameName);
        let decided = match answer {
            _ if namesakes.is_empty() => Some(email.clone()),
            Some(ANOTHER) => Some(email.clone()),
            Some(chosen) => {
                let mut known = namesakes.iter().map(|(_, email)| *email);
                known.find(|email| *email == chosen).map(str::to_owned)
            }
            None => None,
        };
        self.decided.insert(email.clone(), decided.clone());
        decided.ok_or_else(|| Some(same_name(place, row, &namesakes)))
    }

    /// Whether whoever sends the file may know of the account; another name is told.
    fn known_person(
        &mut self,
        row: &Named,
        account: Option<&Account>,
    ) -> Result<(), Option<Problem>> {
        let Some(account) = account else {
            return self.ground.may_open(&row.subject).map_err(|denied| {
                let place = row.typed.place(Column::Email);
                let sentence = format!(
                    "Aucun compte n’a cette adresse, et il faudrait l’ouvrir. {}",
                    denied.sentence
                );
                Some(Problem::refusal(place, Code::NotYoursToGive, sentence))
            });
        };
        if !account.seen {
            let sentence = "Cette adresse est celle d’un compte que vous ne gérez pas. Demandez à un administrateur national de lui donner cette habilitation.";
            let place = row.typed.place(Column::Email);
            return Err(Some(Problem::refusal(
                place,
                Code::PersonOutOfReach,
                sentence,
            )));
        }
        let same = fold(&account.person.name) == fold(&row.name);
        if !same {
            let sentence = format!(
                "Le compte de cette adresse est au nom de « {} » : ce nom est gardé.",
                account.person.name
            );
            let place = row.typed.place(Column::Name);
            self.problems
                .push(Problem::warning(place, Code::OtherName, sentence));
        }
        Ok(())
    }

    /// Refuses what the file says twice and differently; what it says twice alike counts once.
    fn once(&mut self, row: &Named, effect: &Effect<'_>) -> Result<(), Option<Problem>> {
        let (from, grant) = match effect {
            Effect::Given(from) => (Some(*from), None),
            Effect::Ended(held) | Effect::Stands(held) => (None, Some(held.grant.id)),
        };
        let key = (row.subject.clone(), from, grant);
        let place = row.typed.place(Column::Email);
        match self.said.get(&key) {
            None => {
                if let Some(from) = from {
                    self.apart(row, from)?;
                }
                self.said.insert(key, row.to);
                Ok(())
            }
            Some(to) if *to == row.to => {
                let sentence = "Cette ligne en répète une autre : elle compte une fois.";
                Err(Some(Problem::warning(place, Code::GrantTwice, sentence)))
            }
            Some(_) => {
                let sentence = "Une autre ligne dit la même habilitation avec une autre fin. Gardez une seule des deux.";
                Err(Some(Problem::refusal(place, Code::GrantTwice, sentence)))
            }
        }
    }

    /// Refuses a file of which one row ends a grant and another has it go on, from no day said or
    /// from a day that the first still covers.
    fn one_way(&mut self, row: &Named, effect: &Effect<'_>) -> Result<(), Option<Problem>> {
        let other = match effect {
            Effect::Ended(_) => {
                self.ended.insert(row.subject.clone());
                &self.prolonged
            }
            Effect::Given(day) if row.from != Some(*day) => {
                self.prolonged.insert(row.subject.clone());
                &self.ended
            }
            Effect::Given(_) | Effect::Stands(_) => return Ok(()),
        };
        if !other.contains(&row.subject) {
            return Ok(());
        }
        let sentence = "Une ligne met fin à cette habilitation et une autre la fait durer. Gardez une seule des deux, ou écrivez dans « Du » quand elle reprend.";
        let place = row.typed.place(Column::To);
        Err(Some(Problem::refusal(place, Code::GrantTwice, sentence)))
    }

    /// Refuses a period given while another row gives the same over some of its days.
    fn apart(&self, row: &Named, from: Date) -> Result<(), Option<Problem>> {
        let before = |end: Option<Date>, day: Date| end.is_some_and(|end| end < day);
        let given = self.said.iter().filter_map(|((subject, first, _), last)| {
            let first = first.filter(|_| *subject == row.subject)?;
            Some((first, *last))
        });
        let mut over =
            given.filter(|(first, last)| !before(*last, from) && !before(row.to, *first));
        let Some((first, last)) = over.next() else {
            return Ok(());
        };
        let until = last.map_or_else(
            || "sans fin".to_owned(),
            |last| format!("jusqu’au {}", french_date(last)),
        );
        let sentence = format!(
            "Une autre ligne donne la même habilitation du {} {until}, et les deux périodes ont des jours en commun. \
             Gardez une ligne pour toute la période, ou des périodes qui se suivent.",
            french_date(first)
        );
        let place = row.typed.place(Column::From);
        Err(Some(Problem::refusal(place, Code::GrantTwice, sentence)))
    }

    fn effect(
        &mut self,
        row: &Named,
        account: Option<&'g Account>,
        standing: Option<&'g Held>,
    ) -> Result<Effect<'g>, Option<Problem>> {
        let Some(mut held) = standing else {
            return self.without_standing(row, account);
        };
        let today = self.ground.today;
        let is_old = account.is_some_and(|account| says_earlier(row, account, held));
        let is_to_come = held.starts_on > today && row.to.is_some_and(|to| to < held.starts_on);
        if is_to_come || is_old {
            return Err(Some(ends_before(row, held, today)));
        }
        loop {
            let effect = self.effect_on(row, held);
            // What is to be given may have been, by the same file: it stands from that day.
            let given = match &effect {
                Effect::Given(day) => account.and_then(|a| a.beginning(&row.subject, *day, today)),
                Effect::Ended(_) | Effect::Stands(_) => None,
            };
            match given {
                Some(next) => held = next,
                None => return Ok(effect),
            }
        }
    }

    /// What a row does to one grant of its very scope.
    fn effect_on(&mut self, row: &Named, held: &'g Held) -> Effect<'g> {
        let today = self.ground.today;
        let to = if row.typed.says_ends {
            row.to
        } else {
            held.ends_on
        };
        let follows = held.ends_on.and_then(|end| end.tomorrow().ok());
        // Where another row ends it sooner, what begins after that is given anew.
        let ending = self.ending.get(&held.grant.id).copied();
        let last = ending
            .filter(|last| *last >= held.starts_on)
            .or(held.ends_on);
        match (last, to) {
            (Some(end), _) if row.from.is_some_and(|from| from > end) => {
                Effect::Given(row.from.unwrap_or(today))
            }
            (_, to) if held.ends_on.is_some_and(|end| to.is_none_or(|to| to > end)) => {
                Effect::Given(follows.unwrap_or(today))
            }
            _ if ends(row, held) => Effect::Ended(held),
            _ => {
                if row.from.is_some_and(|from| from != held.starts_on) {
                    let sentence = format!(
                        "Cette habilitation a son début au {} : il n’est pas changé.",
                        french_date(held.starts_on)
                    );
                    let place = row.typed.place(Column::From);
                    self.problems
                        .push(Problem::warning(place, Code::WrongGrantDay, sentence));
                }
                Effect::Stands(held)
            }
        }
    }

    /// What a row does where no grant of that very scope stands.
    fn without_standing(
        &self,
        row: &Named,
        account: Option<&'g Account>,
    ) -> Result<Effect<'g>, Option<Problem>> {
        let today = self.ground.today;
        if row.to.is_some_and(|to| to < today) {
            let sentence =
                "Cette fin est passée et rien de tel n’est en cours : la ligne ne change rien.";
            let place = row.typed.place(Column::To);
            return Err(Some(Problem::warning(place, Code::NothingToEnd, sentence)));
        }
        let wider = account.and_then(|account| account.wider(&row.subject, today, &self.ending));
        match wider {
            Some(held) if row.to.is_none() || row.to == held.ends_on => Ok(Effect::Stands(held)),
            Some(_) => {
                let sentence = "Cette personne tient ce rôle par une habilitation plus large, qui n’a pas cette fin. Mettez fin à celle-là sur sa page, ou laissez la ligne telle qu’elle était.";
                let place = row.typed.place(Column::To);
                Err(Some(Problem::refusal(place, Code::NothingToEnd, sentence)))
            }
            None => Ok(Effect::Given(row.from.unwrap_or(today))),
        }
    }

    fn may(&self, row: &Named, effect: &Effect<'_>) -> Result<(), Option<Problem>> {
        let allowed = match effect {
            Effect::Given(_) => self.ground.may_give(&row.subject),
            Effect::Ended(_) => self.ground.may_end(&row.subject),
            Effect::Stands(_) => Ok(()),
        };
        allowed.map_err(|denied| {
            let place = row.typed.place(Column::Role);
            Some(Problem::refusal(
                place,
                Code::NotYoursToGive,
                denied.sentence,
            ))
        })
    }

    /// Refuses a file after which nobody would administer the whole country for good.
    fn administrators(&mut self) {
        let ends = |plan: &&Planned| plan.verdict == Verdict::Changed;
        let ended: Vec<(Uuid, &Place)> = self
            .planned
            .iter()
            .filter(ends)
            .filter_map(|plan| Some((plan.after.grant?, &plan.place)))
            .filter(|(grant, _)| self.ground.lasting.contains(grant))
            .collect();
        let given = self.planned.iter().any(|plan| {
            let subject = &plan.subject;
            plan.verdict == Verdict::Created
                && subject.remit.role == NATIONAL_ADMINISTRATOR
                && subject.remit.is_unlimited()
                && plan.after.ends_on.is_none()
                && plan.after.starts_on <= self.ground.today
                && plan
                    .after
                    .person
                    .is_some_and(|person| self.ground.can_sign_in(person))
        });
        let all = !ended.is_empty() && ended.len() == self.ground.lasting.len();
        if let Some((_, place)) = ended.last().filter(|_| all && !given) {
            let sentence = "Plus personne n’administrerait Jalon sans date de fin. Donnez d’abord ce rôle à quelqu’un d’autre, qui peut déjà se connecter.";
            let problem = Problem::refusal((*place).clone(), Code::LastAdministrator, sentence);
            self.problems.push(problem);
        }
    }
}

fn planned(row: Named, account: Option<&Account>, effect: &Effect<'_>) -> Planned {
    let name = account.map_or(row.name, |account| account.person.name.clone());
    let person = account.map(|account| account.person.id);
    let stood = |held: &Held| State {
        name: name.clone(),
        person,
        grant: Some(held.grant.id),
        starts_on: held.starts_on,
        ends_on: held.ends_on,
        why: held.why.clone(),
    };
    let (verdict, before, after) = match effect {
        Effect::Given(from) => {
            let after = State {
                name: name.clone(),
                person,
                grant: None,
                starts_on: *from,
                ends_on: row.to,
                why: row.why,
            };
            (Verdict::Created, None, after)
        }
        Effect::Ended(held) => {
            let before = stood(held);
            let after = State {
                ends_on: row.to,
                why: row.why,
                ..before.clone()
            };
            (Verdict::Changed, Some(before), after)
        }
        Effect::Stands(held) => {
            let stood = stood(held);
            (Verdict::Unchanged, Some(stood.clone()), stood)
        }
    };
    Planned {
        place: row.typed.place(Column::Role),
        verdict,
        subject: row.subject,
        before,
        after,
    }
}

/// An end that comes before what it would end: a mistake while that is to come; once it has begun,
/// what an older file says of an earlier period.
fn ends_before(row: &Named, held: &Held, today: Date) -> Problem {
    let place = row.typed.place(Column::To);
    let day = french_date(held.starts_on);
    if held.starts_on > today {
        let sentence = format!(
            "Cette habilitation ne commence que le {day}, après cette fin. Pour l’annuler, mettez-y fin sur la page de la personne ; pour une période de plus, écrivez son début dans « Du »."
        );
        return Problem::refusal(place, Code::WrongGrantDay, sentence);
    }
    let sentence = format!(
        "Cette habilitation a commencé le {day}, après cette fin : la ligne ne change rien. Pour l’annuler, mettez-y fin sur la page de la personne."
    );
    Problem::warning(place, Code::NothingToEnd, sentence)
}

fn same_name(place: Place, row: &Named, namesakes: &[(&str, &str)]) -> Problem {
    let mut choices = vec![Choice {
        value: ANOTHER.to_owned(),
        label: "Une autre personne : ouvrir un compte".to_owned(),
    }];
    choices.extend(namesakes.iter().map(|(_, email)| Choice {
        value: (*email).to_owned(),
        label: format!("La même : prendre le compte {email}"),
    }));
    let sentence = format!(
        "« {} » a déjà un compte sous une autre adresse. Est-ce la même personne ?",
        row.name
    );
    Problem::question(place, Code::SameName, sentence, choices)
}

/// Whether a grant that a row was read against still stands as it did.
pub(super) fn stands(account: Option<&Account>, row: &Planned, today: Date) -> bool {
    if account.map(|account| account.person.id) != row.after.person {
        return false;
    }
    let from = row.before.as_ref().map(|before| before.starts_on);
    let now = account.and_then(|account| match row.before {
        Some(_) => account.standing(&row.subject, from, today),
        None => account
            .standing(&row.subject, Some(row.after.starts_on), today)
            .filter(|held| held.ends_on.is_none_or(|end| end >= row.after.starts_on)),
    });
    match (&row.before, now) {
        (None, None) => true,
        (Some(before), Some(held)) => {
            before.grant == Some(held.grant.id) && before.ends_on == held.ends_on
        }
        _ => false,
    }
}
