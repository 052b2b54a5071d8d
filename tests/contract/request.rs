//! What is not a GraphQL request by POST in JSON is refused before anything of it runs.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::harness::{TestApp, mutation, on_both_databases};

on_both_databases![
    a_mutation_is_sent_as_json_and_as_nothing_else,
    a_mutation_is_not_sent_compressed,
    a_mutation_is_not_sent_by_get,
    a_request_is_one_object,
    answers_are_private_and_of_the_type_that_was_asked_for,
];

/// A request that would open an account.
fn registration(email: &str) -> Value {
    let input = json!({ "email": email, "displayName": "Ada", "password": "a long enough password" });
    json!({ "query": mutation("registerUser", "user { id }"), "variables": { "input": input } })
}

/// Whether an account has been opened.
async fn is_registered(app: &TestApp, email: &str) -> bool {
    let auditor = app.as_auditor().await;
    let find = "query($email: String!) { user(email: $email) { id } }";
    let answer = app.ask(&auditor, find, json!({ "email": email })).await;
    answer["data"]["user"].is_object()
}

async fn a_mutation_is_sent_as_json_and_as_nothing_else(app: TestApp) {
    let url = format!("{}/graphql", app.url);
    let body = registration("ada@example.org").to_string();
    for media in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/jsonp",
        "application/json; charset=utf-16",
    ] {
        let request = app
            .http
            .post(&url)
            .header(header::CONTENT_TYPE, media)
            .body(body.clone());
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 415, "{media}");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{media}");
        assert_eq!(answer.get("data"), None, "{media}");
    }
    assert!(!is_registered(&app, "ada@example.org").await, "none of them ran");
    let media = "application/json; charset=utf-8";
    let request = app.http.post(&url).header(header::CONTENT_TYPE, media).body(body);
    assert_eq!(request.send().await.expect("the server answers").status(), 200);
    assert!(is_registered(&app, "ada@example.org").await);
}

async fn a_mutation_is_not_sent_compressed(app: TestApp) {
    let send = async |coding: &'static str| {
        let request = app.http.post(format!("{}/graphql", app.url));
        let request = request.header(header::CONTENT_ENCODING, coding);
        let request = request.json(&registration("ada@example.org"));
        request.send().await.expect("the server answers")
    };
    for coding in ["gzip", "br", "identity, gzip"] {
        let response = send(coding).await;
        assert_eq!(response.status(), 415, "{coding}");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{coding}");
    }
    assert!(!is_registered(&app, "ada@example.org").await, "none of them ran");
    assert_eq!(send("identity").await.status(), 200);
    assert!(is_registered(&app, "ada@example.org").await);
}

async fn a_mutation_is_not_sent_by_get(app: TestApp) {
    let email = "ada%40example.org";
    let query = format!(
        "mutation%7BregisterUser(input:%7Bemail:%22{email}%22,displayName:%22Ada%22,\
         password:%22a%20long%20enough%20password%22%7D)%7BclientMutationId%7D%7D"
    );
    let url = format!("{}/graphql?query={query}", app.url);
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let request = app
            .http
            .request(method.clone(), &url)
            .header(header::ACCEPT, "application/json");
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status(), 405, "{method}");
        let is_query = matches!(method, Method::GET | Method::HEAD);
        let allowed = if is_query { "POST" } else { "GET, HEAD, POST" };
        assert_eq!(response.headers()[header::ALLOW], allowed, "{method}");
    }
    assert!(!is_registered(&app, "ada@example.org").await);
}

async fn a_request_is_one_object(app: TestApp) {
    let url = format!("{}/graphql", app.url);
    let one = registration("ada@example.org");
    for body in [
        json!([one, one]).to_string(),
        "null".to_owned(),
        String::new(),
        "{\"query\": \"mutation".to_owned(),
        json!({ "mutation": one["query"] }).to_string(),
        json!({ "query": one["query"], "variables": "none" }).to_string(),
        json!({ "query": one["query"], "variables": one["variables"], "extensions": [null] }).to_string(),
        json!({ "query": one["query"], "variables": one["variables"], "extensions": [["sha"]] }).to_string(),
    ] {
        let request = app.http.post(&url).header(header::CONTENT_TYPE, "application/json");
        let response = request.body(body.clone()).send().await.expect("the server answers");
        assert_eq!(response.status(), 400, "{body}");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{body}");
    }
    assert!(!is_registered(&app, "ada@example.org").await);
    let large = json!({ "query": format!("# {}\n{{ __typename }}", "x".repeat(1_100_000)) });
    let response = app
        .http
        .post(&url)
        .json(&large)
        .send()
        .await
        .expect("the server answers");
    assert_eq!(response.status(), 413);
}

async fn answers_are_private_and_of_the_type_that_was_asked_for(app: TestApp) {
    let url = format!("{}/graphql", app.url);
    for (accept, media, status) in [
        (
            "application/graphql-response+json",
            "application/graphql-response+json; charset=utf-8",
            400,
        ),
        ("application/json", "application/json; charset=utf-8", 200),
        ("*/*", "application/json; charset=utf-8", 200),
    ] {
        let request = app.http.post(&url).header(header::ACCEPT, accept);
        let response = request.json(&json!({ "query": "{ nothing }" })).send().await;
        let response = response.expect("the server answers");
        assert_eq!(response.status(), status, "{accept}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], media, "{accept}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-store");
        assert_eq!(
            response.headers()[header::VARY],
            "Authorization, Accept, Accept-Language, Accept-Encoding"
        );
    }
}
