//! Numbers that look drawn by chance and are the same at every run.

use sha2::{Digest, Sha256};

/// A number from 0 to 9 999 that depends on the words and on nothing else.
pub(super) fn draw(words: &[&str]) -> i64 {
    let mut digest = Sha256::new();
    for word in words {
        digest.update(word.as_bytes());
        digest.update([0]);
    }
    let bytes = digest.finalize();
    let first = [bytes[0], bytes[1], bytes[2], bytes[3]];
    i64::from(u32::from_be_bytes(first) % 10_000)
}

/// A number between two others, both included.
pub(super) fn between(low: i64, high: i64, words: &[&str]) -> i64 {
    low + (high - low) * draw(words) / 9_999
}
