//! The regions, or the establishments, beside each other for one measure and one period. Pure.

use crate::frameworks::Framework;
use crate::kernel::{Decimal, Period, counted};
use crate::measures::{Direction, Measure};
use crate::organisations::{Directory, Place, PlaceKind};

use super::{Figure, Formatter, Series};

/// The code of the whole country among places.
pub const COUNTRY: &str = "FR";

/// What stands side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Among {
    /// The regions, which a map shows and which may add up to the country.
    #[default]
    Regions,
    /// The establishments of a framework: no map, and no country beside them.
    Establishments,
}

impl Among {
    /// One of them and several, in French.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Regions => ("région", "régions"),
            Self::Establishments => ("établissement", "établissements"),
        }
    }

    /// What a framework compares.
    pub fn of(framework: &Framework) -> Self {
        if framework.follows_establishments() {
            Self::Establishments
        } else {
            Self::Regions
        }
    }

    /// The regions that existed at the end of a period, or the establishments that the series
    /// knows.
    pub fn places<'a>(
        self,
        directory: &'a Directory,
        series: Option<&Series>,
        period: Period,
    ) -> Vec<&'a Place> {
        let places = directory.places().iter();
        let existing = places.filter(|place| place.valid_on(period.last_day()));
        match self {
            Self::Regions => existing
                .filter(|place| place.kind == PlaceKind::Region)
                .collect(),
            Self::Establishments => existing
                .filter(|place| place.kind == PlaceKind::Establishment)
                .filter(|place| series.is_some_and(|series| series.knows(&place.code)))
                .collect(),
        }
    }
}

/// The places for one period, the highest value first and the missing ones last.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// What stands side by side.
    pub among: Among,
    /// The measure.
    pub measure: &'a Measure,
    /// The period shown.
    pub period: Period,
    /// The period it is compared with: the one before it in the series.
    pub before: Option<Period>,
    /// The value of the country: the supplier's, or what the regions add up to.
    pub national: Row<'a>,
    /// Whether it is computed from the regions.
    pub national_computed: bool,
    /// The places.
    pub rows: Vec<Row<'a>>,
}

/// One place in the comparison.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Code of the place.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its figure, where there is one.
    pub figure: Option<&'a Figure>,
    /// The number of the figure.
    pub amount: Option<Decimal>,
    /// Its figure one period earlier.
    pub earlier_figure: Option<&'a Figure>,
    /// The number one period earlier.
    pub earlier: Option<Decimal>,
}

/// Which way a region moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// The way that is wished for.
    Forward,
    /// Not beyond the rounding of the values.
    Still,
    /// The other way.
    Back,
}

impl Movement {
    /// What a change of a value is, the wish of the measure considered; `None` where the measure
    /// wishes neither way.
    ///
    /// A move is one only beyond the measure's rounding step: each of the two values is known to
    /// half a step, so that a difference of one step may come from rounding alone.
    pub fn of(measure: &Measure, change: Decimal) -> Option<Self> {
        let wished = match measure.direction {
            Direction::Higher => change > Decimal::ZERO,
            Direction::Lower => change < Decimal::ZERO,
            Direction::Maintain | Direction::None => return None,
        };
        Some(match () {
            () if change.abs() <= rounding_step(measure) => Self::Still,
            () if wished => Self::Forward,
            () => Self::Back,
        })
    }
}

/// The unit of the last decimal that a measure keeps; zero where it does not say.
fn rounding_step(measure: &Measure) -> Decimal {
    let step = measure.decimals.and_then(|decimals| {
        let parts = 10_u32.checked_pow(u32::from(decimals))?;
        let (one, parts) = (Decimal::from_int(1)?, Decimal::from_int(parts.into())?);
        Decimal::ratio(one, parts, 1)
    });
    step.unwrap_or(Decimal::ZERO)
}

impl Row<'_> {
    /// How much it moved since the period before.
    pub fn change(&self) -> Option<Decimal> {
        self.amount?.checked_sub(self.earlier?)
    }
}

