//! Jalon's own template: a workbook to fill in, which the reader takes without a question.
//!
//! One sheet an indicator, a row for each region, the years side by side; or, for one region, one
//! sheet with a row for each indicator. What stands already is told in grey columns that are not
//! read back: an empty cell says nothing, so that a template kept for months overwrites nothing
//! by itself.

use jalon_render::workbook::{
    Answers, Book, Cell, Content, LONGEST_TEXT, Link, Print, Sheet, Style, sheet_name,
};
use jalon_render::{Day, RenderError};
use jiff::civil::Date;

use super::Codes;
use super::form::absent_word;
use super::grid::{Choice, Grid, Line, Soil, Wanted, WantedError};
use super::mapping::Part;
use crate::imports::NOTICE_TITLE;
use crate::kernel::{Period, Value, ValueKind};
use crate::measures::Measure;
use crate::organisations::Organisation;

/// What the heading of a column that is not read back begins with.
pub const MEMORY: &str = "Pour mémoire";
/// What may be written where there is no value, and what it says.
pub const ABSENCES: [(&str, &str); 5] = [
    ("nd", "non disponible : elle manque, sans autre raison"),
    ("NC", "non communiqué : le fournisseur ne la publie pas"),
    ("s.o.", "sans objet : l’indicateur n’a pas de sens ici"),
    ("secret statistique", "trop peu de cas pour la publier"),
    ("non recueilli", "personne ne l’a recueillie"),
];

/// The row of the headings: a title and a note stand above.
const HEADER: u32 = 4;
/// The ranks of the lists of answers.
const NUMBERS: usize = 0;
const YES_NO: usize = 1;

