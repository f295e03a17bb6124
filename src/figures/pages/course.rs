//! On the page of an indicator: the whole series of one place, through generations of contracts,
//! and where it is heading.

use jalon_render::Target;
use jalon_render::chart;
use maud::{Markup, PreEscaped, html};

use super::indicator::Facts;
use super::sourced::sourced;
use crate::figures::comparison::COUNTRY;
use crate::figures::course::Course;
use crate::figures::pictures::{self, range};
use crate::figures::projection::{Known, Likely, Outlook, Projection, shown};
use crate::figures::{Followed, Situation, review};
use crate::figures::{Formatter, Series};
use crate::frameworks::{Framework, Indicator};
use crate::kernel::Period;
use crate::ledger::Moment;
use crate::measures::Measure;
use crate::organisations::Place;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table, is_arranged};
use crate::platform::web::{section_heading, state};
use crate::tables::{downloads, whole};

/// What the course is drawn from.
pub(super) struct Material<'a> {
    pub situation: &'a Situation,
    pub framework: &'a Framework,
    pub indicator: &'a Indicator,
    pub measure: &'a Measure,
    pub series: &'a Series,
    pub place: &'a Place,
    /// What the country was worth, year by year.
    pub national: Vec<Known>,
}

/// The course of the place chosen, under its contract where it has one.
pub(super) fn of(material: Material<'_>) -> Course<'_> {
    let Material {
        situation,
        framework,
        measure,
        series,
        ..
    } = material;
    let (code, name) = (material.place.code.as_str(), material.place.name.as_str());
    let mut course = Course::of(measure, series, (code, name));
    course.national = material.national;
    if let Some((full, section)) = situation.agreement(&framework.code, code) {
        let day = situation.moment.day;
        let contract = &full.contract;
        let terms = full.in_force(situation.moment.change);
        let asked = review::Asked {
            terms: &terms,
            section: section.id,
            place: code,
            followed: Followed {
                indicator: material.indicator,
                measure,
                facet: &measure.code,
            },
            series: Some(series),
            upto: day.year().min(contract.ends),
            today: day,
        };
        course = course.under(&asked, contract.years());
    }
    course.through(&situation.catalogue, framework)
}

/// The section of the page.
pub(super) fn section(facts: &Facts<'_>) -> Markup {
    let Some(course) = &facts.course else {
        return html! {};
    };
    let Some(picture) = pictures::course(course, &facts.indicator.label) else {
        return html! {};
    };
    html! {
        section.sect #trajectoire aria-labelledby="trajectoire-titre" {
            (section_heading("trajectoire-titre", &title(course), Some(choice(facts))))
            (words(course))
            figure.chart.plot {
                p.fig-t { (course.name) @if let (Some(first), Some(last)) = (course.observed.first(), course.observed.last()) { ", de " (first.year) " à " (last.year) } }
                p.fig-s { "En " (course.measure.unit.as_deref().unwrap_or("valeur")) "." @if course.generations.len() > 1 { " Sous les années, les générations de contrats qui suivent cette mesure." } }
                (PreEscaped(chart::trajectory(&picture, Target::Page)))
            }
            (breaks(course))
            (data(facts, course))
        }
    }
}

fn title(course: &Course<'_>) -> String {
    match &course.projection {
        Some(projection) if projection.outlook != Outlook::TooFew => projection.sentence(),
        _ => format!("La série de {}", course.name),
    }
}

/// Another place, without script.
fn choice(facts: &Facts<'_>) -> Markup {
    let chosen = facts.course.as_ref().map(|course| course.name);
    let mut places: Vec<(&str, &str)> = facts
        .comparison
        .iter()
        .flat_map(|comparison| &comparison.rows)
        .map(|row| (row.code, row.name))
        .collect();
    places.sort_by_key(|(_, name)| crate::kernel::fold(name));
    html! {
        form.asof method="get" action={ (facts.address.path()) "#trajectoire" } {
            @for (name, value) in facts.address.without("lieu").pairs() { input type="hidden" name=(name) value=(value); }
            label for="lieu" { "Voir" }
            select #lieu name="lieu" {
                @for (code, name) in places { option value=(code) selected[Some(name) == chosen] { (name) } }
            }
            button.btn.sm type="submit" { "Afficher" }
        }
    }
}

fn words(course: &Course<'_>) -> Markup {
    let Some(projection) = &course.projection else {
        return html! {
            p.muted { "Aucune cible chiffrée à venir dans un contrat signé : la série est montrée sans prolongement." }
        };
    };
    let formatter = Formatter::new(Some(course.measure));
    let (tone, icon) = projection.outlook.look();
    html! {
        @if projection.outlook == Outlook::TooFew { p { (state(tone, icon, &projection.sentence())) } }
        @if let Some(likely) = projection.at_end() {
            p.note {
                "Si le rythme des " (projection.segment.known.len()) " dernières valeurs annuelles"
                @if let Some(since) = projection.segment.since { ", depuis la rupture de " (since) "," }
                " se maintient : en " (projection.end) ", " (range(likely, formatter))
                ". C’est un prolongement, pas une prévision : il ignore ce que l’agence décidera."
            }
        }
    }
}

