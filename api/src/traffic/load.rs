//! How much of what callers have sent is in memory at the same time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Caller;
use crate::graphql::error::{Error, Result};

/// Most bytes of all requests together, from the first one read until the request is answered.
const ALL: usize = 64 * 1024 * 1024;
/// Most of the requests of one caller, so that nobody who sends slowly keeps the others from sending.
const EACH: usize = 8 * 1024 * 1024;

/// The bytes of requests that are in memory.
#[derive(Debug, Default)]
pub(super) struct Load(Mutex<Sums>);

#[derive(Debug, Default)]
struct Sums {
    all: usize,
    each: HashMap<Caller, usize>,
}

/// The bytes of one request that are in memory, until this is dropped.
#[derive(Debug)]
pub struct Held<'a> {
    load: &'a Load,
    caller: Caller,
    bytes: usize,
}

impl Load {
    /// Nothing yet, of a request of a caller.
    pub(super) fn of(&self, caller: Caller) -> Held<'_> {
        Held {
            load: self,
            caller,
            bytes: 0,
        }
    }

    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held<'_> {
    /// Takes so many bytes more.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` if there is no room for them.
    pub fn more(&mut self, bytes: usize) -> Result<()> {
        let mut sums = self.load.sums();
        let all = sums.all.saturating_add(bytes);
        if all > ALL {
            return Err(Error::busy("too much is being sent"));
        }
        let own = sums.each.get(&self.caller).copied().unwrap_or_default();
        let own = own.saturating_add(bytes);
        if own > EACH {
            return Err(Error::busy("one caller sends too much"));
        }
        sums.each.insert(self.caller, own);
        sums.all = all;
        self.bytes = self.bytes.saturating_add(bytes);
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut sums = self.load.sums();
        sums.all = sums.all.saturating_sub(self.bytes);
        if let Some(own) = sums.each.get_mut(&self.caller) {
            *own = own.saturating_sub(self.bytes);
            if *own == 0 {
                sums.each.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    fn at(last: u8) -> Caller {
        Caller::at([192, 0, 2, last].into())
    }

    #[test]
    fn one_caller_has_a_share_of_the_memory() {
        let load = Load::default();
        let mut held = load.of(at(1));
        assert!((0..8).all(|_| held.more(MIB).is_ok()));
        assert!(matches!(load.of(at(1)).more(1), Err(Error::Unavailable(_))));
        assert!(load.of(at(2)).more(MIB).is_ok());
        drop(held);
        assert!(load.of(at(1)).more(MIB).is_ok());
    }

    #[test]
    fn all_callers_together_have_no_more_than_there_is() {
        let load = Load::default();
        let full: Vec<_> = (0..8)
            .map(|caller| {
                let mut held = load.of(at(caller));
                held.more(8 * MIB).expect("room");
                held
            })
            .collect();
        let mut late = load.of(at(9));
        assert!(matches!(late.more(1), Err(Error::Unavailable(_))));
        drop(full);
        assert!(late.more(1).is_ok());
    }

    #[test]
    fn nothing_is_left_of_requests_that_are_answered_or_refused() {
        let load = Load::default();
        let mut held = load.of(at(1));
        held.more(MIB).expect("room");
        assert!(held.more(8 * MIB).is_err());
        assert!(load.of(at(2)).more(9 * MIB).is_err());
        drop(held);
        let sums = load.sums();
        assert_eq!((sums.all, sums.each.len()), (0, 0), "{sums:?}");
    }
}
