//! Several servers of one database, and servers that stop.

use std::time::Duration;

use super::client::Socket;
use crate::flows::stage;
use crate::harness::{Octroi, TestApp, on_both_databases};

on_both_databases![
    what_another_process_changes_is_told,
    a_server_that_stops_says_so_and_does_not_wait,
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
