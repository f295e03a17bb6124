//! The tables of organisations and places that can be taken away.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::Date;

use super::contact::store::contacts;
use super::pages::Group;
use super::{Directories, PlaceKind};
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{AsOf, WebError, WebResult};
use crate::tables::{Ask, Source, day, word};

/// `organisations`: every organisation, past ones included.
#[derive(Debug)]
pub struct Organisations {
    /// The directory.
    pub directories: Directories,
}

#[async_trait]
impl Source for Organisations {
    fn name(&self) -> &'static str {
        "organisations"
    }

    fn title(&self) -> &'static str {
        "Organisations"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["type", "rattachement", "au"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let (group, day_asked) = (Group::asked(ask.asked)?, asked_day(&ask)?);
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let contacts = contacts(ask.tx, ask.reach).await?;
        let contacts: BTreeMap<String, String> = contacts.into_iter().collect();
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("nom", "Nom").staying(),
            Column::words("sigle", "Sigle"),
            Column::words("sorte", "Sorte"),
            Column::words("debut", "Premier jour"),
            Column::words("fin", "Dernier jour"),
            Column::words("rattachement", "Relève de"),
            Column::words("territoire", "Code du territoire"),
            Column::words("contact", "Adresse de contact"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        // Those that belong to one are those that do on the day, as its page shows them.
        let all = match ask.choice("rattachement") {
            Some(whole) => directory.belonging_to(&whole, day_asked.unwrap_or(ask.today)),
            None => directory.organisations().iter().collect(),
        };
        let known = all.into_iter().filter(|one| {
            group.is_none_or(|group| group.holds(one)) && has_begun(one.valid_from, day_asked)
        });
        let rows = known.map(|organisation| {
            vec![
                Cell::text(organisation.code.clone()),
                Cell::text(organisation.name.clone()),
                word(organisation.short_name.clone()),
                Cell::text(organisation.kind.french()),
                day(organisation.valid_from),
                day(organisation.valid_to),
                word(organisation.parent.clone()),
                word(organisation.place.clone()),
                word(contacts.get(&organisation.code).cloned()),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

/// `territoires`: every place, past ones included.
#[derive(Debug)]
pub struct Places {
    /// The directory.
    pub directories: Directories,
}

#[async_trait]
impl Source for Places {
    fn name(&self) -> &'static str {
        "territoires"
    }

    fn title(&self) -> &'static str {
        "Territoires"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["dans", "au"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let day_asked = asked_day(&ask)?;
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("nom", "Nom").staying(),
            Column::words("sorte", "Sorte"),
            Column::words("iso", "Code ISO 3166-2"),
            Column::words("debut", "Premier jour"),
            Column::words("fin", "Dernier jour"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        // The parts of one are those that it has on the day, as its page shows them.
        let all = match ask.choice("dans") {
            Some(whole) => directory.parts_of(&whole, day_asked.unwrap_or(ask.today)),
            None => directory.places().iter().collect(),
        };
        let all = all.into_iter();
        let known = all.filter(|place| has_begun(place.valid_from, day_asked));
        let rows = known.map(|place| {
            vec![
                Cell::text(place.code.clone()),
                Cell::text(place.name.clone()),
                Cell::text(kind_words(place.kind)),
                word(place.iso.clone()),
                day(place.valid_from),
                day(place.valid_to),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

/// The day asked for, where one is.
fn asked_day(ask: &Ask<'_>) -> WebResult<Option<Date>> {
    let as_of = AsOf::of(ask.asked);
    match as_of.problem() {
        Some(problem) => Err(WebError::Invalid(problem)),
        None => Ok(as_of.day()),
    }
}

/// Whether what begins on that day had begun by the day asked for: a page of the past tells what
/// had ended by then as well.
fn has_begun(first: Option<Date>, asked: Option<Date>) -> bool {
    let first = first.zip(asked);
    first.is_none_or(|(first, asked)| first <= asked)
}

fn kind_words(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Country => "pays",
        PlaceKind::Zone => "zone",
        PlaceKind::Region => "région",
        PlaceKind::Department => "département",
        PlaceKind::Establishment => "établissement",
    }
}
