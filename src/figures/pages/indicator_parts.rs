//! The parts of an indicator's page.

use std::collections::BTreeMap;

use jalon_render::Target;
use jalon_render::chart::{dots, strip};
use jalon_render::map::choropleth;
use maud::{Markup, PreEscaped, html};

use super::agreed::{self, Agreed};
use super::indicator::{About, Facts};
use super::sourced::{contested, sourced};
use crate::access::{Concern, Reach};
use crate::figures::comparison::{Among, Comparison, Row};
use crate::figures::pictures;
use crate::figures::{Formatter, supplier_words};
use crate::frameworks::LinkKind;
use crate::frameworks::store::Revise;
use crate::journal::indicator_history_href;
use crate::kernel::{Decimal, Period, capitalised, caption};
use crate::ledger::Moment;
use crate::platform::web::table::{self, Cell, Column, Datum, Table};
use crate::platform::web::{icon, section_heading};
use crate::tables::downloads;

/// Where the indicator stands in its framework, in words.
pub(super) fn eyebrow(about: &About<'_>) -> String {
    let indicator = about.indicator;
    let kind = about
        .framework
        .kinds
        .iter()
        .find(|kind| kind.key == indicator.kind)
        .map_or("", |kind| kind.label.as_str());
    let node = about
        .framework
        .nodes
        .iter()
        .find(|n| n.key == indicator.node);
    let mut words = match &indicator.code {
        Some(code) => format!("Indicateur {code}, {}", lower(kind)),
        None => format!("Indicateur sans numéro imprimé, {}", lower(kind)),
    };
    if let Some(node) = node {
        let level = about.framework.levels.iter().find(|l| l.key == node.level);
        let level = level.map_or("objectif", |l| l.singular.as_str());
        let name = node.code.as_deref().unwrap_or(&node.label);
        words += &format!(". {} {name}", capitalised(level));
    }
    if let Some(theme) = &indicator.theme {
        words += &format!(", {theme}");
    }
    words
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The day on which the figures were known.
pub(super) fn as_of_form(about: &About<'_>, reach: &Reach) -> Markup {
    const CORRECT: &str = "Corriger cet indicateur";
    let (framework, key) = (&about.framework.code, &about.indicator.key);
    let correct =
        html! { a href={ "/cadres/" (framework) "/indicateurs/" (key) "/modifier" } { (CORRECT) } };
    let correct = reach.offers::<Revise>(&[Concern::of("", framework)], CORRECT, &correct);
    let beside = html! {
        ul aria-label="Voir aussi" {
            @if let Some(measure) = about.measure {
                li { a href=(about.situation.href(&format!("/cibles/{framework}/{key}?mesure={}", measure.code))) { "Cibles nationales et régionales" } }
            }
            li { (correct) }
            li { a href=(indicator_history_href(framework, key)) { "Historique" } }
        }
    };
    about.situation.form(about.address, &beside)
}

/// For an indicator that follows several measures: the choice.
pub(super) fn measures(facts: &Facts<'_>) -> Markup {
    let several = facts.indicator.measures.len() > 1;
    html! {
        @if several {
            nav aria-label="Mesures de l’indicateur" { ul.seg {
                @for code in &facts.indicator.measures {
                    @let label = facts.situation.catalogue.measure(code).map_or(code.as_str(), |m| m.label.as_str());
                    @let current = facts.measure.is_some_and(|m| m.code == *code);
                    li { a href=(facts.address.with("mesure", code.as_str()).href()) aria-current=[current.then_some("true")] { (label) } }
                }
            } }
        }
    }
}

/// The figures that a reader looks for first.
pub(super) fn key_figures(moment: Moment, comparison: &Comparison<'_>) -> Markup {
    let formatter = Formatter::new(Some(comparison.measure));
    let points = unit_of_difference(comparison);
    let (_, many) = comparison.among.words();
    html! {
        section aria-label="Chiffres clés" { dl.kpi {
            @if let Some(amount) = comparison.national.amount {
                div {
                    dt { "France, " (comparison.period.french()) }
                    dd { (sourced(moment, comparison.national.figure, &formatter.number(amount))) }
                    @if comparison.national_computed { dd.small { "calculée à partir des régions" } }
                    @if let Some(change) = comparison.national.change() {
                        dd.small { (formatter.difference(change)) (points) " depuis la période précédente" }
                    }
                }
            }
            @if let Some((high, low)) = comparison.extremes() {
                (extreme(moment, comparison, high, "la plus élevée"))
                (extreme(moment, comparison, low, "la plus basse"))
            }
            div {
                dt { (many) @if comparison.among == Among::Regions { " renseignées" } @else { " renseignés" } }
                dd { (comparison.known().count()) " " small { "sur " (comparison.rows.len()) } }
                dd.small { (missing(comparison)) }
            }
        } }
    }
}

fn extreme(moment: Moment, comparison: &Comparison<'_>, row: &Row<'_>, which: &str) -> Markup {
    let formatter = Formatter::new(Some(comparison.measure));
    html! {
        div {
            dt { (row.name) ", " (which) }
            dd { (sourced(moment, row.figure, &row.amount.map(|amount| formatter.number(amount)).unwrap_or_default())) }
            @if let Some(gap) = comparison.gap(row) {
                dd.small { (formatter.difference(gap)) (unit_of_difference(comparison)) " par rapport à la France" }
            }
        }
    }
}

fn missing(comparison: &Comparison<'_>) -> String {
    let missing: Vec<&str> = comparison
        .rows
        .iter()
        .filter(|row| row.amount.is_none())
        .map(|row| row.name)
        .collect();
    match missing.len() {
        0 => "aucune ne manque".to_owned(),
        1..=3 => format!("manque : {}", missing.join(", ")),
        n => format!("{n} manquent"),
    }
}

fn unit_of_difference(comparison: &Comparison<'_>) -> &'static str {
    match Formatter::new(Some(comparison.measure)).sign() {
        Some("%") => " points",
        Some(_) => " €",
        None => "",
    }
}

/// The map, and the regions between two periods; establishments have no map.
pub(super) fn pictures(facts: &Facts<'_>, comparison: &Comparison<'_>) -> Markup {
    let label = facts.indicator.label.as_str();
    let heading = heading(comparison);
    let unit = comparison.measure.unit.as_deref().unwrap_or("valeur");
    if comparison.among == Among::Establishments {
        return html! {
            section.sect aria-labelledby="carte-titre" {
                (section_heading("carte-titre", &heading, Some(period_choice(facts, comparison))))
                (spread(comparison, label))
            }
        };
    }
    html! {
        section.sect aria-labelledby="carte-titre" {
            (section_heading("carte-titre", &heading, Some(period_choice(facts, comparison))))
            (PreEscaped(jalon_render::map::hatch_patterns()))
            div.split {
                figure.map {
                    p.fig-t { "Les régions en " (comparison.period.french()) }
                    p.fig-s { (unit) ". Cinq classes d’effectif voisin." }
                    ul.legend aria-label="Légende de la carte" {
                        @for item in pictures::legend(comparison) {
                            li {
                                svg aria-hidden="true" { rect class={ "q" (item.class) } width="18" height="12" {} }
                                (item.label)
                            }
                        }
                        @if comparison.rows.iter().any(|row| row.amount.is_none()) {
                            li {
                                svg aria-hidden="true" { rect.q0 width="18" height="12" {} }
                                "pas de valeur"
                            }
                        }
                    }
                    @if let Some(map) = pictures::map(comparison, label) { (PreEscaped(choropleth(&map, Target::Page))) }
                    figcaption { (jalon_render::map::CREDIT) }
                }
                @if let (Some(before), Some(plot)) = (comparison.before, pictures::dots(comparison, label)) {
                    figure.chart.plot {
                        p.fig-t { "De " (before.french()) " à " (comparison.period.french()) }
                        p.fig-s { "Cercle vide : " (before.french()) ". Point plein : " (comparison.period.french()) "." @if comparison.national.amount.is_some() { " Trait noir : France." } }
                        (PreEscaped(dots(&plot, Target::Page)))
                    }
                }
            }
            (spread(comparison, label))
        }
    }
}

/// How the regions are spread around the country.
fn spread(comparison: &Comparison<'_>, label: &str) -> Markup {
    let picture = pictures::strip(comparison, label);
    html! {
        @if let Some(picture) = picture {
            figure.chart.plot {
                p.fig-t { "La répartition en " (comparison.period.french()) }
                p.fig-s { "Un point par " (comparison.among.words().0) ", empilés quand les valeurs sont voisines." @if comparison.national.amount.is_some() { " Trait noir : France." } }
                (PreEscaped(strip(&picture, Target::Page)))
            }
        }
    }
}

fn heading(comparison: &Comparison<'_>) -> String {
    let (_, many) = comparison.among.words();
    let spread = comparison.extremes().and_then(|(high, low)| {
        let (high, low) = (high.amount?, low.amount?);
        high.checked_sub(low)
    });
    match spread.filter(|spread| *spread > Decimal::ZERO) {
        Some(spread) => format!(
            "Un écart de {}{} entre {many}",
            Formatter::new(Some(comparison.measure)).bare(spread),
            unit_of_difference(comparison)
        ),
        None => format!("Les {many}"),
    }
}

fn period_choice(facts: &Facts<'_>, comparison: &Comparison<'_>) -> Markup {
    html! {
        nav aria-label="Période affichée" { ul.seg {
            @for period in &facts.periods {
                li { a href=(facts.address.with("periode", period.to_string()).href()) aria-current=[(*period == comparison.period).then_some("true")] { (period.french()) } }
            }
        } }
    }
}

/// What to do where there is nothing to show.
pub(super) fn nothing_yet(facts: &Facts<'_>) -> Markup {
    let suppliers = facts.indicator.suppliers.iter();
    let suppliers: Vec<&str> = suppliers.map(|code| supplier_words(code)).collect();
    html! {
        @if !facts.indicator.left_to_contract {
            div.flag {
                p {
                    "Les valeurs sont attendues de "
                    @if suppliers.is_empty() { "leur fournisseur" } @else { (suppliers.join(" ou de ")) }
                    ". Elles se chargent depuis le fichier que ce fournisseur envoie. "
                    a href=(facts.situation.href(&format!("/circuit/{}", facts.framework.code))) { "Voir qui fournit quoi, et pour quand" }
                }
            }
        }
    }
}

/// Every region, with its rank, its move and its gap to the country.
pub(super) fn table(facts: &Facts<'_>, comparison: &Comparison<'_>) -> Markup {
    let (one, _) = comparison.among.words();
    let agreed = agreed::by_region(facts);
    let table = ranking(facts, comparison, &agreed);
    let mut absent = vec!["territoire"];
    if comparison.before.is_none() {
        absent.extend(["precedente", "evolution"]);
    }
    if comparison.national.amount.is_none() {
        absent.push("ecart");
    }
    if agreed.is_empty() {
        absent.extend(["cible", "etat"]);
    }
    let named = facts.named();
    html! {
        section.sect aria-labelledby="valeurs-titre" {
            (section_heading("valeurs-titre", &format!("Valeurs par {one}"), None))
            (table.without(&agreed::IN_FILES).without(&absent).html(facts.address))
            (downloads("classement", "Ce tableau", &named, facts.address))
            (downloads("valeurs", "Toutes les valeurs", &named, &facts.address.without("periode")))
            p.note { "Le rang ne dit rien de la précision : un faible effectif fait varier un taux." }
        }
    }
}

/// The same with every column, whatever there is to say in it.
pub(super) fn ranking(
    facts: &Facts<'_>,
    comparison: &Comparison<'_>,
    agreed: &BTreeMap<String, Agreed>,
) -> Table {
    let unit = comparison.measure.unit.as_deref().unwrap_or("valeur");
    let decimals = Formatter::new(Some(comparison.measure)).decimals();
    let mut table = Table::new(
        "valeurs",
        caption(&[&facts.indicator.label, &format!("en {unit}")]),
        columns(comparison),
    )
    .headed_by(2)
    .classed("dense");
    let ranked = (1..).zip(&comparison.rows);
    let row = |(rank, row): (usize, &Row<'_>)| {
        let mut cells = table_row(facts.situation.moment, comparison, rank, row);
        let agreed = agreed.get(row.code);
        cells.extend(agreed::cells(agreed, decimals));
        cells.extend(agreed::cells_in_files(agreed, decimals));
        cells
    };
    table.rows = ranked.map(row).collect();
    table.totals.extend(
        national_row(facts.situation.moment, comparison).map(|mut cells| {
            cells.extend(agreed::cells(None, decimals));
            cells.extend(agreed::cells_in_files(None, decimals));
            cells
        }),
    );
    table
}

fn columns(comparison: &Comparison<'_>) -> Vec<Column> {
    let before = comparison.before.map(Period::french);
    let mut columns = vec![
        Column::numbers("rang", "Rang").unsorted(),
        Column::words("territoire", "Code du territoire").staying(),
        match comparison.among {
            Among::Regions => Column::words("region", "Région"),
            Among::Establishments => Column::words("etablissement", "Établissement"),
        },
        Column::numbers(
            "precedente",
            before.unwrap_or_else(|| "Valeur précédente".to_owned()),
        ),
        Column::numbers("valeur", comparison.period.french()),
        Column::numbers("evolution", "Évolution"),
        Column::numbers("ecart", "Écart à la France"),
    ];
    columns.extend(agreed::columns());
    columns.extend(agreed::columns_in_files());
    columns
}

fn table_row(
    moment: Moment,
    comparison: &Comparison<'_>,
    rank: usize,
    row: &Row<'_>,
) -> table::Row {
    let formatter = Formatter::new(Some(comparison.measure));
    let rank = row.amount.map_or(Datum::Nothing, |_| Datum::count(rank));
    let name = html! { (row.name) (contested(moment, row.figure, formatter)) };
    let gap = Datum::difference(comparison.gap(row), formatter.decimals());
    vec![
        rank.into(),
        Cell::text(row.code),
        Cell::text(row.name).shown(name),
        earlier(moment, comparison, row),
        now(moment, comparison, row),
        evolution(comparison, row),
        gap.into(),
    ]
}

fn earlier(moment: Moment, comparison: &Comparison<'_>, row: &Row<'_>) -> Cell {
    let decimals = Formatter::new(Some(comparison.measure)).decimals();
    let earlier = Datum::number(row.earlier, decimals);
    let shown = sourced(moment, row.earlier_figure, &earlier.french());
    Cell::from(earlier).shown(shown)
}

/// The value of the period shown, or why there is none.
fn now(moment: Moment, comparison: &Comparison<'_>, row: &Row<'_>) -> Cell {
    let formatter = Formatter::new(Some(comparison.measure));
    let Some(amount) = row.amount else {
        let words = row.figure.map_or_else(
            || "Valeur non reçue".to_owned(),
            |figure| formatter.value(&figure.value),
        );
        let shown = html! { span.muted { (sourced(moment, row.figure, &words)) } };
        return Cell::text(words).shown(shown);
    };
    let shown = html! {
        b { (sourced(moment, row.figure, &formatter.bare(amount))) }
        @if row.figure.is_some_and(|f| f.provisional) { " p" }
    };
    Cell::from(Datum::number(Some(amount), formatter.decimals())).shown(shown)
}

fn evolution(comparison: &Comparison<'_>, row: &Row<'_>) -> Cell {
    let formatter = Formatter::new(Some(comparison.measure));
    let Some(change) = row.change() else {
        return Cell::default();
    };
    let (name, word) = match change.cmp(&Decimal::ZERO) {
        std::cmp::Ordering::Greater => ("up", "hausse"),
        std::cmp::Ordering::Less => ("down", "baisse"),
        std::cmp::Ordering::Equal => ("same", "stable"),
    };
    let shown = html! {
        span class=[comparison.is_setback(row).then_some("s-late")] {
            (icon(name)) " " (formatter.difference(change)) span.vh { " (" (word) ")" }
        }
    };
    Cell::from(Datum::difference(Some(change), formatter.decimals())).shown(shown)
}

fn national_row(moment: Moment, comparison: &Comparison<'_>) -> Option<table::Row> {
    let national = &comparison.national;
    if national.figure.is_none() && !comparison.national_computed {
        return None;
    }
    let formatter = Formatter::new(Some(comparison.measure));
    let name = if comparison.national_computed {
        "France (calculée)"
    } else {
        "France"
    };
    let mut cells = table_row(moment, comparison, 0, national);
    cells[0] = Cell::text("").shown(html! {});
    let shown = html! { (name) (contested(moment, national.figure, formatter)) };
    cells[2] = Cell::text(name).shown(shown);
    if let (Some(_), Some(gap)) = (national.amount, cells.last_mut()) {
        *gap = Cell::default();
    }
    Some(cells)
}

fn indicator_path(framework: &str, key: &str) -> String {
    format!("/indicateurs/{framework}/{key}")
}

/// The same measure, or a related one, in the generations before and after.
pub(super) fn generations(facts: &Facts<'_>) -> Markup {
    let followed = facts
        .measure
        .map(|m| facts.situation.catalogue.following(&m.code));
    let followed = followed.unwrap_or_default();
    let others: Vec<_> = followed
        .into_iter()
        .filter(|(framework, _)| framework.code != facts.framework.code)
        .collect();
    let related = facts
        .indicator
        .links
        .iter()
        .filter(|link| link.kind == LinkKind::Related);
    let related: Vec<_> = related.collect();
    html! {
        @if !others.is_empty() || !related.is_empty() {
            section.sect aria-labelledby="generations-titre" {
                (section_heading("generations-titre", "D’une génération de contrats à l’autre", None))
                ul.rows {
                    @for (framework, indicator) in others {
                        li { a href=(facts.situation.href(&indicator_path(&framework.code, &indicator.key))) {
                            b { (icon("same")) }
                            span { (indicator.code.as_deref().unwrap_or("–")) " " (indicator.label) }
                            span.sub { span { (framework.title) ". Même mesure : la série continue." } }
                        } }
                    }
                    @for link in related {
                        li { a href=(facts.situation.href(&indicator_path(&link.framework, &link.indicator))) {
                            b { (icon("out")) }
                            span { (link.indicator) }
                            span.sub { span { "Apparenté, séries non jointes. " (link.reason.as_deref().unwrap_or_default()) } }
                        } }
                    }
                }
                @for rupture in facts.measure.map(|m| m.breaks.as_slice()).unwrap_or_default() {
                    p.note { "Rupture en " (rupture.since) " : " (rupture.reason) "." }
                }
            }
        }
    }
}
