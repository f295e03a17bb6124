//! What a person may be allowed to do to contracts.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::store::{self, TermEdit};
use crate::access::{Act, Concern, Standing, answering};
use crate::frameworks::Framework;
use crate::ledger::Scope;
use crate::platform::db::{DbError, Tx};

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident($thing:ty) = $word:literal, $concerns:path;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Act for $name {
            type Thing = $thing;
            const NAME: &'static str = $word;

            async fn concerns(tx: &mut Tx, thing: &$thing) -> Result<Vec<Concern>, DbError> {
                $concerns(tx, thing).await
            }
        }
    )*};
}

acts! {
    /// Preparing a contract, for an organisation and a framework.
    CreateContract(Scope) = "contract.create", of_organisation;
    /// Drafting an instrument of a contract.
    DraftInstrument(Uuid) = "contract.draft", of_contract;
    /// Writing an instrument as a whole: its reason, its signatories.
    EditInstrument(Uuid) = "contract.edit", of_instrument;
    /// Writing terms of an instrument: the same right, section by section.
    WriteTerms(TermsOf) = "contract.edit", of_terms;
    /// Opening to the other parties an act that is being prepared.
    OpenInstrument(Uuid) = "contract.open", of_instrument;
    /// Confirming, as one of two people, an instrument as it stands.
    ConfirmInstrument(Uuid) = "contract.confirm", of_instrument;
    /// Putting a draft again upon the terms now in force.
    RebaseInstrument(Uuid) = "contract.rebase", of_instrument;
    /// Recording that an instrument was signed.
    SignInstrument(Uuid) = "contract.sign", of_instrument;
    /// Giving a draft up.
    AbandonInstrument(Uuid) = "contract.abandon", of_instrument;
    /// Reading the confidential note on a contract, which is under seal.
    ReadNote(Uuid) = "contract.note_read", of_contract;
    /// Writing a version of it.
    WriteNote(Uuid) = "contract.note_write", of_contract;
    /// Setting the national targets of an indicator.
    SetNationalTarget(TargetsOf) = "contract.national_target", of_targets;
}

/// The terms of an instrument in some sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsOf {
    /// The instrument.
    pub instrument: Uuid,
    /// The sections that terms are written in; where there are none, the contract as a whole.
    pub sections: BTreeSet<Uuid>,
}

impl TermsOf {
    /// Those that edits are about.
    pub fn edits(instrument: Uuid, edits: &[TermEdit]) -> Self {
        Self {
            instrument,
            sections: edits.iter().map(|edit| edit.key.section).collect(),
        }
    }
}

/// An indicator whose national targets are set, and the objective it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetsOf {
    pub(super) framework: String,
    pub(super) indicator: String,
    nodes: Vec<String>,
}

impl TargetsOf {
    /// Those of the indicator of that key, where the framework has one.
    pub fn indicator(framework: &Framework, key: &str) -> Option<Self> {
        let found = framework.indicators.iter().find(|one| one.key == key)?;
        Some(Self {
            framework: framework.code.clone(),
            indicator: found.key.clone(),
            nodes: framework.path(&found.node),
        })
    }

    /// Whom it concerns.
    pub fn concern(&self) -> Concern {
        Concern {
            standings: vec![Standing {
                framework: self.framework.clone(),
                nodes: self.nodes.clone(),
            }],
            ..Concern::default()
        }
    }
}

async fn of_organisation(tx: &mut Tx, scope: &Scope) -> Result<Vec<Concern>, DbError> {
    Ok(vec![
        answering(tx, &scope.organisation, &scope.framework).await?,
    ])
}

async fn of_contract(tx: &mut Tx, contract: &Uuid) -> Result<Vec<Concern>, DbError> {
    store::of_contract(tx, *contract).await
}

async fn of_instrument(tx: &mut Tx, instrument: &Uuid) -> Result<Vec<Concern>, DbError> {
    store::of_instrument(tx, *instrument).await
}

async fn of_terms(tx: &mut Tx, terms: &TermsOf) -> Result<Vec<Concern>, DbError> {
    let concerns = store::of_instrument(tx, terms.instrument).await?;
    if terms.sections.is_empty() {
        return Ok(concerns);
    }
    let of_section = |section: &Uuid| {
        let section = Some(*section);
        let of_section = concerns.iter().cloned();
        of_section.map(move |concern| Concern { section, ..concern })
    };
    Ok(terms.sections.iter().flat_map(of_section).collect())
}

#[allow(clippy::unused_async)] // what the macro calls
async fn of_targets(_tx: &mut Tx, targets: &TargetsOf) -> Result<Vec<Concern>, DbError> {
    Ok(vec![targets.concern()])
}
