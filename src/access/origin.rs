//! Where a request comes from, and from which browser.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest as _, Sha256};

use super::event::Mark;
use crate::kernel::hex;
use crate::ledger;
use crate::platform::config::Config;

/// The cookie by which a browser is known again where somebody signs in. It opens nothing.
const COOKIE_NAME: &str = "jalon-poste";
/// How long the browser keeps it, in seconds.
const KEPT_SECONDS: i64 = super::throttle::KNOWN_SECONDS;
/// Characters of what a browser says of itself that are kept.
const LONGEST_AGENT: usize = 300;

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    /// The network address; of version 6, the network of its first sixty-four bits.
    pub address: Option<String>,
    /// What the browser says of itself.
    pub agent: String,
    /// The browser's own cookie.
    device: Option<String>,
}

impl Origin {
    /// The mark of the browser, where it has one.
    pub(super) fn device(&self) -> Option<Mark> {
        self.device.as_deref().map(mark)
    }

    /// The mark of the browser, and the cookie to give it where it has none yet.
    pub(super) fn device_or_new(&self, https: bool) -> (Mark, Option<HeaderValue>) {
        if let Some(known) = self.device() {
            return (known, None);
        }
        let secret = hex(&rand::random::<[u8; 32]>());
        let secure = if https { "; Secure" } else { "" };
        let cookie = format!(
            "{COOKIE_NAME}={secret}; Path=/connexion; HttpOnly; SameSite=Lax; Max-Age={KEPT_SECONDS}{secure}"
        );
        (mark(&secret), HeaderValue::try_from(cookie).ok())
    }

    fn of(request: &Request, header: &str) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let address = if header.is_empty() {
            peer.map(|ConnectInfo(peer)| peer.ip())
        } else {
            forwarded(headers, header)
        };
        let agent = headers.get(USER_AGENT);
        let agent = agent
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default();
        Self {
            address: address.map(network),
            agent: agent.chars().take(LONGEST_AGENT).collect(),
            device: device(headers),
        }
    }
}

fn mark(secret: &str) -> Mark {
    Sha256::digest(secret.as_bytes()).into()
}

/// The network that an address is of, as tries are counted: whoever has an address of version 6 has
/// all those of its first sixty-four bits.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The address that the server in front says; the last one, since those before it are the
/// client's own words.
fn forwarded(headers: &HeaderMap, name: &str) -> Option<IpAddr> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn device(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(name, _)| *name == COOKIE_NAME)?;
    let is_ours = secret.len() == 64 && secret.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_ours.then(|| secret.to_owned())
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let noted = parts.extensions.get::<Self>().cloned();
        Ok(noted.unwrap_or_default())
    }
}

/// Notes where a request comes from: for whoever asks, and for what the request changes. It stands
/// around all that does.
pub async fn note_origin(
    State(config): State<Arc<Config>>,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = Origin::of(&request, &config.client_address_header);
    let address = origin.address.clone();
    request.extensions_mut().insert(origin);
    ledger::made_from(address, next.run(request)).await
}

/// What a browser says of itself, in a few words for its owner; `None` where it is none we know.
pub(super) fn browser_words(agent: &str) -> Option<String> {
    // Each also claims to be those after it.
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg", "Edge"),
        ("Firefox/", "Firefox"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(sign, _)| agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    let browser = find(&BROWSERS)?;
    Some(match find(&SYSTEMS) {
        Some(system) => format!("{browser}, {system}"),
        None => browser.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_by_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2::9"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
    }

    #[test]
    fn only_the_address_that_the_server_in_front_added_is_believed() {
        let mut headers = HeaderMap::new();
        let sent = HeaderValue::from_static("198.51.100.9, 203.0.113.7");
        headers.append("x-forwarded-for", sent);
        let found = forwarded(&headers, "X-Forwarded-For");
        assert_eq!(found, "203.0.113.7".parse().ok());
        headers.append("x-forwarded-for", HeaderValue::from_static("ailleurs"));
        assert_eq!(forwarded(&headers, "X-Forwarded-For"), None);
    }

    #[test]
    fn a_browser_is_known_by_its_own_cookie_only() {
        let mut headers = HeaderMap::new();
        let secret = "a".repeat(64);
        let cookie = format!("jalon=x; {COOKIE_NAME}={secret}");
        headers.insert(COOKIE, cookie.parse().unwrap());
        assert_eq!(device(&headers), Some(secret));
        headers.insert(COOKIE, "jalon-poste=court".parse().unwrap());
        assert_eq!(device(&headers), None);
    }

    #[test]
    fn browsers_are_told_in_a_few_words() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(browser_words(edge).as_deref(), Some("Edge, Windows"));
        assert_eq!(browser_words("curl/8"), None);
    }
}
