//! `/contrats/{slug}/actes/{no}/signataires`: who signs an instrument, for whom, on which day.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::open::{self, AT_ONCE, OpenedInstrument, begin, told};
use super::parts::{flag, trail};
use crate::access::{Signed, permit};
use crate::contracts::store::set_signatories;
use crate::contracts::{Desk, EditInstrument, Signatory, instrument_name, limits};
use crate::frameworks::PartyRole;
use crate::platform::web::{WebError, WebResult, document_with_status, parse_day};

/// Empty rows offered after the signatories already there.
const BLANK: usize = 1;

/// A row as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    role: String,
    name: String,
    function: String,
    capacity: String,
    day: String,
    problem: Option<String>,
}

impl Row {
    fn of(signatory: &Signatory) -> Self {
        let day = signatory.signed_on;
        Self {
            role: signatory.role.clone(),
            name: signatory.name.clone(),
            function: signatory.function.clone(),
            capacity: signatory.capacity.clone().unwrap_or_default(),
            day: day.map_or_else(String::new, |day| {
                format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
            }),
            problem: None,
        }
    }

    fn is_blank(&self) -> bool {
        [&self.name, &self.function, &self.capacity, &self.day]
            .iter()
            .all(|text| text.is_empty())
    }

    /// The signatory it names, for one of these roles.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    fn read(&self, roles: &[PartyRole]) -> Result<Signatory, String> {
        if !roles.iter().any(|role| role.key == self.role) {
            return Err("Choisissez pour qui cette personne signe.".to_owned());
        }
        if self.name.is_empty() || self.function.is_empty() {
            return Err("Écrivez le nom et la fonction, ou videz la ligne.".to_owned());
        }
        let signed_on = match self.day.as_str() {
            "" => None,
            text => Some(parse_day(text).ok_or_else(|| {
                format!("« {text} » n’est pas une date. Écrivez-la jour/mois/année, par exemple 20/12/2024.")
            })?),
        };
        let capacity = limits::NAME.read(&self.capacity)?;
        Ok(Signatory {
            role: self.role.clone(),
            name: limits::NAME.read(&self.name)?,
            function: limits::NAME.read(&self.function)?,
            capacity: Some(capacity).filter(|text| !text.is_empty()),
            signed_on,
        })
    }
}

/// The list in one text, to know whether two readers saw the same.
fn digest(rows: &[Row]) -> String {
    let lines = rows.iter().filter(|row| !row.is_blank()).map(|row| {
        [&row.role, &row.name, &row.function, &row.capacity, &row.day]
            .map(String::as_str)
            .join(" | ")
    });
    lines.collect::<Vec<_>>().join(" ; ")
}

fn rows_of(posted: &BTreeMap<String, String>) -> Vec<Row> {
    let text = |rank: usize, field: &str| {
        let typed = posted.get(&format!("{field}.{rank}"));
        typed.map_or_else(String::new, |text| text.trim().to_owned())
    };
    let ranks = (0..).take_while(|rank| posted.contains_key(&format!("nom.{rank}")));
    ranks
        .map(|rank| Row {
            role: text(rank, "pour"),
            name: text(rank, "nom"),
            function: text(rank, "fonction"),
            capacity: text(rank, "qualite"),
            day: text(rank, "date"),
            problem: None,
        })
        .collect()
}

/// Those already there, then a blank row for each party that has nobody yet, and a few more.
fn offered(opened: &OpenedInstrument) -> Vec<Row> {
    let mut rows: Vec<Row> = opened.instrument.signatories.iter().map(Row::of).collect();
    let signing = opened
        .book
        .framework()
        .parties
        .iter()
        .filter(|role| role.signs);
    for role in signing {
        if !rows.iter().any(|row| row.role == role.key) {
            rows.push(Row {
                role: role.key.clone(),
                ..Row::default()
            });
        }
    }
    rows.resize(rows.len() + BLANK, Row::default());
    rows
}

pub(super) async fn form(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
) -> WebResult<Markup> {
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    opened.demands_writing(&signed)?;
    let body = page(&opened, &offered(&opened), None);
    Ok(signed.page("Signataires", &body))
}

/// The signatories that the rows name; what is wrong with a row is noted beside it.
fn read(rows: &mut [Row], roles: &[PartyRole]) -> Vec<Signatory> {
    let mut signatories = Vec::new();
    for row in rows.iter_mut().filter(|row| !row.is_blank()) {
        match row.read(roles) {
            Ok(_) if signatories.len() == limits::SIGNATORIES => {
                let most = limits::SIGNATORIES;
                row.problem = Some(format!("Un acte a {most} signataires au plus."));
            }
            Ok(signatory) => signatories.push(signatory),
            Err(sentence) => row.problem = Some(sentence),
        }
    }
    signatories
}

