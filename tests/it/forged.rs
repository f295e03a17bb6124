//! Requests that another site has a browser send, and forms sent again by somebody else.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::contracts::{NORMANDIE, furnish};
use crate::on_both_engines;
use crate::rights::{last_change, person, site_of};
use crate::support::{Answer, EMAIL, Site};

const HOST: &str = "jalon.example.org";
const ELSEWHERE: &str = "https://ailleurs.example.org";
const ASK: &str = "/aide/demandes/nouvelle";
const FIELDS: [(&str, &str); 4] = [
    ("page", "/contrats"),
    ("titre", "Contrats"),
    ("message", "Une question"),
    ("jeton", "montré à une seule personne"),
];

/// Sends the form of a request for help with these headers and the cookies of the site.
async fn sends(site: &mut Site, headers: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(FIELDS)
        .finish();
    let mut request = Request::post(ASK)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    site.send(request.body(Body::from(body)).unwrap()).await
}

on_both_engines! {
    async fn a_form_that_another_site_sends_with_ones_cookies_is_refused(bench: Bench) {
        bench.install().await;
        let mut site = site_of(&bench, EMAIL).await;
        let before = last_change(&bench).await;
        for foreign in [
            &[("origin", ELSEWHERE)][..],
            &[("origin", "null")],
            &[("origin", "https://jalon.example.org.ailleurs.example.org")],
            &[("origin", "https://jalon.example.org:8443")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://jalon.example.org")],
        ] {
            let refused = sends(&mut site, foreign).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{foreign:?}: {}", refused.body);
            assert_eq!(last_change(&bench).await, before, "{foreign:?}");
        }
        let own = sends(&mut site, &[("origin", "https://jalon.example.org")]).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.body);
        assert_eq!(last_change(&bench).await, before + 1, "one's own site's is heard");
    }
}

on_both_engines! {
    async fn what_says_nothing_of_where_it_comes_from_serves_no_session_but_its_own(bench: Bench) {
        bench.install().await;
        let _there = site_of(&bench, EMAIL).await;
        let before = last_change(&bench).await;
        // No browser sends neither header with the cookies of another site: it keeps them back.
        // Without them, with invented ones, or with those of nobody, nothing is done.
        for cookie in [None, Some("jalon=AAAAAAAAAAAAAAAAAAAAAA"), Some("jalon="), Some("jalon-poste=x")] {
            let mut stranger = bench.site().await;
            let headers: Vec<(&str, &str)> = cookie.map(|cookie| ("cookie", cookie)).into_iter().collect();
            let answer = sends(&mut stranger, &headers).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{cookie:?}: {}", answer.body);
            let to = answer.location.unwrap();
            assert!(to.starts_with("/connexion"), "{cookie:?}: {to}");
            assert_eq!(last_change(&bench).await, before, "{cookie:?}");
        }
    }
}

on_both_engines! {
    async fn the_token_of_a_form_sent_by_somebody_else_is_another_request(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let mut led = Vec::new();
        for email in ["une@example.org", "autre@example.org"] {
            person(&bench, first, email, &[("referent-cpom-ars", "ARS-28")]).await;
            let mut site = site_of(&bench, email).await;
            let before = last_change(&bench).await;
            let sent = sends(&mut site, &[]).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
            assert_eq!(last_change(&bench).await, before + 1, "{email}");
            // From the same person it is the same request, in whatever session.
            let mut elsewhere = site_of(&bench, email).await;
            let again = sends(&mut elsewhere, &[]).await;
            assert_eq!(again.location, sent.location, "{email}");
            assert_eq!(last_change(&bench).await, before + 1, "{email}");
            led.push(sent.location.unwrap());
        }
        assert_ne!(led[0], led[1], "nobody is led to what another asked");
        let mut tx = bench.db.read().await.unwrap();
        let sql = "select count(distinct person_id) from help_request";
        let (askers,): (i64,) = tx.one(sql, vec![]).await.unwrap();
        assert_eq!(askers, 2);
    }
}
