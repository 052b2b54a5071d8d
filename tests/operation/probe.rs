//! `/healthz` and `/readyz`, which anybody may ask.

use std::time::Instant;

use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    the_database_is_asked_once_a_second_however_many_ask,
    a_probe_by_head_is_answered_as_by_get_without_a_body,
];

async fn the_database_is_asked_once_a_second_however_many_ask(app: TestApp) {
    let (before, begun) = (app.database.statements(), Instant::now());
    for _ in 0..10 {
        let probes = (0..20).map(|_| app.http.get(format!("{}/readyz", app.url)).send());
        for answer in join_all(probes).await {
            assert_eq!(answer.expect("the server answers").status(), StatusCode::OK);
        }
    }
    let (asked, seconds) = (app.database.statements() - before, begun.elapsed().as_secs());
    assert!((1..=seconds + 1).contains(&asked), "{asked} in {seconds} s");
}

async fn a_probe_by_head_is_answered_as_by_get_without_a_body(app: TestApp) {
    for path in ["/healthz", "/readyz"] {
        let url = format!("{}{path}", app.url);
        let by_get = app.http.get(&url).send().await.expect("the server answers");
        let by_head = app.http.head(&url).send().await.expect("the server answers");
        assert_eq!(by_head.status(), StatusCode::OK, "{path}");
        for name in ["content-type", "content-length", "cache-control"] {
            assert_eq!(by_head.headers().get(name), by_get.headers().get(name), "{path} {name}");
        }
        assert!(by_head.bytes().await.expect("nothing").is_empty(), "{path}");
    }
    app.app.begin_to_stop();
    let stopping = app.http.head(format!("{}/readyz", app.url)).send().await;
    let stopping = stopping.expect("the server answers");
    assert_eq!(stopping.status(), StatusCode::SERVICE_UNAVAILABLE, "at once");
}
