//! Budgets in the contract.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::dashboard::queries::{self, Node};
use entity::value::{AwardId, CallId, FundId, NodeKind, ProgrammeId};

use super::context::RequestContext;
use super::error::{Error, Nullable, Result};
use super::id;
use super::scalar::Money;

/// The budget of a fund, a programme, a call or an award, at one instant. Its figures are exact and always add up:
/// `opened = available + reserved + committed + lapsed`, and `committed = remainingToPay + paid`.
#[derive(Clone, Debug, SimpleObject)]
pub struct Budget {
    /// Everything given to the node, cuts deducted: the envelope of a fund, the allocation of a programme or a call,
    /// the amount of an award.
    opened: Money,
    /// What has been handed down: by a fund to its programmes, by a programme to its calls. For a call or an award, all
    /// of `opened`.
    allocated: Money,
    /// What is promised to nobody.
    available: Money,
    /// Promised by decisions whose agreement is not signed yet.
    reserved: Money,
    /// Committed by signed agreements, paid or not.
    committed: Money,
    /// Ordered from the bank, confirmed or not.
    ordered: Money,
    /// Paid, as the bank has confirmed. What is recovered of it stays part of it until it is reinstated.
    paid: Money,
    /// Paid wrongly and claimed back, not received yet; part of `paid`.
    recoverable: Money,
    /// Paid wrongly and received back; part of `paid`.
    recovered: Money,
    /// Committed once, decommitted, and lost to the call by the fund's policy.
    lapsed: Money,
    /// Committed and not paid yet.
    remaining_to_pay: Money,
    /// `committed` over `opened`, in basis points rounded down (10 000 is all of it); null when nothing is opened.
    commitment_rate_basis_points: Option<i32>,
    /// `paid` over `committed`, in basis points rounded down (10 000 is all of it); null when nothing is committed.
    payment_rate_basis_points: Option<i32>,
}

impl From<domain::dashboard::budget::Budget> for Budget {
    fn from(budget: domain::dashboard::budget::Budget) -> Self {
        Self {
            opened: budget.opened().into(),
            allocated: budget.allocated().into(),
            available: budget.available().into(),
            reserved: budget.reserved().into(),
            committed: budget.committed().into(),
            ordered: budget.ordered().into(),
            paid: budget.paid().into(),
            recoverable: budget.recoverable().into(),
            recovered: budget.recovered().into(),
            lapsed: budget.lapsed().into(),
            remaining_to_pay: budget.remaining_to_pay().into(),
            commitment_rate_basis_points: budget.commitment_rate_bp(),
            payment_rate_basis_points: budget.payment_rate_bp(),
        }
    }
}

impl Budget {
    /// The budget of a node, if the viewer may see it.
    pub(crate) async fn load(ctx: &Context<'_>, node: Node) -> Result<Self> {
        Ok(queries::budget(ctx.database(), ctx.actor(), node, None).await?.into())
    }
}

/// Queries of budgets.
#[derive(Default)]
pub struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// The budget of any node, now. For the staff of the fund; an award's also for its beneficiary. The cost does not
    /// grow with the number of transfers.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global identifier of a fund, a programme, a call or an award.")] node: ID,
    ) -> Nullable<Budget> {
        let node = match id::decode(&node) {
            Some((NodeKind::Fund, uuid)) => Node::Fund(FundId(uuid)),
            Some((NodeKind::Programme, uuid)) => Node::Programme(ProgrammeId(uuid)),
            Some((NodeKind::Call, uuid)) => Node::Call(CallId(uuid)),
            Some((NodeKind::Award, uuid)) => Node::Award(AwardId(uuid)),
            _ => return Some(Err(Error::NotFound)),
        };
        Some(Budget::load(ctx, node).await)
    }
}
