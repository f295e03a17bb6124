//! `/aide`: the subjects; `/aide/<sujet>`: one of them. Anyone may read them: who cannot sign in
//! needs them too.

use axum::Router;
use axum::extract::{FromRef, Path};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use include_dir::{Dir, include_dir};
use maud::{Markup, html};

use super::markdown::rendered;
use super::{GROUPS, HELP, subject};
use crate::access::Visitor;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{Crumb, Shell, WebError, WebResult, crumbs, section_heading};

static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/docs/schemas");

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
{
    Router::new()
        .route(HELP, get(list))
        .route("/aide/{subject}", get(page))
        .route("/aide/schemas/{name}", get(schema))
}

async fn list(visitor: Visitor) -> Markup {
    let body = html! {
        div.head {
            h1 { "Aide" }
            p.lead { "Chaque page de Jalon mène, par « Aide » en haut, au sujet qui la concerne." }
        }
        @for (at, (group, keys)) in GROUPS.iter().enumerate() {
            section.sect aria-labelledby={ "g" (at) } {
                (section_heading(&format!("g{at}"), group, None))
                ul.brief { @for subject in keys.iter().filter_map(|key| subject(key)) {
                    li { a href={ (HELP) "/" (subject.key) } { (subject.title) } }
                } }
            }
        }
        p.note { "Un message d’erreur a sa page : " a href="/erreurs" { "Messages d’erreur" } "." }
    };
    visitor.page("Aide", &body)
}

async fn page(visitor: Visitor, Path(key): Path<String>) -> WebResult<Markup> {
    let subject = subject(&key).ok_or(WebError::NotFound)?;
    let body = html! {
        (crumbs(&[
            Crumb { label: "Aide", href: Some(HELP.to_owned()) },
            Crumb { label: subject.title, href: None },
        ]))
        div.head { h1 { (subject.title) } }
        div.prose.guide { (rendered(subject.text)) }
    };
    Ok(visitor.page(subject.title, &body))
}

/// A schema that the guide refers to.
async fn schema(Path(name): Path<String>) -> WebResult<impl IntoResponse> {
    let file = SCHEMAS.get_file(&name).ok_or(WebError::NotFound)?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, file.contents()))
}
