//! Grants given, delegated and ended.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{Held, asks_a_factor, grants_of, held, lasting, named};
use crate::access::grant::{
    Delegate, EndGrant, GiveGrant, GiveUp, LONGEST_DELEGATION, LONGEST_REASON, NewGrant, Objection,
    Remit, TakeBack,
};
use crate::access::leave::store::{left, reopen};
use crate::access::leave::{LeavePerson, Leaving};
use crate::access::letter;
use crate::access::permit::Permit;
use crate::access::role::{NATIONAL_ADMINISTRATOR, Roles};
use crate::access::store::{end_sessions, person, renew_sessions};
use crate::access::token;
use crate::args;
use crate::ledger::{Actor, Change, LedgerError, NewThing, Scope};
use crate::platform::clock::{Clock, paris_date};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::mail;

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
        "C’est la dernière habilitation d’administrateur national sans date de fin : donnez-la d’abord à quelqu’un d’autre, qui peut déjà se connecter."
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

/// A grant as the history keeps it; the reason stands beside it, so that it can be erased.
#[derive(Serialize)]
struct Recorded<'a> {
    person: Uuid,
    role: &'a str,
    organisation: &'a str,
    framework: &'a str,
    objective: &'a str,
    contract: Option<Uuid>,
    /// Absent where none was said, as in what was recorded before there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<Uuid>,
    behalf_of: Option<Uuid>,
    starts_on: Date,
    ends_on: Option<Date>,
    ended: bool,
}

impl<'a> Recorded<'a> {
    fn of(person: Uuid, remit: &'a Remit, (starts_on, ends_on): (Date, Option<Date>)) -> Self {
        Self {
            person,
            role: &remit.role,
            organisation: &remit.organisation,
            framework: &remit.framework,
            objective: &remit.objective,
            contract: remit.contract,
            section: remit.section,
            behalf_of: None,
            starts_on,
            ends_on,
            ended: false,
        }
    }

    fn new(new: &'a NewGrant, behalf_of: Option<Uuid>) -> Self {
        Self {
            behalf_of,
            ..Self::of(new.person, &new.remit, (new.starts_on, new.ends_on))
        }
    }

