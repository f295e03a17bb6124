//! Workbooks as people send them: what is taken, what is refused, and what is asked.

use jalon::contracts::intake::{Asks, FindingKind, Reading};
use jalon::contracts::{Baseline, Choice, Target, TermBody};
use jalon::kernel::Value;
use jalon_render::workbook::{Area, Content};

use super::stage::{SECTION, Stage, changes, fill, say};
use crate::contracts::hand::{
    HPV, aims, decimal, defines, normandie_terms, number, retains, target_slot,
};

const KEY: &str = "contrat | 2.c.1 | vaccination-hpv-filles-15-ans";

fn stage() -> Stage {
    Stage::of("etat-ars-2024-2028", 1)
}

fn amending() -> Stage {
    stage().then(normandie_terms(SECTION), "avenant")
}

fn refusals(reading: &Reading) -> Vec<(FindingKind, String)> {
    let refused = reading.findings.iter().filter(|f| !f.kind.is_warning());
    refused.map(|f| (f.kind, f.place.cell())).collect()
}

fn corridor(low: &str, high: &str) -> TermBody {
    TermBody::Target(Target::Corridor {
        low: decimal(low),
        high: decimal(high),
    })
}

#[test]
fn every_writing_of_the_grid_is_read() {
    let stage = stage();
    let mut book = stage.template();
    say(&mut book, KEY, "Choix", "Retenu");
    say(&mut book, KEY, "Motif du choix", "Proposition nationale");
    fill(
        &mut book,
        "Indicateurs",
        KEY,
        "Valeur initiale",
        Content::Percentage("66.3".to_owned()),
    );
    fill(
        &mut book,
        "Indicateurs",
        KEY,
        "Année initiale",
        Content::Number("2023".to_owned()),
    );
    say(&mut book, KEY, "Cible 2024", "64-66");
    say(&mut book, KEY, "Cible 2025", "Observé");
    say(&mut book, KEY, "Cible 2026", "gelée");
    say(&mut book, KEY, "Cible 2027", "sans objet");
    fill(
        &mut book,
        "Indicateurs",
        KEY,
        "Cible 2028",
        Content::Number("75".to_owned()),
    );
    let reading = stage.sent(&book);
    let bodies: Vec<_> = changes(&reading)
        .into_iter()
        .map(|(_, body)| body.unwrap())
        .collect();
    let baseline = Baseline {
        value: Value::plain(decimal("66.3")),
        year: 2023,
    };
    assert_eq!(
        bodies,
        [
            TermBody::Choice(Choice::Retained),
            TermBody::Baseline(baseline),
            corridor("64", "66"),
            TermBody::Target(Target::ObservedOnly),
            TermBody::Target(Target::Frozen),
            TermBody::Target(Target::NotApplicable),
            TermBody::Target(number("75")),
        ]
    );
    assert_eq!(
        reading.stated[0].after.motive.as_deref(),
        Some("Proposition nationale")
    );
    assert_eq!(reading.findings, []);
}

#[test]
fn a_table_typed_by_hand_is_read_without_keys() {
    let reading = stage().typed(
        "CPOM 2024-2028;;;\nCode;Retenu ?;Motif;2025;2026\n2.c.1;oui;Priorité;69,5;71 %\n;;;;\nTotal;;;;\n",
    );
    assert_eq!(refusals(&reading), []);
    let about: Vec<_> = changes(&reading)
        .into_iter()
        .map(|(about, _)| about)
        .collect();
    assert_eq!(
        about,
        [
            "2.c.1, choix de l’indicateur",
            "2.c.1, cible 2025",
            "2.c.1, cible 2026"
        ]
    );
}

#[test]
fn only_the_cells_that_were_changed_count() {
    let mut stage = amending();
    let mut book = stage.template();
    say(&mut book, KEY, "Cible 2027", "73,5");
    // Meanwhile a colleague writes another target in the grid.
    stage.drafts(vec![aims(SECTION, "2.c.1", HPV, 2026, number("72"))]);
    let reading = stage.sent(&book);
    assert_eq!(
        changes(&reading),
        [(
            "2.c.1, cible 2027".to_owned(),
            Some(TermBody::Target(number("73.5"))),
        )]
    );
    assert_eq!(refusals(&reading), []);
}

