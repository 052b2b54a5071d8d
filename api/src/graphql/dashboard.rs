//! Budgets in the contract.

mod subscription;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::dashboard::queries::Node;
use domain::dashboard::{self, Moment, series};
use entity::value::{AwardId, CallId, FundId, Instant, NodeKind, ProgrammeId};

use super::context::RequestContext;
use super::error::{Error, Nullable, Result};
use super::id;
use super::loader::Batch;
use super::scalar::{Date, DateTime, Money};
pub use subscription::{BudgetChange, DashboardSubscription};

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
    /// The budget of a node, now or as it was at an instant, if the viewer may see it.
    pub(crate) async fn load(ctx: &Context<'_>, node: Node, as_of: Option<DateTime>) -> Result<Self> {
        let as_of = as_of.map(|at| at.0);
        Ok(ctx.loaders().one(BudgetOf(node, as_of)).await??.into())
    }
}

/// The budget of a node, now or as it was at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BudgetOf(Node, Option<Instant>);

impl Loader<BudgetOf> for Batch {
    type Value = domain::Result<domain::dashboard::budget::Budget>;
    type Error = Error;

    async fn load(&self, keys: &[BudgetOf]) -> Result<HashMap<BudgetOf, Self::Value>> {
        let mut nodes: HashMap<Option<Instant>, Vec<Node>> = HashMap::new();
        for BudgetOf(node, as_of) in keys {
            nodes.entry(*as_of).or_default().push(*node);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (as_of, nodes) in nodes {
            let moment = as_of.map_or_else(|| self.present(), |at| Arc::new(Moment::new(Some(at))));
            let budgets = dashboard::budgets(self.database(), self.actor(), &nodes, &moment).await?;
            found.extend(
                budgets
                    .into_iter()
                    .map(|(node, budget)| (BudgetOf(node, as_of), budget)),
            );
        }
        Ok(found)
    }
}

/// How far the points of a series are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "series::Interval")]
pub enum Interval {
    /// One point at the end of every day.
    Day,
    /// One point at the end of every calendar month.
    Month,
    /// One point at the end of every calendar year.
    Year,
}

/// A budget at the end of a day.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetPoint {
    /// The day, in the time zone of the fund.
    date: Date,
    /// The budget that all transfers make which count for this day or an earlier one.
    budget: Budget,
}

impl From<series::Point> for BudgetPoint {
    fn from(point: series::Point) -> Self {
        Self {
            date: Date(point.on),
            budget: point.budget.into(),
        }
    }
}

/// The node of the budget with a global identifier; what is none is `NOT_FOUND`.
pub(crate) fn node(id: &ID) -> Result<Node> {
    match id::decode(id) {
        Some((NodeKind::Fund, uuid)) => Ok(Node::Fund(FundId(uuid))),
        Some((NodeKind::Programme, uuid)) => Ok(Node::Programme(ProgrammeId(uuid))),
        Some((NodeKind::Call, uuid)) => Ok(Node::Call(CallId(uuid))),
        Some((NodeKind::Award, uuid)) => Ok(Node::Award(AwardId(uuid))),
        _ => Err(Error::NotFound),
    }
}

/// Queries of budgets.
#[derive(Default)]
pub struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// The budget of any node, now or as it was at an instant. For the staff of the fund; an award's also for its
    /// beneficiary. The cost does not grow with the number of transfers.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global identifier of a fund, a programme, a call or an award.")] node: ID,
        #[graphql(desc = "After every transfer recorded by this instant, which is past; now, if it is left out.")]
        as_of: Option<DateTime>,
    ) -> Nullable<Budget> {
        match self::node(&node) {
            Ok(node) => Some(Budget::load(ctx, node, as_of).await),
            Err(error) => Some(Err(error)),
        }
    }

    /// The budget of any node over time, by the days that transfers count for: what was decided in December and
    /// recorded in January is part of December. One point at the end of each interval, and one on the last day; days to
    /// come have none. For whoever may see the budget. The cost does not grow with the number of transfers.
    async fn budget_series(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global identifier of a fund, a programme, a call or an award.")] node: ID,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day. From the first there are at most 400 points.")] to: Date,
        #[graphql(desc = "How far the points are apart.")] interval: Interval,
    ) -> Nullable<Vec<BudgetPoint>> {
        let node = match self::node(&node) {
            Ok(node) => node,
            Err(error) => return Some(Err(error)),
        };
        let points = series::series(ctx.database(), ctx.actor(), node, (from.0, to.0), interval.into()).await;
        Some(
            points
                .map(|points| points.into_iter().map(Into::into).collect())
                .map_err(Into::into),
        )
    }
}
