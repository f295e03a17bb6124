//! The words of contracts, for the search: of those that something was written about after a
//! change, each whole; of all after 0.

use uuid::Uuid;

use crate::args;
use crate::platform::db::{DbError, Tx};

/// A contract.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::contracts) struct ContractWords {
    pub id: Uuid,
    pub slug: String,
    pub title: String,
    pub framework: String,
    pub organisation_code: String,
    pub place_code: String,
    /// How many acts were signed.
    pub signed: i64,
    /// In the name of which organisation it was prepared; empty for none.
    pub keeper: String,
}

pub(in crate::contracts) async fn contracts_since(
    tx: &mut Tx,
    after: i64,
) -> Result<Vec<ContractWords>, DbError> {
    tx.all(
        "select c.id, c.slug, c.title, c.framework, c.organisation_code, c.place_code,
                (select count(*) from instrument i
                 where i.contract_id = c.id and i.state = 'signed') as signed,
                coalesce(g.organisation, '') as keeper
         from contract c
         left join change m on m.no = c.created_change
         left join access_grant g on g.id = m.grant_id
         where c.id in (select coalesce(t.parent_id, t.id)
                        from entry e join thing t on t.id = e.thing_id
                        where e.change_no > $1)
         order by c.id",
        args![after],
    )
    .await
}

/// A section that has a name.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::contracts) struct SectionWords {
    pub contract_id: Uuid,
    pub key: String,
    pub label: String,
    pub place_code: String,
}

pub(in crate::contracts) async fn sections_since(
    tx: &mut Tx,
    after: i64,
) -> Result<Vec<SectionWords>, DbError> {
    tx.all(
        "select s.contract_id, s.key, s.label, s.place_code
         from section s
         where s.label <> ''
           and s.contract_id in (select coalesce(t.parent_id, t.id)
                                 from entry e join thing t on t.id = e.thing_id
                                 where e.change_no > $1)
         order by s.contract_id, s.position",
        args![after],
    )
    .await
}

/// An instrument.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::contracts) struct InstrumentWords {
    pub contract_id: Uuid,
    pub no: i64,
    pub act: String,
    pub state: String,
    pub keeper: String,
    pub motive: Option<String>,
}

pub(in crate::contracts) async fn instruments_since(
    tx: &mut Tx,
    after: i64,
) -> Result<Vec<InstrumentWords>, DbError> {
    tx.all(
        "select i.contract_id, i.no, i.act, i.state, i.keeper, i.motive
         from instrument i
         where i.contract_id in (select coalesce(t.parent_id, t.id)
                                 from entry e join thing t on t.id = e.thing_id
                                 where e.change_no > $1)
         order by i.contract_id, i.no",
        args![after],
    )
    .await
}

/// A term that says something in words.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::contracts) struct TermWords {
    pub contract_id: Uuid,
    pub no: i64,
    pub state: String,
    pub keeper: String,
    pub kind: String,
    pub subject: String,
    pub facet: String,
    pub period: String,
    pub body: String,
    pub motive: Option<String>,
}

pub(in crate::contracts) async fn terms_since(
    tx: &mut Tx,
    after: i64,
) -> Result<Vec<TermWords>, DbError> {
    tx.all(
        "select i.contract_id, i.no, i.state, i.keeper, t.kind, t.subject, t.facet, t.period,
                coalesce(t.body, '') as body, t.motive
         from term t
         join instrument i on i.id = t.instrument_id
         where i.state <> 'abandoned'
           and (t.motive is not null or t.kind in ('definition', 'commitment'))
           and i.contract_id in (select coalesce(h.parent_id, h.id)
                                 from entry e join thing h on h.id = e.thing_id
                                 where e.change_no > $1)
         order by i.contract_id, i.no, t.kind collate \"C\", t.subject collate \"C\",
                  t.facet collate \"C\", t.period collate \"C\"",
        args![after],
    )
    .await
}
