//! The problems met while a file is read.

use super::fact::Spot;
use crate::imports::{Choice, Place, Problem, ProblemCode};
use crate::kernel::{Decimal, Value};

/// The problems so far, and the names of the sheets they stand in.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub sheets: Vec<String>,
    pub problems: Vec<Problem>,
}

impl Notes {
    /// A spot as a place in the file.
    pub(super) fn place(&self, at: Spot) -> Place {
        at.place(&self.sheets)
    }

    /// How another cell is named, from a cell: with its sheet where that is another.
    pub(super) fn beside(&self, from: Spot, to: Spot) -> String {
        let place = self.place(to);
        if from.sheet == to.sheet {
            place.cell()
        } else {
            format!("« {} » {}", place.sheet, place.cell())
        }
    }

    pub(super) fn refuse(&mut self, at: Spot, code: ProblemCode, message: impl Into<String>) {
        let problem = Problem::refusal(self.place(at), code, message);
        self.problems.push(problem);
    }

    pub(super) fn warn(&mut self, at: Spot, code: ProblemCode, message: impl Into<String>) {
        let problem = Problem::warning(self.place(at), code, message);
        self.problems.push(problem);
    }

    pub(super) fn ask(
        &mut self,
        at: Spot,
        code: ProblemCode,
        message: impl Into<String>,
        choices: Vec<Choice>,
    ) {
        let problem = Problem::question(self.place(at), code, message, choices);
        self.problems.push(problem);
    }
}

/// A number as a French reader writes it, every decimal kept.
pub(super) fn written(number: Decimal) -> String {
    number.to_string().replace('.', ",")
}

/// A value, likewise.
pub(super) fn value_written(value: &Value) -> String {
    match value {
        Value::Number(_) => value.to_string().replace('.', ","),
        _ => value.to_string(),
    }
}
