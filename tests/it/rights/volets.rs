//! A grant limited to one section of a contract: what it lets somebody write, and how it is given.

use axum::http::StatusCode;
use jalon::access::{NotPermitted, permit};
use jalon::contracts::store::{ContractError, set_terms};
use jalon::contracts::{EditInstrument, Target, TermsOf, WriteTerms};
use jalon::ledger::{Actor, Change};
use uuid::Uuid;

use super::{gives, held, new_grant, person, site_of};
use crate::contracts::cases::OCEAN_INDIEN;
use crate::contracts::{BOTH, Hand, aims, number};
use crate::on_both_engines;
use crate::support::{Bench, EMAIL};

const SCREENING: &str = "depistage-cancer-col-uterus";
const CONTRACT: &str = "/contrats/ocean-indien-2019-2023";

/// Somebody who writes one section of the contract.
async fn writer(bench: &Bench, by: Actor, hand: &Hand<'_>, section: Uuid) -> Uuid {
    let writer = person(bench, by, "mayotte@example.org", &[]).await;
    let mut new = new_grant(
        bench,
        writer,
        "referent-cpom-ars",
        OCEAN_INDIEN.organisation,
    );
    new.remit.contract = Some(hand.contract);
    new.remit.section = Some(section);
    gives(bench, by, new).await.unwrap();
    writer
}

on_both_engines! {
    async fn who_writes_one_section_writes_no_other_and_signs_nothing(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, OCEAN_INDIEN).await;
        let (reunion, mayotte) = (hand.section("la-reunion").await, hand.section("mayotte").await);
        let draft = hand.drafts("contrat", None).await;
        let writer = Actor::Person(writer(&bench, first, &hand, mayotte).await);
        let own = vec![aims(mayotte, "1.a.1", SCREENING, 2019, Target::ObservedOnly)];
        let theirs = vec![aims(reunion, "1.a.1", SCREENING, 2019, number("54"))];
        let both: Vec<_> = own.iter().chain(&theirs).cloned().collect();

        let open = || Change::open(&bench.db, &bench.clock, writer, "contract.edit");
        for edits in [&theirs, &both] {
            let mut change = open().await.unwrap();
            let refused = permit::<WriteTerms>(&mut change, TermsOf::edits(draft, edits)).await;
            let Err(NotPermitted::Denied(denied)) = refused else { panic!("{refused:?}") };
            assert!(denied.sentence.contains("hors de son périmètre"), "{}", denied.sentence);
        }
        let mut change = open().await.unwrap();
        assert!(permit::<EditInstrument>(&mut change, draft).await.is_err());
        drop(change);
        // A permit for one section writes no term of the other.
        let mut change = open().await.unwrap();
        let allowed = permit::<WriteTerms>(&mut change, TermsOf::edits(draft, &own)).await.unwrap();
        let refused = set_terms(&mut change, allowed, theirs).await;
        assert!(matches!(refused, Err(ContractError::NotFound)), "{refused:?}");
        drop(change);
        let mut change = open().await.unwrap();
        let allowed = permit::<WriteTerms>(&mut change, TermsOf::edits(draft, &own)).await.unwrap();
        assert_eq!(set_terms(&mut change, allowed, own).await.unwrap(), 1);
        change.commit().await.unwrap();

        let mut site = site_of(&bench, "mayotte@example.org").await;
        let page = site.get(&format!("{CONTRACT}/actes/1")).await.body;
        assert!(page.contains("Saisir les termes du volet Mayotte"), "{page}");
        assert!(!page.contains(">Signataires</a>") && !page.contains("Motif et date d’effet"), "{page}");
        assert!(!page.contains("volet=la-reunion\">Saisir"), "{page}");
        let sent = site.post(&format!("{CONTRACT}/actes/1/modifier?volet=la-reunion"), &[]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.body);
        let sent = site.post(&format!("{CONTRACT}/actes/1/modifier?volet=mayotte"), &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let who = writer.person().unwrap();
        let why = format!("/droits/pourquoi?personne={who}&adresse={CONTRACT}/actes/1");
        let why = site.get(&why).await.body;
        assert!(why.contains("Refusé") && why.contains("hors de son périmètre"), "the contract as a whole: {why}");
        let mut able = site_of(&bench, EMAIL).await;
        let first = first.person().unwrap();
        let why = format!("/droits/pourquoi?personne={first}&acte=contract.edit");
        assert!(able.get(&why).await.body.contains("donne ce droit"));
        let late = able.get(&format!("{why}&stade=acquis")).await.body;
        assert!(late.contains("n’en est pas là") && late.contains("n’est plus un projet"), "{late}");
        let page = able.get(&format!("{CONTRACT}/actes/1")).await.body;
        let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let sent = site.post(&format!("{CONTRACT}/actes/1/abandonner"), &[("version", version)]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.body);
    }
}

