//! Accounts opened one at a time on the web, those invited again, and the second factors taken away.

use axum::http::StatusCode;
use jalon::access::store::person_by_email;
use jalon::platform::mail::store::{Listed, list};

use super::normandy;
use crate::factor::{password, set_up};
use crate::on_both_engines;
use crate::rights::{held, last_change, person, site_of};
use crate::support::{Bench, EMAIL, Site};

const NEW: &str = "/personnes/nouvelle";
const ADMIN: &str = "gerante@example.org";

/// What a form of an account says, with the token of the page.
async fn opens(site: &mut Site, fields: &[(&str, &str)]) -> crate::support::Answer {
    let page = site.get(NEW).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let token = page.body.split("name=\"jeton\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let all: Vec<(&str, &str)> = fields.iter().copied().chain([("jeton", token)]).collect();
    site.post(NEW, &all).await
}

const INES: [(&str, &str); 5] = [
    ("nom", "Inès Exemple"),
    ("email", "Ines@Example.org"),
    ("role", "referent-cpom-ars"),
    ("organisation", "Normandie"),
    ("motif", "Arrivée"),
];

/// The same, with another text in a field.
fn but<'a>(name: &str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = INES.to_vec();
    let field = fields.iter_mut().find(|(known, _)| *known == name).unwrap();
    field.1 = text;
    fields
}

async fn mails_to(bench: &Bench, address: &str) -> Vec<Listed> {
    let all = list(&mut bench.db.read().await.unwrap()).await.unwrap();
    all.into_iter()
        .filter(|mail| mail.address == address)
        .collect()
}

/// The path of the link in the last mail to an address.
async fn link(bench: &Bench, address: &str) -> String {
    let mut tx = bench.db.read().await.unwrap();
    let (body,): (String,) = tx
        .one(
            "select body from mail where address = $1 and body like '%/lien/%' order by due_at desc, id desc limit 1",
            jalon::args![address],
        )
        .await
        .unwrap();
    let rest = body.split("/lien/").nth(1).unwrap();
    format!("/lien/{}", rest.split_whitespace().next().unwrap())
}

