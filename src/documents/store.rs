//! Bytes, documents and their versions in the database.

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::media::Media;
use super::receive::Upload;
use super::{
    About, AboutKind, AttachDocument, Attachment, Document, Embargo, ReplaceDocument, Version,
    is_open,
};
use crate::access::{Concern, Permit, Reach};
use crate::args;
use crate::kernel::hex;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::{DbError, Tx};

/// Keeps the bytes once, under their digest.
pub async fn save_blob(tx: &mut Tx, bytes: &[u8]) -> Result<Vec<u8>, DbError> {
    let sha = Sha256::digest(bytes).to_vec();
    tx.run(
        "insert into blob (sha, size, stored) values ($1, $2, $3) on conflict (sha) do nothing",
        args![sha.clone(), size(bytes), bytes],
    )
    .await?;
    Ok(sha)
}

fn size(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// Attaches a document to what the permit was given for.
pub async fn attach(
    change: &mut Change,
    permit: Permit<AttachDocument>,
    upload: &Upload,
) -> Result<Uuid, LedgerError> {
    let Attachment {
        about,
        concern,
        embargo,
    } = permit.into_thing();
    let (until, loaded_by) = embargo.unzip();
    let sha = save_blob(change.tx(), &upload.bytes).await?;
    let thing = NewThing {
        kind: "document",
        parent: None,
        scope: scope(&concern),
        label: &upload.name,
    };
    let state = json!({ "about": about, "file": recorded(upload, &sha) });
    let id = change.create(thing, &state).await?;
    change
        .tx()
        .run(
            "insert into document (id, kind, subject, place, period, embargo_until, loaded_by)
             values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                id,
                about.kind.code(),
                &about.subject,
                &about.place,
                &about.period,
                until.map(|day| day.to_string()),
                loaded_by.flatten()
            ],
        )
        .await?;
    add_version(change, id, 1, upload, sha, None).await?;
    Ok(id)
}

/// Whose a document is, for who may replace it later: the first of those it concerns.
fn scope(concern: &Concern) -> Scope {
    let standing = concern.standings.first();
    Scope {
        organisation: concern.organisations.first().cloned().unwrap_or_default(),
        framework: standing.map(|s| s.framework.clone()).unwrap_or_default(),
    }
}

/// Whom a document concerns: whose it was made, and who attached it.
pub(super) async fn concern(tx: &mut Tx, document: Uuid) -> Result<Option<Concern>, DbError> {
    let row: Option<(String, String, Option<Uuid>)> = tx
        .optional(
            "select s.organisation, s.framework, c.actor
             from document d
             join thing t on t.id = d.id
             join scope s on s.id = t.scope_id
             join document_version v on v.document_id = d.id and v.no = 1
             join change c on c.no = v.change_no
             where d.id = $1",
            args![document],
        )
        .await?;
    Ok(row.map(|(organisation, framework, author)| Concern {
        owner: author,
        ..Concern::of(&organisation, &framework)
    }))
}

/// Puts another file in the place of the one a document holds; the earlier ones are kept. Tells
/// whether there is such a document.
pub async fn replace(
    change: &mut Change,
    permit: Permit<ReplaceDocument>,
    upload: &Upload,
    why: &str,
) -> Result<bool, LedgerError> {
    let id = permit.into_thing();
    let last: Option<(i64, Vec<u8>)> = change
        .tx()
        .optional(
            "select no, sha from document_version
             where document_id = $1 order by no desc limit 1",
            args![id],
        )
        .await?;
    let Some((last, old_sha)) = last else {
        return Ok(false);
    };
    let sha = save_blob(change.tx(), &upload.bytes).await?;
    let before = json!({ "sha256": hex(&old_sha) });
    let after = recorded(upload, &sha);
    change
        .record(id, "replace", Some(&before), Some(&after))
        .await?;
    change.relabel(id, &upload.name).await?;
    add_version(change, id, last + 1, upload, sha, Some(why)).await?;
    Ok(true)
}

/// What the history keeps of a file: not its name, which may hold anybody's.
fn recorded(upload: &Upload, sha: &[u8]) -> serde_json::Value {
    json!({ "size": size(&upload.bytes), "sha256": hex(sha) })
}

async fn add_version(
    change: &mut Change,
    id: Uuid,
    no: i64,
    upload: &Upload,
    sha: Vec<u8>,
    why: Option<&str>,
) -> Result<(), DbError> {
    let made_in = change.no();
    change
        .tx()
        .run(
            "insert into document_version (document_id, no, name, media, size, sha, why, change_no)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                id,
                no,
                &upload.name,
                upload.media.name(),
                size(&upload.bytes),
                sha,
                why,
                made_in
            ],
        )
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct VersionRecord {
    document_id: Uuid,
    kind: String,
    subject: String,
    place: String,
    period: String,
    no: i64,
    name: String,
    media: String,
    size: i64,
    sha: Vec<u8>,
    why: Option<String>,
    at: i64,
    who: Option<String>,
    organisation: String,
    framework: String,
    embargo_until: Option<String>,
    loaded_by: Option<Uuid>,
}

