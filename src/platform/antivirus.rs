//! An antivirus that looks at files before they are taken: clamd, by its own protocol (INSTREAM).
//!
//! What lives here: the question and the answer. What never does: which files are asked about.

use std::fmt;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use super::config::Config;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many bytes are sent at once.
const CHUNK: usize = 64 * 1024;
/// A longer answer is none.
const LONGEST_ANSWER: u64 = 4096;

/// Where clamd answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    /// On an address and a port.
    Tcp(String),
    /// On a socket of this machine.
    Unix(String),
}

impl Clamd {
    /// The address that a setting says: `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(address) = text.strip_prefix("tcp://") {
            let (host, port) = address.rsplit_once(':')?;
            let fits = !host.is_empty() && port.parse::<u16>().is_ok();
            return fits.then(|| Self::Tcp(address.to_owned()));
        }
        let path = text.strip_prefix("unix:")?;
        path.starts_with('/').then(|| Self::Unix(path.to_owned()))
    }
}

impl fmt::Display for Clamd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

/// Why a file is not taken, told in French.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is known to do harm, by that name.
    #[error(
        "l’antivirus y a reconnu « {0} » : ce fichier n’est pas pris. Faites examiner le poste dont il vient, puis envoyez-en un sain"
    )]
    Infected(String),
    /// Nobody looked at it, and the settings take no such file.
    #[error(
        "l’antivirus n’a pas pu examiner ce fichier, qui n’est donc pas pris. Réessayez dans quelques minutes ; si cela dure, prévenez votre administrateur technique"
    )]
    Unseen,
}

/// What clamd answered.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Clean,
    Infected(String),
}

/// What files are shown to before they are taken; nothing where none is set.
#[derive(Clone, Debug, Default)]
pub struct Antivirus {
    clamd: Option<Clamd>,
    takes_unseen: bool,
}

impl Antivirus {
    /// That of the settings.
    pub fn of(config: &Config) -> Self {
        Self {
            clamd: config.clamd_address.clone(),
            takes_unseen: config.clamd_unreachable_accepts,
        }
    }

    /// Shows it a file.
    ///
    /// # Errors
    /// Where it does harm, or nobody could look and the settings take no file unseen.
    pub async fn look_at(&self, bytes: &[u8]) -> Result<(), NotTaken> {
        let Some(clamd) = &self.clamd else {
            return Ok(());
        };
        let asked = tokio::time::timeout(PATIENCE, ask(clamd, bytes)).await;
        let asked = asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        match asked {
            Ok(Answer::Clean) => Ok(()),
            Ok(Answer::Infected(name)) => {
                tracing::warn!(signature = name, "a file was refused by the antivirus");
                Err(NotTaken::Infected(name))
            }
            Err(error) => {
                let taken = self.takes_unseen;
                tracing::error!(%error, taken, "the antivirus could not look at a file");
                if taken { Ok(()) } else { Err(NotTaken::Unseen) }
            }
        }
    }
}

async fn ask(clamd: &Clamd, bytes: &[u8]) -> io::Result<Answer> {
    match clamd {
        Clamd::Tcp(address) => talk(TcpStream::connect(address).await?, bytes).await,
        Clamd::Unix(path) => talk(UnixStream::connect(path).await?, bytes).await,
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite, bytes: &[u8]) -> io::Result<Answer> {
    let (read, mut write) = tokio::io::split(stream);
    let sending = async {
        write.write_all(b"zINSTREAM\0").await?;
        for chunk in bytes.chunks(CHUNK) {
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            write.write_all(&length.to_be_bytes()).await?;
            write.write_all(chunk).await?;
        }
        write.write_all(&0_u32.to_be_bytes()).await?;
        write.flush().await
    };
    let hearing = async {
        let mut heard = Vec::new();
        read.take(LONGEST_ANSWER).read_to_end(&mut heard).await?;
        Ok::<_, io::Error>(heard)
    };
    // It answers and hangs up before the end of a file that is too large for it.
    let (sent, heard) = tokio::join!(sending, hearing);
    match heard {
        Ok(heard) if !heard.is_empty() => read_answer(&heard),
        Ok(_) => Err(sent.err().unwrap_or(io::ErrorKind::UnexpectedEof.into())),
        Err(error) => Err(error),
    }
}

/// `stream: OK`, `stream: Eicar-Signature FOUND`, or what went wrong.
fn read_answer(heard: &[u8]) -> io::Result<Answer> {
    let text = String::from_utf8_lossy(heard);
    let text = text.trim_end_matches(['\0', '\n']).trim();
    let said = text.strip_prefix("stream: ").unwrap_or(text);
    if said == "OK" {
        return Ok(Answer::Clean);
    }
    match said.strip_suffix(" FOUND") {
        Some(name) => Ok(Answer::Infected(name.chars().take(100).collect())),
        None => Err(io::Error::other(format!("clamd: {said}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_nothing_else_is_clean() {
        let read = |text: &str| read_answer(text.as_bytes()).ok();
        assert_eq!(read("stream: OK\0"), Some(Answer::Clean));
        assert_eq!(read("stream: OK\n"), Some(Answer::Clean));
        let infected = Answer::Infected("Eicar-Signature".to_owned());
        assert_eq!(read("stream: Eicar-Signature FOUND\0"), Some(infected));
        for other in [
            "",
            "INSTREAM size limit exceeded. ERROR\0",
            "stream: not OK\0",
            "OKAY",
            "FOUND",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn addresses_are_read() {
        let tcp = Clamd::Tcp("127.0.0.1:3310".to_owned());
        assert_eq!(Clamd::parse("tcp://127.0.0.1:3310"), Some(tcp));
        let unix = Clamd::Unix("/run/clamav/clamd.ctl".to_owned());
        assert_eq!(Clamd::parse("unix:/run/clamav/clamd.ctl"), Some(unix));
        for wrong in [
            "",
            "3310",
            "tcp://3310",
            "tcp://a:b",
            "unix:",
            "unix:a",
            "http://a:1",
        ] {
            assert_eq!(Clamd::parse(wrong), None, "{wrong}");
        }
    }
}
