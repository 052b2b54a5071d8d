//! The agreement: the legal commitment, and the moment at which a project becomes public.

use serde_json::{Value, json};

use super::stage::{self, agreement_input, budget, euros, instalment, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    signing_commits_what_was_reserved,
    an_agreement_before_the_notification_is_refused,
    a_schedule_adds_up_to_the_award,
    every_fault_of_an_agreement_is_told_at_once,
    an_agreement_is_signed_once_by_those_who_follow_the_project,
    a_project_is_public_once_signed_and_not_before,
    public_projects_are_searched_by_their_title_as_it_is_written,
];

async fn signing_commits_what_was_reserved(app: TestApp) {
    let award = stage::award_notified(&app, "100000.00").await;
    assert_eq!(
        budget(&app, &award.finance, &award.call_id).await,
        "available 400000.00, reserved 100000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    let input = agreement_input(&award.award_id, &["30000.00", "69999.99", "0.01"]);
    let selection = "replayed award { status agreements { version number signedByFunderOn }
        instalments { number kind status amount { amount } dueOn } }";
    let signed = app
        .mutate(&award.manager, "signAgreement", input.clone(), selection)
        .await;
    let agreement = json!({ "version": 1, "number": "FTAP-2018-001", "signedByFunderOn": "2018-06-20" });
    let scheduled = |number: i32, kind: &str, amount: &str, due_on: &str| {
        let amount = json!({ "amount": amount });
        json!({ "number": number, "kind": kind, "status": "SCHEDULED", "amount": amount, "dueOn": due_on })
    };
    assert_eq!(
        signed["award"],
        json!({ "status": "COMMITTED", "agreements": [agreement], "instalments": [
            scheduled(1, "ADVANCE", "30000.00", "2019-01-15"),
            scheduled(2, "INTERIM", "69999.99", "2019-02-15"),
            scheduled(3, "INTERIM", "0.01", "2019-03-15"),
        ] })
    );
    let repeat = app.mutate(&award.manager, "signAgreement", input, selection).await;
    assert_eq!(repeat, with(signed, json!({ "replayed": true })));
    for (node, available) in [
        (&award.award_id, "0.00"),
        (&award.call_id, "400000.00"),
        (&award.programme_id, "700000.00"),
        (&award.fund_id, "900000.00"),
    ] {
        assert_eq!(
            budget(&app, &award.finance, node).await,
            format!("available {available}, reserved 0.00, committed 100000.00, ordered 0.00, paid 0.00")
        );
    }
    let own = budget(&app, &award.applicant, &award.award_id).await;
    assert_eq!(
        own,
        "available 0.00, reserved 0.00, committed 100000.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn an_agreement_before_the_notification_is_refused(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let input = agreement_input(&award.award_id, &["1000.00"]);
    assert_eq!(
        app.mutation_error(&award.applicant, "signAgreement", input.clone())
            .await,
        "NOT_FOUND"
    );
    let refusals = app.mutation_refusals(&award.manager, "signAgreement", input).await;
    assert_eq!(refusals[0]["code"], "INVALID_STATE");
    assert_eq!(refusals[0]["details"]["status"], "ADOPTED");
    assert_eq!(
        budget(&app, &award.finance, &award.award_id).await,
        "available 0.00, reserved 1000.00, committed 0.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_schedule_adds_up_to_the_award(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    for (instalments, total) in [
        (vec!["999.99"], "999.99"),
        (vec!["500.00", "500.01"], "1000.01"),
        (vec!["9999999999999.99", "9999999999999.99"], "19999999999999.98"),
    ] {
        let input = agreement_input(&award.award_id, &instalments);
        let refusals = app.mutation_refusals(&award.manager, "signAgreement", input).await;
        assert_eq!(refusals.len(), 1, "{refusals:#?}");
        assert_eq!(refusals[0]["field"], json!(["instalments"]));
        let details = json!({ "expected": euros("1000.00"), "total": euros(total) });
        assert_eq!(refusals[0]["details"], details);
    }
    let input = agreement_input(&award.award_id, &["999.99", "0.01"]);
    app.mutate(&award.manager, "signAgreement", input, "").await;
    app.verify().await;
}

async fn every_fault_of_an_agreement_is_told_at_once(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let faults = json!({
        "number": " ",
        "signedByBeneficiaryOn": "2018-06-21",
        "signedByFunderOn": "2018-06-21",
        "instalments": [instalment(1, "1000.00"), instalment(0, "0")],
    });
    let input = with(agreement_input(&award.award_id, &[]), faults);
    assert_eq!(
        app.mutation_reasons(&award.manager, "signAgreement", input).await,
        [
            "VALIDATION number",
            "VALIDATION signedByBeneficiaryOn",
            "VALIDATION signedByFunderOn",
            "VALIDATION instalments.1.amount",
            "VALIDATION instalments"
        ]
    );
    let unpaid = agreement_input(&award.award_id, &[]);
    let reasons = app.mutation_reasons(&award.manager, "signAgreement", unpaid).await;
    assert_eq!(reasons, ["VALIDATION instalments", "VALIDATION instalments"]);
    app.verify().await;
}

async fn an_agreement_is_signed_once_by_those_who_follow_the_project(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    for person in [&award.chair, &award.finance, &award.applicant] {
        let input = agreement_input(&award.award_id, &["1000.00"]);
        assert_eq!(
            app.mutation_error(person, "signAgreement", input).await,
            "FORBIDDEN",
            "{}",
            person.email
        );
    }
    for expected in [Vec::new(), vec!["INVALID_STATE"]] {
        let input = agreement_input(&award.award_id, &["1000.00"]);
        let answer = app.attempt(&award.manager, "signAgreement", input, "").await;
        let codes = &answer["data"]["signAgreement"]["userErrors"];
        let codes: Vec<&Value> = codes
            .as_array()
            .expect("reasons")
            .iter()
            .map(|error| &error["code"])
            .collect();
        assert_eq!(codes, expected);
    }
    assert_eq!(
        budget(&app, &award.finance, &award.award_id).await,
        "available 0.00, reserved 0.00, committed 1000.00, ordered 0.00, paid 0.00"
    );
    app.verify().await;
}

async fn a_project_is_public_once_signed_and_not_before(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let query = "{ fundedProjects(callCode: \"FTAP-2018-1\") { totalCount nodes {
        reference title summary amount { amount currency } organisation { identifier } partners { name } signedOn
    } } }";
    let before = app.data(None, query, Value::Null).await;
    assert_eq!(before["fundedProjects"], json!({ "totalCount": 0, "nodes": [] }));
    let input = agreement_input(&award.award_id, &["1000.00"]);
    app.mutate(&award.manager, "signAgreement", input, "").await;
    let after = app.data(None, query, Value::Null).await;
    let project = json!({
        "reference": "FTAP-2018-1-0001",
        "title": "One form for every permit",
        "summary": "A single online form replaces eleven paper ones.",
        "amount": euros("1000.00"),
        "organisation": { "identifier": stage::SIRET },
        "partners": [],
        "signedOn": "2018-06-20",
    });
    assert_eq!(after["fundedProjects"], json!({ "totalCount": 1, "nodes": [project] }));
    let hidden = "query($id: ID!) { node(id: $id) { id } }";
    let id = json!({ "id": award.award_id });
    assert_eq!(
        app.error_code(None, hidden, id).await,
        "NOT_FOUND",
        "the award itself is not public"
    );
    app.verify().await;
}

async fn public_projects_are_searched_by_their_title_as_it_is_written(app: TestApp) {
    stage::award_committed(&app, "1000.00", &["1000.00"]).await;
    let query = "query($search: String) { fundedProjects(search: $search) { totalCount } }";
    for (search, found) in [
        ("form for", 1),
        ("PERMIT", 1),
        (" permit ", 1),
        ("", 1),
        ("permits", 0),
        ("%", 0),
        ("_ne form", 0),
        ("\\", 0),
    ] {
        let counted = app.data(None, query, json!({ "search": search })).await;
        assert_eq!(counted["fundedProjects"]["totalCount"], found, "{search}");
    }
}
