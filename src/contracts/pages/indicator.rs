//! `/contrats/{slug}/indicateurs/{key}`: what a contract says of one indicator, and how it came
//! to say so.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use super::contract::target_markup;
use super::documents;
use super::open::{self, Opened, View};
use super::parts::{day, mark, node_code, section_choice, trail_of};
use super::table::{change, dash, target_cell};
use crate::access::Signed;
use crate::contracts::naming::slot_name;
use crate::contracts::sheet::show_body;
use crate::contracts::store::{Change, NationalTarget, national_targets, subject_changes};
use crate::contracts::{
    Desk, Facet, Line, Recorded, Section, Slot, Standing, Step, Target, Terms, history,
    instrument_names, own_measures,
};
use crate::frameworks::{OwnMeasure, everyone_words, explained};
use crate::kernel::capitalised;
use crate::organisations::Organisation;
use crate::platform::clock::french_instant;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, WebError, WebResult, fictional_mark, section_heading};
use crate::tables::downloads;

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, key)): Path<(String, String)>,
    (address, Query(view)): (Address, Query<View>),
) -> WebResult<(StatusCode, Markup)> {
    let opened = open::contract(&desk, &signed, &slug, view).await?;
    let section = opened.section()?;
    let terms = opened.terms();
    let lines = opened.book.lines(&opened.full.contract, section, &terms);
    let line = lines.iter().find(|line| line.key == key);
    let line = line.ok_or(WebError::NotFound)?;
    let contract = &opened.full.contract;
    let mut tx = desk.db.read().await?;
    let national = national_targets(&mut tx, &contract.framework, opened.moment.change).await?;
    let mut journal = subject_changes(&mut tx, &opened.full, &key).await?;
    let documents = documents::of(
        &mut tx,
        (signed.reach(), opened.today),
        (contract.id, &key),
        opened.moment.change,
    )
    .await?;
    let since = desk.observations.since(
        &mut tx,
        signed.reach(),
        &opened.full,
        Some(&key),
        opened.moment,
    );
    let since = since.await?;
    let observed = desk.observations.recorded(
        &mut tx,
        signed.reach(),
        &opened.full,
        (section, &key),
        opened.moment,
    );
    let observed = observed.await?;
    drop(tx);
    journal.retain(|change| {
        change.row.no <= opened.moment.change && change.about.section == section.id
    });
    let steps = history(
        &opened.full.instruments,
        &opened.full.terms,
        opened.moment.change,
        |term| term.section == section.id && term.slot.indicator() == Some(key.as_str()),
    );
    let own = own_measures(opened.book.framework(), &opened.full, opened.moment.change);
    let own: Vec<&OwnMeasure> = own
        .iter()
        .filter(|own| own.section == section.key && own.indicator.key == key)
        .collect();
    let body = html! {
        (trail_of(&opened, &[(line.short(), None)]))
        (head(&opened, section, line, &terms))
        (opened.asked().form(&address, "Termes et chiffres connus au", opened.today, &html! {}))
        (since)
        (section_choice(&opened, &format!("/indicateurs/{key}")))
        (targets(&opened, (section, line), &terms, (&national, signed.view().shell.demo), &address))
        (downloads("termes", "Les termes en vigueur sur cet indicateur", &[("contrat", &contract.slug), ("indicateur", &key)], &address))
        (own_values(&opened, (section, line), &own, observed, &address))
        (story(&opened, line, &steps, &address))
        (documents::section(&opened.full, &key, &documents, signed.reach()))
        (journal_section(&opened, line, &journal))
    };
    let title = format!("{}, {}", line.short(), contract.title);
    Ok((opened.asked().status(), signed.page(&title, &body)))
}

