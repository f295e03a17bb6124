//! Contracts as a search finds them: their sections, their instruments and why, what their terms
//! define and give as reasons.

use async_trait::async_trait;

use super::TermBody;
use super::body::Slot;
use super::naming::slot_name;
use super::store::findable::{self, ContractWords, InstrumentWords, SectionWords, TermWords};
use crate::access::Reach;
use crate::frameworks::{Catalogue, Framework, Library};
use crate::ledger::Scope;
use crate::organisations::{Directories, Directory, store as organisations};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source, joined};

const CONTRACTS: Kind = Kind {
    code: "contrats",
    one: "contrat",
    many: "contrats",
    weight: 110,
};
const SECTIONS: Kind = Kind {
    code: "volets",
    one: "volet de contrat",
    many: "volets de contrats",
    weight: 80,
};
const INSTRUMENTS: Kind = Kind {
    code: "actes",
    one: "acte de contrat",
    many: "actes de contrats",
    weight: 70,
};
const TERMS: Kind = Kind {
    code: "clauses",
    one: "clause de contrat",
    many: "clauses de contrats",
    weight: 70,
};

/// Lets contracts be found.
#[derive(Debug)]
pub struct FindableContracts {
    /// Labels of what the terms are about.
    pub library: Library,
    /// Names of the organisations and places.
    pub directories: Directories,
}

#[async_trait]
impl Source for FindableContracts {
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        // The names that a contract is found by are also written elsewhere.
        let named = organisations::version(tx).await?;
        let labelled = crate::frameworks::store::latest_change(tx).await?;
        let after = if named.max(labelled) > after {
            0
        } else {
            after
        };
        let contracts = findable::contracts_since(tx, after).await?;
        if contracts.is_empty() {
            return Ok(Vec::new());
        }
        let reach = &Reach::of_installation();
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        let sections = findable::sections_since(tx, after).await?;
        let instruments = findable::instruments_since(tx, after).await?;
        let terms = findable::terms_since(tx, after).await?;
        let folder = |contract: &ContractWords| {
            let begun = instruments.iter().filter(|i| i.contract_id == contract.id);
            let held = Shelf {
                kept_by: keeper(contract, begun),
                ..Shelf::new(contract, &catalogue, &directory)
            };
            let mut documents = vec![held.contract()];
            let own = sections.iter().filter(|s| s.contract_id == contract.id);
            documents.extend(own.map(|section| held.section(section)));
            let own = instruments.iter().filter(|i| i.contract_id == contract.id);
            documents.extend(own.map(|instrument| held.instrument(instrument)));
            let own = terms.iter().filter(|t| t.contract_id == contract.id);
            documents.extend(own.filter_map(|term| held.term(term)));
            Folder {
                key: format!("contrat {}", contract.id),
                documents,
            }
        };
        Ok(contracts.iter().map(folder).collect())
    }
}

/// Who keeps a contract to itself: whoever prepared it, where no act was begun; whoever keeps the
/// first act begun, where none is signed nor open to the parties.
fn keeper<'i>(
    contract: &ContractWords,
    mut begun: impl Iterator<Item = &'i InstrumentWords>,
) -> String {
    let Some(first) = begun.next() else {
        return contract.keeper.clone();
    };
    if contract.signed > 0 || begun.any(|other| other.keeper.is_empty()) {
        return String::new();
    }
    first.keeper.clone()
}

/// One contract, with what its words refer to.
struct Shelf<'a> {
    contract: &'a ContractWords,
    /// The organisation that keeps all of it to itself; empty for none.
    kept_by: String,
    directory: &'a Directory,
    framework: Option<&'a Framework>,
}

impl<'a> Shelf<'a> {
    fn new(
        contract: &'a ContractWords,
        catalogue: &'a Catalogue,
        directory: &'a Directory,
    ) -> Self {
        let framework = catalogue.framework(&contract.framework);
        Self {
            contract,
            kept_by: String::new(),
            directory,
            framework: framework.map(|edited| &edited.framework),
        }
    }

