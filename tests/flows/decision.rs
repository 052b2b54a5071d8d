//! Deciding: who proposes, who adopts, and what the call's budget says.

use serde_json::{Value, json};

use super::stage::{self, adoption_input, budget, draft_input, euros, field, with};
use crate::harness::{Client, Persona, TestApp, on_both_databases, text};

on_both_databases![
    adopting_a_decision_reserves_its_amount,
    a_proposal_is_consistent_and_within_the_request,
    a_proposal_replaces_the_one_it_names_and_no_other,
    a_chair_adopts_what_they_have_read,
    whoever_proposes_does_not_adopt,
    what_the_call_does_not_hold_is_not_reserved,
    a_decision_is_adopted_once,
];

async fn adopting_a_decision_reserves_its_amount(app: TestApp) {
    let award = stage::award_reserved(&app, "120000.00").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Award {
        status title amount { amount } organisation { identifier } agreements { number } instalments { number }
    } } }";
    let seen = app.data(&award.finance, query, json!({ "id": award.award_id })).await;
    let expected = json!({ "status": "RESERVED", "title": "One form for every permit",
        "amount": { "amount": "120000.00" }, "organisation": { "identifier": stage::SIRET },
        "agreements": [], "instalments": [] });
    assert_eq!(seen["node"], expected);
    let reserved = "reserved 120000.00, committed 0.00, ordered 0.00, paid 0.00";
    for (node, available) in [
        (&award.award_id, "0.00"),
        (&award.call_id, "380000.00"),
        (&award.programme_id, "680000.00"),
        (&award.fund_id, "880000.00"),
    ] {
        assert_eq!(
            budget(&app, &award.finance, node).await,
            format!("available {available}, {reserved}")
        );
    }
    app.verify().await;
}

async fn a_proposal_is_consistent_and_within_the_request(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    for (changes, reasons) in [
        (json!({ "amount": euros("150000.01") }), vec!["VALIDATION amount"]),
        (json!({ "amount": euros("-1.00") }), vec!["VALIDATION amount"]),
        (json!({ "amount": euros("0") }), vec!["VALIDATION amount"]),
        (json!({ "outcome": "REJECT" }), vec!["VALIDATION amount"]),
        (json!({ "reason": "" }), vec!["VALIDATION reason"]),
        (
            json!({ "amount": { "amount": "1.00", "currency": "USD" } }),
            vec!["CURRENCY_MISMATCH amount"],
        ),
    ] {
        let input = with(stage.proposal_input("1000.00"), changes.clone());
        assert_eq!(
            app.mutation_reasons(&stage.manager, "proposeDecision", input).await,
            reasons,
            "{changes}"
        );
    }
    let proposal = stage.proposal_input("1000.00");
    for person in [&stage.chair, &stage.finance, &stage.evaluator, &stage.applicant] {
        assert_eq!(
            app.mutation_error(person, "proposeDecision", proposal.clone()).await,
            "FORBIDDEN",
            "{}",
            person.email
        );
    }
    app.verify().await;
}

async fn a_proposal_replaces_the_one_it_names_and_no_other(app: TestApp) {
    let decision = stage::decision_proposed(&app, "1000.00").await;
    let proposal =
        |revision: Option<i32>, amount: &str| with(decision.proposal_input(amount), json!({ "revision": revision }));
    for stale in [None, Some(0), Some(2)] {
        let refusals = app
            .mutation_refusals(&decision.manager, "proposeDecision", proposal(stale, "3000.00"))
            .await;
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0]["code"], "CONFLICT");
        assert_eq!(refusals[0]["field"], json!(["revision"]));
        assert_eq!(refusals[0]["details"], json!({ "currentRevision": 1 }), "{stale:?}");
    }
    let selection = "decision { id revision amount { amount } award { id } }";
    let better = proposal(Some(1), "2000.00");
    let replaced = app
        .mutate(&decision.manager, "proposeDecision", better, selection)
        .await;
    let amount = json!({ "amount": "2000.00" });
    assert_eq!(
        replaced["decision"],
        json!({ "id": decision.decision_id, "revision": 2, "amount": amount, "award": null })
    );
    assert_eq!(
        budget(&app, &decision.manager, &decision.call_id).await,
        "available 500000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00",
        "a proposal promises nothing"
    );
    app.verify().await;
}

