//! Links by mail: an invitation, another password; each serves once, for a while, and nobody
//! learns from them who has an account.

use axum::http::StatusCode;
use jalon::access::link::{InvitePerson, store as links};
use jalon::access::store::{AddPerson, Whose, add_invited};
use jalon::access::{Act as _, permit};
use jalon::ledger::{Actor, Change};
use jiff::SignedDuration;

use crate::on_both_engines;
use crate::sink::Sink;
use crate::support::{Answer, Bench, EMAIL, PASSWORD, Site};

const NEW: &str = "trois loutres sur la Loire";

async fn ask(site: &mut Site, email: &str) -> Answer {
    site.post("/mot-de-passe-oublie", &[("email", email)]).await
}

/// The address of the last link sent, without the site.
async fn last_link(bench: &Bench, sink: &Sink) -> String {
    sink.post().send_due(&bench.db, &bench.clock).await.unwrap();
    let received = sink.received();
    let last = received.last().unwrap();
    let (_, after) = last.split_once("https://jalon.example.org/lien/").unwrap();
    let secret: String = after.chars().take_while(|c| !c.is_whitespace()).collect();
    format!("/lien/{secret}")
}

async fn choose(site: &mut Site, link: &str, new: &str) -> Answer {
    site.post(link, &[("password_new", new), ("password_again", new)])
        .await
}

async fn sign_in(site: &mut Site, email: &str, password: &str) -> Answer {
    site.post("/connexion", &[("email", email), ("password", password)])
        .await
}

