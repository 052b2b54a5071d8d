//! The states of awards, instalments and payment requests.

use entity::value::{AwardStatus, InstalmentStatus, PaymentRequestStatus, RecoveryStatus};

use crate::error::Refusal;

/// What happens to an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwardEvent {
    /// Its agreement is signed.
    Sign,
    /// A payment is requested, ordered or refused.
    Claim,
    /// A payment is confirmed, and more is to come.
    PayPart,
    /// Nothing is left to pay: the last payment is confirmed, or what remained is decommitted.
    PayAll,
    /// It will not be signed: its reservation is given back.
    Release,
    /// A part that will not be spent is given back.
    Decommit,
    /// Everything is given back, and nothing was ever paid.
    Terminate,
    /// Money that was paid is claimed back.
    Recover,
}

impl AwardEvent {
    /// Every event.
    pub const ALL: [Self; 8] = [
        Self::Sign,
        Self::Claim,
        Self::PayPart,
        Self::PayAll,
        Self::Release,
        Self::Decommit,
        Self::Terminate,
        Self::Recover,
    ];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: AwardStatus) -> Result<AwardStatus, Refusal> {
        use AwardStatus::{Committed, Completed, InProgress, Lapsed, Reserved, Terminated};
        match (self, status) {
            (Self::Sign, Reserved) => Ok(Committed),
            (Self::Claim | Self::Decommit, Committed | InProgress)
            | (Self::Recover, InProgress | Completed | Terminated) => Ok(status),
            (Self::Release, Reserved) => Ok(Lapsed),
            (Self::Terminate, Committed | InProgress) => Ok(Terminated),
            (Self::PayPart, Committed | InProgress) => Ok(InProgress),
            (Self::PayAll, Committed | InProgress) => Ok(Completed),
            (Self::Sign | Self::Release, Committed | InProgress | Completed | Terminated | Lapsed)
            | (
                Self::Claim | Self::PayPart | Self::PayAll | Self::Decommit | Self::Terminate,
                Reserved | Completed | Terminated | Lapsed,
            )
            | (Self::Recover, Reserved | Committed | Lapsed) => Err(Refusal::state(
                "an award",
                "une attribution",
                status.as_str(),
                self.name(),
            )),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sign => "SIGN_AGREEMENT",
            Self::Claim => "CLAIM",
            Self::PayPart | Self::PayAll => "PAY",
            Self::Release => "RELEASE",
            Self::Decommit | Self::Terminate => "DECOMMIT",
            Self::Recover => "ISSUE_RECOVERY",
        }
    }
}

/// What happens to a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryEvent {
    /// The money comes back.
    Receive,
    /// It is given up.
    Cancel,
    /// What came back is given to the call.
    Reinstate,
}

impl RecoveryEvent {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Receive, Self::Cancel, Self::Reinstate];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: RecoveryStatus) -> Result<RecoveryStatus, Refusal> {
        use RecoveryStatus::{Cancelled, Issued, Received};
        match (self, status) {
            (Self::Receive, Issued) | (Self::Reinstate, Received) => Ok(Received),
            (Self::Cancel, Issued) => Ok(Cancelled),
            (Self::Receive | Self::Cancel, Received | Cancelled) | (Self::Reinstate, Issued | Cancelled) => Err(
                Refusal::state("a recovery", "une recette", status.as_str(), self.name()),
            ),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Receive => "RECEIVE_RECOVERY",
            Self::Cancel => "CANCEL_RECOVERY",
            Self::Reinstate => "REINSTATE_RECOVERY",
        }
    }
}

/// What happens to an instalment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstalmentEvent {
    /// The beneficiary claims it.
    Request,
    /// The claim is refused, or paid and was for a part: the rest can be claimed again.
    Reopen,
    /// It is paid in full.
    Pay,
}

impl InstalmentEvent {
    /// Every event.
    pub const ALL: [Self; 3] = [Self::Request, Self::Reopen, Self::Pay];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: InstalmentStatus) -> Result<InstalmentStatus, Refusal> {
        use InstalmentStatus::{Cancelled, Paid, Requested, Scheduled};
        match (self, status) {
            (Self::Request, Scheduled) => Ok(Requested),
            (Self::Reopen, Requested) => Ok(Scheduled),
            (Self::Pay, Requested) => Ok(Paid),
            (Self::Request, Requested | Paid | Cancelled)
            | (Self::Reopen | Self::Pay, Scheduled | Paid | Cancelled) => Err(Refusal::state(
                "an instalment",
                "une échéance",
                status.as_str(),
                self.name(),
            )),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST_PAYMENT",
            Self::Reopen => "REOPEN",
            Self::Pay => "PAY",
        }
    }
}

/// What happens to a payment request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentEvent {
    /// A programme manager certifies that the service was done.
    Certify,
    /// A finance officer approves the payment.
    Approve,
    /// A finance officer orders it from the bank.
    Order,
    /// The bank confirms it.
    Confirm,
    /// The bank returns it.
    Return,
    /// Staff refuse it.
    Reject,
}

impl PaymentEvent {
    /// Every event.
    pub const ALL: [Self; 6] = [
        Self::Certify,
        Self::Approve,
        Self::Order,
        Self::Confirm,
        Self::Return,
        Self::Reject,
    ];

