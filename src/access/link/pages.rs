//! `/mot-de-passe-oublie`: asking for a link; `/lien/…`: choosing a password with one.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{LinkKind, store};
use crate::access::door::Door;
use crate::access::fields::password_field;
use crate::access::letter::{self, Warning};
use crate::access::openid::Provider;
use crate::access::origin::Origin;
use crate::access::password::{NewPassword, PASSWORD_HINT};
use crate::access::permit::{Act as _, permit};
use crate::access::store::{self as people, ChangePassword, Person};
use crate::access::throttle::HOUR_SECONDS;
use crate::access::token::Secret;
use crate::kernel::sentence;
use crate::ledger::{Actor, Change};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::mail::{self, Post};
use crate::platform::web::{Shell, View, WebError, WebResult, document, document_with_status};

/// Where a link is asked for.
pub(in crate::access) const FORGOTTEN: &str = "/mot-de-passe-oublie";
const FORGOTTEN_TITLE: &str = "Mot de passe oublié";

#[derive(Deserialize)]
pub(in crate::access) struct Asked {
    #[serde(default)]
    email: String,
}

pub(in crate::access) async fn forgotten_form(
    State(shell): State<Shell>,
    State(post): State<Post>,
) -> Markup {
    let view = View::nobody(shell, FORGOTTEN);
    document(&view, FORGOTTEN_TITLE, &forgotten(&post, false))
}

/// The same answer, whether or not there is such an account.
pub(in crate::access) async fn ask(
    at: Door,
    origin: Origin,
    State(shell): State<Shell>,
    State(post): State<Post>,
    Form(asked): Form<Asked>,
) -> WebResult<Response> {
    let view = View::nobody(shell, FORGOTTEN);
    if !at.ask_link(&asked.email, &origin).await? {
        let body = html! {
            div.head { h1 { (FORGOTTEN_TITLE) } p.lead { "Trop de demandes sont venues de votre réseau. Attendez une heure avant de recommencer, ou demandez à votre administrateur." } }
        };
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = document_with_status(status, &view, FORGOTTEN_TITLE, &body);
        let wait = HeaderValue::from(HOUR_SECONDS);
        response.headers_mut().insert(header::RETRY_AFTER, wait);
        return Ok(response);
    }
    post.hurry();
    Ok(document(&view, FORGOTTEN_TITLE, &forgotten(&post, true)).into_response())
}

fn forgotten(post: &Post, asked: bool) -> Markup {
    html! {
        div.head {
            h1 { (FORGOTTEN_TITLE) }
            p.lead { "Un lien pour en choisir un autre vous est envoyé. Il sert une seule fois, pendant une heure." }
        }
        @if asked {
            div.flag.ok role="status" { p { "Si un compte a cette adresse, un message vient de lui être écrit. Il arrive en quelques minutes ; regardez aussi dans les indésirables." } }
        }
        @if !post.is_open() {
            div.flag.warn { p { "Cette installation n’envoie pas de courriel : prévenez votre administrateur, qui vous donnera le lien." } }
        }
        form.signin method="post" action=(FORGOTTEN) {
            div.field {
                label for="email" { "Adresse électronique de votre compte" }
                input #email type="email" name="email" autocomplete="username" required;
            }
            p.acts { button.btn.main type="submit" { "Demander un lien" } a.btn href="/connexion" { "Revenir à la connexion" } }
        }
    }
}

/// The new password, as typed twice.
#[derive(Deserialize)]
pub(in crate::access) struct Chosen {
    #[serde(default, rename = "password_new")]
    new: String,
    #[serde(default, rename = "password_again")]
    again: String,
}

/// What is wrong with what was typed.
#[derive(Debug, Default)]
struct Mistakes {
    new: Option<String>,
    again: Option<String>,
}

/// Shows the form; looking at a link does not use it up, since servers of mail look at links.
pub(in crate::access) async fn open(
    State(shell): State<Shell>,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(provider): State<Provider>,
    Path(secret): Path<String>,
) -> WebResult<Response> {
    let Some((secret, opened)) = found(&db, &clock, &secret).await? else {
        return Ok(dead(shell));
    };
    let view = View::nobody(shell, "/lien");
    let body = choose(&secret, &opened, provider.label(), &Mistakes::default());
    Ok(document(&view, title(opened.kind), &body).into_response())
}

