//! What a database is doing, for whoever watches the server: its connections and its queues.

use sea_orm::{DatabaseConnection, DbBackend};

use super::Database;
pub use crate::work::QueueFigures;

/// What a database is doing at the moment.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Its connections: those of the readers and of the writer on SQLite, all in one on PostgreSQL.
    pub pools: Vec<PoolFigures>,
    /// Statements sent since it was opened.
    pub statements: u64,
    /// What the queues of the journals do.
    pub queues: QueueFigures,
}

/// Connections held to one purpose.
#[derive(Clone, Copy, Debug)]
pub struct PoolFigures {
    /// What for: `shared`, `reader` or `writer`.
    pub name: &'static str,
    /// Connections that are open.
    pub open: u32,
    /// Those of them that nobody uses.
    pub idle: u32,
    /// Most that may be open.
    pub most: u32,
}

impl Database {
    /// What the database is doing at the moment. Asks nothing of the database itself.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let pools = if self.writer.get_database_backend() == DbBackend::Sqlite {
            vec![sqlite("reader", &self.reader.0), sqlite("writer", &self.writer)]
        } else {
            vec![postgres("shared", &self.writer)]
        };
        Figures {
            pools,
            statements: self.statements(),
            queues: self.queue.figures(),
        }
    }
}

fn sqlite(name: &'static str, connection: &DatabaseConnection) -> PoolFigures {
    let pool = connection.get_sqlite_connection_pool();
    PoolFigures {
        name,
        open: pool.size(),
        idle: narrow(pool.num_idle()),
        most: pool.options().get_max_connections(),
    }
}

fn postgres(name: &'static str, connection: &DatabaseConnection) -> PoolFigures {
    let pool = connection.get_postgres_connection_pool();
    PoolFigures {
        name,
        open: pool.size(),
        idle: narrow(pool.num_idle()),
        most: pool.options().get_max_connections(),
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
