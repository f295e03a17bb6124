//! `/contrats/{slug}/objectifs/{key}`: one objective in one contract: what was agreed on it, what
//! was observed, and the same objective elsewhere.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use super::contract::{InForce, Kept, goal, kept};
use super::open::{self, Opened, View};
use super::parts::{mark, node_code, section_choice, trail_of};
use crate::access::Signed;
use crate::contracts::Desk;
use crate::frameworks::{Node, explained};
use crate::platform::web::{Address, WebError, WebResult, section_heading};
use crate::tables::downloads;

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, key)): Path<(String, String)>,
    (address, Query(view)): (Address, Query<View>),
) -> WebResult<(StatusCode, Markup)> {
    let (mut tx, opened) = open::reading(&desk, &signed, &slug, view).await?;
    let framework = opened.book.framework();
    let node = framework.nodes.iter().find(|node| node.key == key);
    let node = node.ok_or(WebError::NotFound)?;
    let (reach, observations) = (signed.reach(), &desk.observations);
    let observed = observations.of_contract(&mut tx, reach, &opened.full, opened.moment);
    let observed = observed.await?;
    let since = observations.since(&mut tx, reach, &opened.full, None, opened.moment);
    let since = since.await?;
    drop(tx);
    let section = opened.section()?;
    let terms = opened.terms();
    let lines = opened.book.lines(&opened.full.contract, section, &terms);
    let all = kept(&opened, section, &terms, &lines);
    let under = all
        .iter()
        .filter(|kept| !kept.is_empty() && framework.is_under(&kept.node.key, &key));
    let under: Vec<&Kept<'_>> = under.collect();
    let cells = InForce {
        opened: &opened,
        section,
        terms: &terms,
        observed: &observed,
    };
    let body = html! {
        (trail_of(&opened, &[(node.code.as_deref().unwrap_or("Objectif"), None)]))
        div.head {
            p.eyebrow { (opened.full.contract.title) ", " (node_code(framework, node)) (mark(&opened.full.contract)) }
            h1 { (explained(&node.label, &framework.glossary)) }
            (opened.asked().form(&address, "Chiffres connus au", opened.today, &beside(&opened, node)))
        }
        (since)
        (section_choice(&opened, &format!("/objectifs/{key}")))
        section.sect aria-labelledby="contenu-titre" {
            (section_heading("contenu-titre", "Ce que dit le contrat", None))
            @if under.is_empty() { p { "Ce contrat ne retient rien sous cet objectif. " a href=(opened.href("")) { "Tous ses objectifs" } } }
            @for kept in under { (goal(&cells, kept, &lines, true)) }
            @let named = [("contrat", opened.full.contract.slug.as_str()), ("objectif", &key)];
            p.acts { a.btn.sm href=(in_table(&opened, &key)) { "Trier et choisir les colonnes" } }
            (downloads("suivi", "Le suivi de l’objectif", &named, &address))
            (downloads("termes", "Les termes en vigueur", &named[..1], &address))
        }
    };
    let title = format!("{}, {}", node.title(), opened.full.contract.title);
    Ok((opened.asked().status(), signed.page(&title, &body)))
}

/// The table of what follows the objective, on the day and in the section shown.
fn in_table(opened: &Opened, key: &str) -> String {
    let whole = opened.href("/tableau");
    let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
    let address = Address::of(path).and_query(query);
    address.and("objectif", key).href()
}

/// The same objective over the country, and the others of the contract.
fn beside(opened: &Opened, node: &Node) -> Markup {
    let framework = opened.book.framework();
    let country = format!("/cadres/{}/objectifs/{}", framework.code, node.key);
    let all = framework.objectives();
    let at = all.iter().position(|other| other.key == node.key);
    let near = |step: Option<usize>| step.and_then(|at| all.get(at));
    let link = |node: &Node, words: &str| {
        html! {
            li { a href=(opened.href(&format!("/objectifs/{}", node.key))) title=(node.label) {
                (words) " : " (node.code.as_deref().unwrap_or(&node.label))
            } }
        }
    };
    html! {
        ul aria-label="Voir aussi" {
            @if !framework.follows_establishments() { li { a href=(opened.with_day(&country)) { "Toutes les régions" } } }
            @if let Some(node) = near(at.and_then(|at| at.checked_sub(1))) { (link(node, "Objectif précédent")) }
            @if let Some(node) = near(at.map(|at| at + 1)) { (link(node, "Objectif suivant")) }
        }
    }
}
