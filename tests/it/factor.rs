//! The second factor: set up, asked for, never twice with the same code, and what replaces it.

use axum::http::StatusCode;
use jalon::access::event::{SealsVerified, verify_seals};
use jalon::platform::config::SecondFactor;
use jalon::site::upkeep;
use jiff::SignedDuration;
use totp_rs::{Builder, Secret};

use crate::on_both_engines;
use crate::rights::{gives as gives_grant, new_grant, person};
use crate::support::{Answer, Bench, EMAIL, PASSWORD, Site, post};

const PAGE: &str = "/moi/double-authentification";

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("{before}: {page}"));
    rest.split_once(after).unwrap().0
}

/// The code that an application which was given those letters shows now.
pub fn code(bench: &Bench, letters: &str) -> String {
    let secret = Secret::try_from_base32(letters.replace(' ', "")).unwrap();
    let application = Builder::new().with_secret(secret).build().unwrap();
    let seconds = u64::try_from(bench.clock.now() / 1_000_000).unwrap();
    application.generate(seconds).to_string()
}

pub async fn gives(site: &mut Site, code: &str) -> Answer {
    site.post("/connexion/code", &[("code", code)]).await
}

pub async fn password(site: &mut Site) -> Answer {
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("retour", "/circuit"),
    ];
    site.post("/connexion", &form).await
}

/// Sets a second factor up: its letters and the recovery codes.
pub async fn set_up(bench: &Bench, site: &mut Site) -> (String, Vec<String>) {
    let page = site.get(PAGE).await.body;
    let letters = between(&page, "Ou tapez-y ce secret : <span class=\"mono\">", "<").to_owned();
    assert!(page.contains("<svg class=\"qr\""), "{page}");
    let wrong = site
        .post(PAGE, &[("code", "000000"), ("password_factor", PASSWORD)])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains(&letters), "the same secret stands");
    if page.contains("password_factor") {
        let thief = site.post(PAGE, &[("code", &code(bench, &letters))]).await;
        let told = "an open session is not enough";
        assert_eq!(thief.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    }
    let done = site
        .post(
            PAGE,
            &[
                ("code", &code(bench, &letters)),
                ("password_factor", PASSWORD),
            ],
        )
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let codes = done.body.split("<li class=\"mono\">").skip(1);
    let codes: Vec<String> = codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    bench.clock.advance(SignedDuration::from_secs(30));
    (letters, codes)
}

