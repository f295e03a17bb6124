//! `/etablissements/nouveau`: adding a hospital, or another establishment, to the directory.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::{Act as _, Concern, Signed, permit};
use crate::ledger::Change;
use crate::organisations::store::{AddEstablishment, add_establishment};
use crate::organisations::{
    Directories, Directory, EstablishmentField, EstablishmentRefusal, NewEstablishment, PlaceKind,
};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, document_with_status};

const TITLE: &str = "Ajouter un établissement";

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    code: String,
    nom: String,
    sigle: String,
    finess: String,
    region: String,
}

impl Typed {
    fn establishment(&self) -> NewEstablishment {
        let text = |text: &str| text.trim().to_owned();
        let maybe = |typed: &str| Some(text(typed)).filter(|text| !text.is_empty());
        NewEstablishment {
            code: text(&self.code).to_uppercase(),
            name: text(&self.nom),
            short_name: maybe(&self.sigle),
            finess: maybe(&self.finess.replace(char::is_whitespace, "")),
            region: text(&self.region),
        }
    }
}

pub(super) async fn form(
    signed: Signed,
    State(db): State<Db>,
    State(directories): State<Directories>,
) -> WebResult<Markup> {
    signed
        .reach()
        .demands::<AddEstablishment>(&[Concern::to_come()])?;
    let mut tx = db.read().await?;
    let directory = directories.current(&mut tx, signed.reach()).await?;
    drop(tx);
    Ok(signed.page(TITLE, &page(&directory, &Typed::default(), &[])))
}

pub(super) async fn submit(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(directories): State<Directories>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let new = typed.establishment();
    let address = format!("/organisations/{}", new.code);
    let opened = Change::open(&db, &clock, signed.actor(), AddEstablishment::NAME).await;
    let mut change = opened.map_err(WebError::internal)?;
    let permit = permit::<AddEstablishment>(&mut change, new).await?;
    let added = add_establishment(&mut change, permit).await;
    let Err(refusals) = added.map_err(WebError::internal)? else {
        change.commit().await.map_err(WebError::internal)?;
        return Ok(Redirect::to(&address).into_response());
    };
    let directory = directories.current(change.tx(), signed.reach()).await?;
    drop(change);
    let body = page(&directory, &typed, &refusals);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

fn page(directory: &Directory, typed: &Typed, refusals: &[EstablishmentRefusal]) -> Markup {
    use EstablishmentField::{Code, Finess, Name};
    html! {
        (crumbs(&[
            Crumb { label: "Organisations", href: Some("/organisations".to_owned()) },
            Crumb { label: TITLE, href: None },
        ]))
        div.head {
            h1 { (TITLE) }
            p.lead { "Il pourra signer un contrat, et ses valeurs seront les siennes : elles ne comptent pas dans celles de sa région." }
        }
        @if !refusals.is_empty() {
            div.flag.late role="alert" { p { "Rien n’est enregistré : des champs sont à corriger. Tout ce que vous avez écrit est gardé." } }
        }
        form method="post" action="/etablissements/nouveau" {
            (field(("code", "Code", "En majuscules, chiffres et tirets ; il ne changera plus : CH-VALMONT"), &typed.code, refusal(refusals, Code)))
            (field(("nom", "Nom", "Le nom entier de l’entité juridique"), &typed.nom, refusal(refusals, Name)))
            (field(("sigle", "Nom court (facultatif)", "Comme on l’écrit d’habitude : CH de Valmont"), &typed.sigle, None))
            (field(("finess", "Numéro FINESS (facultatif)", "Neuf chiffres ; il est reconnu dans les fichiers de valeurs"), &typed.finess, refusal(refusals, Finess)))
            (region(directory, typed, refusal(refusals, EstablishmentField::Region)))
            p.acts { button.btn.main type="submit" { "Ajouter l’établissement" } a.btn href="/organisations" { "Annuler" } }
        }
    }
}

fn refusal(refusals: &[EstablishmentRefusal], field: EstablishmentField) -> Option<&str> {
    let found = refusals.iter().find(|(about, _)| *about == field)?;
    Some(&found.1)
}

fn field((name, label, hint): (&str, &str, &str), typed: &str, problem: Option<&str>) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            p.hint id={ (name) "-aide" } { (hint) }
            input.wide id=(name) name=(name) value=(typed) autocomplete="off" aria-describedby={ (name) "-aide " (name) "-dit" } aria-invalid=[problem.map(|_| "true")];
            p.s-late.told id={ (name) "-dit" } { (problem.unwrap_or_default()) }
        }
    }
}

fn region(directory: &Directory, typed: &Typed, problem: Option<&str>) -> Markup {
    let places = directory.places().iter();
    let regions = places.filter(|p| p.kind == PlaceKind::Region && p.valid_to.is_none());
    html! {
        div.field {
            label for="region" { "Région" }
            select #region name="region" aria-describedby="region-dit" aria-invalid=[problem.map(|_| "true")] {
                option value="" { "Choisir" }
                @for region in regions {
                    option value=(region.code) selected[region.code == typed.region] { (region.name) }
                }
            }
            p.s-late.told #region-dit { (problem.unwrap_or_default()) }
        }
    }
}
