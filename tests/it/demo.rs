//! The demonstration, walked through as a visitor would.

use axum::http::StatusCode;
use jalon::ledger::{Verified, verify};
use jalon::site::demo;

use crate::imports::reader;
use crate::on_both_engines;
use crate::support::Site;

/// Every page of the walk and a sentence that it must say.
const WALK: [(&str, &str); 18] = [
    ("/", "22 contrats suivis"),
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
    ("/contrats", "22 contrats"),
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
        demo::build(&bench.db, &reader(), |_| {}).await.unwrap();
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
        let wrong = site.get("/contrats/normandie-2024-2028/fiche/2031").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("2024-2028"));
        earlier_days(&mut site).await;
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