#[test]
fn a_cell_that_both_changed_is_asked() {
    let mut stage = amending();
    let mut book = stage.template();
    say(&mut book, KEY, "Cible 2026", "70");
    stage.drafts(vec![aims(SECTION, "2.c.1", HPV, 2026, number("72"))]);
    let reading = stage.sent(&book);
    let asked: Vec<_> = reading.stated.iter().filter(|s| s.asks.is_some()).collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].asks, Some(Asks::Conflict));
    assert_eq!(asked[0].before.body, Some(TermBody::Target(number("72"))));
    assert_eq!(asked[0].after.body, Some(TermBody::Target(number("70"))));
}

#[test]
fn an_emptied_cell_is_asked_before_its_term_goes() {
    let stage = amending();
    let mut book = stage.template();
    fill(&mut book, "Indicateurs", KEY, "Cible 2028", Content::Empty);
    let reading = stage.sent(&book);
    let changed: Vec<_> = reading.stated.iter().filter(|s| s.changes()).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (changed[0].asks, &changed[0].after.body),
        (Some(Asks::Removal), &None)
    );
    assert_eq!(changed[0].key.slot, target_slot("2.c.1", HPV, 2028));
}

#[test]
fn an_empty_cell_of_a_table_typed_by_hand_says_nothing() {
    let reading = amending().typed("Code;Choix;Motif;2026;2027\n2.c.1;;;72;\n");
    let changed: Vec<_> = changes(&reading)
        .into_iter()
        .map(|(about, _)| about)
        .collect();
    assert_eq!(changed, ["2.c.1, cible 2026"]);
    assert!(reading.stated.iter().all(|stated| stated.asks.is_none()));
    assert_eq!(reading.findings, []);
}

#[test]
fn what_cannot_be_taken_is_told_all_at_once() {
    let stage = stage();
    let reading = stage.typed(
        "Code;Indicateur;Choix;Cible 2025;Cible 2026;Cible 2031;Remarque\n\
         2.c.1;;peut-être;soixante;69;;\n\
         9.z.9;;Retenu;1;;;\n\
         2.c.1;;;;70;80;vu avec le siège\n\
         ;Rien de tel;;3;;;\n\
         2.b;;Retenu;66 à 64;;;\n",
    );
    let told = [
        (FindingKind::YearOutside, "F1"),
        (FindingKind::Unreadable, "C2"),
        (FindingKind::Unreadable, "D2"),
        (FindingKind::UnknownRow, "3"),
        (FindingKind::Contradiction, "E4"),
        (FindingKind::UnknownRow, "5"),
        (FindingKind::Unreadable, "D6"),
    ];
    let told = told.map(|(kind, cell)| (kind, cell.to_owned()));
    assert_eq!(refusals(&reading), told);
    let ignored: Vec<_> = reading
        .findings
        .iter()
        .filter(|f| f.kind == FindingKind::Ignored)
        .collect();
    assert_eq!(ignored[0].place.cell(), "G1");
    for finding in &reading.findings {
        assert!(
            finding.sentence.ends_with(['.', '…']),
            "{}",
            finding.sentence
        );
    }
}

#[test]
fn printed_codes_that_several_indicators_bear_are_refused() {
    let reading = Stage::of("etat-ars-2015-2018", 1).typed("Code;Cible 2016\n2.1.2;50\n");
    assert_eq!(
        refusals(&reading),
        [(FindingKind::AmbiguousRow, "2".to_owned())]
    );
}

#[test]
fn an_act_opens_only_what_the_framework_says() {
    let stage = stage().then(normandie_terms(SECTION), "actualisation");
    let act = stage.book.act("actualisation").unwrap();
    let mut book = stage.template();
    say(&mut book, KEY, "Choix", "Non retenu");
    fill(
        &mut book,
        "Indicateurs",
        KEY,
        "Valeur initiale",
        Content::Number("60".to_owned()),
    );
    say(&mut book, KEY, "Cible 2027", "74");
    let reading = stage.sent(&book);
    let told: Vec<_> = reading.findings.iter().map(|f| f.kind).collect();
    assert!(told.contains(&FindingKind::NotOpen), "{act:?} {told:?}");
    let sentence = &reading.findings[0].sentence;
    assert!(
        sentence.contains(&act.label) && sentence.contains("ne peut pas changer"),
        "{sentence}"
    );
}

