//! `/contrats/{slug}`: objectives in the order of the framework, with what was agreed on each.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use maud::{Markup, html};

use super::open::{self, Opened, View};
use super::parts::{Tab, contract_head, count, day, flag, node_code, section_choice, state_of};
use super::table::{self, Cells, dash};
use crate::access::Signed;
use crate::contracts::{
    Desk, Facet, Line, Observed, ObservedKey, Section, Standing, State as InstrumentState, Target,
    Terms, instrument_names,
};
use crate::frameworks::Node;
use crate::platform::clock::{french_date, french_instant};
use crate::platform::web::{WebResult, section_heading};

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path(slug): Path<String>,
    Query(view): Query<View>,
) -> WebResult<Markup> {
    let opened = open::contract(&desk, &signed, &slug, view).await?;
    let contract = &opened.full.contract;
    let observed = desk
        .observations
        .of_contract(signed.reach(), contract, opened.as_of)
        .await?;
    let section = opened.section()?;
    let terms = opened.terms();
    let lines = opened.book.lines(section, &terms);
    let cells = InForce {
        opened: &opened,
        section,
        terms: &terms,
        observed: &observed,
    };
    let body = html! {
        (contract_head(&opened, Tab::Objectives))
        (notice(&opened))
        (section_choice(&opened, ""))
        div.split.rail {
            (rail(&opened, &lines))
            div { @for node in opened.book.objectives() { (objective(&cells, node, &lines)) } }
        }
        (instruments(&opened))
    };
    Ok(signed.page(&contract.title, &body))
}

/// The verdict before the figures, and what is under way.
fn notice(opened: &Opened) -> Markup {
    let base = open::contract_path(&opened.full.contract.slug);
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    let drafts = opened.full.instruments.iter();
    let drafts: Vec<_> = drafts
        .filter(|i| i.state == InstrumentState::Draft)
        .collect();
    html! {
        @if opened.full.last_signed(opened.as_of).is_none() {
            @if let Some(day) = opened.day {
                (flag("warn", &format!("Au {}, rien n’était encore signé dans ce contrat.", french_date(day))))
            } @else {
                (flag("warn", "Rien n’est encore signé : ce contrat ne compte pas encore. Les projets d’actes ne changent rien avant leur signature."))
            }
        }
        @if opened.day.is_none() {
            @for draft in drafts {
                div.flag {
                    p { "Projet en cours : " b { (names[&draft.id]) } ". Il ne compte pas avant sa signature." }
                    a.btn.sm href={ (base) "/actes/" (draft.no) } { "Ouvrir le projet" }
                }
            }
            @if opened.full.instruments.is_empty() {
                p.acts { a.btn.main href={ (base) "/actes/nouveau" } { "Préparer le contrat initial" } }
            }
        }
    }
}

fn rail(opened: &Opened, lines: &[Line<'_>]) -> Markup {
    let retained = lines.iter().filter(|line| line.is_retained()).count();
    html! {
        nav.sect aria-labelledby="objectifs" {
            div.sect-h { h2 #objectifs { "Objectifs" } p { (count(retained, "indicateur", "indicateurs")) } }
            ol.rows {
                @for node in opened.book.objectives() {
                    @let own = lines.iter().filter(|line| line.node == node.key && line.is_retained()).count();
                    li { a href={ "#objectif-" (node.key) } {
                        b { (node.code.as_deref().unwrap_or("")) }
                        span { (node.label) }
                        span.sub { (count(own, "indicateur retenu", "indicateurs retenus")) }
                    } }
                }
            }
        }
    }
}

fn objective(cells: &InForce<'_>, node: &Node, lines: &[Line<'_>]) -> Markup {
    let framework = cells.opened.book.framework();
    let parent = node.parent.as_deref();
    let parent = parent.and_then(|key| framework.nodes.iter().find(|node| node.key == key));
    let own: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| line.node == node.key && line.is_retained())
        .collect();
    let id = format!("objectif-{}", node.key);
    let title = format!("{id}-titre");
    html! {
        section.sect id=(id) aria-labelledby=(title) {
            p.eyebrow {
                @if let Some(parent) = parent { (parent.label) ". " }
                (node_code(framework, node))
                @if !node.leads.is_empty() { ". Pilote : " (node.leads.join(", ")) }
            }
            h2 id=(title) { (node.label) }
            p.note { (verdict(cells, &own)) }
            (commitments(cells, node, lines))
            @if !own.is_empty() {
                (table::targets(&cells.opened.full.contract, &format!("Indicateurs retenus, {}", node.label), &own, cells, ""))
            }
        }
    }
}

/// How many indicators, and how many targets are still to be set.
fn verdict(cells: &InForce<'_>, own: &[&Line<'_>]) -> String {
    if own.is_empty() {
        return "Aucun indicateur retenu.".to_owned();
    }
    let contract = &cells.opened.full.contract;
    let mut waiting = 0;
    for line in own {
        for facet in &line.facets {
            let at = |year| {
                cells
                    .terms
                    .target(cells.section.id, &line.key, facet.measure, year)
            };
            waiting += contract
                .years()
                .filter(|year| at(*year) == Some(&Target::ObservedOnly))
                .count();
        }
    }
    let kept = count(own.len(), "indicateur retenu", "indicateurs retenus");
    match waiting {
        0 => format!("{kept}."),
        1 => format!("{kept} ; 1 cible reste à fixer par avenant (« Observé »)."),
        n => format!("{kept} ; {n} cibles restent à fixer par avenant (« Observé »)."),
    }
}