/// Why no template can be made.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// What was asked for is nothing to fill in.
    #[error(transparent)]
    Wanted(#[from] WantedError),
    /// The workbook could not be written.
    #[error("le modèle n’a pas pu être écrit")]
    Render(#[from] RenderError),
}

/// The template for what a person asks to fill in.
///
/// # Errors
/// Where it names nothing that exists, or nothing is to be loaded for it.
pub fn template(wanted: &Wanted, soil: Soil<'_>) -> Result<Book, TemplateError> {
    let choice = soil.choose(wanted)?;
    // The file is read back without the framework being said.
    let codes = Codes::of(soil.catalogue, None);
    let mut names = Vec::new();
    let mut sheets = Vec::new();
    for grid in choice.grids() {
        let wanted = match choice.region {
            Some(region) => region.name.as_str(),
            None => grid.lines[0].name(&codes),
        };
        let taken: Vec<&str> = std::iter::once("Lisez-moi")
            .chain(names.iter().map(String::as_str))
            .collect();
        let name = sheet_name(wanted, &taken);
        sheets.push(
            Writer {
                grid: &grid,
                codes: &codes,
                by_indicator: choice.region.is_none(),
            }
            .sheet(&name),
        );
        names.push(name);
    }
    let mut all = vec![notice(&choice, soil, &codes, &sheets)];
    all.extend(sheets);
    Ok(Book {
        title: format!("{NOTICE_TITLE} : {}", choice.framework.title),
        created: day(soil.today)?,
        sheets: all,
        lists: lists(),
    })
}

/// Years as people write several: `2023`, `2022, 2023`, `2022-2024`; none for none.
///
/// # Errors
/// Where some of it is no year.
pub fn years(text: &str) -> Result<Vec<i16>, WantedError> {
    let wrong = |part: &str| WantedError::NoYear(part.trim().to_owned());
    let mut years = Vec::new();
    for part in text.split([',', ';', ' ']).filter(|part| !part.is_empty()) {
        let (from, to) = part.split_once(['-', '–']).unwrap_or((part, part));
        let year = |text: &str| {
            let year = text.trim().parse::<i16>().ok();
            year.filter(|year| (1900..2200).contains(year))
        };
        let (Some(from), Some(to)) = (year(from), year(to)) else {
            return Err(wrong(part));
        };
        years.extend(from..=to);
    }
    Ok(years)
}

/// What the file is called.
pub fn file_name(wanted: &Wanted) -> String {
    let parts = [&wanted.indicator, &wanted.supplier, &wanted.region];
    let own = parts.into_iter().flatten().map(String::as_str);
    let text: Vec<&str> = ["modele", &wanted.framework]
        .into_iter()
        .chain(own)
        .collect();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || ".-".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = text.join("-").chars().map(plain).collect();
    format!("{name}.xlsx")
}

fn day(date: Date) -> Result<Day, RenderError> {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    Day::new(i32::from(date.year()), month, day)
}

fn lists() -> Vec<Answers> {
    let absences = || ABSENCES.map(|(word, _)| word.to_owned());
    let yes_no = ["oui".to_owned(), "non".to_owned()];
    vec![
        Answers {
            words: absences().to_vec(),
            open: true,
        },
        Answers {
            words: yes_no.into_iter().chain(absences()).collect(),
            open: false,
        },
    ]
}

/// Writes one table.
struct Writer<'g, 'a> {
    grid: &'g Grid<'a>,
    codes: &'g Codes<'a>,
    by_indicator: bool,
}

/// What a column of a table holds.
enum Column {
    Indicator,
    Code,
    Place,
    Memory(Period),
    Input(Period, Part),
}

impl Writer<'_, '_> {
    fn sheet(&self, name: &str) -> Sheet {
        let columns = self.columns();
        let mut cells = self.heading();
        for (number, column) in (1..).zip(&columns) {
            cells.push(Cell::text(
                HEADER,
                number,
                self.title(column),
                Style::Header,
            ));
            for (row, line) in (HEADER + 1..).zip(&self.grid.lines) {
                cells.push(Cell {
                    row,
                    column: number,
                    ..self.cell(line, column)
                });
            }
        }
        let labels = if self.by_indicator { 2 } else { 3 };
        Sheet {
            name: name.to_owned(),
            widths: columns.iter().map(width).collect(),
            cells,
            filter: None,
            frozen: (HEADER, labels),
            protected: true,
            print: Print {
                landscape: true,
                repeated_rows: HEADER,
            },
            ..Sheet::default()
        }
    }

    /// What stands above the table.
    fn heading(&self) -> Vec<Cell> {
        let (title, note) = match self.grid.lines.first() {
            Some(line) if self.by_indicator => {
                let title = format!("{} – {}", line.name(self.codes), line.label());
                (title, about(line.measure))
            }
            Some(line) => (
                line.place.name.clone(),
                "Une ligne par indicateur. L’unité est dite après son libellé.".to_owned(),
            ),
            None => (String::new(), String::new()),
        };
        vec![
            Cell::text(1, 1, title, Style::Title),
            Cell::text(2, 1, note, Style::Plain),
        ]
    }

    fn columns(&self) -> Vec<Column> {
        let labels = [Column::Indicator, Column::Code, Column::Place];
        let memory = self.grid.memory().into_iter().map(Column::Memory);
        let parts: &[Part] = if self.grid.has_terms() {
            &[Part::Value, Part::Numerator, Part::Denominator]
        } else {
            &[Part::Value]
        };
        let periods = self.grid.periods.iter();
        let input =
            periods.flat_map(|period| parts.iter().map(|part| Column::Input(*period, *part)));
        let skipped = usize::from(self.by_indicator);
        labels
            .into_iter()
            .skip(skipped)
            .chain(memory)
            .chain(input)
            .collect()
    }

    /// The heading of a column, as the reader knows it.
    fn title(&self, column: &Column) -> String {
        let indicator = self.grid.lines.first().filter(|_| self.by_indicator);
        match column {
            Column::Indicator => "Indicateur".to_owned(),
            Column::Code => "Code INSEE".to_owned(),
            Column::Place => "Région".to_owned(),
            Column::Memory(period) => format!("{MEMORY} {}", period.french()),
            Column::Input(period, part) => {
                let before = indicator.map(|line| format!("{} – ", line.name(self.codes)));
                let after = match part {
                    Part::Value => String::new(),
                    part => format!(" {}", part.french()),
                };
                format!("{}{period}{after}", before.unwrap_or_default())
            }
        }
    }

    fn cell(&self, line: &Line<'_>, column: &Column) -> Cell {
        match column {
            Column::Indicator => {
                let text = format!(
                    "{} – {}{}",
                    line.name(self.codes),
                    line.label(),
                    unit(line.measure)
                );
                Cell::text(0, 0, text, Style::Locked)
            }
            Column::Code => Cell::text(0, 0, &line.place.code, Style::Locked),
            Column::Place => Cell::text(0, 0, &line.place.name, Style::Locked),
            Column::Memory(period) => {
                let value = self.grid.figure(line, *period).map(|figure| &figure.value);
                Cell {
                    content: value.map_or(Content::Empty, |value| told(value, line.measure)),
                    style: Style::Locked,
                    decimals: line.measure.decimals,
                    ..Cell::default()
                }
            }
            Column::Input(period, part) => self.input(line, *period, *part),
        }
    }

    /// A cell to fill in, or a locked one where nothing is asked for.
    fn input(&self, line: &Line<'_>, period: Period, part: Part) -> Cell {
        let is_term = part != Part::Value;
        if !self.grid.asks(line, period) || (is_term && !line.has_terms()) {
            return Cell::text(0, 0, "", Style::Locked);
        }
        let measure = line.measure;
        let list = match measure.value_kind {
            ValueKind::Number => Some(NUMBERS),
            ValueKind::YesNo => Some(YES_NO),
            ValueKind::Text => None,
        };
        // A percentage stays as it is typed: in a cell of another format, a spreadsheet keeps
        // « 54,6 % » as 0,546 and forgets the sign.
        let plain = measure.value_kind == ValueKind::Number && measure.unit.as_deref() != Some("%");
        Cell {
            style: Style::Input,
            list,
            decimals: measure.decimals.filter(|_| plain && !is_term),
            ..Cell::default()
        }
    }
}

fn width(column: &Column) -> u16 {
    match column {
        Column::Indicator => 60,
        Column::Code => 8,
        Column::Place => 28,
        Column::Memory(_) | Column::Input(..) => 15,
    }
}

/// A value as a locked cell tells it.
fn told(value: &Value, measure: &Measure) -> Content {
    match value {
        Value::Number(_) => value.amount(measure.per).map_or(Content::Empty, |amount| {
            Content::Number(amount.round(measure.decimals.unwrap_or(6)).to_string())
        }),
        Value::YesNo(_) | Value::Text(_) => Content::Text(value.to_string()),
        Value::Unavailable(absence) => Content::Text(absent_word(*absence).to_owned()),
    }
}

fn unit(measure: &Measure) -> String {
    let unit = measure.unit.as_deref();
    unit.map_or_else(String::new, |unit| format!(" ({unit})"))
}

/// What to know of a measure before its values are typed.
pub fn about(measure: &Measure) -> String {
    let mut parts = vec![match measure.value_kind {
        ValueKind::YesNo => "Réponse : oui ou non.".to_owned(),
        ValueKind::Text => "Réponse : un texte court.".to_owned(),
        ValueKind::Number => {
            let unit = measure.unit.as_deref().unwrap_or("nombre");
            format!("Unité : {unit}.")
        }
    }];
    let written = |number: crate::kernel::Decimal| number.to_string().replace('.', ",");
    match (measure.min, measure.max) {
        (Some(min), Some(max)) => parts.push(format!("De {} à {}.", written(min), written(max))),
        (Some(min), None) => parts.push(format!("Au moins {}.", written(min))),
        (None, Some(max)) => parts.push(format!("Au plus {}.", written(max))),
        (None, None) => {}
    }
    for (name, label) in [
        ("Numérateur", &measure.numerator),
        ("Dénominateur", &measure.denominator),
    ] {
        parts.extend(
            label
                .as_ref()
                .map(|label| format!("{name} : {}.", label.trim_end_matches('.'))),
        );
    }
    parts.join(" ")
}

/// The sheet that says how to fill in the others. It is not read back.
fn notice(choice: &Choice<'_>, soil: Soil<'_>, codes: &Codes<'_>, sheets: &[Sheet]) -> Sheet {
    let years: Vec<String> = choice.years.iter().map(i16::to_string).collect();
    let mut cells = vec![
        Cell::text(1, 1, NOTICE_TITLE, Style::Title),
        Cell::text(
            2,
            1,
            format!("{}. Années : {}.", choice.framework.title, years.join(", ")),
            Style::Plain,
        ),
    ];
    let mut row = 4;
    let mut section = |title: &str, lines: &[(String, String)]| {
        cells.push(Cell::text(row, 1, title, Style::Header));
        cells.push(Cell::text(row, 2, "", Style::Header));
        for (name, text) in lines {
            row += 1;
            let link = sheets
                .iter()
                .find(|sheet| sheet.name == *name)
                .map(|sheet| Link {
                    sheet: sheet.name.clone(),
                    cell: format!("A{}", HEADER + 1),
                });
            let name = Cell::text(row, 1, name, Style::Wrapped);
            cells.push(Cell { link, ..name });
            let text: String = text.chars().take(LONGEST_TEXT).collect();
            cells.push(Cell::text(row, 2, text, Style::Wrapped));
        }
        row += 2;
    };
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    section(
        "Remplir",
        &[
            pair(
                "Cellules encadrées",
                "À remplir. Une cellule laissée vide ne dit rien : ce que Jalon tient déjà y demeure.",
            ),
            pair(
                "Cellules grises",
                "Pour mémoire : ce que Jalon tient déjà. Elles sont verrouillées, sans mot de passe, et ne sont pas relues.",
            ),
            pair(
                "Taux et ses deux termes",
                "Donnez le taux, ou le numérateur et le dénominateur, ou les trois : Jalon vérifie qu’ils s’accordent.",
            ),
            pair(
                "France entière",
                "Facultatif : votre valeur nationale prévaut sur celle que Jalon calcule, et lui est comparée.",
            ),
            pair(
                "Envoyer",
                "Enregistrez ce classeur, puis déposez-le dans Jalon, page « Imports ». Rien n’est écrit avant que vous n’ayez vu ce qui changerait.",
            ),
        ],
    );
    let absences = ABSENCES.map(|(word, meaning)| pair(word, meaning));
    section("S’il n’y a pas de valeur", &absences);
    section("Feuilles", &summary(choice, soil, codes, sheets));
    Sheet {
        name: "Lisez-moi".to_owned(),
        widths: vec![28, 100],
        cells,
        protected: true,
        ..Sheet::default()
    }
}

/// Each sheet with what it asks for.
fn summary(
    choice: &Choice<'_>,
    soil: Soil<'_>,
    codes: &Codes<'_>,
    sheets: &[Sheet],
) -> Vec<(String, String)> {
    let grids = choice.grids();
    let told = sheets.iter().zip(&grids).map(|(sheet, grid)| {
        let text = match (choice.region, grid.lines.first()) {
            (None, Some(line)) => {
                let suppliers = line.indicator.suppliers.iter().map(|code| {
                    let known = soil.directory.organisation(code);
                    known.map_or(code.as_str(), Organisation::label)
                });
                let suppliers: Vec<&str> = suppliers.collect();
                let by = match suppliers.as_slice() {
                    [] => String::new(),
                    some => format!(" Fournisseur : {}.", some.join(", ")),
                };
                format!(
                    "{} – {}. {}{by}",
                    line.name(codes),
                    line.label(),
                    about(line.measure)
                )
            }
            _ => format!("{} indicateurs", grid.lines.len()),
        };
        (sheet.name.clone(), text)
    });
    told.collect()
}
