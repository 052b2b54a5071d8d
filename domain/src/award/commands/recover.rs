//! Recovering what was paid wrongly (titre de recette): claimed, then received or given up.

use entity::recovery;
use entity::value::{AccountKind, AuditEventId, AwardId, FundId, NodeKind, RecoveryId, RecoveryStatus, TransferKind};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

use super::{Because, Grant, load};
use crate::award::lifecycle::{AwardEvent, RecoveryEvent};
use crate::award::policy;
use crate::award::queries::visible_recoveries;
use crate::error::{Code, Reasons, Refusal};
use crate::fund::ledger::{Key, Movement, journal};
use crate::fund::lifecycle::Event;
use crate::fund::rules::positive;
use crate::money::Amount;
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Error, Result, Work};

/// Claims money back from a beneficiary. Never more than was paid and is not claimed yet.
#[derive(Clone, Debug, Serialize)]
pub struct IssueRecovery {
    /// The award it was paid from.
    pub award_id: AwardId,
    /// How much.
    pub amount: Amount,
    /// Why; the beneficiary reads it.
    pub reason: String,
    /// Reference of the claim.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for IssueRecovery {
    type Output = RecoveryId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("issueRecovery", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_award(db, self.award_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<RecoveryId> {
        let issued_by = work.actor.require_user()?;
        let grant = load(work, self.award_id).await?;
        check_may_recover(work, &grant)?;
        let mut reasons = Reasons::none();
        reasons.keep(AwardEvent::Recover.apply(grant.award.status));
        let amount_minor = reasons.keep(positive("amount", &self.amount, grant.journal.currency));
        let reason = reasons.text("reason", &self.reason, 500);
        let document = reasons.text("document", &self.document, 200);
        reasons.finish()?;
        let amount_minor = amount_minor.unwrap_or_default();
        let row = recovery::ActiveModel {
            id: Set(RecoveryId::new()),
            award_id: Set(grant.award.id),
            amount_minor: Set(amount_minor),
            reason: Set(reason.clone()),
            document: Set(document.clone()),
            status: Set(RecoveryStatus::Issued),
            issued_by: Set(issued_by),
            issued_at: Set(work.now),
            ..Default::default()
        };
        let row = row.insert(work.txn()).await?;
        let subject = recovery_subject(row.id);
        let because = Because {
            audit_event: work.record("recovery.issue", subject, None, &row).await?,
            subject,
            reason,
            document: Some(document),
        };
        let (kind, from, to) = (
            TransferKind::RecoveryIssued,
            AccountKind::Paid,
            AccountKind::Recoverable,
        );
        let movement = grant.movement(kind, from, to, amount_minor);
        // The amount is what the caller may change after INSUFFICIENT_FUNDS.
        let posted = grant.post(work, because, &[movement]).await;
        posted.map_err(|error| error.at("amount"))?;
        Ok(row.id)
    }
}

/// Records that the money came back.
#[derive(Clone, Debug, Serialize)]
pub struct ReceiveRecovery {
    /// The recovery.
    pub recovery_id: RecoveryId,
    /// The bank's reference.
    pub reference: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ReceiveRecovery {
    type Output = RecoveryId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("receiveRecovery", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_recovery(db, self.recovery_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<RecoveryId> {
        let (kind, to) = (TransferKind::RecoveryReceived, AccountKind::Recovered);
        let text = ("reference", self.reference.as_str());
        settle(
            work,
            self.recovery_id,
            RecoveryEvent::Receive,
            text,
            "recovery.receive",
            (kind, to),
        )
        .await
    }
}

/// Gives a claim up: what was paid counts as paid again.
#[derive(Clone, Debug, Serialize)]
pub struct CancelRecovery {
    /// The recovery.
    pub recovery_id: RecoveryId,
    /// Why.
    pub reason: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for CancelRecovery {
    type Output = RecoveryId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("cancelRecovery", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_recovery(db, self.recovery_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<RecoveryId> {
        let (kind, to) = (TransferKind::RecoveryCancelled, AccountKind::Paid);
        let text = ("reason", self.reason.as_str());
        settle(
            work,
            self.recovery_id,
            RecoveryEvent::Cancel,
            text,
            "recovery.cancel",
            (kind, to),
        )
        .await
    }
}

/// Gives recovered money back to the call, to be awarded again, where the fund's policy allows it.
#[derive(Clone, Debug, Serialize)]
pub struct ReinstateRecovery {
    /// The recovery.
    pub recovery_id: RecoveryId,
    /// Why.
    pub reason: String,
    /// Reference of the document that decides it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ReinstateRecovery {
    type Output = RecoveryId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("reinstateRecovery", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_recovery(db, self.recovery_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<RecoveryId> {
        let (found, grant) = load_recovery(work, self.recovery_id).await?;
        let mut reasons = Reasons::none();
        reasons.keep(Event::Spend.apply(grant.fund.status));
        reasons.keep(RecoveryEvent::Reinstate.apply(found.status));
        reasons.require(found.reinstated_at.is_none(), || {
            Refusal::new(
                Code::InvalidState,
                "This recovery was reinstated already.",
                "Cette recette a déjà été rétablie.",
            )
        });
        reasons.require(grant.fund.reinstates_recoveries, || {
            Refusal::new(
                Code::InvalidState,
                "The fund's policy does not give recovered money back to its calls.",
                "Le fonds ne rétablit pas les sommes recouvrées sur ses appels.",
            )
        });
        let reason = reasons.text("reason", &self.reason, 500);
        let document = reasons.text("document", &self.document, 200);
        reasons.finish()?;
        let mut change = found.clone().into_active_model();
        change.reinstated_at = Set(Some(work.now));
        let because = Because {
            audit_event: record(work, "recovery.reinstate", &found, change).await?,
            subject: recovery_subject(found.id),
            reason,
            document: Some(document),
        };
        let movement = Movement {
            kind: TransferKind::Reinstate,
            debit: grant.account(AccountKind::Recovered),
            credit: Key::commitment(AccountKind::Call, grant.award.call_id),
            amount_minor: found.amount_minor,
            reverses: None,
        };
        grant.post(work, because, &[movement]).await?;
        Ok(found.id)
    }
}

/// Ends a claim one way or the other.
async fn settle(
    work: &mut Work,
    id: RecoveryId,
    event: RecoveryEvent,
    (path, text): (&str, &str),
    action: &str,
    (kind, to): (TransferKind, AccountKind),
) -> Result<RecoveryId> {
    let officer = work.actor.require_user()?;
    let (found, grant) = load_recovery(work, id).await?;
    let mut reasons = Reasons::none();
    let status = reasons.keep(event.apply(found.status));
    let text = reasons.text(path, text, 200);
    reasons.finish()?;
    let mut change = found.clone().into_active_model();
    change.status = Set(status.unwrap_or(found.status));
    change.settled_by = Set(Some(officer));
    change.settled_at = Set(Some(work.now));
    change.settlement_reference = Set(Some(text.clone()));
    let because = Because {
        audit_event: record(work, action, &found, change).await?,
        subject: recovery_subject(found.id),
        reason: text,
        document: Some(found.document.clone()),
    };
    let movement = grant.movement(kind, AccountKind::Recoverable, to, found.amount_minor);
    grant.post(work, because, &[movement]).await?;
    Ok(found.id)
}

async fn record(
    work: &mut Work,
    action: &str,
    before: &recovery::Model,
    change: recovery::ActiveModel,
) -> Result<AuditEventId> {
    let after = change.update(work.txn()).await?;
    work.record(action, recovery_subject(after.id), Some(before), &after)
        .await
}

/// A recovery that the actor may act on, with its award, which is locked.
async fn load_recovery(work: &Work, id: RecoveryId) -> Result<(recovery::Model, Grant)> {
    let visible = || visible_recoveries(&work.actor).filter(recovery::Column::Id.eq(id));
    let found = visible().one(work.txn()).await?.ok_or(Error::NotFound)?;
    let grant = load(work, found.award_id).await?;
    check_may_recover(work, &grant)?;
    let found = recovery::Entity::find_by_id(id).one(work.txn()).await?;
    Ok((found.ok_or(Error::NotFound)?, grant))
}

fn check_may_recover(work: &Work, grant: &Grant) -> Result<()> {
    if policy::may_pay(&work.actor, grant.place(), &grant.organisations) {
        Ok(())
    } else {
        Err(work.actor.denied())
    }
}

fn recovery_subject(id: RecoveryId) -> Subject {
    Subject::new(NodeKind::Recovery, id)
}
