//! `/moi`: one's own account: the password, the sessions under way.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;

use super::event::{self, Event, EventKind};
use super::grant::pages::PEOPLE;
use super::origin::{Origin, browser_words};
use super::password::{check_password, hash_password, verify_password};
use super::permit::{Act, permit};
use super::policy::Concern;
use super::session::{OpenSession, own_digest};
use super::signed::Signed;
use super::{store, token};
use crate::kernel::{hex, sentence};
use crate::ledger::Change;
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{WebError, WebResult, document_with_status, section_heading, state};

/// Where the page stands.
pub(super) const PATH: &str = "/moi";
const TITLE: &str = "Mon compte";

/// Changing the password of an account.
#[derive(Debug)]
pub struct ChangePassword;

impl Act for ChangePassword {
    /// The person.
    type Thing = Uuid;
    const NAME: &'static str = "person.password";

    async fn concerns(_tx: &mut Tx, person: &Uuid) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of_person(*person)])
    }
}

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
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> WebResult<Markup> {
    let body = body(&signed, &session, &db, &asked.fait, &Mistakes::default()).await?;
    Ok(signed.page(TITLE, &body))
}

/// Changes the password of whoever knows the one they have; their other sessions end.
pub(super) async fn change_password(
    signed: Signed,
    session: Session,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let (person, address) = (signed.person.id, signed.person.email.clone());
    let known = store::credentials(&mut db.read().await?, &address).await?;
    let stored = known.and_then(|(_, stored)| stored);
    let mut mistakes = Mistakes {
        now: None,
        new: check_password(&typed.new)
            .err()
            .map(|e| sentence(&e.to_string())),
        again: (typed.new != typed.again)
            .then(|| "Les deux saisies diffèrent : retapez le nouveau mot de passe.".to_owned()),
    };
    if !verify_password(typed.now.clone(), stored).await {
        mistakes.now = Some("Ce n’est pas votre mot de passe actuel.".to_owned());
    }
    if mistakes.any() {
        let body = body(&signed, &session, &db, "", &mistakes).await?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(document_with_status(status, signed.view(), TITLE, &body));
    }
    let digest = hash_password(typed.new).await;
    let digest = digest.map_err(WebError::internal)?;
    let change = Change::open(&db, &clock, signed.actor(), ChangePassword::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<ChangePassword>(&mut change, person).await?;
    let changed = store::change_password(&mut change, permit, digest, own_digest(&session)).await;
    changed.map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
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
    };
    event::store::keep(&mut tx, &clock, &ended).await?;
    tx.commit().await?;
    Ok(Redirect::to("/moi?fait=session#sessions"))
}

async fn body(
    signed: &Signed,
    session: &Session,
    db: &Db,
    done: &str,
    mistakes: &Mistakes,
) -> WebResult<Markup> {
    let sessions = store::sessions_of(&mut db.read().await?, signed.reach()).await?;
    let own = own_digest(session);
    Ok(html! {
        div.head {
            h1 { (TITLE) }
            p.lead { (signed.person.name) ", " span.mono { (signed.person.email) } }
        }
        @match done {
            "mot-de-passe" => div.flag.ok role="status" { p { "Votre mot de passe est changé ; vos autres sessions sont terminées." } },
            "session" => div.flag.ok role="status" { p { "La session est terminée." } },
            _ => {}
        }
        (password(mistakes))
        (list(&sessions, own.as_deref()))
        section.sect aria-labelledby="programmes" {
            (section_heading("programmes", "Droits et programmes", None))
            p { a href={ (PEOPLE) "/" (signed.person.id) } { "Mes habilitations" } " : ce que je peux faire, jusqu’à quand, et la délégation. " a href=(PEOPLE) { "Toutes les personnes" } "." }
            p { a href=(token::pages::PATH) { "Mes accès par programme" } " : ce qui laisse un tableur ou un autre programme agir en votre nom." }
        }
    })
}

fn password(mistakes: &Mistakes) -> Markup {
    html! {
        section.sect aria-labelledby="mot-de-passe" {
            (section_heading("mot-de-passe", "Mot de passe", None))
            form.simple method="post" action="/moi/mot-de-passe" {
                (field("password_now", "Mot de passe actuel", "current-password", None, mistakes.now.as_deref()))
                (field("password_new", "Nouveau mot de passe", "new-password", Some("Douze caractères au moins ; une phrase de quelques mots convient."), mistakes.new.as_deref()))
                (field("password_again", "Nouveau mot de passe, une seconde fois", "new-password", None, mistakes.again.as_deref()))
                p.acts { button.btn.main type="submit" { "Changer le mot de passe" } }
            }
        }
    }
}

fn field(name: &str, label: &str, fill: &str, hint: Option<&str>, mistake: Option<&str>) -> Markup {
    let (told, help) = (format!("{name}-dit"), format!("{name}-aide"));
    let described = match hint {
        Some(_) => format!("{help} {told}"),
        None => told.clone(),
    };
    html! {
        div.field {
            label for=(name) { (label) }
            @if let Some(hint) = hint { p.hint id=(help) { (hint) } }
            input id=(name) type="password" name=(name) autocomplete=(fill) required aria-describedby=(described) aria-invalid=[mistake.map(|_| "true")];
            p.s-late.told id=(told) { (mistake.unwrap_or_default()) }
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
