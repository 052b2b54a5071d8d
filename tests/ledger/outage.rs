//! The database fails while money moves: its connections are cut, its disk is full, it is away. Whoever asks is told
//! to come again and nothing worse, nothing acknowledged is lost, nothing is done twice, and the same server goes on.
//!
//! What fails differs. PostgreSQL is a server: its connections are cut, it is stopped and started, its disk has no room
//! for a table to grow. SQLite is a file of our own process: it has no connections, but another process can hold its
//! lock; it is not restarted, but its disk can stop answering for a while; and there is no room for its log to grow.

use std::{
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all, join3};
use reqwest::{RequestBuilder, header};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    Proposals,
    job::{self, Figures, Job, prepare},
};
use crate::flows::stage::{self, with};
use crate::harness::{Engine, Fragile, Octroi, TestApp, TestDatabase, dice, octroi, on_both_databases, text};

on_both_databases![
    connections_cut_under_load_lose_nothing_and_do_nothing_twice,
    a_disk_that_is_full_loses_nothing_and_does_nothing_twice,
    a_database_that_goes_away_is_used_again_when_it_is_back,
    a_request_that_finds_no_database_is_told_to_come_again,
];

/// How many clients move money at the same time, each until it is acknowledged.
const CLIENTS: usize = 6;
/// How many jobs there are beside payments and decisions; more are added for as long as the outage lasts.
const ALLOCATIONS: usize = 24;
/// How many clients read budgets all the while.
const READERS: usize = 2;
/// The longest anybody waits for an answer: a connection's patience, and some.
const LONGEST: Duration = Duration::from_secs(15);
/// How long it may take until the last is acknowledged, once the outage is over.
const RECOVERY: Duration = Duration::from_secs(10);
/// How soon a client sends a request again: sooner than it is asked to.
const PAUSE: Duration = Duration::from_millis(30);

async fn connections_cut_under_load_lose_nothing_and_do_nothing_twice(app: TestApp) {
    let engine = app.storage.engine;
    let ordeal = Ordeal::new(app).await;
    let told = ordeal
        .live_through(async |storage, _| match engine {
            Engine::Postgres => cut_connections(storage).await,
            Engine::Sqlite => hold_the_lock(storage).await,
        })
        .await;
    // A connection can be replaced before anybody notices; a lock cannot.
    assert!(told > 0 || engine == Engine::Postgres, "nobody noticed");
}

/// Ends whatever the servers of this database have open, again and again.
async fn cut_connections(storage: &TestDatabase) {
    let connection = storage.connection().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let mut dice = dice();
    let mut count = 0;
    for _ in 0..20 {
        let statement = Statement::from_string(DbBackend::Postgres, cut);
        let rows = connection.query_all_raw(statement).await;
        count += rows.expect("the connections are cut").len();
        sleep(Duration::from_millis(dice.u64(10..150))).await;
    }
    assert!(count > 20, "only {count} connections were cut");
}

/// Keeps everybody from writing for longer than they have patience.
async fn hold_the_lock(storage: &TestDatabase) {
    let connection = storage.connection().await;
    connection
        .execute_unprepared("BEGIN IMMEDIATE")
        .await
        .expect("the lock");
    sleep(Duration::from_secs(11)).await;
    connection
        .execute_unprepared("ROLLBACK")
        .await
        .expect("the lock is let go");
}

async fn a_disk_that_is_full_loses_nothing_and_does_nothing_twice(Fragile(app): Fragile) {
    let ordeal = Ordeal::new(app).await;
    let told = ordeal
        .live_through(async |storage, told| {
            storage.set_full(true);
            let start = Instant::now();
            // As long as it takes: there may be some room left in a file.
            while told.load(Ordering::Relaxed) < 20 && start.elapsed() < Duration::from_secs(10) {
                sleep(PAUSE).await;
            }
            storage.set_full(false);
        })
        .await;
    assert!(told >= 20, "{told} were told");
}

async fn a_database_that_goes_away_is_used_again_when_it_is_back(Fragile(app): Fragile) {
    let ordeal = Ordeal::new(app).await;
    ordeal
        .live_through(async |storage, told| {
            for how in ["immediate", "fast"] {
                storage.go_away(how).await;
                sleep(Duration::from_millis(300)).await;
                storage.come_back().await;
                sleep(Duration::from_millis(300)).await;
            }
            // Whoever has patience need not notice so far. The last time it is away until somebody was told.
            let before = told.load(Ordering::Relaxed);
            storage.go_away("immediate").await;
            let start = Instant::now();
            while told.load(Ordering::Relaxed) == before {
                assert!(start.elapsed() < LONGEST, "nobody noticed");
                sleep(PAUSE).await;
            }
            storage.come_back().await;
        })
        .await;
}

