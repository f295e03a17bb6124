//! `/personnes/{person}/habilitations`: one grant, typed in a form. Its words are recognised as
//! those of a file are.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use uuid::Uuid;

use super::desk::Desk;
use super::layout::{Column, Typed};
use super::names::{Known, KnownContract, Named, named};
use super::store;
use crate::access::grant::pages::{PEOPLE, givable};
use crate::access::grant::people_store::{self, known_frameworks, known_organisations};
use crate::access::grant::store::{GrantError, give};
use crate::access::grant::{GiveGrant, NewGrant, Objection};
use crate::access::role::Role;
use crate::access::{Act as _, Person, Reach, Signed, permit, seen_person};
use crate::frameworks::Library;
use crate::imports::Problem;
use crate::ledger::Change;
use crate::organisations::Directories;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, document_with_status};

/// The fields of the form, with the columns of a file that they stand for; who it is about, where an
/// account is opened.
const FIELDS: [(&str, Column); 11] = [
    ("nom", Column::Name),
    ("email", Column::Email),
    ("role", Column::Role),
    ("organisation", Column::Organisation),
    ("cadre", Column::Framework),
    ("objectif", Column::Objective),
    ("contrat", Column::Contract),
    ("volet", Column::Section),
    ("debut", Column::From),
    ("fin", Column::To),
    ("motif", Column::Why),
];

/// What was typed: names of fields and texts.
pub(super) type Sent = Vec<(String, String)>;

/// Everything that the page shows.
struct Look {
    person: Person,
    offer: Offer,
}

/// What a grant may be made of.
pub(super) struct Offer {
    roles: Vec<&'static Role>,
    organisations: Vec<people_store::Known>,
    frameworks: Vec<people_store::Known>,
    pub contracts: Vec<KnownContract>,
}

impl Offer {
    /// What somebody may give to a person.
    pub(super) async fn of(tx: &mut Tx, reach: &Reach, person: Uuid) -> Result<Self, DbError> {
        Ok(Self {
            roles: givable(reach, person),
            organisations: known_organisations(tx).await?,
            frameworks: known_frameworks(tx).await?,
            contracts: store::contracts(tx, reach).await?,
        })
    }
}

pub(super) async fn form(
    signed: Signed,
    State(desk): State<Desk>,
    Path(id): Path<Uuid>,
) -> WebResult<Markup> {
    let mut tx = desk.db.read().await?;
    let look = look(&mut tx, &signed, id).await?;
    drop(tx);
    Ok(signed.page(&title(&look), &body(&look, &Sent::new(), &[])))
}

/// What is shown, to who may give that person something.
async fn look(tx: &mut Tx, signed: &Signed, id: Uuid) -> WebResult<Look> {
    let reach = signed.reach();
    // Who may not know of somebody is told the same as for nobody.
    let person = seen_person(tx, reach, id).await?;
    let person = person.ok_or(WebError::NotFound)?;
    let gives = reach.gives_something();
    gives.map_err(|denied| WebError::Forbidden(denied.sentence))?;
    let offer = Offer::of(tx, reach, id).await?;
    Ok(Look { person, offer })
}

pub(super) async fn send(
    signed: Signed,
    State(desk): State<Desk>,
    Path(id): Path<Uuid>,
    Form(sent): Form<Sent>,
) -> WebResult<Response> {
    let change = Change::open(&desk.db, &desk.clock, signed.actor(), GiveGrant::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let look = look(change.tx(), &signed, id).await?;
    let kept = (&desk.library, &desk.directories);
    let said = (sent.as_slice(), desk.clock.today());
    let among = (look.offer.contracts.as_slice(), &look.person);
    let new = match read_among(change.tx(), signed.reach(), kept, among, said).await? {
        Ok(new) => new,
        Err(objections) => return Ok(again(&signed, &look, &sent, &objections)),
    };
    let mut change = change.because(new.why.clone());
    let allowed = permit::<GiveGrant>(&mut change, new).await?;
    match give(&mut change, allowed).await {
        Ok(_) => {}
        Err(GrantError::Objections(objections)) => {
            return Ok(again(&signed, &look, &sent, &objections));
        }
        Err(error) => return Err(error.into()),
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("{PEOPLE}/{id}?fait=donnee")).into_response())
}

