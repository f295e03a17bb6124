//! Contests in the database.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Contest, Contested, NewContest, OpenContest, Outcome, Settled, is_kept};
use crate::access::Reach;
use crate::args;
use crate::figures::Subject;
use crate::figures::store::{RawValue, parsed_day, parsed_period};
use crate::kernel::Value;
use crate::ledger::Change;
use crate::platform::db::{DbError, Tx};

/// The last change that opened or answered a contest, 0 where there is none.
pub(in crate::figures) async fn latest_change(tx: &mut Tx) -> Result<i64, DbError> {
    let (opened, answered): (i64, i64) = tx
        .one(
            "select coalesce(max(opened_change), 0), coalesce(max(answered_change), 0) from contest",
            vec![],
        )
        .await?;
    Ok(opened.max(answered))
}

#[derive(sqlx::FromRow)]
struct ContestedRecord {
    id: Uuid,
    observation_id: Uuid,
    measure: String,
    place: String,
    period: String,
    breakdown: String,
    reason: String,
    own_value: Option<String>,
    due_on: String,
    answered_change: Option<i64>,
}

/// The contests opened or answered after `after` and no later than `upto`, as they stood at
/// `upto`, in the order they were opened.
pub(in crate::figures) async fn contested_between(
    tx: &mut Tx,
    after: i64,
    upto: i64,
) -> Result<Vec<Contested>, DbError> {
    let records: Vec<ContestedRecord> = tx
        .all(
            "select k.id, k.observation_id, o.measure, o.place, o.period, o.breakdown, k.reason,
                    k.own_value, k.due_on, k.answered_change
             from contest k
             join observation o on o.id = k.observation_id
             where k.opened_change <= $2 and (k.opened_change > $1
                or (k.answered_change > $1 and k.answered_change <= $2))
             order by k.opened_change",
            args![after, upto],
        )
        .await?;
    let contested = |record: ContestedRecord| {
        let answered = record.answered_change.is_some_and(|no| no <= upto);
        let open = OpenContest {
            id: record.id,
            reason: record.reason,
            own: own(record.own_value.as_deref())?,
            due_on: due(&record.due_on)?,
        };
        Ok(Contested {
            observation: record.observation_id,
            measure: record.measure,
            subject: Subject {
                place: record.place,
                period: parsed_period(&record.period)?,
                breakdown: record.breakdown,
            },
            open: (!answered).then(|| Arc::new(open)),
        })
    };
    records.into_iter().map(contested).collect()
}

fn own(text: Option<&str>) -> Result<Option<Value>, DbError> {
    text.map(serde_json::from_str)
        .transpose()
        .map_err(|cause| DbError::corrupt("contested value", cause))
}

fn due(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|cause: jiff::Error| DbError::corrupt("day", cause))
}

/// What the last revision of an observation says beside its value.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct LastRevision {
    pub no: i64,
    pub supplier: String,
    pub source: Option<String>,
    pub provisional: bool,
    pub reference_date: Option<String>,
    pub embargo_until: Option<String>,
    pub fictional: bool,
}

/// The last revision of an observation.
pub(super) async fn last_revision(
    tx: &mut Tx,
    observation: Uuid,
) -> Result<Option<LastRevision>, DbError> {
    tx.optional(
        "select no, supplier, source, provisional, reference_date, embargo_until, fictional
         from revision
         where observation_id = $1 order by no desc limit 1",
        args![observation],
    )
    .await
}

/// Whether a contest of an observation waits for its answer.
pub(super) async fn is_contested(tx: &mut Tx, observation: Uuid) -> Result<bool, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from contest where observation_id = $1 and outcome is null",
            args![observation],
        )
        .await?;
    Ok(count > 0)
}

pub(super) async fn insert(
    change: &mut Change,
    id: Uuid,
    observation: Uuid,
    new: &NewContest,
    due_on: Date,
) -> Result<(), DbError> {
    let own = new.own.as_ref().map(serde_json::to_string).transpose();
    let own = own.map_err(|cause| DbError::corrupt("contested value", cause))?;
    let no = change.no();
    let args = args![
        id,
        observation,
        new.revision,
        &new.reason,
        own,
        due_on.to_string(),
        no
    ];
    change
        .tx()
        .run(
            "insert into contest (id, observation_id, revision_no, reason, own_value, due_on,
                                  opened_change)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args,
        )
        .await?;
    Ok(())
}

pub(super) async fn settle(
    change: &mut Change,
    id: Uuid,
    outcome: Outcome,
    answer: &str,
) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "update contest set outcome = $1, answer = $2, answered_change = $3 where id = $4",
            args![outcome.code(), answer, no, id],
        )
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Record {
    id: Uuid,
    observation_id: Uuid,
    measure: String,
    place: String,
    period: String,
    breakdown: String,
    revision_no: i64,
    kind: String,
    micros: Option<i64>,
    den_micros: Option<i64>,
    body: Option<String>,
    supplier: String,
    embargo_until: Option<String>,
    loaded_by: Option<Uuid>,
    reason: String,
    own_value: Option<String>,
    due_on: String,
    opened_at: i64,
    opened_by: Option<String>,
    outcome: Option<String>,
    answer: Option<String>,
    answered_at: Option<i64>,
    answered_by: Option<String>,
}

