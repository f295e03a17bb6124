//! The catalogue of problems: one table that names each code, says what it means and what to do.
//! `/erreurs/<code>` shows it; a problem cannot be told without a code of this table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::problem::Severity;

/// What `/erreurs/<code>` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: ProblemCode,
    /// The word of addresses, of the database and of JSON.
    pub slug: &'static str,
    /// How bad it is, as a rule.
    pub severity: Severity,
    /// The problem in a few words, in French.
    pub title: &'static str,
    /// What it means, in French.
    pub meaning: &'static str,
    /// What to do, in French.
    pub remedy: &'static str,
    /// A case, in French.
    pub example: &'static str,
}

/// Writes the codes and the table in one go, so that neither can be without the other.
macro_rules! catalogue {
    ($($code:ident $slug:literal $severity:ident {
        title: $title:literal,
        meaning: $meaning:literal,
        remedy: $remedy:literal,
        example: $example:literal $(,)?
    })*) => {
        /// The kind of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemCode {
            $(#[doc = $title] $code,)*
        }

        /// Every kind of problem, in the order in which they are told.
        pub const CATALOGUE: &[Entry] = &[$(Entry {
            code: ProblemCode::$code,
            slug: $slug,
            severity: Severity::$severity,
            title: $title,
            meaning: $meaning,
            remedy: $remedy,
            example: $example,
        },)*];
    };
}

catalogue! {
    Layout "layout" Refusal {
        title: "Aucun tableau reconnu",
        meaning: "Aucune ligne de la feuille ne se lit comme un en-tête : Jalon ne sait pas ce que chaque colonne contient.",
        remedy: "Ajoutez une ligne d’en-tête avec une colonne de territoire (« région »), une colonne d’année et une colonne par indicateur, titrée de son code. Vous pouvez aussi dire ce que contient chaque colonne dans « Lecture des colonnes ».",
        example: "« région ; année ; 2.c.1 »",
    }
    UnknownColumn "unknown-column" Warning {
        title: "Colonne non reconnue",
        meaning: "Le titre de la colonne n’est ni un code ni un libellé d’indicateur, ni un titre que Jalon connaît. La colonne est ignorée.",
        remedy: "Si elle porte des valeurs, titrez-la du code de l’indicateur, ou dites ce qu’elle contient dans « Lecture des colonnes ». Sinon, rien à faire.",
        example: "Une colonne « Observations » à côté des valeurs.",
    }
    AmbiguousIndicator "ambiguous-indicator" Refusal {
        title: "Indicateur ambigu",
        meaning: "Ce code est celui de plusieurs indicateurs, dans des cadres différents.",
        remedy: "Précisez le cadre en déposant le fichier, ou écrivez le code de la mesure.",
        example: "« 5.a » existe dans deux générations de contrats.",
    }
    UnknownIndicator "unknown-indicator" Refusal {
        title: "Indicateur inconnu",
        meaning: "Aucun indicateur du cadre ne porte ce code ni ce libellé, ou la cellule est vide.",
        remedy: "Vérifiez le code sur la page du cadre, et que le bon cadre est choisi.",
        example: "« 9.z.9 »",
    }
    NoIndicator "no-indicator" Refusal {
        title: "Indicateur absent",
        meaning: "Une colonne porte des valeurs, et rien ne dit de quel indicateur.",
        remedy: "Titrez la colonne du code de l’indicateur, ou ajoutez une colonne « indicateur ».",
        example: "« région ; année ; valeur »",
    }
    NoPeriod "no-period" Refusal {
        title: "Année absente",
        meaning: "Une colonne porte des valeurs, et rien ne dit de quelle année.",
        remedy: "Ajoutez une colonne « année », ou écrivez l’année dans le titre de la colonne.",
        example: "« 2.c.1 2023 »",
    }
    WrongPeriod "wrong-period" Refusal {
        title: "Période illisible ou contradictoire",
        meaning: "La période ne se lit pas, manque, ou n’est pas la même dans le titre et dans la ligne.",
        remedy: "Écrivez une année (2023), un semestre (2023-S1), un trimestre (2023-T4) ou un mois (2023-M09).",
        example: "« 20223 »",
    }
    UnknownPlace "unknown-place" Refusal {
        title: "Territoire inconnu",
        meaning: "Ce nom ou ce code ne désigne aucun territoire que Jalon connaît, ou la cellule est vide.",
        remedy: "Écrivez le nom de la région ou son code INSEE. Si Jalon propose un nom, vérifiez que c’est bien lui.",
        example: "« Mayote » : Jalon propose « Mayotte ».",
    }
    AmbiguousPlace "ambiguous-place" Refusal {
        title: "Territoire ambigu",
        meaning: "Ce nom désigne plusieurs territoires, ou les colonnes de la ligne en désignent plusieurs.",
        remedy: "Écrivez le code INSEE du territoire voulu.",
        example: "« Antilles » pour la Guadeloupe ou la Martinique.",
    }
    PlaceNotInForce "place-not-in-force" Warning {
        title: "Territoire qui n’existait pas alors",
        meaning: "Le territoire n’existait pas, ou plus, à la fin de la période. La valeur est gardée et ne paraît pas parmi les territoires de cette année-là.",
        remedy: "Vérifiez l’année et le territoire. Rien à faire si le fournisseur publie ainsi.",
        example: "Midi-Pyrénées en 2023.",
    }
    WrongValue "wrong-value" Refusal {
        title: "Valeur illisible",
        meaning: "La cellule n’est ni une valeur de cet indicateur, ni un mot connu pour une valeur manquante, ou sa formule est en erreur.",
        remedy: "Écrivez la valeur seule, sans texte autour ; ou « nd » (non disponible), « ss » (secret statistique), « s.o. » (sans objet).",
        example: "« environ 40 », « #DIV/0! »",
    }
    OutOfBounds "out-of-bounds" Refusal {
        title: "Valeur hors des bornes",
        meaning: "La valeur est au-dessous du minimum ou au-dessus du maximum de l’indicateur.",
        remedy: "Vérifiez la saisie et l’unité.",
        example: "154,3 pour un pourcentage.",
    }
    RepeatedCell "repeated-cell" Warning {
        title: "Valeur donnée deux fois",
        meaning: "Le fichier donne deux fois la même valeur pour le même indicateur, le même territoire et la même période. Elle est gardée une fois.",
        remedy: "Rien à faire ; supprimez l’une des deux si elle est de trop.",
        example: "La Bretagne figure sur deux lignes identiques.",
    }
    Contradiction "contradiction" Refusal {
        title: "Deux valeurs différentes",
        meaning: "Le fichier donne deux valeurs différentes pour le même indicateur, le même territoire et la même période.",
        remedy: "Gardez une seule des deux cellules.",
        example: "54,3 à la ligne 4 et 54,4 à la ligne 14.",
    }
    BeyondHeader "beyond-header" Refusal {
        title: "Ligne plus longue que l’en-tête",
        meaning: "La ligne a plus de cellules que l’en-tête : ses valeurs ont pu glisser d’une colonne, aucune n’est lue.",
        remedy: "Donnez un titre à chaque colonne. Si la virgule sert à la fois de décimale et de séparateur, enregistrez le fichier avec des points-virgules.",
        example: "« 2.c.1,84,2023,54,3 »",
    }
    IgnoredRow "ignored-row" Warning {
        title: "Ligne ignorée",
        meaning: "La ligne ne porte aucune valeur et ne nomme aucun territoire.",
        remedy: "Rien à faire s’il s’agit d’une note ou d’un titre.",
        example: "« Source : enquête annuelle »",
    }
}

