//! Every error carries a code that programs can rely on, and none more than its reader may know.

use serde_json::{Value, json};

use crate::flows::stage;
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![every_error_carries_its_code, a_refusal_is_data_and_an_error_is_not,];

async fn every_error_carries_its_code(app: TestApp) {
    let call = stage::call_open(&app).await;
    let budget = format!("{{ budget(node: \"{}\") {{ paid {{ amount }} }} }}", call.fund_id);
    let nested = format!("{{ {} __typename {} }}", "... { ".repeat(60), "} ".repeat(60));
    let wide: Vec<String> = (0..200).map(|number| format!("a{number}: __typename")).collect();
    let stranger = app.persona("Stranger").await;
    for (query, code) in [
        ("{", "BAD_USER_INPUT"),
        ("", "BAD_USER_INPUT"),
        ("{ nothing }", "BAD_USER_INPUT"),
        ("{ fund }", "BAD_USER_INPUT"),
        ("{ fund(code: 7) { name } }", "BAD_USER_INPUT"),
        ("query($id: ID!) { node(id: $id) { id } }", "BAD_USER_INPUT"),
        ("{ node(id: \"nonsense\") { id } }", "NOT_FOUND"),
        ("{ fund(code: \"NONE\") { name } }", "NOT_FOUND"),
        ("{ calls(fund: \"nonsense\") { totalCount } }", "NOT_FOUND"),
        ("{ calls(first: 0) { totalCount } }", "BAD_USER_INPUT"),
        (&budget, "FORBIDDEN"),
        (&nested, "TOO_COMPLEX"),
        (&format!("{{ {} }}", wide.join(" ")), "TOO_COMPLEX"),
    ] {
        let answer = app.ask(&stranger, query, Value::Null).await;
        let errors = answer["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{query}: {answer:#}"));
        for error in errors {
            assert_eq!(error["extensions"]["code"], code, "{query}: {answer:#}");
            assert!(!text(&error["message"]).is_empty(), "{query}: {answer:#}");
        }
        if matches!(code, "NOT_FOUND" | "FORBIDDEN") {
            assert!(errors[0]["path"].is_array(), "where it is: {answer:#}");
        }
    }
    assert_eq!(app.error_code(None, &budget, Value::Null).await, "UNAUTHENTICATED");
}

async fn a_refusal_is_data_and_an_error_is_not(app: TestApp) {
    let input = json!({ "email": "nowhere", "displayName": "Ada", "password": "short", "clientMutationId": "7" });
    let refused = app
        .attempt(None, "registerUser", input, "clientMutationId user { id }")
        .await;
    assert_eq!(refused.get("errors"), None);
    let payload = &refused["data"]["registerUser"];
    assert_eq!(payload["user"], Value::Null);
    assert_eq!(payload["clientMutationId"], "7");
    for refusal in payload["userErrors"].as_array().expect("reasons") {
        assert_eq!(refusal["code"], "VALIDATION");
        assert!(
            !text(&refusal["message"]).is_empty() && refusal["field"].is_array(),
            "{refusal:#}"
        );
    }
    let input = json!({ "name": "DINUM", "kind": "OPERATOR", "scheme": "FR_SIRET", "identifier": stage::SIRET });
    let failed = app
        .attempt(None, "createOrganisation", input, "organisation { id }")
        .await;
    assert_eq!(failed["data"], json!({ "createOrganisation": null }));
    assert_eq!(failed["errors"][0]["path"], json!(["createOrganisation"]));
    // One field that fails takes none of the others with it.
    let call = stage::call_open(&app).await;
    let mixed = "query($id: ID!) { hidden: budget(node: $id) { paid { amount } } seen: fund(code: \"FTAP\") { code } }";
    let mixed = app.ask(None, mixed, json!({ "id": call.fund_id })).await;
    assert_eq!(mixed["data"], json!({ "hidden": null, "seen": { "code": "FTAP" } }));
    assert_eq!(mixed["errors"].as_array().map(Vec::len), Some(1));
}
