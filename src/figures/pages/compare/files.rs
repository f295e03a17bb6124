//! The regions side by side as they are taken away.

use super::{Choice, Ground, Region, target_words};
use crate::contracts::{Target, Terms};
use crate::figures::{Formatter, Situation};
use crate::frameworks::Indicator;
use crate::measures::Measure;
use crate::platform::web::Address;
use crate::platform::web::table::{Cell, Column, Table};
use crate::tables::word;

/// The table of the regions that an address chooses, as it is taken away: what the page shows, then
/// the target of each region and how it stands.
pub(in crate::figures) fn taken_away(situation: &Situation, asked: &Address) -> Option<Table> {
    let choice = Choice::new(asked, situation)?;
    let ground = Ground {
        situation,
        choice: &choice,
    };
    let (regions, lines) = (ground.columns(), ground.lines());
    let mut table = ground.table(&regions, &lines);
    table.columns.extend([
        Column::words("mesure", "Mesure").staying(),
        Column::words("unite", "Unité"),
    ]);
    for (row, (_, measure)) in table.rows.iter_mut().zip(&lines) {
        row.extend([Cell::text(measure.code.clone()), word(measure.unit.clone())]);
    }
    for region in &regions {
        let (code, name) = (region.place.code.to_lowercase(), &region.place.name);
        table.columns.extend([
            Column::words(format!("cible-{code}"), format!("{name}, cible")),
            Column::words(format!("atteinte-{code}"), format!("{name}, atteinte")),
        ]);
        let agreed = region.agreed;
        let terms = agreed.map(|(full, _)| full.in_force(situation.moment.change));
        for (row, (indicator, measure)) in table.rows.iter_mut().zip(&lines) {
            row.extend(ground.agreed(region, terms.as_ref(), indicator, measure));
        }
    }
    Some(table)
}

impl Ground<'_> {
    /// The target of a region and how it stands, in words.
    fn agreed(
        &self,
        region: &Region<'_>,
        terms: Option<&Terms<'_>>,
        indicator: &Indicator,
        measure: &Measure,
    ) -> [Cell; 2] {
        let Some((review, target)) = self.review(region, terms, (indicator, measure)) else {
            return <[Cell; 2]>::default();
        };
        let formatter = Formatter::new(Some(measure));
        let words = |(year, target): (i16, &Target)| {
            format!("{} ({year})", target_words(target, formatter))
        };
        [
            word(target.map(words)),
            Cell::text(review.words(&self.choice.framework.scale())),
        ]
    }
}
