//! Configuration from a file, the environment and flags, in rising precedence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Every setting Jalon knows. An unknown key is an error that names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite://path/to/file.db` or `postgres://user@host/base`.
    #[serde(default = "default_database_url")]
    pub database_url: String,
    /// Address and port the web server listens on.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// Address of the site as people type it; `https` makes cookies travel over TLS only.
    #[serde(default = "default_public_url")]
    pub public_url: String,
    /// What the log shows, in the syntax of `tracing` filters.
    #[serde(default = "default_log")]
    pub log: String,
    /// The largest document that may be attached, in bytes.
    #[serde(default = "default_largest_document")]
    pub largest_document: u64,
}

fn default_database_url() -> String {
    "sqlite://jalon.db".to_owned()
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn default_public_url() -> String {
    "http://localhost:8080".to_owned()
}

fn default_log() -> String {
    "info,sqlx=warn".to_owned()
}

fn default_largest_document() -> u64 {
    20 * 1024 * 1024
}

/// Variables of the environment that are no settings: the file's own name, a password read once,
/// the server that tests use.
const OTHER_VARIABLES: [&str; 3] = ["JALON_CONFIG", "JALON_PASSWORD", "JALON_TEST_POSTGRES"];

/// Settings given on the command line; `None` leaves what file and environment say.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Replaces `database_url`.
    pub database_url: Option<String>,
    /// Replaces `listen`.
    pub listen: Option<SocketAddr>,
}

/// A wrong key or value, with its name.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key that does not exist, or a value that does not parse.
    #[error("configuration invalide : {0}")]
    Invalid(#[from] config::ConfigError),
    /// A value that parses and cannot serve.
    #[error("configuration invalide : « {key} » vaut « {value} » ; {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it holds; never a secret.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

impl Config {
    /// Reads `file` (or `jalon.toml` in the current folder where there is one), then the
    /// `JALON_…` variables of the environment, then `overrides`.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let environment = std::env::vars().collect();
        Self::from_sources(file, environment, overrides)
    }

    fn from_sources(
        file: Option<&Path>,
        environment: std::collections::HashMap<String, String>,
        overrides: &Overrides,
    ) -> Result<Self, ConfigError> {
        let (path, required) = match file {
            Some(path) => (path.to_owned(), true),
            None => (PathBuf::from("jalon.toml"), false),
        };
        let environment = environment
            .into_iter()
            .filter(|(key, _)| !OTHER_VARIABLES.contains(&key.as_str()))
            .collect();
        let config: Self = config::Config::builder()
            .add_source(
                config::File::from(path)
                    .format(config::FileFormat::Toml)
                    .required(required),
            )
            .add_source(
                config::Environment::with_prefix("JALON")
                    .prefix_separator("_")
                    .source(Some(environment)),
            )
            .set_override_option("database_url", overrides.database_url.clone())?
            .set_override_option("listen", overrides.listen.map(|l| l.to_string()))?
            .build()?
            .try_deserialize()?;
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let engine = self.database_url.split_once(':').map(|(scheme, _)| scheme);
        if !matches!(engine, Some("sqlite" | "postgres" | "postgresql")) {
            return Err(ConfigError::Value {
                key: "database_url",
                value: engine.unwrap_or("").to_owned(),
                expected: "l’adresse commence par sqlite:// ou postgres://",
            });
        }
        if !(self.public_url.starts_with("http://") || self.public_url.starts_with("https://")) {
            return Err(ConfigError::Value {
                key: "public_url",
                value: self.public_url,
                expected: "l’adresse commence par http:// ou https://",
            });
        }
        Ok(self)
    }

    /// Whether people reach the site over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(pairs: &[(&str, &str)], overrides: &Overrides) -> Result<Config, ConfigError> {
        let environment = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Config::from_sources(None, environment, overrides)
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
        let dir = std::env::temp_dir().join(format!("jalon-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("jalon.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nlog = \"debug\"\n").unwrap();
        let environment = [("JALON_LOG".to_owned(), "warn".to_owned())].into();
        let config = Config::from_sources(Some(&file), environment, &Overrides::default()).unwrap();
        assert_eq!((config.listen.port(), config.log.as_str()), (1, "warn"));
    }

    #[test]
    fn a_wrong_key_or_value_is_named() {
        let wrong = |key, value| {
            load(&[(key, value)], &Overrides::default())
                .unwrap_err()
                .to_string()
        };
        assert!(wrong("JALON_DATABSE_URL", "x").contains("databse_url"));
        assert!(wrong("JALON_LISTEN", "partout").contains("listen"));
        assert!(wrong("JALON_DATABASE_URL", "mysql://x").contains("database_url"));
        assert!(wrong("JALON_PUBLIC_URL", "jalon.example.org").contains("public_url"));
    }
}
