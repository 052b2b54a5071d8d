//! How the money of a fund is governed, and what its end changes.

use serde_json::{Value, json};

use super::stage::{
    self, Fund, act_input, agreement_input, budget, credits_input, field, fund_input, moves, order_input, reasons,
    refuses, with,
};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_fund_is_governed_by_the_policy_it_was_given_last,
    only_finance_officers_of_the_fund_govern_and_close_it,
    a_closed_fund_takes_no_new_commitment,
    what_a_closed_fund_has_committed_is_still_paid,
    a_fund_without_an_envelope_is_not_closed,
    the_fiscal_years_of_a_fund_are_for_those_who_see_its_budget,
];

async fn a_fund_is_governed_by_the_policy_it_was_given_last(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let policy = "timeZone enforcesPaymentCredits decommitment reinstatesRecoveries";
    let first = app
        .data(None, &format!("{{ fund(code: \"FTAP\") {{ {policy} }} }}"), Value::Null)
        .await;
    let expected = json!({ "timeZone": "UTC", "enforcesPaymentCredits": false, "decommitment": "RETURNS_TO_CALL",
        "reinstatesRecoveries": false });
    assert_eq!(first["fund"], expected);
    let changes = json!({ "enforcesPaymentCredits": true, "decommitment": "LAPSES", "reinstatesRecoveries": true });
    let input = fund.policy_input(changes.clone());
    assert!(moves(&app, &fund.finance, "setFundPolicy", input).await.is_empty());
    let again = fund.policy_input(changes.clone());
    let set = app
        .mutate(&fund.finance, "setFundPolicy", again, &format!("fund {{ {policy} }}"))
        .await;
    assert_eq!(set["fund"], with(expected, changes));
    app.verify().await;
}

async fn only_finance_officers_of_the_fund_govern_and_close_it(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (other_id, _) = fund.another(&app).await;
    let neighbour = app.as_finance_officer(&other_id).await;
    let (auditor, admin) = (app.as_auditor().await, app.as_admin().await);
    let input = with(fund_input(), json!({ "code": "HIDDEN" }));
    let hidden = app.mutate(&admin, "createFund", input, "fund { id }").await;
    let hidden = text(&hidden["fund"]["id"]);
    let credits = credits_input(&fund.programme_id, 2018, "1.00");
    app.mutate(&fund.finance, "openPaymentCredits", credits, "").await;
    let year = with(fund.closing_input(), json!({ "fiscalYear": 2018 }));
    for (operation, input) in [
        ("setFundPolicy", fund.policy_input(json!({}))),
        ("closeFund", fund.closing_input()),
        ("closeFiscalYear", year),
    ] {
        for person in [&fund.manager, &auditor, &admin, &neighbour] {
            let code = app.mutation_error(person, operation, input.clone()).await;
            assert_eq!(code, "FORBIDDEN", "{operation} by {}", person.email);
        }
        let code = app.mutation_error(None, operation, input.clone()).await;
        assert_eq!(code, "UNAUTHENTICATED", "{operation}");
        let unknown = text(&json!(api::graphql::id::of(entity::value::FundId::new()).to_string()));
        for fund_id in [&hidden, &unknown, &fund.programme_id] {
            let input = with(input.clone(), json!({ "fundId": fund_id }));
            let code = app.mutation_error(&fund.finance, operation, input).await;
            assert_eq!(code, "NOT_FOUND", "{operation} of {fund_id}");
        }
    }
    app.verify().await;
}

async fn a_closed_fund_takes_no_new_commitment(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let officer = &award.finance;
    let credits = credits_input(&award.programme_id, 2018, "10.00");
    app.mutate(officer, "openPaymentCredits", credits.clone(), "").await;
    let programme_id = award.another_programme(&app).await;
    let closing = award.closing_input();
    assert!(moves(&app, officer, "closeFund", closing).await.is_empty());
    assert_eq!(field(&app, None, &award.fund_id, "Fund", "status").await, "CLOSED");
    let sideways = json!({ "from": award.programme_id, "to": programme_id });
    let fresh = |input: &Value| with(input.clone(), json!({ "idempotencyKey": stage::fresh_key() }));
    for (operation, input) in [
        ("openEnvelope", award.envelope_input("1.00")),
        ("reduceEnvelope", award.envelope_input("1.00")),
        ("allocateBudget", Fund::allocation_input(&programme_id, "1.00")),
        (
            "deallocateBudget",
            order_input("1.00", json!({ "from": award.programme_id })),
        ),
        ("redeployBudget", order_input("1.00", sideways.clone())),
        ("openPaymentCredits", fresh(&credits)),
        ("reducePaymentCredits", fresh(&credits)),
        ("carryOverPaymentCredits", fresh(&credits)),
        (
            "movePaymentCredits",
            order_input("1.00", with(sideways, json!({ "fiscalYear": 2018 }))),
        ),
        ("setFundPolicy", award.policy_input(json!({}))),
        ("closeFund", award.closing_input()),
    ] {
        let refusals = refuses(&app, officer, operation, input).await;
        assert_eq!(refusals.len(), 1, "{operation}: {refusals:#?}");
        assert_eq!(refusals[0]["code"], "INVALID_STATE", "{operation}");
        assert_eq!(refusals[0]["details"]["status"], "CLOSED", "{operation}");
    }
    let agreement = agreement_input(&award.award_id, &["1000.00"]);
    assert_eq!(
        reasons(&app, &award.manager, "signAgreement", agreement).await,
        ["INVALID_STATE"]
    );
    let release = act_input(json!({ "awardId": award.award_id }));
    let released = moves(&app, &award.manager, "releaseAward", release).await;
    assert_eq!(released, ["RELEASE 1000.00: RESERVED 0.00 > CALL 500000.00"]);
    app.verify().await;
}

