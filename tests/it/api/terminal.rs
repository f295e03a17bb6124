//! Accesses as the command line opens and revokes them.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jalon::access::token::Secret;
use jalon::platform::clock::Clock;

use crate::on_both_engines;
use crate::program::Program;

on_both_engines! {
    async fn an_access_is_opened_listed_and_revoked_at_the_terminal(bench: Bench) {
        let program = Program::furnished(&bench.url);
        let none = program.run(&["token", "list"]).done();
        assert!(none.contains("Aucun accès"), "{none}");
        let wrong = program.run(&["token", "add", "--name", "entrepôt", "--until", "hier"]).refused();
        assert!(wrong.contains("date"), "{wrong}");
        let far = program.run(&["token", "add", "--name", "entrepôt", "--until", "31/12/2099"]);
        far.refused();
        // The program goes by the clock of the machine.
        let day = Clock::system().today().saturating_add(jiff::ToSpan::days(30));
        let day = day.strftime("%d/%m/%Y").to_string();
        let made = program.run(&["token", "add", "--name", "entrepôt", "--until", &day, "--write"]);
        assert!(made.err.contains("ne sera plus jamais montré"), "{}", made.err);
        let secret = Secret::parse(made.done().trim()).unwrap();
        let listed = program.run(&["token", "list"]).done();
        assert!(listed.contains("entrepôt") && !listed.contains(&secret.reveal()[6..]), "{listed}");
        let site = bench.site().await;
        let ask = |site: crate::support::Site| async {
            let mut site = site;
            let bearer = format!("Bearer {}", secret.reveal());
            let request = Request::get("/api/v1/frameworks").header("authorization", bearer);
            let answer = site.send(request.body(Body::empty()).unwrap()).await;
            (answer.status, site)
        };
        // The clock of the test stands in the past, where the access was open already.
        let (status, site) = ask(site).await;
        assert_eq!(status, StatusCode::OK);
        let id = listed.split_whitespace().next().unwrap();
        let other = program.run(&["token", "revoke", "00000000-0000-7000-8000-000000000000"]);
        assert!(other.refused().contains("jalon token list"));
        program.run(&["token", "revoke", id]).done();
        assert_eq!(ask(site).await.0, StatusCode::UNAUTHORIZED);
        assert!(program.run(&["token", "list"]).done().contains("révoqué"));
    }
}
