//! Values as a kind of file: where the kernel of `imports` meets the rules of this module.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::compared::{Standing, beside_the_value, keeps_terms};
use super::store::{self, Heads, NewRevision, Writing};
use super::table::{Ground, Known, Table, propose_mapping, read_table};
use super::{
    AboutValueView, INTAKE, Mapping, RowState, RowSubject, SaidValueView, Settings, beside,
    columns, sent,
};
use crate::access::{Act as _, Reach, may};
use crate::figures::rights::{Ground as RightsGround, LoadValues, LoadedValues};
use crate::figures::snapshot::{is_hidden, under_embargo};
use crate::figures::store::latest_change;
use crate::figures::{FiguresView, Formatter, Snapshots, Subject, follow};
use crate::frameworks::{Catalogue, Library};
use crate::imports::{
    Asked, Batch, Closed, Field, FileMapping, French, Intake, Mistake, Place, PublishedRow,
    Reading, Row, Said, Sent, SentTable, Told, Undoing, Uses, Verdict, Written, store as imports,
};
use crate::ledger::{Change, LedgerError};
use crate::organisations::Directories;
use crate::platform::api::ApiResult;
use crate::platform::clock::{Clock, paris_date};
use crate::platform::db::{Db, DbError, Tx};

/// Values of measures.
#[derive(Clone, Debug)]
pub struct ValuesIntake {
    /// The frameworks in memory.
    pub library: Library,
    /// The places and organisations in memory.
    pub directories: Directories,
    /// The figures in memory.
    pub snapshots: Snapshots,
    /// The clock, which says what day it is.
    pub clock: Clock,
}

