//! Who there is, and who holds what: the lists of pages and of the command line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::store::{GrantRow, establishments};
use super::{Grant, SeePeople};
use crate::access::policy::Concern;
use crate::access::reach::Reach;
use crate::access::role::Roles;
use crate::access::store::Person;
use crate::args;
use crate::platform::db::{DbError, Tx};

/// A person in a list, with what they hold that day.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What they hold, as far as whoever looks may know of it.
    pub grants: Vec<Grant>,
    /// Whether they hold more, elsewhere.
    pub elsewhere: bool,
}

/// Something that a grant may be limited to: its code and its name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

#[derive(sqlx::FromRow)]
struct HoldingRow {
    person_id: Uuid,
    #[sqlx(flatten)]
    grant: GrantRow,
}

/// The people that somebody may see, by name, with what they hold on that day. Who does not see
/// everybody sees themselves, the people of their organisations and of the establishments of their
/// agencies, and, where they may give something, those who never held anything.
pub async fn people(tx: &mut Tx, reach: &Reach, day: Date) -> Result<Vec<Listed>, DbError> {
    let sees_all = reach.may_look(SeePeople::NAME, &Concern::of("*", ""));
    let (mut seen, among) = if sees_all {
        (everybody(tx).await?, BTreeSet::new())
    } else {
        (some(tx, reach).await?, looked_into(tx, reach, day).await?)
    };
    let mut held = held_on(tx, day).await?;
    seen.sort_by(|a, b| (&a.name, &a.email).cmp(&(&b.name, &b.email)));
    seen.dedup_by_key(|person| person.id);
    let listed = seen.into_iter().map(|person| {
        let mut grants = held.remove(&person.id).unwrap_or_default();
        let all = grants.len();
        let sees_whole = sees_all || reach.is_own(Some(person.id));
        grants.retain(|grant| sees_whole || among.contains(&grant.remit.organisation));
        Listed {
            elsewhere: grants.len() < all,
            grants,
            id: person.id,
            name: person.name,
            email: person.email,
        }
    });
    Ok(listed.collect())
}

/// Whether somebody may know of anybody else.
pub fn sees_others(reach: &Reach) -> bool {
    reach.may_look(SeePeople::NAME, &Concern::of("*", ""))
        || !sees_people_of(reach).is_empty()
        || reach.gives_something().is_ok()
}

/// The people whose accounts and grants somebody may know of.
#[derive(Clone, Debug, Default)]
pub struct PeopleSeen {
    all: bool,
    people: BTreeSet<Uuid>,
    /// The organisations whose people they are.
    organisations: BTreeSet<String>,
}

impl PeopleSeen {
    /// Those that somebody may know of, but for themselves.
    pub async fn by(tx: &mut Tx, reach: &Reach) -> Result<Self, DbError> {
        if reach.may_look(SeePeople::NAME, &Concern::of("*", "")) {
            return Ok(Self {
                all: true,
                ..Self::default()
            });
        }
        let mut organisations = BTreeSet::new();
        for organisation in sees_people_of(reach) {
            organisations.extend(establishments_of(tx, &organisation).await?);
            organisations.insert(organisation);
        }
        let people = others(tx, reach).await?.into_iter();
        Ok(Self {
            all: false,
            people: people.map(|person| person.id).collect(),
            organisations,
        })
    }

    /// Whether that person is one of them.
    pub fn has(&self, person: Uuid) -> bool {
        self.all || self.people.contains(&person)
    }

    /// Whether a grant of that person, for that organisation, is known of.
    pub fn has_grant(&self, person: Uuid, organisation: &str) -> bool {
        self.all || self.has(person) && self.organisations.contains(organisation)
    }
}

async fn everybody(tx: &mut Tx) -> Result<Vec<Person>, DbError> {
    tx.all("select id, name, email from person", vec![]).await
}

/// The organisations whose people somebody sees by the role they hold for them.
fn sees_people_of(reach: &Reach) -> BTreeSet<String> {
    let roles = Roles::known();
    let sees = |grant: &&Grant| {
        roles
            .role(&grant.remit.role)
            .is_some_and(|r| r.own.holds(SeePeople::NAME))
    };
    let own = reach.grants().iter().filter(sees);
    own.map(|grant| grant.remit.organisation.clone()).collect()
}

