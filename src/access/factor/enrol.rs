//! `/moi/double-authentification`: setting a second factor up, new recovery codes, its end.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use tower_sessions::Session;
use uuid::Uuid;

use super::pages::{TOO_MANY, Typed, refusal};
use super::store::{self, Secret};
use super::{
    AddFactor, PATH, RecoveryCode, RemoveFactor, RenewCodes, Shared, is_required, qr_path,
};
use crate::access::discreet;
use crate::access::door::Door;
use crate::access::fields::{code_field, password_field};
use crate::access::origin::Origin;
use crate::access::permit::{Act as _, permit};
use crate::access::session::{OFFERED_KEY, enrols, must_enrol, own_digest};
use crate::access::signed::Signed;
use crate::access::store::{Whose, has_password};
use crate::kernel::{counted, hex};
use crate::ledger::Change;
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::{WebError, WebResult, document_with_status, section_heading, state};

const TITLE: &str = "Double authentification";

pub(in crate::access) async fn page(
    signed: Signed,
    session: Session,
    at: Door,
) -> WebResult<Markup> {
    let body = body(&signed, &session, &at, None).await?;
    Ok(signed.page(TITLE, &body))
}

/// Puts the second factor in place, once the application has given a first code.
pub(in crate::access) async fn confirm(
    signed: Signed,
    session: Session,
    at: Door,
    origin: Origin,
    State(post): State<Post>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let Some(shared) = offered(&session, &at, signed.person.id).await? else {
        return Ok(Redirect::to(PATH).into_response());
    };
    // Whoever took an open session over must not lock its owner out.
    if asks_password(&signed, &session, &at).await? {
        let confirmed = at
            .confirm(&signed.person, &origin, typed.password())
            .await?;
        if let Some(told) = confirmed.mistake() {
            return refused(&signed, &session, &at, told).await;
        }
    }
    let Some(step) = shared.step_of(typed.text(), at.clock().now()) else {
        let told = "Ce n’est pas le code de cette application : vérifiez l’heure du téléphone, attendez le code suivant et tapez-le.";
        return refused(&signed, &session, &at, told).await;
    };
    let person = signed.person.id;
    let shared = Secret::of(at.keyring(), at.clock(), person, shared).await;
    let shared = shared.map_err(WebError::internal)?;
    let mut change = open(&signed, &at, AddFactor::NAME).await?;
    let permit = permit::<AddFactor>(&mut change, person).await?;
    let kept = own_digest(&session);
    let added = store::add(&mut change, at.clock(), permit, (&shared, step), kept).await;
    let Some(codes) = added.map_err(WebError::internal)? else {
        return Ok(Redirect::to(PATH).into_response());
    };
    change.commit().await.map_err(WebError::internal)?;
    must_enrol(&session, false)
        .await
        .map_err(WebError::internal)?;
    discreet::forget(&session, OFFERED_KEY).await?;
    session.cycle_id().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(signed.page(TITLE, &given(&codes, true)).into_response())
}

/// New recovery codes, against a code of the application.
pub(in crate::access) async fn renew_codes(
    signed: Signed,
    session: Session,
    at: Door,
    origin: Origin,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    if let Err(told) = gave_code(&signed, &at, &origin, &typed).await? {
        return refused(&signed, &session, &at, told).await;
    }
    let mut change = open(&signed, &at, RenewCodes::NAME).await?;
    let permit = permit::<RenewCodes>(&mut change, signed.person.id).await?;
    let codes = store::renew_codes(&mut change, permit).await;
    let codes = codes.map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(signed.page(TITLE, &given(&codes, false)).into_response())
}

