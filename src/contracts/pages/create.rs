//! `/contrats/nouveau`: preparing a contract, first its framework, then who, where and when.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::open::{contract_path, latest};
use super::parts::{datalist, flag, once};
use crate::access::{Act as _, Concern, Signed, permit};
use crate::contracts::store::{ContractError, create_contract};
use crate::contracts::{
    CreateContract, Desk, Field, Ground, NewContract, NewSection, Objection, bound, limits,
    usual_place,
};
use crate::frameworks::{Catalogue, Framework, PartyKind, PartyRole};
use crate::kernel::fold;
use crate::ledger::{Change, Scope, SentForm};
use crate::organisations::{Directory, Place, PlaceKind, Recognised};
use crate::platform::web::{Crumb, WebResult, crumbs, document_with_status};

/// Which framework the address names.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    cadre: String,
}

/// What was typed and what is wrong with it, by field.
#[derive(Default)]
struct Typed {
    texts: BTreeMap<String, String>,
    problems: BTreeMap<String, String>,
}

impl Typed {
    fn text(&self, field: &str) -> &str {
        self.texts.get(field).map_or("", |text| text.trim())
    }

    /// Says what is wrong with a field, after what was said of it already.
    fn refuse(&mut self, field: &str, sentence: impl Into<String>) {
        let told = self.problems.entry(field.to_owned()).or_default();
        if !told.is_empty() {
            told.push(' ');
        }
        told.push_str(&sentence.into());
    }

    /// Says each objection beside the text that it is about.
    fn object(&mut self, objections: Vec<Objection>) {
        for Objection { field, sentence } in objections {
            let name = match field {
                Field::Address => "adresse".to_owned(),
                Field::Title => "titre".to_owned(),
                Field::Party(role) => format!("partie.{role}"),
                Field::Place => "lieu".to_owned(),
                Field::Starts => "debut".to_owned(),
                Field::Ends => "fin".to_owned(),
                Field::Sections => "volets".to_owned(),
            };
            self.refuse(&name, sentence);
        }
    }

    /// The form as it was sent, to be acted upon once.
    fn sent(&self, signed: &Signed) -> Option<SentForm> {
        let fields = self.texts.iter();
        let fields = fields.map(|(name, text)| (name.as_str(), text.as_str()));
        SentForm::read(signed.actor().person(), "/contrats/nouveau", fields)
    }

    /// A text that must be there.
    fn required(&mut self, field: &str, sentence: &str) -> String {
        let text = self.text(field).to_owned();
        if text.is_empty() {
            self.refuse(field, sentence);
        }
        text
    }

    /// The code of the one thing that a text stands for.
    fn found<T>(
        &mut self,
        field: &str,
        recognised: &Recognised<'_, T>,
        code: fn(&T) -> &str,
    ) -> String {
        let text = self.text(field).to_owned();
        match recognised {
            Recognised::Found(thing) => return code(thing).to_owned(),
            Recognised::Ambiguous(several) => {
                let codes: Vec<_> = several.iter().map(|thing| code(thing)).collect();
                let codes = codes.join(", ");
                self.refuse(
                    field,
                    format!(
                        "« {text} » peut être plusieurs choses. Écrivez l’un des codes {codes}."
                    ),
                );
            }
            Recognised::Unknown {
                nearest: Some(near),
            } => {
                self.refuse(
                    field,
                    format!("« {text} » n’est pas connu. Vouliez-vous dire « {near} » ?"),
                );
            }
            Recognised::Unknown { nearest: None } => {
                self.refuse(
                    field,
                    format!("« {text} » n’est pas connu. Cherchez-le dans la page Organisations."),
                );
            }
        }
        text
    }

    fn organisation(&mut self, field: &str, role: &PartyRole, directory: &Directory) -> String {
        let text = self.required(field, "Écrivez le nom ou le code de l’organisation.");
        // Local authorities and the like need not be in the directory.
        let free = matches!(role.kind, PartyKind::LocalAuthority | PartyKind::Other);
        if text.is_empty() || free {
            return text;
        }
        self.found(field, &directory.resolve(&text), |organisation| {
            &organisation.code
        })
    }

