//! How many statements a query costs: the same for one row and for many, and pinned, so that a list which begins to ask
//! row by row, or a dashboard which begins to count, shows here.
//!
//! Of each number, three statements find out who asks: the account, its roles, its memberships.

use serde_json::{Value, json};

use crate::flows::stage;
use crate::harness::{Persona, TestApp, on_both_databases};

on_both_databases![
    a_budget_costs_the_same_whatever_the_ledger_holds,
    a_list_costs_the_same_whatever_its_length,
    a_public_list_asks_nothing_about_who_asks,
];

async fn cost(app: &TestApp, who: Option<&Persona>, query: &str, variables: Value) -> u64 {
    let before = app.database.statements();
    app.data(who, query, variables).await;
    app.database.statements() - before
}

async fn a_budget_costs_the_same_whatever_the_ledger_holds(app: TestApp) {
    const BUDGET: &str =
        "query($node: ID!) { budget(node: $node) { opened { amount } paid { amount } available { amount } } }";
    let call = stage::call_open(&app).await;
    for node in [&call.fund_id, &call.programme_id, &call.call_id] {
        assert_eq!(
            cost(&app, Some(&call.finance), BUDGET, json!({ "node": node })).await,
            6
        );
    }
    for _ in 0..20 {
        call.allocate(&app, &call.call_id, "1.00").await;
    }
    for node in [&call.fund_id, &call.programme_id, &call.call_id] {
        assert_eq!(
            cost(&app, Some(&call.finance), BUDGET, json!({ "node": node })).await,
            6
        );
    }
}

async fn a_list_costs_the_same_whatever_its_length(app: TestApp) {
    const LIST: &str = "{ applications(first: 100) { totalCount nodes {
        reference call { code fund { code } lots { name } criteria { title } } lot { name } organisation { name }
        partners { name } submissions { sha256 } assessments { total } decision { outcome } award { title }
        requested { amount }
    } } }";
    let file = stage::application_submitted(&app).await;
    let first = cost(&app, Some(&file.applicant), LIST, json!({})).await;
    for _ in 0..10 {
        file.apply(
            &app,
            &file.applicant,
            stage::draft_input(&file.call_id, &file.organisation_id),
        )
        .await;
    }
    // Funds are asked for by two relations, in one batch or in two as it happens; ten more rows would ask ten times
    // more.
    let longer = cost(&app, Some(&file.applicant), LIST, json!({})).await;
    assert!(
        longer <= first + 2,
        "{first} statements for one row, {longer} for eleven"
    );
    assert!(first <= 20, "one statement a relation, not {first}");
}

async fn a_public_list_asks_nothing_about_who_asks(app: TestApp) {
    let admin = app.as_admin().await;
    app.mutate(&admin, "createFund", stage::fund_input(), "").await;
    assert_eq!(cost(&app, None, "{ funds { nodes { code } } }", json!({})).await, 1);
    assert_eq!(
        cost(&app, None, "{ funds { totalCount nodes { code } } }", json!({})).await,
        2
    );
    assert_eq!(cost(&app, None, "{ __typename }", json!({})).await, 0);
}
