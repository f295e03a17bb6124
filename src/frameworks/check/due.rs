//! Rules on the due dates of indicators.

use super::Checker;
use crate::frameworks::{DataYear, DueRule, DueState, Indicator, Limit};

/// A leap year, in which every day of the calendar exists.
const LEAP_YEAR: i16 = 2024;

impl Checker<'_> {
    pub(super) fn check_due(&mut self, path: &str, indicator: &Indicator) {
        let path = format!("{path}/echeance");
        self.check_state(&path, indicator);
        for (rank, rule) in indicator.due.rules.iter().enumerate() {
            let path = format!("{path}/regles/{rank}");
            if !self.findings.is_troubled(&path) {
                self.check_rule(&path, *rule);
            }
        }
        let gaps = &indicator.due.gaps;
        for (rank, gap) in gaps.iter().enumerate() {
            if gaps[..rank].iter().any(|earlier| earlier.year == gap.year) {
                let path = format!("{path}/lacunes/{rank}/annee");
                let message = format!("l’année {} est déjà nommée", gap.year);
                self.error(
                    &path,
                    "repeated-year",
                    message,
                    "Gardez une seule des deux lignes",
                );
            }
        }
        self.check_gap_years(&path, indicator);
    }

    /// A gap is a year of data of this framework, or of another that follows the same measure.
    fn check_gap_years(&mut self, path: &str, indicator: &Indicator) {
        let unread = ["cadre.yaml", "cadre.yaml/debut", "cadre.yaml/fin"]
            .iter()
            .any(|path| self.findings.is_unread(path) || self.findings.is_troubled(path));
        if unread {
            return;
        }
        let own = (self.framework.starts, self.framework.ends);
        let years = self.known.years_of(&indicator.measures).chain([own]);
        let (first, last) = years.fold(own, |(first, last), (starts, ends)| {
            (first.min(starts), last.max(ends))
        });
        let first = match indicator.due.data {
            Some(DataYear::Before) => first.saturating_sub(1),
            _ => first,
        };
        for (rank, gap) in indicator.due.gaps.iter().enumerate() {
            let path = format!("{path}/lacunes/{rank}/annee");
            if !(first..=last).contains(&gap.year) && !self.findings.is_troubled(&path) {
                let message = format!(
                    "aucune donnée de {} n’est attendue : les années de données vont de {first} à {last}",
                    gap.year
                );
                let remedy = "Corrigez l’année, ou retirez la ligne";
                self.error(&path, "gap-year", message, remedy);
            }
        }
    }

    fn check_state(&mut self, path: &str, indicator: &Indicator) {
        let state_path = format!("{path}/etat");
        let rules_path = format!("{path}/regles");
        let unsettled =
            self.findings.is_troubled(&state_path) || self.findings.is_troubled(&rules_path);
        if unsettled {
            return;
        }
        let fixed = indicator.due.state == DueState::Fixed;
        match (fixed, indicator.due.rules.is_empty()) {
            (true, true) => self.error(
                &state_path,
                "due-state",
                "l’échéance est dite fixée, mais aucune règle ne donne de date",
                "Ajoutez « regles: », ou écrivez « a-preciser »",
            ),
            (false, false) => self.error(
                &state_path,
                "due-state",
                "des règles donnent des dates, mais l’échéance n’est pas dite fixée",
                "Écrivez « etat: fixee », ou retirez les règles",
            ),
            _ => {}
        }
    }

    fn check_rule(&mut self, path: &str, rule: DueRule) {
        let month = |month: i8| (1..=12).contains(&month);
        match rule.limit {
            Limit::Month(only) => self.check_month(path, "mois", only),
            Limit::Months { from, to } => {
                self.check_month(path, "de_mois", from);
                self.check_month(path, "mois", to);
                if month(from) && month(to) && from > to {
                    let message = format!("la fenêtre va du mois {from} au mois {to}, à rebours");
                    let remedy =
                        "Échangez les deux mois, ou écrivez deux règles si elle passe l’année";
                    self.error(&format!("{path}/de_mois"), "due-window", message, remedy);
                }
            }
            Limit::Quarter(quarter) => {
                if !(1..=4).contains(&quarter) {
                    let message = format!("le trimestre {quarter} n’existe pas");
                    let path = format!("{path}/trimestre");
                    self.error(&path, "due-quarter", message, "Écrivez un nombre de 1 à 4");
                }
            }
            Limit::Day { day, month: of, .. } => {
                self.check_month(path, "mois", of);
                if month(of)
                    && rule
                        .window(LEAP_YEAR - i16::from(rule.years_after))
                        .is_none()
                {
                    let message = format!("le {day}/{of:02} n’est pas un jour du calendrier");
                    self.error(
                        &format!("{path}/jour"),
                        "due-day",
                        message,
                        "Corrigez le jour ou le mois",
                    );
                }
            }
        }
    }

    fn check_month(&mut self, path: &str, key: &str, month: i8) {
        if !(1..=12).contains(&month) {
            let message = format!("le mois {month} n’existe pas");
            let path = format!("{path}/{key}");
            self.error(&path, "due-month", message, "Écrivez un nombre de 1 à 12");
        }
    }
}
