//! What a file says of a draft: pure, against the terms as they stand.

use std::collections::{BTreeMap, BTreeSet};

use super::find::{Typed, find};
use super::layout::{Desk, Layout};
use super::origin::{self, Origin};
use super::words::outside_its_list;
use super::{Asks, Finding, FindingKind as Kind, Reading, RowState, Stated};
use crate::contracts::check::{changeable, changeable_name};
use crate::contracts::offers::Offer;
use crate::contracts::sheet::{SEEN, Sheet, fields, name};
use crate::contracts::store::TermEdit;
use crate::contracts::{
    Book, FullContract, Instrument, ObstacleKind, Term, TermBody, TermKey, Terms, check_draft,
};
use crate::imports::{Place, Workbook};

/// Reads a file against a draft, and writes nothing.
pub fn read(book: &Book, full: &FullContract, draft: &Instrument, file: &Workbook) -> Reading {
    let origin = origin::of(file);
    let mut findings = Vec::new();
    if let Some(origin) = &origin {
        if origin.contract != full.contract.slug {
            let sentence = format!(
                "Ce classeur a été téléchargé pour un autre contrat ({}). Envoyez-le depuis la page de l’acte de ce contrat-là.",
                origin.contract
            );
            let finding = Finding::new(Place::default(), Kind::OtherContract, sentence);
            return Reading {
                stated: Vec::new(),
                findings: vec![finding],
            };
        }
        if origin.act != draft.no {
            let sentence = "Ce classeur a été téléchargé pour un autre acte de ce contrat. Seules les cases changées depuis comptent : relisez-les.";
            findings.push(Finding::new(Place::default(), Kind::OtherAct, sentence));
        }
    }
    let reader = Reader {
        book,
        full,
        draft,
        origin,
    };
    // The definitions of a file say what its targets are.
    let first = reader.pass(full, file);
    let defined: Vec<TermEdit> = edits(&first)
        .filter(|edit| matches!(edit.wanted, Some(TermBody::Definition(_))))
        .collect();
    let mut reading = if defined.is_empty() {
        first
    } else {
        reader.pass(&with(full, draft, &defined), file)
    };
    reading.findings.extend(reader.before_signature(&reading));
    findings.append(&mut reading.findings);
    findings.sort_by(|a, b| (a.kind.is_warning(), &a.place).cmp(&(b.kind.is_warning(), &b.place)));
    Reading {
        stated: reading.stated,
        findings,
    }
}

/// What a file changes, save what a person is asked about first.
fn edits(reading: &Reading) -> impl Iterator<Item = TermEdit> {
    let sure = |stated: &&Stated| stated.changes() && stated.asks.is_none();
    let changes = reading.stated.iter().filter(sure);
    changes.map(|stated| TermEdit {
        key: stated.key.clone(),
        wanted: stated.after.body.clone(),
        motive: stated.after.motive.clone(),
    })
}

/// The contract, had the draft these terms too.
fn with(full: &FullContract, draft: &Instrument, edits: &[TermEdit]) -> FullContract {
    let mut full = full.clone();
    let edited: BTreeSet<&TermKey> = edits.iter().map(|edit| &edit.key).collect();
    full.terms
        .retain(|term| term.instrument != draft.id || !edited.contains(&term.key));
    full.terms.extend(edits.iter().map(|edit| Term {
        instrument: draft.id,
        key: edit.key.clone(),
        body: edit.wanted.clone(),
        motive: edit.motive.clone(),
        change: 0,
    }));
    full
}

/// What the draft says of a term.
pub(super) fn state(terms: &Terms<'_>, key: &TermKey) -> RowState {
    terms
        .get(key)
        .map_or_else(RowState::default, |held| RowState {
            body: Some(held.body.clone()),
            motive: held.term.motive.clone(),
        })
}

struct Reader<'a> {
    book: &'a Book,
    full: &'a FullContract,
    draft: &'a Instrument,
    origin: Option<Origin>,
}

