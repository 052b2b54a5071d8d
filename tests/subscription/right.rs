//! Who may follow a budget: whoever may see it, for as long as they may.

use std::time::Duration;

use serde_json::json;

use super::Wary;
use super::client::{Socket, once};
use crate::flows::stage;
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    what_may_not_be_seen_is_answered_as_the_query_is,
    a_role_that_is_revoked_ends_what_it_allowed,
    whoever_comes_to_await_a_decision_is_told_nothing_of_it,
    an_award_is_followed_by_its_beneficiary,
    a_role_that_is_revoked_ends_what_it_allowed_though_nothing_happens,
    whoever_comes_to_await_a_decision_is_refused_for_that_and_not_for_what_becomes_of_it,
];

async fn what_may_not_be_seen_is_answered_as_the_query_is(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let stranger = app.persona("Stranger").await;
    let created = app
        .mutate(
            &app.as_admin().await,
            "createFund",
            stage::with(stage::fund_input(), json!({ "code": "DRAFT" })),
            "fund { id }",
        )
        .await;
    let draft = text(&created["fund"]["id"]);
    let unknown = api::graphql::id::of(entity::value::CallId::new()).to_string();
    let mut codes = Vec::new();
    for who in [None, Some(&stranger), Some(&award.evaluator)] {
        let mut socket = Socket::of(&app, who).await;
        for node in [
            &award.fund_id,
            &award.call_id,
            &award.award_id,
            &draft,
            &unknown,
            &stranger.id,
            "x",
        ] {
            socket.follow("1", node).await;
            let event = socket.event("1").await;
            assert_eq!(event, once(&app, who, node).await, "{node}");
            assert!(event["data"]["budgetChanged"].is_null(), "{event:#}");
            codes.push(text(&event["errors"][0]["extensions"]["code"]));
            assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
        }
        // The name is free, and nothing follows.
        award.allocate(&app, &award.call_id, "1.00").await;
        assert!(socket.is_quiet(Duration::from_millis(300)).await);
    }
    let refused = |code: &'static str| [[code; 2].as_slice(), &["NOT_FOUND"; 5]].concat();
    let expected = [refused("UNAUTHENTICATED"), refused("FORBIDDEN"), refused("FORBIDDEN")];
    assert_eq!(codes, expected.concat());
}

async fn a_role_that_is_revoked_ends_what_it_allowed(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let officer = app.persona("Finance officer").await;
    let granted = app
        .grant(&officer, "FINANCE_OFFICER", "FUND", Some(&fund.fund_id))
        .await;
    let mut socket = Socket::of(&app, &officer).await;
    socket.follow("1", &fund.programme_id).await;
    assert_eq!(socket.available("1").await, "800000.00");
    fund.allocate(&app, &fund.programme_id, "1.00").await;
    assert_eq!(socket.available("1").await, "800001.00");
    let revocation = json!({ "roleGrantId": granted["roleGrant"]["id"] });
    app.mutate(&app.as_admin().await, "revokeRole", revocation, "").await;
    fund.allocate(&app, &fund.programme_id, "1.00").await;
    let event = socket.event("1").await;
    assert_eq!(event["data"], json!({ "budgetChanged": null }));
    assert_eq!(event["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(event, once(&app, &officer, &fund.programme_id).await);
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
}

async fn whoever_comes_to_await_a_decision_is_told_nothing_of_it(app: TestApp) {
    let call = stage::call_open(&app).await;
    let (applicant, organisation) = app.as_applicant(stage::SIRET).await;
    app.grant(&applicant, "AUDITOR", "PLATFORM", None).await;
    let mut socket = Socket::of(&app, &applicant).await;
    socket.follow("1", &call.call_id).await;
    assert_eq!(socket.available("1").await, stage::ENDOWMENT);
    let application = call
        .apply(&app, &applicant, stage::draft_input(&call.call_id, &organisation))
        .await;
    let submission = json!({ "applicationId": application, "revision": 1 });
    app.mutate(&applicant, "submitApplication", submission, "").await;
    call.allocate(&app, &call.call_id, "1.00").await;
    let event = socket.event("1").await;
    assert_eq!(event["data"], json!({ "budgetChanged": null }));
    assert_eq!(event["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
}

async fn a_role_that_is_revoked_ends_what_it_allowed_though_nothing_happens(Wary(app): Wary) {
    let fund = stage::fund_open(&app).await;
    let officer = app.persona("Finance officer").await;
    let granted = app
        .grant(&officer, "FINANCE_OFFICER", "FUND", Some(&fund.fund_id))
        .await;
    let mut socket = Socket::of(&app, &officer).await;
    socket.follow("1", &fund.programme_id).await;
    assert_eq!(socket.available("1").await, "800000.00");
    let meanwhile = Duration::from_millis(700);
    assert!(
        socket.is_quiet(meanwhile).await,
        "nothing is told when it is asked again"
    );
    let revocation = json!({ "roleGrantId": granted["roleGrant"]["id"] });
    app.mutate(&app.as_admin().await, "revokeRole", revocation, "").await;
    let event = socket.event("1").await;
    assert_eq!(event, once(&app, &officer, &fund.programme_id).await);
    assert_eq!(event["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "1" }));
}

async fn whoever_comes_to_await_a_decision_is_refused_for_that_and_not_for_what_becomes_of_it(Wary(app): Wary) {
    let call = stage::call_open(&app).await;
    let (applicant, organisation) = app.as_applicant(stage::SIRET).await;
    app.grant(&applicant, "AUDITOR", "PLATFORM", None).await;
    let mut socket = Socket::of(&app, &applicant).await;
    let nodes = [&call.fund_id, &call.programme_id, &call.call_id];
    for node in nodes {
        socket.follow(node, node).await;
        socket.event(node).await;
    }
    let application = call
        .apply(&app, &applicant, stage::draft_input(&call.call_id, &organisation))
        .await;
    let submission = json!({ "applicationId": application, "revision": 1 });
    app.mutate(&applicant, "submitApplication", submission, "").await;
    // No money has moved, and none will: whenever it does, there is nobody left to tell by refusing.
    let mut ended = Vec::new();
    while ended.len() < nodes.len() {
        let message = socket.hear().await;
        if message["type"] == "complete" {
            ended.push(text(&message["id"]));
            continue;
        }
        let event = &message["payload"];
        assert_eq!(event["data"], json!({ "budgetChanged": null }), "{message:#}");
        assert_eq!(event["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
    ended.sort_unstable();
    let mut expected = nodes.map(String::clone);
    expected.sort_unstable();
    assert_eq!(ended, expected);
}

async fn an_award_is_followed_by_its_beneficiary(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let mut socket = Socket::of(&app, &award.applicant).await;
    socket.follow("1", &award.award_id).await;
    let event = socket.event("1").await;
    assert_eq!(
        event["data"]["budgetChanged"]["budget"]["reserved"]["amount"], "1000.00",
        "{event:#}"
    );
    let input = stage::agreement_input(&award.award_id, &["1000.00"]);
    app.mutate(&award.manager, "signAgreement", input, "").await;
    let event = socket.event("1").await;
    assert_eq!(
        event["data"]["budgetChanged"]["budget"]["committed"]["amount"], "1000.00",
        "{event:#}"
    );
}
