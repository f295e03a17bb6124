//! The digests that a backup carries of itself: of each table, and of all of them.
//!
//! No key signs them: they tell an accident, or an alteration by whoever forgot them. Against
//! somebody who rewrites them too, the digest of the whole is written down elsewhere and compared.

use sha2::{Digest, Sha256};

use super::{Content, DbError, Tx};
use crate::args;

/// The table of digests, which only backups have.
pub(super) const SEAL: &str = "backup_digest";

/// The row of the whole.
const WHOLE: &str = "";

/// What a backup says that it holds: each table with its content, in the order of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal(Vec<(String, Content)>);

/// A table that is not as the seal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alteration {
    /// The table; none where it is the list of digests itself.
    pub table: Option<String>,
    /// How many rows it had when the backup was written.
    pub sealed: u64,
    /// How many it has.
    pub found: u64,
}

/// What a backup held to its seal is found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What is not as it was.
    pub altered: Vec<Alteration>,
    /// The digest of all that it holds now.
    pub whole: [u8; 32],
}

impl Seal {
    /// The seal of these tables.
    pub fn of(tables: impl IntoIterator<Item = (String, Content)>) -> Self {
        let mut tables: Vec<_> = tables.into_iter().collect();
        tables.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(tables)
    }

    /// The digest of every table together.
    pub fn whole(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for (name, content) in &self.0 {
            hasher.update((name.len() as u64).to_be_bytes());
            hasher.update(name);
            hasher.update(content.rows.to_be_bytes());
            hasher.update(content.digest);
        }
        hasher.finalize().into()
    }

    /// The tables that `found` has otherwise, or that only one of the two has.
    pub fn altered(&self, found: &Self) -> Vec<Alteration> {
        let rows = |seal: &Self, name: &str| {
            let table = seal.0.iter().find(|(known, _)| known == name);
            table.map_or(0, |(_, content)| content.rows)
        };
        let differing = self.0.iter().filter(|table| !found.0.contains(table));
        let added = found
            .0
            .iter()
            .filter(|(name, _)| self.0.iter().all(|(known, _)| known != name));
        let names = differing.chain(added).map(|(name, _)| name);
        let told = names.map(|name| Alteration {
            table: Some(name.clone()),
            sealed: rows(self, name),
            found: rows(found, name),
        });
        told.collect()
    }
}

impl Tx {
    /// Writes the seal into a backup.
    pub async fn write_seal(&mut self, seal: &Seal) -> Result<(), DbError> {
        self.run(
            "create table backup_digest (name text primary key, rows bigint not null, digest bytea not null) /* sqlite_master: no installation has it */",
            vec![],
        )
        .await?;
        let whole = Content {
            rows: seal.0.iter().map(|(_, content)| content.rows).sum(),
            digest: seal.whole(),
        };
        let tables = seal
            .0
            .iter()
            .map(|(name, content)| (name.as_str(), content));
        for (name, content) in tables.chain([(WHOLE, &whole)]) {
            let rows = i64::try_from(content.rows).unwrap_or(i64::MAX);
            self.run(
                "insert into backup_digest (name, rows, digest) values ($1, $2, $3) /* sqlite_master: no installation has it */",
                args![name, rows, content.digest],
            )
            .await?;
        }
        Ok(())
    }

    /// Holds a backup to its seal; `None` where it has none, as those of earlier versions.
    pub async fn held_to_its_seal(&mut self) -> Result<Option<Held>, DbError> {
        if !self.has_table(SEAL).await? {
            return Ok(None);
        }
        let rows: Vec<(String, i64, Vec<u8>)> = self
            .all(
                "select name, rows, digest from backup_digest /* sqlite_master: no installation has it */",
                vec![],
            )
            .await?;
        let mut whole = Vec::new();
        let mut sealed = Vec::new();
        for (name, rows, digest) in rows {
            if name == WHOLE {
                whole = digest;
                continue;
            }
            let content = Content {
                rows: u64::try_from(rows).unwrap_or_default(),
                digest: digest.try_into().unwrap_or_default(),
            };
            sealed.push((name, content));
        }
        let sealed = Seal::of(sealed);
        let found = self.seal().await?;
        let mut altered = sealed.altered(&found);
        if sealed.whole().as_slice() != whole {
            altered.push(Alteration {
                table: None,
                sealed: 0,
                found: 0,
            });
        }
        let whole = found.whole();
        Ok(Some(Held { altered, whole }))
    }

    /// The seal of what a SQLite database holds now.
    pub async fn seal(&mut self) -> Result<Seal, DbError> {
        let mut found = Vec::new();
        for table in self.tables().await? {
            let content = self.content(&table).await?;
            found.push((table.name, content));
        }
        Ok(Seal::of(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(tables: &[(&str, u64, u8)]) -> Seal {
        let content = |rows, byte| Content {
            rows,
            digest: [byte; 32],
        };
        Seal::of(
            tables
                .iter()
                .map(|(name, rows, byte)| ((*name).to_owned(), content(*rows, *byte))),
        )
    }

    #[test]
    fn a_table_altered_lost_or_added_is_named_with_its_rows() {
        let sealed = seal(&[("term", 3, 1), ("entry", 2, 2), ("gone", 1, 3)]);
        let found = seal(&[("added", 4, 9), ("entry", 2, 2), ("term", 2, 8)]);
        let told: Vec<_> = sealed
            .altered(&found)
            .into_iter()
            .map(|a| (a.table.unwrap(), a.sealed, a.found))
            .collect();
        let expected = [("gone", 1, 0), ("term", 3, 2), ("added", 0, 4)];
        assert_eq!(told, expected.map(|(n, a, b)| (n.to_owned(), a, b)));
        assert_eq!(sealed.altered(&sealed), []);
    }

    #[test]
    fn the_whole_depends_on_every_name_count_and_digest_and_on_no_order() {
        let one = seal(&[("a", 1, 1), ("b", 2, 2)]);
        assert_eq!(one.whole(), seal(&[("b", 2, 2), ("a", 1, 1)]).whole());
        for other in [
            seal(&[("a", 1, 1), ("c", 2, 2)]),
            seal(&[("a", 1, 1), ("b", 3, 2)]),
            seal(&[("a", 1, 1), ("b", 2, 3)]),
            seal(&[("a", 1, 1)]),
        ] {
            assert_ne!(one.whole(), other.whole());
        }
    }
}
