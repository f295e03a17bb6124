//! For any contract of the four frameworks: a workbook sent back untouched changes nothing, and
//! what is typed in it is what the grid would have written.

use jalon::contracts::store::TermEdit;
use jalon::contracts::{
    Baseline, Choice, CommitmentTerm, Definition, Line, MeansTerm, Slot, Stage as MeansStage,
    Standing, Target, TermBody, TermKey, Terms,
};
use jalon::frameworks::{Choice as KindChoice, TargetUse};
use jalon::kernel::{Decimal, Value, ValueKind};
use proptest::prelude::*;
use uuid::Uuid;

use super::stage::{OTHER_SECTION, SECTION, Stage, changes};

const FRAMEWORKS: [&str; 4] = [
    "etat-ars-2015-2018",
    "etat-ars-2019-2023",
    "etat-ars-2024-2028",
    "es-aura-2020-2024",
];

/// One draw: which subject, which of its terms, which writing, and a number.
type Draw = (usize, u8, u8, i64, bool);

fn draws() -> impl Strategy<Value = Vec<Draw>> {
    let number = prop_oneof![
        (-1_000..100_000_i64).prop_map(|tenths| tenths * 100_000),
        -1_000_000_000_000_000_i64..1_000_000_000_000_000,
        any::<i32>().prop_map(i64::from),
    ];
    proptest::collection::vec(
        (any::<usize>(), 0..8_u8, 0..5_u8, number, any::<bool>()),
        0..25,
    )
}

fn value(kind: ValueKind, number: i64) -> Value {
    match kind {
        ValueKind::Number => Value::plain(Decimal::from_micros(number)),
        ValueKind::YesNo => Value::YesNo(number % 2 == 0),
        ValueKind::Text => Value::Text(format!("Étape {number}, « = 3 » ; fin")),
    }
}

fn target(kind: ValueKind, writing: u8, number: i64) -> Target {
    match (writing, kind) {
        (0, _) => Target::ObservedOnly,
        (1, _) => Target::Frozen,
        (2, _) => Target::NotApplicable,
        (3, ValueKind::Number) => Target::Corridor {
            low: Decimal::from_micros(number),
            high: Decimal::from_micros(number + 1_500_000),
        },
        _ => Target::Value(value(kind, number)),
    }
}

fn of_line(stage: &Stage, section: Uuid, line: &Line<'_>, draw: Draw) -> Option<TermEdit> {
    let (_, which, writing, number, _) = draw;
    let indicator = line.key.clone();
    let facet = &line.facets[usize::from(writing) % line.facets.len()];
    let measure = facet.measure.to_owned();
    let years: Vec<i16> = stage.full.contract.years().collect();
    let (slot, body) = match which {
        0 | 1 if line.kind.choice == KindChoice::Chosen => (
            Slot::Choice { indicator },
            TermBody::Choice(if which == 0 {
                Choice::Retained
            } else {
                Choice::NotRetained
            }),
        ),
        2 if line.slot => (
            Slot::Definition { indicator },
            TermBody::Definition(Definition {
                label: format!("Indicateur {number}"),
                text: "Numérateur\nsur dénominateur".to_owned(),
                kind: ValueKind::Number,
                unit: (writing > 2).then(|| "%".to_owned()),
            }),
        ),
        3 => (
            Slot::Baseline { indicator, measure },
            TermBody::Baseline(Baseline {
                value: value(facet.kind, number),
                year: 2000 + i16::from(writing),
            }),
        ),
        _ if line.kind.target != TargetUse::Never => (
            Slot::Target {
                indicator,
                measure,
                year: years[usize::from(which) % years.len()],
            },
            TermBody::Target(target(facet.kind, writing, number)),
        ),
        _ => return None,
    };
    let motive = matches!(slot, Slot::Choice { .. }).then(|| format!("Motif {number}"));
    Some(TermEdit {
        key: TermKey { section, slot },
        wanted: Some(body),
        motive,
    })
}

