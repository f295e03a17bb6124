//! What is left of the words that are asked whatever mistake is in them. Pure.

use crate::kernel::fold;

/// Pieces of the words that are asked for: a mistake in a word leaves one of its pieces as it is.
#[derive(Debug)]
pub struct Pieces(Vec<String>);

impl Pieces {
    /// Those of what somebody typed.
    pub fn of(asked: &str) -> Self {
        let folded = fold(asked);
        let mut pieces = Vec::new();
        for word in folded.split(|c: char| !c.is_alphanumeric()) {
            let letters: Vec<char> = word.chars().collect();
            let length = if letters.len() < 6 { 2 } else { 3 };
            pieces.extend(
                letters
                    .chunks(length)
                    .map(|piece| piece.iter().collect::<String>()),
            );
        }
        pieces.retain(|piece| piece.len() > 1);
        Self(pieces)
    }

    /// Whether what is called so may answer: most has none of these pieces in its name, and need
    /// not be read any further.
    pub fn may_be_in(&self, name: &str) -> bool {
        let name = fold(name);
        self.0.iter().any(|piece| name.contains(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_keeps_no_document_from_being_read() {
        for asked in ["marchal", "MARCHAL", "mrachal", "narchal", "zoe", "mar"] {
            assert!(Pieces::of(asked).may_be_in("Zoé Marchal"), "{asked}");
        }
        assert!(!Pieces::of("vaccination hpv").may_be_in("Zoé Marchal"));
        assert!(!Pieces::of(" . ").may_be_in("Zoé Marchal"));
    }
}
