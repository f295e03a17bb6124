//! Framework revisions in the database.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Framework, Texts};
use crate::access::role::Bound;
use crate::access::{Act, Audience, Concern, Opening, Permit, Reach};
use crate::args;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::{DbError, Tx};

/// Writing a new revision of a framework.
#[derive(Debug)]
pub struct Revise;

impl Act for Revise {
    /// The framework's code.
    type Thing = String;
    const NAME: &'static str = "framework.revise";

    async fn concerns(_tx: &mut Tx, code: &String) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of("", code)])
    }
}

/// Opening the campaign of a year, or putting it on the revision in force.
#[derive(Debug)]
pub struct OpenCampaign;

impl Act for OpenCampaign {
    /// The campaign.
    type Thing = CampaignKey;
    const NAME: &'static str = "campaign.open";

    async fn concerns(_tx: &mut Tx, key: &CampaignKey) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::of("", &key.framework)])
    }
}

/// What names a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignKey {
    /// The framework's code.
    pub framework: String,
    /// The year N that it reviews.
    pub year: i16,
}

/// A campaign that was opened, with the revision it is run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The campaign as a thing of the history.
    pub thing: Uuid,
    /// Identifier of the revision.
    pub revision: Uuid,
    /// Number of that revision.
    pub no: i64,
    /// When it was put on it, in microseconds UTC.
    pub at: i64,
}

/// Where a revision comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Read from text files.
    Text,
    /// Edited on screen.
    Interface,
}

impl Origin {
    fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Interface => "interface",
        }
    }
}

/// A revision without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionHead {
    /// Identifier.
    pub id: Uuid,
    /// Number, from 1, within the framework.
    pub no: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// The change that wrote it.
    pub change: i64,
}

/// A revision about to be written.
#[derive(Debug)]
pub struct NewRevision<'a> {
    /// The framework as it will be.
    pub framework: &'a Framework,
    /// The files it was read from, or its canonical form.
    pub texts: &'a Texts,
    /// Where it comes from.
    pub origin: Origin,
    /// The revision it follows; `None` for the first.
    pub base: Option<&'a RevisionHead>,
    /// What changed against the base, for the history.
    pub summary: &'a [String],
}

#[derive(sqlx::FromRow)]
struct HeadRecord {
    id: Uuid,
    no: i64,
    origin: String,
    change_no: i64,
}

impl From<HeadRecord> for RevisionHead {
    fn from(record: HeadRecord) -> Self {
        Self {
            id: record.id,
            no: record.no,
            origin: if record.origin == Origin::Interface.code() {
                Origin::Interface
            } else {
                Origin::Text
            },
            change: record.change_no,
        }
    }
}

/// The revision in force.
pub async fn head(tx: &mut Tx, framework: &str) -> Result<Option<RevisionHead>, DbError> {
    let record: Option<HeadRecord> = tx
        .optional(
            "select r.id, r.no, r.origin, r.change_no
             from framework f
             join framework_revision r on r.framework = f.code and r.no = f.current_no
             where f.code = $1",
            args![framework],
        )
        .await?;
    Ok(record.map(RevisionHead::from))
}

/// Every revision of a framework, the latest first.
pub async fn revisions(
    tx: &mut Tx,
    _reach: &Reach,
    framework: &str,
) -> Result<Vec<RevisionHead>, DbError> {
    let records: Vec<HeadRecord> = tx
        .all(
            "select id, no, origin, change_no from framework_revision
             where framework = $1 order by no desc",
            args![framework],
        )
        .await?;
    Ok(records.into_iter().map(RevisionHead::from).collect())
}

/// The change that wrote the latest revision of any framework, 0 where there is none.
pub async fn latest_change(tx: &mut Tx) -> Result<i64, DbError> {
    latest_change_upto(tx, i64::MAX).await
}

/// The same after the change `upto`.
pub(super) async fn latest_change_upto(tx: &mut Tx, upto: i64) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one(
            "select coalesce(max(change_no), 0) from framework_revision where change_no <= $1",
            args![upto],
        )
        .await?;
    Ok(no)
}

#[derive(sqlx::FromRow)]
struct ModelRecord {
    id: Uuid,
    no: i64,
    thing_id: Uuid,
    model: String,
}

/// A framework as kept, with the identity of the revision.
pub(super) struct Kept {
    pub id: Uuid,
    pub no: i64,
    pub thing: Uuid,
    pub framework: Framework,
}

impl TryFrom<ModelRecord> for Kept {
    type Error = DbError;

