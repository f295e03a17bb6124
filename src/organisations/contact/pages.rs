//! The part of an organisation's page that shows where it is written to, and the form that changes it.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{SetContact, store};
use crate::access::{Act as _, Concern, Email, Reach, Signed, permit};
use crate::ledger::Change;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, document_with_status};

const LABEL: &str = "Changer l’adresse de contact";

/// What was typed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::organisations) struct Typed {
    #[serde(default)]
    adresse: String,
}

impl Typed {
    /// The mailbox, none where it is taken away; or what is wrong with it.
    fn read(&self) -> Result<Option<Email>, String> {
        let text = self.adresse.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let email: Email = text.parse().map_err(|_| {
            format!("« {text} » n’est pas une adresse électronique. Écrivez-la comme ars-normandie-cpom@example.org.")
        })?;
        if email.is_functional() {
            Ok(Some(email))
        } else {
            Err(format!(
                "« {text} » semble l’adresse d’une personne. Un contact est une boîte de service, dont l’adresse commence par un mot comme ars, contact, cpom, direction ou secretariat."
            ))
        }
    }
}

/// `POST /organisations/{code}/contact`
pub(in crate::organisations) async fn send(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let change = Change::open(&db, &clock, signed.actor(), SetContact::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let allowed = permit::<SetContact>(&mut change, code.clone()).await?;
    let contact = match typed.read() {
        Ok(contact) => contact,
        Err(wrong) => return Ok(again(&signed, &code, &typed, &wrong)),
    };
    let set = store::set(&mut change, allowed, contact.as_ref()).await;
    set.map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/organisations/{code}#contact")).into_response())
}

/// The form alone, with what is wrong in what was typed.
fn again(signed: &Signed, code: &str, typed: &Typed, wrong: &str) -> Response {
    let body = html! {
        (crumbs(&[
            Crumb { label: "Organisations", href: Some("/organisations".to_owned()) },
            Crumb { label: code, href: Some(format!("/organisations/{code}")) },
            Crumb { label: LABEL, href: None },
        ]))
        div.head { h1 { (LABEL) } }
        (form(code, &typed.adresse, Some(wrong)))
    };
    document_with_status(
        StatusCode::UNPROCESSABLE_ENTITY,
        signed.view(),
        LABEL,
        &body,
    )
}

fn form(code: &str, address: &str, wrong: Option<&str>) -> Markup {
    html! {
        form.simple method="post" action={ "/organisations/" (code) "/contact" } {
            div.field {
                label for="adresse" { "Adresse de contact" }
                p.hint #adresse-aide { "Une boîte de service, jamais l’adresse d’une personne. Vide : aucune." }
                input #adresse type="email" name="adresse" value=(address) autocomplete="off" aria-describedby="adresse-aide adresse-dit" aria-invalid=[wrong.map(|_| "true")];
                p.s-late.told #adresse-dit { (wrong.unwrap_or_default()) }
            }
            p.acts { button.btn.sm type="submit" { "Enregistrer cette adresse" } }
        }
    }
}

/// What the page of an organisation shows of it, and the way to change it.
#[derive(Debug)]
pub(in crate::organisations) struct Contact {
    code: String,
    address: Option<String>,
    concerns: Vec<Concern>,
}

impl Contact {
    /// That of an organisation, for the people of the State and of the agencies.
    pub(in crate::organisations) async fn of(
        tx: &mut Tx,
        reach: &Reach,
        code: &str,
    ) -> Result<Option<Self>, DbError> {
        if !reach.sees_referents() {
            return Ok(None);
        }
        let code = code.to_owned();
        Ok(Some(Self {
            address: store::contact(tx, reach, &code).await?,
            concerns: SetContact::concerns(tx, &code).await?,
            code,
        }))
    }

    /// As facts of its sheet.
    pub(in crate::organisations) fn facts(&self, reach: &Reach) -> Markup {
        let typed = self.address.as_deref().unwrap_or_default();
        let way = html! { details.more { summary { (LABEL) } (form(&self.code, typed, None)) } };
        html! {
            dt #contact { "Contact" }
            dd {
                @match &self.address {
                    Some(address) => span.mono { (address) },
                    None => "Aucune adresse",
                }
                (reach.offers::<SetContact>(&self.concerns, LABEL, &way))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_the_mailbox_of_a_service() {
        let read = |text: &str| {
            Typed {
                adresse: text.to_owned(),
            }
            .read()
        };
        assert_eq!(read("  "), Ok(None));
        let kept = read(" ARS-Normandie-CPOM@example.org ").unwrap().unwrap();
        assert_eq!(kept.as_str(), "ars-normandie-cpom@example.org");
        assert!(
            read("anne.martin@example.org")
                .unwrap_err()
                .contains("personne")
        );
        assert!(read("contact").unwrap_err().contains("électronique"));
    }
}
