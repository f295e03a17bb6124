//! On the page of an indicator: what chance explains of the gaps between places.

use jalon_render::Target;
use jalon_render::chart;
use maud::{Markup, PreEscaped, html};

use super::indicator::Facts;
use crate::figures::chance::{self, Standing};
use crate::figures::comparison::Comparison;
use crate::figures::funnel::{Funnel, Judged, NoFunnel};
use crate::figures::projection::shown;
use crate::figures::{Formatter, pictures};
use crate::kernel::Decimal;
use crate::platform::web::{section_heading, state};

/// The funnel plot with its table, or why there is none where a rate could have one.
pub(super) fn section(facts: &Facts<'_>, comparison: &Comparison<'_>) -> Markup {
    match Funnel::new(comparison) {
        Ok(funnel) => plot(facts, comparison, &funnel),
        Err(NoFunnel::NoTerms) if comparison.known().count() > 2 => html! {
            section.sect aria-labelledby="hasard-titre" {
                (section_heading("hasard-titre", "Ce que le hasard explique", None))
                p { "Pour savoir si un écart entre " (comparison.among.words().1) " peut être dû au hasard, il faut le numérateur et le dénominateur de chaque taux : le fournisseur n’a donné que les taux. Un prochain fichier peut porter les deux colonnes." }
            }
        },
        Err(_) => html! {},
    }
}

fn plot(facts: &Facts<'_>, comparison: &Comparison<'_>, funnel: &Funnel<'_>) -> Markup {
    let period = comparison.period.french();
    let picture = pictures::funnel(funnel, &facts.indicator.label, &period);
    html! {
        section.sect aria-labelledby="hasard-titre" {
            (section_heading("hasard-titre", &funnel.finding(comparison.among), None))
            p { "Hors des lignes, l’écart avec la moyenne d’ensemble est trop grand pour être dû au hasard. Plus l’effectif est petit, plus le hasard pèse, et plus les lignes s’écartent." }
            (spread(comparison, funnel))
            @if let Some(picture) = picture {
                figure.chart.plot {
                    p.fig-t { "Taux et effectif, " (period) }
                    p.fig-s { "Un repère par " (comparison.among.words().0) " ; vers la droite, chaque graduation multiplie l’effectif." }
                    (PreEscaped(chart::funnel(&picture, Target::Page)))
                }
            }
            (table(comparison, funnel))
        }
    }
}

/// Where places differ more than chance explains, what is usual among them.
fn spread(comparison: &Comparison<'_>, funnel: &Funnel<'_>) -> Markup {
    let Some(usual) = funnel.usual else {
        return html! {};
    };
    let (_, many) = comparison.among.words();
    let unusual = funnel
        .places
        .iter()
        .filter(|place| funnel.is_unusual(place));
    let unusual: Vec<&str> = unusual.map(|place| place.row.name).collect();
    let times = shown(usual.times_chance).map_or_else(String::new, |times| times.french(0));
    html! {
        p {
            "Les " (many) " sont " (times) " fois plus dispersées que par le seul hasard : elles diffèrent aussi par leur population, leur offre de soins ou leur action. La bande claire montre où se tiennent, d’ordinaire, dix-neuf d’entre elles sur vingt. "
            @if unusual.is_empty() { "Aucune n’en sort." }
            @else { "Hors de la bande : " (unusual.join(", ")) "." }
        }
    }
}

fn table(comparison: &Comparison<'_>, funnel: &Funnel<'_>) -> Markup {
    let measure = funnel.measure;
    let counts = |label: &Option<String>, otherwise: &str| {
        label.clone().unwrap_or_else(|| otherwise.to_owned())
    };
    html! {
        details.more {
            summary { "Les valeurs du graphique" }
            div.scroll tabindex="0" role="region" aria-label="Valeurs du graphique, défilable" {
                table.tbl.dense {
                    caption { "Taux, effectifs et limites du hasard. Numérateur : " (counts(&measure.numerator, "non précisé")) ". Dénominateur : " (counts(&measure.denominator, "non précisé")) "." }
                    thead { tr {
                        th scope="col" { @if comparison.among == crate::figures::comparison::Among::Regions { "Région" } @else { "Établissement" } }
                        th.n scope="col" { "Numérateur" }
                        th.n scope="col" { "Dénominateur" }
                        th.n scope="col" { "Taux" }
                        th.n scope="col" { "Limites à 95 %" }
                        th.n scope="col" { "Limites à 99,8 %" }
                        th scope="col" { "Lecture" }
                    } }
                    tbody { @for place in &funnel.places { (row(funnel, place)) } }
                }
            }
        }
    }
}

fn row(funnel: &Funnel<'_>, place: &Judged<'_>) -> Markup {
    let formatter = Formatter::new(Some(funnel.measure));
    let limits = chance::limits(funnel.law, funnel.whole, place.cases.den);
    let number = |rate: f64| {
        shown(funnel.scaled(rate)).map_or_else(String::new, |rate| formatter.bare(rate))
    };
    let range = |(low, high): (f64, f64)| format!("{} à {}", number(low), number(high));
    let count = |count: f64| shown(count).map_or_else(String::new, |n: Decimal| n.french(0));
    let (tone, icon, words) = match place.standing {
        Standing::Within => ("idle", "same", "entre les lignes"),
        Standing::Beyond => ("warn", "q2", "hors de la ligne à 95 %"),
        Standing::FarBeyond => ("late", "q1", "hors des deux lignes"),
    };
    html! {
        tr {
            th scope="row" { (place.row.name) }
            td.n { (count(place.cases.num)) }
            td.n { (count(place.cases.den)) }
            td.n { b { (number(place.cases.rate())) } }
            td.n { (range(limits.near)) }
            td.n { (range(limits.far)) }
            td { (state(tone, icon, words)) @if funnel.is_unusual(place) { span.sub { "hors de l’étendue habituelle" } } }
        }
    }
}
