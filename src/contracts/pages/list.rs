//! `/contrats`: every contract, by framework.

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};

use super::open::contract_path;
use super::parts::day;
use crate::access::Signed;
use crate::contracts::Desk;
use crate::contracts::store::{ContractCard, list};
use crate::frameworks::Catalogue;
use crate::kernel::{counted, fold};
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{
    Address, Filter, WebResult, fictional_mark, filter_form, section_heading, state,
};

/// Whether a contract is among those that the address asks for: `cadre`, `etat` (`projet` or
/// `signe`), `q`.
fn keeps(asked: &Address, card: &ContractCard) -> bool {
    let words = fold(asked.get("q"));
    let text = fold(&format!("{} {}", card.title, card.organisation_name));
    let state = match asked.get("etat") {
        "projet" => card.drafts > 0,
        "signe" => card.signed > 0,
        _ => true,
    };
    state && words.split(' ').all(|word| text.contains(word))
}

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    asked: Address,
) -> WebResult<Markup> {
    let mut tx = desk.db.read().await?;
    let framework = Some(asked.get("cadre")).filter(|code| !code.is_empty());
    let mut cards = list(&mut tx, signed.reach(), framework).await?;
    let catalogue = desk.library.catalogue(&mut tx, signed.reach()).await?;
    drop(tx);
    cards.retain(|card| keeps(&asked, card));
    cards.sort_by_cached_key(|card| fold(&card.title));
    let body = html! {
        div.head {
            h1 { "Contrats" }
            p.lead { (verdict(&cards, &asked)) }
            p.acts { a.btn.main href="/contrats/nouveau" { "Préparer un contrat" } }
            (filter_form(&asked, "Filtrer les contrats", &filters(&catalogue)))
        }
        @for (code, group) in groups(&cards) { (framework_section(code, &group, &catalogue, &asked)) }
    };
    Ok(signed.page("Contrats", &body))
}

fn verdict(cards: &[ContractCard], asked: &Address) -> String {
    let drafts = cards.iter().filter(|card| card.drafts > 0).count();
    let is_whole = ["cadre", "etat", "q"]
        .iter()
        .all(|name| asked.get(name).is_empty());
    match (cards.len(), is_whole) {
        (0, true) => "Aucun contrat pour l’instant. Préparez le premier : choisissez son cadre, \
                      l’organisation qu’il engage et ses années."
            .to_owned(),
        (0, false) => {
            "Aucun contrat ne répond à ces critères. Élargissez-les ou effacez-les.".to_owned()
        }
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
    code: &str,
    cards: &[&ContractCard],
    catalogue: &Catalogue,
    asked: &Address,
) -> Markup {
    let edited = catalogue.framework(code);
    let title = edited.map_or(code, |edited| edited.framework.title.as_str());
    let id = format!("cadre-{code}");
    let aside = html! { p { (counted(cards.len(), "contrat", "contrats")) } };
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(&id, title, Some(aside)))
            (table(code, title, cards).html(asked))
        }
    }
}

fn table(code: &str, title: &str, cards: &[&ContractCard]) -> Table {
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
    table.rows = cards.iter().map(|card| row(card)).collect();
    table
}

fn row(card: &ContractCard) -> Row {
    let title = html! {
        a href=(contract_path(&card.slug)) { b { (card.title) } }
        @if card.fictional { " " (fictional_mark()) }
    };
    let (tone, icon, word) = match card.signed {
        0 => ("idle", "none", "Pas encore signé"),
        _ => ("ok", "ok", "Signé"),
    };
    let standing = Datum::State {
        tone,
        icon,
        word: word.to_owned(),
        rank: u8::from(card.signed == 0) * 2 + u8::from(card.drafts > 0),
    };
    let states = html! {
        (state(tone, icon, word))
        @if card.drafts > 0 { br; (state("warn", "edit", "Projet ouvert")) }
    };
    let signed_on = card.signed_on.map_or(Datum::Nothing, Datum::Day);
    vec![
        Cell::text(card.title.clone()).shown(title),
        Cell::text(card.organisation_name.clone()),
        Cell::text(format!("{}-{}", card.starts, card.ends)),
        Cell::from(standing).shown(states),
        Cell::from(signed_on).shown(html! { (day(card.signed_on)) }),
    ]
}
