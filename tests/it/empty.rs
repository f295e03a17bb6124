//! An installation with the frameworks and nothing else: whatever has nothing to show says so in a
//! sentence, and leads to what can be done next.

use axum::http::StatusCode;

use crate::figures::words;
use crate::on_both_engines;
use crate::stage::Stage;

/// The main pages, one of each kind.
const PAGES: [&str; 30] = [
    "/",
    "/?cadre=etat-ars-2019-2023",
    "/contrats",
    "/contrats?organisation=ARS-28",
    "/cadres",
    "/cadres/etat-ars-2024-2028",
    "/cadres/etat-ars-2024-2028/objectifs/2",
    "/indicateurs/etat-ars-2024-2028/2.c.1",
    "/indicateurs/etat-ars-2024-2028/4.i",
    "/cibles/etat-ars-2024-2028/2.c.1",
    "/catalogue",
    "/catalogue/vaccination-hpv-filles-15-ans",
    "/comparer",
    "/comparer?regions=28,53&cadre=etat-ars-2024-2028&objectif=2",
    "/circuit/etat-ars-2024-2028",
    "/circuit/fournisseurs/DGS",
    "/contestations",
    "/documents",
    "/suivis",
    "/imports",
    "/organisations/ARS-28",
    "/referents",
    "/personnes",
    "/droits/revue",
    "/dossiers",
    "/aide/demandes",
    "/moi/acces",
    "/moi/adresses",
    "/journal?qui=absent",
    "/recherche?q=zzzz",
];

/// The sections of a page, or all of it where it has none, without the choice of the day and of what
/// a list is narrowed to: these answer no emptiness.
fn sections(page: &str) -> Vec<String> {
    let main = page.split("<main").nth(1).unwrap();
    let mut main = main.split("</main>").next().unwrap().to_owned();
    while let Some(start) = main.find("<form class=\"asof\"") {
        let end = start + main[start..].find("</form>").unwrap();
        main.replace_range(start..end, "");
    }
    let mut sections: Vec<String> = main.split("<section").map(str::to_owned).collect();
    if sections.len() > 1 {
        sections.remove(0);
    }
    sections
}

/// Whether a section has nothing to show, and says so.
fn is_empty(section: &str) -> bool {
    let told = [
        ">Aucun",
        ">Rien ",
        "n’est encore",
        "n’a encore",
        "’a encore",
    ];
    !section.contains("<table") && told.iter().any(|one| section.contains(one))
}

on_both_engines! {
    async fn what_is_empty_says_so_and_what_to_do_next(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (mut empty, mut wrong) = (0, Vec::new());
        for path in PAGES {
            let page = site.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            for section in sections(&page.body).iter().filter(|section| is_empty(section)) {
                empty += 1;
                let leads = ["<a ", "<form", "<button"].iter().any(|way| section.contains(way));
                if !leads {
                    wrong.push(format!("{path}: {}", words(section)));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // So that it does not hold for want of anything empty.
        assert!(empty > 10, "{empty}");
    }
}
