//! `/api/v1/documents`: every document attached. It stands here, above all that documents are about:
//! `documents` does not know what a subject names.

use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::unknown_measure;
use crate::access::Reach;
use crate::access::api::{Caller, moment};
use crate::contracts::store as contracts;
use crate::documents::AboutKind;
use crate::documents::api::DocumentView;
use crate::documents::store::{self, Wanted};
use crate::figures::contest::store as contests;
use crate::frameworks::{Catalogue, Library};
use crate::kernel::Period;
use crate::organisations::Directories;
use crate::organisations::api::PLACE;
use crate::platform::api::{ApiQuery, ApiResult, Filter, Limit, Page, Paging, word};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// The filter that names what documents are about.
const SUBJECT: Filter = Filter::new(
    "subject",
    "ce que dit « subject » d’un document de cette sorte",
);
/// What documents are about.
const KINDS: [AboutKind; 4] = [
    AboutKind::Value,
    AboutKind::Indicator,
    AboutKind::Term,
    AboutKind::Contest,
];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AttachedQuery {
    /// De quelle sorte de chose ils parlent : `value`, `indicator`, `term` ou `contest`.
    about: Option<String>,
    /// De quoi, comme le dit `subject` d’un document.
    subject: Option<String>,
    /// Code du territoire, pour ceux d’une valeur.
    place: Option<String>,
    /// La période, comme la dit `period` d’un document.
    #[param(value_type = Option<String>)]
    period: Option<Period>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les documents attachés
#[utoipa::path(get, path = "/documents", tag = "Documents", params(AttachedQuery),
    responses((status = 200, description = "Une page, dans l’ordre où ils furent attachés", body = Page<DocumentView>)))]
pub(super) async fn attached(
    caller: Caller,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    ApiQuery(query): ApiQuery<AttachedQuery>,
) -> ApiResult<Json<Page<DocumentView>>> {
    let kinds = KINDS.map(|kind| (kind.code(), kind));
    let kind = word("about", query.about.as_deref(), kinds)?;
    let paging = Paging::new(query.limit, query.cursor.as_deref())?;
    let (reach, today) = (caller.reach(), clock.today());
    let mut tx = db.read().await?;
    let upto = moment(&mut tx, &paging, None).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let place = query.place.as_deref();
    PLACE.find(place, |code| directory.place(code))?;
    let subject = query.subject.as_deref();
    let period = query.period.map(|period| period.to_string());
    let wanted = Wanted {
        kind,
        subject,
        place,
        period: period.as_deref(),
        after: paging.after()?,
        upto,
    };
    let found = store::list(&mut tx, (reach, today), &wanted, paging.limit() + 1).await?;
    // What a document that they see is about, they may know of, be it no longer there.
    if let (Some(subject), true) = (subject, found.is_empty()) {
        let catalogue = library.catalogue(&mut tx, reach).await?;
        let ground = Ground {
            catalogue: &catalogue,
            reach,
            today,
        };
        if !ground.knows_one_of(&mut tx, kind, subject).await? {
            return Err(SUBJECT.names_nothing(subject));
        }
    }
    let items = found
        .into_iter()
        .map(|document| (document.id, document.into()));
    Ok(Json(paging.page(upto, items)?))
}

/// What is there to be attached to, for somebody on a day.
struct Ground<'g> {
    catalogue: &'g Catalogue,
    reach: &'g Reach,
    today: Date,
}

impl Ground<'_> {
    /// Whether a subject names something that they may know of: of that kind, or of any.
    async fn knows_one_of(
        &self,
        tx: &mut Tx,
        kind: Option<AboutKind>,
        subject: &str,
    ) -> Result<bool, DbError> {
        for one in KINDS {
            if kind.is_none_or(|kind| kind == one) && self.knows(tx, one, subject).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn knows(&self, tx: &mut Tx, kind: AboutKind, subject: &str) -> Result<bool, DbError> {
        match kind {
            AboutKind::Value => {
                let unknown = unknown_measure(tx, self.reach, self.catalogue, &[subject]).await?;
                Ok(unknown.is_none())
            }
            AboutKind::Indicator => Ok(self.knows_indicator(subject)),
            AboutKind::Term => self.knows_term(tx, subject).await,
            AboutKind::Contest => {
                let Ok(id) = subject.parse::<Uuid>() else {
                    return Ok(false);
                };
                let contest = contests::contest(tx, id).await?;
                Ok(contest.is_some_and(|one| !one.is_hidden(self.reach, self.today)))
            }
        }
    }

    /// `etat-ars-2024-2028/2.c.1`.
    fn knows_indicator(&self, subject: &str) -> bool {
        let named = subject.split_once('/');
        named.is_some_and(|(framework, key)| self.has_indicator(framework, key))
    }

    fn has_indicator(&self, framework: &str, key: &str) -> bool {
        let edited = self.catalogue.framework(framework);
        let mut indicators = edited.into_iter().flat_map(|one| &one.framework.indicators);
        indicators.any(|indicator| indicator.key == key)
    }

    /// The identifier of a contract, and an indicator that it may follow.
    async fn knows_term(&self, tx: &mut Tx, subject: &str) -> Result<bool, DbError> {
        let Some((contract, key)) = subject.split_once('/') else {
            return Ok(false);
        };
        let Ok(id) = contract.parse::<Uuid>() else {
            return Ok(false);
        };
        let seen = contracts::list(tx, self.reach, None, None).await?;
        let Some(card) = seen.iter().find(|card| card.id == id) else {
            return Ok(false);
        };
        let mut own = self.catalogue.own_of(&card.framework);
        let defines = own.any(|own| own.contract_id == id && own.indicator.key == key);
        Ok(defines || self.has_indicator(&card.framework, key))
    }
}
