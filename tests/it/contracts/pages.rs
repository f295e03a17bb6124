//! The pages, as a browser without scripts sees them.

use axum::http::StatusCode;
use jalon::contracts::{Slot, State};

use super::hand::{BOTH, HPV, Hand, NORMANDIE, aims, colleague, furnish, normandie_terms, number};
use crate::on_both_engines;
use crate::support::{Answer, Site};

const CONTRACT: &str = "/contrats/normandie-2024-2028";

fn field(slot: &str, of: &str) -> String {
    format!("{slot}~{of}")
}

/// The name of the field of a target of 2.c.1.
fn target(year: i16) -> String {
    field(&format!("target~2.c.1~{HPV}~{year}"), "cible")
}

fn assert_shows(answer: &Answer, texts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    for text in texts {
        assert!(
            answer.body.contains(text),
            "« {text} » is missing from\n{}",
            answer.body
        );
    }
}

/// The version that the forms of a page carry.
fn version(answer: &Answer) -> String {
    let (_, after) = answer.body.split_once("name=\"version\" value=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

async fn signed_in(bench: &crate::support::Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

on_both_engines! {
    async fn an_empty_list_says_what_to_do(bench: Bench) {
        let actor = bench.install().await;
        furnish(&bench, actor, NORMANDIE.family).await;
        let mut site = signed_in(&bench).await;
        let list = site.get("/contrats").await;
        assert_shows(&list, &["Aucun contrat pour l’instant", "href=\"/contrats/nouveau\""]);
        let choice = site.get("/contrats/nouveau").await;
        assert_shows(&choice, &["CPOM État-ARS 2024-2028", "/contrats/nouveau?cadre=etat-ars-2024-2028"]);
        let none = site.get("/contrats?q=zzz").await;
        assert_shows(&none, &["Élargissez-les"]);
    }
}

on_both_engines! {
    async fn a_contract_is_prepared_written_and_signed_in_the_browser(bench: Bench) {
        let actor = bench.install().await;
        furnish(&bench, actor, NORMANDIE.family).await;
        let mut site = signed_in(&bench).await;
        let incomplete = site.post("/contrats/nouveau", &[("cadre", "etat-ars-2024-2028"), ("titre", "CPOM de l’ARS Normandie"), ("fin", "bientôt")]).await;
        assert_eq!(incomplete.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(incomplete.body.contains("CPOM de l’ARS Normandie") && incomplete.body.contains("bientôt"));
        let created = site.post("/contrats/nouveau", &[
            ("cadre", "etat-ars-2024-2028"), ("titre", "CPOM de l’ARS Normandie"), ("adresse", "normandie-2024-2028"),
            ("partie.etat", "État"), ("partie.ars", "ARS Normandie"), ("lieu", "Normandie"),
        ]).await;
        assert_eq!(created.location.as_deref(), Some(CONTRACT), "{}", created.body);
        assert_shows(&site.get(CONTRACT).await, &["Rien n’est encore signé", "Préparer le contrat initial"]);

        let drafted = site.post(&format!("{CONTRACT}/actes/nouveau"), &[("acte", "contrat"), ("motif", "Proposition nationale")]).await;
        assert_eq!(drafted.location.as_deref(), Some(&*format!("{CONTRACT}/actes/1")), "{}", drafted.body);
        let grid = format!("{CONTRACT}/actes/1/modifier?objectif=2");
        assert_shows(&site.get(&grid).await, &["vaccination HPV", "observé (à fixer par avenant)", &target(2026)]);
        let (choice, value, year) = (
            field("choice~2.c.1~~", "choix"),
            field(&format!("baseline~2.c.1~{HPV}~"), "valeur"),
            field(&format!("baseline~2.c.1~{HPV}~"), "annee"),
        );
        let targets: Vec<_> = (2024..=2028).map(target).collect();
        let mut form = vec![(choice.as_str(), "oui"), (&value, "66,3 %"), (&year, "2023")];
        form.extend(targets.iter().map(String::as_str).zip(["67", "69", "71", "73", "75"]));
        let saved = site.post(&grid, &form).await;
        assert_eq!(saved.location.as_deref(), Some(&*format!("{CONTRACT}/actes/1?enregistre=7")), "{}", saved.body);

        let blocked = site.get(&format!("{CONTRACT}/actes/1")).await;
        assert_shows(&blocked, &["2 points à régler avant la signature", "Personne ne signe pour"]);
        assert!(!blocked.body.contains("Enregistrer la signature"));
        let refused = site.post(&format!("{CONTRACT}/actes/1/signer"), &[("version", &version(&blocked))]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let signatories = [
            ("vu", ""),
            ("pour.0", "etat"), ("nom.0", "La ministre"), ("fonction.0", "Ministre"), ("qualite.0", ""), ("date.0", "20/12/2024"),
            ("pour.1", "ars"), ("nom.1", "Le directeur"), ("fonction.1", "Directeur général"), ("qualite.1", ""), ("date.1", "20/12/2024"),
        ];
        let named = site.post(&format!("{CONTRACT}/actes/1/signataires"), &signatories).await;
        assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.body);
        let ready = site.get(&format!("{CONTRACT}/actes/1")).await;
        assert_shows(&ready, &["Rien n’empêche la signature", "Enregistrer la signature"]);
        let signed = site.post(&format!("{CONTRACT}/actes/1/signer"), &[("version", &version(&ready))]).await;
        assert_eq!(signed.location.as_deref(), Some(&*format!("{CONTRACT}/actes/1?fait=signe")), "{}", signed.body);
        assert_shows(&site.get(CONTRACT).await, &["66,3\u{202f}%", "71,0\u{202f}%", "75,0\u{202f}%", "signature du 20 décembre 2024"]);
    }
}

on_both_engines! {
    async fn bad_input_comes_back_whole_with_a_word_for_each_cell(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        let mut site = signed_in(&bench).await;
        let grid = format!("{CONTRACT}/actes/1/modifier?objectif=2");
        let (good, bad) = (target(2024), target(2025));
        let answer = site.post(&grid, &[(&good, "67"), (&bad, "soixante <b>neuf</b>")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for text in ["value=\"67\"", "soixante &lt;b&gt;neuf", "2.c.1, cible 2025", "n’est pas une cible", "aria-invalid=\"true\""] {
            assert!(answer.body.contains(text), "{text}\n{}", answer.body);
        }
        assert!(hand.full().await.terms.is_empty());
    }
}

on_both_engines! {
    async fn two_people_writing_the_same_cell_both_see_both(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        hand.writes(draft, normandie_terms(section)).await;
        let mut site = signed_in(&bench).await;
        let grid = format!("{CONTRACT}/actes/1/modifier?objectif=2");
        // The page was read, then a colleague wrote 72 for 2026 and 74 for 2027.
        hand.writes(draft, vec![
            aims(section, "2.c.1", HPV, 2026, number("72")),
            aims(section, "2.c.1", HPV, 2027, number("74")),
        ]).await;
        let (mine, seen) = (target(2026), format!("vu:{}", target(2026)));
        let (left, seen_left) = (target(2027), format!("vu:{}", target(2027)));
        let form = [(mine.as_str(), "70"), (&seen, "71"), (&left, "73"), (&seen_left, "73")];
        let answer = site.post(&grid, &form).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.body.contains("Quelqu’un a écrit « 72 » entre-temps ; vous avez écrit « 70 »"), "{}", answer.body);
        let again = site.post(&grid, &[(mine.as_str(), "70"), (&seen, "72"), (&left, "74"), (&seen_left, "74")]).await;
        assert_eq!(again.location.as_deref(), Some(&*format!("{CONTRACT}/actes/1?enregistre=1")), "{}", again.body);
        let full = hand.full().await;
        let overlay = full.overlay(full.instrument(1).unwrap());
        assert_eq!(overlay.after.target(section, "2.c.1", HPV, 2026), Some(&number("70")));
        assert_eq!(overlay.after.target(section, "2.c.1", HPV, 2027), Some(&number("74")));
    }
}

on_both_engines! {
    async fn the_past_is_shown_as_it_was(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        bench.clock.set("2026-02-10T09:00:00Z".parse().unwrap());
        let more = vec![aims(section, "2.c.1", HPV, 2026, number("72"))];
        hand.agrees("avenant", Some("La campagne porte ses fruits."), more, BOTH, "2026-02-09").await;
        let mut site = signed_in(&bench).await;
        let now = site.get(CONTRACT).await;
        assert_shows(&now, &["72,0\u{202f}%", "Avenant n° 1"]);
        let then = site.get(&format!("{CONTRACT}?au=09/02/2026")).await;
        assert_shows(&then, &["71,0\u{202f}%", "indicateurs/2.c.1?au=2026-02-09"]);
        assert!(!then.body.contains("72,0\u{202f}%"));
        let before = site.get(&format!("{CONTRACT}?au=2026-01-04")).await;
        // Signed on 20 December 2024, recorded a year later: the day of the record is what counts.
        assert_shows(&before, &["Au 4 janvier 2026, rien n’était encore enregistré dans Jalon (l’acte, signé le 20 décembre 2024, a été enregistré le 5 janvier 2026)"]);
        let earlier = site.get(&format!("{CONTRACT}?au=2024-12-19")).await;
        assert_shows(&earlier, &["Au 19 décembre 2024, rien n’était encore signé"]);
        assert_shows(&now, &["signature du 20/12/2024, enregistrement du 05/01/2026"]);
        // No figure was ever loaded, and still the delivery of each indicator is told.
        assert_shows(&now, &["<th scope=\"col\">Livraison</th>", "data-l=\"Livraison\"", "Aucune valeur reçue"]);
        let wrong = site.get(&format!("{CONTRACT}?au=hier")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for kept in ["value=\"hier\"", "« hier » n’est pas une date", "72,0\u{202f}%"] {
            assert!(wrong.body.contains(kept), "{kept}\n{}", wrong.body);
        }

        let indicator = site.get(&format!("{CONTRACT}/indicateurs/2.c.1")).await;
        assert_shows(&indicator, &["Cible 2026", "La campagne porte ses fruits.", "9 février 2026", "Coordination nationale", "Journal des saisies"]);
        let old = site.get(&format!("{CONTRACT}/indicateurs/2.c.1?au=2026-02-09")).await;
        assert!(!old.body.contains("La campagne porte ses fruits."));
        let act = site.get(&format!("{CONTRACT}/actes/2")).await;
        assert_shows(&act, &["71,0\u{202f}%</del>", "72,0\u{202f}%</ins>", "Cet acte a fixé 1 terme."]);
    }
}

on_both_engines! {
    async fn a_correction_takes_two_people_in_the_browser_too(bench: Bench) {
        let actor = bench.install().await;
        let other = colleague(&bench, actor).await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let slip = hand.drafts("correction", Some("Erreur de plume")).await;
        hand.writes(slip, vec![aims(section, "2.c.1", HPV, 2027, number("73.5"))]).await;
        let mut site = signed_in(&bench).await;
        let path = format!("{CONTRACT}/actes/2");
        let alone = site.get(&path).await;
        for forged in ["signe", "confirme", "abandonne"] {
            let told = site.get(&format!("{path}?fait={forged}")).await.body;
            // The address travels with a request for help, and says no more.
            let told = told.replace(&format!("&amp;demande=fait%3D{forged}"), "");
            assert_eq!(told, alone.body, "{forged}: an address proves nothing");
        }
        assert_shows(&alone, &["Une autre personne que celle qui enregistre", "Confirmer ce projet tel quel"]);
        let stale = version(&alone);
        hand.confirms(other, slip).await;
        let late = site.post(&format!("{path}/signer"), &[("version", &stale)]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.body.contains("a changé depuis que vous l’avez ouvert"));
        let read = site.get(&path).await;
        let done = site.post(&format!("{path}/signer"), &[("version", &version(&read))]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        assert_eq!(hand.full().await.instrument(2).unwrap().state, State::Signed);
        let history = site.get(&format!("{CONTRACT}/indicateurs/2.c.1")).await;
        assert_shows(&history, &["confirmé par "]);
    }
}

on_both_engines! {
    async fn every_page_of_a_contract_asks_who_is_there(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        let mut nobody = bench.site().await;
        let pages = ["", "/moyens", "/indicateurs/2.c.1", "/actes/nouveau", "/actes/1", "/actes/1/modifier", "/actes/1/presentation", "/actes/1/signataires"];
        for page in pages {
            let answer = nobody.get(&format!("{CONTRACT}{page}")).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}");
        }
        let mut site = signed_in(&bench).await;
        for page in pages {
            assert_eq!(site.get(&format!("{CONTRACT}{page}")).await.status, StatusCode::OK, "{page}");
        }
        for missing in ["/indicateurs/9.z", "/actes/9", "?volet=mars", "/actes/1/modifier?objectif=99"] {
            let answer = site.get(&format!("{CONTRACT}{missing}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
        }
    }
}

#[test]
fn the_names_of_fields_are_those_of_slots() {
    let slot = Slot::Target {
        indicator: "2.c.1".to_owned(),
        measure: HPV.to_owned(),
        year: 2026,
    };
    let expected = format!(
        "{}~{}~{}~2026~cible",
        slot.kind(),
        slot.subject(),
        slot.facet()
    );
    assert_eq!(target(2026), expected);
}

on_both_engines! {
    async fn means_are_written_with_their_source(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let draft = hand.drafts("contrat", None).await;
        hand.writes(draft, normandie_terms(section)).await;
        hand.names_signatories(draft, BOTH, "2024-12-20").await;
        let mut site = signed_in(&bench).await;
        let grid = format!("{CONTRACT}/actes/1/modifier?partie=moyens");
        let amount = field("means~fir~notified~2024", "montant");
        let source = field("means~fir~notified~2024", "source");
        let alone = site.post(&grid, &[(&amount, "118 200 000,5 euros")]).await;
        assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(alone.body.contains("Où ce montant est-il écrit ?"), "{}", alone.body);
        let whole = site.post(&grid, &[(&amount, "118 200 000,5 euros"), (&source, "Arrêté du 7 mai 2024")]).await;
        assert_eq!(whole.status, StatusCode::SEE_OTHER, "{}", whole.body);
        assert_shows(&site.get(&grid).await, &["value=\"118\u{202f}200\u{202f}000,5\""]);
        hand.signs(draft).await.unwrap();
        assert_shows(&site.get(&format!("{CONTRACT}/moyens")).await, &["118\u{202f}200\u{202f}000,50\u{202f}€", "Arrêté du 7 mai 2024"]);
    }
}

on_both_engines! {
    async fn reasons_and_signatories_written_at_once_lose_nothing(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let draft = hand.drafts("contrat", None).await;
        let mut site = signed_in(&bench).await;
        hand.gives_motive(draft, "Celui d’une collègue").await;
        let mine = [("motif", "Le mien"), ("effet", "01/01/2024"), ("vu_motif", ""), ("vu_effet", "")];
        let told = site.post(&format!("{CONTRACT}/actes/1/presentation"), &mine).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        assert!(told.body.contains("Celui d’une collègue") && told.body.contains("Le mien"), "{}", told.body);
        let knowing = [("motif", "Le mien"), ("effet", "01/01/2024"), ("vu_motif", "Celui d’une collègue"), ("vu_effet", "")];
        let saved = site.post(&format!("{CONTRACT}/actes/1/presentation"), &knowing).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
        assert_eq!(hand.full().await.instrument(1).unwrap().motive.as_deref(), Some("Le mien"));

        hand.names_signatories(draft, &["etat"], "2024-12-20").await;
        let rows = [("vu", ""), ("pour.0", "ars"), ("nom.0", "Le directeur"), ("fonction.0", "Directeur"), ("date.0", "demain")];
        let path = format!("{CONTRACT}/actes/1/signataires");
        let bad = site.post(&path, &rows).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.body.contains("« demain » n’est pas une date"), "{}", bad.body);
        let rows = [("vu", ""), ("pour.0", "ars"), ("nom.0", "Le directeur"), ("fonction.0", "Directeur"), ("date.0", "")];
        let told = site.post(&path, &rows).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        assert!(told.body.contains("Signataire etat") && told.body.contains("Le directeur"), "{}", told.body);
    }
}

on_both_engines! {
    async fn what_is_signed_offers_no_form(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let mut site = signed_in(&bench).await;
        for form in ["modifier", "presentation", "signataires"] {
            let answer = site.get(&format!("{CONTRACT}/actes/1/{form}")).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{form}");
        }
        let read = site.get(&format!("{CONTRACT}/actes/1")).await;
        assert_shows(&read, &["Cet acte a fixé 7 termes."]);
        assert!(!read.body.contains("/abandonner"));
    }
}

/// The token of the form on a page.
fn token(answer: &Answer) -> String {
    let (_, rest) = answer.body.split_once("name=\"jeton\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

on_both_engines! {
    async fn a_form_sent_twice_is_acted_upon_once(bench: Bench) {
        let actor = bench.install().await;
        furnish(&bench, actor, NORMANDIE.family).await;
        let mut site = signed_in(&bench).await;
        let shown = token(&site.get("/contrats/nouveau?cadre=etat-ars-2024-2028").await);
        let contract = [
            ("jeton", shown.as_str()), ("cadre", "etat-ars-2024-2028"), ("titre", "CPOM"), ("adresse", "normandie-2024-2028"),
            ("partie.etat", "État"), ("partie.ars", "ARS Normandie"), ("lieu", "Normandie"),
        ];
        for _ in 0..2 {
            let created = site.post("/contrats/nouveau", &contract).await;
            assert_eq!(created.location.as_deref(), Some(CONTRACT), "{}", created.body);
        }
        let new_act = format!("{CONTRACT}/actes/nouveau");
        let shown = token(&site.get(&new_act).await);
        let act = [("jeton", shown.as_str()), ("acte", "contrat"), ("motif", "Un")];
        let mut other = bench.site().await;
        other.sign_in().await;
        let (first, second) = tokio::join!(site.post(&new_act, &act), other.post(&new_act, &act));
        for answer in [first, second] {
            assert_eq!(answer.location.as_deref(), Some(&*format!("{CONTRACT}/actes/1")), "{}", answer.body);
        }
        // What was typed differs, or the page was opened again: another act is meant.
        let changed = [act[0], act[1], ("motif", "Deux")];
        assert_eq!(site.post(&new_act, &changed).await.location.as_deref(), Some(&*format!("{CONTRACT}/actes/2")));
        let shown = token(&site.get(&new_act).await);
        let again = [("jeton", shown.as_str()), act[1], act[2]];
        assert_eq!(site.post(&new_act, &again).await.location.as_deref(), Some(&*format!("{CONTRACT}/actes/3")));
    }
}

on_both_engines! {
    async fn a_contract_that_makes_no_sense_is_told_beside_its_fields(bench: Bench) {
        let actor = bench.install().await;
        Hand::creates(&bench, actor, NORMANDIE).await;
        let mut site = signed_in(&bench).await;
        let long = "é".repeat(201);
        let refused = site.post("/contrats/nouveau", &[
            ("cadre", "etat-ars-2024-2028"), ("titre", &long), ("partie.etat", "État"), ("partie.ars", "ARS Océan Indien"), ("lieu", "Corse"),
        ]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["201 caractères", "n’existe plus depuis le 31 décembre 2019", long.as_str()] {
            assert!(refused.body.contains(told), "{told}\n{}", refused.body);
        }
        let second = [
            ("cadre", "etat-ars-2024-2028"), ("titre", "Un autre"), ("partie.etat", "État"), ("partie.ars", "ARS Normandie"), ("lieu", "Normandie"),
        ];
        let refused = site.post("/contrats/nouveau", &second).await;
        assert!(refused.body.contains("lie déjà cette organisation dans ce cadre"), "{}", refused.body);
    }
}

on_both_engines! {
    async fn who_signs_signs_for_a_known_role(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        hand.drafts("contrat", None).await;
        let mut site = signed_in(&bench).await;
        let long = "x".repeat(121);
        let rows = [
            ("vu", ""), ("pour.0", "roi"), ("nom.0", "Le roi"), ("fonction.0", "Roi"),
            ("pour.1", "ars"), ("nom.1", &long), ("fonction.1", "Directeur"),
        ];
        let refused = site.post(&format!("{CONTRACT}/actes/1/signataires"), &rows).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["Choisissez pour qui", "121 caractères", "Le roi"] {
            assert!(refused.body.contains(told), "{told}\n{}", refused.body);
        }
        assert!(hand.full().await.instrument(1).unwrap().signatories.is_empty());
    }
}
