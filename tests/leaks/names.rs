//! Who wrote, judged, certified or paid: told to those who work with them, and to nobody else.

use serde_json::{Value, json};

use crate::flows::stage::{self, full_marks};
use crate::harness::{Persona, TestApp, on_both_databases, text};

on_both_databases![
    an_applicant_does_not_learn_who_judged_and_paid,
    an_evaluator_does_not_learn_who_applied_nor_who_else_judges,
    nobody_finds_people_by_their_address_but_staff_and_colleagues,
];

/// The values of a field that is refused with `NOT_FOUND` wherever it is asked for, and what it is asked of.
async fn names_withheld(app: &TestApp, who: &Persona, query: &str, id: &str, fields: &[&str]) {
    let answer = app.ask(who, query, json!({ "id": id })).await;
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    let mut refused: Vec<String> = errors
        .iter()
        .map(|error| {
            assert_eq!(error["extensions"]["code"], "NOT_FOUND", "{answer:#}");
            text(error["path"].as_array().expect("a path").last().expect("a field"))
        })
        .collect();
    refused.sort();
    assert_eq!(refused, fields, "{answer:#}");
    assert!(answer["data"]["node"].is_object(), "the rest is answered: {answer:#}");
    let told = answer.to_string();
    assert!(!told.contains('@'), "an address: {told}");
}

async fn an_applicant_does_not_learn_who_judged_and_paid(app: TestApp) {
    let payment = stage::payment_ordered(&app, "1000.00", &["1000.00"]).await;
    full_marks(&app, &payment.evaluator, &payment.call_id, &payment.assessment_id).await;
    app.mutate(&payment.finance, "confirmPayment", payment.confirmation_input(), "")
        .await;
    let query = "query($id: ID!) { node(id: $id) { ... on PaymentRequest { status
        certifiedBy { email } approvedBy { email } orderedBy { email } settledBy { email }
    } } }";
    let officials = ["approvedBy", "certifiedBy", "orderedBy", "settledBy"];
    names_withheld(&app, &payment.applicant, query, &payment.payment_request_id, &officials).await;
    let seen = app
        .data(&payment.manager, query, json!({ "id": payment.payment_request_id }))
        .await;
    assert_eq!(seen["node"]["orderedBy"]["email"], payment.treasurer.email.as_str());
}

async fn an_evaluator_does_not_learn_who_applied_nor_who_else_judges(app: TestApp) {
    let stage = stage::under_evaluation(&app).await;
    let (second, second_assessment) = stage.second_evaluator(&app).await;
    full_marks(&app, &second, &stage.call_id, &second_assessment).await;
    full_marks(&app, &stage.evaluator, &stage.call_id, &stage.assessment_id).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Application {
        submissions { submittedBy { email } } assessments { total evaluator { displayName } }
    } } }";
    let others = ["evaluator", "submittedBy"];
    let answer = app
        .ask(&stage.evaluator, query, json!({ "id": stage.application_id }))
        .await;
    let judges: Vec<&Value> = answer["data"]["node"]["assessments"]
        .as_array()
        .expect("assessments")
        .iter()
        .map(|assessment| &assessment["evaluator"])
        .collect();
    assert_eq!(
        judges,
        [&json!({ "displayName": "Committee member" }), &Value::Null],
        "themselves only"
    );
    names_withheld(&app, &stage.evaluator, query, &stage.application_id, &others).await;
}

async fn nobody_finds_people_by_their_address_but_staff_and_colleagues(app: TestApp) {
    let file = stage::application_submitted(&app).await;
    let (stranger, _) = app.as_applicant(stage::OTHER_SIRET).await;
    let member = app.as_committee_member(&file.call_id).await;
    let find = "query($email: String!) { user(email: $email) { displayName roles { role } memberships { role } } }";
    let known = json!({ "email": file.applicant.email });
    let unknown = app.ask(&stranger, find, json!({ "email": "nobody@example.org" })).await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
    for who in [Some(&stranger), Some(&member), None] {
        assert_eq!(app.ask(who, find, known.clone()).await, unknown);
    }
    for who in [&file.applicant, &file.manager] {
        let found = app.data(who, find, known.clone()).await;
        assert_eq!(found["user"]["displayName"], "Applicant");
    }
    let of_manager = app
        .data(&file.finance, find, json!({ "email": file.manager.email }))
        .await;
    assert_eq!(
        of_manager["user"]["roles"],
        json!([]),
        "roles are for administrators and auditors"
    );
}
