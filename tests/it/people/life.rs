//! A file of people through its life on a real database.

use axum::http::StatusCode;
use jalon::access::grant::store::Held;
use jalon::access::store::person_by_email;
use jalon::imports::{ActError, Committed};
use jalon::ledger::Actor;
use jalon::platform::mail::store::list;
use jiff::ToSpan as _;
use uuid::Uuid;

use super::{Sender, normandy};
use crate::on_both_engines;
use crate::rights::{ends, grant, held, last_change, person, site_of};
use crate::support::Bench;

async fn account(bench: &Bench, email: &str) -> Option<Uuid> {
    let mut tx = bench.db.read().await.unwrap();
    let found = person_by_email(&mut tx, email).await.unwrap();
    found.map(|person| person.id)
}

/// What somebody holds today: roles, with their last day.
async fn holding(bench: &Bench, person: Uuid) -> Vec<(String, Option<String>)> {
    let today = bench.clock.today();
    let held: Vec<Held> = held(bench, person).await;
    let mut now: Vec<_> = held
        .into_iter()
        .filter(|held| held.holds_on(today))
        .map(|held| {
            (
                held.grant.remit.role,
                held.ends_on.map(|day| day.to_string()),
            )
        })
        .collect();
    now.sort();
    now
}

on_both_engines! {
    async fn a_file_opens_accounts_gives_invites_in_one_change_and_is_undone(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        let known = person(&bench, first, "known@example.org", &[("lecteur", "ARS-28")]).await;
        let desk = Sender::new(&bench, admin);
        let before = last_change(&bench).await;
        let batch = desk.rows(
            "Inès Exemple;ines.exemple@example.org;ARS Normandie;Référent CPOM de l’ARS;;;;;\n\
             Inès Exemple;ines.exemple@example.org;Normandie;referent d'objectif ou de bloc de l'ars;etat-ars-2024-2028;2;;;Renfort\n\
             Personne known@example.org;known@example.org;ARS-28;Lecteur;;;;31/01/2026;\n\
             Personne known@example.org;KNOWN@example.org;ARS-28;Invité;;;;31/12/2026;\n",
        ).await;
        assert_eq!(desk.codes(&batch).await, []);
        assert_eq!((batch.counts.created, batch.counts.changed), (3, 1));
        assert_eq!(last_change(&bench).await, before, "a rehearsal writes nothing");
        assert_eq!(account(&bench, "ines.exemple@example.org").await, None);

        assert!(matches!(desk.commits(batch.id).await, Ok(Committed::Now(no)) if no == before + 1));
        let ines = account(&bench, "ines.exemple@example.org").await.unwrap();
        assert_eq!(
            holding(&bench, ines).await,
            [("referent-cpom-ars".to_owned(), None), ("referent-objectif-ars".to_owned(), None)]
        );
        let objective = held(&bench, ines).await.into_iter().find(|h| !h.grant.remit.objective.is_empty());
        let objective = objective.unwrap();
        assert_eq!((objective.grant.remit.framework.as_str(), objective.why.as_str()), ("etat-ars-2024-2028", "Renfort"));
        assert_eq!(
            holding(&bench, known).await,
            [("invite".to_owned(), Some("2026-12-31".to_owned())), ("lecteur".to_owned(), Some("2026-01-31".to_owned()))]
        );
        let mails = list(&mut bench.db.read().await.unwrap()).await.unwrap();
        let invited: Vec<&str> = mails.iter().map(|mail| mail.address.as_str()).collect();
        assert_eq!(invited, ["ines.exemple@example.org"]);
        let told = site_of(&bench, "coordonnatrice@example.org").await.get("/journal").await.body;
        assert!(told.contains("a fixé au 31 janvier 2026 le dernier jour du rôle « Lecteur »"), "{told}");

        // Sent again, it changes nothing.
        let same = desk.rows("Inès Exemple;ines.exemple@example.org;ARS-28;Référent CPOM de l’ARS;;;;;\n").await;
        assert_eq!((same.counts.to_write(), same.counts.unchanged), (0, 1));

        let undone = desk.undoes(batch.id).await.unwrap();
        assert_eq!((undone.rows, undone.kept.len()), (4, 0));
        assert_eq!(holding(&bench, ines).await, []);
        // What was shortened is given again, from the day after.
        assert_eq!(holding(&bench, known).await, [("lecteur".to_owned(), Some("2026-01-31".to_owned()))]);
        let follows = held(&bench, known).await.into_iter().find(|h| h.starts_on.to_string() == "2026-02-01");
        assert_eq!(follows.unwrap().ends_on, None);
        let whole = jalon::ledger::verify(&mut bench.db.read().await.unwrap()).await.unwrap();
        assert!(matches!(whole, jalon::ledger::Verified::Whole(_)), "{whole:?}");
    }
}

