//! What the words of a row stand for: roles, organisations, frameworks, objectives, contracts,
//! days. Recognised as a tolerant person would, and never guessed. Pure.

use jiff::civil::Date;
use uuid::Uuid;

use super::Subject;
use super::layout::{Column, Typed};
use crate::access::Email;
use crate::access::grant::{LONGEST_REASON, Remit};
use crate::access::role::{Role, Roles};
use crate::frameworks::{Catalogue, Framework, Node};
use crate::imports::{Content, Problem, ProblemCode as Code};
use crate::kernel::{fold, nearest};
use crate::organisations::{Directory, PlaceKind, Recognised};
use crate::referents;

/// A contract that a grant may be limited to.
#[derive(Clone, Debug)]
pub(super) struct KnownContract {
    pub id: Uuid,
    pub slug: String,
    pub title: String,
    pub sections: Vec<KnownSection>,
}

impl KnownContract {
    /// The section of that identifier.
    pub(super) fn section(&self, id: Uuid) -> Option<&KnownSection> {
        self.sections.iter().find(|section| section.id == id)
    }
}

/// A section of it.
#[derive(Clone, Debug)]
pub(super) struct KnownSection {
    pub id: Uuid,
    pub key: String,
    pub label: String,
}

/// What names are recognised among.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub directory: &'a Directory,
    pub catalogue: &'a Catalogue,
    pub contracts: &'a [KnownContract],
    pub today: Date,
    /// Why, where a row does not say it.
    pub motive: &'a str,
}

/// A row whose words are all recognised.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub typed: Typed,
    pub name: String,
    pub subject: Subject,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub why: String,
}

/// The row, or everything that is wrong in it; `None` where it says nothing of a role, and no more
/// is asked of it than to name somebody.
pub(super) fn named(typed: Typed, known: Known<'_>) -> Result<Option<Named>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut kept = |problem: Problem| problems.push(problem);
    let email = email(&typed).map_err(&mut kept).ok();
    if typed.text(Column::Role).is_empty() && email.is_some() && is_only_a_person(&typed) {
        return Ok(None);
    }
    let name = name(&typed).map_err(&mut kept).ok();
    let role = role(&typed).map_err(&mut kept).ok();
    let organisation = organisation(&typed, known, role).map_err(&mut kept).ok();
    let framework = framework(&typed, known, role).map_err(&mut kept).ok();
    let objective = match &framework {
        Some(framework) => objective(&typed, *framework).map_err(&mut kept).ok(),
        None => None,
    };
    let contract = contract(&typed, known, role).map_err(&mut kept).ok();
    let section = match contract {
        Some(contract) => section(&typed, contract).map_err(&mut kept).ok(),
        None => None,
    };
    let from = day(&typed, Column::From).map_err(&mut kept).ok();
    let to = day(&typed, Column::To).map_err(&mut kept).ok();
    if let (Some(Some(from)), Some(Some(to))) = (from, to)
        && to < from
    {
        let sentence = "La fin précède le début. Corrigez l’une des deux.";
        kept(Problem::refusal(
            typed.place(Column::To),
            Code::WrongGrantDay,
            sentence,
        ));
    }
    let why = why(&typed, known).map_err(&mut kept).ok();
    let read = (|| {
        Some(Named {
            name: name?,
            subject: Subject {
                email: email?.as_str().to_owned(),
                remit: Remit {
                    role: role?.key.clone(),
                    organisation: organisation?,
                    framework: framework?.map_or_else(String::new, |f| f.code.clone()),
                    objective: objective?,
                    contract: contract?.map(|contract| contract.id),
                    section: section?,
                },
            },
            from: from?,
            to: to?,
            why: why?,
            typed,
        })
    })();
    match read {
        Some(named) if problems.is_empty() => Ok(Some(named)),
        _ => Err(problems),
    }
}

/// Whether a row names somebody, and nothing that they would hold.
fn is_only_a_person(typed: &Typed) -> bool {
    let scope = [
        Column::Organisation,
        Column::Framework,
        Column::Objective,
        Column::Contract,
        Column::Section,
    ];
    scope
        .into_iter()
        .all(|column| typed.text(column).is_empty())
}

fn email(typed: &Typed) -> Result<Email, Problem> {
    let (text, place) = (typed.text(Column::Email), typed.place(Column::Email));
    if text.is_empty() {
        let sentence =
            "Il manque l’adresse électronique : c’est par elle qu’un compte se reconnaît.";
        return Err(Problem::refusal(place, Code::WrongPerson, sentence));
    }
    let email: Email = text.parse().map_err(|_| {
        let sentence = format!(
            "« {text} » n’est pas une adresse électronique. Écrivez-la comme prenom.nom@example.org."
        );
        Problem::refusal(place.clone(), Code::WrongPerson, sentence)
    })?;
    if email.is_functional() {
        let sentence = format!(
            "« {text} » semble une boîte de service. Un compte est celui d’une personne : écrivez son adresse nominative."
        );
        return Err(Problem::refusal(place, Code::FunctionalMailbox, sentence));
    }
    Ok(email)
}

