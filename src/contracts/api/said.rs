//! What a term says, as programs read it: published types, whatever the domain keeps.

use serde::Serialize;
use utoipa::ToSchema;

use crate::contracts::{Choice, Contract, Membership, Slot, Target, TermBody, TermKey, Terms};
use crate::frameworks::{Catalogue, Framework};
use crate::kernel::ValueKind;
use crate::platform::api::ValueView;

/// De quel terme il s’agit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AboutTerm)]
pub struct AboutTermView {
    /// `choice`, `definition`, `baseline`, `target`, `commitment`, `means`, `party` ou `place`.
    pub(super) kind: &'static str,
    /// Clé du volet.
    pub(super) section: String,
    /// Clé de l’indicateur, de l’engagement, de la ligne de moyens ou du rôle.
    pub(super) subject: String,
    /// Code de la mesure, étape du moyen ou code de l’organisation.
    pub(super) facet: Option<String>,
    pub(super) year: Option<i16>,
}

impl AboutTermView {
    /// A term of a contract.
    pub(in crate::contracts) fn of(contract: &Contract, key: &TermKey) -> Self {
        let mut sections = contract.sections.iter();
        let section = sections.find(|section| section.id == key.section);
        let facet = key.slot.facet();
        Self {
            kind: key.slot.kind(),
            section: section.map(|one| one.key.clone()).unwrap_or_default(),
            subject: key.slot.subject().to_owned(),
            facet: (!facet.is_empty()).then(|| facet.to_owned()),
            year: key.slot.year(),
        }
    }
}

/// Ce que dit un terme, en clair. Seuls sont là les champs de sa sorte :
///
/// - `choice` : `retained` ;
/// - `definition` : `label`, `text`, `value_kind`, `unit` ;
/// - `baseline` : `value`, `year` ;
/// - `target` : `target`, puis `value`, ou `low` et `high` ;
/// - `commitment` : `label`, `indicator` ;
/// - `means` : `value`, `source` ;
/// - `party` : `membership` ;
/// - `place` : `place`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Said)]
pub struct SaidView {
    /// `choice`, `definition`, `baseline`, `target`, `commitment`, `means`, `party` ou `place`.
    kind: &'static str,
    /// D’un choix : si le contrat retient l’indicateur.
    #[serde(skip_serializing_if = "Option::is_none")]
    retained: Option<bool>,
    /// Ce que vise une cible : `value` (une valeur), `corridor` (entre deux bornes),
    /// `observed_only` (observée, sans cible encore), `frozen` (suspendue cette année-là) ou
    /// `not_applicable` (sans objet).
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'static str>,
    /// La valeur initiale, la valeur visée ou le montant, avec son unité.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<ValueView>,
    /// La borne basse d’une cible entre deux bornes, comprise.
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<ValueView>,
    /// Sa borne haute, comprise.
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<ValueView>,
    /// L’année où une valeur initiale fut observée.
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i16>,
    /// Le nom que le contrat donne à ce qu’il définit, ou à l’action.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// D’une définition : comment cela se mesure.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// D’une définition : `number`, `yes_no` ou `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    value_kind: Option<ValueKind>,
    /// D’une définition : l’unité de ses nombres.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// D’un engagement : clé de l’indicateur qui le suit.
    #[serde(skip_serializing_if = "Option::is_none")]
    indicator: Option<String>,
    /// D’un moyen : où le montant est écrit.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// D’une partie : `joins` (elle le devient) ou `leaves` (elle cesse de l’être).
    #[serde(skip_serializing_if = "Option::is_none")]
    membership: Option<&'static str>,
    /// D’un territoire : le code de celui que le volet couvre désormais.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// Dans une ligne de fichier : le motif propre à ce terme.
    #[serde(skip_serializing_if = "Option::is_none")]
    motive: Option<String>,
}

