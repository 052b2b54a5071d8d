//! How much of the server one caller may have, and how much all of them together.
//!
//! Each process counts for itself: with several behind one address, a caller may have the sum.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use entity::value::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::graphql::error::{Error, Result};

/// Seconds' worth of requests that a caller may send at once before the rate counts.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// Attempts to sign in that one address may make at one account at once, and how long each takes to come back.
const ATTEMPTS: (NonZeroU32, Duration) = (NonZeroU32::MIN.saturating_add(9), Duration::from_secs(10));
/// The same for all addresses together: many guess slowly, and the owner of the account still gets in.
const ATTEMPTS_OF_ALL: (NonZeroU32, Duration) = (NonZeroU32::MIN.saturating_add(49), Duration::from_secs(3));
/// Callers that have not come again are forgotten each time so many requests have come.
const FORGET_EVERY: u32 = 4096;

/// What one server process gives. Requests a second are of one caller, the rest of all.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Requests a second that one person may send, or one address if nobody is signed in; no limit if it is none. Ten
    /// seconds' worth may come at once.
    pub requests_per_second: Option<NonZeroU32>,
    /// Requests that run at the same time.
    pub running: usize,
    /// Requests that wait for one of those to end; further ones are turned away.
    pub waiting: usize,
    /// How long a request may wait, and then run.
    pub patience: Duration,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            requests_per_second: NonZeroU32::new(50),
            running: 64,
            waiting: 256,
            patience: Duration::from_secs(30),
        }
    }
}

/// Who sends requests, as far as their number goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Somebody signed in, from wherever.
    User(UserId),
    /// Anybody else at an address; of version 6, at the network of it, which one household or company has whole.
    Address(IpAddr),
}

impl Caller {
    /// Whoever is not signed in, at an address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & (u128::MAX << 64);
                Ipv6Addr::from(network).into()
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// Counts callers and requests.
pub struct Traffic {
    capacity: Capacity,
    callers: Option<Rate<Caller>>,
    attempts: Rate<(String, Caller)>,
    attempts_of_all: Rate<String>,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Traffic {
    /// Nobody has come yet.
    #[must_use]
    pub fn new(capacity: Capacity) -> Self {
        let rate = |rate| Rate::new(Quota::per_second(rate).allow_burst(BURST_SECONDS.saturating_mul(rate)));
        Self {
            capacity,
            callers: capacity.requests_per_second.map(rate),
            attempts: Rate::replenished(ATTEMPTS),
            attempts_of_all: Rate::replenished(ATTEMPTS_OF_ALL),
            places: Arc::new(Semaphore::new(capacity.running)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Counts a request of a caller.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` to one who has sent too many.
    pub fn count(&self, caller: Caller) -> Result<()> {
        self.callers.as_ref().map_or(Ok(()), |rate| rate.count(&caller))
    }

    /// Counts an attempt to sign in to an account, whether there is one or not.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` if there were too many.
    pub fn count_attempt(&self, account: &str, caller: Caller) -> Result<()> {
        let account = account.to_owned();
        self.attempts.count(&(account.clone(), caller))?;
        self.attempts_of_all.count(&account)
    }

    /// Waits for one of the requests that run to end, if there are as many as there may be. The place is free again
    /// when what this answers is dropped.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` if too many wait already, or it takes too long.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let waiting =
            Waiting::join(&self.waiting, self.capacity.waiting).ok_or_else(|| Error::busy("the queue is full"))?;
        let place = tokio::time::timeout(self.capacity.patience, Arc::clone(&self.places).acquire_owned()).await;
        drop(waiting);
        match place {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Error::busy("no place became free in time")),
        }
    }

    /// How long a request may run.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.capacity.patience
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

/// How often something may happen for each key.
struct Rate<K: Clone + Hash + Eq> {
    limiter: DefaultKeyedRateLimiter<K>,
    counted: AtomicU32,
}

impl<K: Clone + Hash + Eq> Rate<K> {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota),
            counted: AtomicU32::new(0),
        }
    }

    fn replenished((burst, every): (NonZeroU32, Duration)) -> Self {
        // No quota comes of a period of nought, which neither is.
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(burst));
        Self::new(quota.allow_burst(burst))
    }

    fn count(&self, key: &K) -> Result<()> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter
            .check_key(key)
            .map_err(|refused| Error::RateLimited(refused.wait_time_from(DefaultClock::default().now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(per_second: u32, running: usize, waiting: usize) -> Traffic {
        Traffic::new(Capacity {
            requests_per_second: NonZeroU32::new(per_second),
            running,
            waiting,
            patience: Duration::from_millis(50),
        })
    }

    fn at(address: &str) -> Caller {
        Caller::at(address.parse().expect("an address"))
    }

    #[test]
    fn each_caller_has_a_rate_of_their_own() {
        let traffic = traffic(1, 1, 1);
        for _ in 0..BURST_SECONDS.get() {
            assert!(traffic.count(at("192.0.2.1")).is_ok());
        }
        let Err(Error::RateLimited(wait)) = traffic.count(at("192.0.2.1")) else {
            panic!("one too many");
        };
        assert!(wait <= Duration::from_secs(1) && !wait.is_zero(), "{wait:?}");
        assert!(traffic.count(at("192.0.2.2")).is_ok());
    }

    #[test]
    fn an_address_of_version_6_is_that_of_its_network() {
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }

    #[test]
    fn an_account_is_guessed_at_slowly_from_one_address_and_from_many() {
        let traffic = traffic(1, 1, 1);
        let guess = |from: Caller| traffic.count_attempt("Ada@example.org", from).is_ok();
        assert!((0..10).all(|_| guess(at("192.0.2.1"))));
        assert!(!guess(at("192.0.2.1")));
        assert!(traffic.count_attempt("bob@example.org", at("192.0.2.1")).is_ok());
        let many = (0..100).filter(|last| guess(at(&format!("198.51.100.{last}")))).count();
        assert!((39..=45).contains(&many), "{many}");
    }

    #[tokio::test]
    async fn so_many_run_so_many_wait_and_the_others_are_turned_away() {
        let traffic = Arc::new(traffic(1, 1, 1));
        let running = traffic.enter().await.expect("a place");
        let waiting = tokio::spawn({
            let traffic = Arc::clone(&traffic);
            async move { traffic.enter().await.is_ok() }
        });
        tokio::task::yield_now().await;
        assert!(matches!(traffic.enter().await, Err(Error::Unavailable(_))));
        drop(running);
        assert!(waiting.await.expect("a task"));
        assert!(traffic.enter().await.is_ok());
    }
}
