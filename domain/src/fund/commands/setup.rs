//! Creating funds and programmes.

use entity::value::{Decommitment, FundId, FundStatus, NodeKind, ProgrammeId, ProgrammeStatus};
use entity::{fund, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde::Serialize;
use time::Date;

use super::load;
use super::order::load_to_move;
use crate::error::{Code, Reasons, Refusal};
use crate::fund::lifecycle::Event;
use crate::fund::{ledger, policy, rules};
use crate::work::{Idempotency, Subject};
use crate::{Command, Database, Error, Result, Work};

/// Creates a fund, in preparation: its envelope is opened afterwards.
#[derive(Clone, Debug)]
pub struct CreateFund {
    /// Short unique name, as `FTAP`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The text that creates it.
    pub legal_basis: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Date,
    /// IANA time zone in which its days and its fiscal years begin.
    pub time_zone: String,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for CreateFund {
    type Output = FundId;

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        if !policy::may_create(&work.actor) {
            return Err(work.actor.denied());
        }
        let mut reasons = Reasons::none();
        let code = reasons.keep(rules::code(&self.code));
        let name = reasons.text("name", &self.name, 200);
        let currency = reasons.keep(rules::currency(&self.currency));
        let legal_basis = reasons.text("legalBasis", &self.legal_basis, 500);
        let time_zone = reasons.keep(rules::time_zone(&self.time_zone));
        reasons.require(self.ends_on >= self.starts_on, || {
            Refusal::invalid(
                "endsOn",
                "The fund would end before it starts.",
                "Le fonds finirait avant de commencer.",
            )
        });
        reasons.finish()?;
        let fund = fund::ActiveModel {
            id: Set(FundId::new()),
            code: Set(code.unwrap_or_default()),
            name: Set(name),
            currency: Set(currency.map(|currency| currency.code().to_owned()).unwrap_or_default()),
            legal_basis: Set(legal_basis),
            starts_on: Set(self.starts_on),
            ends_on: Set(self.ends_on),
            time_zone: Set(time_zone.unwrap_or_default()),
            enforces_payment_credits: Set(false),
            decommitment: Set(Decommitment::ReturnsToCall),
            reinstates_recoveries: Set(false),
            status: Set(FundStatus::Draft),
            created_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
        };
        let fund = fund
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, taken))?;
        ledger::open_journal(work, fund.id).await?;
        work.record("fund.create", Subject::new(NodeKind::Fund, fund.id), None, &fund)
            .await?;
        Ok(fund.id)
    }
}

/// Creates a programme of a fund.
#[derive(Clone, Debug)]
pub struct CreateProgramme {
    /// Its fund.
    pub fund_id: FundId,
    /// Short name, unique in the fund.
    pub code: String,
    /// Full name.
    pub name: String,
    /// What is made up about it, in a demonstration.
    pub illustrative: Option<String>,
}

impl Command for CreateProgramme {
    type Output = ProgrammeId;

    async fn run(&self, work: &mut Work) -> Result<ProgrammeId> {
        let fund = load(work, self.fund_id).await?;
        if !policy::may_set_up(&work.actor, fund.id) {
            return Err(work.actor.denied());
        }
        let mut reasons = Reasons::none();
        let code = reasons.keep(rules::code(&self.code));
        let name = reasons.text("name", &self.name, 200);
        reasons.require(fund.status != FundStatus::Closed, || {
            Refusal::state("a fund", "un fonds", fund.status.as_str(), "CREATE_PROGRAMME")
        });
        reasons.finish()?;
        let programme = programme::ActiveModel {
            id: Set(ProgrammeId::new()),
            fund_id: Set(fund.id),
            code: Set(code.unwrap_or_default()),
            name: Set(name),
            status: Set(ProgrammeStatus::Active),
            created_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
        };
        let programme = programme
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, taken))?;
        let subject = Subject::new(NodeKind::Programme, programme.id);
        work.record("programme.create", subject, None, &programme).await?;
        Ok(programme.id)
    }
}

/// Sets how a fund's money is governed from now on: whether payment credits cap its orders, and what becomes of money
/// that is decommitted or recovered. What was done before stays as it was done.
#[derive(Clone, Debug, Serialize)]
pub struct SetFundPolicy {
    /// The fund.
    pub fund_id: FundId,
    /// Whether a payment can be ordered only within the payment credits of its fiscal year.
    pub enforces_payment_credits: bool,
    /// Where money goes that was committed and will not be spent.
    pub decommitment: Decommitment,
    /// Whether money recovered may be given back to the call.
    pub reinstates_recoveries: bool,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for SetFundPolicy {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("setFundPolicy", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        ledger::journal::of_fund(db, self.fund_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let fund = load_to_move(work, self.fund_id).await?;
        if fund.status == FundStatus::Closed {
            return Err(Refusal::state("a fund", "un fonds", fund.status.as_str(), "SET_FUND_POLICY").into());
        }
        let mut change = fund.clone().into_active_model();
        change.enforces_payment_credits = Set(self.enforces_payment_credits);
        change.decommitment = Set(self.decommitment);
        change.reinstates_recoveries = Set(self.reinstates_recoveries);
        record_fund(work, "fund.set_policy", &fund, change).await
    }
}

/// Closes a fund: it takes no new commitment. What is committed can still be paid.
#[derive(Clone, Debug, Serialize)]
pub struct CloseFund {
    /// The fund.
    pub fund_id: FundId,
    /// Makes a repeat harmless.
    pub idempotency_key: String,
}

impl Command for CloseFund {
    type Output = FundId;

    fn idempotency(&self) -> Result<Option<Idempotency>> {
        Idempotency::new("closeFund", &self.idempotency_key, self)
    }

    async fn journal(&self, db: &Database) -> Result<Option<FundId>> {
        ledger::journal::of_fund(db, self.fund_id).await
    }

    async fn run(&self, work: &mut Work) -> Result<FundId> {
        let fund = load_to_move(work, self.fund_id).await?;
        // Commitments take this lock too: one made before stands, one made after finds the fund closed.
        work.journal_end(fund.id).await?;
        let mut change = fund.clone().into_active_model();
        change.status = Set(Event::Close.apply(fund.status)?);
        record_fund(work, "fund.close", &fund, change).await
    }
}

async fn record_fund(work: &mut Work, action: &str, before: &fund::Model, change: fund::ActiveModel) -> Result<FundId> {
    let after = change.update(work.txn()).await?;
    work.record(action, Subject::new(NodeKind::Fund, after.id), Some(before), &after)
        .await?;
    Ok(after.id)
}

fn taken() -> Refusal {
    Refusal::new(Code::AlreadyExists, "This code is taken.", "Ce code est déjà pris.").at("code")
}