async fn a_chair_adopts_what_they_have_read(app: TestApp) {
    let decision = stage::decision_proposed(&app, "1000.00").await;
    let read = decision.adoption_input();
    let larger = with(decision.proposal_input("150000.00"), json!({ "revision": 1 }));
    app.mutate(&decision.manager, "proposeDecision", larger, "").await;
    let unread = with(decision.adoption_input(), json!({ "revision": 3 }));
    for other in [read, unread] {
        assert_eq!(
            app.mutation_reasons(&decision.chair, "adoptDecision", other).await,
            ["CONFLICT revision"]
        );
    }
    let last = with(decision.adoption_input(), json!({ "revision": 2 }));
    app.mutate(&decision.chair, "adoptDecision", last, "").await;
    assert_eq!(
        budget(&app, &decision.chair, &decision.call_id).await,
        "available 350000.00, reserved 150000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn whoever_proposes_does_not_adopt(app: TestApp) {
    let decision = stage::decision_proposed(&app, "1000.00").await;
    for person in [&decision.manager, &decision.finance, &decision.applicant] {
        let code = app
            .mutation_error(person, "adoptDecision", decision.adoption_input())
            .await;
        let expected = if person.id == decision.applicant.id {
            "NOT_FOUND"
        } else {
            "FORBIDDEN"
        };
        assert_eq!(code, expected, "{}", person.email);
    }
    // Whatever else they are.
    app.grant(&decision.manager, "COMMITTEE_CHAIR", "CALL", Some(&decision.call_id))
        .await;
    assert_eq!(
        app.mutation_refused(&decision.manager, "adoptDecision", decision.adoption_input())
            .await,
        ["SEPARATION_OF_DUTIES"]
    );
    let status = field(&app, &decision.manager, &decision.decision_id, "Decision", "status").await;
    assert_eq!(status, "PROPOSED");
    app.mutate(&decision.chair, "adoptDecision", decision.adoption_input(), "")
        .await;
    app.verify().await;
}

async fn what_the_call_does_not_hold_is_not_reserved(app: TestApp) {
    // Four applications that request 150 000 each, of a call that holds 500 000.
    let file = stage::application_submitted(&app).await;
    let mut applications = vec![file.application_id.clone()];
    for _ in 0..3 {
        let draft = draft_input(&file.call_id, &file.organisation_id);
        let application = file.apply(&app, &file.applicant, draft).await;
        let input = json!({ "applicationId": application, "revision": 1 });
        app.mutate(&file.applicant, "submitApplication", input, "").await;
        applications.push(application);
    }
    let stage = stage::Evaluation::begin(&app, file).await;
    let mut decisions = Vec::new();
    for application in &applications {
        if *application != stage.application_id {
            stage::assign(&app, &stage.manager, application, &stage.evaluator).await;
        }
        decisions.push(propose(&app, &stage.manager, application).await);
    }
    for decision in &decisions[..3] {
        app.mutate(&stage.chair, "adoptDecision", adoption_input(decision), "")
            .await;
    }
    let before = budget(&app, &stage.chair, &stage.call_id).await;
    assert_eq!(
        before,
        "available 50000.00, reserved 450000.00, committed 0.00, ordered 0.00, paid 0.00"
    );

    let refused = adoption_input(&decisions[3]);
    let refusals = app
        .mutation_refusals(&stage.chair, "adoptDecision", refused.clone())
        .await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["code"], "INSUFFICIENT_FUNDS");
    let details = json!({ "book": "AE", "account": "CALL",
        "available": euros("50000.00"), "requested": euros("150000.00") });
    assert_eq!(refusals[0]["details"], details);
    assert_eq!(budget(&app, &stage.chair, &stage.call_id).await, before);
    assert_eq!(
        field(&app, &stage.chair, &decisions[3], "Decision", "status").await,
        "PROPOSED"
    );
    let awards = "{ awards { totalCount } }";
    assert_eq!(
        app.data(&stage.chair, awards, Value::Null).await["awards"]["totalCount"],
        3
    );
    app.verify().await;

    stage.allocate(&app, &stage.call_id, "100000.00").await;
    assert_eq!(
        app.mutation_refused(&stage.chair, "adoptDecision", refused).await,
        ["INSUFFICIENT_FUNDS"],
        "a refusal stands for its key"
    );
    app.mutate(&stage.chair, "adoptDecision", adoption_input(&decisions[3]), "")
        .await;
    assert_eq!(
        budget(&app, &stage.chair, &stage.call_id).await,
        "available 0.00, reserved 600000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_decision_is_adopted_once(app: TestApp) {
    let decision = stage::decision_proposed(&app, "1000.00").await;
    let adoption = decision.adoption_input();
    let selection = "replayed decision { status award { id } }";
    let first = app
        .mutate(&decision.chair, "adoptDecision", adoption.clone(), selection)
        .await;
    assert_eq!(first["replayed"], false);
    let repeat = app.mutate(&decision.chair, "adoptDecision", adoption, selection).await;
    assert_eq!(repeat, with(first, json!({ "replayed": true })));
    assert_eq!(
        app.mutation_refused(&decision.chair, "adoptDecision", decision.adoption_input())
            .await,
        ["INVALID_STATE"]
    );
    let anew = with(decision.proposal_input("2000.00"), json!({ "revision": 1 }));
    assert_eq!(
        app.mutation_refused(&decision.manager, "proposeDecision", anew).await,
        ["INVALID_STATE"],
        "nor is it proposed anew"
    );
    assert_eq!(
        budget(&app, &decision.chair, &decision.call_id).await,
        "available 499000.00, reserved 1000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn propose(app: &Client, manager: &Persona, application: &str) -> String {
    let input = json!({ "applicationId": application, "outcome": "AWARD", "amount": euros("150000.00"),
        "reason": "It serves every town." });
    let proposed = app.mutate(manager, "proposeDecision", input, "decision { id }").await;
    text(&proposed["decision"]["id"])
}
