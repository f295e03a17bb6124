//! What the commands write at the terminal. A reader that goes away (`… | head`) is no failure:
//! the command goes on quietly and ends as it would have.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write as _, stderr, stdout};
use std::process::exit;

use serde::Serialize;

/// Writes one line on the standard output.
macro_rules! say {
    ($($words:tt)*) => { $crate::site::cli::out::line(format_args!($($words)*)) };
}

/// Writes one line on the error output.
macro_rules! complain {
    ($($words:tt)*) => { $crate::site::cli::out::complaint(format_args!($($words)*)) };
}

/// One line of the standard output. Where it cannot be written although somebody reads, the
/// command has not done what it was asked: it ends there.
pub(super) fn line(words: Arguments<'_>) {
    write(format_args!("{words}\n"));
}

/// A text that ends its own lines.
pub(super) fn text(text: &str) {
    write(format_args!("{text}"));
}

/// Data, for programs.
pub(super) fn json(value: &impl Serialize) -> Result<(), serde_json::Error> {
    line(format_args!("{}", serde_json::to_string_pretty(value)?));
    Ok(())
}

fn write(words: Arguments<'_>) {
    let mut out = stdout().lock();
    let written = out.write_fmt(words).and_then(|()| out.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        complain!("jalon : la sortie ne s’écrit pas : {error}");
        exit(1);
    }
}

/// One line of the error output; there is nobody to tell where it cannot be written.
pub(super) fn complaint(words: Arguments<'_>) {
    let _ = writeln!(stderr().lock(), "{words}");
}
