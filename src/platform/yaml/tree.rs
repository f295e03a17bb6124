//! A YAML text as a tree whose every part knows where it stands.
//!
//! Only the simple part of YAML: keys, lists, text. Every scalar stays text,
//! so `01` and `1.10` are kept as written. What the text means is for the readers.
//!
//! `saphyr-parser` gives the events: unlike `marked-yaml` it tells a quoted `"null"` from a bare
//! one, lets every repeated key be reported instead of the first only, and shows a second document
//! instead of dropping it.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, SpannedEventReceiver};

use super::Position;

/// Deepest nesting accepted; the texts need some ten levels.
const MAX_DEPTH: usize = 40;

/// A part of a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Where it starts.
    pub(crate) at: Position,
    /// What it is.
    pub(crate) shape: Shape,
}

/// What a part of a YAML text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing, `null` or `~`: not stated.
    Absent,
    /// A text, never blank.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// Keys and their values, in order.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) at: Position,
    /// The value.
    pub(crate) value: Tree,
}

/// Something wrong in the form of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) at: Position,
    /// Stable identifier.
    pub(crate) code: &'static str,
    /// What is wrong, in French.
    pub(crate) message: String,
    /// What to do, in French.
    pub(crate) remedy: &'static str,
}

/// Reads a text. The tree is absent when the text cannot be read to its end.
pub(crate) fn parse(text: &str) -> (Option<Tree>, Vec<Fault>) {
    let mut builder = Builder::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let invisible = invisible_characters(text);
    if !invisible.is_empty() {
        return (None, invisible);
    }
    for next in Parser::new_from_str(text) {
        match next {
            Ok((event, span)) => builder.on_event(event, span),
            Err(error) => {
                let at = position_of(*error.marker());
                builder.stop(syntax_fault(at, error.info(), text));
            }
        }
        if builder.stopped {
            return (None, builder.faults);
        }
    }
    let root = builder.root.unwrap_or(Tree {
        at: Position::START,
        shape: Shape::Absent,
    });
    (Some(root), builder.faults)
}

fn position_of(mark: saphyr_parser::Marker) -> Position {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position {
        line: count(mark.line().max(1)),
        column: count(mark.col() + 1),
    }
}

/// Most characters named that a text may not hold.
const MOST_NAMED: usize = 20;

/// The control characters of a text, which nobody sees and no editor means to write.
fn invisible_characters(text: &str) -> Vec<Fault> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || c == '\u{feff}');
    let lines = (1..).zip(text.lines());
    let found = lines.flat_map(|(line, words)| {
        let letters = (1..).zip(words.chars());
        letters.filter_map(move |(column, c)| (!allowed(c)).then_some((line, column, c)))
    });
    let fault = |(line, column, c): (u32, u32, char)| Fault {
        at: Position { line, column },
        code: "yaml-character",
        message: format!(
            "un caractère invisible (U+{:04X}) n’est pas admis ; le fichier n’a pas été lu",
            u32::from(c)
        ),
        remedy: "Effacez-le et retapez les lettres voisines, ou enregistrez de nouveau le fichier en texte simple, UTF-8",
    };
    found.take(MOST_NAMED).map(fault).collect()
}

/// What a syntax error means for someone who writes a text: words of the parser's message, what
/// is wrong, what to do. The first that fits holds.
const SYNTAX: [(&[&str], &str, &str); 5] = [
    (
        &["quoted", "escape"],
        "un texte entre guillemets ne se lit pas",
        "Fermez le guillemet, ou doublez l’apostrophe dans un texte entre apostrophes",
    ),
    (
        &["anchor", "alias", " tag", "TAG", "directive"],
        "un signe réservé (&, *, !, %) commence un texte",
        "Mettez ce texte entre guillemets",
    ),
    (
        &["flow", "']'", "'}'"],
        "une liste entre crochets ou accolades ne se lit pas",
        "Fermez le crochet ou l’accolade et séparez les éléments par des virgules",
    ),
    (
        &["block scalar"],
        "un texte sur plusieurs lignes (| ou >) ne se lit pas",
        "Rien ne suit le signe sur sa ligne, et le texte qui vient dessous est en retrait",
    ),
    (
        &["document indicator", "document end marker"],
        "une ligne « --- » ou « ... » coupe le fichier",
        "Retirez cette ligne et réunissez le texte",
    ),
];