on_both_engines! {
    async fn an_administrator_opens_an_account_for_a_role_they_may_give_and_no_other(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        person(&bench, first, "lectrice@example.org", &[("lecteur", "ARS-28")]).await;
        person(&bench, first, "ailleurs@example.org", &[("lecteur", "ARS-53")]).await;
        let mut admin = site_of(&bench, ADMIN).await;
        assert!(admin.get("/personnes").await.body.contains("href=\"/personnes/nouvelle\""));
        let before = last_change(&bench).await;
        // What is wrong is told at its field, and everything typed stands.
        for (fields, said) in [
            (but("nom", ""), "Il manque le nom"),
            (but("email", "contact@example.org"), "boîte de service"),
            (but("email", "ailleurs@example.org"), "que vous ne gérez pas"),
            (but("email", "lectrice@example.org"), "a déjà un compte à cette adresse"),
            (but("role", "inconnu"), "n’est le nom d’aucun rôle"),
            (but("organisation", "Nulle part"), "ne désigne aucune organisation"),
            (but("motif", ""), "Dites pourquoi"),
        ] {
            let told = opens(&mut admin, &fields).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}: {}", told.body);
            assert!(told.body.contains(said) && told.body.contains("Rien n’est enregistré"), "{said}: {}", told.body);
        }
        // Neither elsewhere nor a role that is not theirs to give.
        for fields in [but("organisation", "ARS-53"), but("role", "administrateur-ars")] {
            let refused = opens(&mut admin, &fields).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        }
        assert_eq!(last_change(&bench).await, before);
        let mut reader = site_of(&bench, "lectrice@example.org").await;
        assert_eq!(reader.get(NEW).await.status, StatusCode::FORBIDDEN);
        assert_eq!(reader.post(NEW, &INES).await.status, StatusCode::FORBIDDEN);
        assert!(reader.get("/personnes").await.body.contains("Gérer des personnes</span> : pourquoi pas ?"));

        let done = opens(&mut admin, &INES).await;
        let her = person_by_email(&mut bench.db.read().await.unwrap(), "ines@example.org").await.unwrap().unwrap();
        let page = format!("/personnes/{}", her.id);
        assert_eq!(done.location, Some(format!("{page}?fait=ouvert-sans-courriel")), "{}", done.body);
        assert_eq!(last_change(&bench).await, before + 1, "one change");
        let given = held(&bench, her.id).await;
        assert_eq!((given.len(), given[0].grant.remit.organisation.as_str()), (1, "ARS-28"));
        assert_eq!(mails_to(&bench, "ines@example.org").await.len(), 1);
        let journal = admin.get("/journal").await.body;
        for deed in ["a ouvert le compte « Inès Exemple »", "a invité « Inès Exemple »", "Arrivée"] {
            assert!(journal.contains(deed), "{deed}: {journal}");
        }
        // The invitation opens the account.
        let mut own = bench.site().await;
        let chosen = [("password_new", "chouette brouette verte"), ("password_again", "chouette brouette verte")];
        let link = link(&bench, "ines@example.org").await;
        assert_eq!(own.post(&link, &chosen).await.location.as_deref(), Some("/connexion?fait=mot-de-passe"));

        // A namesake is asked about, once.
        let other = but("email", "ines.autre@example.org");
        let asked = opens(&mut admin, &other).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.body.contains("Si c’est une autre personne du même nom"), "{}", asked.body);
        let sure: Vec<(&str, &str)> = other.iter().copied().chain([("homonyme", "oui")]).collect();
        assert_eq!(opens(&mut admin, &sure).await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn the_same_form_sent_twice_opens_one_account(bench: Bench) {
        normandy(&bench).await;
        let mut admin = site_of(&bench, ADMIN).await;
        let form: Vec<(&str, &str)> = INES.iter().copied().chain([("jeton", "une-fois")]).collect();
        let (one, two) = (admin.post(NEW, &form).await, admin.post(NEW, &form).await);
        assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.body);
        assert_eq!(one.location, two.location);
    }
}

on_both_engines! {
    async fn who_never_chose_how_to_sign_in_is_invited_again(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let mut admin = site_of(&bench, ADMIN).await;
        opens(&mut admin, &INES).await;
        let her = person_by_email(&mut bench.db.read().await.unwrap(), "ines@example.org").await.unwrap().unwrap();
        let (page, act) = (format!("/personnes/{}", her.id), format!("/personnes/{}/invitation", her.id));
        let lost = link(&bench, "ines@example.org").await;
        assert!(admin.get(&page).await.body.contains("Inviter de nouveau</button>"));
        bench.clock.advance(jiff::SignedDuration::from_hours(80));
        let mut admin = site_of(&bench, ADMIN).await;
        let done = admin.post(&act, &[]).await;
        assert_eq!(done.location, Some(format!("{page}?fait=invitee-sans-courriel")), "{}", done.body);
        let fresh = link(&bench, "ines@example.org").await;
        let mut own = bench.site().await;
        assert_eq!(own.get(&lost).await.status, StatusCode::GONE);
        assert!(own.get(&fresh).await.body.contains("Bienvenue dans Jalon"));
        // Whoever chose a password asks for another link themselves.
        let chosen = [("password_new", "chouette brouette verte"), ("password_again", "chouette brouette verte")];
        assert_eq!(own.post(&fresh, &chosen).await.status, StatusCode::SEE_OTHER);
        let told = admin.get(&page).await.body;
        assert!(told.contains("Mot de passe oublié") && !told.contains("Inviter de nouveau</button>"), "{told}");
        let before = last_change(&bench).await;
        assert_eq!(admin.post(&act, &[]).await.status, StatusCode::CONFLICT);
        // Nor is anybody invited by who does not answer for all that they hold.
        let both = [("lecteur", "ARS-28"), ("contributeur", "DGS")];
        let shared = person(&bench, first, "double@example.org", &both).await;
        let told = admin.get(&format!("/personnes/{shared}")).await.body;
        assert!(told.contains("Inviter de nouveau</span> : pourquoi pas ?"), "{told}");
        assert_eq!(admin.post(&format!("/personnes/{shared}/invitation"), &[]).await.status, StatusCode::FORBIDDEN);
        assert!(last_change(&bench).await > before);
    }
}

