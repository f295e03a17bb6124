//! Grants in the database.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Delegate, EndGrant, GiveGrant, Grant, LONGEST_DELEGATION, LONGEST_REASON, NewGrant, Objection,
};
use crate::access::permit::Permit;
use crate::access::policy::Concern;
use crate::access::reach::{Audience, Opening, Openings};
use crate::access::role::{NATIONAL_ADMINISTRATOR, Roles};
use crate::access::store::{Person, renew_sessions};
use crate::args;
use crate::ledger::{Actor, Change, LedgerError, NewThing, Scope};
use crate::platform::clock::{Clock, paris_date};
use crate::platform::db::{Db, DbError, Tx};

/// Why a grant could not be given, delegated or ended, told in French.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// What was typed makes no sense.
    #[error("{}", .0.iter().map(|o| o.sentence.as_str()).collect::<Vec<_>>().join("\n"))]
    Objections(Vec<Objection>),
    /// It has ended already.
    #[error("Cette habilitation a déjà pris fin.")]
    Ended,
    /// Nobody would be left to manage rights.
    #[error(
        "C’est la dernière habilitation d’administrateur national sans date de fin : donnez-la d’abord à quelqu’un d’autre."
    )]
    LastAdministrator,
    /// The history or the database refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for GrantError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

fn objection(field: &'static str, sentence: &str) -> GrantError {
    GrantError::Objections(vec![Objection {
        field,
        sentence: sentence.to_owned(),
    }])
}

/// A grant as it is kept, whether or not it holds.
#[derive(Clone, Debug)]
pub struct Held {
    /// The grant.
    pub grant: Grant,
    /// Who holds it.
    pub person: Uuid,
    /// The grant that it stands for.
    pub behalf_of: Option<Uuid>,
    /// First day.
    pub starts_on: Date,
    /// Last day; `None` where none is set.
    pub ends_on: Option<Date>,
    /// Why it was given.
    pub why: String,
    /// When it was given, in microseconds UTC, and by whom; nobody where the installation did.
    pub given: (i64, Option<String>),
    /// When it was ended, in microseconds UTC, by whom and why.
    pub ended: Option<(i64, Option<String>, Option<String>)>,
}

impl Held {
    /// Whether it holds on that day; of one that stands for another, as far as it goes itself.
    pub fn holds_on(&self, day: Date) -> bool {
        self.ended.is_none() && self.starts_on <= day && self.ends_on.is_none_or(|end| day <= end)
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    id: Uuid,
    role: String,
    organisation: String,
    framework: String,
    objective: String,
    contract_id: Option<Uuid>,
    behalf_name: Option<String>,
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            role: row.role,
            organisation: row.organisation,
            framework: row.framework,
            objective: row.objective,
            contract: row.contract_id,
            behalf_of: row.behalf_name,
        }
    }
}

/// The grants that a person holds on that day, the oldest first; one held in somebody's place as
/// long as that somebody holds theirs.
pub async fn holding(tx: &mut Tx, person: Uuid, day: Date) -> Result<Vec<Grant>, DbError> {
    let rows: Vec<GrantRow> = tx
        .all(
            "select g.id, g.role, g.organisation, g.framework, g.objective, g.contract_id,
                    p.name as behalf_name
             from access_grant g
             left join access_grant o on o.id = g.behalf_of
             left join person p on p.id = o.person_id
             where g.person_id = $1 and g.ended_change is null and g.starts_on <= $2
               and (g.ends_on is null or g.ends_on >= $2)
               and (g.behalf_of is null
                    or (o.ended_change is null and o.starts_on <= $2
                        and (o.ends_on is null or o.ends_on >= $2)))
             order by g.given_change, g.id",
            args![person, day.to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(Grant::from).collect())
}

/// To whom frameworks open what stands under them.
pub(in crate::access) async fn openings(tx: &mut Tx) -> Result<Openings, DbError> {
    let rows: Vec<(String, String, String)> = tx
        .all(
            "select framework, what, audience from framework_opening",
            vec![],
        )
        .await?;
    let read = |(framework, what, audience): (String, String, String)| {
        let opened = Opening::from_code(&what);
        let opened = opened.ok_or_else(|| DbError::corrupt("opening of a framework", what))?;
        let to = Audience::from_code(&audience);
        let to = to.ok_or_else(|| DbError::corrupt("audience of a framework", audience))?;
        Ok(((framework, opened), to))
    };
    rows.into_iter().map(read).collect()
}

/// The establishments of the regions whose agencies a person holds grants for on that day, each
/// with its agency.
pub(in crate::access) async fn establishments(
    tx: &mut Tx,
    person: Uuid,
    day: Date,
) -> Result<Vec<(String, String)>, DbError> {
    tx.all(
        "select distinct a.code as agency, e.code as establishment
         from access_grant g
         join organisation a on a.code = g.organisation and a.kind = 'ars'
         join place p on p.within_code = a.place_code
         join organisation e on e.place_code = p.code
         where g.person_id = $1 and g.ended_change is null and g.starts_on <= $2
           and (g.ends_on is null or g.ends_on >= $2)",
        args![person, day.to_string()],
    )
    .await
}

/// The name of a person.
pub async fn named(tx: &mut Tx, person: Uuid) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .optional("select name from person where id = $1", args![person])
        .await?;
    Ok(row.map(|(name,)| name))
}

