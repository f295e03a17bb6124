//! `/contrats/{slug}/actes/{no}`: what an instrument changes, who signs it, what still blocks it.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::decision::{decision, is_correction, or_why, signatories};
use super::grid::{is_choice, sheet_of};
use super::open::{self, OpenedInstrument};
use super::parts::{act_button, day, edit_link, flag, mark, state_of, trail};
use super::table::{self, Cells, change, dash};
use crate::access::Signed;
use crate::contracts::naming::{place_name, subject_name};
use crate::contracts::sheet::show_body;
use crate::contracts::{
    Choice, CommitmentTerm, Confirmation, Desk, EditInstrument, Facet, Line, Obstacle,
    ObstacleKind, Overlay, RebaseInstrument, Section, Slot, State as InstrumentState, Term,
    TermBody, TermKey, Terms, check_draft, instrument_name,
};
use crate::journal::history_href;
use crate::kernel::{capitalised, counted};
use crate::platform::clock::french_instant;
use crate::platform::web::{Address, WebResult, section_heading};
use crate::tables::downloads;

/// What the page may have to say of what was just done.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    /// How many terms were just recorded.
    enregistre: Option<usize>,
    /// What was just done: `signe`, `confirme`, `repris`, `ouvert`, `abandonne`.
    #[serde(default)]
    fait: String,
}

impl Done {
    /// What was just done, where what is recorded says so too: an address proves nothing.
    fn sentence(&self, signed: &Signed, opened: &OpenedInstrument) -> Option<String> {
        let instrument = &opened.instrument;
        let draft = instrument.state == InstrumentState::Draft;
        let written = opened.full.overlay(instrument).touched.len();
        let mine = |c: &Confirmation| c.person == signed.person.id;
        let sentence = match (self.enregistre, self.fait.as_str()) {
            (Some(0), _) if draft => {
                "Rien n’a changé : ces termes étaient déjà écrits ainsi.".to_owned()
            }
            (Some(_), _) if draft => {
                let terms = counted(written, "terme", "termes");
                format!("Votre saisie est enregistrée. Ce projet écrit maintenant {terms}.")
            }
            (None, "signe") if instrument.state == InstrumentState::Signed => {
                "C’est enregistré : ces termes sont en vigueur.".to_owned()
            }
            (None, "confirme") if draft && instrument.confirmations.iter().any(mine) => {
                "Votre confirmation est enregistrée.".to_owned()
            }
            (None, "repris") if draft && instrument.base_change == opened.full.last_signature() => {
                "Le projet part maintenant des termes en vigueur.".to_owned()
            }
            (None, "ouvert") if draft && instrument.keeper.is_empty() => {
                "Les autres parties voient maintenant ce projet et ce qui s’y écrit.".to_owned()
            }
            (None, "abandonne") if instrument.state == InstrumentState::Abandoned => {
                "Le projet est abandonné. Il reste lisible ici.".to_owned()
            }
            _ => return None,
        };
        Some(sentence)
    }
}

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Query(done): Query<Done>,
) -> WebResult<Markup> {
    let opened = open::instrument(&desk, &signed, &slug, no).await?;
    let notice = done.sentence(&signed, &opened);
    let notice = notice.map(|sentence| flag("", &sentence));
    Ok(signed.page(&title(&opened), &body(&signed, &opened, notice)))
}

/// The title of the page.
pub(super) fn title(opened: &OpenedInstrument) -> String {
    let framework = opened.book.framework();
    let name = instrument_name(&opened.full.instruments, framework, &opened.instrument);
    format!("{name}, {}", opened.full.contract.title)
}

