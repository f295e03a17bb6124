//! `/imports/nouveau`: sending a file with what is said beside it.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::multipart::{Field as Part, Multipart, MultipartError, MultipartRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::parts::{flag, trail};
use crate::access::{Concern, NotPermitted, Reach, Signed};
use crate::imports::{
    Begun, Field, FieldKind, Imports, Intake, Mistake, RehearseError, Said, SendFile, SentFile,
};
use crate::kernel::sentence;
use crate::ledger::{self, Actor};
use crate::platform::web::{WebError, WebResult, document_with_status};

/// The largest file that is taken: a year of figures for the whole country is some 100 kB.
pub(super) const LARGEST_FILE: usize = 32 * 1024 * 1024;

/// A text said beside a file is no longer than this.
const LONGEST_TEXT: usize = 4 * 1024;

/// A small file is read while its sender waits; a larger one shows its progress.
pub(super) const WAIT: Duration = Duration::from_secs(2);

pub(super) async fn page(
    signed: Signed,
    State(imports): State<Imports>,
    // Which kind of file, and what a link says of it already.
    Query(chosen): Query<BTreeMap<String, String>>,
) -> WebResult<Markup> {
    signed.reach().demands::<SendFile>(&[Concern::to_come()])?;
    let genre = chosen.get("genre").map_or("", String::as_str);
    let intake = intake(&imports, genre)?;
    let allowed = intake.may_be_read(signed.reach());
    allowed.map_err(NotPermitted::from)?;
    let mut tx = imports.db.read().await?;
    let fields = intake.fields(&mut tx, signed.reach()).await?;
    let kinds = kinds(&imports, intake, signed.reach());
    let body = form(&kinds, intake, &fields, &chosen, &[]);
    Ok(signed.page("Déposer un fichier", &body))
}

fn intake<'i>(imports: &'i Imports, name: &str) -> WebResult<&'i dyn Intake> {
    let first = || imports.intakes.all().first().map(AsRef::as_ref);
    let found = if name.is_empty() {
        first()
    } else {
        imports.intake(name)
    };
    found.ok_or(WebError::NotFound)
}

/// What a form sent.
#[derive(Default)]
pub(in crate::imports) struct Sent {
    pub(in crate::imports) texts: BTreeMap<String, String>,
    pub(in crate::imports) file: Option<(String, Vec<u8>)>,
}

pub(super) async fn receive(
    signed: Signed,
    State(imports): State<Imports>,
    form: Result<Multipart, MultipartRejection>,
) -> WebResult<Response> {
    signed.reach().demands::<SendFile>(&[Concern::to_come()])?;
    let sent = match form {
        Ok(form) => sent(form, "fichier").await,
        Err(_) => Err(Unread::Broken),
    };
    let sent = match sent {
        Ok(sent) => sent,
        // The frame around every page says it in French.
        Err(Unread::TooLarge) => return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response()),
        Err(Unread::Broken) => return Ok(StatusCode::BAD_REQUEST.into_response()),
    };
    let genre = sent.texts.get("genre").map_or("", String::as_str);
    let intake = intake(&imports, genre)?;
    let mut tx = imports.db.read().await?;
    let beside = intake.beside(&mut tx, signed.reach(), &sent.texts).await?;
    let mut mistakes = beside.as_ref().err().cloned().unwrap_or_default();
    let file = sent.file.filter(|(_, bytes)| !bytes.is_empty());
    if file.is_none() {
        let sentence = "choisissez un fichier qui contient quelque chose".to_owned();
        mistakes.push(Mistake {
            field: "fichier",
            sentence,
        });
    }
    let (Ok(beside), Some((name, bytes))) = (beside, file) else {
        let fields = intake.fields(&mut tx, signed.reach()).await?;
        let kinds = kinds(&imports, intake, signed.reach());
        let body = self::form(&kinds, intake, &fields, &sent.texts, &mistakes);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(document_with_status(
            status,
            signed.view(),
            "Déposer un fichier",
            &body,
        ));
    };
    drop(tx);
    let file = SentFile {
        name,
        bytes,
        said: Said::beside(beside),
    };
    let begun = imports
        .receive(signed.actor(), intake.name(), &file)
        .await
        .map_err(refusal)?;
    drop(file);
    let batch = begun.batch;
    start(imports, signed.actor(), begun, WAIT).await;
    Ok(Redirect::to(&format!("/imports/{batch}")).into_response())
}

/// Reads in a task of its own, which outlives the request; it is waited for that long.
pub(in crate::imports) async fn start(
    imports: Imports,
    actor: Actor,
    begun: Begun,
    wait: Duration,
) {
    let reading = ledger::spawn(async move {
        if let Err(error) = imports.read(actor, begun).await {
            tracing::error!(%error, batch = %begun.batch, "a file could not be read");
        }
    });
    // Dropping the handle lets the task go on.
    let _ = tokio::time::timeout(wait, reading).await;
}

