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
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::figures::{heading, milliseconds, percentile, rounded, row};
use crate::program::Running;
use crate::say;
use crate::stage::Stage;
use crate::storage::Place;
use mix::{Answer, Mix, Who};
use tally::Tally;

/// The database of the load.
const NAME: &str = "load";
/// People who ask; each may ask fifty times a second.
const PEOPLE: usize = 400;
/// How often one of them asks during the load, a second: four times as often as anybody may.
const INSATIABLE: f64 = 200.0;
const AWARDS: usize = 300;
/// Clients who ask one request after the other, to find out how many the program serves.
const CLIENTS: usize = 32;
/// How long that is measured.
const CALIBRATION: Duration = Duration::from_secs(15);
/// Requests that one client sends by itself, before anything else, to find out how long it waits.
const ALONE: usize = 300;
/// Requests on their way at most: further ones find no connection. `scripts/bench-load` sees to the file descriptors.
const ON_THEIR_WAY: usize = 1_500;
/// The parts of its time that are told apart.
const TENTHS: usize = 10;
/// How often requests are sent.
const TICK: Duration = Duration::from_millis(10);
/// How often the memory is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How long the program has to be well again, from the last request of the load on.
const WELL_WITHIN: Duration = Duration::from_secs(5);
/// It is well when so many requests of a lone client are all served, and half of them nearly as soon as before.
const WELL: usize = 10;
/// How much longer than before that may take.
const NEARLY: u32 = 2;
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
    let usual = alone(&mix).await;
    let (capacity, among_others) = calibrate(&mix).await;
    println!(
        "\nA client by itself is served half of its requests within {}. One after the other, {CLIENTS} clients are\n\
         served {} requests a second, half of them within {}.\n",
        milliseconds(usual),
        rounded(capacity),
        milliseconds(among_others)
    );
    say(place, "sending twice as much");
    let load = Load::begin(&mix);
    let memory = load.send(&server, capacity * 2.0, time).await;
    // What was sent last is still being answered.
    let well = recover(&mix, usual).await;
    let tallies = load.end(time, &memory).await;
    let mut broken = print(&tallies, capacity);
    let most = server.most_memory() / 1_000_000;
    println!("\nIt never had more than {most} MB.");
    match well {
        Some(time) => println!(
            "It is well again {} ms after the last request of the load.",
            time.as_millis()
        ),
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

/// How long a client waits for half of its answers when nobody else asks.
async fn alone(mix: &Mix) -> Duration {
    let mut tally = Tally::default();
    for _ in 0..ALONE {
        tally.add(mix.ask(Who::Anybody).await);
    }
    tally.percentile(50)
}

/// Requests a second that are served when nobody sends another before the last is answered, and how long half of them
/// take.
async fn calibrate(mix: &Mix) -> (f64, Duration) {
    let end = Instant::now() + CALIBRATION;
    let clients = (0..CLIENTS).map(|_| async {
        let mut tally = Tally::default();
        while Instant::now() < end {
            tally.add(mix.ask(Who::Anybody).await);
        }
        tally
    });
    let mut all = join_all(clients).await.into_iter().fold(Tally::default(), Tally::and);
    (f64::from(all.served()) / CALIBRATION.as_secs_f64(), all.percentile(50))
}

/// Requests that are sent whether those before are answered or not.
struct Load {
    mix: Arc<Mix>,
    connections: Arc<Semaphore>,
    /// Where the answers go, each with the tenth of the time in which it was asked for.
    answers: UnboundedSender<(usize, Option<Answer>)>,
    added: JoinHandle<[Tally; TENTHS]>,
}

impl Load {
    fn begin(mix: &Arc<Mix>) -> Self {
        let (answers, mut answered) = unbounded_channel();
        let added = tokio::spawn(async move {
            let mut tallies: [Tally; TENTHS] = Default::default();
            while let Some((tenth, answer)) = answered.recv().await {
                let tally: &mut Tally = &mut tallies[tenth];
                match answer {
                    Some(answer) => tally.add(answer),
                    None => tally.unsent += 1,
                }
            }
            tallies
        });
        Self {
            mix: Arc::clone(mix),
            connections: Arc::new(Semaphore::new(ON_THEIR_WAY)),
            answers,
            added,
        }
    }

    /// Sends so many requests a second of anybody, and those of one who never stops, without a pause; the most memory
    /// that the program had in each tenth of the time.
    async fn send(&self, server: &Running, rate: f64, time: Duration) -> [u64; TENTHS] {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let (begun, mut looked) = (Instant::now(), None::<Instant>);
        let mut memory = [0; TENTHS];
        let mut sent = [(Who::Anybody, rate, 0.0), (Who::Insatiable, INSATIABLE, 0.0)];
        while begun.elapsed() < time {
            ticks.tick().await;
            let elapsed = begun.elapsed();
            let tenth = (0..TENTHS - 1)
                .take_while(|tenth| elapsed >= time / 10 * nth(tenth + 1))
                .count();
            for (who, rate, sent) in &mut sent {
                while *sent < *rate * elapsed.as_secs_f64() {
                    *sent += 1.0;
                    self.send_one(*who, tenth);
                }
            }
            if looked.is_none_or(|looked| looked.elapsed() >= LOOK) {
                looked = Some(Instant::now());
                memory[tenth] = server.memory().max(memory[tenth]);
            }
        }
        memory
    }

    fn send_one(&self, who: Who, tenth: usize) {
        let (mix, answers) = (Arc::clone(&self.mix), self.answers.clone());
        let Ok(connection) = Arc::clone(&self.connections).try_acquire_owned() else {
            drop(answers.send((tenth, None)));
            return;
        };
        tokio::spawn(async move {
            drop(answers.send((tenth, Some(mix.ask(who).await))));
            drop(connection);
        });
    }

    /// Waits for the last answers; what became of what was sent in each tenth.
    async fn end(self, time: Duration, memory: &[u64; TENTHS]) -> [Tally; TENTHS] {
        drop(self.answers);
        let mut tallies = self.added.await.expect("the answers are added up");
        for (tally, memory) in tallies.iter_mut().zip(memory) {
            tally.time = time / 10;
            tally.memory = *memory;
        }
        tallies
    }
}

fn nth(number: usize) -> u32 {
    number.try_into().expect("one of ten")
}

/// How long it takes until a lone client is served as if there had been nothing.
async fn recover(mix: &Mix, usual: Duration) -> Option<Duration> {
    let begun = Instant::now();
    let mut last: Vec<Duration> = Vec::new();
    while begun.elapsed() < WELL_WITHIN {
        let answer = mix.ask(Who::Anybody).await;
        if answer.is_served() {
            last.push(answer.time);
        } else {
            last.clear();
        }
        if let Some(mut last) = last.last_chunk::<WELL>().copied()
            && percentile(&mut last, 50) <= usual * NEARLY
        {
            return Some(begun.elapsed());
        }
        sleep(TICK).await;
    }
    None
}

/// Prints what became of each tenth; the promises that did not hold.
fn print(tallies: &[Tally], capacity: f64) -> Vec<String> {
    let titles = [
        "tenth",
        "sent/s",
        "served/s",
        "429",
        "503",
        "in a field",
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
            tally.unavailable.to_string(),
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
    broken.extend(print_whole(tallies));
    broken
}

/// Prints answers that were not to come; the promises about the whole time that did not hold.
fn print_whole(tallies: &[Tally]) -> Vec<String> {
    let mut broken = Vec::new();
    let all = tallies.iter().cloned().fold(Tally::default(), Tally::and);
    for other in &all.shown {
        println!("\nOther: {other}");
    }
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
