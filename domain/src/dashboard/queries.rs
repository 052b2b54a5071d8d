//! Reads of budgets. One statement finds the figures, whatever the length of the ledger.

use std::collections::{BTreeSet, HashMap};

use entity::value::{AwardId, CallId, FundId, Instant, NodeKind, ProgrammeId};
use entity::{application, call, fund};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Query};
use uuid::Uuid;

use super::budget::Budget;
use super::moment::{Moment, budgets};
use crate::actor::Place;
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
pub async fn budget(db: &Database, actor: &Actor, node: Node, as_of: Option<Instant>) -> Result<Budget> {
    let moment = Moment::new(as_of);
    let mut found = budgets(db, actor, &[node], &moment).await?;
    found.remove(&node).unwrap_or(Err(Error::NotFound))
}

/// The fund of a node that the actor may see.
pub(super) async fn of_fund(db: &Database, id: FundId) -> Result<fund::Model> {
    let fund = fund::Entity::find_by_id(id).one(&db.reader).await?;
    fund.ok_or(Error::NotFound)
}

/// An instant that is not to come.
pub(super) fn past(db: &Database, path: &str, instant: Instant) -> Result<Instant> {
    if instant <= db.clock().now() {
        return Ok(instant);
    }
    Err(Refusal::invalid(path, "The instant is in the future.", "L'instant est dans le futur.").into())
}

/// Waits until nothing that is recorded by an instant is still to be committed: what is read afterwards stays as it is.
pub(super) async fn settle(db: &Database, fund: FundId, instant: Instant) -> Result<()> {
    if is_unsettled(db, instant) {
        db.pass_writers(fund).await?;
    }
    Ok(())
}

/// Whether something that is recorded by an instant may still be to be committed.
pub(super) fn is_unsettled(db: &Database, instant: Instant) -> bool {
    db.clock().now().0.saturating_sub(instant.0) < UNSETTLED_MICROS
}

/// For how long after an instant a transaction may still record something by it, in microseconds: several times what
/// the database lets one stand idle.
const UNSETTLED_MICROS: i64 = 120_000_000;

/// The fund of a node whose budget the actor may see.
pub(super) async fn authorise(db: &Database, actor: &Actor, node: Node) -> Result<FundId> {
    let mut shown = shown(db, actor, &[node]).await?;
    shown.remove(&node).unwrap_or(Err(Error::NotFound))
}

/// The funds of the nodes whose budgets the actor may see; `NOT_FOUND` for a node they may not see, `FORBIDDEN` for one
/// whose budget they may not see.
pub(super) async fn shown(db: &Database, actor: &Actor, nodes: &[Node]) -> Result<HashMap<Node, Result<FundId>>> {
    let funds = visible(db, actor, nodes).await?;
    let hidden = awaited(db, actor, nodes).await?;
    let shown = nodes.iter().map(|node| {
        let Some(fund) = funds.get(node).copied() else {
            return (*node, Err(Error::NotFound));
        };
        let may_see = match node {
            Node::Fund(_) | Node::Programme(_) => may_see_budget(actor, Place::Fund(fund)),
            Node::Call(call) => may_see_budget(actor, Place::Call(fund, *call)),
            // Whoever may see an award may see what has been paid of it.
            Node::Award(_) => true,
        };
        if may_see && !hidden.contains(&node.id()) {
            (*node, Ok(fund))
        } else {
            (*node, Err(actor.denied()))
        }
    });
    Ok(shown.collect())
}

/// Whether an application that the actor is tied to awaits its decision under the node.
pub(super) async fn awaits_decision(db: &Database, actor: &Actor, node: Node) -> Result<bool> {
    Ok(awaited(db, actor, &[node]).await?.contains(&node.id()))
}

/// The nodes that the actor may see, each with its fund.
async fn visible(db: &Database, actor: &Actor, nodes: &[Node]) -> Result<HashMap<Node, FundId>> {
    let (mut funds, mut programmes, mut calls, mut awards) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for node in nodes {
        match node {
            Node::Fund(id) => funds.push(*id),
            Node::Programme(id) => programmes.push(*id),
            Node::Call(id) => calls.push(*id),
            Node::Award(id) => awards.push(*id),
        }
    }
    let mut found = HashMap::with_capacity(nodes.len());
    if !funds.is_empty() {
        let rows = fund_room::queries::funds_by_ids(db, actor, &funds).await?;
        found.extend(rows.iter().map(|row| (Node::Fund(row.id), row.id)));
    }
    if !programmes.is_empty() {
        let rows = fund_room::queries::programmes_by_ids(db, actor, &programmes).await?;
        found.extend(rows.iter().map(|row| (Node::Programme(row.id), row.fund_id)));
    }
    if !calls.is_empty() {
        let rows = call_room::queries::calls_by_ids(db, actor, &calls).await?;
        found.extend(rows.iter().map(|row| (Node::Call(row.id), row.fund_id)));
    }
    if !awards.is_empty() {
        let rows = award::queries::awards_by_ids(db, actor, &awards).await?;
        found.extend(rows.iter().map(|row| (Node::Award(row.id), row.fund_id)));
    }
    Ok(found)
}

/// The funds, programmes and calls under which an application that the actor is tied to awaits its decision: what is
/// reserved there would tell them the outcome before it is notified.
async fn awaited(db: &Database, actor: &Actor, nodes: &[Node]) -> Result<BTreeSet<Uuid>> {
    let organisations = actor.organisations();
    if organisations.is_empty() || nodes.iter().all(|node| matches!(node, Node::Award(_))) {
        return Ok(BTreeSet::new());
    }
    let calls = Query::select()
        .column(application::Column::CallId)
        .from(application::Entity)
        .cond_where(scope::awaiting_decision(&organisations))
        .to_owned();
    let calls = call::Entity::find().filter(call::Column::Id.in_subquery(calls));
    let calls = calls.all(&db.reader).await?;
    let above = calls
        .iter()
        .flat_map(|call| [call.fund_id.0, call.programme_id.0, call.id.0]);
    Ok(above.collect())
}