    /// The place typed, or that of the party that the contract binds.
    fn place(&mut self, ground: Ground<'_>, parties: &[(String, String)]) -> String {
        let directory = ground.directory;
        if self.text("lieu").is_empty()
            && let Some(place) = usual_place(ground, parties)
        {
            return place;
        }
        let text = self.required("lieu", "Écrivez le nom ou le code du lieu.");
        if text.is_empty() {
            return text;
        }
        self.found("lieu", &place_of(directory, &text), |place| &place.code)
    }

    fn year(&mut self, field: &str, default: i16) -> i16 {
        match self.text(field) {
            "" => default,
            text => match text.parse() {
                Ok(year) if (1990..2200).contains(&year) => year,
                _ => {
                    self.refuse(field, "Écrivez une année en quatre chiffres.");
                    default
                }
            },
        }
    }

    /// One section a line: `La Réunion ; 04`.
    fn sections(&mut self, directory: &Directory) -> Vec<NewSection> {
        let mut sections = Vec::new();
        for line in self
            .text("volets")
            .to_owned()
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let Some((label, place)) = line.split_once(';') else {
                self.refuse(
                    "volets",
                    format!("« {line} » : écrivez le libellé, un point-virgule, le nom ou le code du lieu."),
                );
                continue;
            };
            let label = label.trim().to_owned();
            let place = self.found("volets", &place_of(directory, place), |place| &place.code);
            let key = slug(&label);
            if sections
                .iter()
                .any(|section: &NewSection| section.key == key)
            {
                self.refuse("volets", format!("« {label} » est écrit deux fois."));
            }
            sections.push(NewSection { key, label, place });
        }
        sections
    }
}

/// A region before anything else that has its name.
fn place_of<'d>(directory: &'d Directory, text: &str) -> Recognised<'d, Place> {
    let regions = [PlaceKind::Region, PlaceKind::Zone];
    match directory.recognise(text, &regions) {
        Recognised::Found(place) => Recognised::Found(place),
        _ => directory.recognise(text, &[]),
    }
}

/// A text as a part of an address: `CPOM de l’ARS Normandie` gives `cpom-de-l-ars-normandie`.
fn slug(text: &str) -> String {
    fold(text).replace(' ', "-")
}

pub(super) async fn form(
    State(desk): State<Desk>,
    signed: Signed,
    Query(chosen): Query<Chosen>,
) -> WebResult<Markup> {
    signed
        .reach()
        .demands::<CreateContract>(&[Concern::to_come()])?;
    let mut tx = desk.db.read().await?;
    if chosen.cadre.is_empty() {
        let catalogue = desk.library.catalogue(&mut tx, signed.reach()).await?;
        return Ok(signed.page("Préparer un contrat", &choice(&catalogue)));
    }
    let book = latest(&desk, &mut tx, &signed, &chosen.cadre).await?;
    let directory = desk.directories.current(&mut tx, signed.reach()).await?;
    let body = page(&desk, book.framework(), &directory, &Typed::default());
    Ok(signed.page("Préparer un contrat", &body))
}

