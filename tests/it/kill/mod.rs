//! A process killed in the middle of a commit: all of it is there, or nothing.

mod acts;
mod values;

/// The same delays at every run: a fraction of the whole, in thousandths.
fn fraction(kill: u32) -> u32 {
    // Steps of the golden ratio spread evenly whatever their number.
    kill.wrapping_mul(2_654_435_769) / (u32::MAX / 1_000)
}
