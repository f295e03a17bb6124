//! Contracts of the demonstration: one for each region today, earlier ones, a hospital's.

use jiff::civil::{Date, date};
use uuid::Uuid;

use super::larger::{self, Larger};
use super::people;
use super::terms::{self, Figures};
use crate::access::{self, Act, NewPerson, Reach, permit};
use crate::contracts::store::{
    self, NationalTarget, NewInstrument, TermEdit, create_contract, draft_instrument,
    set_signatories, set_terms,
};
use crate::contracts::{
    Book, ConfirmInstrument, CreateContract, DraftInstrument, EditInstrument, FullContract, Ground,
    NewContract, NewSection, SetNationalTarget, SignInstrument, Signatory, Slot, Target, TargetsOf,
    TermBody, TermKey, TermsOf, WriteTerms, party_edits,
};
use crate::frameworks::Library;
use crate::kernel::{Decimal, Value};
use crate::ledger::{Actor, Change, Scope};
use crate::organisations::{self, Directory, OrganisationKind};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::site::cli::{CliError, told};

/// Who writes the demonstration's contracts, and with what.
pub(super) struct Pen<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub actor: Actor,
    pub library: Library,
}

/// What a contract of the demonstration is made of.
struct Plan {
    framework: &'static str,
    slug: String,
    title: String,
    organisation: String,
    place: String,
    parties: Vec<(String, String)>,
    sections: Vec<NewSection>,
    signed_on: Date,
    /// How many targets are set at first and how many indicators only observed, where the sources
    /// count them; which ones they are is invented.
    counts: Option<(usize, usize)>,
}

impl Pen<'_> {
    async fn open(&self, kind: &'static str) -> Result<Change, CliError> {
        Ok(Change::open(self.db, self.clock, self.actor, kind).await?)
    }

    async fn book(&self, framework: &str) -> Result<Book, CliError> {
        let mut tx = self.db.read().await?;
        let catalogue = self
            .library
            .catalogue(&mut tx, &Reach::of_installation())
            .await?;
        let edited = catalogue.framework(framework).cloned();
        let edited = edited.ok_or_else(|| format!("le cadre « {framework} » manque"))?;
        Ok(Book::new(edited, catalogue))
    }

    async fn directory(&self) -> Result<Directory, CliError> {
        let mut tx = self.db.read().await?;
        Ok(organisations::store::directory(&mut tx, &Reach::of_installation()).await?)
    }

    async fn full(&self, slug: &str) -> Result<FullContract, CliError> {
        let mut tx = self.db.read().await?;
        let full = store::load(&mut tx, &Reach::of_installation(), slug).await?;
        full.ok_or_else(|| format!("le contrat « {slug} » manque").into())
    }

    /// Prepares a contract and signs it with its first terms.
    async fn contract(&self, plan: Plan, figures: &Figures) -> Result<(), CliError> {
        let book = self.book(plan.framework).await?;
        let scope = Scope {
            organisation: plan.organisation.clone(),
            framework: plan.framework.to_owned(),
        };
        let framework = book.framework();
        let new = NewContract {
            slug: plan.slug.clone(),
            title: plan.title,
            place: plan.place,
            starts: framework.starts,
            ends: framework.ends,
            fictional: true,
            parties: plan.parties,
            sections: plan.sections,
        };
        let directory = self.directory().await?;
        let ground = Ground {
            framework,
            directory: &directory,
        };
        let mut change = self.open(CreateContract::NAME).await?;
        let allowed = permit::<CreateContract>(&mut change, scope).await?;
        create_contract(&mut change, allowed, new, ground)
            .await
            .map_err(told)?;
        change.commit().await?;
        let full = self.full(&plan.slug).await?;
        let edits = terms::first(&book, &full.contract, figures, plan.counts);
        self.instrument(&book, &full, "contrat", None, plan.signed_on, edits, None)
            .await
    }

    /// Drafts an instrument, writes its terms, has it confirmed where it takes two, signs it.
    #[allow(clippy::too_many_arguments)] // one act from beginning to end, each part named
    async fn instrument(
        &self,
        book: &Book,
        full: &FullContract,
        act: &str,
        motive: Option<&str>,
        signed_on: Date,
        edits: Vec<TermEdit>,
        second: Option<Actor>,
    ) -> Result<(), CliError> {
        let mut change = self.open(DraftInstrument::NAME).await?;
        let new = NewInstrument {
            act: act.to_owned(),
            framework_revision: book.revision(),
            motive: motive.map(ToOwned::to_owned),
            effective_on: Some(signed_on),
        };
        let allowed = permit::<DraftInstrument>(&mut change, full.contract.id).await?;
        let (id, _) = draft_instrument(&mut change, allowed, new).await?;
        change.commit().await?;
        let mut change = self.open(EditInstrument::NAME).await?;
        let terms = TermsOf::edits(id, &edits);
        let allowed = permit::<WriteTerms>(&mut change, terms).await?;
        set_terms(&mut change, allowed, edits).await?;
        let signatories = signatories(full, book, signed_on);
        let allowed = permit::<EditInstrument>(&mut change, id).await?;
        set_signatories(&mut change, allowed, signatories).await?;
        change.commit().await?;
        if let Some(second) = second {
            let mut change =
                Change::open(self.db, self.clock, second, ConfirmInstrument::NAME).await?;
            let allowed = permit::<ConfirmInstrument>(&mut change, id).await?;
            store::confirm(&mut change, allowed).await?;
            change.commit().await?;
        }
        self.sign(book, id).await
    }

    async fn sign(&self, book: &Book, id: Uuid) -> Result<(), CliError> {
        let mut change = self.open(SignInstrument::NAME).await?;
        let allowed = permit::<SignInstrument>(&mut change, id).await?;
        store::sign(&mut change, allowed, book)
            .await
            .map_err(told)?;
        change.commit().await?;
        Ok(())
    }
}

