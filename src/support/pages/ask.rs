//! `/aide/demandes/nouvelle`: asking for help about a page.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, http};
use maud::{Markup, html};
use serde::Deserialize;

use super::{PATH, trail};
use crate::access::{Act as _, Signed, grant_words, permit};
use crate::ledger::{Change, SentForm, TOKEN_FIELD};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::{WebError, WebResult, crumbs, document_with_status, section_heading};
use crate::support::store::{self, NewRequest};
use crate::support::{AskHelp, Seen, page_named, read_words};

const TITLE: &str = "Demander de l’aide";

/// What the link of a page carries, and what was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    page: String,
    #[serde(default)]
    titre: String,
    /// What was asked of the page, in words.
    #[serde(default)]
    demande: String,
    #[serde(default)]
    statut: String,
    /// The sentence of a refusal.
    #[serde(default)]
    phrase: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    au: String,
    #[serde(default)]
    assistance: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    jeton: String,
}

impl Typed {
    fn page(&self) -> String {
        page_named(&self.page)
    }

    /// What the page is called; its address where nobody says.
    fn title(&self) -> String {
        let title = short(&self.titre, 200);
        if title.is_empty() { self.page() } else { title }
    }

    fn seen(&self, signed: &Signed) -> Seen {
        Seen {
            asked: short(&self.demande, 500),
            told: short(&self.phrase, 500),
            status: short(&self.statut, 3),
            reference: short(&self.reference, 40),
            as_of: short(&self.au, 10),
            grants: signed.reach().grants().iter().map(grant_words).collect(),
        }
    }
}

/// The beginning of a text on one line.
fn short(text: &str, most: usize) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let begun: String = plain.take(most).collect();
    begun.trim().to_owned()
}

pub(super) async fn form(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Query(mut asked): Query<Typed>,
) -> WebResult<Markup> {
    asked.jeton = clock.new_id().to_string();
    let body = body(&signed, &db, &asked, None).await?;
    Ok(signed.page(TITLE, &body))
}

pub(super) async fn send(
    signed: Signed,
    uri: http::Uri,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(post): State<Post>,
    Form(fields): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    let typed = read(&fields);
    let words = match read_words(&typed.message, true) {
        Ok(words) => words,
        Err(wrong) => {
            let body = body(&signed, &db, &typed, Some(&wrong)).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(document_with_status(status, signed.view(), TITLE, &body));
        }
    };
    let agencies = store::agencies(&mut db.read().await?, signed.reach()).await?;
    let named = agencies.iter().find(|(code, _)| *code == typed.assistance);
    let chosen = named.or(agencies.first());
    let new = NewRequest {
        organisation: chosen.map(|(code, _)| code.clone()).unwrap_or_default(),
        page: typed.page(),
        title: typed.title(),
        seen: typed.seen(&signed),
        words,
    };
    let pairs = fields.iter().map(|(name, text)| (&**name, &**text));
    let sent = SentForm::read(signed.actor().person(), uri.path(), pairs);
    let change = Change::open(&db, &clock, signed.actor(), AskHelp::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    if let Some(form) = &sent {
        let led = change.answered(form).await.map_err(WebError::internal)?;
        if let Some(led) = led {
            return Ok(Redirect::to(&led).into_response());
        }
    }
    let permit = permit::<AskHelp>(&mut change, signed.person.id).await?;
    let id = store::ask(&mut change, permit, new).await;
    let id = id.map_err(WebError::internal)?;
    let led = format!("{PATH}/{id}?fait=demandee");
    if let Some(form) = &sent {
        let kept = change.answer(form, &led).await;
        kept.map_err(WebError::internal)?;
    }
    change.commit().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to(&led).into_response())
}

fn read(fields: &[(String, String)]) -> Typed {
    let text = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    Typed {
        page: text("page"),
        titre: text("titre"),
        demande: text("demande"),
        statut: text("statut"),
        phrase: text("phrase"),
        reference: text("reference"),
        au: text("au"),
        assistance: text("assistance"),
        message: text("message"),
        jeton: text(TOKEN_FIELD),
    }
}

async fn body(signed: &Signed, db: &Db, typed: &Typed, wrong: Option<&str>) -> WebResult<Markup> {
    let agencies = store::agencies(&mut db.read().await?, signed.reach()).await?;
    Ok(html! {
        (crumbs(&trail("Nouvelle demande")))
        div.head {
            h1 { (TITLE) }
            p.lead { "Votre message va à l’assistance " @if agencies.is_empty() { "nationale" } @else { "de votre région, qui peut le transmettre à l’assistance nationale" } ". Vous suivez la réponse ici, et un courriel vous la signale." }
        }
        form.simple method="post" action={ (PATH) "/nouvelle" } {
            @for (name, text) in [("page", typed.page()), ("titre", typed.title()), ("demande", typed.demande.clone()), ("statut", typed.statut.clone()), ("phrase", typed.phrase.clone()), ("reference", typed.reference.clone()), ("au", typed.au.clone()), (TOKEN_FIELD, typed.jeton.clone())] {
                input type="hidden" name=(name) value=(text);
            }
            @if agencies.len() > 1 {
                div.field {
                    label for="assistance" { "À l’assistance de" }
                    select #assistance name="assistance" { @for (code, name) in &agencies {
                        option value=(code) selected[*code == typed.assistance] { (name) }
                    } }
                }
            }
            div.field {
                label for="message" { "Votre question, ou ce qui ne va pas" }
                p.hint #message-aide { "Dites ce que vous vouliez faire et ce qui s’est passé. N’y écrivez rien de confidentiel." }
                textarea #message name="message" rows="8" required aria-describedby="message-aide message-dit" aria-invalid=[wrong.map(|_| "true")] { "\n" (typed.message) }
                p.s-late.told #message-dit { (wrong.unwrap_or_default()) }
            }
            section.sect aria-labelledby="joint" {
                (section_heading("joint", "Ce qui part avec votre message", None))
                p { "Rien d’autre de ce que la page affichait : ni chiffre, ni texte." }
                (context(&typed.page(), &typed.title(), &typed.seen(signed)))
            }
            p.acts { button.btn.main type="submit" { "Envoyer la demande" } a.btn href=(typed.page()) { "Revenir à la page" } }
        }
    })
}

/// What travels with a request.
pub(super) fn context(page: &str, title: &str, seen: &Seen) -> Markup {
    html! {
        dl.facts {
            div { dt { "Page" } dd { (title) span.sub.mono { (page) } } }
            @if !seen.asked.is_empty() { div { dt { "Ce qui lui était demandé" } dd { (seen.asked) } } }
            @if !seen.as_of.is_empty() { div { dt { "Date affichée" } dd { (seen.as_of) } } }
            @if !seen.status.is_empty() { div { dt { "Réponse de Jalon" } dd { (status_words(&seen.status)) } } }
            @if !seen.told.is_empty() { div { dt { "Ce que Jalon disait" } dd { "« " (seen.told) " »" } } }
            @if !seen.reference.is_empty() { div { dt { "Référence de l’incident" } dd.mono { (seen.reference) } } }
            div { dt { "Habilitations du jour" } dd {
                @if seen.grants.is_empty() { "Aucune" }
                @for grant in &seen.grants { p { (grant) } }
            } }
        }
    }
}

fn status_words(status: &str) -> String {
    let words = match status {
        "403" => "action non permise",
        "404" => "page introuvable",
        "409" => "quelqu’un a été plus rapide",
        "422" => "saisie à corriger",
        _ if status.starts_with('5') => "Jalon a rencontré un problème",
        _ => "refus",
    };
    format!("{status}, {words}")
}
