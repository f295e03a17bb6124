//! Contests of values, embargoes and national values, as the pages and files show them.

use axum::http::StatusCode;
use jalon::access::grant::store::appoint;
use jalon::access::{Act as _, NewPerson, Reach, permit, store as people};
use jalon::figures::{FiguresView, Snapshots};
use jalon::kernel::Period;
use jalon::ledger::{Actor, Change};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::on_both_engines;
use crate::stage::{GIRLS, Stage};
use crate::support::{Answer, Bench, Site, unguard};

const PAGE: &str = "/indicateurs/etat-ars-2024-2028/2.c.1";

fn hpv() -> String {
    std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()
}

fn girls_of_bretagne(view: &FiguresView) -> jalon::figures::Figure {
    let series = view.series(GIRLS).unwrap();
    series.whole("53", Period::Year(2023)).unwrap().clone()
}

async fn signed_in(bench: &Bench) -> Site {
    let mut site = bench.site().await;
    site.sign_in().await;
    site
}

async fn contest(site: &mut Site, observation: Uuid, revision: &str) -> Answer {
    let fields = [
        ("revision", revision),
        ("motif", "Le dénominateur omet Brest"),
        ("valeur", "69,1"),
    ];
    let path = format!("/valeurs/{observation}/contester");
    site.send_file(&path, &fields, ("preuve.pdf", b"%PDF-1.7"))
        .await
}

on_both_engines! {
    async fn a_contested_value_says_so_everywhere_until_it_is_answered(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let before = stage.last_change().await;
        let figure = girls_of_bretagne(&stage.figures().await);
        let mut site = signed_in(&bench).await;
        let opened = contest(&mut site, figure.observation, "1").await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
        assert_eq!(stage.last_change().await, before + 1);
        let page = opened.location.unwrap();
        let value = format!("/valeurs/{}", figure.observation);
        for path in [PAGE, &value] {
            let body = site.get(path).await.body;
            assert!(body.contains("Valeur contestée : la région donne 69,1"), "{path}: {body}");
            assert!(body.contains("67,7"), "{path}");
        }
        let body = site.get(&page).await.body;
        for said in ["67,7", "69,1", "Brest", "preuve.pdf", "4 février 2026", "sous 30 jours"] {
            assert!(body.contains(said), "{said}: {body}");
        }
        assert!(site.get("/contestations").await.body.contains("Une contestation attend"));
        // What was known before still says nothing of it.
        assert_eq!(girls_of_bretagne(&stage.figures_at(before).await).contest, None);
        let again = contest(&mut site, figure.observation, "1").await;
        assert_eq!(again.status, StatusCode::CONFLICT);

        bench.clock.advance(SignedDuration::from_hours(32 * 24));
        let late = site.get(&page).await.body;
        assert!(late.contains("Réponse en retard de 2 jours"), "{late}");
        let fields = [("reponse", "accepted"), ("valeur", "69,1"), ("explication", "Brest manquait.")];
        let answered = site.post(&page, &fields).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.body);
        let now = girls_of_bretagne(&stage.figures().await);
        assert_eq!((now.no, now.contest.clone(), now.supplier), (2, None, figure.supplier));
        assert_eq!(now.value.to_string(), "69.1");
        let body = site.get(&page).await.body;
        assert!(body.contains("avec 2 jours de retard") && body.contains("Brest manquait."), "{body}");
        assert!(!site.get(PAGE).await.body.contains("contestée :"));
        let story = site.get(&value).await.body;
        for said in ["67,7", "69,1", "Brest manquait.", "valeurs.csv", "/imports/"] {
            assert!(story.contains(said), "{said}: {story}");
        }
        let twice = site.post(&page, &fields).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
    }
}

on_both_engines! {
    async fn a_maintained_value_stands_without_a_revision(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let figure = girls_of_bretagne(&stage.figures().await);
        let mut site = signed_in(&bench).await;
        let page = contest(&mut site, figure.observation, "1").await.location.unwrap();
        let empty = site.post(&page, &[("reponse", "accepted"), ("valeur", ""), ("explication", "Oui")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("reponse", "maintained"), ("explication", "Le dénominateur est celui de l’Insee.")];
        assert_eq!(site.post(&page, &fields).await.status, StatusCode::SEE_OTHER);
        let now = girls_of_bretagne(&stage.figures().await);
        assert_eq!((now.no, now.contest), (1, None));
        assert!(site.get(&page).await.body.contains("Valeur maintenue"));
        let reopened = contest(&mut site, figure.observation, "1").await;
        assert_eq!(reopened.status, StatusCode::SEE_OTHER);
    }
}

on_both_engines! {
    async fn a_value_corrected_meanwhile_must_be_read_again(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let figure = girls_of_bretagne(&stage.figures().await);
        stage.load(hpv().replacen("53,2023,67.7,34.9", "53,2023,68.2,34.9", 1)).await;
        let mut site = signed_in(&bench).await;
        let answer = contest(&mut site, figure.observation, "1").await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.body.contains("Relisez-la"), "{}", answer.body);
        assert_eq!((stage.count("contest").await, stage.count("document").await), (0, 0));
        let nowhere = contest(&mut site, Uuid::nil(), "1").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    }
}

