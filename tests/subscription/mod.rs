//! Subscriptions, as a client of `graphql-transport-ws` has them.

pub mod client;
mod cost;
mod event;
mod frame;
mod handshake;
mod line;
mod operation;
mod outage;
mod pace;
mod places;
mod process;
mod right;
mod slow;
mod token;

use std::num::NonZeroU32;
use std::time::Duration;

use api::http::SocketOptions;

use crate::harness::{Engine, Fixture, TestApp, TestDatabase};

/// A server whose sockets have little time.
pub struct Hasty(pub TestApp);

impl Fixture for Hasty {
    async fn start(engine: Engine) -> Self {
        let options = SocketOptions {
            init_within: Duration::from_millis(400),
            beat: Duration::from_millis(300),
            patience: Duration::from_millis(400),
            // Who fills a socket says much.
            messages_per_second: NonZeroU32::MIN.saturating_add(9_999),
            connections_each: 2,
            ..SocketOptions::default()
        };
        Self(TestApp::with_sockets(TestDatabase::migrated(engine).await, options).await)
    }
}

/// A server whose sockets have little room.
pub struct Crowded(pub TestApp);

impl Fixture for Crowded {
    async fn start(engine: Engine) -> Self {
        let options = SocketOptions {
            subscriptions: 3,
            subscriptions_each: 4,
            connections: 6,
            connections_each: 2,
            ..SocketOptions::default()
        };
        Self(TestApp::with_sockets(TestDatabase::migrated(engine).await, options).await)
    }
}

/// A server that soon asks again whether somebody may follow what they follow.
pub struct Wary(pub TestApp);

impl Fixture for Wary {
    async fn start(engine: Engine) -> Self {
        let options = SocketOptions {
            ask_every: Duration::from_millis(200),
            ..SocketOptions::default()
        };
        Self(TestApp::with_sockets(TestDatabase::migrated(engine).await, options).await)
    }
}
