//! Budget between the envelope and the awards: taken back, moved sideways, and corrected.

use entity::account;
use entity::value::AccountKind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use super::stage::{self, Fund, budget, euros, moves, order_input, reasons, refuses, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    what_a_budget_operation_does_is_told_before_it_is_done_and_again_when_it_is_repeated,
    budget_is_taken_back_from_a_call_and_from_a_programme,
    budget_moves_between_programmes_and_between_calls,
    what_is_promised_is_neither_taken_back_nor_redeployed,
    budget_is_redeployed_among_its_like_of_one_fund,
    every_fault_of_an_amount_is_told,
    an_operation_counts_for_a_day_of_the_fund_that_is_not_to_come,
    only_finance_officers_of_the_fund_move_its_budget,
    a_refused_operation_answers_nothing_but_why,
    no_sum_is_too_large_to_be_counted,
];

async fn what_a_budget_operation_does_is_told_before_it_is_done_and_again_when_it_is_repeated(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let opened = moves(&app, &fund.finance, "openEnvelope", fund.envelope_input("500.00")).await;
    assert_eq!(opened, ["OPEN 500.00: SOURCE -1000500.00 > ENVELOPE 200500.00"]);
    let cut = moves(&app, &fund.finance, "reduceEnvelope", fund.envelope_input("500.01")).await;
    assert_eq!(cut, ["REDUCE 500.01: ENVELOPE 199999.99 > SOURCE -999999.99"]);
    let input = Fund::allocation_input(&fund.programme_id, "0.99");
    let allocated = moves(&app, &fund.finance, "allocateBudget", input).await;
    assert_eq!(allocated, ["ALLOCATE 0.99: ENVELOPE 199999.00 > PROGRAMME 800000.99"]);
    app.verify().await;
}

async fn budget_is_taken_back_from_a_call_and_from_a_programme(app: TestApp) {
    let call = stage::call_open(&app).await;
    let from = |id: &str, amount: &str| order_input(amount, json!({ "from": id }));
    let of_call = moves(
        &app,
        &call.finance,
        "deallocateBudget",
        from(&call.call_id, "100000.00"),
    )
    .await;
    assert_eq!(of_call, ["DEALLOCATE 100000.00: CALL 400000.00 > PROGRAMME 400000.00"]);
    let of_programme = from(&call.programme_id, "400000.00");
    let of_programme = moves(&app, &call.finance, "deallocateBudget", of_programme).await;
    assert_eq!(
        of_programme,
        ["DEALLOCATE 400000.00: PROGRAMME 0.00 > ENVELOPE 600000.00"]
    );
    for (node, available) in [
        (&call.call_id, "400000.00"),
        (&call.programme_id, "400000.00"),
        (&call.fund_id, "1000000.00"),
    ] {
        let expected = format!("available {available}, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00");
        assert_eq!(budget(&app, &call.finance, node).await, expected);
    }
    let selection = "programme { id } call { id }";
    let back = from(&call.call_id, "1.00");
    let back = app.mutate(&call.finance, "deallocateBudget", back, selection).await;
    let expected = json!({ "programme": null, "call": { "id": call.call_id }, "userErrors": [] });
    assert_eq!(back, expected);
    let back = from(&call.programme_id, "1.00");
    let back = app.mutate(&call.finance, "deallocateBudget", back, selection).await;
    let expected = json!({ "programme": { "id": call.programme_id }, "call": null, "userErrors": [] });
    assert_eq!(back, expected);
    app.verify().await;
}

