//! What is done with files: received, read, read again, given up. None of it is in the history.

use uuid::Uuid;

use super::batch::{Batch, BatchState, Counts, Row, Said, Seen};
use super::intake::{Asked, Intake, Intakes, Reading};
use super::reader::Reader;
use super::sight::Kept;
use super::store::{self, Finished, Gone, NewBatch};
use crate::access::{Act, Concern, NotPermitted, Permit, Reach, permit_aside};
use crate::documents::store::save_blob;
use crate::ledger::Actor;
use crate::platform::antivirus::{Antivirus, NotTaken};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// Sending a file of some kind.
#[derive(Debug)]
pub struct SendFile;

impl Act for SendFile {
    /// The kind of file.
    type Thing = &'static str;
    const NAME: &'static str = "import.send";

    async fn concerns(_tx: &mut Tx, _intake: &&'static str) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern {
            undetermined: true,
            ..Concern::default()
        }])
    }
}

/// Answering the questions of a file, correcting its mapping, reading it again.
#[derive(Debug)]
pub struct ReadAgain;

impl Act for ReadAgain {
    /// The batch.
    type Thing = Uuid;
    const NAME: &'static str = "import.read";

    async fn concerns(tx: &mut Tx, batch: &Uuid) -> Result<Vec<Concern>, DbError> {
        store::concerns(tx, *batch).await
    }
}

/// Giving a file up.
#[derive(Debug)]
pub struct DropBatch;

impl Act for DropBatch {
    /// The batch.
    type Thing = Uuid;
    const NAME: &'static str = "import.drop";

    async fn concerns(tx: &mut Tx, batch: &Uuid) -> Result<Vec<Concern>, DbError> {
        store::concerns(tx, *batch).await
    }
}

/// A file as it was sent.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What the person said beside it.
    pub said: Said,
}

/// Why a file could not be taken or read again, told in French.
#[derive(Debug, thiserror::Error)]
pub enum RehearseError {
    /// The person may not.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There is none of that identifier.
    #[error("aucun import ne porte cet identifiant ; `jalon values list` donne ceux qui existent")]
    Unknown,
    /// It is being read, by somebody else or by an earlier request.
    #[error("ce fichier est en cours de lecture ; attendez qu’elle finisse, puis recommencez")]
    Busy,
    /// It was written or given up.
    #[error("cet import est {0} : il ne peut plus être relu ni abandonné")]
    Closed(&'static str),
    /// It is no longer as it was when the act was decided.
    #[error("cet import a changé depuis que vous l’avez lu : relisez-le")]
    Stale,
    /// The antivirus refuses it.
    #[error("{0}")]
    NotTaken(#[from] NotTaken),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Gone> for RehearseError {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Unknown => Self::Unknown,
            Gone::Stale => Self::Stale,
            Gone::Db(error) => error.into(),
        }
    }
}

/// A reading that was begun and is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The batch.
    pub batch: Uuid,
    /// Which attempt: a later one takes over from an earlier one.
    attempt: i64,
}

/// How many rows are kept at once: other writers come between.
const CHUNK: usize = 2_000;

/// What the pages, the command line and the demonstration work with.
#[derive(Clone, Debug)]
pub struct Imports {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// What cuts files into cells.
    pub reader: Reader,
    /// The kinds of file.
    pub intakes: Intakes,
    /// What looks at files before they are kept.
    pub antivirus: Antivirus,
}

