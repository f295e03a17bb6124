//! Personal addresses in the database.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{Chosen, OpenAddress, RevokeAddress, TableAddress};
use crate::access::token::{NewToken, Secret};
use crate::access::{Permit, Reach};
use crate::args;
use crate::ledger::{Actor, Change, LedgerError, NewThing, Scope};
use crate::platform::db::{Db, DbError, Tx};

/// A last use is kept to the hour, so that reading does not write each time.
const TO_THE: i64 = 3600 * 1_000_000;

/// As the history keeps it: neither the secret nor anything that leads to it.
#[derive(Serialize)]
struct Recorded<'a> {
    table: &'a str,
    choices: &'a str,
    expires_on: Date,
    revoked: bool,
}

/// Keeps the digest of a new address of the person.
pub async fn open(
    change: &mut Change,
    permit: Permit<OpenAddress>,
    (new, chosen): (&NewToken, &Chosen),
    secret: &Secret,
) -> Result<Uuid, LedgerError> {
    let person = permit.into_thing();
    let thing = NewThing {
        kind: "table_address",
        parent: Some(person),
        scope: Scope::common(),
        label: "",
    };
    let state = Recorded {
        table: &chosen.table,
        choices: &chosen.choices,
        expires_on: new.expires_on(),
        revoked: false,
    };
    let id = change.create(thing, &state).await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into table_address (id, person_id, name, table_name, choices, digest,
                                        expires_on, created_change)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                id,
                person,
                new.name(),
                &chosen.table,
                &chosen.choices,
                secret.digest(),
                new.expires_on().to_string(),
                no
            ],
        )
        .await?;
    Ok(id)
}

/// Whose address it is.
pub(super) async fn owner(tx: &mut Tx, address: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Uuid,)> = tx
        .optional(
            "select person_id from table_address where id = $1",
            args![address],
        )
        .await?;
    Ok(row.map(|(person,)| person))
}

/// Revokes an address of the person who asks, at once and for good; false where they have no such
/// address that still was one.
pub async fn revoke(
    change: &mut Change,
    permit: Permit<RevokeAddress>,
) -> Result<bool, LedgerError> {
    let owner = permit.actor().person();
    let address = permit.into_thing();
    let found: Option<(String, String, String)> = change
        .tx()
        .optional(
            "select table_name, choices, expires_on from table_address
             where id = $1 and person_id = $2 and revoked_change is null",
            args![address, owner],
        )
        .await?;
    let Some((table, choices, expires_on)) = found else {
        return Ok(false);
    };
    let expires_on = day(&expires_on)?;
    let state = |revoked| Recorded {
        table: &table,
        choices: &choices,
        expires_on,
        revoked,
    };
    let (before, after) = (state(false), state(true));
    change
        .record(address, "revoke", Some(&before), Some(&after))
        .await?;
    let no = change.no();
    change
        .tx()
        .run(
            "update table_address set revoked_change = $2 where id = $1",
            args![address, no],
        )
        .await?;
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct AddressRow {
    id: Uuid,
    name: String,
    table_name: String,
    choices: String,
    expires_on: String,
    created_at: i64,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// The addresses of the person whose reach it is, the latest first.
pub async fn addresses(tx: &mut Tx, reach: &Reach) -> Result<Vec<TableAddress>, DbError> {
    let rows: Vec<AddressRow> = tx
        .all(
            "select a.id, a.name, a.table_name, a.choices, a.expires_on, made.at as created_at,
                    a.used_at, revoked.at as revoked_at
             from table_address a
             join change made on made.no = a.created_change
             left join change revoked on revoked.no = a.revoked_change
             where a.person_id = $1
             order by a.created_change desc",
            args![reach.actor().person()],
        )
        .await?;
    let address = |row: AddressRow| {
        Ok(TableAddress {
            expires_on: day(&row.expires_on)?,
            id: row.id,
            name: row.name,
            chosen: Chosen {
                table: row.table_name,
                choices: row.choices,
            },
            created_at: row.created_at,
            used_at: row.used_at,
            revoked_at: row.revoked_at,
        })
    };
    rows.into_iter().map(address).collect()
}

/// What an address gives, and to whom.
#[derive(Clone, Debug)]
pub struct Read {
    /// The address.
    pub id: Uuid,
    /// For whom it reads.
    pub reach: Reach,
    /// What it gives.
    pub chosen: Chosen,
    used_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ReadRow {
    id: Uuid,
    person_id: Uuid,
    table_name: String,
    choices: String,
    used_at: Option<i64>,
}

/// What the address of that secret gives on that day; `None` where it was revoked, has ended or
/// never was.
pub async fn read(tx: &mut Tx, secret: &Secret, today: Date) -> Result<Option<Read>, DbError> {
    let row: Option<ReadRow> = tx
        .optional(
            "select id, person_id, table_name, choices, used_at from table_address
             where digest = $1 and revoked_change is null and expires_on >= $2",
            args![secret.digest(), today.to_string()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let actor = Actor::Program {
        person: row.person_id,
        token: row.id,
    };
    Ok(Some(Read {
        id: row.id,
        reach: Reach::of(tx, today, actor).await?,
        chosen: Chosen {
            table: row.table_name,
            choices: row.choices,
        },
        used_at: row.used_at,
    }))
}

/// Notes that an address was read, once an hour at most.
pub async fn note_use(db: &Db, read: &Read, now: i64) -> Result<(), DbError> {
    let hour = now - now.rem_euclid(TO_THE);
    if read.used_at.is_some_and(|at| at >= hour) {
        return Ok(());
    }
    let mut tx = db.write_aside().await?;
    tx.run(
        "update table_address set used_at = $2 where id = $1",
        args![read.id, hour],
    )
    .await?;
    tx.commit().await
}

fn day(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|_| DbError::corrupt("end of an address", text))
}
