//! What was read in a file, as the kernel keeps it: rows, problems, and questions with what was
//! answered. Pure.

use uuid::Uuid;

use super::terms::RowSubject;
use super::{Asks, Finding, FindingKind, Reading, RowState, Stated};
use crate::contracts::sheet::show_body;
use crate::imports::{Answers, Choice, Place, Problem, ProblemCode as Code, Row, Verdict};

/// Take what the file says.
const FILE: &str = "fichier";
/// Keep what the draft says.
const DRAFT: &str = "projet";

/// A row, or why it could not be kept.
type Kept = Result<Row, serde_json::Error>;

/// The rows and the problems of a reading, questions being answered so.
pub(super) fn judge(
    instrument: Uuid,
    reading: Reading,
    answers: &Answers,
) -> (Vec<Kept>, Vec<Problem>) {
    let mut problems: Vec<Problem> = reading.findings.into_iter().map(problem).collect();
    let mut rows = Vec::new();
    for mut stated in reading.stated {
        if let Some(asks) = stated.asks {
            match answers.get(&stated.place, code(asks)) {
                Some(FILE) => {}
                Some(DRAFT) => stated.after = stated.before.clone(),
                _ => {
                    problems.push(question(&stated, asks));
                    continue;
                }
            }
        }
        rows.push(row(instrument, &stated));
    }
    (rows, problems)
}

/// A problem that keeps the file from being committed.
pub(super) fn refusal(place: Place, code: Code, sentence: &str) -> Problem {
    Problem::refusal(place, code, sentence)
}

fn problem(finding: Finding) -> Problem {
    let code = match finding.kind {
        FindingKind::OtherContract => Code::OtherContract,
        FindingKind::OtherAct => Code::OtherAct,
        FindingKind::NoTable => Code::Layout,
        FindingKind::Ignored => Code::NotReadAsTerms,
        FindingKind::UnknownRow => Code::UnknownTerm,
        FindingKind::AmbiguousRow => Code::AmbiguousTerm,
        FindingKind::YearOutside => Code::YearOutsideContract,
        FindingKind::Contradiction => Code::TermTwice,
        FindingKind::Unreadable => Code::WrongTerm,
        FindingKind::Merged => Code::MergedTerms,
        FindingKind::NotOpen => Code::NotOpenToAct,
        FindingKind::NotOffered => Code::NoTermThere,
        FindingKind::BeforeSignature => Code::BeforeSignature,
    };
    if finding.kind.is_warning() {
        Problem::warning(finding.place, code, finding.sentence)
    } else {
        refusal(finding.place, code, &finding.sentence)
    }
}

fn code(asks: Asks) -> Code {
    match asks {
        Asks::Removal => Code::TermRemoved,
        Asks::Conflict => Code::TermChangedMeanwhile,
    }
}

fn question(stated: &Stated, asks: Asks) -> Problem {
    let said = |state: &RowState| {
        let body = state.body.as_ref().map(|body| show_body(None, body));
        body.map_or_else(|| "rien".to_owned(), |body| format!("« {body} »"))
    };
    let (before, after) = (said(&stated.before), said(&stated.after));
    let about = &stated.about;
    let (message, take, keep) = match asks {
        Asks::Removal => (
            format!(
                "{about} : la case est vide et le projet dit {before}. Faut-il retirer ce terme ?"
            ),
            "Le retirer".to_owned(),
            "Le garder".to_owned(),
        ),
        Asks::Conflict => (
            format!(
                "{about} : le projet dit maintenant {before}, écrit depuis le téléchargement ; le fichier dit {after}. Lequel garder ?"
            ),
            format!("Celui du fichier : {after}"),
            format!("Celui du projet : {before}"),
        ),
    };
    let choices = [(FILE, take), (DRAFT, keep)].map(|(value, label)| Choice {
        value: value.to_owned(),
        label,
    });
    Problem::question(stated.place.clone(), code(asks), message, choices.into())
}

fn row(instrument: Uuid, stated: &Stated) -> Kept {
    let (before, after) = (&stated.before, &stated.after);
    let subject = RowSubject {
        instrument,
        key: stated.key.clone(),
    };
    let is_there = before.body.is_some();
    Ok(Row {
        place: stated.place.clone(),
        verdict: match () {
            () if before == after => Verdict::Unchanged,
            () if is_there => Verdict::Changed,
            () => Verdict::Created,
        },
        subject: serde_json::to_string(&subject)?,
        before: is_there
            .then(|| serde_json::to_string(before))
            .transpose()?,
        after: serde_json::to_string(after)?,
    })
}
