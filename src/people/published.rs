//! Rows of people as programs read them: published types, whatever a batch keeps.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{State, Subject};

/// De quelle habilitation il s’agit, et de qui.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AboutGrant)]
pub struct AboutGrantView {
    /// Toujours `grant`.
    kind: &'static str,
    /// L’adresse électronique de la personne.
    email: String,
    /// Clé du rôle.
    role: String,
    /// Code de l’organisation pour laquelle il est tenu ; nul pour aucune.
    organisation: Option<String>,
    /// Code du cadre auquel il est limité ; nul pour tous.
    framework: Option<String>,
    /// Clé de l’objectif auquel il est limité ; nul pour tous.
    objective: Option<String>,
    /// Identifiant du contrat auquel il est limité.
    contract: Option<Uuid>,
    /// Identifiant du volet auquel il est limité.
    section: Option<Uuid>,
}

impl From<&Subject> for AboutGrantView {
    fn from(subject: &Subject) -> Self {
        let remit = &subject.remit;
        Self {
            kind: "grant",
            email: subject.email.clone(),
            role: remit.role.clone(),
            organisation: said(&remit.organisation),
            framework: said(&remit.framework),
            objective: said(&remit.objective),
            contract: remit.contract,
            section: remit.section,
        }
    }
}

/// Ce qu’une ligne de fichier dit d’une habilitation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SaidGrant)]
pub struct SaidGrantView {
    /// Toujours `grant`.
    kind: &'static str,
    /// Le nom de la personne.
    name: String,
    /// Si son compte est à ouvrir.
    opens_account: bool,
    /// Son premier jour.
    #[schema(value_type = String, format = Date)]
    starts_on: Date,
    /// Son dernier jour ; nul pour une habilitation sans fin.
    #[schema(value_type = Option<String>, format = Date)]
    ends_on: Option<Date>,
    /// Pourquoi elle est donnée ou prend fin.
    reason: Option<String>,
}

impl From<&State> for SaidGrantView {
    fn from(state: &State) -> Self {
        Self {
            kind: "grant",
            name: state.name.clone(),
            opens_account: state.person.is_none(),
            starts_on: state.starts_on,
            ends_on: state.ends_on,
            reason: said(&state.why),
        }
    }
}

/// A text that is said; an empty one says nothing.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
