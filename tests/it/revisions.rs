//! Revisions of frameworks: brought in as text, corrected on screen, never crossing each other.

use std::path::Path;

use axum::http::StatusCode;
use jalon::access::{Act as _, permit};
use jalon::contracts::store::{NationalTarget, set_national_target};
use jalon::contracts::{SetNationalTarget, Target, TargetsOf};
use jalon::frameworks::store::{self, Origin, RevisionHead};
use jalon::frameworks::{
    Framework, Known, Reading, Revised, RevisionError, Texts, read_dir, read_texts, write_texts,
};
use jalon::kernel::{Decimal, Value, ValueKind};
use jalon::ledger::{ChangeRow, Verified, history_of, verify};
use jalon::measures::{Aggregation, Break, Direction, Measure, Window};

use crate::form::{filled, value};
use crate::on_both_engines;
use crate::stage::{GIRLS, Stage, shipped_frameworks};
use crate::support::{Answer, Site};

const CODE: &str = "etat-ars-2024-2028";
const FORM: &str = "/cadres/etat-ars-2024-2028/indicateurs/2.c.1/modifier";
/// The framework in force as it comes with Jalon.
fn shipped() -> (Framework, Texts) {
    let mut all = shipped_frameworks();
    all.retain(|(framework, _)| framework.code == CODE);
    all.remove(0)
}

/// Fills the form as it came, with some fields typed over, and sends it.
async fn send(site: &mut Site, form: &str, typed: &[(&str, &str)]) -> Answer {
    let fields = filled(form, typed);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    site.post(FORM, &fields).await
}

async fn head(stage: &Stage<'_>) -> RevisionHead {
    let mut tx = stage.db.read().await.unwrap();
    store::head(&mut tx, CODE).await.unwrap().unwrap()
}

async fn exported(stage: &Stage<'_>) -> Texts {
    let head = head(stage).await;
    let mut tx = stage.db.read().await.unwrap();
    store::texts(&mut tx, &stage.reach().await, head.id)
        .await
        .unwrap()
}

async fn read_back(stage: &Stage<'_>, texts: &Texts) -> Reading {
    let directory = stage.directory().await;
    let known = stage.catalogue().await.known(Known::of(&directory));
    read_texts(CODE, texts, &known)
}

async fn history(stage: &Stage<'_>) -> Vec<ChangeRow> {
    let thing = stage.catalogue().await.framework(CODE).unwrap().thing;
    let mut tx = stage.db.read().await.unwrap();
    history_of(&mut tx, thing).await.unwrap()
}

on_both_engines! {
    async fn importing_the_same_frameworks_again_is_no_change(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        for (framework, texts) in shipped_frameworks() {
            let again = stage.bring(&framework, &texts, None).await.unwrap();
            assert!(matches!(&again, Revised::Unchanged(head) if head.no == 1), "{again:?}");
        }
        assert_eq!((stage.last_change().await, stage.count("framework_revision").await), (before, 4));
        let kept = stage.catalogue().await;
        for (framework, _) in shipped_frameworks() {
            assert_eq!(kept.framework(&framework.code).unwrap().framework, framework);
        }
    }
}

on_both_engines! {
    async fn a_correction_on_screen_is_a_second_revision_with_its_reason(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (first, before) = (head(&stage).await, stage.last_change().await);
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        let label = "Filles de 15 ans « vaccinées » <HPV> & \"à jour\"";
        let why = "Le libellé de l’instruction a été rectifié";
        let typed = [("libelle", label), ("fournisseur", "DGS, SPF"), ("motif", why)];
        let answer = send(&mut site, &form, &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.location.as_deref(), Some("/indicateurs/etat-ars-2024-2028/2.c.1"));
        let second = head(&stage).await;
        assert_eq!((second.no, second.origin, second.change), (2, Origin::Interface, before + 1));
        let history = history(&stage).await;
        assert_eq!((history.len(), history[0].no), (2, before + 1));
        assert_eq!((history[0].why.as_deref(), history[0].who.as_deref()), (Some(why), Some("Coordination nationale")));
        let after = history[0].after_state.as_deref().unwrap();
        assert!(after.contains("\"revision\":2") && after.contains("2.c.1"), "{after}");
        // The page shows it, and the form opens on it.
        assert_eq!(value(&site.get(FORM).await.body, "libelle"), label);
        assert_eq!(value(&site.get(FORM).await.body, "base"), "2");
        assert!(site.get("/cadres/etat-ars-2024-2028").await.body.contains("révision 2"));
        // What was before is still there.
        let mut tx = bench.db.read().await.unwrap();
        let old = stage.library.revision(&mut tx, &stage.reach().await, first.id).await.unwrap().unwrap();
        assert_eq!(old.framework, shipped().0);
        assert_eq!(verify(&mut tx).await.unwrap(), Verified::Whole(before + 1));
    }
}

