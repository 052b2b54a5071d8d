//! Ordering a payment and recording the bank's answer: the moments at which money moves.

use entity::value::{AccountKind, AuditEventId, NodeKind, PaymentRequestId, TransferId, TransferKind};
use entity::{account, payment_request, transfer};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;

use super::review::begin;
use super::{Claim, advance_instalment, award_subject, load_claim, paid, payment_subject};
use crate::award::lifecycle::{AwardEvent, InstalmentEvent, PaymentEvent};
use crate::award::policy;
use crate::error::Reasons;
use crate::fund::ledger::{self, Cause, Journal, Movement};
use crate::work::Idempotency;
use crate::{Command, Error, Result, Work};

/// Orders an approved payment (ordonnancement): a finance officer who did not approve it.
#[derive(Clone, Debug, Serialize)]
pub struct OrderPayment {
    /// The payment request.
    pub payment_request_id: PaymentRequestId,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for OrderPayment {
    type Output = PaymentRequestId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("orderPayment", &self.idempotency_key, self)
    }

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let officer = work.actor.require_user()?;
        let claim = load_to_pay(work, self.payment_request_id).await?;
        let mut change = begin(&claim, PaymentEvent::Order, officer, claim.request.approved_by)?;
        change.ordered_by = Set(Some(officer));
        change.ordered_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        let subject = payment_subject(after.id);
        let event = work
            .record("payment_request.order", subject, Some(&claim.request), &after)
            .await?;
        let movement = movement(&claim, TransferKind::Order, None);
        post(work, &claim, event, "Payment ordered".to_owned(), None, movement).await?;
        Ok(after.id)
    }
}

/// Records that the bank has paid. An instalment that was claimed in part can be claimed again for the rest.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmPayment {
    /// The payment request.
    pub payment_request_id: PaymentRequestId,
    /// The bank's reference.
    pub reference: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ConfirmPayment {
    type Output = PaymentRequestId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("confirmPayment", &self.idempotency_key, self)
    }

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let claim = load_to_pay(work, self.payment_request_id).await?;
        let (after, event) = settle(
            work,
            &claim,
            PaymentEvent::Confirm,
            "reference",
            &self.reference,
            "payment_request.pay",
        )
        .await?;
        let whole = paid(work, claim.instalment.id).await? == claim.instalment.amount_minor;
        let (event_of_instalment, action) = if whole {
            (InstalmentEvent::Pay, "instalment.pay")
        } else {
            (InstalmentEvent::Reopen, "instalment.reopen")
        };
        advance_instalment(work, &claim.instalment, event_of_instalment, action).await?;
        advance_award(work, &claim).await?;
        let movement = movement(&claim, TransferKind::Pay, None);
        post(
            work,
            &claim,
            event,
            "Payment confirmed".to_owned(),
            after.settlement_reference,
            movement,
        )
        .await?;
        Ok(after.id)
    }
}

/// Records that the bank has returned the payment: the order is undone, and the instalment can be claimed again.
#[derive(Clone, Debug, Serialize)]
pub struct ReturnPayment {
    /// The payment request.
    pub payment_request_id: PaymentRequestId,
    /// Why, in the bank's words.
    pub reason: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ReturnPayment {
    type Output = PaymentRequestId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("returnPayment", &self.idempotency_key, self)
    }

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let claim = load_to_pay(work, self.payment_request_id).await?;
        let (after, event) = settle(
            work,
            &claim,
            PaymentEvent::Return,
            "reason",
            &self.reason,
            "payment_request.return",
        )
        .await?;
        advance_instalment(work, &claim.instalment, InstalmentEvent::Reopen, "instalment.reopen").await?;
        let movement = movement(&claim, TransferKind::Reject, Some(order_of(work, &claim).await?));
        post(work, &claim, event, self.reason.trim().to_owned(), None, movement).await?;
        Ok(after.id)
    }
}

