//! The entries of budgets: one per node and transfer that moved it, with its balances afterwards.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::budget_entry::{Column, Entity, Model};
use entity::value::{FundId, Instant};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::books::Books;
use super::budgets::sums;
use super::fingerprint::Sums;
use super::report::Check;
use super::{Scope, replay, rows};
use crate::Result;
use crate::fund::ledger::balances::Balances;

/// Identifiers named at once.
const CHUNK: usize = 500;

/// A row's place among the rows of one node.
type Key = (Instant, i64);

/// The entries of a scope. Those of one fund are those of its budgets: an entry says nothing of its fund.
pub(super) fn rows(scope: Scope) -> Select<Entity> {
    match scope {
        Scope::Whole => Entity::find(),
        Scope::Fund(fund) => Entity::find().filter(Column::NodeId.in_subquery(super::budgets::nodes(fund))),
    }
}

/// Compares the table `budget_entry` with what the replay says.
pub(super) async fn compare(check: &mut Check<'_>, books: &mut Books, scope: Scope) -> Result<()> {
    let mut after = None;
    loop {
        let mut page = rows(scope);
        if let Some((node, recorded_at, seq)) = after {
            page = page.filter(key().gt(values(node, (recorded_at, seq))));
        }
        let page = page
            .order_by_asc(Column::NodeId)
            .order_by_asc(Column::RecordedAt)
            .order_by_asc(Column::Seq);
        let batch = rows::batch(check, page).await?;
        let Some(last) = batch.rows.last() else { break };
        after = Some((last.node_id, last.recorded_at, last.seq));
        for row in &batch.rows {
            let node = books
                .find_node(row.node_id)
                .and_then(|index| books.nodes.get_mut(index));
            let Some(node) = node.filter(|node| node.moved) else {
                check.fault(stray(row), "no transfer moves its node");
                continue;
            };
            let balances = sums(&Balances::from(row));
            let found = books.keys.entry(row.node_id, row.recorded_at, row.seq, &balances);
            node.entries = node.entries.wrapping_sub(found);
        }
        check.report.entries += check.read(batch.rows.len());
        if batch.is_last {
            break;
        }
    }
    let different = books.nodes.iter().enumerate().filter(|(_, node)| node.entries != 0);
    let mut by_fund: BTreeMap<FundId, BTreeSet<usize>> = BTreeMap::new();
    for (index, node) in different {
        by_fund.entry(node.fund).or_default().insert(index);
    }
    for (fund, nodes) in by_fund {
        locate(check, books, fund, nodes).await?;
    }
    Ok(())
}

fn stray(row: &Model) -> String {
    format!("budget_entry of {} after transfer {}", row.node_id, row.seq)
}

fn key() -> Expr {
    Expr::tuple([Column::NodeId, Column::RecordedAt, Column::Seq].map(Expr::col))
}

fn values(node: Uuid, (recorded_at, seq): Key) -> Expr {
    Expr::tuple([Expr::value(node), Expr::value(recorded_at), Expr::value(seq)])
}

/// Replays the journal of a fund once more, beside the entries of some of its nodes; names the first entry of each that
/// differs.
async fn locate(check: &mut Check<'_>, books: &Books, fund: FundId, mut nodes: BTreeSet<usize>) -> Result<()> {
    let mut balances: HashMap<usize, Sums> = HashMap::new();
    let (mut seq, mut after) = (0, None);
    while !nodes.is_empty() && check.report.has_room() {
        let batch = replay::after(fund, seq);
        let batch = rows::batch(check, batch).await?;
        let mut expected: BTreeMap<(usize, Key), Sums> = BTreeMap::new();
        for transfer in &batch.rows {
            seq = transfer.seq;
            let Some(sides) = books.sides(transfer) else { continue };
            for (place, moved, change) in books.changes(sides, transfer.amount_minor) {
                for node in moved.iter().filter(|node| nodes.contains(node)) {
                    let now = balances.entry(*node).or_default();
                    if let Some(balance) = now.get_mut(place) {
                        *balance = balance.wrapping_add(change);
                    }
                    expected.insert((*node, (transfer.recorded_at, transfer.seq)), *now);
                }
            }
        }
        // What comes after the last transfer of all is of no transfer.
        let last = batch.rows.last().map(|transfer| (transfer.recorded_at, transfer.seq));
        let until = last.filter(|_| !batch.is_last);
        let stored = between(check, books, &nodes, after, until).await?;
        for (node, fault) in differences(&expected, &stored) {
            if nodes.remove(&node) {
                let Some(node) = books.nodes.get(node) else { continue };
                let ((_, seq), what) = fault;
                check.fault(
                    format!("{} after transfer {seq}", books.place("budget_entry", node)),
                    what,
                );
            }
        }
        if until.is_none() {
            break;
        }
        after = until;
    }
    Ok(())
}

/// The entries of some nodes in a part of the journal.
async fn between(
    check: &mut Check<'_>,
    books: &Books,
    nodes: &BTreeSet<usize>,
    after: Option<Key>,
    until: Option<Key>,
) -> Result<BTreeMap<(usize, Key), Sums>> {
    let mut found = BTreeMap::new();
    let ids: Vec<Uuid> = nodes
        .iter()
        .filter_map(|node| Some(books.nodes.get(*node)?.id))
        .collect();
    let key = || Expr::tuple([Column::RecordedAt, Column::Seq].map(Expr::col));
    let value = |(recorded_at, seq): Key| Expr::tuple([Expr::value(recorded_at), Expr::value(seq)]);
    for ids in ids.chunks(CHUNK) {
        let mut part = Entity::find().filter(Column::NodeId.is_in(ids.iter().copied()));
        if let Some(after) = after {
            // The first is implied by the second, and is what the index understands.
            part = part
                .filter(Column::RecordedAt.gte(after.0))
                .filter(key().gt(value(after)));
        }
        if let Some(until) = until {
            part = part
                .filter(Column::RecordedAt.lte(until.0))
                .filter(key().lte(value(until)));
        }
        let part = part
            .order_by_asc(Column::NodeId)
            .order_by_asc(Column::RecordedAt)
            .order_by_asc(Column::Seq);
        for row in rows::all(check, part).await? {
            if let Some(node) = books.find_node(row.node_id) {
                found.insert((node, (row.recorded_at, row.seq)), sums(&Balances::from(&row)));
            }
        }
    }
    Ok(found)
}

/// Every entry that is not as expected, in the order of the table.
fn differences(
    expected: &BTreeMap<(usize, Key), Sums>,
    found: &BTreeMap<(usize, Key), Sums>,
) -> Vec<(usize, (Key, &'static str))> {
    let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let different = keys.into_iter().filter_map(|key| {
        let what = match (expected.get(key), found.get(key)) {
            (Some(_), None) => "it is missing",
            (None, Some(_)) => "no such transfer moves it",
            (expected, found) if expected != found => "it was altered",
            _ => return None,
        };
        Some((key.0, (key.1, what)))
    });
    different.collect()
}
