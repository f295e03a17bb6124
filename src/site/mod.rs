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
use crate::contracts::{ContractsHolder, FindableContracts};
use crate::documents::FindableDocuments;
use crate::figures::values::ValuesIntake;
use crate::figures::{FiguresHolder, FindableFigures, Snapshots};
use crate::frameworks::{FindableFrameworks, Holders, Library};
use crate::imports::{Imports, Intakes, Reader};
use crate::organisations::{Directories, FindableOrganisations};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::search::{Searcher, Source};

pub use app::{App, ListenError, listen, serve, watch};
pub use installation::{InitError, Installation, initialise, is_complete};

/// What a revision of a framework must leave in place.
const HOLDERS: Holders = Holders(&[&ContractsHolder, &FiguresHolder]);

/// Every kind of file that comes in, read by that reader.
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
        intakes: Intakes::new(vec![Arc::new(values), Arc::new(terms)]),
    }
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
