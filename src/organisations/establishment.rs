//! Establishments: organisations that are a place of their own, since their values are theirs.
//! Pure.

use super::{Directory, Organisation, OrganisationKind, Place, PlaceKind};

/// Longest code and name accepted from a person.
const LONGEST_CODE: usize = 40;
const LONGEST_NAME: usize = 200;

/// An establishment about to be known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEstablishment {
    /// Stable code, of the organisation and of its place.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Usual short name.
    pub short_name: Option<String>,
    /// Number in the register FINESS.
    pub finess: Option<String>,
    /// Code of the region it lies in.
    pub region: String,
}

/// The field that a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstablishmentField {
    /// Its code.
    Code,
    /// Its name.
    Name,
    /// Its number.
    Finess,
    /// Its region.
    Region,
}

/// Why an establishment cannot be added so: the field, and a French sentence.
pub type EstablishmentRefusal = (EstablishmentField, String);

impl NewEstablishment {
    /// Everything that keeps it from being added to the directory; empty where nothing does.
    pub fn check(&self, directory: &Directory) -> Vec<EstablishmentRefusal> {
        use EstablishmentField::{Code, Finess, Name, Region};
        let mut refusals = Vec::new();
        let mut refuse = |field, sentence: String| refusals.push((field, sentence));
        let code = self.code.as_str();
        if !is_simple(code) || code.len() > LONGEST_CODE {
            refuse(
                Code,
                format!(
                    "Écrivez un code en majuscules sans accent, chiffres et tirets, de {LONGEST_CODE} caractères au plus : CH-VALMONT."
                ),
            );
        } else if directory.organisation(code).is_some() || directory.place(code).is_some() {
            refuse(
                Code,
                format!("Le code « {code} » est déjà pris. Choisissez-en un autre."),
            );
        }
        if self.name.is_empty() || self.name.chars().count() > LONGEST_NAME {
            refuse(
                Name,
                format!("Écrivez le nom de l’établissement, en {LONGEST_NAME} caractères au plus."),
            );
        }
        if let Some(finess) = &self.finess {
            let same = |o: &&Organisation| o.finess.as_ref() == Some(finess);
            if !is_finess(finess) {
                refuse(Finess, FINESS_FORM.to_owned());
            } else if let Some(other) = directory.organisations().iter().find(same) {
                let sentence = format!("Ce numéro est celui de « {} ».", other.label());
                refuse(Finess, sentence);
            }
        }
        let region = directory.place(&self.region);
        if region.is_none_or(|place| place.kind != PlaceKind::Region) {
            refuse(Region, "Choisissez la région où il se trouve.".to_owned());
        }
        refusals
    }

    /// The organisation and the place that it is.
    pub fn into_parts(self) -> (Organisation, Place) {
        let organisation = Organisation {
            place: Some(self.code.clone()),
            code: self.code,
            kind: OrganisationKind::Establishment,
            name: self.name,
            short_name: self.short_name,
            valid_from: None,
            valid_to: None,
            parent: None,
            finess: self.finess,
            usages: Vec::new(),
            note: None,
        };
        let place = own_place(&organisation, self.region);
        (organisation, place)
    }
}

/// What a FINESS number looks like.
pub(super) const FINESS_FORM: &str =
    "Un numéro FINESS a neuf chiffres (2A ou 2B au début en Corse) : 690000001.";

/// Whether a text is a code: capitals, digits and hyphens.
pub(super) fn is_simple(code: &str) -> bool {
    let simple = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    !code.is_empty() && code.chars().all(simple)
}

/// Whether a text has the form of a FINESS number.
pub(super) fn is_finess(text: &str) -> bool {
    let digits = text
        .strip_prefix("2A")
        .or_else(|| text.strip_prefix("2B"))
        .map_or((text, 9), |rest| (rest, 7));
    digits.0.len() == digits.1 && digits.0.bytes().all(|byte| byte.is_ascii_digit())
}

/// The place that an establishment is: the same code, dates and names, in its region.
pub(super) fn own_place(organisation: &Organisation, region: String) -> Place {
    let label = organisation.label();
    let others = std::iter::once(&organisation.name)
        .chain(&organisation.finess)
        .chain(&organisation.usages);
    Place {
        code: organisation.code.clone(),
        kind: PlaceKind::Establishment,
        name: label.to_owned(),
        valid_from: organisation.valid_from,
        valid_to: organisation.valid_to,
        iso: None,
        within: Some(region),
        usages: others.filter(|name| *name != label).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finess_number_has_nine_digits() {
        for right in ["690000001", "2A0000014", "010000024"] {
            assert!(is_finess(right), "{right}");
        }
        for wrong in [
            "",
            "69000001",
            "6900000011",
            "2C0000014",
            "69000000A",
            "2A000014",
        ] {
            assert!(!is_finess(wrong), "{wrong}");
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        use EstablishmentField::{Code, Finess, Name, Region};
        let wrong = NewEstablishment {
            code: "ch valmont".to_owned(),
            finess: Some("12".to_owned()),
            ..NewEstablishment::default()
        };
        let told = wrong.check(&Directory::default());
        let fields: Vec<EstablishmentField> = told.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, [Code, Name, Finess, Region]);
    }
}
