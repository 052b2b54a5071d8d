//! Roles: who gives them, and from when to when they count.

use serde_json::{Value, json};
use time::macros::datetime;

use super::stage::{self, START};
use crate::harness::{TestApp, on_both_databases, text};

on_both_databases![
    a_revoked_role_loses_its_power_on_the_next_request_with_the_same_token,
    a_role_with_an_end_ends_by_the_clock,
    a_manager_appoints_the_committee_of_a_call_and_nobody_else,
    nobody_grants_a_role_to_themselves,
];

async fn a_revoked_role_loses_its_power_on_the_next_request_with_the_same_token(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let officer = app.persona("Finance officer").await;
    let granted = app
        .grant(&officer, "FINANCE_OFFICER", "FUND", Some(&fund.fund_id))
        .await;
    let token = app.token(&officer).await;
    app.mutate(&officer, "openEnvelope", fund.envelope_input("1.00"), "")
        .await;

    let revocation = json!({ "roleGrantId": granted["roleGrant"]["id"] });
    let admin = app.as_admin().await;
    for (person, code) in [(&officer, "NOT_FOUND"), (&fund.manager, "NOT_FOUND")] {
        assert_eq!(app.mutation_error(person, "revokeRole", revocation.clone()).await, code);
    }
    app.mutate(&admin, "revokeRole", revocation.clone(), "").await;
    let answer = app
        .attempt(&officer, "openEnvelope", fund.envelope_input("1.00"), "")
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(app.token(&officer).await, token, "the token is the same");
    let viewer = app.data(&officer, "{ viewer { roles { role } } }", Value::Null).await;
    assert_eq!(viewer["viewer"]["roles"], json!([]));
    assert_eq!(
        app.mutation_refused(&admin, "revokeRole", revocation).await,
        ["INVALID_STATE"],
        "it ends once"
    );
    app.verify().await;
}

async fn a_role_with_an_end_ends_by_the_clock(app: TestApp) {
    let fund = stage::fund_open(&app).await;
    let officer = app.persona("Finance officer").await;
    let admin = app.as_admin().await;
    let grant = |ends_at: &str| {
        json!({ "userId": officer.id, "role": "FINANCE_OFFICER", "scopeKind": "FUND", "scopeId": fund.fund_id,
            "endsAt": ends_at })
    };
    assert_eq!(
        app.mutation_reasons(&admin, "grantRole", grant("2018-06-20T07:59:00Z"))
            .await,
        ["VALIDATION endsAt"]
    );
    app.mutate(&admin, "grantRole", grant("2018-06-20T08:10:00Z"), "").await;
    app.clock.set(START);
    app.mutate(&officer, "openEnvelope", fund.envelope_input("1.00"), "")
        .await;
    app.clock.set(datetime!(2018-06-20 08:10 UTC));
    assert_eq!(
        app.mutation_error(&officer, "openEnvelope", fund.envelope_input("1.00"))
            .await,
        "FORBIDDEN"
    );
    app.verify().await;
}

async fn a_manager_appoints_the_committee_of_a_call_and_nobody_else(app: TestApp) {
    let call = stage::call_open(&app).await;
    let person_id = &app.persona("Candidate").await.id;
    let grant = |role: &str, kind: &str, scope: Option<&str>| {
        let of = json!({ "userId": person_id, "role": role });
        stage::with(of, json!({ "scopeKind": kind, "scopeId": scope }))
    };
    let (on_call, on_fund) = (Some(call.call_id.as_str()), Some(call.fund_id.as_str()));
    for role in ["COMMITTEE_MEMBER", "COMMITTEE_CHAIR"] {
        let input = grant(role, "CALL", on_call);
        let granted = app
            .mutate(&call.manager, "grantRole", input.clone(), "roleGrant { id }")
            .await;
        let revocation = json!({ "roleGrantId": text(&granted["roleGrant"]["id"]) });
        app.mutate(&call.manager, "revokeRole", revocation, "").await;
        assert_eq!(app.mutation_error(&call.finance, "grantRole", input).await, "FORBIDDEN");
    }
    for (role, kind, scope) in [
        ("COMMITTEE_MEMBER", "FUND", on_fund),
        ("COMMITTEE_CHAIR", "PLATFORM", None),
        ("PROGRAMME_MANAGER", "CALL", on_call),
        ("FINANCE_OFFICER", "FUND", on_fund),
        ("AUDITOR", "CALL", on_call),
        ("ADMIN", "FUND", on_fund),
    ] {
        let input = grant(role, kind, scope);
        assert_eq!(
            app.mutation_error(&call.manager, "grantRole", input).await,
            "FORBIDDEN",
            "{role} {kind}"
        );
    }
    let admin = app.as_admin().await;
    for (kind, scope) in [("PLATFORM", on_fund), ("FUND", None), ("CALL", None)] {
        let input = grant("AUDITOR", kind, scope);
        assert_eq!(
            app.mutation_reasons(&admin, "grantRole", input).await,
            ["VALIDATION scopeId"],
            "{kind}"
        );
    }
    app.verify().await;
}

async fn nobody_grants_a_role_to_themselves(app: TestApp) {
    let call = stage::call_open(&app).await;
    let admin = app.as_admin().await;
    for (person, role, kind, scope) in [
        (&call.manager, "COMMITTEE_CHAIR", "CALL", Some(&call.call_id)),
        (&admin, "FINANCE_OFFICER", "FUND", Some(&call.fund_id)),
        (&admin, "AUDITOR", "PLATFORM", None),
    ] {
        let input = json!({ "userId": person.id, "role": role, "scopeKind": kind, "scopeId": scope });
        assert_eq!(
            app.mutation_reasons(person, "grantRole", input).await,
            ["SEPARATION_OF_DUTIES userId"],
            "{role}"
        );
    }
    app.verify().await;
}
