//! `/contrats/{slug}/actes/{no}/parties`: who an instrument makes party, section by section.

use std::collections::{BTreeMap, BTreeSet};

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::open::{self, AT_ONCE, OpenedInstrument, begin, told};
use super::parts::{datalist, flag, trail};
use crate::access::Signed;
use crate::contracts::proposal::{absent, establishment};
use crate::contracts::store::{TermEdit, set_terms};
use crate::contracts::{
    Desk, EditInstrument, Section, Terms, instrument_name, limits, parties_in_force, party_edits,
};
use crate::frameworks::{PartyKind, PartyRole};
use crate::organisations::{Directory, Organisation, Recognised};
use crate::platform::web::{WebError, WebResult, document_with_status};

/// Who holds a role in a section, as typed: names or codes, a semicolon between two.
struct Entry<'a> {
    section: &'a Section,
    role: &'a PartyRole,
    typed: String,
    current: String,
    problem: Option<String>,
}

impl Entry<'_> {
    fn name(&self) -> String {
        format!("{}.{}", self.section.key, self.role.key)
    }

    /// The codes of the organisations typed.
    fn read(&self, directory: &Directory, years: (i16, i16)) -> Result<BTreeSet<String>, String> {
        let typed = limits::TEXT.read(&self.typed)?;
        let mut codes = BTreeSet::new();
        let names = typed.split([';', '\n']).map(str::trim);
        for name in names.filter(|name| !name.is_empty()) {
            let code = code_of(directory, self.role, name)?;
            if let Some(sentence) = absent(directory, &code, years) {
                return Err(sentence);
            }
            codes.insert(code);
        }
        if codes.is_empty() && self.role.signs {
            return Err("Nommez au moins une organisation : ce rôle signe.".to_owned());
        }
        Ok(codes)
    }
}

/// Local authorities and the like need not be in the directory.
fn code_of(directory: &Directory, role: &PartyRole, name: &str) -> Result<String, String> {
    match directory.resolve(name) {
        Recognised::Found(organisation) if role.kind == PartyKind::Establishment => {
            establishment(directory, &organisation.code).map(|found| found.code.clone())
        }
        Recognised::Found(organisation) => Ok(organisation.code.clone()),
        _ if matches!(role.kind, PartyKind::LocalAuthority | PartyKind::Other) => {
            limits::NAME.read(name)
        }
        Recognised::Ambiguous(several) => {
            let codes: Vec<_> = several.iter().map(|one| one.code.as_str()).collect();
            let codes = codes.join(", ");
            Err(format!(
                "« {name} » peut être plusieurs choses. Écrivez l’un des codes {codes}."
            ))
        }
        Recognised::Unknown {
            nearest: Some(near),
        } => Err(format!(
            "« {name} » n’est pas connu. Vouliez-vous dire « {near} » ?"
        )),
        Recognised::Unknown { nearest: None } => Err(format!(
            "« {name} » n’est pas connu. Cherchez-le dans la page Organisations."
        )),
    }
}

/// What is written now, role by role.
fn entries<'a>(opened: &'a OpenedInstrument, terms: &Terms<'_>) -> Vec<Entry<'a>> {
    let contract = &opened.full.contract;
    let mut entries = Vec::new();
    for section in &contract.sections {
        let parties = parties_in_force(contract, terms, section.id);
        for role in &opened.book.framework().parties {
            let held = parties.iter().filter(|(key, _)| *key == role.key);
            let held: Vec<&str> = held.map(|(_, code)| code.as_str()).collect();
            let current = held.join(" ; ");
            entries.push(Entry {
                section,
                role,
                typed: current.clone(),
                current,
                problem: None,
            });
        }
    }
    entries
}

async fn open_draft(
    desk: &Desk,
    signed: &Signed,
    slug: &str,
    no: i64,
) -> WebResult<(OpenedInstrument, std::sync::Arc<Directory>)> {
    let opened = open::draft(desk, signed, slug, no).await?;
    if !opened.may_change_parties() {
        let sentence = "Cet acte ne peut pas changer les parties : le cadre ne le prévoit pas.";
        return Err(WebError::Invalid(sentence.to_owned()));
    }
    let mut tx = desk.db.read().await?;
    let directory = desk.directories.current(&mut tx, signed.reach()).await?;
    Ok((opened, directory))
}

pub(super) async fn form(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
) -> WebResult<Markup> {
    let (opened, directory) = open_draft(&desk, &signed, &slug, no).await?;
    let overlay = opened.full.overlay(&opened.instrument);
    let body = page(&opened, &directory, &entries(&opened, &overlay.after), None);
    Ok(signed.page("Parties", &body))
}

