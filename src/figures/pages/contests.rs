//! `/contestations`: values contested, and the answers to them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::since;
use super::value::place_name;
use crate::access::{Act as _, Concern, Signed, permit};
use crate::documents::{self, About, AboutKind, AttachDocument, Attachment, receive};
use crate::figures::contest::{
    Answer, AnswerContest, Contest, ContestError, NewContest, OpenAContest, Settled, as_of,
    days_to_answer, since as contests_since, store,
};
use crate::figures::provenance::{self, Story};
use crate::figures::rights::{Answerable, Contestable, Ground};
use crate::figures::values::read_answer;
use crate::figures::{Formatter, Situation, Sources, Subject};
use crate::frameworks::Library;
use crate::journal::history_href;
use crate::kernel::Value;
use crate::ledger::Change;
use crate::measures::Measure;
use crate::organisations::Directories;
use crate::platform::clock::{Clock, french_date, french_instant};
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{
    Address, AsOf, Crumb, WebError, WebResult, came_since, crumbs, section_heading, state,
};
use crate::tables::downloads;

impl From<ContestError> for WebError {
    fn from(error: ContestError) -> Self {
        match error {
            ContestError::Unknown => Self::NotFound,
            ContestError::AlreadyOpen | ContestError::Moved | ContestError::AlreadyAnswered => {
                Self::Conflict(error.to_string())
            }
            ContestError::Ledger(cause) => Self::internal(cause),
        }
    }
}

/// `POST /valeurs/{observation}/contester`: the contest and its evidence, in one change.
#[allow(clippy::too_many_arguments)] // each is one thing the request needs, taken by its extractor
pub(super) async fn open(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    State(config): State<Arc<Config>>,
    Path(observation): Path<Uuid>,
    form: Multipart,
) -> WebResult<Redirect> {
    let (reach, today) = (signed.reach(), clock.today());
    let mut tx = db.read().await?;
    let story = provenance::store::story(&mut tx, reach, today, observation).await?;
    let story = story.ok_or(WebError::NotFound)?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    drop(tx);
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today,
    };
    let concern = ground.contesting(&story.measure, &story.subject.place);
    reach.demands::<OpenAContest>(std::slice::from_ref(&concern))?;
    let received = receive(form, &config).await?;
    let new = NewContest {
        revision: received.text("revision").parse().unwrap_or(0),
        reason: stated(
            received.text("motif"),
            "Dites pourquoi vous contestez cette valeur.",
        )?,
        own: value(catalogue.measure(&story.measure), received.text("valeur"))?,
        days: days_to_answer(&catalogue, &story.measure, story.subject.period.year()),
    };
    let change = Change::open(&db, &clock, signed.actor(), OpenAContest::NAME).await;
    let mut change = change
        .map_err(WebError::internal)?
        .because(new.reason.clone());
    let value = Contestable::find(change.tx(), ground, observation).await?;
    let value = value.ok_or(WebError::NotFound)?;
    let permitted = permit::<OpenAContest>(&mut change, value).await?;
    let id = crate::figures::contest::open(&mut change, permitted, &new).await?;
    if let Some(evidence) = &received.file {
        let attachment = evidence_of(id, concern, &story);
        let permit = permit::<AttachDocument>(&mut change, attachment).await?;
        documents::store::attach(&mut change, permit, evidence)
            .await
            .map_err(WebError::internal)?;
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/contestations/{id}")))
}

/// What the evidence of a contest is attached to: it is kept as the contested value is.
fn evidence_of(contest: Uuid, concern: Concern, story: &Story) -> Attachment {
    Attachment {
        about: About {
            kind: AboutKind::Contest,
            subject: contest.to_string(),
            place: String::new(),
            period: String::new(),
        },
        concern,
        embargo: story.embargo(),
    }
}

fn stated(text: &str, otherwise: &str) -> WebResult<String> {
    if text.trim().is_empty() {
        return Err(WebError::Invalid(otherwise.to_owned()));
    }
    Ok(text.trim().to_owned())
}

/// A value as typed; `None` where nothing is.
fn value(measure: Option<&Measure>, text: &str) -> WebResult<Option<Value>> {
    let measure = measure.ok_or(WebError::NotFound)?;
    read_answer(text, measure).map_err(|error| WebError::Invalid(error.to_string()))
}

