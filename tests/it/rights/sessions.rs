//! Sessions ended by an administrator: of whom, and what is kept of it; those that end by
//! themselves, and those that change their identifier with the rights of their holder.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::{held, person, site_of};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Bench, PASSWORD, Site};
use crate::tables::followed;

const OTHER: &str = "referente@example.org";

async fn is_signed_in(site: &mut Site) -> bool {
    site.get("/").await.status == StatusCode::OK
}

/// The path that ends the sessions of a person.
fn end(person: uuid::Uuid) -> String {
    format!("/personnes/{person}/sessions/terminer")
}

const WHY: &[(&str, &str)] = &[("motif", "Ordinateur perdu")];

on_both_engines! {
    async fn an_administrator_ends_the_sessions_of_the_people_of_their_agency(bench: Bench) {
        let first = Stage::bare(&bench).await.actor;
        person(&bench, first, "admin-28@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let theirs = person(&bench, first, OTHER, &[("referent-cpom-ars", "ARS-28")]).await;
        let mut admin = site_of(&bench, "admin-28@example.org").await;
        let (mut one, mut two) = (site_of(&bench, OTHER).await, site_of(&bench, OTHER).await);
        let page = admin.get(&format!("/personnes/{theirs}")).await.body;
        assert!(page.contains("Terminer toutes ses sessions"), "{page}");
        assert!(!page.contains("127.0.0.1"), "not where they are: {page}");
        let without = admin.post(&end(theirs), &[("motif", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(is_signed_in(&mut one).await);
        let done = admin.post(&end(theirs), WHY).await;
        assert_eq!(done.location, Some(format!("/personnes/{theirs}?fait=sessions")), "{}", done.body);
        assert!(!is_signed_in(&mut one).await && !is_signed_in(&mut two).await);
        assert!(is_signed_in(&mut admin).await, "their own go on");
        let again = admin.post(&end(theirs), WHY).await;
        assert_eq!(again.location, Some(format!("/personnes/{theirs}?fait=aucune-session")));
        let made = one.post("/connexion", &[("email", OTHER), ("password", PASSWORD)]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER);
        let made = one.post("/moi/acces", &[("nom", "Tableur"), ("portee", "read"), ("fin", "31/12/2026")]).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let address = followed(&mut one, "contrats", "").await + ".csv";
        let mut excel = bench.site().await;
        assert_eq!(excel.get(&address).await.status, StatusCode::OK);
        let both = [("motif", "Ordinateur perdu"), ("programmes", "oui")];
        assert_eq!(admin.post(&end(theirs), &both).await.status, StatusCode::SEE_OTHER);
        assert_eq!(excel.get(&address).await.status, StatusCode::NOT_FOUND);
        let mut tx = bench.db.read().await.unwrap();
        let (open,): (i64,) = tx
            .one("select count(*) from access_token where revoked_change is null", vec![])
            .await
            .unwrap();
        assert_eq!(open, 0);
        drop(tx);
        let mut national = bench.site().await;
        national.sign_in().await;
        let journal = national.get("/journal").await.body;
        assert!(journal.contains("a terminé les sessions de") && journal.contains("Ordinateur perdu"), "{journal}");
        let mut tx = bench.db.read().await.unwrap();
        let (told,): (i64,) = tx
            .one("select count(*) from mail where address = 'referente@example.org'", vec![])
            .await
            .unwrap();
        assert_eq!(told, 2, "her sessions were ended, a program was opened");
    }
}

on_both_engines! {
    async fn nobody_ends_the_sessions_of_whom_they_do_not_answer_for(bench: Bench) {
        let first = Stage::bare(&bench).await.actor;
        person(&bench, first, "admin-28@example.org", &[("administrateur-ars", "ARS-28")]).await;
        person(&bench, first, "lectrice@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let elsewhere = person(&bench, first, OTHER, &[("referent-cpom-ars", "ARS-53")]).await;
        // Theirs in part only: a national role comes with it.
        let both = [("referent-cpom-ars", "ARS-28"), ("contributeur", "DGS")];
        let shared = person(&bench, first, "double@example.org", &both).await;
        let mut far = site_of(&bench, OTHER).await;
        let mut near = site_of(&bench, "double@example.org").await;
        for who in ["admin-28@example.org", "lectrice@example.org"] {
            let mut site = site_of(&bench, who).await;
            for target in [elsewhere, shared] {
                let refused = site.post(&end(target), WHY).await.status;
                assert!(
                    [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&refused),
                    "{who}: {refused}"
                );
                let page = site.get(&format!("/personnes/{target}")).await.body;
                assert!(!page.contains("Sessions ouvertes"), "{who}: {page}");
            }
        }
        assert!(is_signed_in(&mut far).await && is_signed_in(&mut near).await);
        let mut national = bench.site().await;
        national.sign_in().await;
        assert_eq!(national.post(&end(shared), WHY).await.status, StatusCode::SEE_OTHER);
        assert!(!is_signed_in(&mut near).await);
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Puts every session back in time: since when somebody is signed in, and since when nobody asked
/// for anything, in seconds. Sessions live on the machine's own clock.
async fn puts_back(bench: &Bench, started: i64, seen: i64) {
    let now = jiff::Timestamp::now().as_second();
    let mut tx = bench.db.write_aside().await.unwrap();
    let rows: Vec<(Vec<u8>, String)> = tx
        .all("select id, data from session", vec![])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    for (id, data) in rows {
        let mut data: serde_json::Value = serde_json::from_str(&data).unwrap();
        for (key, ago) in [("started", started), ("seen", seen)] {
            assert!(data[key].is_i64(), "{key}: {data}");
            data[key] = (now - ago).into();
        }
        let sql = "update session set data = $2 where id = $1";
        tx.run(sql, jalon::args![id, data.to_string()])
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn nobody_stays_signed_in_past_a_day_nor_past_eight_hours_of_silence(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        for (started, seen, stays) in [
            (23 * HOUR + 59 * MINUTE, 0, true),
            (24 * HOUR + MINUTE, 0, false),
            (8 * HOUR, 7 * HOUR + 59 * MINUTE, true),
            (9 * HOUR, 8 * HOUR + MINUTE, false),
        ] {
            puts_back(&bench, started, seen).await;
            assert_eq!(is_signed_in(&mut site).await, stays, "{started} s, silent for {seen} s");
        }
        // A sign of life prolongs silence, never the day.
        puts_back(&bench, 23 * HOUR, 7 * HOUR).await;
        assert!(is_signed_in(&mut site).await);
        let mut tx = bench.db.read().await.unwrap();
        let (data,): (String,) = tx.one("select data from session", vec![]).await.unwrap();
        let data: serde_json::Value = serde_json::from_str(&data).unwrap();
        let ago = |key: &str| jiff::Timestamp::now().as_second() - data[key].as_i64().unwrap();
        assert!(ago("seen") < MINUTE && ago("started") >= 23 * HOUR, "{data}");
    }
}

/// Whether what a browser held once opens anything.
async fn opens(bench: &Bench, cookie: &str) -> bool {
    let mut thief = bench.site().await;
    let request = Request::get("/").header(header::COOKIE, cookie);
    let answer = thief.send(request.body(Body::empty()).unwrap()).await;
    answer.status == StatusCode::OK
}

on_both_engines! {
    async fn whose_rights_change_has_another_session_and_the_one_before_opens_nothing(bench: Bench) {
        let first = Stage::bare(&bench).await.actor;
        let her = person(&bench, first, OTHER, &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "autre@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut beside = site_of(&bench, "autre@example.org").await;
        let known = beside.cookie().to_owned();
        let mut admin = bench.site().await;
        admin.sign_in().await;
        let mut own = site_of(&bench, OTHER).await;
        let own_grant = held(&bench, her).await[0].grant.id;
        let last = bench.clock.today().tomorrow().unwrap().to_string();
        let steps: [(String, Vec<(&str, &str)>); 4] = [
            (format!("/personnes/{her}/habilitations"), vec![("role", "invite"), ("organisation", "ARS-28"), ("motif", "Essai")]),
            (format!("/habilitations/{own_grant}/fin"), vec![("motif", "Essai")]),
            (format!("/personnes/{her}/habilitations"), vec![("role", "codir-ars"), ("organisation", "ARS-28"), ("motif", "Essai")]),
            (format!("/personnes/{her}/depart"), vec![("fin", last.as_str()), ("motif", "Mutation")]),
        ];
        for (path, form) in &steps {
            let before = own.cookie().to_owned();
            assert!(is_signed_in(&mut own).await);
            assert_eq!(own.cookie(), before, "it stays as long as nothing changes");
            let sent = admin.post(path, form).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.body);
            assert!(is_signed_in(&mut own).await, "{path}");
            assert_ne!(own.cookie(), before, "{path}");
            assert!(!opens(&bench, &before).await, "{path}");
            assert!(opens(&bench, own.cookie()).await, "{path}");
        }
        assert!(is_signed_in(&mut beside).await);
        assert_eq!(beside.cookie(), known, "nobody else's changes");
    }
}
