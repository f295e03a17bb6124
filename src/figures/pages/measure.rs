//! `/catalogue/{code}`: one measure across generations: its long series in a place, beside the
//! country; what pointed to it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use jalon_render::Target;
use jalon_render::chart::{self, Trajectory};
use maud::{Markup, PreEscaped, html};

use super::catalogue::mark;
use super::since::{self, Concern};
use super::sourced::sourced;
use crate::access::Signed;
use crate::figures::comparison::COUNTRY;
use crate::figures::course::{Course, Generation, drawn};
use crate::figures::national::National;
use crate::figures::pictures;
use crate::figures::projection::Known;
use crate::figures::{Figure, Formatter, Series, Situation, Sources};
use crate::frameworks::{Across, LinkKind};
use crate::kernel::{Decimal, Period, ValueKind, counted, fold};
use crate::ledger::Moment;
use crate::measures::Measure;
use crate::organisations::{Directory, Place, PlaceKind};
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, fictional_mark, section_heading,
};
use crate::tables::{downloads, word, yes_no};

/// The parameter that says whose series is shown.
const PLACE: &str = "lieu";

/// The long series of a measure: period by period, a place and the country beside it.
struct Long<'a> {
    across: Across<'a>,
    years: Vec<Year<'a>>,
    /// The places that have a value, the country first and the others by name.
    places: Vec<Candidate<'a>>,
    /// The course of the place chosen; `None` where nothing was said of any.
    course: Option<Course<'a>>,
}

/// The country and the place chosen over one period.
struct Year<'a> {
    period: Period,
    country: Told<'a>,
    place: Told<'a>,
    regions: usize,
}

/// What is known of a place over one period.
#[derive(Clone, Copy, Default)]
struct Told<'a> {
    /// What the supplier gives.
    figure: Option<&'a Figure>,
    amount: Option<Decimal>,
}

/// A place whose series may be shown.
struct Candidate<'a> {
    place: &'a Place,
    /// How many of its values are numbers over a year.
    drawn: usize,
    /// How many it has.
    said: usize,
}

impl Told<'_> {
    fn is_computed(self) -> bool {
        self.figure.is_none() && self.amount.is_some()
    }

    fn is_said(self) -> bool {
        self.figure.is_some() || self.amount.is_some()
    }

    /// Its number, or the words said in place of one, leading to who says so.
    fn cell(self, moment: Moment, formatter: Formatter<'_>) -> Cell {
        let amount = Datum::number(self.amount, formatter.decimals());
        let words = self.words(formatter).unwrap_or_else(|| amount.french());
        let shown = html! {
            (sourced(moment, self.figure, &words))
            @if self.is_computed() { span.sub { "calculée" } }
        };
        Cell::from(amount).shown(shown)
    }

    /// What is said in place of a number.
    fn words(self, formatter: Formatter<'_>) -> Option<String> {
        let figure = self.figure.filter(|_| self.amount.is_none());
        figure.map(|figure| formatter.value(&figure.value))
    }
}

impl<'a> Long<'a> {
    /// The series of the place asked for; else of the country where it has one, else of the first
    /// place, by name, of those that have the most values.
    fn of(across: Across<'a>, situation: &'a Situation, asked: &str) -> Self {
        let Some(series) = situation.figures.series(&across.measure.code) else {
            return Self {
                across,
                years: Vec::new(),
                places: Vec::new(),
                course: None,
            };
        };
        let directory = &*situation.directory;
        let mut years = years(&across, series, directory);
        let places = places(across.measure, series, &years, directory);
        let place = chosen(&places, asked);
        for year in &mut years {
            year.place = match place {
                Some(place) if place.code != COUNTRY => {
                    let figure = series.whole(&place.code, year.period);
                    let amount = figure.and_then(|f| f.value.amount(across.measure.per));
                    Told { figure, amount }
                }
                _ => year.country,
            };
        }
        let course = place.map(|place| course(&across, series, place, &years));
        Self {
            across,
            years,
            places,
            course,
        }
    }

