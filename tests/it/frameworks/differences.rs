//! What changed between two revisions of a framework.

use std::path::Path;

use jalon::frameworks::{Framework, Subject, What, differences, read_all};

use super::surroundings;

fn hospitals() -> Framework {
    let readings = read_all(Path::new("frameworks"), &mut surroundings()).unwrap();
    let found = readings
        .into_iter()
        .find(|(code, _)| code == "es-aura-2020-2024");
    found.unwrap().1.framework.unwrap()
}

fn sentences(before: &Framework, after: &Framework) -> Vec<String> {
    let changes = differences(before, after);
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn the_same_framework_has_no_difference() {
    let framework = hospitals();
    assert_eq!(differences(&framework, &framework), []);
}

#[test]
fn every_kind_of_change_is_said_in_a_french_sentence() {
    let before = hospitals();
    let mut after = before.clone();
    after.title = "Nouveau titre".to_owned();
    after.indicators[0].label = "Existence d'un SIH commun".to_owned();
    after.indicators[0].note = Some("Précisé.".to_owned());
    after.indicators[0].lines.clear();
    let gone = after.indicators.remove(5);
    after.measures[0].min = Some("2,5".parse().unwrap());
    after.commitments[3].mandatory = Some(true);
    let last = after.glossary.pop().unwrap();
    after.glossary.insert(0, last.clone());
    let mut added = after.nodes[1].clone();
    added.key = "1.9".to_owned();
    added.label = "Un objectif de plus".to_owned();
    after.nodes.insert(2, added);
    assert_eq!(
        sentences(&before, &after),
        [
            "Le cadre « es-aura-2020-2024 » change. Titre : « CPOM stratégiques des établissements de santé, Auvergne-Rhône-Alpes 2020-2024 » devient « Nouveau titre ».".to_owned(),
            "L’objectif « 1.9 » est ajouté : Un objectif de plus.".to_owned(),
            "La mesure « es-sih-commun-ght » change. Minimum : désormais « 2.5 ».".to_owned(),
            format!("L’indicateur « {} » est retiré : {}.", gone.key, gone.label),
            "L’indicateur « 1.1-1-i1 » change. Libellé : « existence d'un SIH commun au sein du GHT (O/N) » devient « Existence d'un SIH commun » ; À savoir : désormais « Précisé. » ; Lignes du document : « 384, 384 » est retiré.".to_owned(),
            "Le modèle d’engagement « 1.1-4 » change. Obligatoire : désormais « oui ».".to_owned(),
            format!("Le sigle « {} » change de place.", last.acronym),
        ]
    );
}

#[test]
fn moving_a_node_under_another_changes_its_parent() {
    let before = hospitals();
    let mut after = before.clone();
    let moved = after.nodes.iter().position(|n| n.key == "2.1").unwrap();
    after.nodes[moved].parent = Some("o1".to_owned());
    let changes = differences(&before, &after);
    let [change] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!(
        (change.subject, change.key.as_str()),
        (Subject::Node, "2.1")
    );
    let What::Changed(fields) = &change.what else {
        panic!("{change:?}")
    };
    assert_eq!(fields[0].before.as_deref(), Some("o2"));
    assert_eq!(fields[0].after.as_deref(), Some("o1"));
}

#[test]
fn changes_are_data_too() {
    let before = hospitals();
    let mut after = before.clone();
    after.ends = 2025;
    let json = serde_json::to_value(differences(&before, &after)).unwrap();
    let expected = serde_json::json!([{
        "subject": "framework",
        "key": "es-aura-2020-2024",
        "label": before.title,
        "what": {"changed": [{"field": "fin", "before": "2024", "after": "2025"}]},
    }]);
    assert_eq!(json, expected);
}
