//! Ordering a payment and recording the bank's answer: the moments at which money moves.

use entity::value::{
    AccountId, AccountKind, AuditEventId, Book, FundId, InstalmentStatus, PaymentRequestId, PaymentRequestStatus,
    TransferKind,
};
use entity::{account, call, payment_request, transfer};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;

use super::review::begin;
use super::{Because, Claim, advance_instalment, load_claim, paid, payment_subject};
use crate::award::lifecycle::{AwardEvent, InstalmentEvent, PaymentEvent};
use crate::award::policy;
use crate::error::{Reasons, Refusal};
use crate::fund::commands::check_year_takes_orders;
use crate::fund::ledger::{self, Key, Movement, journal};
use crate::money::Money;
use crate::work::Idempotency;
use crate::{Command, Database, Error, Result, Work};

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

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_payment_request(db, self.payment_request_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let officer = work.actor.require_user()?;
        let claim = load_to_pay(work, self.payment_request_id).await?;
        check_left(work, &claim).await?;
        let mut change = begin(&claim, PaymentEvent::Order, officer, claim.request.approved_by)?;
        change.ordered_by = Set(Some(officer));
        change.ordered_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        let subject = payment_subject(after.id);
        let event = work
            .record("payment_request.order", subject, Some(&claim.request), &after)
            .await?;
        let movements = order(work, &claim).await?;
        post(work, &claim, event, ("Payment ordered", None), &movements).await?;
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

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_payment_request(db, self.payment_request_id).await
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
        let amount_minor = claim.request.amount_minor;
        let movement = claim
            .grant
            .movement(TransferKind::Pay, AccountKind::Ordered, AccountKind::Paid, amount_minor);
        let why = ("Payment confirmed", after.settlement_reference);
        post(work, &claim, event, why, &[movement]).await?;
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

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_payment_request(db, self.payment_request_id).await
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
        let movements = undo_order(work, &claim).await?;
        post(work, &claim, event, (self.reason.trim(), None), &movements).await?;
        Ok(after.id)
    }
}

/// Money decommitted since the claim may have left less of the instalment than is claimed.
async fn check_left(work: &Work, claim: &Claim) -> Result<()> {
    let left = claim.instalment.amount_minor - paid(work, claim.instalment.id).await?;
    if claim.request.status != PaymentRequestStatus::Approved
        || (claim.instalment.status == InstalmentStatus::Requested && claim.request.amount_minor <= left)
    {
        return Ok(());
    }
    let left = if claim.instalment.status == InstalmentStatus::Requested {
        left
    } else {
        0
    };
    let (available, requested) = (
        Money::new(left, claim.grant.journal.currency),
        Money::new(claim.request.amount_minor, claim.grant.journal.currency),
    );
    Err(Refusal {
        en: format!("{requested} requested, {available} left of the instalment: the rest was decommitted."),
        fr: format!("{requested} demandés, il reste {available} de l'échéance : le reste a été désengagé."),
        ..ledger::insufficient(available, requested, Book::Ae, AccountKind::Award)
    }
    .into())
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
    let balances = claim.grant.balances(work).await?;
    let left = balances.of(AccountKind::Award) + balances.of(AccountKind::Ordered) - claim.request.amount_minor;
    let event = if left == 0 {
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
    claim.grant.change(work, "award.pay", change).await.map(drop)
}

/// What ordering a payment moves: the award's money and, where the fund enforces them, its programme's payment credits
/// of the year. Both or neither.
async fn order(work: &Work, claim: &Claim) -> Result<Vec<Movement>> {
    let grant = &claim.grant;
    let amount_minor = claim.request.amount_minor;
    let mut movements = vec![grant.movement(
        TransferKind::Order,
        AccountKind::Award,
        AccountKind::Ordered,
        amount_minor,
    )];
    if grant.fund.enforces_payment_credits {
        let year = grant.journal.today.year();
        let amount = Money::new(amount_minor, grant.journal.currency);
        check_year_takes_orders(work, grant.fund.id, year, amount).await?;
        let call = call::Entity::find_by_id(grant.award.call_id).one(work.txn()).await?;
        let programme = call.ok_or(Error::NotFound)?.programme_id;
        movements.push(Movement {
            kind: TransferKind::Order,
            debit: Key::credits(AccountKind::Programme, programme, year),
            credit: Key::credits(AccountKind::Consumed, programme, year),
            amount_minor,
            reverses: None,
        });
    }
    Ok(movements)
}

/// What undoes the order of a payment: each of its transfers, the other way round.
async fn undo_order(work: &Work, claim: &Claim) -> Result<Vec<Movement>> {
    let orders = transfer::Entity::find()
        .filter(transfer::Column::SubjectId.eq(claim.request.id.0))
        .filter(transfer::Column::Kind.eq(TransferKind::Order))
        .order_by_asc(transfer::Column::Seq)
        .all(work.txn())
        .await?;
    let touched = orders
        .iter()
        .flat_map(|order| [order.debit_account_id, order.credit_account_id]);
    let accounts = account::Entity::find()
        .filter(account::Column::Id.is_in(touched))
        .all(work.txn())
        .await?;
    let key = |id: AccountId| {
        let account = accounts.iter().find(|account| account.id == id);
        account
            .map(Key::from)
            .ok_or_else(|| Error::internal("an order has no account"))
    };
    let undone = orders.iter().map(|order| {
        Ok(Movement {
            kind: TransferKind::Reject,
            debit: key(order.credit_account_id)?,
            credit: key(order.debit_account_id)?,
            amount_minor: order.amount_minor,
            reverses: Some(order.id),
        })
    });
    undone.collect()
}

async fn post(
    work: &mut Work,
    claim: &Claim,
    audit_event: AuditEventId,
    (reason, document): (&str, Option<String>),
    movements: &[Movement],
) -> Result<()> {
    let because = Because {
        audit_event,
        subject: payment_subject(claim.request.id),
        reason: reason.to_owned(),
        document,
    };
    claim.grant.post(work, because, movements).await
}
