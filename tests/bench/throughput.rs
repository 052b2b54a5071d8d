//! How many transfers a second are posted, durably, by clients who wait for each answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Database;
use futures_util::future::join_all;

use crate::figures::{heading, milliseconds, percentile, rate, rounded, row};
use crate::limits::Limits;
use crate::options::Options;
use crate::say;
use crate::stage::{Journal, Stage};
use crate::storage::Place;

const DATABASE: &str = "posts";
/// Posted before the time runs, as a part of it.
const WARM_UP: u32 = 10;

/// What clients did while the time ran.
#[derive(Default)]
struct Run {
    rate: f64,
    latencies: Vec<Duration>,
    /// How many posts were turned away because too many waited.
    turned_away: usize,
}

/// Prints posts per second for each number of clients, beside the limits of the machine.
pub async fn report(place: &Place, options: &Options, limits: &Limits) {
    let most = options.clients.iter().copied().max().unwrap_or_default();
    say(place, "setting the stage for posts");
    let database = place.create(DATABASE).await;
    let stage = Stage::set(&database).await;
    let one = [Arc::new(stage.journal("ONE", 5, 4).await)];
    let mut own = Vec::with_capacity(most);
    for number in 0..most {
        own.push(Arc::new(stage.journal(&format!("OWN-{number}"), 2, 1).await));
    }
    // Of a second program on the same database. On SQLite, one program has the file.
    let other = match place {
        Place::Sqlite(_) => None,
        Place::Postgres(_) => Some(place.open(DATABASE).await),
    };
    let ways = limits.ways(place.engine());
    let mut titles: Vec<String> = ["clients", "posts/s", "median", "p99", "a fund each"]
        .map(str::to_owned)
        .into();
    titles.extend(other.iter().map(|_| "two programs".to_owned()));
    titles.extend(ways.iter().cloned());
    println!(
        "Durable posts (`redeployBudget` between two calls of one fund), and the same rows by other means (ours as\n\
         a multiple of it).\n"
    );
    heading(&titles);
    for clients in &options.clients {
        say(place, &format!("{clients} clients"));
        let mut run = post(&[&database], &one, *clients, options.time).await;
        let mut cells = vec![
            clients.to_string(),
            rounded(run.rate),
            milliseconds(percentile(&mut run.latencies, 50)),
            milliseconds(percentile(&mut run.latencies, 99)),
            rounded(post(&[&database], &own, *clients, options.time).await.rate),
        ];
        if let Some(other) = &other {
            cells.push(match clients {
                1 => "–".to_owned(),
                _ => rounded(post(&[&database, other], &one, *clients, options.time).await.rate),
            });
        }
        cells.extend(
            ways.iter()
                .map(|way| limits.beside(place.engine(), way, *clients, run.rate)),
        );
        row(&cells);
    }
    for database in other.into_iter().chain([database]) {
        database.close().await.expect("the connections close");
    }
}

/// Has clients post for a while, taking turns at the databases and the journals.
async fn post(databases: &[&Database], journals: &[Arc<Journal>], clients: usize, time: Duration) -> Run {
    let start = Instant::now() + time / WARM_UP;
    let end = start + time;
    let pairs = databases.iter().cycle().zip(journals.iter().cycle()).take(clients);
    let clients =
        pairs.map(|(database, journal)| tokio::spawn(client((*database).clone(), Arc::clone(journal), start, end)));
    let mut run = Run::default();
    for client in join_all(clients).await {
        let mut client = client.expect("a client");
        run.latencies.append(&mut client.latencies);
        run.turned_away += client.turned_away;
    }
    if run.turned_away > 0 {
        eprintln!("{} posts were turned away: the machine is not quiet", run.turned_away);
    }
    run.rate = rate(run.latencies.len().try_into().expect("a number"), time);
    run
}

/// How long each post took that was answered within the time.
async fn client(database: Database, journal: Arc<Journal>, start: Instant, end: Instant) -> Run {
    let mut run = Run::default();
    loop {
        let begun = Instant::now();
        let done = journal.post(&database, &journal.redeploy()).await;
        let answered = Instant::now();
        if answered >= end {
            return run;
        }
        match done {
            Ok(()) if answered >= start => run.latencies.push(answered - begun),
            Ok(()) => {}
            Err(error) if error.is_busy() => run.turned_away += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
}
