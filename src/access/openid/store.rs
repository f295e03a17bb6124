//! Identities in the database.

use serde::Serialize;
use uuid::Uuid;

use super::{Assertion, BindIdentity, Identity, UnbindIdentity};
use crate::access::letter::{self, Warning};
use crate::access::permit::Permit;
use crate::access::reach::Reach;
use crate::access::store::person;
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail;

/// What the history keeps of an identity: whose it is, nothing personal.
#[derive(Serialize)]
struct Recorded {
    issuer: String,
}

/// The account that an identity opens.
pub(super) async fn account_of(tx: &mut Tx, who: &Identity) -> Result<Option<Uuid>, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select person_id from identity where issuer = $1 and idp = $2 and subject = $3",
            args![&who.issuer, &who.idp, &who.subject],
        )
        .await?;
    Ok(found.map(|(person,)| person))
}

/// Whose account an identity opens.
pub(super) async fn owner(tx: &mut Tx, identity: Uuid) -> Result<Option<Uuid>, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional(
            "select person_id from identity where id = $1",
            args![identity],
        )
        .await?;
    Ok(found.map(|(person,)| person))
}

/// Keeps what was said at the last sign-in.
pub(super) async fn seen(tx: &mut Tx, said: &Assertion, now: i64) -> Result<(), DbError> {
    let who = &said.identity;
    tx.run(
        "update identity set siret = $4, acr = $5, amr = $6, seen_at = $7
         where issuer = $1 and idp = $2 and subject = $3",
        args![
            &who.issuer,
            &who.idp,
            &who.subject,
            said.siret.as_deref(),
            said.acr.as_deref(),
            said.amr.join(" "),
            now
        ],
    )
    .await?;
    Ok(())
}

/// What became of an identity that somebody wanted bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// It opens the account from now on.
    Now,
    /// It did already.
    Already,
    /// It opens another account.
    Elsewhere,
}

/// Binds an identity to the account of a person, who is warned.
pub(super) async fn bind(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<BindIdentity>,
    said: &Assertion,
    label: &str,
) -> Result<Bound, LedgerError> {
    let owner = permit.into_thing();
    let (id, no, now) = (clock.new_id(), change.no(), clock.now());
    let who = &said.identity;
    let added = change
        .tx()
        .run(
            "insert into identity (id, person_id, issuer, idp, subject, siret, acr, amr, bound_at,
                                   seen_at, bound_change)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
             on conflict (issuer, idp, subject) do nothing",
            args![
                id,
                owner,
                &who.issuer,
                &who.idp,
                &who.subject,
                said.siret.as_deref(),
                said.acr.as_deref(),
                said.amr.join(" "),
                now,
                no
            ],
        )
        .await?;
    if added == 0 {
        let bound = account_of(change.tx(), who).await?;
        return Ok(if bound == Some(owner) {
            Bound::Already
        } else {
            Bound::Elsewhere
        });
    }
    let is = Recorded {
        issuer: who.issuer.clone(),
    };
    change
        .record(owner, "identity_bind", None::<&Recorded>, Some(&is))
        .await?;
    warn(change.tx(), clock, owner, Warning::IdentityBound(label)).await?;
    Ok(Bound::Now)
}

/// Takes an identity away from the account it opens, whose owner is warned.
pub(super) async fn unbind(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<UnbindIdentity>,
    label: &str,
) -> Result<(), LedgerError> {
    let id = permit.into_thing();
    let tx = change.tx();
    let found: Option<(Uuid, String)> = tx
        .optional(
            "select person_id, issuer from identity where id = $1",
            args![id],
        )
        .await?;
    let Some((owner, issuer)) = found else {
        return Ok(());
    };
    tx.run("delete from identity where id = $1", args![id])
        .await?;
    let was = Recorded { issuer };
    change
        .record(owner, "identity_unbind", Some(&was), None::<&Recorded>)
        .await?;
    warn(change.tx(), clock, owner, Warning::IdentityUnbound(label)).await?;
    Ok(())
}

/// An identity that opens an account, as its owner sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Listed {
    /// Identifier.
    pub id: Uuid,
    /// The establishment they work in.
    pub siret: Option<String>,
    /// Since when, in microseconds UTC.
    pub bound_at: i64,
    /// When it last opened the account, in microseconds UTC.
    pub seen_at: i64,
}

/// The identities that open the account of whoever asks, the latest first.
pub(super) async fn own(tx: &mut Tx, reach: &Reach) -> Result<Vec<Listed>, DbError> {
    tx.all(
        "select id, siret, bound_at, seen_at from identity where person_id = $1
         order by bound_at desc, id desc",
        args![reach.actor().person()],
    )
    .await
}

async fn warn(tx: &mut Tx, clock: &Clock, id: Uuid, warning: Warning<'_>) -> Result<(), DbError> {
    let Some(person) = person(tx, id).await? else {
        return Ok(());
    };
    let letter = letter::warning(&person, warning, clock.now());
    mail::store::write(tx, clock, &[letter]).await
}
