//! The evaluation part of `Mutation`.

use async_graphql::{Context, Object};
use domain::evaluation::commands::{ConcludeCall, DeclineAssessment, NotifyDecision, SubmitAssessment};

use super::input::{
    AdoptDecisionInput, AssignEvaluatorInput, ConcludeCallInput, DeclineAssessmentInput, NotifyDecisionInput,
    ProposeDecisionInput, SaveAssessmentInput, SubmitAssessmentInput,
};
use super::object::{Assessment, Decision};
use crate::graphql::call::Call;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::mutation::{self, money_payload, payload};

/// Mutations of assessments and decisions.
#[derive(Default)]
pub struct EvaluationMutation;

#[Object]
impl EvaluationMutation {
    /// Gives an application, as last submitted, to an evaluator. A programme manager or the committee's chair may,
    /// while the call is under evaluation; the application is under evaluation from the first time on.
    async fn assign_evaluator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The application, and who is to judge it.")] input: AssignEvaluatorInput,
    ) -> Nullable<AssignEvaluatorPayload> {
        let (client_mutation_id, command) = (input.client_mutation_id.clone(), input.command());
        mutation::run(ctx, client_mutation_id, command, |done| async move {
            Ok(AssignEvaluatorPayload {
                assessment: Some(Assessment::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Saves the viewer's own assessment, complete or not: replaces its comment and all its scores.
    async fn save_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment, as it should be.")] input: SaveAssessmentInput,
    ) -> Nullable<SaveAssessmentPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            Ok(SaveAssessmentPayload {
                assessment: Some(Assessment::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Hands in the viewer's own assessment, with a score for every criterion. It gets its total and is frozen.
    async fn submit_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment to hand in.")] input: SubmitAssessmentInput,
    ) -> Nullable<SubmitAssessmentPayload> {
        let command = id::parse(&input.assessment_id).map(|assessment_id| SubmitAssessment { assessment_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            Ok(SubmitAssessmentPayload {
                assessment: Some(Assessment::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Refuses an assessment that was given to the viewer, for good. They no longer see the application by it.
    async fn decline_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment to refuse.")] input: DeclineAssessmentInput,
    ) -> Nullable<DeclineAssessmentPayload> {
        let command = id::parse(&input.assessment_id).map(|assessment_id| DeclineAssessment { assessment_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            Ok(DeclineAssessmentPayload {
                assessment: Some(Assessment::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Proposes what to decide on an application under evaluation. A programme manager may. Proposed again before it is
    /// adopted, it replaces the proposal that it names by `revision`: `CONFLICT` if that is no longer the last one.
    async fn propose_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The application, and what is to be decided on it.")] input: ProposeDecisionInput,
    ) -> Nullable<ProposeDecisionPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            Ok(ProposeDecisionPayload {
                decision: Some(Decision::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Adopts a proposed decision. The committee's chair may, unless they proposed it. An amount granted is reserved on
    /// the budget of the call, and its award made, at the same moment; `INSUFFICIENT_FUNDS` if the call no longer holds
    /// as much.
    async fn adopt_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision to adopt.")] input: AdoptDecisionInput,
    ) -> Nullable<AdoptDecisionPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(AdoptDecisionPayload {
                decision: Some(Decision::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Tells the applicant of an adopted decision: from now on they see it, and the award it makes. A programme manager
    /// may.
    async fn notify_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision to tell of.")] input: NotifyDecisionInput,
    ) -> Nullable<NotifyDecisionPayload> {
        let command = id::parse(&input.decision_id).map(|decision_id| NotifyDecision { decision_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            Ok(NotifyDecisionPayload {
                decision: Some(Decision::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Ends the evaluation of a call: it is decided. A programme manager may, once every application that was submitted
    /// has a decision that its applicant was told of.
    async fn conclude_call(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call to conclude.")] input: ConcludeCallInput,
    ) -> Nullable<ConcludeCallPayload> {
        let command = id::parse(&input.call_id).map(|call_id| ConcludeCall { call_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            let call: Call = ctx.loaders().one(done.value).await?.into();
            Ok(ConcludeCallPayload {
                call: Some(call),
                ..Default::default()
            })
        })
        .await
    }
}

payload! {
    /// What `assignEvaluator` did.
    pub struct AssignEvaluatorPayload {
        /// The assessment that the evaluator is to write; null when refused.
        assessment: Assessment,
    }
}

payload! {
    /// What `saveAssessment` did.
    pub struct SaveAssessmentPayload {
        /// The assessment, saved; null when refused.
        assessment: Assessment,
    }
}

payload! {
    /// What `submitAssessment` did.
    pub struct SubmitAssessmentPayload {
        /// The assessment, frozen with its total; null when refused.
        assessment: Assessment,
    }
}

payload! {
    /// What `declineAssessment` did.
    pub struct DeclineAssessmentPayload {
        /// The assessment, refused; null when the mutation was.
        assessment: Assessment,
    }
}

payload! {
    /// What `proposeDecision` did.
    pub struct ProposeDecisionPayload {
        /// The decision, proposed; null when refused.
        decision: Decision,
    }
}

money_payload! {
    /// What `adoptDecision` did.
    pub struct AdoptDecisionPayload {
        /// The decision, adopted; null when refused.
        decision: Decision,
    }
}

payload! {
    /// What `notifyDecision` did.
    pub struct NotifyDecisionPayload {
        /// The decision, made known; null when refused.
        decision: Decision,
    }
}

payload! {
    /// What `concludeCall` did.
    pub struct ConcludeCallPayload {
        /// The call, decided; null when refused.
        call: Call,
    }
}