fn head(opened: &Opened, section: &Section, line: &Line<'_>, terms: &Terms<'_>) -> Markup {
    let framework = opened.book.framework();
    let node = framework.nodes.iter().find(|node| node.key == line.node);
    let model = framework.indicators.iter().find(|i| i.key == line.key);
    let definition = terms.definition(section.id, &line.key);
    let suppliers = model.map(|model| supplier_names(opened, &model.suppliers));
    let source = model.and_then(|model| model.source.as_deref());
    let source = source.filter(|source| model.is_some_and(|m| m.suppliers.join(", ") != *source));
    html! {
        div.head {
            p.eyebrow {
                @if let Some(node) = node { (node_code(framework, node)) ". " (node.label) }
            }
            h1 {
                @if let Some(code) = line.code { (code) " " }
                (explained(line.label, &framework.glossary)) (mark(&opened.full.contract))
            }
            dl.facts.row {
                div { dt { "Dans ce contrat" } dd { (standing(section, line, terms)) } }
                div { dt { "Nature" } dd { (line.kind.label) } }
                @if let Some(suppliers) = suppliers.filter(|s| !s.is_empty()) {
                    div { dt { "Fournisseur" } dd { (suppliers) @if let Some(source) = source { br; (source) } } }
                }
                @for facet in line.facets.iter().filter(|facet| !facet.label.is_empty()) {
                    div { dt { "Mesure" } dd { (facet.label) @if let Some(unit) = facet.unit { " (" (unit) ")" } } }
                }
            }
            @if model.is_some() {
                p.acts {
                    a.btn.sm href=(opened.with_day(&format!("/indicateurs/{}/{}", framework.code, line.key))) {
                        @if line.slot { "Ce que mesurent les autres contrats" } @else { "Toutes les régions" }
                    }
                    @if !line.slot { a.btn.sm href=(opened.with_day(&format!("/cibles/{}/{}", framework.code, line.key))) { "Cibles nationales et régionales" } }
                }
            }
            @if line.slot {
                @match definition {
                    Some(definition) => p.lead { "Défini par le contrat : " (definition.text) },
                    None => p.lead { "Le cadre laisse sa définition au contrat, qui ne l’a pas encore écrite." },
                }
            }
        }
    }
}

