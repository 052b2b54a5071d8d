//! How much of what clients send is in memory: a share of it for each, whoever sends slowly.

use std::time::Duration;

use reqwest::header;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::{TestApp, on_both_databases};

on_both_databases![whoever_sends_much_and_slowly_is_turned_away_and_keeps_nobody_from_sending];

const MIB: usize = 1024 * 1024;

/// Begins a request of 1 MiB, and sends all of it but for one byte.
async fn begin(app: &TestApp) -> TcpStream {
    let address = app.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {MIB}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it is read");
    stream.write_all(&vec![b' '; MIB - 1]).await.expect("it is read");
    stream
}

async fn whoever_sends_much_and_slowly_is_turned_away_and_keeps_nobody_from_sending(app: TestApp) {
    let auditor = app.as_auditor().await;
    let token = app.token(&auditor).await;
    let send = async |token: Option<&str>| {
        let request = app.request(token, "{ __typename }", &Value::Null);
        request.send().await.expect("the server answers")
    };
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(begin(&app).await);
    }
    // They are as much as one address may have in memory, once they are read.
    let eventually = async |status: u16| {
        for _ in 0..500 {
            let answer = send(None).await;
            if answer.status() == status {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never answers {status}")
    };
    let refused = eventually(503).await;
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    let refused: Value = refused.json().await.expect("JSON");
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(
        send(Some(&token)).await.status(),
        200,
        "others have a share of their own"
    );
    drop(streams);
    // What nobody sends any more is not kept.
    eventually(200).await;
}
