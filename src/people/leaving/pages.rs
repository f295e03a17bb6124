//! `/personnes/{person}/depart`: what somebody who leaves would leave behind, and the one act that
//! ends it all and hands it over.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::act::{LeaveError, last_day, leave};
use super::{Duties, Kept, duties, kept};
use crate::access::grant::LONGEST_REASON;
use crate::access::grant::pages::{PEOPLE, scope_words};
use crate::access::grant::people_store::{Listed, people};
use crate::access::grant::store::grants_of;
use crate::access::leave::{LeavePerson, Leaving};
use crate::access::role::Roles;
use crate::access::store::person_by_email;
use crate::access::{Act as _, Person, Signed, may, seen_person};
use crate::kernel::counted;
use crate::ledger::Change;
use crate::people::desk::Desk;
use crate::platform::clock::french_date;
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, document_with_status, section_heading,
};
use crate::tables::downloads;

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::people) struct Typed {
    #[serde(default)]
    fin: String,
    #[serde(default)]
    successeur: String,
    #[serde(default)]
    motif: String,
}

/// What is wrong with it, by field.
type Mistakes = Vec<(&'static str, &'static str)>;

/// Everything that the page shows.
struct Look {
    person: Person,
    kept: Vec<Kept>,
    duties: Duties,
    others: Vec<Listed>,
    today: Date,
}

pub(in crate::people) async fn form(
    signed: Signed,
    State(desk): State<Desk>,
    Path(id): Path<Uuid>,
) -> WebResult<Markup> {
    let look = look(&desk, &signed, id).await?;
    let typed = Typed {
        fin: look.today.to_string(),
        ..Typed::default()
    };
    Ok(signed.page(&title(&look), &body(&look, &typed, &[])))
}

/// What is shown, to who may end all that the person holds.
async fn look(desk: &Desk, signed: &Signed, id: Uuid) -> WebResult<Look> {
    let (reach, today) = (signed.reach(), desk.clock.today());
    let mut tx = desk.db.read().await?;
    let person = seen_person(&mut tx, reach, id).await?;
    let person = person.ok_or(WebError::NotFound)?;
    let leaving = Leaving {
        person: id,
        last: today,
    };
    if let Err(denied) = may::<LeavePerson>(&mut tx, reach, &leaving).await? {
        return Err(WebError::Forbidden(denied.sentence));
    }
    let catalogue = desk.library.catalogue(&mut tx, reach).await?;
    let directory = desk.directories.current(&mut tx, reach).await?;
    let known = (catalogue.as_ref(), directory.as_ref());
    let mut others = people(&mut tx, reach, today).await?;
    others.retain(|other| other.id != id);
    let held = grants_of(&mut tx, id).await?;
    Ok(Look {
        kept: kept(&mut tx, reach, held, today).await?,
        duties: duties(&mut tx, reach, known, id, today).await?,
        person,
        others,
        today,
    })
}

pub(in crate::people) async fn send(
    signed: Signed,
    State(desk): State<Desk>,
    Path(id): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let look = look(&desk, &signed, id).await?;
    let why = typed.motif.trim();
    let mut mistakes: Mistakes = Vec::new();
    if why.is_empty() || why.chars().count() > LONGEST_REASON {
        mistakes.push((
            "motif",
            "Dites pourquoi, en 500 caractères au plus : le journal le garde.",
        ));
    }
    let last = last_day(&typed.fin);
    if last.is_none() {
        mistakes.push(("fin", "Écrivez un jour du calendrier."));
    }
    let successor = match typed.successeur.trim() {
        "" => None,
        email => {
            let mut tx = desk.db.read().await?;
            let found = person_by_email(&mut tx, email).await?;
            let found = found.filter(|found| look.others.iter().any(|other| other.id == found.id));
            if found.is_none() {
                mistakes.push((
                    "successeur",
                    "Aucun compte que vous gérez n’a cette adresse : choisissez-la dans la liste.",
                ));
            }
            found
        }
    };
    let (Some(last), true) = (last, mistakes.is_empty()) else {
        let body = body(&look, &typed, &mistakes);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(document_with_status(
            status,
            signed.view(),
            &title(&look),
            &body,
        ));
    };
    let leaving = Leaving { person: id, last };
    let change = Change::open(&desk.db, &desk.clock, signed.actor(), LeavePerson::NAME).await;
    let mut change = change.map_err(WebError::internal)?.because(why);
    let successor = successor.map(|person| person.id);
    leave(&mut change, leaving, successor, why).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("{PEOPLE}/{id}?fait=depart")).into_response())
}

