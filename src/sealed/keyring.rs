//! Sealing and opening: XChaCha20-Poly1305 under a key of each thing's own.

use std::sync::Arc;

use async_trait::async_trait;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{DataKey, Envelope, Place, Plain, SealError, Wrapped};

/// What wraps the keys of sealed things. A file is what comes with Jalon ([`super::KeyFile`]); a
/// service of keys would be another: it never has to give its master keys out.
#[async_trait]
pub trait MasterKeys: Send + Sync + std::fmt::Debug {
    /// The identifier of the key that wraps from now on.
    fn current(&self) -> String;

    /// Wraps a key under the current master key, bound to those bytes.
    async fn wrap(&self, key: &DataKey, bound: &[u8]) -> Result<Wrapped, SealError>;

    /// Gives a wrapped key back, bound to those bytes, whichever master key wrapped it.
    async fn unwrap(&self, wrapped: &Wrapped, bound: &[u8]) -> Result<DataKey, SealError>;
}

/// The master keys of an installation, where it has some. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Keyring(Option<Arc<dyn MasterKeys>>);

impl Keyring {
    /// Those master keys.
    pub fn of(keys: impl MasterKeys + 'static) -> Self {
        Self(Some(Arc::new(keys)))
    }

    /// Whether something can be sealed.
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The identifier of the key that wraps from now on.
    pub fn current(&self) -> Option<String> {
        self.0.as_ref().map(|keys| keys.current())
    }

    fn keys(&self) -> Result<&dyn MasterKeys, SealError> {
        self.0.as_deref().ok_or(SealError::NoKey)
    }

    /// Seals bytes for that place, under a key of their own. It may go over the network: no
    /// transaction should wait for it.
    ///
    /// # Errors
    /// Where no key is set, or it cannot be reached.
    pub async fn seal(&self, place: &Place, plain: &[u8]) -> Result<Envelope, SealError> {
        let (key, bound) = (DataKey::random(), place.bound());
        let wrapped = self.keys()?.wrap(&key, &bound).await?;
        let (nonce, body) = encrypt(key.bytes(), plain, &bound)?;
        Ok(Envelope {
            wrapped,
            nonce,
            body,
        })
    }

    /// Opens what was sealed for that place.
    ///
    /// # Errors
    /// Where it was altered, cut short, or sealed for another place; where its key is not there.
    pub async fn open(&self, place: &Place, envelope: &Envelope) -> Result<Plain, SealError> {
        let bound = place.bound();
        let key = self.keys()?.unwrap(&envelope.wrapped, &bound).await?;
        let plain = decrypt(key.bytes(), &envelope.nonce, &envelope.body, &bound)?;
        Ok(Plain(plain))
    }

    /// The key of a sealed thing under the current master key, once it has shown that it opens
    /// the thing; nothing where it is already.
    ///
    /// # Errors
    /// Where the thing does not open.
    pub async fn rewrap(
        &self,
        place: &Place,
        envelope: &Envelope,
    ) -> Result<Option<Wrapped>, SealError> {
        let (keys, bound) = (self.keys()?, place.bound());
        if envelope.wrapped.key_id == keys.current() {
            return Ok(None);
        }
        let key = keys.unwrap(&envelope.wrapped, &bound).await?;
        let wrapped = keys.wrap(&key, &bound).await?;
        // What replaces the old wrapping has opened the thing first.
        let renewed = Envelope {
            wrapped,
            ..envelope.clone()
        };
        self.open(place, &renewed).await?;
        Ok(Some(renewed.wrapped))
    }
}

/// Encrypts bytes under a key, bound to others; the nonce is drawn at random.
pub(super) fn encrypt(
    key: &[u8; 32],
    plain: &[u8],
    bound: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let nonce: [u8; 24] = rand::random();
    let payload = Payload {
        msg: plain,
        aad: bound,
    };
    let body = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload);
    Ok((nonce.to_vec(), body.map_err(|_| SealError::Closed)?))
}

