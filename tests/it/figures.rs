//! What pages of figures show: the drawings with the tables behind them, objectives over the
//! country and in a contract, and what the first page says awaits.

use axum::http::StatusCode;
use jiff::SignedDuration;

use jalon::contracts::Target;

use crate::contracts::{BOTH, HPV, Hand, NORMANDIE, aims, decimal, normandie_terms, number};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::{Bench, Site};

const INDICATOR: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";
const OBJECTIVE: &str = "/cadres/etat-ars-2024-2028/objectifs/2";
const IN_CONTRACT: &str = "/contrats/normandie-2024-2028/objectifs/2";
const HOME: &str = "/?cadre=etat-ars-2024-2028";

fn hpv() -> String {
    std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()
}

/// The contract of Normandie, signed.
async fn normandie<'a>(bench: &'a Bench, stage: &Stage<'_>) -> Hand<'a> {
    let hand = Hand::also_creates(bench, stage.actor, NORMANDIE).await;
    let section = hand.section("contrat").await;
    let terms = normandie_terms(section);
    hand.agrees("contrat", None, terms, BOTH, "2024-12-19")
        .await;
    hand
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

async fn page(site: &mut Site, path: &str) -> String {
    let answer = site.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    answer.body
}

/// The element that begins with a mark.
#[track_caller]
fn part<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let start = page
        .find(from)
        .unwrap_or_else(|| panic!("{from} is not in {page}"));
    let end = page[start..].find(to).unwrap();
    &page[start..start + end]
}

/// The words of a fragment, without its tags.
pub fn words(fragment: &str) -> String {
    let mut words = String::new();
    for piece in fragment.split('<') {
        let text = piece.split_once('>').map_or(piece, |(_, text)| text);
        words += text;
        words.push(' ');
    }
    let plain = words.replace(['\u{a0}', '\u{202f}'], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The row of a table whose words hold that, as words.
#[track_caller]
fn row(table: &str, of: &str) -> String {
    let mut rows = table.split("<tr").skip(1).map(words);
    let found = rows.find(|row| row.contains(of));
    found.unwrap_or_else(|| panic!("{of} is not in {}", words(table)))
}

/// A drawing that says what it is, in a title and a description.
#[track_caller]
fn drawing<'p>(page: &'p str, title: &str) -> &'p str {
    let drawings = page.split("<svg").skip(1);
    let mut drawings = drawings.map(|rest| rest.split("</svg>").next().unwrap());
    let found = drawings.find(|svg| part_or(svg, "<title", "</title>").contains(title));
    let found = found.unwrap_or_else(|| panic!("no drawing « {title} »: {page}"));
    assert!(words(part(found, "<desc", "</desc>")).len() > 20, "{found}");
    assert!(found.contains("role=\"img\"") && found.contains("aria-labelledby=\""));
    found
}

fn part_or<'p>(page: &'p str, from: &str, to: &str) -> &'p str {
    let start = page.find(from).map(|at| &page[at..]);
    start
        .and_then(|rest| rest.split(to).next())
        .unwrap_or_default()
}

on_both_engines! {
    async fn an_indicator_has_its_map_its_distribution_and_the_figures_behind_them(bench: Bench) {
        let stage = Stage::set(&bench).await;
        normandie(&bench, &stage).await;
        stage.load(hpv()).await;
        let mut site = signed_in(&bench).await;
        let shown = page(&mut site, &format!("{INDICATOR}?lieu=28")).await;
        let map = drawing(&shown, "Carte : ");
        for region in ["Bretagne", "67,7", "Guyane", "21,9"] {
            assert!(map.contains(region), "{region}: {map}");
        }
        // The distribution, with the national value in it.
        let spread = drawing(&shown, "Répartition : ");
        assert!(spread.contains("France") && spread.contains("54,6"), "{spread}");
        drawing(&shown, "2022 et 2023");
        // Every region of the map is a row of the table, each value of which leads to who says so.
        let table = part(&shown, "id=\"table-valeurs\"", "</table>");
        assert_eq!(table.matches("<tr").count(), 1 + 18 + 1, "{table}");
        let bretagne = row(table, "Bretagne");
        assert!(bretagne.contains("67,7") && bretagne.contains("60,3"), "{bretagne}");
        let country = words(table.rsplit("<tr").next().unwrap());
        assert!(country.contains("France") && country.contains("54,6"), "{country}");
        assert!(table.matches("href=\"/valeurs/").count() >= 34, "{table}");
        // What the trajectory draws: the region, the country and the targets of its contract.
        let course = part(&shown, "id=\"trajectoire\"", "</section>");
        assert!(course.contains("<svg") && course.contains("Les valeurs du graphique"));
        let years = part(course, "<table", "</table>");
        assert!(row(years, "2023").contains("54,6"), "{}", row(years, "2023"));
        assert!(row(years, "2028").contains("75"), "{}", row(years, "2028"));
        // Two years of the region and of the country, each leading to who says so.
        assert_eq!(years.matches("href=\"/valeurs/").count(), 4, "{years}");
        assert!(shown.contains("le fournisseur n’a donné que les taux"));
    }
}