    /// The state after the event, or why it does not apply.
    pub fn apply(self, status: PaymentRequestStatus) -> Result<PaymentRequestStatus, Refusal> {
        use PaymentRequestStatus::{Approved, Certified, ChangesRequested, Draft, Ordered, Paid, Rejected, Submitted};
        match (self, status) {
            (Self::Certify, Submitted) => Ok(Certified),
            (Self::Approve, Certified) => Ok(Approved),
            (Self::Order, Approved) => Ok(Ordered),
            (Self::Confirm, Ordered) => Ok(Paid),
            (Self::Return, Ordered) | (Self::Reject, Submitted | Certified | Approved) => Ok(Rejected),
            (Self::Certify, Draft | ChangesRequested | Certified | Approved | Ordered | Paid | Rejected)
            | (Self::Approve, Draft | ChangesRequested | Submitted | Approved | Ordered | Paid | Rejected)
            | (Self::Order, Draft | ChangesRequested | Submitted | Certified | Ordered | Paid | Rejected)
            | (
                Self::Confirm | Self::Return,
                Draft | ChangesRequested | Submitted | Certified | Approved | Paid | Rejected,
            )
            | (Self::Reject, Draft | ChangesRequested | Ordered | Paid | Rejected) => Err(Refusal::state(
                "a payment request",
                "une demande de paiement",
                status.as_str(),
                self.name(),
            )),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Certify => "CERTIFY",
            Self::Approve => "APPROVE",
            Self::Order => "ORDER",
            Self::Confirm => "CONFIRM",
            Self::Return => "RETURN",
            Self::Reject => "REJECT",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_of_an_award_in_every_state() {
        use AwardStatus::{Committed, Completed, InProgress, Lapsed, Reserved, Terminated};
        assert_eq!(
            AwardStatus::ALL,
            [Reserved, Committed, InProgress, Completed, Terminated, Lapsed]
        );
        let row = |event: AwardEvent| {
            AwardStatus::ALL
                .iter()
                .map(|s| event.apply(*s).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(row(AwardEvent::Sign), [Some(Committed), None, None, None, None, None]);
        assert_eq!(
            row(AwardEvent::Claim),
            [None, Some(Committed), Some(InProgress), None, None, None]
        );
        assert_eq!(
            row(AwardEvent::PayPart),
            [None, Some(InProgress), Some(InProgress), None, None, None]
        );
        assert_eq!(
            row(AwardEvent::PayAll),
            [None, Some(Completed), Some(Completed), None, None, None]
        );
        assert_eq!(row(AwardEvent::Release), [Some(Lapsed), None, None, None, None, None]);
        assert_eq!(row(AwardEvent::Decommit), row(AwardEvent::Claim));
        assert_eq!(
            row(AwardEvent::Terminate),
            [None, Some(Terminated), Some(Terminated), None, None, None]
        );
        assert_eq!(
            row(AwardEvent::Recover),
            [None, None, Some(InProgress), Some(Completed), Some(Terminated), None]
        );
    }

    #[test]
    fn every_event_of_a_recovery_in_every_state() {
        use RecoveryStatus::{Cancelled, Issued, Received};
        assert_eq!(RecoveryStatus::ALL, [Issued, Received, Cancelled]);
        let row = |event: RecoveryEvent| {
            RecoveryStatus::ALL
                .iter()
                .map(|s| event.apply(*s).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(row(RecoveryEvent::Receive), [Some(Received), None, None]);
        assert_eq!(row(RecoveryEvent::Cancel), [Some(Cancelled), None, None]);
        assert_eq!(row(RecoveryEvent::Reinstate), [None, Some(Received), None]);
    }

    #[test]
    fn every_event_of_an_instalment_in_every_state() {
        use InstalmentStatus::{Cancelled, Paid, Requested, Scheduled};
        assert_eq!(InstalmentStatus::ALL, [Scheduled, Requested, Paid, Cancelled]);
        let row = |event: InstalmentEvent| {
            InstalmentStatus::ALL
                .iter()
                .map(|s| event.apply(*s).ok())
                .collect::<Vec<_>>()
        };
        assert_eq!(row(InstalmentEvent::Request), [Some(Requested), None, None, None]);
        assert_eq!(row(InstalmentEvent::Reopen), [None, Some(Scheduled), None, None]);
        assert_eq!(row(InstalmentEvent::Pay), [None, Some(Paid), None, None]);
    }

    #[test]
    fn a_payment_request_goes_one_way_and_each_step_once() {
        use PaymentRequestStatus::{Approved, Certified, Ordered, Paid, Rejected, Submitted};
        for event in PaymentEvent::ALL {
            for status in PaymentRequestStatus::ALL {
                let expected = match (event, *status) {
                    (PaymentEvent::Certify, Submitted) => Some(Certified),
                    (PaymentEvent::Approve, Certified) => Some(Approved),
                    (PaymentEvent::Order, Approved) => Some(Ordered),
                    (PaymentEvent::Confirm, Ordered) => Some(Paid),
                    (PaymentEvent::Return, Ordered) | (PaymentEvent::Reject, Submitted | Certified | Approved) => {
                        Some(Rejected)
                    }
                    _ => None,
                };
                assert_eq!(event.apply(*status).ok(), expected, "{event:?} {status}");
            }
        }
    }
}
