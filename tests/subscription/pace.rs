//! How often a client may say anything, and how often one may come.

use std::num::NonZeroU32;

use api::Settings;
use api::http::SocketOptions;
use api::traffic::Capacity;
use serde_json::json;

use super::client::Socket;
use crate::harness::{Engine, Fixture, TestApp, TestDatabase, on_both_databases};

on_both_databases![
    whoever_says_too_much_is_cut_off,
    whoever_opens_too_many_sockets_is_turned_away,
    a_token_that_proves_nothing_counts_as_another_request,
];

/// A server that takes a frame a second of one socket, and a request a second of one caller; ten at once.
struct Strict(TestApp);

impl Fixture for Strict {
    async fn start(engine: Engine) -> Self {
        let sockets = SocketOptions {
            messages_per_second: NonZeroU32::MIN,
            ..SocketOptions::default()
        };
        let capacity = Capacity {
            requests_per_second: Some(NonZeroU32::MIN),
            ..Capacity::default()
        };
        let settings = Settings {
            sockets,
            capacity,
            ..Settings::default()
        };
        Self(TestApp::with(TestDatabase::migrated(engine).await, settings).await)
    }
}

async fn whoever_says_too_much_is_cut_off(Strict(app): Strict) {
    let mut socket = Socket::of(&app, None).await;
    let mut answered = 1;
    let closed = loop {
        socket.say(json!({ "type": "ping" })).await;
        match socket.answer().await {
            Ok(pong) => assert_eq!(pong, json!({ "type": "pong" })),
            Err(closed) => break closed,
        }
        answered += 1;
        assert!(answered < 100, "it says what it likes");
    };
    assert_eq!(closed, (1013, "Too many messages".to_owned()));
    assert!(answered >= 10, "only {answered} at once");
    // Each socket by itself.
    let mut other = Socket::of(&app, None).await;
    other.say(json!({ "type": "ping" })).await;
    assert_eq!(other.hear().await["type"], "pong");
}

async fn whoever_opens_too_many_sockets_is_turned_away(Strict(app): Strict) {
    let mut opened = 0;
    let closed = loop {
        match Socket::attempt(&app, None).await {
            Ok(socket) => drop(socket),
            Err(closed) => break closed,
        }
        opened += 1;
        assert!(opened < 30, "it opens what it likes");
    };
    assert_eq!(closed, (1013, "Too many connections".to_owned()));
    assert!(opened >= 10, "only {opened} at once");
}

async fn a_token_that_proves_nothing_counts_as_another_request(Strict(app): Strict) {
    let mut tried = 0;
    let closed = loop {
        let mut socket = Socket::open(&app).await;
        socket.init(json!({ "authorization": "Bearer nothing" })).await;
        match socket.closed().await {
            (4403, _) => tried += 1,
            closed => break closed,
        }
        assert!(tried < 9, "it guesses as often as others ask");
    };
    assert_eq!(closed, (1013, "Too many connections".to_owned()));
    assert!(tried >= 5, "only {tried} at once");
}
