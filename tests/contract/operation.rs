//! Which operation of a document runs, and with which variables.

use serde_json::{Value, json};

use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    it_has_to_be_clear_which_operation_runs,
    a_condition_has_the_default_of_its_variable,
    variables_that_the_operation_does_not_define_are_not_looked_at,
];

/// The status of the answer to a request, and the answer.
async fn send(app: &TestApp, body: &Value) -> (u16, Value) {
    let request = app.http.post(format!("{}/graphql", app.url)).json(body);
    let request = request.header("accept", "application/graphql-response+json");
    let response = request.send().await.expect("the server answers");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

async fn it_has_to_be_clear_which_operation_runs(app: TestApp) {
    let both = "query A { __typename } query B { __typename }";
    for (query, name, message) in [
        (both, None, "Operation name required in request."),
        (both, Some("C"), "Unknown operation named \"C\""),
        ("{ __typename }", Some("A"), "Unknown operation named \"A\""),
    ] {
        let (status, answer) = send(&app, &json!({ "query": query, "operationName": name })).await;
        assert_eq!(status, 400, "{answer:#}");
        let error = &answer["errors"][0];
        assert_eq!(text(&error["message"]), message);
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(answer.get("data"), None);
    }
    for (query, name) in [
        (both, Some("B")),
        ("query A { __typename }", None),
        ("{ __typename }", None),
    ] {
        let (status, answer) = send(&app, &json!({ "query": query, "operationName": name })).await;
        assert_eq!((status, &answer["data"]), (200, &json!({ "__typename": "Query" })));
    }
}

async fn a_condition_has_the_default_of_its_variable(app: TestApp) {
    let query = "query($skip: Boolean = true, $include: Boolean! = true) { __typename
        a: funds @skip(if: $skip) { totalCount } b: funds @include(if: $include) { totalCount } }";
    let none = json!({ "totalCount": 0 });
    for (variables, expected) in [
        (json!({}), json!({ "__typename": "Query", "b": none })),
        (
            json!({ "skip": false, "include": false }),
            json!({ "__typename": "Query", "a": none }),
        ),
    ] {
        assert_eq!(app.data(None, query, variables).await, expected);
    }
}

async fn variables_that_the_operation_does_not_define_are_not_looked_at(app: TestApp) {
    let query = "query($first: Int) { funds(first: $first) { totalCount } }";
    let expected = json!({ "funds": { "totalCount": 0 } });
    let variables = json!({ "first": 1, "other": [1, 2, 3] });
    assert_eq!(app.data(None, query, variables).await, expected);
    // One operation's variable does not become another's by its name.
    let shared =
        "query A { ...F } query B($first: Int) { ...F } fragment F on Query { funds(first: $first) { totalCount } }";
    let body = json!({ "query": shared, "operationName": "A", "variables": { "first": 1 } });
    let (status, answer) = send(&app, &body).await;
    assert_eq!(status, 400, "{answer:#}");
    assert!(text(&answer["errors"][0]["message"]).contains("is not defined by operation \"A\""));
}
