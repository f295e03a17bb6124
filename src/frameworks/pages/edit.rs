//! Correcting an indicator on screen: a new revision, with the reason given.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use crate::access::{Act as _, Signed};
use crate::frameworks::store::{Origin, Revise};
use crate::frameworks::{
    Edited, Framework, Holders, Indicator, Known, Library, Proposal, RevisionError, Severity,
    read_texts, revise, write_texts,
};
use crate::ledger::Change;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, document_with_status};

/// What the form holds: texts as typed, so that nothing is lost when it comes back.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Typed {
    code: String,
    libelle: String,
    theme: String,
    fournisseur: String,
    source: String,
    note: String,
    incertain: String,
    motif: String,
    base: i64,
}

impl Typed {
    fn of(indicator: &Indicator, base: i64) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            code: text(&indicator.code),
            libelle: indicator.label.clone(),
            theme: text(&indicator.theme),
            fournisseur: indicator.suppliers.join(", "),
            source: text(&indicator.source),
            note: text(&indicator.note),
            incertain: indicator.uncertain.join(", "),
            motif: String::new(),
            base,
        }
    }

    fn apply(&self, indicator: &mut Indicator) {
        let optional = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let list = |text: &str| -> Vec<String> {
            let words = text.split(',').map(str::trim).filter(|w| !w.is_empty());
            words.map(ToOwned::to_owned).collect()
        };
        indicator.code = optional(&self.code);
        self.libelle.trim().clone_into(&mut indicator.label);
        indicator.theme = optional(&self.theme);
        indicator.suppliers = list(&self.fournisseur);
        indicator.source = optional(&self.source);
        indicator.note = optional(&self.note);
        indicator.uncertain = list(&self.incertain);
    }
}

pub(super) async fn form_page(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    State(db): State<Db>,
    State(library): State<Library>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, signed.reach()).await?;
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let indicator = edited.framework.indicators.iter().find(|i| i.key == key);
    let indicator = indicator.ok_or(WebError::NotFound)?;
    let typed = Typed::of(indicator, edited.no);
    Ok(signed.page(
        "Corriger un indicateur",
        &form(edited, indicator, &typed, &[]),
    ))
}

#[allow(clippy::too_many_arguments)] // each is one thing the request needs, taken by its extractor
pub(super) async fn save(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(holders): State<Holders>,
    State(directories): State<Directories>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let permit = signed.may::<Revise>(code.clone())?;
    let mut change = Change::open(&db, &clock, signed.actor(), Revise::NAME)
        .await
        .map_err(WebError::internal)?
        .because(typed.motif.trim());
    let reach = signed.reach();
    let catalogue = library.catalogue(change.tx(), reach).await?;
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let directory = directories.current(change.tx(), reach).await?;
    let mut framework = edited.framework.clone();
    let place = framework.indicators.iter().position(|i| i.key == key);
    let place = place.ok_or(WebError::NotFound)?;
    typed.apply(&mut framework.indicators[place]);
    let again = |problems: &[String]| {
        let body = form(
            edited,
            &edited.framework.indicators[place],
            &typed,
            problems,
        );
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        document_with_status(status, signed.view(), "Corriger un indicateur", &body)
    };
    if typed.motif.trim().is_empty() {
        return Ok(again(&[
            "Dites pourquoi : le motif reste dans l’historique du cadre.".to_owned(),
        ]));
    }
    let problems = problems_of(&framework, &catalogue.known(Known::of(&directory)));
    if !problems.is_empty() {
        return Ok(again(&problems));
    }
    let texts = write_texts(&framework);
    let proposal = Proposal {
        framework: &framework,
        texts: &texts,
        origin: Origin::Interface,
        base: Some(typed.base),
    };
    match revise(&mut change, permit, &catalogue, holders, proposal).await {
        Ok(_) => {}
        Err(RevisionError::Ledger(cause)) => return Err(WebError::internal(cause)),
        Err(RevisionError::Stale { current, .. }) => return Ok(again(&[overtaken(current)])),
        Err(refused) => return Ok(again(&[refused.to_string()])),
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/indicateurs/{code}/{key}")).into_response())
}

/// What a person is told whom somebody else overtook.
fn overtaken(current: i64) -> String {
    format!(
        "Quelqu’un a corrigé ce cadre entre-temps : il en est à la révision {current}. Rien n’a été enregistré et votre saisie est gardée ci-dessous : ouvrez de nouveau la fiche dans un autre onglet et reportez-y ce qui manque."
    )
}

/// What the check of a framework's texts says of it, as it would for files.
fn problems_of(framework: &Framework, known: &Known) -> Vec<String> {
    let reading = read_texts(&framework.code, &write_texts(framework), known);
    let errors = reading
        .problems
        .into_iter()
        .filter(|problem| problem.severity == Severity::Error);
    errors
        .map(|problem| format!("{}. {}.", problem.message, problem.remedy))
        .collect()
}

fn form(edited: &Edited, indicator: &Indicator, typed: &Typed, problems: &[String]) -> Markup {
    let framework = &edited.framework;
    html! {
        (crumbs(&[
            Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
            Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
            Crumb { label: "Corriger un indicateur", href: None },
        ]))
        div.head {
            p.eyebrow { (framework.title) ", révision " (edited.no) }
            h1 { "Corriger un indicateur" }
            p.lead { (indicator.label) }
        }
        @if !problems.is_empty() {
            div.flag.late role="alert" { div { @for problem in problems { p { (problem) } } } }
        }
        form.fields method="post" {
            input type="hidden" name="base" value=(typed.base);
            (field("libelle", "Libellé", &typed.libelle, None))
            (field("code", "Code imprimé", &typed.code, Some("Tel que le montre le document officiel ; il peut manquer.")))
            (field("theme", "Thématique", &typed.theme, None))
            (field("fournisseur", "Fournisseur", &typed.fournisseur, Some("Codes d’organisations, séparés par des virgules : DGOS, ATIH.")))
            (field("source", "Source", &typed.source, None))
            (field("note", "À savoir", &typed.note, None))
            (field("incertain", "Champs dont la lecture reste incertaine", &typed.incertain, Some("Videz ce champ quand le doute est levé.")))
            (field("motif", "Motif de la correction", &typed.motif, Some("Obligatoire : il reste dans l’historique.")))
            p.acts {
                button.btn.main type="submit" { "Enregistrer une nouvelle révision" }
                a.btn href={ "/indicateurs/" (framework.code) "/" (indicator.key) } { "Renoncer" }
            }
        }
    }
}

fn field(name: &str, label: &str, value: &str, hint: Option<&str>) -> Markup {
    let hint_id = format!("{name}-aide");
    html! {
        div.field {
            label for=(name) { (label) }
            @if let Some(hint) = hint { p.hint id=(hint_id) { (hint) } }
            input id=(name) name=(name) value=(value) aria-describedby=[hint.map(|_| hint_id.as_str())];
        }
    }
}
