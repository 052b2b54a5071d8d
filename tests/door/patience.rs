//! How long the server waits, for a request to arrive, for its turn and for its end; and how much it takes in.

use std::time::{Duration, Instant};

use api::Settings;
use api::traffic::Capacity;
use futures_util::future::join3;
use reqwest::{Response, header};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::flows::stage::SIRET;
use crate::harness::{Engine, Fixture, TestApp, TestDatabase, mutation, on_both_databases};

on_both_databases![
    a_request_that_runs_too_long_is_told_to_come_again,
    a_request_that_waits_too_long_for_its_turn_is_told_to_come_again,
];

/// How long a request may wait, and then run.
const PATIENCE: Duration = Duration::from_secs(2);
/// What the machine may add to it.
const DELAY: Duration = Duration::from_secs(8);
/// The largest body of a request, in bytes.
const LARGEST: usize = 1024 * 1024;

/// A server that runs one request at a time, and has little patience.
struct Impatient(TestApp);

impl Fixture for Impatient {
    async fn start(engine: Engine) -> Self {
        let capacity = Capacity {
            requests_per_second: None,
            running: 1,
            patience: PATIENCE,
            ..Capacity::default()
        };
        let settings = Settings {
            capacity,
            ..Settings::default()
        };
        Self(TestApp::with(TestDatabase::migrated(engine).await, settings).await)
    }
}

/// Keeps everybody from writing organisations, until it is told to roll back.
async fn hold(storage: &TestDatabase) -> DatabaseConnection {
    let connection = storage.connection().await;
    let lock = match storage.engine {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN; LOCK TABLE organisation IN EXCLUSIVE MODE",
    };
    connection.execute_unprepared(lock).await.expect("the lock");
    connection
}

/// Records an organisation, which takes as long as nobody may.
async fn record(app: &TestApp, token: &str) -> (Response, Duration) {
    let input = json!({ "name": "Ville d'Ancenis", "kind": "OPERATOR", "scheme": "FR_SIRET", "identifier": SIRET });
    let request = app.request(
        Some(token),
        &mutation("createOrganisation", ""),
        &json!({ "input": input }),
    );
    send(request).await
}

async fn send(request: reqwest::RequestBuilder) -> (Response, Duration) {
    let begun = Instant::now();
    let response = request.send().await.expect("the server answers");
    (response, begun.elapsed())
}

async fn is_told_to_come_again((response, waited): (Response, Duration)) {
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    let answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer:#}");
    assert_eq!(answer.get("data"), None, "{answer:#}");
    assert!((PATIENCE..PATIENCE + DELAY).contains(&waited), "{waited:?}");
}

async fn a_request_that_runs_too_long_is_told_to_come_again(Impatient(app): Impatient) {
    let ada = app.persona("Ada").await;
    let token = app.token(&ada).await;
    let lock = hold(&app.storage).await;
    is_told_to_come_again(record(&app, &token).await).await;
    lock.execute_unprepared("ROLLBACK").await.expect("the lock is let go");
    let answer = app.ask(&ada, "{ viewer { user { id } } }", Value::Null).await;
    assert_eq!(answer["data"]["viewer"]["user"]["id"], ada.id, "its place is free");
    app.verify().await;
}

async fn a_request_that_waits_too_long_for_its_turn_is_told_to_come_again(Impatient(app): Impatient) {
    let token = app.token(&app.persona("Ada").await).await;
    let lock = hold(&app.storage).await;
    // The second has its turn when the first has had its time; the third has waited for too long by then.
    let all = join3(
        record(&app, &token),
        async {
            sleep(PATIENCE / 4).await;
            record(&app, &token).await
        },
        async {
            sleep(PATIENCE / 2).await;
            send(app.request(None, "{ __typename }", &Value::Null)).await
        },
    );
    let (_, _, third) = all.await;
    is_told_to_come_again(third).await;
    lock.execute_unprepared("ROLLBACK").await.expect("the lock is let go");
    let (after, _) = send(app.request(None, "{ __typename }", &Value::Null)).await;
    assert_eq!(after.status(), 200);
}

/// Begins a request, and sends so many bytes of its body.
async fn begin(app: &TestApp, length: &str, body: &[u8]) -> TcpStream {
    let address = app.url.replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    let head =
        format!("POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n{length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("the head is sent");
    stream.write_all(body).await.expect("the body is sent");
    stream
}

/// What is answered within some time: the head, and as much of the body as came with it.
async fn answer(stream: &mut TcpStream, within: Duration) -> Option<String> {
    let mut read = vec![0; 64 * 1024];
    let count = timeout(within, stream.read(&mut read))
        .await
        .ok()?
        .expect("the server answers");
    Some(String::from_utf8_lossy(&read[..count]).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_does_not_arrive_is_not_waited_for() {
    let app = TestApp::on(TestDatabase::migrated(Engine::Sqlite).await).await;
    let begun = Instant::now();
    let mut stream = begin(&app, "content-length: 100", b"{\"query\": \"{").await;
    let told = answer(&mut stream, Duration::from_secs(30) + DELAY).await;
    let told = told.expect("an answer");
    assert!(told.starts_with("HTTP/1.1 408 "), "{told}");
    assert!(begun.elapsed() >= Duration::from_secs(29), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_does_not_say_its_length_is_read_up_to_the_largest_and_no_further() {
    let app = TestApp::on(TestDatabase::migrated(Engine::Sqlite).await).await;
    let query = br#"{"query":"{ __typename }"}"#;
    for (length, status) in [(LARGEST, "200"), (LARGEST + 1, "413")] {
        let mut body = query.to_vec();
        body.resize(length, b' ');
        let mut chunks: Vec<u8> = Vec::new();
        for chunk in body.chunks(16 * 1024) {
            chunks.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            chunks.extend_from_slice(chunk);
            chunks.extend_from_slice(b"\r\n");
        }
        let mut stream = begin(&app, "transfer-encoding: chunked", &chunks).await;
        if status == "200" {
            stream.write_all(b"0\r\n\r\n").await.expect("the end is sent");
        }
        let told = answer(&mut stream, DELAY).await.expect("an answer");
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{length}: {told}");
    }
}
