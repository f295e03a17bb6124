//! Signed tokens (JWS, RFC 7515) and the public keys they are signed with. Pure.
//!
//! Two algorithms, both of a public key. What a token says of its own algorithm only chooses among
//! them, and a key of one kind never serves the other.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JwsError {
    /// It is no token.
    #[error("no signed token")]
    Malformed,
    /// It is signed in a way that proves nothing, or not at all.
    #[error("an algorithm that is not allowed")]
    Algorithm,
    /// It is signed with a key that the provider does not publish.
    #[error("an unknown key")]
    UnknownKey,
    /// It was not signed with that key.
    #[error("a wrong signature")]
    Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

/// A public key.
#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
}

/// A key as a provider publishes it (RFC 7517).
#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Key {
    /// The key, where it is one that signs in a way that is allowed.
    fn of(published: Published) -> Option<Self> {
        if published.purpose.is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let kind = match (published.kty.as_str(), published.crv.as_deref()) {
            ("RSA", _) => Kind::Rsa {
                n: number(&published.n?)?,
                e: number(&published.e?)?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (decoded(&published.x?)?, decoded(&published.y?)?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                Kind::P256([&[4], x.as_slice(), &y].concat())
            }
            _ => return None,
        };
        let key = Self {
            id: published.kid,
            kind,
        };
        let is_for = |name: &str| Algorithm::from_name(name) == Some(key.algorithm());
        published.alg.as_deref().is_none_or(is_for).then_some(key)
    }

    fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::Rsa { .. } => Algorithm::Rs256,
            Kind::P256(_) => Algorithm::Es256,
        }
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.kind {
            Kind::Rsa { n, e } => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Kind::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

/// The keys that a provider publishes.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(Vec<Key>);

impl Keys {
    /// Reads a set of keys; those that cannot serve are left aside. `None` where it is no such set.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_slice(text).ok()?;
        let keys = set.keys.into_iter().filter_map(|key| {
            let published = serde_json::from_value(key).ok()?;
            Key::of(published)
        });
        Some(Self(keys.collect()))
    }

    /// The key that a token names; the only one of its kind where it names none.
    fn find(&self, algorithm: Algorithm, id: Option<&str>) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| {
            key.algorithm() == algorithm && (id.is_none() || key.id.as_deref() == id)
        });
        let found = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then_some(found)
    }

    /// What a token says, where one of these keys signed it.
    pub(super) fn open(&self, token: &str) -> Result<Vec<u8>, JwsError> {
        let mut parts = token.split('.');
        let (Some(header), Some(body), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::Malformed);
        };
        let part = |text: &str| decoded(text).ok_or(JwsError::Malformed);
        let head: Header =
            serde_json::from_slice(&part(header)?).map_err(|_| JwsError::Malformed)?;
        let algorithm = Algorithm::from_name(&head.alg).ok_or(JwsError::Algorithm)?;
        // What must be understood, and is not.
        if head.others.contains_key("crit") {
            return Err(JwsError::Malformed);
        }
        let key = self.find(algorithm, head.kid.as_deref());
        let key = key.ok_or(JwsError::UnknownKey)?;
        let signed = &token[..=header.len() + body.len()];
        if !key.has_signed(signed.as_bytes(), &part(signature)?) {
            return Err(JwsError::Signature);
        }
        part(body)
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A number written in base 256, without zeros in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = decoded(text)?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::json;

    use super::*;

    fn part(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    struct Signer(EcdsaKeyPair, SystemRandom);

    impl Signer {
        fn new() -> Self {
            let random = SystemRandom::new();
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let written = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, written.as_ref(), &random).unwrap();
            Self(pair, random)
        }

        fn published(&self, id: &str) -> Value {
            let point = self.0.public_key().as_ref();
            json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig",
                    "x": part(&point[1..33]), "y": part(&point[33..]) })
        }

        fn sign(&self, header: &Value, body: &str) -> String {
            let signed = format!("{}.{}", part(header.to_string()), part(body));
            let signature = self.0.sign(&self.1, signed.as_bytes()).unwrap();
            format!("{signed}.{}", part(signature))
        }
    }

    fn keys(published: &[Value]) -> Keys {
        Keys::read(json!({ "keys": published }).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_a_published_key_signed_is_read() {
        let (signer, other) = (Signer::new(), Signer::new());
        let keys = keys(&[other.published("a"), signer.published("b")]);
        let token = signer.sign(&json!({ "alg": "ES256", "kid": "b" }), "bonjour");
        assert_eq!(keys.open(&token), Ok(b"bonjour".to_vec()));
        let unnamed = signer.sign(&json!({ "alg": "ES256" }), "bonjour");
        assert_eq!(keys.open(&unnamed), Err(JwsError::UnknownKey), "two fit");
        let elsewhere = signer.sign(&json!({ "alg": "ES256", "kid": "a" }), "bonjour");
        assert_eq!(keys.open(&elsewhere), Err(JwsError::Signature));
        let old = signer.sign(&json!({ "alg": "ES256", "kid": "c" }), "bonjour");
        assert_eq!(keys.open(&old), Err(JwsError::UnknownKey));
    }

    #[test]
    fn what_proves_nothing_is_refused() {
        let signer = Signer::new();
        let keys = keys(&[signer.published("b")]);
        let none = format!("{}.{}.", part(r#"{"alg":"none"}"#), part("bonjour"));
        assert_eq!(keys.open(&none), Err(JwsError::Algorithm));
        for alg in ["none", "None", "HS256", "ES384", "PS256", ""] {
            let token = signer.sign(&json!({ "alg": alg, "kid": "b" }), "bonjour");
            assert_eq!(keys.open(&token), Err(JwsError::Algorithm), "{alg}");
        }
        // A key of one kind never serves the other algorithm.
        let confused = signer.sign(&json!({ "alg": "RS256", "kid": "b" }), "bonjour");
        assert_eq!(keys.open(&confused), Err(JwsError::UnknownKey));
        let critical = json!({ "alg": "ES256", "kid": "b", "crit": ["exp"], "exp": 1 });
        let critical = signer.sign(&critical, "bonjour");
        assert_eq!(keys.open(&critical), Err(JwsError::Malformed));
        let right = signer.sign(&json!({ "alg": "ES256", "kid": "b" }), "bonjour");
        for wrong in [
            format!("{right}."),
            format!("{right}="),
            right.replacen('.', "", 1),
        ] {
            assert_eq!(keys.open(&wrong), Err(JwsError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn keys_that_cannot_sign_are_left_aside() {
        let signer = Signer::new();
        let mut for_encryption = signer.published("a");
        for_encryption["use"] = "enc".into();
        let mut for_another = signer.published("b");
        for_another["alg"] = "ES384".into();
        let symmetric = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "c" });
        let short = json!({ "kty": "EC", "crv": "P-256", "kid": "d", "x": "AQ", "y": "AQ" });
        let read = keys(&[for_encryption, for_another, symmetric, short, json!(3)]);
        assert!(read.0.is_empty(), "{read:?}");
        assert!(Keys::read(b"[]").is_none());
    }

    #[test]
    fn a_token_signed_by_another_program_with_rsa_is_read() {
        // Made by the crypto module of Node.js.
        let set = include_str!("rs256-keys.json");
        let token = include_str!("rs256-token.txt").trim();
        let keys = Keys::read(set.as_bytes()).unwrap();
        assert_eq!(keys.open(token), Ok(br#"{"sub":"agent"}"#.to_vec()));
        let altered = token.replacen("eyJzdWIiOiJhZ2VudCJ9", "eyJzdWIiOiJhdXRyZSJ9", 1);
        assert_eq!(keys.open(&altered), Err(JwsError::Signature));
    }

    proptest! {
        #[test]
        fn whatever_comes_does_no_harm(token in "\\PC{0,80}", set in "\\PC{0,80}") {
            let keys = Keys::read(set.as_bytes()).unwrap_or_default();
            prop_assert!(keys.open(&token).is_err());
        }

        #[test]
        fn no_byte_of_a_token_can_be_altered(at in 0_usize..200, with in "[A-Za-z0-9_-]") {
            let signer = Signer::new();
            let keys = keys(&[signer.published("b")]);
            let token = signer.sign(&json!({ "alg": "ES256", "kid": "b" }), "bonjour");
            let at = at % token.len();
            let mut altered = token.clone();
            altered.replace_range(at..=at, &with);
            prop_assert!(altered == token || keys.open(&altered).is_err());
        }
    }
}
