//! Databases to measure on, and what is asked of them beside the program.

use std::fs;
use std::path::PathBuf;

use domain::database::Pool;
use domain::{Clock, Database};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection};

/// The database that grows while reads are measured; in the end the largest one.
pub const LARGEST: &str = "reads";

/// Where databases of one engine are made.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a folder.
    Sqlite(PathBuf),
    /// On the server with this URL.
    Postgres(String),
}

impl Place {
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// The URL of a database.
    pub fn url(&self, name: &str) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.join(format!("{name}.db")).display()),
            Self::Postgres(server) => {
                let (server, _) = server.rsplit_once('/').expect("the URL ends in a database");
                format!("{server}/octroi_bench_{name}")
            }
        }
    }

    /// Makes a database with every table and no row, and opens it.
    pub async fn create(&self, name: &str) -> Database {
        if matches!(self, Self::Postgres(_)) {
            self.administer(&format!("CREATE DATABASE octroi_bench_{name}")).await;
        }
        let database = self.open(name).await;
        database.migrate().await.expect("the database migrates");
        database
    }

    /// Connections as the server has them.
    pub async fn open(&self, name: &str) -> Database {
        let opened = Database::open(&self.url(name), Pool::default(), Clock::system()).await;
        opened.expect("the database opens")
    }

    /// One bare connection, for what no command or query does.
    pub async fn connection(&self, name: &str) -> DatabaseConnection {
        connect(&self.url(name)).await
    }

    /// Leaves a database as time would: PostgreSQL clears up behind its writers by itself, but not at once.
    pub async fn settle(&self, name: &str) {
        if matches!(self, Self::Postgres(_)) {
            let connection = self.connection(name).await;
            for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] {
                connection
                    .execute_unprepared(statement)
                    .await
                    .expect("the server clears up");
            }
            connection.close().await.expect("the connection closes");
        }
    }

    /// Copies a database that nobody is connected to.
    pub async fn copy(&self, from: &str, to: &str) {
        match self {
            Self::Sqlite(folder) => {
                let file = |name: &str| folder.join(format!("{name}.db"));
                // The last connection to close has moved the write-ahead log into the file.
                let log = folder.join(format!("{from}.db-wal"));
                assert!(!log.exists(), "{} is in use", file(from).display());
                fs::copy(file(from), file(to)).expect("the file is copied");
            }
            Self::Postgres(_) => {
                let sql = format!("CREATE DATABASE octroi_bench_{to} TEMPLATE octroi_bench_{from}");
                self.administer(&sql).await;
            }
        }
    }

    async fn administer(&self, sql: &str) {
        let Self::Postgres(server) = self else { return };
        let connection = connect(server).await;
        let done = connection.execute_unprepared(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("the connection closes");
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("the database answers")
}
