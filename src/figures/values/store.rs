//! Writing figures: revisions are added, never updated nor deleted.

use std::collections::HashMap;

use uuid::Uuid;

use super::{RowState, RowSubject};
use crate::args;
use crate::figures::store::{RawValue, parsed_day, parsed_period};
use crate::imports::{Later, Place};
use crate::kernel::{Quantity, Value};
use crate::platform::db::{Arg, DbError, Tx};

/// What stands on a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The observation.
    pub observation: Uuid,
    /// Its last revision, from 1.
    pub no: i64,
    /// What it says; `None` where the figure was withdrawn.
    pub state: Option<RowState>,
}

#[derive(sqlx::FromRow)]
struct HeadRecord {
    place: String,
    period: String,
    breakdown: String,
    observation_id: Uuid,
    no: i64,
    kind: String,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<String>,
    provisional: bool,
    reference_date: Option<String>,
    supplier: String,
    source: Option<String>,
    comment: Option<String>,
    embargo_until: Option<String>,
    fictional: bool,
}

/// The figures of some measures, read once each and kept for as long as one reading or one
/// writing lasts. Nothing is hidden here: what stands, stands for whoever writes.
#[derive(Debug, Default)]
pub(super) struct Heads(HashMap<String, HashMap<RowSubject, Head>>);

impl Heads {
    /// Reads the figures of a measure, unless they were.
    pub async fn load(&mut self, tx: &mut Tx, measure: &str) -> Result<(), DbError> {
        if self.0.contains_key(measure) {
            return Ok(());
        }
        let records: Vec<HeadRecord> = tx
            .all(
                "select o.place, o.period, o.breakdown, r.observation_id, r.no, r.kind, r.micros,
                        r.den_micros, r.body, r.provisional, r.reference_date, r.supplier,
                        r.source, r.comment, r.embargo_until, r.fictional
                 from observation o
                 join revision r on r.observation_id = o.id
                 where o.measure = $1
                   and not exists (select 1 from revision later
                                   where later.observation_id = r.observation_id
                                     and later.no > r.no)",
                args![measure],
            )
            .await?;
        let mut heads = HashMap::with_capacity(records.len());
        for record in records {
            let (subject, head) = record.read(measure)?;
            heads.insert(subject, head);
        }
        self.0.insert(measure.to_owned(), heads);
        Ok(())
    }

    /// What stands on a subject whose measure was loaded.
    pub fn get(&self, subject: &RowSubject) -> Option<&Head> {
        self.0.get(&subject.measure)?.get(subject)
    }
}

impl HeadRecord {
    fn read(self, measure: &str) -> Result<(RowSubject, Head), DbError> {
        let value = RawValue {
            kind: &self.kind,
            micros: self.micros,
            den_micros: self.den_micros,
            body: self.body.as_deref(),
        };
        let value = value.value()?;
        let reference_date = parsed_day(self.reference_date.as_deref())?;
        let embargo_until = parsed_day(self.embargo_until.as_deref())?;
        let subject = RowSubject {
            measure: measure.to_owned(),
            place: self.place,
            period: parsed_period(&self.period)?,
            breakdown: self.breakdown,
        };
        let state = value.map(|value| RowState {
            value,
            provisional: self.provisional,
            reference_date,
            supplier: self.supplier,
            source: self.source,
            comment: self.comment,
            embargo_until,
            fictional: self.fictional,
        });
        let head = Head {
            observation: self.observation_id,
            no: self.no,
            state,
        };
        Ok((subject, head))
    }
}

/// A revision about to be written.
#[derive(Debug)]
pub(in crate::figures) struct NewRevision<'a> {
    pub observation: Uuid,
    pub no: i64,
    pub state: &'a RowState,
    /// Where it stands in the file of a batch.
    pub cell: Option<&'a Place>,
}

/// What all the revisions of one writing share.
#[derive(Clone, Copy, Debug)]
pub(in crate::figures) struct Writing {
    pub change: i64,
    pub at: i64,
    pub batch: Option<Uuid>,
}

/// Adds observations, each with its identifier.
pub(super) async fn add_observations(
    tx: &mut Tx,
    new: &[(Uuid, &RowSubject)],
) -> Result<(), DbError> {
    let rows = new.iter().map(|(id, subject)| {
        args![
            *id,
            &subject.measure,
            &subject.place,
            subject.period.to_string(),
            &subject.breakdown
        ]
    });
    tx.insert_rows(
        "insert into observation (id, measure, place, period, breakdown) values",
        rows.collect(),
    )
    .await
}

/// Adds revisions to observations that exist.
pub(in crate::figures) async fn add_revisions(
    tx: &mut Tx,
    writing: Writing,
    new: &[NewRevision<'_>],
) -> Result<(), DbError> {
    let rows = new.iter().map(|revision| {
        let state = revision.state;
        let [kind, micros, denominator, body] = columns(&state.value);
        vec![
            revision.observation.into(),
            revision.no.into(),
            writing.change.into(),
            kind,
            micros,
            denominator,
            body,
            state.provisional.into(),
            state.reference_date.map(|day| day.to_string()).into(),
            writing.at.into(),
            (&state.supplier).into(),
            state.source.clone().into(),
            state.comment.clone().into(),
            state.embargo_until.map(|day| day.to_string()).into(),
            writing.batch.into(),
            revision.cell.map(|cell| cell.sheet.as_str()).into(),
            revision.cell.map(|cell| cell.row).into(),
            revision.cell.map(|cell| cell.column).into(),
            state.fictional.into(),
        ]
    });
    tx.insert_rows(
        "insert into revision (observation_id, no, change_no, kind, micros, den_micros, body,
                               provisional, reference_date, received_at, supplier, source,
                               comment, embargo_until, batch_id, sheet, row_no, col_no, fictional)
         values",
        rows.collect(),
    )
    .await
}

