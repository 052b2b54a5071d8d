//! How soon the program is there, and how long it takes to prove the ledger.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::figures::{percentile, rate, rounded, whole};
use crate::reads::LARGEST;
use crate::say;
use crate::storage::Place;

/// How soon the program answers, whatever the ledger.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// How often it is started; the median counts.
const STARTS: usize = 5;
/// How long we wait for it.
const PATIENCE: Duration = Duration::from_mins(2);

/// Prints what the program takes to start and to verify on the largest ledger; the promises that do not hold.
pub async fn report(place: &Place, program: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    say(place, "starting the program");
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        starts.push(start(place, program).await);
    }
    let ready = percentile(&mut starts, 50);
    if ready >= READY_WITHIN {
        broken.push(format!("{}: the program is ready after {ready:?}", place.engine()));
    }
    say(place, "verifying");
    let (transfers, time) = verify(place, program);
    println!(
        "\nOn the largest ledger `octroi serve` is ready after {} ms (median of {STARTS}), and `octroi verify` takes {:.1} s: \
         {} transfers a second.",
        ready.as_millis(),
        time.as_secs_f64(),
        rounded(rate(transfers, time)),
    );
    broken
}

/// Kills the program when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// From the start of the program to its first answer that it is ready.
async fn start(place: &Place, program: &Path) -> Duration {
    let begun = Instant::now();
    let key = std::env::temp_dir().join(format!("octroi-bench-{}.key", std::process::id()));
    let mut serve = command(place, program);
    serve
        .args(["serve", "--listen", "127.0.0.1:0", "--signing-key"])
        .arg(&key);
    let mut server = Running(serve.stderr(Stdio::piped()).spawn().expect("the program starts"));
    let log = BufReader::new(server.0.stderr.take().expect("its log"));
    let address = log.lines().map_while(Result::ok).find_map(|line| {
        let (_, address) = line.split_once("listens on ")?;
        address.split_whitespace().next().map(str::to_owned)
    });
    let url = format!("{}/readyz", address.expect("where it listens"));
    let client = reqwest::Client::new();
    while !client
        .get(&url)
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
    {
        assert!(begun.elapsed() < PATIENCE, "the program is not ready");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ready = begun.elapsed();
    std::fs::remove_file(key).expect("its key is removed");
    ready
}

/// How many transfers it proved, and how long that took.
fn verify(place: &Place, program: &Path) -> (u64, Duration) {
    let begun = Instant::now();
    let done = command(place, program)
        .arg("verify")
        .output()
        .expect("the program runs");
    let time = begun.elapsed();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
    let number = said.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    let number = number.unwrap_or_else(|| panic!("no number in: {said}"));
    say(place, &format!("{} transfers verified", whole(number)));
    (number, time)
}

/// The program on the largest ledger, without anything of the machine's own configuration.
fn command(place: &Place, program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("OCTROI_") {
            command.env_remove(name);
        }
    }
    command
        .env("OCTROI_DATABASE_URL", place.url(LARGEST))
        .env("RUST_LOG", "info")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}
