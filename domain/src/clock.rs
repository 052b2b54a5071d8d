//! The clock. Every rule that depends on time asks this one.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use entity::value::Instant;
use time::{Date, Duration, OffsetDateTime};

/// A clock that runs with the machine's, at an offset which tests and demonstrations may set.
///
/// Clones share the offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The present instant, UTC.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the machine's clock"
    )]
    pub fn now(&self) -> Instant {
        let machine = Instant::from(OffsetDateTime::now_utc());
        Instant(machine.0.saturating_add(self.offset_micros.load(Ordering::Relaxed)))
    }

    /// The present day, UTC.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().utc().date()
    }

    /// Moves this clock, and its clones, to an instant; it goes on from there.
    pub fn set(&self, to: OffsetDateTime) {
        let offset = Instant::from(to).0.saturating_sub(Self::system().now().0);
        self.offset_micros.store(offset, Ordering::Relaxed);
    }

    /// Moves this clock, and its clones, by a span.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.whole_microseconds()).unwrap_or(i64::MAX);
        self.offset_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_clock_set_to_an_instant_goes_on_from_there_in_every_clone() {
        let clock = Clock::system();
        let clone = clock.clone();
        clock.set(datetime!(2018-06-20 08:00 UTC));
        assert!(clone.now() >= Instant::from(datetime!(2018-06-20 08:00 UTC)));
        assert!(clone.now() < Instant::from(datetime!(2018-06-20 08:01 UTC)));
        clone.advance(Duration::days(1));
        assert_eq!(clock.today(), time::macros::date!(2018 - 06 - 21));
    }
}