#[async_trait]
impl Intake for ValuesIntake {
    fn name(&self) -> &'static str {
        INTAKE
    }

    fn french(&self) -> French {
        French {
            kind: "Valeurs d’indicateurs",
            one: "valeur",
            many: "valeurs",
        }
    }

    async fn fields(&self, tx: &mut Tx, reach: &Reach) -> Result<Vec<Field>, DbError> {
        Ok(beside::fields(&*self.library.catalogue(tx, reach).await?))
    }

    async fn beside(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        typed: &BTreeMap<String, String>,
    ) -> Result<Result<Json, Vec<Mistake>>, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        match beside::settings(typed, &catalogue, &directory) {
            Ok(settings) => Ok(Ok(json_value(&settings)?)),
            Err(mistakes) => Ok(Err(mistakes)),
        }
    }

    async fn facts(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        said: &Said,
    ) -> Result<Vec<(&'static str, String)>, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        let settings = settings_of(&said.beside)?;
        Ok(beside::facts(&settings, &catalogue, &directory))
    }

    fn supplier(&self, said: &Said) -> String {
        let supplier = said.beside.get("supplier").and_then(Json::as_str);
        supplier.unwrap_or_default().to_owned()
    }

    async fn uses(&self, tx: &mut Tx, reach: &Reach, said: &Said) -> Result<Uses, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let settings = settings_of(&said.beside)?;
        Ok(columns::uses(&catalogue, settings.framework.as_deref()))
    }

    fn corrected(&self, said: &FileMapping) -> Result<Json, String> {
        let kept: Mapping = serde_json::from_value(said.kept.clone()).map_err(|e| e.to_string())?;
        let mapping = columns::corrected(&kept, said).map_err(|error| error.to_string())?;
        serde_json::to_value(mapping).map_err(|error| error.to_string())
    }

    fn is_hidden(&self, sent: Sent<'_>, reach: &Reach, today: Date) -> Result<bool, DbError> {
        let until = settings_of(&sent.said.beside)?.embargo_until;
        Ok(is_hidden(until, sent.by, reach, today))
    }

    async fn veil(&self, tx: &mut Tx, reach: &Reach, rows: &mut [Row]) -> Result<(), DbError> {
        let figures = self.snapshots.current(tx, reach).await?;
        for row in rows {
            let subject: RowSubject = parsed(&row.subject)?;
            let before: Option<RowState> = row.before.as_deref().map(parsed).transpose()?;
            let hidden = before.and_then(|before| hidden(&before, &subject, &figures, reach));
            if hidden.is_some() {
                row.before = None;
                row.verdict = Verdict::Changed;
            }
        }
        Ok(())
    }

    async fn closed(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        batch: &Batch,
    ) -> Result<Option<Closed>, DbError> {
        let loaded = self.loaded(tx, reach, batch).await?;
        if loaded.is_empty() {
            return Ok(None);
        }
        let allowed = may::<LoadValues>(tx, reach, &loaded).await?;
        Ok(allowed.err().map(Closed::Denied))
    }

    async fn read(&self, db: &Db, reach: &Reach, asked: Asked) -> Result<Reading, DbError> {
        let settings = settings_of(&asked.said.beside)?;
        let mut tx = db.read().await?;
        let catalogue = self.library.catalogue(&mut tx, reach).await?;
        let directory = self.directories.current(&mut tx, reach).await?;
        let figures = self.snapshots.current(&mut tx, reach).await?;
        let at_change = figures.at_change();
        let today = self.clock.today();
        let (reader, view) = (reach.clone(), figures.clone());
        let (known, said) = (catalogue.clone(), settings.clone());
        // Away from the threads that answer requests: a large table takes seconds.
        let (table, mapping) = tokio::task::spawn_blocking(move || {
            let ground = Ground {
                catalogue: &catalogue,
                directory: &directory,
                settings: &settings,
            };
            read_as_said(&asked, ground, (&view, &reader), today)
        })
        .await
        .map_err(|cause| DbError::corrupt("table", cause))??;
        let mut heads = Heads::default();
        for measure in table.measures() {
            heads.load(&mut tx, measure).await?;
        }
        let standing = Standing {
            heads,
            figures,
            reach: reach.clone(),
            catalogue: known,
            settings: said,
        };
        Ok(Reading {
            total: table.accepted(),
            problems: table.problems.clone(),
            rows: Box::new(
                table
                    .into_candidates()
                    .map(move |candidate| standing.row(&candidate)),
            ),
            mapping,
            at_change,
        })
    }

    async fn standing(&self, tx: &mut Tx, batch: &Batch) -> Result<Vec<Place>, DbError> {
        let mut moved = Vec::new();
        if latest_change(tx).await? == batch.at_change {
            return Ok(moved);
        }
        let mut heads = Heads::default();
        let mut next = Some(0);
        while let Some(from) = next {
            let (rows, following) = imports::rows_from(tx, batch.id, from).await?;
            for row in rows {
                let subject: RowSubject = parsed(&row.subject)?;
                heads.load(tx, &subject.measure).await?;
                let then: Option<RowState> = row.before.as_deref().map(parsed).transpose()?;
                let now = heads.get(&subject).and_then(|head| head.state.as_ref());
                if then.as_ref() != now {
                    moved.push(row.place);
                }
            }
            next = following;
        }
        Ok(moved)
    }

    async fn write(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let reach = Reach::of_installation();
        let catalogue = self.library.catalogue(change.tx(), &reach).await?;
        let mut writer = Writer {
            catalogue: catalogue.clone(),
            writing: Writing {
                change: change.no(),
                at: change.at(),
                batch: Some(batch.id),
            },
            heads: Heads::default(),
            digest: Sha256::new(),
            rows: 0,
        };
        let mut next = Some(0);
        while let Some(from) = next {
            let (rows, following) = imports::rows_from(change.tx(), batch.id, from).await?;
            writer.write(change, &rows).await?;
            next = following;
        }
        follow::store::tell_followers(change, &catalogue).await?;
        Ok(Written {
            rows: writer.rows,
            digest: writer.digest.finalize().into(),
        })
    }

    async fn later(&self, tx: &mut Tx, batch: &Batch) -> Result<Undoing, DbError> {
        let mut undoing = Undoing::default();
        let Some(change) = batch.committed_change else {
            return Ok(undoing);
        };
        let mut after = Uuid::nil();
        loop {
            let records = store::written(tx, batch.id, change, after).await?;
            let Some(last) = records.last() else {
                undoing.kept.sort_by(|a, b| a.place.cmp(&b.place));
                return Ok(undoing);
            };
            after = last.observation_id;
            for record in &records {
                match record.later(batch.id) {
                    Some(later) => undoing.kept.push(later),
                    None if record.had_figure() => undoing.restored += 1,
                    None => undoing.withdrawn += 1,
                }
            }
        }
    }

    async fn undo(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let moment = (change.no(), change.at());
        let (mut digest, mut rows, mut after) = (Sha256::new(), 0, Uuid::nil());
        let written = batch.committed_change.unwrap_or_default();
        loop {
            let records = store::written(change.tx(), batch.id, written, after).await?;
            let Some(last) = records.last() else {
                break;
            };
            after = last.observation_id;
            let ours: Vec<_> = records
                .iter()
                .filter(|record| record.later(batch.id).is_none())
                .collect();
            for record in &ours {
                digest.update(record.observation_id);
                digest.update(record.before_no.unwrap_or_default().to_be_bytes());
                rows += 1;
            }
            store::put_back(change.tx(), moment, &ours).await?;
        }
        let reach = Reach::of_installation();
        let catalogue = self.library.catalogue(change.tx(), &reach).await?;
        follow::store::tell_followers(change, &catalogue).await?;
        Ok(Written {
            rows,
            digest: digest.finalize().into(),
        })
    }

    fn names(&self) -> &'static [(&'static str, &'static str)] {
        sent::NAMES
    }

    fn table(&self, document: &[u8]) -> ApiResult<SentTable> {
        sent::table(document)
    }

    async fn published(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        rows: &[Row],
    ) -> Result<Vec<PublishedRow>, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let published = rows.iter().map(|row| {
            let subject: RowSubject = parsed(&row.subject)?;
            let measure = catalogue.measure(&subject.measure);
            let said = |text: &String| {
                let state: RowState = parsed(text)?;
                json_value(&SaidValueView::of(&state, measure))
            };
            Ok(PublishedRow {
                about: json_value(&AboutValueView::from(&subject))?,
                before: row.before.as_ref().map(said).transpose()?,
                after: Some(said(&row.after)?),
            })
        });
        published.collect()
    }

    async fn told(&self, tx: &mut Tx, reach: &Reach, rows: &[Row]) -> Result<Vec<Told>, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        let figures = self.snapshots.current(tx, reach).await?;
        let told = rows.iter().map(|row| {
            let subject: RowSubject = parsed(&row.subject)?;
            let before: Option<RowState> = row.before.as_deref().map(parsed).transpose()?;
            let hidden = before
                .as_ref()
                .and_then(|before| hidden(before, &subject, &figures, reach));
            let after: RowState = parsed(&row.after)?;
            let measure = catalogue.measure(&subject.measure);
            let format = Formatter::new(measure);
            let per = measure.and_then(|measure| measure.per);
            let place = directory.place(&subject.place);
            let place = place.map_or(subject.place.as_str(), |place| &place.name);
            let label = measure.map_or(subject.measure.as_str(), |measure| &measure.label);
            let part = match subject.breakdown.as_str() {
                "" => String::new(),
                part => format!(" ({part})"),
            };
            Ok(Told {
                about: [
                    label.to_owned(),
                    format!("{place}, {}{part}", subject.period),
                ],
                before: before
                    .as_ref()
                    .map(|state| hidden.map_or_else(|| format.value(&state.value), str::to_owned)),
                after: format.value(&after.value),
                beside: before
                    .filter(|_| hidden.is_none())
                    .and_then(|before| beside_the_value(&before, &after, per, figures.day())),
            })
        });
        told.collect()
    }
}

