//! What the mutations of evaluation take.

use async_graphql::{ID, InputObject};
use domain::Refusal;
use domain::error::Reasons;
use domain::evaluation::commands::{AdoptDecision, AssignEvaluator, ProposeDecision, SaveAssessment};
use domain::evaluation::rules::NewScore;
use entity::value::CriterionId;
use uuid::Uuid;

use super::kind::DecisionOutcome;
use crate::graphql::call::centi;
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::mutation::money_input;
use crate::graphql::scalar::{Decimal, MoneyInput};

/// What `assignEvaluator` takes: an application, and who is to judge it.
#[derive(InputObject)]
#[expect(clippy::struct_field_names, reason = "the names of the contract")]
pub struct AssignEvaluatorInput {
    /// The application. It is judged as it was last submitted.
    pub(super) application_id: ID,
    /// Who is to evaluate it: somebody on the call's committee who belongs to none of the application's organisations.
    pub(super) evaluator_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl AssignEvaluatorInput {
    pub(super) fn command(&self) -> Result<AssignEvaluator> {
        Ok(AssignEvaluator {
            application_id: id::parse(&self.application_id)?,
            evaluator_id: id::parse(&self.evaluator_id)?,
            illustrative: None,
        })
    }
}

/// What `saveAssessment` takes: the whole assessment as it should be from now on.
#[derive(InputObject)]
pub struct SaveAssessmentInput {
    /// The assessment.
    pub(super) assessment_id: ID,
    /// Overall comment, of at most 10 000 characters; absent for none.
    #[graphql(default)]
    pub(super) comment: String,
    /// The scores so far, at most one for each criterion. A score that is left out is taken back.
    pub(super) scores: Vec<CriterionScoreInput>,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl SaveAssessmentInput {
    pub(super) fn command(self) -> Result<SaveAssessment> {
        let assessment_id = id::parse(&self.assessment_id)?;
        let mut reasons = Reasons::none();
        let scores = self.scores.into_iter().enumerate();
        let scores = scores
            .filter_map(|(index, score)| reasons.keep(score.read(index)))
            .collect();
        reasons.finish()?;
        Ok(SaveAssessment {
            assessment_id,
            comment: self.comment,
            scores,
        })
    }
}

/// The score of one criterion, as an evaluator gives it.
#[derive(InputObject)]
pub struct CriterionScoreInput {
    /// The criterion, one of the call's.
    pub(super) criterion_id: ID,
    /// The score in points, from 0 to the criterion's maximum by its steps, with at most two decimals: `"12.5"`.
    pub(super) score: Decimal,
    /// Why, in at most 5 000 characters; absent for no comment.
    #[graphql(default)]
    pub(super) comment: String,
}

impl CriterionScoreInput {
    fn read(self, index: usize) -> Result<NewScore, Refusal> {
        Ok(NewScore {
            // What identifies no criterion is refused as one of another call is: so is the nil UUID, which nothing has.
            criterion_id: id::parse(&self.criterion_id).unwrap_or(CriterionId(Uuid::nil())),
            score_centi: centi(&format!("scores.{index}.score"), &self.score.0)?,
            comment: self.comment,
        })
    }
}

/// What `submitAssessment` takes.
#[derive(InputObject)]
pub struct SubmitAssessmentInput {
    /// The assessment, saved with a score for every criterion.
    pub(super) assessment_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `declineAssessment` takes.
#[derive(InputObject)]
pub struct DeclineAssessmentInput {
    /// The assessment to refuse.
    pub(super) assessment_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `proposeDecision` takes: an application, and what is to be decided on it.
#[derive(InputObject)]
pub struct ProposeDecisionInput {
    /// The application.
    pub(super) application_id: ID,
    /// The `revision` of the proposal that this one replaces; absent for the first.
    pub(super) revision: Option<i32>,
    /// What the decision says.
    pub(super) outcome: DecisionOutcome,
    /// The amount granted, at most what was requested; zero for a rejection, or for a distinction without money.
    pub(super) amount: MoneyInput,
    /// A prize or mention that goes with an award, of at most 200 characters; absent for none.
    pub(super) distinction: Option<String>,
    /// Conditions set on the grant, of at most 5 000 characters; absent for none.
    #[graphql(default)]
    pub(super) conditions: String,
    /// Why, in at most 5 000 characters. The applicant reads it.
    pub(super) reason: String,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl ProposeDecisionInput {
    pub(super) fn command(self) -> Result<ProposeDecision> {
        Ok(ProposeDecision {
            application_id: id::parse(&self.application_id)?,
            revision: self.revision,
            outcome: self.outcome.into(),
            amount: self.amount.into(),
            distinction: self.distinction,
            conditions: self.conditions,
            reason: self.reason,
            illustrative: None,
        })
    }
}

money_input! {
    /// What `adoptDecision` takes.
    pub struct AdoptDecisionInput {
        /// The decision, proposed by somebody else.
        decision_id: ID,
        /// The `revision` that the viewer has read.
        revision: i32,
    }
}

impl AdoptDecisionInput {
    pub(super) fn command(self) -> Result<AdoptDecision> {
        Ok(AdoptDecision {
            decision_id: id::parse(&self.decision_id)?,
            revision: self.revision,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What `notifyDecision` takes.
#[derive(InputObject)]
pub struct NotifyDecisionInput {
    /// The decision, adopted.
    pub(super) decision_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `concludeCall` takes.
#[derive(InputObject)]
pub struct ConcludeCallInput {
    /// The call, under evaluation.
    pub(super) call_id: ID,
    /// Anything; comes back in the payload.
    pub(super) client_mutation_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_score_is_refused_each_at_its_place() {
        let score = |text: &str| CriterionScoreInput {
            criterion_id: id::of(CriterionId::new()),
            score: Decimal(text.to_owned()),
            comment: String::new(),
        };
        let input = SaveAssessmentInput {
            assessment_id: id::of(entity::value::AssessmentId::new()),
            comment: String::new(),
            scores: vec![score("12.345"), score("12.34"), score("twelve")],
            client_mutation_id: None,
        };
        let Err(crate::graphql::error::Error::Refused(refusals)) = input.command() else {
            panic!("refused")
        };
        let fields: Vec<_> = refusals.iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["scores.0.score", "scores.2.score"]);
    }

    #[test]
    fn what_identifies_no_criterion_is_left_to_the_rules() {
        let input = CriterionScoreInput {
            criterion_id: ID("garbage".to_owned()),
            score: Decimal("1".to_owned()),
            comment: String::new(),
        };
        assert_eq!(
            input.read(0).map(|score| score.criterion_id),
            Ok(CriterionId(Uuid::nil()))
        );
    }
}
