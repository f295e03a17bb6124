//! `/api/v1` put together from what each concept gives, and the document that describes it.

pub(super) mod page;

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, extract::State};
use sha2::{Digest, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, ObjectBuilder, OneOfBuilder, OpenApi,
    OpenApiBuilder, Ref, RefOr, ResponseBuilder, Schema, Type,
};
use utoipa::{PartialSchema as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::App;
use crate::access::api::{bearers_only, in_measure, once, unless_held};
use crate::contracts::api::{AboutTermView, SaidView};
use crate::figures::values::{AboutValueView, SaidValueView, SentValues};
use crate::people::{AboutGrantView, SaidGrantView};
use crate::platform::api::{
    Conditions, Etag, Fault, Problem, ProblemDocument, in_problem_documents,
};
use crate::platform::web::refuse_nul;
use crate::{contracts, documents, dossier, figures, frameworks, imports, organisations};

/// Where every address of this version begins.
const V1: &str = "/api/v1";
/// The name of the way in, in the document.
const BEARER: &str = "bearer";

/// The addresses that read what the history holds.
fn reading() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(frameworks::api::api())
        .merge(organisations::api::api())
        .merge(contracts::api::api())
        .merge(figures::api::api())
        .merge(documents::api::api())
        .merge(dossier::api::api())
        .merge(figures::dhis2::api::api())
}

/// The addresses through which files come in: what they give has states of its own.
fn intake() -> OpenApiRouter<App> {
    imports::api::api()
}

/// The description of the API, written once and served as it is.
#[derive(Clone, Debug)]
pub(super) struct Description {
    document: Arc<OpenApi>,
    json: Arc<str>,
    etag: Etag,
}

impl Description {
    /// From the addresses themselves, so that neither can be without the other.
    pub(super) fn new() -> Result<Self, serde_json::Error> {
        let (_, mut document) = OpenApiRouter::<App>::with_openapi(preamble())
            .nest(V1, reading().merge(intake()))
            .split_for_parts();
        for item in document.paths.paths.values_mut() {
            if let Some(read) = &mut item.get {
                with_refusals(read);
            }
            let operations = [&mut item.get, &mut item.post, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                with_problems(operation);
            }
        }
        describe_values(&mut document);
        describe_rows(&mut document);
        let json = document.to_pretty_json()?;
        let digest = crate::kernel::hex(&Sha256::digest(&json)[..8]);
        Ok(Self {
            document: Arc::new(document),
            json: json.into(),
            etag: Etag::of(&[&digest]),
        })
    }
}

/// What the document says of the API as a whole.
fn preamble() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Jalon")
        .version("1")
        .description(Some("Contrats d’objectifs et de moyens : cadres, contrats, valeurs. Les nombres sont des décimaux exacts, en texte ; les instants, en RFC 3339. Dans cette version, on n’ajoute que : ignorez les champs que vous ne connaissez pas. Une liste refuse (400, avec le nom du paramètre dans « errors ») un paramètre qu’elle n’a pas et un filtre dont la valeur ne désigne rien que vous puissiez voir, que la chose n’existe pas ou ne soit pas à voir pour vous ; une page vide dit donc toujours qu’il n’y a rien."))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Un accès ouvert sur la page /moi/acces."))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .schema(Fault::name(), Fault::schema())
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .security(Some([SecurityRequirement::new(
            BEARER,
            Vec::<String>::new(),
        )]))
        .build()
}

/// Says what the values are that a program sends: `imports`, which receives them, does not know.
fn describe_values(document: &mut OpenApi) {
    let path = document.paths.paths.get_mut("/api/v1/rehearsals");
    let body = path
        .and_then(|item| item.post.as_mut())
        .and_then(|operation| operation.request_body.as_mut());
    let Some(content) = body.and_then(|body| match body {
        RefOr::T(body) => body.content.get_mut("application/json"),
        RefOr::Ref(_) => None,
    }) else {
        return;
    };
    let mut schemas = Vec::new();
    let schema = described::<SentValues>(&mut schemas);
    *content = RefOr::T(ContentBuilder::new().schema(Some(schema)).build());
    if let Some(components) = &mut document.components {
        components.schemas.extend(schemas);
    }
}

