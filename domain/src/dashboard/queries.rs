//! Reads of budgets. One statement finds the figures, whatever the length of the ledger.

use entity::value::{AwardId, CallId, FundId, ProgrammeId};
use entity::{budget, fund};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::budget::Budget;
use crate::actor::Place;
use crate::fund::policy::may_see_budget;
use crate::{Actor, Database, Error, Result, award, call, fund as fund_room};

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

/// The budget of a node. `NOT_FOUND` when the actor may not see the node, `FORBIDDEN` when they may see it and not its
/// budget.
pub async fn budget(db: &Database, actor: &Actor, node: Node) -> Result<Budget> {
    let (fund_id, node_id) = authorise(db, actor, node).await?;
    let figures = budget::Entity::find_by_id(node_id).one(&db.reader).await?;
    let figures = figures.ok_or_else(|| Error::internal("a node has no budget"))?;
    let fund = fund::Entity::find_by_id(fund_id)
        .one(&db.reader)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Budget::of(&figures, fund_room::rules::known_currency(&fund)?))
}

/// The fund of a node whose budget the actor may see, with the node's identifier.
async fn authorise(db: &Database, actor: &Actor, node: Node) -> Result<(FundId, Uuid)> {
    let (fund, id, place) = match node {
        Node::Fund(id) => {
            let fund = fund_room::queries::fund(db, actor, id).await?;
            (fund.id, id.0, Place::Fund(fund.id))
        }
        Node::Programme(id) => {
            let programme = fund_room::queries::programme(db, actor, id).await?;
            (programme.fund_id, id.0, Place::Fund(programme.fund_id))
        }
        Node::Call(id) => {
            let call = call::queries::call(db, actor, id).await?;
            (call.fund_id, id.0, Place::Call(call.fund_id, call.id))
        }
        // Whoever may see an award may see what has been paid of it.
        Node::Award(id) => return Ok((award::queries::award(db, actor, id).await?.fund_id, id.0)),
    };
    if may_see_budget(actor, place) {
        Ok((fund, id))
    } else {
        Err(actor.denied())
    }
}
