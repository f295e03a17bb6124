//! Documents for people who decide: what a contract holds and where it stands, on paper.
//!
//! What lives here: choosing what a document says. What never does: drawing it (`jalon_render`),
//! or a rule of attainment (`figures`).

mod content;
mod ground;
mod pages;
mod region;
mod sheet;

pub use content::{Exemplar, dossier};
pub use ground::{DossierError, Request, Sources};
pub use pages::router;
pub use region::region_pdf;
