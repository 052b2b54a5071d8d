//! So many at the same time, and so many who wait for their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::graphql::error::{Error, Result};

/// Places, and a queue before them.
#[derive(Debug)]
pub(crate) struct Queue {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Queue {
    /// All places are free.
    pub(crate) fn new(places: usize, most_waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicUsize::new(0),
            most_waiting,
        }
    }

    /// Waits for a place. It is free again when what this answers is dropped.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` if too many wait already.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let waiting =
            Waiting::join(&self.waiting, self.most_waiting).ok_or_else(|| Error::busy("the queue is full"))?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        drop(waiting);
        place.map_err(Error::internal)
    }
}

/// A place in the queue, given up when dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_others_are_turned_away() {
        let queue = Arc::new(Queue::new(1, 1));
        let running = queue.enter().await.expect("a place");
        let waiting = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.enter().await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(matches!(queue.enter().await, Err(Error::Unavailable(_))));
        drop(running);
        assert!(waiting.await.expect("a task"));
        assert!(queue.enter().await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_no_longer_leaves_their_place_in_the_queue() {
        let queue = Queue::new(1, 1);
        let running = queue.enter().await.expect("a place");
        for _ in 0..3 {
            let waits = tokio::time::timeout(std::time::Duration::from_millis(1), queue.enter()).await;
            assert!(waits.is_err(), "it is not turned away");
        }
        drop(running);
        assert!(queue.enter().await.is_ok());
    }
}
