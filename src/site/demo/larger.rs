//! A demonstration as large as a country at work, to measure Jalon with.

use std::fmt::Write as _;
use std::ops::Range;

use clap::Args;

use super::plausible::Levels;
use crate::organisations::Directory;
use crate::organisations::source::Unusable;
use crate::site::shipped;

/// As many hospitals as their invented numbers, of nine digits, tell apart.
const MOST: i64 = 9_999;

/// How much larger than usual the demonstration is.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Larger {
    /// Agrandir la démonstration, pour mesurer : tant d’établissements de plus, chacun avec son contrat
    #[arg(long, value_name = "NOMBRE", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=MOST))]
    hospitals: u16,
    /// Agrandir la démonstration, pour mesurer : tant de révisions pour chaque valeur des régions
    #[arg(long, value_name = "NOMBRE", default_value_t = 1)]
    revisions: u16,
}

/// Code of the hospital of that number.
pub(super) fn code(no: u16) -> String {
    format!("CH-{no:04}")
}

/// Name of the place of the hospital of that number.
pub(super) fn name(no: u16) -> String {
    format!("Ville-{no}")
}

impl Larger {
    /// The numbers of the hospitals that are added.
    pub(super) fn hospitals(self) -> Range<u16> {
        0..self.hospitals
    }

    /// The revisions that each value has before the one that stands.
    pub(super) fn earlier_rounds(self) -> Range<u16> {
        1..self.revisions
    }

    /// The hospitals that are added, where some are.
    pub(super) fn establishments(self) -> Result<Option<Directory>, Unusable> {
        if self.hospitals == 0 {
            return Ok(None);
        }
        let mut text = "organisations:\n".to_owned();
        for no in self.hospitals() {
            let (code, name) = (code(no), name(no));
            // Writing to a `String` cannot fail.
            let _ = write!(
                text,
                "  - code: {code}\n    type: etablissement\n    \
                 libelle: Centre hospitalier de {name} (fictif)\n    \
                 sigle: CH de {name} (fictif)\n    finess: \"69998{no:04}\"\n    region: \"84\"\n    \
                 note: Établissement inventé pour mesurer, comme son numéro.\n"
            );
        }
        text.push_str("successions: []\n");
        shipped::beside_places(&text).map(Some)
    }

    /// Gives each of them people to serve.
    pub(super) fn serve(self, levels: &mut Levels) {
        for no in self.hospitals() {
            levels.serve(code(no), 40_000 + 1_000 * i64::from(no % 200));
        }
    }
}
