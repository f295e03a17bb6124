//! Whether a contract about to be prepared makes sense: pure rules over its framework, the
//! directory and the contracts that its organisation has already.

use jiff::civil::{Date, date};
use serde::Serialize;

use super::limits;
use crate::frameworks::{Framework, PartyKind, PartyRole};
use crate::organisations::{Directory, Organisation, OrganisationKind};
use crate::platform::clock::french_date;

/// A contract about to be prepared; the organisation and the framework stand in the permit.
#[derive(Clone, Debug, Serialize)]
pub struct NewContract {
    /// Its address, unique.
    pub slug: String,
    /// What people call it.
    pub title: String,
    /// Code of the place it covers.
    pub place: String,
    /// First year.
    pub starts: i16,
    /// Last year.
    pub ends: i16,
    /// Whether it is invented for a demonstration.
    pub fictional: bool,
    /// Role and organisation of each party, in order.
    pub parties: Vec<(String, String)>,
    /// Its sections; none for a contract in one piece.
    pub sections: Vec<NewSection>,
}

/// A section about to exist.
#[derive(Clone, Debug, Serialize)]
pub struct NewSection {
    /// Unique in the contract.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Code of the place it covers.
    pub place: String,
}

/// Another contract of the same organisation under the same framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// What people call it.
    pub title: String,
    /// First year.
    pub starts: i16,
    /// Last year.
    pub ends: i16,
    /// Whether every instrument of it was given up, and there was one: it can no longer be meant.
    pub given_up: bool,
}

/// What a new contract is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Its framework.
    pub framework: &'a Framework,
    /// Organisations and places.
    pub directory: &'a Directory,
}

/// The field that an objection is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Its address.
    Address,
    /// Its title.
    Title,
    /// The party of that role.
    Party(String),
    /// The place it covers.
    Place,
    /// Its first year.
    Starts,
    /// Its last year.
    Ends,
    /// Its sections.
    Sections,
}

/// Why a contract cannot be prepared so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// Where it is.
    pub field: Field,
    /// What is wrong and what to do, in French.
    pub sentence: String,
}

/// Everything that keeps a contract from being prepared; empty where nothing does.
///
/// A second contract of one organisation under one framework over the same years is refused: it
/// would split what is in force in two, and an amendment is what changes a contract. One whose
/// every instrument was given up does not count.
pub fn check_new(ground: Ground<'_>, new: &NewContract, rivals: &[Rival]) -> Vec<Objection> {
    let mut check = Check {
        ground,
        new,
        objections: Vec::new(),
    };
    check.texts();
    check.years();
    check.parties();
    check.places();
    check.establishments();
    check.rivals(rivals);
    check.objections
}

struct Check<'a> {
    ground: Ground<'a>,
    new: &'a NewContract,
    objections: Vec<Objection>,
}

