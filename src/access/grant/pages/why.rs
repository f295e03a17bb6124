//! `/droits/pourquoi`: which grant gives a person an act, or what each of theirs lacks.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{PEOPLE, WHY, scope_words, sees};
use crate::access::addressed::Addresses;
use crate::access::grant::people_store::{self, Known, Listed};
use crate::access::grant::store;
use crate::access::policy::{Basis, Concern, Stage, Standing};
use crate::access::reach::Reach;
use crate::access::role::{KnownAct, Roles};
use crate::access::signed::Signed;
use crate::ledger::Actor;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::{WebError, WebResult, section_heading, state};
use crate::platform::yaml::Worded as _;

/// Whose right, to do what, to what.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    personne: String,
    #[serde(default)]
    acte: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    cadre: String,
    #[serde(default)]
    objectif: String,
    /// The end of the address of a contract.
    #[serde(default)]
    contrat: String,
    /// The role that the act gives or takes away.
    #[serde(default)]
    role: String,
    #[serde(default)]
    stade: String,
}

impl Asked {
    /// What it is about: where nothing is said of its stage, one at which the act is done. `None`
    /// where no contract that whoever asks knows of has the address typed.
    async fn concern(
        &self,
        tx: &mut Tx,
        (addresses, reach): (Addresses, &Reach),
        act: &KnownAct,
    ) -> Result<Option<Concern>, DbError> {
        let mut concern = Concern::of(self.organisation.trim(), "");
        if !self.cadre.trim().is_empty() {
            let objective = Some(self.objectif.trim()).filter(|key| !key.is_empty());
            concern.standings = vec![Standing {
                framework: self.cadre.trim().to_owned(),
                nodes: objective.into_iter().map(str::to_owned).collect(),
            }];
        }
        if !self.contrat.trim().is_empty() {
            let found = addresses.0.contract(tx, reach, self.contrat.trim()).await?;
            let Some(of_contract) = found else {
                return Ok(None);
            };
            concern.contract = of_contract.contract;
            if concern.organisations.is_empty() {
                concern.organisations = of_contract.organisations;
            }
            if concern.standings.is_empty() {
                concern.standings = of_contract.standings;
            }
        }
        concern.role = Some(self.role.clone()).filter(|key| !key.is_empty());
        let stage = Stage::from_word(&self.stade);
        concern.stage = stage.or_else(|| act.stages.first().copied());
        Ok(Some(concern))
    }
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(addresses): State<Addresses>,
    Query(asked): Query<Asked>,
) -> WebResult<(StatusCode, Markup)> {
    let (today, reach) = (clock.today(), signed.reach());
    let mut tx = db.read().await?;
    let people = people_store::people(&mut tx, reach, today).await?;
    let organisations = people_store::known_organisations(&mut tx).await?;
    let frameworks = people_store::known_frameworks(&mut tx).await?;
    let person: Option<Uuid> = asked.personne.parse().ok();
    let mut answered = None;
    let mut mistake = None;
    if let Some(person) = person.filter(|_| !asked.acte.is_empty()) {
        if !sees(&mut tx, reach, person).await? {
            return Err(WebError::NotFound);
        }
        let act = Roles::known().act(&asked.acte).ok_or(WebError::NotFound)?;
        match asked.concern(&mut tx, (addresses, reach), act).await? {
            Some(concern) => {
                let theirs = Reach::of(&mut tx, today, Actor::Person(person)).await?;
                answered = Some(answer(&mut tx, &theirs, person, (act, &concern)).await?);
            }
            None => mistake = Some("Aucun contrat n’a cette adresse."),
        }
    }
    drop(tx);
    let body = html! {
        div.head {
            h1 { "Pourquoi cet acte est-il permis, ou non ?" }
            p.lead { "Choisissez une personne, un acte et ce qu’il concerne : Jalon dit quelle habilitation le donne, ou ce qui manque à chacune." }
        }
        (form((&asked, mistake), &people, &organisations, &frameworks))
        @if let Some(answer) = answered { (answer) }
    };
    let status = match mistake {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok((status, signed.page("Pourquoi", &body)))
}

async fn answer(
    tx: &mut Tx,
    theirs: &Reach,
    person: Uuid,
    (act, concern): (&'static KnownAct, &Concern),
) -> WebResult<Markup> {
    let roles = Roles::known();
    let name = store::named(tx, person).await?.ok_or(WebError::NotFound)?;
    let judged = theirs.judged(&act.key, concern);
    Ok(html! {
        section.sect aria-labelledby="reponse" {
            (section_heading("reponse", "Réponse", None))
            @match &judged {
                Ok(Basis::OnesOwn) => p { (state("ok", "ok", "Permis")) " C’est à cette personne." },
                Ok(_) => p { (state("ok", "ok", "Permis")) " " a href={ (PEOPLE) "/" (person) } { (name) } " peut " (act.name) "." },
                Err(sentence) => p { (state("late", "late", "Refusé")) " " a href={ (PEOPLE) "/" (person) } { (name) } " ne peut pas " (act.name) ". Dit à cette personne : « " (sentence) " »" },
            }
            table.tbl.stack {
                caption { "Ce que donne, ou ce qui manque à, chacune de ses habilitations du jour" }
                thead { tr { th scope="col" { "Habilitation" } th scope="col" { "Ce qu’elle en dit" } } }
                tbody {
                    @for (grant, lack) in theirs.weighed(&act.key, concern) { tr {
                        th scope="row" { (roles.name(&grant.remit.role)) span.sub { (scope_words(grant)) } }
                        td data-l="Ce qu’elle en dit" { @match lack {
                            Ok(()) => (state("ok", "ok", "donne ce droit")),
                            Err(lack) => (lack.french()),
                        } }
                    } }
                    @if theirs.grants().is_empty() { tr { td colspan="2" { "Aucune habilitation aujourd’hui." } } }
                }
            }
        }
    })
}

fn form(
    (asked, mistake): (&Asked, Option<&str>),
    people: &[Listed],
    organisations: &[Known],
    frameworks: &[Known],
) -> Markup {
    html! {
        form.simple method="get" action=(WHY) {
            div.field {
                label for="personne" { "Personne" }
                select #personne name="personne" {
                    @for one in people { option value=(one.id) selected[one.id.to_string() == asked.personne] { (one.name) ", " (one.email) } }
                }
            }
            div.field {
                label for="acte" { "Acte" }
                select #acte name="acte" {
                    @for act in Roles::known().acts() { option value=(act.key) selected[act.key == asked.acte] { (act.name) } }
                }
            }
            (choice("organisation", "Chez quelle organisation (facultatif)", &asked.organisation, organisations))
            (choice("cadre", "Dans quel cadre (facultatif)", &asked.cadre, frameworks))
            div.field {
                label for="objectif" { "Pour quel objectif (facultatif)" }
                p.hint #objectif-aide { "Son numéro dans le cadre choisi, comme 2 ou 3.a." }
                input #objectif name="objectif" value=(asked.objectif) autocomplete="off" aria-describedby="objectif-aide";
            }
            div.field {
                label for="contrat" { "Pour quel contrat (facultatif)" }
                p.hint #contrat-aide { "La fin de son adresse, comme normandie-2024-2028." }
                input #contrat name="contrat" value=(asked.contrat) autocomplete="off" aria-describedby="contrat-aide contrat-dit" aria-invalid=[mistake.map(|_| "true")];
                p.s-late.told #contrat-dit { (mistake.unwrap_or_default()) }
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
            p.acts { button.btn.main type="submit" { "Expliquer" } }
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
