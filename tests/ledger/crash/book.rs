//! What the clients have sent and what they were told, held against what a database contains once the server is dead.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs, mem,
    ops::AddAssign,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use api::Keys;
use domain::{Clock, Database, database::Pool};
use entity::{budget, idempotency_key, value::NodeKind};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, Statement};
use uuid::Uuid;

use super::{
    deed::{Answer, Deed, Figures},
    venue::Venue,
};
use crate::harness::{Client, Engine, Octroi, TestApp, TestDatabase, octroi};

/// How many clients a server has.
const CLIENTS: usize = 12;
/// How many answers of each round are asked for again in the next.
const REPEATS: usize = 8;

pub struct Book {
    pub storage: Arc<TestDatabase>,
    pub venue: Venue,
    keys: Keys,
    /// The budgets before any deed.
    base: BTreeMap<Uuid, Figures>,
    pages: Mutex<Pages>,
}

struct Pages {
    dice: fastrand::Rng,
    /// Done once in a while: there are only so many of them.
    stock: Vec<Deed>,
    /// To be sent, before anything new is.
    tasks: Vec<Task>,
    /// Answered in this round; to be sent again in the next.
    repeats: Vec<Task>,
    /// What each key does that was ever sent.
    sent: HashMap<String, Vec<(Uuid, Figures)>>,
    /// The keys of which a client was told.
    acknowledged: HashSet<String>,
    /// The longest that a client has waited for an answer that came.
    longest_wait: Duration,
}

/// A deed, and what is known of it.
struct Task {
    deed: Deed,
    /// What a client was told.
    told: Option<Answer>,
    /// Whether it was done; not known once a server has died over it.
    done: Option<bool>,
}

/// What became of the deeds that no client was told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Untold {
    pub done: usize,
    pub undone: usize,
}

impl AddAssign for Untold {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.undone += other.undone;
    }
}

impl Book {
    /// Prepares a venue on the app's database, which the app leaves: whoever looks after a crash must be alone.
    pub async fn open(app: TestApp, dice: fastrand::Rng) -> Self {
        let (venue, stock) = Venue::prepare(&app).await;
        let storage = Arc::clone(&app.storage);
        app.database.clone().close().await.expect("the connections close");
        let keys = Keys::load_or_create(&storage.folder.join("octroi.key")).expect("the servers' key");
        let mut book = Self {
            storage,
            venue,
            keys,
            base: BTreeMap::new(),
            pages: Mutex::new(Pages {
                dice,
                stock,
                tasks: Vec::new(),
                repeats: Vec::new(),
                sent: HashMap::new(),
                acknowledged: HashSet::new(),
                longest_wait: Duration::ZERO,
            }),
        };
        book.pages().shuffle_stock();
        book.base = figures(&book.storage.connection().await).await;
        book
    }

    /// Many clients at once, each until it is no longer wanted or has no answer; how many had none.
    pub async fn clients(&self, server: &Client, wanted: &(dyn Fn() -> bool + Sync)) -> usize {
        let clients = (0..CLIENTS).map(|_| async {
            while wanted() {
                if !self.ask_next(server).await {
                    return 1;
                }
            }
            0
        });
        join_all(clients).await.into_iter().sum()
    }

    /// One client, until it has no answer.
    pub async fn client(&self, server: &Client) {
        while self.ask_next(server).await {}
    }

    /// How many deeds a client was told the end of.
    pub fn acknowledged(&self) -> usize {
        self.pages().acknowledged.len()
    }

    /// The longest that a client has waited for an answer that came.
    pub fn longest_wait(&self) -> Duration {
        self.pages().longest_wait
    }

    /// Has a server answer whatever is left, and looks at all of it a last time, as an operator would.
    pub async fn close(&self, server: Octroi) {
        self.pages().take_stock(usize::MAX);
        let clients = (0..CLIENTS).map(|_| async {
            loop {
                let Some(task) = self.pages().tasks.pop() else { return };
                assert!(self.perform(&server, task).await, "nobody kills this server");
            }
        });
        join_all(clients).await;
        let status = server.terminate().await;
        assert!(status.success(), "{status}\n{}", server.log());
        self.inspect().await;
        let verified = octroi(&self.storage, &["verify"]);
        assert!(verified.status.success(), "{verified:?}");
    }

    async fn ask_next(&self, server: &Client) -> bool {
        let task = self.pages().next(&self.venue);
        self.perform(server, task).await
    }

    /// Sends a deed, and holds the answer against what is known of it; whether there was one.
    async fn perform(&self, server: &Client, mut task: Task) -> bool {
        let token = self.keys.issue(task.deed.who, Clock::system().now()).expect("a token");
        let key = task.deed.key().to_owned();
        self.pages().sent.insert(key.clone(), task.deed.effect.clone());
        let begun = Instant::now();
        let answer = task.deed.send(server, &token.token).await;
        let mut pages = self.pages();
        let Some(answer) = answer else {
            task.done = None;
            pages.tasks.push(task);
            return false;
        };
        pages.longest_wait = Ord::max(pages.longest_wait, begun.elapsed());
        if let Some(told) = &task.told {
            assert!(
                answer.replayed,
                "it was acknowledged, and is done again: {:?}",
                task.deed
            );
            assert_eq!(answer.payload, told.payload, "{:?}", task.deed);
        } else if let Some(done) = task.done {
            assert_eq!(answer.replayed, done, "{:?}", task.deed);
        }
        if pages.acknowledged.insert(key) && pages.repeats.len() < REPEATS {
            pages.repeats.push(Task {
                told: Some(answer),
                done: Some(true),
                ..task
            });
        }
        true
    }

