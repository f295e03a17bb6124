//! The places of a comparison against the limits of chance. Pure.

use super::chance::{self, Cases, Law, Standing, Usual};
use super::comparison::{Among, Comparison, Row};
use super::format::Formatter;
use super::projection::shown;
use crate::kernel::{Decimal, Quantity, Value, counted};
use crate::measures::Measure;

/// Fewer places make no plot: each would be compared with a whole that is mostly itself.
const FEWEST: usize = 3;

/// Words that tell a sum of money, of time or of space from a count of cases: of those, no law of
/// chance says anything. Jalon's reading of the labels of numerators and denominators.
const NOT_COUNTS: [&str; 8] = [
    "credit",
    "depense",
    "euro",
    "montant",
    "masse salariale",
    "surface",
    "duree",
    "tonne",
];

/// Why there is no plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFunnel {
    /// The measure is no rate of counted cases.
    NotCounted,
    /// Too few places have both terms of their rate.
    NoTerms,
}

/// A funnel plot.
#[derive(Debug)]
pub struct Funnel<'a> {
    /// The law of what is counted.
    pub law: Law,
    /// The measure.
    pub measure: &'a Measure,
    /// The rate of all places together, from 0 to 1 for a part of a whole.
    pub whole: f64,
    /// How places are spread where chance does not explain it.
    pub usual: Option<Usual>,
    /// The places, in the order of the comparison.
    pub places: Vec<Judged<'a>>,
}

/// A place and how it stands.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The place, as it is compared.
    pub row: &'a Row<'a>,
    /// Its cases.
    pub cases: Cases,
    /// How it stands to the limits of chance.
    pub standing: Standing,
}

