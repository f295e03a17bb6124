//! The command line acts in the name of an account, with the rights of that account and no other.

use jalon::access::store::person_by_email;
use jiff::ToSpan as _;
use uuid::Uuid;

use super::{grant, held, last_change, person};
use crate::on_both_engines;
use crate::program::Program;
use crate::sealed::{AUTHOR, Vault};
use crate::stage::Stage;
use crate::support::{Bench, EMAIL};

const REFERENT: &str = "normandie@example.org";
const ADMIN: &str = "gerante@example.org";
const SUPPLIER: &str = "dgs@example.org";
const TECHNICIAN: &str = "technique@example.org";

/// An installation with some people, and the program on it. The program lives on the machine's own
/// clock, and so does what they hold.
async fn installed(bench: &Bench) -> (Stage<'_>, Program) {
    let stage = Stage::set(bench).await;
    for (email, role, organisation) in [
        (REFERENT, "referent-cpom-ars", "ARS-28"),
        (ADMIN, "administrateur-ars", "ARS-28"),
        (SUPPLIER, "contributeur", "DGS"),
        (TECHNICIAN, "administrateur-technique", ""),
    ] {
        person(bench, stage.actor, email, &[(role, organisation)]).await;
    }
    (stage, Program::on(&bench.url))
}

async fn account(bench: &Bench, email: &str) -> Option<Uuid> {
    let mut tx = bench.db.read().await.unwrap();
    let found = person_by_email(&mut tx, email).await.unwrap();
    found.map(|found| found.id)
}

/// Who made the last change.
async fn last_author(bench: &Bench) -> Option<Uuid> {
    let no = last_change(bench).await;
    let mut tx = bench.db.read().await.unwrap();
    let sql = "select actor from change where no = $1";
    let (actor,): (Option<Uuid>,) = tx.one(sql, jalon::args![no]).await.unwrap();
    actor
}

/// A command that somebody may not give, then somebody who may.
async fn tries(bench: &Bench, program: &Program, words: &[&str], may_not: &str, may: &str) {
    let before = last_change(bench).await;
    let told = program.run(&[words, &["--as", may_not]].concat()).refused();
    assert!(
        told.contains("Peut le faire qui a le rôle : "),
        "{words:?}: {told}"
    );
    assert_eq!(last_change(bench).await, before, "{words:?} by {may_not}");
    program.run(&[words, &["--as", may]].concat()).done();
    assert!(last_change(bench).await > before, "{words:?} by {may}");
    assert_eq!(
        last_author(bench).await,
        account(bench, may).await,
        "{words:?} by {may}"
    );
}

