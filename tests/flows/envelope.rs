//! A fund's money, from the vote to the endowment of a call.

use serde_json::{Value, json};
use time::macros::datetime;

use super::stage::{self, Fund, budget, euros, field, fresh_key, fund_input, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_fund_is_created_opened_allocated_and_reduced,
    a_fund_in_preparation_is_known_to_its_staff_only,
    only_finance_officers_of_the_fund_move_its_money,
    every_fault_of_a_budget_operation_is_told_at_once,
    what_is_not_there_is_not_moved,
    a_repeat_with_the_same_key_changes_nothing_and_says_so,
    a_key_serves_one_operation_of_one_person,
    a_refusal_is_replayed_even_after_money_came_in,
];

async fn a_fund_is_created_opened_allocated_and_reduced(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (finance, fund_id, programme_id) = (&fund.finance, &fund.fund_id, &fund.programme_id);
    assert_eq!(
        budget(&app, finance, fund_id).await,
        "available 1000000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    let allocated = field(&app, finance, fund_id, "Fund", "budget { allocated { amount } }").await;
    assert_eq!(allocated, json!({ "allocated": { "amount": "800000.00" } }));
    assert_eq!(
        budget(&app, finance, programme_id).await,
        "available 800000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );

    let reduced = app
        .mutate(finance, "reduceEnvelope", fund.envelope_input("150000.00"), "replayed")
        .await;
    assert_eq!(reduced["replayed"], false);
    app.mutate(finance, "openEnvelope", fund.envelope_input("0.01"), "")
        .await;
    assert_eq!(
        budget(&app, &fund.manager, fund_id).await,
        "available 850000.01, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_fund_in_preparation_is_known_to_its_staff_only(app: TestApp) {
    let admin = app.as_admin().await;
    let created = app
        .mutate(&admin, "createFund", fund_input(), "fund { id status }")
        .await;
    assert_eq!(created["fund"]["status"], "DRAFT");
    let fund_id = text(&created["fund"]["id"]);
    let finance = app.as_finance_officer(&fund_id).await;

    let by_code = |code: &str| format!("{{ fund(code: \"{code}\") {{ name }} }}");
    let unknown = app.ask(None, &by_code("NO-SUCH-FUND"), Value::Null).await;
    assert_eq!(app.ask(None, &by_code("FTAP"), Value::Null).await, unknown);
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let count = "{ funds { totalCount nodes { code } } }";
    let nothing = json!({ "funds": { "totalCount": 0, "nodes": [] } });
    assert_eq!(app.data(None, count, Value::Null).await, nothing);
    app.data(&finance, &by_code("FTAP"), Value::Null).await;

    let input = stage::envelope_input(&fund_id, "1.00");
    let opened = app.mutate(&finance, "openEnvelope", input, "fund { status }").await;
    assert_eq!(opened["fund"]["status"], "ACTIVE");
    app.data(None, &by_code("FTAP"), Value::Null).await;
    app.verify().await;
}

async fn only_finance_officers_of_the_fund_move_its_money(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let admin = app.as_admin().await;
    let other = with(fund_input(), json!({ "code": "OTHER" }));
    let other = app.mutate(&admin, "createFund", other, "fund { id }").await;
    let neighbour = app.as_finance_officer(&text(&other["fund"]["id"])).await;
    let auditor = app.as_auditor().await;
    let operations = || {
        [
            ("openEnvelope", fund.envelope_input("1.00")),
            ("reduceEnvelope", fund.envelope_input("1.00")),
            ("allocateBudget", Fund::allocation_input(&fund.programme_id, "1.00")),
        ]
    };
    for (operation, input) in operations() {
        for person in [&fund.manager, &admin, &auditor, &neighbour] {
            assert_eq!(
                app.mutation_error(person, operation, input.clone()).await,
                "FORBIDDEN",
                "{operation} by {}",
                person.email
            );
        }
        assert_eq!(app.mutation_error(None, operation, input).await, "UNAUTHENTICATED");
    }
    let input = with(fund_input(), json!({ "code": "FTAP-2" }));
    assert_eq!(
        app.mutation_error(&fund.finance, "createFund", input).await,
        "FORBIDDEN"
    );
    let nothing_moved = "available 1000000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00";
    assert_eq!(budget(&app, &auditor, &fund.fund_id).await, nothing_moved);
    let figures = "query($id: ID!) { budget(node: $id) { paid { amount } } }";
    let of_fund = json!({ "id": fund.fund_id });
    assert_eq!(app.error_code(&neighbour, figures, of_fund.clone()).await, "FORBIDDEN");
    assert_eq!(app.error_code(None, figures, of_fund).await, "UNAUTHENTICATED");
    app.verify().await;
}

async fn every_fault_of_a_budget_operation_is_told_at_once(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    for (amount, reason) in [
        (
            json!({ "amount": "1.00", "currency": "USD" }),
            "CURRENCY_MISMATCH amount",
        ),
        (euros("0"), "VALIDATION amount"),
        (euros("-1.00"), "VALIDATION amount"),
        (euros("1.001"), "VALIDATION amount"),
        (euros("1,00"), "VALIDATION amount"),
        (euros("99999999999999999999"), "VALIDATION amount"),
    ] {
        let changes = json!({ "amount": amount, "reason": "", "document": " " });
        let input = with(fund.envelope_input("1.00"), changes);
        assert_eq!(
            app.mutation_reasons(&fund.finance, "openEnvelope", input).await,
            [reason, "VALIDATION reason", "VALIDATION document"],
            "{amount}"
        );
    }
    let keyless = with(fund.envelope_input("1.00"), json!({ "idempotencyKey": "" }));
    assert_eq!(
        app.mutation_reasons(&fund.finance, "openEnvelope", keyless).await,
        ["VALIDATION idempotencyKey"]
    );
    app.verify().await;
}

async fn what_is_not_there_is_not_moved(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let details = json!({ "book": "AE", "account": "ENVELOPE",
        "available": euros("200000.00"), "requested": euros("200000.01") });
    for (operation, input) in [
        (
            "allocateBudget",
            Fund::allocation_input(&fund.programme_id, "200000.01"),
        ),
        ("reduceEnvelope", fund.envelope_input("200000.01")),
    ] {
        let refusals = app.mutation_refusals(&fund.finance, operation, input).await;
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0]["code"], "INSUFFICIENT_FUNDS");
        assert_eq!(refusals[0]["field"], json!(["amount"]));
        assert_eq!(refusals[0]["details"], details, "{operation}");
    }
    assert_eq!(
        budget(&app, &fund.finance, &fund.fund_id).await,
        "available 1000000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
    fund.allocate(&app, &fund.programme_id, "200000.00").await;
    let last_cent = app
        .mutation_refused(&fund.finance, "reduceEnvelope", fund.envelope_input("0.01"))
        .await;
    assert_eq!(last_cent, ["INSUFFICIENT_FUNDS"], "everything is allocated");
    app.verify().await;
}

async fn a_repeat_with_the_same_key_changes_nothing_and_says_so(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = fund.envelope_input("500.00");
    let selection = "replayed fund { code status }";
    let first = app
        .mutate(&fund.finance, "openEnvelope", input.clone(), selection)
        .await;
    assert_eq!(first["replayed"], false);
    // Long after, in another session: the key is the person's, not the session's.
    app.clock.set(datetime!(2019-06-20 08:00 UTC));
    for _ in 0..3 {
        let repeat = app
            .mutate(&fund.finance, "openEnvelope", input.clone(), selection)
            .await;
        assert_eq!(repeat, with(first.clone(), json!({ "replayed": true })));
    }
    assert_eq!(
        budget(&app, &fund.finance, &fund.fund_id).await,
        "available 1000500.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_key_serves_one_operation_of_one_person(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = fund.envelope_input("500.00");
    app.mutate(&fund.finance, "openEnvelope", input.clone(), "").await;
    let more = with(input.clone(), json!({ "amount": euros("500.01") }));
    for (operation, input) in [("openEnvelope", more), ("reduceEnvelope", input.clone())] {
        assert_eq!(
            app.mutation_reasons(&fund.finance, operation, input).await,
            ["IDEMPOTENCY_KEY_REUSED idempotencyKey"],
            "{operation}"
        );
    }
    let colleague = app.as_finance_officer(&fund.fund_id).await;
    let theirs = app.mutate(&colleague, "openEnvelope", input, "replayed").await;
    assert_eq!(theirs["replayed"], false, "two people may choose the same key");
    assert_eq!(
        budget(&app, &fund.finance, &fund.fund_id).await,
        "available 1001000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_refusal_is_replayed_even_after_money_came_in(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = Fund::allocation_input(&fund.programme_id, "300000.00");
    let first = app
        .mutation_refusals(&fund.finance, "allocateBudget", input.clone())
        .await;
    assert_eq!(first[0]["code"], "INSUFFICIENT_FUNDS");
    app.mutate(&fund.finance, "openEnvelope", fund.envelope_input("500000.00"), "")
        .await;
    let again = app
        .attempt(&fund.finance, "allocateBudget", input.clone(), "replayed")
        .await;
    let again = &again["data"]["allocateBudget"];
    assert_eq!(
        (&again["replayed"], &again["userErrors"]),
        (&json!(true), &json!(first))
    );
    let anew = with(input, json!({ "idempotencyKey": fresh_key() }));
    app.mutate(&fund.finance, "allocateBudget", anew, "").await;
    assert_eq!(
        budget(&app, &fund.finance, &fund.programme_id).await,
        "available 1100000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}
