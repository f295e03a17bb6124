//! `/aide/demandes/{request}`: what was said of a request, and what may be said now.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::ask::context;
use super::list::{hands, standing};
use super::{PATH, trail};
use crate::access::leave::NAMELESS;
use crate::access::{Act, Denied, Signed, button_or_why, may, permit};
use crate::ledger::{Change, history_href};
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::Db;
use crate::platform::mail::Post;
use crate::platform::web::table::Cell;
use crate::platform::web::{WebError, WebResult, crumbs, document_with_status, section_heading};
use crate::support::{FollowRequest, Message, PassOn, Request, read_words, store};

const TITLE: &str = "Demande d’aide";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    fait: String,
}

/// What was typed in one of the forms.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    message: String,
}

struct Shown {
    request: Request,
    messages: Vec<Message>,
    passing: Result<(), Denied>,
    is_own: bool,
}

async fn open(db: &Db, signed: &Signed, id: Uuid) -> WebResult<Shown> {
    let mut tx = db.read().await?;
    let (request, messages) = store::request(&mut tx, signed.reach(), id).await?;
    let passing = may::<PassOn>(&mut tx, signed.reach(), &id).await?;
    Ok(Shown {
        is_own: request.person == signed.person.id,
        request,
        messages,
        passing,
    })
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    Path(id): Path<Uuid>,
    Query(done): Query<Done>,
) -> WebResult<Markup> {
    let shown = open(&db, &signed, id).await?;
    let said = match done.fait.as_str() {
        "demandee" => Some(
            "Votre demande est partie. La réponse viendra ici ; un courriel vous la signalera.",
        ),
        "repondue" => Some("Votre message est envoyé."),
        "transmise" => Some("La demande est transmise à l’assistance nationale."),
        "close" => Some("La demande est close."),
        _ => None,
    };
    Ok(signed.page(TITLE, &body(&shown, said, None, "")))
}

pub(super) async fn answer(
    signed: Signed,
    State(at): State<Db>,
    State(clock): State<Clock>,
    State(post): State<Post>,
    Path(id): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let shown = open(&at, &signed, id).await?;
    let words = match read_words(&typed.message, true) {
        Ok(words) => words,
        Err(wrong) => return Ok(again(&signed, &shown, &wrong, &typed.message)),
    };
    let mut change = begin::<FollowRequest>(&at, &clock, &signed).await?;
    let permit = permit::<FollowRequest>(&mut change, id).await?;
    let done = store::answer(&mut change, permit, &words).await;
    done.map_err(WebError::internal)?;
    end(change, &post, id, "repondue").await
}

pub(super) async fn pass_on(
    signed: Signed,
    State(at): State<Db>,
    State(clock): State<Clock>,
    State(post): State<Post>,
    Path(id): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let shown = open(&at, &signed, id).await?;
    let mut change = begin::<PassOn>(&at, &clock, &signed).await?;
    let permit = permit::<PassOn>(&mut change, id).await?;
    let Ok(words) = read_words(&typed.message, true) else {
        let wrong =
            "Dites à l’assistance nationale, en quelques mots, ce que vous attendez d’elle.";
        return Ok(again(&signed, &shown, wrong, &typed.message));
    };
    let done = store::pass_on(&mut change, permit, &words).await;
    done.map_err(WebError::internal)?;
    end(change, &post, id, "transmise").await
}

pub(super) async fn close(
    signed: Signed,
    State(at): State<Db>,
    State(clock): State<Clock>,
    State(post): State<Post>,
    Path(id): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let shown = open(&at, &signed, id).await?;
    let words = match read_words(&typed.message, false) {
        Ok(words) => words,
        Err(wrong) => return Ok(again(&signed, &shown, &wrong, &typed.message)),
    };
    let mut change = begin::<FollowRequest>(&at, &clock, &signed).await?;
    let permit = permit::<FollowRequest>(&mut change, id).await?;
    let done = store::close(&mut change, permit, &words).await;
    done.map_err(WebError::internal)?;
    end(change, &post, id, "close").await
}