/// What was encrypted so.
pub(super) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8],
    body: &[u8],
    bound: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| SealError::Closed)?;
    let payload = Payload {
        msg: body,
        aad: bound,
    };
    let plain = XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), payload);
    plain.map(Zeroizing::new).map_err(|_| SealError::Closed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::sealed::KeyFile;

    fn key(id: &str, byte: &str) -> String {
        format!("{id} {}\n", byte.repeat(32))
    }

    fn ring(text: &str) -> Keyring {
        Keyring::of(KeyFile::parse(text).unwrap())
    }

    fn place(no: i64) -> Place {
        Place::new(Uuid::from_u128(7), "note", no)
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn the_published_vector_is_met() {
        // draft-irtf-cfrg-xchacha-03, A.3.1.
        let key: [u8; 32] = std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap());
        let nonce: Vec<u8> = (0x40..=0x57).collect();
        let aad = [
            0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
        ];
        let text = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let payload = Payload {
            msg: text,
            aad: &aad,
        };
        let nonce_array: [u8; 24] = nonce.clone().try_into().unwrap();
        let body = XChaCha20Poly1305::new(&key.into())
            .encrypt(&XNonce::from(nonce_array), payload)
            .unwrap();
        assert_eq!(body[..4], [0xbd, 0x6d, 0x17, 0x9d]);
        assert_eq!(body[body.len() - 4..], [0x78, 0x0a, 0xcf, 0x49]);
        assert_eq!(*decrypt(&key, &nonce, &body, &aad).unwrap(), text);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_there_and_nowhere_else(plain: Vec<u8>, no in 0_i64..9, other in 0_i64..9) {
            let keys = ring(&key("a", "01"));
            let envelope = now(keys.seal(&place(no), &plain)).unwrap();
            let opened = now(keys.open(&place(no), &envelope)).unwrap();
            prop_assert_eq!(opened.bytes(), &plain[..]);
            let elsewhere = now(keys.open(&place(other), &envelope));
            prop_assert_eq!(elsewhere.is_ok(), no == other);
            let slot = Place { slot: "autre".to_owned(), ..place(no) };
            prop_assert!(now(keys.open(&slot, &envelope)).is_err());
            let thing = Place { thing: Uuid::from_u128(8), ..place(no) };
            prop_assert!(now(keys.open(&thing, &envelope)).is_err());
        }

        #[test]
        fn what_was_altered_anywhere_never_opens(plain: Vec<u8>, at: prop::sample::Index, bit in 0_u8..8) {
            let keys = ring(&key("a", "01"));
            let envelope = now(keys.seal(&place(1), &plain)).unwrap();
            for part in [0, 1, 2] {
                let mut bad = envelope.clone();
                let bytes = match part { 0 => &mut bad.wrapped.bytes, 1 => &mut bad.nonce, _ => &mut bad.body };
                let place_of = at.index(bytes.len());
                bytes[place_of] ^= 1 << bit;
                prop_assert!(now(keys.open(&place(1), &bad)).is_err());
                let bytes = match part { 0 => &mut bad.wrapped.bytes, 1 => &mut bad.nonce, _ => &mut bad.body };
                bytes[place_of] ^= 1 << bit;
                bytes.truncate(place_of);
                prop_assert!(now(keys.open(&place(1), &bad)).is_err());
            }
        }
    }

    #[test]
    fn another_key_opens_nothing_and_says_which_is_missing() {
        let envelope = now(ring(&key("a", "01")).seal(&place(1), b"secret")).unwrap();
        let other = now(ring(&key("b", "02")).open(&place(1), &envelope)).unwrap_err();
        assert!(other.to_string().contains("« a » manque"), "{other}");
        let false_name = now(ring(&key("a", "02")).open(&place(1), &envelope)).unwrap_err();
        assert!(matches!(false_name, SealError::Closed));
        let none = now(Keyring::default().open(&place(1), &envelope)).unwrap_err();
        assert!(matches!(none, SealError::NoKey));
    }

    #[test]
    fn a_key_is_wrapped_anew_only_where_it_opens() {
        let old = now(ring(&key("a", "01")).seal(&place(1), b"secret")).unwrap();
        let both = ring(&(key("b", "02") + &key("a", "01")));
        let wrapped = now(both.rewrap(&place(1), &old)).unwrap().unwrap();
        assert_eq!(wrapped.key_id, "b");
        let renewed = Envelope {
            wrapped,
            ..old.clone()
        };
        assert!(now(both.rewrap(&place(1), &renewed)).unwrap().is_none());
        let plain = now(ring(&key("b", "02")).open(&place(1), &renewed)).unwrap();
        assert_eq!(plain.text(), Some("secret"));
        let mut cut = old;
        cut.body.pop();
        assert!(now(both.rewrap(&place(1), &cut)).is_err());
    }
}