impl Reader<'_> {
    /// Reads the whole file, indicators being as `defined` has them.
    fn pass(&self, defined: &FullContract, file: &Workbook) -> Reading {
        let act = self.book.act(&self.draft.act);
        let definitions = defined.overlay(self.draft).after;
        let layout = Layout::new(self.book, &self.full.contract, act, &definitions);
        let (typed, findings) = find(&layout, file);
        let mut reading = Reading {
            stated: Vec::new(),
            findings,
        };
        let terms = self.full.overlay(self.draft).after;
        for (rank, desk) in layout.desks.iter().enumerate() {
            let mut section = SectionReader {
                reader: self,
                layout: &layout,
                rank,
                desk,
                terms: &terms,
                sheet: Sheet::of(&desk.offers, &terms),
                places: BTreeMap::new(),
                posted: BTreeMap::new(),
                findings: &mut reading.findings,
            };
            for typed in typed.iter().filter(|typed| typed.section == rank) {
                section.post(typed);
            }
            reading.stated.extend(section.stated());
        }
        reading
    }

    /// What the file would leave to be settled before the signature, of what it changes.
    fn before_signature(&self, reading: &Reading) -> Vec<Finding> {
        let edits: Vec<TermEdit> = edits(reading).collect();
        let full = with(self.full, self.draft, &edits);
        let obstacles = check_draft(self.book, &full, self.draft, None);
        let about = |key: &TermKey| (key.section, key.slot.subject().to_owned());
        let mut places = BTreeMap::new();
        for stated in reading.stated.iter().filter(|stated| stated.changes()) {
            places
                .entry(about(&stated.key))
                .or_insert_with(|| stated.place.clone());
        }
        let findings = obstacles.into_iter().filter_map(|obstacle| {
            let key = obstacle.key.filter(|_| is_of_a_term(obstacle.kind))?;
            let own = reading.stated.iter().find(|stated| stated.key == key);
            let place = own
                .map(|stated| stated.place.clone())
                .filter(|_| places.contains_key(&about(&key)))
                .or_else(|| places.get(&about(&key)).cloned())?;
            let sentence = format!("À régler avant la signature. {}", obstacle.sentence);
            Some(Finding::new(place, Kind::BeforeSignature, sentence))
        });
        findings.collect()
    }
}

/// Whether an obstacle is about what a term says, rather than about the act as a whole.
fn is_of_a_term(kind: ObstacleKind) -> bool {
    matches!(
        kind,
        ObstacleKind::MissingChoiceMotive
            | ObstacleKind::NotRetained
            | ObstacleKind::Undefined
            | ObstacleKind::MissingTarget
            | ObstacleKind::OutOfBounds
            | ObstacleKind::OutOfPeriod
            | ObstacleKind::CommitmentWithoutIndicator
    )
}

struct SectionReader<'r, 'a> {
    reader: &'r Reader<'r>,
    layout: &'r Layout<'a>,
    rank: usize,
    desk: &'r Desk<'a>,
    terms: &'r Terms<'r>,
    sheet: Sheet,
    places: BTreeMap<String, Place>,
    posted: BTreeMap<String, String>,
    findings: &'r mut Vec<Finding>,
}

impl SectionReader<'_, '_> {
    fn say(&mut self, place: &Place, kind: Kind, sentence: impl Into<String>) {
        self.findings
            .push(Finding::new(place.clone(), kind, sentence));
    }

    /// What a text said when the workbook was downloaded.
    fn seen(&self, name: &str) -> Option<String> {
        let origin = self.reader.origin.as_ref()?;
        let seen = origin.seen.get(&origin::place(self.desk.section, name));
        Some(seen.cloned().unwrap_or_default())
    }

    /// Takes in one text of the file.
    fn post(&mut self, typed: &Typed) {
        let offer = &self.desk.offers[typed.offer];
        let name = name(&offer.key.slot, typed.field);
        // A second row about the same indicator may leave to the first what it says.
        let known = self.posted.get(&name).filter(|known| !known.is_empty());
        if let Some(known) = known {
            if *known != typed.text && !typed.text.is_empty() {
                let first = self.places.get(&name).map(Place::cell).unwrap_or_default();
                let sentence = format!(
                    "{} : le fichier dit « {known} » en {first} et « {} » ici. Gardez une seule des deux lignes.",
                    offer.place, typed.text
                );
                self.say(&typed.place, Kind::Contradiction, sentence);
            }
            return;
        }
        let current = self.sheet.get(&name).map(|entry| entry.current.as_str());
        let seen = self.seen(&name);
        let untouched = current == Some(&typed.text) || seen.as_ref() == Some(&typed.text);
        if seen.is_none() && typed.text.is_empty() {
            // In a table typed by hand, an empty cell was emptied by nobody.
            return;
        }
        if !offer.open && !untouched {
            let sentence = self.not_open(offer);
            return self.say(&typed.place, Kind::NotOpen, sentence);
        }
        let followers = self.layout.followers(self.rank, &offer.key);
        if let Some(sentence) = outside_its_list(typed.field, &typed.text, &followers) {
            return self.say(&typed.place, Kind::Unreadable, sentence);
        }
        if let Some(seen) = seen {
            self.posted.insert(format!("{SEEN}{name}"), seen);
        }
        self.places.insert(name.clone(), typed.place.clone());
        self.posted.insert(name, typed.text.clone());
    }

