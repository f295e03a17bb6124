//! What is written as a number may still not be the figure that was meant.
//!
//! Three looks, each a reading of ours:
//!
//! - **Scale.** A figure 100 times (or `per` times, for rates per thousand and the like) smaller or
//!   larger than the series is asked about, never corrected: « 0,47 où la série tient 47 ». The
//!   series is the median of what is known of that place, of the measure where nothing is; without
//!   any series, the other values of the file; « close » is within a factor of 3. Where every
//!   value of a column is so, one question stands for all of them. Only what is below 1 can be a
//!   fraction (exactly 1 follows its column). A percentage column of three
//!   values or more that never passes 1 is asked about without any series. A cell that says its
//!   scale itself (`47 %`) is never asked about.
//! - **Bounds** of the measure: a refusal. They are looked at once the scale is settled.
//! - **Jumps**: a warning. The change since the same period of the year before is compared with all
//!   such changes of the measure, places and years together, those of the file included. It is
//!   told where it is further from their median than 6 times their spread (the median distance to
//!   that median, times 1.4826, which is the standard deviation of a normal law), and more than a
//!   fifth of the earlier figure. With fewer than 8 changes to compare with, nothing is told. It
//!   is computed in floating point, which serves no figure.

use std::collections::{BTreeMap, HashMap};

use super::fact::{Fact, Spot};
use super::notes::written;
use super::table::Reading;
use crate::figures::Series;
use crate::imports::{Choice, ProblemCode};
use crate::kernel::{Decimal, Period, Quantity, Value};
use crate::measures::Measure;

/// The answer that reads figures on the scale of the series.
pub const SCALE: &str = "scale";
/// The answer that leaves figures as they are written.
pub const KEEP: &str = "keep";

/// How many changes make a spread.
const ENOUGH_CHANGES: usize = 8;
/// How many spreads from the median a change is told.
const FAR: f64 = 6.0;
/// From the median distance to a standard deviation.
const TO_DEVIATION: f64 = 1.4826;
/// A change below this share of the earlier figure is never told.
const SMALL: f64 = 0.2;
/// Two figures within this factor are alike.
const ALIKE: f64 = 3.0;
/// How many values show that a column holds fractions, where no series does.
const ENOUGH_FRACTIONS: usize = 3;

/// Looks at every value read.
pub(super) fn check(reading: &mut Reading<'_>) {
    let mut facts = std::mem::take(&mut reading.gathered.facts);
    let mut by_measure: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (rank, fact) in facts.iter().enumerate() {
        by_measure.entry(fact.key.measure).or_default().push(rank);
    }
    for (name, ranks) in by_measure {
        let code = reading.names.at(name).clone();
        let Some(measure) = reading.ground.catalogue.measure(&code) else {
            continue;
        };
        let series = reading.known.figures.series(&code);
        let mut look = Look {
            reading: &mut *reading,
            measure,
            series,
        };
        look.scale(&mut facts, &ranks);
        look.bounds(&mut facts, &ranks);
        look.jumps(&facts, &ranks);
    }
    reading.gathered.facts = facts;
}

/// One measure looked at.
struct Look<'r, 'a> {
    reading: &'r mut Reading<'a>,
    measure: &'a Measure,
    series: Option<&'a Series>,
}

/// Which way a figure is off the scale of the series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Off {
    Smaller,
    Larger,
}

impl Look<'_, '_> {
    fn scale(&mut self, facts: &mut [Fact], ranks: &[usize]) {
        let Some(factor) = factor(self.measure) else {
            return;
        };
        let reference = self.reference(facts, ranks);
        let mut columns: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
        for rank in ranks
            .iter()
            .filter(|rank| unscaled(&facts[**rank]).is_some())
        {
            let at = facts[*rank].told.at;
            columns
                .entry((at.sheet, at.column))
                .or_default()
                .push(*rank);
        }
        for column in columns.into_values() {
            let off = |rank: &usize| {
                let fact = &facts[*rank];
                let place = self.reading.names.at(fact.key.place);
                reference.off(place, unscaled(fact)?, factor)
            };
            let mut found: Vec<(usize, Off)> = column
                .iter()
                .filter_map(|rank| Some((*rank, off(rank)?)))
                .collect();
            if found.is_empty() && !reference.known {
                found = self.fractions(facts, &column);
            }
            self.ask(facts, &column, &found, factor);
        }
    }

