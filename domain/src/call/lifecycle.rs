//! The states of a call. Opening and closing follow from the clock.

use entity::call;
use entity::value::CallStatus::{self, Archived, Cancelled, Closed, Decided, Draft, Open, Scheduled, UnderEvaluation};
use entity::value::Instant;

use crate::error::Refusal;

/// What happens to a call, the passing of time aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is made public.
    Publish,
    /// The committee begins its work. A rolling call stops taking applications then; the deadline of another must have
    /// passed, grace included, which [`super::rules::deadline`] tells.
    StartEvaluation,
    /// Every application has its notified decision.
    Conclude,
}

/// The state of a call at an instant.
#[must_use]
pub fn status_at(call: &call::Model, now: Instant) -> CallStatus {
    match call.status {
        Scheduled | Open | Closed => {
            if now < call.opens_at {
                Scheduled
            } else if call.closes_at.is_some_and(|closes_at| now >= closes_at) {
                Closed
            } else {
                Open
            }
        }
        Draft | UnderEvaluation | Decided | Archived | Cancelled => call.status,
    }
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Publish, Self::StartEvaluation, Self::Conclude];

    /// The state after the event, or why it does not apply. `status` is the state at this instant.
    pub fn apply(self, status: CallStatus) -> Result<CallStatus, Refusal> {
        match (status, self) {
            (Draft, Self::Publish) => Ok(Scheduled),
            (Open | Closed, Self::StartEvaluation) => Ok(UnderEvaluation),
            (UnderEvaluation, Self::Conclude) => Ok(Decided),
            (Draft, Self::StartEvaluation | Self::Conclude)
            | (Open | Closed, Self::Publish | Self::Conclude)
            | (UnderEvaluation, Self::Publish | Self::StartEvaluation)
            | (Scheduled | Decided | Archived | Cancelled, Self::Publish | Self::StartEvaluation | Self::Conclude) => {
                Err(Refusal::state(
                    "a call",
                    "un appel à projets",
                    status.as_str(),
                    self.name(),
                ))
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::StartEvaluation => "START_EVALUATION",
            Self::Conclude => "CONCLUDE",
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::value::{CallId, FundId, ProgrammeId};

    use super::*;

    fn call(status: CallStatus, closes_at: Option<i64>) -> call::Model {
        call::Model {
            id: CallId::new(),
            programme_id: ProgrammeId::new(),
            fund_id: FundId::new(),
            code: String::new(),
            title: String::new(),
            summary: String::new(),
            description: String::new(),
            contact: String::new(),
            time_zone: String::new(),
            opens_at: Instant(100),
            closes_at: closes_at.map(Instant),
            grace_minutes: 0,
            minimum_grant_minor: None,
            maximum_grant_minor: None,
            maximum_rate_bp: 10_000,
            assessments_wanted: 1,
            status,
            next_reference: 1,
            created_at: Instant(0),
            illustrative: None,
        }
    }

    #[test]
    fn every_event_in_every_state() {
        for status in CallStatus::ALL {
            for event in Event::ALL {
                let expected = match (status, event) {
                    (Draft, Event::Publish) => Some(Scheduled),
                    (Open | Closed, Event::StartEvaluation) => Some(UnderEvaluation),
                    (UnderEvaluation, Event::Conclude) => Some(Decided),
                    _ => None,
                };
                assert_eq!(event.apply(*status).ok(), expected, "{status} {event:?}");
            }
        }
    }

    #[test]
    fn a_published_call_opens_at_its_opening_instant_and_closes_at_its_closing_instant() {
        let published = call(Scheduled, Some(200));
        for (now, expected) in [
            (99, Scheduled),
            (100, Open),
            (199, Open),
            (200, Closed),
            (i64::MAX, Closed),
        ] {
            assert_eq!(status_at(&published, Instant(now)), expected, "{now}");
        }
    }

    #[test]
    fn a_rolling_call_stays_open() {
        assert_eq!(status_at(&call(Scheduled, None), Instant(i64::MAX)), Open);
    }

    #[test]
    fn the_clock_moves_only_published_calls() {
        for status in [Draft, UnderEvaluation, Decided, Archived, Cancelled] {
            for now in [0, 150, 300] {
                assert_eq!(status_at(&call(status, Some(200)), Instant(now)), status);
            }
        }
    }
}
