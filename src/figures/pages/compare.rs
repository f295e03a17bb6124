//! `/comparer`: some regions side by side, indicator by indicator.

mod files;

pub(in crate::figures) use files::taken_away;

use axum::extract::State;
use axum::http::StatusCode;
use jalon_render::chart::{self, Axis, DotPlot, DotRow, Reference};
use jalon_render::{Description, Target as Support};
use maud::{Markup, PreEscaped, html};

use super::since::{self, Concern};
use super::sourced::sourced;
use crate::access::Signed;
use crate::contracts::{FullContract, Section, Target, Terms};
use crate::figures::attainment::look;
use crate::figures::comparison::COUNTRY;
use crate::figures::national::National;
use crate::figures::review::{Asked, Review};
use crate::figures::{Followed, Formatter, Situation, Sources};
use crate::frameworks::{Framework, Indicator};
use crate::kernel::{Decimal, Period, Value, counted};
use crate::ledger::Moment;
use crate::measures::Measure;
use crate::organisations::{Place, PlaceKind};
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::platform::web::{Address, WebResult, fictional_mark, icon, section_heading, state};
use crate::tables::downloads;

/// How many regions stand side by side at most: more would not be read.
const MOST: usize = 6;
/// From how many on there is something to compare.
const LEAST: usize = 2;

/// What the address asks for, made sense of.
struct Choice<'a> {
    frameworks: Vec<&'a Framework>,
    framework: &'a Framework,
    objective: String,
    year: i16,
    regions: Vec<&'a Place>,
    chosen: Vec<&'a Place>,
    /// More regions were asked for than are shown.
    too_many: bool,
}

/// A region and the contract that covers it.
struct Region<'a> {
    place: &'a Place,
    agreed: Option<(&'a FullContract, &'a Section)>,
}

/// Key and words of the objectives of a framework.
pub(super) fn objectives(framework: &Framework) -> Vec<(String, String)> {
    let nodes = framework.objectives().into_iter();
    nodes.map(|node| (node.key.clone(), node.title())).collect()
}

pub(super) async fn page(
    signed: Signed,
    asked: Address,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let (tx, situation) = sources.open(signed.reach(), &asked).await?;
    drop(tx);
    let Some(choice) = Choice::new(&asked, &situation) else {
        let body = html! { div.head {
            h1 { "Comparer des régions" }
            p.lead { "Aucun cadre entre l’État et les agences n’est chargé. " a href="/cadres" { "Voir les cadres" } }
        } };
        return Ok((
            situation.status(),
            signed.page("Comparer des régions", &body),
        ));
    };
    let ground = Ground {
        situation: &situation,
        choice: &choice,
    };
    let body = ground.body(&asked, &ground.columns());
    Ok((
        situation.status(),
        signed.page("Comparer des régions", &body),
    ))
}

impl<'a> Choice<'a> {
    fn new(asked: &Address, situation: &'a Situation) -> Option<Self> {
        let frameworks = situation.catalogue.frameworks().into_iter();
        let frameworks = frameworks.map(|edited| &edited.framework);
        let frameworks: Vec<&Framework> = frameworks
            .filter(|f| !f.follows_establishments() && !f.indicators.is_empty())
            .collect();
        let named = frameworks.iter().find(|f| f.code == asked.get("cadre"));
        let framework = *named.or(frameworks.first())?;
        let last = (situation.moment.day.year() - 1).clamp(framework.starts, framework.ends);
        let year = asked.get("annee").parse().unwrap_or(last);
        let year = year.clamp(framework.starts, framework.ends);
        let objectives = objectives(framework);
        let is_known = |key: &str| objectives.iter().any(|(known, _)| known == key);
        let objective = match asked.get("objectif") {
            key if is_known(key) => key.to_owned(),
            _ => objectives
                .first()
                .map(|(key, _)| key.clone())
                .unwrap_or_default(),
        };
        let on = Period::Year(year).last_day();
        let regions = situation.directory.places().iter();
        let regions: Vec<&Place> = regions
            .filter(|place| place.kind == PlaceKind::Region && place.valid_on(on))
            .collect();
        // `regions=28,53` is how somebody writes it; the form repeats the parameter.
        let wanted: Vec<&str> = asked
            .every("regions")
            .flat_map(|codes| codes.split(','))
            .collect();
        let is_wanted = |place: &&&Place| wanted.contains(&place.code.as_str());
        let mut chosen: Vec<&Place> = regions.iter().filter(is_wanted).copied().collect();
        let too_many = chosen.len() > MOST;
        chosen.truncate(MOST);
        Some(Self {
            frameworks,
            framework,
            objective,
            year,
            regions,
            chosen,
            too_many,
        })
    }
}

