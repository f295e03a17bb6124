//! The first page: what awaits somebody, then the country.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Date;
use maud::{Markup, html};
use uuid::Uuid;

use crate::access::{self, Reach, Signed};
use crate::contracts::CreateContract;
use crate::contracts::store::{self, OpenDraft};
use crate::figures::board::{Country, Late};
use crate::figures::contest::{self, Contest, Standing};
use crate::figures::{Concern, Situation, Sources, board_table, running, since_section};
use crate::frameworks::{Framework, everyone_words};
use crate::kernel::counted;
use crate::ledger::{self, OfState};
use crate::organisations::Organisation;
use crate::people::review::store::waiting;
use crate::people::review::{Progress, Review};
use crate::platform::clock::french_date;
use crate::platform::db::Tx;
use crate::platform::web::{Address, WebResult, fictional_mark, icon, section_heading};
use crate::support;

/// Everything the page is made from.
struct Desk<'a> {
    situation: &'a Situation,
    address: &'a Address,
    /// The framework that is shown, and the country under it.
    shown: Option<(&'a Framework, Arc<Country>)>,
    /// What waits for an answer today; on a day of the past, the contests that waited for one.
    awaiting: Arc<Awaiting>,
}

/// What waits for an answer.
#[derive(Debug, Default)]
struct Awaiting {
    drafts: Vec<OpenDraft>,
    contests: Vec<Contest>,
    /// How many requests for help await a word of theirs.
    help: usize,
    reviews: Vec<(Review, Progress)>,
}

pub(super) async fn page(
    signed: Signed,
    address: Address,
    State(sources): State<Sources>,
    State(waiting): State<Waiting>,
) -> WebResult<(StatusCode, Markup)> {
    let (mut tx, situation) = sources.open(signed.reach(), &address).await?;
    let awaiting = match situation.moment.past {
        Some(_) => Arc::new(waited(&mut tx, signed.reach(), &situation).await?),
        None => waiting.of(&mut tx, &signed, situation.today).await?,
    };
    drop(tx);
    let shown = running(&situation, address.get("cadre"))
        .map(|framework| (framework, sources.countries.of(&situation, framework)));
    let desk = Desk {
        situation: &situation,
        address: &address,
        shown,
        awaiting,
    };
    let body = html! {
        div.head {
            h1 { "Bonjour, " (signed.person.name) }
            p.lead { (verdict(&desk)) }
            (situation.form(&address, &html! {}))
        }
        (since(&desk))
        (awaits(&desk))
        (country(&desk, &signed))
        (generations(&situation))
    };
    Ok((situation.status(), signed.page("Accueil", &body)))
}

/// What waits for an answer, by person, day, and whether somebody else looks as them.
#[derive(Clone, Debug, Default)]
pub struct Waiting(OfState<(Uuid, Date, bool), Arc<Awaiting>>);

impl Waiting {
    async fn of(&self, tx: &mut Tx, signed: &Signed, today: Date) -> WebResult<Arc<Awaiting>> {
        let key = (signed.person.id, today, signed.view().looking.is_some());
        if let Some(known) = self.0.get(ledger::state(tx).await?, &key) {
            return Ok(known);
        }
        let reach = signed.reach();
        let mut contests = contest::store::contests(tx, reach, today, None).await?;
        contests.retain(|contest| contest.settled.is_none());
        let awaiting = Arc::new(Awaiting {
            drafts: store::open_drafts(tx, reach).await?,
            contests,
            help: support::store::awaiting(tx, reach).await?,
            reviews: waiting(tx, reach, today).await?,
        });
        self.0
            .keep(ledger::state(tx).await?, key, Arc::clone(&awaiting));
        Ok(awaiting)
    }
}

