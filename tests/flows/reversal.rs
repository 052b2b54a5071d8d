//! Correcting a budget operation: a transfer the other way, once.

use serde_json::{Value, json};

use super::stage::{
    self, Fund, act_input, budget, credits_input, euros, last_transfer, moves, order_input, reasons, refuses,
};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_budget_operation_is_reversed_in_whole,
    operations_on_payment_credits_are_reversed_in_their_year,
    a_transfer_is_reversed_once_and_a_reversal_never,
    what_an_award_or_a_payment_does_is_not_reversed_by_hand,
    what_has_moved_on_is_not_reversed,
    only_finance_officers_of_the_fund_reverse_its_transfers,
    a_year_or_a_fund_that_is_closed_takes_no_reversal,
];

async fn a_budget_operation_is_reversed_in_whole(app: TestApp) {
    let call = stage::call_open(&app).await;
    let programme_id = call.another_programme(&app).await;
    let sideways = json!({ "from": call.programme_id, "to": programme_id });
    let operations = [
        (
            "openEnvelope",
            call.envelope_input("5.00"),
            "REDUCE 5.00: ENVELOPE 200000.00 > SOURCE -1000000.00",
        ),
        (
            "reduceEnvelope",
            call.envelope_input("5.00"),
            "OPEN 5.00: SOURCE -1000000.00 > ENVELOPE 200000.00",
        ),
        (
            "allocateBudget",
            Fund::allocation_input(&call.call_id, "5.00"),
            "DEALLOCATE 5.00: CALL 500000.00 > PROGRAMME 300000.00",
        ),
        (
            "deallocateBudget",
            order_input("5.00", json!({ "from": call.programme_id })),
            "ALLOCATE 5.00: ENVELOPE 200000.00 > PROGRAMME 300000.00",
        ),
        (
            "redeployBudget",
            order_input("5.00", sideways),
            "REDEPLOY 5.00: PROGRAMME 0.00 > PROGRAMME 300000.00",
        ),
    ];
    for (operation, input, undone) in operations {
        app.mutate(&call.finance, operation, input, "").await;
        let reversal = reversal(&last_transfer(&app, &call.fund_id).await);
        let reversed = moves(&app, &call.finance, "reverseTransfer", reversal).await;
        assert_eq!(reversed, [undone], "{operation}");
    }
    for (node, available) in [
        (&call.fund_id, "1000000.00"),
        (&call.call_id, "500000.00"),
        (&programme_id, "0.00"),
    ] {
        let expected = format!("available {available}, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00");
        assert_eq!(budget(&app, &call.finance, node).await, expected);
    }
    app.verify().await;
}

async fn operations_on_payment_credits_are_reversed_in_their_year(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let programme_id = fund.another_programme(&app).await;
    let input = credits_input(&fund.programme_id, 2018, "100.00");
    app.mutate(&fund.finance, "openPaymentCredits", input, "").await;
    let sideways = json!({ "from": fund.programme_id, "to": programme_id, "fiscalYear": 2018 });
    let operations = [
        (
            "openPaymentCredits",
            credits_input(&fund.programme_id, 2018, "5.00"),
            "REDUCE 5.00: PROGRAMME-2018 100.00 > SOURCE-2018 -100.00",
        ),
        (
            "reducePaymentCredits",
            credits_input(&fund.programme_id, 2018, "5.00"),
            "OPEN 5.00: SOURCE-2018 -100.00 > PROGRAMME-2018 100.00",
        ),
        (
            "movePaymentCredits",
            order_input("5.00", sideways),
            "REDEPLOY 5.00: PROGRAMME-2018 0.00 > PROGRAMME-2018 100.00",
        ),
    ];
    for (operation, input, undone) in operations {
        app.mutate(&fund.finance, operation, input, "").await;
        let reversal = reversal(&last_transfer(&app, &fund.fund_id).await);
        let reversed = moves(&app, &fund.finance, "reverseTransfer", reversal).await;
        assert_eq!(reversed, [undone], "{operation}");
    }
    let input = credits_input(&fund.programme_id, 2018, "5.00");
    app.mutate(&fund.finance, "carryOverPaymentCredits", input, "").await;
    let carried = reversal(&last_transfer(&app, &fund.fund_id).await);
    let refusals = refuses(&app, &fund.finance, "reverseTransfer", carried).await;
    assert_eq!(refusals[0]["details"], json!({ "kind": "CARRY_OVER" }));
    app.verify().await;
}

