//! Paying: from the claim of the beneficiary to the answer of the bank, with the budget at every step.

use serde_json::{Value, json};

use super::stage::{self, Payment, budget, claim, claim_input, field, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    a_payment_goes_from_hand_to_hand_to_the_bank,
    an_award_is_completed_by_its_last_payment,
    a_claim_is_at_most_its_instalment_and_one_at_a_time,
    an_instalment_claimed_in_part_is_claimed_again_for_the_rest,
    what_the_bank_returns_can_be_claimed_again,
    what_staff_refuse_can_be_claimed_again,
];

async fn a_payment_goes_from_hand_to_hand_to_the_bank(app: TestApp) {
    let payment = stage::payment_requested(&app, "100000.00", &["30000.00", "70000.00"]).await;
    let figures = async |nodes: [(&str, &str); 4], rest: &str| {
        for (node, available) in nodes {
            let expected = format!("available {available}, reserved 0.00, committed 100000.00, {rest}");
            assert_eq!(budget(&app, &payment.finance, node).await, expected);
        }
        app.verify().await;
    };
    let nodes = [
        (payment.award_id.as_str(), "0.00"),
        (payment.call_id.as_str(), "400000.00"),
        (payment.programme_id.as_str(), "700000.00"),
        (payment.fund_id.as_str(), "900000.00"),
    ];
    assert_eq!(status(&app, &payment).await, "SUBMITTED REQUESTED COMMITTED");
    payment.certify(&app).await;
    assert_eq!(status(&app, &payment).await, "CERTIFIED REQUESTED COMMITTED");
    payment.approve(&app).await;
    assert_eq!(status(&app, &payment).await, "APPROVED REQUESTED COMMITTED");
    figures(nodes, "ordered 0.00, paid 0.00").await;

    let order = payment.order_input();
    let ordered = app
        .mutate(&payment.treasurer, "orderPayment", order.clone(), "replayed")
        .await;
    assert_eq!(ordered["replayed"], false);
    assert_eq!(status(&app, &payment).await, "ORDERED REQUESTED COMMITTED");
    figures(nodes, "ordered 30000.00, paid 0.00").await;

    let confirmation = payment.confirmation_input();
    let selection = "replayed paymentRequest { settlementReference settledBy { id } }";
    let confirmed = app
        .mutate(&payment.treasurer, "confirmPayment", confirmation.clone(), selection)
        .await;
    let settled = json!({ "settlementReference": "SEPA 2018-42", "settledBy": { "id": payment.treasurer.id } });
    assert_eq!(
        confirmed,
        json!({ "replayed": false, "paymentRequest": settled, "userErrors": [] })
    );
    assert_eq!(status(&app, &payment).await, "PAID PAID IN_PROGRESS");
    figures(nodes, "ordered 30000.00, paid 30000.00").await;

    for (operation, input) in [("orderPayment", order), ("confirmPayment", confirmation)] {
        let repeat = app.mutate(&payment.treasurer, operation, input, "replayed").await;
        assert_eq!(repeat["replayed"], true, "{operation}");
    }
    figures(nodes, "ordered 30000.00, paid 30000.00").await;
}

async fn an_award_is_completed_by_its_last_payment(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["0.01", "999.99"]).await;
    app.mutate(&payment.finance, "confirmPayment", payment.confirmation_input(), "")
        .await;
    assert_eq!(
        field(&app, &payment.finance, &payment.award_id, "Award", "status").await,
        "IN_PROGRESS"
    );

    let last = claim(&app, &payment.applicant, &payment.instalment_ids[1], "999.99").await;
    pay(&app, &payment, &last).await;
    assert_eq!(
        field(&app, &payment.finance, &payment.award_id, "Award", "status").await,
        "COMPLETED"
    );
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 1000.00, paid 1000.00"
    );
    app.verify().await;
}

async fn a_claim_is_at_most_its_instalment_and_one_at_a_time(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["400.00", "600.00"]).await;
    let instalment = &agreement.instalment_ids[0];
    let refusals = app
        .mutation_refusals(
            &agreement.applicant,
            "requestPayment",
            claim_input(instalment, "400.01"),
        )
        .await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["field"], json!(["amount"]));
    assert_eq!(refusals[0]["details"], json!({ "maximum": stage::euros("400.00") }));
    let faults = json!({ "amount": { "amount": "0", "currency": "EUR" }, "justification": "" });
    assert_eq!(
        app.mutation_reasons(
            &agreement.applicant,
            "requestPayment",
            with(claim_input(instalment, "1.00"), faults)
        )
        .await,
        ["VALIDATION amount", "VALIDATION justification"]
    );
    for person in [&agreement.manager, &agreement.finance] {
        assert_eq!(
            app.mutation_error(person, "requestPayment", claim_input(instalment, "1.00"))
                .await,
            "FORBIDDEN",
            "{}",
            person.email
        );
    }
    for stranger in [None, Some(&agreement.evaluator)] {
        let answer = app
            .attempt(stranger, "requestPayment", claim_input(instalment, "1.00"), "")
            .await;
        let code = &answer["errors"][0]["extensions"]["code"];
        let expected = if stranger.is_none() {
            "UNAUTHENTICATED"
        } else {
            "NOT_FOUND"
        };
        assert_eq!(code, expected);
    }
    claim(&app, &agreement.applicant, instalment, "399.99").await;
    assert_eq!(
        app.mutation_refused(&agreement.applicant, "requestPayment", claim_input(instalment, "0.01"))
            .await,
        ["INVALID_STATE"],
        "a claim on it is under way"
    );
    claim(&app, &agreement.applicant, &agreement.instalment_ids[1], "600.00").await;
    app.verify().await;
}

