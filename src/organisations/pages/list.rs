//! The organisations of a day, by kind.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::{Shown, composition, day_form, enumerate, links, nothing_yet, origins};
use crate::access::{Concern, Reach, Signed};
use crate::kernel::counted;
use crate::organisations::store::AddEstablishment;
use crate::organisations::{Directories, Directory, Organisation, OrganisationKind, PlaceKind};
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::Db;
use crate::platform::web::{AsOf, WebError, WebResult, section_heading};
use crate::tables::downloads;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    au: String,
    #[serde(default, rename = "type")]
    group: String,
}

/// Kinds shown together.
struct Group {
    /// Its word in the address, and the identifier of its section.
    word: &'static str,
    /// Its name in the choice of groups.
    name: &'static str,
    kinds: &'static [OrganisationKind],
    /// One of them, and several.
    counted: (&'static str, &'static str),
}

/// The word of the establishments among the groups.
const ESTABLISHMENTS: &str = "etablissements";

const GROUPS: [Group; 5] = [
    Group {
        word: "ars",
        name: "ARS",
        kinds: &[OrganisationKind::Ars],
        counted: ("ARS", "ARS"),
    },
    Group {
        word: "directions",
        name: "Directions",
        kinds: &[OrganisationKind::Ministry, OrganisationKind::Directorate],
        counted: (
            "ministère, direction ou service",
            "ministères, directions et services",
        ),
    },
    Group {
        word: "operateurs",
        name: "Opérateurs",
        kinds: &[OrganisationKind::Operator],
        counted: ("opérateur national", "opérateurs nationaux"),
    },
    Group {
        word: ESTABLISHMENTS,
        name: "Établissements",
        kinds: &[OrganisationKind::Establishment],
        counted: ("établissement", "établissements"),
    },
    Group {
        word: "autres",
        name: "Autres",
        kinds: &[OrganisationKind::Other],
        counted: ("autre organisme", "autres organismes"),
    },
];

impl Group {
    fn existing<'a>(&self, directory: &'a Directory, on: Date) -> Vec<&'a Organisation> {
        let kinds = self.kinds.iter();
        kinds
            .flat_map(|kind| directory.existing(*kind, on))
            .collect()
    }

    fn holds(&self, organisation: &Organisation) -> bool {
        self.kinds.contains(&organisation.kind)
    }
}

/// `/organisations`.
pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(directories): State<Directories>,
    Query(asked): Query<Asked>,
) -> WebResult<(StatusCode, Markup)> {
    let as_of = AsOf { au: asked.au };
    let day = as_of.day();
    let group = match asked.group.as_str() {
        "" => None,
        word => Some(
            GROUPS
                .iter()
                .find(|group| group.word == word)
                .ok_or(WebError::NotFound)?,
        ),
    };
    let mut tx = db.read().await?;
    let directory = directories.current(&mut tx, signed.reach()).await?;
    drop(tx);
    let shown = Shown {
        asked: day,
        day: day.unwrap_or_else(|| clock.today()),
    };
    let page = signed.page(
        "Organisations",
        &body((signed.reach(), &directory), &as_of, shown, group),
    );
    Ok((as_of.status(), page))
}

fn body(
    (reach, directory): (&Reach, &Directory),
    as_of: &AsOf,
    shown: Shown,
    chosen: Option<&Group>,
) -> Markup {
    let groups = GROUPS
        .iter()
        .filter(|group| chosen.is_none_or(|chosen| chosen.word == group.word));
    html! {
        div.head {
            h1 { "Organisations" }
            @if directory.organisations().is_empty() {
                p.lead { "Aucune organisation n’est connue." }
            } @else {
                p.lead { (verdict(directory, shown)) }
            }
        }
        @if directory.organisations().is_empty() {
            (nothing_yet())
        } @else {
            (choice(shown, chosen))
            (day_form(as_of, shown, "En vigueur le", "/organisations", chosen.map(|group| ("type", group.word))))
            @for group in groups {
                @if group.word == "ars" {
                    (agencies(directory, shown))
                } @else {
                    (section(reach, directory, shown, group))
                }
            }
            (ended(directory, shown, chosen))
            (downloads("organisations", "Les organisations", &[]))
            (downloads("territoires", "Les territoires", &[]))
        }
    }
}

