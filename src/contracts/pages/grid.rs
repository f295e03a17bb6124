//! `/contrats/{slug}/actes/{no}/modifier`: the terms of a draft, typed in a grid, one objective or
//! the means at a time.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::cells::{Shape, cell, kinds, labelled};
use super::open::{self, AT_ONCE, OpenedInstrument, begin, told};
use super::parties::PLACE;
use super::parts::{flag, node_code, trail};
use super::table::{self, Cells, dash};
use crate::access::{Signed, permit};
use crate::contracts::offers::{Offer, Offering, means_slot, target_slot};
use crate::contracts::sheet::{self, Field, Sheet, show_body};
use crate::contracts::store::set_terms;
use crate::contracts::{
    Book, Desk, Facet, Line, Overlay, Section, Slot, Stage, Standing, TermBody, TermKey, TermsOf,
    WriteTerms, instrument_name,
};
use crate::frameworks::{MeansLine, Node};
use crate::platform::web::{WebError, WebResult, document_with_status, section_heading};

/// Which part of the contract the sheet shows.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Part {
    /// Key of the objective; empty for the first one.
    #[serde(default)]
    objectif: String,
    /// Key of the section; empty for the first.
    #[serde(default)]
    volet: String,
    /// `moyens` for the means.
    #[serde(default)]
    partie: String,
}

impl Part {
    /// The address of the sheet of that part.
    fn href(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let pairs = [
            ("partie", &self.partie),
            ("objectif", &self.objectif),
            ("volet", &self.volet),
        ];
        query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        format!("{path}/modifier?{}", query.finish())
    }
}

/// Everything that one sheet is made of.
struct Desktop<'a> {
    opened: &'a OpenedInstrument,
    part: &'a Part,
    section: &'a Section,
    /// The objective, or nothing for the means.
    node: Option<&'a Node>,
    overlay: Overlay<'a>,
    /// The indicators of the objective.
    lines: Vec<Line<'a>>,
}

impl<'a> Desktop<'a> {
    fn new(opened: &'a OpenedInstrument, part: &'a Part) -> WebResult<Self> {
        let section = open::section(&opened.full, &part.volet)?;
        let objectives = opened.book.objectives();
        let node = match (part.partie.as_str(), part.objectif.as_str()) {
            ("moyens", _) => None,
            (_, "") => Some(*objectives.first().ok_or(WebError::NotFound)?),
            (_, key) => {
                let found = objectives.into_iter().find(|node| node.key == key);
                Some(found.ok_or(WebError::NotFound)?)
            }
        };
        let overlay = opened.full.overlay(&opened.instrument);
        let mut lines = opened
            .book
            .lines(&opened.full.contract, section, &overlay.after);
        lines.retain(|line| node.is_some_and(|node| node.key == line.node));
        Ok(Self {
            opened,
            part,
            section,
            node,
            overlay,
            lines,
        })
    }

    fn book(&self) -> &'a Book {
        &self.opened.book
    }

    fn offering(&self) -> Offering<'a> {
        Offering {
            book: self.book(),
            contract: &self.opened.full.contract,
            section: self.section,
            act: self.book().act(&self.opened.instrument.act),
        }
    }

    /// The slots that the act may write here, in the order of the page.
    fn offers(&self) -> Vec<Offer<'a>> {
        let offering = self.offering();
        let mut offers = match self.node {
            Some(node) => offering.of_objective(node, &self.lines),
            None => offering.of_means(),
        };
        offers.retain(|offer| offer.open || (offer.allowed && self.holds(&offer.key)));
        offers
    }

    /// Of an indicator kept for other regions, only what this draft holds already can be taken
    /// away.
    fn holds(&self, key: &TermKey) -> bool {
        self.overlay.touched.iter().any(|term| term.key == *key)
    }
}

pub(super) async fn form(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Query(part): Query<Part>,
) -> WebResult<Markup> {
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    let desktop = Desktop::new(&opened, &part)?;
    opened.demands_writing_in(&signed, desktop.section)?;
    let offers = desktop.offers();
    let sheet = Sheet::of(&offers, &desktop.overlay.after);
    let body = page(&desktop, &offers, &sheet, None);
    Ok(signed.page("Saisir les termes", &body))
}

