//! Delegating one of one's grants, taking it back, and giving up what one was delegated.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::act::{Reason, back};
use super::opened;
use crate::access::grant::store::{self, Held};
use crate::access::grant::{Delegate, Delegated, GiveUp, LONGEST_REASON, NewDelegation, TakeBack};
use crate::access::permit::{Act, NotPermitted, Permit, permit};
use crate::access::role::Roles;
use crate::access::signed::Signed;
use crate::access::store::person_by_email;
use crate::ledger::Change;
use crate::platform::clock::{Clock, french_date, paris_date};
use crate::platform::db::Db;
use crate::platform::web::{WebError, WebResult, section_heading};

#[derive(Debug, Deserialize)]
pub(super) struct StandIn {
    #[serde(default)]
    personne: String,
    #[serde(default)]
    fin: String,
    #[serde(default)]
    motif: String,
}

/// `POST /habilitations/{grant}/deleguer`.
pub(super) async fn delegate(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(grant): Path<Uuid>,
    Form(typed): Form<StandIn>,
) -> WebResult<Response> {
    let mut change = opened::<Delegate>((&db, &clock), &signed, typed.motif.trim()).await?;
    let to = person_by_email(change.tx(), &typed.personne).await?;
    let (today, until) = (paris_date(change.at()), typed.fin.trim().parse());
    let new = NewDelegation {
        grant,
        // Whether an address has an account is told to nobody by itself: nobody is found there as
        // somebody who cannot stand in.
        person: to.map_or_else(Uuid::nil, |person| person.id),
        starts_on: today,
        ends_on: until.as_ref().map_or(today, |until| *until),
        why: typed.motif.clone(),
    };
    let permit = permit::<Delegate>(&mut change, new).await;
    // That somebody else holds a grant is no more told than that there is none.
    let permit = permit.map_err(NotPermitted::unknown)?;
    until.map_err(|_| WebError::Invalid("Écrivez le dernier jour de la délégation.".to_owned()))?;
    store::delegate(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(signed.person.id, "deleguee"))
}

/// `POST /habilitations/{grant}/reprendre`: ends what one delegated oneself.
pub(super) async fn take_back(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(grant): Path<Uuid>,
    Form(reason): Form<Reason>,
) -> WebResult<Response> {
    let mut change = opened::<TakeBack>((&db, &clock), &signed, reason.motif.trim()).await?;
    let permit = ending::<TakeBack>(&mut change, grant).await?;
    store::take_back(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(signed.person.id, "reprise"))
}

/// `POST /habilitations/{grant}/renoncer`: ends what one was delegated.
pub(super) async fn give_up(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(grant): Path<Uuid>,
    Form(reason): Form<Reason>,
) -> WebResult<Response> {
    let why = reason.motif.trim();
    let mut change = opened::<GiveUp>((&db, &clock), &signed, why).await?;
    let permit = ending::<GiveUp>(&mut change, grant).await?;
    if why.is_empty() || why.chars().count() > LONGEST_REASON {
        let sentence = "Dites pourquoi, en 500 caractères au plus : la personne que vous remplacez le lira et le journal le garde. Revenez à la page précédente.";
        return Err(WebError::Invalid(sentence.to_owned()));
    }
    store::give_up(&mut change, permit).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(back(signed.person.id, "renoncee"))
}

/// The permit to end a delegation that is one's own to end. That others delegated something is no
/// more told than that there is nothing.
async fn ending<A: Act<Thing = Uuid>>(change: &mut Change, grant: Uuid) -> WebResult<Permit<A>> {
    let permit = permit::<A>(change, grant).await;
    let permit = permit.map_err(|refused| {
        if refused.is_of_stage() {
            refused
        } else {
            refused.unknown()
        }
    })?;
    Ok(permit)
}

/// The way to delegate a grant of one's own.
pub(super) fn form(held: &Held) -> Markup {
    let id = held.grant.id;
    html! {
        details.more {
            summary { "Déléguer" }
            form method="post" action={ "/habilitations/" (id) "/deleguer" } {
                div.field {
                    label for={ "qui-" (id) } { "Adresse électronique de la personne" }
                    input id={ "qui-" (id) } type="email" name="personne" required;
                }
                div.field {
                    label for={ "jusque-" (id) } { "Jusqu’au" }
                    input id={ "jusque-" (id) } type="date" name="fin" required;
                }
                div.field {
                    label for={ "raison-" (id) } { "Motif" }
                    input id={ "raison-" (id) } name="motif" required maxlength="500";
                }
                p.acts { button.btn.sm type="submit" { "Déléguer cette habilitation" } }
            }
        }
    }
}

/// The way to give up a grant that one was delegated.
pub(super) fn giving_up(held: &Held) -> Markup {
    let (id, role) = (held.grant.id, Roles::known().name(&held.grant.remit.role));
    html! {
        details.more {
            summary { "Renoncer à cette délégation" span.vh { " : " (role) } }
            form method="post" action={ "/habilitations/" (id) "/renoncer" } {
                div.field {
                    label for={ "renoncer-" (id) } { "Motif" }
                    p.hint id={ "renoncer-" (id) "-aide" } { "La personne que vous remplacez le lira." }
                    input id={ "renoncer-" (id) } name="motif" required maxlength="500" autocomplete="off" aria-describedby={ "renoncer-" (id) "-aide" };
                }
                p.acts { button.btn.sm.warn type="submit" { "Renoncer" } }
            }
        }
    }
}

/// What one delegated, each with the way to take it back; nothing where nothing is.
pub(super) fn section(delegated: &[Delegated]) -> Markup {
    html! {
        @if !delegated.is_empty() {
            section.sect aria-labelledby="deleguees" {
                (section_heading("deleguees", "Ce que vous avez délégué", None))
                ul.tasks { @for one in delegated { (item(one)) } }
            }
        }
    }
}

fn item(one: &Delegated) -> Markup {
    let (id, role) = (one.grant, Roles::known().name(&one.role));
    html! { li {
        span.day { "jusqu’au " b { (french_date(one.ends_on)) } }
        div {
            h3 { (one.to) }
            p { (role) @if !one.organisation.is_empty() { ", " (one.organisation) } ", depuis le " (french_date(one.starts_on)) }
        }
        form method="post" action={ "/habilitations/" (id) "/reprendre" } {
            input type="hidden" name="motif" value="Reprise par qui l’avait déléguée";
            button.btn.sm type="submit" { "Reprendre" span.vh { " : " (role) ", " (one.to) } }
        }
    } }
}
