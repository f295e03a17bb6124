//! Terms in a workbook: what is filled from a draft, sent back, and what it would change.

mod life;
mod reading;
mod round;
mod stage;