    fn is_of_country(&self) -> bool {
        self.course
            .as_ref()
            .is_none_or(|course| course.place == COUNTRY)
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
    let long = Long::of(across, &situation, asked.get(PLACE));
    let across = &long.across;
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
                (verdict(&long))
                @if series.is_some_and(|s| s.iter().any(|(_, f)| f.fictional)) { " " (fictional_mark()) }
            }
            (situation.form(&asked, &html! {}))
        }
        (since::section(&situation, &concern))
        @if long.years.is_empty() { (nothing_yet(across, &situation)) }
        (long_series(&long, &asked, situation.moment))
        (pointers(across, &situation))
        (definition(across))
    };
    Ok((
        situation.status(),
        signed.page(&across.measure.label, &body),
    ))
}

/// The country period by period; the place is not chosen yet.
fn years<'a>(across: &Across<'a>, series: &'a Series, directory: &'a Directory) -> Vec<Year<'a>> {
    let year = |period: Period| {
        let on = period.last_day();
        let country = directory.place(COUNTRY).map(|country| {
            let parts = directory.parts_of(COUNTRY, on);
            let national = National::new(across.measure, series, country, &parts, period);
            Told {
                figure: national.given,
                amount: national.amount(),
            }
        });
        let regions = directory.places().iter();
        let regions = regions.filter(|place| place.kind == PlaceKind::Region && place.valid_on(on));
        let has_number = |code: &str| {
            let figure = series.whole(code, period);
            figure.is_some_and(|f| f.value.amount(across.measure.per).is_some())
        };
        Year {
            period,
            country: country.unwrap_or_default(),
            place: Told::default(),
            regions: regions.filter(|place| has_number(&place.code)).count(),
        }
    };
    series.periods().into_iter().map(year).collect()
}

/// The places of which something is said as a whole, or can be computed.
fn places<'a>(
    measure: &Measure,
    series: &Series,
    years: &[Year<'_>],
    directory: &'a Directory,
) -> Vec<Candidate<'a>> {
    let mut told: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let whole = series.iter().filter(|(of, _)| of.breakdown.is_empty());
    for (subject, figure) in whole {
        let is_number = figure.value.amount(measure.per).is_some();
        let is_drawn = is_number && matches!(subject.period, Period::Year(_));
        let (drawn, said) = told.entry(&subject.place).or_default();
        *drawn += usize::from(is_drawn);
        *said += 1;
    }
    let country = years.iter().filter(|year| year.country.is_said()).count();
    if country > 0 {
        told.insert(COUNTRY, (of_country(years).len(), country));
    }
    let candidates = directory.places().iter().filter_map(|place| {
        let (drawn, said) = *told.get(place.code.as_str())?;
        Some(Candidate { place, drawn, said })
    });
    let mut candidates: Vec<Candidate<'a>> = candidates.collect();
    candidates.sort_by_cached_key(|one| (one.place.code != COUNTRY, fold(&one.place.name)));
    candidates
}

fn chosen<'a>(places: &[Candidate<'a>], asked: &str) -> Option<&'a Place> {
    let named = places.iter().find(|one| one.place.code == asked);
    let is_country = |one: &&Candidate<'a>| one.place.code == COUNTRY && one.drawn > 1;
    let country = places.iter().find(is_country);
    // Of equals the first: the country, then by name.
    let most = places
        .iter()
        .min_by_key(|one| Reverse((one.drawn, one.said)));
    named.or(country).or(most).map(|one| one.place)
}

fn course<'a>(
    across: &Across<'a>,
    series: &Series,
    place: &'a Place,
    years: &[Year<'_>],
) -> Course<'a> {
    let mut course = Course::of(
        across.measure,
        series,
        (place.code.as_str(), place.name.as_str()),
    );
    if place.code == COUNTRY {
        // What the regions add up to counts where the supplier gives nothing.
        course.observed = of_country(years);
    } else {
        course.national = of_country(years);
    }
    course.generations = generations(across);
    course
}

