//! Instants, stored alike by both databases.

use serde::{Serialize, Serializer};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A UTC instant, stored as microseconds since the Unix epoch.
///
/// PostgreSQL truncates to microseconds and SQLite compares times as text of varying length: an integer is exact and
/// sorts the same on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::DeriveValueType)]
pub struct Instant(pub i64);

impl Instant {
    /// The instant as a UTC date-time.
    #[must_use]
    pub fn utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The instant this many minutes later.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i32) -> Self {
        #[expect(
            clippy::as_conversions,
            reason = "`i64::from` is not const; the widening is lossless"
        )]
        Self(self.0.saturating_add(minutes as i64 * 60_000_000))
    }
}

impl From<OffsetDateTime> for Instant {
    /// Truncates to the microsecond; saturates outside the years that fit, some 290 000 around 1970.
    fn from(at: OffsetDateTime) -> Self {
        let micros = at.unix_timestamp_nanos().div_euclid(1_000);
        Self(i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl Serialize for Instant {
    /// RFC 3339, UTC.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.utc().format(&Rfc3339).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_truncated_to_the_microsecond_and_comes_back_whole() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_531_000_000_123_456_789).expect("a valid instant");
        assert_eq!(Instant::from(at), Instant(1_531_000_000_123_456));
        assert_eq!(Instant::from(Instant::from(at).utc()), Instant::from(at));
    }

    #[test]
    fn an_instant_before_1970_rounds_down_too() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(-1).expect("a valid instant");
        assert_eq!(Instant::from(at), Instant(-1));
    }
}
