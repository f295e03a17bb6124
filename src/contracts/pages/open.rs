//! Opening what an address names: a contract as of a day, an instrument, a section.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use crate::access::{Act, Concern, Denied, Signed};
use crate::contracts::check::changes;
use crate::contracts::store::{ContractError, load};
use crate::contracts::{
    Book, Desk, DraftInstrument, EditInstrument, FullContract, Instrument, ReadNote, Section,
    State, Terms, WriteTerms,
};
use crate::frameworks::Changeable;
use crate::ledger::{Change, LedgerError, Moment};
use crate::organisations::Directory;
use crate::platform::db::Tx;
use crate::platform::web::{AsOf, WebError, WebResult};

/// What the address of a contract's page may ask.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct View {
    /// The day whose knowledge is shown; empty for now.
    #[serde(default)]
    pub au: String,
    /// Key of the section shown; empty for the first.
    #[serde(default)]
    pub volet: String,
}

impl View {
    /// The day asked for, as typed.
    pub(super) fn as_of(&self) -> AsOf {
        AsOf {
            au: self.au.clone(),
        }
    }
}

/// A contract as a page shows it.
pub(super) struct Opened {
    /// The contract and its whole past.
    pub full: Arc<FullContract>,
    /// The framework, at the revision that the terms shown refer to.
    pub book: Book,
    /// Organisations, to name who joined since.
    pub directory: Arc<Directory>,
    /// The moment shown.
    pub moment: Moment,
    /// The day it really is.
    pub today: Date,
    /// Why no act may be prepared by whoever looks, where none may.
    pub drafting: Result<(), Denied>,
    /// Whether whoever looks may read the confidential note.
    pub reads_note: bool,
    /// What the address asked.
    view: View,
}

impl Opened {
    /// The terms in force.
    pub(super) fn terms(&self) -> Terms<'_> {
        self.full.in_force(self.moment.change)
    }

    /// The day asked for, as typed.
    pub(super) fn asked(&self) -> AsOf {
        self.view.as_of()
    }

    /// The section asked for, or else the first.
    pub(super) fn section(&self) -> WebResult<&Section> {
        section(&self.full, &self.view.volet)
    }

    /// The section asked for, as the address says it.
    pub(super) fn asked_section(&self) -> &str {
        &self.view.volet
    }

    /// An address of this contract that keeps the day and the section.
    pub(super) fn href(&self, path: &str) -> String {
        self.href_in(path, &self.view.volet)
    }

    /// An address elsewhere on the site, on the day shown.
    pub(super) fn with_day(&self, path: &str) -> String {
        self.moment.href(path)
    }

    /// The same in another section.
    pub(super) fn href_in(&self, path: &str, section: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(day) = self.moment.past {
            query.append_pair("au", &day.to_string());
        }
        if !section.is_empty() {
            query.append_pair("volet", section);
        }
        let query = query.finish();
        let base = contract_path(&self.full.contract.slug);
        let (path, anchor) = path.split_once('#').unwrap_or((path, ""));
        let mark = if query.is_empty() { "" } else { "?" };
        let hash = if anchor.is_empty() { "" } else { "#" };
        format!("{base}{path}{mark}{query}{hash}{anchor}")
    }
}

/// The address of a contract.
pub(super) fn contract_path(slug: &str) -> String {
    format!("/contrats/{slug}")
}

/// The address of an instrument.
pub(super) fn instrument_path(slug: &str, no: i64) -> String {
    format!("/contrats/{slug}/actes/{no}")
}

/// The section of that key; the first where none is named.
pub(super) fn section<'a>(full: &'a FullContract, key: &str) -> WebResult<&'a Section> {
    if key.is_empty() {
        full.contract.sections.first().ok_or(WebError::NotFound)
    } else {
        full.contract.section(key).ok_or(WebError::NotFound)
    }
}

/// Opens a contract as somebody may see it, as of the day asked for.
pub(super) async fn contract(
    desk: &Desk,
    signed: &Signed,
    slug: &str,
    view: View,
) -> WebResult<Opened> {
    let (_, opened) = reading(desk, signed, slug, view).await?;
    Ok(opened)
}

/// The same, with the transaction that reads it, for what a page shows beside.
pub(super) async fn reading(
    desk: &Desk,
    signed: &Signed,
    slug: &str,
    view: View,
) -> WebResult<(Tx, Opened)> {
    let today = desk.clock.today();
    let mut tx = desk.db.read_later(signed.reach().state());
    let full = desk.remembered.contract(&mut tx, signed.reach(), slug);
    let full = full.await?.ok_or(WebError::NotFound)?;
    let moment = Moment::of(&mut tx, &view.as_of(), today).await?;
    let book = book_shown(desk, &mut tx, signed, &full, moment.change).await?;
    let directory = desk.directories.current(&mut tx, signed.reach()).await?;
    let (reach, concern) = (signed.reach(), full.concern());
    let reads_note = reach.may_look(ReadNote::NAME, &concern);
    let drafting = reach.allows(DraftInstrument::NAME, &[concern]);
    let opened = Opened {
        reads_note,
        drafting: drafting.map(drop),
        full: full.placed(moment.change),
        book,
        directory,
        moment,
        today,
        view,
    };
    Ok((tx, opened))
}

/// The revision that the last signed instrument refers to; before any signature that of the last
/// draft, or else the last of the framework.
async fn book_shown(
    desk: &Desk,
    tx: &mut Tx,
    signed: &Signed,
    full: &FullContract,
    as_of: i64,
) -> WebResult<Book> {
    let shown = full.last_signed(as_of).or(full.instruments.last());
    match shown {
        Some(instrument) => book_of(desk, tx, signed, instrument).await,
        None => latest(desk, tx, signed, &full.contract.framework).await,
    }
}

