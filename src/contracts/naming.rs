//! How instruments and slots are called in French.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::body::Slot;
use super::lines::{Book, Line};
use super::{Contract, Instrument, Section, State};
use crate::frameworks::{ActKind, Framework};

/// An instrument, as much of it as its name asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbered<'a> {
    pub id: Uuid,
    /// Its number in the contract, in the order of drafting.
    pub no: i64,
    /// Key of the act in the framework.
    pub act: &'a str,
    pub state: State,
    /// The change that recorded its signature.
    pub signed_change: Option<i64>,
}

/// The name of each instrument: « Contrat pluriannuel… », « Avenant n° 2 ». Each kind of act is
/// numbered apart, in the order of signatures, so that a number once read never changes; a draft
/// has none yet, and what was given up never will.
pub fn instrument_names(
    instruments: &[Instrument],
    framework: &Framework,
) -> BTreeMap<Uuid, String> {
    let numbered = instruments.iter().map(|instrument| Numbered {
        id: instrument.id,
        no: instrument.no,
        act: &instrument.act,
        state: instrument.state,
        signed_change: instrument.signed_change(),
    });
    numbered_names(&numbered.collect::<Vec<_>>(), framework)
}

/// [`instrument_names`], of all the instruments of one contract.
pub(super) fn numbered_names(
    instruments: &[Numbered<'_>],
    framework: &Framework,
) -> BTreeMap<Uuid, String> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut in_order: Vec<_> = instruments.iter().collect();
    in_order.sort_by_key(|i| (i.signed_change.unwrap_or(i64::MAX), i.no));
    let mut names = BTreeMap::new();
    for instrument in in_order {
        let act = framework.acts.iter().find(|act| act.key == instrument.act);
        let label = act.map_or(instrument.act, |act| act.label.as_str());
        let name = if instrument.state == State::Abandoned {
            format!("{label} (abandonné)")
        } else if instrument.state == State::Draft {
            format!("{label} (projet)")
        } else if act.is_some_and(|act| act.kind == ActKind::Contract) {
            label.to_owned()
        } else {
            let count = counts.entry(instrument.act).or_insert(0);
            *count += 1;
            format!("{label} n° {count}")
        };
        names.insert(instrument.id, name);
    }
    names
}

/// The name of one instrument.
pub fn instrument_name(
    instruments: &[Instrument],
    framework: &Framework,
    instrument: &Instrument,
) -> String {
    instrument_names(instruments, framework)
        .remove(&instrument.id)
        .unwrap_or_else(|| instrument.act.clone())
}

/// What a slot holds: « cible 2026 », « valeur initiale ».
pub(super) fn slot_name(slot: &Slot) -> String {
    match slot {
        Slot::Choice { .. } => "choix de l’indicateur".to_owned(),
        Slot::Definition { .. } => "définition".to_owned(),
        Slot::Baseline { .. } => "valeur initiale".to_owned(),
        Slot::Target { year, .. } => format!("cible {year}"),
        Slot::Commitment { .. } => "engagement".to_owned(),
        Slot::Means { stage, year, .. } => {
            format!("{} {year}", stage.french().to_lowercase())
        }
        Slot::Party { .. } => "partie".to_owned(),
        Slot::Place => "territoire couvert".to_owned(),
    }
}

/// Where a slot stands, for a sentence: « 2.c.1, cible 2026 (Mayotte) ».
pub(super) fn place_name(
    contract: &Contract,
    section: &Section,
    subject: &str,
    slot: &Slot,
) -> String {
    let place = format!("{subject}, {}", slot_name(slot));
    if contract.has_sections() {
        format!("{place} ({})", section.label)
    } else {
        place
    }
}

/// What a slot is about, as people call it: the printed code of an indicator or its name, the
/// number of a model action, the name of a line of means.
pub(super) fn subject_name(book: &Book, lines: &[Line<'_>], slot: &Slot) -> String {
    let framework = book.framework();
    match slot {
        Slot::Means { line, .. } => {
            let means = framework.means.iter().find(|m| m.key == *line);
            means.map_or_else(|| line.clone(), |m| m.label.clone())
        }
        Slot::Commitment { commitment } => {
            let model = framework.commitments.iter().find(|c| c.key == *commitment);
            let code = model.and_then(|model| model.code.as_ref());
            let node = model.map_or("", |model| model.node.as_str());
            code.map_or_else(
                || commitment.clone(),
                |code| format!("{node}, action {code}"),
            )
        }
        Slot::Party { role, organisation } => {
            let found = framework.parties.iter().find(|party| party.key == *role);
            let label = found.map_or(role.as_str(), |party| party.label.as_str());
            format!("{label} {organisation}")
        }
        Slot::Place => "Volet".to_owned(),
        of_indicator => {
            let key = of_indicator.subject();
            let line = lines.iter().find(|line| line.key == key);
            line.map_or(key, Line::short).to_owned()
        }
    }
}
