//! Configuration from a file, the environment and flags, in rising precedence.
//!
//! What lives here: every setting, what it may hold, and what is said of a wrong one: the key as
//! it was written, the value, where it stands, what was meant. What never does: acting upon it.

mod openid;
mod setting;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use super::antivirus::Clamd;
pub use openid::{Hidden, OpenId, Userinfo};
use setting::Setting;
pub use setting::{ConfigError, Origin};

/// The file read in the current folder where none is named.
const FILE: &str = "jalon.toml";
/// What the variables of the environment begin with.
const PREFIX: &str = "JALON_";
/// Variables of the environment that are no settings: the file's own name, a password read once,
/// the server that tests use.
const OTHER_VARIABLES: [&str; 3] = ["JALON_CONFIG", "JALON_PASSWORD", "JALON_TEST_POSTGRES"];

/// Of whom a second factor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Of nobody: whoever sets one up gives it.
    Nobody,
    /// Of who holds a role that asks for one.
    ByRole,
    /// Of everybody.
    Everybody,
}

impl SecondFactor {
    /// Each with its word in the settings.
    const ALL: [(Self, &'static str); 3] = [
        (Self::Nobody, "optional"),
        (Self::ByRole, "by_role"),
        (Self::Everybody, "required"),
    ];

    /// Its word in the settings.
    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// Every setting Jalon knows.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite://path/to/file.db` or `postgres://user@host/base`.
    pub database_url: String,
    /// Address and port the web server listens on.
    pub listen: SocketAddr,
    /// Address and port on which `/metrics` answers; nowhere where it is not set.
    pub metrics_listen: Option<SocketAddr>,
    /// Address of the site as people type it; `https` makes cookies travel over TLS only.
    pub public_url: String,
    /// The server that mail leaves through, `smtps://user:secret@host` or
    /// `smtp://host:587?tls=required`; without one mail waits, to be read on the command line.
    pub smtp_url: Option<String>,
    /// Who mail comes from; empty for `jalon@` the host of `public_url`.
    pub mail_from: String,
    /// Where whoever cannot sign in asks for help, in words: an address, a telephone number.
    pub support_contact: String,
    /// Of whom a second factor is asked.
    pub second_factor: SecondFactor,
    /// The provider of identities that people may sign in through; without an issuer there is none.
    pub openid: OpenId,
    /// What the log shows, in the syntax of `tracing` filters.
    pub log: String,
    /// The largest document that may be attached, in bytes.
    pub largest_document: u64,
    /// The file of the master keys that seal what is confidential; nothing is sealed without one.
    pub seal_key_file: Option<PathBuf>,
    /// Where clamd answers, which looks at files before they are taken; nobody does without it.
    pub clamd_address: Option<Clamd>,
    /// Whether a file that clamd could not look at is taken all the same.
    pub clamd_unreachable_accepts: bool,
    /// Requests a minute that each access by program may make; 0 for no limit.
    pub api_requests_per_minute: u32,
    /// The header in which the server in front says where a request comes from; empty where
    /// nothing stands in front.
    pub client_address_header: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: "sqlite://jalon.db".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            public_url: "http://localhost:8080".to_owned(),
            smtp_url: None,
            mail_from: String::new(),
            support_contact: String::new(),
            second_factor: SecondFactor::ByRole,
            openid: OpenId::default(),
            log: "info,sqlx=warn".to_owned(),
            largest_document: 20 * 1024 * 1024,
            seal_key_file: None,
            clamd_address: None,
            clamd_unreachable_accepts: false,
            api_requests_per_minute: 600,
            client_address_header: String::new(),
        }
    }
}

/// Settings given on the command line; `None` leaves what file and environment say.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Replaces `database_url`.
    pub database_url: Option<String>,
    /// Replaces `listen`.
    pub listen: Option<SocketAddr>,
}

