//! `pays`: how each objective of a framework stands in each region.

use async_trait::async_trait;

use super::situation;
use crate::figures::board::{Tally, movement_words, tone_word};
use crate::figures::{Sources, running};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, whole, word};

/// `pays`: one line a region and an objective.
#[derive(Debug)]
pub struct Country {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for Country {
    fn name(&self) -> &'static str {
        "pays"
    }

    fn title(&self) -> &'static str {
        "Objectifs par région"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        let framework = running(&situation, ask.asked.get("cadre"));
        let framework = framework.ok_or(WebError::NotFound)?;
        let columns = vec![
            Column::words("cadre", "Cadre"),
            Column::numbers("annee", "Année"),
            Column::words("territoire", "Code du territoire"),
            Column::words("nom", "Territoire"),
            Column::words("contrat", "Contrat"),
            Column::words("objectif", "Objectif"),
            Column::words("libelle", "Libellé"),
            Column::words("etat", "État"),
            Column::numbers("suivis", "Mesures avec clause"),
            Column::numbers("juges", "Mesures jugées"),
            Column::numbers("atteints", "Cibles atteintes"),
            Column::numbers("a_redresser", "À redresser"),
            Column::words("evolution", "Évolution"),
            Column::numbers("retard", "Valeurs en retard"),
            Column::numbers("attendues", "Valeurs attendues"),
        ];
        let country = self.sources.countries.of(&situation, framework);
        let board = &country.board;
        let mut table = Table::new(self.name(), self.title(), columns);
        for row in &board.rows {
            let objectives = board.objectives.iter().zip(&row.tallies);
            table.rows.extend(objectives.map(|(node, tally)| {
                let mut cells = vec![
                    Cell::text(framework.code.clone()),
                    whole(board.year.into()),
                    Cell::text(row.code.clone()),
                    Cell::text(row.name.clone()),
                    word(row.contract.as_ref().map(|contract| contract.slug.clone())),
                    Cell::text(node.key.clone()),
                    Cell::text(node.label.clone()),
                ];
                cells.extend(counts(*tally));
                cells
            }));
        }
        Ok(table)
    }
}

fn counts(tally: Tally) -> Row {
    let count = |n: usize| whole(i64::try_from(n).unwrap_or(i64::MAX));
    vec![
        word(tally.tone.map(tone_word)),
        count(tally.followed),
        count(tally.judged),
        count(tally.reached),
        count(tally.alarming),
        word(tally.movement.map(|movement| movement_words(movement).1)),
        count(tally.late),
        count(tally.awaited),
    ]
}
