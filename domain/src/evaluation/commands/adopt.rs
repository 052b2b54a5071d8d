//! Adopting a decision: the moment at which money is promised.

use entity::value::{AccountKind, AwardId, AwardStatus, DecisionId, DecisionOutcome, FundId, NodeKind, TransferKind};
use entity::{award, decision, fund};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde::Serialize;

use super::File;
use super::decide::{is_decidable, load_decision, stale, subject};
use crate::application::commands::fund_of;
use crate::application::policy::place;
use crate::error::{Code, Refusal};
use crate::evaluation::lifecycle::DecisionEvent;
use crate::evaluation::policy;
use crate::fund::ledger::{self, Cause, Journal, Key, Movement, journal};
use crate::fund::lifecycle::Event;
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Result, Work};

/// Adopts a proposed decision, at the revision that was read: `CONFLICT` if another was proposed since. An amount is
/// reserved on the call's budget, and the award is made, in the same transaction; refused with `INSUFFICIENT_FUNDS`
/// when the call no longer holds as much.
#[derive(Clone, Debug, Serialize)]
pub struct AdoptDecision {
    /// The decision.
    pub decision_id: DecisionId,
    /// The revision that the chair has read.
    pub revision: i32,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for AdoptDecision {
    type Output = DecisionId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("adoptDecision", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_decision(db, self.decision_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<DecisionId> {
        let adopted_by = work.actor.require_user()?;
        let (file, before) = load_decision(work, self.decision_id).await?;
        if !policy::may_adopt(&work.actor, place(&file.application), &file.organisations) {
            return Err(work.actor.denied());
        }
        if before.proposed_by == adopted_by {
            return Err(Refusal::new(
                Code::SeparationOfDuties,
                "Whoever proposes a decision does not adopt it.",
                "Qui propose une décision ne l'adopte pas.",
            )
            .into());
        }
        if before.revision != self.revision {
            return Err(stale(Some(before.revision)).into());
        }
        let status = file.application.status;
        if !is_decidable(status) {
            return Err(Refusal::state("an application", "un dossier", status.as_str(), "ADOPT_DECISION").into());
        }
        let mut change = before.clone().into_active_model();
        change.status = Set(DecisionEvent::Adopt.apply(before.status)?);
        change.adopted_by = Set(Some(adopted_by));
        change.adopted_at = Set(Some(work.now));
        let after = change.update(work.txn()).await?;
        work.record("decision.adopt", subject(after.id), Some(&before), &after)
            .await?;
        if after.outcome == DecisionOutcome::Award && after.amount_minor > 0 {
            let fund = fund_of(work, &file.application).await?;
            Event::Spend.apply(fund.status)?;
            reserve(work, &file, &fund, &after).await?;
        }
        Ok(after.id)
    }
}

/// Makes the award and reserves its amount.
async fn reserve(work: &mut Work, file: &File, fund: &fund::Model, decision: &decision::Model) -> Result<()> {
    let award = award::ActiveModel {
        id: Set(AwardId::new()),
        decision_id: Set(decision.id),
        application_id: Set(file.application.id),
        call_id: Set(file.call.id),
        fund_id: Set(file.call.fund_id),
        organisation_id: Set(file.application.organisation_id),
        title: Set(file.application.title.clone()),
        amount_minor: Set(decision.amount_minor),
        decommitted_minor: Set(0),
        status: Set(AwardStatus::Reserved),
        created_at: Set(work.now),
        illustrative: Set(decision.illustrative.clone()),
    };
    let award = award.insert(work.txn()).await?;
    let about = Subject::new(NodeKind::Award, award.id);
    let audit_event = work.record("award.reserve", about, None, &award).await?;
    let journal = Journal::of(work, fund)?;
    let cause = Cause {
        audit_event,
        subject: about,
        reason: decision.reason.clone(),
        document: None,
        effective_on: journal.today,
    };
    let movement = Movement {
        kind: TransferKind::Reserve,
        debit: Key::commitment(AccountKind::Call, file.call.id),
        credit: Key::commitment(AccountKind::Reserved, award.id),
        amount_minor: award.amount_minor,
        reverses: None,
    };
    ledger::post(work, journal, &cause, &[movement]).await
}
