//! A hand that writes contracts as a person would, over the real framework texts.

use std::sync::{Arc, LazyLock};

use jalon::access::store::AddPerson;
use jalon::access::{self, Act, NewPerson, Reach, permit};
use jalon::contracts::store::{
    ContractError, Description, NewInstrument, TermEdit, confirm, create_contract, describe,
    draft_instrument, load, set_signatories, set_terms, sign,
};
use jalon::contracts::{
    Baseline, Book, Choice, ConfirmInstrument, CreateContract, Definition, DraftInstrument,
    EditInstrument, FullContract, Ground, NewContract, NewSection, SignInstrument, Signatory, Slot,
    Target, TermBody, TermKey, TermsOf, WriteTerms,
};
use jalon::frameworks::store::{Origin, Revise};
use jalon::frameworks::{
    Catalogue, Edited, Framework, Holders, Known, Proposal, Reading, Texts, read_all_texts, revise,
};
use jalon::kernel::{Decimal, Value, ValueKind};
use jalon::ledger::{Actor, Change, Scope};
use jalon::organisations::NewEstablishment;
use jalon::organisations::store::{
    AddEstablishment, ImportDirectory, add_establishment, directory, import,
};
use jalon::site::shipped;
use uuid::Uuid;

use crate::support::Bench;

/// The frameworks that come with Jalon, read once, the oldest first.
static FRAMEWORKS: LazyLock<Vec<(Framework, Texts)>> = LazyLock::new(|| {
    let mut known = Known::of(&shipped::directory().unwrap());
    let folders = shipped::frameworks();
    let texts = folders.iter().map(|(code, texts)| (code.as_str(), texts));
    let readings = read_all_texts(texts, &mut known);
    let whole = |((_, reading), (_, texts)): ((String, Reading), (String, Texts))| {
        (reading.framework.unwrap(), texts)
    };
    let mut all: Vec<_> = readings.into_iter().zip(folders).map(whole).collect();
    all.sort_by_key(|(framework, _)| framework.starts);
    all
});

/// The frameworks that come with Jalon, the oldest first.
pub fn frameworks() -> &'static [(Framework, Texts)] {
    &FRAMEWORKS
}

/// A framework as it comes with Jalon, in no database.
pub fn shipped_book(code: &str) -> Book {
    let mut all = FRAMEWORKS.iter();
    let (framework, _) = all.find(|(framework, _)| framework.code == code).unwrap();
    let edited = Edited {
        revision: Uuid::nil(),
        no: 1,
        thing: Uuid::nil(),
        framework: framework.clone(),
    };
    Book::new(Arc::new(edited), Arc::new(Catalogue::default()))
}

/// Loads the directory and the frameworks of a family, as an installation does.
pub async fn furnish(bench: &Bench, actor: Actor, family: &str) {
    let open = || Change::open(&bench.db, &bench.clock, actor, "test.furnish");
    let mut change = open().await.unwrap();
    let allowed = permit::<ImportDirectory>(&mut change, ()).await.unwrap();
    import(&mut change, allowed, &shipped::directory().unwrap())
        .await
        .unwrap();
    change.commit().await.unwrap();
    let library = jalon::contracts::library();
    let of_family = FRAMEWORKS
        .iter()
        .filter(|(framework, _)| framework.family == family);
    for (framework, texts) in of_family {
        let mut change = open().await.unwrap();
        let allowed = permit::<Revise>(&mut change, framework.code.clone())
            .await
            .unwrap();
        let catalogue = library
            .catalogue(change.tx(), &Reach::of_installation())
            .await
            .unwrap();
        let proposal = Proposal {
            framework,
            texts,
            origin: Origin::Text,
            base: None,
        };
        revise(&mut change, allowed, &catalogue, Holders(&[]), proposal)
            .await
            .unwrap();
        change.commit().await.unwrap();
    }
}

/// Makes the hospital of a contract known.
pub async fn add_hospital(bench: &Bench, actor: Actor, made: &Made) {
    let kind = AddEstablishment::NAME;
    let mut change = Change::open(&bench.db, &bench.clock, actor, kind)
        .await
        .unwrap();
    let new = NewEstablishment {
        code: made.organisation.to_owned(),
        name: made.title.to_owned(),
        region: "84".to_owned(),
        ..NewEstablishment::default()
    };
    let allowed = permit::<AddEstablishment>(&mut change, new).await.unwrap();
    let added = add_establishment(&mut change, allowed).await.unwrap();
    assert_eq!(added, Ok(()));
    change.commit().await.unwrap();
}

/// The revision in force of a framework.
pub async fn book(bench: &Bench, code: &str) -> Book {
    let mut tx = bench.db.read().await.unwrap();
    let catalogue = jalon::contracts::library()
        .catalogue(&mut tx, &Reach::of_installation())
        .await
        .unwrap();
    Book::new(catalogue.framework(code).unwrap().clone(), catalogue)
}

/// Writes one contract.
pub struct Hand<'a> {
    pub bench: &'a Bench,
    pub actor: Actor,
    pub book: Book,
    pub slug: &'static str,
    pub contract: Uuid,
}

