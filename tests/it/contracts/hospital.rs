//! A hospital is known before it signs, and its contract is about itself.

use axum::http::StatusCode;
use jalon::access::Reach;
use jalon::contracts::store::load;
use jalon::contracts::{Field, Ground, NewContract, check_new};
use jalon::organisations::{Directory, NewEstablishment};
use jalon::site::shipped;

use super::furnish;
use crate::on_both_engines;

/// The directory that comes with Jalon, with one hospital.
fn directory() -> Directory {
    let known = shipped::directory().unwrap();
    let new = NewEstablishment {
        code: "CH-DES-MONTS".to_owned(),
        name: "Centre hospitalier des Monts".to_owned(),
        region: "84".to_owned(),
        ..NewEstablishment::default()
    };
    let (organisation, place) = new.into_parts();
    let organisations = [known.organisations(), &[organisation]].concat();
    let places = [known.places(), &[place]].concat();
    Directory::new(organisations, vec![], places, vec![])
}

#[test]
fn a_contract_is_about_the_hospital_and_not_about_its_region() {
    let frameworks = super::hand::frameworks();
    let framework = frameworks
        .iter()
        .find(|(f, _)| f.code == "es-aura-2020-2024");
    let directory = directory();
    let ground = Ground {
        framework: &framework.unwrap().0,
        directory: &directory,
    };
    let contract = |hospital: &str, place: &str| NewContract {
        slug: "ch".to_owned(),
        title: "Contrat".to_owned(),
        place: place.to_owned(),
        starts: 2020,
        ends: 2024,
        fictional: true,
        parties: vec![
            ("ars".to_owned(), "ARS-84".to_owned()),
            ("etablissement".to_owned(), hospital.to_owned()),
        ],
        sections: Vec::new(),
    };
    let told = |hospital, place| {
        let objections = check_new(ground, &contract(hospital, place), &[]);
        objections
            .into_iter()
            .map(|objection| (objection.field, objection.sentence))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("CH-DES-MONTS", "CH-DES-MONTS"), []);
    let region = told("CH-DES-MONTS", "84");
    assert_eq!(region[0].0, Field::Place);
    assert!(
        region[0]
            .1
            .contains("« Auvergne-Rhône-Alpes » n’est pas un lieu de"),
        "{region:?}"
    );
    for stranger in ["Hôpital de nulle part", "HAS"] {
        let unknown = told(stranger, "84");
        assert_eq!(unknown[0].0, Field::Party("etablissement".to_owned()));
        assert!(
            unknown[0].1.contains("n’est pas un établissement connu"),
            "{unknown:?}"
        );
    }
}

on_both_engines! {
    async fn a_hospital_is_added_and_its_contract_prepared_in_the_browser(bench: Bench) {
        let actor = bench.install().await;
        furnish(&bench, actor, "etablissement").await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get("/contrats/nouveau?cadre=es-aura-2020-2024").await;
        assert!(form.body.contains("/etablissements/nouveau"), "{}", form.body);
        let contract = [
            ("cadre", "es-aura-2020-2024"), ("titre", "CPOM du CH de la Dombe"),
            ("partie.ars", "ARS-84"), ("partie.etablissement", "CH de la Dombe"),
        ];
        let unknown = site.post("/contrats/nouveau", &contract).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.body.contains("« CH de la Dombe » n’est pas connu"), "{}", unknown.body);

        let wrong = site.post("/etablissements/nouveau", &[("code", "CH DOMBE"), ("nom", "CH de la Dombe"), ("finess", "12"), ("region", "")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for told in ["Écrivez un code en majuscules", "neuf chiffres", "Choisissez la région", "CH de la Dombe"] {
            assert!(wrong.body.contains(told), "{told}\n{}", wrong.body);
        }
        let added = [("code", "ch-dombe"), ("nom", "Centre hospitalier de la Dombe"), ("sigle", "CH de la Dombe"), ("finess", "01 000 00 24"), ("region", "84")];
        let answer = site.post("/etablissements/nouveau", &added).await;
        assert_eq!(answer.location.as_deref(), Some("/organisations/CH-DOMBE"), "{}", answer.body);
        let page = site.get("/organisations/CH-DOMBE").await;
        assert!(page.body.contains("Région : Auvergne-Rhône-Alpes") && page.body.contains("010000024"), "{}", page.body);
        let again = site.post("/etablissements/nouveau", &added).await;
        assert!(again.body.contains("« CH-DOMBE » est déjà pris"), "{}", again.body);
        let list = site.get("/organisations").await;
        assert!(list.body.contains("1 établissement"), "{}", list.body);

        let created = site.post("/contrats/nouveau", &contract).await;
        assert_eq!(created.status, StatusCode::SEE_OTHER, "{}", created.body);
        let mut tx = bench.db.read().await.unwrap();
        let full = load(&mut tx, &Reach::of_installation(), "cpom-du-ch-de-la-dombe").await.unwrap().unwrap();
        assert_eq!(full.contract.place, "CH-DOMBE");
        let places: Vec<&str> = full.contract.sections.iter().map(|s| s.place.as_str()).collect();
        assert_eq!(places, ["CH-DOMBE"]);
        assert_eq!(full.contract.organisation, "CH-DOMBE");
    }
}
