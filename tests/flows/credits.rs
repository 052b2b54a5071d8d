//! Payment credits, what may be ordered in a fiscal year: opened, cut, moved and carried over.

use serde_json::{Value, json};

use super::stage::{self, budget, credits_input, euros, field, fresh_key, moves, order_input, reasons, refuses, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    payment_credits_are_opened_cut_moved_and_carried_over,
    payment_credits_are_for_a_year_that_was_opened,
    payment_credits_move_between_two_programmes_of_one_fund,
    every_fault_of_an_operation_on_payment_credits_is_told,
    payment_credits_that_are_not_there_are_not_moved,
    only_finance_officers_of_the_fund_move_its_payment_credits,
    a_closed_year_takes_nothing_more_and_gives_what_is_left,
];

async fn payment_credits_are_opened_cut_moved_and_carried_over(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (programme_id, officer) = (fund.another_programme(&app).await, &fund.finance);
    let of = |year: i32, amount: &str| credits_input(&fund.programme_id, year, amount);
    let opened = moves(&app, officer, "openPaymentCredits", of(2018, "1000.00")).await;
    assert_eq!(opened, ["OPEN 1000.00: SOURCE-2018 -1000.00 > PROGRAMME-2018 1000.00"]);
    let more = moves(&app, officer, "openPaymentCredits", of(2018, "0.01")).await;
    assert_eq!(more, ["OPEN 0.01: SOURCE-2018 -1000.01 > PROGRAMME-2018 1000.01"]);
    let cut = moves(&app, officer, "reducePaymentCredits", of(2018, "100.01")).await;
    assert_eq!(cut, ["REDUCE 100.01: PROGRAMME-2018 900.00 > SOURCE-2018 -900.00"]);
    let moved = sideways(&fund.programme_id, &programme_id, "200.00");
    let moved = moves(&app, officer, "movePaymentCredits", moved).await;
    assert_eq!(
        moved,
        ["REDEPLOY 200.00: PROGRAMME-2018 700.00 > PROGRAMME-2018 200.00"]
    );
    let carried = moves(&app, officer, "carryOverPaymentCredits", of(2018, "300.00")).await;
    assert_eq!(
        carried,
        ["CARRY_OVER 300.00: PROGRAMME-2018 400.00 > PROGRAMME-2019 300.00"]
    );
    let years = field(&app, officer, &fund.fund_id, "Fund", "fiscalYears { year status }").await;
    assert_eq!(
        years,
        json!([{ "year": 2018, "status": "OPEN" }, { "year": 2019, "status": "OPEN" }])
    );
    for (node, available) in [
        (&fund.fund_id, "1000000.00"),
        (&fund.programme_id, "800000.00"),
        (&programme_id, "0.00"),
    ] {
        let expected = format!("available {available}, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00");
        assert_eq!(
            budget(&app, officer, node).await,
            expected,
            "credits are no commitment authority"
        );
    }
    app.verify().await;
}

async fn payment_credits_are_for_a_year_that_was_opened(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (programme_id, officer) = (fund.another_programme(&app).await, &fund.finance);
    let of = |year: i32| credits_input(&fund.programme_id, year, "1.00");
    for year in [i32::MIN, -1, 0, 18, 1899, 10_000, i32::MAX] {
        let reason = reasons(&app, officer, "openPaymentCredits", of(year)).await;
        assert_eq!(reason, ["VALIDATION fiscalYear"], "{year}");
    }
    let close = with(fund.closing_input(), json!({ "fiscalYear": 2018 }));
    for (operation, input) in [
        ("reducePaymentCredits", of(2018)),
        ("carryOverPaymentCredits", of(2018)),
        (
            "movePaymentCredits",
            sideways(&fund.programme_id, &programme_id, "1.00"),
        ),
        ("closeFiscalYear", close),
    ] {
        let reason = reasons(&app, officer, operation, input).await;
        assert_eq!(reason, ["VALIDATION fiscalYear"], "{operation}");
    }
    app.mutate(officer, "openPaymentCredits", of(9999), "").await;
    let reason = reasons(&app, officer, "carryOverPaymentCredits", of(9999)).await;
    assert_eq!(reason, ["VALIDATION fiscalYear"], "no year comes after the last");
    app.verify().await;
}

async fn payment_credits_move_between_two_programmes_of_one_fund(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (other_id, other_programme_id) = fund.another(&app).await;
    app.grant(&fund.finance, "FINANCE_OFFICER", "FUND", Some(&other_id))
        .await;
    let credits = credits_input(&fund.programme_id, 2018, "1.00");
    app.mutate(&fund.finance, "openPaymentCredits", credits, "").await;
    for to in [&fund.programme_id, &other_programme_id] {
        let input = sideways(&fund.programme_id, to, "1.00");
        let reason = reasons(&app, &fund.finance, "movePaymentCredits", input).await;
        assert_eq!(reason, ["VALIDATION to"]);
    }
    app.verify().await;
}

