//! Reading contracts, each in a fixed number of statements whatever its size.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cards::parties_of_drafts;
use super::rows::{
    ConfirmationRow, ContractRow, InstrumentRow, PartyRow, SectionRow, SignatoryRow, TermRow,
    by_instrument,
};
use crate::access::{Opening, Reach};
use crate::args;
use crate::contracts::{Confirmation, FullContract, Instrument, Term, TermBody};
use crate::ledger::ChangeRow;
use crate::platform::db::{DbError, Tx};

/// The contract at that address, with what somebody may see of it: everything ever agreed, and
/// the acts under way or given up where they are opened to them.
pub async fn load(tx: &mut Tx, reach: &Reach, slug: &str) -> Result<Option<FullContract>, DbError> {
    let whole = load_whole(tx, slug).await?;
    Ok(whole.and_then(|full| full.seen_by(reach)))
}

/// The contract at that address, with everything ever agreed in it: of which nobody is shown more
/// than their part.
pub(in crate::contracts) async fn load_whole(
    tx: &mut Tx,
    slug: &str,
) -> Result<Option<FullContract>, DbError> {
    let found: Option<(Uuid,)> = tx
        .optional("select id from contract where slug = $1", args![slug])
        .await?;
    match found {
        Some((id,)) => load_by_id(tx, id).await,
        None => Ok(None),
    }
}

/// The contract of that identifier, with everything ever agreed in it.
pub async fn load_by_id(tx: &mut Tx, id: Uuid) -> Result<Option<FullContract>, DbError> {
    let header: Option<ContractRow> = tx
        .optional(
            "select c.id, t.version, c.framework, c.slug, c.title, c.organisation_code,
                    c.place_code, c.starts, c.ends, c.fictional,
                    coalesce(g.organisation, '') as keeper
             from contract c
             join thing t on t.id = c.id
             left join change m on m.no = c.created_change
             left join access_grant g on g.id = m.grant_id
             where c.id = $1",
            args![id],
        )
        .await?;
    let Some(header) = header else {
        return Ok(None);
    };
    let parties: Vec<PartyRow> = tx
        .all(
            "select p.role, p.organisation_code, o.name
             from party p left join organisation o on o.code = p.organisation_code
             where p.contract_id = $1 order by p.position",
            args![id],
        )
        .await?;
    let sections: Vec<SectionRow> = tx
        .all(
            "select id, key, label, place_code from section
             where contract_id = $1 order by position",
            args![id],
        )
        .await?;
    Ok(Some(FullContract {
        contract: header.with(parties, sections)?,
        instruments: instruments(tx, id).await?,
        terms: terms(tx, id).await?,
    }))
}

async fn instruments(tx: &mut Tx, contract: Uuid) -> Result<Vec<Instrument>, DbError> {
    let rows: Vec<InstrumentRow> = tx
        .all(
            "select i.id, t.version, i.no, i.act, i.state, i.framework_revision, i.keeper, i.motive,
                    i.effective_on, i.base_change, i.created_change, cc.at as created_at,
                    cp.name as created_by, i.signed_change, sc.at as signed_at,
                    sp.name as signed_by
             from instrument i
             join thing t on t.id = i.id
             left join change cc on cc.no = i.created_change
             left join person cp on cp.id = cc.actor
             left join change sc on sc.no = i.signed_change
             left join person sp on sp.id = sc.actor
             where i.contract_id = $1 order by i.no",
            args![contract],
        )
        .await?;
    let signatories: Vec<SignatoryRow> = tx
        .all(
            "select s.instrument_id, s.role, s.name, s.function, s.capacity, s.signed_on
             from signatory s join instrument i on i.id = s.instrument_id
             where i.contract_id = $1 order by s.instrument_id, s.position",
            args![contract],
        )
        .await?;
    let confirmed: Vec<ConfirmationRow> = tx
        .all(
            "select c.instrument_id, c.person_id, p.name
             from confirmation c
             join instrument i on i.id = c.instrument_id
             join person p on p.id = c.person_id
             where i.contract_id = $1 order by c.change_no",
            args![contract],
        )
        .await?;
    let mut signatories = by_instrument(signatories)?;
    let mut confirmations: BTreeMap<Uuid, Vec<Confirmation>> = BTreeMap::new();
    for row in confirmed {
        let confirmation = Confirmation {
            person: row.person_id,
            name: row.name,
        };
        confirmations
            .entry(row.instrument_id)
            .or_default()
            .push(confirmation);
    }
    let with = |row: InstrumentRow| {
        let signatories = signatories.remove(&row.id).unwrap_or_default();
        let confirmations = confirmations.remove(&row.id).unwrap_or_default();
        row.with(signatories, confirmations)
    };
    rows.into_iter().map(with).collect()
}

