//! `/moi/adresses`: the tables that a spreadsheet follows for a person.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chosen, OpenAddress, RevokeAddress, TableAddress, store};
use crate::access::token::{NewToken, Secret, TokenMistakes, TokenScope};
use crate::access::{Act as _, NotPermitted, Signed, permit};
use crate::ledger::{Change, SentForm, TOKEN_FIELD, history_href};
use crate::platform::clock::{Clock, french_date, french_instant};
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, document_with_status, parse_day, section_heading,
    state,
};
use crate::tables::{Source, Tables, known};

/// Where the list stands.
pub(in crate::tables) const PATH: &str = "/moi/adresses";
const TITLE: &str = "Mes tableaux suivis dans Excel";

/// The form, as typed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::tables) struct Typed {
    #[serde(default)]
    table: String,
    #[serde(default)]
    choix: String,
    #[serde(default)]
    nom: String,
    #[serde(default)]
    fin: String,
    #[serde(default)]
    jeton: String,
}

/// `GET /moi/adresses`.
pub(in crate::tables) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(tables): State<Tables>,
) -> WebResult<Markup> {
    let listed = store::addresses(&mut db.read().await?, signed.reach()).await?;
    let body = body(&tables, &listed, clock.today(), None);
    Ok(signed.page(TITLE, &body))
}

/// `GET /moi/adresses/nouvelle/{table}`: with the choices of the page that leads here.
pub(in crate::tables) async fn form_page(
    signed: Signed,
    State(clock): State<Clock>,
    State(tables): State<Tables>,
    Path(table): Path<String>,
    asked: Address,
) -> WebResult<Markup> {
    let source = tables.find(&table).ok_or(WebError::NotFound)?;
    let in_a_year = clock.today().saturating_add(1.year());
    let typed = Typed {
        table,
        choix: choices(source, &asked),
        nom: source.title().to_owned(),
        fin: in_a_year.strftime("%d/%m/%Y").to_string(),
        jeton: clock.new_id().to_string(),
    };
    let page = form(source, &typed, &TokenMistakes::default());
    Ok(signed.page("Suivre un tableau dans Excel", &page))
}

/// The choices of an address that the table knows, as a query.
fn choices(source: &dyn Source, asked: &Address) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(known(source, asked).pairs());
    query.finish()
}

