//! `/circuit`: who owes which values, what has come, what is late.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use jiff::civil::Date;
use maud::{Markup, html};

use super::since::{self, Concern};
use crate::access::{self, Signed};
use crate::figures::circuit::{self, Owed, OwedState};
use crate::figures::{Situation, Sources, Subject};
use crate::frameworks::{Framework, explained};
use crate::imports::SendFile;
use crate::organisations::Organisation;
use crate::platform::clock::french_date;
use crate::platform::web::{Address, Crumb, WebError, WebResult, crumbs, state};
use crate::tables::downloads;

/// `/circuit`: that of the framework in force.
pub(super) async fn latest(
    signed: Signed,
    address: Address,
    State(sources): State<Sources>,
) -> WebResult<Redirect> {
    let (tx, situation) = sources.open(signed.reach(), &address).await?;
    drop(tx);
    let year = situation.moment.day.year();
    let frameworks = situation.catalogue.frameworks();
    let in_force = frameworks.iter().find(|e| {
        (e.framework.starts..=e.framework.ends).contains(&year)
            && !e.framework.indicators.is_empty()
    });
    let chosen = in_force.or(frameworks.first());
    let path = chosen.map_or("/cadres".to_owned(), |edited| {
        format!("/circuit/{}", edited.framework.code)
    });
    Ok(Redirect::to(&situation.href(&path)))
}

/// `/circuit/{framework}`.
pub(super) async fn page(
    signed: Signed,
    State(sources): State<Sources>,
    Path(code): Path<String>,
    address: Address,
) -> WebResult<(StatusCode, Markup)> {
    let (tx, situation) = sources.open(signed.reach(), &address).await?;
    drop(tx);
    let edited = situation
        .catalogue
        .framework(&code)
        .ok_or(WebError::NotFound)?;
    let framework = &edited.framework;
    let year = year(framework, situation.moment.day, address.get("annee"))?;
    let ground = Ground {
        situation: &situation,
    };
    let all = ground.owed(framework, year);
    let (wanted, supplier) = (
        OwedState::from_code(address.get("etat")),
        address.get("fournisseur"),
    );
    let shown: Vec<&Owed<'_>> = all
        .iter()
        .filter(|owed| wanted.is_none_or(|state| owed.state() == state))
        .filter(|owed| {
            supplier.is_empty() || owed.indicator.suppliers.iter().any(|s| s == supplier)
        })
        .collect();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Circuit des indicateurs", href: Some(situation.href("/circuit")) },
            Crumb { label: &framework.title, href: None },
        ]))
        div.head {
            p.eyebrow { "Circuit des indicateurs, données " (year) }
            h1 { (finding(&all, year)) }
            p.acts { a href="/suivis" { "Mes suivis" } a href="/contestations" { "Contestations" } }
            (situation.form(&address, &html! {}))
        }
        (filters(&ground, framework, &all, year, &address))
        (ground.since(&shown, &|subject| subject.period.year() == year))
        @if shown.is_empty() { p { "Aucune livraison ne répond à ce choix. " a href=(situation.href(&format!("/circuit/{code}"))) { "Tout afficher" } } }
        @else {
            (table(&ground, framework, &shown))
            (downloads("circuit", "Le circuit", &[
                ("cadre", &framework.code), ("annee", &year.to_string()),
                ("fournisseur", supplier), ("etat", address.get("etat")), ("au", address.get("au")),
            ]))
        }
    };
    let page = signed.page(&format!("Circuit des indicateurs {year}"), &body);
    Ok((situation.status(), page))
}

/// What the tables are made from.
struct Ground<'a> {
    situation: &'a Situation,
}

