//! What is wrong in a file of people, cell by cell, and the questions that it raises.

use jalon::imports::{Committed, ProblemCode as Code};
use jalon::ledger::Actor;

use super::{Sender, normandy};
use crate::on_both_engines;
use crate::rights::{ends, held, person};

on_both_engines! {
    async fn each_problem_is_named_with_its_cell_and_what_to_do(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        person(&bench, first, "ailleurs@example.org", &[("referent-cpom-ars", "ARS-53")]).await;
        person(&bench, first, "large@example.org", &[("referent-objectif-ars", "ARS-28")]).await;
        let desk = Sender::new(&bench, admin);
        let cases = [
            ("Paul;paul@example.org;ARS-28;Grand chef;;;;;", Code::UnknownRole, "D2"),
            ("Paul;paul@example.org;ARS-28;Lecteurr;;;;;", Code::UnknownRole, "D2"),
            ("Paul;paul@example.org;ARS-99;Lecteur;;;;;", Code::UnknownOrganisation, "C2"),
            ("Paul;paul@example.org;;Référent CPOM de l’ARS;;;;;", Code::UnknownOrganisation, "C2"),
            ("Paul;paul@example.org;ARS-53;Référent CPOM de l’ARS;;;;;", Code::NotYoursToGive, "D2"),
            ("Paul;paul@example.org;ARS-28;Administrateur de l’ARS;;;;;", Code::NotYoursToGive, "D2"),
            ("Personne gerante@example.org;gerante@example.org;ARS-28;Lecteur;;;;;", Code::NotYoursToGive, "D2"),
            ("Accueil;accueil@example.org;ARS-28;Lecteur;;;;;", Code::FunctionalMailbox, "B2"),
            ("Paul;paul chez example.org;ARS-28;Lecteur;;;;;", Code::WrongPerson, "B2"),
            (";paul@example.org;ARS-28;Lecteur;;;;;", Code::WrongPerson, "A2"),
            ("Paul;paul@example.org;ARS-28;Lecteur;cadre-inconnu;;;;", Code::UnknownScope, "E2"),
            ("Paul;paul@example.org;ARS-28;Lecteur;;2;;;", Code::UnknownScope, "F2"),
            ("Paul;paul@example.org;ARS-28;Lecteur;etat-ars-2024-2028;42;;;", Code::UnknownScope, "F2"),
            ("Paul;paul@example.org;ARS-28;Lecteur;;;bientôt;;", Code::WrongGrantDay, "G2"),
            ("Paul;paul@example.org;ARS-28;Lecteur;;;01/03/2026;01/02/2026;", Code::WrongGrantDay, "H2"),
            ("Paul;paul@example.org;ARS-28;Lecteur;;;;01/01/2020;", Code::NothingToEnd, "H2"),
            ("Personne ailleurs;ailleurs@example.org;ARS-28;Lecteur;;;;;", Code::PersonOutOfReach, "B2"),
            ("Autre nom;large@example.org;ARS-28;Lecteur;;;;;", Code::OtherName, "A2"),
            (
                "Personne large@example.org;large@example.org;ARS-28;Référent;etat-ars-2024-2028;2;;31/03/2026;",
                Code::NothingToEnd,
                "H2",
            ),
        ];
        for (row, code, cell) in cases {
            let batch = desk.rows(&format!("{row}\n")).await;
            assert_eq!(desk.codes(&batch).await, [(code, cell.to_owned())], "{row}");
        }
        let near = desk.rows("Paul;paul@example.org;ARS Normandi;Lecteur;;;;;\n").await;
        let told = &desk.problems(&near).await[0].message;
        assert!(told.contains("ARS Normandie"), "{told}");
        let none = desk.sends("a.csv", "mot;lettres\nun;2\n".into()).await;
        assert_eq!(desk.codes(&none).await[0].0, Code::PeopleLayout);
    }
}

