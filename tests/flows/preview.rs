//! Asking what a mutation would do: it is told as if it were done, and nothing is.

use serde_json::{Value, json};

use super::stage::{self, Fund, budget, credits_input, field, moves, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    adopting_a_decision_is_previewed_before_anything_is_promised,
    a_preview_says_whose_money_moves,
    a_preview_leaves_its_key_to_be_used_and_takes_no_notice_of_one_that_was,
    what_is_previewed_twice_is_not_done_once,
];

async fn adopting_a_decision_is_previewed_before_anything_is_promised(app: TestApp) {
    let decision = stage::decision_proposed(&app, "150000.00").await;
    let input = decision.adoption_input();
    let preview = with(input.clone(), json!({ "preview": true, "clientMutationId": "what if" }));
    let selection = "preview clientMutationId decision { status award { id } }
        postings { debit { owner } credit { owner } }";
    let mut previewed = app.mutate(&decision.chair, "adoptDecision", preview, selection).await;
    let owners = previewed["postings"].take();
    let expected = json!({ "preview": true, "clientMutationId": "what if", "postings": null,
        "decision": { "status": "PROPOSED", "award": null }, "userErrors": [] });
    assert_eq!(previewed, expected);
    assert_eq!(owners[0]["debit"]["owner"], json!(decision.call_id));
    let unmade = "query($id: ID!) { node(id: $id) { id } }";
    let unmade = app
        .error_code(&decision.chair, unmade, json!({ "id": owners[0]["credit"]["owner"] }))
        .await;
    assert_eq!(unmade, "NOT_FOUND", "the award is not made");
    let adopted = moves(&app, &decision.chair, "adoptDecision", input.clone()).await;
    assert_eq!(adopted, ["RESERVE 150000.00: CALL 350000.00 > RESERVED 150000.00"]);
    let repeated = app.mutate(&decision.chair, "adoptDecision", input, selection).await;
    assert_eq!(repeated["decision"]["status"], "ADOPTED");
    assert_eq!(
        repeated["postings"][0]["credit"]["owner"],
        repeated["decision"]["award"]["id"]
    );
    app.verify().await;
}

async fn a_preview_says_whose_money_moves(app: TestApp) {
    let payment = stage::payment_approved(&app, "1000.00", &["400.00", "600.00"]).await;
    payment.govern(&app, json!({ "enforcesPaymentCredits": true })).await;
    let owners = async |operation: &str, input: Value| {
        let input = with(input, json!({ "preview": true }));
        let officer = &payment.treasurer;
        let selection = "postings { debit { owner } credit { owner } }";
        let told = app.mutate(officer, operation, input, selection).await;
        let postings = told["postings"].as_array().expect("postings").clone();
        let sides = postings
            .iter()
            .flat_map(|posting| [&posting["debit"], &posting["credit"]]);
        sides.map(|side| side["owner"].clone()).collect::<Vec<_>>()
    };
    let credits = credits_input(&payment.programme_id, 2018, "400.00");
    let told = owners("openPaymentCredits", credits.clone()).await;
    assert_eq!(told, [json!(payment.fund_id), json!(payment.programme_id)]);
    app.mutate(&payment.finance, "openPaymentCredits", credits, "").await;
    let told = owners("orderPayment", payment.order_input()).await;
    let (award, programme) = (json!(payment.award_id), json!(payment.programme_id));
    assert_eq!(told, [award.clone(), award, programme.clone(), programme]);
    app.verify().await;
}

async fn a_preview_leaves_its_key_to_be_used_and_takes_no_notice_of_one_that_was(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = fund.envelope_input("5.00");
    let preview = with(input.clone(), json!({ "preview": true }));
    let selection = "replayed preview postings { credit { balance { amount } } }";
    let told = |preview: bool, balance: &str| {
        let postings = json!([{ "credit": { "balance": { "amount": balance } } }]);
        json!({ "replayed": false, "preview": preview, "postings": postings, "userErrors": [] })
    };
    let previewed = app
        .mutate(&fund.finance, "openEnvelope", preview.clone(), selection)
        .await;
    assert_eq!(previewed, told(true, "200005.00"));
    let done = app.mutate(&fund.finance, "openEnvelope", input, selection).await;
    assert_eq!(done, told(false, "200005.00"));
    // Of what the same would do now, not of what it did then; and of something else with the same key.
    let previewed = app
        .mutate(&fund.finance, "openEnvelope", preview.clone(), selection)
        .await;
    assert_eq!(previewed, told(true, "200010.00"));
    let key = json!({ "preview": true, "idempotencyKey": preview["idempotencyKey"] });
    let other = with(Fund::allocation_input(&fund.programme_id, "1.00"), key);
    app.mutate(&fund.finance, "allocateBudget", other, "").await;
    let keyless = with(preview, json!({ "idempotencyKey": "" }));
    let reason = app.mutation_reasons(&fund.finance, "openEnvelope", keyless).await;
    assert_eq!(reason, ["VALIDATION idempotencyKey"]);
    app.verify().await;
}

async fn what_is_previewed_twice_is_not_done_once(app: TestApp) {
    let call = stage::call_open(&app).await;
    for _ in 0..2 {
        let input = with(
            Fund::allocation_input(&call.call_id, "300000.00"),
            json!({ "preview": true }),
        );
        let previewed = app
            .mutate(
                &call.finance,
                "allocateBudget",
                input,
                "postings { debit { balance { amount } } }",
            )
            .await;
        assert_eq!(previewed["postings"][0]["debit"]["balance"]["amount"], "0.00");
    }
    assert_eq!(
        budget(&app, &call.finance, &call.call_id).await,
        "available 500000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    let status = field(&app, &call.finance, &call.fund_id, "Fund", "status").await;
    assert_eq!(status, "ACTIVE");
    app.verify().await;
}
