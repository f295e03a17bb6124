//! The tables of files received that can be taken away.

use async_trait::async_trait;

use super::pages::asked_for;
use super::{Batch, Intake, Intakes, Kept, KnownFile, Severity, Verdict, store};
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day_of, whole, word};

/// `imports`: the files received, the latest first.
#[derive(Debug)]
pub struct Files {
    /// Every kind of file.
    pub intakes: Intakes,
}

#[async_trait]
impl Source for Files {
    fn name(&self) -> &'static str {
        "imports"
    }

    fn title(&self) -> &'static str {
        "Fichiers reçus"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["genre", "etat"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let batches = asked_for(ask.tx, (ask.reach, ask.today), &self.intakes, ask.asked).await?;
        let columns = vec![
            Column::words("fichier", "Fichier"),
            Column::words("genre", "Genre"),
            Column::words("etat", "État"),
            Column::words("depose_le", "Déposé le"),
            Column::words("depose_par", "Déposé par"),
            Column::numbers("creees", "Créées"),
            Column::numbers("modifiees", "Modifiées"),
            Column::numbers("inchangees", "Inchangées"),
            Column::numbers("refusees", "Refusées"),
            Column::words("lot", "Lot"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = batches.into_iter().map(|batch| {
            vec![
                Cell::text(batch.file_name),
                Cell::text(batch.intake),
                Cell::text(batch.state.french()),
                day_of(batch.created_at),
                word(batch.sender),
                whole(batch.counts.created),
                whole(batch.counts.changed),
                whole(batch.counts.unchanged),
                whole(batch.counts.refused),
                Cell::text(batch.id.to_string()),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

/// The file that `lot` names, where this person may see what it says.
async fn batch<'i>(ask: &mut Ask<'_>, intakes: &'i Intakes) -> WebResult<(Batch, &'i dyn Intake)> {
    let id = ask.id("lot")?;
    let known = intakes.known(ask.tx, (ask.reach, ask.today), id).await?;
    let KnownFile { batch, kept } = known.ok_or(WebError::NotFound)?;
    let intake = intakes.of(&batch)?;
    let sentence = match kept {
        Kept::Nothing => return Ok((batch, intake)),
        Kept::Words => {
            "Ce fichier est sous embargo : seule la personne qui l’a déposé le voit avant son jour."
        }
        Kept::Purpose => intake.why_hidden(),
    };
    Err(WebError::Forbidden(sentence.to_owned()))
}

/// `problemes`: what is wrong in a file received.
#[derive(Debug)]
pub struct Problems {
    /// Every kind of file.
    pub intakes: Intakes,
}

#[async_trait]
impl Source for Problems {
    fn name(&self) -> &'static str {
        "problemes"
    }

    fn title(&self) -> &'static str {
        "Problèmes d’un fichier"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["lot"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let (batch, _) = batch(&mut ask, &self.intakes).await?;
        let columns = vec![
            Column::words("feuille", "Feuille"),
            Column::numbers("ligne", "Ligne"),
            Column::numbers("colonne", "Colonne"),
            Column::words("gravite", "Gravité"),
            Column::words("code", "Code"),
            Column::words("message", "Message"),
        ];
        let mut table = Table::new(self.name(), batch.file_name, columns);
        let problems = store::problems(ask.tx, batch.id).await?.into_iter();
        let rows = problems.map(|problem| {
            let severity = match problem.severity {
                Severity::Refusal => "refus",
                Severity::Warning => "alerte",
                Severity::Question => "question",
            };
            vec![
                Cell::text(problem.place.sheet),
                whole(problem.place.row.into()),
                whole(problem.place.column.into()),
                Cell::text(severity),
                Cell::text(problem.code.entry().slug),
                Cell::text(problem.message),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

/// `lignes`: what the cells of a file would change, or changed.
#[derive(Debug)]
pub struct Rows {
    /// Every kind of file, for the words of its rows.
    pub intakes: Intakes,
}

#[async_trait]
impl Source for Rows {
    fn name(&self) -> &'static str {
        "lignes"
    }

    fn title(&self) -> &'static str {
        "Cellules lues d’un fichier"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["lot", "voir"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let seen = Verdict::from_code(ask.asked.get("voir"));
        let (batch, intake) = batch(&mut ask, &self.intakes).await?;
        let columns = vec![
            Column::words("feuille", "Feuille"),
            Column::numbers("ligne", "Ligne"),
            Column::numbers("colonne", "Colonne"),
            Column::words("sujet", "Sujet"),
            Column::words("ou_et_quand", "Où et quand"),
            Column::words("verdict", "Effet"),
            Column::words("avant", "Avant"),
            Column::words("apres", "Après"),
        ];
        let mut table = Table::new(self.name(), batch.file_name, columns);
        let mut from = Some(0);
        while let Some(first) = from {
            let (mut rows, next) = store::rows_from(ask.tx, batch.id, first).await?;
            let told = intake.told(ask.tx, ask.reach, &rows).await?;
            intake.veil(ask.tx, ask.reach, &mut rows).await?;
            for (row, told) in rows.iter().zip(told) {
                if seen.is_some_and(|seen| seen != row.verdict) {
                    continue;
                }
                let [about, place] = told.about;
                table.rows.push(vec![
                    Cell::text(row.place.sheet.clone()),
                    whole(row.place.row.into()),
                    whole(row.place.column.into()),
                    Cell::text(about),
                    Cell::text(place),
                    Cell::text(match row.verdict {
                        Verdict::Created => "créée",
                        Verdict::Changed => "modifiée",
                        Verdict::Unchanged => "inchangée",
                    }),
                    word(told.before),
                    Cell::text(told.after),
                ]);
            }
            from = next;
        }
        Ok(table)
    }
}