    fn ask(&mut self, facts: &mut [Fact], column: &[usize], found: &[(usize, Off)], factor: u32) {
        let Some((first, off)) = found.first().copied() else {
            return;
        };
        let others = column
            .iter()
            .filter(|rank| !found.iter().any(|(f, _)| f == *rank));
        let follow = |rank: &&usize| follows(facts, **rank, off);
        let (following, apart): (Vec<&usize>, Vec<&usize>) = others.partition(follow);
        if apart.is_empty() && found.len() > 1 && found.iter().all(|(_, other)| *other == off) {
            let answer = self.answer(facts, first, off, factor, found.len());
            for rank in found.iter().map(|(rank, _)| rank).chain(following) {
                apply(&mut facts[*rank], answer, off, factor);
            }
            return;
        }
        for (rank, off) in found {
            let answer = self.answer(facts, *rank, *off, factor, 1);
            apply(&mut facts[*rank], answer, *off, factor);
        }
    }

    /// What the person answered, or `None` once the question is asked.
    fn answer(
        &mut self,
        facts: &[Fact],
        rank: usize,
        off: Off,
        factor: u32,
        count: usize,
    ) -> Option<bool> {
        let at: Spot = facts[rank].told.at;
        let place = self.reading.notes.place(at);
        let answers = self.reading.known.answers;
        match answers.get(&place, ProblemCode::Scale) {
            Some(SCALE) => return Some(true),
            Some(KEEP) => return Some(false),
            _ => {}
        }
        let written = unscaled(&facts[rank]).unwrap_or_default();
        let meant = rescaled(written, off, factor).unwrap_or_default();
        let unit = self.measure.unit.as_deref().unwrap_or_default();
        let (written, meant) = (short(written, unit), short(meant, unit));
        let message = if count == 1 {
            format!(
                "{written} n’est pas à l’échelle des autres valeurs de cet indicateur : est-ce {meant} ?"
            )
        } else {
            format!(
                "Les {count} valeurs de cette colonne ne sont pas à l’échelle de cet indicateur. La première dit {written} : est-ce {meant}, et de même pour les autres ?"
            )
        };
        let choice = |value: &str, label: String| Choice {
            value: value.to_owned(),
            label,
        };
        let choices = vec![
            choice(SCALE, format!("Oui, c’est {meant}")),
            choice(KEEP, format!("Non, c’est bien {written}")),
        ];
        self.reading
            .notes
            .ask(at, ProblemCode::Scale, message, choices);
        None
    }

    /// A percentage column that never passes 1.
    fn fractions(&self, facts: &[Fact], column: &[usize]) -> Vec<(usize, Off)> {
        let one = Decimal::from_micros(1_000_000);
        let amounts: Vec<Decimal> = column.iter().filter_map(|r| unscaled(&facts[*r])).collect();
        let nonzero = amounts
            .iter()
            .filter(|amount| **amount != Decimal::ZERO)
            .count();
        let percentage = self.measure.unit.as_deref() == Some("%") && self.measure.max.is_some();
        if !percentage
            || nonzero < ENOUGH_FRACTIONS
            || amounts.iter().any(|amount| amount.abs() > one)
            || amounts
                .iter()
                .all(|amount| *amount == Decimal::ZERO || amount.abs() == one)
        {
            return Vec::new();
        }
        let nonzero = column
            .iter()
            .filter(|r| unscaled(&facts[**r]) != Some(Decimal::ZERO));
        nonzero.map(|rank| (*rank, Off::Smaller)).collect()
    }

    fn bounds(&mut self, facts: &mut [Fact], ranks: &[usize]) {
        for rank in ranks {
            let fact = &mut facts[*rank];
            if fact.held {
                continue;
            }
            if let Some(message) = out_of_bounds(&fact.told.value, self.measure) {
                fact.held = true;
                let at = fact.told.at;
                self.reading
                    .notes
                    .refuse(at, ProblemCode::OutOfBounds, message);
            }
        }
    }

