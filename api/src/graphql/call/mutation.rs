//! The call part of `Mutation`.

use async_graphql::{Context, Object};
use domain::call::commands::{PublishCall, StartEvaluation};

use super::input::{CreateCallInput, PublishCallInput, StartEvaluationInput};
use super::object::Call;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::mutation::{self, payload};

/// Mutations of calls.
#[derive(Default)]
pub struct CallMutation;

#[Object]
impl CallMutation {
    /// Creates a call in a programme, in preparation. For programme managers of the fund.
    async fn create_call(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call to prepare.")] input: CreateCallInput,
    ) -> Nullable<CreateCallPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let call = Call::from(ctx.loaders().one(done.value).await?);
            Ok(CreateCallPayload {
                call: Some(call),
                ..Default::default()
            })
        })
        .await
    }

    /// Makes a call public. From then on it opens and closes by its dates, with nobody pressing anything. For programme
    /// managers.
    async fn publish_call(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call to publish.")] input: PublishCallInput,
    ) -> Nullable<PublishCallPayload> {
        let command = id::parse(&input.call_id).map(|call_id| PublishCall { call_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            let call = Call::from(ctx.loaders().one(done.value).await?);
            Ok(PublishCallPayload {
                call: Some(call),
                ..Default::default()
            })
        })
        .await
    }

    /// Hands a call to its committee, once its deadline has passed, grace included. A rolling call takes no application
    /// after. For programme managers.
    async fn start_evaluation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The call to evaluate.")] input: StartEvaluationInput,
    ) -> Nullable<StartEvaluationPayload> {
        let command = id::parse(&input.call_id).map(|call_id| StartEvaluation { call_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            let call = Call::from(ctx.loaders().one(done.value).await?);
            Ok(StartEvaluationPayload {
                call: Some(call),
                ..Default::default()
            })
        })
        .await
    }
}

payload! {
    /// What `createCall` did.
    pub struct CreateCallPayload {
        /// The call, in preparation; null when refused.
        call: Call,
    }
}

payload! {
    /// What `publishCall` did.
    pub struct PublishCallPayload {
        /// The call, published; null when refused.
        call: Call,
    }
}

payload! {
    /// What `startEvaluation` did.
    pub struct StartEvaluationPayload {
        /// The call, under evaluation; null when refused.
        call: Call,
    }
}
