//! The sheet of an indicator as PDF: every place for one period, and the country over the years.

use std::collections::BTreeSet;

use jalon_render::{IndicatorSheet, PlaceRow, indicator_sheet};
use jiff::civil::Date;

use super::ground::{DossierError, day, known_at};
use crate::access::Reach;
use crate::figures::comparison::{Among, Comparison, Row};
use crate::figures::course::{Course, drawn, national};
use crate::figures::funnel::Funnel;
use crate::figures::{
    Figure, FiguresView, Formatter, Series, Sources, origin_words, pictures, supplier_words,
};
use crate::frameworks::{Catalogue, Framework, Indicator};
use crate::kernel::{Decimal, Period};
use crate::measures::Measure;
use crate::organisations::Directory;
use crate::platform::clock::{french_date, paris_date};

/// How many places one page holds; the highest values are kept.
const ONE_PAGE: usize = 20;

/// What sheet is asked for.
#[derive(Clone, Debug)]
pub struct IndicatorRequest {
    /// Code of the framework.
    pub framework: String,
    /// Key or printed code of the indicator.
    pub indicator: String,
    /// The measure, for an indicator that follows several; its first where it is not said.
    pub measure: Option<String>,
    /// The period; the last one known where it is not said.
    pub period: Option<Period>,
    /// The day on which figures were known; today where it is not said.
    pub day: Option<Date>,
}

/// The sheet, drawn outside any transaction, as everybody may read it: without any figure under
/// embargo.
pub async fn indicator_pdf(
    sources: &Sources,
    reach: &Reach,
    request: &IndicatorRequest,
) -> Result<Vec<u8>, DossierError> {
    let mut tx = sources.db.read().await?;
    let today = sources.clock.today();
    let known = known_at(&mut tx, request.day).await?;
    let catalogue = sources.library.catalogue_at(&mut tx, reach, known).await?;
    let figures = sources.snapshots.upto(&mut tx, reach, known).await?;
    let directory = sources.directories.current(&mut tx, reach).await?;
    drop(tx);
    let edited = catalogue.framework(&request.framework);
    let framework = &edited.ok_or(DossierError::NoIndicator)?.framework;
    let indicator = found(framework, &request.indicator).ok_or(DossierError::NoIndicator)?;
    let material = Material {
        catalogue: &catalogue,
        framework,
        indicator,
        directory: &directory,
        figures: &figures.without_embargoed(),
        as_of: request.day.unwrap_or(today),
        today,
    };
    let sheet = material.sheet(request)?;
    let bytes = tokio::task::spawn_blocking(move || indicator_sheet(&sheet)).await??;
    Ok(bytes)
}

/// By its key, or else by its printed code where only one bears it.
fn found<'f>(framework: &'f Framework, asked: &str) -> Option<&'f Indicator> {
    let all = || framework.indicators.iter();
    let by_code = || {
        let mut named = all().filter(|one| one.code.as_deref() == Some(asked));
        let one = named.next()?;
        named.next().is_none().then_some(one)
    };
    all().find(|one| one.key == asked).or_else(by_code)
}

/// What a sheet is made from.
struct Material<'a> {
    catalogue: &'a Catalogue,
    framework: &'a Framework,
    indicator: &'a Indicator,
    directory: &'a Directory,
    figures: &'a FiguresView,
    as_of: Date,
    today: Date,
}

