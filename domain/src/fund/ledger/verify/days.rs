//! The days of budgets: by how much the transfers that count for each day changed the balances of a node.

use std::collections::{BTreeMap, BTreeSet};

use entity::budget_day::{Column, Entity};
use entity::value::FundId;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, ExprTrait},
};
use time::Date;

use super::books::Books;
use super::budgets::sums;
use super::fingerprint::Sums;
use super::report::Check;
use super::{Scope, replay, rows};
use crate::Result;
use crate::fund::ledger::balances::Balances;

/// Nodes of which the days are kept in memory at once, to name the first one that differs.
const LOCATED: usize = 64;

/// The days of a scope. Those of one fund are those of its budgets: a day says nothing of its fund.
pub(super) fn rows(scope: Scope) -> Select<Entity> {
    match scope {
        Scope::Whole => Entity::find(),
        Scope::Fund(fund) => Entity::find().filter(Column::NodeId.in_subquery(super::budgets::nodes(fund))),
    }
}

/// Compares the table `budget_day` with what the replay says.
pub(super) async fn compare(check: &mut Check<'_>, books: &mut Books, scope: Scope) -> Result<()> {
    let mut after = None;
    loop {
        let mut page = rows(scope);
        if let Some((node, day)) = after {
            let key = Expr::tuple([Column::NodeId, Column::EffectiveOn].map(Expr::col));
            page = page.filter(key.gt(Expr::tuple([Expr::value(node), Expr::value(day)])));
        }
        let page = page.order_by_asc(Column::NodeId).order_by_asc(Column::EffectiveOn);
        let batch = rows::batch(check, page).await?;
        let Some(last) = batch.rows.last() else { break };
        after = Some((last.node_id, last.effective_on));
        for row in &batch.rows {
            let node = books
                .find_node(row.node_id)
                .and_then(|index| books.nodes.get_mut(index));
            let Some(node) = node.filter(|node| node.moved) else {
                let place = format!("budget_day of {} on {}", row.node_id, row.effective_on);
                check.fault(place, "no transfer moves its node");
                continue;
            };
            let changes = books.keys.changes(row.effective_on, &sums(&Balances::from(row)));
            node.changes = node.changes.wrapping_sub(changes);
            node.days = node.days.wrapping_sub(books.keys.day(row.node_id, row.effective_on));
        }
        check.report.days += check.read(batch.rows.len());
        if batch.is_last {
            break;
        }
    }
    let mut by_fund: BTreeMap<FundId, BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in books.nodes.iter().enumerate() {
        if (node.changes, node.days) != (0, 0) {
            by_fund.entry(node.fund).or_default().insert(index);
        }
    }
    for (fund, mut nodes) in by_fund {
        let first = nodes.iter().copied().take(LOCATED).collect();
        nodes.retain(|node| !BTreeSet::contains(&first, node));
        locate(check, books, fund, &first).await?;
        for node in nodes.into_iter().filter_map(|node| books.nodes.get(node)) {
            check.fault(books.place("budget_day", node), "its days are not those of the journal");
        }
    }
    Ok(())
}

/// Replays the journal of a fund once more for some of its nodes; names the first day of each that differs.
async fn locate(check: &mut Check<'_>, books: &Books, fund: FundId, nodes: &BTreeSet<usize>) -> Result<()> {
    let mut expected: BTreeMap<(usize, Date), Sums> = BTreeMap::new();
    let mut seq = 0;
    loop {
        let batch = rows::batch(check, replay::after(fund, seq)).await?;
        let Some(last) = batch.rows.last() else { break };
        seq = last.seq;
        for transfer in &batch.rows {
            let Some(sides) = books.sides(transfer) else { continue };
            for (place, moved, change) in books.changes(sides, transfer.amount_minor) {
                for node in moved.iter().filter(|node| nodes.contains(node)) {
                    let day = expected.entry((*node, transfer.effective_on)).or_default();
                    if let Some(sum) = day.get_mut(place) {
                        *sum = sum.wrapping_add(change);
                    }
                }
            }
        }
        if batch.is_last {
            break;
        }
    }
    for index in nodes {
        let Some(node) = books.nodes.get(*index) else { continue };
        let days = Entity::find()
            .filter(Column::NodeId.eq(node.id))
            .order_by_asc(Column::EffectiveOn);
        let days = rows::all(check, days).await?;
        let stored: BTreeMap<Date, Sums> = days
            .iter()
            .map(|row| (row.effective_on, sums(&Balances::from(row))))
            .collect();
        let own = expected.range((*index, Date::MIN)..=(*index, Date::MAX));
        let own: BTreeMap<Date, Sums> = own.map(|((_, day), sums)| (*day, *sums)).collect();
        let days: BTreeSet<&Date> = own.keys().chain(stored.keys()).collect();
        let Some(day) = days.into_iter().find(|day| own.get(day) != stored.get(day)) else {
            continue;
        };
        let what = match (own.get(day), stored.get(day)) {
            (Some(_), None) => "it is missing",
            (None, _) => "no transfer counts for it",
            _ => "it is not the sum of its transfers",
        };
        check.fault(format!("{} on {day}", books.place("budget_day", node)), what);
    }
    Ok(())
}
