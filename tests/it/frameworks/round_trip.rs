//! Any framework at all, written then read, is the same framework.

use jalon::frameworks::{Framework, Indicator, Known, read_texts, write_texts};
use proptest::collection::vec;
use proptest::prelude::*;

use super::any_frame::{commitments, editions, frame, nodes};
use super::any_indicator::{indicator, measures};
use super::any_text::keyed;

fn framework() -> impl Strategy<Value = Framework> {
    let indicators = vec(indicator(), 1..4);
    (
        frame(),
        nodes(),
        measures(),
        indicators,
        commitments(),
        editions(),
    )
        .prop_map(
            |(frame, nodes, measures, indicators, commitments, editions)| Framework {
                nodes,
                measures,
                indicators: keyed(indicators, |i, key| i.key = key),
                commitments,
                editions,
                ..frame
            },
        )
}

/// What the frameworks above point to.
fn surroundings() -> Known {
    let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
    let mut known = Known::new(codes(&["DGS"]), [].into(), codes(&["84", "01"]));
    let other = Indicator {
        key: "x".to_owned(),
        ..Indicator::default()
    };
    known.add(&Framework {
        code: "autre".to_owned(),
        indicators: vec![other],
        ..Framework::default()
    });
    known
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_framework_written_then_read_is_the_same(framework in framework()) {
        let texts = write_texts(&framework);
        let reading = read_texts("essai", &texts, &surroundings());
        let problems: Vec<_> = reading.problems.iter().filter(|p| p.code != "unused-measure").collect();
        prop_assert!(problems.is_empty(), "{:?}", problems);
        prop_assert_eq!(reading.framework.as_ref(), Some(&framework));
        let json = serde_json::to_string(&framework).unwrap();
        prop_assert_eq!(serde_json::from_str::<Framework>(&json).unwrap(), framework);
    }
}