impl ProblemCode {
    /// What the catalogue says of it.
    pub fn entry(self) -> &'static Entry {
        // The table is written in the order of the codes, by the same macro.
        &CATALOGUE[self as usize]
    }

    /// The word of addresses, of the database and of JSON.
    pub fn slug(self) -> &'static str {
        self.entry().slug
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// A word that is no code of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no problem has this code")]
pub struct UnknownCode;

impl FromStr for ProblemCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = CATALOGUE.iter().find(|entry| entry.slug == text);
        found.map(|entry| entry.code).ok_or(UnknownCode)
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl<'de> Deserialize<'de> for ProblemCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_own_entry_and_its_own_word() {
        for entry in CATALOGUE {
            assert_eq!(entry.code.entry(), entry);
            assert_eq!(entry.slug.parse(), Ok(entry.code));
            let is_slug = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(entry.slug.chars().all(is_slug), "{}", entry.slug);
        }
        let slugs: BTreeSet<_> = CATALOGUE.iter().map(|entry| entry.slug).collect();
        assert_eq!(slugs.len(), CATALOGUE.len());
        assert_eq!("rien".parse::<ProblemCode>(), Err(UnknownCode));
    }

    #[test]
    fn every_entry_is_written_out_in_sentences() {
        for entry in CATALOGUE {
            for sentence in [entry.meaning, entry.remedy] {
                assert!(sentence.ends_with('.'), "{}: {sentence}", entry.slug);
            }
            assert!(
                !entry.title.ends_with('.') && !entry.example.is_empty(),
                "{}",
                entry.slug
            );
        }
    }
}
