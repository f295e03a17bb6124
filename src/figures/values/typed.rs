//! Templates and typed forms, read back by the reader: they leave nothing to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jalon_render::workbook::{Book, Content, Style, xlsx};
use jiff::civil::date;

use super::faults::{CATALOGUE, DIRECTORY, figures, read_with, taken, told};
use super::form::{Entries, PasteError, pasted};
use super::grid::{Grid, Soil, Wanted, WantedError};
use super::template::{template, years};
use super::{Codes, Settings, Table};
use crate::access::Reach;
use crate::figures::FiguresView;
use crate::imports::{Answers, read_workbook};
use crate::kernel::Period;

const STATE_ARS: &str = "etat-ars-2024-2028";

static EVERYTHING: LazyLock<Reach> = LazyLock::new(Reach::of_installation);

fn soil(figures: &FiguresView) -> Soil<'_> {
    Soil {
        catalogue: &CATALOGUE,
        directory: &DIRECTORY,
        figures,
        today: date(2026, 6, 1),
        reach: &EVERYTHING,
    }
}

fn wanted(framework: &str, years: &[i16]) -> Wanted {
    Wanted {
        framework: framework.to_owned(),
        indicator: None,
        supplier: None,
        region: None,
        years: years.to_vec(),
    }
}

fn girls(years: &[i16]) -> Wanted {
    Wanted {
        indicator: Some("2.c.1".to_owned()),
        ..wanted(STATE_ARS, years)
    }
}

fn brittany(years: &[i16]) -> Wanted {
    Wanted {
        region: Some("Bretagne".to_owned()),
        ..wanted(STATE_ARS, years)
    }
}

fn read_bytes(bytes: &[u8], settings: &Settings, figures: &FiguresView) -> Table {
    let workbook = read_workbook(bytes).unwrap();
    read_with(&workbook, settings, None, &Answers::default(), figures)
}

/// Every kind of template: whole frameworks, a supplier, a region, an indicator.
fn all_wanted() -> Vec<Wanted> {
    let mut all = vec![girls(&[2022, 2023]), brittany(&[2023, 2024])];
    all.push(Wanted {
        supplier: Some("DGS".to_owned()),
        ..wanted(STATE_ARS, &[2024])
    });
    for edited in CATALOGUE.frameworks() {
        let framework = &edited.framework;
        // Regions are those of 2016: a framework that ended before has no row for the new ones.
        let year = framework.ends.min(2025);
        all.push(wanted(&framework.code, &[year]));
    }
    all
}

fn subjects(book: &Wanted, figures: &FiguresView) -> BTreeSet<(String, String, Period)> {
    let choice = soil(figures).choose(book).unwrap();
    let mut subjects = BTreeSet::new();
    for grid in choice.grids() {
        for line in &grid.lines {
            let asked = grid
                .periods
                .iter()
                .filter(|period| grid.asks(line, **period));
            let subject =
                |period: &Period| (line.measure.code.clone(), line.place.code.clone(), *period);
            subjects.extend(asked.map(subject));
        }
    }
    subjects
}

/// The same book with that text in every cell to fill in.
fn filled(mut book: Book, text: &str) -> Book {
    let cells = book.sheets.iter_mut().flat_map(|sheet| &mut sheet.cells);
    for cell in cells.filter(|cell| cell.style == Style::Input) {
        cell.content = Content::Text(text.to_owned());
    }
    book
}

#[test]
fn a_template_reads_back_without_a_word() {
    let figures = figures();
    for wanted in all_wanted() {
        let book = template(&wanted, soil(&figures)).unwrap();
        let empty = read_bytes(&xlsx(&book).unwrap(), &Settings::default(), &figures);
        assert_eq!(told(&empty), [""; 0], "{wanted:?}");
        assert_eq!(empty.candidates().count(), 0, "{wanted:?}");
        let full = filled(book, "nd");
        let full = read_bytes(&xlsx(&full).unwrap(), &Settings::default(), &figures);
        assert_eq!(told(&full), [""; 0], "{wanted:?}");
        let read = full
            .candidates()
            .map(|c| (c.subject.measure, c.subject.place, c.subject.period));
        assert_eq!(
            read.collect::<BTreeSet<_>>(),
            subjects(&wanted, &figures),
            "{wanted:?}"
        );
    }
}

