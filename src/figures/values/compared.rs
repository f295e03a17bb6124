//! What a file says, held against what stands.
//!
//! Readings of ours. A rate given alone says nothing of its terms: where it is the very decimal
//! that the standing terms make, as Jalon writes it out, it says what stands, in whatever format it
//! comes. Nothing but an exact match will do: a rate printed with fewer decimals may well be that
//! of other terms. Where only something beside such a rate changes, the terms stay.
//!
//! What a file leaves unsaid has its usual meaning (definitive, usual supplier, no embargo): whoever
//! sends it could have said otherwise. A format that has no word for these things says nothing of
//! them by its silence ([`Unsaid::Kept`]).

use std::sync::Arc;

use jiff::civil::Date;

use super::intake::{hidden, json};
use super::store::Heads;
use super::table::Candidate;
use super::{RowState, Settings, Unsaid};
use crate::access::Reach;
use crate::figures::FiguresView;
use crate::figures::snapshot::under_embargo;
use crate::frameworks::Catalogue;
use crate::imports::{Row, Verdict};
use crate::kernel::{Quantity, Value};
use crate::platform::clock::french_date;
use crate::platform::db::DbError;

/// What the values of a file are held against.
pub(super) struct Standing {
    pub heads: Heads,
    pub figures: FiguresView,
    pub reach: Reach,
    pub catalogue: Arc<Catalogue>,
    pub settings: Settings,
}

impl Standing {
    /// The row that a value makes in a rehearsal. It keeps what the file says, and nothing of what
    /// stands: whoever reads the row may not see that.
    pub(super) fn row(&self, candidate: &Candidate) -> Result<Row, DbError> {
        let (subject, after) = (&candidate.subject, &candidate.state);
        let head = self.heads.get(subject);
        let before = head.and_then(|head| head.state.as_ref());
        let measure = self.catalogue.measure(&subject.measure);
        let per = measure.and_then(|measure| measure.per);
        let hidden = |before| hidden(before, subject, &self.figures, &self.reach).is_some();
        let verdict = match before {
            None => Verdict::Created,
            // « Inchangée » would say that what is guessed is what stands.
            Some(before) if hidden(before) => Verdict::Changed,
            Some(before) if says_what_stands(before, after, per, &self.settings) => {
                Verdict::Unchanged
            }
            Some(_) => Verdict::Changed,
        };
        Ok(Row {
            place: candidate.place.clone(),
            verdict,
            subject: json(subject)?,
            before: before.map(json).transpose()?,
            after: json(after)?,
        })
    }
}

/// Whether a value is a rate alone, and the very one that the terms of another make.
fn is_rate_of(after: &Value, before: &Value, per: Option<u32>) -> bool {
    let Value::Number(ratio @ Quantity::Ratio { .. }) = before else {
        return false;
    };
    // A decimal is written out in full and reads back as it was: to compare the numbers is to
    // compare what was exported.
    matches!(after, Value::Number(Quantity::Plain(rate)) if ratio.amount(per) == Some(*rate))
}

/// Whether a file says of a subject what stands on it.
fn says_what_stands(
    before: &RowState,
    after: &RowState,
    per: Option<u32>,
    said: &Settings,
) -> bool {
    let is_rate = is_rate_of(&after.value, &before.value, per);
    if !is_rate && after.value != before.value {
        return false;
    }
    let mut whole = after.clone();
    whole.value.clone_from(&before.value);
    if said.unsaid != Unsaid::Usual {
        keep_unsaid(&mut whole, before, said);
    }
    whole == *before
}

/// Puts what stands where a format had no word.
fn keep_unsaid(state: &mut RowState, before: &RowState, said: &Settings) {
    if said.supplier.is_none() {
        state.supplier.clone_from(&before.supplier);
    }
    if said.source.is_none() {
        state.source.clone_from(&before.source);
    }
    if said.reference_date.is_none() {
        state.reference_date = before.reference_date;
    }
    if said.embargo_until.is_none() {
        state.embargo_until = before.embargo_until;
    }
    // A comment may stand beside each value.
    if state.comment.is_none() {
        state.comment.clone_from(&before.comment);
    }
    if said.unsaid != Unsaid::KeptButStatus {
        state.provisional |= before.provisional;
    }
    state.fictional |= before.fictional;
}

