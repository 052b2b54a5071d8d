//! What an answer says of its request in `extensions`: which it was, and what it cost.

use reqwest::Response;
use serde_json::{Value, json};

use crate::harness::{Client, Octroi, TestApp, on_both_databases, text};
use sea_orm::ConnectionTrait;

on_both_databases![
    an_answer_says_which_request_it_is_for_and_what_it_cost,
    a_refusal_says_which_request_it_is_for,
    what_broke_is_in_the_log_under_the_number_that_the_client_is_told,
];

/// Sends a query; the status and the number in the head of the answer, and the answer.
async fn ask(app: &Client, query: &str) -> (u16, String, Value) {
    taken(
        app.request(None, query, &Value::Null)
            .send()
            .await
            .expect("the server answers"),
    )
    .await
}

async fn taken(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    let number = response.headers()["x-request-id"].to_str().expect("a text").to_owned();
    (status, number, response.json().await.expect("JSON"))
}

async fn an_answer_says_which_request_it_is_for_and_what_it_cost(app: TestApp) {
    let (status, number, small) = ask(&app, "{ __typename }").await;
    assert_eq!((status, &small["extensions"]["requestId"]), (200, &json!(number)));
    let cost = |answer: &Value| answer["extensions"]["cost"].as_u64().expect("a cost");
    let (_, other, large) = ask(&app, "{ funds(first: 50) { nodes { id } } }").await;
    assert_ne!(number, other, "each request has its own number");
    assert!(cost(&large) > 50 && cost(&large) > cost(&small), "{large:#}");
    let (status, number, missing) = ask(&app, "{ fund(code: \"NONE\") { id } }").await;
    assert_eq!((status, &missing["extensions"]["requestId"]), (200, &json!(number)));
    assert!(cost(&missing) > 0, "what ran has its price, found or not: {missing:#}");

    // What anybody may keep is the same for everybody, whichever request it was.
    let by_url = app.http.get(format!("{}/graphql?query={{__typename}}", app.url));
    let (_, _, kept) = taken(by_url.send().await.expect("the server answers")).await;
    assert_eq!(kept["extensions"], json!({ "cost": cost(&small) }));
}

async fn a_refusal_says_which_request_it_is_for(app: TestApp) {
    let dear =
        "{ funds(first: 100) { nodes { calls(first: 100) { nodes { awards(first: 100) { nodes { id } } } } } } }";
    for query in ["{", "{ nothing }", dear] {
        let (status, number, refused) = ask(&app, query).await;
        assert_eq!(status, 400, "{query}");
        assert_eq!(refused["extensions"]["requestId"], json!(number), "{query}");
        assert_eq!(refused.get("data"), None, "{query}");
    }
    let url = format!("{}/graphql", app.url);
    for request in [
        app.http.post(&url).header("content-type", "text/plain").body("{}"),
        app.http.post(&url).json(&json!([])),
        app.http.put(&url),
        app.http
            .post(&url)
            .bearer_auth("nonsense")
            .json(&json!({ "query": "{ __typename }" })),
    ] {
        let request = request.header("accept", "application/graphql-response+json");
        let (status, number, refused) = taken(request.send().await.expect("the server answers")).await;
        assert!((400..500).contains(&status), "{refused:#}");
        assert_eq!(refused["extensions"]["requestId"], json!(number), "{status}");
    }
}

async fn what_broke_is_in_the_log_under_the_number_that_the_client_is_told(server: Octroi) {
    let auditor = server.as_auditor().await;
    let token = server.token(&auditor).await;
    let connection = server.storage.connection().await;
    let broken = connection
        .execute_unprepared("ALTER TABLE role_grant RENAME TO gone")
        .await;
    broken.expect("the database is ours to break");
    let request = server.request(Some(&token), "{ viewer { user { id } } }", &Value::Null);
    let (status, number, answer) = taken(request.send().await.expect("the server answers")).await;
    let error = &answer["errors"][0];
    assert_eq!(
        (status, &error["extensions"]["code"]),
        (500, &json!("INTERNAL")),
        "{answer:#}"
    );
    assert!(!answer.to_string().contains("role_grant"), "{answer:#}");
    let error_id = text(&error["extensions"]["errorId"]);
    assert!(server.terminate().await.success());
    let log = server.log();
    let line = log.lines().find(|line| line.contains(&error_id)).expect(&log);
    assert!(line.contains("ERROR") && line.contains("role_grant"), "{line}");
    assert!(line.contains(&number), "which request it was: {line}");
}
