//! Requests for help: from a page to the support of a region, to the national one, and back.

use axum::http::StatusCode;
use jalon::platform::mail::store::{list, waiting_text};
use jiff::SignedDuration;

use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;
use crate::rights::{person, site_of};
use crate::support::{Answer, Bench, Site};

const NEW: &str = "/aide/demandes/nouvelle";
const ASKER: &str = "referent@example.org";
const SUPPORT: &str = "aide.normandie@example.org";
const NATIONAL: &str = "aide.nationale@example.org";
/// In a message, and in no mail, no line of the history, no page of anybody else.
const CANARY: &str = "675849302";

/// People who ask and people who answer, in two regions and for the country.
async fn people(bench: &Bench) {
    let first = bench.install().await;
    Hand::creates(bench, first, NORMANDIE).await;
    for (email, role, organisation) in [
        (ASKER, "referent-cpom-ars", "ARS-28"),
        ("collegue@example.org", "referent-cpom-ars", "ARS-28"),
        (SUPPORT, "assistance-ars", "ARS-28"),
        ("aide.bretagne@example.org", "assistance-ars", "ARS-53"),
        (NATIONAL, "assistance-nationale", ""),
        ("dgs@example.org", "contributeur", "DGS"),
    ] {
        person(bench, first, email, &[(role, organisation)]).await;
    }
}

/// Asks from the page of a contract that refused something; where the request then stands.
async fn asks(site: &mut Site, words: &str) -> String {
    let typed = [
        ("page", "/contrats/normandie-2024-2028"),
        ("titre", "CPOM de l’ARS Normandie"),
        ("statut", "403"),
        ("reference", "1a2b3c4d"),
        ("au", "2025-11-19"),
        ("message", words),
        ("jeton", words),
    ];
    let asked = site.post(NEW, &typed).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let led = asked.location.unwrap();
    let again = site.post(NEW, &typed).await;
    assert_eq!(
        again.location.as_deref(),
        Some(&*led),
        "sent twice, it is one request"
    );
    led.split('?').next().unwrap().to_owned()
}

/// To whom mails wait, with their texts.
async fn mails(bench: &Bench) -> Vec<(String, String)> {
    let mut tx = bench.db.read().await.unwrap();
    let mut mails = Vec::new();
    for mail in list(&mut tx).await.unwrap() {
        let text = waiting_text(&mut tx, mail.id).await.unwrap();
        mails.push((mail.address, text.unwrap_or_default()));
    }
    mails
}

fn to<'m>(mails: &'m [(String, String)], address: &str) -> Vec<&'m str> {
    let theirs = mails.iter().filter(|(to, _)| to == address);
    theirs.map(|(_, text)| text.as_str()).collect()
}

async fn says(site: &mut Site, path: &str, act: &str, words: &str) -> Answer {
    site.post(&format!("{path}/{act}"), &[("message", words)])
        .await
}

on_both_engines! {
    async fn a_request_goes_to_the_region_then_to_the_country_and_comes_back(bench: Bench) {
        people(&bench).await;
        let mut asker = site_of(&bench, ASKER).await;
        let page = asker.get("/contrats/normandie-2024-2028?au=2025-11-19").await.body;
        let link = "/aide/demandes/nouvelle?page=%2Fcontrats%2Fnormandie-2024-2028&amp;titre=";
        assert!(page.contains(link) && page.contains("au=2025-11-19"), "{page}");
        let form = asker.get(&format!("{NEW}?page=/contrats&titre=Contrats&statut=403")).await.body;
        for said in ["403, action non permise", "Référent CPOM de l’ARS, ARS-28", "ni chiffre, ni texte"] {
            assert!(form.contains(said), "{said}: {form}");
        }
        let path = asks(&mut asker, &format!("Je ne peux pas signer, {CANARY}")).await;
        let sent = mails(&bench).await;
        assert_eq!(to(&sent, SUPPORT).len(), 1, "{sent:?}");
        assert!(to(&sent, "aide.bretagne@example.org").is_empty() && to(&sent, NATIONAL).is_empty());

        let mut support = site_of(&bench, SUPPORT).await;
        assert!(support.get("/").await.body.contains("attend votre réponse"));
        let read = support.get(&path).await;
        for said in [CANARY, "1a2b3c4d", "2025-11-19", "Référent CPOM de l’ARS, ARS-28"] {
            assert!(read.body.contains(said), "{said}: {}", read.body);
        }
        let empty = says(&mut support, &path, "transmettre", " ").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(says(&mut support, &path, "transmettre", "Qui peut signer ?").await.status, StatusCode::SEE_OTHER);
        let sent = mails(&bench).await;
        assert_eq!((to(&sent, NATIONAL).len(), to(&sent, ASKER).len()), (1, 1), "{sent:?}");
        assert!(!support.get("/").await.body.contains("attend votre réponse"), "it is in other hands");

        let mut national = site_of(&bench, NATIONAL).await;
        assert!(national.get("/").await.body.contains("attend votre réponse"));
        assert_eq!(says(&mut national, &path, "repondre", "Voici comment.").await.status, StatusCode::SEE_OTHER);
        assert!(!national.get("/").await.body.contains("attend votre réponse"));
        let answered = asker.get(&path).await.body;
        for said in ["Voici comment.", "Qui peut signer ?", "a transmis à l’assistance nationale"] {
            assert!(answered.contains(said), "{said}: {answered}");
        }
        assert_eq!(says(&mut asker, &path, "clore", "").await.status, StatusCode::SEE_OTHER);
        assert!(asker.get("/aide/demandes?etat=closes").await.body.contains(&path));
        assert!(!asker.get("/aide/demandes").await.body.contains(&path));
        // Writing again opens it anew.
        says(&mut asker, &path, "repondre", "Encore une question").await;
        assert!(asker.get("/aide/demandes").await.body.contains(&path));
        let sent = mails(&bench).await;
        assert_eq!(to(&sent, NATIONAL).len(), 2, "{sent:?}");
        for (address, text) in &sent {
            assert!(!text.contains(CANARY) && !text.contains("signer"), "{address}: {text}");
        }
    }
}

