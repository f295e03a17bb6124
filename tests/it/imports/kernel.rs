//! The kernel of imports with a kind of file that is no module's: what it keeps, asks again and
//! remembers, whatever the rows mean.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jalon::access::Reach;
use jalon::imports::{
    Answer, Asked, Batch, BatchState, Choice, Closed, ColumnUse, Committed, Field, FileMapping,
    French, Imports, Intake, Intakes, Mistake, Place, Problem, ProblemCode, PublishedRow, Reading,
    Row, Said, Sent, SentFile, SheetColumns, Told, Undoing, Uses, Verdict, Written, store,
};
use jalon::ledger::{Actor, Change, LedgerError};
use jalon::platform::antivirus::Antivirus;
use jalon::platform::db::{Db, DbError, Tx};
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::reader;
use crate::on_both_engines;
use crate::support::Bench;

/// Words with their number of letters: `mot;lettres`. Asks whether « été » is a season.
#[derive(Clone, Debug, Default)]
struct Words(Arc<Mutex<BTreeMap<String, String>>>);

#[async_trait]
impl Intake for Words {
    fn name(&self) -> &'static str {
        "words"
    }
    fn french(&self) -> French {
        French {
            kind: "Mots",
            one: "mot",
            many: "mots",
        }
    }
    async fn fields(&self, _: &mut Tx, _: &Reach) -> Result<Vec<Field>, DbError> {
        Ok(Vec::new())
    }
    async fn beside(
        &self,
        _: &mut Tx,
        _: &Reach,
        typed: &BTreeMap<String, String>,
    ) -> Result<Result<Json, Vec<Mistake>>, DbError> {
        Ok(Ok(json!(typed)))
    }
    async fn facts(
        &self,
        _: &mut Tx,
        _: &Reach,
        _: &Said,
    ) -> Result<Vec<(&'static str, String)>, DbError> {
        Ok(Vec::new())
    }
    fn supplier(&self, said: &Said) -> String {
        said.beside.as_str().unwrap_or_default().to_owned()
    }
    async fn uses(&self, _: &mut Tx, _: &Reach, _: &Said) -> Result<Uses, DbError> {
        Ok(Uses::default())
    }
    fn corrected(&self, said: &FileMapping) -> Result<Json, String> {
        Ok(json!(
            said.sheets[0]
                .columns
                .iter()
                .map(|c| &c.holds)
                .collect::<Vec<_>>()
        ))
    }
    fn is_hidden(&self, _: Sent<'_>, _: &Reach, _: Date) -> Result<bool, DbError> {
        Ok(false)
    }
    async fn closed(&self, _: &mut Tx, _: &Reach, _: &Batch) -> Result<Option<Closed>, DbError> {
        Ok(None)
    }
    async fn read(&self, _: &Db, _: &Reach, asked: Asked) -> Result<Reading, DbError> {
        let header = &asked.workbook.sheets[0].rows[0];
        let signature: Vec<&str> = header.iter().map(|cell| cell.text.as_str()).collect();
        let signature = signature.join("|");
        let said = asked
            .said
            .mapping
            .or_else(|| asked.remembered.get(&signature).cloned());
        let kept = said.unwrap_or_else(|| json!(["word", "letters"]));
        let word = kept
            .as_array()
            .unwrap()
            .iter()
            .position(|held| held == "word")
            .unwrap();
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        for row in &asked.workbook.sheets[0].rows[1..] {
            let (cell, other) = (&row[word], &row[1 - word]);
            let code = ProblemCode::WrongValue;
            if cell.text == "été" && asked.said.answers.get(&cell.place, code).is_none() {
                let choices = ["saison", "participe"].map(|word| Choice {
                    value: word.to_owned(),
                    label: word.to_owned(),
                });
                problems.push(Problem::question(
                    cell.place.clone(),
                    code,
                    "Quel été ?",
                    choices.to_vec(),
                ));
                continue;
            }
            rows.push(Ok(Row {
                place: cell.place.clone(),
                verdict: Verdict::Created,
                subject: cell.text.clone(),
                before: None,
                after: other.text.clone(),
            }));
        }
        let columns = kept
            .as_array()
            .unwrap()
            .iter()
            .zip(header)
            .map(|(held, cell)| ColumnUse {
                heading: cell.text.clone(),
                holds: held.as_str().unwrap().to_owned(),
                label: held.as_str().unwrap().to_owned(),
            });
        let sheets = vec![SheetColumns {
            sheet: String::new(),
            header: 1,
            columns: columns.collect(),
        }];
        Ok(Reading {
            total: rows.len(),
            rows: Box::new(rows.into_iter()),
            problems,
            mapping: FileMapping {
                signature,
                kept,
                sheets,
                names: Vec::new(),
            },
            at_change: 0,
        })
    }
    async fn standing(&self, _: &mut Tx, _: &Batch) -> Result<Vec<Place>, DbError> {
        Ok(Vec::new())
    }
    async fn write(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let (rows, _) = store::rows_from(change.tx(), batch.id, 0).await?;
        let mut words = self.0.lock().unwrap();
        words.extend(
            rows.iter()
                .map(|row| (row.subject.clone(), row.after.clone())),
        );
        Ok(Written {
            rows: i64::try_from(rows.len()).unwrap(),
            digest: [7; 32],
        })
    }
    async fn later(&self, _: &mut Tx, _: &Batch) -> Result<Undoing, DbError> {
        Ok(Undoing::default())
    }
    async fn undo(&self, _: &mut Change, _: &Batch) -> Result<Written, LedgerError> {
        Ok(Written {
            rows: 0,
            digest: [7; 32],
        })
    }
    async fn published(
        &self,
        _: &mut Tx,
        _: &Reach,
        _: &[Row],
    ) -> Result<Vec<PublishedRow>, DbError> {
        Ok(Vec::new())
    }
    async fn told(&self, _: &mut Tx, _: &Reach, _: &[Row]) -> Result<Vec<Told>, DbError> {
        Ok(Vec::new())
    }
}

