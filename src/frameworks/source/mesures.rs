//! `mesures.yaml`: the measures that a framework is the first to write.

use super::layout::Map;
use crate::kernel::ValueKind;
use crate::measures::{Break, Measure};
use crate::platform::yaml::{Item, Worded};

/// Reads every measure.
pub(super) fn read(item: &mut Item<'_>) -> Vec<Measure> {
    item.list("mesures", read_measure)
}

/// The file of these measures.
pub(super) fn write(measures: &[Measure]) -> Map {
    Map::new().list("mesures", measures, write_measure)
}

fn read_measure(item: &mut Item<'_>) -> Measure {
    Measure {
        code: item.key("code"),
        label: item.required("libelle"),
        value_kind: item.required_word_or("valeur", ValueKind::Number),
        unit: item.text("unite"),
        decimals: item.number("decimales"),
        per: item.number("pour"),
        direction: item.required_word("sens"),
        aggregation: item.required_word("agregation"),
        min: item.decimal("min"),
        max: item.decimal("max"),
        window: item.word("fenetre"),
        numerator: item.text("numerateur"),
        denominator: item.text("denominateur"),
        breakdowns: item.words("ventilations"),
        breaks: item.list("ruptures", read_break),
        our_reading: item.field_names("lecture_jalon"),
        note: item.text("note"),
    }
}

/// A measure as written.
pub(crate) fn write_measure(measure: &Measure) -> Map {
    let breakdowns: Vec<_> = measure.breakdowns.iter().map(|b| b.word()).collect();
    Map::new()
        .text("code", &measure.code)
        .text("libelle", &measure.label)
        .word("valeur", measure.value_kind)
        .maybe("unite", measure.unit.as_ref())
        .maybe("decimales", measure.decimals)
        .maybe("pour", measure.per)
        .word("sens", measure.direction)
        .word("agregation", measure.aggregation)
        .maybe("min", measure.min)
        .maybe("max", measure.max)
        .maybe_word("fenetre", measure.window)
        .maybe("numerateur", measure.numerator.as_ref())
        .maybe("denominateur", measure.denominator.as_ref())
        .codes("ventilations", &breakdowns)
        .list("ruptures", &measure.breaks, write_break)
        .codes("lecture_jalon", &measure.our_reading)
        .maybe("note", measure.note.as_ref())
}

fn read_break(item: &mut Item<'_>) -> Break {
    Break {
        since: item.required_number("depuis"),
        reason: item.required("motif"),
        comparable: item.required_yes_no("comparable"),
    }
}

fn write_break(rupture: &Break) -> Map {
    Map::new()
        .text("depuis", &rupture.since)
        .text("motif", &rupture.reason)
        .word("comparable", rupture.comparable)
}
