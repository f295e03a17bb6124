//! The dates of a due rule as fields that a person fills one by one. Pure.

use super::fields::{Choice, Control, Spec, choices, choose_or_none, tidy};
use crate::frameworks::{DeliveryStatus, DueRule, DueState, Gap, Limit};
use crate::platform::yaml::Worded as _;

/// A leap year, in which every day of the calendar exists.
const LEAP_YEAR: i16 = 2024;

/// One delivery as it is typed; nothing at all for no delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TypedRule {
    day: String,
    from_month: String,
    month: String,
    quarter: String,
    plus_days: String,
    years_after: String,
    status: Option<DeliveryStatus>,
}

/// The fields of one delivery.
pub(super) static RULE: [Spec<TypedRule>; 7] = [
    Spec {
        key: "jour",
        label: "Jour",
        hint: "",
        control: Control::Line,
        get: |r| r.day.clone(),
        set: |r, text| take(&mut r.day, text),
    },
    Spec {
        key: "de_mois",
        label: "De",
        hint: "",
        control: Control::Choice(months),
        get: |r| r.from_month.clone(),
        set: |r, text| take(&mut r.from_month, text),
    },
    Spec {
        key: "mois",
        label: "Mois, au plus tard",
        hint: "",
        control: Control::Choice(months),
        get: |r| r.month.clone(),
        set: |r, text| take(&mut r.month, text),
    },
    Spec {
        key: "trimestre",
        label: "Ou trimestre",
        hint: "",
        control: Control::Choice(|| {
            vec![
                ("", "–"),
                ("1", "1er"),
                ("2", "2e"),
                ("3", "3e"),
                ("4", "4e"),
            ]
        }),
        get: |r| r.quarter.clone(),
        set: |r, text| take(&mut r.quarter, text),
    },
    Spec {
        key: "plus_jours",
        label: "Jours en plus",
        hint: "",
        control: Control::Line,
        get: |r| r.plus_days.clone(),
        set: |r, text| take(&mut r.plus_days, text),
    },
    Spec {
        key: "annee",
        label: "De l’année",
        hint: "",
        control: Control::Choice(|| vec![("", "–"), ("0", "N"), ("1", "N+1"), ("2", "N+2")]),
        get: |r| r.years_after.clone(),
        set: |r, text| take(&mut r.years_after, text),
    },
    Spec {
        key: "statut",
        label: "Valeurs",
        hint: "",
        control: Control::Choice(|| {
            choices(Some("–"), |status| match status {
                DeliveryStatus::Provisional => "Provisoires",
                DeliveryStatus::Final => "Définitives",
            })
        }),
        get: |r| r.status.map_or("", |status| status.word()).to_owned(),
        set: |r, text| choose_or_none(&mut r.status, text),
    },
];

/// Never an error: what the fields say together is judged by [`TypedRule::rule`].
#[expect(clippy::unnecessary_wraps, reason = "what a field does may fail")]
fn take(field: &mut String, text: &str) -> Result<(), String> {
    *field = tidy(text);
    Ok(())
}

fn months() -> Vec<Choice> {
    vec![
        ("", "–"),
        ("1", "janvier"),
        ("2", "février"),
        ("3", "mars"),
        ("4", "avril"),
        ("5", "mai"),
        ("6", "juin"),
        ("7", "juillet"),
        ("8", "août"),
        ("9", "septembre"),
        ("10", "octobre"),
        ("11", "novembre"),
        ("12", "décembre"),
    ]
}

impl TypedRule {
    /// A rule as it would be typed.
    pub(super) fn of(rule: DueRule) -> Self {
        let mut typed = Self {
            years_after: rule.years_after.to_string(),
            status: rule.status,
            ..Self::default()
        };
        match rule.limit {
            Limit::Month(month) => typed.month = month.to_string(),
            Limit::Months { from, to } => {
                typed.from_month = from.to_string();
                typed.month = to.to_string();
            }
            Limit::Quarter(quarter) => typed.quarter = quarter.to_string(),
            Limit::Day {
                day,
                month,
                plus_days,
            } => {
                typed.day = day.to_string();
                typed.month = month.to_string();
                if plus_days > 0 {
                    typed.plus_days = plus_days.to_string();
                }
            }
        }
        typed
    }

    /// The rule that was typed, none where nothing was; or the field at fault and what to do.
    pub(super) fn rule(&self) -> Result<Option<DueRule>, (&'static str, String)> {
        if *self == Self::default() {
            return Ok(None);
        }
        let say = |key, words: &str| Err((key, words.to_owned()));
        let Ok(years_after) = self.years_after.parse() else {
            return say(
                "annee",
                "Dites de quelle année est cette date : N, N+1 ou N+2.",
            );
        };
        let filled = |text: &String| !text.is_empty();
        let limit = match (
            filled(&self.day),
            filled(&self.from_month),
            filled(&self.month),
            filled(&self.quarter),
        ) {
            (false, false, true, false) => Limit::Month(number(&self.month)),
            (false, true, true, false) => Limit::Months {
                from: number(&self.from_month),
                to: number(&self.month),
            },
            (false, false, false, true) => Limit::Quarter(number(&self.quarter)),
            (true, false, true, false) => match self.plus_days() {
                Some(plus_days) => Limit::Day {
                    day: number(&self.day),
                    month: number(&self.month),
                    plus_days,
                },
                None => {
                    return say(
                        "plus_jours",
                        "Écrivez un nombre de jours, comme 7, ou laissez vide.",
                    );
                }
            },
            _ => {
                return say(
                    "mois",
                    "Remplissez le mois seul ; ou deux mois, de et au plus tard ; ou un jour et son mois ; ou un trimestre seul.",
                );
            }
        };
        if filled(&self.plus_days) && !matches!(limit, Limit::Day { .. }) {
            return say(
                "plus_jours",
                "Des jours en plus ne s’ajoutent qu’à un jour précis : videz ce champ, ou dites le jour.",
            );
        }
        let rule = DueRule {
            limit,
            years_after,
            status: self.status,
        };
        match rule.window(LEAP_YEAR - i16::from(years_after)) {
            Some(_) => Ok(Some(rule)),
            None if filled(&self.from_month) => say(
                "de_mois",
                "La période va à rebours : échangez les deux mois, ou écrivez deux dates si elle passe l’année.",
            ),
            None => say(
                "jour",
                "Ce jour n’est pas au calendrier : corrigez le jour ou le mois.",
            ),
        }
    }

