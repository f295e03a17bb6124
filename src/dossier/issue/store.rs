//! Issued dossiers in the database.

use std::collections::BTreeSet;

use jalon_render::dossier::RENDERER;
use serde_json::json;
use uuid::Uuid;

use super::{Drawn, Format, IssueDossier, Issued, IssuedFile};
use crate::access::{Permit, Reach};
use crate::args;
use crate::contracts::FullContract;
use crate::contracts::store::{known, load};
use crate::documents::store::{bytes, save_blob};
use crate::kernel::hex;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::db::{DbError, Tx};

/// Keeps a dossier of the contract that the permit was given for.
pub async fn keep(
    change: &mut Change,
    permit: Permit<IssueDossier>,
    scope: Scope,
    drawn: &Drawn,
) -> Result<Uuid, LedgerError> {
    let contract = permit.thing().contract;
    let manifest = save_blob(change.tx(), drawn.manifest.as_bytes()).await?;
    let mut kept = Vec::with_capacity(drawn.files.len());
    for (format, name, bytes) in &drawn.files {
        let sha = save_blob(change.tx(), bytes).await?;
        kept.push((*format, name, size(bytes), sha));
    }
    let files = kept.iter().map(|(format, name, size, sha)| {
        json!({ "format": format.code(), "name": name, "size": size, "sha256": hex(sha) })
    });
    let state = json!({
        "contract": contract,
        "section": drawn.section,
        "year": drawn.year,
        "as_of": drawn.as_of,
        "known_change": drawn.known,
        "renderer": RENDERER,
        "manifest": hex(&manifest),
        "files": files.collect::<Vec<_>>(),
    });
    let thing = NewThing {
        kind: "dossier",
        parent: Some(contract),
        scope,
        label: &drawn.label,
    };
    let id = change.create(thing, &state).await?;
    let no = change.no();
    let tx = change.tx();
    tx.run(
        "insert into issued_dossier (id, contract_id, section_key, year, as_of, known_change,
                                     renderer, manifest, issued_change)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            contract,
            &drawn.section,
            i64::from(drawn.year),
            drawn.as_of.to_string(),
            drawn.known,
            RENDERER,
            manifest,
            no
        ],
    )
    .await?;
    for (format, name, size, sha) in kept {
        tx.run(
            "insert into issued_file (dossier_id, format, name, size, sha)
             values ($1, $2, $3, $4, $5)",
            args![id, format.code(), name, size, sha],
        )
        .await?;
    }
    Ok(id)
}

fn size(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

#[derive(sqlx::FromRow)]
struct IssuedRow {
    id: Uuid,
    contract_id: Uuid,
    slug: String,
    section_key: String,
    year: i64,
    as_of: String,
    at: i64,
    who: Option<String>,
    renderer: String,
    manifest: Vec<u8>,
    format: String,
    name: String,
    size: i64,
    sha: Vec<u8>,
}

/// The dossiers issued for a contract, the latest first: whoever holds the contract may know of
/// them.
pub async fn of_contract(tx: &mut Tx, full: &FullContract) -> Result<Vec<Issued>, DbError> {
    let rows: Vec<IssuedRow> = tx
        .all(
            "select d.id, d.contract_id, k.slug, d.section_key, d.year, d.as_of, c.at,
                    p.name as who, d.renderer, d.manifest, f.format, f.name, f.size, f.sha
             from issued_dossier d
             join contract k on k.id = d.contract_id
             join issued_file f on f.dossier_id = d.id
             join change c on c.no = d.issued_change
             left join person p on p.id = c.actor
             where d.contract_id = $1
             order by d.issued_change desc, d.id",
            args![full.contract.id],
        )
        .await?;
    gathered(rows)
}

/// Which dossiers a list is of, and where it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The addresses of the contracts that whoever reads may know of.
    pub known: &'a BTreeSet<String>,
    /// The address of the one they are of, where it is named.
    pub contract: Option<&'a str>,
    /// When the last one given before was issued, and which it is.
    pub before: Option<(i64, Uuid)>,
}

/// How many dossiers are read at once while looking for those that somebody may know of.
const AT_ONCE: i64 = 200;

/// The next dossiers of a list, `most` of them, the latest first. Which contracts somebody may know
/// of is no question that the database could answer, so that it is asked of one batch after the
/// other.
pub async fn issued_before(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    most: usize,
) -> Result<Vec<Issued>, DbError> {
    let mut before = wanted.before.unwrap_or((i64::MAX, Uuid::max()));
    let mut found: Vec<Issued> = Vec::new();
    while found.len() < most {
        let some = gathered(earlier(tx, wanted.contract, before).await?)?;
        let Some(last) = some.last() else { break };
        before = (last.at, last.id);
        let seen = some.into_iter();
        found.extend(seen.filter(|one| wanted.known.contains(&one.slug)));
    }
    found.truncate(most);
    Ok(found)
}

