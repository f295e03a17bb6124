//! `/droits/revue`: the reviews one takes part in, opening one, and deciding, page by page.

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::store::{self, ReviewError};
use super::{
    ConfirmGrant, Decision, Entry, NewReview, OpenReview, Progress, Review, ToConfirm, remind,
};
use crate::access::grant::pages::{PEOPLE, scope_words};
use crate::access::grant::store::{GrantError, end};
use crate::access::grant::{EndGrant, LONGEST_REASON};
use crate::access::role::Roles;
use crate::access::{Act as _, Reach, Signed, answering, permit};
use crate::kernel::counted;
use crate::ledger::{Change, history_href};
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::{Db, Tx};
use crate::platform::mail;
use crate::platform::web::{
    Address, Crumb, Shell, WebError, WebResult, crumbs, document_with_status, section_heading,
    state,
};
use crate::tables::downloads;

const REVIEWS: &str = "/droits/revue";
const TITLE: &str = "Revue des habilitations";
/// How many grants a page holds.
const PAGE: usize = 50;

/// The pages of this part.
pub(in crate::people) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
{
    Router::new()
        .route(REVIEWS, get(list).post(open))
        .route("/droits/revue/{review}", get(page).post(decide))
}

/// What was typed to open one.
#[derive(Debug, Default, Deserialize)]
struct Typed {
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    echeance: String,
}

async fn list(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
) -> WebResult<Markup> {
    let body = listed(&signed, &db, &clock, &Typed::default(), None).await?;
    Ok(signed.page(TITLE, &body))
}

/// Who manages nobody has no part in it.
fn takes_part(reach: &Reach) -> WebResult<()> {
    let gives = reach.gives_something();
    gives.map_err(|denied| WebError::Forbidden(denied.sentence))
}

async fn listed(
    signed: &Signed,
    db: &Db,
    clock: &Clock,
    typed: &Typed,
    mistake: Option<&str>,
) -> WebResult<Markup> {
    let (reach, today) = (signed.reach(), clock.today());
    takes_part(reach)?;
    let mut tx = db.read().await?;
    let mut reviews = Vec::new();
    for review in store::reviews(&mut tx, reach).await? {
        let entries = store::entries(&mut tx, reach, &review, today).await?;
        reviews.push((review, Progress::of(&entries)));
    }
    let places = openable(&mut tx, reach).await?;
    drop(tx);
    Ok(html! {
        div.head {
            h1 { (TITLE) }
            p.lead { "Une fois par an, chaque habilitation est confirmée ou prend fin. Rien ne prend fin tout seul." }
        }
        @if reviews.is_empty() { p { "Aucune revue n’a encore été ouverte." } } @else {
            ul.brief { @for (review, progress) in &reviews { li {
                a href={ (REVIEWS) "/" (review.id) } { (name(review)) }
                ", à décider avant le " (french_date(review.due_on)) " : " (progress_words(*progress))
            } } }
        }
        @if !places.is_empty() { (opening(&places, typed, today.year(), mistake)) }
    })
}

/// For whom somebody may open a review: the codes of organisations, empty for the whole country.
async fn openable(tx: &mut Tx, reach: &Reach) -> WebResult<Vec<String>> {
    let mut places = Vec::new();
    let own = reach
        .grants()
        .iter()
        .map(|grant| grant.remit.organisation.as_str());
    let codes: std::collections::BTreeSet<&str> = std::iter::once("").chain(own).collect();
    for code in codes {
        let concern = answering(tx, code, "").await?;
        if reach.may_look(OpenReview::NAME, &concern) {
            places.push(code.to_owned());
        }
    }
    Ok(places)
}

fn name(review: &Review) -> String {
    match review.organisation.as_str() {
        "" => format!("Revue {}", review.year),
        code => format!("Revue {} de {code}", review.year),
    }
}

/// « 12 à décider sur 40 », or that nothing is left.
fn progress_words(progress: Progress) -> String {
    match progress {
        Progress { all: 0, .. } => "aucune habilitation ne vous revient.".to_owned(),
        Progress { waiting: 0, all } => format!("toutes décidées ({all})."),
        Progress { waiting, all } => format!("{waiting} à décider sur {all}."),
    }
}

