//! Mutations of payment credits.

use async_graphql::{Context, Object};

use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::fund::input::{
    CarryOverPaymentCreditsInput, CloseFiscalYearInput, MovePaymentCreditsInput, OpenPaymentCreditsInput,
    ReducePaymentCreditsInput,
};
use crate::graphql::fund::object::{Fund, Programme};
use crate::graphql::mutation::{self, money_payload};

/// Mutations of payment credits and of fiscal years.
#[derive(Default)]
pub struct CreditsMutation;

#[Object]
impl CreditsMutation {
    /// Gives a programme payment credits for a fiscal year; the first ones of a fund for a year open that year. For
    /// finance officers of the fund.
    async fn open_payment_credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, for which year, and on whose word.")] input: OpenPaymentCreditsInput,
    ) -> Nullable<OpenPaymentCreditsPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let programme = Programme::from(ctx.loaders().one(done.value).await?);
            Ok(OpenPaymentCreditsPayload {
                programme: Some(programme),
                ..Default::default()
            })
        })
        .await
    }

    /// Cuts the payment credits of a programme for a fiscal year. For finance officers of the fund.
    async fn reduce_payment_credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By how much, for which year, and on whose word.")] input: ReducePaymentCreditsInput,
    ) -> Nullable<ReducePaymentCreditsPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let programme = Programme::from(ctx.loaders().one(done.value).await?);
            Ok(ReducePaymentCreditsPayload {
                programme: Some(programme),
                ..Default::default()
            })
        })
        .await
    }

    /// Moves payment credits of a fiscal year from one programme of a fund to another. For finance officers of the
    /// fund.
    async fn move_payment_credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, from whom to whom, and on whose word.")] input: MovePaymentCreditsInput,
    ) -> Nullable<MovePaymentCreditsPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let (from, to) = done.value;
            Ok(MovePaymentCreditsPayload {
                from: Some(ctx.loaders().one(from).await?.into()),
                to: Some(ctx.loaders().one(to).await?.into()),
                ..Default::default()
            })
        })
        .await
    }

    /// Takes payment credits that a programme has not consumed to the next fiscal year (in France, *report de
    /// crédits*), which is opened if need be. For finance officers of the fund.
    async fn carry_over_payment_credits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How much, from which year, and on whose word.")] input: CarryOverPaymentCreditsInput,
    ) -> Nullable<CarryOverPaymentCreditsPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let programme = Programme::from(ctx.loaders().one(done.value).await?);
            Ok(CarryOverPaymentCreditsPayload {
                programme: Some(programme),
                ..Default::default()
            })
        })
        .await
    }

    /// Closes a fiscal year of a fund, for good: no credits are opened, cut, moved or consumed in it any more. What is
    /// left can be carried over, and what was ordered in it can still be paid, or come back. For finance officers of
    /// the fund.
    async fn close_fiscal_year(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fund, and its year to close.")] input: CloseFiscalYearInput,
    ) -> Nullable<CloseFiscalYearPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let fund = Fund::from(ctx.loaders().one(done.value).await?);
            Ok(CloseFiscalYearPayload {
                fund: Some(fund),
                ..Default::default()
            })
        })
        .await
    }
}

money_payload! {
    /// What `openPaymentCredits` did.
    pub struct OpenPaymentCreditsPayload {
        /// The programme; null when refused.
        programme: Programme,
    }
}

money_payload! {
    /// What `reducePaymentCredits` did.
    pub struct ReducePaymentCreditsPayload {
        /// The programme; null when refused.
        programme: Programme,
    }
}

money_payload! {
    /// What `movePaymentCredits` did.
    pub struct MovePaymentCreditsPayload {
        /// The programme that gave them; null when refused.
        from: Programme,
        /// The programme that received them; null when refused.
        to: Programme,
    }
}

money_payload! {
    /// What `carryOverPaymentCredits` did.
    pub struct CarryOverPaymentCreditsPayload {
        /// The programme; null when refused.
        programme: Programme,
    }
}

money_payload! {
    /// What `closeFiscalYear` did.
    pub struct CloseFiscalYearPayload {
        /// The fund, with its fiscal years; null when refused.
        fund: Fund,
    }
}
