//! `/moi/cles`: one's own passkeys.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;
use webauthn_rs::prelude::Passkey;

use super::{AddPasskey, Answered, Making, RemovePasskey, Site, ask, asked, name, store};
use crate::access::door::Door;
use crate::access::fields::password_field;
use crate::access::origin::Origin;
use crate::access::permit::{Act as _, NotPermitted, permit};
use crate::access::session::MAKING_KEY;
use crate::access::signed::Signed;
use crate::access::store as people;
use crate::ledger::Change;
use crate::platform::clock::french_instant;
use crate::platform::config::Config;
use crate::platform::mail::Post;
use crate::platform::web::{
    WebError, WebResult, document_with_status, passkey_script_path, section_heading,
};

/// Where they are listed.
pub(in crate::access) const PATH: &str = "/moi/cles";
const TITLE: &str = "Clés d’accès";
const UNKNOWN_SITE: &str = "Les clés d’accès demandent que l’adresse de Jalon commence par https:// et porte un nom : cette installation n’en propose pas.";

/// The form, as typed.
#[derive(Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    nom: String,
    #[serde(default, rename = "password_cle")]
    password: String,
}

#[derive(Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    fait: String,
}

/// What the page tells beside the list.
#[derive(Default)]
struct Told<'a> {
    done: &'a str,
    name: &'a str,
    name_mistake: Option<&'a str>,
    password_mistake: Option<&'a str>,
    removal_mistake: Option<&'a str>,
}

pub(super) async fn page(
    signed: Signed,
    at: Door,
    State(config): State<Arc<Config>>,
    Query(done): Query<Done>,
) -> WebResult<Markup> {
    let told = Told {
        done: &done.fait,
        ..Told::default()
    };
    let body = body(&signed, &at, &config, &told).await?;
    Ok(signed.page(TITLE, &body))
}

async fn again(
    signed: &Signed,
    at: &Door,
    config: &Config,
    told: &Told<'_>,
) -> WebResult<Response> {
    let body = body(signed, at, config, told).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

/// `POST /moi/cles`: with the password, what a device is asked to make.
pub(super) async fn begin(
    signed: Signed,
    at: Door,
    State(config): State<Arc<Config>>,
    origin: Origin,
    session: Session,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let site = Site::of(&config).ok_or(WebError::NotFound)?;
    let named = name(&typed.nom);
    let confirmed = at.confirm(&signed.person, &origin, &typed.password).await?;
    let mistake = confirmed.mistake();
    let (Ok(named), None) = (&named, mistake) else {
        let told = Told {
            name: &typed.nom,
            name_mistake: named.err(),
            password_mistake: mistake,
            ..Told::default()
        };
        return again(&signed, &at, &config, &told).await;
    };
    let known = store::known(&mut at.db().read().await?, signed.person.id).await?;
    let known = known.iter().map(Passkey::cred_id).cloned().collect();
    let (asked, state) = site
        .ask_new(&signed.person, known)
        .map_err(WebError::internal)?;
    let making = Making {
        person: signed.person.id,
        name: named.clone(),
        state,
    };
    let noted = ask(&session, MAKING_KEY, making, at.clock().now()).await;
    noted.map_err(WebError::internal)?;
    let body = making_page(named, &asked);
    Ok(signed.page(TITLE, &body).into_response())
}

/// `POST /moi/cles/reponse`: the key that the device made.
pub(super) async fn finish(
    signed: Signed,
    at: Door,
    State(config): State<Arc<Config>>,
    State(post): State<Post>,
    session: Session,
    Form(answered): Form<Answered>,
) -> WebResult<Response> {
    let site = Site::of(&config).ok_or(WebError::NotFound)?;
    let making = asked::<Making>(&session, MAKING_KEY, at.clock().now()).await;
    let making = making.map_err(WebError::internal)?;
    let made = making
        .filter(|making| making.person == signed.person.id)
        .zip(answered.made());
    let finished = made.and_then(|(making, answer)| {
        let passkey = site.0.finish_passkey_registration(&answer, &making.state);
        Some((making.name, passkey.ok()?))
    });
    let is_added = match &finished {
        Some((name, passkey)) => add(&signed, &at, name, passkey).await?,
        None => false,
    };
    if !is_added {
        let told = Told {
            name_mistake: Some(
                "La clé n’a pas été enregistrée : la demande a trop duré, l’appareil ne vous a pas reconnu, ou il a déjà une clé pour ce compte. Recommencez.",
            ),
            ..Told::default()
        };
        return again(&signed, &at, &config, &told).await;
    }
    // The identifier of a session never outlives a change of what opens the account.
    session.cycle_id().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to("/moi/cles?fait=ajoutee").into_response())
}

