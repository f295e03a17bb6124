//! Rows in words, for the page of a file.

use std::collections::HashMap;

use super::RowState;
use super::desk::Draft;
use super::layout::Layout;
use crate::contracts::naming::slot_name;
use crate::contracts::sheet::show_body;
use crate::contracts::{Facet, MeansTerm, Slot, TermBody, TermKey};
use crate::imports::Told;
use crate::kernel::capitalised;

/// What the terms of a draft are called.
pub(super) struct Wording<'a> {
    offers: HashMap<TermKey, (String, String, Facet<'a>)>,
}

impl<'a> Wording<'a> {
    pub(super) fn new(draft: &'a Draft) -> Self {
        let terms = draft.full.overlay(&draft.instrument).after;
        let act = draft.book.act(&draft.instrument.act);
        let layout = Layout::new(&draft.book, &draft.full.contract, act, &terms);
        let mut offers = HashMap::new();
        for desk in layout.desks {
            let labels: HashMap<&str, &str> = desk
                .lines
                .iter()
                .map(|line| (line.key.as_str(), line.label))
                .collect();
            for offer in desk.offers {
                let subject = match &offer.key.slot {
                    Slot::Means { .. } => offer.facet.label,
                    slot => labels.get(slot.subject()).copied().unwrap_or_default(),
                };
                let words = (subject.to_owned(), offer.place, offer.facet);
                offers.insert(offer.key, words);
            }
        }
        Self { offers }
    }

    /// A row in words.
    pub(super) fn told(&self, key: &TermKey, before: &RowState, after: &RowState) -> Told {
        let known = self.offers.get(key);
        let facet = known.map(|(.., facet)| facet);
        let place = known.map_or_else(|| capitalised(&slot_name(&key.slot)), |(_, p, _)| p.clone());
        let subject = known.map_or(key.slot.subject(), |(subject, ..)| subject);
        let subject = if subject.is_empty() { &place } else { subject };
        let shown = |state: &RowState| state.body.as_ref().map(|body| show_body(facet, body));
        Told {
            about: [subject.to_owned(), place.clone()],
            before: shown(before),
            after: shown(after).unwrap_or_else(|| "retiré".to_owned()),
            beside: beside(before, after),
        }
    }
}

/// What changes and is not the term itself: a reason, the source of an amount.
fn beside(before: &RowState, after: &RowState) -> Option<String> {
    let source = |state: &RowState| match &state.body {
        Some(TermBody::Means(MeansTerm { source, .. })) => Some(source.clone()),
        _ => None,
    };
    let told = |word: &str, was: Option<String>, is: Option<String>| {
        let is = is.filter(|is| was.as_ref() != Some(is))?;
        Some(format!("{word} : {is}"))
    };
    told("motif", before.motive.clone(), after.motive.clone())
        .or_else(|| told("source", source(before), source(after)))
}
