//! A number of nine digits in every record, and each role before every address: nobody is answered
//! a number outside their reach, whether in a page, a file, the search or an error.
//!
//! What one may see is told here a second time, from `reference/roles.yaml` alone, in a few lines
//! that know nothing of `Reach`. Open to all by rule, and so without a number here: frameworks,
//! organisations, and what the regions add up to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jalon::access::role::{Role, Roles, Side, Sight};
use jalon::contracts::TermBody;
use jalon::figures::values::Settings;
use jalon::ledger::Actor;

use super::routes::{filled, routes};
use super::{person, site_of};
use crate::contracts::{
    BOTH, HOSPITAL, Hand, Made, NORMANDIE, add_hospital, furnish, normandie_terms, restructuring,
};
use crate::on_both_engines;
use crate::stage::Stage;
use crate::support::{Bench, EMAIL, said};

/// What a record is, as far as who may see it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A contract that was signed.
    Signed,
    /// The reason of an act under way.
    Draft,
    /// What is said of a value of an establishment.
    Said,
    /// What is said of a value under embargo.
    Embargoed,
    /// A file that was sent and not written, in nobody's name.
    Sent,
}

/// A record: its number, what it is, and the organisations it is about.
type Planted = (&'static str, Kind, &'static [&'static str]);

const NORMANDY: &[&str] = &["MSS", "ARS-28"];
const BRITTANY: &[&str] = &["MSS", "ARS-53"];
const MOUNTAINS: &[&str] = &["ARS-84", "CH-DES-MONTS"];

const PLANTED: [Planted; 9] = [
    ("301562847", Kind::Signed, NORMANDY),
    ("302718465", Kind::Draft, NORMANDY),
    ("303641728", Kind::Signed, BRITTANY),
    ("304857163", Kind::Draft, BRITTANY),
    ("305186274", Kind::Signed, MOUNTAINS),
    ("306472918", Kind::Draft, MOUNTAINS),
    ("307295186", Kind::Said, MOUNTAINS),
    ("308914652", Kind::Embargoed, &[]),
    ("309628415", Kind::Sent, &[]),
];

/// What the roles of the text say, in the fewest words.
fn may_see(role: &Role, organisation: &str, (_, kind, about): &Planted) -> bool {
    let is_theirs = about.contains(&organisation);
    let is_of_state_or_agencies = matches!(role.side, Side::State | Side::Agency);
    match kind {
        Kind::Sent => role.anywhere.holds("import.see"),
        _ if role.sight == Sight::Nothing => false,
        Kind::Embargoed => role.sees_embargoed,
        _ if role.sight == Sight::Everything => true,
        Kind::Signed | Kind::Said => is_theirs || is_of_state_or_agencies,
        Kind::Draft => is_theirs,
    }
}

/// The organisation that somebody of a role is of.
fn organisation(role: &Role) -> &'static str {
    match role.side {
        Side::State => "DGOS",
        Side::Agency => "ARS-28",
        Side::HealthInsurance => "CNAM",
        Side::Establishment => "CH-DES-MONTS",
        Side::Guest | Side::Technical => "",
    }
}

/// Puts every number in its place.
async fn plant(bench: &Bench, first: Actor) {
    let contracts = [
        Made {
            title: "CPOM de Normandie, 301562847",
            ..NORMANDIE
        },
        Made {
            slug: "bretagne-2024-2028",
            title: "CPOM de Bretagne, 303641728",
            organisation: "ARS-53",
            place: "53",
            parties: &[("etat", "MSS"), ("ars", "ARS-53")],
            ..NORMANDIE
        },
    ];
    let [normandy, brittany] = contracts;
    let normandy = Hand::creates(bench, first, normandy).await;
    let brittany = Hand::also_creates(bench, first, brittany).await;
    for (hand, motive) in [
        (&normandy, "Un motif, 302718465"),
        (&brittany, "Un motif, 304857163"),
    ] {
        let section = hand.section("contrat").await;
        let terms = normandie_terms(section);
        hand.agrees("contrat", None, terms, BOTH, "2024-12-20")
            .await;
        hand.drafts("avenant", Some(motive)).await;
    }
    let mountains = Made {
        title: "CPOM du centre hospitalier des Monts, 305186274",
        ..HOSPITAL
    };
    furnish(bench, first, mountains.family).await;
    // The names of organisations are everybody's.
    add_hospital(bench, first, &HOSPITAL).await;
    let mountains = Hand::also_creates(bench, first, mountains).await;
    let section = mountains.section("contrat").await;
    // In what the dossier says too.
    let mut terms = restructuring(section);
    for edit in &mut terms {
        if let Some(TermBody::Definition(definition)) = &mut edit.wanted {
            definition.label += ", 305186274";
        }
    }
    mountains
        .agrees(
            "contrat",
            None,
            terms,
            &["ars", "etablissement"],
            "2020-12-20",
        )
        .await;
    mountains
        .drafts("avenant", Some("Un motif, 306472918"))
        .await;
    let stage = Stage::beside(bench, first, bench.db.clone());
    let said = |comment: &str, embargo_until| Settings {
        comment: Some(comment.to_owned()),
        embargo_until,
        ..Settings::default()
    };
    let later = Some(jiff::civil::date(2026, 3, 15));
    for (text, settings) in [
        (
            "indicateur;territoire;annee;valeur\nes-taux-chirurgie-ambulatoire;CH-DES-MONTS;2022;55,1\n",
            said("Dit par l’hôpital, 307295186", None),
        ),
        (
            "indicateur;territoire;annee;valeur\nvaccination-hpv-filles-15-ans;28;2023;55,1\n",
            said("Tenu jusqu’en mars, 308914652", later),
        ),
    ] {
        let file = stage.rehearse_with(text, &settings).await;
        stage.commit(file.id).await.unwrap();
    }
    let text = "indicateur;territoire;annee;valeur\nvaccination-hpv-filles-15-ans;53;2023;61,2\n";
    stage
        .rehearse_with(text, &said("Pas encore écrit, 309628415", None))
        .await;
}

/// The addresses that the source names, and of those that somebody who sees everything is led to,
/// of tables, files and the search, the ones where a number stands.
async fn addresses(bench: &Bench) -> BTreeSet<String> {
    let mut site = site_of(bench, EMAIL).await;
    let templates: BTreeSet<String> = routes().iter().map(|template| filled(template)).collect();
    let mut known = BTreeSet::new();
    let contracts = ["normandie", "bretagne"].map(|region| format!("{region}-2024-2028"));
    for contract in contracts.iter().map(String::as_str).chain([HOSPITAL.slug]) {
        for table in ["journal", "contrats", "actes", "termes", "suivi", "valeurs"] {
            for format in ["csv", "xlsx"] {
                known.insert(format!("/tables/{table}.{format}?contrat={contract}"));
            }
        }
        for format in ["", "&format=xlsx", "&format=docx"] {
            known.insert(format!("/contrats/{contract}/dossier?annee=2024{format}"));
        }
    }
    for words in ["motif", "CPOM", "hôpital", "mars", "écrit"] {
        let words: String = form_urlencoded::byte_serialize(words.as_bytes()).collect();
        known.insert(format!("/recherche?q={words}"));
        known.insert(format!("/recherche/propositions?q={words}"));
    }
    let mut waiting =
        VecDeque::from(["/".to_owned(), "/journal".to_owned(), "/imports".to_owned()]);
    for slug in contracts {
        waiting.push_back(format!("/contrats/{slug}"));
    }
    waiting.push_back(format!("/contrats/{}", HOSPITAL.slug));
    waiting.push_back("/indicateurs/etat-ars-2024-2028/2.c.1".to_owned());
    waiting.push_back("/indicateurs/es-aura-2020-2024/2.1-1-i1".to_owned());
    let mut followed = 0;
    while let Some(path) = waiting.pop_front() {
        if followed == MOST_FOLLOWED || !known.insert(path.clone()) {
            continue;
        }
        followed += 1;
        let page = site.get(&path).await.body;
        for link in page.split("href=\"").skip(1) {
            let link = link.split(['"', '#']).next().unwrap().replace("&amp;", "&");
            if link.starts_with('/') && !known.contains(&link) && is_telling(&link) {
                waiting.push_back(link);
            }
        }
    }
    let others: Vec<String> = known.difference(&templates).cloned().collect();
    let mut kept = templates;
    for path in others {
        let said = said(&site.get(&path).await);
        if PLANTED.iter().any(|(canary, ..)| said.contains(canary)) {
            kept.insert(path);
        }
    }
    kept.remove("/deconnexion");
    kept
}

/// How many pages are followed from link to link.
const MOST_FOLLOWED: usize = 150;

/// Whether a link may lead to a record: the many pages of frameworks and of the guide hold none.
fn is_telling(link: &str) -> bool {
    let plain = [
        "/cadres",
        "/aide",
        "/indicateurs",
        "/organisations",
        "/catalogue",
        "/circuit",
    ];
    !plain.iter().any(|start| link.starts_with(start))
}

on_both_engines! {
    async fn no_answer_to_any_role_holds_a_number_outside_its_reach(bench: Bench) {
        let first = bench.install().await;
        plant(&bench, first).await;
        let addresses = addresses(&bench).await;
        assert!(addresses.len() > 120, "{}", addresses.len());
        for file in ["/dossier?annee=2024", "&format=docx", "&format=xlsx"] {
            assert!(addresses.iter().any(|path| path.ends_with(file)), "no number was found in {file}");
        }
        let mut read: BTreeMap<&str, usize> = BTreeMap::new();
        for role in Roles::known().all() {
            let of = organisation(role);
            let email = format!("{}@example.org", role.key);
            person(&bench, first, &email, &[(&role.key, of)]).await;
            let mut site = site_of(&bench, &email).await;
            for path in &addresses {
                let said = said(&site.get(path).await);
                for planted in PLANTED.iter().filter(|planted| said.contains(planted.0)) {
                    assert!(may_see(role, of, planted), "{} of {of} reads {planted:?} at {path}", role.key);
                    *read.entry(planted.0).or_default() += 1;
                }
            }
        }
        // What nobody was answered shows nothing.
        assert_eq!(read.len(), PLANTED.len(), "{read:?}");
    }
}
