//! `/api/v1/dhis2/dataValueSets`.

// The attribute that describes an address names its types in full.
#![allow(unused_qualifications)]

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::response::Response;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DataValueSet, parse_period, period_text, table};
use crate::access::api::{AsOf, Caller, moment};
use crate::figures::api::unknown_measure;
use crate::figures::values::{KEPT, UNSAID};
use crate::figures::{Figure, Snapshots, Subject};
use crate::frameworks::api::{FRAMEWORK, MEASURE};
use crate::frameworks::{Catalogue, Library};
use crate::imports::Imports;
use crate::imports::api::{BatchView, LARGEST_REQUEST, body, may_send, rehearse_table};
use crate::kernel::{Period, Value};
use crate::measures::Measure;
use crate::organisations::Directories;
use crate::organisations::api::PLACE;
use crate::platform::api::{ApiQuery, ApiResult, Paging, Problem, instant};
use crate::platform::clock::paris_date;
use crate::platform::db::Db;

/// The addresses of this module.
pub fn api<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Directories: FromRef<S>,
    Library: FromRef<S>,
    Snapshots: FromRef<S>,
    Imports: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(data_values, send_data_values))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
}

/// Des valeurs, dans le JSON `dataValueSets` de DHIS2.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DataValueSetView {
    /// Code du cadre, où il a été demandé.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_set: Option<String>,
    data_values: Vec<DataValueView>,
}

/// Une valeur de DHIS2.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DataValue)]
struct DataValueView {
    /// Code de la mesure.
    data_element: String,
    /// `2023`, `2023S1`, `2023Q1` ou `202309`.
    period: String,
    /// Code du territoire.
    org_unit: String,
    /// La part, comme `age=0-17;sex=F` ; `default` pour le tout.
    category_option_combo: String,
    /// Toujours `default`.
    attribute_option_combo: &'static str,
    /// Le nombre exact, `true` ou `false`, ou le texte.
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// Quand la première valeur est arrivée.
    #[schema(format = DateTime)]
    created: String,
    /// Quand celle-ci est arrivée.
    #[schema(format = DateTime)]
    last_updated: String,
}

impl DataValueView {
    /// `None` where there is no value to tell: DHIS2 has no word for why.
    fn of(measure: &Measure, subject: &Subject, figure: &Figure) -> Option<Self> {
        let value = match &figure.value {
            Value::Number(quantity) => quantity.amount(measure.per)?.to_string(),
            Value::YesNo(answer) => answer.to_string(),
            Value::Text(text) => text.clone(),
            Value::Unavailable(_) => return None,
        };
        let combo = match subject.breakdown.as_str() {
            "" => "default",
            part => part,
        };
        Some(Self {
            data_element: measure.code.clone(),
            period: period_text(subject.period),
            org_unit: subject.place.clone(),
            category_option_combo: combo.to_owned(),
            attribute_option_combo: "default",
            value,
            comment: figure.comment.clone(),
            created: instant(figure.first_received_at),
            last_updated: instant(figure.received_at),
        })
    }
}

/// Which values are asked for. DHIS2 names what is wanted by parameters that may come several
/// times.
#[derive(Debug, Default)]
struct Wanted {
    framework: Option<String>,
    measures: BTreeSet<String>,
    places: BTreeSet<String>,
    periods: BTreeSet<Period>,
    updated_since: Option<Date>,
    as_of: Option<AsOf>,
}

impl Wanted {
    fn of(pairs: Vec<(String, String)>) -> ApiResult<Self> {
        let mut wanted = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "dataSet" => wanted.framework = Some(value),
                "dataElement" => wanted.measures.extend([value]),
                "orgUnit" => wanted.places.extend([value]),
                "period" => wanted.periods.extend([period(&value)?]),
                "lastUpdated" => wanted.updated_since = Some(day(&value)?),
                "as_of" => {
                    let read: Result<AsOf, serde_json::Error> =
                        serde_json::from_value(value.into());
                    let read = read.map_err(|e| Problem::malformed("as_of", e.to_string()))?;
                    wanted.as_of = Some(read);
                }
                _ => {
                    let message = "ce nom n’est pas connu ici ; attendu : « dataSet », « dataElement », « orgUnit », « period », « lastUpdated » ou « as_of »";
                    return Err(Problem::malformed(name, message));
                }
            }
        }
        Ok(wanted)
    }

    /// The measures asked for, in the order of their codes.
    fn among<'c>(&self, catalogue: &'c Catalogue) -> ApiResult<Vec<&'c Measure>> {
        let framework = self.framework.as_deref();
        let filter = FRAMEWORK.called("dataSet");
        let framework = filter.find(framework, |code| catalogue.framework(code))?;
        let followed: Option<BTreeSet<&str>> = framework.map(|edited| {
            let framework = &edited.framework;
            let cited = framework.indicators.iter().flat_map(|i| &i.measures);
            let own = catalogue.own_of(&framework.code);
            let own = own.map(|own| own.measure.code.as_str());
            cited.map(String::as_str).chain(own).collect()
        });
        let asked = |measure: &&Measure| {
            let is_named = self.measures.is_empty() || self.measures.contains(&measure.code);
            let is_followed = |codes: &BTreeSet<&str>| codes.contains(measure.code.as_str());
            is_named && followed.as_ref().is_none_or(is_followed)
        };
        Ok(catalogue.all_measures().filter(asked).collect())
    }

    fn takes(&self, subject: &Subject, figure: &Figure) -> bool {
        let is_recent = |day: Date| paris_date(figure.received_at) >= day;
        (self.places.is_empty() || self.places.contains(&subject.place))
            && (self.periods.is_empty() || self.periods.contains(&subject.period))
            && self.updated_since.is_none_or(is_recent)
    }
}

