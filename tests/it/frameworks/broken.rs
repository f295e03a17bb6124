//! A framework in which faults are sown: every one is named, in its file and at its line, at once.

use std::fs;
use std::path::{Path, PathBuf};

use jalon::frameworks::{
    FILES, Framework, Indicator, Known, Texts, read_all, read_dir, read_texts,
};
use proptest::prelude::*;

use super::surroundings;

const FAULTY: &str = "tests/fixtures/frameworks/cadre-fautif";

/// A framework without a fault, to sow one at a time.
const SOUND: &str = "ehpad-departement-2025-2029";

fn known() -> Known {
    let mut known = surroundings();
    read_all(Path::new("frameworks"), &mut known).unwrap();
    known.add(&Framework {
        code: "ehpad-2031-2035".to_owned(),
        starts: 2031,
        ends: 2035,
        indicators: vec![Indicator {
            key: "a".to_owned(),
            ..Indicator::default()
        }],
        ..Framework::default()
    });
    known
}

fn sound() -> Texts {
    let folder = PathBuf::from("tests/fixtures/frameworks").join(SOUND);
    let read = |file: &&str| {
        (
            (*file).to_owned(),
            fs::read_to_string(folder.join(file)).unwrap(),
        )
    };
    FILES.iter().map(read).collect()
}

/// Every fault sown in [`FAULTY`], in the order of the files and lines.
const SOWN: [(&str, u32, &str); 70] = [
    ("cadre.yaml", 3, "unknown-format"),
    ("cadre.yaml", 4, "wrong-folder"),
    ("cadre.yaml", 5, "missing-key"),
    ("cadre.yaml", 7, "unknown-framework"),
    ("cadre.yaml", 9, "period-backwards"),
    ("cadre.yaml", 10, "unknown-place"),
    ("cadre.yaml", 11, "unknown-word"),
    ("cadre.yaml", 12, "unknown-key"),
    ("cadre.yaml", 19, "unknown-word"),
    ("cadre.yaml", 20, "bad-key"),
    ("cadre.yaml", 29, "bad-number"),
    ("cadre.yaml", 34, "two-contract-acts"),
    ("cadre.yaml", 41, "unknown-word"),
    ("cadre.yaml", 45, "idle-act"),
    ("cadre.yaml", 54, "bad-date"),
    ("editions.yaml", 3, "unknown-document"),
    ("editions.yaml", 4, "unknown-indicator"),
    ("editions.yaml", 8, "bad-date"),
    ("editions.yaml", 10, "repeated-key"),
    ("editions.yaml", 13, "calendar-backwards"),
    ("editions.yaml", 15, "repeated-year"),
    ("engagements.yaml", 5, "unknown-word"),
    ("engagements.yaml", 7, "eligibility-scope"),
    ("engagements.yaml", 8, "unknown-eligibility-word"),
    ("engagements.yaml", 16, "eligibility-features"),
    ("engagements.yaml", 21, "eligibility-scope"),
    ("glossaire.yaml", 3, "yaml-syntax"),
    ("indicateurs.yaml", 4, "unknown-node"),
    ("indicateurs.yaml", 5, "unknown-kind"),
    ("indicateurs.yaml", 6, "unknown-commitment"),
    ("indicateurs.yaml", 7, "unknown-measure"),
    ("indicateurs.yaml", 7, "repeated-word"),
    ("indicateurs.yaml", 10, "repeated-key"),
    ("indicateurs.yaml", 15, "method-value-kind"),
    ("indicateurs.yaml", 26, "due-month"),
    ("indicateurs.yaml", 27, "due-day"),
    ("indicateurs.yaml", 28, "due-quarter"),
    ("indicateurs.yaml", 29, "due-window"),
    ("indicateurs.yaml", 30, "due-year"),
    ("indicateurs.yaml", 31, "due-form"),
    ("indicateurs.yaml", 38, "slot-with-measures"),
    ("indicateurs.yaml", 40, "due-state"),
    ("indicateurs.yaml", 42, "no-measure"),
    ("indicateurs.yaml", 53, "composite-mixed"),
    ("indicateurs.yaml", 55, "unknown-framework"),
    ("indicateurs.yaml", 56, "unknown-indicator"),
    ("indicateurs.yaml", 57, "link-measure"),
    ("indicateurs.yaml", 58, "own-link"),
    ("indicateurs.yaml", 60, "key-written-twice"),
    ("indicateurs.yaml", 66, "other-node"),
    ("indicateurs.yaml", 69, "unknown-organisation"),
    ("indicateurs.yaml", 71, "link-related"),
    ("indicateurs.yaml", 73, "not-a-mapping"),
    ("mesure.yaml", 1, "unknown-file"),
    ("mesures.yaml", 6, "bad-decimals"),
    ("mesures.yaml", 7, "per-without-ratio"),
    ("mesures.yaml", 10, "bounds-backwards"),
    ("mesures.yaml", 17, "ratio-without-per"),
    ("mesures.yaml", 22, "not-a-number"),
    ("mesures.yaml", 26, "measure-elsewhere"),
    ("mesures.yaml", 37, "bad-number"),
    ("mesures.yaml", 39, "unused-measure"),
    ("mesures.yaml", 46, "break-order"),
    ("objectifs.yaml", 9, "unknown-organisation"),
    ("objectifs.yaml", 10, "unknown-place"),
    ("objectifs.yaml", 13, "level-order"),
    ("objectifs.yaml", 16, "repeated-key"),
    ("objectifs.yaml", 21, "unknown-level"),
    ("objectifs.yaml", 23, "unknown-field"),
    ("objectifs.yaml", 24, "bad-lines"),
];

