//! Bringing contracts and instruments into being.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::ContractError;
use super::rows::year;
use crate::access::Permit;
use crate::args;
use crate::contracts::{
    CreateContract, DraftInstrument, Ground, NewContract, NewSection, Rival, State, bound,
    check_new,
};
use crate::ledger::{Change, NewThing, Scope};
use crate::platform::db::DbError;

/// An instrument about to be drafted; the contract stands in the permit.
#[derive(Clone, Debug)]
pub struct NewInstrument {
    /// Key of the act in the framework.
    pub act: String,
    /// Revision of the framework that its terms refer to.
    pub framework_revision: Uuid,
    /// Why it is made.
    pub motive: Option<String>,
    /// Day it takes effect.
    pub effective_on: Option<Date>,
}

/// Prepares a contract, with its parties and sections and nothing agreed yet.
///
/// # Errors
/// [`ContractError::Objections`] with everything that makes no sense in it;
/// [`ContractError::OthersPermit`] where it binds another organisation, or stands under another
/// framework, than the one that was allowed.
pub async fn create_contract(
    change: &mut Change,
    permit: Permit<CreateContract>,
    new: NewContract,
    ground: Ground<'_>,
) -> Result<Uuid, ContractError> {
    let scope = permit.into_thing();
    let bound = bound(ground.framework, &new.parties).unwrap_or_default();
    if (bound, &ground.framework.code) != (&scope.organisation, &scope.framework) {
        return Err(ContractError::OthersPermit);
    }
    let rivals = rivals(change, &scope).await?;
    let objections = check_new(ground, &new, &rivals);
    if !objections.is_empty() {
        return Err(ContractError::Objections(objections));
    }
    let (framework, organisation) = (scope.framework.clone(), scope.organisation.clone());
    let thing = NewThing {
        kind: "contract",
        parent: None,
        scope,
        label: &new.title,
    };
    let id = change.create(thing, &new).await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into contract (id, framework, slug, title, organisation_code, place_code,
                                   starts, ends, fictional, created_change)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                id,
                framework,
                &new.slug,
                &new.title,
                organisation,
                &new.place,
                new.starts,
                new.ends,
                new.fictional,
                no
            ],
        )
        .await?;
    insert_parties(change, id, &new).await?;
    insert_sections(change, id, &new).await?;
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct RivalRow {
    title: String,
    starts: i64,
    ends: i64,
    instruments: i64,
    abandoned: i64,
}

/// The contracts that the organisation has already under the framework.
async fn rivals(change: &mut Change, scope: &Scope) -> Result<Vec<Rival>, DbError> {
    let rows: Vec<RivalRow> = change
        .tx()
        .all(
            "select c.title, c.starts, c.ends,
                    (select count(*) from instrument i where i.contract_id = c.id) as instruments,
                    (select count(*) from instrument i
                     where i.contract_id = c.id and i.state = 'abandoned') as abandoned
             from contract c
             where c.framework = $1 and c.organisation_code = $2
             order by c.starts, c.slug collate \"C\"",
            args![&scope.framework, &scope.organisation],
        )
        .await?;
    let rival = |row: RivalRow| {
        Ok(Rival {
            title: row.title,
            starts: year(row.starts)?,
            ends: year(row.ends)?,
            given_up: row.instruments > 0 && row.instruments == row.abandoned,
        })
    };
    rows.into_iter().map(rival).collect()
}

async fn insert_parties(
    change: &mut Change,
    contract: Uuid,
    new: &NewContract,
) -> Result<(), DbError> {
    let rows = (0_i64..)
        .zip(&new.parties)
        .map(|(position, (role, organisation))| args![contract, position, role, organisation]);
    change
        .tx()
        .insert_rows(
            "insert into party (contract_id, position, role, organisation_code) values",
            rows.collect(),
        )
        .await
}

async fn insert_sections(
    change: &mut Change,
    contract: Uuid,
    new: &NewContract,
) -> Result<(), DbError> {
    let whole = [NewSection {
        key: "contrat".to_owned(),
        label: String::new(),
        place: new.place.clone(),
    }];
    let sections = if new.sections.is_empty() {
        &whole[..]
    } else {
        &new.sections
    };
    let rows: Vec<_> = (0_i64..)
        .zip(sections)
        .map(|(position, section)| {
            args![
                change.new_id(),
                contract,
                position,
                &section.key,
                &section.label,
                &section.place
            ]
        })
        .collect();
    change
        .tx()
        .insert_rows(
            "insert into section (id, contract_id, position, key, label, place_code) values",
            rows,
        )
        .await
}

/// What the history keeps of an instrument at its birth.
#[derive(Serialize)]
struct Drafted<'a> {
    no: i64,
    act: &'a str,
    framework_revision: Uuid,
    motive: Option<&'a str>,
    effective_on: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Place {
    title: String,
    organisation_code: String,
    framework: String,
    last_no: i64,
    last_signature: i64,
}

/// Opens the draft of an instrument, upon the terms now in force; gives its identifier and its
/// number in the contract.
pub async fn draft_instrument(
    change: &mut Change,
    permit: Permit<DraftInstrument>,
    new: NewInstrument,
) -> Result<(Uuid, i64), ContractError> {
    let keeper = permit.organisation().to_owned();
    let contract = permit.into_thing();
    let place: Option<Place> = change
        .tx()
        .optional(
            "select c.title, c.organisation_code, c.framework,
                    (select coalesce(max(i.no), 0) from instrument i
                     where i.contract_id = c.id) as last_no,
                    (select coalesce(max(i.signed_change), 0) from instrument i
                     where i.contract_id = c.id) as last_signature
             from contract c where c.id = $1",
            args![contract],
        )
        .await?;
    let place = place.ok_or(ContractError::NotFound)?;
    let no = place.last_no + 1;
    let effective_on = new.effective_on.map(|day| day.to_string());
    let thing = NewThing {
        kind: "instrument",
        parent: Some(contract),
        scope: Scope {
            organisation: place.organisation_code,
            framework: place.framework,
        },
        label: &format!("{}, acte {no}", place.title),
    };
    let drafted = Drafted {
        no,
        act: &new.act,
        framework_revision: new.framework_revision,
        motive: new.motive.as_deref(),
        effective_on: effective_on.clone(),
    };
    let id = change.create(thing, &drafted).await?;
    let change_no = change.no();
    change
        .tx()
        .run(
            "insert into instrument (id, contract_id, no, act, state, framework_revision, motive,
                                     effective_on, base_change, created_change, keeper)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                id,
                contract,
                no,
                &new.act,
                State::Draft.code(),
                new.framework_revision,
                new.motive,
                effective_on,
                place.last_signature,
                change_no,
                keeper
            ],
        )
        .await?;
    Ok((id, no))
}