/// Says what the rows of files are about and say: `imports`, which keeps them, does not know.
fn describe_rows(document: &mut OpenApi) {
    let Some(components) = &mut document.components else {
        return;
    };
    let mut schemas = Vec::new();
    let about = [
        described::<AboutValueView>(&mut schemas),
        described::<AboutTermView>(&mut schemas),
        described::<AboutGrantView>(&mut schemas),
    ];
    let said = [
        described::<SaidValueView>(&mut schemas),
        described::<SaidView>(&mut schemas),
        described::<SaidGrantView>(&mut schemas),
    ];
    components.schemas.extend(schemas);
    let Some(RefOr::T(Schema::Object(row))) = components.schemas.get_mut("Row") else {
        return;
    };
    for (name, kinds, may_be_null) in [
        ("about", &about, false),
        ("said_before", &said, true),
        ("said_after", &said, true),
    ] {
        let words = match row.properties.get(name) {
            Some(RefOr::T(Schema::Object(told))) => told.description.clone(),
            _ => None,
        };
        let mut one_of = OneOfBuilder::new().description(words);
        for kind in kinds {
            one_of = one_of.item(kind.clone());
        }
        if may_be_null {
            one_of = one_of.item(ObjectBuilder::new().schema_type(Type::Null));
        }
        row.properties.insert(name.to_owned(), one_of.into());
    }
}

/// The way to a schema, which is added to the list with those that it refers to.
fn described<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) -> Ref {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
    Ref::from_schema_name(T::name())
}

/// A list refuses what it cannot be asked: the one rule of `platform::api`.
fn with_refusals(operation: &mut Operation) {
    let mut parameters = operation.parameters.iter().flatten();
    let is_filtered = parameters.any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    });
    if is_filtered {
        let words = "Un paramètre que cette liste n’a pas, ou un filtre dont la valeur ne désigne rien que vous puissiez voir : « errors » dit lequel";
        refusal(operation, "400", words);
    }
}

/// Any address may be answered by a problem document.
fn with_problems(operation: &mut Operation) {
    let words = "Un problème, expliqué à l’adresse de son « type »";
    refusal(operation, "default", words);
}

/// Adds a problem document to what an address may answer.
fn refusal(operation: &mut Operation, status: &str, words: &str) {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let problem = ResponseBuilder::new()
        .description(words)
        .content("application/problem+json", content)
        .build();
    let responses = &mut operation.responses.responses;
    responses.insert(status.to_owned(), RefOr::T(problem));
}

/// Every address of the API, with what stands around them.
pub(super) fn router(app: &App) -> Router<App> {
    let (reading, _) = OpenApiRouter::new().nest(V1, reading()).split_for_parts();
    let (intake, _) = OpenApiRouter::new().nest(V1, intake()).split_for_parts();
    let reading = reading.layer(from_fn_with_state(app.clone(), unless_held::<App>));
    Router::new()
        .merge(reading)
        .merge(intake)
        .route("/api/{*unknown}", any(async || Problem::not_found()))
        .layer(from_fn_with_state(app.clone(), once::<App>))
        .layer(from_fn_with_state(app.clone(), in_measure::<App>))
        .layer(from_fn_with_state(app.clone(), bearers_only::<App>))
        .route("/api/v1/openapi.json", get(document))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(refuse_nul))
        .layer(from_fn(in_problem_documents))
}

/// `GET /api/v1/openapi.json`: it says nothing of what is kept, so nobody is asked who they are.
async fn document(State(description): State<Description>, conditions: Conditions) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(ETAG, description.etag.header());
    let revalidated = axum::http::HeaderValue::from_static("no-cache");
    headers.insert(CACHE_CONTROL, revalidated);
    if conditions.holds(&description.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let media = [(CONTENT_TYPE, "application/json")];
    (headers, media, description.json.to_string()).into_response()
}
