//! `/contrats/{slug}`: objectives in the order of the framework, with what was agreed on each.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};
use uuid::Uuid;

use super::open::{self, Opened, View};
use super::parts::{Tab, contract_head, day, flag, node_code, section_choice, state_of};
use super::table::{Cells, dash, targets};
use crate::access::{Signed, button_or_why};
use crate::contracts::tables::{PARTIES_IN_FILES, parties};
use crate::contracts::{
    Desk, Facet, Instrument, Line, Observed, ObservedKey, ObservedStanding, Section, Shown,
    Standing, State as InstrumentState, Target, Terms, WrittenFor, instrument_names,
};
use crate::frameworks::{Node, explained};
use crate::kernel::{Same, counted};
use crate::platform::clock::{french_date, french_instant, paris_date};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, WebResult, section_heading};
use crate::tables::{self, downloads};

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path(slug): Path<String>,
    (address, Query(view)): (Address, Query<View>),
) -> WebResult<(StatusCode, Markup)> {
    let (mut tx, opened) = open::reading(&desk, &signed, &slug, view).await?;
    let contract = &opened.full.contract;
    let (reach, observations) = (signed.reach(), &desk.observations);
    let observed = observations.of_contract(&mut tx, reach, &opened.full, opened.moment);
    let observed = observed.await?;
    let since = observations.since(&mut tx, reach, &opened.full, None, opened.moment);
    let since = since.await?;
    drop(tx);
    let section = opened.section()?;
    let ground = WrittenFor {
        full: Same(Arc::clone(&opened.full)),
        shown: Same(Arc::clone(&observed)),
        section: opened.asked_section().to_owned(),
    };
    let objectives = || objectives(&opened, section, &observed);
    let body = html! {
        (contract_head(&opened, Tab::Objectives))
        (notice(&opened))
        (since)
        @if opened.full.last_signed(opened.moment.change).is_some() {
            (section_choice(&opened, ""))
            (desk.remembered.written(reach.state(), &ground, objectives))
            @let named = [("contrat", contract.slug.as_str())];
            p.acts { a.btn.sm href=(opened.href("/tableau")) { "Trier et choisir les colonnes" } }
            (downloads("suivi", "Le suivi du contrat", &named, &address))
            (downloads("termes", "Les termes en vigueur", &named, &address))
        }
        (party_history(&opened, &address))
        (instruments(&opened, &address))
    };
    Ok((opened.asked().status(), signed.page(&contract.title, &body)))
}

/// The objectives of a section: those of which something is kept, then the others.
fn objectives(opened: &Opened, section: &Section, observed: &Shown) -> Markup {
    let terms = opened.terms();
    let lines = opened.book.lines(&opened.full.contract, section, &terms);
    let objectives = kept(opened, section, &terms, &lines);
    let cells = InForce {
        opened,
        section,
        terms: &terms,
        observed,
    };
    html! {
        (goals(&cells, &objectives, &lines))
        (left_out(&objectives))
    }
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
        @if opened.full.last_signed(opened.moment.change).is_none() { (flag("warn", &nothing_signed(opened))) }
        @if opened.moment.past.is_none() {
            @for draft in drafts {
                div.flag {
                    p { "Projet en cours : " b { (names[&draft.id]) } ". Il ne compte pas avant sa signature." }
                    a.btn.sm href={ (base) "/actes/" (draft.no) } { "Ouvrir le projet" }
                }
            }
            @if opened.full.instruments.is_empty() {
                p.acts { (or_why(opened, &html! { a.btn.main href={ (base) "/actes/nouveau" } { "Préparer le contrat initial" } })) }
            }
        }
    }
}

/// What prepares an act, or why whoever looks may not.
fn or_why(opened: &Opened, button: &Markup) -> Markup {
    let allowed = opened.drafting.as_ref().map(|&()| ());
    button_or_why(allowed, "Préparer un acte", button)
}

/// Why no term is shown: nothing was signed, or what was signed was not recorded yet.
fn nothing_signed(opened: &Opened) -> String {
    let Some(asked) = opened.moment.past else {
        return "Rien n’est encore signé : ce contrat ne compte pas encore. Les projets d’actes ne changent rien avant leur signature.".to_owned();
    };
    let asked_words = french_date(asked);
    let first = opened.full.instruments.iter().filter_map(|instrument| {
        let stamp = instrument.signed.as_ref()?;
        let on = instrument.signed_on().filter(|on| *on <= asked)?;
        Some((stamp.change, on, paris_date(stamp.at)))
    });
    match first.min() {
        Some((_, on, recorded)) => format!(
            "Au {asked_words}, rien n’était encore enregistré dans Jalon (l’acte, signé le {}, a été enregistré le {}). Choisissez une date à partir de cet enregistrement pour lire ses termes.",
            french_date(on),
            french_date(recorded)
        ),
        None => format!("Au {asked_words}, rien n’était encore signé dans ce contrat."),
    }
}

