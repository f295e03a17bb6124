//! `contestations`: values contested, and the answers to them.

use async_trait::async_trait;

use super::value;
use crate::figures::contest::as_of;
use crate::figures::contest::store::contests;
use crate::frameworks::Library;
use crate::ledger::Moment;
use crate::organisations::Directories;
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{AsOf, WebResult};
use crate::tables::{Ask, Source, day, day_of, word};

/// `contestations`: those that wait for an answer, or all.
#[derive(Debug)]
pub struct Contests {
    /// The frameworks, for the measures.
    pub library: Library,
    /// Organisations and places.
    pub directories: Directories,
}

#[async_trait]
impl Source for Contests {
    fn name(&self) -> &'static str {
        "contestations"
    }

    fn title(&self) -> &'static str {
        "Contestations"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["etat", "au"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let all = ask.asked.get("etat") == "toutes";
        let moment = Moment::of(ask.tx, &AsOf::of(ask.asked), ask.today).await?;
        let catalogue = self
            .library
            .catalogue_at(ask.tx, ask.reach, moment.change)
            .await?;
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let found = contests(ask.tx, ask.reach, ask.today, None).await?;
        let mut found = as_of(found, moment.past);
        found.retain(|contest| all || contest.settled.is_none());
        let columns = vec![
            Column::words("mesure", "Mesure"),
            Column::words("libelle", "Libellé"),
            Column::words("territoire", "Code du territoire"),
            Column::words("nom", "Territoire"),
            Column::words("periode", "Période"),
            Column::numbers("contestee", "Valeur contestée"),
            Column::numbers("proposee", "Valeur proposée"),
            Column::words("motif", "Motif"),
            Column::words("fournisseur", "Fournisseur"),
            Column::words("ouverte", "Ouverte le"),
            Column::words("limite", "Réponse attendue le"),
            Column::words("etat", "État"),
            Column::words("repondue", "Répondue le"),
            Column::words("reponse", "Réponse"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        for contest in found {
            let measure = catalogue.measure(&contest.measure);
            let place = directory.place(&contest.subject.place);
            let [contested, _] = value(contest.contested.as_ref(), measure);
            let [own, _] = value(contest.open.own.as_ref(), measure);
            let settled = contest.settled.as_ref();
            table.rows.push(vec![
                Cell::text(contest.measure.clone()),
                word(measure.map(|measure| measure.label.clone())),
                Cell::text(contest.subject.place.clone()),
                word(place.map(|place| place.name.clone())),
                Cell::text(contest.subject.period.to_string()),
                contested,
                own,
                Cell::text(contest.open.reason.clone()),
                Cell::text(contest.supplier.clone()),
                day_of(contest.opened_at),
                day(Some(contest.open.due_on)),
                Cell::text(contest.standing(moment.day).french()),
                settled.map_or_else(Cell::default, |settled| day_of(settled.at)),
                word(settled.map(|settled| settled.answer.clone())),
            ]);
        }
        Ok(table)
    }
}
