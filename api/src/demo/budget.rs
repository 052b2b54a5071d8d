//! Funds: setting them up and moving their money.

use domain::Result;
use domain::fund::commands::{self, AllocateBudget, CreateFund, CreateProgramme, Holder, OpenEnvelope, ReduceEnvelope};
use entity::value::{FundId, ProgrammeId};

use super::people::{Cast, Team};
use super::stage::{Stage, eur};

/// An amount that is moved, and on whose word.
#[derive(Clone, Debug)]
pub(super) struct Order {
    /// How much, in cents.
    pub(super) minor: i64,
    /// Why; says so when it is made up.
    pub(super) reason: &'static str,
    /// The document that decides it.
    pub(super) document: &'static str,
}

impl Order {
    /// An amount of which no source says that it was moved.
    pub(super) const fn illustrative(minor: i64, reason: &'static str) -> Self {
        Self {
            minor,
            reason,
            document: "None: illustrative",
        }
    }
}

impl Order {
    fn keyed(&self, stage: &mut Stage) -> commands::Order {
        commands::Order {
            amount: eur(self.minor),
            reason: self.reason.to_owned(),
            document: self.document.to_owned(),
            idempotency_key: stage.key(),
            effective_on: None,
        }
    }
}

/// Creates a fund and gives it its team.
pub(super) async fn found(stage: &Stage, cast: &Cast, fund: &CreateFund) -> Result<(FundId, Team)> {
    let id = stage.run(cast.admin(), fund).await?;
    let team = cast.appoint(stage, id).await?;
    Ok((id, team))
}

/// Puts money into the envelope of a fund.
pub(super) async fn open(stage: &mut Stage, team: &Team, fund_id: FundId, order: Order) -> Result<()> {
    let command = OpenEnvelope {
        fund_id,
        order: order.keyed(stage),
    };
    stage.run(&team.finance, &command).await.map(drop)
}

/// Cuts the envelope of a fund.
pub(super) async fn reduce(stage: &mut Stage, team: &Team, fund_id: FundId, order: Order) -> Result<()> {
    let command = ReduceEnvelope {
        fund_id,
        order: order.keyed(stage),
    };
    stage.run(&team.finance, &command).await.map(drop)
}

/// Sets budget aside.
pub(super) async fn allocate(stage: &mut Stage, team: &Team, to: Holder, order: Order) -> Result<()> {
    let command = AllocateBudget {
        to,
        order: order.keyed(stage),
    };
    stage.run(&team.finance, &command).await.map(drop)
}

/// Creates a programme and sets budget aside for it.
pub(super) async fn programme(
    stage: &mut Stage,
    team: &Team,
    programme: &CreateProgramme,
    order: Order,
) -> Result<ProgrammeId> {
    let id = stage.run(&team.manager, programme).await?;
    allocate(stage, team, Holder::Programme(id), order).await?;
    Ok(id)
}