fn opening(places: &[String], typed: &Typed, year: i16, mistake: Option<&str>) -> Markup {
    html! {
        section.sect aria-labelledby="ouvrir" {
            (section_heading("ouvrir", &format!("Ouvrir la revue {year}"), None))
            form.simple method="post" action=(REVIEWS) {
                div.field {
                    label for="organisation" { "Pour" }
                    select #organisation name="organisation" {
                        @for code in places { option value=(code) selected[*code == typed.organisation] {
                            @if code.is_empty() { "Tout le pays" } @else { (code) }
                        } }
                    }
                }
                div.field {
                    label for="echeance" { "À décider avant le" }
                    p.hint #echeance-aide { "Un rappel part une semaine avant, et un autre une fois ce jour passé." }
                    input #echeance type="date" name="echeance" value=(typed.echeance) required aria-describedby="echeance-aide echeance-dit" aria-invalid=[mistake.map(|_| "true")];
                    p.s-late.told #echeance-dit { (mistake.unwrap_or_default()) }
                }
                p.acts { button.btn.main type="submit" { "Ouvrir la revue" } }
            }
        }
    }
}

async fn open(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let (today, due_on) = (clock.today(), typed.echeance.trim().parse());
    let new = NewReview {
        year: today.year(),
        organisation: typed.organisation.trim().to_owned(),
        due_on: due_on.as_ref().map_or(today, |due_on| *due_on),
    };
    let change = Change::open(&db, &clock, signed.actor(), OpenReview::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    let allowed = permit::<OpenReview>(&mut change, new).await?;
    if due_on.is_err() {
        drop(change);
        let told = "Écrivez un jour du calendrier.";
        return again(&signed, &db, &clock, &typed, told).await;
    }
    let id = match store::open(&mut change, allowed).await {
        Ok(id) => id,
        Err(ReviewError::Ledger(error)) => return Err(WebError::internal(error)),
        Err(told) => {
            drop(change);
            return again(&signed, &db, &clock, &typed, &told.to_string()).await;
        }
    };
    change.commit().await.map_err(WebError::internal)?;
    // Those who take part are told in a transaction of its own: the change is what they are told of.
    let mut tx = db.write_aside().await?;
    let all = store::all(&mut tx).await?;
    if let Some(review) = all.iter().find(|review| review.id == id) {
        let letters = remind::letters(&mut tx, &clock, review).await?;
        mail::store::write(&mut tx, &clock, &letters).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("{REVIEWS}/{id}")).into_response())
}

async fn again(
    signed: &Signed,
    db: &Db,
    clock: &Clock,
    typed: &Typed,
    mistake: &str,
) -> WebResult<Response> {
    let body = listed(signed, db, clock, typed, Some(mistake)).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(document_with_status(status, signed.view(), TITLE, &body))
}

/// Everything that a page of decisions shows.
struct Look {
    review: Review,
    entries: Vec<Entry>,
    me: Option<Uuid>,
    overdue: bool,
}

async fn look(signed: &Signed, db: &Db, clock: &Clock, id: Uuid) -> WebResult<Look> {
    let (reach, today) = (signed.reach(), clock.today());
    let (review, entries) = seen(&mut db.read().await?, reach, id, today).await?;
    Ok(Look {
        overdue: review.due_on < today,
        review,
        entries,
        me: reach.actor().person(),
    })
}

/// A review, and those of its grants that somebody may decide of; not found by who has no part in
/// it.
pub(in crate::people) async fn seen(
    tx: &mut Tx,
    reach: &Reach,
    id: Uuid,
    today: Date,
) -> WebResult<(Review, Vec<Entry>)> {
    takes_part(reach)?;
    let reviews = store::reviews(tx, reach).await?;
    let review = reviews.into_iter().find(|review| review.id == id);
    let review = review.ok_or(WebError::NotFound)?;
    let entries = store::entries(tx, reach, &review, today).await?;
    Ok((review, entries))
}

async fn page(
    signed: Signed,
    address: Address,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(id): Path<Uuid>,
) -> WebResult<Markup> {
    let look = look(&signed, &db, &clock, id).await?;
    let title = name(&look.review);
    Ok(signed.page(&title, &body(&look, &address, None)))
}

