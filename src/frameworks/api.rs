//! `/api/v1/frameworks`, `/api/v1/indicators`, `/api/v1/measures`.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRef, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Edited, Framework, Indicator, Library, Method, Node};
use crate::access::api::{Caller, Listing};
use crate::kernel::{Decimal, ValueKind};
use crate::measures::{Aggregation, Break, Direction, Measure, Window};
use crate::platform::api::{ApiPath, ApiQuery, ApiResult, Filter, Limit, ListQuery, Page, Problem};
use crate::platform::db::Db;

/// The filter of a list that names a framework.
pub const FRAMEWORK: Filter = Filter::new(
    "framework",
    "le code d’un cadre (« code » dans /api/v1/frameworks)",
);
/// The filter of a list that names a measure.
pub const MEASURE: Filter = Filter::new(
    "measure",
    "le code d’une mesure (« code » dans /api/v1/measures)",
);

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Library: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(frameworks))
        .routes(routes!(framework))
        .routes(routes!(indicators))
        .routes(routes!(indicator))
        .routes(routes!(measures))
        .routes(routes!(measure))
}

/// Un cadre contractuel, dans sa révision en vigueur.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Framework)]
struct FrameworkView {
    code: String,
    title: String,
    /// Les générations d’une même famille se suivent.
    family: String,
    /// Code de la génération précédente.
    previous: Option<String>,
    /// Première année.
    starts: i16,
    /// Dernière année.
    ends: i16,
    /// Code INSEE, où le cadre est celui d’une seule région.
    region: Option<String>,
    /// Numéro de la révision en vigueur.
    revision: i64,
    /// Nombre d’indicateurs.
    indicators: usize,
}

impl From<&Edited> for FrameworkView {
    fn from(edited: &Edited) -> Self {
        let framework = &edited.framework;
        Self {
            code: framework.code.clone(),
            title: framework.title.clone(),
            family: framework.family.clone(),
            previous: framework.previous.clone(),
            starts: framework.starts,
            ends: framework.ends,
            region: framework.region.clone(),
            revision: edited.no,
            indicators: framework.indicators.len(),
        }
    }
}

/// Un cadre avec l’arbre de ses objectifs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FrameworkInFull)]
struct FrameworkInFull {
    #[serde(flatten)]
    framework: FrameworkView,
    /// Sortes d’indicateurs : clé et libellé.
    kinds: Vec<Named>,
    /// Objectifs et autres nœuds, chacun après son parent.
    nodes: Vec<NodeView>,
}

/// Une clé et son libellé.
#[derive(Debug, Serialize, ToSchema)]
struct Named {
    key: String,
    label: String,
}

/// Un nœud de l’arbre des objectifs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Node)]
struct NodeView {
    key: String,
    /// Clé de son niveau : axe, objectif…
    level: String,
    /// Clé du nœud au-dessus.
    parent: Option<String>,
    /// Code tel qu’imprimé.
    code: Option<String>,
    label: String,
}

impl From<&Node> for NodeView {
    fn from(node: &Node) -> Self {
        Self {
            key: node.key.clone(),
            level: node.level.clone(),
            parent: node.parent.clone(),
            code: node.code.clone(),
            label: node.label.clone(),
        }
    }
}

/// Lister les cadres contractuels
#[utoipa::path(get, path = "/frameworks", tag = "Cadres", params(ListQuery),
    responses((status = 200, description = "Une page, dans l’ordre des codes", body = Page<FrameworkView>)))]
async fn frameworks(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<Page<FrameworkView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::at(&db, page, None).await?;
    let catalogue = library
        .catalogue_at(&mut list.tx, caller.reach(), list.at_change)
        .await?;
    let found: BTreeMap<String, &Edited> = catalogue
        .frameworks()
        .into_iter()
        .map(|edited| (edited.framework.code.clone(), edited.as_ref()))
        .collect();
    let items = found
        .into_iter()
        .map(|(code, edited)| (code, edited.into()));
    list.page(items)
}

