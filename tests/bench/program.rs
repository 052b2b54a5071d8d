//! How soon the program is there again when it was killed, and how long it takes to prove the ledger.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::{Keys, graphql::id};
use domain::Clock;
use domain::fund::commands::{Holder, RedeployBudget};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::figures::{percentile, rate, rounded, whole};
use crate::say;
use crate::stage::Journal;
use crate::storage::{LARGEST, Place};

/// How soon the program answers, whatever the ledger.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// How often it is killed and started.
const STARTS: usize = 5;
/// How long we wait for it.
const PATIENCE: Duration = Duration::from_mins(2);

/// How many clients it has when it is killed.
const CLIENTS: usize = 32;
/// How long they work before that.
const LOAD: Duration = Duration::from_secs(1);
/// Of requests by one person.
const ANY_NUMBER: [&str; 2] = ["--requests-per-second", "0"];
const POST: &str =
    "mutation($input: RedeployBudgetInput!) { redeployBudget(input: $input) { userErrors { message } } }";

/// Prints what the program takes to start and to verify on the largest ledger; the promises that do not hold.
pub async fn report(place: &Place, program: &Path, journal: &Journal) -> Vec<String> {
    let mut broken = Vec::new();
    say(place, "killing the program under load, and starting it again");
    let key = std::env::temp_dir().join(format!("octroi-bench-{}.key", std::process::id()));
    let keys = Keys::load_or_create(&key).expect("a key");
    let officer = journal.officer.user_id().expect("a person");
    let token = keys.issue(officer, Clock::system().now()).expect("a token").token;
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let server = Running::start(place, LARGEST, program, &key, &ANY_NUMBER).await;
        let posted = server.kill_under_load(journal, &token).await;
        assert!(posted > 0, "nothing was posted before the program was killed");
        starts.push(Running::start(place, LARGEST, program, &key, &ANY_NUMBER).await.ready);
    }
    std::fs::remove_file(key).expect("its key is removed");
    let ready = percentile(&mut starts, 100);
    if ready >= READY_WITHIN {
        broken.push(format!("{}: the program is ready after {ready:?}", place.engine()));
    }
    say(place, "verifying");
    let (transfers, time) = verify(place, program);
    println!(
        "\nOn the largest ledger, killed under load, `octroi serve` is ready again after {} ms (the longest of\n\
         {STARTS}), and `octroi verify` takes {:.1} s: {} transfers a second.",
        ready.as_millis(),
        time.as_secs_f64(),
        rounded(rate(transfers, time)),
    );
    broken
}

/// The program while it serves. Killed when it is dropped.
pub struct Running {
    process: Child,
    pub address: String,
    /// From its start to its first answer that it is ready.
    ready: Duration,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Running {
    /// Serves a database, with options of its own.
    pub async fn start(place: &Place, name: &str, program: &Path, key: &Path, options: &[&str]) -> Self {
        let begun = Instant::now();
        let mut serve = command(place, name, program);
        serve
            .args(["serve", "--listen", "127.0.0.1:0", "--signing-key"])
            .arg(key)
            .args(options);
        let process = serve.stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut server = Self {
            process,
            address: String::new(),
            ready: Duration::ZERO,
        };
        let mut log = BufReader::new(server.process.stderr.take().expect("its log")).lines();
        let address = log.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("listens on ")?;
            address.split_whitespace().next().map(str::to_owned)
        });
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || log.for_each(drop));
        server.address = address.expect("where it listens");
        let (client, url) = (reqwest::Client::new(), format!("{}/readyz", server.address));
        while !client
            .get(&url)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            assert!(begun.elapsed() < PATIENCE, "the program is not ready");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.ready = begun.elapsed();
        server
    }

    /// The memory it has, in bytes.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most memory it ever had, in bytes.
    pub fn most_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
        line.expect("kilobytes").parse::<u64>().expect("a number") * 1024
    }

    /// Has clients post over HTTP for a while, and kills it under them; how many answers they had.
    async fn kill_under_load(mut self, journal: &Journal, token: &str) -> usize {
        let client = reqwest::Client::new();
        let url = format!("{}/graphql", self.address);
        let clients = (0..CLIENTS).map(|_| async {
            let mut answers = 0;
            loop {
                let request = json!({ "query": POST, "variables": { "input": redeployment(&journal.redeploy()) } });
                let sent = client.post(&url).bearer_auth(token).json(&request).send().await;
                let Ok(answer) = sent else { return answers };
                let Ok(answer) = answer.json::<Value>().await else {
                    return answers;
                };
                let refusals = &answer["data"]["redeployBudget"]["userErrors"];
                assert_eq!(*refusals, json!([]), "{answer}");
                answers += 1;
            }
        });
        let kill = async {
            tokio::time::sleep(LOAD).await;
            self.process.kill().expect("the program is killed");
        };
        let (answers, ()) = join(join_all(clients), kill).await;
        answers.into_iter().sum()
    }
}

/// What a client sends to have a command run.
pub fn redeployment(command: &RedeployBudget) -> Value {
    let holder = |holder: &Holder| match holder {
        Holder::Programme(programme) => id::of(*programme),
        Holder::Call(call) => id::of(*call),
    };
    let order = &command.order;
    json!({
        "from": holder(&command.from),
        "to": holder(&command.to),
        "amount": { "amount": order.amount.decimal, "currency": order.amount.currency },
        "reason": order.reason,
        "document": order.document,
        "idempotencyKey": order.idempotency_key,
    })
}

/// How many transfers it proved, and how long that took.
fn verify(place: &Place, program: &Path) -> (u64, Duration) {
    let begun = Instant::now();
    let done = command(place, LARGEST, program)
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

/// The program on a database, without anything of the machine's own configuration.
fn command(place: &Place, name: &str, program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name_of = name.to_string_lossy();
        if ["OCTROI_", "OTEL_"].iter().any(|prefix| name_of.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
        .env("OCTROI_DATABASE_URL", place.url(name))
        .env("RUST_LOG", "info")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}
