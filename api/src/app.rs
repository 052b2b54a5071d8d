//! What the server is made of, whatever the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::Database;

use crate::documents::Documents;
use crate::graphql::{self, limits::Shape};
use crate::http::{Door, SocketOptions, Sockets};
use crate::traffic::{Capacity, Traffic};
use crate::{password::Hashing, telemetry::Telemetry, token::Keys};

/// What its operator decides about a server.
#[derive(Debug, Default)]
pub struct Settings {
    /// Whether strangers reach it: development aids are off.
    pub production: bool,
    /// How much it takes on.
    pub capacity: Capacity,
    /// What its sockets are held to.
    pub sockets: SocketOptions,
    /// Documents that clients may name by their hash.
    pub documents: Documents,
    /// How it meets the outside.
    pub door: Door,
}

/// A server's parts. Clones share them.
#[derive(Clone)]
pub struct App {
    /// The database, with its clock.
    pub database: Database,
    /// What signs and checks access tokens.
    pub keys: Arc<Keys>,
    /// The public contract.
    pub schema: graphql::Schema,
    /// The contract as the limits of requests see it.
    pub shape: Arc<Shape>,
    /// Documents that clients may name by their hash.
    pub documents: Arc<Documents>,
    /// How much each caller may ask for, and all together.
    pub traffic: Arc<Traffic>,
    /// Hashes passwords, a few at a time.
    pub hashing: Hashing,
    /// The sockets that are open.
    pub sockets: Sockets,
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
    pub fn new(database: Database, keys: impl Into<Arc<Keys>>, settings: Settings) -> Self {
        Self {
            telemetry: Telemetry::new(&database, &settings.documents),
            database,
            keys: keys.into(),
            schema: graphql::schema(),
            shape: Arc::new(Shape::read(&graphql::sdl())),
            documents: Arc::new(settings.documents),
            traffic: Arc::new(Traffic::new(settings.capacity)),
            hashing: Hashing::new(),
            sockets: Sockets::new(settings.sockets),
            production: settings.production,
            door: Arc::new(settings.door),
            stopping: Arc::default(),
        }
    }

    /// Says, to whoever asks whether to send requests here, that it is about to stop; closes the sockets, which would
    /// not end by themselves.
    pub fn begin_to_stop(&self) {
        self.sockets.close();
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether it is about to stop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
