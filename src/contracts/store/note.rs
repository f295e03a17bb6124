//! Confidential notes in the database: who wrote which version and when, and what is sealed.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::ContractError;
use crate::access::{NotPermitted, Permit, Reach, may};
use crate::args;
use crate::contracts::note::{Note, SLOT, Unsound, Version};
use crate::contracts::{ReadNote, WriteNote};
use crate::kernel::hex;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::{DbError, Tx};
use crate::sealed::{Envelope, Place, store as sealed};

/// What the history keeps of a version: nothing of what it says.
#[derive(Serialize)]
struct Recorded {
    no: i64,
    /// Of the encrypted text.
    sha256: String,
}

fn digest(envelope: &Envelope) -> Vec<u8> {
    Sha256::digest(&envelope.body).to_vec()
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    note_id: Uuid,
    no: i64,
    digest: Vec<u8>,
    at: i64,
    who: Option<String>,
}

/// The note on a contract and its versions, the last first; a note without versions where nobody
/// wrote one.
///
/// # Errors
/// Where whoever asks may not read it.
pub async fn note_of(tx: &mut Tx, reach: &Reach, contract: Uuid) -> Result<Note, NotPermitted> {
    may::<ReadNote>(tx, reach, &contract).await??;
    let rows: Vec<VersionRow> = tx
        .all(
            "select v.note_id, v.no, v.digest, c.at, p.name as who
             from confidential_note n
             join confidential_note_version v on v.note_id = n.id
             join change c on c.no = v.change_no
             left join person p on p.id = c.actor
             where n.contract_id = $1 order by v.no desc",
            args![contract],
        )
        .await?;
    Ok(Note {
        id: rows.first().map(|row| row.note_id),
        versions: rows
            .into_iter()
            .map(|row| Version {
                no: row.no,
                at: row.at,
                who: row.who,
                digest: row.digest,
            })
            .collect(),
    })
}

/// What is sealed of a version; nothing where it is not there or is not what was sealed then.
pub async fn sealed_version(
    tx: &mut Tx,
    place: &Place,
    version: &Version,
) -> Result<Option<Envelope>, DbError> {
    let found = sealed::find(tx, place).await?;
    Ok(found.filter(|envelope| digest(envelope) == version.digest))
}

/// Adds a version, sealed for its place before the change. It follows the last one, or it is stale.
pub async fn write_note(
    change: &mut Change,
    permit: Permit<WriteNote>,
    (place, envelope): (&Place, &Envelope),
) -> Result<(), ContractError> {
    let contract = permit.into_thing();
    let last: Option<(Uuid, i64)> = change
        .tx()
        .optional(
            "select n.id, max(v.no) from confidential_note n
             join confidential_note_version v on v.note_id = n.id
             where n.contract_id = $1 group by n.id",
            args![contract],
        )
        .await?;
    let state = Recorded {
        no: place.no,
        sha256: hex(&digest(envelope)),
    };
    match last {
        None if place.no == 1 => create(change, contract, place.thing, &state).await?,
        Some(last) if last == (place.thing, place.no - 1) => {
            let was = None::<&Recorded>;
            change
                .record(place.thing, "write", was, Some(&state))
                .await?;
        }
        _ => return Err(LedgerError::Stale(place.thing).into()),
    }
    let (clock, no) = (change.clock().clone(), change.no());
    let tx = change.tx();
    tx.run(
        "insert into confidential_note_version (note_id, no, digest, change_no)
         values ($1, $2, $3, $4)",
        args![place.thing, place.no, digest(envelope), no],
    )
    .await?;
    if sealed::keep(tx, &clock, place, envelope).await? {
        Ok(())
    } else {
        Err(LedgerError::Stale(place.thing).into())
    }
}

async fn create(
    change: &mut Change,
    contract: Uuid,
    note: Uuid,
    state: &Recorded,
) -> Result<(), LedgerError> {
    let (organisation, framework): (String, String) = change
        .tx()
        .one(
            "select organisation_code, framework from contract where id = $1",
            args![contract],
        )
        .await?;
    let thing = NewThing {
        kind: "confidential_note",
        parent: Some(contract),
        scope: Scope {
            organisation,
            framework,
        },
        label: "",
    };
    change.create_as(note, thing, state).await?;
    change
        .tx()
        .run(
            "insert into confidential_note (id, contract_id) values ($1, $2)",
            args![note, contract],
        )
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    slug: String,
    no: i64,
    digest: Vec<u8>,
    body: Option<Vec<u8>>,
}

/// The versions whose sealed text is not there, or is not the one that the history knows: for who
/// checks an installation, without opening any.
pub async fn unsound_notes(tx: &mut Tx) -> Result<Vec<Unsound>, DbError> {
    let rows: Vec<HeldRow> = tx
        .all(
            "select c.slug, v.no, v.digest, s.body
             from confidential_note_version v
             join confidential_note n on n.id = v.note_id
             join contract c on c.id = n.contract_id
             left join sealed s on s.thing_id = v.note_id and s.no = v.no and s.slot = $1
             order by c.slug collate \"C\", v.no",
            args![SLOT],
        )
        .await?;
    let unsound = rows.into_iter().filter_map(|row| {
        let found = row.body.map(|body| Sha256::digest(body).to_vec());
        (found.as_ref() != Some(&row.digest)).then_some(Unsound {
            slug: row.slug,
            no: row.no,
            missing: found.is_none(),
        })
    });
    Ok(unsound.collect())
}
