//! Words that many addresses share.

use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::address::Address;
use crate::kernel::{counted, fold};
use crate::platform::clock::french_date;

/// `?au=15/03/2026` or `?au=2026-03-15`: show what was known at the end of that day in Paris.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct AsOf {
    /// The day as typed, empty for now.
    #[serde(default)]
    pub au: String,
}

impl AsOf {
    /// The parameter of an address.
    pub const NAME: &'static str = "au";

    /// What an address asks.
    pub fn of(address: &Address) -> Self {
        Self {
            au: address.get(Self::NAME).to_owned(),
        }
    }

    /// The day asked for, where it is before today: the situation of today is that of now.
    pub fn past(&self, today: Date) -> Option<Date> {
        self.day().filter(|day| *day < today)
    }

    /// The day asked for; nothing for now, and where the text is no day: a page then shows what
    /// is known now and [`field`](Self::field) says so.
    pub fn day(&self) -> Option<Date> {
        parse_day(&self.au)
    }

    /// What is wrong with the text, where it is no day.
    pub fn problem(&self) -> Option<String> {
        let text = self.au.trim();
        (!text.is_empty() && self.day().is_none()).then(|| {
            format!(
                "« {text} » n’est pas une date. Écrivez-la jour/mois/année, par exemple 15/03/2026."
            )
        })
    }

    /// The status of a page that shows this day.
    pub fn status(&self) -> StatusCode {
        match self.problem() {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        }
    }

    /// The form that chooses the day, with other links or fields beside it, then the day shown and
    /// the way back to today; on paper, today. What else the address says is kept.
    pub fn form(&self, address: &Address, label: &str, today: Date, beside: &Markup) -> Markup {
        let now = address.without(Self::NAME);
        let to_come = self.day().is_some_and(|day| day > today);
        html! {
            form.asof method="get" action=(address.path()) {
                @for (name, value) in now.pairs() { input type="hidden" name=(name) value=(value); }
                label for="au" { (label) }
                (self.field(None))
                button.btn.sm type="submit" { "Afficher" }
                (beside)
            }
            @if let Some(day) = self.past(today) {
                div.flag.then role="status" {
                    p { b { "Situation au " (french_date(day)) } ", telle que Jalon la connaissait ce jour-là au soir." }
                    a.btn.sm href=(now.href()) { "Revenir à aujourd’hui" }
                }
            } @else {
                // A sheet of paper outlives the day on which it was printed.
                div.paper { (label) " " (french_date(today)) }
            }
            @if to_come {
                div.flag.then.warn role="status" { p { "Ce jour n’est pas encore venu : la page montre la situation d’aujourd’hui." } }
            }
        }
    }

    /// The text field `au` with what is wrong in it, for a form `asof` that has a label for it;
    /// `shown` is the day that the page shows.
    pub fn field(&self, shown: Option<Date>) -> Markup {
        let problem = self.problem();
        let typed = match (&problem, self.day().or(shown)) {
            (Some(_), _) => Some(self.au.trim().to_owned()),
            (None, day) => day.map(|day| day.strftime("%d/%m/%Y").to_string()),
        };
        html! {
            input #au name="au" value=[typed] placeholder="jj/mm/aaaa" inputmode="numeric" autocomplete="off" aria-describedby="au-aide au-dit" aria-invalid=[problem.as_ref().map(|_| "true")];
            span.vh #au-aide { "Format : jour, mois, année, par exemple 15/03/2026. Vide : aujourd’hui." }
            span.s-late #au-dit role=[problem.as_ref().map(|_| "alert")] { @if let Some(problem) = &problem { (problem) " La page montre la situation d’aujourd’hui." } }
        }
    }
}

/// What stands beside the form of a day of the past: how many of each thing came since, in words
/// for one and for several, each leading to what is known now; that nothing did where nothing did.
pub fn came_since(counts: &[(usize, &str, &str)], now: &str) -> Markup {
    let came = counts.iter().filter(|(count, ..)| *count > 0);
    let came: Vec<String> = came
        .map(|(count, one, many)| counted(*count, one, many))
        .collect();
    html! {
        ul {
            @if came.is_empty() { li { "Rien n’a changé depuis" } }
            @for words in came { li { a href=(now) { (words) } } }
        }
    }
}