/// Takes the second factor away, against a last code.
pub(in crate::access) async fn remove(
    signed: Signed,
    session: Session,
    at: Door,
    State(post): State<Post>,
    origin: Origin,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    if let Err(told) = gave_code(&signed, &at, &origin, &typed).await? {
        return refused(&signed, &session, &at, told).await;
    }
    let mut change = open(&signed, &at, RemoveFactor::NAME).await?;
    let whose = Whose {
        person: signed.person.id,
        today: at.clock().today(),
    };
    let permit = permit::<RemoveFactor>(&mut change, whose).await?;
    let kept = own_digest(&session);
    let removed = store::remove(&mut change, at.clock(), permit, kept).await;
    removed.map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    session.cycle_id().await.map_err(WebError::internal)?;
    // Who may not do without one sets the next up before anything else.
    let must = required(&at, signed.person.id).await?;
    must_enrol(&session, must)
        .await
        .map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to(PATH).into_response())
}

async fn required(at: &Door, person: Uuid) -> WebResult<bool> {
    let mut tx = at.db().read().await?;
    let today = at.clock().today();
    Ok(is_required(&mut tx, today, person, at.asks_a_code_of()).await?)
}

async fn open(signed: &Signed, at: &Door, kind: &'static str) -> WebResult<Change> {
    let change = Change::open(at.db(), at.clock(), signed.actor(), kind).await;
    change.map_err(WebError::internal)
}

/// Whether the person gave a code of theirs; else what they are told.
async fn gave_code(
    signed: &Signed,
    at: &Door,
    origin: &Origin,
    typed: &Typed,
) -> WebResult<Result<(), &'static str>> {
    let Some(event) = at.try_code(&signed.person.email, origin).await? else {
        return Ok(Err(TOO_MANY));
    };
    let by = (at.clock(), at.keyring());
    let given = store::use_up(at.db(), by, signed.person.id, typed.text()).await?;
    if let Some((_, told)) = refusal(given) {
        return Ok(Err(told));
    }
    at.open(&[event], signed.person.id, origin).await?;
    Ok(Ok(()))
}

