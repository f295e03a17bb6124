//! Writing a draft: its terms, its reason, who signs it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::ContractError;
use super::load::{TermState, contract_of, load_by_id};
use crate::access::Permit;
use crate::args;
use crate::contracts::{
    EditInstrument, FullContract, Instrument, Section, Signatory, State, Term, TermBody, TermKey,
    Terms, TermsOf, WriteTerms,
};
use crate::ledger::Change;
use crate::platform::db::{Arg, DbError};

/// What a person wants a term to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermEdit {
    /// What it is about.
    pub key: TermKey,
    /// What it should say; nothing to have no term there.
    pub wanted: Option<TermBody>,
    /// Why, where the reason is not the instrument's.
    pub motive: Option<String>,
}

impl TermEdit {
    /// The edit that writes a term as it is.
    fn of(term: &Term) -> Self {
        Self {
            key: term.key.clone(),
            wanted: term.body.clone(),
            motive: term.motive.clone(),
        }
    }
}

/// What an edit asks of the draft: an instrument holds only what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// It is so already.
    Nothing,
    /// The draft no longer changes this term.
    Forget,
    /// The draft sets it, or takes it away.
    Set,
}

fn step(edit: &TermEdit, before: &Terms<'_>, own: Option<&Term>) -> Step {
    let held = before.get(&edit.key);
    let same_body = held.map(|held| held.body) == edit.wanted.as_ref();
    let same_motive =
        edit.motive.is_none() || held.is_some_and(|held| held.term.motive == edit.motive);
    if same_body && same_motive {
        return if own.is_some() {
            Step::Forget
        } else {
            Step::Nothing
        };
    }
    let written = own.is_some_and(|term| term.body == edit.wanted && term.motive == edit.motive);
    if written { Step::Nothing } else { Step::Set }
}

/// The contract of a draft, read in this change; an error where it is no draft any more.
pub(super) async fn draft(
    change: &mut Change,
    instrument: Uuid,
) -> Result<(FullContract, Instrument), ContractError> {
    let contract = contract_of(change.tx(), instrument).await?;
    let contract = contract.ok_or(ContractError::NotFound)?;
    let full = load_by_id(change.tx(), contract).await?;
    let full = full.ok_or(ContractError::NotFound)?;
    let draft = full.instrument_by_id(instrument).cloned();
    let draft = draft.ok_or(ContractError::NotFound)?;
    if draft.state == State::Draft {
        Ok((full, draft))
    } else {
        Err(ContractError::NotADraft)
    }
}

/// Writes terms in a draft: one entry of the history for each that really changes, with what was
/// in force or written before. Returns how many did.
///
/// # Errors
/// [`ContractError::NotFound`] for a term in a section that the permit was not given for.
pub async fn set_terms(
    change: &mut Change,
    permit: Permit<WriteTerms>,
    edits: Vec<TermEdit>,
) -> Result<usize, ContractError> {
    let TermsOf {
        instrument,
        sections,
    } = permit.into_thing();
    if edits.iter().any(|e| !sections.contains(&e.key.section)) {
        return Err(ContractError::NotFound);
    }
    let (full, draft) = draft(change, instrument).await?;
    let overlay = full.overlay(&draft);
    let own: BTreeMap<&TermKey, &Term> = overlay.touched.iter().map(|t| (&t.key, *t)).collect();
    let mut states = Vec::new();
    let (mut forgotten, mut set) = (BTreeSet::new(), BTreeSet::new());
    let mut rows = Vec::new();
    for edit in last_of_each(edits) {
        fits(&full, &edit)?;
        match step(&edit, &overlay.before, own.get(&edit.key).copied()) {
            Step::Nothing => continue,
            Step::Forget => {
                forgotten.insert(edit.key.clone());
            }
            Step::Set => {
                set.insert(edit.key.clone());
                rows.push(row(instrument, &edit, change.no())?);
            }
        }
        let (body, motive) = match overlay.after.get(&edit.key) {
            Some(held) => (Some(held.body.clone()), held.term.motive.clone()),
            None => (None, None),
        };
        let was = recorded(&edit.key, body, motive);
        states.push((was, recorded(&edit.key, edit.wanted, edit.motive)));
    }
    if !forgotten.is_empty() {
        // Both engines lack one way to delete a list of such keys: all go, and the others return.
        clear(change, instrument).await?;
        let others = own.values();
        let others = others.filter(|t| !forgotten.contains(&t.key) && !set.contains(&t.key));
        let others = others.map(|term| row(instrument, &TermEdit::of(term), term.change));
        rows.extend(others.collect::<Result<Vec<_>, _>>()?);
    }
    write(change, rows).await?;
    change.record_all(instrument, "term", &states).await?;
    if !states.is_empty() {
        withdraw_confirmations(change, &draft).await?;
    }
    Ok(states.len())
}

