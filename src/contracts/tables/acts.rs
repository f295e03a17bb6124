//! What the acts of a contract did, as tables: each term that they changed, who joined or left,
//! who signed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use uuid::Uuid;

use super::full;
use crate::contracts::entry::{write_decimal, write_value};
use crate::contracts::naming::slot_name;
use crate::contracts::sheet::show_body;
use crate::contracts::{
    FullContract, Instrument, Slot, State, Step, Term, TermBody, TermKey, history, instrument_names,
};
use crate::frameworks::{Framework, Library};
use crate::kernel::capitalised;
use crate::ledger::Moment;
use crate::organisations::{Directories, Directory};
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, whole, word};

/// `parties`: how the parties of a contract, and the places of its sections, came to be what they
/// are.
#[derive(Debug)]
pub struct Parties {
    /// The frameworks, for the names of roles and acts.
    pub library: Library,
    /// Organisations and places.
    pub directories: Directories,
}

#[async_trait]
impl Source for Parties {
    fn name(&self) -> &'static str {
        "parties"
    }

    fn title(&self) -> &'static str {
        "Changements de parties et de territoires d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let full = full(&mut ask).await?;
        let catalogue = self.library.catalogue_at(ask.tx, ask.reach, moment.change);
        let catalogue = catalogue.await?;
        let edited = catalogue.framework(&full.contract.framework);
        let framework = &edited.ok_or(WebError::NotFound)?.framework;
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        Ok(parties(&full, framework, &directory, moment))
    }
}

/// What the page leaves to the file.
pub(in crate::contracts) const PARTIES_IN_FILES: [&str; 2] = ["code", "signature"];

/// One line for each time that an act changed a party or a place.
pub(in crate::contracts) fn parties(
    full: &FullContract,
    framework: &Framework,
    directory: &Directory,
    moment: Moment,
) -> Table {
    let columns = vec![
        Column::words("organisation", "Organisation"),
        Column::words("code", "Code"),
        Column::words("role", "Rôle"),
        Column::words("changement", "Changement"),
        Column::words("volet", "Volet"),
        Column::words("acte", "Acte"),
        Column::words("signature", "Signé le"),
        Column::words("motif", "Motif").wide(),
    ];
    let title = "Changements de parties et de territoires";
    let mut table = Table::new("parties", title, columns)
        .classed("stack")
        .caption_unseen();
    let names = instrument_names(&full.instruments, framework);
    let is_party = |key: &TermKey| matches!(key.slot, Slot::Party { .. } | Slot::Place);
    let steps = history(&full.instruments, &full.terms, moment.change, is_party);
    let rows = steps
        .iter()
        .map(|step| party_row((full, framework), directory, (step, &names), moment));
    table.rows = rows.collect();
    table
}

fn party_row(
    (full, framework): (&FullContract, &Framework),
    directory: &Directory,
    (step, names): (&Step<'_>, &BTreeMap<Uuid, String>),
    moment: Moment,
) -> Row {
    let contract = &full.contract;
    let section = contract.sections.iter().find(|s| s.id == step.key.section);
    let section = section.filter(|_| contract.has_sections());
    let role = match &step.key.slot {
        Slot::Party { role, .. } => {
            let known = framework.parties.iter().find(|one| one.key == *role);
            Some(known.map_or_else(|| role.clone(), |one| one.label.clone()))
        }
        _ => None,
    };
    let code = step.key.slot.facet();
    let (who, code) = match (&step.key.slot, directory.organisation(code)) {
        (Slot::Place, _) => (Cell::text("Territoire couvert"), None),
        (_, Some(known)) => {
            let href = moment.href(&format!("/organisations/{code}"));
            (Cell::text(known.name.clone()).to(href), Some(code))
        }
        (_, None) => {
            let own = contract.parties.iter().find(|p| p.organisation == code);
            let name = own.map_or(code, |party| party.name.as_str());
            (Cell::text(name), Some(code))
        }
    };
    let act = format!("/contrats/{}/actes/{}", contract.slug, step.instrument.no);
    vec![
        who,
        word(code),
        word(role),
        Cell::text(step.after.map_or_else(
            || "Changement retiré".to_owned(),
            |body| moved(directory, body),
        )),
        word(section.map(|section| section.label.clone())),
        Cell::text(names[&step.instrument.id].clone()).to(moment.href(&act)),
        day(step.instrument.signed_on()),
        word(step.motive),
    ]
}

/// What became of a party or of a place, by its name.
fn moved(directory: &Directory, body: &TermBody) -> String {
    match body {
        TermBody::Place(covered) => {
            let place = directory.place(&covered.place);
            let name = place.map_or(covered.place.as_str(), |place| &place.name);
            format!("Couvre {name}")
        }
        other => show_body(None, other),
    }
}

/// `changements`: what each act changed, term by term.
#[derive(Debug)]
pub struct TermChanges {
    /// The frameworks, for the names of acts and indicators.
    pub library: Library,
}

#[async_trait]
impl Source for TermChanges {
    fn name(&self) -> &'static str {
        "changements"
    }

    fn title(&self) -> &'static str {
        "Ce que chaque acte d’un contrat change"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "volet", "acte", "indicateur", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let full = full(&mut ask).await?;
        let (indicator, volet) = (ask.choice("indicateur"), ask.choice("volet"));
        let catalogue = self.library.catalogue_at(ask.tx, ask.reach, moment.change);
        let catalogue = catalogue.await?;
        let edited = catalogue.framework(&full.contract.framework);
        let framework = &edited.ok_or(WebError::NotFound)?.framework;
        let columns = vec![
            Column::numbers("no", "N°"),
            Column::words("acte", "Acte"),
            Column::words("etat", "État"),
            Column::words("signature", "Signé le"),
            Column::words("volet", "Volet"),
            Column::words("sujet", "Indicateur ou engagement"),
            Column::words("libelle", "Libellé"),
            Column::words("terme", "Terme"),
            Column::words("mesure", "Mesure"),
            Column::words("avant", "Avant"),
            Column::words("apres", "Après"),
            Column::words("motif", "Motif"),
        ];
        let mut table = Table::new(self.name(), full.contract.title.clone(), columns);
        for instrument in asked(&full, &ask, moment)? {
            let about = |key: &TermKey| {
                let sections = full.contract.sections.iter();
                let section = sections.clone().find(|section| section.id == key.section);
                let is_about = |one: &String| key.slot.indicator() == Some(one.as_str());
                super::is_in(section, volet.as_deref()) && indicator.as_ref().is_none_or(is_about)
            };
            table
                .rows
                .extend(changes((&full, framework), instrument, about));
        }
        Ok(table)
    }
}