/// A term that the grid could write, for any draw.
fn edit(stage: &Stage, draw: Draw) -> Option<TermEdit> {
    let (subject, which, writing, number, second) = draw;
    let sections = &stage.full.contract.sections;
    let section = if second && sections.len() > 1 {
        OTHER_SECTION
    } else {
        SECTION
    };
    let framework = stage.book.framework();
    let years: Vec<i16> = stage.full.contract.years().collect();
    if which == 7 && !framework.means.is_empty() {
        let line = framework.means[subject % framework.means.len()].key.clone();
        let slot = Slot::Means {
            line,
            stage: MeansStage::ALL[usize::from(writing) % 3],
            year: years[subject % years.len()],
        };
        let body = TermBody::Means(MeansTerm {
            amount: Decimal::from_micros(number),
            source: "Notification n° 3".to_owned(),
        });
        return Some(TermEdit {
            key: TermKey { section, slot },
            wanted: Some(body),
            motive: None,
        });
    }
    let terms = Terms::default();
    let contract = &stage.full.contract;
    let mut lines = stage.book.lines(contract, &sections[0], &terms);
    // What is kept for other regions is not offered.
    lines.retain(|line| line.standing != Standing::Elsewhere);
    if which == 6 && !framework.commitments.is_empty() {
        let model = &framework.commitments[subject % framework.commitments.len()];
        let mut followers = lines
            .iter()
            .filter(|l| l.commitment == Some(model.key.as_str()));
        let slot = Slot::Commitment {
            commitment: model.key.clone(),
        };
        let body = TermBody::Commitment(CommitmentTerm {
            label: format!("Nous ferons {number}"),
            indicator: (writing > 1)
                .then(|| followers.next().map(|l| l.key.clone()))
                .flatten(),
        });
        return Some(TermEdit {
            key: TermKey { section, slot },
            wanted: Some(body),
            motive: None,
        });
    }
    of_line(stage, section, &lines[subject % lines.len()], draw)
}

/// The last of each term.
fn edits(stage: &Stage, draws: &[Draw]) -> Vec<TermEdit> {
    let mut edits: Vec<TermEdit> = Vec::new();
    for new in draws.iter().filter_map(|draw| edit(stage, *draw)) {
        edits.retain(|known| known.key != new.key);
        edits.push(new);
    }
    edits
}

/// What a reading would change, in the order of keys.
fn wanted(reading: &jalon::contracts::intake::Reading) -> Vec<TermEdit> {
    let changed = reading.stated.iter().filter(|stated| stated.changes());
    let mut all: Vec<TermEdit> = changed
        .map(|stated| TermEdit {
            key: stated.key.clone(),
            wanted: stated.after.body.clone(),
            motive: stated.after.motive.clone(),
        })
        .collect();
    all.sort_by(|a, b| a.key.cmp(&b.key));
    all
}

proptest! {
    // Each case writes and reads a whole workbook.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_workbook_sent_back_untouched_changes_nothing(
        framework in 0..4_usize, sections in 1..=2_usize, signed in draws(), drafted in draws(), amends: bool
    ) {
        let mut stage = Stage::of(FRAMEWORKS[framework], sections);
        let agreed = edits(&stage, &signed);
        if amends {
            stage = stage.then(agreed, "avenant");
        }
        let drafted = edits(&stage, &drafted);
        stage.drafts(drafted);
        let reading = stage.sent(&stage.template());
        prop_assert_eq!(changes(&reading), vec![]);
        prop_assert_eq!(&reading.findings, &vec![]);
        // It states every term that is there, and no other.
        let after = stage.full.overlay(&stage.draft()).after;
        prop_assert_eq!(reading.stated.len(), after.iter().count());
    }

    #[test]
    fn what_one_workbook_says_another_draft_receives_whole(
        framework in 0..4_usize, sections in 1..=2_usize, drawn in draws()
    ) {
        // The cells of a workbook filled by one draft, read against an empty one as if typed.
        let mut full = Stage::of(FRAMEWORKS[framework], sections);
        let edits = edits(&full, &drawn);
        full.drafts(edits.clone());
        let mut file = full.template();
        file.sheets.retain(|sheet| !sheet.hidden);
        let empty = Stage::of(FRAMEWORKS[framework], sections);
        let reading = empty.sent(&file);
        let refused: Vec<_> = reading.findings.iter().filter(|f| !f.kind.is_warning()).collect();
        prop_assert_eq!(refused, Vec::<&jalon::contracts::intake::Finding>::new());
        let mut expected = edits;
        expected.sort_by(|a, b| a.key.cmp(&b.key));
        prop_assert_eq!(wanted(&reading), expected);
    }
}
