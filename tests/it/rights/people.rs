//! Giving, ending and delegating grants; who manages whom.

use axum::http::StatusCode;
use jalon::access::grant::store::{GrantError, appoint_all, end};
use jalon::access::grant::{Delegate, EndGrant, NewDelegation, store};
use jalon::access::store::{AddPerson, add_invited};
use jalon::access::{NotPermitted, Reach, permit};
use jalon::ledger::{Actor, Change};
use jiff::ToSpan as _;

use super::{gives, grant, held, last_change, new_grant, person, site_of};
use crate::contracts::{Hand, NORMANDIE, furnish};
use crate::on_both_engines;
use crate::support::{Bench, EMAIL};

pub async fn ends(bench: &Bench, by: Actor, grant: uuid::Uuid) -> Result<(), String> {
    let mut change = Change::open(&bench.db, &bench.clock, by, "grant.end")
        .await
        .unwrap();
    let allowed = permit::<EndGrant>(&mut change, grant)
        .await
        .map_err(|e| e.to_string())?;
    end(&mut change, allowed).await.map_err(|e| e.to_string())?;
    change.commit().await.unwrap();
    Ok(())
}

on_both_engines! {
    async fn the_last_national_administrator_stays(bench: Bench) {
        let first = bench.install().await;
        let own = held(&bench, first.person().unwrap()).await[0].grant.id;
        let refused = ends(&bench, first, own).await.unwrap_err();
        assert!(refused.contains("dernière"), "{refused}");
        // One whose end is set does not count: rights would lapse with it.
        let other = person(&bench, first, "autre@example.org", &[]).await;
        let mut change = Change::open(&bench.db, &bench.clock, first, "grant.give").await.unwrap();
        let mut new = new_grant(&bench, other, "administrateur-national", "");
        new.ends_on = Some(bench.clock.today());
        let allowed = permit::<jalon::access::grant::GiveGrant>(&mut change, new).await.unwrap();
        store::give(&mut change, allowed).await.unwrap();
        change.commit().await.unwrap();
        assert!(ends(&bench, first, own).await.unwrap_err().contains("dernière"));
        grant(&bench, first, other, "administrateur-national", "").await.unwrap();
        ends(&bench, first, own).await.unwrap();
    }
}

on_both_engines! {
    async fn two_administrators_who_demote_each_other_at_once_leave_one(bench: Bench) {
        let first = bench.install().await;
        let id = person(&bench, first, "autre@example.org", &[("administrateur-national", "")]).await;
        let second = Actor::Person(id);
        let mine = held(&bench, first.person().unwrap()).await[0].grant.id;
        let theirs = held(&bench, id).await[0].grant.id;
        let (a, b) = tokio::join!(ends(&bench, first, theirs), ends(&bench, second, mine));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let all = [first.person().unwrap(), id];
        let mut holding = 0;
        for one in all {
            holding += held(&bench, one).await.iter().filter(|held| held.ended.is_none()).count();
        }
        assert_eq!(holding, 1);
    }
}

