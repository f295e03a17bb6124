//! What applications share, under seal where there is a key.

use axum::http::StatusCode;
use jalon::access::factor::store::seal_some;
use jalon::sealed::{KeyFile, Keyring};

use super::Vault;
use crate::factor::{code, gives, password, set_up};
use crate::on_both_engines;
use crate::support::Bench;

const PAGE: &str = "/moi/double-authentification";

/// What stands in clear of second factors, and how many are sealed.
async fn standing(bench: &Bench) -> (Vec<Vec<u8>>, i64) {
    let mut tx = bench.db.read().await.unwrap();
    let clear: Vec<(Vec<u8>,)> = tx
        .all("select secret from authenticator", vec![])
        .await
        .unwrap();
    let sql = "select count(*) from sealed where slot = 'authenticator'";
    let (sealed,): (i64,) = tx.one(sql, vec![]).await.unwrap();
    (clear.into_iter().map(|(secret,)| secret).collect(), sealed)
}

on_both_engines! {
    async fn a_second_factor_is_sealed_and_serves_as_before(bench: Bench) {
        let vault = Vault::set(&bench).await;
        let mut site = vault.site().await;
        site.sign_in().await;
        site.get(PAGE).await;
        let mut tx = bench.db.read().await.unwrap();
        let sql = "select data from session where data like '%offered_factor%'";
        let (offered,): (String,) = tx.one(sql, vec![]).await.unwrap();
        assert!(offered.contains("\"sealed\"") && !offered.contains("\"clear\""), "{offered}");
        drop(tx);
        let (letters, codes) = set_up(&bench, &mut site).await;
        assert_eq!(standing(&bench).await, (vec![vec![]], 1));
        let mut other = vault.site().await;
        password(&mut other).await;
        assert_eq!(gives(&mut other, &code(&bench, &letters)).await.status, StatusCode::SEE_OTHER);
        // Without the key, a recovery code still opens, and a code is not called wrong.
        let mut keyless = bench.site().await;
        password(&mut keyless).await;
        let told = gives(&mut keyless, "123456").await;
        assert_eq!(told.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(told.body.contains("un de vos codes de secours"), "{}", told.body);
        assert_eq!(gives(&mut keyless, &codes[0]).await.status, StatusCode::SEE_OTHER);
        bench.clock.advance(jiff::SignedDuration::from_secs(30));
        let away = other.post(&format!("{PAGE}/retirer"), &[("code", &code(&bench, &letters))]).await;
        assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.body);
        assert_eq!(standing(&bench).await, (vec![], 0));
    }
}

on_both_engines! {
    async fn those_set_up_before_there_was_a_key_are_sealed_by_a_step_forward(bench: Bench) {
        let vault = Vault::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (letters, _) = set_up(&bench, &mut site).await;
        let (clear, sealed) = standing(&bench).await;
        assert_eq!((clear[0].len(), sealed), (20, 0));
        let keyring = Keyring::of(KeyFile::read(&vault.file()).unwrap());
        assert_eq!(seal_some(&bench.db, &bench.clock, &Keyring::default()).await.unwrap(), 0);
        assert_eq!(seal_some(&bench.db, &bench.clock, &keyring).await.unwrap(), 1);
        assert_eq!(seal_some(&bench.db, &bench.clock, &keyring).await.unwrap(), 0);
        assert_eq!(standing(&bench).await, (vec![vec![]], 1));
        let mut other = vault.site().await;
        password(&mut other).await;
        assert_eq!(gives(&mut other, &code(&bench, &letters)).await.status, StatusCode::SEE_OTHER);
        // And they pass under a new key with the rest.
        vault.program(&["seal", "add-key"]).done();
        assert!(vault.program(&["seal", "rotate"]).done().contains("1 élément est passé"));
        bench.clock.advance(jiff::SignedDuration::from_secs(30));
        let mut third = vault.site().await;
        password(&mut third).await;
        assert_eq!(gives(&mut third, &code(&bench, &letters)).await.status, StatusCode::SEE_OTHER);
    }
}