/// `/contestations`.
pub(super) async fn list(
    signed: Signed,
    address: Address,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let reach = signed.reach();
    let (mut tx, situation) = sources.open(reach, &address).await?;
    let found = store::contests(&mut tx, reach, situation.today, None).await?;
    drop(tx);
    let contests = as_of(found, situation.moment.past);
    let all = address.get("etat") == "toutes";
    let is_shown = |contest: &&Contest| all || contest.settled.is_none();
    let shown: Vec<&Contest> = contests.iter().filter(is_shown).collect();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Circuit", href: Some(situation.href("/circuit")) },
            Crumb { label: "Contestations", href: None },
        ]))
        div.head {
            h1 { (waiting(&contests)) }
            p.lead { "Une région qui conteste une valeur donne son motif et sa valeur ; le fournisseur répond, et d’ici là les deux sont montrées." }
            (situation.form(&address, &html! {}))
        }
        (changes(&situation, &contests))
        nav aria-label="Contestations affichées" { ul.seg {
            li { a href=(address.without("etat").href()) aria-current=[(!all).then_some("true")] { "En attente" } }
            li { a href=(address.with("etat", "toutes").href()) aria-current=[all.then_some("true")] { "Toutes" } }
        } }
        @if shown.is_empty() {
            p { "Pour contester une valeur, ouvrez-la depuis la page de son indicateur, puis choisissez « Contester cette valeur »." }
        } @else {
            (table(&situation, &shown).html(&address))
            (downloads("contestations", "Les contestations", &[], &address))
        }
    };
    Ok((situation.status(), signed.page("Contestations", &body)))
}

/// How many wait for their answer.
fn waiting(contests: &[Contest]) -> String {
    match contests.iter().filter(|c| c.settled.is_none()).count() {
        0 => "Aucune contestation n’attend de réponse".to_owned(),
        1 => "Une contestation attend sa réponse".to_owned(),
        n => format!("{n} contestations attendent leur réponse"),
    }
}

/// What became since of the values that were contested.
fn changes(situation: &Situation, contests: &[Contest]) -> Markup {
    let measures: BTreeSet<&str> = contests.iter().map(|c| c.measure.as_str()).collect();
    let keeps = |subject: &Subject| contests.iter().any(|c| c.subject == *subject);
    let about = since::Concern {
        measures: measures.into_iter().collect(),
        keeps: &keeps,
        contracts: Vec::new(),
        indicator: None,
    };
    since::section(situation, &about)
}

fn table(situation: &Situation, shown: &[&Contest]) -> Table {
    let columns = vec![
        Column::words("libelle", "Valeur"),
        Column::numbers("contestee", "Contestée"),
        Column::numbers("proposee", "Proposée"),
        Column::words("fournisseur", "Fournisseur"),
        Column::words("etat", "Réponse").wide(),
    ];
    let mut table = Table::new("contestations", "Contestations", columns)
        .classed("stack")
        .caption_unseen();
    let rows = shown.iter();
    table.rows = rows.map(|one| row(situation, one)).collect();
    table
}

fn row(situation: &Situation, contest: &Contest) -> Row {
    let measure = situation.catalogue.measure(&contest.measure);
    let formatter = Formatter::new(measure);
    let label = measure.map_or(contest.measure.as_str(), |m| m.label.as_str());
    let name = html! {
        a href=(situation.href(&format!("/contestations/{}", contest.open.id))) { (label) }
        span.sub { (place_name(&situation.directory, &contest.subject.place)) ", " (contest.subject.period.french()) }
    };
    let number = |value: Option<&Value>| {
        let amount = value.and_then(|value| value.amount(formatter.per()));
        let shown = html! { (said(value, formatter)) };
        Cell::from(Datum::number(amount, formatter.decimals())).shown(shown)
    };
    let standing = contest.standing(situation.moment.day);
    let (tone, icon) = standing.look();
    let words = standing.french();
    let answer = html! { (state(tone, icon, &words)) };
    vec![
        Cell::text(label).shown(name),
        number(contest.contested.as_ref()),
        number(contest.open.own.as_ref()),
        Cell::text(contest.supplier.clone()),
        Cell::text(words).shown(answer),
    ]
}

fn said(value: Option<&Value>, formatter: Formatter<'_>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| formatter.value(value))
}

