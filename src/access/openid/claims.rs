//! What a provider says of somebody, and what it must say to be believed. Pure: signatures are
//! looked at before.

use serde::Deserialize;

/// Clocks of two machines may be this far apart, in seconds.
const LEEWAY: i64 = 60;
/// A token about a sign-in is made for it: an older one, in seconds, is of another.
const OLDEST: i64 = 10 * 60;

/// What a token must be about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// Who must have made it.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// For which sign-in.
    pub nonce: &'a str,
    /// The instant, in seconds since 1970.
    pub now: i64,
}

/// Why what a provider says is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ClaimError {
    /// It does not read, or lacks something.
    #[error("claims that do not read")]
    Malformed,
    /// Another made it.
    #[error("another issuer")]
    Issuer,
    /// It is for another service.
    #[error("another audience")]
    Audience,
    /// It has ended.
    #[error("an expired token")]
    Expired,
    /// It was made before this sign-in, or is yet to be made.
    #[error("a token of another time")]
    Time,
    /// It is about another sign-in.
    #[error("another nonce")]
    Nonce,
    /// Its two halves are about different people.
    #[error("another subject")]
    Subject,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn holds(&self, client: &str) -> bool {
        match self {
            Self::One(one) => one == client,
            Self::Several(several) => several.iter().any(|one| one == client),
        }
    }

    fn is_shared(&self) -> bool {
        matches!(self, Self::Several(several) if several.len() > 1)
    }
}

/// The token that says who signed in (`OpenID` Connect Core, 2).
#[derive(Deserialize)]
pub(super) struct IdToken {
    iss: String,
    /// The provider's own name for the person.
    pub sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    /// At which level they signed in.
    pub acr: Option<String>,
    /// By which methods.
    pub amr: Option<Vec<String>>,
    /// The identity provider behind this one.
    pub idp_id: Option<String>,
}

impl IdToken {
    /// Reads the token and holds it to what is expected of it.
    pub(super) fn read(text: &[u8], expected: &Expected<'_>) -> Result<Self, ClaimError> {
        let token: Self = serde_json::from_slice(text).map_err(|_| ClaimError::Malformed)?;
        if token.sub.is_empty() {
            return Err(ClaimError::Malformed);
        }
        if token.iss != expected.issuer {
            return Err(ClaimError::Issuer);
        }
        let client = expected.client_id;
        let is_ours = match &token.azp {
            Some(party) => party == client,
            None => !token.aud.is_shared(),
        };
        if !token.aud.holds(client) || !is_ours {
            return Err(ClaimError::Audience);
        }
        if token.exp <= expected.now - LEEWAY {
            return Err(ClaimError::Expired);
        }
        let made_at = expected.now - OLDEST - LEEWAY..=expected.now + LEEWAY;
        let is_later = token.nbf.is_some_and(|from| from > expected.now + LEEWAY);
        if !made_at.contains(&token.iat) || is_later {
            return Err(ClaimError::Time);
        }
        if token.nonce.as_deref() != Some(expected.nonce) {
            return Err(ClaimError::Nonce);
        }
        Ok(token)
    }
}

/// What is said of the person beside (`OpenID` Connect Core, 5.3).
#[derive(Deserialize)]
pub(super) struct UserInfo {
    sub: String,
    iss: Option<String>,
    aud: Option<Audience>,
    exp: Option<i64>,
    /// The establishment they work in.
    pub siret: Option<String>,
    /// The identity provider behind this one.
    pub idp_id: Option<String>,
}

impl UserInfo {
    /// Reads what is said of the person of that token; a signed one must say by whom and for whom.
    pub(super) fn read(
        text: &[u8],
        is_signed: bool,
        token: &IdToken,
        expected: &Expected<'_>,
    ) -> Result<Self, ClaimError> {
        let info: Self = serde_json::from_slice(text).map_err(|_| ClaimError::Malformed)?;
        if is_signed && info.iss.as_deref() != Some(expected.issuer) {
            return Err(ClaimError::Issuer);
        }
        let is_for_us = |aud: &Audience| aud.holds(expected.client_id);
        if is_signed && !info.aud.as_ref().is_some_and(is_for_us) {
            return Err(ClaimError::Audience);
        }
        if info.exp.is_some_and(|end| end <= expected.now - LEEWAY) {
            return Err(ClaimError::Expired);
        }
        // The identity provider is part of the identity: the two halves must agree on it as well.
        let is_elsewhere = matches!(
            (&info.idp_id, &token.idp_id),
            (Some(one), Some(other)) if one != other
        );
        if info.sub != token.sub || is_elsewhere {
            return Err(ClaimError::Subject);
        }
        Ok(info)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_767_609_000;
    const EXPECTED: Expected<'static> = Expected {
        issuer: "https://id.example.org",
        client_id: "jalon",
        nonce: "unique",
        now: NOW,
    };

