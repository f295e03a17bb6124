//! Documents and drawings from plain data: bytes or strings out, nothing else in.
//!
//! The crate knows neither the database nor the web. Numbers arrive as printed French text; nothing
//! is rounded or formatted here. The same input always gives the same bytes: no clock, no system
//! font, no network.
//!
//! * [`region_sheet`] sets a region's sheet as an accessible, archivable PDF;
//! * [`dossier::Dossier`] is the dossier of a contract and its files;
//! * [`indicator_sheet`] sets an indicator's sheet, one page;
//! * [`map::choropleth`] draws the 18 regions;
//! * [`chart`] draws trajectories, comparisons, spreads, funnel plots and small charts;
//! * [`workbook::xlsx`] and [`workbook::csv`] write tables for spreadsheets.
//!
//! A drawing cannot be built without a [`Description`]: no image without a text alternative.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a test that cannot go on must stop")
)]

pub mod chart;
mod day;
mod docx;
pub mod dossier;
mod error;
mod french;
mod indicator;
pub mod map;
mod package;
mod sheet;
mod svg;
mod text;
pub mod workbook;
mod world;

pub use day::Day;
pub use error::RenderError;
pub use indicator::{IndicatorSheet, PlaceRow, indicator_sheet};
pub use package::packed;
pub use sheet::{
    Attainment, DatedValue, Illustration, IndicatorRow, Region, RegionSheet, State, region_sheet,
    region_sheet_pages,
};
pub use svg::{Description, Target};
