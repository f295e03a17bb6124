//! `/personnes/nouvelle`: an account opened for one person, with the first grant that they hold and an
//! invitation.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use uuid::Uuid;

use super::desk::Desk;
use super::give::{Offer, Sent, field, grant_fields, lists, new_grant, recognised, typed};
use super::names::Named;
use crate::access::grant::pages::PEOPLE;
use crate::access::grant::people_store::people;
use crate::access::grant::store::{GrantError, give};
use crate::access::grant::{GiveGrant, Objection};
use crate::access::link::InvitePerson;
use crate::access::link::store::invite;
use crate::access::store::{AddPerson, Whose, add_invited, person_by_email};
use crate::access::{Act as _, Concern, Email, Reach, Signed, permit, seen_person};
use crate::kernel::fold;
use crate::ledger::{Change, LedgerError, SentForm, TOKEN_FIELD};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail::Post;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, document_with_status};

/// Where the page stands.
const PATH: &str = "/personnes/nouvelle";
const TITLE: &str = "Ouvrir un compte";
/// The field that says that a namesake is somebody else.
const NAMESAKE: &str = "homonyme";

pub(super) async fn form(signed: Signed, State(desk): State<Desk>) -> WebResult<Markup> {
    let mut tx = desk.db.read().await?;
    let offer = offer(&mut tx, signed.reach()).await?;
    drop(tx);
    let fresh = vec![(TOKEN_FIELD.to_owned(), desk.clock.new_id().to_string())];
    Ok(signed.page(TITLE, &body(&offer, &fresh, &[])))
}

/// What is offered, to who may open an account and give something to whoever has it.
async fn offer(tx: &mut Tx, reach: &Reach) -> WebResult<Offer> {
    let gives = reach.gives_something();
    gives.map_err(|denied| WebError::Forbidden(denied.sentence))?;
    reach.demands::<AddPerson>(&[Concern::nobodys()])?;
    Ok(Offer::of(tx, reach, Uuid::nil()).await?)
}

