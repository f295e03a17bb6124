//! Where organisations are written to, in the database.

use serde::Serialize;
use uuid::Uuid;

use super::{SetContact, VERB};
use crate::access::{Email, Permit, Reach};
use crate::args;
use crate::ledger::{Change, LedgerError};
use crate::platform::db::{DbError, Tx};

/// What the history keeps: the mailbox of a service, which is nobody's own.
#[derive(Serialize)]
struct Recorded<'a> {
    contact: Option<&'a str>,
}

/// The thing that an organisation is.
pub(super) async fn thing_of(tx: &mut Tx, code: &str) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Uuid,)> = tx
        .optional("select id from organisation where code = $1", args![code])
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The address of an organisation; none to who may not know of it.
pub(super) async fn contact(
    tx: &mut Tx,
    reach: &Reach,
    code: &str,
) -> Result<Option<String>, DbError> {
    let all = contacts(tx, reach).await?;
    let found = all.into_iter().find(|(of, _)| of == code);
    Ok(found.map(|(_, address)| address))
}

/// Every organisation that has one, with its address, for the people of the State and of the
/// agencies.
pub(in crate::organisations) async fn contacts(
    tx: &mut Tx,
    reach: &Reach,
) -> Result<Vec<(String, String)>, DbError> {
    if !reach.sees_referents() {
        return Ok(Vec::new());
    }
    tx.all(
        "select organisation, address from organisation_contact",
        vec![],
    )
    .await
}

/// Sets the address of the organisation in the permit, or takes it away.
pub(super) async fn set(
    change: &mut Change,
    permit: Permit<SetContact>,
    contact: Option<&Email>,
) -> Result<(), LedgerError> {
    let code = permit.into_thing();
    let no = change.no();
    let was: Option<(String,)> = change
        .tx()
        .optional(
            "select address from organisation_contact where organisation = $1",
            args![&code],
        )
        .await?;
    let was = was.map(|(address,)| address);
    let is = contact.map(Email::as_str);
    let Some(thing) = thing_of(change.tx(), &code)
        .await?
        .filter(|_| was.as_deref() != is)
    else {
        return Ok(());
    };
    change
        .tx()
        .run(
            "delete from organisation_contact where organisation = $1",
            args![&code],
        )
        .await?;
    if let Some(address) = is {
        change
            .tx()
            .run(
                "insert into organisation_contact (organisation, address, changed_in)
                 values ($1, $2, $3)",
                args![&code, address, no],
            )
            .await?;
    }
    let before = Recorded {
        contact: was.as_deref(),
    };
    let after = Recorded { contact: is };
    change
        .record(thing, VERB, Some(&before), Some(&after))
        .await
}