async fn budget_moves_between_programmes_and_between_calls(app: TestApp) {
    let call = stage::call_open(&app).await;
    let (programme_id, officer) = (call.another_programme(&app).await, &call.finance);
    let redeployed = redeployment(&call.programme_id, &programme_id, "250000.00");
    let redeployed = moves(&app, officer, "redeployBudget", redeployed).await;
    assert_eq!(
        redeployed,
        ["REDEPLOY 250000.00: PROGRAMME 50000.00 > PROGRAMME 250000.00"]
    );
    let call_id = call.another_call(&app, &programme_id).await;
    let redeployed = redeployment(&call.call_id, &call_id, "0.01");
    let redeployed = moves(&app, officer, "redeployBudget", redeployed).await;
    assert_eq!(redeployed, ["REDEPLOY 0.01: CALL 499999.99 > CALL 0.01"]);
    for (node, available) in [
        (&call.call_id, "499999.99"),
        (&call.programme_id, "549999.99"),
        (&call_id, "0.01"),
        (&programme_id, "250000.01"),
        (&call.fund_id, "1000000.00"),
    ] {
        let expected = format!("available {available}, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00");
        assert_eq!(budget(&app, officer, node).await, expected);
    }
    let holder = "__typename ... on Programme { id } ... on Call { id }";
    let selection = format!("from {{ {holder} }} to {{ {holder} }}");
    let back = redeployment(&call_id, &call.call_id, "0.01");
    let back = app.mutate(officer, "redeployBudget", back, &selection).await;
    assert_eq!(back["from"], json!({ "__typename": "Call", "id": call_id }));
    assert_eq!(back["to"], json!({ "__typename": "Call", "id": call.call_id }));
    let back = redeployment(&programme_id, &call.programme_id, "250000.00");
    let back = app.mutate(officer, "redeployBudget", back, &selection).await;
    assert_eq!(back["from"], json!({ "__typename": "Programme", "id": programme_id }));
    app.verify().await;
}

