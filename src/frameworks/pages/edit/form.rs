//! The form of a correction, as it opens and as it comes back.

use maud::{Markup, html};

use super::TITLE;
use super::typed::{Complaint, Conflict, FIELDS, Field, Typed};
use crate::frameworks::{Edited, Indicator};
use crate::platform::web::{Crumb, crumbs};

const REASON: Field = Field {
    name: "motif",
    label: "Motif de la correction",
    hint: Some("Obligatoire : il reste dans l’historique du cadre."),
    is_list: false,
};

/// Everything that the page shows.
pub(super) struct Shown<'a> {
    pub edited: &'a Edited,
    pub indicator: &'a Indicator,
    pub typed: &'a Typed,
    pub complaints: &'a [Complaint],
    pub conflicts: &'a [Conflict],
}

impl Shown<'_> {
    pub(super) fn page(&self) -> Markup {
        let framework = &self.edited.framework;
        html! {
            (crumbs(&[
                Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
                Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
                Crumb { label: TITLE, href: None },
            ]))
            div.head {
                p.eyebrow { (framework.title) ", révision " (self.edited.no) }
                h1 { (TITLE) }
                p.lead { (self.indicator.label) }
            }
            (self.alert())
            form.simple method="post" {
                input type="hidden" name="base" value=(self.typed.base);
                @for (field, text) in FIELDS.iter().zip(self.typed.texts()) {
                    (self.field(field, text))
                }
                (self.field(&REASON, &self.typed.motif))
                p.acts {
                    button.btn.main type="submit" { "Enregistrer une nouvelle révision" }
                    a.btn href={ "/indicateurs/" (framework.code) "/" (self.indicator.key) } { "Renoncer" }
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
                        li { a href={ "#" (conflict.field.name) } { (conflict.field.label) } }
                    } }
                }
                @for complaint in self.complaints {
                    p {
                        @match complaint.field {
                            Some(name) => a href={ "#" (name) } { (complaint.message) },
                            None => (complaint.message),
                        }
                    }
                }
            } }
        }
    }

    fn field(&self, field: &Field, text: &str) -> Markup {
        let Field {
            name, label, hint, ..
        } = field;
        let theirs = self.conflicts.iter().find(|c| c.field.name == *name);
        let wrong = self.complaints.iter().any(|c| c.field == Some(*name));
        let mut told_by = Vec::new();
        if hint.is_some() {
            told_by.push(format!("{name}-aide"));
        }
        if theirs.is_some() {
            told_by.push(format!("{name}-autre"));
        }
        let told_by = Some(told_by.join(" ")).filter(|ids| !ids.is_empty());
        let wrong = (wrong || theirs.is_some()).then_some("true");
        html! {
            div.field {
                label for=(name) { (label) }
                @if let Some(hint) = hint { p.hint id={ (name) "-aide" } { (hint) } }
                @if let Some(conflict) = theirs {
                    p.hint id={ (name) "-autre" } {
                        b { "Écrit entre-temps par quelqu’un d’autre : " }
                        @if conflict.theirs.is_empty() { "rien, le champ a été vidé." } @else { "« " (conflict.theirs) " »" }
                        " Votre texte est ci-dessous."
                    }
                }
                @if *name == "note" {
                    textarea id=(name) name=(name) rows="3" aria-describedby=[&told_by] aria-invalid=[wrong] { "\n" (text) }
                } @else {
                    input id=(name) name=(name) value=(text) aria-describedby=[&told_by] aria-invalid=[wrong];
                }
            }
        }
    }
}
