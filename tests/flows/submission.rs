//! Submitting: at the server's clock, complete, within the rules, once; with a receipt.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::{Duration, macros::datetime};

use super::stage::{self, Call, START, call_input, draft_input, euros, field, with};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    a_submission_is_kept_unchanged_with_its_hash_as_a_receipt,
    an_application_is_submitted_once,
    a_submission_before_the_opening_is_refused,
    the_end_of_the_grace_is_in_time_and_what_follows_is_not,
    an_incomplete_application_is_refused_with_every_reason,
    what_is_requested_is_within_the_limits_of_the_call,
];

async fn a_submission_is_kept_unchanged_with_its_hash_as_a_receipt(app: TestApp) {
    let file = stage::application_drafted(&app).await;
    let selection = "application { status } submission { id number snapshot sha256 submittedAt }";
    let submitted = app
        .mutate(
            &file.applicant,
            "submitApplication",
            file.submission_input(1),
            selection,
        )
        .await;
    assert_eq!(submitted["application"]["status"], "SUBMITTED");
    let receipt = &submitted["submission"];
    assert_eq!(receipt["number"], 1);
    let snapshot = text(&receipt["snapshot"]);
    assert_eq!(text(&receipt["sha256"]), hex::encode(Sha256::digest(&snapshot)));
    let snapshot: Value = serde_json::from_str(&snapshot).expect("JSON");
    assert_eq!(snapshot["reference"], "FTAP-2018-1-0001");
    assert_eq!(snapshot["lead"]["identifier"], stage::SIRET);
    assert_eq!(snapshot["title"], "One form for every permit");
    assert_eq!(snapshot["requested_minor"], 15_000_000);
    assert_eq!(snapshot["revision"], 1);
    assert!(
        text(&receipt["submittedAt"]).starts_with("2018-06-20T08:0"),
        "by the server's clock"
    );

    // Whoever reads it later reads the same.
    let kept = field(
        &app,
        &file.manager,
        &file.application_id,
        "Application",
        "submissions { id number snapshot sha256 submittedAt }",
    )
    .await;
    assert_eq!(kept, json!([receipt]));
    app.verify().await;
}

async fn an_application_is_submitted_once(app: TestApp) {
    let file = stage::application_submitted(&app).await;
    for (operation, input) in [
        ("submitApplication", file.submission_input(1)),
        ("saveApplication", file.save_input(1, "Better")),
    ] {
        assert_eq!(
            app.mutation_refused(&file.applicant, operation, input).await,
            ["INVALID_STATE"],
            "{operation}"
        );
    }
    let submissions = field(
        &app,
        &file.applicant,
        &file.application_id,
        "Application",
        "submissions { number }",
    )
    .await;
    assert_eq!(submissions, json!([{ "number": 1 }]));
    app.verify().await;
}

async fn a_submission_before_the_opening_is_refused(app: TestApp) {
    let opens_at = datetime!(2018-06-20 08:05 UTC);
    let (call, applicant, draft) = drafted(&app, opens_at, None, json!({})).await;
    let input = json!({ "applicationId": draft, "revision": 1 });
    let refusals = app
        .mutation_refusals(&applicant, "submitApplication", input.clone())
        .await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["code"], "NOT_YET_OPEN");
    assert_eq!(refusals[0]["details"], json!({ "opensAt": "2018-06-20T08:05:00Z" }));
    app.clock.set(opens_at);
    app.mutate(&applicant, "submitApplication", input, "").await;
    assert_eq!(field(&app, None, &call.call_id, "Call", "status").await, "OPEN");
    app.verify().await;
}