impl SaidView {
    /// What a body says in the place of a term.
    pub(in crate::contracts) fn of(key: &TermKey, body: &TermBody, units: &Units<'_>) -> Self {
        let (per, unit) = units.of(key);
        let said = Self {
            kind: key.slot.kind(),
            ..Self::default()
        };
        match body {
            TermBody::Choice(choice) => Self {
                retained: Some(*choice == Choice::Retained),
                ..said
            },
            TermBody::Definition(definition) => Self {
                label: Some(definition.label.clone()),
                text: Some(definition.text.clone()),
                value_kind: Some(definition.kind),
                unit: definition.unit.clone(),
                ..said
            },
            TermBody::Baseline(baseline) => Self {
                value: Some(ValueView::of(&baseline.value, per, unit)),
                year: Some(baseline.year),
                ..said
            },
            TermBody::Target(target) => said.aiming(target, (per, unit)),
            TermBody::Commitment(commitment) => Self {
                label: Some(commitment.label.clone()),
                indicator: commitment.indicator.clone(),
                ..said
            },
            TermBody::Means(means) => Self {
                value: Some(ValueView::number(means.amount, unit)),
                source: Some(means.source.clone()),
                ..said
            },
            TermBody::Party(membership) => Self {
                membership: Some(match membership {
                    Membership::Joins => "joins",
                    Membership::Leaves => "leaves",
                }),
                ..said
            },
            TermBody::Place(covered) => Self {
                place: Some(covered.place.clone()),
                ..said
            },
        }
    }

    fn aiming(self, target: &Target, (per, unit): Scale<'_>) -> Self {
        let [mut value, mut low, mut high] = [None, None, None];
        let word = match target {
            Target::Value(aim) => {
                value = Some(ValueView::of(aim, per, unit));
                "value"
            }
            Target::Corridor {
                low: lowest,
                high: highest,
            } => {
                low = Some(ValueView::number(*lowest, unit));
                high = Some(ValueView::number(*highest, unit));
                "corridor"
            }
            Target::ObservedOnly => "observed_only",
            Target::Frozen => "frozen",
            Target::NotApplicable => "not_applicable",
        };
        Self {
            target: Some(word),
            value,
            low,
            high,
            ..self
        }
    }

    /// The same with the reason that stands beside it.
    #[must_use]
    pub(in crate::contracts) fn because(self, motive: Option<&str>) -> Self {
        Self {
            motive: motive.map(str::to_owned),
            ..self
        }
    }
}

/// The scale of a ratio and the unit of a number, where they are known.
type Scale<'a> = (Option<u32>, Option<&'a str>);

/// What gives the numbers of a contract their units.
#[derive(Clone, Copy, Debug)]
pub(in crate::contracts) struct Units<'a> {
    /// The framework, for its lines of means.
    pub framework: Option<&'a Framework>,
    /// The measures.
    pub catalogue: &'a Catalogue,
    /// The terms, for what the contract defines by itself.
    pub terms: &'a Terms<'a>,
}