/// Who answers for what is an organisation's: itself, what it belongs to, and the agency of the
/// region an establishment lies in.
pub async fn answering(
    tx: &mut Tx,
    organisation: &str,
    framework: &str,
) -> Result<Concern, DbError> {
    let mut concern = Concern::of(organisation, framework);
    let above: Vec<(String,)> = tx
        .all(
            "select o.parent_code from organisation o
             where o.code = $1 and o.parent_code is not null
             union
             select a.code from organisation o
             join place p on p.code = o.place_code
             join organisation a on a.place_code = p.within_code and a.kind = 'ars'
             where o.code = $1",
            args![organisation],
        )
        .await?;
    let above = above.into_iter().map(|(code,)| code);
    concern.organisations.extend(above);
    Ok(concern)
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    id: Uuid,
    person_id: Uuid,
    role: String,
    organisation: String,
    framework: String,
    objective: String,
    contract_id: Option<Uuid>,
    behalf_of: Option<Uuid>,
    behalf_name: Option<String>,
    starts_on: String,
    ends_on: Option<String>,
    why: String,
    given_at: i64,
    given_by: Option<String>,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    ended_why: Option<String>,
}

impl HeldRow {
    fn read(self) -> Result<Held, DbError> {
        Ok(Held {
            person: self.person_id,
            behalf_of: self.behalf_of,
            starts_on: day(&self.starts_on)?,
            ends_on: self.ends_on.as_deref().map(day).transpose()?,
            why: self.why,
            given: (self.given_at, self.given_by),
            ended: self.ended_at.map(|at| (at, self.ended_by, self.ended_why)),
            grant: Grant {
                id: self.id,
                role: self.role,
                organisation: self.organisation,
                framework: self.framework,
                objective: self.objective,
                contract: self.contract_id,
                behalf_of: self.behalf_name,
            },
        })
    }
}

fn day(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|_| DbError::corrupt("day of a grant", text))
}

/// Every grant that a person holds, held or will hold, the latest first. Inside a change, those
/// that it gave itself are not there yet.
pub async fn grants_of(tx: &mut Tx, person: Uuid) -> Result<Vec<Held>, DbError> {
    let rows: Vec<HeldRow> = tx
        .all(
            "select g.id, g.person_id, g.role, g.organisation, g.framework, g.objective,
                    g.contract_id, g.behalf_of, bp.name as behalf_name, g.starts_on, g.ends_on,
                    g.why, gc.at as given_at, gp.name as given_by, ec.at as ended_at,
                    ep.name as ended_by, ec.why as ended_why
             from access_grant g
             join change gc on gc.no = g.given_change
             left join person gp on gp.id = gc.actor
             left join change ec on ec.no = g.ended_change
             left join person ep on ep.id = ec.actor
             left join access_grant b on b.id = g.behalf_of
             left join person bp on bp.id = b.person_id
             where g.person_id = $1
             order by g.given_change desc, g.id desc",
            args![person],
        )
        .await?;
    rows.into_iter().map(HeldRow::read).collect()
}

/// The grant of that identifier.
pub async fn held(tx: &mut Tx, grant: Uuid) -> Result<Option<Held>, DbError> {
    let row: Option<HeldRow> = tx
        .optional(
            "select g.id, g.person_id, g.role, g.organisation, g.framework, g.objective,
                    g.contract_id, g.behalf_of, bp.name as behalf_name, g.starts_on, g.ends_on,
                    g.why, gc.at as given_at, gp.name as given_by, ec.at as ended_at,
                    ep.name as ended_by, ec.why as ended_why
             from access_grant g
             join change gc on gc.no = g.given_change
             left join person gp on gp.id = gc.actor
             left join change ec on ec.no = g.ended_change
             left join person ep on ep.id = ec.actor
             left join access_grant b on b.id = g.behalf_of
             left join person bp on bp.id = b.person_id
             where g.id = $1",
            args![grant],
        )
        .await?;
    row.map(HeldRow::read).transpose()
}