impl Config {
    /// Reads `file` (or `jalon.toml` in the current folder where there is one), then the
    /// `JALON_…` variables of the environment, then `overrides`.
    ///
    /// # Errors
    /// Where a file does not read, a key does not exist or a value cannot serve.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::from_sources(file, std::env::vars_os(), overrides)
    }

    fn from_sources(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let mut settings = of_file(file)?;
        settings.extend(of_environment(environment)?);
        settings.extend(of_flags(overrides));
        let mut config = Self::default();
        // By key, the last one: what loses to another is not even looked at.
        let mut last: BTreeMap<&str, &Setting> = BTreeMap::new();
        for setting in &settings {
            last.insert(setting.key()?, setting);
        }
        for (key, setting) in last {
            config.set(key, setting)?;
        }
        config.openid.check()?;
        Ok(config)
    }

    fn set(&mut self, key: &str, setting: &Setting) -> Result<(), ConfigError> {
        match key {
            "database_url" => self.database_url = setting.database_url()?,
            "listen" => self.listen = setting.listen()?,
            "metrics_listen" => self.metrics_listen = Some(setting.listen()?),
            "public_url" => self.public_url = setting.public_url()?,
            "client_address_header" => self.client_address_header = setting.header()?,
            "smtp_url" => self.smtp_url = Some(setting.smtp_url()?),
            "mail_from" => self.mail_from = setting.mailbox()?,
            "support_contact" => self.support_contact = setting.line()?,
            "clamd_address" => self.clamd_address = Some(setting.clamd()?),
            "clamd_unreachable" => self.clamd_unreachable_accepts = setting.accepts()?,
            "seal_key_file" => self.seal_key_file = Some(setting.path()?),
            "second_factor" => self.second_factor = setting.second_factor()?,
            "log" => self.log = setting.log()?,
            "api_requests_per_minute" => {
                self.api_requests_per_minute = setting.requests()?;
            }
            key if key.starts_with("openid_") => self.openid.set(key, setting)?,
            _ => self.largest_document = setting.bytes()?,
        }
        Ok(())
    }

    /// What the log shows. The layer that turns forged requests away tells whole addresses, and
    /// the secret that some are: it is not heard, whatever is asked.
    ///
    /// # Errors
    /// Where it is no filter.
    pub fn log_filter(&self) -> Result<EnvFilter, ParseError> {
        let filter = EnvFilter::try_new(&self.log)?;
        Ok(filter.add_directive("tower_http::csrf=off".parse()?))
    }

    /// Whether people reach the site over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// What a file says; nothing where none is named and the usual one is absent.
fn of_file(named: Option<&Path>) -> Result<Vec<Setting>, ConfigError> {
    /// More bytes than this are no configuration.
    const LARGEST: u64 = 1_000_000;
    let path = named.map_or_else(|| PathBuf::from(FILE), Path::to_owned);
    if named.is_none() && !path.exists() {
        return Ok(Vec::new());
    }
    let text = super::file::read_text(&path, LARGEST).map_err(|cause| ConfigError::File {
        path: path.clone(),
        cause,
    })?;
    let table: toml::Table =
        text.parse()
            .map_err(|error: toml::de::Error| ConfigError::Syntax {
                line: line_of(&text, error.span().map_or(0, |span| span.start)),
                path: path.clone(),
            })?;
    let settings = table.into_iter().map(|(written, value)| Setting {
        written,
        value: match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        },
        origin: Origin::File(path.clone()),
    });
    Ok(settings.collect())
}

