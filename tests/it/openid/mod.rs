//! Signing in through a provider of identities: who it is believed for, and whose account opens.

pub mod provider;

use axum::http::StatusCode;
use jalon::access::link::{InvitePerson, store as links};
use jalon::access::store::{AddPerson, Whose, add_invited, person_by_email};
use jalon::access::{Act as _, permit};
use jalon::ledger::{Actor, Change, Verified, verify};
use jalon::platform::config::{Config, OpenId, SecondFactor, Userinfo};
use jiff::SignedDuration;
use provider::{Asked, Fake, Lie};
use serde_json::json;

use crate::on_both_engines;
use crate::rights::person;
use crate::support::{Answer, Bench, EMAIL, PASSWORD, Site};

const START: &str = "/connexion/fournisseur";
const INES: &str = "ines@example.org";
const OTHER: &str = "autre@example.org";

/// A site that knows the provider.
async fn site(bench: &Bench, fake: &Fake) -> Site {
    bench.site_with(|config| fake.named_in(config)).await
}

/// Where somebody is sent, read as the provider reads it.
fn asked(fake: &Fake, answer: &Answer) -> Asked {
    let to = answer
        .location
        .as_deref()
        .unwrap_or_else(|| panic!("{}", answer.body));
    read(fake, to)
}

fn read(fake: &Fake, to: &str) -> Asked {
    let (place, query) = to.split_once('?').unwrap();
    assert_eq!(place, format!("{}/autorisation", fake.url));
    let fields = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    Asked { fields }
}

fn way_back(code: &str, state: &str) -> String {
    format!("{START}/retour?code={code}&state={state}")
}

/// Comes back recognised by the provider.
async fn returns(fake: &Fake, site: &mut Site, asked: &Asked) -> Answer {
    let code = fake.recognises(asked);
    site.get(&way_back(&code, &asked.fields["state"])).await
}

/// Goes to the provider from that page, and comes back.
async fn goes(fake: &Fake, site: &mut Site, from: &str) -> Answer {
    let sent = site.get(from).await;
    let asked = asked(fake, &sent);
    returns(fake, site, &asked).await
}

/// Opens an account for Inès, who has no password; the path of her invitation.
pub async fn invited(bench: &Bench, actor: Actor) -> String {
    let opened = Change::open(&bench.db, &bench.clock, actor, InvitePerson::NAME).await;
    let mut change = opened.unwrap();
    let may = permit::<AddPerson>(&mut change, ()).await.unwrap();
    let name = "Inès Exemple".to_owned();
    let person = add_invited(&mut change, may, name, &INES.parse().unwrap())
        .await
        .unwrap();
    let today = bench.clock.today();
    let may = permit::<InvitePerson>(&mut change, Whose { person, today })
        .await
        .unwrap();
    let secret = links::invite(&mut change, &bench.clock, may).await.unwrap();
    change.commit().await.unwrap();
    format!("/lien/{}", secret.unwrap().reveal())
}

/// The installer's account, bound to the identity that the provider tells by default.
async fn bound(bench: &Bench) -> Fake {
    bench.install().await;
    let fake = Fake::open(&bench.clock).await;
    let mut site = site(bench, &fake).await;
    site.sign_in().await;
    let done = binds(&fake, &mut site, PASSWORD).await;
    assert_eq!(
        done.location.as_deref(),
        Some("/moi?fait=identite#identites"),
        "{}",
        done.body
    );
    fake
}

/// Binds the identity that the provider tells to the account signed in.
pub async fn binds(fake: &Fake, site: &mut Site, password: &str) -> Answer {
    let sent = site
        .post("/moi/identites", &[("password_identity", password)])
        .await;
    if sent.headers.get("refresh").is_none() {
        return sent;
    }
    let asked = led(fake, &sent);
    returns(fake, site, &asked).await
}

