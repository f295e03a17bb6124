//! `/catalogue/{code}`: one measure across generations: its long series, what pointed to it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use jalon_render::chart::{self, Axis, SeriesPoint, Trajectory};
use jalon_render::{Description, Target};
use maud::{Markup, PreEscaped, html};

use super::catalogue::mark;
use super::since::{self, Concern};
use super::sourced::sourced;
use crate::access::Signed;
use crate::figures::comparison::COUNTRY;
use crate::figures::national::National;
use crate::figures::{Figure, Formatter, Series, Situation, Sources};
use crate::frameworks::{Across, LinkKind};
use crate::kernel::{Decimal, Period, counted};
use crate::ledger::Moment;
use crate::organisations::{Directory, PlaceKind};
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, fictional_mark, section_heading,
};
use crate::tables::{downloads, yes_no};

/// The country over one period.
struct Year<'a> {
    period: Period,
    /// What the supplier gives.
    given: Option<&'a Figure>,
    amount: Option<Decimal>,
    regions: usize,
}

impl Year<'_> {
    fn is_computed(&self) -> bool {
        self.given.is_none() && self.amount.is_some()
    }
}

pub(super) async fn page(
    signed: Signed,
    asked: Address,
    Path(code): Path<String>,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let (tx, situation) = sources.open(signed.reach(), &asked).await?;
    drop(tx);
    let across = situation
        .catalogue
        .across(&code)
        .ok_or(WebError::NotFound)?;
    let series = situation.figures.series(&code);
    let years = series.map(|series| years(&across, series, &situation.directory));
    let years = years.unwrap_or_default();
    let concern = Concern {
        measures: vec![&across.measure.code],
        keeps: &|_| true,
        contracts: Vec::new(),
        indicator: None,
    };
    let body = html! {
        (crumbs(&[
            Crumb { label: "Catalogue", href: Some(situation.href("/catalogue")) },
            Crumb { label: &across.measure.label, href: None },
        ]))
        div.head {
            p.eyebrow { "Mesure" @if let Some(unit) = &across.measure.unit { ", en " (unit) } }
            h1 { (across.measure.label) }
            p.lead {
                (verdict(&across, &years))
                @if series.is_some_and(|s| s.iter().any(|(_, f)| f.fictional)) { " " (fictional_mark()) }
            }
            (situation.form(&asked, &html! {}))
        }
        (since::section(&situation, &concern))
        @if years.is_empty() { (nothing_yet(&across, &situation)) }
        (long_series(&across, &years, &asked, situation.moment))
        (pointers(&across, &situation))
        (definition(&across))
    };
    Ok((
        situation.status(),
        signed.page(&across.measure.label, &body),
    ))
}

fn years<'a>(across: &Across<'a>, series: &'a Series, directory: &'a Directory) -> Vec<Year<'a>> {
    let year = |period: Period| {
        let on = period.last_day();
        let country = directory.place(COUNTRY);
        let national = country.map(|country| {
            let parts = directory.parts_of(COUNTRY, on);
            National::new(across.measure, series, country, &parts, period)
        });
        let regions = directory.places().iter();
        let regions = regions.filter(|place| place.kind == PlaceKind::Region && place.valid_on(on));
        let has_number = |code: &str| {
            let figure = series.whole(code, period);
            figure.is_some_and(|f| f.value.amount(across.measure.per).is_some())
        };
        Year {
            period,
            given: national.as_ref().and_then(|national| national.given),
            amount: national.and_then(|national| national.amount()),
            regions: regions.filter(|place| has_number(&place.code)).count(),
        }
    };
    series.periods().into_iter().map(year).collect()
}

fn verdict(across: &Across<'_>, years: &[Year<'_>]) -> String {
    let formatter = Formatter::new(Some(across.measure));
    let mut known = years.iter().filter_map(|year| Some((year, year.amount?)));
    let first = known.next();
    let last = known.next_back();
    let breaks = across.measure.breaks.len();
    let broken = match breaks {
        0 => String::new(),
        n => format!(" {} dans la série.", counted(n, "rupture", "ruptures")),
    };
    match (first, last) {
        (Some((from, before)), Some((to, now))) => format!(
            "{} en France en {}, {} en {}.{broken}",
            formatter.number(before),
            from.period.french(),
            formatter.number(now),
            to.period.french()
        ),
        (Some((year, amount)), None) => format!(
            "{} en France en {}.{broken}",
            formatter.number(amount),
            year.period.french()
        ),
        _ if years.is_empty() => "Aucune valeur n’est encore chargée pour cette mesure.".to_owned(),
        _ => format!(
            "Pas de valeur pour la France entière : voyez les régions sur la page d’un indicateur.{broken}"
        ),
    }
}

