//! `POST /api/v1/rehearsals`: a file, or the values themselves.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use utoipa::ToSchema;

use super::view::BatchView;
use super::{read_now, refusal};
use crate::access::Concern;
use crate::access::api::Caller;
use crate::imports::pages::{Sent, Unread, sent};
use crate::imports::{Imports, Intake, Mistake, Said, SendFile, SentFile, SentTable};
use crate::platform::api::{ApiQuery, ApiResult, Code, Fault, FileBytes, Problem};

/// Un fichier, et ce qui se dit à côté, dans des champs des noms de l’adresse.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "it describes a form, which is read field by field"
)]
struct SentForm {
    file: FileBytes,
}

/// Envoyer des valeurs, et voir ce qu’elles changeraient
///
/// Trois façons : les valeurs en JSON (`application/json`) ; un fichier seul (`text/csv`,
/// classeur XLSX ou ODS), ce qui se dit à côté étant alors dans l’adresse (`framework`,
/// `supplier`, `source`, `reference_date`, `embargo_until`, `comment`, `status`, `name`,
/// `kind`) ; un formulaire (`multipart/form-data`) avec le fichier dans `file` et le reste dans
/// des champs des mêmes noms. Rien n’est écrit avant l’enregistrement.
#[utoipa::path(post, path = "/rehearsals", tag = "Envois",
    params(("Idempotency-Key" = Option<String>, Header, description = "Une clé du programme : la même demande envoyée deux fois reçoit la même réponse")),
    request_body(content((serde_json::Value = "application/json"), (FileBytes = "text/csv"), (SentForm = "multipart/form-data"))),
    responses((status = 201, description = "La répétition, à l’adresse que dit Location", body = BatchView,
        headers(("ETag" = String, description = "L’état de la répétition, à renvoyer dans If-Match"),
            ("Location" = String, description = "L’adresse de la répétition")))))]
pub(super) async fn rehearse(
    caller: Caller,
    State(imports): State<Imports>,
    ApiQuery(beside): ApiQuery<BTreeMap<String, String>>,
    request: Request,
) -> ApiResult<Response> {
    may_send(&caller)?;
    let media = request.headers().get(CONTENT_TYPE);
    let media = media.and_then(|media| media.to_str().ok()).unwrap_or("");
    let media = media.split(';').next().unwrap_or("").trim().to_owned();
    let received = match media.as_str() {
        "application/json" => Received::values(&imports, &body(request).await?)?,
        "multipart/form-data" => Received::form(request).await?,
        "" => return Err(Problem::plain(Code::Media)),
        media if is_a_table(media) => Received {
            texts: beside,
            bytes: body(request).await?.to_vec(),
        },
        media => {
            let detail = format!(
                "« {media} » n’est pas lu ici : envoyez application/json, text/csv, un classeur XLSX ou ODS, ou multipart/form-data."
            );
            return Err(Problem::new(Code::Media, detail));
        }
    };
    received.rehearse(imports, &caller).await
}

/// Refuses whoever may send no file, before anything of it is read.
///
/// # Errors
/// A refusal that says who can.
pub fn may_send(caller: &Caller) -> ApiResult<()> {
    caller.writes()?;
    Ok(caller.reach().demands::<SendFile>(&[Concern::to_come()])?)
}

/// Rehearses the values that another layout of JSON brought, as those of [`rehearse`] are.
pub async fn rehearse_table(
    imports: Imports,
    caller: &Caller,
    table: SentTable,
) -> ApiResult<Response> {
    Received::from(table).rehearse(imports, caller).await
}

/// What a file is, its bytes say; these are the types under which one is sent.
fn is_a_table(media: &str) -> bool {
    media == "text/csv"
        || media == "text/plain"
        || media == "application/octet-stream"
        || media.starts_with("application/vnd.")
}

/// The body of a request, read whole.
pub async fn body(request: Request) -> ApiResult<Bytes> {
    let bytes = Bytes::from_request(request, &()).await;
    bytes.map_err(|_| Problem::plain(Code::TooLarge))
}