fn period(text: &str) -> ApiResult<Period> {
    parse_period(text).ok_or_else(|| {
        let message = format!("attendu 2023, 2023S1, 2023Q1 ou 202309, reçu « {text} »");
        Problem::malformed("period", message)
    })
}

fn day(text: &str) -> ApiResult<Date> {
    text.parse().map_err(|_| {
        let message = format!("attendu un jour (2026-03-15), reçu « {text} »");
        Problem::malformed("lastUpdated", message)
    })
}

/// Lire les valeurs dans le format de DHIS2
///
/// Chaque paramètre `dataElement`, `orgUnit` et `period` peut venir plusieurs fois. Une absence
/// de valeur n’est pas dite : DHIS2 n’a pas de mot pour elle.
#[utoipa::path(get, path = "/dhis2/dataValueSets", tag = "DHIS2",
    params(("dataSet" = Option<String>, Query, description = "Code du cadre : les mesures que ses indicateurs suivent"),
        ("dataElement" = Option<String>, Query, description = "Code d’une mesure"),
        ("orgUnit" = Option<String>, Query, description = "Code d’un territoire"),
        ("period" = Option<String>, Query, description = "2023, 2023S1, 2023Q1 ou 202309"),
        ("lastUpdated" = Option<String>, Query, format = Date, description = "Celles qui sont arrivées ce jour-là ou après"),
        ("as_of" = Option<String>, Query, description = "Un jour (2026-03-15) ou un numéro de changement ; maintenant sans précision")),
    responses((status = 200, description = "Les valeurs, par mesure, territoire et période", body = DataValueSetView)))]
async fn data_values(
    caller: Caller,
    State(db): State<Db>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    State(snapshots): State<Snapshots>,
    ApiQuery(pairs): ApiQuery<Vec<(String, String)>>,
) -> ApiResult<Json<DataValueSetView>> {
    let wanted = Wanted::of(pairs)?;
    let mut tx = db.read().await?;
    let at_change = moment(&mut tx, &Paging::default(), wanted.as_of).await?;
    let catalogue = library.catalogue(&mut tx, caller.reach()).await?;
    let measures = wanted.among(&catalogue)?;
    let named: Vec<&str> = wanted.measures.iter().map(String::as_str).collect();
    let unknown = unknown_measure(&mut tx, caller.reach(), &catalogue, &named).await?;
    if let Some(unknown) = unknown {
        return Err(MEASURE.called("dataElement").names_nothing(unknown));
    }
    let directory = directories.current(&mut tx, caller.reach()).await?;
    for code in &wanted.places {
        let filter = PLACE.called("orgUnit");
        filter.find(Some(code), |code| directory.place(code))?;
    }
    let figures = snapshots.upto(&mut tx, caller.reach(), at_change).await?;
    drop(tx);
    let found = measures.into_iter().flat_map(|measure| {
        let series = figures.series(&measure.code).into_iter();
        series.flat_map(move |series| series.iter().map(move |(s, f)| (measure, s, f)))
    });
    let data_values = found
        .filter(|(_, subject, figure)| wanted.takes(subject, figure))
        .filter_map(|(measure, subject, figure)| DataValueView::of(measure, subject, figure))
        .collect();
    Ok(Json(DataValueSetView {
        data_set: wanted.framework,
        data_values,
    }))
}

/// Envoyer des valeurs dans le format de DHIS2, et voir ce qu’elles changeraient
///
/// C’est une répétition comme une autre : rien n’est écrit avant son enregistrement. Ce qui se
/// dit à côté (`supplier`, `source`, `reference_date`, `embargo_until`, `comment`, `status`) est
/// dans l’adresse.
#[utoipa::path(post, path = "/dhis2/dataValueSets", tag = "DHIS2",
    params(("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse")),
    request_body(content((DataValueSet = "application/json"))),
    responses((status = 201, description = "La répétition, à l’adresse que dit Location", body = BatchView,
        headers(("ETag" = String, description = "L’état de la répétition, à renvoyer dans If-Match"),
            ("Location" = String, description = "L’adresse de la répétition")))))]
async fn send_data_values(
    caller: Caller,
    State(imports): State<Imports>,
    ApiQuery(beside): ApiQuery<BTreeMap<String, String>>,
    request: Request,
) -> ApiResult<Response> {
    may_send(&caller)?;
    let bytes: Bytes = body(request).await?;
    let mut sent = table(&bytes)?;
    sent.beside.extend(beside);
    // DHIS2 has no word for them: its silence takes nothing away.
    let (unsaid, kept) = (UNSAID.0.to_owned(), KEPT.to_owned());
    sent.beside.insert(unsaid, kept);
    rehearse_table(imports, &caller, sent).await
}