on_both_engines! {
    async fn a_request_is_its_authors_and_the_supports_alone(bench: Bench) {
        people(&bench).await;
        let mut asker = site_of(&bench, ASKER).await;
        let path = asks(&mut asker, &format!("Une question, {CANARY}")).await;
        for email in ["collegue@example.org", "aide.bretagne@example.org", "dgs@example.org"] {
            let mut other = site_of(&bench, email).await;
            assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{email}");
            for act in ["repondre", "transmettre", "clore"] {
                assert_eq!(says(&mut other, &path, act, "Un mot").await.status, StatusCode::NOT_FOUND, "{email}: {act}");
            }
            for place in ["/aide/demandes", "/aide/demandes?etat=closes", "/journal", "/recherche?q=question"] {
                let body = other.get(place).await.body;
                assert!(!body.contains(CANARY) && !body.contains(&path), "{email}: {place}");
            }
        }
        // Its author follows it, and does not decide who answers.
        assert_eq!(says(&mut asker, &path, "transmettre", "Un mot").await.status, StatusCode::FORBIDDEN);
        let journal = asker.get("/journal").await.body;
        assert!(journal.contains("a demandé de l’aide") && !journal.contains(CANARY), "{journal}");
    }
}

on_both_engines! {
    async fn where_nobody_answers_in_a_region_the_country_does(bench: Bench) {
        let first = bench.install().await;
        Hand::creates(&bench, first, NORMANDIE).await;
        person(&bench, first, ASKER, &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "dgs@example.org", &[("contributeur", "DGS")]).await;
        for email in [ASKER, "dgs@example.org"] {
            let mut asker = site_of(&bench, email).await;
            let path = asks(&mut asker, &format!("Bonjour de {email}")).await;
            assert!(asker.get(&path).await.body.contains("Assistance nationale"));
        }
        // Without a national support, whoever administers the country.
        let sent = mails(&bench).await;
        assert_eq!(to(&sent, crate::support::EMAIL).len(), 2, "{sent:?}");
        let mut asker = site_of(&bench, ASKER).await;
        let bad = asker.post(NEW, &[("page", "https://example.org/x"), ("message", "Un mot")]).await;
        let path = bad.location.unwrap();
        assert!(!asker.get(&path).await.body.contains("example.org/x"));
    }
}

on_both_engines! {
    async fn what_was_said_is_erased_two_years_after_it_was_closed(bench: Bench) {
        people(&bench).await;
        let mut asker = site_of(&bench, ASKER).await;
        let request = asks(&mut asker, &format!("Le compte {CANARY} ne répond plus.")).await;
        let open = asks(&mut asker, "Toujours ouverte.").await;
        let closed = asker.post(&format!("{request}/clore"), &[("message", "Merci.")]).await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.body);
        let forgets = async |bench: &Bench| {
            let mut tx = bench.db.write_aside().await.unwrap();
            jalon::support::forget_closed(&mut tx, bench.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        bench.clock.advance(SignedDuration::from_hours(700 * 24));
        forgets(&bench).await;
        let mut asker = site_of(&bench, ASKER).await;
        assert!(asker.get(&request).await.body.contains(CANARY));
        bench.clock.advance(SignedDuration::from_hours(60 * 24));
        forgets(&bench).await;
        let mut asker = site_of(&bench, ASKER).await;
        let page = asker.get(&request).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains(CANARY) && page.body.contains("est effacé"), "{}", page.body);
        assert!(asker.get(&open).await.body.contains("Toujours ouverte."));
        // Written to again, it is erased again in its time.
        let again = asker.post(&format!("{request}/repondre"), &[("message", "Encore moi.")]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
        forgets(&bench).await;
        assert!(asker.get(&request).await.body.contains("Encore moi."));
        // The rest of what was said stays as it was: the engine refuses to rewrite it.
        let mut tx = bench.db.write_aside().await.unwrap();
        assert!(tx.run("update help_message set kind = 'ask'", vec![]).await.is_err());
        assert!(tx.run("delete from help_message", vec![]).await.is_err());
    }
}
