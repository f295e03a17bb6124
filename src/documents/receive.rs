//! A form that carries a file, read as it arrives and given up at the limit.

use std::collections::HashMap;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};

use super::media::{Media, safe_name};
use crate::kernel::sentence;
use crate::platform::antivirus::Antivirus;
use crate::platform::config::Config;
use crate::platform::web::{WebError, WebResult};

/// A file that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its name, made safe.
    pub name: String,
    /// What it is.
    pub media: Media,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a form held.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// The file, where one was chosen.
    pub file: Option<Upload>,
    texts: HashMap<String, String>,
}

impl Received {
    /// The text of a field, trimmed; empty where the form has none.
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", |text| text.trim())
    }

    /// The file.
    ///
    /// # Errors
    /// Where none was chosen.
    pub fn into_file(self) -> WebResult<Upload> {
        self.file.ok_or_else(|| {
            WebError::Invalid(
                "Aucun fichier n’est joint. Choisissez-en un, puis recommencez.".to_owned(),
            )
        })
    }
}

/// The longest text of a field, and the most fields, of a form with a file.
const LONGEST_TEXT: usize = 20_000;
const MOST_FIELDS: usize = 40;

/// Reads a form whose file stands in the field `fichier`, no larger than the settings take; the
/// antivirus that they name looks at it.
///
/// # Errors
/// A sentence for the person, where the file is too large, of no kind that is taken, or refused by
/// the antivirus; nothing
/// more is read then.
pub async fn receive(mut form: Multipart, config: &Config) -> WebResult<Received> {
    let largest = usize::try_from(config.largest_document).unwrap_or(usize::MAX);
    let mut received = Received::default();
    let mut fields = 0;
    while let Some(field) = form.next_field().await.map_err(|cause| cut(&cause))? {
        fields += 1;
        if fields > MOST_FIELDS {
            return Err(incomplete());
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == "fichier" {
            received.file = file(field, largest).await?;
        } else {
            let bytes = read(field, LONGEST_TEXT).await?.ok_or_else(|| {
                WebError::Invalid(
                    "Un texte du formulaire est trop long. Raccourcissez-le.".to_owned(),
                )
            })?;
            let text = String::from_utf8(bytes).map_err(|_| incomplete())?;
            if text.contains('\0') {
                return Err(incomplete());
            }
            received.texts.insert(name, text);
        }
    }
    if let Some(file) = &received.file {
        let looked = Antivirus::of(config).look_at(&file.bytes).await;
        looked.map_err(|refused| WebError::Invalid(sentence(&refused.to_string())))?;
    }
    Ok(received)
}

/// A file; `None` where the person chose none, which browsers send as an empty one without name.
async fn file(field: Field<'_>, largest: usize) -> WebResult<Option<Upload>> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let bytes = read(field, largest).await?;
    let bytes = bytes.ok_or_else(|| too_large(largest))?;
    if name.is_empty() && bytes.is_empty() {
        return Ok(None);
    }
    let media = Media::of(&name, &bytes).map_err(|unfit| WebError::Invalid(unfit.to_string()))?;
    Ok(Some(Upload {
        name: safe_name(&name, media),
        media,
        bytes,
    }))
}

/// The bytes of a field; `None` as soon as there are more than `most`.
async fn read(mut field: Field<'_>, most: usize) -> WebResult<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|cause| cut(&cause))? {
        if bytes.len() + chunk.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

fn too_large(largest: usize) -> WebError {
    WebError::Invalid(format!(
        "Ce fichier dépasse {}, la taille permise. Allégez-le ou découpez-le, puis recommencez.",
        french_size(i64::try_from(largest).unwrap_or(i64::MAX))
    ))
}

/// The sending stopped on the way.
fn cut(cause: &MultipartError) -> WebError {
    tracing::info!(error = %cause, "an upload was cut");
    incomplete()
}

fn incomplete() -> WebError {
    WebError::Invalid("L’envoi est incomplet. Recommencez.".to_owned())
}

/// `1,4 Mo`, in units of a thousand as file managers count.
pub fn french_size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} octets"),
        1_000..1_000_000 => format!("{} ko", bytes / 1_000),
        _ => format!("{},{} Mo", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