/// The dossiers issued before one, with their files, whoever may know of them.
async fn earlier(
    tx: &mut Tx,
    contract: Option<&str>,
    (at, id): (i64, Uuid),
) -> Result<Vec<IssuedRow>, DbError> {
    tx.all(
        "select d.id, d.contract_id, d.slug, d.section_key, d.year, d.as_of, d.at,
                p.name as who, d.renderer, d.manifest, f.format, f.name, f.size, f.sha
         from (select i.id, i.contract_id, k.slug, i.section_key, i.year, i.as_of, c.at, c.actor,
                      i.renderer, i.manifest
               from issued_dossier i
               join contract k on k.id = i.contract_id
               join change c on c.no = i.issued_change
               where (c.at < $1 or (c.at = $1 and i.id < $2)) and ($3 = '' or k.slug = $3)
               order by c.at desc, i.id desc limit $4) d
         join issued_file f on f.dossier_id = d.id
         left join person p on p.id = d.actor
         order by d.at desc, d.id desc",
        args![at, id, contract.unwrap_or_default(), AT_ONCE],
    )
    .await
}

/// One issued dossier; nothing to whoever may not know of its contract.
pub async fn issued(tx: &mut Tx, reach: &Reach, id: Uuid) -> Result<Option<Issued>, DbError> {
    let rows: Vec<IssuedRow> = tx
        .all(
            "select d.id, d.contract_id, k.slug, d.section_key, d.year, d.as_of, c.at,
                    p.name as who, d.renderer, d.manifest, f.format, f.name, f.size, f.sha
             from issued_dossier d
             join contract k on k.id = d.contract_id
             join issued_file f on f.dossier_id = d.id
             join change c on c.no = d.issued_change
             left join person p on p.id = c.actor
             where d.id = $1",
            args![id],
        )
        .await?;
    let Some(found) = gathered(rows)?.pop() else {
        return Ok(None);
    };
    let known = load(tx, reach, &found.slug).await?.is_some();
    Ok(known.then_some(found))
}

/// A file of an issued dossier, with its bytes as they were issued.
pub async fn file(
    tx: &mut Tx,
    reach: &Reach,
    id: Uuid,
    format: Format,
) -> Result<Option<(IssuedFile, Vec<u8>)>, DbError> {
    let found = issued(tx, reach, id).await?;
    let mut files = found.into_iter().flat_map(|one| one.files);
    let Some(file) = files.find(|file| file.format == format) else {
        return Ok(None);
    };
    let bytes = bytes(tx, &file.sha).await?;
    Ok(bytes.map(|bytes| (file, bytes)))
}

/// An issued dossier by what it is called, and whose its contract is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::dossier) struct Named {
    pub id: Uuid,
    pub year: i64,
    pub slug: String,
    pub title: String,
    pub framework: String,
    pub organisation: String,
    /// How many acts of the contract are signed.
    pub signed: i64,
}

/// Those issued after a change.
pub(in crate::dossier) async fn named_since(
    tx: &mut Tx,
    after: i64,
) -> Result<Vec<Named>, DbError> {
    tx.all(
        "select d.id, d.year, k.slug, k.title, k.framework, k.organisation_code as organisation,
                (select count(*) from instrument i
                 where i.contract_id = k.id and i.state = 'signed') as signed
         from issued_dossier d
         join contract k on k.id = d.contract_id
         where d.issued_change > $1",
        args![after],
    )
    .await
}

/// Rows as dossiers; the files of one stand together.
fn gathered(rows: Vec<IssuedRow>) -> Result<Vec<Issued>, DbError> {
    let mut found: Vec<Issued> = Vec::new();
    for row in rows {
        let format = Format::from_code(&row.format);
        let file = IssuedFile {
            format: format.ok_or_else(|| DbError::corrupt("format", row.format.as_str()))?,
            name: row.name,
            size: row.size,
            sha: row.sha,
        };
        match found.last_mut() {
            Some(last) if last.id == row.id => last.files.push(file),
            _ => found.push(Issued {
                id: row.id,
                contract: row.contract_id,
                slug: row.slug,
                section: row.section_key,
                year: i16::try_from(row.year).map_err(|e| DbError::corrupt("year", e))?,
                as_of: row.as_of.parse().map_err(|e| DbError::corrupt("day", e))?,
                at: row.at,
                who: row.who,
                renderer: row.renderer,
                manifest: row.manifest,
                files: vec![file],
            }),
        }
    }
    for one in &mut found {
        one.files.sort_by_key(|file| file.format);
    }
    Ok(found)
}

/// The files that a run issued, each with its name and its bytes, in the order of the run; those of
/// contracts that whoever asks may not know of, or no longer, are left out.
pub async fn files_of_run(
    tx: &mut Tx,
    reach: &Reach,
    run: Uuid,
) -> Result<Vec<(String, Vec<u8>)>, DbError> {
    let rows: Vec<(String, String, Vec<u8>)> = tx
        .all(
            "select k.slug, f.name, f.sha
             from print_run_item i
             join issued_dossier d on d.id = i.dossier_id
             join contract k on k.id = d.contract_id
             join issued_file f on f.dossier_id = d.id
             where i.run_id = $1
             order by i.rank, f.format collate \"C\"",
            args![run],
        )
        .await?;
    let known = known(tx, reach).await?;
    let mut files = Vec::new();
    for (slug, name, sha) in rows {
        if known.contains(&slug)
            && let Some(bytes) = bytes(tx, &sha).await?
        {
            files.push((name, bytes));
        }
    }
    Ok(files)
}
