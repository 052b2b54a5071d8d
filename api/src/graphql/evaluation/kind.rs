//! The closed lists of evaluation, as the contract shows them.

use async_graphql::Enum;

/// Where an assessment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::AssessmentStatus")]
pub enum AssessmentStatus {
    /// Given to an evaluator, who has not begun.
    Assigned,
    /// Being written; its evaluator alone reads it.
    Draft,
    /// Handed in with a score for every criterion; frozen.
    Submitted,
    /// Refused by the evaluator.
    Declined,
}

/// What a decision says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::DecisionOutcome")]
pub enum DecisionOutcome {
    /// The application is funded, or distinguished by a prize or mention.
    Award,
    /// The application receives nothing.
    Reject,
}

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::value::DecisionStatus")]
pub enum DecisionStatus {
    /// Prepared by a programme manager, who may still change it.
    Proposed,
    /// Adopted by the committee's chair: final. An amount granted is reserved on the budget of the call.
    Adopted,
    /// Made known to the applicant.
    Notified,
}