/// The grant that fields say, or what is wrong in them: « role », « organisation », « cadre »,
/// « objectif », « contrat », « volet », « debut », « fin », « motif », each of which may be absent.
///
/// # Errors
/// Where the database fails.
pub async fn read(
    tx: &mut Tx,
    reach: &Reach,
    (library, directories): (&Library, &Directories),
    person: &Person,
    said: (&[(String, String)], Date),
) -> Result<Result<NewGrant, Vec<Objection>>, DbError> {
    let contracts = store::contracts(tx, reach).await?;
    let among = (contracts.as_slice(), person);
    read_among(tx, reach, (library, directories), among, said).await
}

/// [`read`], the contracts that a grant may be limited to being known.
async fn read_among(
    tx: &mut Tx,
    reach: &Reach,
    (library, directories): (&Library, &Directories),
    (contracts, person): (&[KnownContract], &Person),
    (sent, today): (&[(String, String)], Date),
) -> Result<Result<NewGrant, Vec<Objection>>, DbError> {
    let kept = (library, directories);
    let about = (person.name.as_str(), person.email.as_str());
    let read = recognised(tx, reach, kept, (contracts, about), (sent, today)).await?;
    let told_at_the_role = |mut objections: Vec<Objection>| {
        // Who it is about is not typed there.
        for objection in &mut objections {
            if matches!(objection.field, "nom" | "email") {
                objection.field = "role";
            }
        }
        objections
    };
    let granted = read.map(|read| new_grant(read, person.id, today));
    Ok(granted.map_err(told_at_the_role))
}

/// What was typed for somebody of that name and address, its words recognised.
pub(super) async fn recognised(
    tx: &mut Tx,
    reach: &Reach,
    (library, directories): (&Library, &Directories),
    (contracts, about): (&[KnownContract], (&str, &str)),
    (sent, today): (&[(String, String)], Date),
) -> Result<Result<Named, Vec<Objection>>, DbError> {
    let catalogue = library.catalogue(tx, reach).await?;
    let directory = directories.current(tx, reach).await?;
    let known = Known {
        catalogue: &catalogue,
        directory: &directory,
        contracts,
        today,
        motive: "",
    };
    Ok(judged(about, sent, known))
}

/// The grant that was typed for somebody.
pub(super) fn new_grant(read: Named, person: Uuid, today: Date) -> NewGrant {
    NewGrant {
        person,
        remit: read.subject.remit,
        starts_on: read.from.unwrap_or(today),
        ends_on: read.to,
        why: read.why,
    }
}

/// What was typed for somebody. Pure.
fn judged(
    (name, email): (&str, &str),
    sent: &[(String, String)],
    known: Known<'_>,
) -> Result<Named, Vec<Objection>> {
    let cells = FIELDS.map(|(field, column)| match column {
        Column::Name => (column, name),
        Column::Email => (column, email),
        _ => (column, typed(sent, field)),
    });
    let read = named(Typed::of_form(&cells), known).map_err(|problems| {
        let objection = |problem: Problem| Objection {
            field: field_at(problem.place.column),
            sentence: problem.message,
        };
        problems.into_iter().map(objection).collect::<Vec<_>>()
    })?;
    read.ok_or_else(|| {
        vec![Objection {
            field: "role",
            sentence: "Choisissez un rôle dans la liste.".to_owned(),
        }]
    })
}

/// The field that stands for a cell of [`Typed::of_form`].
fn field_at(column: u32) -> &'static str {
    let field = usize::try_from(column)
        .ok()
        .and_then(|rank| FIELDS.get(rank));
    field.map_or("role", |(name, _)| name)
}

pub(super) fn typed<'s>(sent: &'s [(String, String)], name: &str) -> &'s str {
    let found = sent.iter().find(|(field, _)| field == name);
    found.map_or("", |(_, text)| text.trim())
}

/// The page again, with what is wrong in what was typed.
fn again(signed: &Signed, look: &Look, sent: &Sent, objections: &[Objection]) -> Response {
    let body = body(look, sent, objections);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    document_with_status(status, signed.view(), &title(look), &body)
}

fn title(look: &Look) -> String {
    format!("Donner une habilitation à {}", look.person.name)
}