async fn a_transfer_is_reversed_once_and_a_reversal_never(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    fund.allocate(&app, &fund.programme_id, "5.00").await;
    let allocation = last_transfer(&app, &fund.fund_id).await;
    let faults = json!({ "transferId": allocation, "reason": "", "document": " ", "idempotencyKey": "faulty" });
    assert_eq!(
        reasons(&app, &fund.finance, "reverseTransfer", faults).await,
        ["VALIDATION reason", "VALIDATION document"]
    );
    app.mutate(&fund.finance, "reverseTransfer", reversal(&allocation), "fund { id }")
        .await;
    let correction = last_transfer(&app, &fund.fund_id).await;
    for transfer in [&allocation, &correction] {
        assert_eq!(
            reasons(&app, &fund.finance, "reverseTransfer", reversal(transfer)).await,
            ["INVALID_STATE transferId"]
        );
    }
    app.verify().await;
}

async fn what_an_award_or_a_payment_does_is_not_reversed_by_hand(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let reservation = last_transfer(&app, &award.fund_id).await;
    let refusals = refuses(&app, &award.finance, "reverseTransfer", reversal(&reservation)).await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["code"], "INVALID_STATE");
    assert_eq!(refusals[0]["field"], json!(["transferId"]));
    assert_eq!(refusals[0]["details"], json!({ "kind": "RESERVE" }));
    award.notify(&app).await;
    let release = act_input(json!({ "awardId": award.award_id }));
    app.mutate(&award.manager, "releaseAward", release, "").await;
    let release = last_transfer(&app, &award.fund_id).await;
    let refusals = refuses(&app, &award.finance, "reverseTransfer", reversal(&release)).await;
    assert_eq!(refusals[0]["details"], json!({ "kind": "RELEASE" }));
    app.verify().await;
}

async fn what_has_moved_on_is_not_reversed(app: TestApp) {
    let call = stage::call_open(&app).await;
    let endowment = last_transfer(&app, &call.fund_id).await;
    let taken = order_input("0.01", json!({ "from": call.call_id }));
    app.mutate(&call.finance, "deallocateBudget", taken, "").await;
    let refusals = refuses(&app, &call.finance, "reverseTransfer", reversal(&endowment)).await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["code"], "INSUFFICIENT_FUNDS");
    let details = json!({ "book": "AE", "account": "CALL", "available": euros("499999.99"),
        "requested": euros("500000.00") });
    assert_eq!(refusals[0]["details"], details);
    app.verify().await;
}

async fn only_finance_officers_of_the_fund_reverse_its_transfers(app: TestApp) {
    let call = stage::call_open(&app).await;
    let endowment = last_transfer(&app, &call.fund_id).await;
    let (other_id, _) = call.another(&app).await;
    let neighbour = app.as_finance_officer(&other_id).await;
    let (auditor, admin, chair) = (
        app.as_auditor().await,
        app.as_admin().await,
        app.as_chair(&call.call_id).await,
    );
    for (person, code) in [
        (&call.manager, "FORBIDDEN"),
        (&auditor, "FORBIDDEN"),
        (&admin, "FORBIDDEN"),
        (&neighbour, "NOT_FOUND"),
        (&chair, "NOT_FOUND"),
    ] {
        let told = app
            .mutation_error(person, "reverseTransfer", reversal(&endowment))
            .await;
        assert_eq!(told, code, "{}", person.email);
    }
    let nobody = app.mutation_error(None, "reverseTransfer", reversal(&endowment)).await;
    assert_eq!(nobody, "UNAUTHENTICATED");
    for unknown in [&call.fund_id, "nothing"] {
        let told = app
            .mutation_error(&call.finance, "reverseTransfer", reversal(unknown))
            .await;
        assert_eq!(told, "NOT_FOUND", "{unknown}");
    }
    app.verify().await;
}

async fn a_year_or_a_fund_that_is_closed_takes_no_reversal(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    fund.allocate(&app, &fund.programme_id, "5.00").await;
    let allocation = last_transfer(&app, &fund.fund_id).await;
    let input = credits_input(&fund.programme_id, 2018, "5.00");
    app.mutate(&fund.finance, "openPaymentCredits", input, "").await;
    let credits = last_transfer(&app, &fund.fund_id).await;
    let close = json!({ "fundId": fund.fund_id, "fiscalYear": 2018, "idempotencyKey": "the end of 2018" });
    app.mutate(&fund.finance, "closeFiscalYear", close, "").await;
    let refusals = refuses(&app, &fund.finance, "reverseTransfer", reversal(&credits)).await;
    assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
    assert_eq!(refusals[0]["details"]["status"], "CLOSED");
    fund.close(&app).await;
    let refusals = refuses(&app, &fund.finance, "reverseTransfer", reversal(&allocation)).await;
    assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "CLOSED", "event": "MOVE_BUDGET" })
    );
    app.verify().await;
}

/// What `reverseTransfer` takes.
fn reversal(transfer_id: &str) -> Value {
    act_input(json!({ "transferId": transfer_id }))
}
