//! Decommitting what will not be spent of an award.

use entity::value::{
    AccountKind, AwardId, AwardStatus, Book, Decommitment, FundId, NodeKind, PaymentRequestStatus, TransferKind,
};
use entity::{instalment, payment_request};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;

use super::{Because, Grant, award_subject, load};
use crate::award::lifecycle::AwardEvent;
use crate::award::policy;
use crate::award::rules::{Planned, shorten};
use crate::error::Reasons;
use crate::fund::ledger::{self, Key, Movement, journal};
use crate::fund::rules::positive;
use crate::money::{Amount, Money};
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Result, Work};

/// Takes back what will not be spent of a signed award: to its call, or nowhere, by the fund's policy. The schedule is
/// shortened from its end; what was paid or ordered stays. When nothing is left to pay, the award ends.
#[derive(Clone, Debug, Serialize)]
pub struct DecommitAward {
    /// The award.
    pub award_id: AwardId,
    /// How much.
    pub amount: Amount,
    /// Why; the beneficiary reads it.
    pub reason: String,
    /// Reference of the document that decides it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for DecommitAward {
    type Output = AwardId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("decommitAward", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_award(db, self.award_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<AwardId> {
        let grant = load(work, self.award_id).await?;
        if !policy::may_pay(&work.actor, grant.place(), &grant.organisations) {
            return Err(work.actor.denied());
        }
        let mut reasons = Reasons::none();
        reasons.keep(AwardEvent::Decommit.apply(grant.award.status));
        let amount_minor = reasons.keep(positive("amount", &self.amount, grant.journal.currency));
        let reason = reasons.text("reason", &self.reason, 500);
        let document = reasons.text("document", &self.document, 200);
        reasons.finish()?;
        let amount_minor = amount_minor.unwrap_or_default();
        let status = status_after(work, &grant, amount_minor).await?;
        shorten_schedule(work, &grant, amount_minor).await?;
        let mut change = grant.award.clone().into_active_model();
        change.status = Set(status);
        change.decommitted_minor = Set(grant.award.decommitted_minor + amount_minor);
        let because = Because {
            audit_event: grant.change(work, "award.decommit", change).await?,
            subject: award_subject(grant.award.id),
            reason,
            document: Some(document),
        };
        let movement = Movement {
            kind: TransferKind::Decommit,
            debit: grant.account(AccountKind::Award),
            credit: match grant.fund.decommitment {
                Decommitment::ReturnsToCall => Key::commitment(AccountKind::Call, grant.award.call_id),
                Decommitment::Lapses => grant.account(AccountKind::Lapsed),
            },
            amount_minor,
            reverses: None,
        };
        grant.post(work, because, &[movement]).await?;
        Ok(grant.award.id)
    }
}

/// The state of the award afterwards. Refuses more than is left to order.
async fn status_after(work: &Work, grant: &Grant, amount_minor: i64) -> Result<AwardStatus> {
    let balances = grant.balances(work).await?;
    let left = balances.of(AccountKind::Award);
    if amount_minor > left {
        let currency = grant.journal.currency;
        let (available, requested) = (Money::new(left, currency), Money::new(amount_minor, currency));
        let refusal = ledger::insufficient(available, requested, Book::Ae, AccountKind::Award);
        return Err(refusal.at("amount").into());
    }
    // Money that was paid, recovered and given back to the call was spent all the same.
    let unspent = grant.award.decommitted_minor + amount_minor == grant.award.amount_minor;
    let event = if amount_minor < left || balances.of(AccountKind::Ordered) > 0 {
        AwardEvent::Decommit
    } else if unspent {
        AwardEvent::Terminate
    } else {
        AwardEvent::PayAll
    };
    Ok(event.apply(grant.award.status)?)
}

/// Lowers the instalments, the last one first, by what is decommitted.
async fn shorten_schedule(work: &mut Work, grant: &Grant, amount_minor: i64) -> Result<()> {
    let of_award = instalment::Column::AwardId.eq(grant.award.id);
    let instalments = instalment::Entity::find()
        .filter(of_award)
        .order_by_asc(instalment::Column::Number)
        .all(work.txn())
        .await?;
    let requests = payment_request::Entity::find()
        .filter(payment_request::Column::AwardId.eq(grant.award.id))
        .filter(payment_request::Column::Status.is_in([PaymentRequestStatus::Paid, PaymentRequestStatus::Ordered]))
        .all(work.txn())
        .await?;
    let sum = |instalment: &instalment::Model, status: PaymentRequestStatus| {
        let own = requests
            .iter()
            .filter(|request| request.instalment_id == instalment.id && request.status == status);
        own.map(|request| request.amount_minor).sum()
    };
    let planned: Vec<Planned> = instalments
        .iter()
        .map(|instalment| Planned {
            status: instalment.status,
            amount_minor: instalment.amount_minor,
            paid_minor: sum(instalment, PaymentRequestStatus::Paid),
            ordered_minor: sum(instalment, PaymentRequestStatus::Ordered),
        })
        .collect();
    for (before, after) in instalments.iter().zip(shorten(&planned, amount_minor)?) {
        if (before.status, before.amount_minor) == (after.status, after.amount_minor) {
            continue;
        }
        let mut change = before.clone().into_active_model();
        change.status = Set(after.status);
        change.amount_minor = Set(after.amount_minor);
        let changed = change.update(work.txn()).await?;
        let subject = Subject::new(NodeKind::Instalment, changed.id);
        work.record("instalment.decommit", subject, Some(before), &changed)
            .await?;
    }
    Ok(())
}
