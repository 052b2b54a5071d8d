//! Loading objects by their identifiers, many at once.
//!
//! A list of fifty applications asks for fifty organisations one by one; a loader waits until all fifty have asked,
//! then loads them in one statement. To make a noun loadable, implement [`Loader`] of its identifier for [`Batch`], in
//! the noun's own file, on a `…_by_ids` query of `domain`:
//!
//! ```text
//! impl Loader<FundId> for Batch {
//!     type Value = fund::Model;
//!     type Error = Error;
//!
//!     async fn load(&self, ids: &[FundId]) -> Result<HashMap<FundId, fund::Model>> {
//!         let funds = queries::funds_by_ids(self.database(), self.actor(), ids).await?;
//!         Ok(funds.into_iter().map(|fund| (fund.id, fund)).collect())
//!     }
//! }
//! ```
//!
//! then ask for it in a resolver: `ctx.loaders().one(self.0.fund_id).await?`. The query leaves out what the actor may
//! not see, so that is `NOT_FOUND`. For the children of many parents (the lots of these calls), use a key of its own,
//! `struct LotsOf(CallId)`, with a `Vec` as its value, and `ctx.loaders().all(LotsOf(id))`.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::runtime::Timer;
use domain::dashboard::Moment;
use domain::{Actor, Database};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::task::{FutureObj, Spawn, SpawnError};
use tracing::Instrument;

use super::error::{Error, Result};

/// What loaders load with: the database, as one actor sees it.
pub struct Batch {
    database: Database,
    actor: Actor,
    present: Mutex<Arc<Moment>>,
}

impl Batch {
    /// The database to load from.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The actor to load for.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The present, the same for all that this request reads: its figures add up to each other.
    #[must_use]
    pub fn present(&self) -> Arc<Moment> {
        Arc::clone(&self.present.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The loaders of one request, with what they have loaded.
pub struct Loaders(DataLoader<Batch, HashMapCache>);

impl Loaders {
    /// Loaders that have loaded nothing yet.
    pub(crate) fn new(database: Database, actor: Actor) -> Self {
        Self(DataLoader::with_cache(
            Batch {
                database,
                actor,
                present: Mutex::default(),
            },
            Spawner,
            Yield,
            HashMapCache::default(),
        ))
    }

    /// Loads one object; `NOT_FOUND` if there is none that the actor may see.
    pub async fn one<K>(&self, key: K) -> Result<<Batch as Loader<K>>::Value>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Error>,
    {
        self.0.load_one(key).await?.ok_or(Error::NotFound)
    }

    /// Loads what belongs to a key and may be nothing: the default value, an empty list for instance, stands for that.
    pub async fn all<K>(&self, key: K) -> Result<<Batch as Loader<K>>::Value>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Batch: Loader<K, Error = Error>,
        <Batch as Loader<K>>::Value: Default,
    {
        Ok(self.0.load_one(key).await?.unwrap_or_default())
    }

    /// Trusts nothing loaded before, for the rest of this request: something is about to change.
    pub(crate) fn distrust_cache(&self) {
        self.0.enable_all_cache(false);
        *self.0.loader().present.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }
}

/// Spawns the loading on the worker that runs the request, in the request's log span.
struct Spawner;

impl Spawn for Spawner {
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> std::result::Result<(), SpawnError> {
        tokio::spawn(future.in_current_span());
        Ok(())
    }
}

/// Waits for the resolvers that are ready to run, and not a millisecond more: by then they have all asked.
struct Yield;

impl Timer for Yield {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        tokio::task::yield_now().boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    /// Loads a number as itself, and counts how often it is asked to.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Loader<usize> for Counting {
        type Value = usize;
        type Error = Error;

        async fn load(&self, numbers: &[usize]) -> Result<HashMap<usize, usize>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(numbers.iter().map(|number| (*number, *number)).collect())
        }
    }

    #[tokio::test]
    async fn what_is_asked_for_at_once_is_loaded_at_once() {
        let loader = DataLoader::with_cache(Counting::default(), Spawner, Yield, HashMapCache::default());
        let count = || loader.loader().0.load(Ordering::Relaxed);
        let answers = join_all((0..50).map(|number| loader.load_one(number % 25))).await;
        assert!(
            answers
                .into_iter()
                .enumerate()
                .all(|(place, number)| number.ok() == Some(Some(place % 25)))
        );
        assert_eq!(count(), 1);
        assert!(loader.load_one(7).await.is_ok());
        assert_eq!(count(), 1, "kept for this request");
    }
}
