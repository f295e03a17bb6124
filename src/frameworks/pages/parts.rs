//! What several pages of frameworks say alike.

use maud::{Markup, html};

use crate::frameworks::{Framework, Indicator};

/// How many of each: `10 objectifs, 93 indicateurs`.
pub(super) fn counts(framework: &Framework) -> String {
    let mut words: Vec<String> = framework
        .levels
        .iter()
        .filter_map(|level| {
            let nodes = framework.nodes.iter();
            match nodes.filter(|node| node.level == level.key).count() {
                0 => None,
                1 => Some(format!("1 {}", level.singular)),
                n => Some(format!("{n} {}", level.plural)),
            }
        })
        .collect();
    words.push(format!("{} indicateurs", framework.indicators.len()));
    if !framework.commitments.is_empty() {
        words.push(format!(
            "{} modèles d’engagements",
            framework.commitments.len()
        ));
    }
    words.join(", ")
}

/// The marks of an indicator: uncertain reading, left to each contract.
pub(super) fn marks(indicator: &Indicator) -> Markup {
    html! {
        @if !indicator.uncertain.is_empty() {
            " " span.mark title={ "Champs incertains : " (indicator.uncertain.join(", ")) } { "lecture incertaine" }
        }
        @if indicator.left_to_contract {
            " " span.mark { "défini par chaque contrat" }
        }
    }
}