pub(super) async fn submit(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Query(part): Query<Part>,
    Form(posted): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    let posted: BTreeMap<String, String> = posted.into_iter().collect();
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    let desktop = Desktop::new(&opened, &part)?;
    opened.demands_writing_in(&signed, desktop.section)?;
    let offers = desktop.offers();
    let mut sheet = Sheet::of(&offers, &desktop.overlay.after);
    let conflict = sheet.receive(&posted);
    let read = sheet.read(&offers);
    let again = |sheet: &Sheet, status, sentence: &str| {
        let body = page(&desktop, &offers, sheet, Some(sentence));
        Ok(document_with_status(
            status,
            signed.view(),
            "Saisir les termes",
            &body,
        ))
    };
    if !read.refused.is_empty() {
        let sentence = "Rien n’est enregistré : certaines cases ne se lisent pas. Tout ce que vous avez écrit est gardé.";
        return again(&sheet, StatusCode::UNPROCESSABLE_ENTITY, sentence);
    }
    if conflict {
        let sentence = "Rien n’est enregistré : quelqu’un a changé les mêmes cases depuis que vous avez ouvert cette page. Choisissez, puis enregistrez.";
        return again(&sheet, StatusCode::CONFLICT, sentence);
    }
    let version = opened.instrument.version;
    let mut change = match begin::<WriteTerms>(&desk, &signed, &opened, version).await {
        Ok(change) => change,
        Err(error) if error.is_stale() => return again(&sheet, StatusCode::CONFLICT, AT_ONCE),
        Err(error) => return Err(told(error)),
    };
    let terms = TermsOf {
        instrument: opened.instrument.id,
        sections: [desktop.section.id].into(),
    };
    let permit = permit::<WriteTerms>(&mut change, terms).await?;
    let changed = set_terms(&mut change, permit, read.edits)
        .await
        .map_err(told)?;
    change.commit().await.map_err(WebError::internal)?;
    let next = format!("{}?enregistre={changed}", opened.path());
    Ok(Redirect::to(&next).into_response())
}