    fn right() -> Value {
        json!({ "iss": "https://id.example.org", "sub": "agent", "aud": "jalon", "exp": NOW + 60,
                "iat": NOW, "nonce": "unique", "acr": "eidas2", "amr": ["pwd", "mfa"] })
    }

    fn read(claims: &Value) -> Result<IdToken, ClaimError> {
        IdToken::read(claims.to_string().as_bytes(), &EXPECTED)
    }

    fn with(key: &str, value: Value) -> Option<ClaimError> {
        let mut claims = right();
        claims[key] = value;
        read(&claims).err()
    }

    #[test]
    fn what_is_said_for_this_sign_in_is_believed() {
        let token = read(&right()).ok().unwrap();
        assert_eq!(
            (token.sub.as_str(), token.acr.as_deref()),
            ("agent", Some("eidas2"))
        );
        assert_eq!(token.amr, Some(vec!["pwd".to_owned(), "mfa".to_owned()]));
        assert_eq!(with("amr", Value::Null), None);
        assert_eq!(with("aud", json!(["jalon"])), None);
        let mut shared = right();
        shared["aud"] = json!(["jalon", "autre"]);
        shared["azp"] = "jalon".into();
        assert!(read(&shared).is_ok());
    }

    #[test]
    fn what_is_said_of_anything_else_is_not() {
        for (key, value, refused) in [
            ("iss", json!("https://id.example.org/"), ClaimError::Issuer),
            ("aud", json!("autre"), ClaimError::Audience),
            ("aud", json!([]), ClaimError::Audience),
            ("aud", json!(["jalon", "autre"]), ClaimError::Audience),
            ("azp", json!("autre"), ClaimError::Audience),
            ("exp", json!(NOW - 60), ClaimError::Expired),
            ("iat", json!(NOW + 61), ClaimError::Time),
            ("iat", json!(NOW - 661), ClaimError::Time),
            ("nbf", json!(NOW + 61), ClaimError::Time),
            ("nonce", json!("autre"), ClaimError::Nonce),
            ("nonce", Value::Null, ClaimError::Nonce),
            ("sub", json!(""), ClaimError::Malformed),
            ("exp", Value::Null, ClaimError::Malformed),
        ] {
            assert_eq!(with(key, value.clone()), Some(refused), "{key}: {value}");
        }
    }

    #[test]
    fn both_halves_are_about_the_same_person() {
        let token = read(&right()).ok().unwrap();
        let read = |info: Value, is_signed| {
            UserInfo::read(info.to_string().as_bytes(), is_signed, &token, &EXPECTED).err()
        };
        assert_eq!(read(json!({ "sub": "agent", "siret": "1" }), false), None);
        assert_eq!(
            read(json!({ "sub": "autre" }), false),
            Some(ClaimError::Subject)
        );
        assert_eq!(
            read(json!({ "sub": "agent" }), true),
            Some(ClaimError::Issuer)
        );
        let signed = json!({ "sub": "agent", "iss": "https://id.example.org", "aud": "autre" });
        assert_eq!(read(signed, true), Some(ClaimError::Audience));
        let ended = json!({ "sub": "agent", "exp": NOW - 60 });
        assert_eq!(read(ended, false), Some(ClaimError::Expired));
    }

    #[test]
    fn both_halves_come_from_the_same_identity_provider() {
        let mut claims = right();
        claims["idp_id"] = "a".into();
        let token = read(&claims).ok().unwrap();
        let info = json!({ "sub": "agent", "idp_id": "b" }).to_string();
        let read = UserInfo::read(info.as_bytes(), false, &token, &EXPECTED);
        assert_eq!(read.err(), Some(ClaimError::Subject));
    }

    proptest! {
        #[test]
        fn a_token_serves_while_it_lives_and_not_after(made in -2000_i64..200, lives in 0_i64..2000) {
            let mut claims = right();
            claims["iat"] = (NOW + made).into();
            claims["exp"] = (NOW + made + lives).into();
            let is_of_now = (-660..=60).contains(&made) && made + lives > -60;
            prop_assert_eq!(read(&claims).is_ok(), is_of_now);
        }
    }
}
