//! How a framework words how far a value is from its target: the bands of attainment.
//!
//! Words, limits and tones are the framework's data. How a rate is computed stands in `figures`,
//! how a tone is drawn in the pages.

use serde::{Deserialize, Serialize};

use super::Framework;
use crate::kernel::{Decimal, Fraction};

/// One wording of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Band {
    /// Unique in the framework.
    pub key: String,
    /// What is said, in French.
    pub label: String,
    /// The verdicts it words.
    #[serde(default)]
    pub case: BandCase,
    /// Lowest rate of attainment, in per cent, this limit included; absent for the lowest band
    /// and where no rate decides.
    #[serde(default)]
    pub from: Option<Decimal>,
    /// How much it asks for attention.
    pub tone: Tone,
}

/// The verdicts that a band words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BandCase {
    /// The target is reached, whatever the method.
    Reached,
    /// It is not, and the rate of attainment says how far it is.
    #[default]
    Rate,
    /// It is not, and the method gives no rate.
    WithoutRate,
}

/// How much a band asks for attention, the least first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to do; for reached targets only.
    Reached,
    /// On the way.
    Near,
    /// To be watched.
    #[default]
    Attention,
    /// To be acted upon.
    Alert,
    /// Worse than at the start.
    Setback,
}

/// The usual bands, for a framework whose text gives none. Jalon's reading: no official document
/// gives any.
const USUAL: [(&str, &str, BandCase, Option<i64>, Tone); 6] = {
    use BandCase::{Rate, Reached, WithoutRate};
    [
        ("atteinte", "Cible atteinte", Reached, None, Tone::Reached),
        ("proche", "Proche", Rate, Some(80), Tone::Near),
        ("eloignee", "Éloignée", Rate, Some(50), Tone::Attention),
        ("tres-eloignee", "Très éloignée", Rate, Some(0), Tone::Alert),
        ("recul", "En recul", Rate, None, Tone::Setback),
        (
            "non-atteinte",
            "Non atteinte",
            WithoutRate,
            None,
            Tone::Attention,
        ),
    ]
};

/// The bands of a framework whose text gives none.
pub fn usual_bands() -> Vec<Band> {
    let band = |(key, label, case, from, tone): (&str, &str, _, Option<i64>, _)| Band {
        key: key.to_owned(),
        label: label.to_owned(),
        case,
        from: from.and_then(Decimal::from_int),
        tone,
    };
    USUAL.into_iter().map(band).collect()
}

/// The bands of a framework, ready to word any verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    reached: Band,
    /// By falling limit.
    rates: Vec<(Fraction, Band)>,
    lowest: Band,
    without_rate: Band,
}

impl Scale {
    /// The scale that these bands make; what they lack is as usual, so that every verdict has
    /// its words.
    pub fn new(bands: &[Band]) -> Self {
        let usual = usual_bands();
        let first = |wanted: &dyn Fn(&&Band) -> bool| {
            let found = bands.iter().chain(&usual).find(wanted);
            found.cloned().unwrap_or_default()
        };
        let rates = if bands.is_empty() { &usual[..] } else { bands };
        let limited = rates.iter().filter(|band| band.case == BandCase::Rate);
        let mut rates: Vec<(Fraction, Band)> = limited
            .filter_map(|band| Some((Fraction::of(band.from?, Decimal::HUNDRED, 1)?, band.clone())))
            .collect();
        rates.sort_by(|(one, _), (other, _)| other.cmp(one));
        Self {
            reached: first(&|band| band.case == BandCase::Reached),
            rates,
            lowest: first(&|band| band.case == BandCase::Rate && band.from.is_none()),
            without_rate: first(&|band| band.case == BandCase::WithoutRate),
        }
    }

    /// The words for a verdict: whether the target is reached, and the exact rate, 1 being the
    /// target. A limit belongs to the band above it.
    pub fn band(&self, reached: bool, rate: Option<Fraction>) -> &Band {
        if reached {
            return &self.reached;
        }
        let Some(rate) = rate else {
            return &self.without_rate;
        };
        let found = self.rates.iter().find(|(limit, _)| rate >= *limit);
        found.map_or(&self.lowest, |(_, band)| band)
    }
}

impl Framework {
    /// How this framework words verdicts.
    pub fn scale(&self) -> Scale {
        Scale::new(&self.bands)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    /// A scale whose limits are these, in per cent.
    fn bands(limits: impl IntoIterator<Item = i64>) -> Vec<Band> {
        let rate = |from: Option<i64>| Band {
            key: from.map_or("dessous".to_owned(), |n| n.to_string()),
            from: from.and_then(Decimal::from_int),
            ..Band::default()
        };
        limits
            .into_iter()
            .map(Some)
            .chain([None])
            .map(rate)
            .collect()
    }

    #[test]
    fn the_usual_words_are_those_of_the_ministry_pages() {
        let scale = Framework::default().scale();
        let words = |n: i128, d: i128| {
            let rate = Fraction::new(n, d);
            scale.band(false, rate).label.clone()
        };
        assert_eq!(words(80, 100), "Proche");
        assert_eq!(words(799_999_999_999, 1_000_000_000_000), "Éloignée");
        assert_eq!(words(0, 1), "Très éloignée");
        assert_eq!(words(-1, 1_000_000_000), "En recul");
        assert_eq!(scale.band(false, None).label, "Non atteinte");
        assert_eq!(scale.band(true, None).label, "Cible atteinte");
    }

    #[test]
    fn what_a_text_leaves_out_is_as_usual() {
        let scale = Scale::new(&bands([60]));
        assert_eq!(scale.band(true, None).key, "atteinte");
        assert_eq!(scale.band(false, None).key, "non-atteinte");
        assert_eq!(scale.band(false, Fraction::new(59, 100)).key, "dessous");
    }

    proptest! {
        #[test]
        fn a_rate_is_in_the_band_of_the_highest_limit_it_reaches(
            limits in btree_set(-50_i64..100, 1..6), num in -200_000_i64..200_000, den in 1_i64..1000,
        ) {
            let scale = Scale::new(&bands(limits.iter().copied()));
            let rate = Fraction::new(i128::from(num), i128::from(den) * 100);
            let expected = limits.iter().rev().find(|limit| num >= **limit * den);
            let expected = expected.map_or("dessous".to_owned(), ToString::to_string);
            prop_assert_eq!(&scale.band(false, rate).key, &expected);
        }

        #[test]
        fn the_order_in_which_bands_are_written_changes_nothing(limits in btree_set(-50_i64..100, 1..6), percent in -100_i128..150) {
            let up = Scale::new(&bands(limits.iter().copied()));
            let down = Scale::new(&bands(limits.iter().rev().copied()));
            let rate = Fraction::new(percent, 100);
            prop_assert_eq!(up.band(false, rate), down.band(false, rate));
        }
    }
}
