//! Whoever belongs to an applicant reads of its file what the applicant reads, whatever roles they hold beside.

use serde_json::{Value, json};

use crate::flows::stage::{self, Evaluation, Fund, draft_input, full_marks, order_input, with};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    a_role_adds_nothing_to_what_an_applicant_reads_of_their_own_file,
    a_partner_with_a_role_neither_handles_nor_pays_the_file,
    whoever_awaits_a_decision_sees_no_budget_that_would_tell_it,
    whoever_awaits_a_decision_moves_no_money_that_would_tell_it,
];

const FILE: &str = "query($file: ID!, $decision: ID!, $award: ID!, $assessment: ID!) {
    file: node(id: $file) { ... on Application {
        reference status assessments { id status comment total scores { score } }
        decision { status amount { amount } reason } award { status amount { amount } } submissions { sha256 }
    } }
    decision: node(id: $decision) { id } award: node(id: $award) { id } assessment: node(id: $assessment) { id }
    budget(node: $award) { reserved { amount } }
    awards { totalCount }
    myAssessments { totalCount }
}";

/// Every role there is.
const ROLES: [&str; 6] = [
    "COMMITTEE_MEMBER",
    "COMMITTEE_CHAIR",
    "PROGRAMME_MANAGER",
    "FINANCE_OFFICER",
    "AUDITOR",
    "ADMIN",
];

