//! What holds of the policy, whatever is asked.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::access::grant::Remit;
use crate::access::role::NATIONAL_ADMINISTRATOR;

const ME: Uuid = Uuid::from_u128(1);

fn grant(role: &str, organisation: &str) -> Grant {
    Grant {
        id: Uuid::from_u128(9),
        remit: Remit::of(role, organisation),
        contract_name: None,
        behalf_of: None,
        about: BTreeSet::new(),
    }
}

fn roles() -> &'static Roles {
    Roles::known()
}

fn any_role() -> impl Strategy<Value = String> {
    let keys: Vec<String> = roles().all().iter().map(|role| role.key.clone()).collect();
    prop::sample::select(keys)
}

fn any_act() -> impl Strategy<Value = &'static str> {
    let keys: Vec<&'static str> = roles().acts().iter().map(|act| act.key.as_str()).collect();
    prop::sample::select(keys)
}

/// A contract, or a section.
fn any_id() -> impl Strategy<Value = Uuid> {
    (1..3_u128).prop_map(Uuid::from_u128)
}

fn any_concern() -> impl Strategy<Value = Concern> {
    let organisation = prop::collection::vec(prop::sample::select(vec!["A", "B"]), 0..2);
    let standing = (
        prop::sample::select(vec!["f", "g"]),
        prop::collection::vec("[12]", 0..2),
    );
    let stage = prop::option::of(prop::sample::select(
        Stage::ALL.map(|(stage, ..)| stage).to_vec(),
    ));
    let part = (
        prop::option::of(any_id()),
        prop::option::of(any_id()),
        stage,
    );
    let concern = (
        organisation,
        prop::option::of(standing),
        any::<bool>(),
        part,
    );
    concern.prop_map(
        |(own, standing, mine, (contract, section, stage))| Concern {
            stage,
            contract,
            section,
            organisations: own.into_iter().map(str::to_owned).collect(),
            standings: standing
                .into_iter()
                .map(|(framework, nodes)| Standing {
                    framework: framework.to_owned(),
                    nodes,
                })
                .collect(),
            owner: mine.then_some(ME),
            ..Concern::default()
        },
    )
}

