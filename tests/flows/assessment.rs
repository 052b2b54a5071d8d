//! Evaluators: who may be one, how they score, and what they know of each other.

use serde_json::{Value, json};

use super::stage::{self, draft_input, field, full_marks, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    an_assessment_is_scored_submitted_and_totalled,
    a_score_is_on_the_scale_of_a_criterion_of_the_call,
    an_assessment_is_complete_when_submitted_and_frozen_after,
    nobody_tied_to_an_application_evaluates_it,
    an_application_is_given_to_members_of_the_committee_by_those_who_run_it,
    nothing_is_assigned_before_the_call_closes,
    an_evaluator_judges_alone_until_their_own_assessment_is_submitted,
    staff_follow_assessments_and_read_them_once_submitted,
    whoever_declines_no_longer_sees_the_application,
    an_applicant_reads_no_assessment,
];

const NODE: &str = "query($id: ID!) { node(id: $id) { id } }";

async fn an_assessment_is_scored_submitted_and_totalled(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let selection = "assessment { status total scores { score criterion { title } } }";
    let input = stage.scores_input(&app, &["15.5"]).await;
    let saved = app.mutate(&stage.evaluator, "saveAssessment", input, selection).await;
    let impact = json!({ "score": "15.5", "criterion": { "title": "Impact" } });
    assert_eq!(
        saved["assessment"],
        json!({ "status": "DRAFT", "total": null, "scores": [impact] }),
        "a draft may be incomplete"
    );
    let input = stage.scores_input(&app, &["15", "8"]).await;
    app.mutate(&stage.evaluator, "saveAssessment", input, "").await;
    let input = json!({ "assessmentId": stage.assessment_id });
    let submitted = app.mutate(&stage.evaluator, "submitAssessment", input, selection).await;
    assert_eq!(submitted["assessment"]["status"], "SUBMITTED");
    // Twice 15 of 20 and once 8 of 10, on 100 points.
    assert_eq!(submitted["assessment"]["total"], "76.67");
    app.verify().await;
}

async fn a_score_is_on_the_scale_of_a_criterion_of_the_call(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    for (scores, reasons) in [
        (["20.5", "10"], vec!["VALIDATION scores.0.score"]),
        (["15.3", "10"], vec!["VALIDATION scores.0.score"]),
        (["-0.5", "10"], vec!["VALIDATION scores.0.score"]),
        (
            ["21", "9.5"],
            vec!["VALIDATION scores.0.score", "VALIDATION scores.1.score"],
        ),
        (["15,5", "10"], vec!["VALIDATION scores.0.score"]),
    ] {
        let input = stage.scores_input(&app, &scores).await;
        assert_eq!(
            app.mutation_reasons(&stage.evaluator, "saveAssessment", input).await,
            reasons,
            "{scores:?}"
        );
    }
    let mut twice = stage.scores_input(&app, &["15", "10"]).await;
    twice["scores"][1]["criterionId"] = twice["scores"][0]["criterionId"].clone();
    let mut foreign = stage.scores_input(&app, &["15", "10"]).await;
    foreign["scores"][1]["criterionId"] = json!(stage.call_id);
    for input in [twice, foreign] {
        assert_eq!(
            app.mutation_reasons(&stage.evaluator, "saveAssessment", input).await,
            ["VALIDATION scores.1.criterionId"]
        );
    }
    let status = field(&app, &stage.evaluator, &stage.assessment_id, "Assessment", "status").await;
    assert_eq!(status, "ASSIGNED", "what is refused is not saved");
    app.verify().await;
}

async fn an_assessment_is_complete_when_submitted_and_frozen_after(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let own = json!({ "assessmentId": stage.assessment_id });
    let untouched = app
        .mutation_refused(&stage.evaluator, "submitAssessment", own.clone())
        .await;
    assert_eq!(untouched, ["INVALID_STATE", "VALIDATION", "VALIDATION"]);
    let input = stage.scores_input(&app, &["15"]).await;
    app.mutate(&stage.evaluator, "saveAssessment", input, "").await;
    let refusals = app
        .mutation_refusals(&stage.evaluator, "submitAssessment", own.clone())
        .await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["code"], "VALIDATION");
    assert_eq!(refusals[0]["details"], json!({ "criterionPosition": 2 }));
    assert!(text(&refusals[0]["message"]).contains("Feasibility"), "{refusals:?}");

    full_marks(&app, &stage.evaluator, &stage.call_id, &stage.assessment_id).await;
    let lower = stage.scores_input(&app, &["1", "1"]).await;
    for (operation, input) in [
        ("saveAssessment", lower),
        ("submitAssessment", own.clone()),
        ("declineAssessment", own),
    ] {
        assert_eq!(
            app.mutation_refused(&stage.evaluator, operation, input).await,
            ["INVALID_STATE"],
            "{operation}"
        );
    }
    let total = field(&app, &stage.evaluator, &stage.assessment_id, "Assessment", "total").await;
    assert_eq!(total, "100");
    app.verify().await;
}

