//! `/circuit`: who owes which values, what has come, what is late.

use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::Signed;
use crate::figures::circuit::{self, Owed, OwedState};
use crate::figures::{FiguresView, Snapshots};
use crate::frameworks::{Catalogue, Framework, Library, explained};
use crate::organisations::{Directories, Directory, Organisation};
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::Db;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, state};
use crate::tables::downloads;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    annee: String,
    #[serde(default)]
    fournisseur: String,
    #[serde(default)]
    etat: String,
}

/// `/circuit`: that of the framework in force.
pub(super) async fn latest(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    let year = clock.today().year();
    let frameworks = catalogue.frameworks();
    let in_force = frameworks.iter().find(|e| {
        (e.framework.starts..=e.framework.ends).contains(&year)
            && !e.framework.indicators.is_empty()
    });
    let chosen = in_force.or(frameworks.first());
    Ok(Redirect::to(
        &chosen.map_or("/cadres".to_owned(), |edited| {
            format!("/circuit/{}", edited.framework.code)
        }),
    ))
}

/// `/circuit/{framework}`.
#[allow(clippy::too_many_arguments)] // each is one thing the request needs, taken by its extractor
pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(snapshots): State<Snapshots>,
    State(directories): State<Directories>,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> WebResult<Markup> {
    let reach = signed.reach();
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let figures = snapshots.current(&mut tx, reach).await?;
    drop(tx);
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let framework = &edited.framework;
    let year = year(framework, clock.today(), &asked.annee)?;
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        figures: &figures,
        today: clock.today(),
    };
    let all = ground.owed(framework, year);
    let wanted = OwedState::from_code(&asked.etat);
    let shown: Vec<&Owed<'_>> = all
        .iter()
        .filter(|owed| wanted.is_none_or(|state| owed.state() == state))
        .filter(|owed| {
            asked.fournisseur.is_empty() || owed.indicator.suppliers.contains(&asked.fournisseur)
        })
        .collect();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Circuit des indicateurs", href: Some("/circuit".to_owned()) },
            Crumb { label: &framework.title, href: None },
        ]))
        div.head {
            p.eyebrow { "Circuit des indicateurs, données " (year) }
            h1 { (finding(&all, year)) }
            p.acts { a href="/suivis" { "Mes suivis" } a href="/contestations" { "Contestations" } }
        }
        (filters(&ground, framework, &all, year, &asked))
        @if shown.is_empty() { p { "Aucune livraison ne répond à ce choix. " a href={ "/circuit/" (code) } { "Tout afficher" } } }
        @else {
            (table(&ground, framework, &shown))
            (downloads("circuit", "Le circuit", &[
                ("cadre", &framework.code), ("annee", &year.to_string()),
                ("fournisseur", &asked.fournisseur), ("etat", &asked.etat),
            ]))
        }
    };
    Ok(signed.page(&format!("Circuit des indicateurs {year}"), &body))
}

/// What the tables are made from.
struct Ground<'a> {
    catalogue: &'a Catalogue,
    directory: &'a Directory,
    figures: &'a FiguresView,
    today: Date,
}

