//! `/erreurs` and `/erreurs/<code>`: what each problem means and what to do.

use axum::extract::Path;
use maud::{Markup, html};

use super::parts::severity;
use crate::access::Signed;
use crate::imports::{CATALOGUE, Entry, ProblemCode};
use crate::platform::web::{Crumb, WebError, WebResult, crumbs};

pub(super) async fn list(signed: Signed) -> Markup {
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
    };
    signed.page("Problèmes d’un fichier", &body)
}

pub(super) async fn page(signed: Signed, Path(code): Path<String>) -> WebResult<Markup> {
    let code: ProblemCode = code.parse().map_err(|_| WebError::NotFound)?;
    let entry = code.entry();
    Ok(signed.page(entry.title, &explained(entry)))
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