fn body(look: &Look, address: &Address, mistake: Option<&str>) -> Markup {
    let shows_all = address.get("voir") == "tout";
    let progress = Progress::of(&look.entries);
    let shown = look
        .entries
        .iter()
        .filter(|entry| shows_all || entry.decision == Decision::Waiting);
    let shown: Vec<&Entry> = shown.collect();
    let number: usize = address.get("page").parse().unwrap_or(1);
    let pages = shown.len().div_ceil(PAGE).max(1);
    let number = number.clamp(1, pages);
    let some: Vec<&Entry> = shown
        .into_iter()
        .skip((number - 1) * PAGE)
        .take(PAGE)
        .collect();
    let path = format!("{REVIEWS}/{}", look.review.id);
    html! {
        (crumbs(&[
            Crumb { label: TITLE, href: Some(REVIEWS.to_owned()) },
            Crumb { label: &name(&look.review), href: None },
        ]))
        div.head {
            h1 { (name(&look.review)) }
            p.lead { (progress_words(progress)) " À décider avant le " (french_date(look.review.due_on)) "." }
            p {
                label for="avance" { "Décidées : " }
                progress #avance max=(progress.all.max(1)) value=(progress.all - progress.waiting) { (progress.all - progress.waiting) " sur " (progress.all) }
            }
            p.acts {
                @if shows_all { a.btn.sm href=(path) { "Seulement ce qui reste à décider" } }
                @else { a.btn.sm href={ (path) "?voir=tout" } { "Voir aussi ce qui est décidé" } }
                a.btn.sm href=(history_href(look.review.id)) { "Historique" }
            }
        }
        @if look.overdue && progress.waiting > 0 {
            div.flag.late { p { "L’échéance est passée : " (counted(progress.waiting, "habilitation n’a", "habilitations n’ont")) " pas été confirmée"
                @if progress.waiting > 1 { "s" } ". Elles valent toujours : rien ne prend fin tout seul." } }
        }
        @if let Some(mistake) = mistake { div.flag.late role="alert" { p { "Rien n’est enregistré. " (mistake) } } }
        @if some.is_empty() { p { "Il ne reste rien à décider ici." } } @else {
            (decisions(look, &path, &some))
            (downloads("revue", "Les habilitations de la revue", &[("revue", &look.review.id.to_string())], address))
        }
        @if pages > 1 { p.acts {
            @if number > 1 { a.btn.sm href=(address.with("page", (number - 1).to_string()).href()) { "Précédentes" } }
            span { "Page " (number) " sur " (pages) }
            @if number < pages { a.btn.sm href=(address.with("page", (number + 1).to_string()).href()) { "Suivantes" } }
        } }
    }
}

fn decisions(look: &Look, path: &str, some: &[&Entry]) -> Markup {
    let waits = some
        .iter()
        .any(|e| e.decision == Decision::Waiting && Some(e.person) != look.me);
    html! {
        form method="post" action=(path) {
            table.tbl.stack {
                caption.vh { "Les habilitations de cette page" }
                thead { tr { th scope="col" { "Personne" } th scope="col" { "Habilitation" } th scope="col" { "Du … au" } th scope="col" { "Décision" } } }
                tbody { @for entry in some { (row(look, entry)) } }
            }
            @if waits {
                div.field {
                    label for="motif" { "Motif de ce qui prend fin" }
                    p.hint #motif-aide { "Demandé dès qu’une ligne prend fin ; le journal le garde." }
                    input #motif name="motif" maxlength=(LONGEST_REASON) autocomplete="off" aria-describedby="motif-aide";
                }
                p.acts {
                    button.btn.main type="submit" { "Enregistrer ces décisions" }
                    button.btn type="submit" name="tout" value="oui" { "Confirmer toute la page, sauf ce qui prend fin" }
                }
            }
        }
    }
}

fn row(look: &Look, entry: &Entry) -> Markup {
    let id = entry.grant.id;
    let choice = |value: &str, label: &str| {
        html! { label { input type="radio" name={ "g." (id) } value=(value); " " (label) span.vh { " : " (entry.name) ", " (Roles::known().name(&entry.grant.remit.role)) } } " " }
    };
    html! { tr {
        th scope="row" { a href={ (PEOPLE) "/" (entry.person) } { (entry.name) } span.sub { (entry.email) } }
        td data-l="Habilitation" { (Roles::known().name(&entry.grant.remit.role)) span.sub { (scope_words(&entry.grant)) } }
        td data-l="Du … au" { (french_date(entry.starts_on)) span.sub { @match entry.ends_on { Some(day) => { "au " (french_date(day)) }, None => { "sans fin" } } } }
        td data-l="Décision" { @match entry.decision {
            Decision::Confirmed => (state("ok", "ok", "Confirmée")),
            Decision::Over => (state("idle", "idle", "Finie")),
            Decision::Waiting if Some(entry.person) == look.me => span.muted { "La vôtre : quelqu’un d’autre en décide" },
            Decision::Waiting => {
                input type="hidden" name="ligne" value=(id);
                (choice("confirmer", "Confirmer")) (choice("finir", "Mettre fin"))
            }
        } }
    } }
}

