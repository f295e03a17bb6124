//! `/api/v1/contracts`: contracts, their instruments, the terms in force.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

mod said;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, State};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, ContractCard};
use super::{FullContract, Held, Instrument, TermBody, TermKey};
use crate::access::Reach;
use crate::access::api::{AsOf, Caller, Listing};
use crate::frameworks::Library;
use crate::frameworks::api::FRAMEWORK;
use crate::organisations::Directories;
use crate::organisations::api::ORGANISATION;
use crate::platform::api::{
    ApiPath, ApiQuery, ApiResult, Filter, Limit, ListQuery, Page, Problem, instant, word,
};
use crate::platform::db::{Db, Tx};

pub(super) use said::Units;
pub use said::{AboutTermView, SaidView};

/// The filter of a list that names a contract.
pub const CONTRACT: Filter = Filter::new(
    "contract",
    "le nom d’un contrat dans les adresses (« slug » dans /api/v1/contracts)",
);
/// What terms are of, as their list is filtered by it.
const KINDS: [&str; 8] = [
    "choice",
    "definition",
    "baseline",
    "target",
    "commitment",
    "means",
    "party",
    "place",
];

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Directories: FromRef<S>,
    Library: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(contracts))
        .routes(routes!(contract))
        .routes(routes!(instruments))
        .routes(routes!(terms))
}

/// Un contrat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
struct ContractView {
    /// Identifiant, sous lequel les documents le nomment.
    id: Uuid,
    /// Son nom dans les adresses : `normandie-2024-2028`.
    slug: String,
    title: String,
    /// Code du cadre.
    framework: String,
    /// Code de l’organisation qu’il lie.
    organisation: String,
    /// Code du territoire qu’il couvre.
    place: String,
    starts: i16,
    ends: i16,
    /// Inventé pour la démonstration.
    fictional: bool,
}

impl From<ContractCard> for ContractView {
    fn from(card: ContractCard) -> Self {
        Self {
            id: card.id,
            slug: card.slug,
            title: card.title,
            framework: card.framework,
            organisation: card.organisation,
            place: card.place,
            starts: card.starts,
            ends: card.ends,
            fictional: card.fictional,
        }
    }
}

/// Un contrat avec ses volets.
#[derive(Debug, Serialize, ToSchema)]
struct ContractInFull {
    #[serde(flatten)]
    contract: ContractView,
    /// Ses volets ; un contrat d’un seul tenant en a un, sans libellé.
    sections: Vec<SectionView>,
}

/// Un volet d’un contrat.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Section)]
struct SectionView {
    key: String,
    label: String,
    /// Code du territoire qu’il couvre.
    place: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ContractQuery {
    /// Code du cadre.
    framework: Option<String>,
    /// Code d’une organisation qui y est partie aujourd’hui.
    organisation: Option<String>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les contrats
#[utoipa::path(get, path = "/contracts", tag = "Contrats", params(ContractQuery),
    responses((status = 200, description = "Une page, dans l’ordre des noms d’adresse", body = Page<ContractView>)))]
async fn contracts(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    ApiQuery(query): ApiQuery<ContractQuery>,
) -> ApiResult<Json<Page<ContractView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::now(&db, page).await?;
    let catalogue = library.catalogue(&mut list.tx, caller.reach()).await?;
    let directory = directories.current(&mut list.tx, caller.reach()).await?;
    let framework = query.framework.as_deref();
    FRAMEWORK.find(framework, |code| catalogue.framework(code))?;
    let party = query.organisation.as_deref();
    ORGANISATION.find(party, |code| directory.organisation(code))?;
    let mut found = store::list(&mut list.tx, caller.reach(), framework, None).await?;
    found.retain(|card| party.is_none_or(|code| card.has_party(code)));
    found.sort_by(|a, b| a.slug.cmp(&b.slug));
    let items = found.into_iter().map(|c| (c.slug.clone(), c.into()));
    list.page(items)
}

async fn full(tx: &mut Tx, reach: &Reach, slug: &str) -> ApiResult<FullContract> {
    let found = store::load(tx, reach, slug).await?;
    found.ok_or_else(Problem::not_found)
}

