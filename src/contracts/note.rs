//! The confidential note on a contract: what its director general writes for the coordination and
//! the secretary general, kept under seal.
//!
//! What lives here: its versions. What never does: what it says, which stands sealed in the
//! database and in no search, table, file, program or backup that can be read.

use uuid::Uuid;

/// What a version of the note is of its thing, where it is sealed.
pub const SLOT: &str = "confidential_note";

/// The most characters that a note may hold.
pub const LONGEST: usize = 20_000;

/// A version, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub no: i64,
    /// When it was written, in microseconds UTC.
    pub at: i64,
    /// By whom.
    pub who: Option<String>,
    /// SHA-256 of the encrypted text.
    pub digest: Vec<u8>,
}

/// The note on a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Its thing; none where nobody wrote a version.
    pub id: Option<Uuid>,
    /// Its versions, the last first.
    pub versions: Vec<Version>,
}

impl Note {
    /// The number of the last version; 0 where there is none.
    pub fn last(&self) -> i64 {
        self.versions.first().map_or(0, |version| version.no)
    }

    /// The version of that number.
    pub fn version(&self, no: i64) -> Option<&Version> {
        self.versions.iter().find(|version| version.no == no)
    }
}

/// A version whose sealed text is not what the history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    /// The address of the contract.
    pub slug: String,
    /// The version.
    pub no: i64,
    /// Whether nothing stands in its place.
    pub missing: bool,
}

/// What somebody typed, as it is kept: lines end alike, and nothing trails.
///
/// # Errors
/// What is wrong with it, in French.
pub fn read_text(typed: &str) -> Result<String, String> {
    let text = typed.replace("\r\n", "\n");
    let text = text.trim_end();
    if text.trim().is_empty() {
        return Err("Écrivez la note avant de l’enregistrer.".to_owned());
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(format!(
            "La note compte {length} caractères ; elle n’en tient que {LONGEST}. Raccourcissez-la, rien n’est perdu."
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_kept_as_it_was_typed_but_for_its_ends() {
        assert_eq!(read_text("Un\r\n\r\nDeux \r\n").unwrap(), "Un\n\nDeux");
        assert!(read_text(" \r\n ").is_err());
        assert!(read_text(&"é".repeat(LONGEST)).is_ok());
        let told = read_text(&"é".repeat(LONGEST + 1)).unwrap_err();
        assert!(told.contains("20001"), "{told}");
    }
}
