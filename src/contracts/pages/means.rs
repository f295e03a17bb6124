//! `/contrats/{slug}/moyens`: what was notified, committed and paid, year by year, with sources.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use super::open::{self, Opened, View};
use super::parts::{Tab, contract_head, flag, section_choice};
use super::table::dash;
use crate::access::Signed;
use crate::contracts::{Desk, Facet, Section, Stage, Terms};
use crate::frameworks::MeansLine;
use crate::platform::clock::french_date;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{Address, WebResult, section_heading};
use crate::tables::downloads;

pub(super) async fn page(
    State(desk): State<Desk>,
    signed: Signed,
    Path(slug): Path<String>,
    (address, Query(view)): (Address, Query<View>),
) -> WebResult<(StatusCode, Markup)> {
    let (mut tx, opened) = open::reading(&desk, &signed, &slug, view).await?;
    let (reach, observations) = (signed.reach(), &desk.observations);
    let since = observations.since(&mut tx, reach, &opened.full, None, opened.moment);
    let since = since.await?;
    drop(tx);
    let section = opened.section()?;
    let terms = opened.terms();
    let lines = &opened.book.framework().means;
    let known = |line: &MeansLine| {
        let years = opened.full.contract.years();
        years
            .flat_map(|year| Stage::ALL.map(|stage| (stage, year)))
            .any(|(stage, year)| terms.means(section.id, &line.key, stage, year).is_some())
    };
    let any = lines.iter().any(known);
    let body = html! {
        (contract_head(&opened, Tab::Means))
        (since)
        (section_choice(&opened, "/moyens"))
        @if !any { (flag("", &nothing(&opened))) }
        @for line in lines.iter().filter(|line| known(line)) { (means_line(&opened, (section, &address), line, &terms)) }
        (downloads("moyens", "Les moyens", &[("contrat", &opened.full.contract.slug)], &address))
    };
    let title = format!("Moyens, {}", opened.full.contract.title);
    Ok((opened.asked().status(), signed.page(&title, &body)))
}

fn nothing(opened: &Opened) -> String {
    match opened.moment.past {
        Some(day) => format!("Au {}, aucun moyen n’était inscrit dans un acte signé.", french_date(day)),
        None => "Aucun moyen n’est inscrit dans un acte signé. Ouvrez un projet d’acte et saisissez-les à la partie « Moyens ».".to_owned(),
    }
}

fn means_line(
    opened: &Opened,
    (section, address): (&Section, &Address),
    line: &MeansLine,
    terms: &Terms<'_>,
) -> Markup {
    let contract = &opened.full.contract;
    let id = format!("moyens-{}", line.key);
    let facet = Facet::of_means(line);
    let unit = html! { p { (line.unit.as_deref().unwrap_or("")) } };
    let mut columns = vec![Column::words("etape", "Étape")];
    let years = contract.years();
    columns.extend(years.map(|year| Column::numbers(format!("montant_{year}"), year.to_string())));
    let mut table = Table::new(id.clone(), line.label.clone(), columns)
        .classed("stack even")
        .caption_unseen();
    let amount = |stage, year| match terms.means(section.id, &line.key, stage, year) {
        Some(means) => {
            let shown =
                html! { (facet.show_decimal(means.amount)) span.sub.wrap { (means.source) } };
            Cell::from(Datum::number(Some(means.amount), 0)).shown(shown)
        }
        None => Cell::default().shown(dash()),
    };
    let row = |stage: Stage| -> Row {
        let name = Cell::text(stage.french()).shown(html! { b { (stage.french()) } });
        let amounts = contract.years().map(|year| amount(stage, year));
        std::iter::once(name).chain(amounts).collect()
    };
    table.rows = Stage::ALL.map(row).to_vec();
    html! {
        section.sect aria-labelledby=(id) {
            (section_heading(&id, &line.label, Some(unit)))
            (table.html(address))
        }
    }
}
