//! A workbook as the bytes of an XLSX file.

use std::collections::{BTreeMap, HashMap};

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, Formula, Note,
    ProtectionOptions, Url, Workbook, Worksheet,
};

use super::style::format;
use super::{Answers, Area, Book, Cell, Content, LISTS_TITLE, LONGEST_TEXT, Sheet, Style};
use crate::{Day, RenderError};

/// The sheet that holds the lists of answers, hidden.
const LISTS: &str = "Listes";
/// Nobody reads a page scaled to fit any height.
const ANY_HEIGHT: u16 = 0;
/// A4, as Excel numbers papers.
const A4: u8 = 9;
/// The most digits that a spreadsheet keeps.
const DIGITS: usize = 15;

/// Writes a workbook.
pub fn xlsx(book: &Book) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(&book.title)
        .set_author("Jalon")
        .set_company("Jalon")
        .set_creation_datetime(&date(book.created)?);
    workbook.set_properties(&properties);
    let mut formats = Formats::default();
    for sheet in &book.sheets {
        write_sheet(workbook.add_worksheet(), sheet, &book.lists, &mut formats)?;
    }
    if !book.lists.is_empty() {
        write_lists(workbook.add_worksheet(), &book.lists)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The formats met so far: a cell's is looked up rather than made again.
#[derive(Default)]
struct Formats(HashMap<(Style, String, Option<u8>, bool), Format>);

impl Formats {
    fn of(&mut self, cell: &Cell, lists: &[Answers]) -> &Format {
        // What of the content changes the format.
        let shown = match &cell.content {
            Content::Empty => "empty".to_owned(),
            Content::Text(text) => format!("text {}", super::style::begins_as_formula(text)),
            Content::Number(_) | Content::YesNo(_) => "number".to_owned(),
            Content::Date(_) => "date".to_owned(),
            Content::Percentage(number) => {
                let places = number.split_once('.').map_or(0, |(_, places)| places.len());
                format!("percentage {places}")
            }
        };
        let list = cell.list.and_then(|list| lists.get(list));
        let is_text = list.is_some_and(|list| !list.open);
        let made = || format(cell.style, &cell.content, cell.decimals, is_text);
        self.0
            .entry((cell.style, shown, cell.decimals, is_text))
            .or_insert_with(made)
    }
}

fn write_sheet(
    to: &mut Worksheet,
    sheet: &Sheet,
    lists: &[Answers],
    formats: &mut Formats,
) -> Result<(), RenderError> {
    to.set_name(&sheet.name)?.set_hidden(sheet.hidden);
    for (column, width) in (0..).zip(&sheet.widths) {
        to.set_column_width(column, *width)?;
    }
    for Area {
        top,
        left,
        bottom,
        right,
    } in &sheet.merged
    {
        let plain = Format::new();
        to.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", &plain)?;
    }
    for (row, height) in heights(sheet) {
        to.set_row_height(row, height)?;
    }
    for cell in &sheet.cells {
        write_cell(to, cell, formats.of(cell, lists))?;
        if let Some(list) = cell.list {
            offer(to, cell, list, lists)?;
        }
    }
    if sheet.frozen != (0, 0) {
        to.set_freeze_panes(sheet.frozen.0, sheet.frozen.1)?;
    }
    if let Some(Area {
        top,
        left,
        bottom,
        right,
    }) = sheet.filter
    {
        to.autofilter(top - 1, left - 1, bottom - 1, right - 1)?;
    }
    if sheet.protected {
        // Columns may be widened and rows sorted by eye: only contents are kept.
        to.protect_with_options(&ProtectionOptions {
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::new()
        });
    }
    to.set_paper_size(A4).set_print_fit_to_pages(1, ANY_HEIGHT);
    to.set_footer("&L&A&R&P/&N");
    if sheet.print.landscape {
        to.set_landscape();
    }
    if sheet.print.repeated_rows > 0 {
        to.set_repeat_rows(0, sheet.print.repeated_rows - 1)?;
    }
    Ok(())
}

/// The height of each row, from 0, whose texts take several lines: not every spreadsheet makes
/// room for them by itself.
fn heights(sheet: &Sheet) -> BTreeMap<u32, f64> {
    /// Points that a line takes.
    const LINE: f64 = 15.0;
    /// The highest row of a spreadsheet.
    const HIGHEST: f64 = 409.0;
    let mut heights = BTreeMap::new();
    for cell in &sheet.cells {
        let Content::Text(text) = &cell.content else {
            continue;
        };
        let width = sheet.widths.get(usize::from(cell.column.saturating_sub(1)));
        // A bold letter is wider than the digit that widths count in.
        let wide = if cell.style == Style::Header { 6 } else { 5 };
        let Some(width) = width.filter(|_| super::style::is_wrapped(cell.style)) else {
            continue;
        };
        let lines = lines(text, usize::from(*width) * 5 / wide);
        if lines > 1 {
            let height: &mut f64 = heights.entry(cell.row.saturating_sub(1)).or_default();
            *height = height.max(LINE * f64::from(lines)).min(HIGHEST);
        }
    }
    heights
}

/// How many lines a text takes, cut between words where it can be.
fn lines(text: &str, width: usize) -> u32 {
    let width = width.max(1);
    let mut lines = 0;
    for paragraph in text.split('\n') {
        lines += 1;
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > width {
                lines += 1;
                used = 0;
            }
            let more = length.saturating_sub(1) / width;
            lines += u32::try_from(more).unwrap_or(0);
            used += usize::from(used > 0) + length - more * width;
        }
    }
    lines
}

