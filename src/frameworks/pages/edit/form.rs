//! The form of a correction, as it opens and as it comes back.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::TITLE;
use super::due::RULE;
use super::fields::{ABOUT, ATTAINMENT, Control, DUE, SUPPLY};
use super::reading;
use super::sheet::{Entry, Place, Sheet};
use super::typed::{Complaint, Conflict, Typed};
use crate::frameworks::held::Hold;
use crate::frameworks::{Catalogue, Edited};
use crate::measures::Facet;
use crate::platform::web::{Crumb, crumbs};

/// Everything that the page shows.
pub(super) struct Shown<'a> {
    pub catalogue: &'a Catalogue,
    pub edited: &'a Edited,
    pub sheet: &'a Sheet,
    pub held: &'a BTreeMap<String, Hold>,
    pub typed: &'a Typed,
    pub complaints: &'a [Complaint],
    pub conflicts: &'a [Conflict],
}

impl Shown<'_> {
    pub(super) fn page(&self) -> Markup {
        let framework = &self.edited.framework;
        let indicator = &self.sheet.indicator;
        let entries = self.sheet.entries();
        let named = |keys: &[&str]| -> Vec<&Entry> {
            let wanted = |entry: &&Entry| keys.contains(&entry.name.as_str());
            entries.iter().filter(wanted).collect()
        };
        let keys = |specs: &[super::fields::Spec<_>]| {
            specs.iter().map(|spec| spec.key).collect::<Vec<_>>()
        };
        let methods = entries
            .iter()
            .filter(|e| matches!(e.place, Place::Method(_)));
        html! {
            (crumbs(&[
                Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
                Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
                Crumb { label: TITLE, href: None },
            ]))
            div.head {
                p.eyebrow { (framework.title) ", révision " (self.edited.no) }
                h1 { (TITLE) }
                p.lead { (indicator.label) }
            }
            (self.alert())
            form.simple.parts method="post" {
                input type="hidden" name="base" value=(self.typed.base);
                (self.part("L’indicateur", &named(&keys(&ABOUT)), None))
                (self.measures(&entries))
                (self.part("Comment l’atteinte est calculée", &named(&keys(&ATTAINMENT)).into_iter().chain(methods).collect::<Vec<_>>(), None))
                (self.part("D’où viennent les valeurs", &named(&keys(&SUPPLY)), None))
                (self.part("Quand les valeurs sont attendues", &named(&keys(&DUE)), Some(&self.rules(&entries))))
                (self.readings(&entries))
                (self.reason())
                p.acts {
                    button.btn.main type="submit" { "Enregistrer une nouvelle révision" }
                    a.btn href={ "/indicateurs/" (framework.code) "/" (indicator.key) } { "Renoncer" }
                }
            }
        }
    }

    fn alert(&self) -> Markup {
        if self.complaints.is_empty() && self.conflicts.is_empty() {
            return html! {};
        }
        html! {
            div.flag.late role="alert" { div {
                @if !self.conflicts.is_empty() {
                    p {
                        b { "Quelqu’un a corrigé cet indicateur pendant que vous le corrigiez. " }
                        "Rien n’est enregistré et votre saisie est gardée. Pour chacun de ces champs, gardez votre texte ou reprenez l’autre, puis enregistrez."
                    }
                    ul { @for conflict in self.conflicts {
                        li { a href={ "#" (conflict.field) } { (conflict.label) } }
                    } }
                }
                @for complaint in self.complaints {
                    p {
                        @match &complaint.field {
                            Some(name) => a href={ "#" (name) } { (complaint.message) },
                            None => (complaint.message),
                        }
                    }
                }
            } }
        }
    }

    fn part(&self, title: &str, entries: &[&Entry], below: Option<&Markup>) -> Markup {
        html! {
            fieldset {
                legend { (title) }
                @for entry in entries { (self.field(entry)) }
                @if let Some(below) = below { (below) }
            }
        }
    }

    fn measures(&self, entries: &[Entry]) -> Markup {
        let indicator = &self.sheet.indicator;
        let framework = &self.edited.framework;
        html! {
            @for (rank, measure) in self.sheet.measures.iter().enumerate() {
                fieldset {
                    legend { "Ce qui est mesuré" @if self.sheet.measures.len() > 1 { " : " (measure.label) } }
                    @let others = self.catalogue.following(&measure.code);
                    @if others.len() > 1 {
                        p.hint {
                            "Cette mesure est suivie par " (others.len()) " indicateurs : une correction vaut pour tous. "
                            @for (n, (other, followed)) in others.iter().enumerate() {
                                @if n > 0 { ", " }
                                a href={ "/indicateurs/" (other.code) "/" (followed.key) } { (followed.code.as_ref().unwrap_or(&followed.key)) " (" (other.starts) "-" (other.ends) ")" }
                            }
                        }
                    }
                    @for entry in entries.iter().filter(|e| matches!(e.place, Place::Measure(own, _) if own == rank)) {
                        (self.field(entry))
                    }
                }
            }
            @for code in &indicator.measures {
                @if !self.sheet.measures.iter().any(|own| own.code == *code) {
                    @if let Some(writer) = self.writer(code) {
                        fieldset {
                            legend { "Ce qui est mesuré" }
                            p { "La mesure est définie par un autre cadre, " (writer.0) ", et se corrige là : "
                                a href={ "/cadres/" (writer.1) "/indicateurs/" (writer.2) "/modifier" } { "corriger la mesure" } "." }
                        }
                    }
                }
            }
            @if indicator.left_to_contract {
                p.note { "Chaque contrat définit ce que cet indicateur mesure : sa définition s’écrit dans le contrat (" (framework.title) ")." }
            }
        }
    }

    /// The framework that writes a measure: its title, its code and an indicator that follows it.
    fn writer(&self, code: &str) -> Option<(&str, &str, &str)> {
        self.catalogue.frameworks().into_iter().find_map(|edited| {
            let framework = &edited.framework;
            framework.measures.iter().find(|m| m.code == code)?;
            let mut follow = framework.indicators.iter();
            let indicator = follow.find(|i| i.measures.iter().any(|m| m == code))?;
            Some((
                framework.title.as_str(),
                framework.code.as_str(),
                indicator.key.as_str(),
            ))
        })
    }

    fn rules(&self, entries: &[Entry]) -> Markup {
        html! {
            p.hint #dates { "Une date par ligne ; laissez une ligne vide pour ne rien ajouter, videz-la pour la retirer. Un mois seul : à la fin du mois au plus tard. Deux mois : entre le premier et la fin du second. Un jour et son mois, avec au besoin des jours en plus (« 31 décembre plus 7 jours »). Ou un trimestre." }
            @for rank in 0..self.sheet.rules() {
                fieldset.date {
                    legend { "Date n° " (rank + 1) }
                    div.fields {
                        @for (entry, spec) in entries.iter().filter(|e| matches!(e.place, Place::Rule(own, _) if own == rank)).zip(&RULE) {
                            div.field {
                                label for=(entry.name) { (spec.label) }
                                (self.theirs(entry))
                                (self.wrong(entry))
                                (self.control(entry))
                            }
                        }
                    }
                }
            }
        }
    }

    /// What is not confirmed first, then what could be put in doubt.
    fn readings(&self, entries: &[Entry]) -> Markup {
        let readings = entries
            .iter()
            .filter(|e| matches!(e.place, Place::Reading(..)));
        let is_open = |entry: &&Entry| {
            let touched = !self.typed.text(&entry.name).is_empty()
                || !self.sheet.text(entry.place).is_empty();
            touched || self.conflicts.iter().any(|c| c.field == entry.name)
        };
        let (open, sure) = readings.partition::<Vec<_>, _>(is_open);
        html! {
            fieldset {
                legend { "Ce dont la lecture est sûre" }
                p.hint { "Ce que le document officiel ne dit pas est une lecture de Jalon, et marqué ainsi partout. Confirmez ce que vous avez vérifié : votre nom et le motif restent dans l’historique du cadre." }
                @if open.is_empty() { p { "Tout est confirmé." } }
                @for entry in open { (self.field(entry)) }
                details.more {
                    summary { "Mettre un autre champ en doute" }
                    @for entry in sure { (self.field(entry)) }
                }
            }
        }
    }

    fn reason(&self) -> Markup {
        let wrong = self
            .complaints
            .iter()
            .any(|c| c.field.as_deref() == Some("motif"));
        html! {
            fieldset {
                legend { "Pourquoi" }
                div.field {
                    label for="motif" { "Motif de la correction" }
                    p.hint #motif-aide { "Obligatoire : il reste dans l’historique du cadre." }
                    input #motif name="motif" value=(self.typed.motif) aria-describedby="motif-aide" aria-invalid=[wrong.then_some("true")];
                }
            }
        }
    }

    fn field(&self, entry: &Entry) -> Markup {
        let label = self.sheet.label(entry.place);
        let forbidden = self.forbidden(entry);
        if let Some((why, true)) = &forbidden {
            return self.fixed(entry, &label, why);
        }
        let hint = entry.place.hint();
        html! {
            div.field {
                label for=(entry.name) { (label) (self.mark(entry)) }
                @if !hint.is_empty() { p.hint id={ (entry.name) "-aide" } { (hint) } }
                @if let Some((why, _)) = &forbidden { p.hint id={ (entry.name) "-tenu" } { (why) } }
                (self.theirs(entry))
                (self.wrong(entry))
                (self.control(entry))
            }
        }
    }

    /// A field that what rests on the measure keeps as it is.
    fn fixed(&self, entry: &Entry, label: &str, why: &str) -> Markup {
        let text = self.sheet.text(entry.place);
        let told = match entry.place.control() {
            Control::Choice(choices) => {
                let found = choices().into_iter().find(|(word, _)| *word == text);
                found.map_or(text.clone(), |(_, told)| told.to_owned())
            }
            Control::Line | Control::Lines => text.clone(),
        };
        html! {
            div.field id=(entry.name) {
                p.lbl { (label) (self.mark(entry)) }
                p { @if told.is_empty() { "Rien" } @else { (told) } }
                p.hint { (why) }
                input type="hidden" name=(entry.name) value=(text);
            }
        }
    }

    /// Why a field cannot change, or how far, and whether it cannot at all.
    fn forbidden(&self, entry: &Entry) -> Option<(String, bool)> {
        let Place::Measure(rank, spec) = entry.place else {
            return None;
        };
        let facet = match spec.key {
            "unite" => Facet::Unit,
            "pour" => Facet::Per,
            "agregation" => Facet::Aggregation,
            "fenetre" => Facet::Window,
            "sens" => Facet::Direction,
            "min" | "max" => Facet::Bounds,
            _ => return None,
        };
        let hold = self.held.get(&self.sheet.measures[rank].code)?;
        Some((hold.told(facet)?, facet != Facet::Bounds))
    }

    fn mark(&self, entry: &Entry) -> Markup {
        let key = match entry.place {
            Place::Indicator(spec) => match spec.key {
                "etat" | "donnees" | "lacunes" => "echeance",
                key => key,
            },
            Place::Measure(_, spec) => spec.key,
            _ => return html! {},
        };
        let word = match entry.place {
            Place::Measure(rank, _) => reading::of_measure(&self.sheet.measures[rank], key),
            _ => reading::of_indicator(&self.sheet.indicator, key),
        };
        html! {
            @if word.starts_with("jalon") { " " span.mark { "lecture de Jalon" } }
            @if word.ends_with("incertaine") { " " span.mark { "lecture incertaine" } }
        }
    }

    fn theirs(&self, entry: &Entry) -> Markup {
        let Some(conflict) = self.conflicts.iter().find(|c| c.field == entry.name) else {
            return html! {};
        };
        let told = match entry.place.control() {
            Control::Choice(choices) => {
                let found = choices()
                    .into_iter()
                    .find(|(word, _)| *word == conflict.theirs);
                found.map_or_else(|| conflict.theirs.clone(), |(_, told)| told.to_owned())
            }
            Control::Line | Control::Lines => conflict.theirs.clone(),
        };
        html! {
            p.hint id={ (entry.name) "-autre" } {
                b { "Écrit entre-temps par quelqu’un d’autre : " }
                @if told.is_empty() { "rien, le champ a été vidé." } @else { "« " (told) " »" }
                " Votre saisie est ci-dessous."
            }
        }
    }

    fn wrong(&self, entry: &Entry) -> Markup {
        let told = self
            .complaints
            .iter()
            .filter(|c| c.field.as_deref() == Some(&entry.name));
        html! { @for complaint in told { p.told id={ (entry.name) "-faux" } { (complaint.message) } } }
    }

    fn control(&self, entry: &Entry) -> Markup {
        let name = &entry.name;
        let text = self.typed.text(name);
        let has = |part: &str| -> bool {
            match part {
                "aide" => !entry.place.hint().is_empty(),
                "tenu" => self.forbidden(entry).is_some(),
                "autre" => self.conflicts.iter().any(|c| c.field == *name),
                _ => self
                    .complaints
                    .iter()
                    .any(|c| c.field.as_deref() == Some(name)),
            }
        };
        let told_by = ["aide", "tenu", "autre", "faux"]
            .into_iter()
            .filter(|part| has(part));
        let told_by: Vec<String> = told_by.map(|part| format!("{name}-{part}")).collect();
        let told_by = Some(told_by.join(" ")).filter(|ids| !ids.is_empty());
        let wrong = (has("faux") || has("autre")).then_some("true");
        match entry.place.control() {
            Control::Line => html! {
                input id=(name) name=(name) value=(text) autocomplete="off" aria-describedby=[&told_by] aria-invalid=[wrong];
            },
            Control::Lines => html! {
                textarea id=(name) name=(name) rows="3" aria-describedby=[&told_by] aria-invalid=[wrong] { "\n" (text) }
            },
            Control::Choice(choices) => html! {
                select id=(name) name=(name) aria-describedby=[&told_by] aria-invalid=[wrong] {
                    @for (word, told) in choices() {
                        option value=(word) selected[word == text] { (told) }
                    }
                }
            },
        }
    }
}
