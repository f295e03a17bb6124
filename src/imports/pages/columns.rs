//! How the columns of a file are read, shown and corrected.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::imports::{Batch, Choice, SheetColumns};
use crate::platform::web::{WebError, WebResult, section_heading};

/// How the columns were read, which may be corrected while nothing is written.
pub(super) fn section(batch: &Batch, uses: &[Choice], open: bool) -> Markup {
    let sheets = &batch.mapping.sheets;
    if sheets.is_empty() {
        return html! {};
    }
    html! {
        section.sect aria-labelledby="colonnes" {
            (section_heading("colonnes", "Lecture des colonnes", None))
            form method="post" action={ "/imports/" (batch.id) "/colonnes" } {
                @for (rank, sheet) in sheets.iter().enumerate() { (columns(uses, rank, sheet, open)) }
                @if open { p.acts { button.btn type="submit" { "Relire avec ces colonnes" } } }
            }
            p.note { "La lecture d’un fichier enregistré est retenue pour ceux du même fournisseur qui ont les mêmes titres." }
        }
    }
}

fn columns(uses: &[Choice], rank: usize, sheet: &SheetColumns, open: bool) -> Markup {
    let header = format!("e.{rank}");
    let hint = format!("e.{rank}-aide");
    html! {
        fieldset {
            legend { @if sheet.sheet.is_empty() { "Le tableau" } @else { "Feuille « " (sheet.sheet) " »" } }
            div.fields {
                div.field {
                    label for=(header) { "Ligne des titres" }
                    input id=(header) name=(header) inputmode="numeric" autocomplete="off" disabled[!open] aria-describedby=(hint)
                        value=(if sheet.header > 0 { sheet.header.to_string() } else { String::new() });
                    p.hint id=(hint) { @if sheet.header > 0 { "Vide : la feuille n’est pas lue." } @else { "Cette feuille n’est pas lue." } }
                }
                @for (column, held) in sheet.columns.iter().enumerate() {
                    @let id = format!("c.{rank}.{column}");
                    div.field {
                        label for=(id) { @if held.heading.is_empty() { "Colonne " (column + 1) ", sans titre" } @else { (held.heading) } }
                        select id=(id) name=(id) disabled[!open] {
                            @if !uses.iter().any(|choice| choice.value == held.holds) { option value=(held.holds) selected { (held.label) } }
                            @for choice in uses { option value=(choice.value) selected[choice.value == held.holds] { (choice.label) } }
                        }
                    }
                }
            }
        }
    }
}

/// What a form says of the columns of these sheets.
pub(super) fn chosen(
    known: &[SheetColumns],
    form: &BTreeMap<String, String>,
) -> WebResult<Vec<SheetColumns>> {
    let mut sheets = known.to_vec();
    for (rank, sheet) in sheets.iter_mut().enumerate() {
        if let Some(text) = form.get(&format!("e.{rank}")) {
            sheet.header = header(text.trim())?;
        }
        for (column, held) in sheet.columns.iter_mut().enumerate() {
            if let Some(holds) = form.get(&format!("c.{rank}.{column}")) {
                held.holds.clone_from(holds);
            }
        }
    }
    Ok(sheets)
}

fn header(text: &str) -> WebResult<u32> {
    if text.is_empty() {
        return Ok(0);
    }
    let told = || format!("« {text} » n’est pas un numéro de ligne ; écrivez par exemple 3.");
    text.parse().map_err(|_| WebError::Invalid(told()))
}
