//! What may be run on a socket: subscriptions to one field, each under a name of its own.

use std::time::Duration;

use serde_json::{Value, json};

use super::Crowded;
use super::client::Socket;
use crate::flows::stage;
use crate::harness::{TestApp, mutation, on_both_databases};

on_both_databases![
    a_query_or_a_mutation_is_refused_and_not_run,
    a_request_that_is_wrong_is_told_why_and_the_socket_goes_on,
    two_operations_of_one_name_close_the_socket,
    an_operation_ends_when_its_client_says_so,
    one_operation_too_many_is_refused,
];

async fn a_query_or_a_mutation_is_refused_and_not_run(app: TestApp) {
    let auditor = app.as_auditor().await;
    let mut socket = Socket::of(&app, &auditor).await;
    let input = json!({ "email": "ada@example.org", "displayName": "Ada", "password": "a long enough password" });
    let register = mutation("registerUser", "user { id }");
    let other = format!("{register} subscription Other {{ budgetChanged(node: \"x\") {{ nodeId }} }}");
    for (id, query) in [("1", "{ __typename }"), ("2", &register), ("3", &other)] {
        socket.subscribe(id, query, json!({ "input": input })).await;
        let message = socket.hear().await;
        assert_eq!(
            (&message["type"], &message["id"]),
            (&json!("error"), &json!(id)),
            "{message:#}"
        );
        assert_eq!(message["payload"].as_array().map(Vec::len), Some(1), "{message:#}");
        let error = &message["payload"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{message:#}");
        let told = error["message"].as_str().expect("a text");
        assert!(told.contains("POST") || id == "3", "{told}");
    }
    let find = "query($email: String!) { user(email: $email) { id } }";
    let answer = app.ask(&auditor, find, json!({ "email": "ada@example.org" })).await;
    assert!(answer["data"]["user"].is_null(), "{answer:#}");
}

async fn a_request_that_is_wrong_is_told_why_and_the_socket_goes_on(app: TestApp) {
    let mut socket = Socket::of(&app, None).await;
    let deep = format!(
        "subscription {{ budgetChanged(node: \"x\") {{ {} nodeId {} }} }}",
        "... { ".repeat(40),
        "} ".repeat(40)
    );
    let figures = "{ budget { opened { amount } } }";
    for (query, variables, code) in [
        ("subscription {", json!({}), "BAD_USER_INPUT"),
        ("subscription { nothing }", json!({}), "BAD_USER_INPUT"),
        ("subscription { __typename }", json!({}), "BAD_USER_INPUT"),
        (
            &format!("subscription {{ budgetChanged {figures} }}"),
            json!({}),
            "BAD_USER_INPUT",
        ),
        (
            &format!("subscription($node: ID!) {{ budgetChanged(node: $node) {figures} }}"),
            json!({}),
            "BAD_USER_INPUT",
        ),
        (
            &format!(
                "subscription {{ a: budgetChanged(node: \"x\") {figures} b: budgetChanged(node: \"x\") {figures} }}"
            ),
            json!({}),
            "BAD_USER_INPUT",
        ),
        (&deep, json!({}), "TOO_COMPLEX"),
    ] {
        // The name is free again each time.
        socket.subscribe("1", query, variables).await;
        assert_eq!(socket.refused("1").await, [code], "{query}");
    }
    assert!(
        socket.is_quiet(Duration::from_millis(50)).await,
        "an error is the last word"
    );
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await["type"], "pong");
}

async fn two_operations_of_one_name_close_the_socket(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let mut socket = Socket::of(&app, &fund.finance).await;
    socket.follow("same", &fund.fund_id).await;
    socket.event("same").await;
    socket.follow("same", &fund.programme_id).await;
    assert_eq!(
        socket.closed().await,
        (4409, "Subscriber for same already exists".to_owned())
    );
}

async fn an_operation_ends_when_its_client_says_so(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let mut socket = Socket::of(&app, &fund.finance).await;
    for id in ["1", "2"] {
        socket.follow(id, &fund.programme_id).await;
        socket.event(id).await;
    }
    socket.complete("1").await;
    socket.complete("unknown").await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }), "not a word of it");
    fund.allocate(&app, &fund.programme_id, "1.00").await;
    socket.event("2").await;
    assert!(socket.is_quiet(Duration::from_millis(700)).await);
    socket.follow("1", &fund.fund_id).await;
    socket.event("1").await;
}

async fn one_operation_too_many_is_refused(Crowded(app): Crowded) {
    let fund = stage::fund_open(&app).await;
    let mut socket = Socket::of(&app, &fund.finance).await;
    for id in ["1", "2", "3"] {
        socket.follow(id, &fund.fund_id).await;
        socket.event(id).await;
    }
    socket.subscribe("4", "subscription {", Value::Null).await;
    assert_eq!(socket.refused("4").await, ["BAD_USER_INPUT"]);
    socket.complete("2").await;
    socket.follow("4", &fund.fund_id).await;
    socket.event("4").await;
}
