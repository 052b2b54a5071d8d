//! What the server is made of, whatever the request.

use std::sync::Arc;

use domain::Database;

use crate::http::{SocketOptions, Sockets};
use crate::{graphql, password::Hashing, token::Keys};

/// A server's parts. Clones share them.
#[derive(Clone)]
pub struct App {
    /// The database, with its clock.
    pub database: Database,
    /// What signs and checks access tokens.
    pub keys: Arc<Keys>,
    /// The public contract.
    pub schema: graphql::Schema,
    /// Hashes passwords, a few at a time.
    pub hashing: Hashing,
    /// The sockets that are open.
    pub sockets: Sockets,
    /// Whether strangers reach this server: development aids are off.
    pub production: bool,
}

impl App {
    /// Puts a server together on a database that is open and migrated.
    #[must_use]
    pub fn new(database: Database, keys: impl Into<Arc<Keys>>, production: bool) -> Self {
        Self {
            database,
            keys: keys.into(),
            schema: graphql::schema(),
            hashing: Hashing::new(),
            sockets: Sockets::new(SocketOptions::default()),
            production,
        }
    }
}
