//! The steps of a payment check each other: in their order, and never two in a row by one person.

use serde_json::json;

use super::stage::{self, Payment, budget};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    nobody_takes_two_steps_in_a_row,
    every_step_has_its_role,
    steps_are_taken_in_their_order_and_once,
];

async fn nobody_takes_two_steps_in_a_row(app: TestApp) {
    let payment = stage::payment_requested(&app, "1000.00", &["1000.00"]).await;
    let fund = Some(payment.fund_id.as_str());
    // Whatever roles they hold.
    for role in ["PROGRAMME_MANAGER", "FINANCE_OFFICER"] {
        for person in [&payment.applicant, &payment.manager, &payment.finance] {
            app.grant(person, role, "FUND", fund).await;
        }
    }
    for operation in ["certifyPayment", "approvePayment"] {
        assert_eq!(
            app.mutation_error(&payment.applicant, operation, payment.step_input())
                .await,
            "FORBIDDEN",
            "who belongs to the beneficiary takes no step of the staff"
        );
    }
    payment.certify(&app).await;
    assert_eq!(
        app.mutation_refused(&payment.manager, "approvePayment", payment.step_input())
            .await,
        ["SEPARATION_OF_DUTIES"]
    );
    payment.approve(&app).await;
    assert_eq!(
        app.mutation_refused(&payment.finance, "orderPayment", payment.order_input())
            .await,
        ["SEPARATION_OF_DUTIES"]
    );
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 0.00, paid 0.00"
    );
    payment.order(&app).await;
    assert_eq!(
        app.mutation_error(&payment.applicant, "confirmPayment", payment.confirmation_input())
            .await,
        "FORBIDDEN"
    );
    app.verify().await;
}

async fn every_step_has_its_role(app: TestApp) {
    let payment = stage::payment_requested(&app, "1000.00", &["1000.00"]).await;
    let auditor = app.as_auditor().await;
    let operations = |payment: &Payment| {
        [
            ("certifyPayment", payment.step_input(), "PROGRAMME_MANAGER"),
            ("approvePayment", payment.step_input(), "FINANCE_OFFICER"),
            ("orderPayment", payment.order_input(), "FINANCE_OFFICER"),
            ("confirmPayment", payment.confirmation_input(), "FINANCE_OFFICER"),
            ("returnPayment", payment.return_input(), "FINANCE_OFFICER"),
        ]
    };
    for (operation, input, role) in operations(&payment) {
        let unentitled = if role == "FINANCE_OFFICER" {
            &payment.manager
        } else {
            &payment.finance
        };
        for (person, code) in [
            (unentitled, "FORBIDDEN"),
            (&payment.chair, "FORBIDDEN"),
            (&auditor, "FORBIDDEN"),
            (&payment.applicant, "FORBIDDEN"),
            (&payment.evaluator, "NOT_FOUND"),
        ] {
            let answer = app.mutation_error(person, operation, input.clone()).await;
            assert_eq!(answer, code, "{operation} by {}", person.email);
        }
    }
    app.verify().await;
}

async fn steps_are_taken_in_their_order_and_once(app: TestApp) {
    let payment = stage::payment_requested(&app, "1000.00", &["1000.00"]).await;
    // A third officer, who has taken no step.
    let officer = app.as_finance_officer(&payment.fund_id).await;
    let steps = [
        ("certifyPayment", &payment.manager),
        ("approvePayment", &payment.finance),
        ("orderPayment", &payment.treasurer),
        ("confirmPayment", &officer),
    ];
    let input = |operation: &str| match operation {
        "orderPayment" => payment.order_input(),
        "confirmPayment" => payment.confirmation_input(),
        "returnPayment" => payment.return_input(),
        _ => payment.step_input(),
    };
    for (taken, (next, person)) in steps.iter().enumerate() {
        for (other, _) in steps.iter().filter(|(other, _)| other != next) {
            let who = if *other == "certifyPayment" {
                &payment.manager
            } else {
                &officer
            };
            assert_eq!(
                app.mutation_refused(who, other, input(other)).await,
                ["INVALID_STATE"],
                "{other} after {taken} steps"
            );
        }
        app.mutate(*person, next, input(next), "").await;
    }
    for operation in [
        "certifyPayment",
        "approvePayment",
        "orderPayment",
        "confirmPayment",
        "returnPayment",
    ] {
        let who = if operation == "certifyPayment" {
            &payment.manager
        } else {
            &officer
        };
        let codes = app.mutation_refused(who, operation, input(operation)).await;
        assert!(
            codes.contains(&"INVALID_STATE".to_owned()),
            "{operation} after the payment: {codes:?}"
        );
    }
    let refusal = super::stage::with(payment.step_input(), json!({ "reason": "Too late" }));
    assert_eq!(
        app.mutation_refused(&officer, "rejectPayment", refusal).await,
        ["INVALID_STATE"]
    );
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 1000.00, paid 1000.00"
    );
    app.verify().await;
}