#[test]
fn a_template_tells_what_stands_in_columns_that_are_not_read() {
    let figures = figures();
    let book = template(&girls(&[2024, 2025]), soil(&figures)).unwrap();
    let sheet = book
        .sheets
        .iter()
        .find(|sheet| sheet.name == "2.c.1")
        .unwrap();
    let headings: Vec<&str> = sheet
        .cells
        .iter()
        .filter(|cell| cell.row == 4)
        .filter_map(|cell| match &cell.content {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let memory: Vec<&str> = headings
        .iter()
        .copied()
        .filter(|h| h.starts_with("Pour mémoire"))
        .collect();
    let expected = [
        "Pour mémoire 2021",
        "Pour mémoire 2022",
        "Pour mémoire 2023",
        "Pour mémoire 2024",
    ];
    assert_eq!(memory, expected);
    let input = |cell: &&jalon_render::workbook::Cell| cell.style == Style::Input;
    let inputs = sheet.cells.iter().filter(input).count();
    assert_eq!(inputs % (19 * 2), 0, "{inputs}");
    assert!(sheet.protected);
    let held = sheet
        .cells
        .iter()
        .filter(|cell| matches!(cell.content, Content::Number(_)));
    assert!(held.clone().count() >= 13 && held.into_iter().all(|cell| cell.style == Style::Locked));
}

#[test]
fn what_cannot_be_filled_in_is_said() {
    let none = FiguresView::default();
    let choose = |wanted: Wanted| soil(&none).choose(&wanted).err();
    assert_eq!(
        choose(wanted("absent", &[])),
        Some(WantedError::Framework("absent".to_owned()))
    );
    let odd = Wanted {
        indicator: Some("9.z".to_owned()),
        ..wanted(STATE_ARS, &[])
    };
    assert_eq!(choose(odd), Some(WantedError::Indicator("9.z".to_owned())));
    let odd = Wanted {
        region: Some("Atlantide".to_owned()),
        ..wanted(STATE_ARS, &[])
    };
    assert_eq!(
        choose(odd),
        Some(WantedError::Region("Atlantide".to_owned()))
    );
    assert_eq!(
        choose(wanted(STATE_ARS, &[2027])),
        Some(WantedError::Year(2027, 2014, 2026))
    );
    assert_eq!(
        choose(wanted(STATE_ARS, &(2014..2026).collect::<Vec<_>>())),
        Some(WantedError::Years)
    );
    assert_eq!(years("2022-2024, 2026"), Ok(vec![2022, 2023, 2024, 2026]));
    assert!(years("l’an prochain").is_err());
}

/// The only grid of a choice.
fn with_grid(wanted: &Wanted, figures: &FiguresView, test: impl Fn(&Grid<'_>, &Codes<'_>)) {
    let choice = soil(figures).choose(wanted).unwrap();
    let codes = Codes::of(&CATALOGUE, Some(STATE_ARS));
    test(&choice.grids()[0], &codes);
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = pairs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    owned.collect()
}

const BRITTANY_2025: &str = "vaccination-hpv-filles-15-ans~53~2025~valeur";
const BRITTANY_2024: &str = "vaccination-hpv-filles-15-ans~53~2024~valeur";

#[test]
fn only_what_was_typed_is_sent_and_problems_find_their_cell() {
    let figures = figures();
    with_grid(&girls(&[2025]), &figures, |grid, codes| {
        assert_eq!(Entries::of(grid).file(grid, codes), None);
        let typed = fields(&[
            (BRITTANY_2025, " 58,2 "),
            (&format!("vu:{BRITTANY_2025}"), ""),
        ]);
        let entries = Entries::of(grid).typed(grid, &typed);
        assert_eq!(entries.problems(), 0);
        let file = entries.file(grid, codes).unwrap();
        let table = read_bytes(&file.bytes, &Settings::default(), &figures);
        assert_eq!(told(&table), [""; 0]);
        assert_eq!(taken(&table), ["vaccination 53 2025 58.2"]);
        let at = table.candidates().next().unwrap().place;
        assert_eq!(file.field(&at), Some(BRITTANY_2025));
    });
}

#[test]
fn what_two_people_typed_comes_back_with_both_and_an_emptied_cell_is_no_withdrawal() {
    let figures = figures();
    with_grid(&girls(&[2024]), &figures, |grid, codes| {
        let current = Entries::of(grid).get(BRITTANY_2024).current;
        assert!(!current.is_empty());
        let typed = fields(&[
            (BRITTANY_2024, "58,2"),
            (&format!("vu:{BRITTANY_2024}"), "40"),
        ]);
        let entries = Entries::of(grid).typed(grid, &typed);
        let entry = entries.get(BRITTANY_2024);
        let problem = entry.problem.unwrap();
        assert!(
            problem.contains(&current) && problem.contains("58,2"),
            "{problem}"
        );
        // Seen and sent again, it holds.
        let again = fields(&[
            (BRITTANY_2024, "58,2"),
            (&format!("vu:{BRITTANY_2024}"), &current),
        ]);
        assert_eq!(Entries::of(grid).typed(grid, &again).problems(), 0);
        // What was not touched follows what somebody else wrote.
        let untouched = fields(&[
            (BRITTANY_2024, "40"),
            (&format!("vu:{BRITTANY_2024}"), "40"),
        ]);
        let entries = Entries::of(grid).typed(grid, &untouched);
        assert_eq!((entries.problems(), entries.file(grid, codes)), (0, None));
        let emptied = fields(&[
            (BRITTANY_2024, ""),
            (&format!("vu:{BRITTANY_2024}"), &current),
        ]);
        assert_eq!(Entries::of(grid).typed(grid, &emptied).problems(), 1);
    });
}

#[test]
fn a_block_pasted_any_way_says_the_same() {
    let none = FiguresView::default();
    let expected = [
        "vaccination 53 2022 45.2",
        "vaccination 53 2023 54.6",
        "vaccination 84 2022 47",
        "vaccination 84 2023 nd",
    ];
    let read = |wanted: &Wanted, text: &str| {
        let mut said = Vec::new();
        let choice = soil(&none).choose(wanted).unwrap();
        let grid = &choice.grids()[0];
        let codes = Codes::of(&CATALOGUE, Some(STATE_ARS));
        let bytes = pasted(grid, text, &codes, &DIRECTORY).unwrap();
        let settings = Settings {
            framework: Some(STATE_ARS.to_owned()),
            indicator: Some(grid.lines[0].measure.code.clone()).filter(|_| grid.region().is_none()),
            ..Settings::default()
        };
        let table = read_bytes(&bytes, &settings, &none);
        assert_eq!(told(&table), [""; 0], "{text}");
        said.extend(taken(&table));
        said.sort();
        said
    };
    for text in [
        "Bretagne\t45,2\t54,6\nARA\t47\tnd\n",
        "53\tBretagne\t45,2\t54,6\r\n84\tAuvergne-Rhône-Alpes\t47\tnd\r\n",
        "Région\t2022\t2023\nBretagne\t45,2 %\t54,6 %\nAuvergne et Rhône Alpes\t47\tnd\n",
        "\nBretagne;45,2;54,6\nARA;47;nd\n\n",
    ] {
        let said = read(&girls(&[2022, 2023]), text);
        assert_eq!(said.len(), 4, "{text}");
        assert_eq!(said[..3], expected[..3], "{text}");
    }
    // Codes alone are known where there are enough of them; no label at all, by the order.
    let codes = "53\t45,2\n84\t47\n11\t40\n";
    assert_eq!(read(&girls(&[2022]), codes).len(), 3);
    let column: Vec<String> = (40..58).map(|value| format!("{value},5\n")).collect();
    let column = column.concat();
    assert_eq!(read(&girls(&[2022]), &column).len(), 18);
    let region = read(&brittany(&[2023]), "2.c.1\t54,6\n");
    assert_eq!(region, ["vaccination 53 2023 54.6"]);
}

#[test]
fn a_block_that_fits_nothing_is_refused_in_words() {
    let none = FiguresView::default();
    with_grid(&girls(&[2022]), &none, |grid, codes| {
        let refused = |text: &str| pasted(grid, text, codes, &DIRECTORY).unwrap_err();
        assert_eq!(refused(" \n\t\n"), PasteError::Empty);
        assert_eq!(
            refused("1\n2\n"),
            PasteError::Rows(2, grid.lines.len(), "régions")
        );
        let wide = "Bretagne\t1\t2\t3\t4\nCorse\t1\t2\t3\t4\n";
        assert!(matches!(refused(wide), PasteError::Columns(4, _)));
    });
}
