//! SIGKILL while money moves: what was acknowledged is there, what was not can be sent again, and nothing is half done.

mod book;
mod deed;
mod stop;
mod survivor;
mod venue;

use std::{
    process::Command,
    time::{Duration, Instant},
};

use futures_util::future::join;

use crate::harness::{Octroi, TestApp, TestDatabase, dice, octroi, octroi_killed, on_both_databases};
use book::{Book, Untold};

on_both_databases![
    what_was_acknowledged_survives_every_crash_and_the_rest_is_sent_again,
    a_demonstration_cut_short_leaves_a_database_that_is_whole,
];

/// Where the server is killed (`domain/src/work/point.rs`), how often at most it passes there before, and what is
/// certain of the command that it was at.
const POINTS: [(&str, usize, Certain); 15] = [
    ("work::begun", 8, Certain::Nothing),
    ("work::locked", 8, Certain::Nothing),
    ("work::started", 40, Certain::Nothing),
    ("work::claimed", 40, Certain::Undone),
    ("ledger::debited", 30, Certain::Undone),
    ("ledger::credited", 30, Certain::Undone),
    ("ledger::budgets_moved", 30, Certain::Undone),
    ("ledger::written", 30, Certain::Undone),
    ("work::recorded", 30, Certain::Undone),
    ("work::undone", 3, Certain::Undone),
    ("work::answered", 40, Certain::Undone),
    ("writer::between_items", 20, Certain::Nothing),
    ("work::before_commit", 6, Certain::Undone),
    ("work::after_commit", 6, Certain::Done),
    ("writer::settled", 6, Certain::Nothing),
];
/// How often it is killed at each: the first time on the first pass, and under one client where something is certain.
const TIMES: usize = 4;
/// How often it is killed at any moment.
const AT_RANDOM: usize = 40;
/// How long a server may take to be ready again, all but one in twenty of them.
const RESTART: Duration = Duration::from_secs(2);

/// What is certain of the command that a server was at when it was killed, and of which nobody was told.
#[derive(Clone, Copy, Debug)]
enum Certain {
    Done,
    Undone,
    /// It may be a repeat of one that was done long before.
    Nothing,
}

/// How a server is killed.
#[derive(Clone, Copy, Debug)]
enum Crash {
    /// At a point, once it has passed it so many times, under many clients.
    At(&'static str, usize, Certain),
    /// At a point, on the first pass, under one client: so it is known which command the server was at.
    Alone(&'static str, Certain),
    /// After a while.
    After(Duration),
}

impl Crash {
    /// Every point, and moments between, in any order.
    fn many(dice: &mut fastrand::Rng) -> Vec<Self> {
        let mut crashes = Vec::new();
        for (point, most, certain) in POINTS {
            crashes.push(match certain {
                Certain::Nothing => Self::At(point, 0, certain),
                Certain::Done | Certain::Undone => Self::Alone(point, certain),
            });
            let passes = |time| time * most / (TIMES - 1);
            crashes.extend((1..TIMES).map(|time| Self::At(point, dice.usize(0..=passes(time)), certain)));
        }
        crashes.extend((0..AT_RANDOM).map(|_| Self::random(dice)));
        dice.shuffle(&mut crashes);
        crashes
    }

    fn random(dice: &mut fastrand::Rng) -> Self {
        Self::After(Duration::from_millis(dice.u64(20..400)))
    }

    /// Starts the server that will be killed.
    async fn start(self, book: &Book) -> Octroi {
        match self {
            Self::At(point, passes, _) => Octroi::serve_until(&book.storage, point, passes).await,
            Self::Alone(point, _) => Octroi::serve_until(&book.storage, point, 0).await,
            Self::After(_) => Octroi::serve(&book.storage).await,
        }
    }

    /// Kills the server when its moment has come, under its clients.
    async fn strike(self, server: &Octroi, book: &Book) {
        let moment = async {
            match self {
                Self::At(point, ..) | Self::Alone(point, _) => {
                    server.stopped_at(point).await;
                    // Meanwhile more requests come in, and wait.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Self::After(delay) => tokio::time::sleep(delay).await,
            }
            server.kill();
        };
        let clients = async {
            if let Self::Alone(..) = self {
                book.client(server).await;
            } else {
                book.clients(server, &|| true).await;
            }
        };
        join(clients, moment).await;
    }

    /// Nobody was told of the command that the server was at. Under one client there is no other; under many, those who
    /// waited were not told either, and whether they were done says nothing.
    fn check(self, untold: Untold) {
        let one = |done: bool| Untold {
            done: usize::from(done),
            undone: usize::from(!done),
        };
        let seen = match self {
            Self::Alone(_, Certain::Done) => untold == one(true),
            Self::Alone(_, Certain::Undone) => untold == one(false),
            Self::At(_, _, Certain::Done) => untold.done > 0,
            Self::Alone(_, Certain::Nothing) | Self::At(..) | Self::After(_) => true,
        };
        assert!(seen, "{self:?}: {untold:?}");
    }
}

async fn what_was_acknowledged_survives_every_crash_and_the_rest_is_sent_again(app: TestApp) {
    let mut dice = dice();
    let book = Book::open(app, dice.fork()).await;
    let (mut restarts, mut all) = (Vec::new(), Untold::default());
    for crash in Crash::many(&mut dice) {
        let begun = Instant::now();
        let server = crash.start(&book).await;
        restarts.push(begun.elapsed());
        crash.strike(&server, &book).await;
        let untold = book.inspect().await;
        println!("{crash:?}: {untold:?}");
        crash.check(untold);
        all += untold;
    }
    assert!(all.done > 0 && all.undone > 0, "{all:?}");
    restarts.sort();
    let nearly_all = restarts[restarts.len() * 95 / 100];
    println!("ready again after {nearly_all:?}, all but one in twenty");
    assert!(nearly_all < RESTART, "{restarts:?}");
    book.close(Octroi::serve(&book.storage).await).await;
}

async fn a_demonstration_cut_short_leaves_a_database_that_is_whole(first: TestDatabase) {
    let mut dice = dice();
    let engine = first.engine;
    let (mut cut_short, mut found) = (0, 0);
    for round in 0..3 {
        let storage = if round == 0 {
            None
        } else {
            Some(TestDatabase::migrated(engine).await)
        };
        let storage = storage.as_ref().unwrap_or(&first);
        let after = Duration::from_millis(dice.u64(300..1_800));
        cut_short += usize::from(octroi_killed(storage, &["demo", "--load-only"], after).await);
        let verified = octroi(storage, &["verify"]);
        assert!(verified.status.success(), "after {after:?}: {verified:?}");
        let report = String::from_utf8_lossy(&verified.stdout);
        found += usize::from(!report.contains(" 0 audit events"));
    }
    assert!(
        cut_short > 0 && found > 0,
        "{cut_short} were cut short, {found} had begun"
    );
}

/// What `cargo build` makes, without the tests beside it, has no point to stop at.
#[test]
fn a_shipped_program_stops_nowhere() {
    let tree = |arguments: &[&str]| {
        let mut tree = Command::new(env!("CARGO"));
        tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
            .args(arguments);
        let output = tree
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{output:?}");
        let packages = String::from_utf8_lossy(&output.stdout).into_owned();
        packages.lines().any(|package| package.starts_with("fail v"))
    };
    assert!(!tree(&["--package", "octroi-api"]));
    assert!(tree(&["--workspace"]), "the tests' own has them");
}
