//! The first page: what awaits somebody, then the country, then what came last.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::access::Signed;
use crate::contracts::store::{self, ContractCard, OpenDraft};
use crate::figures::circuit::{self, OwedState};
use crate::figures::contest::{self, Contest, Standing};
use crate::figures::{FiguresView, Snapshots};
use crate::frameworks::{Catalogue, Framework, Library, everyone_words};
use crate::imports::{Batch, store as imports};
use crate::kernel::counted;
use crate::organisations::{Directories, Directory, Organisation, Place, PlaceKind};
use crate::platform::clock::{Clock, french_instant};
use crate::platform::db::Db;
use crate::platform::web::{WebResult, fictional_mark, icon, section_heading};

/// How many of the last files are shown.
const LAST: i64 = 5;

/// Everything the page is made from.
struct Desk {
    catalogue: Arc<Catalogue>,
    directory: Arc<Directory>,
    figures: FiguresView,
    contracts: Vec<ContractCard>,
    drafts: Vec<OpenDraft>,
    contests: Vec<Contest>,
    batches: Vec<Batch>,
    today: Date,
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
    State(snapshots): State<Snapshots>,
    State(directories): State<Directories>,
) -> WebResult<Markup> {
    let (reach, today) = (signed.reach(), clock.today());
    let mut tx = db.read().await?;
    let mut desk = Desk {
        catalogue: library.catalogue(&mut tx, reach).await?,
        directory: directories.current(&mut tx, reach).await?,
        figures: snapshots.current(&mut tx, reach).await?,
        contracts: store::list(&mut tx, reach, None).await?,
        drafts: store::open_drafts(&mut tx, reach).await?,
        contests: contest::store::contests(&mut tx, None).await?,
        batches: imports::batches(&mut tx, reach, LAST).await?,
        today,
    };
    drop(tx);
    desk.contests
        .retain(|c| c.settled.is_none() && !c.is_hidden(reach, today));
    let body = html! {
        div.head {
            h1 { "Bonjour, " (signed.person.name) }
            p.lead { (verdict(&desk)) }
        }
        (awaits(&desk))
        (country(&desk))
        (files(&desk.batches))
        (generations(&desk.catalogue))
    };
    Ok(signed.page("Accueil", &body))
}

fn verdict(desk: &Desk) -> String {
    match (desk.catalogue.frameworks().len(), desk.contracts.len()) {
        (0, _) => "Commencez par charger un cadre contractuel.".to_owned(),
        (_, 0) => "Les cadres sont chargés ; aucun contrat n’est encore préparé.".to_owned(),
        (frameworks, contracts) => {
            let contracts = counted(contracts, "contrat suivi", "contrats suivis");
            let frameworks = counted(frameworks, "génération", "générations");
            format!("{contracts}, de {frameworks}, sur un même modèle.")
        }
    }
}

/// The deliveries of one framework that are late.
struct Late<'a> {
    framework: &'a Framework,
    year: i16,
    count: usize,
    /// By supplier, in the order of codes.
    suppliers: BTreeMap<&'a str, usize>,
}

/// What is late in the frameworks that run or have just ended.
fn late(desk: &Desk) -> Vec<Late<'_>> {
    let frameworks = desk.catalogue.frameworks().into_iter();
    let running = frameworks.filter(|edited| {
        let framework = &edited.framework;
        (framework.starts..=framework.ends).contains(&(desk.today.year() - 1))
    });
    let found = running.map(|edited| {
        let framework = &edited.framework;
        let year = circuit::reviewed_year(framework, desk.today);
        let when = (year, desk.today);
        let owed = circuit::owed(
            framework,
            &desk.catalogue,
            &desk.figures,
            &desk.directory,
            when,
        );
        let mut late = Late {
            framework,
            year,
            count: 0,
            suppliers: BTreeMap::new(),
        };
        for owed in owed.iter().filter(|owed| owed.state() == OwedState::Late) {
            late.count += 1;
            for supplier in &owed.indicator.suppliers {
                *late.suppliers.entry(supplier.as_str()).or_default() += 1;
            }
        }
        late
    });
    found.filter(|late| late.count > 0).collect()
}

fn awaits(desk: &Desk) -> Markup {
    let late = late(desk);
    let nothing = late.is_empty() && desk.drafts.is_empty() && desk.contests.is_empty();
    html! {
        section.sect aria-labelledby="attend" {
            (section_heading("attend", "Ce qui attend", None))
            @if nothing {
                p { "Rien n’attend : aucune livraison n’est en retard, aucun projet d’acte ni aucune contestation n’est en cours." }
            } @else {
                ul.acts-l.awaits {
                    @for late in &late { (late_item(desk, late)) }
                    @if !desk.drafts.is_empty() { (draft_item(desk)) }
                    @if !desk.contests.is_empty() { (contest_item(desk)) }
                }
            }
        }
    }
}