/// The same, with the establishments of their agencies.
async fn looked_into(tx: &mut Tx, reach: &Reach, day: Date) -> Result<BTreeSet<String>, DbError> {
    let mut among = sees_people_of(reach);
    if let Some(person) = reach.actor().person() {
        for (agency, establishment) in establishments(tx, person, day).await? {
            if among.contains(&agency) {
                among.insert(establishment);
            }
        }
    }
    Ok(among)
}

/// The establishments of the region of an agency.
async fn establishments_of(tx: &mut Tx, agency: &str) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select e.code from organisation a
             join place l on l.within_code = a.place_code
             join organisation e on e.place_code = l.code
             where a.code = $1 and a.kind = 'ars'",
            args![agency],
        )
        .await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// The people of the organisations of who does not see everybody, and those who never held
/// anything, where they may give something.
async fn others(tx: &mut Tx, reach: &Reach) -> Result<Vec<Person>, DbError> {
    let mut seen = Vec::new();
    for organisation in sees_people_of(reach) {
        seen.extend(of_organisation(tx, &organisation).await?);
    }
    if reach.gives_something().is_ok() {
        seen.extend(without_grant(tx).await?);
    }
    Ok(seen)
}

async fn some(tx: &mut Tx, reach: &Reach) -> Result<Vec<Person>, DbError> {
    let mut seen = others(tx, reach).await?;
    if let Some(person) = reach.actor().person() {
        let own: Vec<Person> = tx
            .all(
                "select id, name, email from person where id = $1",
                args![person],
            )
            .await?;
        seen.extend(own);
    }
    Ok(seen)
}

/// The people who hold or held something for an organisation, or for an establishment of the
/// region of an agency.
async fn of_organisation(tx: &mut Tx, organisation: &str) -> Result<Vec<Person>, DbError> {
    tx.all(
        "select p.id, p.name, p.email
         from access_grant g join person p on p.id = g.person_id
         where g.organisation = $1
         union
         select p.id, p.name, p.email
         from organisation a
         join place l on l.within_code = a.place_code
         join organisation e on e.place_code = l.code
         join access_grant g on g.organisation = e.code
         join person p on p.id = g.person_id
         where a.code = $1 and a.kind = 'ars'",
        args![organisation],
    )
    .await
}

async fn without_grant(tx: &mut Tx) -> Result<Vec<Person>, DbError> {
    tx.all(
        "select p.id, p.name, p.email from person p
         where not exists (select 1 from access_grant g where g.person_id = p.id)",
        vec![],
    )
    .await
}

/// Everything that is held on that day, by person.
async fn held_on(tx: &mut Tx, day: Date) -> Result<BTreeMap<Uuid, Vec<Grant>>, DbError> {
    let rows: Vec<HoldingRow> = tx
        .all(
            "select g.person_id, g.id, g.role, g.organisation, g.framework, g.objective,
                    g.contract_id, g.section_id, ct.title as contract_title,
                    s.label as section_label, p.name as behalf_name
             from access_grant g
             left join contract ct on ct.id = g.contract_id
             left join section s on s.id = g.section_id
             left join access_grant o on o.id = g.behalf_of
             left join person p on p.id = o.person_id
             where g.ended_change is null and g.starts_on <= $1
               and (g.ends_on is null or g.ends_on >= $1)
               and (g.behalf_of is null
                    or (o.ended_change is null and o.starts_on <= $1
                        and (o.ends_on is null or o.ends_on >= $1)))
             order by g.given_change, g.id",
            args![day.to_string()],
        )
        .await?;
    let mut held: BTreeMap<Uuid, Vec<Grant>> = BTreeMap::new();
    for row in rows {
        held.entry(row.person_id)
            .or_default()
            .push(row.grant.into());
    }
    Ok(held)
}

/// The organisations that a person holds or held something for.
pub(in crate::access) async fn organisations_of(
    tx: &mut Tx,
    person: Uuid,
) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select distinct organisation from access_grant where person_id = $1",
            args![person],
        )
        .await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// The organisations that exist, by name.
pub async fn known_organisations(tx: &mut Tx) -> Result<Vec<Known>, DbError> {
    tx.all(
        "select code, name from organisation where valid_to is null order by name collate \"C\"",
        vec![],
    )
    .await
}

/// The frameworks that are loaded.
pub async fn known_frameworks(tx: &mut Tx) -> Result<Vec<Known>, DbError> {
    tx.all(
        "select f.code, t.label as name from framework f join thing t on t.id = f.thing_id
         order by f.code collate \"C\"",
        vec![],
    )
    .await
}
