//! `octroi migrate`

use std::process::ExitCode;

use domain::database::Pool;
use domain::{Clock, Database};

use super::Failure;

/// Applies the migrations that are missing.
pub(super) async fn run(url: &str) -> Result<ExitCode, Failure> {
    let database = Database::open(url, Pool::default(), Clock::system()).await?;
    database.migrate().await?;
    println!("The {} database is up to date.", database.engine());
    database.close().await?;
    Ok(ExitCode::SUCCESS)
}
