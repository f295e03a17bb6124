//! Who was ever made referent, read from the grants.

use jiff::civil::Date;
use uuid::Uuid;

use super::{Holding, posts};
use crate::access::Reach;
use crate::access::role::{Roles, Side};
use crate::args;
use crate::frameworks::Catalogue;
use crate::organisations::Directory;
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    person_id: Uuid,
    name: String,
    email: String,
    role: String,
    organisation: String,
    objective: String,
    starts_on: String,
    ends_on: Option<String>,
    /// When it was ended before its last day, in microseconds.
    ended_at: Option<i64>,
}

/// Everybody who was ever given an objective of a framework, the past ones and those to come
/// included; nobody where the person may not know.
pub(super) async fn holdings(
    tx: &mut Tx,
    reach: &Reach,
    framework: &str,
) -> Result<Vec<Holding>, DbError> {
    if !reach.sees_referents() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = tx
        .all(
            "select g.person_id, p.name, p.email, g.role, g.organisation, g.objective, g.starts_on,
                    g.ends_on, e.at as ended_at
             from access_grant g
             join person p on p.id = g.person_id
             left join change e on e.no = g.ended_change
             where g.contract_id is null and g.framework in ('', $1)
             order by p.name, g.given_change, g.id",
            args![framework],
        )
        .await?;
    let held = rows.into_iter().filter_map(|row| holding(row).transpose());
    held.collect()
}

/// The objectives that nobody would answer for first from the day after that one, were it not for
/// somebody: the framework, for whom, the objective.
pub async fn orphaned(
    tx: &mut Tx,
    reach: &Reach,
    (catalogue, directory): (&Catalogue, &Directory),
    person: Uuid,
    last: Date,
) -> Result<Vec<[String; 3]>, DbError> {
    let day = last.tomorrow().unwrap_or(last);
    let mut found = Vec::new();
    for edited in catalogue.frameworks() {
        let framework = &edited.framework;
        if framework.follows_establishments() || framework.ends < day.year() {
            continue;
        }
        let with = holdings(tx, reach, &framework.code).await?;
        let mut without = with.clone();
        without.retain(|holding| holding.person != person);
        let with = posts(framework, directory, &with, day);
        let without = posts(framework, directory, &without, day);
        for (with, without) in with.iter().zip(&without) {
            if with.missing_since.is_none() && without.missing_since.is_some() {
                found.push([
                    framework.title.clone(),
                    with.place.label().to_owned(),
                    with.objective.title(),
                ]);
            }
        }
    }
    Ok(found)
}

/// What a grant holds; `None` where its role is not a referent's.
fn holding(row: Row) -> Result<Option<Holding>, DbError> {
    let Some(role) = Roles::known().role(&row.role) else {
        return Ok(None);
    };
    let Some(referent) = role.referent else {
        return Ok(None);
    };
    let day = |text: &str| {
        text.parse::<Date>()
            .map_err(|e| DbError::corrupt("a day", e))
    };
    let last = row.ends_on.as_deref().map(day).transpose()?;
    // The day a grant is ended, it is held no more.
    let ended = row.ended_at.map(paris_date);
    let ended = ended.and_then(|ended| ended.yesterday().ok());
    Ok(Some(Holding {
        person: row.person_id,
        name: row.name,
        email: row.email,
        organisation: row.organisation,
        national: role.side == Side::State,
        referent,
        objective: row.objective,
        from: day(&row.starts_on)?,
        until: last.into_iter().chain(ended).min(),
    }))
}
