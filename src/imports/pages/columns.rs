//! How the columns of a file and the names in it are read, shown and corrected.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::imports::{Batch, Choice, FileMapping, NameUse, SheetColumns, Uses};
use crate::platform::web::{WebError, WebResult, section_heading};

/// How the file was read, which may be corrected while nothing is written.
pub(super) fn section(batch: &Batch, uses: &Uses, open: bool) -> Markup {
    let FileMapping { sheets, names, .. } = &batch.mapping;
    if sheets.is_empty() {
        return html! {};
    }
    html! {
        section.sect aria-labelledby="colonnes" {
            (section_heading("colonnes", "Lecture des colonnes", None))
            form.reading method="post" action={ "/imports/" (batch.id) "/colonnes" } {
                @if !names.is_empty() { (explained(&uses.names, names, open)) }
                @for (rank, sheet) in sheets.iter().enumerate() { (columns(&uses.columns, rank, sheet, open)) }
                @if open { p.acts { button.btn type="submit" { "Relire avec ces choix" } } }
            }
            p.note { "La lecture d’un fichier enregistré est retenue pour ceux du même fournisseur qui ont les mêmes titres." }
        }
    }
}

/// The names that nobody but the sender of the file knows.
fn explained(means: &[Choice], names: &[NameUse], open: bool) -> Markup {
    html! {
        fieldset {
            legend { "Noms employés par le fichier" }
            p.hint { "Jalon ne connaît pas ces noms d’indicateurs. Dites ce que chacun désigne : ce sera retenu." }
            div.fields {
                @for (rank, NameUse { name, means: held }) in names.iter().enumerate() {
                    @let id = format!("n.{rank}");
                    div.field {
                        label for=(id) { "« " (name) " »" }
                        select id=(id) name=(id) disabled[!open] {
                            option value="" selected[held.is_empty()] { "À préciser" }
                            @if !held.is_empty() && !means.iter().any(|choice| choice.value == *held) { option value=(held) selected { (held) } }
                            @for choice in means { option value=(choice.value) selected[choice.value == *held] { (choice.label) } }
                        }
                    }
                }
            }
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

/// What a form says of a file read so.
pub(super) fn chosen(
    known: &FileMapping,
    form: &BTreeMap<String, String>,
) -> WebResult<FileMapping> {
    let mut said = known.clone();
    for (rank, sheet) in said.sheets.iter_mut().enumerate() {
        if let Some(text) = form.get(&format!("e.{rank}")) {
            sheet.header = header(text.trim())?;
        }
        for (column, held) in sheet.columns.iter_mut().enumerate() {
            if let Some(holds) = form.get(&format!("c.{rank}.{column}")) {
                held.holds.clone_from(holds);
            }
        }
    }
    for (rank, name) in said.names.iter_mut().enumerate() {
        if let Some(means) = form.get(&format!("n.{rank}")) {
            name.means.clone_from(means);
        }
    }
    Ok(said)
}

fn header(text: &str) -> WebResult<u32> {
    if text.is_empty() {
        return Ok(0);
    }
    let told = || format!("« {text} » n’est pas un numéro de ligne ; écrivez par exemple 3.");
    text.parse().map_err(|_| WebError::Invalid(told()))
}
