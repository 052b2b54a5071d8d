//! How the databases find the rows of a budget, asked of themselves.

use entity::{budget, budget_entry};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Statement,
};
use uuid::Uuid;

use super::ledger::Ledger;
use crate::storage::Place;

/// Prints the plan of each statement; the ones that differ between ledgers.
pub async fn report(place: &Place, ledgers: &[Ledger]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut all = Vec::with_capacity(ledgers.len());
    for ledger in ledgers {
        let side = place.connection(&ledger.name).await;
        all.push(plans(&side, ledger).await);
        side.close().await.expect("the connection closes");
    }
    let Some((largest, others)) = all.split_last() else {
        return broken;
    };
    println!("\nPlans, the same for every ledger:\n");
    for (number, (name, plan)) in largest.iter().enumerate() {
        println!("- {name}: `{}`", plan.join(" / "));
        for other in others
            .iter()
            .filter_map(|other| other.get(number))
            .filter(|(_, other)| other != plan)
        {
            broken.push(format!("{}: {name}: {plan:?}, but also {:?}", place.engine(), other.1));
        }
    }
    broken
}

/// The plans of the two statements that read balances, for the fund and for a call.
async fn plans(side: &DatabaseConnection, ledger: &Ledger) -> Vec<(String, Vec<String>)> {
    let nodes = [
        ("the fund", Some(ledger.fund.0)),
        ("a call", ledger.calls.first().map(|call| call.0)),
    ];
    let mut plans = Vec::new();
    for (name, node) in nodes {
        let node = node.expect("a node");
        let now = budget::Entity::find_by_id(node)
            .limit(1)
            .build(side.get_database_backend());
        plans.push((format!("budget of {name}"), explain(side, now).await));
        let then = as_of(side, ledger, node);
        plans.push((format!("budget of {name} as of an instant"), explain(side, then).await));
    }
    plans
}

/// As `domain::dashboard::queries` asks.
fn as_of(side: &DatabaseConnection, ledger: &Ledger, node: Uuid) -> Statement {
    budget_entry::Entity::find()
        .filter(budget_entry::Column::NodeId.eq(node))
        .filter(budget_entry::Column::RecordedAt.lte(ledger.an_instant()))
        .order_by_desc(budget_entry::Column::RecordedAt)
        .order_by_desc(budget_entry::Column::Seq)
        .limit(1)
        .build(side.get_database_backend())
}

/// The lines of a plan, without the values that were asked for.
async fn explain(side: &DatabaseConnection, mut statement: Statement) -> Vec<String> {
    let (question, column) = match statement.db_backend {
        DbBackend::Postgres => ("EXPLAIN (COSTS OFF)", "QUERY PLAN"),
        _ => ("EXPLAIN QUERY PLAN", "detail"),
    };
    statement.sql = format!("{question} {}", statement.sql);
    let rows = side.query_all_raw(statement).await.expect("a plan");
    let line = |row: &sea_orm::QueryResult| row.try_get::<String>("", column).expect("a line of a plan");
    rows.iter().map(|row| without_values(&line(row))).collect()
}

/// A line with `?` for each text in quotes and each number.
fn without_values(line: &str) -> String {
    let quoted = line.split('\'').enumerate();
    let unquoted: String = quoted
        .map(|(place, part)| if place % 2 == 0 { part } else { "?" })
        .collect();
    let mut plain = String::with_capacity(unquoted.len());
    for character in unquoted.trim().chars() {
        let digit = character.is_ascii_digit();
        if !digit {
            plain.push(character);
        } else if !plain.ends_with('?') {
            plain.push('?');
        }
    }
    plain
}
