//! Who signs a draft, and what is decided of it: the last parts of the page of an instrument.

use maud::{Markup, html};

use super::open::OpenedInstrument;
use super::parts::{act_button, day};
use crate::access::{Act, Signed};
use crate::contracts::{
    AbandonInstrument, ConfirmInstrument, Obstacle, OpenInstrument, SignInstrument,
};
use crate::frameworks::ActKind;
use crate::platform::web::{Address, section_heading};
use crate::tables::downloads;

pub(super) fn is_correction(opened: &OpenedInstrument) -> bool {
    let act = opened.book.act(&opened.instrument.act);
    act.is_some_and(|act| act.kind == ActKind::Correction)
}

/// What does an act to the instrument, or why whoever looks may not.
pub(super) fn or_why<A: Act>(
    signed: &Signed,
    opened: &OpenedInstrument,
    label: &str,
    way: &Markup,
) -> Markup {
    let concern = opened.concern();
    signed.reach().offers::<A>(&[concern], label, way)
}

pub(super) fn signatories(opened: &OpenedInstrument, draft: bool) -> Markup {
    let roles = &opened.book.framework().parties;
    let role = |key: &str| {
        roles
            .iter()
            .find(|role| role.key == key)
            .map_or_else(|| key.to_owned(), |role| role.label.clone())
    };
    html! {
        section.sect aria-labelledby="signataires" {
            (section_heading("signataires", "Signataires", None))
            @if opened.instrument.signatories.is_empty() {
                p { @if is_correction(opened) { "Une correction répare l’enregistrement de ce qui a déjà été signé : elle ne se signe pas de nouveau." }
                    @else if draft { "Personne ne signe encore cet acte." }
                    @else { "Cet acte n’a pas de signataire." } }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Signataires, défilable" {
                    table.tbl.stack {
                        thead { tr { th scope="col" { "Nom" } th scope="col" { "Fonction" } th scope="col" { "Pour" } th scope="col" { "Date" } } }
                        tbody { @for signatory in &opened.instrument.signatories { tr {
                            th scope="row" { b { (signatory.name) } }
                            td data-l="Fonction" { (signatory.function) @if let Some(capacity) = &signatory.capacity { span.sub { (capacity) } } }
                            td data-l="Pour" { (role(&signatory.role)) }
                            td data-l="Date" { (day(signatory.signed_on)) }
                        } } }
                    }
                }
                @let no = opened.instrument.no.to_string();
                (downloads("signataires", "Les signataires", &[("contrat", &opened.full.contract.slug), ("acte", &no)], &Address::of("/contrats")))
            }
            @if !opened.instrument.confirmations.is_empty() {
                p.note { "Confirmé par " (opened.instrument.confirmations.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")) "." }
            }
        }
    }
}

pub(super) fn decision(
    signed: &Signed,
    opened: &OpenedInstrument,
    obstacles: &[Obstacle],
) -> Markup {
    const CONFIRM: &str = "Confirmer ce projet tel quel";
    const OPEN: &str = "Ouvrir aux autres parties";
    const ABANDON: &str = "Abandonner ce projet";
    let (path, version) = (opened.path(), opened.instrument.version);
    let two = opened
        .book
        .act(&opened.instrument.act)
        .is_some_and(|act| act.people > 1);
    let label = if is_correction(opened) {
        "Enregistrer la correction"
    } else {
        "Enregistrer la signature"
    };
    let kept = !opened.instrument.keeper.is_empty();
    let mine = opened
        .instrument
        .confirmations
        .iter()
        .any(|c| c.person == signed.person.id);
    html! {
        section.sect aria-labelledby="decision" {
            (section_heading("decision", "Décider", None))
            @if two {
                p { "Cet acte demande deux personnes : l’une le confirme, l’autre enregistre. Un changement après une confirmation la fait redemander." }
            }
            @if kept {
                p { "Seule l’organisation qui prépare ce projet le voit. Ouvrez-le quand il est prêt à être lu : les autres parties, et ceux à qui le cadre ouvre les projets, en suivront la suite." }
            }
            div.acts {
                @if kept {
                    (or_why::<OpenInstrument>(signed, opened, OPEN, &act_button(&format!("{path}/ouvrir"), version, OPEN, "")))
                }
                @if obstacles.is_empty() {
                    (or_why::<SignInstrument>(signed, opened, label, &act_button(&format!("{path}/signer"), version, label, "main")))
                }
                @if two && !mine {
                    (or_why::<ConfirmInstrument>(signed, opened, CONFIRM, &act_button(&format!("{path}/confirmer"), version, CONFIRM, "")))
                }
                (or_why::<AbandonInstrument>(signed, opened, ABANDON, &act_button(&format!("{path}/abandonner"), version, ABANDON, "warn")))
            }
            @if obstacles.is_empty() {
                p.note { "Après l’enregistrement, ces termes sont en vigueur et ne changent plus que par un autre acte." }
            }
        }
    }
}
