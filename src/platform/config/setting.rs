//! One setting as somebody wrote it, and what is said where it cannot serve.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Hidden, PREFIX, SecondFactor, Userinfo};
use crate::kernel::nearest;
use crate::platform::antivirus::Clamd;
use crate::platform::fetch::is_safe_address;
use crate::platform::file::FileError;

/// The keys, as files write them.
pub(super) const KEYS: [&str; 23] = [
    "api_requests_per_minute",
    "clamd_address",
    "clamd_unreachable",
    "client_address_header",
    "database_url",
    "largest_document",
    "listen",
    "log",
    "mail_from",
    "metrics_listen",
    "openid_acr",
    "openid_amr",
    "openid_client_id",
    "openid_client_secret",
    "openid_issuer",
    "openid_label",
    "openid_scopes",
    "openid_userinfo",
    "public_url",
    "seal_key_file",
    "second_factor",
    "smtp_url",
    "support_contact",
];

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In that file.
    File(PathBuf),
    /// In a variable of the environment.
    Environment,
    /// On the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "dans « {} »", path.display()),
            Self::Environment => f.write_str("dans l’environnement"),
            Self::Flag => f.write_str("sur la ligne de commande"),
        }
    }
}

/// A wrong file, key or value, told in French.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file does not read.
    #[error("configuration invalide : « {} » : {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: FileError,
    },
    /// The file is no TOML.
    #[error(
        "configuration invalide : « {} », ligne {line}, ne se lit pas ; une ligne s’écrit clé = \"valeur\"",
        path.display()
    )]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A variable of the environment is not text.
    #[error("configuration invalide : « {0} », dans l’environnement, n’est pas du texte en UTF-8")]
    NotText(String),
    /// There is no such setting.
    #[error(
        "configuration invalide : « {written} » (vaut « {value} »), {origin}, n’est pas un réglage ; {meant}"
    )]
    Unknown {
        /// The key as it was written.
        written: String,
        /// What it holds; never a secret.
        value: String,
        /// Where it stands.
        origin: Origin,
        /// What may be meant.
        meant: String,
    },
    /// A setting goes with another that is not there.
    #[error(
        "configuration invalide : « {0} » manque ; pour se connecter par un fournisseur d’identité, openid_issuer, openid_client_id et openid_client_secret vont ensemble"
    )]
    Missing(&'static str),
    /// A value cannot serve.
    #[error("configuration invalide : « {written} » vaut « {value} », {origin} ; {expected}")]
    Value {
        /// The key as it was written.
        written: String,
        /// What it holds; never a secret.
        value: String,
        /// Where it stands.
        origin: Origin,
        /// What was expected.
        expected: &'static str,
    },
}

/// One setting as somebody wrote it.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// The key as it was written: `listen`, `JALON_LISTEN`, `--listen`.
    pub written: String,
    /// What it holds.
    pub value: String,
    /// Where it stands.
    pub origin: Origin,
}

