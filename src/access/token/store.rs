//! Access tokens in the database.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{AccessToken, CreateToken, NewToken, RevokeToken, Secret, TokenScope};
use crate::access::permit::Permit;
use crate::access::reach::Reach;
use crate::access::store::Person;
use crate::args;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::{DbError, Tx};

/// What the history keeps of a token: its name is its owner's affair.
#[derive(Serialize)]
struct Recorded {
    scope: &'static str,
    expires_on: Date,
    revoked: bool,
}

/// Keeps the digest of a new token of the person.
pub async fn create(
    change: &mut Change,
    permit: Permit<CreateToken>,
    new: &NewToken,
    secret: &Secret,
) -> Result<Uuid, LedgerError> {
    let person = permit.into_thing();
    let thing = NewThing {
        kind: "access_token",
        parent: Some(person),
        scope: Scope::common(),
        label: "",
    };
    let state = Recorded {
        scope: new.scope.code(),
        expires_on: new.expires_on,
        revoked: false,
    };
    let id = change.create(thing, &state).await?;
    let no = change.no();
    change
        .tx()
        .run(
            "insert into access_token (id, person_id, name, digest, scope, expires_on,
                                       created_change)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                id,
                person,
                &new.name,
                secret.digest(),
                new.scope.code(),
                new.expires_on.to_string(),
                no
            ],
        )
        .await?;
    Ok(id)
}

/// Whose token it is.
pub(super) async fn owner(tx: &mut Tx, token: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Uuid,)> = tx
        .optional(
            "select person_id from access_token where id = $1",
            args![token],
        )
        .await?;
    Ok(row.map(|(person,)| person))
}

/// Whether a token lets a program write on that day: one that was revoked or has ended lets
/// nothing more, nor does what is no token at all.
pub(in crate::access) async fn may_write(
    tx: &mut Tx,
    token: Uuid,
    today: Date,
) -> Result<bool, DbError> {
    let row: Option<(String,)> = tx
        .optional(
            "select scope from access_token
             where id = $1 and revoked_change is null and expires_on >= $2",
            args![token, today.to_string()],
        )
        .await?;
    Ok(row.is_some_and(|(scope,)| TokenScope::from_code(&scope) == Some(TokenScope::ReadWrite)))
}

/// Revokes a token of the person who asks, at once and for good; false where they have no such
/// token that still was one.
pub async fn revoke(change: &mut Change, permit: Permit<RevokeToken>) -> Result<bool, LedgerError> {
    let owner = permit.actor().person();
    let token = permit.into_thing();
    let found: Option<(String, String)> = change
        .tx()
        .optional(
            "select scope, expires_on from access_token
             where id = $1 and person_id = $2 and revoked_change is null",
            args![token, owner],
        )
        .await?;
    let Some((scope, expires_on)) = found else {
        return Ok(false);
    };
    let state = |revoked| -> Result<Recorded, DbError> {
        Ok(Recorded {
            scope: scope_of(&scope)?.code(),
            expires_on: day(&expires_on)?,
            revoked,
        })
    };
    change
        .record(token, "revoke", Some(&state(false)?), Some(&state(true)?))
        .await?;
    let no = change.no();
    change
        .tx()
        .run(
            "update access_token set revoked_change = $2 where id = $1",
            args![token, no],
        )
        .await?;
    Ok(true)
}

/// Revokes all that reads or writes for a person without their signing in, the addresses of tables
/// included: their account closes, their sessions are ended with what programs do for them, or a
/// role asks for more than these were opened with. How many.
pub(in crate::access) async fn revoke_all(
    change: &mut Change,
    person: Uuid,
) -> Result<usize, LedgerError> {
    let open: Vec<(Uuid,)> = change
        .tx()
        .all(
            "select id from access_token where person_id = $1 and revoked_change is null
             union all
             select id from table_address where person_id = $1 and revoked_change is null
             order by id",
            args![person],
        )
        .await?;
    for (opened,) in &open {
        change
            .record(*opened, "revoke", None::<&Recorded>, None::<&Recorded>)
            .await?;
    }
    let no = change.no();
    let tx = change.tx();
    tx.run(
        "update access_token set revoked_change = $2
         where person_id = $1 and revoked_change is null",
        args![person, no],
    )
    .await?;
    tx.run(
        "update table_address set revoked_change = $2
         where person_id = $1 and revoked_change is null",
        args![person, no],
    )
    .await?;
    Ok(open.len())
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: Uuid,
    name: String,
    scope: String,
    expires_on: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

/// The tokens of the person whose reach it is, the latest first.
pub async fn tokens(tx: &mut Tx, reach: &Reach) -> Result<Vec<AccessToken>, DbError> {
    let rows: Vec<TokenRow> = tx
        .all(
            "select k.id, k.name, k.scope, k.expires_on, made.at as created_at,
                    revoked.at as revoked_at
             from access_token k
             join change made on made.no = k.created_change
             left join change revoked on revoked.no = k.revoked_change
             where k.person_id = $1
             order by k.created_change desc",
            args![reach.actor().person()],
        )
        .await?;
    let token = |row: TokenRow| {
        Ok(AccessToken {
            scope: scope_of(&row.scope)?,
            expires_on: day(&row.expires_on)?,
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        })
    };
    rows.into_iter().map(token).collect()
}

/// Whom a token acts for.
#[derive(Clone, Debug)]
pub(in crate::access) struct Bearer {
    pub token: Uuid,
    pub person: Person,
}

#[derive(sqlx::FromRow)]
struct BearerRow {
    token: Uuid,
    id: Uuid,
    name: String,
    email: String,
}

/// Whom a token acts for on that day; nobody where it was revoked, has ended or never was.
pub(in crate::access) async fn bearer(
    tx: &mut Tx,
    secret: &Secret,
    today: Date,
) -> Result<Option<Bearer>, DbError> {
    let row: Option<BearerRow> = tx
        .optional(
            "select k.id as token, p.id, p.name, p.email
             from access_token k join person p on p.id = k.person_id
             where k.digest = $1 and k.revoked_change is null and k.expires_on >= $2
               and p.closed_change is null",
            args![secret.digest(), today.to_string()],
        )
        .await?;
    let bearer = |row: BearerRow| Bearer {
        token: row.token,
        person: Person {
            id: row.id,
            name: row.name,
            email: row.email,
        },
    };
    Ok(row.map(bearer))
}

fn scope_of(code: &str) -> Result<TokenScope, DbError> {
    TokenScope::from_code(code).ok_or_else(|| DbError::corrupt("scope of a token", code))
}

fn day(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|_| DbError::corrupt("end of a token", text))
}
