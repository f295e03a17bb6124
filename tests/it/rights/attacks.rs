//! What somebody would try.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use jalon::access::token::{CreateToken, NewToken, Secret, TokenScope, store as tokens};
use jalon::access::{NotPermitted, Refusal, permit};
use jalon::contracts::{EditInstrument, TermsOf, WriteTerms};
use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{ActError, Said, SentFile};
use jalon::ledger::{Actor, Change};
use uuid::Uuid;

use super::{grant, held, last_change, new_grant, person, site_of};
use crate::api::{self, Program};
use crate::contracts::{Hand, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::stage::Stage;

/// A file of values of one person, rehearsed.
async fn rehearsed(stage: &Stage<'_>, by: Actor, text: &str) -> Result<Uuid, String> {
    let settings = Settings {
        framework: Some("etat-ars-2024-2028".to_owned()),
        ..Settings::default()
    };
    let file = SentFile {
        name: "valeurs.csv".to_owned(),
        bytes: text.as_bytes().to_vec(),
        said: Said::beside(serde_json::to_value(&settings).unwrap()),
    };
    let batch = stage
        .imports
        .rehearse(by, INTAKE, &file)
        .await
        .map_err(|e| e.to_string())?;
    assert_eq!(batch.counts.refused, 0);
    Ok(batch.id)
}

on_both_engines! {
    async fn another_regions_value_stays_theirs(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let id = person(&bench, stage.actor, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let by = Actor::Person(id);
        // 9.a is supplied by the agencies, 2.c.1 by the country.
        let own = rehearsed(&stage, by, "region;annee;9.a\n28;2024;3\n").await.unwrap();
        let theirs = rehearsed(&stage, by, "region;annee;9.a\n28;2023;2\n53;2024;4\n").await.unwrap();
        let national = rehearsed(&stage, by, "region;annee;2.c.1\n28;2024;50\n").await.unwrap();
        stage.imports.commit(by, own, None).await.unwrap();
        let before = last_change(&bench).await;
        for batch in [theirs, national] {
            let refused = stage.imports.commit(by, batch, None).await;
            assert!(matches!(refused, Err(ActError::NotPermitted(NotPermitted::Denied(_)))), "{refused:?}");
        }
        // Nor from the page, which goes on refusing once it has.
        let mut site = site_of(&bench, "normandie@example.org").await;
        for _ in 0..2 {
            let sent = site.post(&format!("/imports/{theirs}/enregistrer"), &[]).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN);
            assert!(sent.body.contains("Peut le faire qui a le rôle"), "{}", sent.body);
        }
        assert_eq!(last_change(&bench).await, before);
        // Who supplies it may.
        let supplier = person(&bench, stage.actor, "dgs@example.org", &[("contributeur", "DGS")]).await;
        let national = rehearsed(&stage, Actor::Person(supplier), "region;annee;2.c.1\n28;2024;50\n").await.unwrap();
        stage.imports.commit(Actor::Person(supplier), national, None).await.unwrap();
    }
}

on_both_engines! {
    async fn a_grant_ended_in_an_open_session_serves_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let id = person(&bench, stage.actor, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let batch = rehearsed(&stage, Actor::Person(id), "region;annee;9.a\n28;2024;3\n").await.unwrap();
        let mut site = site_of(&bench, "normandie@example.org").await;
        assert_eq!(site.get(&format!("/imports/{batch}")).await.status, StatusCode::OK);
        let mut admin = bench.site().await;
        admin.sign_in().await;
        let own = held(&bench, id).await[0].grant.id;
        let ended = admin.post(&format!("/habilitations/{own}/fin"), &[("motif", "Départ")]).await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
        let before = last_change(&bench).await;
        let sent = site.post(&format!("/imports/{batch}/enregistrer"), &[]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
        assert_eq!(last_change(&bench).await, before);
    }
}

on_both_engines! {
    async fn what_others_send_is_neither_seen_nor_touched(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let one = person(&bench, stage.actor, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let colleague = person(&bench, stage.actor, "collegue@example.org", &[("codir-ars", "ARS-28")]).await;
        person(&bench, stage.actor, "bretagne@example.org", &[("referent-cpom-ars", "ARS-53")]).await;
        let batch = rehearsed(&stage, Actor::Person(one), "region;annee;9.a\n28;2024;3\n").await.unwrap();
        let mut theirs = site_of(&bench, "bretagne@example.org").await;
        assert_eq!(theirs.get(&format!("/imports/{batch}")).await.status, StatusCode::NOT_FOUND);
        assert!(!theirs.get("/imports").await.body.contains("valeurs.csv"));
        let page = theirs.get(&format!("/imports/{batch}/copie-corrigee.xlsx")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        for act in ["relire", "abandonner", "enregistrer"] {
            let sent = theirs.post(&format!("/imports/{batch}/{act}"), &[]).await;
            assert!([StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&sent.status), "{act}: {}", sent.status);
        }
        let mut same = site_of(&bench, "collegue@example.org").await;
        assert!(same.get("/imports").await.body.contains("valeurs.csv"));
        let refused = stage.imports.commit(Actor::Person(colleague), batch, None).await;
        assert!(matches!(refused, Err(ActError::NotPermitted(_))), "{refused:?}");
    }
}

on_both_engines! {
    async fn a_refused_rehearsal_writes_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let refused = stage.rehearse_current("region;annee;2.c.1\nNulle part;2024;50\n").await;
        assert!(refused.counts.refused > 0);
        let mut site = bench.site().await;
        site.sign_in().await;
        let until = bench.clock.today().checked_add(jiff::ToSpan::days(30)).unwrap();
        let (_, secret) = api::open(&bench, stage.actor, TokenScope::ReadWrite, until).await;
        let mut program = Program::over(bench.site().await, secret);
        let before = last_change(&bench).await;
        let page = format!("/imports/{}", refused.id);
        let sent = site.post(&format!("{page}/enregistrer"), &[]).await;
        assert_eq!(sent.status, StatusCode::CONFLICT, "{}", sent.body);
        assert!(sent.body.contains("corrigez le fichier ou répondez aux questions, rien n’a été écrit"), "{}", sent.body);
        // Given up, it is no more to be written nor undone, by page and by program.
        assert_eq!(site.post(&format!("{page}/abandonner"), &[]).await.status, StatusCode::SEE_OTHER);
        for (act, form) in [("enregistrer", &[][..]), ("annuler", &[("motif", "Essai")]), ("abandonner", &[])] {
            let sent = site.post(&format!("{page}/{act}"), form).await;
            assert!([409, 422].contains(&sent.status.as_u16()), "{act}: {}", sent.status);
        }
        let resource = format!("/api/v1/rehearsals/{}", refused.id);
        let read = program.get(&resource).await;
        let etag = read.headers["etag"].to_str().unwrap().to_owned();
        for (method, path, body) in [
            (Method::POST, format!("{resource}/commit"), ""),
            (Method::POST, format!("/api/v1/batches/{}/undo", refused.id), r#"{"reason":"Essai"}"#),
            (Method::DELETE, resource.clone(), ""),
        ] {
            let headers = [("content-type", "application/json"), ("if-match", &*etag)];
            let sent = program.ask(method, &path, &headers, Body::from(body)).await;
            assert!([404, 409].contains(&sent.status.as_u16()), "{path}: {} {}", sent.status, sent.body);
        }
        assert_eq!(last_change(&bench).await, before);
    }
}

on_both_engines! {
    async fn nobody_opens_an_access_in_anothers_name(bench: Bench) {
        let first = bench.install().await;
        let other = person(&bench, first, "autre@example.org", &[]).await;
        let mut change = Change::open(&bench.db, &bench.clock, first, "token.create").await.unwrap();
        let refused = permit::<CreateToken>(&mut change, other).await;
        assert!(matches!(refused, Err(NotPermitted::Denied(_))), "{refused:?}");
    }
}

on_both_engines! {
    async fn a_program_that_reads_writes_nothing_whatever_it_calls(bench: Bench) {
        let first = bench.install().await;
        let today = bench.clock.today();
        let until = today.checked_add(jiff::ToSpan::days(30)).unwrap();
        let new = NewToken::new("tableur", TokenScope::Read, Some(until), today).unwrap();
        let mut change = Change::open(&bench.db, &bench.clock, first, "token.create").await.unwrap();
        let leave = permit::<CreateToken>(&mut change, first.person().unwrap()).await.unwrap();
        let token = tokens::create(&mut change, leave, &new, &Secret::random()).await.unwrap();
        change.commit().await.unwrap();
        let program = Actor::Program { person: first.person().unwrap(), token };
        let mut change = Change::open(&bench.db, &bench.clock, program, "test").await.unwrap();
        let refused = permit::<CreateToken>(&mut change, first.person().unwrap()).await;
        let Err(NotPermitted::Denied(denied)) = refused else { panic!("{refused:?}") };
        assert_eq!(denied.kind, Refusal::ReadsOnly);
    }
}

on_both_engines! {
    async fn a_role_slipped_into_a_form_is_not_given(bench: Bench) {
        let first = bench.install().await;
        let admin = person(&bench, first, "admin@example.org", &[]).await;
        crate::contracts::furnish(&bench, first, NORMANDIE.family).await;
        grant(&bench, first, admin, "administrateur-ars", "ARS-28").await.unwrap();
        let mut site = site_of(&bench, "admin@example.org").await;
        let before = last_change(&bench).await;
        for (person, role) in [(admin, "referent-cpom-ars"), (admin, "administrateur-national"), (first.person().unwrap(), "lecteur")] {
            let fields = [("role", role), ("organisation", "ARS-28"), ("motif", "Essai"), ("person", "x"), ("given_change", "1")];
            let sent = site.post(&format!("/personnes/{person}/habilitations"), &fields).await;
            assert!([StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&sent.status), "{role}: {}", sent.status);
        }
        assert_eq!(last_change(&bench).await, before);
        let mut change = Change::open(&bench.db, &bench.clock, Actor::Person(admin), "grant.give").await.unwrap();
        let own = new_grant(&bench, admin, "lecteur", "ARS-28");
        assert!(permit::<jalon::access::grant::GiveGrant>(&mut change, own).await.is_err());
    }
}

on_both_engines! {
    async fn a_contract_is_written_by_its_parties_and_the_change_says_under_what(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let own = person(&bench, first, "normandie@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let away = person(&bench, first, "bretagne@example.org", &[("referent-cpom-ars", "ARS-53")]).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        let mut change = Change::open(&bench.db, &bench.clock, Actor::Person(away), "contract.edit").await.unwrap();
        let refused = permit::<EditInstrument>(&mut change, draft).await;
        let Err(NotPermitted::Denied(denied)) = refused else { panic!("{refused:?}") };
        assert!(denied.sentence.contains("chez sa propre organisation"), "{}", denied.sentence);
        drop(change);
        let mut change = Change::open(&bench.db, &bench.clock, Actor::Person(own), "contract.edit").await.unwrap();
        let edits = normandie_terms(section);
        let allowed = permit::<WriteTerms>(&mut change, TermsOf::edits(draft, &edits)).await.unwrap();
        jalon::contracts::store::set_terms(&mut change, allowed, edits).await.unwrap();
        let no = change.commit().await.unwrap().unwrap();
        let under = held(&bench, own).await[0].grant.id;
        let mut tx = bench.db.read().await.unwrap();
        let (kept,): (Uuid,) = tx.one("select grant_id from change where no = $1", jalon::args![no]).await.unwrap();
        assert_eq!(kept, under);
        let whole = jalon::ledger::verify(&mut tx).await.unwrap();
        assert!(matches!(whole, jalon::ledger::Verified::Whole(_)), "{whole:?}");
    }
}

on_both_engines! {
    async fn what_is_hidden_is_not_read_again_in_ones_own_name(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let sender = person(&bench, stage.actor, "une@example.org", &[("fournisseur", "DGS")]).await;
        person(&bench, stage.actor, "autre@example.org", &[("fournisseur", "DGS")]).await;
        let settings = Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            embargo_until: Some(jiff::civil::date(2026, 12, 31)),
            ..Settings::default()
        };
        let file = SentFile {
            name: "valeurs.csv".to_owned(),
            bytes: b"region;annee;2.c.1\n28;2024;48,7\n".to_vec(),
            said: Said::beside(serde_json::to_value(&settings).unwrap()),
        };
        let by = Actor::Person(sender);
        let batch = stage.imports.rehearse(by, INTAKE, &file).await.unwrap().id;
        let mut other = site_of(&bench, "autre@example.org").await;
        for committed in [false, true] {
            if committed {
                stage.imports.commit(by, batch, None).await.unwrap();
            }
            let batches = stage.count("batch").await;
            let sent = other.post(&format!("/imports/{batch}/relire"), &[]).await;
            assert!(sent.status.is_client_error(), "{}: {}", sent.status, sent.body);
            assert!(!sent.body.contains("48,7"), "{}", sent.body);
            assert_eq!(stage.count("batch").await, batches);
        }
        // Its sender may.
        let mut own = site_of(&bench, "une@example.org").await;
        assert!(own.post(&format!("/imports/{batch}/relire"), &[]).await.status.is_redirection());
    }
}

on_both_engines! {
    async fn a_role_that_asks_a_second_factor_serves_in_no_session_opened_before(bench: Bench) {
        let first = bench.install().await;
        let her = person(&bench, first, "elle@example.org", &[("lecteur", "")]).await;
        let mut site = site_of(&bench, "elle@example.org").await;
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        grant(&bench, first, her, "invite", "").await.unwrap();
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        grant(&bench, first, her, "administrateur-national", "").await.unwrap();
        let gone = site.get("/").await;
        assert!(gone.location.is_some_and(|to| to.starts_with("/connexion")));
    }
}
