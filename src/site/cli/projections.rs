//! `jalon projections`: how past values of this installation would have been foretold.

use std::collections::BTreeSet;

use super::{CliError, Session};
use crate::figures::Snapshots;
use crate::figures::projection::backtest::{Score, Scores};
use crate::figures::projection::{segments, shown};
use crate::frameworks::Library;

pub(super) async fn run(session: &Session) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let mut tx = db.read().await?;
    let catalogue = Library::default().catalogue(&mut tx, reach).await?;
    let figures = Snapshots::new(session.clock.clone())
        .current(&mut tx, reach)
        .await?;
    drop(tx);
    let (mut published, mut fictional) = (Scores::default(), Scores::default());
    for measure in catalogue.measures() {
        let Some(series) = figures.series(&measure.code) else {
            continue;
        };
        let places: BTreeSet<&str> = series
            .iter()
            .map(|(subject, _)| subject.place.as_str())
            .collect();
        let invented = series.iter().any(|(_, figure)| figure.fictional);
        let scores = if invented {
            &mut fictional
        } else {
            &mut published
        };
        for place in places {
            for segment in segments(series, measure, place) {
                scores.test(&segment, measure);
            }
        }
    }
    tell("Séries publiées", &published);
    tell("Séries fictives de la démonstration", &fictional);
    Ok(())
}

fn tell(title: &str, scores: &Scores) {
    say!(
        "{title} : {} essayées, {} trop courtes.",
        scores.series,
        scores.too_short
    );
    if scores.series == 0 {
        return;
    }
    say!("  années  valeurs  dans la fourchette  erreur / sans tendance");
    for (years, score) in &scores.ahead {
        say!("  {years:>6}  {}", line(score));
    }
    say!("  toutes  {}", line(&scores.whole()));
}

fn line(score: &Score) -> String {
    let percent = |share: Option<f64>, places: u8| {
        let share = share.and_then(|share| shown(share * 100.0));
        share.map_or_else(
            || "–".to_owned(),
            |share| format!("{} %", share.french(places)),
        )
    };
    format!(
        "{:>7}  {:>18}  {:>22}",
        score.told,
        percent(score.coverage(), 1),
        percent(score.against_still(), 0)
    )
}
