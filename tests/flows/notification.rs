//! Telling the applicants: what they learn, and when; and what everybody does.

use serde_json::{Value, json};

use super::stage::{self, adoption_input, budget, field, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    the_applicant_learns_nothing_before_the_notification,
    a_rejection_moves_no_money,
    a_distinction_without_money_is_announced_to_everybody,
    a_call_is_concluded_once_every_applicant_was_told,
];

async fn the_applicant_learns_nothing_before_the_notification(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Application {
        status decision { status amount { amount } reason } award { status } call { awards { totalCount } }
    } } awards { totalCount } }";
    let id = json!({ "id": award.application_id });
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let figures = "query($id: ID!) { budget(node: $id) { paid { amount } } }";
    let notice = json!({ "decisionId": award.decision_id });

    let before = app.data(&award.applicant, query, id.clone()).await;
    let no_award = json!({ "totalCount": 0 });
    let nothing =
        json!({ "status": "UNDER_EVALUATION", "decision": null, "award": null, "call": { "awards": no_award } });
    assert_eq!(before, json!({ "node": nothing, "awards": no_award }));
    for hidden in [&award.decision_id, &award.award_id] {
        let hidden = json!({ "id": hidden });
        assert_eq!(app.error_code(&award.applicant, node, hidden).await, "NOT_FOUND");
    }
    let of_award = json!({ "id": award.award_id });
    assert_eq!(
        app.error_code(&award.applicant, figures, of_award.clone()).await,
        "NOT_FOUND"
    );
    assert_eq!(
        app.mutation_error(&award.chair, "notifyDecision", notice.clone()).await,
        "FORBIDDEN"
    );

    award.notify(&app).await;
    let after = app.data(&award.applicant, query, id).await;
    let decision =
        json!({ "status": "NOTIFIED", "amount": { "amount": "1000.00" }, "reason": "It serves every town." });
    let one = json!({ "totalCount": 1 });
    let told = json!({ "status": "AWARDED", "decision": decision, "award": { "status": "RESERVED" },
        "call": { "awards": one } });
    assert_eq!(after, json!({ "node": told, "awards": one }));
    app.data(&award.applicant, figures, of_award).await;
    assert_eq!(
        app.mutation_refused(&award.manager, "notifyDecision", notice).await,
        ["INVALID_STATE"],
        "once"
    );
    app.verify().await;
}

async fn a_rejection_moves_no_money(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let rejection = with(stage.proposal_input("0"), json!({ "outcome": "REJECT" }));
    let proposed = app
        .mutate(&stage.manager, "proposeDecision", rejection, "decision { id }")
        .await;
    let decision_id = text(&proposed["decision"]["id"]);
    let notice = json!({ "decisionId": decision_id });
    assert_eq!(
        app.mutation_refused(&stage.manager, "notifyDecision", notice.clone())
            .await,
        ["INVALID_STATE"],
        "not adopted yet"
    );
    let adoption = adoption_input(&decision_id);
    let adopted = app
        .mutate(
            &stage.chair,
            "adoptDecision",
            adoption,
            "decision { status award { id } }",
        )
        .await;
    assert_eq!(adopted["decision"], json!({ "status": "ADOPTED", "award": null }));
    app.mutate(&stage.manager, "notifyDecision", notice, "").await;
    let status = field(&app, &stage.applicant, &stage.application_id, "Application", "status").await;
    assert_eq!(status, "REJECTED");
    assert_eq!(
        budget(&app, &stage.chair, &stage.call_id).await,
        "available 500000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_distinction_without_money_is_announced_to_everybody(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let prize = with(stage.proposal_input("0"), json!({ "distinction": "Jury's prize" }));
    let proposed = app
        .mutate(&stage.manager, "proposeDecision", prize, "decision { id }")
        .await;
    let decision_id = text(&proposed["decision"]["id"]);
    let adoption = adoption_input(&decision_id);
    let adopted = app
        .mutate(&stage.chair, "adoptDecision", adoption, "decision { award { id } }")
        .await;
    assert_eq!(adopted["decision"]["award"], Value::Null, "no money, no award");
    let announced = async || {
        let listed = "distinctions { totalCount nodes { distinction title organisation { identifier } } }";
        field(&app, None, &stage.call_id, "Call", listed).await
    };
    assert_eq!(
        announced().await,
        json!({ "totalCount": 0, "nodes": [] }),
        "adopted, not told"
    );
    app.mutate(
        &stage.manager,
        "notifyDecision",
        json!({ "decisionId": decision_id }),
        "",
    )
    .await;
    let prize = json!({ "distinction": "Jury's prize", "title": "One form for every permit",
        "organisation": { "identifier": stage::SIRET } });
    assert_eq!(announced().await, json!({ "totalCount": 1, "nodes": [prize] }));
    app.verify().await;
}

async fn a_call_is_concluded_once_every_applicant_was_told(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let conclusion = json!({ "callId": award.call_id });
    let refusals = app
        .mutation_refusals(&award.manager, "concludeCall", conclusion.clone())
        .await;
    assert_eq!(refusals[0]["code"], "INVALID_STATE");
    assert_eq!(refusals[0]["details"], json!({ "pending": 1 }));
    award.notify(&app).await;
    assert_eq!(
        app.mutation_error(&award.finance, "concludeCall", conclusion.clone())
            .await,
        "FORBIDDEN"
    );
    let concluded = app
        .mutate(&award.manager, "concludeCall", conclusion.clone(), "call { status }")
        .await;
    assert_eq!(concluded["call"]["status"], "DECIDED");
    assert_eq!(
        app.mutation_refused(&award.manager, "concludeCall", conclusion).await,
        ["INVALID_STATE"]
    );
    app.verify().await;
}
