//! Tables of typed cells: sorted from their headings, and ready to be written as something else
//! than HTML.
//!
//! A column has a key that never changes: it is what `?tri=` names, and what a file written from
//! the table may rely on.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::civil::Date;
use maud::{Markup, html};

use super::address::Address;
use super::components::{icon, state};
use super::paging::PAGE;
use crate::kernel::{Decimal, caption, fold};

/// The parameter that says by which column a table is sorted: `tri=cible`, or `tri=-cible` from
/// the highest.
pub const SORT: &str = "tri";

/// The parameter that says which columns are shown, by their keys: `colonnes=valeur,cible`, or the
/// parameter once for each, as a form sends it.
pub const COLUMNS: &str = "colonnes";
/// A table of fewer columns is shown whole, without a choice.
const FEW: usize = 4;
/// A heading of more characters goes on a second line, so that it does not widen its column.
const LONG_HEADING: usize = 20;

/// Whether an address asks for an order or for columns, so that a table that was folded away is
/// opened.
pub fn is_arranged(address: &Address) -> bool {
    [SORT, COLUMNS]
        .iter()
        .any(|name| !address.get(name).is_empty())
}

/// What a cell holds, whatever it is shown as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Datum {
    /// Nothing: shown as a dash, sorted last both ways.
    #[default]
    Nothing,
    /// Words.
    Text(String),
    /// A number, in the unit that the heading says.
    Number {
        /// The exact number.
        value: Decimal,
        /// How many decimals are shown.
        decimals: u8,
        /// Whether a plus sign is shown: for a difference.
        signed: bool,
    },
    /// A day.
    Day(Date),
    /// A state: tone and pictogram as in [`state`], and its word.
    State {
        /// Tone.
        tone: &'static str,
        /// Name of the pictogram.
        icon: &'static str,
        /// The word.
        word: String,
        /// Where it stands among the states of its column.
        rank: u8,
    },
}

impl Datum {
    /// A number.
    pub fn number(value: Option<Decimal>, decimals: u8) -> Self {
        value.map_or(Self::Nothing, |value| Self::Number {
            value,
            decimals,
            signed: false,
        })
    }

    /// A difference between two numbers.
    pub fn difference(value: Option<Decimal>, decimals: u8) -> Self {
        value.map_or(Self::Nothing, |value| Self::Number {
            value,
            decimals,
            signed: true,
        })
    }

    /// A count.
    pub fn count(n: usize) -> Self {
        let value = i64::try_from(n).ok().and_then(Decimal::from_int);
        Self::number(value, 0)
    }

    /// In French words, as in a cell of text.
    pub fn french(&self) -> String {
        match self {
            Self::Nothing => "–".to_owned(),
            Self::Text(text) | Self::State { word: text, .. } => text.clone(),
            Self::Number {
                value,
                decimals,
                signed: false,
            } => value.french(*decimals),
            Self::Number {
                value, decimals, ..
            } => value.french_signed(*decimals),
            Self::Day(day) => day.strftime("%d/%m/%Y").to_string(),
        }
    }

    fn html(&self) -> Markup {
        match self {
            Self::State {
                tone, icon, word, ..
            } => state(tone, icon, word),
            other => html! { (other.french()) },
        }
    }

    /// In which order two data of a column stand; what holds nothing is not asked.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number { value: a, .. }, Self::Number { value: b, .. }) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::State { rank: a, .. }, Self::State { rank: b, .. }) => a.cmp(b),
            // A number stands before the words said in place of one.
            (Self::Number { .. }, _) => Ordering::Less,
            (_, Self::Number { .. }) => Ordering::Greater,
            (a, b) => fold(&a.french()).cmp(&fold(&b.french())),
        }
    }
}

/// A cell: its datum, and how a page shows it where that is more than its words.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What it holds.
    pub datum: Datum,
    /// Where it leads.
    pub href: Option<String>,
    /// What a page shows in its place.
    pub shown: Option<Markup>,
}

impl Cell {
    /// A cell of words.
    pub fn text(text: impl Into<String>) -> Self {
        Datum::Text(text.into()).into()
    }

    /// The same, leading somewhere.
    #[must_use]
    pub fn to(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The same, shown so on a page.
    #[must_use]
    pub fn shown(mut self, markup: Markup) -> Self {
        self.shown = Some(markup);
        self
    }

    /// As a page shows it.
    pub fn html(&self) -> Markup {
        let inner = match &self.shown {
            Some(shown) => html! { (shown) },
            None => self.datum.html(),
        };
        match &self.href {
            Some(href) => html! { a href=(href) { (inner) } },
            None => inner,
        }
    }
}

impl From<Datum> for Cell {
    fn from(datum: Datum) -> Self {
        Self {
            datum,
            ..Self::default()
        }
    }
}

/// A column.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // each is asked by itself
pub struct Column {
    /// Its name in addresses and files, in lower-case ASCII; it never changes.
    pub key: Cow<'static, str>,
    /// Its heading.
    pub heading: Cow<'static, str>,
    numeric: bool,
    sortable: bool,
    wide: bool,
    stays: bool,
}

impl Column {
    fn new(key: impl Into<Cow<'static, str>>, heading: impl Into<Cow<'static, str>>) -> Self {
        Self {
            key: key.into(),
            heading: heading.into(),
            numeric: false,
            sortable: true,
            wide: false,
            stays: false,
        }
    }

