//! The `jalon` binary.

use std::process::ExitCode;

use clap::Parser as _;
use jalon::site::cli::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    run(Cli::parse()).await
}
