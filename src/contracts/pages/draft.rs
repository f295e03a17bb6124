//! `/contrats/{slug}/actes/nouveau` and `/presentation`: which act, why, and when it takes effect.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::open::{self, AT_ONCE, OpenedInstrument, begin, instrument_path, latest, told};
use super::parts::{flag, once, trail};
use crate::access::{Act as _, Signed, permit};
use crate::contracts::check::changeable_name;
use crate::contracts::store::{
    ContractError, Description, NewInstrument, describe, draft_instrument, load,
};
use crate::contracts::{
    Book, Desk, DraftInstrument, EditInstrument, FullContract, instrument_name, limits,
};
use crate::frameworks::{Act, ActKind};
use crate::ledger::{Change, SentForm, TOKEN_FIELD};
use crate::platform::web::{WebError, WebResult, document_with_status, parse_day};

/// What the form holds, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Typed {
    /// What makes the form unlike any other.
    #[serde(default)]
    jeton: String,
    /// Key of the act.
    #[serde(default)]
    acte: String,
    /// Why.
    #[serde(default)]
    motif: String,
    /// Day of effect.
    #[serde(default)]
    effet: String,
    /// The reason that its reader saw.
    #[serde(default)]
    vu_motif: String,
    /// The day that its reader saw.
    #[serde(default)]
    vu_effet: String,
}

impl Typed {
    fn motive(&self) -> Result<Option<String>, String> {
        let text = limits::TEXT.read(&self.motif)?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// What both forms ask, or what is wrong with it.
    fn description(&self) -> Result<Description, Problems> {
        let (motive, effective_on) = (self.motive(), self.effective_on());
        match (motive, effective_on) {
            (Ok(motive), Ok(effective_on)) => Ok(Description {
                motive,
                effective_on,
            }),
            (motive, effective_on) => Err(Problems {
                motive: motive.err(),
                effect: effective_on.err(),
                ..Problems::default()
            }),
        }
    }

    /// The form as it was sent, to be acted upon once.
    fn sent(&self, signed: &Signed, address: &str) -> Option<SentForm> {
        let fields = [
            (TOKEN_FIELD, &self.jeton),
            ("acte", &self.acte),
            ("motif", &self.motif),
            ("effet", &self.effet),
        ];
        let fields = fields.into_iter().map(|(name, text)| (name, text.as_str()));
        SentForm::read(signed.actor().person(), address, fields)
    }

    fn effective_on(&self) -> Result<Option<Date>, String> {
        match self.effet.trim() {
            "" => Ok(None),
            text => parse_day(text).map(Some).ok_or_else(|| {
                format!("« {text} » n’est pas une date. Écrivez-la jour/mois/année, par exemple 01/01/2026.")
            }),
        }
    }
}

/// What is wrong, by field.
#[derive(Default)]
struct Problems {
    act: Option<String>,
    motive: Option<String>,
    effect: Option<String>,
    whole: Option<String>,
}

impl Problems {
    fn whole(sentence: impl Into<String>) -> Self {
        Self {
            whole: Some(sentence.into()),
            ..Self::default()
        }
    }
}

/// The acts that can be drafted now: the contract until it is signed, the others afterwards.
fn possible<'a>(book: &'a Book, full: &FullContract) -> Vec<&'a Act> {
    let signed = full.last_signature() > 0;
    let acts = book.framework().acts.iter();
    acts.filter(|act| (act.kind == ActKind::Contract) != signed)
        .collect()
}

async fn contract(desk: &Desk, signed: &Signed, slug: &str) -> WebResult<(FullContract, Book)> {
    let mut tx = desk.db.read().await?;
    let full = load(&mut tx, signed.reach(), slug).await?;
    let full = full.ok_or(WebError::NotFound)?;
    let book = latest(desk, &mut tx, signed, &full.contract.framework).await?;
    Ok((full, book))
}

pub(super) async fn form(
    State(desk): State<Desk>,
    signed: Signed,
    Path(slug): Path<String>,
) -> WebResult<Markup> {
    let (full, book) = contract(&desk, &signed, &slug).await?;
    signed
        .reach()
        .demands::<DraftInstrument>(&[full.concern()])?;
    let body = new_page(&desk, &full, &book, &Typed::default(), &Problems::default());
    Ok(signed.page("Préparer un acte", &body))
}