/// What the provider is asked by a page that leads there.
fn led(fake: &Fake, sent: &Answer) -> Asked {
    let to = sent.headers.get("refresh").unwrap().to_str().unwrap();
    assert!(
        sent.body.contains("Continuer vers ProConnect"),
        "{}",
        sent.body
    );
    read(fake, to.strip_prefix("0; url=").unwrap())
}

/// Somebody else with an account, who has the same password.
async fn another(bench: &Bench) {
    let mut tx = bench.db.read().await.unwrap();
    let first = person_by_email(&mut tx, EMAIL).await.unwrap().unwrap();
    drop(tx);
    person(bench, Actor::Person(first.id), OTHER, &[]).await;
}

async fn is_signed_in(site: &mut Site) -> bool {
    site.get("/").await.status == StatusCode::OK
}

async fn identities(bench: &Bench) -> i64 {
    let mut tx = bench.db.read().await.unwrap();
    let (count,): (i64,) = tx
        .one("select count(*) from identity", vec![])
        .await
        .unwrap();
    count
}

on_both_engines! {
    async fn an_invitation_is_accepted_with_an_identity_that_opens_the_account_from_then_on(bench: Bench) {
        let actor = bench.install().await;
        let fake = Fake::open(&bench.clock).await;
        let link = invited(&bench, actor).await;
        let mut ines = site(&bench, &fake).await;
        let shown = ines.get(&link).await.body;
        assert!(shown.contains("Accepter avec ProConnect"), "{shown}");
        assert!(shown.contains("Choisir ce mot de passe"), "{shown}");
        let before = ines.get("/connexion").await.body;
        assert!(before.contains("S’identifier avec ProConnect"), "{before}");
        let way = format!("{link}/fournisseur");
        // No address elsewhere binds whoever follows it.
        assert_eq!(ines.get(&way).await.status, StatusCode::METHOD_NOT_ALLOWED);
        let sent = ines.post(&way, &[]).await;
        let done = returns(&fake, &mut ines, &led(&fake, &sent)).await;
        assert_eq!(done.location.as_deref(), Some("/"), "{}", done.body);
        assert!(ines.get("/").await.body.contains("Inès Exemple"));
        for again in [ines.get(&link).await, ines.post(&way, &[]).await] {
            assert_eq!(again.status, StatusCode::GONE, "the invitation has served");
        }
        let mut later = site(&bench, &fake).await;
        let done = goes(&fake, &mut later, &format!("{START}?retour=%2Fcircuit")).await;
        assert_eq!(done.location.as_deref(), Some("/circuit"));
        let own = later.get("/moi").await.body;
        assert!(own.contains("11000201100044") && own.contains("Connexion par le fournisseur"), "{own}");
        assert!(own.contains("choisissez d’abord un mot de passe"), "she has none: {own}");
        let verified = verify(&mut bench.db.read().await.unwrap()).await.unwrap();
        assert!(matches!(verified, Verified::Whole(_)), "{verified:?}");
    }
}

on_both_engines! {
    async fn an_address_equal_to_that_of_an_account_opens_nothing(bench: Bench) {
        bench.install().await;
        let fake = Fake::open(&bench.clock).await;
        fake.mind().info = json!({ "email": EMAIL, "email_verified": true });
        let mut stranger = site(&bench, &fake).await;
        let answer = goes(&fake, &mut stranger, START).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("aucun compte Jalon n’est lié à cette identité"), "{}", answer.body);
        assert!(!answer.body.contains(EMAIL));
        assert!(!is_signed_in(&mut stranger).await);
        assert_eq!(identities(&bench).await, 0);
    }
}

