//! What a person types to correct an indicator, and what becomes of it where somebody else
//! corrected the same one meanwhile. Pure.

use serde::Deserialize;

use crate::frameworks::{Indicator, Known};

/// A field of the form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What helps to fill it.
    pub hint: Option<&'static str>,
    /// Whether it is a list of words.
    pub is_list: bool,
}

const fn field(name: &'static str, label: &'static str, hint: Option<&'static str>) -> Field {
    Field {
        name,
        label,
        hint,
        is_list: false,
    }
}

const fn list(name: &'static str, label: &'static str, hint: &'static str) -> Field {
    Field {
        name,
        label,
        hint: Some(hint),
        is_list: true,
    }
}

/// The fields, in the order of [`Typed::texts`].
pub(super) const FIELDS: [Field; 7] = [
    field("libelle", "Libellé", None),
    field(
        "code",
        "Code imprimé",
        Some("Tel que le montre le document officiel ; il peut manquer."),
    ),
    field("theme", "Thématique", None),
    list(
        "fournisseur",
        "Fournisseur",
        "Codes d’organisations, séparés par des virgules : DGOS, ATIH. Le répertoire des organisations les donne.",
    ),
    field("source", "Source", None),
    field("note", "À savoir", None),
    list(
        "incertain",
        "Champs dont la lecture reste incertaine",
        "Des mots parmi code, libelle, theme, pilote, fournisseur, source, echeance, mesures, note. Videz ce champ quand le doute est levé.",
    ),
];

/// The fields of an indicator whose reading may be uncertain.
const DOUBTED: [&str; 18] = [
    "code",
    "libelle",
    "noeud",
    "theme",
    "engagement",
    "nature",
    "mesures",
    "methode",
    "methodes",
    "liens",
    "pilote",
    "fournisseur",
    "source",
    "periodicite",
    "alimentation",
    "echeance",
    "regions",
    "note",
];

/// What the form holds: texts as typed, so that nothing is lost when it comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::frameworks::pages) struct Typed {
    libelle: String,
    code: String,
    theme: String,
    fournisseur: String,
    source: String,
    note: String,
    incertain: String,
    /// Why it is corrected.
    pub motif: String,
    /// The revision that the person saw.
    pub base: i64,
}

/// A field that two people changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    /// Which field.
    pub field: &'static Field,
    /// What somebody else wrote meanwhile.
    pub theirs: String,
}

/// Something that keeps what was typed from being saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The field it is about; none where it is about the whole.
    pub field: Option<&'static str>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Typed {
    /// The form as it opens on an indicator, in a revision.
    pub(super) fn of(indicator: &Indicator, base: i64) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            libelle: indicator.label.clone(),
            code: text(&indicator.code),
            theme: text(&indicator.theme),
            fournisseur: indicator.suppliers.join(", "),
            source: text(&indicator.source),
            note: text(&indicator.note),
            incertain: indicator.uncertain.join(", "),
            motif: String::new(),
            base,
        }
    }

    /// The texts of [`FIELDS`].
    pub(super) fn texts(&self) -> [&str; 7] {
        [
            &self.libelle,
            &self.code,
            &self.theme,
            &self.fournisseur,
            &self.source,
            &self.note,
            &self.incertain,
        ]
    }

    fn texts_mut(&mut self) -> [&mut String; 7] {
        [
            &mut self.libelle,
            &mut self.code,
            &mut self.theme,
            &mut self.fournisseur,
            &mut self.source,
            &mut self.note,
            &mut self.incertain,
        ]
    }

    /// Puts what was typed in the indicator.
    pub(super) fn apply(&self, indicator: &mut Indicator) {
        let optional = |text: &str| Some(tidy(text)).filter(|t| !t.is_empty());
        indicator.label = tidy(&self.libelle);
        indicator.code = optional(&self.code);
        indicator.theme = optional(&self.theme);
        indicator.suppliers = words(&self.fournisseur);
        indicator.source = optional(&self.source);
        indicator.note = optional(&self.note);
        indicator.uncertain = words(&self.incertain);
    }

    /// Brings what was typed upon what stands now. A field that only one of the two changed is
    /// as that one wrote it; one that both changed keeps what was typed and is named.
    ///
    /// `seen` is the form as it was when it opened; without it, any difference is a conflict.
    pub(super) fn brought_upon(mut self, now: &Self, seen: Option<&Self>) -> (Self, Vec<Conflict>) {
        let mut conflicts = Vec::new();
        let seen = seen.map(Self::texts);
        let fields = FIELDS.iter().zip(self.texts_mut()).zip(now.texts());
        for (rank, ((field, mine), theirs)) in fields.enumerate() {
            let same = |one: &str, other: &str| canonical(field, one) == canonical(field, other);
            let seen = seen.map(|texts| texts[rank]);
            if same(mine, theirs) || seen.is_some_and(|seen| same(seen, mine)) {
                theirs.clone_into(mine);
            } else if !seen.is_some_and(|seen| same(seen, theirs)) {
                conflicts.push(Conflict {
                    field,
                    theirs: theirs.to_owned(),
                });
            }
        }
        self.base = now.base;
        (self, conflicts)
    }

    /// What keeps it from being saved.
    pub(super) fn complaints(&self, known: &Known) -> Vec<Complaint> {
        let mut complaints = Vec::new();
        let mut say = |field, message| complaints.push(Complaint { field, message });
        if tidy(&self.libelle).is_empty() {
            let message = "Écrivez un libellé : l’indicateur paraît partout sous ce nom.";
            say(Some("libelle"), message.to_owned());
        }
        for code in words(&self.fournisseur) {
            match known.organisation(&code) {
                Ok(()) => {}
                Err(Some(meant)) => say(
                    Some("fournisseur"),
                    format!("« {code} » est un autre nom de {meant} : écrivez « {meant} »."),
                ),
                Err(None) => say(
                    Some("fournisseur"),
                    format!(
                        "Aucune organisation n’a le code « {code} » : cherchez-la dans le répertoire des organisations."
                    ),
                ),
            }
        }
        for word in words(&self.incertain) {
            if !DOUBTED.contains(&word.as_str()) {
                let message = format!(
                    "« {word} » n’est pas un champ de l’indicateur : reprenez les mots proposés sous la question."
                );
                say(Some("incertain"), message);
            }
        }
        if self.motif.trim().is_empty() {
            let message = "Dites pourquoi : le motif reste dans l’historique du cadre.";
            say(Some("motif"), message.to_owned());
        }
        complaints
    }
}