async fn terms(tx: &mut Tx, contract: Uuid) -> Result<Vec<Term>, DbError> {
    let rows: Vec<TermRow> = tx
        .all(
            "select t.instrument_id, t.section_id, t.kind, t.subject, t.facet, t.period, t.body,
                    t.motive, t.change_no
             from term t join instrument i on i.id = t.instrument_id
             where i.contract_id = $1",
            args![contract],
        )
        .await?;
    rows.into_iter().map(Term::try_from).collect()
}

/// The contract that an instrument belongs to.
pub async fn contract_of(tx: &mut Tx, instrument: Uuid) -> Result<Option<Uuid>, DbError> {
    let row: Option<(Uuid,)> = tx
        .optional(
            "select contract_id from instrument where id = $1",
            args![instrument],
        )
        .await?;
    Ok(row.map(|(contract,)| contract))
}

/// An act under way.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OpenDraft {
    /// The contract.
    pub contract: Uuid,
    /// Address of the contract.
    pub slug: String,
    /// Title of the contract.
    pub title: String,
    /// Code of the framework.
    pub framework: String,
    /// Whether the contract was invented for a demonstration.
    pub fictional: bool,
    /// Number of the act in the contract.
    pub no: i64,
    /// Key of the act in the framework.
    pub act: String,
    /// The organisation that keeps it to itself; empty where it is open to the parties.
    pub keeper: String,
    /// How many people confirmed it as it stands: a change withdraws what was confirmed.
    pub confirmed: i64,
}

/// Every act under way that somebody may see, the oldest first.
pub async fn open_drafts(tx: &mut Tx, reach: &Reach) -> Result<Vec<OpenDraft>, DbError> {
    let mut drafts: Vec<OpenDraft> = tx
        .all(
            "select c.id as contract, c.slug, c.title, c.framework, c.fictional, i.no, i.act,
                i.keeper, (select count(*) from confirmation k where k.instrument_id = i.id) as confirmed
         from instrument i join contract c on c.id = i.contract_id
         where i.state = 'draft'
         order by i.created_change, i.id",
            args![],
        )
        .await?;
    if drafts.is_empty() {
        return Ok(drafts);
    }
    let parties = parties_of_drafts(tx).await?;
    drafts.retain(|draft| {
        let codes = parties.get(&draft.contract).into_iter().flatten();
        let codes = codes.map(String::as_str);
        reach.sees_of(Opening::Drafts, &draft.framework, codes) && reach.sees_kept_by(&draft.keeper)
    });
    Ok(drafts)
}

/// Keys of the indicators of a framework that a term says something of, drafts included.
pub async fn used_indicators(tx: &mut Tx, framework: &str) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select distinct t.subject
             from term t
             join instrument i on i.id = t.instrument_id
             join contract c on c.id = i.contract_id
             where c.framework = $1 and i.state <> 'abandoned'
               and t.kind in ('choice', 'definition', 'baseline', 'target')",
            args![framework],
        )
        .await?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// Codes of the measures that a baseline or a target is expressed in, national targets and