pub(super) async fn submit(
    State(desk): State<Desk>,
    signed: Signed,
    Form(posted): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    signed
        .reach()
        .demands::<CreateContract>(&[Concern::to_come()])?;
    let mut typed = Typed {
        texts: posted.into_iter().collect(),
        ..Typed::default()
    };
    let mut tx = desk.db.read().await?;
    let book = latest(&desk, &mut tx, &signed, typed.text("cadre")).await?;
    let directory = desk.directories.current(&mut tx, signed.reach()).await?;
    drop(tx);
    let (scope, new) = read(&mut typed, book.framework(), &directory);
    if typed.problems.is_empty() {
        let ground = Ground {
            framework: book.framework(),
            directory: &directory,
        };
        match prepare(&desk, &signed, typed.sent(&signed), scope, new, ground).await {
            Ok(next) => return Ok(Redirect::to(&next).into_response()),
            Err(ContractError::Objections(objections)) => typed.object(objections),
            Err(error) if error.is_taken() => typed.refuse(
                "adresse",
                "Cette adresse sert déjà à un autre contrat. Choisissez-en une autre.",
            ),
            Err(error) => return Err(super::open::told(error)),
        }
    }
    let body = page(&desk, book.framework(), &directory, &typed);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(
        status,
        signed.view(),
        "Préparer un contrat",
        &body,
    ))
}

/// Prepares the contract, once for one form; where its page is.
async fn prepare(
    desk: &Desk,
    signed: &Signed,
    sent: Option<SentForm>,
    scope: Scope,
    new: NewContract,
    ground: Ground<'_>,
) -> Result<String, ContractError> {
    let mut change =
        Change::open(&desk.db, &desk.clock, signed.actor(), CreateContract::NAME).await?;
    if let Some(sent) = &sent
        && let Some(answer) = change.answered(sent).await?
    {
        return Ok(answer);
    }
    let next = contract_path(&new.slug);
    let permit = permit::<CreateContract>(&mut change, scope).await?;
    create_contract(&mut change, permit, new, ground).await?;
    if let Some(sent) = &sent {
        change.answer(sent, &next).await?;
    }
    change.commit().await?;
    Ok(next)
}

/// The contract that was typed, and whom it concerns; what is wrong is noted beside the texts.
fn read(typed: &mut Typed, framework: &Framework, directory: &Directory) -> (Scope, NewContract) {
    let title = typed.required("titre", "Donnez un titre au contrat.");
    let starts = typed.year("debut", framework.starts);
    let ends = typed.year("fin", framework.ends);
    let mut parties = Vec::new();
    for role in &framework.parties {
        let code = typed.organisation(&format!("partie.{}", role.key), role, directory);
        parties.push((role.key.clone(), code));
    }
    let ground = Ground {
        framework,
        directory,
    };
    let place = typed.place(ground, &parties);
    let address = match typed.text("adresse") {
        "" => slug(&title),
        text => slug(text),
    };
    if address.is_empty() {
        typed.refuse(
            "adresse",
            "Le titre ne donne pas d’adresse. Écrivez-en une, en lettres et en chiffres.",
        );
    }
    if address == "nouveau" {
        typed.refuse(
            "adresse",
            "Ce mot sert à Jalon. Choisissez une autre adresse.",
        );
    }
    let scope = Scope {
        organisation: bound(framework, &parties).unwrap_or_default().to_owned(),
        framework: framework.code.clone(),
    };
    let new = NewContract {
        slug: address,
        title,
        place,
        starts,
        ends,
        fictional: typed.texts.contains_key("fictif"),
        parties,
        sections: typed.sections(directory),
    };
    (scope, new)
}

fn choice(catalogue: &Catalogue) -> Markup {
    html! {
        (trail())
        div.head {
            h1 { "Préparer un contrat" }
            p.lead { "D’abord son cadre : il donne les objectifs, les indicateurs, les parties et les actes." }
        }
        @if catalogue.frameworks().is_empty() {
            (flag("warn", "Aucun cadre n’est chargé. Chargez-en un avec jalon framework import, puis revenez."))
        }
        h2.vh { "Les cadres" }
        ul.tasks { @for edited in catalogue.frameworks() { li {
            span.day { b { (edited.framework.starts) "-" (edited.framework.ends) } }
            div { h3 { (edited.framework.title) } p { (edited.framework.indicators.len()) " indicateurs" } }
            a.btn href={ "/contrats/nouveau?cadre=" (edited.framework.code) } { "Choisir" span.vh { " " (edited.framework.title) } }
        } } }
    }
}