/// A refusal of the kernel, for the page.
pub(super) fn refusal(error: RehearseError) -> WebError {
    match error {
        RehearseError::NotPermitted(refused) => refused.into(),
        RehearseError::Unknown => WebError::NotFound,
        RehearseError::Db(error) => error.into(),
        RehearseError::NotTaken(told) => WebError::Invalid(sentence(&told.to_string())),
        told => WebError::Conflict(sentence(&told.to_string())),
    }
}

/// Why a form could not be read.
pub(in crate::imports) enum Unread {
    TooLarge,
    Broken,
}

impl From<MultipartError> for Unread {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge
        } else {
            Self::Broken
        }
    }
}

/// A form with a file in the field of that name.
pub(in crate::imports) async fn sent(
    mut form: Multipart,
    file_field: &str,
) -> Result<Sent, Unread> {
    let mut sent = Sent::default();
    while let Some(mut part) = form.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == file_field {
            let file = file_name(&part);
            sent.file = Some((file, bytes(&mut part, LARGEST_FILE).await?));
        } else {
            let text = bytes(&mut part, LONGEST_TEXT).await?;
            let text = String::from_utf8_lossy(&text).replace('\0', "");
            sent.texts.insert(name, text);
        }
    }
    Ok(sent)
}

/// The name of a file without the folders that some browsers put before it.
fn file_name(part: &Part<'_>) -> String {
    let name = part.file_name().unwrap_or_default();
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    if name.is_empty() {
        "fichier sans nom".to_owned()
    } else {
        name
    }
}

/// The bytes of a part, as they arrive and no more than allowed.
async fn bytes(part: &mut Part<'_>, most: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(Unread::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn form(
    kinds: &Markup,
    intake: &dyn Intake,
    fields: &[Field],
    typed: &BTreeMap<String, String>,
    mistakes: &[Mistake],
) -> Markup {
    let mistake = |field: &str| {
        let found = mistakes.iter().find(|mistake| mistake.field == field);
        found.map(|mistake| sentence(&mistake.sentence))
    };
    let told = mistake("fichier");
    html! {
        (trail("Déposer un fichier"))
        div.head {
            p.eyebrow { (intake.french().kind) }
            h1 { "Déposer un fichier" }
            p.lead { "Jalon le lit et montre ce qu’il changerait. Rien n’est écrit avant que vous ne validiez." }
        }
        @if !mistakes.is_empty() {
            (flag("late", &html! { "Le fichier n’est pas pris : des champs sont à corriger. Choisissez-le à nouveau." }))
        }
        (kinds)
        form.simple method="post" action="/imports" enctype="multipart/form-data" {
            input type="hidden" name="genre" value=(intake.name());
            div.field {
                label for="fichier" { "Fichier" }
                p.hint #fichier-aide { "Un tableau avec une ligne d’en-tête, de " (LARGEST_FILE / 1024 / 1024) " Mo au plus." }
                input #fichier type="file" name="fichier" required aria-describedby="fichier-aide fichier-dit" aria-invalid=[told.as_ref().map(|_| "true")];
                p.s-late.told #fichier-dit { (told.unwrap_or_default()) }
            }
            @for field in fields {
                (question(field, typed.get(field.name).map_or("", String::as_str), mistake(field.name)))
            }
            p.acts { button.btn.main type="submit" { "Lire le fichier" } a.btn href="/imports" { "Annuler" } }
        }
    }
}

/// The kinds of file that somebody may have read, where there are several.
fn kinds(imports: &Imports, chosen: &dyn Intake, reach: &Reach) -> Markup {
    let all = imports.intakes.all().iter();
    let theirs: Vec<_> = all.filter(|one| one.may_be_read(reach).is_ok()).collect();
    html! {
        @if theirs.len() > 1 { nav.tabs aria-label="Genres de fichiers" { ul {
            @for intake in theirs {
                li { a href={ "/imports/nouveau?genre=" (intake.name()) } aria-current=[(intake.name() == chosen.name()).then_some("page")] { (intake.french().kind) } }
            }
        } } }
    }
}

fn question(field: &Field, typed: &str, told: Option<String>) -> Markup {
    let (name, invalid) = (field.name, told.as_ref().map(|_| "true"));
    let by = format!("{name}-aide {name}-dit");
    html! {
        div.field {
            label for=(name) { (field.label) }
            p.hint id={ (name) "-aide" } { (field.hint) }
            @match &field.kind {
                FieldKind::OneOf(choices) => {
                    select id=(name) name=(name) aria-describedby=(by) aria-invalid=[invalid] {
                        @for choice in choices { option value=(choice.value) selected[choice.value == typed] { (choice.label) } }
                    }
                }
                FieldKind::Day => {
                    input id=(name) name=(name) value=(typed) placeholder="jj/mm/aaaa" autocomplete="off" aria-describedby=(by) aria-invalid=[invalid];
                }
                FieldKind::Text => {
                    input id=(name) name=(name) value=(typed) autocomplete="off" aria-describedby=(by) aria-invalid=[invalid];
                }
            }
            p.s-late.told id={ (name) "-dit" } { (told.unwrap_or_default()) }
        }
    }
}
