//! The brief for the director general: two pages, whatever the contract holds. Pure.

use jalon_render::State;
use jalon_render::dossier::{Brief, Count, Item, Part};

use super::reviewed::Reviewed;
use crate::dossier::sheet::judged_words;
use crate::figures::comparison::Movement;
use crate::figures::projection::Outlook;
use crate::kernel::{Decimal, counted};

/// How many are named under a heading, at the least and at the most.
const NAMED: (usize, usize) = (8, 14);
/// How long what is said of one may be, in characters.
const LONGEST: usize = 240;
/// How many characters a line of the brief holds.
const LINE: usize = 85;
/// What its two pages hold under their headings, in half lines: as much as the fewest of the
/// longest, that the renderer's own test sets on two pages.
const ROOM: usize = 4 * NAMED.0 * (2 * 3 + 1);

/// The brief of these figures, and of that many commitments.
pub(super) fn brief(figures: &[&Reviewed], commitments: usize, year: i16) -> Brief {
    let judged = figures.iter().filter(|one| one.reached.is_some()).count();
    let reached = figures
        .iter()
        .filter(|one| one.reached == Some(true))
        .count();
    let overdue: Vec<_> = all(figures, |one| one.figure.overdue);
    let contested: Vec<_> = all(figures, |one| !one.figure.contest.is_empty());
    let mut verdict = judged_words(figures.len(), judged, reached, year);
    if let Some(moved) = moved(figures) {
        verdict += &format!(" {moved}");
    }
    let counts = [
        Count {
            number: format!("{reached} sur {judged}"),
            words: agreeing(reached, "cible atteinte", "cibles atteintes"),
        },
        count(figures.len(), "valeur suivie", "valeurs suivies"),
        count(overdue.len(), "valeur en retard", "valeurs en retard"),
        count(contested.len(), "valeur contestée", "valeurs contestées"),
        count(commitments, "engagement", "engagements"),
    ];
    let naming = |most: usize| {
        let parts = [
            attention(figures, most),
            attained(figures, most),
            ahead(figures, most),
            unsure(&overdue, &contested, most),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>()
    };
    let mut parts = naming(NAMED.1);
    for most in (NAMED.0..NAMED.1).rev() {
        if room(&parts) <= ROOM {
            break;
        }
        parts = naming(most);
    }
    Brief {
        verdict,
        counts: counts.into(),
        parts,
    }
}

/// What parts take of the page, in half lines: the lines of each item, and the white before it.
fn room(parts: &[Part]) -> usize {
    let items = parts.iter().flat_map(|part| &part.items);
    let lines = |text: &str| text.chars().count().div_ceil(LINE).max(1);
    items.map(|item| 2 * lines(&item.text) + 1).sum()
}

/// A number, and what it counts.
fn count(number: usize, one: &str, many: &str) -> Count {
    Count {
        number: number.to_string(),
        words: agreeing(number, one, many),
    }
}

fn agreeing(number: usize, one: &str, many: &str) -> String {
    if number > 1 { many } else { one }.to_owned()
}

fn all<'f>(figures: &[&'f Reviewed], wanted: impl Fn(&Reviewed) -> bool) -> Vec<&'f Reviewed> {
    figures.iter().copied().filter(|one| wanted(one)).collect()
}

/// « Depuis la valeur précédente, 12 indicateurs progressent et 5 reculent. »
fn moved(figures: &[&Reviewed]) -> Option<String> {
    let count = |wanted| all(figures, |one| one.movement == Some(wanted)).len();
    let (forward, back) = (count(Movement::Forward), count(Movement::Back));
    if forward + back == 0 {
        return None;
    }
    let forward = match forward {
        0 => "aucune valeur ne progresse".to_owned(),
        n => counted(n, "valeur progresse", "valeurs progressent"),
    };
    let back = match back {
        0 => "aucune ne recule".to_owned(),
        n => counted(n, "recule", "reculent"),
    };
    Some(format!("Depuis la valeur précédente, {forward} et {back}."))
}

/// What is far from its target, the farthest first.
fn attention(figures: &[&Reviewed], most: usize) -> Option<Part> {
    let mut far = all(figures, |one| {
        matches!(one.figure.attainment.state, State::Late | State::Watch)
    });
    far.sort_by_key(|one| {
        let is_late = one.figure.attainment.state == State::Late;
        // Without a rate nothing says how far: after those that say it.
        (
            !is_late,
            one.rate.is_none(),
            one.rate.unwrap_or(Decimal::ZERO),
        )
    });
    let lead = match far.len() {
        1 => "Une valeur est loin de sa cible.".to_owned(),
        n => format!("{n} valeurs sont loin de leur cible ; d’abord les plus éloignées."),
    };
    part(
        "Ce qui demande votre attention",
        lead,
        (&far, most),
        against,
    )
}