/// The act that is asked for, whatever its state; all those signed by then where none is, in the
/// order of their signatures.
fn asked<'f>(
    full: &'f FullContract,
    ask: &Ask<'_>,
    moment: Moment,
) -> WebResult<Vec<&'f Instrument>> {
    if let Some(no) = ask.choice("acte") {
        let no: i64 = no.parse().map_err(|_| WebError::NotFound)?;
        let mut known = full.instruments_at(moment);
        let found = known.find(|instrument| instrument.no == no);
        return Ok(vec![found.ok_or(WebError::NotFound)?]);
    }
    let mut signed: Vec<&Instrument> = full
        .instruments_at(moment)
        .filter(|instrument| instrument.state == State::Signed)
        .collect();
    signed.sort_by_key(|instrument| instrument.signed_change());
    Ok(signed)
}

/// One line for each term that an act sets or takes away.
fn changes(
    (full, framework): (&FullContract, &Framework),
    instrument: &Instrument,
    about: impl Fn(&TermKey) -> bool,
) -> Vec<Row> {
    let overlay = full.overlay(instrument);
    let names = instrument_names(&full.instruments, framework);
    let contract = &full.contract;
    let touched = overlay.touched.iter().filter(|term| about(&term.key));
    let row = |term: &&Term| {
        let slot = &term.key.slot;
        let section = contract.sections.iter().find(|s| s.id == term.key.section);
        let mut indicators = framework.indicators.iter();
        let label = indicators.find(|one| Some(one.key.as_str()) == slot.indicator());
        let said = |body: Option<&TermBody>| word(body.map(words));
        let facet = Some(slot.facet()).filter(|facet| !facet.is_empty());
        let motive = term.motive.as_deref().or(instrument.motive.as_deref());
        vec![
            whole(instrument.no),
            Cell::text(names[&instrument.id].clone()),
            Cell::text(instrument.state.french()),
            day(instrument.signed_on()),
            word(section.map(|section| section.key.clone())),
            Cell::text(slot.subject()),
            word(label.map(|one| one.label.clone())),
            Cell::text(capitalised(&slot_name(slot))),
            word(facet),
            said(overlay.before.get(&term.key).map(|held| held.body)),
            said(overlay.after.get(&term.key).map(|held| held.body)),
            word(motive),
        ]
    };
    touched.map(row).collect()
}

/// A term in words that can be read back.
fn words(body: &TermBody) -> String {
    match body {
        TermBody::Baseline(baseline) => {
            format!("{} ({})", write_value(&baseline.value), baseline.year)
        }
        TermBody::Means(means) => write_decimal(means.amount),
        other => show_body(None, other),
    }
}

/// `signataires`: who signs the acts of a contract.
#[derive(Debug)]
pub struct Signatories {
    /// The frameworks, for the names of roles and acts.
    pub library: Library,
}

#[async_trait]
impl Source for Signatories {
    fn name(&self) -> &'static str {
        "signataires"
    }

    fn title(&self) -> &'static str {
        "Signataires des actes d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "acte", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let full = full(&mut ask).await?;
        let catalogue = self.library.catalogue_at(ask.tx, ask.reach, moment.change);
        let catalogue = catalogue.await?;
        let edited = catalogue.framework(&full.contract.framework);
        let framework = &edited.ok_or(WebError::NotFound)?.framework;
        let names = instrument_names(&full.instruments, framework);
        let columns = vec![
            Column::numbers("no", "N°"),
            Column::words("acte", "Acte"),
            Column::words("nom", "Nom").staying(),
            Column::words("fonction", "Fonction"),
            Column::words("qualite", "Qualité"),
            Column::words("role", "Pour"),
            Column::words("date", "Date"),
        ];
        let mut table = Table::new(self.name(), full.contract.title.clone(), columns);
        for instrument in asked(&full, &ask, moment)? {
            let rows = instrument.signatories.iter().map(|signatory| {
                let role = framework.parties.iter().find(|r| r.key == signatory.role);
                vec![
                    whole(instrument.no),
                    Cell::text(names[&instrument.id].clone()),
                    Cell::text(signatory.name.clone()),
                    Cell::text(signatory.function.clone()),
                    word(signatory.capacity.clone()),
                    Cell::text(role.map_or(signatory.role.as_str(), |role| &role.label)),
                    day(signatory.signed_on),
                ]
            });
            table.rows.extend(rows);
        }
        Ok(table)
    }
}