    fn plus_days(&self) -> Option<u16> {
        match self.plus_days.as_str() {
            "" => Some(0),
            days => days.parse().ok(),
        }
    }
}

/// A number, or one that gives no date.
fn number(text: &str) -> i8 {
    text.parse().unwrap_or_default()
}

/// What is known of a due date, in words.
pub(super) fn state_french(state: DueState) -> &'static str {
    match state {
        DueState::Fixed => "Fixée : les dates sont ci-dessous",
        DueState::ToBeSpecified => "À préciser, selon le document",
        DueState::DirectAccess => "Aucune : accès direct",
        DueState::Event => "Après un événement : étude, enquête…",
        DueState::NotStated => "Non indiquée par le document",
    }
}

/// Years without values, one a line.
pub(super) fn gaps_written(gaps: &[Gap]) -> String {
    let line = |gap: &Gap| match &gap.reason {
        Some(reason) => format!("{} : {reason}", gap.year),
        None => gap.year.to_string(),
    };
    let lines: Vec<String> = gaps.iter().map(line).collect();
    lines.join("\n")
}

/// Years without values, read from one a line.
pub(super) fn gaps_read(text: &str) -> Result<Vec<Gap>, String> {
    let text = tidy(text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (year, reason) = line.split_once(':').unwrap_or((line, ""));
            let year = year.trim().parse().map_err(|_| {
                format!("« {line} » ne commence pas par une année. Écrivez par exemple : 2016 : pas d’enquête cette année-là")
            })?;
            let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
            Ok(Gap { year, reason })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_rule() -> impl Strategy<Value = DueRule> {
        let limit = prop_oneof![
            (1..=12_i8).prop_map(Limit::Month),
            (1..=12_i8, 0..=11_i8).prop_map(|(from, more)| Limit::Months {
                from,
                to: (from + more).min(12)
            }),
            (1..=4_i8).prop_map(Limit::Quarter),
            (1..=28_i8, 1..=12_i8, 0..=40_u16).prop_map(|(day, month, plus_days)| Limit::Day {
                day,
                month,
                plus_days
            }),
        ];
        let status = prop_oneof![
            Just(None),
            Just(Some(DeliveryStatus::Provisional)),
            Just(Some(DeliveryStatus::Final))
        ];
        (limit, 0..=2_u8, status).prop_map(|(limit, years_after, status)| DueRule {
            limit,
            years_after,
            status,
        })
    }

    proptest! {
        #[test]
        fn every_rule_can_be_typed(rule in any_rule()) {
            let mut typed = TypedRule::default();
            let shown = TypedRule::of(rule);
            for spec in &RULE {
                (spec.set)(&mut typed, &format!(" {} ", (spec.get)(&shown))).unwrap();
            }
            prop_assert_eq!(typed.rule(), Ok(Some(rule)));
        }

        #[test]
        fn no_typing_panics(texts in proptest::array::uniform7("[0-9-]{0,3}")) {
            let mut typed = TypedRule::default();
            for (spec, text) in RULE.iter().zip(&texts) {
                let _ = (spec.set)(&mut typed, text);
            }
            let _ = typed.rule();
        }

        #[test]
        fn gaps_read_as_written(years in proptest::collection::vec((2000..2030_i16, proptest::option::of("[a-z][a-z :]{0,8}[a-z]")), 0..4)) {
            let gaps: Vec<Gap> = years.into_iter().map(|(year, reason)| Gap { year, reason }).collect();
            prop_assert_eq!(gaps_read(&gaps_written(&gaps)), Ok(gaps));
        }
    }

    #[test]
    fn what_gives_no_date_is_told_beside_its_field() {
        let wrong = |fields: &[(&str, &str)]| {
            let mut typed = TypedRule::default();
            for (key, text) in fields {
                let spec = RULE.iter().find(|spec| spec.key == *key).unwrap();
                (spec.set)(&mut typed, text).unwrap();
            }
            typed.rule().unwrap_err().0
        };
        assert_eq!(wrong(&[("mois", "4")]), "annee");
        assert_eq!(wrong(&[("annee", "1")]), "mois");
        assert_eq!(
            wrong(&[("annee", "1"), ("mois", "4"), ("trimestre", "2")]),
            "mois"
        );
        assert_eq!(
            wrong(&[("annee", "1"), ("mois", "4"), ("plus_jours", "7")]),
            "plus_jours"
        );
        assert_eq!(
            wrong(&[("annee", "1"), ("mois", "3"), ("de_mois", "9")]),
            "de_mois"
        );
        assert_eq!(
            wrong(&[("annee", "0"), ("mois", "2"), ("jour", "31")]),
            "jour"
        );
        assert_eq!(
            wrong(&[
                ("annee", "0"),
                ("mois", "2"),
                ("jour", "3"),
                ("plus_jours", "x")
            ]),
            "plus_jours"
        );
    }

    #[test]
    fn a_line_without_a_year_is_told() {
        assert!(
            gaps_read("2016 : rien\nl’an dernier")
                .unwrap_err()
                .contains("« l’an dernier »")
        );
    }
}
