//! Help on every screen.

use axum::http::StatusCode;

use crate::on_both_engines;
use crate::stage::Stage;

/// Where the link « Aide » of a page leads.
fn help_of(page: &str) -> Option<&str> {
    let rest = page.split("<a class=\"help\" href=\"").nth(1)?;
    rest.split('"').next()
}

/// The pages that the browser goes through, as `tests/browser/paths.mjs` lists them.
fn paths() -> Vec<String> {
    let text = std::fs::read_to_string("tests/browser/paths.mjs").unwrap();
    let quoted = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"'));
    let paths = quoted.filter_map(|line| line.strip_suffix("\","));
    paths.map(ToOwned::to_owned).collect()
}

on_both_engines! {
    async fn every_page_leads_to_its_own_subject(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        let stranger = site.get("/connexion").await.body;
        assert_eq!(help_of(&stranger), Some("/aide/connexion"));
        assert!(stranger.contains("Besoin d’aide pour vous connecter ?"), "{stranger}");
        let dead = site.get("/lien/jalon_0a").await.body;
        assert!(dead.contains("Besoin d’aide pour vous connecter ?"), "{dead}");
        let open = site.get("/aide/connexion").await;
        assert_eq!(open.status, StatusCode::OK);
        site.sign_in().await;
        assert!(paths().len() > 40, "the pages were not found");
        for path in paths() {
            let page = site.get(&path).await;
            if page.status == StatusCode::SEE_OTHER {
                continue;
            }
            // A page that says that there is no such thing has its help as well.
            let subject = help_of(&page.body).unwrap_or_else(|| panic!("{path} has no help"));
            let help = site.get(subject).await;
            assert_eq!(help.status, StatusCode::OK, "{path}: {subject}");
            let asks = page.body.contains("href=\"/aide/demandes/nouvelle?page=");
            let is_strangers = ["/connexion", "/mot-de-passe-oublie"].iter().any(|own| path.starts_with(own));
            let about = !path.starts_with("/aide/demandes") && !is_strangers;
            assert_eq!(asks, about, "{path}: help is asked from every page but those of help and of strangers");
            let is_home = path == "/" || path.starts_with("/?");
            assert!(is_home || subject != "/aide/pays" || path.contains("/objectifs/"), "{path} has no subject of its own");
        }
        let list = site.get("/aide").await.body;
        for (path, said) in [
            ("/aide/pays", "l’objectif est dans l’état de celui du milieu"),
            ("/aide/valeurs", "href=\"/aide/schemas/valeurs.schema.json\""),
            ("/aide/saisie", "href=\"/aide/imports\""),
            ("/aide/api", "<pre class=\"mono\""),
        ] {
            assert!(list.contains(&format!("href=\"{path}\"")), "{path} is not listed");
            let page = site.get(path).await.body;
            assert!(page.contains(said), "{path}: {page}");
        }
        assert_eq!(site.get("/aide/schemas/valeurs.schema.json").await.status, StatusCode::OK);
        assert_eq!(site.get("/aide/rien").await.status, StatusCode::NOT_FOUND);
    }
}
