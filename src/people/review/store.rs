//! Reviews of rights in the database.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{ConfirmGrant, Decision, Entry, NewReview, OpenReview, Progress, Review, ToConfirm};
use crate::access::grant::store::contract_name;
use crate::access::grant::{EndGrant, Grant, Remit};
use crate::access::{Act as _, Concern, Permit, Reach, Stage, answering};
use crate::args;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};

/// Why a review could not be opened, told in French.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is one already.
    #[error("La revue de cette année est déjà ouverte : elle est dans la liste.")]
    Exists,
    /// Its due day makes no sense.
    #[error("Choisissez une échéance à venir, dans l’année au plus.")]
    DueDay,
    /// The history or the database refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for ReviewError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

#[derive(Serialize)]
struct Recorded<'a> {
    year: i16,
    organisation: &'a str,
    due_on: Date,
}

/// Opens the review in the permit.
///
/// # Errors
/// Where it is open already, or its due day is past or further than a year.
pub async fn open(change: &mut Change, permit: Permit<OpenReview>) -> Result<Uuid, ReviewError> {
    let new: NewReview = permit.into_thing();
    let today = paris_date(change.at());
    let days = today.until(new.due_on).map_or(0, |span| span.get_days());
    if !(1..=366).contains(&days) {
        return Err(ReviewError::DueDay);
    }
    let known: Option<(Uuid,)> = change
        .tx()
        .optional(
            "select id from rights_review where year = $1 and organisation = $2",
            args![i64::from(new.year), &new.organisation],
        )
        .await?;
    if known.is_some() {
        return Err(ReviewError::Exists);
    }
    let label = format!("Revue des habilitations {}", new.year);
    let thing = NewThing {
        kind: "rights_review",
        parent: None,
        scope: Scope {
            organisation: new.organisation.clone(),
            framework: String::new(),
        },
        label: &label,
    };
    let recorded = Recorded {
        year: new.year,
        organisation: &new.organisation,
        due_on: new.due_on,
    };
    let id = change.create(thing, &recorded).await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into rights_review (id, year, organisation, due_on, opened_change, reminders)
             values ($1, $2, $3, $4, $5, 0)",
            args![
                id,
                i64::from(new.year),
                &new.organisation,
                new.due_on.to_string(),
                no
            ],
        )
        .await?;
    Ok(id)
}

