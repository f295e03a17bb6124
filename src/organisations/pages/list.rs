//! The organisations of a day, by kind.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{Shown, composition, day_form, enumerate, links, nothing_yet, origins};
use crate::access::{Concern, Reach, Signed};
use crate::kernel::counted;
use crate::organisations::store::AddEstablishment;
use crate::organisations::{Directories, Directory, Organisation, OrganisationKind, PlaceKind};
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, AsOf, WebError, WebResult, section_heading};
use crate::tables::{day, downloads};

/// Kinds shown together.
pub(in crate::organisations) struct Group {
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
    /// The group that an address asks for, where it asks for one.
    pub(in crate::organisations) fn asked(address: &Address) -> WebResult<Option<&'static Self>> {
        match address.get("type") {
            "" => Ok(None),
            word => {
                let found = GROUPS.iter().find(|group| group.word == word);
                found.map(Some).ok_or(WebError::NotFound)
            }
        }
    }

    fn existing<'a>(&self, directory: &'a Directory, on: Date) -> Vec<&'a Organisation> {
        let kinds = self.kinds.iter();
        kinds
            .flat_map(|kind| directory.existing(*kind, on))
            .collect()
    }

    /// Whether an organisation is of that group.
    pub(in crate::organisations) fn holds(&self, organisation: &Organisation) -> bool {
        self.kinds.contains(&organisation.kind)
    }
}

/// `/organisations`.
pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(directories): State<Directories>,
    address: Address,
) -> WebResult<(StatusCode, Markup)> {
    let as_of = AsOf::of(&address);
    let day = as_of.day();
    let group = Group::asked(&address)?;
    let mut tx = db.read().await?;
    let directory = directories.current(&mut tx, signed.reach()).await?;
    drop(tx);
    let shown = Shown {
        asked: day,
        day: day.unwrap_or_else(|| clock.today()),
    };
    let page = signed.page(
        "Organisations",
        &body(
            (signed.reach(), &directory),
            (&as_of, &address),
            shown,
            group,
        ),
    );
    Ok((as_of.status(), page))
}

fn body(
    (reach, directory): (&Reach, &Directory),
    (as_of, address): (&AsOf, &Address),
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
                    (agencies(directory, shown, address))
                } @else {
                    (section((reach, address), directory, shown, group))
                }
            }
            (ended(directory, shown, chosen, address))
            (downloads("organisations", "Les organisations", &[], address))
            (downloads("territoires", "Les territoires", &[], address))
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

fn agencies(directory: &Directory, shown: Shown, address: &Address) -> Markup {
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
    let columns = vec![
        Column::words("nom", "Agence"),
        Column::words("territoire", "Ressort").unsorted(),
        Column::numbers("debut", "Depuis le"),
    ];
    let caption = format!("Agences régionales de santé, {}", shown.french());
    let mut table = Table::new("organisations-ars-du-jour", caption, columns)
        .classed("dense")
        .caption_unseen();
    let rows = agencies.into_iter();
    table.rows = rows.map(|one| agency_row(directory, shown, one)).collect();
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
            (table.html(address))
        }
    }
}

fn agency_row(directory: &Directory, shown: Shown, agency: &Organisation) -> Row {
    let place = agency.place.as_deref();
    let parts = place.map(|code| composition(&directory.parts_of(code, shown.day)));
    let origins = origins(directory, &agency.code, shown.day);
    let name = html! {
        a href=(shown.href(&agency.code)) { b { (agency.label()) } }
        @if !origins.is_empty() { span.sub { "Succède à " (links(&origins, shown)) } }
    };
    vec![
        Cell::text(agency.label()).shown(name),
        Cell::text(parts.unwrap_or_default()),
        dated(agency.valid_from),
    ]
}

/// A day, or a dash that is not read as one.
fn dated(on: Option<Date>) -> Cell {
    let shown = html! { @if let Some(on) = on { (french_date(on)) } @else { (dash()) } };
    day(on).shown(shown)
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

fn section(
    (reach, address): (&Reach, &Address),
    directory: &Directory,
    shown: Shown,
    group: &Group,
) -> Markup {
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
    let table = members(directory, shown, group, &organisations);
    html! {
        section.sect aria-labelledby=(group.word) {
            (section_heading(group.word, &counted(organisations.len(), one, many), None))
            @if group.word == ESTABLISHMENTS { (add_one(reach)) }
            (table.html(address))
        }
    }
}

/// The organisations of a group, with what they depend on where some depend on another.
fn members(
    directory: &Directory,
    shown: Shown,
    group: &Group,
    organisations: &[&Organisation],
) -> Table {
    let (one, many) = group.counted;
    let parents = organisations.iter().any(|o| o.parent.is_some());
    let mut columns = vec![Column::words("sigle", "Sigle"), Column::words("nom", "Nom")];
    if parents {
        columns.push(Column::words("rattachement", "Dépend de"));
    }
    let count = counted(organisations.len(), one, many);
    let caption = format!("{count}, {}", shown.french());
    let mut table = Table::new(format!("organisations-{}", group.word), caption, columns)
        .headed_by(1)
        .classed("dense")
        .caption_unseen();
    let rows = organisations.iter().map(|organisation| {
        let name = html! {
            a href=(shown.href(&organisation.code)) { (organisation.name) }
            (beginning(directory, shown, organisation))
        };
        let label = organisation.label();
        let mut row = vec![
            Cell::text(label).shown(html! { span.code { (label) } }),
            Cell::text(organisation.name.clone()).shown(name),
        ];
        if parents {
            row.push(parent(directory, shown, organisation));
        }
        row
    });
    table.rows = rows.collect();
    table
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
fn ended(directory: &Directory, shown: Shown, chosen: Option<&Group>, address: &Address) -> Markup {
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
    let columns = vec![
        Column::words("nom", "Nom"),
        Column::numbers("fin", "Jusqu’au"),
        Column::words("successeurs", "Lui succèdent"),
    ];
    let mut table = Table::new("organisations-finies", title.clone(), columns)
        .classed("dense")
        .caption_unseen();
    let rows = gone.into_iter().map(|(organisation, last)| {
        let name = html! { a href=(shown.href(&organisation.code)) { (organisation.name) } };
        let after = directory.successors(&organisation.code, shown.day);
        vec![
            Cell::text(organisation.name.clone()).shown(name),
            dated(Some(last)),
            named(&after, shown),
        ]
    });
    table.rows = rows.collect();
    html! {
        section.sect aria-labelledby="finies" {
            (section_heading("finies", &title, None))
            (table.html(address))
        }
    }
}

fn parent(directory: &Directory, shown: Shown, organisation: &Organisation) -> Cell {
    let code = organisation.parent.as_deref();
    let parent = code.and_then(|code| directory.organisation(code));
    named(&parent.into_iter().collect::<Vec<_>>(), shown)
}

/// Organisations as a cell, each leading to its page.
fn named(organisations: &[&Organisation], shown: Shown) -> Cell {
    let names: Vec<&str> = organisations.iter().map(|o| o.label()).collect();
    if names.is_empty() {
        return Cell::default().shown(dash());
    }
    Cell::text(names.join(", ")).shown(links(organisations, shown))
}

fn dash() -> Markup {
    html! { span.muted { "–" } }
}
