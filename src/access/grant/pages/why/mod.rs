//! `/droits/pourquoi`: what a person sees of a thing and may do to it, which grant gives it, and what
//! each of theirs lacks.

mod act;
mod thing;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{PEOPLE, WHY, sees};
use crate::access::addressed::{Addresses, Viewer};
use crate::access::grant::people_store::{self, Known, Listed};
use crate::access::grant::store;
use crate::access::policy::{Lack, Stage};
use crate::access::reach::Reach;
use crate::access::role::Roles;
use crate::access::signed::Signed;
use crate::ledger::Actor;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, Tx};
use crate::platform::web::{WebError, WebResult, section_heading, state};

/// Whose right, to what.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    personne: String,
    /// The address of a thing.
    #[serde(default)]
    adresse: String,
    /// Or an act, and what it would be done to.
    #[serde(default)]
    acte: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    cadre: String,
    #[serde(default)]
    objectif: String,
    /// The role that the act gives or takes away.
    #[serde(default)]
    role: String,
    #[serde(default)]
    stade: String,
}

/// Whom it is about.
struct Whom {
    id: Uuid,
    name: String,
    reach: Reach,
    today: Date,
}

impl Whom {
    fn link(&self) -> Markup {
        html! { a href={ (PEOPLE) "/" (self.id) } { (self.name) } }
    }
}

/// What can be chosen on the page.
struct Choices {
    people: Vec<Listed>,
    organisations: Vec<Known>,
    frameworks: Vec<Known>,
}

