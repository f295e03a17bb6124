//! People as a kind of file: where the kernel of `imports` meets the rules of this module.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::ground::Ground;
use super::judge::{Planned, judge, stands};
use super::names::{Known, named};
use super::write::{self, Undone};
use super::{AboutGrantView, INTAKE, SaidGrantView, State, Subject, layout, store, tell};
use crate::access::grant::{LONGEST_REASON, SeePeople};
use crate::access::{Concern, Denied, Reach};
use crate::frameworks::Library;
use crate::imports::{
    Asked, Batch, BatchState, Closed, Field, FieldKind, FileMapping, French, Intake, Mistake,
    Place, PublishedRow, Reading, Row, Said, Sent, Told, Undoing, Uses, Verdict, Written,
    store as imports,
};
use crate::ledger::{Change, LedgerError, last_change};
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// People, and what each holds.
#[derive(Clone, Debug)]
pub struct PeopleIntake {
    /// The frameworks, for their objectives.
    pub library: Library,
    /// The organisations.
    pub directories: Directories,
    /// The clock.
    pub clock: Clock,
}

#[async_trait]
impl Intake for PeopleIntake {
    fn name(&self) -> &'static str {
        INTAKE
    }

    fn french(&self) -> French {
        French {
            kind: "Personnes et habilitations",
            one: "habilitation",
            many: "habilitations",
        }
    }

    async fn fields(&self, _tx: &mut Tx, _reach: &Reach) -> Result<Vec<Field>, DbError> {
        Ok(vec![Field {
            name: "motif",
            label: "Motif (facultatif)",
            hint: "Pourquoi ces habilitations sont données ou prennent fin, pour les lignes dont la colonne « Motif » est vide. Le journal le garde.",
            kind: FieldKind::Text,
        }])
    }

    async fn beside(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        typed: &BTreeMap<String, String>,
    ) -> Result<Result<Json, Vec<Mistake>>, DbError> {
        let motive = typed.get("motif").map_or("", |text| text.trim());
        if motive.chars().count() > LONGEST_REASON {
            let sentence = "dites pourquoi en 500 caractères au plus".to_owned();
            let field = "motif";
            return Ok(Err(vec![Mistake { field, sentence }]));
        }
        Ok(Ok(json!({ "motif": motive })))
    }

    async fn facts(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        said: &Said,
    ) -> Result<Vec<(&'static str, String)>, DbError> {
        let motive = motive(said);
        Ok(if motive.is_empty() {
            Vec::new()
        } else {
            vec![("Motif", motive.to_owned())]
        })
    }

    fn supplier(&self, _said: &Said) -> String {
        String::new()
    }

    async fn uses(&self, _tx: &mut Tx, _reach: &Reach, _said: &Said) -> Result<Uses, DbError> {
        Ok(Uses::default())
    }

    fn corrected(&self, said: &FileMapping) -> Result<Json, String> {
        Ok(said.kept.clone())
    }

    /// A row says whether an address has an account: that is for whoever manages people.
    fn may_be_read(&self, reach: &Reach) -> Result<(), Denied> {
        reach.gives_something()
    }

    /// Who people are, and what they hold, is for whoever manages them.
    fn is_hidden(&self, sent: Sent<'_>, reach: &Reach, _today: Date) -> Result<bool, DbError> {
        let is_own = reach.is_own(sent.by);
        let concern = Concern::of(sent.organisation, "");
        Ok(!is_own && !reach.may_look(SeePeople::NAME, &concern))
    }

    fn why_hidden(&self) -> &'static str {
        "Ce fichier nomme des personnes que vos habilitations ne vous laissent pas voir."
    }

    fn names(&self) -> &'static [(&'static str, &'static str)] {
        &[("reason", "motif")]
    }

    async fn closed(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        batch: &Batch,
    ) -> Result<Option<Closed>, DbError> {
        let rows = changes(tx, batch).await?;
        let ground = self.ground(tx, reach, &rows).await?;
        // What an undoing gives back was ended, and the other way round.
        let undoes = batch.state == BatchState::Committed;
        let denied = rows.iter().find_map(|row| refused(&ground, row, undoes));
        Ok(denied.map(Closed::Denied))
    }

    async fn read(&self, db: &Db, reach: &Reach, asked: Asked) -> Result<Reading, DbError> {
        let mut tx = db.read().await?;
        let catalogue = self.library.catalogue(&mut tx, reach).await?;
        let directory = self.directories.current(&mut tx, reach).await?;
        let contracts = store::contracts(&mut tx, reach).await?;
        let known = Known {
            directory: &directory,
            catalogue: &catalogue,
            contracts: &contracts,
            today: self.clock.today(),
            motive: motive(&asked.said),
        };
        let (typed, mut problems) = layout::find(&asked.workbook);
        let mut rows = Vec::new();
        for typed in typed {
            match named(typed, known) {
                Ok(row) => rows.extend(row),
                Err(found) => problems.extend(found),
            }
        }
        let subjects: Vec<&Subject> = rows.iter().map(|row| &row.subject).collect();
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let today = self.clock.today();
        let ground = Ground::of(&mut tx, reach, today, &subjects, &names).await?;
        let at_change = last_change(&mut tx).await?;
        drop(tx);
        let (planned, found) = judge(rows, &ground, &asked.said.answers);
        problems.extend(found);
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        let rows: Vec<Result<Row, DbError>> = planned.iter().map(row).collect();
        Ok(Reading {
            total: rows.len(),
            rows: Box::new(rows.into_iter()),
            problems,
            mapping: FileMapping::default(),
            at_change,
        })
    }

    async fn standing(&self, tx: &mut Tx, batch: &Batch) -> Result<Vec<Place>, DbError> {
        if last_change(tx).await? == batch.at_change {
            return Ok(Vec::new());
        }
        let rows = changes(tx, batch).await?;
        let ground = self.ground(tx, &Reach::of_installation(), &rows).await?;
        let moved = rows.into_iter().filter(|row| {
            let account = ground.account(&row.subject.email);
            !stands(account, row, ground.today)
        });
        Ok(moved.map(|row| row.place).collect())
    }

    async fn write(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let rows = changes(change.tx(), batch).await?;
        // The name of a file is no reason, and often that of a person.
        let motive = motive(&batch.said);
        if !motive.is_empty() {
            change.explain(motive);
        }
        write::write(change, &rows).await
    }

    async fn later(&self, tx: &mut Tx, batch: &Batch) -> Result<Undoing, DbError> {
        let rows = changes(tx, batch).await?;
        let undone = write::undoing(tx, &rows, batch.committed_change.unwrap_or(0)).await?;
        let count = |gives: bool| {
            let same = undone.iter().filter(|one| one.gives_back() == gives);
            i64::try_from(same.count()).unwrap_or(i64::MAX)
        };
        Ok(Undoing {
            restored: count(true),
            withdrawn: count(false),
            kept: write::kept(tx, &rows, batch.committed_change.unwrap_or(0)).await?,
        })
    }

    async fn undo(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let rows = changes(change.tx(), batch).await?;
        let committed = batch.committed_change.unwrap_or(0);
        let undone: Vec<Undone> = write::undoing(change.tx(), &rows, committed).await?;
        write::undo(change, &undone).await
    }

    async fn published(
        &self,
        _tx: &mut Tx,
        _reach: &Reach,
        rows: &[Row],
    ) -> Result<Vec<PublishedRow>, DbError> {
        let said = |state: &State| json_value(&SaidGrantView::from(state));
        let published = rows.iter().map(|row| {
            let row = planned(row)?;
            Ok(PublishedRow {
                about: json_value(&AboutGrantView::from(&row.subject))?,
                before: row.before.as_ref().map(said).transpose()?,
                after: Some(said(&row.after)?),
            })
        });
        published.collect()
    }

    async fn told(&self, tx: &mut Tx, reach: &Reach, rows: &[Row]) -> Result<Vec<Told>, DbError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        let contracts = store::contracts(tx, reach).await?;
        let wording = tell::Wording {
            catalogue: &catalogue,
            directory: &directory,
            contracts: &contracts,
        };
        let told = rows.iter().map(|row| Ok(wording.told(&planned(row)?)));
        told.collect()
    }
}

