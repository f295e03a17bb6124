//! The confidential note: a number that stands nowhere else is written in it, and looked for
//! wherever anybody may look.

use axum::http::StatusCode;
use jalon::site::backup::backup;

use super::{AUTHOR, CANARY, NOTE, Vault};
use crate::on_both_engines;
use crate::rights::routes::{filled, routes};
use crate::rights::{person, site_of};
use crate::support::{Log, said};

fn holds(bytes: &[u8], canary: &str) -> bool {
    bytes
        .windows(canary.len())
        .any(|window| window == canary.as_bytes())
}

/// Where somebody looks, beside every address of the site: the tables, the files, the search.
fn more_places() -> Vec<String> {
    let contract = "normandie-2024-2028";
    let mut places: Vec<String> = ["csv", "xlsx"]
        .iter()
        .flat_map(|format| {
            ["journal", "contrats", "actes", "termes", "suivi", "valeurs"].map(|table| {
                format!("/tables/{table}.{format}?contrat={contract}&cadre=etat-ars-2024-2028")
            })
        })
        .collect();
    places.extend([
        "/recherche?q=dialogue+secret".to_owned(),
        "/recherche/propositions?q=dialogue".to_owned(),
        "/journal".to_owned(),
        format!("/contrats/{contract}/dossier?annee=2024"),
        format!("/contrats/{contract}/dossier?annee=2024&format=xlsx"),
        format!("/contrats/{contract}/dossier?annee=2024&format=docx"),
    ]);
    places
}

on_both_engines! {
    async fn what_a_note_says_is_nowhere_but_before_those_who_may_read_it(bench: Bench) {
        let (log, _heard) = Log::listen();
        let vault = Vault::set(&bench).await;
        vault.writes(&format!("Le dialogue secret, {CANARY}"), "0").await;
        let people = [
            (AUTHOR, "", "", true),
            ("coordination2@example.org", "coordinateur-national", "SGMCAS", true),
            ("sg@example.org", "secretaire-general", "", true),
            (crate::support::EMAIL, "", "", false),
            ("admin@example.org", "administrateur-ars", "ARS-28", false),
            ("codir@example.org", "codir-ars", "ARS-28", false),
            ("referent@example.org", "referent-cpom-ars", "ARS-28", false),
            ("bretagne@example.org", "directeur-general-ars", "ARS-53", false),
            ("audit@example.org", "auditeur", "", false),
            ("technique@example.org", "administrateur-technique", "", false),
        ];
        for (email, role, organisation, reads) in people {
            if !role.is_empty() {
                person(&bench, vault.first, email, &[(role, organisation)]).await;
            }
            let mut site = vault.site_of(email).await;
            let note = site.get(NOTE).await;
            assert_eq!(note.body.contains(CANARY), reads, "{email}: {}", note.body);
            if !reads {
                assert!([403, 404].contains(&note.status.as_u16()), "{email}: {}", note.status);
                let contract = site.get("/contrats/normandie-2024-2028").await;
                assert!(!contract.body.contains("Note confidentielle"), "{email}");
            }
            for template in routes() {
                let path = filled(&template);
                if path != NOTE {
                    let answer = site.get(&path).await;
                    assert!(!said(&answer).contains(CANARY), "{email} reads it at {path}");
                }
            }
            for path in more_places() {
                let answer = site.get(&path).await;
                assert!(!said(&answer).contains(CANARY), "{email} reads it at {path}");
            }
        }
        let file = vault.folder().join("sauvegarde.db");
        backup(&bench.db, &file).await.unwrap();
        assert!(!holds(&std::fs::read(&file).unwrap(), CANARY), "the backup holds it");
        if let Some(path) = bench.url.strip_prefix("sqlite://") {
            for suffix in ["", "-wal"] {
                let bytes = std::fs::read(format!("{path}{suffix}")).unwrap_or_default();
                assert!(!holds(&bytes, CANARY), "the database holds it");
            }
        }
        let mut tx = bench.db.read().await.unwrap();
        let sessions: Vec<(String,)> = tx.all("select data from session", vec![]).await.unwrap();
        assert!(sessions.iter().all(|(data,)| !data.contains(CANARY)));
        let log = log.text();
        assert!(log.len() > 1_000, "nothing was heard");
        assert!(!log.contains(CANARY), "the log holds it");
    }
}

