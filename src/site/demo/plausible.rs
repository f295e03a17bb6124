//! What an invented number may be: levels, spreads and trends, from demo/plausible.csv. Pure.
//!
//! A place keeps its distance to the level, each year moves by the pace of the measure, and chance
//! stays small: neighbouring years are neighbours, and what a reader sees is a trend.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::random::between;
use crate::kernel::Decimal;
use crate::measures::{Direction, Measure};
use crate::site::cli::CliError;
use crate::site::shipped;

/// The year whose level the file gives.
const REFERENCE: i16 = 2023;
/// One unit, in the millionths that decimals are made of.
const UNIT: i128 = 1_000_000;
/// A hundred per cent, likewise.
const WHOLE: i128 = 100 * UNIT;

/// How a number is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    /// It stands alone, in its unit.
    Alone,
    /// A count: so many for 100,000 inhabitants, and everything else in per cent.
    Inhabitants,
    /// A ratio whose denominator is so many millionths for 1,000 inhabitants.
    Ratio(i64),
}

/// One line of the file, in millionths.
#[derive(Clone, Debug)]
struct Level {
    centre: i64,
    spread: i64,
    pace: i64,
    luck: i64,
    base: Base,
    years: Option<RangeInclusive<i16>>,
}

/// A number, with its two terms where it is a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub value: Decimal,
    /// Numerator and denominator.
    pub terms: Option<(i64, i64)>,
}

/// Every level, and how many people each place serves.
#[derive(Clone)]
pub(super) struct Levels {
    of: HashMap<String, Level>,
    people: HashMap<String, i64>,
    /// Which of the earlier revisions of a value chance gives; empty for the one that stands.
    round: String,
}

impl Levels {
    /// Reads the files of the demonstration.
    pub(super) fn read() -> Result<Self, CliError> {
        let mut people = HashMap::new();
        for text in [shipped::POPULATIONS, shipped::ESTABLISHMENTS] {
            for row in lines(text) {
                let (place, number) = row.split_once(';').ok_or_else(|| illegible(row))?;
                people.insert(place.to_owned(), number.parse()?);
            }
        }
        let levels = lines(shipped::PLAUSIBLE).map(level);
        Ok(Self {
            of: levels.collect::<Result<_, CliError>>()?,
            people,
            round: String::new(),
        })
    }

    /// The same levels, with the luck of an earlier revision.
    pub(super) fn of_round(&self, round: u16) -> Self {
        Self {
            round: format!(" (révision {round})"),
            ..self.clone()
        }
    }

    /// Has a place serve so many people.
    pub(super) fn serve(&mut self, place: String, people: i64) {
        self.people.insert(place, people);
    }

    /// The regions, in the order of their codes.
    pub(super) fn regions(&self) -> Vec<&str> {
        let places = self.people.keys().map(String::as_str);
        let mut regions: Vec<&str> = places.filter(|place| place.len() == 2).collect();
        regions.sort_unstable();
        regions
    }

    /// The establishments, in the order of their codes.
    pub(super) fn establishments(&self) -> Vec<&str> {
        let places = self.people.keys().map(String::as_str);
        let mut own: Vec<&str> = places.filter(|place| place.len() > 2).collect();
        own.sort_unstable();
        own
    }

    /// The measures that have values outside the framework in force, with their years.
    pub(super) fn long_series(&self) -> Vec<(&str, RangeInclusive<i16>)> {
        let of = self.of.iter();
        let long = of.filter_map(|(code, level)| Some((code.as_str(), level.years.clone()?)));
        let mut long: Vec<_> = long.collect();
        long.sort_by_key(|(code, _)| *code);
        long
    }

    /// What a measure is worth in a place, a year.
    pub(super) fn number(&self, measure: &Measure, place: &str, year: i16) -> Number {
        let code = measure.code.as_str();
        let level = self.level(measure);
        let people = self.people.get(place).copied().unwrap_or(900_000);
        let offset = between(-level.spread, level.spread, &[code, place]);
        let drawn = format!("{year}{}", self.round);
        let luck = between(-level.luck, level.luck, &[code, place, &drawn]);
        let drift = sign(measure) * level.pace * i64::from(year - REFERENCE);
        let moved = offset + drift + luck;
        match level.base {
            Base::Alone => alone(bounded(measure, level.centre + moved)),
            Base::Inhabitants => {
                let part = (WHOLE + i128::from(moved)).max(WHOLE / 10);
                let count = i128::from(level.centre) * i128::from(people) / 100_000 * part / WHOLE;
                alone(bounded(measure, micros(count)))
            }
            Base::Ratio(thousandth) => {
                let rate = bounded(measure, level.centre + moved);
                ratio(
                    measure,
                    rate,
                    i128::from(thousandth) * i128::from(people) / 1_000,
                )
            }
        }
    }

