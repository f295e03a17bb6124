//! What a person types to correct an indicator, and what becomes of it where somebody else
//! corrected the same one meanwhile. Pure.

use std::collections::BTreeMap;

use super::fields::words;
use super::sheet::{Entry, Sheet};
use crate::frameworks::Known;

/// What the form holds: texts as typed, so that nothing is lost when it comes back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    texts: BTreeMap<String, String>,
    /// Why it is corrected.
    pub motif: String,
    /// The revision that the person saw.
    pub base: i64,
}

/// A field that two people changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    /// The name of the field.
    pub field: String,
    /// What it is called.
    pub label: String,
    /// What somebody else wrote meanwhile.
    pub theirs: String,
}

/// Something that keeps what was typed from being saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    /// The field it is about; none where it is about the whole.
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Complaint {
    /// About one field.
    pub(super) fn about(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            message: message.into(),
        }
    }

    /// About the whole.
    pub(super) fn of_the_whole(message: impl Into<String>) -> Self {
        Self {
            field: None,
            message: message.into(),
        }
    }
}

impl Typed {
    /// The form as it opens on an indicator, in a revision.
    pub(super) fn of(sheet: &Sheet, base: i64) -> Self {
        let entries = sheet.entries().into_iter();
        Self {
            texts: entries
                .map(|entry| (entry.name, sheet.text(entry.place)))
                .collect(),
            motif: String::new(),
            base,
        }
    }

    /// The form as a browser sent it. Without the revision that was seen, none was.
    pub(super) fn sent(fields: Vec<(String, String)>) -> Self {
        let mut texts: BTreeMap<String, String> = fields.into_iter().collect();
        Self {
            motif: texts.remove("motif").unwrap_or_default(),
            base: texts
                .remove("base")
                .and_then(|base| base.parse().ok())
                .unwrap_or_default(),
            texts,
        }
    }

    /// What a field holds; nothing where the form did not hold it.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// How many deliveries were typed.
    pub(super) fn rules(&self) -> usize {
        let ranks = self.texts.keys().filter_map(|name| {
            let (rank, _) = name.strip_prefix("regle:")?.split_once(':')?;
            rank.parse::<u8>().ok()
        });
        ranks.max().map_or(0, |rank| usize::from(rank) + 1)
    }

    /// Brings what was typed upon what stands now. A field that only one of the two changed is
    /// as that one wrote it; one that both changed keeps what was typed and is named. A field
    /// that the form did not hold is as it stands.
    ///
    /// `seen` is the indicator as it was when the form opened; without it, any difference is a
    /// conflict.
    pub(super) fn brought_upon(
        mut self,
        now: &Sheet,
        seen: Option<&Sheet>,
        base: i64,
    ) -> (Self, Vec<Conflict>) {
        let before = seen.map(|sheet| Self::of(sheet, self.base));
        let mut conflicts = Vec::new();
        let mut texts = BTreeMap::new();
        for entry in now.entries() {
            let theirs = now.text(entry.place);
            let mine = self.texts.remove(&entry.name);
            let mine = mine.unwrap_or_else(|| theirs.clone());
            let same = |one: &str, other: &str| {
                one == other || canonical(now, &entry, one) == canonical(now, &entry, other)
            };
            let seen = before.as_ref().map(|before| before.text(&entry.name));
            let text = if same(&mine, &theirs) || seen.is_some_and(|seen| same(seen, &mine)) {
                theirs
            } else {
                if !seen.is_some_and(|seen| same(seen, &theirs)) {
                    conflicts.push(Conflict {
                        field: entry.name.clone(),
                        label: now.label(entry.place),
                        theirs,
                    });
                }
                mine
            };
            texts.insert(entry.name, text);
        }
        self.texts = texts;
        self.base = base;
        (self, conflicts)
    }

    /// What was typed, put in the indicator; or everything that keeps it from being saved.
    pub(super) fn put_in(&self, now: &Sheet, known: &Known) -> Result<Sheet, Vec<Complaint>> {
        let mut sheet = now.clone();
        let mut complaints = Vec::new();
        for entry in now.entries() {
            let Some(text) = self.texts.get(&entry.name) else {
                continue;
            };
            if let Err(message) = sheet.put(entry.place, text) {
                complaints.push(Complaint::about(entry.name, message));
            }
        }
        if let Err(wrong) = sheet.settle_rules() {
            complaints.extend(wrong.into_iter().map(|(rank, key, message)| {
                Complaint::about(format!("regle:{rank}:{key}"), message)
            }));
        }
        for field in ["pilote", "fournisseur"] {
            complaints.extend(strangers(field, self.text(field), known));
        }
        if self.motif.trim().is_empty() {
            let message = "Dites pourquoi : le motif reste dans l’historique du cadre.";
            complaints.push(Complaint::about("motif", message));
        }
        if complaints.is_empty() {
            Ok(sheet)
        } else {
            Err(complaints)
        }
    }
}