on_both_engines! {
    async fn rates_that_come_with_their_terms_have_a_funnel_and_its_table(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut text = "indicateur;territoire;annee;valeur;numerateur;denominateur\n".to_owned();
        for (place, cases) in [("28", 660), ("53", 560), ("84", 565), ("11", 570)] {
            text += &format!("2.c.1;{place};2023;;{cases};1000\n");
        }
        stage.load(text).await;
        let mut site = signed_in(&bench).await;
        let shown = page(&mut site, INDICATOR).await;
        let chance = part(&shown, "aria-labelledby=\"hasard-titre\"", "</section>");
        assert!(words(chance).contains("1 région sur 4 s’écarte de la moyenne plus que par hasard"), "{}", words(chance));
        assert!(chance.contains("<svg") && chance.contains("Les valeurs du graphique"));
        let table = part(chance, "<table", "</table>");
        for heading in ["Numérateur", "Dénominateur", "Limites à 95 %", "Limites à 99,8 %", "Lecture"] {
            assert!(words(table).contains(heading), "{heading}: {}", words(table));
        }
        assert_eq!(table.matches("href=\"/valeurs/").count(), 4, "{table}");
        let apart = row(table, "Normandie");
        assert!(apart.contains("660") && apart.contains("1 000") && apart.contains("66"), "{apart}");
    }
}

on_both_engines! {
    async fn the_country_is_given_or_computed_and_says_which(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load("territoire;annee;2.c.1\nFR;2023;61,5\n").await;
        let mut site = signed_in(&bench).await;
        let compared = "/comparer?regions=28,53&cadre=etat-ars-2024-2028&objectif=2&annee=2024";
        let country = |page: &str| {
            let own = row(part(page, "id=\"table-comparaison\"", "</table>"), "2.c.1");
            own.rsplit("Valeur non reçue").next().unwrap().to_owned()
        };
        let given = page(&mut site, compared).await;
        let told = country(&given);
        assert!(told.contains("61,5") && told.contains("2023") && !told.contains("calculée"), "{told}");
        assert!(part(&given, "id=\"table-comparaison\"", "</table>").contains("href=\"/valeurs/"));
        // Over the catalogue's series, what is given leads to who says so and the rest does not.
        let series = "/catalogue/vaccination-hpv-filles-15-ans";
        let long = page(&mut site, series).await;
        let years = part(&long, "id=\"table-serie\"", "</table>");
        assert_eq!(years.matches("href=\"/valeurs/").count(), 1, "{years}");

        let directory = stage.directory().await;
        let mut text = "indicateur;territoire;annee;valeur;numerateur;denominateur\n".to_owned();
        for region in directory.parts_of("FR", jiff::civil::date(2024, 12, 31)) {
            let cases = if region.code == "28" { 800 } else { 600 };
            text += &format!("2.c.1;{};2024;;{cases};1000\n", region.code);
        }
        stage.load(text).await;
        let shown = page(&mut site, compared).await;
        let own = row(part(&shown, "id=\"table-comparaison\"", "</table>"), "2.c.1");
        assert!(own.contains("80,0") && own.contains("61,1 % 2024, calculée"), "{own}");
        assert!(shown.contains("France 61,1"), "{shown}");
        let long = page(&mut site, series).await;
        let years = part(&long, "id=\"table-serie\"", "</table>");
        assert_eq!(years.matches("href=\"/valeurs/").count(), 1, "{years}");
        assert!(row(years, "2024").contains("61,1 calculée"), "{}", row(years, "2024"));
        // The generations that follow the measure are told under its years.
        assert!(long.contains("class=\"spn\"") && long.contains(">2024-2028</text>"), "{long}");
    }
}

