//! Who signs and who supplies: ministries, agencies, operators, and the places they act for, with
//! the dates between which each of them exists.
//!
//! What lives here: organisations, places, their parts and successions; the [`Directory`] that
//! holds them all in memory and recognises a name as people write it. What never does: people,
//! contracts, figures. Dates here are dates of effect, never the cursor of the history.

pub mod api;
mod cache;
mod contact;
mod directory;
mod establishment;
mod findable;
mod pages;
mod recognition;
pub mod source;
pub mod store;
pub mod tables;
mod told;

use jiff::civil::Date;
use serde::Serialize;

pub use cache::Directories;
pub use directory::Directory;
pub use establishment::{EstablishmentField, EstablishmentRefusal, NewEstablishment};
pub use findable::FindableOrganisations;
pub use pages::router;
pub use recognition::Recognised;
pub use told::OrganisationTeller;

/// What an organisation is, in the order of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// A regional health agency.
    Ars,
    /// A ministry, or the ministries of health and solidarity together.
    Ministry,
    /// A directorate or a service of a ministry.
    Directorate,
    /// A national operator, such as the health insurance fund.
    Operator,
    /// A hospital or another establishment, as the legal entity that signs.
    Establishment,
    /// Any other body.
    Other,
}

impl OrganisationKind {
    /// Every kind with its stable code, its word in the source files and its French name.
    const ALL: [(Self, &'static str, &'static str, &'static str); 6] = [
        (Self::Ars, "ars", "ars", "Agence régionale de santé"),
        (Self::Ministry, "ministry", "ministere", "Ministère"),
        (
            Self::Directorate,
            "directorate",
            "direction",
            "Direction ou service ministériel",
        ),
        (
            Self::Operator,
            "operator",
            "operateur",
            "Opérateur national",
        ),
        (
            Self::Establishment,
            "establishment",
            "etablissement",
            "Établissement",
        ),
        (Self::Other, "other", "autre", "Autre organisme"),
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Its name for a reader.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].3
    }

    /// The kind with that stable code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|k| k.1 == code).map(|k| k.0)
    }
}

/// What a place is, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// The whole country.
    Country,
    /// A grouping that is no administrative level, or an overseas collectivity.
    Zone,
    /// A region.
    Region,
    /// A department.
    Department,
    /// An establishment, or one of its sites. It lies in a region and never counts into it.
    Establishment,
}

impl PlaceKind {
    /// Those whose values a file may give: among them `01` is Guadeloupe, never Ain.
    pub const WITH_VALUES: [Self; 4] =
        [Self::Region, Self::Zone, Self::Country, Self::Establishment];

    /// Every kind with its stable code and its word in the source files.
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Country, "country", "pays"),
        (Self::Zone, "zone", "zone"),
        (Self::Region, "region", "region"),
        (Self::Department, "department", "departement"),
        (Self::Establishment, "establishment", "etablissement"),
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The kind with that stable code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|k| k.1 == code).map(|k| k.0)
    }
}

/// A body that signs, supplies or follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// Stable code: `ARS-84`, `DGOS`.
    pub code: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Full name.
    pub name: String,
    /// Usual short name.
    pub short_name: Option<String>,
    /// First day, absent where it is not known or does not matter.
    pub valid_from: Option<Date>,
    /// Last day, absent while it exists.
    pub valid_to: Option<Date>,
    /// Code of the organisation it belongs to.
    pub parent: Option<String>,
    /// Code of the place it acts for; an establishment's is its own, of the same code.
    pub place: Option<String>,
    /// Number of an establishment in the national register FINESS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finess: Option<String>,
    /// Other ways its name is written.
    pub usages: Vec<String>,
    /// What must be known of this entry, such as where a date comes from.
    pub note: Option<String>,
}

impl Organisation {
    /// What people call it.
    pub fn label(&self) -> &str {
        self.short_name.as_deref().unwrap_or(&self.name)
    }

    /// Whether it exists on that day.
    pub fn valid_on(&self, day: Date) -> bool {
        covers(self.valid_from, self.valid_to, day)
    }
}

/// Somewhere figures are counted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Stable code: the INSEE code of a region, `D` and the INSEE code of a department, letters
    /// for the rest.
    pub code: String,
    /// What it is.
    pub kind: PlaceKind,
    /// Name.
    pub name: String,
    /// First day, absent where it is not known or does not matter.
    pub valid_from: Option<Date>,
    /// Last day, absent while it exists.
    pub valid_to: Option<Date>,
    /// ISO 3166-2 code.
    pub iso: Option<String>,
    /// Code of the place that an establishment lies in. Said by the establishment rather than
    /// among the parts of the region: it is nothing that a region adds up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Other ways its name is written.
    pub usages: Vec<String>,
}

impl Place {
    /// Whether it exists on that day.
    pub fn valid_on(&self, day: Date) -> bool {
        covers(self.valid_from, self.valid_to, day)
    }

    /// The code as INSEE prints it: `84` for the region and `69` for the department `D69`.
    pub fn printed_code(&self) -> &str {
        match self.code.strip_prefix('D') {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
            _ => &self.code,
        }
    }
}

/// A place inside another, between two days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlacePart {
    /// Code of the place around.
    #[serde(skip)]
    pub whole: String,
    /// Code of the place inside.
    pub part: String,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
}

impl PlacePart {
    /// Whether it is so on that day.
    pub fn valid_on(&self, day: Date) -> bool {
        covers(self.valid_from, self.valid_to, day)
    }
}

/// An organisation that takes over from another. A merger has several origins, a division several
/// heirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Succession {
    /// Code of the organisation that ends.
    #[serde(skip)]
    pub from: String,
    /// Code of the one that takes over.
    pub to: String,
    /// First day of the new one.
    pub on: Date,
    /// Why, and where it comes from.
    pub note: Option<String>,
}

/// Whether a day stands between two others, both included; an absent bound is open.
fn covers(from: Option<Date>, to: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::yaml::Worded as _;

    #[test]
    fn the_tables_of_kinds_follow_the_order_of_the_kinds() {
        for (rank, (kind, code, word, _)) in OrganisationKind::ALL.into_iter().enumerate() {
            assert_eq!((kind as usize, kind.code()), (rank, code));
            assert_eq!(OrganisationKind::from_code(code), Some(kind));
            assert_eq!(OrganisationKind::from_word(word), Some(kind));
        }
        for (rank, (kind, code, word)) in PlaceKind::ALL.into_iter().enumerate() {
            assert_eq!((kind as usize, kind.code()), (rank, code));
            assert_eq!(PlaceKind::from_code(code), Some(kind));
            assert_eq!(PlaceKind::from_word(word), Some(kind));
        }
    }

    #[test]
    fn both_ends_of_a_validity_are_inside() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let (from, to) = (Some(day("2010-04-01")), Some(day("2019-12-31")));
        assert!(covers(from, to, day("2010-04-01")));
        assert!(covers(from, to, day("2019-12-31")));
        assert!(!covers(from, to, day("2010-03-31")));
        assert!(!covers(from, to, day("2020-01-01")));
        assert!(covers(None, None, day("1789-07-14")));
    }
}
