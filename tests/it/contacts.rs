//! Where organisations are written to: who sets it, who sees it, and what it is told.

use axum::http::StatusCode;

use crate::contracts::{NORMANDIE, furnish};
use crate::on_both_engines;
use crate::program::Program;
use crate::rights::{last_change, person, site_of};
use crate::support::EMAIL;

const PAGE: &str = "/organisations/ARS-28";
const MAILBOX: &str = "ars-normandie-cpom@example.org";

on_both_engines! {
    async fn a_contact_is_set_by_who_administers_and_seen_by_the_state_and_the_agencies(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        for (email, role, organisation) in [
            ("gerante@example.org", "administrateur-ars", "ARS-28"),
            ("bretonne@example.org", "administrateur-ars", "ARS-53"),
            ("ministere@example.org", "lecteur", "DGS"),
            ("invitee@example.org", "invite", "ARS-28"),
        ] {
            person(&bench, first, email, &[(role, organisation)]).await;
        }
        let mut admin = site_of(&bench, "gerante@example.org").await;
        let before = last_change(&bench).await;
        for (typed, said) in [("anne.martin@example.org", "semble l’adresse d’une personne"), ("contact", "pas une adresse électronique")] {
            let told = admin.post(&format!("{PAGE}/contact"), &[("adresse", typed)]).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", told.body);
            assert!(told.body.contains(said) && told.body.contains(typed), "{}", told.body);
        }
        let mut other = site_of(&bench, "bretonne@example.org").await;
        let refused = other.post(&format!("{PAGE}/contact"), &[("adresse", MAILBOX)]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(other.get(PAGE).await.body.contains("Changer l’adresse de contact</span> : pourquoi pas ?"));
        let nowhere = admin.post("/organisations/ARS-99/contact", &[("adresse", MAILBOX)]).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        assert_eq!(last_change(&bench).await, before);

        let done = admin.post(&format!("{PAGE}/contact"), &[("adresse", "ARS-Normandie-CPOM@example.org")]).await;
        assert_eq!(done.location, Some(format!("{PAGE}#contact")), "{}", done.body);
        let table = "/tables/organisations.csv";
        for who in ["gerante@example.org", "bretonne@example.org", "ministere@example.org"] {
            let mut site = site_of(&bench, who).await;
            let page = site.get(PAGE).await.body;
            assert!(page.contains(MAILBOX), "{who}: {page}");
            assert!(page.contains("Adresse de contact : <del>rien</del>"), "{who}: its history tells it: {page}");
            assert!(site.get(table).await.body.contains(MAILBOX), "{who}");
            assert!(site.get("/journal").await.body.contains(MAILBOX), "{who}");
        }
        let mut guest = site_of(&bench, "invitee@example.org").await;
        for path in [PAGE, table, "/journal", "/tables/journal.csv"] {
            let told = guest.get(path).await;
            assert_eq!(told.status, StatusCode::OK, "{path}");
            assert!(!told.body.contains(MAILBOX), "{path}: {}", told.body);
        }
        // Said again, nothing changes; empty, it is taken away.
        let before = last_change(&bench).await;
        admin.post(&format!("{PAGE}/contact"), &[("adresse", MAILBOX)]).await;
        assert_eq!(last_change(&bench).await, before);
        admin.post(&format!("{PAGE}/contact"), &[("adresse", " ")]).await;
        assert_eq!(last_change(&bench).await, before + 1);
        assert!(admin.get(PAGE).await.body.contains("Aucune adresse"));
    }
}

on_both_engines! {
    async fn a_region_without_support_is_told_of_a_request_at_its_mailbox(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "lectrice@example.org", &[("lecteur", "ARS-28")]).await;
        let mut national = site_of(&bench, EMAIL).await;
        national.post(&format!("{PAGE}/contact"), &[("adresse", MAILBOX)]).await;
        let mut reader = site_of(&bench, "lectrice@example.org").await;
        let asked = reader.post("/aide/demandes/nouvelle", &[("page", "/contrats"), ("message", "Où est 518273946 ?")]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
        let count = async |address: &str| {
            let mut tx = bench.db.read().await.unwrap();
            let bodies: Vec<(String,)> = tx
                .all("select body from mail where address = $1", jalon::args![address])
                .await
                .unwrap();
            assert!(bodies.iter().all(|(body,)| !body.contains("518273946")), "{bodies:?}");
            bodies.len()
        };
        assert_eq!((count(MAILBOX).await, count(EMAIL).await), (1, 1), "the national support has it as well");
        // Once somebody holds the support, the mailbox is not written to.
        person(&bench, first, "aide@example.org", &[("assistance-ars", "ARS-28")]).await;
        reader.post("/aide/demandes/nouvelle", &[("page", "/contrats"), ("message", "Et là ?")]).await;
        assert_eq!((count(MAILBOX).await, count("aide@example.org").await), (1, 1));
    }
}

on_both_engines! {
    async fn no_account_is_opened_for_a_mailbox_at_the_terminal(bench: Bench) {
        bench.install().await;
        let before = last_change(&bench).await;
        let program = Program::on(&bench.url);
        for mailbox in [MAILBOX, "coordination@example.org", "dgos-cpom@example.org", "drees@example.org", "cnsa@example.org"] {
            let told = program.run(&["person", "invite", "--name", "Boîte", "--email", mailbox]).refused();
            assert!(told.contains("semble une boîte de service"), "{mailbox}: {told}");
        }
        assert_eq!(last_change(&bench).await, before);
    }
}
