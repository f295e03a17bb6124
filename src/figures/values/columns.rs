//! How a file was read, as a person sees and corrects it, and as it is remembered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::mapping::{Column, IGNORED, Mapping, Part, SheetMapping, UnknownColumn, headings};
use super::table::Table;
use super::when::{read_period, split_period};
use crate::frameworks::{Catalogue, Indicator};
use crate::imports::{Choice, ColumnUse, FileMapping, NameUse, SheetColumns, Uses, Workbook};
use crate::kernel::Period;
use crate::measures::Measure;

/// What may be said of a file: of its columns, what is said of whole rows, then the measures of
/// that framework, or of all of them; of its names, those measures.
pub(super) fn uses(catalogue: &Catalogue, framework: Option<&str>) -> Uses {
    let choice = |column: &Column, label: String| Choice {
        value: column.to_string(),
        label,
    };
    let plain = Column::PLAIN.iter().map(|(column, ..)| column);
    let mut uses = Uses {
        columns: plain
            .filter(|column| **column != Column::Unclear)
            .map(|column| choice(column, column.french()))
            .collect(),
        names: vec![Choice {
            value: IGNORED.to_owned(),
            label: "rien : ses lignes sont laissées de côté".to_owned(),
        }],
    };
    for part in [Part::Value, Part::Numerator, Part::Denominator] {
        let label = format!(
            "{} de l’indicateur de la ligne ou de la feuille",
            part.french()
        );
        uses.columns.push(choice(&Column::figure(part), label));
    }
    for (indicator, measure) in measures(catalogue, framework) {
        let name = indicator.code.as_ref().unwrap_or(&indicator.key);
        uses.names.push(Choice {
            value: measure.code.clone(),
            label: format!("{name}, {}", measure.label),
        });
        for part in parts(measure.numerator.is_some()) {
            let column = Column::Figure {
                part: *part,
                measure: Some(measure.code.clone()),
                period: None,
            };
            let label = format!("{} de {name}, {}", part.french(), measure.label);
            uses.columns.push(choice(&column, label));
        }
    }
    let slots = catalogue.slots();
    let slots = slots.filter(|slot| framework.is_none_or(|code| slot.framework == code));
    uses.columns.extend(slots.map(|slot| {
        let column = Column::Figure {
            part: Part::Value,
            measure: Some(slot.code.clone()),
            period: None,
        };
        let name = slot.indicator.code.as_ref().unwrap_or(&slot.indicator.key);
        choice(
            &column,
            format!("valeur de {name}, tel que chaque contrat le définit"),
        )
    }));
    uses
}

/// Each measure once, with the first indicator that brings it in.
fn measures<'a>(
    catalogue: &'a Catalogue,
    framework: Option<&'a str>,
) -> impl Iterator<Item = (&'a Indicator, &'a Measure)> {
    let frameworks = catalogue.frameworks().into_iter().map(|e| &e.framework);
    let wanted = frameworks.filter(move |f| framework.is_none_or(|code| f.code == code));
    let indicators = wanted.flat_map(|framework| &framework.indicators);
    let mut known = BTreeSet::new();
    indicators
        .flat_map(|indicator| indicator.measures.iter().map(move |code| (indicator, code)))
        .filter_map(|(indicator, code)| Some((indicator, catalogue.measure(code)?)))
        .filter(move |(_, measure)| known.insert(&measure.code))
}

fn parts(is_ratio: bool) -> &'static [Part] {
    if is_ratio {
        &[Part::Value, Part::Numerator, Part::Denominator]
    } else {
        &[Part::Value]
    }
}

