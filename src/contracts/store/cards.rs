//! The list of contracts, as it stands or as it stood, with who is party to each and who was, in a
//! fixed number of statements.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::rows::{day, year};
use crate::access::{Opening, Reach};
use crate::args;
use crate::contracts::parties::{Move, Tenure, tenures};
use crate::contracts::{Membership, TermBody};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};

/// A contract in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContractCard {
    /// Its identifier.
    #[serde(skip)]
    pub id: Uuid,
    /// Its address.
    pub slug: String,
    /// What people call it.
    pub title: String,
    /// Code of the framework.
    pub framework: String,
    /// Code of the organisation that it bound at its beginning.
    pub organisation: String,
    /// Name of that organisation, or its code where it is not known.
    pub organisation_name: String,
    /// Who is party and who was, in the order of the contract.
    pub parties: Vec<CardParty>,
    /// Code of the place it covers.
    pub place: String,
    /// First year.
    pub starts: i16,
    /// Last year.
    pub ends: i16,
    /// Whether it was invented for a demonstration.
    pub fictional: bool,
    /// How many instruments were signed.
    pub signed: i64,
    /// How many drafts are open.
    pub drafts: i64,
    /// The last day written beside a signature.
    pub signed_on: Option<Date>,
}

/// An organisation that is or was party to a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CardParty {
    /// Its name, or its code where it is not known.
    pub name: String,
    /// In what role, and from when to when.
    #[serde(flatten)]
    pub tenure: Tenure,
}

impl ContractCard {
    /// Who holds or held the role of the organisation that the contract binds.
    pub fn bound(&self) -> impl Iterator<Item = &CardParty> {
        let parties = self.parties.iter();
        let mut found = parties.filter(|party| party.tenure.organisation == self.organisation);
        let role = found.next().map(|party| party.tenure.role.as_str());
        let parties = self.parties.iter();
        parties.filter(move |party| Some(party.tenure.role.as_str()) == role)
    }

    /// What somebody may see of it: nothing where it is not opened to them, nor where nothing was
    /// signed yet and what is under way is not. `ever` are the organisations that are or were party
    /// to it, `kept` those that keep a draft of it to themselves, one for each; `prepared_by` the one
    /// in whose name it was prepared, where no act of it was begun yet.
    fn seen_by(
        mut self,
        reach: &Reach,
        ever: &[String],
        kept: &[String],
        prepared_by: Option<&str>,
    ) -> Option<Self> {
        let ever = ever.iter().map(String::as_str);
        let sees = |what| reach.sees_of(what, &self.framework, ever.clone());
        let sees_drafts = sees(Opening::Drafts);
        if let Some(keeper) = prepared_by {
            let is_seen = reach.sees_prepared_by(keeper, sees_drafts);
            return is_seen.then_some(self);
        }
        if sees_drafts {
            let hidden = kept.iter().filter(|keeper| !reach.sees_kept_by(keeper));
            let hidden = i64::try_from(hidden.count()).unwrap_or(i64::MAX);
            self.drafts -= hidden;
            // Where nothing but what is kept from them was ever begun, there is nothing to see.
            let is_there = hidden == 0 || self.drafts > 0 || self.signed > 0;
            return is_there.then_some(self);
        }
        let is_seen = self.signed > 0 && sees(Opening::Signed);
        self.drafts = 0;
        is_seen.then_some(self)
    }

    /// Whether an organisation is party to it.
    pub fn has_party(&self, organisation: &str) -> bool {
        let mut parties = self.parties.iter();
        parties.any(|p| p.tenure.organisation == organisation && p.tenure.until.is_none())
    }
}

#[derive(sqlx::FromRow)]
struct CardRow {
    id: Uuid,
    slug: String,
    title: String,
    framework: String,
    organisation_code: String,
    organisation_name: Option<String>,
    place_code: String,
    starts: i64,
    ends: i64,
    fictional: bool,
    signed: i64,
    drafts: i64,
    /// How many acts were ever begun.
    begun: i64,
    /// In the name of which organisation it was prepared; empty for none.
    keeper: String,
    signed_on: Option<String>,
}

impl CardRow {
    fn with(self, parties: Vec<CardParty>) -> Result<ContractCard, DbError> {
        let code = &self.organisation_code;
        Ok(ContractCard {
            organisation_name: self.organisation_name.unwrap_or_else(|| code.clone()),
            id: self.id,
            slug: self.slug,
            title: self.title,
            framework: self.framework,
            organisation: self.organisation_code,
            parties,
            place: self.place_code,
            starts: year(self.starts)?,
            ends: year(self.ends)?,
            fictional: self.fictional,
            signed: self.signed,
            drafts: self.drafts,
            signed_on: day(self.signed_on)?,
        })
    }
}

