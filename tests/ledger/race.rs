//! Many at once after the same money: exactly what there is goes out, and everybody else is told why not.

use std::collections::BTreeMap;

use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};

use super::{Proposals, dice};
use crate::flows::stage::{self, Fund, budget, claim_input, fresh_key, with};
use crate::harness::{Client, Octroi, Persona, TestApp, mutation, on_both_databases, text};

on_both_databases![
    two_servers_promise_the_last_euros_of_a_call_once,
    a_key_sent_to_two_servers_many_times_at_once_has_one_effect,
    the_last_euros_of_an_envelope_are_allocated_or_cut_once,
    a_payment_is_confirmed_or_returned_once,
    an_instalment_is_claimed_once_and_ordered_once,
];

/// How many requests are under way at any moment.
const AT_ONCE: usize = 32;

async fn two_servers_promise_the_last_euros_of_a_call_once(app: TestApp) {
    const DECISIONS: usize = 40;
    let proposals = Proposals::new(&app, DECISIONS, "100000.00").await;
    let call = &proposals.call;
    // One cent is missing for the eighth.
    call.allocate(&app, &call.call_id, "299999.99").await;
    let servers = [Octroi::serve(&app.storage).await, Octroi::serve(&app.storage).await];
    let token = servers[0].token(&proposals.chair).await;
    let mut attempts: Vec<usize> = (0..50 * DECISIONS).collect();
    dice().shuffle(&mut attempts);

    let answers: Vec<(&String, Result<Value, String>)> = stream::iter(attempts)
        .map(|attempt| {
            let server = &servers[attempt / DECISIONS % 2];
            let decision = &proposals.decision_ids[attempt % DECISIONS];
            let input = stage::adoption_input(decision);
            let token = &token;
            async move {
                let answer = tried(server, token, "adoptDecision", input, "decision { award { id } }").await;
                (decision, answer)
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;

    let adopted: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_ok()).collect();
    let counted = outcomes(answers.iter().map(|(_, answer)| answer));
    assert_eq!(counted["OK"], 7, "{counted:?}");
    assert_eq!(counted.values().sum::<usize>(), 2000);
    let expected = ["INSUFFICIENT_FUNDS", "INVALID_STATE", "OK"];
    assert!(
        counted.keys().all(|outcome| expected.contains(&outcome.as_str())),
        "{counted:?}"
    );
    assert_eq!(
        budget(&app, &call.finance, &call.call_id).await,
        "available 99999.99, reserved 700000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    let kept = "query($id: ID!) { node(id: $id) { ... on Call {
        awards { totalCount } decisions(first: 100) { nodes { id status } } } } }";
    let kept = app.data(&call.manager, kept, json!({ "id": call.call_id })).await;
    assert_eq!(kept["node"]["awards"]["totalCount"], 7);
    for decision in kept["node"]["decisions"]["nodes"].as_array().expect("decisions") {
        let told = adopted.iter().any(|(id, _)| decision["id"] == **id);
        assert_eq!(decision["status"], if told { "ADOPTED" } else { "PROPOSED" });
    }
    app.verify().await;
}

async fn a_key_sent_to_two_servers_many_times_at_once_has_one_effect(app: TestApp) {
    let proposals = Proposals::new(&app, 4, "150000.00").await;
    let call = &proposals.call;
    let servers = [Octroi::serve(&app.storage).await, Octroi::serve(&app.storage).await];
    let token = servers[0].token(&proposals.chair).await;
    let selection = "replayed decision { id status adoptedAt award { id createdAt } }";
    for (place, decision) in proposals.decision_ids.iter().enumerate() {
        let input = stage::adoption_input(decision);
        let sent = (0..64).map(|number| tried(&servers[number % 2], &token, "adoptDecision", input.clone(), selection));
        let answers = join_all(sent).await;
        // The call holds 500 000: three are adopted, and the fourth is refused as one.
        if place < 3 {
            let answers: Vec<Value> = answers.into_iter().map(|answer| answer.expect("adopted")).collect();
            let first = answers.iter().filter(|answer| answer["replayed"] == false).count();
            assert_eq!(first, 1, "the others are its replays");
            let same = |answer: &Value| with(answer.clone(), json!({ "replayed": null }));
            assert!(
                answers.iter().all(|answer| same(answer) == same(&answers[0])),
                "{answers:#?}"
            );
        } else {
            assert_eq!(
                outcomes(&answers),
                BTreeMap::from([("INSUFFICIENT_FUNDS".to_owned(), 64)])
            );
        }
    }
    assert_eq!(
        budget(&app, &call.finance, &call.call_id).await,
        "available 50000.00, reserved 450000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn the_last_euros_of_an_envelope_are_allocated_or_cut_once(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let token = app.token(&fund.finance).await;
    let mut attempts: Vec<usize> = (0..120).collect();
    dice().shuffle(&mut attempts);
    let answers: Vec<(bool, Result<Value, String>)> = stream::iter(attempts)
        .map(|attempt| {
            let allocates = attempt % 2 == 0;
            let (name, input) = if allocates {
                ("allocateBudget", Fund::allocation_input(&fund.programme_id, "9999.99"))
            } else {
                ("reduceEnvelope", fund.envelope_input("9999.99"))
            };
            let (app, token) = (&app, &token);
            async move { (allocates, tried(app, token, name, input, "").await) }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let counted = outcomes(answers.iter().map(|(_, answer)| answer));
    let expected = [("INSUFFICIENT_FUNDS", 100), ("OK", 20)].map(|(outcome, count)| (outcome.to_owned(), count));
    assert_eq!(counted, BTreeMap::from(expected), "200 000.00 hold 20 times 9 999.99");
    let allocated = answers
        .iter()
        .filter(|(allocates, answer)| *allocates && answer.is_ok());
    let expected = 80_000_000 + 999_999 * allocated.count();
    let figure = stage::field(
        &app,
        &fund.finance,
        &fund.fund_id,
        "Fund",
        "budget { allocated { minorUnits } }",
    )
    .await;
    assert_eq!(figure["allocated"]["minorUnits"], expected.to_string());
    app.verify().await;
}

async fn a_payment_is_confirmed_or_returned_once(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["400.00", "600.00"]).await;
    let token = app.token(&payment.finance).await;
    let mut attempts: Vec<usize> = (0..64).collect();
    dice().shuffle(&mut attempts);
    let sent = attempts.into_iter().map(|attempt| {
        let (name, input) = if attempt % 2 == 0 {
            ("confirmPayment", payment.confirmation_input())
        } else {
            ("returnPayment", payment.return_input())
        };
        let (app, token) = (&app, &token);
        async move { (name, tried(app, token, name, input, "").await) }
    });
    let answers = join_all(sent).await;
    let counted = outcomes(answers.iter().map(|(_, answer)| answer));
    let expected = [("INVALID_STATE", 63), ("OK", 1)].map(|(outcome, count)| (outcome.to_owned(), count));
    assert_eq!(counted, BTreeMap::from(expected));
    let (settled, _) = answers.iter().find(|(_, answer)| answer.is_ok()).expect("one");
    let rest = if *settled == "confirmPayment" {
        "ordered 400.00, paid 400.00"
    } else {
        "ordered 0.00, paid 0.00"
    };
    assert_eq!(
        budget(&app, &payment.finance, &payment.award_id).await,
        format!("available 0.00, reserved 0.00, committed 1000.00, {rest}")
    );
    app.verify().await;
}

async fn an_instalment_is_claimed_once_and_ordered_once(app: TestApp) {
    let agreement = stage::award_committed(&app, "1000.00", &["1000.00"]).await;
    let instalment = &agreement.instalment_ids[0];
    let one_of_many = BTreeMap::from([("INVALID_STATE".to_owned(), 31), ("OK".to_owned(), 1)]);
    let claims = at_once(&app, &agreement.applicant, "requestPayment", || {
        claim_input(instalment, "1000.00")
    })
    .await;
    assert_eq!(outcomes(&claims), one_of_many);

    let claims = stage::field(
        &app,
        &agreement.applicant,
        instalment,
        "Instalment",
        "paymentRequests { id }",
    )
    .await;
    assert_eq!(claims.as_array().map(Vec::len), Some(1));
    let step = || json!({ "paymentRequestId": claims[0]["id"] });
    let keyed = || with(step(), json!({ "idempotencyKey": fresh_key() }));
    let treasurer = app.as_finance_officer(&agreement.fund_id).await;
    let certified = at_once(&app, &agreement.manager, "certifyPayment", step).await;
    assert_eq!(outcomes(&certified), one_of_many);
    let approved = at_once(&app, &agreement.finance, "approvePayment", step).await;
    assert_eq!(outcomes(&approved), one_of_many);
    let ordered = at_once(&app, &treasurer, "orderPayment", keyed).await;
    assert_eq!(outcomes(&ordered), one_of_many);
    assert_eq!(
        budget(&app, &agreement.finance, &agreement.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 1000.00, paid 0.00"
    );
    app.verify().await;
}

/// A mutation of one person, 32 times at the same time.
async fn at_once(app: &TestApp, who: &Persona, name: &str, input: impl Fn() -> Value) -> Vec<Result<Value, String>> {
    let token = app.token(who).await;
    join_all((0..AT_ONCE).map(|_| tried(app, &token, name, input(), ""))).await
}

/// The payload of a mutation, or the one code with which it was refused.
async fn tried(server: &Client, token: &str, name: &str, input: Value, selection: &str) -> Result<Value, String> {
    let variables = json!({ "input": input });
    let answer = server.graphql(Some(token), &mutation(name, selection), variables).await;
    let refusals = answer["data"][name]["userErrors"].as_array();
    match refusals.map(Vec::as_slice) {
        Some([]) => Ok(answer["data"][name].clone()),
        Some([refusal, ..]) => Err(text(&refusal["code"])),
        None => Err(answer["errors"].to_string()),
    }
}

/// How often each outcome came.
fn outcomes<'a>(answers: impl IntoIterator<Item = &'a Result<Value, String>>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        let outcome = answer.as_ref().err().cloned().unwrap_or_else(|| "OK".to_owned());
        *counted.entry(outcome).or_default() += 1;
    }
    counted
}
