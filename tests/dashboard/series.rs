//! Budgets over time, by the days that transfers count for.

use serde_json::{Value, json};
use time::macros::datetime;

use super::world::{FIGURES, World, budget};
use crate::flows::stage::{self, Fund, with};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    a_transfer_counts_from_its_day_on_and_not_from_its_record,
    a_series_ends_with_the_budget_of_today,
    a_series_is_refused_that_is_too_long_or_ends_before_it_begins,
];

async fn series(app: &TestApp, who: &Persona, node: &str, span: (&str, &str), interval: &str) -> Vec<Value> {
    let query = format!(
        "query($node: ID!, $from: Date!, $to: Date!, $interval: Interval!) {{
            budgetSeries(node: $node, from: $from, to: $to, interval: $interval) {{ date budget {{ {FIGURES} }} }} }}"
    );
    let variables = json!({ "node": node, "from": span.0, "to": span.1, "interval": interval });
    let mut data = app.data(who, &query, variables).await;
    serde_json::from_value(data["budgetSeries"].take()).expect("points")
}

/// The day of each point with one of its figures.
fn figures(points: &[Value], figure: &str) -> Vec<String> {
    let each = points
        .iter()
        .map(|point| format!("{} {}", text(&point["date"]), text(&point["budget"][figure]["amount"])));
    each.collect()
}

async fn a_transfer_counts_from_its_day_on_and_not_from_its_record(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let officer = &fund.finance;
    for (amount, day) in [
        ("40.00", "2018-02-28"),
        ("2.00", "2018-03-01"),
        ("300.00", "2018-01-01"),
    ] {
        let input = with(fund.envelope_input(amount), json!({ "effectiveOn": day }));
        app.mutate(officer, "openEnvelope", input, "").await;
    }
    let input = with(
        Fund::allocation_input(&fund.programme_id, "7.00"),
        json!({ "effectiveOn": "2018-06-01" }),
    );
    app.mutate(officer, "allocateBudget", input, "").await;
    app.clock.set(datetime!(2018-08-09 12:00 UTC));
    app.mutate(officer, "reduceEnvelope", fund.envelope_input("100.00"), "")
        .await;

    let year = ("2018-01-01", "2018-12-31");
    let months = series(&app, officer, &fund.fund_id, year, "MONTH").await;
    assert_eq!(
        figures(&months, "opened"),
        [
            "2018-01-31 300.00",
            "2018-02-28 340.00",
            "2018-03-31 342.00",
            "2018-04-30 342.00",
            "2018-05-31 342.00",
            "2018-06-30 1000342.00",
            "2018-07-31 1000342.00",
            "2018-08-09 1000242.00",
        ],
        "the days to come have no point"
    );
    let span = ("2018-05-31", "2018-06-02");
    let days = series(&app, officer, &fund.programme_id, span, "DAY").await;
    assert_eq!(
        figures(&days, "available"),
        ["2018-05-31 0.00", "2018-06-01 7.00", "2018-06-02 7.00"]
    );
    let years = series(&app, officer, &fund.fund_id, ("2016-05-01", "2018-05-01"), "YEAR").await;
    assert_eq!(
        figures(&years, "opened"),
        ["2016-12-31 0.00", "2017-12-31 0.00", "2018-05-01 342.00"]
    );
    assert!(
        series(&app, officer, &fund.fund_id, ("2018-08-10", "2018-08-11"), "DAY")
            .await
            .is_empty()
    );
    app.verify().await;
}

async fn a_series_ends_with_the_budget_of_today(app: TestApp) {
    let world = World::new(&app).await;
    for node in world.nodes() {
        let live = budget(&app, &world.finance, node, None).await;
        for interval in ["DAY", "MONTH", "YEAR"] {
            let points = series(&app, &world.finance, node, ("2018-06-19", "2018-07-19"), interval).await;
            let last = points.last().expect("a point");
            assert_eq!(
                (&last["date"], &last["budget"]),
                (&json!("2018-06-20"), &live),
                "{node} by {interval}"
            );
        }
        let days = series(&app, &world.finance, node, ("2018-06-19", "2018-06-20"), "DAY").await;
        assert_eq!(figures(&days, "opened")[0], "2018-06-19 0.00");
    }
}

async fn a_series_is_refused_that_is_too_long_or_ends_before_it_begins(app: TestApp) {
    const SERIES: &str = "query($node: ID!, $from: Date!, $to: Date!) {
        budgetSeries(node: $node, from: $from, to: $to, interval: DAY) { date } }";
    let fund = stage::fund_open(&app).await;
    for (to, refused) in [
        ("2018-02-04", false),
        ("2018-02-05", true),
        ("2016-12-31", true),
        ("9999-12-31", true),
    ] {
        let variables = json!({ "node": fund.fund_id, "from": "2017-01-01", "to": to });
        if refused {
            assert_eq!(
                app.error_code(&fund.finance, SERIES, variables).await,
                "BAD_USER_INPUT",
                "{to}"
            );
        } else {
            app.data(&fund.finance, SERIES, variables).await;
        }
    }
    let applicant = app.persona("Applicant").await;
    let variables = json!({ "node": fund.fund_id, "from": "2018-01-01", "to": "2018-01-02" });
    assert_eq!(app.error_code(&applicant, SERIES, variables).await, "FORBIDDEN");
    let variables = json!({ "node": applicant.id, "from": "2018-01-01", "to": "2018-01-02" });
    assert_eq!(app.error_code(&fund.finance, SERIES, variables).await, "NOT_FOUND");
}
