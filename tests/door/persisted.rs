//! Documents that clients name by their hash.

use std::fs;

use api::Settings;
use api::documents::Documents;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::flows::stage;
use crate::harness::{Engine, Fixture, TestApp, TestDatabase, on_both_databases};
use crate::subscription::client::Socket;

on_both_databases![
    a_document_is_named_by_its_hash,
    where_only_known_documents_run_no_other_does,
    a_subscription_is_named_by_its_hash_too,
];

const KNOWN: &str = "query Known($first: Int!) { funds(first: $first) { totalCount } }";
const FOLLOWED: &str = "subscription Followed($node: ID!) { budgetChanged(node: $node) { nodeId } }";

fn hash(document: &str) -> String {
    hex::encode(Sha256::digest(document))
}

async fn app(engine: Engine, only: bool) -> TestApp {
    let storage = TestDatabase::migrated(engine).await;
    let manifest = storage.folder.join("manifest.json");
    let texts = json!({ hash(KNOWN).as_str(): KNOWN, hash(FOLLOWED).as_str(): FOLLOWED });
    fs::write(&manifest, texts.to_string()).expect("a file");
    let settings = Settings {
        documents: Documents::load(&manifest, only).expect("a manifest"),
        ..Settings::default()
    };
    TestApp::with(storage, settings).await
}

struct Some_(TestApp);
struct Only(TestApp);

impl Fixture for Some_ {
    async fn start(engine: Engine) -> Self {
        Self(app(engine, false).await)
    }
}

impl Fixture for Only {
    async fn start(engine: Engine) -> Self {
        Self(app(engine, true).await)
    }
}

async fn post(app: &TestApp, body: Value) -> (u16, Value) {
    let request = app.http.post(format!("{}/graphql", app.url));
    let request = request
        .header("accept", "application/graphql-response+json")
        .json(&body);
    let response = request.send().await.expect("the server answers");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

/// The ways in which clients name a document.
fn names(document: &str) -> [Value; 3] {
    let (hash, variables) = (hash(document), json!({ "first": 1 }));
    [
        json!({ "documentId": format!("sha256:{hash}"), "variables": variables }),
        json!({ "documentId": hash, "variables": variables }),
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } }, "variables": variables }),
    ]
}

async fn a_document_is_named_by_its_hash(Some_(app): Some_) {
    for body in names(KNOWN) {
        let (status, answer) = post(&app, body).await;
        assert_eq!(
            (status, &answer["data"]["funds"]["totalCount"]),
            (200, &json!(0)),
            "{answer:#}"
        );
    }
    for body in names("{ __typename }") {
        let (status, answer) = post(&app, body).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!((status, code), (400, &json!("PERSISTED_QUERY_NOT_FOUND")), "{answer:#}");
    }
    let by_url = format!(
        "{}/graphql?documentId={}&variables=%7B%22first%22:1%7D",
        app.url,
        hash(KNOWN)
    );
    let response = app.http.get(by_url).send().await.expect("the server answers");
    assert_eq!(response.status(), 200);
    let other = json!({ "query": "{ __typename }", "documentId": hash(KNOWN) });
    assert_eq!(
        post(&app, other).await.1["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    assert_eq!(
        post(&app, json!({ "query": "{ __typename }" })).await.0,
        200,
        "others run too"
    );
}

async fn where_only_known_documents_run_no_other_does(Only(app): Only) {
    for body in names(KNOWN) {
        assert_eq!(post(&app, body).await.0, 200);
    }
    assert_eq!(
        post(&app, json!({ "query": KNOWN, "variables": { "first": 1 } }))
            .await
            .0,
        200
    );
    for body in [
        json!({ "query": "{ __typename }" }),
        json!({ "query": KNOWN.replace("Known", "Other") }),
    ] {
        let (status, answer) = post(&app, body).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!((status, code), (400, &json!("PERSISTED_QUERY_NOT_FOUND")), "{answer:#}");
    }
}

async fn a_subscription_is_named_by_its_hash_too(Some_(app): Some_) {
    let fund = stage::fund_open(&app).await;
    let mut socket = Socket::of(&app, &fund.finance).await;
    for mut payload in names(FOLLOWED) {
        payload["variables"] = json!({ "node": fund.fund_id });
        socket
            .say(json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await;
        let event = socket.event("1").await;
        assert_eq!(
            event["data"]["budgetChanged"]["nodeId"],
            json!(fund.fund_id),
            "{event:#}"
        );
        socket.complete("1").await;
    }
    for payload in names("subscription { unknown }") {
        socket
            .say(json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await;
        assert_eq!(socket.refused("1").await, ["PERSISTED_QUERY_NOT_FOUND"]);
    }
}