/// Lire un contrat
#[utoipa::path(get, path = "/contracts/{slug}", tag = "Contrats",
    params(("slug" = String, Path, description = "Nom du contrat dans les adresses")),
    responses((status = 200, description = "Le contrat", body = ContractInFull)))]
async fn contract(
    caller: Caller,
    State(db): State<Db>,
    ApiPath(slug): ApiPath<String>,
) -> ApiResult<Json<ContractInFull>> {
    let found = full(&mut db.read().await?, caller.reach(), &slug).await?;
    let contract = Arc::new(found).placed(i64::MAX).contract.clone();
    let sections = contract.sections.into_iter().map(|section| SectionView {
        key: section.key,
        label: section.label,
        place: section.place,
    });
    Ok(Json(ContractInFull {
        sections: sections.collect(),
        contract: ContractView {
            id: contract.id,
            slug: contract.slug,
            title: contract.title,
            framework: contract.framework,
            organisation: contract.organisation,
            place: contract.place,
            starts: contract.starts,
            ends: contract.ends,
            fictional: contract.fictional,
        },
    }))
}

/// Un acte : contrat, avenant, actualisation, correction…
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Instrument)]
struct InstrumentView {
    /// Numéro dans le contrat.
    no: i64,
    /// Clé de l’acte dans le cadre.
    act: String,
    /// `draft`, `signed` ou `abandoned`.
    state: &'static str,
    motive: Option<String>,
    /// Jour d’effet, tel qu’il est écrit.
    #[schema(value_type = Option<String>, format = Date)]
    effective_on: Option<Date>,
    /// Dernier jour écrit à côté d’une signature.
    #[schema(value_type = Option<String>, format = Date)]
    signed_on: Option<Date>,
    /// Quand la préparation a commencé.
    #[schema(format = DateTime)]
    created_at: String,
    /// Quand la signature a été enregistrée.
    #[schema(format = DateTime)]
    signed_at: Option<String>,
    /// Le changement qui l’a mis en vigueur.
    signed_change: Option<i64>,
}

impl From<&Instrument> for InstrumentView {
    fn from(instrument: &Instrument) -> Self {
        Self {
            no: instrument.no,
            act: instrument.act.clone(),
            state: instrument.state.code(),
            motive: instrument.motive.clone(),
            effective_on: instrument.effective_on,
            signed_on: instrument.signed_on(),
            created_at: instant(instrument.created.at),
            signed_at: instrument.signed.as_ref().map(|stamp| instant(stamp.at)),
            signed_change: instrument.signed_change(),
        }
    }
}

/// Lister les actes d’un contrat
#[utoipa::path(get, path = "/contracts/{slug}/instruments", tag = "Contrats",
    params(("slug" = String, Path, description = "Nom du contrat dans les adresses"), ListQuery),
    responses((status = 200, description = "Une page, dans l’ordre des numéros", body = Page<InstrumentView>)))]
async fn instruments(
    caller: Caller,
    State(db): State<Db>,
    ApiPath(slug): ApiPath<String>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<Page<InstrumentView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::now(&db, page).await?;
    let found = full(&mut list.tx, caller.reach(), &slug).await?;
    let items = found.instruments.iter().map(|i| (i.no, i.into()));
    list.page(items)
}

