//! The same form sent twice: a double click, a page sent again after a lost connection.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The name of the field that makes each form shown unlike any other.
pub const TOKEN_FIELD: &str = "jeton";

/// A form as one person sent it to one address, told from every other by the token that was put
/// in it when it was shown. What was typed counts: a form changed and sent again is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentForm {
    digest: Vec<u8>,
}

impl SentForm {
    /// The form sent to `address` with these fields; nothing where it has no token, and then it
    /// cannot be told from another that says the same.
    pub fn read<'f>(
        person: Option<Uuid>,
        address: &str,
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Option<Self> {
        let mut fields: Vec<(&str, &str)> = fields.into_iter().collect();
        fields.sort_unstable();
        let is_token = |(name, value): &&(&str, &str)| *name == TOKEN_FIELD && !value.is_empty();
        fields.iter().find(is_token)?;
        let mut digest = Sha256::new();
        digest.update(person.unwrap_or_default());
        for text in std::iter::once(address).chain(fields.iter().flat_map(|(n, v)| [*n, *v])) {
            // Lengths keep one text from running into the next.
            digest.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(text);
        }
        let digest = digest.finalize().to_vec();
        Some(Self { digest })
    }

    /// What it is known by.
    pub(super) fn digest(&self) -> &[u8] {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(person: Option<Uuid>, address: &str, fields: &[(&str, &str)]) -> Option<SentForm> {
        SentForm::read(person, address, fields.iter().copied())
    }

    #[test]
    fn a_form_is_itself_and_no_other() {
        let form = [("jeton", "a"), ("acte", "avenant")];
        let known = sent(None, "/actes/nouveau", &form);
        assert!(known.is_some());
        assert_eq!(known, sent(None, "/actes/nouveau", &[form[1], form[0]]));
        let others = [
            sent(Some(Uuid::from_u128(1)), "/actes/nouveau", &form),
            sent(None, "/autre", &form),
            sent(None, "/actes/nouveau", &[("jeton", "b"), form[1]]),
            sent(None, "/actes/nouveau", &[form[0], ("acte", "correction")]),
            sent(None, "/actes/nouveau", &[form[0], ("act", "eavenant")]),
        ];
        for other in others {
            assert_ne!(known, other);
        }
    }

    #[test]
    fn without_a_token_every_form_is_new() {
        assert_eq!(sent(None, "/", &[("acte", "avenant")]), None);
        assert_eq!(sent(None, "/", &[("jeton", "")]), None);
    }
}