impl<'a> Material<'a> {
    fn sheet(&self, request: &IndicatorRequest) -> Result<IndicatorSheet, DossierError> {
        let measure = self.measure(request.measure.as_deref());
        let series = measure.and_then(|measure| self.figures.series(&measure.code));
        let period = request.period.or_else(|| series?.periods().last().copied());
        let comparison = match (measure, series, period) {
            (Some(measure), Some(series), Some(period)) => self.comparison(measure, series, period),
            _ => None,
        };
        let label = measure.map_or_else(
            || self.indicator.label.clone(),
            |measure| super::sheet::label(self.indicator, measure),
        );
        let shown = comparison.as_ref();
        let is_regional = shown.is_some_and(|shown| shown.among == Among::Regions);
        let funnel = shown.and_then(|shown| Funnel::new(shown).ok());
        Ok(IndicatorSheet {
            eyebrow: self.eyebrow(),
            code: self.indicator.code.clone().unwrap_or_default(),
            framework: self.framework.title.clone(),
            period: period.map(Period::french).unwrap_or_default(),
            before: shown
                .and_then(|shown| shown.before)
                .map(Period::french)
                .unwrap_or_default(),
            unit: measure.and_then(|m| m.unit.clone()).unwrap_or_default(),
            verdict: shown.map_or_else(String::new, Comparison::verdict),
            as_of: day(self.as_of)?,
            made: day(self.today)?,
            fictional: shown.is_some_and(|shown| {
                let figures = shown.rows.iter().chain([&shown.national]);
                figures.filter_map(|row| row.figure).any(|f| f.fictional)
            }),
            places: shown
                .map(|shown| places(shown, funnel.as_ref()))
                .unwrap_or_default(),
            country: shown
                .filter(|shown| shown.national.amount.is_some())
                .map(|shown| place(shown, &shown.national, None, None)),
            map: shown
                .filter(|_| is_regional)
                .and_then(|shown| pictures::map(shown, &label)),
            spread: shown.and_then(|shown| pictures::strip(shown, &label)),
            chance: shown
                .zip(funnel.as_ref())
                .and_then(|(shown, funnel)| chance(shown, funnel, &label)),
            course: match (measure, series) {
                (Some(measure), Some(series)) => self.course(measure, series, &label),
                _ => None,
            },
            facts: self.facts(measure),
            notes: Self::notes(shown),
            label,
        })
    }

    fn measure(&self, asked: Option<&str>) -> Option<&'a Measure> {
        let codes = &self.indicator.measures;
        let asked = asked.and_then(|asked| codes.iter().find(|code| *code == asked));
        self.catalogue.measure(asked.or(codes.first())?)
    }

    fn comparison(
        &self,
        measure: &'a Measure,
        series: &'a Series,
        period: Period,
    ) -> Option<Comparison<'a>> {
        let among = Among::of(self.framework);
        let places = among.places(self.directory, Some(series), period);
        let comparison = Comparison::new(measure, series, (among, &places), period)?;
        if among != Among::Regions {
            return Some(comparison);
        }
        let known = national(measure, series, self.directory);
        let of = |wanted: Period| known.iter().find(|(p, _)| *p == wanted).map(|(_, n)| *n);
        let before = comparison.before.and_then(of);
        Some(comparison.completed(of(period), before))
    }

    /// The country over the years.
    fn course(
        &self,
        measure: &'a Measure,
        series: &Series,
        label: &str,
    ) -> Option<jalon_render::chart::Trajectory> {
        if Among::of(self.framework) != Among::Regions {
            return None;
        }
        let observed = drawn(&national(measure, series, self.directory));
        let course = Course {
            observed,
            ..Course::of(
                measure,
                series,
                (crate::figures::comparison::COUNTRY, "France"),
            )
        };
        let course = course.through(self.catalogue, self.framework);
        (course.observed.len() > 1).then(|| pictures::course(&course, label))?
    }

    fn eyebrow(&self) -> String {
        let kinds = &self.framework.kinds;
        let kind = kinds.iter().find(|kind| kind.key == self.indicator.kind);
        let nodes = &self.framework.nodes;
        let node = nodes.iter().find(|node| node.key == self.indicator.node);
        let mut words = match &self.indicator.code {
            Some(code) => vec![format!("{}. Indicateur {code}", self.framework.title)],
            None => vec![self.framework.title.clone()],
        };
        words.extend(kind.map(|kind| kind.label.to_lowercase()));
        words.extend(node.map(|node| node.label.clone()));
        words.join(", ")
    }

    fn facts(&self, measure: Option<&Measure>) -> Vec<(String, String)> {
        let mut facts: Vec<(&str, String)> = Vec::new();
        if let Some(measure) = measure {
            let texts = [
                ("Mesure", Some(measure.label.clone())),
                ("Unité", measure.unit.clone()),
                ("Numérateur", measure.numerator.clone()),
                ("Dénominateur", measure.denominator.clone()),
                ("Sens attendu", Some(measure.direction.french().to_owned())),
            ];
            facts.extend(
                texts
                    .into_iter()
                    .filter_map(|(name, text)| Some((name, text?))),
            );
        }
        let suppliers: Vec<&str> = self
            .indicator
            .suppliers
            .iter()
            .map(|s| supplier_words(s))
            .collect();
        if !suppliers.is_empty() {
            facts.push(("Fournisseur", suppliers.join(", ")));
        }
        facts.extend(
            self.indicator
                .source
                .clone()
                .map(|source| ("Source", source)),
        );
        facts.push(("Échéance", self.indicator.due.french()));
        let own = |(name, said): (&str, String)| (name.to_owned(), said);
        facts.into_iter().map(own).collect()
    }

    /// Who says so, what is contested, and how to read the sheet.
    fn notes(shown: Option<&Comparison<'_>>) -> Vec<String> {
        let Some(shown) = shown else {
            return vec!["Aucune valeur n’est encore chargée pour cet indicateur.".to_owned()];
        };
        let figures = shown.rows.iter().chain([&shown.national]);
        let figures: Vec<&Figure> = figures.filter_map(|row| row.figure).collect();
        let origins: BTreeSet<String> = figures
            .iter()
            .map(|figure| {
                format!(
                    "{}, reçu le {}.",
                    origin_words(&figure.supplier, figure.source.as_deref()),
                    french_date(paris_date(figure.received_at))
                )
            })
            .collect();
        let mut notes: Vec<String> = origins.into_iter().collect();
        if shown.national_computed {
            notes.push("La valeur de la France est calculée à partir des régions.".to_owned());
        }
        let skipped = shown.rows.len().saturating_sub(ONE_PAGE);
        if skipped > 0 {
            notes.push(format!(
                "{skipped} autres territoires figurent sur la page de l’indicateur."
            ));
        }
        if figures.iter().any(|figure| figure.contest.is_some()) {
            notes.push("c : valeur contestée par la région.".to_owned());
        }
        if figures.iter().any(|figure| figure.provisional) {
            notes.push("p : valeur provisoire.".to_owned());
        }
        notes.push(
            "Le rang ne dit rien de la précision : un faible effectif fait varier un taux."
                .to_owned(),
        );
        notes
    }
}