    fn try_from(record: ModelRecord) -> Result<Self, DbError> {
        let framework = serde_json::from_str(&record.model)
            .map_err(|cause| DbError::corrupt("framework", cause))?;
        Ok(Self {
            id: record.id,
            no: record.no,
            thing: record.thing_id,
            framework,
        })
    }
}

/// The revision in force of every framework.
pub(super) async fn current(tx: &mut Tx) -> Result<Vec<Kept>, DbError> {
    let records: Vec<ModelRecord> = tx
        .all(
            "select r.id, r.no, f.thing_id, r.model
             from framework f
             join framework_revision r on r.framework = f.code and r.no = f.current_no
             order by f.code",
            vec![],
        )
        .await?;
    records.into_iter().map(Kept::try_from).collect()
}

/// The revision of every framework that was in force after a change.
pub(super) async fn in_force_at(tx: &mut Tx, change: i64) -> Result<Vec<Kept>, DbError> {
    let records: Vec<ModelRecord> = tx
        .all(
            "select r.id, r.no, f.thing_id, r.model
             from framework f
             join framework_revision r on r.framework = f.code
             where r.no = (select max(l.no) from framework_revision l
                           where l.framework = f.code and l.change_no <= $1)
             order by f.code",
            args![change],
        )
        .await?;
    records.into_iter().map(Kept::try_from).collect()
}

/// One revision, whatever its age.
pub(super) async fn revision(tx: &mut Tx, id: Uuid) -> Result<Option<Kept>, DbError> {
    let record: Option<ModelRecord> = tx
        .optional(
            "select r.id, r.no, f.thing_id, r.model
             from framework_revision r
             join framework f on f.code = r.framework
             where r.id = $1",
            args![id],
        )
        .await?;
    record.map(Kept::try_from).transpose()
}