/// Kind, number, denominator and text of a value.
fn columns(value: &Value) -> [Arg; 4] {
    let none = || Arg::Int(None);
    let no_text = || Arg::Text(None);
    match value {
        Value::Number(Quantity::Plain(number)) => {
            ["number".into(), number.micros().into(), none(), no_text()]
        }
        Value::Number(Quantity::Ratio { num, den }) => [
            "ratio".into(),
            num.micros().into(),
            den.micros().into(),
            no_text(),
        ],
        Value::YesNo(answer) => {
            let one = i64::from(*answer) * 1_000_000;
            ["yes_no".into(), one.into(), none(), no_text()]
        }
        Value::Text(text) => ["text".into(), none(), none(), text.into()],
        Value::Unavailable(absence) => {
            ["unavailable".into(), none(), none(), absence.code().into()]
        }
    }
}

/// Something that a batch wrote, with what stands there now and what stood there before.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct WrittenRecord {
    pub observation_id: Uuid,
    sheet: Option<String>,
    row_no: Option<i64>,
    col_no: Option<i64>,
    own_supplier: String,
    own_fictional: bool,
    pub head_no: i64,
    head_change: i64,
    head_batch: Option<Uuid>,
    head_file: Option<String>,
    /// The revision that stood before, absent where none did.
    pub before_no: Option<i64>,
    kind: Option<String>,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<String>,
    provisional: Option<bool>,
    reference_date: Option<String>,
    received_at: Option<i64>,
    supplier: Option<String>,
    source: Option<String>,
    comment: Option<String>,
    embargo_until: Option<String>,
    before_batch: Option<Uuid>,
    before_sheet: Option<String>,
    before_row: Option<i64>,
    before_col: Option<i64>,
    fictional: Option<bool>,
}

impl WrittenRecord {
    /// What was written since, where something was: by another batch or by hand.
    pub fn later(&self, batch: Uuid) -> Option<Later> {
        (self.head_batch != Some(batch)).then(|| Later {
            place: Place {
                sheet: self.sheet.clone().unwrap_or_default(),
                row: number(self.row_no),
                column: number(self.col_no),
            },
            change: self.head_change,
            file: self.head_file.clone(),
        })
    }

    /// Whether a figure stood there before.
    pub fn had_figure(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind != "withdrawn")
    }

    /// The revision that puts back what stood before: it keeps the provenance it had then. Where
    /// nothing stood, the figure is withdrawn.
    fn back(&self, change: i64, at: i64) -> Vec<Arg> {
        args![
            self.observation_id,
            self.head_no + 1,
            change,
            self.kind.as_deref().unwrap_or("withdrawn"),
            self.micros,
            self.den_micros,
            self.body.clone(),
            self.provisional.unwrap_or(false),
            self.reference_date.clone(),
            self.received_at.unwrap_or(at),
            self.supplier.as_ref().unwrap_or(&self.own_supplier),
            self.source.clone(),
            self.comment.clone(),
            self.embargo_until.clone(),
            self.before_batch,
            self.before_sheet.clone(),
            self.before_row,
            self.before_col,
            self.fictional.unwrap_or(self.own_fictional)
        ]
    }
}

fn number(column: Option<i64>) -> u32 {
    column.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// How many observations [`written`] gives at once.
const AT_ONCE: i64 = 2_000;

/// What a change wrote from a batch, some observations at a time: those after `after`.
///
/// What stood before is the last revision older than the batch's own that nothing took back: one
/// of a batch undone since does not count, nor does one that this very batch left in an earlier
/// life.
pub(super) async fn written(
    tx: &mut Tx,
    batch: Uuid,
    change: i64,
    after: Uuid,
) -> Result<Vec<WrittenRecord>, DbError> {
    tx.all(
        "select w.observation_id, w.sheet, w.row_no, w.col_no, w.supplier as own_supplier,
                w.fictional as own_fictional, h.no as head_no, h.change_no as head_change,
                h.batch_id as head_batch, f.file_name as head_file, e.no as before_no, e.kind,
                e.micros, e.den_micros, e.body, e.provisional, e.reference_date, e.received_at,
                e.supplier, e.source, e.comment, e.embargo_until, e.batch_id as before_batch,
                e.sheet as before_sheet, e.row_no as before_row, e.col_no as before_col,
                e.fictional
         from (select observation_id, no, sheet, row_no, col_no, supplier, fictional
               from revision
               where batch_id = $1 and change_no = $2 and observation_id > $3
               order by observation_id
               limit $4) w
         join revision h on h.observation_id = w.observation_id
          and h.no = (select max(l.no) from revision l where l.observation_id = w.observation_id)
         left join batch f on f.id = h.batch_id
         left join revision e on e.observation_id = w.observation_id
          and e.no = (select max(p.no) from revision p
                      left join batch b on b.id = p.batch_id
                      where p.observation_id = w.observation_id and p.no < w.no
                        and (p.batch_id is null or (p.batch_id <> $1 and b.state <> 'undone')))
         order by w.observation_id",
        args![batch, change, after, AT_ONCE],
    )
    .await
}

/// Puts back what stood before what these say.
pub(super) async fn put_back(
    tx: &mut Tx,
    (change, at): (i64, i64),
    records: &[&WrittenRecord],
) -> Result<(), DbError> {
    let rows = records.iter().map(|record| record.back(change, at));
    tx.insert_rows(
        "insert into revision (observation_id, no, change_no, kind, micros, den_micros, body,
                               provisional, reference_date, received_at, supplier, source,
                               comment, embargo_until, batch_id, sheet, row_no, col_no, fictional)
         values",
        rows.collect(),
    )
    .await
}
