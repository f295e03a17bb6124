//! What ends a draft, or makes it ready to end: confirming, putting it upon new terms, signing,
//! giving it up.

use jiff::civil::{Date, date};
use serde::Serialize;
use uuid::Uuid;

use super::ContractError;
use super::edit::draft;
use crate::access::Permit;
use crate::args;
use crate::contracts::{
    AbandonInstrument, Book, ConfirmInstrument, Instrument, Obstacle, ObstacleKind, OpenInstrument,
    RebaseInstrument, SignInstrument, State, check_draft,
};
use crate::ledger::Change;
use crate::platform::clock::{french_date, paris_date};

#[derive(Serialize)]
struct StateChange {
    state: &'static str,
}

#[derive(Serialize)]
struct Confirmed {
    person: Uuid,
}

#[derive(Serialize)]
struct Based {
    base_change: i64,
}

const DRAFT: StateChange = StateChange {
    state: State::Draft.code(),
};

/// Confirms a draft as it stands, in the name of the person who acts. Twice is once.
pub async fn confirm(
    change: &mut Change,
    permit: Permit<ConfirmInstrument>,
) -> Result<(), ContractError> {
    let person = permit.actor().person().ok_or(ContractError::NotAPerson)?;
    let (_, draft) = draft(change, permit.into_thing()).await?;
    if draft.confirmations.iter().any(|c| c.person == person) {
        return Ok(());
    }
    let no = change.no();
    change
        .tx()
        .run(
            "insert into confirmation (instrument_id, person_id, change_no) values ($1, $2, $3)",
            args![draft.id, person, no],
        )
        .await?;
    let none: Option<&Confirmed> = None;
    change
        .record(draft.id, "confirm", none, Some(&Confirmed { person }))
        .await?;
    Ok(())
}

/// Puts a draft upon the terms now in force, once its author has seen them.
pub async fn rebase(
    change: &mut Change,
    permit: Permit<RebaseInstrument>,
) -> Result<(), ContractError> {
    let (full, draft) = draft(change, permit.into_thing()).await?;
    let last = full.last_signature();
    if last == draft.base_change {
        return Ok(());
    }
    change
        .tx()
        .run(
            "update instrument set base_change = $2 where id = $1",
            args![draft.id, last],
        )
        .await?;
    let was = Based {
        base_change: draft.base_change,
    };
    let is = Based { base_change: last };
    change
        .record(draft.id, "rebase", Some(&was), Some(&is))
        .await?;
    Ok(())
}

/// Nobody signed before these contracts existed (the first ran from 2010), nor signs tomorrow.
fn wrong_days(draft: &Instrument, today: Date) -> Vec<Obstacle> {
    let plausible = date(2009, 1, 1)..=today;
    let wrong = draft.signatories.iter().filter_map(|signatory| {
        let day = signatory.signed_on.filter(|day| !plausible.contains(day))?;
        Some(Obstacle {
            kind: ObstacleKind::MissingDate,
            key: None,
            sentence: format!(
                "{} : la date de signature, {}, est impossible. Écrivez le jour où l’acte a été signé.",
                signatory.name,
                french_date(day)
            ),
        })
    });
    wrong.collect()
}

/// Records that a draft was signed: from this change on its terms are in force and can no longer
/// be written. `book` is the revision of the framework that the draft refers to.
///
/// # Errors
/// [`ContractError::Blocked`] with every obstacle, where there is one.
pub async fn sign(
    change: &mut Change,
    permit: Permit<SignInstrument>,
    book: &Book,
) -> Result<(), ContractError> {
    let signer = permit.actor().person();
    let (full, draft) = draft(change, permit.into_thing()).await?;
    if book.revision() != draft.framework_revision {
        return Err(ContractError::OtherRevision);
    }
    let mut obstacles = check_draft(book, &full, &draft, signer);
    obstacles.extend(wrong_days(&draft, paris_date(change.at())));
    if !obstacles.is_empty() {
        return Err(ContractError::Blocked(obstacles));
    }
    let no = change.no();
    if full.last_signature() == no {
        return Err(ContractError::SignedTwice);
    }
    change
        .tx()
        .run(
            "update instrument set state = $2, signed_change = $3 where id = $1",
            args![draft.id, State::Signed.code(), no],
        )
        .await?;
    let in_force = StateChange {
        state: State::Signed.code(),
    };
    change
        .record(draft.id, "sign", Some(&DRAFT), Some(&in_force))
        .await?;
    Ok(())
}

/// Who kept a draft to itself, as the history says it.
#[derive(Serialize)]
struct Kept<'k> {
    keeper: &'k str,
}

/// Opens a draft to the other parties, who then follow what is written in it. What is open stays
/// so.
pub async fn open_to_parties(
    change: &mut Change,
    permit: Permit<OpenInstrument>,
) -> Result<(), ContractError> {
    let (_, draft) = draft(change, permit.into_thing()).await?;
    if draft.keeper.is_empty() {
        return Ok(());
    }
    change
        .tx()
        .run(
            "update instrument set keeper = '' where id = $1",
            args![draft.id],
        )
        .await?;
    let (was, is) = (
        Kept {
            keeper: &draft.keeper,
        },
        Kept { keeper: "" },
    );
    change
        .record(draft.id, "open", Some(&was), Some(&is))
        .await?;
    Ok(())
}

/// Gives a draft up; it stays readable.
pub async fn abandon(
    change: &mut Change,
    permit: Permit<AbandonInstrument>,
) -> Result<(), ContractError> {
    let (_, draft) = draft(change, permit.into_thing()).await?;
    change
        .tx()
        .run(
            "update instrument set state = $2 where id = $1",
            args![draft.id, State::Abandoned.code()],
        )
        .await?;
    let abandoned = StateChange {
        state: State::Abandoned.code(),
    };
    change
        .record(draft.id, "abandon", Some(&DRAFT), Some(&abandoned))
        .await?;
    Ok(())
}