pub(super) async fn submit(
    State(desk): State<Desk>,
    signed: Signed,
    Path(slug): Path<String>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let (full, book) = contract(&desk, &signed, &slug).await?;
    signed
        .reach()
        .demands::<DraftInstrument>(&[full.concern()])?;
    let known = possible(&book, &full)
        .iter()
        .any(|act| act.key == typed.acte);
    let asked = match typed.description() {
        Ok(asked) if known => asked,
        outcome => {
            let mut problems = outcome.err().unwrap_or_default();
            problems.act = (!known).then(|| "Choisissez l’acte à préparer.".to_owned());
            let body = new_page(&desk, &full, &book, &typed, &problems);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let title = "Préparer un acte";
            return Ok(document_with_status(status, signed.view(), title, &body));
        }
    };
    let new = NewInstrument {
        act: typed.acte.clone(),
        framework_revision: book.revision(),
        motive: asked.motive,
        effective_on: asked.effective_on,
    };
    let sent = typed.sent(&signed, &open::contract_path(&slug));
    let next = prepare(&desk, &signed, sent, &full, new)
        .await
        .map_err(told)?;
    Ok(Redirect::to(&next).into_response())
}

/// Opens the draft, once for one form; where its page is.
async fn prepare(
    desk: &Desk,
    signed: &Signed,
    sent: Option<SentForm>,
    full: &FullContract,
    new: NewInstrument,
) -> Result<String, ContractError> {
    let mut change =
        Change::open(&desk.db, &desk.clock, signed.actor(), DraftInstrument::NAME).await?;
    if let Some(sent) = &sent
        && let Some(answer) = change.answered(sent).await?
    {
        return Ok(answer);
    }
    let permit = permit::<DraftInstrument>(&mut change, full.contract.id).await?;
    let (_, no) = draft_instrument(&mut change, permit, new).await?;
    let next = instrument_path(&full.contract.slug, no);
    if let Some(sent) = &sent {
        change.answer(sent, &next).await?;
    }
    change.commit().await?;
    Ok(next)
}

