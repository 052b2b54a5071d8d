//! Certifying, approving and refusing a payment request: three people, no money moved yet.

use entity::payment_request;
use entity::value::{InstalmentStatus, PaymentRequestId, UserId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use super::{Claim, advance_instalment, load_claim, payment_subject};
use crate::award::lifecycle::{AwardEvent, InstalmentEvent, PaymentEvent};
use crate::award::policy;
use crate::error::Reasons;
use crate::{Command, Result, Work};

/// Certifies that the service was done (service fait): a programme manager who did not claim it.
#[derive(Clone, Copy, Debug)]
pub struct CertifyPayment {
    /// The payment request.
    pub payment_request_id: PaymentRequestId,
}

impl Command for CertifyPayment {
    type Output = PaymentRequestId;

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let certifier = work.actor.require_user()?;
        let claim = load_claim(work, self.payment_request_id).await?;
        if !policy::may_follow(&work.actor, claim.grant.place(), &claim.grant.organisations) {
            return Err(work.actor.denied());
        }
        let mut change = begin(
            &claim,
            PaymentEvent::Certify,
            certifier,
            Some(claim.request.submitted_by),
        )?;
        change.certified_by = Set(Some(certifier));
        change.certified_at = Set(Some(work.now));
        finish(work, &claim, change, "payment_request.certify").await
    }
}

/// Approves a certified payment: a finance officer who did not certify it.
#[derive(Clone, Copy, Debug)]
pub struct ApprovePayment {
    /// The payment request.
    pub payment_request_id: PaymentRequestId,
}

impl Command for ApprovePayment {
    type Output = PaymentRequestId;

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let approver = work.actor.require_user()?;
        let claim = load_claim(work, self.payment_request_id).await?;
        if !policy::may_pay(&work.actor, claim.grant.place(), &claim.grant.organisations) {
            return Err(work.actor.denied());
        }
        let mut change = begin(&claim, PaymentEvent::Approve, approver, claim.request.certified_by)?;
        change.approved_by = Set(Some(approver));
        change.approved_at = Set(Some(work.now));
        finish(work, &claim, change, "payment_request.approve").await
    }
}

/// Refuses a payment request before it is ordered; its instalment can be claimed again.
#[derive(Clone, Debug)]
pub struct RejectPayment {
    /// The payment request.
    pub payment_request_id: PaymentRequestId,
    /// Why; the beneficiary reads it.
    pub reason: String,
}

impl Command for RejectPayment {
    type Output = PaymentRequestId;

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let actor = work.actor.require_user()?;
        let claim = load_claim(work, self.payment_request_id).await?;
        let (place, organisations) = (claim.grant.place(), &claim.grant.organisations);
        let may =
            policy::may_follow(&work.actor, place, organisations) || policy::may_pay(&work.actor, place, organisations);
        if !may {
            return Err(work.actor.denied());
        }
        let mut reasons = Reasons::none();
        let status = reasons.keep(PaymentEvent::Reject.apply(claim.request.status));
        let reason = reasons.text("reason", &self.reason, 2_000);
        reasons.finish()?;
        let mut change = claim.request.clone().into_active_model();
        change.status = Set(status.unwrap_or(claim.request.status));
        change.settled_by = Set(Some(actor));
        change.settled_at = Set(Some(work.now));
        change.settlement_reference = Set(Some(reason));
        let id = finish(work, &claim, change, "payment_request.reject").await?;
        // An instalment that was decommitted meanwhile stays as it is.
        if claim.instalment.status == InstalmentStatus::Requested {
            advance_instalment(work, &claim.instalment, InstalmentEvent::Reopen, "instalment.reopen").await?;
        }
        Ok(id)
    }
}

/// Checks the state, and that the step is not taken by whoever took the one before.
pub(super) fn begin(
    claim: &Claim,
    event: PaymentEvent,
    actor: UserId,
    previous: Option<UserId>,
) -> Result<payment_request::ActiveModel> {
    let mut reasons = Reasons::none();
    reasons.keep(AwardEvent::Claim.apply(claim.grant.award.status));
    let status = reasons.keep(event.apply(claim.request.status));
    reasons.keep(policy::check_separation(actor, previous));
    reasons.finish()?;
    let mut change = claim.request.clone().into_active_model();
    change.status = Set(status.unwrap_or(claim.request.status));
    Ok(change)
}

async fn finish(
    work: &mut Work,
    claim: &Claim,
    change: payment_request::ActiveModel,
    action: &str,
) -> Result<PaymentRequestId> {
    let after = change.update(work.txn()).await?;
    work.record(action, payment_subject(after.id), Some(&claim.request), &after)
        .await?;
    Ok(after.id)
}
