//! Opening and cutting the envelope.

use entity::value::{AccountKind, FundId, TransferKind};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde::Serialize;

use super::order::{Order, load_to_move};
use crate::error::Reasons;
use crate::fund::ledger::{Key, journal};
use crate::fund::lifecycle::Event;
use crate::work::Idempotency;
use crate::{Command, Database, Result, Work};

/// Puts voted money into a fund's envelope; the first time, the fund becomes active.
#[derive(Clone, Debug, Serialize)]
pub struct OpenEnvelope {
    /// The fund.
    pub fund_id: FundId,
    /// How much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for OpenEnvelope {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("openEnvelope", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_fund(db, self.fund_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let fund = load_to_move(work, self.fund_id).await?;
        let mut reasons = Reasons::none();
        let status = reasons.keep(Event::Open.apply(fund.status));
        let order = self.order.check(work, reasons, fund.clone())?;
        let mut change = fund.clone().into_active_model();
        change.status = Set(status.unwrap_or(fund.status));
        let after = change.update(work.txn()).await?;
        let source = Key::commitment(AccountKind::Source, fund.id);
        let envelope = Key::commitment(AccountKind::Envelope, fund.id);
        order
            .carry_out(
                work,
                "fund.open_envelope",
                &after,
                (TransferKind::Open, source, envelope),
            )
            .await?;
        Ok(fund.id)
    }
}

/// Cuts a fund's envelope. Only what is not allocated can be cut.
#[derive(Clone, Debug, Serialize)]
pub struct ReduceEnvelope {
    /// The fund.
    pub fund_id: FundId,
    /// By how much, and on whose word.
    #[serde(flatten)]
    pub order: Order,
}

impl Command for ReduceEnvelope {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("reduceEnvelope", &self.order.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        journal::of_fund(db, self.fund_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let fund = load_to_move(work, self.fund_id).await?;
        let mut reasons = Reasons::none();
        reasons.keep(Event::Spend.apply(fund.status));
        let order = self.order.check(work, reasons, fund.clone())?;
        let source = Key::commitment(AccountKind::Source, fund.id);
        let envelope = Key::commitment(AccountKind::Envelope, fund.id);
        order
            .carry_out_within(work, "fund.reduce_envelope", (TransferKind::Reduce, envelope, source))
            .await?;
        Ok(fund.id)
    }
}
