//! Second factors in the database.

use serde::Serialize;
use uuid::Uuid;

use super::{AddFactor, RecoveryCode, RemoveFactor, RenewCodes, Shared};
use crate::access::letter::{self, Warning};
use crate::access::permit::Permit;
use crate::access::store::{end_sessions, person};
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail;

/// What the history keeps of a second factor: that there is one.
#[derive(Serialize)]
struct Recorded {
    second_factor: bool,
}

/// Whether a person has a second factor.
pub(in crate::access) async fn is_set_up(tx: &mut Tx, person: Uuid) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx
        .optional(
            "select last_step from authenticator where person_id = $1",
            args![person],
        )
        .await?;
    Ok(found.is_some())
}

/// What a person's application shares with Jalon.
pub(super) async fn shared(tx: &mut Tx, person: Uuid) -> Result<Option<Shared>, DbError> {
    let found: Option<(Vec<u8>,)> = tx
        .optional(
            "select secret from authenticator where person_id = $1",
            args![person],
        )
        .await?;
    let read = |(bytes,): (Vec<u8>,)| {
        Shared::from_bytes(&bytes).ok_or_else(|| DbError::corrupt("second factor", person))
    };
    found.map(read).transpose()
}

/// How many recovery codes a person has left.
pub(super) async fn codes_left(tx: &mut Tx, person: Uuid) -> Result<i64, DbError> {
    let (left,): (i64,) = tx
        .one(
            "select count(*) from recovery_code where person_id = $1 and used_at is null",
            args![person],
        )
        .await?;
    Ok(left)
}

/// What a person gave opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::access) enum Given {
    /// Nothing: it is no code of theirs, or served already.
    Nothing,
    /// A code of the application.
    Code,
    /// A recovery code; how many are left.
    Recovery(i64),
}

/// Uses up what a person typed: a code of the application, or a recovery code. The engine sees to
/// it that neither serves twice, however many try at once.
pub(in crate::access) async fn use_up(
    tx: &mut Tx,
    clock: &Clock,
    person: Uuid,
    typed: &str,
) -> Result<Given, DbError> {
    let now = clock.now();
    let Some(shared) = shared(tx, person).await? else {
        return Ok(Given::Nothing);
    };
    if let Some(step) = shared.step_of(typed, now) {
        let used = tx
            .run(
                "update authenticator set last_step = $2 where person_id = $1 and last_step < $2",
                args![person, step],
            )
            .await?;
        return Ok(if used == 1 {
            Given::Code
        } else {
            Given::Nothing
        });
    }
    let Some(code) = RecoveryCode::parse(typed) else {
        return Ok(Given::Nothing);
    };
    let used = tx
        .run(
            "update recovery_code set used_at = $3
             where person_id = $1 and digest = $2 and used_at is null",
            args![person, code.digest(), now],
        )
        .await?;
    if used == 0 {
        return Ok(Given::Nothing);
    }
    let left = codes_left(tx, person).await?;
    warn(tx, clock, person, Warning::RecoveryUsed(left)).await?;
    Ok(Given::Recovery(left))
}

/// Asks a person for a second factor from now on, whose code of that step has just served; gives
/// their recovery codes. `None` where they have one already. Their other sessions end.
pub(super) async fn add(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<AddFactor>,
    (shared, step): (&Shared, i64),
    kept_session: Option<Vec<u8>>,
) -> Result<Option<Vec<RecoveryCode>>, LedgerError> {
    let person = permit.into_thing();
    let no = change.no();
    let added = change
        .tx()
        .run(
            "insert into authenticator (person_id, secret, last_step, created_change)
             values ($1, $2, $3, $4) on conflict (person_id) do nothing",
            args![person, shared.bytes(), step, no],
        )
        .await?;
    if added == 0 {
        return Ok(None);
    }
    let (was, is) = (state(false), state(true));
    change
        .record(person, "factor_add", Some(&was), Some(&is))
        .await?;
    let codes = give_codes(change.tx(), person).await?;
    end_sessions(change.tx(), person, kept_session).await?;
    warn(change.tx(), clock, person, Warning::FactorAdded).await?;
    Ok(Some(codes))
}

/// Asks a person for no second factor any more; false where none was asked. All their sessions
/// end but the one kept.
pub async fn remove(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<RemoveFactor>,
    kept_session: Option<Vec<u8>>,
) -> Result<bool, LedgerError> {
    let person = permit.into_thing();
    let tx = change.tx();
    tx.run(
        "delete from recovery_code where person_id = $1",
        args![person],
    )
    .await?;
    let removed = tx
        .run(
            "delete from authenticator where person_id = $1",
            args![person],
        )
        .await?;
    if removed == 0 {
        return Ok(false);
    }
    let (was, is) = (state(true), state(false));
    change
        .record(person, "factor_remove", Some(&was), Some(&is))
        .await?;
    end_sessions(change.tx(), person, kept_session).await?;
    warn(change.tx(), clock, person, Warning::FactorRemoved).await?;
    Ok(true)
}

/// Gives a person new recovery codes.
pub(super) async fn renew_codes(
    change: &mut Change,
    permit: Permit<RenewCodes>,
) -> Result<Vec<RecoveryCode>, LedgerError> {
    let person = permit.into_thing();
    change
        .record(person, "recovery_codes", None::<&()>, None::<&()>)
        .await?;
    Ok(give_codes(change.tx(), person).await?)
}

async fn give_codes(tx: &mut Tx, person: Uuid) -> Result<Vec<RecoveryCode>, DbError> {
    tx.run(
        "delete from recovery_code where person_id = $1",
        args![person],
    )
    .await?;
    let codes = RecoveryCode::set();
    let rows = codes.iter().map(|code| args![person, code.digest()]);
    tx.insert_rows(
        "insert into recovery_code (person_id, digest) values",
        rows.collect(),
    )
    .await?;
    Ok(codes)
}

async fn warn(tx: &mut Tx, clock: &Clock, id: Uuid, warning: Warning) -> Result<(), DbError> {
    let Some(person) = person(tx, id).await? else {
        return Ok(());
    };
    let mail = letter::warning(&person, warning, clock.now());
    mail::store::write(tx, clock, &[mail]).await
}

fn state(second_factor: bool) -> Recorded {
    Recorded { second_factor }
}
