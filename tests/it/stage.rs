//! An installation with everything that comes with Jalon, and the hands that work on it: through
//! the same doors as the pages and the command line.

use std::collections::BTreeMap;
use std::sync::Arc;

use jalon::access::{Act as _, Audience, Reach, permit};
use jalon::contracts::ContractsHolder;
use jalon::figures::values::{INTAKE, Settings};
use jalon::figures::{Figure, FiguresHolder, FiguresView, Series, Snapshots, Sources, Subject};
use jalon::frameworks::store::{Origin, Revise, head};
use jalon::frameworks::{
    self, Catalogue, Framework, Holders, Known, Library, Proposal, Revised, RevisionError, Texts,
    write_texts,
};
use jalon::imports::{
    ActError, Batch, Committed, Counts, Imports, Problem, Row, Said, SentFile, Undone,
    store as batches,
};
use jalon::ledger::{Actor, Change, last_change};
use jalon::organisations::store::{ImportDirectory, directory, import};
use jalon::organisations::{Directory, source};
use jalon::platform::db::Db;
use jalon::site::{self, shipped};
use uuid::Uuid;

use crate::imports::reader;
use crate::support::Bench;

/// What a revision of a framework must leave in place, as on the site.
pub const HOLDERS: Holders = Holders(&[&ContractsHolder, &FiguresHolder]);

/// Measures of the vaccination file.
pub const GIRLS: &str = "vaccination-hpv-filles-15-ans";
pub const BOYS: &str = "vaccination-hpv-garcons-15-ans";

/// Somebody at work on a database: one process.
pub struct Stage<'a> {
    pub bench: &'a Bench,
    pub db: Db,
    pub actor: Actor,
    pub library: Library,
    pub snapshots: Snapshots,
    pub imports: Imports,
}

/// What became of a file that was read.
#[derive(Debug)]
pub struct Rehearsal {
    pub id: Uuid,
    pub batch: Batch,
    pub counts: Counts,
    pub problems: Vec<Problem>,
    pub rows: Vec<Row>,
}

/// The figures of the vaccination file, in a form that can be compared.
pub type Figures = BTreeMap<(String, Subject), Figure>;

impl<'a> Stage<'a> {
    /// Installs, with the directory and the four frameworks.
    pub async fn set(bench: &'a Bench) -> Self {
        let stage = Self::bare(bench).await;
        for (framework, texts) in shipped_frameworks() {
            stage.bring(&framework, &texts, None).await.unwrap();
        }
        stage
    }

    /// Installs, with the directory and no framework.
    pub async fn bare(bench: &'a Bench) -> Self {
        let actor = bench.install().await;
        let stage = Self::beside(bench, actor, bench.db.clone());
        stage.import_directory(&shipped::directory().unwrap()).await;
        stage
    }

    /// Another process on the same database: nothing in memory is shared.
    pub fn beside(bench: &'a Bench, actor: Actor, db: Db) -> Self {
        let sources = Sources::new(db.clone(), bench.clock.clone());
        Self {
            bench,
            db,
            actor,
            imports: site::imports(&sources, reader()),
            library: sources.library,
            snapshots: sources.snapshots,
        }
    }

    /// What whoever works may see, today.
    pub async fn reach(&self) -> Reach {
        let mut tx = self.db.read().await.unwrap();
        let today = self.bench.clock.today();
        Reach::of(&mut tx, today, self.actor).await.unwrap()
    }

    pub async fn change(&self, kind: &'static str) -> Change {
        let clock = &self.bench.clock;
        Change::open(&self.db, clock, self.actor, kind)
            .await
            .unwrap()
    }

    pub async fn last_change(&self) -> i64 {
        last_change(&mut self.db.read().await.unwrap())
            .await
            .unwrap()
    }

    pub async fn import_directory(&self, wanted: &Directory) {
        let mut change = self.change(ImportDirectory::NAME).await;
        let permit = permit::<ImportDirectory>(&mut change, ()).await.unwrap();
        import(&mut change, permit, wanted).await.unwrap();
        change.commit().await.unwrap();
    }

    pub async fn catalogue(&self) -> Arc<Catalogue> {
        let mut tx = self.db.read().await.unwrap();
        self.library
            .catalogue(&mut tx, &self.reach().await)
            .await
            .unwrap()
    }

    pub async fn directory(&self) -> Directory {
        let mut tx = self.db.read().await.unwrap();
        directory(&mut tx, &self.reach().await).await.unwrap()
    }

    /// Brings in the text of a framework.
    pub async fn bring(
        &self,
        framework: &Framework,
        texts: &Texts,
        base: Option<i64>,
    ) -> Result<Revised, RevisionError> {
        let mut change = self.change(Revise::NAME).await;
        let permit = permit::<Revise>(&mut change, framework.code.clone())
            .await
            .unwrap();
        let catalogue = self
            .library
            .catalogue(change.tx(), &self.reach().await)
            .await?;
        let proposal = Proposal {
            framework,
            texts,
            origin: Origin::Text,
            base,
        };
        let revised =
            frameworks::revise(&mut change, permit, &catalogue, HOLDERS, proposal).await?;
        change.commit().await?;
        Ok(revised)
    }

