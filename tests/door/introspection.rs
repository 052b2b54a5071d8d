//! Who is told what the contract has: everybody while one develops, those who are signed in in production.

use api::Settings;
use serde_json::{Value, json};

use crate::harness::{Engine, Fixture, TestApp, TestDatabase, on_both_databases, text};

on_both_databases![
    in_production_a_stranger_is_not_told_what_there_is,
    while_one_develops_everybody_is,
];

const INTROSPECTION: &str = "{ __schema { queryType { name } } }";
const HIDDEN: &str = "{ ...A } fragment A on Query { ... { alias: __type(name: \"Fund\") { name } } }";
/// A field that nearly has the name of one that there is.
const MISSPELT: &str = "{ viewr { user { id } } }";

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
