//! The database: connections, migrations, and the clock that goes with them.

mod figures;
mod reader;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::Connection;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement};

use crate::Clock;
use crate::work::watcher::Watcher;
use crate::work::writer::Writer;
pub use figures::{Figures, PoolFigures, QueueFigures};
pub(crate) use reader::Reader;

/// How long a PostgreSQL connection may have been idle and still be used without a question whether it lives.
///
/// To ask before every use would double the round trips of a small request. Never to ask would hand out every
/// connection once after the database was restarted, each to fail a request. Whoever found a connection dead and waits
/// for so long knows, moreover, that the next one is alive: those that died with it have been idle for as long, and are
/// asked.
pub const IDLE: Duration = Duration::from_millis(50);

/// How long `SQLite` itself waits for another process to be done writing, before it is asked again.
///
/// It looks whether the file is free after 1, 3 and 8 milliseconds, and ever more seldom: every 100 in the end. Between
/// two commits of a process that has much to write the file is free for less than one, so that others would find it so
/// after seconds, by chance. Asked again, it looks as often as in the beginning; whoever begins asks again
/// ([`crate::work`]).
const GLANCE: Duration = Duration::from_millis(8);

/// Connections to one database. Clones share them.
///
/// On SQLite one connection writes and a few read beside it (write-ahead log); on PostgreSQL they are one pool.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: Reader,
    pub(crate) queue: Arc<Writer>,
    pub(crate) watcher: Arc<Watcher>,
    clock: Clock,
    statements: Arc<AtomicU64>,
}

/// How many connections to keep.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Most connections held: readers on SQLite, all of them on PostgreSQL.
    pub connections: u32,
    /// How long a request waits for one, and a statement for a file that another process is writing to.
    pub patience: Duration,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            connections: 8,
            patience: Duration::from_secs(10),
        }
    }
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `sqlite:` nor `postgres:`.
    #[error("the database URL must begin with sqlite: or postgres:")]
    Scheme,
    /// It does not answer.
    #[error("the database cannot be reached: {0}")]
    Unreachable(DbErr),
    /// A later release has migrated it.
    #[error("the database was migrated by a newer release of Octroi ({0}); upgrade this one")]
    Newer(String),
    /// It has not been migrated.
    #[error("the database has not been migrated yet; run `octroi migrate`")]
    NotMigrated,
    /// A migration failed.
    #[error("the database cannot be migrated: {0}")]
    Migration(DbErr),
}

impl Database {
    /// Opens a database, `sqlite:PATH` or `postgres://…`. A missing SQLite file is created, empty.
    pub async fn open(url: &str, pool: Pool, clock: Clock) -> Result<Self, OpenError> {
        let connect = async |options: ConnectOptions| {
            sea_orm::Database::connect(options)
                .await
                .map_err(OpenError::Unreachable)
        };
        let statements = Arc::new(AtomicU64::new(0));
        if url.starts_with("sqlite:") {
            let mut writer = connect(sqlite(url, 1, pool.patience, GLANCE)).await?;
            let mut reader = connect(sqlite(url, pool.connections, pool.patience, pool.patience)).await?;
            count_statements(&mut writer, &statements);
            count_statements(&mut reader, &statements);
            Ok(Self::of(writer, Reader(reader), pool, clock, statements))
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let mut options = ConnectOptions::new(url);
            options
                .max_connections(pool.connections)
                .acquire_timeout(pool.patience)
                .connect_timeout(pool.patience)
                .test_before_acquire_if_idle_for(IDLE)
                .map_sqlx_postgres_opts(move |postgres| postgres.options(limits(pool.patience)))
                .sqlx_logging(false);
            let mut writer = connect(options).await?;
            count_statements(&mut writer, &statements);
            let reader = Reader(writer.clone());
            Ok(Self::of(writer, reader, pool, clock, statements))
        } else {
            Err(OpenError::Scheme)
        }
    }

    fn of(writer: DatabaseConnection, reader: Reader, pool: Pool, clock: Clock, statements: Arc<AtomicU64>) -> Self {
        let watcher = Watcher::new(reader.clone(), pool.patience);
        let queue = Writer::new(writer.clone(), clock.clone(), pool.patience, Arc::clone(&watcher));
        Self {
            writer,
            reader,
            queue: Arc::new(queue),
            watcher,
            clock,
            statements,
        }
    }

