//! A provider of identities inside the test, with keys of its own, that may lie in one way at a
//! time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jalon::platform::clock::Clock;
use jalon::platform::config::{Config, Hidden, OpenId};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub const CLIENT: &str = "jalon-essai";
const SECRET: &str = "un secret d’essai";

/// In what the provider lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    None,
    /// A token that says it is not signed.
    Unsigned,
    /// A token signed with a key that is not published, under the name of one that is.
    Forged,
    /// A token signed with a key that was published once.
    OldKey,
    /// Who the person is, signed by another key.
    InfoForged,
    /// Who the person is, without a signature.
    InfoPlain,
}

/// Somebody on their way, as the provider sees them.
#[derive(Clone, Debug)]
pub struct Asked {
    pub fields: HashMap<String, String>,
}

struct Key(EcdsaKeyPair, String);

impl Key {
    fn named(id: &str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let written = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, written.as_ref(), &random).unwrap();
        Self(pair, id.to_owned())
    }

    fn published(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.1,
                "x": part(&point[1..33]), "y": part(&point[33..]) })
    }

    fn sign(&self, claims: &Value) -> String {
        let head = json!({ "alg": "ES256", "kid": self.1 }).to_string();
        let signed = format!("{}.{}", part(head), part(claims.to_string()));
        let random = SystemRandom::new();
        let signature = self.0.sign(&random, signed.as_bytes()).unwrap();
        format!("{signed}.{}", part(signature))
    }
}

/// What is told, some of it replaced.
fn with(mut base: Value, replaced: &Value) -> Value {
    for (key, value) in replaced.as_object().unwrap() {
        base[key] = value.clone();
    }
    base
}

fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the provider holds, and what it says next.
pub struct Mind {
    clock: Clock,
    url: String,
    key: Key,
    old: Option<Key>,
    pub lie: Lie,
    /// What replaces the claims of the token.
    pub claims: Value,
    /// What replaces what is said of the person.
    pub info: Value,
    codes: HashMap<String, Asked>,
    /// How often its keys were read.
    pub keys_read: usize,
    /// How many codes were exchanged.
    pub exchanged: usize,
}

impl Mind {
    fn now(&self) -> i64 {
        self.clock.now() / 1_000_000
    }

    fn id_token(&self, asked: &Asked) -> String {
        let base = json!({ "iss": self.url, "aud": CLIENT, "sub": "agent", "iat": self.now(),
                           "exp": self.now() + 60, "nonce": asked.fields["nonce"],
                           "acr": "eidas1", "amr": ["pwd"] });
        let claims = with(base, &self.claims);
        match self.lie {
            Lie::Unsigned => {
                let head = part(json!({ "alg": "none" }).to_string());
                format!("{head}.{}.", part(claims.to_string()))
            }
            Lie::Forged => Key::named(&self.key.1).sign(&claims),
            Lie::OldKey => self.old.as_ref().unwrap().sign(&claims),
            _ => self.key.sign(&claims),
        }
    }

    fn info(&self) -> Value {
        let base = json!({ "iss": self.url, "aud": CLIENT, "sub": "agent", "idp_id": "dgs",
                           "siret": "11000201100044", "email": "agent@example.org" });
        with(base, &self.info)
    }
}

/// The provider, on loopback until the test ends.
pub struct Fake {
    pub url: String,
    mind: Arc<Mutex<Mind>>,
}

impl Fake {
    pub async fn open(clock: &Clock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mind = Arc::new(Mutex::new(Mind {
            clock: clock.clone(),
            url: url.clone(),
            key: Key::named("première"),
            old: None,
            lie: Lie::None,
            claims: json!({}),
            info: json!({}),
            codes: HashMap::new(),
            keys_read: 0,
            exchanged: 0,
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/cles", get(keys))
            .route("/jetons", post(tokens))
            .route("/agent", get(agent))
            .with_state(mind.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { url, mind }
    }

    pub fn mind(&self) -> MutexGuard<'_, Mind> {
        self.mind.lock().unwrap()
    }

    /// Has the site know it.
    pub fn named_in(&self, config: &mut Config) {
        config.openid = OpenId {
            issuer: self.url.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Hidden::from(SECRET),
            ..OpenId::default()
        };
    }

    /// Recognises whoever was sent there; the code to bring back.
    pub fn recognises(&self, asked: &Asked) -> String {
        let code = format!("code-{}", self.mind().codes.len());
        self.mind().codes.insert(code.clone(), asked.clone());
        code
    }

    /// Signs with another key from now on, and publishes that one only.
    pub fn changes_key(&self) {
        let mut mind = self.mind();
        let old = std::mem::replace(&mut mind.key, Key::named("seconde"));
        mind.old = Some(old);
    }
}

type Shared = State<Arc<Mutex<Mind>>>;

async fn discovery(State(mind): Shared) -> Json<Value> {
    let url = mind.lock().unwrap().url.clone();
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/autorisation"),
        "token_endpoint": format!("{url}/jetons"),
        "userinfo_endpoint": format!("{url}/agent"),
        "jwks_uri": format!("{url}/cles"),
        "end_session_endpoint": format!("{url}/fin"),
        "claims_parameter_supported": true,
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }))
}

async fn keys(State(mind): Shared) -> Json<Value> {
    let mut mind = mind.lock().unwrap();
    mind.keys_read += 1;
    Json(json!({ "keys": [mind.key.published()] }))
}

async fn tokens(State(mind): Shared, Form(sent): Form<HashMap<String, String>>) -> Response {
    let mut mind = mind.lock().unwrap();
    mind.exchanged += 1;
    let refused = || (StatusCode::BAD_REQUEST, "invalid_grant").into_response();
    // A code serves once.
    let Some(asked) = mind.codes.remove(&sent["code"]) else {
        return refused();
    };
    let proven = part(Sha256::digest(&sent["code_verifier"])) == asked.fields["code_challenge"];
    let known = sent["client_id"] == CLIENT && sent["client_secret"] == SECRET;
    if !proven || !known || sent["redirect_uri"] != asked.fields["redirect_uri"] {
        return refused();
    }
    let id_token = mind.id_token(&asked);
    Json(json!({ "access_token": "acces", "token_type": "Bearer", "id_token": id_token }))
        .into_response()
}

async fn agent(State(mind): Shared, headers: HeaderMap) -> Response {
    let mind = mind.lock().unwrap();
    assert_eq!(headers[header::AUTHORIZATION], "Bearer acces");
    let info = mind.info();
    if mind.lie == Lie::InfoPlain {
        return Json(info).into_response();
    }
    let token = match mind.lie {
        Lie::InfoForged => Key::named(&mind.key.1).sign(&info),
        _ => mind.key.sign(&info),
    };
    ([(header::CONTENT_TYPE, "application/jwt")], token).into_response()
}
