//! The provider: what it publishes of itself, and what is asked of it.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::claims::{ClaimError, Expected, IdToken, UserInfo};
use super::flow::{Flow, basic, with_fields};
use super::jws::{JwsError, Keys};
use super::{Assertion, Identity};
use crate::platform::clock::Clock;
use crate::platform::config::{Config, OpenId, Userinfo};
use crate::platform::fetch::{Fetch, FetchError, Fetched, is_safe_address};
use crate::platform::web::{View, document};

/// Where people come back after signing in there.
pub(super) const CALLBACK: &str = "/connexion/fournisseur/retour";
/// Where they come back after leaving.
pub(super) const LEFT: &str = "/deconnexion/retour";

/// What the provider publishes is read again after this long, in microseconds.
const FRESH: i64 = 3600 * 1_000_000;
/// Keys that a token names and nobody knows are looked for at most this often, in microseconds.
const KEYS_EVERY: i64 = 30 * 1_000_000;

/// What a provider publishes of itself (`OpenID` Connect Discovery).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
    #[serde(default)]
    pub claims_parameter_supported: bool,
    /// Whether its answers name it (RFC 9207).
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// Why nobody can sign in through the provider, or why it is not believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("{0}: {1}")]
    Fetch(&'static str, FetchError),
    #[error("{0}: an answer that cannot serve (status {1})")]
    Answer(&'static str, u16),
    #[error("another provider answers at that address")]
    AnotherProvider,
    #[error("a signature of {0}: {1}")]
    Signature(&'static str, JwsError),
    #[error("the claims of {0}: {1}")]
    Claims(&'static str, ClaimError),
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

#[derive(Debug)]
struct Known {
    metadata: Arc<Metadata>,
    keys: Arc<Keys>,
    read_at: i64,
    keys_at: i64,
}

/// The provider that the settings name, if they name one; cheap to clone.
#[derive(Clone, Debug)]
pub struct Provider(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    config: Arc<Config>,
    clock: Clock,
    fetch: Fetch,
    known: Mutex<Option<Known>>,
}

impl Provider {
    /// The one that the settings name. Nothing is asked of it before somebody signs in.
    ///
    /// # Errors
    /// Where there is one, and the system knows no authority to recognise it by.
    pub fn new(config: &Arc<Config>, clock: &Clock) -> std::io::Result<Self> {
        if !config.openid.is_on() {
            return Ok(Self(None));
        }
        Ok(Self(Some(Arc::new(Inner {
            config: config.clone(),
            clock: clock.clone(),
            fetch: Fetch::new()?,
            known: Mutex::new(None),
        }))))
    }

    /// Its name, where there is one.
    pub(in crate::access) fn label(&self) -> Option<&str> {
        let inner = self.0.as_deref()?;
        Some(&inner.config.openid.label)
    }

    /// What may be asked of it, where there is one.
    pub(super) fn open(&self) -> Option<Open<'_>> {
        self.0.as_deref().map(Open)
    }
}

/// A provider that there is.
#[derive(Clone, Copy)]
pub(super) struct Open<'a>(&'a Inner);

impl<'a> Open<'a> {
    pub(super) fn settings(self) -> &'a OpenId {
        &self.0.config.openid
    }

    fn address(self, path: &str) -> String {
        format!("{}{path}", self.0.config.public_url.trim_end_matches('/'))
    }

    /// Where people come back after signing in there.
    pub(super) fn callback(self) -> String {
        self.address(CALLBACK)
    }

    /// Whether what was said is worth a second factor.
    pub(super) fn is_strong(self, assertion: &Assertion) -> bool {
        let settings = self.settings();
        let level = assertion.acr.as_ref();
        level.is_some_and(|level| settings.acr.contains(level))
            || assertion
                .amr
                .iter()
                .any(|method| settings.amr.contains(method))
    }

    /// What it publishes of itself.
    pub(super) async fn metadata(self) -> Result<Arc<Metadata>, ProviderError> {
        Ok(self.known().await?.0)
    }

    async fn known(self) -> Result<(Arc<Metadata>, Arc<Keys>), ProviderError> {
        let mut known = self.0.known.lock().await;
        let now = self.0.clock.now();
        if let Some(known) = known.as_ref().filter(|known| now - known.read_at <= FRESH) {
            return Ok((known.metadata.clone(), known.keys.clone()));
        }
        let metadata = Arc::new(self.discover().await?);
        let keys = Arc::new(self.published_keys(&metadata).await?);
        *known = Some(Known {
            metadata: metadata.clone(),
            keys: keys.clone(),
            read_at: now,
            keys_at: now,
        });
        Ok((metadata, keys))
    }

    async fn discover(self) -> Result<Metadata, ProviderError> {
        const WHAT: &str = "discovery";
        let issuer = &self.settings().issuer;
        let place = issuer.trim_end_matches('/');
        let address = format!("{place}/.well-known/openid-configuration");
        let answer = read(WHAT, self.0.fetch.get(&address, None).await)?;
        let metadata: Metadata = json(WHAT, &answer)?;
        if metadata.issuer != *issuer {
            return Err(ProviderError::AnotherProvider);
        }
        let places = [
            &metadata.authorization_endpoint,
            &metadata.token_endpoint,
            &metadata.userinfo_endpoint,
            &metadata.jwks_uri,
        ];
        let all_safe = places
            .into_iter()
            .chain(&metadata.end_session_endpoint)
            .all(|place| is_safe_address(place));
        if !all_safe {
            return Err(ProviderError::Fetch(WHAT, FetchError::Address));
        }
        Ok(metadata)
    }

    async fn published_keys(self, metadata: &Metadata) -> Result<Keys, ProviderError> {
        const WHAT: &str = "keys";
        let answer = read(WHAT, self.0.fetch.get(&metadata.jwks_uri, None).await)?;
        Keys::read(&answer.body).ok_or(ProviderError::Answer(WHAT, answer.status.as_u16()))
    }

    /// The keys as they are published now, where those known are not of this very moment.
    async fn newer_keys(self) -> Result<Arc<Keys>, ProviderError> {
        let mut known = self.0.known.lock().await;
        let now = self.0.clock.now();
        let Some(known) = known.as_mut() else {
            return Ok(Arc::default());
        };
        if now - known.keys_at >= KEYS_EVERY {
            known.keys = Arc::new(self.published_keys(&known.metadata).await?);
            known.keys_at = now;
        }
        Ok(known.keys.clone())
    }

    /// What a token says, where the provider signed it.
    async fn signed(self, what: &'static str, token: &str) -> Result<Vec<u8>, ProviderError> {
        let (_, keys) = self.known().await?;
        let opened = match keys.open(token) {
            // It may have changed its keys since.
            Err(JwsError::UnknownKey) => self.newer_keys().await?.open(token),
            other => other,
        };
        opened.map_err(|error| ProviderError::Signature(what, error))
    }

    /// Who came back, by the code they bring and the name that the answer bears.
    pub(super) async fn identify(
        self,
        flow: &Flow,
        code: &str,
        named: Option<&str>,
    ) -> Result<Assertion, ProviderError> {
        let metadata = self.metadata().await?;
        let issuer = self.settings().issuer.as_str();
        let must_name = metadata.authorization_response_iss_parameter_supported;
        if named.map_or(must_name, |named| named != issuer) {
            return Err(ProviderError::AnotherProvider);
        }
        let tokens = self.exchange(&metadata, flow, code).await?;
        let expected = Expected {
            issuer,
            client_id: &self.settings().client_id,
            nonce: &flow.nonce,
            now: self.0.clock.now() / 1_000_000,
        };
        let opened = self.signed("the identity", &tokens.id_token).await?;
        let told = IdToken::read(&opened, &expected);
        let told = told.map_err(|error| ProviderError::Claims("the identity", error))?;
        let info = self.info(&metadata, &tokens, &told, &expected).await?;
        Ok(Assertion {
            identity: Identity {
                issuer: issuer.to_owned(),
                idp: info.idp_id.or(told.idp_id).unwrap_or_default(),
                subject: told.sub,
            },
            siret: info.siret,
            acr: told.acr,
            amr: told.amr.unwrap_or_default(),
            id_token: tokens.id_token,
        })
    }

    async fn exchange(
        self,
        metadata: &Metadata,
        flow: &Flow,
        code: &str,
    ) -> Result<Tokens, ProviderError> {
        const WHAT: &str = "the code";
        let (settings, back) = (self.settings(), self.callback());
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &back),
            ("code_verifier", &flow.verifier),
        ];
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let in_form = methods.iter().any(|method| method == "client_secret_post");
        if in_form {
            fields.push(("client_id", &settings.client_id));
            fields.push(("client_secret", settings.client_secret.reveal()));
        }
        let header = if in_form { None } else { basic(settings) };
        let place = &metadata.token_endpoint;
        let answer = self.0.fetch.post_form(place, &fields, header).await;
        json(WHAT, &read(WHAT, answer)?)
    }

    async fn info(
        self,
        metadata: &Metadata,
        tokens: &Tokens,
        told: &IdToken,
        expected: &Expected<'_>,
    ) -> Result<UserInfo, ProviderError> {
        const WHAT: &str = "the person";
        let bearer = Some(tokens.access_token.as_str());
        let answer = self.0.fetch.get(&metadata.userinfo_endpoint, bearer).await;
        let answer = read(WHAT, answer)?;
        let unfit = || ProviderError::Answer(WHAT, answer.status.as_u16());
        // The settings say which form is believed: what comes never chooses.
        let is_signed = self.settings().userinfo == Userinfo::Signed;
        let wanted = if is_signed {
            "application/jwt"
        } else {
            "application/json"
        };
        if answer.media != wanted {
            return Err(unfit());
        }
        let text = if is_signed {
            let token = std::str::from_utf8(&answer.body).map_err(|_| unfit())?;
            self.signed(WHAT, token.trim()).await?
        } else {
            answer.body.to_vec()
        };
        UserInfo::read(&text, is_signed, told, expected)
            .map_err(|error| ProviderError::Claims(WHAT, error))
    }

    /// Where somebody leaves the provider too, if it has such a place.
    pub(super) async fn way_out(
        self,
        id_token: &str,
        state: &str,
    ) -> Result<Option<String>, ProviderError> {
        let metadata = self.metadata().await?;
        let fields = [
            ("id_token_hint", id_token.to_owned()),
            ("state", state.to_owned()),
            ("post_logout_redirect_uri", self.address(LEFT)),
        ];
        let place = metadata.end_session_endpoint.as_deref();
        Ok(place.map(|place| with_fields(place, &fields)))
    }
}

fn read(what: &'static str, answer: Result<Fetched, FetchError>) -> Result<Fetched, ProviderError> {
    let answer = answer.map_err(|error| ProviderError::Fetch(what, error))?;
    if !answer.status.is_success() {
        return Err(ProviderError::Answer(what, answer.status.as_u16()));
    }
    Ok(answer)
}

fn json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    answer: &Fetched,
) -> Result<T, ProviderError> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| ProviderError::Answer(what, answer.status.as_u16()))
}

/// Sends whoever sent a form to another site: the policy of pages lets a form lead to this site
/// only, so that a page stands between.
pub(in crate::access) fn leave_page(view: &View, title: &str, label: &str, to: &str) -> Response {
    let body: Markup = html! {
        div.head {
            h1 { (title) }
            p.lead { "Vous allez être conduit vers " (label) ". Si rien ne se passe, continuez vous-même." }
            p.acts { a.btn.main href=(to) rel="noreferrer" { "Continuer vers " (label) } }
        }
    };
    let mut response = document(view, title, &body).into_response();
    if let Ok(value) = format!("0; url={to}").parse() {
        response
            .headers_mut()
            .insert(axum::http::header::REFRESH, value);
    }
    response
}
