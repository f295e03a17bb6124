//! « Voir comme »: an administrator sees pages as somebody they administer does: reading only, for
//! half an hour, blind to what is sealed, and kept as an access of both.
//!
//! What lives here: beginning, what stands while it lasts, its end. What never does: a right of its
//! own; who may is the policy's, asked again at each page.

use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::html;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use uuid::Uuid;

use super::event::{self, Event, EventKind};
use super::grant::pages::{PEOPLE, sees};
use super::grant::store::{answering, holding};
use super::origin::Origin;
use super::policy::{Concern, Denied};
use super::reach::Reach;
use super::session::LOOKING_KEY;
use super::signed::Signed;
use super::store::{Person, fold_email, person};
use crate::platform::clock::{Clock, french_time};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{Looking, Shell, WebError, WebResult};

/// Seeing pages as somebody else does. No store asks a permit for it: it writes nothing.
pub(super) struct SeeAs;

impl SeeAs {
    /// Its word in the roles.
    pub(super) const NAME: &'static str = "person.see_as";
}

/// Where the view of somebody is ended.
pub(super) const END: &str = "/voir-comme/fin";
/// Where one is told that its time is over.
pub(super) const OVER: &str = "/voir-comme/terminee";
/// How long it lasts, in microseconds.
const LASTS: i64 = 30 * 60 * 1_000_000;

/// The pages that are somebody's own and nobody else's to look at; tables say so themselves.
const PERSONAL: [&str; 3] = ["/moi", "/reprise", "/aide/demandes"];

/// A view under way, as the session holds it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct View {
    /// As whom.
    person: Uuid,
    /// Until when, in microseconds UTC.
    until: i64,
}

/// What looking as somebody concerns: each of their grants must be the administrator's to give, so
/// that nobody sees further than they administer.
pub(super) async fn concerns(
    tx: &mut Tx,
    today: Date,
    seen: Uuid,
) -> Result<Vec<Concern>, DbError> {
    let mut concerns = Vec::new();
    for grant in holding(tx, seen, today).await? {
        let about = answering(tx, &grant.remit.organisation, "").await?;
        concerns.push(Concern {
            owner: Some(seen),
            role: Some(grant.remit.role),
            ..about
        });
    }
    if concerns.is_empty() {
        concerns.push(Concern::of_person(seen));
    }
    Ok(concerns)
}

/// Whether somebody may look as another, now.
pub(super) async fn may_see_as(
    tx: &mut Tx,
    today: Date,
    reach: &Reach,
    seen: Uuid,
) -> Result<Result<(), Denied>, DbError> {
    let concerns = concerns(tx, today, seen).await?;
    Ok(reach.allows(SeeAs::NAME, &concerns).map(drop))
}

/// As whom the session looks, if it does; told where its time is over, or the right is gone.
pub(super) async fn standing(
    session: &Session,
    tx: &mut Tx,
    clock: &Clock,
    administrator: &Reach,
) -> WebResult<Option<(Person, Looking)>> {
    let view: Option<View> = session.get(LOOKING_KEY).await.map_err(WebError::internal)?;
    let Some(view) = view else {
        return Ok(None);
    };
    let allowed = may_see_as(tx, clock.today(), administrator, view.person).await?;
    if clock.now() >= view.until || allowed.is_err() {
        return Err(WebError::First(OVER));
    }
    let seen = person(tx, view.person).await?;
    Ok(seen.map(|seen| {
        let looking = Looking {
            seen: seen.name.clone(),
            until: french_time(view.until),
            end: END,
        };
        (seen, looking)
    }))
}

/// Refuses what may not be done while looking as somebody: writing anything, and what is personal.
pub(super) fn refuse(parts: &Parts, seen: &str) -> WebResult<()> {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return Err(WebError::Forbidden(format!(
            "Vous voyez Jalon comme {seen} : rien ne peut être enregistré. Revenez à votre compte par le bandeau, en haut de la page, puis recommencez en votre nom."
        )));
    }
    let path = parts.uri.path();
    let below = |own: &str| {
        let rest = path.strip_prefix(own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if PERSONAL.into_iter().any(below) {
        return Err(personal(seen));
    }
    Ok(())
}

/// The refusal of what is somebody's own.
pub(super) fn personal(seen: &str) -> WebError {
    WebError::Forbidden(format!(
        "Cette page est personnelle : elle ne se voit pas comme {seen}."
    ))
}

/// Who stands behind a request that looks as somebody else: the person of the session, whatever
/// they look as.
pub(super) struct Administrator(Signed);

impl<S> FromRequestParts<S> for Administrator
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
{
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let signed = Signed::themselves(parts, state).await?;
        let back = "/".to_owned();
        signed.map(Self).ok_or(WebError::SignIn { back })
    }
}

