//! What will not be spent of a signed award: taken back from the end of its schedule.

use serde_json::{Value, json};

use super::stage::{
    self, Agreement, Payment, budget, claim, euros, field, fresh_key, moves, order_input, reasons, refuses, undone,
    with,
};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    what_is_decommitted_returns_to_the_call_and_shortens_the_schedule,
    where_the_fund_says_so_what_is_decommitted_lapses,
    an_award_of_which_nothing_was_paid_is_terminated_when_all_of_it_is_decommitted,
    an_award_of_which_some_was_paid_is_completed_when_the_rest_is_decommitted,
    what_is_ordered_stays_and_its_payment_completes_the_award,
    a_claim_on_what_was_decommitted_is_not_ordered,
    no_more_is_decommitted_than_is_left_to_order,
    every_fault_of_a_decommitment_is_told,
    only_finance_officers_decommit,
];

async fn what_is_decommitted_returns_to_the_call_and_shortens_the_schedule(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["100.00", "400.00", "500.00"]).await;
    assert_eq!(public_amounts(&app).await, ["1000.00"]);
    let taken = moves(
        &app,
        &agreement.finance,
        "decommitAward",
        decommitment(&agreement, "200.00"),
    )
    .await;
    assert_eq!(taken, ["DECOMMIT 200.00: AWARD 800.00 > CALL 499200.00"]);
    assert_eq!(
        schedule(&app, &agreement).await,
        ["100.00 SCHEDULED", "400.00 SCHEDULED", "300.00 SCHEDULED"]
    );
    let taken = moves(
        &app,
        &agreement.finance,
        "decommitAward",
        decommitment(&agreement, "300.01"),
    )
    .await;
    assert_eq!(taken, ["DECOMMIT 300.01: AWARD 499.99 > CALL 499500.01"]);
    assert_eq!(
        schedule(&app, &agreement).await,
        ["100.00 SCHEDULED", "399.99 SCHEDULED", "300.00 CANCELLED"]
    );
    for (node, figures) in [
        (
            &agreement.award_id,
            "available 0.00, reserved 0.00, committed 499.99, ordered 0.00, paid 0.00",
        ),
        (
            &agreement.call_id,
            "available 499500.01, reserved 0.00, committed 499.99, ordered 0.00, paid 0.00",
        ),
        (
            &agreement.programme_id,
            "available 799500.01, reserved 0.00, committed 499.99, ordered 0.00, paid 0.00",
        ),
        (
            &agreement.fund_id,
            "available 999500.01, reserved 0.00, committed 499.99, ordered 0.00, paid 0.00",
        ),
    ] {
        assert_eq!(budget(&app, &agreement.finance, node).await, figures);
    }
    let award = "query($id: ID!) { node(id: $id) { ... on Award {
        status amount { amount } decommitted { amount } } } }";
    let award = app
        .data(&agreement.applicant, award, json!({ "id": agreement.award_id }))
        .await;
    let told =
        json!({ "status": "COMMITTED", "amount": { "amount": "1000.00" }, "decommitted": { "amount": "500.01" } });
    assert_eq!(award["node"], told);
    assert_eq!(
        public_amounts(&app).await,
        ["499.99"],
        "the public reads what is still granted"
    );
    app.verify().await;
}

async fn where_the_fund_says_so_what_is_decommitted_lapses(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["1000.00"]).await;
    agreement.govern(&app, json!({ "decommitment": "LAPSES" })).await;
    let taken = moves(
        &app,
        &agreement.finance,
        "decommitAward",
        decommitment(&agreement, "200.00"),
    )
    .await;
    assert_eq!(taken, ["DECOMMIT 200.00: AWARD 800.00 > LAPSED 200.00"]);
    for (node, available) in [
        (&agreement.award_id, "0.00"),
        (&agreement.call_id, "499000.00"),
        (&agreement.fund_id, "999000.00"),
    ] {
        let figures = format!("available {available}, reserved 0.00, committed 800.00, ordered 0.00, paid 0.00");
        assert_eq!(budget(&app, &agreement.finance, node).await, figures);
        let told = undone(&app, &agreement.finance, node).await;
        assert_eq!(told, "recoverable 0.00, recovered 0.00, lapsed 200.00");
    }
    agreement
        .govern(&app, json!({ "decommitment": "RETURNS_TO_CALL" }))
        .await;
    let taken = moves(
        &app,
        &agreement.finance,
        "decommitAward",
        decommitment(&agreement, "300.00"),
    )
    .await;
    assert_eq!(
        taken,
        ["DECOMMIT 300.00: AWARD 500.00 > CALL 499300.00"],
        "what lapsed before stays lapsed"
    );
    app.verify().await;
}

