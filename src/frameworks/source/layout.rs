//! The canonical layout of framework files: what is written is read back unchanged.
//!
//! One key per line, a blank line between the items of a list, short lists and small records on
//! one line, nothing for what is not stated. Writers build a [`Map`]; this file prints it.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::frameworks::Lines;
use crate::platform::yaml::Worded;

/// A value to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    Text(String),
    /// A list on one line.
    Inline(Vec<Value>),
    /// A list with one element per line or paragraph.
    Block(Vec<Value>),
    /// A record.
    Map(Map),
}

/// A record to be written: keys in order, nothing that is not stated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Map {
    entries: Vec<(String, Value)>,
    inline: bool,
}

impl Map {
    /// A record with one key per line.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A small record on one line.
    pub(super) fn inline() -> Self {
        Self {
            entries: Vec::new(),
            inline: true,
        }
    }

    /// Keys and values, in order.
    pub(crate) fn entries(&self) -> &[(String, Value)] {
        &self.entries
    }

    /// Takes a key out.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.entries.retain(|(name, _)| name != key);
        self
    }

    /// Adds any value.
    pub(super) fn put(mut self, key: &str, value: Value) -> Self {
        self.entries.push((key.to_owned(), value));
        self
    }

    /// Adds a text.
    pub(super) fn text(self, key: &str, text: &(impl ToString + ?Sized)) -> Self {
        self.put(key, Value::Text(text.to_string()))
    }

    /// Adds a text when there is one.
    pub(crate) fn maybe(self, key: &str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.text(key, &text),
            None => self,
        }
    }

    /// Adds a word of a closed list.
    pub(super) fn word(self, key: &str, word: impl Worded) -> Self {
        self.text(key, word.word())
    }

    /// Adds a word of a closed list when there is one.
    pub(super) fn maybe_word(self, key: &str, word: Option<impl Worded>) -> Self {
        self.maybe(key, word.map(Worded::word))
    }

    /// Adds a date when there is one.
    pub(super) fn maybe_date(self, key: &str, date: Option<Date>) -> Self {
        self.maybe(key, date)
    }

    /// Adds `oui` when it is so; nothing otherwise.
    pub(super) fn yes(self, key: &str, yes: bool) -> Self {
        if yes { self.text(key, "oui") } else { self }
    }

    /// Adds codes or words on one line, when there are any.
    pub(super) fn codes<T: ToString>(self, key: &str, codes: &[T]) -> Self {
        let values: Vec<_> = codes.iter().map(|c| Value::Text(c.to_string())).collect();
        self.unless_empty(key, values, Value::Inline)
    }

    /// Adds sentences, one per line, when there are any.
    pub(super) fn sentences(self, key: &str, sentences: &[String]) -> Self {
        let values: Vec<_> = sentences.iter().cloned().map(Value::Text).collect();
        self.unless_empty(key, values, Value::Block)
    }

    /// Adds records, when there are any.
    pub(super) fn list<T>(self, key: &str, items: &[T], write: impl Fn(&T) -> Map) -> Self {
        let values: Vec<_> = items.iter().map(|item| Value::Map(write(item))).collect();
        self.unless_empty(key, values, Value::Block)
    }

    /// Adds a record, when it says anything.
    pub(super) fn nested(self, key: &str, map: Map) -> Self {
        if map.entries.is_empty() {
            return self;
        }
        self.put(key, Value::Map(map))
    }

    /// Adds lines of the source document, when there are any.
    pub(super) fn lines(self, key: &str, lines: &[Lines]) -> Self {
        let range = |l: &Lines| {
            Value::Inline(vec![
                Value::Text(l.first.to_string()),
                Value::Text(l.last.to_string()),
            ])
        };
        match lines {
            [] => self,
            [one] => self.put(key, range(one)),
            several => self.put(key, Value::Inline(several.iter().map(range).collect())),
        }
    }

    fn unless_empty(
        self,
        key: &str,
        values: Vec<Value>,
        wrap: impl Fn(Vec<Value>) -> Value,
    ) -> Self {
        if values.is_empty() {
            return self;
        }
        self.put(key, wrap(values))
    }
}