on_both_engines! {
    async fn what_cannot_be_believed_opens_nothing(bench: Bench) {
        let fake = bound(&bench).await;
        fake.changes_key();
        bench.clock.advance(SignedDuration::from_mins(1));
        let now = bench.clock.now() / 1_000_000;
        let nothing = json!({});
        for (lie, claims, info) in [
            (Lie::Unsigned, nothing.clone(), nothing.clone()),
            (Lie::Forged, nothing.clone(), nothing.clone()),
            (Lie::OldKey, nothing.clone(), nothing.clone()),
            (Lie::InfoForged, nothing.clone(), nothing.clone()),
            (Lie::InfoPlain, nothing.clone(), nothing.clone()),
            (Lie::None, json!({ "aud": "autre" }), nothing.clone()),
            (Lie::None, json!({ "aud": ["jalon-essai", "autre"] }), nothing.clone()),
            (Lie::None, json!({ "iss": "https://id.example.org" }), nothing.clone()),
            (Lie::None, json!({ "exp": now - 60 }), nothing.clone()),
            (Lie::None, json!({ "iat": now - 3600 }), nothing.clone()),
            (Lie::None, json!({ "nonce": "autre" }), nothing.clone()),
            (Lie::None, nothing.clone(), json!({ "sub": "autre" })),
            (Lie::None, nothing.clone(), json!({ "aud": "autre" })),
            (Lie::None, nothing.clone(), json!({ "iss": "https://id.example.org" })),
        ] {
            {
                let mut mind = fake.mind();
                (mind.lie, mind.claims, mind.info) = (lie, claims.clone(), info.clone());
            }
            let mut site = site(&bench, &fake).await;
            let answer = goes(&fake, &mut site, START).await;
            let told = format!("{lie:?} {claims} {info}");
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
            assert!(answer.body.contains("n’a pas pu être vérifiée"), "{told}: {}", answer.body);
            assert!(!is_signed_in(&mut site).await, "{told}");
        }
        {
            let mut mind = fake.mind();
            (mind.lie, mind.claims, mind.info) = (Lie::None, nothing.clone(), nothing);
        }
        let mut site = site(&bench, &fake).await;
        goes(&fake, &mut site, START).await;
        assert!(is_signed_in(&mut site).await, "the same without a lie");
    }
}

on_both_engines! {
    async fn an_answer_serves_once_and_in_its_own_browser(bench: Bench) {
        let fake = bound(&bench).await;
        let (mut victim, mut thief) = (site(&bench, &fake).await, site(&bench, &fake).await);
        let leaving = asked(&fake, &victim.get(START).await);
        let own = asked(&fake, &thief.get(START).await);
        assert_ne!(leaving.fields["state"], own.fields["state"]);
        // The way back of one browser opens nothing in another, whichever the state.
        let (code, state) = (fake.recognises(&leaving), &leaving.fields["state"]);
        let stolen = thief.get(&way_back(&code, state)).await;
        assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stolen.body.contains("vient d’un autre navigateur"), "{}", stolen.body);
        let own = asked(&fake, &thief.get(START).await);
        let stolen = thief.get(&way_back(&code, &own.fields["state"])).await;
        assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stolen.body);
        assert!(!is_signed_in(&mut thief).await);
        // It serves its own once.
        let done = returns(&fake, &mut victim, &leaving).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        let again = returns(&fake, &mut victim, &leaving).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nor does it serve too late.
        let mut slow = site(&bench, &fake).await;
        let leaving = asked(&fake, &slow.get(START).await);
        bench.clock.advance(SignedDuration::from_mins(11));
        assert_eq!(returns(&fake, &mut slow, &leaving).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!is_signed_in(&mut slow).await);
    }
}

on_both_engines! {
    async fn the_answer_of_another_provider_is_not_taken_for_its_own(bench: Bench) {
        let fake = bound(&bench).await;
        let mut site = site(&bench, &fake).await;
        for (named, is_in) in [("https%3A%2F%2Fid.example.org", false), (fake.url.as_str(), true)] {
            let asked = asked(&fake, &site.get(START).await);
            let code = fake.recognises(&asked);
            let back = way_back(&code, &asked.fields["state"]);
            site.get(&format!("{back}&iss={named}")).await;
            assert_eq!(is_signed_in(&mut site).await, is_in, "{named}");
        }
        // Who declined comes back with a word, and no code is asked for.
        let mut site = bench.site_with(|config| fake.named_in(config)).await;
        let asked = asked(&fake, &site.get(START).await);
        let exchanged = fake.mind().exchanged;
        let back = format!("{START}/retour?error=access_denied&state={}", asked.fields["state"]);
        let declined = site.get(&back).await;
        assert!(declined.body.contains("n’a pas été menée à son terme"), "{}", declined.body);
        assert_eq!(fake.mind().exchanged, exchanged);
    }
}