fn page(
    desktop: &Desktop<'_>,
    offers: &[Offer<'_>],
    sheet: &Sheet,
    sentence: Option<&str>,
) -> Markup {
    let opened = desktop.opened;
    let framework = opened.book.framework();
    let act = instrument_name(&opened.full.instruments, framework, &opened.instrument);
    let steps = [
        (act.as_str(), Some(opened.path())),
        ("Saisir les termes", None),
    ];
    html! {
        (trail(framework, &opened.full.contract, &steps))
        div.head {
            p.eyebrow { (opened.full.contract.title) }
            h1 { (act) " : saisir les termes" }
            p.lead { "Rien ne compte avant la signature. Une case laissée telle quelle ne change rien." }
        }
        (problems(offers, sheet, sentence))
        (sections(desktop))
        div.split.rail {
            (rail(desktop))
            (sheet_form(desktop, sheet))
        }
    }
}

fn problems(offers: &[Offer<'_>], sheet: &Sheet, sentence: Option<&str>) -> Markup {
    html! {
        @if let Some(sentence) = sentence {
            (flag("late", sentence))
            ul.told-l {
                @for (place, name, problem) in sheet.problems(offers) {
                    li { a href={ "#" (name) } { (place) } " : " (problem) }
                }
            }
        }
    }
}

fn sections(desktop: &Desktop<'_>) -> Markup {
    let contract = &desktop.opened.full.contract;
    let path = desktop.opened.path();
    html! {
        @if contract.has_sections() {
            nav.volets aria-label="Volets du contrat" { ul.seg {
                @for section in &contract.sections {
                    @let part = Part { volet: section.key.clone(), ..desktop.part.clone() };
                    li { a href=(part.href(&path)) aria-current=[(section.id == desktop.section.id).then_some("true")] { (section.label) } }
                }
            } }
        }
    }
}

fn rail(desktop: &Desktop<'_>) -> Markup {
    let path = desktop.opened.path();
    let of = |objectif: &str, partie: &str| Part {
        objectif: objectif.to_owned(),
        partie: partie.to_owned(),
        volet: desktop.part.volet.clone(),
    };
    let here = |node: Option<&Node>| match (node, desktop.node) {
        (Some(node), Some(current)) => node.key == current.key,
        (None, None) => true,
        _ => false,
    };
    html! {
        nav.sect.after aria-labelledby="parties" {
            div.sect-h { h2 #parties { "Parties" } }
            ol.rows {
                @for node in desktop.book().objectives() {
                    li { a.cur[here(Some(node))] href=(of(&node.key, "").href(&path)) aria-current=[here(Some(node)).then_some("page")] {
                        b { (node.code.as_deref().unwrap_or("")) } span { (node.label) }
                    } }
                }
                @if !desktop.book().framework().means.is_empty() {
                    li { a.cur[here(None)] href=(of("", "moyens").href(&path)) aria-current=[here(None).then_some("page")] { b {} span { "Moyens" } } }
                }
            }
        }
    }
}

fn sheet_form(desktop: &Desktop<'_>, sheet: &Sheet) -> Markup {
    let framework = desktop.book().framework();
    let title = desktop.node.map_or("Moyens", |node| node.label.as_str());
    html! {
        form.sect method="post" action=(desktop.part.href(&desktop.opened.path())) {
            @if let Some(node) = desktop.node { p.eyebrow { (node_code(framework, node)) } }
            (section_heading("feuille", title, None))
            @match desktop.node {
                Some(node) => {
                    p.hint { "Une cible s’écrit 66,2, ou 64 à 66 pour un intervalle, ou par un mot : observé (à fixer par avenant), gelé, sans objet." }
                    (commitments(desktop, node, sheet))
                    (definitions(desktop, sheet))
                    (grid(desktop, sheet))
                },
                None => (means(desktop, sheet)),
            }
            div.commit {
                p.lead { "Ces termes restent un projet jusqu’à la signature de l’acte." }
                p.acts {
                    button.btn.main type="submit" { "Enregistrer" }
                    a.btn href=(desktop.opened.path()) { "Revenir à l’acte" }
                }
            }
        }
    }
}

fn commitments(desktop: &Desktop<'_>, node: &Node, sheet: &Sheet) -> Markup {
    let models: Vec<_> = desktop.book().commitments_of(&node.key).collect();
    let unsaid = (String::new(), "Choisir l’indicateur".to_owned());
    html! {
        @for model in models {
            @let slot = Slot::Commitment { commitment: model.key.clone() };
            @let of_model = desktop.lines.iter().filter(|line| line.commitment == Some(model.key.as_str()));
            @let words: Vec<_> = std::iter::once(unsaid.clone()).chain(of_model.map(|line| (line.key.clone(), line.label.to_owned()))).collect();
            fieldset.agree {
                legend.lbl { "Action " (model.code.as_deref().unwrap_or(&model.key)) }
                p.hint { "Modèle : " (model.label) }
                @for point in &model.points { p.hint { (point) } }
                (labelled(sheet, &slot, Field::Action, "Engagement, dans les mots du contrat (vide : non retenu)", Shape::Lines))
                (labelled(sheet, &slot, Field::Indicator, "Suivi par", Shape::Words(&words)))
            }
        }
    }
}

fn definitions(desktop: &Desktop<'_>, sheet: &Sheet) -> Markup {
    html! {
        @for line in desktop.lines.iter().filter(|line| line.slot) {
            @let slot = Slot::Definition { indicator: line.key.clone() };
            fieldset.agree {
                legend.lbl { "Définition laissée au contrat : " (line.code.unwrap_or(&line.key)) }
                p.hint { "Un indicateur retenu sans définition empêche la signature. Il ne sera jamais agrégé." }
                (labelled(sheet, &slot, Field::Label, "Libellé", Shape::Line("wide")))
                (labelled(sheet, &slot, Field::Text, "Mode de calcul", Shape::Lines))
                (labelled(sheet, &slot, Field::Kind, "La valeur est", Shape::Words(&kinds())))
                (labelled(sheet, &slot, Field::Unit, "Unité d’un nombre", Shape::Line("")))
            }
        }
    }
}

fn grid(desktop: &Desktop<'_>, sheet: &Sheet) -> Markup {
    let lines: Vec<&Line<'_>> = desktop.lines.iter().collect();
    let cells = Inputs { desktop, sheet };
    let contract = &desktop.opened.full.contract;
    html! {
        @if !lines.is_empty() { (table::targets(contract, "Termes à saisir", &lines, &cells, "cells")) }
    }
}

/// Cells to write in; what the act may not change is shown and cannot be typed.
struct Inputs<'a> {
    desktop: &'a Desktop<'a>,
    sheet: &'a Sheet,
}

impl Inputs<'_> {
    fn fixed(&self, facet: Option<&Facet<'_>>, slot: &Slot) -> Markup {
        let key = TermKey {
            section: self.desktop.section.id,
            slot: slot.clone(),
        };
        let held = self.desktop.overlay.after.get(&key);
        held.map_or_else(dash, |held| html! { (show_body(facet, held.body)) })
    }

    fn offered(&self, slot: &Slot, field: Field) -> bool {
        self.sheet.get(&sheet::name(slot, field)).is_some()
    }
}

impl Cells for Inputs<'_> {
    fn beside(&self, line: &Line<'_>) -> Markup {
        let slot = Slot::Choice {
            indicator: line.key.clone(),
        };
        let words = [
            ("", "Sans réponse"),
            ("oui", "Retenu"),
            ("non", "Non retenu"),
        ];
        let words = words.map(|(value, word)| (value.to_owned(), word.to_owned()));
        let name = line.short();
        html! {
            @if self.offered(&slot, Field::Choice) {
                span.pair {
                    (cell(self.sheet, &slot, Field::Choice, &format!("{name}, choix"), Shape::Words(&words)))
                    (cell(self.sheet, &slot, Field::Motive, &format!("{name}, motif du choix"), Shape::Line("wide")))
                }
            } @else if line.is_retained() { span.sub { "Retenu" } }
            @else if line.standing == Standing::Elsewhere { span.sub { "Ne concerne pas cette région" } }
            @else { span.sub { "Non retenu" } }
        }
    }

    fn baseline(&self, line: &Line<'_>, facet: &Facet<'_>) -> Markup {
        let slot = Slot::Baseline {
            indicator: line.key.clone(),
            measure: facet.measure.to_owned(),
        };
        if !self.offered(&slot, Field::Value) {
            return self.fixed(Some(facet), &slot);
        }
        let name = line.short();
        html! {
            (cell(self.sheet, &slot, Field::Value, &format!("{name}, valeur initiale"), Shape::Line("")))
            (cell(self.sheet, &slot, Field::Year, &format!("{name}, année de la valeur initiale"), Shape::Line("year")))
        }
    }

    fn target(&self, line: &Line<'_>, facet: &Facet<'_>, year: i16) -> Markup {
        let slot = target_slot(line, facet, year);
        if !self.offered(&slot, Field::Target) {
            return self.fixed(Some(facet), &slot);
        }
        let label = format!("{}, cible {year}", line.short());
        cell(self.sheet, &slot, Field::Target, &label, Shape::Line(""))
    }

    fn href(&self, line: &Line<'_>) -> String {
        let base = open::contract_path(&self.desktop.opened.full.contract.slug);
        format!("{base}/indicateurs/{}", line.key)
    }
}

