//! What a region's sheet says of a contract. Pure.

use std::collections::BTreeSet;

use jalon_render::{
    Attainment as PrintedAttainment, DatedValue, IndicatorRow, State as PrintedState,
};

use crate::contracts::{Contract, Section, Target, Terms};
use crate::figures::delivery::Delivery;
use crate::figures::review::{Asked, NotJudged, Review};
use crate::figures::{FiguresView, Followed, Formatter, followed, origin_words, supplier_words};
use crate::frameworks::{Catalogue, Framework, Indicator, OwnMeasure, Scale, Tone};
use crate::kernel::Value;
use crate::measures::Measure;
use jiff::civil::Date;

/// What the rows are made from.
#[derive(Clone, Copy)]
pub(super) struct Material<'a> {
    pub contract: &'a Contract,
    pub section: &'a Section,
    pub terms: &'a Terms<'a>,
    pub framework: &'a Framework,
    pub catalogue: &'a Catalogue,
    /// What the contract measures by itself.
    pub own: &'a [OwnMeasure],
    pub figures: &'a FiguresView,
    pub year: i16,
    pub today: Date,
}

/// The rows of a sheet and the sentence above them.
pub(super) struct Rows {
    ranked: Vec<(Rank, IndicatorRow)>,
    pub verdict: String,
    pub fictional: bool,
}

/// Which rows one page keeps, the lowest first: those whose series holds a published value come
/// before any other, so that no invented or missing figure ever takes the place of a real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    unpublished: bool,
    concern: Concern,
}

/// How much a row asks for attention, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Concern {
    Behind,
    Missing,
    OnTheWay,
    Fine,
}

impl Rows {
    /// Every row, in the framework's order.
    pub fn all(self) -> Vec<IndicatorRow> {
        self.ranked.into_iter().map(|(_, row)| row).collect()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ranked.len()
    }

    /// The rows that most ask for attention, no more than `most`, in the framework's order.
    pub fn most_pressing(&self, most: usize) -> Vec<IndicatorRow> {
        let ranks: Vec<Rank> = self.ranked.iter().map(|(rank, _)| *rank).collect();
        let kept = first_of(&ranks, most);
        let rows = self.ranked.iter().enumerate();
        let rows = rows.filter(|(at, _)| kept.contains(at));
        rows.map(|(_, (_, row))| row.clone()).collect()
    }
}

/// Where the first `most` ranks stand; among equals, the earlier ones.
fn first_of(ranks: &[Rank], most: usize) -> BTreeSet<usize> {
    let mut order: Vec<(Rank, usize)> = ranks.iter().copied().zip(0..).collect();
    order.sort_unstable();
    order.into_iter().take(most).map(|(_, at)| at).collect()
}

/// One row for each measure that has a baseline, a target or a figure, in the framework's order.
pub(super) fn rows(material: Material<'_>) -> Rows {
    let scale = material.framework.scale();
    let mut rows = Vec::new();
    let (mut judged, mut reached) = (0, 0);
    let mut late = Vec::new();
    let (framework, catalogue) = (material.framework, material.catalogue);
    for followed in followed(framework, catalogue, material.own, material.section) {
        let Followed {
            indicator,
            measure,
            facet,
        } = followed;
        let asked = material.asked(followed);
        let review = asked.review();
        let section = material.section.id;
        let agreed = material
            .terms
            .target(section, &indicator.key, facet, material.year);
        if review.baseline.is_none() && agreed.is_none() {
            continue;
        }
        if let Ok(verdict) = review.attainment {
            judged += 1;
            reached += usize::from(verdict.reached);
        }
        if matches!(review.delivery, Delivery::Late(_)) {
            late.push(indicator);
        }
        let row = row(
            indicator,
            measure,
            &review,
            asked.target_beside(&review),
            &scale,
        );
        let rank = Rank {
            unpublished: !material.has_published(&measure.code),
            concern: concern(&review, &scale),
        };
        rows.push((rank, row));
    }
    let fictional = material.contract.fictional;
    let verdict = verdict(rows.len(), judged, reached, &late, material.year);
    Rows {
        ranked: rows,
        verdict,
        fictional,
    }
}

fn concern(review: &Review<'_>, scale: &Scale) -> Concern {
    match review.attainment.map(|verdict| verdict.band(scale).tone) {
        Ok(Tone::Setback | Tone::Alert | Tone::Attention) => Concern::Behind,
        Ok(Tone::Near) => Concern::OnTheWay,
        Ok(Tone::Reached) => Concern::Fine,
        Err(_) => Concern::Missing,
    }
}