on_both_engines! {
    async fn a_lost_second_factor_is_taken_away_by_who_administers_all_that_its_owner_holds(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let mut owner = bench.site().await;
        owner.sign_in().await;
        set_up(&bench, &mut owner).await;
        let own = first.person().unwrap();
        // Of somebody of the State, an agency takes nothing away, nor learns whether there is any.
        let both = [("lecteur", "ARS-28"), ("contributeur", "DGS")];
        let shared = person(&bench, first, "double@example.org", &both).await;
        let mut admin = site_of(&bench, ADMIN).await;
        let path = |person: uuid::Uuid| format!("/personnes/{person}/double-authentification");
        let why = [("motif", "Téléphone perdu, vue ce matin")];
        assert_eq!(admin.post(&path(shared), &why).await.status, StatusCode::FORBIDDEN);
        assert_eq!(admin.post(&path(own), &why).await.status, StatusCode::NOT_FOUND);
        let told = admin.get(&format!("/personnes/{shared}")).await.body;
        assert!(told.contains("Retirer la double authentification</span> : pourquoi pas ?"), "{told}");
        assert!(!told.contains("n’a pas de double authentification"), "{told}");

        person(&bench, first, "nationale@example.org", &[("administrateur-national", "")]).await;
        let mut national = site_of(&bench, "nationale@example.org").await;
        let page = national.get(&format!("/personnes/{own}")).await.body;
        assert!(page.contains("Retirer sa double authentification"), "{page}");
        let without = national.post(&path(own), &[("motif", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = national.post(&path(own), &why).await;
        assert_eq!(done.location, Some(format!("/personnes/{own}?fait=facteur-retire")), "{}", done.body);
        assert_eq!(national.post(&path(own), &why).await.status, StatusCode::CONFLICT);
        assert_eq!(owner.get("/").await.status, StatusCode::SEE_OTHER, "its sessions ended");
        let mut tx = bench.db.read().await.unwrap();
        let (body,): (String,) = tx
            .one("select body from mail where address = $1 and dedup like 'factor-taken:%'", jalon::args![EMAIL])
            .await
            .unwrap();
        drop(tx);
        assert!(body.contains("Un administrateur a retiré") && body.contains("vue ce matin"), "{body}");
        let journal = national.get("/journal").await.body;
        assert!(journal.contains("a retiré la double authentification") && journal.contains("vue ce matin"), "{journal}");
        assert_eq!(password(&mut owner).await.location.as_deref(), Some("/circuit"), "the password is enough");
    }
}

on_both_engines! {
    async fn nobody_takes_their_own_second_factor_away_without_a_code(bench: Bench) {
        let first = bench.install().await;
        let mut owner = bench.site().await;
        owner.sign_in().await;
        set_up(&bench, &mut owner).await;
        let own = first.person().unwrap();
        let page = owner.get(&format!("/personnes/{own}")).await.body;
        assert!(!page.contains("Retirer sa double authentification"), "{page}");
        let tried = owner.post(&format!("/personnes/{own}/double-authentification"), &[("motif", "Essai")]).await;
        assert_eq!(tried.status, StatusCode::FORBIDDEN);
        assert!(tried.body.contains("Mon compte"), "{}", tried.body);
        let mut tx = bench.db.read().await.unwrap();
        let (kept,): (i64,) = tx.one("select count(*) from authenticator", vec![]).await.unwrap();
        assert_eq!(kept, 1);
    }
}