/// `18 ARS aujourd’hui, 14 ministères, directions et services…`
fn verdict(directory: &Directory, shown: Shown) -> String {
    let told = |group: &Group| {
        let n = group.existing(directory, shown.day).len();
        let (one, many) = group.counted;
        (
            n,
            if n == 0 {
                format!("aucun {one}")
            } else {
                counted(n, one, many)
            },
        )
    };
    let (n, agencies) = told(&GROUPS[0]);
    let agencies = match n {
        0 => "Aucune ARS".to_owned(),
        _ if directory.without_agency(shown.day).is_empty() => agencies,
        1 => format!("{agencies} connue"),
        _ => format!("{agencies} connues"),
    };
    let others: Vec<String> = GROUPS[1..].iter().map(|group| told(group).1).collect();
    format!("{agencies} {} ; {}.", shown.french(), enumerate(&others))
}

fn choice(shown: Shown, chosen: Option<&Group>) -> Markup {
    let current = |word: Option<&str>| (chosen.map(|group| group.word) == word).then_some("page");
    html! {
        nav aria-label="Type d’organisation" { ul.seg {
            li { a href={ "/organisations" (shown.query("")) } aria-current=[current(None)] { "Toutes" } }
            @for group in &GROUPS {
                li {
                    a href={ "/organisations" (shown.query(&format!("type={}", group.word))) }
                        aria-current=[current(Some(group.word))] { (group.name) }
                }
            }
        } }
    }
}

fn agencies(directory: &Directory, shown: Shown) -> Markup {
    let agencies = directory.existing(OrganisationKind::Ars, shown.day);
    if agencies.is_empty() {
        return no_agency(directory, shown);
    }
    let orphans = directory.without_agency(shown.day).len();
    let departments = directory.places().iter();
    let departments = departments
        .filter(|place| place.kind == PlaceKind::Department && place.valid_on(shown.day))
        .count();
    let title = if orphans == 0 {
        let agencies = counted(agencies.len(), "agence couvre", "agences couvrent");
        format!("{agencies} les {departments} départements")
    } else {
        let agencies = counted(agencies.len(), "agence connue", "agences connues");
        format!(
            "{agencies}, pour {} départements sur {departments}",
            departments - orphans
        )
    };
    html! {
        section.sect aria-labelledby="ars" {
            (section_heading("ars", &title, None))
            @if orphans > 0 {
                div.flag.warn { p {
                    b { "La liste est incomplète à cette date." }
                    " L’agence de " (counted(orphans, "département", "départements"))
                    " n’est pas dans le répertoire."
                } }
            }
            table.tbl.dense {
                caption.vh { "Agences régionales de santé, " (shown.french()) }
                thead { tr {
                    th scope="col" { "Agence" }
                    th scope="col" { "Ressort" }
                    th.n scope="col" { "Depuis le" }
                } }
                tbody { @for agency in agencies { (agency_row(directory, shown, agency)) } }
            }
        }
    }
}

fn agency_row(directory: &Directory, shown: Shown, agency: &Organisation) -> Markup {
    let place = agency.place.as_deref();
    let parts = place.map(|code| composition(&directory.parts_of(code, shown.day)));
    html! {
        tr {
            th scope="row" {
                a href=(shown.href(&agency.code)) { b { (agency.label()) } }
                @let origins = origins(directory, &agency.code, shown.day);
                @if !origins.is_empty() { span.sub { "Succède à " (links(&origins, shown)) } }
            }
            td { (parts.unwrap_or_default()) }
            td.n {
                @if let Some(from) = agency.valid_from { (french_date(from)) } @else { (dash()) }
            }
        }
    }
}

fn no_agency(directory: &Directory, shown: Shown) -> Markup {
    let all = directory.organisations().iter();
    let first = all
        .filter(|o| o.kind == OrganisationKind::Ars)
        .filter_map(|o| o.valid_from)
        .filter(|from| *from > shown.day)
        .min();
    html! {
        section.sect aria-labelledby="ars" {
            (section_heading("ars", &format!("Aucune agence {}", shown.french()), None))
            @if let Some(first) = first {
                p {
                    "Les premières connues commencent le "
                    a href={ "/organisations?au=" (first) } { (french_date(first)) }
                    "."
                }
            }
        }
    }
}

