//! `/moi`, its part about identities: which of them open the account, another one, or one less.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;

use super::flow::Purpose;
use super::pages::{send, silent};
use super::provider::{Provider, leave_page};
use super::{UnbindIdentity, store};
use crate::access::account;
use crate::access::door::Door;
use crate::access::fields::password_field;
use crate::access::origin::Origin;
use crate::access::permit::{Act as _, NotPermitted, permit};
use crate::access::signed::Signed;
use crate::access::store as people;
use crate::ledger::Change;
use crate::platform::clock::french_instant;
use crate::platform::db::Tx;
use crate::platform::web::{Shell, WebError, WebResult, section_heading};

/// The password, given again.
#[derive(Deserialize)]
pub(super) struct Again {
    #[serde(default, rename = "password_identity")]
    password: String,
}

/// `POST /moi/identites`: to the provider, and back with an identity.
pub(super) async fn bind(
    signed: Signed,
    at: Door,
    State(shell): State<Shell>,
    State(provider): State<Provider>,
    origin: Origin,
    session: Session,
    Form(again): Form<Again>,
) -> WebResult<Response> {
    let open = provider.open().ok_or(WebError::NotFound)?;
    let confirmed = at.confirm(&signed.person, &origin, &again.password).await?;
    if let Some(mistake) = confirmed.mistake() {
        let page = account::page_again(&signed, &session, &at, &provider, ("identites", mistake));
        return page.await;
    }
    let sent = send(open, &at, &session, Purpose::Bind(signed.person.id)).await?;
    let label = &open.settings().label;
    Ok(match sent {
        Ok(address) => leave_page(
            signed.view(),
            &format!("Lier votre identité {label}"),
            label,
            &address,
        ),
        Err(error) => silent(shell, open, &error),
    })
}

/// `POST /moi/identites/{identity}/retirer`
pub(super) async fn unbind(
    signed: Signed,
    at: Door,
    State(provider): State<Provider>,
    origin: Origin,
    session: Session,
    Path(identity): Path<Uuid>,
    Form(again): Form<Again>,
) -> WebResult<Response> {
    let label = provider.label().ok_or(WebError::NotFound)?;
    let confirmed = at.confirm(&signed.person, &origin, &again.password).await?;
    if let Some(mistake) = confirmed.mistake() {
        let page = account::page_again(&signed, &session, &at, &provider, ("identites", mistake));
        return page.await;
    }
    let (db, clock) = (at.db(), at.clock());
    let change = Change::open(db, clock, signed.actor(), UnbindIdentity::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<UnbindIdentity>(&mut change, identity).await;
    let permit = permit.map_err(NotPermitted::unknown)?;
    let unbound = store::unbind(&mut change, clock, permit, label).await;
    unbound.map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    session.cycle_id().await.map_err(WebError::internal)?;
    Ok(Redirect::to("/moi?fait=identite-retiree#identites").into_response())
}

/// The part of the page, where there is a provider.
pub(in crate::access) async fn section(
    tx: &mut Tx,
    signed: &Signed,
    provider: &Provider,
    mistake: Option<&str>,
) -> WebResult<Markup> {
    let Some(label) = provider.label() else {
        return Ok(html! {});
    };
    let own = store::own(tx, signed.reach()).await?;
    let has_password = people::has_password(tx, signed.reach()).await?;
    Ok(html! {
        section.sect aria-labelledby="identites" {
            (section_heading("identites", label, None))
            @if own.is_empty() {
                p { "Aucune identité " (label) " n’ouvre votre compte. Liez la vôtre pour vous connecter sans mot de passe." }
            } @else { (list(&own, label)) }
            @if let Some(mistake) = mistake { div.flag.late role="alert" { p { (mistake) } } }
            @if has_password { (form(&own, label)) } @else {
                p { "Pour lier une autre identité ou retirer celle-ci, choisissez d’abord un mot de passe : " a href="/mot-de-passe-oublie" { "demander un lien" } "." }
            }
        }
    })
}

fn list(own: &[store::Listed], label: &str) -> Markup {
    html! {
        table.tbl.stack {
            caption.vh { "Identités " (label) " qui ouvrent votre compte, la plus récente d’abord" }
            thead { tr { th scope="col" { "Liée" } th scope="col" { "Établissement (SIRET)" } th scope="col" { "Dernière connexion" } } }
            tbody { @for one in own { tr {
                th scope="row" { (french_instant(one.bound_at)) }
                td data-l="Établissement (SIRET)" { (one.siret.as_deref().unwrap_or("—")) }
                td data-l="Dernière connexion" { (french_instant(one.seen_at)) }
            } } }
        }
    }
}

fn form(own: &[store::Listed], label: &str) -> Markup {
    html! {
        form.simple method="post" action="/moi/identites" {
            (password_field("password_identity", "Mot de passe de votre compte Jalon", "current-password", Some("Redemandé pour lier ou retirer une identité."), None))
            p.acts {
                button.btn type="submit" { "Lier une identité " (label) }
                @for one in own {
                    button.btn.warn type="submit" formaction={ "/moi/identites/" (one.id) "/retirer" } {
                        "Retirer l’identité" span.vh { " liée le " (french_instant(one.bound_at)) }
                    }
                }
            }
        }
    }
}
