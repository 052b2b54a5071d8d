//! Mutations of the envelope and of budgets.

use async_graphql::{Context, Object};
use domain::fund::commands::Holder;

use crate::graphql::call::Call;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::fund::input::{
    AllocateBudgetInput, DeallocateBudgetInput, OpenEnvelopeInput, RedeployBudgetInput, ReduceEnvelopeInput,
    ReverseTransferInput,
};
use crate::graphql::fund::object::{BudgetHolder, Fund, Programme};
use crate::graphql::mutation::{self, money_payload};

/// Mutations of the envelope and of budgets.
#[derive(Default)]
pub struct BudgetMutation;

#[Object]
impl BudgetMutation {
    /// Puts voted money into a fund's envelope. The first time, the fund becomes active and public. For finance
    /// officers of the fund.
    async fn open_envelope(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, and on whose word.")] input: OpenEnvelopeInput,
    ) -> Nullable<OpenEnvelopePayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(OpenEnvelopePayload {
                fund: Some(fund),
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
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(ReduceEnvelopePayload {
                fund: Some(fund),
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
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let mut payload = AllocateBudgetPayload::default();
            match done.value {
                Holder::Programme(id) => payload.programme = Some(ctx.loaders().one(id).await?.into()),
                Holder::Call(id) => payload.call = Some(ctx.loaders().one(id).await?.into()),
            }
            Ok(payload)
        })
        .await
    }

    /// Takes budget back from a programme, to its fund's envelope, or from a call, to its programme. For finance
    /// officers of the fund.
    async fn deallocate_budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, from whom, and on whose word.")] input: DeallocateBudgetInput,
    ) -> Nullable<DeallocateBudgetPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let mut payload = DeallocateBudgetPayload::default();
            match done.value {
                Holder::Programme(id) => payload.programme = Some(ctx.loaders().one(id).await?.into()),
                Holder::Call(id) => payload.call = Some(ctx.loaders().one(id).await?.into()),
            }
            Ok(payload)
        })
        .await
    }

    /// Moves budget from one programme to another, or from one call to another, of the same fund. For finance officers
    /// of the fund.
    async fn redeploy_budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, from whom to whom, and on whose word.")] input: RedeployBudgetInput,
    ) -> Nullable<RedeployBudgetPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let (from, to) = done.value;
            Ok(RedeployBudgetPayload {
                from: Some(BudgetHolder::load(ctx, from).await?),
                to: Some(BudgetHolder::load(ctx, to).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Undoes a budget operation, in whole and once, by a transfer the other way: the envelope opened or cut, budget or
    /// payment credits opened, allocated, taken back or redeployed. What awards and payments did is undone by their own
    /// mutations. For finance officers of the fund.
    async fn reverse_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer to undo, and on whose word.")] input: ReverseTransferInput,
    ) -> Nullable<ReverseTransferPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(ReverseTransferPayload {
                fund: Some(fund),
                ..Default::default()
            })
        })
        .await
    }
}

money_payload! {
    /// What `openEnvelope` did.
    pub struct OpenEnvelopePayload {
        /// The fund, with its new budget; null when refused.
        fund: Fund,
    }
}

money_payload! {
    /// What `reduceEnvelope` did.
    pub struct ReduceEnvelopePayload {
        /// The fund, with its new budget; null when refused.
        fund: Fund,
    }
}

money_payload! {
    /// What `allocateBudget` did.
    pub struct AllocateBudgetPayload {
        /// The programme that received it; null when it was a call, or when refused.
        programme: Programme,
        /// The call that received it; null when it was a programme, or when refused.
        call: Call,
    }
}

money_payload! {
    /// What `deallocateBudget` did.
    pub struct DeallocateBudgetPayload {
        /// The programme that gave it back; null when it was a call, or when refused.
        programme: Programme,
        /// The call that gave it back; null when it was a programme, or when refused.
        call: Call,
    }
}

money_payload! {
    /// What `redeployBudget` did.
    pub struct RedeployBudgetPayload {
        /// Who gave it; null when refused.
        from: BudgetHolder,
        /// Who received it; null when refused.
        to: BudgetHolder,
    }
}

money_payload! {
    /// What `reverseTransfer` did.
    pub struct ReverseTransferPayload {
        /// The fund, with its new budget; null when refused.
        fund: Fund,
    }
}
