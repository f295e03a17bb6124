//! Any `cadre.yaml`, any tree of objectives, any commitments and any editions.

use jalon::frameworks::{
    Act, ActKind, Announced, CalendarDate, CalendarEntry, Changeable, Choice, Commitment, Edition,
    EditionIndicators, EditionYear, Eligibility, EligibilityScope, Framework, Kind, Level,
    MeansLine, Node, PartyKind, PartyRole, Rule, RuleLevel, SourceDocument, TargetUse, Term,
    Vocabulary, Word,
};
use jiff::civil::date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::any_text::{any_of, fields, keyed, lines, maybe, text, texts};

/// A chain and a fan of nodes, in the order of reading.
pub(super) fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let node = (
        text(),
        maybe(),
        maybe(),
        texts(),
        lines(),
        fields(),
        maybe(),
    )
        .prop_map(
            |(label, code, category, dialogues, lines, uncertain, exchange_mode)| Node {
                label,
                code,
                category,
                dialogues,
                lines,
                uncertain,
                exchange_mode,
                leads: vec!["DGS".to_owned()],
                ..Node::default()
            },
        );
    vec(node, 3..6).prop_map(|nodes| {
        let mut nodes = keyed(nodes, |node, key| node.key = key);
        for (rank, node) in nodes.iter_mut().enumerate() {
            let (level, parent) = match rank {
                0 => ("a0", None),
                1 => ("a1", Some("a0")),
                2 => ("a2", Some("a1")),
                _ => ("a1", Some("a0")),
            };
            node.level = level.to_owned();
            node.parent = parent.map(str::to_owned);
        }
        nodes
    })
}

pub(super) fn commitments() -> impl Strategy<Value = Vec<Commitment>> {
    let scope = prop_oneof![
        Just(Eligibility {
            scope: EligibilityScope::All,
            ..Eligibility::default()
        }),
        Just(Eligibility::default()),
        text().prop_map(|named| Eligibility {
            scope: EligibilityScope::Named,
            named: vec![named],
            ..Eligibility::default()
        }),
        any::<bool>().prop_map(|uncertain| Eligibility {
            scope: EligibilityScope::Conditions,
            statuses: vec!["a0".to_owned()],
            all_authorisations: vec!["a0".to_owned()],
            no_feature: vec!["a0".to_owned()],
            uncertain,
            ..Eligibility::default()
        }),
    ];
    let commitment = (
        (
            maybe(),
            text(),
            texts(),
            option::of(any::<bool>()),
            any::<bool>(),
        ),
        (
            maybe(),
            option::of(scope),
            maybe(),
            lines(),
            fields(),
            maybe(),
        ),
    );
    let commitment = commitment.prop_map(
        |(
            (code, label, points, mandatory, to_personalise),
            (establishments, eligibility, collection, lines, uncertain, note),
        )| Commitment {
            key: String::new(),
            code,
            label,
            points,
            node: "a0".to_owned(),
            mandatory,
            to_personalise,
            establishments,
            eligibility,
            collection,
            lines,
            uncertain,
            our_reading: Vec::new(),
            note,
        },
    );
    vec(commitment, 1..4).prop_map(|items| keyed(items, |item, key| item.key = key))
}

pub(super) fn editions() -> impl Strategy<Value = Vec<Edition>> {
    let entry =
        (text(), maybe(), maybe(), any::<bool>()).prop_map(|(label, scope, note, dated)| {
            CalendarEntry {
                key: String::new(),
                label,
                from: dated.then_some(CalendarDate::On(date(2024, 2, 29))),
                to: Some(CalendarDate::Yearly {
                    day: 31,
                    month: 12,
                    years_after: 2,
                }),
                scope,
                note,
            }
        });
    let calendar = vec(entry, 0..3).prop_map(|items| keyed(items, |item, key| item.key = key));
    (calendar, maybe(), any::<bool>()).prop_map(|(calendar, note, some)| {
        let every = Edition {
            year: EditionYear::Every,
            document: Some("a0".to_owned()),
            indicators: EditionIndicators::All,
            note,
            calendar,
        };
        let keys = EditionIndicators::Keys(vec!["a0".to_owned()]);
        let one = Edition {
            year: EditionYear::Year(2025),
            indicators: if some { keys } else { EditionIndicators::All },
            ..every.clone()
        };
        vec![every, one]
    })
}

