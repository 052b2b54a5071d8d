//! Opening, cutting and allocating the envelope.

use entity::value::{AccountKind, CallId, FundId, NodeKind, ProgrammeId, TransferKind};
use entity::{call, fund, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::load;
use crate::error::{Reasons, Refusal};
use crate::fund::ledger::{self, Cause, Journal, Movement};
use crate::fund::lifecycle::Event;
use crate::fund::{policy, rules};
use crate::money::Amount;
use crate::work::{Idempotency, Subject};
use crate::{Command, Currency, Error, Result, Work};

/// Puts voted money into a fund's envelope; the first time, the fund becomes active.
#[derive(Clone, Debug, Serialize)]
pub struct OpenEnvelope {
    /// The fund.
    pub fund_id: FundId,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// Reference of the document that votes it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for OpenEnvelope {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("openEnvelope", &self.idempotency_key, self)
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let (fund, currency) = load(work, self.fund_id).await?;
        if !policy::may_move_money(&work.actor, fund.id) {
            return Err(work.actor.denied());
        }
        let mut reasons = Reasons::none();
        let status = reasons.keep(Event::Open.apply(fund.status));
        let order = Order::check(reasons, &self.amount, &self.reason, &self.document, currency)?;
        let mut change = fund.clone().into_active_model();
        change.status = Set(status.unwrap_or(fund.status));
        let after = change.update(work.txn()).await?;
        let movement = Movement {
            kind: TransferKind::Open,
            debit: (AccountKind::Source, fund.id.0),
            credit: (AccountKind::Envelope, fund.id.0),
            amount_minor: order.amount_minor,
            reverses: None,
        };
        order
            .carry_out(work, "fund.open_envelope", &fund, &after, movement)
            .await?;
        Ok(fund.id)
    }
}

/// Cuts a fund's envelope. Only what is not allocated can be cut.
#[derive(Clone, Debug, Serialize)]
pub struct ReduceEnvelope {
    /// The fund.
    pub fund_id: FundId,
    /// By how much.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// Reference of the document that decides it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for ReduceEnvelope {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("reduceEnvelope", &self.idempotency_key, self)
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let (fund, currency) = load(work, self.fund_id).await?;
        if !policy::may_move_money(&work.actor, fund.id) {
            return Err(work.actor.denied());
        }
        let mut reasons = Reasons::none();
        reasons.keep(Event::Spend.apply(fund.status));
        let order = Order::check(reasons, &self.amount, &self.reason, &self.document, currency)?;
        let movement = Movement {
            kind: TransferKind::Reduce,
            debit: (AccountKind::Envelope, fund.id.0),
            credit: (AccountKind::Source, fund.id.0),
            amount_minor: order.amount_minor,
            reverses: None,
        };
        order
            .carry_out(work, "fund.reduce_envelope", &fund, &fund, movement)
            .await?;
        Ok(fund.id)
    }
}

/// Where an allocation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// From the envelope to a programme.
    Programme(ProgrammeId),
    /// From its programme to a call.
    Call(CallId),
}

/// Sets budget aside for a programme, or for a call out of its programme's.
#[derive(Clone, Debug, Serialize)]
pub struct AllocateBudget {
    /// Who receives it.
    pub to: Destination,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// Reference of the document that decides it.
    pub document: String,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for AllocateBudget {
    type Output = Destination;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("allocateBudget", &self.idempotency_key, self)
    }

    async fn run(&self, work: &mut Work) -> Result<Destination> {
        let (fund_id, debit, credit) = self.way(work).await?;
        let (fund, currency) = load(work, fund_id).await?;
        if !policy::may_move_money(&work.actor, fund.id) {
            // A call in preparation is not known to everybody; its fund is.
            return Err(if matches!(self.to, Destination::Call(_)) {
                Error::NotFound
            } else {
                work.actor.denied()
            });
        }
        let mut reasons = Reasons::none();
        reasons.keep(Event::Spend.apply(fund.status));
        let order = Order::check(reasons, &self.amount, &self.reason, &self.document, currency)?;
        let movement = Movement {
            kind: TransferKind::Allocate,
            debit,
            credit,
            amount_minor: order.amount_minor,
            reverses: None,
        };
        order.carry_out(work, "fund.allocate", &fund, &fund, movement).await?;
        Ok(self.to)
    }
}

type Account = (AccountKind, Uuid);

impl AllocateBudget {
    async fn way(&self, work: &Work) -> Result<(FundId, Account, Account)> {
        match self.to {
            Destination::Programme(id) => {
                let programme = programme::Entity::find_by_id(id)
                    .one(work.txn())
                    .await?
                    .ok_or(Error::NotFound)?;
                let envelope = (AccountKind::Envelope, programme.fund_id.0);
                Ok((programme.fund_id, envelope, (AccountKind::Programme, id.0)))
            }
            Destination::Call(id) => {
                let call = call::Entity::find_by_id(id)
                    .one(work.txn())
                    .await?
                    .ok_or(Error::NotFound)?;
                let programme = (AccountKind::Programme, call.programme_id.0);
                Ok((call.fund_id, programme, (AccountKind::Call, id.0)))
            }
        }
    }
}

/// What every budget operation states: how much, why, and on whose word.
struct Order {
    amount_minor: i64,
    reason: String,
    document: String,
    currency: Currency,
}

impl Order {
    fn check(
        mut reasons: Reasons,
        amount: &Amount,
        reason: &str,
        document: &str,
        currency: Currency,
    ) -> Result<Self, Error> {
        let amount_minor = reasons
            .keep(rules::positive("amount", amount, currency))
            .unwrap_or_default();
        let reason = reasons.text("reason", reason, 500);
        let document = reasons.text("document", document, 200);
        reasons.finish()?;
        Ok(Self {
            amount_minor,
            reason,
            document,
            currency,
        })
    }

    async fn carry_out(
        self,
        work: &mut Work,
        action: &str,
        before: &fund::Model,
        after: &fund::Model,
        movement: Movement,
    ) -> Result<()> {
        let subject = Subject::new(NodeKind::Fund, after.id);
        let audit_event = work.record(action, subject, Some(before), after).await?;
        let cause = Cause {
            audit_event,
            subject,
            reason: self.reason,
            document: Some(self.document),
            effective_on: work.now.utc().date(),
        };
        let journal = Journal {
            fund: after.id,
            currency: self.currency,
        };
        ledger::post(work, journal, &cause, &[movement])
            .await
            .map(drop)
            .map_err(at_amount)
    }
}

/// The amount is what the caller may change after `INSUFFICIENT_FUNDS`.
fn at_amount(error: Error) -> Error {
    match error {
        Error::Refused(refusals) => Error::Refused(
            refusals
                .into_iter()
                .map(|refusal: Refusal| refusal.at("amount"))
                .collect(),
        ),
        other => other,
    }
}