fn means(desktop: &Desktop<'_>, sheet: &Sheet) -> Markup {
    html! {
        p.hint { "Un montant va toujours avec sa source : notification, arrêté, compte." }
        @for line in &desktop.book().framework().means {
            h3 { (line.label) @if let Some(unit) = &line.unit { " (" (unit) ")" } }
            div.scroll tabindex="0" role="region" aria-label={ (line.label) ", défilable" } {
                table.tbl.stack.cells.even {
                    thead { tr {
                        th scope="col" { "Année" }
                        @for stage in Stage::ALL { th scope="col" { (stage.french()) ", montant et source" } }
                    } }
                    tbody { @for year in desktop.opened.full.contract.years() { (means_row(sheet, line, year)) } }
                }
            }
        }
    }
}

fn means_row(sheet: &Sheet, line: &MeansLine, year: i16) -> Markup {
    html! {
        tr {
            th scope="row" { b { (year) } }
            @for stage in Stage::ALL {
                @let slot = means_slot(line, stage, year);
                @let label = format!("{}, {} {year}", line.label, stage.french().to_lowercase());
                td data-l=(stage.french()) {
                    (cell(sheet, &slot, Field::Amount, &format!("{label}, montant"), Shape::Line("amount")))
                    (cell(sheet, &slot, Field::Source, &format!("{label}, source"), Shape::Line("source")))
                }
            }
        }
    }
}

/// The sheet that writes a term, at the text of it; nothing where no sheet holds it.
pub(super) fn sheet_of(
    opened: &OpenedInstrument,
    lines: &BTreeMap<Uuid, Vec<Line<'_>>>,
    key: &TermKey,
) -> Option<String> {
    let section = opened
        .full
        .contract
        .sections
        .iter()
        .find(|s| s.id == key.section)?;
    let mut part = Part {
        volet: section.key.clone(),
        ..Part::default()
    };
    match &key.slot {
        Slot::Party { role, .. } => {
            return Some(format!("{}/parties#{}.{role}", opened.path(), section.key));
        }
        Slot::Place => {
            return Some(format!("{}/parties#{}.{PLACE}", opened.path(), section.key));
        }
        Slot::Means { .. } => "moyens".clone_into(&mut part.partie),
        Slot::Commitment { commitment } => {
            let model = opened
                .book
                .framework()
                .commitments
                .iter()
                .find(|c| c.key == *commitment)?;
            part.objectif.clone_from(&model.node);
        }
        of_indicator => {
            let lines = lines.get(&key.section)?;
            let line = lines
                .iter()
                .find(|line| Some(line.key.as_str()) == of_indicator.indicator())?;
            line.node.clone_into(&mut part.objectif);
        }
    }
    let field = sheet::fields(&key.slot).first()?;
    let anchor = sheet::name(&key.slot, *field);
    Some(format!("{}#{anchor}", part.href(&opened.path())))
}

/// Whether a body is a choice: it says nothing that a cell shows.
pub(super) fn is_choice(body: &TermBody) -> bool {
    matches!(body, TermBody::Choice(_))
}
