//! Everything put together: the state of the server, its routes, its command line.
//!
//! What lives here: assembly only. What never does: a rule or a statement.

mod api;
mod app;
pub mod backup;
pub mod cli;
pub mod demo;
mod home;
mod install;
mod installation;
pub mod shipped;

use crate::contracts::ContractsHolder;
use crate::figures::FiguresHolder;
use crate::frameworks::Holders;

pub use app::{App, ListenError, listen, serve};
pub use installation::{InitError, Installation, initialise, is_complete};

/// What a revision of a framework must leave in place.
const HOLDERS: Holders = Holders(&[&ContractsHolder, &FiguresHolder]);
