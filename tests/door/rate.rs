//! How often one caller may come, and how many at once.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use api::Settings;
use api::traffic::Capacity;
use futures_util::FutureExt;
use futures_util::future::join_all;
use reqwest::header;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{Engine, Fixture, TestApp, TestDatabase, mutation, on_both_databases};

on_both_databases![
    whoever_sends_too_many_requests_is_told_when_to_come_again,
    whoever_shows_tokens_that_prove_nothing_is_counted_too,
    what_is_too_much_to_do_is_turned_away,
    whoever_hangs_up_while_they_wait_leaves_their_place,
];

/// A server that takes two requests a second of one caller.
struct Strict(TestApp);

impl Fixture for Strict {
    async fn start(engine: Engine) -> Self {
        let capacity = Capacity {
            requests_per_second: NonZeroU32::new(2),
            ..Capacity::default()
        };
        let settings = Settings {
            capacity,
            ..Settings::default()
        };
        Self(TestApp::with(TestDatabase::migrated(engine).await, settings).await)
    }
}

async fn whoever_sends_too_many_requests_is_told_when_to_come_again(Strict(app): Strict) {
    let ada = app.as_auditor().await;
    let token = app.token(&ada).await;
    let send = async |token: Option<&str>| {
        let request = app.request(token, "{ __typename }", &Value::Null);
        request.send().await.expect("the server answers")
    };
    for _ in 0..20 {
        assert_eq!(send(None).await.status(), 200);
    }
    let mut refused = send(None).await;
    // On a slow machine some have come back meanwhile.
    for _ in 0..100 {
        if refused.status() != 200 {
            break;
        }
        refused = send(None).await;
    }
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    let answer: Value = refused.json().await.expect("JSON");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(answer["errors"][0]["extensions"]["retryAfterSeconds"], 1);
    assert_eq!(answer.get("data"), None);
    assert_eq!(
        send(Some(&token)).await.status(),
        200,
        "a person is counted by themselves"
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(send(None).await.status(), 200, "as it was told");
}

async fn whoever_shows_tokens_that_prove_nothing_is_counted_too(Strict(app): Strict) {
    let send = async || {
        let request = app.request(Some("made.up.token"), "{ __typename }", &Value::Null);
        request.send().await.expect("the server answers").status().as_u16()
    };
    for _ in 0..20 {
        assert_eq!(send().await, 401);
    }
    let mut statuses = Vec::new();
    // On a slow machine some have come back meanwhile.
    while statuses.len() < 100 && statuses.last() != Some(&429) {
        statuses.push(send().await);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
}

/// A server that runs one request, and lets one wait.
struct Narrow(TestApp);

impl Fixture for Narrow {
    async fn start(engine: Engine) -> Self {
        let capacity = Capacity {
            requests_per_second: None,
            running: 1,
            waiting: 1,
            ..Capacity::default()
        };
        let settings = Settings {
            capacity,
            ..Settings::default()
        };
        Self(TestApp::with(TestDatabase::migrated(engine).await, settings).await)
    }
}

async fn what_is_too_much_to_do_is_turned_away(Narrow(app): Narrow) {
    let input = json!({ "email": "nobody@example.org", "password": "not the right one" });
    // Each takes as long as it takes to check a password.
    let all = join_all((0..8).map(|_| {
        let request = app.request(None, &mutation("logIn", ""), &json!({ "input": input }));
        async { request.send().await.expect("the server answers") }
    }));
    let (served, refused): (Vec<_>, Vec<_>) = all.await.into_iter().partition(|response| response.status() == 200);
    assert!(served.len() >= 2, "one that ran and one that waited");
    assert!(!refused.is_empty());
    for response in refused {
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    }
    let after = app.request(None, "{ __typename }", &Value::Null).send().await;
    assert_eq!(after.expect("the server answers").status(), 200);
}

async fn whoever_hangs_up_while_they_wait_leaves_their_place(Narrow(app): Narrow) {
    let running = app.app.traffic.enter().await.expect("a place");
    // Whether one more would wait, rather than be turned away.
    let has_room = || app.app.traffic.enter().now_or_never().is_none();
    let eventually = async |room: bool| {
        for _ in 0..1_000 {
            if has_room() == room {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    };
    for _ in 0..3 {
        let request = app.request(None, "{ __typename }", &Value::Null).send();
        let waiting = tokio::spawn(request);
        assert!(eventually(false).await, "it takes the place of who waits");
        waiting.abort();
        assert!(eventually(true).await, "and leaves it with its client");
    }
    drop(running);
    let after = app.request(None, "{ __typename }", &Value::Null).send().await;
    assert_eq!(after.expect("the server answers").status(), 200);
}

/// The database answers nobody: a table that every request of a person reads is locked, which PostgreSQL can do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_answer_keeps_no_place_for_longer_than_a_request_may_run() {
    let capacity = Capacity {
        running: 1,
        patience: Duration::from_secs(1),
        ..Capacity::default()
    };
    let settings = Settings {
        capacity,
        ..Settings::default()
    };
    let app = TestApp::with(TestDatabase::migrated(Engine::Postgres).await, settings).await;
    let auditor = app.as_auditor().await;
    let token = app.token(&auditor).await;
    let connection = app.storage.connection().await;
    for statement in ["BEGIN", "LOCK TABLE role_grant IN ACCESS EXCLUSIVE MODE"] {
        connection.execute_unprepared(statement).await.expect("the lock");
    }
    let begun = Instant::now();
    let request = app.request(Some(&token), "{ __typename }", &Value::Null);
    let answer = request.send().await.expect("the server answers");
    assert_eq!(answer.status(), 503);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let after = app.request(None, "{ __typename }", &Value::Null).send().await;
    assert_eq!(after.expect("the server answers").status(), 200, "the place is free");
    connection.execute_unprepared("ROLLBACK").await.expect("its end");
}
