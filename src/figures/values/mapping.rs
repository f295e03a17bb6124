//! What each column of a file holds: said once, by Jalon or by a person, and kept.
//!
//! A mapping is data: it can be written down, shown in French, corrected, remembered for a
//! supplier and for the headings it was made for, and laid again over the next file.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::breakdown::Axis;
use crate::imports::{Cell, Sheet, Workbook};
use crate::kernel::{Period, fold, hex};

/// Which part of a figure a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The figure itself.
    Value,
    /// The numerator of a ratio.
    Numerator,
    /// Its denominator.
    Denominator,
}

impl Part {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Value, "value", "valeur"),
        (Self::Numerator, "numerator", "numérateur"),
        (Self::Denominator, "denominator", "dénominateur"),
    ];

    /// As the interface says it.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The place of each row.
    Place,
    /// The period of each row.
    Period,
    /// The indicator of each row.
    Indicator,
    /// A figure or a part of it; what the column does not say, the row or the sheet does.
    Figure {
        /// Which part.
        part: Part,
        /// Code of the measure, where the column is about one.
        measure: Option<String>,
        /// The period, where the column is about one.
        period: Option<Period>,
    },
    /// Whether the row is an initial, an actual or a target value (PILOTE).
    ValueType,
    /// Who supplies the figures of the row.
    Supplier,
    /// Where the supplier takes them from.
    Source,
    /// A remark.
    Comment,
    /// The day the figures stand for.
    ReferenceDate,
    /// Whether the figures are provisional or final.
    Status,
    /// The level of the row on one axis.
    Breakdown(Axis),
    /// Nothing that is asked for.
    Ignored,
    /// Figures of an indicator that the heading does not tell from others.
    Unclear,
}

impl Column {
    /// The columns that say one thing about a whole row, with their words in French.
    pub const PLAIN: [(Self, &'static str, &'static str); 15] = [
        (Self::Place, "place", "territoire"),
        (Self::Period, "period", "année ou période"),
        (Self::Indicator, "indicator", "indicateur"),
        (
            Self::ValueType,
            "value-type",
            "nature de la valeur (PILOTE)",
        ),
        (Self::Supplier, "supplier", "fournisseur"),
        (Self::Source, "source", "source"),
        (Self::Comment, "comment", "commentaire"),
        (Self::ReferenceDate, "reference-date", "date de référence"),
        (Self::Status, "status", "provisoire ou définitif"),
        (Self::Breakdown(Axis::Age), "age", "ventilation : âge"),
        (
            Self::Breakdown(Axis::Department),
            "department",
            "ventilation : département",
        ),
        (
            Self::Breakdown(Axis::Population),
            "population",
            "ventilation : population",
        ),
        (Self::Breakdown(Axis::Sex), "sex", "ventilation : sexe"),
        (Self::Ignored, "ignored", "rien : colonne ignorée"),
        (Self::Unclear, "unclear", "à préciser"),
    ];

    /// A column of figures that only says which part they are.
    pub const fn figure(part: Part) -> Self {
        Self::Figure {
            part,
            measure: None,
            period: None,
        }
    }

    /// Whether its cells are figures.
    pub fn holds_values(&self) -> bool {
        matches!(self, Self::Figure { .. } | Self::Unclear)
    }

    /// What it holds, for a person.
    pub fn french(&self) -> String {
        let plain = Self::PLAIN.iter().find(|(column, ..)| column == self);
        if let Some((_, _, french)) = plain {
            return (*french).to_owned();
        }
        let Self::Figure {
            part,
            measure,
            period,
        } = self
        else {
            return String::new();
        };
        let mut text = part.french().to_owned();
        if let Some(measure) = measure {
            text.push_str(&format!(" de {measure}"));
        }
        if let Some(period) = period {
            text.push_str(&format!(", {}", period.french()));
        }
        text
    }
}

/// One word, for the choices of a form and for what is kept: `place`, `value`,
/// `numerator:vaccination-hpv-filles-15-ans:2023`, `value::2023`.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = Self::PLAIN.iter().find(|(column, ..)| column == self);
        if let Some((_, word, _)) = plain {
            return f.write_str(word);
        }
        let Self::Figure {
            part,
            measure,
            period,
        } = self
        else {
            return Ok(());
        };
        f.write_str(Part::ALL[*part as usize].1)?;
        if measure.is_some() || period.is_some() {
            write!(f, ":{}", measure.as_deref().unwrap_or_default())?;
        }
        if let Some(period) = period {
            write!(f, ":{period}")?;
        }
        Ok(())
    }
}

/// A word that says nothing of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ce contenu de colonne n’existe pas ; choisissez-en un de la liste")]
pub struct UnknownColumn;

impl FromStr for Column {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let plain = Self::PLAIN.iter().find(|(_, word, _)| *word == text);
        if let Some((column, ..)) = plain {
            return Ok(column.clone());
        }
        let mut words = text.splitn(3, ':');
        let part = words.next().unwrap_or_default();
        let part = Part::ALL.iter().find(|(_, word, _)| *word == part);
        let period = |word: &str| word.parse().map_err(|_| UnknownColumn);
        Ok(Self::Figure {
            part: part.ok_or(UnknownColumn)?.0,
            measure: words.next().filter(|w| !w.is_empty()).map(str::to_owned),
            period: words.next().map(period).transpose()?,
        })
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// How one sheet is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetMapping {
    /// Its name.
    pub sheet: String,
    /// The first row of its header, from 1.
    pub header: u32,
    /// How many rows the header has: one or two.
    pub header_rows: u32,
    /// What each column holds, the first first.
    pub columns: Vec<Column>,
    /// The measure of the whole sheet, said by a title or by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// The period of the whole sheet, said likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
}