/// Invented people who sign for every party that must.
fn signatories(full: &FullContract, book: &Book, signed_on: Date) -> Vec<Signatory> {
    let framework = book.framework();
    let signing = full.contract.parties.iter().filter(|party| {
        let role = framework.parties.iter().find(|role| role.key == party.role);
        role.is_some_and(|role| role.signs)
    });
    let names = ["Alix Modèle", "Dominique Exemple", "Claude Patron"];
    let signing = signing.zip(names.iter().cycle());
    signing
        .map(|(party, name)| Signatory {
            role: party.role.clone(),
            name: (*name).to_owned(),
            function: match party.role.as_str() {
                "ars" => "Direction générale de l’agence".to_owned(),
                "etablissement" => "Direction de l’établissement".to_owned(),
                _ => "Secrétariat général".to_owned(),
            },
            capacity: None,
            signed_on: Some(signed_on),
        })
        .collect()
}

/// Sets the national targets that tell a story beside the regional ones.
async fn national(pen: &Pen<'_>) -> Result<(), CliError> {
    let book = pen.book(super::values::CURRENT).await?;
    let mut change = pen.open(SetNationalTarget::NAME).await?;
    for (rank, year) in (0_i64..).zip(2024..=2028) {
        for (indicator, measure, first, step) in [
            ("2.c.1", "vaccination-hpv-filles-15-ans", 57, 2),
            ("2.c.2", "vaccination-hpv-garcons-15-ans", 30, 4),
        ] {
            let Some(value) = Decimal::from_int(first + step * rank) else {
                continue;
            };
            let Some(targets) = TargetsOf::indicator(book.framework(), indicator) else {
                continue;
            };
            let target = NationalTarget {
                indicator: indicator.to_owned(),
                measure: measure.to_owned(),
                year,
                target: Target::Value(Value::plain(value)),
            };
            let allowed = permit::<SetNationalTarget>(&mut change, targets).await?;
            store::set_national_target(&mut change, allowed, target).await?;
        }
    }
    change.commit().await?;
    Ok(())
}

/// Signs the contracts of every region, three earlier ones, and those of two hospitals.
pub(super) async fn sign(pen: &Pen<'_>, figures: &Figures, larger: Larger) -> Result<(), CliError> {
    for plan in regional(pen).await? {
        pen.contract(plan, figures).await?;
    }
    for plan in earlier() {
        pen.contract(plan, figures).await?;
    }
    for plan in hospitals()
        .into_iter()
        .chain(larger.hospitals().map(hospital))
    {
        pen.contract(plan, figures).await?;
    }
    national(pen).await
}

/// The contracts in force: one for each agency of today.
async fn regional(pen: &Pen<'_>) -> Result<Vec<Plan>, CliError> {
    let directory = pen.directory().await?;
    let agencies = directory.existing(OrganisationKind::Ars, pen.clock.today());
    let plans = agencies.into_iter().filter_map(|agency| {
        let place = directory.place(agency.place.as_deref()?)?;
        let slug = crate::kernel::fold(&place.name).replace(' ', "-");
        Some(Plan {
            framework: super::values::CURRENT,
            slug: format!("{slug}-2024-2028"),
            title: format!("Contrat de l’{} 2024-2028", agency.label()),
            organisation: agency.code.clone(),
            place: place.code.clone(),
            parties: parties("etat", "MSS", "ars", &agency.code),
            sections: Vec::new(),
            signed_on: date(2024, 12, 20),
            counts: None,
        })
    });
    Ok(plans.collect())
}

