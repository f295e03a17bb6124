//! What comes with Jalon, inside the binary: frameworks, organisations and places, the files of
//! the demonstration.

use include_dir::{Dir, include_dir};

use crate::frameworks::Texts;
use crate::organisations::Directory;
use crate::organisations::source::{self, Unusable};

static FRAMEWORKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/frameworks");
const ORGANISATIONS: &str = include_str!("../../reference/organisations.yaml");
const PLACES: &str = include_str!("../../reference/lieux.yaml");

/// HPV vaccination coverage in 2022 and 2023, by region (Santé publique France).
pub(super) const HPV: &str = include_str!("../../demo/hpv-2022-2023.csv");
/// What its supplier does not publish of it, as the files of the source say.
pub(super) const HPV_UNPUBLISHED: &str = include_str!("../../demo/hpv-mayotte.csv");
/// Levels, spreads and trends of the invented values.
pub(super) const PLAUSIBLE: &str = include_str!("../../demo/plausible.csv");
/// People that each invented establishment serves.
pub(super) const ESTABLISHMENTS: &str = include_str!("../../demo/etablissements.csv");
/// Inhabitants of the regions in 2022, rounded (Insee).
pub(super) const POPULATIONS: &str = include_str!("../../demo/populations.csv");

/// The organisations and places that come with Jalon.
///
/// # Errors
/// Never in a released binary: a test reads them.
pub fn directory() -> Result<Directory, Unusable> {
    source::read(ORGANISATIONS, PLACES)
}

/// The organisations that the demonstration invents.
///
/// # Errors
/// Never in a released binary: a test builds the demonstration.
pub(super) fn invented() -> Result<Directory, Unusable> {
    beside_places(include_str!("../../demo/organisations.yaml"))
}

/// Organisations told by a text, in the places that come with Jalon.
///
/// # Errors
/// Whatever is wrong in the text.
pub(super) fn beside_places(organisations: &str) -> Result<Directory, Unusable> {
    source::read(organisations, PLACES)
}

/// The texts of the frameworks that come with Jalon, by code.
pub fn frameworks() -> Vec<(String, Texts)> {
    let named = FRAMEWORKS.dirs().map(|folder| {
        let code = folder.path().to_string_lossy().into_owned();
        let texts = folder.files().filter_map(|file| {
            let name = file.path().file_name()?.to_string_lossy().into_owned();
            Some((name, file.contents_utf8()?.to_owned()))
        });
        (code, texts.collect())
    });
    named.collect()
}