/// The objectives of which something is kept, each behind its summary.
fn goals(cells: &InForce<'_>, objectives: &[Kept<'_>], lines: &[Line<'_>]) -> Markup {
    /// Up to this many indicators are read at once, without opening anything.
    const FEW: usize = 12;
    let retained: usize = objectives.iter().map(|kept| kept.indicators).sum();
    let aside = html! { p { (counted(retained, "indicateur retenu", "indicateurs retenus")) } };
    html! {
        section.sect aria-labelledby="objectifs" {
            (section_heading("objectifs", "Objectifs", Some(aside)))
            @for kept in objectives.iter().filter(|kept| !kept.is_empty()) {
                (goal(cells, kept, lines, retained <= FEW))
            }
        }
    }
}

/// An objective and how much the contract keeps of it.
pub(super) struct Kept<'a> {
    pub node: &'a Node,
    indicators: usize,
    commitments: usize,
}

impl Kept<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.indicators + self.commitments == 0
    }
}

pub(super) fn kept<'a>(
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

/// One objective. What it holds bears the anchor: a link to it opens the whole.
pub(super) fn goal(cells: &InForce<'_>, kept: &Kept<'_>, lines: &[Line<'_>], open: bool) -> Markup {
    let (framework, node) = (cells.opened.book.framework(), kept.node);
    let parent = node.parent.as_deref();
    let parent = parent.and_then(|key| framework.nodes.iter().find(|node| node.key == key));
    let own: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| line.node == node.key && line.is_retained())
        .collect();
    html! {
        details.goal open[open] {
            summary {
                h3 { @if let Some(code) = &node.code { (code) ". " } (node.label) }
                p.note { (verdict(cells, kept, &own)) }
            }
            div id={ "objectif-" (node.key) } {
                p.eyebrow {
                    @if let Some(parent) = parent { (parent.label) ". " }
                    (node_code(framework, node))
                    @if !node.leads.is_empty() { ". Pilote : " (node.leads.join(", ")) }
                }
                (commitments(cells, node, lines))
                @if !own.is_empty() {
                    (targets(&cells.opened.full.contract, &format!("Indicateurs retenus, {}", node.label), &own, cells, "dense"))
                }
            }
        }
    }
}

/// What an objective comes to, before it is opened.
#[derive(Default)]
struct Tally {
    judged: usize,
    reached: usize,
    late: usize,
    to_set: usize,
}

impl Tally {
    fn of(cells: &InForce<'_>, own: &[&Line<'_>]) -> Self {
        let contract = &cells.opened.full.contract;
        let mut tally = Self::default();
        for (line, facet) in own
            .iter()
            .flat_map(|l| l.facets.iter().map(move |f| (l, f)))
        {
            let target = |year| {
                let terms = cells.terms;
                terms.target(cells.section.id, &line.key, facet.measure, year)
            };
            let to_set = |year: &i16| target(*year) == Some(&Target::ObservedOnly);
            // A year that is over waits for no target any more.
            let to_come = contract
                .years()
                .filter(|year| *year >= cells.opened.moment.day.year());
            tally.to_set += to_come.filter(to_set).count();
            if let Some(observed) = cells.observed(line, facet) {
                tally.judged += usize::from(observed.standing != ObservedStanding::NotJudged);
                tally.reached += usize::from(observed.standing == ObservedStanding::Reached);
                tally.late += usize::from(observed.late);
            }
        }
        tally
    }
}

