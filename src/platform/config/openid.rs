//! The provider of `OpenID` Connect that people may sign in through, as the settings name it.

use std::fmt;

use super::setting::{ConfigError, Setting};

/// A setting that nothing ever shows.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden(pub(super) String);

impl Hidden {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// In which form a provider tells who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Userinfo {
    /// A signed token, as `ProConnect` does.
    Signed,
    /// Plain JSON.
    Json,
}

impl Userinfo {
    /// Each with its word in the settings.
    pub(super) const ALL: [(Self, &'static str); 2] =
        [(Self::Signed, "signed"), (Self::Json, "json")];

    /// Its word in the settings.
    pub fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// The provider of identities, by default with what `ProConnect` asks of a service.
#[derive(Clone, Debug)]
pub struct OpenId {
    /// Its address, exactly as it says it itself; empty where people sign in with a password only.
    pub issuer: String,
    /// The name by which it knows this installation.
    pub client_id: String,
    /// What this installation proves itself with.
    pub client_secret: Hidden,
    /// What is asked of it, in its words.
    pub scopes: String,
    /// The levels (`acr`) that are worth a second factor.
    pub acr: Vec<String>,
    /// The methods (`amr`) that are worth a second factor.
    pub amr: Vec<String>,
    /// Its name, as people know it.
    pub label: String,
    /// In which form it tells who somebody is.
    pub userinfo: Userinfo,
}

impl Default for OpenId {
    fn default() -> Self {
        // The levels that ProConnect documents as two factors.
        let levels = [
            "eidas2",
            "eidas3",
            "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
            "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
        ];
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: Hidden::default(),
            scopes: "openid given_name usual_name email siret idp_id".to_owned(),
            acr: levels.map(str::to_owned).to_vec(),
            amr: vec!["mfa".to_owned()],
            label: "ProConnect".to_owned(),
            userinfo: Userinfo::Signed,
        }
    }
}

impl OpenId {
    /// Whether people may sign in through a provider.
    pub fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }

    pub(super) fn set(&mut self, key: &str, setting: &Setting) -> Result<(), ConfigError> {
        match key {
            "openid_issuer" => self.issuer = setting.issuer()?,
            "openid_client_id" => self.client_id = setting.some_text()?,
            "openid_client_secret" => self.client_secret = setting.secret()?,
            "openid_scopes" => self.scopes = setting.scopes()?,
            "openid_acr" => self.acr = setting.words(),
            "openid_amr" => self.amr = setting.words(),
            "openid_label" => self.label = setting.some_text()?,
            _ => self.userinfo = setting.userinfo()?,
        }
        Ok(())
    }

    /// Refuses a provider that is half told.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let parts = [
            ("openid_issuer", !self.issuer.is_empty()),
            ("openid_client_id", !self.client_id.is_empty()),
            ("openid_client_secret", !self.client_secret.0.is_empty()),
        ];
        let missing = parts.into_iter().find(|(_, is_told)| !is_told);
        match missing {
            Some((key, _)) if parts.iter().any(|(_, is_told)| *is_told) => {
                Err(ConfigError::Missing(key))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_told_whole_or_not_at_all() {
        let mut provider = OpenId::default();
        assert!(provider.check().is_ok() && !provider.is_on());
        provider.issuer = "https://id.example.org".to_owned();
        let told = provider.check().unwrap_err().to_string();
        assert!(told.contains("« openid_client_id » manque"), "{told}");
        provider.client_id = "jalon".to_owned();
        provider.client_secret = Hidden::from("un secret");
        assert!(provider.check().is_ok() && provider.is_on());
        assert!(!format!("{provider:?}").contains("un secret"));
    }
}
