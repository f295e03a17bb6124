//! `/contrats`: every contract, by framework.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::open::contract_path;
use super::parts::day;
use crate::access::Signed;
use crate::contracts::Desk;
use crate::contracts::store::{CardParty, ContractCard, list};
use crate::frameworks::Catalogue;
use crate::kernel::{counted, fold};
use crate::platform::clock::french_date;
use crate::platform::web::{WebResult, fictional_mark, section_heading, state};

/// What the address may narrow the list to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    /// Code of a framework.
    #[serde(default)]
    cadre: String,
    /// `projet`, `signe`, or empty.
    #[serde(default)]
    etat: String,
    /// Words of the title or of a party.
    #[serde(default)]
    q: String,
    /// Code of an organisation that is party, or was.
    #[serde(default)]
    organisation: String,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.cadre.is_empty()
            && self.etat.is_empty()
            && self.q.trim().is_empty()
            && self.organisation.is_empty()
    }

    fn keeps(&self, card: &ContractCard) -> bool {
        let words = fold(&self.q);
        let names = card.parties.iter().map(|party| party.name.as_str());
        let names: Vec<&str> = std::iter::once(card.title.as_str()).chain(names).collect();
        let text = fold(&names.join(" "));
        let code = self.organisation.as_str();
        let mut parties = card.parties.iter();
        let party = code.is_empty() || parties.any(|p| p.tenure.organisation == code);
        let state = match self.etat.as_str() {
            "projet" => card.drafts > 0,
            "signe" => card.signed > 0,
            _ => true,
        };
        state && party && words.split(' ').all(|word| text.contains(word))
    }
}

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Query(filter): Query<Filter>,
) -> WebResult<Markup> {
    let mut tx = desk.db.read().await?;
    let framework = Some(filter.cadre.as_str()).filter(|code| !code.is_empty());
    let mut cards = list(&mut tx, signed.reach(), framework).await?;
    let catalogue = desk.library.catalogue(&mut tx, signed.reach()).await?;
    drop(tx);
    cards.retain(|card| filter.keeps(card));
    cards.sort_by_cached_key(|card| fold(&card.title));
    let body = html! {
        div.head {
            h1 { "Contrats" }
            p.lead { (verdict(&cards, &filter)) }
            p.acts { a.btn.main href="/contrats/nouveau" { "Préparer un contrat" } }
            (filters(&filter, &catalogue))
        }
        @for (code, group) in groups(&cards) { (framework_section(code, &group, &catalogue)) }
    };
    Ok(signed.page("Contrats", &body))
}

fn verdict(cards: &[ContractCard], filter: &Filter) -> String {
    let drafts = cards.iter().filter(|card| card.drafts > 0).count();
    match (cards.len(), filter.is_empty()) {
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

fn filters(filter: &Filter, catalogue: &Catalogue) -> Markup {
    let states = [
        ("", "Tous"),
        ("signe", "Signés"),
        ("projet", "Projet ouvert"),
    ];
    html! {
        form.asof method="get" action="/contrats" role="search" aria-label="Filtrer les contrats" {
            label for="cadre" { "Cadre" }
            select #cadre name="cadre" {
                option value="" { "Tous" }
                @for edited in catalogue.frameworks() {
                    option value=(edited.framework.code) selected[edited.framework.code == filter.cadre] { (edited.framework.title) }
                }
            }
            label for="etat" { "État" }
            select #etat name="etat" {
                @for (code, label) in states {
                    option value=(code) selected[code == filter.etat] { (label) }
                }
            }
            label for="q" { "Nom" }
            input #q type="search" name="q" value=(filter.q);
            @if !filter.organisation.is_empty() { input type="hidden" name="organisation" value=(filter.organisation); }
            button.btn.sm type="submit" { "Filtrer" }
            @if !filter.is_empty() { a href="/contrats" { "Tout afficher" } }
        }
    }
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

fn framework_section(code: &str, cards: &[&ContractCard], catalogue: &Catalogue) -> Markup {
    let edited = catalogue.framework(code);
    let title = edited.map_or(code, |edited| edited.framework.title.as_str());
    let id = format!("cadre-{code}");
    let aside = html! { p { (counted(cards.len(), "contrat", "contrats")) } };
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(&id, title, Some(aside)))
            div.scroll tabindex="0" role="region" aria-label={ (title) ", défilable" } {
                table.tbl.stack.even.listing {
                    thead { tr {
                        th scope="col" { "Contrat" }
                        th scope="col" { "Organisation" }
                        th scope="col" { "Années" }
                        th scope="col" { "État" }
                        th scope="col" { "Dernière signature" }
                    } }
                    tbody { @for card in cards { (row(card)) } }
                }
            }
        }
    }
}

/// Whom the contract binds today, then whom it no longer binds.
fn parties(card: &ContractCard) -> Markup {
    let (now, before): (Vec<&CardParty>, Vec<&CardParty>) =
        card.bound().partition(|party| party.tenure.until.is_none());
    html! {
        @if card.bound().next().is_none() { (card.organisation_name) }
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

fn row(card: &ContractCard) -> Markup {
    html! {
        tr {
            th scope="row" {
                a href=(contract_path(&card.slug)) { b { (card.title) } }
                @if card.fictional { " " (fictional_mark()) }
            }
            td data-l="Organisation" { (parties(card)) }
            td data-l="Années" { (card.starts) "-" (card.ends) }
            td data-l="État" {
                @if card.signed > 0 { (state("ok", "ok", "Signé")) }
                @else { (state("idle", "none", "Pas encore signé")) }
                @if card.drafts > 0 { br; (state("warn", "edit", "Projet ouvert")) }
            }
            td data-l="Dernière signature" { (day(card.signed_on)) }
        }
    }
}
