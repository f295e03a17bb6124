//! Words of closed lists.

/// A value written as one word of a closed list.
pub(crate) trait Worded: Copy + PartialEq + 'static {
    /// Every word and its value.
    fn words() -> impl Iterator<Item = (&'static str, Self)>;

    /// The value of a word.
    fn from_word(text: &str) -> Option<Self> {
        let found = Self::words().find(|(word, _)| *word == text)?;
        Some(found.1)
    }

    /// The word of a value.
    fn word(self) -> &'static str {
        let found = Self::words().find(|(_, value)| *value == self);
        found.map_or("", |(word, _)| word)
    }
}

impl Worded for bool {
    fn words() -> impl Iterator<Item = (&'static str, Self)> {
        [("oui", true), ("non", false)].into_iter()
    }
}
