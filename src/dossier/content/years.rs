//! A measure year by year: observed, in the country, agreed. Pure.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jalon_render::dossier::{LikelyNumbers, LikelyValue, Printed, YearLine};

use crate::contracts::Target;
use crate::dossier::ground::day;
use crate::dossier::sheet::printed_target;
use crate::figures::projection::{Likely, shown};
use crate::figures::review::Asked;
use crate::figures::{Figure, Formatter, supplier_words};
use crate::kernel::{Decimal, Period};
use crate::platform::clock::paris_date;

/// The most periods told of one measure: the last ones, where there are more.
const MOST: usize = 16;

/// One line a period that has a value or a target, the earliest first.
pub(super) fn years(
    asked: &Asked<'_>,
    contract: RangeInclusive<i16>,
    national: &[(Period, Decimal)],
    ahead: &[(i16, Likely)],
) -> Vec<YearLine> {
    let measure = asked.followed.measure;
    let formatter = Formatter::new(Some(measure));
    let mut lines: BTreeMap<Period, YearLine> = BTreeMap::new();
    let known = asked.series.map(|s| s.figures_upto(asked.place, i16::MAX));
    for (period, figure) in known.unwrap_or_default() {
        lines.insert(period, observed(figure, formatter));
    }
    let (key, facet) = (&asked.followed.indicator.key, asked.followed.facet);
    for year in contract {
        let Some(target) = asked.terms.target(asked.section, key, facet, year) else {
            continue;
        };
        let Some(text) = printed_target(target, formatter) else {
            continue;
        };
        let number = match target {
            Target::Value(value) => value.amount(formatter.per()),
            _ => None,
        };
        let line = lines.entry(Period::Year(year)).or_default();
        line.target = Some(printed(text, number));
    }
    for (year, likely) in ahead {
        let line = lines.entry(Period::Year(*year)).or_default();
        line.likely = expected(*likely, formatter);
    }
    for (period, amount) in national {
        // A year of the country alone says nothing of the place.
        if let Some(line) = lines.get_mut(period) {
            line.national = Some(printed(formatter.number(*amount), Some(*amount)));
        }
    }
    let skipped = lines.len().saturating_sub(MOST);
    let lines = lines.into_iter().skip(skipped);
    lines
        .map(|(period, line)| YearLine {
            period: period.french(),
            ..line
        })
        .collect()
}

/// What is likely, as the page says it.
fn expected(likely: Likely, formatter: Formatter<'_>) -> Option<LikelyValue> {
    let (value, low, high) = (
        shown(likely.value)?,
        shown(likely.low)?,
        shown(likely.high)?,
    );
    Some(LikelyValue {
        value: formatter.bare(value),
        range: format!("{} à {}", formatter.bare(low), formatter.bare(high)),
        numbers: Some(LikelyNumbers {
            value: value.to_string(),
            low: low.to_string(),
            high: high.to_string(),
        }),
    })
}

fn observed(figure: &Figure, formatter: Formatter<'_>) -> YearLine {
    YearLine {
        observed: Some(printed(
            formatter.value(&figure.value),
            figure.value.amount(formatter.per()),
        )),
        provisional: figure.provisional,
        fictional: figure.fictional,
        supplier: supplier_words(&figure.supplier).to_owned(),
        source: figure.source.clone().unwrap_or_default(),
        received: day(paris_date(figure.received_at)).ok(),
        ..YearLine::default()
    }
}

fn printed(text: String, number: Option<Decimal>) -> Printed {
    Printed {
        text,
        number: number.map(|number| number.to_string()),
    }
}
