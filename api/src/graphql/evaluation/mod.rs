//! Evaluation in the contract: what evaluators make of applications, and the decisions that follow.

mod input;
mod kind;
mod mutation;
mod object;
mod query;

pub use input::*;
pub use kind::*;
pub use mutation::*;
pub use object::{Assessment, AssessmentsOf, CriterionScore, Decision, DecisionOf, ScoresOf};
pub use query::EvaluationQuery;
pub(crate) use query::decisions;