    fn held(held: &'a Held, ended: bool) -> Self {
        let days = (held.starts_on, held.ends_on);
        Self {
            behalf_of: held.behalf_of,
            ended,
            ..Self::of(held.person, &held.grant.remit, days)
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
    let id = insert(change, &new, None).await?;
    reopen(change, new.person).await?;
    tell_of_sealed(change, &new, id).await?;
    Ok(id)
}

/// Writes to who administers the country, and to who held it already, that a role which opens what
/// is under seal was given.
async fn tell_of_sealed(change: &mut Change, new: &NewGrant, grant: Uuid) -> Result<(), DbError> {
    let roles = Roles::known();
    let role = roles.role(&new.remit.role);
    if !role.is_some_and(|role| role.opens_sealed(roles)) {
        return Ok(());
    }
    let (clock, now) = (change.clock().clone(), change.at());
    let told: Vec<(Uuid,)> = change
        .tx()
        .all(
            "select distinct person_id from access_grant
             where ended_change is null and starts_on <= $1 and (ends_on is null or ends_on >= $1)
               and (role = $2 or (role = $3 and organisation = $4)) and person_id <> $5",
            args![
                paris_date(now).to_string(),
                NATIONAL_ADMINISTRATOR,
                &new.remit.role,
                &new.remit.organisation,
                new.person
            ],
        )
        .await?;
    let tx = change.tx();
    let to = named(tx, new.person).await?.unwrap_or_default();
    let mut letters = Vec::new();
    for (id,) in told {
        if let Some(person) = person(tx, id).await? {
            let about = (roles.name(&new.remit.role), to.as_str());
            letters.push(letter::sealed_role(&person, grant, about, now));
        }
    }
    mail::store::write(tx, &clock, &letters).await
}

/// What is named in a grant and does not exist, or does not go with its role.
async fn unknown_names(tx: &mut Tx, new: &NewGrant) -> Result<Vec<Objection>, DbError> {
    let mut found = Vec::new();
    let mut object = |field, sentence: &str| {
        found.push(Objection {
            field,
            sentence: sentence.to_owned(),
        });
    };
    let remit = &new.remit;
    if !remit.organisation.is_empty() {
        let known: Option<(String,)> = tx
            .optional(
                "select kind from organisation where code = $1",
                args![&remit.organisation],
            )
            .await?;
        let role = Roles::known().role(&remit.role);
        match known {
            None => object(
                "organisation",
                "Aucune organisation n’a ce code : choisissez-la dans la liste.",
            ),
            Some((kind,)) => {
                if let Some(misfit) = role.and_then(|role| role.side.misfit(&kind)) {
                    object("organisation", misfit);
                }
            }
        }
    }
    if !remit.framework.is_empty() {
        let known: Option<(String,)> = tx
            .optional(
                "select code from framework where code = $1",
                args![&remit.framework],
            )
            .await?;
        if known.is_none() {
            object(
                "cadre",
                "Aucun cadre n’a ce code : choisissez-le dans la liste.",
            );
        }
    }
    if let Some(contract) = remit.contract {
        let known: Option<(Uuid,)> = match remit.section {
            Some(section) => {
                tx.optional(
                    "select id from section where id = $1 and contract_id = $2",
                    args![section, contract],
                )
                .await?
            }
            None => {
                tx.optional("select id from contract where id = $1", args![contract])
                    .await?
            }
        };
        if known.is_none() {
            object("contrat", "Il n’y a pas de tel contrat, ou pas ce volet.");
        }
    }
    Ok(found)
}

async fn insert(
    change: &mut Change,
    new: &NewGrant,
    behalf_of: Option<Uuid>,
) -> Result<Uuid, LedgerError> {
    let remit = &new.remit;
    let today = paris_date(change.at());
    let asked_already = asks_a_factor(change.tx(), new.person, today).await?;
    let thing = NewThing {
        kind: "grant",
        parent: Some(new.person),
        scope: Scope {
            organisation: remit.organisation.clone(),
            framework: remit.framework.clone(),
        },
        label: Roles::known().name(&remit.role),
    };
    let id = change.create(thing, &Recorded::new(new, behalf_of)).await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into access_grant (id, person_id, role, organisation, framework, objective,
                                       contract_id, section_id, behalf_of, starts_on, ends_on,
                                       why, given_change)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            args![
                id,
                new.person,
                &remit.role,
                &remit.organisation,
                &remit.framework,
                &remit.objective,
                remit.contract,
                remit.section,
                behalf_of,
                new.starts_on.to_string(),
                new.ends_on.map(|day| day.to_string()),
                new.why.trim(),
                no
            ],
        )
        .await?;
    let asks = Roles::known()
        .role(&remit.role)
        .is_some_and(|role| role.second_factor);
    if asks {
        // What a role asks at sign-in is asked before it serves.
        end_sessions(change.tx(), new.person, None).await?;
        if !asked_already {
            revoke_programs(change, new.person).await?;
        }
    } else {
        renew_sessions(change.tx(), new.person).await?;
    }
    Ok(id)
}

/// Revokes the programs of somebody that were opened without a second factor, before a role of theirs
/// asked for one; they are told.
async fn revoke_programs(change: &mut Change, id: Uuid) -> Result<(), LedgerError> {
    if token::store::revoke_all(change, id).await? == 0 {
        return Ok(());
    }
    if let Some(owner) = person(change.tx(), id).await? {
        let letter = letter::programs_revoked(&owner, change.at());
        let clock = change.clock().clone();
        mail::store::write(change.tx(), &clock, &[letter]).await?;
    }
    Ok(())
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
    let role = Roles::known().role(&held.grant.remit.role);
    // Who manages rights passes them on as far as they could give the role itself.
    if role.is_some_and(|role| !role.gives.is_empty() && !role.gives.holds(&role.key)) {
        return Err(objection(
            "personne",
            "Ce rôle donne des habilitations : il ne se délègue pas. Demandez à un administrateur national de le donner à qui vous remplacera.",
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
    let is_there = match named(change.tx(), new.person).await? {
        Some(_) => left(change.tx(), new.person).await?.is_none(),
        None => false,
    };
    // Who leaves comes back by what an administrator gives, not by what a colleague passes on. It is
    // looked at last: what else is wrong tells nothing of who has an account.
    if new.person == held.person || !is_there {
        return Err(objection(
            "personne",
            "Choisissez une autre personne, dont le compte est ouvert et qui ne part pas.",
        ));
    }
    let standing_in = NewGrant {
        person: new.person,
        remit: held.grant.remit.clone(),
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
    let held = to_end(change, permit.into_thing()).await?;
    end_now(change, &held, "end").await
}

/// Ends at once what was delegated, the grant of the permit; the change says why.
///
/// # Errors
/// [`GrantError::Ended`] where it has ended already.
pub async fn take_back(change: &mut Change, permit: Permit<TakeBack>) -> Result<(), GrantError> {
    let held = to_end(change, permit.into_thing()).await?;
    end_now(change, &held, "end").await
}

/// Ends at once what its holder was delegated, the grant of the permit; the change says why, and a
/// letter tells who delegated it that nobody stands in for them any more.
///
/// # Errors
/// [`GrantError::Ended`] where it has ended already.
pub async fn give_up(change: &mut Change, permit: Permit<GiveUp>) -> Result<(), GrantError> {
    let held = to_end(change, permit.into_thing()).await?;
    end_now(change, &held, "give_up").await?;
    tell_of_giving_up(change, &held).await?;
    Ok(())
}

async fn tell_of_giving_up(change: &mut Change, given_up: &Held) -> Result<(), DbError> {
    let Some(own) = given_up.behalf_of else {
        return Ok(());
    };
    let (clock, now) = (change.clock().clone(), change.at());
    let why = change.why().unwrap_or_default().to_owned();
    let tx = change.tx();
    let own = held(tx, own).await?;
    // Whose own grant has ended is stood in for by nobody anyway.
    let Some(own) = own.filter(|own| own.ended.is_none()) else {
        return Ok(());
    };
    let Some(told) = person(tx, own.person).await? else {
        return Ok(());
    };
    let who = named(tx, given_up.person).await?.unwrap_or_default();
    let about = letter::GivenUp {
        grant: given_up.grant.id,
        role: Roles::known().name(&given_up.grant.remit.role),
        who: &who,
        why: &why,
    };
    mail::store::write(tx, &clock, &[letter::given_up(&told, about, now)]).await
}

async fn end_now(change: &mut Change, held: &Held, verb: &str) -> Result<(), GrantError> {
    let (before, after) = (Recorded::held(held, false), Recorded::held(held, true));
    let grant = held.grant.id;
    change
        .record(grant, verb, Some(&before), Some(&after))
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

/// Makes that day the last of the grant in the permit; the change says why. A day that is over, or
/// a grant that had not begun by then, ends it at once. It never holds longer than it did.
///
/// # Errors
/// [`GrantError::LastAdministrator`] as for [`end`].
pub async fn end_after(
    change: &mut Change,
    permit: Permit<EndGrant>,
    last: Date,
) -> Result<(), GrantError> {
    let held = to_end(change, permit.into_thing()).await?;
    end_on(change, &held, last).await
}

/// Ends what the person in the permit holds in somebody else's place, with their own last day: it
/// was never theirs to keep, whoever may give that role. What they hold themselves is ended under
/// permits of its own.
///
/// # Errors
/// Where the history or the database refuses.
pub async fn end_received(
    change: &mut Change,
    permit: &Permit<LeavePerson>,
) -> Result<(), GrantError> {
    let Leaving { person, last } = *permit.thing();
    let today = paris_date(change.at());
    let lasts = |held: &Held| {
        held.ended.is_none() && held.ends_on.is_none_or(|end| end > last && end >= today)
    };
    for held in grants_of(change.tx(), person).await? {
        if held.behalf_of.is_some() && lasts(&held) {
            end_on(change, &held, last).await?;
        }
    }
    Ok(())
}

/// [`end_after`], of a grant that has not ended.
async fn end_on(change: &mut Change, held: &Held, last: Date) -> Result<(), GrantError> {
    if last < paris_date(change.at()) || last < held.starts_on {
        return end_now(change, held, "end").await;
    }
    if held.ends_on.is_some_and(|end| end <= last) {
        return Ok(());
    }
    let (before, mut after) = (Recorded::held(held, false), Recorded::held(held, false));
    after.ends_on = Some(last);
    change
        .record(held.grant.id, "until", Some(&before), Some(&after))
        .await?;
    change
        .tx()
        .run(
            "update access_grant set ends_on = $2 where id = $1",
            args![held.grant.id, last.to_string()],
        )
        .await?;
    renew_sessions(change.tx(), held.person).await?;
    Ok(())
}

/// The grant about to be ended: it has not ended yet, and somebody goes on managing rights.
async fn to_end(change: &mut Change, grant: Uuid) -> Result<Held, GrantError> {
    let held = held(change.tx(), grant).await?;
    let held = held
        .filter(|held| held.ended.is_none())
        .ok_or(GrantError::Ended)?;
    let keeps_rights = held.grant.remit.role == NATIONAL_ADMINISTRATOR && held.ends_on.is_none();
    if keeps_rights {
        let today = paris_date(change.at());
        let all = lasting(change.tx(), today).await?;
        if all.iter().all(|other| *other == grant) {
            return Err(GrantError::LastAdministrator);
        }
    }
    Ok(held)
}

/// Makes a person national administrator, as the installation itself does it: for the first
/// account, and for those of an installation that had no grants.
pub async fn appoint(change: &mut Change, person: Uuid, why: &str) -> Result<Uuid, LedgerError> {
    let new = NewGrant {
        person,
        remit: Remit::of(NATIONAL_ADMINISTRATOR, ""),
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