fn write_cell(to: &mut Worksheet, cell: &Cell, format: &Format) -> Result<(), RenderError> {
    if cell.row == 0 || cell.column == 0 {
        return Err(RenderError::NoSuchCell);
    }
    let (row, column) = (cell.row - 1, cell.column - 1);
    match &cell.content {
        Content::Empty => to.write_blank(row, column, format)?,
        Content::Text(text) => to.write_string_with_format(row, column, short(text), format)?,
        Content::Number(text) => match number(text, 0) {
            Some(number) => to.write_number_with_format(row, column, number, format)?,
            None => to.write_string_with_format(row, column, short(text), format)?,
        },
        Content::Percentage(text) => {
            if let Some(number) = number(text, -2) {
                to.write_number_with_format(row, column, number, format)?
            } else {
                let text = format!("{} %", text.replace('.', ","));
                to.write_string_with_format(row, column, short(&text), format)?
            }
        }
        Content::Date(day) => match date(*day) {
            Ok(date) => to.write_datetime_with_format(row, column, &date, format)?,
            // Excel knows no day before 1900.
            Err(_) => to.write_string_with_format(row, column, day.in_words(), format)?,
        },
        Content::YesNo(yes) => to.write_boolean_with_format(row, column, *yes, format)?,
    };
    if let (Some(link), Content::Text(text)) = (&cell.link, &cell.content) {
        let target = format!(
            "internal:'{}'!{}",
            link.sheet.replace('\'', "''"),
            link.cell
        );
        let url = Url::new(target).set_text(short(text));
        to.write_url_with_format(row, column, url, &format.clone().set_hyperlink())?;
    }
    if let Some(note) = &cell.note {
        let note = Note::new(short(note))
            .set_author("Jalon")
            .add_author_prefix(false);
        to.insert_note(row, column, &note.set_width(320).set_height(120))?;
    }
    Ok(())
}

/// A text as long as a cell may hold.
fn short(text: &str) -> String {
    text.chars().take(LONGEST_TEXT / 2).collect()
}

/// A decimal text as the number that Excel would read there, moved by a power of ten.
fn number(text: &str, shift: i32) -> Option<f64> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let digits = bare.chars().filter(char::is_ascii_digit);
    let significant: String = digits.collect();
    let significant = significant
        .trim_start_matches('0')
        .trim_end_matches('0')
        .len();
    let decimal = bare.chars().all(|c| c.is_ascii_digit() || c == '.') && !bare.is_empty();
    if !decimal || significant > DIGITS {
        return None;
    }
    format!("{text}e{shift}").parse().ok()
}

fn date(day: Day) -> Result<ExcelDateTime, RenderError> {
    let (year, month, day) = day.parts();
    let year = u16::try_from(year).map_err(|_| RenderError::NoSuchCell)?;
    Ok(ExcelDateTime::from_ymd(year, month, day)?)
}

