//! Terms as a kind of file: where the kernel of `imports` meets the rules of this module.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::desk::{self, Draft};
use super::judge::{judge, refusal};
use super::read::state;
use super::{INTAKE, RowState, read, tell};
use crate::access::{NotPermitted, Reach, may, permit};
use crate::contracts::api::{AboutTermView, SaidView, Units};
use crate::contracts::store::{
    ContractError, TermEdit, acts_seen, load, set_terms, subject_changes,
};
use crate::contracts::{FullContract, Instrument, TermKey, Terms, TermsOf, WriteTerms};
use crate::frameworks::Library;
use crate::imports::{
    Asked, Batch, Choice, Closed, Field, FieldKind, FileMapping, French, Intake, Later, Mistake,
    Place, ProblemCode, PublishedRow, Reading, Row, Said, Sent, Told, Undoing, Uses, Verdict,
    Written, store as imports,
};
use crate::ledger::{Change, LedgerError, last_change};
use crate::platform::db::{Db, DbError, Tx};

/// Terms of a draft.
#[derive(Clone, Debug)]
pub struct TermsIntake {
    /// The frameworks in memory.
    pub library: Library,
}

/// What is said beside a file of terms: the draft that it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// End of the address of the contract.
    pub contract: String,
    /// Number of the act in it.
    pub act: i64,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowSubject {
    /// The draft.
    pub instrument: Uuid,
    /// The term.
    pub key: TermKey,
}

