//! A database of its own for every test, on either engine.
//!
//! Migrating takes a while; copying a migrated database takes a few milliseconds. So each engine migrates one template
//! per run of the test program, and every test works on a copy, which goes away with the test.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use domain::{Clock, Database, database::Pool};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};
use tokio::sync::OnceCell;

use super::{cluster::Cluster, disk::Disk};

/// The SQLite file in a test's folder.
const FILE: &str = "octroi.db";

/// Which database engine a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database, and a folder for what else a server keeps, that live as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    pub engine: Engine,
    pub url: String,
    pub folder: PathBuf,
    name: String,
    own: Option<Own>,
}

/// What a database has to itself, so that it can be broken without harm to other tests.
#[derive(Debug)]
struct Own {
    /// Its server; SQLite has none.
    cluster: Option<Cluster>,
    /// The disk of its server; of the program itself on SQLite.
    disk: Disk,
}

impl TestDatabase {
    /// A database without any table.
    pub async fn empty(engine: Engine) -> Self {
        let database = Self::named(engine, unique("octroi_test"));
        if engine == Engine::Postgres {
            administer(&format!("CREATE DATABASE {}", database.name)).await;
        }
        database
    }

    /// A migrated database without any row.
    pub async fn migrated(engine: Engine) -> Self {
        let database = Self::named(engine, unique("octroi_test"));
        match engine {
            Engine::Sqlite => {
                fs::write(database.folder.join(FILE), sqlite_template().await).expect("the template is copied");
            }
            Engine::Postgres => {
                let template = postgres_template().await;
                administer(&format!("CREATE DATABASE {} TEMPLATE {template}", database.name)).await;
            }
        }
        database
    }

    /// A migrated database without any row that can go away, and whose disk can be full.
    pub async fn fragile(engine: Engine) -> Self {
        let mut database = match engine {
            Engine::Sqlite => Self::migrated(engine).await,
            Engine::Postgres => Self::named(engine, unique("octroi_test")),
        };
        let disk = Disk::new(database.folder.join("disk"));
        let mut cluster = None;
        if engine == Engine::Postgres {
            let own = Cluster::start(database.folder.join("postgres"), &disk).await;
            database.url = own.url();
            migrate(&database.url).await;
            cluster = Some(own);
        }
        database.own = Some(Own { cluster, disk });
        database
    }

    /// What a server of a [`fragile`](Self::fragile) database has in its environment.
    pub fn environment(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let own = self.own.iter().filter(|own| own.cluster.is_none());
        own.flat_map(|own| own.disk.environment())
    }

    /// From now on, whether there is no room on the disk of a [`fragile`](Self::fragile) database.
    pub fn set_full(&self, full: bool) {
        self.own().disk.set_full(full);
    }

    /// Takes a [`fragile`](Self::fragile) database away: a PostgreSQL server stops, `fast` or `immediate`; what SQLite
    /// reads and writes itself can no longer be read or written.
    pub async fn go_away(&self, how: &str) {
        match &self.own().cluster {
            Some(cluster) => cluster.stop(how).await,
            None => self.own().disk.set_gone(true),
        }
    }

    /// Brings it back.
    pub async fn come_back(&self) {
        match &self.own().cluster {
            Some(cluster) => cluster.restart().await,
            None => self.own().disk.set_gone(false),
        }
    }

    fn own(&self) -> &Own {
        self.own.as_ref().expect("a database that can be broken")
    }

    /// Connections as the server has them.
    pub async fn open(&self, clock: Clock) -> Database {
        let pool = Pool {
            connections: 4,
            ..Pool::default()
        };
        Database::open(&self.url, pool, clock)
            .await
            .expect("the test's database opens")
    }

    /// One bare connection, for what no command or query does. What it sets lasts for all its statements.
    pub async fn connection(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(&self.url);
        options.max_connections(1).sqlx_logging(false);
        sea_orm::Database::connect(options)
            .await
            .expect("the test's database answers")
    }

    fn named(engine: Engine, name: String) -> Self {
        let folder = env::temp_dir().join(&name);
        fs::create_dir(&folder).expect("a folder for the test");
        let url = match engine {
            Engine::Sqlite => sqlite_url(&folder),
            Engine::Postgres => postgres_url(&name),
        };
        Self {
            engine,
            url,
            folder,
            name,
            own: None,
        }
    }
}

impl Drop for TestDatabase {
    /// Best effort: a leftover harms nobody, and a panic here would hide the test's own.
    fn drop(&mut self) {
        // A server of its own goes first, as long as there is the folder that says which it is.
        let own = self.own.take().is_some();
        drop(fs::remove_dir_all(&self.folder));
        if self.engine == Engine::Postgres && !own {
            let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            // The test's own runtime may be ending: this needs one that is not.
            drop(std::thread::spawn(move || block_on(administer(&sql))).join());
        }
    }
}

/// The bytes of a migrated SQLite file.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(|| async {
        let database = TestDatabase::named(Engine::Sqlite, unique("octroi_template"));
        migrate(&database.url).await;
        // Closing the last connection has moved the write-ahead log into the file.
        fs::read(database.folder.join(FILE)).expect("the template is read")
    });
    template.await
}

/// The name of a migrated PostgreSQL database. It stays behind: the server is thrown away with it.
async fn postgres_template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(|| async {
        let name = unique("octroi_template");
        administer(&format!("CREATE DATABASE {name}")).await;
        migrate(&postgres_url(&name)).await;
        name
    });
    template.await
}

async fn migrate(url: &str) {
    let database = Database::open(url, Pool::default(), Clock::system())
        .await
        .expect("the template opens");
    database.migrate().await.expect("the template migrates");
    // PostgreSQL copies only a database that nobody is connected to.
    database.close().await.expect("the template's connections close");
}

/// A name that no other test has, in this run or in one beside it on the same server.
fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}?mode=rwc", folder.join(FILE).display())
}

/// The URL of a database on the server of the tests.
fn postgres_url(name: &str) -> String {
    let server = server_url();
    let (server, _) = server
        .rsplit_once('/')
        .expect("OCTROI_TEST_POSTGRES ends in the name of a database");
    format!("{server}/{name}")
}

fn server_url() -> String {
    // Panics rather than skips: half a proof that looks whole is worse than none.
    env::var("OCTROI_TEST_POSTGRES").expect(
        "the tests need a PostgreSQL server: run ./scripts/test, which starts one, \
         or set OCTROI_TEST_POSTGRES to the URL of a database whose role may create databases",
    )
}

/// Runs a statement on the server's own database.
async fn administer(sql: &str) {
    let mut options = ConnectOptions::new(server_url());
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options)
        .await
        .expect("the PostgreSQL server of the tests answers");
    connection
        .execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.expect("the connection closes");
}

/// Runs a future to its end on a runtime of its own.
fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(future);
}
