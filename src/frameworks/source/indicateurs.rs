//! `indicateurs.yaml`: indicators, their links with other generations and their due dates.

use super::layout::Map;
use super::lines;
use crate::frameworks::{Due, DueRule, Gap, Indicator, Limit, Link, MeasureMethod, Method};
use crate::platform::yaml::Item;

/// Reads every indicator.
pub(super) fn read(item: &mut Item<'_>) -> Vec<Indicator> {
    item.required_list("indicateurs", read_indicator)
}

/// The file of these indicators.
pub(super) fn write(indicators: &[Indicator]) -> Map {
    Map::new().list("indicateurs", indicators, write_indicator)
}

fn read_indicator(item: &mut Item<'_>) -> Indicator {
    Indicator {
        key: item.key("cle"),
        code: item.text("code"),
        label: item.required("libelle"),
        node: item.required("noeud"),
        theme: item.text("theme"),
        commitment: item.text("engagement"),
        kind: item.required("nature"),
        measures: item.texts("mesures"),
        left_to_contract: item.yes_no("a_definir").unwrap_or_default(),
        method: item.word("methode").unwrap_or_default(),
        methods: read_methods(item),
        links: item.list("liens", read_link),
        leads: item.texts("pilote"),
        suppliers: item.texts("fournisseur"),
        source: item.text("source"),
        frequency: item.word("periodicite"),
        supply: item.word("alimentation"),
        due: item.nested("echeance", read_due).unwrap_or_default(),
        regions: item.texts("regions"),
        lines: lines::read(item, "lignes"),
        uncertain: item.field_names("incertain"),
        our_reading: item.field_names("lecture_jalon"),
        note: item.text("note"),
    }
}

/// An indicator as written.
pub(crate) fn write_indicator(indicator: &Indicator) -> Map {
    Map::new()
        .text("cle", &indicator.key)
        .maybe("code", indicator.code.as_ref())
        .text("libelle", &indicator.label)
        .text("noeud", &indicator.node)
        .maybe("theme", indicator.theme.as_ref())
        .maybe("engagement", indicator.commitment.as_ref())
        .text("nature", &indicator.kind)
        .codes("mesures", &indicator.measures)
        .yes("a_definir", indicator.left_to_contract)
        .word("methode", indicator.method)
        .nested("methodes", write_methods(&indicator.methods))
        .list("liens", &indicator.links, write_link)
        .codes("pilote", &indicator.leads)
        .codes("fournisseur", &indicator.suppliers)
        .maybe("source", indicator.source.as_ref())
        .maybe_word("periodicite", indicator.frequency)
        .maybe_word("alimentation", indicator.supply)
        .nested("echeance", write_due(&indicator.due))
        .codes("regions", &indicator.regions)
        .lines("lignes", &indicator.lines)
        .codes("incertain", &indicator.uncertain)
        .codes("lecture_jalon", &indicator.our_reading)
        .maybe("note", indicator.note.as_ref())
}

fn read_methods(item: &mut Item<'_>) -> Vec<MeasureMethod> {
    let pairs = item.worded_pairs::<Method>("methodes").into_iter();
    pairs
        .map(|(measure, method)| MeasureMethod { measure, method })
        .collect()
}

fn write_methods(methods: &[MeasureMethod]) -> Map {
    let add = |map: Map, own: &MeasureMethod| map.word(&own.measure, own.method);
    methods.iter().fold(Map::new(), add)
}

fn read_link(item: &mut Item<'_>) -> Link {
    Link {
        framework: item.required("cadre"),
        indicator: item.required("indicateur"),
        kind: item.required_word("lien"),
        reason: item.text("motif"),
    }
}

fn write_link(link: &Link) -> Map {
    Map::new()
        .text("cadre", &link.framework)
        .text("indicateur", &link.indicator)
        .word("lien", link.kind)
        .maybe("motif", link.reason.as_ref())
}

fn read_due(item: &mut Item<'_>) -> Due {
    Due {
        text: item.text("texte"),
        state: item.required_word("etat"),
        data: item.word("donnees"),
        rules: item.list("regles", read_rule),
        gaps: item.list("lacunes", read_gap),
    }
}

fn write_due(due: &Due) -> Map {
    if *due == Due::default() {
        return Map::new();
    }
    Map::new()
        .maybe("texte", due.text.as_ref())
        .word("etat", due.state)
        .maybe_word("donnees", due.data)
        .list("regles", &due.rules, |rule| write_rule(*rule))
        .list("lacunes", &due.gaps, write_gap)
}

fn read_rule(item: &mut Item<'_>) -> DueRule {
    DueRule {
        limit: read_limit(item),
        years_after: read_years_after(item),
        status: item.word("statut"),
    }
}

/// Tells from its keys which of the four forms a limit has; contradictory keys are noted.
fn read_limit(item: &mut Item<'_>) -> Limit {
    let from: Option<i8> = item.number("de_mois");
    let month: Option<i8> = item.number("mois");
    let quarter: Option<i8> = item.number("trimestre");
    let day: Option<i8> = item.number("jour");
    let plus_days: Option<u16> = item.number("plus_jours");
    match (from, month, quarter, day, plus_days) {
        (None, Some(month), None, None, None) => Limit::Month(month),
        (Some(from), Some(to), None, None, None) => Limit::Months { from, to },
        (None, None, Some(quarter), None, None) => Limit::Quarter(quarter),
        (None, Some(month), None, Some(day), plus) => Limit::Day {
            day,
            month,
            plus_days: plus.unwrap_or_default(),
        },
        _ => {
            let unread = ["de_mois", "mois", "trimestre", "jour", "plus_jours"];
            if !unread.iter().any(|key| item.is_troubled(key)) {
                item.error_here(
                    "due-form",
                    "cette règle d’échéance mêle ou oublie des clés",
                    "Écrivez mois, ou de_mois et mois, ou trimestre, ou jour et mois (et au besoin plus_jours)",
                );
            }
            Limit::default()
        }
    }
}

fn read_years_after(item: &mut Item<'_>) -> u8 {
    let text = item.required("annee");
    match text.as_str() {
        "" | "N" => 0,
        "N+1" => 1,
        "N+2" => 2,
        other => {
            item.error(
                "annee",
                "due-year",
                format!("« {other} » n’est pas une année d’échéance"),
                "Écrivez N, N+1 ou N+2",
            );
            0
        }
    }
}

fn write_rule(rule: DueRule) -> Map {
    let map = match rule.limit {
        Limit::Month(month) => Map::inline().text("mois", &month),
        Limit::Months { from, to } => Map::inline().text("de_mois", &from).text("mois", &to),
        Limit::Quarter(quarter) => Map::inline().text("trimestre", &quarter),
        Limit::Day {
            day,
            month,
            plus_days,
        } => Map::inline()
            .text("jour", &day)
            .text("mois", &month)
            .maybe("plus_jours", (plus_days > 0).then_some(plus_days)),
    };
    let year = match rule.years_after {
        0 => "N".to_owned(),
        years => format!("N+{years}"),
    };
    map.text("annee", &year).maybe_word("statut", rule.status)
}

fn read_gap(item: &mut Item<'_>) -> Gap {
    Gap {
        year: item.required_number("annee"),
        reason: item.text("motif"),
    }
}

fn write_gap(gap: &Gap) -> Map {
    Map::inline()
        .text("annee", &gap.year)
        .maybe("motif", gap.reason.as_ref())
}