/// `/contestations/{id}`.
pub(super) async fn page(
    signed: Signed,
    address: Address,
    State(sources): State<Sources>,
    Path(id): Path<Uuid>,
) -> WebResult<(StatusCode, Markup)> {
    let reach = signed.reach();
    let (mut tx, situation) = sources.open(reach, &address).await?;
    let contest = store::contest(&mut tx, id).await?;
    let contest = contest.filter(|contest| !contest.is_hidden(reach, situation.today));
    let contest = contest.ok_or(WebError::NotFound)?;
    let (seen, kind) = ((reach, situation.today), AboutKind::Contest);
    let about = id.to_string();
    let evidence = documents::store::about(&mut tx, seen, kind, &about, i64::MAX).await?;
    let ground = Ground {
        catalogue: &situation.catalogue,
        directory: &situation.directory,
        today: situation.today,
    };
    let answerable = Answerable::find(&mut tx, ground, id).await?;
    drop(tx);
    let past = situation.moment.past;
    let (evidence, attached) = documents::as_of(evidence, past);
    let now = address.without(AsOf::NAME).href();
    let since = past.map(|day| answered_since(&contest, attached, (day, &now)));
    let form = situation.form(&address, &since.unwrap_or_default());
    let Some(contest) = as_of(vec![contest], past).pop() else {
        let body = not_yet(&form, &now);
        return Ok((StatusCode::OK, signed.page("Contestation", &body)));
    };
    let formatter = Formatter::new(situation.catalogue.measure(&contest.measure));
    // Answers are of today only.
    let answering = if situation.moment.past.is_none() {
        let form = answer_form(&contest, formatter);
        answering(&signed, answerable.as_ref(), &form)
    } else {
        html! {}
    };
    let body = html! {
        (heading(&situation, &contest, &form))
        (sides(&situation, &contest, formatter))
        section.sect aria-labelledby="pieces-titre" {
            (section_heading("pieces-titre", "Pièces jointes", None))
            (documents::list(&evidence, &format!("/contestations/{id}")))
        }
        @match &contest.settled {
            Some(settled) => (answer_given(settled)),
            None => (answering),
        }
    };
    Ok((situation.status(), signed.page("Valeur contestée", &body)))
}

/// What became of a contest after a day of the past.
fn answered_since(contest: &Contest, attached: usize, (day, now): (Date, &str)) -> Markup {
    let (opened, answered) = contests_since(std::slice::from_ref(contest), day);
    let came = [
        (
            opened,
            "contestation ouverte depuis",
            "contestations ouvertes depuis",
        ),
        (answered, "réponse donnée depuis", "réponses données depuis"),
        documents::attached_since(attached),
    ];
    came_since(&came, now)
}

/// On a day before it was opened.
fn not_yet(form: &Markup, now: &str) -> Markup {
    html! {
        div.head {
            h1 { "Cette contestation n’était pas encore ouverte ce jour-là" }
            p.lead { a href=(now) { "Voir ce qui est connu aujourd’hui" } }
            (form)
        }
    }
}

fn heading(situation: &Situation, contest: &Contest, form: &Markup) -> Markup {
    let measure = situation.catalogue.measure(&contest.measure);
    let label = measure.map_or(contest.measure.as_str(), |m| m.label.as_str());
    let standing = contest.standing(situation.moment.day);
    let (tone, icon) = standing.look();
    html! {
        (crumbs(&[
            Crumb { label: "Contestations", href: Some(situation.href("/contestations")) },
            Crumb { label, href: None },
        ]))
        div.head {
            p.eyebrow { (place_name(&situation.directory, &contest.subject.place)) ", " (contest.subject.period.french()) }
            h1 { "Valeur contestée : " (label) }
            p.lead { (state(tone, icon, &standing.french())) }
            (form)
            p.acts { a.btn.sm href=(history_href(contest.open.id)) { "Historique" } }
        }
    }
}

fn answer_given(settled: &Settled) -> Markup {
    html! {
        section.sect aria-labelledby="reponse-titre" {
            (section_heading("reponse-titre", settled.outcome.french(), None))
            p { (settled.answer) }
            p.note { (french_instant(settled.at)) @if let Some(by) = &settled.by { ", " (by) } }
        }
    }
}

