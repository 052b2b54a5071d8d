//! Options of how much a server takes on, and of what it runs.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::{Failure, door};
use crate::Settings;
use crate::documents::Documents;
use crate::traffic::Capacity;

/// Options that become [`Settings`].
#[derive(Debug, Args)]
#[group(id = "settings")]
pub(super) struct Options {
    /// Strangers reach this server: turn development aids such as GraphiQL off
    #[arg(long, env = "OCTROI_PRODUCTION", value_parser = BoolishValueParser::new())]
    pub(super) production: bool,

    /// Requests a second of one person, or of one address if nobody is signed in; 0 for any number. Ten seconds' worth
    /// may come at once
    #[arg(
        long,
        value_name = "NUMBER",
        env = "OCTROI_REQUESTS_PER_SECOND",
        default_value_t = usual(Capacity::default().requests_per_second)
    )]
    requests_per_second: u32,

    /// Passwords a second that one address may have hashed, to sign in or to register; 0 for any number. Thirty
    /// seconds' worth may come at once
    #[arg(
        long,
        value_name = "NUMBER",
        env = "OCTROI_PASSWORDS_PER_SECOND",
        default_value_t = usual(Capacity::default().passwords_per_second)
    )]
    passwords_per_second: u32,

    /// Requests that run at the same time
    #[arg(
        long,
        value_name = "NUMBER",
        env = "OCTROI_RUNNING_REQUESTS",
        default_value_t = Capacity::default().running,
    )]
    running_requests: usize,

    /// Requests that wait for their turn; further ones are turned away with 503
    #[arg(
        long,
        value_name = "NUMBER",
        env = "OCTROI_WAITING_REQUESTS",
        default_value_t = Capacity::default().waiting,
    )]
    waiting_requests: usize,

    /// Seconds that a request may wait for its turn, and then run
    #[arg(
        long,
        value_name = "SECONDS",
        env = "OCTROI_REQUEST_SECONDS",
        default_value_t = Capacity::default().patience.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    request_seconds: u64,

    /// Manifest of documents that clients may name by their SHA-256, as Relay's compiler or Apollo's tools write it
    #[arg(long, value_name = "PATH", env = "OCTROI_PERSISTED_OPERATIONS")]
    persisted_operations: Option<PathBuf>,

    /// Run nothing but the documents of the manifest
    #[arg(long, env = "OCTROI_PERSISTED_ONLY", value_parser = BoolishValueParser::new())]
    persisted_only: bool,

    #[command(flatten)]
    door: door::Options,
}

fn usual(rate: Option<NonZeroU32>) -> u32 {
    rate.map_or(0, NonZeroU32::get)
}

impl Options {
    /// Reads what they name.
    pub(super) fn read(self) -> Result<Settings, Failure> {
        let documents = match (&self.persisted_operations, self.persisted_only) {
            (Some(path), only) => Documents::load(path, only)?,
            (None, false) => Documents::default(),
            // Not left to the parser: a variable that says no requires as much, to it, as one that says yes.
            (None, true) => return Err(Failure::NoManifest),
        };
        Ok(Settings {
            production: self.production,
            capacity: Capacity {
                requests_per_second: NonZeroU32::new(self.requests_per_second),
                passwords_per_second: NonZeroU32::new(self.passwords_per_second),
                running: self.running_requests.max(1),
                waiting: self.waiting_requests,
                patience: Duration::from_secs(self.request_seconds),
            },
            documents,
            door: self.door.open()?,
            ..Settings::default()
        })
    }
}
