//! Days and periods as French offices write them.
//!
//! Readings of ours. A day in a column of periods says the period of the indicator's own
//! frequency that holds it (the year, where no frequency is known) and is kept as the date of
//! reference. Two figures of a year stand for this century (`31/12/23`). The day stands before the
//! month, always. `2022-2023` is no period: nothing says which of the two years is meant.

use jiff::civil::Date;

use crate::frameworks::Frequency;
use crate::kernel::{Period, fold};

const MONTHS: [(&str, &str); 12] = [
    ("janvier", "janv"),
    ("fevrier", "fevr"),
    ("mars", "mars"),
    ("avril", "avr"),
    ("mai", "mai"),
    ("juin", "juin"),
    ("juillet", "juil"),
    ("aout", "aout"),
    ("septembre", "sept"),
    ("octobre", "oct"),
    ("novembre", "nov"),
    ("decembre", "dec"),
];

/// Words that may lead to a period without changing it.
const LEADING: [&str; 9] = [
    "annee",
    "annees",
    "an",
    "exercice",
    "donnees",
    "valeur",
    "en",
    "de",
    "resultats",
];

/// What a cell says of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A period.
    Period(Period),
    /// A day, which stands in the period of the indicator's frequency.
    Day(Date),
}

impl When {
    /// Reads a cell of a column of periods.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(period) = read_period(text) {
            return Some(Self::Period(period));
        }
        read_day(text).map(Self::Day)
    }

    /// The period, for an indicator whose values come that often.
    pub fn period(self, frequency: Option<Frequency>) -> Period {
        match self {
            Self::Period(period) => period,
            Self::Day(day) => period_of(day, frequency),
        }
    }

    /// The day that was written, where it was one.
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Period(_) => None,
            Self::Day(day) => Some(day),
        }
    }
}

/// The period of a frequency that holds a day.
fn period_of(day: Date, frequency: Option<Frequency>) -> Period {
    let year = day.year();
    let month = u8::try_from(day.month()).unwrap_or(1);
    match frequency {
        Some(Frequency::Monthly) => Period::Month(year, month),
        Some(Frequency::Quarterly) => Period::Quarter(year, (month - 1) / 3 + 1),
        Some(Frequency::HalfYearly) => Period::Half(year, (month - 1) / 6 + 1),
        Some(Frequency::Yearly | Frequency::ThreeTimesAYear) | None => Period::Year(year),
    }
}

/// A period: `2023`, `2023-T4`, `T4 2023`, `4e trimestre 2023`, `mars 2023`, `03/2023`,
/// `1er semestre 2023`.
pub fn read_period(text: &str) -> Option<Period> {
    if let Ok(period) = text.parse() {
        return Some(period);
    }
    if text.len() > 60 {
        return None;
    }
    let folded = fold(text);
    let mut words: Vec<&str> = folded.split(' ').collect();
    while words.len() > 1 && LEADING.contains(&words[0]) {
        words.remove(0);
    }
    match words.as_slice() {
        [year] => as_year(year).map(Period::Year),
        [a, b] => two_words(a, b).or_else(|| two_words(b, a)),
        [rank, word, year] if as_year(year).is_some() => three_words(rank, word, year),
        [year, rank, word] => three_words(rank, word, year),
        _ => None,
    }
}

/// `t4 2023`, `mars 2023`, `03 2023`, each part in either order.
fn two_words(part: &str, year: &str) -> Option<Period> {
    let year = as_year(year)?;
    if let Some(month) = as_month(part) {
        return Some(Period::Month(year, month));
    }
    let (first, last) = (part.chars().next()?, part.chars().last()?);
    let inner = |rest: &str| rest.parse::<u8>().ok();
    match (first, last) {
        ('t' | 'q', _) => quarter(year, inner(&part[1..])?),
        ('s', _) => half(year, inner(&part[1..])?),
        ('m', _) => month(year, inner(&part[1..])?),
        (_, 't') => quarter(year, inner(&part[..part.len() - 1])?),
        (_, 's') => half(year, inner(&part[..part.len() - 1])?),
        // `03/2023`: two figures, so that `1 2023` stays what it is, unclear.
        _ if part.len() == 2 => month(year, inner(part)?),
        _ => None,
    }
}

