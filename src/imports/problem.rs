//! What is wrong with a file, and where.

use serde::Serialize;

/// Where in a file, counted from 1 as spreadsheets show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Name of the sheet; empty in a file that has only one.
    pub sheet: String,
    /// Row; 0 where the problem is the whole sheet's.
    pub row: u32,
    /// Column; 0 where the problem is the whole row's.
    pub column: u32,
}

impl Place {
    /// The cell as a spreadsheet names it: `C7`.
    pub fn cell(&self) -> String {
        let mut letters = String::new();
        let mut rest = self.column;
        while rest > 0 {
            let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
            letters.insert(0, char::from(b'A' + digit));
            rest = (rest - 1) / 26;
        }
        format!("{letters}{}", self.row)
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The cell cannot be taken; the file cannot be committed.
    Refusal,
    /// The cell is taken; somebody should look.
    Warning,
}

impl Severity {
    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refusal => "refusal",
            Self::Warning => "warning",
        }
    }
}

/// One problem, for a person: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// A stable word that names the kind of problem.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What is wrong and what to do, in French.
    pub message: String,
}

impl Problem {
    /// A problem that keeps the file from being committed.
    pub fn refusal(place: Place, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            place,
            code,
            severity: Severity::Refusal,
            message: message.into(),
        }
    }

    /// A problem to look at.
    pub fn warning(place: Place, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::refusal(place, code, message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cells_as_spreadsheets_do() {
        let cell = |row, column| {
            Place {
                sheet: String::new(),
                row,
                column,
            }
            .cell()
        };
        assert_eq!(cell(7, 3), "C7");
        assert_eq!(cell(1, 26), "Z1");
        assert_eq!(cell(2, 27), "AA2");
        assert_eq!(cell(1, 16_384), "XFD1");
    }
}
