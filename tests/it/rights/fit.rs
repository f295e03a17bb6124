//! A role fits the organisation it is held for, and what one may not give one does not pass on.

use axum::http::StatusCode;
use jalon::access::grant::store::{GrantError, delegate, give};
use jalon::access::grant::{Delegate, GiveGrant, NewDelegation};
use jalon::access::permit;
use jalon::ledger::{Actor, Change};
use jalon::platform::mail::store::list;
use jiff::ToSpan as _;
use jiff::civil::Date;
use uuid::Uuid;

use super::{gives, grant, held, last_change, new_grant, person, site_of};
use crate::contracts::{Hand, NORMANDIE, furnish};
use crate::on_both_engines;
use crate::support::{Bench, EMAIL};

on_both_engines! {
    async fn a_role_is_held_for_an_organisation_of_its_side(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let admin = person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let someone = person(&bench, first, "elle@example.org", &[]).await;
        let mut site = site_of(&bench, "admin@example.org").await;
        let fields = [("code", "CH-DES-MONTS"), ("nom", "Centre hospitalier des Monts"), ("region", "28")];
        let added = site.post("/etablissements/nouveau", &fields).await;
        assert!(added.status.is_redirection(), "{}", added.body);
        let hospital = added.location.unwrap();
        let hospital = hospital.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let before = last_change(&bench).await;
        // Each would show the whole country to somebody of a hospital.
        for by in [Actor::Person(admin), first] {
            for role in ["lecteur", "referent-cpom-ars", "codir-ars", "assurance-maladie-region"] {
                let refused = grant(&bench, by, someone, role, &hospital).await.unwrap_err();
                assert!(refused.contains("établissement") || refused.contains("agence"), "{role}: {refused}");
            }
        }
        let refused = grant(&bench, first, someone, "directeur-etablissement", "ARS-28").await;
        assert!(refused.unwrap_err().contains("établissement"));
        assert_eq!(last_change(&bench).await, before);
        for role in ["directeur-etablissement", "invite"] {
            grant(&bench, Actor::Person(admin), someone, role, &hospital).await.unwrap();
        }
    }
}

/// What somebody holds, handed on for some days from that one.
pub async fn passes_on_from(
    bench: &Bench,
    holder: Uuid,
    to: Uuid,
    starts_on: Date,
) -> Result<Uuid, GrantError> {
    let new = NewDelegation {
        grant: held(bench, holder).await[0].grant.id,
        person: to,
        starts_on,
        ends_on: starts_on.checked_add(9.days()).unwrap(),
        why: "Congés".to_owned(),
    };
    let by = Actor::Person(holder);
    let mut change = Change::open(&bench.db, &bench.clock, by, "grant.delegate")
        .await
        .unwrap();
    let allowed = permit::<Delegate>(&mut change, new).await.unwrap();
    let id = delegate(&mut change, allowed).await?;
    change.commit().await.unwrap();
    Ok(id)
}

async fn passes_on(bench: &Bench, holder: Uuid, to: Uuid) -> Result<Uuid, GrantError> {
    passes_on_from(bench, holder, to, bench.clock.today()).await
}

on_both_engines! {
    async fn who_may_not_give_a_role_does_not_pass_it_on(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        let admin = person(&bench, first, "admin@example.org", &[("administrateur-ars", "ARS-28")]).await;
        let other = person(&bench, first, "elle@example.org", &[]).await;
        let before = last_change(&bench).await;
        assert!(matches!(passes_on(&bench, admin, other).await, Err(GrantError::Objections(_))));
        assert_eq!(last_change(&bench).await, before);
        let national = person(&bench, first, "nation@example.org", &[("administrateur-national", "")]).await;
        passes_on(&bench, national, other).await.unwrap();
    }
}

on_both_engines! {
    async fn a_role_that_opens_what_is_sealed_is_not_given_unseen(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "nation@example.org", &[("administrateur-national", "")]).await;
        let waiting = async || {
            let mails = list(&mut bench.db.read().await.unwrap()).await.unwrap();
            let about = mails.into_iter().filter(|mail| mail.subject.contains("scellé"));
            about.map(|mail| mail.address).collect::<Vec<_>>()
        };
        assert_eq!(waiting().await, Vec::<String>::new());
        person(&bench, first, "direction.generale@example.org", &[("directeur-general-ars", "ARS-28")]).await;
        let told = waiting().await;
        assert!(told.contains(&"nation@example.org".to_owned()), "{told:?}");
        assert!(!told.contains(&"direction.generale@example.org".to_owned()), "{told:?}");
    }
}

on_both_engines! {
    async fn each_of_several_roles_that_open_what_is_sealed_is_told(bench: Bench) {
        let first = bench.install().await;
        furnish(&bench, first, NORMANDIE.family).await;
        person(&bench, first, "nation@example.org", &[("administrateur-national", "")]).await;
        let mut people = Vec::new();
        for who in ["une@example.org", "deux@example.org"] {
            people.push(person(&bench, first, who, &[]).await);
        }
        // In one change, as a file of people gives them.
        let mut change = Change::open(&bench.db, &bench.clock, first, "test.people").await.unwrap();
        for who in people {
            let new = new_grant(&bench, who, "directeur-general-ars", "ARS-28");
            let allowed = permit::<GiveGrant>(&mut change, new).await.unwrap();
            give(&mut change, allowed).await.unwrap();
        }
        change.commit().await.unwrap();
        let mut tx = bench.db.read().await.unwrap();
        let told: Vec<(String,)> = tx
            .all("select body from mail where address = 'nation@example.org' and subject like '%scellé%' order by body", vec![])
            .await
            .unwrap();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].0.contains("Personne deux@") && told[1].0.contains("Personne une@"), "{told:?}");
    }
}

on_both_engines! {
    async fn a_role_that_would_see_as_much_within_a_limit_takes_none(bench: Bench) {
        let first = bench.install().await;
        let hand = Hand::creates(&bench, first, NORMANDIE).await;
        let someone = person(&bench, first, "elle@example.org", &[]).await;
        let before = last_change(&bench).await;
        for (role, organisation) in [("administrateur-national", ""), ("coordinateur-national", "SGMCAS"), ("invite", "ARS-28")] {
            for of_contract in [false, true] {
                let mut new = new_grant(&bench, someone, role, organisation);
                if of_contract {
                    new.remit.contract = Some(hand.contract);
                } else {
                    NORMANDIE.framework.clone_into(&mut new.remit.framework);
                }
                let refused = gives(&bench, first, new).await.unwrap_err();
                assert!(refused.contains("ne réduit pas ce que ce rôle laisse lire"), "{role}: {refused}");
            }
        }
        assert_eq!(last_change(&bench).await, before);
        let mut site = site_of(&bench, EMAIL).await;
        let fields = [("role", "invite"), ("organisation", "ARS-28"), ("cadre", NORMANDIE.framework), ("motif", "Essai")];
        let sent = site.post(&format!("/personnes/{someone}/habilitations"), &fields).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(sent.body.contains("ne réduit pas ce que ce rôle laisse lire"), "{}", sent.body);
        let mut new = new_grant(&bench, someone, "referent-cpom-ars", "ARS-28");
        new.remit.contract = Some(hand.contract);
        gives(&bench, first, new).await.unwrap();
    }
}