/// Codes that no organisation has.
fn strangers(field: &str, text: &str, known: &Known) -> Vec<Complaint> {
    let told = words(text).into_iter().filter_map(|code| {
        let message = match known.organisation(&code) {
            Ok(()) => return None,
            Err(Some(meant)) => {
                format!("« {code} » est un autre nom de {meant} : écrivez « {meant} ».")
            }
            Err(None) => format!(
                "Aucune organisation n’a le code « {code} » : cherchez-la dans le répertoire des organisations."
            ),
        };
        Some(Complaint::about(field, message))
    });
    told.collect()
}

/// The one form of all the texts that say the same: what would be shown once it is typed. A text
/// that cannot be typed is only itself.
fn canonical(sheet: &Sheet, entry: &Entry, text: &str) -> String {
    let mut sheet = sheet.clone();
    match sheet.put(entry.place, text) {
        Ok(()) => sheet.text(entry.place),
        Err(_) => text.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frameworks::{Framework, Indicator, read_texts, write_texts};

    fn sheet(note: &str, theme: &str, suppliers: &str, reading: &[&str]) -> Sheet {
        let framework = Framework {
            indicators: vec![Indicator {
                key: "1".to_owned(),
                label: "Un".to_owned(),
                note: Some(note.to_owned()).filter(|n| !n.is_empty()),
                theme: Some(theme.to_owned()).filter(|n| !n.is_empty()),
                suppliers: words(suppliers),
                our_reading: reading.iter().map(|&key| key.to_owned()).collect(),
                ..Indicator::default()
            }],
            ..Framework::default()
        };
        Sheet::of(&framework, "1").unwrap()
    }

    fn sent(fields: &[(&str, &str)]) -> Typed {
        let fields = fields
            .iter()
            .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()));
        Typed::sent(fields.collect())
    }

    #[test]
    fn every_word_of_doubt_is_a_field_of_the_text() {
        use crate::frameworks::pages::edit::reading::{OF_INDICATOR, OF_MEASURE};
        let framework = Framework {
            indicators: vec![Indicator {
                uncertain: OF_INDICATOR.map(str::to_owned).to_vec(),
                ..Indicator::default()
            }],
            measures: vec![crate::measures::Measure {
                our_reading: OF_MEASURE.map(str::to_owned).to_vec(),
                ..crate::measures::Measure::default()
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
    fn spaces_and_line_ends_are_no_change_and_what_was_not_sent_neither() {
        let seen = sheet("x\ny", "", "DGOS, ATIH", &["source"]);
        let now = sheet("z", "t", "SPF", &[]);
        let mine = sent(&[
            ("note", "x\r\ny "),
            ("theme", " "),
            ("fournisseur", "DGOS,ATIH,"),
            ("base", "1"),
        ]);
        let (merged, conflicts) = mine.brought_upon(&now, Some(&seen), 2);
        assert_eq!((merged, conflicts), (Typed::of(&now, 2), Vec::new()));
    }

    #[test]
    fn deliveries_typed_beyond_those_that_stand_are_counted() {
        assert_eq!(
            sent(&[("regle:3:mois", "4"), ("regle:x:mois", "")]).rules(),
            4
        );
        assert_eq!(sent(&[("note", "")]).rules(), 0);
    }

    fn texts() -> impl Strategy<Value = [String; 4]> {
        ["[abc]", "[abc]", "[abc]", "[js]"]
    }

    fn sheet_of(texts: &[String; 4]) -> Sheet {
        let deduced: &[&str] = if texts[3] == "j" { &["source"] } else { &[] };
        sheet(&texts[0], &texts[1], &texts[2], deduced)
    }

    const NAMES: [&str; 4] = ["note", "theme", "fournisseur", "lecture:source"];

    proptest! {
        #[test]
        fn nothing_typed_is_lost_and_nothing_of_the_other_is_overwritten_unseen(
            seen in texts(), theirs in texts(), mine in texts(), known: bool,
        ) {
            let before = sheet_of(&seen);
            let typed = Typed::of(&sheet_of(&mine), 1);
            let now = sheet_of(&theirs);
            let (merged, conflicts) = typed.clone().brought_upon(&now, known.then_some(&before), 2);
            prop_assert_eq!(merged.base, 2);
            let (seen, theirs) = (Typed::of(&before, 1), Typed::of(&now, 2));
            for name in NAMES {
                let (kept, seen, theirs, mine) = (merged.text(name), seen.text(name), theirs.text(name), typed.text(name));
                match conflicts.iter().find(|c| c.field == name) {
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
            let (mine, now) = (Typed::of(&sheet_of(&mine), 2), sheet_of(&theirs));
            let (merged, conflicts) = mine.clone().brought_upon(&now, Some(&now), 2);
            prop_assert_eq!(merged, mine);
            prop_assert_eq!(conflicts, Vec::new());
        }
    }
}