impl<'a> Comparison<'a> {
    /// The comparison of those places; `None` where the series has nothing for the period.
    pub fn new(
        measure: &'a Measure,
        series: &'a Series,
        (among, places): (Among, &[&'a Place]),
        period: Period,
    ) -> Option<Self> {
        let before = series.periods().into_iter().rfind(|p| *p < period);
        let row = |code: &'a str, name: &'a str| {
            let figure = series.whole(code, period);
            let earlier_figure = before.and_then(|before| series.whole(code, before));
            let amount = |figure: Option<&Figure>| figure?.value.amount(measure.per);
            Row {
                code,
                name,
                figure,
                amount: amount(figure),
                earlier_figure,
                earlier: amount(earlier_figure),
            }
        };
        let mut rows: Vec<Row<'a>> = places.iter().map(|p| row(&p.code, &p.name)).collect();
        let national = row(COUNTRY, "France");
        if national.figure.is_none() && rows.iter().all(|row| row.figure.is_none()) {
            return None;
        }
        rows.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| a.name.cmp(b.name)));
        Some(Self {
            among,
            measure,
            period,
            before,
            national,
            national_computed: false,
            rows,
        })
    }

    /// Puts what the regions add up to where the supplier gives nothing for the country, now and
    /// one period earlier.
    #[must_use]
    pub fn completed(mut self, now: Option<Decimal>, earlier: Option<Decimal>) -> Self {
        if self.national.figure.is_none() && now.is_some() {
            self.national.amount = now;
            self.national_computed = true;
        }
        self.national.earlier = self.national.earlier.or(earlier);
        self
    }