fn commitments(cells: &InForce<'_>, node: &Node, lines: &[Line<'_>]) -> Markup {
    let book = &cells.opened.book;
    let kept: Vec<_> = book
        .commitments_of(&node.key)
        .filter_map(|model| {
            let term = cells.terms.commitment(cells.section.id, &model.key)?;
            Some((model, term))
        })
        .collect();
    html! {
        @if !kept.is_empty() {
            h3 { "Engagements" }
            ul.acts-l {
                @for (model, term) in kept {
                    @let line = lines.iter().find(|line| Some(&line.key) == term.indicator.as_ref());
                    li {
                        h3 { @if let Some(code) = &model.code { "Action " (code) ". " } (term.label) }
                        @if term.label != model.label { p.muted { "Modèle : " (model.label) } }
                        @if let Some(line) = line {
                            p { "Suivi par : " a href=(cells.href(line)) { (line.label) } }
                        }
                    }
                }
            }
        }
    }
}

/// Cells that show what is in force.
struct InForce<'a> {
    opened: &'a Opened,
    section: &'a Section,
    terms: &'a Terms<'a>,
    observed: &'a BTreeMap<ObservedKey, Observed>,
}

impl Cells for InForce<'_> {
    fn beside(&self, line: &Line<'_>) -> Markup {
        html! {
            @if let Some(theme) = line.theme { span.sub { (theme) } }
            @if line.slot { span.sub { "Défini par le contrat, jamais agrégé" } }
            @if line.standing == Standing::Common { span.sub { (line.kind.label) ", commun à tous les contrats" } }
            @else { span.sub { (line.kind.label) } }
        }
    }

    fn baseline(&self, line: &Line<'_>, facet: &Facet<'_>) -> Markup {
        match self
            .terms
            .baseline(self.section.id, &line.key, facet.measure)
        {
            Some(baseline) => html! {
                (facet.show_value(&baseline.value))
                span.sub { (baseline.year) }
            },
            None => dash(),
        }
    }

    fn target(&self, line: &Line<'_>, facet: &Facet<'_>, year: i16) -> Markup {
        let target = self
            .terms
            .target(self.section.id, &line.key, facet.measure, year);
        target.map_or_else(dash, |target| target_markup(facet, target))
    }

    fn observed(&self, line: &Line<'_>, facet: &Facet<'_>) -> Option<(Markup, Markup)> {
        let key = ObservedKey {
            section: self.section.id,
            indicator: line.key.clone(),
            measure: facet.measure.to_owned(),
        };
        let observed = self.observed.get(&key)?;
        Some((observed.value.clone(), observed.attainment.clone()))
    }

    fn shows_observed(&self) -> bool {
        !self.observed.is_empty()
    }

    fn href(&self, line: &Line<'_>) -> String {
        self.opened.href(&format!("/indicateurs/{}", line.key))
    }
}

/// A target in a cell: words are quieter than numbers.
pub(super) fn target_markup(facet: &Facet<'_>, target: &Target) -> Markup {
    let shown = facet.show_target(target);
    match target {
        Target::Value(_) | Target::Corridor { .. } => html! { (shown) },
        Target::ObservedOnly => {
            html! { span.muted title="Observé : cible à fixer par avenant" { (shown) } }
        }
        Target::Frozen | Target::NotApplicable => html! { span.muted { (shown) } },
    }
}

fn instruments(opened: &Opened) -> Markup {
    let base = open::contract_path(&opened.full.contract.slug);
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    let add = html! { a.btn.sm href={ (base) "/actes/nouveau" } { "Préparer un acte" } };
    html! {
        section.sect #actes aria-labelledby="actes-titre" {
            (section_heading("actes-titre", "Actes du contrat", Some(add)))
            @if opened.full.instruments.is_empty() {
                p { "Aucun acte. Préparez le contrat initial : ses termes, ses signataires, puis sa signature." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Actes du contrat, défilable" {
                    table.tbl.stack {
                        thead { tr {
                            th scope="col" { "Acte" } th scope="col" { "État" }
                            th scope="col" { "Signé le" } th scope="col" { "Effet" }
                            th scope="col" { "Motif" } th scope="col" { "Enregistré" }
                        } }
                        tbody {
                            @for instrument in &opened.full.instruments {
                                @let stamp = instrument.signed.as_ref().unwrap_or(&instrument.created);
                                tr {
                                    th scope="row" { a href={ (base) "/actes/" (instrument.no) } { b { (names[&instrument.id]) } } }
                                    td data-l="État" { (state_of(instrument)) }
                                    td data-l="Signé le" { (day(instrument.signed_on().filter(|_| instrument.state == InstrumentState::Signed))) }
                                    td data-l="Effet" { (day(instrument.effective_on)) }
                                    td.x data-l="Motif" { (instrument.motive.as_deref().unwrap_or("—")) }
                                    td.x data-l="Enregistré" {
                                        (french_instant(stamp.at))
                                        @if let Some(who) = &stamp.who { span.sub { (who) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
