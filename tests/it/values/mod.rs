//! Values coming in: rehearsed, committed, corrected, and readable as they were.

mod cells;
mod form;
mod hospitals;
mod imports;
mod life;
mod pages;
mod past;
mod reading;
mod tables;
mod undo;

/// Vaccination coverage by region, as published.
fn hpv() -> String {
    std::fs::read_to_string("demo/hpv-2022-2023.csv").unwrap()
}

/// The same with one row written otherwise.
fn corrected(old: &str, new: &str) -> String {
    let text = hpv();
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}
