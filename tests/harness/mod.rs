//! What every test stands on: a database of its own, a server, and people who use it.

use std::env;

mod client;
mod cluster;
mod databases;
mod disk;
mod personas;
mod process;
mod server;

pub use client::{Client, Viewer, http_builder, mutation, text};
pub use databases::{Engine, TestDatabase};
pub use personas::Persona;
pub use process::{Octroi, octroi, octroi_killed};
pub use server::TestApp;

/// What a behaviour is tried on, made anew for each engine.
pub trait Fixture: Sized {
    /// A fresh one.
    fn start(engine: Engine) -> impl Future<Output = Self> + Send;
}

/// A database without any table.
pub struct EmptyDatabase(pub TestDatabase);

impl Fixture for EmptyDatabase {
    async fn start(engine: Engine) -> Self {
        Self(TestDatabase::empty(engine).await)
    }
}

/// A database with every table and no row.
impl Fixture for TestDatabase {
    async fn start(engine: Engine) -> Self {
        Self::migrated(engine).await
    }
}

/// A server in this process, whose database can be broken.
pub struct Fragile(pub TestApp);

impl Fixture for Fragile {
    async fn start(engine: Engine) -> Self {
        Self(TestApp::on(TestDatabase::fragile(engine).await).await)
    }
}

/// Tries a behaviour on a fresh fixture.
pub async fn prove<F: Fixture, B: Future<Output = ()>>(engine: Engine, behaviour: impl FnOnce(F) -> B) {
    let fixture = F::start(engine).await;
    // On the heap: the state of a long test would not fit on the stack.
    Box::pin(behaviour(fixture)).await;
}

/// Makes tests of behaviours, `async fn a_behaviour(app: TestApp)`: `a_behaviour::sqlite`, `a_behaviour::postgres`.
///
/// The behaviours stay plain functions, so that the compiler, rustfmt and clippy read them; one that is not named here
/// is dead code, which the lints refuse. `scripts/test` counts the tests by these two names.
macro_rules! on_both_databases {
    ($($behaviour:ident),+ $(,)?) => {$(
        mod $behaviour {
            use crate::harness::{Engine, prove};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                prove(Engine::Sqlite, super::$behaviour).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                prove(Engine::Postgres, super::$behaviour).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Where chance comes from. Printed, so that a failure tells it; `OCTROI_TEST_SEED` sets it.
pub fn dice() -> fastrand::Rng {
    let seed = env::var("OCTROI_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("OCTROI_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
