//! What comes with an act that its organisation keeps: the workbooks sent for it, and its history.

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::ledger::Actor;
use uuid::Uuid;

use super::{ends, grant, held, last_change, person, site_of};
use crate::api::Program as Token;
use crate::contracts::hand::{book, defines};
use crate::contracts::{BOTH, Hand, Made, NORMANDIE, normandie_terms};
use crate::on_both_engines;
use crate::program::Program;
use crate::support::{Bench, EMAIL, Site, said};

const CONTRACT: &str = "/contrats/normandie-2024-2028";
const ACT: &str = "/contrats/normandie-2024-2028/actes/2";
const OWN: &str = "normandie@example.org";
const COLLEAGUE: &str = "collegue@example.org";
const COORDINATOR: &str = "coordination-nationale@example.org";
/// Of the other party.
const MINISTRY: &str = "ministere@example.org";
const AUDITOR: &str = "auditrice@example.org";
const NAME: &str = "plan-de-normandie.csv";
/// In a cell of a workbook or in a term of the act, and nowhere else.
const CANARY: &str = "271828182";
/// In the title of a contract.
const TITLED: &str = "161803398";
const KEPT: &str = "un projet d’acte que son organisation garde";
const DEEDS: [&str; 6] = [
    "relire",
    "repondre",
    "colonnes",
    "enregistrer",
    "annuler",
    "abandonner",
];

/// Who looks, and the referent of the agency.
async fn people(bench: &Bench, first: Actor) -> Uuid {
    for (email, role, organisation) in [
        (COLLEAGUE, "codir-ars", "ARS-28"),
        (COORDINATOR, "coordinateur-national", "SGMCAS"),
        (MINISTRY, "contributeur", "MSS"),
        (AUDITOR, "auditeur", ""),
    ] {
        person(bench, first, email, &[(role, organisation)]).await;
    }
    person(bench, first, OWN, &[("referent-cpom-ars", "ARS-28")]).await
}

/// The hand of the agency, which keeps what it begins.
async fn hand_of<'a>(bench: &'a Bench, hand: &Hand<'a>, own: Uuid) -> Hand<'a> {
    Hand {
        bench,
        actor: Actor::Person(own),
        book: book(bench, NORMANDIE.framework).await,
        slug: hand.slug,
        contract: hand.contract,
    }
}

/// A signed contract, and an act that its agency began and keeps: who began it.
async fn begun(bench: &Bench) -> (Actor, Uuid) {
    let first = bench.install().await;
    let hand = Hand::creates(bench, first, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let terms = normandie_terms(section);
    hand.agrees("contrat", None, terms, BOTH, "2024-12-20")
        .await;
    let own = people(bench, first).await;
    let kept = hand_of(bench, &hand, own).await;
    kept.drafts("avenant", Some("Un motif")).await;
    (first, own)
}

/// Sends a workbook for the act; the address of its page.
async fn sends(site: &mut Site) -> String {
    let rows = format!("Code;Choix;Motif;2026\n2.c.1;Retenu;Raison {CANARY};72,5\n");
    let fields = [("genre", "termes"), ("acte", "normandie-2024-2028/2")];
    let file = (NAME, rows.as_bytes());
    let sent = site.send_file("/imports", &fields, file).await;
    sent.location.unwrap_or_else(|| panic!("{}", sent.body))
}

/// Opens the act to the other parties.
async fn opens(site: &mut Site) {
    let page = site.get(ACT).await.body;
    let version = page.split("name=\"version\" value=\"").nth(1).unwrap();
    let version = version.split('"').next().unwrap();
    let opened = site
        .post(&format!("{ACT}/ouvrir"), &[("version", version)])
        .await;
    assert!(opened.status.is_redirection(), "{}", opened.body);
}

/// Whoever may not see the act is told of its file nowhere.
async fn is_not_told(site: &mut Site, page: &str) {
    let id = page.strip_prefix("/imports/").unwrap();
    for path in [
        "/imports",
        "/tables/imports.csv",
        "/recherche?q=plan-de-normandie",
    ] {
        let told = said(&site.get(path).await);
        for what in [NAME, CANARY, id, "Fichier réservé"] {
            assert!(!told.contains(what), "{path}: {told}");
        }
    }
    for path in [
        page.to_owned(),
        format!("{page}?annuler=oui"),
        format!("{page}/copie-corrigee.xlsx"),
        format!("/tables/lignes.csv?lot={id}"),
        format!("/tables/problemes.csv?lot={id}"),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            answer.body
        );
    }
    for deed in DEEDS {
        let path = format!("{page}/{deed}");
        let answer = site.post(&path, &[("motif", "Essai")]).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            answer.body
        );
    }
}

