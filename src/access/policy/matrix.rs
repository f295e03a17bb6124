//! The rights in two papers, held to the policy: `docs/roles.md` for readers, `matrix.txt` beside
//! this file for reviews. Where they no longer say what the policy does, the tests fail;
//! `WRITE_PAPERS=1` writes them anew.

use std::path::Path;

use super::*;
use crate::access::grant::Remit;
use crate::access::reach::{Audience, Opening, Openings, Reach};
use crate::access::role::Which;
use crate::ledger::Actor;

fn held_to(path: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var("WRITE_PAPERS").is_ok() {
        std::fs::write(&file, wanted).unwrap();
    }
    let stands = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        stands == wanted,
        "{path} no longer says what the policy does: run this test with WRITE_PAPERS=1 and read the difference"
    );
}

fn limited(role: &str) -> Grant {
    let mut grant = unlimited(role);
    grant.remit.framework = "f".to_owned();
    grant.remit.objective = "1".to_owned();
    grant
}

fn unlimited(role: &str) -> Grant {
    Grant {
        id: Uuid::from_u128(9),
        remit: Remit::of(role, "A"),
        contract_name: None,
        behalf_of: None,
    }
}

fn about(organisation: &str, objective: &str) -> Concern {
    Concern {
        organisations: vec![organisation.to_owned()],
        standings: vec![Standing {
            framework: "f".to_owned(),
            nodes: vec![objective.to_owned()],
        }],
        // A role that the act gives or takes away: the humblest.
        role: None,
        ..Concern::default()
    }
}

fn mark(allowed: bool) -> &'static str {
    if allowed { "oui" } else { " · " }
}

/// Every role by every act: with a grant for region A, in A and in B; with one limited to
/// objective 1 as well, on objectives 1 and 2 of A.
#[test]
fn the_matrix_of_rights_is_the_one_agreed() {
    let roles = Roles::known();
    let mut paper = String::from(
        "# Chaque rôle, chaque acte : avec une habilitation pour la région A, chez A puis chez B ; puis\n\
         # avec la même limitée à l’objectif 1, sur l’objectif 1 puis 2 de A. Écrit par un test.\n\
         # Les actes de visibilité suivent les ouvertures d’usage des cadres : signé, projet.\n",
    );
    for role in roles.all() {
        paper += &format!("\n## {} ({})\n", role.name, role.key);
        paper += &format!("{:<28}  chez A  chez B  obj. 1  obj. 2\n", "acte");
        for act in roles.acts() {
            let may = |grant: &Grant, concern: &Concern| {
                let mut concern = concern.clone();
                if act.key.starts_with("grant.") && act.key != "grant.delegate" {
                    concern.role = Some("lecteur".to_owned());
                }
                decide(
                    roles,
                    Uuid::from_u128(1),
                    std::slice::from_ref(grant),
                    &act.key,
                    &concern,
                )
                .is_ok()
            };
            let whole = unlimited(&role.key);
            let part = limited(&role.key);
            let columns = [
                may(&whole, &about("A", "1")),
                may(&whole, &about("B", "1")),
                may(&part, &about("A", "1")),
                may(&part, &about("A", "2")),
            ];
            let columns: Vec<&str> = columns.into_iter().map(mark).collect();
            paper += format!("{:<28}  {}\n", act.key, columns.join("     ")).trim_end();
            paper += "\n";
        }
        let actor = Actor::Person(Uuid::from_u128(1));
        let reach = Reach::holding(actor, vec![unlimited(&role.key)], Openings::new());
        for (what, word) in [
            (Opening::Signed, "voir ce qui est signé"),
            (Opening::Drafts, "voir un projet"),
        ] {
            let columns = [
                reach.sees_of(what, "f", ["A"]),
                reach.sees_of(what, "f", ["B"]),
            ];
            let columns: Vec<&str> = columns.into_iter().map(mark).collect();
            paper += format!("{word:<28}  {}\n", columns.join("     ")).trim_end();
            paper += "\n";
        }
        let values = [reach.sees_values_of("A"), reach.sees_values_of("B")];
        let values: Vec<&str> = values.into_iter().map(mark).collect();
        paper += format!("{:<28}  {}\n", "voir une valeur", values.join("     ")).trim_end();
        paper += "\n";
        let early = mark(reach.sees_embargoed(Some(Uuid::from_u128(2))));
        paper += format!("{:<28}  {early}     {early}\n", "voir sous embargo").trim_end();
        paper += "\n";
    }
    held_to("src/access/policy/matrix.txt", &paper);
}

fn listed(
    (which, all): (&Which, &str),
    roles: &Roles,
    name: impl Fn(&Roles, &str) -> String,
) -> String {
    match which {
        Which::All => all.to_owned(),
        Which::These(keys) if keys.is_empty() => "–".to_owned(),
        Which::These(keys) => {
            let names: Vec<String> = keys.iter().map(|key| name(roles, key)).collect();
            names.join(", ")
        }
    }
}

#[test]
fn the_paper_of_roles_says_what_the_roles_are() {
    let roles = Roles::known();
    let mut paper = String::from(
        "# Les rôles\n\nCe tableau est écrit par un test depuis `reference/roles.yaml` : c’est là qu’on le change. \
         Une habilitation donne un rôle à une personne, pour une organisation, du premier au dernier jour dits, \
         et peut être limitée à un cadre, un objectif, un contrat ou un de ses volets. Ce qui n’est pas écrit ici n’est pas permis. \
         À ce qui est à elle (son compte, ses accès, ses fichiers), chacune peut : ",
    );
    let own: Vec<&str> = roles
        .acts()
        .iter()
        .filter(|act| act.to_ones_own)
        .map(|act| act.name.as_str())
        .collect();
    paper += &own.join(", ");
    paper += ".\n\n| rôle | côté | voit | partout | chez la sienne | donne et retire | second facteur |\n|---|---|---|---|---|---|---|\n";
    let act = |roles: &Roles, key: &str| roles.act_name(key).to_owned();
    let role_name = |roles: &Roles, key: &str| roles.name(key).to_owned();
    for role in roles.all() {
        let sight = if role.sees_embargoed {
            "tout, embargos compris"
        } else {
            role.sight.french()
        };
        paper += &format!(
            "| {} `{}` | {} | {sight} | {} | {} | {} | {} |\n",
            role.name,
            role.key,
            role.side.french(),
            listed((&role.anywhere, "tout, hors ce qui est scellé"), roles, act),
            listed((&role.own, "tout, hors ce qui est scellé"), roles, act),
            listed((&role.gives, "tout"), roles, role_name),
            if role.second_factor { "oui" } else { "non" },
        );
    }
    paper += "\n## Ce que les cadres ouvrent\n\nChaque cadre dit à qui il ouvre ses contrats signés (`contrats_ouverts`) et ses actes en préparation (`projets_ouverts`) ; sans quoi :\n\n| quoi | à qui |\n|---|---|\n";
    for (what, word) in [
        (Opening::Signed, "contrats signés"),
        (Opening::Drafts, "actes en préparation ou abandonnés"),
    ] {
        paper += &format!("| {word} | {} |\n", what.usual().french());
    }
    paper += "| valeurs finales | Personnes de l’État et des ARS ; un établissement voit les siennes |\n";
    paper += "| valeurs sous embargo | qui les a apportées, et les rôles qui le disent |\n";
    let all: Vec<&str> = Audience::ALL.iter().map(|audience| audience.3).collect();
    paper += &format!("\nLes audiences : {}.\n", all.join(" ; "));
    held_to("docs/roles.md", &paper);
}
