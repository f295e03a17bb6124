//! What somebody who leaves would leave behind, read from everything that names them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use crate::access::grant::SeePeople;
use crate::access::grant::store::grants_of;
use crate::access::role::Roles;
use crate::access::{Reach, answering};
use crate::args;
use crate::contracts::store::open_drafts;
use crate::frameworks::Catalogue;
use crate::organisations::Directory;
use crate::platform::db::{DbError, Tx};
use crate::referents;

/// What would be left to nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duties {
    /// The objectives that nobody would answer for first: the framework, for whom, the objective.
    pub objectives: Vec<[String; 3]>,
    /// The acts under way that they prepared: what the contract is called, and the address.
    pub drafts: Vec<(String, String)>,
    /// How many others an organisation keeps to itself: what it is called, and how many.
    pub kept: Vec<(String, usize)>,
    /// How many contests that they opened wait for an answer.
    pub contests: i64,
    /// How many files that they sent are neither written nor given up.
    pub files: i64,
    /// How many indicators they follow.
    pub follows: i64,
    /// Who stands in for them: a name, and the role.
    pub stood_for: Vec<(String, String)>,
    /// The organisations whose people nobody would manage any more.
    pub administered: Vec<String>,
}

impl Duties {
    /// Whether nothing is left behind.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a person would leave behind after that day, as far as whoever looks may know of it.
pub async fn duties(
    tx: &mut Tx,
    reach: &Reach,
    (catalogue, directory): (&Catalogue, &Directory),
    person: Uuid,
    last: Date,
) -> Result<Duties, DbError> {
    let drafts = drafts(tx, reach, directory, person).await?;
    Ok(Duties {
        objectives: referents::orphaned(tx, reach, (catalogue, directory), person, last).await?,
        drafts: drafts.known,
        kept: drafts.kept,
        contests: contests(tx, person).await?,
        files: files(tx, person).await?,
        follows: follows(tx, person).await?,
        stood_for: stood_for(tx, person, last).await?,
        administered: administered(tx, person, last).await?,
    })
}

/// The acts under way that a person prepared: those that whoever looks may know of, and how many
/// others each organisation keeps to itself.
struct Drafts {
    known: Vec<(String, String)>,
    kept: Vec<(String, usize)>,
}

async fn drafts(
    tx: &mut Tx,
    reach: &Reach,
    directory: &Directory,
    person: Uuid,
) -> Result<Drafts, DbError> {
    let own: Vec<(String, i64, String)> = tx
        .all(
            "select c.slug, i.no, i.keeper
             from instrument i
             join contract c on c.id = i.contract_id
             join change m on m.no = i.created_change
             where i.state = 'draft' and m.actor = $1",
            args![person],
        )
        .await?;
    let mut seen = open_drafts(tx, reach).await?;
    seen.retain(|draft| {
        own.iter()
            .any(|(slug, no, _)| (slug, *no) == (&draft.slug, draft.no))
    });
    let mut hidden: BTreeMap<&str, usize> = BTreeMap::new();
    for (slug, no, keeper) in &own {
        let is_seen = seen
            .iter()
            .any(|draft| (slug, *no) == (&draft.slug, draft.no));
        if !is_seen && !keeper.is_empty() {
            *hidden.entry(keeper).or_default() += 1;
        }
    }
    let mut kept = Vec::new();
    for (keeper, count) in hidden {
        // What somebody prepares elsewhere is told, if only that it is there, to who manages the
        // people of that organisation.
        let concern = answering(tx, keeper, "").await?;
        if reach.may_look(SeePeople::NAME, &concern) {
            let named = directory.organisation(keeper);
            let named = named.map_or(keeper, |organisation| organisation.label());
            kept.push((named.to_owned(), count));
        }
    }
    let known = seen.into_iter().map(|draft| {
        let path = format!("/contrats/{}/actes/{}", draft.slug, draft.no);
        (draft.title, path)
    });
    Ok(Drafts {
        known: known.collect(),
        kept,
    })
}

async fn contests(tx: &mut Tx, person: Uuid) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from contest k join change m on m.no = k.opened_change
             where k.outcome is null and m.actor = $1",
            args![person],
        )
        .await?;
    Ok(count)
}

async fn files(tx: &mut Tx, person: Uuid) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from batch
             where created_by = $1 and state in ('reading', 'unreadable', 'rehearsed')",
            args![person],
        )
        .await?;
    Ok(count)
}

async fn follows(tx: &mut Tx, person: Uuid) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "select count(*) from follow where person_id = $1",
            args![person],
        )
        .await?;
    Ok(count)
}

async fn stood_for(
    tx: &mut Tx,
    person: Uuid,
    last: Date,
) -> Result<Vec<(String, String)>, DbError> {
    let rows: Vec<(String, String)> = tx
        .all(
            "select p.name, g.role
             from access_grant g
             join access_grant b on b.id = g.behalf_of
             join person p on p.id = g.person_id
             where b.person_id = $1 and g.ended_change is null and g.ends_on > $2
             order by p.name, g.id",
            args![person, last.to_string()],
        )
        .await?;
    let named = rows.into_iter().map(|(name, role)| {
        let role = Roles::known().name(&role).to_owned();
        (name, role)
    });
    Ok(named.collect())
}

/// The organisations for which they hold a role that gives others, and which nobody else would
/// hold after that day.
async fn administered(tx: &mut Tx, person: Uuid, last: Date) -> Result<Vec<String>, DbError> {
    let gives = |key: &str| {
        let role = Roles::known().role(key);
        role.is_some_and(|role| !role.gives.is_empty())
    };
    let mut left = Vec::new();
    for held in grants_of(tx, person).await? {
        let grant = held.grant;
        if held.ended.is_some() || grant.remit.organisation.is_empty() || !gives(&grant.remit.role)
        {
            continue;
        }
        let (others,): (i64,) = tx
            .one(
                "select count(*) from access_grant
                 where role = $1 and organisation = $2 and person_id <> $3
                   and ended_change is null and (ends_on is null or ends_on > $4)",
                args![
                    grant.remit.role,
                    grant.remit.organisation.clone(),
                    person,
                    last.to_string()
                ],
            )
            .await?;
        if others == 0 && !left.contains(&grant.remit.organisation) {
            left.push(grant.remit.organisation);
        }
    }
    Ok(left)
}
