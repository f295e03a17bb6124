//! What contracts agree of an indicator in each region: its last target, and how the region stands
//! against it.

use std::collections::BTreeMap;

use super::compare::target_words;
use super::indicator::Facts;
use crate::contracts::Target;
use crate::figures::Formatter;
use crate::figures::attainment::look;
use crate::figures::board::Ground;
use crate::figures::{Followed, Situation};
use crate::kernel::Decimal;
use crate::platform::web::table::{Cell, Datum};

/// What one contract agrees.
pub(super) struct Agreed {
    /// The target in words, with its year.
    words: String,
    /// Its number, where it is one.
    number: Option<Decimal>,
    /// Where the contract tells of the indicator.
    href: String,
    /// Tone, pictogram, word and rank of how the region stands, where that is judged.
    standing: Datum,
}

/// What is agreed, by the code of the region; nothing of regions whose contract has no target.
pub(super) fn by_region(facts: &Facts<'_>) -> BTreeMap<String, Agreed> {
    let (Some(measure), Some(comparison)) = (facts.measure, &facts.comparison) else {
        return BTreeMap::new();
    };
    let followed = Followed {
        indicator: facts.indicator,
        measure,
        facet: &measure.code,
    };
    let rows = comparison.rows.iter();
    let agreed =
        rows.filter_map(|row| Some((row.code.to_owned(), of_region(facts, followed, row.code)?)));
    agreed.collect()
}

fn of_region(facts: &Facts<'_>, followed: Followed<'_>, place: &str) -> Option<Agreed> {
    let Situation { moment, .. } = facts.situation;
    let (full, section) = facts.situation.agreement(&facts.framework.code, place)?;
    let terms = full.in_force(moment.change);
    let ground = Ground {
        situation: facts.situation,
        framework: facts.framework,
        full,
        section,
        terms: &terms,
        place,
    };
    let seen = ground.review(followed);
    let (year, target) = seen.review.last_target?;
    let scale = facts.framework.scale();
    let standing = seen.review.attainment.ok().map(|verdict| {
        let tone = verdict.band(&scale).tone;
        let (class, icon) = look(tone);
        Datum::State {
            tone: class,
            icon,
            word: seen.review.words(&scale),
            rank: tone as u8,
        }
    });
    let path = format!(
        "/contrats/{}/indicateurs/{}",
        full.contract.slug, facts.indicator.key
    );
    Some(Agreed {
        words: format!(
            "{} ({year})",
            target_words(target, Formatter::new(facts.measure))
        ),
        number: match target {
            Target::Value(value) => value.amount(followed.measure.per),
            _ => None,
        },
        href: facts.situation.href(&path),
        standing: standing.unwrap_or_default(),
    })
}

/// The cells of a row: the target, how the region stands.
pub(super) fn cells(agreed: Option<&Agreed>, decimals: u8) -> [Cell; 2] {
    let Some(agreed) = agreed else {
        return [Cell::default(), Cell::default()];
    };
    let target = match agreed.number {
        Some(number) => Cell::from(Datum::number(Some(number), decimals)),
        None => Cell::text(agreed.words.clone()),
    };
    let shown = maud::html! { a href=(agreed.href) { (agreed.words) } };
    [target.shown(shown), Cell::from(agreed.standing.clone())]
}
