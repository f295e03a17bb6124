//! One framework: its tree, its indicators, where it comes from.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::parts::{counts, marks};
use super::{campaign, history, opening};
use crate::access::{Opening, Signed};
use crate::frameworks::{
    Band, BandCase, CalendarDate, Campaign, Commitment, Framework, Index, Indicator, Library, Node,
    explained, usual_bands,
};
use crate::ledger::history_of;
use crate::platform::clock::french_date;
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, Crumb, WebError, WebResult, crumbs, section_heading};
use crate::tables::{downloads, word};

/// What may be asked of the page.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// The year whose campaign is to be shown; the whole framework without it.
    edition: Option<i16>,
}

pub(super) async fn page(
    signed: Signed,
    Path(code): Path<String>,
    (address, Query(asked)): (Address, Query<Asked>),
    State(db): State<Db>,
    State(library): State<Library>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let framework = &edited.framework;
    let Some(year) = asked.edition else {
        let history = history_of(&mut tx, edited.thing).await?;
        let body = html! {
            (head(framework, edited.no, None))
            (tree(framework, framework, &address))
            (calendar(framework))
            (campaign::choice(framework, None))
            (sources(framework))
            (history::revisions(edited.thing, &history))
        };
        return Ok(signed.page(&framework.title, &body));
    };
    let held = opening::held(&mut tx, signed.reach(), &library, edited, year).await?;
    let run_with = &held.edited.framework;
    let campaign = run_with.campaign(year).ok_or(WebError::NotFound)?;
    let title = format!("{}, bilan {year}", run_with.title);
    let body = html! {
        (head(run_with, held.edited.no, Some(year)))
        (campaign::banner(run_with, &campaign))
        (opening::state(signed.reach(), &held, edited, year))
        (tree(run_with, &as_found_by(run_with, &campaign), &address))
        (campaign::choice(run_with, Some(year)))
    };
    Ok(signed.page(&title, &body))
}

/// The framework with the indicators of a campaign only.
fn as_found_by(framework: &Framework, campaign: &Campaign<'_>) -> Framework {
    Framework {
        indicators: campaign.indicators.iter().copied().cloned().collect(),
        ..framework.clone()
    }
}

/// The head of the page; `campaign` is the year that it shows.
fn head(framework: &Framework, revision: i64, campaign: Option<i16>) -> Markup {
    let review = campaign.map(|year| format!("Bilan {year}"));
    let whole = review
        .as_ref()
        .map(|_| format!("/cadres/{}", framework.code));
    let mut path = vec![
        Crumb {
            label: "Cadres",
            href: Some("/cadres".to_owned()),
        },
        Crumb {
            label: &framework.title,
            href: whole,
        },
    ];
    path.extend(review.as_deref().map(|label| Crumb { label, href: None }));
    html! {
        (crumbs(&path))
        div.head {
            p.eyebrow { "Cadre contractuel, révision " (revision) }
            h1 { (framework.title) }
            p.lead { (counts(framework)) "." }
            (identity(framework))
        }
        @if let Some(note) = framework.list_note.as_ref().filter(|_| !framework.complete_list) {
            div.flag.warn { p { b { "Liste partielle. " } (note) } }
        }
    }
}

/// What the documents announce, then the tree with these indicators.
fn tree(framework: &Framework, listed: &Framework, asked: &Address) -> Markup {
    let index = listed.index();
    html! {
        @if !framework.announced.is_empty() { (announced(framework)) }
        @for node in index.children(None) { (branch(&index, node, asked)) }
        (downloads("indicateurs", "Les indicateurs", &[("cadre", &framework.code)], asked))
    }
}

fn identity(framework: &Framework) -> Markup {
    html! {
        dl.facts.row {
            div { dt { "Période" } dd { (framework.starts) "-" (framework.ends) } }
            div { dt { "Parties" } dd {
                @for party in &framework.parties { (party.label) br; }
            } }
            div { dt { "Actes" } dd {
                @for act in &framework.acts { (act.label) br; }
            } }
            @if let Some(tool) = &framework.tool { div { dt { "Outil d’alors" } dd { (tool) } } }
        }
    }
}

fn announced(framework: &Framework) -> Markup {
    html! {
        section.sect aria-labelledby="annonces" {
            (section_heading("annonces", "Ce que le document annonce sans le détailler", None))
            dl.facts.big {
                @for announced in &framework.announced {
                    dt { (announced.label) }
                    dd {
                        @if let Some(count) = announced.count { b { (count) } }
                        @if let Some(note) = &announced.note { " " span.muted { (note) } }
                    }
                }
            }
        }
    }
}

