//! The states of an application.

use entity::value::ApplicationStatus::{
    self, Awarded, ChangesRequested, Draft, Ineligible, Rejected, Submitted, UnderEvaluation, Waitlisted, Withdrawn,
};

use crate::error::Refusal;

/// What happens to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its organisation saves it.
    Save,
    /// Its organisation submits it.
    Submit,
    /// Its organisation takes it back, at any time before an agreement is signed.
    Withdraw,
    /// It is given to an evaluator.
    Evaluate,
    /// Its award is notified.
    NotifyAward,
    /// Its rejection is notified.
    NotifyRejection,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 6] = [
        Self::Save,
        Self::Submit,
        Self::Withdraw,
        Self::Evaluate,
        Self::NotifyAward,
        Self::NotifyRejection,
    ];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: ApplicationStatus) -> Result<ApplicationStatus, Refusal> {
        match (self, status) {
            (Self::Save, Draft | ChangesRequested) => Ok(status),
            (Self::Submit, Draft | ChangesRequested) => Ok(Submitted),
            (Self::Withdraw, Draft | Submitted | ChangesRequested | UnderEvaluation | Waitlisted | Awarded) => {
                Ok(Withdrawn)
            }
            (Self::Evaluate, Submitted | UnderEvaluation) => Ok(UnderEvaluation),
            (Self::NotifyAward, UnderEvaluation | Waitlisted) => Ok(Awarded),
            (Self::NotifyRejection, UnderEvaluation | Waitlisted) => Ok(Rejected),
            (
                Self::Save | Self::Submit,
                Submitted | Ineligible | UnderEvaluation | Waitlisted | Awarded | Rejected | Withdrawn,
            )
            | (Self::Withdraw, Ineligible | Rejected | Withdrawn)
            | (Self::Evaluate, Draft | ChangesRequested | Ineligible | Waitlisted | Awarded | Rejected | Withdrawn)
            | (
                Self::NotifyAward | Self::NotifyRejection,
                Draft | Submitted | ChangesRequested | Ineligible | Awarded | Rejected | Withdrawn,
            ) => Err(Refusal::state(
                "an application",
                "un dossier",
                status.as_str(),
                self.name(),
            )),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Save => "SAVE",
            Self::Submit => "SUBMIT",
            Self::Withdraw => "WITHDRAW",
            Self::Evaluate => "EVALUATE",
            Self::NotifyAward => "NOTIFY_AWARD",
            Self::NotifyRejection => "NOTIFY_REJECTION",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The states, in order: D(raft) S(ubmitted) C(hanges requested) I(neligible) E(valuation) W(aitlisted) A(warded)
    /// R(ejected), X for withdrawn; a dot where the event does not apply.
    fn row(event: Event) -> String {
        let letter = |status: ApplicationStatus| match status {
            Draft => 'D',
            Submitted => 'S',
            ChangesRequested => 'C',
            Ineligible => 'I',
            UnderEvaluation => 'E',
            Waitlisted => 'W',
            Awarded => 'A',
            Rejected => 'R',
            Withdrawn => 'X',
        };
        ApplicationStatus::ALL
            .iter()
            .map(|status| event.apply(*status).map_or('.', letter))
            .collect()
    }

    #[test]
    fn every_event_in_every_state() {
        assert_eq!(ApplicationStatus::ALL.len(), 9);
        let table = Event::ALL.map(row);
        assert_eq!(
            table,
            [
                "D.C......", // save
                "S.S......", // submit
                "XXX.XXX..", // withdraw
                ".E..E....", // evaluate
                "....AA...", // notify award
                "....RR...", // notify rejection
            ]
        );
    }
}
