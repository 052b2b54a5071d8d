//! The database goes away and comes back: whoever follows a budget goes on following it.

use std::time::Duration;

use api::graphql::id;
use domain::dashboard::{self, queries::Node};
use domain::{Clock, Database, database::Pool};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::client::Socket;
use super::line::Line;
use crate::flows::stage;
use crate::harness::{Engine, Fixture, Fragile, Octroi, TestApp, on_both_databases};

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

/// PostgreSQL only: there is no line to SQLite.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_outlives_a_line_that_goes_dead_without_a_word() {
    let app = TestApp::start(Engine::Postgres).await;
    let fund = stage::fund_open(&app).await;
    // Two read where journals end: the subscription, and whoever looks for it whether they have moved.
    let line = Line::to(&app.storage.url, "ledger_head", 2).await;
    let pool = Pool {
        connections: 8,
        patience: Duration::from_millis(500),
    };
    let database = Database::open(&line.url, pool, Clock::system())
        .await
        .expect("a database");
    let user = id::parse(&fund.finance.id.clone().into()).expect("a person");
    let node = Node::Programme(id::parse(&fund.programme_id.clone().into()).expect("a programme"));
    let events = dashboard::changes(&database, Some(user), node, Duration::from_secs(10));
    let mut events = std::pin::pin!(events);
    for amount in ["800000.00", "800001.00"] {
        let told = timeout(Duration::from_secs(20), events.next()).await;
        let budget = told.expect("nothing is told").expect("it goes on").expect("a budget");
        assert_eq!(budget.available().decimal(), amount);
        fund.allocate(&app, &fund.programme_id, "1.00").await;
    }
    assert_eq!(line.left(), 0, "no line has gone dead");
}