/// How many indicators and engagements, how many targets are reached or still to be set, and how
/// many values are late.
fn verdict(cells: &InForce<'_>, kept: &Kept<'_>, own: &[&Line<'_>]) -> String {
    let tally = Tally::of(cells, own);
    let mut words = vec![match kept.indicators {
        0 => "Aucun indicateur retenu".to_owned(),
        n => counted(n, "indicateur retenu", "indicateurs retenus"),
    }];
    if kept.commitments > 0 {
        words.push(counted(kept.commitments, "engagement", "engagements"));
    }
    if tally.judged > 0 {
        let reached = counted(tally.reached, "cible atteinte", "cibles atteintes");
        words.push(format!("{reached} sur {}", tally.judged));
    }
    if tally.to_set > 0 {
        let to_set = counted(tally.to_set, "cible reste", "cibles restent");
        words.push(format!("{to_set} à fixer par avenant (« Observé »)"));
    }
    if tally.late > 0 {
        words.push(counted(tally.late, "valeur en retard", "valeurs en retard"));
    }
    format!("{}.", words.join(" ; "))
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
            h4 { "Engagements" }
            ul.acts-l {
                @for (model, term) in kept {
                    @let line = lines.iter().find(|line| Some(&line.key) == term.indicator.as_ref());
                    li {
                        h5 { @if let Some(code) = &model.code { "Action " (code) ". " } (term.label) }
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
pub(super) struct InForce<'a> {
    pub opened: &'a Opened,
    pub section: &'a Section,
    pub terms: &'a Terms<'a>,
    pub observed: &'a Shown,
}

impl Cells for InForce<'_> {
    fn name(&self, line: &Line<'_>) -> Markup {
        explained(line.label, &self.opened.book.framework().glossary)
    }

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

    fn observed(&self, line: &Line<'_>, facet: &Facet<'_>) -> Option<&Observed> {
        let key = ObservedKey {
            section: self.section.id,
            indicator: line.key.clone(),
            measure: facet.measure.to_owned(),
        };
        self.observed.get(&key)
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
fn party_history(opened: &Opened, address: &Address) -> Markup {
    let contract = &opened.full.contract;
    let framework = opened.book.framework();
    let history = parties(&opened.full, framework, &opened.directory, opened.moment);
    if history.rows.is_empty() {
        return html! {};
    }
    let mut left_out = PARTIES_IN_FILES.to_vec();
    left_out.extend((!contract.has_sections()).then_some("volet"));
    html! {
        section.sect aria-labelledby="parties-titre" {
            (section_heading("parties-titre", &history.caption, None))
            (history.without(&left_out).html(address))
            (downloads("parties", "Les changements de parties et de territoires", &[("contrat", &contract.slug)], address))
        }
    }
}

/// Every act; in the past, those that were signed by then.
fn instruments(opened: &Opened, address: &Address) -> Markup {
    let base = open::contract_path(&opened.full.contract.slug);
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    let past = opened.moment.past.is_some();
    let shown: Vec<&Instrument> = opened.full.instruments_at(opened.moment).collect();
    let add = html! { a.btn.sm href={ (base) "/actes/nouveau" } { "Préparer un acte" } };
    let add = or_why(opened, &add);
    html! {
        section.sect #actes aria-labelledby="actes-titre" {
            (section_heading("actes-titre", "Actes du contrat", (!past).then_some(add)))
            @if shown.is_empty() && past { p { "Aucun acte n’était signé ce jour-là." } }
            @else if shown.is_empty() { p { "Aucun acte. Préparez le contrat initial : ses termes, ses signataires, puis sa signature." } }
            @else {
                (acts_table(&base, &shown, &names).html(address))
                (downloads("actes", "Les actes", &[("contrat", &opened.full.contract.slug)], address))
            }
        }
    }
}

fn acts_table(base: &str, shown: &[&Instrument], names: &BTreeMap<Uuid, String>) -> Table {
    let columns = vec![
        Column::words("no", "Acte"),
        Column::words("etat", "État"),
        Column::words("signature", "Signé le"),
        Column::words("effet", "Effet"),
        Column::words("motif", "Motif").wide(),
        Column::words("enregistre", "Enregistré").wide(),
    ];
    let mut table = Table::new("actes", "Actes du contrat", columns)
        .classed("stack")
        .caption_unseen();
    let rows = shown.iter();
    table.rows = rows
        .map(|one| act_row(base, one, &names[&one.id]))
        .collect();
    table
}

fn act_row(base: &str, instrument: &Instrument, name: &str) -> Row {
    let stamp = instrument.signed.as_ref().unwrap_or(&instrument.created);
    let signed_on = instrument
        .signed_on()
        .filter(|_| instrument.state == InstrumentState::Signed);
    let link = html! { a href={ (base) "/actes/" (instrument.no) } { b { (name) } } };
    let written = html! {
        span.nb { (french_instant(stamp.at)) }
        @if let Some(who) = &stamp.who { span.sub { (who) } }
    };
    let on_one_line = |on: Option<Date>| tables::day(on).shown(html! { span.nb { (day(on)) } });
    let motive = instrument.motive.clone();
    vec![
        tables::whole(instrument.no).shown(link),
        Cell::text(instrument.state.french()).shown(state_of(instrument)),
        on_one_line(signed_on),
        on_one_line(instrument.effective_on),
        motive.map_or_else(|| Cell::default().shown(html! { "—" }), Cell::text),
        tables::day_of(stamp.at).shown(written),
    ]
}
