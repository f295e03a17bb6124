//! Grants in the database: what is held, by whom, and who answers for what. Writing them:
//! [`write`].

mod write;

use std::collections::BTreeSet;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Delegated, Grant, Remit};
use crate::access::opening::{Audience, Opening, Openings, ValueOpenings};
use crate::access::policy::{Concern, Stage};
use crate::access::role::{Bound, NATIONAL_ADMINISTRATOR, Roles};
use crate::access::store::Person;
use crate::args;
use crate::platform::db::{DbError, Tx};

pub use write::{
    GrantError, appoint, appoint_all, delegate, end, end_after, end_received, give, give_up,
    take_back,
};

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
    /// Where it is in its life: it stands until it is ended.
    pub fn stage(&self) -> Stage {
        match self.ended {
            None => Stage::Settled,
            Some(_) => Stage::Closed,
        }
    }

    /// Whether it holds on that day; of one that stands for another, as far as it goes itself.
    pub fn holds_on(&self, day: Date) -> bool {
        self.ended.is_none() && self.starts_on <= day && self.ends_on.is_none_or(|end| day <= end)
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct GrantRow {
    id: Uuid,
    #[sqlx(flatten)]
    remit: Remit,
    contract_title: Option<String>,
    section_label: Option<String>,
    behalf_name: Option<String>,
}

/// « Contrat tel, volet tel », of a grant that is limited so.
pub fn contract_name(title: Option<String>, section: Option<String>) -> Option<String> {
    let title = title?;
    Some(match section {
        Some(section) => format!("volet {section} de {title}"),
        None => title,
    })
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            remit: row.remit,
            contract_name: contract_name(row.contract_title, row.section_label),
            behalf_of: row.behalf_name,
            about: BTreeSet::new(),
        }
    }
}

/// The grants that a person holds on that day, the oldest first; one held in somebody's place as
/// long as that somebody holds theirs.
pub async fn holding(tx: &mut Tx, person: Uuid, day: Date) -> Result<Vec<Grant>, DbError> {
    let rows: Vec<GrantRow> = tx
        .all(
            "select g.id, g.role, g.organisation, g.framework, g.objective, g.contract_id,
                    g.section_id, ct.title as contract_title, s.label as section_label,
                    p.name as behalf_name
             from access_grant g
             left join contract ct on ct.id = g.contract_id
             left join section s on s.id = g.section_id
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
    let mut grants: Vec<Grant> = rows.into_iter().map(Grant::from).collect();
    for grant in &mut grants {
        let role = Roles::known().role(&grant.remit.role);
        if let Some(bound) = role.and_then(|role| role.about) {
            grant.about = binding(tx, bound).await?;
        }
    }
    Ok(grants)
}

/// The frameworks whose contracts bind such organisations.
async fn binding(tx: &mut Tx, bound: Bound) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select framework from framework_party where kind = $1",
            args![bound.code()],
        )
        .await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// Whether a role that a person holds on that day, or will hold, takes a second factor to sign in.
