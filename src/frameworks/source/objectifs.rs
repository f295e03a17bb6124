//! `objectifs.yaml`: the tree of axes, objectives, blocs and themes, kept as a flat list in order.

use super::layout::{Map, Value};
use super::lines;
use crate::frameworks::{Index, Node};
use crate::platform::yaml::Item;

/// Nodes in the order of the text, and the path of each.
#[derive(Default)]
pub(super) struct Nodes {
    pub(super) nodes: Vec<Node>,
    pub(super) paths: Vec<String>,
}

/// Reads the whole tree.
pub(super) fn read(item: &mut Item<'_>) -> Nodes {
    let mut found = Nodes::default();
    item.required_list("objectifs", |item| read_node(item, None, &mut found));
    found
}

fn read_node(item: &mut Item<'_>, parent: Option<&str>, found: &mut Nodes) {
    let node = Node {
        key: item.key("cle"),
        level: item.required("niveau"),
        parent: parent.map(str::to_owned),
        code: item.text("code"),
        label: item.required("libelle"),
        category: item.text("categorie"),
        leads: item.texts("pilote"),
        associates: item.texts("associes"),
        partners: item.texts("partenaires"),
        regions: item.texts("regions"),
        exchange_mode: item.text("mode_echange"),
        dialogues: item.texts("dialogue"),
        lines: lines::read(item, "lignes"),
        uncertain: item.field_names("incertain"),
        our_reading: item.field_names("lecture_jalon"),
        note: item.text("note"),
    };
    let key = node.key.clone();
    found.nodes.push(node);
    found.paths.push(item.path().to_owned());
    item.list("enfants", |child| read_node(child, Some(&key), found));
}

/// The file of a tree.
pub(super) fn write(index: &Index<'_>) -> Map {
    Map::new().put("objectifs", write_children(index, None))
}

fn write_children(index: &Index<'_>, parent: Option<&str>) -> Value {
    let children = index.children(parent);
    let write = |node: &&Node| {
        let map = write_node(node);
        if index.children(Some(&node.key)).is_empty() {
            return Value::Map(map);
        }
        Value::Map(map.put("enfants", write_children(index, Some(&node.key))))
    };
    Value::Block(children.iter().map(write).collect())
}

/// A node without what stands under it.
pub(crate) fn write_node(node: &Node) -> Map {
    Map::new()
        .text("cle", &node.key)
        .text("niveau", &node.level)
        .maybe("code", node.code.as_ref())
        .text("libelle", &node.label)
        .maybe("categorie", node.category.as_ref())
        .codes("pilote", &node.leads)
        .codes("associes", &node.associates)
        .codes("partenaires", &node.partners)
        .codes("regions", &node.regions)
        .maybe("mode_echange", node.exchange_mode.as_ref())
        .sentences("dialogue", &node.dialogues)
        .lines("lignes", &node.lines)
        .codes("incertain", &node.uncertain)
        .codes("lecture_jalon", &node.our_reading)
        .maybe("note", node.note.as_ref())
}
