//! Options that hold the program to something, as its operator gives them.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::flows::stage::SIRET;
use crate::harness::{Engine, Octroi, TestDatabase, mutation, octroi, on_both_databases};

on_both_databases![requests_run_and_wait_as_many_and_as_long_as_the_operator_says];

const KNOWN: &str = "query Known { __typename }";

/// A manifest in a test's folder, and the digest of its only document.
fn manifest(storage: &TestDatabase) -> (String, String) {
    let path = storage.folder.join("manifest.json");
    let hash = hex::encode(Sha256::digest(KNOWN));
    fs::write(&path, json!({ hash.as_str(): KNOWN }).to_string()).expect("a file");
    (path.to_str().expect("a text").to_owned(), hash)
}

/// The status of the answer to this body.
async fn post(server: &Octroi, body: &Value) -> u16 {
    let request = server.http.post(format!("{}/graphql", server.url));
    let request = request.header(header::ACCEPT, "application/graphql-response+json");
    let response = request.json(body).send().await.expect("the server answers");
    response.status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_of_the_manifest_run_and_no_others_if_the_operator_says_so() {
    let storage = Arc::new(TestDatabase::migrated(Engine::Sqlite).await);
    let (path, hash) = manifest(&storage);
    let known = json!({ "documentId": hash });
    let other = json!({ "query": "{ __typename }" });
    for (options, status) in [
        (&["--persisted-operations", path.as_str()][..], 200),
        (&["--persisted-operations", path.as_str(), "--persisted-only"], 400),
    ] {
        let server = Octroi::serve_with(&storage, options).await;
        assert_eq!(post(&server, &known).await, 200, "{options:?}");
        assert_eq!(post(&server, &other).await, status, "{options:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_variable_that_says_no_is_as_good_as_none() {
    let storage = Arc::new(TestDatabase::migrated(Engine::Sqlite).await);
    let environment = [("OCTROI_PERSISTED_ONLY", "false"), ("OCTROI_PRODUCTION", "no")];
    let server = Octroi::serve_in(&storage, &environment).await;
    assert_eq!(post(&server, &json!({ "query": "{ __typename }" })).await, 200);
    let editor = server.http.get(&server.url).send().await.expect("the server answers");
    assert_eq!(editor.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_of_no_manifest_cannot_be_all_that_runs() {
    let storage = TestDatabase::migrated(Engine::Sqlite).await;
    let refused = octroi(&storage, &["serve", "--listen", "127.0.0.1:0", "--persisted-only"]);
    let reason = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success(), "{refused:?}");
    assert!(reason.contains("--persisted-operations"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_known_by_what_a_trusted_proxy_says_and_by_nobody_else_s_word() {
    let storage = Arc::new(TestDatabase::migrated(Engine::Sqlite).await);
    for (options, status) in [
        (
            &["--requests-per-second", "1", "--trusted-proxy", "127.0.0.0/8"][..],
            200,
        ),
        (&["--requests-per-second", "1"], 429),
    ] {
        let server = Octroi::serve_with(&storage, options).await;
        let ask = async |client: &str| {
            let request = server.request(None, "{ __typename }", &Value::Null);
            let response = request.header("x-forwarded-for", client).send().await;
            response.expect("the server answers").status().as_u16()
        };
        let mut refused = false;
        for _ in 0..100 {
            refused = refused || ask("192.0.2.1").await == 429;
        }
        assert!(refused, "{options:?}: one client sends too many");
        assert_eq!(ask("192.0.2.2").await, status, "{options:?}: another has sent none");
    }
}

async fn requests_run_and_wait_as_many_and_as_long_as_the_operator_says(storage: TestDatabase) {
    let storage = Arc::new(storage);
    let options = [
        "--running-requests",
        "1",
        "--waiting-requests",
        "0",
        "--request-seconds",
        "2",
    ];
    let server = Octroi::serve_with(&storage, &options).await;
    let token = server.token(&server.persona("Ada").await).await;
    let lock = storage.connection().await;
    let statement = match storage.engine {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN; LOCK TABLE organisation IN EXCLUSIVE MODE",
    };
    lock.execute_unprepared(statement).await.expect("the lock");

    let input = json!({ "name": "Ville d'Ancenis", "kind": "OPERATOR", "scheme": "FR_SIRET", "identifier": SIRET });
    let slow = server.request(
        Some(&token),
        &mutation("createOrganisation", ""),
        &json!({ "input": input }),
    );
    let quick = || server.request(None, "{ __typename }", &Value::Null).send();
    let begun = Instant::now();
    let (slow, turned_away) = futures_util::future::join(slow.send(), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let answer = quick().await.expect("the server answers");
        (answer.status(), begun.elapsed())
    })
    .await;
    let (status, when) = turned_away;
    assert_eq!(status, 503, "one runs, and none may wait");
    assert!(when < Duration::from_secs(2), "at once: {when:?}");
    assert_eq!(slow.expect("the server answers").status(), 503, "for two seconds");
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    lock.execute_unprepared("ROLLBACK").await.expect("the lock is let go");
    assert_eq!(quick().await.expect("the server answers").status(), 200);
}
