//! The technical sheet of an indicator: what is measured and how it is judged, each thing with a
//! mark where Jalon deduced it or where the reading of the source is uncertain.

use maud::{Markup, html};

use super::indicator::Facts;
use crate::figures::supplier_words;
use crate::frameworks::{Indicator, field_label};
use crate::kernel::Decimal;
use crate::measures::{Direction, Measure};
use crate::platform::web::{icon, section_heading};

/// One thing said of an indicator or its measure.
struct Line {
    /// Its key in the texts, by which marks name it.
    key: &'static str,
    said: Markup,
}

/// What is measured, who supplies it, and what of it is Jalon's reading.
pub(super) fn sheet(facts: &Facts<'_>) -> Markup {
    let indicator = facts.indicator;
    let of_measure = facts.measure.map(measure_lines).unwrap_or_default();
    let of_indicator = indicator_lines(facts);
    let own = Marks {
        ours: &indicator.our_reading,
        uncertain: &indicator.uncertain,
    };
    let measures = Marks {
        ours: facts.measure.map_or(&[], |m| m.our_reading.as_slice()),
        uncertain: &[],
    };
    html! {
        section.sect aria-labelledby="fiche-titre" {
            (section_heading("fiche-titre", "Fiche technique", None))
            dl.facts.big {
                @if let Some(measure) = facts.measure { dt { "Mesure" } dd { (measure.label) } }
                (measures.list(&of_measure))
                (own.list(&of_indicator))
                @if let Some(note) = &indicator.note { dt { "À savoir" } dd { (note) } }
                @if let Some(note) = facts.measure.and_then(|m| m.note.as_ref()) { dt { "Sur la mesure" } dd { (note) } }
                (own.elsewhere(&of_indicator))
                (measures.elsewhere(&of_measure))
            }
            p.note {
                "« Lecture de Jalon » : le document officiel ne le dit pas, Jalon l’a déduit. « Lecture incertaine » : le document ne permet pas de trancher."
            }
        }
    }
}

/// Which things are marked.
struct Marks<'a> {
    ours: &'a [String],
    uncertain: &'a [String],
}

impl Marks<'_> {
    fn list(&self, lines: &[Line]) -> Markup {
        html! {
            @for line in lines {
                dt { (field_label(line.key)) }
                dd { (line.said) (self.mark(line.key)) }
            }
        }
    }

    fn mark(&self, key: &str) -> Markup {
        let named = |names: &[String]| names.iter().any(|name| name == key);
        html! {
            @if named(self.ours) { " " span.mark { "lecture de Jalon" } }
            @if named(self.uncertain) { " " span.mark { "lecture incertaine" } }
        }
    }

    /// What is marked and stands elsewhere on the page: the name, the place in the tree…
    fn elsewhere(&self, lines: &[Line]) -> Markup {
        let names = |marked: &[String]| {
            let marked = marked.iter();
            let absent = marked.filter(|name| lines.iter().all(|line| line.key != name.as_str()));
            let names: Vec<String> = absent
                .map(|name| field_label(name).to_lowercase())
                .collect();
            names.join(", ")
        };
        let (ours, uncertain) = (names(self.ours), names(self.uncertain));
        html! {
            @if !uncertain.is_empty() { dt { "Lecture incertaine aussi" } dd { (uncertain) } }
            @if !ours.is_empty() { dt { "Lecture de Jalon aussi" } dd { (ours) } }
        }
    }
}

fn measure_lines(measure: &Measure) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut say = |key, said: Option<Markup>| lines.extend(said.map(|said| Line { key, said }));
    let text = |text: &Option<String>| text.as_ref().map(|text| html! { (text) });
    let number = |number: Option<Decimal>| {
        number.map(|number| {
            // Every digit of a bound counts.
            let places = (0..6).find(|places| number.round(*places) == number);
            html! { (number.french(places.unwrap_or(6))) }
        })
    };
    say("numerateur", text(&measure.numerator));
    say("denominateur", text(&measure.denominator));
    say("unite", text(&measure.unit));
    say("decimales", measure.decimals.map(|n| html! { (n) }));
    say("pour", measure.per.map(|per| html! { "pour " (per) }));
    say("sens", Some(direction(measure.direction)));
    say("agregation", Some(html! { (measure.aggregation.french()) }));
    say("min", number(measure.min));
    say("max", number(measure.max));
    say(
        "fenetre",
        measure.window.map(|window| html! { (window.french()) }),
    );
    let breakdowns: Vec<&str> = measure.breakdowns.iter().map(|b| b.french()).collect();
    say(
        "ventilations",
        (!breakdowns.is_empty()).then(|| html! { (breakdowns.join(", ")) }),
    );
    lines
}

fn indicator_lines(facts: &Facts<'_>) -> Vec<Line> {
    let indicator = facts.indicator;
    let mut lines = Vec::new();
    let mut say = |key, said: Option<Markup>| lines.extend(said.map(|said| Line { key, said }));
    let judged = !indicator.left_to_contract;
    say("methode", judged.then(|| methods(facts)));
    let supplier = indicator.suppliers.join(", ");
    say(
        "fournisseur",
        judged.then(|| html! { (supplier_words(&supplier)) }),
    );
    say(
        "source",
        indicator.source.as_ref().map(|text| html! { (text) }),
    );
    say(
        "periodicite",
        indicator.frequency.map(|f| html! { (f.french()) }),
    );
    say(
        "alimentation",
        indicator.supply.map(|s| html! { (s.french()) }),
    );
    say("echeance", Some(due(indicator)));
    say("lacunes", gaps(indicator));
    let regions = indicator.regions.join(", ");
    say(
        "regions",
        (!regions.is_empty()).then(|| html! { (regions) }),
    );
    lines
}

/// The method of the indicator, or of each measure of a composite.
fn methods(facts: &Facts<'_>) -> Markup {
    let indicator = facts.indicator;
    let several = indicator.measures.len() > 1 && !indicator.methods.is_empty();
    html! {
        @if several {
            @for code in &indicator.measures {
                @let label = facts.situation.catalogue.measure(code).map_or(code.as_str(), |m| &m.label);
                (label) " : " (indicator.method_of(code).french()) ". "
            }
        } @else {
            (indicator.measures.first().map_or(indicator.method, |code| indicator.method_of(code)).french())
        }
    }
}

/// The rule in words, after what the document prints.
fn due(indicator: &Indicator) -> Markup {
    let rule = indicator.due.french();
    html! {
        @match &indicator.due.text {
            Some(text) => { (text) span.sub { "Règle : " (rule) } },
            None => (rule),
        }
    }
}

fn gaps(indicator: &Indicator) -> Option<Markup> {
    let gaps = &indicator.due.gaps;
    let said = html! {
        @for gap in gaps {
            "Pas de valeurs pour " (gap.year)
            @if let Some(reason) = &gap.reason { " : " (reason) }
            ". "
        }
    };
    (!gaps.is_empty()).then_some(said)
}

fn direction(direction: Direction) -> Markup {
    let name = match direction {
        Direction::Higher => "up",
        Direction::Lower => "down",
        Direction::Maintain => "same",
        Direction::None => return html! { (direction.french()) },
    };
    html! { (icon(name)) " " (direction.french()) }
}