on_both_engines! {
    async fn a_command_has_the_rights_of_the_account_it_is_given_in_the_name_of(bench: Bench) {
        let (stage, program) = installed(&bench).await;
        let file = program.write("valeurs.csv", "region;annee;2.c.1\n28;2024;50\n");
        let rehearse = ["values", "rehearse", "--json", &file, "--framework", "etat-ars-2024-2028", "--as"];
        // A file of one's own: what is refused is to write what it says.
        for (who, written) in [(REFERENT, false), (SUPPLIER, true)] {
            let before = last_change(&bench).await;
            let sent = program.run(&[&rehearse[..], &[who]].concat());
            let id = sent.json()["rehearsal"].as_str().unwrap().to_owned();
            let said = program.run(&["values", "commit", &id, "--as", who]);
            if written {
                said.done();
                assert_eq!(last_author(&bench).await, account(&bench, SUPPLIER).await);
            } else {
                let told = said.refused();
                assert!(told.contains("Peut le faire qui a le rôle : "), "{told}");
                assert_eq!(last_change(&bench).await, before);
            }
        }
        let new = ["person", "add", "--name", "Paul Exemple", "--email", "paul@example.org"];
        tries(&bench, &program, &new, REFERENT, ADMIN).await;
        let with_role = [
            "person", "add", "--name", "Anne Exemple", "--email", "anne@example.org",
            "--role", "referent-cpom-ars", "--organisation", "ARS-53",
        ];
        // She may open the account, not give that role: neither is done.
        tries(&bench, &program, &with_role, ADMIN, EMAIL).await;
        let organisation = ["grant", "add", "--person", "paul@example.org", "--role", "invite", "--organisation", "ARS-28", "--why", "Essai"];
        tries(&bench, &program, &organisation, REFERENT, ADMIN).await;
        let elsewhere = ["grant", "add", "--person", "paul@example.org", "--role", "invite", "--organisation", "ARS-53", "--why", "Essai"];
        tries(&bench, &program, &elsewhere, ADMIN, EMAIL).await;
        let framework = ["framework", "import", "tests/fixtures/frameworks/ehpad-departement-2025-2029"];
        tries(&bench, &program, &framework, ADMIN, EMAIL).await;
        // No name is that of the only national administrator.
        let before = last_change(&bench).await;
        program.run(&["person", "add", "--name", "Une", "--email", "une@example.org"]).done();
        assert!(last_change(&bench).await > before);
        assert_eq!(last_author(&bench).await, account(&bench, EMAIL).await);
        // With two, it has to be said.
        let second = account(&bench, "une@example.org").await.unwrap();
        grant(&bench, stage.actor, second, "administrateur-national", "").await.unwrap();
        let before = last_change(&bench).await;
        let told = program.run(&["person", "add", "--name", "Deux", "--email", "deux@example.org"]).refused();
        assert!(told.contains("plusieurs personnes administrent") && told.contains("--as"), "{told}");
        assert_eq!(last_change(&bench).await, before);
    }
}

on_both_engines! {
    async fn what_is_sealed_is_put_under_another_key_by_who_may(bench: Bench) {
        let vault = Vault::set(&bench).await;
        vault.writes("Une note", "0").await;
        person(&bench, vault.first, TECHNICIAN, &[("administrateur-technique", "")]).await;
        vault.program(&["seal", "add-key"]).done();
        let before = last_change(&bench).await;
        let told = vault.program(&["seal", "rotate", "--as", AUTHOR]).refused();
        assert!(told.contains("Peut le faire qui a le rôle : Administrateur technique"), "{told}");
        assert_eq!(last_change(&bench).await, before);
        let done = vault.program(&["seal", "rotate", "--as", TECHNICIAN]).done();
        assert!(done.starts_with("1 élément est passé"), "{done}");
        assert_eq!(last_author(&bench).await, account(&bench, TECHNICIAN).await);
    }
}

