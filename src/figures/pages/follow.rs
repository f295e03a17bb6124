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
use crate::platform::web::{WebError, WebResult, section_heading};

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
        @if !events.is_empty() { (event_table(&catalogue, &followed, &events)) }
        @if !followed.is_empty() {
            section.sect aria-labelledby="suivis-titre" {
                (section_heading("suivis-titre", "Indicateurs suivis", None))
                table.tbl.stack {
                    caption.vh { "Indicateurs suivis" }
                    thead { tr { th scope="col" { "Indicateur" } th scope="col" { "Cadre" } th scope="col" { "Action" } } }
                    tbody { @for wish in &followed { (followed_row(&catalogue, wish)) } }
                }
            }
        }
    };
    Ok(signed.page("Mes suivis", &body))
}

fn followed_row(catalogue: &Catalogue, wish: &Followed) -> Markup {
    let known = found(catalogue, &wish.framework, &wish.indicator);
    let path = format!("/indicateurs/{}/{}", wish.framework, wish.indicator);
    let label = known.map_or(wish.indicator.as_str(), |(_, i)| i.label.as_str());
    html! {
        tr {
            th scope="row" { @if known.is_some() { a href=(path) { (label) } } @else { (label) } }
            td data-l="Cadre" { (known.map_or(wish.framework.as_str(), |(f, _)| f.title.as_str())) }
            td data-l="Action" {
                form method="post" action={ (path) "/suivre" } {
                    input type="hidden" name="suivre" value="non";
                    button.btn.sm type="submit" { "Ne plus suivre" span.vh { " : " (label) } }
                }
            }
        }
    }
}

fn event_table(catalogue: &Catalogue, followed: &[Followed], events: &[Event]) -> Markup {
    html! {
        section.sect aria-labelledby="nouvelles-titre" {
            (section_heading("nouvelles-titre", "Ce qui est arrivé ou a été corrigé", None))
            table.tbl.stack {
                caption.vh { "Nouvelles, la dernière d’abord" }
                thead { tr { th scope="col" { "Indicateur" } th scope="col" { "Nouvelle" } th scope="col" { "Quand" } } }
                tbody { @for event in events {
                    tr {
                        th scope="row" { (event_link(catalogue, followed, &event.measure)) }
                        td data-l="Nouvelle" { (event.french()) }
                        td data-l="Quand" { (french_instant(event.at)) @if let Some(who) = &event.who { span.sub { (who) } } }
                    }
                } }
            }
        }
    }
}

/// The indicator followed that has the measure, or any other that has it.
fn event_link(catalogue: &Catalogue, followed: &[Followed], measure: &str) -> Markup {
    let having = catalogue.following(measure);
    if let Some(own) = catalogue.own(measure) {
        let key = &own.indicator.key;
        return html! { a href={ "/contrats/" (own.contract) "/indicateurs/" (key) } { (own.measure.label) } };
    }
    let wished = having.iter().find(|(framework, indicator)| {
        followed
            .iter()
            .any(|f| f.framework == framework.code && f.indicator == indicator.key)
    });
    html! {
        @match wished.or(having.first()) {
            Some((framework, indicator)) => a href={ "/indicateurs/" (framework.code) "/" (indicator.key) "?mesure=" (measure) } {
                @if let Some(code) = &indicator.code { (code) " " } (indicator.label)
            },
            None => (measure),
        }
    }
}
