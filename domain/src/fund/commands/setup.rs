//! Creating funds and programmes.

use entity::value::{FundId, FundStatus, NodeKind, ProgrammeId, ProgrammeStatus};
use entity::{fund, programme};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use time::Date;

use super::load;
use crate::error::{Code, Reasons, Refusal};
use crate::fund::{ledger, policy, rules};
use crate::work::Subject;
use crate::{Command, Error, Result, Work};

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
            status: Set(FundStatus::Draft),
            created_at: Set(work.now),
            illustrative: Set(self.illustrative.clone()),
        };
        let fund = fund
            .insert(work.txn())
            .await
            .map_err(|error| Error::or_duplicate(error, taken))?;
        ledger::open_fund(work, fund.id).await?;
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
        let (fund, _) = load(work, self.fund_id).await?;
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
        ledger::open_programme(work, &programme).await?;
        let subject = Subject::new(NodeKind::Programme, programme.id);
        work.record("programme.create", subject, None, &programme).await?;
        Ok(programme.id)
    }
}

fn taken() -> Refusal {
    Refusal::new(Code::AlreadyExists, "This code is taken.", "Ce code est déjà pris.").at("code")
}
