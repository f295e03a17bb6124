//! The dossier of a contract: what it says, as plain data, and the three files drawn from it.
//!
//! [`Dossier`] is also the manifest that is kept with an issued file: everything that the files say
//! is in it, numbers printed as they are read and exact beside, so that the files can be drawn
//! again from it alone. Drawing always goes through the stored text ([`Dossier::from_json`]): what
//! is drawn again is what was drawn.

mod docx;
mod pdf;
mod xlsx;

use serde::{Deserialize, Serialize};

use crate::chart::Trajectory;
use crate::{Attainment, DatedValue, Day, Region, RenderError, State};

/// The version of the manifest that this crate writes. An earlier one is still read: later fields
/// have a default.
pub const FORMAT: u32 = 1;

/// What draws: the same one gives the same bytes of the same manifest.
pub const RENDERER: &str = concat!(
    "jalon-render ",
    env!("CARGO_PKG_VERSION"),
    " ",
    env!("JALON_RENDER_BUILD")
);

/// What is said where nothing is late, contested or missing.
const NO_GAP: &str = "Toutes les valeurs attendues sont là, et aucune n’est contestée.";

/// What a dossier says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// The version of this data.
    pub format: u32,
    /// What the document is, such as « Dossier de bilan 2024 ».
    pub title: String,
    /// Whose contract it is: the region, or the organisation that no map locates.
    pub region: Region,
    /// The framework, the organisation and the section.
    pub contract: String,
    /// The years of the contract, such as « 2024-2028 ».
    pub period: String,
    /// The year reviewed.
    pub year: String,
    /// The day at which terms and figures were known.
    pub as_of: Day,
    /// The day the document was made, which is also its date.
    pub made: Day,
    /// What kind of copy it is, such as « Exemplaire de travail ».
    pub status: String,
    /// Who is party to the contract.
    pub parties: Vec<String>,
    /// The signed acts that the terms come from.
    pub acts: Vec<String>,
    /// How much of it is invented.
    pub fictional: Fictional,
    /// What a director general reads first.
    pub brief: Brief,
    /// How each objective stands.
    pub summary: Vec<SummaryLine>,
    /// Objective by objective, in the order of the framework.
    pub objectives: Vec<Objective>,
    /// What is late, contested or missing.
    pub gaps: Vec<Gap>,
    /// How to read it.
    pub notes: Vec<String>,
}

/// How much of a document is invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fictional {
    /// Nothing.
    None,
    /// Some of its figures.
    Some,
    /// The contract itself.
    All,
}

impl Fictional {
    /// As documents say it.
    pub fn french(self) -> &'static str {
        match self {
            Self::None => "Données réelles",
            Self::Some => "Certaines données sont fictives",
            Self::All => "Données fictives",
        }
    }
}

/// The two pages that a director general reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The verdict, in one or two sentences.
    pub verdict: String,
    /// The numbers that matter.
    pub counts: Vec<Count>,
    /// What is said under headings, in order.
    pub parts: Vec<Part>,
}

/// A number that matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The number.
    pub number: String,
    /// What is counted.
    pub words: String,
}

/// A heading of the brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The heading.
    pub heading: String,
    /// A sentence under it; left out when empty.
    pub lead: String,
    /// What is named.
    pub items: Vec<Item>,
    /// What follows the list, such as how many more there are; left out when empty.
    pub rest: String,
}

/// One thing named by the brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// How it stands.
    pub state: State,
    /// The printed code, or empty.
    pub code: String,
    /// What is said.
    pub text: String,
}

/// How an objective stands, in a line of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryLine {
    /// The printed code, or empty.
    pub code: String,
    /// The objective.
    pub label: String,
    /// How many values are in each state, in the order of [`State::ALL`].
    pub states: Vec<u32>,
    /// How many values of the year are late.
    pub overdue: u32,
}

/// An objective of the contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The printed code, or empty.
    pub code: String,
    /// Its title.
    pub label: String,
    /// What it stands under, or empty.
    pub above: String,
    /// Who leads it, or empty.
    pub leads: String,
    /// How it stands, in a sentence.
    pub verdict: String,
    /// What a party is bound to do.
    pub commitments: Vec<String>,
    /// What is followed.
    pub figures: Vec<Figure>,
}

