//! The workbook to fill in: what a draft may write, with what it says now.

use jalon_render::workbook::{
    Answers, Book as Workbook, Cell, Content, Print, Sheet as Page, Style,
};
use jalon_render::{Day, RenderError};
use jiff::civil::Date;

use super::layout::{self, Layout, Role, Row, Table};
use super::origin::{self, Origin};
use super::words::{CHOICES, follower_name, number, shown};
use crate::contracts::naming::instrument_name;
use crate::contracts::offers::Offer;
use crate::contracts::sheet::{Field, KINDS, Sheet, name, show_body};
use crate::contracts::{Book, FullContract, Instrument, Overlay, Slot};
use crate::kernel::ValueKind;
use crate::platform::clock::french_date;

/// The sheet that says what the workbook is.
pub(super) const NOTICE: &str = "Lisez-moi";
/// What targets may be, beside a number.
const WRITINGS: &str = "Une cible s’écrit 66,2, ou 64 à 66 pour un intervalle (64-66 se lit aussi), ou par un mot : observé (à fixer par avenant), gelé, sans objet.";

/// The lists of answers, by rank.
const CHOICE_LIST: usize = 0;
const YES_NO_LIST: usize = 1;
const YES_NO_TARGET_LIST: usize = 2;
const KIND_LIST: usize = 3;

/// The workbook of a draft, dated of that day.
///
/// # Errors
/// A workbook that cannot be written.
pub fn template(
    book: &Book,
    full: &FullContract,
    draft: &Instrument,
    today: Date,
) -> Result<Workbook, RenderError> {
    let overlay = full.overlay(draft);
    let layout = Layout::new(book, &full.contract, book.act(&draft.act), &overlay.after);
    let mut writer = Writer {
        layout: &layout,
        overlay: &overlay,
        full,
        book,
        sheets: layout
            .desks
            .iter()
            .map(|desk| Sheet::of(&desk.offers, &overlay.after))
            .collect(),
        lists: lists(),
        seen: Vec::new(),
    };
    let mut pages = vec![notice(book, full, draft, today)];
    for table in &layout.tables {
        pages.push(writer.page(table));
    }
    let origin = Origin {
        contract: full.contract.slug.clone(),
        act: draft.no,
        seen: writer.seen.into_iter().collect(),
    };
    pages.push(origin::page(&origin));
    let act = instrument_name(&full.instruments, book.framework(), draft);
    Ok(Workbook {
        title: format!("{}, {act} : termes", full.contract.title),
        created: day(today)?,
        sheets: pages,
        lists: writer.lists.into_iter().map(closed).collect(),
    })
}

fn day(date: Date) -> Result<Day, RenderError> {
    let small = |unit: i8| u8::try_from(unit).unwrap_or(0);
    Day::new(
        i32::from(date.year()),
        small(date.month()),
        small(date.day()),
    )
}

/// A list from which alone one may choose.
fn closed(words: Vec<String>) -> Answers {
    Answers { words, open: false }
}

fn lists() -> Vec<Vec<String>> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    vec![
        owned(&CHOICES.map(|(_, word)| word)),
        owned(&["oui", "non"]),
        owned(&["oui", "non", "observé", "gelé", "sans objet"]),
        owned(&KINDS.map(|(_, word)| word)),
    ]
}

struct Writer<'a> {
    layout: &'a Layout<'a>,
    overlay: &'a Overlay<'a>,
    full: &'a FullContract,
    book: &'a Book,
    sheets: Vec<Sheet>,
    lists: Vec<Vec<String>>,
    seen: Vec<(String, String)>,
}