/// A server, its clients, and the money they move.
struct Ordeal {
    app: TestApp,
    server: Octroi,
    proposals: Proposals,
    jobs: Mutex<Vec<Job>>,
    done: Mutex<Vec<(Job, Value)>>,
    /// The call's budget if all that was ever sent were done.
    at_most: Mutex<Figures>,
    /// The call's budget if only what was acknowledged were done.
    at_least: Mutex<Figures>,
    /// How many answers said that the database was not available.
    told: AtomicUsize,
    /// Since when it has been over.
    over: OnceLock<Instant>,
}

impl Ordeal {
    async fn new(app: TestApp) -> Self {
        let (proposals, mut jobs) = prepare(&app).await;
        jobs.extend((0..ALLOCATIONS).map(|_| Job::allocate(&proposals.call.finance, &proposals.call.call_id)));
        dice().shuffle(&mut jobs);
        let server = Octroi::serve(&app.storage).await;
        // Signing in takes its time.
        for person in [&proposals.chair, &proposals.treasurer, &proposals.call.finance] {
            server.token(person).await;
        }
        Self {
            app,
            server,
            proposals,
            jobs: Mutex::new(jobs),
            done: Mutex::default(),
            at_most: Mutex::new(job::AT_FIRST),
            at_least: Mutex::new(job::AT_FIRST),
            told: AtomicUsize::new(0),
            over: OnceLock::new(),
        }
    }

    /// Moves money through an outage, and checks what came of it. Answers with how often somebody was told to come
    /// again.
    async fn live_through(self, outage: impl AsyncFnOnce(&TestDatabase, &AtomicUsize)) -> usize {
        let outage = async {
            sleep(Duration::from_millis(200)).await;
            outage(&self.app.storage, &self.told).await;
            self.over.get_or_init(Instant::now);
        };
        let clients = join_all((0..CLIENTS).map(|_| self.work()));
        let readers = join_all((0..READERS).map(|_| self.read()));
        join3(outage, clients, readers).await;
        self.check().await;
        self.told.load(Ordering::Relaxed)
    }

    /// Does what is to be done, and allocates money for as long as the outage lasts.
    async fn work(&self) {
        let next = || self.jobs.lock().expect("the jobs").pop();
        loop {
            let job = match next() {
                Some(job) => job,
                None if self.is_over() => return,
                None => Job::allocate(&self.proposals.call.finance, &self.proposals.call.call_id),
            };
            add(&self.at_most, &job);
            let answer = loop {
                match ask(&self.server, job.request(&self.server).await).await {
                    Some(answer) => break answer,
                    None => self.told.fetch_add(1, Ordering::Relaxed),
                };
                let late = self.over.get().is_some_and(|since| since.elapsed() > RECOVERY);
                assert!(!late, "{job:?} is not done yet:\n{}", self.server.log());
                sleep(PAUSE).await;
            };
            let payload = job.acknowledged(&answer);
            add(&self.at_least, &job);
            self.done.lock().expect("what is done").push((job, payload));
            sleep(PAUSE).await;
        }
    }

    /// Reads the budget. Each answer holds all that was acknowledged before it was asked for, nothing that was not sent
    /// before it came, and nothing less than the one before; or there is none.
    async fn read(&self) {
        const BUDGET: &str = "query($node: ID!) { budget(node: $node) {
            opened { minorUnits } reserved { minorUnits } committed { minorUnits } ordered { minorUnits }
        } }";
        let call = &self.proposals.call;
        let token = self.server.token(&call.finance).await;
        let mut before = job::AT_FIRST;
        while !self.is_over() {
            let acknowledged = *self.at_least.lock().expect("what was acknowledged");
            let request = self
                .server
                .request(Some(&token), BUDGET, &json!({ "node": call.call_id }));
            if let Some(answer) = ask(&self.server, request).await {
                let sent = *self.at_most.lock().expect("what was sent");
                let read = figures(&answer);
                for (place, figure) in read.into_iter().enumerate() {
                    let least = Ord::max(before[place], acknowledged[place]);
                    assert!(
                        least <= figure && figure <= sent[place],
                        "{read:?} after {before:?} and {acknowledged:?}, with {sent:?} sent"
                    );
                }
                before = read;
            }
            sleep(PAUSE).await;
        }
    }

    fn is_over(&self) -> bool {
        self.over.get().is_some()
    }

    /// What was acknowledged is there, each once; a repeat finds it; and the server is the one that was started.
    async fn check(&self) {
        let server = &self.server;
        assert!(server.is_running() && server.is_ready().await, "{}", server.log());
        assert!(!server.log().contains("internal error"), "{}", server.log());
        let done = self.done.lock().expect("what is done").clone();
        for (job, answer) in &done {
            job.check(server).await;
            let again = job.send(server).await.expect("an answer");
            assert_eq!(again, with(answer.clone(), json!({ "replayed": true })), "{job:?}");
        }
        let done: Vec<Job> = done.into_iter().map(|(job, _)| job).collect();
        let call = &self.proposals.call;
        assert_eq!(
            stage::budget(server, &call.finance, &call.call_id).await,
            job::budget(&done)
        );
        let verified = octroi(&self.app.storage, &["verify"]);
        assert!(verified.status.success(), "{verified:?}");
    }
}