impl<'a> Units<'a> {
    fn of(&self, key: &TermKey) -> Scale<'a> {
        match &key.slot {
            Slot::Baseline { indicator, measure }
            | Slot::Target {
                indicator, measure, ..
            } if measure.is_empty() => {
                let definition = self.terms.definition(key.section, indicator);
                (None, definition.and_then(|said| said.unit.as_deref()))
            }
            Slot::Baseline { measure, .. } | Slot::Target { measure, .. } => {
                let measure = self.catalogue.measure(measure);
                let unit = measure.and_then(|measure| measure.unit.as_deref());
                (measure.and_then(|measure| measure.per), unit)
            }
            Slot::Means { line, .. } => {
                let mut lines = self.framework.into_iter().flat_map(|f| &f.means);
                let line = lines.find(|known| known.key == *line);
                (None, line.and_then(|line| line.unit.as_deref()))
            }
            Slot::Choice { .. }
            | Slot::Definition { .. }
            | Slot::Commitment { .. }
            | Slot::Party { .. }
            | Slot::Place => (None, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};
    use uuid::Uuid;

    use super::*;
    use crate::contracts::{Baseline, CommitmentTerm, Covered, Definition, MeansTerm, Stage};
    use crate::frameworks::MeansLine;
    use crate::kernel::{Decimal, Quantity, Value};
    use crate::measures::Measure;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn told(slot: Slot, body: &TermBody) -> Json {
        let framework = Framework {
            code: "cadre".to_owned(),
            means: vec![MeansLine {
                key: "fir".to_owned(),
                label: "FIR".to_owned(),
                unit: Some("euros".to_owned()),
            }],
            measures: vec![Measure {
                code: "taux".to_owned(),
                unit: Some("%".to_owned()),
                per: Some(100),
                ..Measure::default()
            }],
            ..Framework::default()
        };
        let catalogue = Catalogue::of([framework.clone()]);
        let units = Units {
            framework: Some(&framework),
            catalogue: &catalogue,
            terms: &Terms::default(),
        };
        let section = Uuid::nil();
        let said = SaidView::of(&TermKey { section, slot }, body, &units);
        serde_json::to_value(said).unwrap()
    }

    fn target(target: Target) -> Json {
        let slot = Slot::Target {
            indicator: "1.a".to_owned(),
            measure: "taux".to_owned(),
            year: 2025,
        };
        told(slot, &TermBody::Target(target))
    }

    #[test]
    fn every_target_is_told_by_a_word_and_its_numbers_by_their_unit() {
        let (num, den) = (decimal("3"), decimal("4"));
        let ratio = Value::Number(Quantity::Ratio { num, den });
        for (aim, expected) in [
            (
                Target::Value(ratio),
                json!({"kind": "target", "target": "value", "value": {
                    "kind": "ratio", "number": "75", "unit": "%", "numerator": "3", "denominator": "4"
                }}),
            ),
            (
                Target::Corridor {
                    low: decimal("1.5"),
                    high: decimal("2"),
                },
                json!({"kind": "target", "target": "corridor",
                    "low": {"kind": "number", "number": "1.5", "unit": "%"},
                    "high": {"kind": "number", "number": "2", "unit": "%"}}),
            ),
            (
                Target::ObservedOnly,
                json!({"kind": "target", "target": "observed_only"}),
            ),
            (
                Target::Frozen,
                json!({"kind": "target", "target": "frozen"}),
            ),
            (
                Target::NotApplicable,
                json!({"kind": "target", "target": "not_applicable"}),
            ),
        ] {
            assert_eq!(target(aim), expected);
        }
    }

    #[test]
    fn every_kind_of_term_is_told_by_its_own_fields() {
        let named = |text: &str| text.to_owned();
        let indicator = named("1.a");
        for (slot, body, expected) in [
            (
                Slot::Choice {
                    indicator: indicator.clone(),
                },
                TermBody::Choice(Choice::NotRetained),
                json!({"kind": "choice", "retained": false}),
            ),
            (
                Slot::Definition {
                    indicator: indicator.clone(),
                },
                TermBody::Definition(Definition {
                    label: named("Délai"),
                    text: named("Enquête"),
                    kind: ValueKind::Number,
                    unit: Some(named("jours")),
                }),
                json!({"kind": "definition", "label": "Délai", "text": "Enquête",
                    "value_kind": "number", "unit": "jours"}),
            ),
            (
                Slot::Baseline {
                    indicator,
                    measure: named("taux"),
                },
                TermBody::Baseline(Baseline {
                    value: Value::plain(decimal("66.3")),
                    year: 2023,
                }),
                json!({"kind": "baseline", "year": 2023,
                    "value": {"kind": "number", "number": "66.3", "unit": "%"}}),
            ),
            (
                Slot::Commitment {
                    commitment: named("A1"),
                },
                TermBody::Commitment(CommitmentTerm {
                    label: named("Recruter"),
                    indicator: None,
                }),
                json!({"kind": "commitment", "label": "Recruter"}),
            ),
            (
                Slot::Means {
                    line: named("fir"),
                    stage: Stage::Notified,
                    year: 2025,
                },
                TermBody::Means(MeansTerm {
                    amount: decimal("1200"),
                    source: named("Circulaire"),
                }),
                json!({"kind": "means", "source": "Circulaire",
                    "value": {"kind": "number", "number": "1200", "unit": "euros"}}),
            ),
            (
                Slot::Party {
                    role: named("ars"),
                    organisation: named("ARS-28"),
                },
                TermBody::Party(Membership::Leaves),
                json!({"kind": "party", "membership": "leaves"}),
            ),
            (
                Slot::Place,
                TermBody::Place(Covered { place: named("04") }),
                json!({"kind": "place", "place": "04"}),
            ),
        ] {
            assert_eq!(told(slot, &body), expected);
        }
    }
}