#[async_trait]
impl Intake for TermsIntake {
    fn name(&self) -> &'static str {
        INTAKE
    }

    fn french(&self) -> French {
        French {
            kind: "Termes d’un contrat",
            one: "clause",
            many: "clauses",
        }
    }

    async fn fields(&self, tx: &mut Tx, reach: &Reach) -> Result<Vec<Field>, DbError> {
        let choices = desk::choices(&self.library, tx, reach).await?;
        let none = Choice {
            value: String::new(),
            label: if choices.is_empty() {
                "Aucun projet d’acte n’est ouvert".to_owned()
            } else {
                "Choisir".to_owned()
            },
        };
        Ok(vec![Field {
            name: "acte",
            label: "Projet d’acte",
            hint: "L’acte en préparation où ces termes seront écrits. Préparez-le d’abord sur la page du contrat.",
            kind: FieldKind::OneOf(std::iter::once(none).chain(choices).collect()),
        }])
    }

    async fn beside(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        typed: &BTreeMap<String, String>,
    ) -> Result<Result<Json, Vec<Mistake>>, DbError> {
        let text = typed.get("acte").map_or("", String::as_str);
        let mistake = |sentence: &str| {
            let (field, sentence) = ("acte", sentence.to_owned());
            Ok(Err(vec![Mistake { field, sentence }]))
        };
        let named = text.rsplit_once('/');
        let Some((slug, act)) = named.and_then(|(slug, no)| Some((slug, no.parse().ok()?))) else {
            return mistake("choisissez le projet d’acte où écrire ces termes");
        };
        let settings = Settings {
            contract: slug.to_owned(),
            act,
        };
        match desk::instrument(tx, reach, &settings).await? {
            None => mistake("aucun acte de ce contrat ne porte ce numéro"),
            Some((_, instrument)) => match desk::closed(&instrument) {
                Some(sentence) => mistake(&sentence),
                None => Ok(Ok(json_value(&settings)?)),
            },
        }
    }

    async fn facts(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        said: &Said,
    ) -> Result<Vec<(&'static str, String)>, DbError> {
        let Some(draft) = self.draft(tx, reach, said).await? else {
            return Ok(Vec::new());
        };
        let name = draft.name();
        Ok(vec![("Contrat", draft.full.contract.title), ("Acte", name)])
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

    /// A file of terms says what its act does: who may see the act may know of it, and nobody else.
    async fn opens(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        files: &[&Said],
    ) -> Result<Vec<bool>, DbError> {
        let seen = acts_seen(tx, reach).await?;
        let is_seen = |said: &&Said| {
            let act = settings_of(&said.beside).ok();
            act.is_some_and(|act| seen.contains(&(act.contract, act.act)))
        };
        Ok(files.iter().map(is_seen).collect())
    }

    fn is_hidden(&self, _sent: Sent<'_>, _reach: &Reach, _today: Date) -> Result<bool, DbError> {
        Ok(false)
    }

    fn why_hidden(&self) -> &'static str {
        "Ce fichier est réservé : vos habilitations ne vous laissent pas, ou plus, voir l’acte auquel il est destiné."
    }

    async fn closed(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        batch: &Batch,
    ) -> Result<Option<Closed>, DbError> {
        let (_, instrument) = draft_of(tx, batch).await?;
        if let Some(sentence) = desk::closed(&instrument) {
            return Ok(Some(Closed::Now(sentence)));
        }
        let rows = changed(tx, batch).await?;
        let terms = TermsOf {
            instrument: instrument.id,
            sections: rows.iter().map(|row| row.key.section).collect(),
        };
        let allowed = may::<WriteTerms>(tx, reach, &terms).await?;
        Ok(allowed.err().map(Closed::Denied))
    }

    async fn read(&self, db: &Db, reach: &Reach, asked: Asked) -> Result<Reading, DbError> {
        let mut tx = db.read().await?;
        let draft = self.draft(&mut tx, reach, &asked.said).await?;
        let at_change = last_change(&mut tx).await?;
        drop(tx);
        let mapping = FileMapping::default();
        let draft = match open(draft) {
            Ok(draft) => draft,
            Err(sentence) => {
                let problem = refusal(Place::default(), ProblemCode::ClosedAct, &sentence);
                return Ok(Reading {
                    rows: Box::new(std::iter::empty()),
                    total: 0,
                    problems: vec![problem],
                    mapping,
                    at_change,
                });
            }
        };
        let judged = tokio::task::spawn_blocking(move || {
            let read = read(&draft.book, &draft.full, &draft.instrument, &asked.workbook);
            judge(draft.instrument.id, read, &asked.said.answers)
        });
        let (rows, problems) = judged
            .await
            .map_err(|cause| DbError::corrupt("terms", cause))?;
        let rows = rows.into_iter().map(|row| row.map_err(unwritten));
        Ok(Reading {
            total: rows.len(),
            rows: Box::new(rows),
            problems,
            mapping,
            at_change,
        })
    }

    async fn standing(&self, tx: &mut Tx, batch: &Batch) -> Result<Vec<Place>, DbError> {
        if last_change(tx).await? == batch.at_change {
            return Ok(Vec::new());
        }
        let (full, instrument) = draft_of(tx, batch).await?;
        let now = full.overlay(&instrument).after;
        let rows = changed(tx, batch).await?;
        let moved = rows
            .into_iter()
            .filter(|row| state(&now, &row.key) != row.before);
        Ok(moved.map(|row| row.place).collect())
    }

    async fn write(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let (_, instrument) = draft_of(change.tx(), batch).await?;
        let rows = changed(change.tx(), batch).await?;
        let edits = rows.iter().map(|row| edit(&row.key, &row.after)).collect();
        edited(change, instrument.id, edits).await
    }

    async fn later(&self, tx: &mut Tx, batch: &Batch) -> Result<Undoing, DbError> {
        let (full, instrument) = draft_of(tx, batch).await?;
        let now = full.overlay(&instrument).after;
        let mut undoing = Undoing::default();
        for row in changed(tx, batch).await? {
            if state(&now, &row.key) != row.after {
                let change = writer(tx, &full, &now, &row.key).await?;
                undoing.kept.push(Later {
                    place: row.place,
                    change,
                    file: None,
                });
            } else if row.before.body.is_some() {
                undoing.restored += 1;
            } else {
                undoing.withdrawn += 1;
            }
        }
        Ok(undoing)
    }

    async fn undo(&self, change: &mut Change, batch: &Batch) -> Result<Written, LedgerError> {
        let (full, instrument) = draft_of(change.tx(), batch).await?;
        let now = full.overlay(&instrument).after;
        let rows = changed(change.tx(), batch).await?;
        let ours = rows.iter().filter(|row| state(&now, &row.key) == row.after);
        let edits = ours.map(|row| edit(&row.key, &row.before)).collect();
        edited(change, instrument.id, edits).await
    }

    async fn published(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        rows: &[Row],
    ) -> Result<Vec<PublishedRow>, DbError> {
        let Some(first) = rows.first() else {
            return Ok(Vec::new());
        };
        // A batch is of one draft.
        let subject: RowSubject = parsed(&first.subject)?;
        let draft = desk::draft_by_id(&self.library, tx, reach, subject.instrument).await?;
        let catalogue = self.library.catalogue(tx, reach).await?;
        let terms = draft.full.overlay(&draft.instrument).after;
        let units = Units {
            framework: Some(draft.book.framework()),
            catalogue: &catalogue,
            terms: &terms,
        };
        let published = rows.iter().map(|row| {
            let row = ReadRow::of(row)?;
            let said = |state: &RowState| {
                let body = state.body.as_ref();
                let said = body.map(|body| SaidView::of(&row.key, body, &units));
                let said = said.map(|said| said.because(state.motive.as_deref()));
                said.as_ref().map(json_value).transpose()
            };
            Ok(PublishedRow {
                about: json_value(&AboutTermView::of(&draft.full.contract, &row.key))?,
                before: said(&row.before)?,
                after: said(&row.after)?,
            })
        });
        published.collect()
    }

    async fn told(&self, tx: &mut Tx, reach: &Reach, rows: &[Row]) -> Result<Vec<Told>, DbError> {
        let Some(first) = rows.first() else {
            return Ok(Vec::new());
        };
        // A batch is of one draft.
        let subject: RowSubject = parsed(&first.subject)?;
        let draft = desk::draft_by_id(&self.library, tx, reach, subject.instrument).await?;
        let wording = tell::Wording::new(&draft);
        let told = rows.iter().map(|row| {
            let row = ReadRow::of(row)?;
            Ok(wording.told(&row.key, &row.before, &row.after))
        });
        told.collect()
    }
}

