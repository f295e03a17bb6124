//! What the workbook was when it was downloaded, on a hidden sheet: for which act, and what each
//! cell said. A cell left as it was says nothing, whatever others wrote meanwhile.

use std::collections::BTreeMap;

use jalon_render::workbook::{Cell, Sheet as Page, Style};

use crate::contracts::Section;
use crate::imports::Workbook;

/// The sheet that keeps it.
pub(super) const SHEET: &str = "Téléchargé";
/// What its first cell says.
const REFERENCE: &str = "Référence";

/// Where a workbook comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// End of the address of the contract.
    pub contract: String,
    /// Number of the act in it.
    pub act: i64,
    /// What each text said, by [`place`]; those that said nothing are left out.
    pub seen: BTreeMap<String, String>,
}

/// What a text is kept under: its section and its name in the grid.
pub(super) fn place(section: &Section, name: &str) -> String {
    format!("{}/{name}", section.key)
}

/// The sheet.
pub(super) fn page(origin: &Origin) -> Page {
    let text = |row, column, text: &str| Cell::text(row, column, text, Style::Plain);
    let mut cells = vec![
        text(1, 1, REFERENCE),
        text(1, 2, &origin.contract),
        text(1, 3, &origin.act.to_string()),
    ];
    for (row, (place, seen)) in (2..).zip(&origin.seen) {
        cells.extend([text(row, 1, place), text(row, 2, seen)]);
    }
    Page {
        name: SHEET.to_owned(),
        hidden: true,
        cells,
        ..Page::default()
    }
}

/// Where a workbook comes from, where it still says so.
pub(super) fn of(file: &Workbook) -> Option<Origin> {
    let sheet = file.sheets.iter().find(|sheet| sheet.name == SHEET)?;
    let at = |row: u32, column: u32| sheet.cell(row, column).map(|cell| cell.text.as_str());
    if at(1, 1) != Some(REFERENCE) {
        return None;
    }
    let pair = |row: &Vec<crate::imports::Cell>| {
        let text = |column: usize| row.get(column).map(|cell| cell.text.clone());
        Some((text(0)?, text(1)?))
    };
    Some(Origin {
        contract: at(1, 2)?.to_owned(),
        act: at(1, 3)?.parse().ok()?,
        seen: sheet.rows.iter().skip(1).filter_map(pair).collect(),
    })
}
