//! `/contrats`: every contract, by framework, now or on a day of the past.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use maud::{Markup, html};

use super::open::contract_path;
use super::parts::day;
use crate::access::{Act as _, Concern, Reach, Signed, button_or_why};
use crate::contracts::CreateContract;
use crate::contracts::Desk;
use crate::contracts::store::{CardParty, ContractCard, list};
use crate::frameworks::Catalogue;
use crate::kernel::{counted, fold};
use crate::ledger::Moment;
use crate::platform::clock::french_date;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{
    Address, AsOf, Filter, WebResult, came_since, fictional_mark, filter_form, section_heading,
    state,
};
use crate::tables::downloads;

/// Whether a contract is among those that the address asks for: `cadre`, `etat` (`projet` or
/// `signe`), `q`, and `organisation`, which is or was party to it.
pub(in crate::contracts) fn keeps(asked: &Address, card: &ContractCard) -> bool {
    let words = fold(asked.get("q"));
    let names = card.parties.iter().map(|party| party.name.as_str());
    let names: Vec<&str> = std::iter::once(card.title.as_str()).chain(names).collect();
    let text = fold(&names.join(" "));
    let code = asked.get("organisation");
    let mut parties = card.parties.iter();
    let party = code.is_empty() || parties.any(|p| p.tenure.organisation == code);
    let state = match asked.get("etat") {
        "projet" => card.drafts > 0,
        "signe" => card.signed > 0,
        _ => true,
    };
    state && party && words.split(' ').all(|word| text.contains(word))
}

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    asked: Address,
) -> WebResult<(StatusCode, Markup)> {
    let (as_of, today) = (AsOf::of(&asked), desk.clock.today());
    let reach = signed.reach();
    let mut tx = desk.db.read_later(reach.state());
    let moment = Moment::of(&mut tx, &as_of, today).await?;
    let framework = Some(asked.get("cadre")).filter(|code| !code.is_empty());
    let then = moment.past.map(|_| moment.change);
    let mut cards = list(&mut tx, reach, framework, then).await?;
    let since = if moment.past.is_some() {
        let now = list(&mut tx, reach, framework, Some(i64::MAX)).await?;
        signed_since(&now, &cards, &asked)
    } else {
        html! {}
    };
    let catalogue = desk
        .library
        .catalogue_at(&mut tx, reach, moment.change)
        .await?;
    drop(tx);
    cards.retain(|card| keeps(&asked, card));
    cards.sort_by_cached_key(|card| fold(&card.title));
    let body = html! {
        div.head {
            h1 { "Contrats" }
            p.lead { (verdict(&cards, &asked, moment)) }
            @if moment.past.is_none() { (preparing(reach)) }
            @if !asked.get("organisation").is_empty() { p { a href=(moment.href("/contrats")) { "Tous les contrats" } } }
            (as_of.form(&asked, "Contrats signés au", today, &since))
            (filter_form(&asked, "Filtrer les contrats", &filters(&catalogue)))
            @if moment.past.is_some() {
                p.muted {
                    "Les projets d’actes, et les contrats dont rien n’était encore signé, se lisent dans la "
                    a href=(asked.without(AsOf::NAME).href()) { "liste d’aujourd’hui" } " seulement."
                }
            }
        }
        @for (code, group) in groups(&cards) { (framework_section((code, &group), &catalogue, &asked, moment)) }
        @if !cards.is_empty() {
            (downloads("contrats", "La liste des contrats", &[], &asked))
        }
    };
    Ok((as_of.status(), signed.page("Contrats", &body)))
}

/// How many contracts, and acts of those that were known, were signed since a day of the past.
fn signed_since(now: &[ContractCard], then: &[ContractCard], asked: &Address) -> Markup {
    let acts = |cards: &[ContractCard]| -> i64 { cards.iter().map(|card| card.signed).sum() };
    let contracts = now.len().saturating_sub(then.len());
    let acts = usize::try_from(acts(now) - acts(then)).unwrap_or(0);
    came_since(
        &[
            (
                contracts,
                "contrat de plus depuis",
                "contrats de plus depuis",
            ),
            (acts, "acte signé depuis", "actes signés depuis"),
        ],
        &asked.without(AsOf::NAME).href(),
    )
}

/// The way to prepare a contract, or why whoever looks may not.
fn preparing(reach: &Reach) -> Markup {
    const PREPARE: &str = "Préparer un contrat";
    let allowed = reach.allows(CreateContract::NAME, &[Concern::to_come()]);
    let prepare = html! { a.btn.main href="/contrats/nouveau" { (PREPARE) } };
    html! {
        @match &allowed {
            Ok(_) => p.acts { (prepare) },
            Err(denied) => (button_or_why(Err(denied), PREPARE, &prepare)),
        }
    }
}