    /// The places that have a number, the highest first.
    pub fn known(&self) -> impl DoubleEndedIterator<Item = &Row<'a>> {
        self.rows.iter().filter(|row| row.amount.is_some())
    }

    /// How far a place is from the country.
    pub fn gap(&self, row: &Row<'_>) -> Option<Decimal> {
        row.amount?.checked_sub(self.national.amount?)
    }

    /// How a region moved since the period before; `None` where that cannot be told.
    pub fn movement(&self, row: &Row<'_>) -> Option<Movement> {
        Movement::of(self.measure, row.change()?)
    }

    /// Whether a move goes the wrong way.
    pub fn is_setback(&self, row: &Row<'_>) -> bool {
        self.movement(row) == Some(Movement::Back)
    }

    /// The highest and the lowest region, where they differ.
    pub fn extremes(&self) -> Option<(&Row<'a>, &Row<'a>)> {
        let (high, low) = (self.known().next()?, self.known().next_back()?);
        (high.amount != low.amount).then_some((high, low))
    }

    /// The class of a value among five, from 1, each holding about as many regions; equal values
    /// are in the same class.
    pub fn class(&self, amount: Decimal) -> u8 {
        let known: Vec<Decimal> = self.known().filter_map(|row| row.amount).collect();
        let below = known.iter().filter(|other| **other < amount).count();
        let class = below * 5 / known.len().max(1);
        u8::try_from(class).unwrap_or(4).min(4) + 1
    }

    /// The lowest and highest value of each class that holds any, from 1.
    pub fn classes(&self) -> Vec<(u8, Decimal, Decimal)> {
        let mut bounds: Vec<(u8, Decimal, Decimal)> = Vec::new();
        for amount in self.known().rev().filter_map(|row| row.amount) {
            let class = self.class(amount);
            match bounds.last_mut() {
                Some((last, _, high)) if *last == class => *high = amount,
                _ => bounds.push((class, amount, amount)),
            }
        }
        bounds
    }

    /// What the figures say, in one or two sentences.
    pub fn verdict(&self) -> String {
        let formatter = Formatter::new(Some(self.measure));
        let mut sentences = Vec::new();
        if let Some(amount) = self.national.amount {
            let mut sentence = format!(
                "En {}, {} en France",
                self.period.french(),
                formatter.number(amount)
            );
            if let (Some(earlier), Some(before)) = (self.national.earlier, self.before) {
                let (earlier, before) = (formatter.number(earlier), before.french());
                sentence += &format!(", contre {earlier} en {before}");
            }
            sentences.push(sentence);
        }
        sentences.extend(self.moves());
        if sentences.is_empty() {
            let known = self.known().count();
            let (one, many) = match self.among {
                Among::Regions => ("région renseignée", "régions renseignées"),
                Among::Establishments => ("établissement renseigné", "établissements renseignés"),
            };
            let known = counted(known, one, many);
            sentences.push(format!("{known} en {}", self.period.french()));
        }
        format!("{}.", sentences.join(". "))
    }

    /// How the regions moved together. A trend is claimed where at least two thirds of them go one
    /// way; otherwise the sentence says that there is none, with the counts.
    fn moves(&self) -> Option<String> {
        let rows = self.known();
        let moved: Vec<(Movement, &str)> = rows
            .filter_map(|row| Some((self.movement(row)?, row.name)))
            .collect();
        let total = moved.len();
        if total < 2 {
            return None;
        }
        let many = self.among.words().1;
        let of = |movement| moved.iter().filter(|(m, _)| *m == movement).count();
        let (forward, back) = (of(Movement::Forward), of(Movement::Back));
        let most = |count: usize| count * 3 >= total * 2;
        let named = moved.iter().filter(|(m, _)| *m == Movement::Back);
        let named: Vec<&str> = named.map(|(_, name)| *name).collect();
        let kept = total - back;
        Some(match named.as_slice() {
            [] if forward == 0 => {
                format!("Aucun mouvement au-delà de l’arrondi parmi les {total} {many} comparables")
            }
            [] => format!("Les {total} {many} comparables progressent ou se maintiennent"),
            [one] if most(kept) => {
                format!("{kept} {many} sur {total} progressent ou se maintiennent ; {one} recule")
            }
            [one, two] if most(kept) => format!(
                "{kept} {many} sur {total} progressent ou se maintiennent ; {one} et {two} reculent"
            ),
            _ if most(kept) => {
                format!("{kept} {many} sur {total} progressent ou se maintiennent, {back} reculent")
            }
            _ if most(back) => format!("{back} {many} sur {total} reculent"),
            _ => format!(
                "Pas de tendance d’ensemble sur {total} {many} : {}, {}",
                counted(forward, "progresse", "progressent"),
                counted(back, "recule", "reculent"),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Subject;
    use crate::kernel::Value;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn region(code: usize) -> Place {
        Place {
            code: code.to_string(),
            kind: PlaceKind::Region,
            name: format!("Région {code}"),
            valid_from: None,
            valid_to: None,
            iso: None,
            within: None,
            usages: Vec::new(),
        }
    }

    /// What is said of regions that were at 50.0 and moved by so many tenths.
    fn said(tenths: &[i64]) -> String {
        let measure = Measure {
            direction: Direction::Higher,
            decimals: Some(1),
            ..Measure::default()
        };
        let figure = |place: &Place, year: i16, tenths: i64| {
            let subject = Subject {
                place: place.code.clone(),
                period: Period::Year(year),
                breakdown: String::new(),
            };
            let value = Decimal::from_int(500 + tenths).unwrap();
            let ten = Decimal::from_int(10).unwrap();
            let value = Value::plain(Decimal::ratio(value, ten, 1).unwrap());
            (subject, Figure::invented(Uuid::nil(), value))
        };
        let places: Vec<Place> = (0..tenths.len()).map(region).collect();
        let both = places.iter().zip(tenths);
        let series = Series::of(
            both.flat_map(|(place, moved)| [figure(place, 2022, 0), figure(place, 2023, *moved)]),
        );
        let regions: Vec<&Place> = places.iter().collect();
        let comparison = Comparison::new(
            &measure,
            &series,
            (Among::Regions, &regions),
            Period::Year(2023),
        );
        comparison.unwrap().verdict()
    }

    #[test]
    fn rounding_alone_is_no_trend() {
        assert_eq!(
            said(&[-1, -1, 1, 0]),
            "Aucun mouvement au-delà de l’arrondi parmi les 4 régions comparables."
        );
    }

    #[test]
    fn nine_of_sixteen_are_no_trend() {
        let moves = [[-5; 9].as_slice(), [5; 7].as_slice()].concat();
        assert_eq!(
            said(&moves),
            "Pas de tendance d’ensemble sur 16 régions : 7 progressent, 9 reculent."
        );
        let moves = [[-5; 12].as_slice(), [5; 4].as_slice()].concat();
        assert_eq!(said(&moves), "12 régions sur 16 reculent.");
    }

    #[test]
    fn one_region_makes_no_movement() {
        assert_eq!(said(&[-5]), "1 région renseignée en 2023.");
    }

    proptest! {
        #[test]
        fn a_claimed_setback_is_that_of_two_thirds(moves in proptest::collection::vec(-30_i64..30, 2..20)) {
            let back = moves.iter().filter(|tenths| **tenths < -1).count();
            let claimed = format!("{back} régions sur {} reculent.", moves.len());
            prop_assert_eq!(said(&moves) == claimed, back * 3 >= moves.len() * 2 && back > 0);
        }
    }
}
