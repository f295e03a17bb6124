//! `/contrats/{slug}/dossiers`: the dossiers issued for a contract, as they were issued, and the
//! form that issues one.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::told;
use crate::access::{Act as _, Concern, Reach, Signed};
use crate::contracts::{Contract, FullContract, store as contracts};
use crate::documents::{french_size, saved_as};
use crate::dossier::ground::Request;
use crate::dossier::issue::{Format, IssueDossier, IssueError, Issued, issue, store};
use crate::figures::Sources;
use crate::kernel::hex;
use crate::ledger::{SentForm, TOKEN_FIELD, history_href};
use crate::platform::clock::{french_date, french_instant};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, document_with_status, fictional_mark, icon,
    parse_day, section_heading,
};
use crate::tables::{day, day_of, downloads, whole};

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    annee: String,
    #[serde(default)]
    volet: String,
    /// The day on which terms and figures were known; today where it is empty.
    #[serde(default)]
    au: String,
    #[serde(default)]
    jeton: String,
}

/// What an address may fill in beforehand.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    volet: String,
    #[serde(default)]
    au: String,
    /// The dossier that was just issued.
    #[serde(default)]
    emis: String,
}

pub(super) async fn page(
    signed: Signed,
    State(sources): State<Sources>,
    Path(slug): Path<String>,
    (address, Query(asked)): (Address, Query<Asked>),
) -> WebResult<Markup> {
    let (full, issued) = read(&sources, &signed, &slug).await?;
    let contract = &full.contract;
    let today = sources.clock.today();
    let day = parse_day(&asked.au).filter(|day| *day < today);
    let year = contract.reviewed_year(day.unwrap_or(today));
    let typed = Typed {
        annee: year.to_string(),
        volet: asked.volet,
        au: asked.au,
        jeton: sources.clock.new_id().to_string(),
    };
    let just = issued.iter().find(|one| one.id.to_string() == asked.emis);
    // What was just issued is said once.
    let address = address.without("emis");
    let body = body((&signed, &full), &issued, just, (&address, &typed), None);
    Ok(signed.page(&title(contract), &body))
}

async fn read(
    sources: &Sources,
    signed: &Signed,
    slug: &str,
) -> WebResult<(FullContract, Vec<Issued>)> {
    let mut tx = sources.db.read().await?;
    let full = contracts::load(&mut tx, signed.reach(), slug).await?;
    let full = full.ok_or(WebError::NotFound)?;
    let issued = store::of_contract(&mut tx, &full).await?;
    Ok((full, issued))
}

/// `POST /contrats/{slug}/dossiers`.
pub(super) async fn submit(
    signed: Signed,
    State(sources): State<Sources>,
    Path(slug): Path<String>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let (full, issued) = read(&sources, &signed, &slug).await?;
    let reach = signed.reach();
    reach.demands::<IssueDossier>(&[issuing(reach, &full)])?;
    let path = format!("/contrats/{slug}/dossiers");
    let fields = [
        (TOKEN_FIELD, typed.jeton.as_str()),
        ("annee", &typed.annee),
        ("volet", &typed.volet),
        ("au", &typed.au),
    ];
    let form = SentForm::read(signed.actor().person(), &path, fields);
    let refused = match request(&slug, &typed) {
        Ok(request) => match issue(&sources, signed.actor(), &request, form.as_ref()).await {
            Ok(id) => return Ok(Redirect::to(&format!("{path}?emis={id}")).into_response()),
            Err(IssueError::Dossier(error)) => match told(error) {
                WebError::Invalid(sentence) => sentence,
                other => return Err(other),
            },
            Err(IssueError::NotPermitted(refused)) => return Err(refused.into()),
            Err(IssueError::Ledger(error)) => return Err(WebError::internal(error)),
        },
        Err(sentence) => sentence.to_owned(),
    };
    let contract = &full.contract;
    let address = Address::of(path);
    let body = body(
        (&signed, &full),
        &issued,
        None,
        (&address, &typed),
        Some(&refused),
    );
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(
        status,
        signed.view(),
        &title(contract),
        &body,
    ))
}

fn request(slug: &str, typed: &Typed) -> Result<Request, &'static str> {
    let year = typed.annee.trim().parse();
    let day = match typed.au.trim() {
        "" => None,
        text => Some(parse_day(text).ok_or("Écrivez la date 15/03/2026, ou laissez-la vide.")?),
    };
    Ok(Request {
        contract: slug.to_owned(),
        section: Some(typed.volet.clone()).filter(|key| !key.is_empty()),
        year: year.map_err(|_| "Écrivez une année en quatre chiffres.")?,
        day,
    })
}

fn title(contract: &Contract) -> String {
    format!("Dossiers, {}", contract.title)
}

fn body(
    (signed, full): (&Signed, &FullContract),
    issued: &[Issued],
    just: Option<&Issued>,
    (address, typed): (&Address, &Typed),
    refused: Option<&str>,
) -> Markup {
    let contract = &full.contract;
    html! {
        (crumbs(&[
            Crumb { label: "Contrats", href: Some("/contrats".to_owned()) },
            Crumb { label: &contract.title, href: Some(format!("/contrats/{}", contract.slug)) },
            Crumb { label: "Dossiers", href: None },
        ]))
        div.head {
            p.eyebrow { (contract.title) }
            h1 { "Dossiers du contrat" @if contract.fictional { " " (fictional_mark()) } }
            p.lead { "Le dossier réunit ce que le contrat a fixé et ce qui a été observé : note de synthèse, atteinte, objectifs avec tableaux et graphiques, valeurs en retard, contestées ou manquantes, et qui dit chaque chiffre." }
            p.acts { a.btn.sm href={ "/dossiers?cadre=" (contract.framework) } { "Tous les contrats du cadre à la fois" } }
        }
        @if let Some(just) = just {
            div.flag role="status" {
                p { b { "Le dossier est émis." } " Il est conservé tel quel, avec son empreinte." }
                (links(just))
            }
        }
        (form((signed, full), typed, refused))
        section.sect aria-labelledby="emis-titre" {
            (section_heading("emis-titre", "Dossiers émis", None))
            @if issued.is_empty() { p.muted { "Aucun dossier n’a encore été émis. Émettez-en un : il restera lisible ici tel qu’il était, quels que soient les chiffres d’ensuite." } }
            @else {
                (list(contract, issued).html(address))
                (downloads("dossiers", "Les dossiers émis", &[("contrat", &contract.slug)], address))
            }
        }
    }
}

