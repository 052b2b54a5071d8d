//! The closed lists of awards, as the contract shows them.

use async_graphql::Enum;

/// Where an award stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::AwardStatus")]
pub enum AwardStatus {
    /// Decided: its amount is set aside on the budget of the call, and no agreement is signed yet.
    Reserved,
    /// Its agreement is signed: the amount is legally due.
    Committed,
    /// Part of it is paid.
    InProgress,
    /// Fully paid, less what was decommitted.
    Completed,
    /// Ended before anything was paid: all of it was decommitted.
    Terminated,
    /// Given up before an agreement was signed: its money is back on the budget of the call.
    Lapsed,
}

/// Why an instalment is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::InstalmentKind")]
pub enum InstalmentKind {
    /// Paid on signature, before anything is spent.
    Advance,
    /// Paid along the way, on justified expenses.
    Interim,
    /// Paid when the project is complete.
    Balance,
}

/// Where an instalment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::InstalmentStatus")]
pub enum InstalmentStatus {
    /// Planned; the beneficiary may claim it.
    Scheduled,
    /// Claimed by the beneficiary: a payment request is under way.
    Requested,
    /// Paid, as the bank confirmed.
    Paid,
    /// Will not be paid.
    Cancelled,
}

/// Where a payment request stands. Nobody takes two steps in a row from its submission to its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::PaymentRequestStatus")]
pub enum PaymentRequestStatus {
    /// Being written by the beneficiary.
    Draft,
    /// Filed by the beneficiary.
    Submitted,
    /// Sent back to the beneficiary for changes.
    ChangesRequested,
    /// A programme manager certifies that what it pays for was done.
    Certified,
    /// Approved by a finance officer.
    Approved,
    /// Ordered from the bank, which has not answered yet.
    Ordered,
    /// Paid, as the bank confirmed.
    Paid,
    /// Refused by staff, or returned by the bank. The instalment may be claimed again.
    Rejected,
}

/// Where a recovery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::RecoveryStatus")]
pub enum RecoveryStatus {
    /// Claimed from the beneficiary.
    Issued,
    /// The money came back.
    Received,
    /// Given up: the money counts as paid again.
    Cancelled,
}
