//! `/moi/acces`: the programs that act for a person.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    AccessToken, CreateToken, NewToken, RevokeToken, Secret, TokenMistakes, TokenScope, store,
};
use crate::access::letter::{self, Warning};
use crate::access::permit::{Act as _, NotPermitted, permit};
use crate::access::signed::Signed;
use crate::ledger::{Change, SentForm, TOKEN_FIELD, history_href};
use crate::platform::clock::{Clock, french_date, french_instant};
use crate::platform::db::Db;
use crate::platform::mail;
use crate::platform::web::{
    WebError, WebResult, document_with_status, parse_day, section_heading, state,
};

/// Where the list stands.
pub(in crate::access) const PATH: &str = "/moi/acces";
const TITLE: &str = "Mes accès par programme";

/// The form, as typed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::access) struct Typed {
    #[serde(default)]
    nom: String,
    #[serde(default)]
    portee: String,
    #[serde(default)]
    fin: String,
    #[serde(default)]
    jeton: String,
}

/// What the page shows.
struct Shown<'a> {
    tokens: &'a [AccessToken],
    today: Date,
    typed: &'a Typed,
    mistakes: TokenMistakes,
    /// The token just made.
    made: Option<&'a Secret>,
    /// What makes the form shown unlike any other.
    once: Uuid,
}

pub(in crate::access) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
) -> WebResult<Markup> {
    let tokens = store::tokens(&mut db.read().await?, signed.reach()).await?;
    let shown = Shown {
        tokens: &tokens,
        today: clock.today(),
        typed: &Typed::default(),
        mistakes: TokenMistakes::default(),
        made: None,
        once: clock.new_id(),
    };
    Ok(signed.page(TITLE, &body(&shown)))
}