/// What was sent: a file, and what is said beside it by the names of the API.
struct Received {
    texts: BTreeMap<String, String>,
    bytes: Vec<u8>,
}

impl From<SentTable> for Received {
    fn from(table: SentTable) -> Self {
        Self {
            texts: table.beside,
            bytes: table.bytes,
        }
    }
}

impl Received {
    fn values(imports: &Imports, bytes: &[u8]) -> ApiResult<Self> {
        let document: BTreeMap<String, serde_json::Value> = crate::platform::api::from_json(bytes)?;
        let kind = document.get("kind").and_then(|kind| kind.as_str());
        let table = intake(imports, kind.unwrap_or_default())?.table(bytes)?;
        Ok(table.into())
    }

    async fn rehearse(self, imports: Imports, caller: &Caller) -> ApiResult<Response> {
        let (intake, file) = self.file(&imports, caller).await?;
        let begun = imports
            .receive(caller.actor(), intake, &file)
            .await
            .map_err(refusal)?;
        read_now(imports, caller, StatusCode::CREATED, begun).await
    }

    async fn form(request: Request) -> ApiResult<Self> {
        let unread = || Problem::malformed("", "le formulaire « multipart » ne se lit pas");
        let form = Multipart::from_request(request, &()).await;
        let sent = sent(form.map_err(|_| unread())?, "file").await;
        let Sent { mut texts, file } = sent.map_err(|error| match error {
            Unread::TooLarge => Problem::plain(Code::TooLarge),
            Unread::Broken => unread(),
        })?;
        let Some((name, bytes)) = file else {
            return Err(Problem::malformed("file", "le fichier manque"));
        };
        texts.entry("name".to_owned()).or_insert(name);
        Ok(Self { texts, bytes })
    }

    /// The file, with what is said beside it made sense of, and its kind.
    async fn file(
        mut self,
        imports: &Imports,
        caller: &Caller,
    ) -> ApiResult<(&'static str, SentFile)> {
        if self.bytes.is_empty() {
            return Err(Problem::new(Code::Invalid, "Le fichier est vide."));
        }
        let kind = self.texts.remove("kind").unwrap_or_default();
        let name = self.texts.remove("name").filter(|name| !name.is_empty());
        let intake = intake(imports, &kind)?;
        let mut typed = BTreeMap::new();
        for (name, text) in self.texts {
            let known = intake.names().iter().find(|(api, _)| *api == name);
            let Some((_, field)) = known else {
                return Err(Problem::malformed(name, "ce nom n’est pas connu ici"));
            };
            typed.insert((*field).to_owned(), text);
        }
        let mut tx = imports.db.read().await?;
        let beside = intake.beside(&mut tx, caller.reach(), &typed).await?;
        let beside = beside.map_err(|mistakes| invalid(intake, &mistakes))?;
        let file = SentFile {
            name: name.unwrap_or_else(|| "envoi d’un programme".to_owned()),
            bytes: self.bytes,
            said: Said::beside(beside),
        };
        Ok((intake.name(), file))
    }
}

/// The kind of that name, or the first.
fn intake<'i>(imports: &'i Imports, name: &str) -> ApiResult<&'i dyn Intake> {
    let found = match name {
        "" => imports.intakes.all().first().map(AsRef::as_ref),
        name => imports.intake(name),
    };
    found.ok_or_else(|| Problem::malformed("kind", format!("« {name} » n’est aucun genre connu")))
}

/// What is wrong with what was said beside a file, by the names of the API.
fn invalid(intake: &dyn Intake, mistakes: &[Mistake]) -> Problem {
    let faults = mistakes.iter().map(|mistake| {
        let known = intake
            .names()
            .iter()
            .find(|(_, field)| *field == mistake.field);
        Fault {
            path: known.map_or(mistake.field, |(api, _)| *api).to_owned(),
            message: mistake.sentence.clone(),
        }
    });
    let detail = mistakes.iter().map(|mistake| mistake.sentence.as_str());
    let detail = detail.collect::<Vec<_>>().join(" ; ");
    Problem::new(Code::Invalid, detail).at(faults.collect())
}