/// Those of documents that somebody may see on that day.
fn seen(
    records: Vec<VersionRecord>,
    reach: &Reach,
    today: Date,
) -> Result<Vec<VersionRecord>, DbError> {
    let mut seen = Vec::with_capacity(records.len());
    for record in records {
        let embargo = embargo(record.embargo_until.as_deref(), record.loaded_by)?;
        let scope = Scope {
            organisation: record.organisation.clone(),
            framework: record.framework.clone(),
        };
        if reach.sees(&scope) && is_open(embargo, reach, today) {
            seen.push(record);
        }
    }
    Ok(seen)
}

/// The embargo of a document, as it is kept.
fn embargo(until: Option<&str>, author: Option<Uuid>) -> Result<Option<Embargo>, DbError> {
    let until: Option<Date> = until
        .map(str::parse)
        .transpose()
        .map_err(|cause: jiff::Error| DbError::corrupt("day", cause))?;
    Ok(until.map(|until| (until, author)))
}

/// Those of the documents attached or replaced between two changes that an embargo keeps from
/// somebody.
pub(super) async fn kept_between(
    tx: &mut Tx,
    reach: &Reach,
    today: Date,
    (first, last): (i64, i64),
) -> Result<HashSet<Uuid>, DbError> {
    let all: Vec<(Uuid, Option<String>, Option<Uuid>)> = tx
        .all(
            "select d.id, d.embargo_until, d.loaded_by from document d
             where d.embargo_until is not null
               and d.id in (select e.thing_id from entry e where e.change_no between $1 and $2)",
            args![first, last],
        )
        .await?;
    let mut kept = HashSet::new();
    for (id, until, author) in all {
        if !is_open(embargo(until.as_deref(), author)?, reach, today) {
            kept.insert(id);
        }
    }
    Ok(kept)
}

/// The documents about a subject attached no later than the change `upto`, the latest first, as
/// somebody may see them on that day.
pub async fn about(
    tx: &mut Tx,
    (reach, today): (&Reach, Date),
    kind: AboutKind,
    subject: &str,
    upto: i64,
) -> Result<Vec<Document>, DbError> {
    let records: Vec<VersionRecord> = tx
        .all(
            "select v.document_id, d.kind, d.subject, d.place, d.period, v.no, v.name, v.media,
                    v.size, v.sha, v.why, c.at, p.name as who, s.organisation, s.framework,
                    d.embargo_until, d.loaded_by
             from document d
             join thing t on t.id = d.id
             join scope s on s.id = t.scope_id
             join document_version v on v.document_id = d.id
             join change c on c.no = v.change_no
             left join person p on p.id = c.actor
             where d.kind = $1 and d.subject = $2 and v.change_no <= $3
             order by d.id desc, v.no desc",
            args![kind.code(), subject, upto],
        )
        .await?;
    gathered(seen(records, reach, today)?)
}

/// Every document attached no later than the change `upto`, the latest first.
pub async fn all(
    tx: &mut Tx,
    seen_by: (&Reach, Date),
    upto: i64,
) -> Result<Vec<Document>, DbError> {
    let wanted = Wanted {
        upto,
        ..Wanted::default()
    };
    let mut all = list(tx, seen_by, &wanted, usize::MAX).await?;
    all.reverse();
    Ok(all)
}

/// Which documents a list is of, and where it goes on.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// The kind of thing they are about.
    pub kind: Option<AboutKind>,
    /// The thing.
    pub subject: Option<&'a str>,
    /// The place.
    pub place: Option<&'a str>,
    /// The period.
    pub period: Option<&'a str>,
    /// The last document given before.
    pub after: Option<Uuid>,
    /// The last change that counts.
    pub upto: i64,
}

/// How many documents are read at once while looking for those that somebody may see.
const AT_ONCE: i64 = 500;

/// The next documents of a list that somebody may see, `most` of them, in the order in which they
/// were attached. Whose a document may be seen is no question that the database could answer, so
/// that it is asked of one batch after the other.
pub async fn list(
    tx: &mut Tx,
    (reach, today): (&Reach, Date),
    wanted: &Wanted<'_>,
    most: usize,
) -> Result<Vec<Document>, DbError> {
    let mut after = wanted.after.unwrap_or(Uuid::nil());
    let mut found = Vec::new();
    while found.len() < most {
        let records = following(tx, wanted, after).await?;
        let Some(last) = records.last() else { break };
        after = last.document_id;
        found.extend(gathered(seen(records, reach, today)?)?);
    }
    found.truncate(most);
    Ok(found)
}