/// `1er semestre 2023`, `trimestre 4 2023`.
fn three_words(rank: &str, word: &str, year: &str) -> Option<Period> {
    let year = as_year(year)?;
    let (rank, word) = if word.starts_with(|c: char| c.is_ascii_digit()) {
        (word, rank)
    } else {
        (rank, word)
    };
    let digits = rank.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if !["", "e", "er", "eme", "ere", "nd", "ieme"].contains(&&rank[digits.len()..]) {
        return None;
    }
    let rank: u8 = digits.parse().ok()?;
    match word {
        "semestre" | "sem" => half(year, rank),
        "trimestre" | "trim" => quarter(year, rank),
        "mois" => month(year, rank),
        _ => None,
    }
}

fn quarter(year: i16, rank: u8) -> Option<Period> {
    (1..=4)
        .contains(&rank)
        .then_some(Period::Quarter(year, rank))
}

fn half(year: i16, rank: u8) -> Option<Period> {
    (1..=2).contains(&rank).then_some(Period::Half(year, rank))
}

fn month(year: i16, rank: u8) -> Option<Period> {
    (1..=12)
        .contains(&rank)
        .then_some(Period::Month(year, rank))
}

fn as_year(word: &str) -> Option<i16> {
    match word.parse() {
        Ok(Period::Year(year)) => Some(year),
        _ => None,
    }
}

fn as_month(word: &str) -> Option<u8> {
    let named = |(long, short): &(&str, &str)| word == *long || word == *short;
    let rank = MONTHS.iter().position(named)?;
    u8::try_from(rank + 1).ok()
}

/// A day: `12/03/2023`, `12-03-23`, `2023-03-12`, `12 mars 2023`, `au 31/12/2023`.
pub fn read_day(text: &str) -> Option<Date> {
    if text.len() > 60 {
        return None;
    }
    // An instant says its day.
    let day = text.trim().split(['T', ' ']).next().unwrap_or_default();
    if let Ok(date) = day.parse::<Date>() {
        return Some(date);
    }
    let folded = fold(text);
    let mut words: Vec<&str> = folded.split(' ').collect();
    while words.len() > 3 && ["au", "le", "a", "date", "du"].contains(&words[0]) {
        words.remove(0);
    }
    // `12/03/2023 00:00:00`: a midnight that nobody meant.
    let midnight = |word: &&&str| word.chars().all(|c| c == '0');
    if words.len() > 3 && words.iter().skip(3).filter(midnight).count() == words.len() - 3 {
        words.truncate(3);
    }
    let [day, month, year] = words.as_slice() else {
        return None;
    };
    let day: i8 = day.strip_suffix("er").unwrap_or(day).parse().ok()?;
    let month = match as_month(month) {
        Some(month) => i8::try_from(month).ok()?,
        None if month.len() <= 2 => month.parse().ok()?,
        None => return None,
    };
    let year = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        _ => as_year(year)?,
    };
    Date::new(year, month, day).ok()
}