#[test]
fn every_sown_fault_is_named_at_its_line_and_nothing_else_is() {
    let reading = read_dir(Path::new(FAULTY), &known());
    let named: Vec<_> = reading
        .problems
        .iter()
        .map(|p| (p.file.as_str(), p.position.line, p.code))
        .collect();
    assert_eq!(named, SOWN);
    assert!(reading.framework.is_none());
}

#[test]
fn a_problem_says_where_what_and_what_to_do() {
    let reading = read_dir(Path::new(FAULTY), &known());
    let shown: Vec<_> = reading.problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("faulty_problems", shown.join("\n"));
}

/// One fault sown in the sound framework: the file, what is replaced and by what, and the only
/// problem that should be named.
const ONE_BY_ONE: [(&str, &str, &str, &str); 40] = [
    (
        "cadre.yaml",
        "famille: ehpad",
        "famille: ehpad\nprecedent: etat-ars-2019-2023",
        "other-family",
    ),
    (
        "cadre.yaml",
        "debut: 2025",
        "debut: 2025\nprecedent: ehpad-departement-2025-2029",
        "own-previous",
    ),
    ("cadre.yaml", "debut: 2025", "debut: 25", "implausible-year"),
    ("cadre.yaml", "outil: ", "outils: ", "unknown-key"),
    ("cadre.yaml", "note_liste:", "#", "list-note"),
    (
        "cadre.yaml",
        "    type: contrat\n",
        "    type: revision\n    modifie: [cibles]\n",
        "no-contract-act",
    ),
    (
        "cadre.yaml",
        "remarques:\n  - Cadre",
        "remarques:\n  - [a]\n  - Cadre",
        "wrong-shape",
    ),
    ("cadre.yaml", "pasa:", "PASA:", "bad-key"),
    ("cadre.yaml", "ton: alerte", "ton: rouge", "unknown-word"),
    ("cadre.yaml", "ton: alerte", "ton: atteint", "band-tone"),
    ("cadre.yaml", "ton: atteint", "ton: proche", "band-tone"),
    (
        "cadre.yaml",
        "depuis: \"66,7\"",
        "depuis: 100",
        "band-limit",
    ),
    (
        "cadre.yaml",
        "depuis: \"66,7\"",
        "depuis: haut",
        "bad-number",
    ),
    (
        "cadre.yaml",
        "  - {cle: a-suivre",
        "  - {cle: milieu, libelle: Milieu, depuis: 70, ton: attention}\n  - {cle: a-suivre",
        "band-order",
    ),
    (
        "cadre.yaml",
        "  - {cle: non-tenu, libelle: Engagement non tenu, cas: sans-taux, ton: alerte}\n",
        "",
        "band-gap",
    ),
    (
        "cadre.yaml",
        "cas: sans-taux, ton: alerte}",
        "cas: sans-taux, ton: alerte}\n  - {cle: encore, libelle: Encore, ton: recul}",
        "band-twice",
    ),
    ("cadre.yaml", "cle: a-suivre", "cle: tenu", "repeated-key"),
    ("cadre.yaml", "titre: CPOM", "titre: &t CPOM", "yaml-extras"),
    ("cadre.yaml", "niveaux:", "---\nniveaux:", "yaml-documents"),
    (
        "editions.yaml",
        "annee: 2025",
        "annee: 2031",
        "edition-year",
    ),
    (
        "editions.yaml",
        "- annee: toutes",
        "- annee: parfois",
        "bad-number",
    ),
    ("mesures.yaml", "pour: 1\n", "pour: 0\n", "per-zero"),
    (
        "mesures.yaml",
        "sens: aucun\n    agregation: aucune",
        "sens: aucun\n    agregation: somme",
        "not-a-number",
    ),
    (
        "mesures.yaml",
        "decimales: 2",
        "decimales: deux",
        "bad-number",
    ),
    (
        "indicateurs.yaml",
        "echeance: {etat: a-preciser}",
        "echeance: {etat: a-preciser, regles: [{mois: 1, annee: N}]}",
        "due-state",
    ),
    (
        "indicateurs.yaml",
        "- {annee: 2026,",
        "- {annee: 2026}\n        - {annee: 2026,",
        "repeated-year",
    ),
    (
        "indicateurs.yaml",
        "a_definir: oui\n    methode: aucune",
        "a_definir: oui\n    methode: ratio",
        "slot-with-method",
    ),
    (
        "indicateurs.yaml",
        "    methode: ratio\n",
        "    methode: ratio\n    methodes: {autre: aucune}\n",
        "method-measure",
    ),
    (
        "indicateurs.yaml",
        "    methode: ratio\n",
        "    methode: ratio\n    methodes: [aucune]\n",
        "wrong-shape",
    ),
    (
        "indicateurs.yaml",
        "    methode: oui-non\n",
        "    methode: oui-non\n    methodes: {ehpad-commission-menus: plancher}\n",
        "method-value-kind",
    ),
    (
        "indicateurs.yaml",
        "lecture_jalon: [mesures]",
        "lecture_jalon: [mesure]",
        "unknown-field",
    ),
    (
        "indicateurs.yaml",
        "{trimestre: 1, annee: N+1}",
        "{trimestre: I, annee: N+1}",
        "bad-number",
    ),
    (
        "engagements.yaml",
        "portee: tous",
        "portee: nommes",
        "eligibility-scope",
    ),
    (
        "glossaire.yaml",
        "sigle: ETP",
        "sigle: EHPAD",
        "repeated-key",
    ),
    ("glossaire.yaml", "sigle: ETP", "sigle: 'ETP", "yaml-syntax"),
    (
        "glossaire.yaml",
        "sigle: ETP",
        "sigle: E\0TP",
        "yaml-character",
    ),
    ("indicateurs.yaml", "annee: 2026", "annee: 1916", "gap-year"),
    ("indicateurs.yaml", "annee: 2026", "annee: 2030", "gap-year"),
    (
        "cadre.yaml",
        "niveau_objectif: levier",
        "niveau_objectif: leviers",
        "unknown-level",
    ),
    (
        "indicateurs.yaml",
        "    mesures: [ehpad-absenteisme]\n",
        "    mesures: [ehpad-absenteisme]\n    liens:\n      - {cadre: ehpad-2031-2035, indicateur: a, lien: apparente}\n",
        "link-forward",
    ),
];