async fn a_role_adds_nothing_to_what_an_applicant_reads_of_their_own_file(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    full_marks(&app, &award.evaluator, &award.call_id, &award.assessment_id).await;
    let ids = json!({ "file": award.application_id, "decision": award.decision_id, "award": award.award_id,
        "assessment": award.assessment_id });
    let read = async |who: &Persona| {
        let mut answer = app.ask(who, FILE, ids.clone()).await;
        // Fields fail side by side, in no order.
        if let Some(errors) = answer["errors"].as_array_mut() {
            errors.sort_by_key(Value::to_string);
        }
        answer.to_string()
    };
    let as_applicant = read(&award.applicant).await;
    let nothing = [
        r#""assessments":[]"#,
        r#""decision":null"#,
        r#""award":null"#,
        r#""budget":null"#,
    ];
    assert!(
        nothing.iter().all(|nothing| as_applicant.contains(nothing)),
        "{as_applicant}"
    );
    for role in ROLES {
        app.grant(&award.applicant, role, "FUND", Some(&award.fund_id)).await;
        assert_eq!(read(&award.applicant).await, as_applicant, "with the role {role}");
    }
    let as_manager = read(&award.manager).await;
    assert!(
        as_manager.contains(r#""total":"100""#),
        "there is something to read: {as_manager}"
    );
    app.verify().await;
}

async fn a_partner_with_a_role_neither_handles_nor_pays_the_file(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let (partner, partner_id) = app.as_applicant(stage::OTHER_SIRET).await;
    let input = with(file.save_input(1, "Together"), json!({ "partnerIds": [partner_id] }));
    app.mutate(&file.applicant, "saveApplication", input, "").await;
    let input = json!({ "applicationId": file.application_id, "revision": 2 });
    app.mutate(&file.applicant, "submitApplication", input, "").await;
    // Of the same call, and nothing to them.
    let (competitor, other_id) = app.as_applicant("44306184100047").await;
    let other = file
        .apply(&app, &competitor, draft_input(&file.call_id, &other_id))
        .await;
    let input = json!({ "applicationId": other, "revision": 1 });
    app.mutate(&competitor, "submitApplication", input, "").await;
    for role in ROLES {
        app.grant(&partner, role, "FUND", Some(&file.fund_id)).await;
    }

    let stage = Evaluation::begin(&app, file).await;
    stage::assign(&app, &partner, &other, &stage.evaluator).await;
    let assignment = json!({ "applicationId": stage.application_id, "evaluatorId": stage.chair.id });
    assert_eq!(
        app.mutation_error(&partner, "assignEvaluator", assignment).await,
        "FORBIDDEN"
    );
    let proposal = stage.proposal_input("1000.00");
    assert_eq!(
        app.mutation_error(&partner, "proposeDecision", proposal.clone()).await,
        "FORBIDDEN"
    );
    let proposed = app
        .mutate(&stage.manager, "proposeDecision", proposal, "decision { id }")
        .await;
    let decision_id = text(&proposed["decision"]["id"]);
    let adoption = stage::adoption_input(&decision_id);
    assert_eq!(
        app.mutation_error(&partner, "adoptDecision", adoption.clone()).await,
        "NOT_FOUND",
        "not told yet"
    );
    app.mutate(&stage.chair, "adoptDecision", adoption, "").await;
    let notice = json!({ "decisionId": decision_id });
    assert_eq!(
        app.mutation_error(&partner, "notifyDecision", notice.clone()).await,
        "NOT_FOUND"
    );
    app.mutate(&stage.manager, "notifyDecision", notice, "").await;
    let awards = "{ awards { nodes { id } } }";
    let awards = app.data(&partner, awards, Value::Null).await;
    let award_id = text(&awards["awards"]["nodes"][0]["id"]);
    let agreement = stage::agreement_input(&award_id, &["1000.00"]);
    assert_eq!(
        app.mutation_error(&partner, "signAgreement", agreement).await,
        "FORBIDDEN"
    );
    app.verify().await;
}

async fn whoever_awaits_a_decision_sees_no_budget_that_would_tell_it(app: TestApp) {
    const BUDGET: &str = "query($node: ID!) { budget(node: $node) { reserved { amount } } }";
    let award = stage::award_reserved(&app, "1000.00").await;
    for role in ROLES {
        app.grant(&award.applicant, role, "FUND", Some(&award.fund_id)).await;
    }
    for node in [&award.fund_id, &award.programme_id, &award.call_id] {
        let code = app.error_code(&award.applicant, BUDGET, json!({ "node": node })).await;
        assert_eq!(code, "FORBIDDEN");
        let told = app.data(&award.finance, BUDGET, json!({ "node": node })).await;
        assert_eq!(
            told["budget"]["reserved"]["amount"], "1000.00",
            "to whoever is not tied"
        );
    }
    award.notify(&app).await;
    let told = app
        .data(&award.applicant, BUDGET, json!({ "node": award.call_id }))
        .await;
    assert_eq!(told["budget"]["reserved"]["amount"], "1000.00");
}

async fn whoever_awaits_a_decision_moves_no_money_that_would_tell_it(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    for role in ROLES {
        app.grant(&award.applicant, role, "FUND", Some(&award.fund_id)).await;
    }
    let other_id = award.another_call(&app, &award.programme_id).await;
    let from_call = || order_input("1.00", json!({ "from": award.call_id }));
    let operations = || {
        [
            ("allocateBudget", Fund::allocation_input(&award.call_id, "1.00")),
            ("deallocateBudget", from_call()),
            // More than there is would be told how much there is.
            (
                "deallocateBudget",
                order_input("500000.00", json!({ "from": award.call_id })),
            ),
            ("redeployBudget", with(from_call(), json!({ "to": other_id }))),
            (
                "redeployBudget",
                order_input("1.00", json!({ "from": other_id, "to": award.call_id })),
            ),
        ]
    };
    app.mutate(
        &award.finance,
        "allocateBudget",
        Fund::allocation_input(&other_id, "5.00"),
        "",
    )
    .await;
    for (operation, input) in operations() {
        for preview in [false, true] {
            let input = with(input.clone(), json!({ "preview": preview }));
            let answer = app.attempt(&award.applicant, operation, input, "").await;
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{operation}: {answer}"
            );
        }
    }
    // What tells nothing of the call, they may.
    let to_programme = Fund::allocation_input(&award.programme_id, "1.00");
    app.mutate(&award.applicant, "allocateBudget", to_programme, "").await;
    award.notify(&app).await;
    app.mutate(&award.applicant, "deallocateBudget", from_call(), "").await;
    app.verify().await;
}
