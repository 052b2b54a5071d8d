//! Money paid wrongly: claimed back, received or given up, and given to the call again where the fund allows it.

use serde_json::{Value, json};

use super::stage::{self, Payment, act_input, budget, euros, field, fresh_key, moves, reasons, refuses, undone, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    money_paid_wrongly_is_claimed_back_and_received,
    a_claim_that_is_given_up_counts_as_paid_again,
    recovered_money_goes_to_the_call_again_where_the_fund_allows_it_and_once,
    no_more_is_claimed_back_than_was_paid_and_is_not_claimed_yet,
    nothing_is_claimed_back_before_it_was_paid,
    a_completed_award_is_claimed_back_and_reinstated_whole,
    a_recovery_ends_once,
    every_fault_of_a_recovery_is_told,
    only_finance_officers_claim_money_back,
    a_preview_of_a_recovery_makes_none,
];

async fn money_paid_wrongly_is_claimed_back_and_received(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let issued = moves(
        &app,
        &payment.finance,
        "issueRecovery",
        payment.recovery_input("150.00"),
    )
    .await;
    assert_eq!(issued, ["RECOVERY_ISSUED 150.00: PAID 250.00 > RECOVERABLE 150.00"]);
    let nodes = [
        &payment.award_id,
        &payment.call_id,
        &payment.programme_id,
        &payment.fund_id,
    ];
    for node in nodes {
        let told = undone(&app, &payment.finance, node).await;
        assert_eq!(told, "recoverable 150.00, recovered 0.00, lapsed 0.00");
    }
    let selection = "recoveries { id status amount { amount } reason document issuedAt issuedBy { id } settledAt
        settledBy { id } settlementReference reinstatedAt award { id } }";
    let recoveries = field(&app, &payment.finance, &payment.award_id, "Award", selection).await;
    let told = json!([{ "id": recoveries[0]["id"], "status": "ISSUED", "amount": { "amount": "150.00" },
        "reason": "Paid twice", "document": "Title 2018-3", "issuedAt": recoveries[0]["issuedAt"],
        "issuedBy": { "id": payment.finance.id }, "settledAt": null, "settledBy": null, "settlementReference": null,
        "reinstatedAt": null, "award": { "id": payment.award_id } }]);
    assert_eq!(recoveries, told);

    let recovery = text(&recoveries[0]["id"]);
    let received = moves(&app, &payment.treasurer, "receiveRecovery", reception(&recovery)).await;
    assert_eq!(
        received,
        ["RECOVERY_RECEIVED 150.00: RECOVERABLE 0.00 > RECOVERED 150.00"]
    );
    for node in nodes {
        let told = undone(&app, &payment.finance, node).await;
        assert_eq!(told, "recoverable 0.00, recovered 150.00, lapsed 0.00");
    }
    assert_eq!(
        budget(&app, &payment.applicant, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 400.00, paid 400.00",
        "what came back was paid all the same"
    );
    let settled = "query($id: ID!) { node(id: $id) { ... on Recovery { status settlementReference } } }";
    for reader in [&payment.applicant, &payment.manager, &payment.chair] {
        let read = app.data(reader, settled, json!({ "id": recovery })).await;
        let told = json!({ "status": "RECEIVED", "settlementReference": "SEPA 7" });
        assert_eq!(read["node"], told);
    }
    for stranger in [None, Some(&payment.evaluator)] {
        assert_eq!(
            app.error_code(stranger, settled, json!({ "id": recovery })).await,
            "NOT_FOUND"
        );
    }
    assert_eq!(award_status(&app, &payment).await, "IN_PROGRESS");
    app.verify().await;
}

