//! The board of the country: regions against objectives, each cell leading to the objective in the
//! contract of the region. The same on the home page and wherever it is shown.

use maud::{Markup, html};

use crate::figures::Situation;
use crate::figures::attainment::look;
use crate::figures::board::{Board, Country, Order, Row, TONES, Tally, movement_words, tone_word};
use crate::figures::comparison::Movement;
use crate::frameworks::{Node, Tone};
use crate::kernel::counted;
use crate::platform::web::table::{COLUMNS, SORT, is_arranged};
use crate::platform::web::{Address, icon, state};
use crate::tables::downloads;

/// The class of a cell.
pub(super) fn cell_class(tone: Option<Tone>) -> &'static str {
    match tone {
        None => "a-none",
        Some(Tone::Reached) => "a-ok",
        Some(Tone::Near) => "a-go",
        Some(Tone::Attention) => "a-warn",
        Some(Tone::Alert) => "a-alert",
        Some(Tone::Setback) => "a-late",
    }
}

/// Where an objective is told over all regions.
pub(super) fn objective_path(framework: &str, node: &Node) -> String {
    format!("/cadres/{framework}/objectifs/{}", node.key)
}

/// What the words and drawings mean.
pub(super) fn legend() -> Markup {
    html! {
        ul.key aria-label="Légende" {
            @for (tone, word, meaning) in TONES {
                @let (class, drawing) = look(tone);
                li { (state(class, drawing, word)) " " span.muted { (meaning) } }
            }
            @for movement in [Movement::Forward, Movement::Still, Movement::Back] {
                @let (drawing, words) = movement_words(movement);
                li { span.st.s-idle { (icon(drawing)) (words) } }
            }
            li { span.st.s-late { (icon("clock")) "2" } " " span.muted { "valeurs de l’année en retard" } }
        }
    }
}

/// The whole board; in its usual order, it is written once for all who see the same country.
pub fn table(situation: &Situation, country: &Country, address: &Address) -> Markup {
    let board = &country.board;
    html! {
        (legend())
        (choice(board, address))
        @if is_arranged(address) { (tiles(situation, &arranged(board, address))) }
        @else { (country.written.get_or_init(|| tiles(situation, board))) }
        (downloads("pays", "Les objectifs par région", &[("cadre", &board.framework)], &situation.address()))
        p.note {
            "Un objectif est dit dans l’état de l’indicateur du milieu : la moitié au moins de ses indicateurs jugés y sont, ou mieux. "
            "Un indicateur vaut la mesure la plus loin de sa cible. "
            a href="/aide/pays" { "Comment cela se calcule" }
        }
    }
}

/// The orders that are no objective's, as an address names them and as the interface does.
const ORDERS: [(&str, Order, &str); 4] = [
    ("", Order::Name, "Par nom"),
    ("-atteintes", Order::Reached, "Part de cibles atteintes"),
    ("-redresser", Order::Alarming, "Cibles à redresser"),
    ("-retard", Order::Late, "Valeurs en retard"),
];

/// The board as an address asks for it.
fn arranged(board: &Board, address: &Address) -> Board {
    let asked = address.get(SORT);
    let known = ORDERS.into_iter().find(|(name, ..)| *name == asked);
    let order = known.map_or_else(
        || Order::Objective(asked.trim_start_matches('-').to_owned()),
        |(_, order, _)| order,
    );
    board.arranged(&order, &chosen(address))
}

/// The objectives that an address names.
fn chosen(address: &Address) -> Vec<&str> {
    let named = address.every(COLUMNS);
    named.flat_map(|keys| keys.split(',')).collect()
}

/// The form that orders the regions and chooses the objectives.
fn choice(board: &Board, address: &Address) -> Markup {
    let others = address.without(SORT).without(COLUMNS);
    let (asked, chosen) = (address.get(SORT), chosen(address));
    let any = board
        .objectives
        .iter()
        .any(|node| chosen.contains(&node.key.as_str()));
    let code = |node: &Node| format!("Objectif {}", node.code.as_deref().unwrap_or(&node.label));
    html! {
        details.more.columns.noprint open[is_arranged(address)] {
            summary { "Ordre des régions et objectifs montrés" }
            form method="get" action={ (address.path()) "#pays" } {
                @for (key, value) in others.pairs() { input type="hidden" name=(key) value=(value); }
                p {
                    label for="ordre-regions" { "Ranger les régions" } " "
                    select #ordre-regions name=(SORT) {
                        @for (name, _, words) in ORDERS { option value=(name) selected[name == asked] { (words) } }
                        @for node in &board.objectives {
                            @let name = format!("-{}", node.key);
                            option value=(name) selected[name == asked] { "Cibles atteintes, " (code(node).to_lowercase()) }
                        }
                    }
                }
                fieldset {
                    legend { "Objectifs montrés" }
                    @for node in &board.objectives {
                        label { input type="checkbox" name=(COLUMNS) value=(node.key) checked[!any || chosen.contains(&node.key.as_str())]; " " (code(node)) }
                    }
                }
                p.acts { button.btn.sm type="submit" { "Afficher" } @if is_arranged(address) { a href={ (others.href()) "#pays" } { "Tous, par nom" } } }
            }
        }
    }
}