async fn add(signed: &Signed, at: &Door, name: &str, passkey: &Passkey) -> WebResult<bool> {
    let (db, clock) = (at.db(), at.clock());
    let change = Change::open(db, clock, signed.actor(), AddPasskey::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<AddPasskey>(&mut change, signed.person.id).await?;
    let added = store::add(&mut change, clock, permit, (name, passkey)).await;
    if !added.map_err(WebError::internal)? {
        return Ok(false);
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(true)
}

/// `POST /moi/cles/{passkey}/retirer`
pub(super) async fn remove(
    signed: Signed,
    at: Door,
    State(config): State<Arc<Config>>,
    origin: Origin,
    session: Session,
    Path(passkey): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let confirmed = at.confirm(&signed.person, &origin, &typed.password).await?;
    if let Some(mistake) = confirmed.mistake() {
        let told = Told {
            removal_mistake: Some(mistake),
            ..Told::default()
        };
        return again(&signed, &at, &config, &told).await;
    }
    let (db, clock) = (at.db(), at.clock());
    let change = Change::open(db, clock, signed.actor(), RemovePasskey::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<RemovePasskey>(&mut change, passkey).await;
    let permit = permit.map_err(NotPermitted::unknown)?;
    let removed = store::remove(&mut change, clock, permit).await;
    removed.map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    session.cycle_id().await.map_err(WebError::internal)?;
    Ok(Redirect::to("/moi/cles?fait=retiree").into_response())
}

async fn body(signed: &Signed, at: &Door, config: &Config, told: &Told<'_>) -> WebResult<Markup> {
    let mut tx = at.db().read().await?;
    let own = store::own(&mut tx, signed.reach()).await?;
    let has_password = people::has_password(&mut tx, signed.reach()).await?;
    drop(tx);
    Ok(html! {
        div.head {
            h1 { (TITLE) }
            p.lead { @match own.len() {
                0 => { "Aucune clé d’accès n’ouvre votre compte." },
                1 => { "Une clé d’accès ouvre votre compte." },
                n => { (n) " clés d’accès ouvrent votre compte." },
            } }
        }
        @match told.done {
            "ajoutee" => div.flag.ok role="status" { p { "La clé est enregistrée : elle ouvre désormais votre compte, sans mot de passe ni code." } },
            "retiree" => div.flag.ok role="status" { p { "La clé est retirée : elle n’ouvre plus votre compte. Effacez-la aussi de l’appareil qui la garde." } },
            _ => {}
        }
        p { "Une clé d’accès est gardée par votre ordinateur, votre téléphone ou une clé de sécurité, qui vous reconnaît (empreinte, visage, code) avant de s’en servir. Elle ne sert que sur ce site et ne se devine pas." }
        @if !own.is_empty() { (list(&own, told.removal_mistake)) }
        @if Site::of(config).is_none() { div.flag.warn { p { (UNKNOWN_SITE) } } }
        @else if has_password { (form(told)) }
        @else { p { "Pour enregistrer une clé ou en retirer une, choisissez d’abord un mot de passe : " a href="/mot-de-passe-oublie" { "demander un lien" } "." } }
        p.acts { a.btn href="/moi" { "Revenir à mon compte" } }
    })
}

fn list(own: &[store::Listed], mistake: Option<&str>) -> Markup {
    html! {
        section.sect aria-labelledby="liste" {
            (section_heading("liste", "Vos clés", None))
            form method="post" action=(PATH) {
                table.tbl.stack {
                    caption.vh { "Clés d’accès, la plus récente d’abord" }
                    thead { tr { th scope="col" { "Nom" } th scope="col" { "Enregistrée" } th scope="col" { "Dernière connexion" } th scope="col" { "Action" } } }
                    tbody { @for key in own { tr {
                        th scope="row" { (key.name) }
                        td data-l="Enregistrée" { (french_instant(key.created_at)) }
                        td data-l="Dernière connexion" { @match key.seen_at { Some(at) => (french_instant(at)), None => "jamais" } }
                        td data-l="Action" { button.btn.sm.warn type="submit" formaction={ (PATH) "/" (key.id) "/retirer" } { "Retirer" span.vh { " : " (key.name) } } }
                    } } }
                }
                p.acts { "Pour en retirer une, tapez votre mot de passe, puis choisissez « Retirer »." }
                (removal_password(mistake))
            }
        }
    }
}

/// The same field as that of the other form, under another name of its own.
fn removal_password(mistake: Option<&str>) -> Markup {
    html! {
        div.field {
            label for="password_retrait" { "Mot de passe, pour retirer" }
            input #password_retrait type="password" name="password_cle" autocomplete="current-password" required aria-describedby="password_retrait-dit" aria-invalid=[mistake.map(|_| "true")];
            p.s-late.told #password_retrait-dit { (mistake.unwrap_or_default()) }
        }
    }
}

fn form(told: &Told<'_>) -> Markup {
    html! {
        section.sect aria-labelledby="nouvelle" {
            (section_heading("nouvelle", "Enregistrer une clé", None))
            form.simple method="post" action=(PATH) {
                div.field {
                    label for="nom" { "Nom de la clé" }
                    p.hint #nom-aide { "Pour la reconnaître dans cette liste : « Ordinateur du bureau », « Téléphone »…" }
                    input #nom name="nom" value=(told.name) maxlength="60" required autocomplete="off" aria-describedby="nom-aide nom-dit" aria-invalid=[told.name_mistake.map(|_| "true")];
                    p.s-late.told #nom-dit { (told.name_mistake.unwrap_or_default()) }
                }
                (password_field("password_cle", "Mot de passe de votre compte Jalon", "current-password", None, told.password_mistake))
                p.acts { button.btn.main type="submit" { "Enregistrer une clé" } }
            }
        }
    }
}

/// The page on which the device is asked for a key.
fn making_page(name: &str, asked: &serde_json::Value) -> Markup {
    html! {
        div.head {
            h1 { "Enregistrer « " (name) " »" }
            p.lead { "Votre navigateur va demander à votre appareil de créer la clé." }
        }
        noscript { div.flag.warn { p { "Votre navigateur n’exécute pas les scripts de cette page : une clé d’accès ne peut pas y être créée. Votre mot de passe continue de servir." } } }
        form.simple method="post" action={ (PATH) "/reponse" } data-passkey-options=(asked) {
            input type="hidden" name="reponse";
            p.s-late.told role="status" data-passkey-told {}
            p.acts { button.btn.main type="submit" { "Créer la clé" } a.btn href=(PATH) { "Renoncer" } }
        }
        script type="module" src=(passkey_script_path()) {}
    }
}