/// A whole file: a comment that says what it holds, then the record.
pub(super) fn print(comment: &str, map: &Map) -> String {
    let mut out = format!("# {}\n", comment.replace(['\n', '\r'], " "));
    let mut after_paragraph = true;
    for (key, value) in &map.entries {
        let paragraph = is_paragraph(value);
        if paragraph || after_paragraph {
            out.push('\n');
        }
        entry(&mut out, 0, key, value);
        after_paragraph = paragraph;
    }
    out
}

/// The value on one line, for a comparison shown to a reader.
pub(crate) fn one_line(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Inline(items) | Value::Block(items) => {
            let items: Vec<_> = items.iter().map(one_line).collect();
            items.join(", ")
        }
        Value::Map(map) => {
            let write = |(key, value): &(String, Value)| format!("{key} : {}", one_line(value));
            map.entries
                .iter()
                .map(write)
                .collect::<Vec<_>>()
                .join(" ; ")
        }
    }
}

fn is_paragraph(value: &Value) -> bool {
    match value {
        Value::Block(_) => true,
        Value::Map(map) => !map.inline,
        Value::Text(_) | Value::Inline(_) => false,
    }
}

fn entry(out: &mut String, indent: usize, key: &str, value: &Value) {
    out.push_str(&scalar(key, true));
    out.push(':');
    match value {
        Value::Text(text) => {
            out.push(' ');
            out.push_str(&block_scalar(text, indent + 2));
            out.push('\n');
        }
        Value::Block(items) => {
            out.push('\n');
            block(out, indent + 2, items);
        }
        Value::Map(map) if !map.inline => {
            for (key, value) in &map.entries {
                line_start(out, indent + 2);
                entry(out, indent + 2, key, value);
            }
        }
        Value::Inline(_) | Value::Map(_) => {
            out.push(' ');
            out.push_str(&flow(value));
            out.push('\n');
        }
    }
}

fn line_start(out: &mut String, indent: usize) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&" ".repeat(indent));
}