/// Lire un cadre et l’arbre de ses objectifs
#[utoipa::path(get, path = "/frameworks/{code}", tag = "Cadres",
    params(("code" = String, Path, description = "Code du cadre")),
    responses((status = 200, description = "Le cadre", body = FrameworkInFull)))]
async fn framework(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiPath(code): ApiPath<String>,
) -> ApiResult<Json<FrameworkInFull>> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, caller.reach()).await?;
    let edited = catalogue.framework(&code).ok_or_else(Problem::not_found)?;
    let kinds = edited.framework.kinds.iter().map(|kind| Named {
        key: kind.key.clone(),
        label: kind.label.clone(),
    });
    Ok(Json(FrameworkInFull {
        framework: edited.as_ref().into(),
        kinds: kinds.collect(),
        nodes: edited.framework.nodes.iter().map(NodeView::from).collect(),
    }))
}

/// Un indicateur d’un cadre.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Indicator)]
struct IndicatorView {
    /// Code du cadre.
    framework: String,
    /// Identité pour toujours, unique dans le cadre.
    key: String,
    /// Code tel qu’imprimé ; il peut manquer ou se répéter.
    code: Option<String>,
    label: String,
    /// Clé de l’objectif.
    node: String,
    /// Clé de sa sorte.
    kind: String,
    /// Codes des mesures qu’il suit.
    measures: Vec<String>,
    /// Chaque contrat le définit.
    left_to_contract: bool,
    /// Comment l’atteinte est calculée.
    #[schema(value_type = String)]
    method: Method,
    /// Codes des organisations qui fournissent ses valeurs.
    suppliers: Vec<String>,
    /// Codes des directions responsables.
    leads: Vec<String>,
    /// Où le fournisseur prend les valeurs.
    source: Option<String>,
}

impl IndicatorView {
    fn of(framework: &Framework, indicator: &Indicator) -> Self {
        Self {
            framework: framework.code.clone(),
            key: indicator.key.clone(),
            code: indicator.code.clone(),
            label: indicator.label.clone(),
            node: indicator.node.clone(),
            kind: indicator.kind.clone(),
            measures: indicator.measures.clone(),
            left_to_contract: indicator.left_to_contract,
            method: indicator.method,
            suppliers: indicator.suppliers.clone(),
            leads: indicator.leads.clone(),
            source: indicator.source.clone(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct IndicatorQuery {
    /// Code du cadre.
    framework: Option<String>,
    /// Code d’une mesure suivie.
    measure: Option<String>,
    /// Nombre d’éléments par page, de 1 à 1000 (100 sans précision).
    #[param(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    limit: Option<Limit>,
    /// Le `next` de la page précédente.
    cursor: Option<String>,
}

/// Lister les indicateurs
#[utoipa::path(get, path = "/indicators", tag = "Cadres", params(IndicatorQuery),
    responses((status = 200, description = "Une page, par cadre puis par clé", body = Page<IndicatorView>)))]
async fn indicators(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiQuery(query): ApiQuery<IndicatorQuery>,
) -> ApiResult<Json<Page<IndicatorView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::at(&db, page, None).await?;
    let catalogue = library
        .catalogue_at(&mut list.tx, caller.reach(), list.at_change)
        .await?;
    let wanted = FRAMEWORK.find(query.framework.as_deref(), |code| catalogue.framework(code))?;
    let known = |code: &str| {
        let found = catalogue.measure(code);
        found.filter(|_| catalogue.is_known(code, caller.reach()))
    };
    let measure = MEASURE.find(query.measure.as_deref(), known)?;
    let frameworks = match wanted {
        Some(edited) => vec![edited],
        None => catalogue.frameworks(),
    };
    let mut found = BTreeMap::new();
    for edited in frameworks {
        let framework = &edited.framework;
        for indicator in &framework.indicators {
            let follows = measure.is_none_or(|measure| indicator.measures.contains(&measure.code));
            if follows {
                let key = (framework.code.clone(), indicator.key.clone());
                found.insert(key, IndicatorView::of(framework, indicator));
            }
        }
    }
    list.page(found)
}

/// Lire un indicateur
#[utoipa::path(get, path = "/frameworks/{code}/indicators/{key}", tag = "Cadres",
    params(("code" = String, Path, description = "Code du cadre"),
           ("key" = String, Path, description = "Clé de l’indicateur")),
    responses((status = 200, description = "L’indicateur", body = IndicatorView)))]
