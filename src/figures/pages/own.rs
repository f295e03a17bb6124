//! Part of the page of an indicator left to contracts: what each of them made of it. The values
//! stand one beside the other and are never ranked, mapped nor added up.

use maud::{Markup, html};

use super::indicator::Facts;
use super::value::place_name;
use crate::figures::observations::dated;
use crate::frameworks::OwnMeasure;
use crate::kernel::ValueKind;
use crate::platform::web::{fictional_mark, section_heading};

/// Each contract with its definition and its latest value.
pub(super) fn contracts(facts: &Facts<'_>) -> Markup {
    let own = facts.situation.catalogue.own_of(&facts.framework.code);
    let mut own: Vec<&OwnMeasure> = own
        .filter(|own| own.current && own.indicator.key == facts.indicator.key)
        .collect();
    own.sort_by(|a, b| a.title.cmp(&b.title));
    html! {
        @if facts.indicator.left_to_contract {
            section.sect aria-labelledby="contrats-titre" {
                (section_heading("contrats-titre", "Ce que chaque contrat mesure", None))
                @if own.is_empty() {
                    p {
                        "Aucun contrat ne l’a encore défini. La définition s’écrit dans un acte du contrat, puis ses valeurs se chargent. "
                        a href=(facts.situation.href(&format!("/contrats?cadre={}", facts.framework.code))) { "Choisir le contrat" }
                    }
                } @else {
                    div.scroll tabindex="0" role="region" aria-label="Définitions et valeurs, défilable" {
                        table.tbl.stack {
                            caption.vh { "Définition et dernière valeur de chaque contrat" }
                            thead { tr {
                                th scope="col" { "Contrat" } th scope="col" { "Définition" }
                                th.n scope="col" { "Dernière valeur" } th scope="col" { "Saisie" }
                            } }
                            tbody { @for own in own { (row(facts, own)) } }
                        }
                    }
                    p.note { "Chaque contrat mesure autre chose : ces valeurs n’ont ni carte, ni rang, ni total." }
                }
            }
        }
    }
}

fn row(facts: &Facts<'_>, own: &OwnMeasure) -> Markup {
    let measure = &own.measure;
    let series = facts.situation.figures.series(&measure.code);
    let known = series.map(|series| series.figures_upto(&own.place, i16::MAX));
    let last = known.and_then(|known| known.last().copied());
    let key = &own.indicator.key;
    html! {
        tr {
            th scope="row" {
                a href=(facts.situation.href(&format!("/contrats/{}/indicateurs/{key}", own.contract))) { (own.title) }
                span.sub { (place_name(&facts.situation.directory, &own.place)) @if own.fictional { " " (fictional_mark()) } }
            }
            td.x data-l="Définition" {
                b { (measure.label) }
                span.sub { (measure.note.as_deref().unwrap_or_default()) " " (kind(own)) }
            }
            td.n data-l="Dernière valeur" {
                @match last {
                    Some((period, figure)) => (dated(facts.situation.moment, period, figure, measure)),
                    None => span.muted { "non reçue" },
                }
            }
            td data-l="Saisie" {
                a href={ "/saisie/" (own.framework) "/" (key) "?mesure=" (measure.code) } {
                    "Saisir" span.vh { " les valeurs de " (own.title) }
                }
            }
        }
    }
}

fn kind(own: &OwnMeasure) -> String {
    match (own.measure.value_kind, &own.measure.unit) {
        (ValueKind::Number, Some(unit)) => format!("En {unit}."),
        (ValueKind::Number, None) => "Un nombre.".to_owned(),
        (ValueKind::YesNo, _) => "Oui ou non.".to_owned(),
        (ValueKind::Text, _) => "Un texte court.".to_owned(),
    }
}
