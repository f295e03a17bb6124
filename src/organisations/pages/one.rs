//! One organisation: when it exists, what it takes over, where it acts, what changed.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use uuid::Uuid;

use super::{Shown, composition, day_form, history, links, origins};
use crate::access::Signed;
use crate::kernel::counted;
use crate::ledger::{ChangeRow, history_href};
use crate::organisations::contact::VERB;
use crate::organisations::contact::pages::Contact;
use crate::organisations::{
    Directories, Directory, Organisation, Place, PlaceKind, Recognised, store,
};
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::Db;
use crate::platform::web::{
    Address, AsOf, Crumb, WebError, WebResult, crumbs, section_heading, state,
};
use crate::tables::downloads;

/// `/organisations/{code}`; another name of the organisation leads to its code.
pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(directories): State<Directories>,
    Path(code): Path<String>,
    Query(as_of): Query<AsOf>,
) -> WebResult<Response> {
    let asked = as_of.day();
    let shown = Shown {
        asked,
        day: asked.unwrap_or_else(|| clock.today()),
    };
    let mut tx = db.read().await?;
    let directory = directories.current(&mut tx, signed.reach()).await?;
    let Some(organisation) = directory.organisation(&code) else {
        return match directory.resolve(&code) {
            Recognised::Found(other) => Ok(Redirect::to(&shown.href(&other.code)).into_response()),
            Recognised::Ambiguous(_) | Recognised::Unknown { .. } => Err(WebError::NotFound),
        };
    };
    let mut story = store::history(&mut tx, signed.reach(), &code).await?;
    let contact = Contact::of(&mut tx, signed.reach(), &code).await?;
    drop(tx);
    if let Some((_, changes)) = story.as_mut().filter(|_| contact.is_none()) {
        changes.retain(|change| change.verb != VERB);
    }
    let contact = contact.map(|contact| contact.facts(signed.reach()));
    let kept = (story.as_ref(), contact);
    let body = body(&directory, organisation, &as_of, shown, kept);
    let page = signed.page(organisation.label(), &body);
    Ok((as_of.status(), page).into_response())
}

fn body(
    directory: &Directory,
    organisation: &Organisation,
    as_of: &AsOf,
    shown: Shown,
    (story, contact): (Option<&(Uuid, Vec<ChangeRow>)>, Option<Markup>),
) -> Markup {
    let action = format!("/organisations/{}", organisation.code);
    html! {
        (crumbs(&[
            Crumb { label: "Organisations", href: Some(format!("/organisations{}", shown.query(""))) },
            Crumb { label: organisation.label(), href: None },
        ]))
        div.head {
            p.eyebrow { (organisation.kind.french()) ", code " span.mono { (organisation.code) } }
            h1 { (organisation.name) }
            p.lead { (verdict(directory, organisation, shown)) }
            p.acts {
                a.btn.sm href={ "/contrats?organisation=" (organisation.code) } { "Ses contrats" }
                @if let Some((thing, _)) = story { a.btn.sm href=(history_href(*thing)) { "Historique" } }
            }
        }
        (day_form(as_of, shown, "Situation au", &action, None))
        div.split.wide-l {
            div {
                (territory(directory, organisation, shown))
                (services(directory, organisation, shown))
                (history::section(story))
            }
            (sheet(directory, organisation, shown, contact))
        }
    }
}

/// The day that says what the organisation is or was: the one shown, or the nearest at which it
/// exists.
fn telling_day(organisation: &Organisation, shown: Shown) -> Date {
    let after_start = organisation
        .valid_from
        .map_or(shown.day, |from| from.max(shown.day));
    organisation
        .valid_to
        .map_or(after_start, |to| to.min(after_start))
}

/// Whether it exists on the day shown, since or until when, and what stands around it.
fn verdict(directory: &Directory, organisation: &Organisation, shown: Shown) -> Markup {
    let heirs = directory.successors(&organisation.code, shown.day);
    let origins = origins(directory, &organisation.code, shown.day);
    let (from, to) = (organisation.valid_from, organisation.valid_to);
    html! {
        @match (from, to) {
            (_, Some(last)) if last < shown.day => {
                (state("idle", "x", "N’existe plus"))
                " : a pris fin le " (french_date(last))
                @if heirs.is_empty() { "." }
                @else if heirs.len() == 1 { " ; lui succède " (links(&heirs, shown)) "." }
                @else { " ; lui succèdent " (links(&heirs, shown)) "." }
            }
            (Some(first), _) if first > shown.day => {
                (state("idle", "clock", "N’existe pas encore"))
                " " (shown.french()) " : commence le " (french_date(first)) "."
            }
            (first, last) => {
                (state("ok", "ok", "En vigueur"))
                " " (shown.french())
                @if let Some(first) = first { ", depuis le " (french_date(first)) }
                @if let Some(last) = last { ", jusqu’au " (french_date(last)) }
                "."
                @if !origins.is_empty() { " Succède à " (links(&origins, shown)) "." }
            }
        }
    }
}