/// What issuing a dossier of a contract concerns: the section is chosen in the form, so that of any
/// that somebody may issue.
fn issuing(reach: &Reach, full: &FullContract) -> Concern {
    let sections = full.contract.sections.iter();
    let mut each = sections.map(|section| full.concern_in(section));
    let own = each.find(|one| {
        reach
            .allows(IssueDossier::NAME, std::slice::from_ref(one))
            .is_ok()
    });
    own.unwrap_or_else(|| full.concern())
}

fn form((signed, full): (&Signed, &FullContract), typed: &Typed, refused: Option<&str>) -> Markup {
    const ISSUE: &str = "Émettre le dossier";
    let contract = &full.contract;
    let issue = html! { button.btn.main type="submit" { (ISSUE) } };
    let reach = signed.reach();
    let issue = reach.offers::<IssueDossier>(&[issuing(reach, full)], ISSUE, &issue);
    html! {
        section.sect aria-labelledby="emettre-titre" {
            (section_heading("emettre-titre", "Faire un dossier", None))
            @if let Some(refused) = refused { div.flag.late role="alert" { p { (refused) } } }
            form method="post" {
                input type="hidden" name=(TOKEN_FIELD) value=(typed.jeton);
                div.fields {
                    div.field {
                        label for="annee" { "Année examinée" }
                        select #annee name="annee" {
                            @for year in contract.years() { option value=(year) selected[year.to_string() == typed.annee] { (year) } }
                        }
                    }
                    @if contract.has_sections() {
                        div.field {
                            label for="volet" { "Volet" }
                            select #volet name="volet" {
                                @for section in &contract.sections { option value=(section.key) selected[section.key == typed.volet] { (section.label) } }
                            }
                        }
                    }
                    div.field {
                        label for="au" { "Termes et chiffres connus au" }
                        input #au name="au" value=(typed.au) inputmode="numeric" autocomplete="off" aria-describedby="aide-au";
                        p.hint #aide-au { "Par exemple 15/03/2026. Vide : aujourd’hui." }
                    }
                }
                div.acts {
                    (issue)
                    button.btn type="submit" formmethod="get" formaction={ "/contrats/" (contract.slug) "/dossier" } { "Exemplaire de travail (PDF)" }
                }
            }
            p.note { "Émettre conserve le dossier en PDF, Word et Excel, et l’inscrit au journal ; cela prend quelques secondes. Un exemplaire de travail n’est pas conservé. Ni l’un ni l’autre ne contient de valeur sous embargo." }
        }
    }
}

fn list(contract: &Contract, issued: &[Issued]) -> Table {
    let columns = vec![
        Column::words("emis_le", "Émis"),
        Column::numbers("annee", "Année"),
        Column::words("volet", "Volet"),
        Column::words("connus_au", "Chiffres connus au"),
        Column::words("fichiers", "Fichiers").unsorted().wide(),
    ];
    let mut table = Table::new("dossiers", "Dossiers émis", columns)
        .classed("stack")
        .caption_unseen();
    table.rows = issued.iter().map(|one| row(contract, one)).collect();
    if contract.has_sections() {
        table
    } else {
        table.without(&["volet"])
    }
}

fn row(contract: &Contract, one: &Issued) -> Row {
    let when = french_instant(one.at);
    let section = contract.section(&one.section);
    let section = section.map_or(one.section.as_str(), |section| &section.label);
    let files = html! {
        (links(one))
        a href=(history_href(one.id)) { "Historique" span.vh { ", " (when) } }
    };
    vec![
        day_of(one.at).shown(html! { (when) @if let Some(who) = &one.who { span.sub { (who) } } }),
        whole(one.year.into()),
        Cell::text(section),
        day(Some(one.as_of)).shown(html! { (french_date(one.as_of)) }),
        Cell::default().shown(files),
    ]
}

/// The files of a dossier, each with its size and the beginning of its digest.
fn links(one: &Issued) -> Markup {
    html! {
        ul.files { @for file in &one.files {
            li {
                a href={ "/dossiers/" (one.id) "/" (file.format.code()) } download { (icon("get")) " " (file.format.french()) span.vh { ", " (file.name) } }
                span.sub { (french_size(file.size)) ", empreinte " span.mono { (&hex(&file.sha)[..12]) } }
            }
        } }
    }
}

/// `/dossiers/{id}/{format}`: a file, as it was issued.
pub(super) async fn file(
    signed: Signed,
    State(sources): State<Sources>,
    Path((id, format)): Path<(Uuid, String)>,
) -> WebResult<Response> {
    let format = Format::from_code(&format).ok_or(WebError::NotFound)?;
    let mut tx = sources.db.read().await?;
    let found = store::file(&mut tx, signed.reach(), id, format).await?;
    let (file, bytes) = found.ok_or(WebError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, format.media().to_owned()),
        (header::CONTENT_DISPOSITION, saved_as(&file.name)),
        (header::ETAG, format!("\"{}\"", hex(&file.sha))),
    ];
    Ok((headers, bytes).into_response())
}