/// What is asked last of a term is what is asked of it.
fn last_of_each(edits: Vec<TermEdit>) -> impl Iterator<Item = TermEdit> {
    let by_key: BTreeMap<TermKey, TermEdit> = edits
        .into_iter()
        .map(|edit| (edit.key.clone(), edit))
        .collect();
    by_key.into_values()
}

/// Whether a term may stand where it is asked for.
fn fits(full: &FullContract, edit: &TermEdit) -> Result<(), ContractError> {
    let of_contract = |section: &Section| section.id == edit.key.section;
    if !full.contract.sections.iter().any(of_contract) {
        return Err(ContractError::NotFound);
    }
    match &edit.wanted {
        Some(body) if !body.fits(&edit.key.slot) => {
            Err(ContractError::Misfit(edit.key.slot.kind()))
        }
        _ => Ok(()),
    }
}

fn recorded(key: &TermKey, body: Option<TermBody>, motive: Option<String>) -> TermState {
    TermState {
        section: key.section,
        kind: key.slot.kind().to_owned(),
        subject: key.slot.subject().to_owned(),
        facet: key.slot.facet().to_owned(),
        period: period(key),
        body,
        motive,
    }
}

fn period(key: &TermKey) -> String {
    key.slot
        .year()
        .map(|year| year.to_string())
        .unwrap_or_default()
}

fn row(instrument: Uuid, edit: &TermEdit, no: i64) -> Result<Vec<Arg>, ContractError> {
    let slot = &edit.key.slot;
    let body = edit.wanted.as_ref().map(serde_json::to_string).transpose();
    let body = body.map_err(|_| ContractError::Misfit(slot.kind()))?;
    Ok(args![
        instrument,
        edit.key.section,
        slot.kind(),
        slot.subject(),
        slot.facet(),
        period(&edit.key),
        body,
        edit.motive.clone(),
        no
    ])
}

async fn clear(change: &mut Change, instrument: Uuid) -> Result<(), DbError> {
    change
        .tx()
        .run(
            "delete from term where instrument_id = $1",
            args![instrument],
        )
        .await?;
    Ok(())
}

async fn write(change: &mut Change, rows: Vec<Vec<Arg>>) -> Result<(), DbError> {
    change
        .tx()
        .upsert_rows(
            "insert into term (instrument_id, section_id, kind, subject, facet, period, body, motive, change_no) values",
            rows,
            "on conflict (instrument_id, section_id, kind, subject, facet, period)
             do update set body = excluded.body, motive = excluded.motive,
                           change_no = excluded.change_no",
        )
        .await
}

/// Who confirmed a draft confirmed it as it stood: any later change asks them again.
async fn withdraw_confirmations(
    change: &mut Change,
    draft: &Instrument,
) -> Result<(), ContractError> {
    if draft.confirmations.is_empty() {
        return Ok(());
    }
    change
        .tx()
        .run(
            "delete from confirmation where instrument_id = $1",
            args![draft.id],
        )
        .await?;
    let were: Vec<Uuid> = draft.confirmations.iter().map(|c| c.person).collect();
    let none: Option<&Vec<Uuid>> = None;
    change
        .record(draft.id, "unconfirm", Some(&were), none)
        .await?;
    Ok(())
}