impl Check<'_> {
    fn say(&mut self, field: Field, sentence: impl Into<String>) {
        self.objections.push(Objection {
            field,
            sentence: sentence.into(),
        });
    }

    fn texts(&mut self) {
        let texts = [
            (Field::Title, limits::TITLE, &self.new.title),
            (Field::Address, limits::ADDRESS, &self.new.slug),
        ];
        let labels = self.new.sections.iter();
        let labels = labels.map(|section| (Field::Sections, limits::LABEL, &section.label));
        let refused: Vec<_> = texts
            .into_iter()
            .chain(labels)
            .filter_map(|(field, limit, text)| Some((field, limit.read(text).err()?)))
            .collect();
        for (field, sentence) in refused {
            self.say(field, sentence);
        }
        let sections = self.new.sections.len();
        if sections > limits::SECTIONS {
            let most = limits::SECTIONS;
            let sentence = format!("{sections} volets : un contrat en a {most} au plus.");
            self.say(Field::Sections, sentence);
        }
    }

    fn years(&mut self) {
        let (new, framework) = (self.new, self.ground.framework);
        if new.starts > new.ends {
            self.say(Field::Ends, "La fin vient avant le début.");
        } else if new.ends - new.starts >= limits::YEARS {
            let sentence = format!(
                "Un contrat dure {} ans au plus. Vérifiez les deux années.",
                limits::YEARS
            );
            self.say(Field::Ends, sentence);
        } else if new.ends < framework.starts || framework.ends < new.starts {
            let sentence = format!(
                "Le cadre va de {} à {} : ce contrat n’en a aucune année.",
                framework.starts, framework.ends
            );
            self.say(Field::Starts, sentence);
        }
    }

    fn parties(&mut self) {
        let parties = &self.new.parties;
        for (rank, (role, code)) in parties.iter().enumerate() {
            let Some(held) = self.role(role) else {
                let sentence = format!("Le cadre ne connaît pas le rôle « {role} ».");
                self.say(Field::Party(role.clone()), sentence);
                continue;
            };
            let held = held.label.clone();
            let earlier = parties[..rank].iter().find(|(_, other)| other == code);
            if let Some(other) = earlier.and_then(|(role, _)| self.role(role)) {
                let sentence = format!(
                    "« {} » est déjà partie comme « {} ». Une organisation n’a qu’un rôle dans un contrat : corrigez « {} » ou « {held} ».",
                    self.name(code),
                    other.label,
                    other.label
                );
                self.say(Field::Party(role.clone()), sentence);
            }
            if let Some(sentence) = absent(
                self.ground.directory,
                code,
                (self.new.starts, self.new.ends),
            ) {
                self.say(Field::Party(role.clone()), sentence);
            }
        }
    }

    /// An establishment is known before it signs, and its contract is about itself or its sites:
    /// the values of its region are not its own.
    fn establishments(&mut self) {
        let directory = self.ground.directory;
        let mut known: Vec<&Organisation> = Vec::new();
        let mut expected = false;
        for (role, code) in &self.new.parties {
            let kind = self.role(role).map(|role| role.kind);
            if kind != Some(PartyKind::Establishment) {
                continue;
            }
            expected = true;
            match establishment(directory, code) {
                Ok(organisation) => known.push(organisation),
                Err(sentence) => self.say(Field::Party(role.clone()), sentence),
            }
        }
        if !expected || known.is_empty() {
            return;
        }
        let sections = self.new.sections.iter();
        let wanted = std::iter::once((Field::Place, &self.new.place))
            .chain(sections.map(|section| (Field::Sections, &section.place)));
        for (field, place) in wanted {
            if known.iter().any(|own| directory.lies_in(place, &own.code)) {
                continue;
            }
            let place = directory.place(place).map_or(place.as_str(), |p| &p.name);
            let names: Vec<&str> = known.iter().map(|own| own.label()).collect();
            let names = names.join(" », « ");
            let sentence = format!(
                "« {place} » n’est pas un lieu de « {names} ». Laissez ce champ vide : le contrat porte alors sur l’établissement lui-même."
            );
            self.say(field, sentence);
        }
    }

    fn role(&self, key: &str) -> Option<&PartyRole> {
        let roles = &self.ground.framework.parties;
        roles.iter().find(|role| role.key == key)
    }

    fn name<'n>(&'n self, code: &'n str) -> &'n str {
        let known = self.ground.directory.organisation(code);
        known.map_or(code, Organisation::label)
    }

    fn days(&self) -> (Date, Date) {
        days(self.new.starts, self.new.ends)
    }

    /// The places of the contract and of its sections are those of its agency, at that time.
    fn places(&mut self) {
        let Some(agency) = self.agency() else {
            return;
        };
        let (name, code) = (agency.label().to_owned(), agency.code.clone());
        let (first, last) = self.days();
        let day = agency.valid_from.map_or(first, |begin| begin.max(first));
        if day > last || agency.valid_to.is_some_and(|end| end < day) {
            return;
        }
        let sections = self.new.sections.iter();
        let wanted = std::iter::once((Field::Place, self.new.place.clone()))
            .chain(sections.map(|section| (Field::Sections, section.place.clone())));
        let wanted: Vec<_> = wanted.collect();
        for (field, place) in wanted {
            let directory = self.ground.directory;
            if directory
                .ars_of(&place, day)
                .is_some_and(|of| of.code == code)
            {
                continue;
            }
            let place = directory.place(&place).map_or(place.as_str(), |p| &p.name);
            let sentence = format!(
                "« {place} » n’est pas du ressort de « {name} » au {}. {}",
                french_date(day),
                self.within(&code, day)
            );
            self.say(field, sentence);
        }
    }

    /// The one agency among the parties that the directory knows.
    fn agency(&self) -> Option<&Organisation> {
        let mut agencies = self.new.parties.iter().filter_map(|(role, code)| {
            self.role(role)
                .filter(|role| role.kind == PartyKind::Agency)?;
            self.ground.directory.organisation(code)
        });
        agencies.next().filter(|_| agencies.next().is_none())
    }

    /// Which places may be written instead.
    fn within(&self, agency: &str, day: Date) -> String {
        let directory = self.ground.directory;
        let seat = directory
            .organisation(agency)
            .and_then(|o| o.place.as_deref());
        let Some(seat) = seat.and_then(|code| directory.place(code)) else {
            return "Corrigez le lieu ou l’agence.".to_owned();
        };
        let parts = directory.parts_of(&seat.code, day);
        let names: Vec<&str> = std::iter::once(seat)
            .chain(parts)
            .map(|p| p.name.as_str())
            .collect();
        format!("Choisissez parmi : {}.", names.join(", "))
    }

    fn rivals(&mut self, rivals: &[Rival]) {
        let new = self.new;
        let same_years = |rival: &&Rival| rival.starts <= new.ends && new.starts <= rival.ends;
        let rival = rivals
            .iter()
            .filter(|rival| !rival.given_up)
            .find(same_years);
        if let Some(rival) = rival {
            let sentence = format!(
                "« {} » lie déjà cette organisation dans ce cadre, de {} à {}. Modifiez-le par un acte, ou choisissez d’autres années.",
                rival.title, rival.starts, rival.ends
            );
            self.say(Field::Starts, sentence);
        }
    }
}

