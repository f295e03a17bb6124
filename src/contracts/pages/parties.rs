//! `/contrats/{slug}/actes/{no}/parties`: who an instrument makes party, section by section, and
//! which place each section covers.

use std::collections::{BTreeMap, BTreeSet};

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::open::{self, AT_ONCE, OpenedInstrument, begin, told};
use super::parts::{datalist, flag, trail};
use crate::access::{Signed, permit};
use crate::contracts::proposal::{absent, establishment};
use crate::contracts::store::{TermEdit, set_terms};
use crate::contracts::{
    Covered, Desk, Section, Slot, TermBody, TermKey, Terms, TermsOf, WriteTerms, instrument_name,
    limits, parties_in_force, party_edits,
};
use crate::frameworks::{PartyKind, PartyRole};
use crate::organisations::{Directory, Organisation, PlaceKind, Recognised};
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

/// The name of the field of a place, after that of its section.
pub(super) const PLACE: &str = "territoire";

/// The place of a section, as typed: a name or a code.
struct Covering<'a> {
    section: &'a Section,
    typed: String,
    current: String,
    problem: Option<String>,
}

impl Covering<'_> {
    fn name(&self) -> String {
        format!("{}.{PLACE}", self.section.key)
    }

    fn read(&self, directory: &Directory) -> Result<String, String> {
        let typed = limits::NAME.read(&self.typed)?;
        match directory.recognise(&typed, &PlaceKind::WITH_VALUES) {
            Recognised::Found(place) => Ok(place.code.clone()),
            Recognised::Unknown {
                nearest: Some(near),
            } => Err(format!(
                "« {typed} » n’est pas un territoire connu. Vouliez-vous dire « {near} » ?"
            )),
            _ => Err(format!(
                "« {typed} » n’est pas un territoire connu. Écrivez le nom d’une région ou d’un établissement."
            )),
        }
    }

    /// What the draft must write; `before` and `after` are the terms without it and with it.
    fn edit(&self, place: String, before: &Terms<'_>) -> TermEdit {
        let key = TermKey {
            section: self.section.id,
            slot: Slot::Place,
        };
        let was = before.place(self.section.id).unwrap_or(&self.section.place);
        let wanted = if was == place {
            before.get(&key).map(|held| held.body.clone())
        } else {
            Some(TermBody::Place(Covered { place }))
        };
        TermEdit {
            key,
            wanted,
            motive: None,
        }
    }
}

/// Where each section is now.
fn coverings<'a>(opened: &'a OpenedInstrument, terms: &Terms<'_>) -> Vec<Covering<'a>> {
    let sections = opened.full.contract.sections.iter();
    let covering = |section: &'a Section| {
        let current = terms.place(section.id).unwrap_or(&section.place).to_owned();
        Covering {
            section,
            typed: current.clone(),
            current,
            problem: None,
        }
    };
    sections.map(covering).collect()
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
    opened.demands_writing(&signed)?;
    let overlay = opened.full.overlay(&opened.instrument);
    let fields = Fields::of(&opened, &overlay.after);
    let body = page(&opened, &directory, &fields, None);
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
    opened.demands_writing(&signed)?;
    let overlay = opened.full.overlay(&opened.instrument);
    let mut fields = Fields::of(&opened, &overlay.after);
    let moved = fields.receive(&posted);
    let edits = fields.read(&opened, &directory);
    let again = |status, sentence: &str| {
        let body = page(&opened, &directory, &fields, Some(sentence));
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
    let version = opened.instrument.version;
    let mut change = match begin::<WriteTerms>(&desk, &signed, &opened, version).await {
        Ok(change) => change,
        Err(error) if error.is_stale() => return again(StatusCode::CONFLICT, AT_ONCE),
        Err(error) => return Err(told(error)),
    };
    let terms = TermsOf::edits(opened.instrument.id, &edits);
    let permit = permit::<WriteTerms>(&mut change, terms).await?;
    let changed = set_terms(&mut change, permit, edits).await.map_err(told)?;
    change.commit().await.map_err(WebError::internal)?;
    let next = format!("{}?enregistre={changed}", opened.path());
    Ok(Redirect::to(&next).into_response())
}

/// Every field of the page.
struct Fields<'a> {
    roles: Vec<Entry<'a>>,
    places: Vec<Covering<'a>>,
}

impl<'a> Fields<'a> {
    fn of(opened: &'a OpenedInstrument, terms: &Terms<'_>) -> Self {
        Self {
            roles: entries(opened, terms),
            places: coverings(opened, terms),
        }
    }