/// Counts a job in.
fn add(figures: &Mutex<Figures>, job: &Job) {
    let mut figures = figures.lock().expect("the figures");
    *figures = job::sum(*figures, job.adds());
}

/// The budget of an answer.
fn figures(answer: &Value) -> Figures {
    ["opened", "reserved", "committed", "ordered"].map(|figure| {
        let minor: i64 = text(&answer["data"]["budget"][figure]["minorUnits"])
            .parse()
            .expect("minor units");
        assert_eq!(minor % 100, 0, "nobody moves cents: {answer:#}");
        minor / 100
    })
}

/// The answer to a request; `None` when it says, as it should, that the database is not available.
async fn ask(server: &Octroi, request: RequestBuilder) -> Option<Value> {
    let start = Instant::now();
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.expect("the whole answer");
    assert!(start.elapsed() < LONGEST, "{:?} for {body}", start.elapsed());
    let answer: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"));
    let Some(errors) = answer["errors"].as_array() else {
        assert_eq!(status, 200, "{answer:#}");
        return Some(answer);
    };
    for error in errors {
        let code = &error["extensions"]["code"];
        assert_eq!(code, "UNAVAILABLE", "{answer:#}\n{}", server.log());
        assert_eq!(error["extensions"]["retryAfterSeconds"], 1, "{answer:#}");
        assert!(error["extensions"]["errorId"].is_string(), "{answer:#}");
    }
    // Either nothing of the request could be answered, or a field of it could not.
    if answer.get("data").is_none() {
        assert_eq!(status, 503, "{answer:#}");
        assert_eq!(headers[header::RETRY_AFTER], "1");
    } else {
        assert_eq!(status, 200, "{answer:#}");
        assert!(errors.iter().all(|error| error["path"].is_array()), "{answer:#}");
    }
    None
}

async fn a_request_that_finds_no_database_is_told_to_come_again(Fragile(app): Fragile) {
    let fund = stage::fund_open(&app).await;
    let server = Octroi::serve(&app.storage).await;
    let token = server.token(&fund.finance).await;
    let budget = json!({ "node": fund.fund_id });
    let budget = || {
        server.request(
            Some(&token),
            "query($node: ID!) { budget(node: $node) { paid { amount } } }",
            &budget,
        )
    };
    let allocation = Job::allocate(&fund.finance, &fund.programme_id);
    let allocate = async || ask(&server, allocation.request(&server).await).await;
    let funds = || server.request(None, "{ funds { totalCount } }", &Value::Null);
    // Whoever reads after this has to read the file: nothing of it is remembered.
    assert!(allocate().await.is_some());

    app.storage.go_away("immediate").await;
    let strangers = async {
        assert_eq!(ask(&server, funds()).await, None);
        assert!(!server.is_ready().await);
    };
    let known = join(async { assert_eq!(ask(&server, budget()).await, None) }, async {
        assert_eq!(allocate().await, None);
    });
    join(strangers, known).await;
    app.storage.come_back().await;

    let start = Instant::now();
    while !server.is_ready().await {
        assert!(start.elapsed() < Duration::from_secs(5), "{}", server.log());
        sleep(PAUSE).await;
    }
    for request in [budget(), funds()] {
        assert!(ask(&server, request).await.is_some());
    }
    assert_eq!(
        allocate()
            .await
            .map(|answer| answer["data"]["allocateBudget"]["replayed"].clone()),
        Some(json!(true))
    );
    assert!(server.is_running());
}
