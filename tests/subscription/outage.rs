//! The database goes away and comes back: whoever follows a budget goes on following it.

use std::time::Duration;

use super::client::Socket;
use crate::flows::stage;
use crate::harness::{Fragile, Octroi, on_both_databases};

on_both_databases![a_subscription_outlives_an_outage];

async fn a_subscription_outlives_an_outage(Fragile(app): Fragile) {
    let fund = stage::fund_open(&app).await;
    let server = Octroi::serve(&app.storage).await;
    let mut socket = Socket::of(&server, &fund.finance).await;
    socket.follow("1", &fund.programme_id).await;
    assert_eq!(socket.available("1").await, "800000.00");
    app.storage.go_away("immediate").await;
    assert!(socket.is_quiet(Duration::from_millis(1200)).await);
    app.storage.come_back().await;
    while !server.is_ready().await {
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    fund.allocate(&server, &fund.programme_id, "1.00").await;
    assert_eq!(socket.available("1").await, "800001.00");
}
