//! The states of a fund.

use entity::value::FiscalYearStatus;
use entity::value::FundStatus::{self, Active, Closed, Draft};

use crate::error::Refusal;

/// What happens to a fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Money is voted into the envelope, for the first time or again.
    Open,
    /// Budget moves: the envelope is cut or allocated, money is promised or committed.
    Spend,
    /// It takes no new commitment; what is committed can still be paid.
    Close,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Open, Self::Spend, Self::Close];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: FundStatus) -> Result<FundStatus, Refusal> {
        match (status, self) {
            (Draft | Active, Self::Open) | (Active, Self::Spend) => Ok(Active),
            (Active, Self::Close) => Ok(Closed),
            (Draft, Self::Spend | Self::Close) | (Closed, Self::Open | Self::Spend | Self::Close) => {
                Err(Refusal::state("a fund", "un fonds", status.as_str(), self.name()))
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN_ENVELOPE",
            Self::Spend => "MOVE_BUDGET",
            Self::Close => "CLOSE_FUND",
        }
    }
}

/// What happens to a fiscal year of payment credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiscalYearEvent {
    /// Credits are opened for it, or carried into it.
    Open,
    /// Credits are cut, moved, or consumed by an order.
    Use,
    /// What is left is carried to the next year.
    CarryOver,
    /// It takes nothing more.
    Close,
}

impl FiscalYearEvent {
    /// Every event.
    pub const ALL: [Self; 4] = [Self::Open, Self::Use, Self::CarryOver, Self::Close];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: FiscalYearStatus) -> Result<FiscalYearStatus, Refusal> {
        use FiscalYearStatus::{Closed, Open};
        match (status, self) {
            (Open, Self::Open | Self::Use) => Ok(Open),
            (Open | Closed, Self::CarryOver) => Ok(status),
            (Open, Self::Close) => Ok(Closed),
            (Closed, Self::Open | Self::Use | Self::Close) => Err(Refusal::state(
                "a fiscal year",
                "un exercice",
                status.as_str(),
                self.name(),
            )),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN_PAYMENT_CREDITS",
            Self::Use => "USE_PAYMENT_CREDITS",
            Self::CarryOver => "CARRY_OVER_PAYMENT_CREDITS",
            Self::Close => "CLOSE_FISCAL_YEAR",
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
        assert_eq!(after(Event::Close), [None, Some(Closed), None]);
    }

    #[test]
    fn a_closed_fiscal_year_takes_nothing_more_and_gives_what_is_left() {
        let after = |event: FiscalYearEvent| {
            FiscalYearStatus::ALL
                .iter()
                .map(move |status| event.apply(*status).ok())
        };
        let (open, closed) = (Some(FiscalYearStatus::Open), Some(FiscalYearStatus::Closed));
        assert_eq!(
            FiscalYearStatus::ALL,
            [FiscalYearStatus::Open, FiscalYearStatus::Closed]
        );
        for (event, expected) in [
            (FiscalYearEvent::Open, [open, None]),
            (FiscalYearEvent::Use, [open, None]),
            (FiscalYearEvent::CarryOver, [open, closed]),
            (FiscalYearEvent::Close, [closed, None]),
        ] {
            assert!(after(event).eq(expected), "{event:?}");
        }
    }
}
