//! Who manages the contracts of hospitals acts on no contract between the State and an agency.

use axum::http::StatusCode;
use jalon::access::{Act, NotPermitted, permit};
use jalon::contracts::{
    ConfirmInstrument, CreateContract, DraftInstrument, EditInstrument, OpenInstrument,
    SignInstrument,
};
use jalon::ledger::{Actor, Change, Scope};

use super::{gives, new_grant, person, site_of};
use crate::contracts::{HOSPITAL, Hand, Made, NORMANDIE, add_hospital};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Bench, EMAIL};

/// Between the State and the agency whose region has hospitals under contract.
const OF_STATE: Made = Made {
    slug: "auvergne-rhone-alpes-2024-2028",
    title: "CPOM 2024-2028 de l’ARS Auvergne-Rhône-Alpes",
    organisation: "ARS-84",
    place: "84",
    parties: &[("etat", "MSS"), ("ars", "ARS-84")],
    ..NORMANDIE
};

const MANAGER: &str = "gestionnaire@example.org";
const ROLE: &str = "gestionnaire-cpom-etablissement";
const WHY: &str = "cadres d’établissements";

/// Whether somebody may; what they are told where not.
async fn may<A: Act>(bench: &Bench, by: Actor, thing: A::Thing) -> Result<(), String> {
    let mut change = Change::open(&bench.db, &bench.clock, by, A::NAME)
        .await
        .unwrap();
    match permit::<A>(&mut change, thing).await {
        Ok(_) => Ok(()),
        Err(NotPermitted::Denied(denied)) => Err(denied.sentence),
        Err(other) => panic!("{other:?}"),
    }
}

/// What somebody is told of each act on a contract and on its draft.
async fn tried(bench: &Bench, by: Actor, hand: &Hand<'_>, made: &Made) -> Vec<Result<(), String>> {
    let draft = hand.full().await.instruments[0].id;
    let scope = Scope {
        organisation: made.organisation.to_owned(),
        framework: made.framework.to_owned(),
    };
    vec![
        may::<CreateContract>(bench, by, scope).await,
        may::<DraftInstrument>(bench, by, hand.contract).await,
        may::<OpenInstrument>(bench, by, draft).await,
        may::<EditInstrument>(bench, by, draft).await,
        may::<SignInstrument>(bench, by, draft).await,
    ]
}

on_both_engines! {
    async fn who_manages_hospital_contracts_acts_on_no_other(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        add_hospital(&bench, first, &HOSPITAL).await;
        let of_state = Hand::also_creates(&bench, first, OF_STATE).await;
        let of_hospital = Hand::also_creates(&bench, first, HOSPITAL).await;
        for hand in [&of_state, &of_hospital] {
            hand.drafts("contrat", None).await;
        }
        let id = person(&bench, first, MANAGER, &[(ROLE, "ARS-84")]).await;
        let manager = Actor::Person(id);
        assert_eq!(tried(&bench, manager, &of_hospital, &HOSPITAL).await, vec![Ok(()); 5]);
        // Whatever the limit of the grant.
        let mut limited = new_grant(&bench, id, ROLE, "ARS-84");
        OF_STATE.framework.clone_into(&mut limited.remit.framework);
        limited.remit.contract = Some(of_state.contract);
        gives(&bench, first, limited).await.unwrap();
        for refused in tried(&bench, manager, &of_state, &OF_STATE).await {
            let told = refused.expect_err("it was allowed");
            assert!(told.contains(WHY), "{told}");
        }
        // The referent of the agency's contracts acts on both.
        let of_agency = person(&bench, first, "referente@example.org", &[("referent-cpom-ars", "ARS-84")]).await;
        for hand in [(&of_state, &OF_STATE), (&of_hospital, &HOSPITAL)] {
            let told = tried(&bench, Actor::Person(of_agency), hand.0, hand.1).await;
            assert_eq!(told, vec![Ok(()); 5]);
        }
        let mut site = site_of(&bench, MANAGER).await;
        for (slug, status) in [(OF_STATE.slug, StatusCode::FORBIDDEN), (HOSPITAL.slug, StatusCode::OK)] {
            let page = site.get(&format!("/contrats/{slug}/actes/1/signataires")).await;
            assert_eq!(page.status, status, "{slug}: {}", page.body);
        }
        let form = [("acte", "avenant"), ("motif", "Essai"), ("jeton", "a")];
        let sent = site.post(&format!("/contrats/{}/actes/nouveau", OF_STATE.slug), &form).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{}", sent.body);
        let mut able = site_of(&bench, EMAIL).await;
        let why = format!("/droits/pourquoi?personne={id}&adresse=/contrats/{}", OF_STATE.slug);
        let why = able.get(&why).await.body;
        assert!(why.contains("Refusé") && why.contains(WHY), "{why}");
    }
}

on_both_engines! {
    async fn people_of_a_hospital_act_on_its_contract_alone(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let first = stage.actor;
        add_hospital(&bench, first, &HOSPITAL).await;
        let of_state = Hand::also_creates(&bench, first, OF_STATE).await;
        let of_hospital = Hand::also_creates(&bench, first, HOSPITAL).await;
        for hand in [&of_state, &of_hospital] {
            hand.drafts("contrat", None).await;
        }
        for role in ["directeur-etablissement", "contributeur-etablissement"] {
            let email = format!("{role}@example.org");
            let id = person(&bench, first, &email, &[(role, HOSPITAL.organisation)]).await;
            let by = Actor::Person(id);
            for refused in tried(&bench, by, &of_state, &OF_STATE).await {
                assert!(refused.is_err(), "{role}");
            }
            // What the one may there, the other may not.
            let draft = of_hospital.full().await.instruments[0].id;
            let confirms = may::<ConfirmInstrument>(&bench, by, draft).await;
            assert_eq!(confirms.is_ok(), role == "directeur-etablissement", "{confirms:?}");
        }
    }
}