proptest! {
    /// One more grant never takes anything away.
    #[test]
    fn grants_add_up(first in any_role(), second in any_role(), act in any_act(), concern in any_concern()) {
        let alone = [grant(&first, "A")];
        let both = [grant(&first, "A"), grant(&second, "B")];
        if decide(roles(), ME, &alone, act, &concern).is_ok() {
            prop_assert!(decide(roles(), ME, &both, act, &concern).is_ok());
        }
    }

    /// A limit of a grant never lets more through.
    #[test]
    fn a_limit_only_narrows(
        role in any_role(), act in any_act(), concern in any_concern(), objective in "[12]?",
        contract in prop::option::of(any_id()), section in prop::option::of(any_id()),
    ) {
        let mut limited = grant(&role, "A");
        limited.remit = Remit { framework: "f".to_owned(), objective, contract, section, ..limited.remit };
        let within = |limit: Option<Uuid>, own: Option<Uuid>| limit.is_none() || limit == own;
        if weigh(roles(), &limited, act, &concern).is_ok() && !concern.undetermined {
            prop_assert!(within(contract, concern.contract) && within(section, concern.section));
        }
        if weigh(roles(), &limited, act, &concern).is_ok() {
            prop_assert!(weigh(roles(), &grant(&role, "A"), act, &concern).is_ok());
        }
    }

    /// Without a grant one may only do what everybody may do to what is their very own.
    #[test]
    fn nothing_is_allowed_unless_granted(act in any_act(), concern in any_concern()) {
        prop_assume!(is_at_its_stage(roles().act(act), &concern));
        let allowed = decide(roles(), ME, &[], act, &concern).is_ok();
        let own = roles().act(act).is_some_and(|known| {
            known.to_ones_own && known.own_with.is_none() && !known.never_to_oneself
        });
        prop_assert_eq!(allowed, own && concern.owner == Some(ME));
    }

    /// At another stage than an act asks for nobody does it, and who could otherwise is told what
    /// became of the thing, not who can.
    #[test]
    fn nobody_acts_out_of_stage(role in any_role(), act in any_act(), concern in any_concern()) {
        let known = roles().act(act).unwrap();
        let at = |stage| decide(roles(), ME, &[grant(&role, "A")], act, &concern.clone().at(stage));
        for (stage, ..) in Stage::ALL {
            let outside = !known.stages.is_empty() && !known.stages.contains(&stage);
            match at(stage) {
                Ok(_) => prop_assert!(!outside),
                Err(denied) if outside && known.stages.iter().any(|&s| at(s).is_ok()) => {
                    prop_assert_eq!((denied.kind, denied.sentence), (Refusal::Stage, known.otherwise.clone()));
                }
                Err(denied) => prop_assert_eq!(denied.kind, Refusal::NotGranted),
            }
        }
    }

    /// What another organisation has is out of reach of a role that acts on its own alone.
    #[test]
    fn what_is_another_organisations_stays_theirs(role in any_role(), act in any_act()) {
        let theirs = Concern::of("B", "f");
        let known = roles().role(&role).unwrap();
        if !known.anywhere.holds(act) {
            prop_assert!(weigh(roles(), &grant(&role, "A"), act, &theirs).is_err());
        }
    }

    /// What is sealed opens by a role that names the act, never by one that may do everything.
    #[test]
    fn what_is_sealed_is_nobodys_by_everything(act in any_act(), concern in any_concern()) {
        if roles().act(act).is_some_and(|known| known.sealed) {
            let held = grant(NATIONAL_ADMINISTRATOR, "A");
            prop_assert!(decide(roles(), ME, &[held], act, &concern).is_err());
        }
    }

    /// What is sealed opens to nobody in somebody else's place.
    #[test]
    fn what_is_sealed_opens_in_nobodys_place(role in any_role(), act in any_act(), concern in any_concern()) {
        let mut held = grant(&role, "A");
        held.behalf_of = Some("Jean Tavel".to_owned());
        if roles().act(act).is_some_and(|known| known.sealed) {
            prop_assert!(decide(roles(), ME, &[held], act, &concern).is_err());
        }
    }

    /// A refusal always says who can.
    #[test]
    fn a_refusal_is_a_sentence(role in any_role(), act in any_act(), concern in any_concern()) {
        if let Err(denied) = decide(roles(), ME, &[grant(&role, "A")], act, &concern) {
            prop_assert!(denied.sentence.ends_with('.'), "{}", denied.sentence);
            prop_assert!(!denied.sentence.contains(act), "{}", denied.sentence);
        }
    }
}

#[test]
fn nobody_raises_their_own_rights() {
    let given = |to: u128, role: &str| Concern {
        owner: Some(Uuid::from_u128(to)),
        role: Some(role.to_owned()),
        ..Concern::of("A", "")
    };
    let administrator = [grant(NATIONAL_ADMINISTRATOR, "")];
    assert!(
        decide(
            roles(),
            ME,
            &administrator,
            "grant.give",
            &given(2, "lecteur")
        )
        .is_ok()
    );
    let refused = decide(
        roles(),
        ME,
        &administrator,
        "grant.give",
        &given(1, "lecteur"),
    );
    assert!(refused.unwrap_err().sentence.contains("soi-même"));
    let regional = [grant("administrateur-ars", "A")];
    assert!(
        decide(
            roles(),
            ME,
            &regional,
            "grant.give",
            &given(2, "referent-cpom-ars")
        )
        .is_ok()
    );
    for role in [
        "administrateur-ars",
        NATIONAL_ADMINISTRATOR,
        "coordinateur-national",
    ] {
        let refused = decide(roles(), ME, &regional, "grant.give", &given(2, role)).unwrap_err();
        assert!(
            refused.sentence.contains("ni donner ni retirer"),
            "{}",
            refused.sentence
        );
    }
    let elsewhere = Concern {
        role: Some("lecteur".to_owned()),
        ..Concern::of("B", "")
    };
    assert!(decide(roles(), ME, &regional, "grant.give", &elsewhere).is_err());
}