on_both_engines! {
    async fn what_was_touched_since_stays_when_a_file_is_undone(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        let desk = Sender::new(&bench, admin);
        let batch = desk.rows(
            "Une;une@example.org;ARS-28;Invité;;;;;\n\
             Deux;deux@example.org;ARS-28;Invité;;;;;\n",
        ).await;
        desk.commits(batch.id).await.unwrap();
        let one = account(&bench, "une@example.org").await.unwrap();
        let given = held(&bench, one).await[0].grant.id;
        ends(&bench, first, given).await.unwrap();
        let undone = desk.undoes(batch.id).await.unwrap();
        assert_eq!((undone.rows, undone.kept.len()), (1, 1));
        assert_eq!(undone.kept[0].place.row, 2);
        let two = account(&bench, "deux@example.org").await.unwrap();
        assert_eq!(holding(&bench, two).await, []);
    }
}

on_both_engines! {
    async fn what_moved_since_the_rehearsal_is_not_written(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        let known = person(&bench, first, "known@example.org", &[("lecteur", "ARS-28")]).await;
        let desk = Sender::new(&bench, admin);
        let name = "Personne known@example.org";
        let row = format!("{name};known@example.org;ARS-28;Invité;;;;;\nNeuve;neuve@example.org;ARS-28;Invité;;;;;\n");
        let batch = desk.rows(&row).await;
        grant(&bench, first, known, "invite", "ARS-28").await.unwrap();
        person(&bench, first, "neuve@example.org", &[]).await;
        let before = last_change(&bench).await;
        let Err(ActError::Moved(places, _)) = desk.commits(batch.id).await else {
            panic!("what moved must be told");
        };
        assert_eq!(places.iter().map(|place| place.row).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(last_change(&bench).await, before);
        // Rights that ended meanwhile serve nothing either.
        let again = desk.rows("Autre;autre@example.org;ARS-28;Invité;;;;;\n").await;
        let own = held(&bench, admin.person().unwrap()).await[0].grant.id;
        ends(&bench, first, own).await.unwrap();
        assert!(matches!(desk.commits(again.id).await, Err(ActError::NotPermitted(_))));
        assert_eq!(account(&bench, "autre@example.org").await, None);
    }
}

on_both_engines! {
    async fn an_end_comes_sooner_by_a_file_and_later_by_another_grant(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        let known = person(&bench, first, "known@example.org", &[("lecteur", "ARS-28"), ("invite", "ARS-28")]).await;
        let desk = Sender::new(&bench, admin);
        let today = bench.clock.today();
        let yesterday = today.checked_sub(1.day()).unwrap().strftime("%d/%m/%Y").to_string();
        let name = "Personne known@example.org;known@example.org;ARS-28";
        let batch = desk.rows(&format!("{name};Lecteur;;;;{yesterday};\n{name};Invité;;;;31/03/2026;\n")).await;
        assert_eq!(batch.counts.changed, 2);
        desk.commits(batch.id).await.unwrap();
        assert_eq!(holding(&bench, known).await, [("invite".to_owned(), Some("2026-03-31".to_owned()))]);
        let ended = held(&bench, known).await.into_iter().find(|h| h.grant.remit.role == "lecteur").unwrap();
        assert_eq!(ended.ended.unwrap().2.as_deref(), Some("Arrivées de mars"));
        let longer = desk.rows(&format!("{name};Invité;;;;30/06/2026;\n")).await;
        assert_eq!((longer.counts.created, longer.counts.changed), (1, 0));
        desk.commits(longer.id).await.unwrap();
        let all = held(&bench, known).await;
        let follows = all.iter().find(|h| h.starts_on.to_string() == "2026-04-01").unwrap();
        assert_eq!(follows.ends_on.unwrap().to_string(), "2026-06-30");
    }
}

on_both_engines! {
    async fn the_workbook_of_people_comes_back_as_it_left(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        person(&bench, first, "une.autre@example.org", &[("referent-cpom-ars", "ARS-28"), ("invite", "ARS-28")]).await;
        person(&bench, first, "ailleurs@example.org", &[("referent-cpom-ars", "ARS-53")]).await;
        let desk = Sender::new(&bench, admin);
        let rows = "Deux;deux@example.org;ARS-28;Coréférent;etat-ars-2024-2028;4;01/03/2026;31/12/2026;\n\
                    Deux;deux@example.org;ARS-28;Référent;etat-ars-2024-2028;3;;;\n";
        let batch = desk.rows(rows).await;
        assert_eq!(desk.codes(&batch).await, []);
        desk.commits(batch.id).await.unwrap();
        let mut site = site_of(&bench, "gerante@example.org").await;
        let workbook = site.get("/personnes/classeur.xlsx").await;
        assert_eq!(workbook.status, StatusCode::OK);
        let back = desk.sends("personnes.xlsx", workbook.bytes).await;
        assert_eq!(desk.codes(&back).await, []);
        assert_eq!((back.counts.unchanged, back.counts.to_write()), (4, 0));
        let sheet = jalon::imports::read_workbook(&site.get("/personnes/classeur.xlsx").await.bytes).unwrap();
        let text = format!("{sheet:?}");
        assert!(text.contains("deux@example.org") && !text.contains("ailleurs@example.org"));

        let mut other = site_of(&bench, "une.autre@example.org").await;
        let refused = other.get("/personnes/classeur.xlsx").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.body.contains("Administrateur de l’ARS"), "{}", refused.body);
    }
}