impl PeopleIntake {
    /// What rows already read are judged against.
    async fn ground(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        rows: &[Planned],
    ) -> Result<Ground, DbError> {
        let subjects: Vec<&Subject> = rows.iter().map(|row| &row.subject).collect();
        Ground::of(tx, reach, self.clock.today(), &subjects, &[]).await
    }
}

/// Why somebody may not do what a row says, or undo it.
fn refused(ground: &Ground, row: &Planned, undoes: bool) -> Option<Denied> {
    let opens = row.after.person.is_none() && !undoes;
    if opens && let Err(denied) = ground.may_open(&row.subject) {
        return Some(denied);
    }
    let gives = (row.verdict == Verdict::Created) != undoes;
    let allowed = if gives {
        ground.may_give(&row.subject)
    } else {
        ground.may_end(&row.subject)
    };
    allowed.err()
}

fn motive(said: &Said) -> &str {
    said.beside["motif"].as_str().unwrap_or_default()
}

fn row(planned: &Planned) -> Result<Row, DbError> {
    let before = planned.before.as_ref().map(json_text).transpose()?;
    Ok(Row {
        place: planned.place.clone(),
        verdict: planned.verdict,
        subject: json_text(&planned.subject)?,
        before,
        after: json_text(&planned.after)?,
    })
}

fn planned(row: &Row) -> Result<Planned, DbError> {
    let before: Option<State> = row.before.as_deref().map(parsed).transpose()?;
    Ok(Planned {
        place: row.place.clone(),
        verdict: row.verdict,
        subject: parsed(&row.subject)?,
        before,
        after: parsed(&row.after)?,
    })
}

/// The rows of a batch that change something.
async fn changes(tx: &mut Tx, batch: &Batch) -> Result<Vec<Planned>, DbError> {
    let mut read = Vec::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let (rows, following) = imports::rows_from(tx, batch.id, from).await?;
        let changes = rows.iter().filter(|row| row.verdict != Verdict::Unchanged);
        for row in changes {
            read.push(planned(row)?);
        }
        next = following;
    }
    Ok(read)
}

fn json_text(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|cause| DbError::corrupt("rehearsal", cause))
}

fn json_value(value: &impl serde::Serialize) -> Result<Json, DbError> {
    serde_json::to_value(value).map_err(|cause| DbError::corrupt("rehearsal", cause))
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|cause| DbError::corrupt("rehearsal", cause))
}
