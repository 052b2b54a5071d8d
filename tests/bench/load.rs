//! Twice what the program can serve, for a while: what it turns away, how long it keeps those waiting that it serves,
//! how much memory it takes, and how soon it is well again.

mod mix;
mod tally;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::Keys;
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::figures::{heading, milliseconds, rounded, row};
use crate::program::Running;
use crate::say;
use crate::stage::Stage;
use crate::storage::Place;
use mix::{Answer, Mix};
use tally::Tally;

/// The database of the load.
const NAME: &str = "load";
/// People who ask; each may ask fifty times a second.
const PEOPLE: usize = 400;
const AWARDS: usize = 300;
/// Clients who ask one request after the other, to find out how many the program serves.
const CLIENTS: usize = 32;
/// How long that is measured.
const CALIBRATION: Duration = Duration::from_secs(15);
/// Requests on their way at most: further ones find no connection.
const ON_THEIR_WAY: usize = 1_500;
/// How often requests are sent.
const TICK: Duration = Duration::from_millis(10);
/// How long the program has to be well again.
const WELL_WITHIN: Duration = Duration::from_secs(5);
/// How long ninety-nine in a hundred of those that are served may wait, with twice the load there can be.
const SERVED_WITHIN: Duration = Duration::from_secs(5);
/// How much memory may grow from the first tenth of the load to the last.
const GROWTH: f64 = 1.25;

/// Prints what becomes of the load; the promises that do not hold.
pub async fn report(place: &Place, program: &Path, time: Duration) -> Vec<String> {
    let scene = scene(place).await;
    let folder = std::env::temp_dir().join(format!("octroi-load-{}.key", std::process::id()));
    let keys = Keys::load_or_create(&folder).expect("a key");
    let server = Running::start(place, NAME, program, &folder, &[]).await;
    std::fs::remove_file(folder).expect("its key is removed");
    let mix = Arc::new(Mix::new(&server.address, keys, scene));

    say(place, "finding out how much it serves");
    let (capacity, usual) = calibrate(&mix).await;
    println!(
        "\nOne after the other, {CLIENTS} clients are served {} requests a second, half of them within {}.\n",
        rounded(capacity),
        milliseconds(usual)
    );
    say(place, "sending twice as much");
    let tallies = overload(&mix, &server, capacity * 2.0, time).await;
    let well = recover(&mix, usual).await;
    let mut broken = print(&tallies, capacity);
    match well {
        Some(time) => println!("\nIt is well again after {} ms.", time.as_millis()),
        None => broken.push(format!("it is not well again within {WELL_WITHIN:?}")),
    }
    broken
        .iter()
        .map(|promise| format!("{}: {promise}", place.engine()))
        .collect()
}

/// What is asked about, and who asks.
async fn scene(place: &Place) -> mix::Scene {
    say(place, "setting the stage for a load");
    let database = place.create(NAME).await;
    let stage = Stage::set(&database).await;
    let journal = stage.journal("FUND", 5, 4).await;
    stage.award(&journal, AWARDS).await;
    let people = stage.officers(PEOPLE).await;
    database.close().await.expect("the connections close");
    mix::Scene { journal, people }
}

/// Requests a second that are served when nobody sends another before the last is answered, and how long half of them
/// take.
async fn calibrate(mix: &Arc<Mix>) -> (f64, Duration) {
    let end = Instant::now() + CALIBRATION;
    let clients = (0..CLIENTS).map(|_| async {
        let mut tally = Tally::default();
        while Instant::now() < end {
            tally.add(&mix.ask().await);
        }
        tally
    });
    let mut all = join_all(clients).await.into_iter().fold(Tally::default(), Tally::and);
    (f64::from(all.served()) / CALIBRATION.as_secs_f64(), all.percentile(50))
}

