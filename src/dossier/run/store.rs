//! Runs in the database.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Asked, Item, Run};
use crate::access::Reach;
use crate::args;
use crate::contracts::store::known;
use crate::ledger::Actor;
use crate::platform::db::{DbError, Tx};

/// Keeps a run whose work begins, beside the history; false where one has that identifier already.
pub(super) async fn insert(tx: &mut Tx, run: &Run) -> Result<bool, DbError> {
    let inserted = tx
        .run(
            "insert into print_run (id, framework, year, day, person_id, created_at, claimed_until)
             values ($1, $2, $3, $4, $5, $6, 0)
             on conflict (id) do nothing",
            args![
                run.id,
                &run.asked.framework,
                i64::from(run.asked.year),
                run.asked.day.map(|day| day.to_string()),
                run.person,
                run.created_at
            ],
        )
        .await?;
    if inserted == 0 {
        return Ok(false);
    }
    let rows = run.items.iter().map(|item| {
        args![
            run.id,
            item.rank,
            &item.contract,
            &item.section,
            &item.label
        ]
    });
    tx.insert_rows(
        "insert into print_run_item (run_id, rank, contract_slug, section_key, label) values",
        rows.collect(),
    )
    .await?;
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct RunRow {
    id: Uuid,
    framework: String,
    year: i64,
    day: Option<String>,
    person_id: Uuid,
    who: Option<String>,
    created_at: i64,
    done_at: Option<i64>,
}

#[derive(Clone, sqlx::FromRow)]
struct ItemRow {
    run_id: Uuid,
    rank: i64,
    contract_slug: String,
    section_key: String,
    label: String,
    dossier_id: Option<Uuid>,
    failure: Option<String>,
}

impl RunRow {
    fn with(self, items: Vec<Item>) -> Result<Run, DbError> {
        let day = self.day.map(|day| day.parse()).transpose();
        Ok(Run {
            id: self.id,
            asked: Asked {
                framework: self.framework,
                year: i16::try_from(self.year).map_err(|e| DbError::corrupt("year", e))?,
                day: day.map_err(|e| DbError::corrupt("day", e))?,
            },
            person: self.person_id,
            who: self.who,
            created_at: self.created_at,
            done_at: self.done_at,
            items,
        })
    }
}

/// One run, for who asked for it and for the work itself: what it names, others may not know of.
/// Whoever asked for it may not either, once what they saw then is theirs to see no longer.
pub async fn run(tx: &mut Tx, reach: &Reach, id: Uuid) -> Result<Option<Run>, DbError> {
    let found: Option<RunRow> = tx
        .optional(
            "select r.id, r.framework, r.year, r.day, r.person_id, p.name as who, r.created_at,
                    r.done_at
             from print_run r left join person p on p.id = r.person_id
             where r.id = $1",
            args![id],
        )
        .await?;
    let may_see = |row: &RunRow| match reach.actor() {
        Actor::Installation => true,
        other => other.person() == Some(row.person_id),
    };
    let Some(found) = found.filter(may_see) else {
        return Ok(None);
    };
    let items: Vec<ItemRow> = tx
        .all(
            "select run_id, rank, contract_slug, section_key, label, dossier_id, failure
             from print_run_item where run_id = $1 order by rank",
            args![id],
        )
        .await?;
    let seen = Seen::by(tx, reach).await?;
    let run = found.with(items.into_iter().map(item).collect())?;
    Ok(seen.of(run))
}

/// What of runs somebody may know of today.
struct Seen(Option<BTreeSet<String>>);

impl Seen {
    async fn by(tx: &mut Tx, reach: &Reach) -> Result<Self, DbError> {
        Ok(match reach.actor() {
            Actor::Installation => Self(None),
            _ => Self(Some(known(tx, reach).await?)),
        })
    }

    /// What is left of a run; nothing where it names no contract that they may know of.
    fn of(&self, mut run: Run) -> Option<Run> {
        if let Self(Some(known)) = self {
            run.items.retain(|item| known.contains(&item.contract));
        }
        (!run.items.is_empty()).then_some(run)
    }
}

/// The last runs that somebody asked for, the latest first.
pub async fn runs(tx: &mut Tx, reach: &Reach, most: i64) -> Result<Vec<Run>, DbError> {
    let person = reach.actor().person();
    let found: Vec<RunRow> = tx
        .all(
            "select r.id, r.framework, r.year, r.day, r.person_id, p.name as who, r.created_at,
                    r.done_at
             from print_run r left join person p on p.id = r.person_id
             where r.person_id = $1
             order by r.created_at desc, r.id desc limit $2",
            args![person, most],
        )
        .await?;
    let items: Vec<ItemRow> = tx
        .all(
            "select i.run_id, i.rank, i.contract_slug, i.section_key, i.label, i.dossier_id,
                    i.failure
             from print_run_item i
             where i.run_id in (select id from print_run where person_id = $1
                                order by created_at desc, id desc limit $2)
             order by i.run_id, i.rank",
            args![person, most],
        )
        .await?;
    let seen = Seen::by(tx, reach).await?;
    let with = |row: RunRow| {
        let own = items.iter().filter(|item| item.run_id == row.id);
        let own = own.cloned();
        let own = own.map(item).collect();
        let run = row.with(own)?;
        Ok(seen.of(run))
    };
    let runs = found.into_iter().map(with).filter_map(Result::transpose);
    runs.collect()
}

fn item(row: ItemRow) -> Item {
    Item {
        rank: row.rank,
        contract: row.contract_slug,
        section: row.section_key,
        label: row.label,
        dossier: row.dossier_id,
        failure: row.failure,
    }
}

/// The runs that nobody works on, the earliest first.
pub(super) async fn left(tx: &mut Tx, now: i64) -> Result<Vec<Uuid>, DbError> {
    let found: Vec<(Uuid,)> = tx
        .all(
            "select id from print_run where done_at is null and claimed_until < $1
             order by created_at, id",
            args![now],
        )
        .await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Claims a run that nobody works on; tells whether it was free.
pub(super) async fn claim(tx: &mut Tx, id: Uuid, now: i64, until: i64) -> Result<bool, DbError> {
    let claimed = tx
        .run(
            "update print_run set claimed_until = $3
             where id = $1 and done_at is null and claimed_until < $2",
            args![id, now, until],
        )
        .await?;
    Ok(claimed == 1)
}

/// Notes what became of an item, and that the work goes on until then.
pub(super) async fn settle(
    tx: &mut Tx,
    id: Uuid,
    rank: i64,
    outcome: Result<Uuid, String>,
    until: i64,
) -> Result<(), DbError> {
    let (dossier, failure) = match outcome {
        Ok(dossier) => (Some(dossier), None),
        Err(failure) => (None, Some(failure)),
    };
    tx.run(
        "update print_run_item set dossier_id = $3, failure = $4 where run_id = $1 and rank = $2",
        args![id, rank, dossier, failure],
    )
    .await?;
    tx.run(
        "update print_run set claimed_until = $2 where id = $1",
        args![id, until],
    )
    .await?;
    Ok(())
}

/// Notes that a run ended.
pub(super) async fn finish(tx: &mut Tx, id: Uuid, now: i64) -> Result<(), DbError> {
    tx.run(
        "update print_run set done_at = $2 where id = $1 and done_at is null",
        args![id, now],
    )
    .await?;
    Ok(())
}
