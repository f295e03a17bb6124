//! Everything put together: the state of the server, its routes, its command line.
//!
//! What lives here: assembly only. What never does: a rule or a statement.

mod api;
mod app;
pub mod backup;
pub mod cli;
pub mod demo;
mod frame;
mod health;
mod home;
mod install;
mod installation;
pub mod shipped;
mod tables;
pub mod upkeep;

use std::sync::Arc;

use crate::contracts::intake::TermsIntake;
use crate::contracts::{ContractTeller, ContractsHolder, FindableContracts};
use crate::documents::{DocumentTeller, FindableDocuments};
use crate::dossier::DossierTeller;
use crate::figures::contest::ContestTeller;
use crate::figures::values::ValuesIntake;
use crate::figures::{FiguresHolder, FindableFigures, Snapshots};
use crate::frameworks::{FindableFrameworks, FrameworkTeller, Holders, Library};
use crate::imports::{ImportTeller, Imports, Intakes, Reader};
use crate::journal::{AccountTeller, Tellers};
use crate::organisations::{Directories, FindableOrganisations, OrganisationTeller};
use crate::people::PeopleIntake;
use crate::platform::antivirus::Antivirus;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::sealed::{KeyFile, KeyFileError, Keyring};
use crate::search::{Searcher, Source};
use crate::support::SupportTeller;

pub use app::{App, AppError, ListenError, listen, serve, watch};
pub use installation::{InitError, Installation, initialise, is_complete};

/// What a revision of a framework must leave in place.
const HOLDERS: Holders = Holders(&[&ContractsHolder, &FiguresHolder]);

/// The master keys that the settings name; none where they name none.
pub fn keyring(config: &Config) -> Result<Keyring, KeyFileError> {
    match &config.seal_key_file {
        Some(file) => Ok(Keyring::of(KeyFile::read(file)?)),
        None => Ok(Keyring::default()),
    }
}

/// Every kind of file that comes in, read by that reader; nobody looks at it before, unless whoever
/// asks sets it so.
pub fn imports(
    db: Db,
    clock: Clock,
    reader: Reader,
    library: Library,
    directories: Directories,
    snapshots: Snapshots,
) -> Imports {
    let terms = TermsIntake {
        library: library.clone(),
    };
    let people = PeopleIntake {
        library: library.clone(),
        directories: directories.clone(),
        clock: clock.clone(),
    };
    let values = ValuesIntake {
        library,
        directories,
        snapshots,
        clock: clock.clone(),
    };
    Imports {
        db,
        clock,
        reader,
        intakes: Intakes::new(vec![Arc::new(values), Arc::new(terms), Arc::new(people)]),
        antivirus: Antivirus::default(),
    }
}

/// Everything that the history tells of.
pub fn tellers(library: Library, intakes: Intakes, clock: &Clock) -> Tellers {
    let clock = || clock.clone();
    Tellers::new(vec![
        Box::new(AccountTeller),
        Box::new(SupportTeller),
        Box::new(OrganisationTeller),
        Box::new(DocumentTeller { clock: clock() }),
        Box::new(ImportTeller {
            intakes,
            clock: clock(),
        }),
        Box::new(FrameworkTeller),
        Box::new(ContractTeller { library }),
        Box::new(ContestTeller { clock: clock() }),
        Box::new(DossierTeller),
    ])
}

/// Everything that can be found.
pub fn searcher(clock: Clock, library: Library, directories: Directories) -> Searcher {
    let frameworks = FindableFrameworks {
        library: library.clone(),
        directories: directories.clone(),
    };
    let contracts = FindableContracts {
        library: library.clone(),
        directories: directories.clone(),
    };
    let figures = FindableFigures {
        library,
        directories: directories.clone(),
    };
    let sources: Vec<Arc<dyn Source>> = vec![
        Arc::new(FindableOrganisations(directories)),
        Arc::new(frameworks),
        Arc::new(contracts),
        Arc::new(figures),
        Arc::new(FindableDocuments),
    ];
    Searcher::new(sources, clock)
}