/// Every contract that somebody may see, by framework and title; of one framework where it is
/// named. As they stood at a change of the past where one is named: those signed by then, without
/// drafts, since nothing tells how these stood.
pub async fn list(
    tx: &mut Tx,
    reach: &Reach,
    framework: Option<&str>,
    then: Option<i64>,
) -> Result<Vec<ContractCard>, DbError> {
    let upto = then.unwrap_or(i64::MAX);
    let rows: Vec<CardRow> = tx
        .all(
            "select c.id, c.slug, c.title, c.framework, c.organisation_code,
                    o.name as organisation_name, c.place_code, c.starts, c.ends, c.fictional,
                    (select count(*) from instrument i
                     where i.contract_id = c.id and i.state = 'signed'
                       and i.signed_change <= $2) as signed,
                    (select count(*) from instrument i
                     where i.contract_id = c.id and i.state = 'draft' and $3) as drafts,
                    (select count(*) from instrument i where i.contract_id = c.id) as begun,
                    coalesce(g.organisation, '') as keeper,
                    (select max(s.signed_on) from signatory s
                     join instrument i on i.id = s.instrument_id
                     where i.contract_id = c.id and i.state = 'signed'
                       and i.signed_change <= $2) as signed_on
             from contract c
             left join organisation o on o.code = c.organisation_code
             left join change m on m.no = c.created_change
             left join access_grant g on g.id = m.grant_id
             where $1 = '' or c.framework = $1
             order by c.framework collate \"C\", c.title collate \"C\", c.slug collate \"C\"",
            args![framework.unwrap_or_default(), upto, then.is_none()],
        )
        .await?;
    let mut parties = parties(tx, upto).await?;
    let kept = match then {
        None => kept_drafts(tx).await?,
        Some(_) => HashMap::new(),
    };
    let mut cards = Vec::new();
    for row in rows {
        let Parties { known, ever } = parties.remove(&row.id).unwrap_or_default();
        let prepared_by = (row.begun == 0).then(|| row.keeper.clone());
        let card = row.with(known)?;
        let kept = kept.get(&card.id).map_or(&[][..], Vec::as_slice);
        cards.extend(card.seen_by(reach, &ever, kept, prepared_by.as_deref()));
    }
    cards.retain(|card| then.is_none() || card.signed > 0);
    Ok(cards)
}

/// The addresses of the contracts that somebody may know of.
pub async fn known(tx: &mut Tx, reach: &Reach) -> Result<BTreeSet<String>, DbError> {
    let cards = list(tx, reach, None, None).await?.into_iter();
    Ok(cards.map(|card| card.slug).collect())
}

/// The organisations that keep drafts to themselves, by contract, one for each draft.
async fn kept_drafts(tx: &mut Tx) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
    let rows: Vec<(Uuid, String)> = tx
        .all(
            "select contract_id, keeper from instrument where state = 'draft' and keeper <> ''",
            vec![],
        )
        .await?;
    let mut kept: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (contract, keeper) in rows {
        kept.entry(contract).or_default().push(keeper);
    }
    Ok(kept)
}

#[derive(sqlx::FromRow)]
struct BeginningRow {
    contract_id: Uuid,
    section_id: Uuid,
    role: String,
    organisation_code: String,
}

impl BeginningRow {
    fn read(self) -> Move {
        Move {
            section: self.section_id,
            role: self.role,
            organisation: self.organisation_code,
            membership: Some(Membership::Joins),
            day: None,
            change: 0,
        }
    }
}

#[derive(sqlx::FromRow)]
struct MoveRow {
    contract_id: Uuid,
    section_id: Uuid,
    role: String,
    organisation: String,
    body: Option<String>,
    effective_on: Option<String>,
    signed_on: Option<String>,
    signed_change: Option<i64>,
    recorded_at: Option<i64>,
}

impl MoveRow {
    fn read(self) -> Result<Move, DbError> {
        let body = self.body.as_deref().map(serde_json::from_str).transpose();
        let body: Option<TermBody> = body.map_err(|cause| DbError::corrupt("term", cause))?;
        let recorded = self.recorded_at.map(paris_date);
        Ok(Move {
            section: self.section_id,
            role: self.role,
            organisation: self.organisation,
            membership: body.and_then(|body| match body {
                TermBody::Party(membership) => Some(membership),
                _ => None,
            }),
            day: day(self.effective_on)?
                .or(day(self.signed_on)?)
                .or(recorded),
            change: self.signed_change.unwrap_or_default(),
        })
    }
}