pub(in crate::access) async fn asks_a_factor(
    tx: &mut Tx,
    person: Uuid,
    day: Date,
) -> Result<bool, DbError> {
    let roles: Vec<(String,)> = tx
        .all(
            "select g.role
             from access_grant g
             left join access_grant o on o.id = g.behalf_of
             where g.person_id = $1 and g.ended_change is null
               and (g.ends_on is null or g.ends_on >= $2)
               and (g.behalf_of is null
                    or (o.ended_change is null and (o.ends_on is null or o.ends_on >= $2)))",
            args![person, day.to_string()],
        )
        .await?;
    let asks = |key: &str| {
        let role = Roles::known().role(key);
        role.is_some_and(|role| role.second_factor)
    };
    Ok(roles.iter().any(|(role,)| asks(role)))
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

/// To whom frameworks open the values of their measures.
pub(in crate::access) async fn value_openings(tx: &mut Tx) -> Result<ValueOpenings, DbError> {
    let rows: Vec<(String, String)> = tx
        .all("select measure, audience from measure_opening", vec![])
        .await?;
    let mut widest = ValueOpenings::new();
    for (measure, audience) in rows {
        let to = Audience::from_code(&audience);
        let to = to.ok_or_else(|| DbError::corrupt("audience of a measure", audience))?;
        let known = widest.entry(measure).or_insert(to);
        *known = to.min(*known);
    }
    Ok(widest)
}

/// The organisations that a person holds grants for on that day, each with its place.
pub(in crate::access) async fn places(
    tx: &mut Tx,
    person: Uuid,
    day: Date,
) -> Result<Vec<(String, String)>, DbError> {
    tx.all(
        "select distinct o.code as organisation, o.place_code as place
         from access_grant g
         join organisation o on o.code = g.organisation and o.place_code is not null
         where g.person_id = $1 and g.ended_change is null and g.starts_on <= $2
           and (g.ends_on is null or g.ends_on >= $2)",
        args![person, day.to_string()],
    )
    .await
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

/// The agencies and establishments that a person holds grants for on that day.
pub(in crate::access) async fn agencies_and_establishments(
    tx: &mut Tx,
    person: Uuid,
    day: Date,
) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select o.code from access_grant g
             join organisation o on o.code = g.organisation
             where g.person_id = $1 and o.kind in ('ars', 'establishment')
               and g.ended_change is null and g.starts_on <= $2
               and (g.ends_on is null or g.ends_on >= $2)",
            args![person, day.to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
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

/// Who answers for each thing that a person holds on that day or will hold, and gives or takes away
/// the role that it is.
pub(in crate::access) async fn answering_for(
    tx: &mut Tx,
    person: Uuid,
    day: Date,
) -> Result<Vec<Concern>, DbError> {
    let held: Vec<(String, String, String)> = tx
        .all(
            "select distinct g.role, g.organisation, g.framework
             from access_grant g
             left join access_grant o on o.id = g.behalf_of
             where g.person_id = $1 and g.ended_change is null
               and (g.ends_on is null or g.ends_on >= $2)
               and (g.behalf_of is null
                    or (o.ended_change is null and (o.ends_on is null or o.ends_on >= $2)))",
            args![person, day.to_string()],
        )
        .await?;
    let mut concerns = Vec::new();
    for (role, organisation, framework) in held {
        concerns.push(Concern {
            role: Some(role),
            ..answering(tx, &organisation, &framework).await?
        });
    }
    Ok(concerns)
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    person_id: Uuid,
    behalf_of: Option<Uuid>,
    #[sqlx(flatten)]
    grant: GrantRow,
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
            grant: self.grant.into(),
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
                    g.contract_id, g.section_id, ct.title as contract_title,
                    s.label as section_label, g.behalf_of, bp.name as behalf_name, g.starts_on,
                    g.ends_on, g.why, gc.at as given_at, gp.name as given_by, ec.at as ended_at,
                    ep.name as ended_by, ec.why as ended_why
             from access_grant g
             join change gc on gc.no = g.given_change
             left join person gp on gp.id = gc.actor
             left join change ec on ec.no = g.ended_change
             left join person ep on ep.id = ec.actor
             left join contract ct on ct.id = g.contract_id
             left join section s on s.id = g.section_id
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
    let holder: Option<(Uuid,)> = tx
        .optional(
            "select person_id from access_grant where id = $1",
            args![grant],
        )
        .await?;
    let Some((person,)) = holder else {
        return Ok(None);
    };
    let all = grants_of(tx, person).await?;
    Ok(all.into_iter().find(|held| held.grant.id == grant))
}

#[derive(sqlx::FromRow)]
struct DelegatedRow {
    id: Uuid,
    name: String,
    role: String,
    organisation: String,
    starts_on: String,
    ends_on: String,
}

/// What a person delegated and has not come to its end on that day, the first to end first.
pub(in crate::access) async fn delegated_by(
    tx: &mut Tx,
    person: Uuid,
    today: Date,
) -> Result<Vec<Delegated>, DbError> {
    let rows: Vec<DelegatedRow> = tx
        .all(
            "select d.id, p.name, d.role, d.organisation, d.starts_on, d.ends_on
             from access_grant o
             join access_grant d on d.behalf_of = o.id
             join person p on p.id = d.person_id
             where o.person_id = $1 and d.ended_change is null and d.ends_on >= $2
             order by d.ends_on, d.id",
            args![person, today.to_string()],
        )
        .await?;
    let read = |row: DelegatedRow| {
        Ok(Delegated {
            grant: row.id,
            to: row.name,
            role: row.role,
            organisation: row.organisation,
            starts_on: day(&row.starts_on)?,
            ends_on: day(&row.ends_on)?,
        })
    };
    rows.into_iter().map(read).collect()
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

/// Whether somebody can sign in to that account: it is open, and has a password, a passkey or an
/// identity.
pub async fn can_sign_in(tx: &mut Tx, person: Uuid) -> Result<bool, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select p.id from person p
             where p.id = $1 and p.closed_change is null
               and (p.password is not null
                    or exists (select 1 from passkey k where k.person_id = p.id)
                    or exists (select 1 from identity i where i.person_id = p.id))",
            args![person],
        )
        .await?;
    Ok(found.is_some())
}

/// The grants by which somebody administers the whole country on that day, with no limit and no
/// end, and can: whoever was invited and never chose how to sign in cannot yet.
pub async fn lasting(tx: &mut Tx, day: Date) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<(Uuid,)> = tx
        .all(
            "select g.id from access_grant g
             join person p on p.id = g.person_id
             where g.role = $1 and g.ended_change is null and g.ends_on is null
               and g.starts_on <= $2 and g.framework = '' and g.contract_id is null
               and p.closed_change is null
               and (p.password is not null
                    or exists (select 1 from passkey k where k.person_id = p.id)
                    or exists (select 1 from identity i where i.person_id = p.id))",
            args![NATIONAL_ADMINISTRATOR, day.to_string()],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
