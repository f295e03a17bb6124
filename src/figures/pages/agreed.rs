//! What contracts agree of an indicator in each region: the target that its last figure is judged
//! by, its last target, and how the region stands.

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
use crate::measures::Measure;
use crate::platform::web::section_heading;
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::tables::{downloads, whole};

/// What one contract agrees.
pub(super) struct Agreed {
    /// The last target.
    last: Aimed,
    /// The one that the figure is judged by, where it is another.
    judging: Option<Aimed>,
    /// Where the contract tells of the indicator.
    href: String,
    /// Tone, pictogram, word and rank of how the region stands, where that is judged.
    standing: Datum,
}

/// A target of a year.
struct Aimed {
    year: i16,
    /// In words, with its year.
    words: String,
    /// Its number, where it is one.
    number: Option<Decimal>,
}

impl Aimed {
    fn new((year, target): (i16, &Target), measure: &Measure) -> Self {
        let words = target_words(target, Formatter::new(Some(measure)));
        Self {
            year,
            words: format!("{words} ({year})"),
            number: match target {
                Target::Value(value) => value.amount(measure.per),
                _ => None,
            },
        }
    }
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
        own: &[],
        place,
    };
    let seen = ground.review(followed);
    let last = seen.review.last_target?;
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
    let beside = judged.and(seen.asked.target_beside(&seen.review));
    let judging = beside.filter(|(year, _)| *year != last.0);
    let path = format!(
        "/contrats/{}/indicateurs/{}",
        full.contract.slug, facts.indicator.key
    );
    Some(Agreed {
        last: Aimed::new(last, followed.measure),
        judging: judging.map(|judging| Aimed::new(judging, followed.measure)),
        href: facts.situation.href(&path),
        standing: standing.unwrap_or_default(),
    })
}

/// The columns of [`cells`].
pub(super) fn columns() -> [Column; 2] {
    [
        Column::numbers("cible", "Cible du contrat"),
        Column::words("etat", "État"),
    ]
}

/// The cells of a row: the last target, how the region stands. The target that it is judged by is
/// read first where it is another.
pub(super) fn cells(agreed: Option<&Agreed>, decimals: u8) -> [Cell; 2] {
    let Some(agreed) = agreed else {
        return [Cell::default(), Cell::default()];
    };
    let last = &agreed.last;
    let target = match last.number {
        Some(number) => Cell::from(Datum::number(Some(number), decimals)),
        None => Cell::text(last.words.clone()),
    };
    let shown = html! {
        a href=(agreed.href) {
            @match &agreed.judging {
                Some(judging) => { (judging.words) span.sub { "puis " (last.words) } },
                None => (last.words),
            }
        }
    };
    [target.shown(shown), Cell::from(agreed.standing.clone())]
}

/// What a page tells within [`cells`] and a file apart.
pub(super) const IN_FILES: [&str; 3] = ["cible_annee", "cible_jugee", "cible_jugee_annee"];

/// The columns of [`cells_in_files`].
pub(super) fn columns_in_files() -> [Column; 3] {
    let [year, judging, judging_year] = IN_FILES;
    [
        Column::numbers(year, "Année de la cible"),
        Column::numbers(judging, "Cible qui juge la valeur"),
        Column::numbers(judging_year, "Année de cette cible"),
    ]
}

/// The year of the last target, then the target that the region is judged by and its year.
pub(super) fn cells_in_files(agreed: Option<&Agreed>, decimals: u8) -> [Cell; 3] {
    let Some(agreed) = agreed else {
        return <[Cell; 3]>::default();
    };
    let judging = match (&agreed.judging, &agreed.standing) {
        (_, Datum::Nothing) => {
            return [
                whole(agreed.last.year.into()),
                Cell::default(),
                Cell::default(),
            ];
        }
        (Some(judging), _) => judging,
        (None, _) => &agreed.last,
    };
    [
        whole(agreed.last.year.into()),
        Cell::from(Datum::number(judging.number, decimals)),
        whole(judging.year.into()),
    ]
}
