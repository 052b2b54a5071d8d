//! How fast money is posted, and whether what is read of it costs the same however long the ledger is.
//!
//! `scripts/bench-ledger` makes the databases, measures what the machine itself can do, and runs this. What is
//! measured goes the way of a request: commands through [`Database::execute`](domain::Database::execute) by actors with
//! roles, reads through the queries of the dashboard. Only the past of long ledgers is written at once ([`past`]).

mod figures;
mod limits;
mod load;
mod options;
mod past;
mod program;
mod reads;
mod stage;
mod storage;
mod throughput;

use std::process::ExitCode;

use limits::Limits;
use options::Options;
use storage::Place;

/// As the program has it.
const USUAL_THREADS: usize = 2;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(complaint) => {
            eprintln!("ledger: {complaint}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    // The clients over HTTP leave the choice to whoever makes them.
    drop(rustls::crypto::ring::default_provider().install_default());
    let threads = std::thread::available_parallelism().map_or(USUAL_THREADS, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime");
    let broken = runtime.block_on(run(&options));
    for promise in &broken {
        eprintln!("ledger: {promise}");
    }
    if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Measures each database and prints its tables; the promises that do not hold.
async fn run(options: &Options) -> Vec<String> {
    let limits = options.limits.as_deref().map(Limits::read).unwrap_or_default();
    let mut broken = Vec::new();
    for place in &options.places {
        println!("\n## {}\n", place.engine());
        if let Some((program, time)) = options.program.as_deref().zip(options.load) {
            broken.extend(load::report(place, program, time).await);
            continue;
        }
        throughput::report(place, options, &limits).await;
        let (too_dear, journal) = reads::report(place, options).await;
        broken.extend(too_dear);
        if let Some(program) = &options.program {
            broken.extend(program::report(place, program, &journal).await);
        }
    }
    broken
}

/// Says on standard error what is going on.
fn say(place: &Place, what: &str) {
    eprintln!("{}: {what}", place.engine());
}
