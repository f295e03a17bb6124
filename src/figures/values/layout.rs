//! Which column says what.

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
    /// Nothing that is asked for.
    Ignored,
}

/// The header of a table: its row, and what each column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Rank of the header among the sheet's rows.
    pub header: usize,
    /// What each column holds, the first first.
    pub columns: Vec<Column>,
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
    #[error("« {code} » désigne plusieurs indicateurs ({candidates}) ; précisez le cadre")]
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
    /// Where no row reads as a header, or where a heading names several indicators.
    pub fn recognise(sheet: &Sheet, codes: &Codes<'_>) -> Result<Self, LayoutError> {
        for (header, row) in sheet.rows.iter().enumerate().take(HEADER_WITHIN) {
            let columns: Vec<Result<Column, LayoutError>> =
                row.iter().map(|cell| column(cell, codes)).collect();
            let has = |wanted: &Column| columns.iter().any(|c| c.as_ref() == Ok(wanted));
            let measures = || {
                let of_measure =
                    |c: &&Result<Column, _>| matches!(c, Ok(Column::Measure { .. }) | Err(_));
                columns.iter().filter(of_measure).count()
            };
            let long = has(&Column::Indicator) && has(&Column::Value);
            if has(&Column::Place) && (long || measures() > 0) {
                let columns = columns.into_iter().collect::<Result<_, _>>()?;
                return Ok(Self { header, columns });
            }
        }
        Err(LayoutError::NoHeader)
    }

    /// The column that holds that.
    pub fn find(&self, wanted: &Column) -> Option<usize> {
        self.columns.iter().position(|column| column == wanted)
    }
}

fn column(cell: &Cell, codes: &Codes<'_>) -> Result<Column, LayoutError> {
    let heading = fold(&cell.text);
    let known = match heading.as_str() {
        "" => Column::Ignored,
        "territoire" | "territory" | "region" | "regions" | "zone" | "zone id" | "code region"
        | "code insee" | "insee" | "ars" | "lieu" | "departement" => Column::Place,
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
    frameworks: Vec<&'a Framework>,
}

impl<'a> Codes<'a> {
    /// Of that framework, or of every framework.
    pub fn of(catalogue: &'a Catalogue, framework: Option<&str>) -> Self {
        let frameworks = catalogue
            .frameworks()
            .into_iter()
            .map(|edited| &edited.framework)
            .filter(|f| framework.is_none_or(|code| f.code == code))
            .collect();
        Self {
            catalogue,
            frameworks,
        }
    }

    /// The measure that a code, a key or a label names; `None` where it names none.
    ///
    /// # Errors
    /// Where it names several.
    pub fn measure(&self, text: &str) -> Result<Option<String>, LayoutError> {
        let wanted = fold(text);
        if wanted.is_empty() {
            return Ok(None);
        }
        if let Some(measure) = self.catalogue.measure(text.trim()) {
            return Ok(Some(measure.code.clone()));
        }
        let named = |i: &&Indicator| {
            let code = i.code.as_deref().map(fold);
            code.as_deref() == Some(&wanted) || fold(&i.key) == wanted || fold(&i.label) == wanted
        };
        let mut found: Vec<(&str, &str)> = Vec::new();
        for framework in &self.frameworks {
            for indicator in framework.indicators.iter().filter(named) {
                for measure in &indicator.measures {
                    if !found.iter().any(|(_, known)| known == measure) {
                        found.push((&framework.code, measure));
                    }
                }
            }
        }
        match found.as_slice() {
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
        self.frameworks
            .iter()
            .flat_map(|framework| &framework.indicators)
            .find(|indicator| indicator.measures.iter().any(|code| code == measure))
    }
}
