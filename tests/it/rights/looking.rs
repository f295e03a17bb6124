//! « Voir comme »: what an administrator sees as somebody else, and what they may never do so.

use axum::http::StatusCode;
use jalon::ledger::{Actor, Change, NewThing, Scope};
use jiff::SignedDuration;
use uuid::Uuid;

use super::routes::{filled, routes};
use super::{last_change, person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::support::{Bench, EMAIL, PASSWORD, Site};

const ADMIN: &str = "admin.normandie@example.org";
const REFERENT: &str = "referent@example.org";
const DG: &str = "dg@example.org";

/// A signed contract with a draft, and people in two regions and for the State.
async fn people(bench: &Bench) -> (Uuid, Uuid, Uuid) {
    let first = bench.install().await;
    let hand = Hand::creates(bench, first, NORMANDIE).await;
    let section = hand.section("contrat").await;
    hand.agrees(
        "contrat",
        None,
        normandie_terms(section),
        BOTH,
        "2024-12-20",
    )
    .await;
    hand.drafts("avenant", Some("Motif tenu secret, 918273645"))
        .await;
    person(bench, first, ADMIN, &[("administrateur-ars", "ARS-28")]).await;
    let referent = person(bench, first, REFERENT, &[("referent-cpom-ars", "ARS-28")]).await;
    let dg = person(bench, first, DG, &[("directeur-general-ars", "ARS-28")]).await;
    let both = [("lecteur", "ARS-28"), ("coordinateur-national", "SGMCAS")];
    let wider = person(bench, first, "wider@example.org", &both).await;
    person(
        bench,
        first,
        "bretagne@example.org",
        &[("referent-cpom-ars", "ARS-53")],
    )
    .await;
    (referent, dg, wider)
}

async fn sees_as(site: &mut Site, seen: Uuid) -> StatusCode {
    site.post(&format!("/personnes/{seen}/voir-comme"), &[])
        .await
        .status
}

on_both_engines! {
    async fn pages_are_seen_as_the_other_does_and_nothing_can_be_written(bench: Bench) {
        let (referent, ..) = people(&bench).await;
        let mut site = site_of(&bench, EMAIL).await;
        assert_eq!(site.get("/personnes").await.status, StatusCode::OK);
        assert_eq!(sees_as(&mut site, referent).await, StatusCode::SEE_OTHER);
        let home = site.get("/").await.body;
        for said in [format!("Bonjour, Personne {REFERENT}"), "Revenir à mon compte".to_owned(), "Lecture seule".to_owned()] {
            assert!(home.contains(&said), "{said}: {home}");
        }
        // As the other: the draft of their contract is shown, another region's administration is not.
        assert!(site.get("/contrats/normandie-2024-2028/actes/2").await.body.contains("918273645"));
        let before = last_change(&bench).await;
        for path in [
            "/contrats/normandie-2024-2028/actes/2/signer",
            "/contrats/normandie-2024-2028/actes/nouveau",
            "/moi/mot-de-passe",
            "/moi/acces",
            "/aide/demandes/nouvelle",
            &format!("/personnes/{referent}/habilitations"),
            &format!("/personnes/{referent}/voir-comme"),
        ] {
            let refused = site.post(path, &[("version", "1"), ("message", "Un mot")]).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
            assert!(refused.body.contains("rien ne peut être enregistré"), "{path}: {}", refused.body);
            assert!(refused.body.contains("Revenir à mon compte"), "{path}");
        }
        for path in ["/moi", "/moi/acces", "/moi/double-authentification", "/moi/adresses", "/reprise", "/aide/demandes"] {
            let refused = site.get(path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
            assert!(refused.body.contains("Cette page est personnelle"), "{path}: {}", refused.body);
        }
        // Nor as the table of such a page.
        for file in ["demandes.csv", "demandes.xlsx", "demandes.csv?de=moi&etat=closes"] {
            let refused = site.get(&format!("/tables/{file}")).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{file}");
            assert!(refused.body.contains("Cette page est personnelle"), "{file}: {}", refused.body);
        }
        assert_eq!(site.get("/tables/contrats.csv").await.status, StatusCode::OK);
        // Nor by any other address of the site.
        // Signing in, out or by a link writes in nobody's name.
        let doors = ["/connexion", "/deconnexion", "/lien", "/mot-de-passe-oublie", "/voir-comme/fin", "/api/"];
        let within = |template: &&String| !doors.iter().any(|door| template.starts_with(door));
        for template in routes().iter().filter(within) {
            let answer = site.post(&filled(template), &[("motif", "Essai"), ("version", "1")]).await;
            let refused = answer.status.is_client_error();
            assert!(refused, "{template}: {}", answer.status);
        }
        assert_eq!(last_change(&bench).await, before);
        let back = site.post("/voir-comme/fin", &[]).await;
        assert_eq!(back.location.as_deref(), Some(&*format!("/personnes/{referent}")));
        let home = site.get("/").await.body;
        assert!(home.contains("Bonjour, Coordination nationale") && !home.contains("Revenir à mon compte"), "{home}");
        assert_eq!(site.get("/moi").await.status, StatusCode::OK);
        assert_eq!(site.get("/tables/demandes.csv").await.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn nobody_sees_as_somebody_they_do_not_administer(bench: Bench) {
        let (referent, dg, wider) = people(&bench).await;
        let mut admin = site_of(&bench, ADMIN).await;
        assert_eq!(sees_as(&mut admin, referent).await, StatusCode::SEE_OTHER);
        admin.post("/voir-comme/fin", &[]).await;
        // Wider than the region, whatever else they hold there.
        assert_eq!(sees_as(&mut admin, wider).await, StatusCode::FORBIDDEN);
        let page = admin.get(&format!("/personnes/{wider}")).await.body;
        assert!(page.contains("Voir comme cette personne</span> : pourquoi pas ?"), "{page}");
        assert_eq!(sees_as(&mut admin, Uuid::nil()).await, StatusCode::NOT_FOUND);
        let mut bretagne = site_of(&bench, "bretagne@example.org").await;
        assert!([403, 404].contains(&sees_as(&mut bretagne, referent).await.as_u16()));
        let mut plain = site_of(&bench, REFERENT).await;
        assert!([403, 404].contains(&sees_as(&mut plain, dg).await.as_u16()));
        let mut national = site_of(&bench, EMAIL).await;
        let own: (Uuid,) = {
            let mut tx = bench.db.read().await.unwrap();
            tx.one("select id from person where email = $1", jalon::args![EMAIL]).await.unwrap()
        };
        assert_eq!(sees_as(&mut national, own.0).await, StatusCode::FORBIDDEN);
        assert_eq!(sees_as(&mut national, wider).await, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn it_ends_by_itself_and_with_the_right(bench: Bench) {
        let (referent, ..) = people(&bench).await;
        let mut site = site_of(&bench, EMAIL).await;
        sees_as(&mut site, referent).await;
        bench.clock.advance(SignedDuration::from_mins(29));
        assert!(site.get("/contrats").await.body.contains("Revenir à mon compte"));
        bench.clock.advance(SignedDuration::from_mins(1));
        let over = site.get("/contrats").await;
        assert_eq!(over.location.as_deref(), Some("/voir-comme/terminee"));
        assert!(site.get("/voir-comme/terminee").await.body.contains("revenu à votre compte"));
        assert_eq!(site.get("/contrats").await.status, StatusCode::OK);
        // The right is asked again at each page.
        let mut admin = site_of(&bench, ADMIN).await;
        sees_as(&mut admin, referent).await;
        assert_eq!(admin.get("/").await.status, StatusCode::OK);
        let mut change = Change::open(&bench.db, &bench.clock, Actor::Installation, "test.end").await.unwrap();
        let sql = "update access_grant set ends_on = '2025-12-31' where role = 'administrateur-ars'";
        change.tx().run(sql, vec![]).await.unwrap();
        let thing = NewThing { kind: "test", parent: None, scope: Scope::common(), label: "" };
        change.create(thing, &()).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(admin.get("/").await.location.as_deref(), Some("/voir-comme/terminee"));
    }
}

on_both_engines! {
    async fn both_accounts_keep_it(bench: Bench) {
        let (referent, ..) = people(&bench).await;
        let mut site = site_of(&bench, EMAIL).await;
        sees_as(&mut site, referent).await;
        site.get("/tables/contrats.csv").await;
        site.post("/voir-comme/fin", &[]).await;
        for email in [EMAIL, REFERENT] {
            let account = site_of(&bench, email).await.get("/moi").await.body;
            assert!(account.contains("Début d’une vue") && account.contains("Fin d’une vue"), "{email}: {account}");
        }
        // What is taken away meanwhile is the administrator's doing.
        let mut tx = bench.db.read().await.unwrap();
        let sql = "select p.email from access_event e join person p on p.id = e.person_id where e.kind = 'export'";
        let taken: Vec<(String,)> = tx.all(sql, vec![]).await.unwrap();
        assert_eq!(taken, [(EMAIL.to_owned(),)]);
    }
}

on_both_engines! {
    async fn what_is_sealed_stays_closed(bench: Bench) {
        let (_, dg, _) = people(&bench).await;
        let mut own = site_of(&bench, DG).await;
        let note = "/contrats/normandie-2024-2028/note";
        assert_eq!(own.get(note).await.status, StatusCode::OK);
        let mut site = site_of(&bench, EMAIL).await;
        sees_as(&mut site, dg).await;
        assert_eq!(site.get(note).await.status, StatusCode::FORBIDDEN);
        let contract = site.get("/contrats/normandie-2024-2028").await.body;
        assert!(!contract.contains("Note confidentielle"), "{contract}");
    }
}

on_both_engines! {
    async fn who_signs_in_over_a_view_does_not_go_on_looking(bench: Bench) {
        let (referent, ..) = people(&bench).await;
        let mut site = site_of(&bench, EMAIL).await;
        assert_eq!(sees_as(&mut site, referent).await, StatusCode::SEE_OTHER);
        let sent = site.post("/connexion", &[("email", DG), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let home = site.get("/").await.body;
        assert!(home.contains(&format!("Bonjour, Personne {DG}")) && !home.contains("Revenir à mon compte"), "{home}");
    }
}