async fn the_end_of_the_grace_is_in_time_and_what_follows_is_not(app: TestApp) {
    let closes_at = datetime!(2018-06-20 08:05 UTC);
    let deadline = closes_at + Duration::minutes(7);
    let grace = json!({ "graceMinutes": 7 });
    let (call, applicant, first) = drafted(&app, START, Some(closes_at), grace).await;
    let organisation = "{ viewer { memberships { organisation { id } } } }";
    let organisation = app.data(&applicant, organisation, Value::Null).await;
    let organisation_id = text(&organisation["viewer"]["memberships"][0]["organisation"]["id"]);
    let second = call
        .apply(&app, &applicant, draft_input(&call.call_id, &organisation_id))
        .await;

    // As close as the clock, which goes on, lets a request come.
    app.clock.set(deadline - Duration::seconds(5));
    assert_eq!(field(&app, None, &call.call_id, "Call", "status").await, "CLOSED");
    let input = json!({ "applicationId": first, "revision": 1 });
    app.mutate(&applicant, "submitApplication", input, "").await;
    app.clock.set(deadline);
    let input = json!({ "applicationId": second, "revision": 1 });
    let refusals = app.mutation_refusals(&applicant, "submitApplication", input).await;
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0]["code"], "DEADLINE_PASSED");
    assert_eq!(refusals[0]["details"], json!({ "deadline": "2018-06-20T08:12:00Z" }));
    assert_eq!(field(&app, &applicant, &second, "Application", "status").await, "DRAFT");
    app.verify().await;
}

async fn an_incomplete_application_is_refused_with_every_reason(app: TestApp) {
    let (_, applicant, draft) = drafted(&app, datetime!(2018-06-20 08:05 UTC), None, json!({})).await;
    let empty = json!({ "applicationId": draft, "revision": 1, "title": "A title",
        "cost": euros("0"), "requested": euros("0") });
    app.mutate(&applicant, "saveApplication", empty, "").await;
    let stale = json!({ "applicationId": draft, "revision": 1 });
    assert_eq!(
        app.mutation_reasons(&applicant, "submitApplication", stale).await,
        [
            "NOT_YET_OPEN",
            "CONFLICT revision",
            "VALIDATION summary",
            "VALIDATION cost",
            "VALIDATION requested"
        ]
    );
    let untouched = "query($id: ID!) { node(id: $id) { ... on Application { status submissions { number } } } }";
    let untouched = app.data(&applicant, untouched, json!({ "id": draft })).await;
    assert_eq!(untouched["node"], json!({ "status": "DRAFT", "submissions": [] }));
    app.verify().await;
}

async fn what_is_requested_is_within_the_limits_of_the_call(app: TestApp) {
    let limits = json!({ "minimumGrant": euros("10000.00"), "maximumGrant": euros("100000.00"),
        "maximumRateBasisPoints": 5000 });
    let (_, applicant, draft) = drafted(&app, START, None, limits).await;
    let mut revision = 1;
    for (cost, requested, limit) in [
        ("300000.00", "9999.99", Some(json!({ "minimum": euros("10000.00") }))),
        ("300000.00", "100000.01", Some(json!({ "maximum": euros("100000.00") }))),
        ("60000.01", "30000.01", Some(json!({ "maximum": euros("30000.00") }))),
        ("60000.02", "30000.01", None),
    ] {
        let input = json!({ "applicationId": draft, "revision": revision, "title": "A title", "summary": "A summary",
            "cost": euros(cost), "requested": euros(requested) });
        app.mutate(&applicant, "saveApplication", input, "").await;
        revision += 1;
        let input = json!({ "applicationId": draft, "revision": revision });
        if let Some(limit) = limit {
            let refusals = app.mutation_refusals(&applicant, "submitApplication", input).await;
            assert_eq!(refusals.len(), 1, "{refusals:#?}");
            assert_eq!(refusals[0]["field"], json!(["requested"]));
            assert_eq!(refusals[0]["details"], limit, "{requested} of {cost}");
        } else {
            app.mutate(&applicant, "submitApplication", input, "").await;
        }
    }
    app.verify().await;
}

/// A call with other dates or limits, an applicant, and their draft.
async fn drafted(
    app: &TestApp,
    opens_at: time::OffsetDateTime,
    closes_at: Option<time::OffsetDateTime>,
    changes: Value,
) -> (Call, Persona, String) {
    let fund = stage::fund_open(app).await;
    let input = with(call_input(&fund.programme_id, opens_at, closes_at), changes);
    let call = Call::publish(app, fund, input).await;
    let (applicant, organisation_id) = app.as_applicant(stage::SIRET).await;
    let draft = call
        .apply(app, &applicant, draft_input(&call.call_id, &organisation_id))
        .await;
    (call, applicant, draft)
}