/// Says in French what the parser's message, which is not shown, means for someone who writes.
fn syntax_fault(at: Position, info: &str, text: &str) -> Fault {
    let line = text.lines().nth(at.line as usize - 1).unwrap_or_default();
    let indent = line.chars().take_while(|c| c.is_whitespace());
    let (what, remedy) = if info.contains("a tab")
        || info.starts_with("tab")
        || indent.into_iter().any(|c| c == '\t')
    {
        (
            "une tabulation se trouve là où il faut des espaces",
            "Remplacez les tabulations par des espaces",
        )
    } else {
        let fits = |words: &[&str]| words.iter().any(|word| info.contains(word));
        let found = SYNTAX.iter().find(|(words, ..)| fits(words));
        found.map_or(
            (
                "la mise en page ne se comprend pas ici",
                "Vérifiez l’alignement des clés et des tirets, et mettez entre guillemets un texte qui contient « : » ou commence par un signe",
            ),
            |(_, what, remedy)| (*what, *remedy),
        )
    };
    Fault {
        at,
        code: "yaml-syntax",
        message: format!("{what} ; la suite du fichier n’a pas été lue"),
        remedy,
    }
}

/// A list or a map still being read.
enum Open {
    List {
        at: Position,
        items: Vec<Tree>,
    },
    Map {
        at: Position,
        entries: Vec<Entry>,
        lines: BTreeMap<String, u32>,
        key: Option<(String, Position)>,
    },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    root: Option<Tree>,
    faults: Vec<Fault>,
    stopped: bool,
}

