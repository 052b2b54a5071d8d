//! Ordering payments within payment credits: what an order does to both books, or to neither.

use serde_json::{Value, json};
use time::macros::datetime;

use super::stage::{self, Payment, budget, claim, credits_input, euros, field, fresh_key, moves, refuses, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_payment_is_ordered_within_the_credits_of_its_year_or_not_at_all,
    what_the_bank_returns_is_undone_in_both_books,
    a_fund_that_does_not_enforce_them_needs_no_payment_credits,
    the_policy_of_an_order_is_that_of_its_day,
    a_closed_year_takes_no_order_and_still_takes_back_what_was_ordered_in_it,
    a_fiscal_year_begins_in_the_time_zone_of_its_fund,
];

async fn a_payment_is_ordered_within_the_credits_of_its_year_or_not_at_all(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": true })).await;
    let of = |year: i32, amount: &str| credits_input(&payment.programme_id, year, amount);
    let untouched = async || {
        assert_eq!(
            budget(&app, &payment.finance, &payment.award_id).await,
            "available 0.00, reserved 0.00, committed 1000.00, ordered 0.00, paid 0.00"
        );
        assert_eq!(standing(&app, &payment).await, "APPROVED");
    };
    // Credits of another year are of no use.
    app.mutate(&payment.finance, "openPaymentCredits", of(2019, "1000.00"), "")
        .await;
    let refusals = refuses(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(
        (refusals.len(), &refusals[0]["code"]),
        (1, &json!("INSUFFICIENT_FUNDS"))
    );
    let details = json!({ "book": "CP", "account": "PROGRAMME", "fiscalYear": 2018, "available": euros("0.00"),
        "requested": euros("400.00") });
    assert_eq!(refusals[0]["details"], details);
    untouched().await;

    app.mutate(&payment.finance, "openPaymentCredits", of(2018, "399.99"), "")
        .await;
    let refusals = refuses(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(
        (refusals.len(), &refusals[0]["code"]),
        (1, &json!("INSUFFICIENT_FUNDS"))
    );
    let details = json!({ "book": "CP", "account": "PROGRAMME", "available": euros("399.99"),
        "requested": euros("400.00") });
    assert_eq!(refusals[0]["details"], details);
    untouched().await;

    app.mutate(&payment.finance, "openPaymentCredits", of(2018, "0.01"), "")
        .await;
    let ordered = moves(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(
        ordered,
        [
            "ORDER 400.00: AWARD 600.00 > ORDERED 400.00",
            "ORDER 400.00: PROGRAMME-2018 0.00 > CONSUMED-2018 400.00",
        ]
    );
    let paid = moves(&app, &payment.treasurer, "confirmPayment", payment.confirmation_input()).await;
    assert_eq!(paid, ["PAY 400.00: ORDERED 0.00 > PAID 400.00"]);
    let refusals = refuses(&app, &payment.finance, "reducePaymentCredits", of(2018, "0.01")).await;
    assert_eq!(
        refusals[0]["details"]["available"],
        euros("0.00"),
        "what is consumed is not cut"
    );
    app.verify().await;
}

async fn what_the_bank_returns_is_undone_in_both_books(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": true })).await;
    let credits = credits_input(&payment.programme_id, 2018, "500.00");
    app.mutate(&payment.finance, "openPaymentCredits", credits, "").await;
    payment.order(&app).await;
    let returned = moves(&app, &payment.finance, "returnPayment", payment.return_input()).await;
    assert_eq!(
        returned,
        [
            "REJECT 400.00: ORDERED 0.00 > AWARD 1000.00",
            "REJECT 400.00: CONSUMED-2018 0.00 > PROGRAMME-2018 500.00",
        ]
    );
    let again = approved_again(&app, &payment, "400.00").await;
    let ordered = moves(&app, &payment.treasurer, "orderPayment", again).await;
    assert_eq!(
        ordered,
        [
            "ORDER 400.00: AWARD 600.00 > ORDERED 400.00",
            "ORDER 400.00: PROGRAMME-2018 100.00 > CONSUMED-2018 400.00",
        ]
    );
    app.verify().await;
}

async fn a_fund_that_does_not_enforce_them_needs_no_payment_credits(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    let credits = credits_input(&payment.programme_id, 2018, "1.00");
    app.mutate(&payment.finance, "openPaymentCredits", credits, "").await;
    let ordered = moves(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(ordered, ["ORDER 400.00: AWARD 600.00 > ORDERED 400.00"]);
    let returned = moves(&app, &payment.finance, "returnPayment", payment.return_input()).await;
    assert_eq!(returned, ["REJECT 400.00: ORDERED 0.00 > AWARD 1000.00"]);
    app.verify().await;
}

async fn the_policy_of_an_order_is_that_of_its_day(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    let credits = credits_input(&payment.programme_id, 2018, "400.00");
    app.mutate(&payment.finance, "openPaymentCredits", credits, "").await;
    payment.order(&app).await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": true })).await;
    let returned = moves(&app, &payment.finance, "returnPayment", payment.return_input()).await;
    assert_eq!(
        returned,
        ["REJECT 400.00: ORDERED 0.00 > AWARD 1000.00"],
        "it consumed none"
    );
    let again = approved_again(&app, &payment, "400.00").await;
    app.mutate(&payment.treasurer, "orderPayment", again.clone(), "").await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": false })).await;
    let back = with(
        again,
        json!({ "reason": "Account closed", "idempotencyKey": fresh_key() }),
    );
    let returned = moves(&app, &payment.finance, "returnPayment", back).await;
    assert_eq!(
        returned,
        [
            "REJECT 400.00: ORDERED 0.00 > AWARD 1000.00",
            "REJECT 400.00: CONSUMED-2018 0.00 > PROGRAMME-2018 400.00",
        ]
    );
    app.verify().await;
}

async fn a_closed_year_takes_no_order_and_still_takes_back_what_was_ordered_in_it(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": true })).await;
    let of = |amount: &str| credits_input(&payment.programme_id, 2018, amount);
    app.mutate(&payment.finance, "openPaymentCredits", of("1000.00"), "")
        .await;
    payment.order(&app).await;
    let close = with(payment.closing_input(), json!({ "fiscalYear": 2018 }));
    app.mutate(&payment.finance, "closeFiscalYear", close, "").await;
    let returned = moves(&app, &payment.finance, "returnPayment", payment.return_input()).await;
    assert_eq!(
        returned[1],
        "REJECT 400.00: CONSUMED-2018 0.00 > PROGRAMME-2018 1000.00"
    );
    let again = approved_again(&app, &payment, "400.00").await;
    let refusals = refuses(&app, &payment.treasurer, "orderPayment", again.clone()).await;
    assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
    assert_eq!(refusals[0]["details"]["status"], "CLOSED");
    let carried = moves(&app, &payment.finance, "carryOverPaymentCredits", of("1000.00")).await;
    assert_eq!(
        carried,
        ["CARRY_OVER 1000.00: PROGRAMME-2018 0.00 > PROGRAMME-2019 1000.00"]
    );
    app.clock.set(datetime!(2019-01-01 00:00 UTC));
    let anew = with(again, json!({ "idempotencyKey": fresh_key() }));
    let ordered = moves(&app, &payment.treasurer, "orderPayment", anew).await;
    assert_eq!(ordered[1], "ORDER 400.00: PROGRAMME-2019 600.00 > CONSUMED-2019 400.00");
    app.verify().await;
}

async fn a_fiscal_year_begins_in_the_time_zone_of_its_fund(app: TestApp) {
    // Fourteen hours before the rest of the world.
    let payment = stage::payment_approved_in(&app, "Pacific/Kiritimati").await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": true })).await;
    for year in [2018, 2019] {
        let credits = credits_input(&payment.programme_id, year, "400.00");
        app.mutate(&payment.finance, "openPaymentCredits", credits, "").await;
    }
    app.clock.set(datetime!(2018-12-31 09:59:59 UTC));
    let input = with(payment.order_input(), json!({ "preview": true }));
    let ordered = app
        .mutate(
            &payment.treasurer,
            "orderPayment",
            input,
            "postings { debit { fiscalYear } }",
        )
        .await;
    assert_eq!(ordered["postings"][1]["debit"]["fiscalYear"], 2018);
    app.clock.set(datetime!(2018-12-31 10:00 UTC));
    let ordered = moves(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(ordered[1], "ORDER 400.00: PROGRAMME-2019 0.00 > CONSUMED-2019 400.00");
    app.verify().await;
}

/// Claims the first instalment again, up to the approval; answers what `orderPayment` takes.
async fn approved_again(app: &TestApp, payment: &Payment, amount: &str) -> Value {
    let again = claim(app, &payment.applicant, &payment.instalment_ids[0], amount).await;
    let of = |input: Value| with(input, json!({ "paymentRequestId": again }));
    app.mutate(&payment.manager, "certifyPayment", of(payment.step_input()), "")
        .await;
    app.mutate(&payment.finance, "approvePayment", of(payment.step_input()), "")
        .await;
    of(payment.order_input())
}

/// Where a claim stands.
async fn standing(app: &TestApp, payment: &Payment) -> String {
    let id = &payment.payment_request_id;
    text(&field(app, &payment.finance, id, "PaymentRequest", "status").await)
}
