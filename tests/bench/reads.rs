//! Whether what is read of the ledger costs the same however long it is: the same statements, by the same plan, in the
//! same time.

mod ledger;
mod plans;
mod queries;

use std::time::{Duration, Instant};

use crate::figures::{heading, microseconds, percentile, row, whole};
use crate::options::Options;
use crate::say;
use crate::stage::Journal;
use crate::storage::Place;
use ledger::Ledger;
use queries::{QUERIES, Query};

/// How much longer a query may take on the largest ledger than on any other.
const TOLERANCE: f64 = 1.5;
/// How often a query is asked to see how many statements it takes.
const COUNTED: usize = 20;

/// What one query cost on one ledger.
#[derive(Clone, Debug, Default)]
struct Cost {
    /// Least and most statements.
    statements: (u64, u64),
    times: Vec<Duration>,
}

/// Prints what each query costs at each size; the promises that do not hold, and the journal of the largest ledger.
pub async fn report(place: &Place, options: &Options) -> (Vec<String>, Journal) {
    let (ledgers, journal) = ledger::grow(place, &options.sizes).await;
    say(place, "reading");
    let mut broken = Vec::new();
    println!(
        "\nReads by one reader: medians of {} each, the ledgers in turn.\n",
        options.samples
    );
    let mut titles = vec!["query".to_owned(), "statements".to_owned()];
    titles.extend(
        ledgers
            .iter()
            .map(|ledger| format!("{} transfers", whole(ledger.transfers))),
    );
    titles.push("largest ÷ others".to_owned());
    heading(&titles);
    for query in &QUERIES {
        let costs = measure(query, &ledgers, options.samples).await;
        broken.extend(print(place, query, costs));
    }
    broken.extend(plans::report(place, &ledgers).await);
    for ledger in ledgers {
        ledger.database.close().await.expect("the connections close");
    }
    (broken, journal)
}

/// Asks a query of each ledger in turn, so that whatever else the machine does weighs on all of them.
async fn measure(query: &Query, ledgers: &[Ledger], samples: usize) -> Vec<Cost> {
    let mut costs = Vec::with_capacity(ledgers.len());
    for ledger in ledgers {
        let mut counts = Vec::with_capacity(COUNTED);
        for _ in 0..COUNTED {
            let before = ledger.database.statements();
            (query.ask)(ledger).await;
            counts.push(ledger.database.statements() - before);
        }
        let least = counts.iter().copied().min().unwrap_or_default();
        costs.push(Cost {
            statements: (least, counts.iter().copied().max().unwrap_or_default()),
            times: Vec::with_capacity(samples),
        });
    }
    for _ in 0..samples {
        for (ledger, cost) in ledgers.iter().zip(&mut costs) {
            let start = Instant::now();
            (query.ask)(ledger).await;
            cost.times.push(start.elapsed());
        }
    }
    costs
}

/// Prints a line of the table; what is wrong with it.
fn print(place: &Place, query: &Query, mut costs: Vec<Cost>) -> Vec<String> {
    let mut broken = Vec::new();
    let name = format!("{}: {}", place.engine(), query.name);
    let least = costs.iter().map(|cost| cost.statements.0).min().unwrap_or_default();
    let most = costs.iter().map(|cost| cost.statements.1).max().unwrap_or_default();
    if least != most {
        broken.push(format!("{name} takes {least} to {most} statements"));
    }
    let medians: Vec<Duration> = costs.iter_mut().map(|cost| percentile(&mut cost.times, 50)).collect();
    let ratios = ratios(&medians);
    if ratios.iter().any(|ratio| *ratio > TOLERANCE) {
        broken.push(format!(
            "{name} takes more than {TOLERANCE} times as long on the largest ledger"
        ));
    }
    let statements = if least == most {
        least.to_string()
    } else {
        format!("{least}–{most}")
    };
    let mut cells = vec![query.name.to_owned(), statements];
    cells.extend(medians.iter().copied().map(microseconds));
    cells.push(
        ratios
            .iter()
            .map(|ratio| format!("{ratio:.2}"))
            .collect::<Vec<_>>()
            .join(", "),
    );
    row(&cells);
    broken
}

/// How many times as long as on each other ledger it takes on the largest, the last.
fn ratios(medians: &[Duration]) -> Vec<f64> {
    let Some((largest, others)) = medians.split_last() else {
        return Vec::new();
    };
    let of = |other: &Duration| largest.as_secs_f64() / other.as_secs_f64();
    others.iter().map(of).collect()
}