/// Why an instrument is made and when it takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Why it is made.
    pub motive: Option<String>,
    /// Day it takes effect, as written in it.
    pub effective_on: Option<Date>,
}

#[derive(Serialize, PartialEq)]
struct Described<'a> {
    motive: Option<&'a str>,
    effective_on: Option<String>,
}

/// Writes why a draft is made and when it takes effect.
pub async fn describe(
    change: &mut Change,
    permit: Permit<EditInstrument>,
    new: Description,
) -> Result<(), ContractError> {
    let (_, draft) = draft(change, permit.into_thing()).await?;
    let was = Described {
        motive: draft.motive.as_deref(),
        effective_on: draft.effective_on.map(|day| day.to_string()),
    };
    let is = Described {
        motive: new.motive.as_deref(),
        effective_on: new.effective_on.map(|day| day.to_string()),
    };
    if was == is {
        return Ok(());
    }
    change
        .tx()
        .run(
            "update instrument set motive = $2, effective_on = $3 where id = $1",
            args![draft.id, new.motive.clone(), is.effective_on.clone()],
        )
        .await?;
    change
        .record(draft.id, "describe", Some(&was), Some(&is))
        .await?;
    withdraw_confirmations(change, &draft).await
}

/// What the history keeps of a signatory: not the name, so that it can be erased.
#[derive(Serialize)]
struct SignatoryState {
    role: String,
    function: String,
    capacity: Option<String>,
    signed_on: Option<String>,
}

fn signatory_states(signatories: &[Signatory]) -> Vec<SignatoryState> {
    let state = |signatory: &Signatory| SignatoryState {
        role: signatory.role.clone(),
        function: signatory.function.clone(),
        capacity: signatory.capacity.clone(),
        signed_on: signatory.signed_on.map(|day| day.to_string()),
    };
    signatories.iter().map(state).collect()
}

/// Writes who signs a draft, in order.
pub async fn set_signatories(
    change: &mut Change,
    permit: Permit<EditInstrument>,
    signatories: Vec<Signatory>,
) -> Result<(), ContractError> {
    let (_, draft) = draft(change, permit.into_thing()).await?;
    if draft.signatories == signatories {
        return Ok(());
    }
    change
        .tx()
        .run(
            "delete from signatory where instrument_id = $1",
            args![draft.id],
        )
        .await?;
    let rows = (0_i64..).zip(&signatories).map(|(position, signatory)| {
        args![
            draft.id,
            position,
            &signatory.role,
            &signatory.name,
            &signatory.function,
            signatory.capacity.clone(),
            signatory.signed_on.map(|day| day.to_string())
        ]
    });
    let rows = rows.collect();
    change
        .tx()
        .insert_rows(
            "insert into signatory (instrument_id, position, role, name, function, capacity, signed_on) values",
            rows,
        )
        .await?;
    let (was, is) = (
        signatory_states(&draft.signatories),
        signatory_states(&signatories),
    );
    change
        .record(draft.id, "signatories", Some(&was), Some(&is))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::{Choice, Slot};

    #[test]
    fn a_draft_holds_only_what_it_changes() {
        let key = TermKey {
            section: Uuid::nil(),
            slot: Slot::Choice {
                indicator: "2.c.1".to_owned(),
            },
        };
        let own = |body| Term {
            instrument: Uuid::nil(),
            key: key.clone(),
            body,
            motive: None,
            change: 1,
        };
        let edit = |wanted| TermEdit {
            key: key.clone(),
            wanted,
            motive: None,
        };
        let retained = Some(TermBody::Choice(Choice::Retained));
        let nothing = Terms::default();
        assert_eq!(step(&edit(retained.clone()), &nothing, None), Step::Set);
        let written = own(retained.clone());
        assert_eq!(
            step(&edit(retained), &nothing, Some(&written)),
            Step::Nothing
        );
        assert_eq!(step(&edit(None), &nothing, Some(&written)), Step::Forget);
        assert_eq!(step(&edit(None), &nothing, None), Step::Nothing);
    }
}
