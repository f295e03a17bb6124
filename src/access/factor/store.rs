//! Second factors in the database.

use serde::Serialize;
use uuid::Uuid;

use super::{AddFactor, RecoveryCode, RemoveFactor, RenewCodes, SLOT, Shared};
use crate::access::letter::{self, Warning};
use crate::access::permit::Permit;
use crate::access::store::{Whose, end_sessions, person};
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::mail;
use crate::sealed::{Envelope, Keyring, Place, SealError, store as sealed};

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

/// What a person's application shares with Jalon, as it can be read.
enum Known {
    /// They have no second factor.
    Nothing,
    /// This.
    Secret(Shared),
    /// It is sealed and does not open.
    Closed,
}

/// What a person's application shares with Jalon. It stands in clear where no key was set when the
/// person set it up; sealed, its place in the clear is empty.
async fn known(db: &Db, keyring: &Keyring, person: Uuid) -> Result<Known, DbError> {
    let mut tx = db.read().await?;
    let found: Option<(Vec<u8>,)> = tx
        .optional(
            "select secret from authenticator where person_id = $1",
            args![person],
        )
        .await?;
    let Some((clear,)) = found else {
        return Ok(Known::Nothing);
    };
    let corrupt = || DbError::corrupt("second factor", person);
    if !clear.is_empty() {
        let shared = Shared::from_bytes(&clear).ok_or_else(corrupt)?;
        return Ok(Known::Secret(shared));
    }
    let kept = sealed::last(&mut tx, person, SLOT).await?;
    let kept = kept.ok_or_else(corrupt)?;
    drop(tx);
    match keyring.open(&kept.place, &kept.envelope).await {
        Ok(plain) => Ok(Known::Secret(
            Shared::from_bytes(plain.bytes()).ok_or_else(corrupt)?,
        )),
        Err(error) => {
            tracing::error!(%error, "a second factor does not open");
            Ok(Known::Closed)
        }
    }
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
    /// Nothing can be said of a code of the application: what it shares is sealed and its key is
    /// not there.
    Unreadable,
}

/// Uses up what a person typed: a code of the application, or a recovery code. The engine sees to
/// it that neither serves twice, however many try at once.
pub(in crate::access) async fn use_up(
    db: &Db,
    (clock, keyring): (&Clock, &Keyring),
    person: Uuid,
    typed: &str,
) -> Result<Given, DbError> {
    let known = known(db, keyring, person).await?;
    let mut tx = db.write_aside().await?;
    let given = match &known {
        Known::Nothing => Given::Nothing,
        Known::Secret(shared) => match shared.step_of(typed, clock.now()) {
            Some(step) => use_step(&mut tx, person, step).await?,
            None => use_recovery(&mut tx, clock, person, typed).await?,
        },
        Known::Closed => match use_recovery(&mut tx, clock, person, typed).await? {
            Given::Nothing if RecoveryCode::parse(typed).is_none() => Given::Unreadable,
            given => given,
        },
    };
    tx.commit().await?;
    Ok(given)
}

/// Uses up a step of thirty seconds.
async fn use_step(tx: &mut Tx, person: Uuid, step: i64) -> Result<Given, DbError> {
    let used = tx
        .run(
            "update authenticator set last_step = $2 where person_id = $1 and last_step < $2",
            args![person, step],
        )
        .await?;
    Ok(if used == 1 {
        Given::Code
    } else {
        Given::Nothing
    })
}

