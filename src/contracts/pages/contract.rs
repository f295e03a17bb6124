//! `/contrats/{slug}`: objectives in the order of the framework, with what was agreed on each.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use super::open::{self, Opened, View};
use super::parts::{
    Tab, contract_head, count, day, flag, node_code, organisation, section_choice, state_of,
};
use super::table::{self, Cells, dash};
use crate::access::Signed;
use crate::contracts::sheet::show_body;
use crate::contracts::{
    Desk, Facet, Instrument, Line, Observed, ObservedKey, Section, Slot, Standing,
    State as InstrumentState, Target, TermKey, Terms, history, instrument_names,
};
use crate::frameworks::Node;
use crate::platform::clock::{french_date, french_instant};
use crate::platform::web::{WebResult, section_heading};

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path(slug): Path<String>,
    Query(view): Query<View>,
) -> WebResult<(StatusCode, Markup)> {
    let opened = open::contract(&desk, &signed, &slug, view).await?;
    let contract = &opened.full.contract;
    let observed = desk
        .observations
        .of_contract(signed.reach(), contract, opened.as_of)
        .await?;
    let section = opened.section()?;
    let terms = opened.terms();
    let lines = opened.book.lines(section, &terms);
    let objectives = kept(&opened, section, &terms, &lines);
    let cells = InForce {
        opened: &opened,
        section,
        terms: &terms,
        observed: &observed,
    };
    let body = html! {
        (contract_head(&opened, Tab::Objectives))
        (notice(&opened))
        @if opened.full.last_signed(opened.as_of).is_some() {
            (section_choice(&opened, ""))
            div.split.rail {
                (rail(&opened, &objectives))
                div {
                    @for kept in objectives.iter().filter(|kept| !kept.is_empty()) { (objective(&cells, kept.node, &lines)) }
                    (left_out(&objectives))
                }
            }
        }
        (party_history(&opened))
        (instruments(&opened))
    };
    Ok((opened.asked().status(), signed.page(&contract.title, &body)))
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

fn rail(opened: &Opened, objectives: &[Kept<'_>]) -> Markup {
    let retained: usize = objectives.iter().map(|kept| kept.indicators).sum();
    html! {
        nav.sect aria-labelledby="objectifs" {
            div.sect-h { h2 #objectifs { "Objectifs" } p { (count(retained, "indicateur", "indicateurs")) } }
            ol.rows {
                @for kept in objectives {
                    @let anchor = if kept.is_empty() { "sans-indicateur" } else { &kept.node.key };
                    li { a href=(opened.href(&format!("#objectif-{anchor}"))) {
                        b { (kept.node.code.as_deref().unwrap_or("")) }
                        span { (kept.node.label) }
                        span.sub { (count(kept.indicators, "indicateur retenu", "indicateurs retenus")) }
                    } }
                }
            }
        }
    }
}

/// An objective and how much the contract keeps of it.
struct Kept<'a> {
    node: &'a Node,
    indicators: usize,
    commitments: usize,
}

impl Kept<'_> {
    fn is_empty(&self) -> bool {
        self.indicators + self.commitments == 0
    }
}

fn kept<'a>(
    opened: &'a Opened,
    section: &Section,
    terms: &Terms<'_>,
    lines: &[Line<'_>],
) -> Vec<Kept<'a>> {
    let commitments = |node: &Node| {
        let models = opened.book.commitments_of(&node.key);
        models
            .filter(|model| terms.commitment(section.id, &model.key).is_some())
            .count()
    };
    let indicators = |node: &Node| {
        lines
            .iter()
            .filter(|line| line.node == node.key && line.is_retained())
            .count()
    };
    let nodes = opened.book.objectives().into_iter();
    nodes
        .map(|node| Kept {
            node,
            indicators: indicators(node),
            commitments: commitments(node),
        })
        .collect()
}