    /// A column of words, days or states.
    pub fn words(key: impl Into<Cow<'static, str>>, heading: impl Into<Cow<'static, str>>) -> Self {
        Self::new(key, heading)
    }

    /// A column of numbers, which are first sorted from the highest.
    pub fn numbers(
        key: impl Into<Cow<'static, str>>,
        heading: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            numeric: true,
            ..Self::new(key, heading)
        }
    }

    /// The same, that nobody would sort by.
    #[must_use]
    pub fn unsorted(mut self) -> Self {
        self.sortable = false;
        self
    }

    /// The same, that no choice of columns takes away: it says what a row is about.
    #[must_use]
    pub fn staying(mut self) -> Self {
        self.stays = true;
        self
    }

    /// The same, that takes the whole width where rows are shown as cards.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

/// A row; its first cell is its heading, unless the table says otherwise.
pub type Row = Vec<Cell>;

/// A table as a page shows it.
#[derive(Clone, Debug)]
pub struct Table {
    /// What names it: the end of the identifiers and the name of a file made from it.
    pub key: Cow<'static, str>,
    /// What it holds, for a reader who hears it.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<Row>,
    /// What stands below, whatever the order.
    pub totals: Vec<Row>,
    /// What a file says below everything, where it stops before the end.
    pub stop: Option<String>,
    heading: usize,
    classes: &'static str,
    captioned: bool,
}

impl Table {
    /// An empty table of these columns.
    pub fn new(
        key: impl Into<Cow<'static, str>>,
        caption: impl Into<String>,
        columns: Vec<Column>,
    ) -> Self {
        Self {
            key: key.into(),
            caption: caption.into(),
            columns,
            rows: Vec::new(),
            totals: Vec::new(),
            stop: None,
            heading: 0,
            classes: "",
            captioned: true,
        }
    }

    /// The same with that column, from 0, as the heading of its rows.
    #[must_use]
    pub fn headed_by(mut self, column: usize) -> Self {
        self.heading = column;
        self
    }

    /// The same with classes of the stylesheet: `stack` for cards where it is narrow, `dense`…
    #[must_use]
    pub fn classed(mut self, classes: &'static str) -> Self {
        self.classes = classes;
        self
    }

    /// The same with its caption kept for those who hear it, since the page's heading says it.
    #[must_use]
    pub fn caption_unseen(mut self) -> Self {
        self.captioned = false;
        self
    }

    /// The same without those columns: what a file tells and a page does not show apart.
    #[must_use]
    pub fn without(mut self, keys: &[&str]) -> Self {
        let kept = self.columns.iter();
        let kept = kept.map(|column| !keys.contains(&column.key.as_ref()));
        let kept: Vec<bool> = kept.collect();
        self.keep(&kept);
        self
    }

    /// The same with what stands below among its rows: for a file, which has nothing below.
    #[must_use]
    pub fn with_totals_as_rows(mut self) -> Self {
        self.rows.append(&mut self.totals);
        self
    }

    /// The same with, as its last row, why it stops: for a file, once its columns are chosen.
    #[must_use]
    pub fn with_stop_as_row(mut self) -> Self {
        if let Some(stop) = self.stop.take() {
            let mut row = vec![Cell::default(); self.columns.len()];
            if let Some(first) = row.first_mut() {
                *first = Cell::text(stop);
            }
            self.rows.push(row);
        }
        self
    }

    /// Sorted as the address asks; as it is where the address asks nothing that can be done.
    pub fn sort(&mut self, address: &Address) {
        let Some((column, descending)) = self.asked(address) else {
            return;
        };
        self.rows.sort_by(|a, b| {
            let (a, b) = (datum(a, column), datum(b, column));
            match (a == &Datum::Nothing, b == &Datum::Nothing) {
                (false, false) if descending => b.order(a),
                (false, false) => a.order(b),
                (a_empty, b_empty) => a_empty.cmp(&b_empty),
            }
        });
    }

    /// By which column, and whether from the highest.
    fn asked(&self, address: &Address) -> Option<(usize, bool)> {
        let asked = address.get(SORT);
        let (key, descending) = match asked.strip_prefix('-') {
            Some(key) => (key, true),
            None => (asked, false),
        };
        let found = self.columns.iter().position(|c| c.sortable && c.key == key);
        Some((found?, descending))
    }

    /// Without the columns that the address leaves out; whole where it names none of them. The
    /// heading of the rows always stays.
    pub fn narrow(&mut self, address: &Address) {
        let named = address.every(COLUMNS).flat_map(|keys| keys.split(','));
        let named: Vec<&str> = named.collect();
        let is_named = |column: &Column| named.contains(&column.key.as_ref());
        if !self.choosable().any(is_named) {
            return;
        }
        let heading = self.heading;
        let kept: Vec<bool> = (0..)
            .zip(&self.columns)
            .map(|(at, column)| at == heading || column.stays || is_named(column))
            .collect();
        self.keep(&kept);
    }