/// The organisations that are party to a contract today, by their codes.
pub(super) async fn party_codes(tx: &mut Tx, contract: Uuid) -> Result<Vec<String>, DbError> {
    let beginning: Vec<BeginningRow> = tx
        .all(
            "select p.contract_id, s.id as section_id, p.role, p.organisation_code
             from party p join section s on s.contract_id = p.contract_id
             where p.contract_id = $1
             order by p.position, s.position",
            args![contract],
        )
        .await?;
    let moved: Vec<MoveRow> = tx
        .all(
            "select i.contract_id, x.section_id, x.subject as role, x.facet as organisation,
                    x.body, i.effective_on, i.signed_change, c.at as recorded_at,
                    (select max(s.signed_on) from signatory s
                     where s.instrument_id = i.id) as signed_on
             from term x
             join instrument i on i.id = x.instrument_id
             left join change c on c.no = i.signed_change
             where i.contract_id = $1 and x.kind = 'party' and i.state = 'signed'
             order by i.signed_change, x.facet collate \"C\"",
            args![contract],
        )
        .await?;
    let mut moves: Vec<Move> = beginning.into_iter().map(BeginningRow::read).collect();
    for row in moved {
        moves.push(row.read()?);
    }
    let today = tenures(&moves)
        .into_iter()
        .filter(|tenure| tenure.until.is_none());
    Ok(today.map(|tenure| tenure.organisation).collect())
}

/// Who is and was party to a contract.
#[derive(Debug, Default)]
struct Parties {
    /// As the acts signed up to a change say it.
    known: Vec<CardParty>,
    /// The codes of all who ever were: what opens the contract to them.
    ever: Vec<String>,
}

/// Who was party to each contract at a change, and who ever was.
async fn parties(tx: &mut Tx, upto: i64) -> Result<HashMap<Uuid, Parties>, DbError> {
    let names: Vec<(String, String)> = tx
        .all("select code, name from organisation", vec![])
        .await?;
    let names: HashMap<String, String> = names.into_iter().collect();
    let named = |tenure: Tenure| CardParty {
        name: names
            .get(&tenure.organisation)
            .unwrap_or(&tenure.organisation)
            .clone(),
        tenure,
    };
    let moves = moves(tx, Which::All).await?;
    let of_contract = |(contract, mut moves): (Uuid, Vec<Move>)| {
        let ever = tenures(&moves).into_iter().map(|t| t.organisation);
        let ever = ever.collect();
        moves.retain(|said| said.change <= upto);
        let known = tenures(&moves).into_iter().map(named).collect();
        (contract, Parties { known, ever })
    };
    Ok(moves.into_iter().map(of_contract).collect())
}

/// Codes of the organisations that are or were party to each contract that has an act under way.
pub(super) async fn parties_of_drafts(tx: &mut Tx) -> Result<HashMap<Uuid, Vec<String>>, DbError> {
    let moves = moves(tx, Which::WithDrafts).await?;
    let of_contract = |(contract, moves): (Uuid, Vec<Move>)| {
        let tenures = tenures(&moves).into_iter();
        (
            contract,
            tenures.map(|tenure| tenure.organisation).collect(),
        )
    };
    Ok(moves.into_iter().map(of_contract).collect())
}

/// Which contracts are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    WithDrafts,
}

/// Who came and left in each of these contracts, in order.
async fn moves(tx: &mut Tx, which: Which) -> Result<HashMap<Uuid, Vec<Move>>, DbError> {
    let all = which == Which::All;
    let beginning: Vec<BeginningRow> = tx
        .all(
            "select p.contract_id, s.id as section_id, p.role, p.organisation_code
             from party p join section s on s.contract_id = p.contract_id
             where $1 or p.contract_id in (select contract_id from instrument
                                           where state = 'draft')
             order by p.contract_id, p.position, s.position",
            args![all],
        )
        .await?;
    let moved: Vec<MoveRow> = tx
        .all(
            "select i.contract_id, x.section_id, x.subject as role, x.facet as organisation,
                    x.body, i.effective_on, i.signed_change, c.at as recorded_at,
                    (select max(s.signed_on) from signatory s
                     where s.instrument_id = i.id) as signed_on
             from term x
             join instrument i on i.id = x.instrument_id
             left join change c on c.no = i.signed_change
             where x.kind = 'party' and i.state = 'signed'
               and ($1 or i.contract_id in (select contract_id from instrument
                                            where state = 'draft'))
             order by i.contract_id, i.signed_change, x.facet collate \"C\"",
            args![all],
        )
        .await?;
    let mut moves: HashMap<Uuid, Vec<Move>> = HashMap::new();
    for row in beginning {
        moves.entry(row.contract_id).or_default().push(row.read());
    }
    for row in moved {
        let contract = row.contract_id;
        moves.entry(contract).or_default().push(row.read()?);
    }
    Ok(moves)
}

/// A section of a contract: the address of the contract, its own key and its label.
pub type SectionOf = (String, String, String);

/// Every section of the contracts of a framework, contract by contract.
pub async fn sections_of(
    tx: &mut Tx,
    _reach: &Reach,
    framework: &str,
) -> Result<Vec<SectionOf>, DbError> {
    tx.all(
        "select c.slug, s.key, s.label
         from section s join contract c on c.id = s.contract_id
         where c.framework = $1
         order by c.slug collate \"C\", s.position",
        args![framework],
    )
    .await
}