on_both_engines! {
    async fn whoever_forgot_their_password_chooses_another_once(bench: Bench) {
        bench.install().await;
        let sink = Sink::open().await;
        let mut elsewhere = bench.site().await;
        elsewhere.sign_in().await;
        let mut site = bench.site().await;
        let form = site.get("/connexion").await.body;
        assert!(form.contains("href=\"/mot-de-passe-oublie\""), "{form}");
        assert_eq!(ask(&mut site, EMAIL).await.status, StatusCode::OK);
        let link = last_link(&bench, &sink).await;
        for _ in 0..2 {
            let shown = site.get(&link).await;
            assert_eq!(shown.status, StatusCode::OK, "looking does not use it up");
            assert!(shown.body.contains(EMAIL), "{}", shown.body);
        }
        let weak = choose(&mut site, &link, "azertyuiopazertyuiop").await;
        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(weak.body.contains("se devine trop vite"), "{}", weak.body);
        let done = choose(&mut site, &link, NEW).await;
        assert_eq!(done.location.as_deref(), Some("/connexion?fait=mot-de-passe"), "{}", done.body);
        assert_eq!(elsewhere.get("/").await.status, StatusCode::SEE_OTHER, "every session ended");
        assert_eq!(sign_in(&mut site, EMAIL, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sign_in(&mut site, EMAIL, NEW).await.status, StatusCode::SEE_OTHER);
        for again in [site.get(&link).await, choose(&mut site, &link, "une autre phrase de passe").await] {
            assert_eq!(again.status, StatusCode::GONE);
            assert!(!again.body.contains(EMAIL));
        }
        sink.post().send_due(&bench.db, &bench.clock).await.unwrap();
        let told = sink.received().pop().unwrap();
        assert!(told.contains("vient de changer"), "{told}");
    }
}

on_both_engines! {
    async fn nobody_learns_who_has_an_account(bench: Bench) {
        bench.install().await;
        let sink = Sink::open().await;
        let mut site = bench.site().await;
        let known = ask(&mut site, EMAIL).await;
        let unknown = ask(&mut site, "personne@example.org").await;
        assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
        // A mailbox is not filled, and nobody can tell that either.
        for _ in 0..5 {
            bench.clock.advance(SignedDuration::from_mins(1));
            assert_eq!(ask(&mut site, EMAIL).await.body, known.body);
        }
        sink.post().send_due(&bench.db, &bench.clock).await.unwrap();
        assert_eq!(sink.received().len(), 3);
        for n in 0..13 {
            assert_eq!(ask(&mut site, &format!("a{n}@example.org")).await.status, StatusCode::OK);
        }
        assert_eq!(ask(&mut site, EMAIL).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

on_both_engines! {
    async fn a_link_ends_with_its_hour_and_with_the_next_one(bench: Bench) {
        bench.install().await;
        let sink = Sink::open().await;
        let mut site = bench.site().await;
        ask(&mut site, EMAIL).await;
        let first = last_link(&bench, &sink).await;
        bench.clock.advance(SignedDuration::from_mins(30));
        ask(&mut site, EMAIL).await;
        let second = last_link(&bench, &sink).await;
        assert_ne!(first, second);
        assert_eq!(site.get(&first).await.status, StatusCode::GONE);
        assert_eq!(site.get(&second).await.status, StatusCode::OK);
        bench.clock.advance(SignedDuration::from_mins(60));
        assert_eq!(site.get(&second).await.status, StatusCode::GONE);
        assert_eq!(choose(&mut site, &second, NEW).await.status, StatusCode::GONE);
        assert_eq!(sign_in(&mut site, EMAIL, PASSWORD).await.status, StatusCode::SEE_OTHER);
        for guessed in ["jalon_00", "x", &format!("jalon_{}", "0".repeat(64))] {
            let answer = site.get(&format!("/lien/{guessed}")).await;
            assert_eq!(answer.status, StatusCode::GONE, "{guessed}");
        }
    }
}

async fn invited(bench: &Bench, actor: Actor, email: &str) {
    let opened = Change::open(&bench.db, &bench.clock, actor, InvitePerson::NAME).await;
    let mut change = opened.unwrap();
    let may = permit::<AddPerson>(&mut change, ()).await.unwrap();
    let name = "Inès Exemple".to_owned();
    let person = add_invited(&mut change, may, name, &email.parse().unwrap())
        .await
        .unwrap();
    let today = bench.clock.today();
    let may = permit::<InvitePerson>(&mut change, Whose { person, today })
        .await
        .unwrap();
    links::invite(&mut change, &bench.clock, may).await.unwrap();
    change.commit().await.unwrap();
}

on_both_engines! {
    async fn somebody_invited_chooses_their_first_password(bench: Bench) {
        let actor = bench.install().await;
        let sink = Sink::open().await;
        invited(&bench, actor, "ines@example.org").await;
        let mut site = bench.site().await;
        assert_eq!(sign_in(&mut site, "ines@example.org", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let link = last_link(&bench, &sink).await;
        let shown = site.get(&link).await.body;
        assert!(shown.contains("Bienvenue dans Jalon") && shown.contains("Inès Exemple"), "{shown}");
        let own = choose(&mut site, &link, "ines.exemple@example.org").await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "not one's own address");
        assert_eq!(choose(&mut site, &link, NEW).await.status, StatusCode::SEE_OTHER);
        assert_eq!(sign_in(&mut site, "ines@example.org", NEW).await.status, StatusCode::SEE_OTHER);
        assert_eq!(site.get("/").await.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn of_two_who_use_a_link_at_once_one_does(bench: Bench) {
        bench.install().await;
        let sink = Sink::open().await;
        let (mut one, mut other) = (bench.site().await, bench.site().await);
        ask(&mut one, EMAIL).await;
        let link = last_link(&bench, &sink).await;
        let (a, b) = tokio::join!(
            choose(&mut one, &link, NEW),
            choose(&mut other, &link, "une tout autre phrase de passe"),
        );
        let mut seen = [a.status, b.status];
        seen.sort_unstable();
        assert_eq!(seen, [StatusCode::SEE_OTHER, StatusCode::GONE]);
    }
}

on_both_engines! {
    async fn who_chose_a_password_by_mail_is_let_in_whatever_strangers_try(bench: Bench) {
        bench.install().await;
        let sink = Sink::open().await;
        for last in 1..=4 {
            let mut stranger = bench.site().await;
            stranger.address = ([192, 0, 2, last], 4000).into();
            for _ in 0..5 {
                sign_in(&mut stranger, EMAIL, "pas le bon").await;
            }
        }
        let mut own = bench.site().await;
        own.address = ([198, 51, 100, 7], 4000).into();
        let slowed = sign_in(&mut own, EMAIL, PASSWORD).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS, "a browser never seen before");
        ask(&mut own, EMAIL).await;
        let link = last_link(&bench, &sink).await;
        choose(&mut own, &link, NEW).await;
        assert_eq!(sign_in(&mut own, EMAIL, NEW).await.status, StatusCode::SEE_OTHER);
        let mut other = bench.site().await;
        other.address = own.address;
        assert_eq!(sign_in(&mut other, EMAIL, NEW).await.status, StatusCode::TOO_MANY_REQUESTS, "that browser alone");
    }
}