/// What waited for an answer on a day of the past: of drafts, of requests for help and of reviews
/// nothing tells how they stood.
async fn waited(tx: &mut Tx, reach: &Reach, situation: &Situation) -> WebResult<Awaiting> {
    let known = contest::store::contests(tx, reach, situation.today, None).await?;
    let mut contests = contest::as_of(known, situation.moment.past);
    contests.retain(|contest| contest.settled.is_none());
    Ok(Awaiting {
        contests,
        ..Awaiting::default()
    })
}

fn verdict(desk: &Desk<'_>) -> String {
    let Some((_, country)) = &desk.shown else {
        return "Commencez par charger un cadre contractuel.".to_owned();
    };
    let board = &country.board;
    let contracts = board
        .rows
        .iter()
        .filter(|row| row.contract.is_some())
        .count();
    if contracts == 0 {
        return format!("{} : aucun contrat n’est encore signé.", board.title);
    }
    let total = board.total();
    let reached = match total.judged {
        0 => "aucune valeur à juger encore".to_owned(),
        judged => format!(
            "{} sur {judged}, {} à redresser",
            counted(total.reached, "cible atteinte", "cibles atteintes"),
            total.alarming
        ),
    };
    let contracts = counted(contracts, "région sous contrat", "régions sous contrat");
    let late: usize = country.late.iter().map(|late| late.count).sum();
    let late = match late {
        0 => "rien n’est en retard".to_owned(),
        n => counted(n, "livraison en retard", "livraisons en retard"),
    };
    format!(
        "{contracts} ; à la fin de {}, {reached} ; {late}.",
        board.year
    )
}

/// What changed since, in the framework shown.
fn since(desk: &Desk<'_>) -> Markup {
    let (Some((framework, _)), Some(_)) = (&desk.shown, desk.situation.moment.past) else {
        return html! {};
    };
    let measures = framework.indicators.iter().flat_map(|i| &i.measures);
    let mut measures: Vec<&str> = measures.map(String::as_str).collect();
    measures.sort_unstable();
    measures.dedup();
    let contracts = desk.situation.agreements.iter().map(Arc::as_ref);
    let concern = Concern {
        measures,
        keeps: &|_| true,
        contracts: contracts
            .filter(|full| full.contract.framework == framework.code)
            .collect(),
        indicator: None,
    };
    since_section(desk.situation, &concern)
}

fn awaits(desk: &Desk<'_>) -> Markup {
    let country = desk.shown.as_ref().map(|(_, country)| country);
    let late = country.map_or(&[][..], |country| &country.late);
    let awaiting = &desk.awaiting;
    let nothing = late.is_empty()
        && awaiting.drafts.is_empty()
        && awaiting.contests.is_empty()
        && awaiting.reviews.is_empty()
        && awaiting.help == 0;
    html! {
        div.split.wide-l {
            section.sect aria-labelledby="attend" {
                (section_heading("attend", "Ce qui attend", None))
                @if nothing {
                    (nothing_awaits(desk))
                } @else {
                    ul.acts-l.awaits {
                        @for late in late { (late_item(desk, late)) }
                        @if !awaiting.drafts.is_empty() { (draft_item(desk)) }
                        @if !awaiting.contests.is_empty() { (contest_item(desk)) }
                        @for (review, progress) in &awaiting.reviews { (review_item(review, *progress, desk.situation.today)) }
                        @if awaiting.help > 0 { (help_item(awaiting.help)) }
                    }
                }
                @if desk.situation.moment.past.is_some() { (read_today_only(desk)) }
            }
            section.sect aria-labelledby="a-venir" {
                (section_heading("a-venir", "Livraisons à venir", None))
                @if country.is_none_or(|country| country.to_come.is_empty()) { (nothing_to_come(desk)) }
                @else if let Some(country) = country {
                    ul.brief { @for (limit, year, count) in &country.to_come {
                        @let path = format!("/circuit/{}?annee={year}&etat=attendu", country.board.framework);
                        li { (icon("clock")) " " b { (french_date(*limit)) } " : "
                            a href=(desk.situation.href(&path)) { (counted(*count, "livraison", "livraisons")) " de " (year) }
                        }
                    } }
                }
            }
        }
    }
}

