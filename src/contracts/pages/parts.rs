//! Pieces that several pages of contracts share.

use jiff::civil::Date;
use maud::{Markup, html};

use super::open::Opened;
use crate::contracts::{Contract, Instrument, Section, State, instrument_names, parties_in_force};
use crate::frameworks::{Framework, Node};
use crate::journal::history_href;
use crate::kernel::capitalised;
use crate::ledger::TOKEN_FIELD;
use crate::platform::clock::{Clock, french_date, french_instant, paris_date};
use crate::platform::web::{Address, AsOf, Crumb, crumbs, fictional_mark, icon, state};

/// The path to a page below a contract, as it is now.
pub(super) fn trail(
    framework: &Framework,
    contract: &Contract,
    steps: &[(&str, Option<String>)],
) -> Markup {
    let home = super::open::contract_path(&contract.slug);
    trail_from(&str::to_owned, home, (framework, contract), steps)
}

/// The path to a page below a contract, which keeps the day and the section shown.
pub(super) fn trail_of(opened: &Opened, steps: &[(&str, Option<String>)]) -> Markup {
    let framework = opened.book.framework();
    let contract = &opened.full.contract;
    let dated = |path: &str| opened.with_day(path);
    trail_from(&dated, opened.href(""), (framework, contract), steps)
}

/// `dated` gives an address of the site on the day shown.
fn trail_from(
    dated: &dyn Fn(&str) -> String,
    home: String,
    (framework, contract): (&Framework, &Contract),
    steps: &[(&str, Option<String>)],
) -> Markup {
    let list = dated(&format!("/contrats?cadre={}", framework.code));
    let mut all = vec![
        Crumb {
            label: "Contrats",
            href: Some(dated("/contrats")),
        },
        Crumb {
            label: &framework.title,
            href: Some(list),
        },
    ];
    let here = steps.is_empty();
    all.push(Crumb {
        label: &contract.title,
        href: (!here).then_some(home),
    });
    for (label, href) in steps {
        all.push(Crumb {
            label,
            href: href.clone(),
        });
    }
    crumbs(&all)
}

/// The mark of an invented contract.
pub(super) fn mark(contract: &Contract) -> Markup {
    html! { @if contract.fictional { " " (fictional_mark()) } }
}

/// Where an instrument stands, as symbol, word and colour.
pub(super) fn state_of(instrument: &Instrument) -> Markup {
    match instrument.state {
        State::Draft => state("warn", "edit", "Projet"),
        State::Signed => state("ok", "ok", "Signé"),
        State::Abandoned => state("idle", "x", "Abandonné"),
    }
}

/// A day, or a dash.
pub(super) fn day(day: Option<Date>) -> String {
    day.map_or_else(|| "—".to_owned(), french_date)
}

/// « objectif 2 », or the name of the node where nothing is printed before it.
pub(super) fn node_code(framework: &Framework, node: &Node) -> String {
    let level = framework
        .levels
        .iter()
        .find(|level| level.key == node.level);
    let singular = level.map_or("", |level| level.singular.as_str());
    let words = match &node.code {
        Some(code) => format!("{singular} {code}"),
        None => singular.to_owned(),
    };
    capitalised(&words)
}

/// The head of a contract: who, when, which version, as of which day, and its pages.
pub(super) fn contract_head(opened: &Opened, tab: Tab) -> Markup {
    let contract = &opened.full.contract;
    let framework = opened.book.framework();
    html! {
        (trail_of(opened, &[]))
        div.head {
            p.eyebrow { (framework.title) }
            h1 { (contract.title) (mark(contract)) }
            dl.facts.row {
                (parties(opened))
                div { dt { "Période" } dd {
                    "1er janvier " (contract.starts) " au 31 décembre " (contract.ends)
                } }
                div { dt { "Version affichée" } dd { (version(opened)) } }
            }
            p.acts {
                a.btn.sm href=(opened.href("/dossiers")) { (icon("get")) "Dossier" }
                a.btn.sm href=(opened.href("/fiche")) { (icon("get")) "Fiche en PDF" }
                @if !framework.follows_establishments() {
                    a.btn.sm href=(opened.with_day(&compare_path(contract))) { "Comparer avec d’autres régions" }
                }
            }
            (as_of_form(opened, tab))
        }
        (tabs(opened, tab))
    }
}

/// Where the regions of a contract stand beside others.
fn compare_path(contract: &Contract) -> String {
    let address = Address::of("/comparer").and("cadre", contract.framework.as_str());
    let sections = contract.sections.iter();
    sections
        .fold(address, |address, section| {
            address.and("regions", section.place.as_str())
        })
        .href()
}

/// Who is party, as of the day shown; section by section where they differ.
fn parties(opened: &Opened) -> Markup {
    let contract = &opened.full.contract;
    let terms = opened.terms();
    let of = |section: &Section| parties_in_force(contract, &terms, section.id);
    let alike = contract
        .sections
        .windows(2)
        .all(|pair| of(&pair[0]) == of(&pair[1]));
    let shown = if alike { 1 } else { contract.sections.len() };
    html! {
        @for section in contract.sections.iter().take(shown) {
            div {
                dt { "Parties" @if !alike { ", " (section.label) } }
                dd { @for (rank, (_, code)) in of(section).iter().enumerate() {
                    @if rank > 0 { br; }
                    (organisation(opened, code))
                } }
            }
        }
    }
}