impl Choice<'_> {
    /// What tells its table apart, where the address leaves it to the page.
    fn named(&self) -> [(&'static str, &str); 2] {
        [
            ("cadre", self.framework.code.as_str()),
            ("objectif", self.objective.as_str()),
        ]
    }
}

/// What the tables are made from.
struct Ground<'a> {
    situation: &'a Situation,
    choice: &'a Choice<'a>,
}

impl<'a> Ground<'a> {
    /// Each chosen region, where there are enough of them.
    fn columns(&self) -> Vec<Region<'a>> {
        let chosen = self.choice.chosen.iter();
        let chosen = chosen.filter(|_| self.choice.chosen.len() >= LEAST);
        let framework = self.choice.framework.code.as_str();
        let column = |place: &&'a Place| Region {
            place,
            agreed: self.situation.agreement(framework, &place.code),
        };
        chosen.map(column).collect()
    }

    /// What changed since in the regions and the indicators shown.
    fn since(&self, columns: &[Region<'a>], lines: &[(&Indicator, &'a Measure)]) -> Markup {
        let is_shown = |code: &str| columns.iter().any(|column| column.place.code == code);
        let contracts = columns.iter().filter_map(|column| Some(column.agreed?.0));
        // A country that its regions add up to changes with any of them.
        let is_computed = lines.iter().any(|&(_, measure)| {
            let national = self.national(measure);
            national.is_some_and(|(_, national)| national.given.is_none())
        });
        let concern = Concern {
            measures: lines
                .iter()
                .map(|(_, measure)| measure.code.as_str())
                .collect(),
            keeps: &|subject| is_computed || subject.place == COUNTRY || is_shown(&subject.place),
            contracts: contracts.collect(),
            indicator: None,
        };
        since::section(self.situation, &concern)
    }

    fn body(&self, asked: &Address, columns: &[Region<'a>]) -> Markup {
        let lines = self.lines();
        let names: Vec<&str> = columns
            .iter()
            .map(|column| column.place.name.as_str())
            .collect();
        let mut contracts = columns.iter().filter_map(|column| column.agreed);
        let fictional = contracts.any(|(full, _)| full.contract.fictional);
        html! {
            div.head {
                h1 { @if names.is_empty() { "Comparer des régions" } @else { (names.join(", ")) } }
                p.lead { (self.verdict(&lines)) @if fictional { " " (fictional_mark()) } }
                (self.situation.form(asked, &html! {}))
            }
            @if self.choice.too_many {
                div.flag.warn role="status" { p { "Six régions au plus tiennent côte à côte : les six premières sont montrées. Retirez-en pour choisir les autres." } }
            }
            (self.form(asked))
            @if !columns.is_empty() { (self.since(columns, &lines)) }
            @if !columns.is_empty() && !lines.is_empty() {
                section.sect aria-labelledby="cote-a-cote" {
                    (section_heading("cote-a-cote", &format!("Valeurs connues à la fin de {}", self.choice.year), None))
                    (self.table(columns, &lines).html(asked))
                    (downloads("comparaison", "La comparaison", &self.choice.named(), asked))
                    p.note { "Sous chaque valeur : sa période, la cible du contrat, puis l’atteinte. Le chiffre mène à sa provenance." }
                }
                (self.charts(columns, &lines))
            }
        }
    }

    fn verdict(&self, lines: &[(&Indicator, &Measure)]) -> String {
        let choice = self.choice;
        if choice.chosen.len() < LEAST {
            return "Choisissez de deux à six régions, un cadre et un objectif.".to_owned();
        }
        let count = counted(lines.len(), "indicateur", "indicateurs");
        format!(
            "{count}, {}, au regard de chaque contrat.",
            choice.framework.title
        )
    }

    fn form(&self, asked: &Address) -> Markup {
        let choice = self.choice;
        html! {
            form.compare method="get" action=(asked.path()) {
                @if !asked.get("au").is_empty() { input type="hidden" name="au" value=(asked.get("au")); }
                div.fields {
                    div.field { label for="cadre" { "Cadre" } select #cadre name="cadre" {
                        @for framework in &choice.frameworks { option value=(framework.code) selected[framework.code == choice.framework.code] { (framework.title) } }
                    } }
                    div.field { label for="objectif" { "Objectif" } select #objectif name="objectif" {
                        @for (key, words) in objectives(choice.framework) { option value=(key) selected[key == choice.objective] { (words) } }
                    } }
                    div.field { label for="annee" { "Année" } select #annee name="annee" {
                        @for year in choice.framework.starts..=choice.framework.ends { option value=(year) selected[year == choice.year] { (year) } }
                    } }
                }
                fieldset.pick {
                    legend.lbl { "Régions, de deux à six" }
                    ul.regions { @for region in &choice.regions { li {
                        label.check {
                            input type="checkbox" name="regions" value=(region.code) checked[choice.chosen.iter().any(|c| c.code == region.code)];
                            (region.name)
                        }
                    } } }
                }
                p.acts { button.btn.main type="submit" { "Comparer" } }
            }
        }
    }

    /// The indicators of the objective, each with its measures.
    fn lines(&self) -> Vec<(&'a Indicator, &'a Measure)> {
        let framework = self.choice.framework;
        let indicators = framework.indicators.iter();
        let own = indicators.filter(|i| framework.is_under(&i.node, &self.choice.objective));
        own.flat_map(|indicator| {
            let measures = indicator.measures.iter();
            measures
                .filter_map(move |code| Some((indicator, self.situation.catalogue.measure(code)?)))
        })
        .collect()
    }

    fn table(&self, columns: &[Region<'_>], lines: &[(&Indicator, &'a Measure)]) -> Table {
        let mut headings = vec![Column::words("indicateur", "Indicateur")];
        let regions = columns.iter().map(|column| {
            let code = format!("region-{}", column.place.code.to_lowercase());
            Column::words(code, column.place.name.clone())
        });
        headings.extend(regions);
        headings.push(Column::words("france", "France"));
        let caption = format!("Les régions choisies, fin {}", self.choice.year);
        let mut table = Table::new("comparaison", caption, headings)
            .classed("stack even")
            .caption_unseen();
        // What the terms say now; each region once.
        let terms: Vec<Option<Terms<'_>>> = columns
            .iter()
            .map(|column| Some(column.agreed?.0.in_force(self.situation.moment.change)))
            .collect();
        let rows = lines.iter().map(|&(indicator, measure)| {
            let mut row = vec![self.name(indicator, measure)];
            for (column, terms) in columns.iter().zip(&terms) {
                row.push(self.cell(column, terms.as_ref(), indicator, measure));
            }
            row.push(self.country(measure));
            row
        });
        table.rows = rows.collect();
        table
    }

    fn name(&self, indicator: &Indicator, measure: &Measure) -> Cell {
        let framework = &self.choice.framework.code;
        let several = indicator.measures.len() > 1;
        let code = indicator.code.as_deref();
        let words = format!("{} {}", code.unwrap_or_default(), indicator.label);
        let unit = measure.unit.as_deref();
        let shown = html! {
            a href=(self.situation.href(&format!("/indicateurs/{framework}/{}", indicator.key))) {
                @if let Some(code) = code { b { (code) } " " }
                (indicator.label)
            }
            @if several { span.sub { (measure.label) } }
            @if let Some(unit) = unit { span.sub { "en " (unit) } }
        };
        Cell::text(words).shown(shown)
    }

    /// A region's value, its target and what to make of both.
    fn cell(
        &self,
        column: &Region<'_>,
        terms: Option<&Terms<'_>>,
        indicator: &Indicator,
        measure: &Measure,
    ) -> Cell {
        let formatter = Formatter::new(Some(measure));
        let Some((review, target)) = self.review(column, terms, (indicator, measure)) else {
            let shown = html! { (self.value(column.place, measure)) span.sub { "Sans contrat sous ce cadre" } };
            let number = self.latest(&column.place.code, measure);
            return Cell::from(Datum::number(number, formatter.decimals())).shown(shown);
        };
        let number = review.figure.and_then(|(_, f)| f.value.amount(measure.per));
        let shown = html! {
            (shown_value(self.situation.moment, &review, formatter))
            @if let Some((year, target)) = target { span.sub { "Cible " (year) " : " (target_words(target, formatter)) } }
            (self.attainment(&review))
        };
        Cell::from(Datum::number(number, formatter.decimals())).shown(shown)
    }

    /// The review of a measure in a region; nothing where no contract covers it.
    fn review<'r>(
        &'r self,
        region: &'r Region<'_>,
        terms: Option<&'r Terms<'_>>,
        (indicator, measure): (&'r Indicator, &'r Measure),
    ) -> Option<(Review<'r>, Option<(i16, &'r Target)>)> {
        let (terms, (_, section)) = (terms?, region.agreed?);
        let asked = Asked {
            terms,
            section: section.id,
            place: &region.place.code,
            followed: Followed {
                indicator,
                measure,
                facet: &measure.code,
            },
            series: self.situation.figures.series(&measure.code),
            upto: self.choice.year,
            today: self.situation.moment.day,
        };
        let review = asked.review();
        let year = review
            .figure
            .map_or(self.choice.year, |(period, _)| period.year());
        let target = terms.target(section.id, &indicator.key, &measure.code, year);
        Some((review, target.map(|target| (year, target))))
    }

    fn attainment(&self, review: &Review<'_>) -> Markup {
        let scale = self.choice.framework.scale();
        html! {
            @match review.attainment {
                Ok(verdict) => {
                    @let (tone, drawing) = look(verdict.band(&scale).tone);
                    div { (state(tone, drawing, &review.words(&scale))) }
                },
                Err(why) => span.sub { (icon("none")) " " (why.french()) },
            }
        }
    }

    fn value(&self, place: &Place, measure: &Measure) -> Markup {
        let formatter = Formatter::new(Some(measure));
        let series = self.situation.figures.series(&measure.code);
        let known = series.map(|s| s.figures_upto(&place.code, self.choice.year));
        let last = known.and_then(|known| known.last().copied());
        html! {
            @match last {
                Some((period, figure)) => {
                    b { (sourced(self.situation.moment, Some(figure), &formatter.value(&figure.value))) }
                    span.sub { (period.french()) }
                },
                None => span.muted { "Valeur non reçue" },
            }
        }
    }

    /// The last number known of a place by the end of the year.
    fn latest(&self, place: &str, measure: &Measure) -> Option<Decimal> {
        let series = self.situation.figures.series(&measure.code)?;
        let known = series.figures_upto(place, self.choice.year);
        known
            .iter()
            .rev()
            .find_map(|(_, figure)| figure.value.amount(measure.per))
    }

    /// The country by the end of the year.
    fn national(&self, measure: &'a Measure) -> Option<(Period, National<'a>)> {
        let series = self.situation.figures.series(&measure.code)?;
        National::latest(measure, series, &self.situation.directory, self.choice.year)
    }

    fn country(&self, measure: &'a Measure) -> Cell {
        let formatter = Formatter::new(Some(measure));
        let Some((period, national)) = self.national(measure) else {
            return Cell::default();
        };
        let number = national.amount();
        let words = match (national.given, number) {
            (Some(figure), _) => formatter.value(&figure.value),
            (None, number) => number.map(|n| formatter.number(n)).unwrap_or_default(),
        };
        let shown = html! {
            (sourced(self.situation.moment, national.given, &words))
            span.sub { (period.french()) @if national.given.is_none() { ", calculée" } }
        };
        Cell::from(Datum::number(number, formatter.decimals())).shown(shown)
    }

    /// One small drawing for each indicator that has two numbers to compare.
    fn charts(&self, columns: &[Region<'_>], lines: &[(&Indicator, &'a Measure)]) -> Markup {
        let drawn = lines.iter().enumerate();
        let drawn = drawn.filter_map(|(rank, &(indicator, measure))| {
            let svg = self.chart(columns, rank, indicator, measure)?;
            Some((indicator, svg))
        });
        let drawn: Vec<(&Indicator, String)> = drawn.collect();
        html! {
            @if !drawn.is_empty() {
                section.sect aria-labelledby="dessins" {
                    (section_heading("dessins", "Indicateur par indicateur", None))
                    div.split { @for (indicator, svg) in drawn {
                        figure.chart.plot {
                            p.fig-t { (indicator.code.as_deref().unwrap_or_default()) " " (indicator.label) }
                            (PreEscaped(svg))
                        }
                    } }
                }
            }
        }
    }

    fn chart(
        &self,
        columns: &[Region<'_>],
        rank: usize,
        indicator: &Indicator,
        measure: &'a Measure,
    ) -> Option<String> {
        let formatter = Formatter::new(Some(measure));
        let numbers = columns.iter();
        let numbers: Vec<(&Place, Option<Decimal>)> = numbers
            .map(|column| (column.place, self.latest(&column.place.code, measure)))
            .collect();
        let known = numbers
            .iter()
            .filter_map(|(place, number)| Some((place, (*number)?)));
        let known: Vec<(&&Place, Decimal)> = known.collect();
        if known.len() < LEAST {
            return None;
        }
        let national = self.national(measure).and_then(|(_, one)| one.amount());
        let said = known
            .iter()
            .map(|(place, number)| format!("{} {}", place.name, formatter.number(*number)));
        let said = format!("{}.", said.collect::<Vec<_>>().join(", "));
        let about = Description::new(&indicator.label, &said).ok()?;
        let values = known.iter().map(|(_, number)| *number).chain(national);
        let spec = DotPlot {
            id: format!("comparaison-{rank}"),
            about,
            axis: Axis::fitting(
                values.map(Decimal::to_f64_for_drawing),
                formatter.sign().unwrap_or_default(),
            ),
            rows: numbers
                .iter()
                .map(|(place, number)| DotRow {
                    name: place.name.clone(),
                    before: None,
                    now: number.map(Decimal::to_f64_for_drawing),
                    text: number.map_or_else(|| "nd".to_owned(), |n| formatter.bare(n)),
                    is_setback: false,
                })
                .collect(),
            national: national.map(|amount| Reference {
                value: amount.to_f64_for_drawing(),
                text: format!("France {}", formatter.bare(amount)),
            }),
            goal: None,
        };
        Some(chart::dots(&spec, Support::Page))
    }
}

fn shown_value(moment: Moment, review: &Review<'_>, formatter: Formatter<'_>) -> Markup {
    html! {
        @match review.figure {
            Some((period, figure)) => {
                @let words = formatter.value(&figure.value);
                @if matches!(figure.value, Value::Unavailable(_)) { (sourced(moment, Some(figure), &words)) }
                @else { b { (sourced(moment, Some(figure), &words)) } }
                span.sub { (period.french()) @if figure.provisional { ", provisoire" } }
            },
            None => span.muted { "Valeur non reçue" },
        }
    }
}

/// A target in the room of a cell.
pub(super) fn target_words(target: &Target, formatter: Formatter<'_>) -> String {
    match target {
        Target::Value(value) => formatter.value(value),
        Target::Corridor { low, high } => {
            format!("de {} à {}", formatter.bare(*low), formatter.number(*high))
        }
        Target::ObservedOnly => "à fixer".to_owned(),
        Target::Frozen => "gelée".to_owned(),
        Target::NotApplicable => "sans objet".to_owned(),
    }
}
