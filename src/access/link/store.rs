//! Links in the database.

use uuid::Uuid;

use super::{InvitePerson, LinkKind};
use crate::access::grant::store::can_sign_in;
use crate::access::letter;
use crate::access::permit::Permit;
use crate::access::store::{Person, Whose, open_account};
use crate::access::token::Secret;
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail;

/// Makes a link for a person; those of its kind that did not serve stop working.
pub(in crate::access) async fn issue(
    tx: &mut Tx,
    clock: &Clock,
    person: Uuid,
    kind: LinkKind,
) -> Result<Secret, DbError> {
    let secret = Secret::random();
    tx.run(
        "delete from access_link where person_id = $1 and kind = $2 and used_at is null",
        args![person, kind.code()],
    )
    .await?;
    let now = clock.now();
    tx.run(
        "insert into access_link (digest, person_id, kind, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
        args![
            secret.digest(),
            person,
            kind.code(),
            now,
            now + kind.lifetime()
        ],
    )
    .await?;
    Ok(secret)
}

/// Writes to somebody who has an account and never chose how to sign in, with a link to do so; gives
/// the link's secret, for where no mail leaves. `None` where there is nobody to invite: they chose,
/// or their account is closed.
pub async fn invite(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<InvitePerson>,
) -> Result<Option<Secret>, LedgerError> {
    let Whose { person: id, .. } = permit.into_thing();
    let person = open_account(change.tx(), id).await?;
    let chose = can_sign_in(change.tx(), id).await?;
    let Some(person) = person.filter(|_| !chose) else {
        return Ok(None);
    };
    let secret = issue(change.tx(), clock, id, LinkKind::Invitation).await?;
    change
        .record(id, "invite", None::<&()>, None::<&()>)
        .await?;
    let mail = letter::invitation(&person, &secret, change.at());
    mail::store::write(change.tx(), clock, &[mail]).await?;
    Ok(Some(secret))
}

/// The address of a link, with [`mail::SITE`] for that of the site.
pub fn address(secret: &Secret) -> String {
    format!("{}{}", mail::SITE, letter::link_path(secret))
}

/// Whom a link is for, where it still serves.
#[derive(Clone, Debug)]
pub(in crate::access) struct Opened {
    pub kind: LinkKind,
    pub person: Person,
}

#[derive(sqlx::FromRow)]
struct OpenedRow {
    kind: String,
    id: Uuid,
    name: String,
    email: String,
}

/// What the link of that digest opens now; nothing where it served, ended or never was.
pub(in crate::access) async fn opened(
    tx: &mut Tx,
    digest: [u8; 32],
    now: i64,
) -> Result<Option<Opened>, DbError> {
    let row: Option<OpenedRow> = tx
        .optional(
            "select l.kind, p.id, p.name, p.email
             from access_link l join person p on p.id = l.person_id
             where l.digest = $1 and l.used_at is null and l.expires_at > $2
               and p.closed_change is null",
            args![digest, now],
        )
        .await?;
    let opened = |row: OpenedRow| {
        let kind = LinkKind::from_code(&row.kind);
        Ok(Opened {
            kind: kind.ok_or_else(|| DbError::corrupt("kind of a link", &row.kind))?,
            person: Person {
                id: row.id,
                name: row.name,
                email: row.email,
            },
        })
    };
    row.map(opened).transpose()
}

/// Uses a link up: false where it served or ended meanwhile. The other links of the person stop
/// working with it.
pub(in crate::access) async fn use_up(
    tx: &mut Tx,
    digest: [u8; 32],
    person: Uuid,
    now: i64,
) -> Result<bool, DbError> {
    let used = tx
        .run(
            "update access_link set used_at = $2
             where digest = $1 and used_at is null and expires_at > $2",
            args![digest, now],
        )
        .await?;
    if used == 0 {
        return Ok(false);
    }
    tx.run(
        "delete from access_link where person_id = $1 and used_at is null",
        args![person],
    )
    .await?;
    Ok(true)
}

/// Forgets the links that ended.
pub async fn forget_ended(tx: &mut Tx, now: i64) -> Result<(), DbError> {
    tx.run("delete from access_link where expires_at < $1", args![now])
        .await?;
    Ok(())
}
