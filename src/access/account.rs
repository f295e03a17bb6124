//! `/moi`: one's own account: the password, the sessions under way.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::Session;

use super::door::Door;
use super::event::Kept;
use super::event::{self, Event, EventKind};
use super::fields::password_field;
use super::grant::pages::PEOPLE;
use super::letter::{self, Warning};
use super::openid::Provider;
use super::origin::{Origin, browser_words};
use super::password::{NewPassword, PASSWORD_HINT};
use super::permit::{Act as _, permit};
use super::session::{OpenSession, own_digest};
use super::signed::Signed;
use super::store::{self, ChangePassword};
use super::{factor, openid, passkey, token};
use crate::kernel::{hex, sentence};
use crate::ledger::Change;
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::Db;
use crate::platform::mail::{self, Post};
use crate::platform::web::{WebError, WebResult, document_with_status, section_heading, state};

/// Where the page stands.
pub(super) const PATH: &str = "/moi";
const TITLE: &str = "Mon compte";

/// The form, as typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default, rename = "password_now")]
    now: String,
    #[serde(default, rename = "password_new")]
    new: String,
    #[serde(default, rename = "password_again")]
    again: String,
}

/// What is wrong with what was typed, field by field.
#[derive(Debug, Default)]
struct Mistakes {
    now: Option<String>,
    new: Option<String>,
    again: Option<String>,
}

/// What the page tells beside what stands there.
#[derive(Debug, Default)]
struct Told<'a> {
    /// What was just done, by its word in the address.
    done: &'a str,
    /// What is wrong with the passwords typed.
    mistakes: Mistakes,
    /// What is wrong with what was typed in another part of the page, by its name.
    part: Option<(&'a str, &'a str)>,
}

impl<'a> Told<'a> {
    fn in_part(&self, name: &str) -> Option<&'a str> {
        let (part, mistake) = self.part?;
        (part == name).then_some(mistake)
    }
}