async fn nobody_tied_to_an_application_evaluates_it(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let (partner, partner_id) = app.as_applicant(stage::OTHER_SIRET).await;
    let together = with(file.save_input(1, "Together"), json!({ "partnerIds": [partner_id] }));
    app.mutate(&file.applicant, "saveApplication", together, "").await;
    app.mutate(&file.applicant, "submitApplication", file.submission_input(2), "")
        .await;
    file.start_evaluation(&app).await;
    for tied in [&file.applicant, &partner] {
        for role in ["COMMITTEE_MEMBER", "COMMITTEE_CHAIR"] {
            app.grant(tied, role, "CALL", Some(&file.call_id)).await;
            let input = json!({ "applicationId": file.application_id, "evaluatorId": tied.id });
            assert_eq!(
                app.mutation_reasons(&file.manager, "assignEvaluator", input.clone())
                    .await,
                ["CONFLICT_OF_INTEREST evaluatorId"],
                "{role}"
            );
            assert_eq!(
                app.mutation_error(tied, "assignEvaluator", input).await,
                "FORBIDDEN",
                "nor do they assign it, to whomever"
            );
        }
        let own = "{ myAssessments { totalCount } }";
        assert_eq!(app.data(tied, own, Value::Null).await["myAssessments"]["totalCount"], 0);
    }
    app.verify().await;
}

async fn an_application_is_given_to_members_of_the_committee_by_those_who_run_it(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let outsider = app.persona("Outsider").await;
    let input = |evaluator: &str| json!({ "applicationId": stage.application_id, "evaluatorId": evaluator });
    assert_eq!(
        app.mutation_reasons(&stage.manager, "assignEvaluator", input(&outsider.id))
            .await,
        ["VALIDATION evaluatorId"],
        "not on the committee"
    );
    assert_eq!(
        app.mutation_reasons(&stage.chair, "assignEvaluator", input(&stage.evaluator.id))
            .await,
        ["ALREADY_EXISTS evaluatorId"]
    );
    let member = app.as_committee_member(&stage.call_id).await;
    for (who, code) in [
        (&stage.finance, "FORBIDDEN"),
        (&stage.evaluator, "FORBIDDEN"),
        (&stage.applicant, "FORBIDDEN"),
        (&member, "NOT_FOUND"),
        (&outsider, "NOT_FOUND"),
    ] {
        let answer = app.mutation_error(who, "assignEvaluator", input(&member.id)).await;
        assert_eq!(answer, code, "{}", who.email);
    }
    let given = app
        .mutate(
            &stage.chair,
            "assignEvaluator",
            input(&member.id),
            "assessment { status evaluator { id } application { status } }",
        )
        .await;
    let application = json!({ "status": "UNDER_EVALUATION" });
    assert_eq!(
        given["assessment"],
        json!({ "status": "ASSIGNED", "evaluator": { "id": member.id }, "application": application })
    );
    app.verify().await;
}

async fn nothing_is_assigned_before_the_call_closes(app: TestApp) {
    let file = stage::application_submitted(&app).await;
    let member = app.as_committee_member(&file.call_id).await;
    let input = json!({ "applicationId": file.application_id, "evaluatorId": member.id });
    assert_eq!(
        app.mutation_refused(&file.manager, "assignEvaluator", input.clone())
            .await,
        ["INVALID_STATE"]
    );
    app.clock.set(stage::DEADLINE);
    assert_eq!(
        app.mutation_refused(&file.manager, "assignEvaluator", input.clone())
            .await,
        ["INVALID_STATE"],
        "closed, and not handed to the committee"
    );
    file.start_evaluation(&app).await;
    app.mutate(&file.manager, "assignEvaluator", input, "").await;
    app.verify().await;
}