/// What is said where nothing awaits: of a day of the past, what is told of it only.
fn nothing_awaits(desk: &Desk<'_>) -> Markup {
    html! {
        @if desk.situation.moment.past.is_some() {
            p { "Rien n’attendait ce jour-là : aucune livraison n’était en retard, aucune contestation n’était en cours." }
        } @else {
            p {
                "Rien n’attend : aucune livraison n’est en retard, aucun projet d’acte ni aucune contestation n’est en cours. "
                a href="/contrats" { "Ouvrir un contrat" } " ou " a href="/catalogue" { "chercher un indicateur" }
            }
        }
    }
}

/// On a day of the past, what of it is not told, and where it is read.
fn read_today_only(desk: &Desk<'_>) -> Markup {
    let shown = desk.shown.as_ref();
    let today = shown.map_or_else(
        || "/".to_owned(),
        |(framework, _)| format!("/?cadre={}", framework.code),
    );
    html! {
        p.muted {
            "Les projets d’actes, les demandes d’aide et les revues d’habilitations se lisent sur "
            a href=(today) { "l’accueil d’aujourd’hui" } " seulement."
        }
    }
}

/// What is said where no delivery is to come, and where what is awaited is read.
fn nothing_to_come(desk: &Desk<'_>) -> Markup {
    html! {
        p.muted {
            "Aucune échéance datée n’est à venir. "
            @match &desk.shown {
                Some((framework, _)) => {
                    a href=(desk.situation.href(&format!("/circuit/{}", framework.code))) { "Voir tout ce que ce cadre attend" }
                },
                None => a href="/cadres" { "Voir les cadres" },
            }
        }
    }
}

fn late_item(desk: &Desk<'_>, late: &Late) -> Markup {
    let circuit = |rest: &str| {
        let (code, year) = (&late.framework, late.year);
        let path = format!("/circuit/{code}?annee={year}&etat=retard{rest}");
        desk.situation.href(&path)
    };
    html! {
        li {
            h3 { a href=(circuit("")) {
                span.s-late { (icon("late")) " " (counted(late.count, "livraison", "livraisons")) " de " (late.year) " en retard" }
            } }
            p.muted { (late.title) }
            p { @for (rank, (code, count)) in late.suppliers.iter().enumerate() {
                @if rank > 0 { ", " }
                a href=(circuit(&format!("&fournisseur={code}"))) { (supplier(desk, code)) } " (" (count) ")"
            } }
        }
    }
}

/// What people call a supplier.
fn supplier<'a>(desk: &'a Desk<'_>, code: &'a str) -> &'a str {
    let known = desk.situation.directory.organisation(code);
    let known = known.map(Organisation::label);
    known.or(everyone_words(code)).unwrap_or(code)
}

fn draft_item(desk: &Desk<'_>) -> Markup {
    html! {
        li {
            h3 { (icon("edit")) " " (counted(desk.awaiting.drafts.len(), "projet d’acte en cours", "projets d’actes en cours")) }
            ul { @for draft in &desk.awaiting.drafts { li {
                a href={ "/contrats/" (draft.slug) "/actes/" (draft.no) } { (draft.title) }
                @if draft.fictional { " " (fictional_mark()) }
                ", " (awaited(desk, draft))
            } } }
        }
    }
}

/// What an act under way waits for.
fn awaited(desk: &Desk<'_>, draft: &OpenDraft) -> String {
    let edited = desk.situation.catalogue.framework(&draft.framework);
    let act = edited.and_then(|e| e.framework.acts.iter().find(|act| act.key == draft.act));
    let label = act.map_or(draft.act.as_str(), |act| act.label.as_str());
    let two = act.is_some_and(|act| act.people > 1);
    let awaited = match (two, draft.confirmed) {
        (true, 0) => "attend une seconde personne",
        (true, _) => "confirmé, attend son enregistrement",
        (false, _) => "attend sa signature",
    };
    format!("{label} : {awaited}")
}

