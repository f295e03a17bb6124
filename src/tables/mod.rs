//! The tables of the site as files, and as addresses that a spreadsheet reads by itself.
//!
//! What lives here: what a table that can be taken away is, how it is written (CSV, XLSX, bare
//! HTML), and the personal addresses. What never does: what a table holds, which its concept says
//! in its own `tables.rs`.

pub mod address;
mod files;
mod pages;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use uuid::Uuid;

use crate::access::Reach;
use crate::kernel::Decimal;
use crate::ledger::Moment;
use crate::platform::clock::paris_date;
use crate::platform::db::Tx;
use crate::platform::web::table::{COLUMNS, Cell, Datum, SORT, Table};
use crate::platform::web::{Address, AsOf, WebError, WebResult};

pub use crate::platform::web::downloads;
pub use pages::router;

/// Who asks for a table, when, and what they choose of it.
#[derive(Debug)]
pub struct Ask<'a> {
    /// What it is read from.
    pub tx: &'a mut Tx,
    /// What the person may see.
    pub reach: &'a Reach,
    /// The day it is.
    pub today: Date,
    /// The choices, by the names of the page's own address.
    pub asked: &'a Address,
}

impl Ask<'_> {
    /// The moment that `au` asks for.
    pub async fn moment(&mut self) -> WebResult<Moment> {
        let asked = AsOf::of(self.asked);
        if let Some(problem) = asked.problem() {
            return Err(WebError::Invalid(problem));
        }
        Ok(Moment::of(self.tx, &asked, self.today).await?)
    }

    /// What the address names by that parameter; not found where it is none.
    pub fn id(&self, name: &str) -> WebResult<Uuid> {
        self.asked.get(name).parse().map_err(|_| WebError::NotFound)
    }

    /// What is asked by that parameter, where something is.
    pub fn choice(&self, name: &str) -> Option<String> {
        Some(self.asked.get(name).to_owned()).filter(|text| !text.is_empty())
    }
}

/// A table that can be taken away.
#[async_trait]
pub trait Source: Send + Sync {
    /// Its name in addresses; it never changes.
    fn name(&self) -> &'static str;

    /// What people call it: « Contrats ».
    fn title(&self) -> &'static str;

    /// The parameters that choose what it holds; any other is left aside. Every table is sorted
    /// and narrowed to some of its columns without saying so here.
    fn choices(&self) -> &'static [&'static str];

    /// Whether it is somebody's own and nobody else's to look at, as the page it stands on.
    fn is_personal(&self) -> bool {
        false
    }

    /// The table. Its columns have keys that never change: a later version only adds some, after
    /// those there are.
    async fn table(&self, ask: Ask<'_>) -> WebResult<Table>;
}

/// Every table that modules plugged in.
#[derive(Clone)]
pub struct Tables(Arc<[Box<dyn Source>]>);

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|source| source.name()))
            .finish()
    }
}

impl Tables {
    /// Those tables.
    pub fn new(sources: Vec<Box<dyn Source>>) -> Self {
        Self(sources.into())
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &dyn Source> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The table of that name.
    pub fn find(&self, name: &str) -> Option<&dyn Source> {
        self.all().find(|source| source.name() == name)
    }
}

/// What of an address a table knows: its own choices and its sort.
fn known(source: &dyn Source, asked: &Address) -> Address {
    let choices = source.choices();
    let known = asked.pairs();
    let known = known.filter(|(name, _)| *name == SORT || choices.contains(name));
    known.fold(Address::of("/"), |known, (name, value)| {
        known.and(name, value)
    })
}

/// The same, and which columns: for a file, and not for an address that a workbook reads, whose
/// columns are stable.
fn asked_of_file(source: &dyn Source, asked: &Address) -> Address {
    let columns = asked.every(COLUMNS);
    columns.fold(known(source, asked), |known, columns| {
        known.and(COLUMNS, columns)
    })
}

/// A code or a word that may be absent.
pub fn word(text: Option<impl Into<String>>) -> Cell {
    text.map_or_else(Cell::default, Cell::text)
}

/// The day of an instant, in Paris.
pub fn day_of(micros: i64) -> Cell {
    Datum::Day(paris_date(micros)).into()
}

/// A day that may be absent.
pub fn day(day: Option<Date>) -> Cell {
    day.map_or(Datum::Nothing, Datum::Day).into()
}

/// « oui » or « non ».
pub fn yes_no(yes: bool) -> Cell {
    Cell::text(if yes { "oui" } else { "non" })
}

/// A whole number.
pub fn whole(n: i64) -> Cell {
    number(Decimal::from_int(n))
}

/// An exact number that may be absent.
pub fn number(value: Option<Decimal>) -> Cell {
    // Files write every decimal there is, whatever a page shows.
    Datum::number(value, 0).into()
}