fn late_item(desk: &Desk, late: &Late<'_>) -> Markup {
    let circuit = format!(
        "/circuit/{}?annee={}&etat=retard",
        late.framework.code, late.year
    );
    let name = |code| {
        let known = desk.directory.organisation(code).map(Organisation::label);
        known.or(everyone_words(code)).unwrap_or(code)
    };
    html! {
        li {
            h3 { a href=(circuit) {
                span.s-late { (icon("late")) " " (counted(late.count, "livraison", "livraisons")) " de " (late.year) " en retard" }
            } }
            p.muted { (late.framework.title) }
            p { @for (rank, (code, count)) in late.suppliers.iter().enumerate() {
                @if rank > 0 { ", " }
                a href={ (circuit) "&fournisseur=" (code) } { (name(*code)) } " (" (count) ")"
            } }
        }
    }
}

fn draft_item(desk: &Desk) -> Markup {
    html! {
        li {
            h3 { (icon("edit")) " " (counted(desk.drafts.len(), "projet d’acte en cours", "projets d’actes en cours")) }
            ul { @for draft in &desk.drafts { li {
                a href={ "/contrats/" (draft.slug) "/actes/" (draft.no) } { (draft.title) }
                @if draft.fictional { " " (fictional_mark()) }
                ", " (awaited(desk, draft))
            } } }
        }
    }
}

/// What an act under way waits for.
fn awaited(desk: &Desk, draft: &OpenDraft) -> String {
    let edited = desk.catalogue.framework(&draft.framework);
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

fn contest_item(desk: &Desk) -> Markup {
    let late = desk.contests.iter();
    let late = late.filter(|c| matches!(c.standing(desk.today), Standing::Late(_)));
    let late = late.count();
    let open = counted(
        desk.contests.len(),
        "contestation attend une réponse",
        "contestations attendent une réponse",
    );
    html! {
        li {
            h3 { a href="/contestations" { (icon("bang")) " " (open) } }
            @if late > 0 { p.s-late { (counted(late, "hors délai", "hors délai")) } }
        }
    }
}

/// The contracts of the year, region by region.
fn country(desk: &Desk) -> Markup {
    let year = desk.today.year();
    let of_year = desk.contracts.iter();
    let of_year: Vec<&ContractCard> = of_year
        .filter(|card| (card.starts..=card.ends).contains(&year))
        .collect();
    let places = desk.directory.places().iter();
    let regions: Vec<&Place> = places
        .filter(|place| place.kind == PlaceKind::Region && place.valid_on(desk.today))
        .collect();
    let elsewhere = |card: &&&ContractCard| !regions.iter().any(|r| r.code == card.place);
    let others = of_year.iter().filter(elsewhere).count();
    let fictional = of_year.iter().any(|card| card.fictional);
    let aside = html! {
        p {
            @if fictional { (fictional_mark()) " " }
            a href="/contrats" { "Tous les contrats" }
        }
    };
    html! {
        section.sect aria-labelledby="pays" {
            (section_heading("pays", &format!("Contrats de {year}, par région"), Some(aside)))
            @if of_year.is_empty() {
                p { "Aucun contrat ne court en " (year) ". " a href="/contrats/nouveau" { "Préparer un contrat" } }
            } @else {
                ul.regions { @for region in &regions { (region_item(region, &of_year)) } }
                @if others > 0 { p.note { (counted(others, "autre contrat", "autres contrats")) ", hors des régions d’aujourd’hui." } }
            }
        }
    }
}

fn region_item(region: &Place, cards: &[&ContractCard]) -> Markup {
    let own: Vec<_> = cards
        .iter()
        .filter(|card| card.place == region.code)
        .collect();
    html! {
        li {
            b { (region.name) }
            @if own.is_empty() { span.sub.muted { "aucun contrat" } }
            @for card in own {
                span.sub {
                    a href={ "/contrats/" (card.slug) } { (card.organisation_name) }
                    @if card.signed == 0 { ", pas encore signé" }
                    @else if card.drafts > 0 { ", projet ouvert" }
                }
            }
        }
    }
}

fn files(batches: &[Batch]) -> Markup {
    html! {
        section.sect aria-labelledby="fichiers" {
            (section_heading("fichiers", "Derniers fichiers", Some(html! { p { a href="/imports" { "Tous les imports" } } })))
            @if batches.is_empty() {
                p { "Aucun fichier reçu. " a href="/imports/nouveau" { "Déposer un fichier" } " : Jalon le lit et dit ce qu’il changerait, sans rien changer." }
            } @else {
                ul.brief { @for batch in batches { li {
                    a.mono href={ "/imports/" (batch.id) } { (batch.file_name) } ", " (french_instant(batch.created_at)) ", " (batch.state.french())
                } } }
            }
        }
    }
}

fn generations(catalogue: &Catalogue) -> Markup {
    let frameworks = catalogue.frameworks();
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