impl TermsIntake {
    /// The act that a file is for, where somebody may see it.
    async fn draft(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        said: &Said,
    ) -> Result<Option<Draft>, DbError> {
        let settings = settings_of(&said.beside)?;
        let Some((full, instrument)) = desk::instrument(tx, reach, &settings).await? else {
            return Ok(None);
        };
        let draft = desk::of(&self.library, tx, reach, full, instrument).await?;
        Ok(Some(draft))
    }
}

/// The act, where it can still be written and whoever has a file read sees it.
fn open(draft: Option<Draft>) -> Result<Draft, String> {
    const UNSEEN: &str = "vous ne voyez pas, ou plus, l’acte auquel ce fichier est destiné";
    let draft = draft.ok_or_else(|| UNSEEN.to_owned())?;
    match desk::closed(&draft.instrument) {
        Some(sentence) => Err(sentence),
        None => Ok(draft),
    }
}

/// The installation has no such act as was said beside a file.
fn lost(settings: &Settings) -> DbError {
    DbError::corrupt("contract of a batch", &settings.contract)
}

/// The draft of a batch, for the kernel itself.
async fn draft_of(tx: &mut Tx, batch: &Batch) -> Result<(FullContract, Instrument), DbError> {
    let settings = settings_of(&batch.said.beside)?;
    let reach = &Reach::of_installation();
    let full = load(tx, reach, &settings.contract).await?;
    let full = full.ok_or_else(|| lost(&settings))?;
    let instrument = full.instrument(settings.act).cloned();
    Ok((full, instrument.ok_or_else(|| lost(&settings))?))
}

