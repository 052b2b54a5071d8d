//! Payment credits of programmes, by fiscal year, now and at any instant.

use serde_json::{Value, json};

use super::world::{World, now};
use crate::flows::stage::{self, credits_input, with};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    payment_credits_are_opened_consumed_moved_and_carried_over,
    payment_credits_of_an_instant_are_what_was_read_then,
];

const CREDITS: &str = "query($node: ID!, $year: Int, $at: DateTime) { node(id: $node) {
    ... on Fund { paymentCredits(fiscalYear: $year, asOf: $at) { ...C } }
    ... on Programme { paymentCredits(fiscalYear: $year, asOf: $at) { ...C } }
} } fragment C on PaymentCredits {
    programme { code } fiscalYear opened { amount } consumed { amount } available { amount } }";

/// The payment credits of a node, a line each: `AXIS-1 2018: 900.00 opened, 100.00 consumed, 800.00 available`.
async fn credits(app: &TestApp, who: &Persona, node: &str, arguments: Value) -> Vec<String> {
    let variables = with(json!({ "node": node }), arguments);
    let data = app.data(who, CREDITS, variables).await;
    let each = data["node"]["paymentCredits"]
        .as_array()
        .expect("credits")
        .iter()
        .map(|credits| {
            let amount = |figure: &str| text(&credits[figure]["amount"]);
            let (code, year) = (text(&credits["programme"]["code"]), &credits["fiscalYear"]);
            let (opened, consumed, available) = (amount("opened"), amount("consumed"), amount("available"));
            format!("{code} {year}: {opened} opened, {consumed} consumed, {available} available")
        });
    each.collect()
}

async fn payment_credits_are_opened_consumed_moved_and_carried_over(app: TestApp) {
    let world = World::new(&app).await;
    let (one, other) = (&world.programme_id, &world.other_programme_id);
    // 900.00 for each year; 400.00 paid, 300.00 ordered and returned, 50.00 moved and 25.00 carried over.
    let of_2018 = [
        "AXIS-1 2018: 825.00 opened, 400.00 consumed, 425.00 available",
        "AXIS-2 2018: 50.00 opened, 0.00 consumed, 50.00 available",
    ];
    let of_2019 = ["AXIS-1 2019: 925.00 opened, 0.00 consumed, 925.00 available"];
    let finance = &world.finance;
    assert_eq!(
        credits(&app, finance, &world.fund_id, json!({})).await,
        [of_2018.as_slice(), &of_2019].concat()
    );
    assert_eq!(
        credits(&app, finance, &world.fund_id, json!({ "year": 2018 })).await,
        of_2018
    );
    assert_eq!(credits(&app, finance, one, json!({})).await, [of_2018[0], of_2019[0]]);
    assert_eq!(credits(&app, finance, one, json!({ "year": 2019 })).await, of_2019);
    assert_eq!(credits(&app, finance, other, json!({})).await, [of_2018[1]]);
    let nothing: [&str; 0] = [];
    assert_eq!(credits(&app, finance, other, json!({ "year": 2020 })).await, nothing);
}

async fn payment_credits_of_an_instant_are_what_was_read_then(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let officer = &fund.finance;
    let other = fund.another_programme(&app).await;
    let mut history = Vec::new();
    for (name, input) in [
        ("openPaymentCredits", credits_input(&fund.programme_id, 2018, "100.00")),
        ("reducePaymentCredits", credits_input(&fund.programme_id, 2018, "30.00")),
        ("openPaymentCredits", credits_input(&other, 2018, "5.00")),
        ("openPaymentCredits", credits_input(&other, 2019, "7.00")),
        (
            "carryOverPaymentCredits",
            credits_input(&fund.programme_id, 2018, "60.00"),
        ),
        ("reducePaymentCredits", credits_input(&fund.programme_id, 2018, "10.00")),
    ] {
        app.mutate(officer, name, input, "").await;
        let live = credits(&app, officer, &fund.fund_id, json!({})).await;
        history.push((now(&app.clock), live));
    }
    for (at, live) in &history {
        assert_eq!(
            credits(&app, officer, &fund.fund_id, json!({ "at": at })).await,
            *live,
            "{at}"
        );
    }
    let before = json!({ "at": "2018-06-20T08:00:00Z" });
    assert!(credits(&app, officer, &fund.fund_id, before).await.is_empty());
    let later = json!({ "node": fund.fund_id, "at": "2018-06-20T09:00:00Z" });
    assert_eq!(app.error_code(officer, CREDITS, later).await, "BAD_USER_INPUT");
    app.verify().await;
}