    fn document(&self, kind: Kind, href: &str, title: String) -> Document {
        let contract = self.contract;
        let framework = self.framework.map(|f| (f.code.clone(), f.title.clone()));
        Document {
            context: contract.title.clone(),
            framework,
            scope: Scope {
                organisation: contract.organisation_code.clone(),
                framework: contract.framework.clone(),
            },
            ..Document::new(kind, format!("/contrats/{}{href}", contract.slug), title)
        }
    }

    /// Names and usages of a place.
    fn place(&self, code: &str) -> Vec<String> {
        let place = self.directory.place(code);
        let names = |place: &crate::organisations::Place| {
            let mut names = vec![place.name.clone()];
            names.extend(place.usages.iter().cloned());
            names
        };
        place.map(names).unwrap_or_default()
    }

    fn contract(&self) -> Document {
        let contract = self.contract;
        let mut names = self.place(&contract.place_code);
        if let Some(own) = self.directory.organisation(&contract.organisation_code) {
            names.extend([own.name.clone(), own.label().to_owned()]);
            names.extend(own.usages.iter().cloned());
        }
        let title = self.framework.map(|framework| framework.title.as_str());
        Document {
            names,
            draft: contract.signed == 0,
            kept_by: self.kept_by.clone(),
            context: joined([title], ""),
            ..self.document(CONTRACTS, "", contract.title.clone())
        }
    }

    fn section(&self, section: &SectionWords) -> Document {
        Document {
            draft: self.contract.signed == 0,
            kept_by: self.kept_by.clone(),
            names: self.place(&section.place_code),
            ..self.document(
                SECTIONS,
                &format!("?volet={}", section.key),
                section.label.clone(),
            )
        }
    }

    fn instrument(&self, instrument: &InstrumentWords) -> Document {
        let acts = self
            .framework
            .map(|f| f.acts.as_slice())
            .unwrap_or_default();
        let act = acts.iter().find(|act| act.key == instrument.act);
        let label = act.map_or(instrument.act.as_str(), |act| act.label.as_str());
        let state = match instrument.state.as_str() {
            "draft" => " (projet)",
            "abandoned" => " (abandonné)",
            _ => "",
        };
        Document {
            text: instrument.motive.clone().unwrap_or_default(),
            current: instrument.state != "abandoned",
            draft: instrument.state != "signed",
            kept_by: instrument.keeper.clone(),
            ..self.document(
                INSTRUMENTS,
                &format!("/actes/{}", instrument.no),
                format!("{label}{state}"),
            )
        }
    }

    /// A definition, a commitment, or whatever has a reason.
    fn term(&self, term: &TermWords) -> Option<Document> {
        let slot = Slot::from_columns(&term.kind, &term.subject, &term.facet, &term.period)?;
        let body: Option<TermBody> = serde_json::from_str(&term.body).ok();
        let motive = term.motive.as_deref();
        let (title, said) = match &body {
            Some(TermBody::Definition(definition)) => {
                (definition.label.clone(), Some(definition.text.as_str()))
            }
            Some(TermBody::Commitment(commitment)) => (commitment.label.clone(), None),
            _ => (
                format!("{}, {}", self.subject(&slot), slot_name(&slot)),
                None,
            ),
        };
        let href = match slot.indicator() {
            Some(key) => format!("/indicateurs/{key}"),
            None => format!("/actes/{}", term.no),
        };
        Some(Document {
            draft: term.state != "signed",
            kept_by: term.keeper.clone(),
            text: joined([said, motive], ". "),
            ..self.document(TERMS, &href, title)
        })
    }

    fn subject(&self, slot: &Slot) -> String {
        let key = slot.subject();
        let known = self.framework.and_then(|framework| {
            let mut indicators = framework.indicators.iter();
            indicators.find(|indicator| indicator.key == key)
        });
        match known {
            Some(indicator) => joined(
                [indicator.code.as_deref(), Some(indicator.label.as_str())],
                " ",
            ),
            None => key.to_owned(),
        }
    }
}
