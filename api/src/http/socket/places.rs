//! How many sockets and subscriptions there may be, in all and each person's, and the end of them all.

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
    /// How many places of each kind are taken. A kind of which none is has no entry.
    taken: Mutex<HashMap<Kind, usize>>,
    closing: watch::Sender<bool>,
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
    pub(crate) fn options(&self) -> &Options {
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
    pub(super) fn take(&self, kind: Kind) -> Option<Place> {
        let mut taken = self.taken();
        let before = taken.get(&kind).copied().unwrap_or_default();
        if before >= kind.most(self.options()) {
            return None;
        }
        taken.insert(kind, before.saturating_add(1));
        drop(taken);
        let sockets = self.clone();
        Some(Place { sockets, kind })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Kind, usize>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there may be only so many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Sockets, whoever has them.
    Socket,
    /// Sockets from an address that have not begun: behind a proxy, everybody comes from one until they say who they
    /// are.
    New(Caller),
    /// Sockets of somebody.
    Begun(Caller),
    /// Subscriptions of somebody, on all of their sockets.
    Subscription(Caller),
}

impl Kind {
    fn most(self, options: &Options) -> usize {
        match self {
            Self::Socket => options.connections,
            Self::New(_) => options.connections_new,
            Self::Begun(_) => options.connections_each,
            Self::Subscription(_) => options.subscriptions_each,
        }
    }
}

/// The place that a socket or a subscription takes, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    sockets: Sockets,
    kind: Kind,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.sockets.taken();
        if let Some(count) = taken.get_mut(&self.kind) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.kind);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::value::UserId;

    use super::*;

    fn sockets() -> Sockets {
        Sockets::new(Options {
            connections: 3,
            connections_new: 2,
            connections_each: 1,
            subscriptions_each: 2,
            ..Options::default()
        })
    }

    #[test]
    fn a_place_is_free_again_when_its_socket_is_gone() {
        let sockets = sockets();
        let places: Vec<_> = std::iter::from_fn(|| sockets.take(Kind::Socket)).collect();
        assert_eq!(places.len(), 3);
        drop(places);
        assert!(sockets.taken().is_empty());
        assert!(sockets.take(Kind::Socket).is_some());
    }

    #[test]
    fn everybody_has_so_many_and_no_more() {
        let sockets = sockets();
        let address = Caller::at([127, 0, 0, 1].into());
        let callers = [Caller::User(UserId::new()), Caller::User(UserId::new()), address];
        let mut places = Vec::new();
        for caller in callers {
            for (kind, most) in [
                (Kind::New(caller), 2),
                (Kind::Begun(caller), 1),
                (Kind::Subscription(caller), 2),
            ] {
                for _ in 0..most {
                    places.push(sockets.take(kind).expect("a place"));
                }
                assert!(sockets.take(kind).is_none(), "{kind:?}");
            }
        }
        drop(places);
        assert!(sockets.taken().is_empty());
    }
}