/// `POST /moi/adresses`.
pub(in crate::tables) async fn open(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(tables): State<Tables>,
    State(config): State<Arc<Config>>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let source = tables.find(&typed.table).ok_or(WebError::NotFound)?;
    let today = clock.today();
    let new = NewToken::new(&typed.nom, TokenScope::Read, parse_day(&typed.fin), today);
    let new = match new {
        Ok(new) => new,
        Err(mistakes) => {
            let page = form(source, &typed, &mistakes);
            let (status, title) = (StatusCode::UNPROCESSABLE_ENTITY, source.title());
            return Ok(document_with_status(status, signed.view(), title, &page));
        }
    };
    let asked = Address::of(PATH).and_query(&typed.choix);
    let chosen = Chosen {
        table: source.name().to_owned(),
        choices: choices(source, &asked),
    };
    let Some(secret) = make(&signed, (&db, &clock), &typed, (&new, &chosen)).await? else {
        // The same form sent twice: the address was shown already, and cannot be again.
        return Ok(Redirect::to(PATH).into_response());
    };
    let listed = store::addresses(&mut db.read().await?, signed.reach()).await?;
    let site = config.public_url.trim_end_matches('/');
    let address = format!("{site}/donnees/{}/{}", secret.reveal(), chosen.table);
    let body = body(&tables, &listed, today, Some(&address));
    let status = StatusCode::CREATED;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

/// Opens the address, once for one form.
async fn make(
    signed: &Signed,
    (db, clock): (&Db, &Clock),
    typed: &Typed,
    made: (&NewToken, &Chosen),
) -> WebResult<Option<Secret>> {
    let fields = [
        (TOKEN_FIELD, typed.jeton.as_str()),
        ("table", &typed.table),
        ("choix", &typed.choix),
        ("nom", &typed.nom),
        ("fin", &typed.fin),
    ];
    let form = SentForm::read(signed.actor().person(), PATH, fields);
    let secret = Secret::random();
    let change = Change::open(db, clock, signed.actor(), OpenAddress::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    if let Some(form) = &form
        && let Some(_) = change.answered(form).await.map_err(WebError::internal)?
    {
        return Ok(None);
    }
    let permit = permit::<OpenAddress>(&mut change, signed.person.id).await?;
    let opened = store::open(&mut change, permit, made, &secret).await;
    opened.map_err(WebError::internal)?;
    if let Some(form) = &form {
        let kept = change.answer(form, PATH).await;
        kept.map_err(WebError::internal)?;
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Some(secret))
}

/// `POST /moi/adresses/{address}/revoquer`.
pub(in crate::tables) async fn revoke(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(address): Path<Uuid>,
) -> WebResult<Redirect> {
    let change = Change::open(&db, &clock, signed.actor(), RevokeAddress::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let permit = permit::<RevokeAddress>(&mut change, address).await;
    let permit = permit.map_err(NotPermitted::unknown)?;
    let revoked = store::revoke(&mut change, permit).await;
    if !revoked.map_err(WebError::internal)? {
        return Err(WebError::NotFound);
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(PATH))
}

fn body(tables: &Tables, listed: &[TableAddress], today: Date, made: Option<&str>) -> Markup {
    let alive = listed.iter().filter(|address| address.is_alive(today));
    html! {
        div.head {
            h1 { (TITLE) }
            p.lead { @match alive.count() {
                0 => { "Aucun tableau n’est suivi hors de Jalon." },
                1 => { "Un tableau est lu en votre nom par une adresse à vous." },
                n => { (n) " tableaux sont lus en votre nom par des adresses à vous." },
            } }
        }
        @if let Some(address) = made { (shown_once(address)) }
        p { "Sous chaque tableau de Jalon, « Suivre dans Excel » ouvre une adresse que « Données, À partir du web » relit quand vous actualisez le classeur. Elle donne ce que vous voyez, ne permet pas d’écrire, et se révoque ici." }
        @if listed.is_empty() {
            p { a href="/contrats" { "Commencer par la liste des contrats" } }
        } @else { (list(tables, listed, today)) }
    }
}

fn shown_once(address: &str) -> Markup {
    html! {
        div.flag.warn role="status" {
            p { b { "L’adresse est ouverte. Copiez-la maintenant : elle ne sera plus jamais montrée." } }
            div.field {
                label for="adresse" { "Pour Excel, « Données, À partir du web »" }
                input.mono #adresse readonly value={ (address) ".html" } autocomplete="off";
            }
            div.field {
                label for="adresse-csv" { "La même en CSV" }
                input.mono #adresse-csv readonly value={ (address) ".csv" } autocomplete="off";
            }
            p { "Quiconque la détient lit ce tableau en votre nom : ne la mettez ni dans un courriel ni dans un classeur que vous partagez. Les noms des colonnes ne changeront pas." }
        }
    }
}

fn list(tables: &Tables, listed: &[TableAddress], today: Date) -> Markup {
    html! {
        section.sect aria-labelledby="liste" {
            (section_heading("liste", "Vos adresses", None))
            table.tbl.stack {
                caption.vh { "Adresses ouvertes, la plus récente d’abord" }
                thead { tr {
                    th scope="col" { "Nom" } th scope="col" { "Tableau" } th scope="col" { "État" }
                    th scope="col" { "Dernière lecture" } th scope="col" { "Action" }
                } }
                tbody { @for address in listed { (row(tables, address, today)) } }
            }
        }
    }
}

fn row(tables: &Tables, address: &TableAddress, today: Date) -> Markup {
    let source = tables.find(&address.chosen.table);
    let title = match source {
        Some(source) => source.title(),
        None => &address.chosen.table,
    };
    let asked = Address::of("").and_query(&address.chosen.choices);
    html! { tr {
        th scope="row" { (address.name) }
        td data-l="Tableau" {
            (title)
            @for (name, value) in asked.pairs() { span.sub { (name) " : " (value) } }
        }
        td data-l="État" { @match address.revoked_at {
            Some(at) => { (state("idle", "x", "Révoquée")) span.sub { (french_instant(at)) } },
            None if address.is_alive(today) => { (state("ok", "ok", "Ouverte")) span.sub { "jusqu’au " (french_date(address.expires_on)) } },
            None => { (state("idle", "x", "Terminée")) span.sub { "le " (french_date(address.expires_on)) } },
        } }
        td data-l="Dernière lecture" { @match address.used_at {
            Some(at) => { (french_instant(at)) },
            None => { span.muted { "jamais" } },
        } }
        td data-l="Action" {
            @if address.revoked_at.is_none() {
                form method="post" action={ (PATH) "/" (address.id) "/revoquer" } {
                    button.btn.sm.warn type="submit" { "Révoquer" span.vh { " : " (address.name) } }
                }
            }
            a href=(history_href(address.id)) { "Historique" span.vh { " : " (address.name) } }
        }
    } }
}

fn form(source: &dyn Source, typed: &Typed, mistakes: &TokenMistakes) -> Markup {
    let invalid = |mistake: &Option<String>| mistake.as_ref().map(|_| "true");
    let asked = Address::of("").and_query(&typed.choix);
    html! {
        (crumbs(&[
            Crumb { label: TITLE, href: Some(PATH.to_owned()) },
            Crumb { label: source.title(), href: None },
        ]))
        div.head {
            h1 { "Suivre «\u{a0}" (source.title()) "\u{a0}» dans Excel" }
            p.lead { "Jalon ouvre une adresse à vous, qu’Excel relit à chaque actualisation." }
        }
        @if asked.pairs().next().is_some() {
            p { "Avec les choix de la page : " @for (at, (name, value)) in asked.pairs().enumerate() { @if at > 0 { ", " } (name) " " b { (value) } } "." }
        }
        form.simple method="post" action=(PATH) {
            input type="hidden" name=(TOKEN_FIELD) value=(typed.jeton);
            input type="hidden" name="table" value=(typed.table);
            input type="hidden" name="choix" value=(typed.choix);
            div.field {
                label for="nom" { "Nom" }
                p.hint #nom-aide { "Pour la reconnaître parmi vos adresses." }
                input #nom name="nom" value=(typed.nom) maxlength="80" required autocomplete="off" aria-describedby="nom-aide nom-dit" aria-invalid=[invalid(&mistakes.name)];
                p.s-late.told #nom-dit { (mistakes.name.as_deref().unwrap_or_default()) }
            }
            div.field {
                label for="fin" { "Dernier jour" }
                p.hint #fin-aide { "Format : jour, mois, année, par exemple 31/12/2026. Un an au plus." }
                input #fin name="fin" value=(typed.fin) placeholder="jj/mm/aaaa" inputmode="numeric" required autocomplete="off" aria-describedby="fin-aide fin-dit" aria-invalid=[invalid(&mistakes.expires_on)];
                p.s-late.told #fin-dit { (mistakes.expires_on.as_deref().unwrap_or_default()) }
            }
            p.acts { button.btn.main type="submit" { "Ouvrir l’adresse" } a.btn href=(PATH) { "Mes adresses" } }
        }
    }
}
