//! What each person sees: a number that stands nowhere else is put where only some may read it,
//! and looked for wherever somebody else may look.

use axum::http::StatusCode;
use jalon::access::Audience;

use super::{person, site_of};
use crate::contracts::{BOTH, HOSPITAL, Hand, NORMANDIE, normandie_terms, restructuring};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::Bench;

/// In the reason of an act under way.
const DRAFT: (&str, &str) = ("918273645", "motif+tenu+secret");
/// In the title of a contract that was signed.
const SIGNED: (&str, &str) = ("192837465", "CPOM+Normandie");

/// Where one looks for a number; the search by the words around it, for it shows again what was
/// typed.
fn places(words: &str) -> Vec<String> {
    vec![
        "/".to_owned(),
        "/contrats".to_owned(),
        "/contrats/normandie-2024-2028".to_owned(),
        "/contrats/normandie-2024-2028/actes/2".to_owned(),
        "/contrats/normandie-2024-2028/indicateurs/2.c.1".to_owned(),
        "/organisations/ARS-28".to_owned(),
        "/cibles/etat-ars-2024-2028/2.c.1".to_owned(),
        "/indicateurs/etat-ars-2024-2028/2.c.1".to_owned(),
        format!("/recherche?q={words}"),
        format!("/recherche/propositions?q={words}"),
        "/imports/nouveau?genre=termes".to_owned(),
        "/tables/contrats.csv".to_owned(),
        "/tables/actes.csv?contrat=normandie-2024-2028".to_owned(),
    ]
}

/// Where it was found, by somebody.
async fn found(bench: &Bench, email: &str, (canary, words): (&str, &str)) -> Vec<String> {
    let mut site = site_of(bench, email).await;
    let mut found = Vec::new();
    for place in places(words) {
        let answer = site.get(&place).await;
        if answer.status.is_success() && answer.body.contains(canary) {
            found.push(place);
        }
    }
    found
}

on_both_engines! {
    async fn a_draft_is_seen_by_its_organisations_and_a_contract_by_those_it_is_opened_to(bench: Bench) {
        let first = bench.install().await;
        let titled = crate::contracts::hand::Made { title: "CPOM de l’ARS Normandie, 192837465", ..NORMANDIE };
        let hand = Hand::creates(&bench, first, titled).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        hand.drafts("avenant", Some("Motif tenu secret, 918273645")).await;
        let people = [
            ("normandie@example.org", "referent-cpom-ars", "ARS-28", true, true),
            ("coordination2@example.org", "coordinateur-national", "SGMCAS", true, true),
            ("bretagne@example.org", "referent-cpom-ars", "ARS-53", true, false),
            ("dgs@example.org", "contributeur", "DGS", true, true),
            ("lectrice.ars@example.org", "lecteur", "ARS-53", true, false),
            ("assurance@example.org", "assurance-maladie-region", "CNAM", false, false),
            ("invite@example.org", "invite", "", false, false),
            // Whom the agency itself invites, or who works beside it, is not of it.
            ("invite.ars@example.org", "invite", "ARS-28", true, false),
            ("assurance.ars@example.org", "assurance-maladie-region", "ARS-28", true, false),
            ("technique@example.org", "administrateur-technique", "", false, false),
        ];
        for (email, role, organisation, signed, draft) in people {
            person(&bench, first, email, &[(role, organisation)]).await;
            let of_draft = found(&bench, email, DRAFT).await;
            assert_eq!(!of_draft.is_empty(), draft, "{email}: {of_draft:?}");
            let of_signed = found(&bench, email, SIGNED).await;
            assert_eq!(!of_signed.is_empty(), signed, "{email}: {of_signed:?}");
        }
        person(&bench, first, "personne@example.org", &[]).await;
        assert_eq!(found(&bench, "personne@example.org", SIGNED).await, Vec::<String>::new());
        for email in ["bretagne@example.org", "invite.ars@example.org", "assurance.ars@example.org"] {
            let mut site = site_of(&bench, email).await;
            let act = site.get("/contrats/normandie-2024-2028/actes/2").await;
            assert_eq!(act.status, StatusCode::NOT_FOUND, "{email}");
            let told = site.get("/journal").await.body;
            assert!(told.contains("a enregistré la signature"), "{email}: {told}");
            assert!(!told.contains("Avenant n° 1"), "{email}: {told}");
        }
    }
}

on_both_engines! {
    async fn a_guest_of_an_agency_sees_neither_its_drafts_nor_those_of_its_hospitals(bench: Bench) {
        let first = bench.install().await;
        let hospital = Hand::creates(&bench, first, HOSPITAL).await;
        let section = hospital.section("contrat").await;
        hospital.agrees("contrat", None, restructuring(section), &["ars", "etablissement"], "2020-12-20").await;
        hospital.drafts("avenant", Some("Motif tenu secret, 918273645")).await;
        let act = format!("/contrats/{}/actes/2", HOSPITAL.slug);
        for (role, organisation, expected) in [
            ("invite", "ARS-84", StatusCode::NOT_FOUND),
            ("invite", "CH-DES-MONTS", StatusCode::NOT_FOUND),
            ("assurance-maladie-region", "ARS-84", StatusCode::NOT_FOUND),
            ("codir-ars", "ARS-84", StatusCode::OK),
            ("directeur-etablissement", "CH-DES-MONTS", StatusCode::OK),
        ] {
            let email = format!("{role}.{organisation}@example.org").to_lowercase();
            person(&bench, first, &email, &[(role, organisation)]).await;
            let mut site = site_of(&bench, &email).await;
            assert_eq!(site.get(&act).await.status, expected, "{email}");
            let signed = site.get(&format!("/contrats/{}/actes/1", HOSPITAL.slug)).await;
            assert_eq!(signed.status, StatusCode::OK, "{email}: what was signed is theirs to read");
        }
    }
}

on_both_engines! {
    async fn a_framework_says_to_whom_the_values_of_its_measures_are_opened(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load("territoire;annee;2.c.1\n28;2024;61,3\n53;2024;62,8\n").await;
        for (email, role, organisation) in [
            ("region@example.org", "referent-cpom-ars", "ARS-28"),
            ("ministere@example.org", "contributeur", "DGS"),
            ("invitee@example.org", "invite", ""),
        ] {
            person(&bench, stage.actor, email, &[(role, organisation)]).await;
        }
        // Who reads the value of Normandie, and that of Bretagne.
        for (audience, region, ministry, guest) in [
            (None, [true, true], [true, true], [false, false]),
            (Some(Audience::Everybody), [true, true], [true, true], [true, true]),
            (Some(Audience::Parties), [true, false], [false, false], [false, false]),
        ] {
            stage.opens_values(audience).await;
            for (email, wanted) in [("region@example.org", region), ("ministere@example.org", ministry), ("invitee@example.org", guest)] {
                let mut site = site_of(&bench, email).await;
                let page = site.get("/indicateurs/etat-ars-2024-2028/2.c.1").await.body;
                let file = site.get("/tables/valeurs.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1").await.body;
                let shown = ["61,3", "62,8"].map(|value| file.contains(value));
                assert_eq!(shown, wanted, "{email}, {audience:?}: {file}");
                let shown = ["61,3", "62,8"].map(|value| page.contains(value));
                assert_eq!(shown, wanted, "{email}, {audience:?}: {page}");
            }
        }
    }
}