impl<'a> Material<'a> {
    fn asked(&self, followed: Followed<'a>) -> Asked<'a> {
        Asked {
            terms: self.terms,
            section: self.section.id,
            place: &self.section.place,
            followed,
            series: self.figures.series(&followed.measure.code),
            upto: self.year,
            today: self.today,
        }
    }
}

impl Material<'_> {
    /// Whether the place has a value of its own in that series, up to the year, which was not
    /// invented.
    fn has_published(&self, measure: &str) -> bool {
        let series = self.figures.series(measure);
        let known = series.map(|series| series.figures_upto(&self.section.place, self.year));
        known
            .unwrap_or_default()
            .iter()
            .any(|(_, figure)| !figure.fictional && !matches!(figure.value, Value::Unavailable(_)))
    }
}

fn verdict(rows: usize, judged: usize, reached: usize, late: &[&Indicator], year: i16) -> String {
    let mut words = judged_words(rows, judged, reached, year);
    if let Some(late) = told_late(late, year) {
        words += &late;
    }
    words
}

/// How many targets are reached, of those that can be judged.
pub(super) fn judged_words(rows: usize, judged: usize, reached: usize, year: i16) -> String {
    match (rows, judged) {
        (0, _) => format!("Aucune cible ni valeur initiale n’est encore convenue pour {year}."),
        (_, 0) => format!("Aucune valeur ne permet encore de juger l’année {year}."),
        _ => format!(
            "{reached} {} sur {judged} {} d’après la dernière valeur connue.",
            if reached > 1 { "cibles" } else { "cible" },
            if reached > 1 {
                "sont atteintes"
            } else {
                "est atteinte"
            },
        ),
    }
}

/// How many values are late, and of which indicators.
fn told_late(late: &[&Indicator], year: i16) -> Option<String> {
    /// More names than this are a list to read and no longer a sentence.
    const MOST: usize = 8;
    // A label among codes is told from them, and comes after them.
    let (coded, bare): (Vec<&Indicator>, Vec<&Indicator>) =
        late.iter().partition(|indicator| indicator.code.is_some());
    let coded = coded
        .into_iter()
        .filter_map(|indicator| indicator.code.clone());
    let bare = bare.into_iter();
    let bare = bare.map(|indicator| format!("«\u{a0}{}\u{a0}»", indicator.label));
    let mut names: Vec<String> = coded.chain(bare).collect();
    names.dedup();
    let others = names.len().saturating_sub(MOST);
    names.truncate(MOST);
    let names = names.join(", ");
    let names = match others {
        0 => names,
        1 => format!("{names} et un autre"),
        n => format!("{names} et {n} autres"),
    };
    match late.len() {
        0 => None,
        1 => Some(format!(" Une valeur de {year} est en retard : {names}.")),
        n => Some(format!(
            " {n}\u{a0}valeurs de {year} sont en retard : {names}."
        )),
    }
}

fn row(
    indicator: &Indicator,
    measure: &Measure,
    review: &Review<'_>,
    beside: Option<(i16, &Target)>,
    scale: &Scale,
) -> IndicatorRow {
    let formatter = Formatter::new(Some(measure));
    let dated = |value: String, year: i16| DatedValue {
        value,
        year: year.to_string(),
    };
    let source = review.figure.map_or_else(
        || {
            let suppliers = indicator.suppliers.iter().map(|code| supplier_words(code));
            suppliers.collect::<Vec<_>>().join(", ")
        },
        |(_, figure)| {
            let mut words = origin_words(&figure.supplier, figure.source.as_deref());
            if let Some(contest) = &figure.contest {
                words += &format!(". {}", contest.french(formatter));
            }
            words
        },
    );
    IndicatorRow {
        code: indicator.code.clone().unwrap_or_default(),
        label: label(indicator, measure),
        baseline: review.baseline.map(|b| formatter.value(&b.value)),
        last: review
            .figure
            .map(|(period, figure)| dated(formatter.value(&figure.value), period.year())),
        target: beside
            .and_then(|(year, target)| Some(dated(printed_target(target, formatter)?, year))),
        attainment: printed_attainment(review, scale),
        source,
        fictional: review.figure.is_some_and(|(_, figure)| figure.fictional),
    }
}