fn trail() -> Markup {
    crumbs(&[
        Crumb {
            label: "Contrats",
            href: Some("/contrats".to_owned()),
        },
        Crumb {
            label: "Préparer un contrat",
            href: None,
        },
    ])
}

fn page(desk: &Desk, framework: &Framework, directory: &Directory, typed: &Typed) -> Markup {
    html! {
        (trail())
        div.head {
            p.eyebrow { (framework.title) }
            h1 { "Préparer un contrat" }
            p.lead { "Il sera vide et ne comptera pas : ses termes viennent avec le contrat initial, que ses parties signent." }
        }
        @if !typed.problems.is_empty() {
            (flag("late", "Rien n’est enregistré : des champs sont à corriger. Tout ce que vous avez écrit est gardé."))
        }
        form method="post" action="/contrats/nouveau" {
            (once(&desk.clock))
            input type="hidden" name="cadre" value=(framework.code);
            (field(typed, "titre", "Titre", &format!("Par exemple : CPOM 2024-2028 de l’ARS Normandie ; {} caractères au plus", limits::TITLE.characters()), None))
            (field(typed, "adresse", "Adresse (facultative)", "La fin de l’adresse de la page ; tirée du titre si elle est vide", None))
            @for role in &framework.parties {
                (field(typed, &format!("partie.{}", role.key), &role.label, "Nom ou code de l’organisation", Some("organisations")))
            }
            @if framework.follows_establishments() {
                p.hint { "L’établissement n’est pas dans la liste ? " a href="/etablissements/nouveau" { "Ajouter un établissement" } ", puis revenez ici." }
            }
            (field(typed, "lieu", "Lieu couvert (facultatif)", "Nom ou code du lieu ; celui de l’agence ou de l’établissement s’il est vide", Some("lieux")))
            (field(typed, "debut", "Première année", &format!("{} si elle est vide", framework.starts), None))
            (field(typed, "fin", "Dernière année", &format!("{} si elle est vide", framework.ends), None))
            (sections_field(typed))
            label.check { input type="checkbox" name="fictif" checked[typed.texts.contains_key("fictif")]; "Contrat inventé pour une démonstration" }
            p.acts { button.btn.main type="submit" { "Préparer le contrat" } a.btn href="/contrats" { "Annuler" } }
        }
        (datalist("organisations", directory.organisations().iter().map(|o| (o.code.as_str(), o.label()))))
        (datalist("lieux", directory.places().iter().map(|p| (p.code.as_str(), p.name.as_str()))))
    }
}

fn field(typed: &Typed, name: &str, label: &str, hint: &str, list: Option<&str>) -> Markup {
    let problem = typed.problems.get(name);
    html! {
        div.field {
            label for=(name) { (label) }
            p.hint id={ (name) "-aide" } { (hint) }
            input.wide id=(name) name=(name) value=(typed.text(name)) list=[list] autocomplete="off" aria-describedby={ (name) "-aide " (name) "-dit" } aria-invalid=[problem.map(|_| "true")];
            p.s-late.told id={ (name) "-dit" } { (problem.map_or("", String::as_str)) }
        }
    }
}

fn sections_field(typed: &Typed) -> Markup {
    let problem = typed.problems.get("volets");
    html! {
        div.field {
            label for="volets" { "Volets (facultatifs)" }
            p.hint #volets-aide { "Un par ligne, si le contrat se lit par territoires : La Réunion ; 04. " (limits::SECTIONS) " au plus, " (limits::LABEL.characters()) " caractères par libellé." }
            textarea #volets name="volets" rows="3" aria-describedby="volets-aide volets-dit" aria-invalid=[problem.map(|_| "true")] { (typed.text("volets")) }
            p.s-late.told #volets-dit { (problem.map_or("", String::as_str)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_plain_words() {
        assert_eq!(
            slug("CPOM de l’ARS Île-de-France"),
            "cpom-de-l-ars-ile-de-france"
        );
    }
}