/// A node of the highest level, everything under it included.
fn branch(index: &Index<'_>, node: &Node, asked: &Address) -> Markup {
    html! {
        section.sect id={ "n-" (node.key) } aria-labelledby={ "t-" (node.key) } {
            (section_heading(&format!("t-{}", node.key), &name(node), None))
            (about(node))
            (indicators(index, node, asked))
            @for child in index.children(Some(&node.key)) { (twig(index, child, asked)) }
        }
    }
}

/// A node under another.
fn twig(index: &Index<'_>, node: &Node, asked: &Address) -> Markup {
    html! {
        h3 id={ "n-" (node.key) } { (explained(&name(node), &index.framework().glossary)) }
        (about(node))
        (indicators(index, node, asked))
        @for child in index.children(Some(&node.key)) { (twig(index, child, asked)) }
    }
}

fn name(node: &Node) -> String {
    match &node.code {
        Some(code) => format!("{code}. {}", node.label),
        None => node.label.clone(),
    }
}

fn about(node: &Node) -> Markup {
    let mut words = Vec::new();
    if !node.leads.is_empty() {
        words.push(format!("Pilote : {}", node.leads.join(", ")));
    }
    if !node.associates.is_empty() {
        words.push(format!("Associés : {}", node.associates.join(", ")));
    }
    words.extend(node.dialogues.iter().map(|d| format!("Dialogue : {d}")));
    html! {
        @if !words.is_empty() { p.note { (words.join(". ")) "." } }
        @if !node.uncertain.is_empty() {
            p.note { span.mark { "lecture incertaine" } " " (node.note.as_deref().unwrap_or_default()) }
        }
    }
}

fn indicators(index: &Index<'_>, node: &Node, asked: &Address) -> Markup {
    let listed = index.indicators_of(&node.key);
    let framework = index.framework();
    let commitments: Vec<&Commitment> = framework
        .commitments
        .iter()
        .filter(|c| c.node == node.key)
        .collect();
    html! {
        @if !commitments.is_empty() {
            ol.acts-l { @for commitment in commitments { (action(index, commitment)) } }
        } @else if !listed.is_empty() {
            (table(framework, listed, node).html(asked))
        }
    }
}

fn table(framework: &Framework, listed: &[&Indicator], node: &Node) -> Table {
    let columns = vec![
        Column::words("indicateur", "Indicateur"),
        Column::words("sorte", "Nature"),
        Column::words("fournisseurs", "Fournisseur, source"),
        Column::words("echeance", "Échéance"),
    ];
    let caption = format!("Indicateurs : {}", name(node));
    let mut table = Table::new(format!("indicateurs-{}", node.key), caption, columns)
        .classed("stack")
        .caption_unseen();
    table.rows = listed.iter().map(|one| row(framework, one)).collect();
    table
}

fn row(framework: &Framework, indicator: &Indicator) -> Row {
    let kind = framework.kinds.iter().find(|k| k.key == indicator.kind);
    let mut who = indicator.suppliers.join(", ");
    if let Some(source) = &indicator.source {
        if !who.is_empty() {
            who.push_str(" ; ");
        }
        who.push_str(source);
    }
    let name = html! {
        @if let Some(code) = &indicator.code { span.code { (code) } " " }
        a href={ "/indicateurs/" (framework.code) "/" (indicator.key) } { (explained(&indicator.label, &framework.glossary)) }
        (marks(indicator))
        @if let Some(theme) = &indicator.theme { span.sub { (theme) } }
    };
    vec![
        Cell::text(indicator.label.clone()).shown(name),
        word(kind.map(|kind| kind.label.clone())),
        Cell::text(who),
        word(indicator.due.text.clone()),
    ]
}

fn action(index: &Index<'_>, commitment: &Commitment) -> Markup {
    let framework = index.framework();
    let candidates = framework
        .indicators
        .iter()
        .filter(|i| i.commitment.as_deref() == Some(&commitment.key));
    html! {
        li id={ "e-" (commitment.key) } {
            h3 {
                @if let Some(code) = &commitment.code { span.code { (code) } " " }
                (explained(&commitment.label, &framework.glossary))
            }
            @if let Some(who) = &commitment.establishments { p.muted { "Établissements : " (explained(who, &framework.glossary)) } }
            ul {
                @for indicator in candidates {
                    li {
                        a href={ "/indicateurs/" (framework.code) "/" (indicator.key) } { (explained(&indicator.label, &framework.glossary)) }
                        (marks(indicator))
                    }
                }
            }
        }
    }
}

/// The calendar that comes back every year; those of one year are with its campaign.
fn calendar(framework: &Framework) -> Markup {
    let (id, title) = ("calendrier", "Calendrier de chaque année");
    let entries = framework.every_year();
    if entries.is_empty() {
        return html! {};
    }
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(id, title, None))
            div.scroll tabindex="0" role="region" aria-label={ (title) ", défilable" } {
                table.tbl.stack {
                    caption.vh { (title) }
                    thead { tr { th scope="col" { "Étape" } th scope="col" { "Du" } th scope="col" { "Au" } } }
                    tbody {
                        @for entry in entries {
                            tr {
                                th scope="row" {
                                    (entry.label)
                                    @if let Some(note) = &entry.note { span.sub { (note) } }
                                }
                                td data-l="Du" { (date(entry.from)) }
                                td data-l="Au" { (date(entry.to)) }
                            }
                        }
                    }
                }
            }
            (downloads("calendrier", title, &[("cadre", &framework.code)], &Address::of("/cadres")))
        }
    }
}

