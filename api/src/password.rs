//! Password hashing off the async threads, a few at a time.

use std::sync::Arc;
use std::thread::available_parallelism;

use domain::identity::password;
use domain::{Error, Result};
use tokio::sync::Semaphore;

/// Hashes and checks passwords. Clones share the limit.
///
/// A hash holds 19 MiB for some 16 ms of one core. Without a limit, a burst of sign-ins would take the memory and the
/// cores of everybody else's requests; with one, the burst waits for itself.
#[derive(Clone, Debug)]
pub struct Hashing {
    permits: Arc<Semaphore>,
}

impl Hashing {
    /// Two hashes for every core: one running, one ready to.
    #[must_use]
    pub(crate) fn new() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(cores.saturating_mul(2))),
        }
    }

    /// The hash to keep of a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move || password::hash(&password)).await?
    }

    /// Whether a password is the one that was hashed; without a hash the answer is no, and takes as long.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || password::verify(&password, hash.as_deref())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        // The permit goes into the work: should the request be dropped, the hash still runs to its end and counts.
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let task = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        task.await.map_err(Error::internal)
    }
}
