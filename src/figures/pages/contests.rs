//! `/contestations`: values contested, and the answers to them.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::Redirect;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::value::place_name;
use crate::access::{Act as _, Concern, Signed, permit};
use crate::documents::{self, About, AboutKind, AttachDocument, Attachment, receive};
use crate::figures::Formatter;
use crate::figures::contest::{
    Answer, AnswerContest, Contest, ContestError, NewContest, OpenAContest, days_to_answer, store,
};
use crate::figures::provenance::{self, Story};
use crate::figures::rights::{Answerable, Contestable, Ground};
use crate::figures::values::read_answer;
use crate::frameworks::{Catalogue, Library};
use crate::journal::history_href;
use crate::kernel::Value;
use crate::ledger::{self, Change};
use crate::measures::Measure;
use crate::organisations::{Directories, Directory};
use crate::platform::clock::{Clock, french_date, french_instant};
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::web::{Crumb, WebError, WebResult, crumbs, section_heading, state};
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
    drop(tx);
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
    let directory = directories.current(change.tx(), reach).await?;
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today,
    };
    let value = Contestable::find(change.tx(), ground, observation).await?;
    let value = value.ok_or(WebError::NotFound)?;
    let concern = value.concern().clone();
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

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    etat: String,
}

/// `/contestations`.
pub(super) async fn list(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    Query(asked): Query<Asked>,
) -> WebResult<Markup> {
    let (reach, today) = (signed.reach(), clock.today());
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let contests = store::contests(&mut tx, reach, today, None).await?;
    drop(tx);
    let waiting = contests.iter().filter(|c| c.settled.is_none()).count();
    let all = asked.etat == "toutes";
    let shown: Vec<&Contest> = contests
        .iter()
        .filter(|contest| all || contest.settled.is_none())
        .collect();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Circuit", href: Some("/circuit".to_owned()) },
            Crumb { label: "Contestations", href: None },
        ]))
        div.head {
            h1 { @match waiting {
                0 => { "Aucune contestation n’attend de réponse" },
                1 => { "Une contestation attend sa réponse" },
                n => { (n) " contestations attendent leur réponse" },
            } }
            p.lead { "Une région qui conteste une valeur donne son motif et sa valeur ; le fournisseur répond, et d’ici là les deux sont montrées." }
        }
        nav aria-label="Contestations affichées" { ul.seg {
            li { a href="/contestations" aria-current=[(!all).then_some("true")] { "En attente" } }
            li { a href="/contestations?etat=toutes" aria-current=[all.then_some("true")] { "Toutes" } }
        } }
        @if shown.is_empty() {
            p { "Pour contester une valeur, ouvrez-la depuis la page de son indicateur, puis choisissez « Contester cette valeur »." }
        } @else {
            (table(&catalogue, &directory, &shown, today))
            (downloads("contestations", "Les contestations", &[("etat", &asked.etat)]))
        }
    };
    Ok(signed.page("Contestations", &body))
}

fn table(catalogue: &Catalogue, directory: &Directory, shown: &[&Contest], today: Date) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Contestations, défilable" {
            table.tbl.stack {
                caption.vh { "Contestations" }
                thead { tr {
                    th scope="col" { "Valeur" } th.n scope="col" { "Contestée" } th.n scope="col" { "Proposée" }
                    th scope="col" { "Fournisseur" } th scope="col" { "Réponse" }
                } }
                tbody { @for contest in shown {
                    @let measure = catalogue.measure(&contest.measure);
                    @let formatter = Formatter::new(measure);
                    @let standing = contest.standing(today);
                    @let (tone, icon) = standing.look();
                    tr {
                        th scope="row" {
                            a href={ "/contestations/" (contest.open.id) } { (measure.map_or(contest.measure.as_str(), |m| m.label.as_str())) }
                            span.sub { (place_name(directory, &contest.subject.place)) ", " (contest.subject.period.french()) }
                        }
                        td.n data-l="Contestée" { (said(contest.contested.as_ref(), formatter)) }
                        td.n data-l="Proposée" { (said(contest.open.own.as_ref(), formatter)) }
                        td data-l="Fournisseur" { (contest.supplier) }
                        td.x data-l="Réponse" { (state(tone, icon, &standing.french())) }
                    }
                } }
            }
        }
    }
}

fn said(value: Option<&Value>, formatter: Formatter<'_>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| formatter.value(value))
}

/// `/contestations/{id}`.
pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    Path(id): Path<Uuid>,
) -> WebResult<Markup> {
    let (reach, today) = (signed.reach(), clock.today());
    let mut tx = db.read().await?;
    let contest = store::contest(&mut tx, id).await?;
    let contest = contest.filter(|contest| !contest.is_hidden(reach, today));
    let contest = contest.ok_or(WebError::NotFound)?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let known = ledger::last_change(&mut tx).await?;
    let kind = AboutKind::Contest;
    let (seen, subject) = ((reach, today), id.to_string());
    let evidence = documents::store::about(&mut tx, seen, kind, &subject, known).await?;
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today,
    };
    let answerable = Answerable::find(&mut tx, ground, id).await?;
    drop(tx);
    let measure = catalogue.measure(&contest.measure);
    let label = measure.map_or(contest.measure.as_str(), |m| m.label.as_str());
    let standing = contest.standing(today);
    let (tone, icon) = standing.look();
    let body = html! {
        (crumbs(&[
            Crumb { label: "Contestations", href: Some("/contestations".to_owned()) },
            Crumb { label, href: None },
        ]))
        div.head {
            p.eyebrow { (place_name(&directory, &contest.subject.place)) ", " (contest.subject.period.french()) }
            h1 { "Valeur contestée : " (label) }
            p.lead { (state(tone, icon, &standing.french())) }
            p.acts { a.btn.sm href=(history_href(id)) { "Historique" } }
        }
        (sides(&contest, Formatter::new(measure)))
        section.sect aria-labelledby="pieces-titre" {
            (section_heading("pieces-titre", "Pièces jointes", None))
            (documents::list(&evidence, &format!("/contestations/{id}")))
        }
        @match &contest.settled {
            Some(settled) => section.sect aria-labelledby="reponse-titre" {
                (section_heading("reponse-titre", settled.outcome.french(), None))
                p { (settled.answer) }
                p.note { (french_instant(settled.at)) @if let Some(by) = &settled.by { ", " (by) } }
            },
            None => (answering(&signed, answerable.as_ref(), &answer_form(&contest, Formatter::new(measure)))),
        }
    };
    Ok(signed.page("Valeur contestée", &body))
}

fn sides(contest: &Contest, formatter: Formatter<'_>) -> Markup {
    html! {
        dl.kpi {
            div {
                dt { "Valeur du fournisseur" }
                dd { a.src href={ "/valeurs/" (contest.observation) } { (said(contest.contested.as_ref(), formatter)) } }
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
    reponse: String,
    #[serde(default)]
    valeur: String,
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
    drop(tx);
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
    let directory = directories.current(change.tx(), reach).await?;
    let ground = Ground {
        catalogue: &catalogue,
        directory: &directory,
        today: clock.today(),
    };
    let contest = Answerable::find(change.tx(), ground, id).await?;
    let contest = contest.ok_or(WebError::NotFound)?;
    let permit = permit::<AnswerContest>(&mut change, contest).await?;
    crate::figures::contest::answer(&mut change, permit, &catalogue, (&answer, &words)).await?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("/contestations/{id}")))
}