on_both_engines! {
    async fn a_code_is_asked_after_the_password_and_never_serves_twice(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let mut other = bench.site().await;
        other.sign_in().await;
        let (letters, _) = set_up(&bench, &mut site).await;
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        assert_eq!(other.get("/").await.status, StatusCode::SEE_OTHER, "other sessions ended");
        let waits = password(&mut other).await;
        assert_eq!(waits.location.as_deref(), Some("/connexion/code"));
        assert_eq!(other.get("/").await.status, StatusCode::SEE_OTHER, "the password is not enough");
        assert_eq!(other.get("/connexion/code").await.status, StatusCode::OK);
        let now = code(&bench, &letters);
        let opened = gives(&mut other, &now).await;
        assert_eq!(opened.location.as_deref(), Some("/circuit"), "{}", opened.body);
        assert_eq!(other.get("/").await.status, StatusCode::OK);
        let mut thief = bench.site().await;
        password(&mut thief).await;
        let replayed = gives(&mut thief, &now).await;
        assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(replayed.body.contains("a déjà servi"), "{}", replayed.body);
        bench.clock.advance(SignedDuration::from_secs(30));
        assert_eq!(gives(&mut thief, &code(&bench, &letters)).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn without_the_password_no_code_is_asked(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        for answer in [site.get("/connexion/code").await, gives(&mut site, "123456").await] {
            assert_eq!(answer.location.as_deref(), Some("/connexion"));
        }
    }
}

on_both_engines! {
    async fn guessed_codes_are_slowed_down(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (letters, _) = set_up(&bench, &mut site).await;
        let mut thief = bench.site().await;
        password(&mut thief).await;
        let right = code(&bench, &letters);
        let wrong = if right == "123456" { "123457" } else { "123456" };
        for _ in 0..5 {
            assert_eq!(gives(&mut thief, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let stopped = gives(&mut thief, &right).await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS, "{}", stopped.body);
        assert_eq!(thief.get("/").await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_recovery_code_opens_once_and_new_ones_replace_it(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (letters, codes) = set_up(&bench, &mut site).await;
        let mut other = bench.site().await;
        password(&mut other).await;
        assert_eq!(gives(&mut other, &codes[0].to_uppercase()).await.status, StatusCode::SEE_OTHER);
        assert!(other.get(PAGE).await.body.contains("9 codes de secours restent"));
        let mut again = bench.site().await;
        password(&mut again).await;
        assert_eq!(gives(&mut again, &codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let renewed = site.post(&format!("{PAGE}/codes"), &[("code", &code(&bench, &letters))]).await;
        assert_eq!(renewed.body.matches("<li class=\"mono\">").count(), 10, "{}", renewed.body);
        assert_eq!(gives(&mut again, &codes[1]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn it_is_taken_away_with_a_last_code_only(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (letters, _) = set_up(&bench, &mut site).await;
        let away = format!("{PAGE}/retirer");
        let refused = site.post(&away, &[("code", "000000")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = site.post(&away, &[("code", &code(&bench, &letters))]).await;
        assert_eq!(done.location.as_deref(), Some(PAGE), "{}", done.body);
        let mut other = bench.site().await;
        assert_eq!(password(&mut other).await.location.as_deref(), Some("/circuit"));
    }
}

on_both_engines! {
    async fn where_it_is_required_nothing_else_opens_before_it(bench: Bench) {
        bench.install().await;
        let mut site = bench.site_with(|config| config.second_factor = SecondFactor::Everybody).await;
        site.sign_in().await;
        for page in ["/", "/moi", "/contrats"] {
            assert_eq!(site.get(page).await.location.as_deref(), Some(PAGE), "{page}");
        }
        let (letters, _) = set_up(&bench, &mut site).await;
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        // Changing telephones: the old one goes, the new one comes before anything else.
        let away = site.post(&format!("{PAGE}/retirer"), &[("code", &code(&bench, &letters))]).await;
        assert_eq!(away.location.as_deref(), Some(PAGE), "{}", away.body);
        assert_eq!(site.get("/").await.location.as_deref(), Some(PAGE));
    }
}

on_both_engines! {
    async fn a_role_asks_for_it_where_the_settings_leave_it_to_roles(bench: Bench) {
        bench.install().await;
        let mut site = bench.site_with(|config| config.second_factor = SecondFactor::ByRole).await;
        site.sign_in().await;
        // Who installed holds the role of national administrator, which asks for one.
        assert_eq!(site.get("/").await.location.as_deref(), Some(PAGE));
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("update access_grant set role = 'lecteur'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut site = bench.site_with(|config| config.second_factor = SecondFactor::ByRole).await;
        site.sign_in().await;
        assert_eq!(site.get("/").await.status, StatusCode::OK);
    }
}

on_both_engines! {
    async fn a_role_that_begins_tomorrow_asks_for_it_today(bench: Bench) {
        let first = bench.install().await;
        let her = person(&bench, first, "elle@example.org", &[("lecteur", "")]).await;
        let mut site = bench.site_with(|config| config.second_factor = SecondFactor::ByRole).await;
        site.sign_in_as("elle@example.org").await;
        assert_eq!(site.get("/").await.status, StatusCode::OK);
        let mut coming = new_grant(&bench, her, "auditeur", "");
        coming.starts_on = bench.clock.today().tomorrow().unwrap();
        coming.ends_on = Some(coming.starts_on);
        gives_grant(&bench, first, coming).await.unwrap();
        // A session opened now may last until then.
        site.sign_in_as("elle@example.org").await;
        assert_eq!(site.get("/").await.location.as_deref(), Some(PAGE));
        bench.clock.advance(SignedDuration::from_hours(72));
        site.sign_in_as("elle@example.org").await;
        assert_eq!(site.get("/").await.status, StatusCode::OK, "it is over");
    }
}

on_both_engines! {
    async fn who_takes_minutes_to_give_a_code_is_kept_as_signed_in(bench: Bench) {
        bench.install().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (letters, _) = set_up(&bench, &mut site).await;
        let mut slow = bench.site().await;
        password(&mut slow).await;
        bench.clock.advance(SignedDuration::from_mins(5));
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        let opened = gives(&mut slow, &code(&bench, &letters)).await;
        assert_eq!(opened.location.as_deref(), Some("/circuit"), "{}", opened.body);
        let mut tx = bench.db.read().await.unwrap();
        let (failed,): (i64,) = tx.one("select count(*) from access_event where kind = 'sign_in' and (not done or person_id is null)", vec![]).await.unwrap();
        assert_eq!(failed, 0);
        drop(tx);
        bench.clock.advance(SignedDuration::from_mins(12));
        upkeep::once(&bench.db, &bench.clock, &post()).await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        assert_eq!(verify_seals(&mut tx).await.unwrap(), SealsVerified::Whole(1));
    }
}