/// Where no value came: where it is loaded, and by whom.
fn nothing_yet(across: &Across<'_>, situation: &Situation) -> Markup {
    html! {
        div.flag { p {
            @if across.pointers.is_empty() {
                "Ses valeurs se chargeront quand l’indicateur d’un cadre la suivra. "
                a href=(situation.href("/catalogue")) { "Voir les autres mesures" }
            } @else {
                "Ses valeurs se chargent depuis la page d’un indicateur qui la suit, où l’on voit aussi qui la fournit. "
                a href="#indicateurs" { "Choisir l’indicateur" }
            }
        } }
    }
}

fn long_series(across: &Across<'_>, years: &[Year<'_>], asked: &Address, moment: Moment) -> Markup {
    html! {
        @if !years.is_empty() {
            section.sect aria-labelledby="serie" {
                (section_heading("serie", "La série, d’une génération à l’autre", None))
                div.split {
                    @if let Some(svg) = chart(across, years) {
                        figure.chart.plot {
                            @if !generations(across).is_empty() { p.fig-s { "Sous les années, les générations de contrats qui suivent cette mesure." } }
                            (PreEscaped(svg))
                        }
                    }
                    div {
                        (table(across, years, moment).without(&["calculee"]).html(asked))
                        (downloads("serie", "La série", &[("mesure", &across.measure.code)], asked))
                    }
                }
                @for rupture in &across.measure.breaks {
                    p.note { b { "Rupture en " (rupture.since) } " : " (rupture.reason) "." @if !rupture.comparable { " Les valeurs d’avant et d’après ne se comparent pas." } }
                }
            }
        }
    }
}

/// The long series of the measure that an address names, as it is taken away.
pub(in crate::figures) fn series(situation: &Situation, asked: &Address) -> WebResult<Table> {
    let across = situation.catalogue.across(asked.get("mesure"));
    let across = across.ok_or(WebError::NotFound)?;
    let series = situation.figures.series(&across.measure.code);
    let years = series.map(|series| years(&across, series, &situation.directory));
    Ok(table(&across, &years.unwrap_or_default(), situation.moment))
}

fn table(across: &Across<'_>, years: &[Year<'_>], moment: Moment) -> Table {
    let formatter = Formatter::new(Some(across.measure));
    let columns = vec![
        Column::words("periode", "Période"),
        Column::numbers("france", "France"),
        Column::numbers("regions", "Régions renseignées"),
        Column::words("generation", "Suivie par").wide(),
        Column::words("calculee", "Calculée"),
    ];
    let caption = format!("{}, par période", across.measure.label);
    let mut table = Table::new("serie", caption, columns)
        .classed("stack dense")
        .caption_unseen();
    let rows = years.iter().map(|year| {
        let amount = Datum::number(year.amount, formatter.decimals());
        let words = match (year.amount, year.given) {
            (None, Some(figure)) => formatter.value(&figure.value),
            _ => amount.french(),
        };
        let shown = html! {
            (sourced(moment, year.given, &words))
            @if year.is_computed() { span.sub { "calculée" } }
        };
        vec![
            Cell::text(year.period.french()),
            Cell::from(amount).shown(shown),
            Datum::count(year.regions).into(),
            Cell::text(followed_in(across, year.period)),
            yes_no(year.is_computed()),
        ]
    });
    table.rows = rows.collect();
    table
}

/// The generations whose contracts ran in a period, and a break that begins in it.
fn followed_in(across: &Across<'_>, period: Period) -> String {
    let year = period.year();
    let own = across.pointers.iter();
    let mut running: Vec<String> = own
        .filter(|p| p.kind != LinkKind::Related)
        .filter(|p| (p.framework.starts..=p.framework.ends).contains(&year))
        .map(|p| {
            let code = p.indicator.code.as_deref().unwrap_or("sans numéro");
            format!("{code} ({}-{})", p.framework.starts, p.framework.ends)
        })
        .collect();
    if across.measure.breaks.iter().any(|b| b.since == year) {
        running.push("rupture".to_owned());
    }
    if running.is_empty() {
        "–".to_owned()
    } else {
        running.join(", ")
    }
}

