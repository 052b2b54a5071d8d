//! The server in this process, on a clock that the test moves.

use std::{net::TcpListener, ops::Deref, sync::Arc};

use actix_web::dev::ServerHandle;
use api::http::{Door, SocketOptions};
use api::traffic::Capacity;
use api::{App, Keys, Settings};
use domain::{Clock, Database};

use super::{Client, Engine, Fixture, TestDatabase, personas::SideDoor};

/// A running server with a database of its own, and a client of it. Stops when dropped.
pub struct TestApp {
    /// What the server is made of.
    pub app: App,
    /// The server's own connections, for commands and queries without HTTP.
    pub database: Database,
    client: Client,
    server: ServerHandle,
}

impl Deref for TestApp {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Fixture for TestApp {
    async fn start(engine: Engine) -> Self {
        Self::on(TestDatabase::migrated(engine).await).await
    }
}

impl TestApp {
    /// A server of a database that has no other yet. It takes any number of requests of one caller, and of passwords:
    /// tests ask as fast as they can, and often as one person.
    pub async fn on(storage: TestDatabase) -> Self {
        Self::with(storage, any_number(Settings::default())).await
    }

    /// The same, its sockets held to something.
    pub async fn with_sockets(storage: TestDatabase, sockets: SocketOptions) -> Self {
        let settings = Settings {
            sockets,
            ..Settings::default()
        };
        Self::with(storage, any_number(settings)).await
    }

    /// The same, which meets the outside in some way, in production or not.
    pub async fn behind(door: Door, production: bool, storage: TestDatabase) -> Self {
        let settings = Settings {
            production,
            door,
            ..Settings::default()
        };
        Self::with(storage, any_number(settings)).await
    }

    /// A server as its operator wants it.
    pub async fn with(storage: TestDatabase, settings: Settings) -> Self {
        let scheme = if settings.door.tls.is_some() { "https" } else { "http" };
        let storage = Arc::new(storage);
        let clock = Clock::system();
        let database = storage.open(clock.clone()).await;
        let keys = Arc::new(Keys::generate().expect("keys"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("{scheme}://{}", listener.local_addr().expect("an address"));
        let app = App::new(database.clone(), Arc::clone(&keys), settings);
        let running = api::http::server(app.clone(), listener, 1).expect("a server");
        let server = running.handle();
        tokio::spawn(running);
        let mut client = Client::new(url, clock, storage);
        client.side_door = Some(SideDoor {
            database: database.clone(),
            keys,
        });
        Self {
            app,
            database,
            client,
            server,
        }
    }

    /// Checks the ledger and the audit trail as `octroi verify` does.
    pub async fn verify(&self) {
        let report = domain::audit::verify::verify(&self.database, &mut |_| ())
            .await
            .expect("a report");
        assert!(report.faults.is_empty(), "{:#?}", report.faults);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The order to stop is given by the call; the future only waits for it.
        drop(self.server.stop(false));
    }
}

/// The same settings, for any number of requests and passwords of one caller.
fn any_number(settings: Settings) -> Settings {
    let capacity = Capacity {
        requests_per_second: None,
        passwords_per_second: None,
        ..settings.capacity
    };
    Settings { capacity, ..settings }
}
