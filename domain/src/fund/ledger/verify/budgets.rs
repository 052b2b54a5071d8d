//! Budgets: the sum of the accounts below each node, no row more and none less.

use std::collections::HashSet;

use entity::budget;
use entity::value::FundId;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Query, SelectStatement},
};

use super::books::Books;
use super::fingerprint::Sums;
use super::report::Check;
use super::{Scope, rows};
use crate::Result;
use crate::fund::ledger::balances::Balances;

/// Compares the table `budget` with what the replay says.
pub(super) async fn compare(check: &mut Check<'_>, books: &Books, scope: Scope) -> Result<()> {
    let mut stored = budget::Entity::find().order_by_asc(budget::Column::NodeId);
    if let Scope::Fund(fund) = scope {
        stored = stored.filter(budget::Column::FundId.eq(fund));
    }
    let mut found = HashSet::new();
    for row in rows::all(check, stored).await? {
        let node = books.find_node(row.node_id).and_then(|index| books.nodes.get(index));
        let Some(node) = node.filter(|node| node.moved) else {
            let place = format!(
                "{} budget of {} {}",
                books.code(row.fund_id),
                row.node_kind,
                row.node_id
            );
            check.fault(place, "no transfer moves it");
            continue;
        };
        if (row.fund_id, row.node_kind) != (node.fund, node.kind) {
            check.fault(books.place("budget", node), "it is not where its node is");
        }
        if sums(&Balances::from(&row)) != node.balances {
            check.fault(books.place("budget", node), "it is not the sum of its accounts");
        }
        found.insert(row.node_id);
    }
    for node in books.nodes.iter().filter(|node| node.moved) {
        check.report.budgets += 1;
        if !found.contains(&node.id) {
            check.fault(books.place("budget", node), "it is missing");
        }
    }
    Ok(())
}

/// The nodes that have a budget in a fund.
pub(super) fn nodes(fund: FundId) -> SelectStatement {
    Query::select()
        .column(budget::Column::NodeId)
        .from(budget::Entity)
        .and_where(budget::Column::FundId.eq(fund))
        .to_owned()
}

/// The balances of a row, in the order of its columns.
pub(super) fn sums(balances: &Balances) -> Sums {
    let mut sums = Sums::default();
    for (sum, (_, balance)) in sums.iter_mut().zip(balances.iter()) {
        *sum = balance;
    }
    sums
}
