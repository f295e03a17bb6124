//! `/personnes`.
