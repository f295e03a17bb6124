//! Somebody on their way to the provider and back, kept in the session of their browser: what
//! comes back in another browser, twice or too late finds nothing.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tower_sessions::Session;
use tower_sessions::session::Error as SessionError;
use uuid::Uuid;

use super::provider::Metadata;
use crate::platform::config::OpenId;

/// The key under which the session holds who is on their way.
const FLOW_KEY: &str = "openid_flow";
/// The key of what says that somebody comes back from leaving the provider.
const LEAVING_KEY: &str = "openid_leaving";
/// Signing in there takes this long at most, in microseconds.
const LONGEST: i64 = 10 * 60 * 1_000_000;

/// What somebody is sent to the provider for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To sign in, then go there.
    SignIn(String),
    /// To accept the invitation whose link has that digest.
    Accept([u8; 32]),
    /// To have the identity open the account of that person, who is signed in.
    Bind(Uuid),
}

/// Somebody on their way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Flow {
    /// What the provider gives back: the answer is to this browser’s own request.
    state: String,
    /// What the token must hold.
    pub nonce: String,
    /// What proves that who gives the code is who asked for it (RFC 7636).
    pub verifier: String,
    /// Since when, in microseconds UTC.
    since: i64,
    /// What for.
    pub purpose: Purpose,
}

/// 256 random bits in 43 characters.
fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

impl Flow {
    fn new(purpose: Purpose, now: i64) -> Self {
        Self {
            state: random(),
            nonce: random(),
            verifier: random(),
            since: now,
            purpose,
        }
    }

    fn is_answered_by(&self, state: &str, now: i64) -> bool {
        self.state == state && now - self.since <= LONGEST
    }

    /// Where the browser is sent.
    fn address(&self, provider: &Metadata, settings: &OpenId, back: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        let mut fields = vec![
            ("response_type", "code".to_owned()),
            ("client_id", settings.client_id.clone()),
            ("redirect_uri", back.to_owned()),
            ("scope", settings.scopes.clone()),
            ("state", self.state.clone()),
            ("nonce", self.nonce.clone()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
        ];
        if provider.claims_parameter_supported {
            // Wished for, not demanded: who has no second factor there is asked for one here.
            let mut wished = json!({ "id_token": { "amr": null } });
            if !settings.acr.is_empty() {
                wished["id_token"]["acr"] = json!({ "values": settings.acr });
            }
            fields.push(("claims", wished.to_string()));
        } else if !settings.acr.is_empty() {
            fields.push(("acr_values", settings.acr.join(" ")));
        }
        with_fields(&provider.authorization_endpoint, &fields)
    }
}

/// An address with more fields in its query.
pub(super) fn with_fields(address: &str, fields: &[(&str, String)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{query}")
}

/// The name and secret of this installation, as a header carries them (RFC 6749, 2.3.1).
pub(super) fn basic(settings: &OpenId) -> Option<HeaderValue> {
    let encoded =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let secret = encoded(settings.client_secret.reveal());
    let pair = format!("{}:{secret}", encoded(&settings.client_id));
    HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()
}

/// Notes in the session that somebody leaves for the provider; where to send them.
pub(super) async fn leave_for(
    session: &Session,
    provider: &Metadata,
    (settings, back): (&OpenId, &str),
    purpose: Purpose,
    now: i64,
) -> Result<String, SessionError> {
    let flow = Flow::new(purpose, now);
    let address = flow.address(provider, settings, back);
    session.insert(FLOW_KEY, flow).await?;
    Ok(address)
}

/// Whoever was on their way with that state. Whatever comes back, nothing else does afterwards.
pub(super) async fn come_back(
    session: &Session,
    state: &str,
    now: i64,
) -> Result<Option<Flow>, SessionError> {
    let flow: Option<Flow> = session.remove(FLOW_KEY).await?;
    Ok(flow.filter(|flow| flow.is_answered_by(state, now)))
}

/// Notes in the session that somebody leaves the provider; what it gives back.
pub(super) async fn leave(session: &Session) -> Result<String, SessionError> {
    let state = random();
    session.insert(LEAVING_KEY, &state).await?;
    Ok(state)
}

/// Whether somebody comes back from leaving the provider with that state.
pub(super) async fn has_left(session: &Session, state: &str) -> Result<bool, SessionError> {
    let left: Option<String> = session.remove(LEAVING_KEY).await?;
    Ok(left.as_deref() == Some(state))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use super::*;

    fn asked(flow: &Flow, provider: &Metadata) -> HashMap<String, String> {
        let settings = OpenId {
            client_id: "jalon".to_owned(),
            ..OpenId::default()
        };
        let address = flow.address(provider, &settings, "https://jalon.example.org/retour");
        let (before, query) = address.split_once('?').unwrap();
        assert_eq!(before, "https://id.example.org/authorize");
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    fn provider(claims: bool) -> Metadata {
        let metadata = json!({
            "issuer": "https://id.example.org",
            "authorization_endpoint": "https://id.example.org/authorize",
            "token_endpoint": "https://id.example.org/token",
            "userinfo_endpoint": "https://id.example.org/userinfo",
            "jwks_uri": "https://id.example.org/jwks",
            "claims_parameter_supported": claims,
        });
        serde_json::from_value(metadata).unwrap()
    }

    #[test]
    fn what_is_asked_is_unlike_any_other_and_hard_to_guess() {
        let flows = std::iter::repeat_with(|| Flow::new(Purpose::SignIn("/".to_owned()), 0));
        let mut seen = BTreeSet::new();
        for flow in flows.take(50) {
            let asked = asked(&flow, &provider(true));
            for secret in [&asked["state"], &asked["nonce"], &asked["code_challenge"]] {
                assert!(secret.len() >= 32);
                assert!(seen.insert(secret.clone()), "{secret}");
            }
            assert_ne!(asked["code_challenge"], flow.verifier);
            assert_eq!(asked["code_challenge_method"], "S256");
        }
    }

    #[test]
    fn a_level_is_wished_for_in_the_words_that_the_provider_knows() {
        let flow = Flow::new(Purpose::SignIn("/".to_owned()), 0);
        let claims = asked(&flow, &provider(true));
        assert!(
            claims["claims"].contains(r#""acr":{"values":["eidas2""#),
            "{claims:?}"
        );
        assert!(!claims.contains_key("acr_values"));
        let values = asked(&flow, &provider(false));
        assert!(
            values["acr_values"].starts_with("eidas2 eidas3 "),
            "{values:?}"
        );
    }

    #[test]
    fn an_answer_is_to_its_own_request_and_in_time() {
        let flow = Flow::new(Purpose::SignIn("/".to_owned()), 5);
        assert!(flow.is_answered_by(&flow.state, 5 + LONGEST));
        assert!(!flow.is_answered_by(&flow.state, 6 + LONGEST));
        assert!(!flow.is_answered_by("", 5));
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let mut flow = Flow::new(Purpose::SignIn("/".to_owned()), 0);
        flow.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let asked = asked(&flow, &provider(true));
        assert_eq!(
            asked["code_challenge"],
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
