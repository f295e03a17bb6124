//! On a page of the past: what changed between the moment shown and now, each line leading to who
//! says so.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::value::place_name;
use crate::contracts::{FullContract, Instrument, instrument_names};
use crate::figures::since::{Changed, Turn, changed, signed_since};
use crate::figures::{Figure, Formatter, Situation, Subject};
use crate::frameworks::{Framework, Indicator};
use crate::kernel::counted;
use crate::measures::Measure;
use crate::platform::clock::{french_date, french_instant};
use crate::platform::web::{fictional_mark, icon, section_heading, state};

/// Beyond, values are told together, indicator by indicator.
const ONE_BY_ONE: usize = 40;

/// What a page is about: of all that changed, what concerns its reader.
pub struct Concern<'a> {
    /// Its measures.
    pub measures: Vec<&'a str>,
    /// Which of their values it shows.
    pub keeps: &'a dyn Fn(&Subject) -> bool,
    /// The contracts whose terms it shows.
    pub contracts: Vec<&'a FullContract>,
    /// Key of the indicator, where it shows the terms of one only.
    pub indicator: Option<&'a str>,
}

/// The section; nothing where the page shows what is known now.
pub fn section(situation: &Situation, concern: &Concern<'_>) -> Markup {
    let (Some(now), Some(day)) = (&situation.since, situation.moment.past) else {
        return html! {};
    };
    let measures = concern.measures.iter().copied();
    let mut values = changed(&situation.figures, now, measures);
    values.retain(|changed| (concern.keeps)(changed.subject));
    let acts = signed(situation, concern);
    html! {
        section.sect.since aria-labelledby="depuis" {
            (section_heading("depuis", &format!("Ce qui a changé depuis le {}", french_date(day)), None))
            @if values.is_empty() && acts.is_empty() {
                p { "Rien : les valeurs et les clauses montrées ici sont encore celles d’aujourd’hui." }
            } @else {
                p { (counts(&values, acts.len())) }
                ul.brief {
                    @for (full, instrument) in &acts { (act_line(situation, full, instrument)) }
                    @if values.len() > ONE_BY_ONE { (together(situation, &values)) }
                    @else { @for changed in &values { (line(situation, changed)) } }
                }
            }
        }
    }
}

/// The instruments signed since, the last first.
fn signed<'a>(
    situation: &Situation,
    concern: &Concern<'a>,
) -> Vec<(&'a FullContract, &'a Instrument)> {
    let touches = |full: &FullContract, instrument: &Instrument| {
        let Some(key) = concern.indicator else {
            return true;
        };
        let mut own = full.terms.iter().filter(|t| t.instrument == instrument.id);
        own.any(|term| term.key.slot.indicator() == Some(key))
    };
    let mut acts = Vec::new();
    for full in &concern.contracts {
        let since = signed_since(full, situation.moment.change).into_iter();
        let since = since.filter(|instrument| touches(full, instrument));
        acts.extend(since.map(|instrument| (*full, instrument)));
    }
    acts.sort_by_key(|(_, instrument)| std::cmp::Reverse(instrument.signed_change()));
    acts
}