async fn a_claim_that_is_given_up_counts_as_paid_again(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let recovery = payment.recover(&app, "400.00").await;
    let cancelled = moves(&app, &payment.finance, "cancelRecovery", cancellation(&recovery)).await;
    assert_eq!(cancelled, ["RECOVERY_CANCELLED 400.00: RECOVERABLE 0.00 > PAID 400.00"]);
    assert_eq!(
        undone(&app, &payment.finance, &payment.award_id).await,
        "recoverable 0.00, recovered 0.00, lapsed 0.00"
    );
    let selection = "recoveries { status settlementReference settledBy { id } }";
    let told = json!([{ "status": "CANCELLED", "settlementReference": "They were right",
        "settledBy": { "id": payment.finance.id } }]);
    assert_eq!(
        field(&app, &payment.finance, &payment.award_id, "Award", selection).await,
        told
    );
    let again = moves(
        &app,
        &payment.finance,
        "issueRecovery",
        payment.recovery_input("400.00"),
    )
    .await;
    assert_eq!(again, ["RECOVERY_ISSUED 400.00: PAID 0.00 > RECOVERABLE 400.00"]);
    app.verify().await;
}

async fn recovered_money_goes_to_the_call_again_where_the_fund_allows_it_and_once(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let recovery = payment.recover(&app, "150.00").await;
    let issued = refuses(&app, &payment.finance, "reinstateRecovery", reinstatement(&recovery)).await;
    let codes: Vec<_> = issued.iter().map(|refusal| &refusal["code"]).collect();
    assert_eq!(
        codes,
        ["INVALID_STATE", "INVALID_STATE"],
        "not received, and not allowed"
    );
    app.mutate(&payment.finance, "receiveRecovery", reception(&recovery), "")
        .await;
    let forbidden = reasons(&app, &payment.finance, "reinstateRecovery", reinstatement(&recovery)).await;
    assert_eq!(forbidden, ["INVALID_STATE"], "the fund does not allow it");

    payment.govern(&app, json!({ "reinstatesRecoveries": true })).await;
    let reinstated = moves(&app, &payment.finance, "reinstateRecovery", reinstatement(&recovery)).await;
    assert_eq!(reinstated, ["REINSTATE 150.00: RECOVERED 0.00 > CALL 499150.00"]);
    for (node, figures) in [
        (
            &payment.award_id,
            "available 0.00, reserved 0.00, committed 850.00, ordered 250.00, paid 250.00",
        ),
        (
            &payment.call_id,
            "available 499150.00, reserved 0.00, committed 850.00, ordered 250.00, paid 250.00",
        ),
        (
            &payment.fund_id,
            "available 999150.00, reserved 0.00, committed 850.00, ordered 250.00, paid 250.00",
        ),
    ] {
        assert_eq!(budget(&app, &payment.finance, node).await, figures);
    }
    let selection = "recoveries { status settledAt reinstatedAt }";
    let told = field(&app, &payment.finance, &payment.award_id, "Award", selection).await;
    assert_eq!(told[0]["status"], "RECEIVED");
    for instant in ["settledAt", "reinstatedAt"] {
        assert!(text(&told[0][instant]).starts_with("2018-06-20T08:1"), "{told}");
    }
    let twice = reasons(&app, &payment.finance, "reinstateRecovery", reinstatement(&recovery)).await;
    assert_eq!(twice, ["INVALID_STATE"]);
    let second = payment.recover(&app, "1.00").await;
    app.mutate(&payment.finance, "receiveRecovery", reception(&second), "")
        .await;
    payment.close(&app).await;
    let refusals = refuses(&app, &payment.finance, "reinstateRecovery", reinstatement(&second)).await;
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "CLOSED", "event": "MOVE_BUDGET" })
    );
    app.verify().await;
}