impl<'a> Funnel<'a> {
    /// The plot of a comparison, over the places that have both terms of their rate.
    pub fn new(comparison: &'a Comparison<'a>) -> Result<Self, NoFunnel> {
        let law = law(comparison.measure).ok_or(NoFunnel::NotCounted)?;
        let with_terms = comparison
            .known()
            .filter_map(|row| Some((row, cases(row)?)));
        let with_terms: Vec<(&Row<'a>, Cases)> = with_terms.collect();
        let all: Vec<Cases> = with_terms.iter().map(|(_, cases)| *cases).collect();
        if all.len() < FEWEST {
            return Err(NoFunnel::NoTerms);
        }
        let is_part = |c: &Cases| law == Law::Poisson || c.num <= c.den;
        if !all.iter().all(is_part) {
            return Err(NoFunnel::NotCounted);
        }
        let whole = chance::whole(&all).ok_or(NoFunnel::NoTerms)?;
        let judged = with_terms.into_iter().map(|(row, cases)| Judged {
            row,
            cases,
            standing: chance::standing(law, whole, cases),
        });
        Ok(Self {
            law,
            measure: comparison.measure,
            whole,
            usual: chance::usual(law, whole, &all),
            places: judged.collect(),
        })
    }

    /// A rate in the measure's unit.
    pub fn scaled(&self, rate: f64) -> f64 {
        rate * f64::from(self.measure.per.unwrap_or(1))
    }

    /// The two terms of a place's rate and the nearer limits of chance, as they are printed.
    pub fn printed(&self, place: &str) -> Option<[String; 3]> {
        let judged = self.places.iter().find(|one| one.row.code == place)?;
        let formatter = Formatter::new(Some(self.measure));
        let count = |count: f64| Some(shown(count)?.french(0));
        let rate = |rate: f64| Some(formatter.bare(shown(self.scaled(rate))?));
        let (low, high) = chance::limits(self.law, self.whole, judged.cases.den).near;
        Some([
            count(judged.cases.num)?,
            count(judged.cases.den)?,
            format!("{} à {}", rate(low)?, rate(high)?),
        ])
    }

    /// How many places stand outside the farther limits, and outside the nearer ones at least.
    pub fn outside(&self) -> (usize, usize) {
        let at_least = |standing| {
            let places = self.places.iter();
            places.filter(|place| place.standing >= standing).count()
        };
        (at_least(Standing::FarBeyond), at_least(Standing::Beyond))
    }

    /// What the plot shows, in one sentence.
    pub fn finding(&self, among: Among) -> String {
        let (one, many) = among.words();
        let (_, outside) = self.outside();
        let total = self.places.len();
        match outside {
            0 => format!("Le hasard suffit à expliquer les écarts entre les {total} {many}"),
            n => format!(
                "{} sur {total} s’{} de la moyenne plus que par hasard",
                counted(n, one, many),
                if n == 1 { "écarte" } else { "écartent" }
            ),
        }
    }

    /// Whether a place stands outside even where places usually do.
    pub fn is_unusual(&self, place: &Judged<'_>) -> bool {
        self.usual.is_some_and(|usual| {
            let (low, high) = usual.range(self.law, self.whole, place.cases.den);
            !(low..=high).contains(&place.cases.rate())
        })
    }
}

/// The law of what a measure counts; `None` where it is no rate of counted cases: a mean, an
/// amount of money, a percentage that may pass 100.
fn law(measure: &Measure) -> Option<Law> {
    let labels = [&measure.numerator, &measure.denominator];
    let labels = labels
        .into_iter()
        .flatten()
        .map(|label| crate::kernel::fold(label));
    let mut labels = labels.flat_map(|label| NOT_COUNTS.map(|word| label.contains(word)));
    if labels.any(|is_there| is_there) {
        return None;
    }
    match measure.per {
        Some(100) if measure.max == Some(Decimal::HUNDRED) => Some(Law::Binomial),
        Some(per) if per >= 1000 => Some(Law::Poisson),
        _ => None,
    }
}

/// The two terms of a place's rate, where they are counts.
fn cases(row: &Row<'_>) -> Option<Cases> {
    let Value::Number(Quantity::Ratio { num, den }) = row.figure?.value else {
        return None;
    };
    let is_count = |term: Decimal| term >= Decimal::ZERO && term.round(0) == term;
    (is_count(num) && is_count(den) && den > Decimal::ZERO).then(|| Cases {
        num: num.to_f64_for_drawing(),
        den: den.to_f64_for_drawing(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Figure, Series, Subject};
    use crate::kernel::Period;
    use crate::organisations::{Place, PlaceKind};
    use uuid::Uuid;

    fn share() -> Measure {
        Measure {
            per: Some(100),
            max: Some(Decimal::HUNDRED),
            decimals: Some(1),
            ..Measure::default()
        }
    }

    fn place(rank: usize, kind: PlaceKind) -> Place {
        Place {
            code: rank.to_string(),
            kind,
            name: format!("Lieu {rank}"),
            valid_from: None,
            valid_to: None,
            iso: None,
            within: None,
            usages: Vec::new(),
        }
    }

    fn number(n: i64) -> Decimal {
        Decimal::from_int(n).unwrap()
    }

    fn terms(num: i64, den: i64) -> Value {
        Value::Number(Quantity::Ratio {
            num: number(num),
            den: number(den),
        })
    }

    fn told<T>(
        among: Among,
        values: &[Value],
        tell: impl Fn(Result<Funnel<'_>, NoFunnel>) -> T,
    ) -> T {
        let (measure, period) = (share(), Period::Year(2024));
        let kind = match among {
            Among::Regions => PlaceKind::Region,
            Among::Establishments => PlaceKind::Establishment,
        };
        let places: Vec<Place> = (0..values.len()).map(|rank| place(rank, kind)).collect();
        let series = Series::of(places.iter().zip(values).map(|(place, value)| {
            let subject = Subject {
                place: place.code.clone(),
                period,
                breakdown: String::new(),
            };
            (subject, Figure::invented(Uuid::nil(), value.clone()))
        }));
        let places: Vec<&Place> = places.iter().collect();
        let comparison = Comparison::new(&measure, &series, (among, &places), period).unwrap();
        tell(Funnel::new(&comparison))
    }

    #[test]
    fn a_small_place_may_be_far_by_chance_and_a_large_one_not() {
        let values = [
            terms(5, 20),
            terms(4_800, 10_000),
            terms(10_000, 20_000),
            terms(4_000, 10_000),
        ];
        for among in [Among::Regions, Among::Establishments] {
            let standings = told(among, &values, |funnel| {
                let funnel = funnel.unwrap();
                assert!((funnel.whole - 18_805.0 / 40_020.0).abs() < 1e-12);
                let standing = |name: &str| {
                    let mut places = funnel.places.iter();
                    places
                        .find(|place| place.row.name == name)
                        .unwrap()
                        .standing
                };
                [standing("Lieu 0"), standing("Lieu 1"), standing("Lieu 3")]
            });
            assert_eq!(
                standings,
                [Standing::Within, Standing::Beyond, Standing::FarBeyond]
            );
        }
    }

    // A closure would be told needless, and the method itself is not general enough.
    fn no_plot(funnel: Result<Funnel<'_>, NoFunnel>) -> Option<NoFunnel> {
        funnel.err()
    }

    #[test]
    fn rates_alone_give_no_plot() {
        let plain = Value::plain("54.6".parse().unwrap());
        let why = told(
            Among::Regions,
            &[plain.clone(), plain, terms(1, 2)],
            no_plot,
        );
        assert_eq!(why, Some(NoFunnel::NoTerms));
        let over = [terms(1, 2), terms(3, 2), terms(1, 3)];
        assert_eq!(
            told(Among::Regions, &over, no_plot),
            Some(NoFunnel::NotCounted)
        );
    }

    #[test]
    fn only_counts_follow_a_law_of_chance() {
        assert_eq!(law(&share()), Some(Law::Binomial));
        let with = |change: fn(&mut Measure)| {
            let mut measure = share();
            change(&mut measure);
            law(&measure)
        };
        assert_eq!(with(|m| m.per = Some(100_000)), Some(Law::Poisson));
        assert_eq!(with(|m| m.max = None), None, "it may pass 100");
        assert_eq!(with(|m| m.per = Some(1)), None, "a mean");
        assert_eq!(
            with(|m| m.numerator = Some("Dépenses d’intérim".to_owned())),
            None
        );
    }
}
