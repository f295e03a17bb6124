//! The targets of one indicator across contracts.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::access::{Opening, Reach};
use crate::args;
use crate::contracts::{SectionTarget, TermBody};
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct TargetRow {
    section_id: Uuid,
    slug: String,
    title: String,
    organisation_code: String,
    fictional: bool,
    label: String,
    facet: String,
    period: String,
    body: Option<String>,
}

/// The targets in force, after the change `as_of`, for one indicator in every contract of a
/// framework, by contract, section, measure and year. One query, whatever the number of contracts.
pub async fn targets_across(
    tx: &mut Tx,
    reach: &Reach,
    framework: &str,
    indicator: &str,
    as_of: i64,
) -> Result<Vec<SectionTarget>, DbError> {
    let rows: Vec<TargetRow> = tx
        .all(
            "select s.id as section_id, c.slug, c.title, c.organisation_code,
                    c.fictional, s.label, t.facet, t.period,
                    t.body
             from term t
             join instrument i on i.id = t.instrument_id
             join contract c on c.id = i.contract_id
             join section s on s.id = t.section_id
             where c.framework = $1 and t.kind = 'target' and t.subject = $2
               and i.signed_change <= $3
             order by i.signed_change",
            args![framework, indicator, as_of],
        )
        .await?;
    // The last instrument to be signed holds; one without a body takes the target away.
    let mut held: BTreeMap<(String, Uuid, String, String), TargetRow> = BTreeMap::new();
    let seen = rows
        .into_iter()
        .filter(|row| reach.sees_of(Opening::Signed, framework, [row.organisation_code.as_str()]));
    for row in seen {
        let key = (
            row.slug.clone(),
            row.section_id,
            row.facet.clone(),
            row.period.clone(),
        );
        if row.body.is_some() {
            held.insert(key, row);
        } else {
            held.remove(&key);
        }
    }
    held.into_values().map(section_target).collect()
}

/// How many of the acts signed after the change `after` say something of the target of an indicator
/// by one of its measures, in every contract of a framework that somebody may see.
pub async fn acts_on_targets_since(
    tx: &mut Tx,
    reach: &Reach,
    framework: &str,
    (indicator, measure): (&str, &str),
    after: i64,
) -> Result<usize, DbError> {
    let acts: Vec<(Uuid, String)> = tx
        .all(
            "select distinct i.id, c.organisation_code
             from term t
             join instrument i on i.id = t.instrument_id
             join contract c on c.id = i.contract_id
             where c.framework = $1 and t.kind = 'target' and t.subject = $2 and t.facet = $3
               and i.signed_change > $4",
            args![framework, indicator, measure, after],
        )
        .await?;
    let seen = acts.iter().filter(|(_, organisation)| {
        reach.sees_of(Opening::Signed, framework, [organisation.as_str()])
    });
    Ok(seen.count())
}

/// The contract that covers a place under a framework, and its section there; the latest begun
/// where there are several.
pub async fn section_of_place(
    tx: &mut Tx,
    _reach: &Reach,
    framework: &str,
    place: &str,
) -> Result<Option<(String, Uuid)>, DbError> {
    let rows: Vec<(String, Uuid)> = tx
        .all(
            "select c.slug, s.id from section s join contract c on c.id = s.contract_id
             where c.framework = $1 and s.place_code = $2
             order by c.starts desc, c.slug collate \"C\"",
            args![framework, place],
        )
        .await?;
    Ok(rows.into_iter().next())
}

fn section_target(row: TargetRow) -> Result<SectionTarget, DbError> {
    let body = row.body.unwrap_or_default();
    let body: TermBody =
        serde_json::from_str(&body).map_err(|cause| DbError::corrupt("target", cause))?;
    let TermBody::Target(target) = body else {
        return Err(DbError::corrupt("target", "another term stands there"));
    };
    Ok(SectionTarget {
        slug: row.slug,
        title: row.title,
        fictional: row.fictional,
        section: row.label,
        measure: row.facet,
        year: row
            .period
            .parse()
            .map_err(|cause| DbError::corrupt("year", cause))?,
        target,
    })
}
