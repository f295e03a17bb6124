//! `/valeurs/{observation}`: one value and all that was ever said of it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use uuid::Uuid;

use super::sourced::file_link;
use crate::access::{Concern, Reach, Signed};
use crate::documents::{self, AboutKind, Document};
use crate::figures::contest::{self, Contest, OpenAContest};
use crate::figures::provenance::{self, Revision, Story};
use crate::figures::rights::Ground;
use crate::figures::{Formatter, origin_words, supplier_words};
use crate::frameworks::{Catalogue, Library};
use crate::ledger::Moment;
use crate::measures::Measure;
use crate::organisations::{Directories, Directory};
use crate::platform::clock::{Clock, end_of_day, french_date, french_instant};
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{
    Address, AsOf, Crumb, WebError, WebResult, came_since, crumbs, fictional_mark, icon as glyph,
    section_heading, state,
};
use crate::tables::{day_of, downloads, whole, word};
use jiff::civil::Date;

/// What the page shows.
struct Facts<'a> {
    observation: Uuid,
    story: &'a Story,
    measure: Option<&'a Measure>,
    catalogue: &'a Catalogue,
    directory: &'a Directory,
    contests: Vec<Contest>,
    documents: Vec<Document>,
    /// The day asked for.
    asked: &'a AsOf,
    moment: Moment,
    address: &'a Address,
    /// What came after it.
    later: Later,
    today: Date,
    /// Who looks.
    reach: &'a Reach,
}

/// How much was said of the value after the day asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Later {
    revisions: usize,
    /// Contests opened.
    opened: usize,
    /// Contests answered.
    answered: usize,
    documents: usize,
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(directories): State<Directories>,
    Path(observation): Path<Uuid>,
    address: Address,
) -> WebResult<(StatusCode, Markup)> {
    let asked = AsOf::of(&address);
    let (reach, today) = (signed.reach(), clock.today());
    let past = asked.past(today);
    let mut tx = db.read().await?;
    let story = provenance::store::story(&mut tx, reach, today, observation).await?;
    let mut story = story.ok_or(WebError::NotFound)?;
    let revisions = past.map_or(0, |day| story.keep_until(end_of_day(day)));
    let moment = Moment::of(&mut tx, &asked, today).await?;
    if story.revisions.is_empty() {
        return Ok((
            StatusCode::OK,
            signed.page("Valeur", &not_yet(observation, &asked, today)),
        ));
    }
    let catalogue = library.catalogue_at(&mut tx, reach, moment.change).await?;
    let directory = directories.current(&mut tx, reach).await?;
    let contests = contest::store::contests(&mut tx, reach, today, Some(observation)).await?;
    let (opened, answered) = past.map_or((0, 0), |day| contest::since(&contests, day));
    let contests = contest::as_of(contests, past);
    let (seen, kind) = ((reach, today), AboutKind::Value);
    let mut documents =
        documents::store::about(&mut tx, seen, kind, &story.measure, i64::MAX).await?;
    drop(tx);
    let (place, period) = (&story.subject.place, story.subject.period.to_string());
    documents.retain(|d| d.about.place == *place && d.about.period == period);
    let (documents, attached) = documents::as_of(documents, past);
    let facts = Facts {
        observation,
        measure: catalogue.measure(&story.measure),
        story: &story,
        catalogue: &catalogue,
        directory: &directory,
        contests,
        documents,
        asked: &asked,
        moment,
        address: &address,
        later: Later {
            revisions,
            opened,
            answered,
            documents: attached,
        },
        today,
        reach,
    };
    Ok((asked.status(), signed.page(&title(&facts), &body(&facts))))
}

/// Where nothing was known of a value on the day asked for.
fn not_yet(observation: Uuid, asked: &AsOf, today: Date) -> Markup {
    let here = format!("/valeurs/{observation}");
    html! {
        div.head {
            h1 { "Aucune valeur n’était encore reçue ce jour-là" }
            p.lead { a href=(here) { "Voir ce qui est connu aujourd’hui" } }
            (asked.form(&Address::of(here), "Valeur connue au", today, &html! {}))
        }
    }
}

/// The day at which the value is looked at, and what came of it since.
fn as_of(facts: &Facts<'_>) -> Markup {
    let here = format!("/valeurs/{}", facts.observation);
    let later = facts.later;
    let came = [
        (later.revisions, "révision depuis", "révisions depuis"),
        (
            later.opened,
            "contestation ouverte depuis",
            "contestations ouvertes depuis",
        ),
        (
            later.answered,
            "réponse à une contestation depuis",
            "réponses à des contestations depuis",
        ),
        documents::attached_since(later.documents),
    ];
    let since = html! {
        @if facts.asked.past(facts.today).is_some() { (came_since(&came, &here)) }
    };
    facts.asked.form(
        &Address::of(here.as_str()),
        "Valeur connue au",
        facts.today,
        &since,
    )
}