struct Desk {
    imports: Imports,
    actor: Actor,
    words: Words,
}

impl Desk {
    async fn set(bench: &Bench) -> Self {
        let (actor, words) = (bench.install().await, Words::default());
        let imports = Imports {
            db: bench.db.clone(),
            clock: bench.clock.clone(),
            reader: reader(),
            intakes: Intakes::new(vec![Arc::new(words.clone())]),
            antivirus: Antivirus::default(),
        };
        Self {
            imports,
            actor,
            words,
        }
    }

    async fn send(&self, supplier: &str, text: &str) -> Batch {
        let file = SentFile {
            name: "mots.csv".to_owned(),
            bytes: text.as_bytes().to_vec(),
            said: Said::beside(json!(supplier)),
        };
        self.imports
            .rehearse(self.actor, "words", &file)
            .await
            .unwrap()
    }

    async fn say(&self, batch: Uuid, said: Said) -> Batch {
        let begun = self
            .imports
            .begin_again(self.actor, batch, Some(said), None)
            .await
            .unwrap();
        self.imports.read(self.actor, begun).await.unwrap();
        let mut tx = self.imports.db.read().await.unwrap();
        store::batch(&mut tx, begun.batch).await.unwrap().unwrap()
    }

    async fn commit(&self, batch: Uuid) -> Result<Committed, String> {
        self.imports
            .commit(self.actor, batch, None)
            .await
            .map_err(|error| error.to_string())
    }
}

on_both_engines! {
    async fn a_question_keeps_a_file_back_until_it_is_answered(bench: Bench) {
        let desk = Desk::set(&bench).await;
        let batch = desk.send("", "mot;lettres\nhiver;5\nété;3\n").await;
        assert_eq!((batch.counts.created, batch.counts.refused), (1, 1));
        let mut tx = bench.db.read().await.unwrap();
        let problems = store::problems(&mut tx, batch.id).await.unwrap();
        drop(tx);
        assert_eq!(problems[0].choices.len(), 2);
        let refused = desk.commit(batch.id).await.unwrap_err();
        assert!(refused.contains("1 cellule refusée ou en attente de réponse"), "{refused}");
        let mut said = batch.said.clone();
        said.answers.put(Answer { place: problems[0].place.clone(), code: problems[0].code, choice: "saison".to_owned() });
        let batch = desk.say(batch.id, said).await;
        assert_eq!((batch.counts.created, batch.counts.refused), (2, 0));
        assert!(matches!(desk.commit(batch.id).await, Ok(Committed::Now(_))));
        assert_eq!(desk.words.0.lock().unwrap().len(), 2);
    }
}

on_both_engines! {
    async fn a_mapping_that_was_corrected_is_remembered_for_that_supplier_and_header(bench: Bench) {
        let desk = Desk::set(&bench).await;
        let text = "a;b\n5;hiver\n";
        let batch = desk.send("INSEE", text).await;
        assert_eq!(batch.mapping.kept, json!(["word", "letters"]));
        let mut shown = batch.mapping.clone();
        shown.sheets[0].columns.swap(0, 1);
        let intake = desk.imports.intake("words").unwrap();
        let corrected = intake.corrected(&shown).unwrap();
        let said = Said { mapping: Some(corrected.clone()), ..batch.said.clone() };
        let batch = desk.say(batch.id, said).await;
        assert_eq!(batch.mapping.kept, corrected);
        // Only what was let through is remembered.
        assert_eq!(desk.send("INSEE", text).await.mapping.kept, json!(["word", "letters"]));
        desk.commit(batch.id).await.unwrap();
        assert_eq!(*desk.words.0.lock().unwrap(), BTreeMap::from([("hiver".to_owned(), "5".to_owned())]));
        assert_eq!(desk.send("INSEE", "a;b\n3;été\n").await.mapping.kept, corrected);
        assert_eq!(desk.send("DREES", text).await.mapping.kept, json!(["word", "letters"]));
        assert_eq!(desk.send("INSEE", "a;c\n5;hiver\n").await.mapping.kept, json!(["word", "letters"]));
        // The person's own words win over what is remembered.
        let again = desk.send("INSEE", text).await;
        let said = Said { mapping: Some(json!(["word", "letters"])), ..again.said.clone() };
        assert_eq!(desk.say(again.id, said).await.mapping.kept, json!(["word", "letters"]));
    }
}

on_both_engines! {
    async fn a_batch_of_a_kind_that_is_not_served_says_so_and_stays(bench: Bench) {
        let desk = Desk::set(&bench).await;
        let batch = desk.send("", "mot;lettres\nhiver;5\n").await;
        let bare = Imports { intakes: Intakes::default(), ..desk.imports.clone() };
        assert!(bare.commit(desk.actor, batch.id, None).await.is_err());
        let mut tx = bench.db.read().await.unwrap();
        let kept = store::batch(&mut tx, batch.id).await.unwrap().unwrap();
        assert_eq!(kept.state, BatchState::Rehearsed);
    }
}