/// The files of a revision.
pub async fn texts(tx: &mut Tx, _reach: &Reach, revision: Uuid) -> Result<Texts, DbError> {
    let rows: Vec<(String, String)> = tx
        .all(
            "select name, body from framework_file where revision_id = $1",
            args![revision],
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// Writes a revision and makes it the one in force. What it may contain was checked before, in
/// the same transaction.
pub(super) async fn write(
    change: &mut Change,
    permit: Permit<Revise>,
    new: NewRevision<'_>,
) -> Result<RevisionHead, LedgerError> {
    let code = permit.into_thing();
    let no = new.base.map_or(1, |base| base.no + 1);
    let recorded = serde_json::json!({ "revision": no, "changes": new.summary });
    match new.base {
        None => {
            let thing = NewThing {
                kind: "framework",
                parent: None,
                scope: Scope {
                    organisation: String::new(),
                    framework: code.clone(),
                },
                label: &new.framework.title,
            };
            let thing = change.create(thing, &recorded).await?;
            insert_framework(change.tx(), &code, thing).await?;
        }
        Some(base) => {
            let thing = thing_of(change.tx(), &code).await?;
            change.relabel(thing, &new.framework.title).await?;
            let before = serde_json::json!({ "revision": base.no });
            change
                .record(thing, "revise", Some(&before), Some(&recorded))
                .await?;
        }
    }
    let head = RevisionHead {
        id: change.new_id(),
        no,
        origin: new.origin,
        change: change.no(),
    };
    insert_revision(change.tx(), &code, &head, &new).await?;
    Ok(head)
}

async fn insert_framework(tx: &mut Tx, code: &str, thing: Uuid) -> Result<(), DbError> {
    tx.run(
        "insert into framework (code, thing_id, current_no) values ($1, $2, 0)",
        args![code, thing],
    )
    .await?;
    Ok(())
}

async fn thing_of(tx: &mut Tx, code: &str) -> Result<Uuid, DbError> {
    let (thing,): (Uuid,) = tx
        .one(
            "select thing_id from framework where code = $1",
            args![code],
        )
        .await?;
    Ok(thing)
}

/// Keeps to whom a framework opens something, for the rights to be read without its model.
async fn open_to(
    tx: &mut Tx,
    code: &str,
    what: Opening,
    audience: Option<Audience>,
) -> Result<(), DbError> {
    tx.run(
        "delete from framework_opening where framework = $1 and what = $2",
        args![code, what.code()],
    )
    .await?;
    let Some(audience) = audience else {
        return Ok(());
    };
    tx.run(
        "insert into framework_opening (framework, what, audience) values ($1, $2, $3)",
        args![code, what.code(), audience.code()],
    )
    .await?;
    Ok(())
}

/// Opens the values of every measure that a framework follows, as it says.
async fn open_values(tx: &mut Tx, framework: &Framework) -> Result<(), DbError> {
    let code = framework.code.as_str();
    tx.run(
        "delete from measure_opening where framework = $1",
        args![code],
    )
    .await?;
    let Some(audience) = framework.values_for else {
        return Ok(());
    };
    let followed = framework.indicators.iter().flat_map(|i| &i.measures);
    for measure in followed.collect::<BTreeSet<_>>() {
        tx.run(
            "insert into measure_opening (framework, measure, audience) values ($1, $2, $3)",
            args![code, measure.as_str(), audience.code()],
        )
        .await?;
    }
    Ok(())
}

/// Keeps whether the contracts of a framework bind establishments, likewise.
async fn keep_parties(tx: &mut Tx, framework: &Framework) -> Result<(), DbError> {
    let code = framework.code.as_str();
    tx.run(
        "delete from framework_party where framework = $1",
        args![code],
    )
    .await?;
    if !framework.follows_establishments() {
        return Ok(());
    }
    tx.run(
        "insert into framework_party (framework, kind) values ($1, $2)",
        args![code, Bound::Establishments.code()],
    )
    .await?;
    Ok(())
}

async fn insert_revision(
    tx: &mut Tx,
    code: &str,
    head: &RevisionHead,
    new: &NewRevision<'_>,
) -> Result<(), DbError> {
    let model = serde_json::to_string(new.framework)
        .map_err(|cause| DbError::corrupt("framework", cause))?;
    tx.run(
        "insert into framework_revision (id, framework, no, base_no, origin, model, change_no)
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            head.id,
            code,
            head.no,
            new.base.map(|base| base.no),
            head.origin.code(),
            model,
            head.change
        ],
    )
    .await?;
    for (name, body) in new.texts {
        tx.run(
            "insert into framework_file (revision_id, name, body) values ($1, $2, $3)",
            args![head.id, name, body],
        )
        .await?;
    }
    open_to(tx, code, Opening::Signed, new.framework.signed_for).await?;
    open_to(tx, code, Opening::Drafts, new.framework.drafts_for).await?;
    open_to(tx, code, Opening::Values, new.framework.values_for).await?;
    open_values(tx, new.framework).await?;
    keep_parties(tx, new.framework).await?;
    tx.run(
        "update framework set current_no = $1 where code = $2",
        args![head.no, code],
    )
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct OpenedRecord {
    id: Uuid,
    revision_id: Uuid,
    no: i64,
    at: i64,
}

/// The campaign of that year, where it was opened.
pub async fn opened(
    tx: &mut Tx,
    _reach: &Reach,
    key: &CampaignKey,
) -> Result<Option<Opened>, DbError> {
    let record: Option<OpenedRecord> = tx
        .optional(
            "select g.id, g.revision_id, r.no, c.at
             from campaign g
             join framework_revision r on r.id = g.revision_id
             join change c on c.no = g.change_no
             where g.framework = $1 and g.year = $2",
            args![key.framework.as_str(), i64::from(key.year)],
        )
        .await?;
    Ok(record.map(|record| Opened {
        thing: record.id,
        revision: record.revision_id,
        no: record.no,
        at: record.at,
    }))
}

/// Opens a campaign on a revision, or puts it on that one; `before` is what stood.
pub(super) async fn open(
    change: &mut Change,
    permit: Permit<OpenCampaign>,
    revision: &RevisionHead,
    before: Option<&Opened>,
) -> Result<(), LedgerError> {
    let key = permit.into_thing();
    let state = |no| serde_json::json!({ "revision": no });
    let now = change.no();
    if let Some(before) = before {
        let (old, new) = (state(before.no), state(revision.no));
        change
            .record(before.thing, "revise", Some(&old), Some(&new))
            .await?;
        change
            .tx()
            .run(
                "update campaign set revision_id = $1, change_no = $2 where id = $3",
                args![revision.id, now, before.thing],
            )
            .await?;
        return Ok(());
    }
    let label = format!("Bilan {}", key.year);
    let thing = NewThing {
        kind: "campaign",
        parent: Some(thing_of(change.tx(), &key.framework).await?),
        scope: Scope {
            organisation: String::new(),
            framework: key.framework.clone(),
        },
        label: &label,
    };
    let thing = change.create(thing, &state(revision.no)).await?;
    change
        .tx()
        .run(
            "insert into campaign (id, framework, year, revision_id, change_no)
             values ($1, $2, $3, $4, $5)",
            args![thing, key.framework, i64::from(key.year), revision.id, now],
        )
        .await?;
    Ok(())
}
