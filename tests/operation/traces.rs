//! Traces: what a request does arrives at a collector, as a part of the trace that its client began.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness::{Octroi, TestDatabase, octroi, on_both_databases};

on_both_databases![a_request_continues_the_trace_of_its_client];

/// A collector of OpenTelemetry that keeps what it is sent.
struct Collector {
    address: String,
    sent: Arc<Mutex<Sent>>,
}

/// What a collector was sent: the heads of the requests, and their bodies one after the other.
#[derive(Default)]
struct Sent {
    heads: String,
    bodies: Vec<u8>,
}

impl Collector {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let sent = Arc::new(Mutex::new(Sent::default()));
        let kept = Arc::clone(&sent);
        // Ends with the tests.
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || keep(connection, &kept));
            }
        });
        Self { address, sent }
    }

    /// Whether these bytes are somewhere in what it was sent: identifiers and names are written as they are.
    fn has(&self, bytes: &[u8]) -> bool {
        let sent = self.sent.lock().expect("what was sent");
        sent.bodies.windows(bytes.len()).any(|window| window == bytes)
    }
}

/// Takes requests from one connection until it ends.
fn keep(mut connection: TcpStream, kept: &Mutex<Sent>) {
    let mut read = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = connection.read(&mut chunk) {
        read.extend_from_slice(&chunk[..count]);
        let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
        if read.len() < end + 4 + length {
            continue;
        }
        let mut kept = kept.lock().expect("what was sent");
        kept.heads.push_str(&head);
        kept.bodies.extend(read.drain(..).skip(end + 4));
        drop(kept);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(answer).expect("the server listens");
    }
}

async fn a_request_continues_the_trace_of_its_client(storage: TestDatabase) {
    let storage = Arc::new(storage);
    let collector = Collector::new();
    let server = Octroi::serve_with(&storage, &["--otlp-endpoint", &collector.address]).await;
    let input = json!({ "email": "ada@example.org", "displayName": "Ada", "password": "a long enough password" });
    let query = "mutation RegisterAda($input: RegisterUserInput!) {
        registerUser(input: $input) { userErrors { code } } }";
    let request = server.request(None, query, &json!({ "input": input }));
    let request = request.header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(answer["data"]["registerUser"]["userErrors"], json!([]), "{answer:#}");
    // What has not been sent is sent before the end.
    assert!(server.terminate().await.success(), "{}", server.log());

    let heads = collector.sent.lock().expect("what was sent").heads.clone();
    assert!(heads.starts_with("post /v1/traces "), "{heads}\n{}", server.log());
    assert!(heads.contains("content-type: application/x-protobuf"), "{heads}");
    assert!(collector.has(b"octroi"));
    let bytes = |text: &str| hex::decode(text).expect("hexadecimal");
    assert!(collector.has(&bytes("0af7651916cd43dd8448eb211c80319c")), "the trace");
    assert!(collector.has(&bytes("b7ad6b7169203331")), "its parent");
    for name in [
        "request",
        "parse",
        "execute",
        "command",
        "Register",
        "RegisterAda",
        "mutation",
    ] {
        assert!(collector.has(name.as_bytes()), "{name}");
    }
    for secret in [
        "ada@example.org",
        "a long enough password",
        "registerUser(input",
        "127.0.0.1",
    ] {
        assert!(!collector.has(secret.as_bytes()), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_is_named_by_its_address() {
    let storage = TestDatabase::empty(crate::harness::Engine::Sqlite).await;
    for endpoint in ["localhost:4318", "grpc://localhost:4317", "", "http://"] {
        let output = octroi(&storage, &["serve", "--otlp-endpoint", endpoint]);
        assert!(!output.status.success(), "{endpoint}");
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(why.contains("--otlp-endpoint"), "{endpoint}: {why}");
    }
}