#[test]
fn each_fault_alone_is_the_only_one_named() {
    let known = known();
    for (file, from, to, code) in ONE_BY_ONE {
        let mut texts = sound();
        let text = texts.get_mut(file).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        *text = text.replacen(from, to, 1);
        let reading = read_texts(SOUND, &texts, &known);
        let named: Vec<_> = reading
            .problems
            .iter()
            .map(|p| (p.file.as_str(), p.code))
            .collect();
        assert_eq!(named, [(file, code)], "{to}");
    }
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other_and_blames_no_other() {
    let known = known();
    for file in FILES {
        let mut texts = sound();
        texts.insert(file.to_owned(), "liste: [ouverte\n".to_owned());
        let other = if file == "glossaire.yaml" {
            "editions.yaml"
        } else {
            "glossaire.yaml"
        };
        texts.insert(other.to_owned(), "inconnue: 1\n".to_owned());
        let reading = read_texts(SOUND, &texts, &known);
        let mut named: Vec<_> = reading
            .problems
            .iter()
            .map(|p| (p.file.as_str(), p.code))
            .collect();
        named.sort_unstable();
        let mut expected = [(file, "yaml-syntax"), (other, "unknown-key")];
        expected.sort_unstable();
        assert_eq!(named, expected);
    }
}

#[test]
fn a_list_that_is_not_one_blames_no_reference_to_it() {
    let known = known();
    for list in ["mesures", "objectifs", "engagements", "indicateurs"] {
        let mut texts = sound();
        texts.insert(format!("{list}.yaml"), format!("{list}: des mots\n"));
        let problems = read_texts(SOUND, &texts, &known).problems;
        let named: Vec<_> = problems.iter().map(|p| p.code).collect();
        assert_eq!(named, ["wrong-shape"], "{list}: {problems:?}");
    }
}

#[test]
fn only_three_files_must_be_there() {
    let known = known();
    let mut texts = sound();
    for file in &FILES[..3] {
        texts.remove(*file);
    }
    let named: Vec<_> = read_texts(SOUND, &texts, &known)
        .problems
        .into_iter()
        .map(|p| (p.file, p.code))
        .collect();
    let missing = |file: &str| (file.to_owned(), "missing-file");
    assert_eq!(
        named,
        [
            missing("cadre.yaml"),
            missing("indicateurs.yaml"),
            missing("objectifs.yaml")
        ]
    );
    let mut texts = sound();
    texts.retain(|file, _| {
        FILES[..3].contains(&file.as_str()) || file == "mesures.yaml" || file == "engagements.yaml"
    });
    assert_eq!(read_texts(SOUND, &texts, &known).problems, []);
}

#[test]
fn a_folder_or_a_file_that_does_not_open_is_a_problem_like_another() {
    let nowhere = read_dir(Path::new("tests/fixtures/frameworks/nulle-part"), &known());
    assert_eq!(nowhere.problems[0].code, "unreadable");
    let folder = std::env::temp_dir().join(format!("jalon-cadre-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in sound() {
        fs::write(folder.join(file), text).unwrap();
    }
    fs::write(folder.join("glossaire.yaml"), b"termes:\n  - sigle: \xe9\n").unwrap();
    let reading = read_dir(&folder, &known());
    fs::remove_dir_all(&folder).unwrap();
    let named: Vec<_> = reading
        .problems
        .iter()
        .map(|p| (p.file.as_str(), p.code))
        .collect();
    assert_eq!(
        named,
        [
            ("cadre.yaml", "wrong-folder"),
            ("glossaire.yaml", "unreadable")
        ]
    );
}

#[test]
fn links_are_held_to_what_they_say() {
    let known = known();
    let link = |kind: &str| {
        let mut texts = sound();
        let text = texts.get_mut("indicateurs.yaml").unwrap();
        let with_link = format!(
            "mesures: [chirurgie-ambulatoire]\n    liens: [{{cadre: etat-ars-2019-2023, indicateur: 4.b, lien: {kind}}}]\n"
        );
        *text = text.replacen("mesures: [ehpad-chutes-graves]\n", &with_link, 1);
        let problems = read_texts(SOUND, &texts, &known).problems;
        let codes = problems.into_iter().map(|p| p.code);
        codes
            .filter(|code| *code != "unused-measure")
            .collect::<Vec<_>>()
    };
    assert_eq!(link("identique"), [""; 0]);
    assert_eq!(link("revise"), ["unmarked-break"]);
    assert_eq!(link("apparente"), ["link-related"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_makes_the_reading_panic(text in "\\PC{0,200}", rank in 0..7_usize) {
        let mut texts = sound();
        texts.insert(FILES[rank].to_owned(), text);
        let _ = read_texts(SOUND, &texts, &surroundings());
    }

    #[test]
    fn no_change_of_a_sound_text_makes_the_reading_panic(
        rank in 0..7_usize, at in any::<prop::sample::Index>(), len in 0..60_usize,
        put in "[-a-z0-9: \\[\\]{},#&*!|>'\"%@`\\n\\t?~.é/+N]{0,12}",
    ) {
        let mut texts = sound();
        let text = texts.get_mut(FILES[rank]).unwrap();
        let letters: Vec<char> = text.chars().collect();
        let from = at.index(letters.len());
        let to = (from + len).min(letters.len());
        let put: Vec<char> = put.chars().collect();
        *text = [&letters[..from], &put, &letters[to..]].concat().into_iter().collect();
        let reading = read_texts(SOUND, &texts, &surroundings());
        for problem in &reading.problems {
            prop_assert!(!problem.message.is_empty() && !problem.remedy.is_empty());
            prop_assert!(problem.position.line >= 1 && problem.position.column >= 1);
        }
    }
}
