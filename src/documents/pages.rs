//! Giving documents back, replacing them, and the list of them that other pages show.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::receive::french_size;
use super::tables::{VERSIONS_IN_FILES, versions};
use super::{AboutKind, AttachDocument, Document, Media, ReplaceDocument, Version, receive, store};
use crate::access::{Act as _, Concern, NotPermitted, Reach, Signed, button_or_why, may, permit};
use crate::journal::history_href;
use crate::ledger::Change;
use crate::platform::clock::{Clock, french_instant};
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::{
    Address, Crumb, Shell, WebError, WebResult, crumbs, icon, local_path, section_heading,
};
use crate::tables::downloads;

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Arc<Config>: FromRef<S>,
{
    Router::new()
        .route("/documents/{id}", get(page).post(submit))
        .route("/documents/{id}/{no}", get(download))
        // The limit is counted as the file arrives, by `receive`.
        .layer(DefaultBodyLimit::disable())
}

/// `/documents/{id}/{no}`: a version, always as a file to save and never shown in the site.
async fn download(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path((id, no)): Path<(Uuid, i64)>,
) -> WebResult<Response> {
    let mut tx = db.read().await?;
    let document = store::document(&mut tx, (signed.reach(), clock.today()), id).await?;
    let document = document.ok_or(WebError::NotFound)?;
    let version = document.versions.iter().find(|version| version.no == no);
    let version = version.ok_or(WebError::NotFound)?;
    let bytes = store::bytes(&mut tx, &version.sha).await?;
    let bytes = bytes.ok_or(WebError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, version.media.name().to_owned()),
        (header::CONTENT_DISPOSITION, saved_as(&version.name)),
    ];
    Ok((headers, bytes).into_response())
}

/// The header that has a browser save an answer under that name: in plain letters for old
/// programs, as it is for the others.
pub fn saved_as(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let exact = encoded(name).replace('+', "%20");
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    retour: String,
}

/// `/documents/{id}`: its versions, and the form that replaces it.
async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(id): Path<Uuid>,
    (address, Query(asked)): (Address, Query<Asked>),
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let document = store::document(&mut tx, (signed.reach(), clock.today()), id).await?;
    let replacing = may::<ReplaceDocument>(&mut tx, signed.reach(), &id).await?;
    drop(tx);
    let document = document.ok_or(WebError::NotFound)?;
    let current = &document.versions[0];
    let back = local(&asked.retour);
    let body = html! {
        (crumbs(&[
            match back.filter(|back| *back != "/documents") {
                Some(back) => Crumb { label: "Page précédente", href: Some(back.to_owned()) },
                None => Crumb { label: "Documents", href: Some("/documents".to_owned()) },
            },
            Crumb { label: &current.name, href: None },
        ]))
        div.head {
            p.eyebrow { "Document " (current.media.french()) ", " (french_size(current.size)) }
            h1 { (current.name) }
            p.acts { a.btn.main href=(href(&document, current)) { "Télécharger" } a.btn href=(history_href(id)) { "Historique" } }
        }
        section.sect aria-labelledby="versions-titre" {
            (section_heading("versions-titre", "Versions", None))
            (versions(&document).without(&VERSIONS_IN_FILES).html(&address))
            (downloads("versions", "Les versions du document", &[("document", &id.to_string())], &Address::of("/documents")))
        }
        section.sect aria-labelledby="remplacer-titre" {
            (section_heading("remplacer-titre", "Remplacer ce document", None))
            (button_or_why(replacing.as_ref().map(|&()| ()), "Remplacer ce document", &replace_form(back)))
            p.note { "La version précédente reste lisible." }
        }
    };
    Ok(signed.page(&current.name, &body))
}

fn replace_form(back: Option<&str>) -> Markup {
    html! {
        form method="post" enctype="multipart/form-data" {
            (file_field("remplacer", true))
            div.field {
                label for="motif" { "Motif du remplacement" }
                textarea #motif name="motif" rows="2" required {}
            }
            @if let Some(back) = back { input type="hidden" name="retour" value=(back); }
            p.acts { button.btn type="submit" { "Remplacer" } }
        }
    }
}

