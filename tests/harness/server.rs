//! The server in this process, on a clock that the test moves.

use std::{net::TcpListener, ops::Deref, sync::Arc};

use actix_web::dev::ServerHandle;
use api::http::{SocketOptions, Sockets};
use api::{App, Keys};
use domain::{Clock, Database};

use super::{Client, Engine, Fixture, TestDatabase, personas::SideDoor};

/// A running server with a database of its own, and a client of it. Stops when dropped.
pub struct TestApp {
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
    /// A server of a database that has no other yet.
    pub async fn on(storage: TestDatabase) -> Self {
        Self::with_sockets(storage, SocketOptions::default()).await
    }

    /// The same, its sockets held to something.
    pub async fn with_sockets(storage: TestDatabase, options: SocketOptions) -> Self {
        let storage = Arc::new(storage);
        let clock = Clock::system();
        let database = storage.open(clock.clone()).await;
        let keys = Arc::new(Keys::generate().expect("keys"));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = App {
            sockets: Sockets::new(options),
            ..App::new(database.clone(), Arc::clone(&keys), false)
        };
        let running = api::http::server(app, listener, 1).expect("a server");
        let server = running.handle();
        tokio::spawn(running);
        let mut client = Client::new(url, clock, storage);
        client.side_door = Some(SideDoor {
            database: database.clone(),
            keys,
        });
        Self {
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
