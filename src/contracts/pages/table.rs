//! The table of indicators against years, whatever its cells hold: what is in force, what an
//! instrument changes, or fields to write in.

use maud::{Markup, html};

use crate::contracts::{Contract, Facet, Line, Observed, Target};
use crate::kernel::{Quantity, Value};
use crate::platform::web::table::{Cell, Datum};

/// What stands in the cells of one table.
pub(super) trait Cells {
    /// The name of an indicator.
    fn name(&self, line: &Line<'_>) -> Markup {
        html! { (line.label) }
    }
    /// Beside the name of an indicator.
    fn beside(&self, line: &Line<'_>) -> Markup;
    /// Its initial value.
    fn baseline(&self, line: &Line<'_>, facet: &Facet<'_>) -> Markup;
    /// Its target for a year.
    fn target(&self, line: &Line<'_>, facet: &Facet<'_>, year: i16) -> Markup;
    /// What was observed, how far the target is attained and whether the data came in time, where
    /// the table shows them.
    fn observed(&self, _line: &Line<'_>, _facet: &Facet<'_>) -> Option<&Observed> {
        None
    }
    /// Whether the table shows what was observed.
    fn shows_observed(&self) -> bool {
        false
    }
    /// Where the name of an indicator leads.
    fn href(&self, line: &Line<'_>) -> String;
}

/// One table: each indicator a row for each thing it measures.
pub(super) fn targets(
    contract: &Contract,
    caption: &str,
    lines: &[&Line<'_>],
    cells: &dyn Cells,
    class: &str,
) -> Markup {
    let seen = if cells.shows_observed() { "seen" } else { "" };
    html! {
        div.scroll tabindex="0" role="region" aria-label={ (caption) ", défilable" } {
            table class={ "tbl stack years " (seen) " " (class) } {
                caption.vh { (caption) }
                (head(contract, cells))
                tbody { @for line in lines { (rows(contract, line, cells)) } }
            }
        }
    }
}

fn head(contract: &Contract, cells: &dyn Cells) -> Markup {
    html! {
        thead { tr {
            th scope="col" { "Indicateur" }
            th.n scope="col" { "Valeur" br; "initiale" }
            @for year in contract.years() {
                th.n scope="col" {
                    @if year == contract.ends { "Cible finale" } @else { "Cible" }
                    br; (year)
                }
            }
            @if cells.shows_observed() {
                th.n scope="col" { "Observé" }
                th scope="col" { "Atteinte" }
                th scope="col" { "Livraison" }
            }
        } }
    }
}

fn rows(contract: &Contract, line: &Line<'_>, cells: &dyn Cells) -> Markup {
    let several = line.facets.len() > 1;
    html! {
        @for (rank, facet) in line.facets.iter().enumerate() {
            tr {
                th scope="row" {
                    @if rank == 0 {
                        @if let Some(code) = line.code { span.code { (code) } " " }
                        a href=(cells.href(line)) { (cells.name(line)) }
                        (cells.beside(line))
                    }
                    @if several { span.sub { (facet.label) (unit(facet)) } }
                    @else if !unit(facet).is_empty() { span.sub { "En " (facet.unit.unwrap_or_default()) } }
                }
                td.n data-l="Initiale" { (cells.baseline(line, facet)) }
                @for year in contract.years() {
                    td.n data-l={ "Cible " (year) } { (cells.target(line, facet, year)) }
                }
                @if cells.shows_observed() {
                    @match cells.observed(line, facet) {
                        Some(observed) => {
                            td.n data-l="Observé" { (observed.value) }
                            td.att data-l="Atteinte" { (observed.attainment) }
                            td.due data-l="Livraison" { (observed.delivery) }
                        },
                        None => {
                            td.n data-l="Observé" { (dash()) }
                            td.att data-l="Atteinte" { (dash()) }
                            td.due data-l="Livraison" { (dash()) }
                        },
                    }
                }
            }
        }
    }
}

/// The unit, where cells do not carry it.
fn unit(facet: &Facet<'_>) -> String {
    match facet.unit {
        None | Some("%" | "euros") => String::new(),
        Some(unit) => format!(" ({unit})"),
    }
}

/// Nothing there, said to those who do not see it.
pub(super) fn dash() -> Markup {
    html! { span.muted { span aria-hidden="true" { "—" } span.vh { "rien" } } }
}

/// A target as a cell of a table that is sorted.
pub(super) fn target_cell(target: Option<&Target>, facet: &Facet<'_>) -> Cell {
    let Some(target) = target else {
        return Cell::default().shown(dash());
    };
    let words = facet.show_target(target);
    let number = match target {
        Target::Value(Value::Number(Quantity::Plain(number))) => Some(*number),
        _ => None,
    };
    match number {
        Some(number) => Cell::from(Datum::number(Some(number), 0)).shown(html! { (words) }),
        None => Cell::text(words),
    }
}

/// What was and what is: struck through, then in bold.
pub(super) fn change(before: Option<&str>, after: Option<&str>) -> Markup {
    html! {
        @if let Some(before) = before { del { span.vh { "avant : " } (before) } " " }
        @match after {
            Some(after) => ins { span.vh { "après : " } (after) },
            None => ins { "retiré" },
        }
    }
}
