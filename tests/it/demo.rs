//! The demonstration, walked through as a visitor would.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jalon::access::Reach;
use jalon::contracts::store::load;
use jalon::contracts::{Target, TermBody, Terms};
use jalon::figures::Snapshots;
use jalon::kernel::Period;
use jalon::ledger::{Verified, verify};
use jalon::sealed::Keyring;
use jalon::site::demo;

use crate::dossier::paper::Paper;
use crate::imports::reader;
use crate::on_both_engines;
use crate::program::Program;
use crate::support::{Bench, Site};

/// Every page of the walk and a sentence that it must say.
const WALK: &[(&str, &str)] = &[
    ("/", "18 régions sous contrat"),
    ("/cadres", "générations de contrats"),
    ("/cadres/etat-ars-2015-2018", "Liste partielle"),
    ("/cadres/etat-ars-2024-2028", "10 objectifs, 93 indicateurs"),
    ("/cadres/es-aura-2020-2024", "64 modèles d’engagements"),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1",
        "16 régions sur 17 progressent",
    ),
    ("/indicateurs/etat-ars-2024-2028/6.a", "la série continue"),
    (
        "/cibles/etat-ars-2024-2028/2.c.1",
        "Un taux ne s’additionne pas",
    ),
    ("/contrats", "23 contrats"),
    (
        "/contrats/normandie-2024-2028",
        "Contrat de l’ARS Normandie",
    ),
    ("/contrats/ocean-indien-2019-2023", "Volet Mayotte"),
    (
        "/contrats/ch-valmont-2020-2024",
        "centre hospitalier de Valmont",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1",
        "Non publié par le fournisseur",
    ),
    // One series through three generations, and one that a definition breaks.
    (
        "/indicateurs/etat-ars-2015-2018/contrat-2.1.2",
        "?periode=2025",
    ),
    ("/indicateurs/etat-ars-2024-2028/6.a", "?periode=2013"),
    // Where series are heading, or why it cannot be told; what chance explains.
    (
        "/indicateurs/etat-ars-2024-2028/6.a?lieu=53",
        "huit fois sur dix",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1?lieu=28",
        "Trop peu de valeurs pour le dire : 2 valeurs annuelles, il en faut 3",
    ),
    (
        "/indicateurs/etat-ars-2019-2023/7.d",
        "la ligne est coupée, et rien n’est prolongé à travers",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1",
        "le fournisseur n’a donné que les taux",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.a",
        "de la moyenne plus que par hasard",
    ),
    ("/contrats/normandie-2024-2028", "class=\"spark\""),
    ("/contrats/normandie-2024-2028", "<abbr title="),
    ("/circuit/etat-ars-2024-2028", "<abbr title="),
    ("/indicateurs/etat-ars-2024-2028/2.c.1", "<abbr title="),
    ("/indicateurs/etat-ars-2019-2023/7.d", "?periode=2016"),
    (
        "/indicateurs/es-aura-2020-2024/2.1-1-i1",
        "Valeurs par établissement",
    ),
    (
        "/contrats/ch-rochebelle-2020-2024",
        "centre hospitalier de Rochebelle",
    ),
    (
        "/contrats/normandie-2024-2028/indicateurs/2.c.1",
        "vaccination au collège",
    ),
    ("/circuit/etat-ars-2024-2028", "livraisons complètes"),
    ("/circuit/fournisseurs/DGS", "livraison"),
    ("/contestations", "Une contestation attend sa réponse"),
    ("/suivis", "valeurs arrivées"),
    (
        "/contrats/normandie-2024-2028",
        "Valeur contestée : la région donne",
    ),
];

