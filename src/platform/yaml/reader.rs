//! Reading keys out of a mapping: every problem is noted and reading goes on.
//!
//! A list always gives one item per element of the text, even for an element that cannot be
//! read, so that the rank of an item in the model is its rank in the text.

use std::str::FromStr;

use jiff::civil::Date;

use super::MAX_BYTES;
use super::problem::Findings;
use super::tree::{self, Entry, Shape, Tree};
use super::words::Worded;
use crate::kernel::{Decimal, nearest};

/// Fewest letters from which a likeness means anything.
const SHORTEST_GUESS: usize = 4;

/// A mapping being read, and where to note what is wrong in it.
pub(crate) struct Item<'a> {
    path: String,
    entries: &'a [Entry],
    asked: Vec<&'static str>,
    /// Keys whose texts name other keys of this item.
    naming: Vec<&'static str>,
    findings: &'a mut Findings,
}

/// Reads the text of a file with `read`; one that cannot be read gives nothing.
pub(crate) fn read_file<T: Default>(
    file: &'static str,
    text: &str,
    findings: &mut Findings,
    read: impl FnOnce(&mut Item<'_>) -> T,
) -> T {
    if text.len() as u64 > MAX_BYTES {
        unreadable(findings, file, "il dépasse deux millions d’octets");
        return T::default();
    }
    let (tree, faults) = tree::parse(text);
    for (rank, fault) in faults.into_iter().enumerate() {
        let path = format!("{file}/#{rank}");
        findings.place(path.clone(), fault.at);
        findings.error(&path, fault.code, fault.message, fault.remedy);
    }
    let Some(tree) = tree else {
        findings.give_up(file);
        return T::default();
    };
    place(findings, file, &tree);
    read_item(&tree, file.to_owned(), findings, read)
}

/// Notes that a file cannot be read at all.
pub(crate) fn unreadable(findings: &mut Findings, file: &'static str, why: &str) {
    findings.give_up(file);
    findings.error(
        file,
        "unreadable",
        format!("le fichier ne se lit pas : {why}"),
        "Vérifiez le nom, les droits d’accès et l’encodage (UTF-8)",
    );
}

/// Remembers where every part of a file stands.
fn place(findings: &mut Findings, path: &str, tree: &Tree) {
    findings.place(path.to_owned(), tree.at);
    match &tree.shape {
        Shape::Absent | Shape::Text(_) => {}
        Shape::List(items) => {
            for (rank, item) in items.iter().enumerate() {
                place(findings, &format!("{path}/{rank}"), item);
            }
        }
        Shape::Map(entries) => {
            for entry in entries {
                place(findings, &format!("{path}/{}", entry.key), &entry.value);
            }
        }
    }
}

/// Reads a mapping with `read`, then notes the keys that `read` did not ask for.
///
/// What is not a mapping is noted and read as an empty one.
fn read_item<T>(
    tree: &Tree,
    path: String,
    findings: &mut Findings,
    read: impl FnOnce(&mut Item<'_>) -> T,
) -> T {
    let entries: &[Entry] = match &tree.shape {
        Shape::Map(entries) => entries,
        Shape::Absent | Shape::Text(_) | Shape::List(_) => {
            findings.error(
                &path,
                "not-a-mapping",
                "des clés et leurs valeurs sont attendues ici",
                "Écrivez une ligne « clé: valeur » par renseignement",
            );
            &[]
        }
    };
    // When the one problem is said, missing keys would only repeat it.
    let mut quiet = Findings::default();
    let mut item = Item {
        findings: if findings.is_troubled(&path) {
            &mut quiet
        } else {
            findings
        },
        path,
        entries,
        asked: Vec::new(),
        naming: Vec::new(),
    };
    let value = read(&mut item);
    item.finish();
    value
}

impl<'a> Item<'a> {
    fn path_of(&self, key: &str) -> String {
        format!("{}/{key}", self.path)
    }

    /// Path of this item.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Whether an error was already found about a key.
    pub(crate) fn is_troubled(&self, key: &str) -> bool {
        self.findings.is_troubled(&self.path_of(key))
    }

    /// An optional text.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        let tree = self.get(key)?;
        if let Shape::Text(text) = &tree.shape {
            return Some(text.clone());
        }
        self.expected(key, "un texte");
        None
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, key: &'static str) -> String {
        self.demand(key);
        self.text(key).unwrap_or_default()
    }

    /// A key that names a thing for ever.
    pub(crate) fn key(&mut self, key: &'static str) -> String {
        let text = self.required(key);
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let well_made = starts_well && text.chars().all(legal);
        if !(text.is_empty() || well_made) {
            self.error(
                key,
                "bad-key",
                format!("« {text} » ne peut pas servir de clé"),
                "N’employez que des minuscules sans accent, des chiffres, des points et des tirets",
            );
        }
        text
    }

    /// An optional number.
    pub(crate) fn number<T: FromStr>(&mut self, key: &'static str) -> Option<T> {
        let text = self.text(key)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.error(
                key,
                "bad-number",
                format!("« {text} » n’est pas un nombre admis pour « {key} »"),
                "Écrivez un nombre en chiffres, sans unité",
            );
        }
        number
    }

    /// A number that must be there.
    pub(crate) fn required_number<T: FromStr + Default>(&mut self, key: &'static str) -> T {
        self.demand(key);
        self.number(key).unwrap_or_default()
    }

    /// An optional exact decimal.
    pub(crate) fn decimal(&mut self, key: &'static str) -> Option<Decimal> {
        let text = self.text(key)?;
        let decimal = text.parse();
        if decimal.is_err() {
            self.error(
                key,
                "bad-number",
                format!("« {text} » n’est pas un nombre décimal"),
                "Écrivez des chiffres et au plus six décimales, par exemple 12,5",
            );
        }
        decimal.ok()
    }

    /// An optional `oui` or `non`.
    pub(crate) fn yes_no(&mut self, key: &'static str) -> Option<bool> {
        self.word::<bool>(key)
    }

    /// A `oui` or `non` that must be there.
    pub(crate) fn required_yes_no(&mut self, key: &'static str) -> bool {
        self.required_word::<bool>(key)
    }

    /// An optional word of a closed list.
    pub(crate) fn word<W: Worded>(&mut self, key: &'static str) -> Option<W> {
        let text = self.text(key)?;
        let path = self.path_of(key);
        self.one_word(&path, &text)
    }

    /// A word of a closed list that must be there.
    pub(crate) fn required_word<W: Worded + Default>(&mut self, key: &'static str) -> W {
        self.required_word_or(key, W::default())
    }

    /// A word of a closed list that must be there; `fallback` stands in for one that is not.
    pub(crate) fn required_word_or<W: Worded>(&mut self, key: &'static str, fallback: W) -> W {
        self.demand(key);
        self.word(key).unwrap_or(fallback)
    }

    /// Words of a closed list; those it lacks are noted and left out.
    pub(crate) fn words<W: Worded>(&mut self, key: &'static str) -> Vec<W> {
        let texts = self.texts(key);
        let mut words = Vec::new();
        for (rank, text) in texts.iter().enumerate() {
            let path = format!("{}/{rank}", self.path_of(key));
            words.extend(self.one_word::<W>(&path, text));
        }
        words
    }

    /// A list of texts; a single text counts as a list of one.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<String> {
        match self.get(key).map(|tree| &tree.shape) {
            None => Vec::new(),
            Some(Shape::Text(text)) => vec![text.clone()],
            Some(Shape::List(items)) => {
                let mut texts = Vec::new();
                for (rank, item) in items.iter().enumerate() {
                    let path = format!("{}/{rank}", self.path_of(key));
                    texts.push(self.one_text(&path, item));
                }
                texts
            }
            Some(_) => {
                self.expected(key, "une liste");
                Vec::new()
            }
        }
    }

    /// Texts that name other keys of this item; those that name none are noted.
    pub(crate) fn field_names(&mut self, key: &'static str) -> Vec<String> {
        self.naming.push(key);
        self.texts(key)
    }

    /// An optional date, `AAAA-MM-JJ`.
    pub(crate) fn date(&mut self, key: &'static str) -> Option<Date> {
        let text = self.text(key)?;
        let date = parse_iso(&text);
        if date.is_none() {
            self.error(
                key,
                "bad-date",
                format!("« {text} » n’est pas une date du calendrier"),
                "Écrivez AAAA-MM-JJ, par exemple 2024-11-26",
            );
        }
        date
    }

    /// A date that must be there.
    pub(crate) fn required_date(&mut self, key: &'static str) -> Date {
        self.demand(key);
        self.date(key).unwrap_or(Date::ZERO)
    }

    /// An optional mapping.
    pub(crate) fn nested<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Item<'_>) -> T,
    ) -> Option<T> {
        let path = self.path_of(key);
        let tree = self.get(key)?;
        Some(read_item(tree, path, self.findings, read))
    }

    /// A list of mappings: one value per element.
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Item<'_>) -> T,
    ) -> Vec<T> {
        let Some(tree) = self.get(key) else {
            return Vec::new();
        };
        let Shape::List(items) = &tree.shape else {
            self.expected(key, "une liste, un tiret par élément");
            return Vec::new();
        };
        let path = self.path_of(key);
        let element = |(rank, item)| {
            let path = format!("{path}/{rank}");
            read_item(item, path, self.findings, &mut read)
        };
        items.iter().enumerate().map(element).collect()
    }

    /// A list of mappings that must be there and not be empty.
    pub(crate) fn required_list<T>(
        &mut self,
        key: &'static str,
        read: impl FnMut(&mut Item<'_>) -> T,
    ) -> Vec<T> {
        self.demand(key);
        let list = self.list(key, read);
        if list.is_empty() && !self.findings.is_troubled(&self.path_of(key)) {
            self.demand_something(key);
        }
        list
    }

    /// Keys chosen by the author and their texts, in order.
    pub(crate) fn pairs(&mut self, key: &'static str) -> Vec<(String, String)> {
        let Some(tree) = self.get(key) else {
            return Vec::new();
        };
        let Shape::Map(entries) = &tree.shape else {
            self.expected(key, "une suite de « clé: libellé »");
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for entry in entries {
            let path = format!("{}/{}", self.path_of(key), entry.key);
            pairs.push((entry.key.clone(), self.one_text(&path, &entry.value)));
        }
        pairs
    }

    /// Keys chosen by the author and a word of a closed list for each, in order; words that the
    /// list lacks are noted and left out.
    pub(crate) fn worded_pairs<W: Worded>(&mut self, key: &'static str) -> Vec<(String, W)> {
        let mut pairs = Vec::new();
        for (name, text) in self.pairs(key) {
            let path = format!("{}/{name}", self.path_of(key));
            pairs.extend(self.one_word(&path, &text).map(|word| (name, word)));
        }
        pairs
    }

    /// Notes an error about a key of this item.
    pub(crate) fn error(
        &mut self,
        key: &str,
        code: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let path = self.path_of(key);
        self.findings.error(&path, code, message, remedy);
    }

    /// Line of a key, or that of this item where the key is absent.
    pub(crate) fn line(&self, key: &str) -> u32 {
        self.findings.line(&self.path_of(key))
    }

    /// Notes an error about this item as a whole.
    pub(crate) fn error_here(&mut self, code: &'static str, message: &str, remedy: &str) {
        self.findings.error(&self.path, code, message, remedy);
    }

    /// What stands under a key, whatever its shape; nothing where it is not stated.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Tree> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (entry.value.shape != Shape::Absent).then_some(&entry.value)
    }

    fn demand(&mut self, key: &'static str) {
        if self.get(key).is_none() {
            self.demand_something(key);
        }
    }

    fn demand_something(&mut self, key: &'static str) {
        self.error(
            key,
            "missing-key",
            format!("« {key} » manque ou est vide"),
            format!("Ajoutez « {key}: » et sa valeur"),
        );
    }

    fn expected(&mut self, key: &'static str, what: &str) {
        self.error(
            key,
            "wrong-shape",
            format!("« {key} » attend {what}"),
            "Comparez avec un élément voisin ou avec le guide",
        );
    }

    fn one_text(&mut self, path: &str, tree: &Tree) -> String {
        if let Shape::Text(text) = &tree.shape {
            return text.clone();
        }
        self.findings.error(
            path,
            "wrong-shape",
            "un texte est attendu dans la liste",
            "Écrivez un texte, ou retirez l’élément vide",
        );
        String::new()
    }

    fn one_word<W: Worded>(&mut self, path: &str, text: &str) -> Option<W> {
        if text.is_empty() {
            return None;
        }
        let found = W::from_word(text);
        if found.is_none() {
            let known: Vec<&str> = W::words().map(|(word, _)| word).collect();
            self.findings.error(
                path,
                "unknown-word",
                format!("« {text} » n’est pas un mot admis ici"),
                suggestion(text, &known)
                    .unwrap_or_else(|| format!("Choisissez parmi : {}", known.join(", "))),
            );
        }
        found
    }

    /// Notes unknown keys, and names of fields that this kind of item does not have.
    fn finish(mut self) {
        for entry in self.entries {
            if !self.asked.contains(&entry.key.as_str()) {
                let remedy = suggestion(&entry.key, &self.asked)
                    .unwrap_or_else(|| format!("Clés admises ici : {}", self.asked.join(", ")));
                let message = format!("la clé « {} » est inconnue ici", entry.key);
                let path = self.path_of(&entry.key);
                self.findings.place(path.clone(), entry.at);
                self.findings.error(&path, "unknown-key", message, remedy);
            }
        }
        for list in std::mem::take(&mut self.naming) {
            self.check_field_names(list);
        }
    }

    fn check_field_names(&mut self, list: &'static str) {
        let names = match self.get(list).map(|tree| &tree.shape) {
            Some(Shape::List(_) | Shape::Text(_)) => self.texts(list),
            _ => return,
        };
        for (rank, name) in names.iter().enumerate() {
            if name.is_empty() || self.asked.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{}/{rank}", self.path_of(list));
            let remedy = suggestion(name, &self.asked)
                .unwrap_or_else(|| "Nommez une clé de cet élément".to_owned());
            let message = format!("« {list} » nomme « {name} », qui n’est pas une clé d’ici");
            self.findings.error(&path, "unknown-field", message, remedy);
        }
    }
}

/// Reads `AAAA-MM-JJ`, and nothing looser.
pub(crate) fn parse_iso(text: &str) -> Option<Date> {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else {
        return None;
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2)
        || ![year, month, day].map(digits).iter().all(|ok| *ok)
    {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The known word that was probably meant, as a remedy.
pub(crate) fn suggestion(written: &str, known: &[&str]) -> Option<String> {
    // Short codes all resemble each other: proposing one would mislead.
    if written.chars().count() < SHORTEST_GUESS {
        return None;
    }
    let meant = nearest(written, known.iter().copied())?;
    Some(format!("Vouliez-vous dire « {meant} » ?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_strictly() {
        assert_eq!(parse_iso("2024-11-26"), Date::new(2024, 11, 26).ok());
        for text in [
            "2024-13-01",
            "2023-02-29",
            "2024-1-1",
            "26/11/2024",
            "+024-01-01",
            "",
        ] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }
}