    /// Reads the database that a crash has left: what was acknowledged is there, what is there is there in whole, and
    /// it verifies.
    ///
    /// A SQLite file is read from a copy, so that it is the server that recovers its log.
    pub async fn inspect(&self) -> Untold {
        let copy = self.storage.folder.join("copy");
        let url = match self.storage.engine {
            Engine::Postgres => self.storage.url.clone(),
            Engine::Sqlite => {
                fs::create_dir(&copy).expect("a folder");
                for file in ["octroi.db", "octroi.db-wal"] {
                    let from = self.storage.folder.join(file);
                    if from.exists() {
                        fs::copy(from, copy.join(file)).expect("a copy");
                    }
                }
                format!("sqlite:{}", copy.join("octroi.db").display())
            }
        };
        let connection = connect(&url).await;
        if self.storage.engine == Engine::Postgres {
            wait_until_alone(&connection).await;
        }
        self.verify(&url).await;
        let found = keys(&connection).await;
        let figures = figures(&connection).await;
        connection.close().await.expect("the connection closes");
        if copy.exists() {
            fs::remove_dir_all(&copy).expect("the copy goes away");
        }
        self.compare(&found, &figures)
    }

    /// Closes the round: what nobody was told of is now known.
    fn compare(&self, found: &HashSet<String>, figures: &BTreeMap<Uuid, Figures>) -> Untold {
        let mut pages = self.pages();
        let lost: Vec<_> = pages.acknowledged.difference(found).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let mut expected = self.base.clone();
        let effects = pages.sent.iter().filter(|(key, _)| found.contains(*key));
        for (node, change) in effects.flat_map(|(_, effect)| effect) {
            let figures = expected.entry(*node).or_default();
            *figures = std::array::from_fn(|place| figures[place] + change[place]);
        }
        for (node, expected) in &expected {
            assert_eq!(figures.get(node), Some(expected), "the budget of {node}");
        }
        let mut untold = Untold::default();
        for task in pages.tasks.iter_mut().filter(|task| task.done.is_none()) {
            let done = found.contains(task.deed.key());
            task.done = Some(done);
            if task.told.is_none() {
                untold.done += usize::from(done);
                untold.undone += usize::from(!done);
            }
        }
        let repeats = mem::take(&mut pages.repeats);
        pages.tasks.extend(repeats);
        pages.take_stock(1);
        untold
    }

    async fn verify(&self, url: &str) {
        let pool = Pool {
            connections: 1,
            ..Pool::default()
        };
        let database = Database::open(url, pool, Clock::system())
            .await
            .expect("the database opens");
        let report = domain::audit::verify::verify(&database, &mut |_| ())
            .await
            .expect("a report");
        assert!(report.faults.is_empty(), "{:#?}", report.faults);
        database.close().await.expect("the connections close");
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().expect("the pages")
    }
}

impl Pages {
    fn next(&mut self, venue: &Venue) -> Task {
        self.tasks
            .pop()
            .unwrap_or_else(|| Task::new(venue.draw(&mut self.dice)))
    }

    fn take_stock(&mut self, most: usize) {
        let left = self.stock.len().saturating_sub(most);
        self.tasks.extend(self.stock.drain(left..).map(Task::new));
        self.dice.shuffle(&mut self.tasks);
    }

    fn shuffle_stock(&mut self) {
        self.dice.shuffle(&mut self.stock);
    }
}

impl Task {
    fn new(deed: Deed) -> Self {
        Self {
            deed,
            told: None,
            done: Some(false),
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("the database answers")
}

/// Every key that was ever used.
async fn keys(connection: &DatabaseConnection) -> HashSet<String> {
    let rows = idempotency_key::Entity::find().all(connection).await.expect("the keys");
    rows.into_iter().map(|row| row.key).collect()
}

/// The budget of every node above the awards.
async fn figures(connection: &DatabaseConnection) -> BTreeMap<Uuid, Figures> {
    let rows = budget::Entity::find().all(connection).await.expect("the budgets");
    let figures = |row: &budget::Model| {
        let available = row.envelope_minor + row.programme_minor + row.call_minor;
        [available, row.reserved_minor, row.ordered_minor]
    };
    let above_awards = rows.iter().filter(|row| row.node_kind != NodeKind::Award);
    above_awards.map(|row| (row.node_id, figures(row))).collect()
}

/// PostgreSQL ends the statement that it is at before it finds out that its client has died.
async fn wait_until_alone(connection: &DatabaseConnection) {
    const OTHERS: &str = "SELECT 1 AS other FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    for _ in 0..2_000 {
        let others = Statement::from_string(connection.get_database_backend(), OTHERS);
        if connection.query_one_raw(others).await.expect("who is there").is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("a killed server holds on to its database");
}
