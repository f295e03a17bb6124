//! A value, told alike wherever the API gives one.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::{Decimal, Quantity, Value};

/// Une valeur. Les nombres sont des décimaux exacts, en texte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Value)]
pub struct ValueView {
    /// `number`, `ratio`, `yes_no`, `text` ou `unavailable`.
    kind: &'static str,
    /// Le nombre, dans l’unité de la mesure ; pour un rapport, calculé sur ses deux termes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    number: Option<Decimal>,
    /// L’unité du nombre, où elle est dite : `%`, `euros`, `places`.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    numerator: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    denominator: Option<Decimal>,
    /// La réponse d’une mesure par oui ou non.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Pourquoi il n’y en a pas : `not_published`, `secret`, `not_applicable`, `not_collected` ou `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    absence: Option<&'static str>,
}

impl ValueView {
    /// A value whose numbers are in that unit; `per` is the scale of a ratio, 100 for a percentage.
    pub fn of(value: &Value, per: Option<u32>, unit: Option<&str>) -> Self {
        let none = Self::default();
        match value {
            Value::Number(quantity @ Quantity::Ratio { num, den }) => Self {
                kind: "ratio",
                number: quantity.amount(per),
                unit: unit.map(str::to_owned),
                numerator: Some(*num),
                denominator: Some(*den),
                ..none
            },
            Value::Number(Quantity::Plain(number)) => Self::number(*number, unit),
            Value::YesNo(answer) => Self {
                kind: "yes_no",
                answer: Some(*answer),
                ..none
            },
            Value::Text(text) => Self {
                kind: "text",
                text: Some(text.clone()),
                ..none
            },
            Value::Unavailable(absence) => Self {
                kind: "unavailable",
                absence: Some(absence.code()),
                ..none
            },
        }
    }

    /// A number alone, in that unit.
    pub fn number(number: Decimal, unit: Option<&str>) -> Self {
        Self {
            kind: "number",
            number: Some(number),
            unit: unit.map(str::to_owned),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::Absence;

    #[test]
    fn numbers_have_their_unit_and_what_is_no_number_has_none() {
        let decimal = |text: &str| -> Decimal { text.parse().unwrap() };
        let told = |value: &Value| {
            serde_json::to_value(ValueView::of(value, Some(100), Some("%"))).unwrap()
        };
        let (num, den) = (decimal("1"), decimal("4"));
        assert_eq!(
            told(&Value::Number(Quantity::Ratio { num, den })),
            json!({"kind": "ratio", "number": "25", "unit": "%", "numerator": "1", "denominator": "4"})
        );
        assert_eq!(
            told(&Value::plain(decimal("66.3"))),
            json!({"kind": "number", "number": "66.3", "unit": "%"})
        );
        assert_eq!(
            told(&Value::YesNo(true)),
            json!({"kind": "yes_no", "answer": true})
        );
        assert_eq!(
            told(&Value::Text("En cours".to_owned())),
            json!({"kind": "text", "text": "En cours"})
        );
        assert_eq!(
            told(&Value::Unavailable(Absence::Secret)),
            json!({"kind": "unavailable", "absence": "secret"})
        );
    }
}
