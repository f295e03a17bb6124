//! `editions.yaml`: the yearly campaigns that the documents describe.

use super::layout::Map;
use crate::frameworks::{CalendarDate, CalendarEntry, Edition, EditionIndicators, EditionYear};
use crate::platform::yaml::{Item, parse_iso};

/// The word for what comes back every year.
const EVERY_YEAR: &str = "toutes";

/// The word for all the indicators.
const ALL: &str = "tous";

/// Reads every edition.
pub(super) fn read(item: &mut Item<'_>) -> Vec<Edition> {
    item.list("editions", read_edition)
}

/// The file of these editions.
pub(super) fn write(editions: &[Edition]) -> Map {
    Map::new().list("editions", editions, write_edition)
}

fn read_edition(item: &mut Item<'_>) -> Edition {
    Edition {
        year: read_year(item),
        document: item.text("document"),
        indicators: read_indicators(item),
        note: item.text("note"),
        calendar: item.list("calendrier", read_entry),
    }
}

/// An edition as written.
pub(crate) fn write_edition(edition: &Edition) -> Map {
    let map = Map::new()
        .text("annee", &year_word(edition.year))
        .maybe("document", edition.document.as_ref());
    let map = match &edition.indicators {
        EditionIndicators::All => map.text("indicateurs", ALL),
        EditionIndicators::Keys(keys) => map.codes("indicateurs", keys),
    };
    map.maybe("note", edition.note.as_ref())
        .list("calendrier", &edition.calendar, write_entry)
}

/// How the year of an edition is written.
pub(crate) fn year_word(year: EditionYear) -> String {
    match year {
        EditionYear::Every => EVERY_YEAR.to_owned(),
        EditionYear::Year(year) => year.to_string(),
    }
}

fn read_year(item: &mut Item<'_>) -> EditionYear {
    if item.text("annee").as_deref() == Some(EVERY_YEAR) {
        return EditionYear::Every;
    }
    EditionYear::Year(item.required_number("annee"))
}

fn read_indicators(item: &mut Item<'_>) -> EditionIndicators {
    let keys = item.texts("indicateurs");
    if keys.is_empty() || keys == [ALL] {
        return EditionIndicators::All;
    }
    EditionIndicators::Keys(keys)
}

fn read_entry(item: &mut Item<'_>) -> CalendarEntry {
    CalendarEntry {
        key: item.key("cle"),
        label: item.required("libelle"),
        from: read_date(item, "du"),
        to: read_date(item, "au"),
        scope: item.text("portee"),
        note: item.text("note"),
    }
}

fn write_entry(entry: &CalendarEntry) -> Map {
    Map::new()
        .text("cle", &entry.key)
        .text("libelle", &entry.label)
        .maybe("du", entry.from)
        .maybe("au", entry.to)
        .maybe("portee", entry.scope.as_ref())
        .maybe("note", entry.note.as_ref())
}

fn read_date(item: &mut Item<'_>, key: &'static str) -> Option<CalendarDate> {
    let text = item.text(key)?;
    let date = parse_date(&text);
    if date.is_none() {
        item.error(
            key,
            "bad-date",
            format!("« {text} » n’est pas une date du calendrier"),
            "Écrivez JJ/MM/N, JJ/MM/N+1 ou AAAA-MM-JJ",
        );
    }
    date
}

/// Reads `31/03/N+1` or `2025-03-31`; the day must exist in a leap year at least.
fn parse_date(text: &str) -> Option<CalendarDate> {
    if let Some(date) = parse_iso(text) {
        return Some(CalendarDate::On(date));
    }
    let [day, month, year] = text.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let years_after = match year {
        "N" => 0,
        "N+1" => 1,
        "N+2" => 2,
        _ => return None,
    };
    let date = CalendarDate::Yearly {
        day: day.parse().ok()?,
        month: month.parse().ok()?,
        years_after,
    };
    date.on(2024).map(|_| date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_back_and_impossible_ones_do_not_read() {
        for text in ["31/03/N+1", "29/02/N", "01/12/N+2", "2025-03-31"] {
            let date = parse_date(text).expect(text);
            assert_eq!(date.to_string(), text);
        }
        for text in [
            "30/02/N",
            "31/04/N+1",
            "01/13/N",
            "31/03",
            "31/03/N+3",
            "2025-02-29",
            "mi-mars",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