    /// Takes in what was typed; whether somebody wrote a field since its reader saw it.
    fn receive(&mut self, posted: &BTreeMap<String, String>) -> bool {
        let roles = self.roles.iter_mut();
        let roles = roles.map(|entry| (entry.name(), &mut entry.typed, &entry.current));
        let places = self.places.iter_mut();
        let places = places.map(|place| (place.name(), &mut place.typed, &place.current));
        let mut moved = false;
        for (name, typed, current) in roles.chain(places) {
            if let Some(text) = posted.get(&name) {
                text.trim().clone_into(typed);
            }
            let seen = posted.get(&format!("vu:{name}"));
            moved |= seen.is_some_and(|seen| seen != current);
        }
        moved
    }

    /// The edits that the fields ask for; nothing where one cannot be read.
    fn read(&mut self, opened: &OpenedInstrument, directory: &Directory) -> Option<Vec<TermEdit>> {
        let contract = &opened.full.contract;
        let overlay = opened.full.overlay(&opened.instrument);
        let (before, after) = (&overlay.before, &overlay.after);
        let mut edits = Vec::new();
        for entry in &mut self.roles {
            match entry.read(directory, (contract.starts, contract.ends)) {
                Ok(wanted) => {
                    let (section, role) = (entry.section.id, &entry.role.key);
                    edits.extend(party_edits(contract, before, after, section, role, &wanted));
                }
                Err(sentence) => entry.problem = Some(sentence),
            }
        }
        for covering in &mut self.places {
            match covering.read(directory) {
                Ok(place) => edits.push(covering.edit(place, before)),
                Err(sentence) => covering.problem = Some(sentence),
            }
        }
        let mut problems = self.roles.iter().map(|entry| &entry.problem);
        let mut of_places = self.places.iter().map(|covering| &covering.problem);
        let sound = problems.all(Option::is_none) && of_places.all(Option::is_none);
        sound.then_some(edits)
    }
}

fn page(
    opened: &OpenedInstrument,
    directory: &Directory,
    fields: &Fields<'_>,
    sentence: Option<&str>,
) -> Markup {
    let framework = opened.book.framework();
    let contract = &opened.full.contract;
    let name = instrument_name(&opened.full.instruments, framework, &opened.instrument);
    let steps = [
        (name.as_str(), Some(opened.path())),
        ("Parties et territoires", None),
    ];
    html! {
        (trail(framework, contract, &steps))
        div.head {
            p.eyebrow { (name) }
            h1 { "Parties et territoires" }
            p.lead { "Qui est partie après cet acte, et quel territoire il couvre. Un nom ou un code par organisation, un point-virgule entre deux. Un champ laissé tel quel ne change rien." }
        }
        @if let Some(sentence) = sentence { (flag("late", sentence)) }
        form method="post" action={ (opened.path()) "/parties" } {
            @for section in &contract.sections {
                fieldset.agree {
                    legend.lbl { @if contract.has_sections() { (section.label) } @else { "Tout le contrat" } }
                    @for entry in fields.roles.iter().filter(|entry| entry.section.id == section.id) { (field(entry, directory)) }
                    @for covering in fields.places.iter().filter(|place| place.section.id == section.id) { (place_field(covering, directory)) }
                }
            }
            p.acts { button.btn.main type="submit" { "Enregistrer" } a.btn href=(opened.path()) { "Annuler" } }
        }
        (datalist("organisations", directory.organisations().iter().map(|o| (o.code.as_str(), o.label()))))
        (datalist("territoires", directory.places().iter().filter(|p| PlaceKind::WITH_VALUES.contains(&p.kind)).map(|p| (p.code.as_str(), p.name.as_str()))))
    }
}

fn place_field(covering: &Covering<'_>, directory: &Directory) -> Markup {
    let name = covering.name();
    let place = directory.place(&covering.current);
    let place = place.map_or(covering.current.as_str(), |place| place.name.as_str());
    html! {
        div.field {
            label for=(name) { "Territoire couvert" }
            p.hint id={ (name) "-aide" } { "Écrit maintenant : " (place) ". Les valeurs de ce territoire sont celles que le contrat suit." }
            input.wide id=(name) name=(name) value=(covering.typed) list="territoires" autocomplete="off" aria-describedby={ (name) "-aide " (name) "-dit" } aria-invalid=[covering.problem.as_ref().map(|_| "true")];
            input type="hidden" name={ "vu:" (name) } value=(covering.current);
            p.s-late.told id={ (name) "-dit" } { (covering.problem.as_deref().unwrap_or_default()) }
        }
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
