//! Which contracts show somebody what they measure by themselves.
//!
//! What lives here: for one person, the contracts that define something and whose measures they may
//! see: those whose signed terms are open to them, as far as the framework opens values. What never
//! does: what a contract defines, which `contracts` folds from its terms.

mod store;

use std::collections::BTreeSet;

use super::opening::Opening;
use crate::platform::db::{DbError, Tx};

/// What the code of a measure begins with that a contract alone defines: its address follows.
const OWN: &str = "contrat.";

/// A contract that a signed act has define something.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Defining {
    /// Its address.
    slug: String,
    /// Code of its framework.
    framework: String,
    /// The organisations that are or were party to it.
    parties: Vec<String>,
}

/// The contracts whose own measures somebody sees, by their addresses. One that is not there shows
/// them nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Measured {
    /// Those that show all of it.
    whole: BTreeSet<String>,
    /// Those whose signed terms they see and whose values are opened to those of the place alone.
    in_place: BTreeSet<String>,
    /// Whether something of one is not shown.
    hides: bool,
}

impl Measured {
    /// What is shown to whoever `sees` what a framework opens about some organisations.
    pub(super) async fn of(
        tx: &mut Tx,
        sees: impl Fn(Opening, &str, &[String]) -> bool,
    ) -> Result<Self, DbError> {
        let mut found = Self::default();
        for Defining {
            slug,
            framework,
            parties,
        } in store::defining(tx).await?
        {
            let shows = |what| sees(what, &framework, &parties);
            match (shows(Opening::Signed), shows(Opening::Values)) {
                (true, true) => {
                    found.whole.insert(slug);
                }
                (true, false) => {
                    found.hides = true;
                    found.in_place.insert(slug);
                }
                (false, _) => found.hides = true,
            }
        }
        Ok(found)
    }

    /// Whether that contract shows what it measures by itself, to somebody who is of the place of
    /// the value or is not.
    pub(super) fn shows(&self, contract: &str, is_of_place: bool) -> bool {
        self.whole.contains(contract) || is_of_place && self.in_place.contains(contract)
    }

    /// Whether something is not shown that a contract measures by itself.
    pub(super) fn hides(&self) -> bool {
        self.hides
    }

    /// Whether what is shown is so wherever somebody is from.
    pub(super) fn is_the_same_everywhere(&self) -> bool {
        self.in_place.is_empty()
    }
}

/// The address of the contract that alone has that measure; nothing for those of frameworks.
pub(super) fn contract_of(measure: &str) -> Option<&str> {
    measure.strip_prefix(OWN)?.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_an_own_measure_names_its_contract() {
        for (code, contract) in [
            (
                "contrat.ch-des-monts-2020-2024.contrat.4.i",
                Some("ch-des-monts-2020-2024"),
            ),
            (
                "contrat.ch-des-monts-2020-2024.contrat.4.i~2",
                Some("ch-des-monts-2020-2024"),
            ),
            ("contrat.*.etat-ars-2024-2028.4.i", Some("*")),
            ("vaccination-hpv-filles-15-ans", None),
            ("contrats-signes", None),
        ] {
            assert_eq!(contract_of(code), contract, "{code}");
        }
    }

    #[test]
    fn a_contract_that_is_not_known_shows_nothing() {
        assert!(!Measured::default().shows("normandie-2024-2028", true));
    }
}
