//! Budgets as they were at an instant.

use serde_json::{Value, json};

use super::world::{FIGURES, World, budget, now};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_budget_of_an_instant_is_what_was_read_then,
    a_budget_of_an_instant_to_come_is_refused,
];

async fn a_budget_of_an_instant_is_what_was_read_then(app: TestApp) {
    let world = World::new(&app).await;
    assert!(world.history.len() > 15);
    for (at, budgets) in &world.history {
        for (node, then) in world.nodes().into_iter().zip(budgets) {
            assert_eq!(
                budget(&app, &world.finance, node, Some(at)).await,
                *then,
                "{node} at {at}"
            );
        }
    }
    // The objects themselves answer the same as the root field.
    let (at, budgets) = &world.history[world.history.len() / 2];
    let query = format!(
        "query($ids: [ID!]!, $at: DateTime) {{ nodes(ids: $ids) {{
            ... on Fund {{ budget(asOf: $at) {{ ...B }} }} ... on Programme {{ budget(asOf: $at) {{ ...B }} }}
            ... on Call {{ budget(asOf: $at) {{ ...B }} }} ... on Award {{ budget(asOf: $at) {{ ...B }} }}
        }} }} fragment B on Budget {{ {FIGURES} }}"
    );
    let variables = json!({ "ids": world.nodes(), "at": at });
    let told = app.data(&world.finance, &query, variables).await;
    let told: Vec<&Value> = told["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| &node["budget"])
        .collect();
    assert_eq!(told, budgets.iter().collect::<Vec<_>>());
    // Before the first transfer there was nothing, whatever the node.
    for node in world.nodes() {
        let before = budget(&app, &world.finance, node, Some("2018-06-20T07:59:59Z")).await;
        assert_eq!(before["opened"]["amount"], "0.00");
        assert_eq!(before["commitmentRateBasisPoints"], Value::Null);
    }
}

async fn a_budget_of_an_instant_to_come_is_refused(app: TestApp) {
    const BUDGET: &str = "query($node: ID!, $at: DateTime) { budget(node: $node, asOf: $at) { paid { amount } } }";
    let fund = crate::flows::stage::fund_open(&app).await;
    let later = json!({ "node": fund.fund_id, "at": "2018-06-20T09:00:00+00:00" });
    assert_eq!(
        app.error_code(&fund.finance, BUDGET, later.clone()).await,
        "BAD_USER_INPUT"
    );
    let stranger = app.persona("Stranger").await;
    assert_eq!(
        app.error_code(&stranger, BUDGET, later).await,
        "FORBIDDEN",
        "before anything else"
    );
    budget(&app, &fund.finance, &fund.fund_id, Some(&now(&app.clock))).await;
}
