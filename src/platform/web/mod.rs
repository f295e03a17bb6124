//! The web shell: layout, components, errors, static files.
//!
//! What lives here: what every page has, whatever it shows. What never does: a page.

mod address;
mod assets;
mod components;
mod discreet;
mod drain;
mod error;
mod filters;
mod paging;
mod params;
mod shell;
pub mod table;
mod takeaway;

pub use address::Address;
pub use assets::{asset_router, grid_script_path, passkey_script_path, stylesheet_path};
pub use components::{Crumb, crumbs, fictional_mark, icon, section_heading, state};
pub use discreet::{asked_in_words, without_secrets};
pub use drain::hear_out;
pub use error::{Refusal, WebError, WebResult, refuse_nul};
pub use filters::{Filter, filter_form};
pub use paging::{BEFORE, PAGE, Paging};
pub use params::{AsOf, came_since, local_path, parse_day};
pub use shell::{HelpItem, Looking, NavItem, SEARCH, Shell, View, document, document_with_status};
pub use takeaway::downloads;
