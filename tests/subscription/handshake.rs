//! How a connection begins: the subprotocol, `connection_init` in time and once, then operations.

use std::time::{Duration, Instant};

use futures_util::future::join;
use reqwest::{Method, header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::Hasty;
use super::client::Socket;
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    only_our_subprotocol_is_spoken,
    a_connection_begins_in_time_or_not_at_all,
    a_connection_begins_once,
    nothing_runs_before_the_connection_has_begun,
    both_sides_ping_at_any_time,
    a_client_leaves_as_it_likes,
    what_asks_for_no_socket_is_no_socket,
];

async fn only_our_subprotocol_is_spoken(app: TestApp) {
    let closed = (4406, "Subprotocol not acceptable".to_owned());
    assert_eq!(Socket::knock(&app, &[]).await.closed().await, closed);
    // A client of another subprotocol does not take an answer without it for one.
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "x3JJHMbDL1EzLkh9GBhXDw=="),
        ("sec-websocket-protocol", "graphql-ws"),
    ];
    let request = app.http.get(format!("{}/graphql", app.url));
    let request = upgrade
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    let other = request.send().await.expect("the server answers");
    assert_eq!(other.status(), 101);
    assert!(!other.headers().contains_key("sec-websocket-protocol"));
    let mut several = Socket::knock(&app, &[("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")]).await;
    assert_eq!(several.subprotocol.as_deref(), Some("graphql-transport-ws"));
    several.init(json!({})).await;
    assert_eq!(several.hear().await["type"], "connection_ack");
}

async fn a_connection_begins_in_time_or_not_at_all(Hasty(app): Hasty) {
    let start = Instant::now();
    let mut silent = Socket::open(&app).await;
    let mut begun = Socket::of(&app, None).await;
    let (closed, is_quiet) = join(silent.closed(), begun.is_quiet(Duration::from_millis(800))).await;
    assert_eq!(closed, (4408, "Connection initialisation timeout".to_owned()));
    assert!(start.elapsed() >= Duration::from_millis(400));
    assert!(is_quiet, "it has begun");
}

async fn a_connection_begins_once(app: TestApp) {
    let mut socket = Socket::of(&app, None).await;
    socket.init(json!({})).await;
    assert_eq!(
        socket.closed().await,
        (4429, "Too many initialisation requests".to_owned())
    );
}

async fn nothing_runs_before_the_connection_has_begun(app: TestApp) {
    let mut socket = Socket::open(&app).await;
    socket.subscribe("1", "{ __typename }", Value::Null).await;
    assert_eq!(socket.closed().await, (4401, "Unauthorized".to_owned()));
}

async fn both_sides_ping_at_any_time(app: TestApp) {
    let mut socket = Socket::open(&app).await;
    for begins in [true, false] {
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "pong" }));
        socket.say(json!({ "type": "ping", "payload": { "at": 1 } })).await;
        assert_eq!(socket.hear().await, json!({ "type": "pong", "payload": { "at": 1 } }));
        socket.say(json!({ "type": "pong", "payload": null })).await;
        if begins {
            socket.init(Value::Null).await;
            assert_eq!(socket.hear().await["type"], "connection_ack");
        }
    }
    let payload = Bytes::from_static(b"frame");
    socket.send(Message::Ping(payload.clone())).await;
    assert_eq!(socket.pong().await, payload);
}

async fn a_client_leaves_as_it_likes(app: TestApp) {
    let mut begun = Socket::of(&app, None).await;
    assert_eq!(begun.leave().await, None);
    let mut silent = Socket::open(&app).await;
    assert_eq!(silent.leave().await, None);
}

async fn what_asks_for_no_socket_is_no_socket(app: TestApp) {
    let url = format!("{}/graphql", app.url);
    let plain = app.http.get(&url).send().await.expect("the server answers");
    assert_eq!(plain.status(), 400, "a query, but for its document");
    let half = app.http.get(&url).header(header::UPGRADE, "websocket").send().await;
    assert_eq!(half.expect("the server answers").status(), 400);
    let other = app
        .http
        .request(Method::GET, &url)
        .header(header::UPGRADE, "h2c")
        .send()
        .await;
    assert_eq!(other.expect("the server answers").status(), 400);
}
