//! Sending what waits in the outbox.

use std::fmt;
use std::sync::Arc;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::sync::Notify;

use super::store::{self, Waiting};
use super::{SITE, State, pause_after};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::{Db, DbError};

/// Settings of mail that cannot serve, told in French.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address of the server.
    #[error(
        "configuration invalide : « smtp_url » ne se lit pas ({0}) ; écrivez-la comme smtps://compte:secret@serveur ou smtp://serveur:587?tls=required"
    )]
    Server(lettre::transport::smtp::Error),
    /// The address that writes.
    #[error(
        "configuration invalide : « mail_from » ne se lit pas ; écrivez-la comme Jalon <jalon@exemple.fr>"
    )]
    From,
}

/// Where mail leaves from, cheap to clone; without a server nothing leaves, and what waits is read
/// on the command line.
#[derive(Clone)]
pub struct Post {
    server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Mailbox,
    site: String,
    wake: Arc<Notify>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address of the server may hold a password.
        f.debug_struct("Post")
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}

impl Post {
    /// As the settings say.
    ///
    /// # Errors
    /// Where the server or the writer's address does not read.
    pub fn new(config: &Config) -> Result<Self, PostError> {
        let server = config.smtp_url.as_deref().map(|url| {
            let built = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
            built.map(lettre::transport::smtp::AsyncSmtpTransportBuilder::build)
        });
        let site = config.public_url.trim_end_matches('/').to_owned();
        let from = match config.mail_from.as_str() {
            "" => format!("Jalon <jalon@{}>", host(&site)),
            given => given.to_owned(),
        };
        Ok(Self {
            server: server.transpose().map_err(PostError::Server)?,
            from: from.parse().map_err(|_| PostError::From)?,
            site,
            wake: Arc::new(Notify::new()),
        })
    }

    /// Whether mail leaves.
    pub fn is_open(&self) -> bool {
        self.server.is_some()
    }

    /// Says that something was written down, so that it need not wait for the next turn.
    pub fn hurry(&self) {
        self.wake.notify_one();
    }

    /// Waits until somebody is in a hurry.
    pub async fn hurried(&self) {
        self.wake.notified().await;
    }

    /// A text as it is sent: with the address of the site.
    pub fn filled(&self, text: &str) -> String {
        text.replace(SITE, &self.site)
    }

    /// Sends what is due; how many left. A mail that two processes take up is sent by one.
    pub async fn send_due(&self, db: &Db, clock: &Clock) -> Result<usize, DbError> {
        let Some(server) = &self.server else {
            return Ok(0);
        };
        let due = store::due(&mut db.read().await?, clock.now()).await?;
        let mut sent = 0;
        for mail in due {
            let next = pause_after(mail.attempts + 1).map(|pause| clock.now() + pause);
            let mut tx = db.write_aside().await?;
            // Where there is no next try, whoever takes it up ends it below.
            let put_off = next.unwrap_or(i64::MAX);
            let taken = store::take(&mut tx, &mail, put_off).await?;
            tx.commit().await?;
            if !taken {
                continue;
            }
            let outcome = self.send(server, &mail).await;
            let mut tx = db.write_aside().await?;
            match outcome {
                Ok(()) => {
                    store::end(&mut tx, mail.id, State::Sent, clock.now(), None).await?;
                    sent += 1;
                }
                Err(Failure { problem, again }) if again && next.is_some() => {
                    tracing::warn!(mail = %mail.id, problem, "mail not sent yet");
                    store::failed(&mut tx, mail.id, &problem).await?;
                }
                Err(Failure { problem, .. }) => {
                    tracing::error!(mail = %mail.id, problem, "mail given up");
                    let now = clock.now();
                    store::end(&mut tx, mail.id, State::Refused, now, Some(&problem)).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(sent)
    }

    async fn send(
        &self,
        server: &AsyncSmtpTransport<Tokio1Executor>,
        mail: &Waiting,
    ) -> Result<(), Failure> {
        let message = self.message(mail).map_err(|problem| Failure {
            problem,
            again: false,
        })?;
        let sent = server.send(message).await;
        sent.map_err(|error| Failure {
            again: !error.is_permanent(),
            problem: error.to_string(),
        })?;
        Ok(())
    }

    fn message(&self, mail: &Waiting) -> Result<Message, String> {
        let to: Address = mail.address.parse().map_err(told)?;
        // The same at each try, so that a mail sent twice is recognised where it arrives.
        let id = format!("<{}@{}>", mail.id, host(&self.site));
        let written = std::time::Duration::from_micros(mail.created_at.unsigned_abs());
        let body = format!(
            "{}\n\n-- \nJalon, suivi des contrats d’objectifs et de moyens\n{}\nCe message est automatique ; ne répondez pas à cette adresse.\n",
            self.filled(mail.body.trim_end()),
            self.site
        );
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .date(std::time::UNIX_EPOCH + written)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(told)?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let automatic = HeaderValue::new(automatic, "auto-generated".to_owned());
        message.headers_mut().insert_raw(automatic);
        Ok(message)
    }
}

/// Why a mail did not leave, and whether another try may do.
struct Failure {
    problem: String,
    again: bool,
}

fn told(error: impl fmt::Display) -> String {
    error.to_string()
}

/// The host of an address of the web, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find([':', '/']).unwrap_or(rest.len());
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_without_scheme_port_and_path() {
        assert_eq!(
            host("https://jalon.example.org:8443/x"),
            "jalon.example.org"
        );
        assert_eq!(host("http://localhost"), "localhost");
    }

    // The pool of connections looks after itself within a runtime.
    #[tokio::test]
    async fn settings_that_cannot_serve_are_refused() {
        let with = |smtp: &str, from: &str| {
            Post::new(&Config {
                smtp_url: Some(smtp.to_owned()),
                mail_from: from.to_owned(),
                ..Config::default()
            })
        };
        assert!(with("smtp://localhost:2525", "").is_ok_and(|post| post.is_open()));
        assert!(with("smtp://localhost", "Jalon <jalon@exemple.fr>").is_ok());
        assert!(matches!(
            with("smtp://localhost", "Jalon"),
            Err(PostError::From)
        ));
        assert!(matches!(
            with("http://localhost", ""),
            Err(PostError::Server(_))
        ));
        assert!(!Post::new(&Config::default()).unwrap().is_open());
    }
}
