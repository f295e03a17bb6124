//! What terms and rows of files say, in the types that are published.

use jalon::access::token::TokenScope;
use jalon::contracts::{Definition, Slot, Target, TermBody};
use jalon::figures::values::Settings;
use jalon::kernel::ValueKind;
use serde_json::{Value as Json, json};

use super::Program;
use crate::contracts::hand::{edit, retains, starts_from};
use crate::contracts::{BOTH, HPV, Hand, NORMANDIE, aims, normandie_terms, number};
use crate::on_both_engines;
use crate::people::{Sender, normandy};
use crate::stage::{GIRLS, Stage};

/// A number as it is told.
fn told(number: &str, unit: &str) -> Json {
    json!({"kind": "number", "number": number, "unit": unit})
}

on_both_engines! {
    async fn a_term_says_in_published_words_what_the_internal_form_says(bench: Bench) {
        let actor = bench.install().await;
        let hand = Hand::creates(&bench, actor, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let mut terms = normandie_terms(section);
        let corridor = Target::Corridor { low: "70".parse().unwrap(), high: "74.5".parse().unwrap() };
        terms.retain(|term| term.key.slot.year() != Some(2026));
        terms.push(aims(section, "2.c.1", HPV, 2026, corridor));
        // A number of what the contract measures by itself is in the unit that it says.
        let slot = Slot::Definition { indicator: "4.i".to_owned() };
        let definition = Definition {
            label: "Délai d’un rendez-vous".to_owned(),
            text: "Enquête annuelle.".to_owned(),
            kind: ValueKind::Number,
            unit: Some("jours".to_owned()),
        };
        terms.extend([
            retains(section, "4.i"),
            edit(section, slot, TermBody::Definition(definition)),
            starts_from(section, "4.i", "", "14", 2023),
        ]);
        terms.extend((2024..=2028).map(|year| aims(section, "4.i", "", year, number("10"))));
        hand.agrees("contrat", None, terms, BOTH, "2024-12-20").await;
        let mut program = Program::of(&bench, actor, TokenScope::Read).await;
        let all = program.read_all("/api/v1/contracts/normandie-2024-2028/terms", 5).await;
        let of = |kind: &str, subject: &str, year: Option<i64>| {
            let found = all.iter().find(|term| term["kind"] == kind && term["subject"] == subject && term["year"].as_i64() == year);
            found.unwrap_or_else(|| panic!("{kind} {subject} {year:?}: {all:?}"))
        };
        for (kind, subject, year, said) in [
            ("choice", "2.c.1", None, json!({"kind": "choice", "retained": true})),
            ("baseline", "2.c.1", None, json!({"kind": "baseline", "year": 2023, "value": told("66.3", "%")})),
            ("target", "2.c.1", Some(2024), json!({"kind": "target", "target": "value", "value": told("67", "%")})),
            ("target", "2.c.1", Some(2026), json!({"kind": "target", "target": "corridor", "low": told("70", "%"), "high": told("74.5", "%")})),
            ("definition", "4.i", None, json!({"kind": "definition", "label": "Délai d’un rendez-vous", "text": "Enquête annuelle.", "value_kind": "number", "unit": "jours"})),
            ("baseline", "4.i", None, json!({"kind": "baseline", "year": 2023, "value": told("14", "jours")})),
            ("target", "4.i", Some(2028), json!({"kind": "target", "target": "value", "value": told("10", "jours")})),
        ] {
            assert_eq!(of(kind, subject, year)["said"], said, "{kind} {subject} {year:?}");
        }
        // The older form stays as it was for those who read it already.
        assert_eq!(of("choice", "2.c.1", None)["says"], "retained");
        assert_eq!(of("target", "2.c.1", Some(2024))["says"], json!({"value": {"number": {"plain": "67"}}}));
        // A moment before there was any.
        let before = program.read("/api/v1/contracts/normandie-2024-2028/terms?as_of=0").await;
        assert_eq!(before["items"], json!([]));
    }
}

on_both_engines! {
    async fn a_row_of_values_says_what_stood_and_what_the_file_says(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let text = "indicateur;territoire;annee;valeur\n2.c.1;Bretagne;2023;67,7\n";
        stage.load(text).await;
        let settings = Settings {
            framework: Some("etat-ars-2024-2028".to_owned()),
            comment: Some("Corrigé".to_owned()),
            provisional: true,
            ..Settings::default()
        };
        let corrected = format!("{}2.c.1;Normandie;2023;66,3\n", text.replace("67,7", "68,2"));
        let batch = stage.rehearse_with(corrected, &settings).await.id;
        let mut program = Program::of(&bench, stage.actor, TokenScope::Read).await;
        let rows = program.read_all(&format!("/api/v1/rehearsals/{batch}/rows"), 1).await;
        let about = |place: &str| json!({"kind": "value", "measure": GIRLS, "place": place, "period": "2023", "breakdown": ""});
        let said = |number: &str, comment: Option<&str>| json!({
            "kind": "value", "value": told(number, "%"), "provisional": comment.is_some(), "fictional": false,
            "supplier": "DGS", "source": "SPF", "comment": comment, "reference_date": null, "embargo_until": null
        });
        let [bretagne, normandie] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(bretagne["about"], about("53"));
        assert_eq!(bretagne["said_before"], said("67.7", None));
        assert_eq!(bretagne["said_after"], said("68.2", Some("Corrigé")));
        assert_eq!((&normandie["about"], &normandie["said_before"]), (&about("28"), &Json::Null));
        assert_eq!(normandie["said_after"], said("66.3", Some("Corrigé")));
        // The older form stays as it was for those who read it already.
        assert_eq!(bretagne["before"]["value"], json!({"number": {"plain": "67.7"}}));
        assert_eq!(bretagne["subject"]["place"], "53");
    }
}

on_both_engines! {
    async fn a_row_of_people_says_what_is_given_to_whom(bench: Bench) {
        let (_, admin) = normandy(&bench).await;
        let batch = Sender::new(&bench, admin)
            .rows("Une;une@example.org;ARS-28;Invité;;;;31/12/2026;Renfort\n")
            .await
            .id;
        let mut program = Program::of(&bench, admin, TokenScope::Read).await;
        let rows = program.read_all(&format!("/api/v1/rehearsals/{batch}/rows"), 10).await;
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(
            row["about"],
            json!({
                "kind": "grant", "email": "une@example.org", "role": "invite", "organisation": "ARS-28",
                "framework": null, "objective": null, "contract": null, "section": null
            })
        );
        assert_eq!(row["said_before"], Json::Null);
        assert_eq!(
            row["said_after"],
            json!({
                "kind": "grant", "name": "Une", "opens_account": true,
                "starts_on": "2026-01-05", "ends_on": "2026-12-31", "reason": "Renfort"
            })
        );
    }
}
