//! Everything put together: the state of the server, its routes, its command line.
//!
//! What lives here: assembly only. What never does: a rule or a statement.

mod app;
pub mod cli;
mod home;
mod installation;

pub use app::{App, serve};
pub use installation::{InitError, Installation, initialise};
