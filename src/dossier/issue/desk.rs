//! Issuing: read, draw outside any transaction, keep in one change.

use jalon_render::RenderError;
use jalon_render::dossier::Dossier;
use uuid::Uuid;

use super::{Drawn, Format, IssueDossier, Subject, store};
use crate::access::{Act as _, NotPermitted, Reach, may, permit};
use crate::dossier::content::{Exemplar, made};
use crate::dossier::ground::{DossierError, Request};
use crate::figures::Sources;
use crate::ledger::{Actor, Change, LedgerError, Scope, SentForm};

/// Why a dossier is not issued, told in French.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// It cannot be made.
    #[error(transparent)]
    Dossier(#[from] DossierError),
    /// Who asks may not.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The history could not be written.
    #[error("le dossier n’a pas pu être enregistré")]
    Ledger(#[from] LedgerError),
}

impl From<RenderError> for IssueError {
    fn from(error: RenderError) -> Self {
        Self::Dossier(error.into())
    }
}

/// Issues a dossier for somebody and gives its identifier. The same form sent again leads to the
/// dossier that it issued.
pub async fn issue(
    sources: &Sources,
    actor: Actor,
    request: &Request,
    form: Option<&SentForm>,
) -> Result<Uuid, IssueError> {
    let mut tx = sources.db.read().await.map_err(DossierError::Db)?;
    let reach = Reach::of(&mut tx, sources.clock.today(), actor).await;
    let reach = reach.map_err(DossierError::Db)?;
    drop(tx);
    let (ground, said) = made(sources, &reach, request, Exemplar::Issued).await?;
    let contract = ground.contract();
    // Refused before anything is drawn; asked again where it is written.
    let mut tx = sources.db.read().await.map_err(DossierError::Db)?;
    let subject = Subject {
        contract: contract.id,
        section: ground.section().id,
    };
    let allowed = may::<IssueDossier>(&mut tx, &reach, &subject).await;
    allowed
        .map_err(DossierError::Db)?
        .map_err(NotPermitted::from)?;
    drop(tx);
    let scope = Scope {
        organisation: contract.organisation.clone(),
        framework: contract.framework.clone(),
    };
    let name = ground.file_name();
    let manifest = said.to_json()?;
    let drawing = manifest.clone();
    let files = tokio::task::spawn_blocking(move || drawn(&drawing, &name)).await;
    let files = files.map_err(DossierError::Stopped)??;
    let drawn = Drawn {
        label: format!("{}, {}", said.title, said.region.name),
        section: ground.section().key.clone(),
        year: ground.year,
        as_of: ground.as_of,
        known: ground.known,
        manifest,
        files,
    };
    let mut change = Change::open(&sources.db, &sources.clock, actor, IssueDossier::NAME).await?;
    if let Some(form) = form
        && let Some(known) = change.answered(form).await?
        && let Ok(known) = known.parse()
    {
        return Ok(known);
    }
    let leave = permit::<IssueDossier>(&mut change, subject).await?;
    let id = store::keep(&mut change, leave, scope, &drawn).await?;
    if let Some(form) = form {
        change.answer(form, &id.to_string()).await?;
    }
    change.commit().await?;
    Ok(id)
}

/// Every file, drawn from the text that is kept and from nothing else.
fn drawn(manifest: &str, name: &str) -> Result<Vec<(Format, String, Vec<u8>)>, RenderError> {
    let dossier = Dossier::from_json(manifest)?;
    let file = |format: Format| {
        let name = format!("{name}.{}", format.code());
        Ok((format, name, format.drawn(&dossier)?))
    };
    Format::ALL.into_iter().map(file).collect()
}