async fn submit(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(config): State<Arc<Config>>,
    Path(id): Path<Uuid>,
    form: Multipart,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    // Its author may replace it for as long as they may see it.
    let seen = store::document(&mut tx, (signed.reach(), clock.today()), id).await?;
    seen.ok_or(WebError::NotFound)?;
    let allowed = may::<ReplaceDocument>(&mut tx, signed.reach(), &id).await?;
    drop(tx);
    allowed.map_err(NotPermitted::from)?;
    let received = receive(form, &config).await?;
    let why = received.text("motif").to_owned();
    let back = match local(received.text("retour")) {
        Some(back) => format!("?retour={}", encoded(back)),
        None => String::new(),
    };
    if why.is_empty() {
        return Err(WebError::Invalid(
            "Dites pourquoi ce document remplace le précédent.".to_owned(),
        ));
    }
    let upload = received.into_file()?;
    let change = Change::open(&db, &clock, signed.actor(), ReplaceDocument::NAME).await;
    let mut change = change.map_err(WebError::internal)?.because(why.clone());
    let seen = store::document(change.tx(), (signed.reach(), clock.today()), id).await?;
    seen.ok_or(WebError::NotFound)?;
    let permit = permit::<ReplaceDocument>(&mut change, id).await?;
    let replaced = store::replace(&mut change, permit, &upload, &why).await;
    if !replaced.map_err(WebError::internal)? {
        return Err(WebError::NotFound);
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/documents/{id}{back}")))
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// An address of this site, to come back to.
fn local(path: &str) -> Option<&str> {
    Some(local_path(path)).filter(|local| !path.is_empty() && *local == path)
}

fn href(document: &Document, version: &Version) -> String {
    format!("/documents/{}/{}", document.id, version.no)
}

/// The choice of a file; `name` tells apart the fields of one page.
fn file_field(name: &str, required: bool) -> Markup {
    html! {
        div.field {
            label for={ "fichier-" (name) } { "Fichier" @if !required { " (facultatif)" } }
            input id={ "fichier-" (name) } type="file" name="fichier" accept=(Media::accepted()) required[required] aria-describedby={ "aide-" (name) };
            p.hint id={ "aide-" (name) } { "PDF, XLSX, ODS, DOCX, ODT, CSV, PNG ou JPEG ; ni macros, ni page web." }
        }
    }
}

/// The list of documents of a page, with a form that attaches another one.
///
/// `action` is where the form goes, `back` the page shown, `extra` the fields that the page adds
/// before the file; `concern` is what another document would concern.
pub fn section(
    (heading, documents): (&str, &[Document]),
    (action, back): (&str, &str),
    extra: &Markup,
    (reach, concern): (&Reach, Concern),
) -> Markup {
    const ATTACH: &str = "Joindre un document";
    let form = html! {
        details.more {
            summary { (ATTACH) }
            form method="post" action=(action) enctype="multipart/form-data" {
                (extra)
                (file_field("joindre", true))
                p.acts { button.btn type="submit" { "Joindre" } }
            }
        }
    };
    html! {
        section.sect aria-labelledby="documents-titre" {
            (section_heading("documents-titre", heading, Some(html! { a href="/documents" { "Tous les documents" } })))
            (list(documents, back))
            (reach.offers::<AttachDocument>(&[concern], ATTACH, &form))
        }
    }
}

/// Documents, with what they are about, who attached them and their earlier versions.
pub fn list(documents: &[Document], back: &str) -> Markup {
    let (page, back) = (back, encoded(back));
    html! {
        @if documents.is_empty() {
            p.muted { "Aucun document n’est joint ici. " a href="/documents" { "Voir ceux qui le sont ailleurs" } }
        }
        @else { table.tbl.stack {
            caption.vh { "Documents joints" }
            thead { tr {
                th scope="col" { "Fichier" } th scope="col" { "Période" }
                th scope="col" { "Joint" } th scope="col" { "Versions" }
            } }
            tbody { @for document in documents { (row(document, &back)) } }
        } (taken_away(documents, page)) }
    }
}

/// What the list can be taken away as: that of an indicator, a term or a contest by its subject
/// alone, whatever the period of each; that of a value by its place and its period too.
fn taken_away(documents: &[Document], page: &str) -> Markup {
    let Some(about) = documents.first().map(|document| &document.about) else {
        return html! {};
    };
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let page = Address::of(path).and_query(query);
    let mut named = vec![("sujet", about.subject.as_str())];
    if about.kind == AboutKind::Value {
        named.push(("genre", "valeur"));
        named.push(("territoire", &about.place));
        named.push(("periode", &about.period));
    }
    downloads("documents", "La liste des documents", &named, &page)
}

fn row(document: &Document, back: &str) -> Markup {
    let current = &document.versions[0];
    let versions = document.versions.len();
    html! {
        tr {
            th scope="row" {
                a href=(href(document, current)) download { (icon("get")) " " (current.name) }
                span.sub { (current.media.french()) ", " (french_size(current.size)) }
            }
            td data-l="Période" { @if document.about.period.is_empty() { "–" } @else { (document.about.period) } }
            td data-l="Joint" { (french_instant(current.at)) @if let Some(who) = &current.who { span.sub { (who) } } }
            td data-l="Versions" { a href={ "/documents/" (document.id) "?retour=" (back) } {
                @if versions > 1 { (versions) " versions" } @else { "Remplacer" }
                span.vh { " de " (current.name) }
            } }
        }
    }
}

/// The choice of a file that a form of another page holds.
pub fn optional_file() -> Markup {
    file_field("piece", false)
}