/// Offers a list of answers; another is refused unless the list is open.
fn offer(
    to: &mut Worksheet,
    cell: &Cell,
    list: usize,
    lists: &[Answers],
) -> Result<(), RenderError> {
    let (Some(answers), Ok(rank)) = (lists.get(list), u32::try_from(list)) else {
        return Ok(());
    };
    let letters = letters(rank + 1);
    // Written by Jalon, of ranks only. The first row is a title.
    let range = Formula::new(format!(
        "={LISTS}!${letters}$2:${letters}${}",
        answers.words.len().max(1) + 1
    ));
    let validation = DataValidation::new()
        .allow_list_formula(range)
        .show_error_message(!answers.open)
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("Réponse inconnue")?
        .set_error_message("Choisissez une réponse de la liste, ou laissez la cellule vide.")?;
    let (row, column) = (cell.row - 1, cell.column - 1);
    to.add_data_validation(row, column, row, column, &validation)?;
    Ok(())
}

fn write_lists(to: &mut Worksheet, lists: &[Answers]) -> Result<(), RenderError> {
    to.set_name(LISTS)?.set_hidden(true);
    to.write_string(0, 0, LISTS_TITLE)?;
    for (column, answers) in (0..).zip(lists) {
        for (row, answer) in (1..).zip(&answers.words) {
            to.write_string(row, column, short(answer))?;
        }
    }
    Ok(())
}

/// A column as spreadsheets name it: `C` for 3.
fn letters(column: u32) -> String {
    let mut letters = String::new();
    let mut rest = column;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(cells: Vec<Cell>) -> Book {
        Book {
            title: "Essai".to_owned(),
            created: Day::new(2026, 3, 10).unwrap(),
            sheets: vec![Sheet {
                name: "Valeurs".to_owned(),
                cells,
                ..Sheet::default()
            }],
            lists: vec![Answers {
                words: vec!["oui".to_owned(), "non".to_owned()],
                open: false,
            }],
        }
    }

    #[test]
    fn numbers_are_those_of_their_text() {
        assert_eq!(number("54.6", 0), Some(54.6));
        assert_eq!(number("54.6", -2), Some(0.546));
        assert_eq!(number("-0.1", 0), Some(-0.1));
        assert_eq!(number("1234567890123456", 0), None);
        assert_eq!(number("1000000000000000000000", 0), Some(1e21));
        for text in ["", "-", "1e5", "NaN", "=1", "1,5"] {
            assert_eq!(number(text, 0), None, "{text}");
        }
    }

    #[test]
    fn the_same_book_gives_the_same_bytes() {
        let cell = Cell {
            note: Some("à revoir".to_owned()),
            list: Some(0),
            ..Cell::text(1, 1, "=cmd|'/c calc'!A1", Style::Faulty)
        };
        let book = book(vec![
            cell,
            Cell::new(2, 2, Content::Number("54.6".to_owned())),
        ]);
        assert_eq!(xlsx(&book).unwrap(), xlsx(&book).unwrap());
    }

    #[test]
    fn a_text_makes_room_for_its_lines() {
        assert_eq!(lines("", 10), 1);
        assert_eq!(lines("Code INSEE", 10), 1);
        assert_eq!(lines("Code INSEE", 8), 2);
        assert_eq!(lines("un\ndeux", 10), 2);
        assert_eq!(lines("anticonstitutionnellement", 10), 3);
        let cell = Cell::text(3, 1, "un deux trois quatre", Style::Wrapped);
        let sheet = Sheet {
            widths: vec![10],
            cells: vec![cell],
            ..Sheet::default()
        };
        assert_eq!(heights(&sheet), BTreeMap::from([(2, 45.0)]));
    }

    #[test]
    fn a_cell_before_the_first_is_refused() {
        assert!(xlsx(&book(vec![Cell::new(0, 1, Content::Empty)])).is_err());
    }

    #[test]
    fn columns_are_named_as_spreadsheets_do() {
        assert_eq!([letters(1), letters(26), letters(27)], ["A", "Z", "AA"]);
    }
}
