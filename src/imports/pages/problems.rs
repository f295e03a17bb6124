//! The problems of a file, by kind, and the answers to its questions.

use std::collections::BTreeMap;

use maud::{Markup, html};
use uuid::Uuid;

use super::parts::severity;
use crate::imports::{Place, Problem, ProblemCode, Severity};
use crate::kernel::counted;
use crate::platform::web::{Address, section_heading};
use crate::tables::downloads;

/// How many problems of one kind a page lists.
const LISTED: usize = 100;

pub(super) fn section(batch: Uuid, problems: &[Problem], open: bool) -> Markup {
    if problems.is_empty() {
        return html! {};
    }
    // What asks for an answer first, then what is refused, then what to look at.
    let mut kinds: BTreeMap<(u8, ProblemCode), Vec<&Problem>> = BTreeMap::new();
    for problem in problems {
        let rank = match problem.severity {
            Severity::Question => 0,
            Severity::Refusal => 1,
            Severity::Warning => 2,
        };
        kinds.entry((rank, problem.code)).or_default().push(problem);
    }
    html! {
        section.sect aria-labelledby="problemes" {
            (section_heading("problemes", &title(problems), Some(html! { p { a href="/erreurs" { "Tous les problèmes expliqués" } } })))
            table.tbl.stack {
                caption { "Corrigez dans votre fichier puis déposez-le à nouveau, ou répondez ici." }
                thead { tr {
                    th scope="col" { "Cellule" } th scope="col" { "État" }
                    th scope="col" { "Problème et ce qu’il faut faire" }
                } }
                @for ((_, code), problems) in &kinds { (kind(batch, *code, problems, open)) }
            }
            (downloads("problemes", "Les problèmes du fichier", &[("lot", &batch.to_string())], &Address::of("/imports")))
            p.acts { a.btn href={ "/imports/" (batch) "/copie-corrigee.xlsx" } { "Télécharger le fichier, ses problèmes marqués" } }
        }
    }
}

fn title(problems: &[Problem]) -> String {
    let count = |severity| problems.iter().filter(|p| p.severity == severity).count();
    let parts = [
        (count(Severity::Question), "question", "questions"),
        (count(Severity::Refusal), "refus", "refus"),
        (
            count(Severity::Warning),
            "point à vérifier",
            "points à vérifier",
        ),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    parts.join(", ")
}

fn kind(batch: Uuid, code: ProblemCode, problems: &[&Problem], open: bool) -> Markup {
    let entry = code.entry();
    html! {
        tbody {
            tr.grp { th scope="rowgroup" colspan="3" {
                a href={ "/erreurs/" (entry.slug) } { (entry.title) }
                " " span.muted { (counted(problems.len(), "cellule", "cellules")) }
            } }
            @for problem in problems.iter().take(LISTED) { (line(batch, problem, open)) }
            @if problems.len() > LISTED {
                tr { td colspan="3" { "Et " (problems.len() - LISTED) " autres du même genre." } }
            }
        }
    }
}

fn line(batch: Uuid, problem: &Problem, open: bool) -> Markup {
    html! {
        tr {
            th scope="row" { (cell(&problem.place)) }
            td data-l="État" { (severity(problem.severity)) }
            td.x data-l="Problème" {
                (problem.message)
                @if open && !problem.choices.is_empty() { (answers(batch, problem)) }
            }
        }
    }
}

/// The cell as a spreadsheet names it, with its row and its sheet.
fn cell(place: &Place) -> Markup {
    html! {
        @if place.column > 0 && place.row > 0 {
            span.code { (place.cell()) }
            span.sub { "ligne " (place.row) @if !place.sheet.is_empty() { ", feuille « " (place.sheet) " »" } }
        } @else if place.row > 0 {
            "Ligne " (place.row)
            @if !place.sheet.is_empty() { span.sub { "feuille « " (place.sheet) " »" } }
        } @else if place.sheet.is_empty() {
            "Le fichier"
        } @else {
            "Feuille « " (place.sheet) " »"
        }
    }
}

fn answers(batch: Uuid, problem: &Problem) -> Markup {
    let place = &problem.place;
    html! {
        form.acts method="post" action={ "/imports/" (batch) "/repondre" } {
            input type="hidden" name="feuille" value=(place.sheet);
            input type="hidden" name="ligne" value=(place.row);
            input type="hidden" name="colonne" value=(place.column);
            input type="hidden" name="code" value=(problem.code.slug());
            @for choice in &problem.choices {
                button.btn.sm type="submit" name="reponse" value=(choice.value) {
                    (choice.label) span.vh { " pour " (place.named()) }
                }
            }
        }
    }
}
