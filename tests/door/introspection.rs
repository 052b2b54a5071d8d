//! Who is told what the contract has: everybody while one develops, those who are signed in in production.

use api::Settings;
use serde_json::{Value, json};

use crate::harness::{Engine, Fixture, TestApp, TestDatabase, on_both_databases, text};
use crate::subscription::client::Socket;

on_both_databases![
    in_production_a_stranger_is_not_told_what_there_is,
    while_one_develops_everybody_is,
    in_production_a_stranger_is_not_told_by_a_socket_either,
    the_errors_of_a_subscription_are_not_endless,
    tools_may_ask_for_the_whole_contract,
];

const INTROSPECTION: &str = "{ __schema { queryType { name } } }";
const HIDDEN: &str = "{ ...A } fragment A on Query { ... { alias: __type(name: \"Fund\") { name } } }";
/// A field that nearly has the name of one that there is.
const MISSPELT: &str = "{ viewr { user { id } } }";

/// What graphql-js asks with every option (`getIntrospectionQuery`), and with it GraphiQL and what generates clients.
const WHOLE: &str = include_str!("introspection.graphql");

struct Production(TestApp);

impl Fixture for Production {
    async fn start(engine: Engine) -> Self {
        let settings = Settings {
            production: true,
            ..Settings::default()
        };
        Self(TestApp::with(TestDatabase::migrated(engine).await, settings).await)
    }
}

async fn in_production_a_stranger_is_not_told_what_there_is(Production(app): Production) {
    for query in [INTROSPECTION, HIDDEN] {
        assert_eq!(
            app.error_code(None, query, Value::Null).await,
            "BAD_USER_INPUT",
            "{query}"
        );
    }
    assert_eq!(
        message(&app.ask(None, MISSPELT, Value::Null).await),
        "Unknown field \"viewr\" on type \"Query\"."
    );
    assert_eq!(
        app.data(None, "{ __typename }", Value::Null).await,
        json!({ "__typename": "Query" })
    );
    let auditor = app.as_auditor().await;
    for query in [INTROSPECTION, HIDDEN] {
        app.data(&auditor, query, Value::Null).await;
    }
    assert!(message(&app.ask(&auditor, MISSPELT, Value::Null).await).contains("Did you mean \"viewer\""));
}

async fn while_one_develops_everybody_is(app: TestApp) {
    for query in [INTROSPECTION, HIDDEN] {
        app.data(None, query, Value::Null).await;
    }
    assert!(message(&app.ask(None, MISSPELT, Value::Null).await).contains("Did you mean \"viewer\""));
}

fn message(answer: &Value) -> String {
    text(&answer["errors"][0]["message"])
}

/// A subscription, beside a question about the contract that does not run.
const BESIDE: &str =
    "subscription S { budgetChanged(node: \"x\") { nodeId } } query Q { __schema { queryType { name } } }";

/// The message of the first error that a subscription is answered with.
async fn refused(socket: &mut Socket, query: &str) -> String {
    let payload = json!({ "query": query, "operationName": query.contains("query Q").then_some("S") });
    socket
        .say(json!({ "type": "subscribe", "id": "1", "payload": payload }))
        .await;
    let answer = socket.hear().await;
    assert_eq!(answer["type"], "error", "{answer:#}");
    text(&answer["payload"][0]["message"])
}

async fn in_production_a_stranger_is_not_told_by_a_socket_either(Production(app): Production) {
    let misspelt = "subscription { budgetChangd(node: \"x\") { nodeId } }";
    let mut stranger = Socket::of(&app, None).await;
    assert_eq!(
        refused(&mut stranger, misspelt).await,
        "Unknown field \"budgetChangd\" on type \"Subscription\"."
    );
    let explains = "This server explains its contract to those who are signed in only.";
    assert_eq!(refused(&mut stranger, BESIDE).await, explains);
    let auditor = app.as_auditor().await;
    let mut signed_in = Socket::of(&app, &auditor).await;
    assert!(
        refused(&mut signed_in, misspelt)
            .await
            .contains("Did you mean \"budgetChanged\"")
    );
}

async fn the_errors_of_a_subscription_are_not_endless(app: TestApp) {
    let arguments: String = (0..60).map(|number| format!("a{number}: 1 ")).collect();
    let query = format!("subscription {{ budgetChanged(node: \"x\") {{ nodeId({arguments}) }} }}");
    let mut socket = Socket::of(&app, None).await;
    socket.subscribe("1", &query, Value::Null).await;
    assert_eq!(
        socket.refused("1").await.len(),
        51,
        "fifty, and one that says how many more"
    );
}

async fn tools_may_ask_for_the_whole_contract(app: TestApp) {
    let answer = app.ask(None, WHOLE, Value::Null).await;
    let types = answer["data"]["__schema"]["types"].as_array().map_or(0, Vec::len);
    assert!(types > 100, "{types} types, {}", answer["errors"]);
    // There is room for a contract of twice the size.
    let cost = answer["extensions"]["cost"].as_u64().expect("a number");
    assert!((1_000..10_000).contains(&cost), "{cost}");
}