async fn indicator(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiPath((code, key)): ApiPath<(String, String)>,
) -> ApiResult<Json<IndicatorView>> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, caller.reach()).await?;
    let edited = catalogue.framework(&code).ok_or_else(Problem::not_found)?;
    let found = edited.framework.indicators.iter().find(|i| i.key == key);
    let indicator = found.ok_or_else(Problem::not_found)?;
    Ok(Json(IndicatorView::of(&edited.framework, indicator)))
}

/// Ce qui est mesuré, quelle que soit la génération de contrats qui le suit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Measure)]
struct MeasureView {
    code: String,
    label: String,
    /// `number`, `yes_no` ou `text`.
    #[schema(value_type = String)]
    value_kind: ValueKind,
    unit: Option<String>,
    /// Décimales montrées.
    decimals: Option<u8>,
    /// Un taux est numérateur / dénominateur × `per`.
    per: Option<u32>,
    /// `higher`, `lower`, `maintain` ou `none`.
    #[schema(value_type = String)]
    direction: Direction,
    /// `sum`, `ratio` ou `none`.
    #[schema(value_type = String)]
    aggregation: Aggregation,
    /// Plus petite valeur plausible, en décimal exact.
    #[schema(value_type = Option<String>)]
    min: Option<Decimal>,
    /// Plus grande valeur plausible, en décimal exact.
    #[schema(value_type = Option<String>)]
    max: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    window: Option<Window>,
    numerator: Option<String>,
    denominator: Option<String>,
    /// Années où la définition change.
    breaks: Vec<BreakView>,
    note: Option<String>,
}

/// Une rupture de série.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Break)]
struct BreakView {
    /// Première année de la nouvelle définition.
    since: i16,
    reason: String,
    /// Si les valeurs d’avant et d’après se comparent.
    comparable: bool,
}

impl From<&Break> for BreakView {
    fn from(known: &Break) -> Self {
        Self {
            since: known.since,
            reason: known.reason.clone(),
            comparable: known.comparable,
        }
    }
}

impl From<&Measure> for MeasureView {
    fn from(measure: &Measure) -> Self {
        Self {
            code: measure.code.clone(),
            label: measure.label.clone(),
            value_kind: measure.value_kind,
            unit: measure.unit.clone(),
            decimals: measure.decimals,
            per: measure.per,
            direction: measure.direction,
            aggregation: measure.aggregation,
            min: measure.min,
            max: measure.max,
            window: measure.window,
            numerator: measure.numerator.clone(),
            denominator: measure.denominator.clone(),
            breaks: measure.breaks.iter().map(BreakView::from).collect(),
            note: measure.note.clone(),
        }
    }
}

/// Lister les mesures
#[utoipa::path(get, path = "/measures", tag = "Cadres", params(ListQuery),
    responses((status = 200, description = "Une page, dans l’ordre des codes", body = Page<MeasureView>)))]
async fn measures(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> ApiResult<Json<Page<MeasureView>>> {
    let page = (query.limit, query.cursor.as_deref());
    let mut list = Listing::at(&db, page, None).await?;
    let catalogue = library
        .catalogue_at(&mut list.tx, caller.reach(), list.at_change)
        .await?;
    let items = catalogue.measures().map(|m| (m.code.clone(), m.into()));
    list.page(items)
}

/// Lire une mesure
#[utoipa::path(get, path = "/measures/{code}", tag = "Cadres",
    params(("code" = String, Path, description = "Code de la mesure")),
    responses((status = 200, description = "La mesure", body = MeasureView)))]
async fn measure(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    ApiPath(code): ApiPath<String>,
) -> ApiResult<Json<MeasureView>> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, caller.reach()).await?;
    let found = catalogue.measure(&code);
    let known = found.filter(|_| catalogue.is_known(&code, caller.reach()));
    Ok(Json(known.ok_or_else(Problem::not_found)?.into()))
}
