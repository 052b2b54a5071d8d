//! Password hashing off the async threads, a few at a time.

use std::sync::Arc;
use std::thread::available_parallelism;

use domain::identity::password;

use crate::graphql::error::{Error, Result};
use crate::traffic::Queue;

/// Hashes that run for every core: one that does, one ready to.
const RUNNING_EACH: usize = 2;
/// Hashes that wait for every one that runs. More would take the places of other requests, and wait for longer.
const WAITING_EACH: usize = 4;

/// Hashes and checks passwords. Clones share the limit.
///
/// A hash holds 19 MiB for some 16 ms of one core. Without a limit, a burst of sign-ins would take the memory and the
/// cores of everybody else's requests; with one, the burst waits for itself, and is turned away beyond that.
#[derive(Clone, Debug)]
pub struct Hashing {
    queue: Arc<Queue>,
}

impl Hashing {
    /// As much as this machine can do.
    #[must_use]
    pub(crate) fn new() -> Self {
        let running = available_parallelism()
            .map_or(1, usize::from)
            .saturating_mul(RUNNING_EACH);
        Self {
            queue: Arc::new(Queue::new(running, running.saturating_mul(WAITING_EACH))),
        }
    }

    /// The hash to keep of a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        Ok(self.run(move || password::hash(&password)).await??)
    }

    /// Whether a password is the one that was hashed; without a hash the answer is no, and takes as long.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || password::verify(&password, hash.as_deref())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        // The permit goes into the work: should the request be dropped, the hash still runs to its end and counts.
        let permit = self.queue.enter().await?;
        let task = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        task.await.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_of_passwords_waits_for_itself_and_is_turned_away_beyond_that() {
        let hashing = Hashing {
            queue: Arc::new(Queue::new(1, 1)),
        };
        let running = hashing.queue.enter().await.expect("a place");
        let verify = || hashing.verify("a password".to_owned(), None);
        let (first, second, ()) = tokio::join!(verify(), verify(), async { drop(running) });
        assert!(matches!(first, Ok(false)));
        assert!(matches!(second, Err(Error::Unavailable(_))));
        assert!(matches!(verify().await, Ok(false)));
    }
}