impl Mistakes {
    fn any(&self) -> bool {
        self.now.is_some() || self.new.is_some() || self.again.is_some()
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    fait: String,
}

pub(super) async fn page(
    signed: Signed,
    session: Session,
    State(db): State<Db>,
    State(provider): State<Provider>,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> WebResult<Markup> {
    let told = Told {
        done: &asked.fait,
        ..Told::default()
    };
    let body = body(&signed, &session, &db, &provider, &told).await?;
    Ok(signed.page(TITLE, &body))
}

/// The page once more, with what is wrong in one of its parts.
pub(super) async fn page_again(
    signed: &Signed,
    session: &Session,
    at: &Door,
    provider: &Provider,
    part: (&str, &str),
) -> WebResult<Response> {
    let told = Told {
        part: Some(part),
        ..Told::default()
    };
    let body = body(signed, session, at.db(), provider, &told).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

/// Changes the password of whoever knows the one they have; their other sessions end.
pub(super) async fn change_password(
    signed: Signed,
    session: Session,
    at: Door,
    origin: Origin,
    State(post): State<Post>,
    State(provider): State<Provider>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let (person, address) = (signed.person.id, signed.person.email.clone());
    let new = NewPassword::new(&typed.new, &signed.person.name, &address);
    let mut mistakes = Mistakes {
        now: None,
        new: new.as_ref().err().map(|e| sentence(&e.to_string())),
        again: (typed.new != typed.again)
            .then(|| "Les deux saisies diffèrent : retapez le nouveau mot de passe.".to_owned()),
    };
    let confirmed = at.confirm(&signed.person, &origin, &typed.now).await?;
    mistakes.now = confirmed.mistake().map(str::to_owned);
    let (Ok(new), false) = (new, mistakes.any()) else {
        let told = Told {
            mistakes,
            ..Told::default()
        };
        let body = body(&signed, &session, at.db(), &provider, &told).await?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(document_with_status(status, signed.view(), TITLE, &body));
    };
    let digest = new.digest().await.map_err(WebError::internal)?;
    let change = Change::open(at.db(), at.clock(), signed.actor(), ChangePassword::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<ChangePassword>(&mut change, person).await?;
    let changed = store::change_password(&mut change, permit, digest, own_digest(&session)).await;
    changed.map_err(WebError::internal)?;
    let warning = letter::warning(&signed.person, Warning::PasswordChanged, change.at());
    mail::store::write(change.tx(), at.clock(), &[warning]).await?;
    change.commit().await.map_err(WebError::internal)?;
    // The identifier of a session never outlives a change of what it opens.
    session.cycle_id().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to("/moi?fait=mot-de-passe").into_response())
}

/// Ends one of one's sessions.
pub(super) async fn end_session(
    signed: Signed,
    origin: Origin,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(id): Path<String>,
) -> WebResult<Redirect> {
    let mut tx = db.write_aside().await?;
    let sessions = store::sessions_of(&mut tx, signed.reach()).await?;
    let found = sessions.into_iter().find(|open| hex(&open.id) == id);
    let found = found.ok_or(WebError::NotFound)?;
    store::delete_session(&mut tx, found.id).await?;
    let ended = Event {
        kind: EventKind::EndSession,
        person: Some(signed.person.id),
        account: None,
        device: None,
        origin: origin.address.as_deref(),
        done: true,
        detail: None,
    };
    event::store::keep(&mut tx, &clock, &ended).await?;
    tx.commit().await?;
    Ok(Redirect::to("/moi?fait=session#sessions"))
}

async fn body(
    signed: &Signed,
    session: &Session,
    db: &Db,
    provider: &Provider,
    told: &Told<'_>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let mistake = told.in_part("identites");
    let identities = openid::own::section(&mut tx, signed, provider, mistake).await?;
    drop(tx);
    let sessions = store::sessions_of(&mut db.read().await?, signed.reach()).await?;
    let has_factor = factor::store::is_set_up(&mut db.read().await?, signed.person.id).await?;
    let account = event::account_mark(&store::fold_email(&signed.person.email));
    let events = event::store::own(&mut db.read().await?, signed.reach(), account).await?;
    let own = own_digest(session);
    Ok(html! {
        div.head {
            h1 { (TITLE) }
            p.lead { (signed.person.name) ", " span.mono { (signed.person.email) } }
        }
        @match told.done {
            "mot-de-passe" => div.flag.ok role="status" { p { "Votre mot de passe est changé ; vos autres sessions sont terminées." } },
            "identite" => div.flag.ok role="status" { p { "Votre identité est liée : elle ouvre désormais votre compte." } },
            "identite-retiree" => div.flag.ok role="status" { p { "L’identité est retirée : elle n’ouvre plus votre compte." } },
            "session" => div.flag.ok role="status" { p { "La session est terminée." } },
            _ => {}
        }
        (password(&told.mistakes))
        (identities)
        section.sect aria-labelledby="code" {
            (section_heading("code", "Double authentification", None))
            p { @if has_factor { (state("ok", "ok", "En place")) ". " } @else { (state("warn", "bang", "Pas encore en place")) ". " }
                a href=(factor::PATH) { @if has_factor { "Régler la double authentification" } @else { "Mettre en place la double authentification" } }
                " : un code de votre téléphone est demandé après le mot de passe." }
            p { a href=(passkey::own::PATH) { "Clés d’accès" } " : votre appareil vous reconnaît et ouvre votre compte, sans mot de passe ni code." }
        }
        (list(&sessions, own.as_deref()))
        (accesses(&events))
        section.sect aria-labelledby="programmes" {
            (section_heading("programmes", "Droits, journal et programmes", None))
            p { a href={ (PEOPLE) "/" (signed.person.id) } { "Mes habilitations" } " : ce que je peux faire, jusqu’à quand, et la délégation. " a href=(PEOPLE) { "Toutes les personnes" } "." }
            p { a href={ "/journal?personne=" (signed.person.id) } { "Ce que j’ai fait dans Jalon" } " : tout ce que le journal garde en votre nom." }
            p { a href=(token::pages::PATH) { "Mes accès par programme" } " : ce qui laisse un tableur ou un autre programme agir en votre nom." }
        }
    })
}

fn password(mistakes: &Mistakes) -> Markup {
    html! {
        section.sect aria-labelledby="mot-de-passe" {
            (section_heading("mot-de-passe", "Mot de passe", None))
            form.simple method="post" action="/moi/mot-de-passe" {
                (password_field("password_now", "Mot de passe actuel", "current-password", None, mistakes.now.as_deref()))
                (password_field("password_new", "Nouveau mot de passe", "new-password", Some(PASSWORD_HINT), mistakes.new.as_deref()))
                (password_field("password_again", "Nouveau mot de passe, une seconde fois", "new-password", None, mistakes.again.as_deref()))
                p.acts { button.btn.main type="submit" { "Changer le mot de passe" } }
            }
        }
    }
}

fn list(sessions: &[OpenSession], own: Option<&[u8]>) -> Markup {
    html! {
        section.sect aria-labelledby="sessions" {
            (section_heading("sessions", "Sessions ouvertes", None))
            p { "Terminez celle que vous ne reconnaissez pas, puis changez votre mot de passe." }
            table.tbl.stack {
                caption.vh { "Sessions ouvertes, la plus récente d’abord" }
                thead { tr {
                    th scope="col" { "Navigateur" } th scope="col" { "Ouverte" }
                    th scope="col" { "Dernier signe de vie" } th scope="col" { "Action" }
                } }
                tbody { @for open in sessions { (row(open, own == Some(&open.id))) } }
            }
        }
    }
}

/// What was lately done on the account, or tried.
fn accesses(events: &[Kept]) -> Markup {
    html! {
        section.sect aria-labelledby="acces" {
            (section_heading("acces", "Derniers accès", None))
            table.tbl.dense.stack {
                caption.vh { "Derniers accès, le plus récent d’abord" }
                thead { tr { th scope="col" { "Quand" } th scope="col" { "Quoi" } th scope="col" { "D’où" } } }
                tbody { @for event in events { tr {
                    th scope="row" { (french_instant(event.at)) }
                    td data-l="Quoi" { (event.kind.french(event.done)) @if let Some(detail) = &event.detail { span.sub.mono { (detail) } } }
                    td data-l="D’où" { (event.origin.as_deref().unwrap_or("—")) }
                } } }
            }
        }
    }
}

fn row(open: &OpenSession, is_own: bool) -> Markup {
    let words = browser_words(&open.agent);
    let words = words.as_deref().unwrap_or("Navigateur non reconnu");
    html! { tr {
        th scope="row" { (words) @if let Some(address) = &open.address { span.sub { "depuis " (address) } } }
        td data-l="Ouverte" { (french_instant(open.started_at)) }
        td data-l="Dernier signe de vie" { (french_instant(open.seen_at)) }
        td data-l="Action" { @if is_own { (state("ok", "ok", "Celle-ci")) } @else {
            form method="post" action={ "/moi/sessions/" (hex(&open.id)) "/terminer" } {
                button.btn.sm.warn type="submit" { "Terminer" span.vh { " : " (words) ", " (french_instant(open.started_at)) } }
            }
        } }
    } }
}