on_both_engines! {
    async fn an_objective_of_the_country_tells_each_indicator_and_each_region(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = signed_in(&bench).await;
        let before = page(&mut site, OBJECTIVE).await;
        assert!(before.contains("sans contrat signé") && before.contains("aucune valeur à juger"), "{before}");
        normandie(&bench, &stage).await;
        stage.load("territoire;annee;2.c.1\n28;2024;66,5\n53;2024;70,5\nFR;2024;61,5\n").await;
        let typed = [("cible-2028", "80")];
        let aimed = site.post("/cibles/etat-ars-2024-2028/2.c.1", &typed).await;
        assert_eq!(aimed.status, StatusCode::SEE_OTHER, "{}", aimed.body);
        let shown = page(&mut site, OBJECTIVE).await;
        let indicators = part(&shown, "id=\"table-indicateurs\"", "</table>");
        let own = row(indicators, "2.c.1");
        for said in ["61,5", "80", " reçues"] {
            assert!(own.contains(said), "{said}: {own}");
        }
        let regions = part(&shown, "aria-labelledby=\"regions-titre\"", "</section>");
        let own = row(regions, "Normandie");
        assert!(own.contains("66,5"), "{own}");
        assert!(regions.contains(&format!("href=\"{IN_CONTRACT}\"")), "{regions}");
        // A region whose contract says nothing of it has a value and no verdict here.
        let other = row(regions, "Bretagne");
        assert!(other.contains("sans contrat signé") && !other.contains("70,5"), "{other}");
        let next = part(&shown, "aria-label=\"Autres objectifs\"", "</ul>");
        assert!(next.contains("/objectifs/1") && next.contains("/objectifs/3"), "{next}");
        let nowhere = site.get("/cadres/etat-ars-2024-2028/objectifs/99").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    }
}

on_both_engines! {
    async fn an_objective_of_a_contract_tells_what_was_agreed_and_observed(bench: Bench) {
        let stage = Stage::set(&bench).await;
        normandie(&bench, &stage).await;
        stage.load("territoire;annee;2.c.1\n28;2024;66,5\n").await;
        let mut site = signed_in(&bench).await;
        let shown = page(&mut site, IN_CONTRACT).await;
        let own = row(part(&shown, "aria-labelledby=\"contenu-titre\"", "</section>"), "2.c.1");
        for said in ["66,3", "66,5", "67", "75"] {
            assert!(own.contains(said), "{said}: {own}");
        }
        assert!(shown.contains("/contrats/normandie-2024-2028/indicateurs/2.c.1"), "{shown}");
        let aside = part(&shown, "aria-label=\"Voir aussi\"", "</ul>");
        assert!(aside.contains(OBJECTIVE) && aside.contains("/objectifs/3"), "{aside}");
        let empty = page(&mut site, "/contrats/normandie-2024-2028/objectifs/3").await;
        assert!(empty.contains("Ce contrat ne retient rien sous cet objectif"), "{empty}");
        let nowhere = site.get("/contrats/normandie-2024-2028/objectifs/99").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    }
}

fn awaiting(page: &str) -> String {
    words(part(page, "aria-labelledby=\"attend\"", "</section>"))
}