impl SheetMapping {
    /// Whether some column holds that.
    pub fn has(&self, wanted: impl Fn(&Column) -> bool) -> bool {
        self.columns.iter().any(wanted)
    }

    /// What a column holds, by its number from 1.
    pub fn column(&self, number: u32) -> Option<&Column> {
        let rank = usize::try_from(number).ok()?.checked_sub(1)?;
        self.columns.get(rank)
    }

    /// The last row of its header.
    pub fn last_header_row(&self) -> u32 {
        self.header
            .saturating_add(self.header_rows.saturating_sub(1))
    }

    /// Whether a row belongs to the header.
    pub fn in_header(&self, row: u32) -> bool {
        (self.header..self.header.saturating_add(self.header_rows)).contains(&row)
    }
}

/// The most rows of a header, whatever a mapping written by hand says.
const MOST_HEADER_ROWS: usize = 4;
/// What a name means whose rows are passed over.
pub(super) const IGNORED: &str = "ignored";
/// How many names a person can be asked to explain: a column that holds more names no indicators.
pub(super) const MOST_NAMES: usize = 100;

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The sheets that are read, in the order of the file; the others are not.
    pub sheets: Vec<SheetMapping>,
    /// What the file calls an indicator, where Jalon would not know it, with the measure meant or
    /// [`IGNORED`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

impl Mapping {
    /// How that sheet is read, where it is.
    pub fn sheet(&self, name: &str) -> Option<&SheetMapping> {
        self.sheets.iter().find(|sheet| sheet.sheet == name)
    }

    /// What the headings of the sheets read say, whatever stands above them: a file of the same
    /// supplier with the same signature is read the same way.
    pub fn signature(&self, workbook: &Workbook) -> String {
        let mut digest = Sha256::new();
        for mapping in &self.sheets {
            let sheet = workbook.sheets.iter().find(|s| s.name == mapping.sheet);
            for heading in sheet.into_iter().flat_map(|s| headings(s, mapping)) {
                digest.update(fold(&heading));
                digest.update([0]);
            }
            digest.update([1]);
        }
        let bytes = digest.finalize();
        hex(&bytes[..16])
    }

    /// This mapping, kept from an earlier file of the same signature, laid over the place where a
    /// proposal found the tables of the file at hand.
    #[must_use]
    pub fn laid_over(&self, proposed: &Self) -> Self {
        let mut laid = proposed.clone();
        laid.names.clone_from(&self.names);
        for (here, kept) in laid.sheets.iter_mut().zip(&self.sheets) {
            here.columns.clone_from(&kept.columns);
        }
        laid
    }
}

/// The headings of a sheet, column by column; the lines of a heading of two are put together.
pub fn headings(sheet: &Sheet, mapping: &SheetMapping) -> Vec<String> {
    (1..)
        .take(mapping.columns.len())
        .map(|column| {
            let rows = mapping.header..mapping.header.saturating_add(mapping.header_rows);
            let rows = rows.take(MOST_HEADER_ROWS);
            let lines = rows.filter_map(|row| heading_cell(sheet, row, column));
            let lines: Vec<&str> = lines.map(|cell| cell.text.as_str()).collect();
            lines.join(" ").trim().to_owned()
        })
        .collect()
}

/// The cell that a person sees there: that of the merged area, where there is one.
fn heading_cell(sheet: &Sheet, row: u32, column: u32) -> Option<&Cell> {
    let inside = |area: &&crate::imports::Area| {
        (area.top..=area.bottom).contains(&row) && (area.left..=area.right).contains(&column)
    };
    match sheet.merged.iter().find(inside) {
        // A heading merged downwards says its text once.
        Some(area) if area.top < row => None,
        Some(area) => sheet.cell(area.top, area.left),
        None => sheet.cell(row, column),
    }
}

/// The numbers of the columns that hold that.
pub(super) fn columns<'m>(
    mapping: &'m SheetMapping,
    wanted: &'m Column,
) -> impl Iterator<Item = u32> + 'm {
    let numbered = (1_u32..).zip(&mapping.columns);
    numbered.filter_map(move |(number, column)| (column == wanted).then_some(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_column_is_written_as_one_word() {
        for (word, french) in [
            ("place", "territoire"),
            ("value", "valeur"),
            ("numerator:hpv", "numérateur de hpv"),
            ("value::2023", "valeur, 2023"),
            (
                "denominator:hpv:2023-T1",
                "dénominateur de hpv, 1er trimestre 2023",
            ),
            ("sex", "ventilation : sexe"),
        ] {
            let column: Column = word.parse().unwrap();
            assert_eq!(column.to_string(), word);
            assert_eq!(column.french(), french);
        }
        for word in ["", "colour", "value:hpv:mai", ":hpv"] {
            assert_eq!(word.parse::<Column>(), Err(UnknownColumn), "{word}");
        }
    }

    #[test]
    fn a_mapping_is_kept_as_it_was() {
        let mapping = Mapping {
            sheets: vec![SheetMapping {
                sheet: "Valeurs".to_owned(),
                header: 3,
                header_rows: 1,
                columns: vec![Column::Place, Column::figure(Part::Value), Column::Ignored],
                measure: None,
                period: Some(Period::Year(2023)),
            }],
            names: BTreeMap::from([("IND-927".to_owned(), "hpv".to_owned())]),
        };
        let text = serde_json::to_string(&mapping).unwrap();
        assert!(
            text.contains(r#""columns":["place","value","ignored"]"#),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Mapping>(&text).unwrap(), mapping);
    }

    proptest! {
        #[test]
        fn any_word_is_a_column_or_not(word in "\\PC{0,30}") {
            if let Ok(column) = word.parse::<Column>() {
                prop_assert_eq!(column.to_string().parse(), Ok(column));
            }
        }
    }
}