/// A text as it is kept: browsers end lines in two characters.
fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// The words of a list, each once.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        if !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found
}

/// The one form of all the texts that say the same.
fn canonical(field: &Field, text: &str) -> String {
    if field.is_list {
        words(text).join(", ")
    } else {
        tidy(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frameworks::{Framework, read_texts, write_texts};

    fn form(texts: [&str; 7], base: i64) -> Typed {
        let mut typed = Typed {
            base,
            ..Typed::default()
        };
        for (field, text) in typed.texts_mut().into_iter().zip(texts) {
            text.clone_into(field);
        }
        typed
    }

    #[test]
    fn every_word_of_doubt_is_a_field_of_the_text() {
        let framework = Framework {
            indicators: vec![Indicator {
                uncertain: DOUBTED.map(str::to_owned).to_vec(),
                ..Indicator::default()
            }],
            ..Framework::default()
        };
        let reading = read_texts("x", &write_texts(&framework), &Known::default());
        let unknown: Vec<_> = reading
            .problems
            .iter()
            .filter(|p| p.code == "unknown-field")
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn spaces_and_line_ends_are_no_change() {
        let seen = form(["a", "", "", "DGOS, ATIH", "", "x\ny", ""], 1);
        let now = form(["b", "", "", "SPF", "", "z", ""], 2);
        let mine = form([" a ", " ", "", "DGOS,ATIH,", "", "x\r\ny", ""], 1);
        let (merged, conflicts) = mine.brought_upon(&now, Some(&seen));
        assert_eq!((merged, conflicts), (now, Vec::new()));
    }

    fn texts() -> impl Strategy<Value = [String; 7]> {
        proptest::array::uniform7("[abc]")
    }

    proptest! {
        #[test]
        fn nothing_typed_is_lost_and_nothing_of_the_other_is_overwritten_unseen(
            seen in texts(), theirs in texts(), mine in texts(), known: bool,
        ) {
            let typed = |texts: &[String; 7], base| form(texts.each_ref().map(String::as_str), base);
            let before = typed(&seen, 1);
            let (merged, conflicts) = typed(&mine, 1).brought_upon(&typed(&theirs, 2), known.then_some(&before));
            prop_assert_eq!(merged.base, 2);
            for (rank, kept) in merged.texts().into_iter().enumerate() {
                let named = conflicts.iter().find(|c| c.field == &FIELDS[rank]);
                let (seen, theirs, mine) = (&seen[rank], &theirs[rank], &mine[rank]);
                match named {
                    Some(conflict) => {
                        prop_assert_eq!(kept, mine);
                        prop_assert_eq!(&conflict.theirs, theirs);
                        prop_assert!(mine != theirs);
                    }
                    // One of the two left the field alone: the other's word stands.
                    None if known && mine == seen => prop_assert_eq!(kept, theirs),
                    None if known => prop_assert!(kept == mine && (theirs == seen || theirs == mine)),
                    None => prop_assert_eq!(theirs, mine),
                }
            }
        }

        #[test]
        fn once_seen_what_is_typed_is_taken(theirs in texts(), mine in texts()) {
            let typed = |texts: &[String; 7]| form(texts.each_ref().map(String::as_str), 2);
            let (merged, conflicts) = typed(&mine).brought_upon(&typed(&theirs), Some(&typed(&theirs)));
            prop_assert_eq!(merged, typed(&mine));
            prop_assert_eq!(conflicts, Vec::new());
        }
    }
}