/// Uses up a recovery code.
async fn use_recovery(
    tx: &mut Tx,
    clock: &Clock,
    person: Uuid,
    typed: &str,
) -> Result<Given, DbError> {
    let now = clock.now();
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

/// What an application shares, as it will be kept.
pub(super) enum Secret {
    /// In clear: no key is set.
    Clear(Shared),
    /// Sealed, for that place.
    Sealed(Place, Envelope),
}

impl Secret {
    /// Sealed where a key is set.
    pub(super) async fn of(
        keyring: &Keyring,
        clock: &Clock,
        person: Uuid,
        shared: Shared,
    ) -> Result<Self, SealError> {
        if !keyring.is_set() {
            return Ok(Self::Clear(shared));
        }
        // An instant tells it from the one that the same person had before.
        let place = Place::new(person, SLOT, clock.now());
        let envelope = keyring.seal(&place, shared.bytes()).await?;
        Ok(Self::Sealed(place, envelope))
    }
}

/// Seals some of the secrets that still stand in clear, where a key is set; how many.
pub async fn seal_some(db: &Db, clock: &Clock, keyring: &Keyring) -> Result<usize, SealError> {
    if !keyring.is_set() {
        return Ok(0);
    }
    let clear: Vec<(Uuid, Vec<u8>)> = db
        .read()
        .await?
        .all(
            "select person_id, secret from authenticator where secret <> $1 limit 100",
            args![Vec::<u8>::new()],
        )
        .await?;
    for (person, secret) in &clear {
        let place = Place::new(*person, SLOT, clock.now());
        let envelope = keyring.seal(&place, secret).await?;
        let mut tx = db.write_aside().await?;
        let emptied = tx
            .run(
                "update authenticator set secret = $3 where person_id = $1 and secret = $2",
                args![*person, secret.clone(), Vec::<u8>::new()],
            )
            .await?;
        if emptied == 1 {
            sealed::keep(&mut tx, clock, &place, &envelope).await?;
            tx.commit().await?;
        }
    }
    Ok(clear.len())
}

/// Asks a person for a second factor from now on, whose code of that step has just served; gives
/// their recovery codes. `None` where they have one already. Their other sessions end.
pub(super) async fn add(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<AddFactor>,
    (shared, step): (&Secret, i64),
    kept_session: Option<Vec<u8>>,
) -> Result<Option<Vec<RecoveryCode>>, LedgerError> {
    let person = permit.into_thing();
    let no = change.no();
    let clear = match shared {
        Secret::Clear(shared) => shared.bytes(),
        Secret::Sealed(..) => &[],
    };
    let added = change
        .tx()
        .run(
            "insert into authenticator (person_id, secret, last_step, created_change)
             values ($1, $2, $3, $4) on conflict (person_id) do nothing",
            args![person, clear, step, no],
        )
        .await?;
    if added == 0 {
        return Ok(None);
    }
    if let Secret::Sealed(place, envelope) = shared {
        sealed::keep(change.tx(), clock, place, envelope).await?;
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
/// end but the one kept. They are told, and why where somebody else does it.
pub async fn remove(
    change: &mut Change,
    clock: &Clock,
    permit: Permit<RemoveFactor>,
    kept_session: Option<Vec<u8>>,
) -> Result<bool, LedgerError> {
    let actor = permit.actor().person();
    let Whose { person, .. } = permit.into_thing();
    let why = change.why().unwrap_or_default().to_owned();
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
    sealed::forget(tx, person, SLOT).await?;
    let (was, is) = (state(true), state(false));
    change
        .record(person, "factor_remove", Some(&was), Some(&is))
        .await?;
    end_sessions(change.tx(), person, kept_session).await?;
    let warning = if actor == Some(person) {
        Warning::FactorRemoved
    } else {
        Warning::FactorTaken(&why)
    };
    warn(change.tx(), clock, person, warning).await?;
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
    let clock = change.clock().clone();
    warn(change.tx(), &clock, person, Warning::CodesRenewed).await?;
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

async fn warn(tx: &mut Tx, clock: &Clock, id: Uuid, warning: Warning<'_>) -> Result<(), DbError> {
    let Some(person) = person(tx, id).await? else {
        return Ok(());
    };
    let mail = letter::warning(&person, warning, clock.now());
    mail::store::write(tx, clock, &[mail]).await
}

fn state(second_factor: bool) -> Recorded {
    Recorded { second_factor }
}
