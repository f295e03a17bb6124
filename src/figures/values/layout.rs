//! Which column says what.

use std::collections::HashMap;

use crate::frameworks::{Catalogue, Framework, Indicator};
use crate::imports::{Cell, Sheet};
use crate::kernel::{Period, fold};

/// The header is looked for among the first rows: titles and notes may stand above it.
const HEADER_WITHIN: usize = 30;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The place of each row.
    Place,
    /// The period of each row.
    Period,
    /// The indicator of each row.
    Indicator,
    /// The value of each row, whose indicator is said by another column.
    Value,
    /// The values of one measure, over the row's period or over the one its heading says.
    Measure {
        /// Code of the measure.
        measure: String,
        /// The period in the heading.
        period: Option<Period>,
    },
    /// Values of an indicator that its heading does not tell from others.
    Unclear,
    /// Nothing that is asked for.
    Ignored,
}

impl Column {
    /// Whether its cells are values.
    pub fn holds_values(&self) -> bool {
        matches!(self, Self::Value | Self::Measure { .. } | Self::Unclear)
    }
}

/// The header of a table: its row, and what each column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Rank of the header among the sheet's rows.
    pub header: usize,
    /// What each column holds, the first first.
    pub columns: Vec<Column>,
    /// The headings that name several indicators, with the rank of their column.
    pub unclear: Vec<(usize, LayoutError)>,
}

/// Why no table was recognised, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// No header.
    #[error(
        "aucune ligne d’en-tête reconnue : il faut une colonne de territoire (« région »), une colonne d’année, et une colonne par indicateur, titrée de son code"
    )]
    NoHeader,
    /// A code that names several measures.
    #[error(
        "« {code} » désigne plusieurs indicateurs ({candidates}) ; précisez le cadre, ou écrivez l’un de ces codes de mesure"
    )]
    Ambiguous {
        /// The heading.
        code: String,
        /// What it may mean.
        candidates: String,
    },
}

impl Layout {
    /// Recognises the header of a sheet.
    ///
    /// # Errors
    /// Where no row reads as a header.
    pub fn recognise(sheet: &Sheet, codes: &Codes<'_>) -> Result<Self, LayoutError> {
        for (header, row) in sheet.rows.iter().enumerate().take(HEADER_WITHIN) {
            let layout = Self::read(header, row, codes);
            let has = |wanted: &Column| layout.columns.contains(wanted);
            let long = has(&Column::Indicator) && has(&Column::Value);
            let of_measure = |c: &Column| matches!(c, Column::Measure { .. } | Column::Unclear);
            if has(&Column::Place) && (long || layout.columns.iter().any(of_measure)) {
                return Ok(layout);
            }
        }
        Err(LayoutError::NoHeader)
    }

    /// A row read as if it were the header.
    fn read(header: usize, row: &[Cell], codes: &Codes<'_>) -> Self {
        let mut unclear = Vec::new();
        let columns = row.iter().enumerate().map(|(rank, cell)| {
            column(cell, codes).unwrap_or_else(|error| {
                unclear.push((rank, error));
                Column::Unclear
            })
        });
        Self {
            header,
            columns: columns.collect(),
            unclear,
        }
    }

    /// The ranks of the columns that hold that.
    pub fn all<'a>(&'a self, wanted: &'a Column) -> impl Iterator<Item = usize> + 'a {
        let ranked = self.columns.iter().enumerate();
        ranked.filter_map(move |(rank, column)| (column == wanted).then_some(rank))
    }

    /// The first column that holds that.
    pub fn find(&self, wanted: &Column) -> Option<usize> {
        self.columns.iter().position(|column| column == wanted)
    }
}

