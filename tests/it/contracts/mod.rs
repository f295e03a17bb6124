//! Contracts: their rules, their store and their pages, with the real frameworks.

pub mod cases;
mod country;
pub mod hand;
mod hospital;
mod intake;
mod kinds;
mod own;
mod pages;
mod parties;
mod proposal;
mod regions;
mod rules;
mod store;
pub use cases::{HOSPITAL, OWN, restructuring};
pub use hand::{
    BOTH, HPV, Hand, Made, NORMANDIE, add_hospital, aims, decimal, furnish, normandie_terms, number,
};