impl ValuesIntake {
    /// Whom the values that a batch would write concern.
    async fn loaded(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        batch: &Batch,
    ) -> Result<LoadedValues, DbError> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        let ground = RightsGround {
            catalogue: &catalogue,
            directory: &directory,
            today: self.clock.today(),
        };
        let mut loaded = LoadedValues::default();
        let mut next = Some(0);
        while let Some(from) = next {
            let (rows, following) = imports::rows_from(tx, batch.id, from).await?;
            let changes = rows.iter().filter(|row| row.verdict != Verdict::Unchanged);
            for row in changes {
                let subject: RowSubject = parsed(&row.subject)?;
                let year = subject.period.year();
                loaded.add(ground, &subject.measure, &subject.place, year);
            }
            next = following;
        }
        Ok(loaded)
    }
}

/// What is said in the place of what stood before a row, where that is kept from somebody: by its
/// place, or by an embargo.
pub(super) fn hidden(
    before: &RowState,
    subject: &RowSubject,
    figures: &FiguresView,
    reach: &Reach,
) -> Option<&'static str> {
    if !reach.sees_value(&subject.measure, &subject.place) {
        return Some("hors de votre vue");
    }
    if !under_embargo(before.embargo_until, figures.day()) {
        return None;
    }
    let subject_seen = Subject {
        place: subject.place.clone(),
        period: subject.period,
        breakdown: subject.breakdown.clone(),
    };
    let series = figures.series(&subject.measure);
    let seen = series.and_then(|series| series.get(&subject_seen));
    let is_kept = seen.is_none_or(|seen| seen.embargo_until.is_none());
    is_kept.then_some("sous embargo")
}

