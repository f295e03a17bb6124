//! Contracts and their acts as the page that explains rights finds them.

use async_trait::async_trait;

use super::{
    AbandonInstrument, ConfirmInstrument, DraftInstrument, EditInstrument, FullContract,
    Instrument, OpenInstrument, ReadNote, RebaseInstrument, SignInstrument, State, WriteNote,
    store,
};
use crate::access::{Addressed, Found, Opening, Reach, Viewer};
use crate::platform::db::{DbError, Tx};

/// Finds contracts and their acts.
#[derive(Debug)]
pub struct ContractAddresses;

#[async_trait]
impl Addressed for ContractAddresses {
    async fn find(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        path: &[&str],
    ) -> Result<Option<Found>, DbError> {
        let ["contrats", slug, rest @ ..] = path else {
            return Ok(None);
        };
        let Some(full) = store::load(tx, viewer.reach, slug).await? else {
            return Ok(None);
        };
        let ["actes", no, ..] = rest else {
            return of_contract(tx, viewer.reach, &full).await.map(Some);
        };
        match full
            .instruments
            .iter()
            .find(|one| one.no.to_string() == *no)
        {
            Some(instrument) => of_instrument(tx, viewer.reach, &full, instrument)
                .await
                .map(Some),
            None => Ok(None),
        }
    }
}

async fn of_contract(tx: &mut Tx, reach: &Reach, full: &FullContract) -> Result<Found, DbError> {
    let contract = &full.contract;
    let is_signed = full
        .instruments
        .iter()
        .any(|one| one.state == State::Signed);
    let opening = if is_signed {
        Opening::Signed
    } else {
        Opening::Drafts
    };
    let shown_to = match full.kept_by() {
        Some(keeper) => format!(
            "{keeper} a préparé ce contrat et n’y a encore commencé aucun acte : ses propres personnes le voient, elles seules."
        ),
        None => shown_to(reach, full, opening),
    };
    let found = Found::new(format!("« {} »", contract.title), shown_to);
    let found = found.may::<DraftInstrument>(tx, &contract.id).await?;
    let found = found.may::<ReadNote>(tx, &contract.id).await?;
    found.may::<WriteNote>(tx, &contract.id).await
}

async fn of_instrument(
    tx: &mut Tx,
    reach: &Reach,
    full: &FullContract,
    instrument: &Instrument,
) -> Result<Found, DbError> {
    let (id, name) = (
        &instrument.id,
        format!("l’acte {} de « {} »", instrument.no, full.contract.title),
    );
    let shown_to = match instrument.state {
        State::Signed => shown_to(reach, full, Opening::Signed),
        State::Draft | State::Abandoned if instrument.keeper.is_empty() => {
            shown_to(reach, full, Opening::Drafts)
        }
        State::Draft | State::Abandoned => format!(
            "{} Mais {} prépare cet acte sans l’avoir ouvert aux autres parties : ses propres personnes le voient, elles seules.",
            shown_to(reach, full, Opening::Drafts),
            instrument.keeper
        ),
    };
    let found = Found::new(name, shown_to);
    let found = found.may::<EditInstrument>(tx, id).await?;
    let found = found.may::<OpenInstrument>(tx, id).await?;
    let found = found.may::<ConfirmInstrument>(tx, id).await?;
    let found = found.may::<RebaseInstrument>(tx, id).await?;
    let found = found.may::<SignInstrument>(tx, id).await?;
    found.may::<AbandonInstrument>(tx, id).await
}

/// The rule of the framework, for what is signed or for what is being prepared.
fn shown_to(reach: &Reach, full: &FullContract, opening: Opening) -> String {
    let framework = &full.contract.framework;
    let audience = reach.audience(opening, framework).french();
    let what = match opening {
        Opening::Signed => "ce qui est signé",
        Opening::Drafts => "les projets d’acte",
        Opening::Values => "les valeurs finales",
    };
    let parties = full.parties_ever();
    format!(
        "Le cadre {framework} ouvre {what} à : {audience}. Les parties de ce contrat ({}) y ont toujours accès.",
        parties.join(", ")
    )
}
