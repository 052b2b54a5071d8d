//! `octroi verify`

use std::process::ExitCode;

use domain::audit;
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, open};

/// Replays the ledger and the audit trail; prints what does not fit.
pub(super) async fn run(url: &str) -> Result<ExitCode, Failure> {
    let database = open(url).await?;
    // On stderr, and only when that is a terminal.
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} transfers replayed ({per_sec})") {
        bar.set_style(style);
    }
    let report = audit::verify::verify(&database, &mut |replayed| bar.set_position(replayed)).await;
    bar.finish_and_clear();
    let report = report?;
    database.close().await?;
    if report.faults.is_empty() {
        println!(
            "Verified {} transfers, {} accounts, {} audit events: no fault.",
            report.transfers, report.accounts, report.audit_events
        );
        return Ok(ExitCode::SUCCESS);
    }
    for fault in &report.faults {
        println!("{fault}");
    }
    Ok(ExitCode::FAILURE)
}
