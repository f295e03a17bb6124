//! Rules on `objectifs.yaml`.

use super::{Checker, Family};

impl<'a> Checker<'a> {
    pub(super) fn check_nodes(&mut self) {
        let (nodes, paths) = (&self.framework.nodes, self.node_paths);
        let keys = paths
            .iter()
            .cloned()
            .zip(nodes.iter().map(|n| n.key.as_str()));
        self.refuse_repeats(keys, "cle");
        for (rank, node) in nodes.iter().enumerate() {
            let path = &paths[rank];
            let levels = self.levels();
            self.refer(&format!("{path}/niveau"), &node.level, &levels);
            self.check_level_order(rank);
            self.refer_organisations(&format!("{path}/pilote"), &node.leads);
            self.refer_organisations(&format!("{path}/associes"), &node.associates);
            self.refer_organisations(&format!("{path}/partenaires"), &node.partners);
            self.refer_places(&format!("{path}/regions"), &node.regions);
        }
    }

    /// Every node of the tree that others may point to.
    pub(super) fn nodes(&self) -> Family<'a> {
        Family {
            code: "unknown-node",
            name: "l’objectif",
            list: "objectifs.yaml/objectifs",
            keys: self
                .framework
                .nodes
                .iter()
                .map(|n| n.key.as_str())
                .collect(),
        }
    }

    fn levels(&self) -> Family<'a> {
        Family {
            code: "unknown-level",
            name: "le niveau",
            list: "cadre.yaml/niveaux",
            keys: self
                .framework
                .levels
                .iter()
                .map(|l| l.key.as_str())
                .collect(),
        }
    }

    fn check_level_order(&mut self, rank: usize) {
        let node = &self.framework.nodes[rank];
        let height = |key: &str| self.framework.levels.iter().position(|l| l.key == key);
        let parent = node.parent.as_deref().and_then(|key| self.index.node(key));
        let Some(parent) = parent else { return };
        let (Some(own), Some(above)) = (height(&node.level), height(&parent.level)) else {
            return;
        };
        if own <= above {
            let message = format!(
                "« {} », de niveau {}, est rangé sous « {} », de niveau {}",
                node.key, node.level, parent.key, parent.level
            );
            let remedy =
                "Un enfant est d’un niveau plus bas, dans l’ordre des « niveaux » du cadre";
            let path = format!("{}/niveau", self.node_paths[rank]);
            self.error(&path, "level-order", message, remedy);
        }
    }
}