impl Writer<'_> {
    fn page(&mut self, table: &Table) -> Page {
        let mut cells = Vec::new();
        for (column, heading) in (1..).zip(&table.headings) {
            cells.push(Cell {
                note: told(heading),
                ..Cell::text(1, column, heading.title.as_str(), Style::Header)
            });
        }
        for (number, row) in (2..).zip(&table.rows) {
            for (column, cell) in (1..).zip(&row.cells) {
                let written = self.cell(row, cell);
                cells.push(Cell {
                    row: number,
                    column,
                    ..written
                });
            }
        }
        let locked = table.headings.iter().take_while(|heading| {
            !matches!(heading.role, Role::Other | Role::Measure | Role::Text)
        });
        Page {
            name: table.part.sheet().to_owned(),
            widths: table.headings.iter().map(|h| h.width).collect(),
            cells,
            frozen: (1, u16::try_from(locked.count()).unwrap_or(0)),
            protected: true,
            print: Print {
                landscape: true,
                repeated_rows: 1,
            },
            ..Page::default()
        }
    }

    fn cell(&mut self, row: &Row, cell: &layout::Cell) -> Cell {
        let (offer, field) = match cell {
            layout::Cell::Fact(text) => return Cell::text(0, 0, text.as_str(), Style::Locked),
            layout::Cell::Entry(rank, field) => (self.layout.offer(row.section, *rank), *field),
        };
        let entry = name(&offer.key.slot, field);
        let text = self.sheets[row.section]
            .get(&entry)
            .map_or("", |entry| entry.current.as_str())
            .to_owned();
        let followers = self.layout.followers(row.section, &offer.key);
        let content = match number(field, &offer.facet, &text) {
            Some(number) => written(&number.to_string(), &text),
            None if text.is_empty() => Content::Empty,
            None => Content::Text(shown(field, &text, &followers)),
        };
        let list = if offer.open {
            let names = || {
                let names = followers.iter().map(|line| follower_name(&followers, line));
                names.map(ToOwned::to_owned).collect::<Vec<String>>()
            };
            self.list(offer, field, names)
        } else {
            None
        };
        if !text.is_empty() {
            let section = self.layout.desks[row.section].section;
            self.seen.push((origin::place(section, &entry), text));
        }
        Cell {
            list,
            note: self.note(offer, field),
            decimals: decimals(offer, field),
            style: if offer.open {
                Style::Input
            } else {
                Style::Locked
            },
            ..Cell::new(0, 0, content)
        }
    }

    /// The rank of the list of answers of a text, made where it is the first to need it.
    fn list(
        &mut self,
        offer: &Offer<'_>,
        field: Field,
        followers: impl FnOnce() -> Vec<String>,
    ) -> Option<usize> {
        match (field, offer.facet.kind) {
            (Field::Choice, _) => Some(CHOICE_LIST),
            (Field::Kind, _) => Some(KIND_LIST),
            (Field::Value, ValueKind::YesNo) => Some(YES_NO_LIST),
            (Field::Target, ValueKind::YesNo) => Some(YES_NO_TARGET_LIST),
            (Field::Indicator, _) => {
                let names = followers();
                if names.is_empty() {
                    return None;
                }
                let known = self.lists.iter().position(|list| *list == names);
                Some(known.unwrap_or_else(|| {
                    self.lists.push(names);
                    self.lists.len() - 1
                }))
            }
            _ => None,
        }
    }

    /// What is in force where the draft says otherwise, told once by term.
    fn note(&self, offer: &Offer<'_>, field: Field) -> Option<String> {
        let first = crate::contracts::sheet::fields(&offer.key.slot).first() == Some(&field);
        let touched = self.overlay.touched.iter().any(|t| t.key == offer.key);
        if !first || !touched {
            return None;
        }
        Some(match self.overlay.before.get(&offer.key) {
            Some(held) => {
                let framework = self.book.framework();
                let act = instrument_name(&self.full.instruments, framework, held.instrument);
                let body = show_body(Some(&offer.facet), held.body);
                format!("En vigueur : {body} ({act}). Le projet écrit ce qui est dans la case.")
            }
            None => "Écrit par ce projet ; rien n’est en vigueur.".to_owned(),
        })
    }
}

/// A number as a spreadsheet keeps it, or as a text where it has more digits than one keeps.
fn written(number: &str, text: &str) -> Content {
    const KEPT: usize = 15;
    let digits = number.chars().filter(char::is_ascii_digit).count();
    if digits > KEPT {
        Content::Text(text.to_owned())
    } else {
        Content::Number(number.to_owned())
    }
}