/// Un terme en vigueur, avec l’acte qui l’a fixé.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Term)]
struct TermView {
    /// Clé du volet.
    section: String,
    /// `choice`, `definition`, `baseline`, `target`, `commitment`, `means`, `party` ou `place`.
    kind: &'static str,
    /// Clé de l’indicateur, de l’engagement, de la ligne de moyens ou du rôle.
    subject: String,
    /// Code de la mesure, étape du moyen ou code de l’organisation.
    facet: Option<String>,
    year: Option<i16>,
    /// Ce qu’il dit, dans la forme interne de Jalon, gardée en v1 pour les programmes qui la
    /// lisent déjà et décrite nulle part : lisez plutôt `said`.
    #[schema(value_type = Value)]
    says: serde_json::Value,
    /// Ce qu’il dit, en clair ; les nombres sont des décimaux exacts, en texte, avec leur unité.
    said: SaidView,
    motive: Option<String>,
    /// Numéro de l’acte qui l’a fixé.
    instrument: i64,
    /// Le changement qui l’a mis en vigueur.
    change: Option<i64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TermQuery {
    /// `choice`, `definition`, `baseline`, `target`, `commitment`, `means`, `party` ou `place`.
    kind: Option<String>,
    /// Un jour (« au 2026-03-15 ») ou un numéro de changement ; maintenant sans précision.
    #[param(value_type = Option<String>)]
    as_of: Option<AsOf>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les termes en vigueur d’un contrat
#[utoipa::path(get, path = "/contracts/{slug}/terms", tag = "Contrats",
    params(("slug" = String, Path, description = "Nom du contrat dans les adresses"), TermQuery),
    responses((status = 200, description = "Une page, par volet, sorte, sujet, facette et année", body = Page<TermView>)))]
async fn terms(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiPath(slug): ApiPath<String>,
    ApiQuery(query): ApiQuery<TermQuery>,
) -> ApiResult<Json<Page<TermView>>> {
    let kind = word(
        "kind",
        query.kind.as_deref(),
        KINDS.map(|kind| (kind, kind)),
    )?;
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::at(&db, page, query.as_of).await?;
    let found = full(&mut list.tx, caller.reach(), &slug).await?;
    let (tx, at_change) = (&mut list.tx, list.at_change);
    let catalogue = library.catalogue_at(tx, caller.reach(), at_change).await?;
    let framework = catalogue.framework(&found.contract.framework);
    let in_force = found.in_force(at_change);
    let units = Units {
        framework: framework.map(|edited| &edited.framework),
        catalogue: &catalogue,
        terms: &in_force,
    };
    let mut items = Vec::new();
    for (key, held) in in_force.iter() {
        if kind.is_none_or(|kind| kind == key.slot.kind()) {
            let view = view(&found, (key, held), &units)?;
            let order = (
                view.section.clone(),
                view.kind.to_owned(),
                view.subject.clone(),
                view.facet.clone(),
                view.year,
            );
            items.push((order, view));
        }
    }
    items.sort_by(|a, b| a.0.cmp(&b.0));
    list.page(items)
}

fn view(
    full: &FullContract,
    (key, held): (&TermKey, Held<'_>),
    units: &Units<'_>,
) -> ApiResult<TermView> {
    let about = AboutTermView::of(&full.contract, key);
    Ok(TermView {
        section: about.section,
        kind: about.kind,
        subject: about.subject,
        facet: about.facet,
        year: about.year,
        says: says(held.body).map_err(Problem::internal)?,
        said: SaidView::of(key, held.body, units),
        motive: held.motive().map(ToOwned::to_owned),
        instrument: held.instrument.no,
        change: held.instrument.signed_change(),
    })
}

/// What a term says as the domain keeps it, without its kind, which stands beside it: the form that
/// programs were given before there was [`SaidView`].
fn says(body: &TermBody) -> Result<serde_json::Value, serde_json::Error> {
    match body {
        TermBody::Choice(choice) => serde_json::to_value(choice),
        TermBody::Definition(definition) => serde_json::to_value(definition),
        TermBody::Baseline(baseline) => serde_json::to_value(baseline),
        TermBody::Target(target) => serde_json::to_value(target),
        TermBody::Commitment(commitment) => serde_json::to_value(commitment),
        TermBody::Means(means) => serde_json::to_value(means),
        TermBody::Party(membership) => serde_json::to_value(membership),
        TermBody::Place(covered) => serde_json::to_value(covered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::Slot;

    #[test]
    fn every_kind_of_term_filters_their_list() {
        for kind in KINDS {
            let slot = Slot::from_columns(kind, "sujet", "notified", "2024").unwrap();
            assert_eq!(slot.kind(), kind);
        }
    }
}
