//! Lines of the source document, as texts cite them.

use crate::frameworks::Lines;
use crate::platform::yaml::{Item, Shape, Tree};

/// Reads `[first, last]`, or several such ranges.
pub(super) fn read(item: &mut Item<'_>, key: &'static str) -> Vec<Lines> {
    let Some(tree) = item.get(key) else {
        return Vec::new();
    };
    let ranges = match &tree.shape {
        Shape::List(items) if items.iter().all(|i| matches!(i.shape, Shape::List(_))) => {
            items.iter().map(one_range).collect()
        }
        _ => one_range(tree).map(|range| vec![range]),
    };
    ranges.unwrap_or_else(|| {
        item.error(
            key,
            "bad-lines",
            "les lignes du document ne se lisent pas",
            "Écrivez [première, dernière], ou plusieurs fois cela entre crochets, dans l’ordre",
        );
        Vec::new()
    })
}

fn one_range(tree: &Tree) -> Option<Lines> {
    let Shape::List(items) = &tree.shape else {
        return None;
    };
    let [first, last] = &items[..] else {
        return None;
    };
    let number = |tree: &Tree| match &tree.shape {
        Shape::Text(text) => text.parse::<u32>().ok(),
        _ => None,
    };
    let lines = Lines {
        first: number(first)?,
        last: number(last)?,
    };
    (lines.first <= lines.last).then_some(lines)
}
