use super::*;

fn series(name: &str, points: &[(i32, f64)]) -> Series {
    let point = |&(year, value): &(i32, f64)| SeriesPoint {
        year,
        value,
        text: format!("{value}").replace('.', ","),
    };
    Series {
        name: name.to_owned(),
        points: points.iter().map(point).collect(),
    }
}

fn spec(observed: &[(i32, f64)], targets: &[(i32, f64)]) -> Trajectory {
    Trajectory {
        id: "t".to_owned(),
        about: Description::new("Trajectoire", "De 60,3 à 67,7.").unwrap(),
        axis: Axis::fitting([60.0, 80.0], "%"),
        observed: series("Bretagne", observed),
        targets: series("Cible", targets),
        corridors: None,
        national: Some(series("France", &[(2022, 47.0), (2023, 54.6)])),
        way: None,
        forecast: None,
        breaks: Vec::new(),
        spans: Vec::new(),
    }
}

#[test]
fn no_line_crosses_a_break_and_no_value_is_lost() {
    let mut broken = spec(&[(2022, 60.3), (2023, 67.7), (2024, 70.0)], &[]);
    broken.national = None;
    let lines = |spec: &Trajectory| {
        trajectory(spec, Target::Page)
            .matches("<line class=\"lk\"")
            .count()
    };
    let whole = lines(&broken);
    broken.breaks.push(Break {
        since: 2023,
        text: "rupture".to_owned(),
    });
    assert_eq!(lines(&broken), whole - 1);
    let svg = trajectory(&broken, Target::Page);
    assert!(svg.contains("class=\"brk\"") && svg.contains(">rupture</text>"));
    assert_eq!(
        svg.matches("<circle class=\"d\"").count(),
        4,
        "three and the legend's"
    );
}

#[test]
fn a_forecast_is_a_fan_from_the_last_value() {
    let mut ahead = spec(&[(2022, 60.3), (2023, 67.7)], &[(2028, 75.0)]);
    ahead.forecast = Some(Forecast {
        name: "Prolongement".to_owned(),
        points: vec![
            ForecastPoint {
                year: 2024,
                value: 70.0,
                low: 68.0,
                high: 72.0,
            },
            ForecastPoint {
                year: 2028,
                value: 78.0,
                low: f64::NAN,
                high: 80.0,
            },
        ],
    });
    for target in [Target::Page, Target::Pdf] {
        let svg = trajectory(&ahead, target);
        assert!(svg.contains(">Prolongement</text>") && !svg.contains("NaN"));
    }
    let svg = trajectory(&ahead, Target::Page);
    assert!(svg.contains("preserveAspectRatio=\"none\"><path class=\"lik\""));
}

#[test]
fn a_page_chart_adapts_and_has_no_colour() {
    let svg = trajectory(
        &spec(&[(2022, 60.3), (2023, 67.7)], &[(2028, 75.0)]),
        Target::Page,
    );
    assert!(svg.starts_with("<svg class=\"trajectory\" width=\"100%\" height="));
    assert!(!svg.contains("fill=") && !svg.contains("stroke=") && !svg.contains("style="));
    assert!(svg.contains("cx=\"13%\"") && svg.contains("cx=\"26.33%\""));
    assert!(svg.contains("<title>Bretagne, 2023\u{a0}: 67,7</title>"));
    assert!(svg.contains(">2028</text>"));
}

#[test]
fn a_pdf_chart_is_self_contained() {
    let svg = trajectory(&spec(&[(2022, 60.3)], &[]), Target::Pdf);
    assert!(svg.contains("viewBox=\"0 0 360 ") && !svg.contains("class="));
    assert!(!svg.contains("%\""));
    assert!(!svg.contains(">Cible<"));
}

#[test]
fn empty_and_impossible_values_draw_nothing_and_do_not_fail() {
    let mut empty = spec(&[(2022, f64::NAN), (2023, f64::INFINITY)], &[]);
    empty.national = None;
    for target in [Target::Page, Target::Pdf] {
        let svg = trajectory(&empty, target);
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<circle"));
    }
    let far = spec(&[(i32::MIN, 1.0), (i32::MAX, 2.0)], &[]);
    assert!(
        trajectory(&far, Target::Page)
            .matches("class=\"ax\"")
            .count()
            < 20
    );
}

