//! What is wrong with a file, and where.

use serde::{Deserialize, Serialize};

use super::catalogue::ProblemCode;

/// Where in a file, counted from 1 as spreadsheets show it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// The cell with its sheet where the file has several: `C7 (Valeurs)`.
    pub fn named(&self) -> String {
        if self.sheet.is_empty() {
            self.cell()
        } else {
            format!("{} ({})", self.cell(), self.sheet)
        }
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
    /// The cell can be read in several ways: refused until a person says which.
    Question,
}

impl Severity {
    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refusal => "refusal",
            Self::Warning => "warning",
            Self::Question => "question",
        }
    }

    /// The severity of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Refusal, Self::Warning, Self::Question]
            .into_iter()
            .find(|severity| severity.code() == code)
    }

    /// Whether it keeps the file from being committed.
    pub fn blocks(self) -> bool {
        self != Self::Warning
    }
}

/// One way to answer a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the answer keeps, in the words of the module that asked.
    pub value: String,
    /// What its button says, in French.
    pub label: String,
}

/// What a person answered to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Where the question stood.
    pub place: Place,
    /// What was asked.
    pub code: ProblemCode,
    /// The value of the choice.
    pub choice: String,
}

/// What a person answered to the questions of one file. Each stands once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(Vec<Answer>);

impl Answers {
    /// The choice made for the question of that code at that place.
    pub fn get(&self, place: &Place, code: ProblemCode) -> Option<&str> {
        let about = |answer: &&Answer| answer.code == code && answer.place == *place;
        self.0
            .iter()
            .find(about)
            .map(|answer| answer.choice.as_str())
    }

    /// Keeps an answer; a later one to the same question takes its place.
    pub fn put(&mut self, answer: Answer) {
        self.0
            .retain(|known| known.code != answer.code || known.place != answer.place);
        self.0.push(answer);
    }

    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One problem, for a person: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The kind of problem, which the catalogue explains.
    pub code: ProblemCode,
    /// How bad.
    pub severity: Severity,
    /// What is wrong and what to do, in French.
    pub message: String,
    /// The answers offered, where it is a question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

impl Problem {
    /// A problem that keeps the file from being committed.
    pub fn refusal(place: Place, code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            place,
            code,
            severity: Severity::Refusal,
            message: message.into(),
            choices: Vec::new(),
        }
    }

    /// A problem to look at.
    pub fn warning(place: Place, code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::refusal(place, code, message)
        }
    }

    /// A problem that a person settles by choosing.
    pub fn question(
        place: Place,
        code: ProblemCode,
        message: impl Into<String>,
        choices: Vec<Choice>,
    ) -> Self {
        Self {
            severity: Severity::Question,
            choices,
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
