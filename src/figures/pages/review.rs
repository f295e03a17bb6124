//! `/contrats/{slug}/tableau`: where a contract stands, as one table that is sorted and narrowed by
//! its address.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use crate::access::Signed;
use crate::figures::Sources;
use crate::figures::tables::{ContractReview, on_page};
use crate::platform::web::{Address, AsOf, Crumb, WebResult, crumbs};
use crate::tables::{Ask, Source as _, downloads};

/// The page; its table is the one that is taken away as `suivi`.
pub(super) async fn page(
    signed: Signed,
    address: Address,
    Path(slug): Path<String>,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let today = sources.clock.today();
    let source = ContractReview {
        library: sources.library.clone(),
        snapshots: sources.snapshots.clone(),
    };
    let mut tx = sources.db.read().await?;
    let asked = address.with("contrat", slug.as_str());
    let ask = Ask {
        tx: &mut tx,
        reach: signed.reach(),
        today,
        asked: &asked,
    };
    let table = source.table(ask).await?;
    drop(tx);
    let as_of = AsOf::of(&address);
    let title = format!("Suivi en tableau, {}", table.caption);
    let kept = ["au", "volet"].into_iter();
    let kept = kept.filter(|name| !address.get(name).is_empty());
    let contract = Address::of(format!("/contrats/{slug}"));
    let contract = kept.fold(contract, |path, name| path.with(name, address.get(name)));
    let body = html! {
        (crumbs(&[
            Crumb { label: "Contrats", href: Some("/contrats".to_owned()) },
            Crumb { label: &table.caption, href: Some(contract.href()) },
            Crumb { label: "Suivi en tableau", href: None },
        ]))
        div.head {
            p.eyebrow { (table.caption) }
            h1 { "Suivi en tableau" }
            p.lead { "Une ligne par indicateur et par mesure : valeur initiale, dernière valeur, atteinte et cibles. L’adresse de la page garde le tri et les colonnes choisies." }
            (as_of.form(&address, "Chiffres connus au", today, &html! {}))
            @if as_of.past(today).is_some() {
                p { a href={ (contract.href()) "#depuis" } { "Ce qui a changé depuis" } ", sur la page du contrat." }
            }
        }
        @if table.rows.is_empty() { p { "Aucun terme n’est en vigueur dans ce contrat ce jour-là." } }
        @else {
            (on_page(table).html(&address))
            (downloads("suivi", "Le suivi du contrat", &[("contrat", &slug)], &address))
        }
    };
    Ok((as_of.status(), signed.page(&title, &body)))
}
