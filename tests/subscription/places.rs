//! How many sockets and subscriptions there may be, in all and each person's.

use std::time::Duration;

use api::http::SocketOptions;
use serde_json::{Value, json};

use super::Crowded;
use super::client::Socket;
use crate::flows::stage;
use crate::harness::{Engine, Fixture, TestApp, TestDatabase, on_both_databases};

on_both_databases![
    everybody_has_so_many_sockets,
    there_are_so_many_sockets_in_all,
    so_many_sockets_of_one_address_may_not_have_begun,
    everybody_has_so_many_subscriptions_on_all_their_sockets,
];

/// A server where two sockets of one address may not have begun.
struct Shy(TestApp);

impl Fixture for Shy {
    async fn start(engine: Engine) -> Self {
        let options = SocketOptions {
            connections_new: 2,
            ..SocketOptions::default()
        };
        Self(TestApp::with_sockets(TestDatabase::migrated(engine).await, options).await)
    }
}

fn crowded() -> (u16, String) {
    (1013, "Too many connections".to_owned())
}

/// The next socket that somebody has room for.
macro_rules! eventually {
    ($app:expr, $who:expr) => {{
        let mut last = None;
        for _ in 0..200 {
            match Socket::attempt(&$app, $who).await {
                Ok(socket) => {
                    last = Some(socket);
                    break;
                }
                Err(closed) => assert_eq!(closed, crowded()),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        last.expect("there is room again")
    }};
}

async fn everybody_has_so_many_sockets(Crowded(app): Crowded) {
    let (one, other) = (app.persona("One").await, app.persona("Other").await);
    let first = Socket::of(&app, &one).await;
    let second = Socket::of(&app, &one).await;
    assert_eq!(Socket::attempt(&app, &one).await.err(), Some(crowded()));
    let _anonymous = (Socket::of(&app, None).await, Socket::of(&app, None).await);
    assert_eq!(Socket::attempt(&app, None).await.err(), Some(crowded()));
    drop(Socket::of(&app, &other).await);
    // However it ends, its place is free again.
    drop(first);
    let mut third = eventually!(app, &one);
    assert_eq!(Socket::attempt(&app, &one).await.err(), Some(crowded()));
    third.leave().await;
    let _fourth = eventually!(app, &one);
    drop(second);
}

async fn there_are_so_many_sockets_in_all(Crowded(app): Crowded) {
    let mut sockets = Vec::new();
    for number in 0..3 {
        let persona = app.persona(&format!("Person {number}")).await;
        sockets.push(Socket::of(&app, &persona).await);
        sockets.push(Socket::of(&app, &persona).await);
    }
    let persona = app.persona("Late").await;
    assert_eq!(Socket::open(&app).await.closed().await, crowded());
    sockets.pop();
    let _last = eventually!(app, &persona);
}

async fn so_many_sockets_of_one_address_may_not_have_begun(Shy(app): Shy) {
    let mut first = Socket::open(&app).await;
    let mut second = Socket::open(&app).await;
    assert_eq!(Socket::open(&app).await.closed().await, crowded());
    // Whoever has begun leaves their place to the next.
    first.init(Value::Null).await;
    assert_eq!(first.hear().await["type"], "connection_ack");
    let third = Socket::of(&app, None).await;
    assert_eq!(third.subprotocol.as_deref(), Some("graphql-transport-ws"));
    let mut fourth = Socket::open(&app).await;
    assert_eq!(Socket::open(&app).await.closed().await, crowded());
    for socket in [&mut second, &mut fourth] {
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await["type"], "pong");
    }
}

async fn everybody_has_so_many_subscriptions_on_all_their_sockets(Crowded(app): Crowded) {
    let fund = stage::fund_open(&app).await;
    let mut first = Socket::of(&app, &fund.finance).await;
    let mut second = Socket::of(&app, &fund.finance).await;
    for id in ["1", "2", "3"] {
        first.follow(id, &fund.fund_id).await;
        first.event(id).await;
    }
    second.follow("1", &fund.fund_id).await;
    second.event("1").await;
    second.follow("2", &fund.fund_id).await;
    assert_eq!(second.refused("2").await, ["BAD_USER_INPUT"]);
    let mut other = Socket::of(&app, &fund.manager).await;
    other.follow("1", &fund.fund_id).await;
    other.event("1").await;
    // However one ends, its place is free again.
    first.complete("1").await;
    first.follow("1", "nothing").await;
    assert_eq!(first.event("1").await["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(first.hear().await["type"], "complete");
    second.follow("2", &fund.fund_id).await;
    second.event("2").await;
    drop(second);
    first.follow("1", &fund.fund_id).await;
    let mut attempts = 0;
    while first.hear().await["type"] != "next" {
        attempts += 1;
        assert!(attempts < 200, "there is room again");
        tokio::time::sleep(Duration::from_millis(10)).await;
        first.follow("1", &fund.fund_id).await;
    }
}