impl TryFrom<Record> for Contest {
    type Error = DbError;

    fn try_from(record: Record) -> Result<Self, DbError> {
        let value = RawValue {
            kind: &record.kind,
            micros: record.micros,
            den_micros: record.den_micros,
            body: record.body.as_deref(),
        };
        let settled = match (record.outcome.as_deref(), record.answered_at) {
            (Some(outcome), Some(at)) => Some(Settled {
                outcome: Outcome::from_code(outcome)
                    .ok_or_else(|| DbError::corrupt("outcome", outcome))?,
                answer: record.answer.unwrap_or_default(),
                at,
                by: record.answered_by,
            }),
            _ => None,
        };
        Ok(Self {
            contested: value.value()?,
            open: OpenContest {
                id: record.id,
                reason: record.reason,
                own: own(record.own_value.as_deref())?,
                due_on: due(&record.due_on)?,
            },
            observation: record.observation_id,
            measure: record.measure,
            subject: Subject {
                place: record.place,
                period: parsed_period(&record.period)?,
                breakdown: record.breakdown,
            },
            revision: record.revision_no,
            supplier: record.supplier,
            embargo_until: parsed_day(record.embargo_until.as_deref())?,
            loaded_by: record.loaded_by,
            opened_at: record.opened_at,
            opened_by: record.opened_by,
            settled,
        })
    }
}

/// One contest.
pub async fn contest(tx: &mut Tx, id: Uuid) -> Result<Option<Contest>, DbError> {
    let record: Option<Record> = tx
        .optional(
            "select k.id, k.observation_id, o.measure, o.place, o.period, o.breakdown,
                    k.revision_no, r.kind, r.micros, r.den_micros, r.body, r.supplier,
                    r.embargo_until, rc.actor as loaded_by, k.reason, k.own_value, k.due_on, c.at as opened_at, p.name as opened_by, k.outcome,
                    k.answer, a.at as answered_at, q.name as answered_by
             from contest k
             join observation o on o.id = k.observation_id
             join revision r on r.observation_id = o.id and r.no = k.revision_no
             left join change rc on rc.no = r.change_no
             join change c on c.no = k.opened_change
             left join person p on p.id = c.actor
             left join change a on a.no = k.answered_change
             left join person q on q.id = a.actor
             where k.id = $1",
            args![id],
        )
        .await?;
    record.map(Contest::try_from).transpose()
}

/// The contests that a person may know of, the latest first; those of one observation where one is
/// named.
pub async fn contests(
    tx: &mut Tx,
    reach: &Reach,
    today: Date,
    observation: Option<Uuid>,
) -> Result<Vec<Contest>, DbError> {
    let records: Vec<Record> = tx
        .all(
            "select k.id, k.observation_id, o.measure, o.place, o.period, o.breakdown,
                    k.revision_no, r.kind, r.micros, r.den_micros, r.body, r.supplier,
                    r.embargo_until, rc.actor as loaded_by, k.reason, k.own_value, k.due_on, c.at as opened_at, p.name as opened_by, k.outcome,
                    k.answer, a.at as answered_at, q.name as answered_by
             from contest k
             join observation o on o.id = k.observation_id
             join revision r on r.observation_id = o.id and r.no = k.revision_no
             left join change rc on rc.no = r.change_no
             join change c on c.no = k.opened_change
             left join person p on p.id = c.actor
             left join change a on a.no = k.answered_change
             left join person q on q.id = a.actor
             where $1 or k.observation_id = $2
             order by k.opened_change desc, k.id",
            args![observation.is_none(), observation],
        )
        .await?;
    let all = records.into_iter().map(Contest::try_from);
    let seen = all.filter(|contest| !matches!(contest, Ok(one) if one.is_hidden(reach, today)));
    seen.collect()
}

/// A contest: itself, the place, and the embargo of the revision it is about with who brought it.
type Kept = (Uuid, String, String, Option<String>, Option<Uuid>);

/// Those of the contests opened or answered between two changes that somebody may know of.
pub(super) async fn seen_between(
    tx: &mut Tx,
    reach: &Reach,
    today: Date,
    (first, last): (i64, i64),
) -> Result<HashSet<Uuid>, DbError> {
    let all: Vec<Kept> = tx
        .all(
            "select k.id, o.measure, o.place, r.embargo_until, rc.actor
             from contest k
             join observation o on o.id = k.observation_id
             join revision r on r.observation_id = o.id and r.no = k.revision_no
             left join change rc on rc.no = r.change_no
             where k.opened_change between $1 and $2 or k.answered_change between $1 and $2",
            args![first, last],
        )
        .await?;
    let mut seen = HashSet::new();
    for (id, measure, place, embargo, author) in all {
        let embargo = (parsed_day(embargo.as_deref())?, author);
        if !is_kept(reach, today, (&measure, &place), embargo) {
            seen.insert(id);
        }
    }
    Ok(seen)
}