async fn what_is_promised_is_neither_taken_back_nor_redeployed(app: TestApp) {
    let award = stage::award_reserved(&app, "150000.00").await;
    let (programme_id, officer) = (award.another_programme(&app).await, &award.finance);
    let call_id = award.another_call(&app, &programme_id).await;
    let taken = |id: &str, amount: &str| order_input(amount, json!({ "from": id }));
    let attempts = [
        (
            "deallocateBudget",
            taken(&award.call_id, "350000.01"),
            "CALL",
            "350000.00",
        ),
        (
            "deallocateBudget",
            taken(&award.programme_id, "300000.01"),
            "PROGRAMME",
            "300000.00",
        ),
        (
            "redeployBudget",
            redeployment(&award.call_id, &call_id, "350000.01"),
            "CALL",
            "350000.00",
        ),
        (
            "redeployBudget",
            redeployment(&award.programme_id, &programme_id, "300000.01"),
            "PROGRAMME",
            "300000.00",
        ),
        // What nobody ever gave anything holds nothing.
        ("deallocateBudget", taken(&call_id, "0.01"), "CALL", "0.00"),
    ];
    for (operation, input, account, available) in attempts {
        let requested = input["amount"].clone();
        let refusals = refuses(&app, officer, operation, input).await;
        assert_eq!(refusals.len(), 1, "{refusals:#?}");
        assert_eq!(refusals[0]["code"], "INSUFFICIENT_FUNDS");
        assert_eq!(refusals[0]["field"], json!(["amount"]));
        let details =
            json!({ "book": "AE", "account": account, "available": euros(available), "requested": requested });
        assert_eq!(refusals[0]["details"], details);
    }
    let all = moves(
        &app,
        officer,
        "redeployBudget",
        redeployment(&award.call_id, &call_id, "350000.00"),
    )
    .await;
    assert_eq!(all, ["REDEPLOY 350000.00: CALL 0.00 > CALL 350000.00"]);
    assert_eq!(
        budget(&app, officer, &award.call_id).await,
        "available 0.00, reserved 150000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn budget_is_redeployed_among_its_like_of_one_fund(app: TestApp) {
    let call = stage::call_open(&app).await;
    let (fund_id, programme_id) = call.another(&app).await;
    let stranger = redeployment(&call.programme_id, &programme_id, "1.00");
    for input in [
        stranger.clone(),
        redeployment(&programme_id, &call.programme_id, "1.00"),
    ] {
        let code = app.mutation_error(&call.finance, "redeployBudget", input).await;
        assert_eq!(code, "FORBIDDEN", "an officer of one fund only");
    }
    app.grant(&call.finance, "FINANCE_OFFICER", "FUND", Some(&fund_id))
        .await;
    let attempts = [
        stranger,
        redeployment(&call.programme_id, &call.programme_id, "1.00"),
        redeployment(&call.call_id, &call.call_id, "1.00"),
        redeployment(&call.programme_id, &call.call_id, "1.00"),
        redeployment(&call.call_id, &call.programme_id, "1.00"),
    ];
    for input in attempts {
        assert_eq!(
            reasons(&app, &call.finance, "redeployBudget", input).await,
            ["VALIDATION to"]
        );
    }
    for (from, to) in [(&call.fund_id, &call.programme_id), (&call.programme_id, &call.fund_id)] {
        let code = app
            .mutation_error(&call.finance, "redeployBudget", redeployment(from, to, "1.00"))
            .await;
        assert_eq!(
            code, "NOT_FOUND",
            "a fund holds no budget between its envelope and its awards"
        );
    }
    app.verify().await;
}

async fn every_fault_of_an_amount_is_told(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let programme_id = fund.another_programme(&app).await;
    let operations = || {
        [
            (
                "deallocateBudget",
                order_input("1.00", json!({ "from": fund.programme_id })),
            ),
            (
                "redeployBudget",
                redeployment(&fund.programme_id, &programme_id, "1.00"),
            ),
        ]
    };
    for (amount, reason) in [
        (
            json!({ "amount": "1.00", "currency": "USD" }),
            "CURRENCY_MISMATCH amount",
        ),
        (euros("0"), "VALIDATION amount"),
        (euros("0.00"), "VALIDATION amount"),
        (euros("-0.01"), "VALIDATION amount"),
        (euros("0.001"), "VALIDATION amount"),
        (euros("1e3"), "VALIDATION amount"),
        (euros(""), "VALIDATION amount"),
        // A cent more than the most, the ends of 64 bits, and far more.
        (euros("10000000000000.01"), "VALIDATION amount"),
        (euros("92233720368547758.07"), "VALIDATION amount"),
        (euros("92233720368547758.08"), "VALIDATION amount"),
        (euros("-92233720368547758.08"), "VALIDATION amount"),
        (euros("184467440737095516.17"), "VALIDATION amount"),
        (euros("99999999999999999999999999"), "VALIDATION amount"),
    ] {
        for (operation, input) in operations() {
            let faulty = with(input, json!({ "amount": amount, "reason": " ", "document": "" }));
            assert_eq!(
                reasons(&app, &fund.finance, operation, faulty).await,
                [reason, "VALIDATION reason", "VALIDATION document"],
                "{operation} of {amount}"
            );
        }
    }
    for (operation, input) in operations() {
        let most = with(input.clone(), json!({ "amount": euros("10000000000000.00") }));
        let reason = reasons(&app, &fund.finance, operation, most).await;
        assert_eq!(
            reason,
            ["INSUFFICIENT_FUNDS amount"],
            "{operation} of all there could be"
        );
        for key in ["", &"k".repeat(201), "a\u{0}b"] {
            let keyless = with(input.clone(), json!({ "idempotencyKey": key }));
            let reason = app.mutation_reasons(&fund.finance, operation, keyless).await;
            assert_eq!(
                reason,
                ["VALIDATION idempotencyKey"],
                "{operation} with the key {key:?}"
            );
        }
    }
    app.verify().await;
}

async fn an_operation_counts_for_a_day_of_the_fund_that_is_not_to_come(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let on = |day: &str| {
        let input = order_input("1.00", json!({ "from": fund.programme_id }));
        with(input, json!({ "effectiveOn": day }))
    };
    for day in ["2018-06-21", "2017-12-31", "9999-12-31", "0001-01-01"] {
        let reason = reasons(&app, &fund.finance, "deallocateBudget", on(day)).await;
        assert_eq!(reason, ["VALIDATION effectiveOn"], "{day}");
    }
    for day in ["2018-06-20", "2018-01-01"] {
        moves(&app, &fund.finance, "deallocateBudget", on(day)).await;
    }
    app.verify().await;
}

async fn only_finance_officers_of_the_fund_move_its_budget(app: TestApp) {
    let call = stage::call_open(&app).await;
    let admin = app.as_admin().await;
    let auditor = app.as_auditor().await;
    let (other_id, _) = call.another(&app).await;
    let neighbour = app.as_finance_officer(&other_id).await;
    let hidden = call.another_call(&app, &call.programme_id).await;
    let operations = |id: &str| {
        [
            ("allocateBudget", Fund::allocation_input(id, "1.00")),
            ("deallocateBudget", order_input("1.00", json!({ "from": id }))),
            ("redeployBudget", redeployment(id, &call.call_id, "1.00")),
        ]
    };
    for (operation, input) in operations(&call.programme_id) {
        for person in [&call.manager, &admin, &auditor, &neighbour] {
            for preview in [false, true] {
                let input = with(input.clone(), json!({ "preview": preview }));
                let code = app.mutation_error(person, operation, input).await;
                assert_eq!(code, "FORBIDDEN", "{operation} by {}", person.email);
            }
        }
        assert_eq!(app.mutation_error(None, operation, input).await, "UNAUTHENTICATED");
    }
    for (operation, input) in operations(&hidden) {
        let code = app.mutation_error(&neighbour, operation, input.clone()).await;
        assert_eq!(code, "NOT_FOUND", "{operation} of a call in preparation");
        assert_eq!(app.mutation_error(&call.manager, operation, input).await, "NOT_FOUND");
    }
    app.verify().await;
}

async fn a_refused_operation_answers_nothing_but_why(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    for preview in [false, true] {
        let input = with(fund.envelope_input("0"), json!({ "preview": preview }));
        let selection = "replayed preview postings { kind } fund { id }";
        let answer = app.attempt(&fund.finance, "reduceEnvelope", input, selection).await;
        let mut payload = answer["data"]["reduceEnvelope"].clone();
        assert!(payload["userErrors"].as_array().is_some_and(|errors| errors.len() == 1));
        payload["userErrors"] = Value::Null;
        let nothing = json!({ "replayed": false, "preview": preview, "postings": null, "fund": null,
            "userErrors": null });
        assert_eq!(payload, nothing);
    }
    app.verify().await;
}

async fn no_sum_is_too_large_to_be_counted(app: TestApp) {
    // What may pass through one account: more than any fund will ever see, so the test sets it down itself.
    const MOST: i64 = i64::MAX / 4;
    let fund = stage::fund_open(&app).await;
    let db = app.storage.connection().await;
    let passed = async |kind: AccountKind, credits: i64, debits: i64| {
        let update = account::Entity::update_many()
            .col_expr(account::Column::CreditsMinor, Expr::value(credits))
            .col_expr(account::Column::DebitsMinor, Expr::value(debits))
            .filter(account::Column::Kind.eq(kind));
        update.exec(&db).await.expect("an update");
    };
    passed(AccountKind::Source, 0, MOST - 100).await;
    let refusals = refuses(&app, &fund.finance, "openEnvelope", fund.envelope_input("1.01")).await;
    let details = json!({ "book": "AE", "account": "SOURCE", "available": euros("1.00"), "requested": euros("1.01") });
    assert_eq!(refusals[0]["details"], details);
    // The same money, taken back and handed down, passes through the envelope each time.
    passed(AccountKind::Envelope, MOST - 100, MOST - 20_000_100).await;
    let back = |amount: &str| order_input(amount, json!({ "from": fund.programme_id }));
    let reason = reasons(&app, &fund.finance, "deallocateBudget", back("1.01")).await;
    assert_eq!(reason, ["VALIDATION amount"]);
    let last = moves(&app, &fund.finance, "deallocateBudget", back("1.00")).await;
    assert_eq!(last, ["DEALLOCATE 1.00: PROGRAMME 799999.00 > ENVELOPE 200001.00"]);
}

/// What `redeployBudget` takes.
fn redeployment(from: &str, to: &str, amount: &str) -> Value {
    order_input(amount, json!({ "from": from, "to": to }))
}
