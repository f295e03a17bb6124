//! The history that can be taken away.

use async_trait::async_trait;
use jiff::civil::Date;
use maud::{Markup, html};

use super::read::{Question, read, spoken};
use super::{Reader, Tellers, Under};
use crate::platform::clock::{french_instant, paris_date};
use crate::platform::web::WebResult;
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::tables::{Ask, Source, day_of, whole, word};

/// Lines that a file holds at most.
pub(super) const MOST: usize = 5000;

/// What the last row of a file says where it stops before everything is told.
pub(super) fn stopped(at: &str, day: Date) -> String {
    format!(
        "Ce fichier s’arrête ici, au {at} : ce qui est plus ancien n’y est pas. Pour l’emporter, cherchez « Au » {}, ou limitez la recherche à une personne, un genre ou des jours.",
        day.strftime("%d/%m/%Y")
    )
}

/// What a page says of the files taken from it.
pub(super) fn stops_note(most: usize) -> Markup {
    html! {
        p.note { "Un fichier s’arrête à " (Datum::count(most).french()) " lignes, ou après une longue recherche, et le dit à sa dernière ligne. Pour emporter le reste, limitez la recherche par ses jours, une personne ou un genre." }
    }
}

/// `journal`: the lines that answer, the latest first.
#[derive(Debug)]
pub struct History {
    /// Who says each line.
    pub tellers: Tellers,
}

#[async_trait]
impl Source for History {
    fn name(&self) -> &'static str {
        "journal"
    }

    fn title(&self) -> &'static str {
        "Journal"
    }

    fn choices(&self) -> &'static [&'static str] {
        &[
            "personne",
            "chose",
            "indicateur",
            "genre",
            "qui",
            "q",
            "du",
            "au",
        ]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let question = Question::of(ask.asked)?;
        let reader = Reader::of(ask.tx, ask.reach, &self.tellers).await?;
        let page = read(ask.tx, &reader, &question, MOST).await?;
        let last = page.lines.last().map(|line| line.at);
        let last = last.unwrap_or_default();
        let stop = page
            .next
            .map(|_| stopped(&french_instant(last), paris_date(last)));
        let lines = spoken(ask.tx, &reader, &self.tellers, &question, page.lines).await?;
        let columns = vec![
            Column::numbers("changement", "Changement n°"),
            Column::words("jour", "Jour"),
            Column::words("instant", "Instant"),
            Column::words("qui", "Qui"),
            Column::words("quoi", "Quoi"),
            Column::words("chose", "Sur quoi"),
            Column::words("motif", "Motif"),
            Column::words("programme", "Par un programme"),
            Column::words("habilitation", "Par quelle habilitation"),
            Column::words("depuis", "Depuis"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = lines.into_iter().map(|(line, told)| {
            vec![
                whole(line.no),
                day_of(line.at),
                Cell::text(french_instant(line.at)),
                Cell::text(line.who.unwrap_or_else(|| "Jalon".to_owned())),
                Cell::text(told.deed),
                Cell::text(told.name),
                word(line.why),
                Cell::text(if line.by_program { "oui" } else { "non" }),
                word(line.grant.as_ref().map(Under::french)),
                word(line.origin.filter(|_| reader.reads_all)),
            ]
        });
        table.rows = rows.collect();
        table.stop = stop;
        Ok(table)
    }
}