/// The way to one more establishment, or why whoever looks may not take it.
fn add_one(reach: &Reach) -> Markup {
    const ADD: &str = "Ajouter un établissement";
    let way = html! { p.acts { a.btn.sm href="/etablissements/nouveau" { (ADD) } } };
    reach.offers::<AddEstablishment>(&[Concern::to_come()], ADD, &way)
}

fn section(reach: &Reach, directory: &Directory, shown: Shown, group: &Group) -> Markup {
    let organisations = group.existing(directory, shown.day);
    let (one, many) = group.counted;
    if organisations.is_empty() {
        return html! {
            section.sect aria-labelledby=(group.word) {
                (section_heading(group.word, &format!("Aucun {one} {}", shown.french()), None))
                @if group.word == ESTABLISHMENTS { (add_one(reach)) }
                @else { p { a href={ "/organisations?type=" (group.word) } { "Voir la liste d’aujourd’hui" } } }
            }
        };
    }
    let parents = organisations.iter().any(|o| o.parent.is_some());
    html! {
        section.sect aria-labelledby=(group.word) {
            (section_heading(group.word, &counted(organisations.len(), one, many), None))
            @if group.word == ESTABLISHMENTS { (add_one(reach)) }
            table.tbl.dense {
                caption.vh { (counted(organisations.len(), one, many)) ", " (shown.french()) }
                thead { tr {
                    th scope="col" { "Sigle" }
                    th scope="col" { "Nom" }
                    @if parents { th scope="col" { "Dépend de" } }
                } }
                tbody {
                    @for organisation in &organisations {
                        tr {
                            td.code { (organisation.label()) }
                            th scope="row" {
                                a href=(shown.href(&organisation.code)) { (organisation.name) }
                                (beginning(directory, shown, organisation))
                            }
                            @if parents { td { (parent(directory, shown, organisation)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Since when an organisation exists and after which other, where either is known.
fn beginning(directory: &Directory, shown: Shown, organisation: &Organisation) -> Markup {
    let origins = origins(directory, &organisation.code, shown.day);
    html! {
        @if organisation.valid_from.is_some() || !origins.is_empty() {
            span.sub {
                @if let Some(from) = organisation.valid_from { "Depuis le " (french_date(from)) }
                @if organisation.valid_from.is_some() && !origins.is_empty() { ", succède à " }
                @else if !origins.is_empty() { "Succède à " }
                (links(&origins, shown))
            }
        }
    }
}

/// What has ended by then, and what took over.
fn ended(directory: &Directory, shown: Shown, chosen: Option<&Group>) -> Markup {
    let all = directory.organisations().iter();
    let gone: Vec<(&Organisation, Date)> = all
        .filter(|o| chosen.is_none_or(|group| group.holds(o)))
        .filter_map(|o| Some((o, o.valid_to?)))
        .filter(|(_, last)| *last < shown.day)
        .collect();
    if gone.is_empty() {
        return html! {};
    }
    let title = counted(
        gone.len(),
        "organisation a cessé d’exister",
        "organisations ont cessé d’exister",
    );
    html! {
        section.sect aria-labelledby="finies" {
            (section_heading("finies", &title, None))
            table.tbl.dense {
                caption.vh { (title) }
                thead { tr {
                    th scope="col" { "Nom" }
                    th.n scope="col" { "Jusqu’au" }
                    th scope="col" { "Lui succèdent" }
                } }
                tbody {
                    @for (organisation, last) in gone {
                        tr {
                            th scope="row" {
                                a href=(shown.href(&organisation.code)) { (organisation.name) }
                            }
                            td.n { (french_date(last)) }
                            td {
                                (links_or_dash(&directory.successors(&organisation.code, shown.day), shown))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn parent(directory: &Directory, shown: Shown, organisation: &Organisation) -> Markup {
    let code = organisation.parent.as_deref();
    let parent = code.and_then(|code| directory.organisation(code));
    links_or_dash(&parent.into_iter().collect::<Vec<_>>(), shown)
}

fn links_or_dash(organisations: &[&Organisation], shown: Shown) -> Markup {
    if organisations.is_empty() {
        dash()
    } else {
        links(organisations, shown)
    }
}

fn dash() -> Markup {
    html! { span.muted { "–" } }
}
