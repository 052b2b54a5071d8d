//! The award part of `Mutation`.

mod recovery;

use async_graphql::{Context, MergedObject, Object};
use domain::award::commands::{ApprovePayment, CertifyPayment};

pub use recovery::*;

use super::input::{
    ApprovePaymentInput, CertifyPaymentInput, ConfirmPaymentInput, OrderPaymentInput, RejectPaymentInput,
    RequestPaymentInput, ReturnPaymentInput, SignAgreementInput,
};
use super::object::Award;
use super::payment::PaymentRequest;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::mutation::{self, money_payload, payload};

/// Mutations of awards, their payments and their recoveries.
#[derive(Default, MergedObject)]
pub struct AwardMutation(PaymentMutation, RecoveryMutation);

/// Mutations of agreements and payments.
#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Records the agreement of an award, signed by both sides, with its schedule of payments. What was reserved is
    /// committed from then on. A programme manager may, once the beneficiary was told of the decision.
    async fn sign_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement, as signed, and its schedule.")] input: SignAgreementInput,
    ) -> Nullable<SignAgreementPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let award: Award = ctx.loaders().one(done.value).await?.into();
            Ok(SignAgreementPayload {
                award: Some(award),
                ..Default::default()
            })
        })
        .await
    }

    /// Claims an instalment, in whole or in part. An owner or editor of the beneficiary may, while no other claim on it
    /// is under way.
    async fn request_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The instalment, and what is claimed of it.")] input: RequestPaymentInput,
    ) -> Nullable<RequestPaymentPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            Ok(RequestPaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Certifies that what a submitted request is to pay for was done (in France, the *service fait*). A programme
    /// manager may, unless they submitted it.
    async fn certify_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment request to certify.")] input: CertifyPaymentInput,
    ) -> Nullable<CertifyPaymentPayload> {
        let command =
            id::parse(&input.payment_request_id).map(|payment_request_id| CertifyPayment { payment_request_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            Ok(CertifyPaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Approves the payment of a certified request. A finance officer may, unless they certified it.
    async fn approve_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment request to approve.")] input: ApprovePaymentInput,
    ) -> Nullable<ApprovePaymentPayload> {
        let command =
            id::parse(&input.payment_request_id).map(|payment_request_id| ApprovePayment { payment_request_id });
        mutation::run(ctx, input.client_mutation_id, command, |done| async move {
            Ok(ApprovePaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Refuses a request before it is ordered. A programme manager or a finance officer may. The instalment can be
    /// claimed again.
    async fn reject_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment request to refuse, and why.")] input: RejectPaymentInput,
    ) -> Nullable<RejectPaymentPayload> {
        let client_mutation_id = input.client_mutation_id.clone();
        mutation::run(ctx, client_mutation_id, input.command(), |done| async move {
            Ok(RejectPaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Records that an approved payment was ordered from the bank. A finance officer may, unless they approved it.
    async fn order_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment request to order.")] input: OrderPaymentInput,
    ) -> Nullable<OrderPaymentPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(OrderPaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Records that the bank has paid an ordered payment. A finance officer may. The last payment of an award completes
    /// it.
    async fn confirm_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment request that was paid, and the bank's reference.")] input: ConfirmPaymentInput,
    ) -> Nullable<ConfirmPaymentPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(ConfirmPaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Records that the bank has returned an ordered payment. A finance officer may. The order is undone, and the
    /// instalment can be claimed again.
    async fn return_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment request that came back, and why.")] input: ReturnPaymentInput,
    ) -> Nullable<ReturnPaymentPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(ReturnPaymentPayload {
                payment_request: Some(PaymentRequest::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }
}

money_payload! {
    /// What `signAgreement` did.
    pub struct SignAgreementPayload {
        /// The award, committed; null when refused.
        award: Award,
    }
}

payload! {
    /// What `requestPayment` did.
    pub struct RequestPaymentPayload {
        /// The payment request, submitted; null when refused.
        payment_request: PaymentRequest,
    }
}

payload! {
    /// What `certifyPayment` did.
    pub struct CertifyPaymentPayload {
        /// The payment request, certified; null when refused.
        payment_request: PaymentRequest,
    }
}

payload! {
    /// What `approvePayment` did.
    pub struct ApprovePaymentPayload {
        /// The payment request, approved; null when refused.
        payment_request: PaymentRequest,
    }
}

payload! {
    /// What `rejectPayment` did.
    pub struct RejectPaymentPayload {
        /// The payment request, rejected; null when the mutation was refused.
        payment_request: PaymentRequest,
    }
}

money_payload! {
    /// What `orderPayment` did.
    pub struct OrderPaymentPayload {
        /// The payment request, ordered; null when refused.
        payment_request: PaymentRequest,
    }
}

money_payload! {
    /// What `confirmPayment` did.
    pub struct ConfirmPaymentPayload {
        /// The payment request, paid; null when refused.
        payment_request: PaymentRequest,
    }
}

money_payload! {
    /// What `returnPayment` did.
    pub struct ReturnPaymentPayload {
        /// The payment request, rejected by the bank; null when the mutation was refused.
        payment_request: PaymentRequest,
    }
}