on_both_engines! {
    async fn the_first_page_says_what_awaits_and_forgets_it_once_it_is_done(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let hand = normandie(&bench, &stage).await;
        stage.load("territoire;annee;2.c.1\n28;2024;66,5\n").await;
        let mut site = signed_in(&bench).await;
        let quiet = awaiting(&page(&mut site, HOME).await);
        assert!(quiet.contains("Rien n’attend"), "{quiet}");

        // A draft, until it is signed.
        let draft = hand.drafts("avenant", Some("cible revue")).await;
        let section = hand.section("contrat").await;
        hand.writes(draft, vec![aims(section, "2.c.1", HPV, 2026, number("72"))]).await;
        let shown = page(&mut site, HOME).await;
        let said = awaiting(&shown);
        assert!(said.contains("1 projet d’acte en cours") && said.contains("CPOM 2024-2028 de l’ARS Normandie"), "{said}");
        assert!(said.contains("attend sa signature"), "{said}");
        assert!(shown.contains("href=\"/contrats/normandie-2024-2028/actes/2\""), "{shown}");
        hand.names_signatories(draft, BOTH, "2026-01-05").await;
        hand.signs(draft).await.unwrap();
        assert!(!awaiting(&page(&mut site, HOME).await).contains("1 projet d’acte"));

        // A correction waits for somebody else.
        let slip = hand.drafts("correction", Some("Erreur de plume")).await;
        hand.writes(slip, vec![aims(section, "2.c.1", HPV, 2027, number("73.5"))]).await;
        let said = awaiting(&page(&mut site, HOME).await);
        assert!(said.contains("attend une seconde personne"), "{said}");

        // A value contested, until it is answered; after its days, late.
        let figures = stage.figures().await;
        let observation = figures.series(GIRLS).unwrap().iter().next().unwrap().1.observation;
        let fields = [("revision", "1"), ("motif", "Trop bas"), ("valeur", "77")];
        let path = format!("/valeurs/{observation}/contester");
        let opened = site.send_file(&path, &fields, ("p.pdf", b"%PDF-1.7")).await.location.unwrap();
        let said = awaiting(&page(&mut site, HOME).await);
        assert!(said.contains("1 contestation attend une réponse") && !said.contains("hors délai"), "{said}");
        bench.clock.advance(SignedDuration::from_hours(40 * 24));
        let mut site = signed_in(&bench).await;
        let said = awaiting(&page(&mut site, HOME).await);
        assert!(said.contains("1 hors délai"), "{said}");
        let answer = [("reponse", "maintained"), ("explication", "Vérifié.")];
        assert_eq!(site.post(&opened, &answer).await.status, StatusCode::SEE_OTHER);
        assert!(!awaiting(&page(&mut site, HOME).await).contains("contestation"));
        // A day of the past shows the contest as it stood that day, and says what it does not tell.
        let then = awaiting(&page(&mut site, &format!("{HOME}&au=2026-01-05")).await);
        assert!(then.contains("1 contestation attend une réponse"), "{then}");
        assert!(!then.contains("hors délai") && !then.contains("Rien n’attend"), "{then}");
        assert!(then.contains("l’accueil d’aujourd’hui seulement"), "{then}");
        assert!(!then.contains("projet d’acte en cours"), "{then}");
        let late = awaiting(&page(&mut site, &format!("{HOME}&au=2026-02-13")).await);
        assert!(late.contains("1 hors délai"), "{late}");
        let before = awaiting(&page(&mut site, &format!("{HOME}&au=2026-01-04")).await);
        assert!(before.contains("Rien n’attendait ce jour-là"), "{before}");
    }
}

on_both_engines! {
    async fn the_first_page_says_which_deliveries_are_late_and_which_are_to_come(bench: Bench) {
        let stage = Stage::set(&bench).await;
        normandie(&bench, &stage).await;
        let mut site = signed_in(&bench).await;
        let shown = page(&mut site, HOME).await;
        assert!(awaiting(&shown).contains("Rien n’attend"), "{shown}");
        let to_come = part(&shown, "aria-labelledby=\"a-venir\"", "</section>");
        assert!(to_come.contains("href=\"/circuit/etat-ars-2024-2028?annee=2025&amp;etat=attendu\""), "{to_come}");
        let words = words(to_come);
        assert!(words.contains("31 janvier 2026 :") && words.contains("de 2025"), "{words}");

        bench.clock.set("2026-03-02T08:00:00Z".parse().unwrap());
        let mut site = signed_in(&bench).await;
        let shown = page(&mut site, HOME).await;
        let late = late_of_2025(&shown);
        assert!(late > 0, "{shown}");
        let link = "href=\"/circuit/etat-ars-2024-2028?annee=2025&amp;etat=retard\"";
        assert!(shown.contains(link), "{shown}");
        // The circuit names as many.
        let circuit = page(&mut site, "/circuit/etat-ars-2024-2028?annee=2025&etat=retard").await;
        let table = part(&circuit, "<tbody", "</tbody>");
        assert_eq!(table.matches("<tr").count(), late, "{circuit}");
        // A delivery that comes whole is late no longer.
        let directory = stage.directory().await;
        let mut text = "territoire;annee;2.c.1;2.c.2\n".to_owned();
        for region in directory.parts_of("FR", jiff::civil::date(2025, 12, 31)) {
            text += &format!("{};2025;60,5;30,5\n", region.code);
        }
        stage.load(text).await;
        assert_eq!(late_of_2025(&page(&mut site, HOME).await), late - 2);
        // And on the day before its term it was not.
        let before = page(&mut site, &format!("{HOME}&au=2026-01-31")).await;
        assert!(awaiting(&before).contains("Rien n’attend"), "{before}");
    }
}

