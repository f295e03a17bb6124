//! Any `cadre.yaml`, any tree of objectives, any commitments and any editions.

use jalon::access::Audience;
use jalon::frameworks::{
    Act, ActKind, Announced, Band, BandCase, CalendarDate, CalendarEntry, Changeable, Choice,
    Commitment, Edition, EditionIndicators, EditionYear, Eligibility, EligibilityScope, Framework,
    Kind, Level, MeansLine, Node, PartyKind, PartyRole, Rule, RuleLevel, SourceDocument, TargetUse,
    Term, Tone, Vocabulary, Word,
};
use jalon::kernel::Decimal;
use jiff::civil::date;
use proptest::collection::{btree_set, vec};
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
                2 => ("a2", Some("a1")),
                _ => ("a1", Some("a0")),
            };
            level.clone_into(&mut node.level);
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

fn levels() -> impl Strategy<Value = Vec<Level>> {
    let level = text().prop_map(|name| Level {
        key: String::new(),
        singular: name.clone(),
        plural: name,
    });
    vec(level, 3..4).prop_map(|items| keyed(items, |item, key| item.key = key))
}

fn kinds() -> impl Strategy<Value = Vec<Kind>> {
    let target = any_of(&[TargetUse::Expected, TargetUse::Possible, TargetUse::Never]);
    let choice = any_of(&[Choice::Common, Choice::Chosen]);
    let kind = (text(), target, choice).prop_map(|(label, target, choice)| Kind {
        key: String::new(),
        label,
        target,
        choice,
    });
    vec(kind, 1..3).prop_map(|items| keyed(items, |item, key| item.key = key))
}

fn parties() -> impl Strategy<Value = Vec<PartyRole>> {
    let kind = any_of(&[
        PartyKind::Ministry,
        PartyKind::Agency,
        PartyKind::Establishment,
        PartyKind::LocalAuthority,
        PartyKind::Other,
    ]);
    let party = (text(), kind, any::<bool>()).prop_map(|(label, kind, signs)| PartyRole {
        key: String::new(),
        label,
        kind,
        signs,
    });
    vec(party, 1..3).prop_map(|items| keyed(items, |item, key| item.key = key))
}

/// One contract, then acts that change it.
fn acts() -> impl Strategy<Value = Vec<Act>> {
    let kind = any_of(&[
        ActKind::Amendment,
        ActKind::Update,
        ActKind::Revision,
        ActKind::Correction,
    ]);
    let all = vec![
        Changeable::Indicators,
        Changeable::Definitions,
        Changeable::Baselines,
        Changeable::Targets,
        Changeable::Commitments,
        Changeable::Means,
        Changeable::Parties,
    ];
    let act = (
        text(),
        kind,
        subsequence(all, 1..=7),
        1..=2_u8,
        any::<bool>(),
    );
    let act = act.prop_map(|(label, kind, changes, people, motive)| Act {
        key: String::new(),
        label,
        kind,
        changes,
        people,
        motive,
    });
    vec(act, 1..4).prop_map(|mut items| {
        items[0].kind = ActKind::Contract;
        keyed(items, |item, key| item.key = key)
    })
}

/// No bands, or bands without a gap, by falling limit.
fn bands() -> impl Strategy<Value = Vec<Band>> {
    let tone = any_of(&[Tone::Near, Tone::Attention, Tone::Alert, Tone::Setback]);
    let limits = option::of(btree_set(-100_000_000..100_000_000_i64, 0..4));
    (limits, vec((text(), tone), 6)).prop_map(|(limits, words)| {
        let Some(limits) = limits else {
            return Vec::new();
        };
        let limits = limits.into_iter().rev().map(Decimal::from_micros).map(Some);
        let rates = limits.chain([None]).map(|from| (BandCase::Rate, from));
        let cases = [(BandCase::Reached, None), (BandCase::WithoutRate, None)];
        let bands = cases.into_iter().chain(rates).zip(words);
        let bands = bands.map(|((case, from), (label, tone))| Band {
            key: String::new(),
            label,
            case,
            from,
            tone: if case == BandCase::Reached {
                Tone::Reached
            } else {
                tone
            },
        });
        keyed(bands.collect(), |band, key| band.key = key)
    })
}

fn words() -> impl Strategy<Value = Vec<Word>> {
    let word = text().prop_map(|label| Word {
        key: String::new(),
        label,
    });
    vec(word, 1..3).prop_map(|items| keyed(items, |item, key| item.key = key))
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let level = any_of(&[
        RuleLevel::Required,
        RuleLevel::Principle,
        RuleLevel::Definition,
    ]);
    let rule = (level, text(), lines()).prop_map(|(level, statement, lines)| Rule {
        key: String::new(),
        level,
        statement,
        lines,
    });
    vec(rule, 0..3).prop_map(|items| keyed(items, |item, key| item.key = key))
}

/// What `cadre.yaml` and `glossaire.yaml` say.
pub(super) fn frame() -> impl Strategy<Value = Framework> {
    let lists = (
        levels(),
        kinds(),
        parties(),
        acts(),
        words(),
        rules(),
        bands(),
    );
    let texts = (text(), text(), maybe(), texts());
    let counts = (any::<bool>(), option::of(any::<u32>()));
    (lists, texts, counts).prop_map(|(lists, texts, (complete_list, count))| {
        let (levels, kinds, parties, acts, words, rules, bands) = lists;
        let (title, label, note, remarks) = texts;
        let key = || "a0".to_owned();
        Framework {
            code: "essai".to_owned(),
            family: "essai".to_owned(),
            starts: 2024,
            ends: 2028,
            tool: note.clone(),
            region: Some("01".to_owned()),
            complete_list,
            list_note: Some(label.clone()),
            objective_level: levels.first().map(|level| level.key.clone()),
            levels,
            kinds,
            parties,
            acts,
            our_reading: vec!["paliers".to_owned()],
            bands,
            contest_days: Some(15),
            signed_for: Some(Audience::Parties),
            drafts_for: complete_list.then_some(Audience::StateAndAgencies),
            values_for: complete_list.then_some(Audience::Everybody),
            means: vec![MeansLine {
                key: key(),
                label: label.clone(),
                unit: note.clone(),
            }],
            documents: vec![SourceDocument {
                key: key(),
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
            rules,
            glossary: vec![Term {
                acronym: label,
                meaning: title.clone(),
            }],
            title,
            ..Framework::default()
        }
    })
}
