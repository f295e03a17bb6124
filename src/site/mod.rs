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

use crate::access::Addresses;
use crate::access::grant::PersonAddresses;
use crate::contracts::intake::TermsIntake;
use crate::contracts::{ContractAddresses, ContractTeller, ContractsHolder, FindableContracts};
use crate::documents::{DocumentAddresses, DocumentTeller, FindableDocuments};
use crate::dossier::{DossierAddresses, DossierTeller, FindableDossiers};
use crate::figures::contest::ContestTeller;
use crate::figures::values::ValuesIntake;
use crate::figures::{FigureAddresses, FiguresHolder, FindableFigures, Sources};
use crate::frameworks::{
    FindableFrameworks, FrameworkAddresses, FrameworkTeller, Holders, Library,
};
use crate::help::FindableHelp;
use crate::imports::{FindableImports, ImportAddresses, ImportTeller, Imports, Intakes, Reader};
use crate::journal::{AccountTeller, Tellers};
use crate::organisations::{Directories, FindableOrganisations, OrganisationTeller};
use crate::people::{FindablePeople, PeopleIntake};
use crate::platform::antivirus::Antivirus;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::sealed::{KeyFile, KeyFileError, Keyring};
use crate::search::{Searcher, Shown, Source};
use crate::support::{SupportAddresses, SupportTeller};

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
pub fn imports(sources: &Sources, reader: Reader) -> Imports {
    let Sources {
        db,
        clock,
        library,
        snapshots,
        directories,
        ..
    } = sources.clone();
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

/// Everything that has an address of its own, for the page that explains rights.
pub fn addresses(library: &Library, directories: &Directories, intakes: &Intakes) -> Addresses {
    let frameworks = FrameworkAddresses {
        library: library.clone(),
    };
    let figures = FigureAddresses {
        library: library.clone(),
        directories: directories.clone(),
    };
    let imports = ImportAddresses {
        intakes: intakes.clone(),
    };
    Addresses(Arc::new([
        // The dossiers of a contract stand under it: they are asked first.
        Box::new(DossierAddresses),
        Box::new(ContractAddresses),
        Box::new(figures),
        Box::new(frameworks),
        Box::new(imports),
        Box::new(DocumentAddresses),
        Box::new(PersonAddresses),
        Box::new(SupportAddresses),
    ]))
}

/// Everything that can be found.
pub fn searcher(
    clock: Clock,
    library: Library,
    directories: Directories,
    intakes: Intakes,
) -> Searcher {
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
        Arc::new(FindableDossiers),
        Arc::new(FindableHelp),
        Arc::new(figures),
        Arc::new(FindableDocuments),
    ];
    let shown: Vec<Arc<dyn Shown>> = vec![
        Arc::new(FindablePeople),
        Arc::new(FindableImports { intakes }),
    ];
    Searcher::new(sources, shown, clock)
}
