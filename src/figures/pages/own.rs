//! Part of the page of an indicator left to contracts: what each of them made of it. The values
//! stand one beside the other and are never ranked, mapped nor added up.

use maud::{Markup, html};

use super::indicator::Facts;
use crate::figures::tables::{DEFINITIONS_IN_FILES, definitions};
use crate::platform::web::section_heading;
use crate::tables::downloads;

/// Each contract with its definition and its latest value.
pub(super) fn contracts(facts: &Facts<'_>) -> Markup {
    let (framework, key) = (&facts.framework.code, &facts.indicator.key);
    if !facts.indicator.left_to_contract {
        return html! {};
    }
    let own = definitions(facts.situation, framework, key);
    html! {
        section.sect aria-labelledby="contrats-titre" {
            (section_heading("contrats-titre", "Ce que chaque contrat mesure", None))
            @if own.rows.is_empty() {
                p {
                    "Aucun contrat ne l’a encore défini. La définition s’écrit dans un acte du contrat, puis ses valeurs se chargent. "
                    a href=(facts.situation.href(&format!("/contrats?cadre={framework}"))) { "Choisir le contrat" }
                }
            } @else {
                (own.without(&DEFINITIONS_IN_FILES).html(facts.address))
                (downloads("definitions", "Définitions et dernières valeurs", &[("cadre", framework), ("indicateur", key)], facts.address))
                p.note { "Chaque contrat mesure autre chose : ces valeurs n’ont ni carte, ni rang, ni total." }
            }
        }
    }
}
