//! What every budget operation states: how much, why, on whose word, and for which day.

use entity::fund;
use entity::value::{FundId, NodeKind, TransferKind};
use sea_orm::EntityTrait;
use serde::Serialize;
use time::Date;

use crate::error::{Reasons, Refusal};
use crate::fund::ledger::{self, Cause, Journal, Key, Movement};
use crate::fund::{policy, rules};
use crate::money::Amount;
use crate::work::Subject;
use crate::{Result, Work};

use super::{load, visible};

/// A budget operation's amount and justification.
#[derive(Clone, Debug, Serialize)]
pub struct Order {
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// Reference of the document that decides it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
    /// The day it counts for, if not today: never in the future, nor before the fund starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_on: Option<Date>,
}

/// An order whose every value was found good.
pub(super) struct Checked {
    amount_minor: i64,
    fund: fund::Model,
    journal: Journal,
    reason: String,
    document: String,
    effective_on: Date,
}

/// The fund whose money the actor may move, locked.
pub(super) async fn load_to_move(work: &Work, id: FundId) -> Result<fund::Model> {
    let fund = load(work, id).await?;
    if policy::may_move_money(&work.actor, fund.id) {
        Ok(fund)
    } else {
        Err(work.actor.denied())
    }
}

/// Refuses whoever may not move the money of a fund. Locks nothing: two funds are never locked at once.
pub(super) async fn check_may_move(work: &Work, id: FundId) -> Result<()> {
    let row = fund::Entity::find_by_id(id).one(work.txn()).await?;
    let fund = visible(work, row)?;
    if policy::may_move_money(&work.actor, fund.id) {
        Ok(())
    } else {
        Err(work.actor.denied())
    }
}

impl Order {
    /// Checks everything, and refuses with the reasons found before and here.
    pub(super) fn check(&self, work: &Work, mut reasons: Reasons, fund: fund::Model) -> Result<Checked> {
        let journal = Journal::of(work, &fund)?;
        let amount_minor = reasons.keep(rules::positive("amount", &self.amount, journal.currency));
        let reason = reasons.text("reason", &self.reason, 500);
        let document = reasons.text("document", &self.document, 200);
        let effective_on = self.effective_on.unwrap_or(journal.today);
        // A decision may be older than its record, and the fund's first day older than both.
        reasons.require(
            self.effective_on.is_none() || (fund.starts_on..=journal.today).contains(&effective_on),
            || {
                Refusal::invalid(
                    "effectiveOn",
                    "The day is in the future, or before the fund starts.",
                    "Le jour est dans le futur, ou avant le début du fonds.",
                )
            },
        );
        reasons.finish()?;
        Ok(Checked {
            amount_minor: amount_minor.unwrap_or_default(),
            fund,
            journal,
            reason,
            document,
            effective_on,
        })
    }
}

impl Checked {
    /// Records the operation on the fund and moves the amount.
    pub(super) async fn carry_out(
        self,
        work: &mut Work,
        action: &str,
        after: &fund::Model,
        (kind, debit, credit): (TransferKind, Key, Key),
    ) -> Result<()> {
        let movement = Movement {
            kind,
            debit,
            credit,
            amount_minor: self.amount_minor,
            reverses: None,
        };
        let subject = Subject::new(NodeKind::Fund, after.id);
        let audit_event = work.record(action, subject, Some(&self.fund), after).await?;
        let cause = Cause {
            audit_event,
            subject,
            reason: self.reason,
            document: Some(self.document),
            effective_on: self.effective_on,
        };
        // The amount is what the caller may change after INSUFFICIENT_FUNDS.
        let posted = ledger::post(work, self.journal, &cause, &[movement]).await;
        posted.map_err(|error| error.at("amount"))
    }

    /// As [`carry_out`](Self::carry_out), for an operation that leaves the fund itself as it is.
    pub(super) async fn carry_out_within(
        self,
        work: &mut Work,
        action: &str,
        movement: (TransferKind, Key, Key),
    ) -> Result<()> {
        let fund = self.fund.clone();
        self.carry_out(work, action, &fund, movement).await
    }
}
