//! Passkeys: a device made of a few lines, which answers as a real one does, and as it must not.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jalon::ledger::Actor;
use jalon::platform::config::SecondFactor;
use jiff::SignedDuration;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::on_both_engines;
use crate::rights::person;
use crate::support::{Answer, Bench, EMAIL, PASSWORD, Site};

/// What makes a device answer as it must not.
type Wrong = fn(&mut Device);

const PAGE: &str = "/moi/cles";
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const WITH_KEY: u8 = 64;

/// What keeps a key.
#[derive(Clone)]
pub struct Device {
    written: Vec<u8>,
    id: [u8; 32],
    holder: String,
    counter: u32,
    origin: &'static str,
    site: &'static str,
    flags: u8,
}

fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A text or bytes of CBOR, with its length.
fn cbor(major: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    let mut written = vec![(major << 5) | 0x19];
    written.extend(length);
    written.extend(bytes);
    written
}

impl Device {
    pub fn new() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let written = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self {
            written: written.as_ref().to_vec(),
            id: rand::random(),
            holder: String::new(),
            counter: 0,
            origin: "http://localhost:8080",
            site: "localhost",
            flags: PRESENT | VERIFIED,
        }
    }

    fn pair(&self) -> EcdsaKeyPair {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        EcdsaKeyPair::from_pkcs8(algorithm, &self.written, &SystemRandom::new()).unwrap()
    }

    fn client_data(&self, what: &str, asked: &Value) -> String {
        json!({ "type": what, "challenge": asked["challenge"], "origin": self.origin,
                "crossOrigin": false })
        .to_string()
    }

    fn told(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let mut told = Sha256::digest(self.site).to_vec();
        told.push(flags);
        told.extend(self.counter.to_be_bytes());
        told
    }

    /// Makes its key, as it is asked to.
    fn makes(&mut self, asked: &Value) -> String {
        asked["user"]["id"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.holder);
        let client = self.client_data("webauthn.create", asked);
        let mut told = self.told(self.flags | WITH_KEY);
        told.extend([0; 16]);
        told.extend([0, 32]);
        told.extend(self.id);
        let pair = self.pair();
        let point = pair.public_key().as_ref();
        // A key of COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        told.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        told.extend(&point[1..33]);
        told.extend([0x22, 0x58, 32]);
        told.extend(&point[33..]);
        let mut object = vec![0xa3];
        for (name, value) in [
            ("fmt", cbor(3, b"none")),
            ("attStmt", vec![0xa0]),
            ("authData", cbor(2, &told)),
        ] {
            object.extend(cbor(3, name.as_bytes()));
            object.extend(value);
        }
        json!({ "id": part(self.id), "rawId": part(self.id), "type": "public-key",
                "clientExtensionResults": {},
                "response": { "attestationObject": part(object), "clientDataJSON": part(client) } })
        .to_string()
    }

    /// Signs what it is asked to.
    fn signs(&mut self, asked: &Value) -> String {
        let client = self.client_data("webauthn.get", asked);
        let told = self.told(self.flags);
        let signed = [told.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.pair().sign(&SystemRandom::new(), &signed).unwrap();
        json!({ "id": part(self.id), "rawId": part(self.id), "type": "public-key",
                "clientExtensionResults": {},
                "response": { "authenticatorData": part(told), "clientDataJSON": part(client),
                              "signature": part(signature), "userHandle": self.holder } })
        .to_string()
    }
}