/// Confirms the grant in the permit; said again, it stays confirmed by who did first.
pub async fn confirm(change: &mut Change, permit: Permit<ConfirmGrant>) -> Result<(), LedgerError> {
    let ToConfirm { review, grant } = permit.into_thing();
    let no = change.no();
    let written = change
        .tx()
        .run(
            "insert into rights_review_answer (review_id, grant_id, confirmed_change)
             values ($1, $2, $3) on conflict (review_id, grant_id) do nothing",
            args![review, grant, no],
        )
        .await?;
    if written > 0 {
        change
            .record(grant, "confirm", None::<&Uuid>, Some(&review))
            .await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ReviewRow {
    id: Uuid,
    year: i64,
    organisation: String,
    due_on: String,
    opened_change: i64,
    opened_at: i64,
    reminders: i64,
}

impl ReviewRow {
    fn read(self) -> Result<Review, DbError> {
        Ok(Review {
            id: self.id,
            year: i16::try_from(self.year)
                .map_err(|_| DbError::corrupt("year of a review", self.year))?,
            organisation: self.organisation,
            due_on: day(&self.due_on)?,
            opened: (self.opened_change, self.opened_at),
            reminders: self.reminders,
        })
    }
}

fn day(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|_| DbError::corrupt("day of a review", text))
}

/// Every review, the latest first.
pub(super) async fn all(tx: &mut Tx) -> Result<Vec<Review>, DbError> {
    let rows: Vec<ReviewRow> = tx
        .all(
            "select r.id, r.year, r.organisation, r.due_on, r.opened_change, c.at as opened_at,
                    r.reminders
             from rights_review r join change c on c.no = r.opened_change
             order by r.opened_change desc",
            vec![],
        )
        .await?;
    rows.into_iter().map(ReviewRow::read).collect()
}

/// The reviews that somebody takes part in, the latest first.
pub async fn reviews(tx: &mut Tx, reach: &Reach) -> Result<Vec<Review>, DbError> {
    if reach.gives_something().is_err() {
        return Ok(Vec::new());
    }
    let mut seen = Vec::new();
    for review in all(tx).await? {
        let concern = answering(tx, &review.organisation, "").await?;
        if review.organisation.is_empty() || reach.may_look(OpenReview::NAME, &concern) {
            seen.push(review);
        }
    }
    Ok(seen)
}

/// The reviews in which somebody still has something to decide, with how far each is.
pub async fn waiting(
    tx: &mut Tx,
    reach: &Reach,
    today: Date,
) -> Result<Vec<(Review, Progress)>, DbError> {
    let mut found = Vec::new();
    for review in reviews(tx, reach).await? {
        let mut entries = entries(tx, reach, &review, today).await?;
        // One's own is for somebody else to decide.
        entries.retain(|entry| Some(entry.person) != reach.actor().person());
        let progress = Progress::of(&entries);
        if progress.waiting > 0 {
            found.push((review, progress));
        }
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    person_id: Uuid,
    name: String,
    email: String,
    #[sqlx(flatten)]
    remit: Remit,
    contract_title: Option<String>,
    section_label: Option<String>,
    starts_on: String,
    ends_on: Option<String>,
    ended_change: Option<i64>,
    confirmed_change: Option<i64>,
}

impl EntryRow {
    fn read(self, today: Date) -> Result<Entry, DbError> {
        let ends_on = self.ends_on.as_deref().map(day).transpose()?;
        let over = self.ended_change.is_some() || ends_on.is_some_and(|end| end < today);
        Ok(Entry {
            decision: match (over, self.confirmed_change) {
                (true, _) => Decision::Over,
                (false, Some(_)) => Decision::Confirmed,
                (false, None) => Decision::Waiting,
            },
            person: self.person_id,
            name: self.name,
            email: self.email,
            starts_on: day(&self.starts_on)?,
            ends_on,
            grant: Grant {
                id: self.id,
                remit: self.remit,
                contract_name: contract_name(self.contract_title, self.section_label),
                behalf_of: None,
                about: BTreeSet::new(),
            },
        })
    }
}

/// The grants of a review, by name: those that held when it was opened, as far as somebody may end
/// them; what is held in another's place follows that one's.
pub async fn entries(
    tx: &mut Tx,
    reach: &Reach,
    review: &Review,
    today: Date,
) -> Result<Vec<Entry>, DbError> {
    let (opened, at) = review.opened;
    let rows: Vec<EntryRow> = tx
        .all(
            "select g.id, g.person_id, p.name, p.email, g.role, g.organisation, g.framework,
                    g.objective, g.contract_id, g.section_id, ct.title as contract_title,
                    s.label as section_label, g.starts_on, g.ends_on, g.ended_change,
                    a.confirmed_change
             from access_grant g
             join person p on p.id = g.person_id
             left join contract ct on ct.id = g.contract_id
             left join section s on s.id = g.section_id
             left join rights_review_answer a on a.grant_id = g.id and a.review_id = $1
             where g.given_change <= $2 and g.behalf_of is null and g.starts_on <= $3
               and (g.ended_change is null or g.ended_change > $2)
               and (g.ends_on is null or g.ends_on >= $3)
             order by p.name, p.email, g.given_change, g.id",
            args![review.id, opened, paris_date(at).to_string()],
        )
        .await?;
    let mut found = Vec::new();
    let mut answerings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let entry = row.read(today)?;
        let code = &entry.grant.remit.organisation;
        let organisations = if let Some(known) = answerings.get(code) {
            known.clone()
        } else {
            let found = answering(tx, code, "").await?.organisations;
            answerings.insert(code.clone(), found.clone());
            found
        };
        let is_of = review.organisation.is_empty() || organisations.contains(&review.organisation);
        let concern = entry.concern(Concern {
            organisations,
            ..Concern::of("", &entry.grant.remit.framework).at(Stage::Settled)
        });
        if is_of && reach.may_look(EndGrant::NAME, &concern) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// One grant of a review that waits for a decision.
pub(super) async fn entry(tx: &mut Tx, asked: ToConfirm) -> Result<Option<Entry>, DbError> {
    let row: Option<EntryRow> = tx
        .optional(
            "select g.id, g.person_id, p.name, p.email, g.role, g.organisation, g.framework,
                    g.objective, g.contract_id, g.section_id, ct.title as contract_title,
                    s.label as section_label, g.starts_on, g.ends_on, g.ended_change,
                    a.confirmed_change
             from rights_review r
             join access_grant g on g.given_change <= r.opened_change
             join person p on p.id = g.person_id
             left join contract ct on ct.id = g.contract_id
             left join section s on s.id = g.section_id
             left join rights_review_answer a on a.grant_id = g.id and a.review_id = r.id
             where r.id = $1 and g.id = $2 and g.behalf_of is null and g.ended_change is null",
            args![asked.review, asked.grant],
        )
        .await?;
    // Whether its last day is past does not matter here.
    row.map(|row| row.read(Date::MIN)).transpose()
}

/// Notes how many reminders of a review were written; false where another process did.
pub(super) async fn reminded(tx: &mut Tx, review: &Review, now: i64) -> Result<bool, DbError> {
    let noted = tx
        .run(
            "update rights_review set reminders = $2 where id = $1 and reminders = $3",
            args![review.id, now, review.reminders],
        )
        .await?;
    Ok(noted > 0)
}

/// The people who hold one of these roles on that day.
pub(super) async fn holders(
    tx: &mut Tx,
    roles: &[&str],
    today: Date,
) -> Result<Vec<(Uuid, String, String)>, DbError> {
    let mut people = BTreeMap::new();
    for role in roles {
        let rows: Vec<(Uuid, String, String)> = tx
            .all(
                "select p.id, p.name, p.email
                 from access_grant g join person p on p.id = g.person_id
                 where g.role = $1 and g.ended_change is null and g.starts_on <= $2
                   and (g.ends_on is null or g.ends_on >= $2)",
                args![*role, today.to_string()],
            )
            .await?;
        people.extend(rows.into_iter().map(|row| (row.0, row)));
    }
    Ok(people.into_values().collect())
}
