//! `jalon contracts`: what is agreed, for scripts and demonstrations.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::create::{CreateArgs, create};
use super::{CliError, Session, out};
use crate::access::Reach;
use crate::contracts::intake::template;
use crate::contracts::store::{ContractCard, list, load};
use crate::contracts::{
    Book, FullContract, Instrument, Slot, State, TermBody, library, parties_in_force,
};
use crate::kernel::counted;
use crate::platform::db::Tx;
use crate::platform::file;

#[derive(Debug, Subcommand)]
pub(super) enum ContractsCommand {
    /// Lister les contrats
    List {
        /// N’en garder que ceux d’un cadre
        #[arg(long, value_name = "CODE")]
        framework: Option<String>,
        /// Écrire du JSON
        #[arg(long)]
        json: bool,
    },
    /// Préparer un contrat, vide jusqu’à son contrat initial
    Create(CreateArgs),
    /// Écrire le classeur d’un projet d’acte, à remplir puis à rendre à `jalon terms rehearse`
    Template {
        /// Fin de l’adresse du contrat
        #[arg(long, value_name = "ADRESSE")]
        contract: String,
        /// Numéro de l’acte dans le contrat
        #[arg(long, value_name = "NUMÉRO")]
        act: i64,
        /// Le fichier à écrire
        #[arg(long, value_name = "FICHIER")]
        out: PathBuf,
    },
    /// Montrer les actes d’un contrat et ses termes en vigueur
    Show {
        /// Fin de l’adresse du contrat
        #[arg(value_name = "ADRESSE")]
        slug: String,
        /// Écrire du JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn contracts(
    session: &Session,
    command: ContractsCommand,
) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let mut tx = db.read().await?;
    match command {
        ContractsCommand::List { framework, json } => {
            let cards = list(&mut tx, reach, framework.as_deref(), None).await?;
            if json {
                out::json(&cards)?;
            } else {
                write_lines(cards.iter().map(card_line));
            }
        }
        ContractsCommand::Create(args) => return create(session, args).await,
        ContractsCommand::Template { contract, act, out } => {
            let book = workbook(&mut tx, reach, &contract, act, session.clock.today()).await?;
            file::write(&out, &book)
                .map_err(|cause| format!("« {} » n’est pas écrit : {cause}", out.display()))?;
            say!("Classeur écrit : {}", out.display());
        }
        ContractsCommand::Show { slug, json } => {
            let full = load(&mut tx, reach, &slug).await?;
            let full = full.ok_or_else(|| format!("aucun contrat n’a l’adresse « {slug} »"))?;
            let shown = Shown::of(&full);
            if json {
                out::json(&shown)?;
            } else {
                write_lines(contract_lines(&shown));
            }
        }
    }
    Ok(())
}

/// The workbook of a draft.
async fn workbook(
    tx: &mut Tx,
    reach: &Reach,
    slug: &str,
    no: i64,
    today: Date,
) -> Result<Vec<u8>, CliError> {
    let full = load(tx, reach, slug).await?;
    let full = full.ok_or_else(|| format!("aucun contrat n’a l’adresse « {slug} »"))?;
    let draft = full.instrument(no);
    let draft = draft.filter(|instrument| instrument.state == State::Draft);
    let draft = draft.ok_or_else(|| format!("l’acte n° {no} de ce contrat n’est pas un projet"))?;
    let library = library();
    let catalogue = library.catalogue(tx, reach).await?;
    let edited = library
        .revision(tx, reach, draft.framework_revision)
        .await?;
    let edited = edited.ok_or("la révision du cadre de cet acte manque")?;
    let book = template(&Book::new(edited, catalogue), &full, draft, today)?;
    Ok(jalon_render::workbook::xlsx(&book)?)
}

/// One write for all the lines.
fn write_lines(lines: impl IntoIterator<Item = String>) {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    out::text(&text);
}