async fn what_a_closed_fund_has_committed_is_still_paid(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    payment.close(&app).await;
    let ordered = moves(&app, &payment.treasurer, "orderPayment", payment.order_input()).await;
    assert_eq!(ordered, ["ORDER 400.00: AWARD 600.00 > ORDERED 400.00"]);
    let paid = moves(&app, &payment.treasurer, "confirmPayment", payment.confirmation_input()).await;
    assert_eq!(paid, ["PAY 400.00: ORDERED 0.00 > PAID 400.00"]);
    let rest = order_input("600.00", json!({ "awardId": payment.award_id }));
    let decommitted = moves(&app, &payment.finance, "decommitAward", rest).await;
    assert_eq!(decommitted, ["DECOMMIT 600.00: AWARD 0.00 > CALL 499600.00"]);
    assert_eq!(
        budget(&app, &payment.finance, &payment.fund_id).await,
        "available 999600.00, reserved 0.00, committed 400.00, ordered 400.00, paid 400.00"
    );
    app.verify().await;
}

async fn a_fund_without_an_envelope_is_not_closed(app: TestApp) {
    let admin = app.as_admin().await;
    let created = app.mutate(&admin, "createFund", fund_input(), "fund { id }").await;
    let fund_id = text(&created["fund"]["id"]);
    let officer = app.as_finance_officer(&fund_id).await;
    let input = json!({ "fundId": fund_id, "idempotencyKey": stage::fresh_key() });
    let refusals = refuses(&app, &officer, "closeFund", input).await;
    assert_eq!(refusals[0]["code"], "INVALID_STATE");
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "DRAFT", "event": "CLOSE_FUND" })
    );
    app.verify().await;
}

async fn the_fiscal_years_of_a_fund_are_for_those_who_see_its_budget(app: TestApp) {
    let call = stage::call_open(&app).await;
    for year in [2019, 2018] {
        let input = credits_input(&call.programme_id, year, "1.00");
        app.mutate(&call.finance, "openPaymentCredits", input, "").await;
    }
    let input = with(call.closing_input(), json!({ "fiscalYear": 2018 }));
    let selection = "fund { fiscalYears { id year status closedAt } }";
    let closed = app.mutate(&call.finance, "closeFiscalYear", input, selection).await;
    let years = &closed["fund"]["fiscalYears"];
    let told = json!({ "id": years[0]["id"], "year": 2018, "status": "CLOSED", "closedAt": years[0]["closedAt"] });
    assert_eq!(years[0], told);
    assert!(text(&years[0]["closedAt"]).starts_with("2018-06-20T08:0"), "{years}");
    let told = json!({ "id": years[1]["id"], "year": 2019, "status": "OPEN", "closedAt": null });
    assert_eq!(years[1], told);
    let (auditor, chair) = (app.as_auditor().await, app.as_chair(&call.call_id).await);
    let of_fund = "{ fund(code: \"FTAP\") { fiscalYears { year } } }";
    let by_id = "query($id: ID!) { node(id: $id) { ... on FiscalYear { year fund { code } } } }";
    let id = json!({ "id": years[0]["id"] });
    for reader in [&call.finance, &call.manager, &auditor] {
        let answer = app.data(reader, of_fund, Value::Null).await;
        assert_eq!(
            answer["fund"]["fiscalYears"],
            json!([{ "year": 2018 }, { "year": 2019 }])
        );
        let answer = app.data(reader, by_id, id.clone()).await;
        assert_eq!(answer["node"], json!({ "year": 2018, "fund": { "code": "FTAP" } }));
    }
    assert_eq!(app.error_code(&chair, of_fund, Value::Null).await, "FORBIDDEN");
    assert_eq!(app.error_code(None, of_fund, Value::Null).await, "UNAUTHENTICATED");
    for stranger in [None, Some(&chair)] {
        assert_eq!(app.error_code(stranger, by_id, id.clone()).await, "NOT_FOUND");
    }
    app.verify().await;
}
