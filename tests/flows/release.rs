//! An award that will not be signed: its money goes back to the call.

use serde_json::{Value, json};

use super::stage::{self, act_input, agreement_input, budget, field, fresh_key, moves, reasons, refuses, with};
use crate::harness::{TestApp, on_both_databases};

on_both_databases![
    an_award_that_is_not_signed_lapses_and_its_money_returns_to_the_call,
    an_award_is_released_once_its_beneficiary_knows_of_it_and_before_it_is_signed,
    every_fault_of_a_release_is_told,
    only_the_programme_manager_releases,
];

async fn an_award_that_is_not_signed_lapses_and_its_money_returns_to_the_call(app: TestApp) {
    let award = stage::award_notified(&app, "150000.00").await;
    let released = moves(&app, &award.manager, "releaseAward", release(&award.award_id)).await;
    assert_eq!(released, ["RELEASE 150000.00: RESERVED 0.00 > CALL 500000.00"]);
    assert_eq!(
        field(&app, &award.applicant, &award.award_id, "Award", "status").await,
        "LAPSED"
    );
    for (node, figures) in [
        (
            &award.award_id,
            "available 0.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00",
        ),
        (
            &award.call_id,
            "available 500000.00, reserved 0.00, committed 0.00, ordered 0.00, paid 0.00",
        ),
    ] {
        assert_eq!(budget(&app, &award.finance, node).await, figures);
    }
    for (operation, person, input) in [
        (
            "signAgreement",
            &award.manager,
            agreement_input(&award.award_id, &["150000.00"]),
        ),
        ("releaseAward", &award.manager, release(&award.award_id)),
    ] {
        let refusals = refuses(&app, person, operation, input).await;
        assert_eq!(refusals[0]["code"], "INVALID_STATE", "{operation}");
        assert_eq!(refusals[0]["details"]["status"], "LAPSED", "{operation}");
    }
    let public = app
        .data(
            None,
            "{ fundedProjects { totalCount nodes { reference } } }",
            Value::Null,
        )
        .await;
    assert_eq!(public["fundedProjects"], json!({ "totalCount": 0, "nodes": [] }));
    app.verify().await;
}

async fn an_award_is_released_once_its_beneficiary_knows_of_it_and_before_it_is_signed(app: TestApp) {
    let award = stage::award_reserved(&app, "1000.00").await;
    let refusals = refuses(&app, &award.manager, "releaseAward", release(&award.award_id)).await;
    assert_eq!((refusals.len(), &refusals[0]["code"]), (1, &json!("INVALID_STATE")));
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "ADOPTED", "event": "RELEASE_AWARD" })
    );
    award.notify(&app).await;
    let agreement = agreement_input(&award.award_id, &["1000.00"]);
    let signed = moves(&app, &award.manager, "signAgreement", agreement).await;
    assert_eq!(signed, ["COMMIT 1000.00: RESERVED 0.00 > AWARD 1000.00"]);
    let refusals = refuses(&app, &award.manager, "releaseAward", release(&award.award_id)).await;
    assert_eq!(
        refusals[0]["details"],
        json!({ "status": "COMMITTED", "event": "RELEASE" })
    );
    app.verify().await;
}

async fn every_fault_of_a_release_is_told(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let faults = json!({ "reason": "r".repeat(501), "document": " " });
    assert_eq!(
        reasons(
            &app,
            &award.manager,
            "releaseAward",
            with(release(&award.award_id), faults)
        )
        .await,
        ["VALIDATION reason", "VALIDATION document"]
    );
    for unknown in [&award.call_id, "nothing"] {
        let code = app
            .mutation_error(&award.manager, "releaseAward", release(unknown))
            .await;
        assert_eq!(code, "NOT_FOUND", "{unknown}");
    }
    app.verify().await;
}

async fn only_the_programme_manager_releases(app: TestApp) {
    let award = stage::award_notified(&app, "1000.00").await;
    let (auditor, admin) = (app.as_auditor().await, app.as_admin().await);
    // Whoever belongs to the beneficiary does not act on it for the fund, whatever their role.
    app.grant(&award.applicant, "PROGRAMME_MANAGER", "FUND", Some(&award.fund_id))
        .await;
    for (person, code) in [
        (&award.finance, "FORBIDDEN"),
        (&award.chair, "FORBIDDEN"),
        (&auditor, "FORBIDDEN"),
        (&admin, "FORBIDDEN"),
        (&award.applicant, "FORBIDDEN"),
        (&award.evaluator, "NOT_FOUND"),
    ] {
        for preview in [false, true] {
            let input = with(
                release(&award.award_id),
                json!({ "preview": preview, "idempotencyKey": fresh_key() }),
            );
            let told = app.mutation_error(person, "releaseAward", input).await;
            assert_eq!(told, code, "{}", person.email);
        }
    }
    let nobody = app.mutation_error(None, "releaseAward", release(&award.award_id)).await;
    assert_eq!(nobody, "UNAUTHENTICATED");
    app.verify().await;
}

/// What `releaseAward` takes.
fn release(award_id: &str) -> Value {
    act_input(json!({ "awardId": award_id }))
}
