//! What contracts agree of an indicator in each region: its last target, and how the region stands
//! against it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::compare::target_words;
use super::indicator::Facts;
use crate::contracts::Target;
use crate::figures::Formatter;
use crate::figures::attainment::look;
use crate::figures::board::Ground;
use crate::figures::comparison::COUNTRY;
use crate::figures::{Followed, Situation};
use crate::kernel::Decimal;
use crate::platform::web::section_heading;
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::tables::downloads;

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
    let rows = facts.comparison.iter().flat_map(|c| &c.rows);
    of_regions(facts, rows.map(|row| row.code))
}

fn of_regions<'a>(
    facts: &Facts<'_>,
    codes: impl Iterator<Item = &'a str>,
) -> BTreeMap<String, Agreed> {
    let Some(measure) = facts.measure else {
        return BTreeMap::new();
    };
    let followed = Followed {
        indicator: facts.indicator,
        measure,
        facet: &measure.code,
    };
    let agreed =
        codes.filter_map(|code| Some((code.to_owned(), of_region(facts, followed, code)?)));
    agreed.collect()
}

/// While no value is known: the target of each region whose contract has one.
pub(super) fn alone(facts: &Facts<'_>) -> Markup {
    let (directory, day) = (&facts.situation.directory, facts.situation.moment.day);
    let regions = directory.parts_of(COUNTRY, day);
    let agreed = of_regions(facts, regions.iter().map(|region| region.code.as_str()));
    if agreed.is_empty() {
        return html! {};
    }
    let decimals = Formatter::new(facts.measure).decimals();
    let columns = vec![
        Column::words("region", "Région"),
        Column::numbers("cible", "Cible du contrat"),
    ];
    let mut table = Table::new("cibles", "Cibles des contrats", columns).caption_unseen();
    for region in regions {
        let [target, _] = cells(agreed.get(&region.code), decimals);
        table
            .rows
            .push(vec![Cell::text(region.name.clone()), target]);
    }
    html! {
        section.sect aria-labelledby="cibles-titre" {
            (section_heading("cibles-titre", "Cibles des régions", None))
            (table.html(facts.address))
            (downloads("cibles", "Les cibles", &facts.named(), facts.address))
        }
    }
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
    let judged = seen.review.attainment.ok().zip(seen.review.figure);
    let standing = judged.map(|(verdict, (period, _))| {
        let tone = verdict.band(&scale).tone;
        let (class, icon) = look(tone);
        Datum::State {
            tone: class,
            icon,
            // The figure it was judged on may be of another period than the one that is shown.
            word: format!("{} ({})", seen.review.words(&scale), period.french()),
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
    let shown = html! { a href=(agreed.href) { (agreed.words) } };
    [target.shown(shown), Cell::from(agreed.standing.clone())]
}
