//! Lists and counts hold what the viewer may see and nothing else.

use serde_json::{Value, json};

use crate::flows::stage::{self, Evaluation, File, draft_input, full_marks};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    an_evaluator_counts_the_applications_they_were_given,
    an_applicant_counts_their_own_and_the_staff_count_what_was_submitted,
];

/// How many applications, assessments, decisions and awards somebody is told of, in every way there is to ask.
const COUNTS: &str = "query($call: ID!) {
    applications { totalCount nodes { id } }
    ofCall: applications(call: $call) { totalCount nodes { id } }
    awards { totalCount nodes { id } }
    awardsOfCall: awards(call: $call) { totalCount nodes { id } }
    node(id: $call) { ... on Call {
        applications { totalCount nodes { id assessments { id } } }
        awards { totalCount nodes { id } }
        decisions { totalCount nodes { id } }
    } }
}";

/// Applications, assessments, awards and decisions that somebody counts: the same in whatever way they ask.
async fn counts(app: &TestApp, who: &Persona, call_id: &str) -> [usize; 4] {
    let data = app.data(who, COUNTS, json!({ "call": call_id })).await;
    let of = |list: &Value| {
        let nodes = list["nodes"].as_array().expect("nodes");
        assert_eq!(list["totalCount"], nodes.len(), "{}: {list:#}", who.email);
        nodes.len()
    };
    let call = &data["node"];
    let applications = [&data["applications"], &data["ofCall"], &call["applications"]].map(of);
    let awards = [&data["awards"], &data["awardsOfCall"], &call["awards"]].map(of);
    assert!(applications.iter().all(|count| *count == applications[0]), "{data:#}");
    assert!(awards.iter().all(|count| *count == awards[0]), "{data:#}");
    let assessed = call["applications"]["nodes"].as_array().expect("applications");
    let assessments = assessed
        .iter()
        .map(|node| node["assessments"].as_array().map_or(0, Vec::len))
        .sum();
    [applications[0], assessments, awards[0], of(&call["decisions"])]
}

async fn an_evaluator_counts_the_applications_they_were_given(app: TestApp) {
    let stage = under_evaluation_with_others(&app).await;
    let (second, second_assessment) = stage.second_evaluator(&app).await;
    let bystander = app.as_committee_member(&stage.call_id).await;
    assert_eq!(counts(&app, &stage.evaluator, &stage.call_id).await, [1, 1, 0, 0]);
    assert_eq!(counts(&app, &second, &stage.call_id).await, [1, 1, 0, 0]);
    assert_eq!(
        counts(&app, &bystander, &stage.call_id).await,
        [0, 0, 0, 0],
        "given nothing"
    );
    full_marks(&app, &second, &stage.call_id, &second_assessment).await;
    assert_eq!(counts(&app, &second, &stage.call_id).await, [1, 1, 0, 0]);
    full_marks(&app, &stage.evaluator, &stage.call_id, &stage.assessment_id).await;
    assert_eq!(
        counts(&app, &second, &stage.call_id).await,
        [1, 2, 0, 0],
        "both have judged"
    );
    let own = "{ myAssessments { totalCount } }";
    for (who, count) in [(&second, 1), (&bystander, 0), (&stage.applicant, 0)] {
        let counted = app.data(who, own, Value::Null).await;
        assert_eq!(counted["myAssessments"]["totalCount"], count);
    }
}

async fn an_applicant_counts_their_own_and_the_staff_count_what_was_submitted(app: TestApp) {
    let stage = under_evaluation_with_others(&app).await;
    let (stranger, _) = app.as_applicant("44306184100047").await;
    let decide = async |name: &str, who: &Persona, input: Value| {
        let decided = app.mutate(who, name, input, "decision { id }").await;
        text(&decided["decision"]["id"])
    };
    let decision_id = decide("proposeDecision", &stage.manager, stage.proposal_input("1000.00")).await;
    let expect = async |expected: [(&Persona, [usize; 4]); 4]| {
        for (who, expected) in expected {
            assert_eq!(counts(&app, who, &stage.call_id).await, expected, "{}", who.email);
        }
    };
    let nothing = [0, 0, 0, 0];
    expect([
        (&stage.applicant, [2, 0, 0, 0]),
        (&stage.manager, [2, 1, 0, 1]),
        (&stage.evaluator, [1, 1, 0, 0]),
        (&stranger, nothing),
    ])
    .await;
    decide("adoptDecision", &stage.chair, stage::adoption_input(&decision_id)).await;
    expect([
        (&stage.applicant, [2, 0, 0, 0]),
        (&stage.manager, [2, 1, 1, 1]),
        (&stage.evaluator, [1, 1, 0, 0]),
        (&stranger, nothing),
    ])
    .await;
    decide("notifyDecision", &stage.manager, json!({ "decisionId": decision_id })).await;
    expect([
        (&stage.applicant, [2, 0, 1, 1]),
        (&stage.manager, [2, 1, 1, 1]),
        (&stage.evaluator, [1, 1, 0, 0]),
        (&stranger, nothing),
    ])
    .await;
}

/// One application under evaluation; beside it a draft of the same organisation, and one that a competitor submitted.
async fn under_evaluation_with_others(app: &TestApp) -> Evaluation {
    let file: File = stage::application_submitted(app).await;
    file.apply(app, &file.applicant, draft_input(&file.call_id, &file.organisation_id))
        .await;
    let (competitor, organisation_id) = app.as_applicant(stage::OTHER_SIRET).await;
    let theirs = file
        .apply(app, &competitor, draft_input(&file.call_id, &organisation_id))
        .await;
    let input = json!({ "applicationId": theirs, "revision": 1 });
    app.mutate(&competitor, "submitApplication", input, "").await;
    Evaluation::begin(app, file).await
}
