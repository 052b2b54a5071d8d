//! `octroi verify`

use std::process::ExitCode;
use std::time::{Duration, Instant};

use domain::audit::verify::{Progress, Report, verify};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Failure, open};

/// How long it takes before it says how far it has come.
const PATIENCE: Duration = Duration::from_secs(1);

/// What it exits with when it could not find out.
const UNKNOWN: u8 = 2;

/// Replays the ledger and the audit trail; prints what does not fit, then how much was compared.
pub(super) async fn run(url: &str) -> Result<ExitCode, Failure> {
    let report = match compare(url).await {
        Ok(report) => report,
        // Neither whole nor not: a script must be able to tell.
        Err(failure) => {
            eprintln!("octroi: could not verify: {failure}");
            return Ok(ExitCode::from(UNKNOWN));
        }
    };
    for fault in &report.faults {
        println!("{fault}");
    }
    println!("{}", totals(&report));
    let Some(first) = report.faults.first() else {
        return Ok(ExitCode::SUCCESS);
    };
    // The others often follow from it.
    eprintln!("octroi: first fault: {first}");
    Ok(ExitCode::FAILURE)
}

async fn compare(url: &str) -> Result<Report, Failure> {
    let database = open(url).await?;
    let bar = Bar::new();
    let report = verify(&database, &mut |progress| bar.show(progress)).await;
    bar.0.finish_and_clear();
    let report = report?;
    database.close().await?;
    Ok(report)
}

/// Says how far it has come: on stderr, when that is a terminal and it takes a while.
struct Bar(ProgressBar, Instant);

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::hidden();
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} rows, {eta} left") {
            bar.set_style(style);
        }
        Self(bar, Instant::now())
    }

    fn show(&self, progress: Progress) {
        let Self(bar, begun) = self;
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        if bar.is_hidden() && begun.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

fn totals(report: &Report) -> String {
    let faults = match report.faults.len() {
        0 => "no fault".to_owned(),
        1 => "1 fault".to_owned(),
        many => format!("{many} faults"),
    };
    format!(
        "Verified {} transfers, {} accounts, {} budgets with {} entries and {} days, {} objects, {} audit events: \
         {faults}.",
        report.transfers,
        report.accounts,
        report.budgets,
        report.entries,
        report.days,
        report.objects,
        report.audit_events
    )
}