/// Somebody else with an account.
async fn colleague(stage: &Stage<'_>) -> Actor {
    let mut change = stage.change(people::AddPerson::NAME).await;
    let permit = permit::<people::AddPerson>(&mut change, ()).await.unwrap();
    let new = NewPerson {
        name: "Une collègue".to_owned(),
        email: "collegue@example.org".parse().unwrap(),
        password: "-".to_owned(),
    };
    let id = people::add_person(&mut change, permit, new).await.unwrap();
    appoint(&mut change, id, "Essai").await.unwrap();
    change.commit().await.unwrap();
    Actor::Person(id)
}

/// Puts the corrected values of a change under embargo, as a load with an embargo would write
/// them.
async fn embargo(bench: &Bench, change: i64, until: &str) {
    let mut tx = bench.db.write_aside().await.unwrap();
    unguard(&mut tx, "revision").await;
    let sql = "update revision set embargo_until = $1 where change_no = $2";
    tx.run(sql, jalon::args![until, change]).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn an_embargo_hides_a_figure_from_all_but_who_brought_it_until_its_day(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let other = colleague(&stage).await;
        let corrected = hpv().replacen("53,2023,67.7,34.9", "53,2023,68.2,34.9", 1);
        let change = stage.load(corrected).await;
        embargo(&bench, change, "2026-01-10").await;
        // A process that has not read it yet.
        let snapshots = Snapshots::new(bench.clock.clone());
        let seen = async |actor: Actor| {
            let mut tx = bench.db.read().await.unwrap();
            let today = bench.clock.today();
            let reach = Reach::of(&mut tx, today, actor).await.unwrap();
            let view = snapshots.current(&mut tx, &reach).await.unwrap();
            let then = snapshots.as_of(&mut tx, &reach, change).await.unwrap();
            let figure = girls_of_bretagne(&view);
            assert_eq!(figure, girls_of_bretagne(&then));
            figure.value.to_string()
        };
        assert_eq!((seen(stage.actor).await, seen(other).await), ("68.2".to_owned(), "67.7".to_owned()));
        // 9 January, 23 h 30 in Paris, then half an hour later.
        bench.clock.set("2026-01-09T22:30:00Z".parse().unwrap());
        assert_eq!(seen(other).await, "67.7");
        bench.clock.set("2026-01-09T23:00:00Z".parse().unwrap());
        assert_eq!((seen(stage.actor).await, seen(other).await), ("68.2".to_owned(), "68.2".to_owned()));
    }
}

on_both_engines! {
    async fn a_figure_first_loaded_under_embargo_has_no_page_for_others(bench: Bench) {
        let stage = Stage::set(&bench).await;
        let change = stage.load(hpv()).await;
        let observation = girls_of_bretagne(&stage.figures().await).observation;
        embargo(&bench, change, "2026-01-10").await;
        // Loaded by somebody who is not the person signed in.
        let other = colleague(&stage).await;
        let mut tx = bench.db.write_aside().await.unwrap();
        unguard(&mut tx, "change").await;
        let sql = "update change set actor = $1 where no = $2";
        tx.run(sql, jalon::args![other.person(), change]).await.unwrap();
        tx.commit().await.unwrap();
        let mut site = signed_in(&bench).await;
        let value = format!("/valeurs/{observation}");
        assert_eq!(site.get(&value).await.status, StatusCode::NOT_FOUND);
        let page = site.get(PAGE).await.body;
        assert!(!page.contains("67,7") && !page.contains("valeurs.csv"), "{page}");
        let contested = contest(&mut site, observation, "1").await;
        assert_eq!(contested.status, StatusCode::NOT_FOUND);
        bench.clock.set("2026-01-10T08:00:00Z".parse().unwrap());
        assert_eq!(site.get(&value).await.status, StatusCode::OK);
        assert!(site.get(PAGE).await.body.contains("67,7"));
    }
}

on_both_engines! {
    async fn a_contest_given_up_half_way_leaves_nothing(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let figure = girls_of_bretagne(&stage.figures().await);
        let change: Change = stage.change("contest.open").await;
        drop(change);
        let mut site = signed_in(&bench).await;
        let path = format!("/valeurs/{}/contester", figure.observation);
        let fields = [("revision", "1"), ("motif", "Essai"), ("valeur", "beaucoup")];
        let wrong = site.send_file(&path, &fields, ("preuve.pdf", b"%PDF-1.7")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.contains("n’est pas un nombre"), "{}", wrong.body);
        assert_eq!((stage.count("contest").await, stage.count("document").await), (0, 0));
    }
}

on_both_engines! {
    async fn the_national_value_given_prevails_and_the_reason_why_none_is_computed_is_told(bench: Bench) {
        let stage = Stage::set(&bench).await;
        stage.load(hpv()).await;
        let mut site = signed_in(&bench).await;
        let page = site.get(PAGE).await.body;
        assert!(page.contains("La valeur du fournisseur vaut"), "{page}");
        assert!(page.contains("taux sans numérateur ni dénominateur") || page.contains("il manque") || page.contains("ne s’additionne pas"), "{page}");
    }
}