/// Reads a file by what the person said of its columns, by what is remembered of such files, or
/// by what they seem to hold.
fn read_as_said(
    asked: &Asked,
    ground: Ground<'_>,
    (figures, reach): (&FiguresView, &Reach),
    today: Date,
) -> Result<(Table, FileMapping), DbError> {
    let workbook = &asked.workbook;
    let mapping: Option<Mapping> = match &asked.said.mapping {
        Some(said) => Some(
            serde_json::from_value(said.clone())
                .map_err(|cause| DbError::corrupt("mapping of a batch", cause))?,
        ),
        None if asked.remembered.is_empty() => None,
        None => {
            let proposed = propose_mapping(workbook, ground).mapping;
            columns::remembered(&asked.remembered, workbook, &proposed)
        }
    };
    let known = Known {
        figures,
        today,
        mapping: mapping.as_ref(),
        answers: &asked.said.answers,
    };
    let mut table = read_table(workbook, ground, known);
    let rights = RightsGround {
        catalogue: ground.catalogue,
        directory: ground.directory,
        today,
    };
    // Before anything is read of what stands there.
    table.refuse_unless(|measure, place, year| {
        let loading = || rights.loading(measure, place, year);
        let loads = || reach.allows(LoadValues::NAME, &[loading()]);
        reach.sees_value(measure, place) || loads().is_ok()
    });
    let mapping = columns::shown(&table, workbook)
        .map_err(|cause| DbError::corrupt("mapping of a batch", cause))?;
    Ok((table, mapping))
}

/// A commit under way.
struct Writer {
    catalogue: Arc<Catalogue>,
    writing: Writing,
    heads: Heads,
    digest: Sha256,
    rows: i64,
}

impl Writer {
    async fn write(&mut self, change: &mut Change, rows: &[Row]) -> Result<(), DbError> {
        let mut read = Vec::with_capacity(rows.len());
        let today = paris_date(self.writing.at);
        for row in rows.iter().filter(|row| row.verdict != Verdict::Unchanged) {
            self.digest.update(&row.subject);
            self.digest.update(&row.after);
            let subject: RowSubject = parsed(&row.subject)?;
            let mut state: RowState = parsed(&row.after)?;
            self.heads.load(change.tx(), &subject.measure).await?;
            let head = self.heads.get(&subject);
            if let Some(before) = head.and_then(|head| head.state.as_ref()) {
                let measure = self.catalogue.measure(&subject.measure);
                let per = measure.and_then(|measure| measure.per);
                if keeps_terms(before, &state, per, today) {
                    state.value.clone_from(&before.value);
                }
            }
            let (observation, no, is_new) = match head {
                Some(head) => (head.observation, head.no + 1, false),
                None => (change.new_id(), 1, true),
            };
            read.push((row, subject, state, observation, no, is_new));
        }
        let new: Vec<(Uuid, &RowSubject)> = read
            .iter()
            .filter(|(.., is_new)| *is_new)
            .map(|(_, subject, _, id, ..)| (*id, subject))
            .collect();
        store::add_observations(change.tx(), &new).await?;
        let revisions: Vec<NewRevision<'_>> = read
            .iter()
            .map(|(row, _, state, observation, no, _)| NewRevision {
                observation: *observation,
                no: *no,
                state,
                cell: Some(&row.place),
            })
            .collect();
        store::add_revisions(change.tx(), self.writing, &revisions).await?;
        self.rows += i64::try_from(revisions.len()).unwrap_or(0);
        Ok(())
    }
}

fn settings_of(beside: &Json) -> Result<Settings, DbError> {
    serde_json::from_value(beside.clone())
        .map_err(|cause| DbError::corrupt("settings of a batch", cause))
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|cause| DbError::corrupt("rehearsal", cause))
}

fn json_value(value: &impl serde::Serialize) -> Result<Json, DbError> {
    serde_json::to_value(value).map_err(|cause| DbError::corrupt("settings", cause))
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|cause| DbError::corrupt("rehearsal", cause))
}