async fn an_evaluator_judges_alone_until_their_own_assessment_is_submitted(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let (second, second_id) = stage.second_evaluator(&app).await;
    let seen = async |who| {
        let seen = field(&app, who, &stage.application_id, "Application", "assessments { total }").await;
        seen.as_array().expect("assessments").len()
    };
    let first_id = json!({ "id": stage.assessment_id });
    assert_eq!(
        (seen(&stage.evaluator).await, seen(&second).await),
        (1, 1),
        "each their own"
    );

    full_marks(&app, &stage.evaluator, &stage.call_id, &stage.assessment_id).await;
    assert_eq!((seen(&stage.evaluator).await, seen(&second).await), (1, 1));
    assert_eq!(app.error_code(&second, NODE, first_id.clone()).await, "NOT_FOUND");
    let theirs = stage.scores_input(&app, &["1"]).await;
    assert_eq!(
        app.mutation_error(&second, "saveAssessment", theirs.clone()).await,
        "NOT_FOUND"
    );

    full_marks(&app, &second, &stage.call_id, &second_id).await;
    assert_eq!((seen(&stage.evaluator).await, seen(&second).await), (2, 2));
    app.data(&second, NODE, first_id).await;
    assert_eq!(
        app.mutation_error(&second, "saveAssessment", theirs).await,
        "FORBIDDEN",
        "to be read, not to be written"
    );
    app.verify().await;
}

async fn staff_follow_assessments_and_read_them_once_submitted(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let report = async |who| {
        let content = "assessments { status comment total scores { score } }";
        let mut seen = field(&app, who, &stage.application_id, "Application", content).await;
        seen[0].take()
    };
    let withheld = |status: &str| json!({ "status": status, "comment": "", "total": null, "scores": [] });
    let input = stage.scores_input(&app, &["15", "8"]).await;
    app.mutate(&stage.evaluator, "saveAssessment", input, "").await;
    for staff in [&stage.manager, &stage.chair] {
        assert_eq!(report(staff).await, withheld("DRAFT"), "{}", staff.email);
    }
    // The chair is given the same application: they read nothing of others' before they have judged.
    let chairs_own = stage::assign(&app, &stage.manager, &stage.application_id, &stage.chair).await;
    app.mutate(
        &stage.evaluator,
        "submitAssessment",
        json!({ "assessmentId": stage.assessment_id }),
        "",
    )
    .await;
    let scores = json!([{ "score": "15" }, { "score": "8" }]);
    let whole = json!({ "status": "SUBMITTED", "comment": "Well run.", "total": "76.67", "scores": scores });
    assert_eq!(report(&stage.manager).await, whole);
    assert_eq!(report(&stage.chair).await, withheld("SUBMITTED"));
    full_marks(&app, &stage.chair, &stage.call_id, &chairs_own).await;
    assert_eq!(report(&stage.chair).await, whole);
    app.verify().await;
}

async fn whoever_declines_no_longer_sees_the_application(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let application = json!({ "id": stage.application_id });
    app.data(&stage.evaluator, NODE, application.clone()).await;
    let own = json!({ "assessmentId": stage.assessment_id });
    let declined = app
        .mutate(
            &stage.evaluator,
            "declineAssessment",
            own.clone(),
            "assessment { status }",
        )
        .await;
    assert_eq!(declined["assessment"]["status"], "DECLINED");
    assert_eq!(app.error_code(&stage.evaluator, NODE, application).await, "NOT_FOUND");
    let scores = stage.scores_input(&app, &["1"]).await;
    for (operation, input) in [("saveAssessment", scores), ("declineAssessment", own)] {
        assert_eq!(
            app.mutation_refused(&stage.evaluator, operation, input).await,
            ["INVALID_STATE"],
            "{operation}"
        );
    }
    app.verify().await;
}

async fn an_applicant_reads_no_assessment(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    full_marks(&app, &stage.evaluator, &stage.call_id, &stage.assessment_id).await;
    let read = field(
        &app,
        &stage.applicant,
        &stage.application_id,
        "Application",
        "assessments { id }",
    )
    .await;
    assert_eq!(read, json!([]));
    let assessment = json!({ "id": stage.assessment_id });
    assert_eq!(app.error_code(&stage.applicant, NODE, assessment).await, "NOT_FOUND");
    assert_eq!(
        app.error_code(None, "{ myAssessments { totalCount } }", Value::Null)
            .await,
        "UNAUTHENTICATED"
    );
    let late = draft_input(&stage.call_id, &stage.organisation_id);
    assert_eq!(
        app.mutation_refused(&stage.applicant, "createApplication", late).await,
        ["INVALID_STATE"],
        "and it is too late for another file"
    );
}