impl From<LeaveError> for WebError {
    fn from(error: LeaveError) -> Self {
        match error {
            LeaveError::NotPermitted(refused) => refused.into(),
            LeaveError::Grant(refused) => refused.into(),
            LeaveError::Ledger(error) => Self::internal(error),
        }
    }
}

fn title(look: &Look) -> String {
    format!("Départ de {}", look.person.name)
}

fn body(look: &Look, typed: &Typed, mistakes: &[(&str, &str)]) -> Markup {
    let person = &look.person;
    let held = match look.kept.len() {
        0 => "Cette personne ne tient plus rien : son compte se fermera.".to_owned(),
        n => format!(
            "{} fin ce jour-là ; le compte se ferme ensuite, et se rouvre avec une nouvelle habilitation.",
            counted(n, "habilitation prendra", "habilitations prendront")
        ),
    };
    html! {
        (crumbs(&[
            Crumb { label: "Personnes", href: Some(PEOPLE.to_owned()) },
            Crumb { label: &person.name, href: Some(format!("{PEOPLE}/{}", person.id)) },
            Crumb { label: "Départ", href: None },
        ]))
        div.head {
            h1 { (title(look)) }
            p.lead { (held) }
        }
        (left_behind(&look.duties))
        (grants(look))
        (act(look, typed, mistakes))
    }
}

/// What would be left to nobody.
fn left_behind(duties: &Duties) -> Markup {
    let count = |count: i64| usize::try_from(count).unwrap_or(0);
    html! {
        section.sect aria-labelledby="reste" {
            (section_heading("reste", "Ce qui resterait sans personne", None))
            @if duties.is_empty() { p { "Rien : ce que fait cette personne est tenu par d’autres." } }
            @else { ul.brief {
                @for [framework, place, objective] in &duties.objectives {
                    li { "Objectif sans titulaire : " (objective) span.sub { (place) ", " (framework) } }
                }
                @for organisation in &duties.administered { li { "Plus personne ne gérerait les personnes de " (organisation) "." } }
                @for (contract, path) in &duties.drafts { li { "Projet d’acte en cours : " a href=(path) { (contract) } } }
                @for (organisation, count) in &duties.kept { li { (kept_words(organisation, *count)) } }
                @if duties.contests > 0 { li { a href="/contestations" { (counted(count(duties.contests), "contestation ouverte", "contestations ouvertes")) } " en son nom" } }
                @if duties.files > 0 { li { a href="/imports" { (counted(count(duties.files), "fichier déposé et pas encore enregistré", "fichiers déposés et pas encore enregistrés")) } } }
                @if duties.follows > 0 { li { (counted(count(duties.follows), "indicateur suivi", "indicateurs suivis")) " : plus personne n’en recevrait les nouvelles à sa place" } }
                @for (name, role) in &duties.stood_for { li { "Délégation à " (name) " (" (role) ") : elle prendrait fin aussi" } }
            } }
        }
    }
}

/// That an organisation keeps acts to itself, and who sees which: nothing of what they are.
fn kept_words(organisation: &str, count: usize) -> String {
    let acts = counted(count, "projet d’acte", "projets d’acte");
    let them = if count > 1 { "les" } else { "le" };
    format!(
        "{acts} que seule connaît l’organisation qui {them} prépare, {organisation} : ceux de ses administrateurs qui gèrent cette personne {them} verront sur cette même page"
    )
}