/// The breaks between the first and the last year shown.
fn drawn_breaks(across: &Across<'_>, years: &[Year<'_>]) -> Vec<chart::Break> {
    let shown: Vec<i16> = years.iter().map(|year| year.period.year()).collect();
    let (first, last) = (shown.iter().min(), shown.iter().max());
    let within = |since: &i16| first.is_some_and(|f| f < since) && last.is_some_and(|l| since <= l);
    let breaks = across.measure.breaks.iter().filter(|b| within(&b.since));
    let drawn = breaks.map(|b| chart::Break {
        since: i32::from(b.since),
        text: "rupture".to_owned(),
    });
    drawn.collect()
}

/// The country year by year; nothing where fewer than two years have a number.
fn chart(across: &Across<'_>, years: &[Year<'_>]) -> Option<String> {
    let formatter = Formatter::new(Some(across.measure));
    let points: Vec<SeriesPoint> = years
        .iter()
        .filter(|year| matches!(year.period, Period::Year(_)))
        .filter_map(|year| {
            let amount = year.amount?;
            Some(SeriesPoint {
                year: i32::from(year.period.year()),
                value: amount.to_f64_for_drawing(),
                text: formatter.bare(amount),
            })
        })
        .collect();
    if points.len() < 2 {
        return None;
    }
    let label = format!("{}, France", across.measure.label);
    let about = Description::new(&label, &verdict(across, years)).ok()?;
    let axis = Axis::fitting(
        points.iter().map(|p| p.value),
        formatter.sign().unwrap_or_default(),
    );
    let spec = Trajectory {
        id: "serie-longue".to_owned(),
        about,
        axis,
        observed: chart::Series {
            name: "France".to_owned(),
            points,
        },
        targets: chart::Series {
            name: "Cibles".to_owned(),
            points: Vec::new(),
        },
        national: None,
        way: None,
        forecast: None,
        breaks: drawn_breaks(across, years),
        spans: generations(across),
    };
    Some(chart::trajectory(&spec, Target::Page))
}

/// The generations of contracts that follow the measure, the earliest first; of those whose years
/// cross, the first begun.
fn generations(across: &Across<'_>) -> Vec<chart::Span> {
    let own = across.pointers.iter();
    let own = own.filter(|pointer| pointer.kind != LinkKind::Related);
    let mut years: Vec<(i16, i16)> = own
        .map(|pointer| (pointer.framework.starts, pointer.framework.ends))
        .collect();
    years.sort_unstable();
    let mut last = i16::MIN;
    years.retain(|(from, to)| {
        let is_after = *from > last;
        if is_after {
            last = *to;
        }
        is_after
    });
    let span = |(from, to)| chart::Span {
        from: i32::from(from),
        to: i32::from(to),
        text: format!("{from}-{to}"),
    };
    years.into_iter().map(span).collect()
}

fn pointers(across: &Across<'_>, situation: &Situation) -> Markup {
    html! {
        section.sect aria-labelledby="indicateurs" {
            (section_heading("indicateurs", "Les indicateurs qui y renvoient", None))
            @if across.pointers.is_empty() { p { "Aucun indicateur d’un cadre en vigueur ne suit cette mesure." } }
            ul.found { @for pointer in &across.pointers { li {
                h3 {
                    a href=(situation.href(&format!("/indicateurs/{}/{}", pointer.framework.code, pointer.indicator.key))) {
                        @if let Some(code) = &pointer.indicator.code { span.code { (code) } " " }
                        (pointer.indicator.label)
                    }
                }
                p { (mark(pointer.kind)) " " span.muted { (pointer.framework.title) } }
            } } }
        }
    }
}

fn definition(across: &Across<'_>) -> Markup {
    let measure = across.measure;
    let facts = [
        ("Numérateur", measure.numerator.as_deref()),
        ("Dénominateur", measure.denominator.as_deref()),
        ("Sens souhaité", Some(measure.direction.french())),
        ("De la région au pays", Some(measure.aggregation.french())),
        ("À savoir", measure.note.as_deref()),
    ];
    html! {
        section.sect aria-labelledby="definition" {
            (section_heading("definition", "Définition", None))
            dl.facts { @for (name, said) in facts {
                @if let Some(said) = said { dt { (name) } dd { (said) } }
            } }
        }
    }
}
