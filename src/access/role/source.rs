//! The text of the roles, `reference/roles.yaml`.

use std::collections::BTreeSet;

use super::{Bound, KnownAct, Referent, Role, Roles, Side, Sight, Which};
use crate::access::policy::Stage;
use crate::platform::yaml::{Findings, Item, Problem, Worded, read_file};

const FILE: &str = "roles.yaml";
/// The word for every act, or every role.
const ALL: &str = "tous";

impl Worded for Side {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.into_iter().map(|(side, word, _)| (word, side))
    }
}

impl Worded for Sight {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.into_iter().map(|(sight, word, _)| (word, sight))
    }
}

impl Worded for Referent {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL
            .into_iter()
            .map(|(referent, word)| (word, referent))
    }
}

impl Worded for Bound {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL
            .into_iter()
            .map(|(bound, _, word, _)| (word, bound))
    }
}

/// Reads the text of the roles.
///
/// # Errors
/// Every problem of the text, with its line.
pub fn read(text: &str) -> Result<Roles, Vec<Problem>> {
    let mut findings = Findings::default();
    let roles = read_file(FILE, text, &mut findings, |item| {
        let acts = item.required_list("actes", act);
        let known: BTreeSet<String> = acts.iter().map(|act| act.key.clone()).collect();
        // A role may give one that stands further down: they are compared once all are read.
        let mut given = Vec::new();
        let roles: Vec<Role> = item.required_list("roles", |item| {
            let role = role(item, &known);
            if let Which::These(keys) = &role.gives {
                given.extend(keys.iter().map(|key| (item.path().to_owned(), key.clone())));
            }
            role
        });
        (Roles { roles, acts }, given)
    });
    let (roles, given) = roles;
    for (path, key) in given {
        if roles.role(&key).is_none() {
            let message = format!("« {key} » n’est le rôle de personne");
            findings.error(
                &path,
                "unknown-role",
                message,
                "Écrivez la clé d’un rôle de ce fichier",
            );
        }
    }
    let problems = findings.into_problems();
    if problems.is_empty() {
        Ok(roles)
    } else {
        Err(problems)
    }
}

fn act(item: &mut Item<'_>) -> KnownAct {
    let only = item.yes_no("que_du_sien").unwrap_or(false);
    let stages: Vec<Stage> = item.words("au_stade");
    let otherwise = if stages.is_empty() {
        String::new()
    } else {
        item.required("sinon").replace('\'', "’")
    };
    KnownAct {
        key: item.required("cle"),
        name: item.required("nom").replace('\'', "’"),
        to_ones_own: item.yes_no("du_sien").unwrap_or(false) || only,
        own_with: item.text("tant_que"),
        only_to_ones_own: only,
        never_to_oneself: item.yes_no("jamais_a_soi").unwrap_or(false),
        sealed: item.yes_no("scelle").unwrap_or(false),
        stages,
        otherwise,
    }
}

fn role(item: &mut Item<'_>, acts: &BTreeSet<String>) -> Role {
    Role {
        key: item.key("cle"),
        name: item.required("nom").replace('\'', "’"),
        side: item.required_word_or("cote", Side::Guest),
        sight: item.required_word_or("voit", Sight::Nothing),
        sees_embargoed: item.yes_no("embargo").unwrap_or(false),
        about: item.word("cadres"),
        anywhere: which_acts(item, "partout", acts),
        own: which_acts(item, "siens", acts),
        gives: which(item, "donne"),
        second_factor: item.required_yes_no("second_facteur"),
        referent: item.word("referent"),
    }
}

fn which(item: &mut Item<'_>, key: &'static str) -> Which {
    let keys = item.texts(key);
    if keys.iter().any(|key| key == ALL) {
        return Which::All;
    }
    Which::These(keys.into_iter().collect())
}

fn which_acts(item: &mut Item<'_>, key: &'static str, acts: &BTreeSet<String>) -> Which {
    let named = which(item, key);
    if let Which::These(keys) = &named {
        for unknown in keys.difference(acts) {
            let message = format!("« {unknown} » n’est pas un acte connu");
            item.error(
                key,
                "unknown-act",
                message,
                "Écrivez la clé d’un acte de ce fichier",
            );
        }
    }
    named
}