/// Why the list cannot be recorded as it is.
fn refused(rows: &[Row], seen: Option<&String>, now: &str) -> Option<(StatusCode, String)> {
    if rows.iter().any(|row| row.problem.is_some()) {
        let sentence = "Rien n’est enregistré : une ligne est à corriger. Tout ce que vous avez écrit est gardé.";
        return Some((StatusCode::UNPROCESSABLE_ENTITY, sentence.to_owned()));
    }
    if seen.is_none_or(|seen| seen == now) {
        return None;
    }
    let sentence = format!(
        "Rien n’est enregistré : entre-temps la liste est devenue « {now} ». La vôtre est gardée \
         ci-dessous ; enregistrez-la de nouveau pour la retenir."
    );
    Some((StatusCode::CONFLICT, sentence))
}

pub(super) async fn submit(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(posted): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    let posted: BTreeMap<String, String> = posted.into_iter().collect();
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    opened.demands_writing(&signed)?;
    let mut rows = rows_of(&posted);
    let signatories = read(&mut rows, &opened.book.framework().parties);
    let again = |status, sentence: &str| {
        let body = page(&opened, &rows, Some(sentence));
        Ok(document_with_status(
            status,
            signed.view(),
            "Signataires",
            &body,
        ))
    };
    let now: Vec<Row> = opened.instrument.signatories.iter().map(Row::of).collect();
    if let Some((status, sentence)) = refused(&rows, posted.get("vu"), &digest(&now)) {
        return again(status, &sentence);
    }
    let version = opened.instrument.version;
    let mut change = match begin::<EditInstrument>(&desk, &signed, &opened, version).await {
        Ok(change) => change,
        Err(error) if error.is_stale() => return again(StatusCode::CONFLICT, AT_ONCE),
        Err(error) => return Err(told(error)),
    };
    let permit = permit::<EditInstrument>(&mut change, opened.instrument.id).await?;
    set_signatories(&mut change, permit, signatories)
        .await
        .map_err(told)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&opened.path()).into_response())
}

fn page(opened: &OpenedInstrument, rows: &[Row], sentence: Option<&str>) -> Markup {
    let framework = opened.book.framework();
    let name = instrument_name(&opened.full.instruments, framework, &opened.instrument);
    let steps = [(name.as_str(), Some(opened.path())), ("Signataires", None)];
    let now: Vec<Row> = opened.instrument.signatories.iter().map(Row::of).collect();
    html! {
        (trail(framework, &opened.full.contract, &steps))
        div.head {
            p.eyebrow { (name) }
            h1 { "Signataires" }
            p.lead { "Un signataire au moins pour chaque partie qui signe. La date est celle écrite à côté de la signature. Une ligne vide est oubliée. Noms, fonctions et qualités : " (limits::NAME.characters()) " caractères au plus." }
        }
        @if let Some(sentence) = sentence { (flag("late", sentence)) }
        form method="post" action={ (opened.path()) "/signataires" } {
            input type="hidden" name="vu" value=(digest(&now));
            @for (rank, row) in rows.iter().enumerate() { (row_fields(rank, row, &framework.parties)) }
            p.acts { button.btn.main type="submit" { "Enregistrer" } a.btn href=(opened.path()) { "Annuler" } }
        }
    }
}

fn row_fields(rank: usize, row: &Row, roles: &[PartyRole]) -> Markup {
    let told = row.problem.as_ref().map(|_| format!("ligne-{rank}-dit"));
    let field = |name: &str, label: &str, value: &str| {
        let id = format!("{name}.{rank}");
        html! {
            div.field {
                label for=(id) { (label) }
                input id=(id) name=(id) value=(value) autocomplete="off" aria-describedby=[told.as_deref()];
            }
        }
    };
    html! {
        fieldset.agree {
            legend.lbl { "Signataire " (rank + 1) }
            @if let Some(problem) = &row.problem { p.s-late.told id={ "ligne-" (rank) "-dit" } { (problem) } }
            div.fields {
                div.field {
                    label for={ "pour." (rank) } { "Signe pour" }
                    select id={ "pour." (rank) } name={ "pour." (rank) } {
                        @for role in roles { option value=(role.key) selected[role.key == row.role] { (role.label) } }
                    }
                }
                (field("nom", "Nom", &row.name))
                (field("fonction", "Fonction", &row.function))
                (field("qualite", "En qualité de (facultatif)", &row.capacity))
                (field("date", "Signé le (jour/mois/année)", &row.day))
            }
        }
    }
}