pub(in crate::access) async fn create(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let today = clock.today();
    let scope = TokenScope::from_code(&typed.portee).unwrap_or(TokenScope::Read);
    let new = NewToken::new(&typed.nom, scope, parse_day(&typed.fin), today);
    let (secret, mistakes) = match new {
        Ok(new) => match make(&signed, &db, &clock, &typed, &new).await? {
            Some(secret) => (Some(secret), TokenMistakes::default()),
            // The same form sent twice: the token was shown already, and cannot be again.
            None => return Ok(Redirect::to(PATH).into_response()),
        },
        Err(mistakes) => (None, mistakes),
    };
    let tokens = store::tokens(&mut db.read().await?, signed.reach()).await?;
    let status = match secret {
        Some(_) => StatusCode::CREATED,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let empty = Typed::default();
    let shown = Shown {
        tokens: &tokens,
        today,
        typed: if secret.is_some() { &empty } else { &typed },
        mistakes,
        made: secret.as_ref(),
        once: clock.new_id(),
    };
    let body = body(&shown);
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

/// Makes the token, once for one form.
async fn make(
    signed: &Signed,
    db: &Db,
    clock: &Clock,
    typed: &Typed,
    new: &NewToken,
) -> WebResult<Option<Secret>> {
    let fields = [
        (TOKEN_FIELD, typed.jeton.as_str()),
        ("nom", &typed.nom),
        ("portee", &typed.portee),
        ("fin", &typed.fin),
    ];
    let form = SentForm::read(signed.actor().person(), PATH, fields);
    let secret = Secret::random();
    let mut change = Change::open(db, clock, signed.actor(), CreateToken::NAME)
        .await
        .map_err(WebError::internal)?;
    if let Some(form) = &form
        && let Some(_) = change.answered(form).await.map_err(WebError::internal)?
    {
        return Ok(None);
    }
    let permit = permit::<CreateToken>(&mut change, signed.person.id).await?;
    let made = store::create(&mut change, permit, new, &secret).await;
    made.map_err(WebError::internal)?;
    let warning = letter::warning(
        &signed.person,
        Warning::ProgramAdded(&typed.nom),
        change.at(),
    );
    mail::store::write(change.tx(), clock, &[warning]).await?;
    if let Some(form) = &form {
        let kept = change.answer(form, PATH).await;
        kept.map_err(WebError::internal)?;
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Some(secret))
}

pub(in crate::access) async fn revoke(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(token): Path<Uuid>,
) -> WebResult<Redirect> {
    let mut change = Change::open(&db, &clock, signed.actor(), RevokeToken::NAME)
        .await
        .map_err(WebError::internal)?;
    let permit = permit::<RevokeToken>(&mut change, token).await;
    let permit = permit.map_err(NotPermitted::unknown)?;
    let revoked = store::revoke(&mut change, permit).await;
    if !revoked.map_err(WebError::internal)? {
        return Err(WebError::NotFound);
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(PATH))
}

fn body(shown: &Shown<'_>) -> Markup {
    let alive = shown.tokens.iter().filter(|t| t.is_alive(shown.today));
    html! {
        div.head {
            h1 { (TITLE) }
            p.lead { @match alive.count() {
                0 => { "Aucun programme n’agit en votre nom." },
                1 => { "Un programme peut agir en votre nom." },
                n => { (n) " programmes peuvent agir en votre nom." },
            } }
        }
        @if let Some(secret) = shown.made { (made(secret)) }
        p { "Un accès laisse un programme (tableur, entrepôt de données, tableau de bord) lire Jalon, ou y écrire, à votre place : il voit ce que vous voyez, et le journal dit que c’est lui. " a href="/api" { "Ce qu’un programme peut demander" } "." }
        @if !shown.tokens.is_empty() { (list(shown)) }
        (form(shown))
    }
}

fn made(secret: &Secret) -> Markup {
    html! {
        div.flag.warn role="status" {
            p { b { "Votre accès est ouvert. Copiez-le maintenant : il ne sera plus jamais montré." } }
            div.field {
                label for="secret" { "Jeton d’accès" }
                input.mono #secret readonly value=(secret.reveal()) autocomplete="off";
            }
            p { "Votre programme l’envoie dans l’en-tête " span.mono { "Authorization: Bearer …" } ". Quiconque le détient agit en votre nom : ne le mettez ni dans un courriel ni dans un fichier partagé." }
        }
    }
}

fn list(shown: &Shown<'_>) -> Markup {
    html! {
        section.sect aria-labelledby="liste" {
            (section_heading("liste", "Vos accès", None))
            table.tbl.stack {
                caption.vh { "Accès ouverts, le plus récent d’abord" }
                thead { tr {
                    th scope="col" { "Nom" } th scope="col" { "Portée" } th scope="col" { "État" }
                    th scope="col" { "Ouvert" } th scope="col" { "Action" }
                } }
                tbody { @for token in shown.tokens { (row(token, shown.today)) } }
            }
        }
    }
}

fn row(token: &AccessToken, today: Date) -> Markup {
    html! { tr {
        th scope="row" { (token.name) }
        td data-l="Portée" { (token.scope.french()) }
        td data-l="État" { @match token.revoked_at {
            Some(at) => { (state("idle", "x", "Révoqué")) span.sub { (french_instant(at)) } },
            None if token.is_alive(today) => { (state("ok", "ok", "Ouvert")) span.sub { "jusqu’au " (french_date(token.expires_on)) } },
            None => { (state("idle", "x", "Terminé")) span.sub { "le " (french_date(token.expires_on)) } },
        } }
        td data-l="Ouvert" { (french_instant(token.created_at)) }
        td data-l="Action" {
            @if token.revoked_at.is_none() {
                form method="post" action={ (PATH) "/" (token.id) "/revoquer" } {
                    button.btn.sm.warn type="submit" { "Révoquer" span.vh { " : " (token.name) } }
                }
            }
            a href=(history_href(token.id)) { "Historique" span.vh { " : " (token.name) } }
        }
    } }
}

fn form(shown: &Shown<'_>) -> Markup {
    let (typed, mistakes) = (shown.typed, &shown.mistakes);
    let invalid = |mistake: &Option<String>| mistake.as_ref().map(|_| "true");
    html! {
        section.sect aria-labelledby="nouveau" {
            (section_heading("nouveau", "Ouvrir un accès", None))
            form.simple method="post" action=(PATH) {
                input type="hidden" name=(TOKEN_FIELD) value=(shown.once);
                div.field {
                    label for="nom" { "Nom du programme" }
                    p.hint #nom-aide { "Pour le reconnaître dans cette liste et dans le journal." }
                    input #nom name="nom" value=(typed.nom) maxlength="80" required autocomplete="off" aria-describedby="nom-aide nom-dit" aria-invalid=[invalid(&mistakes.name)];
                    p.s-late.told #nom-dit { (mistakes.name.as_deref().unwrap_or_default()) }
                }
                div.field {
                    label for="portee" { "Portée" }
                    p.hint #portee-aide { "Un programme qui ne fait que lire n’a pas besoin d’écrire." }
                    select #portee name="portee" aria-describedby="portee-aide" {
                        @for scope in TokenScope::ALL {
                            option value=(scope.code()) selected[scope.code() == typed.portee] { (scope.french()) }
                        }
                    }
                }
                div.field {
                    label for="fin" { "Dernier jour" }
                    p.hint #fin-aide { "Format : jour, mois, année, par exemple 31/12/2026. Un an au plus." }
                    input #fin name="fin" value=(typed.fin) placeholder="jj/mm/aaaa" inputmode="numeric" required autocomplete="off" aria-describedby="fin-aide fin-dit" aria-invalid=[invalid(&mistakes.expires_on)];
                    p.s-late.told #fin-dit { (mistakes.expires_on.as_deref().unwrap_or_default()) }
                }
                p.acts { button.btn.main type="submit" { "Ouvrir l’accès" } }
            }
        }
    }
}