/// The lists of `cadre.yaml`.
pub(super) fn frame() -> impl Strategy<Value = Framework> {
    let level = text().prop_map(|name| Level {
        key: String::new(),
        singular: name.clone(),
        plural: name,
    });
    let target = any_of(&[TargetUse::Expected, TargetUse::Possible, TargetUse::Never]);
    let choice = any_of(&[Choice::Common, Choice::Chosen]);
    let kind = (text(), target, choice).prop_map(|(label, target, choice)| Kind {
        key: String::new(),
        label,
        target,
        choice,
    });
    let party_kind = any_of(&[
        PartyKind::Ministry,
        PartyKind::Agency,
        PartyKind::Establishment,
        PartyKind::LocalAuthority,
        PartyKind::Other,
    ]);
    let party = (text(), party_kind, any::<bool>()).prop_map(|(label, kind, signs)| PartyRole {
        key: String::new(),
        label,
        kind,
        signs,
    });
    let changes = [
        Changeable::Indicators,
        Changeable::Definitions,
        Changeable::Baselines,
        Changeable::Targets,
        Changeable::Commitments,
        Changeable::Means,
        Changeable::Parties,
    ];
    let act_kind = any_of(&[
        ActKind::Amendment,
        ActKind::Update,
        ActKind::Revision,
        ActKind::Correction,
    ]);
    let act = (
        text(),
        act_kind,
        subsequence(changes.to_vec(), 1..=7),
        1..=2_u8,
        any::<bool>(),
    )
        .prop_map(|(label, kind, changes, people, motive)| Act {
            key: String::new(),
            label,
            kind,
            changes,
            people,
            motive,
        });
    let words = vec(text(), 1..3).prop_map(|labels| {
        let words = labels.into_iter().map(|label| Word {
            key: String::new(),
            label,
        });
        keyed(words.collect(), |word, key| word.key = key)
    });
    let rule = (
        any_of(&[
            RuleLevel::Required,
            RuleLevel::Principle,
            RuleLevel::Definition,
        ]),
        text(),
        lines(),
    )
        .prop_map(|(level, statement, lines)| Rule {
            key: String::new(),
            level,
            statement,
            lines,
        });
    (
        (text(), maybe(), maybe(), any::<bool>(), texts()),
        (
            vec(level, 3..4),
            vec(kind, 1..3),
            vec(party, 1..3),
            vec(act, 0..3),
        ),
        (
            words,
            vec(rule, 0..3),
            text(),
            maybe(),
            option::of(any::<u32>()),
        ),
    )
        .prop_map(
            |(
                (title, tool, note, complete, remarks),
                (levels, kinds, parties, acts),
                (words, rules, label, unit, count),
            )| {
                let contract = Act {
                    kind: ActKind::Contract,
                    label: title.clone(),
                    people: 1,
                    ..Act::default()
                };
                Framework {
                    code: "essai".to_owned(),
                    family: "essai".to_owned(),
                    starts: 2024,
                    ends: 2028,
                    tool,
                    region: Some("01".to_owned()),
                    complete_list: complete,
                    list_note: if complete {
                        note.clone()
                    } else {
                        Some(title.clone())
                    },
                    levels: keyed(levels, |i, key| i.key = key),
                    kinds: keyed(kinds, |i, key| i.key = key),
                    parties: keyed(parties, |i, key| i.key = key),
                    acts: keyed([vec![contract], acts].concat(), |i, key| i.key = key),
                    means: vec![MeansLine {
                        key: "a0".to_owned(),
                        label: label.clone(),
                        unit,
                    }],
                    documents: vec![SourceDocument {
                        key: "a0".to_owned(),
                        title: title.clone(),
                        number: note.clone(),
                        date: Some(date(2024, 11, 26)),
                        nor: None,
                        note: note.clone(),
                    }],
                    announced: vec![Announced {
                        label: label.clone(),
                        count,
                        note,
                    }],
                    remarks,
                    vocabulary: Vocabulary {
                        authorisations: words.clone(),
                        statuses: words.clone(),
                        features: words,
                    },
                    rules: keyed(rules, |i, key| i.key = key),
                    glossary: vec![Term {
                        acronym: label,
                        meaning: title.clone(),
                    }],
                    title,
                    ..Framework::default()
                }
            },
        )
}