/// The change that wrote what a draft says of a term, or took it away.
async fn writer(
    tx: &mut Tx,
    full: &FullContract,
    now: &Terms<'_>,
    key: &TermKey,
) -> Result<i64, DbError> {
    if let Some(held) = now.get(key) {
        return Ok(held.term.change);
    }
    let slot = &key.slot;
    let written = subject_changes(tx, full, slot.subject()).await?;
    let period = slot.year().map(|year| year.to_string()).unwrap_or_default();
    let about = written.iter().find(|change| {
        let about = &change.about;
        (about.section, about.kind.as_str()) == (key.section, slot.kind())
            && (about.facet.as_str(), &about.period) == (slot.facet(), &period)
    });
    Ok(about.map_or(0, |change| change.row.no))
}

/// A row of a batch, read.
struct ReadRow {
    place: Place,
    key: TermKey,
    before: RowState,
    after: RowState,
}

impl ReadRow {
    fn of(row: &Row) -> Result<Self, DbError> {
        let subject: RowSubject = parsed(&row.subject)?;
        let before = row.before.as_deref().map(parsed).transpose()?;
        Ok(Self {
            place: row.place.clone(),
            key: subject.key,
            before: before.unwrap_or_default(),
            after: parsed(&row.after)?,
        })
    }
}

/// The rows of a batch that change something.
async fn changed(tx: &mut Tx, batch: &Batch) -> Result<Vec<ReadRow>, DbError> {
    let mut read = Vec::new();
    let mut next = Some(0);
    while let Some(from) = next {
        let (rows, following) = imports::rows_from(tx, batch.id, from).await?;
        let changes = rows.iter().filter(|row| row.verdict != Verdict::Unchanged);
        for row in changes {
            read.push(ReadRow::of(row)?);
        }
        next = following;
    }
    Ok(read)
}

fn edit(key: &TermKey, state: &RowState) -> TermEdit {
    TermEdit {
        key: key.clone(),
        wanted: state.body.clone(),
        motive: state.motive.clone(),
    }
}

/// Writes terms in a draft as its grid does: each term has its entry in the history of the act,
/// the kernel adds one for the file.
async fn edited(
    change: &mut Change,
    instrument: Uuid,
    edits: Vec<TermEdit>,
) -> Result<Written, LedgerError> {
    let mut digest = Sha256::new();
    for edit in &edits {
        let said = serde_json::to_vec(&(&edit.key, &edit.wanted, &edit.motive));
        digest.update(said.map_err(unwritten)?);
    }
    let allowed = permit::<WriteTerms>(change, TermsOf::edits(instrument, &edits)).await;
    let allowed = allowed.map_err(|refused| match refused {
        NotPermitted::Db(error) => error,
        other => DbError::corrupt("permit of a batch", other),
    })?;
    let rows = set_terms(change, allowed, edits)
        .await
        .map_err(|error| match error {
            ContractError::Ledger(error) => error,
            other => DbError::corrupt("terms of a batch", other).into(),
        })?;
    Ok(Written {
        rows: i64::try_from(rows).unwrap_or(i64::MAX),
        digest: digest.finalize().into(),
    })
}

fn settings_of(beside: &Json) -> Result<Settings, DbError> {
    serde_json::from_value(beside.clone())
        .map_err(|cause| DbError::corrupt("settings of a batch", cause))
}

fn json_value(value: &impl Serialize) -> Result<Json, DbError> {
    serde_json::to_value(value).map_err(unwritten)
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(unwritten)
}

#[allow(clippy::needless_pass_by_value)] // the form that `map_err` asks for
fn unwritten(cause: serde_json::Error) -> DbError {
    DbError::corrupt("rehearsal", cause)
}
