//! `/healthz` and `/readyz`, which anybody may ask.

use reqwest::StatusCode;

use crate::harness::{TestApp, on_both_databases};

on_both_databases![a_probe_by_head_is_answered_as_by_get_without_a_body];

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