/// A grant as the history keeps it; the reason stands beside it, so that it can be erased.
#[derive(Serialize)]
struct Recorded<'a> {
    person: Uuid,
    role: &'a str,
    organisation: &'a str,
    framework: &'a str,
    objective: &'a str,
    contract: Option<Uuid>,
    behalf_of: Option<Uuid>,
    starts_on: Date,
    ends_on: Option<Date>,
    ended: bool,
}

impl<'a> Recorded<'a> {
    fn new(new: &'a NewGrant, behalf_of: Option<Uuid>) -> Self {
        Self {
            person: new.person,
            role: &new.role,
            organisation: &new.organisation,
            framework: &new.framework,
            objective: &new.objective,
            contract: new.contract,
            behalf_of,
            starts_on: new.starts_on,
            ends_on: new.ends_on,
            ended: false,
        }
    }

    fn of(held: &'a Held, ended: bool) -> Self {
        Self {
            person: held.person,
            role: &held.grant.role,
            organisation: &held.grant.organisation,
            framework: &held.grant.framework,
            objective: &held.grant.objective,
            contract: held.grant.contract,
            behalf_of: held.behalf_of,
            starts_on: held.starts_on,
            ends_on: held.ends_on,
            ended,
        }
    }
}

/// Gives the grant in the permit.
///
/// # Errors
/// [`GrantError::Objections`] with everything that makes no sense in it.
pub async fn give(change: &mut Change, permit: Permit<GiveGrant>) -> Result<Uuid, GrantError> {
    let new = permit.into_thing();
    let mut objections = new.objections(Roles::known());
    objections.extend(unknown_names(change.tx(), &new).await?);
    if !objections.is_empty() {
        return Err(GrantError::Objections(objections));
    }
    Ok(insert(change, &new, None).await?)
}

/// What is named in a grant and does not exist.
async fn unknown_names(tx: &mut Tx, new: &NewGrant) -> Result<Vec<Objection>, DbError> {
    let mut found = Vec::new();
    let mut object = |field, sentence: &str| {
        found.push(Objection {
            field,
            sentence: sentence.to_owned(),
        });
    };
    if !new.organisation.is_empty() {
        let known: Option<(String,)> = tx
            .optional(
                "select code from organisation where code = $1",
                args![&new.organisation],
            )
            .await?;
        if known.is_none() {
            object(
                "organisation",
                "Aucune organisation n’a ce code : choisissez-la dans la liste.",
            );
        }
    }
    if !new.framework.is_empty() {
        let known: Option<(String,)> = tx
            .optional(
                "select code from framework where code = $1",
                args![&new.framework],
            )
            .await?;
        if known.is_none() {
            object(
                "cadre",
                "Aucun cadre n’a ce code : choisissez-le dans la liste.",
            );
        }
    }
    Ok(found)
}

async fn insert(
    change: &mut Change,
    new: &NewGrant,
    behalf_of: Option<Uuid>,
) -> Result<Uuid, LedgerError> {
    let thing = NewThing {
        kind: "grant",
        parent: Some(new.person),
        scope: Scope {
            organisation: new.organisation.clone(),
            framework: new.framework.clone(),
        },
        label: Roles::known().name(&new.role),
    };
    let id = change.create(thing, &Recorded::new(new, behalf_of)).await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into access_grant (id, person_id, role, organisation, framework, objective,
                                       contract_id, behalf_of, starts_on, ends_on, why,
                                       given_change)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args![
                id,
                new.person,
                &new.role,
                &new.organisation,
                &new.framework,
                &new.objective,
                new.contract,
                behalf_of,
                new.starts_on.to_string(),
                new.ends_on.map(|day| day.to_string()),
                new.why.trim(),
                no
            ],
        )
        .await?;
    renew_sessions(change.tx(), new.person).await?;
    Ok(id)
}

/// Has somebody stand in for the holder of the grant in the permit, until a day.
///
/// # Errors
/// [`GrantError::Objections`] where the days or the person make no sense.
pub async fn delegate(change: &mut Change, permit: Permit<Delegate>) -> Result<Uuid, GrantError> {
    let new = permit.into_thing();
    let today = paris_date(change.at());
    let held = held(change.tx(), new.grant).await?;
    let held = held
        .filter(|held| held.holds_on(today))
        .ok_or(GrantError::Ended)?;
    if new.person == held.person || named(change.tx(), new.person).await?.is_none() {
        return Err(objection(
            "personne",
            "Choisissez une autre personne, qui a un compte.",
        ));
    }
    let days = new
        .starts_on
        .until(new.ends_on)
        .map_or(0, |span| span.get_days());
    if new.ends_on < new.starts_on || new.ends_on < today || days > LONGEST_DELEGATION {
        return Err(objection(
            "fin",
            "Une délégation finit un jour à venir, après son début et moins d’un an plus tard.",
        ));
    }
    let why = new.why.trim().chars().count();
    if why == 0 || why > LONGEST_REASON {
        return Err(objection(
            "motif",
            "Dites pourquoi, en 500 caractères au plus : le journal le garde.",
        ));
    }
    let standing_in = NewGrant {
        person: new.person,
        role: held.grant.role.clone(),
        organisation: held.grant.organisation.clone(),
        framework: held.grant.framework.clone(),
        objective: held.grant.objective.clone(),
        contract: held.grant.contract,
        starts_on: new.starts_on,
        ends_on: Some(new.ends_on),
        why: new.why,
    };
    Ok(insert(change, &standing_in, Some(held.grant.id)).await?)
}

