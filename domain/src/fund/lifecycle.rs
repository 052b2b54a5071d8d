//! The states of a fund.

use entity::value::FundStatus::{self, Active, Closed, Draft};

use crate::error::Refusal;

/// What happens to a fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Money is voted into the envelope, for the first time or again.
    Open,
    /// Money moves: the envelope is cut, allocated, committed or paid.
    Spend,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Open, Self::Spend];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: FundStatus) -> Result<FundStatus, Refusal> {
        match (status, self) {
            (Draft | Active, Self::Open) | (Active, Self::Spend) => Ok(Active),
            (Draft, Self::Spend) | (Closed, Self::Open | Self::Spend) => {
                Err(Refusal::state("a fund", "un fonds", status.as_str(), self.name()))
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN_ENVELOPE",
            Self::Spend => "MOVE_BUDGET",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fund_spends_once_its_envelope_is_open_and_never_once_closed() {
        let after = |event: Event| {
            FundStatus::ALL
                .iter()
                .map(|status| event.apply(*status).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(FundStatus::ALL, [Draft, Active, Closed]);
        assert_eq!(after(Event::Open), [Some(Active), Some(Active), None]);
        assert_eq!(after(Event::Spend), [None, Some(Active), None]);
    }
}