async fn load_to_pay(work: &Work, id: PaymentRequestId) -> Result<Claim> {
    let claim = load_claim(work, id).await?;
    if policy::may_pay(&work.actor, claim.grant.place(), &claim.grant.organisations) {
        Ok(claim)
    } else {
        Err(work.actor.denied())
    }
}

async fn settle(
    work: &mut Work,
    claim: &Claim,
    event: PaymentEvent,
    path: &str,
    reference: &str,
    action: &str,
) -> Result<(payment_request::Model, AuditEventId)> {
    let officer = work.actor.require_user()?;
    let mut reasons = Reasons::none();
    let status = reasons.keep(event.apply(claim.request.status));
    let reference = reasons.text(path, reference, 200);
    reasons.finish()?;
    let mut change = claim.request.clone().into_active_model();
    change.status = Set(status.unwrap_or(claim.request.status));
    change.settled_by = Set(Some(officer));
    change.settled_at = Set(Some(work.now));
    change.settlement_reference = Set(Some(reference));
    let after = change.update(work.txn()).await?;
    let event = work
        .record(action, payment_subject(after.id), Some(&claim.request), &after)
        .await?;
    Ok((after, event))
}

/// The award is completed by the payment that leaves nothing to order or to confirm.
async fn advance_award(work: &mut Work, claim: &Claim) -> Result<()> {
    let award = &claim.grant.award;
    let paid = account::Entity::find()
        .filter(account::Column::OwnerId.eq(award.id.0))
        .filter(account::Column::Kind.eq(AccountKind::Paid))
        .one(work.txn())
        .await?
        .ok_or_else(|| Error::internal("an award has no account"))?;
    let paid_after = paid.credits_minor - paid.debits_minor + claim.request.amount_minor;
    let event = if paid_after == award.amount_minor {
        AwardEvent::PayAll
    } else {
        AwardEvent::PayPart
    };
    let status = event.apply(award.status)?;
    if status == award.status {
        return Ok(());
    }
    let mut change = award.clone().into_active_model();
    change.status = Set(status);
    let after = change.update(work.txn()).await?;
    work.record("award.pay", award_subject(award.id), Some(award), &after)
        .await?;
    Ok(())
}

/// The transfer by which this request was ordered.
async fn order_of(work: &Work, claim: &Claim) -> Result<TransferId> {
    let order = transfer::Entity::find()
        .filter(transfer::Column::SubjectKind.eq(NodeKind::PaymentRequest))
        .filter(transfer::Column::SubjectId.eq(claim.request.id.0))
        .filter(transfer::Column::Kind.eq(TransferKind::Order))
        .order_by_desc(transfer::Column::Seq)
        .one(work.txn())
        .await?;
    Ok(order
        .ok_or_else(|| Error::internal("an ordered payment has no order"))?
        .id)
}

fn movement(claim: &Claim, kind: TransferKind, reverses: Option<TransferId>) -> Movement {
    let owner = claim.grant.award.id.0;
    let (debit, credit) = match kind {
        TransferKind::Order => (AccountKind::Award, AccountKind::Ordered),
        TransferKind::Pay => (AccountKind::Ordered, AccountKind::Paid),
        _ => (AccountKind::Ordered, AccountKind::Award),
    };
    Movement {
        kind,
        debit: (debit, owner),
        credit: (credit, owner),
        amount_minor: claim.request.amount_minor,
        reverses,
    }
}

async fn post(
    work: &Work,
    claim: &Claim,
    audit_event: AuditEventId,
    reason: String,
    document: Option<String>,
    movement: Movement,
) -> Result<()> {
    let subject = payment_subject(claim.request.id);
    let cause = Cause {
        audit_event,
        subject,
        reason,
        document,
        effective_on: work.now.utc().date(),
    };
    let journal = Journal {
        fund: claim.grant.award.fund_id,
        currency: claim.grant.currency,
    };
    ledger::post(work, journal, &cause, &[movement]).await.map(drop)
}
