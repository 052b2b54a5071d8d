//! Mutations that undo what was reserved, committed or paid.

use async_graphql::{Context, Object};

use crate::graphql::award::input::{
    CancelRecoveryInput, DecommitAwardInput, IssueRecoveryInput, ReceiveRecoveryInput, ReinstateRecoveryInput,
    ReleaseAwardInput,
};
use crate::graphql::award::object::Award;
use crate::graphql::award::recovery::Recovery;
use crate::graphql::context::RequestContext;
use crate::graphql::error::Nullable;
use crate::graphql::mutation::{self, money_payload};

/// Mutations of awards that are given up, and of money that is claimed back.
#[derive(Default)]
pub struct RecoveryMutation;

#[Object]
impl RecoveryMutation {
    /// Gives the money of an award that will not be signed back to its call: the beneficiary renounced, or the time to
    /// sign has passed. The award lapses. A programme manager may, once the beneficiary was told of the decision or has
    /// taken the application back.
    async fn release_award(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The award to give up, and on whose word.")] input: ReleaseAwardInput,
    ) -> Nullable<ReleaseAwardPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let award: Award = ctx.loaders().one(done.value).await?.into();
            Ok(ReleaseAwardPayload {
                award: Some(award),
                ..Default::default()
            })
        })
        .await
    }

    /// Takes back what will not be spent of a signed award: to its call, or nowhere, by the policy of the fund. Its
    /// schedule is shortened from the end; what was ordered or paid stays. When nothing is left to pay, the award ends.
    /// A finance officer may.
    async fn decommit_award(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The award, how much of it, and on whose word.")] input: DecommitAwardInput,
    ) -> Nullable<DecommitAwardPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let award: Award = ctx.loaders().one(done.value).await?.into();
            Ok(DecommitAwardPayload {
                award: Some(award),
                ..Default::default()
            })
        })
        .await
    }

    /// Claims money back that was paid wrongly (in France, a *titre de recette*). A finance officer may.
    async fn issue_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The award, how much was paid wrongly, and on whose word.")] input: IssueRecoveryInput,
    ) -> Nullable<IssueRecoveryPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            let recovery = if done.preview {
                None
            } else {
                Some(Recovery::load(ctx, done.value).await?)
            };
            Ok(IssueRecoveryPayload {
                recovery,
                ..Default::default()
            })
        })
        .await
    }

    /// Records that money which was claimed back came in. A finance officer may.
    async fn receive_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The recovery, and the bank's reference.")] input: ReceiveRecoveryInput,
    ) -> Nullable<ReceiveRecoveryPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(ReceiveRecoveryPayload {
                recovery: Some(Recovery::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Gives a claim up: what was paid counts as paid again. A finance officer may.
    async fn cancel_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The recovery to give up, and why.")] input: CancelRecoveryInput,
    ) -> Nullable<CancelRecoveryPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(CancelRecoveryPayload {
                recovery: Some(Recovery::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }

    /// Gives money that came back to the call again, to be awarded anew, where the policy of the fund allows it. A
    /// finance officer may, once.
    async fn reinstate_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The recovery, and on whose word.")] input: ReinstateRecoveryInput,
    ) -> Nullable<ReinstateRecoveryPayload> {
        mutation::run_money(ctx, input.manner(), input.command(), |done| async move {
            Ok(ReinstateRecoveryPayload {
                recovery: Some(Recovery::load(ctx, done.value).await?),
                ..Default::default()
            })
        })
        .await
    }
}

money_payload! {
    /// What `releaseAward` did.
    pub struct ReleaseAwardPayload {
        /// The award, lapsed; null when refused.
        award: Award,
    }
}

money_payload! {
    /// What `decommitAward` did.
    pub struct DecommitAwardPayload {
        /// The award, with its shortened schedule; null when refused.
        award: Award,
    }
}

money_payload! {
    /// What `issueRecovery` did.
    pub struct IssueRecoveryPayload {
        /// The recovery, issued; null when refused, and in a preview.
        recovery: Recovery,
    }
}

money_payload! {
    /// What `receiveRecovery` did.
    pub struct ReceiveRecoveryPayload {
        /// The recovery, received; null when refused.
        recovery: Recovery,
    }
}

money_payload! {
    /// What `cancelRecovery` did.
    pub struct CancelRecoveryPayload {
        /// The recovery, given up; null when refused.
        recovery: Recovery,
    }
}

money_payload! {
    /// What `reinstateRecovery` did.
    pub struct ReinstateRecoveryPayload {
        /// The recovery, reinstated; null when refused.
        recovery: Recovery,
    }
}