/// Whether a change leaves the terms of a ratio in place: the rate alone is given, and it is theirs.
/// Terms that an embargo holds are not let out by a rate that is given without it.
pub(super) fn keeps_terms(
    before: &RowState,
    after: &RowState,
    per: Option<u32>,
    today: Date,
) -> bool {
    let lifted = after.embargo_until < before.embargo_until;
    let lets_out = lifted && under_embargo(before.embargo_until, today);
    !lets_out && is_rate_of(&after.value, &before.value, per)
}

/// Whether a change leaves a number without the terms that it had.
fn loses_terms(before: &RowState, after: &RowState, per: Option<u32>, today: Date) -> bool {
    let had = matches!(before.value, Value::Number(Quantity::Ratio { .. }));
    let has_none = matches!(after.value, Value::Number(Quantity::Plain(_)));
    had && has_none && !keeps_terms(before, after, per, today)
}

/// What changes beside the value itself.
pub(super) fn beside_the_value(
    before: &RowState,
    after: &RowState,
    per: Option<u32>,
    today: Date,
) -> Option<String> {
    let mut parts = Vec::new();
    if loses_terms(before, after, per, today) {
        parts.push("sans le numérateur ni le dénominateur d’avant".to_owned());
    }
    match (before.provisional, after.provisional) {
        (true, false) => parts.push("devient définitive".to_owned()),
        (false, true) => parts.push("redevient provisoire".to_owned()),
        _ => {}
    }
    match (before.fictional, after.fictional) {
        (true, false) => parts.push("n’est plus marquée fictive".to_owned()),
        (false, true) => parts.push("est marquée fictive".to_owned()),
        _ => {}
    }
    if before.supplier != after.supplier {
        parts.push(format!(
            "fournisseur {} au lieu de {}",
            after.supplier, before.supplier
        ));
    }
    if before.source != after.source {
        parts.push("autre source".to_owned());
    }
    if before.reference_date != after.reference_date {
        let day = after.reference_date.map(french_date);
        let day = day.unwrap_or_else(|| "aucune".to_owned());
        parts.push(format!("date de référence : {day}"));
    }
    if before.embargo_until != after.embargo_until {
        parts.push(after.embargo_until.map_or_else(
            || "embargo levé".to_owned(),
            |day| format!("embargo jusqu’au {}", french_date(day)),
        ));
    }
    if before.comment != after.comment {
        parts.push("autre commentaire".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join(" ; "))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Decimal;

    const PER: Option<u32> = Some(100);

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn state(value: Value) -> RowState {
        RowState {
            value,
            provisional: false,
            reference_date: None,
            supplier: "DGS".to_owned(),
            source: Some("SPF".to_owned()),
            comment: None,
            embargo_until: None,
            fictional: false,
        }
    }

    fn ratio(num: Decimal, den: Decimal) -> RowState {
        state(Value::Number(Quantity::Ratio { num, den }))
    }

    fn rate(text: &str) -> RowState {
        state(Value::plain(d(text)))
    }

    /// What a format without a word for it says.
    fn silent() -> Settings {
        Settings {
            unsaid: Unsaid::Kept,
            ..Settings::default()
        }
    }

    /// A value of which everything was said.
    fn told_in_full() -> RowState {
        RowState {
            provisional: true,
            reference_date: Some(date(2023, 12, 31)),
            supplier: "ARS-28".to_owned(),
            source: Some("Enquête".to_owned()),
            comment: Some("Inventé".to_owned()),
            embargo_until: Some(date(2026, 3, 15)),
            fictional: true,
            ..ratio(d("1"), d("3"))
        }
    }

    proptest! {
        #[test]
        fn a_ratio_and_its_exported_rate_say_the_same_and_no_neighbour_does(
            num in 0..=9_000_000_000_000_i64,
            den in 1..=9_000_000_000_000_i64,
            per in prop::sample::select(vec![None, Some(1_u32), Some(100), Some(1_000), Some(100_000)]),
        ) {
            let before = ratio(Decimal::from_micros(num), Decimal::from_micros(den));
            let Some(amount) = before.value.amount(per) else {
                return Ok(());
            };
            let (said, today) = (Settings::default(), date(2026, 1, 5));
            let exported = rate(&amount.to_string());
            prop_assert!(says_what_stands(&before, &exported, per, &said));
            prop_assert!(keeps_terms(&before, &exported, per, today));
            for step in [-1, 1] {
                let Some(beside) = amount.checked_add(Decimal::from_micros(step)) else {
                    continue;
                };
                let neighbour = rate(&beside.to_string());
                prop_assert!(!says_what_stands(&before, &neighbour, per, &said));
                prop_assert!(!says_what_stands(&before, &neighbour, per, &silent()));
                prop_assert!(loses_terms(&before, &neighbour, per, today));
            }
        }
    }

    #[test]
    fn terms_said_anew_are_compared_as_terms() {
        let (third, other) = (ratio(d("1"), d("3")), ratio(d("2"), d("6")));
        let said = Settings::default();
        assert!(says_what_stands(&third, &third, PER, &said));
        // The same rate, but more is known of it.
        assert!(!says_what_stands(&third, &other, PER, &said));
        let alone = rate("33.333333");
        assert!(!says_what_stands(&alone, &third, PER, &said));
        // A rate that was rounded may be that of other terms.
        assert!(!says_what_stands(&third, &rate("33.3"), PER, &said));
    }

    #[test]
    fn only_a_format_without_a_word_keeps_what_it_leaves_unsaid() {
        let (before, after) = (told_in_full(), rate("33.333333"));
        assert!(says_what_stands(&before, &after, PER, &silent()));
        assert!(!says_what_stands(
            &before,
            &after,
            PER,
            &Settings::default()
        ));
        // What is said, beside the values or next to one, is compared.
        let said = Settings {
            supplier: Some("DGS".to_owned()),
            ..silent()
        };
        assert!(!says_what_stands(&before, &after, PER, &said));
        let said = Settings {
            unsaid: Unsaid::KeptButStatus,
            ..Settings::default()
        };
        assert!(!says_what_stands(&before, &after, PER, &said));
        let commented = RowState {
            comment: Some("Vu".to_owned()),
            ..after
        };
        assert!(!says_what_stands(&before, &commented, PER, &silent()));
    }

    #[test]
    fn a_change_says_whether_the_terms_stay() {
        let (before, today) = (ratio(d("1"), d("3")), date(2026, 1, 5));
        let commented = RowState {
            comment: Some("Vu".to_owned()),
            ..rate("33.333333")
        };
        let told = |after: &RowState| beside_the_value(&before, after, PER, today);
        assert_eq!(told(&commented).unwrap(), "autre commentaire");
        let lost = "sans le numérateur ni le dénominateur d’avant";
        assert_eq!(told(&rate("33.4")).unwrap(), lost);
        assert_eq!(told(&ratio(d("2"), d("3"))), None);
    }

    #[test]
    fn a_rate_without_the_embargo_of_its_terms_does_not_let_them_out() {
        let (before, after) = (told_in_full(), rate("33.333333"));
        assert!(!keeps_terms(&before, &after, PER, date(2026, 3, 14)));
        assert!(keeps_terms(&before, &after, PER, date(2026, 3, 15)));
        let held = RowState {
            embargo_until: before.embargo_until,
            ..after
        };
        assert!(keeps_terms(&before, &held, PER, date(2026, 3, 14)));
    }
}
