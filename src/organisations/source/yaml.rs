//! Simple YAML read key by key: every problem is noted and reading goes on.
//!
//! What lives here: the form of a file, its lines, its unknown and missing keys. What never does:
//! what a key means. Every scalar is text.

use std::collections::HashMap;
use std::str::FromStr as _;

use jiff::civil::Date;
use marked_yaml::types::{MarkedMappingNode, MarkedScalarNode};
use marked_yaml::{LoadError, LoaderOptions, Marker, Node, Span};

use super::Problem;
use crate::kernel::nearest;

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn note(
        &mut self,
        file: &'static str,
        line: usize,
        what: String,
        remedy: impl Into<String>,
    ) {
        self.0.push(Problem {
            file,
            line: Some(line),
            what,
            remedy: remedy.into(),
        });
    }

    /// In the order of the files and lines.
    pub(super) fn into_list(mut self) -> Vec<Problem> {
        self.0.sort_by_key(|problem| (problem.file, problem.line));
        self.0
    }

    /// The lists under the named keys at the top of a file; other keys are problems.
    pub(super) fn lists<const N: usize>(
        &mut self,
        file: &'static str,
        text: &str,
        keys: [&'static str; N],
    ) -> [Vec<Item>; N] {
        let Some(mut top) = self.document(file, text) else {
            return [const { Vec::new() }; N];
        };
        let lists = keys.map(|key| top.items(key, self));
        top.finish(self);
        lists
    }

    fn document(&mut self, file: &'static str, text: &str) -> Option<Item> {
        let options = LoaderOptions::default().error_on_duplicate_keys(true);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match marked_yaml::parse_yaml_with_options(0, text, options) {
            Ok(Node::Mapping(mapping)) => Some(Item::new(file, &mapping)),
            Ok(other) => {
                self.note_shape(file, line(other.span()), "des clés et leurs valeurs");
                None
            }
            Err(error) => {
                self.note_syntax(file, &error);
                None
            }
        }
    }

    fn note_shape(&mut self, file: &'static str, line: usize, expected: &str) {
        let what = format!("{expected} sont attendus ici");
        let remedy = "Comparez avec les éléments voisins : alignement, tirets, deux-points";
        self.note(file, line, what, remedy);
    }

    fn note_syntax(&mut self, file: &'static str, error: &LoadError) {
        let (line, what, remedy) = match error {
            LoadError::DuplicateKey(keys) => (
                line(keys.key.span()),
                format!(
                    "« {} » est écrit deux fois, déjà à la ligne {}",
                    keys.key.as_str(),
                    line(keys.prev_key.span())
                ),
                "Gardez une seule des deux lignes",
            ),
            LoadError::UnexpectedAnchor(at) | LoadError::UnexpectedTag(at) => (
                at.line(),
                "les ancres et étiquettes YAML (&, *, !) ne sont pas admises".to_owned(),
                "Écrivez la valeur en toutes lettres, entre guillemets si elle commence par l’un de ces signes",
            ),
            LoadError::TopLevelMustBeMapping(at)
            | LoadError::TopLevelMustBeSequence(at)
            | LoadError::MappingKeyMustBeScalar(at) => (
                at.line(),
                "une clé simple est attendue ici".to_owned(),
                "Écrivez « clé: valeur », une clé par ligne",
            ),
            LoadError::ScanError(at, _) => (
                at.line(),
                "la mise en page ne se comprend pas ici ; la suite n’a pas été lue".to_owned(),
                "Vérifiez l’alignement, et mettez entre guillemets un texte qui contient « : » ou commence par un signe",
            ),
        };
        self.note(file, line, what, remedy);
    }
}

fn line(span: &Span) -> usize {
    span.start().map_or(1, Marker::line)
}

/// An element of a list, read key by key.
pub(super) struct Item {
    pub(super) file: &'static str,
    /// Its first line.
    pub(super) line: usize,
    keys: HashMap<String, Key>,
    asked: Vec<&'static str>,
}

struct Key {
    line: usize,
    value: Node,
}

impl Item {
    fn new(file: &'static str, mapping: &MarkedMappingNode) -> Self {
        let keys = mapping.iter().map(|(key, value)| {
            let key_line = line(key.span());
            let value = value.clone();
            let line = key_line;
            (key.as_str().to_owned(), Key { line, value })
        });
        Self {
            file,
            line: line(mapping.span()),
            keys: keys.collect(),
            asked: Vec::new(),
        }
    }

