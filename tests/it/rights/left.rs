//! What somebody made, sent or handed on, once it is no longer theirs to touch: a document of an
//! organisation they left, a file that nobody's name stands for or that names people, a role handed
//! on for an absence, taken back, given up, or ended with who stood in.

use axum::http::StatusCode;
use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{ActError, Said, SentFile};
use jalon::ledger::Actor;

use super::fit::passes_on_from;
use super::{grant, held, last_change, person, site_of};
use crate::contracts::{BOTH, Hand, NORMANDIE, furnish, normandie_terms};
use crate::on_both_engines;
use crate::people::Sender;
use crate::stage::Stage;
use crate::support::EMAIL;

on_both_engines! {
    async fn a_document_stays_with_the_organisation_that_its_author_left(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let who = person(&bench, first, "mute@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut own = site_of(&bench, "mute@example.org").await;
        let page = "/contrats/normandie-2024-2028/indicateurs/2.c.1";
        let sent = own.send_file(&format!("{page}/documents"), &[("annee", "2024")], ("note.pdf", b"%PDF-1")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let shown = own.get(page).await.body;
        let document = shown.split("href=\"/documents/").nth(1).unwrap().split(['"', '/', '?']).next().unwrap().to_owned();
        let document = format!("/documents/{document}");
        let replaces = [("motif", "Corrigé")];
        let sent = own.send_file(&document, &replaces, ("note.pdf", b"%PDF-2")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "its author may, there: {}", sent.body);
        crate::rights::ends(&bench, first, held(&bench, who).await[0].grant.id).await.unwrap();
        grant(&bench, first, who, "referent-cpom-ars", "ARS-53").await.unwrap();
        let before = last_change(&bench).await;
        let mut own = site_of(&bench, "mute@example.org").await;
        let sent = own.send_file(&document, &replaces, ("note.pdf", b"%PDF-3")).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.body);
        assert_eq!(last_change(&bench).await, before);
    }
}

on_both_engines! {
    async fn a_file_sent_in_nobodys_name_is_written_by_who_may_write_anybodys(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let who = person(&bench, stage.actor, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let settings = Settings { framework: Some("etat-ars-2024-2028".to_owned()), ..Settings::default() };
        let file = SentFile {
            name: "valeurs.csv".to_owned(),
            bytes: b"region;annee;9.a\n28;2024;3\n".to_vec(),
            said: Said::beside(serde_json::to_value(&settings).unwrap()),
        };
        let batch = stage.imports.rehearse(stage.actor, INTAKE, &file).await.unwrap();
        assert_eq!(batch.organisation, "", "the national administrator bears no organisation's name");
        let refused = stage.imports.commit(Actor::Person(who), batch.id, None).await;
        assert!(matches!(refused, Err(ActError::NotPermitted(_))), "{refused:?}");
        stage.imports.commit(stage.actor, batch.id, None).await.unwrap();
        let refused = stage.imports.undo(Actor::Person(who), batch.id, "Essai", None).await;
        assert!(matches!(refused, Err(ActError::NotPermitted(_))), "{refused:?}");
    }
}

on_both_engines! {
    async fn a_file_of_people_is_named_and_given_up_by_who_manages_them_alone(bench: Bench) {
        const NAME: &str = "depart-de-la-directrice.csv";
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let manager = person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        person(&bench, first, "rop@example.org", &[("rop-plan-triennal", "ARS-28")]).await;
        let sender = Sender::new(&bench, Actor::Person(manager));
        let batch = sender.sends(NAME, format!("{}Une;une@example.org;ARS-28;rôle inconnu;;;;;Essai\n", crate::people::HEADER).into_bytes()).await;
        let page = format!("/imports/{}", batch.id);
        let mut rop = site_of(&bench, "rop@example.org").await;
        for path in ["/imports", &page, "/tables/imports.csv", "/recherche?q=depart-de-la-directrice"] {
            let told = rop.get(path).await.body;
            assert!(!told.contains(NAME), "{path}: {told}");
        }
        assert!(rop.get("/imports").await.body.contains("Fichier réservé"));
        let dropped = rop.post(&format!("{page}/abandonner"), &[]).await;
        assert_eq!(dropped.status, StatusCode::FORBIDDEN, "{}", dropped.body);
        let mut own = site_of(&bench, "admin@example.org").await;
        assert!(own.get("/imports").await.body.contains(NAME));
        let dropped = own.post(&format!("{page}/abandonner"), &[]).await;
        assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.body);
    }
}

on_both_engines! {
    async fn who_delegated_takes_it_back_and_nobody_elses(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let one = person(&bench, first, "une@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let two = person(&bench, first, "deux@example.org", &[("lecteur", "ARS-28")]).await;
        person(&bench, first, "trois@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let own = held(&bench, one).await[0].grant.id;
        let mut site = site_of(&bench, "une@example.org").await;
        let fields = [("personne", "deux@example.org"), ("fin", "2026-01-20"), ("motif", "Congés")];
        let sent = site.post(&format!("/habilitations/{own}/deleguer"), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let passed = held(&bench, two).await.into_iter().find(|held| held.behalf_of.is_some()).unwrap();
        let path = format!("/habilitations/{}/reprendre", passed.grant.id);
        let page = site.get(&format!("/personnes/{one}")).await.body;
        assert!(page.contains("Ce que vous avez délégué") && page.contains(&path), "{page}");
        for other in ["deux@example.org", "trois@example.org"] {
            let mut site = site_of(&bench, other).await;
            assert_eq!(site.post(&path, &[("motif", "Essai")]).await.status, StatusCode::NOT_FOUND, "{other}");
        }
        let whole = site.post(&format!("/habilitations/{own}/reprendre"), &[("motif", "Essai")]).await;
        assert_eq!(whole.status, StatusCode::NOT_FOUND, "one's own grant was delegated by nobody");
        let back = site.post(&path, &[("motif", "Retour")]).await;
        assert_eq!(back.location, Some(format!("/personnes/{one}?fait=reprise")), "{}", back.body);
        let ended = held(&bench, two).await.into_iter().find(|held| held.behalf_of.is_some()).unwrap();
        assert!(ended.ended.is_some());
        let page = site.get(&format!("/personnes/{one}?fait=reprise")).await.body;
        assert!(page.contains("ne sert plus") && !page.contains("Ce que vous avez délégué"), "{page}");
        let again = site.post(&path, &[("motif", "Retour")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    }
}

on_both_engines! {
    async fn who_stands_in_gives_it_up_and_nobody_elses(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let one = person(&bench, first, "une@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let two = person(&bench, first, "deux@example.org", &[("lecteur", "ARS-28")]).await;
        person(&bench, first, "trois@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let own = held(&bench, two).await[0].grant.id;
        let passed = passes_on_from(&bench, one, two, bench.clock.today()).await.unwrap();
        let path = format!("/habilitations/{passed}/renoncer");
        let before = last_change(&bench).await;
        for other in [EMAIL, "admin@example.org", "une@example.org", "trois@example.org"] {
            let mut site = site_of(&bench, other).await;
            assert_eq!(site.post(&path, &[("motif", "Essai")]).await.status, StatusCode::NOT_FOUND, "{other}");
            let page = site.get(&format!("/personnes/{two}")).await.body;
            assert!(!page.contains("Renoncer à cette délégation"), "{other}: {page}");
        }
        let mut site = site_of(&bench, "deux@example.org").await;
        let mine = site.post(&format!("/habilitations/{own}/renoncer"), &[("motif", "Essai")]).await;
        assert_eq!(mine.status, StatusCode::NOT_FOUND, "what one holds oneself was delegated by nobody");
        let without = site.post(&path, &[("motif", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", without.body);
        assert_eq!(last_change(&bench).await, before);

        let page = site.get(&format!("/personnes/{two}")).await.body;
        assert_eq!(page.matches("Renoncer à cette délégation").count(), 1, "{page}");
        assert!(page.contains(&path), "{page}");
        let done = site.post(&path, &[("motif", "Je m’absente aussi")]).await;
        assert_eq!(done.location, Some(format!("/personnes/{two}?fait=renoncee")), "{}", done.body);
        assert_eq!(last_change(&bench).await, before + 1);
        let all = held(&bench, two).await;
        let ended: Vec<bool> = all.iter().map(|held| held.ended.is_some()).collect();
        assert_eq!(ended, [true, false], "the delegation, and nothing of their own");
        assert!(held(&bench, one).await[0].ended.is_none(), "nor of who delegated it");
        let page = site.get(&format!("/personnes/{two}?fait=renoncee")).await.body;
        assert!(page.contains("Vous avez renoncé") && !page.contains(&path), "{page}");
        let again = site.post(&path, &[("motif", "Encore")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
        let told = site.get(&format!("/journal?chose={passed}")).await.body;
        assert!(told.contains("a renoncé à tenir le rôle « Référent CPOM de l’ARS » à la place d’un autre"), "{told}");
        assert!(told.contains("Je m’absente aussi"), "{told}");
        // Whoever is away believes themselves stood in for.
        let mut tx = bench.db.read().await.unwrap();
        let (address, body): (String, String) =
            tx.one("select address, body from mail where dedup like 'given-up:%'", vec![]).await.unwrap();
        assert_eq!(address, "une@example.org");
        assert!(body.contains("Personne deux@example.org a renoncé") && body.contains("Je m’absente aussi"), "{body}");
    }
}

on_both_engines! {
    async fn who_stands_in_for_a_director_leaves_by_the_agency_and_the_director_does_not(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let director = person(&bench, first, "dg@example.org", &[("directeur-general-ars", "ARS-28")]).await;
        let breton = person(&bench, first, "dg-bretagne@example.org", &[("directeur-general-ars", "ARS-53")]).await;
        let stand_in = person(&bench, first, "interim@example.org", &[("lecteur", "ARS-28")]).await;
        let shared = person(&bench, first, "double@example.org", &[("lecteur", "ARS-28")]).await;
        let today = bench.clock.today();
        let passed = passes_on_from(&bench, director, stand_in, today).await.unwrap();
        passes_on_from(&bench, breton, shared, today).await.unwrap();
        let before = last_change(&bench).await;
        let mut site = site_of(&bench, "admin@example.org").await;
        // What would open their account, or end the delegation by itself, asks for that role still.
        for act in ["double-authentification", "sessions/terminer", "invitation"] {
            let sent = site.post(&format!("/personnes/{stand_in}/{act}"), &[("motif", "Perdu")]).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{act}: {}", sent.body);
        }
        let sent = site.post(&format!("/habilitations/{passed}/fin"), &[("motif", "Essai")]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.body);
        // So does the departure of who holds it themselves, or stands in elsewhere.
        let last = today.to_string();
        let fields = [("fin", last.as_str()), ("motif", "Mutation")];
        for who in [director, shared] {
            let path = format!("/personnes/{who}/depart");
            assert_eq!(site.get(&path).await.status, StatusCode::FORBIDDEN);
            assert_eq!(site.post(&path, &fields).await.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(last_change(&bench).await, before);

        let path = format!("/personnes/{stand_in}/depart");
        let page = site.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("Tenue pour quelqu’un d’autre"), "{}", page.body);
        let done = site.post(&path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert_eq!(last_change(&bench).await, before + 1, "one change");
        let ends: Vec<_> = held(&bench, stand_in).await.iter().map(|held| held.ends_on).collect();
        assert_eq!(ends, [Some(today), Some(today)]);
        let own = held(&bench, director).await;
        assert!(own[0].ended.is_none() && own[0].ends_on.is_none(), "the director stays: {own:?}");
    }
}

on_both_engines! {
    async fn no_administrator_opens_the_account_of_a_role_they_may_not_give(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let director = person(&bench, first, "dg@example.org", &[("directeur-general-ars", "ARS-28")]).await;
        let peer = person(&bench, first, "autre@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let referent = person(&bench, first, "referente@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut site = site_of(&bench, "admin@example.org").await;
        for act in ["double-authentification", "sessions/terminer", "invitation"] {
            for who in [director, peer] {
                let sent = site.post(&format!("/personnes/{who}/{act}"), &[("motif", "Perdu")]).await;
                assert_eq!(sent.status, StatusCode::FORBIDDEN, "{act}: {}", sent.body);
            }
            let sent = site.post(&format!("/personnes/{referent}/{act}"), &[("motif", "Perdu")]).await;
            assert_ne!(sent.status, StatusCode::FORBIDDEN, "{act}: {}", sent.body);
        }
    }
}
