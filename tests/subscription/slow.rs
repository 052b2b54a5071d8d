//! Clients that do not take what they are sent, and clients that are gone without a word.

use std::time::{Duration, Instant};

use api::graphql::id;
use domain::dashboard::{self, queries::Node};
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::Hasty;
use super::client::Socket;
use crate::flows::stage;
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_client_that_takes_nothing_is_dropped_with_all_it_follows,
    a_client_that_gives_no_sign_of_life_is_dropped,
    whoever_does_not_listen_keeps_nobody_waiting,
];

/// Waits until nobody looks at journals any more: there is nobody who follows a budget.
async fn nobody_follows(app: &TestApp) {
    let start = Instant::now();
    loop {
        let before = app.database.statements();
        sleep(Duration::from_millis(700)).await;
        if app.database.statements() == before {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "somebody follows still");
    }
}

async fn a_client_that_takes_nothing_is_dropped_with_all_it_follows(Hasty(app): Hasty) {
    let fund = stage::fund_open(&app).await;
    let mut socket = Socket::of(&app, &fund.finance).await;
    socket.follow("1", &fund.fund_id).await;
    socket.event("1").await;
    // Each is answered with as much, which nobody reads.
    let large = json!({ "type": "ping", "payload": { "a": "x".repeat(60_000) } }).to_string();
    let fill = async {
        let mut sent = 0;
        while socket.stream.send(Message::text(large.clone())).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let sent = timeout(Duration::from_mins(1), fill)
        .await
        .expect("it is never cut off");
    assert!(sent > 0, "nothing was sent");
    nobody_follows(&app).await;
    // Its place is free: there are two.
    let places = [
        Socket::of(&app, &fund.finance).await,
        Socket::of(&app, &fund.finance).await,
    ];
    assert_eq!(places.len(), 2);
}

async fn a_client_that_gives_no_sign_of_life_is_dropped(Hasty(app): Hasty) {
    let fund = stage::fund_open(&app).await;
    let mut lively = Socket::of(&app, &fund.manager).await;
    let mut dead = Socket::of(&app, &fund.finance).await;
    dead.follow("1", &fund.fund_id).await;
    dead.event("1").await;
    // Whoever does not read answers no ping.
    let reading = async { assert!(lively.is_quiet(Duration::from_millis(1500)).await, "it answers pings") };
    futures_util::future::join(reading, sleep(Duration::from_millis(1500))).await;
    dead.lost().await;
    lively.say(json!({ "type": "ping" })).await;
    assert_eq!(lively.hear().await["type"], "pong");
    nobody_follows(&app).await;
}

async fn whoever_does_not_listen_keeps_nobody_waiting(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let user = id::parse(&fund.finance.id.clone().into()).expect("a person");
    let node = Node::Fund(id::parse(&fund.fund_id.clone().into()).expect("a fund"));
    let follow = || {
        Box::pin(dashboard::changes(
            &app.database,
            Some(user),
            node,
            Duration::from_secs(10),
        ))
    };
    // Each begins to read, and is left there, as by a connection whose client takes nothing.
    let mut left: Vec<_> = (0..8).map(|_| follow()).collect();
    for events in &mut left {
        assert!(events.next().now_or_never().is_none(), "an answer takes a while");
    }
    let told = timeout(Duration::from_secs(5), follow().next()).await;
    assert!(matches!(told, Ok(Some(Ok(_)))), "{told:?}");
    for events in &mut left {
        assert!(matches!(events.next().await, Some(Ok(_))), "it was read meanwhile");
    }
}
