//! The drafts that files may be for.

use uuid::Uuid;

use super::terms::Settings;
use crate::access::Reach;
use crate::contracts::store::{OpenDraft, contract_of, load, load_by_id, open_drafts};
use crate::contracts::{Book, FullContract, Instrument, State, instrument_name};
use crate::frameworks::Library;
use crate::imports::Choice;
use crate::platform::db::{DbError, Tx};

/// A draft with all that its terms refer to.
#[derive(Debug)]
pub(super) struct Draft {
    pub full: FullContract,
    pub instrument: Instrument,
    pub book: Book,
}

impl Draft {
    /// « Avenant (projet) ».
    pub(super) fn name(&self) -> String {
        let framework = self.book.framework();
        instrument_name(&self.full.instruments, framework, &self.instrument)
    }
}

/// Every draft, as a list offers them.
pub(super) async fn choices(
    library: &Library,
    tx: &mut Tx,
    reach: &Reach,
) -> Result<Vec<Choice>, DbError> {
    let catalogue = library.catalogue(tx, reach).await?;
    let choice = |draft: OpenDraft| {
        let edited = catalogue.framework(&draft.framework);
        let acts = edited.map_or(&[][..], |edited| &edited.framework.acts);
        let act = acts.iter().find(|act| act.key == draft.act);
        let act = act.map_or(draft.act.as_str(), |act| &act.label);
        Choice {
            value: format!("{}/{}", draft.slug, draft.no),
            label: format!("{} : {act}, projet n° {}", draft.title, draft.no),
        }
    };
    Ok(open_drafts(tx, reach)
        .await?
        .into_iter()
        .map(choice)
        .collect())
}

/// The contract and the act that were said beside a file.
pub(super) async fn instrument(
    tx: &mut Tx,
    reach: &Reach,
    settings: &Settings,
) -> Result<Option<(FullContract, Instrument)>, DbError> {
    let full = load(tx, reach, &settings.contract).await?;
    Ok(full.and_then(|full| {
        let instrument = full.instrument(settings.act).cloned()?;
        Some((full, instrument))
    }))
}

/// Why an act can no longer be written, and what to do instead.
pub(super) fn closed(instrument: &Instrument) -> Option<String> {
    let sentence = match instrument.state {
        State::Draft => return None,
        State::Signed => {
            "cet acte est signé, ses termes ne changent plus : préparez un avenant sur la page du contrat, et écrivez-y les termes voulus"
        }
        State::Abandoned => {
            "ce projet d’acte est abandonné : préparez-en un autre sur la page du contrat"
        }
    };
    Some(sentence.to_owned())
}

/// A draft with the revision of the framework that it refers to.
pub(super) async fn of(
    library: &Library,
    tx: &mut Tx,
    reach: &Reach,
    full: FullContract,
    instrument: Instrument,
) -> Result<Draft, DbError> {
    let catalogue = library.catalogue(tx, reach).await?;
    let revision = instrument.framework_revision;
    let edited = library.revision(tx, reach, revision).await?;
    let edited = edited.ok_or_else(|| DbError::corrupt("framework of an act", revision))?;
    Ok(Draft {
        full,
        instrument,
        book: Book::new(edited, catalogue),
    })
}

/// The act of that identifier.
pub(super) async fn draft_by_id(
    library: &Library,
    tx: &mut Tx,
    reach: &Reach,
    id: Uuid,
) -> Result<Draft, DbError> {
    let lost = || DbError::corrupt("act of a batch", id);
    let contract = contract_of(tx, id).await?.ok_or_else(lost)?;
    let full = load_by_id(tx, contract).await?.ok_or_else(lost)?;
    let instrument = full.instrument_by_id(id).cloned().ok_or_else(lost)?;
    of(library, tx, reach, full, instrument).await
}
