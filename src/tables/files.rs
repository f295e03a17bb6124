//! A table as the bytes of a file. Pure.

use jalon_render::workbook::{
    Area, Book, Cell, Content, Sheet, Style, csv, harmless, sheet_name, xlsx,
};
use jalon_render::{Day, RenderError};
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, html};

use crate::platform::web::table::{Column, Datum, Table};

/// The widest a column of a workbook is, in characters.
const WIDEST: usize = 60;
/// The narrowest, so that the arrow of its filter does not hide its heading.
const NARROWEST: usize = 8;

/// What names the columns of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Headings {
    /// What people read.
    Words,
    /// The keys, which never change.
    Keys,
}

impl Headings {
    fn of(self, column: &Column) -> &str {
        match self {
            Self::Words => &column.heading,
            Self::Keys => &column.key,
        }
    }
}

/// What a table is saved as, without the end that tells its format: of a day of the past, the name
/// says which.
pub(super) fn stem(name: &str, then: Option<Date>) -> String {
    match then {
        Some(day) => format!("{name}-au-{day}"),
        None => name.to_owned(),
    }
}

/// As CSV, for a French Excel.
pub(super) fn as_csv(table: &Table, headings: Headings) -> Vec<u8> {
    let columns = table.columns.iter();
    let head = columns.map(|column| Content::Text(headings.of(column).to_owned()));
    let mut rows = vec![head.collect()];
    for row in &table.rows {
        rows.push(row.iter().map(|cell| content(&cell.datum)).collect());
    }
    csv(&rows)
}

/// As a workbook: the heading stays in sight, every column has its filter.
pub(super) fn as_xlsx(table: &Table, title: &str, today: Date) -> Result<Vec<u8>, RenderError> {
    let mut widths: Vec<usize> = Vec::new();
    let mut cells = Vec::new();
    for (column, at) in table.columns.iter().zip(1_u16..) {
        widths.push(column.heading.chars().count() + 3);
        cells.push(Cell::text(1, at, column.heading.clone(), Style::Header));
    }
    for (row, line) in table.rows.iter().zip(2_u32..) {
        for ((cell, at), width) in row.iter().zip(1_u16..).zip(&mut widths) {
            *width = (*width).max(cell.datum.french().chars().count() + 2);
            cells.push(Cell::new(line, at, content(&cell.datum)));
        }
    }
    let last = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let filter = Area {
        top: 1,
        left: 1,
        bottom: last(table.rows.len() + 1),
        right: u16::try_from(table.columns.len()).unwrap_or(u16::MAX),
    };
    let width = |width: usize| u16::try_from(width.clamp(NARROWEST, WIDEST)).unwrap_or(u16::MAX);
    let sheet = Sheet {
        name: sheet_name(title, &[]),
        widths: widths.into_iter().map(width).collect(),
        cells,
        frozen: (1, 1),
        filter: (!table.columns.is_empty()).then_some(filter),
        ..Sheet::default()
    };
    xlsx(&Book {
        title: table.caption.clone(),
        created: day(today)?,
        sheets: vec![sheet],
        lists: Vec::new(),
    })
}

/// As a page that holds nothing but the table: what « Données à partir du web » looks for.
pub(super) fn as_html(table: &Table, headings: Headings) -> Markup {
    html! {
        (DOCTYPE)
        html lang="fr" {
            head { meta charset="utf-8"; title { (table.caption) } }
            body { table id=(table.key) {
                thead { tr { @for column in &table.columns { th scope="col" { (headings.of(column)) } } } }
                tbody { @for row in &table.rows {
                    tr { @for cell in row { td { (plain(&cell.datum)) } } }
                } }
            } }
        }
    }
}

/// The text of a cell, which no spreadsheet takes for a formula.
fn plain(datum: &Datum) -> String {
    match datum {
        Datum::Nothing => String::new(),
        Datum::Number { value, .. } => value.to_string().replace('.', ","),
        Datum::Day(_) => datum.french(),
        Datum::Text(text) | Datum::State { word: text, .. } => harmless(text).into_owned(),
    }
}

fn content(datum: &Datum) -> Content {
    match datum {
        Datum::Nothing => Content::Empty,
        Datum::Number { value, .. } => Content::Number(value.to_string()),
        Datum::Day(date) => {
            day(*date).map_or_else(|_| Content::Text(datum.french()), Content::Date)
        }
        Datum::Text(text) | Datum::State { word: text, .. } => Content::Text(text.clone()),
    }
}

fn day(date: Date) -> Result<Day, RenderError> {
    let part = |n: i8| u8::try_from(n).unwrap_or(1);
    Day::new(i32::from(date.year()), part(date.month()), part(date.day()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Decimal;
    use jiff::civil::date;

    fn table() -> Table {
        let columns = vec![
            Column::words("region", "Région"),
            Column::numbers("valeur", "Valeur"),
            Column::words("recue", "Reçue le"),
        ];
        let mut table = Table::new("essai", "Essai", columns);
        let number = |n: i64| Decimal::ratio(Decimal::from_int(n)?, Decimal::from_int(10)?, 1);
        table.rows = vec![
            vec![
                crate::platform::web::table::Cell::text("=1+1; <b>"),
                Datum::number(number(-546), 0).into(),
                Datum::Day(date(2026, 3, 15)).into(),
            ],
            vec![
                Datum::Nothing.into(),
                Datum::Nothing.into(),
                Datum::Nothing.into(),
            ],
        ];
        table
    }

    #[test]
    fn a_file_is_exact_and_holds_no_formula() {
        let text = String::from_utf8(as_csv(&table(), Headings::Words)).unwrap();
        assert_eq!(
            text,
            "\u{feff}Région;Valeur;Reçue le\r\n\"'=1+1; <b>\";-54,6;15/03/2026\r\n;;\r\n"
        );
        let text = String::from_utf8(as_csv(&table(), Headings::Keys)).unwrap();
        assert!(
            text.starts_with("\u{feff}region;valeur;recue\r\n"),
            "{text}"
        );
        let page = as_html(&table(), Headings::Keys).into_string();
        assert!(
            page.contains("<td>'=1+1; &lt;b&gt;</td><td>-54,6</td><td>15/03/2026</td>"),
            "{page}"
        );
    }

    #[test]
    fn a_workbook_is_read_back_with_its_types() {
        use calamine::{Data, Reader as _};
        let bytes = as_xlsx(&table(), "Essai", date(2026, 3, 15)).unwrap();
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("Essai").unwrap();
        assert_eq!(sheet.get((0, 1)), Some(&Data::String("Valeur".to_owned())));
        assert_eq!(
            sheet.get((1, 0)),
            Some(&Data::String("=1+1; <b>".to_owned()))
        );
        assert_eq!(sheet.get((1, 1)), Some(&Data::Float(-54.6)));
        assert!(matches!(sheet.get((1, 2)), Some(Data::DateTime(_))));
        let formulas = book.worksheet_formula("Essai").unwrap();
        assert!(formulas.used_cells().next().is_none());
    }
}
