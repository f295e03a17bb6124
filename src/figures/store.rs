//! Observations and their revisions in the database. A revision is never updated nor deleted.

use std::collections::BTreeSet;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Figure, Subject, contest};
use crate::args;
use crate::imports::Place as FilePlace;
use crate::kernel::{Absence, Decimal, Period, Quantity, Value};
use crate::platform::db::{DbError, Tx};

/// The last change that wrote a revision, or opened or answered a contest; 0 where there is none.
pub(super) async fn latest_change(tx: &mut Tx) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one("select coalesce(max(change_no), 0) from revision", vec![])
        .await?;
    let contested = contest::store::latest_change(tx).await?;
    Ok(no.max(contested))
}

/// The measures that have at least one observation.
pub(super) async fn observed_measures(tx: &mut Tx) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all("select distinct measure from observation", vec![])
        .await?;
    Ok(rows.into_iter().map(|(measure,)| measure).collect())
}

/// What an observation is of: its measure and its place.
pub(super) async fn subject_of(
    tx: &mut Tx,
    observation: Uuid,
) -> Result<Option<(String, String)>, DbError> {
    tx.optional(
        "select measure, place from observation where id = $1",
        args![observation],
    )
    .await
}

#[derive(sqlx::FromRow)]
struct ValueRecord {
    kind: String,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<String>,
}

/// Every value that stands for a measure, embargoes or not.
pub(super) async fn values_of(tx: &mut Tx, measure: &str) -> Result<Vec<Value>, DbError> {
    let records: Vec<ValueRecord> = tx
        .all(
            "select r.kind, r.micros, r.den_micros, r.body
             from observation o join revision r on r.observation_id = o.id
             where o.measure = $1
               and r.no = (select max(l.no) from revision l where l.observation_id = o.id)",
            args![measure],
        )
        .await?;
    let value = |record: &ValueRecord| {
        let raw = RawValue {
            kind: &record.kind,
            micros: record.micros,
            den_micros: record.den_micros,
            body: record.body.as_deref(),
        };
        raw.value().transpose()
    };
    records.iter().filter_map(value).collect()
}

/// A figure and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub measure: String,
    pub subject: Subject,
    /// `None` where the last revision withdrew the figure.
    pub figure: Option<Figure>,
}

#[derive(sqlx::FromRow)]
struct FigureRecord {
    measure: String,
    place: String,
    period: String,
    breakdown: String,
    observation_id: Uuid,
    no: i64,
    change_no: i64,
    kind: String,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<String>,
    provisional: bool,
    received_at: i64,
    supplier: String,
    source: Option<String>,
    batch_id: Option<Uuid>,
    sheet: Option<String>,
    row_no: Option<i64>,
    col_no: Option<i64>,
    fictional: bool,
    reference_date: Option<String>,
    comment: Option<String>,
    embargo_until: Option<String>,
    first_received_at: i64,
    loaded_by: Option<Uuid>,
}

impl TryFrom<FigureRecord> for Kept {
    type Error = DbError;

    fn try_from(record: FigureRecord) -> Result<Self, DbError> {
        let value = RawValue {
            kind: &record.kind,
            micros: record.micros,
            den_micros: record.den_micros,
            body: record.body.as_deref(),
        };
        let value = value.value()?;
        let cell = match (record.sheet, record.row_no, record.col_no) {
            (Some(sheet), Some(row), Some(column)) => Some(FilePlace {
                sheet,
                row: u32::try_from(row).unwrap_or(0),
                column: u32::try_from(column).unwrap_or(0),
            }),
            _ => None,
        };
        let reference_date = parsed_day(record.reference_date.as_deref())?;
        let embargo_until = parsed_day(record.embargo_until.as_deref())?;
        let figure = value.map(|value| Figure {
            observation: record.observation_id,
            no: record.no,
            change: record.change_no,
            value,
            provisional: record.provisional,
            received_at: record.received_at,
            supplier: record.supplier,
            source: record.source,
            batch: record.batch_id,
            cell,
            fictional: record.fictional,
            reference_date,
            comment: record.comment,
            embargo_until,
            first_received_at: record.first_received_at,
            loaded_by: record.loaded_by,
            contest: None,
        });
        Ok(Self {
            measure: record.measure,
            subject: Subject {
                place: record.place,
                period: parsed_period(&record.period)?,
                breakdown: record.breakdown,
            },
            figure,
        })
    }
}

pub(super) fn parsed_period(text: &str) -> Result<Period, DbError> {
    text.parse()
        .map_err(|cause| DbError::corrupt("period", cause))
}

pub(super) fn parsed_day(text: Option<&str>) -> Result<Option<Date>, DbError> {
    text.map(str::parse)
        .transpose()
        .map_err(|cause: jiff::Error| DbError::corrupt("day", cause))
}

/// The columns that hold a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawValue<'a> {
    pub kind: &'a str,
    pub micros: Option<i64>,
    pub den_micros: Option<i64>,
    pub body: Option<&'a str>,
}

impl RawValue<'_> {
    /// The value; `None` for a withdrawal.
    pub(super) fn value(self) -> Result<Option<Value>, DbError> {
        let number = self.micros.map(Decimal::from_micros);
        let denominator = self.den_micros.map(Decimal::from_micros);
        let value = match (self.kind, number, denominator, self.body) {
            ("number", Some(number), _, _) => Value::plain(number),
            ("ratio", Some(num), Some(den), _) => Value::Number(Quantity::Ratio { num, den }),
            ("yes_no", Some(answer), _, _) => Value::YesNo(answer != Decimal::ZERO),
            ("text", _, _, Some(text)) => Value::Text(text.to_owned()),
            ("unavailable", _, _, Some(code)) => Value::Unavailable(
                Absence::from_code(code).ok_or_else(|| DbError::corrupt("absence", code))?,
            ),
            ("withdrawn", ..) => return Ok(None),
            (kind, ..) => return Err(DbError::corrupt("figure", kind)),
        };
        Ok(Some(value))
    }
}

/// The revisions written after `after` and no later than `upto` from which the figures at `upto`
/// are known: the last one of each observation and, since an embargo hides it from some, those
/// under embargo down to the first that is not; in the order they were written.
pub(super) async fn figures_between(
    tx: &mut Tx,
    after: i64,
    upto: i64,
) -> Result<Vec<Kept>, DbError> {
    let mut records: Vec<FigureRecord> = Vec::new();
    tx.each(
        "select o.measure, o.place, o.period, o.breakdown,
                r.observation_id, r.no, r.change_no, r.kind, r.micros, r.den_micros, r.body,
                r.provisional, r.received_at, r.supplier, r.source, r.batch_id, r.sheet,
                r.row_no, r.col_no, r.fictional, r.reference_date, r.comment, r.embargo_until,
                first.received_at as first_received_at, c.actor as loaded_by
         from revision r
         join observation o on o.id = r.observation_id
         join revision first on first.observation_id = r.observation_id and first.no = 1
         left join change c on c.no = r.change_no
         where r.change_no > $1 and r.change_no <= $2
           and not exists (select 1 from revision later
                           where later.observation_id = r.observation_id
                             and later.no > r.no and later.change_no <= $2
                             and later.embargo_until is null)
         order by r.observation_id, r.no",
        args![after, upto],
        |record| records.push(record),
    )
    .await?;
    records.into_iter().map(Kept::try_from).collect()
}
