//! `/personnes/{person}`, its part about the account: inviting again, taking away a second factor that
//! was lost. To one's own account, `/moi` does it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{PEOPLE, button_or_why, opened, sees};
use crate::access::factor::{RemoveFactor, store as factors};
use crate::access::grant::LONGEST_REASON;
use crate::access::grant::store::can_sign_in;
use crate::access::link::InvitePerson;
use crate::access::link::store::invite;
use crate::access::permit::{Act as _, Permit, may, permit};
use crate::access::policy::Denied;
use crate::access::signed::Signed;
use crate::access::store::Whose;
use crate::ledger::Change;
use crate::platform::clock::{Clock, paris_date};
use crate::platform::db::{Db, Tx};
use crate::platform::mail::Post;
use crate::platform::web::{WebError, WebResult, section_heading};

/// What may be done to the account of somebody else.
#[derive(Debug)]
pub(super) struct Account {
    /// Whether they chose how to sign in.
    chose: bool,
    has_factor: bool,
    invites: Result<(), Denied>,
    removes: Result<(), Denied>,
}

/// What whoever looks may do to the account of somebody.
pub(super) async fn of(tx: &mut Tx, signed: &Signed, whose: Whose) -> WebResult<Account> {
    let reach = signed.reach();
    Ok(Account {
        chose: can_sign_in(tx, whose.person).await?,
        has_factor: factors::is_set_up(tx, whose.person).await?,
        invites: may::<InvitePerson>(tx, reach, &whose).await?,
        removes: may::<RemoveFactor>(tx, reach, &whose).await?,
    })
}

/// The part of the page. What somebody chose is told to who administers their account alone.
pub(super) fn section(person: Uuid, account: &Account) -> Markup {
    html! {
        section.sect aria-labelledby="compte" {
            (section_heading("compte", "Compte", None))
            (button_or_why(account.invites.as_ref().map(|&()| ()), "Inviter de nouveau", &inviting(person, account.chose)))
            (button_or_why(account.removes.as_ref().map(|&()| ()), "Retirer la double authentification", &removing(person, account.has_factor)))
        }
    }
}

fn inviting(person: Uuid, chose: bool) -> Markup {
    html! {
        @if chose {
            p { "Cette personne a choisi comment se connecter. Si elle a perdu son mot de passe, elle se fait envoyer elle-même un lien par « Mot de passe oublié ? », sur la page de connexion." }
        } @else {
            form method="post" action={ (PEOPLE) "/" (person) "/invitation" } {
                p #inviter-aide { "Cette personne n’a pas encore choisi comment se connecter. Le lien qu’elle avait reçu cesse de servir ; le nouveau sert une fois, pendant trois jours." }
                p.acts { button.btn type="submit" aria-describedby="inviter-aide" { "Inviter de nouveau" } }
            }
        }
    }
}

fn removing(person: Uuid, has_factor: bool) -> Markup {
    html! {
        @if has_factor {
            details.more {
                summary { "Retirer la double authentification" }
                form method="post" action={ (PEOPLE) "/" (person) "/double-authentification" } {
                    p { "Pour qui a perdu son téléphone et ses codes de secours : assurez-vous d’abord, de vive voix, que c’est bien cette personne qui le demande. Ses sessions se terminent, un courriel l’avertit avec votre motif, et son mot de passe suffit tant qu’elle n’en met pas une autre en place." }
                    div.field {
                        label for="motif-facteur" { "Motif" }
                        input #motif-facteur name="motif" required maxlength=(LONGEST_REASON) autocomplete="off";
                    }
                    p.acts { button.btn.sm.warn type="submit" { "Retirer sa double authentification" } }
                }
            }
        } @else { p { "Cette personne n’a pas de double authentification." } }
    }
}

/// `POST /personnes/{person}/invitation`
pub(super) async fn invite_again(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(post): State<Post>,
    Path(person): Path<Uuid>,
) -> WebResult<Redirect> {
    let change = Change::open(&db, &clock, signed.actor(), InvitePerson::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let allowed = allowed::<InvitePerson>(&mut change, &signed, person).await?;
    let sent = invite(&mut change, &clock, allowed).await;
    if sent.map_err(WebError::internal)?.is_none() {
        return Err(WebError::Conflict(
            "Il n’y a personne à inviter : cette personne a choisi entre-temps comment se connecter, ou son compte est fermé.".to_owned(),
        ));
    }
    change.commit().await.map_err(WebError::internal)?;
    let done = if post.is_open() {
        "invitee"
    } else {
        "invitee-sans-courriel"
    };
    post.hurry();
    Ok(Redirect::to(&format!("{PEOPLE}/{person}?fait={done}")))
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    motif: String,
}

/// `POST /personnes/{person}/double-authentification`
pub(super) async fn remove_factor(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(post): State<Post>,
    Path(person): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Redirect> {
    let why = typed.motif.trim();
    let mut change = opened::<RemoveFactor>((&db, &clock), &signed, why).await?;
    let allowed = allowed::<RemoveFactor>(&mut change, &signed, person).await?;
    if why.is_empty() || why.chars().count() > LONGEST_REASON {
        return Err(WebError::Invalid(
            "Dites pourquoi, en 500 caractères au plus : la personne le lira et le journal le garde. Revenez à la page précédente.".to_owned(),
        ));
    }
    let removed = factors::remove(&mut change, &clock, allowed, None).await;
    if !removed.map_err(WebError::internal)? {
        return Err(WebError::Conflict(
            "Cette personne n’a pas de double authentification.".to_owned(),
        ));
    }
    change.commit().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to(&format!(
        "{PEOPLE}/{person}?fait=facteur-retire"
    )))
}

/// The permit for an act upon the account of somebody else, whom whoever acts may know of.
async fn allowed<A>(change: &mut Change, signed: &Signed, person: Uuid) -> WebResult<Permit<A>>
where
    A: crate::access::Act<Thing = Whose>,
{
    if !sees(change.tx(), signed.reach(), person).await? {
        return Err(WebError::NotFound);
    }
    if signed.person.id == person {
        // There, a last code is asked first.
        return Err(WebError::Forbidden(
            "Pour votre propre compte, passez par « Mon compte ».".to_owned(),
        ));
    }
    let today = paris_date(change.at());
    Ok(permit::<A>(change, Whose { person, today }).await?)
}