    /// Has the framework in force say to whom the values of its measures are opened.
    pub async fn opens_values(&self, audience: Option<Audience>) {
        const CODE: &str = "etat-ars-2024-2028";
        let catalogue = self.catalogue().await;
        let mut framework = catalogue.framework(CODE).unwrap().framework.clone();
        framework.values_for = audience;
        let mut tx = self.db.read().await.unwrap();
        let base = head(&mut tx, CODE).await.unwrap().unwrap().no;
        drop(tx);
        let texts = write_texts(&framework);
        self.bring(&framework, &texts, Some(base)).await.unwrap();
    }

    /// Rehearses a text whose codes may be those of any framework.
    pub async fn rehearse(&self, text: impl AsRef<[u8]>) -> Rehearsal {
        self.rehearse_with(text, &Settings::default()).await
    }

    /// Rehearses a text with the codes of the framework in force.
    pub async fn rehearse_current(&self, text: impl AsRef<[u8]>) -> Rehearsal {
        let settings = Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            ..Settings::default()
        };
        self.rehearse_with(text, &settings).await
    }

    pub async fn rehearse_with(&self, text: impl AsRef<[u8]>, settings: &Settings) -> Rehearsal {
        let file = SentFile {
            name: "valeurs.csv".to_owned(),
            bytes: text.as_ref().to_vec(),
            said: Said::beside(serde_json::to_value(settings).unwrap()),
        };
        let batch = self
            .imports
            .rehearse(self.actor, INTAKE, &file)
            .await
            .unwrap();
        self.rehearsal(batch.id).await
    }

    /// A batch as it is kept, with its rows and its problems.
    pub async fn rehearsal(&self, id: Uuid) -> Rehearsal {
        let mut tx = self.db.read().await.unwrap();
        let batch = batches::batch(&mut tx, id).await.unwrap().unwrap();
        let mut rows = Vec::new();
        let mut next = Some(0);
        while let Some(from) = next {
            let (some, following) = batches::rows_from(&mut tx, id, from).await.unwrap();
            rows.extend(some);
            next = following;
        }
        Rehearsal {
            id,
            counts: batch.counts,
            problems: batches::problems(&mut tx, id).await.unwrap(),
            batch,
            rows,
        }
    }

    pub async fn commit(&self, rehearsal: Uuid) -> Result<Committed, ActError> {
        self.imports.commit(self.actor, rehearsal, None).await
    }

    pub async fn undo(&self, batch: Uuid, reason: &str) -> Result<Undone, ActError> {
        self.imports.undo(self.actor, batch, reason, None).await
    }

    /// Rehearses and commits a text with the codes of the framework in force; the change made.
    pub async fn load(&self, text: impl AsRef<[u8]>) -> i64 {
        let rehearsal = self.rehearse_current(text).await;
        assert_eq!(rehearsal.problems, []);
        match self.commit(rehearsal.id).await.unwrap() {
            Committed::Now(no) => no,
            other => panic!("{other:?}"),
        }
    }

    pub async fn figures(&self) -> FiguresView {
        let mut tx = self.db.read().await.unwrap();
        let reach = &self.reach().await;
        self.snapshots.current(&mut tx, reach).await.unwrap()
    }

    pub async fn figures_at(&self, change: i64) -> FiguresView {
        let mut tx = self.db.read().await.unwrap();
        let reach = &self.reach().await;
        self.snapshots.as_of(&mut tx, reach, change).await.unwrap()
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let mut tx = self.db.read().await.unwrap();
        let (count,): (i64,) = tx.one(sql, vec![]).await.unwrap();
        count
    }
}

/// Every figure of the vaccination file that a view holds.
pub fn dump(view: &FiguresView) -> Figures {
    let mut figures = Figures::new();
    for measure in [GIRLS, BOYS] {
        for (subject, figure) in view.series(measure).into_iter().flat_map(Series::iter) {
            figures.insert((measure.to_owned(), subject.clone()), figure.clone());
        }
    }
    figures
}

/// The frameworks that come with Jalon, read and checked together, the oldest first.
pub fn shipped_frameworks() -> Vec<(Framework, Texts)> {
    let folders = shipped::frameworks();
    let mut known = Known::of(&shipped::directory().unwrap());
    let texts = folders.iter().map(|(code, texts)| (code.as_str(), texts));
    let readings = frameworks::read_all_texts(texts, &mut known);
    let mut read: Vec<(Framework, Texts)> = readings
        .into_iter()
        .zip(folders)
        .map(|((_, reading), (_, texts))| (reading.framework.unwrap(), texts))
        .collect();
    read.sort_by_key(|(framework, _)| framework.starts);
    read
}

/// The directory that comes with Jalon, with one text replaced in that of the places.
pub fn places_with(old: &str, new: &str) -> Directory {
    let read = |file| std::fs::read_to_string(format!("reference/{file}")).unwrap();
    let places = read(source::PLACES);
    assert!(places.contains(old), "{old}");
    source::read(&read(source::ORGANISATIONS), &places.replacen(old, new, 1)).unwrap()
}
