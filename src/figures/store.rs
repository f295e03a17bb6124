//! Observations and their revisions in the database. A revision is never updated nor deleted.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Figure, Subject};
use crate::args;
use crate::imports::Place as FilePlace;
use crate::kernel::{Absence, Decimal, Period, Quantity, Value};
use crate::platform::db::{DbError, Tx};

/// The change that wrote the latest revision of any figure, 0 where there is none.
pub(super) async fn latest_change(tx: &mut Tx) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one("select coalesce(max(change_no), 0) from revision", vec![])
        .await?;
    Ok(no)
}

/// The measures that have at least one observation.
pub(super) async fn observed_measures(tx: &mut Tx) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all("select distinct measure from observation", vec![])
        .await?;
    Ok(rows.into_iter().map(|(measure,)| measure).collect())
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
}

impl TryFrom<FigureRecord> for Kept {
    type Error = DbError;

    fn try_from(record: FigureRecord) -> Result<Self, DbError> {
        let value = value(
            &record.kind,
            record.micros,
            record.den_micros,
            record.body.as_deref(),
        )?;
        let cell = match (record.sheet, record.row_no, record.col_no) {
            (Some(sheet), Some(row), Some(column)) => Some(FilePlace {
                sheet,
                row: u32::try_from(row).unwrap_or(0),
                column: u32::try_from(column).unwrap_or(0),
            }),
            _ => None,
        };
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
        });
        Ok(Self {
            measure: record.measure,
            subject: Subject {
                place: record.place,
                period: period(&record.period)?,
                breakdown: record.breakdown,
            },
            figure,
        })
    }
}

pub(super) fn period(text: &str) -> Result<Period, DbError> {
    text.parse()
        .map_err(|cause| DbError::corrupt("period", cause))
}

/// The value that four columns keep; `None` where the figure was withdrawn.
pub(super) fn value(
    kind: &str,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<&str>,
) -> Result<Option<Value>, DbError> {
    let number = micros.map(Decimal::from_micros);
    let denominator = den_micros.map(Decimal::from_micros);
    let value = match (kind, number, denominator, body) {
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

/// The figures that changed after `after` and no later than `upto`, each as it stood at `upto`.
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
                r.row_no, r.col_no, r.fictional
         from revision r
         join observation o on o.id = r.observation_id
         where r.change_no > $1 and r.change_no <= $2
           and not exists (select 1 from revision later
                           where later.observation_id = r.observation_id
                             and later.no > r.no and later.change_no <= $2)",
        args![after, upto],
        |record| records.push(record),
    )
    .await?;
    records.into_iter().map(Kept::try_from).collect()
}

/// Where a figure comes from, for a person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Provenance {
    /// The observation.
    pub observation_id: Uuid,
    /// The revision, from 1.
    pub no: i64,
    /// When it was received, in microseconds UTC.
    pub received_at: i64,
    /// Who supplied it.
    pub supplier: String,
    /// Where the supplier took it from.
    pub source: Option<String>,
    /// Name of the file it came in.
    pub file_name: Option<String>,
    /// Who loaded it.
    pub loaded_by: Option<String>,
}

/// The provenance of every revision of a measure's figures written no later than `upto`.
pub async fn provenance_of(
    tx: &mut Tx,
    _reach: crate::access::Reach,
    measure: &str,
    upto: i64,
) -> Result<Vec<Provenance>, DbError> {
    tx.all(
        "select r.observation_id, r.no, r.received_at, r.supplier, r.source, b.file_name,
                p.name as loaded_by
         from observation o
         join revision r on r.observation_id = o.id
         left join batch b on b.id = r.batch_id
         left join change c on c.no = r.change_no
         left join person p on p.id = c.actor
         where o.measure = $1 and r.change_no <= $2
         order by r.change_no desc, r.observation_id",
        args![measure, upto],
    )
    .await
}
