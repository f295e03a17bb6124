//! Correcting an indicator on screen: a new revision, with the reason given.

mod due;
mod fields;
mod form;
mod reading;
mod refused;
mod sheet;
mod typed;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

use crate::access::{Act as _, Concern, Reach, Signed, permit};
use crate::frameworks::held::{Hold, hold};
use crate::frameworks::store::{Origin, Revise, revisions};
use crate::frameworks::{
    Catalogue, Edited, Holders, Known, Library, Proposal, RevisionError, revise, write_texts,
};
use crate::ledger::Change;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{WebError, WebResult, document_with_status};
use form::Shown;
use sheet::Sheet;
use typed::{Complaint, Conflict, Typed};

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

/// The indicator on the bench, as it stands now.
struct Bench {
    catalogue: Arc<Catalogue>,
    edited: Arc<Edited>,
    sheet: Sheet,
    held: BTreeMap<String, Hold>,
}

pub(super) async fn form_page(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    workshop: Workshop,
) -> WebResult<Markup> {
    signed
        .reach()
        .demands::<Revise>(&[Concern::of("", &code)])?;
    let mut tx = workshop.db.read().await?;
    let bench = workshop.bench(&mut tx, signed.reach(), &code, &key).await?;
    let typed = Typed::of(&bench.sheet, bench.edited.no);
    Ok(signed.page(TITLE, &bench.shown(&typed, &[], &[]).page()))
}

pub(super) async fn save(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    workshop: Workshop,
    Form(fields): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    let typed = Typed::sent(fields);
    let reach = signed.reach();
    let mut change = Change::open(&workshop.db, &workshop.clock, signed.actor(), Revise::NAME)
        .await
        .map_err(WebError::internal)?
        .because(typed.motif.trim());
    let permit = permit::<Revise>(&mut change, code.clone()).await?;
    let mut bench = workshop.bench(change.tx(), reach, &code, &key).await?;
    bench.sheet = bench.sheet.with_room(typed.rules());
    let directory = workshop.directories.current(change.tx(), reach).await?;
    let known = bench.catalogue.known(Known::of(&directory));

    let seen = workshop
        .seen(change.tx(), reach, &bench.edited, &key, typed.base)
        .await?;
    let (merged, conflicts) =
        typed
            .clone()
            .brought_upon(&bench.sheet, seen.as_ref(), bench.edited.no);
    let put = merged.put_in(&bench.sheet, &known);
    if !conflicts.is_empty() {
        let complaints = put.err().unwrap_or_default();
        return Ok(bench.again(&signed, &merged, &complaints, &conflicts));
    }
    let sheet = match put {
        Ok(sheet) => sheet,
        Err(complaints) => return Ok(bench.again(&signed, &typed, &complaints, &[])),
    };
    let framework = &bench.edited.framework;
    let corrected = sheet.laid_in(framework);
    let refused = refused::complaints(framework, &corrected, &known);
    if !refused.is_empty() {
        return Ok(bench.again(&signed, &typed, &refused, &[]));
    }
    let proposal = Proposal {
        framework: &corrected,
        texts: &write_texts(&corrected),
        origin: Origin::Interface,
        base: Some(bench.edited.no),
    };
    let holders = workshop.holders;
    match revise(&mut change, permit, &bench.catalogue, holders, proposal).await {
        Ok(_) => {}
        Err(RevisionError::Ledger(cause)) => return Err(WebError::internal(cause)),
        Err(refused) => {
            let complaint = Complaint::of_the_whole(refused.to_string());
            return Ok(bench.again(&signed, &typed, &[complaint], &[]));
        }
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/indicateurs/{code}/{key}")).into_response())
}

impl Workshop {
    /// The database and the clock.
    pub(super) fn ground(&self) -> (&Db, &Clock) {
        (&self.db, &self.clock)
    }

    /// The frameworks.
    pub(super) fn library(&self) -> &Library {
        &self.library
    }

    async fn bench(&self, tx: &mut Tx, reach: &Reach, code: &str, key: &str) -> WebResult<Bench> {
        let catalogue = self.library.catalogue(tx, reach).await?;
        let edited = catalogue.framework(code).ok_or(WebError::NotFound)?.clone();
        let sheet = Sheet::of(&edited.framework, key).ok_or(WebError::NotFound)?;
        let held = hold(tx, self.holders, &sheet.measures).await?;
        Ok(Bench {
            catalogue,
            edited,
            sheet,
            held,
        })
    }

    /// The indicator as it was when its reader opened the form; none where that revision had no
    /// such indicator, or where there is no such revision.
    async fn seen(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        edited: &Edited,
        key: &str,
        base: i64,
    ) -> Result<Option<Sheet>, DbError> {
        let heads = revisions(tx, reach, &edited.framework.code).await?;
        let Some(head) = heads.iter().find(|head| head.no == base) else {
            return Ok(None);
        };
        let old = self.library.revision(tx, reach, head.id).await?;
        Ok(old.and_then(|old| Sheet::of(&old.framework, key)))
    }
}

impl Bench {
    fn shown<'a>(
        &'a self,
        typed: &'a Typed,
        complaints: &'a [Complaint],
        conflicts: &'a [Conflict],
    ) -> Shown<'a> {
        Shown {
            catalogue: &self.catalogue,
            edited: &self.edited,
            sheet: &self.sheet,
            held: &self.held,
            typed,
            complaints,
            conflicts,
        }
    }

    /// The form with what was typed and what is wrong.
    fn again(
        &self,
        signed: &Signed,
        typed: &Typed,
        complaints: &[Complaint],
        conflicts: &[Conflict],
    ) -> Response {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let page = self.shown(typed, complaints, conflicts).page();
        document_with_status(status, signed.view(), TITLE, &page)
    }
}
