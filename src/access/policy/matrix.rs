//! The rights in two papers, held to the policy: `docs/roles.md` for readers, `matrix.txt` beside
//! this file for reviews. Where they no longer say what the policy does, the tests fail;
//! `WRITE_PAPERS=1` writes them anew.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::access::grant::Remit;
use crate::access::opening::{Audience, Opening, Openings};
use crate::access::reach::Reach;
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

/// Without a limit; the framework of every thing is one that the role is about.
fn unlimited(role: &str) -> Grant {
    Grant {
        id: Uuid::from_u128(9),
        remit: Remit::of(role, "A"),
        contract_name: None,
        behalf_of: None,
        about: BTreeSet::from(["f".to_owned()]),
    }
}

fn about(organisation: &str, objective: &str) -> Concern {
    Concern {
        organisations: vec![organisation.to_owned()],
        standings: vec![Standing {
            framework: "f".to_owned(),
            nodes: vec![objective.to_owned()],
        }],
        ..Concern::default()
    }
}

/// The stages at which something is allowed, each by its first letter; a point for the others.
fn marks(allowed: impl Fn(Stage) -> bool) -> String {
    let mark =
        |(stage, word, _): (Stage, &'static str, _)| if allowed(stage) { &word[..1] } else { "·" };
    Stage::ALL.into_iter().map(mark).collect()
}

fn line(what: &str, columns: &[String]) -> String {
    format!("{what:<28}  {}", columns.join("     ")) + "\n"
}

/// Whether one grant allows an act to what a thing concerns, once it has come that far.
fn may(grant: &Grant, act: &'static KnownAct, concern: Concern, stage: Stage) -> bool {
    let mut concern = concern.at(stage);
    // A role that the act gives or takes away: the humblest.
    if act.key.starts_with("grant.") && act.key != "grant.delegate" {
        concern.role = Some("lecteur".to_owned());
    }
    let (roles, who) = (Roles::known(), Uuid::from_u128(1));
    decide(roles, who, std::slice::from_ref(grant), &act.key, &concern).is_ok()
}

/// What a role lets one see, in the columns of what it lets one do: a limit to an objective changes
/// nothing of it.
fn sights(role: &str) -> String {
    let actor = Actor::Person(Uuid::from_u128(1));
    let reach = |grant| Reach::holding(actor, vec![grant], Openings::new());
    let (whole, part) = (reach(unlimited(role)), reach(limited(role)));
    let of = |reach: &Reach, code: &str| {
        marks(|stage| match stage {
            Stage::Settled => reach.sees_of(Opening::Signed, "f", [code]),
            Stage::UnderWay | Stage::Closed => reach.sees_of(Opening::Drafts, "f", [code]),
        })
    };
    let value = |reach: &Reach, code: &str| {
        marks(|stage| match stage {
            Stage::UnderWay => reach.sees_embargoed(Some(Uuid::from_u128(2))),
            Stage::Settled => reach.sees_value("m", code),
            Stage::Closed => false,
        })
    };
    let columns = |sight: &dyn Fn(&Reach, &str) -> String| {
        let (a, b) = (sight(&part, "A"), sight(&part, "B"));
        let mut columns = vec![sight(&whole, "A"), sight(&whole, "B")];
        columns.extend([a.clone(), a, b.clone(), b]);
        columns
    };
    line("voir un acte de contrat", &columns(&of)) + &line("voir une valeur", &columns(&value))
}

/// Every role by every act, at every stage of a thing: with a grant for region A, in A and in B;
/// with one limited to objective 1 as well, on objectives 1 and 2 of both; to what is one's own.
#[test]
fn the_matrix_of_rights_is_the_one_agreed() {
    let roles = Roles::known();
    let mut paper = String::from(
        "# Chaque rôle, chaque acte : avec une habilitation pour la région A, chez A puis chez B ; puis\n\
         # avec la même limitée à l’objectif 1, sur l’objectif 1 puis 2 de A, puis de B ; enfin sur ce qui est\n\
         # à soi, chez A. Écrit par un test.\n\
         # Dans chaque case, où la chose en est quand l’acte est permis : e, en cours (projet, fichier lu,\n\
         # contestation ou demande ouverte) ; a, acquis (signé, enregistré, habilitation donnée) ; c, clos\n\
         # (abandonné, annulé, répondu, terminé). Un point : refusé à ce stade.\n\
         # Ce qui se voit d’un contrat suit les ouvertures d’usage des cadres. Une valeur en cours est sous\n\
         # embargo, apportée par un autre ; acquise, elle est finale. Une limite borne ce qui se fait, non ce\n\
         # qui se lit : les rôles qui voient tout, ou les embargos, et l’invité n’en prennent pas.\n\
         # Un rôle qui ne porte que sur certains cadres le dit après son nom : il est essayé sur l’un d’eux ;\n\
         # hors d’eux, rien de ce qui relève d’un cadre ne lui est permis.\n",
    );
    for role in roles.all() {
        let frameworks = role
            .about
            .map(|bound| format!(", {} seuls", bound.french()));
        let frameworks = frameworks.unwrap_or_default();
        paper += &format!("\n## {} ({}){frameworks}\n", role.name, role.key);
        paper += &format!(
            "{:<28}  chez A  chez B  A, 1    A, 2    B, 1    B, 2    à soi\n",
            "acte"
        );
        let own = Concern {
            owner: Some(Uuid::from_u128(1)),
            ..about("A", "1")
        };
        let (whole, part) = (unlimited(&role.key), limited(&role.key));
        for act in roles.acts() {
            let columns = [
                marks(|stage| may(&whole, act, about("A", "1"), stage)),
                marks(|stage| may(&whole, act, about("B", "1"), stage)),
                marks(|stage| may(&part, act, about("A", "1"), stage)),
                marks(|stage| may(&part, act, about("A", "2"), stage)),
                marks(|stage| may(&part, act, about("B", "1"), stage)),
                marks(|stage| may(&part, act, about("B", "2"), stage)),
                marks(|stage| may(&whole, act, own.clone(), stage)),
            ];
            paper += &line(&act.key, &columns);
        }
        paper += &sights(&role.key);
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

/// What a role lets one do to what is one's organisation's, and in which frameworks.
fn own_of(role: &Role, roles: &Roles) -> String {
    let act = |roles: &Roles, key: &str| roles.act_name(key).to_owned();
    let own = listed((&role.own, "tout, hors ce qui est scellé"), roles, act);
    match role.about {
        Some(bound) => format!("{own} ; {} seuls", bound.french()),
        None => own,
    }
}

#[test]
fn the_paper_of_roles_says_what_the_roles_are() {
    let roles = Roles::known();
    let mut paper = String::from(
        "# Les rôles\n\nCe tableau est écrit par un test depuis `reference/roles.yaml` : c’est là qu’on le change. \
         Une habilitation donne un rôle à une personne, pour une organisation, du premier au dernier jour dits, \
         et peut être limitée à un cadre, un objectif, un contrat ou un de ses volets : cette limite borne ce qui se fait, non ce qui se lit ; \
         les rôles qui voient tout, ou les embargos, et l’invité n’en prennent donc pas. Ce qui n’est pas écrit ici n’est pas permis. \
         À ce qui est à elle (son compte, ses accès, ses fichiers), chacune peut : ",
    );
    let own: Vec<String> = roles
        .acts()
        .iter()
        .filter(|act| act.to_ones_own)
        .map(|act| match &act.own_with {
            Some(with) => format!("{} (tant qu’elle peut {})", act.name, roles.act_name(with)),
            None => act.name.clone(),
        })
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
            own_of(role, roles),
            listed((&role.gives, "tout"), roles, role_name),
            if role.second_factor { "oui" } else { "non" },
        );
    }
    paper += "\n## Où la chose doit en être\n\nQui que ce soit qui agisse. Les autres actes se font à tout stade.\n\n| acte | à quel stade | sinon |\n|---|---|---|\n";
    for act in roles.acts().iter().filter(|act| !act.stages.is_empty()) {
        let stages: Vec<&str> = act.stages.iter().map(|stage| stage.french()).collect();
        paper += &format!(
            "| {} | {} | « {} » |\n",
            act.name,
            stages.join(", "),
            act.otherwise
        );
    }
    paper += "\nEn cours : un projet, un fichier lu, une contestation ou une demande ouverte. Acquis : signé, enregistré, une habilitation donnée. Clos : abandonné, annulé, répondu, terminé.\n";
    paper += "\n## Ce que les cadres ouvrent\n\nChaque cadre dit à qui il ouvre ses contrats signés (`contrats_ouverts`), ses actes en préparation (`projets_ouverts`) et les valeurs finales de ses mesures (`valeurs_ouvertes`) ; sans quoi :\n\n| quoi | à qui |\n|---|---|\n";
    for (what, word) in [
        (Opening::Signed, "contrats signés"),
        (Opening::Drafts, "actes en préparation ou abandonnés"),
        (Opening::Values, "valeurs finales"),
    ] {
        paper += &format!("| {word} | {} |\n", what.usual().french());
    }
    paper += "| valeurs sous embargo | qui les a apportées, et les rôles qui le disent |\n";
    paper += "\nOuvert ou non, chacun voit les valeurs de son territoire et de son établissement. Une mesure suivie par plusieurs cadres est ouverte au plus large.\n";
    let all: Vec<&str> = Audience::ALL.iter().map(|audience| audience.3).collect();
    paper += &format!("\nLes audiences : {}.\n", all.join(" ; "));
    held_to("docs/roles.md", &paper);
}