async fn an_instalment_claimed_in_part_is_claimed_again_for_the_rest(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["1000.00"]).await;
    let payment = Payment::claim(&app, agreement, "399.99").await;
    pay(&app, &payment, &payment.payment_request_id).await;
    assert_eq!(status(&app, &payment).await, "PAID SCHEDULED IN_PROGRESS");
    let instalment = &payment.instalment_ids[0];
    let refusals = app
        .mutation_refusals(&payment.applicant, "requestPayment", claim_input(instalment, "600.02"))
        .await;
    assert_eq!(refusals[0]["details"], json!({ "maximum": stage::euros("600.01") }));
    let rest = claim(&app, &payment.applicant, instalment, "600.01").await;
    pay(&app, &payment, &rest).await;
    assert_eq!(status(&app, &payment).await, "PAID PAID COMPLETED");
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 1000.00, paid 1000.00"
    );
    app.verify().await;
}

async fn what_the_bank_returns_can_be_claimed_again(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    let ordered = "available 0.00, reserved 0.00, committed 1000.00, ordered 400.00, paid 0.00";
    assert_eq!(budget(&app, &payment.finance, &payment.award_id).await, ordered);
    let returned = payment.return_input();
    app.mutate(&payment.finance, "returnPayment", returned.clone(), "")
        .await;
    assert_eq!(status(&app, &payment).await, "REJECTED SCHEDULED COMMITTED");
    let restored = "available 0.00, reserved 0.00, committed 1000.00, ordered 0.00, paid 0.00";
    assert_eq!(budget(&app, &payment.finance, &payment.award_id).await, restored);
    let reason = field(
        &app,
        &payment.applicant,
        &payment.payment_request_id,
        "PaymentRequest",
        "settlementReference",
    )
    .await;
    assert_eq!(reason, "Account closed", "the beneficiary reads why");
    app.verify().await;

    let repeat = app
        .mutate(&payment.finance, "returnPayment", returned, "replayed")
        .await;
    assert_eq!(repeat["replayed"], true);
    for (operation, input) in [
        ("returnPayment", payment.return_input()),
        ("confirmPayment", payment.confirmation_input()),
        ("orderPayment", payment.order_input()),
    ] {
        assert_eq!(
            app.mutation_refused(&payment.treasurer, operation, input).await,
            ["INVALID_STATE"],
            "{operation}"
        );
    }
    let again = claim(&app, &payment.applicant, &payment.instalment_ids[0], "400.00").await;
    pay(&app, &payment, &again).await;
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 400.00, paid 400.00"
    );
    let claims = field(
        &app,
        &payment.applicant,
        &payment.instalment_ids[0],
        "Instalment",
        "paymentRequests { status }",
    )
    .await;
    assert_eq!(claims, json!([{ "status": "REJECTED" }, { "status": "PAID" }]));
    app.verify().await;
}

async fn what_staff_refuse_can_be_claimed_again(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["1000.00"]).await;
    let refusal = with(payment.step_input(), json!({ "reason": "An invoice is missing" }));
    for (person, code) in [(&payment.applicant, "FORBIDDEN"), (&payment.evaluator, "NOT_FOUND")] {
        assert_eq!(
            app.mutation_error(person, "rejectPayment", refusal.clone()).await,
            code,
            "{}",
            person.email
        );
    }
    let reasonless = with(payment.step_input(), json!({ "reason": " " }));
    assert_eq!(
        app.mutation_reasons(&payment.finance, "rejectPayment", reasonless)
            .await,
        ["VALIDATION reason"]
    );
    app.mutate(&payment.finance, "rejectPayment", refusal.clone(), "").await;
    assert_eq!(status(&app, &payment).await, "REJECTED SCHEDULED COMMITTED");
    assert_eq!(
        app.mutation_refused(&payment.manager, "rejectPayment", refusal).await,
        ["INVALID_STATE"]
    );
    claim(&app, &payment.applicant, &payment.instalment_ids[0], "1000.00").await;
    app.verify().await;
}

/// Takes a claim from its certification to the bank's confirmation.
async fn pay(app: &TestApp, payment: &Payment, payment_request_id: &str) {
    let of = |input: Value| with(input, json!({ "paymentRequestId": payment_request_id }));
    app.mutate(&payment.manager, "certifyPayment", of(payment.step_input()), "")
        .await;
    app.mutate(&payment.finance, "approvePayment", of(payment.step_input()), "")
        .await;
    app.mutate(&payment.treasurer, "orderPayment", of(payment.order_input()), "")
        .await;
    app.mutate(&payment.finance, "confirmPayment", of(payment.confirmation_input()), "")
        .await;
}

/// Where a claim, its instalment and its award stand.
async fn status(app: &TestApp, payment: &Payment) -> String {
    let of_claim = field(
        app,
        &payment.finance,
        &payment.payment_request_id,
        "PaymentRequest",
        "status",
    );
    let of_instalment = field(
        app,
        &payment.finance,
        &payment.instalment_ids[0],
        "Instalment",
        "status",
    );
    let of_award = field(app, &payment.finance, &payment.award_id, "Award", "status");
    [of_claim.await, of_instalment.await, of_award.await]
        .map(|status| crate::harness::text(&status))
        .join(" ")
}