fn card_line(card: &ContractCard) -> String {
    let ContractCard {
        slug,
        title,
        signed,
        drafts,
        ..
    } = card;
    let count = |n: i64, one, many| counted(usize::try_from(n).unwrap_or_default(), one, many);
    let (signed, drafts) = (
        count(*signed, "acte signé", "actes signés"),
        count(*drafts, "projet", "projets"),
    );
    format!("{slug}\t{title}\t{signed}, {drafts}")
}

/// A contract as scripts read it.
#[derive(Serialize)]
struct Shown<'a> {
    slug: &'a str,
    title: &'a str,
    framework: &'a str,
    organisation: &'a str,
    place: &'a str,
    starts: i16,
    ends: i16,
    fictional: bool,
    parties: Vec<ShownParty<'a>>,
    instruments: Vec<ShownInstrument<'a>>,
    terms: Vec<ShownTerm<'a>>,
}

#[derive(Serialize)]
struct ShownParty<'a> {
    section: &'a str,
    role: String,
    organisation: String,
}

#[derive(Serialize)]
struct ShownInstrument<'a> {
    no: i64,
    act: &'a str,
    state: &'static str,
    framework_revision: Uuid,
    motive: Option<&'a str>,
    signed_on: Option<String>,
    signed_change: Option<i64>,
}

#[derive(Serialize)]
struct ShownTerm<'a> {
    section: &'a str,
    slot: &'a Slot,
    body: &'a TermBody,
    instrument: i64,
    motive: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(full: &'a FullContract) -> Self {
        let contract = &full.contract;
        let section = |id: Uuid| {
            let found = contract.sections.iter().find(|section| section.id == id);
            found.map_or("", |section| section.key.as_str())
        };
        let in_force = full.in_force(i64::MAX);
        let parties = contract.sections.iter().flat_map(|section| {
            let held = parties_in_force(contract, &in_force, section.id);
            held.into_iter().map(|(role, organisation)| ShownParty {
                section: &section.key,
                role,
                organisation,
            })
        });
        let terms = in_force.iter().map(|(key, held)| ShownTerm {
            section: section(key.section),
            slot: &key.slot,
            body: held.body,
            instrument: held.instrument.no,
            motive: held.motive(),
        });
        Self {
            slug: &contract.slug,
            title: &contract.title,
            framework: &contract.framework,
            organisation: &contract.organisation,
            place: &contract.place,
            starts: contract.starts,
            ends: contract.ends,
            fictional: contract.fictional,
            parties: parties.collect(),
            instruments: full.instruments.iter().map(shown_instrument).collect(),
            terms: terms.collect(),
        }
    }
}

fn shown_instrument(instrument: &Instrument) -> ShownInstrument<'_> {
    ShownInstrument {
        no: instrument.no,
        act: &instrument.act,
        state: instrument.state.code(),
        framework_revision: instrument.framework_revision,
        motive: instrument.motive.as_deref(),
        signed_on: instrument.signed_on().map(|day| day.to_string()),
        signed_change: instrument.signed_change(),
    }
}

fn contract_lines(shown: &Shown<'_>) -> Vec<String> {
    let mut lines = vec![format!("{} ({}-{})", shown.title, shown.starts, shown.ends)];
    for party in &shown.parties {
        let ShownParty {
            section,
            role,
            organisation,
        } = party;
        lines.push(format!("{section}\tpartie {role}\t{organisation}"));
    }
    for instrument in &shown.instruments {
        let day = instrument.signed_on.as_deref().unwrap_or("sans date");
        let ShownInstrument { no, act, state, .. } = instrument;
        lines.push(format!("acte {no}\t{act}\t{state}\t{day}"));
    }
    for term in &shown.terms {
        let slot = term.slot;
        let year = slot
            .year()
            .map(|year| format!(" {year}"))
            .unwrap_or_default();
        let what = format!("{} {} {}{year}", slot.kind(), slot.subject(), slot.facet());
        let said = serde_json::to_string(term.body).unwrap_or_default();
        lines.push(format!(
            "{}\t{what}\t{said}\tacte {}",
            term.section, term.instrument
        ));
    }
    lines
}