/// A heading such as `2.c.1 (2023)` or `T1 2023 : 2.c.1`: what stands beside the period, and the
/// period. The longest writing of a period wins.
pub fn split_period(heading: &str) -> Option<(&str, Period)> {
    let gap = |c: char| c.is_whitespace() || "()_/[],:–—".contains(c);
    let edge = |c: char| gap(c) || c == '-';
    let heading = heading.trim_matches(edge);
    // The fourth cut from an end is the longest period: « de 1er trimestre 2023 ».
    let cuts: Vec<usize> = heading.match_indices(gap).map(|(at, _)| at).collect();
    let tails = cuts.iter().rev().take(4).rev();
    for cut in tails {
        let (before, after) = heading.split_at(*cut);
        let before = before.trim_matches(edge);
        if let Some(period) = read_period(after.trim_matches(gap))
            && !before.is_empty()
        {
            return Some((before, period));
        }
    }
    for cut in cuts.iter().take(4).rev() {
        let (before, after) = heading.split_at(*cut);
        let after = after.trim_matches(edge);
        if let Some(period) = read_period(before.trim_matches(edge))
            && !after.is_empty()
        {
            return Some((after, period));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_periods_of_french_offices() {
        for (text, expected) in [
            ("2023", "2023"),
            ("Année 2023", "2023"),
            ("T1 2023", "2023-T1"),
            ("2023-T1", "2023-T1"),
            ("2023 T1", "2023-T1"),
            ("1T2023", ""),
            ("1T 2023", "2023-T1"),
            ("1er trimestre 2023", "2023-T1"),
            ("4e trimestre 2023", "2023-T4"),
            ("4ème trimestre 2023", "2023-T4"),
            ("Trimestre 4 2023", "2023-T4"),
            ("1er semestre 2023", "2023-S1"),
            ("S2 2023", "2023-S2"),
            ("mars 2023", "2023-M03"),
            ("Août 2023", "2023-M08"),
            ("déc. 2023", "2023-M12"),
            ("03/2023", "2023-M03"),
            ("2023-03", "2023-M03"),
            ("2023-M09", "2023-M09"),
            ("2022-2023", ""),
            ("5e trimestre 2023", ""),
            ("1 2023", ""),
            ("20223", ""),
            ("mai", ""),
        ] {
            let read = read_period(text).map(|p| p.to_string()).unwrap_or_default();
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn reads_the_days_of_french_offices() {
        let expected = Some(date(2023, 3, 12));
        for text in [
            "12/03/2023",
            "12/3/2023",
            "12-03-2023",
            "12.03.23",
            "2023-03-12",
            "2023-03-12T00:00:00",
            "12 mars 2023",
            "le 12 mars 2023",
            "12/03/2023 00:00:00",
        ] {
            assert_eq!(read_day(text), expected, "{text}");
        }
        assert_eq!(read_day("1er mars 2023"), Some(date(2023, 3, 1)));
        for text in [
            "03/2023",
            "31/02/2023",
            "12/13/2023",
            "mars",
            "12/03/2023 10:20",
        ] {
            assert_eq!(read_day(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_says_the_period_of_the_frequency() {
        let when = When::read("31/05/2023").unwrap();
        let said = |frequency| when.period(frequency).to_string();
        assert_eq!(said(None), "2023");
        assert_eq!(said(Some(Frequency::Yearly)), "2023");
        assert_eq!(said(Some(Frequency::HalfYearly)), "2023-S1");
        assert_eq!(said(Some(Frequency::Quarterly)), "2023-T2");
        assert_eq!(said(Some(Frequency::Monthly)), "2023-M05");
        assert_eq!(when.day(), Some(date(2023, 5, 31)));
    }

    #[test]
    fn a_heading_is_cut_at_its_period() {
        for (heading, expected) in [
            ("2.c.1 2023", Some(("2.c.1", "2023"))),
            ("2.c.1 (2023)", Some(("2.c.1", "2023"))),
            ("2.c.1_2023", Some(("2.c.1", "2023"))),
            ("2.c.1 T1 2023", Some(("2.c.1", "2023-T1"))),
            ("2.c.1 – 1er semestre 2023", Some(("2.c.1", "2023-S1"))),
            ("2023 - 2.c.1", Some(("2.c.1", "2023"))),
            ("Couverture en 2023", Some(("Couverture", "2023"))),
            ("2023", None),
            ("Enfants de 2 ans", None),
        ] {
            let cut = split_period(heading).map(|(text, period)| (text, period.to_string()));
            let cut = cut.as_ref().map(|(text, period)| (*text, period.as_str()));
            assert_eq!(cut, expected, "{heading}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "\\PC{0,40}") {
            let _ = (When::read(&text), read_day(&text), split_period(&text));
        }

        #[test]
        fn every_spelling_of_a_period_is_one_period(year in 1900_i16..2200, n in 1_u8..=4) {
            let expected = Some(Period::Quarter(year, n));
            for text in [
                format!("T{n} {year}"),
                format!("{year} T{n}"),
                format!("{n}e trimestre {year}"),
                format!("{year}-T{n}"),
                Period::Quarter(year, n).french(),
            ] {
                prop_assert_eq!(read_period(&text), expected, "{}", text);
            }
        }

        #[test]
        fn a_french_day_reads_back(year in 1900_i16..2200, month in 1_i8..=12, day in 1_i8..=28) {
            let expected = Date::new(year, month, day).ok();
            prop_assert_eq!(read_day(&format!("{day}/{month}/{year}")), expected);
            prop_assert_eq!(read_day(&format!("{year}-{month:02}-{day:02}")), expected);
        }
    }
}
