//! What somebody may know of the files that came in: whoever reads one reads it through here.
//!
//! A file is there for who sent it, and for who may see what others of that organisation send. To
//! whom what it is for is kept from there is no such file; its sender still sees that it is there.

use jiff::civil::Date;
use uuid::Uuid;

use super::batch::{Batch, BatchState, Said, Sent, is_seen_by};
use super::intake::{Intakes, UNNAMED};
use super::store;
use crate::access::Reach;
use crate::platform::db::{DbError, Tx};

/// Who looks, and on which day.
pub type Viewer<'r> = (&'r Reach, Date);

/// What of a file is kept from somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing.
    Nothing,
    /// Its name and what it says.
    Words,
    /// What it is for, too.
    Purpose,
}

impl Kept {
    /// Whether its name and what it says are.
    pub fn is_hidden(self) -> bool {
        self != Self::Nothing
    }

    /// Whether somebody from whom that is kept may know that the file is there.
    pub(super) fn lets_know(self, file: Sent<'_>, reach: &Reach) -> bool {
        let knows = self != Self::Purpose || reach.is_own(file.by);
        knows && is_seen_by(reach, file.by, file.organisation)
    }
}

/// A file as somebody may know of it.
#[derive(Clone, Debug)]
pub struct KnownFile {
    /// Its batch, without a name where that is kept from them.
    pub batch: Batch,
    /// What of it is kept from them.
    pub kept: Kept,
}

impl KnownFile {
    fn new(batch: Batch, kept: Kept) -> Self {
        // The name of a file may say as much as the file.
        let batch = if kept.is_hidden() {
            Batch {
                file_name: UNNAMED.to_owned(),
                ..batch
            }
        } else {
            batch
        };
        Self { batch, kept }
    }
}

impl Intakes {
    /// What of each of some files is kept from somebody, whether or not they may know of it; a file
    /// of a kind that only a later version has is kept whole. The number of statements does not
    /// depend on how many there are.
    pub(super) async fn kept_from(
        &self,
        tx: &mut Tx,
        (reach, today): Viewer<'_>,
        files: &[Sent<'_>],
    ) -> Result<Vec<Kept>, DbError> {
        let mut kept = vec![Kept::Purpose; files.len()];
        for intake in self.all() {
            let ranks = (0..files.len()).filter(|rank| files[*rank].intake == intake.name());
            let ranks: Vec<usize> = ranks.collect();
            if ranks.is_empty() {
                continue;
            }
            let said: Vec<&Said> = ranks.iter().map(|rank| files[*rank].said).collect();
            let open = intake.opens(tx, reach, &said).await?;
            for (rank, is_open) in ranks.into_iter().zip(open) {
                let is_hidden = intake.is_hidden(files[rank], reach, today)?;
                kept[rank] = match (is_open, is_hidden) {
                    (false, _) => Kept::Purpose,
                    (true, true) => Kept::Words,
                    (true, false) => Kept::Nothing,
                };
            }
        }
        Ok(kept)
    }

    /// What of one batch is kept from somebody.
    pub(super) async fn kept_of(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        batch: &Batch,
    ) -> Result<Kept, DbError> {
        let kept = self.kept_from(tx, viewer, &[batch.sent()]).await?;
        Ok(kept.first().copied().unwrap_or(Kept::Purpose))
    }

    /// Those of some batches that somebody may know of, in their order.
    async fn known_among(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        batches: Vec<Batch>,
    ) -> Result<Vec<KnownFile>, DbError> {
        let kept = {
            let sent: Vec<Sent<'_>> = batches.iter().map(Batch::sent).collect();
            self.kept_from(tx, viewer, &sent).await?
        };
        let known = batches.into_iter().zip(kept);
        let known = known.filter(|(batch, kept)| kept.lets_know(batch.sent(), viewer.0));
        Ok(known
            .map(|(batch, kept)| KnownFile::new(batch, kept))
            .collect())
    }

    /// The file with that identifier, where somebody may know of it.
    pub async fn known(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        id: Uuid,
    ) -> Result<Option<KnownFile>, DbError> {
        let batch = store::batch(tx, id).await?;
        let batches = batch.into_iter().collect();
        Ok(self.known_among(tx, viewer, batches).await?.pop())
    }

    /// The last files that somebody may know of, the latest first, that many at most: received
    /// before another where one is named, and of one state.
    pub async fn last_known(
        &self,
        tx: &mut Tx,
        viewer: Viewer<'_>,
        (before, state): (Option<(i64, Uuid)>, Option<BatchState>),
        most: i64,
    ) -> Result<Vec<KnownFile>, DbError> {
        let wanted = usize::try_from(most).unwrap_or(usize::MAX);
        let mut before = before;
        let mut known = Vec::new();
        loop {
            let batches = store::batches_before(tx, viewer.0, before, state, most).await?;
            let is_last = batches.len() < wanted;
            before = batches.last().map(|last| (last.created_at, last.id));
            known.extend(self.known_among(tx, viewer, batches).await?);
            if is_last || known.len() >= wanted {
                known.truncate(wanted);
                return Ok(known);
            }
        }
    }
}