    /// Only the columns that are to be kept.
    fn keep(&mut self, kept: &[bool]) {
        let keep = |at: usize| kept.get(at).copied().unwrap_or_default();
        for row in self.rows.iter_mut().chain(&mut self.totals) {
            let mut at = 0..;
            row.retain(|_| at.next().is_some_and(keep));
        }
        let mut at = 0..;
        self.columns.retain(|_| at.next().is_some_and(keep));
        let before = kept.iter().take(self.heading);
        self.heading = before.filter(|kept| **kept).count();
    }

    /// The columns that may be left out.
    fn choosable(&self) -> impl Iterator<Item = &Column> {
        let all = (0..).zip(&self.columns);
        let own = all.filter(move |(at, column)| *at != self.heading && !column.stays);
        own.map(|(_, column)| column)
    }

    /// The form that chooses columns, where there are several to choose from.
    fn column_form(&self, address: &Address) -> Option<Markup> {
        let choices: Vec<&Column> = self.choosable().collect();
        if self.columns.len() < FEW {
            return None;
        }
        let named = address.every(COLUMNS).flat_map(|keys| keys.split(','));
        let named: Vec<&str> = named.collect();
        let any = choices
            .iter()
            .any(|column| named.contains(&column.key.as_ref()));
        let shown = |column: &Column| !any || named.contains(&column.key.as_ref());
        let others = address.without(COLUMNS);
        Some(html! {
            details.more.columns.noprint {
                summary { "Colonnes" }
                form method="get" action={ (address.path()) "#table-" (self.key) } {
                    @for (key, value) in others.pairs() { input type="hidden" name=(key) value=(value); }
                    fieldset {
                        legend.vh { "Colonnes de « " (self.caption) " »" }
                        @for column in choices {
                            label { input type="checkbox" name=(COLUMNS) value=(column.key) checked[shown(column)]; " " (column.heading) }
                        }
                    }
                    p.acts { button.btn.sm type="submit" { "Afficher" } @if any { a href=(others.href()) { "Toutes" } } }
                }
            }
        })
    }

    /// As a page shows it at that address, whose sort and columns it follows.
    pub fn html(mut self, address: &Address) -> Markup {
        self.sort(address);
        let choice = self.column_form(address);
        self.narrow(address);
        let asked = self.asked(address);
        html! {
            @if let Some(choice) = choice { (choice) }
            div.scroll tabindex="0" role="region" aria-label=(caption(&[&self.caption, "défilable"])) id={ "table-" (self.key) } {
                table class={ "tbl sortable " (self.classes) } {
                    caption class=[(!self.captioned).then_some("vh")] { (self.caption) }
                    thead { tr {
                        @for (at, column) in self.columns.iter().enumerate() { (self.column_heading(at, column, asked, address)) }
                    } }
                    tbody {
                        @for row in &self.rows { tr { (self.cells(row)) } }
                        @for row in &self.totals { tr.tot { (self.cells(row)) } }
                    }
                }
            }
        }
    }

    fn column_heading(
        &self,
        at: usize,
        column: &Column,
        asked: Option<(usize, bool)>,
        address: &Address,
    ) -> Markup {
        let own = asked.filter(|(sorted, _)| *sorted == at);
        let descending = own.map(|(_, descending)| descending);
        let (aria, drawing) = match descending {
            None => (None, "both"),
            Some(true) => (Some("descending"), "desc"),
            Some(false) => (Some("ascending"), "asc"),
        };
        // Words are first wanted from A, numbers from the highest.
        let next_descending = descending.map_or(column.numeric, |descending| !descending);
        let wanted = format!("{}{}", if next_descending { "-" } else { "" }, column.key);
        let href = address.without(PAGE).with(SORT, wanted).href();
        html! {
            th scope="col" class=[column.numeric.then_some("n")] aria-sort=[aria] {
                @if column.sortable && self.rows.len() > 1 {
                    a.sort.long[column.heading.chars().count() > LONG_HEADING] href={ (href) "#table-" (self.key) } {
                        (column.heading) (icon(drawing))
                        span.vh { @if next_descending { ", trier en ordre décroissant" } @else { ", trier en ordre croissant" } }
                    }
                } @else { (column.heading) }
            }
        }
    }

    fn cells(&self, row: &Row) -> Markup {
        html! {
            @for (at, (cell, column)) in row.iter().zip(&self.columns).enumerate() {
                @if at == self.heading {
                    th scope="row" { (cell.html()) }
                } @else {
                    td class=[class(column)] data-l=(column.heading) { (cell.html()) }
                }
            }
        }
    }
}

fn class(column: &Column) -> Option<&'static str> {
    match (column.numeric, column.wide) {
        (true, _) => Some("n"),
        (false, true) => Some("x"),
        (false, false) => None,
    }
}

fn datum(row: &Row, column: usize) -> &Datum {
    row.get(column).map_or(&Datum::Nothing, |cell| &cell.datum)
}

#[cfg(test)]
mod tests;