/// A second person.
pub async fn colleague(bench: &Bench, actor: Actor) -> Actor {
    let mut change = Change::open(&bench.db, &bench.clock, actor, "person.add")
        .await
        .unwrap();
    let new = NewPerson {
        name: "Référente de la région".to_owned(),
        email: "referente@example.org".parse().unwrap(),
        password: access::NewPassword::new("une autre phrase de passe", "", "")
            .unwrap()
            .digest()
            .await
            .unwrap(),
    };
    let permit = permit::<AddPerson>(&mut change, ()).await.unwrap();
    let id = access::store::add_person(&mut change, permit, new)
        .await
        .unwrap();
    access::grant::store::appoint(&mut change, id, "Essai")
        .await
        .unwrap();
    change.commit().await.unwrap();
    Actor::Person(id)
}

/// What a contract is made of.
pub struct Made {
    pub family: &'static str,
    pub framework: &'static str,
    pub slug: &'static str,
    pub title: &'static str,
    pub organisation: &'static str,
    pub place: &'static str,
    pub years: (i16, i16),
    pub parties: &'static [(&'static str, &'static str)],
    pub sections: &'static [(&'static str, &'static str, &'static str)],
}

pub const NORMANDIE: Made = Made {
    family: "etat-ars",
    framework: "etat-ars-2024-2028",
    slug: "normandie-2024-2028",
    title: "CPOM 2024-2028 de l’ARS Normandie",
    organisation: "ARS-28",
    place: "28",
    years: (2024, 2028),
    parties: &[("etat", "MSS"), ("ars", "ARS-28")],
    sections: &[],
};

pub const HPV: &str = "vaccination-hpv-filles-15-ans";

/// A contract, prepared with the permit to prepare one of some organisation.
pub async fn contract_allowed_to(
    bench: &Bench,
    actor: Actor,
    made: &Made,
    organisation: &str,
) -> Result<Uuid, ContractError> {
    let book = book(bench, made.framework).await;
    let mut change = Change::open(&bench.db, &bench.clock, actor, CreateContract::NAME).await?;
    let scope = Scope {
        organisation: organisation.to_owned(),
        framework: made.framework.to_owned(),
    };
    let own = |text: &&str| (*text).to_owned();
    let new = NewContract {
        slug: own(&made.slug),
        title: own(&made.title),
        place: own(&made.place),
        starts: made.years.0,
        ends: made.years.1,
        fictional: true,
        parties: made
            .parties
            .iter()
            .map(|(role, code)| (own(role), own(code)))
            .collect(),
        sections: made
            .sections
            .iter()
            .map(|(key, label, place)| NewSection {
                key: own(key),
                label: own(label),
                place: own(place),
            })
            .collect(),
    };
    let permit = permit::<CreateContract>(&mut change, scope).await?;
    let directory = directory(change.tx(), &Reach::of_installation()).await?;
    let ground = Ground {
        framework: book.framework(),
        directory: &directory,
    };
    let contract = create_contract(&mut change, permit, new, ground).await?;
    change.commit().await?;
    Ok(contract)
}

impl<'a> Hand<'a> {
    pub async fn creates(bench: &'a Bench, actor: Actor, made: Made) -> Self {
        furnish(bench, actor, made.family).await;
        if made.family == "etablissement" {
            add_hospital(bench, actor, &made).await;
        }
        Self::also_creates(bench, actor, made).await
    }

    /// Another contract, where the framework and whom it binds are known already.
    pub async fn also_creates(bench: &'a Bench, actor: Actor, made: Made) -> Self {
        let contract = contract_allowed_to(bench, actor, &made, made.organisation)
            .await
            .unwrap();
        Self {
            bench,
            actor,
            book: book(bench, made.framework).await,
            slug: made.slug,
            contract,
        }
    }

    pub async fn change(&self, actor: Actor) -> Change {
        Change::open(&self.bench.db, &self.bench.clock, actor, "contract.test")
            .await
            .unwrap()
    }

    pub async fn full(&self) -> FullContract {
        let mut tx = self.bench.db.read().await.unwrap();
        let reach = &Reach::of_installation();
        load(&mut tx, reach, self.slug).await.unwrap().unwrap()
    }

    pub async fn drafts(&self, act: &str, motive: Option<&str>) -> Uuid {
        let mut change = self.change(self.actor).await;
        let permit = permit::<DraftInstrument>(&mut change, self.contract)
            .await
            .unwrap();
        let new = NewInstrument {
            act: act.to_owned(),
            framework_revision: self.book.revision(),
            motive: motive.map(ToOwned::to_owned),
            effective_on: None,
        };
        let (id, _) = draft_instrument(&mut change, permit, new).await.unwrap();
        change.commit().await.unwrap();
        id
    }

    pub async fn writes(&self, instrument: Uuid, edits: Vec<TermEdit>) -> usize {
        let mut change = self.change(self.actor).await;
        let terms = TermsOf::edits(instrument, &edits);
        let permit = permit::<WriteTerms>(&mut change, terms).await.unwrap();
        let changed = set_terms(&mut change, permit, edits).await.unwrap();
        change.commit().await.unwrap();
        changed
    }

