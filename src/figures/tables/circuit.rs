//! `circuit`: who owes which values for a year, what has come.

use async_trait::async_trait;

use crate::figures::Snapshots;
use crate::figures::circuit::{OwedState, owed, reviewed_year};
use crate::frameworks::Library;
use crate::organisations::Directories;
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, whole, word};

/// `circuit`: one line a measure of a framework.
#[derive(Debug)]
pub struct Circuit {
    /// The frameworks.
    pub library: Library,
    /// The figures.
    pub snapshots: Snapshots,
    /// Organisations and places.
    pub directories: Directories,
}

#[async_trait]
impl Source for Circuit {
    fn name(&self) -> &'static str {
        "circuit"
    }

    fn title(&self) -> &'static str {
        "Circuit des indicateurs"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "annee", "fournisseur", "etat", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let library = &self.library;
        let catalogue = library
            .catalogue_at(ask.tx, ask.reach, moment.change)
            .await?;
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let figures = self
            .snapshots
            .upto(ask.tx, ask.reach, moment.change)
            .await?;
        let edited = catalogue.framework(ask.asked.get("cadre"));
        let framework = &edited.ok_or(WebError::NotFound)?.framework;
        let year = match ask.choice("annee") {
            None => reviewed_year(framework, moment.day),
            Some(text) => text
                .parse()
                .map_err(|_| WebError::Invalid(format!("« {text} » n’est pas une année.")))?,
        };
        let state = OwedState::from_code(ask.asked.get("etat"));
        let supplier = ask.choice("fournisseur");
        let when = (year, moment.day);
        let columns = vec![
            Column::numbers("annee", "Année"),
            Column::words("code", "Code"),
            Column::words("indicateur", "Indicateur"),
            Column::words("mesure", "Mesure"),
            Column::words("fournisseurs", "Fournisseurs"),
            Column::words("limite", "Limite"),
            Column::words("etat", "État"),
            Column::words("livraison", "Livraison"),
            Column::numbers("attendues", "Attendues"),
            Column::numbers("recues", "Reçues"),
            Column::words("manquent", "Manquent"),
        ];
        let mut table = Table::new(self.name(), framework.title.clone(), columns);
        for owed in owed(framework, &catalogue, &figures, &directory, when) {
            let suppliers = &owed.indicator.suppliers;
            let is_asked = state.is_none_or(|state| owed.state() == state)
                && supplier
                    .as_ref()
                    .is_none_or(|code| suppliers.contains(code));
            if !is_asked {
                continue;
            }
            let missing: Vec<&str> = owed.missing.iter().map(|p| p.name.as_str()).collect();
            let count = |n: usize| whole(i64::try_from(n).unwrap_or(i64::MAX));
            table.rows.push(vec![
                whole(owed.year.into()),
                word(owed.indicator.code.clone()),
                Cell::text(owed.indicator.label.clone()),
                Cell::text(owed.measure.code.clone()),
                Cell::text(suppliers.join(", ")),
                day(owed.limit),
                Cell::text(owed.state().french()),
                Cell::text(owed.delivery.french()),
                count(owed.expected),
                count(owed.received()),
                Cell::text(missing.join(", ")),
            ]);
        }
        Ok(table)
    }
}