fn parties(first: &str, one: &str, second: &str, other: &str) -> Vec<(String, String)> {
    let pair = |role: &str, organisation: &str| (role.to_owned(), organisation.to_owned());
    vec![pair(first, one), pair(second, other)]
}

fn earlier() -> Vec<Plan> {
    let section = |key: &str, label: &str, place: &str| NewSection {
        key: key.to_owned(),
        label: label.to_owned(),
        place: place.to_owned(),
    };
    let plan = |framework, slug: &str, title: &str, agency: &str, place: &str, signed_on| Plan {
        framework,
        slug: slug.to_owned(),
        title: title.to_owned(),
        organisation: agency.to_owned(),
        place: place.to_owned(),
        parties: parties("etat", "MSS", "ars", agency),
        sections: Vec::new(),
        signed_on,
        counts: None,
    };
    let mut indian_ocean = plan(
        "etat-ars-2019-2023",
        "ocean-indien-2019-2023",
        "Contrat de l’ARS Océan Indien 2019-2023",
        "ARS-OI",
        "OI",
        date(2019, 7, 19),
    );
    indian_ocean.sections = vec![
        section("la-reunion", "Volet La Réunion", "04"),
        section("mayotte", "Volet Mayotte", "06"),
    ];
    let mut normandy = plan(
        "etat-ars-2019-2023",
        "normandie-2019-2023",
        "Contrat de l’ARS Normandie 2019-2023",
        "ARS-28",
        "28",
        date(2019, 7, 19),
    );
    // Instruction of 2019: 26 indicators with a regional target, 20 observed only, and 4 that the
    // first amendment sets.
    for contract in [&mut indian_ocean, &mut normandy] {
        contract.counts = Some((26, 20));
    }
    vec![
        indian_ocean,
        normandy,
        plan(
            "etat-ars-2015-2018",
            "normandie-2015-2018",
            "Contrat de l’ARS Normandie 2015-2018",
            "ARS-28",
            "28",
            date(2015, 11, 12),
        ),
    ]
}

/// Two hospitals of one region: each is the place of its own values.
fn hospitals() -> [Plan; 2] {
    [
        ("CH-VALMONT", "Valmont", date(2020, 1, 15)),
        ("CH-ROCHEBELLE", "Rochebelle", date(2020, 2, 4)),
    ]
    .map(|(code, name, signed_on)| of_hospital(code, name, signed_on))
}

/// One of the hospitals that make the demonstration larger.
fn hospital(no: u16) -> Plan {
    of_hospital(&larger::code(no), &larger::name(no), date(2020, 3, 2))
}

fn of_hospital(code: &str, name: &str, signed_on: Date) -> Plan {
    Plan {
        framework: super::values::HOSPITALS,
        slug: format!("{}-2020-2024", code.to_lowercase()),
        title: format!("Contrat du centre hospitalier de {name} (fictif) 2020-2024"),
        organisation: code.to_owned(),
        place: code.to_owned(),
        parties: parties("ars", "ARS-84", "etablissement", code),
        sections: Vec::new(),
        signed_on,
        counts: None,
    }
}

/// The agency of Océan Indien was divided: each of its heirs takes over one section.
async fn divide(pen: &Pen<'_>, figures: &Figures) -> Result<(), CliError> {
    let slug = "ocean-indien-2019-2023";
    let book = pen.book("etat-ars-2019-2023").await?;
    let full = pen.full(slug).await?;
    let before = full.in_force(i64::MAX);
    let heirs = [("la-reunion", "ARS-04"), ("mayotte", "ARS-06")];
    let mut edits = Vec::new();
    for (key, heir) in heirs {
        let section = full.contract.section(key).ok_or("volet manquant")?.id;
        let wanted = [heir.to_owned()].into();
        let contract = &full.contract;
        edits.extend(party_edits(
            contract, &before, &before, section, "ars", &wanted,
        ));
    }
    edits.extend(terms::second(&book, &full.contract, &before, figures, 2020));
    let motive = "Au 1er janvier 2020, deux agences succèdent à l’ARS Océan Indien ; les cibles laissées ouvertes en 2019 sont fixées.";
    let day = date(2019, 12, 20);
    pen.instrument(&book, &full, "avenant", Some(motive), day, edits, None)
        .await
}