on_both_engines! {
    async fn what_was_typed_comes_back_with_what_is_wrong(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        let label = "Un libellé longuement pesé";
        for (typed, said) in [
            ([("libelle", label), ("fournisseur", "DGSX"), ("motif", "x")], "DGSX"),
            ([("libelle", label), ("fournisseur", "ANSP"), ("motif", "x")], "écrivez « SPF »"),
            ([("libelle", label), ("fournisseur", "DGS"), ("motif", "  ")], "Dites pourquoi"),
            ([("libelle", label), ("regions", "coul&eur"), ("motif", "x")], "coul&amp;eur"),
        ] {
            let answer = send(&mut site, &form, &typed).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
            let told = answer.body.split("role=\"alert\"").nth(1).unwrap();
            assert!(told.split("<form").next().unwrap().contains(said), "{told}");
            for (name, text) in typed {
                assert_eq!(value(&answer.body, name), text);
            }
            assert_eq!(value(&answer.body, "base"), "1");
        }
        assert_eq!((stage.last_change().await, head(&stage).await.no), (before, 1));
        let blank = send(&mut site, &form, &[("libelle", " "), ("motif", "x")]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

on_both_engines! {
    async fn corrections_of_different_fields_from_the_same_form_are_both_kept(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        for typed in [[("theme", "Vaccination HPV"), ("motif", "précision")], [("note", "Une phrase"), ("motif", "note")]] {
            let answer = send(&mut site, &form, &typed).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        let fresh = site.get(FORM).await.body;
        assert_eq!((value(&fresh, "theme").as_str(), value(&fresh, "note").as_str()), ("Vaccination HPV", "Une phrase"));
        assert_eq!(head(&stage).await.no, 3);
    }
}

on_both_engines! {
    async fn of_two_corrections_of_one_field_the_second_sees_both_and_overwrites_nothing_unseen(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        let first = [("theme", "Vaccination HPV"), ("source", "Autre source"), ("motif", "précision")];
        assert_eq!(send(&mut site, &form, &first).await.status, StatusCode::SEE_OTHER);
        let no = stage.last_change().await;
        let mine = [("theme", "Papillomavirus"), ("note", "Phrase qu’il ne faut pas perdre"), ("motif", "note")];
        let second = send(&mut site, &form, &mine).await;
        assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(second.body.contains("Quelqu’un a corrigé cet indicateur"), "{}", second.body);
        assert!(second.body.contains("id=\"theme-autre\"") && second.body.contains("« Vaccination HPV »"), "{}", second.body);
        assert!(!second.body.contains("id=\"note-autre\""), "{}", second.body);
        // What was typed is kept, what was not follows the other, and the base has been seen.
        for (name, text) in [mine[0], mine[1], mine[2], ("source", "Autre source"), ("base", "2")] {
            assert_eq!(value(&second.body, name), text);
        }
        assert_eq!((stage.last_change().await, head(&stage).await.no), (no, 2));
        // A third person corrects meanwhile what the second has just seen: it is shown again.
        let other = [("theme", "HPV"), ("motif", "plus court")];
        let fresh = site.get(FORM).await.body;
        assert_eq!(send(&mut site, &fresh, &other).await.status, StatusCode::SEE_OTHER);
        let third = send(&mut site, &second.body, &[("motif", "note")]).await;
        assert_eq!(third.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(third.body.contains("« HPV »"), "{}", third.body);
        // Both were seen: the second's word is taken.
        let taken = send(&mut site, &third.body, &[("motif", "note")]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
        let fresh = site.get(FORM).await.body;
        for (name, text) in [mine[0], mine[1], ("source", "Autre source")] {
            assert_eq!(value(&fresh, name), text);
        }
        // A form that says it comes from nowhere overwrites nothing either.
        let stray = send(&mut site, &fresh, &[("theme", "Rien"), ("base", "77"), ("motif", "x")]).await;
        assert_eq!(stray.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stray.body.contains("« Papillomavirus »"), "{}", stray.body);
    }
}

on_both_engines! {
    async fn the_revisions_of_a_framework_say_who_when_why_and_what(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        send(&mut site, &form, &[("theme", "Vaccination HPV"), ("motif", "Rectificatif <du> 3 mars")]).await;
        let page = site.get(&format!("/cadres/{CODE}")).await.body;
        let told = page.split("id=\"revisions\"").nth(1).unwrap();
        for words in [
            "Révision 2",
            "Coordination nationale",
            "Rectificatif &lt;du&gt; 3 mars",
            "« Vaccination » devient « Vaccination HPV »",
            "Premier chargement du cadre.",
        ] {
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}

on_both_engines! {
    async fn a_past_campaign_shows_its_list_and_its_dates(bench: Bench) {
        Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let whole = site.get("/cadres/etat-ars-2015-2018").await.body;
        for year in 2015..=2018 {
            assert!(whole.contains(&format!("href=\"/cadres/etat-ars-2015-2018?edition={year}\"")), "{whole}");
        }
        let past = site.get("/cadres/etat-ars-2015-2018?edition=2017").await;
        assert_eq!(past.status, StatusCode::OK);
        for words in ["Campagne du bilan 2017", "Liste partielle", "les 63 indicateurs de la liste partielle", "16 avril 2018"] {
            assert!(past.body.contains(words), "{words}: {}", past.body);
        }
        let undated = site.get("/cadres/etat-ars-2015-2018?edition=2016").await.body;
        assert!(undated.contains("Aucun document ne dit la liste de cette année-là") && undated.contains("15 février 2017"), "{undated}");
        // Counts that the source gives without names stay counts.
        let counted = site.get("/cadres/etat-ars-2019-2023?edition=2019").await.body;
        assert!(counted.contains("26 indicateurs ont une cible régionale 2019"), "{counted}");
        for nothing in ["/cadres/etat-ars-2015-2018?edition=2014", "/cadres/rien?edition=2017"] {
            assert_eq!(site.get(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
        }
        assert_eq!(site.get("/cadres/etat-ars-2015-2018?edition=hier").await.status, StatusCode::BAD_REQUEST);
        // Acronyms carry their meaning.
        assert!(whole.contains("<abbr title="), "{whole}");
    }
}

on_both_engines! {
    async fn a_form_sent_as_it_came_changes_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        let answer = send(&mut site, &form, &[("motif", "rien")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!((stage.last_change().await, head(&stage).await.no), (before, 1));
    }
}

on_both_engines! {
    async fn what_is_exported_reads_back_as_the_revision_in_force(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let (framework, texts) = shipped();
        assert_eq!(exported(&stage).await, texts);
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        send(&mut site, &form, &[("libelle", "Autre : libellé # « curieux »"), ("motif", "essai")]).await;
        let texts = exported(&stage).await;
        let reading = read_back(&stage, &texts).await;
        let again = reading.framework.unwrap();
        assert_ne!(again, framework);
        assert_eq!(again, stage.catalogue().await.framework(CODE).unwrap().framework);
        // And importing what was exported is no change.
        let before = stage.last_change().await;
        assert!(matches!(stage.bring(&again, &texts, Some(2)).await.unwrap(), Revised::Unchanged(_)));
        assert_eq!(stage.last_change().await, before);
    }
}

on_both_engines! {
    async fn a_text_that_ignores_a_correction_on_screen_is_refused_and_from_the_right_base_taken(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let form = site.get(FORM).await.body;
        send(&mut site, &form, &[("theme", "Vaccination HPV"), ("motif", "précision")]).await;
        let before = stage.last_change().await;
        let (mut framework, texts) = shipped();
        for (base, from) in [(None, "qui ignore les modifications faites à l’écran"), (Some(1), "de la révision 1")] {
            let refused = stage.bring(&framework, &texts, base).await.unwrap_err();
            assert!(matches!(refused, RevisionError::Stale { current: 2, .. }), "{refused}");
            let sentence = refused.to_string();
            assert!(sentence.contains("en est à la révision 2") && sentence.contains(from), "{sentence}");
            assert!(sentence.contains("Exportez le cadre"), "{sentence}");
        }
        assert_eq!((stage.last_change().await, head(&stage).await.no), (before, 2));
        "CPOM 2024-2028, version consolidée".clone_into(&mut framework.title);
        let taken = stage.bring(&framework, &write_texts(&framework), Some(2)).await.unwrap();
        let Revised::Written(third, changes) = taken else { panic!() };
        assert_eq!((third.no, third.origin), (3, Origin::Text));
        assert_eq!(changes.len(), 2, "{changes:?}");
        // What people call the thing follows its title.
        let thing = stage.catalogue().await.framework(CODE).unwrap().thing;
        let mut tx = bench.db.read().await.unwrap();
        let (label,): (String,) = tx
            .one("select label from thing where id = $1", jalon::args![thing])
            .await
            .unwrap();
        assert_eq!(label, framework.title);
        // After a text, a text that says no base may follow again.
        drop(tx);
        let (old, texts) = shipped();
        assert!(matches!(stage.bring(&old, &texts, None).await.unwrap(), Revised::Written(head, _) if head.no == 4));
    }
}

/// Without the indicator of girls' vaccination nor its measure.
fn without_girls() -> Framework {
    let mut framework = shipped().0;
    framework.indicators.retain(|i| i.key != "2.c.1");
    framework.measures.retain(|m| m.code != GIRLS);
    framework
}

/// With the measure of girls' vaccination as a plain number, then as a yes or no.
fn of_another_nature() -> [Framework; 2] {
    let altered = |kind, per| {
        let mut framework = shipped().0;
        let mut measures = framework.measures.iter_mut();
        let measure = measures.find(|m| m.code == GIRLS).unwrap();
        measure.value_kind = kind;
        measure.per = per;
        measure.aggregation = Aggregation::None;
        framework
    };
    [
        altered(ValueKind::Number, None),
        altered(ValueKind::YesNo, None),
    ]
}

on_both_engines! {
    async fn a_measure_that_has_values_neither_disappears_nor_changes_nature(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.load("region;annee;2.c.1\n84;2023;54,3\n").await;
        let [plain, yes_no] = of_another_nature();
        for framework in [without_girls(), plain, yes_no] {
            let texts = write_texts(&framework);
            let refused = stage.bring(&framework, &texts, Some(1)).await.unwrap_err();
            assert!(matches!(&refused, RevisionError::Held(held) if held.len() == 1), "{refused}");
            let sentence = refused.to_string();
            assert!(sentence.contains(&format!("La mesure « {GIRLS} » a des valeurs")), "{sentence}");
        }
        assert_eq!((stage.last_change().await, head(&stage).await.no), (before, 1));
        assert_eq!(stage.count("framework_revision").await, 4);
        // The other sex has none yet.
        let mut framework = shipped().0;
        framework.indicators.retain(|i| i.key != "2.c.2");
        framework.measures.retain(|m| m.code != crate::stage::BOYS);
        let texts = write_texts(&framework);
        assert!(read_back(&stage, &texts).await.framework.is_some());
        assert!(matches!(stage.bring(&framework, &texts, Some(1)).await.unwrap(), Revised::Written(head, _) if head.no == 2));
    }
}

/// The framework in force, with the measure of girls' vaccination changed.
fn with_girls(alter: impl Fn(&mut Measure)) -> Framework {
    let mut framework = shipped().0;
    let mut measures = framework.measures.iter_mut();
    alter(measures.find(|m| m.code == GIRLS).unwrap());
    framework
}

async fn refused(stage: &Stage<'_>, framework: &Framework) -> String {
    let texts = write_texts(framework);
    let base = head(stage).await.no;
    let refused = stage
        .bring(framework, &texts, Some(base))
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, RevisionError::Held(held) if held.len() == 1),
        "{refused}"
    );
    refused.to_string()
}

async fn taken(stage: &Stage<'_>, framework: &Framework) -> Vec<String> {
    let texts = write_texts(framework);
    let base = head(stage).await.no;
    match stage.bring(framework, &texts, Some(base)).await.unwrap() {
        Revised::Written(_, changes) => changes,
        other @ Revised::Unchanged(_) => panic!("{other:?}"),
    }
}

on_both_engines! {
    async fn the_values_of_a_measure_are_never_read_under_another_definition(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load("region;annee;2.c.1\n84;2023;54,3\n").await;
        let unit = with_girls(|m| m.unit = Some("personnes".to_owned()));
        let both = with_girls(|m| {
            m.unit = Some("personnes".to_owned());
            m.window = Some(Window::TwelveMonths);
        });
        let sum = with_girls(|m| { m.per = None; m.aggregation = Aggregation::Sum; });
        let window = with_girls(|m| m.window = Some(Window::TwelveMonths));
        let bounds = with_girls(|m| m.max = Decimal::from_int(10));
        for (framework, said) in [
            (&unit, "a des valeurs : son unité ne peut plus changer. Laissez-la telle quelle, écrivez une mesure nouvelle"),
            (&both, "son unité, sa période couverte (« fenetre ») ne peuvent plus changer"),
            (&sum, "son échelle (« pour »), son agrégation ne peuvent plus changer"),
            (&window, "sa période couverte (« fenetre ») ne peut plus changer. Laissez-la telle quelle ou"),
            (&bounds, "a des valeurs : ses bornes les laisseraient dehors"),
        ] {
            let sentence = refused(&stage, framework).await;
            assert!(sentence.contains(said), "{sentence}");
        }
        assert_eq!(head(&stage).await.no, 1);
        // Bounds that leave no value outside, and a way that no target is judged by.
        taken(&stage, &with_girls(|m| m.max = Decimal::from_int(60))).await;
        let changes = taken(&stage, &with_girls(|m| m.direction = Direction::Lower)).await;
        assert!(changes.iter().any(|c| c.contains("« hausse » devient « baisse »")), "{changes:?}");
        // A break says since when values are read otherwise.
        let broken = with_girls(|m| {
            m.window = Some(Window::TwelveMonths);
            m.breaks.push(Break { since: 2025, reason: "Douze mois glissants".to_owned(), comparable: false });
        });
        taken(&stage, &broken).await;
    }
}

on_both_engines! {
    async fn a_target_is_never_read_the_other_way_round_nor_in_another_unit(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut change = stage.change(SetNationalTarget::NAME).await;
        let catalogue = stage.catalogue().await;
        let targets = TargetsOf::indicator(&catalogue.framework(CODE).unwrap().framework, "2.c.1").unwrap();
        let permit = permit::<SetNationalTarget>(&mut change, targets).await.unwrap();
        let target = NationalTarget {
            indicator: "2.c.1".to_owned(),
            measure: GIRLS.to_owned(),
            year: 2028,
            target: Target::Value(Value::plain(Decimal::from_int(80).unwrap())),
        };
        set_national_target(&mut change, permit, target).await.unwrap();
        change.commit().await.unwrap();
        for (framework, said) in [
            (with_girls(|m| m.direction = Direction::Lower), "a des valeurs initiales ou des cibles : son sens ne peut plus changer"),
            (with_girls(|m| m.unit = Some("personnes".to_owned())), "son unité ne peut plus changer"),
            (with_girls(|m| m.max = Decimal::from_int(79)), "ses bornes les laisseraient dehors"),
        ] {
            let sentence = refused(&stage, &framework).await;
            assert!(sentence.contains(said), "{sentence}");
        }
        // Values and targets: one measure, one refusal.
        stage.load("region;annee;2.c.1\n84;2023;54,3\n").await;
        let sentence = refused(&stage, &of_another_nature()[0]).await;
        assert!(sentence.contains("a des valeurs et des valeurs initiales ou des cibles"), "{sentence}");
        taken(&stage, &with_girls(|m| m.max = Decimal::from_int(80))).await;
    }
}

on_both_engines! {
    async fn an_invented_fifth_framework_is_imported_and_shown(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        assert!(!site.get("/cadres").await.body.contains("ehpad-departement"));
        let folder = Path::new("tests/fixtures/frameworks/ehpad-departement-2025-2029");
        let known = stage.catalogue().await.known(Known::of(&stage.directory().await));
        let framework = read_dir(folder, &known).framework.unwrap();
        let texts = write_texts(&framework);
        let brought = stage.bring(&framework, &texts, None).await.unwrap();
        assert!(matches!(&brought, Revised::Written(head, changes) if head.no == 1 && changes.is_empty()), "{brought:?}");
        let list = site.get("/cadres").await.body;
        assert!(list.contains("CPOM des EHPAD du département, 2025-2029"), "{list}");
        assert!(list.contains("href=\"/cadres/ehpad-departement-2025-2029\""), "{list}");
        assert_eq!(list.matches("<tr>").count(), 1 + 5);
        let page = site.get("/cadres/ehpad-departement-2025-2029").await.body;
        assert!(page.contains("Conseil départemental") && page.contains("Gestionnaire de l'EHPAD"), "{page}");
        for indicator in &framework.indicators {
            let path = format!("/indicateurs/{}/{}", framework.code, indicator.key);
            assert_eq!(site.get(&path).await.status, StatusCode::OK, "{path}");
        }
    }
}

on_both_engines! {
    async fn the_form_of_nothing_is_not_found_and_nobody_edits_unsigned(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let before = stage.last_change().await;
        let mut site = bench.site().await;
        assert_eq!(site.get(FORM).await.status, StatusCode::SEE_OTHER);
        let fields: Vec<(&str, &str)> = vec![("base", "1"), ("libelle", "1"), ("motif", "x")];
        assert_eq!(site.post(FORM, &fields).await.status, StatusCode::SEE_OTHER);
        site.sign_in().await;
        for path in [
            "/cadres/rien/indicateurs/2.c.1/modifier",
            "/cadres/etat-ars-2024-2028/indicateurs/9.z/modifier",
        ] {
            assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(site.post(path, &fields).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(stage.last_change().await, before);
    }
}

on_both_engines! {
    async fn an_opened_campaign_keeps_the_list_and_the_dates_it_is_run_with(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let mut site = bench.site().await;
        site.sign_in().await;
        let (page, open) = (format!("/cadres/{CODE}?edition=2024"), format!("/cadres/{CODE}/campagnes/2024"));
        let before = site.get(&page).await.body;
        assert!(before.contains("Cette campagne n’est pas ouverte"), "{before}");
        let opened = site.post(&open, &[("revision", "1")]).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
        // Sent twice, it is one act.
        let changes = stage.last_change().await;
        assert_eq!(site.post(&open, &[("revision", "1")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!((stage.last_change().await, stage.count("campaign").await), (changes, 1));

        // The framework loses an indicator and its usual calendar.
        let (mut framework, _) = shipped();
        framework.indicators.retain(|indicator| indicator.key != "2.n");
        framework.editions.clear();
        stage.bring(&framework, &write_texts(&framework), Some(1)).await.unwrap();
        let kept = site.get(&page).await.body;
        for words in ["sur la révision n° 1 du cadre", "Le cadre en est depuis à la révision n° 2", "/indicateurs/etat-ars-2024-2028/2.n\"", "Dates du bilan 2024"] {
            assert!(kept.contains(words), "{words}: {kept}");
        }
        let other = site.get(&format!("/cadres/{CODE}?edition=2026")).await.body;
        assert!(!other.contains("/indicateurs/etat-ars-2024-2028/2.n\"") && !other.contains("Dates du bilan"), "{other}");

        // Putting it on the revision in force takes a reason and the revision that was seen.
        let stale = site.post(&open, &[("revision", "1"), ("motif", "Liste corrigée")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
        let mute = site.post(&open, &[("revision", "2"), ("motif", " ")]).await;
        assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", mute.body);
        let moved = site.post(&open, &[("revision", "2"), ("motif", "Liste corrigée")]).await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.body);
        let now = site.get(&page).await.body;
        assert!(now.contains("sur la révision n° 2 du cadre") && !now.contains("/indicateurs/etat-ars-2024-2028/2.n\""), "{now}");
        for nothing in [format!("/cadres/{CODE}/campagnes/2023"), "/cadres/rien/campagnes/2024".to_owned()] {
            assert_eq!(site.post(&nothing, &[("revision", "2")]).await.status, StatusCode::NOT_FOUND, "{nothing}");
        }
    }
}
