//! `mesures` and `serie`: the measures of the catalogue, and the long series of one.

use async_trait::async_trait;

use super::situation;
use crate::figures::Sources;
use crate::figures::pages::{asked_for, series, span};
use crate::platform::web::WebResult;
use crate::platform::web::table::{Cell, Column, Table};
use crate::tables::{Ask, Source, word};

/// `mesures`: the measures of the catalogue, one line for each indicator that follows one.
#[derive(Debug)]
pub struct Measures {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for Measures {
    fn name(&self) -> &'static str {
        "mesures"
    }

    fn title(&self) -> &'static str {
        "Mesures du catalogue"
    }

    fn choices(&self) -> &'static [&'static str] {
        &[
            "q",
            "cadre",
            "objectif",
            "fournisseur",
            "theme",
            "valeurs",
            "au",
        ]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        let columns = vec![
            Column::words("mesure", "Mesure"),
            Column::words("libelle", "Libellé").staying(),
            Column::words("unite", "Unité"),
            Column::words("cadre", "Cadre").staying(),
            Column::words("indicateur", "Indicateur").staying(),
            Column::words("code", "Code de l’indicateur"),
            Column::words("lien", "Lien"),
            Column::words("valeurs", "Valeurs"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        for across in asked_for(&situation, ask.asked) {
            let measure = across.measure;
            let values = situation.figures.series(&measure.code);
            for pointer in &across.pointers {
                table.rows.push(vec![
                    Cell::text(measure.code.clone()),
                    Cell::text(measure.label.clone()),
                    word(measure.unit.clone()),
                    Cell::text(pointer.framework.code.clone()),
                    Cell::text(pointer.indicator.key.clone()),
                    word(pointer.indicator.code.clone()),
                    Cell::text(pointer.kind.french()),
                    values.map_or_else(Cell::default, span),
                ]);
            }
        }
        Ok(table)
    }
}

/// `serie`: a measure over the country and in a place, through generations of contracts.
#[derive(Debug)]
pub struct LongSeries {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for LongSeries {
    fn name(&self) -> &'static str {
        "serie"
    }

    fn title(&self) -> &'static str {
        "Série longue d’une mesure"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["mesure", "lieu", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        series(&situation, ask.asked)
    }
}