async fn no_more_is_claimed_back_than_was_paid_and_is_not_claimed_yet(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let refused = async |amount: &str, available: &str| {
        let refusals = refuses(&app, &payment.finance, "issueRecovery", payment.recovery_input(amount)).await;
        assert_eq!(
            (refusals.len(), &refusals[0]["code"]),
            (1, &json!("INSUFFICIENT_FUNDS"))
        );
        assert_eq!(refusals[0]["field"], json!(["amount"]));
        let details =
            json!({ "book": "AE", "account": "PAID", "available": euros(available), "requested": euros(amount) });
        assert_eq!(refusals[0]["details"], details);
    };
    refused("400.01", "400.00").await;
    let first = payment.recover(&app, "100.00").await;
    refused("300.01", "300.00").await;
    app.mutate(&payment.finance, "receiveRecovery", reception(&first), "")
        .await;
    refused("300.01", "300.00").await;
    payment.recover(&app, "300.00").await;
    refused("0.01", "0.00").await;
    let recoveries = field(
        &app,
        &payment.applicant,
        &payment.award_id,
        "Award",
        "recoveries { status }",
    )
    .await;
    assert_eq!(
        recoveries,
        json!([{ "status": "RECEIVED" }, { "status": "ISSUED" }]),
        "oldest first"
    );
    app.verify().await;
}

async fn nothing_is_claimed_back_before_it_was_paid(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    let refusals = refuses(&app, &payment.finance, "issueRecovery", payment.recovery_input("1.00")).await;
    assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "COMMITTED", "event": "ISSUE_RECOVERY" })
    );
    app.verify().await;
}

async fn a_completed_award_is_claimed_back_and_reinstated_whole(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["1000.00"]).await;
    assert_eq!(award_status(&app, &payment).await, "COMPLETED");
    payment.govern(&app, json!({ "reinstatesRecoveries": true })).await;
    for amount in ["0.01", "999.99"] {
        let recovery = payment.recover(&app, amount).await;
        app.mutate(&payment.finance, "receiveRecovery", reception(&recovery), "")
            .await;
        app.mutate(&payment.finance, "reinstateRecovery", reinstatement(&recovery), "")
            .await;
    }
    assert_eq!(award_status(&app, &payment).await, "COMPLETED");
    assert_eq!(
        budget(&app, &payment.finance, &payment.call_id).await,
        "available 500000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_recovery_ends_once(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let (received, cancelled) = (payment.recover(&app, "1.00").await, payment.recover(&app, "2.00").await);
    app.mutate(&payment.finance, "receiveRecovery", reception(&received), "")
        .await;
    app.mutate(&payment.finance, "cancelRecovery", cancellation(&cancelled), "")
        .await;
    for (recovery, status) in [(&received, "RECEIVED"), (&cancelled, "CANCELLED")] {
        for (operation, input, event) in [
            ("receiveRecovery", reception(recovery), "RECEIVE_RECOVERY"),
            ("cancelRecovery", cancellation(recovery), "CANCEL_RECOVERY"),
        ] {
            let refusals = refuses(&app, &payment.finance, operation, input).await;
            assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
            assert_eq!(refusals[0]["details"], json!({ "status": status, "event": event }));
        }
    }
    app.verify().await;
}

async fn every_fault_of_a_recovery_is_told(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let recovery = payment.recover(&app, "1.00").await;
    for (amount, reason) in [
        (
            json!({ "amount": "1.00", "currency": "USD" }),
            "CURRENCY_MISMATCH amount",
        ),
        (euros("0"), "VALIDATION amount"),
        (euros("-1.00"), "VALIDATION amount"),
        (euros("92233720368547758.08"), "VALIDATION amount"),
    ] {
        let faults = json!({ "amount": amount, "reason": "", "document": "d".repeat(201) });
        assert_eq!(
            reasons(
                &app,
                &payment.finance,
                "issueRecovery",
                with(payment.recovery_input("1.00"), faults)
            )
            .await,
            [reason, "VALIDATION reason", "VALIDATION document"],
            "{amount}"
        );
    }
    let most = payment.recovery_input("10000000000000.00");
    let most = reasons(&app, &payment.finance, "issueRecovery", most).await;
    assert_eq!(most, ["INSUFFICIENT_FUNDS amount"]);
    let faulty = with(reception(&recovery), json!({ "reference": "" }));
    let reason = reasons(&app, &payment.finance, "receiveRecovery", faulty).await;
    assert_eq!(reason, ["VALIDATION reference"]);
    let faulty = with(cancellation(&recovery), json!({ "reason": "r".repeat(201) }));
    assert_eq!(
        reasons(&app, &payment.finance, "cancelRecovery", faulty).await,
        ["VALIDATION reason"]
    );
    app.mutate(&payment.finance, "receiveRecovery", reception(&recovery), "")
        .await;
    payment.govern(&app, json!({ "reinstatesRecoveries": true })).await;
    let faulty = with(reinstatement(&recovery), json!({ "reason": " ", "document": "" }));
    let reason = reasons(&app, &payment.finance, "reinstateRecovery", faulty).await;
    assert_eq!(reason, ["VALIDATION reason", "VALIDATION document"]);
    app.verify().await;
}