fn sides(situation: &Situation, contest: &Contest, formatter: Formatter<'_>) -> Markup {
    let value = situation.href(&format!("/valeurs/{}", contest.observation));
    html! {
        dl.kpi {
            div {
                dt { "Valeur du fournisseur" }
                dd { a.src href=(value) { (said(contest.contested.as_ref(), formatter)) } }
                dd.small { (contest.supplier) ", révision " (contest.revision) }
            }
            div {
                dt { "Valeur de la région" }
                dd { (said(contest.open.own.as_ref(), formatter)) }
                dd.small { (french_instant(contest.opened_at)) @if let Some(by) = &contest.opened_by { ", " (by) } }
            }
            div {
                dt { "Réponse due" }
                dd { (french_date(contest.open.due_on)) }
            }
        }
        section.sect aria-labelledby="motif-titre" {
            (section_heading("motif-titre", "Motif", None))
            p { (contest.open.reason) }
        }
    }
}

/// The answer that the supplier gives, or why whoever looks may not.
fn answering(signed: &Signed, answerable: Option<&Answerable>, form: &Markup) -> Markup {
    let concerns = answerable.map(|found| found.concern().clone());
    let concerns: Vec<Concern> = concerns.into_iter().collect();
    signed
        .reach()
        .offers::<AnswerContest>(&concerns, "Répondre, pour le fournisseur", form)
}

fn answer_form(contest: &Contest, formatter: Formatter<'_>) -> Markup {
    let own = contest
        .open
        .own
        .as_ref()
        .map(|own| match own.amount(formatter.per()) {
            Some(number) => number.to_string().replace('.', ","),
            None => formatter.value(own),
        });
    html! {
        section.sect aria-labelledby="repondre-titre" {
            (section_heading("repondre-titre", "Répondre, pour le fournisseur", None))
            form method="post" {
                fieldset.field {
                    legend { "Réponse" }
                    div.opts {
                        label.check { input type="radio" name="reponse" value="accepted" required; " La valeur est corrigée" }
                        label.check { input type="radio" name="reponse" value="maintained"; " La valeur est maintenue" }
                    }
                }
                div.field {
                    label for="valeur" { "Valeur corrigée" }
                    input #valeur name="valeur" value=[own] autocomplete="off" aria-describedby="valeur-aide";
                    p.hint #valeur-aide { "Seulement si la valeur est corrigée ; elle devient une révision de plus." }
                }
                div.field {
                    label for="explication" { "Explication" }
                    textarea #explication name="explication" rows="3" required {}
                }
                p.acts { button.btn.main type="submit" { "Répondre" } }
            }
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    reponse: String,
    #[serde(default)]
    valeur: String,
    #[serde(default)]
    explication: String,
}

/// `POST /contestations/{id}`.
pub(super) async fn answer(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    Path(id): Path<Uuid>,
    Form(given): Form<Given>,
) -> WebResult<Redirect> {
    let reach = signed.reach();
    let mut tx = db.read().await?;
    let contest = store::contest(&mut tx, id).await?;
    let contest = contest.filter(|contest| !contest.is_hidden(reach, clock.today()));
    let contest = contest.ok_or(WebError::NotFound)?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    drop(tx);
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today: clock.today(),
    };
    let concern = ground.answering(&contest.measure, &contest.supplier);
    reach.demands::<AnswerContest>(&[concern.at(contest.stage())])?;
    let words = stated(&given.explication, "Expliquez la réponse en une phrase.")?;
    let answer = match given.reponse.as_str() {
        "accepted" => {
            let corrected = value(catalogue.measure(&contest.measure), &given.valeur)?;
            Answer::Accept(
                corrected
                    .ok_or_else(|| WebError::Invalid("Écrivez la valeur corrigée.".to_owned()))?,
            )
        }
        "maintained" => Answer::Maintain,
        _ => return Err(WebError::Invalid("Choisissez une réponse.".to_owned())),
    };
    let change = Change::open(&db, &clock, signed.actor(), AnswerContest::NAME).await;
    let mut change = change.map_err(WebError::internal)?.because(words.clone());
    let contest = Answerable::find(change.tx(), ground, id).await?;
    let contest = contest.ok_or(WebError::NotFound)?;
    let permit = permit::<AnswerContest>(&mut change, contest).await?;
    crate::figures::contest::answer(&mut change, permit, &catalogue, (&answer, &words)).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/contestations/{id}")))
}
