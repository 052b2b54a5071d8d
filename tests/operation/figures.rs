//! `/metrics`: what the server counts, and for whom.

use api::http::Door;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::flows::stage;
use crate::harness::{Engine, TestApp, TestDatabase, on_both_databases};

on_both_databases![
    requests_and_what_the_ledger_did_are_counted,
    names_that_strangers_make_up_leave_room_for_those_of_others,
];

/// The figures of a server, as lines.
async fn figures(app: &TestApp) -> Vec<String> {
    let answer = app.http.get(format!("{}/metrics", app.url)).send().await;
    let answer = answer.expect("the server answers");
    assert_eq!(
        answer.headers()["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    let text = answer.text().await.expect("a text");
    assert!(text.ends_with("# EOF\n"), "{text}");
    text.lines().map(str::to_owned).collect()
}

/// The figure of this name and these labels, in whatever order.
#[track_caller]
fn figure(lines: &[String], name: &str, labels: &[&str]) -> u64 {
    let found: Vec<_> = lines
        .iter()
        .filter_map(|line| line.rsplit_once(' '))
        .filter(|(series, _)| series.split('{').next() == Some(name))
        .filter(|(series, _)| labels.iter().all(|label| series.contains(label)))
        .collect();
    let [(_, value)] = found[..] else {
        panic!("{name} {labels:?} is {found:?} in\n{}", lines.join("\n"))
    };
    let whole = value.strip_suffix(".0").unwrap_or(value);
    whole.parse().expect("a whole number")
}

async fn requests_and_what_the_ledger_did_are_counted(app: TestApp) {
    let before = figures(&app).await;
    assert_eq!(figure(&before, "octroi_ledger_transfers_total", &[]), 0);
    let fund = stage::fund_open(&app).await;
    // What is not there, twice; what cannot be done; what nobody can read.
    for _ in 0..2 {
        app.ask(None, "query Missing { node(id: \"none\") { id } }", Value::Null)
            .await;
    }
    let too_much = stage::Fund::allocation_input(&fund.programme_id, "99999999.00");
    let over = "mutation Overdraw($input: AllocateBudgetInput!) {
        allocateBudget(input: $input) { userErrors { code } } }";
    let refused = app.ask(&fund.finance, over, json!({ "input": too_much })).await;
    assert_eq!(
        refused["data"]["allocateBudget"]["userErrors"][0]["code"], "INSUFFICIENT_FUNDS",
        "{refused:#}"
    );
    app.ask(None, "query Broken {", Value::Null).await;
    app.ask(None, "query Refused { nothing }", Value::Null).await;

    let after = figures(&app).await;
    let missing = ["operation=\"Missing\"", "kind=\"query\"", "code=\"NOT_FOUND\""];
    assert_eq!(figure(&after, "octroi_graphql_requests_total", &missing), 2);
    assert_eq!(figure(&after, "octroi_graphql_request_seconds_count", &missing[..2]), 2);
    let overdraw = ["operation=\"Overdraw\"", "kind=\"mutation\"", "code=\"REFUSED\""];
    assert_eq!(figure(&after, "octroi_graphql_requests_total", &overdraw), 1);
    let funds = ["code=\"INSUFFICIENT_FUNDS\""];
    assert_eq!(figure(&after, "octroi_graphql_refusals_total", &funds), 1);
    let broken = ["operation=\"anonymous\"", "kind=\"none\"", "code=\"BAD_USER_INPUT\""];
    assert_eq!(figure(&after, "octroi_graphql_requests_total", &broken), 1);
    let made_up = ["operation=\"other\"", "kind=\"query\"", "code=\"BAD_USER_INPUT\""];
    assert_eq!(figure(&after, "octroi_graphql_requests_total", &made_up), 1);
    assert_eq!(
        figure(&after, "octroi_graphql_errors_total", &["code=\"NOT_FOUND\""]),
        2
    );
    assert_eq!(figure(&after, "octroi_graphql_in_flight", &[]), 0);

    let transfers = figure(&after, "octroi_ledger_transfers_total", &[]);
    assert!(
        transfers >= 2,
        "an envelope opened and a programme endowed: {transfers}"
    );
    assert!(figure(&after, "octroi_ledger_batch_commands_sum", &[]) >= transfers);
    assert!(figure(&after, "octroi_ledger_batch_commands_bucket", &["le=\"1.0\""]) > 0);
    assert_eq!(figure(&after, "octroi_ledger_waiting", &[]), 0);
    assert_eq!(figure(&after, "octroi_ledger_turned_away_total", &[]), 0);
    assert!(figure(&after, "octroi_database_statements_total", &[]) > 0);
    let pool = if app.storage.engine == Engine::Sqlite {
        "reader"
    } else {
        "shared"
    };
    let pool = format!("pool=\"{pool}\"");
    assert_eq!(figure(&after, "octroi_database_connections_max", &[&pool]), 4);
    assert!(figure(&after, "octroi_database_connections", &[&pool, "state=\"idle\""]) >= 1);
    assert!(figure(&after, "octroi_start_time_seconds", &[]) > 1_700_000_000);
    assert_eq!(figure(&after, "octroi_build_info", &["version=\"0.1.0\""]), 1);
}

async fn names_that_strangers_make_up_leave_room_for_those_of_others(app: TestApp) {
    for number in 0..210 {
        let made_up = format!("query MadeUp{number} {{ __typename }}");
        app.ask(None, &made_up, Value::Null).await;
    }
    let auditor = app.as_auditor().await;
    app.ask(&auditor, "query Earnest { __typename }", Value::Null).await;
    let figures = figures(&app).await;
    let earnest = ["operation=\"Earnest\"", "kind=\"query\"", "code=\"OK\""];
    assert_eq!(figure(&figures, "octroi_graphql_requests_total", &earnest), 1);
    let other = ["operation=\"other\"", "kind=\"query\"", "code=\"OK\""];
    assert_eq!(figure(&figures, "octroi_graphql_requests_total", &other), 160);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_production_the_figures_are_for_whoever_shows_their_token() {
    const TOKEN: &str = "5up3r-53cr3t-t0k3n";
    let ask = async |token: Option<&str>, header: Option<&str>| {
        let door = Door {
            metrics_token: token.map(str::to_owned),
            ..Door::default()
        };
        let app = TestApp::behind(door, true, TestDatabase::migrated(Engine::Sqlite).await).await;
        let answer = async |path| {
            let request = app.http.get(format!("{}{path}", app.url));
            let request = header
                .iter()
                .fold(request, |request, header| request.header("authorization", *header));
            let answer = request.send().await.expect("the server answers");
            let mut headers = answer.headers().clone();
            headers.remove("date");
            (answer.status(), headers, answer.text().await.expect("a text"))
        };
        let figures = answer("/metrics").await;
        // What is refused cannot be told from what is not there.
        if figures.0 != StatusCode::OK {
            assert_eq!(figures, answer("/nothing").await);
        }
        figures.0
    };
    let shown = format!("Bearer {TOKEN}");
    assert_eq!(ask(Some(TOKEN), Some(&shown)).await, StatusCode::OK);
    for (token, header) in [
        (Some(TOKEN), None),
        (Some(TOKEN), Some("Bearer 5up3r-53cr3t-t0k3m")),
        (Some(TOKEN), Some(TOKEN)),
        (None, Some(shown.as_str())),
        (None, Some("Bearer ")),
        (None, None),
    ] {
        assert_eq!(ask(token, header).await, StatusCode::NOT_FOUND, "{token:?} {header:?}");
    }
}