on_both_engines! {
    async fn signing_in_leads_nowhere_else_and_renews_the_session(bench: Bench) {
        let fake = bound(&bench).await;
        for elsewhere in ["https://example.org", "//example.org", "/\\example.org", "javascript:alert(1)"] {
            let encoded: String = form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect();
            let mut site = site(&bench, &fake).await;
            let sent = site.get(&format!("{START}?retour={encoded}")).await;
            let fixed = site.cookie().to_owned();
            let done = returns(&fake, &mut site, &asked(&fake, &sent)).await;
            assert_eq!(done.location.as_deref(), Some("/"), "{elsewhere}");
            assert_ne!(site.cookie(), fixed, "the session known before does not survive");
        }
    }
}

on_both_engines! {
    async fn keys_are_looked_for_again_where_one_is_unknown_and_not_at_each_try(bench: Bench) {
        let fake = bound(&bench).await;
        let mut site = site(&bench, &fake).await;
        goes(&fake, &mut site, START).await;
        let read = fake.mind().keys_read;
        fake.changes_key();
        let early = goes(&fake, &mut site, START).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "known a moment ago");
        bench.clock.advance(SignedDuration::from_secs(30));
        let done = goes(&fake, &mut site, START).await;
        assert_eq!(done.location.as_deref(), Some("/"), "{}", done.body);
        assert_eq!(fake.mind().keys_read, read + 1);
    }
}

