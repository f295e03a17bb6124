//! Parts of an indicator's page: who says so. National values, loads, documents, following.

use maud::{Markup, html};

use super::indicator::{About, Facts};
use super::sourced::{contested, file_link, sourced};
use crate::access::Reach;
use crate::documents::{self, Document};
use crate::figures::national::{Check, Computed, National};
use crate::figures::provenance::Load;
use crate::figures::rights::LoadValues;
use crate::figures::{Formatter, supplier_words};
use crate::frameworks::Supply;
use crate::kernel::Period;
use crate::ledger::Moment;
use crate::measures::Aggregation;
use crate::platform::clock::french_instant;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{Address, icon, section_heading, state};
use crate::tables::{day_of, downloads, word};

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
    let somewhere = about
        .ground()
        .loading_somewhere(&measure.code, framework, reach);
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
    let Some(table) = national_table(facts) else {
        return html! {};
    };
    html! {
        section.sect aria-labelledby="national-titre" {
            (section_heading("national-titre", heading(&facts.nationals), None))
            (table.without(&["territoire", "regions", "periode"]).html(facts.address))
            (downloads("nationales", "Les valeurs nationales", &facts.named(), facts.address))
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

/// The table of the perimeters, where there is one.
pub(super) fn national_table(facts: &Facts<'_>) -> Option<Table> {
    let comparison = facts.comparison.as_ref();
    let period = comparison.filter(|_| !facts.nationals.is_empty())?.period;
    let formatter = Formatter::new(facts.measure);
    let columns = vec![
        Column::words("nom", format!("Périmètre, {}", period.french())),
        Column::numbers("donnee", "Donnée par le fournisseur"),
        Column::numbers("calculee", "Calculée à partir des régions"),
        Column::words("retenue", "Ce qui vaut").wide(),
        Column::words("territoire", "Code du territoire").staying(),
        Column::numbers("regions", "Régions"),
        Column::words("periode", "Période").staying(),
    ];
    let caption = format!("Valeurs nationales, {}", period.french());
    let mut table = Table::new("nationales", caption, columns)
        .classed("stack")
        .caption_unseen();
    let rows = facts.nationals.iter();
    table.rows = rows
        .map(|one| national_row(facts.situation.moment, one, formatter, period))
        .collect();
    Some(table)
}

fn national_row(
    moment: Moment,
    national: &National<'_>,
    formatter: Formatter<'_>,
    period: Period,
) -> Row {
    let place = national.place;
    let name = html! { (place.name) span.sub { (national.parts) " régions" } };
    let given = national.given.map_or_else(Cell::default, |figure| {
        let shown = html! { (sourced(moment, Some(figure), &formatter.value(&figure.value))) (contested(moment, Some(figure), formatter)) };
        let amount = figure.value.amount(formatter.per());
        Cell::from(Datum::number(amount, formatter.decimals())).shown(shown)
    });
    let computed = match &national.computed {
        Computed::Amount(amount) => {
            let shown = html! { (formatter.number(*amount)) };
            Cell::from(Datum::number(Some(*amount), formatter.decimals())).shown(shown)
        }
        _ => Cell::default(),
    };
    let holds = match (national.given, national.amount()) {
        (Some(_), _) => "La valeur du fournisseur",
        (None, Some(_)) => "La valeur calculée",
        (None, None) => "Aucune valeur",
    };
    vec![
        Cell::text(place.name.clone()).shown(name),
        given,
        computed,
        Cell::text(holds).shown(prevailing(national, formatter)),
        Cell::text(place.code.clone()),
        Datum::count(national.parts).into(),
        Cell::text(period.to_string()),
    ]
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
pub(super) fn loads(about: &About<'_>, reach: &Reach, loads: &[Load]) -> Markup {
    let Some(measure) = about.measure.filter(|_| !loads.is_empty()) else {
        return html! {};
    };
    html! {
        section.sect aria-labelledby="provenance-titre" {
            (section_heading("provenance-titre", "Provenance et révisions", Some(html! {
                p { "Une valeur n’est jamais effacée : une correction est une révision de plus." }
            })))
            (load_table(reach, loads).without(&["par", "source"]).html(about.address))
            (downloads("chargements", "Les chargements", &[("mesure", &measure.code)], about.address))
        }
    }
}

/// The loads of a measure.
pub(in crate::figures) fn load_table(reach: &Reach, loads: &[Load]) -> Table {
    let columns = vec![
        Column::words("charge_le", "Chargé"),
        Column::words("fichier", "Fichier"),
        Column::words("fournisseur", "Fournisseur, source"),
        Column::numbers("valeurs", "Valeurs"),
        Column::words("par", "Chargé par"),
        Column::words("source", "Source"),
    ];
    let caption = "Chargements des valeurs de cet indicateur";
    let mut table = Table::new("chargements", caption, columns).caption_unseen();
    table.rows = loads.iter().map(|load| load_row(reach, load)).collect();
    table
}

fn load_row(reach: &Reach, load: &Load) -> Row {
    let when = html! {
        (french_instant(load.received_at))
        span.sub { (load.who.as_deref().unwrap_or("–")) }
    };
    let file = match &load.file {
        Some(file) => Cell::text(file.name.clone()).shown(file_link(reach, file)),
        None => Cell::default().shown(html! { span.muted { "Saisie à l’écran" } }),
    };
    let supplier = supplier_words(&load.supplier);
    let from = html! {
        (supplier)
        @if let Some(source) = &load.source { ", " (source) }
    };
    vec![
        day_of(load.received_at).shown(when),
        file,
        Cell::text(supplier).shown(from),
        Datum::count(load.figures).into(),
        word(load.who.clone()),
        word(load.source.clone()),
    ]
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
    let here = about.situation.href(&path);
    documents::section(
        ("Documents et détail du fournisseur", known),
        (&action, &here),
        &extra,
        (
            reach,
            about.ground().indicator(about.framework, about.indicator),
        ),
    )
}