/// « 36 valeurs reçues, 1 valeur contestée, 1 acte signé. »
fn counts(values: &[Changed<'_>], acts: usize) -> String {
    let turns = Turn::ALL.into_iter().filter_map(|turn| {
        let count = values.iter().filter(|changed| changed.turn == turn).count();
        let (one, many) = turn.words();
        (count > 0).then(|| counted(count, one, many))
    });
    let mut words: Vec<String> = turns.collect();
    if acts > 0 {
        words.push(counted(acts, "acte signé", "actes signés"));
    }
    format!("{}.", words.join(", "))
}

fn act_line(situation: &Situation, full: &FullContract, instrument: &Instrument) -> Markup {
    let contract = &full.contract;
    let edited = situation.catalogue.framework(&contract.framework);
    let name = edited.map_or_else(
        || instrument.act.clone(),
        |edited| {
            let mut names = instrument_names(&full.instruments, &edited.framework);
            names.remove(&instrument.id).unwrap_or_default()
        },
    );
    html! {
        li {
            (state("ok", "ok", "Acte signé")) " "
            a href={ "/contrats/" (contract.slug) "/actes/" (instrument.no) } { (name) ", " (contract.title) }
            @if let Some(stamp) = &instrument.signed { ", enregistré le " (french_instant(stamp.at)) }
            @if contract.fictional { " " (fictional_mark()) }
        }
    }
}

fn line(situation: &Situation, changed: &Changed<'_>) -> Markup {
    let measure = situation.catalogue.measure(changed.measure);
    let formatter = Formatter::new(measure);
    let subject = changed.subject;
    let text = |figure: &Figure| formatter.value(&figure.value);
    let place = place_name(&situation.directory, &subject.place);
    html! {
        li {
            (mark(changed.turn)) " "
            @if let Some(figure) = changed.figure() {
                a href={ "/valeurs/" (figure.observation) } {
                    (measure_words(situation, changed.measure)) ", " (place) ", " (subject.period.french())
                    @if !subject.breakdown.is_empty() { " (" (subject.breakdown) ")" }
                }
                " : "
                @match (changed.turn, changed.before, changed.after) {
                    (Turn::Corrected, Some(before), Some(after)) => { del { (text(before)) } " → " ins { (text(after)) } },
                    (Turn::Contested, _, Some(after)) => {
                        (text(after))
                        @if let Some(contest) = &after.contest { ", " a href={ "/contestations/" (contest.id) } { (contest.french(formatter)) } }
                    },
                    _ => (text(figure)),
                }
            }
        }
    }
}

fn mark(turn: Turn) -> Markup {
    let (tone, drawing) = turn.look();
    let (one, _) = turn.words();
    let mut letters = one.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let word: String = first.chain(letters).collect();
    state(tone, drawing, &word)
}

/// Too many values to be read one by one: each indicator leads to its page at that moment, where
/// they are.
fn together(situation: &Situation, values: &[Changed<'_>]) -> Markup {
    let mut by_measure: BTreeMap<(&str, Turn), usize> = BTreeMap::new();
    for changed in values {
        *by_measure
            .entry((changed.measure, changed.turn))
            .or_default() += 1;
    }
    html! {
        @for ((measure, turn), count) in by_measure {
            @let (tone, drawing) = turn.look();
            @let (one, many) = turn.words();
            li {
                span class={ "st s-" (tone) } { (icon(drawing)) (counted(count, one, many)) } " "
                @match home(situation, measure) {
                    Some(href) => a href=(href) { (measure_words(situation, measure)) },
                    None => (measure_words(situation, measure)),
                }
            }
        }
    }
}

/// The page where the values of a measure are told one by one, at the same moment.
fn home(situation: &Situation, measure: &str) -> Option<String> {
    if let Some(own) = situation.catalogue.own(measure) {
        let path = format!(
            "/contrats/{}/indicateurs/{}",
            own.contract, own.indicator.key
        );
        return Some(situation.href(&path));
    }
    let (framework, indicator) = *situation.catalogue.following(measure).first()?;
    let path = format!(
        "/indicateurs/{}/{}?mesure={measure}",
        framework.code, indicator.key
    );
    Some(situation.href(&format!("{path}#depuis")))
}

/// The indicator that follows a measure, by its code, and the measure where it follows several.
fn measure_words(situation: &Situation, code: &str) -> String {
    let label = |measure: &Measure| measure.label.clone();
    let measure = situation.catalogue.measure(code);
    let following = situation.catalogue.following(code);
    let Some((_, indicator)): Option<&(&Framework, &Indicator)> = following.first() else {
        return measure.map_or_else(|| code.to_owned(), label);
    };
    let name = match measure.filter(|_| indicator.measures.len() > 1) {
        Some(measure) => label(measure),
        None => indicator.label.clone(),
    };
    match &indicator.code {
        Some(code) => format!("{code} {name}"),
        None => name,
    }
}
