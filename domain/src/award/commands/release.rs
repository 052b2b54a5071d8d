//! Releasing the reservation of an award that will not be signed.

use entity::decision;
use entity::value::{AccountKind, ApplicationStatus, AwardId, DecisionStatus, FundId, TransferKind};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde::Serialize;

use super::{Because, award_subject, load};
use crate::award::lifecycle::AwardEvent;
use crate::award::policy;
use crate::error::{Reasons, Refusal};
use crate::fund::ledger::{Key, Movement, journal};
use crate::work::Idempotency;
use crate::{Command, Database, Error, Result, Work};

/// Gives the money of an award that was never signed back to its call: the beneficiary renounced, or the time to sign
/// has passed. The award lapses.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseAward {
    /// The award.
    pub award_id: AwardId,
    /// Why; the beneficiary reads it.
    pub reason: String,
    /// Reference of the document that says so.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ReleaseAward {
    type Output = AwardId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("releaseAward", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_award(db, self.award_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<AwardId> {
        let grant = load(work, self.award_id).await?;
        if !policy::may_follow(&work.actor, grant.place(), &grant.organisations) {
            return Err(work.actor.denied());
        }
        let award = &grant.award;
        let mut reasons = Reasons::none();
        let status = reasons.keep(AwardEvent::Release.apply(award.status));
        let decision = decision::Entity::find_by_id(award.decision_id).one(work.txn()).await?;
        let told = decision.ok_or(Error::NotFound)?.status;
        let withdrawn = grant.application.status == ApplicationStatus::Withdrawn;
        // Whoever took the application back need not be told what was decided.
        reasons.require(told == DecisionStatus::Notified || withdrawn, || {
            Refusal::state("a decision", "une décision", told.as_str(), "RELEASE_AWARD")
        });
        let reason = reasons.text("reason", &self.reason, 500);
        let document = reasons.text("document", &self.document, 200);
        reasons.finish()?;
        let mut change = award.clone().into_active_model();
        change.status = Set(status.unwrap_or(award.status));
        let because = Because {
            audit_event: grant.change(work, "award.release", change).await?,
            subject: award_subject(award.id),
            reason,
            document: Some(document),
        };
        let movement = Movement {
            kind: TransferKind::Release,
            debit: grant.account(AccountKind::Reserved),
            credit: Key::commitment(AccountKind::Call, award.call_id),
            amount_minor: award.amount_minor,
            reverses: None,
        };
        grant.post(work, because, &[movement]).await?;
        Ok(award.id)
    }
}
