//! Somebody leaves: everything ends on a day, is handed over in the same act, and the account
//! closes with its sessions and programs, until something is given again.

use axum::http::StatusCode;
use jalon::access::leave::{NAMELESS, forget_left};
use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{Said, SentFile};
use jalon::ledger::Actor;
use jalon::people::leaving::close_left;
use jiff::{SignedDuration, ToSpan as _};
use uuid::Uuid;

use super::normandy;
use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;
use crate::rights::{ends, grant, held, last_change, person, site_of};
use crate::stage::{GIRLS, Stage};
use crate::support::{Bench, EMAIL, PASSWORD};

on_both_engines! {
    async fn all_that_is_held_ends_is_handed_over_and_the_account_closes(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        let leaving = person(&bench, first, "partante@example.org", &[("referent-objectif-ars", "ARS-28"), ("invite", "ARS-28")]).await;
        let next = person(&bench, first, "suivante@example.org", &[("lecteur", "ARS-28")]).await;
        let mut own = site_of(&bench, "partante@example.org").await;
        let made = own.post("/moi/acces", &[("nom", "Essai"), ("portee", "read"), ("fin", "31/03/2026")]).await;
        assert!(made.status.is_success() || made.status.is_redirection(), "{}", made.body);

        let mut site = site_of(&bench, "gerante@example.org").await;
        let path = format!("/personnes/{leaving}/depart");
        let page = site.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains("Objectif sans titulaire"), "{}", page.body);
        assert!(page.body.contains("2 habilitations prendront fin"), "{}", page.body);

        let before = last_change(&bench).await;
        let wrong = [("fin", ""), ("successeur", "inconnue@example.org"), ("motif", "")];
        let refused = site.post(&path, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(last_change(&bench).await, before);

        let last = bench.clock.today().checked_add(2.days()).unwrap().to_string();
        let fields = [("fin", last.as_str()), ("successeur", "suivante@example.org"), ("motif", "Mutation")];
        let done = site.post(&path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert_eq!(last_change(&bench).await, before + 1, "one act, one change");
        let all = held(&bench, leaving).await;
        assert!(all.iter().all(|held| held.ends_on.map(|day| day.to_string()) == Some(last.clone())));
        let mut roles: Vec<String> = held(&bench, next).await.into_iter().map(|held| held.grant.remit.role).collect();
        roles.sort();
        assert_eq!(roles, ["invite", "lecteur", "referent-objectif-ars"]);
        assert_eq!(own.get("/referents").await.status, StatusCode::OK, "until the last day");
        assert_eq!(close_left(&bench.db, &bench.clock).await.unwrap(), 0);

        bench.clock.advance(SignedDuration::from_hours(3 * 24));
        assert_eq!(close_left(&bench.db, &bench.clock).await.unwrap(), 1);
        assert_eq!(close_left(&bench.db, &bench.clock).await.unwrap(), 0);
        // A colleague's delegation opens no closed account.
        let theirs = held(&bench, next).await[0].grant.id;
        let mut colleague = site_of(&bench, "suivante@example.org").await;
        let until = bench.clock.today().checked_add(9.days()).unwrap().to_string();
        let fields = [("personne", "partante@example.org"), ("fin", until.as_str()), ("motif", "Intérim")];
        let refused = colleague.post(&format!("/habilitations/{theirs}/deleguer"), &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(refused.body.contains("dont le compte est ouvert"), "{}", refused.body);
        let gone = own.get("/referents").await;
        assert!(gone.location.is_some_and(|to| to.starts_with("/connexion")));
        let mut again = bench.site().await;
        let refused = again.post("/connexion", &[("email", "partante@example.org"), ("password", PASSWORD)]).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER);
        let asked = again.post("/mot-de-passe-oublie", &[("email", "partante@example.org")]).await;
        assert!(!asked.status.is_server_error());
        let mails = jalon::platform::mail::store::list(&mut bench.db.read().await.unwrap()).await.unwrap();
        let asked = |subject: &str| subject.contains("mot de passe");
        assert!(!mails.iter().any(|mail| mail.address == "partante@example.org" && asked(&mail.subject)));

        let mut coordination = site_of(&bench, "coordonnatrice@example.org").await;
        let told = coordination.get(&format!("/journal?chose={leaving}")).await.body;
        for sentence in ["a enregistré le départ de", "a fermé le compte", "a révoqué un accès par programme"] {
            assert!(told.contains(sentence), "{sentence}: {told}");
        }
        // A new grant opens the account again; what was revoked stays so.
        grant(&bench, admin, leaving, "invite", "ARS-28").await.unwrap();
        site_of(&bench, "partante@example.org").await;
        let whole = jalon::ledger::verify(&mut bench.db.read().await.unwrap()).await.unwrap();
        assert!(matches!(whole, jalon::ledger::Verified::Whole(_)), "{whole:?}");
    }
}

on_both_engines! {
    async fn a_day_that_is_over_ends_and_closes_at_once(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let leaving = person(&bench, first, "partie@example.org", &[("invite", "ARS-28")]).await;
        let mut own = site_of(&bench, "partie@example.org").await;
        let mut site = site_of(&bench, "gerante@example.org").await;
        let path = format!("/personnes/{leaving}/depart");
        let done = site.post(&path, &[("fin", "2025-12-31"), ("motif", "Partie")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert!(own.get("/").await.location.is_some_and(|to| to.starts_with("/connexion")));
        assert!(held(&bench, leaving).await.iter().all(|held| held.ended.is_some()));
        assert!(site.get(&format!("/personnes/{leaving}")).await.body.contains("Compte fermé"));
    }
}

on_both_engines! {
    async fn nobody_has_somebody_leave_who_may_not_end_all_they_hold(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let both = person(&bench, first, "double@example.org", &[("invite", "ARS-28"), ("lecteur", "ARS-53")]).await;
        let mut site = site_of(&bench, "gerante@example.org").await;
        let path = format!("/personnes/{both}/depart");
        let before = last_change(&bench).await;
        assert_eq!(site.get(&path).await.status, StatusCode::FORBIDDEN);
        let sent = site.post(&path, &[("fin", "2026-12-31"), ("motif", "Essai")]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
        assert_eq!(last_change(&bench).await, before);
        let away = person(&bench, first, "ailleurs@example.org", &[("lecteur", "ARS-53")]).await;
        assert_eq!(site.get(&format!("/personnes/{away}/depart")).await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn the_last_national_administrator_leaves_only_by_handing_over(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let one = person(&bench, first, "anne@example.org", &[("administrateur-national", "")]).await;
        let next = person(&bench, first, "paul@example.org", &[]).await;
        let mine = held(&bench, first.person().unwrap()).await[0].grant.id;
        ends(&bench, first, mine).await.unwrap();
        let mut site = site_of(&bench, "anne@example.org").await;
        let path = format!("/personnes/{one}/depart");
        let before = last_change(&bench).await;
        let sent = site.post(&path, &[("fin", "2026-03-31"), ("motif", "Retraite")]).await;
        assert_eq!(sent.status, StatusCode::CONFLICT, "{}", sent.body);
        assert_eq!(last_change(&bench).await, before);
        let fields = [("fin", "2026-03-31"), ("successeur", "paul@example.org"), ("motif", "Retraite")];
        let sent = site.post(&path, &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert_eq!(held(&bench, next).await[0].grant.remit.role, "administrateur-national");
    }
}

on_both_engines! {
    async fn the_name_of_who_left_is_erased_in_time_and_the_history_stays_whole(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let gone = person(&bench, first, "partie@example.org", &[("lecteur", "ARS-28")]).await;
        let back = person(&bench, first, "revenue@example.org", &[("lecteur", "ARS-28")]).await;
        let mut site = site_of(&bench, "gerante@example.org").await;
        let last = bench.clock.today().to_string();
        for who in [gone, back] {
            let sent = site.post(&format!("/personnes/{who}/depart"), &[("fin", &last), ("motif", "Mutation")]).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        }
        let names = async |bench: &Bench| {
            let mut tx = bench.db.read().await.unwrap();
            let all: Vec<(String, String)> =
                tx.all("select name, email from person where email not like 'gerante%' order by name", vec![]).await.unwrap();
            all
        };
        bench.clock.advance(SignedDuration::from_hours(2 * 24));
        assert_eq!(close_left(&bench.db, &bench.clock).await.unwrap(), 2);
        bench.clock.advance(SignedDuration::from_hours(4 * 365 * 24));
        grant(&bench, first, back, "lecteur", "ARS-28").await.unwrap();
        assert_eq!(forget_left(&bench.db, &bench.clock).await.unwrap(), 0, "four years are not five");
        let before = last_change(&bench).await;
        bench.clock.advance(SignedDuration::from_hours(370 * 24));
        assert_eq!(forget_left(&bench.db, &bench.clock).await.unwrap(), 1);
        assert_eq!(forget_left(&bench.db, &bench.clock).await.unwrap(), 0);
        assert_eq!(last_change(&bench).await, before + 1);
        let kept = names(&bench).await;
        assert!(!kept.iter().any(|(name, email)| name.contains("partie@") || email.starts_with("partie@")), "{kept:?}");
        assert!(kept.iter().any(|(_, email)| email == "revenue@example.org"), "who came back is no stranger: {kept:?}");

        let mut tx = bench.db.read().await.unwrap();
        let whole = jalon::ledger::verify(&mut tx).await.unwrap();
        assert!(matches!(whole, jalon::ledger::Verified::Whole(_)), "{whole:?}");
        drop(tx);
        let mut able = site_of(&bench, EMAIL).await;
        let told = able.get("/journal?genre=person").await.body;
        assert!(told.contains("a effacé le nom et l’adresse d’une personne"), "{told}");
        assert!(told.contains(NAMELESS) && !told.contains("partie@example.org"), "{told}");
        let mut again = bench.site().await;
        let refused = again.post("/connexion", &[("email", "partie@example.org"), ("password", PASSWORD)]).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER);
    }
}

/// Has somebody of ARS Normandie begin an act, contest a value, send a file, follow an indicator
/// and have another stand in for them.
async fn busies(stage: &Stage<'_>, who: Uuid, email: &str, other: &str) {
    let mut own = site_of(stage.bench, email).await;
    let sent = |answer: crate::support::Answer| {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    };
    let act = [("acte", "contrat"), ("motif", "Un premier contrat")];
    sent(
        own.post("/contrats/normandie-2024-2028/actes/nouveau", &act)
            .await,
    );
    let figures = stage.figures().await;
    let known = figures.series(GIRLS).unwrap().figures_upto("28", i16::MAX);
    let (observation, no) = known
        .last()
        .map(|(_, figure)| (figure.observation, figure.no.to_string()))
        .unwrap();
    let fields = [
        ("revision", no.as_str()),
        ("motif", "Le Havre manque"),
        ("valeur", "69,1"),
    ];
    let contest = format!("/valeurs/{observation}/contester");
    let evidence = ("p.pdf", b"%PDF-1.7".as_slice());
    sent(own.send_file(&contest, &fields, evidence).await);
    let settings = Settings {
        framework: Some("etat-ars-2024-2028".to_owned()),
        ..Settings::default()
    };
    let file = SentFile {
        name: "valeurs.csv".to_owned(),
        bytes: b"region;annee;9.a\n28;2024;3\n".to_vec(),
        said: Said::beside(serde_json::to_value(&settings).unwrap()),
    };
    let imports = &stage.imports;
    imports
        .rehearse(Actor::Person(who), INTAKE, &file)
        .await
        .unwrap();
    let follow = "/indicateurs/etat-ars-2024-2028/2.c.1/suivre";
    sent(own.post(follow, &[("suivre", "oui")]).await);
    let all = held(stage.bench, who).await;
    let mine = all
        .iter()
        .find(|held| held.grant.remit.role == "referent-cpom-ars");
    let until = stage
        .bench
        .clock
        .today()
        .saturating_add(30.days())
        .to_string();
    let fields = [
        ("personne", other),
        ("fin", until.as_str()),
        ("motif", "Congés"),
    ];
    let path = format!("/habilitations/{}/deleguer", mine.unwrap().grant.id);
    sent(own.post(&path, &fields).await);
}

on_both_engines! {
    async fn an_act_that_its_organisation_keeps_is_counted_and_not_named(bench: Bench) {
        const KEPT: &str = "que seule connaît l’organisation qui";
        let (first, _) = normandy(&bench).await;
        Hand::also_creates(&bench, first, NORMANDIE).await;
        let leaving = person(&bench, first, "partante@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "bretonne@example.org", &[("administrateur-ars", "ARS-53")]).await;
        let path = format!("/personnes/{leaving}/depart");
        let mut national = site_of(&bench, EMAIL).await;
        let mut manager = site_of(&bench, "gerante@example.org").await;
        for site in [&mut national, &mut manager] {
            assert!(!site.get(&path).await.body.contains(KEPT));
        }
        let mut own = site_of(&bench, "partante@example.org").await;
        let fields = [("acte", "contrat"), ("motif", "Le motif 271828182")];
        let begun = own.post("/contrats/normandie-2024-2028/actes/nouveau", &fields).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);

        let page = national.get(&path).await.body;
        assert!(page.contains("1 projet d’acte que seule connaît l’organisation qui le prépare, ARS Normandie : ceux de ses administrateurs"), "{page}");
        for told in ["normandie-2024-2028", "/actes/", NORMANDIE.title, "271828182", "Projet d’acte en cours"] {
            assert!(!page.contains(told), "{told}: {page}");
        }
        let page = manager.get(&path).await.body;
        assert!(page.contains("Projet d’acte en cours : <a href=\"/contrats/normandie-2024-2028/actes/1\""), "{page}");
        assert!(!page.contains(KEPT), "{page}");

        // Who manages them elsewhere since learns not even that it is there.
        ends(&bench, first, held(&bench, leaving).await[0].grant.id).await.unwrap();
        grant(&bench, first, leaving, "lecteur", "ARS-53").await.unwrap();
        let page = site_of(&bench, "bretonne@example.org").await.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(!page.body.contains(KEPT), "{}", page.body);
    }
}

on_both_engines! {
    async fn all_that_somebody_does_is_listed_before_they_leave(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        Hand::also_creates(&bench, first, NORMANDIE).await;
        stage.load("region;annee;2.c.1\n28;2024;48,7\n").await;
        let roles = [("referent-cpom-ars", "ARS-28"), ("administrateur-ars", "ARS-28")];
        let leaving = person(&bench, first, "partante@example.org", &roles).await;
        person(&bench, first, "interim@example.org", &[("lecteur", "ARS-28")]).await;
        let mut site = site_of(&bench, EMAIL).await;
        let path = format!("/personnes/{leaving}/depart");
        let duties = [
            "Projet d’acte en cours : <a href=\"/contrats/normandie-2024-2028/actes/1\"",
            "1 contestation ouverte",
            "1 fichier déposé et pas encore enregistré",
            "1 indicateur suivi",
            "Délégation à Personne interim@example.org (Référent CPOM de l’ARS)",
        ];
        let before = site.get(&path).await;
        assert_eq!(before.status, StatusCode::OK, "{}", before.body);
        for duty in duties {
            assert!(!before.body.contains(duty), "{duty}: {}", before.body);
        }
        assert!(before.body.contains("Plus personne ne gérerait les personnes de ARS-28"), "{}", before.body);
        // Another who manages them takes that one away.
        person(&bench, first, "gerante@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let held_by_others = site.get(&path).await.body;
        assert!(held_by_others.contains("tenu par d’autres"), "{held_by_others}");

        busies(&stage, leaving, "partante@example.org", "interim@example.org").await;
        let page = site.get(&path).await.body;
        let (draft, others) = duties.split_first().unwrap();
        assert!(!page.contains(draft), "its agency keeps it: {page}");
        for duty in others {
            assert!(page.contains(duty), "{duty}: {page}");
        }
        // What has been settled is no duty any more.
        let mut own = site_of(&bench, "partante@example.org").await;
        own.post("/indicateurs/etat-ars-2024-2028/2.c.1/suivre", &[("suivre", "non")]).await;
        let page = site.get(&path).await.body;
        assert!(!page.contains("1 indicateur suivi"), "{page}");
    }
}