fn name(typed: &Typed) -> Result<String, Problem> {
    let name = typed.name();
    if name.is_empty() {
        let sentence = "Il manque le nom de la personne.";
        let place = typed.place(Column::Name);
        return Err(Problem::refusal(place, Code::WrongPerson, sentence));
    }
    Ok(name)
}

/// What people call a role: its key, its name, or what a list of referents calls it.
fn role(typed: &Typed) -> Result<&'static Role, Problem> {
    let text = typed.text(Column::Role);
    let roles = Roles::known().all();
    let called = |role: &'static Role| {
        let referent = referents::role_title(role);
        [role.key.as_str(), role.name.as_str()]
            .into_iter()
            .chain(referent)
    };
    let wanted = fold(text);
    let found = roles
        .iter()
        .find(|role| !wanted.is_empty() && called(role).any(|name| fold(name) == wanted));
    found.ok_or_else(|| {
        let near = nearest(text, roles.iter().flat_map(called));
        let near = near.map_or_else(String::new, |near| format!(" Vouliez-vous dire « {near} » ?"));
        let sentence = if text.is_empty() {
            "Il manque le rôle : choisissez-le dans la liste.".to_owned()
        } else {
            format!("« {text} » n’est le nom d’aucun rôle.{near} Le classeur des personnes en donne la liste.")
        };
        Problem::refusal(typed.place(Column::Role), Code::UnknownRole, sentence)
    })
}

fn organisation(typed: &Typed, known: Known<'_>, role: Option<&Role>) -> Result<String, Problem> {
    let text = typed.text(Column::Organisation);
    let refused = |sentence: String| {
        let place = typed.place(Column::Organisation);
        Err(Problem::refusal(place, Code::UnknownOrganisation, sentence))
    };
    if text.is_empty() {
        return match role {
            Some(role) if !role.own.is_empty() => refused(
                "Ce rôle se tient pour une organisation : écrivez laquelle (ARS-28, DGS…)."
                    .to_owned(),
            ),
            _ => Ok(String::new()),
        };
    }
    match known.directory.resolve(text) {
        Recognised::Found(found) => {
            match role.and_then(|role| role.side.misfit(found.kind.code())) {
                None => Ok(found.code.clone()),
                Some(misfit) => refused(misfit.to_owned()),
            }
        }
        Recognised::Ambiguous(several) => {
            let codes: Vec<&str> = several.iter().map(|o| o.code.as_str()).collect();
            refused(format!(
                "« {text} » désigne plusieurs organisations. Écrivez l’un de ces codes : {}.",
                codes.join(", ")
            ))
        }
        Recognised::Unknown { nearest } => {
            // Of an agency, people say the region.
            let region = known
                .directory
                .recognise(text, &[PlaceKind::Region])
                .found();
            let agency = region.and_then(|r| known.directory.ars_of(&r.code, known.today));
            if let Some(agency) = agency {
                return Ok(agency.code.clone());
            }
            let near = nearest.map_or_else(String::new, |near| {
                format!(" Vouliez-vous dire « {near} » ?")
            });
            refused(format!(
                "« {text} » ne désigne aucune organisation que Jalon connaît.{near} Écrivez son code ou son nom."
            ))
        }
    }
}

fn unknown_scope(typed: &Typed, column: Column, sentence: String) -> Problem {
    Problem::refusal(typed.place(column), Code::UnknownScope, sentence)
}

/// Refuses a limit to a role that takes none.
fn limited(typed: &Typed, column: Column, role: Option<&Role>) -> Result<(), Problem> {
    match role.and_then(Role::takes_no_limit) {
        Some(why) => Err(unknown_scope(typed, column, why.to_owned())),
        None => Ok(()),
    }
}

fn framework<'a>(
    typed: &Typed,
    known: Known<'a>,
    role: Option<&Role>,
) -> Result<Option<&'a Framework>, Problem> {
    let text = fold(typed.text(Column::Framework));
    if text.is_empty() {
        return Ok(None);
    }
    limited(typed, Column::Framework, role)?;
    let mut all = known
        .catalogue
        .frameworks()
        .into_iter()
        .map(|e| &e.framework);
    let found = all.find(|f| {
        [&f.code, &f.title]
            .into_iter()
            .any(|name| fold(name) == text)
    });
    found.map(Some).ok_or_else(|| {
        let sentence = format!(
            "« {} » ne désigne aucun cadre chargé. Écrivez son code, comme dans la liste.",
            typed.text(Column::Framework)
        );
        unknown_scope(typed, Column::Framework, sentence)
    })
}