/// Sets what an earlier contract left open, and asks for a little more.
async fn complete(
    pen: &Pen<'_>,
    figures: &Figures,
    (framework, slug): (&str, &str),
    signed_on: Date,
) -> Result<(), CliError> {
    let book = pen.book(framework).await?;
    let full = pen.full(slug).await?;
    let from = signed_on.year() + 1;
    let edits = terms::second(
        &book,
        &full.contract,
        &full.in_force(i64::MAX),
        figures,
        from,
    );
    let motive =
        "Les cibles laissées ouvertes au contrat initial sont fixées au vu des premières valeurs.";
    pen.instrument(
        &book,
        &full,
        "avenant",
        Some(motive),
        signed_on,
        edits,
        None,
    )
    .await
}

/// An amendment in each generation, the division of Océan Indien, and a correction that takes two
/// people.
pub(super) async fn amend(pen: &Pen<'_>, figures: &Figures) -> Result<(), CliError> {
    divide(pen, figures).await?;
    let hospitals = super::values::HOSPITALS;
    for (framework, slug, day) in [
        (
            "etat-ars-2015-2018",
            "normandie-2015-2018",
            date(2016, 12, 8),
        ),
        (
            "etat-ars-2019-2023",
            "normandie-2019-2023",
            date(2019, 12, 13),
        ),
        (hospitals, "ch-valmont-2020-2024", date(2021, 12, 7)),
        (hospitals, "ch-rochebelle-2020-2024", date(2021, 12, 9)),
    ] {
        complete(pen, figures, (framework, slug), day).await?;
    }
    let second = colleague(pen).await?;
    let slug = "normandie-2024-2028";
    let book = pen.book(super::values::CURRENT).await?;
    let full = pen.full(slug).await?;
    let in_force = full.in_force(i64::MAX);
    let mut edits = terms::second(&book, &full.contract, &in_force, figures, 2026);
    for (year, value) in [(2026, "76"), (2027, "78"), (2028, "80")] {
        edits.push(target(&book, &full, "2.c.1", year, value)?);
    }
    let motive =
        "La vaccination au collège, généralisée à la rentrée 2025, permet de viser plus haut.";
    pen.instrument(
        &book,
        &full,
        "avenant",
        Some(motive),
        date(2025, 12, 12),
        edits,
        None,
    )
    .await?;
    let full = pen.full(slug).await?;
    let edits = vec![target(&book, &full, "2.c.1", 2027, "77")?];
    pen.clock.set("2025-12-19T15:20:00Z".parse()?);
    let motive = "Erreur de saisie dans l’avenant : 77 et non 78.";
    let day = date(2025, 12, 19);
    pen.instrument(
        &book,
        &full,
        "correction",
        Some(motive),
        day,
        edits,
        Some(second),
    )
    .await
}

fn target(
    book: &Book,
    full: &FullContract,
    key: &str,
    year: i16,
    value: &str,
) -> Result<TermEdit, CliError> {
    let indicator = book.framework().indicators.iter().find(|i| i.key == key);
    let measure = indicator
        .and_then(|i| i.measures.first())
        .ok_or("indicateur sans mesure")?;
    let section = full.contract.sections.first().ok_or("contrat sans volet")?;
    let value: Decimal = value.parse()?;
    Ok(TermEdit {
        key: TermKey {
            section: section.id,
            slot: Slot::Target {
                indicator: key.to_owned(),
                measure: measure.clone(),
                year,
            },
        },
        wanted: Some(TermBody::Target(Target::Value(Value::plain(value)))),
        motive: None,
    })
}

/// A second account, for what takes two people.
async fn colleague(pen: &Pen<'_>) -> Result<Actor, CliError> {
    use access::store::{AddPerson, add_person};
    let password = access::NewPassword::new(super::PASSWORD, "", "")?;
    let password = password.digest().await?;
    let mut change = pen.open(AddPerson::NAME).await?;
    let new = NewPerson {
        name: "Dominique Exemple".to_owned(),
        email: super::COLLEAGUE.parse()?,
        password,
    };
    let allowed = permit::<AddPerson>(&mut change, ()).await?;
    let id = add_person(&mut change, allowed, new).await?;
    people::give(&mut change, id, ("coordinateur-national", "SGMCAS", "")).await?;
    change.commit().await?;
    Ok(Actor::Person(id))
}