/// A day as people write it: `15/03/2026`, `15.3.2026`, `15 mars 2026`, `1er mars 2026`, or
/// `2026-03-15`. A year of two digits is not guessed.
pub fn parse_day(text: &str) -> Option<Date> {
    let folded = fold(text);
    let parts: Vec<&str> = folded.split(' ').collect();
    let [first, month, last] = parts.as_slice() else {
        return None;
    };
    let (year, day) = match (first.len(), last.len()) {
        (4, 2) => (first, *last),
        (1..=3, 4) => (last, first.strip_suffix("er").unwrap_or(first)),
        _ => return None,
    };
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !is_number(year) || !is_number(day) {
        return None;
    }
    let named = MONTHS.iter().zip(1_i8..).find(|(name, _)| *name == month);
    let month = match named {
        Some((_, rank)) => rank,
        None if is_number(month) => month.parse().ok()?,
        None => return None,
    };
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

const MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

/// The longest way back that is kept, in bytes.
const LONGEST_BACK: usize = 2000;

/// Where to go after signing in: a path of this site, never another site.
pub fn local_path(asked: &str) -> &str {
    let local = asked.len() <= LONGEST_BACK
        && asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.contains(['\\', '\r', '\n', '\t']);
    if local { asked } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_to_another_site() {
        assert_eq!(
            local_path("/contrats?au=2026-03-15"),
            "/contrats?au=2026-03-15"
        );
        for elsewhere in [
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "",
            "contrats",
            "/\t/example.org",
            &format!("/{}", "a".repeat(LONGEST_BACK)),
        ] {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere:?}");
        }
    }

    #[test]
    fn what_is_no_day_is_kept_and_told() {
        let asked = |au: &str| AsOf { au: au.to_owned() };
        assert_eq!(asked(" ").problem(), None);
        assert_eq!(asked("").status(), StatusCode::OK);
        let wrong = asked("hier <b>");
        assert_eq!(
            (wrong.day(), wrong.status()),
            (None, StatusCode::UNPROCESSABLE_ENTITY)
        );
        let field = wrong.field(None).into_string();
        assert!(
            field.contains("value=\"hier &lt;b&gt;\"") && field.contains("n’est pas une date"),
            "{field}"
        );
    }

    #[test]
    fn only_a_day_before_today_is_past() {
        let today = jiff::civil::date(2026, 3, 15);
        let form = |au: &str| {
            let address = Address::of("/p").and("q", "a").and("au", au);
            let asked = AsOf::of(&address);
            let form = asked.form(&address, "Au", today, &html! {});
            (asked.past(today), form.into_string())
        };
        let (past, shown) = form("14/03/2026");
        assert_eq!(past, Some(jiff::civil::date(2026, 3, 14)));
        for part in [
            "Situation au 14 mars 2026",
            "href=\"/p?q=a\"",
            "name=\"q\" value=\"a\"",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        for now in ["", "15/03/2026", "16/03/2026", "hier"] {
            let (past, shown) = form(now);
            assert_eq!(past, None, "{now}");
            assert!(!shown.contains("Situation au"), "{shown}");
            assert!(shown.contains("<div class=\"paper\">Au 15 mars 2026</div>"));
            assert_eq!(shown.contains("pas encore venu"), now == "16/03/2026");
        }
    }

    #[test]
    fn reads_both_ways_of_writing_a_day() {
        let expected = Some(jiff::civil::date(2026, 3, 15));
        assert_eq!(parse_day("15/03/2026"), expected);
        assert_eq!(parse_day(" 15/3/2026 "), expected);
        for text in [
            "2026-03-15",
            "15.03.2026",
            "15-3-2026",
            "15 mars 2026",
            "15 MARS 2026",
        ] {
            assert_eq!(parse_day(text), expected, "{text}");
        }
        assert_eq!(
            parse_day("1er août 2026"),
            Some(jiff::civil::date(2026, 8, 1))
        );
        for wrong in [
            "31/02/2026",
            "15/03/26",
            "hier",
            "2026-03-15T10:00",
            "2026-3",
            "15 brumaire 2026",
            "15 mars",
            "2026-15-03",
            "a5/03/2026",
        ] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
    }
}