fn date(date: Option<CalendarDate>) -> String {
    match date {
        None => "–".to_owned(),
        Some(CalendarDate::On(day)) => french_date(day),
        Some(recurring) => recurring.to_string(),
    }
}

/// How attainment is worded, and who says so.
fn bands(framework: &Framework) -> Markup {
    let usual = framework.bands.is_empty();
    let ours = usual || framework.our_reading.iter().any(|field| field == "paliers");
    let usual_bands = usual_bands();
    let bands = if usual {
        &usual_bands
    } else {
        &framework.bands
    };
    html! {
        details.more {
            summary { "Paliers d’atteinte des cibles" }
            @if ours { p { span.mark { "lecture de Jalon" } " Les documents n’en donnent pas." } }
            dl.facts {
                @for band in bands { dt { (band.label) } dd { (limit(band)) } }
            }
        }
    }
}

/// How long a supplier has to answer a contest, and who says so.
fn contest_days(framework: &Framework) -> Markup {
    let field = |name: &String| name == "reponse_contestation";
    let ours = framework.contest_days.is_none() || framework.our_reading.iter().any(field);
    html! {
        details.more {
            summary { "Contestation d’une valeur" }
            @if ours { p { span.mark { "lecture de Jalon" } " Les documents n’en disent rien." } }
            p { "Le fournisseur a " (framework.days_to_answer()) " jours pour répondre." }
        }
    }
}

/// Who may see what stands under it, and who says so.
fn openings(framework: &Framework) -> Markup {
    let said = |key: &str| framework.our_reading.iter().any(|name| name == key);
    let lines = [
        (
            "Contrats signés",
            framework.signed_for,
            Opening::Signed,
            "contrats_ouverts",
        ),
        (
            "Actes en préparation ou abandonnés",
            framework.drafts_for,
            Opening::Drafts,
            "projets_ouverts",
        ),
        (
            "Valeurs finales",
            framework.values_for,
            Opening::Values,
            "valeurs_ouvertes",
        ),
    ];
    html! {
        details.more {
            summary { "Qui voit quoi" }
            dl.facts { @for (name, audience, opened, key) in lines {
                dt { (name) }
                dd {
                    (audience.unwrap_or_else(|| opened.usual()).french())
                    @if audience.is_none() || said(key) { " " span.mark { "lecture de Jalon" } }
                }
            } }
            p { "Les administrateurs et les coordinateurs nationaux voient tout." }
        }
    }
}

fn limit(band: &Band) -> String {
    match (band.case, band.from) {
        (BandCase::Reached, _) => "La cible est atteinte".to_owned(),
        (BandCase::WithoutRate, _) => {
            "La cible n’est pas atteinte et aucun taux ne le mesure".to_owned()
        }
        (BandCase::Rate, Some(from)) if from.micros() % 1_000_000 == 0 => {
            format!("À partir de {} %", from.french(0))
        }
        (BandCase::Rate, Some(from)) => {
            format!("À partir de {} %", from.to_string().replace('.', ","))
        }
        (BandCase::Rate, None) => "Au-dessous".to_owned(),
    }
}

fn sources(framework: &Framework) -> Markup {
    html! {
        section.sect aria-labelledby="sources" {
            (section_heading("sources", "D’où vient ce cadre", None))
            ul.acts-l {
                @for document in &framework.documents {
                    li {
                        h3 { (document.title) }
                        @if let Some(number) = &document.number { "N° " (number) ". " }
                        @if let Some(day) = document.date { (french_date(day)) ". " }
                        @if let Some(note) = &document.note { span.muted { (note) } }
                    }
                }
            }
            @if !framework.remarks.is_empty() {
                details.more { summary { "Remarques de lecture" } ul.prose {
                    @for remark in &framework.remarks { li { (remark) } }
                } }
            }
            (bands(framework))
            (contest_days(framework))
            (openings(framework))
            @if !framework.rules.is_empty() {
                details.more { summary { "Règles du guide" } ul.prose {
                    @for rule in &framework.rules { li { (explained(&rule.statement, &framework.glossary)) } }
                } }
            }
            @if !framework.glossary.is_empty() {
                details.more id="sigles" { summary { "Sigles" } dl.facts {
                    @for term in &framework.glossary { dt { (term.acronym) } dd { (term.meaning) } }
                } }
            }
        }
    }
}
