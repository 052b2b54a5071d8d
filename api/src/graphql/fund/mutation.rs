//! The fund part of `Mutation`.

use async_graphql::{Context, Object};
use domain::fund::commands::Holder;

use super::input::{
    AllocateBudgetInput, CreateFundInput, CreateProgrammeInput, OpenEnvelopeInput, ReduceEnvelopeInput,
};
use super::object::{Fund, Programme};
use crate::graphql::call::Call;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::mutation::{self, payload};

/// Mutations of funds, programmes and budgets.
#[derive(Default)]
pub struct FundMutation;

#[Object]
impl FundMutation {
    /// Creates a fund, in preparation. For administrators of the platform.
    async fn create_fund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fund to prepare.")] input: CreateFundInput,
    ) -> Nullable<CreateFundPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, Ok(input.command()), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(CreateFundPayload {
                fund: Some(fund),
                ..Default::default()
            })
        })
        .await
    }

    /// Adds a programme to a fund. For administrators and programme managers of the fund.
    async fn create_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme to add.")] input: CreateProgrammeInput,
    ) -> Nullable<CreateProgrammePayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let programme = Programme::from(ctx.loaders().one(done.value).await?);
            Ok(CreateProgrammePayload {
                programme: Some(programme),
                ..Default::default()
            })
        })
        .await
    }

    /// Puts voted money into a fund's envelope. The first time, the fund becomes active and public. For finance
    /// officers of the fund.
    async fn open_envelope(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, and on whose word.")] input: OpenEnvelopeInput,
    ) -> Nullable<OpenEnvelopePayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(OpenEnvelopePayload {
                fund: Some(fund),
                replayed: Some(done.replayed),
                ..Default::default()
            })
        })
        .await
    }

    /// Cuts a fund's envelope. For finance officers of the fund.
    async fn reduce_envelope(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By how much, and on whose word.")] input: ReduceEnvelopeInput,
    ) -> Nullable<ReduceEnvelopePayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(ReduceEnvelopePayload {
                fund: Some(fund),
                replayed: Some(done.replayed),
                ..Default::default()
            })
        })
        .await
    }

    /// Hands budget down to a programme or to a call. For finance officers of the fund.
    async fn allocate_budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, to whom, and on whose word.")] input: AllocateBudgetInput,
    ) -> Nullable<AllocateBudgetPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            let mut payload = AllocateBudgetPayload {
                replayed: Some(done.replayed),
                ..Default::default()
            };
            match done.value {
                Holder::Programme(id) => payload.programme = Some(ctx.loaders().one(id).await?.into()),
                Holder::Call(id) => payload.call = Some(ctx.loaders().one(id).await?.into()),
            }
            Ok(payload)
        })
        .await
    }
}

payload! {
    /// What `createFund` did.
    pub struct CreateFundPayload {
        /// The fund, in preparation; null when refused.
        fund: Fund,
    }
}

payload! {
    /// What `createProgramme` did.
    pub struct CreateProgrammePayload {
        /// The programme; null when refused.
        programme: Programme,
    }
}

payload! {
    /// What `openEnvelope` did.
    pub struct OpenEnvelopePayload {
        /// The fund, with its new budget; null when refused.
        fund: Fund,
        /// Whether this is the answer to an earlier request with the same key; null when refused.
        replayed: bool,
    }
}

payload! {
    /// What `reduceEnvelope` did.
    pub struct ReduceEnvelopePayload {
        /// The fund, with its new budget; null when refused.
        fund: Fund,
        /// Whether this is the answer to an earlier request with the same key; null when refused.
        replayed: bool,
    }
}

payload! {
    /// What `allocateBudget` did.
    pub struct AllocateBudgetPayload {
        /// The programme that received it; null when it was a call, or when refused.
        programme: Programme,
        /// The call that received it; null when it was a programme, or when refused.
        call: Call,
        /// Whether this is the answer to an earlier request with the same key; null when refused.
        replayed: bool,
    }
}
