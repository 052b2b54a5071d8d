//! The closed lists of applications, as the contract shows them.

use async_graphql::Enum;

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::ApplicationStatus")]
pub enum ApplicationStatus {
    /// Being written. Seen by its organisations only.
    Draft,
    /// Filed in time, with a receipt.
    Submitted,
    /// Reopened for one round of changes.
    ChangesRequested,
    /// Refused before evaluation.
    Ineligible,
    /// Before the committee.
    UnderEvaluation,
    /// Good enough, but the budget is spent.
    Waitlisted,
    /// Its award has been notified.
    Awarded,
    /// Its rejection has been notified.
    Rejected,
    /// Taken back by its organisation.
    Withdrawn,
}