async fn begin<A: Act>(db: &Db, clock: &Clock, signed: &Signed) -> WebResult<Change> {
    let change = Change::open(db, clock, signed.actor(), A::NAME).await;
    change.map_err(WebError::internal)
}

async fn end(change: Change, post: &Post, id: Uuid, done: &str) -> WebResult<Response> {
    change.commit().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to(&format!("{PATH}/{id}?fait={done}")).into_response())
}

fn again(signed: &Signed, shown: &Shown, wrong: &str, typed: &str) -> Response {
    let body = body(shown, None, Some(wrong), typed);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    document_with_status(status, signed.view(), TITLE, &body)
}

fn body(shown: &Shown, said: Option<&str>, wrong: Option<&str>, typed: &str) -> Markup {
    let request = &shown.request;
    html! {
        (crumbs(&trail(TITLE)))
        div.head {
            h1 { (TITLE) }
            @if request.is_forgotten() { p.lead { "Ce qui fut dit est effacé, deux ans après la fin de la demande." } }
            @else { p.lead { "Sur la page « " (request.title) " »" @if !shown.is_own { ", par " (request.name) } "." } }
            dl.facts.row {
                div { dt { "Où elle en est" } dd { (Cell::from(standing(request)).html()) } }
                div { dt { "Entre les mains de" } dd { (hands(request)) } }
            }
            p.acts { a.btn.sm href=(history_href(request.id)) { "Historique" } }
        }
        @if let Some(said) = said { div.flag.ok role="status" { p { (said) } } }
        section.sect aria-labelledby="echange" {
            (section_heading("echange", "L’échange", None))
            @for message in &shown.messages { (message_of(message)) }
        }
        (forms(shown, wrong, typed))
        @if !request.is_forgotten() { section.sect aria-labelledby="contexte" {
            (section_heading("contexte", "D’où vient la demande", None))
            (context(&request.page, &request.title, &request.seen))
            p.acts { a.btn.sm href=(request.page) { "Ouvrir cette page" } }
        } }
    }
}

fn message_of(message: &Message) -> Markup {
    let who = message.who.as_deref().unwrap_or(NAMELESS);
    html! {
        article.prose {
            h3 { (who) " " (message.deed.french()) }
            p.note { (french_instant(message.at)) }
            @for part in message.body.split("\n\n").filter(|part| !part.is_empty()) {
                p { @for (rank, line) in part.lines().enumerate() { @if rank > 0 { br; } (line) } }
            }
        }
    }
}

fn forms(shown: &Shown, wrong: Option<&str>, typed: &str) -> Markup {
    let request = &shown.request;
    let path = format!("{PATH}/{}", request.id);
    let label = match (shown.is_own, request.open) {
        (true, false) => "Écrire de nouveau, ce qui rouvre la demande",
        (true, true) => "Ajouter un message",
        (false, _) => "Répondre",
    };
    let pass = html! { button.btn type="submit" formaction={ (path) "/transmettre" } { "Transmettre à l’assistance nationale" } };
    html! {
        section.sect aria-labelledby="repondre" {
            (section_heading("repondre", label, None))
            form.simple method="post" action={ (path) "/repondre" } {
                div.field {
                    label for="message" { "Message" }
                    textarea #message name="message" rows="5" aria-describedby="message-dit" aria-invalid=[wrong.map(|_| "true")] { "\n" (typed) }
                    p.s-late.told #message-dit { (wrong.unwrap_or_default()) }
                }
                p.acts {
                    button.btn.main type="submit" { "Envoyer" }
                    @if request.open { button.btn type="submit" formaction={ (path) "/clore" } { "Clore la demande" } }
                    @if request.open && !request.national && shown.passing.is_ok() { (pass) }
                }
                @if request.open && !request.national && !shown.is_own {
                    @if let Err(denied) = &shown.passing { (button_or_why(Err(denied), "Transmettre à l’assistance nationale", &pass)) }
                }
            }
        }
    }
}
