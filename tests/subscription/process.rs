//! Several servers of one database, and servers that stop.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::Socket;
use crate::flows::stage;
use crate::harness::{Octroi, TestApp, TestDatabase, on_both_databases};

on_both_databases![
    what_another_process_changes_is_told,
    a_server_that_stops_says_so_and_does_not_wait,
    a_server_that_drains_answers_until_a_balancer_has_noticed,
];

async fn what_another_process_changes_is_told(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let server = Octroi::serve(&app.storage).await;
    let mut socket = Socket::of(&server, &fund.finance).await;
    socket.follow("1", &fund.programme_id).await;
    assert_eq!(socket.available("1").await, "800000.00");
    fund.allocate(&app, &fund.programme_id, "1.00").await;
    assert_eq!(socket.available("1").await, "800001.00");
    fund.allocate(&server, &fund.programme_id, "1.00").await;
    assert_eq!(socket.available("1").await, "800002.00", "its own are told, too");
}

async fn a_server_that_stops_says_so_and_does_not_wait(server: Octroi) {
    let mut idle = Socket::open(&server).await;
    let mut begun = Socket::of(&server, None).await;
    let start = std::time::Instant::now();
    let (status, ()) = futures_util::future::join(server.terminate(), async {
        for socket in [&mut idle, &mut begun] {
            assert_eq!(socket.closed().await, (1001, "The server stops".to_owned()));
        }
    })
    .await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(start.elapsed() < Duration::from_secs(10), "it waited for its sockets");
}

async fn a_server_that_drains_answers_until_a_balancer_has_noticed(storage: TestDatabase) {
    let server = Octroi::serve_with(&Arc::new(storage), &["--drain-seconds", "3"]).await;
    let start = std::time::Instant::now();
    let (status, ()) = futures_util::future::join(server.terminate(), async {
        while server.is_ready().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // By a connection of its own: a balancer opens new ones until it is told not to.
        let late = Socket::open(&server).await.closed().await;
        assert_eq!(late, (1001, "The server stops".to_owned()));
        let answer = server.graphql(None, "{ __typename }", Value::Null).await;
        assert_eq!(answer["data"], json!({ "__typename": "Query" }));
    })
    .await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(start.elapsed() >= Duration::from_secs(3), "it did not wait");
}