/// Sends so many requests a second, whether those before are answered or not; what became of each tenth of the time.
async fn overload(mix: &Arc<Mix>, server: &Running, rate: f64, time: Duration) -> Vec<Tally> {
    let connections = Arc::new(Semaphore::new(ON_THEIR_WAY));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut tallies = Vec::new();
    for _ in 0..10 {
        let (answers, mut answered) = tokio::sync::mpsc::unbounded_channel::<Answer>();
        let begun = Instant::now();
        let (mut sent, mut unsent) = (0.0, 0);
        while begun.elapsed() < time / 10 {
            ticks.tick().await;
            while sent < rate * begun.elapsed().as_secs_f64() {
                sent += 1.0;
                let Ok(connection) = Arc::clone(&connections).try_acquire_owned() else {
                    unsent += 1;
                    continue;
                };
                let (mix, answers) = (Arc::clone(mix), answers.clone());
                tokio::spawn(async move {
                    drop(answers.send(mix.ask().await));
                    drop(connection);
                });
            }
        }
        drop(answers);
        let mut tally = Tally {
            unsent,
            ..Tally::default()
        };
        while let Some(answer) = answered.recv().await {
            tally.add(&answer);
        }
        tally.time = begun.elapsed();
        tally.memory = server.memory();
        tallies.push(tally);
    }
    tallies
}

/// How long it takes until ten requests in a row are served nearly as quickly as before.
async fn recover(mix: &Arc<Mix>, usual: Duration) -> Option<Duration> {
    let begun = Instant::now();
    let mut in_a_row = 0;
    while begun.elapsed() < WELL_WITHIN {
        let answer = mix.ask().await;
        in_a_row = if answer.is_served() && answer.time <= usual * 3 {
            in_a_row + 1
        } else {
            0
        };
        if in_a_row == 10 {
            return Some(begun.elapsed());
        }
        sleep(Duration::from_millis(10)).await;
    }
    None
}

fn print(tallies: &[Tally], capacity: f64) -> Vec<String> {
    let titles = [
        "tenth",
        "sent/s",
        "served/s",
        "429",
        "503",
        "other",
        "no connection",
        "median",
        "p99",
        "memory",
    ];
    heading(&titles.map(str::to_owned));
    let mut broken = Vec::new();
    for (number, tally) in (1..).zip(tallies) {
        let mut tally = tally.clone();
        let per_second = |number: u32| rounded(f64::from(number) / tally.time.as_secs_f64());
        let (sent, served) = (per_second(tally.sent()), per_second(tally.served()));
        let (median, slow) = (tally.percentile(50), tally.percentile(99));
        row(&[
            number.to_string(),
            sent,
            served,
            tally.limited.to_string(),
            tally.busy.to_string(),
            tally.others.to_string(),
            tally.unsent.to_string(),
            milliseconds(median),
            milliseconds(slow),
            format!("{} MB", tally.memory / 1_000_000),
        ]);
        if slow > SERVED_WITHIN {
            broken.push(format!(
                "in tenth {number}, one in a hundred waits longer than {slow:?}"
            ));
        }
        if f64::from(tally.served()) / tally.time.as_secs_f64() < capacity / 3.0 {
            broken.push(format!("in tenth {number}, it serves less than a third of what it can"));
        }
    }
    let all = tallies.iter().cloned().fold(Tally::default(), Tally::and);
    if all.others > 0 {
        broken.push(format!("{} answers were neither served nor turned away", all.others));
    }
    if all.unannounced > 0 {
        broken.push(format!(
            "{} were turned away without being told when to come again",
            all.unannounced
        ));
    }
    if all.busy == 0 || all.limited == 0 {
        broken.push("nobody was turned away: the load is too light".to_owned());
    }
    if let (Some(first), Some(last)) = (tallies.first(), tallies.last())
        && last.megabytes() > first.megabytes() * GROWTH
    {
        broken.push(format!(
            "its memory grew from {} to {} bytes",
            first.memory, last.memory
        ));
    }
    broken
}
