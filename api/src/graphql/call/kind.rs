//! The closed lists of calls, as the contract shows them.

use async_graphql::Enum;

/// Where a call stands. A published call opens and closes by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::CallStatus")]
pub enum CallStatus {
    /// Being written; seen by staff only.
    Draft,
    /// Published; before its opening instant.
    Scheduled,
    /// Takes applications.
    Open,
    /// Past its closing instant; evaluation has not begun.
    Closed,
    /// The committee is at work.
    UnderEvaluation,
    /// Every application has its decision.
    Decided,
    /// Kept for the record.
    Archived,
    /// Withdrawn.
    Cancelled,
}
