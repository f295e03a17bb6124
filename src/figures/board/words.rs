//! What the states and movements of a board are called, the same on pages and in files.

use crate::figures::comparison::Movement;
use crate::frameworks::Tone;

/// All tones, the best first, with their word on a board and what it means.
pub(in crate::figures) const TONES: [(Tone, &str, &str); 5] = [
    (Tone::Reached, "Atteint", "cible atteinte"),
    (Tone::Near, "Proche", "près de la cible"),
    (Tone::Attention, "À suivre", "loin de la cible"),
    (Tone::Alert, "Alerte", "très loin de la cible"),
    (Tone::Setback, "Recul", "moins bien qu’au départ"),
];

/// The word of a tone on a board.
pub(in crate::figures) fn tone_word(tone: Tone) -> &'static str {
    let found = TONES.iter().find(|(known, ..)| *known == tone);
    found.map_or("", |(_, word, _)| word)
}

/// The pictogram of a movement and its words.
pub(in crate::figures) fn movement_words(movement: Movement) -> (&'static str, &'static str) {
    match movement {
        Movement::Forward => ("up", "en progrès"),
        Movement::Still => ("same", "stable"),
        Movement::Back => ("down", "en recul sur un an"),
    }
}