/// What was decided of a page: the grants confirmed, and those that end.
#[derive(Debug, Default)]
struct Decided {
    confirmed: Vec<Uuid>,
    ended: Vec<Uuid>,
    why: String,
}

impl Decided {
    fn of(sent: &[(String, String)]) -> Self {
        let mut decided = Self::default();
        let all = sent.iter().any(|(name, _)| name == "tout");
        for (name, value) in sent {
            let chosen = name.strip_prefix("g.").and_then(|id| id.parse().ok());
            match (chosen, value.as_str()) {
                (Some(id), "confirmer") => decided.confirmed.push(id),
                (Some(id), "finir") => decided.ended.push(id),
                _ if name == "motif" => value.trim().clone_into(&mut decided.why),
                _ => {}
            }
        }
        let rows = sent.iter().filter(|(name, _)| all && name == "ligne");
        for id in rows.filter_map(|(_, id)| id.parse().ok()) {
            if !decided.ended.contains(&id) {
                decided.confirmed.push(id);
            }
        }
        decided.confirmed.sort_unstable();
        decided.confirmed.dedup();
        decided
    }

    /// What keeps it from being written.
    fn mistake(&self) -> Option<&'static str> {
        let length = self.why.chars().count();
        if self.confirmed.is_empty() && self.ended.is_empty() {
            Some("Choisissez « Confirmer » ou « Mettre fin » sur une ligne au moins.")
        } else if !self.ended.is_empty() && (length == 0 || length > LONGEST_REASON) {
            Some("Dites pourquoi une habilitation prend fin, en 500 caractères au plus.")
        } else {
            None
        }
    }
}

async fn decide(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(id): Path<Uuid>,
    Form(sent): Form<Vec<(String, String)>>,
) -> WebResult<Response> {
    let look = look(&signed, &db, &clock, id).await?;
    let decided = Decided::of(&sent);
    if let Some(mistake) = decided.mistake() {
        let path = Address::of(format!("{REVIEWS}/{id}"));
        let body = body(&look, &path, Some(mistake));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let title = name(&look.review);
        return Ok(document_with_status(status, signed.view(), &title, &body));
    }
    let is_listed = |grant: &Uuid| look.entries.iter().any(|e| e.grant.id == *grant);
    if !decided
        .confirmed
        .iter()
        .chain(&decided.ended)
        .all(is_listed)
    {
        // Somebody else's to decide: whoever asks may not even know of it.
        return Err(WebError::NotFound);
    }
    let change = Change::open(&db, &clock, signed.actor(), ConfirmGrant::NAME).await;
    let mut change = change.map_err(WebError::internal)?;
    if !decided.ended.is_empty() {
        change.explain(&decided.why);
    }
    let waits = |grant: &Uuid| {
        let mut entries = look.entries.iter();
        entries.any(|e| e.grant.id == *grant && e.decision == Decision::Waiting)
    };
    for grant in decided.confirmed.into_iter().filter(waits) {
        let asked = ToConfirm { review: id, grant };
        let allowed = permit::<ConfirmGrant>(&mut change, asked).await?;
        let done = store::confirm(&mut change, allowed).await;
        done.map_err(WebError::internal)?;
    }
    for grant in decided.ended.into_iter().filter(waits) {
        let allowed = permit::<EndGrant>(&mut change, grant).await?;
        match end(&mut change, allowed).await {
            // Somebody ended it meanwhile: that is what was asked.
            Ok(()) | Err(GrantError::Ended) => {}
            Err(refused) => return Err(refused.into()),
        }
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&format!("{REVIEWS}/{id}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Decided {
        let owned = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        Decided::of(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn a_whole_page_is_confirmed_but_for_what_ends() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (one, two) = (a.to_string(), b.to_string());
        let ends = format!("g.{two}");
        let fields = [
            ("ligne", one.as_str()),
            ("ligne", two.as_str()),
            (ends.as_str(), "finir"),
        ];
        let some = sent(&fields);
        assert_eq!((some.confirmed.len(), some.ended.clone()), (0, vec![b]));
        assert!(some.mistake().is_some(), "an end takes a reason");
        let mut all = fields.to_vec();
        all.extend([("tout", "oui"), ("motif", "Partie")]);
        let all = sent(&all);
        assert_eq!(
            (all.confirmed.clone(), all.ended.clone()),
            (vec![a], vec![b])
        );
        assert!(all.mistake().is_none());
        assert!(sent(&[]).mistake().is_some());
    }
}