async fn an_award_of_which_nothing_was_paid_is_terminated_when_all_of_it_is_decommitted(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["400.00", "600.00"]).await;
    app.mutate(
        &agreement.finance,
        "decommitAward",
        decommitment(&agreement, "0.01"),
        "",
    )
    .await;
    let input = decommitment(&agreement, "999.99");
    let taken = moves(&app, &agreement.finance, "decommitAward", input).await;
    assert_eq!(taken, ["DECOMMIT 999.99: AWARD 0.00 > CALL 500000.00"]);
    assert_eq!(standing(&app, &agreement).await, "TERMINATED");
    assert_eq!(
        schedule(&app, &agreement).await,
        ["400.00 CANCELLED", "599.99 CANCELLED"]
    );
    let claim = stage::claim_input(&agreement.instalment_ids[0], "1.00");
    let reason = app
        .mutation_reasons(&agreement.applicant, "requestPayment", claim)
        .await;
    assert_eq!(reason[0], "INVALID_STATE");
    let again = reasons(
        &app,
        &agreement.finance,
        "decommitAward",
        decommitment(&agreement, "0.01"),
    )
    .await;
    assert_eq!(again, ["INVALID_STATE"]);
    app.verify().await;
}

async fn an_award_of_which_some_was_paid_is_completed_when_the_rest_is_decommitted(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["400.00", "600.00"]).await;
    // A part of the first instalment only.
    let payment = Payment::claim(&app, agreement, "150.00").await;
    payment.certify(&app).await;
    payment.approve(&app).await;
    payment.order(&app).await;
    payment.confirm(&app).await;
    assert_eq!(standing(&app, &payment).await, "IN_PROGRESS");
    let taken = moves(
        &app,
        &payment.finance,
        "decommitAward",
        decommitment(&payment, "850.00"),
    )
    .await;
    assert_eq!(taken, ["DECOMMIT 850.00: AWARD 0.00 > CALL 499850.00"]);
    assert_eq!(standing(&app, &payment).await, "COMPLETED");
    assert_eq!(schedule(&app, &payment).await, ["150.00 PAID", "600.00 CANCELLED"]);
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 150.00, ordered 150.00, paid 150.00"
    );
    assert_eq!(public_amounts(&app).await, ["150.00"]);
    app.verify().await;
}

async fn what_is_ordered_stays_and_its_payment_completes_the_award(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    let taken = moves(
        &app,
        &payment.finance,
        "decommitAward",
        decommitment(&payment, "600.00"),
    )
    .await;
    assert_eq!(taken, ["DECOMMIT 600.00: AWARD 0.00 > CALL 499600.00"]);
    assert_eq!(schedule(&app, &payment).await, ["400.00 REQUESTED", "600.00 CANCELLED"]);
    assert_eq!(
        standing(&app, &payment).await,
        "COMMITTED",
        "the bank may still return it"
    );
    payment.confirm(&app).await;
    assert_eq!(standing(&app, &payment).await, "COMPLETED");
    assert_eq!(schedule(&app, &payment).await, ["400.00 PAID", "600.00 CANCELLED"]);
    app.verify().await;
}

