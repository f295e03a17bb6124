//! On the page of an indicator: the whole series of one place, through generations of contracts,
//! and where it is heading.

use jalon_render::Target;
use jalon_render::chart;
use maud::{Markup, PreEscaped, html};

use super::indicator::Facts;
use crate::figures::course::Course;
use crate::figures::pictures::{self, range};
use crate::figures::projection::{Known, Outlook, Projection, shown};
use crate::figures::{Followed, Situation, review};
use crate::figures::{Formatter, Series};
use crate::frameworks::{Framework, Indicator};
use crate::measures::Measure;
use crate::organisations::Place;
use crate::platform::web::{section_heading, state};

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
            (table(course))
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

fn table(course: &Course<'_>) -> Markup {
    let formatter = Formatter::new(Some(course.measure));
    let text = |value: f64| shown(value).map_or_else(String::new, |value| formatter.bare(value));
    let of = |known: &[Known], year: i16| {
        let known = known.iter().find(|known| known.year == year);
        known.map_or_else(|| "–".to_owned(), |known| text(known.value))
    };
    let ahead = course
        .projection
        .as_ref()
        .map(Projection::years)
        .unwrap_or_default();
    let mut years: Vec<i16> = [&course.observed, &course.national, &course.targets]
        .into_iter()
        .flatten()
        .map(|known| known.year)
        .chain(ahead.iter().map(|(year, _)| *year))
        .collect();
    years.sort_unstable();
    years.dedup();
    html! {
        details.more {
            summary { "Les valeurs du graphique" }
            div.scroll tabindex="0" role="region" aria-label="Valeurs de la trajectoire, défilable" {
                table.tbl.dense {
                    caption { (course.name) ", année par année." }
                    thead { tr {
                        th scope="col" { "Année" }
                        th.n scope="col" { (course.name) }
                        th.n scope="col" { "France" }
                        th.n scope="col" { "Cible" }
                        th.n scope="col" { "À ce rythme" }
                    } }
                    tbody { @for year in years { tr {
                        th scope="row" { (year) @if course.breaks().any(|b| b.since == year) { span.sub { "rupture" } } }
                        td.n { (of(&course.observed, year)) }
                        td.n { (of(&course.national, year)) }
                        td.n { (of(&course.targets, year)) }
                        td.n { @if let Some((_, likely)) = ahead.iter().find(|(y, _)| *y == year) { (text(likely.value)) span.sub { (text(likely.low)) " à " (text(likely.high)) } } @else { "–" } }
                    } } }
                }
            }
        }
    }
}