fn body(look: &Look, sent: &Sent, objections: &[Objection]) -> Markup {
    let person = &look.person;
    html! {
        (crumbs(&[
            Crumb { label: "Personnes", href: Some(PEOPLE.to_owned()) },
            Crumb { label: &person.name, href: Some(format!("{PEOPLE}/{}", person.id)) },
            Crumb { label: "Donner une habilitation", href: None },
        ]))
        div.head {
            h1 { "Donner une habilitation" }
            p.lead { "À " b { (person.name) } ", " span.mono { (person.email) } ". Elle vaut dès son premier jour, même dans une session ouverte." }
        }
        @if !objections.is_empty() { div.flag.late role="alert" { p { "Rien n’est enregistré : des champs sont à corriger." } } }
        form.simple.parts method="post" {
            (grant_fields(&look.offer, sent, objections))
            p.acts { button.btn.main type="submit" { "Donner l’habilitation" } }
        }
        (lists(&look.offer))
    }
}

/// What is wrong with a field.
fn told<'o>(objections: &'o [Objection], name: &str) -> Option<&'o str> {
    let found = objections.iter().find(|o| o.field == name);
    found.map(|objection| objection.sentence.as_str())
}

/// One field, with what helps to fill it and what is wrong in it.
pub(super) fn field(
    (name, label, hint): (&'static str, &str, &str),
    list: Option<&str>,
    sent: &Sent,
    objections: &[Objection],
) -> Markup {
    let kind = match name {
        "debut" | "fin" => "date",
        "email" => "email",
        _ => "text",
    };
    let told = told(objections, name);
    html! {
        div.field {
            label for=(name) { (label) }
            p.hint id={ (name) "-aide" } { (hint) }
            input id=(name) type=(kind) name=(name) value=(typed(sent, name)) list=[list] autocomplete="off" aria-describedby={ (name) "-aide " (name) "-dit" } aria-invalid=[told.map(|_| "true")];
            p.s-late.told id={ (name) "-dit" } { (told.unwrap_or_default()) }
        }
    }
}

/// The fields of a grant.
pub(super) fn grant_fields(offer: &Offer, sent: &Sent, objections: &[Objection]) -> Markup {
    let field = |name: &'static str, label: &str, hint: &str, list: Option<&str>| {
        field((name, label, hint), list, sent, objections)
    };
    html! {
            fieldset {
                legend { "Le rôle" }
                div.fields {
                    (role_field(offer, sent, told(objections, "role")))
                    (field("organisation", "Organisation", "Celle pour laquelle le rôle se tient, par son code ou son nom : ARS-28, Normandie, DGS…", Some("organisations-connues")))
                }
            }
            fieldset {
                legend { "Ses limites (facultatives)" }
                div.fields {
                    (field("cadre", "Cadre", "Vide : tous les cadres", Some("cadres-connus")))
                    (field("objectif", "Objectif", "Son numéro dans ce cadre ; vide : tous", None))
                    (field("contrat", "Contrat", "Son titre ou la fin de son adresse ; vide : tous", Some("contrats-connus")))
                    (field("volet", "Volet", "Le volet de ce contrat ; vide : tous", Some("volets-connus")))
                }
            }
            fieldset {
                legend { "Sa durée et son motif" }
                div.fields {
                    (field("debut", "À partir du (facultatif)", "Aujourd’hui si rien n’est écrit", None))
                    (field("fin", "Jusqu’au (facultatif)", "Dernier jour, compris", None))
                    (field("motif", "Motif", "Le journal le garde", None))
                }
            }
    }
}

fn role_field(offer: &Offer, sent: &Sent, told: Option<&str>) -> Markup {
    html! {
        div.field {
            label for="role" { "Rôle" }
            p.hint #role-aide { "Ceux que vous pouvez donner" }
            select #role name="role" aria-describedby="role-aide role-dit" aria-invalid=[told.map(|_| "true")] required {
                option value="" { "Choisir" }
                @for role in &offer.roles { option value=(role.key) selected[role.key == typed(sent, "role")] { (role.name) } }
            }
            p.s-late.told #role-dit { (told.unwrap_or_default()) }
        }
    }
}

/// What may be typed in the fields that offer something.
pub(super) fn lists(offer: &Offer) -> Markup {
    let volets = offer.contracts.iter().filter(|c| c.sections.len() > 1);
    html! {
        @for (id, known) in [("organisations-connues", &offer.organisations), ("cadres-connus", &offer.frameworks)] {
            datalist id=(id) { @for one in known { option value=(one.code) { (one.name) } } }
        }
        datalist #contrats-connus { @for one in &offer.contracts { option value=(one.slug) { (one.title) } } }
        datalist #volets-connus { @for contract in volets { @for section in &contract.sections {
            option value=(section.key) { (section.label) ", " (contract.title) }
        } } }
    }
}
