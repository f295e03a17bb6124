//! Tables taken away: as files, and at personal addresses.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use jalon::access::token::TokenScope;
use jalon::figures::values::Settings;
use jalon::ledger::Actor;

use crate::api::Program;
use crate::contracts::hand::{BOTH, HPV, Hand, NORMANDIE, aims, normandie_terms};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::{Answer, Bench, Site};

fn hpv() -> String {
    std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

/// A file of text as lines of cells.
pub fn lines(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let text = answer.body.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(text.as_bytes());
    let records = reader.records().map(Result::unwrap);
    records
        .map(|r| r.iter().map(ToOwned::to_owned).collect())
        .collect()
}

/// The line whose cells hold those, by the headings of the first.
fn at<'l>(lines: &'l [Vec<String>], wanted: &[(&str, &str)]) -> BTreeMap<&'l str, &'l str> {
    let named = |line: &'l Vec<String>| -> BTreeMap<&str, &str> {
        lines[0]
            .iter()
            .map(String::as_str)
            .zip(line.iter().map(String::as_str))
            .collect()
    };
    let mut found = lines[1..].iter().map(named);
    let holds = |line: &BTreeMap<&str, &str>| wanted.iter().all(|(key, is)| line[key] == *is);
    found
        .find(holds)
        .unwrap_or_else(|| panic!("{wanted:?} in {lines:?}"))
}

