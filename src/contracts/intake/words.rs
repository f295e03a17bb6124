//! The texts of a term as the workbook shows them, and as people write them there.

use crate::contracts::sheet::{Field, KINDS};
use crate::contracts::{
    Facet, Line, read_decimal, read_target, read_value, write_decimal, write_target, write_value,
};
use crate::kernel::{Decimal, ValueKind, fold};

/// The answers to « Choix ».
pub(super) const CHOICES: [(&str, &str); 2] = [("oui", "Retenu"), ("non", "Non retenu")];

/// A text of the sheet as the workbook shows it.
pub(super) fn shown(field: Field, text: &str, followers: &[&Line<'_>]) -> String {
    let of = |words: &[(&str, &str)]| {
        let found = words.iter().find(|(code, _)| *code == text);
        found.map_or(text, |(_, word)| word).to_owned()
    };
    match field {
        Field::Choice => of(&CHOICES),
        Field::Kind => of(&KINDS),
        Field::Indicator => follower(followers, text).map_or_else(
            || text.to_owned(),
            |line| follower_name(followers, line).to_owned(),
        ),
        _ => text.to_owned(),
    }
}

/// What was typed in the workbook as the text of the sheet that it means: the same value always
/// gives the same text. What cannot be read stays as it was typed.
pub(super) fn typed(
    field: Field,
    facet: &Facet<'_>,
    text: &str,
    followers: &[&Line<'_>],
) -> String {
    let text = text.trim();
    let of = |words: &[(&str, &str)]| {
        let same = |(code, word): &&(&str, &str)| [*code, *word].map(fold).contains(&fold(text));
        let found = words.iter().find(same);
        found.map(|(code, _)| (*code).to_owned())
    };
    let read = match field {
        Field::Choice => of(&CHOICES),
        Field::Kind => of(&KINDS),
        Field::Value => read_value(text, facet)
            .ok()
            .flatten()
            .map(|value| write_value(&value)),
        Field::Target => read_target(text, facet)
            .ok()
            .flatten()
            .map(|target| write_target(&target)),
        Field::Amount => read_decimal(text, facet.unit).ok().map(write_decimal),
        Field::Indicator => {
            let named = |line: &&&Line<'_>| {
                [line.key.as_str(), line.short(), line.label]
                    .map(fold)
                    .contains(&fold(text))
            };
            let mut found = followers.iter().filter(named);
            match (found.next(), found.next()) {
                (Some(line), None) => Some(line.key.clone()),
                _ => None,
            }
        }
        _ => None,
    };
    read.unwrap_or_else(|| text.to_owned())
}

/// Whether a text cannot be what its column asks for, where the grid would have offered a list.
pub(super) fn outside_its_list(
    field: Field,
    text: &str,
    followers: &[&Line<'_>],
) -> Option<String> {
    let among = |words: &[(&str, &str)]| {
        let known = words.iter().any(|(code, _)| *code == text);
        let list: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
        (!known).then(|| {
            format!(
                "« {text} » n’est pas une réponse. Écrivez {}.",
                list.join(" ou ")
            )
        })
    };
    match field {
        _ if text.is_empty() => None,
        Field::Choice => among(&CHOICES),
        Field::Kind => among(&KINDS),
        Field::Indicator if follower(followers, text).is_none() => Some(format!(
            "« {text} » ne désigne pas un indicateur de cette action. Choisissez-le dans la liste de la case."
        )),
        _ => None,
    }
}

fn follower<'l, 'a>(followers: &[&'l Line<'a>], key: &str) -> Option<&'l Line<'a>> {
    followers.iter().find(|line| line.key == key).copied()
}

/// What an indicator is called among those that may follow one commitment.
pub(super) fn follower_name<'l>(followers: &[&'l Line<'_>], line: &'l Line<'_>) -> &'l str {
    let alike = followers
        .iter()
        .filter(|other| fold(other.label) == fold(line.label));
    if alike.count() == 1 {
        line.label
    } else {
        &line.key
    }
}

/// The number that a text of the sheet is, where its column holds numbers.
pub(super) fn number(field: Field, facet: &Facet<'_>, text: &str) -> Option<Decimal> {
    match field {
        Field::Value | Field::Target if facet.kind == ValueKind::Number => text.parse().ok(),
        Field::Amount | Field::Year => text.parse().ok(),
        _ => None,
    }
}