/// The objectives of which nothing is kept, in one list.
fn left_out(objectives: &[Kept<'_>]) -> Markup {
    let none: Vec<_> = objectives.iter().filter(|kept| kept.is_empty()).collect();
    html! {
        @if !none.is_empty() {
            section.sect #objectif-sans-indicateur aria-labelledby="sans-indicateur-titre" {
                (section_heading("sans-indicateur-titre", "Objectifs sans indicateur retenu", None))
                ul.told-l {
                    @for kept in none { li { @if let Some(code) = &kept.node.code { (code) ". " } (kept.node.label) } }
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
        let common = format!("{}, commun à tous les contrats", line.kind.label);
        let kind = match line.standing {
            Standing::Common => common.as_str(),
            _ => line.kind.label.as_str(),
        };
        let slot = line.slot.then_some("Défini par le contrat, jamais agrégé");
        let words: Vec<&str> = [line.theme, Some(kind), slot]
            .into_iter()
            .flatten()
            .collect();
        html! { span.sub { (words.join(". ")) } }
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

/// How the parties came to be what they are, where an act changed them.
fn party_history(opened: &Opened) -> Markup {
    let full = &opened.full;
    let contract = &full.contract;
    let framework = opened.book.framework();
    let names = instrument_names(&full.instruments, framework);
    let is_party = |key: &TermKey| matches!(key.slot, Slot::Party { .. });
    let steps = history(&full.instruments, &full.terms, opened.as_of, is_party);
    let section = |id| contract.sections.iter().find(|s| s.id == id);
    let role = |key: &str| {
        let found = framework.parties.iter().find(|role| role.key == key);
        found.map_or_else(|| key.to_owned(), |role| role.label.clone())
    };
    html! {
        @if !steps.is_empty() {
            section.sect aria-labelledby="parties-titre" {
                (section_heading("parties-titre", "Changements de parties", None))
                div.scroll tabindex="0" role="region" aria-label="Changements de parties, défilable" {
                    table.tbl.stack {
                        thead { tr {
                            th scope="col" { "Organisation" } th scope="col" { "Changement" }
                            @if contract.has_sections() { th scope="col" { "Volet" } }
                            th scope="col" { "Acte" } th scope="col" { "Motif" }
                        } }
                        tbody { @for step in &steps { tr {
                            th scope="row" { (organisation(opened, step.key.slot.facet())) span.sub { (role(step.key.slot.subject())) } }
                            td data-l="Changement" { (step.after.map_or("Changement retiré".to_owned(), |body| show_body(None, body))) }
                            @if contract.has_sections() { td data-l="Volet" { (section(step.key.section).map_or("", |s| s.label.as_str())) } }
                            td data-l="Acte" { a href=(opened.href(&format!("/actes/{}", step.instrument.no))) { (names[&step.instrument.id]) } }
                            td.x data-l="Motif" { (step.motive.unwrap_or("—")) }
                        } } }
                    }
                }
            }
        }
    }
}

/// Every act; in the past, those that were signed by then.
fn instruments(opened: &Opened) -> Markup {
    let base = open::contract_path(&opened.full.contract.slug);
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    let past = opened.day.is_some();
    let by_then = |i: &&Instrument| !past || i.signed_change().is_some_and(|c| c <= opened.as_of);
    let shown: Vec<_> = opened.full.instruments.iter().filter(by_then).collect();
    let add = html! { a.btn.sm href={ (base) "/actes/nouveau" } { "Préparer un acte" } };
    html! {
        section.sect #actes aria-labelledby="actes-titre" {
            (section_heading("actes-titre", "Actes du contrat", (!past).then_some(add)))
            @if shown.is_empty() && past { p { "Aucun acte n’était signé ce jour-là." } }
            @else if shown.is_empty() { p { "Aucun acte. Préparez le contrat initial : ses termes, ses signataires, puis sa signature." } }
            @else {
                div.scroll tabindex="0" role="region" aria-label="Actes du contrat, défilable" {
                    table.tbl.stack {
                        thead { tr {
                            th scope="col" { "Acte" } th scope="col" { "État" }
                            th scope="col" { "Signé le" } th scope="col" { "Effet" }
                            th scope="col" { "Motif" } th scope="col" { "Enregistré" }
                        } }
                        tbody { @for instrument in shown { (act_row(&base, instrument, &names[&instrument.id])) } }
                    }
                }
            }
        }
    }
}

fn act_row(base: &str, instrument: &Instrument, name: &str) -> Markup {
    let stamp = instrument.signed.as_ref().unwrap_or(&instrument.created);
    let signed_on = instrument
        .signed_on()
        .filter(|_| instrument.state == InstrumentState::Signed);
    html! {
        tr {
            th scope="row" { a href={ (base) "/actes/" (instrument.no) } { b { (name) } } }
            td data-l="État" { (state_of(instrument)) }
            td.nb data-l="Signé le" { (day(signed_on)) }
            td.nb data-l="Effet" { (day(instrument.effective_on)) }
            td.x data-l="Motif" { (instrument.motive.as_deref().unwrap_or("—")) }
            td.x.nb data-l="Enregistré" {
                (french_instant(stamp.at))
                @if let Some(who) = &stamp.who { span.sub { (who) } }
            }
        }
    }
}
