//! The words said of values, for the search: what was written after a change.

use uuid::Uuid;

use crate::args;
use crate::platform::db::{DbError, Tx};

/// What the last revision of an observation says beside its value.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct CommentWords {
    pub observation_id: Uuid,
    pub measure: String,
    pub place: String,
    pub period: String,
    pub comment: Option<String>,
    pub embargo_until: Option<String>,
    pub loaded_by: Option<Uuid>,
}

/// Of the observations revised since; after 0, only those that have a comment.
pub(super) async fn comments_since(tx: &mut Tx, after: i64) -> Result<Vec<CommentWords>, DbError> {
    tx.all(
        "select r.observation_id, o.measure, o.place, o.period, r.comment, r.embargo_until,
                c.actor as loaded_by
         from revision r
         join observation o on o.id = r.observation_id
         left join change c on c.no = r.change_no
         where r.change_no > $1 and ($1 > 0 or r.comment is not null)
           and not exists (select 1 from revision later
                           where later.observation_id = r.observation_id and later.no > r.no)",
        args![after],
    )
    .await
}

/// A contest, with the embargo of the revision it is about.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ContestWords {
    pub id: Uuid,
    pub measure: String,
    pub place: String,
    pub period: String,
    pub reason: String,
    pub answer: Option<String>,
    pub embargo_until: Option<String>,
    pub loaded_by: Option<Uuid>,
}

/// Those opened or answered since.
pub(super) async fn contests_since(tx: &mut Tx, after: i64) -> Result<Vec<ContestWords>, DbError> {
    tx.all(
        "select k.id, o.measure, o.place, o.period, k.reason, k.answer, r.embargo_until,
                c.actor as loaded_by
         from contest k
         join observation o on o.id = k.observation_id
         join revision r on r.observation_id = k.observation_id and r.no = k.revision_no
         left join change c on c.no = r.change_no
         where k.opened_change > $1 or k.answered_change > $1",
        args![after],
    )
    .await
}