/// What is reached, what moved forward first.
fn attained(figures: &[&Reviewed], most: usize) -> Option<Part> {
    let mut reached = all(figures, |one| one.reached == Some(true));
    reached.sort_by_key(|one| one.movement != Some(Movement::Forward));
    part(
        "Ce qui est atteint",
        String::new(),
        (&reached, most),
        against,
    )
}

/// What would miss its last target at this pace.
fn ahead(figures: &[&Reviewed], most: usize) -> Option<Part> {
    let told = all(figures, |one| {
        one.outlook
            .is_some_and(|outlook| outlook != Outlook::TooFew)
    });
    let missing = all(&told, |one| {
        matches!(
            one.outlook,
            Some(Outlook::TooLate { .. } | Outlook::OutOfReach | Outlook::Slipping)
        )
    });
    let lead = format!(
        "Au rythme des dernières années, {} sur {} seraient atteintes à la fin du contrat. C’est un prolongement, pas une prévision.",
        counted(told.len() - missing.len(), "cible", "cibles"),
        told.len()
    );
    if told.is_empty() {
        return None;
    }
    let heading = "À ce rythme, d’ici la fin du contrat";
    let words = |one: &Reviewed| format!("{}. {}", stopped(&one.figure.label), one.figure.outlook);
    part(heading, lead.clone(), (&missing, most), words).or_else(|| {
        Some(Part {
            heading: heading.to_owned(),
            lead,
            items: Vec::new(),
            rest: String::new(),
        })
    })
}

/// What is late, then what is contested.
fn unsure(overdue: &[&Reviewed], contested: &[&Reviewed], most: usize) -> Option<Part> {
    let others = contested.iter().filter(|one| !one.figure.overdue);
    let named: Vec<_> = overdue.iter().chain(others).copied().collect();
    let words = |one: &Reviewed| {
        let mut said = format!("{}. ", stopped(&one.figure.label));
        said += if one.figure.overdue {
            &one.figure.delivery
        } else {
            &one.figure.contest
        };
        if one.figure.overdue && !one.suppliers.is_empty() {
            said += &format!(" ({})", one.suppliers);
        }
        said
    };
    part(
        "Valeurs en retard ou contestées",
        String::new(),
        (&named, most),
        words,
    )
}

/// A heading and the first of these under it; nothing where there is none.
fn part(
    heading: &str,
    lead: String,
    (named, most): (&[&Reviewed], usize),
    words: impl Fn(&Reviewed) -> String,
) -> Option<Part> {
    if named.is_empty() {
        return None;
    }
    let item = |one: &&Reviewed| Item {
        state: one.figure.attainment.state,
        code: one.figure.code.clone(),
        text: words(one),
    };
    let rest = match named.len().saturating_sub(most) {
        0 => String::new(),
        1 => "Et un autre, dans la suite du dossier.".to_owned(),
        n => format!("Et {n} autres, dans la suite du dossier."),
    };
    Some(Part {
        heading: heading.to_owned(),
        lead,
        items: named.iter().take(most).map(item).collect(),
        rest,
    })
}

/// « Couverture vaccinale : 66,3 % (2023), cible 67 % (2024) ; cible atteinte. »
fn against(one: &Reviewed) -> String {
    let figure = &one.figure;
    let mut said = stopped(&figure.label);
    let unit = |value: &str| match figure.unit.as_str() {
        // Already after the number.
        "" | "%" | "euros" => value.to_owned(),
        unit => format!("{value} {unit}"),
    };
    if let Some(last) = &figure.last {
        said += &format!(" : {} ({})", unit(&last.value), last.year);
    }
    if let Some(target) = &figure.target {
        said += &format!(", cible {} ({})", target.value, target.year);
    }
    said += &format!(". {}", figure.attainment.words);
    if let Some(rate) = &figure.rate {
        said += &format!(", {rate}");
    }
    said + "."
}

/// A label without its own stop, cut where it is very long.
fn stopped(label: &str) -> String {
    let label = label.trim().trim_end_matches('.');
    if label.chars().count() <= LONGEST {
        return label.to_owned();
    }
    let kept: String = label.chars().take(LONGEST).collect();
    let kept = kept
        .rsplit_once(' ')
        .map_or(kept.as_str(), |(kept, _)| kept);
    format!("{kept}…")
}