async fn visit(site: &mut Site, path: &str) -> String {
    let answer = site.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

on_both_engines! {
    async fn the_demonstration_stands_and_says_what_is_invented(bench: Bench) {
        demo::build(&bench.db, (&reader(), &Keyring::default()), demo::Larger::default(), |_| {}).await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        assert!(matches!(verify(&mut tx).await.unwrap(), Verified::Whole(_)));
        drop(tx);
        let mut site = bench.site().await;
        let form = [("email", demo::EMAIL), ("password", demo::PASSWORD)];
        assert_eq!(site.post("/connexion", &form).await.status, StatusCode::SEE_OTHER);
        for (path, said) in WALK {
            let page = visit(&mut site, path).await;
            assert!(page.contains(said), "{path} does not say « {said} »");
            assert!(page.contains("Démonstration"), "{path} is not marked");
        }
        let contract = visit(&mut site, "/contrats/normandie-2024-2028").await;
        assert!(contract.contains("Données fictives"));
        let pdf = site.get("/contrats/normandie-2024-2028/fiche/2024").await;
        assert_eq!(pdf.status, StatusCode::OK);
        assert!(pdf.body.starts_with("%PDF-1.7"));
        documents(&mut site).await;
        if bench.url.starts_with("sqlite:") {
            // No engine matters to what takes as long.
            whole_dossier(&mut site).await;
        }
        let wrong = site.get("/contrats/normandie-2024-2028/fiche/2031").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("2024-2028"));
        earlier_days(&mut site).await;
        marks(&mut site).await;
        for slug in TOLD {
            every_kind_of_target(&bench, slug).await;
        }
        hospitals_differ(&bench).await;
    }
}

async fn paper(site: &mut Site, path: &str) -> Paper {
    let answer = site.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    let paper = Paper::of(&answer.bytes);
    assert_eq!(paper.faults(), [""; 0], "{path}");
    paper
}

/// The sheets are of one page, however much there is to say.
async fn documents(site: &mut Site) {
    for path in [
        "/contrats/normandie-2024-2028/fiche/2025",
        "/contrats/ocean-indien-2019-2023/fiche/2023",
        "/indicateurs/etat-ars-2024-2028/2.c.1/fiche",
        "/indicateurs/etat-ars-2024-2028/6.a/fiche",
        "/indicateurs/etat-ars-2024-2028/2.a/fiche",
    ] {
        assert_eq!(paper(site, path).await.pages(), 1, "{path}");
    }
    let sheet = paper(site, "/indicateurs/etat-ars-2024-2028/2.a/fiche").await;
    let text = sheet.text().split_whitespace().collect::<String>();
    assert!(text.contains("plusqueparhasard"), "{text}");
    let sheet = paper(site, "/contrats/normandie-2024-2028/fiche/2025").await;
    let text = sheet.text().split_whitespace().collect::<String>();
    assert!(text.contains("valeurssuiviessur61"), "{text}");
    let whole = "/contrats/normandie-2024-2028/fiche/2025?indicateurs=tout";
    assert!(paper(site, whole).await.pages() > 1);
}

async fn whole_dossier(site: &mut Site) {
    let path = "/contrats/normandie-2024-2028/dossier?annee=2025";
    let pages = paper(site, path).await.pages();
    assert!(pages > 30, "{pages}");
}

on_both_engines! {
    async fn past_values_of_the_demonstration_would_have_been_foretold_as_is_documented(bench: Bench) {
        demo::build(&bench.db, (&reader(), &Keyring::default()), demo::Larger::default(), |_| {}).await.unwrap();
        let told = Program::on(&bench.url).run(&["projections"]).done();
        let whole = told.lines().rfind(|line| line.contains("toutes")).unwrap();
        let words: Vec<&str> = whole.split_whitespace().collect();
        let (count, coverage) = (words[1], words[2]);
        let share: f64 = coverage.replace(',', ".").parse().unwrap();
        assert!((75.0..95.0).contains(&share), "{told}");
        // The table of the method is what the command says.
        let method = std::fs::read_to_string("docs/methode-projections.md").unwrap();
        let line = method.lines().find(|line| line.starts_with("| toutes |")).unwrap();
        let plain: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(plain.starts_with(&format!("|toutes|{count}|{coverage}%|")), "{line}\n{told}");
    }
}

/// A contract of each framework, in which every kind of target is seen.
const TOLD: [&str; 5] = [
    "normandie-2015-2018",
    "normandie-2019-2023",
    "normandie-2024-2028",
    "ch-valmont-2020-2024",
    "ch-rochebelle-2020-2024",
];