/// drafts included.
pub async fn used_measures(tx: &mut Tx) -> Result<BTreeSet<String>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select t.facet
             from term t join instrument i on i.id = t.instrument_id
             where i.state <> 'abandoned' and t.kind in ('baseline', 'target') and t.facet <> ''
             union
             select n.measure from national_target n",
            vec![],
        )
        .await?;
    Ok(rows.into_iter().map(|(code,)| code).collect())
}

/// What baselines and targets say in a measure, national targets and drafts included.
pub async fn terms_of_measure(tx: &mut Tx, measure: &str) -> Result<Vec<TermBody>, DbError> {
    let rows: Vec<(String,)> = tx
        .all(
            "select t.body
             from term t join instrument i on i.id = t.instrument_id
             where i.state <> 'abandoned' and t.kind in ('baseline', 'target')
               and t.facet = $1 and t.body is not null",
            args![measure],
        )
        .await?;
    let terms = rows.iter().map(|(body,)| serde_json::from_str(body));
    let terms: Result<Vec<TermBody>, _> = terms.collect();
    let mut terms = terms.map_err(|cause| DbError::corrupt("term", cause))?;
    let rows: Vec<(String,)> = tx
        .all(
            "select body from national_target where measure = $1",
            args![measure],
        )
        .await?;
    for (body,) in rows {
        let target = serde_json::from_str(&body);
        let target = target.map_err(|cause| DbError::corrupt("national target", cause))?;
        terms.push(TermBody::Target(target));
    }
    Ok(terms)
}

/// One line of the journal of a term.
#[derive(Clone, Debug)]
pub struct Change {
    /// The change, with who and when.
    pub row: ChangeRow,
    /// What it was about.
    pub about: TermState,
    /// What was written before.
    pub before: Option<TermBody>,
    /// What is written after.
    pub after: Option<TermBody>,
}

/// A term as the history keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TermState {
    /// The section.
    pub section: Uuid,
    /// Kind of the slot.
    pub kind: String,
    /// Key of the indicator, the commitment or the line of means.
    pub subject: String,
    /// Measure or stage.
    pub facet: String,
    /// Year, or nothing.
    pub period: String,
    /// What is said; nothing where the term is taken away.
    pub body: Option<TermBody>,
    /// Why.
    pub motive: Option<String>,
}

#[derive(sqlx::FromRow)]
struct WrittenRow {
    thing_id: Uuid,
    #[sqlx(flatten)]
    row: ChangeRow,
}

/// What was ever written in a contract about an indicator, a commitment or a line of means, in
/// drafts too, the latest first; of the acts that the contract was loaded with, which are those
/// that somebody may see.
pub async fn subject_changes(
    tx: &mut Tx,
    full: &FullContract,
    subject: &str,
) -> Result<Vec<Change>, DbError> {
    let rows: Vec<WrittenRow> = tx
        .all(
            "select e.thing_id, c.no, c.at, c.kind, p.name as who, c.why, e.verb, e.before_state, e.after_state
             from entry e
             join thing t on t.id = e.thing_id
             join change c on c.no = e.change_no
             left join person p on p.id = c.actor
             where t.parent_id = $1 and e.verb = 'term'
             order by c.no desc, e.seq desc",
            args![full.contract.id],
        )
        .await?;
    let mut found = Vec::new();
    let seen = rows
        .into_iter()
        .filter(|row| full.instrument_by_id(row.thing_id).is_some());
    for WrittenRow { row, .. } in seen {
        let before = state(row.before_state.as_deref())?;
        let after = state(row.after_state.as_deref())?;
        let Some(about) = after.clone().or_else(|| before.clone()) else {
            continue;
        };
        if about.subject == subject {
            found.push(Change {
                row,
                about,
                before: before.and_then(|state| state.body),
                after: after.and_then(|state| state.body),
            });
        }
    }
    Ok(found)
}

fn state(text: Option<&str>) -> Result<Option<TermState>, DbError> {
    text.map(serde_json::from_str)
        .transpose()
        .map_err(|error| DbError::corrupt("recorded term", error))
}