    fn jumps(&mut self, facts: &[Fact], ranks: &[usize]) {
        let whole = self.reading.names.rank("");
        let mut known: HashMap<(u32, Period), f64> = HashMap::new();
        for (subject, figure) in self.series.into_iter().flat_map(Series::iter) {
            if let (true, Some(amount)) = (
                subject.breakdown.is_empty(),
                figure.value.amount(self.measure.per),
            ) {
                let place = self.reading.names.rank(subject.place.as_str());
                known.insert((place, subject.period), amount.to_f64_for_drawing());
            }
        }
        let before = known.clone();
        let whole = |rank: &&usize| facts[**rank].key.breakdown == whole && !facts[**rank].held;
        let ranks: Vec<usize> = ranks.iter().filter(whole).copied().collect();
        for rank in &ranks {
            if let Some((at, amount)) = self.amount(&facts[*rank]) {
                known.insert(at, amount);
            }
        }
        let spread = Spread::of(&known);
        for rank in ranks {
            let fact = &facts[rank];
            let Some((at, now)) = self.amount(fact) else {
                continue;
            };
            let unchanged = before.get(&at).is_some_and(|was| alike_exactly(*was, now));
            let earlier = known.get(&(at.0, at.1.year_before()));
            if let Some(earlier) = earlier.filter(|e| !unchanged && spread.is_jump(**e, now)) {
                self.tell_jump(fact, *earlier);
            }
        }
    }

    fn amount(&self, fact: &Fact) -> Option<((u32, Period), f64)> {
        let amount = fact.told.value.amount(self.measure.per)?;
        Some((
            (fact.key.place, fact.key.period),
            amount.to_f64_for_drawing(),
        ))
    }

    fn tell_jump(&mut self, fact: &Fact, earlier: f64) {
        let places = self.measure.decimals.unwrap_or(1);
        let now = fact.told.value.amount(self.measure.per).unwrap_or_default();
        let unit = self.measure.unit.as_deref().unwrap_or_default();
        let message = format!(
            "{} {unit} pour {}, contre {} {unit} un an avant : ce saut sort de l’ordinaire de l’indicateur. Vérifiez la valeur ; elle est gardée.",
            now.french(places),
            fact.key.period.french(),
            format!("{earlier:.*}", usize::from(places)).replace('.', ",")
        );
        self.reading
            .notes
            .warn(fact.told.at, ProblemCode::Jump, message);
    }

    fn reference(&self, facts: &[Fact], ranks: &[usize]) -> Reference {
        let mut by_place: HashMap<String, Vec<f64>> = HashMap::new();
        let mut all = Vec::new();
        let mut add = |place: &str, value: &Value| {
            if let Some(amount) = value
                .amount(self.measure.per)
                .filter(|a| *a != Decimal::ZERO)
            {
                let amount = amount.to_f64_for_drawing();
                all.push(amount);
                match by_place.get_mut(place) {
                    Some(known) => known.push(amount),
                    None => drop(by_place.insert(place.to_owned(), vec![amount])),
                }
            }
        };
        let series = self.series.into_iter().flat_map(Series::iter);
        for (subject, figure) in series {
            add(&subject.place, &figure.value);
        }
        let known = !by_place.is_empty();
        if !known {
            return Reference::of_file(facts, ranks, self);
        }
        Reference {
            by_place: by_place
                .into_iter()
                .map(|(place, mut amounts)| (place, median(&mut amounts)))
                .collect(),
            overall: median(&mut all),
            known,
        }
    }
}

/// What the figures of a measure are about, by place and in all.
struct Reference {
    by_place: HashMap<String, f64>,
    overall: f64,
    /// Whether a series stands behind it, or the file alone.
    known: bool,
}

impl Reference {
    fn of_file(facts: &[Fact], ranks: &[usize], look: &Look<'_, '_>) -> Self {
        let amounts = ranks
            .iter()
            .filter_map(|rank| facts[*rank].told.value.amount(look.measure.per));
        let amounts = amounts.filter(|amount| *amount != Decimal::ZERO);
        let mut amounts: Vec<f64> = amounts.map(Decimal::to_f64_for_drawing).collect();
        Self {
            by_place: HashMap::new(),
            overall: median(&mut amounts),
            known: false,
        }
    }

    fn off(&self, place: &str, amount: Decimal, factor: u32) -> Option<Off> {
        let about = self.by_place.get(place).copied().unwrap_or(self.overall);
        let (amount, factor) = (amount.to_f64_for_drawing(), f64::from(factor));
        if alike(amount, about) {
            None
        } else if amount.abs() < 1.0 && alike(amount * factor, about) {
            Some(Off::Smaller)
        } else if alike(amount / factor, about) {
            Some(Off::Larger)
        } else {
            None
        }
    }
}