impl<'a> Ground<'a> {
    /// Every measure of a framework, for a year, in the order of the framework.
    fn owed(&self, framework: &'a Framework, year: i16) -> Vec<Owed<'a>> {
        let when = (year, self.today);
        circuit::owed(
            framework,
            self.catalogue,
            self.figures,
            self.directory,
            when,
        )
    }

    fn supplier(&self, code: &'a str) -> &'a str {
        self.directory
            .organisation(code)
            .map_or(code, Organisation::label)
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
    asked: &Asked,
) -> Markup {
    let mut suppliers: Vec<&str> = all
        .iter()
        .flat_map(|owed| owed.indicator.suppliers.iter().map(String::as_str))
        .collect();
    suppliers.sort_unstable();
    suppliers.dedup();
    html! {
        form.asof method="get" {
            label for="annee" { "Données" }
            select #annee name="annee" { @for choice in framework.starts..=framework.ends {
                option value=(choice) selected[choice == year] { (choice) }
            } }
            label for="fournisseur" { "Fournisseur" }
            select #fournisseur name="fournisseur" {
                option value="" { "Tous" }
                @for code in suppliers { option value=(code) selected[asked.fournisseur == code] { (ground.supplier(code)) } }
            }
            label for="etat" { "État" }
            select #etat name="etat" {
                option value="" { "Tous" }
                @for state in OwedState::ALL { option value=(state.code()) selected[asked.etat == state.code()] { (state.french()) } }
            }
            button.btn.sm type="submit" { "Afficher" }
            @let others: Vec<_> = ground.catalogue.frameworks().into_iter().filter(|e| e.framework.code != framework.code).collect();
            @if !others.is_empty() { ul aria-label="Autres cadres" {
                @for other in others { li { a href={ "/circuit/" (other.framework.code) } { (other.framework.title) } } }
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
                        th scope="row" { (indicator_link(framework, owed)) }
                        td data-l="Fournisseur" { @for (at, code) in owed.indicator.suppliers.iter().enumerate() {
                            @if at > 0 { ", " }
                            a href={ "/circuit/fournisseurs/" (code) } { (ground.supplier(code)) }
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

fn indicator_link(framework: &Framework, owed: &Owed<'_>) -> Markup {
    let several = owed.indicator.measures.len() > 1;
    html! {
        a href={ "/indicateurs/" (framework.code) "/" (owed.indicator.key) "?mesure=" (owed.measure.code) } {
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
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(snapshots): State<Snapshots>,
    State(directories): State<Directories>,
    Path(code): Path<String>,
) -> WebResult<Markup> {
    let reach = signed.reach();
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let figures = snapshots.current(&mut tx, reach).await?;
    drop(tx);
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        figures: &figures,
        today: clock.today(),
    };
    let deliveries = ground.of_supplier(&code);
    if deliveries.is_empty() {
        return Err(WebError::NotFound);
    }
    let name = ground.supplier(&code);
    let late = deliveries
        .iter()
        .filter(|(_, owed)| owed.state() == OwedState::Late)
        .count();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Circuit des indicateurs", href: Some("/circuit".to_owned()) },
            Crumb { label: name, href: None },
        ]))
        div.head {
            p.eyebrow { "Ce que doit un fournisseur" }
            h1 { (name) @match late {
                0 => { " : rien n’est en retard" },
                1 => { " : une livraison est en retard" },
                n => { " : " (n) " livraisons sont en retard" },
            } }
            p.acts { a.btn.main href={ "/imports/nouveau?genre=values" } { "Charger un fichier" } a.btn href={ "/imports/modele?choisir=oui&fournisseur=" (code) } { "Modèle à remplir" } a href={ "/organisations/" (code) } { "L’organisation" } }
        }
        div.scroll tabindex="0" role="region" aria-label="Livraisons du fournisseur, défilable" {
            table.tbl.stack {
                caption.vh { "Livraisons du fournisseur" }
                thead { tr {
                    th scope="col" { "Indicateur" } th.n scope="col" { "Données" } th scope="col" { "Échéance" }
                    th.n scope="col" { "Reçues" } th scope="col" { "État" }
                } }
                tbody { @for (framework, owed) in &deliveries {
                    tr {
                        th scope="row" { (indicator_link(framework, owed)) }
                        td.n data-l="Données" { (owed.year) }
                        td.nb data-l="Échéance" { (limit(owed)) }
                        td.n data-l="Reçues" { (owed.received()) " sur " (owed.expected) }
                        td.x data-l="État" { (standing(owed)) }
                    }
                } }
            }
        }
    };
    Ok(signed.page(&format!("Livraisons de {name}"), &body))
}

impl<'a> Ground<'a> {
    /// Every year from the beginning of each framework to the last whole one; the late first, then
    /// by limit.
    fn of_supplier(&'a self, code: &str) -> Vec<(&'a Framework, Owed<'a>)> {
        let mut deliveries = Vec::new();
        for edited in self.catalogue.frameworks() {
            let framework = &edited.framework;
            let last = (self.today.year() - 1).min(framework.ends);
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
