//! A call for projects, from its draft to its evaluation, by the clock.

use serde_json::{Value, json};
use time::{Duration, macros::datetime};

use super::stage::{self, Call, START, call_input, draft_input, euros, field, with};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_call_opens_and_closes_by_the_clock_alone,
    a_rolling_call_is_open_until_it_is_evaluated,
    a_call_in_preparation_is_known_to_its_staff_only,
    every_fault_of_a_call_is_told_at_once,
    a_call_is_written_and_published_by_its_managers,
    evaluation_begins_once_the_grace_is_over,
];

async fn a_call_opens_and_closes_by_the_clock_alone(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let (opens_at, closes_at) = (datetime!(2018-07-01 08:00 UTC), datetime!(2018-09-30 22:00 UTC));
    let input = call_input(&fund.programme_id, opens_at, Some(closes_at));
    let call = Call::publish(&app, fund, input).await;
    // The clock goes on while the requests are under way.
    let moment = Duration::seconds(30);
    for (now, expected) in [
        (START, "SCHEDULED"),
        (opens_at - moment, "SCHEDULED"),
        (opens_at, "OPEN"),
        (closes_at - moment, "OPEN"),
        (closes_at, "CLOSED"),
        (closes_at + Duration::days(1000), "CLOSED"),
    ] {
        app.clock.set(now);
        let status = field(&app, None, &call.call_id, "Call", "status").await;
        assert_eq!(status, expected, "{now}");
        for filter in ["SCHEDULED", "OPEN", "CLOSED"] {
            let listed = format!("{{ calls(status: {filter}) {{ totalCount }} }}");
            let listed = app.data(None, &listed, Value::Null).await;
            let expected = i32::from(filter == expected);
            assert_eq!(listed["calls"]["totalCount"], expected, "{filter} at {now}");
        }
    }
    app.verify().await;
}

async fn a_rolling_call_is_open_until_it_is_evaluated(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = call_input(&fund.programme_id, START, None);
    let call = Call::publish(&app, fund, input).await;
    let (applicant, organisation_id) = app.as_applicant(stage::SIRET).await;
    let draft = draft_input(&call.call_id, &organisation_id);
    let late = call.apply(&app, &applicant, draft.clone()).await;
    app.clock.set(datetime!(2028-06-20 08:00 UTC));
    assert_eq!(field(&app, None, &call.call_id, "Call", "status").await, "OPEN");
    let input = json!({ "callId": call.call_id });
    app.mutate(&call.manager, "startEvaluation", input, "").await;
    assert_eq!(
        field(&app, None, &call.call_id, "Call", "status").await,
        "UNDER_EVALUATION"
    );
    let late = json!({ "applicationId": late, "revision": 1 });
    for (operation, input) in [("createApplication", draft), ("submitApplication", late)] {
        assert_eq!(
            app.mutation_refused(&applicant, operation, input).await,
            ["INVALID_STATE"],
            "{operation}"
        );
    }
    app.verify().await;
}

async fn a_call_in_preparation_is_known_to_its_staff_only(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = call_input(&fund.programme_id, START, None);
    let created = app
        .mutate(&fund.manager, "createCall", input, "call { id status }")
        .await;
    assert_eq!(created["call"]["status"], "DRAFT");
    let call_id = text(&created["call"]["id"]);
    let chair = app.as_chair(&call_id).await;
    let (stranger, organisation_id) = app.as_applicant(stage::OTHER_SIRET).await;

    let by_code = |code: &str| format!("{{ call(code: \"{code}\") {{ title }} }}");
    let unknown = app.ask(&stranger, &by_code("NO-SUCH-CALL"), Value::Null).await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
    assert_eq!(app.ask(&stranger, &by_code("FTAP-2018-1"), Value::Null).await, unknown);
    assert_eq!(app.ask(None, &by_code("FTAP-2018-1"), Value::Null).await, unknown);
    let lists = "{ calls { totalCount nodes { code } } fund(code: \"FTAP\") { calls { totalCount nodes { code } } } }";
    let none = json!({ "totalCount": 0, "nodes": [] });
    assert_eq!(
        app.data(&stranger, lists, Value::Null).await,
        json!({ "calls": none, "fund": { "calls": none } })
    );
    let draft = draft_input(&call_id, &organisation_id);
    assert_eq!(
        app.mutation_error(&stranger, "createApplication", draft).await,
        "NOT_FOUND"
    );
    for staff in [&fund.manager, &fund.finance, &chair] {
        app.data(staff, &by_code("FTAP-2018-1"), Value::Null).await;
    }
    app.mutate(&fund.manager, "publishCall", json!({ "callId": call_id }), "")
        .await;
    app.data(None, &by_code("FTAP-2018-1"), Value::Null).await;
}

