//! Every table that can be taken away.

use crate::contracts::tables::{Contracts, Instruments, MeansInForce, Targets, TermsInForce};
use crate::figures::Sources;
use crate::figures::tables::{Circuit, Contests, ContractReview, Country, Revisions, Values};
use crate::frameworks::Library;
use crate::frameworks::tables::{Frameworks, Indicators, Measures};
use crate::imports::Intakes;
use crate::imports::tables::{Files, Problems, Rows};
use crate::journal::{Accesses, History, Tellers};
use crate::organisations::tables::{Organisations, Places};
use crate::referents::tables::Referents;
use crate::tables::{Source, Tables};

/// The tables of every concept.
pub(super) fn tables(
    sources: &Sources,
    intakes: &Intakes,
    tellers: &Tellers,
    demo: bool,
) -> Tables {
    let (library, directories) = (|| sources.library.clone(), || sources.directories.clone());
    let mut all: Vec<Box<dyn Source>> = vec![
        Box::new(Organisations {
            directories: directories(),
        }),
        Box::new(Places {
            directories: directories(),
        }),
        Box::new(Files),
        Box::new(Problems {
            intakes: intakes.clone(),
        }),
        Box::new(Rows {
            intakes: intakes.clone(),
        }),
        Box::new(Frameworks { library: library() }),
        Box::new(Indicators { library: library() }),
        Box::new(Measures { library: library() }),
        Box::new(Referents {
            library: library(),
            directories: directories(),
        }),
    ];
    all.extend(of_contracts(&sources.library, demo));
    all.extend(of_figures(sources));
    all.push(Box::new(Accesses));
    all.push(Box::new(History {
        tellers: tellers.clone(),
    }));
    Tables::new(all)
}

fn of_contracts(library: &Library, demo: bool) -> Vec<Box<dyn Source>> {
    let library = || library.clone();
    vec![
        Box::new(Contracts),
        Box::new(Instruments),
        Box::new(TermsInForce { library: library() }),
        Box::new(MeansInForce { library: library() }),
        Box::new(Targets {
            library: library(),
            demo,
        }),
    ]
}

fn of_figures(sources: &Sources) -> Vec<Box<dyn Source>> {
    let (library, directories) = (|| sources.library.clone(), || sources.directories.clone());
    let snapshots = || sources.snapshots.clone();
    vec![
        Box::new(ContractReview {
            library: library(),
            snapshots: snapshots(),
        }),
        Box::new(Country {
            sources: sources.clone(),
        }),
        Box::new(Values {
            library: library(),
            snapshots: snapshots(),
            directories: directories(),
        }),
        Box::new(Revisions { library: library() }),
        Box::new(Circuit {
            library: library(),
            snapshots: snapshots(),
            directories: directories(),
        }),
        Box::new(Contests {
            library: library(),
            directories: directories(),
        }),
    ]
}
