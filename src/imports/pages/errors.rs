//! `/erreurs` and `/erreurs/<code>`: what each problem means and what to do. Anyone may read them: a
//! program that was not let in is led there.

use axum::extract::Path;
use maud::{Markup, html};

use super::parts::severity;
use crate::access::Visitor;
use crate::imports::{CATALOGUE, Entry, ProblemCode};
use crate::platform::api;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, section_heading};

pub(super) async fn list(visitor: Visitor) -> Markup {
    let body = html! {
        div.head {
            h1 { "Les problèmes d’un fichier" }
            p.lead { "Chaque problème qu’une lecture peut signaler, ce qu’il veut dire et ce qu’il faut faire." }
        }
        div.scroll tabindex="0" role="region" aria-label="Problèmes, défilable" {
            table.tbl.stack {
                caption { (CATALOGUE.len()) " problèmes. Une cellule refusée ou à trancher empêche d’enregistrer le fichier ; une cellule à vérifier, non." }
                thead { tr { th scope="col" { "Problème" } th scope="col" { "Effet" } th scope="col" { "À faire" } } }
                tbody { @for entry in CATALOGUE { tr {
                    th scope="row" { a href={ "/erreurs/" (entry.slug) } { (entry.title) } }
                    td data-l="Effet" { (severity(entry.severity)) }
                    td.x data-l="À faire" { (entry.remedy) }
                } } }
            }
        }
        section.sect aria-labelledby="programmes" {
            (section_heading("programmes", "Les problèmes d’un programme", None))
            table.tbl.stack {
                caption { "Ce que l’API répond quand elle ne peut pas faire ce qu’un programme demande." }
                thead { tr { th scope="col" { "Problème" } th scope="col" { "Statut" } th scope="col" { "À faire" } } }
                tbody { @for entry in api::CATALOGUE { tr {
                    th scope="row" { a href={ "/erreurs/" (entry.slug) } { (entry.title) } }
                    td.mono data-l="Statut" { (entry.status.as_u16()) }
                    td.x data-l="À faire" { (entry.remedy) }
                } } }
            }
        }
    };
    visitor.page("Problèmes", &body)
}

pub(super) async fn page(visitor: Visitor, Path(code): Path<String>) -> WebResult<Markup> {
    if let Some(code) = api::Code::from_slug(&code) {
        let entry = code.entry();
        return Ok(visitor.page(entry.title, &explained_to_programs(entry)));
    }
    let code: ProblemCode = code.parse().map_err(|_| WebError::NotFound)?;
    let entry = code.entry();
    Ok(visitor.page(entry.title, &explained(entry)))
}

/// What a problem of the API means.
fn explained_to_programs(entry: &api::Entry) -> Markup {
    html! {
        (crumbs(&[
            Crumb { label: "API", href: Some("/api".to_owned()) },
            Crumb { label: "Problèmes", href: Some("/erreurs".to_owned()) },
            Crumb { label: entry.title, href: None },
        ]))
        div.head {
            h1 { (entry.title) }
            p.lead { (entry.meaning) }
        }
        dl.facts.big {
            dt { "À faire" } dd { (entry.remedy) }
            dt { "Statut HTTP" } dd.mono { (entry.status.as_u16()) }
            dt { "Code" } dd.mono { (entry.slug) }
        }
        p.note { a href="/erreurs" { "Tous les problèmes" } }
    }
}

fn explained(entry: &Entry) -> Markup {
    html! {
        (crumbs(&[
            Crumb { label: "Imports", href: Some("/imports".to_owned()) },
            Crumb { label: "Problèmes", href: Some("/erreurs".to_owned()) },
            Crumb { label: entry.title, href: None },
        ]))
        div.head {
            h1 { (entry.title) }
            p.lead { (entry.meaning) }
        }
        dl.facts.big {
            dt { "Effet" } dd { (severity(entry.severity)) }
            dt { "À faire" } dd { (entry.remedy) }
            dt { "Exemple" } dd { (entry.example) }
            dt { "Code" } dd.mono { (entry.slug) }
        }
        p.note { a href="/erreurs" { "Tous les problèmes" } }
    }
}
