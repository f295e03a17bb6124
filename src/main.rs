//! The `jalon` binary.

use std::process::ExitCode;

use jalon::site::cli::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    run(Cli::read()).await
}