/// An organisation by its name, which leads to its page where it has one.
pub(super) fn organisation(opened: &Opened, code: &str) -> Markup {
    let known = opened.directory.organisation(code);
    let of_contract = opened
        .full
        .contract
        .parties
        .iter()
        .find(|p| p.organisation == code);
    html! {
        @if let Some(organisation) = known {
            a href=(opened.with_day(&format!("/organisations/{code}"))) { (organisation.name) }
        } @else { (of_contract.map_or(code, |party| party.name.as_str())) }
    }
}

/// The page of a contract that is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// Objectives and their indicators.
    Objectives,
    /// Means.
    Means,
}

impl Tab {
    fn path(self) -> &'static str {
        match self {
            Self::Objectives => "",
            Self::Means => "/moyens",
        }
    }
}

fn version(opened: &Opened) -> Markup {
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    let Some(last) = opened.full.last_signed(opened.moment.change) else {
        return html! { @if opened.moment.past.is_some() { "Rien d’enregistré à cette date" } @else { "Rien n’est signé" } };
    };
    html! {
        a href=(opened.href(&format!("/actes/{}", last.no))) { (names[&last.id]) }
        @if let Some(on) = last.signed_on() { ", signature du " (french_date(on)) }
        @else if let Some(stamp) = &last.signed { ", enregistrement du " (french_instant(stamp.at)) }
    }
}

fn as_of_form(opened: &Opened, tab: Tab) -> Markup {
    let contract = &opened.full.contract;
    let path = super::open::contract_path(&contract.slug);
    let mut address = Address::of(format!("{path}{}", tab.path()));
    if let Ok(section) = opened.section()
        && contract.has_sections()
    {
        address = address.and("volet", section.key.as_str());
    }
    let address = address.and(AsOf::NAME, opened.asked().au);
    let beside = html! {
        ul aria-label="Dates repères" {
            @for (label, day) in landmarks(opened) {
                li { a href=(address.with(AsOf::NAME, day.to_string()).href()) { (label) } }
            }
        }
    };
    let label = "Termes et chiffres connus au";
    opened.asked().form(&address, label, opened.today, &beside)
}

/// The days on which signatures were recorded, the last ones: what an earlier day may show.
fn landmarks(opened: &Opened) -> Vec<(String, Date)> {
    const SHOWN: usize = 3;
    let names = instrument_names(&opened.full.instruments, opened.book.framework());
    let mut signed: Vec<_> = opened
        .full
        .instruments
        .iter()
        .filter_map(|i| Some((i, i.signed.as_ref()?)))
        .collect();
    signed.sort_by_key(|(_, stamp)| stamp.change);
    let last = signed.split_off(signed.len().saturating_sub(SHOWN));
    let labelled = last.into_iter().map(|(instrument, stamp)| {
        let recorded = paris_date(stamp.at);
        let name = &names[&instrument.id];
        let label = match instrument.signed_on() {
            Some(on) if on != recorded => format!(
                "{name}, signature du {}, enregistrement du {}",
                short(on),
                short(recorded)
            ),
            _ => format!("{name}, enregistrement du {}", short(recorded)),
        };
        (label, recorded)
    });
    labelled.collect()
}

/// `19/07/2019`.
fn short(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

fn tabs(opened: &Opened, current: Tab) -> Markup {
    let link = |tab: Tab, label: &str| {
        html! {
            li { a href=(opened.href(tab.path())) aria-current=[(tab == current).then_some("page")] { (label) } }
        }
    };
    html! {
        nav.tabs aria-label="Pages du contrat" { ul {
            (link(Tab::Objectives, "Objectifs et indicateurs"))
            (link(Tab::Means, "Moyens"))
            li { a href=(opened.href("#actes")) { "Actes" } }
            @if opened.reads_note { li { a href={ (super::open::contract_path(&opened.full.contract.slug)) "/note" } { "Note confidentielle" } } }
            li { a href=(history_href(opened.full.contract.id)) { "Historique" } }
        } }
    }
}

/// The choice of a section, for contracts that have several.
pub(super) fn section_choice(opened: &Opened, path: &str) -> Markup {
    let Ok(current) = opened.section() else {
        return html! {};
    };
    html! {
        @if opened.full.contract.has_sections() {
            nav.volets aria-label="Volets du contrat" { ul.seg {
                @for section in &opened.full.contract.sections {
                    li { a href=(opened.href_in(path, &section.key)) aria-current=[(section.id == current.id).then_some("true")] { (section.label) } }
                }
            } }
        }
    }
}

/// A message that something was recorded or refused.
pub(super) fn flag(tone: &str, sentence: &str) -> Markup {
    let role = if tone == "late" { "alert" } else { "status" };
    html! { div class={ "flag " (tone) } role=(role) { p { (sentence) } } }
}

/// A button that does one thing, with the version that was read.
pub(super) fn act_button(action: &str, version: i64, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="version" value=(version);
            button class={ "btn " (class) } type="submit" { (label) }
        }
    }
}

/// A link to writing.
pub(super) fn edit_link(href: &str, label: &str) -> Markup {
    html! { a.btn.sm href=(href) { (label) } }
}

/// What makes a form unlike any other, so that it is acted upon once however often it is sent.
pub(super) fn once(clock: &Clock) -> Markup {
    html! { input type="hidden" name=(TOKEN_FIELD) value=(clock.new_id()); }
}

/// What a text field may suggest: codes with their names.
pub(super) fn datalist<'d>(id: &str, known: impl Iterator<Item = (&'d str, &'d str)>) -> Markup {
    html! { datalist id=(id) { @for (code, name) in known { option value=(code) { (name) } } } }
}
