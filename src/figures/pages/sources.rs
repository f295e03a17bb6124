//! Parts of an indicator's page: who says so. National values, loads, documents, following.

use maud::{Markup, html};

use super::indicator::{About, Facts};
use super::sourced::{contested, sourced};
use crate::access::Reach;
use crate::documents::{self, Document};
use crate::figures::national::{Check, Computed, National};
use crate::figures::provenance::Load;
use crate::figures::rights::LoadValues;
use crate::figures::{Formatter, supplier_words};
use crate::frameworks::Supply;
use crate::ledger::Moment;
use crate::measures::Aggregation;
use crate::platform::clock::french_instant;
use crate::platform::web::{Address, icon, section_heading, state};

/// The button that follows an indicator, or ends it.
pub(super) fn follow_button(about: &About<'_>, followed: bool) -> Markup {
    let action = format!(
        "/indicateurs/{}/{}/suivre",
        about.framework.code, about.indicator.key
    );
    html! {
        @if about.measure.is_some() {
            form method="post" action=(action) {
                @if followed {
                    input type="hidden" name="suivre" value="non";
                    p.acts { button.btn.sm type="submit" { "Ne plus suivre" } a href="/suivis" { "Mes suivis" } }
                } @else {
                    input type="hidden" name="suivre" value="oui";
                    p.acts { button.btn.sm type="submit" { (icon("plus")) " Suivre cet indicateur" } }
                }
            }
        }
    }
}

/// Where values are typed, loaded, or asked for by a template.
pub(super) fn entry_links(about: &About<'_>, reach: &Reach) -> Markup {
    const ENTER: &str = "Saisir ou charger des valeurs";
    let (framework, key) = (&about.framework.code, &about.indicator.key);
    let supplied = about.indicator.supply != Some(Supply::DirectAccess);
    let Some(measure) = about.measure.filter(|_| supplied) else {
        return html! {};
    };
    let links = html! {
        p.acts {
            a.btn.sm href={ "/saisie/" (framework) "/" (key) "?mesure=" (measure.code) } { (icon("edit")) " " (ENTER) }
            a href={ "/imports/modele?choisir=oui&cadre=" (framework) "&indicateur=" (key) } { "Modèle à remplir" }
        }
    };
    let somewhere = about.ground().loading_somewhere(&measure.code, reach);
    reach.offers::<LoadValues>(&[somewhere], ENTER, &links)
}

/// The indicator on one page of paper, with the choices of this one.
pub(super) fn sheet_link(about: &About<'_>) -> Markup {
    let (framework, key) = (&about.framework.code, &about.indicator.key);
    let sheet = Address::of(format!("/indicateurs/{framework}/{key}/fiche"));
    let chosen = ["mesure", "periode", "au"].map(|name| (name, about.address.get(name)));
    let chosen = chosen.into_iter().filter(|(_, value)| !value.is_empty());
    let sheet = chosen.fold(sheet, |sheet, (name, value)| sheet.and(name, value));
    html! { p.acts { a.btn.sm href=(sheet.href()) { (icon("get")) "Fiche en PDF" } } }
}

/// Each perimeter: what the supplier gives, what the regions add up to, and which prevails.
pub(super) fn nationals(facts: &Facts<'_>) -> Markup {
    let comparison = facts.comparison.as_ref();
    let Some(comparison) = comparison.filter(|_| !facts.nationals.is_empty()) else {
        return html! {};
    };
    let formatter = Formatter::new(facts.measure);
    html! {
        section.sect aria-labelledby="national-titre" {
            (section_heading("national-titre", heading(&facts.nationals), None))
            div.scroll tabindex="0" role="region" aria-label="Valeurs nationales, défilable" {
                table.tbl.stack {
                    caption.vh { "Valeurs nationales, " (comparison.period.french()) }
                    thead { tr {
                        th scope="col" { "Périmètre, " (comparison.period.french()) }
                        th.n scope="col" { "Donnée par le fournisseur" }
                        th.n scope="col" { "Calculée à partir des régions" }
                        th scope="col" { "Ce qui vaut" }
                    } }
                    tbody { @for national in &facts.nationals { (national_row(facts.situation.moment, national, formatter)) } }
                }
            }
            @if facts.measure.is_some_and(|m| m.aggregation == Aggregation::Ratio) {
                p.note { "Un taux national est la somme des numérateurs sur la somme des dénominateurs ; une moyenne de taux n’est jamais calculée." }
            }
        }
    }
}