const UNKNOWN: &str = "Aucune chose que vous connaissiez n’a cette adresse. Copiez celle de sa page, comme /contrats/normandie-2024-2028/actes/2.";

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(addresses): State<Addresses>,
    Query(asked): Query<Asked>,
) -> WebResult<(StatusCode, Markup)> {
    let (today, reach) = (clock.today(), signed.reach());
    let mut tx = db.read().await?;
    let choices = Choices {
        people: people_store::people(&mut tx, reach, today).await?,
        organisations: people_store::known_organisations(&mut tx).await?,
        frameworks: people_store::known_frameworks(&mut tx).await?,
    };
    let (mut answer, mut mistake) = (None, None);
    if let Some(whom) = whom(&mut tx, reach, today, &asked.personne).await? {
        let typed = asked.adresse.trim();
        if !typed.is_empty() {
            match addresses
                .find(&mut tx, Viewer { reach, today }, typed)
                .await?
            {
                Some(found) => {
                    answer =
                        Some(thing::answer(&mut tx, &addresses, &whom, (typed, &found)).await?);
                }
                None => mistake = Some(UNKNOWN),
            }
        } else if !asked.acte.is_empty() {
            let act = Roles::known().act(&asked.acte).ok_or(WebError::NotFound)?;
            answer = Some(act::answer(&whom, &asked, act));
        }
    }
    drop(tx);
    let body = html! {
        div.head {
            h1 { "Pourquoi est-ce permis, ou non ?" }
            p.lead { "Choisissez une personne et une chose : Jalon dit si elle la voit et ce qu’elle peut y faire, par quelle habilitation, ou ce qui manque à chacune." }
        }
        (thing_form(&asked, mistake, &choices.people))
        @if let Some(answer) = answer { (answer) }
        (act_form(&asked, &choices))
    };
    let status = match mistake {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok((status, signed.page("Pourquoi", &body)))
}

/// The person chosen, where whoever asks may know of them.
async fn whom(tx: &mut Tx, reach: &Reach, today: Date, typed: &str) -> WebResult<Option<Whom>> {
    let Ok(id) = typed.parse() else {
        return Ok(None);
    };
    if !sees(tx, reach, id).await? {
        return Err(WebError::NotFound);
    }
    Ok(Some(Whom {
        id,
        name: store::named(tx, id).await?.ok_or(WebError::NotFound)?,
        reach: Reach::of(tx, today, Actor::Person(id)).await?,
        today,
    }))
}

fn granted() -> Markup {
    state("ok", "ok", "Permis")
}

/// What a grant lacks for an act, or that it gives it.
fn lacks(lack: Result<(), Lack>) -> Markup {
    match lack {
        Ok(()) => state("ok", "ok", "donne ce droit"),
        Err(lack) => html! { (lack.french()) },
    }
}

fn thing_form(asked: &Asked, mistake: Option<&str>, people: &[Listed]) -> Markup {
    html! {
        form.simple method="get" action=(WHY) {
            (person_choice("personne", asked, people))
            div.field {
                label for="adresse" { "Adresse de la chose" }
                p.hint #adresse-aide { "Celle de sa page, copiée du navigateur : un contrat, un acte, une valeur, un indicateur, un fichier déposé, un document, une contestation, un cadre, une personne, une demande d’aide." }
                input #adresse name="adresse" value=(asked.adresse) autocomplete="off" spellcheck="false" aria-describedby="adresse-aide adresse-dit" aria-invalid=[mistake.map(|_| "true")];
                p.s-late.told #adresse-dit { (mistake.unwrap_or_default()) }
            }
            p.acts { button.btn.main type="submit" { "Expliquer" } }
        }
    }
}

fn act_form(asked: &Asked, choices: &Choices) -> Markup {
    html! {
        section.sect aria-labelledby="par-acte" {
            (section_heading("par-acte", "Pour ce qui n’existe pas encore", None))
            p { "Un contrat à préparer, un rôle à donner, une valeur à venir : dites l’acte, et ce qu’il concernerait." }
            form.simple method="get" action=(WHY) {
                (person_choice("personne-acte", asked, &choices.people))
                div.field {
                    label for="acte" { "Acte" }
                    select #acte name="acte" {
                        @for act in Roles::known().acts() { option value=(act.key) selected[act.key == asked.acte] { (act.name) } }
                    }
                }
                (choice("organisation", "Chez quelle organisation (facultatif)", &asked.organisation, &choices.organisations))
                (choice("cadre", "Dans quel cadre (facultatif)", &asked.cadre, &choices.frameworks))
                div.field {
                    label for="objectif" { "Pour quel objectif (facultatif)" }
                    p.hint #objectif-aide { "Son numéro dans le cadre choisi, comme 2 ou 3.a." }
                    input #objectif name="objectif" value=(asked.objectif) autocomplete="off" aria-describedby="objectif-aide";
                }
                div.field {
                    label for="role" { "Quel rôle est donné ou retiré (facultatif)" }
                    select #role name="role" {
                        option value="" { "Ne pas préciser" }
                        @for role in Roles::known().all() { option value=(role.key) selected[role.key == asked.role] { (role.name) } }
                    }
                }
                div.field {
                    label for="stade" { "Où en est la chose" }
                    p.hint #stade-aide { "Certains actes ne se font qu’à un moment : un projet s’écrit, un acte signé ne s’écrit plus." }
                    select #stade name="stade" aria-describedby="stade-aide" {
                        option value="" { "Là où l’acte se fait" }
                        @for (stage, word, name) in Stage::ALL { option value=(word) selected[word == asked.stade] { (stage_words(stage, name)) } }
                    }
                }
                p.acts { button.btn type="submit" { "Expliquer l’acte" } }
            }
        }
    }
}

fn person_choice(id: &str, asked: &Asked, people: &[Listed]) -> Markup {
    html! {
        div.field {
            label for=(id) { "Personne" }
            select id=(id) name="personne" {
                @for one in people { option value=(one.id) selected[one.id.to_string() == asked.personne] { (one.name) ", " (one.email) } }
            }
        }
    }
}

/// A stage with what it is for each kind of thing.
fn stage_words(stage: Stage, name: &str) -> String {
    let examples = match stage {
        Stage::UnderWay => "projet, fichier lu, contestation ouverte",
        Stage::Settled => "signé, enregistré, habilitation donnée",
        Stage::Closed => "abandonné, annulé, répondu, terminé",
    };
    format!("{name} : {examples}")
}

/// One of what is known, or any.
fn choice(name: &str, label: &str, chosen: &str, known: &[Known]) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { "Ne pas préciser" }
                @for one in known { option value=(one.code) selected[one.code == chosen] { (one.name) " (" (one.code) ")" } }
            }
        }
    }
}
