//! Revisions and loads as the database tells them.

use jiff::civil::Date;
use uuid::Uuid;

use super::{Load, Revision, Story};
use crate::access::Reach;
use crate::args;
use crate::figures::Subject;
use crate::figures::snapshot::is_hidden;
use crate::figures::store::{RawValue, parsed_day, parsed_period};
use crate::imports::{NamedFile, Place as FilePlace};
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct Record {
    measure: String,
    place: String,
    period: String,
    breakdown: String,
    no: i64,
    kind: String,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<String>,
    provisional: bool,
    fictional: bool,
    received_at: i64,
    actor: Option<Uuid>,
    who: Option<String>,
    program: Option<String>,
    why: Option<String>,
    supplier: String,
    source: Option<String>,
    reference_date: Option<String>,
    comment: Option<String>,
    embargo_until: Option<String>,
    batch_id: Option<Uuid>,
    file_name: Option<String>,
    sender: Option<Uuid>,
    organisation: Option<String>,
    sheet: Option<String>,
    row_no: Option<i64>,
    col_no: Option<i64>,
}

/// An observation with every revision that this person may see on that day; `None` where there is
/// none.
pub async fn story(
    tx: &mut Tx,
    reach: &Reach,
    today: Date,
    observation: Uuid,
) -> Result<Option<Story>, DbError> {
    let records: Vec<Record> = tx
        .all(
            "select o.measure, o.place, o.period, o.breakdown, r.no, r.kind, r.micros,
                    r.den_micros, r.body, r.provisional, r.fictional, r.received_at, c.actor,
                    p.name as who, k.name as program, c.why, r.supplier, r.source, r.reference_date, r.comment,
                    r.embargo_until, r.batch_id, b.file_name, b.created_by as sender,
                    b.organisation, r.sheet, r.row_no, r.col_no
             from observation o
             join revision r on r.observation_id = o.id
             left join batch b on b.id = r.batch_id
             left join change c on c.no = r.change_no
             left join person p on p.id = c.actor
             left join access_token k on k.id = c.token
             where o.id = $1
             order by r.no desc",
            args![observation],
        )
        .await?;
    let mut story: Option<Story> = None;
    for record in records {
        let embargo = parsed_day(record.embargo_until.as_deref())?;
        let is_kept = is_hidden(embargo, record.actor, reach, today);
        if is_kept || !reach.sees_value(&record.measure, &record.place) {
            continue;
        }
        let subject = Subject {
            place: record.place.clone(),
            period: parsed_period(&record.period)?,
            breakdown: record.breakdown.clone(),
        };
        let known = story.get_or_insert_with(|| Story {
            measure: record.measure.clone(),
            subject,
            revisions: Vec::new(),
        });
        known.revisions.push(revision(record, embargo)?);
    }
    Ok(story)
}

fn revision(record: Record, embargo_until: Option<Date>) -> Result<Revision, DbError> {
    let value = RawValue {
        kind: &record.kind,
        micros: record.micros,
        den_micros: record.den_micros,
        body: record.body.as_deref(),
    };
    let cell = match (record.sheet, record.row_no, record.col_no) {
        (Some(sheet), Some(row), Some(column)) => Some(FilePlace {
            sheet,
            row: u32::try_from(row).unwrap_or(0),
            column: u32::try_from(column).unwrap_or(0),
        }),
        _ => None,
    };
    Ok(Revision {
        no: record.no,
        value: value.value()?,
        provisional: record.provisional,
        fictional: record.fictional,
        received_at: record.received_at,
        who: record.who,
        program: record.program,
        why: record.why,
        supplier: record.supplier,
        source: record.source,
        reference_date: parsed_day(record.reference_date.as_deref())?,
        comment: record.comment,
        embargo_until,
        loaded_by: record.actor,
        file: named(
            (record.batch_id, record.file_name),
            (record.sender, record.organisation),
        ),
        cell,
    })
}

/// The file that a revision names, with who sent it and in whose name.
fn named(
    (batch, name): (Option<Uuid>, Option<String>),
    (sender, organisation): (Option<Uuid>, Option<String>),
) -> Option<NamedFile> {
    Some(NamedFile {
        batch: batch?,
        name: name?,
        sender,
        organisation: organisation.unwrap_or_default(),
    })
}

#[derive(sqlx::FromRow)]
struct LoadRecord {
    received_at: i64,
    supplier: String,
    source: Option<String>,
    batch_id: Option<Uuid>,
    file_name: Option<String>,
    sender: Option<Uuid>,
    organisation: Option<String>,
    actor: Option<Uuid>,
    who: Option<String>,
    embargo_until: Option<String>,
    figures: i64,
}

/// The loads of a measure no later than the change `upto`, those under embargo included, the latest
/// first.
pub(super) async fn loads(tx: &mut Tx, measure: &str, upto: i64) -> Result<Vec<Load>, DbError> {
    let records: Vec<LoadRecord> = tx
        .all(
            "select r.received_at, r.supplier, r.source, r.batch_id, b.file_name,
                    b.created_by as sender, b.organisation, c.actor, p.name as who,
                    r.embargo_until, count(*) as figures
             from observation o
             join revision r on r.observation_id = o.id
             left join batch b on b.id = r.batch_id
             left join change c on c.no = r.change_no
             left join person p on p.id = c.actor
             where o.measure = $1 and r.change_no <= $2
             group by r.change_no, r.received_at, r.supplier, r.source, r.batch_id, b.file_name,
                      b.created_by, b.organisation, c.actor, p.name, r.embargo_until
             order by r.change_no desc, r.supplier",
            args![measure, upto],
        )
        .await?;
    let mut loads = Vec::new();
    for record in records {
        let embargo = parsed_day(record.embargo_until.as_deref())?;
        loads.push(Load {
            received_at: record.received_at,
            supplier: record.supplier,
            source: record.source,
            file: named(
                (record.batch_id, record.file_name),
                (record.sender, record.organisation),
            ),
            who: record.who,
            figures: usize::try_from(record.figures).unwrap_or(0),
            embargo: (embargo, record.actor),
        });
    }
    Ok(loads)
}
