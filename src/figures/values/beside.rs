//! What is asked beside a file of values, and what is made of the answers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Codes, Settings, read_period};
use crate::frameworks::Catalogue;
use crate::imports::{Choice, Field, FieldKind, Mistake};
use crate::kernel::Period;
use crate::organisations::Directory;
use crate::platform::clock::french_date;
use crate::platform::web::parse_day;

fn choice(value: &str, label: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        label: label.to_owned(),
    }
}

/// The fields of the form.
pub(super) fn fields(catalogue: &Catalogue) -> Vec<Field> {
    let mut frameworks = vec![choice("", "Tous : les codes du fichier sont uniques")];
    for edited in catalogue.frameworks() {
        frameworks.push(choice(&edited.framework.code, &edited.framework.title));
    }
    vec![
        Field {
            name: "cadre",
            label: "Cadre contractuel",
            hint: "Celui dont le fichier emploie les codes.",
            kind: FieldKind::OneOf(frameworks),
        },
        Field {
            name: "fournisseur",
            label: "Fournisseur",
            hint: "Nom ou sigle de l’organisation. Vide : le fournisseur habituel de chaque indicateur.",
            kind: FieldKind::Text,
        },
        Field {
            name: "statut",
            label: "Statut des valeurs",
            hint: "Une valeur provisoire attend la définitive.",
            kind: FieldKind::OneOf(vec![
                choice("", "Définitives"),
                choice("provisoire", "Provisoires"),
            ]),
        },
        Field {
            name: "reference",
            label: "Date de référence",
            hint: "Le jour que les valeurs décrivent, si le fournisseur le dit : 31/12/2025.",
            kind: FieldKind::Day,
        },
        Field {
            name: "embargo",
            label: "Embargo jusqu’au",
            hint: "Avant ce jour, les valeurs restent cachées à la plupart. Vide : pas d’embargo.",
            kind: FieldKind::Day,
        },
        Field {
            name: "indicateur",
            label: "Indicateur",
            hint: "Son code, si le fichier ne le dit pas : 2.c.1.",
            kind: FieldKind::Text,
        },
        Field {
            name: "periode",
            label: "Année ou période",
            hint: "Si le fichier ne la dit pas : 2025, T4 2025, septembre 2025.",
            kind: FieldKind::Text,
        },
        Field {
            name: "source",
            label: "Source",
            hint: "D’où le fournisseur tient les valeurs : SNDS, enquête… Vide : la source habituelle.",
            kind: FieldKind::Text,
        },
        Field {
            name: "commentaire",
            label: "Commentaire",
            hint: "Il restera à côté de chaque valeur.",
            kind: FieldKind::Text,
        },
    ]
}

/// A longer source or comment is no short text.
const LONGEST: usize = 500;

/// What was typed, made sense of.
pub(super) fn settings(
    typed: &BTreeMap<String, String>,
    catalogue: &Catalogue,
    directory: &Directory,
) -> Result<Settings, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let said = |name: &str| {
        let text = typed.get(name).map_or("", |text| text.trim());
        (!text.is_empty()).then(|| text.to_owned())
    };
    let framework = said("cadre").filter(|code| {
        let known = catalogue.framework(code).is_some();
        if !known {
            let sentence =
                format!("aucun cadre n’a le code « {code} » ; `jalon framework list` les donne");
            mistakes.push(Mistake {
                field: "cadre",
                sentence,
            });
        }
        known
    });
    let supplier = said("fournisseur").and_then(|name| {
        let found = directory.resolve(&name).found().map(|o| o.code.clone());
        if found.is_none() {
            let sentence = format!(
                "aucune organisation ne s’appelle « {name} » ; la page Organisations les donne"
            );
            mistakes.push(Mistake {
                field: "fournisseur",
                sentence,
            });
        }
        found
    });
    let mut day = |field: &'static str| -> Option<Date> {
        let text = said(field)?;
        let day = parse_day(&text);
        if day.is_none() {
            let sentence =
                format!("« {text} » n’est pas une date ; écrivez par exemple 31/12/2025");
            mistakes.push(Mistake { field, sentence });
        }
        day
    };
    let (reference_date, embargo_until) = (day("reference"), day("embargo"));
    let indicator = said("indicateur").filter(|text| {
        let sentence = match Codes::of(catalogue, framework.as_deref()).measure(text) {
            Ok(Some(_)) => return true,
            Ok(None) => format!("aucun indicateur n’a le code « {text} » ; vérifiez-le"),
            Err(ambiguous) => ambiguous.to_string(),
        };
        mistakes.push(Mistake {
            field: "indicateur",
            sentence,
        });
        false
    });
    let period = said("periode").and_then(|text| {
        let period = read_period(&text);
        if period.is_none() {
            let sentence =
                format!("« {text} » n’est pas une période ; écrivez par exemple 2025 ou T4 2025");
            mistakes.push(Mistake {
                field: "periode",
                sentence,
            });
        }
        period
    });
    for field in ["source", "commentaire"] {
        if said(field).is_some_and(|text| text.chars().count() > LONGEST) {
            let sentence = format!("ce texte dépasse {LONGEST} caractères ; résumez-le");
            mistakes.push(Mistake { field, sentence });
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Settings {
        framework,
        supplier,
        source: said("source"),
        reference_date,
        embargo_until,
        comment: said("commentaire"),
        provisional: said("statut").as_deref() == Some("provisoire"),
        fictional: false,
        indicator,
        period,
    })
}

/// What was said, in words.
pub(super) fn facts(
    settings: &Settings,
    catalogue: &Catalogue,
    directory: &Directory,
) -> Vec<(&'static str, String)> {
    let framework = settings.framework.as_deref().map(|code| {
        let known = catalogue.framework(code);
        known.map_or_else(|| code.to_owned(), |edited| edited.framework.title.clone())
    });
    let supplier = settings.supplier.as_deref().map(|code| {
        let known = directory.organisation(code);
        known.map_or_else(|| code.to_owned(), |o| o.label().to_owned())
    });
    let day = |day: Option<Date>| day.map(french_date);
    let status = settings.provisional.then(|| "provisoires".to_owned());
    [
        ("Cadre", framework),
        ("Fournisseur", supplier),
        ("Statut", status),
        ("Date de référence", day(settings.reference_date)),
        ("Embargo jusqu’au", day(settings.embargo_until)),
        ("Indicateur", settings.indicator.clone()),
        ("Année ou période", settings.period.map(Period::french)),
        ("Source", settings.source.clone()),
        ("Commentaire", settings.comment.clone()),
    ]
    .into_iter()
    .filter_map(|(name, said)| said.map(|said| (name, said)))
    .collect()
}