#[test]
fn what_would_block_the_signature_is_told_of_what_the_file_changes() {
    let reading = stage().typed("Code;Choix;Cible 2025\n2.c.1;Retenu;120\n4.i;Retenu;\n");
    assert_eq!(refusals(&reading), []);
    let warned: Vec<_> = reading
        .findings
        .iter()
        .map(|f| {
            f.sentence
                .trim_start_matches("À régler avant la signature. ")
        })
        .collect();
    for words in [
        "motif",
        "au-dessus du maximum",
        "2024, 2026, 2027, 2028",
        "définition",
    ] {
        assert!(
            warned.iter().any(|told| told.contains(words)),
            "{words}: {warned:?}"
        );
    }
    assert!(
        warned
            .iter()
            .all(|told| told.starts_with("2.c.1") || told.starts_with("4.i"))
    );
}

#[test]
fn a_definition_says_what_the_targets_beside_it_are() {
    let stage = stage();
    let mut book = stage.template();
    let key = "contrat | 4.i";
    say(&mut book, key, "Choix", "Retenu");
    say(&mut book, key, "Motif du choix", "Fixé avec l’agence");
    say(&mut book, key, "Cible 2025", "oui");
    for (heading, text) in [
        ("Libellé au contrat", "Plan d’adaptation adopté"),
        ("Mode de calcul", "Adopté par le conseil"),
        ("La valeur est", "oui ou non"),
    ] {
        fill(
            &mut book,
            "Définitions",
            key,
            heading,
            Content::Text(text.to_owned()),
        );
    }
    let reading = stage.sent(&book);
    assert_eq!(refusals(&reading), []);
    let target = changes(&reading)
        .into_iter()
        .find(|(about, _)| about.ends_with("2025"));
    assert_eq!(
        target.unwrap().1,
        Some(TermBody::Target(Target::Value(Value::YesNo(true))))
    );
}

#[test]
fn a_defined_indicator_is_found_under_its_own_name() {
    let mut stage = stage();
    stage.drafts(vec![
        retains(SECTION, "4.i"),
        defines(
            SECTION,
            "4.i",
            "Part des sites adaptés",
            "Sites adaptés sur sites",
        ),
    ]);
    let reading = stage.typed("Indicateur;Cible 2025\nPart des sites adaptés;40\n");
    assert_eq!(refusals(&reading), []);
    assert_eq!(changes(&reading).len(), 1);
}

#[test]
fn merged_cells_dates_and_formulas_in_error_are_refused() {
    let stage = stage();
    let mut book = stage.template();
    say(&mut book, KEY, "Cible 2024", "#REF!");
    let day = jalon_render::Day::new(2026, 6, 4).unwrap();
    fill(
        &mut book,
        "Indicateurs",
        KEY,
        "Cible 2025",
        Content::Date(day),
    );
    let (row, left) = super::stage::place(&book, "Indicateurs", KEY, "Cible 2027");
    let page = book
        .sheets
        .iter_mut()
        .find(|page| page.name == "Indicateurs")
        .unwrap();
    page.merged.push(Area {
        top: row,
        bottom: row,
        left,
        right: left + 1,
    });
    let reading = stage.sent(&book);
    let kinds: Vec<_> = refusals(&reading)
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        kinds,
        [
            FindingKind::Unreadable,
            FindingKind::Unreadable,
            FindingKind::Merged
        ]
    );
    assert!(
        reading.findings[1].sentence.contains("4 à 6"),
        "{}",
        reading.findings[1].sentence
    );
}

#[test]
fn the_workbook_of_another_contract_is_refused_whole() {
    let stage = amending();
    let mut other = amending();
    other.full.contract.slug = "un-autre-contrat".to_owned();
    let reading = stage.sent(&other.template());
    assert_eq!(reading.stated, []);
    assert_eq!(reading.findings[0].kind, FindingKind::OtherContract);
    let nothing = stage.typed("a;b\n1;2\n");
    assert_eq!(nothing.findings[0].kind, FindingKind::NoTable);
}
