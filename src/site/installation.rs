//! What an installation is, and how an empty one begins.

use crate::access::store::AddPerson;
use crate::access::{
    self, Email, NewPassword, NewPerson, NotPermitted, PasswordError, grant, permit,
};
use crate::args;
use crate::ledger::{Actor, Change, LedgerError};
use crate::platform::clock::Clock;
use crate::platform::db::{Db, DbError, Tx};

/// What the database is for. It is said once, when it is made, and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installation {
    /// Real work.
    Real,
    /// The demonstration: invented data, marked as such on every page.
    Demo,
}

impl Installation {
    fn code(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Demo => "demo",
        }
    }

    /// What this database is for; `None` before `init` or `demo`.
    pub async fn read(tx: &mut Tx) -> Result<Option<Self>, DbError> {
        let row: Option<(String,)> = tx
            .optional("select purpose from installation", vec![])
            .await?;
        Ok(row.map(|(purpose,)| {
            if purpose == Self::Demo.code() {
                Self::Demo
            } else {
                Self::Real
            }
        }))
    }
}

/// Whether everything the installation begins with is there: a demonstration that was interrupted
/// is not.
pub async fn is_complete(tx: &mut Tx) -> Result<bool, DbError> {
    let row: Option<(bool,)> = tx
        .optional("select complete from installation", vec![])
        .await?;
    Ok(row.is_some_and(|(complete,)| complete))
}

/// Says that everything the demonstration begins with is there.
pub(super) async fn complete(db: &Db) -> Result<(), DbError> {
    let mut tx = db.write_aside().await?;
    tx.run("update installation set complete = true", vec![])
        .await?;
    tx.commit().await
}

/// Why an installation could not begin.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The database already serves.
    #[error("cette base est déjà installée ; `jalon person add` ajoute un compte")]
    Already,
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The installation itself may do everything: only a failure of the database ends here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The database failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<DbError> for InitError {
    fn from(error: DbError) -> Self {
        Self::Ledger(error.into())
    }
}

/// Makes an empty, up-to-date database serve, with its first administrator.
pub async fn initialise(
    db: &Db,
    clock: &Clock,
    purpose: Installation,
    name: &str,
    email: Email,
    password: String,
) -> Result<(), InitError> {
    let password = NewPassword::new(&password, name, email.as_str())?;
    let password = password.digest().await?;
    let mut change = Change::open(db, clock, Actor::Installation, "installation.init").await?;
    if Installation::read(change.tx()).await?.is_some() {
        return Err(InitError::Already);
    }
    let at = change.at();
    change
        .tx()
        .run(
            "insert into installation (id, purpose, created_at, complete) values (1, $1, $2, $3)",
            args![purpose.code(), at, purpose == Installation::Real],
        )
        .await?;
    let new = NewPerson {
        name: name.to_owned(),
        email,
        password,
    };
    let permit = permit::<AddPerson>(&mut change, ()).await?;
    let first = access::store::add_person(&mut change, permit, new).await?;
    grant::store::appoint(&mut change, first, "Premier compte de l’installation.").await?;
    change.commit().await?;
    Ok(())
}