/// What the page asks a device to make.
async fn begins(site: &mut Site, name: &str) -> Value {
    let form = [("nom", name), ("password_cle", PASSWORD)];
    let page = site.post(PAGE, &form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let (_, rest) = page.body.split_once("data-passkey-options=\"").unwrap();
    let text = rest
        .split('"')
        .next()
        .unwrap()
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    serde_json::from_str::<Value>(&text).unwrap()["publicKey"].clone()
}

pub async fn registers(site: &mut Site, device: &mut Device) -> Answer {
    let asked = begins(site, "Ordinateur du bureau").await;
    let made = device.makes(&asked);
    site.post("/moi/cles/reponse", &[("reponse", &made)]).await
}

async fn challenged(site: &mut Site) -> Value {
    let answer = site.post("/connexion/cle/defi", &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str::<Value>(&answer.body).unwrap()["publicKey"].clone()
}

async fn gives(site: &mut Site, answer: &str) -> Answer {
    let form = [("reponse", answer), ("retour", "/organisations")];
    site.post("/connexion/cle", &form).await
}

async fn comes_in(site: &mut Site, device: &mut Device) -> Answer {
    let asked = challenged(site).await;
    gives(site, &device.signs(&asked)).await
}

/// The installer's account, with a key of that device.
async fn kept(bench: &Bench) -> (Site, Device) {
    bench.install().await;
    let (mut site, mut device) = (bench.site().await, Device::new());
    site.sign_in().await;
    let done = registers(&mut site, &mut device).await;
    assert_eq!(
        done.location.as_deref(),
        Some("/moi/cles?fait=ajoutee"),
        "{}",
        done.body
    );
    (site, device)
}

async fn is_signed_in(site: &mut Site) -> bool {
    site.get("/").await.status == StatusCode::OK
}

on_both_engines! {
    async fn a_key_opens_the_account_without_a_password_and_is_worth_both_factors(bench: Bench) {
        let (mut own, mut device) = kept(&bench).await;
        let listed = own.get(PAGE).await.body;
        assert!(listed.contains("Ordinateur du bureau") && listed.contains("jamais"), "{listed}");
        let mut site = bench.site_with(|config| config.second_factor = SecondFactor::Everybody).await;
        assert!(site.get("/connexion").await.body.contains("data-passkey"));
        let fixed = { challenged(&mut site).await; site.cookie().to_owned() };
        let opened = comes_in(&mut site, &mut device).await;
        assert_eq!(opened.location.as_deref(), Some("/organisations"), "{}", opened.body);
        assert_ne!(site.cookie(), fixed, "the session known before does not survive");
        assert!(is_signed_in(&mut site).await, "no code is asked");
        let accesses = own.get("/moi").await.body;
        assert!(accesses.contains("Connexion par clé d’accès"), "{accesses}");
        assert!(!own.get(PAGE).await.body.contains("jamais"));
        let journal = own.get("/journal").await.body;
        assert!(journal.contains("a enregistré une clé d’accès"), "{journal}");
    }
}

on_both_engines! {
    async fn without_the_password_no_key_is_made_nor_taken_away(bench: Bench) {
        let (mut own, mut device) = kept(&bench).await;
        for (name, password, told) in [
            ("Téléphone", "autre chose", "Ce n’est pas le mot de passe"),
            (" ", PASSWORD, "Donnez un nom"),
        ] {
            let refused = own.post(PAGE, &[("nom", name), ("password_cle", password)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.body.contains(told), "{}", refused.body);
        }
        let page = own.get(PAGE).await.body;
        let (_, rest) = page.split_once("formaction=\"").unwrap();
        let away = rest.split('"').next().unwrap().to_owned();
        let wrong = own.post(&away, &[("password_cle", "autre chose")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Nor by anybody else.
        let mut tx = bench.db.read().await.unwrap();
        let first = jalon::access::store::person_by_email(&mut tx, EMAIL).await.unwrap().unwrap();
        drop(tx);
        person(&bench, Actor::Person(first.id), "autre@example.org", &[]).await;
        let mut other = bench.site().await;
        other.sign_in_as("autre@example.org").await;
        let form = [("password_cle", PASSWORD)];
        assert_eq!(other.post(&away, &form).await.status, StatusCode::NOT_FOUND);
        let mut site = bench.site().await;
        assert_eq!(comes_in(&mut site, &mut device).await.status, StatusCode::SEE_OTHER);
        assert_eq!(own.post(&away, &form).await.location.as_deref(), Some("/moi/cles?fait=retiree"));
        let mut site = bench.site().await;
        let gone = comes_in(&mut site, &mut device).await;
        assert!(gone.body.contains("n’ouvre aucun compte"), "{}", gone.body);
        assert!(!is_signed_in(&mut site).await);
    }
}

on_both_engines! {
    async fn what_is_asked_serves_once_in_its_own_session_and_in_time(bench: Bench) {
        let (_, mut device) = kept(&bench).await;
        let (mut own, mut thief) = (bench.site().await, bench.site().await);
        let asked = challenged(&mut own).await;
        let answer = device.signs(&asked);
        challenged(&mut thief).await;
        for _ in 0..2 {
            assert_eq!(gives(&mut thief, &answer).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert!(!is_signed_in(&mut thief).await);
        assert_eq!(gives(&mut own, &answer).await.status, StatusCode::SEE_OTHER);
        let again = gives(&mut own, &answer).await;
        assert!(again.body.contains("a déjà servi"), "{}", again.body);
        let mut slow = bench.site().await;
        let asked = challenged(&mut slow).await;
        bench.clock.advance(SignedDuration::from_mins(6));
        assert_eq!(gives(&mut slow, &device.signs(&asked)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn a_copy_of_a_key_that_counts_backwards_is_refused(bench: Bench) {
        let (_, mut device) = kept(&bench).await;
        let mut copy = device.clone();
        let mut site = bench.site().await;
        assert_eq!(comes_in(&mut site, &mut device).await.status, StatusCode::SEE_OTHER);
        let mut thief = bench.site().await;
        // As far as the other, then behind it.
        for counter in [device.counter - 1, 0] {
            copy.counter = counter;
            let refused = comes_in(&mut thief, &mut copy).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{counter}");
        }
        assert!(!is_signed_in(&mut thief).await);
        assert_eq!(comes_in(&mut thief, &mut device).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn what_a_device_must_not_answer_opens_nothing(bench: Bench) {
        let (_, mut device) = kept(&bench).await;
        let changes: [(&str, Wrong); 8] = [
            ("nobody was verified", |d| d.flags = PRESENT),
            ("nobody was there", |d| d.flags = VERIFIED),
            ("another site", |d| d.site = "example.org"),
            ("another origin", |d| d.origin = "http://localhost:9090"),
            ("another key", |d| d.written = Device::new().written),
            ("another name", |d| d.id = [7; 32]),
            ("another holder", |d| d.holder = part([7; 16])),
            ("no holder", |d| d.holder.clear()),
        ];
        for (what, change) in changes {
            let mut wrong = device.clone();
            change(&mut wrong);
            let mut site = bench.site().await;
            let answer = comes_in(&mut site, &mut wrong).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert!(!is_signed_in(&mut site).await, "{what}");
        }
        let mut site = bench.site().await;
        for noise in ["", "{}", "null", "[1"] {
            challenged(&mut site).await;
            assert_eq!(gives(&mut site, noise).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{noise}");
        }
        assert_eq!(comes_in(&mut site, &mut device).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_key_is_made_once_for_who_asked(bench: Bench) {
        let (mut own, device) = kept(&bench).await;
        // The same key again.
        let mut copy = device.clone();
        let refused = registers(&mut own, &mut copy).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("n’a pas été enregistrée"), "{}", refused.body);
        // An answer without what asked for it, or in a session of somebody else.
        let asked = begins(&mut own, "Téléphone").await;
        let made = Device::new().makes(&asked);
        let mut nobody = bench.site().await;
        nobody.sign_in().await;
        let form = [("reponse", made.as_str())];
        assert_eq!(nobody.post("/moi/cles/reponse", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(own.post("/moi/cles/reponse", &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(own.post("/moi/cles/reponse", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // A device that did not verify anybody makes none.
        let mut careless = Device::new();
        careless.flags = PRESENT;
        let refused = registers(&mut own, &mut careless).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = own.get(PAGE).await.body;
        assert!(page.contains("2 clés d’accès ouvrent votre compte"), "{page}");
    }
}

on_both_engines! {
    async fn where_devices_cannot_know_the_site_the_password_is_all_there_is(bench: Bench) {
        bench.install().await;
        let mut site = bench.site_with(|config| "http://192.0.2.7:8080".clone_into(&mut config.public_url)).await;
        assert!(!site.get("/connexion").await.body.contains("data-passkey"));
        assert_eq!(site.post("/connexion/cle/defi", &[]).await.status, StatusCode::NOT_FOUND);
        site.sign_in().await;
        let page = site.get(PAGE).await.body;
        assert!(page.contains("cette installation n’en propose pas"), "{page}");
    }
}