    fn not_open(&self, offer: &Offer<'_>) -> String {
        let act = self.reader.book.act(&self.reader.draft.act);
        format!(
            "{} : « {} » ne peut pas changer {}. Remettez ce qui était dans la case, ou préparez un autre acte.",
            offer.place,
            act.map_or(self.reader.draft.act.as_str(), |act| &act.label),
            changeable_name(changeable(&offer.key.slot))
        )
    }

    /// Every term of this section that the file states.
    fn stated(&mut self) -> Vec<Stated> {
        self.sheet.receive(&self.posted);
        let read = self.sheet.read(&self.desk.offers);
        let mut edits: BTreeMap<TermKey, TermEdit> = read
            .edits
            .into_iter()
            .map(|edit| (edit.key.clone(), edit))
            .collect();
        let desk = self.desk;
        let mut stated = Vec::new();
        for offer in &desk.offers {
            let names = fields(&offer.key.slot).iter();
            let names: Vec<String> = names.map(|field| name(&offer.key.slot, *field)).collect();
            let Some(place) = self.place(&names) else {
                continue;
            };
            if let Some(refused) = names.iter().find(|name| read.refused.contains(name)) {
                let problem = self.sheet.get(refused).and_then(|e| e.problem.clone());
                let sentence = format!("{} : {}", offer.place, problem.unwrap_or_default());
                let place = self.places.get(refused).cloned().unwrap_or(place);
                self.say(&place, Kind::Unreadable, sentence);
                continue;
            }
            let before = state(self.terms, &offer.key);
            let after = match edits.remove(&offer.key) {
                Some(edit) => wanted(edit, &before),
                None if before.body.is_none() => continue,
                None => before.clone(),
            };
            let clash = names
                .iter()
                .any(|name| self.sheet.get(name).is_some_and(|entry| entry.clash));
            let asks = if clash {
                Some(Asks::Conflict)
            } else {
                (before.body.is_some() && after.body.is_none()).then_some(Asks::Removal)
            };
            stated.push(Stated {
                place,
                about: offer.place.clone(),
                key: offer.key.clone(),
                before,
                after,
                asks,
            });
        }
        stated
    }

    /// The cell of a term: the first that changes it, or else its first.
    fn place(&self, names: &[String]) -> Option<Place> {
        let changed = |name: &&String| {
            let entry = self.sheet.get(name);
            entry.is_some_and(|entry| entry.typed != entry.current)
        };
        let changed = names.iter().filter(changed);
        let mut places = changed
            .chain(names)
            .filter_map(|name| self.places.get(name));
        places.next().cloned()
    }
}

/// What an edit leaves behind it: one that gives no reason keeps the one that is there.
fn wanted(edit: TermEdit, before: &RowState) -> RowState {
    let same = edit.wanted == before.body;
    let kept = before.motive.clone().filter(|_| same);
    RowState {
        motive: edit.motive.or(kept),
        body: edit.wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::Choice;

    #[test]
    fn a_choice_said_again_without_a_reason_keeps_its_own() {
        let body = Some(TermBody::Choice(Choice::Retained));
        let before = RowState {
            body: body.clone(),
            motive: Some("Proposition nationale".to_owned()),
        };
        let edit = |wanted| TermEdit {
            key: TermKey {
                section: uuid::Uuid::nil(),
                slot: crate::contracts::Slot::Choice {
                    indicator: "2.c.1".to_owned(),
                },
            },
            wanted,
            motive: None,
        };
        assert_eq!(wanted(edit(body), &before), before);
        let left_out = Some(TermBody::Choice(Choice::NotRetained));
        assert_eq!(wanted(edit(left_out), &before).motive, None);
    }
}
