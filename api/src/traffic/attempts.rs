//! Attempts to sign in to an account: whoever guesses is slow, and does not keep its owner out.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Caller;
use super::rate::Rate;
use crate::graphql::error::Result;

/// Attempts that one address may make at one account at once, and how long each takes to come back.
const EACH: (NonZeroU32, Duration) = (NonZeroU32::MIN.saturating_add(9), Duration::from_secs(10));
/// The same for all addresses together that are strange to the account, as many may guess slowly.
const STRANGE: (NonZeroU32, Duration) = (NonZeroU32::MIN.saturating_add(49), Duration::from_secs(3));
/// Most accounts with an address that are remembered as familiar.
const MOST: usize = 16_384;

/// An account, there being one or not, and an address from which somebody signs in to it.
type Pair = (String, Caller);

/// Counts attempts to sign in.
///
/// An address from which the password was right is familiar to the account from then on: what strangers do no longer
/// counts for it. So the owner of the account still gets in from there while others guess, as long as the process
/// lives.
pub(super) struct Attempts {
    each: Rate<Pair>,
    strange: Rate<String>,
    familiar: Mutex<Familiar>,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self {
            each: Rate::replenished(EACH),
            strange: Rate::replenished(STRANGE),
            familiar: Mutex::default(),
        }
    }

    /// Counts one.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` if there were too many.
    pub(super) fn count(&self, account: &str, caller: Caller) -> Result<()> {
        let pair = (account.to_owned(), caller);
        self.each.count(&pair)?;
        if self.familiar().has(&pair) {
            return Ok(());
        }
        self.strange.count(&pair.0)
    }

    /// The password was right.
    pub(super) fn succeeded(&self, account: &str, caller: Caller) {
        self.familiar().keep((account.to_owned(), caller), MOST);
    }

    fn familiar(&self) -> MutexGuard<'_, Familiar> {
        self.familiar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whence accounts were signed in to, those of late.
#[derive(Default)]
struct Familiar {
    /// Each with the number of its last sign-in.
    pairs: HashMap<Pair, u64>,
    last: u64,
}

impl Familiar {
    fn has(&self, pair: &Pair) -> bool {
        self.pairs.contains_key(pair)
    }

    /// Keeps one more, and forgets the one that was not used for the longest if they are more than there may be.
    fn keep(&mut self, pair: Pair, most: usize) {
        self.last = self.last.saturating_add(1);
        self.pairs.insert(pair, self.last);
        if self.pairs.len() > most {
            let oldest = self.pairs.iter().min_by_key(|(_, last)| **last);
            if let Some(oldest) = oldest.map(|(pair, _)| pair.clone()) {
                self.pairs.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "ada@example.org";

    fn at(address: &str) -> Caller {
        Caller::at(address.parse().expect("an address"))
    }

    /// How many strangers of a hundred have a guess.
    fn guesses(attempts: &Attempts) -> usize {
        let guess = |last| attempts.count(ACCOUNT, at(&format!("198.51.100.{last}"))).is_ok();
        (0..100).filter(|last| guess(*last)).count()
    }

    #[test]
    fn an_account_is_guessed_at_slowly_from_one_address_and_from_many() {
        let attempts = Attempts::new();
        let guess = |from: Caller| attempts.count(ACCOUNT, from).is_ok();
        assert!((0..10).all(|_| guess(at("192.0.2.1"))));
        assert!(!guess(at("192.0.2.1")));
        assert!(attempts.count("bob@example.org", at("192.0.2.1")).is_ok());
        let many = guesses(&attempts);
        assert!((39..=45).contains(&many), "{many}");
    }

    #[test]
    fn whoever_has_signed_in_from_an_address_still_can_while_strangers_guess() {
        let attempts = Attempts::new();
        let owner = at("192.0.2.1");
        assert!(attempts.count(ACCOUNT, owner).is_ok());
        attempts.succeeded(ACCOUNT, owner);
        assert!(guesses(&attempts) < 100);
        assert!(attempts.count(ACCOUNT, at("203.0.113.1")).is_err(), "a stranger");
        let tries = (0..100).filter(|_| attempts.count(ACCOUNT, owner).is_ok()).count();
        assert!((9..=10).contains(&tries), "no more often than before: {tries}");
    }

    #[test]
    fn an_address_is_familiar_to_the_account_that_was_signed_in_to_and_to_no_other() {
        let attempts = Attempts::new();
        let stranger = at("203.0.113.1");
        attempts.succeeded("mallory@example.org", stranger);
        assert!(guesses(&attempts) < 100);
        assert!(attempts.count(ACCOUNT, stranger).is_err());
    }

    #[test]
    fn the_addresses_that_were_used_last_are_remembered() {
        let mut familiar = Familiar::default();
        let pair = |account: &str| (account.to_owned(), at("192.0.2.1"));
        for account in ["a", "b", "a", "c"] {
            familiar.keep(pair(account), 2);
        }
        assert!(familiar.has(&pair("a")) && familiar.has(&pair("c")));
        assert!(!familiar.has(&pair("b")));
    }
}
