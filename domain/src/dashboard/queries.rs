//! Reads of budgets. One statement finds the figures, whatever the length of the ledger.

use entity::value::{AwardId, CallId, FundId, Instant, NodeKind, ProgrammeId};
use entity::{application, budget, budget_entry, call, fund};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Query};
use uuid::Uuid;

use super::budget::Budget;
use crate::actor::Place;
use crate::fund::ledger::Balances;
use crate::fund::policy::may_see_budget;
use crate::{Actor, Database, Error, Refusal, Result, award, call as call_room, fund as fund_room, scope};

/// A node of the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A fund.
    Fund(FundId),
    /// A programme.
    Programme(ProgrammeId),
    /// A call.
    Call(CallId),
    /// An award.
    Award(AwardId),
}

impl Node {
    /// What it is.
    #[must_use]
    pub const fn kind(self) -> NodeKind {
        match self {
            Self::Fund(_) => NodeKind::Fund,
            Self::Programme(_) => NodeKind::Programme,
            Self::Call(_) => NodeKind::Call,
            Self::Award(_) => NodeKind::Award,
        }
    }

    /// Its identifier.
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::Fund(id) => id.0,
            Self::Programme(id) => id.0,
            Self::Call(id) => id.0,
            Self::Award(id) => id.0,
        }
    }
}

/// The budget of a node, now or as it was at an instant. `NOT_FOUND` when the actor may not see the node, `FORBIDDEN`
/// when they may see it and not its budget: for want of a role, or because an application of their own organisation
/// awaits its decision there.
///
/// What it was at an instant is known once that instant is past: a transfer under way then may still be committed.
pub async fn budget(db: &Database, actor: &Actor, node: Node, as_of: Option<Instant>) -> Result<Budget> {
    let fund = authorise(db, actor, node).await?;
    let balances = match as_of {
        None => now(db, node.id()).await?,
        Some(instant) => at(db, node.id(), past(db, "asOf", instant)?).await?,
    };
    let fund = of_fund(db, fund).await?;
    let currency = fund_room::rules::known_currency(&fund)?;
    Ok(Budget::of(node.kind(), balances, currency))
}

/// The fund of a node that the actor may see.
pub(super) async fn of_fund(db: &Database, id: FundId) -> Result<fund::Model> {
    let fund = fund::Entity::find_by_id(id).one(&db.reader).await?;
    fund.ok_or(Error::NotFound)
}

/// An instant whose balances are known: refuses one that is still to come.
pub(super) fn past(db: &Database, path: &str, instant: Instant) -> Result<Instant> {
    if instant <= db.clock().now() {
        return Ok(instant);
    }
    Err(Refusal::invalid(path, "The instant is in the future.", "L'instant est dans le futur.").into())
}

/// The balances under a node. What no transfer has touched has no row, and holds nothing.
async fn now(db: &Database, node_id: Uuid) -> Result<Balances> {
    let row = budget::Entity::find_by_id(node_id).one(&db.reader).await?;
    Ok(row.as_ref().map(Balances::from).unwrap_or_default())
}

/// The balances under a node after the last transfer recorded at or before an instant: one seek on the key.
async fn at(db: &Database, node_id: Uuid, instant: Instant) -> Result<Balances> {
    let last = budget_entry::Entity::find()
        .filter(budget_entry::Column::NodeId.eq(node_id))
        .filter(budget_entry::Column::RecordedAt.lte(instant))
        .order_by_desc(budget_entry::Column::RecordedAt)
        .order_by_desc(budget_entry::Column::Seq)
        .one(&db.reader)
        .await?;
    Ok(last.as_ref().map(Balances::from).unwrap_or_default())
}

/// The fund of a node whose budget the actor may see.
pub(super) async fn authorise(db: &Database, actor: &Actor, node: Node) -> Result<FundId> {
    let (fund, place) = match node {
        Node::Fund(id) => {
            let fund = fund_room::queries::fund(db, actor, id).await?;
            (fund.id, Place::Fund(fund.id))
        }
        Node::Programme(id) => {
            let programme = fund_room::queries::programme(db, actor, id).await?;
            (programme.fund_id, Place::Fund(programme.fund_id))
        }
        Node::Call(id) => {
            let call = call_room::queries::call(db, actor, id).await?;
            (call.fund_id, Place::Call(call.fund_id, call.id))
        }
        // Whoever may see an award may see what has been paid of it.
        Node::Award(id) => return Ok(award::queries::award(db, actor, id).await?.fund_id),
    };
    if may_see_budget(actor, place) && !awaits_decision(db, actor, node).await? {
        Ok(fund)
    } else {
        Err(actor.denied())
    }
}

/// Whether an application that the actor is tied to awaits its decision under the node: what is reserved there would
/// tell them the outcome before it is notified.
pub(super) async fn awaits_decision(db: &Database, actor: &Actor, node: Node) -> Result<bool> {
    let organisations = actor.organisations();
    if organisations.is_empty() {
        return Ok(false);
    }
    let under = match node {
        Node::Fund(id) => application::Column::FundId.eq(id),
        Node::Call(id) => application::Column::CallId.eq(id),
        Node::Programme(id) => {
            let calls = Query::select()
                .column(call::Column::Id)
                .from(call::Entity)
                .and_where(call::Column::ProgrammeId.eq(id))
                .to_owned();
            application::Column::CallId.in_subquery(calls)
        }
        Node::Award(_) => return Ok(false),
    };
    let pending = application::Entity::find()
        .filter(under)
        .filter(scope::awaiting_decision(&organisations))
        .one(&db.reader)
        .await?;
    Ok(pending.is_some())
}