async fn refused(signed: &Signed, session: &Session, at: &Door, told: &str) -> WebResult<Response> {
    let body = body(signed, session, at, Some(told)).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

/// Whether the password is asked again with the first code: not of who has none, nor of who has
/// just given it and sets the factor up before anything else.
async fn asks_password(signed: &Signed, session: &Session, at: &Door) -> WebResult<bool> {
    if enrols(session).await.map_err(WebError::internal)? {
        return Ok(false);
    }
    let mut tx = at.db().read().await?;
    Ok(has_password(&mut tx, signed.reach()).await?)
}

/// What an application is being given, where the page offered something.
async fn offered(session: &Session, at: &Door, person: Uuid) -> WebResult<Option<Shared>> {
    let whose = (person, OFFERED_KEY);
    let digits = discreet::read(session, at.keyring(), whose).await?;
    Ok(digits.and_then(|digits| Shared::from_hex(&digits)))
}

/// What the page offers: the same until it is confirmed, so that a page read again still holds
/// what the telephone took.
async fn offer(session: &Session, at: &Door, person: Uuid) -> WebResult<Shared> {
    if let Some(shared) = offered(session, at, person).await? {
        return Ok(shared);
    }
    let shared = Shared::random();
    let digits = hex(shared.bytes());
    discreet::keep(session, at.keyring(), (person, OFFERED_KEY), &digits).await?;
    Ok(shared)
}

async fn body(
    signed: &Signed,
    session: &Session,
    at: &Door,
    mistake: Option<&str>,
) -> WebResult<Markup> {
    let (person, db): (_, &Db) = (signed.person.id, at.db());
    if store::is_set_up(&mut db.read().await?, person).await? {
        let left = store::codes_left(&mut db.read().await?, person).await?;
        let must = required(at, person).await?;
        return Ok(in_place(left, must, mistake));
    }
    let shared = offer(session, at, person).await?;
    let must = required(at, person).await?;
    let asks = asks_password(signed, session, at).await?;
    Ok(to_set_up(
        &shared,
        &signed.person.email,
        (must, asks),
        mistake,
    ))
}

fn head(lead: &str) -> Markup {
    html! {
        div.head { h1 { (TITLE) } p.lead { (lead) } }
    }
}

fn to_set_up(
    shared: &Shared,
    email: &str,
    (must, asks_password): (bool, bool),
    mistake: Option<&str>,
) -> Markup {
    let address = shared.address(email);
    let drawing = address.as_deref().and_then(qr_path);
    html! {
        (head("Un code de votre téléphone, demandé après le mot de passe : un mot de passe volé ne suffit plus."))
        @if must {
            div.flag.warn role="status" { p { "Votre compte la demande : mettez-la en place pour continuer." } }
        }
        section.sect aria-labelledby="application" {
            (section_heading("application", "1. Donner ce secret à votre application", None))
            p { "Ouvrez sur votre téléphone une application de codes (FreeOTP, 2FAS, Microsoft Authenticator, Google Authenticator…), ajoutez un compte et visez ce dessin." }
            @if let Some((side, path)) = drawing {
                svg.qr viewBox={ "-4 -4 " (side + 8) " " (side + 8) } role="img" aria-label="Dessin à viser avec l’application ; le même secret est écrit ci-dessous" {
                    path d=(path) {}
                }
            }
            p { "Ou tapez-y ce secret : " span.mono { (shared.letters()) } }
            @if let Some(address) = &address {
                p { a href=(address) { "Ouvrir l’application de cet appareil" } }
            }
        }
        section.sect aria-labelledby="premier" {
            (section_heading("premier", "2. Taper le premier code", None))
            form.simple method="post" action=(PATH) {
                (code_field("Code de l’application", "Six chiffres, qui changent toutes les trente secondes.", mistake))
                @if asks_password {
                    (password_field("password_factor", "Mot de passe de votre compte Jalon", "current-password", Some("Redemandé pour mettre en place la double authentification."), None))
                }
                p.acts { button.btn.main type="submit" { "Mettre en place" } }
            }
        }
    }
}

fn in_place(left: i64, must: bool, mistake: Option<&str>) -> Markup {
    html! {
        (head("Un code de votre application est demandé après le mot de passe."))
        p { (state("ok", "ok", "En place")) ". " (counted(usize::try_from(left).unwrap_or_default(), "code de secours reste", "codes de secours restent")) "." }
        section.sect aria-labelledby="codes" {
            (section_heading("codes", "De nouveaux codes de secours", None))
            p { "Tirez-en quand il vous en reste peu, ou si quelqu’un a pu les lire. Les anciens ne servent plus." }
            form.simple method="post" action={ (PATH) "/codes" } {
                (code_field("Code de l’application", "Six chiffres, qui changent toutes les trente secondes.", mistake))
                p.acts {
                    button.btn.main type="submit" { "Tirer de nouveaux codes" }
                    button.btn.warn type="submit" formaction={ (PATH) "/retirer" } { @if must { "Changer de téléphone" } @else { "Retirer la double authentification" } }
                }
                @if must { p.note { "Votre compte demande un second facteur : en changeant de téléphone, vous en mettrez aussitôt un autre en place." } }
                @else { p.note { "Pour changer de téléphone, retirez-la puis mettez-la en place avec le nouveau." } }
            }
        }
    }
}

/// The recovery codes, shown this once.
fn given(codes: &[RecoveryCode], first: bool) -> Markup {
    html! {
        (head("Gardez ces codes de secours loin de votre téléphone : chacun ouvre une fois votre compte, si le téléphone manque."))
        @if first { div.flag.ok role="status" { p { "La double authentification est en place. Vos autres sessions sont terminées." } } }
        div.flag.warn { p { "Ils ne seront plus montrés : imprimez cette page ou recopiez-les maintenant." } }
        ol.spare aria-label="Codes de secours" { @for code in codes { li.mono { (code.reveal()) } } }
        p.acts { a.btn.main href="/" { "Continuer" } a.btn href="/moi" { "Mon compte" } }
    }
}
