//! `/imports/<id>`: one file, wherever it is in its life.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::parts::{batch_state, flag, trail};
use super::{columns, problems};
use crate::access::{Act as _, Denied, Reach, Refusal, Signed, button_or_why, may};
use crate::imports::{
    Batch, BatchState, Closed, CommitBatch, Counts, DropBatch, French, Imports, Intake, Kept,
    KnownFile, Problem, ReadAgain, Told, UndoBatch, Undoing, Uses, Verdict, named, store,
};
use crate::journal::history_href;
use crate::kernel::{counted, sentence};
use crate::platform::clock::french_instant;
use crate::platform::db::Tx;
use crate::platform::web::{
    Address, WebError, WebResult, document_with_status, icon, section_heading,
};
use crate::tables::downloads;

/// How many rows a page shows.
const PAGE: i64 = 50;

/// Which rows to show.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    voir: String,
    #[serde(default)]
    page: String,
    /// Not empty: what undoing would do.
    #[serde(default)]
    annuler: String,
}

/// What a page shows of a batch.
struct Look {
    batch: Batch,
    french: French,
    facts: Vec<(&'static str, String)>,
    problems: Vec<Problem>,
    uses: Uses,
    verdict: Verdict,
    page: i64,
    told: Vec<Told>,
    undoing: Option<Undoing>,
    /// Why what the file says is kept from whoever looks, where it is.
    hidden: Option<&'static str>,
    /// Whether what it says can be written, by whoever looks and now.
    commit: Result<(), Denied>,
    /// Whether they may have it read again, undone, or given up.
    again: Result<(), Denied>,
    undo: Result<(), Denied>,
    drop: Result<(), Denied>,
    now: i64,
}

pub(super) async fn page(
    signed: Signed,
    State(imports): State<Imports>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> WebResult<Response> {
    answer(&signed, &imports, known(&id)?, &shown, None).await
}

/// The identifier in an address.
pub(super) fn known(id: &str) -> WebResult<Uuid> {
    id.parse().map_err(|_| WebError::NotFound)
}

/// The page again, with why what was asked could not be done.
pub(super) async fn refused(
    signed: &Signed,
    imports: &Imports,
    id: Uuid,
    why: String,
) -> WebResult<Response> {
    answer(signed, imports, id, &Shown::default(), Some(why)).await
}

async fn answer(
    signed: &Signed,
    imports: &Imports,
    id: Uuid,
    shown: &Shown,
    why: Option<String>,
) -> WebResult<Response> {
    let look = look(signed, imports, id, shown).await?;
    let title = look.batch.file_name.clone();
    let body = html! {
        (trail(&title))
        (head(&look))
        @if let Some(why) = &why { (flag("late", &html! { (sentence(why)) })) }
        @else if let Some(denied) = barred(&look) { (flag("warn", &html! { "L’enregistrement serait refusé. " (denied.sentence) })) }
        (life(&look))
    };
    let waiting = look.batch.state == BatchState::Reading && !look.batch.is_stalled(look.now);
    let status = if why.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let mut response = document_with_status(status, signed.view(), &title, &body);
    if waiting {
        let refresh = HeaderName::from_static("refresh");
        response
            .headers_mut()
            .insert(refresh, axum::http::HeaderValue::from_static("2"));
    }
    Ok(response.into_response())
}

async fn look(signed: &Signed, imports: &Imports, id: Uuid, shown: &Shown) -> WebResult<Look> {
    let reach = signed.reach();
    let mut tx = imports.db.read().await?;
    let viewer = (reach, imports.clock.today());
    let known = imports.intakes.known(&mut tx, viewer, id).await?;
    let KnownFile { batch, kept } = known.ok_or(WebError::NotFound)?;
    let intake = imports.intakes.of(&batch)?;
    let verdict = Verdict::from_code(&shown.voir).unwrap_or_else(|| first_verdict(batch.counts));
    let page = shown.page.parse().unwrap_or(1).clamp(1, 1_000_000);
    let hidden = kept.is_hidden();
    let (rows, problems) = if hidden {
        (Vec::new(), Vec::new())
    } else {
        let rows = store::rows_of(&mut tx, id, verdict, ((page - 1) * PAGE, PAGE)).await?;
        (rows, store::problems(&mut tx, id).await?)
    };
    let undoing = match batch.state {
        BatchState::Committed if !shown.annuler.is_empty() && kept != Kept::Purpose => {
            Some(intake.later(&mut tx, &batch).await?)
        }
        _ => None,
    };
    let writes = match kept {
        Kept::Purpose => Ok(()),
        Kept::Words | Kept::Nothing => writes(&mut tx, reach, intake, &batch).await?,
    };
    let open = |may: Result<(), Denied>, act, shut: bool| match may {
        Ok(()) if shut => Err(intake.kept(act)),
        may => may,
    };
    let unseen = kept == Kept::Purpose;
    let again = may::<ReadAgain>(&mut tx, reach, &batch.id).await?;
    let undo = may::<UndoBatch>(&mut tx, reach, &batch.id).await?;
    let drop = may::<DropBatch>(&mut tx, reach, &batch.id).await?;
    Ok(Look {
        commit: open(writes, CommitBatch::NAME, unseen),
        again: open(again, ReadAgain::NAME, hidden),
        undo: open(undo, UndoBatch::NAME, unseen),
        drop: open(drop, DropBatch::NAME, hidden),
        french: intake.french(),
        // What is said beside the values tells of them: under embargo, it is kept as they are.
        facts: if hidden {
            Vec::new()
        } else {
            intake.facts(&mut tx, reach, &batch.said).await?
        },
        problems,
        uses: intake.uses(&mut tx, reach, &batch.said).await?,
        told: intake.told(&mut tx, reach, &rows).await?,
        verdict,
        page,
        undoing,
        hidden: hidden.then(|| intake.why_hidden()),
        now: imports.clock.now(),
        batch,
    })
}

/// More rows than this are judged when they are written, not each time they are looked at.
const JUDGED: i64 = 5_000;

/// Whether somebody may write what a batch says, and now: told before they try.
async fn writes(
    tx: &mut Tx,
    reach: &Reach,
    intake: &dyn Intake,
    batch: &Batch,
) -> WebResult<Result<(), Denied>> {
    let allowed = may::<CommitBatch>(tx, reach, &batch.id).await?;
    if allowed.is_err() || batch.counts.to_write() > JUDGED {
        return Ok(allowed);
    }
    Ok(match intake.closed(tx, reach, batch).await? {
        Some(Closed::Denied(denied)) => Err(denied),
        Some(Closed::Now(why)) => Err(Denied {
            act: CommitBatch::NAME,
            sentence: sentence(&why),
            kind: Refusal::Stage,
        }),
        None => Ok(()),
    })
}

/// Why what a file says would be refused if it were to be written now, where it would.
fn barred(look: &Look) -> Option<&Denied> {
    let batch = &look.batch;
    let waits = batch.state == BatchState::Rehearsed && batch.counts.to_write() > 0;
    look.commit.as_ref().err().filter(|_| waits)
}

/// What changes is looked at first.
fn first_verdict(counts: Counts) -> Verdict {
    let has_some = |verdict: &Verdict| counts.of(*verdict) > 0;
    Verdict::ALL
        .into_iter()
        .find(has_some)
        .unwrap_or(Verdict::Created)
}

fn head(look: &Look) -> Markup {
    let batch = &look.batch;
    let sender = batch.sender.as_deref().unwrap_or("Jalon, à l’installation");
    let read = batch.mapping.sheets.iter().filter(|sheet| sheet.header > 0);
    let sheets: Vec<&str> = read.map(|s| s.sheet.as_str()).collect();
    html! {
        div.head {
            p.eyebrow { (look.french.kind) ", déposé le " (french_instant(batch.created_at)) }
            h1 { (verdict(look)) }
            p.lead { (lead(look)) }
            dl.facts.row {
                div { dt { "Fichier" } dd.mono { (batch.file_name) } }
                div { dt { "État" } dd { (batch_state(batch.state)) } }
                @if sheets.iter().any(|name| !name.is_empty()) { div { dt { "Feuilles lues" } dd { (sheets.join(", ")) } } }
                @for (name, said) in &look.facts { div { dt { (name) } dd { (said) } } }
                div { dt { "Déposé par" } dd { (sender) } }
            }
            @if batch.committed_change.is_some() { p.acts { a.btn.sm href=(history_href(batch.id)) { "Historique" } } }
        }
    }
}

fn verdict(look: &Look) -> String {
    let batch = &look.batch;
    match batch.state {
        BatchState::Reading if batch.is_stalled(look.now) => {
            "La lecture s’est interrompue".to_owned()
        }
        BatchState::Reading => "Lecture en cours".to_owned(),
        BatchState::Unreadable => "Ce fichier n’a pas pu être lu".to_owned(),
        BatchState::Rehearsed if batch.counts.refused > 0 => {
            "Ce fichier ne peut pas encore être enregistré".to_owned()
        }
        BatchState::Rehearsed if batch.counts.to_write() == 0 => {
            "Ce fichier ne changerait rien".to_owned()
        }
        BatchState::Rehearsed => "Voici ce que cet import changerait".to_owned(),
        BatchState::Committed => "Cet import est enregistré".to_owned(),
        BatchState::Undone => "Cet import est annulé".to_owned(),
        BatchState::Dropped => "Cet import est abandonné".to_owned(),
    }
}

fn lead(look: &Look) -> String {
    let (batch, counts, french) = (&look.batch, look.batch.counts, look.french);
    let ready = ready(look);
    let cells = |count| counted(usize::try_from(count).unwrap_or(0), "cellule", "cellules");
    match batch.state {
        BatchState::Reading if batch.is_stalled(look.now) => {
            "Le serveur s’est sans doute arrêté. Le fichier est gardé : relisez-le.".to_owned()
        }
        BatchState::Reading if batch.rows_total == 0 => "Jalon ouvre le fichier.".to_owned(),
        BatchState::Reading => format!(
            "Déjà examinées : {} sur {}.",
            french.count(batch.rows_read),
            batch.rows_total
        ),
        BatchState::Unreadable => {
            format!(
                "{} Rien n’a été écrit.",
                sentence(batch.failure.as_deref().unwrap_or("raison inconnue"))
            )
        }
        BatchState::Rehearsed if counts.refused > 0 => format!(
            "Rien n’est écrit. {} à corriger ou à trancher ; {ready}.",
            cells(counts.refused)
        ),
        BatchState::Rehearsed if counts.to_write() + counts.unchanged == 0 => {
            if batch.mapping.sheets.is_empty() {
                format!("Jalon n’y a lu aucune {}.", french.one)
            } else {
                "Rien n’y a été lu : vérifiez la lecture des colonnes, plus bas.".to_owned()
            }
        }
        BatchState::Rehearsed if counts.to_write() == 0 => {
            "Tout ce qu’il dit est déjà dans Jalon.".to_owned()
        }
        BatchState::Rehearsed => format!("Rien n’est encore écrit. {ready}."),
        BatchState::Committed => format!(
            "{} par le changement n° {}.",
            french.said(counts.to_write(), "écrite"),
            batch.committed_change.unwrap_or_default()
        ),
        BatchState::Undone => format!(
            "Ce qu’il avait écrit a été remis comme avant par le changement n° {}. Il peut être enregistré à nouveau.",
            batch.undone_change.unwrap_or_default()
        ),
        BatchState::Dropped => {
            "Rien n’en a été écrit. Relire le fichier en fait un nouvel import.".to_owned()
        }
    }
}

/// How much a file holds that is to be written; it is promised to whom it would not be refused.
fn ready(look: &Look) -> String {
    let (count, french) = (look.batch.counts.to_write(), look.french);
    let is_left = look.batch.counts.refused > 0;
    match &look.commit {
        Err(_) if is_left => format!("{} par ailleurs", french.said(count, "lue")),
        Err(_) => french.said(count, "lue"),
        Ok(()) if is_left => format!("{} à écrire ensuite", french.count(count)),
        Ok(()) if count > JUDGED => format!(
            "{} ; le droit d’écrire chacune est vérifié à l’enregistrement",
            french.said(count, "lue")
        ),
        Ok(()) => french.said(count, "prête"),
    }
}

fn life(look: &Look) -> Markup {
    let batch = &look.batch;
    // What is answered or corrected has the file read again.
    let open = batch.state == BatchState::Rehearsed && look.again.is_ok();
    html! {
        @match batch.state {
            BatchState::Reading if batch.is_stalled(look.now) => { (closing(look)) }
            BatchState::Reading => { (progress(look)) }
            BatchState::Unreadable => { (closing(look)) }
            _ => {
                (counts(batch.counts))
                @if let Some(why) = look.hidden {
                    (flag("warn", &html! { (why) }))
                } @else {
                    (problems::section(batch.id, &look.problems, open))
                    (changes(look))
                }
                (columns::section(batch, &look.uses, open))
                (closing(look))
            }
        }
    }
}

fn progress(look: &Look) -> Markup {
    let batch = &look.batch;
    html! {
        section.sect aria-labelledby="avance" {
            (section_heading("avance", "Avancement", None))
            p {
                label for="barre" { "Lignes examinées : " }
                progress #barre max=(batch.rows_total.max(1)) value=(batch.rows_read) { (batch.rows_read) " sur " (batch.rows_total) }
            }
            p.note { "Cette page se met à jour toute seule ; vous pouvez la quitter et y revenir. " a href={ "/imports/" (batch.id) } { "Actualiser maintenant" } }
        }
    }
}

fn counts(counts: Counts) -> Markup {
    let all = counts.created + counts.changed + counts.unchanged + counts.refused;
    let share = |count: i64| {
        format!(
            "{}.{:02}",
            count * 100 / all.max(1),
            count * 10_000 / all.max(1) % 100
        )
    };
    let shares = [
        counts.created,
        counts.changed,
        counts.unchanged,
        counts.refused,
    ];
    let mut from = 0;
    let bars = shares.map(|count| {
        let x = share(from);
        from += count;
        (x, share(count))
    });
    let label = format!(
        "Créées {}, modifiées {}, inchangées {}, refusées {}",
        counts.created, counts.changed, counts.unchanged, counts.refused
    );
    html! {
        section.sect aria-labelledby="compte" {
            (section_heading("compte", &counted(usize::try_from(all).unwrap_or(0), "cellule lue", "cellules lues"), None))
            dl.kpi {
                (figure("créées", "s-ok", "plus", counts.created, "Rien avant"))
                (figure("modifiées", "s-ok", "edit", counts.changed, "L’ancienne reste lisible"))
                (figure("inchangées", "s-idle", "same", counts.unchanged, "Rien à écrire"))
                (figure("refusées", if counts.refused > 0 { "s-late" } else { "s-idle" }, "x", counts.refused, "À corriger ou à trancher"))
            }
            @if all > 0 {
                svg.bar.gap viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=(label) {
                    @for (rank, (x, width)) in bars.iter().enumerate() { rect class={ "p" (rank + 1) } x=(x) width=(width) height="8" {} }
                }
            }
        }
    }
}

fn figure(word: &str, tone: &str, picture: &str, count: i64, note: &str) -> Markup {
    html! { div { dt { (word) } dd class=(tone) { (icon(picture)) " " (count) } dd.small { (note) } } }
}

fn changes(look: &Look) -> Markup {
    let (batch, counts) = (&look.batch, look.batch.counts);
    if counts.to_write() + counts.unchanged == 0 {
        return html! {};
    }
    let word = |verdict| match verdict {
        Verdict::Created => "Créées",
        Verdict::Changed => "Modifiées",
        Verdict::Unchanged => "Inchangées",
    };
    let address = |verdict: Verdict, page: i64| {
        format!(
            "/imports/{}?voir={}&page={page}#lignes",
            batch.id,
            verdict.code()
        )
    };
    let (first, all) = ((look.page - 1) * PAGE + 1, counts.of(look.verdict));
    let last = (first + PAGE - 1).min(all);
    html! {
        section.sect aria-labelledby="lignes" {
            div.sect-h {
                h2 #lignes { (word(look.verdict)) " : " (look.french.count(all)) }
                nav aria-label="Lignes affichées" { ul.seg { @for verdict in Verdict::ALL {
                    li { a href=(address(verdict, 1)) aria-current=[(verdict == look.verdict).then_some("true")] { (word(verdict)) " " (counts.of(verdict)) } }
                } } }
            }
            @if look.told.is_empty() { p { "Aucune." } } @else {
                (rows(look, first, last, all))
                @let lot = look.batch.id.to_string();
                @let none = Address::of("/imports");
                (downloads("lignes", &format!("Cellules {}", word(look.verdict).to_lowercase()), &[("lot", &lot), ("voir", look.verdict.code())], &none))
                (downloads("lignes", "Toutes les cellules lues", &[("lot", &lot)], &none))
            }
            p.acts {
                @if look.page > 1 { a.btn.sm href=(address(look.verdict, look.page - 1)) { "Précédentes" } }
                @if last < all { a.btn.sm href=(address(look.verdict, look.page + 1)) { "Suivantes" } }
            }
        }
    }
}

fn rows(look: &Look, first: i64, last: i64, all: i64) -> Markup {
    html! {
        table.tbl.stack {
            caption { "Lignes " (first) " à " (last) " sur " (all) ", dans l’ordre du fichier." }
            thead { tr {
                th scope="col" { "Sujet" } th scope="col" { "Où et quand" }
                th.n scope="col" { "Ancienne → nouvelle" } th scope="col" { "À côté" }
            } }
            tbody { @for told in &look.told { tr {
                th scope="row" { (told.about[0]) }
                td data-l="Où et quand" { (told.about[1]) }
                td.n.diff data-l="Ancienne et nouvelle" {
                    @if let Some(before) = &told.before { del { (before) } span.vh { " devient " } (icon("out")) " " }
                    ins { (told.after) }
                }
                td.x data-l="À côté" { @if let Some(beside) = &told.beside { (beside) } @else { span.muted { "Rien d’autre" } } }
            } } }
        }
    }
}

/// What does something to it, or why whoever looks may not.
fn or_why(allowed: &Result<(), Denied>, label: &str, way: &Markup) -> Markup {
    button_or_why(allowed.as_ref().map(|&()| ()), label, way)
}

/// What can be done with it now.
fn closing(look: &Look) -> Markup {
    const AGAIN: &str = "Relire le fichier contre l’état présent";
    let batch = &look.batch;
    let ready =
        batch.state.may_be_committed() && batch.counts.refused == 0 && batch.counts.to_write() > 0;
    html! {
        @if let Some(undoing) = &look.undoing { (undo(look, undoing)) }
        div.commit {
            p.lead {
                @if ready { b { (look.french.count(batch.counts.to_write())) } " : " (batch.counts.created) " à créer, " (batch.counts.changed) " à modifier." }
                @else { (batch_state(batch.state)) }
            }
            div.acts {
                @if ready {
                    @let label = format!("Enregistrer {}", look.french.count(batch.counts.to_write()));
                    (or_why(&look.commit, &label, &button(batch, "enregistrer", "main", &label)))
                }
                (or_why(&look.again, AGAIN, &button(batch, "relire", "", AGAIN)))
                @if batch.state == BatchState::Committed {
                    @let undo = html! { a.btn.warn href={ "/imports/" (batch.id) "?annuler=oui#annuler" } { "Annuler cet import…" } };
                    (or_why(&look.undo, "Annuler cet import", &undo))
                }
                @if batch.state.may_be_dropped() { (or_why(&look.drop, "Abandonner", &button(batch, "abandonner", "warn", "Abandonner"))) }
            }
        }
    }
}

fn button(batch: &Batch, act: &str, kind: &str, label: &str) -> Markup {
    html! {
        form method="post" action={ "/imports/" (batch.id) "/" (act) } {
            button class={ "btn " (kind) } type="submit" { (label) }
        }
    }
}

fn undo(look: &Look, undoing: &Undoing) -> Markup {
    let french = look.french;
    let kept: Vec<_> = undoing
        .kept
        .iter()
        .map(|later| later.place.clone())
        .collect();
    html! {
        section.sect aria-labelledby="annuler" {
            (section_heading("annuler", "Annuler cet import", None))
            p {
                "À remettre comme avant : " (french.count(undoing.restored)) ". "
                "À retirer, faute de rien avant : " (french.count(undoing.withdrawn)) "."
                @if !kept.is_empty() {
                    " À laisser, car changé depuis : "
                    (french.count(i64::try_from(kept.len()).unwrap_or(i64::MAX)))
                    " (" (named(&kept)) ")."
                }
            }
            @if undoing.restored + undoing.withdrawn > 0 {
                form.simple method="post" action={ "/imports/" (look.batch.id) "/annuler" } {
                    div.field {
                        label for="motif" { "Motif de l’annulation" }
                        p.hint #motif-aide { "Il reste au journal, à côté de l’annulation." }
                        textarea #motif name="motif" rows="2" required aria-describedby="motif-aide" {}
                    }
                    p.acts { button.btn.warn type="submit" { "Annuler cet import" } }
                }
            }
        }
    }
}