fn tiles(situation: &Situation, board: &Board) -> Markup {
    let caption = format!("{}, par région et par objectif", board.title);
    html! {
        div.scroll.tall tabindex="0" role="region" aria-label={ (caption) ", défilable" } {
            table.board.tiles {
                caption.vh { (caption) }
                colgroup { col.c1; col span=(board.objectives.len()); col.cz; }
                thead { tr {
                    th scope="col" { "Région" }
                    @for node in &board.objectives {
                        th scope="col" {
                            a href=(situation.href(&objective_path(&board.framework, node))) title=(node.label) {
                                b { span.vh { "Objectif " } (node.code.as_deref().unwrap_or("–")) }
                                span.clip { (node.label) }
                            }
                        }
                    }
                    th.end scope="col" { b { "Cibles" } "atteintes" }
                } }
                tbody { @for row in &board.rows { (row_html(situation, board, row)) } }
                tfoot { tr {
                    th scope="row" { "Cibles atteintes" }
                    @for (at, node) in board.objectives.iter().enumerate() {
                        @let tally = board.of_objective(at);
                        td data-l=(node.code.as_deref().unwrap_or("–")) { (out_of(tally)) }
                    }
                    td.end { (out_of(board.total())) }
                } }
            }
        }
    }
}

fn out_of(tally: Tally) -> String {
    match tally.judged {
        0 => "–".to_owned(),
        judged => format!("{} sur {judged}", tally.reached),
    }
}

fn row_html(situation: &Situation, board: &Board, row: &Row) -> Markup {
    let total = row.total();
    html! {
        tr {
            th scope="row" {
                @match &row.contract {
                    Some(contract) => a href=(situation.href(&format!("/contrats/{}", contract.slug))) { (row.name) },
                    None => (row.name),
                }
            }
            @for (node, tally) in board.objectives.iter().zip(&row.tallies) { (cell(situation, row, node, *tally)) }
            td.end data-l="Total" {
                span {
                    (out_of(total))
                    @if total.late > 0 { " " span.st.s-late { (icon("clock")) (total.late) span.vh { " en retard" } } }
                }
            }
        }
    }
}

fn cell(situation: &Situation, row: &Row, node: &Node, tally: Tally) -> Markup {
    let code = node.code.as_deref().unwrap_or("–");
    let said = format!(", {}, objectif {code} : {}", row.name, sentence(tally));
    html! {
        td class=(cell_class(tally.tone)) data-l=(code) {
            @match &row.contract {
                Some(contract) if tally.followed > 0 => {
                    a href=(situation.href(&in_contract(&contract.slug, contract.section.as_deref(), node))) { (inside(tally)) span.vh { (said) } }
                },
                _ => span { "–" span.vh { (said) } },
            }
        }
    }
}

/// An objective in the contract of a region.
pub(super) fn in_contract(slug: &str, section: Option<&str>, node: &Node) -> String {
    let path = format!("/contrats/{slug}/objectifs/{}", node.key);
    match section {
        Some(section) => format!("{path}?volet={section}"),
        None => path,
    }
}

/// State, trend and what is late, in the room of a cell.
fn inside(tally: Tally) -> Markup {
    html! {
        @match tally.tone {
            Some(tone) => { (icon(look(tone).1)) span.w { (tone_word(tone)) } },
            None => { (icon("none")) span.w { "Non jugé" } },
        }
        span.m {
            @if tally.judged > 0 { (tally.reached) "/" (tally.judged) }
            @if let Some(movement) = tally.movement { (icon(movement_words(movement).0)) }
            @if tally.late > 0 { span.late-n { (icon("clock")) (tally.late) } }
        }
    }
}

/// The same for who hears it.
fn sentence(tally: Tally) -> String {
    if tally.followed == 0 {
        return "sans clause dans le contrat".to_owned();
    }
    let mut parts = Vec::new();
    if tally.judged > 0 {
        let reached = counted(tally.reached, "cible atteinte", "cibles atteintes");
        parts.push(format!("{reached} sur {}", tally.judged));
    } else {
        parts.push("aucune valeur à juger".to_owned());
    }
    if tally.alarming > 0 {
        parts.push(format!("{} à redresser", tally.alarming));
    }
    if let Some(movement) = tally.movement {
        parts.push(movement_words(movement).1.to_owned());
    }
    if tally.late > 0 {
        parts.push(counted(tally.late, "valeur en retard", "valeurs en retard"));
    }
    parts.join(", ")
}