fn verdict(cards: &[ContractCard], asked: &Address, moment: Moment) -> String {
    let drafts = cards.iter().filter(|card| card.drafts > 0).count();
    let is_whole = ["cadre", "etat", "q", "organisation"]
        .iter()
        .all(|name| asked.get(name).is_empty());
    match (cards.len(), is_whole) {
        (0, true) if moment.past.is_some() => {
            "Aucun contrat n’était encore signé ce jour-là.".to_owned()
        }
        (0, true) => "Aucun contrat pour l’instant. Préparez le premier : choisissez son cadre, \
                      l’organisation qu’il engage et ses années."
            .to_owned(),
        (0, false) => {
            "Aucun contrat ne répond à ces critères. Élargissez-les ou effacez-les.".to_owned()
        }
        (all, _) if moment.past.is_some() => format!("{}.", counted(all, "contrat", "contrats")),
        (all, _) => {
            let open = match drafts {
                0 => "aucun projet d’acte n’est ouvert".to_owned(),
                n => format!("dont {n} avec un projet d’acte ouvert"),
            };
            format!("{}, {open}.", counted(all, "contrat", "contrats"))
        }
    }
}

fn filters(catalogue: &Catalogue) -> [Filter; 3] {
    let frameworks = catalogue.frameworks().into_iter().map(|edited| {
        let framework = &edited.framework;
        (framework.code.clone(), framework.title.clone())
    });
    let states = [("signe", "Signés"), ("projet", "Projet ouvert")];
    [
        Filter::Choice {
            name: "cadre",
            label: "Cadre",
            any: "Tous",
            choices: frameworks.collect(),
        },
        Filter::Choice {
            name: "etat",
            label: "État",
            any: "Tous",
            choices: states
                .map(|(value, words)| (value.to_owned(), words.to_owned()))
                .to_vec(),
        },
        Filter::Words {
            name: "q",
            label: "Nom",
        },
    ]
}

/// Contracts by framework, the latest generation first.
fn groups(cards: &[ContractCard]) -> Vec<(&str, Vec<&ContractCard>)> {
    let mut groups: BTreeMap<&str, Vec<&ContractCard>> = BTreeMap::new();
    for card in cards {
        groups.entry(&card.framework).or_default().push(card);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    let first_year = |cards: &[&ContractCard]| cards.iter().map(|card| card.starts).max();
    groups.sort_by_key(|(_, cards)| std::cmp::Reverse(first_year(cards)));
    groups
}

fn framework_section(
    (code, cards): (&str, &[&ContractCard]),
    catalogue: &Catalogue,
    asked: &Address,
    moment: Moment,
) -> Markup {
    let edited = catalogue.framework(code);
    let title = edited.map_or(code, |edited| edited.framework.title.as_str());
    let id = format!("cadre-{code}");
    let aside = html! { p { (counted(cards.len(), "contrat", "contrats")) } };
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(&id, title, Some(aside)))
            (table((code, title), cards, moment).html(asked))
        }
    }
}

fn table((code, title): (&str, &str), cards: &[&ContractCard], moment: Moment) -> Table {
    let columns = vec![
        Column::words("contrat", "Contrat"),
        Column::words("organisation", "Organisation"),
        Column::words("annees", "Années"),
        Column::words("etat", "État"),
        Column::words("signature", "Dernière signature"),
    ];
    let mut table = Table::new(format!("contrats-{code}"), title, columns)
        .classed("stack even listing")
        .caption_unseen();
    table.rows = cards.iter().map(|card| row(card, moment)).collect();
    table
}

/// The names of those whom the contract binds.
fn bound_names(card: &ContractCard) -> String {
    let bound = card.bound().filter(|party| party.tenure.until.is_none());
    let names: Vec<&str> = bound.map(|party| party.name.as_str()).collect();
    if names.is_empty() {
        card.organisation_name.clone()
    } else {
        names.join(", ")
    }
}

/// Whom the contract binds and since when, then whom it no longer binds.
fn parties(card: &ContractCard) -> Markup {
    let (now, before): (Vec<&CardParty>, Vec<&CardParty>) =
        card.bound().partition(|party| party.tenure.until.is_none());
    html! {
        @if now.is_empty() { (card.organisation_name) }
        @for (rank, party) in now.iter().enumerate() {
            @if rank > 0 { br; }
            (party.name)
            @if let Some(since) = party.tenure.since { span.sub { "partie depuis le " (french_date(since)) } }
        }
        @for party in before {
            span.sub { (party.name) @if let Some(until) = party.tenure.until { ", jusqu’au " (french_date(until)) } }
        }
    }
}

/// How far a contract has come, by its acts that are signed and those under way.
pub(in crate::contracts) fn standing(signed: i64, drafts: i64) -> Datum {
    let (tone, icon, word) = match signed {
        0 => ("idle", "none", "Pas encore signé"),
        _ => ("ok", "ok", "Signé"),
    };
    Datum::State {
        tone,
        icon,
        word: word.to_owned(),
        rank: u8::from(signed == 0) * 2 + u8::from(drafts > 0),
    }
}

fn row(card: &ContractCard, moment: Moment) -> Row {
    let title = html! {
        a href=(moment.href(&contract_path(&card.slug))) { b { (card.title) } }
        @if card.fictional { " " (fictional_mark()) }
    };
    let standing = Cell::from(standing(card.signed, card.drafts));
    let states = html! {
        (standing.html())
        @if card.drafts > 0 { br; (state("warn", "edit", "Projet ouvert")) }
    };
    let signed_on = card.signed_on.map_or(Datum::Nothing, Datum::Day);
    vec![
        Cell::text(card.title.clone()).shown(title),
        Cell::text(bound_names(card)).shown(parties(card)),
        Cell::text(format!("{}-{}", card.starts, card.ends)),
        standing.shown(states),
        Cell::from(signed_on).shown(html! { (day(card.signed_on)) }),
    ]
}