async fn only_finance_officers_claim_money_back(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let recovery = payment.recover(&app, "1.00").await;
    let (auditor, admin) = (app.as_auditor().await, app.as_admin().await);
    // Whoever belongs to the beneficiary claims nothing back from it, whatever their role.
    app.grant(&payment.applicant, "FINANCE_OFFICER", "FUND", Some(&payment.fund_id))
        .await;
    for (operation, input) in [
        ("issueRecovery", payment.recovery_input("1.00")),
        ("receiveRecovery", reception(&recovery)),
        ("cancelRecovery", cancellation(&recovery)),
        ("reinstateRecovery", reinstatement(&recovery)),
    ] {
        for person in [&payment.manager, &payment.chair, &auditor, &admin, &payment.applicant] {
            let code = app.mutation_error(person, operation, input.clone()).await;
            assert_eq!(code, "FORBIDDEN", "{operation} by {}", person.email);
        }
        let code = app.mutation_error(&payment.evaluator, operation, input.clone()).await;
        assert_eq!(code, "NOT_FOUND", "{operation}");
        let code = app.mutation_error(None, operation, input.clone()).await;
        assert_eq!(code, "UNAUTHENTICATED", "{operation}");
        for unknown in [&payment.call_id, "nothing"] {
            let input = with(input.clone(), json!({ "idempotencyKey": fresh_key() }));
            let ids = if operation == "issueRecovery" {
                "awardId"
            } else {
                "recoveryId"
            };
            let input = with(input, json!({ ids: unknown }));
            assert_eq!(
                app.mutation_error(&payment.finance, operation, input).await,
                "NOT_FOUND"
            );
        }
    }
    app.verify().await;
}

async fn a_preview_of_a_recovery_makes_none(app: TestApp) {
    let payment = stage::payment_paid(&app, "1000.00", &["400.00", "600.00"]).await;
    let input = payment.recovery_input("150.00");
    let preview = with(input.clone(), json!({ "preview": true }));
    let previewed = app
        .mutate(&payment.finance, "issueRecovery", preview, "recovery { id } preview")
        .await;
    assert_eq!(
        previewed,
        json!({ "recovery": null, "preview": true, "userErrors": [] })
    );
    let recoveries = field(&app, &payment.finance, &payment.award_id, "Award", "recoveries { id }").await;
    assert_eq!(recoveries, json!([]));
    let recovery = app
        .mutate(&payment.finance, "issueRecovery", input, "recovery { id }")
        .await;
    let id = text(&recovery["recovery"]["id"]);
    let preview = with(reception(&id), json!({ "preview": true }));
    let previewed = app
        .mutate(&payment.finance, "receiveRecovery", preview, "recovery { id status }")
        .await;
    assert_eq!(
        previewed["recovery"],
        json!({ "id": id, "status": "ISSUED" }),
        "as it is now"
    );
    app.verify().await;
}

fn reception(recovery_id: &str) -> Value {
    json!({ "recoveryId": recovery_id, "reference": "SEPA 7", "idempotencyKey": fresh_key() })
}

fn cancellation(recovery_id: &str) -> Value {
    json!({ "recoveryId": recovery_id, "reason": "They were right", "idempotencyKey": fresh_key() })
}

fn reinstatement(recovery_id: &str) -> Value {
    act_input(json!({ "recoveryId": recovery_id }))
}

async fn award_status(app: &TestApp, payment: &Payment) -> Value {
    field(app, &payment.finance, &payment.award_id, "Award", "status").await
}
