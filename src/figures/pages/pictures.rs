//! The map and the charts of an indicator, described in words as well.

use jalon_render::chart::{self, Axis, DotPlot, DotRow, Reference};
use jalon_render::map::{self, LegendItem, MapRegion, MapSpec};
use jalon_render::{Description, Target};

use crate::figures::Formatter;
use crate::figures::comparison::{Comparison, Row};
use crate::kernel::Decimal;

/// The map of a comparison; `None` where nothing can be drawn.
pub(super) fn map(comparison: &Comparison<'_>, label: &str) -> Option<String> {
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
    let spec = MapSpec {
        id: "carte".to_owned(),
        about,
        unit: formatter.sign().map(ToOwned::to_owned),
        regions,
        legend: Vec::new(),
    };
    Some(map::choropleth(&spec, Target::Page))
}

/// What each shade of the map stands for, from the lightest.
pub(super) fn legend(comparison: &Comparison<'_>) -> Vec<LegendItem> {
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
pub(super) fn dots(comparison: &Comparison<'_>, label: &str) -> Option<String> {
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
    let spec = DotPlot {
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
    };
    Some(chart::dots(&spec, Target::Page))
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