on_both_engines! {
    async fn a_grant_is_given_listed_and_ended_at_a_terminal(bench: Bench) {
        let (stage, program) = installed(&bench).await;
        let paul = person(&bench, stage.actor, "paul@example.org", &[]).await;
        let until = jiff::Zoned::now().date().checked_add(30.days()).unwrap().to_string();
        let words = [
            "grant", "add", "--person", "paul@example.org", "--role", "referent-objectif-ars",
            "--organisation", "ARS-28", "--framework", "etat-ars-2024-2028", "--objective", "2",
            "--until", &until, "--why", "Renfort de printemps", "--as", ADMIN,
        ];
        let said = program.run(&words).done();
        let given = &held(&bench, paul).await[0];
        assert!(said.contains(&given.grant.id.to_string()), "{said}");
        let remit = &given.grant.remit;
        assert_eq!(
            (remit.role.as_str(), remit.organisation.as_str(), remit.framework.as_str(), remit.objective.as_str()),
            ("referent-objectif-ars", "ARS-28", "etat-ars-2024-2028", "2")
        );
        assert_eq!((given.ends_on.unwrap().to_string(), given.why.as_str()), (until, "Renfort de printemps"));
        let id = given.grant.id.to_string();
        let list = |who: &str| program.run(&["grant", "list", "--as", who]).done();
        assert!(list(ADMIN).contains(&id) && list(ADMIN).contains("paul@example.org"), "{}", list(ADMIN));
        assert!(!list(ADMIN).contains(SUPPLIER), "only whom she answers for: {}", list(ADMIN));
        assert!(list(EMAIL).contains(SUPPLIER), "{}", list(EMAIL));
        assert!(!list(REFERENT).contains("paul@example.org"), "{}", list(REFERENT));
        let one = program.run(&["grant", "list", "--person", "PAUL@example.org", "--as", EMAIL]).done();
        assert_eq!(one.lines().count(), 1, "{one}");

        let end = ["grant", "end", &id, "--why", "Fin du renfort"];
        tries(&bench, &program, &end, REFERENT, ADMIN).await;
        assert_eq!(held(&bench, paul).await[0].ended.clone().unwrap().2.as_deref(), Some("Fin du renfort"));
        assert!(!list(ADMIN).contains(&id));
        let again = program.run(&[&end[..], &["--as", ADMIN]].concat()).refused();
        assert!(again.contains("déjà pris fin"), "{again}");
        for (role, organisation, said) in [("inconnu", "ARS-28", "rôle"), ("invite", "ARS-99", "organisation")] {
            let words = ["grant", "add", "--person", "paul@example.org", "--role", role, "--organisation", organisation, "--why", "Essai"];
            let told = program.run(&words).refused();
            assert!(told.to_lowercase().contains(said), "{told}");
        }
        let nobody = ["grant", "add", "--person", "x@example.org", "--role", "invite", "--organisation", "ARS-28", "--why", "Essai"];
        assert!(program.run(&nobody).refused().contains("aucun compte n’a l’adresse"));
        assert!(program.run(&["grant", "roles"]).done().contains("referent-cpom-ars  Référent CPOM de l’ARS"));
    }
}

on_both_engines! {
    async fn a_command_is_kept_among_the_accesses_of_whom_it_is_given_in_the_name_of(bench: Bench) {
        let (_, program) = installed(&bench).await;
        program.run(&["contracts", "list", "--as", REFERENT]).done();
        program.run(&["contracts", "show", "secret", "--json", "--as", REFERENT]).refused();
        let hers = account(&bench, REFERENT).await;
        let mut tx = bench.db.read().await.unwrap();
        let kept: Vec<(String, Option<String>, bool)> = tx
            .all(
                "select detail, origin, done from access_event
                 where person_id = $1 and kind = 'command' order by id",
                jalon::args![hers],
            )
            .await
            .unwrap();
        let terminal = Some("terminal".to_owned());
        // The last one was refused: it is kept that it was given, then that it came to nothing.
        assert_eq!(kept, [
            ("jalon contracts list".to_owned(), terminal.clone(), true),
            ("jalon contracts show".to_owned(), terminal.clone(), true),
            ("jalon contracts show".to_owned(), terminal, false),
        ]);
    }
}

on_both_engines! {
    async fn mails_that_wait_are_read_by_who_runs_the_machine_and_it_is_kept(bench: Bench) {
        let (_, program) = installed(&bench).await;
        program.run(&["person", "invite", "--name", "Anne Exemple", "--email", "anne@example.org", "--as", EMAIL]).done();
        let listed = program.run(&["mail", "list", "--as", TECHNICIAN]).done();
        let line = listed.lines().find(|line| line.contains("anne@example.org")).unwrap();
        let id = line.split_whitespace().next().unwrap();
        for words in [&["mail", "list"][..], &["mail", "show", id]] {
            let told = program.run(&[words, &["--as", REFERENT]].concat()).refused();
            assert!(told.contains("Peut le faire qui a le rôle"), "{told}");
        }
        let text = program.run(&["mail", "show", id, "--as", TECHNICIAN]).done();
        assert!(text.contains("/lien/"), "{text}");
        let mut tx = bench.db.read().await.unwrap();
        let whose = account(&bench, TECHNICIAN).await;
        let (kept,): (i64,) = tx
            .one(
                "select count(*) from access_event
                 where person_id = $1 and detail = 'jalon mail show'",
                jalon::args![whose],
            )
            .await
            .unwrap();
        assert_eq!(kept, 1);
    }
}