fn contest_item(desk: &Desk<'_>) -> Markup {
    let day = desk.situation.moment.day;
    let late = desk.awaiting.contests.iter();
    let late = late.filter(|c| matches!(c.standing(day), Standing::Late(_)));
    let late = late.count();
    let open = counted(
        desk.awaiting.contests.len(),
        "contestation attend une réponse",
        "contestations attendent une réponse",
    );
    html! {
        li {
            h3 { a href=(desk.situation.href("/contestations")) { (icon("bang")) " " (open) } }
            @if late > 0 { p.s-late { (counted(late, "hors délai", "hors délai")) } }
        }
    }
}

/// What people ask of the support, for who answers.
fn help_item(count: usize) -> Markup {
    let waiting = counted(
        count,
        "demande d’aide attend votre réponse",
        "demandes d’aide attendent votre réponse",
    );
    html! { li { h3 { a href="/aide/demandes" { (icon("bang")) " " (waiting) } } } }
}

/// A review of rights in which one has something to decide.
fn review_item(review: &Review, progress: Progress, today: Date) -> Markup {
    html! {
        li {
            h3 { a href={ "/droits/revue/" (review.id) } { (icon("bang")) " Revue " (review.year) " des habilitations" } }
            p { (progress.waiting) " à décider sur " (progress.all) ", avant le " (french_date(review.due_on)) }
            @if review.due_on < today { p.s-late { "L’échéance est passée" } }
        }
    }
}

/// The regions against the objectives of the framework shown.
fn country(desk: &Desk<'_>, signed: &Signed) -> Markup {
    const PREPARE: &str = "Préparer un contrat";
    let Some((framework, country)) = &desk.shown else {
        return html! {};
    };
    let board = &country.board;
    let is_empty = board.rows.iter().all(|row| row.contract.is_none());
    let title = format!("{} : où en sont les objectifs", board.title);
    let aside = html! {
        p {
            @if board.is_fictional() { (fictional_mark()) " " }
            a href=(desk.situation.href(&format!("/contrats?cadre={}", board.framework))) { "Tous les contrats" }
        }
    };
    let prepare = html! { p.acts { a.btn href="/contrats/nouveau" { (PREPARE) } } };
    html! {
        section.sect aria-labelledby="pays" {
            (section_heading("pays", &title, Some(aside)))
            (generation_choice(desk, framework))
            @if is_empty {
                p { "Aucun contrat n’est signé sous ce cadre." }
                (signed.reach().offers::<CreateContract>(&[access::Concern::to_come()], PREPARE, &prepare))
            } @else { (board_table(desk.situation, country, desk.address)) }
        }
    }
}

/// The other frameworks that may be shown.
fn generation_choice(desk: &Desk<'_>, current: &Framework) -> Markup {
    let all = desk.situation.regional();
    html! {
        @if all.len() > 1 {
            nav.noprint aria-label="Génération de contrats" { ul.seg {
                @for framework in all {
                    @let path = format!("/?cadre={}", framework.code);
                    li { a href={ (desk.situation.href(&path)) "#pays" } aria-current=[(framework.code == current.code).then_some("true")] { (framework.starts) "-" (framework.ends) } }
                }
            } }
        }
    }
}

fn generations(situation: &Situation) -> Markup {
    let frameworks = situation.catalogue.frameworks();
    html! {
        section.sect aria-labelledby="generations" {
            (section_heading("generations", "Générations de contrats", None))
            @if frameworks.is_empty() {
                p { "Les cadres livrés avec Jalon se chargent d’une commande : " span.mono { "jalon framework import frameworks" } "." }
            } @else {
                ul.brief { @for edited in frameworks {
                    @let framework = &edited.framework;
                    li {
                        a href={ "/cadres/" (framework.code) } { (framework.title) }
                        ", " (framework.starts) "-" (framework.ends) ", "
                        (counted(framework.indicators.len(), "indicateur", "indicateurs"))
                    }
                } }
            }
        }
    }
}