/// The versions of the documents that follow one, whoever may see them.
async fn following(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    after: Uuid,
) -> Result<Vec<VersionRecord>, DbError> {
    tx.all(
        "select v.document_id, d.kind, d.subject, d.place, d.period, v.no, v.name, v.media,
                v.size, v.sha, v.why, c.at, p.name as who, s.organisation, s.framework,
                d.embargo_until, d.loaded_by
         from (select id, kind, subject, place, period, embargo_until, loaded_by from document
               where id > $1 and ($2 = '' or kind = $2) and ($3 = '' or subject = $3)
                 and ($4 = '' or place = $4) and ($5 = '' or period = $5)
                 and exists (select 1 from document_version f
                             where f.document_id = document.id and f.change_no <= $6)
               order by id limit $7) d
         join thing t on t.id = d.id
         join scope s on s.id = t.scope_id
         join document_version v on v.document_id = d.id
         join change c on c.no = v.change_no
         left join person p on p.id = c.actor
         where v.change_no <= $6
         order by d.id, v.no desc",
        args![
            after,
            wanted.kind.map_or("", AboutKind::code),
            wanted.subject.unwrap_or_default(),
            wanted.place.unwrap_or_default(),
            wanted.period.unwrap_or_default(),
            wanted.upto,
            AT_ONCE
        ],
    )
    .await
}

/// One document, where somebody may see it on that day.
pub async fn document(
    tx: &mut Tx,
    (reach, today): (&Reach, Date),
    id: Uuid,
) -> Result<Option<Document>, DbError> {
    let records: Vec<VersionRecord> = tx
        .all(
            "select v.document_id, d.kind, d.subject, d.place, d.period, v.no, v.name, v.media,
                    v.size, v.sha, v.why, c.at, p.name as who, s.organisation, s.framework,
                    d.embargo_until, d.loaded_by
             from document d
             join thing t on t.id = d.id
             join scope s on s.id = t.scope_id
             join document_version v on v.document_id = d.id
             join change c on c.no = v.change_no
             left join person p on p.id = c.actor
             where d.id = $1
             order by v.no desc",
            args![id],
        )
        .await?;
    Ok(gathered(seen(records, reach, today)?)?.pop())
}

/// Records of versions as documents; those of one document stand together.
fn gathered(records: Vec<VersionRecord>) -> Result<Vec<Document>, DbError> {
    let mut documents: Vec<Document> = Vec::new();
    for record in records {
        let media = Media::from_name(&record.media)
            .ok_or_else(|| DbError::corrupt("media", record.media.as_str()))?;
        let version = Version {
            no: record.no,
            name: record.name,
            media,
            size: record.size,
            sha: record.sha,
            why: record.why,
            at: record.at,
            who: record.who,
        };
        match documents.last_mut() {
            Some(last) if last.id == record.document_id => last.versions.push(version),
            _ => documents.push(Document {
                id: record.document_id,
                about: About {
                    kind: AboutKind::from_code(&record.kind)
                        .ok_or_else(|| DbError::corrupt("document", record.kind.as_str()))?,
                    subject: record.subject,
                    place: record.place,
                    period: record.period,
                },
                versions: vec![version],
            }),
        }
    }
    Ok(documents)
}

/// The bytes of that digest.
pub async fn bytes(tx: &mut Tx, sha: &[u8]) -> Result<Option<Vec<u8>>, DbError> {
    let found: Option<(Vec<u8>,)> = tx
        .optional("select stored from blob where sha = $1", args![sha])
        .await?;
    Ok(found.map(|(stored,)| stored))
}

/// The last file of a document.
#[derive(Debug)]
pub(super) struct Named {
    pub id: Uuid,
    pub kind: AboutKind,
    pub name: String,
    pub why: Option<String>,
    pub scope: Scope,
    pub embargo: Option<Embargo>,
}

#[derive(sqlx::FromRow)]
struct NamedRow {
    id: Uuid,
    kind: String,
    name: String,
    why: Option<String>,
    organisation: String,
    framework: String,
    embargo_until: Option<String>,
    loaded_by: Option<Uuid>,
}

/// The last file of each document to which one was attached after a change.
pub(super) async fn named_since(tx: &mut Tx, after: i64) -> Result<Vec<Named>, DbError> {
    let rows: Vec<NamedRow> = tx
        .all(
            "select d.id, d.kind, v.name, v.why, s.organisation, s.framework, d.embargo_until,
                    d.loaded_by
             from document d
             join thing t on t.id = d.id
             join scope s on s.id = t.scope_id
             join document_version v on v.document_id = d.id
             where v.change_no > $1
               and v.no = (select max(l.no) from document_version l
                           where l.document_id = d.id)",
            args![after],
        )
        .await?;
    let named = |row: NamedRow| {
        Ok(Named {
            id: row.id,
            kind: AboutKind::from_code(&row.kind)
                .ok_or_else(|| DbError::corrupt("document", row.kind.as_str()))?,
            name: row.name,
            why: row.why,
            scope: Scope {
                organisation: row.organisation,
                framework: row.framework,
            },
            embargo: embargo(row.embargo_until.as_deref(), row.loaded_by)?,
        })
    };
    rows.into_iter().map(named).collect()
}