    /// The line of a key, or that of the element where the key is absent.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.keys.get(key).map_or(self.line, |key| key.line)
    }

    /// The value of a key, absent where it says nothing.
    fn value(&mut self, key: &'static str) -> Option<&Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let value = &self.keys.get(key)?.value;
        match value {
            Node::Scalar(text) if is_nothing(text) => None,
            value => Some(value),
        }
    }

    /// A text that may be absent.
    pub(super) fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<String> {
        let (file, line) = (self.file, self.line_of(key));
        match self.value(key)? {
            Node::Scalar(text) => Some(text.as_str().trim().to_owned()),
            Node::Sequence(_) | Node::Mapping(_) => {
                let what = format!("« {key} » attend un simple texte");
                problems.note(file, line, what, "Écrivez-le sur une ligne");
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<String> {
        if self.value(key).is_none() {
            let what = format!("« {key} » manque");
            let remedy = format!("Ajoutez une ligne « {key}: … » à cet élément");
            problems.note(self.file, self.line, what, remedy);
            return None;
        }
        self.text(key, problems)
    }

    /// One of a few words, which must be there.
    pub(super) fn word<T>(
        &mut self,
        key: &'static str,
        meaning: impl Fn(&str) -> Option<T>,
        words: impl Iterator<Item = &'static str>,
        problems: &mut Problems,
    ) -> Option<T> {
        let word = self.required(key, problems)?;
        let found = meaning(&word);
        if found.is_none() {
            let words: Vec<&str> = words.collect();
            let what = format!("« {key} » vaut « {word} », qui n’est pas un mot admis");
            let remedy = match nearest(&word, words.iter().copied()) {
                Some(near) => format!("Peut-être vouliez-vous écrire « {near} »"),
                None => format!("Écrivez l’un de ces mots : {}", words.join(", ")),
            };
            problems.note(self.file, self.line_of(key), what, remedy);
        }
        found
    }

    /// A day that may be absent.
    fn day(&mut self, key: &'static str, problems: &mut Problems) -> Option<Date> {
        let text = self.text(key, problems)?;
        let day = Date::from_str(&text).ok().filter(|_| text.len() == 10);
        if day.is_none() {
            let what = format!("« {key} » vaut « {text} », qui n’est pas une date");
            let remedy = "Écrivez-la année-mois-jour, par exemple 2016-01-01";
            problems.note(self.file, self.line_of(key), what, remedy);
        }
        day
    }

    /// A day that must be there.
    pub(super) fn required_day(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<Date> {
        self.required(key, problems)?;
        self.day(key, problems)
    }

    /// First and last day, `du` and `au`.
    pub(super) fn validity(&mut self, problems: &mut Problems) -> (Option<Date>, Option<Date>) {
        let (from, to) = (self.day("du", problems), self.day("au", problems));
        if let (Some(first), Some(last)) = (from, to)
            && first > last
        {
            let what = format!("l’élément finit le {last}, avant de commencer le {first}");
            let remedy = "Corrigez « du » ou « au »";
            problems.note(self.file, self.line_of("au"), what, remedy);
        }
        (from, to)
    }

    /// A list of texts, empty where absent.
    pub(super) fn texts(&mut self, key: &'static str, problems: &mut Problems) -> Vec<String> {
        let file = self.file;
        let mut texts = Vec::new();
        for node in self.list(key, problems) {
            match node {
                Node::Scalar(text) if !is_nothing(&text) => {
                    texts.push(text.as_str().trim().to_owned());
                }
                other => problems.note_shape(file, line(other.span()), "des textes simples"),
            }
        }
        texts
    }

    /// A list of elements, empty where absent.
    pub(super) fn items(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Item> {
        let file = self.file;
        let mut items = Vec::new();
        for node in self.list(key, problems) {
            match node {
                Node::Mapping(mapping) => items.push(Item::new(file, &mapping)),
                other => {
                    problems.note_shape(file, line(other.span()), "des éléments « clé: valeur »");
                }
            }
        }
        items
    }

    fn list(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Node> {
        let (file, line) = (self.file, self.line_of(key));
        match self.value(key) {
            None => Vec::new(),
            Some(Node::Sequence(list)) => list.iter().cloned().collect(),
            Some(Node::Scalar(_) | Node::Mapping(_)) => {
                let what = format!("« {key} » attend une liste");
                problems.note(
                    file,
                    line,
                    what,
                    "Écrivez un élément par ligne, après un tiret",
                );
                Vec::new()
            }
        }
    }

    /// Notes the keys that nobody asked for: a key is never ignored.
    pub(super) fn finish(&self, problems: &mut Problems) {
        for (name, key) in &self.keys {
            if self.asked.contains(&name.as_str()) {
                continue;
            }
            let what = format!("« {name} » n’est pas une clé connue ici");
            let remedy = match nearest(name, self.asked.iter().copied()) {
                Some(near) => format!("Peut-être vouliez-vous écrire « {near} »"),
                None => format!(
                    "Retirez cette ligne, ou écrivez l’une de ces clés : {}",
                    self.asked.join(", ")
                ),
            };
            problems.note(self.file, key.line, what, remedy);
        }
    }
}

/// Nothing, `null` or `~`: not stated.
fn is_nothing(text: &MarkedScalarNode) -> bool {
    matches!(text.as_str().trim(), "" | "null" | "~")
}