/// What changes from one year to the next are like.
struct Spread {
    count: usize,
    median: f64,
    deviation: f64,
}

impl Spread {
    fn of(known: &HashMap<(u32, Period), f64>) -> Self {
        let change = |((place, period), now): (&(u32, Period), &f64)| {
            Some(now - known.get(&(*place, period.year_before()))?)
        };
        let mut changes: Vec<f64> = known.iter().filter_map(change).collect();
        let middle = median(&mut changes);
        let mut distances: Vec<f64> = changes.iter().map(|c| (c - middle).abs()).collect();
        Self {
            count: changes.len(),
            median: middle,
            deviation: median(&mut distances) * TO_DEVIATION,
        }
    }

    fn is_jump(&self, earlier: f64, now: f64) -> bool {
        let change = now - earlier;
        let off = (change - self.median).abs();
        self.count >= ENOUGH_CHANGES
            && off > FAR * self.deviation
            && change.abs() > SMALL * earlier.abs()
    }
}

/// How many times smaller a figure of the measure could be written.
fn factor(measure: &Measure) -> Option<u32> {
    if measure.unit.as_deref() == Some("%") {
        return Some(100);
    }
    measure.per.filter(|per| *per > 1)
}

/// The number of a cell that does not say its scale.
fn unscaled(fact: &Fact) -> Option<Decimal> {
    match fact.told.value {
        Value::Number(Quantity::Plain(number)) if !fact.told.scaled && !fact.held => Some(number),
        _ => None,
    }
}

fn apply(fact: &mut Fact, answer: Option<bool>, off: Off, factor: u32) {
    match answer {
        None => fact.held = true,
        Some(false) => {}
        Some(true) => {
            let meant = unscaled(fact).and_then(|number| rescaled(number, off, factor));
            match meant {
                Some(meant) => fact.told.value = Value::plain(meant),
                None => fact.held = true,
            }
        }
    }
}

/// Whether a figure says nothing of the scale of its column, and follows it: 0, or 1 among
/// fractions.
fn follows(facts: &[Fact], rank: usize, off: Off) -> bool {
    let one = Decimal::from_micros(1_000_000);
    unscaled(&facts[rank])
        .is_some_and(|number| number == Decimal::ZERO || (off == Off::Smaller && number == one))
}

/// The number on the other scale, exactly; divided, it is rounded to the sixth decimal.
fn rescaled(number: Decimal, off: Off, factor: u32) -> Option<Decimal> {
    match off {
        Off::Smaller => Decimal::ratio(number, Decimal::from_int(1)?, factor),
        Off::Larger => Decimal::ratio(number, Decimal::from_int(i64::from(factor))?, 1),
    }
}

/// A number with its unit, as it was written.
fn short(number: Decimal, unit: &str) -> String {
    format!("{}\u{a0}{unit}", written(number))
        .trim_end()
        .to_owned()
}

fn alike(a: f64, b: f64) -> bool {
    a * b > 0.0 && (a / b) < ALIKE && (b / a) < ALIKE
}

fn alike_exactly(a: f64, b: f64) -> bool {
    (a - b).abs() < f64::EPSILON * a.abs().max(1.0)
}

/// The middle of a list; 0 where it is empty.
fn median(list: &mut [f64]) -> f64 {
    if list.is_empty() {
        return 0.0;
    }
    list.sort_by(f64::total_cmp);
    let middle = list.len() / 2;
    if list.len().is_multiple_of(2) {
        f64::midpoint(list[middle - 1], list[middle])
    } else {
        list[middle]
    }
}

fn out_of_bounds(value: &Value, measure: &Measure) -> Option<String> {
    let number = value.amount(measure.per)?;
    let unit = measure.unit.as_deref().unwrap_or_default();
    if let Some(min) = measure.min
        && number < min
    {
        return Some(format!(
            "{} est au-dessous du minimum de cet indicateur ({} {unit}). Vérifiez l’unité et la saisie.",
            written(number),
            written(min)
        ));
    }
    if let Some(max) = measure.max
        && number > max
    {
        return Some(format!(
            "{} dépasse le maximum de cet indicateur ({} {unit}). Vérifiez l’unité et la saisie.",
            written(number),
            written(max)
        ));
    }
    None
}