async fn every_fault_of_an_operation_on_payment_credits_is_told(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (programme_id, officer) = (fund.another_programme(&app).await, &fund.finance);
    let of = |year: i32| credits_input(&fund.programme_id, year, "1.00");
    app.mutate(officer, "openPaymentCredits", of(2018), "").await;
    for (operation, input) in [
        ("openPaymentCredits", of(2018)),
        ("reducePaymentCredits", of(2018)),
        ("carryOverPaymentCredits", of(2018)),
        (
            "movePaymentCredits",
            sideways(&fund.programme_id, &programme_id, "1.00"),
        ),
    ] {
        for (amount, reason) in [
            (json!({ "amount": "1", "currency": "JPY" }), "CURRENCY_MISMATCH amount"),
            (euros("0"), "VALIDATION amount"),
            (euros("-1"), "VALIDATION amount"),
            (euros("0.001"), "VALIDATION amount"),
            (euros("92233720368547758.08"), "VALIDATION amount"),
        ] {
            let faults = json!({ "amount": amount, "reason": "", "document": "", "effectiveOn": "2018-06-21",
                "idempotencyKey": fresh_key() });
            let rest = ["VALIDATION reason", "VALIDATION document", "VALIDATION effectiveOn"];
            assert_eq!(
                reasons(&app, officer, operation, with(input.clone(), faults)).await,
                [[reason].as_slice(), &rest].concat(),
                "{operation} of {amount}"
            );
        }
    }
    app.verify().await;
}

async fn payment_credits_that_are_not_there_are_not_moved(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (programme_id, officer) = (fund.another_programme(&app).await, &fund.finance);
    let of = |amount: &str| credits_input(&fund.programme_id, 2018, amount);
    app.mutate(officer, "openPaymentCredits", of("100.00"), "").await;
    for (operation, input, available) in [
        ("reducePaymentCredits", of("100.01"), "100.00"),
        ("carryOverPaymentCredits", of("100.01"), "100.00"),
        (
            "movePaymentCredits",
            sideways(&fund.programme_id, &programme_id, "100.01"),
            "100.00",
        ),
        (
            "movePaymentCredits",
            sideways(&programme_id, &fund.programme_id, "100.01"),
            "0.00",
        ),
    ] {
        let refusals = refuses(&app, officer, operation, input).await;
        assert_eq!(refusals.len(), 1);
        assert_eq!(
            (&refusals[0]["code"], &refusals[0]["field"]),
            (&json!("INSUFFICIENT_FUNDS"), &json!(["amount"]))
        );
        let details = json!({ "book": "CP", "account": "PROGRAMME", "available": euros(available),
            "requested": euros("100.01") });
        assert_eq!(refusals[0]["details"], details, "{operation}");
    }
    let years = field(&app, officer, &fund.fund_id, "Fund", "fiscalYears { year }").await;
    assert_eq!(years, json!([{ "year": 2018 }]), "no year is opened by a refusal");
    app.verify().await;
}

async fn only_finance_officers_of_the_fund_move_its_payment_credits(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let programme_id = fund.another_programme(&app).await;
    let (other_id, other_programme_id) = fund.another(&app).await;
    let neighbour = app.as_finance_officer(&other_id).await;
    let (auditor, admin) = (app.as_auditor().await, app.as_admin().await);
    let of = |id: &str| credits_input(id, 2018, "1.00");
    let operations = |id: &str| {
        [
            ("openPaymentCredits", of(id)),
            ("reducePaymentCredits", of(id)),
            ("carryOverPaymentCredits", of(id)),
            ("movePaymentCredits", sideways(id, &programme_id, "1.00")),
        ]
    };
    for (operation, input) in operations(&fund.programme_id) {
        for person in [&fund.manager, &auditor, &admin, &neighbour] {
            let code = app.mutation_error(person, operation, input.clone()).await;
            assert_eq!(code, "FORBIDDEN", "{operation} by {}", person.email);
        }
        assert_eq!(app.mutation_error(None, operation, input).await, "UNAUTHENTICATED");
    }
    let across = sideways(&fund.programme_id, &other_programme_id, "1.00");
    assert_eq!(
        app.mutation_error(&fund.finance, "movePaymentCredits", across).await,
        "FORBIDDEN"
    );
    for (operation, input) in operations(&fund.fund_id) {
        assert_eq!(app.mutation_error(&fund.finance, operation, input).await, "NOT_FOUND");
    }
    app.verify().await;
}

async fn a_closed_year_takes_nothing_more_and_gives_what_is_left(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (programme_id, officer) = (fund.another_programme(&app).await, &fund.finance);
    let of = |year: i32, amount: &str| credits_input(&fund.programme_id, year, amount);
    app.mutate(officer, "openPaymentCredits", of(2018, "100.00"), "").await;
    let close = |year: i32| with(fund.closing_input(), json!({ "fiscalYear": year }));
    assert!(moves(&app, officer, "closeFiscalYear", close(2018)).await.is_empty());
    for (operation, input) in [
        ("openPaymentCredits", of(2018, "1.00")),
        ("reducePaymentCredits", of(2018, "1.00")),
        (
            "movePaymentCredits",
            sideways(&fund.programme_id, &programme_id, "1.00"),
        ),
        ("closeFiscalYear", close(2018)),
    ] {
        let refusals = refuses(&app, officer, operation, input).await;
        assert_eq!(
            (refusals.len(), &refusals[0]["code"]),
            (1, &json!("INVALID_STATE")),
            "{operation}"
        );
        assert_eq!(refusals[0]["details"]["status"], "CLOSED");
    }
    let carried = moves(&app, officer, "carryOverPaymentCredits", of(2018, "60.00")).await;
    assert_eq!(
        carried,
        ["CARRY_OVER 60.00: PROGRAMME-2018 40.00 > PROGRAMME-2019 60.00"]
    );
    app.mutate(officer, "closeFiscalYear", close(2019), "").await;
    let reason = reasons(&app, officer, "carryOverPaymentCredits", of(2018, "40.00")).await;
    assert_eq!(reason, ["INVALID_STATE fiscalYear"], "the year after is closed");
    app.verify().await;
}

/// What `movePaymentCredits` takes, for 2018.
fn sideways(from: &str, to: &str, amount: &str) -> Value {
    order_input(amount, json!({ "from": from, "to": to, "fiscalYear": 2018 }))
}