    /// The clock that commands on this database go by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many statements have been sent since the database was opened, transactions' own begin and commit aside.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// `SQLite` or `PostgreSQL`.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        if self.writer.get_database_backend() == DbBackend::Sqlite {
            "SQLite"
        } else {
            "PostgreSQL"
        }
    }

    /// Applies the migrations that are missing. Several processes may do it at once on PostgreSQL: each takes an
    /// advisory lock first, so that the second waits, and finds nothing left to do.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        if self.writer.get_database_backend() != DbBackend::Postgres {
            // Not by the connection that writes: a migration is not asked for again.
            refuse_newer(&self.reader.0).await?;
            return Migrator::up(&self.reader.0, None).await.map_err(OpenError::Migration);
        }
        let txn = self.begin_migration().await.map_err(OpenError::Unreachable)?;
        // However long another process takes.
        txn.execute_unprepared("SET LOCAL lock_timeout = 0")
            .await
            .map_err(OpenError::Migration)?;
        txn.execute_unprepared("SELECT pg_advisory_xact_lock(7112026)")
            .await
            .map_err(OpenError::Migration)?;
        refuse_newer(&txn).await?;
        Migrator::up(&txn, None).await.map_err(OpenError::Migration)?;
        txn.commit().await.map_err(OpenError::Migration)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a migration is not a mutation: it has no actor and no audit"
    )]
    async fn begin_migration(&self) -> Result<DatabaseTransaction, DbErr> {
        use sea_orm::TransactionTrait;
        self.writer.begin().await
    }

    /// Refuses a database that lacks a migration or has one that this release does not know.
    pub async fn check(&self) -> Result<(), OpenError> {
        refuse_newer(&self.reader.0).await?;
        let pending = Migrator::get_pending_migrations(&self.reader.0)
            .await
            .map_err(OpenError::Unreachable)?;
        if pending.is_empty() {
            Ok(())
        } else {
            Err(OpenError::NotMigrated)
        }
    }

    /// Answers once the database does, with a row of it: SQLite answers what has none without its file.
    pub async fn ping(&self) -> crate::Result<()> {
        let backend = self.reader.get_database_backend();
        let row = Statement::from_string(backend, "SELECT version FROM seaql_migrations LIMIT 1");
        self.reader.query_one_raw(row).await?;
        Ok(())
    }

    /// Closes the connections, waiting for those in use.
    pub async fn close(self) -> crate::Result<()> {
        self.reader.0.close().await?;
        self.writer.close().await?;
        Ok(())
    }
}

fn count_statements(connection: &mut DatabaseConnection, statements: &Arc<AtomicU64>) {
    let statements = Arc::clone(statements);
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
}

/// Refuses a database with a migration that this release does not know.
async fn refuse_newer<C: ConnectionTrait>(db: &C) -> Result<(), OpenError> {
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let applied = Migrator::get_migration_models(db)
        .await
        .map_err(OpenError::Unreachable)?;
    match applied.into_iter().find(|model| !known.contains(&model.version)) {
        Some(newer) => Err(OpenError::Newer(newer.version)),
        None => Ok(()),
    }
}

/// How long PostgreSQL lets a session wait, and be waited for: the lock of a journal whose holder has stopped
/// answering, with its machine or its network, is free again once it has been idle for three times what anybody waits.
fn limits(patience: Duration) -> [(&'static str, String); 2] {
    let milliseconds = |time: Duration| time.as_millis().to_string();
    [
        ("lock_timeout", milliseconds(patience)),
        ("idle_in_transaction_session_timeout", milliseconds(3 * patience)),
    ]
}

/// `wait` is how long a statement waits for another process; to connect may take all of the patience.
fn sqlite(url: &str, connections: u32, patience: Duration, wait: Duration) -> ConnectOptions {
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = if url.contains("mode=") {
        url.to_owned()
    } else {
        format!("{url}{separator}mode=rwc")
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(patience)
        .sqlx_logging(false)
        // There is no other end that could be gone.
        .test_before_acquire(false)
        // A disk that is full or fails makes SQLite roll a transaction back by itself. The driver's own rollback then
        // finds none, fails, and leaves the driver counting a transaction that is not there: it would take the next one
        // for a part of that, and never commit it. Such a connection is closed, and another one opened.
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            let whole = !connection.is_in_transaction();
            Box::pin(std::future::ready(Ok(whole)))
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                // FULL: a payment that was acknowledged survives a power cut, not only a crash of the process.
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                // 8 MiB a connection; the default would grow with the file.
                .pragma("cache_size", "-8192")
                .busy_timeout(patience)
                // Last of all: what comes before it changes the file, and has patience.
                .pragma("busy_timeout", wait.as_millis().to_string())
        });
    options
}
