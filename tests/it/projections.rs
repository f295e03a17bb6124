//! How past values would have been foretold: the score itself, held to series of which everything
//! is known, and the command that keeps it over an installation.

use jalon::figures::projection::backtest::Scores;
use jalon::figures::projection::{Known, Segment};
use jalon::measures::Measure;

use crate::on_both_engines;
use crate::program::Program;
use crate::stage::Stage;

/// A chance that is the same at each run.
struct Chance(u64);

impl Chance {
    fn uniform(&mut self) -> f64 {
        // Knuth's multiplier: the high bits are even enough for a noise.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }

    /// About normal, of variance one: a sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// The scores of many series of that many years.
fn scores(years: i16, series: u32, mut value: impl FnMut(f64, &mut Chance) -> f64) -> Scores {
    let exact = Measure {
        decimals: Some(6),
        ..Measure::default()
    };
    let mut chance = Chance(2026);
    let mut scores = Scores::default();
    for _ in 0..series {
        let known = (0..years).map(|year| Known {
            year: 2010 + year,
            value: value(f64::from(year), &mut chance),
        });
        let known = known.collect();
        scores.test(&Segment { since: None, known }, &exact);
    }
    scores
}

#[test]
fn eight_values_in_ten_fall_in_the_range_where_a_line_and_chance_are_all_there_is() {
    let scores = scores(9, 2_000, |year, chance| 60.0 + 1.5 * year + chance.normal());
    assert_eq!((scores.series, scores.too_short), (2_000, 0));
    // Cuts after 3 to 8 values foretell 6 to 1 of them.
    let whole = scores.whole();
    assert_eq!(whole.told, 2_000 * 21);
    let told: Vec<(i16, u32)> = scores.ahead.iter().map(|(y, s)| (*y, s.told)).collect();
    let wanted: Vec<(i16, u32)> = (1..=6)
        .zip((1..=6).rev())
        .map(|(y, n)| (y, n * 2_000))
        .collect();
    assert_eq!(told, wanted);
    for (years, score) in &scores.ahead {
        let coverage = score.coverage().unwrap();
        assert!((0.75..0.9).contains(&coverage), "{years}: {coverage}");
    }
    // A line that climbs says more than that nothing moves, the more so far ahead.
    let against = |years: i16| scores.ahead[&years].against_still().unwrap();
    assert!(against(6) < against(1) && against(6) < 0.6, "{scores:?}");
}

#[test]
fn a_line_says_no_more_than_nothing_where_nothing_moves() {
    let scores = scores(8, 1_000, |_, chance| 60.0 + chance.normal());
    let against = scores.whole().against_still().unwrap();
    assert!(against > 1.0, "{against}");
}

#[test]
fn a_course_that_turns_leaves_the_range_and_the_score_says_so() {
    let turning = |year: f64, chance: &mut Chance| {
        let risen = if year < 4.0 {
            5.0 * year
        } else {
            40.0 - 5.0 * year
        };
        risen + 0.2 * chance.normal()
    };
    let coverage = scores(8, 500, turning).whole().coverage().unwrap();
    assert!(coverage < 0.5, "{coverage}");
}

#[test]
fn a_series_too_short_to_be_cut_is_counted_apart() {
    let scores = scores(3, 10, |year, _| year);
    assert_eq!((scores.series, scores.too_short), (0, 10));
    assert_eq!(
        (scores.whole().coverage(), scores.whole().against_still()),
        (None, None)
    );
}

on_both_engines! {
    async fn the_command_tells_how_the_series_of_an_installation_would_have_been_foretold(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let program = Program::on(&bench.url);
        let empty = program.run(&["projections"]).done();
        assert!(empty.contains("Séries publiées : 0 essayées, 0 trop courtes."), "{empty}");
        let mut text = "territoire;annee;2.c.1\n".to_owned();
        for (year, value) in (2019..2025).zip([60, 61, 62, 63, 64, 65]) {
            text += &format!("28;{year};{value}\n");
        }
        // One that jumps, of which the file is told but kept, and one that is too short.
        for (year, value) in (2019..2023).zip([60, 61, 62, 90]) {
            text += &format!("53;{year};{value}\n");
        }
        text += "84;2022;60\n84;2023;61\n";
        let read = stage.rehearse_current(text).await;
        stage.commit(read.id).await.unwrap();
        let told = program.run(&["projections"]).done();
        let published = told.split("Séries fictives").next().unwrap();
        assert!(published.contains("Séries publiées : 2 essayées, 1 trop courtes."), "{told}");
        let line = |years: &str| -> Vec<String> {
            let mut lines = published.lines().map(|line| line.split_whitespace());
            let found = lines.find(|words| words.clone().next() == Some(years));
            found.unwrap_or_else(|| panic!("{years}: {told}")).skip(1).map(ToOwned::to_owned).collect()
        };
        // One year ahead: three values of the line and the jump; further, the line alone.
        assert_eq!(line("1")[..3], ["4", "75,0", "%"]);
        assert_eq!(line("2")[..3], ["2", "100,0", "%"]);
        assert_eq!(line("3"), ["1", "100,0", "%", "0", "%"]);
        assert_eq!(line("toutes")[..2], ["7", "85,7"]);
        assert!(told.contains("Séries fictives de la démonstration : 0 essayées, 0 trop courtes."), "{told}");
    }
}
