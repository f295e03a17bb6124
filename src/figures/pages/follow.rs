//! `/suivis`: what a person follows, and what happened to it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::{Signed, permit_aside};
use crate::figures::follow::{self, Event, Follow, Followed, store};
use crate::frameworks::{Catalogue, Framework, Indicator, Library};
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, WebError, WebResult, section_heading};

#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    suivre: String,
}

/// `POST /indicateurs/{framework}/{key}/suivre`.
pub(super) async fn submit(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    Path((framework, key)): Path<(String, String)>,
    Form(wish): Form<Wish>,
) -> WebResult<Redirect> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    drop(tx);
    let wished = follow::Wish {
        person: signed.person.id,
        followed: Followed {
            framework: framework.clone(),
            indicator: key.clone(),
        },
    };
    let mut tx = db.write_aside().await?;
    let permit = permit_aside::<Follow>(&mut tx, clock.today(), signed.actor(), wished).await?;
    if wish.suivre == "non" {
        store::unfollow(&mut tx, permit).await?;
    } else {
        let (_, indicator) = found(&catalogue, &framework, &key).ok_or(WebError::NotFound)?;
        store::follow(&mut tx, permit, &indicator.measures).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/indicateurs/{framework}/{key}")))
}

fn found<'a>(
    catalogue: &'a Catalogue,
    framework: &str,
    key: &str,
) -> Option<(&'a Framework, &'a Indicator)> {
    let framework = &catalogue.framework(framework)?.framework;
    let indicator = framework.indicators.iter().find(|i| i.key == key)?;
    Some((framework, indicator))
}

/// `/suivis`.
pub(super) async fn page(
    signed: Signed,
    address: Address,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let reach = signed.reach();
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let followed = store::followed(&mut tx, reach).await?;
    let events = store::events(&mut tx, reach, clock.today()).await?;
    drop(tx);
    let body = html! {
        div.head {
            h1 { "Mes suivis" }
            p.lead { @match (followed.len(), events.len()) {
                (0, _) => { "Vous ne suivez encore aucun indicateur." },
                (_, 0) => { "Rien de nouveau dans ce que vous suivez." },
                (_, 1) => { "Une nouvelle dans ce que vous suivez." },
                (_, n) => { (n) " nouvelles dans ce que vous suivez." },
            } }
        }
        @if followed.is_empty() {
            p { "Ouvrez un indicateur, par exemple depuis le " a href="/circuit" { "circuit des indicateurs" } ", et choisissez « Suivre cet indicateur » : ses valeurs qui arrivent ou sont corrigées s’afficheront ici." }
        }
        @if !events.is_empty() {
            section.sect aria-labelledby="nouvelles-titre" {
                (section_heading("nouvelles-titre", "Ce qui est arrivé ou a été corrigé", None))
                (event_table(&catalogue, &followed, &events).html(&address))
            }
        }
        @if !followed.is_empty() {
            section.sect aria-labelledby="suivis-titre" {
                (section_heading("suivis-titre", "Indicateurs suivis", None))
                (followed_table(&catalogue, &followed).html(&address))
            }
        }
    };
    Ok(signed.page("Mes suivis", &body))
}

fn followed_table(catalogue: &Catalogue, followed: &[Followed]) -> Table {
    let columns = vec![
        Column::words("indicateur", "Indicateur"),
        Column::words("cadre", "Cadre"),
        Column::words("action", "Action").unsorted(),
    ];
    let mut table = Table::new("suivis", "Indicateurs suivis", columns)
        .classed("stack")
        .caption_unseen();
    let rows = followed.iter();
    table.rows = rows.map(|wish| followed_row(catalogue, wish)).collect();
    table
}

fn followed_row(catalogue: &Catalogue, wish: &Followed) -> Row {
    let known = found(catalogue, &wish.framework, &wish.indicator);
    let path = format!("/indicateurs/{}/{}", wish.framework, wish.indicator);
    let label = known.map_or(wish.indicator.as_str(), |(_, i)| i.label.as_str());
    let stop = html! {
        form method="post" action={ (path) "/suivre" } {
            input type="hidden" name="suivre" value="non";
            button.btn.sm type="submit" { "Ne plus suivre" span.vh { " : " (label) } }
        }
    };
    let name = Cell::text(label);
    vec![
        if known.is_some() { name.to(path) } else { name },
        Cell::text(known.map_or(wish.framework.as_str(), |(f, _)| f.title.as_str())),
        Cell::default().shown(stop),
    ]
}

fn event_table(catalogue: &Catalogue, followed: &[Followed], events: &[Event]) -> Table {
    let columns = vec![
        Column::words("mesure", "Indicateur"),
        Column::words("nouvelle", "Nouvelle"),
        Column::words("quand", "Quand").unsorted(),
    ];
    let mut table = Table::new("nouvelles", "Nouvelles, la dernière d’abord", columns)
        .classed("stack")
        .caption_unseen();
    let rows = events.iter().map(|event| {
        let instant = french_instant(event.at);
        let when = html! { (instant) @if let Some(who) = &event.who { span.sub { (who) } } };
        vec![
            event_name(catalogue, followed, &event.measure),
            Cell::text(event.french()),
            Cell::text(instant.clone()).shown(when),
        ]
    });
    table.rows = rows.collect();
    table
}

/// The indicator followed that has the measure, or any other that has it.
fn event_name(catalogue: &Catalogue, followed: &[Followed], measure: &str) -> Cell {
    let having = catalogue.following(measure);
    if let Some(own) = catalogue.own(measure) {
        let key = &own.indicator.key;
        let href = format!("/contrats/{}/indicateurs/{key}", own.contract);
        return Cell::text(own.measure.label.clone()).to(href);
    }
    let wished = having.iter().find(|(framework, indicator)| {
        followed
            .iter()
            .any(|f| f.framework == framework.code && f.indicator == indicator.key)
    });
    let Some((framework, indicator)) = wished.or(having.first()) else {
        return Cell::text(measure);
    };
    let name = match &indicator.code {
        Some(code) => format!("{code} {}", indicator.label),
        None => indicator.label.clone(),
    };
    let page = format!("/indicateurs/{}/{}", framework.code, indicator.key);
    Cell::text(name).to(Address::of(page).and("mesure", measure).href())
}