fn new_page(
    desk: &Desk,
    full: &FullContract,
    book: &Book,
    typed: &Typed,
    problems: &Problems,
) -> Markup {
    let base = open::contract_path(&full.contract.slug);
    let acts = possible(book, full);
    let alone = acts.len() == 1;
    html! {
        (trail(book.framework(), &full.contract, &[("Préparer un acte", None)]))
        div.head {
            p.eyebrow { (full.contract.title) }
            h1 { "Préparer un acte" }
            p.lead { "Un acte est d’abord un projet : il ne compte pas avant sa signature, et chacun peut le lire." }
        }
        form method="post" action={ (base) "/actes/nouveau" } {
            (once(&desk.clock))
            fieldset.field {
                legend { "Quel acte ?" }
                @if let Some(problem) = &problems.act { p.s-late.told #acte-dit { (problem) } }
                div.opts.two {
                    @for act in acts {
                        label {
                            input type="radio" name="acte" value=(act.key) checked[act.key == typed.acte || alone];
                            b { (act.label) }
                            span { (scope(act)) }
                        }
                    }
                }
            }
            (reason_fields(typed, problems))
            p.acts { button.btn.main type="submit" { "Ouvrir le projet" } a.btn href=(base) { "Annuler" } }
        }
    }
}

/// What an act may change, and what it asks.
fn scope(act: &Act) -> String {
    let mut sentence = if act.kind == ActKind::Contract {
        "Fixe tous les termes.".to_owned()
    } else {
        let what: Vec<_> = act
            .changes
            .iter()
            .map(|what| changeable_name(*what))
            .collect();
        format!("Peut changer {}.", what.join(", "))
    };
    if act.motive {
        sentence.push_str(" Un motif est demandé.");
    }
    if act.people > 1 {
        sentence.push_str(" Il faut deux personnes.");
    }
    sentence
}

fn reason_fields(typed: &Typed, problems: &Problems) -> Markup {
    let invalid = problems.effect.as_ref().map(|_| "true");
    html! {
        div.field {
            label for="motif" { "Motif" }
            p.hint #motif-aide { "Pourquoi cet acte ? Le motif se lit à côté de chaque terme qu’il change. " (limits::TEXT.characters()) " caractères au plus." }
            textarea #motif name="motif" rows="3" aria-describedby="motif-aide motif-dit" aria-invalid=[problems.motive.as_ref().map(|_| "true")] { (typed.motif) }
            p.s-late.told #motif-dit { (problems.motive.as_deref().unwrap_or_default()) }
        }
        div.field {
            label for="effet" { "Date d’effet (facultative)" }
            p.hint #effet-aide { "Jour, mois, année : 01/01/2026. Une donnée de l’acte ; ses termes comptent dès la signature." }
            input #effet name="effet" value=(typed.effet) autocomplete="off" aria-describedby="effet-aide effet-dit" aria-invalid=[invalid];
            p.s-late.told #effet-dit { (problems.effect.as_deref().unwrap_or_default()) }
        }
    }
}

pub(super) async fn edit_form(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
) -> WebResult<Markup> {
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    opened.demands_writing(&signed)?;
    let typed = as_typed(&opened);
    let body = edit_page(&opened, &typed, &Problems::default());
    Ok(signed.page("Motif et date d’effet", &body))
}

/// What is written now, as the form shows it.
fn as_typed(opened: &OpenedInstrument) -> Typed {
    let motif = opened.instrument.motive.clone().unwrap_or_default();
    let day = opened.instrument.effective_on;
    let effet = day.map_or_else(String::new, |day| {
        format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
    });
    Typed {
        jeton: String::new(),
        acte: opened.instrument.act.clone(),
        vu_motif: motif.clone(),
        vu_effet: effet.clone(),
        motif,
        effet,
    }
}

/// What is asked, where the form can be read and nobody wrote these fields meanwhile.
fn checked(typed: &Typed, now: &Typed) -> Result<Description, (StatusCode, Problems)> {
    let asked = typed
        .description()
        .map_err(|problems| (StatusCode::UNPROCESSABLE_ENTITY, problems))?;
    let seen = typed.vu_motif.replace("\r\n", "\n");
    if seen == now.motif && typed.vu_effet == now.effet {
        return Ok(asked);
    }
    let sentence = format!(
        "Rien n’est enregistré : entre-temps quelqu’un a écrit le motif « {} » et l’effet « {} ». \
         Votre texte est gardé ci-dessous ; enregistrez-le de nouveau pour le retenir.",
        now.motif, now.effet
    );
    Err((StatusCode::CONFLICT, Problems::whole(sentence)))
}

pub(super) async fn edit(
    State(desk): State<Desk>,
    signed: Signed,
    Path((slug, no)): Path<(String, i64)>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let opened = open::draft(&desk, &signed, &slug, no).await?;
    opened.demands_writing(&signed)?;
    let now = as_typed(&opened);
    let again = |status, problems: &Problems| {
        let kept = Typed {
            vu_motif: now.motif.clone(),
            vu_effet: now.effet.clone(),
            ..typed.clone()
        };
        let body = edit_page(&opened, &kept, problems);
        let title = "Motif et date d’effet";
        Ok(document_with_status(status, signed.view(), title, &body))
    };
    let new = match checked(&typed, &now) {
        Ok(asked) => asked,
        Err((status, problems)) => return again(status, &problems),
    };
    let version = opened.instrument.version;
    let mut change = match begin::<EditInstrument>(&desk, &signed, &opened, version).await {
        Ok(change) => change,
        Err(error) if error.is_stale() => {
            return again(StatusCode::CONFLICT, &Problems::whole(AT_ONCE));
        }
        Err(error) => return Err(told(error)),
    };
    let permit = permit::<EditInstrument>(&mut change, opened.instrument.id).await?;
    describe(&mut change, permit, new).await.map_err(told)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&opened.path()).into_response())
}

fn edit_page(opened: &OpenedInstrument, typed: &Typed, problems: &Problems) -> Markup {
    let framework = opened.book.framework();
    let name = instrument_name(&opened.full.instruments, framework, &opened.instrument);
    let steps = [
        (name.as_str(), Some(opened.path())),
        ("Motif et date d’effet", None),
    ];
    html! {
        (trail(framework, &opened.full.contract, &steps))
        div.head { p.eyebrow { (name) } h1 { "Motif et date d’effet" } }
        @if let Some(sentence) = &problems.whole { (flag("late", sentence)) }
        form method="post" action={ (opened.path()) "/presentation" } {
            input type="hidden" name="vu_motif" value=(typed.vu_motif);
            input type="hidden" name="vu_effet" value=(typed.vu_effet);
            (reason_fields(typed, problems))
            p.acts { button.btn.main type="submit" { "Enregistrer" } a.btn href=(opened.path()) { "Annuler" } }
        }
    }
}
