//! Every table that can be taken away.

use crate::contracts::tables::{
    Contracts, Instruments, MeansInForce, Parties, Signatories, Targets, TermChanges, TermsInForce,
};
use crate::documents::tables::Versions;
use crate::dossier::tables::{Dossiers, Runs};
use crate::figures::Sources;
use crate::figures::tables::{
    Attached, Circuit, Contests, ContractReview, Country, Definitions, LoadsOfMeasure, LongSeries,
    Measures, Objective, ObjectiveByRegion, ObservedOfContract, OfIndicator, Revisions, SideBySide,
    Values,
};
use crate::frameworks::tables::{Calendar, Frameworks, Indicators};
use crate::imports::Intakes;
use crate::imports::tables::{Files, Problems, Rows};
use crate::journal::{Accesses, History, Tellers};
use crate::organisations::tables::{Organisations, Places};
use crate::people::tables::{Grants, People, Reviewed};
use crate::referents::tables::Referents;
use crate::support::tables::Requests;
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
        Box::new(Files {
            intakes: intakes.clone(),
        }),
        Box::new(Problems {
            intakes: intakes.clone(),
        }),
        Box::new(Rows {
            intakes: intakes.clone(),
        }),
        Box::new(Frameworks { library: library() }),
        Box::new(Indicators { library: library() }),
        Box::new(Referents {
            library: library(),
            directories: directories(),
        }),
        Box::new(Calendar { library: library() }),
        Box::new(Dossiers),
        Box::new(Runs),
        Box::new(Versions),
        Box::new(Requests),
        Box::new(People),
        Box::new(Grants),
        Box::new(Reviewed),
        Box::new(Accesses),
        Box::new(History {
            tellers: tellers.clone(),
        }),
    ];
    all.extend(of_contracts(sources, demo));
    all.extend(of_figures(sources));
    all.extend(of_values(sources));
    Tables::new(all)
}

/// What contracts say.
fn of_contracts(sources: &Sources, demo: bool) -> [Box<dyn Source>; 8] {
    let library = || sources.library.clone();
    [
        Box::new(Parties {
            library: library(),
            directories: sources.directories.clone(),
        }),
        Box::new(TermChanges { library: library() }),
        Box::new(Signatories { library: library() }),
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

/// The tables made from a situation.
fn of_figures(sources: &Sources) -> [Box<dyn Source>; 13] {
    let all = || sources.clone();
    [
        Box::new(Country { sources: all() }),
        Box::new(Measures { sources: all() }),
        Box::new(LongSeries { sources: all() }),
        Box::new(Objective { sources: all() }),
        Box::new(ObjectiveByRegion { sources: all() }),
        Box::new(SideBySide { sources: all() }),
        Box::new(OfIndicator::ranking(all())),
        Box::new(OfIndicator::nationals(all())),
        Box::new(OfIndicator::course(all())),
        Box::new(OfIndicator::funnel(all())),
        Box::new(LoadsOfMeasure { sources: all() }),
        Box::new(Definitions { sources: all() }),
        Box::new(ObservedOfContract { sources: all() }),
    ]
}

/// The values themselves, who owes them, what is said of them.
fn of_values(sources: &Sources) -> [Box<dyn Source>; 6] {
    let (library, directories) = (|| sources.library.clone(), || sources.directories.clone());
    let snapshots = || sources.snapshots.clone();
    [
        Box::new(ContractReview {
            library: library(),
            snapshots: snapshots(),
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
        Box::new(Attached {
            sources: sources.clone(),
        }),
    ]
}
