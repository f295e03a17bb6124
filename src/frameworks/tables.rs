//! The tables of frameworks that can be taken away.

use async_trait::async_trait;

use super::Library;
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, whole, word};

/// `indicateurs`: those of every framework, or of one.
#[derive(Debug)]
pub struct Indicators {
    /// The frameworks.
    pub library: Library,
}

#[async_trait]
impl Source for Indicators {
    fn name(&self) -> &'static str {
        "indicateurs"
    }

    fn title(&self) -> &'static str {
        "Indicateurs"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "tri"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let wanted = ask.choice("cadre");
        if let Some(code) = &wanted
            && catalogue.framework(code).is_none()
        {
            return Err(WebError::NotFound);
        }
        let columns = vec![
            Column::words("cadre", "Cadre"),
            Column::words("objectif", "Objectif"),
            Column::words("cle", "Clé"),
            Column::words("code", "Code imprimé"),
            Column::words("indicateur", "Indicateur"),
            Column::words("sorte", "Sorte"),
            Column::words("mesures", "Mesures"),
            Column::words("fournisseurs", "Fournisseurs"),
            Column::words("pilotes", "Directions responsables"),
            Column::words("source", "Source"),
            Column::words("echeance", "Échéance"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        for edited in catalogue.frameworks() {
            let framework = &edited.framework;
            if wanted.as_ref().is_some_and(|code| *code != framework.code) {
                continue;
            }
            let kind = |key: &str| {
                let found = framework.kinds.iter().find(|kind| kind.key == key);
                found.map_or(key.to_owned(), |kind| kind.label.clone())
            };
            let node = |key: &str| {
                let found = framework.nodes.iter().find(|node| node.key == key);
                found.map_or(key.to_owned(), |node| node.label.clone())
            };
            for indicator in &framework.indicators {
                table.rows.push(vec![
                    Cell::text(framework.code.clone()),
                    Cell::text(node(&indicator.node)),
                    Cell::text(indicator.key.clone()),
                    word(indicator.code.clone()),
                    Cell::text(indicator.label.clone()),
                    Cell::text(kind(&indicator.kind)),
                    Cell::text(indicator.measures.join(", ")),
                    Cell::text(indicator.suppliers.join(", ")),
                    Cell::text(indicator.leads.join(", ")),
                    word(indicator.source.clone()),
                    Cell::text(indicator.due.french()),
                ]);
            }
        }
        Ok(table)
    }
}

/// `mesures`: every measure of the catalogue, with the indicators that follow it.
#[derive(Debug)]
pub struct Measures {
    /// The frameworks.
    pub library: Library,
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
        &[]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let columns = vec![
            Column::words("mesure", "Mesure"),
            Column::words("libelle", "Libellé"),
            Column::words("unite", "Unité"),
            Column::words("cadre", "Cadre"),
            Column::words("indicateur", "Indicateur"),
            Column::words("code", "Code de l’indicateur"),
            Column::words("lien", "Lien"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let all = catalogue.measures();
        for across in all.filter_map(|measure| catalogue.across(&measure.code)) {
            for pointer in &across.pointers {
                table.rows.push(vec![
                    Cell::text(across.measure.code.clone()),
                    Cell::text(across.measure.label.clone()),
                    word(across.measure.unit.clone()),
                    Cell::text(pointer.framework.code.clone()),
                    Cell::text(pointer.indicator.key.clone()),
                    word(pointer.indicator.code.clone()),
                    Cell::text(pointer.kind.french()),
                ]);
            }
        }
        Ok(table)
    }
}

/// `cadres`: every framework.
#[derive(Debug)]
pub struct Frameworks {
    /// The frameworks.
    pub library: Library,
}

#[async_trait]
impl Source for Frameworks {
    fn name(&self) -> &'static str {
        "cadres"
    }

    fn title(&self) -> &'static str {
        "Cadres contractuels"
    }

    fn choices(&self) -> &'static [&'static str] {
        &[]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("cadre", "Cadre"),
            Column::numbers("debut", "Première année"),
            Column::numbers("fin", "Dernière année"),
            Column::numbers("revision", "Révision"),
            Column::numbers("indicateurs", "Indicateurs"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = catalogue.frameworks().into_iter().map(|edited| {
            let framework = &edited.framework;
            let count = i64::try_from(framework.indicators.len()).unwrap_or(i64::MAX);
            vec![
                Cell::text(framework.code.clone()),
                Cell::text(framework.title.clone()),
                whole(framework.starts.into()),
                whole(framework.ends.into()),
                whole(edited.no),
                whole(count),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}