pub(super) async fn submit(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(posted): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    let posted: BTreeMap<String, String> = posted.into_iter().collect();
    let (opened, directory) = open_draft(&desk, &signed, &slug, no).await?;
    let overlay = opened.full.overlay(&opened.instrument);
    let mut entries = entries(&opened, &overlay.after);
    let moved = receive(&mut entries, &posted);
    let edits = read(&mut entries, &opened, &directory);
    let again = |status, sentence: &str| {
        let body = page(&opened, &directory, &entries, Some(sentence));
        Ok(document_with_status(
            status,
            signed.view(),
            "Parties",
            &body,
        ))
    };
    let Some(edits) = edits else {
        let sentence = "Rien n’est enregistré : des champs sont à corriger. Tout ce que vous avez écrit est gardé.";
        return again(StatusCode::UNPROCESSABLE_ENTITY, sentence);
    };
    if moved {
        let sentence = "Rien n’est enregistré : quelqu’un a changé les parties entre-temps. Votre texte est gardé ; relisez-le, puis enregistrez de nouveau.";
        return again(StatusCode::CONFLICT, sentence);
    }
    let permit = signed.may::<EditInstrument>(opened.instrument.id)?;
    let version = opened.instrument.version;
    let mut change = match begin::<EditInstrument>(&desk, &signed, &opened, version).await {
        Ok(change) => change,
        Err(error) if error.is_stale() => return again(StatusCode::CONFLICT, AT_ONCE),
        Err(error) => return Err(told(error)),
    };
    let changed = set_terms(&mut change, permit, edits).await.map_err(told)?;
    change.commit().await.map_err(WebError::internal)?;
    let next = format!("{}?enregistre={changed}", opened.path());
    Ok(Redirect::to(&next).into_response())
}

/// Takes in what was typed; whether somebody wrote a field since its reader saw it.
fn receive(entries: &mut [Entry<'_>], posted: &BTreeMap<String, String>) -> bool {
    let mut moved = false;
    for entry in entries {
        if let Some(typed) = posted.get(&entry.name()) {
            typed.trim().clone_into(&mut entry.typed);
        }
        let seen = posted.get(&format!("vu:{}", entry.name()));
        moved |= seen.is_some_and(|seen| *seen != entry.current);
    }
    moved
}

/// The edits that the fields ask for; nothing where one cannot be read.
fn read(
    entries: &mut [Entry<'_>],
    opened: &OpenedInstrument,
    directory: &Directory,
) -> Option<Vec<TermEdit>> {
    let contract = &opened.full.contract;
    let overlay = opened.full.overlay(&opened.instrument);
    let mut edits = Vec::new();
    let mut sound = true;
    for entry in entries {
        match entry.read(directory, (contract.starts, contract.ends)) {
            Ok(wanted) => {
                let (section, role) = (entry.section.id, &entry.role.key);
                let (before, after) = (&overlay.before, &overlay.after);
                edits.extend(party_edits(contract, before, after, section, role, &wanted));
            }
            Err(sentence) => {
                sound = false;
                entry.problem = Some(sentence);
            }
        }
    }
    sound.then_some(edits)
}

fn page(
    opened: &OpenedInstrument,
    directory: &Directory,
    entries: &[Entry<'_>],
    sentence: Option<&str>,
) -> Markup {
    let framework = opened.book.framework();
    let contract = &opened.full.contract;
    let name = instrument_name(&opened.full.instruments, framework, &opened.instrument);
    let steps = [(name.as_str(), Some(opened.path())), ("Parties", None)];
    html! {
        (trail(framework, contract, &steps))
        div.head {
            p.eyebrow { (name) }
            h1 { "Parties" }
            p.lead { "Qui est partie après cet acte. Un nom ou un code par organisation, un point-virgule entre deux. Un champ laissé tel quel ne change rien." }
        }
        @if let Some(sentence) = sentence { (flag("late", sentence)) }
        form method="post" action={ (opened.path()) "/parties" } {
            @for section in &contract.sections {
                fieldset.agree {
                    legend.lbl { @if contract.has_sections() { (section.label) } @else { "Tout le contrat" } }
                    @for entry in entries.iter().filter(|entry| entry.section.id == section.id) { (field(entry, directory)) }
                }
            }
            p.acts { button.btn.main type="submit" { "Enregistrer" } a.btn href=(opened.path()) { "Annuler" } }
        }
        (datalist("organisations", directory.organisations().iter().map(|o| (o.code.as_str(), o.label()))))
    }
}

fn field(entry: &Entry<'_>, directory: &Directory) -> Markup {
    let name = entry.name();
    let names: Vec<&str> = entry
        .current
        .split(" ; ")
        .filter_map(|code| directory.organisation(code))
        .map(Organisation::label)
        .collect();
    html! {
        div.field {
            label for=(name) { (entry.role.label) }
            p.hint id={ (name) "-aide" } { @if names.is_empty() { "Personne n’est écrit." } @else { "Écrit maintenant : " (names.join(", ")) } }
            input.wide id=(name) name=(name) value=(entry.typed) list="organisations" autocomplete="off" aria-describedby={ (name) "-aide " (name) "-dit" } aria-invalid=[entry.problem.as_ref().map(|_| "true")];
            input type="hidden" name={ "vu:" (name) } value=(entry.current);
            p.s-late.told id={ (name) "-dit" } { (entry.problem.as_deref().unwrap_or_default()) }
        }
    }
}