async fn every_fault_of_a_call_is_told_at_once(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let faults = json!({
        "code": "lower case", "title": "", "summary": " ", "description": "", "contact": "",
        "timeZone": "Europe/Atlantis", "closesAt": "2018-06-19T00:00:00Z", "graceMinutes": 1441,
        "maximumRateBasisPoints": 10001, "assessmentsWanted": 0,
        "minimumGrant": euros("2.00"), "maximumGrant": euros("1.00"), "lots": ["First", ""],
        "criteria": [{ "title": " ", "weight": 0, "maximum": "20", "step": "0.3", "threshold": "21" }],
    });
    let input = with(call_input(&fund.programme_id, START, None), faults);
    let mut reasons = app.mutation_reasons(&fund.manager, "createCall", input).await;
    reasons.sort();
    let fields = [
        "assessmentsWanted",
        "closesAt",
        "code",
        "contact",
        "criteria.0.step",
        "criteria.0.threshold",
        "criteria.0.title",
        "criteria.0.weight",
        "description",
        "graceMinutes",
        "lots.1",
        "maximumGrant",
        "maximumRateBasisPoints",
        "summary",
        "timeZone",
        "title",
    ];
    assert_eq!(reasons, fields.map(|field| format!("VALIDATION {field}")));
    let unjudged = with(
        call_input(&fund.programme_id, START, None),
        json!({ "criteria": [], "maximumGrant": { "amount": "1.00", "currency": "USD" } }),
    );
    let mut reasons = app.mutation_reasons(&fund.manager, "createCall", unjudged).await;
    reasons.sort();
    assert_eq!(reasons, ["CURRENCY_MISMATCH maximumGrant", "VALIDATION criteria"]);
    app.verify().await;
}

async fn a_call_is_written_and_published_by_its_managers(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let input = call_input(&fund.programme_id, START, Some(datetime!(2018-06-20 09:00 UTC)));
    assert_eq!(
        app.mutation_error(&fund.finance, "createCall", input.clone()).await,
        "FORBIDDEN"
    );
    assert_eq!(
        app.mutation_error(None, "createCall", input.clone()).await,
        "UNAUTHENTICATED"
    );
    let created = app
        .mutate(&fund.manager, "createCall", input.clone(), "call { id lots { name } }")
        .await;
    assert_eq!(
        created["call"]["lots"],
        json!([{ "name": "First call" }]),
        "one lot of its own title"
    );
    assert_eq!(
        app.mutation_reasons(&fund.manager, "createCall", input.clone()).await,
        ["ALREADY_EXISTS code"]
    );
    let publication = json!({ "callId": created["call"]["id"] });
    assert_eq!(
        app.mutation_error(&fund.finance, "publishCall", publication.clone())
            .await,
        "FORBIDDEN"
    );
    app.mutate(&fund.manager, "publishCall", publication.clone(), "").await;
    assert_eq!(
        app.mutation_refused(&fund.manager, "publishCall", publication).await,
        ["INVALID_STATE"]
    );
    let late = with(input, json!({ "code": "LATE" }));
    let late = app.mutate(&fund.manager, "createCall", late, "call { id }").await;
    app.clock.set(datetime!(2018-06-20 09:00 UTC));
    let publication = json!({ "callId": late["call"]["id"] });
    assert_eq!(
        app.mutation_reasons(&fund.manager, "publishCall", publication).await,
        ["VALIDATION callId"],
        "it would be over already"
    );
    app.verify().await;
}

async fn evaluation_begins_once_the_grace_is_over(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let closes_at = datetime!(2018-06-20 08:02 UTC);
    let input = with(
        call_input(&fund.programme_id, START, Some(closes_at)),
        json!({ "graceMinutes": 5 }),
    );
    let call = Call::publish(&app, fund, input).await;
    let input = json!({ "callId": call.call_id });
    for too_early in [START, closes_at, datetime!(2018-06-20 08:06:30 UTC)] {
        app.clock.set(too_early);
        assert_eq!(
            app.mutation_refused(&call.manager, "startEvaluation", input.clone())
                .await,
            ["INVALID_STATE"],
            "{too_early}"
        );
    }
    app.clock.set(datetime!(2018-06-20 08:07 UTC));
    assert_eq!(
        app.mutation_error(&call.finance, "startEvaluation", input.clone())
            .await,
        "FORBIDDEN"
    );
    let started = app
        .mutate(&call.manager, "startEvaluation", input.clone(), "call { status }")
        .await;
    assert_eq!(started["call"]["status"], "UNDER_EVALUATION");
    assert_eq!(
        app.mutation_refused(&call.manager, "startEvaluation", input).await,
        ["INVALID_STATE"],
        "it begins once"
    );
    app.verify().await;
}
