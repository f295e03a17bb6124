//! What followers are written of what came. Pure; no figure is ever written in a mail, whose
//! reader may see less by the time they read it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::Event;
use crate::platform::clock::{paris, paris_date};
use crate::platform::mail::{Mail, SITE};

/// What one change did to one measure, for one person who follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct News {
    pub person: Uuid,
    pub name: String,
    pub address: String,
    /// What people call the measure.
    pub label: String,
    pub event: Event,
}

/// A mail of news is worth sending this long, in microseconds.
const LIVES: i64 = 3 * 24 * 3600 * 1_000_000;
/// The hour in Paris at which the end of an embargo is told.
const MORNING: i8 = 8;

/// One mail for each person and day, whatever the number of measures; what is under embargo waits
/// for its day.
pub(super) fn letters(news: &[News], now: i64) -> Vec<Mail> {
    let today = paris_date(now);
    let mut groups: BTreeMap<(Uuid, Option<Date>), Vec<&News>> = BTreeMap::new();
    for piece in news {
        let day = piece.event.visible_from.filter(|day| *day > today);
        groups.entry((piece.person, day)).or_default().push(piece);
    }
    let letters = groups.into_iter().filter_map(|((person, day), pieces)| {
        let first = pieces.first()?;
        let due_at = day.map_or(now, morning);
        let key = day.map_or_else(String::new, |day| day.to_string());
        Some(Mail {
            key: format!("figures:{}:{person}:{key}", first.event.change),
            address: first.address.clone(),
            subject: subject(&pieces),
            body: body(first, &pieces),
            due_at,
            useless_at: due_at + LIVES,
        })
    });
    letters.collect()
}

/// The morning of a day, in microseconds UTC.
fn morning(day: Date) -> i64 {
    let instant = day.at(MORNING, 0, 0, 0).to_zoned(paris());
    instant.map_or(i64::MAX / 2, |zoned| zoned.timestamp().as_microsecond())
}

fn subject(pieces: &[&News]) -> String {
    match pieces {
        [one] => format!("{} : {}", one.label, one.event.french()),
        several => format!("{} indicateurs que vous suivez ont bougé", several.len()),
    }
}

fn body(first: &News, pieces: &[&News]) -> String {
    let who = first.event.who.as_deref();
    let who = who.map_or_else(String::new, |who| format!(" par {who}"));
    let lines = pieces
        .iter()
        .map(|piece| format!("- {} : {}", piece.label, piece.event.french()));
    format!(
        "Bonjour {},\n\nVous suivez dans Jalon ce qui vient d’être enregistré{who} :\n\n{}\n\nLes valeurs et leur provenance : {SITE}/suivis\n\nPour ne plus recevoir ces messages, ouvrez cette page et choisissez « Ne plus suivre ».\n",
        first.name,
        lines.collect::<Vec<_>>().join("\n")
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_767_600_000_000_000;

    fn piece(person: u128, measure: &str, embargo: Option<Date>) -> News {
        News {
            person: Uuid::from_u128(person),
            name: "Anne".to_owned(),
            address: format!("{person}@example.org"),
            label: format!("Mesure {measure}"),
            event: Event {
                change: 7,
                at: NOW,
                who: Some("Camille".to_owned()),
                measure: measure.to_owned(),
                arrived: 18,
                corrected: 1,
                visible_from: embargo,
            },
        }
    }

    #[test]
    fn a_person_gets_one_mail_a_change_and_no_figure_before_its_day() {
        let later = Some(date(2026, 2, 1));
        let news = [
            piece(1, "a", None),
            piece(1, "b", None),
            piece(1, "c", later),
            piece(2, "a", None),
        ];
        let mails = letters(&news, NOW);
        assert_eq!(mails.len(), 3);
        assert_eq!(mails[0].subject, "2 indicateurs que vous suivez ont bougé");
        assert!(
            mails[0]
                .body
                .contains("- Mesure b : 18 valeurs arrivées, 1 corrigée"),
            "{}",
            mails[0].body
        );
        assert_eq!(mails[0].due_at, NOW);
        assert_eq!(paris_date(mails[1].due_at), date(2026, 2, 1));
        assert!(mails[1].subject.starts_with("Mesure c :"));
        assert_ne!(mails[0].key, mails[1].key);
    }

    proptest! {
        #[test]
        fn every_piece_is_told_to_its_person_once(people in proptest::collection::vec((0..4_u128, 0..9_u32), 0..20)) {
            let mut people = people;
            people.sort_unstable();
            people.dedup();
            let news: Vec<News> = people.iter().map(|(p, m)| piece(*p, &format!("<{m}>"), None)).collect();
            let mails = letters(&news, NOW);
            for (person, measure) in people {
                let told = mails.iter().filter(|mail| mail.body.contains(&format!("Mesure <{measure}>")) && mail.address == format!("{person}@example.org"));
                prop_assert_eq!(told.count(), 1);
            }
        }
    }
}
