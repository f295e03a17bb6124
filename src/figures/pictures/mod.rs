//! The map and the charts of an indicator, described in words as well: the same for a page and for
//! paper. Plain data for `jalon_render`; what draws and where never lives here.

mod course;
mod funnel;

pub(in crate::figures) use course::{between, range};
pub use course::{course, spark};
pub use funnel::funnel;

use jalon_render::Description;
use jalon_render::chart::{Axis, DotPlot, DotRow, Reference, Strip, StripDot};
use jalon_render::map::{LegendItem, MapRegion, MapSpec};

use crate::figures::Formatter;
use crate::figures::comparison::{Comparison, Row};
use crate::kernel::Decimal;

/// The map of a comparison; `None` where nothing can be drawn.
pub fn map(comparison: &Comparison<'_>, label: &str) -> Option<MapSpec> {
    let formatter = Formatter::new(Some(comparison.measure));
    let about = Description::new(
        &format!("Carte : {label}, {}", comparison.period.french()),
        &extremes(comparison)?,
    )
    .ok()?;
    let regions = comparison
        .rows
        .iter()
        .map(|row| MapRegion {
            code: row.code.to_owned(),
            name: row.name.to_owned(),
            class: row.amount.map_or(0, |amount| comparison.class(amount)),
            label: row
                .amount
                .map_or_else(|| "nd".to_owned(), |amount| formatter.bare(amount)),
            href: None,
        })
        .collect();
    Some(MapSpec {
        id: "carte".to_owned(),
        about,
        unit: formatter.sign().map(ToOwned::to_owned),
        regions,
        legend: legend(comparison),
    })
}

/// What each shade of the map stands for, from the lightest.
pub fn legend(comparison: &Comparison<'_>) -> Vec<LegendItem> {
    let formatter = Formatter::new(Some(comparison.measure));
    let classes = comparison.classes().into_iter();
    classes
        .map(|(class, low, high)| LegendItem {
            class,
            label: if low == high {
                formatter.bare(low)
            } else {
                format!("{} à {}", formatter.bare(low), formatter.bare(high))
            },
        })
        .collect()
}

/// The regions between two periods; `None` where there is nothing to compare.
pub fn dots(comparison: &Comparison<'_>, label: &str) -> Option<DotPlot> {
    let before = comparison.before?;
    let formatter = Formatter::new(Some(comparison.measure));
    let title = format!(
        "{label}, {} et {}",
        before.french(),
        comparison.period.french()
    );
    let about = Description::new(&title, &extremes(comparison)?).ok()?;
    let rows: Vec<&Row<'_>> = comparison.known().collect();
    let drawn = |row: &Row<'_>| [row.amount, row.earlier];
    let values = rows
        .iter()
        .flat_map(|row| drawn(row))
        .chain(drawn(&comparison.national))
        .flatten()
        .map(Decimal::to_f64_for_drawing);
    Some(DotPlot {
        id: "points".to_owned(),
        about,
        axis: Axis::fitting(values, formatter.sign().unwrap_or_default()),
        rows: rows
            .iter()
            .map(|row| DotRow {
                name: row.name.to_owned(),
                before: row.earlier.map(Decimal::to_f64_for_drawing),
                now: row.amount.map(Decimal::to_f64_for_drawing),
                text: row.amount.map_or_else(String::new, |a| formatter.bare(a)),
                is_setback: comparison.is_setback(row),
            })
            .collect(),
        national: comparison.national.amount.map(|amount| Reference {
            value: amount.to_f64_for_drawing(),
            text: format!("France {}", formatter.bare(amount)),
        }),
        goal: None,
    })
}

/// How the values are spread, with the country's; `None` under two values.
pub fn strip(comparison: &Comparison<'_>, label: &str) -> Option<Strip> {
    let formatter = Formatter::new(Some(comparison.measure));
    let title = format!("Répartition : {label}, {}", comparison.period.french());
    let mut detail = extremes(comparison)?;
    if let Some(national) = comparison.national.amount {
        detail = format!("France : {}. {detail}", formatter.number(national));
    }
    let dots: Vec<StripDot> = comparison
        .known()
        .filter_map(|row| {
            let amount = row.amount?;
            Some(StripDot {
                name: row.name.to_owned(),
                value: amount.to_f64_for_drawing(),
                text: formatter.number(amount),
            })
        })
        .collect();
    if dots.len() < 2 {
        return None;
    }
    let national = comparison.national.amount.map(Decimal::to_f64_for_drawing);
    let values = dots.iter().map(|dot| dot.value).chain(national);
    Some(Strip {
        id: "repartition".to_owned(),
        about: Description::new(&title, &detail).ok()?,
        axis: Axis::fitting(values, formatter.sign().unwrap_or_default()),
        whole: comparison.national.amount.map(|amount| Reference {
            value: amount.to_f64_for_drawing(),
            text: format!("France {}", formatter.bare(amount)),
        }),
        dots,
    })
}

fn extremes(comparison: &Comparison<'_>) -> Option<String> {
    let formatter = Formatter::new(Some(comparison.measure));
    let Some((highest, lowest)) = comparison.extremes() else {
        let known = comparison.known().count();
        let amount = formatter.number(comparison.known().next()?.amount?);
        return Some(match known {
            1 => format!("Une seule région renseignée : {amount}."),
            n => format!("{n} régions, toutes à {amount}."),
        });
    };
    Some(format!(
        "De {} ({}) à {} ({}). Toutes les valeurs figurent dans le tableau qui suit.",
        formatter.number(lowest.amount?),
        lowest.name,
        formatter.number(highest.amount?),
        highest.name
    ))
}
