//! Which place a cell names, each text looked up once.
//!
//! Readings of ours. « France entière », « Métropole », « hors Mayotte » are national values, each
//! kept on its own perimeter (`FR`, `FRM`, `FRHM`), with or without « Total » or « Ensemble »
//! before. « Total » or « Ensemble » alone, or any « Moyenne », says no perimeter: the row is left
//! out, with a warning. A department stands for that part of its region. `R84` is PILOTE's way of
//! writing a region.

use std::collections::HashMap;

use crate::imports::ProblemCode;
use crate::kernel::fold;
use crate::organisations::{Directory, Place, PlaceKind, Recognised};

/// What a cell names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Code of the region, of the grouping or of the country.
    pub place: &'a str,
    /// Code of the department inside it, where it is one that was named.
    pub department: Option<&'a str>,
}

/// Why a cell names no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed {
    /// Which problem it is.
    pub code: ProblemCode,
    /// What is wrong and what to do, in French.
    pub message: String,
}

/// The places, and what was read of them so far.
#[derive(Debug)]
pub struct Places<'a> {
    directory: &'a Directory,
    read: HashMap<String, Result<Named<'a>, Unnamed>>,
    /// The region of each department.
    regions: HashMap<&'a str, &'a str>,
}

impl<'a> Places<'a> {
    /// Of a directory.
    pub fn of(directory: &'a Directory) -> Self {
        let mut regions = HashMap::new();
        let all = directory.places().iter();
        for region in all.filter(|place| place.kind == PlaceKind::Region) {
            for part in directory.parts_inside(&region.code) {
                // The region of today wins over one that is gone.
                if part.valid_to.is_none() || !regions.contains_key(part.part.as_str()) {
                    regions.insert(part.part.as_str(), region.code.as_str());
                }
            }
        }
        Self {
            directory,
            read: HashMap::new(),
            regions,
        }
    }

    /// The region that a department belongs to.
    pub fn region_of(&self, department: &str) -> Option<&'a str> {
        self.regions.get(department).copied()
    }

    /// The place that a text names.
    pub fn read(&mut self, text: &str) -> Result<Named<'a>, Unnamed> {
        if let Some(known) = self.read.get(text) {
            return known.clone();
        }
        let read = self.recognise(text);
        self.read.insert(text.to_owned(), read.clone());
        read
    }

    fn recognise(&self, text: &str) -> Result<Named<'a>, Unnamed> {
        let folded = fold(text);
        let nearest = match self
            .directory
            .recognise(region_code(text), &PlaceKind::WITH_VALUES)
        {
            Recognised::Found(place) => return Ok(whole(place)),
            Recognised::Ambiguous(places) => return Err(ambiguous(text, &places)),
            Recognised::Unknown { nearest } => nearest,
        };
        if let Some(named) = self.total(text, &folded)? {
            return Ok(named);
        }
        if let Some(named) = self.department(text).or_else(|| self.with_code(text)) {
            return Ok(named);
        }
        Err(unknown(text, nearest))
    }

    /// « 53 - Bretagne », « Bretagne (53) »: a name with its code, where both name the same.
    fn with_code(&self, text: &str) -> Option<Named<'a>> {
        let [one, other] = code_and_name(text)?;
        let named = |text: &str| {
            let kinds = &PlaceKind::WITH_VALUES;
            let found = self.directory.recognise(region_code(text), kinds).found();
            found.map(whole).or_else(|| self.department(text))
        };
        named(one).filter(|found| named(other).as_ref() == Some(found))
    }

    /// « Total France », « Ensemble hors Mayotte »; « Total » alone is refused.
    fn total(&self, text: &str, folded: &str) -> Result<Option<Named<'a>>, Unnamed> {
        const GROUPS: [PlaceKind; 2] = [PlaceKind::Zone, PlaceKind::Country];
        let mut words = folded.split(' ');
        let first = words.next().unwrap_or_default();
        if !["total", "totaux", "ensemble", "moyenne", "somme"].contains(&first) {
            return Ok(None);
        }
        let rest: Vec<&str> = words.collect();
        let named = self.directory.recognise(&rest.join(" "), &GROUPS);
        if let (Recognised::Found(place), "total" | "ensemble") = (named, first) {
            return Ok(Some(whole(place)));
        }
        Err(Unnamed {
            code: ProblemCode::TotalRow,
            message: format!(
                "« {text} » ne dit pas quel périmètre il couvre : la ligne est laissée de côté. S’il s’agit de la valeur nationale, écrivez « France entière », « France métropolitaine » ou « France hors Mayotte »."
            ),
        })
    }

    fn department(&self, text: &str) -> Option<Named<'a>> {
        let found = self.directory.recognise(text, &[PlaceKind::Department]);
        let department = found.found()?;
        Some(Named {
            place: self.region_of(&department.code)?,
            department: Some(&department.code),
        })
    }
}

/// The two halves of a text that says a name and a code: `01 - Ain`, `Paris (75)`.
pub(super) fn code_and_name(text: &str) -> Option<[&str; 2]> {
    let halves = match text.trim().strip_suffix(')') {
        Some(text) => text.split_once('('),
        None => [" - ", " – ", " : ", "-", " "]
            .into_iter()
            .find_map(|gap| text.split_once(gap)),
    };
    let halves: [&str; 2] = halves.map(|(a, b)| [a.trim(), b.trim()])?;
    let is_code = |text: &str| text.len() <= 3 && text.starts_with(|c: char| c.is_ascii_digit());
    halves.iter().any(|half| is_code(half)).then_some(halves)
}

fn whole(place: &Place) -> Named<'_> {
    Named {
        place: &place.code,
        department: None,
    }
}

/// `84` in `R84`; any other text as it is.
fn region_code(text: &str) -> &str {
    match text.strip_prefix(['R', 'r']) {
        Some(code) if code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit()) => code,
        _ => text,
    }
}

fn ambiguous(text: &str, places: &[&Place]) -> Unnamed {
    let names: Vec<&str> = places.iter().map(|place| place.name.as_str()).collect();
    Unnamed {
        code: ProblemCode::AmbiguousPlace,
        message: format!(
            "« {text} » peut désigner {}. Écrivez le code INSEE.",
            names.join(" ou ")
        ),
    }
}

fn unknown(text: &str, nearest: Option<&str>) -> Unnamed {
    let message = if text.is_empty() {
        "Le territoire de cette ligne manque.".to_owned()
    } else {
        let hint = nearest.map_or_else(
            || "Écrivez le nom ou le code INSEE d’une région.".to_owned(),
            |spelling| format!("Vouliez-vous écrire « {spelling} » ?"),
        );
        format!("Territoire inconnu : « {text} ». {hint}")
    };
    Unnamed {
        code: ProblemCode::UnknownPlace,
        message,
    }
}
