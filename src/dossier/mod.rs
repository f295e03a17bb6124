//! Documents for people who decide: what a contract holds and where it stands, on paper.
//!
//! What lives here: choosing what a document says. What never does: drawing it (`jalon_render`),
//! or a rule of attainment (`figures`).

mod addressed;
pub mod api;
mod content;
mod findable;
mod ground;
mod indicator;
mod issue;
mod pages;
mod region;
mod run;
mod sheet;
pub mod tables;
mod told;

pub use addressed::DossierAddresses;
pub use content::working_copy;
pub use findable::FindableDossiers;
pub use ground::{DossierError, Request};
pub use indicator::{IndicatorRequest, indicator_pdf};
pub use issue::{Format, IssueDossier, IssueError, Issued, IssuedFile, issue, store as issued};
pub use pages::router;
pub use region::region_pdf;
pub use run::{Asked, Item, Run, RunError, ask, items, store as runs, take_up, work};
pub use told::DossierTeller;