/// The key of the objective that a row names by its code, its key or its title.
fn objective(typed: &Typed, framework: Option<&Framework>) -> Result<String, Problem> {
    let code = typed.text(Column::Objective);
    let label = typed.text(Column::ObjectiveLabel);
    let (column, text) = if code.is_empty() {
        (Column::ObjectiveLabel, label)
    } else {
        (Column::Objective, code)
    };
    if text.is_empty() {
        return Ok(String::new());
    }
    let Some(framework) = framework else {
        let sentence = "Un objectif est celui d’un cadre : écrivez lequel dans « Cadre ».";
        return Err(unknown_scope(typed, column, sentence.to_owned()));
    };
    let wanted = fold(text);
    let is = |node: &&Node| {
        let titles = [node.key.clone(), node.label.clone(), node.title()];
        titles
            .iter()
            .chain(&node.code)
            .any(|name| fold(name) == wanted)
    };
    // A code may stand on several levels: what is counted as an objective comes first.
    let mut objectives = framework.objectives().into_iter();
    let found = objectives
        .find(is)
        .or_else(|| framework.nodes.iter().find(is));
    found.map(|node| node.key.clone()).ok_or_else(|| {
        let sentence = format!(
            "« {text} » n’est pas un objectif de « {} ». Écrivez son numéro, comme sur la page du cadre.",
            framework.title
        );
        unknown_scope(typed, column, sentence)
    })
}

fn contract<'a>(
    typed: &Typed,
    known: Known<'a>,
    role: Option<&Role>,
) -> Result<Option<&'a KnownContract>, Problem> {
    let text = fold(typed.text(Column::Contract));
    if text.is_empty() {
        return Ok(None);
    }
    limited(typed, Column::Contract, role)?;
    let is = |contract: &KnownContract| {
        [&contract.slug, &contract.title]
            .into_iter()
            .any(|name| fold(name) == text)
    };
    let mut found = known.contracts.iter().filter(|contract| is(contract));
    match (found.next(), found.next()) {
        (Some(contract), None) => Ok(Some(contract)),
        (None, _) => {
            let sentence = format!(
                "« {} » ne désigne aucun contrat que vous voyez. Écrivez la fin de son adresse, comme normandie-2024-2028.",
                typed.text(Column::Contract)
            );
            Err(unknown_scope(typed, Column::Contract, sentence))
        }
        _ => {
            let sentence = "Plusieurs contrats portent ce titre : écrivez la fin de l’adresse de celui qui est voulu.";
            Err(unknown_scope(typed, Column::Contract, sentence.to_owned()))
        }
    }
}

/// The section that a row names by its key or its label.
fn section(typed: &Typed, contract: Option<&KnownContract>) -> Result<Option<Uuid>, Problem> {
    let text = typed.text(Column::Section);
    if text.is_empty() {
        return Ok(None);
    }
    let refused = |sentence: String| Err(unknown_scope(typed, Column::Section, sentence));
    let Some(contract) = contract else {
        return refused(
            "Un volet est celui d’un contrat : écrivez lequel dans « Contrat ».".to_owned(),
        );
    };
    let wanted = fold(text);
    let is = |section: &&KnownSection| {
        [&section.key, &section.label]
            .into_iter()
            .any(|name| fold(name) == wanted)
    };
    if let Some(section) = contract.sections.iter().find(is) {
        return Ok(Some(section.id));
    }
    let labels = contract
        .sections
        .iter()
        .map(|section| section.label.as_str());
    let labels: Vec<&str> = labels.filter(|label| !label.is_empty()).collect();
    refused(if labels.is_empty() {
        format!(
            "« {} » est d’un seul tenant : laissez « Volet » vide.",
            contract.title
        )
    } else {
        format!(
            "« {text} » n’est pas un volet de « {} ». Écrivez l’un de ceux-ci : {}.",
            contract.title,
            labels.join(", ")
        )
    })
}

/// A day as people write it; `None` where the cell is empty.
fn day(typed: &Typed, column: Column) -> Result<Option<Date>, Problem> {
    let Some(cell) = typed.cell(column).filter(|cell| !cell.text.is_empty()) else {
        return Ok(None);
    };
    let read = match &cell.content {
        Content::Date(date) => Some(*date),
        _ => written_day(&cell.text),
    };
    read.map(Some).ok_or_else(|| {
        let sentence = format!(
            "« {} » n’est pas un jour. Écrivez-le ainsi : 31/12/2026.",
            cell.text
        );
        Problem::refusal(cell.place.clone(), Code::WrongGrantDay, sentence)
    })
}

fn written_day(text: &str) -> Option<Date> {
    let french = |text: &str| Date::strptime("%d/%m/%Y", text).ok();
    text.parse().ok().or_else(|| french(text))
}

fn why(typed: &Typed, known: Known<'_>) -> Result<String, Problem> {
    let own = typed.text(Column::Why);
    let why = if own.is_empty() { known.motive } else { own };
    let length = why.chars().count();
    if length == 0 || length > LONGEST_REASON {
        let sentence = "Dites pourquoi, en 500 caractères au plus : dans « Motif », ou pour tout le fichier en le déposant.";
        return Err(Problem::refusal(
            typed.place(Column::Why),
            Code::NoGrantReason,
            sentence,
        ));
    }
    Ok(why.to_owned())
}
