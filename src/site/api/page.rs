//! `/api`: what a program can ask, and trying it without one.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRef as _, Query, Request, State};
use axum::http::{Method, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use tower::ServiceExt as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::super::App;
use super::{Description, intake, reading};
use crate::access::Signed;
use crate::access::api::Caller;
use crate::documents::french_size;
use crate::platform::api::in_problem_documents;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, section_heading};

/// More than this of an answer is not shown on a page.
const MOST_SHOWN: usize = 100 * 1024;

/// The addresses that give a file, with the page of the site where it is found: what browsers save
/// needs no token there.
const FILES: [(&str, &str); 3] = [
    ("/api/v1/batches/{id}/file", "/imports/{id}"),
    (
        "/api/v1/documents/{id}/versions/{no}",
        "/documents/{id}/{no}",
    ),
    ("/api/v1/dossiers/{id}/{format}", "/dossiers/{id}/{format}"),
];

/// One operation of the API.
struct Listed<'d> {
    method: Method,
    path: &'d str,
    operation: &'d Operation,
}

impl Listed<'_> {
    fn summary(&self) -> &str {
        self.operation.summary.as_deref().unwrap_or(self.path)
    }

    fn tag(&self) -> &str {
        let tags = self.operation.tags.as_deref().unwrap_or_default();
        tags.first().map_or("", String::as_str)
    }

    fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        let all = self.operation.parameters.iter().flatten();
        all.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
    }
}

fn listed(document: &OpenApi) -> Vec<Listed<'_>> {
    let mut all = Vec::new();
    for (path, item) in &document.paths.paths {
        let methods = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::DELETE, &item.delete),
        ];
        for (method, operation) in methods {
            all.extend(operation.as_ref().map(|operation| Listed {
                method,
                path,
                operation,
            }));
        }
    }
    all
}

/// `GET /api`.
pub(in crate::site) async fn page(
    signed: Signed,
    State(description): State<Description>,
) -> Markup {
    let operations = listed(&description.document);
    let mut tags: Vec<&str> = operations.iter().map(Listed::tag).collect();
    tags.dedup();
    tags.sort_unstable();
    tags.dedup();
    let body = html! {
        div.head {
            h1 { "Ce qu’un programme peut demander" }
            p.lead { "Un tableur, un entrepôt de données ou un tableau de bord lit Jalon en JSON, avec un " a href="/moi/acces" { "accès ouvert en votre nom" } "." }
        }
        p { "La description complète, pour les outils qui la lisent : " a href="/api/v1/openapi.json" { "openapi.json" } ". Chaque demande porte l’en-tête " span.mono { "Authorization: Bearer …" } "." }
        @for tag in tags {
            @let id = format!("t-{}", crate::kernel::fold(tag).replace(' ', "-"));
            section.sect aria-labelledby=(id) {
                (section_heading(&id, tag, None))
                table.tbl.stack {
                    caption.vh { "Demandes : " (tag) }
                    thead { tr { th scope="col" { "Demande" } th scope="col" { "Adresse" } } }
                    tbody { @for one in operations.iter().filter(|one| one.tag() == tag) { tr {
                        th scope="row" {
                            @if one.method == Method::GET { a href=(trial(one.path)) { (one.summary()) } } @else { (one.summary()) }
                        }
                        td.mono data-l="Adresse" { (one.method) " " (one.path) }
                    } } }
                }
            }
        }
    };
    signed.page("API", &body)
}

fn trial(path: &str) -> String {
    let path: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("/api/essai?adresse={path}")
}

/// What is tried: an address of the document, and its parameters by name.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct Tried {
    adresse: String,
    /// Whether the form was sent.
    envoyer: Option<String>,
    #[serde(flatten)]
    given: BTreeMap<String, String>,
}

/// `GET /api/essai`: an operation that reads, with a form for its parameters and what it answers
/// to whoever is signed in.
pub(in crate::site) async fn trial_page(
    signed: Signed,
    State(app): State<App>,
    Query(tried): Query<Tried>,
) -> WebResult<Markup> {
    let description = Description::from_ref(&app);
    let operations = listed(&description.document);
    let found = operations
        .iter()
        .find(|one| one.method == Method::GET && one.path == tried.adresse);
    let one = found.ok_or(WebError::NotFound)?;
    let asked = address(one, &tried.given);
    let answer = match tried.envoyer {
        Some(_) => Some(ask(app, &signed, &asked).await?),
        None => None,
    };
    let body = html! {
        (crumbs(&[
            Crumb { label: "API", href: Some("/api".to_owned()) },
            Crumb { label: one.summary(), href: None },
        ]))
        div.head { h1 { (one.summary()) } p.lead.mono { "GET " (one.path) } }
        (form(one, &tried.given))
        @if let Some((status, answer)) = answer {
            section.sect aria-labelledby="reponse" {
                (section_heading("reponse", &format!("Réponse {}", status.as_u16()), None))
                p.mono { "GET " (asked) }
                (shown(&answer, page_of(one, &tried.given).as_deref()))
            }
        }
    };
    Ok(signed.page(one.summary(), &body))
}

