//! How much of the server one caller may have, and how much all of them together.
//!
//! Each process counts for itself: with several behind one address, a caller may have the sum.

mod attempts;
mod load;
mod queue;
mod rate;

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use entity::value::UserId;
use tokio::sync::OwnedSemaphorePermit;

use crate::graphql::error::{Error, Result};
use attempts::Attempts;
pub use load::Held;
use load::Load;
pub(crate) use queue::Queue;
use rate::Rate;

/// Seconds' worth of requests that a caller may send at once before the rate counts.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// The same of passwords: people behind one address come to work at the same time.
const PASSWORDS_BURST_SECONDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);

/// What one server process gives. Numbers a second are of one caller, the rest of all.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Requests a second that one person may send, or one address if nobody is signed in; no limit if it is none. Ten
    /// seconds' worth may come at once.
    pub requests_per_second: Option<NonZeroU32>,
    /// Passwords a second that one address may have hashed, to sign in or to register; no limit if it is none. Thirty
    /// seconds' worth may come at once.
    pub passwords_per_second: Option<NonZeroU32>,
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
            passwords_per_second: NonZeroU32::new(1),
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

/// Counts callers, and what they ask for.
pub struct Traffic {
    callers: Option<Rate<Caller>>,
    passwords: Option<Rate<Caller>>,
    attempts: Attempts,
    load: Load,
    queue: Queue,
    patience: Duration,
}

impl Traffic {
    /// Nobody has come yet.
    #[must_use]
    pub fn new(capacity: Capacity) -> Self {
        let rate = |rate: Option<NonZeroU32>, seconds| rate.map(|rate| Rate::per_second(rate, seconds));
        Self {
            callers: rate(capacity.requests_per_second, BURST_SECONDS),
            passwords: rate(capacity.passwords_per_second, PASSWORDS_BURST_SECONDS),
            attempts: Attempts::new(),
            load: Load::default(),
            queue: Queue::new(capacity.running, capacity.waiting),
            patience: capacity.patience,
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

    /// Counts a password that is to be hashed for somebody, be it one of many in a request: by their address whoever
    /// they are, as each takes the time of thousands of other requests.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` if there were too many.
    pub fn count_password(&self, address: IpAddr) -> Result<()> {
        let caller = Caller::at(address);
        self.passwords.as_ref().map_or(Ok(()), |rate| rate.count(&caller))
    }

    /// Counts an attempt to sign in to an account, whether there is one or not.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` if there were too many.
    pub fn count_attempt(&self, account: &str, address: IpAddr) -> Result<()> {
        self.attempts.count(account, Caller::at(address))
    }

    /// Remembers that somebody has signed in to an account, who is not kept out by strangers' attempts from now on.
    pub fn signed_in(&self, account: &str, address: IpAddr) {
        self.attempts.succeeded(account, Caller::at(address));
    }

    /// Counts the bytes of a request that are in memory, until what this answers is dropped.
    #[must_use]
    pub fn held(&self, caller: Caller) -> Held<'_> {
        self.load.of(caller)
    }

    /// Waits for one of the requests that run to end, if there are as many as there may be. The place is free again
    /// when what this answers is dropped.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` if too many wait already, or it takes too long.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        let place = tokio::time::timeout(self.patience, self.queue.enter()).await;
        place.unwrap_or_else(|_| Err(Error::busy("no place became free in time")))
    }

    /// How long a request may run.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic() -> Traffic {
        Traffic::new(Capacity {
            requests_per_second: NonZeroU32::new(1),
            running: 1,
            waiting: 1,
            patience: Duration::from_millis(50),
            ..Capacity::default()
        })
    }

    fn at(address: &str) -> Caller {
        Caller::at(address.parse().expect("an address"))
    }

    #[test]
    fn each_caller_has_a_rate_of_their_own() {
        let traffic = traffic();
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
    fn an_address_has_so_many_passwords_hashed_whatever_the_account() {
        let traffic = traffic();
        let address = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..PASSWORDS_BURST_SECONDS.get() {
            assert!(traffic.count_password(address).is_ok());
        }
        assert!(matches!(traffic.count_password(address), Err(Error::RateLimited(_))));
        assert!(traffic.count_password([192, 0, 2, 2].into()).is_ok());
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let traffic = traffic();
        let running = traffic.enter().await.expect("a place");
        assert!(matches!(traffic.enter().await, Err(Error::Unavailable(_))));
        drop(running);
        assert!(traffic.enter().await.is_ok());
    }
}
