//! Who owes what, what has come, and what people who follow it are told.

use axum::http::StatusCode;
use jalon::access::{Act as _, permit, permit_aside};
use jalon::figures::follow::{Follow, Followed, Wish, store};
use jalon::imports::CommitBatch;

use crate::contracts::hand::colleague;
use crate::on_both_engines;
use crate::sink::Sink;
use crate::stage::Stage;
use crate::support::{Bench, Site};

const CIRCUIT: &str = "/circuit/etat-ars-2024-2028?annee=2024";
const PAGE: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";

fn hpv() -> String {
    std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()
}

/// The same values, for the first year of the framework.
fn hpv_of_2024() -> String {
    // The published file says nothing of Mayotte.
    hpv().replace(",2023,", ",2024,") + "06,2024,nd,nd\n"
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

on_both_engines! {
    async fn the_circuit_counts_the_regions_and_filters_by_state_and_supplier(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = signed_in(&bench).await;
        let latest = site.get("/circuit").await;
        assert_eq!(latest.location.as_deref(), Some("/circuit/etat-ars-2024-2028"));
        let empty = site.get(CIRCUIT).await;
        assert_eq!(empty.status, StatusCode::OK);
        assert!(empty.body.contains("0 sur 18") && !empty.body.contains("18 sur 18"), "{}", empty.body);
        let mut partial = hpv_of_2024();
        let bretagne = partial.lines().find(|line| line.starts_with("53,2024")).unwrap().to_owned();
        partial = partial.replacen(&format!("{bretagne}\n"), "", 1);
        stage.load(&partial).await;
        let page = site.get(CIRCUIT).await.body;
        assert!(page.contains("17 sur 18") && page.contains("Manque : Bretagne"), "{page}");
        stage.load(hpv_of_2024()).await;
        let received = site.get(&format!("{CIRCUIT}&etat=recu")).await.body;
        assert!(received.contains("18 sur 18") && !received.contains("0 sur 18"), "{received}");
        let late = site.get(&format!("{CIRCUIT}&etat=retard")).await.body;
        assert!(!late.contains("18 sur 18"), "{late}");
        let supplier = stage.figures().await.series(crate::stage::GIRLS).unwrap().iter().next().unwrap().1.supplier.clone();
        let own = site.get(&format!("{CIRCUIT}&fournisseur={supplier}")).await.body;
        assert!(own.contains("2.c.1"), "{own}");
        let none = site.get(&format!("{CIRCUIT}&fournisseur=PERSONNE")).await.body;
        assert!(none.contains("Aucune livraison ne répond"), "{none}");
        let page = site.get(&format!("/circuit/fournisseurs/{supplier}")).await;
        assert_eq!(page.status, StatusCode::OK);
        for said in ["2.c.1", "2024", "18 sur 18", "href=\"/imports\""] {
            assert!(page.body.contains(said), "{said}");
        }
        for missing in ["/circuit/rien", "/circuit/fournisseurs/PERSONNE"] {
            assert_eq!(site.get(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
        }
        let wrong = site.get("/circuit/etat-ars-2024-2028?annee=hier").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn who_follows_is_told_once_a_load_of_what_arrived_and_was_corrected(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = signed_in(&bench).await;
        let nothing = site.get("/suivis").await.body;
        assert!(nothing.contains("Vous ne suivez encore aucun indicateur"), "{nothing}");
        let before = stage.last_change().await;
        let follow = format!("{PAGE}/suivre");
        for _ in 0..2 {
            let answer = site.post(&follow, &[("suivre", "oui")]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        assert_eq!(stage.last_change().await, before);
        stage.load(hpv()).await;
        let corrected = hpv().replacen("53,2023,67.7,34.9", "53,2023,68.2,34.9", 1);
        stage.load(corrected + "\n").await;
        let mut tx = bench.db.read().await.unwrap();
        let events = store::events(&mut tx, &stage.reach().await, bench.clock.today()).await.unwrap();
        drop(tx);
        let told: Vec<(i64, i64)> = events.iter().map(|e| (e.arrived, e.corrected)).collect();
        let follows_both = stage.count("follow").await == 2;
        assert_eq!(told, if follows_both { vec![(0, 1), (36, 0), (36, 0)] } else { vec![(0, 1), (36, 0)] });
        let page = site.get("/suivis").await.body;
        assert!(page.contains("1 valeur corrigée") && page.contains("36 valeurs arrivées"), "{page}");
        site.post(&follow, &[("suivre", "non")]).await;
        assert_eq!(stage.count("follow").await, 0);
        let unknown = site.post("/indicateurs/rien/rien/suivre", &[("suivre", "oui")]).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn whoever_follows_is_written_to_but_for_who_loads(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let colleague = colleague(&bench, stage.actor).await;
        let mut site = signed_in(&bench).await;
        site.post(&format!("{PAGE}/suivre"), &[("suivre", "oui")]).await;
        let followed = Followed {
            framework: "etat-ars-2024-2028".to_owned(),
            indicator: "2.c.1".to_owned(),
        };
        let wish = Wish { person: colleague.person().unwrap(), followed };
        let mut tx = bench.db.write_aside().await.unwrap();
        let may = permit_aside::<Follow>(&mut tx, bench.clock.today(), colleague, wish).await.unwrap();
        store::follow(&mut tx, may, &[crate::stage::GIRLS.to_owned()]).await.unwrap();
        tx.commit().await.unwrap();
        stage.load(hpv()).await;
        let sink = Sink::open().await;
        assert_eq!(sink.post().send_due(&bench.db, &bench.clock).await.unwrap(), 1);
        let told = sink.received().pop().unwrap();
        for part in ["To: referente@example.org", "36 valeurs arrivées", "par Coordination nationale", "https://jalon.example.org/suivis"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains("67,7") && !told.contains("67.7"), "no figure travels by mail");
    }
}

on_both_engines! {
    async fn a_load_given_up_tells_nobody(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = signed_in(&bench).await;
        site.post(&format!("{PAGE}/suivre"), &[("suivre", "oui")]).await;
        let rehearsal = stage.rehearse_current(hpv()).await;
        let mut change = stage.change(CommitBatch::NAME).await;
        let permit = permit::<CommitBatch>(&mut change, rehearsal.id).await.unwrap();
        stage.imports.commit_in(&mut change, permit, None).await.unwrap();
        drop(change);
        assert_eq!(stage.count("figure_event").await, 0);
        assert_eq!(stage.count("mail").await, 0);
    }
}