/// Nor is a program of theirs.
async fn is_not_told_by_a_program(bench: &Bench, of: Actor, page: &str) {
    let id = page.strip_prefix("/imports/").unwrap();
    let mut program = Token::of(bench, of, TokenScope::Read).await;
    let all = program.get("/api/v1/batches").await;
    assert_eq!(all.status, StatusCode::OK, "{}", all.body);
    assert!(
        !all.body.contains(id) && !all.body.contains(NAME),
        "{}",
        all.body
    );
    for path in ["batches/{id}", "batches/{id}/file", "rehearsals/{id}/rows"] {
        let path = format!("/api/v1/{}", path.replace("{id}", id));
        let answer = program.get(&path).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            answer.body
        );
    }
}

on_both_engines! {
    async fn a_workbook_is_seen_by_who_sees_the_act_it_is_for(bench: Bench) {
        let (first, own) = begun(&bench).await;
        let mut site = site_of(&bench, OWN).await;
        let page = sends(&mut site).await;
        let id = page.strip_prefix("/imports/").unwrap();
        for email in [OWN, COLLEAGUE] {
            let mut site = site_of(&bench, email).await;
            let told = site.get(&page).await.body;
            assert!(told.contains(NAME) && told.contains(CANARY), "{email}: {told}");
            let rows = site.get(&format!("/tables/lignes.csv?lot={id}")).await;
            assert!(rows.status == StatusCode::OK && rows.body.contains("72,5"), "{email}: {}", rows.body);
            assert!(site.get("/imports").await.body.contains(NAME), "{email}");
        }
        let before = last_change(&bench).await;
        for email in [EMAIL, COORDINATOR, MINISTRY] {
            is_not_told(&mut site_of(&bench, email).await, &page).await;
        }
        is_not_told_by_a_program(&bench, first, &page).await;
        let program = Program::on(&bench.url);
        let listed = program.run(&["values", "list", "--json", "--as", EMAIL]).done();
        assert!(!listed.contains(id) && !listed.contains(NAME), "{listed}");
        program.run(&["values", "show", id, "--as", EMAIL]).refused();
        program.run(&["terms", "commit", id, "--as", EMAIL]).refused();
        assert!(program.run(&["values", "list", "--json", "--as", OWN]).done().contains(NAME));
        let mut tokens = Token::of(&bench, Actor::Person(own), TokenScope::Read).await;
        assert!(tokens.get(&format!("/api/v1/batches/{id}/file")).await.body.contains(CANARY));
        let still = site.get(&page).await.body;
        assert!(still.contains(CANARY) && still.contains("lu, pas encore enregistré"), "{still}");
        assert_eq!(last_change(&bench).await, before + 2, "two accesses were opened");

        opens(&mut site).await;
        for email in [EMAIL, COORDINATOR] {
            let mut site = site_of(&bench, email).await;
            let told = site.get(&page).await.body;
            assert!(told.contains(NAME) && told.contains(CANARY), "{email}: {told}");
            assert!(site.get("/tables/imports.csv").await.body.contains(NAME), "{email}");
        }
        let done = site.post(&format!("{page}/enregistrer"), &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
}

on_both_engines! {
    async fn the_sender_of_a_workbook_who_left_sees_that_it_is_there_and_no_more(bench: Bench) {
        let (first, own) = begun(&bench).await;
        let mut site = site_of(&bench, OWN).await;
        let waiting = sends(&mut site).await;
        let written = sends(&mut site).await;
        let done = site.post(&format!("{written}/enregistrer"), &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        is_not_told(&mut site_of(&bench, EMAIL).await, &written).await;
        ends(&bench, first, held(&bench, own).await[0].grant.id).await.unwrap();
        let mut none = site_of(&bench, OWN).await;
        for page in [&waiting, &written] {
            let answer = none.get(page).await;
            assert!(!answer.status.is_server_error(), "{}", answer.body);
            assert!(!answer.body.contains(NAME) && !answer.body.contains(CANARY), "{}", answer.body);
        }
        grant(&bench, first, own, "referent-cpom-ars", "ARS-53").await.unwrap();
        let before = last_change(&bench).await;
        let mut moved = site_of(&bench, OWN).await;
        for page in [&waiting, &written] {
            let answer = moved.get(page).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert!(answer.body.contains("Fichier réservé") && answer.body.contains("voir l’acte auquel il est destiné"), "{}", answer.body);
            let undoing = moved.get(&format!("{page}?annuler=oui")).await;
            assert_eq!(undoing.status, StatusCode::OK, "{}", undoing.body);
            let id = page.strip_prefix("/imports/").unwrap();
            let rows = moved.get(&format!("/tables/lignes.csv?lot={id}")).await;
            assert_eq!(rows.status, StatusCode::FORBIDDEN, "{}", rows.body);
            assert_eq!(moved.get(&format!("{page}/copie-corrigee.xlsx")).await.status, StatusCode::NOT_FOUND);
            for told in [&answer.body, &undoing.body, &rows.body, &moved.get("/imports").await.body] {
                assert!(!told.contains(NAME) && !told.contains(CANARY) && !told.contains("72,5"), "{told}");
            }
            for deed in ["relire", "enregistrer", "annuler", "abandonner"] {
                let answer = moved.post(&format!("{page}/{deed}"), &[("motif", "Essai")]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{deed}: {}", answer.body);
            }
        }
        assert_eq!(last_change(&bench).await, before);
        let mut colleague = site_of(&bench, COLLEAGUE).await;
        let still = colleague.get(&waiting).await.body;
        assert!(still.contains(CANARY) && still.contains("lu, pas encore enregistré"), "{still}");
        assert!(colleague.get(&written).await.body.contains("enregistré"));
    }
}

on_both_engines! {
    async fn the_history_tells_of_a_kept_act_that_it_was_written_and_not_what(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let own = people(&bench, first).await;
        let kept = hand_of(&bench, &hand, own).await;
        let draft = kept.drafts("avenant", Some("Un motif")).await;
        kept.writes(draft, vec![defines(section, "4.i", &format!("Libellé {CANARY}"), "Un texte")]).await;
        let of_person = format!("/journal?personne={own}");
        let of_act = format!("/journal?chose={draft}");
        let of_indicator = "/journal?indicateur=etat-ars-2024-2028/4.i";
        let places = [
            "/journal".to_owned(), format!("/journal?chose={}", hand.contract), of_act.clone(), of_person.clone(),
            of_indicator.to_owned(), "/journal?genre=instrument".to_owned(), "/journal?q=acte%202".to_owned(),
            "/tables/journal.csv".to_owned(), "/tables/journal.xlsx".to_owned(),
            format!("/tables/journal.csv?personne={own}"), "/tables/journal.csv?indicateur=etat-ars-2024-2028/4.i".to_owned(),
        ];
        for email in [EMAIL, AUDITOR] {
            let mut site = site_of(&bench, email).await;
            for place in &places {
                let told = said(&site.get(place).await);
                assert!(!told.contains(CANARY), "{email} {place}: {told}");
                assert!(!told.contains("/actes/2"), "{email} {place}: {told}");
            }
            for place in ["/journal", &of_person, &of_act, "/tables/journal.csv"] {
                let told = said(&site.get(place).await);
                for deed in ["a commencé", "a modifié"] {
                    assert!(told.contains(&format!("{deed} {KEPT}")), "{email} {place}: {told}");
                }
                assert!(told.contains("Personne normandie@example.org"), "{email} {place}: {told}");
            }
            assert!(site.get(&of_act).await.body.contains("Historique : ce que son organisation garde"), "{email}");
            for place in [of_indicator, "/journal?q=acte%202"] {
                assert!(!site.get(place).await.body.contains(KEPT), "what it is about answers no search: {place}");
            }
        }
        for (email, status) in [(OWN, StatusCode::OK), (COLLEAGUE, StatusCode::OK), (MINISTRY, StatusCode::NOT_FOUND), (COORDINATOR, StatusCode::NOT_FOUND)] {
            let mut site = site_of(&bench, email).await;
            let told = site.get("/journal").await.body;
            assert_eq!(told.contains(CANARY), status == StatusCode::OK, "{email}: {told}");
            assert!(!told.contains(KEPT), "{email}: {told}");
            assert_eq!(site.get(&of_act).await.status, status, "{email}");
        }
        opens(&mut site_of(&bench, OWN).await).await;
        for email in [EMAIL, AUDITOR, MINISTRY] {
            let told = site_of(&bench, email).await.get("/journal").await.body;
            assert!(told.contains(CANARY) && !told.contains(KEPT), "{email}: {told}");
        }
    }
}

on_both_engines! {
    async fn the_history_does_not_name_a_contract_of_which_every_act_is_kept(bench: Bench) {
        let first = bench.install().await;
        let made = Made { title: TITLED, ..NORMANDIE };
        let hand = Hand::creates(&bench, first, made).await;
        let own = people(&bench, first).await;
        let kept = hand_of(&bench, &hand, own).await;
        kept.drafts("contrat", None).await;
        let of_contract = format!("/journal?chose={}", hand.contract);
        for email in [EMAIL, AUDITOR] {
            let mut site = site_of(&bench, email).await;
            for place in ["/journal", &of_contract, "/journal?genre=contract", "/tables/journal.csv", "/tables/journal.xlsx"] {
                let told = said(&site.get(place).await);
                assert!(!told.contains(TITLED) && !told.contains(CONTRACT), "{email} {place}: {told}");
                assert!(told.contains("a préparé un contrat que son organisation garde"), "{email} {place}: {told}");
            }
            let sought = site.get(&format!("/journal?q={TITLED}")).await.body;
            assert!(!sought.contains("a préparé"), "its title answers no search: {sought}");
        }
        let mut site = site_of(&bench, OWN).await;
        assert!(site.get("/journal").await.body.contains(TITLED));
    }
}