/// What is followed: one measure of an indicator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The printed code of the indicator, or empty.
    pub code: String,
    /// Its name.
    pub label: String,
    /// The unit of its numbers, in words, or empty.
    pub unit: String,
    /// Where the contract started from.
    pub baseline: Option<DatedValue>,
    /// The last value known.
    pub last: Option<DatedValue>,
    /// What was agreed for the year reviewed.
    pub target: Option<DatedValue>,
    /// What was agreed for the last year that has a target.
    pub last_target: Option<DatedValue>,
    /// How the value stands.
    pub attainment: Attainment,
    /// How far, in per cent of the way or of the target, where the method says it.
    pub rate: Option<String>,
    /// The same numbers, exact.
    pub numbers: Numbers,
    /// What is said of the last target at this pace, or empty.
    pub outlook: String,
    /// Whether the data of the year came when they should.
    pub delivery: String,
    /// Whether they are late.
    pub overdue: bool,
    /// Why the value is contested, or empty.
    pub contest: String,
    /// Who says so: supplier, source, file and cell, date of reception.
    pub provenance: String,
    /// Whether its last value is invented.
    pub fictional: bool,
    /// The values over the years, drawn.
    pub chart: Option<Trajectory>,
    /// The values over the years.
    pub years: Vec<YearLine>,
    /// Where the definition changes, in sentences.
    pub breaks: Vec<String>,
}

/// The exact numbers behind what is printed, in decimal text with a point.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// Of the baseline.
    pub baseline: Option<String>,
    /// Of the last value.
    pub last: Option<String>,
    /// Of the target of the year.
    pub target: Option<String>,
    /// Of the last target.
    pub last_target: Option<String>,
    /// Of the rate of attainment, in per cent.
    pub rate: Option<String>,
}

/// What is known of a year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearLine {
    /// The period, such as « 2024 ».
    pub period: String,
    /// What was observed.
    pub observed: Option<Printed>,
    /// What was observed in the country.
    pub national: Option<Printed>,
    /// What was agreed.
    pub target: Option<Printed>,
    /// What is likely at this pace; unknown to manifests written before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely: Option<LikelyValue>,
    /// Whether a final value is to come.
    pub provisional: bool,
    /// Whether the value is invented.
    pub fictional: bool,
    /// Who supplied it, or empty.
    pub supplier: String,
    /// Where the supplier took it from, or empty.
    pub source: String,
    /// The day it was received.
    pub received: Option<Day>,
}

/// What is likely in a year, as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyValue {
    /// The value expected.
    pub value: String,
    /// Where it is eight times in ten, such as « 68,4 à 76,0 ».
    pub range: String,
    /// The same numbers, exact; unknown to manifests written before they were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<LikelyNumbers>,
}

/// The exact numbers behind what is likely, in decimal text with a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyNumbers {
    /// Of the value expected.
    pub value: String,
    /// Of the low end of the range.
    pub low: String,
    /// Of its high end.
    pub high: String,
}

/// A value as it is read, with its exact number where it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// As it is read, with its unit.
    pub text: String,
    /// In decimal text with a point, such as `54.6`.
    pub number: Option<String>,
}

/// Something that a reader must know is not there, or not sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What is wrong.
    pub kind: GapKind,
    /// The printed code of the indicator, or empty.
    pub code: String,
    /// Its name.
    pub label: String,
    /// In words.
    pub words: String,
    /// Who is to act, or empty.
    pub who: String,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GapKind {
    /// It should have come.
    Late,
    /// The region says that it is wrong.
    Contested,
    /// It is not there, without being late.
    Missing,
}

impl GapKind {
    /// Every kind, the most pressing first.
    pub const ALL: [Self; 3] = [Self::Late, Self::Contested, Self::Missing];

    /// The heading of a list of them.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Late => "Valeurs en retard",
            Self::Contested => "Valeurs contestées",
            Self::Missing => "Valeurs non reçues ou non disponibles",
        }
    }
}

impl Dossier {
    /// The text of the manifest.
    pub fn to_json(&self) -> Result<String, RenderError> {
        Ok(serde_json::to_string(self)?)
    }

    /// The dossier of a manifest.
    pub fn from_json(text: &str) -> Result<Self, RenderError> {
        Ok(serde_json::from_str(text)?)
    }

    /// As PDF/UA-1 and PDF/A-3a.
    ///
    /// This takes the processor for a while: an asynchronous caller runs it on a blocking thread.
    pub fn pdf(&self) -> Result<Vec<u8>, RenderError> {
        pdf::pdf(self)
    }

    /// As a Word document: the same words, to be written further.
    pub fn docx(&self) -> Result<Vec<u8>, RenderError> {
        docx::document(self)
    }

    /// As a workbook of all its figures, exact.
    pub fn xlsx(&self) -> Result<Vec<u8>, RenderError> {
        xlsx::workbook(self)
    }
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