    /// Where a number must be after so many years: a little faster than it goes, the right way.
    pub(super) fn ahead(&self, measure: &Measure, start: Decimal, step: i64) -> Decimal {
        let level = self.level(measure);
        let way = match measure.direction {
            Direction::Higher | Direction::Lower => sign(measure),
            Direction::Maintain | Direction::None => 0,
        };
        let pace = way * (level.pace * 5 / 4).max(level.luck / 2) * step;
        let moved = match level.base {
            Base::Inhabitants => {
                let part = (WHOLE + i128::from(pace)).max(WHOLE / 10);
                micros(i128::from(start.micros()) * part / WHOLE)
            }
            Base::Alone | Base::Ratio(_) => start.micros() + pace,
        };
        bounded(measure, moved)
    }

    /// How far a corridor may go on either side of a value.
    pub(super) fn margin(&self, measure: &Measure, around: Decimal) -> Decimal {
        let level = self.level(measure);
        let margin = match level.base {
            Base::Inhabitants => around.abs().micros() / 10,
            Base::Alone | Base::Ratio(_) => level.spread / 2,
        };
        let smallest = 10_i64.pow(6 - u32::from(measure.decimals.unwrap_or(0).min(6)));
        Decimal::from_micros(margin.max(smallest)).round(measure.decimals.unwrap_or(0))
    }

    /// The line of a measure, or that of its family with a level of its own.
    fn level(&self, measure: &Measure) -> Level {
        if let Some(own) = self.of.get(&measure.code) {
            return own.clone();
        }
        let family = self.of.get(family(measure)).cloned();
        // A test holds that every family is there.
        let mut level = family.unwrap_or(Level {
            centre: 0,
            spread: 0,
            pace: 0,
            luck: 0,
            base: Base::Alone,
            years: None,
        });
        let shift = between(
            -2 * level.spread,
            2 * level.spread,
            &[&measure.code, "niveau"],
        );
        level.centre = match level.base {
            Base::Inhabitants => {
                micros(i128::from(level.centre) * (WHOLE + i128::from(shift)) / WHOLE)
            }
            Base::Alone | Base::Ratio(_) => level.centre + shift,
        };
        level
    }
}

/// The family of a measure that has no line of its own.
fn family(measure: &Measure) -> &'static str {
    let is_share = measure.max == Some(Decimal::HUNDRED);
    match measure.unit.as_deref() {
        Some("%") if is_share => match measure.direction {
            Direction::Higher => "famille:part-hausse",
            Direction::Lower => "famille:part-baisse",
            Direction::Maintain | Direction::None => "famille:part",
        },
        Some("%") if measure.per.is_some() => "famille:pourcentage",
        Some("%") => "famille:evolution",
        Some("points") => "famille:points",
        Some("euros") => "famille:euros",
        Some("indice" | "ratio") => "famille:indice",
        _ if measure.decimals.unwrap_or(0) == 0 => "famille:nombre",
        _ => "famille:autre",
    }
}

/// Which way a year of progress moves the number.
fn sign(measure: &Measure) -> i64 {
    if measure.direction == Direction::Lower {
        -1
    } else {
        1
    }
}

/// A value in millionths, inside what its measure accepts and as it is shown.
fn bounded(measure: &Measure, value: i64) -> Decimal {
    let value = Decimal::from_micros(value).round(measure.decimals.unwrap_or(0));
    let value = measure.min.map_or(value, |min| value.max(min));
    measure.max.map_or(value, |max| value.min(max))
}

fn alone(value: Decimal) -> Number {
    Number { value, terms: None }
}

/// The nearest ratio of whole numbers, for that denominator in millionths.
fn ratio(measure: &Measure, rate: Decimal, denominator: i128) -> Number {
    let per = measure.per.unwrap_or(1);
    let den = ((denominator + UNIT / 2) / UNIT).max(1);
    let scale = UNIT * i128::from(per);
    let num = (i128::from(rate.micros()) * den + scale / 2) / scale;
    let (num, den) = (micros(num), micros(den));
    let exact = Decimal::from_int(num)
        .zip(Decimal::from_int(den))
        .and_then(|(num, den)| Decimal::ratio(num, den, per));
    Number {
        value: exact.map_or(rate, |exact| exact.round(measure.decimals.unwrap_or(0))),
        terms: Some((num, den)),
    }
}

fn micros(wide: i128) -> i64 {
    i64::try_from(wide).unwrap_or(i64::MAX)
}

/// The lines of a file, without its comments and its header.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let said = text.lines().filter(|line| !line.starts_with('#'));
    said.skip(1)
}

fn illegible(row: &str) -> CliError {
    format!("ligne illisible dans demo/ : {row}").into()
}

fn level(row: &str) -> Result<(String, Level), CliError> {
    let cells: Vec<&str> = row.split(';').collect();
    let [code, level, spread, pace, luck, base, from, to] = cells.as_slice() else {
        return Err(illegible(row));
    };
    let number = |text: &str| text.parse::<Decimal>().map(Decimal::micros);
    let years = match (*from, *to) {
        ("", "") => None,
        (from, to) => Some(from.parse()?..=to.parse()?),
    };
    let read = Level {
        centre: number(level)?,
        spread: number(spread)?,
        pace: number(pace)?,
        luck: number(luck)?,
        base: match *base {
            "" => Base::Alone,
            "hab" => Base::Inhabitants,
            thousandth => Base::Ratio(number(thousandth)?),
        },
        years,
    };
    Ok(((*code).to_owned(), read))
}

#[cfg(test)]
mod tests;