/// The places of all values of a drawing, with the widths at which they must hold.
fn meetings(spec: &Trajectory, target: Target) -> Vec<String> {
    let lines = lines(spec);
    let plot = Plot::new(spec, &lines, target);
    let marks = plot.marks(&lines);
    let placed = plot.placed(&lines, &marks);
    let labelled = marks.iter().filter(|mark| mark.is_labelled).count();
    let mut wrong = Vec::new();
    if placed.len() < labelled {
        wrong.push(format!("{} values of {labelled}", placed.len()));
    }
    let along = plot.along(&lines);
    let widths: &[f64] = match target {
        Target::Page => &[520.0, 760.0, 1200.0],
        Target::Pdf => &[360.0],
    };
    for (rank, (mark, label)) in placed.iter().enumerate() {
        let area = label.area();
        for width in widths {
            let told = || format!("{} of {} at {width}", label.text, mark.point.year);
            if placed[..rank]
                .iter()
                .any(|(_, other)| area.meets(&other.area(), *width))
            {
                wrong.push(format!("{} meets a value", told()));
            }
            if along.iter().any(|point| area.meets(point, *width)) {
                wrong.push(format!("{} meets a line", told()));
            }
        }
    }
    wrong
}

#[test]
fn values_meet_neither_values_nor_lines_whatever_their_years() {
    // Values of one year; of neighbouring years, whose texts are wider than what parts them; a
    // line that climbs through the place above a mark.
    let close = spec(&[(2023, 55.0)], &[(2023, 55.2)]);
    let mut many = spec(
        &[
            (2019, 61.2),
            (2020, 61.4),
            (2021, 61.3),
            (2022, 61.6),
            (2023, 61.5),
        ],
        &[(2024, 62.0), (2025, 62.1), (2028, 62.4)],
    );
    many.axis = Axis::fitting([60.0, 64.0], "%");
    many.national = Some(series("France", &[(2022, 61.7), (2023, 61.4)]));
    let steep = spec(
        &[(2022, 61.0), (2023, 78.0), (2024, 62.0)],
        &[(2024, 77.0), (2025, 64.0)],
    );
    for (name, one) in [("close", close), ("many", many), ("steep", steep)] {
        for target in [Target::Page, Target::Pdf] {
            let wrong = meetings(&one, target);
            assert!(wrong.is_empty(), "{name}, {target:?}: {wrong:?}");
        }
    }
}

#[test]
fn a_long_name_of_the_legend_takes_the_rows_it_needs() {
    let name = "À ce rythme, 2028 : 71,2 %, entre 68,4 % et 74,0 % huit fois sur dix";
    let rows = wrapped(name);
    assert_eq!(rows.join(" "), name);
    assert!(rows.len() == 2 && rows.iter().all(|row| row.chars().count() <= LEGEND_LETTERS));
    assert_eq!(wrapped("France"), ["France"]);
}

#[test]
fn the_years_that_belong_together_are_told_under_the_axis() {
    let mut through = spec(&[(2022, 60.3), (2023, 67.7), (2024, 70.0)], &[]);
    let svg = |spec: &Trajectory| trajectory(spec, Target::Page);
    assert!(!svg(&through).contains("class=\"spn\""));
    let span = |from, to| Span {
        from,
        to,
        text: format!("{from}-{to}"),
    };
    // The last is over before the first year drawn.
    through.spans = vec![span(2019, 2023), span(2024, 2028), span(2014, 2018)];
    let drawn = svg(&through);
    assert_eq!(drawn.matches("<line class=\"spn\"").count(), 2);
    assert!(drawn.contains(">2019-2023</text>") && drawn.contains(">2024-2028</text>"));
    assert!(!drawn.contains("2014-2018"));
}

#[test]
fn bounds_to_stay_between_are_drawn_and_told() {
    let mut bounded = spec(&[(2022, 60.3), (2023, 67.7)], &[]);
    let corridor = |year: i32, low: f64| Corridor {
        year,
        low,
        high: 75.0,
        text: format!("{low} à 75"),
    };
    bounded.corridors = Some(Corridors {
        name: "Rester entre deux bornes".to_owned(),
        years: vec![
            corridor(2026, 70.0),
            corridor(2028, 72.0),
            corridor(2030, f64::NAN),
        ],
    });
    for target in [Target::Page, Target::Pdf] {
        let svg = trajectory(&bounded, target);
        assert!(svg.contains(">Rester entre deux bornes</text>"));
        assert!(
            svg.contains("72 à 75</text>"),
            "the last one that can be drawn is told"
        );
        assert!(!svg.contains("NaN") && !svg.contains(">2030</text>"));
        assert!(svg.contains(">2028</text>"), "their years are on the axis");
    }
    let svg = trajectory(&bounded, Target::Page);
    let (bars, bounds) = (
        svg.matches("<line class=\"cb\"").count(),
        svg.matches("class=\"tc\"").count(),
    );
    assert_eq!(bars, 2 + 2 + 1, "two dashes, a bar a year and the legend's");
    assert_eq!(bounds, 4 + 2 + 1, "each bound, the legend's and the words");
}