/// The indicator, and what of it is measured where it is composite.
pub(super) fn label(indicator: &Indicator, measure: &Measure) -> String {
    if indicator.measures.len() > 1 {
        format!("{} : {}", indicator.label, measure.label)
    } else {
        indicator.label.clone()
    }
}

pub(super) fn printed_target(target: &Target, formatter: Formatter<'_>) -> Option<String> {
    match target {
        Target::Value(value) => Some(formatter.value(value)),
        Target::Corridor { low, high } => Some(format!(
            "{} à {}",
            formatter.bare(*low),
            formatter.number(*high)
        )),
        Target::ObservedOnly => Some("à fixer".to_owned()),
        Target::Frozen => Some("gelée".to_owned()),
        Target::NotApplicable => None,
    }
}

pub(super) fn printed_attainment(review: &Review<'_>, scale: &Scale) -> PrintedAttainment {
    let words = review.words(scale);
    let Ok(verdict) = review.attainment else {
        // Without any figure, what is told is when it should come.
        let words = match review.attainment {
            Err(NotJudged::NoFigure) => review.delivery.french(),
            _ => words,
        };
        return PrintedAttainment {
            state: PrintedState::Unknown,
            words,
        };
    };
    let band = verdict.band(scale);
    let state = match band.tone {
        Tone::Reached => PrintedState::Reached,
        Tone::Near => PrintedState::Under,
        Tone::Attention => PrintedState::Watch,
        Tone::Alert | Tone::Setback => PrintedState::Late,
    };
    PrintedAttainment { state, words }
}

#[cfg(test)]
mod tests {
    use super::{Concern, Indicator, Rank, first_of};
    use proptest::prelude::*;

    fn rank(unpublished: bool, concern: u8) -> Rank {
        let concern = match concern {
            0 => Concern::Behind,
            1 => Concern::Missing,
            2 => Concern::OnTheWay,
            _ => Concern::Fine,
        };
        Rank {
            unpublished,
            concern,
        }
    }

    #[test]
    fn a_published_value_that_goes_well_is_kept_before_invented_ones_that_go_badly() {
        let mut ranks = vec![rank(true, 0); 12];
        ranks.push(rank(false, 3));
        assert!(first_of(&ranks, 12).contains(&12));
    }

    proptest! {
        #[test]
        fn nothing_unpublished_is_kept_while_a_published_value_is_left_out(
            rows in proptest::collection::vec((any::<bool>(), 0_u8..4), 0..40),
            most in 0_usize..20,
        ) {
            let ranks: Vec<Rank> = rows.iter().map(|(u, c)| rank(*u, *c)).collect();
            let kept = first_of(&ranks, most);
            prop_assert_eq!(kept.len(), most.min(ranks.len()));
            let left = (0..ranks.len()).filter(|at| !kept.contains(at));
            for at in left.filter(|at| !ranks[*at].unpublished) {
                prop_assert!(kept.iter().all(|kept| !ranks[*kept].unpublished), "{}", at);
            }
        }
    }

    #[test]
    fn what_is_late_is_named() {
        let told_late = |late: &[&Indicator], year| super::told_late(late, year);
        let coded = |code: &str| Indicator {
            code: Some(code.to_owned()),
            ..Indicator::default()
        };
        let hpv = coded("2.c.1");
        assert_eq!(told_late(&[], 2024), None);
        let one = told_late(&[&hpv], 2024).unwrap();
        assert_eq!(one, " Une valeur de 2024 est en retard : 2.c.1.");
        // Two values of one indicator: it is named once.
        let twice = told_late(&[&hpv, &hpv], 2024).unwrap();
        assert_eq!(twice, " 2\u{a0}valeurs de 2024 sont en retard : 2.c.1.");
        let bare = Indicator {
            label: "Délai d’accès".to_owned(),
            ..Indicator::default()
        };
        let both = told_late(&[&bare, &hpv], 2024).unwrap();
        assert!(
            both.ends_with("2.c.1, «\u{a0}Délai d’accès\u{a0}»."),
            "{both}"
        );
        let many: Vec<Indicator> = (0..10).map(|n| coded(&format!("1.{n}"))).collect();
        let many: Vec<&Indicator> = many.iter().collect();
        let many = told_late(&many, 2024).unwrap();
        assert!(
            many.starts_with(" 10\u{a0}valeurs de 2024 sont en retard : 1.0, 1.1,"),
            "{many}"
        );
        assert!(many.ends_with("1.7 et 2 autres."), "{many}");
    }
}