fn grants(look: &Look) -> Markup {
    html! {
        @if !look.kept.is_empty() {
            section.sect aria-labelledby="habilitations" {
                (section_heading("habilitations", "Ce qui prend fin", None))
                table.tbl.stack {
                    caption.vh { "Les habilitations de " (look.person.name) ", et ce qui peut en être transmis" }
                    thead { tr { th scope="col" { "Habilitation" } th scope="col" { "Jusqu’au" } th scope="col" { "Pour qui prend la suite" } } }
                    tbody { @for one in &look.kept { tr {
                        th scope="row" { (Roles::known().name(&one.held.grant.remit.role)) span.sub { (scope_words(&one.held.grant)) } }
                        td data-l="Jusqu’au" { @match one.held.ends_on { Some(day) => (french_date(day)), None => "sans fin" } }
                        td data-l="Pour qui prend la suite" { (handed(one)) }
                    } } }
                }
                (downloads("habilitations", "Toutes ses habilitations", &[("personne", &look.person.id.to_string())], &Address::of(PEOPLE)))
            }
        }
    }
}

fn handed(one: &Kept) -> Markup {
    html! {
        @if one.held.behalf_of.is_some() { span.muted { "Tenue pour quelqu’un d’autre : ne se transmet pas" } }
        @else if let Err(denied) = &one.gives {
            details.more { summary { "Ne peut pas être transmise par vous" } p { (denied.sentence) } }
        } @else { "La même, dès aujourd’hui" }
    }
}

fn act(look: &Look, typed: &Typed, mistakes: &[(&str, &str)]) -> Markup {
    let told = |field: &str| {
        let found = mistakes.iter().find(|(name, _)| *name == field);
        found.map(|(_, sentence)| *sentence)
    };
    html! {
        section.sect aria-labelledby="partir" {
            (section_heading("partir", "Enregistrer le départ", None))
            @if !mistakes.is_empty() { div.flag.late role="alert" { p { "Rien n’est enregistré : des champs sont à corriger." } } }
            form.simple method="post" action={ (PEOPLE) "/" (look.person.id) "/depart" } {
                div.field {
                    label for="fin" { "Dernier jour" }
                    p.hint #fin-aide { "Compris. Un jour déjà passé met fin à tout aussitôt." }
                    input #fin type="date" name="fin" value=(typed.fin) required aria-describedby="fin-aide fin-dit" aria-invalid=[told("fin").map(|_| "true")];
                    p.s-late.told #fin-dit { (told("fin").unwrap_or_default()) }
                }
                div.field {
                    label for="successeur" { "Qui prend la suite (facultatif)" }
                    p.hint #successeur-aide { "Adresse électronique. Cette personne reçoit dès aujourd’hui les habilitations qui peuvent être transmises." }
                    input #successeur type="email" name="successeur" value=(typed.successeur) list="gens" autocomplete="off" aria-describedby="successeur-aide successeur-dit" aria-invalid=[told("successeur").map(|_| "true")];
                    datalist #gens { @for other in &look.others { option value=(other.email) { (other.name) } } }
                    p.s-late.told #successeur-dit { (told("successeur").unwrap_or_default()) }
                }
                div.field {
                    label for="motif" { "Motif" }
                    p.hint #motif-aide { "Le journal le garde." }
                    input #motif name="motif" value=(typed.motif) required maxlength="500" autocomplete="off" aria-describedby="motif-aide motif-dit" aria-invalid=[told("motif").map(|_| "true")];
                    p.s-late.told #motif-dit { (told("motif").unwrap_or_default()) }
                }
                p.acts {
                    button.btn.main type="submit" { "Enregistrer le départ" }
                    a.btn href={ (PEOPLE) "/" (look.person.id) } { "Annuler" }
                }
            }
        }
    }
}