impl<'a> Ground<'a> {
    /// Every measure of a framework, for a year, in the order of the framework.
    fn owed(&self, framework: &'a Framework, year: i16) -> Vec<Owed<'a>> {
        let situation = self.situation;
        let when = (year, situation.moment.day);
        let (figures, directory) = (&situation.figures, &situation.directory);
        circuit::owed(framework, &situation.catalogue, figures, directory, when)
    }

    fn supplier(&self, code: &'a str) -> &'a str {
        self.situation
            .directory
            .organisation(code)
            .map_or(code, Organisation::label)
    }

    /// What changed since in the measures of those deliveries.
    fn since(&self, shown: &[&Owed<'_>], keeps: &dyn Fn(&Subject) -> bool) -> Markup {
        let mut measures: Vec<&str> = shown.iter().map(|o| o.measure.code.as_str()).collect();
        measures.sort_unstable();
        measures.dedup();
        let concern = Concern {
            measures,
            keeps,
            contracts: Vec::new(),
            indicator: None,
        };
        since::section(self.situation, &concern)
    }
}

/// The year asked for, or the last whole one of the framework.
fn year(framework: &Framework, today: Date, asked: &str) -> WebResult<i16> {
    if asked.is_empty() {
        return Ok(circuit::reviewed_year(framework, today));
    }
    let year = asked.parse().ok();
    year.filter(|year| (framework.starts - 2..=framework.ends).contains(year))
        .ok_or_else(|| {
            WebError::Invalid(format!(
                "« {asked} » n’est pas une année de ce cadre ({}-{}).",
                framework.starts, framework.ends
            ))
        })
}

fn finding(all: &[Owed<'_>], year: i16) -> String {
    let count = |state| all.iter().filter(|owed| owed.state() == state).count();
    let received = count(OwedState::Received);
    let due = all.len() - count(OwedState::Nothing);
    let late = match count(OwedState::Late) {
        0 => "aucune en retard".to_owned(),
        1 => "1 en retard".to_owned(),
        n => format!("{n} en retard"),
    };
    format!("{received} livraisons complètes sur {due} pour {year}, {late}")
}

fn filters(
    ground: &Ground<'_>,
    framework: &Framework,
    all: &[Owed<'_>],
    year: i16,
    asked: &Address,
) -> Markup {
    let mut suppliers: Vec<&str> = all
        .iter()
        .flat_map(|owed| owed.indicator.suppliers.iter().map(String::as_str))
        .collect();
    suppliers.sort_unstable();
    suppliers.dedup();
    html! {
        form.asof method="get" {
            @if !asked.get("au").is_empty() { input type="hidden" name="au" value=(asked.get("au")); }
            label for="annee" { "Données" }
            select #annee name="annee" { @for choice in framework.starts..=framework.ends {
                option value=(choice) selected[choice == year] { (choice) }
            } }
            label for="fournisseur" { "Fournisseur" }
            select #fournisseur name="fournisseur" {
                option value="" { "Tous" }
                @for code in suppliers { option value=(code) selected[asked.get("fournisseur") == code] { (ground.supplier(code)) } }
            }
            label for="etat" { "État" }
            select #etat name="etat" {
                option value="" { "Tous" }
                @for state in OwedState::ALL { option value=(state.code()) selected[asked.get("etat") == state.code()] { (state.french()) } }
            }
            button.btn.sm type="submit" { "Afficher" }
            @let others: Vec<_> = ground.situation.catalogue.frameworks().into_iter().filter(|e| e.framework.code != framework.code).collect();
            @if !others.is_empty() { ul aria-label="Autres cadres" {
                @for other in others { li { a href=(ground.situation.href(&format!("/circuit/{}", other.framework.code))) { (other.framework.title) } } }
            } }
        }
    }
}

fn table(ground: &Ground<'_>, framework: &Framework, shown: &[&Owed<'_>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Livraisons, défilable" {
            table.tbl.stack {
                caption.vh { "Livraisons attendues et reçues" }
                thead { tr {
                    th scope="col" { "Indicateur" } th scope="col" { "Fournisseur" } th scope="col" { "Échéance" }
                    th.n scope="col" { "Reçues" } th scope="col" { "État" }
                } }
                tbody { @for owed in shown {
                    tr {
                        th scope="row" { (indicator_link(ground.situation, framework, owed)) }
                        td data-l="Fournisseur" { @for (at, code) in owed.indicator.suppliers.iter().enumerate() {
                            @if at > 0 { ", " }
                            a href=(ground.situation.href(&format!("/circuit/fournisseurs/{code}"))) { (ground.supplier(code)) }
                        } @if owed.indicator.suppliers.is_empty() { span.muted { "non dit" } } }
                        td.nb data-l="Échéance" { (limit(owed)) }
                        td.n data-l="Reçues" { (owed.received()) " sur " (owed.expected) }
                        td.x data-l="État" { (standing(owed)) }
                    }
                } }
            }
        }
    }
}

fn indicator_link(situation: &Situation, framework: &Framework, owed: &Owed<'_>) -> Markup {
    let several = owed.indicator.measures.len() > 1;
    let path = format!(
        "/indicateurs/{}/{}?mesure={}",
        framework.code, owed.indicator.key, owed.measure.code
    );
    html! {
        a href=(situation.href(&path)) {
            @if let Some(code) = &owed.indicator.code { (code) " " }
            (explained(&owed.indicator.label, &framework.glossary))
        }
        @if several { span.sub { (owed.measure.label) } }
    }
}

