//! `/contrats/{slug}/note`: the confidential note, for the few who may read it.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::open::{contract_path, told};
use super::parts::{flag, mark};
use crate::access::{Act as _, Denied, Signed, button_or_why, kept_as_opened, may, permit};
use crate::contracts::note::{Note, SLOT, Version, read_text};
use crate::contracts::store::{ContractError, load, note_of, sealed_version, write_note};
use crate::contracts::{Contract, Desk, FullContract, WriteNote};
use crate::kernel::hex;
use crate::ledger::{Change, LedgerError, history_href};
use crate::platform::clock::french_instant;
use crate::platform::web::{
    Crumb, WebError, WebResult, crumbs, document_with_status, section_heading,
};
use crate::sealed::{Keyring, Place};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// The version to read; the last where none is named.
    version: Option<i64>,
    #[serde(default)]
    fait: String,
}

/// The form, as typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    note: String,
    /// The last version that its writer saw.
    #[serde(default)]
    vu: i64,
}

/// The note as somebody may read it.
struct Opened {
    full: FullContract,
    note: Note,
    writing: Result<(), Denied>,
    /// Whether anything can be sealed or opened here.
    has_key: bool,
}

impl Opened {
    fn contract(&self) -> &Contract {
        &self.full.contract
    }

    fn path(&self) -> String {
        format!("{}/note", contract_path(&self.contract().slug))
    }
}

async fn open(desk: &Desk, keyring: &Keyring, signed: &Signed, slug: &str) -> WebResult<Opened> {
    let mut tx = desk.db.read().await?;
    let full = load(&mut tx, signed.reach(), slug).await?;
    let full = full.ok_or(WebError::NotFound)?;
    let id = full.contract.id;
    let note = note_of(&mut tx, signed.reach(), id).await?;
    let writing = may::<WriteNote>(&mut tx, signed.reach(), &id).await?;
    Ok(Opened {
        full,
        note,
        writing,
        has_key: keyring.is_set(),
    })
}

/// What a version says, or why it cannot be read.
async fn text_of(
    desk: &Desk,
    keyring: &Keyring,
    note: &Note,
    version: &Version,
) -> WebResult<Result<String, &'static str>> {
    const GONE: &str = "Cette version ne peut pas être lue : ce qui est gardé n’est pas ce qui a été scellé. Prévenez votre administrateur technique (jalon seal check).";
    const CLOSED: &str = "Cette version ne peut pas être ouverte : la clé qui la scelle manque sur le serveur, ou n’est pas la bonne. Rien n’est perdu tant que cette clé est gardée quelque part : prévenez votre administrateur technique (jalon seal check).";
    let Some(id) = note.id else {
        return Ok(Err(GONE));
    };
    let place = Place::new(id, SLOT, version.no);
    let mut tx = desk.db.read().await?;
    let sealed = sealed_version(&mut tx, &place, version).await?;
    drop(tx);
    let Some(sealed) = sealed else {
        return Ok(Err(GONE));
    };
    match keyring.open(&place, &sealed).await {
        Ok(plain) => Ok(plain.text().map(str::to_owned).ok_or(GONE)),
        Err(error) => {
            tracing::error!(%error, "a confidential note does not open");
            Ok(Err(CLOSED))
        }
    }
}