fn breaks(course: &Course<'_>) -> Markup {
    html! {
        @for b in course.breaks() {
            p.note {
                b { "Rupture en " (b.since) } " : " (b.reason) ". "
                @if b.comparable { "Les valeurs restent comparables ; la ligne est pourtant coupée, et rien n’est prolongé à travers." }
                @else { "Les valeurs d’avant et d’après ne se comparent pas : la ligne est coupée, et rien n’est prolongé à travers." }
            }
        }
    }
}

/// What a page tells within another cell.
const IN_FILES: [&str; 4] = ["rythme_bas", "rythme_haut", "cible_basse", "cible_haute"];

/// The table of the drawing, folded away.
fn data(facts: &Facts<'_>, course: &Course<'_>) -> Markup {
    let address = facts.address;
    html! {
        details.more open[is_arranged(address)] {
            summary { "Les valeurs du graphique" }
            (table(facts, course).without(&IN_FILES).html(address))
            (downloads("trajectoire", "Les valeurs de la trajectoire", &facts.named(), address))
        }
    }
}

/// The course year by year: what was observed, what is aimed at, what is likely to follow. What was
/// observed leads to who says so.
pub(super) fn table(facts: &Facts<'_>, course: &Course<'_>) -> Table {
    let series = facts.situation.figures.series(&course.measure.code);
    let said = Said {
        moment: facts.situation.moment,
        series,
    };
    let columns = vec![
        Column::words("annee", "Année"),
        Column::numbers("lieu", course.name.to_owned()),
        Column::numbers("france", "France"),
        Column::numbers("cible", "Cible"),
        Column::numbers("rythme", "À ce rythme"),
        Column::numbers("rythme_bas", "À ce rythme, au plus bas"),
        Column::numbers("rythme_haut", "À ce rythme, au plus haut"),
        Column::numbers("cible_basse", "Cible, borne basse"),
        Column::numbers("cible_haute", "Cible, borne haute"),
    ];
    let ahead = course
        .projection
        .as_ref()
        .map(Projection::years)
        .unwrap_or_default();
    let mut years: Vec<i16> = [&course.observed, &course.national, &course.targets]
        .into_iter()
        .flatten()
        .map(|known| known.year)
        .chain(course.corridors.iter().map(|corridor| corridor.year))
        .chain(ahead.iter().map(|(year, _)| *year))
        .collect();
    years.sort_unstable();
    years.dedup();
    let caption = format!("{}, année par année.", course.name);
    let mut table = Table::new("trajectoire", caption, columns).classed("dense");
    let rows = years.into_iter().map(|year| {
        let likely = ahead.iter().find(|(ahead, _)| *ahead == year);
        row(course, &said, year, likely.map(|(_, likely)| *likely))
    });
    table.rows = rows.collect();
    table
}

/// Where the figures of a course are, to lead to them.
struct Said<'a> {
    moment: Moment,
    series: Option<&'a Series>,
}

impl Said<'_> {
    /// A number of a place, leading to where it comes from; as it is where it was computed.
    fn cell(&self, place: &str, known: &Known, formatter: Formatter<'_>) -> Cell {
        let period = Period::Year(known.year);
        let figure = self.series.and_then(|series| series.whole(place, period));
        let number = Datum::number(shown(known.value), formatter.decimals());
        let text = number.french();
        Cell::from(number).shown(sourced(self.moment, figure, &text))
    }
}

fn row(course: &Course<'_>, said: &Said<'_>, year: i16, likely: Option<Likely>) -> Row {
    let formatter = Formatter::new(Some(course.measure));
    let number = |value: f64| Cell::from(Datum::number(shown(value), formatter.decimals()));
    let text = |value: f64| shown(value).map_or_else(String::new, |value| formatter.bare(value));
    let known = |known: &[Known]| known.iter().find(|known| known.year == year).copied();
    let observed = |place: &str, all: &[Known]| {
        known(all).map_or_else(Cell::default, |one| said.cell(place, &one, formatter))
    };
    let [target, lowest, highest] = target(course, year, formatter);
    let name =
        html! { (year) @if course.breaks().any(|b| b.since == year) { span.sub { "rupture" } } };
    let [ahead, low, high] = match likely {
        Some(likely) => {
            let range = html! { (text(likely.value)) span.sub { (text(likely.low)) " à " (text(likely.high)) } };
            [
                number(likely.value).shown(range),
                number(likely.low),
                number(likely.high),
            ]
        }
        None => <[Cell; 3]>::default(),
    };
    vec![
        whole(year.into()).shown(name),
        observed(course.place, &course.observed),
        observed(COUNTRY, &course.national),
        target,
        ahead,
        low,
        high,
        lowest,
        highest,
    ]
}

/// The target of a year: a number, or the bounds to stay between.
fn target(course: &Course<'_>, year: i16, formatter: Formatter<'_>) -> [Cell; 3] {
    let number = |value: f64| Cell::from(Datum::number(shown(value), formatter.decimals()));
    let corridor = course.corridors.iter().find(|c| c.year == year);
    if let Some(corridor) = corridor {
        let words = html! { (pictures::between(corridor, formatter)) };
        return [
            Cell::default().shown(words),
            number(corridor.low),
            number(corridor.high),
        ];
    }
    let value = course.targets.iter().find(|known| known.year == year);
    let value = value.map_or_else(Cell::default, |known| number(known.value));
    [value, Cell::default(), Cell::default()]
}