fn limit(owed: &Owed<'_>) -> Markup {
    html! {
        @match (owed.limit, &owed.indicator.due.text) {
            (Some(day), _) => (french_date(day)),
            (None, Some(text)) => span.muted { (text) },
            (None, None) => span.muted { "non dite" },
        }
    }
}

fn standing(owed: &Owed<'_>) -> Markup {
    let (tone, icon) = owed.delivery.look();
    html! {
        (state(tone, icon, &owed.delivery.french()))
        @if owed.received() > 0 && !owed.missing.is_empty() { span.sub { "Manque : " (missing(owed)) } }
    }
}

fn missing(owed: &Owed<'_>) -> String {
    let names: Vec<&str> = owed
        .missing
        .iter()
        .map(|place| place.name.as_str())
        .collect();
    names.join(", ")
}

/// `/circuit/fournisseurs/{code}`: what one supplier owes, in every framework of the year.
pub(super) async fn supplier(
    signed: Signed,
    State(sources): State<Sources>,
    Path(code): Path<String>,
    address: Address,
) -> WebResult<(StatusCode, Markup)> {
    const SEND: &str = "Charger un fichier";
    let (tx, situation) = sources.open(signed.reach(), &address).await?;
    drop(tx);
    let ground = Ground {
        situation: &situation,
    };
    let deliveries = ground.of_supplier(&code);
    if deliveries.is_empty() {
        return Err(WebError::NotFound);
    }
    let name = ground.supplier(&code);
    // « ARS » supplies as all the agencies do, and is none of them.
    let is_known = situation.directory.organisation(&code).is_some();
    let send = html! { a.btn.main href="/imports/nouveau?genre=values" { (SEND) } };
    let to_come = [access::Concern::to_come()];
    let late = deliveries
        .iter()
        .filter(|(_, owed)| owed.state() == OwedState::Late)
        .count();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Circuit des indicateurs", href: Some(situation.href("/circuit")) },
            Crumb { label: name, href: None },
        ]))
        div.head {
            p.eyebrow { "Ce que doit un fournisseur" }
            h1 { (name) @match late {
                0 => { " : rien n’est en retard" },
                1 => { " : une livraison est en retard" },
                n => { " : " (n) " livraisons sont en retard" },
            } }
            p.acts {
                (signed.reach().offers::<SendFile>(&to_come, SEND, &send))
                a.btn href={ "/imports/modele?choisir=oui&fournisseur=" (code) } { "Modèle à remplir" }
                @if is_known { a href=(situation.href(&format!("/organisations/{code}"))) { "L’organisation" } }
            }
            (situation.form(&address, &html! {}))
        }
        (ground.since(&deliveries.iter().map(|(_, owed)| owed).collect::<Vec<_>>(), &|_| true))
        div.scroll tabindex="0" role="region" aria-label="Livraisons du fournisseur, défilable" {
            table.tbl.stack {
                caption.vh { "Livraisons du fournisseur" }
                thead { tr {
                    th scope="col" { "Indicateur" } th.n scope="col" { "Données" } th scope="col" { "Échéance" }
                    th.n scope="col" { "Reçues" } th scope="col" { "État" }
                } }
                tbody { @for (framework, owed) in &deliveries {
                    tr {
                        th scope="row" { (indicator_link(ground.situation, framework, owed)) }
                        td.n data-l="Données" { (owed.year) }
                        td.nb data-l="Échéance" { (limit(owed)) }
                        td.n data-l="Reçues" { (owed.received()) " sur " (owed.expected) }
                        td.x data-l="État" { (standing(owed)) }
                    }
                } }
            }
        }
    };
    let page = signed.page(&format!("Livraisons de {name}"), &body);
    Ok((situation.status(), page))
}

impl<'a> Ground<'a> {
    /// Every year from the beginning of each framework to the last whole one; the late first, then
    /// by limit.
    fn of_supplier(&'a self, code: &str) -> Vec<(&'a Framework, Owed<'a>)> {
        let mut deliveries = Vec::new();
        for edited in self.situation.catalogue.frameworks() {
            let framework = &edited.framework;
            let last = (self.situation.moment.day.year() - 1).min(framework.ends);
            for year in framework.starts..=last {
                let owed = self.owed(framework, year).into_iter();
                let own = owed.filter(|owed| owed.indicator.suppliers.iter().any(|s| s == code));
                deliveries.extend(own.map(|owed| (framework, owed)));
            }
        }
        let rank = |owed: &Owed<'_>| OwedState::ALL.iter().position(|s| *s == owed.state());
        deliveries.sort_by_key(|(_, owed)| (rank(owed), std::cmp::Reverse(owed.year), owed.limit));
        deliveries
    }
}