on_both_engines! {
    async fn a_table_is_taken_away_as_the_page_shows_it(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut site = signed_in(&bench).await;
        let asked = format!("cadre=etat-ars-2024-2028&indicateur=2.c.1&mesure={GIRLS}&periode=2023");
        let csv = site.get(&format!("/tables/valeurs.csv?{asked}")).await;
        assert!(csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let all = lines(&csv);
        assert_eq!(all.len(), 19);
        let bretagne = at(&all, &[("Code du territoire", "53")]);
        assert_eq!((bretagne["Valeur"], bretagne["Unité"], bretagne["Période"]), ("67,7", "%", "2023"));
        assert_eq!(bretagne["Reçue le"], "05/01/2026");
        // The framework itself was not known the day before.
        let before = site.get(&format!("/tables/valeurs.csv?{asked}&au=2026-01-04")).await;
        assert_eq!(before.status, StatusCode::NOT_FOUND);
        let workbook = site.get(&format!("/tables/valeurs.xlsx?{asked}")).await;
        assert_eq!(workbook.status, StatusCode::OK);
        assert!(workbook.body.starts_with("PK"));
        // The page leads there with its own choices.
        let page = site.get("/indicateurs/etat-ars-2024-2028/2.c.1").await.body;
        assert!(page.contains("/tables/valeurs.xlsx?cadre=etat-ars-2024-2028&amp;indicateur=2.c.1"), "{page}");
        for path in ["/tables/valeurs.pdf", "/tables/rien.csv", "/tables/valeurs", "/tables/circuit.csv?cadre=x", "/tables/valeurs.csv?mesure=x", "/tables/valeurs.html"] {
            assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let wrong = site.get("/tables/valeurs.csv?au=hier").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut nobody = bench.site().await;
        assert_eq!(nobody.get("/tables/contrats.csv").await.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_contract_is_taken_away_with_its_terms_of_then(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        bench.clock.set("2026-02-05T08:00:00Z".parse().unwrap());
        let motive = "La campagne porte ses fruits.";
        let raised = vec![aims(section, "2.c.1", HPV, 2026, crate::contracts::hand::number("72"))];
        hand.agrees("avenant", Some(motive), raised, BOTH, "2025-12-12").await;
        let mut site = signed_in(&bench).await;
        let slug = hand.slug;
        let now = lines(&site.get(&format!("/tables/suivi.csv?contrat={slug}")).await);
        let then = lines(&site.get(&format!("/tables/suivi.csv?contrat={slug}&au=2026-01-31")).await);
        let of = |lines: &[Vec<String>]| at(lines, &[("Mesure", HPV)])["Cible 2026"].to_owned();
        assert_eq!((of(&now).as_str(), of(&then).as_str()), ("72", "71"));
        // A file of a day of the past says so wherever it is kept; today is now.
        for (end, au, saved) in [
            ("csv", "2026-01-31", "suivi-au-2026-01-31.csv"),
            ("xlsx", "31/01/2026", "suivi-au-2026-01-31.xlsx"),
            ("csv", "", "suivi.csv"),
            ("csv", "2026-02-05", "suivi.csv"),
        ] {
            let file = site.get(&format!("/tables/suivi.{end}?contrat={slug}&au={au}")).await;
            let expected = format!("attachment; filename=\"{saved}\"");
            assert_eq!(file.headers["content-disposition"], expected.as_str());
        }
        let terms = lines(&site.get(&format!("/tables/termes.csv?contrat={slug}")).await);
        let target = at(&terms, &[("Sorte", "cible"), ("Mesure", HPV), ("Année", "2026")]);
        assert_eq!((target["Valeur"], target["Motif"], target["Acte n°"]), ("72", motive, "2"));
        let acts = lines(&site.get(&format!("/tables/actes.csv?contrat={slug}")).await);
        assert_eq!((acts.len(), at(&acts, &[("N°", "2")])["Signé le"]), (3, "12/12/2025"));
        let contracts = lines(&site.get("/tables/contrats.csv").await);
        assert_eq!(at(&contracts, &[("Adresse", slug)])["Actes signés"], "2");
    }
}

on_both_engines! {
    async fn what_a_contract_follows_is_one_table_that_its_address_sorts(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        let mut site = signed_in(&bench).await;
        let base = format!("/contrats/{}", hand.slug);
        let path = format!("{base}/tableau");
        for from in [base.clone(), format!("{base}/objectifs/2")] {
            let page = site.get(&from).await.body;
            assert!(page.contains(&format!("href=\"{path}")), "{from} leads there: {page}");
        }
        let whole = site.get(&path).await.body;
        let nothing = "Aucun terme n’est en vigueur";
        let other = site.get(&format!("{path}?objectif=4")).await.body;
        assert!(other.contains(nothing) && !whole.contains(nothing), "{other}");
        assert!(whole.contains("71,0"), "{whole}");
        let asked = format!("{path}?tri=-cible_2026&colonnes=cible_2026");
        let page = site.get(&asked).await.body;
        assert!(page.contains("aria-sort=\"descending\""), "{page}");
        let heads = page.matches("<th scope=\"col\"").count();
        assert_eq!(heads, 2, "the name and one target: {page}");
        let file = format!("/tables/suivi.csv?contrat={}&amp;tri=-cible_2026", hand.slug);
        assert!(page.contains(&file), "{page}");
        // Before it was recorded there is nothing; of a contract that is not there, no page.
        let before = site.get(&format!("{path}?au=2025-12-31")).await;
        assert!(before.body.contains(nothing) || before.status == StatusCode::NOT_FOUND, "{}", before.body);
        assert_eq!(site.get("/contrats/rien/tableau").await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn a_contract_that_ended_is_taken_away_as_its_page_says(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees("contrat", None, normandie_terms(section), BOTH, "2024-12-20").await;
        bench.clock.set("2031-03-03T08:00:00Z".parse().unwrap());
        let stage = Stage::beside(&bench, actor, bench.db.clone());
        // The series goes on after the contract, below what it asked for.
        let values = format!("indicateur;territoire;annee;valeur\n{HPV};Normandie;2028;75,4\n{HPV};Normandie;2030;61,2\n");
        let batch = stage.rehearse(values).await.id;
        stage.commit(batch).await.unwrap();
        let mut site = signed_in(&bench).await;
        let slug = hand.slug;
        for (day, last) in [("", "75,4"), ("2031-03-02", "")] {
            let file = lines(&site.get(&format!("/tables/suivi.csv?contrat={slug}&au={day}")).await);
            let line = at(&file, &[("Mesure", HPV)]);
            assert_eq!(line["Dernière valeur"], last, "{line:?}");
            let page = site.get(&format!("/contrats/{slug}?au={day}")).await.body;
            let row = &page[page.find("indicateurs/2.c.1").unwrap()..];
            let row = &row[..row.find("</tr>").unwrap()];
            for heading in ["Dernière valeur", "Période de la dernière valeur", "Atteinte", "Livraison"] {
                assert!(row.contains(line[heading]), "{heading} « {} »: {row}", line[heading]);
            }
            assert!(!row.contains("61,2"), "{row}");
        }
    }
}

/// The columns of every table as they were last agreed. To add some, or a table:
/// `AGREED=update cargo nextest run columns_that_a_workbook`.
const AGREED: &str = "tests/it/tables-v1.txt";

const INDICATOR: &str = "cadre=etat-ars-2024-2028&indicateur=2.c.1";
const OBJECTIVE: &str = "cadre=etat-ars-2024-2028&objectif=2";

/// What each table holds one of must be told.
async fn choices(bench: &Bench) -> BTreeMap<&'static str, String> {
    let stage = Stage::set(bench).await;
    stage.load(hpv()).await;
    let hand = Hand::also_creates(bench, stage.actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let terms = normandie_terms(section);
    hand.agrees("contrat", None, terms, BOTH, "2024-12-20")
        .await;
    let batch = stage.rehearse(hpv()).await.id;
    let figures = stage.figures().await;
    let first = figures.series(GIRLS).unwrap().iter().next();
    let observation = first.unwrap().1.observation;
    let contract = format!("contrat={}", hand.slug);
    let mut site = signed_in(bench).await;
    let path = "/indicateurs/etat-ars-2024-2028/2.c.1/documents";
    let attached = site
        .send_file(path, &[("annee", "2023")], ("a.csv", b"a;b\n1;2\n"))
        .await;
    assert!(attached.location.is_some(), "{}", attached.body);
    let listed = lines(&site.get("/tables/documents.csv").await);
    let document = listed[1].last().unwrap();
    let form = [("organisation", ""), ("echeance", "2026-06-30")];
    let review = site.post("/droits/revue", &form).await;
    let review = review.location.unwrap_or_else(|| panic!("{}", review.body));
    let review = review.rsplit('/').next().unwrap();
    BTreeMap::from([
        ("parties", contract.clone()),
        ("changements", contract.clone()),
        ("signataires", contract.clone()),
        ("definitions", INDICATOR.to_owned()),
        ("versions", format!("document={document}")),
        (
            "habilitations",
            format!("personne={}", stage.actor.person().unwrap()),
        ),
        ("revue", format!("revue={review}")),
        ("calendrier", "cadre=etat-ars-2024-2028".to_owned()),
        ("problemes", format!("lot={batch}")),
        ("lignes", format!("lot={batch}")),
        ("revisions", format!("valeur={observation}")),
        ("circuit", "cadre=etat-ars-2024-2028".to_owned()),
        ("suivi", contract.clone()),
        ("termes", contract.clone()),
        ("moyens", contract.clone()),
        ("cibles", INDICATOR.to_owned()),
        ("actes", contract.clone()),
        ("observees", format!("{contract}&indicateur=2.c.1")),
        ("dossiers", contract),
        ("serie", format!("mesure={GIRLS}")),
        ("chargements", format!("mesure={GIRLS}")),
        ("objectif", OBJECTIVE.to_owned()),
        ("objectif-regions", OBJECTIVE.to_owned()),
        ("comparaison", format!("{OBJECTIVE}&regions=53&regions=28")),
        ("classement", INDICATOR.to_owned()),
        ("nationales", INDICATOR.to_owned()),
        ("trajectoire", INDICATOR.to_owned()),
        ("entonnoir", INDICATOR.to_owned()),
        ("documents", "sujet=etat-ars-2024-2028/2.c.1".to_owned()),
    ])
}

/// What a line says of a table: its name, then its columns.
fn by_name(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().map(|line| line.split_once(": ").unwrap());
    lines.collect()
}

#[tokio::test]
async fn columns_that_a_workbook_relies_on_never_go() {
    let bench = Bench::sqlite().await;
    let choices = choices(&bench).await;
    let mut site = signed_in(&bench).await;
    let mut now = String::new();
    for table in bench.tables().await.all() {
        let name = table.name();
        let choices = choices.get(name).map_or("", String::as_str);
        let address = followed(&mut site, name, choices).await;
        let answer = bench.site().await.get(&format!("{address}.csv")).await;
        now += &format!("{name}: {}\n", lines(&answer)[0].join(" "));
    }
    if std::env::var("AGREED").as_deref() == Ok("update") {
        std::fs::write(AGREED, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(AGREED).unwrap();
    let (agreed, now) = (by_name(&agreed), by_name(&now));
    for (name, before) in &agreed {
        // Columns may be added, after those there are.
        let after = now
            .get(name)
            .unwrap_or_else(|| panic!("{name} is no table any longer"));
        assert!(
            after == before || after.starts_with(&format!("{before} ")),
            "{name}: {before}\n{after}"
        );
    }
    let unknown = now.keys().filter(|name| !agreed.contains_key(*name));
    assert_eq!(
        unknown.collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "not agreed"
    );
}

on_both_engines! {
    async fn every_table_is_sorted_and_narrowed_as_it_is_taken_away(bench: Bench) {
        let choices = choices(&bench).await;
        let mut site = signed_in(&bench).await;
        let text = std::fs::read_to_string(AGREED).unwrap();
        // Looking at accesses is one more access: no two files of them are the same.
        for (name, columns) in by_name(&text).into_iter().filter(|(name, _)| *name != "acces") {
            let choices = choices.get(name).map_or("", String::as_str);
            let path = format!("/tables/{name}.csv?{choices}");
            let whole = lines(&site.get(&path).await);
            let keys: Vec<&str> = columns.split(' ').collect();
            let mut sorted = whole.clone();
            sorted.sort();
            let (mut varied, mut turned) = (false, false);
            for (at, key) in keys.iter().enumerate() {
                let up = lines(&site.get(&format!("{path}&tri={key}")).await);
                let down = lines(&site.get(&format!("{path}&tri=-{key}")).await);
                let said: std::collections::BTreeSet<_> = whole[1..].iter().map(|line| &line[at]).filter(|cell| !cell.is_empty()).collect();
                varied |= said.len() > 1;
                turned |= up != down;
                for mut other in [up, down] {
                    other.sort();
                    assert_eq!(other, sorted, "{name} by {key}");
                }
            }
            assert!(turned || !varied, "{name} is in no other order");
            // The last that may be left out: some say what a row is about, and always stay.
            let mut narrowed = None;
            for last in keys.iter().rev() {
                let narrow = lines(&site.get(&format!("{path}&colonnes={last}")).await);
                assert_eq!(narrow.len(), whole.len(), "{name}: {narrow:?}");
                if narrow[0].len() < whole[0].len() {
                    narrowed = Some(last);
                    break;
                }
            }
            let last = narrowed.unwrap_or_else(|| panic!("{name} is never narrower"));
            // A workbook that follows a table finds every column, whatever the page showed.
            let address = followed(&mut site, name, &format!("{choices}&colonnes={last}&tri=-{last}")).await;
            let answer = bench.site().await.get(&format!("{address}.csv")).await;
            assert_eq!(lines(&answer)[0], keys, "{name}");
        }
    }
}

/// Opens an address of a table and gives back its path, without its end.
pub async fn followed(site: &mut Site, table: &str, choices: &str) -> String {
    let form = site
        .get(&format!("/moi/adresses/nouvelle/{table}?{choices}"))
        .await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.body);
    let hidden = |name: &str| {
        let from = form
            .body
            .find(&format!("name=\"{name}\" value=\""))
            .unwrap();
        let text = &form.body[from + name.len() + 15..];
        text[..text.find('"').unwrap()].replace("&amp;", "&")
    };
    let fields = [
        ("jeton", hidden("jeton")),
        ("table", table.to_owned()),
        ("choix", hidden("choix")),
        ("nom", "Mon tableau".to_owned()),
        ("fin", "31/12/2026".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let made = site.post("/moi/adresses", &fields).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    // The same form again opens nothing more, and does not show the secret twice.
    assert_eq!(
        site.post("/moi/adresses", &fields).await.status,
        StatusCode::SEE_OTHER
    );
    let from = made.body.find("/donnees/jalon_").unwrap();
    let path = &made.body[from..];
    path[..path.find(".html").unwrap()].to_owned()
}

on_both_engines! {
    async fn a_spreadsheet_follows_a_table_until_its_owner_says_no(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut site = signed_in(&bench).await;
        let choices = format!("mesure={GIRLS}&territoire=53&inconnu=x");
        let address = followed(&mut site, "valeurs", &choices).await;
        let mut excel = bench.site().await;
        let all = lines(&excel.get(&format!("{address}.csv")).await);
        assert_eq!((all.len(), at(&all, &[("periode", "2023")])["valeur"]), (3, "67,7"));
        let page = excel.get(&format!("{address}.html?mesure=autre")).await;
        assert!(page.body.contains("<td>67,7</td>") && page.body.matches("<tr>").count() == 3, "{}", page.body);
        // What changes is read at the next refresh, under the same columns.
        stage.load(hpv().replacen("53,2023,67.7,34.9", "53,2023,68.2,34.9", 1)).await;
        let all = lines(&excel.get(&format!("{address}.csv")).await);
        assert_eq!(at(&all, &[("periode", "2023")])["valeur"], "68,2");
        // Neither another table, nor another end, nor another secret.
        let other = address.replace("/valeurs", "/contrats");
        let wrong = address.replacen("jalon_", "jalon_0", 1);
        for path in [format!("{other}.csv"), format!("{address}.xlsx"), format!("{wrong}.csv"), "/donnees/x/valeurs.csv".to_owned()] {
            assert_eq!(excel.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        // The secret is kept nowhere; the page says when it was last read.
        let secret = address.split('/').nth(2).unwrap().to_owned();
        let listed = site.get("/moi/adresses").await.body;
        assert!(listed.contains("Mon tableau") && !listed.contains(&secret) && !listed.contains("jamais"), "{listed}");
        let revoke = listed.find("/revoquer").unwrap();
        let path = &listed[..revoke + "/revoquer".len()];
        let path = path[path.rfind('"').unwrap() + 1..].to_owned();
        assert_eq!(site.post(&path, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(excel.get(&format!("{address}.csv")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(site.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
        // Its last day passes.
        let address = followed(&mut site, "contrats", "").await;
        bench.clock.set("2026-12-31T12:00:00Z".parse().unwrap());
        assert_eq!(excel.get(&format!("{address}.csv")).await.status, StatusCode::OK);
        bench.clock.set("2027-01-01T08:00:00Z".parse().unwrap());
        assert_eq!(excel.get(&format!("{address}.csv")).await.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn an_address_sees_what_its_owner_sees(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let settings = Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            embargo_until: Some(jiff::civil::date(2026, 1, 20)),
            ..Settings::default()
        };
        // Loaded by a colleague, kept from others until its day.
        let other = crate::contracts::hand::colleague(&bench, stage.actor).await;
        let theirs = Stage::beside(&bench, other, bench.db.clone());
        let rehearsal = theirs.rehearse_with(hpv(), &settings).await;
        theirs.commit(rehearsal.id).await.unwrap();
        assert!(matches!(other, Actor::Person(_)));
        let mut site = signed_in(&bench).await;
        let address = followed(&mut site, "valeurs", "").await;
        let mut excel = bench.site().await;
        assert_eq!(lines(&excel.get(&format!("{address}.csv")).await).len(), 1);
        for table in ["lignes", "problemes"] {
            let path = format!("/tables/{table}.csv?lot={}", rehearsal.id);
            assert_eq!(site.get(&path).await.status, StatusCode::FORBIDDEN, "{table}");
        }
        let batch = rehearsal.id;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let rows = program.get(&format!("/api/v1/rehearsals/{batch}/rows")).await;
        assert_eq!(rows.status, StatusCode::FORBIDDEN, "{}", rows.body);
        let mut own = Program::of(&bench, other, TokenScope::Read).await;
        assert_eq!(own.read_all(&format!("/api/v1/rehearsals/{batch}/rows"), 1000).await.len(), 72);
        bench.clock.set("2026-01-20T08:00:00Z".parse().unwrap());
        assert_eq!(lines(&excel.get(&format!("{address}.csv")).await).len(), 73);
    }
}
