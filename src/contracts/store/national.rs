//! National targets: what the whole country aims at, beside what each contract agrees.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ContractError;
use crate::access::Permit;
use crate::args;
use crate::contracts::{SetNationalTarget, Target, TargetsOf};
use crate::ledger::{Change, NewThing, Scope};
use crate::platform::db::{DbError, Tx};

/// A national target for a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NationalTarget {
    /// Key of the indicator.
    pub indicator: String,
    /// Code of the measure.
    pub measure: String,
    /// The year.
    pub year: i16,
    /// Where the country must be.
    pub target: Target,
}

#[derive(sqlx::FromRow)]
struct NationalRow {
    thing_id: Uuid,
    indicator: String,
    measure: String,
    period: String,
    no: i64,
    body: String,
}

impl NationalRow {
    fn target(&self) -> Result<Target, DbError> {
        serde_json::from_str(&self.body).map_err(|e| DbError::corrupt("national target", e))
    }
}

/// Sets a national target of the indicator in the permit; the earlier one stays readable.
///
/// # Errors
/// [`ContractError::NotFound`] for a target of another indicator.
pub async fn set_national_target(
    change: &mut Change,
    permit: Permit<SetNationalTarget>,
    new: NationalTarget,
) -> Result<(), ContractError> {
    let TargetsOf {
        framework,
        indicator,
        ..
    } = permit.into_thing();
    if new.indicator != indicator {
        return Err(ContractError::NotFound);
    }
    let period = new.year.to_string();
    let last = last_set(change.tx(), &framework, &new).await?;
    let was = last.as_ref().map(NationalRow::target).transpose()?;
    if was.as_ref() == Some(&new.target) {
        return Ok(());
    }
    let body = serde_json::to_string(&new.target);
    let body = body.map_err(|_| ContractError::Misfit("national target"))?;
    let (thing, no) = if let Some(last) = &last {
        change
            .record(last.thing_id, "set", was.as_ref(), Some(&new.target))
            .await?;
        (last.thing_id, last.no + 1)
    } else {
        let label = format!("{framework}, {} {period}", new.indicator);
        let thing = NewThing {
            kind: "national_target",
            parent: None,
            scope: Scope {
                organisation: String::new(),
                framework: framework.clone(),
            },
            label: &label,
        };
        (change.create(thing, &new).await?, 1)
    };
    let change_no = change.no();
    change
        .tx()
        .run(
            "insert into national_target (thing_id, framework, indicator, measure, period, no,
                                          body, change_no)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                thing,
                framework,
                new.indicator,
                new.measure,
                period,
                no,
                body,
                change_no
            ],
        )
        .await?;
    Ok(())
}

/// What was set last for the same indicator, measure and year.
async fn last_set(
    tx: &mut Tx,
    framework: &str,
    new: &NationalTarget,
) -> Result<Option<NationalRow>, DbError> {
    tx.optional(
        "select thing_id, indicator, measure, period, no, body from national_target
         where framework = $1 and indicator = $2 and measure = $3 and period = $4
         order by no desc limit 1",
        args![
            framework,
            &new.indicator,
            &new.measure,
            new.year.to_string()
        ],
    )
    .await
}

/// How many national targets of an indicator by one of its measures were set after the change
/// `after`.
pub async fn national_targets_since(
    tx: &mut Tx,
    framework: &str,
    (indicator, measure): (&str, &str),
    after: i64,
) -> Result<usize, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from national_target
             where framework = $1 and indicator = $2 and measure = $3 and change_no > $4",
            args![framework, indicator, measure, after],
        )
        .await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The national targets of a framework after the change `as_of`, by indicator, measure and year.
pub async fn national_targets(
    tx: &mut Tx,
    framework: &str,
    as_of: i64,
) -> Result<Vec<NationalTarget>, DbError> {
    let rows: Vec<NationalRow> = tx
        .all(
            "select n.thing_id, n.indicator, n.measure, n.period, n.no, n.body
             from national_target n
             where n.framework = $1 and n.change_no <= $2
               and n.no = (select max(l.no) from national_target l
                           where l.framework = n.framework and l.indicator = n.indicator
                             and l.measure = n.measure and l.period = n.period
                             and l.change_no <= $2)
             order by n.indicator collate \"C\", n.measure collate \"C\", n.period collate \"C\"",
            args![framework, as_of],
        )
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(NationalTarget {
            target: row.target()?,
            year: row
                .period
                .parse()
                .map_err(|error| DbError::corrupt("year", error))?,
            indicator: row.indicator,
            measure: row.measure,
        });
    }
    Ok(found)
}
