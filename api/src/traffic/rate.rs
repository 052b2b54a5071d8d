//! How often something may happen.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::graphql::error::{Error, Result};

/// Keys that have not come again are forgotten each time so many have been counted.
const FORGET_EVERY: u32 = 4096;

/// How often something may happen for each key.
pub(super) struct Rate<K: Clone + Hash + Eq> {
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

    /// So often a second, and so many seconds' worth at once.
    pub(super) fn per_second(rate: NonZeroU32, seconds: NonZeroU32) -> Self {
        Self::new(Quota::per_second(rate).allow_burst(seconds.saturating_mul(rate)))
    }

    /// So often at once, each of which takes so long to come back.
    pub(super) fn replenished((burst, every): (NonZeroU32, Duration)) -> Self {
        // No quota comes of a period of nought, which none is.
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(burst));
        Self::new(quota.allow_burst(burst))
    }

    /// Counts it once.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` if it has happened too often.
    pub(super) fn count(&self, key: &K) -> Result<()> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter
            .check_key(key)
            .map_err(|refused| Error::RateLimited(refused.wait_time_from(DefaultClock::default().now())))
    }
}
