//! Bytes as they are received.

use super::{Limits, ReadError};

/// A file being received: refused as soon as it is too large, long before it is all there.
#[derive(Debug)]
pub struct Upload {
    bytes: Vec<u8>,
    most: u64,
}

impl Upload {
    /// Nothing received yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            bytes: Vec::new(),
            most: limits.bytes,
        }
    }

    /// Adds what has just arrived.
    ///
    /// # Errors
    /// [`ReadError::TooLarge`] where it is too much: the rest need not be received.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), ReadError> {
        let length = self.bytes.len().saturating_add(chunk.len());
        if u64::try_from(length).unwrap_or(u64::MAX) > self.most {
            return Err(ReadError::TooLarge { most: self.most });
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// All that was received.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