on_both_engines! {
    async fn who_may_not_is_told_who_can_and_the_history_says_who_wrote_and_nothing_more(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Une première version", "0").await;
        let mut administrator = vault.site_of(crate::support::EMAIL).await;
        let refused = administrator.get(NOTE).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.body.contains("Directeur général de l’ARS"), "{}", refused.body);
        assert!(!refused.body.contains("Administrateur national ;"), "{}", refused.body);
        let written = administrator.post(NOTE, &[("note", "autre"), ("vu", "1")]).await;
        assert_eq!(written.status, StatusCode::FORBIDDEN);
        let journal = administrator.get("/journal").await;
        assert!(journal.body.contains("a écrit la version 1 de la note confidentielle (empreinte"), "{}", journal.body);
        person(&bench, vault.first, "referent@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let journal = site_of(&bench, "referent@example.org").await.get("/journal").await;
        assert!(!journal.body.contains("note confidentielle"), "{}", journal.body);
        // Who read it is kept, and they see it.
        let mut author = vault.site_of(AUTHOR).await;
        author.get(NOTE).await;
        let account = author.get("/moi").await;
        assert!(account.body.contains("Texte scellé lu") && account.body.contains(NOTE), "{}", account.body);
    }
}

on_both_engines! {
    async fn versions_are_kept_and_none_is_lost_to_another(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Première", "0").await;
        vault.writes("Deuxième", "1").await;
        let mut site = vault.site_of(AUTHOR).await;
        // Sent twice, it is one version.
        let twice = site.post(NOTE, &[("note", "Deuxième"), ("vu", "1")]).await;
        assert_eq!(twice.status, StatusCode::SEE_OTHER);
        let late = site.post(NOTE, &[("note", "Écrite sur la première"), ("vu", "1")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.body.contains("Écrite sur la première"), "what was typed is shown again");
        let empty = site.post(NOTE, &[("note", "  "), ("vu", "2")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = site.get(NOTE).await.body;
        assert!(page.contains("<p>Deuxième</p>") && page.contains("Version 2"), "{page}");
        assert!(!page.contains("Version 3"), "{page}");
        assert!(site.get(&format!("{NOTE}?version=1")).await.body.contains("<p>Première</p>"));
        assert_eq!(site.get(&format!("{NOTE}?version=7")).await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn what_was_typed_after_the_session_ended_waits_under_seal(bench: Bench) {
        let vault = Vault::set(&bench).await;
        let mut site = vault.site_of(AUTHOR).await;
        crate::access::everybody_leaves(&bench).await;
        let late = site.post(NOTE, &[("note", &format!("Un texte, {CANARY}")), ("vu", "0")]).await;
        assert_eq!(late.location.as_deref(), Some("/connexion?retour=/reprise"));
        let mut tx = bench.db.read().await.unwrap();
        let sessions: Vec<(String,)> = tx.all("select data from session", vec![]).await.unwrap();
        assert!(sessions.iter().any(|(data,)| data.contains("kept_form_body")));
        assert!(sessions.iter().all(|(data,)| !data.contains(CANARY)));
        drop(tx);
        site.sign_in_as(AUTHOR).await;
        assert!(site.get("/reprise").await.body.contains(CANARY));
    }
}

on_both_engines! {
    async fn without_a_key_nothing_is_written_and_nothing_lost(bench: Bench) {
        let vault = Vault::set(&bench).await;
        let mut site = site_of(&bench, AUTHOR).await;
        let page = site.get(NOTE).await;
        assert!(page.body.contains("Aucune clé de scellement n’est réglée"), "{}", page.body);
        let refused = site.post(NOTE, &[("note", "Un texte"), ("vu", "0")]).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        vault.writes("Scellée", "0").await;
        let closed = site.get(NOTE).await;
        assert!(closed.body.contains("la clé qui la scelle manque"), "{}", closed.body);
        assert!(!closed.body.contains("<p>Scellée"), "{}", closed.body);
    }
}
