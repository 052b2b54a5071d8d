//! The log: a line for each request, with nothing of what people write or who they are.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::{Engine, Octroi, TestDatabase, on_both_databases};

on_both_databases![a_request_leaves_a_line_without_what_it_says];

const EMAIL: &str = "ada.lovelace@example.org";
const PASSWORD: &str = "a long enough password";
const REGISTER: &str = "mutation RegisterAda($input: RegisterUserInput!) {
    registerUser(input: $input) { user { id } userErrors { code } } }";
const LOG_IN: &str = "mutation($input: LogInInput!) {
    logIn(input: $input) { session { accessToken } userErrors { code } } }";

/// Sends a request; its number and what it answers.
async fn ask(server: &Octroi, token: Option<&str>, query: &str, variables: Value) -> (String, Value) {
    let answer = server.request(token, query, &variables).send().await;
    let answer = answer.expect("the server answers");
    let number = answer.headers()["x-request-id"].to_str().expect("a text").to_owned();
    (number, answer.json().await.expect("JSON"))
}

/// The one line of the log about a request.
#[track_caller]
fn line(log: &str, number: &str) -> String {
    let lines: Vec<_> = log
        .lines()
        .filter(|line| line.contains(number) && line.contains("octroi::request"))
        .collect();
    assert_eq!(lines.len(), 1, "{number} in\n{log}");
    lines[0].to_owned()
}

async fn a_request_leaves_a_line_without_what_it_says(server: Octroi) {
    let input = json!({ "email": EMAIL, "displayName": "Ada Lovelace", "password": PASSWORD });
    let (registered, answer) = ask(&server, None, REGISTER, json!({ "input": input })).await;
    assert!(answer["data"]["registerUser"]["user"]["id"].is_string(), "{answer:#}");
    let (refused, _) = ask(&server, None, REGISTER, json!({ "input": input })).await;
    let input = json!({ "email": EMAIL, "password": PASSWORD });
    let (_, answer) = ask(&server, None, LOG_IN, json!({ "input": input })).await;
    let token = answer["data"]["logIn"]["session"]["accessToken"]
        .as_str()
        .expect("a token")
        .to_owned();
    let secret = format!("query Who {{ viewer {{ user {{ email }} }} user(email: \"{EMAIL}\") {{ id }} }}");
    let (who, _) = ask(&server, Some(&token), &secret, Value::Null).await;
    let (malformed, _) = ask(&server, Some(&token), &format!("{{ {EMAIL}"), Value::Null).await;
    assert!(server.terminate().await.success());

    let log = server.log();
    let requests: Vec<_> = log.lines().filter(|line| line.contains("octroi::request")).collect();
    for secret in [EMAIL, "Lovelace", PASSWORD, &token, "127.0.0.1", "viewer"] {
        assert!(!requests.iter().any(|line| line.contains(secret)), "{secret} in\n{log}");
    }
    for secret in [EMAIL, "Lovelace", PASSWORD, &token] {
        assert!(!log.contains(secret), "{secret} in\n{log}");
    }
    for (number, parts) in [
        (
            registered,
            [
                "operation=\"RegisterAda\"",
                "kind=\"mutation\"",
                "actor=none",
                "outcome=\"OK\"",
            ],
        ),
        (
            refused,
            [
                "operation=\"RegisterAda\"",
                "kind=\"mutation\"",
                "status=200",
                "outcome=\"ALREADY_EXISTS\"",
            ],
        ),
        (who, ["operation=\"Who\"", "kind=\"query\"", "actor=0", "milliseconds="]),
        (
            malformed,
            [
                "operation=\"anonymous\"",
                "kind=\"none\"",
                "outcome=\"BAD_USER_INPUT\"",
                "bytes=",
            ],
        ),
    ] {
        let line = line(&log, &number);
        assert!(line.contains("INFO"), "{line}");
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_production_the_log_is_for_machines() {
    let storage = Arc::new(TestDatabase::migrated(Engine::Sqlite).await);
    let server = Octroi::serve_with(&storage, &["--production"]).await;
    let (number, _) = ask(&server, None, "query Name { __typename }", Value::Null).await;
    assert!(server.terminate().await.success());
    let log = server.log();
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    let told: Value = serde_json::from_str(&line(&log, &number)).expect("JSON");
    let fields = &told["fields"];
    assert_eq!(fields["operation"], "Name", "{told:#}");
    assert_eq!(fields["status"], 200, "{told:#}");
    assert!(fields["milliseconds"].is_f64() && fields["bytes"].is_u64(), "{told:#}");
}