/// What was observed of what the contract defines: the measure in force, then those that it
/// replaced, whose values stay as they were loaded.
fn own_values(
    opened: &Opened,
    (section, line): (&Section, &Line<'_>),
    own: &[&OwnMeasure],
    observed: Recorded,
    address: &Address,
) -> Markup {
    let named = [
        ("contrat", opened.full.contract.slug.as_str()),
        ("volet", &section.key),
        ("indicateur", &line.key),
    ];
    let values = observed.table.filter(|table| !table.rows.is_empty());
    html! {
        @if !own.is_empty() {
            section.sect aria-labelledby="valeurs" {
                (section_heading("valeurs", "Valeurs observées", None))
                @for own in own.iter().rev() { (own_course(own, &observed.courses)) }
                @match values {
                    Some(values) => {
                        (values.html(address))
                        (downloads("observees", "Les valeurs observées de cet indicateur", &named, address))
                    },
                    None => p { "Aucune valeur n’est encore chargée." },
                }
                @for own in own.iter().filter(|own| own.current) { (typing(own)) }
            }
        }
    }
}

/// What a definition measures and where it is heading.
fn own_course(own: &OwnMeasure, courses: &BTreeMap<String, Markup>) -> Markup {
    let measure = &own.measure;
    html! {
        @if !own.current {
            h3 { (measure.label) @if let Some(unit) = &measure.unit { " (" (unit) ")" } }
            p.note { "Définition remplacée. Ses valeurs restent telles qu’elles ont été chargées, et ne se comparent pas aux suivantes." }
        }
        @for rupture in &measure.breaks {
            p.note { "Définition changée en " (rupture.since) " : les valeurs d’avant ne se comparent pas à celles d’après. " (rupture.reason) }
        }
        @if let Some(course) = courses.get(&measure.code) { (course) }
    }
}

/// How values of the definition in force come in.
fn typing(own: &OwnMeasure) -> Markup {
    let (key, measure) = (&own.indicator.key, &own.measure);
    let entry = format!("/saisie/{}/{key}?mesure={}", own.framework, measure.code);
    html! {
        p.acts { a.btn.sm href=(entry) { "Saisir ou charger des valeurs" } }
        p.small.muted { "Dans un fichier, sur la ligne de ce territoire : « " (own.indicator.code.as_ref().unwrap_or(key)) " », ou le code " code { (measure.code) } "." }
    }
}

/// Who supplies the values, by their names.
fn supplier_names(opened: &Opened, suppliers: &[String]) -> String {
    let name = |code: &String| {
        let known = opened.directory.organisation(code);
        let named = known.map(Organisation::label).or(everyone_words(code));
        named.unwrap_or(code).to_owned()
    };
    let names: Vec<String> = suppliers.iter().map(name).collect();
    names.join(", ")
}

fn standing(section: &Section, line: &Line<'_>, terms: &Terms<'_>) -> Markup {
    let key = crate::contracts::TermKey {
        section: section.id,
        slot: Slot::Choice {
            indicator: line.key.clone(),
        },
    };
    let motive = terms.get(&key).and_then(|held| held.motive());
    match line.standing {
        Standing::Common => html! { "Commun à tous les contrats" },
        Standing::Chosen => {
            html! { "Retenu" @if let Some(motive) = motive { span.small.muted { br; (motive) } } }
        }
        Standing::Elsewhere => html! { "Ne concerne pas cette région" },
        Standing::NotRetained => {
            html! { "Non retenu" @if let Some(motive) = motive { span.small.muted { br; (motive) } } }
        }
    }
}

fn targets(
    opened: &Opened,
    (section, line): (&Section, &Line<'_>),
    terms: &Terms<'_>,
    national: (&[NationalTarget], bool),
    address: &Address,
) -> Markup {
    let mut columns = vec![
        Column::words("mesure", "Mesure"),
        Column::numbers("initiale", "Valeur initiale"),
    ];
    let years = opened.full.contract.years();
    let target = |year| Column::numbers(format!("cible_{year}"), format!("Cible {year}"));
    columns.extend(years.map(target));
    let caption = "Valeur initiale et cibles";
    let mut table = Table::new("cibles-du-contrat", caption, columns)
        .classed("stack")
        .caption_unseen();
    for facet in &line.facets {
        let own = target_row(opened, (section, line), facet, terms);
        table.rows.push(own);
        table
            .rows
            .extend(national_row(opened, line, facet, national));
    }
    html! {
        section.sect aria-labelledby="cibles" {
            (section_heading("cibles", "Valeur initiale et cibles en vigueur", None))
            (table.html(address))
        }
    }
}

fn target_row(
    opened: &Opened,
    (section, line): (&Section, &Line<'_>),
    facet: &Facet<'_>,
    terms: &Terms<'_>,
) -> Row {
    let name = if facet.label.is_empty() {
        line.label
    } else {
        facet.label
    };
    let shown = html! { b { (name) } (mark(&opened.full.contract)) };
    let measure = facet.measure;
    let baseline = match terms.baseline(section.id, &line.key, measure) {
        Some(baseline) => {
            let shown = html! { (facet.show_value(&baseline.value)) span.sub { (baseline.year) } };
            let target = Target::Value(baseline.value.clone());
            target_cell(Some(&target), facet).shown(shown)
        }
        None => Cell::default().shown(dash()),
    };
    let mut row = vec![Cell::text(name).shown(shown), baseline];
    let years = opened.full.contract.years();
    row.extend(years.map(|year| {
        let target = terms.target(section.id, &line.key, measure, year);
        agreed_cell(target, facet)
    }));
    row
}

fn agreed_cell(target: Option<&Target>, facet: &Facet<'_>) -> Cell {
    let cell = target_cell(target, facet);
    match target {
        Some(target) => cell.shown(target_markup(facet, target)),
        None => cell,
    }
}

fn national_row(
    opened: &Opened,
    line: &Line<'_>,
    facet: &Facet<'_>,
    (national, demo): (&[NationalTarget], bool),
) -> Option<Row> {
    let own = |n: &&NationalTarget| n.indicator == line.key && n.measure == facet.measure;
    let own: Vec<_> = national.iter().filter(own).collect();
    if own.is_empty() {
        return None;
    }
    let several = line.facets.len() > 1;
    let name = html! {
        "Cible nationale" @if demo { " " (fictional_mark()) }
        @if several { span.sub { (facet.label) } }
    };
    let name = Cell::text("Cible nationale").shown(name);
    let mut row = vec![name, Cell::default().shown(dash())];
    let years = opened.full.contract.years();
    row.extend(years.map(|year| {
        let found = own.iter().find(|n| n.year == year);
        agreed_cell(found.map(|n| &n.target), facet)
    }));
    Some(row)
}

/// Every change by a signed instrument: what, by which act, on which day, why, recorded by whom.
fn story(opened: &Opened, line: &Line<'_>, steps: &[Step<'_>], address: &Address) -> Markup {
    let named = [
        ("contrat", opened.full.contract.slug.as_str()),
        ("indicateur", &line.key),
    ];
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    html! {
        section.sect aria-labelledby="histoire" {
            (section_heading("histoire", "Ce que chaque acte a changé", None))
            @if steps.is_empty() {
                p {
                    "Aucun acte signé ne dit rien de cet indicateur. "
                    @if opened.drafting.is_ok() && opened.moment.past.is_none() {
                        a href={ (open::contract_path(&opened.full.contract.slug)) "/actes/nouveau" } { "Préparer l’acte qui en dira quelque chose" }
                    } @else {
                        a href=(opened.href("")) { "Voir ce que ce contrat retient" }
                    }
                }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Histoire par acte, défilable" {
                    table.tbl.stack {
                        thead { tr {
                            th scope="col" { "Acte" } th scope="col" { "Signé le" }
                            th scope="col" { "Changements" } th scope="col" { "Motif" } th scope="col" { "Enregistré" }
                        } }
                        tbody {
                            @for own in steps.chunk_by(|a, b| a.instrument.id == b.instrument.id) {
                                (act_row(opened, line, own, &names[&own[0].instrument.id]))
                            }
                        }
                    }
                }
                (downloads("changements", "Ce que chaque acte a changé", &named, address))
            }
        }
    }
}

/// One act and all it changed here; `own` is never empty.
fn act_row(opened: &Opened, line: &Line<'_>, own: &[Step<'_>], name: &str) -> Markup {
    let instrument = own[0].instrument;
    let path = open::instrument_path(&opened.full.contract.slug, instrument.no);
    html! {
        tr {
            th scope="row" { a href=(path) { b { (name) } } }
            td.nb data-l="Signé le" { (day(instrument.signed_on())) }
            td.x data-l="Changements" { ul { @for step in own { li { (step_line(line, step)) } } } }
            td.x data-l="Motif" { (instrument.motive.as_deref().unwrap_or("—")) }
            td.nb data-l="Enregistré" {
                @if let Some(stamp) = &instrument.signed {
                    (french_instant(stamp.at))
                    @if let Some(who) = &stamp.who { span.sub { (who) } }
                    @for second in &instrument.confirmations { span.sub { "confirmé par " (second.name) } }
                }
            }
        }
    }
}