on_both_engines! {
    async fn the_list_of_referents_comes_back_and_fills_what_is_missing(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        person(&bench, first, "chef@example.org", &[("referent-national-signataire", "DGS")]).await;
        let desk = Sender::new(&bench, admin);
        let row = "Une;une@example.org;ARS-28;Référent;etat-ars-2024-2028;2;;31/12/2027;\n";
        desk.commits(desk.rows(row).await.id).await.unwrap();
        let mut site = site_of(&bench, "gerante@example.org").await;
        let path = "/tables/referents.xlsx?organisation=ARS-28";
        let list = site.get(path).await.bytes;
        let back = desk.sends("referents.xlsx", list).await;
        assert_eq!(desk.codes(&back).await, []);
        assert_eq!((back.counts.unchanged, back.counts.to_write()), (1, 0));

        // The same list as text, two posts filled in with one person, and the first one left.
        let text = site.get("/tables/referents.csv?organisation=ARS-28").await.body;
        let mut filled: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut posts = 0;
        for line in filled.iter_mut().skip(1) {
            if line.contains("une@example.org") {
                *line = line.replace("31/12/2027", "31/01/2026");
            } else if posts < 2 {
                let mut cells: Vec<&str> = line.split(';').collect();
                (cells[6], cells[7]) = ("Paul Exemple", "paul.exemple@example.org");
                *line = cells.join(";");
                posts += 1;
            }
        }
        let batch = desk.sends("referents.csv", filled.join("\n").into_bytes()).await;
        assert_eq!(desk.codes(&batch).await, []);
        assert_eq!((batch.counts.created, batch.counts.changed), (2, 1));
        desk.commits(batch.id).await.unwrap();
        let page = site.get("/referents?organisation=ARS-28").await.body;
        assert_eq!(page.matches("paul.exemple@example.org").count(), 4, "{page}");

        // The national list: held for all objectives by one grant, it is unchanged everywhere.
        let national = Sender::new(&bench, first);
        let mut coordination = site_of(&bench, "coordonnatrice@example.org").await;
        let list = coordination.get("/tables/referents.xlsx?organisation=etat").await.bytes;
        let back = national.sends("referents.xlsx", list).await;
        assert_eq!(national.codes(&back).await, []);
        assert_eq!((back.counts.unchanged, back.counts.to_write()), (10, 0));
    }
}

on_both_engines! {
    async fn who_is_named_in_a_file_is_kept_from_those_who_do_not_manage_people(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        person(&bench, first, "voisine@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let desk = Sender::new(&bench, admin);
        let batch = desk.rows("Paul Secret;paul.secret@example.org;ARS-28;Invité;;;;;\n").await;
        desk.commits(batch.id).await.unwrap();
        let national = Sender::new(&bench, first).rows("Anne Secret;anne.secret@example.org;ARS-28;Invité;;;;;\n").await;
        for (email, sees) in [("gerante@example.org", true), ("voisine@example.org", false)] {
            let mut site = site_of(&bench, email).await;
            let page = site.get(&format!("/imports/{}", batch.id)).await.body;
            assert_eq!(page.contains("paul.secret@example.org"), sees, "{page}");
            for id in [batch.id, national.id] {
                let table = site.get(&format!("/tables/lignes.csv?lot={id}")).await.body;
                let expected = sees && id == batch.id;
                assert_eq!(table.contains(".secret@example.org"), expected, "{email}: {table}");
            }
        }
        // Sent by another, it can be written by whoever may give what it gives, and by nobody else.
        let neighbour = account(&bench, "voisine@example.org").await.unwrap();
        let other = Sender::new(&bench, Actor::Person(neighbour));
        assert!(matches!(other.commits(national.id).await, Err(ActError::NotPermitted(_))));
        // Nor is a file of theirs read, which would say of each address whether it has an account.
        for row in ["Neuf;neuf@example.org;ARS-28;Invité;;;;;\n", "Paul Secret;paul.secret@example.org;ARS-28;Invité;;;;;\n"] {
            let refused = other.refused(row).await;
            assert!(refused.contains("vous ne gérez celles de personne"), "{refused}");
        }
        let mut site = site_of(&bench, "voisine@example.org").await;
        let form = site.get("/imports/nouveau?genre=personnes").await;
        assert_eq!(form.status, StatusCode::FORBIDDEN, "{}", form.body);
        assert!(!site.get("/imports/nouveau").await.body.contains("genre=personnes"));
    }
}