fn column(cell: &Cell, codes: &Codes<'_>) -> Result<Column, LayoutError> {
    let heading = fold(&cell.text);
    let known = match heading.as_str() {
        "" => Column::Ignored,
        // Not « département »: its codes would read as those of other places, for 01 is
        // Guadeloupe among regions and Ain among departments.
        "territoire" | "territory" | "region" | "regions" | "zone" | "zone id" | "code region"
        | "code insee" | "insee" | "ars" | "lieu" => Column::Place,
        "annee" | "an" | "year" | "periode" | "date valeur" | "exercice" => Column::Period,
        "indicateur" | "indicator" | "code indicateur" | "identifiant indic" => Column::Indicator,
        "valeur" | "value" | "valeurs" => Column::Value,
        _ => return measure_column(&cell.text, codes),
    };
    Ok(known)
}

/// A heading such as `2.c.1`, `2.c.1 (2023)` or an indicator's label.
fn measure_column(text: &str, codes: &Codes<'_>) -> Result<Column, LayoutError> {
    if let Some(measure) = codes.measure(text)? {
        return Ok(Column::Measure {
            measure,
            period: None,
        });
    }
    let trimmed = text.trim().trim_end_matches(')');
    if let Some((before, last)) =
        trimmed.rsplit_once(|c: char| c.is_whitespace() || "(_/".contains(c))
        && let Ok(period) = last.parse::<Period>()
        && let Some(measure) = codes.measure(before.trim_end_matches(['(', ' ', '_', '-', '/']))?
    {
        return Ok(Column::Measure {
            measure,
            period: Some(period),
        });
    }
    Ok(Column::Ignored)
}

/// The names that indicators go by, in one framework or in all of them.
#[derive(Debug)]
pub struct Codes<'a> {
    catalogue: &'a Catalogue,
    /// What each folded code, key or label names: measures, each with the first framework that
    /// brings it in.
    named: HashMap<String, Vec<(&'a str, &'a str)>>,
    /// The first indicator that brings each measure in.
    indicators: HashMap<&'a str, &'a Indicator>,
}

impl<'a> Codes<'a> {
    /// Of that framework, or of every framework.
    pub fn of(catalogue: &'a Catalogue, framework: Option<&str>) -> Self {
        let mut codes = Self {
            catalogue,
            named: HashMap::new(),
            indicators: HashMap::new(),
        };
        let frameworks = catalogue.frameworks().into_iter().map(|e| &e.framework);
        for framework in frameworks.filter(|f| framework.is_none_or(|code| f.code == code)) {
            for indicator in &framework.indicators {
                codes.add(framework, indicator);
            }
        }
        codes
    }

    fn add(&mut self, framework: &'a Framework, indicator: &'a Indicator) {
        let names = [&indicator.key, &indicator.label];
        for name in names.into_iter().chain(&indicator.code) {
            let known = self.named.entry(fold(name)).or_default();
            for measure in &indicator.measures {
                if !known.iter().any(|(_, code)| code == measure) {
                    known.push((&framework.code, measure));
                }
            }
        }
        for measure in &indicator.measures {
            self.indicators.entry(measure).or_insert(indicator);
        }
    }

    /// The measure that a code, a key or a label names; `None` where it names none.
    ///
    /// # Errors
    /// Where it names several.
    pub fn measure(&self, text: &str) -> Result<Option<String>, LayoutError> {
        if let Some(measure) = self.catalogue.measure(text.trim()) {
            return Ok(Some(measure.code.clone()));
        }
        let wanted = fold(text);
        let found = self.named.get(&wanted).filter(|_| !wanted.is_empty());
        match found.map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [(_, measure)] => Ok(Some((*measure).to_owned())),
            several => {
                let candidates: Vec<String> = several
                    .iter()
                    .map(|(framework, measure)| format!("{measure} dans {framework}"))
                    .collect();
                Err(LayoutError::Ambiguous {
                    code: text.trim().to_owned(),
                    candidates: candidates.join(", "),
                })
            }
        }
    }

    /// The indicator that brings a measure in, for its supplier and source.
    pub fn indicator_of(&self, measure: &str) -> Option<&'a Indicator> {
        self.indicators.get(measure).copied()
    }
}