pub(super) async fn send(
    signed: Signed,
    State(desk): State<Desk>,
    State(post): State<Post>,
    Form(sent): Form<Sent>,
) -> WebResult<Response> {
    let change = Change::open(&desk.db, &desk.clock, signed.actor(), AddPerson::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let offer = offer(change.tx(), signed.reach()).await?;
    let fields = sent
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let form = SentForm::read(signed.actor().person(), PATH, fields);
    if let Some(form) = &form {
        let answered = change.answered(form).await.map_err(WebError::internal)?;
        if let Some(location) = answered {
            return Ok(Redirect::to(&location).into_response());
        }
    }
    let read = match read(&mut change, &signed, &desk, (&offer, &sent)).await? {
        Ok(read) => read,
        Err(objections) => return Ok(again(&signed, &offer, &sent, &objections)),
    };
    let mut change = change.because(read.why.clone());
    let person = match opened(&mut change, read).await? {
        Ok(person) => person,
        Err(objections) => return Ok(again(&signed, &offer, &sent, &objections)),
    };
    let done = if post.is_open() {
        "ouvert"
    } else {
        "ouvert-sans-courriel"
    };
    let location = format!("{PEOPLE}/{person}?fait={done}");
    if let Some(form) = &form {
        let kept = change.answer(form, &location).await;
        kept.map_err(WebError::internal)?;
    }
    change.commit().await.map_err(WebError::internal)?;
    post.hurry();
    Ok(Redirect::to(&location).into_response())
}

/// Whom and what was typed, or what is wrong with it.
async fn read(
    change: &mut Change,
    signed: &Signed,
    desk: &Desk,
    (offer, sent): (&Offer, &Sent),
) -> WebResult<Result<Named, Vec<Objection>>> {
    let (tx, reach) = (change.tx(), signed.reach());
    let about = (typed(sent, "nom"), typed(sent, "email"));
    let kept = (&desk.library, &desk.directories);
    let among = (offer.contracts.as_slice(), about);
    let said = (sent.as_slice(), desk.clock.today());
    let read = recognised(tx, reach, kept, among, said).await?;
    let mut objections = Vec::new();
    objections.extend(taken(tx, reach, about.1).await?);
    if typed(sent, NAMESAKE).is_empty() && objections.is_empty() {
        objections.extend(namesake(tx, signed, desk, about.0).await?);
    }
    Ok(match read {
        Ok(read) if objections.is_empty() => Ok(read),
        Ok(_) => Err(objections),
        Err(wrong) => {
            objections.extend(wrong);
            Err(objections)
        }
    })
}

/// What is wrong with an address that has an account already.
async fn taken(tx: &mut Tx, reach: &Reach, email: &str) -> Result<Option<Objection>, DbError> {
    let Some(known) = person_by_email(tx, email).await? else {
        return Ok(None);
    };
    let sentence = match seen_person(tx, reach, known.id).await? {
        Some(person) => format!(
            "{} a déjà un compte à cette adresse : ouvrez sa page depuis « Personnes » pour lui donner une habilitation.",
            person.name
        ),
        None => "Cette adresse est celle d’un compte que vous ne gérez pas. Demandez à un administrateur national de lui donner cette habilitation.".to_owned(),
    };
    Ok(Some(Objection {
        field: "email",
        sentence,
    }))
}

/// What is asked where somebody of that name, whom one may know of, has an account.
async fn namesake(
    tx: &mut Tx,
    signed: &Signed,
    desk: &Desk,
    name: &str,
) -> Result<Option<Objection>, DbError> {
    let name = fold(name);
    let seen = people(tx, signed.reach(), desk.clock.today()).await?;
    let same = seen.into_iter().find(|one| fold(&one.name) == name);
    Ok(same.map(|one| Objection {
        field: NAMESAKE,
        sentence: format!(
            "{} a déjà un compte, à l’adresse {}. Si c’est une autre personne du même nom, cochez la case.",
            one.name, one.email
        ),
    }))
}

/// Opens the account, gives what its owner holds, which says who may invite them, and invites them.
async fn opened(change: &mut Change, read: Named) -> WebResult<Result<Uuid, Vec<Objection>>> {
    let (clock, today) = (change.clock().clone(), paris_date(change.at()));
    let email: Email = read
        .subject
        .email
        .parse()
        .map_err(|cause| DbError::corrupt("address of a form", cause))?;
    let allowed = permit::<AddPerson>(change, ()).await?;
    let added = add_invited(change, allowed, read.name.clone(), &email).await;
    let person = added.map_err(internal)?;
    let allowed = permit::<GiveGrant>(change, new_grant(read, person, today)).await?;
    match give(change, allowed).await {
        Ok(_) => {}
        Err(GrantError::Objections(objections)) => return Ok(Err(objections)),
        Err(error) => return Err(error.into()),
    }
    let allowed = permit::<InvitePerson>(change, Whose { person, today }).await?;
    invite(change, &clock, allowed).await.map_err(internal)?;
    Ok(Ok(person))
}

fn internal(error: LedgerError) -> WebError {
    WebError::internal(error)
}

/// The page again, with what is wrong in what was typed.
fn again(signed: &Signed, offer: &Offer, sent: &Sent, objections: &[Objection]) -> Response {
    let body = body(offer, sent, objections);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    document_with_status(status, signed.view(), TITLE, &body)
}

fn body(offer: &Offer, sent: &Sent, objections: &[Objection]) -> Markup {
    let namesake = objections.iter().find(|one| one.field == NAMESAKE);
    let field = |name: &'static str, label: &str, hint: &str| {
        field((name, label, hint), None, sent, objections)
    };
    html! {
        (crumbs(&[
            Crumb { label: "Personnes", href: Some(PEOPLE.to_owned()) },
            Crumb { label: TITLE, href: None },
        ]))
        div.head {
            h1 { (TITLE) }
            p.lead { "Pour une personne, avec ce qu’elle tiendra d’abord. Un courriel lui donne un lien pour choisir comment se connecter. Pour beaucoup de personnes, remplissez le classeur." }
        }
        @if !objections.is_empty() { div.flag.late role="alert" { p { "Rien n’est enregistré : des champs sont à corriger." } } }
        form.simple.parts method="post" action=(PATH) {
            input type="hidden" name=(TOKEN_FIELD) value=(typed(sent, TOKEN_FIELD));
            fieldset {
                legend { "La personne" }
                div.fields {
                    (field("nom", "Nom", "Prénom et nom, comme ses collègues les connaissent"))
                    (field("email", "Adresse électronique", "La sienne, jamais celle d’une boîte de service"))
                    @if let Some(asked) = namesake {
                        div.check {
                            input id=(NAMESAKE) type="checkbox" name=(NAMESAKE) value="oui" aria-describedby="homonyme-dit" aria-invalid="true";
                            label for=(NAMESAKE) { "C’est une autre personne" }
                            p.s-late.told #homonyme-dit { (asked.sentence) }
                        }
                    } @else if !typed(sent, NAMESAKE).is_empty() {
                        input type="hidden" name=(NAMESAKE) value="oui";
                    }
                }
            }
            (grant_fields(offer, sent, objections))
            p.acts {
                button.btn.main type="submit" { "Ouvrir le compte" }
                a.btn href=(PEOPLE) { "Annuler" }
            }
        }
        (lists(offer))
    }
}