/// The whole page below the frame, with a word on what was just tried.
pub(super) fn body(signed: &Signed, opened: &OpenedInstrument, notice: Option<Markup>) -> Markup {
    let instrument = &opened.instrument;
    let overlay = opened.full.overlay(instrument);
    let sections = opened.full.contract.sections.iter();
    let lines: BTreeMap<Uuid, Vec<Line<'_>>> = sections
        .map(|section| {
            (
                section.id,
                opened
                    .book
                    .lines(&opened.full.contract, section, &overlay.after),
            )
        })
        .collect();
    let draft = instrument.state == InstrumentState::Draft;
    let obstacles = if draft {
        check_draft(
            &opened.book,
            &opened.full,
            instrument,
            signed.actor().person(),
        )
    } else {
        Vec::new()
    };
    html! {
        (head(signed, opened, &overlay))
        @if let Some(notice) = notice { (notice) }
        @if draft { (readiness(signed, opened, &lines, &obstacles)) }
        (changes(opened, &overlay, &lines, draft))
        @if draft { (super::workbook::section(signed, opened)) }
        (signatories(opened, draft))
        @if draft { (decision(signed, opened, &obstacles)) }
    }
}

/// What brings a draft into force, as a word after « avant »: a correction repairs the record of
/// what was signed already and is not signed again.
fn end(opened: &OpenedInstrument) -> &'static str {
    if is_correction(opened) {
        "l’enregistrement"
    } else {
        "la signature"
    }
}

fn head(signed: &Signed, opened: &OpenedInstrument, overlay: &Overlay<'_>) -> Markup {
    let (contract, instrument) = (&opened.full.contract, &opened.instrument);
    let framework = opened.book.framework();
    let name = instrument_name(&opened.full.instruments, framework, instrument);
    let touched = counted(overlay.touched.len(), "terme", "termes");
    html! {
        (trail(framework, contract, &[(&name, None)]))
        div.head {
            p.eyebrow { (contract.title) (mark(contract)) }
            h1 { (name) }
            p.lead {
                @match instrument.state {
                    InstrumentState::Draft => { "Ce projet écrit " (touched) ". Il ne compte pas avant " (end(opened)) "." },
                    InstrumentState::Signed => { "Cet acte a fixé " (touched) "." },
                    InstrumentState::Abandoned => { "Ce projet a été abandonné. Il n’a jamais compté." },
                }
            }
            dl.facts.row {
                div { dt { "État" } dd { (state_of(instrument)) } }
                div { dt { "Motif" } dd { (instrument.motive.as_deref().unwrap_or("—")) } }
                div { dt { "Effet" } dd { (day(instrument.effective_on)) } }
                div { dt { "Préparé" } dd { (french_instant(instrument.created.at)) @if let Some(who) = &instrument.created.who { br; (who) } } }
                @if instrument.state != InstrumentState::Signed && !instrument.keeper.is_empty() {
                    div { dt { "Qui le voit" } dd { (instrument.keeper) ", qui le prépare" br; "Pas encore les autres parties" } }
                }
                @if let Some(stamp) = &instrument.signed {
                    div { dt { "Enregistré" } dd { (french_instant(stamp.at)) @if let Some(who) = &stamp.who { br; (who) } } }
                }
            }
            @if instrument.state == InstrumentState::Draft {
                (editing(signed, opened))
            }
            p.acts { a.btn.sm href=(history_href(instrument.id)) { "Historique de l’acte" } }
        }
    }
}

/// The ways to write a draft: as a whole, or the terms of the sections that whoever looks may
/// write.
fn editing(signed: &Signed, opened: &OpenedInstrument) -> Markup {
    let full = &opened.full;
    let sections = full.contract.sections.iter();
    let own: Vec<&Section> = sections
        .filter(|s| opened.may_write_in(signed, s))
        .collect();
    if own.is_empty() || opened.demands_writing(signed).is_ok() {
        return or_why::<EditInstrument>(signed, opened, "Écrire ce projet", &ways(opened));
    }
    let path = opened.path();
    html! {
        p.acts { @for section in own {
            (edit_link(&format!("{path}/modifier?volet={}", section.key), &format!("Saisir les termes du volet {}", section.label)))
        } }
    }
}

