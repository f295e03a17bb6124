//! Rows as the database gives them, and the types they become.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use uuid::Uuid;

use crate::contracts::{
    Confirmation, Contract, Instrument, Party, Section, Signatory, Slot, Stamp, State, Term,
    TermKey,
};
use crate::platform::db::DbError;

#[derive(sqlx::FromRow)]
pub(super) struct ContractRow {
    pub id: Uuid,
    pub version: i64,
    pub framework: String,
    pub slug: String,
    pub title: String,
    pub organisation_code: String,
    pub place_code: String,
    pub starts: i64,
    pub ends: i64,
    pub fictional: bool,
    #[sqlx(default)]
    pub keeper: String,
}

impl ContractRow {
    pub(super) fn with(
        self,
        parties: Vec<PartyRow>,
        sections: Vec<SectionRow>,
    ) -> Result<Contract, DbError> {
        Ok(Contract {
            id: self.id,
            version: self.version,
            slug: self.slug,
            title: self.title,
            framework: self.framework,
            organisation: self.organisation_code,
            place: self.place_code,
            starts: year(self.starts)?,
            ends: year(self.ends)?,
            fictional: self.fictional,
            keeper: self.keeper,
            parties: parties.into_iter().map(Into::into).collect(),
            sections: sections.into_iter().map(Into::into).collect(),
        })
    }
}

/// A year kept as a number.
pub(super) fn year(stored: i64) -> Result<i16, DbError> {
    i16::try_from(stored).map_err(|error| DbError::corrupt("year", error))
}

#[derive(sqlx::FromRow)]
pub(super) struct PartyRow {
    pub role: String,
    pub organisation_code: String,
    pub name: Option<String>,
}

impl From<PartyRow> for Party {
    fn from(row: PartyRow) -> Self {
        Self {
            role: row.role,
            name: row.name.unwrap_or_else(|| row.organisation_code.clone()),
            organisation: row.organisation_code,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct SectionRow {
    pub id: Uuid,
    pub key: String,
    pub label: String,
    pub place_code: String,
}

impl From<SectionRow> for Section {
    fn from(row: SectionRow) -> Self {
        Self {
            id: row.id,
            key: row.key,
            label: row.label,
            place: row.place_code,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct InstrumentRow {
    pub id: Uuid,
    pub version: i64,
    pub no: i64,
    pub act: String,
    pub state: String,
    pub framework_revision: Uuid,
    pub keeper: String,
    pub motive: Option<String>,
    pub effective_on: Option<String>,
    pub base_change: i64,
    pub created_change: i64,
    pub created_at: Option<i64>,
    pub created_by: Option<String>,
    pub signed_change: Option<i64>,
    pub signed_at: Option<i64>,
    pub signed_by: Option<String>,
}

impl InstrumentRow {
    pub(super) fn with(
        self,
        signatories: Vec<Signatory>,
        confirmations: Vec<Confirmation>,
    ) -> Result<Instrument, DbError> {
        // A change writes its own row last: within it what it did has no instant yet.
        let state = State::from_code(&self.state)
            .ok_or_else(|| DbError::corrupt("state of an instrument", &self.state))?;
        Ok(Instrument {
            id: self.id,
            version: self.version,
            no: self.no,
            act: self.act,
            state,
            framework_revision: self.framework_revision,
            keeper: self.keeper,
            motive: self.motive,
            effective_on: day(self.effective_on)?,
            base_change: self.base_change,
            signatories,
            confirmations,
            created: Stamp {
                change: self.created_change,
                at: self.created_at.unwrap_or_default(),
                who: self.created_by,
            },
            signed: self.signed_change.map(|change| Stamp {
                change,
                at: self.signed_at.unwrap_or_default(),
                who: self.signed_by,
            }),
        })
    }
}

/// A day kept as text.
pub(super) fn day(stored: Option<String>) -> Result<Option<Date>, DbError> {
    let read = |text: String| {
        text.parse()
            .map_err(|error: jiff::Error| DbError::corrupt("day", error))
    };
    stored.map(read).transpose()
}

#[derive(sqlx::FromRow)]
pub(super) struct SignatoryRow {
    pub instrument_id: Uuid,
    pub role: String,
    pub name: String,
    pub function: String,
    pub capacity: Option<String>,
    pub signed_on: Option<String>,
}

/// The signatories of each instrument, in their order.
pub(super) fn by_instrument(
    rows: Vec<SignatoryRow>,
) -> Result<BTreeMap<Uuid, Vec<Signatory>>, DbError> {
    let mut found: BTreeMap<Uuid, Vec<Signatory>> = BTreeMap::new();
    for row in rows {
        found.entry(row.instrument_id).or_default().push(Signatory {
            role: row.role,
            name: row.name,
            function: row.function,
            capacity: row.capacity,
            signed_on: day(row.signed_on)?,
        });
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
pub(super) struct ConfirmationRow {
    pub instrument_id: Uuid,
    pub person_id: Uuid,
    pub name: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct TermRow {
    pub instrument_id: Uuid,
    pub section_id: Uuid,
    pub kind: String,
    pub subject: String,
    pub facet: String,
    pub period: String,
    pub body: Option<String>,
    pub motive: Option<String>,
    pub change_no: i64,
}

impl TryFrom<TermRow> for Term {
    type Error = DbError;

    fn try_from(row: TermRow) -> Result<Self, DbError> {
        let slot = Slot::from_columns(&row.kind, &row.subject, &row.facet, &row.period)
            .ok_or_else(|| DbError::corrupt("kind of a term", &row.kind))?;
        let body = row.body.map(|text| serde_json::from_str(&text));
        Ok(Self {
            instrument: row.instrument_id,
            key: TermKey {
                section: row.section_id,
                slot,
            },
            body: body
                .transpose()
                .map_err(|error| DbError::corrupt("body of a term", error))?,
            motive: row.motive,
            change: row.change_no,
        })
    }
}

/// A row and the contract it belongs to.
#[derive(sqlx::FromRow)]
pub(super) struct OfContract<T> {
    contract_id: Uuid,
    #[sqlx(flatten)]
    row: T,
}

/// What was read, by contract, in the order of the rows.
pub(super) fn by_contract<T, U>(
    rows: Vec<OfContract<T>>,
    mut read: impl FnMut(T) -> Result<U, DbError>,
) -> Result<HashMap<Uuid, Vec<U>>, DbError> {
    let mut found: HashMap<Uuid, Vec<U>> = HashMap::new();
    for OfContract { contract_id, row } in rows {
        found.entry(contract_id).or_default().push(read(row)?);
    }
    Ok(found)
}
