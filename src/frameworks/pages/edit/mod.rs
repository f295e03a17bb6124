//! Correcting an indicator on screen: a new revision, with the reason given.

mod form;
mod typed;

use std::convert::Infallible;

use axum::Form;
use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

use crate::access::{Act as _, Reach, Signed};
use crate::frameworks::store::{Origin, Revise, revisions};
use crate::frameworks::{
    Edited, Framework, Holders, Indicator, Known, Library, Proposal, RevisionError, Severity,
    read_texts, revise, write_texts,
};
use crate::ledger::Change;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{WebError, WebResult, document_with_status};
use form::Shown;
use typed::{Complaint, Typed};

const TITLE: &str = "Corriger un indicateur";

/// What a correction works with.
#[derive(Clone, Debug)]
pub(super) struct Workshop {
    db: Db,
    clock: Clock,
    library: Library,
    holders: Holders,
    directories: Directories,
}

impl<S> FromRequestParts<S> for Workshop
where
    S: Send + Sync,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Library: FromRef<S>,
    Holders: FromRef<S>,
    Directories: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self {
            db: Db::from_ref(state),
            clock: Clock::from_ref(state),
            library: Library::from_ref(state),
            holders: Holders::from_ref(state),
            directories: Directories::from_ref(state),
        })
    }
}

pub(super) async fn form_page(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    State(db): State<Db>,
    State(library): State<Library>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let indicator = find(&edited.framework, &key).ok_or(WebError::NotFound)?;
    let shown = Shown {
        edited,
        indicator,
        typed: &Typed::of(indicator, edited.no),
        complaints: &[],
        conflicts: &[],
    };
    Ok(signed.page(TITLE, &shown.page()))
}

pub(super) async fn save(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    workshop: Workshop,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let permit = signed.may::<Revise>(code.clone())?;
    let reach = signed.reach();
    let mut change = Change::open(&workshop.db, &workshop.clock, signed.actor(), Revise::NAME)
        .await
        .map_err(WebError::internal)?
        .because(typed.motif.trim());
    let catalogue = workshop.library.catalogue(change.tx(), reach).await?;
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let indicator = find(&edited.framework, &key).ok_or(WebError::NotFound)?;
    let directory = workshop.directories.current(change.tx(), reach).await?;
    let known = catalogue.known(Known::of(&directory));

    let seen = workshop
        .seen(change.tx(), reach, edited, &key, typed.base)
        .await?;
    let now = Typed::of(indicator, edited.no);
    let asked_for = typed.clone();
    let (merged, conflicts) = typed.brought_upon(&now, seen.as_ref());
    let complaints = merged.complaints(&known);
    let again = |typed: &Typed, complaints: &[Complaint]| {
        let shown = Shown {
            edited,
            indicator,
            typed,
            complaints,
            conflicts: &conflicts,
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        document_with_status(status, signed.view(), TITLE, &shown.page())
    };
    if !conflicts.is_empty() {
        return Ok(again(&merged, &complaints));
    }
    if !complaints.is_empty() {
        return Ok(again(&asked_for, &complaints));
    }
    let corrected = corrected(&edited.framework, &key, &merged);
    if let Some(complaint) = rejected(&corrected, &known) {
        return Ok(again(&asked_for, &[complaint]));
    }
    let proposal = Proposal {
        framework: &corrected,
        texts: &write_texts(&corrected),
        origin: Origin::Interface,
        base: Some(edited.no),
    };
    match revise(&mut change, permit, &catalogue, workshop.holders, proposal).await {
        Ok(_) => {}
        Err(RevisionError::Ledger(cause)) => return Err(WebError::internal(cause)),
        Err(refused) => return Ok(again(&asked_for, &[about_the_whole(&refused.to_string())])),
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/indicateurs/{code}/{key}")).into_response())
}

impl Workshop {
    /// The form as it was when its reader opened it; none where that revision had no such
    /// indicator, or where there is no such revision.
    async fn seen(
        &self,
        tx: &mut Tx,
        reach: Reach,
        edited: &Edited,
        key: &str,
        base: i64,
    ) -> Result<Option<Typed>, DbError> {
        let code = &edited.framework.code;
        let heads = revisions(tx, reach, code).await?;
        let Some(head) = heads.iter().find(|head| head.no == base) else {
            return Ok(None);
        };
        let old = self.library.revision(tx, reach, head.id).await?;
        let indicator = old.as_ref().and_then(|old| find(&old.framework, key));
        Ok(indicator.map(|indicator| Typed::of(indicator, base)))
    }
}

fn find<'a>(framework: &'a Framework, key: &str) -> Option<&'a Indicator> {
    framework.indicators.iter().find(|i| i.key == key)
}

fn corrected(framework: &Framework, key: &str, typed: &Typed) -> Framework {
    let mut corrected = framework.clone();
    for indicator in corrected.indicators.iter_mut().filter(|i| i.key == key) {
        typed.apply(indicator);
    }
    corrected
}

/// What the check of the whole framework still has against it: the form itself was checked.
fn rejected(framework: &Framework, known: &Known) -> Option<Complaint> {
    let reading = read_texts(&framework.code, &write_texts(framework), known);
    let mut errors = reading
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    errors.next().map(|problem| {
        about_the_whole(&format!(
            "Ce cadre a par ailleurs un défaut, qui empêche d’en enregistrer une révision : {}. Prévenez la personne qui charge les cadres ; votre saisie est gardée ci-dessous.",
            problem.message
        ))
    })
}

fn about_the_whole(message: &str) -> Complaint {
    Complaint {
        field: None,
        message: message.to_owned(),
    }
}