/// Uses the link up and gives the account its password; every session of it ends.
pub(in crate::access) async fn choose_password(
    State(shell): State<Shell>,
    State(post): State<Post>,
    State(provider): State<Provider>,
    (at, origin): (Door, Origin),
    Path(secret): Path<String>,
    Form(chosen): Form<Chosen>,
) -> WebResult<Response> {
    let Some((secret, opened)) = found(&at.db, &at.clock, &secret).await? else {
        return Ok(dead(shell));
    };
    let person = &opened.person;
    let new = NewPassword::new(&chosen.new, &person.name, &person.email);
    let mistakes = Mistakes {
        new: new.as_ref().err().map(|error| sentence(&error.to_string())),
        again: (chosen.new != chosen.again)
            .then(|| "Les deux saisies diffèrent : retapez le mot de passe.".to_owned()),
    };
    let (Ok(new), None) = (new, &mistakes.again) else {
        let view = View::nobody(shell, "/lien");
        let body = choose(&secret, &opened, provider.label(), &mistakes);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(document_with_status(
            status,
            &view,
            title(opened.kind),
            &body,
        ));
    };
    let digest = new.digest().await.map_err(WebError::internal)?;
    let Some(cookie) = set_password((&at, &origin), (&secret, person), digest).await? else {
        return Ok(dead(shell));
    };
    post.hurry();
    Ok((cookie, Redirect::to("/connexion?fait=mot-de-passe")).into_response())
}

/// The headers by which the browser is known from then on; nothing where the link serves no more.
async fn set_password(
    (at, origin): (&Door, &Origin),
    (secret, person): (&Secret, &Person),
    digest: String,
) -> WebResult<Option<HeaderMap>> {
    let (db, clock) = (&at.db, &at.clock);
    let actor = Actor::Person(person.id);
    let change = Change::open(db, clock, actor, ChangePassword::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    if !store::use_up(change.tx(), secret.digest(), person.id, clock.now()).await? {
        return Ok(None);
    }
    let permit = permit::<ChangePassword>(&mut change, person.id).await?;
    let changed = people::change_password(&mut change, permit, digest, None).await;
    changed.map_err(WebError::internal)?;
    let warning = letter::warning(person, Warning::PasswordChanged, change.at());
    mail::store::write(change.tx(), clock, &[warning]).await?;
    let cookie = at.let_in_by_link(change.tx(), person, origin).await?;
    change.commit().await.map_err(WebError::internal)?;
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok(Some(cookie.into_iter().collect()))
}

/// What the link of that text opens now.
pub(in crate::access) async fn found(
    db: &Db,
    clock: &Clock,
    text: &str,
) -> WebResult<Option<(Secret, store::Opened)>> {
    let Some(secret) = Secret::parse(text) else {
        return Ok(None);
    };
    let opened = store::opened(&mut db.read().await?, secret.digest(), clock.now()).await?;
    Ok(opened.map(|opened| (secret, opened)))
}

/// A link that served, ended or never was: which of them is nobody's business.
pub(in crate::access) fn dead(shell: Shell) -> Response {
    let body = html! {
        div.head {
            h1 { "Ce lien ne sert plus" }
            p.lead { "Il a déjà servi, ou son temps est passé." }
            p.acts { a.btn.main href=(FORGOTTEN) { "Demander un autre lien" } a.btn href="/connexion" { "Se connecter" } }
        }
    };
    let view = View::nobody(shell, "/lien");
    document_with_status(StatusCode::GONE, &view, "Ce lien ne sert plus", &body)
}

fn title(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Invitation => "Bienvenue dans Jalon",
        LinkKind::Reset => "Choisir un autre mot de passe",
    }
}

fn choose(
    secret: &Secret,
    opened: &store::Opened,
    provider: Option<&str>,
    mistakes: &Mistakes,
) -> Markup {
    let person = &opened.person;
    html! {
        div.head {
            h1 { (title(opened.kind)) }
            p.lead { "Pour " (person.name) ", " span.mono { (person.email) } "." }
        }
        @if let Some(label) = provider.filter(|_| opened.kind == LinkKind::Invitation) {
            p { "Si vous avez une identité " (label) ", elle peut ouvrir votre compte : vous n’aurez pas de mot de passe à retenir." }
            form method="post" action={ (letter::link_path(secret)) "/fournisseur" } {
                p.acts { button.btn type="submit" { "Accepter avec " (label) } }
            }
            p { "Sinon, choisissez un mot de passe." }
        }
        form.signin method="post" action=(letter::link_path(secret)) {
            // For the browser to keep the password under its address.
            input type="hidden" name="email" value=(person.email) autocomplete="username";
            (password_field("password_new", "Mot de passe", "new-password", Some(PASSWORD_HINT), mistakes.new.as_deref()))
            (password_field("password_again", "Mot de passe, une seconde fois", "new-password", None, mistakes.again.as_deref()))
            p.acts { button.btn.main type="submit" { "Choisir ce mot de passe" } }
        }
    }
}
