//! The journal of a fund as its staff read it: transfers, accounts, and what accounts held at any instant.
//!
//! Whoever awaits the decision on an application in the fund reads none of it, whatever their roles: what was reserved
//! would tell them the outcome before it is notified.

pub mod accounts;
pub mod credits;
#[cfg(test)]
mod plans;
pub mod statement;
pub mod transfers;
mod ways;

use entity::application;
use entity::value::FundId;
use sea_orm::{ColumnTrait, Condition, sea_query::Query};

use super::queries::{Node, awaits_decision};
use crate::actor::Places;
use crate::fund::policy;
use crate::{Actor, Database, Result, fund as fund_room, scope};

/// Refuses whoever may not read the journal of a fund: `NOT_FOUND` if they may not see the fund either.
pub(crate) async fn authorise(db: &Database, actor: &Actor, fund: FundId) -> Result<()> {
    let fund = fund_room::queries::fund(db, actor, fund).await?.id;
    if policy::may_read_journal(actor, fund) && !awaits_decision(db, actor, Node::Fund(fund)).await? {
        Ok(())
    } else {
        Err(actor.denied())
    }
}

/// The same as [`authorise`], for the database: rows of the funds whose journal the actor may read.
fn readable<C: ColumnTrait>(actor: &Actor, fund: C) -> Condition {
    let readable = match policy::journals_read(actor) {
        Places::All => Condition::all(),
        Places::Of { funds, .. } => Condition::all().add(fund.is_in(funds)),
    };
    let organisations = actor.organisations();
    if organisations.is_empty() {
        return readable;
    }
    let awaiting = Query::select()
        .column(application::Column::FundId)
        .from(application::Entity)
        .cond_where(scope::awaiting_decision(&organisations))
        .to_owned();
    readable.add(fund.not_in_subquery(awaiting))
}
