//! Documents for people who decide: what a contract holds and where it stands, on paper.
//!
//! What lives here: choosing what a document says. What never does: drawing it (`jalon_render`),
//! or a rule of attainment (`figures`).

mod pages;
mod region;
mod sheet;

pub use pages::router;
pub use region::{DossierError, RegionRequest, region_pdf};