fn title(facts: &Facts<'_>) -> String {
    let subject = &facts.story.subject;
    let measure = facts
        .measure
        .map_or(facts.story.measure.as_str(), |m| m.label.as_str());
    let part = match subject.breakdown.as_str() {
        "" => String::new(),
        part => format!(" ({part})"),
    };
    let place = place_name(facts.directory, &subject.place);
    format!("{measure}, {place}, {}{part}", subject.period.french())
}

/// That a program brought it, for the person named.
fn by_program(revision: &Revision) -> Markup {
    html! { @if let Some(program) = &revision.program { ", par le programme « " (program) " »" } }
}

/// What people call a place.
pub(super) fn place_name<'a>(directory: &'a Directory, code: &'a str) -> &'a str {
    directory
        .place(code)
        .map_or(code, |place| place.name.as_str())
}

fn body(facts: &Facts<'_>) -> Markup {
    let formatter = Formatter::new(facts.measure);
    let current = &facts.story.revisions[0];
    let subject = &facts.story.subject;
    let having = facts.catalogue.following(&facts.story.measure);
    let indicator = having.first();
    let home =
        indicator.map(
            |(framework, indicator)| match facts.catalogue.own(&facts.story.measure) {
                Some(own) => format!("/contrats/{}/indicateurs/{}", own.contract, indicator.key),
                None => format!(
                    "/indicateurs/{}/{}?mesure={}&periode={}",
                    framework.code, indicator.key, facts.story.measure, subject.period
                ),
            },
        );
    let code = indicator.and_then(|(_, indicator)| indicator.code.as_deref());
    let documents_to = format!("/valeurs/{}/documents", facts.observation);
    let here = format!("/valeurs/{}", facts.observation);
    let ground = Ground {
        catalogue: facts.catalogue,
        directory: facts.directory,
        today: facts.today,
    };
    let year = subject.period.year();
    let attaching = ground.attaching(&facts.story.measure, &subject.place, year);
    html! {
        (crumbs(&[
            Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
            Crumb { label: code.unwrap_or("Indicateur"), href: home.map(|home| facts.moment.href(&home)) },
            Crumb { label: "Valeur", href: None },
        ]))
        div.head {
            p.eyebrow { (place_name(facts.directory, &subject.place)) ", " (subject.period.french()) }
            h1 { (facts.measure.map_or(facts.story.measure.as_str(), |m| m.label.as_str())) }
            p.lead {
                b { (shown(current, formatter)) }
                @if current.provisional { ", provisoire" }
                @if current.fictional { " " (fictional_mark()) }
            }
            (as_of(facts))
            @for contest in facts.contests.iter().filter(|c| c.settled.is_none()) {
                div.flag.warn { p {
                    a href=(contest_href(facts, contest)) { (contest.open.french(formatter)) }
                    ". " (contest.standing(facts.moment.day).french()) "."
                } }
            }
        }
        (sheet(facts.reach, current))
        (revisions(facts, formatter))
        (contests(facts, formatter))
        (documents::section(("Documents", &facts.documents), (&documents_to, &here), &html! {}, (facts.reach, attaching)))
    }
}

/// The page of a contest, on the day shown.
fn contest_href(facts: &Facts<'_>, contest: &Contest) -> String {
    let path = format!("/contestations/{}", contest.open.id);
    facts.moment.href(&path)
}

fn shown(revision: &Revision, formatter: Formatter<'_>) -> String {
    revision.value.as_ref().map_or_else(
        || "Valeur retirée".to_owned(),
        |value| formatter.value(value),
    )
}

fn sheet(reach: &Reach, current: &Revision) -> Markup {
    html! {
        section.sect aria-labelledby="source-titre" {
            (section_heading("source-titre", "D’où vient cette valeur", None))
            dl.facts.big {
                dt { "Fournisseur" } dd { (supplier_words(&current.supplier)) }
                @if let Some(source) = &current.source { dt { "Source" } dd { (source) } }
                @if let Some(day) = current.reference_date { dt { "Date de référence" } dd { (french_date(day)) } }
                dt { "Reçue" } dd { (french_instant(current.received_at)) @if let Some(who) = &current.who { ", par " (who) } (by_program(current)) }
                dt { "Fichier" } dd { (file(reach, current)) }
                @if let Some(comment) = &current.comment { dt { "Commentaire" } dd { (comment) } }
                @if let Some(day) = current.embargo_until { dt { "Embargo" } dd { "Visible de tous à partir du " (french_date(day)) } }
            }
        }
    }
}

/// The file, its sheet and its cell.
fn file(reach: &Reach, revision: &Revision) -> Markup {
    html! {
        @match (&revision.file, &revision.cell) {
            (Some(file), cell) => {
                (file_link(reach, file))
                @if let Some(cell) = cell {
                    @if !cell.sheet.is_empty() { ", feuille « " (cell.sheet) " »" }
                    ", cellule " (cell.cell())
                }
            },
            (None, _) => span.muted { "Saisie à l’écran" },
        }
    }
}

