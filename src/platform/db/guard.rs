//! Tables whose rows are added and never changed, kept so by triggers of the engine: whatever
//! writes to the database meets them. Who owns the database can take them away; what they did then
//! is what the digests of the history and the anchors kept elsewhere are for.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, SqliteConnection, raw_sql};

use super::tx::On;
use super::{Db, DbError, Tx};

/// A table of `append_only`.
#[derive(Debug, sqlx::FromRow)]
struct Kept {
    name: String,
    frozen: String,
    /// Columns that may be emptied and never rewritten.
    erasable: String,
}

impl Kept {
    /// The words that limit an update trigger to the frozen columns.
    fn of_columns(&self) -> String {
        if self.frozen.is_empty() {
            String::new()
        } else {
            format!(" of {}", self.frozen)
        }
    }

    /// What tells that an erasable column is rewritten; nothing where there is none.
    fn rewritten(&self) -> Option<String> {
        let columns = self
            .erasable
            .split(", ")
            .filter(|column| !column.is_empty());
        let rewritten = columns.map(|column| {
            format!(
                "(coalesce(new.{column}, '') <> ''
                  and coalesce(new.{column}, '') <> coalesce(old.{column}, ''))"
            )
        });
        let rewritten: Vec<String> = rewritten.collect();
        (!rewritten.is_empty()).then(|| rewritten.join(" or "))
    }

    /// The triggers that keep it.
    fn triggers(&self, is_sqlite: bool) -> impl Iterator<Item = String> {
        let erasable = self.rewritten().map(|_| "unwritten");
        let replacing: &[&str] = if is_sqlite { &REPLACING } else { &[] };
        let ends = ["undeleted", "unchanged"].into_iter().chain(erasable);
        let ends = ends.chain(replacing.iter().copied());
        ends.map(|end| format!("{}_{end}", self.name))
    }

    /// A row that is put in the place of another goes round the triggers on deletions.
    fn unreplaced(&self, keys: &[Vec<String>]) -> String {
        let name = &self.name;
        let same = |key: &Vec<String>| {
            let columns = key.iter().map(|column| format!("{column} = new.{column}"));
            let columns: Vec<String> = columns.collect();
            format!(
                " or exists (select 1 from {name} where {})",
                columns.join(" and ")
            )
        };
        let same: String = keys.iter().map(same).collect();
        format!(
            "drop trigger if exists {name}_unreplaced;
             create trigger {name}_unreplaced before insert on {name}
             when exists (select 1 from {name} where rowid = new.rowid){same}
             begin select raise(abort, 'append-only table: {name}'); end;
             drop trigger if exists {name}_unmoved;
             create trigger {name}_unmoved before update on {name} when new.rowid <> old.rowid
             begin select raise(abort, 'append-only table: {name}'); end;"
        )
    }

    fn lite(&self) -> String {
        let Self { name, erasable, .. } = self;
        let columns = self.of_columns();
        format!(
            "drop trigger if exists {name}_undeleted;
             create trigger {name}_undeleted before delete on {name}
             begin select raise(abort, 'append-only table: {name}'); end;
             drop trigger if exists {name}_unchanged;
             create trigger {name}_unchanged before update{columns} on {name}
             begin select raise(abort, 'append-only table: {name}'); end;
             drop trigger if exists {name}_unwritten;"
        ) + &self.rewritten().map_or_else(String::new, |rewritten| {
            format!(
                "create trigger {name}_unwritten before update of {erasable} on {name}
                 when {rewritten}
                 begin select raise(abort, 'append-only table: {name}'); end;"
            )
        })
    }

    fn pg(&self) -> String {
        let Self { name, erasable, .. } = self;
        let columns = self.of_columns();
        format!(
            "create or replace trigger {name}_undeleted before delete or truncate on {name}
             for each statement execute function refuse_to_rewrite();
             create or replace trigger {name}_unchanged before update{columns} on {name}
             for each statement execute function refuse_to_rewrite();"
        ) + &self.rewritten().map_or_else(String::new, |rewritten| {
            format!(
                "create or replace trigger {name}_unwritten before update of {erasable} on {name}
                 for each row when ({rewritten}) execute function refuse_to_rewrite();"
            )
        })
    }
}

/// What SQLite alone can do to a row without deleting or changing it by name: `insert or replace`, and
/// `update or replace` of the number that a row is kept under.
const REPLACING: [&str; 2] = ["unreplaced", "unmoved"];

const PG_REFUSAL: &str = "create or replace function refuse_to_rewrite() returns trigger
     language plpgsql as $$ begin
       raise exception 'append-only table: %', tg_table_name;
     end $$;";

impl Db {
    /// Puts the triggers in place; one that stands already is made anew, for what it keeps may have
    /// grown.
    pub(super) async fn guard(&self) -> Result<(), DbError> {
        let mut tx = self.write().await?;
        let kept = tx.append_only().await?;
        match tx.on().await? {
            On::Lite(tx) => {
                let mut triggers: String = kept.iter().map(Kept::lite).collect();
                for table in &kept {
                    triggers += &table.unreplaced(&unique_keys(tx, &table.name).await?);
                }
                raw_sql(AssertSqlSafe(triggers)).execute(&mut **tx).await?;
            }
            On::Pg(tx) => {
                let triggers: String = kept.iter().map(Kept::pg).collect();
                let text = AssertSqlSafe(format!("{PG_REFUSAL}{triggers}"));
                raw_sql(text).execute(&mut **tx).await?;
            }
        }
        tx.commit().await
    }
}

/// The columns of each unique key of a table of SQLite.
async fn unique_keys(tx: &mut SqliteConnection, table: &str) -> Result<Vec<Vec<String>>, DbError> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select i.name || '', c.name || '' /* sqlite_master */
         from pragma_index_list($1) i, pragma_index_info(i.name) c
         where i.\"unique\" = 1 and i.partial = 0 order by i.name, c.seqno",
    )
    .bind(table)
    .fetch_all(tx)
    .await?;
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, column) in columns {
        keys.entry(key).or_default().push(column);
    }
    Ok(keys.into_values().collect())
}

impl Tx {
    async fn append_only(&mut self) -> Result<Vec<Kept>, DbError> {
        self.all(
            "select name, frozen, erasable from append_only order by name",
            vec![],
        )
        .await
    }

    /// The tables that should only grow and whose triggers are not there, or are switched off.
    pub async fn unguarded(&mut self) -> Result<Vec<String>, DbError> {
        let kept = self.append_only().await?;
        let sql = if self.is_sqlite() {
            "select name from sqlite_master where type = 'trigger'"
        } else {
            "select tgname::text from pg_trigger where tgenabled in ('O', 'A')"
        };
        let standing: Vec<(String,)> = self.all(sql, vec![]).await?;
        let stands = |trigger: String| standing.iter().any(|(name,)| *name == trigger);
        let is_sqlite = self.is_sqlite();
        let unguarded = kept
            .into_iter()
            .filter(|kept| !kept.triggers(is_sqlite).all(&stands));
        Ok(unguarded.map(|kept| kept.name).collect())
    }
}