/// The revision that an instrument refers to.
async fn book_of(
    desk: &Desk,
    tx: &mut Tx,
    signed: &Signed,
    instrument: &Instrument,
) -> WebResult<Book> {
    let revision = instrument.framework_revision;
    let book = desk.revision(tx, signed.reach(), revision).await?;
    book.ok_or_else(|| WebError::internal("the framework revision of an instrument is missing"))
}

/// The revision in force of a framework.
pub(super) async fn latest(
    desk: &Desk,
    tx: &mut Tx,
    signed: &Signed,
    framework: &str,
) -> WebResult<Book> {
    let found = desk.latest(tx, signed.reach(), framework).await?;
    found.ok_or_else(|| {
        WebError::Invalid(format!(
            "Le cadre « {framework} » n’est pas chargé. Chargez-le avec jalon framework import."
        ))
    })
}

/// An instrument as a page shows it.
pub(super) struct OpenedInstrument {
    /// The contract and its whole past.
    pub full: FullContract,
    /// The instrument.
    pub instrument: Instrument,
    /// The framework, at the revision that the instrument refers to.
    pub book: Book,
}

impl OpenedInstrument {
    /// Its address.
    pub(super) fn path(&self) -> String {
        instrument_path(&self.full.contract.slug, self.instrument.no)
    }

    /// Whom it concerns, as far as rights go, and how far it has come.
    pub(super) fn concern(&self) -> Concern {
        self.full.concern().at(self.instrument.state.stage())
    }

    /// Refuses an act to whoever may not do it, wherever the instrument stands: that it has moved on
    /// is told beside it.
    pub(super) fn refuses_whoever_may_not<A: Act>(&self, signed: &Signed) -> WebResult<()> {
        match signed.reach().demands::<A>(&[self.concern()]) {
            Err(refused) if !refused.is_of_stage() => Err(refused.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Refuses a form that writes it as a whole to whoever may not.
    pub(super) fn demands_writing(&self, signed: &Signed) -> WebResult<()> {
        let concern = [self.concern()];
        Ok(signed.reach().demands::<EditInstrument>(&concern)?)
    }

    /// Refuses a form that writes the terms of a section to whoever may not.
    pub(super) fn demands_writing_in(&self, signed: &Signed, section: &Section) -> WebResult<()> {
        let concern = [self.concern_in(section)];
        Ok(signed.reach().demands::<WriteTerms>(&concern)?)
    }

    /// Whether whoever looks may write the terms of a section.
    pub(super) fn may_write_in(&self, signed: &Signed, section: &Section) -> bool {
        let concern = [self.concern_in(section)];
        signed.reach().allows(WriteTerms::NAME, &concern).is_ok()
    }

    fn concern_in(&self, section: &Section) -> Concern {
        let concern = self.full.concern_in(section);
        concern.at(self.instrument.state.stage())
    }

    /// Whether its act may change who is party.
    pub(super) fn may_change_parties(&self) -> bool {
        let act = self.book.act(&self.instrument.act);
        act.is_some_and(|act| changes(act, Changeable::Parties))
    }
}

/// Opens an instrument as somebody may see it.
pub(super) async fn instrument(
    desk: &Desk,
    signed: &Signed,
    slug: &str,
    no: i64,
) -> WebResult<OpenedInstrument> {
    let mut tx = desk.db.read().await?;
    let full = load(&mut tx, signed.reach(), slug).await?;
    let full = full.ok_or(WebError::NotFound)?;
    let instrument = full.instrument(no).cloned().ok_or(WebError::NotFound)?;
    let book = book_of(desk, &mut tx, signed, &instrument).await?;
    drop(tx);
    Ok(OpenedInstrument {
        full,
        instrument,
        book,
    })
}

/// Opens an instrument that can still be written.
pub(super) async fn draft(
    desk: &Desk,
    signed: &Signed,
    slug: &str,
    no: i64,
) -> WebResult<OpenedInstrument> {
    let opened = instrument(desk, signed, slug, no).await?;
    if opened.instrument.state == State::Draft {
        Ok(opened)
    } else {
        Err(told(ContractError::NotADraft))
    }
}

/// Told where somebody wrote between the reading of a form and its turn among writers.
pub(super) const AT_ONCE: &str = "Rien n’est enregistré : quelqu’un écrivait au même instant. \
    Votre texte est gardé ; enregistrez de nouveau.";

/// Opens a change of an instrument, unless it has moved on since that version.
pub(super) async fn begin<A: Act>(
    desk: &Desk,
    signed: &Signed,
    opened: &OpenedInstrument,
    version: i64,
) -> Result<Change, ContractError> {
    let mut change = Change::open(&desk.db, &desk.clock, signed.actor(), A::NAME).await?;
    change.expect_version(opened.instrument.id, version).await?;
    Ok(change)
}

/// What a failure of the store is to a reader, where the page has nothing better to say.
pub(super) fn told(error: ContractError) -> WebError {
    match error {
        ContractError::NotPermitted(refused) => refused.into(),
        ContractError::NotFound => WebError::NotFound,
        ContractError::NotADraft => WebError::Conflict(
            "Cet acte n’est plus un projet : il a été signé ou abandonné entre-temps. \
             Rouvrez-le pour le lire."
                .to_owned(),
        ),
        ContractError::Ledger(LedgerError::Stale(_)) => WebError::Conflict(
            "Cet acte a changé depuis que vous l’avez ouvert. Rouvrez-le et recommencez."
                .to_owned(),
        ),
        other => WebError::internal(other),
    }
}