    pub async fn gives_motive(&self, instrument: Uuid, motive: &str) {
        let mut change = self.change(self.actor).await;
        let permit = permit::<EditInstrument>(&mut change, instrument)
            .await
            .unwrap();
        let new = Description {
            motive: Some(motive.to_owned()),
            effective_on: None,
        };
        describe(&mut change, permit, new).await.unwrap();
        change.commit().await.unwrap();
    }

    /// Names a signatory for each role, all on the same day.
    pub async fn names_signatories(&self, instrument: Uuid, roles: &[&str], day: &str) {
        let mut change = self.change(self.actor).await;
        let permit = permit::<EditInstrument>(&mut change, instrument)
            .await
            .unwrap();
        let all = signatories(roles, day);
        set_signatories(&mut change, permit, all).await.unwrap();
        change.commit().await.unwrap();
    }

    pub async fn confirms(&self, actor: Actor, instrument: Uuid) {
        let mut change = self.change(actor).await;
        let permit = permit::<ConfirmInstrument>(&mut change, instrument)
            .await
            .unwrap();
        confirm(&mut change, permit).await.unwrap();
        change.commit().await.unwrap();
    }

    /// Signs, and gives the change number of the signature.
    pub async fn signs(&self, instrument: Uuid) -> Result<i64, ContractError> {
        let mut change = self.change(self.actor).await;
        let permit = permit::<SignInstrument>(&mut change, instrument)
            .await
            .unwrap();
        sign(&mut change, permit, &self.book).await?;
        Ok(change.commit().await.unwrap().unwrap())
    }

    /// Drafts, writes, names signatories and signs, in one go.
    pub async fn agrees(
        &self,
        act: &str,
        motive: Option<&str>,
        edits: Vec<TermEdit>,
        roles: &[&str],
        day: &str,
    ) -> i64 {
        let instrument = self.drafts(act, motive).await;
        self.writes(instrument, edits).await;
        self.names_signatories(instrument, roles, day).await;
        self.signs(instrument).await.unwrap()
    }

    pub async fn section(&self, key: &str) -> Uuid {
        self.full().await.contract.section(key).unwrap().id
    }
}

pub fn number(text: &str) -> Target {
    Target::Value(Value::plain(decimal(text)))
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn edit(section: Uuid, slot: Slot, body: TermBody) -> TermEdit {
    TermEdit {
        key: TermKey { section, slot },
        wanted: Some(body),
        motive: None,
    }
}

pub fn retains(section: Uuid, indicator: &str) -> TermEdit {
    let slot = Slot::Choice {
        indicator: indicator.to_owned(),
    };
    let body = TermBody::Choice(Choice::Retained);
    TermEdit {
        motive: Some("Proposition nationale".to_owned()),
        ..edit(section, slot, body)
    }
}

pub fn starts_from(
    section: Uuid,
    indicator: &str,
    measure: &str,
    value: &str,
    year: i16,
) -> TermEdit {
    let slot = Slot::Baseline {
        indicator: indicator.to_owned(),
        measure: measure.to_owned(),
    };
    let value = Value::plain(decimal(value));
    edit(section, slot, TermBody::Baseline(Baseline { value, year }))
}

pub fn target_slot(indicator: &str, measure: &str, year: i16) -> Slot {
    Slot::Target {
        indicator: indicator.to_owned(),
        measure: measure.to_owned(),
        year,
    }
}

pub fn aims(section: Uuid, indicator: &str, measure: &str, year: i16, target: Target) -> TermEdit {
    edit(
        section,
        target_slot(indicator, measure, year),
        TermBody::Target(target),
    )
}

pub fn defines(section: Uuid, indicator: &str, label: &str, text: &str) -> TermEdit {
    let slot = Slot::Definition {
        indicator: indicator.to_owned(),
    };
    let definition = Definition {
        label: label.to_owned(),
        text: text.to_owned(),
        kind: ValueKind::Number,
        unit: None,
    };
    edit(section, slot, TermBody::Definition(definition))
}

/// What the 2024-2028 contract of Normandie says of 2.c.1.
pub fn normandie_terms(section: Uuid) -> Vec<TermEdit> {
    let mut edits = vec![
        retains(section, "2.c.1"),
        starts_from(section, "2.c.1", HPV, "66.3", 2023),
    ];
    for (year, value) in (2024..).zip(["67", "69", "71", "73", "75"]) {
        edits.push(aims(section, "2.c.1", HPV, year, number(value)));
    }
    edits
}

pub const BOTH: &[&str] = &["etat", "ars"];

/// A signatory for each role, all on the same day.
pub fn signatories(roles: &[&str], day: &str) -> Vec<Signatory> {
    let signatory = |role: &&str| Signatory {
        role: (*role).to_owned(),
        name: format!("Signataire {role}"),
        function: "Fonction d’essai".to_owned(),
        capacity: None,
        signed_on: Some(day.parse().unwrap()),
    };
    roles.iter().map(signatory).collect()
}
