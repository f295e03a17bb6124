//! What a person may be allowed to do to contracts.

use uuid::Uuid;

use crate::access::Act;
use crate::ledger::Scope;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident($thing:ty) = $word:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Act for $name {
            type Thing = $thing;
            const NAME: &'static str = $word;
        }
    )*};
}

acts! {
    /// Preparing a contract, for an organisation and a framework.
    CreateContract(Scope) = "contract.create";
    /// Drafting an instrument of a contract.
    DraftInstrument(Uuid) = "contract.draft";
    /// Writing an instrument: its terms, its reason, its signatories.
    EditInstrument(Uuid) = "contract.edit";
    /// Confirming, as one of two people, an instrument as it stands.
    ConfirmInstrument(Uuid) = "contract.confirm";
    /// Putting a draft again upon the terms now in force.
    RebaseInstrument(Uuid) = "contract.rebase";
    /// Recording that an instrument was signed.
    SignInstrument(Uuid) = "contract.sign";
    /// Giving a draft up.
    AbandonInstrument(Uuid) = "contract.abandon";
    /// Setting a national target of a framework.
    SetNationalTarget(Scope) = "contract.national_target";
}
