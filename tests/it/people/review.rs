//! The yearly review: opened, decided page by page, reminded of, and never ended by itself.

use axum::http::StatusCode;
use jalon::people::review::remind;
use jalon::platform::mail::store::list;
use jiff::{SignedDuration, ToSpan as _};

use super::normandy;
use crate::on_both_engines;
use crate::rights::{held, last_change, person, site_of};
use crate::support::Bench;

async fn letters(bench: &Bench, address: &str) -> usize {
    let mails = list(&mut bench.db.read().await.unwrap()).await.unwrap();
    let theirs = mails.iter().filter(|mail| mail.address == address);
    theirs
        .filter(|mail| mail.subject.starts_with("Revue"))
        .count()
}

on_both_engines! {
    async fn each_grant_of_ones_reach_is_confirmed_or_ended_and_the_rest_is_told(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let stays = person(&bench, first, "reste@example.org", &[("invite", "ARS-28")]).await;
        let goes = person(&bench, first, "part@example.org", &[("invite", "ARS-28")]).await;
        let waits = person(&bench, first, "attend@example.org", &[("invite", "ARS-28")]).await;
        person(&bench, first, "ailleurs@example.org", &[("invite", "ARS-53")]).await;
        let today = bench.clock.today();
        let due = today.checked_add(30.days()).unwrap().to_string();
        let mut coordination = site_of(&bench, "coordonnatrice@example.org").await;
        let wrong = coordination.post("/droits/revue", &[("echeance", "2020-01-01")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let opened = coordination.post("/droits/revue", &[("organisation", ""), ("echeance", &due)]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
        let path = opened.location.unwrap();
        let twice = coordination.post("/droits/revue", &[("organisation", ""), ("echeance", &due)]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(letters(&bench, "gerante@example.org").await, 1);
        // What is given later is no part of it.
        person(&bench, first, "apres@example.org", &[("invite", "ARS-28")]).await;

        let mut site = site_of(&bench, "gerante@example.org").await;
        let home = site.get("/").await.body;
        assert!(home.contains("Revue 2026 des habilitations") && home.contains("3 à décider"), "{home}");
        let page = site.get(&path).await.body;
        assert!(page.contains("reste@example.org"), "{page}");
        for other in ["ailleurs@example.org", "apres@example.org", "coordonnatrice@example.org"] {
            assert!(!page.contains(other), "{other}");
        }
        let id = async |person| held(&bench, person).await[0].grant.id.to_string();
        let (stay, go) = (format!("g.{}", id(stays).await), format!("g.{}", id(goes).await));
        let before = last_change(&bench).await;
        let without = site.post(&path, &[(&stay, "confirmer"), (&go, "finir")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(last_change(&bench).await, before);
        let decided = site.post(&path, &[(&stay, "confirmer"), (&go, "finir"), ("motif", "Parti")]).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.body);
        assert_eq!(last_change(&bench).await, before + 1);
        assert!(held(&bench, goes).await[0].ended.is_some());
        assert!(held(&bench, stays).await[0].ended.is_none());
        assert!(site.get(&path).await.body.contains("1 à décider sur 3"));

        // Somebody of another agency decides nothing here, and nobody of their own.
        let (_, theirs) = (person(&bench, first, "bretonne@example.org", &[("administrateur-ars", "ARS-53")]).await, format!("g.{}", id(waits).await));
        let mut brittany = site_of(&bench, "bretonne@example.org").await;
        let before = last_change(&bench).await;
        for decision in ["finir", "confirmer"] {
            let decided = brittany.post(&path, &[(&theirs, decision), ("motif", "Essai")]).await;
            assert_eq!(decided.status, StatusCode::NOT_FOUND, "{}", decided.body);
        }
        let mut plain = site_of(&bench, "reste@example.org").await;
        assert_eq!(plain.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(plain.post(&path, &[(&theirs, "confirmer")]).await.status, StatusCode::FORBIDDEN);
        let own = held(&bench, first.person().unwrap()).await[0].grant.id;
        let mine = coordination.post(&path, &[(&format!("g.{own}"), "confirmer")]).await;
        assert_eq!(mine.status, StatusCode::FORBIDDEN, "{}", mine.body);
        assert_eq!(last_change(&bench).await, before);

        assert_eq!(remind(&bench.db, &bench.clock).await.unwrap(), 0);
        bench.clock.advance(SignedDuration::from_hours(24 * 24));
        assert_eq!(remind(&bench.db, &bench.clock).await.unwrap(), 1);
        assert_eq!(remind(&bench.db, &bench.clock).await.unwrap(), 0);
        assert_eq!(letters(&bench, "gerante@example.org").await, 2);
        bench.clock.advance(SignedDuration::from_hours(24 * 8));
        assert_eq!(remind(&bench.db, &bench.clock).await.unwrap(), 1);
        let mut site = site_of(&bench, "gerante@example.org").await;
        let late = site.get(&path).await.body;
        assert!(late.contains("L’échéance est passée") && late.contains("attend@example.org"), "{late}");
        assert!(held(&bench, waits).await[0].ended.is_none(), "nothing ends by itself");
    }
}
