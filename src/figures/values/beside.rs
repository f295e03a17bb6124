//! What is asked beside a file of values, and what is made of the answers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Codes, KEPT, Settings, UNSAID, Unsaid, read_period};
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
    let mut form = Form {
        typed,
        mistakes: Vec::new(),
    };
    let framework = form.read("cadre", |code| {
        let known = catalogue.framework(code).map(|_| code.to_owned());
        known.ok_or_else(|| {
            format!("aucun cadre n’a le code « {code} » ; `jalon framework list` les donne")
        })
    });
    let supplier = form.read("fournisseur", |name| {
        let found = directory.resolve(name).found().map(|o| o.code.clone());
        found.ok_or_else(|| {
            format!("aucune organisation ne s’appelle « {name} » ; la page Organisations les donne")
        })
    });
    let (reference_date, embargo_until) = (form.day("reference"), form.day("embargo"));
    let indicator = form.read("indicateur", |text| {
        match Codes::of(catalogue, framework.as_deref()).measure(text) {
            Ok(Some(_)) => Ok(text.to_owned()),
            Ok(None) => Err(format!(
                "aucun indicateur n’a le code « {text} » ; vérifiez-le"
            )),
            Err(ambiguous) => Err(ambiguous.to_string()),
        }
    });
    let period = form.read("periode", |text| {
        read_period(text).ok_or_else(|| {
            format!("« {text} » n’est pas une période ; écrivez par exemple 2025 ou T4 2025")
        })
    });
    let (source, comment) = (form.text("source"), form.text("commentaire"));
    let settings = Settings {
        framework,
        supplier,
        source,
        reference_date,
        embargo_until,
        comment,
        provisional: form.said("statut") == Some("provisoire"),
        fictional: false,
        indicator,
        period,
        unsaid: match (form.said(UNSAID.1), form.said("statut")) {
            (Some(KEPT), None | Some("provisoire")) => Unsaid::Kept,
            (Some(KEPT), Some(_)) => Unsaid::KeptButStatus,
            _ => Unsaid::Usual,
        },
    };
    if form.mistakes.is_empty() {
        Ok(settings)
    } else {
        Err(form.mistakes)
    }
}

/// The form as it was sent, with what is wrong in it.
struct Form<'a> {
    typed: &'a BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl<'a> Form<'a> {
    /// What a field says, if anything.
    fn said(&self, field: &str) -> Option<&'a str> {
        let text = self.typed.get(field)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// What is made of a field that says something; a mistake where nothing can be.
    fn read<T>(
        &mut self,
        field: &'static str,
        made: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match made(self.said(field)?) {
            Ok(made) => Some(made),
            Err(sentence) => {
                self.mistakes.push(Mistake { field, sentence });
                None
            }
        }
    }

    fn day(&mut self, field: &'static str) -> Option<Date> {
        self.read(field, |text| {
            parse_day(text).ok_or_else(|| {
                format!("« {text} » n’est pas une date ; écrivez par exemple 31/12/2025")
            })
        })
    }

    fn text(&mut self, field: &'static str) -> Option<String> {
        self.read(field, |text| {
            if text.chars().count() > LONGEST {
                Err(format!(
                    "ce texte dépasse {LONGEST} caractères ; résumez-le"
                ))
            } else {
                Ok(text.to_owned())
            }
        })
    }
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
    let is_kept = settings.unsaid != Unsaid::Usual;
    let unsaid = is_kept.then(|| "gardé, si la valeur est la même".to_owned());
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
        ("Ce que le format ne dit pas", unsaid),
    ]
    .into_iter()
    .filter_map(|(name, said)| said.map(|said| (name, said)))
    .collect()
}