/// The line, from 1, of a byte of a text.
fn line_of(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// The variables that begin as settings do.
fn of_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<Setting>, ConfigError> {
    let mut settings = Vec::new();
    for (written, value) in variables {
        let written = written.to_string_lossy().into_owned();
        if !written.starts_with(PREFIX) || OTHER_VARIABLES.contains(&written.as_str()) {
            continue;
        }
        let Ok(value) = value.into_string() else {
            return Err(ConfigError::NotText(written));
        };
        settings.push(Setting {
            written,
            value,
            origin: Origin::Environment,
        });
    }
    settings.sort_by(|a, b| a.written.cmp(&b.written));
    Ok(settings)
}

fn of_flags(overrides: &Overrides) -> Vec<Setting> {
    let listen = overrides.listen.map(|address| address.to_string());
    let given = [
        ("--database-url", overrides.database_url.clone()),
        ("--listen", listen),
    ];
    let settings = given.into_iter().filter_map(|(written, value)| {
        Some(Setting {
            written: written.to_owned(),
            value: value?,
            origin: Origin::Flag,
        })
    });
    settings.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn load(pairs: &[(&str, &str)], overrides: &Overrides) -> Result<Config, ConfigError> {
        let environment = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into()));
        Config::from_sources(None, environment, overrides)
    }

    fn refused(key: &str, value: &str) -> String {
        let loaded = load(&[(key, value)], &Overrides::default());
        loaded.unwrap_err().to_string()
    }

    fn of_text(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("essai.toml");
        std::fs::write(&file, text).unwrap();
        let loaded = Config::from_sources(Some(&file), [], &Overrides::default());
        loaded.map_err(|error| {
            let told = error.to_string();
            assert!(told.contains(&file.display().to_string()), "{told}");
            told
        })
    }

    #[test]
    fn flags_win_over_the_environment() {
        let url = ("JALON_DATABASE_URL", "postgres://localhost/a");
        let none = load(&[url], &Overrides::default()).unwrap();
        assert_eq!(none.database_url, "postgres://localhost/a");
        let overrides = Overrides {
            database_url: Some("sqlite://b.db".to_owned()),
            listen: None,
        };
        assert_eq!(
            load(&[url], &overrides).unwrap().database_url,
            "sqlite://b.db"
        );
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jalon.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nlog = \"debug\"\n").unwrap();
        let environment = [("JALON_LOG".into(), "warn".into())];
        let config = Config::from_sources(Some(&file), environment, &Overrides::default()).unwrap();
        assert_eq!((config.listen.port(), config.log.as_str()), (1, "warn"));
    }

    #[test]
    fn a_variable_is_named_as_it_was_written_with_the_nearest_one() {
        assert_eq!(
            refused("JALON_DATABSE_URL", "sqlite://x"),
            "configuration invalide : « JALON_DATABSE_URL » (vaut « sqlite:… »), dans l’environnement, n’est pas un réglage ; vouliez-vous dire « JALON_DATABASE_URL » ?"
        );
        let far = refused("JALON_BIDULE", "1");
        assert!(far.contains("JALON_LARGEST_DOCUMENT"), "{far}");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_place() {
        assert_eq!(
            refused("JALON_LISTEN", "partout"),
            "configuration invalide : « JALON_LISTEN » vaut « partout », dans l’environnement ; une adresse et un port sont attendus, comme 127.0.0.1:8080"
        );
        assert!(refused("JALON_DATABASE_URL", "mysql://u:secret@x").contains("« mysql:… »"));
        assert!(refused("JALON_PUBLIC_URL", "jalon.example.org").contains("https://"));
        assert!(refused("JALON_LARGEST_DOCUMENT", "20 Mo").contains("nombre d’octets"));
        assert!(refused("JALON_SMTP_URL", "mail:secret@x").contains("smtps://"));
        assert!(refused("JALON_MAIL_FROM", "Jalon").contains("jalon@exemple.fr"));
        assert!(refused("JALON_SECOND_FACTOR", "oui").contains("required"));
        assert!(refused("JALON_SEAL_KEY_FILE", " ").contains("fichier de clés"));
        assert!(refused("JALON_CLAMD_ADDRESS", "3310").contains("unix:/"));
        assert!(refused("JALON_CLAMD_UNREACHABLE", "oui").contains("refuse"));
        assert!(refused("JALON_LOG", "info,=,=").contains("JALON_LOG"));
        assert!(refused("JALON_METRICS_LISTEN", "oui").contains("127.0.0.1:8080"));
        assert!(refused("JALON_OPENID_ISSUER", "http://id.example.org").contains("https://"));
        assert!(refused("JALON_OPENID_SCOPES", "email").contains("openid"));
        assert!(refused("JALON_OPENID_USERINFO", "xml").contains("signed"));
    }

    #[test]
    fn a_file_is_named_with_its_line() {
        assert!(
            of_text("databse_url = \"x\"")
                .unwrap_err()
                .contains("« database_url »")
        );
        let syntax = of_text("log = \"info\"\nlisten = 127.0.0.1:80\n").unwrap_err();
        assert!(syntax.contains("ligne 2"), "{syntax}");
        assert!(
            of_text("largest_document = \"beaucoup\"")
                .unwrap_err()
                .contains("beaucoup")
        );
        assert_eq!(
            of_text("largest_document = 12").unwrap().largest_document,
            12
        );
        let absent = Path::new("/nulle/part.toml");
        let absent = Config::from_sources(Some(absent), [], &Overrides::default()).unwrap_err();
        assert_eq!(
            absent.to_string(),
            "configuration invalide : « /nulle/part.toml » : il n’existe pas"
        );
    }

    #[test]
    fn a_flag_is_named_as_a_flag() {
        let overrides = Overrides {
            database_url: Some("jalon.db".to_owned()),
            listen: None,
        };
        let told = load(&[], &overrides).unwrap_err().to_string();
        assert!(
            told.contains("« --database-url »") && told.contains("ligne de commande"),
            "{told}"
        );
    }

    proptest! {
        #[test]
        fn the_secret_of_an_address_is_never_told(secret in "[a-z0-9]{8,20}", scheme in "[a-z]{1,6}") {
            prop_assume!(!["sqlite"].contains(&scheme.as_str()));
            for key in ["JALON_DATABASE_URL", "JALON_DATABASE_URI", "JALON_BIDULE"] {
                let url = format!("{scheme}x://agent:{secret}@base.example.org/jalon");
                prop_assert!(!refused(key, &url).contains(&secret));
            }
            for key in ["JALON_OPENID_CLIENT_SECRET", "JALON_OPENID_CLIENT_SECRT", "JALON_MY_SECRET"] {
                prop_assert!(!refused(key, &secret).contains(&secret));
            }
        }
    }
}