impl Imports {
    /// The permit to do something beside the history.
    async fn asked<A: Act>(
        &self,
        tx: &mut Tx,
        actor: Actor,
        thing: A::Thing,
    ) -> Result<Permit<A>, RehearseError> {
        match permit_aside::<A>(tx, self.clock.today(), actor, thing).await {
            Ok(permit) => Ok(permit),
            Err(NotPermitted::Unknown) => Err(RehearseError::Unknown),
            Err(NotPermitted::Db(error)) => Err(error.into()),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Refuses a kind of file of which nothing may be told to whoever sends it.
    async fn may_be_read(
        &self,
        tx: &mut Tx,
        actor: Actor,
        intake: &str,
    ) -> Result<(), RehearseError> {
        let Some(intake) = self.intakes.named(intake) else {
            return Ok(());
        };
        let reach = Reach::of(tx, self.clock.today(), actor).await?;
        let allowed = intake.may_be_read(&reach);
        Ok(allowed.map_err(NotPermitted::from)?)
    }

    /// Refuses what is done to a file whose words are kept from whoever does it.
    async fn may_be_told<A: Act>(
        &self,
        tx: &mut Tx,
        actor: Actor,
        batch: &Batch,
    ) -> Result<(), RehearseError> {
        let today = self.clock.today();
        let reach = Reach::of(tx, today, actor).await?;
        let viewer = (&reach, today);
        match self.intakes.kept_of(tx, viewer, batch).await? {
            Kept::Nothing => Ok(()),
            Kept::Purpose if !reach.is_own(batch.created_by) => Err(RehearseError::Unknown),
            Kept::Purpose | Kept::Words => {
                let denied = self.intakes.of(batch)?.kept(A::NAME);
                Err(NotPermitted::from(denied).into())
            }
        }
    }

    /// Keeps a file of some kind for somebody; its reading is to be done by
    /// [`read`](Self::read).
    pub async fn receive(
        &self,
        actor: Actor,
        intake: &'static str,
        file: &SentFile,
    ) -> Result<Begun, RehearseError> {
        // Nothing is looked at for whoever may not send it; nothing waits for the writer meanwhile.
        let mut tx = self.db.read().await?;
        self.asked::<SendFile>(&mut tx, actor, intake).await?;
        drop(tx);
        self.antivirus.look_at(&file.bytes).await?;
        let mut tx = self.db.write_aside().await?;
        let permit = self.asked::<SendFile>(&mut tx, actor, intake).await?;
        self.may_be_read(&mut tx, actor, intake).await?;
        let organisation = permit.organisation().to_owned();
        let blob = save_blob(&mut tx, &file.bytes).await?;
        let new = NewBatch {
            id: self.clock.new_id(),
            intake: permit.into_thing(),
            file_name: &file.name,
            blob: &blob,
            said: &file.said,
            organisation: &organisation,
            created_by: actor.person(),
            created_at: self.clock.now(),
        };
        store::insert(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(Begun {
            batch: new.id,
            attempt: 1,
        })
    }

    /// Begins the reading of a batch again, with what is now said of it. What was written is not
    /// touched: the same bytes then make another batch. Where it was decided upon a state of the
    /// batch, only if it still is in that state.
    pub async fn begin_again(
        &self,
        actor: Actor,
        batch: Uuid,
        said: Option<Said>,
        upon: Option<Seen>,
    ) -> Result<Begun, RehearseError> {
        let mut tx = self.db.write_aside().await?;
        let permit = self.asked::<ReadAgain>(&mut tx, actor, batch).await?;
        let batch = store::as_seen(&mut tx, permit.into_thing(), upon).await?;
        // The same bytes in one's own name would be one's own to see.
        self.may_be_read(&mut tx, actor, &batch.intake).await?;
        self.may_be_told::<ReadAgain>(&mut tx, actor, &batch)
            .await?;
        let now = self.clock.now();
        let said = said.unwrap_or_else(|| batch.said.clone());
        if batch.state == BatchState::Reading && !batch.is_stalled(now) {
            return Err(RehearseError::Busy);
        }
        let begun = if batch.state.may_be_reread() {
            let attempt = store::begin_again(&mut tx, &batch, &said, now).await?;
            Begun {
                batch: batch.id,
                attempt: attempt.ok_or(RehearseError::Busy)?,
            }
        } else {
            let (blob, _) = store::blob(&mut tx, batch.id).await?;
            let new = NewBatch {
                id: self.clock.new_id(),
                intake: &batch.intake,
                file_name: &batch.file_name,
                blob: &blob,
                said: &said,
                organisation: &batch.organisation,
                created_by: actor.person(),
                created_at: now,
            };
            store::insert(&mut tx, &new).await?;
            Begun {
                batch: new.id,
                attempt: 1,
            }
        };
        tx.commit().await?;
        Ok(begun)
    }

    /// Does a reading that was begun. What is wrong with the file is told in the batch, and so is
    /// a failure of ours, whose cause is given back for the log.
    pub async fn read(&self, actor: Actor, begun: Begun) -> Result<(), DbError> {
        let outcome = self.try_read(actor, begun).await;
        if outcome.is_err() {
            self.give_up_reading(begun).await?;
        }
        outcome
    }

    async fn try_read(&self, actor: Actor, begun: Begun) -> Result<(), DbError> {
        let key = (begun.batch, begun.attempt);
        let mut tx = self.db.read().await?;
        let batch = store::batch(&mut tx, begun.batch).await?;
        let Some(batch) = batch.filter(|batch| batch.attempt == begun.attempt) else {
            return Ok(());
        };
        let intake = self.intakes.of(&batch)?;
        let (_, bytes) = store::blob(&mut tx, batch.id).await?;
        let supplier = intake.supplier(&batch.said);
        let remembered = store::remembered(&mut tx, intake.name(), &supplier).await?;
        let reach = Reach::of(&mut tx, self.clock.today(), actor).await?;
        drop(tx);
        let workbook = match self.reader.read(&bytes).await {
            Ok(workbook) => workbook,
            Err(error) => {
                let mut tx = self.db.write_aside().await?;
                store::fail(&mut tx, key, &error.to_string()).await?;
                return tx.commit().await;
            }
        };
        let asked = Asked {
            workbook,
            said: batch.said,
            remembered,
        };
        let reading = intake.read(&self.db, &reach, asked).await?;
        self.keep(key, reading).await
    }

    /// Says of a reading that it failed for a reason of ours, so that it can be begun again.
    async fn give_up_reading(&self, begun: Begun) -> Result<(), DbError> {
        const SENTENCE: &str = "Jalon a rencontré un problème en lisant ce fichier ; relisez-le, et prévenez votre administrateur si cela dure";
        let mut tx = self.db.write_aside().await?;
        store::fail(&mut tx, (begun.batch, begun.attempt), SENTENCE).await?;
        tx.commit().await
    }

    /// Keeps what was read, some rows at a time, unless a later attempt took over.
    async fn keep(&self, key: (Uuid, i64), reading: Reading) -> Result<(), DbError> {
        let total = i64::try_from(reading.total).unwrap_or(i64::MAX);
        let mut rows = reading.rows;
        let mut counts = Counts::default();
        let mut first = 0;
        loop {
            let chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect::<Result<_, _>>()?;
            if chunk.is_empty() {
                break;
            }
            for row in &chunk {
                counts.add(row.verdict);
            }
            let mut tx = self.db.write_aside().await?;
            let progress = (total, self.clock.now());
            if !store::add_rows(&mut tx, key, first, &chunk, progress).await? {
                return Ok(());
            }
            tx.commit().await?;
            first += i64::try_from(chunk.len()).unwrap_or(0);
        }
        counts.refuse(&reading.problems);
        let end = Finished {
            problems: &reading.problems,
            mapping: &reading.mapping,
            at_change: reading.at_change,
            counts,
            now: self.clock.now(),
        };
        let mut tx = self.db.write_aside().await?;
        if store::finish(&mut tx, key, &end).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Receives a file and reads it at once; the batch, whatever became of it.
    pub async fn rehearse(
        &self,
        actor: Actor,
        intake: &'static str,
        file: &SentFile,
    ) -> Result<Batch, RehearseError> {
        let begun = self.receive(actor, intake, file).await?;
        self.read(actor, begun).await?;
        let mut tx = self.db.read().await?;
        let batch = store::batch(&mut tx, begun.batch).await?;
        batch.ok_or(RehearseError::Unknown)
    }

    /// Gives a batch up, from which nothing was written; where it was decided upon a state of the
    /// batch, only if it still is in that state.
    pub async fn give_up(
        &self,
        actor: Actor,
        batch: Uuid,
        upon: Option<Seen>,
    ) -> Result<(), RehearseError> {
        let mut tx = self.db.write_aside().await?;
        let permit = match self.asked::<DropBatch>(&mut tx, actor, batch).await {
            // What became of the file since it was seen is told before that it has come too far.
            Err(RehearseError::NotPermitted(refused)) if refused.is_of_stage() => {
                let batch = store::as_seen(&mut tx, batch, upon).await?;
                self.may_be_told::<DropBatch>(&mut tx, actor, &batch)
                    .await?;
                return Err(refused.into());
            }
            asked => asked?,
        };
        let batch = store::as_seen(&mut tx, permit.into_thing(), upon).await?;
        self.may_be_told::<DropBatch>(&mut tx, actor, &batch)
            .await?;
        if !batch.state.may_be_dropped() {
            return Err(RehearseError::Closed(batch.state.french()));
        }
        store::mark_dropped(&mut tx, batch.id).await?;
        Ok(tx.commit().await?)
    }

    /// The kind of file of that name.
    pub fn intake(&self, name: &str) -> Option<&dyn Intake> {
        self.intakes.named(name)
    }
}
