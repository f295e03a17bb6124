//! The `jalon` binary.

use std::process::ExitCode;

use jalon::imports::reader;
use jalon::site::cli::{Cli, run};

fn main() -> ExitCode {
    // Before anything else: the process that reads a file holds nothing but that file.
    reader::child(std::env::args_os()).unwrap_or_else(serve)
}

#[tokio::main]
async fn serve() -> ExitCode {
    run(Cli::read()).await
}