/// How many deliveries of 2025 the first page says are late.
#[track_caller]
fn late_of_2025(page: &str) -> usize {
    let said = awaiting(page);
    let (before, _) = said
        .split_once(" de 2025 en retard")
        .unwrap_or_else(|| panic!("{said}"));
    let count = before.rsplit(' ').nth(1).unwrap();
    count.parse().unwrap_or_else(|_| panic!("{said}"))
}

on_both_engines! {
    async fn a_corridor_is_drawn_told_and_taken_away(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let hand = Hand::also_creates(&bench, stage.actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let mut terms = normandie_terms(section);
        terms.pop();
        let corridor = Target::Corridor { low: decimal("74"), high: decimal("78") };
        terms.push(aims(section, "2.c.1", HPV, 2028, corridor));
        hand.agrees("contrat", None, terms, BOTH, "2024-12-19").await;
        stage.load(hpv()).await;
        let mut site = signed_in(&bench).await;
        let shown = page(&mut site, &format!("{INDICATOR}?lieu=28")).await;
        let course = part(&shown, "aria-labelledby=\"trajectoire-titre\"", "</section>");
        let drawing = drawing(course, "Normandie");
        for said in ["rester entre deux bornes", "74,0 à 78,0</text>", "Cible 2028"] {
            assert!(drawing.contains(said), "{said}: {drawing}");
        }
        let last = row(part(course, "<table", "</table>"), "2028");
        assert!(last.contains("74,0 à 78,0"), "{last}");
        let file = site.get("/tables/trajectoire.csv?cadre=etat-ars-2024-2028&indicateur=2.c.1&lieu=28").await.body;
        let line = file.lines().find(|line| line.starts_with("2028;"));
        assert!(line.is_some_and(|line| line.contains(";74;78")), "{file}");
    }
}

on_both_engines! {
    async fn the_board_is_put_in_order_and_narrowed_by_its_address(bench: Bench) {
        let stage = Stage::set(&bench).await;
        normandie(&bench, &stage).await;
        stage.load("indicateur;territoire;annee;valeur\n2.c.1;Normandie;2024;70\n").await;
        let mut site = signed_in(&bench).await;
        let first = |page: &str| {
            let board = part(page, "<table class=\"board tiles\"", "</table>").to_owned();
            let rows = board.split("<tr").nth(2).map(words).unwrap();
            (rows, board.matches("scope=\"col\"").count())
        };
        let usual = first(&page(&mut site, HOME).await);
        assert!(!usual.0.contains("Normandie"), "{}", usual.0);
        let ordered = page(&mut site, &format!("{HOME}&tri=-atteintes&colonnes=2&colonnes=3")).await;
        let (row, headings) = first(&ordered);
        assert!(row.contains("Normandie"), "{row}");
        assert_eq!(headings, 1 + 2 + 1, "{ordered}");
        assert!(ordered.contains("<option value=\"-atteintes\" selected>"), "{ordered}");
    }
}

/// Loads values whose codes may be those of any framework.
async fn loads(stage: &Stage<'_>, lines: &str) {
    let text = format!("indicateur;territoire;annee;valeur\n{lines}");
    let batch = stage.rehearse(text).await.id;
    stage.commit(batch).await.unwrap();
}

on_both_engines! {
    async fn a_measure_that_only_regions_know_is_drawn_in_the_place_chosen(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let code = "chirurgie-ambulatoire";
        loads(&stage, &format!("{code};28;2017;52,5\n{code};28;2022;56,5\n{code};28;2024;57,5\n{code};53;2022;58,5\n")).await;
        let mut site = signed_in(&bench).await;
        // The place that has the most values, through three generations.
        let shown = page(&mut site, &format!("/catalogue/{code}")).await;
        let told = words(&shown);
        assert!(told.contains("Normandie : 52,5 % en 2017, 57,5 % en 2024. Pas de valeur pour la France entière."), "{told}");
        let section = part(&shown, "aria-labelledby=\"serie\"", "</section>");
        let svg = drawing(section, "Normandie");
        for generation in ["2015-2018", "2019-2023", "2024-2028"] {
            assert!(svg.contains(&format!(">{generation}</text>")), "{generation}: {svg}");
        }
        let table = part(section, "id=\"table-serie\"", "</table>");
        row(table, "2024 57,5");
        assert_eq!(table.matches("href=\"/valeurs/").count(), 3, "{table}");
        assert!(section.contains("<option value=\"28\" selected>Normandie</option>"), "{section}");
        assert!(section.contains("<option value=\"53\">Bretagne</option>") && !section.contains("value=\"FR\""), "{section}");
        assert!(section.contains(&format!("/tables/serie.csv?mesure={code}&amp;lieu=28\"")), "{section}");

        let other = page(&mut site, &format!("/catalogue/{code}?lieu=53")).await;
        let section = part(&other, "aria-labelledby=\"serie\"", "</section>");
        drawing(section, "Bretagne");
        let table = part(section, "id=\"table-serie\"", "</table>");
        row(table, "2022 58,5");
        assert!(!table.contains("57,5"), "{table}");
        let file = site.get(&format!("/tables/serie.csv?mesure={code}&lieu=53")).await.body;
        assert!(file.lines().any(|line| line.starts_with("2022;") && line.contains(";Bretagne;58,5")), "{file}");
    }
}

on_both_engines! {
    async fn a_break_cuts_the_series_of_a_place_and_of_the_country(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let code = "tabagisme-quotidien";
        loads(&stage, &format!("{code};28;2022;24,5\n{code};28;2023;24\n{code};28;2024;22,5\n{code};FR;2023;23,5\n{code};FR;2024;22\n")).await;
        let mut site = signed_in(&bench).await;
        // Its lines and that of the legend; the country, which has a series, is shown first.
        for (asked, name, lines, links) in [("", "France", 1, 2), ("?lieu=28", "Normandie", 2, 5)] {
            let shown = page(&mut site, &format!("/catalogue/{code}{asked}")).await;
            let section = part(&shown, "aria-labelledby=\"serie\"", "</section>");
            let svg = drawing(section, name);
            assert_eq!(svg.matches("class=\"brk\"").count(), 1, "{svg}");
            assert_eq!(svg.matches("<line class=\"lk\"").count(), lines, "{svg}");
            let table = part(section, "id=\"table-serie\"", "</table>");
            assert!(row(table, "2024").contains("rupture"), "{table}");
            assert_eq!(table.matches("href=\"/valeurs/").count(), links, "{table}");
            assert!(section.contains("Rupture en 2024"), "{section}");
        }
        // A break between two values of the country alone cuts its line too.
        loads(&stage, &format!("{code};53;2024;21,5\n")).await;
        let shown = page(&mut site, &format!("/catalogue/{code}?lieu=53")).await;
        assert_eq!(drawing(&shown, "Bretagne").matches("class=\"brk\"").count(), 1, "{shown}");
    }
}

on_both_engines! {
    async fn what_cannot_be_drawn_is_in_the_table_and_the_page_says_why(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (text, number) = ("mobilisation-professionnels-cpts", "chirurgie-ambulatoire");
        loads(&stage, &format!("{text};28;2025;en cours\n{number};28;2024-T1;57,5\n")).await;
        let mut site = signed_in(&bench).await;
        for (code, period, value, why) in [
            (text, "2025", "en cours", "n’est pas un nombre"),
            (number, "1er trimestre 2024", "57,5", "aucune valeur ne porte sur une année entière"),
        ] {
            let shown = page(&mut site, &format!("/catalogue/{code}")).await;
            let section = part(&shown, "aria-labelledby=\"serie\"", "</section>");
            assert!(section.contains(why) && !section.contains("class=\"trajectory\""), "{section}");
            let table = part(section, "id=\"table-serie\"", "</table>");
            assert!(row(table, period).contains(value), "{table}");
            let file = site.get(&format!("/tables/serie.csv?mesure={code}&lieu=28")).await.body;
            assert!(file.contains(value), "{file}");
        }
    }
}
