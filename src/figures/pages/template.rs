//! `/imports/modele`: Jalon's own template, chosen then downloaded.

use std::sync::Arc;

use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jalon_render::workbook::xlsx;
use maud::{Markup, html};
use serde::Deserialize;

use super::entry::{Ground, Workshop};
use crate::access::Signed;
use crate::figures::values::grid::{Wanted, default_year};
use crate::figures::values::template::{TemplateError, file_name, template, years};
use crate::frameworks::Edited;
use crate::imports::Format;
use crate::kernel::sentence;
use crate::organisations::{Organisation, PlaceKind};
use crate::platform::web::{
    Crumb, WebError, WebResult, crumbs, document_with_status, section_heading,
};

/// What the template is for; nothing asks for the form.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    cadre: String,
    #[serde(default)]
    fournisseur: String,
    #[serde(default)]
    indicateur: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    annees: String,
    /// Not empty: only show the form, with what was chosen.
    #[serde(default)]
    choisir: String,
}

pub(super) async fn download(
    signed: Signed,
    workshop: Workshop,
    Query(asked): Query<Asked>,
) -> WebResult<Response> {
    let ground = workshop.ground(&signed).await?;
    if asked.cadre.is_empty() || !asked.choisir.is_empty() {
        return Ok(page(&signed, &ground, &asked, None));
    }
    let made = wanted(&asked).and_then(|wanted| {
        let book = template(&wanted, ground.soil()).map_err(|error| match error {
            TemplateError::Wanted(error) => Some(error.to_string()),
            TemplateError::Render(_) => None,
        });
        book.map(|book| (file_name(&wanted), book))
            .map_err(Option::unwrap_or_default)
    });
    let (name, book) = match made {
        Ok(made) => made,
        Err(told) => return Ok(page(&signed, &ground, &asked, Some(&sentence(&told)))),
    };
    let bytes = xlsx(&book).map_err(WebError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, Format::Xlsx.media().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

fn wanted(asked: &Asked) -> Result<Wanted, String> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Wanted {
        framework: asked.cadre.trim().to_owned(),
        indicator: given(&asked.indicateur),
        supplier: given(&asked.fournisseur),
        region: given(&asked.region),
        years: years(&asked.annees).map_err(|error| error.to_string())?,
    })
}

fn page(signed: &Signed, ground: &Ground, asked: &Asked, told: Option<&str>) -> Response {
    let status = match told {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let body = html! {
        (crumbs(&[
            Crumb { label: "Imports", href: Some("/imports".to_owned()) },
            Crumb { label: "Modèle à remplir", href: None },
        ]))
        div.head {
            h1 { "Télécharger un modèle à remplir" }
            p.lead { "Un classeur Excel déjà rempli des indicateurs, des régions et de ce que Jalon tient. Il se redépose tel quel." }
        }
        @if let Some(told) = told { div.flag.late role="alert" { p { (told) } } }
        @if ground.catalogue.frameworks().is_empty() { (no_framework()) }
        @else { (form(ground, asked)) (on_screen(ground)) }
    };
    document_with_status(status, signed.view(), "Modèle à remplir", &body)
}

fn no_framework() -> Markup {
    html! {
        div.flag.warn role="status" { p {
            "Aucun cadre contractuel n’est chargé : il n’y a pas encore d’indicateur à remplir. "
            "Votre administrateur en charge un avec " span.mono { "jalon framework import frameworks" } " ; il paraîtra dans « "
            a href="/cadres" { "Cadres" } " »."
        } }
    }
}

/// The grids of the framework of the day, region by region.
fn on_screen(ground: &Ground) -> Markup {
    let year = ground.today.year();
    let frameworks = ground.catalogue.frameworks();
    let in_force =
        |edited: &&&Arc<Edited>| (edited.framework.starts..=edited.framework.ends).contains(&year);
    let Some(edited) = frameworks.iter().find(in_force).or(frameworks.first()) else {
        return html! {};
    };
    let code = &edited.framework.code;
    let places = ground.directory.places().iter();
    let regions = places.filter(|p| p.kind == PlaceKind::Region && p.valid_on(ground.today));
    html! {
        section.sect aria-labelledby="ecran" {
            (section_heading("ecran", "Saisir à l’écran", None))
            p { "Tous les indicateurs d’une région ; pour toutes les régions d’un indicateur, passez par la page de celui-ci." }
            ul.acts { @for place in regions { li {
                a href={ "/saisie/" (code) "/regions/" (place.code) } { (place.name) }
            } } }
        }
    }
}

fn form(ground: &Ground, asked: &Asked) -> Markup {
    let frameworks = ground.catalogue.frameworks();
    let latest = frameworks
        .first()
        .map(|edited| default_year(&edited.framework, ground.today));
    let years = if asked.annees.is_empty() {
        latest.map(|year| year.to_string()).unwrap_or_default()
    } else {
        asked.annees.clone()
    };
    let regions = ground
        .directory
        .places()
        .iter()
        .filter(|place| place.kind == PlaceKind::Region && place.valid_on(ground.today));
    let mut suppliers: Vec<&str> = frameworks
        .iter()
        .flat_map(|edited| &edited.framework.indicators)
        .flat_map(|indicator| indicator.suppliers.iter().map(String::as_str))
        .collect();
    suppliers.sort_unstable();
    suppliers.dedup();
    let name = |code| {
        ground
            .directory
            .organisation(code)
            .map_or(code, Organisation::label)
    };
    html! {
        form.simple method="get" action="/imports/modele" {
            div.field {
                label for="cadre" { "Cadre" }
                select #cadre name="cadre" required { @for edited in &frameworks {
                    option value=(edited.framework.code) selected[edited.framework.code == asked.cadre] { (edited.framework.title) }
                } }
            }
            div.field {
                label for="fournisseur" { "Fournisseur" }
                p.hint #fournisseur-aide { "Seulement les indicateurs qu’il doit fournir." }
                select #fournisseur name="fournisseur" aria-describedby="fournisseur-aide" {
                    option value="" { "Tous" }
                    @for code in suppliers { option value=(code) selected[code == asked.fournisseur] { (name(code)) } }
                }
            }
            div.field {
                label for="indicateur" { "Indicateur" }
                p.hint #indicateur-aide { "Son code, par exemple 2.c.1 ; vide : tous." }
                input #indicateur name="indicateur" value=(asked.indicateur) autocomplete="off" aria-describedby="indicateur-aide";
            }
            div.field {
                label for="region" { "Région" }
                p.hint #region-aide { "Toutes : une feuille par indicateur. Une seule : une feuille, une ligne par indicateur." }
                select #region name="region" aria-describedby="region-aide" {
                    option value="" { "Toutes" }
                    @for place in regions { option value=(place.code) selected[place.code == asked.region] { (place.name) } }
                }
            }
            div.field {
                label for="annees" { "Années" }
                p.hint #annees-aide { "Une ou plusieurs : 2023, ou 2022-2024." }
                input #annees name="annees" value=(years) autocomplete="off" aria-describedby="annees-aide";
            }
            p.acts { button.btn.main type="submit" { "Télécharger le modèle" } }
        }
    }
}
