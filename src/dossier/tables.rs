//! The dossiers issued, and the runs of them, as tables that can be taken away.

use async_trait::async_trait;

use super::issue::store::of_contract;
use super::run::store::{run, runs};
use crate::contracts::store::load;
use crate::kernel::hex;
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, day_of, whole, word};

/// The most runs of one table.
const MOST: i64 = 1000;

/// `dossiers`: those issued of a contract, one line a file.
#[derive(Debug)]
pub struct Dossiers;

#[async_trait]
impl Source for Dossiers {
    fn name(&self) -> &'static str {
        "dossiers"
    }

    fn title(&self) -> &'static str {
        "Dossiers émis d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let slug = ask.choice("contrat").ok_or(WebError::NotFound)?;
        let full = load(ask.tx, ask.reach, &slug).await?;
        let full = full.ok_or(WebError::NotFound)?;
        let columns = vec![
            Column::words("emis_le", "Émis le"),
            Column::words("emis_par", "Émis par"),
            Column::numbers("annee", "Année"),
            Column::words("volet", "Volet"),
            Column::words("connus_au", "Chiffres connus au"),
            Column::words("format", "Format"),
            Column::words("fichier", "Fichier"),
            Column::numbers("octets", "Taille en octets"),
            Column::words("empreinte", "Empreinte SHA-256"),
            Column::words("dossier", "Dossier"),
        ];
        let mut table = Table::new(self.name(), full.contract.title.clone(), columns);
        for one in of_contract(ask.tx, &full).await? {
            for file in &one.files {
                table.rows.push(vec![
                    day_of(one.at),
                    word(one.who.clone()),
                    whole(one.year.into()),
                    Cell::text(one.section.clone()),
                    day(Some(one.as_of)),
                    Cell::text(file.format.french()),
                    Cell::text(file.name.clone()),
                    whole(file.size),
                    Cell::text(hex(&file.sha)),
                    Cell::text(one.id.to_string()),
                ]);
            }
        }
        Ok(table)
    }
}

/// `tirages`: the runs that the person asked for; or the dossiers of one of them.
#[derive(Debug)]
pub struct Runs;

#[async_trait]
impl Source for Runs {
    fn name(&self) -> &'static str {
        "tirages"
    }

    fn title(&self) -> &'static str {
        "Tirages demandés"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["tirage"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let found = if ask.choice("tirage").is_none() {
            runs(ask.tx, ask.reach, MOST).await?
        } else {
            let one = run(ask.tx, ask.reach, ask.id("tirage")?).await?;
            vec![one.ok_or(WebError::NotFound)?]
        };
        let columns = vec![
            Column::words("demande_le", "Demandé le"),
            Column::words("cadre", "Cadre"),
            Column::numbers("annee", "Année"),
            Column::words("contrat", "Contrat"),
            Column::words("adresse", "Adresse du contrat"),
            Column::words("etat", "État"),
            Column::words("echec", "Pourquoi il n’y en a pas"),
            Column::words("dossier", "Dossier"),
            Column::words("tirage", "Tirage"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        for one in &found {
            table.rows.extend(one.items.iter().map(|item| {
                vec![
                    day_of(one.created_at),
                    Cell::text(one.asked.framework.clone()),
                    whole(one.asked.year.into()),
                    Cell::text(item.label.clone()),
                    Cell::text(item.contract.clone()),
                    Cell::text(match (item.dossier, &item.failure) {
                        (Some(_), _) => "émis",
                        (None, Some(_)) => "échec",
                        (None, None) => "à venir",
                    }),
                    word(item.failure.clone()),
                    word(item.dossier.map(|id| id.to_string())),
                    Cell::text(one.id.to_string()),
                ]
            }));
        }
        Ok(table)
    }
}