fn block(out: &mut String, indent: usize, items: &[Value]) {
    for (rank, item) in items.iter().enumerate() {
        if rank > 0 && is_paragraph(item) {
            out.push('\n');
        }
        out.push_str(&" ".repeat(indent));
        out.push_str("- ");
        match item {
            Value::Text(text) => {
                out.push_str(&block_scalar(text, indent + 2));
                out.push('\n');
            }
            Value::Map(map) if !map.inline => {
                for (rank, (key, value)) in map.entries.iter().enumerate() {
                    if rank > 0 {
                        out.push_str(&" ".repeat(indent + 2));
                    }
                    entry(out, indent + 2, key, value);
                }
            }
            Value::Inline(_) | Value::Map(_) | Value::Block(_) => {
                out.push_str(&flow(item));
                out.push('\n');
            }
        }
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Text(text) => scalar(text, true),
        Value::Inline(items) | Value::Block(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let write =
                |(key, value): &(String, Value)| format!("{}: {}", scalar(key, true), flow(value));
            let entries: Vec<_> = map.entries.iter().map(write).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A text as the value of a key; several lines make a literal block when that is exact.
fn block_scalar(text: &str, indent: usize) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let plain_lines = lines
        .iter()
        .all(|line| !line.is_empty() && line.trim() == *line && line.chars().all(is_printable));
    if lines.len() > 1 && plain_lines {
        let margin = format!("\n{}", " ".repeat(indent));
        return format!("|-{margin}{}", lines.join(&margin));
    }
    scalar(text, false)
}

/// A text on one line, in quotes only when it needs them.
fn scalar(text: &str, in_flow: bool) -> String {
    if !text.chars().all(is_printable) {
        return escaped(text);
    }
    if is_plain(text, in_flow) {
        return text.to_owned();
    }
    if text.contains('\'') && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    format!("'{}'", text.replace('\'', "''"))
}

fn is_plain(text: &str, in_flow: bool) -> bool {
    const STARTS: &str = "-?:,[]{}#&*!|>'\"%@`";
    let misread = matches!(text, "" | "null" | "~") || text.trim() != text;
    let bad_start = text.starts_with(|c| STARTS.contains(c)) || text.starts_with("...");
    let bad_inside = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    // A colon that touches a bracket or a comma is read in several ways by YAML tools.
    let bad_in_flow = in_flow && text.contains([',', '[', ']', '{', '}', ':']);
    !(misread || bad_start || bad_inside || bad_in_flow)
}

/// Characters that every YAML tool reads back as they are.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frameworks::Position;
    use crate::platform::yaml::{Entry, Shape, Tree, parse};

    /// What should be read back.
    fn expected(value: &Value) -> Shape {
        match value {
            Value::Text(text) if text.trim().is_empty() => Shape::Absent,
            Value::Text(text) => Shape::Text(text.clone()),
            Value::Inline(items) | Value::Block(items) => {
                Shape::List(items.iter().map(|item| nowhere(expected(item))).collect())
            }
            Value::Map(map) => Shape::Map(map.entries.iter().map(expected_entry).collect()),
        }
    }

    fn expected_entry((key, value): &(String, Value)) -> Entry {
        Entry {
            key: key.clone(),
            at: Position::START,
            value: nowhere(expected(value)),
        }
    }

    fn nowhere(shape: Shape) -> Tree {
        Tree {
            at: Position::START,
            shape,
        }
    }

    /// The same without its positions.
    fn forget_positions(tree: Tree) -> Tree {
        nowhere(match tree.shape {
            Shape::List(items) => Shape::List(items.into_iter().map(forget_positions).collect()),
            Shape::Map(entries) => Shape::Map(entries.into_iter().map(forget_place).collect()),
            other => other,
        })
    }

    fn forget_place(entry: Entry) -> Entry {
        Entry {
            key: entry.key,
            at: Position::START,
            value: forget_positions(entry.value),
        }
    }

    fn assert_reads_back(map: &Map) {
        let printed = print("essai", map);
        let (tree, faults) = parse(&printed);
        assert_eq!(faults, [], "{printed}");
        let read = forget_positions(tree.expect("a tree"));
        assert_eq!(read.shape, expected(&Value::Map(map.clone())), "{printed}");
    }

    const TRICKY: [&str; 34] = [
        "01",
        "2A",
        "1.10",
        "oui",
        "null",
        "~",
        "Null",
        "- tiret",
        "-",
        "a: b",
        "a:",
        ":a",
        "a #b",
        "#a",
        "l'été",
        "dit \"oui\"",
        "l'« été » \"bis\"",
        "[a, b]",
        "{a: b}",
        "a, b",
        "deux\nlignes",
        "fin\n",
        "\n début",
        " bord ",
        "tab\tici",
        "\\n",
        "---",
        "...",
        "? q",
        "é\u{a0}: à",
        "\u{2028}",
        "&a",
        "%",
        "N+1",
    ];

    #[test]
    fn tricky_texts_read_back_everywhere() {
        for text in TRICKY {
            let list = || vec![Value::Text(text.to_owned()), Value::Text("b".to_owned())];
            let inner = Map::inline().text("a", text).text("b", "c");
            let map = Map::new()
                .text("seul", text)
                .put("ligne", Value::Inline(list()))
                .put("bloc", Value::Block(list()))
                .nested("petit", inner.clone())
                .list("petits", &[inner], Clone::clone)
                .list("grands", &[1, 2], |_| {
                    Map::new().text("a", text).text("b", text)
                })
                .nested("grand", Map::new().text("a", text));
            assert_reads_back(&map);
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        let letters = "[-a: \\[\\]{},#&*!|>'\"%@`\\n\\t\\\\?~.é0\u{a0}]{1,12}";
        prop_oneof![
            proptest::sample::select(TRICKY.to_vec()).prop_map(str::to_owned),
            letters.prop_map(|text: String| text),
            any::<String>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn any_text_reads_back(a in any_text(), b in any_text(), c in any_text()) {
            let texts = || vec![Value::Text(a.clone()), Value::Text(b.clone())];
            let map = Map::new()
                .text("a", &a)
                .put("l", Value::Inline(texts()))
                .put("b", Value::Block(texts()))
                .list("m", &[0], |_| Map::new().text("x", &b).nested("y", Map::inline().text("z", &c)));
            assert_reads_back(&map);
        }
    }
}