fn revisions(facts: &Facts<'_>, formatter: Formatter<'_>) -> Markup {
    let all = &facts.story.revisions;
    let columns = vec![
        Column::numbers("no", "N°"),
        Column::words("valeur", "Valeur"),
        Column::words("recue", "Quand, par qui"),
        Column::words("motif", "Pourquoi").wide(),
        Column::words("fournisseur", "Fournisseur, fichier").wide(),
    ];
    let mut table = Table::new("revisions", "Révisions, la dernière d’abord", columns)
        .headed_by(1)
        .classed("stack")
        .caption_unseen();
    let before = all.iter().skip(1).map(Some).chain([None]);
    let rows = all.iter().zip(before);
    table.rows = rows
        .map(|(revision, before)| revision_row(facts, (revision, before), formatter))
        .collect();
    html! {
        section.sect aria-labelledby="revisions-titre" {
            (section_heading("revisions-titre", if all.len() > 1 { "Ce qui a été corrigé" } else { "Une seule révision" }, Some(html! {
                p { "Une valeur n’est jamais effacée : une correction est une révision de plus." }
            })))
            (table.html(facts.address))
            (downloads("revisions", "Les révisions", &[("valeur", &facts.observation.to_string())], facts.address))
        }
    }
}

fn revision_row(
    facts: &Facts<'_>,
    (revision, before): (&Revision, Option<&Revision>),
    formatter: Formatter<'_>,
) -> Row {
    let value = revision.value.as_ref();
    let amount = value.and_then(|value| value.amount(facts.measure.and_then(|m| m.per)));
    let said = amount.map_or_else(
        || Datum::Text(shown(revision, formatter)),
        |amount| Datum::number(Some(amount), formatter.decimals()),
    );
    let change = html! {
        @if let Some(before) = before { del { (shown(before, formatter)) } " → " }
        ins { (shown(revision, formatter)) }
        @if revision.provisional { " p" }
    };
    let when = html! { (french_instant(revision.received_at)) @if let Some(who) = &revision.who { span.sub { (who) (by_program(revision)) } } };
    let origin = origin_words(&revision.supplier, revision.source.as_deref());
    let why = revision.why.as_deref().or(revision.comment.as_deref());
    let from = html! { (origin) span.sub { (file(facts.reach, revision)) } };
    vec![
        whole(revision.no),
        Cell::from(said).shown(change),
        day_of(revision.received_at).shown(when),
        word(why),
        Cell::text(origin).shown(from),
    ]
}

fn contests(facts: &Facts<'_>, formatter: Formatter<'_>) -> Markup {
    let is_open = facts.contests.iter().any(|c| c.settled.is_none());
    let current = &facts.story.revisions[0];
    html! {
        section.sect aria-labelledby="contestations-titre" {
            (section_heading("contestations-titre", "Contestations", None))
            @if facts.contests.is_empty() { p.muted { "Cette valeur n’a jamais été contestée." } }
            @else { ul.rows { @for contest in &facts.contests {
                @let standing = contest.standing(facts.moment.day);
                @let (tone, icon) = standing.look();
                li { a href=(contest_href(facts, contest)) {
                    b { (glyph("people")) }
                    span { (contest.open.reason) }
                    span.sub { (state(tone, icon, &standing.french())) span { (french_instant(contest.opened_at)) } }
                } }
            } } }
            @if !is_open && current.value.is_some() && facts.asked.past(facts.today).is_none() { (contesting(facts, formatter)) }
        }
    }
}

/// The way to contest the value, or why whoever looks may not.
fn contesting(facts: &Facts<'_>, formatter: Formatter<'_>) -> Markup {
    let ground = Ground {
        catalogue: facts.catalogue,
        directory: facts.directory,
        today: facts.today,
    };
    let concern: Concern = ground.contesting(&facts.story.measure, &facts.story.subject.place);
    let form = contest_form(facts, formatter);
    facts
        .reach
        .offers::<OpenAContest>(&[concern], "Contester cette valeur", &form)
}

fn contest_form(facts: &Facts<'_>, formatter: Formatter<'_>) -> Markup {
    let current = &facts.story.revisions[0];
    let year = facts.story.subject.period.year();
    let days = contest::days_to_answer(facts.catalogue, &facts.story.measure, year);
    html! {
        details.more {
            summary { "Contester cette valeur" }
            form method="post" action={ "/valeurs/" (facts.observation) "/contester" } enctype="multipart/form-data" {
                input type="hidden" name="revision" value=(current.no);
                div.field {
                    label for="motif" { "Motif" }
                    textarea #motif name="motif" rows="3" required aria-describedby="motif-aide" {}
                    p.hint #motif-aide { "Ce qui ne va pas dans la valeur « " (shown(current, formatter)) " », et sur quoi vous vous appuyez." }
                }
                div.field {
                    label for="valeur" { "Votre valeur (facultatif)" }
                    input #valeur name="valeur" autocomplete="off";
                }
                (documents::optional_file())
                p.note { "Le fournisseur a " (days) " jours pour répondre. D’ici là, les deux valeurs sont montrées partout." }
                p.acts { button.btn type="submit" { "Contester" } }
            }
        }
    }
}