/// What chance explains of the gaps, where each rate comes with its two terms.
fn chance(
    shown: &Comparison<'_>,
    funnel: &Funnel<'_>,
    label: &str,
) -> Option<(String, jalon_render::chart::Funnel)> {
    let plot = pictures::funnel(funnel, label, &shown.period.french())?;
    Some((funnel.finding(shown.among), plot))
}

fn places(shown: &Comparison<'_>, funnel: Option<&Funnel<'_>>) -> Vec<PlaceRow> {
    let ranked = (1..).zip(&shown.rows).take(ONE_PAGE);
    ranked
        .map(|(rank, row)| place(shown, row, Some(rank), funnel))
        .collect()
}

fn place(
    shown: &Comparison<'_>,
    row: &Row<'_>,
    rank: Option<usize>,
    funnel: Option<&Funnel<'_>>,
) -> PlaceRow {
    let formatter = Formatter::new(Some(shown.measure));
    let number = |amount: Option<Decimal>| amount.map(|amount| formatter.bare(amount));
    let missing = || {
        let said = row.figure.map(|figure| formatter.value(&figure.value));
        said.unwrap_or_else(|| "non reçue".to_owned())
    };
    let marks = [
        (row.figure.is_some_and(|f| f.provisional), "p"),
        (row.figure.is_some_and(|f| f.contest.is_some()), "c"),
    ];
    let marks: Vec<&str> = marks
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, mark)| *mark)
        .collect();
    PlaceRow {
        rank: rank
            .filter(|_| row.amount.is_some())
            .map(|rank| rank.to_string())
            .unwrap_or_default(),
        name: row.name.to_owned(),
        before: number(row.earlier).unwrap_or_default(),
        now: number(row.amount).unwrap_or_else(missing),
        change: row
            .change()
            .map(|change| formatter.difference(change))
            .unwrap_or_default(),
        mark: marks.join(" "),
        cases: funnel
            .and_then(|funnel| funnel.printed(row.code))
            .unwrap_or_default(),
    }
}