on_both_engines! {
    async fn an_agency_manages_its_people_and_gives_no_more_than_its_role_may(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let admin = person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let theirs = person(&bench, first, "elle@example.org", &[]).await;
        let away = person(&bench, first, "ailleurs@example.org", &[("referent-cpom-ars", "ARS-53")]).await;
        let by = Actor::Person(admin);
        let own = grant(&bench, by, theirs, "referent-cpom-ars", "ARS-28").await.unwrap();
        for (role, organisation) in [
            ("referent-cpom-ars", "ARS-53"),
            ("referent-cpom-ars", ""),
            ("administrateur-ars", "ARS-28"),
            ("administrateur-national", ""),
            ("coordinateur-national", "ARS-28"),
        ] {
            let refused = grant(&bench, by, theirs, role, organisation).await;
            assert!(refused.is_err(), "{role} {organisation}");
        }
        let herself = grant(&bench, by, admin, "referent-cpom-ars", "ARS-28").await.unwrap_err();
        assert!(herself.contains("soi-même"), "{herself}");
        assert!(ends(&bench, by, held(&bench, away).await[0].grant.id).await.is_err());
        ends(&bench, by, own).await.unwrap();
        let mut site = site_of(&bench, "admin@example.org").await;
        let list = site.get("/personnes").await.body;
        assert!(list.contains("elle@example.org") && !list.contains("ailleurs@example.org"), "{list}");
        let page = site.get(&format!("/personnes/{away}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let fields = [("role", "referent-cpom-ars"), ("organisation", "ARS-28"), ("motif", "Essai")];
        let sent = site.post(&format!("/personnes/{away}/habilitations"), &fields).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND);
        let sent = site.post(&format!("/personnes/{theirs}/habilitations"), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let why = format!("/droits/pourquoi?personne={theirs}&acte=contract.edit&organisation=ARS-53");
        let why = site.get(&why).await.body;
        assert!(why.contains("chez sa propre organisation"), "{why}");
    }
}

on_both_engines! {
    async fn a_delegation_holds_until_its_day_and_no_longer_than_the_grant(bench: Bench) {
        let first = bench.install().await;
        Hand::creates(&bench, first, NORMANDIE).await;
        let one = person(&bench, first, "une@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let two = person(&bench, first, "deux@example.org", &[]).await;
        let theirs = held(&bench, one).await[0].grant.id;
        let today = bench.clock.today();
        let new = |by: uuid::Uuid| NewDelegation {
            grant: theirs,
            person: by,
            starts_on: today,
            ends_on: today.checked_add(2.days()).unwrap(),
            why: "Congés".to_owned(),
        };
        let delegate = async |by: Actor, to| {
            let mut change = Change::open(&bench.db, &bench.clock, by, "grant.delegate").await.unwrap();
            let allowed = permit::<Delegate>(&mut change, new(to)).await?;
            let id = store::delegate(&mut change, allowed).await;
            change.commit().await.unwrap();
            Ok::<_, NotPermitted>(id)
        };
        // Nobody takes what another holds.
        assert!(matches!(delegate(Actor::Person(two), two).await, Err(NotPermitted::Denied(_))));
        assert!(matches!(delegate(Actor::Person(one), one).await, Ok(Err(GrantError::Objections(_)))));
        let passed = delegate(Actor::Person(one), two).await.unwrap().unwrap();
        let holds = async || {
            let mut tx = bench.db.read().await.unwrap();
            let reach = Reach::of(&mut tx, bench.clock.today(), Actor::Person(two)).await.unwrap();
            reach.grants().iter().any(|grant| grant.behalf_of.as_deref() == Some("Personne une@example.org"))
        };
        assert!(holds().await);
        // What is held in somebody's place is not passed on.
        let mut change = Change::open(&bench.db, &bench.clock, Actor::Person(two), "grant.delegate").await.unwrap();
        let again = NewDelegation { grant: passed, ..new(one) };
        assert!(permit::<Delegate>(&mut change, again).await.is_err());
        drop(change);
        // What is done under it is told in the journal as done in somebody's place.
        let slug = NORMANDIE.slug;
        let mut stand_in = site_of(&bench, "deux@example.org").await;
        let made = stand_in.post(&format!("/contrats/{slug}/actes/nouveau"), &[("acte", "contrat"), ("motif", "Suite")]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        let told = stand_in.get("/journal").await.body;
        assert!(told.contains("à la place de Personne une@example.org"), "{told}");
        let file = stand_in.get("/tables/journal.csv").await.body;
        let line = file.lines().find(|line| line.contains("deux@example.org") && line.contains("à la place de")).unwrap();
        assert!(line.contains("Référent CPOM de l’ARS (ARS-28), à la place de Personne une@example.org"), "{line}");
        bench.clock.advance(jiff::SignedDuration::from_hours(3 * 24));
        assert!(!holds().await);
    }
}

on_both_engines! {
    async fn an_installation_of_before_gives_every_account_what_it_could_do(bench: Bench) {
        let first = bench.install().await;
        let other = person(&bench, first, "autre@example.org", &[]).await;
        let before = last_change(&bench).await;
        assert_eq!(appoint_all(&bench.db, &bench.clock).await.unwrap(), 0);
        let mut tx = bench.db.write_aside().await.unwrap();
        tx.run("delete from access_grant", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(appoint_all(&bench.db, &bench.clock).await.unwrap(), 2);
        assert_eq!(last_change(&bench).await, before + 1);
        assert_eq!(held(&bench, other).await[0].grant.remit.role, "administrateur-national");
        assert_eq!(appoint_all(&bench.db, &bench.clock).await.unwrap(), 0);
        let whole = jalon::ledger::verify(&mut bench.db.read().await.unwrap()).await.unwrap();
        assert!(matches!(whole, jalon::ledger::Verified::Whole(_)), "{whole:?}");
    }
}

on_both_engines! {
    async fn an_administrator_who_cannot_sign_in_yet_does_not_count(bench: Bench) {
        let first = bench.install().await;
        let own = held(&bench, first.person().unwrap()).await[0].grant.id;
        let invited = person(&bench, first, "invitee@example.org", &[("administrateur-national", "")]).await;
        let can_sign_in = async |password: Option<&str>| {
            let mut tx = bench.db.write_aside().await.unwrap();
            let sql = "update person set password = $2 where id = $1";
            tx.run(sql, jalon::args![invited, password]).await.unwrap();
            tx.commit().await.unwrap();
        };
        can_sign_in(None).await;
        let refused = ends(&bench, first, own).await.unwrap_err();
        assert!(refused.contains("qui peut déjà se connecter"), "{refused}");
        can_sign_in(Some("une empreinte")).await;
        ends(&bench, first, own).await.unwrap();
    }
}

on_both_engines! {
    async fn nobody_learns_by_delegating_who_has_an_account_or_holds_a_grant(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let one = person(&bench, first, "une@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        person(&bench, first, "sans@example.org", &[]).await;
        let theirs = held(&bench, one).await[0].grant.id;
        let before = last_change(&bench).await;
        let mut other = site_of(&bench, "sans@example.org").await;
        let mut bodies = Vec::new();
        for (grant, to) in [(theirs, "une"), (theirs, "personne"), (uuid::Uuid::nil(), "une"), (uuid::Uuid::nil(), "personne")] {
            let fields = [("personne", &*format!("{to}@example.org")), ("fin", "2026-01-20"), ("motif", "Congés")];
            let sent = other.post(&format!("/habilitations/{grant}/deleguer"), &fields).await;
            assert_eq!(sent.status, StatusCode::NOT_FOUND, "{}", sent.body);
            bodies.push(sent.body.replace(&grant.to_string(), ""));
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
        // Nor by a delegation of one's own that cannot be made anyway.
        let mut own = site_of(&bench, "une@example.org").await;
        for (until, motive) in [("2020-01-01", "Congés"), ("2026-01-20", ""), ("bientôt", "Congés")] {
            let mut told = Vec::new();
            for to in ["sans", "personne"] {
                let fields = [("personne", &*format!("{to}@example.org")), ("fin", until), ("motif", motive)];
                let sent = own.post(&format!("/habilitations/{theirs}/deleguer"), &fields).await;
                assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", sent.body);
                told.push(sent.body.replace(&format!("{to}@example.org"), ""));
            }
            assert_eq!(told[0], told[1], "{until}");
        }
        let mut told = Vec::new();
        for to in ["une", "personne"] {
            let fields = [("personne", &*format!("{to}@example.org")), ("fin", "2026-01-20"), ("motif", "Congés")];
            let sent = own.post(&format!("/habilitations/{theirs}/deleguer"), &fields).await;
            let body = sent.body.replace("une@example.org", "").replace("personne@example.org", "");
            told.push((sent.status, body));
        }
        assert_eq!(told[0], told[1], "nobody is told apart from who cannot stand in");
        assert_eq!(last_change(&bench).await, before);
    }
}

on_both_engines! {
    async fn what_somebody_holds_elsewhere_is_not_the_agencys_to_read(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let both = person(&bench, first, "double@example.org", &[("referent-cpom-ars", "ARS-28")]).await;
        let mut new = new_grant(&bench, both, "codir-ars", "ARS-53");
        "Motif breton, 518273946".clone_into(&mut new.why);
        gives(&bench, first, new).await.unwrap();
        let once = person(&bench, first, "partie@example.org", &[("codir-ars", "ARS-53")]).await;
        let gone = grant(&bench, first, once, "lecteur", "ARS-28").await.unwrap();
        ends(&bench, first, gone).await.unwrap();
        let (mut admin, mut own) = (site_of(&bench, "admin@example.org").await, site_of(&bench, "double@example.org").await);
        let mut national = site_of(&bench, EMAIL).await;
        let page = format!("/personnes/{both}");
        for path in [page.clone(), format!("/personnes/{once}"), "/personnes".to_owned()] {
            let told = admin.get(&path).await.body;
            assert!(!told.contains("518273946") && !told.contains("ARS-53"), "{path}: {told}");
            assert!(told.contains("autres, ailleurs"), "{path}: {told}");
        }
        for site in [&mut own, &mut national] {
            let told = site.get(&page).await.body;
            assert!(told.contains("518273946") && told.contains("ARS-53") && !told.contains("autres, ailleurs"), "{told}");
        }
        assert!(national.get("/personnes").await.body.contains("ARS-53"));
    }
}

on_both_engines! {
    async fn who_was_invited_and_cannot_sign_in_yet_is_not_the_administrator_who_stays(bench: Bench) {
        let first = bench.install().await;
        let mut change = Change::open(&bench.db, &bench.clock, first, "person.add").await.unwrap();
        let allowed = permit::<AddPerson>(&mut change, ()).await.unwrap();
        let address = "invitee@example.org".parse().unwrap();
        let invited = add_invited(&mut change, allowed, "Inès Exemple".to_owned(), &address).await.unwrap();
        change.commit().await.unwrap();
        grant(&bench, first, invited, "administrateur-national", "").await.unwrap();
        let own = held(&bench, first.person().unwrap()).await[0].grant.id;
        let refused = ends(&bench, first, own).await.unwrap_err();
        assert!(refused.contains("dernière"), "{refused}");
        let mut tx = bench.db.write_aside().await.unwrap();
        let chosen = "update person set password = 'choisi' where id = $1";
        tx.run(chosen, jalon::args![invited]).await.unwrap();
        tx.commit().await.unwrap();
        ends(&bench, first, own).await.unwrap();
    }
}
