//! The fund part of `Mutation`.

mod budget;
mod credits;

use async_graphql::{Context, MergedObject, Object};

pub use budget::*;
pub use credits::*;

use super::input::{CloseFundInput, CreateFundInput, CreateProgrammeInput, SetFundPolicyInput};
use super::object::{Fund, Programme};
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::mutation::{self, money_payload, payload};

/// Mutations of funds, programmes, budgets and payment credits.
#[derive(Default, MergedObject)]
pub struct FundMutation(SetupMutation, BudgetMutation, CreditsMutation);

/// Mutations of funds and programmes themselves.
#[derive(Default)]
pub struct SetupMutation;

#[Object]
impl SetupMutation {
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

    /// Sets how the money of a fund is governed from now on. What was done before stays as it was done. For finance
    /// officers of the fund.
    async fn set_fund_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fund, and its whole policy.")] input: SetFundPolicyInput,
    ) -> Nullable<SetFundPolicyPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(SetFundPolicyPayload {
                fund: Some(fund),
                ..Default::default()
            })
        })
        .await
    }

    /// Closes a fund, for good: it takes no new commitment. What is committed can still be paid. For finance officers
    /// of the fund.
    async fn close_fund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fund to close.")] input: CloseFundInput,
    ) -> Nullable<CloseFundPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(CloseFundPayload {
                fund: Some(fund),
                ..Default::default()
            })
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

money_payload! {
    /// What `setFundPolicy` did.
    pub struct SetFundPolicyPayload {
        /// The fund, with its new policy; null when refused.
        fund: Fund,
    }
}

money_payload! {
    /// What `closeFund` did.
    pub struct CloseFundPayload {
        /// The fund, closed; null when refused.
        fund: Fund,
    }
}
