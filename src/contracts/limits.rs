//! How long what people write may be: a limit that the form tells and that loses nothing.

/// How many characters a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(usize);

/// Title of a contract, name of an indicator or an action.
pub const TITLE: Limit = Limit(200);
/// End of an address.
pub const ADDRESS: Limit = Limit(80);
/// Label of a section.
pub const LABEL: Limit = Limit(80);
/// Name, function or capacity of a signatory.
pub const NAME: Limit = Limit(120);
/// Reason of an instrument or of a choice, definition, text of a value, source of an amount.
pub const TEXT: Limit = Limit(4_000);
/// Sections of a contract.
pub const SECTIONS: usize = 20;
/// Signatories of an instrument.
pub const SIGNATORIES: usize = 40;
/// Years of a contract: its grids have a column for each.
pub const YEARS: i16 = 10;

impl Limit {
    /// How many characters.
    pub const fn characters(self) -> usize {
        self.0
    }

    /// The text without the blanks around it, its lines ended alike.
    ///
    /// # Errors
    /// A sentence where it is longer than the limit.
    pub fn read(self, typed: &str) -> Result<String, String> {
        let text = typed.trim().replace("\r\n", "\n");
        match text.chars().count() {
            count if count > self.0 => Err(format!(
                "Ce texte compte {count} caractères, et {} au plus sont gardés. Raccourcissez-le.",
                self.0
            )),
            _ => Ok(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_and_not_bytes() {
        let whole = "é".repeat(TITLE.characters());
        assert_eq!(TITLE.read(&format!("  {whole}\r\n")), Ok(whole.clone()));
        let refused = TITLE.read(&format!("{whole}é")).unwrap_err();
        assert!(
            refused.contains("201") && refused.contains("200"),
            "{refused}"
        );
    }
}