/// The decimals of a number: those of its measure; cents are written by two.
fn decimals(offer: &Offer<'_>, field: Field) -> Option<u8> {
    match (field, &offer.key.slot) {
        (Field::Amount, Slot::Means { .. }) if offer.facet.unit == Some("euros") => Some(2),
        (Field::Value | Field::Target, _) if offer.facet.kind == ValueKind::Number => {
            Some(offer.facet.decimals)
        }
        _ => None,
    }
}

/// What to know of a column before writing in it.
fn told(heading: &layout::Heading) -> Option<String> {
    let note = match (heading.role, heading.title.as_str()) {
        (Role::Key, _) => {
            "Jalon reconnaît les lignes à cette clé : laissez-la telle quelle. Les lignes peuvent être déplacées ou supprimées."
        }
        (Role::Target, _) => WRITINGS,
        (_, "Choix") => {
            "Retenu ou Non retenu. Un indicateur commun à tous les contrats est toujours retenu."
        }
        (_, "Motif du choix") => {
            "Pourquoi l’indicateur est choisi. Inutile si l’acte lui-même a un motif."
        }
        (_, "Valeur initiale") => {
            "La valeur dont on part, dans l’unité de la ligne. Elle va avec son année."
        }
        (_, "Année initiale") => "L’année où cette valeur a été observée, en quatre chiffres.",
        (_, "Suivi par") => "L’indicateur de cette action, choisi dans la liste.",
        (Role::Text, title) if title.ends_with("montant") => {
            "Le montant de l’année, dans l’unité de la ligne. Il va avec sa source."
        }
        (Role::Text, title) if title.ends_with("source") => {
            "Où le montant est écrit : notification, arrêté, compte."
        }
        _ => return None,
    };
    Some(note.to_owned())
}

/// What the workbook is, for whom, and how to fill it in.
fn notice(book: &Book, full: &FullContract, draft: &Instrument, today: Date) -> Page {
    let act = instrument_name(&full.instruments, book.framework(), draft);
    let mut cells = vec![Cell::text(
        1,
        1,
        format!("{} : {act}", full.contract.title),
        Style::Title,
    )];
    let mut row = 3;
    let facts = [
        ("Ce classeur", "Les termes que ce projet d’acte peut écrire : choix des indicateurs, valeurs initiales, cibles, moyens. Il est rempli de ce qui est en vigueur et de ce que le projet écrit déjà.".to_owned()),
        ("Pour qui", "Les personnes qui négocient le contrat. Rien de ce qui est écrit ici ne compte avant d’être envoyé à Jalon, relu, enregistré dans le projet, puis signé.".to_owned()),
        ("Téléchargé le", french_date(today)),
        ("Années du contrat", format!("{} à {}", full.contract.starts, full.contract.ends)),
        ("Comment faire", "Remplissez les cases encadrées, enregistrez, puis envoyez ce classeur depuis la page de l’acte (« Remplir dans Excel »). Jalon montre ce qui changerait ; rien n’est écrit avant votre accord.".to_owned()),
        ("Les cibles", WRITINGS.to_owned()),
        ("Une case vidée", "Vider une case qui portait un terme ne le supprime pas en silence : Jalon demande s’il faut le retirer.".to_owned()),
        ("À plusieurs", "Seules les cases que vous changez comptent. Si quelqu’un a changé la même case dans Jalon entre-temps, les deux valeurs vous sont montrées.".to_owned()),
    ];
    for (label, text) in facts {
        cells.push(Cell::text(row, 1, label, Style::Header));
        cells.push(Cell::text(row, 2, text, Style::Wrapped));
        row += 1;
    }
    row += 1;
    let legend = [
        (
            "à remplir",
            Style::Input,
            "Case encadrée, à remplir. Certaines offrent une liste.",
        ),
        (
            "fixe",
            Style::Locked,
            "Case grise : elle situe la ligne, ou cet acte ne peut pas la changer.",
        ),
    ];
    for (sample, style, text) in legend {
        cells.push(Cell::text(row, 1, sample, style));
        cells.push(Cell::text(row, 2, text, Style::Wrapped));
        row += 1;
    }
    Page {
        name: NOTICE.to_owned(),
        widths: vec![22, 90],
        cells,
        protected: true,
        ..Page::default()
    }
}
