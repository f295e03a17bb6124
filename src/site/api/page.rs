//! `/api`: what a program can ask, and trying it without one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRef as _, Query, Request, State};
use axum::http::{Method, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use tower::ServiceExt as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr, Required};

use super::super::App;
use super::{Description, intake, reading};
use crate::access::Signed;
use crate::access::api::Caller;
use crate::documents::french_size;
use crate::platform::api::in_problem_documents;
use crate::platform::config::Config;
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
                            a href=(trial(one)) { (one.summary()) }
                        }
                        td.mono data-l="Adresse" { (one.method) " " (one.path) }
                    } } }
                }
            }
        }
    };
    signed.page("API", &body)
}

fn trial(one: &Listed<'_>) -> String {
    let path: String = form_urlencoded::byte_serialize(one.path.as_bytes()).collect();
    match one.method {
        Method::GET => format!("/api/essai?adresse={path}"),
        _ => format!("/api/essai?adresse={path}&demande={}", one.method),
    }
}

/// What is tried: an address of the document, and its parameters by name.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct Tried {
    adresse: String,
    /// The method, where it is not to read.
    demande: Option<String>,
    /// Whether the form was sent.
    envoyer: Option<String>,
    #[serde(flatten)]
    given: BTreeMap<String, String>,
}

/// `GET /api/essai`: an operation, with a form for its parameters, the command that asks it and,
/// where it reads, what it answers to whoever is signed in. Nothing is written from here.
pub(in crate::site) async fn trial_page(
    signed: Signed,
    State(app): State<App>,
    State(config): State<Arc<Config>>,
    Query(tried): Query<Tried>,
) -> WebResult<Markup> {
    let description = Description::from_ref(&app);
    let operations = listed(&description.document);
    let method = tried.demande.as_deref().unwrap_or("GET");
    let found = operations
        .iter()
        .find(|one| one.method.as_str() == method && one.path == tried.adresse);
    let one = found.ok_or(WebError::NotFound)?;
    let asked = address(one, &tried.given);
    let site = config.public_url.trim_end_matches('/');
    let answer = match tried.envoyer {
        Some(_) if one.method == Method::GET => Some(ask(app, &signed, &asked).await?),
        _ => None,
    };
    let body = html! {
        (crumbs(&[
            Crumb { label: "API", href: Some("/api".to_owned()) },
            Crumb { label: one.summary(), href: None },
        ]))
        div.head { h1 { (one.summary()) } p.lead.mono { (one.method) " " (one.path) } }
        (form(one, &tried.given))
        @if let Some((status, answer)) = answer {
            section.sect aria-labelledby="reponse" {
                (section_heading("reponse", &format!("Réponse {}", status.as_u16()), None))
                p.mono { "GET " (asked) }
                (shown(&answer, page_of(one, &tried.given).as_deref()))
            }
        }
        section.sect aria-labelledby="commande" {
            (section_heading("commande", "Depuis un programme", None))
            p { "La même demande, avec l’" a href="/moi/acces" { "accès" } " de ce programme à la place de « jalon_… »." }
            div.scroll tabindex="0" role="region" aria-label="Commande, défilable" {
                pre { (command(one, &format!("{site}{asked}"), &tried.given)) }
            }
        }
    };
    Ok(signed.page(one.summary(), &body))
}

fn form(one: &Listed<'_>, given: &BTreeMap<String, String>) -> Markup {
    html! {
        form.simple method="get" action="/api/essai" {
            input type="hidden" name="adresse" value=(one.path);
            @if one.method == Method::GET { input type="hidden" name="envoyer" value="1"; }
            @else { input type="hidden" name="demande" value=(one.method); }
            @for parameter in one.parameters() {
                @let (name, id) = (&parameter.name, format!("p-{}", parameter.name));
                @let typed = given.get(name).map_or("", String::as_str);
                div.field {
                    label.mono for=(id) { (name) }
                    p.hint id={ (id) "-aide" } { (parameter.description.as_deref().unwrap_or_default()) }
                    input id=(id) name=(name) value=(typed) autocomplete="off" required[parameter.parameter_in == ParameterIn::Path] aria-describedby={ (id) "-aide" };
                }
            }
            p.acts { button.btn.main type="submit" { @if one.method == Method::GET { "Essayer" } @else { "Composer la commande" } } a.btn href="/api" { "Toutes les demandes" } }
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
        if *parameter_in == ParameterIn::Query && !typed.is_empty() {
            query.append_pair(name, typed);
        }
    }
    match query.finish().as_str() {
        "" => path,
        query => format!("{path}?{query}"),
    }
}

/// The command that asks an operation, with its headers and the file that holds what is sent.
fn command(one: &Listed<'_>, address: &str, given: &BTreeMap<String, String>) -> String {
    let mut words = vec!["curl".to_owned()];
    if one.method != Method::GET {
        words.push(format!("-X {}", one.method));
    }
    words.push(with_header("Authorization", "Bearer jalon_…"));
    for Parameter {
        name,
        parameter_in,
        required,
        ..
    } in one.parameters()
    {
        let typed = typed(given, name);
        let is_asked = *required == Required::True || !typed.is_empty();
        if *parameter_in == ParameterIn::Header && is_asked {
            words.push(with_header(
                name,
                if typed.is_empty() { "…" } else { typed },
            ));
        }
    }
    let media = match &one.operation.request_body {
        Some(RefOr::T(body)) => body.content.keys().next(),
        Some(RefOr::Ref(_)) | None => None,
    };
    match media.map(String::as_str) {
        None => {}
        Some("multipart/form-data") => words.push("-F \"file=@valeurs.csv\"".to_owned()),
        Some(media) => {
            words.push(with_header("Content-Type", media));
            words.push("--data-binary @corps".to_owned());
        }
    }
    words.push(quoted(address));
    words.join(" \\\n  ")
}

fn with_header(name: &str, value: &str) -> String {
    format!("-H {}", quoted(&format!("{name}: {value}")))
}

/// A text as one word of a command.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
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
