//! People as files: rehearsed, committed, undone; what is refused, and what nobody else sees.

mod leaving;
mod life;
mod opening;
mod reading;
mod review;
mod workbook;

use jalon::imports::{
    ActError, Answer, Batch, Committed, Problem, ProblemCode, Said, SentFile, store,
};
use jalon::ledger::Actor;
use jalon::people::INTAKE;
use serde_json::json;
use uuid::Uuid;

use crate::contracts::{NORMANDIE, furnish};
use crate::rights::person;
use crate::stage::Stage;
use crate::support::Bench;

pub const HEADER: &str = "Nom;Adresse électronique;Organisation;Rôle;Cadre;Objectif;Du;Au;Motif\n";

/// Who sends files of people.
pub struct Sender<'a> {
    files: Stage<'a>,
}

impl<'a> Sender<'a> {
    pub fn new(bench: &'a Bench, actor: Actor) -> Self {
        let files = Stage::beside(bench, actor, bench.db.clone());
        Self { files }
    }

    pub async fn sends(&self, name: &str, bytes: Vec<u8>) -> Batch {
        let file = SentFile {
            name: name.to_owned(),
            bytes,
            said: Said::beside(json!({ "motif": "Arrivées de mars" })),
        };
        let (imports, actor) = (&self.files.imports, self.files.actor);
        imports.rehearse(actor, INTAKE, &file).await.unwrap()
    }

    /// Why rows under the usual header are not even read.
    pub async fn refused(&self, rows: &str) -> String {
        let file = SentFile {
            name: "personnes.csv".to_owned(),
            bytes: format!("{HEADER}{rows}").into_bytes(),
            said: Said::beside(json!({ "motif": "Essai" })),
        };
        let (imports, actor) = (&self.files.imports, self.files.actor);
        let refused = imports.rehearse(actor, INTAKE, &file).await;
        refused.unwrap_err().to_string()
    }

    /// Sends rows under the usual header.
    pub async fn rows(&self, rows: &str) -> Batch {
        self.sends("personnes.csv", format!("{HEADER}{rows}").into_bytes())
            .await
    }

    pub async fn problems(&self, batch: &Batch) -> Vec<Problem> {
        let mut tx = self.files.db.read().await.unwrap();
        store::problems(&mut tx, batch.id).await.unwrap()
    }

    /// The codes of what is wrong, with their cells.
    pub async fn codes(&self, batch: &Batch) -> Vec<(ProblemCode, String)> {
        let problems = self.problems(batch).await.into_iter();
        problems.map(|p| (p.code, p.place.cell())).collect()
    }

    pub async fn commits(&self, batch: Uuid) -> Result<Committed, ActError> {
        let (imports, actor) = (&self.files.imports, self.files.actor);
        imports.commit(actor, batch, None).await
    }

    pub async fn undoes(&self, batch: Uuid) -> Result<jalon::imports::Undone, ActError> {
        let (imports, actor) = (&self.files.imports, self.files.actor);
        imports.undo(actor, batch, "Mauvais fichier", None).await
    }

    /// Answers a question, and has the file read again.
    pub async fn answers(&self, batch: &Batch, code: ProblemCode, choice: &str) -> Batch {
        let problems = self.problems(batch).await;
        let asked = problems.into_iter().find(|p| p.code == code).unwrap();
        let mut said = batch.said.clone();
        said.answers.put(Answer {
            place: asked.place,
            code,
            choice: choice.to_owned(),
        });
        let (imports, actor) = (&self.files.imports, self.files.actor);
        let begun = imports
            .begin_again(actor, batch.id, Some(said), None)
            .await
            .unwrap();
        imports.read(actor, begun).await.unwrap();
        let mut tx = self.files.db.read().await.unwrap();
        store::batch(&mut tx, begun.batch).await.unwrap().unwrap()
    }
}

/// An installation with its directory and frameworks, and who administers ARS Normandie.
pub async fn normandy(bench: &Bench) -> (Actor, Actor) {
    let first = bench.install().await;
    furnish(bench, first, NORMANDIE.family).await;
    let roles = [("administrateur-ars", "ARS-28")];
    let admin = person(bench, first, "gerante@example.org", &roles).await;
    (first, Actor::Person(admin))
}