fn ways(opened: &OpenedInstrument) -> Markup {
    let path = opened.path();
    html! {
        p.acts {
            (edit_link(&format!("{path}/modifier"), "Saisir les termes"))
            (edit_link(&format!("{path}/presentation"), "Motif et date d’effet"))
            @if opened.may_change_parties() { (edit_link(&format!("{path}/parties"), "Parties")) }
            @if !is_correction(opened) { (edit_link(&format!("{path}/signataires"), "Signataires")) }
        }
    }
}

/// What must be settled before the signature, each with a way to it.
fn readiness(
    signed: &Signed,
    opened: &OpenedInstrument,
    lines: &BTreeMap<Uuid, Vec<Line<'_>>>,
    obstacles: &[Obstacle],
) -> Markup {
    let stale = obstacles.iter().any(|o| o.kind == ObstacleKind::StaleBase);
    let writes = |key: Option<&TermKey>| {
        let mut sections = opened.full.contract.sections.iter();
        let section = key.and_then(|key| sections.find(|one| one.id == key.section));
        let whole = || opened.demands_writing(signed).is_ok();
        section.map_or_else(whole, |section| opened.may_write_in(signed, section))
    };
    html! {
        section.sect aria-labelledby="pret" {
            @if obstacles.is_empty() {
                (section_heading("pret", &format!("Rien n’empêche {}", end(opened)), None))
            } @else {
                (section_heading("pret", &format!("{} avant {}", counted(obstacles.len(), "point à régler", "points à régler"), end(opened)), None))
                ol.told-l {
                    @for obstacle in obstacles {
                        @let href = obstacle.key.as_ref().and_then(|key| sheet_of(opened, lines, key)).or_else(|| way_to(opened, obstacle.kind));
                        @let href = href.filter(|_| writes(obstacle.key.as_ref()));
                        li {
                            (obstacle.sentence)
                            @if let Some(href) = href { " " a href=(href) { "Régler" span.vh { " : " (obstacle.sentence) } } }
                        }
                    }
                }
            }
            @if stale { (since(signed, opened, lines)) }
        }
    }
}

/// Where an obstacle that is about no term is settled.
fn way_to(opened: &OpenedInstrument, kind: ObstacleKind) -> Option<String> {
    let page = match kind {
        ObstacleKind::MissingMotive => "presentation",
        ObstacleKind::MissingSignatory | ObstacleKind::UnknownRole | ObstacleKind::MissingDate => {
            "signataires"
        }
        ObstacleKind::Empty => "modifier",
        _ => return None,
    };
    Some(format!("{}/{page}", opened.path()))
}

/// The terms of this draft that another instrument signed since: both values, and what was there
/// when the draft was opened.
fn since(
    signed: &Signed,
    opened: &OpenedInstrument,
    lines: &BTreeMap<Uuid, Vec<Line<'_>>>,
) -> Markup {
    const REBASE: &str = "J’ai lu : reprendre sur cette base";
    let full = &opened.full;
    let base = full.in_force(opened.instrument.base_change);
    let overlay = full.overlay(&opened.instrument);
    let body = |terms: &Terms<'_>, key: &TermKey| terms.get(key).map(|held| held.body.clone());
    let moved: Vec<&TermKey> = overlay
        .touched
        .iter()
        .map(|term| &term.key)
        .filter(|key| body(&base, key) != body(&overlay.before, key))
        .collect();
    let shown = |terms: &Terms<'_>, key: &TermKey| match terms.get(key) {
        Some(held) => html! { (show_body(facet_of(lines, key).as_ref(), held.body)) },
        None => dash(),
    };
    html! {
        h3 { "Signé depuis l’ouverture de ce projet" }
        @if moved.is_empty() {
            p { "Aucun terme de ce projet n’a été touché entre-temps." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Termes signés entre-temps, défilable" {
                table.tbl.stack {
                    thead { tr {
                        th scope="col" { "Terme" } th.n scope="col" { "À l’ouverture du projet" }
                        th.n scope="col" { "Signé depuis" } th.n scope="col" { "Ce projet" }
                    } }
                    tbody { @for key in moved { tr {
                        th scope="row" { (place_of(opened, lines, key)) }
                        td.n data-l="À l’ouverture" { (shown(&base, key)) }
                        td.n data-l="Signé depuis" { (shown(&overlay.before, key)) }
                        td.n data-l="Ce projet" { (shown(&overlay.after, key)) }
                    } } }
                }
            }
        }
        @let rebase = act_button(&format!("{}/reprendre", opened.path()), opened.instrument.version, REBASE, "");
        div.acts { (or_why::<RebaseInstrument>(signed, opened, REBASE, &rebase)) }
    }
}

