//! On the page of an indicator: what chance explains of the gaps between places.

use jalon_render::Target;
use jalon_render::chart;
use maud::{Markup, PreEscaped, html};

use super::indicator::Facts;
use super::sourced::sourced;
use crate::figures::chance::{self, Standing};
use crate::figures::comparison::{Among, Comparison};
use crate::figures::funnel::{Funnel, Judged, NoFunnel};
use crate::figures::projection::shown;
use crate::figures::{Formatter, pictures};
use crate::ledger::Moment;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table, is_arranged};
use crate::platform::web::{section_heading, state};
use crate::tables::downloads;

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
            (folded(facts, comparison, funnel))
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
    let times = shown(usual.times_chance.sqrt()).map_or_else(String::new, |times| times.french(0));
    html! {
        p {
            "Les " (many) " sont " (times) " fois plus dispersées que par le seul hasard : elles diffèrent aussi par leur population, leur offre de soins ou leur action. La bande claire montre où se tiennent, d’ordinaire, dix-neuf d’entre elles sur vingt. "
            @if unusual.is_empty() { "Aucune n’en sort." }
            @else { "Hors de la bande : " (unusual.join(", ")) "." }
        }
    }
}

fn folded(facts: &Facts<'_>, comparison: &Comparison<'_>, funnel: &Funnel<'_>) -> Markup {
    let address = facts.address;
    let apart = ["territoire", "bas_95", "haut_95", "bas_998", "haut_998"];
    html! {
        details.more open[is_arranged(address)] {
            summary { "Les valeurs du graphique" }
            (table(facts.situation.moment, comparison, Some(funnel)).without(&apart).html(address))
            (downloads("entonnoir", "Les limites du hasard", &facts.named(), address))
        }
    }
}

/// The table of the plot of a comparison, without a line where it has none.
pub(super) fn data(moment: Moment, comparison: &Comparison<'_>) -> Table {
    table(moment, comparison, Funnel::new(comparison).ok().as_ref())
}

fn table(moment: Moment, comparison: &Comparison<'_>, funnel: Option<&Funnel<'_>>) -> Table {
    let measure = comparison.measure;
    let counts = |label: &Option<String>| label.as_deref().unwrap_or("non précisé").to_owned();
    let caption = format!(
        "Taux, effectifs et limites du hasard. Numérateur : {}. Dénominateur : {}.",
        counts(&measure.numerator),
        counts(&measure.denominator)
    );
    let columns = vec![
        match comparison.among {
            Among::Regions => Column::words("nom", "Région"),
            Among::Establishments => Column::words("nom", "Établissement"),
        },
        Column::numbers("numerateur", "Numérateur"),
        Column::numbers("denominateur", "Dénominateur"),
        Column::numbers("taux", "Taux"),
        Column::numbers("limites_95", "Limites à 95 %").unsorted(),
        Column::numbers("limites_998", "Limites à 99,8 %").unsorted(),
        Column::words("lecture", "Lecture"),
        Column::words("territoire", "Code du territoire").staying(),
        Column::numbers("bas_95", "Limite basse à 95 %"),
        Column::numbers("haut_95", "Limite haute à 95 %"),
        Column::numbers("bas_998", "Limite basse à 99,8 %"),
        Column::numbers("haut_998", "Limite haute à 99,8 %"),
    ];
    let mut table = Table::new("entonnoir", caption, columns).classed("dense");
    if let Some(funnel) = funnel {
        let places = funnel.places.iter();
        table.rows = places.map(|one| row(moment, funnel, one)).collect();
    }
    table
}

fn row(moment: Moment, funnel: &Funnel<'_>, place: &Judged<'_>) -> Row {
    let formatter = Formatter::new(Some(funnel.measure));
    let limits = chance::limits(funnel.law, funnel.whole, place.cases.den);
    let number = |rate: f64| {
        let rate = shown(funnel.scaled(rate));
        Cell::from(Datum::number(rate, formatter.decimals()))
    };
    let bare = |rate: f64| {
        shown(funnel.scaled(rate)).map_or_else(String::new, |rate| formatter.bare(rate))
    };
    let range = |(low, high): (f64, f64)| Cell::text(format!("{} à {}", bare(low), bare(high)));
    let count = |count: f64| Cell::from(Datum::number(shown(count), 0));
    let (tone, icon, words, rank) = match place.standing {
        Standing::Within => ("idle", "same", "entre les lignes", 2),
        Standing::Beyond => ("warn", "q2", "hors de la ligne à 95 %", 1),
        Standing::FarBeyond => ("late", "q1", "hors des deux lignes", 0),
    };
    let standing = Datum::State {
        tone,
        icon,
        word: words.to_owned(),
        rank,
    };
    let reading = html! { (state(tone, icon, words)) @if funnel.is_unusual(place) { span.sub { "hors de l’étendue habituelle" } } };
    let rate = place.cases.rate();
    vec![
        Cell::text(place.row.name),
        count(place.cases.num),
        count(place.cases.den),
        number(rate).shown(html! { b { (sourced(moment, place.row.figure, &bare(rate))) } }),
        range(limits.near),
        range(limits.far),
        Cell::from(standing).shown(reading),
        Cell::text(place.row.code),
        number(limits.near.0),
        number(limits.near.1),
        number(limits.far.0),
        number(limits.far.1),
    ]
}
