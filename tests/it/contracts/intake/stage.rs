//! A contract in no database, its workbook, and a hand that fills it in as a person would.

use jalon::contracts::intake::{Reading, read, template};
use jalon::contracts::store::TermEdit;
use jalon::contracts::{
    Book, Contract, FullContract, Instrument, Section, Stamp, State, Term, TermBody,
};
use jalon::imports::{Workbook, read_workbook};
use jalon_render::workbook::{self, Cell, Content};
use uuid::Uuid;

use crate::contracts::hand::shipped_book;

pub struct Stage {
    pub book: Book,
    pub full: FullContract,
}

pub const CONTRACT: Uuid = Uuid::from_u128(1);
pub const SECTION: Uuid = Uuid::from_u128(10);
pub const OTHER_SECTION: Uuid = Uuid::from_u128(11);
const FIRST: Uuid = Uuid::from_u128(100);
const SECOND: Uuid = Uuid::from_u128(101);

fn instrument(id: Uuid, no: i64, act: &str, signed: Option<i64>) -> Instrument {
    let stamp = |change| Stamp {
        change,
        at: change,
        who: None,
    };
    Instrument {
        id,
        version: 1,
        no,
        act: act.to_owned(),
        state: signed.map_or(State::Draft, |_| State::Signed),
        framework_revision: Uuid::nil(),
        keeper: String::new(),
        motive: None,
        effective_on: None,
        base_change: signed.map_or(10, |_| 0),
        signatories: Vec::new(),
        confirmations: Vec::new(),
        created: stamp(1),
        signed: signed.map(stamp),
    }
}

impl Stage {
    /// A contract under that framework, its first act being a draft.
    pub fn of(framework: &str, sections: usize) -> Self {
        let book = shipped_book(framework);
        let (starts, ends) = (book.framework().starts, book.framework().ends);
        let section = |(id, key, label): (Uuid, &str, &str)| Section {
            id,
            key: key.to_owned(),
            label: label.to_owned(),
            place: "28".to_owned(),
        };
        let all = [
            (
                SECTION,
                "contrat",
                if sections > 1 { "La Réunion" } else { "" },
            ),
            (OTHER_SECTION, "mayotte", "Mayotte"),
        ];
        let contract = Contract {
            id: CONTRACT,
            version: 1,
            slug: "contrat-d-essai".to_owned(),
            title: "Contrat d’essai".to_owned(),
            framework: framework.to_owned(),
            organisation: "ARS-28".to_owned(),
            place: "28".to_owned(),
            starts,
            ends,
            fictional: true,
            keeper: String::new(),
            parties: Vec::new(),
            sections: all.into_iter().take(sections).map(section).collect(),
        };
        let full = FullContract {
            contract,
            instruments: vec![instrument(FIRST, 1, "contrat", None)],
            terms: Vec::new(),
        };
        Self { book, full }
    }

    /// The same once its first act is signed with these terms, a draft of that act being open.
    pub fn then(mut self, terms: Vec<TermEdit>, act: &str) -> Self {
        self.full.instruments = vec![
            instrument(FIRST, 1, "contrat", Some(10)),
            instrument(SECOND, 2, act, None),
        ];
        self.write(FIRST, terms);
        self
    }

    /// Writes terms in the draft.
    pub fn drafts(&mut self, terms: Vec<TermEdit>) {
        let draft = self.draft().id;
        self.write(draft, terms);
    }

    fn write(&mut self, instrument: Uuid, terms: Vec<TermEdit>) {
        for edit in terms {
            let other = |t: &Term| t.instrument != instrument || t.key != edit.key;
            self.full.terms.retain(other);
            self.full.terms.push(Term {
                instrument,
                key: edit.key,
                body: edit.wanted,
                motive: edit.motive,
                change: 5,
            });
        }
    }

    pub fn draft(&self) -> Instrument {
        self.full.instruments.last().unwrap().clone()
    }

    pub fn template(&self) -> workbook::Book {
        let today = "2026-03-10".parse().unwrap();
        template(&self.book, &self.full, &self.draft(), today).unwrap()
    }

    pub fn read(&self, file: &Workbook) -> Reading {
        read(&self.book, &self.full, &self.draft(), file)
    }

    /// What the workbook would change, saved and sent as it is.
    pub fn sent(&self, book: &workbook::Book) -> Reading {
        self.read(&saved(book))
    }

    /// Reads a table typed by hand, its cells parted by semicolons.
    pub fn typed(&self, table: &str) -> Reading {
        self.read(&read_workbook(table.as_bytes()).unwrap())
    }
}

/// The workbook as it is read back from its file.
pub fn saved(book: &workbook::Book) -> Workbook {
    read_workbook(&workbook::xlsx(book).unwrap()).unwrap()
}

/// The place of a cell of a template: its row by key, its column by heading.
pub fn place(book: &workbook::Book, sheet: &str, key: &str, heading: &str) -> (u32, u16) {
    let page = book.sheets.iter().find(|page| page.name == sheet).unwrap();
    let is = |cell: &&Cell, wanted: &str| cell.content == Content::Text(wanted.to_owned());
    let mut cells = page.cells.iter();
    let row = cells.find(|cell| cell.column == 1 && is(cell, key));
    let mut cells = page.cells.iter();
    let column = cells.find(|cell| cell.row == 1 && is(cell, heading));
    let row = row.unwrap_or_else(|| panic!("no row {key} in {sheet}"));
    let column = column.unwrap_or_else(|| panic!("no column {heading} in {sheet}"));
    (row.row, column.column)
}

/// Types something in a cell of a template.
pub fn fill(book: &mut workbook::Book, sheet: &str, key: &str, heading: &str, content: Content) {
    let (row, column) = place(book, sheet, key, heading);
    let mut pages = book.sheets.iter_mut();
    let page = pages.find(|page| page.name == sheet).unwrap();
    let mut cells = page.cells.iter_mut();
    let cell = cells.find(|cell| (cell.row, cell.column) == (row, column));
    cell.unwrap().content = content;
}

/// Types a text.
pub fn say(book: &mut workbook::Book, key: &str, heading: &str, text: &str) {
    let content = Content::Text(text.to_owned());
    fill(book, "Indicateurs", key, heading, content);
}

/// The terms that a reading would change: what each says.
pub fn changes(reading: &Reading) -> Vec<(String, Option<TermBody>)> {
    let changed = reading.stated.iter().filter(|stated| stated.changes());
    changed
        .map(|stated| (stated.about.clone(), stated.after.body.clone()))
        .collect()
}
