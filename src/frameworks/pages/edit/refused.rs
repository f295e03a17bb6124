//! What the check of the whole framework has against a correction, told beside its fields. Pure.

use super::typed::Complaint;
use crate::frameworks::{Framework, Known, Problem, Severity, Texts, read_texts, write_texts};
use crate::kernel::capitalised;

/// What the check has against the framework as corrected.
pub(super) fn complaints(
    before: &Framework,
    corrected: &Framework,
    known: &Known,
) -> Vec<Complaint> {
    let texts = write_texts(corrected);
    let found = errors(corrected, &texts, known);
    if found.is_empty() {
        return Vec::new();
    }
    let standing = errors(before, &write_texts(before), known);
    let stood = |problem: &Problem| {
        let alike =
            |other: &&Problem| other.code == problem.code && other.message == problem.message;
        standing.iter().any(|other| alike(&other))
    };
    found
        .iter()
        .map(|problem| {
            if stood(problem) {
                return Complaint::of_the_whole(format!(
                    "Ce cadre a par ailleurs un défaut, qui empêche d’en enregistrer une révision : {}. Prévenez la personne qui charge les cadres ; votre saisie est gardée ci-dessous.",
                    problem.message
                ));
            }
            Complaint {
                field: field_of(problem, &texts),
                message: on_screen(problem),
            }
        })
        .collect()
}

fn errors(framework: &Framework, texts: &Texts, known: &Known) -> Vec<Problem> {
    let reading = read_texts(&framework.code, texts, known);
    let mut problems = reading.problems;
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

/// The problem in the words of the form, where the check speaks of the keys of the text.
fn on_screen(problem: &Problem) -> String {
    let told = match problem.code {
        "bounds-backwards" => {
            "La plus petite valeur plausible dépasse la plus grande : corrigez l’une des deux."
        }
        "bad-decimals" => "Écrivez un nombre de décimales de 0 à 6.",
        "per-zero" => {
            "Un taux ne se calcule pas pour 0 : écrivez 100 pour un pourcentage, 1 pour un simple rapport."
        }
        "per-without-ratio" => {
            "Un taux n’a de valeur nationale que par rapport : choisissez « Somme des numérateurs sur somme des dénominateurs », ou videz l’échelle du taux."
        }
        "ratio-without-per" => {
            "La valeur nationale est un rapport : dites à quelle échelle, 100 pour un pourcentage, 1 pour un simple rapport."
        }
        "due-state" => {
            "Accordez les deux : une échéance fixée a au moins une date, et elle seule en a."
        }
        "method-value-kind" => {
            "Cette méthode ne convient pas à ce qui est mesuré : « Oui ou non » va aux réponses par oui ou non, « Aucune » aux textes, les autres aux nombres."
        }
        "slot-with-method" => {
            "Chaque contrat définit cet indicateur : il n’a pas encore de méthode, choisissez « Aucune »."
        }
        _ => return format!("{}. {}.", capitalised(&problem.message), problem.remedy),
    };
    told.to_owned()
}

/// The field that a problem of the canonical text is about.
fn field_of(problem: &Problem, texts: &Texts) -> Option<String> {
    if matches!(problem.code, "gap-year" | "repeated-year") {
        return Some("lacunes".to_owned());
    }
    let lines: Vec<&str> = texts.get(problem.file.as_str())?.lines().collect();
    let at = usize::try_from(problem.position.line)
        .ok()?
        .checked_sub(1)?;
    let key = key_of(lines.get(at)?);
    match problem.file.as_str() {
        "indicateurs.yaml" => Some(key.to_owned()),
        "mesures.yaml" => {
            let mut own = lines.get(..=at)?.iter().rev();
            let code = own.find_map(|line| line.trim().strip_prefix("- code: "))?;
            Some(format!("mesure:{}:{key}", code.trim_matches(['"', '\''])))
        }
        _ => None,
    }
}

fn key_of(line: &str) -> &str {
    let line = line.trim().trim_start_matches("- ");
    line.split(':').next().unwrap_or_default()
}
