//! What the server is made of, whatever the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::Database;

use crate::{graphql, http::Door, password::Hashing, telemetry::Telemetry, token::Keys};

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
    /// Whether strangers reach this server: development aids are off.
    pub production: bool,
    /// How it meets the outside.
    pub door: Arc<Door>,
    /// What it tells of itself.
    pub telemetry: Telemetry,
    stopping: Arc<AtomicBool>,
}

impl App {
    /// Puts a server together on a database that is open and migrated.
    #[must_use]
    pub fn new(database: Database, keys: impl Into<Arc<Keys>>, production: bool) -> Self {
        Self {
            telemetry: Telemetry::new(&database),
            database,
            keys: keys.into(),
            schema: graphql::schema(),
            hashing: Hashing::new(),
            production,
            door: Arc::default(),
            stopping: Arc::default(),
        }
    }

    /// The same server, met in another way.
    #[must_use]
    pub fn with_door(self, door: Door) -> Self {
        Self {
            door: Arc::new(door),
            ..self
        }
    }

    /// Says, to whoever asks whether to send requests here, that it is about to stop.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is about to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
