//! `octroi schema`

use std::io::{self, Write};
use std::process::ExitCode;

use super::Failure;
use crate::graphql;

/// Prints the public contract.
pub(super) fn run() -> Result<ExitCode, Failure> {
    io::stdout().write_all(graphql::sdl().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
