//! What is kept elsewhere of the history and of the seals of accesses, so that rewriting all of it
//! shows.
//!
//! The chain of digests betrays whoever alters one link; who owns the database can compute the
//! whole chain anew. An anchor is one link's number and digest, kept where they cannot write: the
//! chain must still hold it.

use std::fmt;
use std::str::FromStr;

use super::history::Digest;
use crate::kernel::hex;

/// A link of the chain, as it is kept elsewhere: `1234 9f86d0…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The number of the change, or of the seal.
    pub no: i64,
    /// Its digest.
    pub digest: Digest,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.no, hex(&self.digest))
    }
}

/// What is not an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ce n’est pas une ancre : « numéro empreinte », l’empreinte en 64 chiffres hexadécimaux")]
pub struct WrongAnchor;

impl FromStr for Anchor {
    type Err = WrongAnchor;

    fn from_str(text: &str) -> Result<Self, WrongAnchor> {
        let (no, digits) = text.trim().split_once(' ').ok_or(WrongAnchor)?;
        let digits = digits.trim();
        if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(WrongAnchor);
        }
        let mut digest = Digest::default();
        for (byte, pair) in digest.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| WrongAnchor)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| WrongAnchor)?;
        }
        let no = no.parse().map_err(|_| WrongAnchor)?;
        Ok(Self { no, digest })
    }
}

/// The outcome of checking the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every link and every anchor holds; how many links there are.
    Whole(i64),
    /// The first link that does not.
    Broken(Broken),
}

/// The first link that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is not there, though later ones or its entries are.
    Missing(i64),
    /// Its digest is not that of what it holds and of the link before it.
    Altered(i64),
    /// The chain is sound in itself, but is not the one that was anchored.
    NotAnchored(i64),
}

impl Broken {
    /// The change's number.
    pub fn no(self) -> i64 {
        match self {
            Self::Missing(no) | Self::Altered(no) | Self::NotAnchored(no) => no,
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(no) => write!(f, "le changement n° {no} manque"),
            Self::Altered(no) => {
                write!(f, "le changement n° {no} ne répond plus à son empreinte")
            }
            Self::NotAnchored(no) => {
                write!(f, "le changement n° {no} n’est pas celui qui fut ancré")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Anchor, WrongAnchor};

    proptest! {
        #[test]
        fn an_anchor_reads_back_as_it_was_written(no in 0..i64::MAX, digest: [u8; 32]) {
            let anchor = Anchor { no, digest };
            prop_assert_eq!(anchor.to_string().parse(), Ok(anchor));
        }

        #[test]
        fn whatever_is_read_as_an_anchor_does_no_harm(text in ".{0,90}") {
            let _ = text.parse::<Anchor>();
        }
    }

    #[test]
    fn what_is_no_anchor_is_refused() {
        for text in [
            "",
            "12",
            "12 00",
            "douze 00",
            &format!("12 {}", "é".repeat(32)),
        ] {
            assert_eq!(text.parse::<Anchor>(), Err(WrongAnchor), "{text:?}");
        }
    }
}
