//! `/personnes/{person}`, its part about open sessions: for whoever may end them.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{PEOPLE, opened, sees};
use crate::access::grant::LONGEST_REASON;
use crate::access::origin::browser_words;
use crate::access::permit::{NotPermitted, permit, permit_aside};
use crate::access::session::OpenSession;
use crate::access::signed::Signed;
use crate::access::store::{self, EndSessions, Whose};
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::{Db, Tx};
use crate::platform::web::{WebError, WebResult, section_heading};

/// Why they are ended, as typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    motif: String,
    /// Whether what programs do for them ends as well.
    programmes: Option<String>,
}

/// `POST /personnes/{person}/sessions/terminer`
pub(super) async fn end(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(person): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Redirect> {
    let why = typed.motif.trim();
    let mut change = opened::<EndSessions>((&db, &clock), &signed, why).await?;
    if !sees(change.tx(), signed.reach(), person).await? {
        return Err(WebError::NotFound);
    }
    let whose = Whose {
        person,
        today: clock.today(),
    };
    let permit = permit::<EndSessions>(&mut change, whose).await?;
    if why.is_empty() || why.chars().count() > LONGEST_REASON {
        return Err(WebError::Invalid(
            "Dites pourquoi ces sessions sont terminées, en 500 caractères au plus : le journal le garde. Revenez à la page précédente.".to_owned(),
        ));
    }
    let programs = typed.programmes.is_some();
    let ended = store::end_sessions_of(&mut change, &clock, permit, programs).await;
    let done = match ended.map_err(WebError::internal)? {
        0 => "aucune-session",
        _ => "sessions",
    };
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("{PEOPLE}/{person}?fait={done}")))
}

/// The open sessions of somebody, for whoever may end them; nothing for anybody else.
pub(super) async fn open(
    tx: &mut Tx,
    signed: &Signed,
    whose: Whose,
) -> WebResult<Option<Vec<OpenSession>>> {
    let today = whose.today;
    match permit_aside::<EndSessions>(tx, today, signed.actor(), whose).await {
        Ok(permit) => Ok(Some(store::sessions_under(tx, &permit).await?)),
        Err(NotPermitted::Db(error)) => Err(error.into()),
        Err(NotPermitted::Denied(_) | NotPermitted::Unknown) => Ok(None),
    }
}

/// The part of the page. Where somebody is, and from which address, is nobody else's business.
pub(super) fn section(person: Uuid, sessions: &[OpenSession]) -> Markup {
    html! {
        section.sect aria-labelledby="sessions" {
            (section_heading("sessions", "Sessions ouvertes", None))
            @if sessions.is_empty() { p { "Aucune : cette personne n’est connectée nulle part." } }
            @else {
                table.tbl.stack {
                    caption.vh { "Sessions ouvertes, la plus récente d’abord" }
                    thead { tr { th scope="col" { "Navigateur" } th scope="col" { "Ouverte" } th scope="col" { "Dernier signe de vie" } } }
                    tbody { @for open in sessions { tr {
                        th scope="row" { (browser_words(&open.agent).as_deref().unwrap_or("Navigateur non reconnu")) }
                        td data-l="Ouverte" { (french_instant(open.started_at)) }
                        td data-l="Dernier signe de vie" { (french_instant(open.seen_at)) }
                    } } }
                }
            }
            details.more {
                summary { "Terminer ses sessions" }
                form method="post" action={ (PEOPLE) "/" (person) "/sessions/terminer" } {
                    p { "La personne devra se reconnecter partout. Un courriel l’en avertit." }
                    div.field {
                        label for="motif-sessions" { "Motif" }
                        input #motif-sessions name="motif" required maxlength="500" autocomplete="off";
                    }
                    div.check {
                        input #programmes type="checkbox" name="programmes" value="oui";
                        label for="programmes" { "Révoquer aussi ses accès par programme et les adresses de ses tableaux" }
                    }
                    p.acts { button.btn.sm.warn type="submit" { "Terminer toutes ses sessions" } }
                }
            }
        }
    }
}