/// `POST /personnes/{person}/voir-comme`: begins.
pub(super) async fn begin(
    signed: Signed,
    origin: Origin,
    session: Session,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(seen): Path<Uuid>,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let found = person(&mut tx, seen).await?;
    if !sees(&mut tx, signed.reach(), seen).await? {
        return Err(WebError::NotFound);
    }
    let found = found.ok_or(WebError::NotFound)?;
    let allowed = may_see_as(&mut tx, clock.today(), signed.reach(), seen).await?;
    drop(tx);
    allowed.map_err(|denied| WebError::Forbidden(denied.sentence))?;
    // It is kept before anything is seen.
    keep(&db, &clock, EventKind::SeeAs, (&signed, &found), &origin).await?;
    session.cycle_id().await.map_err(WebError::internal)?;
    let view = View {
        person: seen,
        until: clock.now() + LASTS,
    };
    let begun = session.insert(LOOKING_KEY, view).await;
    begun.map_err(WebError::internal)?;
    Ok(Redirect::to("/"))
}

/// `POST /voir-comme/fin`: ends.
pub(super) async fn end(
    Administrator(signed): Administrator,
    origin: Origin,
    session: Session,
    State(db): State<Db>,
    State(clock): State<Clock>,
) -> WebResult<Redirect> {
    let to = match finish(&signed, &origin, &session, (&db, &clock)).await? {
        Some(seen) => format!("{PEOPLE}/{seen}"),
        None => "/".to_owned(),
    };
    Ok(Redirect::to(&to))
}

/// `GET /voir-comme/terminee`: its time is over.
pub(super) async fn over(
    Administrator(signed): Administrator,
    origin: Origin,
    session: Session,
    State(db): State<Db>,
    State(clock): State<Clock>,
) -> WebResult<Response> {
    finish(&signed, &origin, &session, (&db, &clock)).await?;
    let body = html! {
        div.head {
            h1 { "Vous êtes revenu à votre compte" }
            p.lead { "Voir Jalon comme quelqu’un d’autre dure une demi-heure au plus, et tant que vous en avez le droit. Vous pouvez recommencer depuis la page de la personne." }
            p.acts { a.btn.main href="/" { "Accueil" } a.btn href=(PEOPLE) { "Personnes" } }
        }
    };
    Ok(signed
        .page("Vous êtes revenu à votre compte", &body)
        .into_response())
}

/// Ends a view, if there is one; as whom it was.
async fn finish(
    signed: &Signed,
    origin: &Origin,
    session: &Session,
    (db, clock): (&Db, &Clock),
) -> WebResult<Option<Uuid>> {
    let view: Option<View> = session
        .remove(LOOKING_KEY)
        .await
        .map_err(WebError::internal)?;
    let Some(view) = view else {
        return Ok(None);
    };
    session.cycle_id().await.map_err(WebError::internal)?;
    let seen = person(&mut db.read().await?, view.person).await?;
    if let Some(seen) = seen {
        keep(db, clock, EventKind::SeeAsEnd, (signed, &seen), origin).await?;
    }
    Ok(Some(view.person))
}

/// Keeps that somebody looks as another, among the accesses of both.
async fn keep(
    db: &Db,
    clock: &Clock,
    kind: EventKind,
    (signed, seen): (&Signed, &Person),
    origin: &Origin,
) -> Result<(), DbError> {
    let detail = format!("{PEOPLE}/{}", seen.id);
    let kept = Event {
        kind,
        person: Some(signed.person.id),
        account: Some(event::account_mark(&fold_email(&seen.email))),
        device: None,
        origin: origin.address.as_deref(),
        done: true,
        detail: Some(&detail),
    };
    let mut tx = db.write_aside().await?;
    event::store::keep(&mut tx, clock, &kept).await?;
    tx.commit().await
}
