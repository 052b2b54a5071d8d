//! How many statements a query costs: the same for one row and for many, and pinned, so that a list which begins to ask
//! row by row, or a dashboard which begins to count, shows here.
//!
//! Of each number, three statements find out who asks: the account, its roles, its memberships.

use serde_json::{Value, json};
use time::Duration;

use crate::flows::stage::{self, Call};
use crate::harness::{Persona, TestApp, on_both_databases};

on_both_databases![
    a_budget_costs_the_same_whatever_the_ledger_holds,
    a_journal_costs_the_same_whatever_its_length,
    a_list_costs_the_same_whatever_its_length,
    a_public_list_asks_nothing_about_who_asks,
];

async fn cost(app: &TestApp, who: Option<&Persona>, query: &str, variables: Value) -> u64 {
    let before = app.database.statements();
    app.data(who, query, variables).await;
    app.database.statements() - before
}

async fn a_budget_costs_the_same_whatever_the_ledger_holds(app: TestApp) {
    const NOW: &str =
        "query($node: ID!) { budget(node: $node) { opened { amount } paid { amount } available { amount } } }";
    const THEN: &str = "query($node: ID!) { budget(node: $node, asOf: \"2018-06-20T08:00:00Z\") { paid { amount } } }";
    const SERIES: &str = "query($node: ID!) {
        budgetSeries(node: $node, from: \"2018-01-01\", to: \"2018-12-31\", interval: MONTH) {
            date budget { paid { amount } } }
    }";
    const CREDITS: &str = "query($node: ID!) { node(id: $node) {
        ... on Fund { paymentCredits { programme { code } available { amount } } }
        ... on Programme { paymentCredits { programme { code } available { amount } } }
    } }";
    let call = stage::call_open(&app).await;
    app.mutate(
        &call.finance,
        "openPaymentCredits",
        stage::credits_input(&call.programme_id, 2018, "1.00"),
        "",
    )
    .await;
    let costs = async || {
        let mut costs = Vec::new();
        for query in [NOW, THEN, SERIES] {
            for node in [&call.fund_id, &call.programme_id, &call.call_id] {
                costs.push(cost(&app, Some(&call.finance), query, json!({ "node": node })).await);
            }
        }
        for node in [&call.fund_id, &call.programme_id] {
            costs.push(cost(&app, Some(&call.finance), CREDITS, json!({ "node": node })).await);
        }
        costs
    };
    // What was recorded long ago needs no wait for whoever writes.
    app.clock.advance(Duration::hours(1));
    // The node, the currency of its fund, its figures, and for those of now the end of its journal. Payment credits are
    // fields of their node.
    let expected = [7, 7, 7, 6, 6, 6, 6, 6, 6, 8, 7];
    assert_eq!(costs().await, expected);
    many_transfers(&app, &call, 200).await;
    assert_eq!(costs().await, expected);
}

/// Hands one euro down to a call so many times.
async fn many_transfers(app: &TestApp, call: &Call, number: usize) {
    for _ in 0..number {
        call.allocate(app, &call.call_id, "1.00").await;
    }
}

async fn a_journal_costs_the_same_whatever_its_length(app: TestApp) {
    const JOURNAL: &str = "query($fund: ID!, $filter: TransferFilter) { node(id: $fund) { ... on Fund {
        transfers(first: 100, filter: $filter) { totalCount nodes {
            seq kind book amount { amount } debitBalance { amount } hash actor { displayName } subject { id }
            debit { kind owner { id } balance { amount } then: balance(asOf: \"2018-06-20T08:00:00Z\") { amount } }
            credit { kind owner { id } balance { amount } } reverses { seq } reversedBy { seq }
        } }
        accounts(first: 100) { totalCount nodes { kind balance { amount } } }
    } } }";
    const STATEMENT: &str = "query($account: ID!) { node(id: $account) { ... on Account {
        statement(from: \"2018-06-20T08:00:00Z\") { opening { amount } closing { amount }
            lines(first: 100) { totalCount nodes {
                amount { amount } balance { amount } transfer { actor { displayName } } } } }
    } } }";
    let call = stage::call_open(&app).await;
    let last = stage::last_transfer(&app, &call.fund_id).await;
    let account = stage::field(&app, &call.finance, &last, "Transfer", "credit { id }").await["id"].take();
    let costs = async || {
        let mut costs = Vec::new();
        for filter in [
            json!({}),
            json!({ "node": call.call_id }),
            json!({ "node": call.programme_id }),
            json!({ "account": account }),
            json!({ "kinds": ["ALLOCATE"], "book": "AE" }),
        ] {
            let variables = json!({ "fund": call.fund_id, "filter": filter });
            costs.push(cost(&app, Some(&call.finance), JOURNAL, variables).await);
        }
        costs.push(cost(&app, Some(&call.finance), STATEMENT, json!({ "account": account })).await);
        costs
    };
    many_transfers(&app, &call, 10).await;
    let short = costs().await;
    many_transfers(&app, &call, 190).await;
    let long = costs().await;
    for (short, long) in short.iter().zip(&long) {
        // What two relations ask for is asked in one batch or in two, as it happens; a row more would ask once more.
        assert!(
            long <= &(short + 2),
            "{short} statements for ten transfers, {long} for two hundred"
        );
        assert!(*short <= 25, "one statement a relation, not {short}");
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