impl Setting {
    /// Which setting it is.
    pub(super) fn key(&self) -> Result<&'static str, ConfigError> {
        let known = KEYS
            .into_iter()
            .find(|key| self.spelled(key) == self.written);
        known.ok_or_else(|| ConfigError::Unknown {
            written: self.written.clone(),
            value: self.shown(),
            origin: self.origin.clone(),
            meant: self.meant(),
        })
    }

    /// How a key is written where this setting stands.
    fn spelled(&self, key: &str) -> String {
        match self.origin {
            Origin::File(_) => key.to_owned(),
            Origin::Environment => format!("{PREFIX}{}", key.to_uppercase()),
            Origin::Flag => format!("--{}", key.replace('_', "-")),
        }
    }

    /// The value as it may be shown; nothing of one that is, or may have been meant as, a secret.
    fn shown(&self) -> String {
        let is_secret = |key: &str| key.to_lowercase().contains("secret");
        if is_secret(&self.written) || self.nearest().is_some_and(|near| is_secret(&near)) {
            return "…".to_owned();
        }
        without_secret(&self.value)
    }

    /// The known key that looks most like the one written.
    fn nearest(&self) -> Option<String> {
        let known = KEYS.map(|key| self.spelled(key));
        nearest(&self.written, known.iter().map(String::as_str)).map(str::to_owned)
    }

    fn meant(&self) -> String {
        let known = KEYS.map(|key| self.spelled(key));
        match self.nearest() {
            Some(near) => format!("vouliez-vous dire « {near} » ?"),
            None => format!("les réglages sont : {}", known.join(", ")),
        }
    }

    fn refused(&self, expected: &'static str) -> ConfigError {
        ConfigError::Value {
            written: self.written.clone(),
            value: self.shown(),
            origin: self.origin.clone(),
            expected,
        }
    }

    pub(super) fn database_url(&self) -> Result<String, ConfigError> {
        let scheme = self.value.split_once(':').map(|(scheme, _)| scheme);
        match scheme {
            Some("sqlite" | "postgres" | "postgresql") => Ok(self.value.clone()),
            _ => Err(self.refused("l’adresse commence par sqlite:// ou postgres://")),
        }
    }

    pub(super) fn listen(&self) -> Result<SocketAddr, ConfigError> {
        let parsed = self.value.parse();
        parsed
            .map_err(|_| self.refused("une adresse et un port sont attendus, comme 127.0.0.1:8080"))
    }

    pub(super) fn public_url(&self) -> Result<String, ConfigError> {
        let web = ["http://", "https://"];
        if web.iter().any(|scheme| self.value.starts_with(scheme)) {
            Ok(self.value.clone())
        } else {
            Err(self.refused("l’adresse commence par http:// ou https://"))
        }
    }

    pub(super) fn smtp_url(&self) -> Result<String, ConfigError> {
        let scheme = self.value.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("smtp" | "smtps") => Ok(self.value.clone()),
            _ => Err(self.refused("l’adresse commence par smtp:// ou smtps://")),
        }
    }

    pub(super) fn mailbox(&self) -> Result<String, ConfigError> {
        if self.value.contains('@') {
            Ok(self.value.clone())
        } else {
            Err(self.refused("une adresse est attendue, comme Jalon <jalon@exemple.fr>"))
        }
    }

    pub(super) fn line(&self) -> Result<String, ConfigError> {
        let text = self.value.trim();
        if text.chars().count() <= 200 && !text.contains(char::is_control) {
            Ok(text.to_owned())
        } else {
            Err(self.refused("une ligne de 200 caractères au plus est attendue, comme assistance@exemple.fr ou 01 23 45 67 89"))
        }
    }

    pub(super) fn second_factor(&self) -> Result<SecondFactor, ConfigError> {
        let mut all = SecondFactor::ALL.into_iter();
        let found = all.find(|(_, word)| *word == self.value);
        let (asked, _) = found
            .ok_or_else(|| self.refused("« optional », « by_role » ou « required » est attendu"))?;
        Ok(asked)
    }

    pub(super) fn clamd(&self) -> Result<Clamd, ConfigError> {
        let parsed = Clamd::parse(&self.value);
        parsed.ok_or_else(|| {
            self.refused(
                "l’adresse de clamd est attendue, comme tcp://127.0.0.1:3310 ou unix:/run/clamav/clamd.ctl",
            )
        })
    }

    pub(super) fn accepts(&self) -> Result<bool, ConfigError> {
        match self.value.as_str() {
            "refuse" => Ok(false),
            "accept" => Ok(true),
            _ => Err(self.refused("« refuse » ou « accept » est attendu")),
        }
    }

    pub(super) fn path(&self) -> Result<PathBuf, ConfigError> {
        if self.value.trim().is_empty() {
            return Err(
                self.refused("le chemin d’un fichier de clés est attendu, comme /etc/jalon/cles")
            );
        }
        Ok(PathBuf::from(&self.value))
    }

    pub(super) fn header(&self) -> Result<String, ConfigError> {
        let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if is_name(&self.value) {
            Ok(self.value.clone())
        } else {
            Err(self.refused("le nom d’un en-tête est attendu, comme X-Forwarded-For"))
        }
    }

    /// The address of a provider of identities: over TLS, but on this machine.
    pub(super) fn issuer(&self) -> Result<String, ConfigError> {
        if is_safe_address(&self.value) {
            Ok(self.value.clone())
        } else {
            Err(self.refused("l’adresse du fournisseur d’identité commence par https://"))
        }
    }

    pub(super) fn secret(&self) -> Result<Hidden, ConfigError> {
        Ok(Hidden(self.some_text()?))
    }

    pub(super) fn some_text(&self) -> Result<String, ConfigError> {
        let text = self.value.trim();
        if text.is_empty() {
            return Err(self.refused("un texte est attendu"));
        }
        Ok(text.to_owned())
    }

    /// Words with spaces between them; none is possible.
    pub(super) fn words(&self) -> Vec<String> {
        self.value.split_whitespace().map(str::to_owned).collect()
    }

    pub(super) fn scopes(&self) -> Result<String, ConfigError> {
        let words = self.words();
        if words.iter().any(|word| word == "openid") {
            Ok(words.join(" "))
        } else {
            Err(self.refused(
                "des mots séparés par des espaces sont attendus, dont « openid », comme openid siret",
            ))
        }
    }

    pub(super) fn userinfo(&self) -> Result<Userinfo, ConfigError> {
        let mut all = Userinfo::ALL.into_iter();
        let found = all.find(|(_, word)| *word == self.value);
        let (form, _) = found.ok_or_else(|| self.refused("« signed » ou « json » est attendu"))?;
        Ok(form)
    }

    pub(super) fn log(&self) -> Result<String, ConfigError> {
        let filter = tracing_subscriber::EnvFilter::try_new(&self.value);
        filter.map_err(|_| self.refused("un niveau est attendu, comme info ou info,sqlx=warn"))?;
        Ok(self.value.clone())
    }

    pub(super) fn requests(&self) -> Result<u32, ConfigError> {
        let parsed = self.value.parse();
        parsed.map_err(|_| {
            self.refused(
                "un nombre de demandes est attendu, comme 600, ou 0 pour ne pas les limiter",
            )
        })
    }

    pub(super) fn bytes(&self) -> Result<u64, ConfigError> {
        let parsed = self.value.parse();
        parsed.map_err(|_| self.refused("un nombre d’octets est attendu, comme 20971520"))
    }
}

/// The value as it may be shown: of an address with a scheme, which may hold a password, the
/// scheme alone, unless it is that of a web page; nothing of one that lacks its scheme.
fn without_secret(value: &str) -> String {
    match value.split_once("://") {
        Some((scheme, rest)) if !scheme.starts_with("http") || rest.contains('@') => {
            format!("{scheme}:…")
        }
        // An address whose scheme was forgotten.
        None if value.contains('@') && value.contains(':') => "…".to_owned(),
        _ => value.to_owned(),
    }
}