fn step_line(line: &Line<'_>, step: &Step<'_>) -> Markup {
    let facet = line.facet(step.key.slot.facet()).or(line.facets.first());
    let shown = |body| show_body(facet, body);
    let (before, after) = (step.before.map(shown), step.after.map(shown));
    let own = step
        .motive
        .filter(|motive| Some(*motive) != step.instrument.motive.as_deref());
    html! {
        (capitalised(&slot_name(&step.key.slot)))
        @if line.facets.len() > 1 && !step.key.slot.facet().is_empty() { @if let Some(facet) = facet { " (" (facet.label) ")" } }
        " : " (change(before.as_deref(), after.as_deref()))
        @if let Some(motive) = own { span.muted { " " (motive) } }
    }
}

fn journal_section(opened: &Opened, line: &Line<'_>, journal: &[Change]) -> Markup {
    let contract = &opened.full.contract;
    let indicator = format!("{}/{}", contract.framework, line.key);
    let thing = contract.id.to_string();
    let named = [("chose", thing.as_str()), ("indicateur", &indicator)];
    html! {
        @if !journal.is_empty() {
            details.more {
                summary { "Journal des saisies, projets compris (" (journal.len()) ")" }
                div.scroll tabindex="0" role="region" aria-label="Journal des saisies, défilable" {
                    table.tbl.dense {
                        thead { tr {
                            th scope="col" { "Quand" } th scope="col" { "Qui" }
                            th scope="col" { "Terme" } th scope="col" { "Changement" } th scope="col" { "N°" }
                        } }
                        tbody { @for entry in journal { (journal_row(line, entry)) } }
                    }
                }
                (downloads("journal", "Le journal de cet indicateur dans le contrat", &named, &Address::of("/journal")))
            }
        }
    }
}

fn journal_row(line: &Line<'_>, entry: &Change) -> Markup {
    let about = &entry.about;
    let slot = Slot::from_columns(&about.kind, &about.subject, &about.facet, &about.period);
    let facet = line.facet(&about.facet).or(line.facets.first());
    let shown = |body| show_body(facet, body);
    html! {
        tr {
            td { (french_instant(entry.row.at)) }
            td { (entry.row.who.as_deref().unwrap_or("Installation")) }
            td { @if let Some(slot) = slot { (capitalised(&slot_name(&slot))) } }
            td { (change(entry.before.as_ref().map(shown).as_deref(), entry.after.as_ref().map(shown).as_deref())) }
            td.n { (entry.row.no) }
        }
    }
}