on_both_engines! {
    async fn an_identity_is_bound_and_taken_away_with_the_password_only(bench: Bench) {
        bench.install().await;
        let fake = Fake::open(&bench.clock).await;
        let mut own = site(&bench, &fake).await;
        own.sign_in().await;
        let refused = binds(&fake, &mut own, "autre chose").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("Ce n’est pas le mot de passe"), "{}", refused.body);
        assert_eq!(identities(&bench).await, 0);
        assert_eq!(binds(&fake, &mut own, PASSWORD).await.status, StatusCode::SEE_OTHER);
        // Nobody else may bind it, nor take it away.
        another(&bench).await;
        let mut other = site(&bench, &fake).await;
        other.sign_in_as(OTHER).await;
        let taken = binds(&fake, &mut other, PASSWORD).await;
        assert!(taken.body.contains("ouvre déjà un autre compte"), "{}", taken.body);
        let page = own.get("/moi").await.body;
        let (_, rest) = page.split_once("formaction=\"").unwrap();
        let away = rest.split('"').next().unwrap().to_owned();
        let form = [("password_identity", PASSWORD)];
        assert_eq!(other.post(&away, &form).await.status, StatusCode::NOT_FOUND);
        assert_eq!(own.post(&away, &[("password_identity", "x")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(identities(&bench).await, 1);
        let done = own.post(&away, &form).await;
        assert_eq!(done.location.as_deref(), Some("/moi?fait=identite-retiree#identites"), "{}", done.body);
        let mut later = site(&bench, &fake).await;
        assert!(goes(&fake, &mut later, START).await.body.contains("aucun compte Jalon"));
        let journal = own.get("/journal").await.body;
        assert!(journal.contains("a lié une identité") && journal.contains("a retiré une identité"), "{journal}");
    }
}

on_both_engines! {
    async fn coming_back_to_bind_needs_the_same_person_signed_in(bench: Bench) {
        bench.install().await;
        let fake = Fake::open(&bench.clock).await;
        let mut own = site(&bench, &fake).await;
        own.sign_in().await;
        let sent = own.post("/moi/identites", &[("password_identity", PASSWORD)]).await;
        let to = sent.headers["refresh"].to_str().unwrap().to_owned();
        let asked = read(&fake, to.strip_prefix("0; url=").unwrap());
        another(&bench).await;
        own.sign_in_as(OTHER).await;
        let answer = returns(&fake, &mut own, &asked).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(identities(&bench).await, 0);
    }
}

on_both_engines! {
    async fn the_same_name_at_another_identity_provider_is_somebody_else(bench: Bench) {
        let fake = bound(&bench).await;
        fake.mind().info = json!({ "idp_id": "ars" });
        let mut stranger = site(&bench, &fake).await;
        let answer = goes(&fake, &mut stranger, START).await;
        assert!(answer.body.contains("aucun compte Jalon"), "{}", answer.body);
        assert!(!is_signed_in(&mut stranger).await);
    }
}

on_both_engines! {
    async fn a_level_or_a_method_is_worth_a_second_factor_where_one_is_required(bench: Bench) {
        let fake = bound(&bench).await;
        let required = |config: &mut Config| {
            fake.named_in(config);
            config.second_factor = SecondFactor::Everybody;
        };
        let enrol = "/moi/double-authentification";
        for (claims, first) in [
            (json!({}), enrol),
            (json!({ "acr": "eidas9", "amr": ["pwd", "mail"] }), enrol),
            (json!({ "acr": null, "amr": [] }), enrol),
            (json!({ "acr": "eidas2" }), "/"),
            (json!({ "amr": ["pwd", "otp", "mfa"] }), "/"),
        ] {
            fake.mind().claims = claims.clone();
            let mut site = bench.site_with(required).await;
            assert_eq!(goes(&fake, &mut site, START).await.status, StatusCode::SEE_OTHER);
            let home = site.get("/").await;
            let at = home.location.as_deref().unwrap_or("/");
            assert_eq!(at, first, "{claims}");
        }
    }
}

on_both_engines! {
    async fn who_has_a_second_factor_of_their_own_gives_it_where_the_provider_asked_for_none(bench: Bench) {
        let fake = bound(&bench).await;
        let mut own = site(&bench, &fake).await;
        own.sign_in().await;
        let letters = crate::factor::set_up(&bench, &mut own).await.0;
        let mut later = site(&bench, &fake).await;
        let waits = goes(&fake, &mut later, &format!("{START}?retour=%2Fcircuit")).await;
        assert_eq!(waits.location.as_deref(), Some("/connexion/code"));
        assert!(!is_signed_in(&mut later).await);
        let code = crate::factor::code(&bench, &letters);
        let opened = later.post("/connexion/code", &[("code", &code)]).await;
        assert_eq!(opened.location.as_deref(), Some("/circuit"), "{}", opened.body);
        let out = later.post("/deconnexion", &[]).await;
        assert!(out.headers.contains_key("refresh"), "leaving leads through the provider too");
        fake.mind().claims = json!({ "acr": "eidas3" });
        let mut strong = site(&bench, &fake).await;
        assert_eq!(goes(&fake, &mut strong, START).await.location.as_deref(), Some("/"));
    }
}

on_both_engines! {
    async fn leaving_leads_through_the_provider_and_back(bench: Bench) {
        let fake = bound(&bench).await;
        let mut site = site(&bench, &fake).await;
        goes(&fake, &mut site, START).await;
        let out = site.post("/deconnexion", &[]).await;
        assert_eq!(out.status, StatusCode::OK);
        assert!(!is_signed_in(&mut site).await, "one has left before the provider answers");
        let to = out.headers["refresh"].to_str().unwrap().strip_prefix("0; url=").unwrap().to_owned();
        let (place, query) = to.split_once('?').unwrap();
        assert_eq!(place, format!("{}/fin", fake.url));
        let fields: std::collections::HashMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(fields["id_token_hint"].split('.').count(), 3);
        assert!(fields["state"].len() >= 32);
        assert_eq!(fields["post_logout_redirect_uri"], "http://localhost:8080/deconnexion/retour");
        let wrong = site.get("/deconnexion/retour?state=autre").await;
        assert_eq!(wrong.location.as_deref(), Some("/connexion"));
        goes(&fake, &mut site, START).await;
        let out = site.post("/deconnexion", &[]).await;
        let (_, state) = out.headers["refresh"].to_str().unwrap().split_once("state=").unwrap();
        let state = state.split('&').next().unwrap();
        let back = site.get(&format!("/deconnexion/retour?state={state}")).await;
        assert_eq!(back.location.as_deref(), Some("/connexion?fait=deconnexion"));
        // Who came in with a password leaves without it.
        site.sign_in().await;
        assert_eq!(site.post("/deconnexion", &[]).await.location.as_deref(), Some("/connexion"));
    }
}

on_both_engines! {
    async fn a_provider_that_does_not_answer_keeps_nobody_out(bench: Bench) {
        bench.install().await;
        let silent = |config: &mut Config| {
            config.openid = OpenId {
                issuer: "http://127.0.0.1:1".to_owned(),
                client_id: "jalon".to_owned(),
                ..OpenId::default()
            };
        };
        let mut site = bench.site_with(silent).await;
        let answer = site.get(START).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.body.contains("ProConnect ne répond pas"), "{}", answer.body);
        site.sign_in().await;
        assert!(is_signed_in(&mut site).await);
    }
}

on_both_engines! {
    async fn another_provider_at_the_address_is_not_believed(bench: Bench) {
        bench.install().await;
        let fake = Fake::open(&bench.clock).await;
        let beside = |config: &mut Config| {
            fake.named_in(config);
            // The same server under another name.
            config.openid.issuer = fake.url.replace("127.0.0.1", "localhost");
        };
        let mut site = bench.site_with(beside).await;
        assert_eq!(site.get(START).await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
}

on_both_engines! {
    async fn plain_words_are_believed_where_the_settings_say_so_and_only_there(bench: Bench) {
        let fake = bound(&bench).await;
        let plain = |config: &mut Config| {
            fake.named_in(config);
            config.openid.userinfo = Userinfo::Json;
        };
        let mut site = bench.site_with(plain).await;
        assert_eq!(goes(&fake, &mut site, START).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        fake.mind().lie = Lie::InfoPlain;
        goes(&fake, &mut site, START).await;
        assert!(is_signed_in(&mut site).await);
    }
}

on_both_engines! {
    async fn a_network_that_fails_again_and_again_waits(bench: Bench) {
        let fake = bound(&bench).await;
        fake.mind().lie = Lie::Unsigned;
        let mut site = site(&bench, &fake).await;
        for _ in 0..50 {
            assert_eq!(goes(&fake, &mut site, START).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let exchanged = fake.mind().exchanged;
        let stopped = goes(&fake, &mut site, START).await;
        assert!(stopped.body.contains("Attendez un quart d’heure"), "{}", stopped.body);
        assert_eq!(fake.mind().exchanged, exchanged, "the provider is not asked any more");
        fake.mind().lie = Lie::None;
        bench.clock.advance(SignedDuration::from_mins(15));
        goes(&fake, &mut site, START).await;
        assert!(is_signed_in(&mut site).await);
    }
}

on_both_engines! {
    async fn without_a_provider_its_pages_lead_nowhere(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        assert!(!site.get("/connexion").await.body.contains("S’identifier"));
        for path in [START, &way_back("a", "b"), "/deconnexion/retour"] {
            assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(site.post("/lien/x/fournisseur", &[]).await.status, StatusCode::NOT_FOUND);
        site.sign_in().await;
        assert!(!site.get("/moi").await.body.contains("ProConnect"));
        let bind = site.post("/moi/identites", &[("password_identity", PASSWORD)]).await;
        assert_eq!(bind.status, StatusCode::NOT_FOUND);
    }
}
