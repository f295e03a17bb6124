//! The tree of a framework: its objectives, and what stands under each. Pure.

use std::collections::BTreeMap;

use super::{Framework, Level, Node};

impl Framework {
    /// The level counted as objectives: the one that the framework names, or else the deepest
    /// under which indicators stand.
    pub fn objective_level(&self) -> Option<&Level> {
        if let Some(key) = &self.objective_level {
            return self.levels.iter().find(|level| level.key == *key);
        }
        let index = self.index();
        let bears = |level: &&Level| {
            let nodes = self.nodes.iter().filter(|node| node.level == level.key);
            nodes
                .map(|n| index.indicators_of(&n.key))
                .any(|i| !i.is_empty())
        };
        self.levels.iter().rev().find(bears)
    }

    /// Its objectives, in the order of the document.
    pub fn objectives(&self) -> Vec<&Node> {
        let Some(level) = self.objective_level() else {
            return Vec::new();
        };
        let nodes = self.nodes.iter();
        nodes.filter(|node| node.level == level.key).collect()
    }

    /// The keys of a node and of those above it.
    pub fn path(&self, node: &str) -> Vec<String> {
        self.way_up(node).map(|node| node.key.clone()).collect()
    }

    /// Whether a node is another, or stands below it.
    pub fn is_under(&self, node: &str, above: &str) -> bool {
        self.way_up(node).any(|node| node.key == above)
    }

    /// Key of the objective under which each node stands, by the key of the node; what stands
    /// above objectives is under none.
    pub fn objective_of_nodes(&self) -> BTreeMap<&str, &str> {
        let Some(level) = self.objective_level() else {
            return BTreeMap::new();
        };
        let nodes = self.nodes.iter();
        let under = nodes.filter_map(|node| {
            let objective = self.way_up(&node.key).find(|n| n.level == level.key)?;
            Some((node.key.as_str(), objective.key.as_str()))
        });
        under.collect()
    }

    /// A node, then those above it.
    fn way_up<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a Node> {
        let find = |key: &str| self.nodes.iter().find(|node| node.key == key);
        let first = find(node);
        let up = std::iter::successors(first, move |node| find(node.parent.as_deref()?));
        // A tree is never deeper than its levels.
        up.take(self.levels.len() + 1)
    }
}

impl Node {
    /// « 2. Prévenir », as a list shows it.
    pub fn title(&self) -> String {
        match &self.code {
            Some(code) => format!("{code}. {}", self.label),
            None => self.label.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(key: &str, level: &str, parent: Option<&str>) -> Node {
        Node {
            key: key.to_owned(),
            level: level.to_owned(),
            parent: parent.map(ToOwned::to_owned),
            ..Node::default()
        }
    }

    fn level(key: &str) -> Level {
        Level {
            key: key.to_owned(),
            ..Level::default()
        }
    }

    #[test]
    fn what_stands_under_an_objective_is_of_it() {
        let framework = Framework {
            objective_level: Some("objectif".to_owned()),
            levels: ["axe", "objectif", "bloc"].map(level).to_vec(),
            nodes: vec![
                node("a", "axe", None),
                node("1", "objectif", Some("a")),
                node("1b", "bloc", Some("1")),
                node("2", "objectif", Some("a")),
            ],
            ..Framework::default()
        };
        let keys: Vec<&str> = framework
            .objectives()
            .iter()
            .map(|n| n.key.as_str())
            .collect();
        assert_eq!(keys, ["1", "2"]);
        let of = framework.objective_of_nodes();
        assert_eq!(of.get("1b"), Some(&"1"));
        assert_eq!((of.get("2"), of.get("a")), (Some(&"2"), None));
        assert!(framework.is_under("1b", "a") && framework.is_under("1", "1"));
        assert!(!framework.is_under("2", "1") && !framework.is_under("absent", "1"));
    }
}
