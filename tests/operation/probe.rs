//! `/healthz` and `/readyz`, which anybody may ask.

use std::time::Instant;

use futures_util::future::join_all;
use reqwest::StatusCode;

use crate::harness::{TestApp, on_both_databases};

on_both_databases![the_database_is_asked_once_a_second_however_many_ask];

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
