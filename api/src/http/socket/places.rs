//! How many sockets there may be, in all and each person's, and the end of them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Options;
use crate::traffic::Caller;

/// The sockets of a process. Clones are the same ones.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    taken: Mutex<Taken>,
    closing: watch::Sender<bool>,
}

/// How many places are taken.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    each: HashMap<Caller, usize>,
}

impl Sockets {
    /// No socket yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner {
            options,
            taken: Mutex::default(),
            closing: watch::Sender::new(false),
        }))
    }

    /// What they are held to.
    pub(in crate::http) fn options(&self) -> &Options {
        &self.0.options
    }

    /// Closes them all, and those to come: the server stops.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Turns true once they are to close.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }

    /// A place for one more, if there is one.
    pub(super) fn enter(&self) -> Option<Place> {
        let mut taken = self.taken();
        if taken.all >= self.0.options.connections {
            return None;
        }
        taken.all += 1;
        drop(taken);
        Some(Place {
            sockets: self.clone(),
            caller: None,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place that a socket takes, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    sockets: Sockets,
    caller: Option<Caller>,
}

impl Place {
    /// Counts for somebody from now on, unless they have too many already.
    ///
    /// Not from the start: behind a proxy, everybody comes from one address until they say who they are.
    pub(super) fn belong_to(&mut self, caller: Caller) -> bool {
        let most = self.sockets.options().connections_each;
        let mut taken = self.sockets.taken();
        let own = taken.each.entry(caller).or_default();
        let has_room = *own < most;
        if has_room {
            *own += 1;
        }
        drop(taken);
        if has_room {
            self.leave();
            self.caller = Some(caller);
        }
        has_room
    }

    /// Counts for nobody any more.
    fn leave(&mut self) {
        let Some(caller) = self.caller.take() else { return };
        let mut taken = self.sockets.taken();
        if let Some(own) = taken.each.get_mut(&caller) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.each.remove(&caller);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
        let mut taken = self.sockets.taken();
        taken.all = taken.all.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use entity::value::UserId;

    use super::*;

    fn sockets() -> Sockets {
        Sockets::new(Options {
            connections: 3,
            connections_each: 1,
            ..Options::default()
        })
    }

    fn counted(sockets: &Sockets) -> (usize, usize) {
        let taken = sockets.taken();
        (taken.all, taken.each.values().sum())
    }

    #[test]
    fn a_place_is_free_again_when_its_socket_is_gone() {
        let sockets = sockets();
        let places: Vec<_> = std::iter::from_fn(|| sockets.enter()).collect();
        assert_eq!(places.len(), 3);
        drop(places);
        assert_eq!(counted(&sockets), (0, 0));
        assert!(sockets.enter().is_some());
    }

    #[test]
    fn everybody_has_so_many_and_no_more() {
        let sockets = sockets();
        let principals = [
            Caller::User(UserId::new()),
            Caller::User(UserId::new()),
            Caller::at([127, 0, 0, 1].into()),
        ];
        let mut first = sockets.enter().expect("a place");
        assert!(first.belong_to(principals[0]));
        let mut second = sockets.enter().expect("a place");
        assert!(!second.belong_to(principals[0]));
        assert_eq!(counted(&sockets), (2, 1));
        assert!(second.belong_to(principals[1]));
        let mut third = sockets.enter().expect("a place");
        assert!(third.belong_to(principals[2]));
        assert!(sockets.enter().is_none());
        drop(first);
        assert!(second.belong_to(principals[0]));
        drop((second, third));
        assert_eq!(counted(&sockets), (0, 0));
        assert!(sockets.taken().each.is_empty());
    }
}