async fn a_claim_on_what_was_decommitted_is_not_ordered(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    let taken = moves(
        &app,
        &payment.finance,
        "decommitAward",
        decommitment(&payment, "600.01"),
    )
    .await;
    assert_eq!(taken, ["DECOMMIT 600.01: AWARD 399.99 > CALL 499600.01"]);
    assert_eq!(schedule(&app, &payment).await, ["399.99 REQUESTED", "600.00 CANCELLED"]);
    let refusals = refuses(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(
        (refusals.len(), &refusals[0]["code"]),
        (1, &json!("INSUFFICIENT_FUNDS"))
    );
    let details = json!({ "book": "AE", "account": "AWARD", "available": euros("399.99"),
        "requested": euros("400.00") });
    assert_eq!(refusals[0]["details"], details);
    let refusal = with(payment.step_input(), json!({ "reason": "Claim what is left" }));
    app.mutate(&payment.manager, "rejectPayment", refusal, "").await;
    let rest = claim(&app, &payment.applicant, &payment.instalment_ids[0], "399.99").await;
    let of = |input: Value| with(input, json!({ "paymentRequestId": rest }));
    let steps: [(&str, &Persona, Value); 4] = [
        ("certifyPayment", &payment.manager, of(payment.step_input())),
        ("approvePayment", &payment.finance, of(payment.step_input())),
        ("orderPayment", &payment.treasurer, of(payment.order_input())),
        ("confirmPayment", &payment.finance, of(payment.confirmation_input())),
    ];
    for (step, person, input) in steps {
        app.mutate(person, step, input, "").await;
    }
    assert_eq!(standing(&app, &payment).await, "COMPLETED");
    app.verify().await;
}

async fn no_more_is_decommitted_than_is_left_to_order(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    let refusals = refuses(
        &app,
        &payment.finance,
        "decommitAward",
        decommitment(&payment, "600.01"),
    )
    .await;
    assert_eq!(
        (refusals.len(), &refusals[0]["code"]),
        (1, &json!("INSUFFICIENT_FUNDS"))
    );
    assert_eq!(refusals[0]["field"], json!(["amount"]));
    let details = &refusals[0]["details"];
    assert_eq!(
        (&details["available"], &details["requested"]),
        (&euros("600.00"), &euros("600.01"))
    );
    app.mutate(&payment.finance, "returnPayment", payment.return_input(), "")
        .await;
    let taken = moves(
        &app,
        &payment.finance,
        "decommitAward",
        decommitment(&payment, "600.01"),
    )
    .await;
    assert_eq!(
        taken,
        ["DECOMMIT 600.01: AWARD 399.99 > CALL 499600.01"],
        "what came back can be"
    );
    app.verify().await;
}

async fn every_fault_of_a_decommitment_is_told(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let input = order_input("1.00", json!({ "awardId": award.award_id }));
    let refusals = refuses(&app, &award.finance, "decommitAward", input.clone()).await;
    assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "RESERVED", "event": "DECOMMIT" })
    );
    let agreement = stage::agreement_input(&award.award_id, &["1000.00"]);
    app.mutate(&award.manager, "signAgreement", agreement, "").await;
    for (amount, reason) in [
        (
            json!({ "amount": "1.00", "currency": "USD" }),
            "CURRENCY_MISMATCH amount",
        ),
        (euros("0"), "VALIDATION amount"),
        (euros("-1.00"), "VALIDATION amount"),
        (euros("1.001"), "VALIDATION amount"),
        (euros("92233720368547758.08"), "VALIDATION amount"),
    ] {
        let faults = json!({ "amount": amount, "reason": "", "document": "", "idempotencyKey": fresh_key() });
        assert_eq!(
            reasons(&app, &award.finance, "decommitAward", with(input.clone(), faults)).await,
            [reason, "VALIDATION reason", "VALIDATION document"],
            "{amount}"
        );
    }
    let most = order_input("10000000000000.00", json!({ "awardId": award.award_id }));
    assert_eq!(
        reasons(&app, &award.finance, "decommitAward", most).await,
        ["INSUFFICIENT_FUNDS amount"]
    );
    for unknown in [&award.call_id, "nothing"] {
        let input = order_input("1.00", json!({ "awardId": unknown }));
        assert_eq!(
            app.mutation_error(&award.finance, "decommitAward", input).await,
            "NOT_FOUND"
        );
    }
    app.verify().await;
}

async fn only_finance_officers_decommit(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["1000.00"]).await;
    let (auditor, admin) = (app.as_auditor().await, app.as_admin().await);
    // Whoever belongs to the beneficiary takes nothing back from it, whatever their role.
    app.grant(
        &agreement.applicant,
        "FINANCE_OFFICER",
        "FUND",
        Some(&agreement.fund_id),
    )
    .await;
    for (person, code) in [
        (&agreement.manager, "FORBIDDEN"),
        (&agreement.chair, "FORBIDDEN"),
        (&auditor, "FORBIDDEN"),
        (&admin, "FORBIDDEN"),
        (&agreement.applicant, "FORBIDDEN"),
        (&agreement.evaluator, "NOT_FOUND"),
    ] {
        for preview in [false, true] {
            let input = with(decommitment(&agreement, "1.00"), json!({ "preview": preview }));
            let told = app.mutation_error(person, "decommitAward", input).await;
            assert_eq!(told, code, "{}", person.email);
        }
    }
    let nobody = app
        .mutation_error(None, "decommitAward", decommitment(&agreement, "1.00"))
        .await;
    assert_eq!(nobody, "UNAUTHENTICATED");
    app.verify().await;
}

/// What `decommitAward` takes.
fn decommitment(agreement: &Agreement, amount: &str) -> Value {
    order_input(amount, json!({ "awardId": agreement.award_id }))
}

async fn standing(app: &TestApp, agreement: &Agreement) -> Value {
    field(app, &agreement.finance, &agreement.award_id, "Award", "status").await
}

/// Each instalment, with where it stands.
async fn schedule(app: &TestApp, agreement: &Agreement) -> Vec<String> {
    let selection = "instalments { amount { amount } status }";
    let instalments = field(app, &agreement.applicant, &agreement.award_id, "Award", selection).await;
    let lines = instalments.as_array().expect("instalments").iter().map(|instalment| {
        let (amount, status) = (&instalment["amount"]["amount"], &instalment["status"]);
        format!("{} {}", text(amount), text(status))
    });
    lines.collect()
}

/// The amounts of all projects that anybody can read of.
async fn public_amounts(app: &TestApp) -> Vec<String> {
    let projects = app
        .data(None, "{ fundedProjects { nodes { amount { amount } } } }", Value::Null)
        .await;
    let projects = projects["fundedProjects"]["nodes"].as_array().expect("projects").iter();
    let amounts = projects.map(|project| text(&project["amount"]["amount"]));
    amounts.collect()
}