fn facet_of<'a>(lines: &'a BTreeMap<Uuid, Vec<Line<'_>>>, key: &TermKey) -> Option<Facet<'a>> {
    let line = lines
        .get(&key.section)?
        .iter()
        .find(|line| Some(line.key.as_str()) == key.slot.indicator())?;
    line.facet(key.slot.facet())
        .or(line.facets.first())
        .copied()
}

fn place_of(
    opened: &OpenedInstrument,
    lines: &BTreeMap<Uuid, Vec<Line<'_>>>,
    key: &TermKey,
) -> String {
    let contract = &opened.full.contract;
    let none = Vec::new();
    let of_section = lines.get(&key.section).unwrap_or(&none);
    let subject = subject_name(&opened.book, of_section, &key.slot);
    let section = contract
        .sections
        .iter()
        .find(|section| section.id == key.section);
    section.map_or_else(String::new, |section| {
        capitalised(&place_name(contract, section, &subject, &key.slot))
    })
}

fn changes(
    opened: &OpenedInstrument,
    overlay: &Overlay<'_>,
    lines: &BTreeMap<Uuid, Vec<Line<'_>>>,
    draft: bool,
) -> Markup {
    let heading = if draft {
        "Ce que ce projet changera"
    } else {
        "Ce que cet acte a changé"
    };
    html! {
        section.sect aria-labelledby="change" {
            (section_heading("change", heading, None))
            @if overlay.touched.is_empty() {
                p { "Aucun terme n’est encore écrit. Ouvrez la saisie des termes, objectif par objectif." }
            }
            @for section in &opened.full.contract.sections {
                (section_changes(opened, overlay, section, lines))
            }
            @if !overlay.touched.is_empty() {
                @let no = opened.instrument.no.to_string();
                (downloads("changements", heading, &[("contrat", &opened.full.contract.slug), ("acte", &no)], &Address::of("/contrats")))
            }
        }
    }
}

fn section_changes(
    opened: &OpenedInstrument,
    overlay: &Overlay<'_>,
    section: &Section,
    lines: &BTreeMap<Uuid, Vec<Line<'_>>>,
) -> Markup {
    let own: Vec<&Term> = overlay
        .touched
        .iter()
        .filter(|t| t.key.section == section.id)
        .copied()
        .collect();
    let touched: BTreeSet<&str> = own
        .iter()
        .filter_map(|term| term.key.slot.indicator())
        .collect();
    let of_section = &lines[&section.id];
    let cells = Changes {
        opened,
        overlay,
        section,
    };
    let words = |term: &&&Term| {
        matches!(
            term.key.slot,
            Slot::Definition { .. }
                | Slot::Commitment { .. }
                | Slot::Means { .. }
                | Slot::Party { .. }
                | Slot::Place
        )
    };
    let words: Vec<_> = own.iter().filter(words).collect();
    html! {
        @if opened.full.contract.has_sections() && !own.is_empty() { h3 { (section.label) } }
        @for node in opened.book.objectives() {
            @let rows: Vec<&Line<'_>> = of_section.iter().filter(|line| line.node == node.key && touched.contains(line.key.as_str())).collect();
            @if !rows.is_empty() {
                h3 { @if let Some(code) = &node.code { (code) ". " } (node.label) }
                (table::targets(&opened.full.contract, &format!("Changements, {}", node.label), &rows, &cells, ""))
            }
        }
        @if !words.is_empty() {
            h3 { "Parties, territoires, engagements, définitions et moyens" }
            ul.acts-l { @for term in words { li {
                h3 { (place_of(opened, lines, &term.key)) }
                p { (word_change(opened, overlay, of_section, term)) }
            } } }
        }
    }
}