fn form(one: &Listed<'_>, given: &BTreeMap<String, String>) -> Markup {
    html! {
        form.simple method="get" action="/api/essai" {
            input type="hidden" name="adresse" value=(one.path);
            input type="hidden" name="envoyer" value="1";
            @for parameter in one.parameters() {
                @let (name, id) = (&parameter.name, format!("p-{}", parameter.name));
                @let typed = given.get(name).map_or("", String::as_str);
                div.field {
                    label.mono for=(id) { (name) }
                    p.hint id={ (id) "-aide" } { (parameter.description.as_deref().unwrap_or_default()) }
                    input id=(id) name=(name) value=(typed) autocomplete="off" required[parameter.parameter_in == ParameterIn::Path] aria-describedby={ (id) "-aide" };
                }
            }
            p.acts { button.btn.main type="submit" { "Essayer" } a.btn href="/api" { "Toutes les demandes" } }
        }
    }
}

/// What the API answered.
enum Answered {
    /// A document of JSON, laid out for reading.
    Json(String),
    /// A file, which a page does not show.
    File { media: String, size: i64 },
}

fn shown(answer: &Answered, page: Option<&str>) -> Markup {
    match answer {
        Answered::Json(text) => html! {
            div.scroll tabindex="0" role="region" aria-label="Réponse, défilable" { pre { (text) } }
        },
        Answered::File { media, size } => html! {
            p { "Un fichier " span.mono { (media) } ", " (french_size(*size)) ", qu’un programme reçoit tel quel." }
            @if let Some(page) = page { p.acts { a.btn href=(page) { "Ce fichier dans Jalon" } } }
        },
    }
}

/// Where the site gives the file that an address gives.
fn page_of(one: &Listed<'_>, given: &BTreeMap<String, String>) -> Option<String> {
    let (_, page) = FILES.iter().find(|(address, _)| *address == one.path)?;
    Some(filled_in(page, one, given))
}

/// A path with the parameters of an address in their places.
fn filled_in(path: &str, one: &Listed<'_>, given: &BTreeMap<String, String>) -> String {
    let of_path = one
        .parameters()
        .filter(|parameter| parameter.parameter_in == ParameterIn::Path);
    of_path.fold(path.to_owned(), |path, Parameter { name, .. }| {
        path.replace(&format!("{{{name}}}"), &in_a_path(typed(given, name)))
    })
}

fn typed<'g>(given: &'g BTreeMap<String, String>, name: &str) -> &'g str {
    given.get(name).map_or("", |typed| typed.trim())
}

/// The address with its parameters filled in.
fn address(one: &Listed<'_>, given: &BTreeMap<String, String>) -> String {
    let path = filled_in(one.path, one, given);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for Parameter {
        name, parameter_in, ..
    } in one.parameters()
    {
        let typed = typed(given, name);
        if *parameter_in != ParameterIn::Path && !typed.is_empty() {
            query.append_pair(name, typed);
        }
    }
    match query.finish().as_str() {
        "" => path,
        query => format!("{path}?{query}"),
    }
}

/// A text as one segment of a path.
fn in_a_path(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// Asks the API what a program of that person would be told, without a token.
async fn ask(app: App, signed: &Signed, address: &str) -> WebResult<(StatusCode, Answered)> {
    let mut request = Request::get(address)
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .map_err(|_| WebError::NotFound)?;
    request.extensions_mut().insert(Caller::trying(signed));
    let (router, _) = utoipa_axum::router::OpenApiRouter::new()
        .nest(super::V1, reading().merge(intake()))
        .split_for_parts();
    let router = router
        .layer(axum::middleware::from_fn(in_problem_documents))
        .with_state::<()>(app);
    let response = router.oneshot(request).await;
    let response = response.map_err(WebError::internal)?;
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|media| media.to_str().ok()).unwrap_or("");
    let media = media.to_owned();
    let bytes = to_bytes(response.into_body(), usize::MAX).await;
    let bytes = bytes.map_err(WebError::internal)?;
    let is_json = |media: &str| media == "application/json" || media == "application/problem+json";
    if !is_json(media.split(';').next().unwrap_or("").trim()) {
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        return Ok((status, Answered::File { media, size }));
    }
    Ok((status, Answered::Json(laid_out(&bytes)?)))
}

/// A document of JSON as a page shows it.
fn laid_out(bytes: &[u8]) -> WebResult<String> {
    let json: serde_json::Value = serde_json::from_slice(bytes).map_err(WebError::internal)?;
    let mut text = serde_json::to_string_pretty(&json).map_err(WebError::internal)?;
    if text.len() > MOST_SHOWN {
        let end = text.floor_char_boundary(MOST_SHOWN);
        text.truncate(end);
        text.push_str("\n… (la suite n’est pas montrée ici)");
    }
    Ok(text)
}