/// What is invented in a contract is marked wherever its targets are shown.
async fn marks(site: &mut Site) {
    for path in [
        "/contrats/normandie-2019-2023",
        "/contrats/normandie-2019-2023/actes/1",
        "/contrats/normandie-2019-2023/indicateurs/4.b",
        "/cibles/etat-ars-2019-2023/4.b",
    ] {
        let page = visit(site, path).await;
        assert!(page.contains("Données fictives"), "{path}");
    }
}

async fn every_kind_of_target(bench: &Bench, slug: &str) {
    let mut tx = bench.db.read().await.unwrap();
    let reach = &Reach::of_installation();
    let full = load(&mut tx, reach, slug).await.unwrap().unwrap();
    let amendment = full.instrument(2).expect("an amendment");
    assert_eq!(amendment.act, "avenant", "{slug}");
    let first = full.in_force(full.instrument(1).unwrap().signed_change().unwrap());
    let now = full.in_force(amendment.signed_change().unwrap());
    let targets = |terms: &Terms<'_>| {
        let bodies = terms
            .iter()
            .map(|(key, held)| (key.clone(), held.body.clone()));
        let targets = bodies.filter_map(|(key, body)| match body {
            TermBody::Target(target) => Some((key, target)),
            _ => None,
        });
        targets.collect::<Vec<_>>()
    };
    let (before, after) = (targets(&first), targets(&now));
    let has = |wanted: fn(&Target) -> bool| before.iter().any(|(_, target)| wanted(target));
    assert!(
        has(|t| matches!(t, Target::Corridor { .. })),
        "{slug}: corridor"
    );
    assert!(has(|t| *t == Target::Frozen), "{slug}: frozen");
    assert!(
        has(|t| *t == Target::NotApplicable),
        "{slug}: not applicable"
    );
    let opened = before
        .iter()
        .filter(|(_, target)| *target == Target::ObservedOnly);
    let set = opened.filter(|(key, _)| {
        after
            .iter()
            .any(|(other, target)| other == key && matches!(target, Target::Value(_)))
    });
    assert!(set.count() > 0, "{slug}: set by the amendment");
    let years: BTreeSet<i16> = now
        .iter()
        .filter(|(_, held)| matches!(held.body, TermBody::Means(_)))
        .filter_map(|(key, _)| key.slot.year())
        .collect();
    assert_eq!(years, full.contract.years().collect(), "{slug}: means");
}

/// Two hospitals of one region have values of their own.
async fn hospitals_differ(bench: &Bench) {
    let mut tx = bench.db.read().await.unwrap();
    let figures = Snapshots::default();
    let figures = figures
        .current(&mut tx, &Reach::of_installation())
        .await
        .unwrap();
    let series = figures.series("es-taux-chirurgie-ambulatoire").unwrap();
    for year in 2020..=2024 {
        let value = |place| {
            series
                .whole(place, Period::Year(year))
                .map(|f| f.value.clone())
        };
        assert_ne!(value("CH-VALMONT"), value("CH-ROCHEBELLE"), "{year}");
        assert_eq!(value("84"), None);
    }
}

/// An earlier day shows what was known then.
async fn earlier_days(site: &mut Site) {
    let path = "/indicateurs/etat-ars-2024-2028/2.c.1";
    let before = visit(site, &format!("{path}?au=11/02/2025")).await;
    assert!(before.contains("Aucune valeur n’est encore chargée"));
    let after = visit(site, &format!("{path}?au=12/02/2025")).await;
    assert!(after.contains("54,6"));
    let target = "/contrats/normandie-2024-2028/indicateurs/2.c.1";
    let signed = visit(site, &format!("{target}?au=2025-12-11")).await;
    assert!(!signed.contains("vaccination au collège"));
    let amended = visit(site, &format!("{target}?au=2025-12-12")).await;
    assert!(amended.contains("vaccination au collège"));
    let wrong = site.get(&format!("{path}?au=31/02/2025")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}