on_both_engines! {
    async fn what_is_said_twice_counts_once_or_is_refused(bench: Bench) {
        let (_, admin) = normandy(&bench).await;
        let desk = Sender::new(&bench, admin);
        let row = "Paul;paul@example.org;ARS-28;Lecteur;;;;;\n";
        let twice = desk.rows(&format!("{row}{row}")).await;
        assert_eq!((twice.counts.created, twice.counts.refused), (1, 0));
        let other = "Paul;PAUL@example.org;Normandie;lecteur;;;;31/12/2026;\n";
        let differs = desk.rows(&format!("{row}{other}")).await;
        assert_eq!((differs.counts.created, differs.counts.refused), (1, 1));
        assert_eq!(desk.codes(&differs).await, [(Code::GrantTwice, "B3".to_owned())]);
        assert!(desk.commits(differs.id).await.is_err());
    }
}

on_both_engines! {
    async fn somebody_of_the_same_name_is_asked_about_and_never_guessed(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        let known = person(&bench, first, "known@example.org", &[("lecteur", "ARS-28")]).await;
        let desk = Sender::new(&bench, admin);
        let rows = "personne KNOWN example org;nouvelle@example.org;ARS-28;Invité;;;;;\n\
                    personne KNOWN example org;nouvelle@example.org;ARS-28;Référent CPOM de l’ARS;;;;;\n";
        let asked = desk.rows(rows).await;
        assert_eq!(desk.codes(&asked).await, [(Code::SameName, "B2".to_owned())]);
        assert_eq!((asked.counts.created, asked.counts.refused), (0, 1));
        let same = desk.answers(&asked, Code::SameName, "known@example.org").await;
        assert_eq!((same.counts.created, same.counts.refused), (2, 0));
        assert!(matches!(desk.commits(same.id).await, Ok(Committed::Now(_))));
        assert_eq!(held(&bench, known).await.len(), 3);
        let again = desk.rows("Personne known@example.org;une.autre@example.org;ARS-28;Invité;;;;;\n").await;
        let other = desk.answers(&again, Code::SameName, "autre").await;
        assert_eq!((other.counts.created, other.counts.refused), (1, 0));
    }
}

on_both_engines! {
    async fn a_file_leaves_somebody_who_administers(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let desk = Sender::new(&bench, first);
        let own = "Coordination nationale;coordonnatrice@example.org;;Administrateur national;;;;31/03/2026;\n";
        // The mailbox of the first account is no person's: another one is made to stand for it.
        let alone = desk.rows(own).await;
        assert_eq!(alone.counts.refused, 1);
        person(&bench, first, "anne@example.org", &[("administrateur-national", "")]).await;
        let rows = "Personne anne@example.org;anne@example.org;;Administrateur national;;;;31/03/2026;\n";
        let fine = desk.rows(rows).await;
        assert_eq!((fine.counts.changed, fine.counts.refused), (1, 0));
        let mine = held(&bench, first.person().unwrap()).await[0].grant.id;
        ends(&bench, first, mine).await.unwrap();
        let by = Actor::Person(
            jalon::access::store::person_by_email(&mut bench.db.read().await.unwrap(), "anne@example.org")
                .await.unwrap().unwrap().id,
        );
        let last = Sender::new(&bench, by);
        let batch = last.rows(rows).await;
        assert_eq!(last.codes(&batch).await, [(Code::LastAdministrator, "D2".to_owned())]);
        let handed = format!("{rows}Paul Exemple;paul.exemple@example.org;;Administrateur national;;;;;\n");
        // Who was only just invited might never come.
        let batch = last.rows(&handed).await;
        assert!(last.codes(&batch).await.contains(&(Code::LastAdministrator, "D2".to_owned())));
        person(&bench, by, "paul.exemple@example.org", &[]).await;
        let handed = handed.replace("Paul Exemple;", "Personne paul.exemple@example.org;");
        let batch = last.rows(&handed).await;
        assert_eq!((batch.counts.created, batch.counts.changed, batch.counts.refused), (1, 1, 0));
        assert!(matches!(last.commits(batch.id).await, Ok(Committed::Now(_))));
    }
}
