//! What kind of file some bytes are, whatever its name says.

use super::{Foreign, ReadError};

/// A kind of file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Csv,
}

/// Recognises a file by its first bytes.
///
/// # Errors
/// Where it is of a kind that is not read: the error says how to save it.
pub(super) fn recognise(bytes: &[u8]) -> Result<Kind, ReadError> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return Err(ReadError::Foreign(Foreign::Archive));
    }
    Ok(Kind::Csv)
}
