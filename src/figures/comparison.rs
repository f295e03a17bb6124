//! The regions, or the establishments, beside each other for one measure and one period. Pure.

use crate::kernel::{Decimal, Period};
use crate::measures::{Direction, Measure};
use crate::organisations::Place;

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

    /// Whether a move goes the wrong way.
    pub fn is_setback(&self, row: &Row<'_>) -> bool {
        let Some(change) = row.change() else {
            return false;
        };
        match self.measure.direction {
            Direction::Higher => change < Decimal::ZERO,
            Direction::Lower => change > Decimal::ZERO,
            Direction::Maintain | Direction::None => false,
        }
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
            let feminine = if self.among == Among::Regions {
                "e"
            } else {
                ""
            };
            sentences.push(format!(
                "{known} {} renseigné{feminine}(s) en {}",
                self.among.words().0,
                self.period.french()
            ));
        }
        format!("{}.", sentences.join(". "))
    }

    fn moves(&self) -> Option<String> {
        let moved: Vec<&Row<'_>> = self.known().filter(|row| row.change().is_some()).collect();
        if moved.is_empty()
            || !matches!(self.measure.direction, Direction::Higher | Direction::Lower)
        {
            return None;
        }
        let back: Vec<&str> = moved
            .iter()
            .filter(|row| self.is_setback(row))
            .map(|row| row.name)
            .collect();
        let total = moved.len();
        let many = self.among.words().1;
        Some(match back.as_slice() {
            [] => format!("Les {total} {many} comparables progressent ou se maintiennent"),
            [one] => format!(
                "{} {many} sur {total} progressent ou se maintiennent ; {one} recule",
                total - 1
            ),
            [one, two] => format!(
                "{} {many} sur {total} progressent ou se maintiennent ; {one} et {two} reculent",
                total - 2
            ),
            several => format!("{} {many} sur {total} reculent", several.len()),
        })
    }
}