#[test]
fn who_stands_in_gives_up_their_own_and_nobody_elses() {
    let received = |by: u128| Concern::of_person(Uuid::from_u128(by)).at(Stage::Settled);
    assert_eq!(
        decide(roles(), ME, &[], "grant.give_up", &received(1)),
        Ok(Basis::OnesOwn)
    );
    let everything = [grant(NATIONAL_ADMINISTRATOR, "")];
    let refused = decide(roles(), ME, &everything, "grant.give_up", &received(2)).unwrap_err();
    assert_eq!(refused.kind, Refusal::NotGranted);
    let ended = Concern::of_person(ME).at(Stage::Closed);
    let refused = decide(roles(), ME, &[], "grant.give_up", &ended).unwrap_err();
    assert_eq!(refused.kind, Refusal::Stage);
}

/// Values are loaded in the name of who supplies them: anywhere by those alone who act for the State
/// as a whole.
#[test]
fn values_are_loaded_anywhere_by_who_acts_for_the_state_as_a_whole() {
    let anywhere = |role: &&Role| role.anywhere.holds("values.load");
    let able = roles().all().iter().filter(anywhere);
    let able: Vec<&str> = able.map(|role| role.key.as_str()).collect();
    assert_eq!(able, [NATIONAL_ADMINISTRATOR, "coordinateur-national"]);
}

#[test]
fn a_role_about_establishments_reaches_into_no_other_framework() {
    for role in roles().all().iter().filter(|role| role.about.is_some()) {
        let mut held = grant(&role.key, "A");
        held.about = BTreeSet::from(["f".to_owned()]);
        let within = |framework: &str| Concern::of("A", framework);
        assert!(!role.own.is_empty(), "{}", role.key);
        for act in roles().acts() {
            let stage = act.stages.first().copied().unwrap_or(Stage::Settled);
            let asked = |framework| weigh(roles(), &held, &act.key, &within(framework).at(stage));
            if role.own.allows(roles(), &act.key) && !act.only_to_ones_own {
                assert_eq!(asked("f"), Ok(()), "{}: {}", role.key, act.key);
                assert_eq!(asked(""), Ok(()), "{}: {}", role.key, act.key);
            }
            assert!(asked("g").is_err(), "{}: {}", role.key, act.key);
        }
        // Nor by a limit to such a framework.
        held.remit.framework = "g".to_owned();
        let refused = weigh(roles(), &held, "document.attach", &within("g"));
        assert_eq!(refused, Err(Lack::Framework), "{}", role.key);
        let told = who_can(roles(), &[held.clone()], "document.attach", &within("g"));
        assert!(told.contains("cadres d’établissements"), "{told}");
    }
    let about: Vec<&str> = roles()
        .all()
        .iter()
        .filter(|role| role.about.is_some())
        .map(|role| role.key.as_str())
        .collect();
    let expected = [
        "gestionnaire-cpom-etablissement",
        "directeur-etablissement",
        "contributeur-etablissement",
    ];
    assert_eq!(about, expected);
}

#[test]
fn an_objective_is_told_by_every_node_it_stands_under() {
    let mut of_objective = grant("referent-national", "");
    of_objective.remit.framework = "f".to_owned();
    of_objective.remit.objective = "2".to_owned();
    // Allowed anywhere but for that limit.
    let act = "document.attach";
    let under = |nodes: &[&str]| Concern {
        standings: vec![Standing {
            framework: "f".to_owned(),
            nodes: nodes.iter().map(|&node| node.to_owned()).collect(),
        }],
        ..Concern::default()
    };
    assert_eq!(
        weigh(roles(), &of_objective, act, &under(&["2.c", "2"])),
        Ok(())
    );
    assert_eq!(
        weigh(roles(), &of_objective, act, &under(&["3"])),
        Err(Lack::Scope)
    );
    assert_eq!(
        weigh(roles(), &of_objective, act, &under(&[])),
        Err(Lack::Scope)
    );
}

#[test]
fn nobody_acts_in_anothers_place_whatever_they_hold() {
    let everything = [grant(NATIONAL_ADMINISTRATOR, "")];
    let theirs = Concern::of_person(Uuid::from_u128(2));
    for act in [
        "token.create",
        "table_address.open",
        "grant.delegate",
        "person.password",
    ] {
        assert!(
            decide(roles(), ME, &everything, act, &theirs).is_err(),
            "{act}"
        );
        assert!(
            decide(roles(), ME, &[], act, &Concern::of_person(ME)).is_ok(),
            "{act}"
        );
    }
}
