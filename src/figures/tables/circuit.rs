//! `circuit`: who owes which values for a year, what has come.

use async_trait::async_trait;
use jiff::civil::Date;

use crate::figures::Snapshots;
use crate::figures::circuit::{Owed, OwedState, of_supplier, owed, reviewed_year};
use crate::frameworks::{Framework, Library};
use crate::organisations::Directories;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, whole, word};

/// `circuit`: one line a measure of a framework; or, of one supplier, of every framework and year.
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
        let state = OwedState::from_code(ask.asked.get("etat"));
        let supplier = ask.choice("fournisseur");
        let (caption, deliveries) = match (ask.choice("cadre"), &supplier) {
            (None, Some(code)) => {
                let known = (&*catalogue, &*directory);
                (code.clone(), of_supplier(known, &figures, moment.day, code))
            }
            (code, _) => {
                let edited = catalogue.framework(&code.unwrap_or_default());
                let framework = &edited.ok_or(WebError::NotFound)?.framework;
                let when = (year(&ask, framework, moment.day)?, moment.day);
                let all = owed(framework, &catalogue, &figures, &directory, when);
                let all = all.into_iter().map(|owed| (framework, owed));
                (framework.title.clone(), all.collect())
            }
        };
        let asked_year = ask.choice("annee");
        let mut table = Table::new(self.name(), caption, columns());
        for (framework, owed) in &deliveries {
            let suppliers = &owed.indicator.suppliers;
            let is_asked = state.is_none_or(|state| owed.state() == state)
                && asked_year
                    .as_ref()
                    .is_none_or(|year| *year == owed.year.to_string())
                && supplier
                    .as_ref()
                    .is_none_or(|code| suppliers.contains(code));
            if is_asked {
                table.rows.push(row(framework, owed));
            }
        }
        Ok(table)
    }
}

/// The year asked for, or the last whole one of the framework.
fn year(ask: &Ask<'_>, framework: &Framework, day: Date) -> WebResult<i16> {
    match ask.choice("annee") {
        None => Ok(reviewed_year(framework, day)),
        Some(text) => text
            .parse()
            .map_err(|_| WebError::Invalid(format!("« {text} » n’est pas une année."))),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::numbers("annee", "Année"),
        Column::words("code", "Code").staying(),
        Column::words("indicateur", "Indicateur").staying(),
        Column::words("mesure", "Mesure").staying(),
        Column::words("fournisseurs", "Fournisseurs"),
        Column::words("limite", "Limite"),
        Column::words("etat", "État"),
        Column::words("livraison", "Livraison"),
        Column::numbers("attendues", "Attendues"),
        Column::numbers("recues", "Reçues"),
        Column::words("manquent", "Manquent"),
        Column::words("cadre", "Cadre"),
    ]
}

fn row(framework: &Framework, owed: &Owed<'_>) -> Row {
    let missing: Vec<&str> = owed.missing.iter().map(|p| p.name.as_str()).collect();
    let count = |n: usize| whole(i64::try_from(n).unwrap_or(i64::MAX));
    vec![
        whole(owed.year.into()),
        word(owed.indicator.code.clone()),
        Cell::text(owed.indicator.label.clone()),
        Cell::text(owed.measure.code.clone()),
        Cell::text(owed.indicator.suppliers.join(", ")),
        day(owed.limit),
        owed.datum(owed.state().french().to_owned()).into(),
        Cell::text(owed.delivery.french()),
        count(owed.expected),
        count(owed.received()),
        Cell::text(missing.join(", ")),
        Cell::text(framework.code.clone()),
    ]
}