/// Ends the grant in the permit at once; the change says why.
///
/// # Errors
/// [`GrantError::LastAdministrator`] where nobody would be left who manages rights for good. Those
/// who write wait for their turn, so that two administrators who end each other's grants at once
/// cannot both be heard.
pub async fn end(change: &mut Change, permit: Permit<EndGrant>) -> Result<(), GrantError> {
    let grant = permit.into_thing();
    let held = held(change.tx(), grant).await?;
    let held = held
        .filter(|held| held.ended.is_none())
        .ok_or(GrantError::Ended)?;
    let keeps_rights = held.grant.role == NATIONAL_ADMINISTRATOR && held.ends_on.is_none();
    if keeps_rights && lasting_administrators(change, grant).await? == 0 {
        return Err(GrantError::LastAdministrator);
    }
    let (before, after) = (Recorded::of(&held, false), Recorded::of(&held, true));
    change
        .record(grant, "end", Some(&before), Some(&after))
        .await?;
    let no = change.no();
    change
        .tx()
        .run(
            "update access_grant set ended_change = $2 where id = $1",
            args![grant, no],
        )
        .await?;
    renew_sessions(change.tx(), held.person).await?;
    Ok(())
}

/// The people who administer the whole installation on that day.
pub async fn administrators(tx: &mut Tx, day: Date) -> Result<Vec<Person>, DbError> {
    tx.all(
        "select distinct p.id, p.name, p.email
         from access_grant g join person p on p.id = g.person_id
         where g.role = $1 and g.ended_change is null and g.starts_on <= $2
           and (g.ends_on is null or g.ends_on >= $2) and g.framework = ''
           and g.contract_id is null and g.behalf_of is null
         order by p.email",
        args![NATIONAL_ADMINISTRATOR, day.to_string()],
    )
    .await
}

/// How many people, but for one grant, administer the whole country with no limit and no end.
async fn lasting_administrators(change: &mut Change, but_for: Uuid) -> Result<i64, DbError> {
    let today = paris_date(change.at()).to_string();
    let (count,): (i64,) = change
        .tx()
        .one(
            "select count(*) from access_grant
             where role = $1 and id <> $2 and ended_change is null and ends_on is null
               and starts_on <= $3 and framework = '' and contract_id is null",
            args![NATIONAL_ADMINISTRATOR, but_for, today],
        )
        .await?;
    Ok(count)
}

/// Makes a person national administrator, as the installation itself does it: for the first
/// account, and for those of an installation that had no grants.
pub async fn appoint(change: &mut Change, person: Uuid, why: &str) -> Result<Uuid, LedgerError> {
    let new = NewGrant {
        person,
        role: NATIONAL_ADMINISTRATOR.to_owned(),
        organisation: String::new(),
        framework: String::new(),
        objective: String::new(),
        contract: None,
        starts_on: paris_date(change.at()),
        ends_on: None,
        why: why.to_owned(),
    };
    insert(change, &new, None).await
}

/// Gives every account of an installation that has no grant at all the role of national
/// administrator: what everybody could do before there were grants. How many.
pub async fn appoint_all(db: &Db, clock: &Clock) -> Result<usize, LedgerError> {
    const WHY: &str = "Mise à jour : avant les habilitations, tout compte pouvait tout faire.";
    let mut change = Change::open(db, clock, Actor::Installation, "grant.upgrade")
        .await?
        .because(WHY);
    let (grants,): (i64,) = change
        .tx()
        .one("select count(*) from access_grant", vec![])
        .await?;
    if grants > 0 {
        return Ok(0);
    }
    let people: Vec<(Uuid,)> = change
        .tx()
        .all("select id from person order by created_change, id", vec![])
        .await?;
    for (person,) in &people {
        appoint(&mut change, *person, WHY).await?;
    }
    change.commit().await?;
    Ok(people.len())
}