impl SpannedEventReceiver<'_> for Builder {
    fn on_event(&mut self, event: Event<'_>, span: Span) {
        let at = position_of(span.start);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => self.stop(Fault {
                at,
                code: "yaml-documents",
                message: "le fichier contient plusieurs documents".to_owned(),
                remedy: "Retirez la ligne « --- » et réunissez le texte",
            }),
            Event::Alias(_) => {
                self.refuse_extras(at);
                self.close(Tree {
                    at,
                    shape: Shape::Absent,
                });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.extras(at, anchor, tag.is_some());
                self.scalar(at, &text, style);
            }
            Event::SequenceStart(anchor, tag) => {
                self.extras(at, anchor, tag.is_some());
                self.open(Open::List {
                    at,
                    items: Vec::new(),
                });
            }
            Event::MappingStart(anchor, tag) => {
                self.extras(at, anchor, tag.is_some());
                self.open(Open::Map {
                    at,
                    entries: Vec::new(),
                    lines: BTreeMap::new(),
                    key: None,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => {}
        }
    }
}

impl Builder {
    fn stop(&mut self, fault: Fault) {
        self.faults.push(fault);
        self.stopped = true;
    }

    fn extras(&mut self, at: Position, anchor: usize, tagged: bool) {
        if anchor != 0 || tagged {
            self.refuse_extras(at);
        }
    }

    fn refuse_extras(&mut self, at: Position) {
        self.faults.push(Fault {
            at,
            code: "yaml-extras",
            message: "les ancres, renvois et étiquettes YAML (&, *, !) ne sont pas admis".to_owned(),
            remedy: "Écrivez la valeur en toutes lettres, entre guillemets si elle commence par l’un de ces signes",
        });
    }

    /// Whether the next scalar or collection is a key of the innermost map.
    fn at_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn scalar(&mut self, at: Position, text: &str, style: ScalarStyle) {
        if let Some(Open::Map {
            key: key @ None, ..
        }) = self.open.last_mut()
        {
            *key = Some((text.to_owned(), at));
            return;
        }
        let bare = matches!(style, ScalarStyle::Plain);
        let absent = text.trim().is_empty() || (bare && matches!(text, "null" | "~"));
        let shape = if absent {
            Shape::Absent
        } else {
            Shape::Text(text.to_owned())
        };
        self.close(Tree { at, shape });
    }

    fn open(&mut self, collection: Open) {
        let at = match &collection {
            Open::List { at, .. } | Open::Map { at, .. } => *at,
        };
        if self.at_key() {
            self.stop(Fault {
                at,
                code: "yaml-syntax",
                message: "une liste ou des accolades servent de clé".to_owned(),
                remedy: "Écrivez un mot simple avant les deux-points",
            });
        } else if self.open.len() == MAX_DEPTH {
            self.stop(Fault {
                at,
                code: "yaml-syntax",
                message: format!("le texte est imbriqué sur plus de {MAX_DEPTH} niveaux"),
                remedy: "Réduisez le nombre de niveaux",
            });
        } else {
            self.open.push(collection);
        }
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::List { at, items }) => self.close(Tree {
                at,
                shape: Shape::List(items),
            }),
            Some(Open::Map { at, entries, .. }) => self.close(Tree {
                at,
                shape: Shape::Map(entries),
            }),
            None => {}
        }
    }

    /// Puts a finished part in the collection that holds it.
    fn close(&mut self, mut tree: Tree) {
        match self.open.last_mut() {
            None => self.root = Some(tree),
            Some(Open::List { items, .. }) => items.push(tree),
            Some(Open::Map {
                entries,
                lines,
                key,
                ..
            }) => {
                let Some((key, at)) = key.take() else { return };
                // An empty value has no place of its own.
                if tree.shape == Shape::Absent {
                    tree.at = at;
                }
                if let Some(line) = lines.get(&key) {
                    self.faults.push(Fault {
                        at,
                        code: "key-written-twice",
                        message: format!("« {key} » est écrit deux fois, déjà à la ligne {line}"),
                        remedy: "Gardez une seule des deux lignes",
                    });
                } else {
                    lines.insert(key.clone(), at.line);
                    entries.push(Entry {
                        key,
                        at,
                        value: tree,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Tree {
        let (tree, faults) = parse(text);
        assert_eq!(faults, []);
        tree.expect("a tree")
    }

    fn entry(tree: &Tree, rank: usize) -> &Entry {
        match &tree.shape {
            Shape::Map(entries) => &entries[rank],
            other => panic!("not a map: {other:?}"),
        }
    }

    #[test]
    fn every_scalar_stays_text() {
        for text in ["01", "2A", "1.10", "oui", "no", "2024-11-26", "1e3", "0x1F"] {
            let tree = read(&format!("cle: {text}"));
            assert_eq!(entry(&tree, 0).value.shape, Shape::Text(text.to_owned()));
        }
    }

    #[test]
    fn bare_null_is_absent_and_quoted_null_is_text() {
        let tree = read("a: null\nb: 'null'\nc:\nd: ~\ne: ''");
        let shapes: Vec<_> = (0..5).map(|n| &entry(&tree, n).value.shape).collect();
        let text = Shape::Text("null".to_owned());
        let absent = &Shape::Absent;
        assert_eq!(shapes, [absent, &text, absent, absent, absent]);
    }

    #[test]
    fn every_part_knows_where_it_stands() {
        let tree = read("liste:\n  - cle: a\n    vide:\n  - cle: b\n");
        let Shape::List(items) = &entry(&tree, 0).value.shape else {
            panic!("not a list")
        };
        let at = |line, column| Position { line, column };
        assert_eq!(items[1].at, at(4, 5));
        assert_eq!(entry(&items[1], 0).value.at, at(4, 10));
        assert_eq!(entry(&items[0], 1).value.at, at(3, 5));
    }

    #[test]
    fn every_repeated_key_is_named() {
        let (_, faults) = parse("a: 1\na: 2\nb: 3\nb: 4\na: 5\n");
        let lines: Vec<_> = faults.iter().map(|f| (f.at.line, f.code)).collect();
        let code = "key-written-twice";
        assert_eq!(lines, [(2, code), (4, code), (5, code)]);
    }

    #[test]
    fn extras_and_second_documents_are_refused() {
        for text in ["a: &x 1", "a: !!str 1", "a: &x 1\nb: *x"] {
            let (_, faults) = parse(text);
            assert_eq!(faults[0].code, "yaml-extras", "{text}");
        }
        let (tree, faults) = parse("a: 1\n---\nb: 2\n");
        assert_eq!((tree, faults[0].code), (None, "yaml-documents"));
    }

    #[test]
    fn deep_nesting_is_refused_without_overflow() {
        for text in [
            "[".repeat(200_000),
            "- ".repeat(20_000),
            "{a: ".repeat(20_000),
        ] {
            let (tree, faults) = parse(&text);
            assert_eq!((tree, faults[0].code), (None, "yaml-syntax"));
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_in_french_alone() {
        for (text, said) in [
            ("a: 1\nb: x\0y\n", "invisible (U+0000)"),
            ("a: \u{7}\n", "invisible (U+0007)"),
            ("a:\n\tb: 1\n", "une tabulation"),
            ("a: x\n\tb: 1\n", "une tabulation"),
            ("- a: x\n\t b: 1\n", "une tabulation"),
            ("a: 'x\n", "guillemets"),
            ("a: \"x\\y\"\n", "guillemets"),
            ("a: [x, y\n", "crochets"),
            ("a: {x: 1\n", "accolades"),
            ("a: |x\n b\n", "plusieurs lignes"),
            ("a: *\n", "signe réservé"),
            ("a: b: c\n", "mise en page"),
            (" a: 1\nb: 2\n", "mise en page"),
            ("a: 1\n- b\n", "mise en page"),
        ] {
            let (tree, faults) = parse(text);
            assert_eq!(tree, None, "{text:?}");
            let fault = &faults[0];
            assert!(fault.message.contains(said), "{text:?}: {}", fault.message);
            for english in ["while", "found", "expected", "scann", "pars", "not "] {
                assert!(!fault.message.contains(english), "{}", fault.message);
            }
        }
        let (_, faults) = parse("a: \u{1}\u{2}\nb: \u{3}");
        let places: Vec<_> = faults.iter().map(|f| (f.at.line, f.at.column)).collect();
        assert_eq!(places, [(1, 4), (1, 5), (2, 4)]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s).*") {
            let _ = parse(&text);
        }

        #[test]
        fn no_yaml_like_text_panics(text in "[-a: \\[\\]{},#&*!|>'\"%@`\\n\\t?~.é]{0,80}") {
            let _ = parse(&text);
        }
    }
}