/// A mapping as a person corrected it. A sheet without a header row is not read; one whose header
/// was said to stand on another row has its headings read anew. A name that a person explained in
/// an earlier file stays explained where this one does not use it.
///
/// # Errors
/// Where what a column holds is no word of [`Column`].
pub(super) fn corrected(kept: &Mapping, said: &FileMapping) -> Result<Mapping, UnknownColumn> {
    let mut mapping = Mapping {
        names: kept.names.clone(),
        ..Mapping::default()
    };
    for NameUse { name, means } in &said.names {
        if means.is_empty() {
            mapping.names.remove(name);
        } else {
            mapping.names.insert(name.clone(), means.clone());
        }
    }
    for said in said.sheets.iter().filter(|sheet| sheet.header > 0) {
        let known = kept.sheet(&said.sheet);
        let Some(known) = known.filter(|known| known.header == said.header) else {
            mapping.sheets.push(SheetMapping {
                sheet: said.sheet.clone(),
                header: said.header,
                ..SheetMapping::default()
            });
            continue;
        };
        let mut sheet = known.clone();
        for (column, said) in sheet.columns.iter_mut().zip(&said.columns) {
            *column = chosen(column, said)?;
        }
        mapping.sheets.push(sheet);
    }
    Ok(mapping)
}

/// What a person chose for a column. The choices say no period: the one that was read stays.
fn chosen(known: &Column, said: &ColumnUse) -> Result<Column, UnknownColumn> {
    Ok(match said.holds.parse()? {
        Column::Figure {
            part,
            measure,
            period: None,
        } => Column::Figure {
            part,
            measure,
            period: period_of(known).or_else(|| in_heading(&said.heading)),
        },
        column => column,
    })
}

fn period_of(column: &Column) -> Option<Period> {
    match column {
        Column::Figure { period, .. } => *period,
        _ => None,
    }
}

fn in_heading(heading: &str) -> Option<Period> {
    let beside = split_period(heading).map(|(_, period)| period);
    beside.or_else(|| read_period(heading))
}

/// The mapping of an earlier file of that supplier that fits this one: read where it was made for
/// the same headings on the same rows, else laid over where this file's tables stand.
pub(super) fn remembered(
    remembered: &BTreeMap<String, Json>,
    workbook: &Workbook,
    proposed: &Mapping,
) -> Option<Mapping> {
    // What another version of Jalon wrote in other words is as good as forgotten.
    let read = |kept: &Json| serde_json::from_value::<Mapping>(kept.clone()).ok();
    for (signature, kept) in remembered {
        if let Some(kept) = read(kept)
            && kept.signature(workbook) == *signature
        {
            return Some(kept);
        }
    }
    let kept = read(remembered.get(&proposed.signature(workbook))?)?;
    Some(kept.laid_over(proposed))
}

/// A mapping with what a person sees of it, the sheets that are not read included.
pub(super) fn shown(table: &Table, workbook: &Workbook) -> Result<FileMapping, serde_json::Error> {
    let mapping = &table.mapping;
    let held = workbook
        .sheets
        .iter()
        .filter(|sheet| !sheet.rows.is_empty());
    let sheets = held.map(|sheet| {
        let Some(read) = mapping.sheet(&sheet.name) else {
            return SheetColumns {
                sheet: sheet.name.clone(),
                ..SheetColumns::default()
            };
        };
        let columns = headings(sheet, read).into_iter().zip(&read.columns);
        let columns = columns.map(|(heading, column)| ColumnUse {
            heading,
            holds: column.to_string(),
            label: column.french(),
        });
        SheetColumns {
            sheet: sheet.name.clone(),
            header: read.header,
            columns: columns.collect(),
        }
    });
    let is_read = !mapping.sheets.is_empty();
    Ok(FileMapping {
        signature: if is_read {
            mapping.signature(workbook)
        } else {
            String::new()
        },
        kept: serde_json::to_value(mapping)?,
        sheets: sheets.collect(),
        names: table
            .foreign_names
            .iter()
            .map(|name| NameUse {
                name: name.clone(),
                means: mapping.names.get(name).cloned().unwrap_or_default(),
            })
            .collect(),
    })
}
