//! The tables of organisations and places that can be taken away.

use async_trait::async_trait;

use super::{Directories, PlaceKind};
use crate::platform::web::WebResult;
use crate::platform::web::table::{Cell, Column, Table};
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
        &["tri"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("nom", "Nom"),
            Column::words("sigle", "Sigle"),
            Column::words("sorte", "Sorte"),
            Column::words("debut", "Premier jour"),
            Column::words("fin", "Dernier jour"),
            Column::words("rattachement", "Relève de"),
            Column::words("territoire", "Code du territoire"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = directory.organisations().iter().map(|organisation| {
            vec![
                Cell::text(organisation.code.clone()),
                Cell::text(organisation.name.clone()),
                word(organisation.short_name.clone()),
                Cell::text(organisation.kind.french()),
                day(organisation.valid_from),
                day(organisation.valid_to),
                word(organisation.parent.clone()),
                word(organisation.place.clone()),
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
        &["tri"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("nom", "Nom"),
            Column::words("sorte", "Sorte"),
            Column::words("iso", "Code ISO 3166-2"),
            Column::words("debut", "Premier jour"),
            Column::words("fin", "Dernier jour"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = directory.places().iter().map(|place| {
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

fn kind_words(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Country => "pays",
        PlaceKind::Zone => "zone",
        PlaceKind::Region => "région",
        PlaceKind::Department => "département",
        PlaceKind::Establishment => "établissement",
    }
}