fn word_change(
    opened: &OpenedInstrument,
    overlay: &Overlay<'_>,
    lines: &[Line<'_>],
    term: &Term,
) -> Markup {
    let means = match &term.key.slot {
        Slot::Means { line, .. } => opened
            .book
            .framework()
            .means
            .iter()
            .find(|m| m.key == *line),
        _ => None,
    };
    let facet = means.map(Facet::of_means);
    let followed = |key: &str| {
        let line = lines.iter().find(|line| line.key == key);
        line.map_or_else(|| key.to_owned(), |line| line.label.to_owned())
    };
    let said = |body: &TermBody| match body {
        TermBody::Commitment(CommitmentTerm {
            label,
            indicator: Some(key),
        }) => {
            format!("{label} (suivi par : {})", followed(key))
        }
        body => show_body(facet.as_ref(), body),
    };
    let shown = |terms: &Terms<'_>| terms.get(&term.key).map(|held| said(held.body));
    let source = match &term.body {
        Some(TermBody::Means(means)) => Some(means.source.as_str()),
        _ => None,
    };
    html! {
        (change(shown(&overlay.before).as_deref(), shown(&overlay.after).as_deref()))
        @if let Some(source) = source { span.muted { " Source : " (source) } }
    }
}

/// Cells that show what an instrument changes in bold and what it leaves in grey.
struct Changes<'a> {
    opened: &'a OpenedInstrument,
    overlay: &'a Overlay<'a>,
    section: &'a Section,
}

impl Changes<'_> {
    fn cell(&self, facet: &Facet<'_>, slot: Slot) -> Markup {
        let key = TermKey {
            section: self.section.id,
            slot,
        };
        let shown = |terms: &Terms<'_>| {
            terms
                .get(&key)
                .map(|held| show_body(Some(facet), held.body))
        };
        let (before, after) = (shown(&self.overlay.before), shown(&self.overlay.after));
        if self.overlay.touched.iter().any(|term| term.key == key) {
            return change(before.as_deref(), after.as_deref());
        }
        after.map_or_else(dash, |text| html! { span.muted { (text) } })
    }
}

impl Cells for Changes<'_> {
    fn beside(&self, line: &Line<'_>) -> Markup {
        let key = TermKey {
            section: self.section.id,
            slot: Slot::Choice {
                indicator: line.key.clone(),
            },
        };
        let own = self.overlay.touched.iter().find(|term| term.key == key);
        let word = |body: &TermBody| match body {
            TermBody::Choice(Choice::Retained) => "Retenu par cet acte",
            body if is_choice(body) => "Écarté par cet acte",
            _ => "",
        };
        html! {
            @if let Some(term) = own {
                span.sub { b { (term.body.as_ref().map_or("Choix retiré par cet acte", word)) } @if let Some(motive) = &term.motive { ". " (motive) } }
            }
        }
    }

    fn baseline(&self, line: &Line<'_>, facet: &Facet<'_>) -> Markup {
        let slot = Slot::Baseline {
            indicator: line.key.clone(),
            measure: facet.measure.to_owned(),
        };
        self.cell(facet, slot)
    }

    fn target(&self, line: &Line<'_>, facet: &Facet<'_>, year: i16) -> Markup {
        let slot = Slot::Target {
            indicator: line.key.clone(),
            measure: facet.measure.to_owned(),
            year,
        };
        self.cell(facet, slot)
    }

    fn href(&self, line: &Line<'_>) -> String {
        let base = open::contract_path(&self.opened.full.contract.slug);
        format!("{base}/indicateurs/{}", line.key)
    }
}