fn heading(nationals: &[National<'_>]) -> &'static str {
    let differs = |n: &National<'_>| matches!(n.check(), Check::Differ(_));
    if nationals.iter().any(differs) {
        "Le national donné et le national calculé diffèrent"
    } else {
        "Valeur nationale"
    }
}

fn national_row(moment: Moment, national: &National<'_>, formatter: Formatter<'_>) -> Markup {
    html! {
        tr {
            th scope="row" { (national.place.name) span.sub { (national.parts) " régions" } }
            td.n data-l="Donnée" {
                @match national.given {
                    Some(figure) => { (sourced(moment, Some(figure), &formatter.value(&figure.value))) (contested(moment, Some(figure), formatter)) },
                    None => { "–" },
                }
            }
            td.n data-l="Calculée" {
                @match &national.computed {
                    Computed::Amount(amount) => (formatter.number(*amount)),
                    _ => { "–" },
                }
            }
            td.x data-l="Ce qui vaut" { (prevailing(national, formatter)) }
        }
    }
}

fn prevailing(national: &National<'_>, formatter: Formatter<'_>) -> Markup {
    match (national.given, national.check()) {
        (Some(figure), Check::Differ(gap)) => html! {
            (state("warn", "bang", "La valeur du fournisseur vaut"))
            span.sub {
                "Elle s’écarte de " (formatter.difference(gap)) " du calcul. " (supplier_words(&figure.supplier))
                " répond de sa valeur ; demandez-lui l’écart, ou contestez-la."
            }
        },
        (Some(_), Check::Agree) => html! {
            (state("ok", "ok", "La valeur du fournisseur vaut"))
            span.sub { "Le calcul la retrouve, à l’arrondi près." }
        },
        (Some(_), Check::NothingToCompare) => html! {
            "La valeur du fournisseur vaut." span.sub { (why_not(&national.computed)) }
        },
        (None, _) => match &national.computed {
            Computed::Amount(_) => html! {
                "La valeur calculée vaut." span.sub { "Le fournisseur n’en donne pas." }
            },
            other => html! { span.muted { "Aucune valeur." } span.sub { (why_not(other)) } },
        },
    }
}

fn why_not(computed: &Computed) -> String {
    let said = |places: &[String]| match places {
        many if many.len() > 3 => format!("{} régions", many.len()),
        few => few.join(", "),
    };
    match computed {
        Computed::Amount(_) => String::new(),
        Computed::Missing(places) => format!("Pas de calcul : il manque {}.", said(places)),
        Computed::RatesOnly(places) => format!(
            "Pas de calcul : taux sans numérateur ni dénominateur pour {}.",
            said(places)
        ),
        Computed::NotAdditive => "Pas de calcul : cette mesure ne s’additionne pas.".to_owned(),
    }
}

/// Every load, the latest first.
pub(super) fn loads(loads: &[Load]) -> Markup {
    html! {
        @if !loads.is_empty() {
            section.sect aria-labelledby="provenance-titre" {
                (section_heading("provenance-titre", "Provenance et révisions", Some(html! {
                    p { "Une valeur n’est jamais effacée : une correction est une révision de plus." }
                })))
                div.scroll tabindex="0" role="region" aria-label="Provenance, défilable" {
                    table.tbl {
                        caption.vh { "Chargements des valeurs de cet indicateur" }
                        thead { tr {
                            th scope="col" { "Chargé" }
                            th scope="col" { "Fichier" }
                            th scope="col" { "Fournisseur, source" }
                            th.n scope="col" { "Valeurs" }
                        } }
                        tbody { @for load in loads {
                            tr {
                                th scope="row" {
                                    (french_instant(load.received_at))
                                    span.sub { (load.who.as_deref().unwrap_or("–")) }
                                }
                                td { @match &load.file {
                                    Some((batch, name)) => a.mono href={ "/imports/" (batch) } { (name) },
                                    None => span.muted { "Saisie à l’écran" },
                                } }
                                td {
                                    (supplier_words(&load.supplier))
                                    @if let Some(source) = &load.source { ", " (source) }
                                }
                                td.n { (load.figures) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// The supplier's detail, by year.
pub(super) fn documents(
    about: &About<'_>,
    reach: &Reach,
    last_year: Option<i16>,
    known: &[Document],
) -> Markup {
    let path = format!(
        "/indicateurs/{}/{}",
        about.framework.code, about.indicator.key
    );
    let extra = html! {
        div.field {
            label for="annee" { "Année des données" }
            input #annee name="annee" inputmode="numeric" required value=[last_year] pattern="[0-9]{4}" size="6";
        }
    };
    let action = format!("{path}/documents");
    documents::section(
        ("Documents et détail du fournisseur", known),
        (&action, &path),
        &extra,
        (
            reach,
            about.ground().indicator(about.framework, about.indicator),
        ),
    )
}
