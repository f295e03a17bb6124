//! Rows in words. Pure.

use super::judge::Planned;
use super::names::KnownContract;
use super::{State, Subject};
use crate::access::role::Roles;
use crate::frameworks::{Catalogue, Node};
use crate::imports::{Told, Verdict};
use crate::organisations::Directory;
use crate::platform::clock::french_date;

/// What names things.
pub(super) struct Wording<'a> {
    pub catalogue: &'a Catalogue,
    pub directory: &'a Directory,
    pub contracts: &'a [KnownContract],
}

impl Wording<'_> {
    /// One row.
    pub(super) fn told(&self, row: &Planned) -> Told {
        let subject = &row.subject;
        let (before, after) = match row.verdict {
            Verdict::Created | Verdict::Unchanged => (None, held(&row.after)),
            Verdict::Changed => {
                let before = row.before.as_ref().map(held);
                let last = row.after.ends_on.map_or_else(String::new, french_date);
                (before, format!("prend fin le {last}"))
            }
        };
        let opens = row.after.person.is_none();
        Told {
            about: [
                format!("{}, {}", row.after.name, subject.email),
                self.scope(subject),
            ],
            before,
            after,
            beside: opens.then(|| "Compte à ouvrir, avec une invitation par courriel".to_owned()),
        }
    }

    /// « Référent CPOM de l’ARS, ARS Normandie, objectif 2. Prévenir ».
    fn scope(&self, subject: &Subject) -> String {
        let mut parts = vec![Roles::known().name(&subject.remit.role).to_owned()];
        if !subject.remit.organisation.is_empty() {
            let named = self.directory.organisation(&subject.remit.organisation);
            let label = named.map_or(subject.remit.organisation.as_str(), |o| o.label());
            parts.push(label.to_owned());
        }
        let framework = self.catalogue.framework(&subject.remit.framework);
        if !subject.remit.framework.is_empty() {
            let title = framework.map_or(&subject.remit.framework, |f| &f.framework.title);
            parts.push(title.clone());
        }
        if !subject.remit.objective.is_empty() {
            let nodes = framework.iter().flat_map(|f| &f.framework.nodes);
            let node = nodes
                .into_iter()
                .find(|node| node.key == subject.remit.objective);
            let title = node.map_or_else(|| subject.remit.objective.clone(), Node::title);
            parts.push(format!("objectif {title}"));
        }
        if let Some(id) = subject.remit.contract {
            let known = self.contracts.iter().find(|contract| contract.id == id);
            let title = known.map_or("un contrat", |contract| &contract.title);
            parts.push(title.to_owned());
            if let Some(section) = subject.remit.section {
                let known = known.and_then(|contract| contract.section(section));
                let label = known.map_or("un seul", |section| &section.label);
                parts.push(format!("volet {label}"));
            }
        }
        parts.join(", ")
    }
}

fn held(state: &State) -> String {
    let from = french_date(state.starts_on);
    match state.ends_on {
        Some(end) => format!("du {from} au {}", french_date(end)),
        None => format!("à partir du {from}, sans fin"),
    }
}
