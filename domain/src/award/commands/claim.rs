//! Claiming a payment.

use entity::value::{InstalmentId, PaymentRequestId, PaymentRequestStatus};
use entity::{instalment, payment_request};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{advance_instalment, load, paid, payment_subject};
use crate::award::lifecycle::{AwardEvent, InstalmentEvent};
use crate::award::policy;
use crate::award::queries::visible_instalments;
use crate::error::{Reasons, Refusal};
use crate::fund::rules::positive;
use crate::money::{Amount, Money};
use crate::{Command, Error, Result, Work};

/// Claims an instalment for the beneficiary, in whole or in part. What is not claimed can be claimed later.
#[derive(Clone, Debug)]
pub struct RequestPayment {
    /// The instalment.
    pub instalment_id: InstalmentId,
    /// Amount claimed.
    pub amount: Amount,
    /// What the amount is for.
    pub justification: String,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for RequestPayment {
    type Output = PaymentRequestId;

    async fn run(&self, work: &mut Work) -> Result<PaymentRequestId> {
        let submitted_by = work.actor.require_user()?;
        let by_id = instalment::Column::Id.eq(self.instalment_id);
        let found = visible_instalments(&work.actor)
            .filter(by_id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        let grant = load(work, found.award_id).await?;
        if !policy::may_claim(&work.actor, grant.award.organisation_id) {
            return Err(work.actor.denied());
        }
        let instalment = instalment::Entity::find_by_id(found.id)
            .one(work.txn())
            .await?
            .ok_or(Error::NotFound)?;
        let mut reasons = Reasons::none();
        reasons.keep(AwardEvent::Claim.apply(grant.award.status));
        reasons.keep(InstalmentEvent::Request.apply(instalment.status));
        let amount_minor = reasons
            .keep(positive("amount", &self.amount, grant.journal.currency))
            .unwrap_or_default();
        let unpaid = instalment.amount_minor - paid(work, instalment.id).await?;
        reasons.require(amount_minor <= unpaid, || {
            let most = Money::new(unpaid, grant.journal.currency);
            let (en, fr) = (
                format!("{most} of the instalment is left to pay."),
                format!("Il reste {most} à payer de l'échéance."),
            );
            Refusal::invalid("amount", en, fr).with_money("maximum", most)
        });
        let justification = reasons.text("justification", &self.justification, 5_000);
        reasons.finish()?;
        let request = payment_request::ActiveModel {
            id: Set(PaymentRequestId::new()),
            instalment_id: Set(instalment.id),
            award_id: Set(grant.award.id),
            amount_minor: Set(amount_minor),
            justification: Set(justification),
            status: Set(PaymentRequestStatus::Submitted),
            submitted_by: Set(submitted_by),
            submitted_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
            ..Default::default()
        };
        let request = request.insert(work.txn()).await?;
        work.record("payment_request.submit", payment_subject(request.id), None, &request)
            .await?;
        advance_instalment(work, &instalment, InstalmentEvent::Request, "instalment.request").await?;
        Ok(request.id)
    }
}
