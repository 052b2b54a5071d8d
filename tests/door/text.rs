//! Texts that no column can have: PostgreSQL takes no U+0000, and nobody is to learn of it.

use serde_json::json;

use crate::flows::stage::{ENVELOPE, envelope_input, fund_open, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_text_that_nothing_can_have_answers_as_one_that_nothing_has,
    a_text_that_cannot_be_kept_is_refused_by_its_path,
];

/// Whatever is found by a text.
const QUERIES: [&str; 7] = [
    "query($text: String!) { fund(code: $text) { name } }",
    "query($text: String!) { call(code: $text) { title } }",
    "query($text: String!) { user(email: $text) { id } }",
    "query($text: String!) { organisation(scheme: OTHER, identifier: $text) { name } }",
    "query($text: String!) { fundedProjects(search: $text) { totalCount nodes { title } } }",
    "query($text: String!) { fundedProjects(fundCode: $text) { totalCount } }",
    "query($text: String!) { fundedProjects(callCode: $text) { totalCount } }",
];

async fn a_text_that_nothing_can_have_answers_as_one_that_nothing_has(app: TestApp) {
    let admin = app.as_admin().await;
    for query in QUERIES {
        for (missing, impossible) in [("a", "a\0"), ("a", "\0"), ("a@example.org", "a\0@example.org")] {
            let missing = app.ask(&admin, query, json!({ "text": missing })).await;
            let impossible = app.ask(&admin, query, json!({ "text": impossible })).await;
            assert_eq!(impossible, missing, "{query}");
        }
    }
    let literal = app
        .ask(&admin, r#"{ fund(code: "a\u0000") { name } }"#, json!({}))
        .await;
    assert_eq!(literal["errors"][0]["extensions"]["code"], "NOT_FOUND", "{literal:#}");
}

async fn a_text_that_cannot_be_kept_is_refused_by_its_path(app: TestApp) {
    let password = "a long enough password";
    let account = json!({ "email": "ada\0@example.org", "displayName": "Ada\0", "password": password });
    let reasons = app.mutation_reasons(None, "registerUser", account).await;
    assert_eq!(reasons, ["VALIDATION email", "VALIDATION displayName"]);
    let session = json!({ "email": "ada\0@example.org", "password": password });
    let refused = app.mutation_refused(None, "logIn", session).await;
    assert_eq!(refused, ["INVALID_CREDENTIALS"]);
    let code = app
        .mutation_error(None, "refreshSession", json!({ "refreshToken": "\0" }))
        .await;
    assert_eq!(code, "UNAUTHENTICATED");

    let fund = fund_open(&app).await;
    let envelope = |texts| with(envelope_input(&fund.fund_id, ENVELOPE), texts);
    let texts = envelope(json!({ "reason": "Voted\0" }));
    let reasons = app.mutation_reasons(&fund.finance, "openEnvelope", texts).await;
    assert!(reasons.contains(&"VALIDATION reason".to_owned()), "{reasons:?}");
    let key = envelope(json!({ "idempotencyKey": "key\0" }));
    let reasons = app.mutation_reasons(&fund.finance, "openEnvelope", key).await;
    assert_eq!(reasons, ["VALIDATION idempotencyKey"]);
    app.verify().await;
}