on_both_engines! {
    async fn the_dossier_of_one_section_is_issued_by_who_answers_for_it(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, OCEAN_INDIEN).await;
        let mayotte = hand.section("mayotte").await;
        let edits = vec![aims(mayotte, "1.a.1", SCREENING, 2019, Target::ObservedOnly)];
        hand.agrees("contrat", None, edits, BOTH, "2019-07-19").await;
        writer(&bench, first, &hand, mayotte).await;
        let mut site = site_of(&bench, "mayotte@example.org").await;
        let path = format!("{CONTRACT}/dossiers");
        assert!(site.get(&path).await.body.contains("type=\"submit\">Émettre le dossier"));
        let fields = |section| [("annee", "2019"), ("volet", section), ("au", "")];
        let sent = site.post(&path, &fields("la-reunion")).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.body);
        let sent = site.post(&path, &fields("mayotte")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
}

on_both_engines! {
    async fn a_form_limits_a_grant_to_a_section_and_says_what_is_wrong(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, OCEAN_INDIEN).await;
        let someone = person(&bench, first, "elle@example.org", &[]).await;
        let mut site = site_of(&bench, EMAIL).await;
        let form = format!("/personnes/{someone}/habilitations");
        let page = site.get(&form).await.body;
        for offered in ["ocean-indien-2019-2023", "la-reunion", "Référent CPOM de l’ARS"] {
            assert!(page.contains(offered), "{offered}: {page}");
        }
        let filled = |contract, section, objective| [
            ("role", "referent-cpom-ars"), ("organisation", OCEAN_INDIEN.organisation),
            ("cadre", OCEAN_INDIEN.framework), ("objectif", objective),
            ("contrat", contract), ("volet", section), ("motif", "Volet de Mayotte"),
        ];
        for (contract, section, objective, told) in [
            ("ocean-indien-2019-2023", "Maurice", "", "n’est pas un volet de"),
            ("", "Mayotte", "", "Un volet est celui d’un contrat"),
            ("ocean-indien-1999", "", "", "ne désigne aucun contrat que vous voyez"),
            ("", "", "99", "n’est pas un objectif de"),
        ] {
            let sent = site.post(&form, &filled(contract, section, objective)).await;
            assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
            assert!(sent.body.contains(told), "{told}: {}", sent.body);
            assert!(sent.body.contains("value=\"Volet de Mayotte\""), "what was typed is kept");
            assert!(held(&bench, someone).await.is_empty());
        }
        let sent = site.post(&form, &filled("Ocean-Indien-2019-2023", "MAYOTTE", "")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let given = held(&bench, someone).await;
        let remit = &given[0].grant.remit;
        assert_eq!(remit.contract, Some(hand.contract));
        assert_eq!(remit.section, Some(hand.section("mayotte").await));
        let page = site.get(&format!("/personnes/{someone}")).await.body;
        assert!(page.contains("volet Mayotte de"), "{page}");
        // Without the right to give anything, nor knowing of the person: there is no such page.
        let mut hers = site_of(&bench, "elle@example.org").await;
        assert_eq!(hers.get(&form).await.status, StatusCode::FORBIDDEN);
    }
}
