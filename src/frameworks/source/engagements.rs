//! `engagements.yaml`: model commitments and whom they concern.

use super::layout::Map;
use super::lines;
use crate::frameworks::{Commitment, Eligibility};
use crate::platform::yaml::Item;

/// Reads every model commitment.
pub(super) fn read(item: &mut Item<'_>) -> Vec<Commitment> {
    item.list("engagements", read_commitment)
}

/// The file of these commitments.
pub(super) fn write(commitments: &[Commitment]) -> Map {
    Map::new().list("engagements", commitments, write_commitment)
}

fn read_commitment(item: &mut Item<'_>) -> Commitment {
    Commitment {
        key: item.key("cle"),
        code: item.text("code"),
        label: item.required("libelle"),
        points: item.texts("points"),
        node: item.required("noeud"),
        mandatory: item.yes_no("obligatoire"),
        to_personalise: item.yes_no("a_personnaliser").unwrap_or_default(),
        establishments: item.text("etablissements"),
        eligibility: item.nested("eligibilite", read_eligibility),
        collection: item.text("recueil"),
        lines: lines::read(item, "lignes"),
        uncertain: item.field_names("incertain"),
        our_reading: item.field_names("lecture_jalon"),
        note: item.text("note"),
    }
}

/// A model commitment as written.
pub(crate) fn write_commitment(commitment: &Commitment) -> Map {
    let eligibility = commitment.eligibility.as_ref();
    Map::new()
        .text("cle", &commitment.key)
        .maybe("code", commitment.code.as_ref())
        .text("libelle", &commitment.label)
        .sentences("points", &commitment.points)
        .text("noeud", &commitment.node)
        .maybe_word("obligatoire", commitment.mandatory)
        .yes("a_personnaliser", commitment.to_personalise)
        .maybe("etablissements", commitment.establishments.as_ref())
        .nested(
            "eligibilite",
            eligibility.map(write_eligibility).unwrap_or_default(),
        )
        .maybe("recueil", commitment.collection.as_ref())
        .lines("lignes", &commitment.lines)
        .codes("incertain", &commitment.uncertain)
        .codes("lecture_jalon", &commitment.our_reading)
        .maybe("note", commitment.note.as_ref())
}

fn read_eligibility(item: &mut Item<'_>) -> Eligibility {
    Eligibility {
        scope: item.required_word("portee"),
        all_authorisations: item.texts("autorisations_toutes"),
        any_authorisation: item.texts("autorisations_une"),
        statuses: item.texts("statuts"),
        all_features: item.texts("caracteristiques_toutes"),
        any_feature: item.texts("caracteristiques_une"),
        no_feature: item.texts("caracteristiques_aucune"),
        named: item.texts("nommes"),
        uncertain: item.yes_no("incertain").unwrap_or_default(),
        note: item.text("note"),
    }
}

fn write_eligibility(eligibility: &Eligibility) -> Map {
    Map::new()
        .word("portee", eligibility.scope)
        .codes("autorisations_toutes", &eligibility.all_authorisations)
        .codes("autorisations_une", &eligibility.any_authorisation)
        .codes("statuts", &eligibility.statuses)
        .codes("caracteristiques_toutes", &eligibility.all_features)
        .codes("caracteristiques_une", &eligibility.any_feature)
        .codes("caracteristiques_aucune", &eligibility.no_feature)
        .codes("nommes", &eligibility.named)
        .yes("incertain", eligibility.uncertain)
        .maybe("note", eligibility.note.as_ref())
}