fn territory(directory: &Directory, organisation: &Organisation, shown: Shown) -> Markup {
    let place = organisation.place.as_deref();
    let Some(place) = place.and_then(|code| directory.place(code)) else {
        return html! {};
    };
    let day = telling_day(organisation, shown);
    if let Some(around) = place
        .within
        .as_deref()
        .and_then(|code| directory.place(code))
    {
        return html! {
            section.sect aria-labelledby="territoire" {
                (section_heading("territoire", &format!("Région : {}", around.name), None))
                p { "L’établissement a ses propres valeurs ; elles n’entrent pas dans celles de sa région." }
            }
        };
    }
    let parts = directory.parts_of(&place.code, day);
    let sections = parts.iter().any(|part| part.kind == PlaceKind::Region);
    let made_of = composition(&parts);
    let title = if sections {
        format!("{} : {made_of}, {}", place.name, names(&parts))
    } else {
        format!("{} : {made_of}", place.name)
    };
    let when = (day != shown.day).then(|| html! { p { "au " (french_date(day)) } });
    html! {
        section.sect aria-labelledby="territoire" {
            (section_heading("territoire", &title, when))
            @if sections {
                @for part in &parts {
                    h3 { (part.name) }
                    (places(&directory.parts_of(&part.code, day), part, day))
                }
            } @else {
                (places(&parts, place, day))
            }
        }
    }
}

fn names(places: &[&Place]) -> String {
    let names: Vec<String> = places.iter().map(|place| place.name.clone()).collect();
    super::enumerate(&names)
}

fn places(places: &[&Place], whole: &Place, day: Date) -> Markup {
    let what = format!("Ce qui compose {}", whole.name);
    let on = day.to_string();
    html! {
        @if places.is_empty() {
            p.muted { "Aucun département n’y est rangé à cette date." }
        } @else {
            table.tbl.dense {
                caption.vh { (what) }
                thead { tr {
                    th scope="col" { "Code" }
                    th scope="col" { "Nom" }
                } }
                tbody { @for place in places {
                    tr {
                        td.code { (place.printed_code()) }
                        th scope="row" { (place.name) }
                    }
                } }
            }
            (downloads("territoires", &what, &[("dans", &whole.code), ("au", &on)], &Address::of("/organisations")))
        }
    }
}

fn services(directory: &Directory, organisation: &Organisation, shown: Shown) -> Markup {
    let services = directory.belonging_to(&organisation.code, shown.day);
    if services.is_empty() {
        return html! {};
    }
    let title = counted(
        services.len(),
        "organisation en dépend",
        "organisations en dépendent",
    );
    html! {
        section.sect aria-labelledby="services" {
            (section_heading("services", &title, None))
            table.tbl.dense {
                caption.vh { (title) }
                thead { tr { th scope="col" { "Sigle" } th scope="col" { "Nom" } } }
                tbody { @for service in services {
                    tr {
                        td.code { a href=(shown.href(&service.code)) { (service.label()) } }
                        th scope="row" { (service.name) }
                    }
                } }
            }
            @let on = shown.day.to_string();
            (downloads("organisations", &title, &[("rattachement", &organisation.code), ("au", &on)], &Address::of("/organisations")))
        }
    }
}

fn sheet(
    directory: &Directory,
    organisation: &Organisation,
    shown: Shown,
    contact: Option<Markup>,
) -> Markup {
    let day = |day: Option<Date>| day.map(french_date);
    let parent = organisation.parent.as_deref();
    let parent = parent.and_then(|code| directory.organisation(code));
    html! {
        section.sect aria-labelledby="fiche" {
            (section_heading("fiche", "Fiche", None))
            dl.facts.big {
                @if let Some(short) = &organisation.short_name { dt { "Sigle" } dd { (short) } }
                @if let Some(finess) = &organisation.finess { dt { "Numéro FINESS" } dd.mono { (finess) } }
                @if let Some(parent) = parent { dt { "Rattachement" } dd { (links(&[parent], shown)) } }
                dt { "Début" } dd { (day(organisation.valid_from).unwrap_or("Non renseigné".to_owned())) }
                dt { "Fin" } dd { (day(organisation.valid_to).unwrap_or("En cours".to_owned())) }
                @for succession in directory.successions_to(&organisation.code) {
                    dt { "Succède à" }
                    dd { (succession_line(directory, shown, &succession.from, succession.on, succession.note.as_deref())) }
                }
                @for succession in directory.successions_from(&organisation.code) {
                    dt { "Lui succède" }
                    dd { (succession_line(directory, shown, &succession.to, succession.on, succession.note.as_deref())) }
                }
                @if !organisation.usages.is_empty() {
                    dt { "Aussi écrit" } dd { (organisation.usages.join(" ; ")) }
                }
                @if let Some(note) = &organisation.note { dt { "Note" } dd { (note) } }
                @if let Some(contact) = contact { (contact) }
            }
        }
    }
}

fn succession_line(
    directory: &Directory,
    shown: Shown,
    code: &str,
    on: Date,
    note: Option<&str>,
) -> Markup {
    let other: Vec<&Organisation> = directory.organisation(code).into_iter().collect();
    html! {
        (links(&other, shown)) ", le " (french_date(on))
        @if let Some(note) = note { br; span.small.muted { (note) } }
    }
}