/// The yearly numbers of the country.
fn of_country(years: &[Year<'_>]) -> Vec<Known> {
    let known = years.iter();
    let known = known.filter_map(|year| Some((year.period, year.country.amount?)));
    drawn(&known.collect::<Vec<_>>())
}

fn verdict(long: &Long<'_>) -> String {
    let Some(course) = &long.course else {
        return "Aucune valeur n’est encore chargée pour cette mesure.".to_owned();
    };
    let formatter = Formatter::new(Some(long.across.measure));
    let mut known = long.years.iter().filter_map(|year| {
        let amount = year.place.amount?;
        Some((year.period.french(), formatter.number(amount)))
    });
    let (first, last) = (known.next(), known.next_back());
    let (before, within) = if long.is_of_country() {
        (String::new(), " en France")
    } else {
        (format!("{} : ", course.name), "")
    };
    let mut said = match (first, last) {
        (Some((from, then)), Some((to, now))) => {
            format!("{before}{then}{within} en {from}, {now} en {to}.")
        }
        (Some((period, amount)), None) => format!("{before}{amount}{within} en {period}."),
        _ if long.is_of_country() => "Pas de valeur chiffrée pour la France entière.".to_owned(),
        _ => format!("{before}pas de valeur chiffrée."),
    };
    if !long.years.iter().any(|year| year.country.is_said()) {
        said += " Pas de valeur pour la France entière.";
    }
    match long.across.measure.breaks.len() {
        0 => {}
        n => said += &format!(" {} dans la série.", counted(n, "rupture", "ruptures")),
    }
    said
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

fn long_series(long: &Long<'_>, asked: &Address, moment: Moment) -> Markup {
    let measure = long.across.measure;
    let mut named = vec![("mesure", measure.code.as_str())];
    named.extend(long.course.as_ref().map(|course| (PLACE, course.place)));
    html! {
        @if !long.years.is_empty() {
            section.sect aria-labelledby="serie" {
                (section_heading("serie", "La série, d’une génération à l’autre", Some(choice(long, asked))))
                div.split {
                    @match picture(long) {
                        Some((course, picture)) => figure.chart.plot {
                            p.fig-t { (course.name) @if let (Some(first), Some(last)) = (course.observed.first(), course.observed.last()) { ", de " (first.year) " à " (last.year) } }
                            p.fig-s { "En " (measure.unit.as_deref().unwrap_or("valeur")) "." @if !course.generations.is_empty() { " Sous les années, les générations de contrats qui suivent cette mesure." } }
                            (PreEscaped(chart::trajectory(&picture, Target::Page)))
                        },
                        None => p.muted { (undrawn(long)) },
                    }
                    div {
                        (shown(long, moment).html(asked))
                        (downloads("serie", "La série", &named, asked))
                    }
                }
                @for rupture in &measure.breaks {
                    p.note { b { "Rupture en " (rupture.since) } " : " (rupture.reason) "." @if !rupture.comparable { " Les valeurs d’avant et d’après ne se comparent pas." } }
                }
            }
        }
    }
}

/// Another place, without script.
fn choice(long: &Long<'_>, asked: &Address) -> Markup {
    let chosen = long.course.as_ref().map(|course| course.place);
    html! {
        form.asof method="get" action={ (asked.path()) "#serie" } {
            @for (name, value) in asked.without(PLACE).pairs() { input type="hidden" name=(name) value=(value); }
            label for=(PLACE) { "Voir" }
            select id=(PLACE) name=(PLACE) {
                @for Candidate { place, .. } in &long.places {
                    option value=(place.code) selected[Some(place.code.as_str()) == chosen] { (place.name) }
                }
            }
            button.btn.sm type="submit" { "Afficher" }
        }
    }
}

/// Why there is no chart.
fn undrawn(long: &Long<'_>) -> String {
    let name = long.course.as_ref().map_or("France", |course| course.name);
    match long.across.measure.value_kind {
        ValueKind::YesNo | ValueKind::Text => {
            "Cette mesure n’est pas un nombre : le tableau la donne, rien ne se dessine.".to_owned()
        }
        ValueKind::Number if long.years.iter().any(|year| year.place.amount.is_some()) => format!(
            "{name} : aucune valeur ne porte sur une année entière. Le tableau donne chaque période, rien ne se dessine."
        ),
        ValueKind::Number => format!("{name} : aucune valeur chiffrée à dessiner."),
    }
}

/// The course and its chart; `None` where the place has no number over a whole year.
fn picture<'l, 'a>(long: &'l Long<'a>) -> Option<(&'l Course<'a>, Trajectory)> {
    let course = long.course.as_ref()?;
    let picture = pictures::course(course, &long.across.measure.label)?;
    Some((course, picture))
}

/// The long series of the measure and of the place that an address names, as it is taken away.
pub(in crate::figures) fn series(situation: &Situation, asked: &Address) -> WebResult<Table> {
    let across = situation.catalogue.across(asked.get("mesure"));
    let across = across.ok_or(WebError::NotFound)?;
    let long = Long::of(across, situation, asked.get(PLACE));
    Ok(table(&long, situation.moment))
}

/// The table as the page shows it: the place before the country, unless it is the country.
fn shown(long: &Long<'_>, moment: Moment) -> Table {
    let table = table(long, moment);
    let Some(course) = long.course.as_ref().filter(|c| c.place != COUNTRY) else {
        return table.without(&["calculee", "lieu", "valeur", "texte"]);
    };
    let mut table = table.without(&["calculee", "lieu", "texte"]);
    if let Some(own) = table.columns.last_mut() {
        own.heading = course.name.to_owned().into();
    }
    // In a file it comes last, since columns are only ever added there.
    table.columns[1..].rotate_right(1);
    for row in &mut table.rows {
        row[1..].rotate_right(1);
    }
    table
}

fn table(long: &Long<'_>, moment: Moment) -> Table {
    let across = &long.across;
    let formatter = Formatter::new(Some(across.measure));
    let columns = vec![
        Column::words("periode", "Période"),
        Column::numbers("france", "France"),
        Column::numbers("regions", "Régions renseignées"),
        Column::words("generation", "Suivie par").wide(),
        Column::words("calculee", "Calculée"),
        Column::words("lieu", "Lieu"),
        Column::numbers("valeur", "Valeur du lieu"),
        Column::words("texte", "À la place d’un nombre"),
    ];
    let caption = format!("{}, par période", across.measure.label);
    let mut table = Table::new("serie", caption, columns)
        .classed("stack dense")
        .caption_unseen();
    let place = long.course.as_ref().map(|course| course.name);
    let rows = long.years.iter().map(|year| {
        vec![
            Cell::text(year.period.french()),
            year.country.cell(moment, formatter),
            Datum::count(year.regions).into(),
            Cell::text(followed_in(across, year.period)),
            yes_no(year.country.is_computed()),
            word(place),
            year.place.cell(moment, formatter),
            word(year.place.words(formatter)),
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

/// The generations of contracts that follow the measure, the earliest first; of those whose years
/// cross, the first begun.
fn generations<'a>(across: &Across<'a>) -> Vec<Generation<'a>> {
    let own = across.pointers.iter();
    let own = own.filter(|pointer| pointer.kind != LinkKind::Related);
    let generation = own.map(|pointer| Generation {
        title: &pointer.framework.title,
        starts: pointer.framework.starts,
        ends: pointer.framework.ends,
    });
    let mut generations: Vec<Generation<'a>> = generation.collect();
    generations.sort_by_key(|one| (one.starts, one.ends));
    let mut last = i16::MIN;
    generations.retain(|one| {
        let is_after = one.starts > last;
        if is_after {
            last = one.ends;
        }
        is_after
    });
    generations
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