/// The party that a contract binds, whatever it is called in its framework: the establishment, or
/// else the agency, or else the first.
pub fn bound<'p>(framework: &Framework, parties: &'p [(String, String)]) -> Option<&'p str> {
    let of = |kind| framework.parties.iter().find(|role| role.kind == kind);
    let role = of(PartyKind::Establishment).or(of(PartyKind::Agency));
    let key = role.map(|role| role.key.as_str());
    let party = parties.iter().find(|(role, _)| Some(role.as_str()) == key);
    let (_, code) = party.or(parties.first())?;
    Some(code)
}

/// The place that a contract covers where nobody says it: that of the party it binds.
pub fn usual_place(ground: Ground<'_>, parties: &[(String, String)]) -> Option<String> {
    let code = bound(ground.framework, parties)?;
    ground.directory.organisation(code)?.place.clone()
}

/// The establishment of that code, or what is to be said where there is none.
pub(super) fn establishment<'d>(
    directory: &'d Directory,
    code: &str,
) -> Result<&'d Organisation, String> {
    let organisation = directory.organisation(code);
    let found = organisation.filter(|o| o.kind == OrganisationKind::Establishment);
    found.ok_or_else(|| {
        format!(
            "« {code} » n’est pas un établissement connu. Ajoutez-le d’abord par la page « Ajouter un établissement »."
        )
    })
}

/// What is to be said of an organisation that exists on no day of those years. One that ends or
/// begins on the way is right: the agency of Océan Indien signed for 2019-2023 and was divided in
/// 2020.
pub(super) fn absent(directory: &Directory, code: &str, years: (i16, i16)) -> Option<String> {
    let organisation = directory.organisation(code)?;
    let (first, last) = days(years.0, years.1);
    let name = organisation.label();
    let others = |found: Vec<&Organisation>, words: &str| {
        let names: Vec<&str> = found.iter().map(|o| o.label()).collect();
        if names.is_empty() {
            "Corrigez l’organisation ou les années.".to_owned()
        } else {
            format!("{words} : {}.", names.join(", "))
        }
    };
    if let Some(end) = organisation.valid_to.filter(|end| *end < first) {
        return Some(format!(
            "« {name} » n’existe plus depuis le {} et le contrat va de {} à {}. {}",
            french_date(end),
            years.0,
            years.1,
            others(directory.successors(code, first), "Lui ont succédé")
        ));
    }
    let begin = organisation.valid_from.filter(|begin| *begin > last)?;
    Some(format!(
        "« {name} » n’existe que depuis le {} et le contrat va de {} à {}. {}",
        french_date(begin),
        years.0,
        years.1,
        others(directory.predecessors(code, last), "L’ont précédée")
    ))
}

/// The first and the last day of some years; the widest where a year is none of the calendar.
fn days(starts: i16, ends: i16) -> (Date, Date) {
    let first = Date::new(starts, 1, 1).unwrap_or(date(1, 1, 1));
    (first, Date::new(ends, 12, 31).unwrap_or(date(9999, 12, 31)))
}