pub(super) async fn page(
    State(desk): State<Desk>,
    State(keyring): State<Keyring>,
    signed: Signed,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> WebResult<Response> {
    let opened = open(&desk, &keyring, &signed, &slug).await?;
    let version = match asked.version {
        Some(no) => Some(opened.note.version(no).ok_or(WebError::NotFound)?),
        None => opened.note.versions.first(),
    };
    let read = match version {
        Some(version) => {
            let text = text_of(&desk, &keyring, &opened.note, version).await?;
            Some((version, text))
        }
        None => None,
    };
    let said = (asked.fait == "ecrite").then(|| {
        flag(
            "ok",
            "La note est enregistrée et scellée. Le journal garde votre nom, l’instant et une empreinte, rien du texte.",
        )
    });
    let last = match &read {
        Some((version, Ok(text))) if version.no == opened.note.last() => text.clone(),
        _ => String::new(),
    };
    let body = body(&opened, said, read.as_ref(), &last);
    let was_read = read.is_some_and(|(_, text)| text.is_ok());
    let page = signed.page(&title(&opened), &body).into_response();
    Ok(if was_read {
        kept_as_opened(page, opened.path())
    } else {
        page
    })
}

pub(super) async fn write(
    State(desk): State<Desk>,
    State(keyring): State<Keyring>,
    signed: Signed,
    Path(slug): Path<String>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let opened = open(&desk, &keyring, &signed, &slug).await?;
    if let Err(denied) = opened.writing {
        return Err(WebError::Forbidden(denied.sentence));
    }
    let text = match read_text(&typed.note) {
        Ok(text) => text,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(again(&signed, &opened, status, &wrong, &typed.note));
        }
    };
    if !keyring.is_set() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(again(&signed, &opened, status, NO_KEY, &typed.note));
    }
    let done = Redirect::to(&format!("{}?fait=ecrite", opened.path())).into_response();
    // The same text sent twice, by a double click or a page sent again, is one version.
    if let Some(last) = opened.note.versions.first()
        && text_of(&desk, &keyring, &opened.note, last).await? == Ok(text.clone())
    {
        return Ok(done);
    }
    let note = opened.note.id.unwrap_or_else(|| desk.clock.new_id());
    let place = Place::new(note, SLOT, typed.vu + 1);
    let sealed = keyring.seal(&place, text.as_bytes()).await;
    let sealed = sealed.map_err(WebError::internal)?;
    let change = Change::open(&desk.db, &desk.clock, signed.actor(), WriteNote::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<WriteNote>(&mut change, opened.contract().id).await?;
    match write_note(&mut change, permit, (&place, &sealed)).await {
        Ok(()) => {}
        Err(ContractError::Ledger(LedgerError::Stale(_))) => {
            drop(change);
            let opened = open(&desk, &keyring, &signed, &slug).await?;
            let status = StatusCode::CONFLICT;
            return Ok(again(&signed, &opened, status, MOVED_ON, &typed.note));
        }
        Err(error) => return Err(told(error)),
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(done)
}

const NO_KEY: &str = "Rien n’est enregistré : aucune clé de scellement n’est réglée sur ce serveur. Gardez votre texte et prévenez votre administrateur technique.";
const MOVED_ON: &str = "Rien n’est enregistré : une autre version a été écrite depuis que vous avez ouvert cette page. Relisez-la dans la liste ci-dessous, reprenez-en ce qu’il faut dans votre texte, qui est gardé, puis enregistrez.";

/// The page again, with what was typed and what is wrong.
fn again(
    signed: &Signed,
    opened: &Opened,
    status: StatusCode,
    wrong: &str,
    typed: &str,
) -> Response {
    let body = body(opened, Some(flag("late", wrong)), None, typed);
    document_with_status(status, signed.view(), &title(opened), &body)
}

fn title(opened: &Opened) -> String {
    format!("Note confidentielle, {}", opened.contract().title)
}

fn body(
    opened: &Opened,
    said: Option<Markup>,
    read: Option<&(&Version, Result<String, &'static str>)>,
    typed: &str,
) -> Markup {
    let contract = opened.contract();
    let trail = [
        Crumb {
            label: "Contrats",
            href: Some("/contrats".to_owned()),
        },
        Crumb {
            label: &contract.title,
            href: Some(contract_path(&contract.slug)),
        },
        Crumb {
            label: "Note confidentielle",
            href: None,
        },
    ];
    html! {
        (crumbs(&trail))
        div.head {
            p.eyebrow { (contract.title) (mark(contract)) }
            h1 { "Note confidentielle" }
            p.lead { "Écrite par le directeur général de l’agence, lue par lui, par la coordination nationale et par le secrétaire général, et par personne d’autre. Elle est chiffrée dans la base ; elle n’est ni dans la recherche, ni dans les tableaux, les dossiers et les sauvegardes lisibles, ni chez les administrateurs." }
            @if let Some(id) = opened.note.id { p.acts { a.btn.sm href=(history_href(id)) { "Historique" } } }
        }
        @if let Some(said) = said { (said) }
        @if !opened.has_key { (flag("warn", "Aucune clé de scellement n’est réglée sur ce serveur : aucune note ne peut être écrite ni ouverte. Demandez-la à votre administrateur technique.")) }
        @if let Some((version, text)) = read { (reading(opened, version, text)) }
        @else if opened.note.versions.is_empty() && opened.writing.is_err() { p { "Aucune note n’est encore écrite sur ce contrat." } }
        @if opened.has_key { (writing(opened, typed)) }
        @if !opened.note.versions.is_empty() { (versions(opened)) }
    }
}

fn reading(opened: &Opened, version: &Version, text: &Result<String, &'static str>) -> Markup {
    let is_last = version.no == opened.note.last();
    html! {
        section.sect aria-labelledby="texte" {
            (section_heading("texte", if is_last { "La note" } else { "Une version antérieure" }, None))
            @match text {
                Ok(text) => div.prose { @for part in text.split("\n\n") {
                    p { @for (rank, line) in part.lines().enumerate() { @if rank > 0 { br; } (line) } }
                } },
                Err(why) => (flag("late", why)),
            }
            p.note { "Version " (version.no) ", " (by(version)) "." }
        }
    }
}

fn by(version: &Version) -> String {
    let who = version.who.as_deref().unwrap_or("une personne effacée");
    format!("{who}, {}", french_instant(version.at))
}

fn writing(opened: &Opened, typed: &str) -> Markup {
    let is_first = opened.note.versions.is_empty();
    let title = if is_first {
        "Écrire la note"
    } else {
        "Écrire une nouvelle version"
    };
    let form = html! {
        form.simple method="post" action=(opened.path()) {
            input type="hidden" name="vu" value=(opened.note.last());
            div.field {
                label for="note" { "Texte de la note" }
                p.hint #note-aide { "Les versions précédentes sont gardées. Un paragraphe par ligne vide." }
                textarea #note name="note" rows="12" aria-describedby="note-aide" autocomplete="off" { "\n" (typed) }
            }
            p.acts { button.btn.main type="submit" { "Enregistrer et sceller" } }
        }
    };
    html! {
        section.sect aria-labelledby="ecrire" {
            (section_heading("ecrire", title, None))
            (button_or_why(opened.writing.as_ref().map(|&()| ()), title, &form))
        }
    }
}

fn versions(opened: &Opened) -> Markup {
    html! {
        section.sect aria-labelledby="versions" {
            (section_heading("versions", "Versions", None))
            table.tbl.stack {
                caption.vh { "Versions de la note, la dernière d’abord" }
                thead { tr { th scope="col" { "Version" } th scope="col" { "Écrite par" } th scope="col" { "Empreinte du texte scellé" } } }
                tbody { @for version in &opened.note.versions { tr {
                    th scope="row" { a href={ (opened.path()) "?version=" (version.no) } { "Version " (version.no) } }
                    td data-l="Écrite par" { (by(version)) }
                    td.x data-l="Empreinte" { span.mono { (hex(&version.digest).chars().take(16).collect::<String>()) "…" } }
                } } }
            }
        }
    }
}
